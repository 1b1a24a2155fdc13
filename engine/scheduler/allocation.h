// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/config.h"
#include "engine/base/random.h"

#include <QString>

#include <optional>
#include <vector>

namespace dormouse {

/// One runner of a pool as the choice sees it (scheduler.md section 2.5).
struct AllocationCandidate
{
    const QString *runnerId = nullptr;
    bool eligible = false;
    quint32 version = 0;
    qint64 silentMs = 0; ///< since the last inbound frame, monotonic
    qint64 lastPingTs = 0;
    quint32 totalSlots = 0;
    quint32 usedSlots = 0;
    bool hostsOlderGeneration = false; ///< of the actor in question
};

/// (total - used) * 1000 / total, never negative; 0 for a runner without slots.
quint64 freeShare(quint32 totalSlots, quint32 usedSlots);
/// Highest version among eligible ones; absent when none is eligible.
std::optional<quint32> highestVersion(const std::vector<AllocationCandidate> &pool);
inline constexpr const char *kOlderGeneration = "older_generation";
/// Why this runner gets no actor now; empty = it may. Codes: not_reconciled, silent, older_version, full,
/// older_generation (last: but for it, the runner would do). The caller
/// knows draining and no_socket.
QString ineligibleReason(const AllocationCandidate &candidate, std::optional<quint32> highest,
                         const EngineConfig &config);
/// Index into pool, absent when none fits. Weighted by free share among the first sample_size.
std::optional<std::size_t> pickRunner(const std::vector<AllocationCandidate> &pool, const EngineConfig &config,
                                      Random &random);

} // namespace dormouse
