// SPDX-License-Identifier: Apache-2.0
// Start of the engine (scheduler.md section 8.7).
#include "engine/scheduler/schedulercore.h"

#include <algorithm>

namespace dormouse {

namespace {

/// No state lasts longer than that from now on.
qint64 latestDeadline(const ActorRow &row, const EngineConfig &config, qint64 now)
{
    constexpr qint64 kJitterMs = 1'000;
    if (row.state == ActorState::Backoff)
        return wakeDelayedUntil(row, config).value_or(now) + kJitterMs;
    return now + std::max({config.actorStartThreshold, config.actorStopThreshold, config.runnerLostThreshold,
                           config.restartPendingTimeoutMs, config.actorForceWakePendingTimeoutMs,
                           row.pendingOverride.timeoutMs.value_or(0)});
}

} // namespace

void SchedulerCore::boot(const Snapshot &snapshot)
{
    const qint64 now = wallMs();
    const EngineConfig &config = context.config;
    for (const NamespaceRow &row : snapshot.namespaces)
        namespaces[row.namespaceId] = row;
    for (const RunnerConfigRow &row : snapshot.runnerConfigs)
        runnerConfigs[{row.namespaceId, row.name}] = row;
    for (const NameRow &row : snapshot.actorNames)
        actorNames[row.namespaceId][row.name.toUtf8()] = row;
    for (const NameRow &row : snapshot.runnerNames)
        runnerNames[row.namespaceId].insert(row.name.toUtf8());

    Transaction transaction(*this);
    // Snapshots are newest first; the order of forgetting is oldest first.
    for (auto it = snapshot.runners.rbegin(); it != snapshot.runners.rend(); ++it) {
        RunnerEntry &entry = addRunner(*it);
        if (entry.row.state == RunnerState::Stopped)
            continue;
        if (const std::optional<RunnerState> next = runnerNext(entry.row.state, RunnerEventKind::EngineStart))
            entry.row.state = *next;
        entry.row.lostAt = now + config.runnerLostThreshold + config.runnerLostSlack;
        // As every deadline: not before the runner had its chance to come back.
        if (entry.row.drainDeadline)
            entry.row.drainDeadline = std::max(*entry.row.drainDeadline, now + config.runnerLostThreshold);
        ++entry.row.connEpoch;
        markDirty(entry);
        armRunner(entry);
    }
    for (const ActorRow &row : snapshot.actors) // before a repair may need the next one
        m_lastSeq = std::max(m_lastSeq, row.pendingSeq.value_or(0));
    const ActorRow nothing;
    std::vector<ActorEntry *> overdue;
    for (auto it = snapshot.actors.rbegin(); it != snapshot.actors.rend(); ++it) {
        ActorEntry &entry = addActor(*it);
        ActorRow &row = entry.row;
        if (row.state == ActorState::Destroyed) {
            m_destroyedOrder.push_back(row.actorId);
            continue;
        }
        repairRow(entry);
        // The clock may have been moved back while no engine ran.
        row.lastFailureTs = std::min(row.lastFailureTs, now);
        if (const qint64 latest = latestDeadline(row, config, now); row.deadline.value_or(0) > latest) {
            row.deadline = latest;
            if (row.state == ActorState::Backoff)
                row.rescheduleTs = latest;
            markDirty(entry);
        }
        if (row.deadline && row.state != ActorState::Backoff) {
            const qint64 earliest = now + config.runnerLostThreshold;
            if (*row.deadline < earliest) {
                row.deadline = earliest;
                markDirty(entry);
            }
        }
        if (row.pendingSeq) {
            queues[poolKey(row)].insert(*row.pendingSeq, row.actorId);
            requestDrain(poolKey(row));
        }
        if (row.slotHeld) {
            if (RunnerEntry *holder = runner(row.runnerId.value_or(QString())))
                holder->actors.insert(row.actorId);
        }
        accountRows(nothing, row);
        if (row.state == ActorState::Sleeping && row.alarmTs && *row.alarmTs <= now)
            overdue.push_back(&entry);
        else
            armActor(entry);
    }
    for (const CommandRow &row : snapshot.commands) {
        RunnerEntry *holder = runner(row.runnerId);
        if (!holder || holder->row.state == RunnerState::Stopped)
            continue;
        StoredCommand &stored = holder->commands[{row.actorId, row.generation, row.index}];
        stored = StoredCommand{row, true, false, true};
    }
    std::sort(overdue.begin(), overdue.end(),
              [](const ActorEntry *a, const ActorEntry *b) { return *a->row.alarmTs < *b->row.alarmTs; });
    const qint64 rate = std::max(1, config.alarmFireRate);
    for (std::size_t i = 0; i < overdue.size(); ++i) {
        ActorEntry &entry = *overdue[i];
        entry.armedFor = entry.row.alarmTs;
        entry.timer = context.timers.schedule(monoMs() + 1 + qint64(i) * 1000 / rate,
                                              [this, id = entry.row.actorId] { actorTimer(id); });
    }
    repairSlots();
    if (namespaces.empty()) {
        NamespaceRow row;
        row.namespaceId = makeId(context.random);
        row.name = QStringLiteral("default");
        row.displayName = QStringLiteral("Default");
        row.createTs = now;
        namespaces[row.namespaceId] = row;
        write(PutNamespace{row});
    }
    m_usageAtMs = monoMs();
    if (!snapshot.hibernating.empty()) {
        // Left by a gateway that is gone: nobody refreshes them, and nobody else would look (section 8.5). What this
        // process writes is never older than its start.
        m_sweepTimer = context.timers.schedule(
            monoMs() + 2 * config.hibernatingRequestEligibleThreshold, [this, now] {
                m_sweepTimer = 0;
                Transaction sweep(*this, "sweep");
                write(DeleteHibernatingOlderThan{now});
            });
    }
    armHousekeeping();
}

/// A row that contradicts itself comes to rest and says so; what can be mended without loss is mended.
void SchedulerCore::repairRow(ActorEntry &actor)
{
    ActorRow &row = actor.row;
    const bool allocated = isAllocated(row.state);
    if (allocated && (!row.slotHeld || !row.runnerId)) {
        countRepair(row, u"state " % QLatin1String(actorStateName(row.state)) % u" without a slot");
        ActorEvent event;
        event.kind = ActorEventKind::RunnerLost;
        if (row.state == ActorState::Destroying || row.destroyTs) {
            row.state = ActorState::Destroying;
            row.slotHeld = false;
            row.runnerId.reset();
            apply(actor, event);
            return;
        }
        // Where it runs, if it runs, is not known: it is not started again on its own.
        row.state = ActorState::Sleeping;
        row.slotHeld = false;
        row.runnerId.reset();
        row.deadline.reset();
        row.connectableTs.reset();
        row.willWake = false;
        row.sleepTs = row.sleepTs.value_or(wallMs());
        row.errorJson = kInternalErrorJson;
        markDirty(actor);
    } else if (!allocated && (row.slotHeld || row.runnerId)) {
        countRepair(row, u"state " % QLatin1String(actorStateName(row.state)) % u" with a slot");
        row.slotHeld = false;
        row.runnerId.reset();
        markDirty(actor);
    }
    if ((row.state == ActorState::Pending) != row.pendingSeq.has_value()) {
        countRepair(row, QStringLiteral("queue number and state disagree"));
        row.pendingSeq.reset();
        if (row.state == ActorState::Pending)
            row.pendingSeq = ++m_lastSeq;
        markDirty(actor);
    }
}

/// Slots on records that have ended or vanished (self-check).
void SchedulerCore::repairSlots()
{
    for (auto &[id, entry] : actors) {
        if (!entry->row.slotHeld)
            continue;
        const RunnerEntry *holder = runner(entry->row.runnerId.value_or(QString()));
        if (holder && holder->row.state != RunnerState::Stopped)
            continue;
        countRepair(entry->row, QStringLiteral("slot on a runner record that has ended"));
        ActorEvent event;
        event.kind = ActorEventKind::RunnerLost;
        apply(*entry, event);
    }
}

} // namespace dormouse
