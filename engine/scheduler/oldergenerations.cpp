// SPDX-License-Identifier: Apache-2.0
// Generations of actors that the engine has settled while their process may still hold them.
#include "engine/scheduler/schedulercore.h"

#include <algorithm>
#include <utility>

namespace dormouse {

void SchedulerCore::olderGenerationEnded(RunnerEntry &runner, const QString &actorId, quint32 generation)
{
    if (runner.olderGenerations.erase({actorId, generation}) == 0)
        return;
    requestDrain(poolKey(runner.row));
    armOlderGenerations(runner);
}

void SchedulerCore::setOlderGenerations(RunnerEntry &runner, const std::set<RunnerEntry::Generation> &held)
{
    runner.olderGenerations.clear();
    for (const RunnerEntry::Generation &generation : held)
        runner.olderGenerations[generation] = monoMs() + context.config.actorStopThreshold;
    requestDrain(poolKey(runner.row));
    armOlderGenerations(runner);
}

void SchedulerCore::armOlderGenerations(RunnerEntry &runner)
{
    context.timers.cancel(std::exchange(runner.olderGenerationsTimer, 0));
    if (runner.olderGenerations.empty() || shuttingDown)
        return;
    const auto earliest = std::min_element(runner.olderGenerations.begin(), runner.olderGenerations.end(),
                                           [](const auto &a, const auto &b) { return a.second < b.second; });
    runner.olderGenerationsTimer = context.timers.schedule(
        earliest->second, [this, id = runner.row.runnerId] { olderGenerationsDue(id); });
}

/// As long as a stop may take, the process had to end it. Waiting longer would hold the actor for nothing.
void SchedulerCore::olderGenerationsDue(const QString &runnerId)
{
    RunnerEntry *entry = runner(runnerId);
    if (!entry)
        return;
    entry->olderGenerationsTimer = 0;
    Transaction transaction(*this, "older_generation");
    const qint64 now = monoMs();
    for (auto it = entry->olderGenerations.begin(); it != entry->olderGenerations.end();) {
        if (it->second > now) {
            ++it;
            continue;
        }
        ActorRow row;
        row.actorId = it->first.first;
        row.generation = it->first.second;
        emitRefused(row, QStringLiteral("older_generation_given_up"), u"runner " % runnerId % u" has not told its end");
        it = entry->olderGenerations.erase(it);
    }
    requestDrain(poolKey(entry->row));
    armOlderGenerations(*entry);
}

void SchedulerCore::noteLostIdentity(const RunnerRow &row)
{
    lostIdentities[{row.namespaceId, row.name, row.key}] = row.runnerId;
}

/// Unless a later record of the same identity was lost, too.
void SchedulerCore::forgetLostIdentity(const RunnerRow &row)
{
    const auto it = lostIdentities.find({row.namespaceId, row.name, row.key});
    if (it != lostIdentities.end() && it->second == row.runnerId)
        lostIdentities.erase(it);
}

bool SchedulerCore::identityWasLost(const QString &namespaceId, const QString &name, const QString &key) const
{
    return lostIdentities.contains({namespaceId, name, key});
}

} // namespace dormouse
