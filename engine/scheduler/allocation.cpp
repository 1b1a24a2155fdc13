// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/allocation.h"

#include <algorithm>

namespace dormouse {

quint64 freeShare(quint32 totalSlots, quint32 usedSlots)
{
    if (totalSlots == 0 || usedSlots >= totalSlots)
        return 0;
    return quint64(totalSlots - usedSlots) * 1000 / totalSlots;
}

std::optional<quint32> highestVersion(const std::vector<AllocationCandidate> &pool)
{
    std::optional<quint32> highest;
    for (const AllocationCandidate &candidate : pool) {
        if (candidate.eligible && (!highest || candidate.version > *highest))
            highest = candidate.version;
    }
    return highest;
}

QString ineligibleReason(const AllocationCandidate &candidate, std::optional<quint32> highest,
                         const EngineConfig &config)
{
    if (!candidate.eligible)
        return QStringLiteral("not_reconciled");
    if (candidate.silentMs > config.runnerEligibleThreshold)
        return QStringLiteral("silent");
    if (highest && candidate.version < *highest)
        return QStringLiteral("older_version");
    if (candidate.usedSlots >= candidate.totalSlots)
        return QStringLiteral("full");
    if (candidate.hostsOlderGeneration)
        return QString::fromLatin1(kOlderGeneration);
    return {};
}

std::optional<std::size_t> pickRunner(const std::vector<AllocationCandidate> &pool, const EngineConfig &config,
                                      Random &random)
{
    const std::optional<quint32> highest = highestVersion(pool);
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        if (ineligibleReason(pool[i], highest, config).isEmpty())
            fitting.push_back(i);
    }
    if (fitting.empty())
        return std::nullopt;
    const auto before = [&](std::size_t a, std::size_t b) {
        const quint64 shareA = freeShare(pool[a].totalSlots, pool[a].usedSlots);
        const quint64 shareB = freeShare(pool[b].totalSlots, pool[b].usedSlots);
        if (shareA != shareB)
            return shareA > shareB;
        if (pool[a].lastPingTs != pool[b].lastPingTs)
            return pool[a].lastPingTs < pool[b].lastPingTs;
        return *pool[a].runnerId < *pool[b].runnerId;
    };
    const std::size_t sample
        = std::min(fitting.size(), std::size_t(std::max(1, config.actorAllocationCandidateSampleSize)));
    std::partial_sort(fitting.begin(), fitting.begin() + std::ptrdiff_t(sample), fitting.end(), before);
    fitting.resize(sample);

    const auto weight = [&](std::size_t i) {
        return std::max<quint64>(1, freeShare(pool[i].totalSlots, pool[i].usedSlots));
    };
    quint64 total = 0;
    for (const std::size_t i : fitting)
        total += weight(i);
    quint64 draw = random.below(total);
    for (const std::size_t i : fitting) {
        if (draw < weight(i))
            return i;
        draw -= weight(i);
    }
    return fitting.back();
}

} // namespace dormouse
