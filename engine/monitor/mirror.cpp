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
void applyRows(Table &table, const std::vector<T> &rows, int endedLimit)
{
    for (const T &row : rows) {
        auto it = table.rows.find(idOf(row));
        const bool wasEnded = it != table.rows.end() && hasEnded(*it);
        if (it == table.rows.end())
            table.rows.insert(idOf(row), row);
        else
            *it = row;
        if (hasEnded(row) && !wasEnded)
            table.ended.push_back(idOf(row));
        else if (!hasEnded(row) && wasEnded)
            std::erase(table.ended, idOf(row));
    }
    while (int(table.ended.size()) > endedLimit) {
        table.rows.remove(table.ended.front());
        table.ended.pop_front();
    }
}

template<typename Table, typename T>
void collectRows(const Table &table, std::vector<T> &out)
{
    out.reserve(std::size_t(table.rows.size()));
    for (const T &row : table.rows) {
        if (!hasEnded(row))
            out.push_back(row);
    }
    for (const QString &id : table.ended)
        out.push_back(table.rows.value(id));
}

} // namespace

void FrameMirror::apply(const Frame &frame)
{
    if (frame.snapshot)
        clear();
    m_revision = frame.revision;
    m_ts = frame.ts;
    m_eventsDropped += frame.eventsDropped;
    if (frame.cluster)
        m_cluster = frame.cluster;
    applyRows(m_actors, frame.actors, m_endedLimit);
    applyRows(m_runners, frame.runners, m_endedLimit);
    applyRows(m_connections, frame.connections, m_endedLimit);
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
    frame.pendingOf = m_pendingOf;
    frame.pending = m_pending;
    frame.eventsDropped = m_eventsDropped;
    return frame;
}

} // namespace dormouse::monitor
