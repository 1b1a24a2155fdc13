// SPDX-License-Identifier: Apache-2.0
#include "models/acklog.h"

#include "models/owntraffic.h"

#include <algorithm>

namespace dormouse {

void AckLog::apply(const monitor::Frame &frame)
{
    if (frame.snapshot && frame.ts < m_lastTs) // a recording was wound back
        clear();
    m_lastTs = frame.ts;
    for (const monitor::Event &event : frame.events) {
        if (event.kind != monitor::EventKind::MessageAcked || !event.value)
            continue;
        m_entries.push_back({event.ts, *event.value, event.index.value_or(0), event.connectionId, event.actorId, event.runnerId});
        if (int(m_entries.size()) > kMaxEntries)
            m_entries.pop_front();
        const bool own = m_own && m_own->isOwn(event.connectionId);
        add(event.actorId, false, own, *event.value);
        add(event.runnerId, true, own, *event.value);
    }
}

void AckLog::add(const QString &id, bool runner, bool own, qint64 us)
{
    if (id.isEmpty())
        return;
    auto it = m_groups.find(id);
    if (it == m_groups.end()) {
        if (m_groups.size() >= kMaxGroups)
            return;
        it = m_groups.insert(id, {{id, runner, {}}, {}});
    }
    (own ? it->own : it->others.histogram).add(us);
}

void AckLog::clear()
{
    m_entries.clear();
    m_groups.clear();
}

std::vector<AckLog::Entry> AckLog::find(qint64 fromTs, qint64 toTs, qint64 fromUs, qint64 toUs, int limit) const
{
    std::vector<Entry> found;
    for (auto it = m_entries.rbegin(); it != m_entries.rend() && int(found.size()) < limit; ++it) {
        if (it->ts >= fromTs && it->ts < toTs && it->us >= fromUs && it->us < toUs
            && !(m_own && m_own->isHidden(it->connectionId)))
            found.push_back(*it);
    }
    return found;
}

std::vector<AckLog::Group> AckLog::groups() const
{
    std::vector<Group> all;
    for (const Sums &sums : m_groups) {
        Group group = sums.others;
        if (m_own && m_own->isShown())
            group.histogram.merge(sums.own);
        if (group.histogram.count())
            all.push_back(std::move(group));
    }
    std::sort(all.begin(), all.end(), [](const Group &a, const Group &b) {
        if (a.runner != b.runner)
            return a.runner;
        const qint64 slowA = a.histogram.quantileUs(0.99).value_or(0), slowB = b.histogram.quantileUs(0.99).value_or(0);
        return slowA != slowB ? slowA > slowB : a.id < b.id;
    });
    return all;
}

} // namespace dormouse
