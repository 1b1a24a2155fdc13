// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/invariants.h"

#include "tests/simulation/cluster.h"

#include <set>

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

constexpr qint64 kAlarmSlackMs = 5'000;

void checkActor(Scheduler &scheduler, Truth &truth, const QString &id)
{
    const ActorRow *row = scheduler.actor(id);
    const auto known = truth.actors.find(id);
    if (known != truth.actors.end() && known->second.confirmed) {
        if (!row)
            return truth.fail(u"acknowledged write"_s, u"the engine does not know actor "_s % id % u" any more"_s);
        if (known->second.destroyed && !row->destroyTs)
            truth.fail(u"acknowledged write"_s, u"destroyed actor "_s % id % u" is back"_s);
    }
    if (!row || !row->key || row->state == ActorState::Destroying || row->state == ActorState::Destroyed)
        return;
    const ActorRow *owner = scheduler.actorByKey(row->namespaceId, row->name, *row->key);
    if (!owner || owner->actorId != id)
        truth.fail(u"unique key"_s, u"two actors have the key "_s % *row->key);
}

void checkRunner(Scheduler &scheduler, Truth &truth, const QString &id)
{
    const RunnerRow *runner = scheduler.runner(id);
    if (!runner)
        return;
    const quint32 used = scheduler.usedSlots(id);
    if (used > runner->totalSlots)
        truth.fail(u"slots"_s, QStringLiteral("runner %1 holds %2 of %3").arg(runner->key).arg(used).arg(runner->totalSlots));
}

/// The slots that the engine counts are those of the actors that hold one.
void checkSlotSums(Scheduler &scheduler, Truth &truth)
{
    std::map<QString, quint32> held;
    std::set<QString> keys;
    for (const QString &id : scheduler.actorIds()) {
        const ActorRow *row = scheduler.actor(id);
        if (row->slotHeld && row->runnerId)
            ++held[*row->runnerId];
        const bool ends = row->state == ActorState::Destroying || row->state == ActorState::Destroyed;
        if (!ends && row->key && !keys.insert(*row->key).second)
            truth.fail(u"unique key"_s, u"two actors have the key "_s % *row->key);
    }
    for (const RunnerRow &runner : scheduler.runners()) {
        if (scheduler.usedSlots(runner.runnerId) != held[runner.runnerId])
            truth.fail(u"slots"_s, QStringLiteral("runner %1 counts %2 slots, its actors hold %3")
                                       .arg(runner.key).arg(scheduler.usedSlots(runner.runnerId)).arg(held[runner.runnerId]));
    }
}

void checkAlarms(Cluster &cluster, Scheduler &scheduler, Truth &truth)
{
    if (cluster.undisturbedMs() < kAlarmSlackMs)
        return;
    const qint64 latest = cluster.world().clock.wallMs() - kAlarmSlackMs;
    for (const QString &id : scheduler.actorIds()) {
        const ActorRow *row = scheduler.actor(id);
        if (row->state == ActorState::Sleeping && row->alarmTs && *row->alarmTs <= latest && row->sleepTs.value_or(0) <= latest)
            truth.fail(u"alarm wakes"_s, QStringLiteral("actor %1 sleeps since its alarm is due, %2 ms ago")
                                             .arg(id).arg(cluster.world().clock.wallMs() - *row->alarmTs));
    }
}

void checkPending(Gateway &gateway, Truth &truth)
{
    qint64 messages = 0;
    qint64 bytes = 0;
    for (const QString &id : gateway.connectionIds()) {
        const auto info = gateway.describeConnection(id);
        messages += info->pendingMessages.value_or(0);
        bytes += info->pendingBytes.value_or(0);
    }
    const Gateway::Totals totals = gateway.totals();
    if (messages != totals.pendingMessages || bytes != totals.pendingBytes)
        truth.fail(u"pending sums"_s, QStringLiteral("%1 bytes counted, %2 held").arg(totals.pendingBytes).arg(bytes));
}

/// A copy that its process alone believed in: the engine's rows say whether it is the one after all.
void checkDoubted(Cluster &cluster, Scheduler &scheduler)
{
    for (const auto &process : cluster.processes()) {
        if (process->isPaused() || !process->isConnected() || !process->hasDoubtedActors() || cluster.maySoonBeEvicted(*process))
            continue;
        for (const auto &[id, actor] : process->actors()) {
            const ActorRow *row = actor->isDoubted() ? scheduler.actor(id) : nullptr;
            if (row && row->slotHeld && row->runnerId == process->runner().runnerId() && row->generation == actor->generation())
                actor->trust();
        }
    }
}

} // namespace

void checkChanged(Cluster &cluster)
{
    EngineProcess *engine = cluster.engine();
    Truth &truth = cluster.truth();
    if (!engine || truth.violation)
        return;
    Scheduler &scheduler = engine->core().scheduler();
    WatchingSink &sink = engine->sink();
    for (const QString &id : sink.changedActors)
        checkActor(scheduler, truth, id);
    for (const QString &id : sink.changedRunners)
        checkRunner(scheduler, truth, id);
    const bool rowsChanged = !sink.changedActors.empty() || !sink.changedRunners.empty();
    sink.changedActors.clear();
    sink.changedRunners.clear();
    if (rowsChanged)
        checkSlotSums(scheduler, truth);
    if (engine->pendingChanged())
        checkPending(engine->core().gateway(), truth);
    checkDoubted(cluster, scheduler);
}

void checkEverything(Cluster &cluster)
{
    Core *core = cluster.core();
    if (!core || cluster.truth().violation)
        return;
    for (const auto &[id, actor] : cluster.truth().actors)
        checkActor(core->scheduler(), cluster.truth(), id);
    for (const RunnerRow &runner : core->scheduler().runners())
        checkRunner(core->scheduler(), cluster.truth(), runner.runnerId);
    checkSlotSums(core->scheduler(), cluster.truth());
    checkAlarms(cluster, core->scheduler(), cluster.truth());
    checkPending(core->gateway(), cluster.truth());
    checkDoubted(cluster, core->scheduler());
}

void checkNothingLeft(Cluster &cluster)
{
    Truth &truth = cluster.truth();
    if (truth.violation || !cluster.core())
        return;
    const Gateway::Totals totals = cluster.core()->gateway().totals();
    if (!cluster.core()->gateway().connectionIds().empty() || totals.connections != 0 || totals.pendingBytes != 0
        || totals.pendingMessages != 0)
        truth.fail(u"no leak"_s, QStringLiteral("the gateway holds %1 connections and %2 bytes")
                                     .arg(totals.connections).arg(totals.pendingBytes));
    for (const auto &process : cluster.processes()) {
        if (process->runner().actorCount() != 0 || process->runner().requestCount() != 0)
            truth.fail(u"no leak"_s, QStringLiteral("runner %1 holds %2 actors and %3 requests")
                                         .arg(process->name()).arg(process->runner().actorCount())
                                         .arg(process->runner().requestCount()));
    }
    for (const auto &[id, actor] : truth.actors) {
        const ActorRow *row = cluster.core()->scheduler().actor(id);
        const bool gone = row ? row->state == ActorState::Destroyed : !actor.confirmed;
        if (!gone || actor.liveCopies != 0)
            truth.fail(u"no leak"_s, QStringLiteral("actor %1 is not gone: state %2, %3 copies")
                                         .arg(id).arg(row ? int(row->state) : -1).arg(actor.liveCopies));
    }
}

QString describeUnsettled(Cluster &cluster)
{
    QStringList parts;
    const Truth &truth = cluster.truth();
    for (std::size_t i = 0; i < truth.clients.size(); ++i) {
        const ClientTruth &client = truth.clients[i];
        if (!client.ended && !client.closing && client.handled != client.sent)
            parts << QStringLiteral("client %1 of actor %2: %3 of %4 messages handled")
                         .arg(i).arg(client.actorId).arg(client.handled).arg(client.sent);
    }
    for (std::size_t i = 0; i < truth.requests.size(); ++i) {
        if (!truth.requests[i].answered && !truth.requests[i].gone)
            parts << QStringLiteral("request %1 is not answered").arg(i);
    }
    for (const auto &process : cluster.processes()) {
        if (process->hasDoubtedActors())
            parts << u"process "_s % process->name() % u" has actors that nobody knows"_s;
    }
    if (Core *core = cluster.core()) {
        for (const QString &id : core->scheduler().actorIds()) {
            const monitor::ActorInfo info = core->scheduler().describeActor(id);
            parts << QStringLiteral("actor %1 is %2").arg(id, toString(info.state));
        }
    }
    return parts.join(u"; "_s);
}

} // namespace dormouse::test
