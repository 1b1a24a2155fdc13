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
        add(event.runnerId, Of::Runner, own, *event.value);
        add(event.actorId, Of::Actor, own, *event.value);
        add(event.connectionId, Of::Connection, own, *event.value);
    }
}

void AckLog::add(const QString &id, Of of, bool own, qint64 us)
{
    if (id.isEmpty())
        return;
    auto it = m_groups.find(id);
    if (it == m_groups.end()) {
        if (m_groups.size() >= kMaxGroups)
            return;
        it = m_groups.insert(id, {{id, of, {}}, {}});
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

std::vector<AckLog::Group> AckLog::groups(const std::function<QString(const QString &actorId)> &nameOf) const
{
    std::vector<Group> all;
    QHash<QString, Group> names;
    for (const Sums &sums : m_groups) {
        Group group = sums.others;
        if (m_own && m_own->isShown())
            group.histogram.merge(sums.own);
        if (!group.histogram.count())
            continue;
        if (const QString name = group.of == Of::Actor ? nameOf(group.id) : QString(); !name.isEmpty()) {
            Group &sum = names[name];
            sum.id = name;
            sum.of = Of::Name;
            sum.histogram.merge(group.histogram);
        }
        all.push_back(std::move(group));
    }
    all.insert(all.end(), names.cbegin(), names.cend());
    // Quantiles are not asked for at each comparison.
    std::vector<std::pair<qint64, size_t>> slow;
    for (size_t i = 0; i < all.size(); ++i)
        slow.emplace_back(all[i].histogram.quantileUs(0.99).value_or(0), i);
    std::sort(slow.begin(), slow.end(), [&](const auto &a, const auto &b) {
        const Group &groupA = all[a.second], &groupB = all[b.second];
        if (groupA.of != groupB.of)
            return groupA.of < groupB.of;
        return a.first != b.first ? a.first > b.first : groupA.id < groupB.id;
    });
    std::vector<Group> out;
    out.reserve(all.size());
    for (const auto &[us, i] : slow)
        out.push_back(std::move(all[i]));
    return out;
}

} // namespace dormouse
