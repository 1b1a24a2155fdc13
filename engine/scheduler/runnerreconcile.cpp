// SPDX-License-Identifier: Apache-2.0
// What is left to send or to settle when a runner is back (scheduler.md 2.6, runner-protocol.md 4.10).
#include "engine/scheduler/runnerhub.h"

#include <algorithm>

namespace dormouse {

/// Commands whose bytes were still on this machine when the connection was lost cannot have been seen.
void RunnerHub::takeBackUnsent(const Socket &socket)
{
    RunnerEntry *runner = m_core.runner(socket.runnerId);
    const Channel *channel = socket.channel.get();
    const qint64 left = channel->bytesAccepted() - channel->bytesUnsent();
    if (!runner || left == channel->bytesAccepted())
        return;
    for (auto &[key, stored] : runner->commands) {
        if (stored.sentOn == channel && stored.sentEnd > left) {
            stored.sent = false;
            stored.sentOn = nullptr;
            stored.due = true;
        }
    }
}

void RunnerHub::reconcileDue(const QString &runnerId, qint64 delayMs)
{
    Link *owner = link(runnerId);
    if (!owner)
        return;
    m_core.context.timers.cancel(owner->reconcileTimer);
    owner->reconcileTimer = m_core.context.timers.schedule(m_core.monoMs() + delayMs, [this, runnerId] {
        Link *due = link(runnerId);
        if (!due || !due->reconciling)
            return;
        due->reconcileTimer = 0;
        if (!due->inventoryComplete)
            return reconcileLate(*due);
        const EngineConfig &config = m_core.context.config;
        // What was written to an older socket of the same process may still be under way; its pong comes behind that.
        const bool probing = std::any_of(due->older.begin(), due->older.end(),
                                         [](const Socket *older) { return older->role == Role::Probing; });
        const qint64 leftMs = due->reconcileSinceMs + config.reconcileTimeout - m_core.monoMs();
        if (probing && leftMs > 0)
            reconcileDue(runnerId, std::clamp<qint64>(config.reconcileSettle, 1, leftMs));
        else
            finishReconcile(runnerId);
    });
}

/// No pong: the process stands still, or its link is dead and nobody has noticed. To take its actors for lost would let
/// them live twice. As long as a silent link is kept, so is this one; then the usual way of a lost runner begins.
void RunnerHub::reconcileLate(Link &owner)
{
    const EngineConfig &config = m_core.context.config;
    const qint64 waitedMs = m_core.monoMs() - owner.reconcileSinceMs;
    if (waitedMs < config.runnerPingTimeoutMs) {
        report(monitor::EventKind::RunnerReconciled, monitor::EventLevel::Warn, owner.runnerId,
               QStringLiteral("reconcile_late"), u"no pong for " % QString::number(waitedMs) % u" ms");
        reconcileDue(owner.runnerId, std::clamp<qint64>(config.runnerPingTimeoutMs - waitedMs, 1, config.reconcileTimeout));
        return;
    }
    RunnerEntry *runner = m_core.runner(owner.runnerId);
    if (!runner || !owner.current)
        return;
    Socket &socket = *owner.current;
    SchedulerCore::Transaction transaction(m_core, "disconnect");
    dropRole(socket);
    closeSocket(socket, kErrorClose, "core.internal_error");
    m_core.socketGone(*runner, false);
}

void RunnerHub::finishReconcile(const QString &runnerId)
{
    Link *owner = link(runnerId);
    RunnerEntry *runner = m_core.runner(runnerId);
    if (!owner || !runner || !owner->current)
        return;
    SchedulerCore::Transaction transaction(m_core, "reconcile");
    owner->reconciling = false;
    for (auto &[key, stored] : runner->commands)
        stored.due = stored.due && !stored.row.start; // Starts go only where the inventory says so
    std::set<RunnerEntry::Generation> olderGenerations;
    // The first connection of a record: an SDK that is given another runner id stops all its actors unasked.
    const bool stopsThemItself = runner->row.connEpoch == 1;
    for (const auto &[actorId, generation] : owner->inventory) {
        const ActorEntry *entry = m_core.actor(actorId);
        const bool wanted = entry && entry->row.slotHeld && entry->row.runnerId == runnerId
            && entry->row.generation == generation;
        if (wanted)
            continue;
        ++m_core.counters.reconcileZombies;
        m_core.metrics.reconciled("zombie");
        report(monitor::EventKind::RunnerReconciled, monitor::EventLevel::Warn, runnerId, QStringLiteral("zombie"),
               actorId % u" generation " % QString::number(generation));
        olderGenerations.insert({actorId, generation});
        if (!stopsThemItself)
            m_core.addStop(*runner, actorId, generation);
    }
    m_core.setOlderGenerations(*runner, olderGenerations);
    // Before the actors are looked at: what is lost may start again on this very runner.
    m_core.setEligible(*runner, runner->row.state == RunnerState::Connected);
    const std::vector<QString> assigned(runner->actors.begin(), runner->actors.end());
    for (const QString &actorId : assigned) {
        if (ActorEntry *entry = m_core.actor(actorId))
            reconcileActor(*runner, *owner, *entry);
    }
    report(monitor::EventKind::RunnerReconciled, monitor::EventLevel::Info, runnerId, QStringLiteral("done"),
           QString::number(assigned.size()) % u" assigned, " % QString::number(owner->inventory.size())
               % u" reported");
    releaseKv(*owner, true);
    owner->inventory.clear();
    m_core.after([this, runnerId, channel = owner->current->channel.get()] {
        Link *ready = link(runnerId);
        if (!ready || !ready->current || ready->current->channel.get() != channel)
            return;
        ready->up = true;
        sendDueCommands(runnerId);
        if (m_core.gateway)
            m_core.gateway->linkBack(runnerId);
    });
}

void RunnerHub::reconcileActor(RunnerEntry &runner, const Link &owner, ActorEntry &actor)
{
    const QString actorId = actor.row.actorId;
    const quint32 generation = actor.row.generation;
    const ActorState state = actor.row.state;
    const auto stopsDue = [&] {
        for (auto &[key, stored] : runner.commands) {
            if (std::get<0>(key) == actorId && std::get<1>(key) == generation && !stored.row.start)
                stored.due = true;
        }
    };
    const auto startCommand = runner.commands.find({actorId, generation, 0});
    if (owner.inventory.contains({actorId, generation})) {
        m_core.metrics.reconciled("kept");
        m_core.dropCommands(runner.row.runnerId, actorId, generation, 0);
        if (isStopping(state))
            stopsDue();
        return;
    }
    ActorEvent event;
    // An acknowledged Start is as good as an event: it did arrive.
    const bool hadStarted = actor.row.seenRunning || actor.row.lastEventIdx >= 0 || startCommand == runner.commands.end();
    if (!hadStarted && !startCommand->second.sent && state != ActorState::Destroying) {
        if (runner.row.state == RunnerState::Draining) {
            event.kind = ActorEventKind::RunnerLost;
            event.force = true;
            m_core.apply(actor, event);
            return;
        }
        ++m_core.counters.reconcileStarts;
        m_core.metrics.reconciled("start");
        startCommand->second.due = true;
        stopsDue();
        return;
    }
    if (isStopping(state)) {
        m_core.metrics.reconciled("stopped");
        event.kind = ActorEventKind::Stopped; // it stopped while nobody could hear it, or never began
        m_core.apply(actor, event);
        return;
    }
    event.kind = ActorEventKind::RunnerLost;
    event.lost = LostReason::ConnectionLost;
    if (hadStarted) {
        ++m_core.counters.reconcileLost;
        m_core.metrics.reconciled("lost");
    } else {
        // Lost on its way, or started and over before anybody could hear of it: nothing tells the two apart.
        ++m_core.counters.reconcileUnconfirmed;
        m_core.metrics.reconciled("unconfirmed");
        event.unconfirmed = true;
    }
    m_core.apply(actor, event);
}

/// Versions 1 to 3 say exactly what they have seen (runner-protocol.md 4.10).
void RunnerHub::resendLegacy(RunnerEntry &runner, std::optional<qint64> lastCommandIdx)
{
    const qint64 seen = lastCommandIdx.value_or(-1);
    std::vector<CommandRow> done;
    for (auto &[key, stored] : runner.commands) {
        stored.due = stored.row.runnerIndex > seen;
        if (!stored.due)
            done.push_back(stored.row);
    }
    for (const CommandRow &row : done)
        m_core.dropCommands(row.runnerId, row.actorId, row.generation, row.index);
}

} // namespace dormouse
