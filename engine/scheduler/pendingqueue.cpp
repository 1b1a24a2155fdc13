// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/pendingqueue.h"

#include <algorithm>

namespace dormouse {

std::deque<PendingQueue::Entry>::const_iterator PendingQueue::find(qint64 seq) const
{
    return std::lower_bound(m_entries.begin(), m_entries.end(), seq,
                            [](const Entry &entry, qint64 wanted) { return entry.seq < wanted; });
}

void PendingQueue::insert(qint64 seq, const QString &actorId)
{
    m_entries.insert(find(seq), Entry{seq, actorId});
}

bool PendingQueue::remove(qint64 seq)
{
    const auto it = find(seq);
    if (it == m_entries.end() || it->seq != seq)
        return false;
    m_entries.erase(it);
    return true;
}

std::optional<int> PendingQueue::position(qint64 seq) const
{
    const auto it = find(seq);
    if (it == m_entries.end() || it->seq != seq)
        return std::nullopt;
    return int(it - m_entries.begin()) + 1;
}

} // namespace dormouse
