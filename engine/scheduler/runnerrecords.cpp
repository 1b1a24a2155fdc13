// SPDX-License-Identifier: Apache-2.0
// The runner records, their commands and the events they report (scheduler.md sections 1.12 and 2).
#include "engine/scheduler/runnerhub.h"
#include "engine/scheduler/schedulercore.h"

#include <algorithm>

namespace dormouse {

RunnerEntry *SchedulerCore::runnerByIdentity(const QString &namespaceId, const QString &name, const QString &key)
{
    const auto it = identities.find({namespaceId, name, key});
    return it == identities.end() ? nullptr : runner(it->second);
}

RunnerEntry &SchedulerCore::addRunner(const RunnerRow &row)
{
    auto owned = std::make_unique<RunnerEntry>();
    RunnerEntry &entry = *owned;
    entry.row = row;
    entry.lastInboundMs = monoMs();
    runners.emplace(row.runnerId, std::move(owned));
    if (row.state == RunnerState::Stopped || row.state == RunnerState::Draining)
        noteLostIdentity(row);
    if (row.state == RunnerState::Stopped)
        m_stoppedOrder.push_back(row.runnerId);
    else
        poolRunners[poolKey(row)].insert(row.runnerId);
    if (row.state == RunnerState::Connected || row.state == RunnerState::Grace)
        identities[{row.namespaceId, row.name, row.key}] = row.runnerId;
    return entry;
}

bool SchedulerCore::moveRunner(RunnerEntry &runner, RunnerEventKind kind, const QString &reason)
{
    const std::optional<RunnerState> next = runnerNext(runner.row.state, kind);
    if (!next)
        return false;
    const RunnerState state = *next;
    if (runner.row.state == state)
        return true;
    monitor::Event event;
    event.kind = monitor::EventKind::RunnerState;
    event.runnerId = runner.row.runnerId;
    event.from = QString::fromLatin1(runnerStateName(runner.row.state));
    event.to = QString::fromLatin1(runnerStateName(state));
    event.reason = reason;
    emitEvent(std::move(event));
    runner.row.state = state;
    markDirty(runner);
    return true;
}

void SchedulerCore::setEligible(RunnerEntry &runner, bool eligible)
{
    if (runner.eligible == eligible)
        return;
    runner.eligible = eligible;
    context.sink.runnerChanged(runner.row.runnerId);
    // Losing a newer version may make older ones usable, so the queue is looked at either way.
    requestDrain(poolKey(runner.row));
}

void SchedulerCore::socketGone(RunnerEntry &runner, bool shutdownReason)
{
    setEligible(runner, false);
    if (runner.row.state == RunnerState::Stopped)
        return;
    if (shutdownReason && runner.actors.empty()) {
        stopRunner(runner, RunnerEventKind::ShutdownClosed, QStringLiteral("runner_shutdown"));
        return;
    }
    moveRunner(runner, RunnerEventKind::SocketClosed, QStringLiteral("socket_closed"));
    runner.row.lostAt = wallMs() + context.config.runnerLostThreshold + context.config.runnerLostSlack;
    markDirty(runner);
    armRunner(runner);
}

void SchedulerCore::drain(RunnerEntry &runner, bool resetRetries, const QString &reason)
{
    if (runner.row.state == RunnerState::Stopped)
        return;
    const bool first = runner.row.state != RunnerState::Draining;
    if (!first && !resetRetries)
        return;
    if (first) {
        identities.erase({runner.row.namespaceId, runner.row.name, runner.row.key});
        noteLostIdentity(runner.row);
        moveRunner(runner, RunnerEventKind::Drain, reason);
        setEligible(runner, false);
        runner.row.drainTs = wallMs();
        runner.row.drainDeadline = wallMs() + context.config.drainTimeoutMs();
        markDirty(runner);
        armRunner(runner);
        announceLeaving(runner.row.runnerId, false);
    }
    const std::vector<QString> assigned(runner.actors.begin(), runner.actors.end());
    const bool unreachable = first && hub && !hub->hasSocket(runner.row.runnerId);
    for (const QString &actorId : assigned) {
        ActorEntry *entry = actor(actorId);
        if (!entry)
            continue;
        ActorEvent event;
        event.kind = ActorEventKind::GoingAway;
        event.resetRetries = resetRetries;
        const auto start = runner.commands.find({actorId, entry->row.generation, 0});
        if (unreachable && start != runner.commands.end() && start->second.due) {
            // Never written to any socket, and a draining runner gets no Start any more (section 1.12).
            event.kind = ActorEventKind::RunnerLost;
            event.force = true;
        }
        apply(*entry, event);
    }
}

void SchedulerCore::stopRunner(RunnerEntry &runner, RunnerEventKind kind, const QString &reason)
{
    const bool expired = kind == RunnerEventKind::Lost;
    const bool drained = runner.row.state == RunnerState::Draining && !expired;
    if (runner.row.state == RunnerState::Stopped || !moveRunner(runner, kind, reason))
        return;
    const QString runnerId = runner.row.runnerId;
    const auto identity = identities.find({runner.row.namespaceId, runner.row.name, runner.row.key});
    if (identity != identities.end() && identity->second == runnerId)
        identities.erase(identity);
    if (kind == RunnerEventKind::ShutdownClosed)
        forgetLostIdentity(runner.row); // its process has ended, and said so
    else
        noteLostIdentity(runner.row);
    setEligible(runner, false);
    runner.olderGenerations.clear();
    armOlderGenerations(runner);
    runner.row.stopTs = wallMs();
    if (expired)
        runner.row.expiredTs = wallMs();
    runner.row.lostAt.reset();
    runner.row.drainDeadline.reset();
    armRunner(runner);
    poolRunners[poolKey(runner.row)].erase(runnerId);
    m_stoppedOrder.push_back(runnerId);
    requestDrain(poolKey(runner.row));

    const std::vector<QString> assigned(runner.actors.begin(), runner.actors.end());
    for (const QString &actorId : assigned) {
        ActorEntry *entry = actor(actorId);
        if (!entry)
            continue;
        ActorEvent event;
        event.kind = drained ? ActorEventKind::RunnerDrainTimeout : ActorEventKind::RunnerLost;
        event.lost = LostReason::ConnectionLost;
        apply(*entry, event);
    }
    if (!runner.commands.empty()) {
        runner.commands.clear();
        write(DeleteRunnerCommands{runnerId});
    }
    after([this, runnerId] {
        if (hub)
            hub->recordEnded(runnerId);
    });
    announceLeaving(runnerId, true);
}

void SchedulerCore::armRunner(RunnerEntry &runner)
{
    std::optional<qint64> due = runner.row.lostAt;
    if (runner.row.drainDeadline && (!due || *runner.row.drainDeadline < *due))
        due = runner.row.drainDeadline;
    if (runner.row.state == RunnerState::Stopped)
        due.reset();
    if (due == runner.armedFor)
        return;
    context.timers.cancel(runner.timer);
    runner.timer = 0;
    runner.armedFor = due;
    if (due && !shuttingDown)
        runner.timer = context.timers.schedule(monoMs() + (*due - wallMs()),
                                               [this, id = runner.row.runnerId] { runnerTimer(id); });
}

void SchedulerCore::runnerTimer(const QString &runnerId)
{
    RunnerEntry *entry = runner(runnerId);
    if (!entry)
        return;
    entry->timer = 0;
    entry->armedFor.reset();
    Transaction transaction(*this, "runner_timer");
    const qint64 now = wallMs();
    if (entry->row.lostAt && *entry->row.lostAt <= now)
        stopRunner(*entry, RunnerEventKind::Lost, QStringLiteral("lost"));
    else if (entry->row.drainDeadline && *entry->row.drainDeadline <= now)
        stopRunner(*entry, RunnerEventKind::DrainDeadline, QStringLiteral("drain_deadline"));
    else
        armRunner(*entry);
}

// --- commands -----------------------------------------------------------------------------------

void SchedulerCore::addCommand(const QString &runnerId, const ActorRow &row, bool start, qint64 index)
{
    RunnerEntry *entry = runner(runnerId);
    if (!entry || entry->row.state == RunnerState::Stopped)
        return;
    StoredCommand stored;
    stored.row = CommandRow{runnerId, row.actorId, row.generation, index, start, -1, wallMs()};
    if (entry->row.protocolVersion <= 3) {
        stored.row.runnerIndex = ++entry->row.lastCommandIdx;
        markDirty(*entry);
    }
    const RunnerEntry::CommandKey key{row.actorId, row.generation, index};
    entry->commands[key] = stored;
    write(PutCommand{stored.row});
    m_newCommands[runnerId].push_back(key);
}

/// The commands of a transaction go out together, one message per runner, when it has committed.
void SchedulerCore::releaseCommands(const std::map<QString, std::vector<RunnerEntry::CommandKey>> &commands)
{
    for (const auto &[runnerId, keys] : commands) {
        RunnerEntry *holder = runner(runnerId);
        if (!holder)
            continue;
        for (const RunnerEntry::CommandKey &key : keys) {
            const auto it = holder->commands.find(key);
            if (it != holder->commands.end())
                it->second.committed = true;
        }
        if (hub)
            hub->sendNewCommands(runnerId, keys);
    }
}

void SchedulerCore::addStop(RunnerEntry &runner, const QString &actorId, quint32 generation)
{
    ActorRow row;
    row.actorId = actorId;
    row.generation = generation;
    qint64 index = 1;
    for (const auto &[key, stored] : runner.commands) {
        if (std::get<0>(key) == actorId && std::get<1>(key) == generation)
            index = std::max(index, std::get<2>(key) + 1);
    }
    addCommand(runner.row.runnerId, row, false, index);
}

void SchedulerCore::dropCommands(const QString &runnerId, const QString &actorId, quint32 generation, qint64 upToIndex)
{
    RunnerEntry *entry = runner(runnerId);
    if (!entry)
        return;
    auto it = entry->commands.lower_bound({actorId, generation, std::numeric_limits<qint64>::min()});
    bool any = false;
    while (it != entry->commands.end() && std::get<0>(it->first) == actorId && std::get<1>(it->first) == generation
           && std::get<2>(it->first) <= upToIndex) {
        it = entry->commands.erase(it);
        any = true;
    }
    if (any)
        write(DeleteCommands{runnerId, actorId, generation, upToIndex});
}

// --- events -------------------------------------------------------------------------------------

namespace {

ActorEvent toActorEvent(const wire::EventWrapper &wrapper)
{
    ActorEvent event;
    event.index = wrapper.checkpoint.index;
    if (const auto *intent = std::get_if<wire::EventActorIntent>(&wrapper.inner)) {
        event.kind = intent->intent == wire::ActorIntent::Sleep ? ActorEventKind::SleepIntent
                                                                : ActorEventKind::StopIntent;
    } else if (const auto *alarm = std::get_if<wire::EventActorSetAlarm>(&wrapper.inner)) {
        event.kind = ActorEventKind::SetAlarm;
        event.alarmTs = alarm->alarmTs;
    } else if (const auto *update = std::get_if<wire::EventActorStateUpdate>(&wrapper.inner)) {
        if (const auto *stopped = std::get_if<wire::ActorStateStopped>(&update->state)) {
            event.kind = ActorEventKind::Stopped;
            event.code = stopped->code;
            event.message = stopped->message;
        } else {
            event.kind = ActorEventKind::Running;
        }
    }
    return event;
}

} // namespace

bool SchedulerCore::runnerEvent(RunnerEntry &runner, const wire::EventWrapper &wrapper, bool perRunnerIndex)
{
    ++counters.ingestedEvents;
    metrics.ingested();
    const wire::ActorCheckpoint &checkpoint = wrapper.checkpoint;
    ActorRow unknown;
    unknown.actorId = checkpoint.actorId;
    unknown.generation = checkpoint.generation;
    const auto refuse = [&](quint64 &counter, const char *label, const QString &reason) {
        countIgnored(counter, label);
        emitRefused(unknown, reason, u"event " % QString::number(checkpoint.index) % u" of runner " % runner.row.runnerId);
        return false;
    };
    if (perRunnerIndex) {
        if (checkpoint.index <= runner.row.lastEventIdx)
            return refuse(counters.ignoredIndex, "index", QStringLiteral("event_index_seen"));
        runner.row.lastEventIdx = checkpoint.index;
        markDirty(runner);
    }
    ActorEntry *entry = actor(checkpoint.actorId);
    if (!entry)
        return refuse(counters.ignoredRunner, "runner", QStringLiteral("event_unknown_actor"));
    const EventFence fence = actorFence(entry->row, runner.row.runnerId, checkpoint.generation, checkpoint.index);
    if (fence == EventFence::Runner)
        return refuse(counters.ignoredRunner, "runner", QStringLiteral("event_wrong_runner"));
    if (fence == EventFence::Generation)
        return refuse(counters.ignoredGeneration, "generation", QStringLiteral("event_wrong_generation"));
    // Any event of the generation shows that its Start arrived.
    if (entry->row.lastEventIdx < 0 || fence == EventFence::Index)
        dropCommands(runner.row.runnerId, checkpoint.actorId, checkpoint.generation, 0);
    if (fence == EventFence::Index)
        return refuse(counters.ignoredIndex, "index", QStringLiteral("event_index_seen"));
    const bool applied = apply(*entry, toActorEvent(wrapper));
    if (!applied)
        countIgnored(counters.ignoredState, "state");
    return applied;
}

std::optional<wire::ActorCheckpoint> SchedulerCore::takeAck(ActorEntry &actor, qint64 threshold)
{
    ActorRow &row = actor.row;
    if (!row.slotHeld || row.lastEventIdx - row.lastAckIdx <= threshold)
        return std::nullopt;
    // The last event stays unacknowledged: its resend after a reconnect is the sign of life (D-05).
    const qint64 upTo = row.lastEventIdx - 1;
    if (upTo <= row.lastAckIdx)
        return std::nullopt;
    row.lastAckIdx = upTo;
    markDirty(actor);
    return wire::ActorCheckpoint{row.actorId, row.generation, upTo};
}

void SchedulerCore::queueAcks(const QString &runnerId, std::vector<wire::ActorCheckpoint> checkpoints)
{
    after([this, runnerId, checkpoints = std::move(checkpoints)]() mutable {
        // SDKs match acknowledgements by actor id only: one of an older generation would hit the newer (1.12).
        std::erase_if(checkpoints, [&](const wire::ActorCheckpoint &checkpoint) {
            const ActorEntry *entry = actor(checkpoint.actorId);
            return !entry || entry->row.runnerId != runnerId || entry->row.generation != checkpoint.generation;
        });
        if (hub && !checkpoints.empty())
            hub->sendAcks(runnerId, checkpoints);
    });
}

} // namespace dormouse
