// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/shrink.h"

namespace dormouse::test {

std::optional<Violation> play(const Schedule &schedule, const SimulationOptions &options, SimulationCoverage &coverage,
                              QStringList *log)
{
    Cluster cluster(schedule, options, coverage);
    const std::optional<Violation> violation = cluster.run();
    if (log)
        *log = cluster.log();
    return violation;
}

Schedule shrink(const Schedule &schedule, const Violation &violation, const SimulationOptions &options, int maxRuns)
{
    SimulationCoverage ignored;
    Schedule best = schedule;
    std::size_t chunk = std::max<std::size_t>(1, best.steps.size() / 2);
    while (maxRuns > 0) {
        bool shorter = false;
        for (std::size_t from = 0; from < best.steps.size() && maxRuns > 0;) {
            Schedule candidate = best;
            const std::size_t to = std::min(best.steps.size(), from + chunk);
            // The steps that stay keep their time.
            qint64 skippedMs = 0;
            for (std::size_t i = from; i < to; ++i)
                skippedMs += best.steps[i].afterMs;
            candidate.steps.erase(candidate.steps.begin() + std::ptrdiff_t(from), candidate.steps.begin() + std::ptrdiff_t(to));
            if (from < candidate.steps.size())
                candidate.steps[from].afterMs += skippedMs;
            --maxRuns;
            const std::optional<Violation> still = play(candidate, options, ignored);
            if (still && still->rule == violation.rule) {
                best = std::move(candidate);
                shorter = true;
            } else {
                from = to;
            }
        }
        if (chunk == 1 && !shorter)
            break;
        chunk = std::max<std::size_t>(1, chunk / 2);
    }
    return best;
}

} // namespace dormouse::test
