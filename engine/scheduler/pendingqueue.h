// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <deque>
#include <optional>

namespace dormouse {

/// The queue of one pool (scheduler.md section 3): actor ids by pending_seq. A cache of "state = pending" rows, so its
/// length is bounded by the number of actors. Sequence numbers only grow, so adding is at the end except at boot.
class PendingQueue
{
public:
    void insert(qint64 seq, const QString &actorId);
    bool remove(qint64 seq);
    /// 0 = next to be served; null behind the end.
    const QString *at(int position) const
    {
        return position < size() ? &m_entries[std::size_t(position)].actorId : nullptr;
    }
    bool empty() const { return m_entries.empty(); }
    template<typename Visit>
    void forEach(Visit visit) const
    {
        for (const Entry &entry : m_entries)
            visit(entry.actorId);
    }
    int size() const { return int(m_entries.size()); }
    /// 1 = next to be served; absent when it is not queued.
    std::optional<int> position(qint64 seq) const;

private:
    struct Entry
    {
        qint64 seq;
        QString actorId;
    };
    std::deque<Entry>::const_iterator find(qint64 seq) const;
    std::deque<Entry> m_entries;
};

} // namespace dormouse
