// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/invariants.h"

#include "tests/simulation/cluster.h"

#include <set>

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

void checkActors(Scheduler &scheduler, Truth &truth)
{
    std::set<QString> keys;
    for (const QString &id : scheduler.actorIds()) {
        const ActorRow *row = scheduler.actor(id);
        const bool ends = row->state == ActorState::Destroying || row->state == ActorState::Destroyed;
        if (!ends && row->key && !keys.insert(*row->key).second)
            truth.fail(u"unique key"_s, u"two actors have the key "_s % *row->key);
    }
    for (const auto &[id, actor] : truth.actors) {
        const ActorRow *row = scheduler.actor(id);
        if (!row && !actor.confirmed)
            continue;
        if (!row) {
            truth.fail(u"acknowledged write"_s, u"the engine does not know actor "_s % id % u" any more"_s);
            continue;
        }
        if (actor.destroyed && !row->destroyTs)
            truth.fail(u"acknowledged write"_s, u"destroyed actor "_s % id % u" is back"_s);
    }
}

void checkSlots(Scheduler &scheduler, Cluster &cluster, Truth &truth)
{
    for (const RunnerRow &runner : scheduler.runners()) {
        const quint32 used = scheduler.usedSlots(runner.runnerId);
        if (used > runner.totalSlots)
            truth.fail(u"slots"_s, QStringLiteral("runner %1 holds %2 of %3").arg(runner.key).arg(used).arg(runner.totalSlots));
    }
    for (const auto &process : cluster.processes()) {
        if (process->liveActors() > process->slotCount())
            truth.fail(u"slots"_s, QStringLiteral("process %1 runs %2 actors in %3 slots")
                                       .arg(process->name()).arg(process->liveActors()).arg(process->slotCount()));
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

} // namespace

void checkCluster(Cluster &cluster)
{
    Core *core = cluster.core();
    if (!core || cluster.truth().violation)
        return;
    checkActors(core->scheduler(), cluster.truth());
    checkSlots(core->scheduler(), cluster, cluster.truth());
    checkPending(core->gateway(), cluster.truth());
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
    if (Core *core = cluster.core()) {
        for (const QString &id : core->scheduler().actorIds()) {
            const monitor::ActorInfo info = core->scheduler().describeActor(id);
            parts << QStringLiteral("actor %1 is %2").arg(id, toString(info.state));
        }
    }
    return parts.join(u"; "_s);
}

} // namespace dormouse::test
