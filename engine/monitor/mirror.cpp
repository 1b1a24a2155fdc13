// SPDX-License-Identifier: Apache-2.0
#include "engine/monitor/mirror.h"

#include <algorithm>

namespace dormouse::monitor {

namespace {

const QString &idOf(const ActorInfo &row) { return row.actorId; }
const QString &idOf(const RunnerInfo &row) { return row.runnerId; }
const QString &idOf(const ConnectionInfo &row) { return row.connectionId; }
bool hasEnded(const ActorInfo &row) { return row.state == ActorState::Destroyed; }
bool hasEnded(const RunnerInfo &row) { return row.state == RunnerState::Stopped; }
bool hasEnded(const ConnectionInfo &row) { return row.state == ConnectionState::Closed; }

template<typename Table, typename T>
void applyRows(Table &table, std::vector<T> &&rows, int endedLimit)
{
    if (table.rows.isEmpty())
        table.rows.reserve(qsizetype(rows.size()));
    for (T &row : rows) {
        const QString id = idOf(row);
        const bool ended = hasEnded(row);
        T &held = table.rows[id];
        const bool wasEnded = hasEnded(held); // a new row is in state Unknown
        held = std::move(row);
        if (ended && !wasEnded)
            table.ended.push_back(id);
        else if (!ended && wasEnded)
            std::erase(table.ended, id);
    }
    while (int(table.ended.size()) > endedLimit) {
        table.rows.remove(table.ended.front());
        table.ended.pop_front();
    }
}

template<typename Table, typename T>
void collectRows(Table &table, std::vector<T> &out)
{
    // A const table gives const rows, which move() then copies.
    out.reserve(std::size_t(table.rows.size()));
    for (auto &row : table.rows) {
        if (!hasEnded(row))
            out.push_back(std::move(row));
    }
    for (const QString &id : table.ended)
        out.push_back(std::move(*table.rows.find(id)));
}

} // namespace

void FrameMirror::apply(const Frame &frame)
{
    apply(Frame(frame));
}

void FrameMirror::apply(Frame &&frame)
{
    if (frame.snapshot)
        clear();
    m_revision = frame.revision;
    m_ts = frame.ts;
    m_eventsDropped += frame.eventsDropped;
    if (frame.cluster)
        m_cluster = frame.cluster;
    applyRows(m_actors, std::move(frame.actors), m_endedLimit);
    applyRows(m_runners, std::move(frame.runners), m_endedLimit);
    applyRows(m_connections, std::move(frame.connections), m_endedLimit);
    for (const LatencySlice &slice : frame.latency) {
        const auto known = std::find_if(m_latency.rbegin(), m_latency.rend(),
                                        [&](const LatencySlice &held) { return held.startTs == slice.startTs; });
        if (known != m_latency.rend())
            *known = slice;
        else
            m_latency.push_back(slice);
    }
    while (m_latency.size() > kMaxLatencySlices)
        m_latency.pop_front();
    if (!frame.settings.empty())
        m_settings = frame.settings;
    if (!frame.machines.empty())
        m_machines = frame.machines;
    if (!frame.pendingOf.isEmpty()) {
        m_pendingOf = frame.pendingOf;
        m_pending = frame.pending;
    }
}

void FrameMirror::clear()
{
    const int limit = m_endedLimit;
    *this = FrameMirror(limit);
}

Frame FrameMirror::snapshot() const
{
    Frame frame;
    frame.revision = m_revision;
    frame.ts = m_ts;
    frame.snapshot = true;
    frame.cluster = m_cluster;
    collectRows(m_actors, frame.actors);
    collectRows(m_runners, frame.runners);
    collectRows(m_connections, frame.connections);
    frame.latency.assign(m_latency.begin(), m_latency.end());
    frame.settings = m_settings;
    frame.machines = m_machines;
    frame.pendingOf = m_pendingOf;
    frame.pending = m_pending;
    frame.eventsDropped = m_eventsDropped;
    return frame;
}

Frame FrameMirror::takeSnapshot()
{
    Frame frame;
    collectRows(m_actors, frame.actors);
    collectRows(m_runners, frame.runners);
    collectRows(m_connections, frame.connections);
    m_actors = {};
    m_runners = {};
    m_connections = {};
    Frame rest = snapshot();
    rest.actors = std::move(frame.actors);
    rest.runners = std::move(frame.runners);
    rest.connections = std::move(frame.connections);
    clear();
    return rest;
}

} // namespace dormouse::monitor
