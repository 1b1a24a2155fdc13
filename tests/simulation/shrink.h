// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/cluster.h"

namespace dormouse::test {

/// Plays a schedule once.
std::optional<Violation> play(const Schedule &schedule, const SimulationOptions &options, SimulationCoverage &coverage,
                              QStringList *log = nullptr);

/// Leaves out steps, first many at once and then single ones, as long as the same rule stays broken. The result cannot
/// do without any of its steps (or maxRuns were used up).
Schedule shrink(const Schedule &schedule, const Violation &violation, const SimulationOptions &options, int maxRuns = 600);

} // namespace dormouse::test
