// SPDX-License-Identifier: Apache-2.0
// Choice of a runner and the queues (scheduler.md sections 1.7, 2.5 and 3).
#include "engine/scheduler/schedulercore.h"

namespace dormouse {

std::vector<AllocationCandidate> SchedulerCore::candidates(const QString &key) const
{
    std::vector<AllocationCandidate> result;
    const auto pool = poolRunners.find(key);
    if (pool == poolRunners.end())
        return result;
    result.reserve(pool->second.size());
    const qint64 now = monoMs();
    for (const QString &id : pool->second) {
        const auto it = runners.find(id);
        if (it == runners.end())
            continue;
        const RunnerEntry &entry = *it->second;
        result.push_back({&it->first, entry.eligible, entry.row.version, now - entry.lastInboundMs,
                          entry.row.lastPingTs, entry.row.totalSlots, entry.used()});
    }
    return result;
}

std::optional<QString> SchedulerCore::pick(const QString &key)
{
    const std::vector<AllocationCandidate> pool = candidates(key);
    const std::optional<std::size_t> index = pickRunner(pool, context.config, context.random);
    if (!index)
        return std::nullopt;
    return *pool[*index].runnerId;
}

SlotOffer SchedulerCore::makeOffer(const ActorRow &row)
{
    SlotOffer offer;
    const QString key = poolKey(row);
    const auto queue = queues.find(key);
    if (queue == queues.end() || queue->second.empty()) // newcomers never overtake
        offer.runnerId = pick(key);
    offer.poolGrowable = poolGrowable(row.namespaceId, row.pool);
    offer.pendingSeq = m_lastSeq + 1;
    if (!offer.runnerId)
        ++m_lastSeq;
    return offer;
}

void SchedulerCore::drainQueues()
{
    int budget = context.config.queueDrainBatch;
    while (!m_drainRequests.empty() && budget > 0 && !shuttingDown) {
        const QString key = *m_drainRequests.begin();
        if (drainQueue(key, budget))
            m_drainRequests.erase(key);
    }
    if (!m_drainRequests.empty() && !shuttingDown) {
        // The rest goes into the next transaction, so that no batch grows without limit.
        after([this] { Transaction transaction(*this); });
    }
}

/// False when the budget ended first.
bool SchedulerCore::drainQueue(const QString &key, int &budget)
{
    const auto it = queues.find(key);
    if (it == queues.end())
        return true;
    PendingQueue &queue = it->second;
    while (const QString *first = queue.first()) {
        if (budget <= 0)
            return false;
        const std::optional<QString> runnerId = pick(key);
        if (!runnerId)
            return true;
        --budget;
        ActorEvent event;
        event.kind = ActorEventKind::Assigned;
        event.runnerId = *runnerId;
        apply(*actor(*first), event);
    }
    return true;
}

} // namespace dormouse
