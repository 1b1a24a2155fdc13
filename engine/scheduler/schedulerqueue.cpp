// SPDX-License-Identifier: Apache-2.0
// Choice of a runner and the queues (scheduler.md sections 1.7, 2.5 and 3).
#include "engine/scheduler/schedulercore.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr int kMostPassed = 1'000; ///< of one queue in one look; more have to wait for them

bool holdsOlderGeneration(const RunnerEntry &runner, const QString &actorId)
{
    const auto it = runner.olderGenerations.lower_bound({actorId, 0});
    return !actorId.isEmpty() && it != runner.olderGenerations.end() && it->first.first == actorId;
}

} // namespace

std::vector<AllocationCandidate> SchedulerCore::candidates(const QString &key, const QString &actorId) const
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
        result.push_back({&it->first, entry.eligible, entry.row.version, now - entry.lastInboundMs, entry.row.lastPingTs,
                          entry.row.totalSlots, entry.used(), holdsOlderGeneration(entry, actorId)});
    }
    return result;
}

SchedulerCore::Choice SchedulerCore::pick(const QString &key, const QString &actorId)
{
    const std::vector<AllocationCandidate> pool = candidates(key, actorId);
    if (const std::optional<std::size_t> index = pickRunner(pool, context.config, context.random))
        return {*pool[*index].runnerId, false};
    const std::optional<quint32> highest = highestVersion(pool);
    return {std::nullopt, std::any_of(pool.begin(), pool.end(), [&](const AllocationCandidate &candidate) {
                return candidate.hostsOlderGeneration
                    && ineligibleReason(candidate, highest, context.config) == QLatin1StringView(kOlderGeneration);
            })};
}

/// Whether somebody in the queue could use the next slot, and not only what waits for the end of its own past.
bool SchedulerCore::isWaitedFor(const QString &key) const
{
    const auto queue = queues.find(key);
    if (queue == queues.end() || queue->second.empty())
        return false;
    std::vector<const RunnerEntry *> holders;
    if (const auto pool = poolRunners.find(key); pool != poolRunners.end()) {
        for (const QString &id : pool->second) {
            const auto it = runners.find(id);
            if (it != runners.end() && !it->second->olderGenerations.empty())
                holders.push_back(it->second.get());
        }
    }
    for (int position = 0; position < kMostPassed; ++position) {
        const QString *waiting = queue->second.at(position);
        if (!waiting)
            return false;
        if (std::none_of(holders.begin(), holders.end(), [&](const auto *holder) { return holdsOlderGeneration(*holder, *waiting); }))
            return true;
    }
    return true;
}

SlotOffer SchedulerCore::makeOffer(const ActorRow &row)
{
    SlotOffer offer;
    const QString key = poolKey(row);
    if (!isWaitedFor(key)) // newcomers never overtake
        offer.runnerId = pick(key, row.actorId).runnerId;
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
    int passed = 0; // waiting for the end of their own older generation: nobody has to wait with them
    while (const QString *next = passed < kMostPassed ? queue.at(passed) : nullptr) {
        if (budget <= 0)
            return false;
        const Choice choice = pick(key, *next);
        if (!choice.runnerId && !choice.heldByOlderGeneration)
            return true;
        if (!choice.runnerId) {
            // Does not count as work: the next look would pass them again, and that at once. It comes with an end.
            ++passed;
            continue;
        }
        --budget;
        ActorEvent event;
        event.kind = ActorEventKind::Assigned;
        event.runnerId = *choice.runnerId;
        apply(*actor(*next), event);
    }
    return true;
}

} // namespace dormouse
