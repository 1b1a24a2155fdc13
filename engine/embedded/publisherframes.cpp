// SPDX-License-Identifier: Apache-2.0
// The part of Publisher that puts frames together (design.md section 4).
#include "engine/core/core.h"
#include "engine/embedded/publisher_p.h"
#include "engine/gateway/statediagram.h"
#include "engine/scheduler/statediagram.h"

using namespace Qt::StringLiterals;

namespace dormouse {

using monitor::Frame;

namespace {

constexpr qint64 kClusterEveryMs = 500;
constexpr int kPendingShown = 1'000;
constexpr qint64 kEventBytes = 400; ///< rough size of one held event, for the cost shown to the user
constexpr qint64 kTraceBytes = 8;   ///< ... and of one packed
/// Final rows held for a consumer that does not read; beyond, it gets a fresh snapshot instead.
constexpr std::size_t kMaxEndedHeld = 20'000;

/// What the states of actors and connections can do, in the words that events use.
std::vector<monitor::StateMachineInfo> machinesOf()
{
    monitor::StateMachineInfo actor{u"actor"_s, u"sleeping"_s, {}};
    for (const MachineEdge &edge : actorEdges()) {
        if (edge.from.isEmpty()) // creation; the picture begins with a state
            continue;
        const QString from = QString::fromLatin1(edge.from), to = QString::fromLatin1(edge.to);
        // Edges are sorted: those between the same two states are neighbours.
        if (!actor.edges.empty() && actor.edges.back().from == from && actor.edges.back().to == to)
            actor.edges.back().event += u" / "_s + QString::fromLatin1(edge.event);
        else
            actor.edges.push_back({from, to, QString::fromLatin1(edge.event)});
    }
    return {std::move(actor),
            {u"websocket"_s, u"waiting"_s, shownDiagram(GatewayMachine::WebSocket)},
            {u"http"_s, u"waiting"_s, shownDiagram(GatewayMachine::Http)}};
}

} // namespace

monitor::ClusterInfo Publisher::Private::cluster() const
{
    using S = monitor::ActorState;
    const auto in = [this](S state) { return perState[std::size_t(state)]; };
    monitor::ClusterInfo info;
    info.engineVersion = QStringLiteral(DORMOUSE_VERSION);
    info.listenUrl = listenUrl;
    info.sourceName = u"embedded"_s;
    info.startedTs = startedTs;
    info.nowTs = clock.wallMs();
    info.storage = storage;
    if (totalsKnown) {
        info.actors = qint64(actorStates.size());
        info.actorsRunning = in(S::Running);
        info.actorsSleeping = in(S::Sleeping);
        info.actorsPending = in(S::Pending);
        info.actorsOther = *info.actors - in(S::Running) - in(S::Sleeping) - in(S::Pending);
        qint64 eligible = 0, slotsTotal = 0, slotsUsed = 0;
        for (const monitor::RunnerInfo &runner : liveRunners) {
            eligible += runner.eligible.value_or(false) ? 1 : 0;
            slotsTotal += runner.totalSlots.value_or(0);
            slotsUsed += runner.usedSlots.value_or(0);
        }
        info.runners = qint64(liveRunners.size());
        info.runnersEligible = eligible;
        info.slotsTotal = slotsTotal;
        info.slotsUsed = slotsUsed;
    }
    const Gateway::Totals totals = core->gateway().totals();
    info.connections = totals.connections;
    info.connectionsOpen = totals.open;
    info.connectionsHibernating = totals.hibernating;
    info.connectionsWaking = totals.waking;
    info.pendingMessages = totals.pendingMessages;
    info.pendingBytes = totals.pendingBytes;
    info.messagesIn = totals.messagesIn;
    info.messagesOut = totals.messagesOut;
    info.bytesIn = totals.bytesIn;
    info.bytesOut = totals.bytesOut;
    info.storeQueue = core->context().store.queueLength();
    info.storeCommitUs = core->context().store.lastCommitUs();
    info.longTurns = longTurns;
    if (longTurns > 0) {
        info.longTurnTs = longTurnTs;
        info.longTurnUs = longTurnUs;
        info.longTurnText = longTurnText;
    }
    info.eventsSeen = seq;
    info.eventsDropped = droppedTotal;
    qint64 held = 0;
    for (const auto &[id, consumer] : consumers) {
        held += qint64(consumer.events.size()) * kEventBytes + qint64(consumer.tracesHeld) * kTraceBytes
            + qint64(consumer.actors.size() + consumer.runners.size() + consumer.connections.size()) * 80;
    }
    info.monitorBytesHeld = held;
    return info;
}

void Publisher::Private::fillSnapshot(Frame &frame)
{
    frame.snapshot = true;
    frame.settings = settings;
    frame.machines = machinesOf();
    const std::vector<QString> connectionIds = core->gateway().connectionIds();
    frame.connections.reserve(connectionIds.size());
    for (const QString &id : connectionIds) {
        if (auto info = describeConnection(id))
            frame.connections.push_back(std::move(*info));
    }
    const std::vector<QString> actorIds = core->scheduler().actorIds();
    frame.actors.reserve(actorIds.size());
    for (const QString &id : actorIds) {
        monitor::ActorInfo info = describeActor(id);
        if (!info.actorId.isEmpty())
            frame.actors.push_back(std::move(info));
    }
    for (const RunnerRow &row : core->scheduler().runners()) {
        monitor::RunnerInfo info = describeRunner(row.runnerId);
        if (!info.runnerId.isEmpty())
            frame.runners.push_back(std::move(info));
    }
    totalsKnown = true;
}

/// Every value is asked for once per publish(), however many consumers want it.
void Publisher::Private::addValues(Consumer &consumer, Frame &frame, Rows &rows)
{
    if (consumer.needsSnapshot) {
        fillSnapshot(frame);
        consumer.needsSnapshot = false;
        consumer.settingsChanged = false;
    } else {
        QSet<QString> actors = consumer.actors + dirtyActors;
        const QSet<QString> connections = consumer.connections + dirtyConnections + withPending;
        const QSet<QString> runners = consumer.runners + dirtyRunners;
        for (const QString &id : connections) {
            auto it = rows.connections.find(id);
            if (it == rows.connections.end()) {
                auto info = describeConnection(id);
                if (!info)
                    continue; // ended: its last values came by connectionEnded
                it = rows.connections.insert(id, std::move(*info));
            }
            frame.connections.push_back(*it);
            if (!it->actorId.isEmpty())
                actors.insert(it->actorId); // its counts and pending bytes follow
        }
        for (const auto *ended : {&consumer.endedConnections, &endedConnections}) {
            for (const monitor::ConnectionInfo &last : *ended) {
                frame.connections.push_back(last);
                if (!last.actorId.isEmpty())
                    actors.insert(last.actorId);
            }
        }
        for (const QString &id : std::as_const(actors)) {
            auto it = rows.actors.find(id);
            if (it == rows.actors.end())
                it = rows.actors.insert(id, describeActor(id));
            if (!it->actorId.isEmpty())
                frame.actors.push_back(*it);
        }
        for (const QString &id : runners) {
            auto it = rows.runners.find(id);
            if (it == rows.runners.end())
                it = rows.runners.insert(id, describeRunner(id));
            if (!it->runnerId.isEmpty())
                frame.runners.push_back(*it);
        }
        for (const auto *ended : {&consumer.endedRunners, &endedRunners})
            frame.runners.insert(frame.runners.end(), ended->begin(), ended->end());
    }
    consumer.actors.clear();
    consumer.runners.clear();
    consumer.connections.clear();
    consumer.endedConnections.clear();
    consumer.endedRunners.clear();
}

void Publisher::Private::addPending(Consumer &consumer, Frame &frame) const
{
    const QString &id = consumer.interest.pendingOf;
    if (id.isEmpty())
        return;
    auto pending = core->gateway().pendingMessages(id, kPendingShown, false);
    std::vector<qint64> signature;
    signature.reserve(pending.size() * 3);
    for (const monitor::PendingMessageInfo &message : pending) {
        signature.push_back(message.index);
        signature.push_back(message.timesSent);
        signature.push_back(message.writtenTs.value_or(0));
    }
    if (consumer.pendingSent && signature == consumer.pendingSignature)
        return;
    consumer.pendingSent = true;
    consumer.pendingSignature = std::move(signature);
    frame.pendingOf = id;
    frame.pending = std::move(pending);
}

void Publisher::Private::addLatency(Consumer &consumer, Frame &frame) const
{
    auto first = slices.end();
    while (first != slices.begin() && std::prev(first)->revision > consumer.latencyRevision)
        --first;
    for (auto it = first; it != slices.end(); ++it)
        frame.latency.push_back(it->values);
    consumer.latencyRevision = latencyRevision;
}

void Publisher::Private::keepForLater(Consumer &consumer) const
{
    if (!consumer.interest.values || consumer.needsSnapshot)
        return;
    consumer.actors.unite(dirtyActors);
    consumer.runners.unite(dirtyRunners);
    consumer.connections.unite(dirtyConnections);
    consumer.endedConnections.insert(consumer.endedConnections.end(), endedConnections.begin(), endedConnections.end());
    consumer.endedRunners.insert(consumer.endedRunners.end(), endedRunners.begin(), endedRunners.end());
    if (consumer.endedConnections.size() + consumer.endedRunners.size() > kMaxEndedHeld) {
        consumer.needsSnapshot = true;
        consumer.actors.clear();
        consumer.runners.clear();
        consumer.connections.clear();
        consumer.endedConnections.clear();
        consumer.endedRunners.clear();
    }
}

Frame Publisher::Private::makeFrame(Consumer &consumer, Rows &rows)
{
    Frame frame;
    frame.ts = clock.wallMs();
    if (consumer.interest.values)
        addValues(consumer, frame, rows);
    addPending(consumer, frame);
    if (consumer.interest.values)
        addLatency(consumer, frame);
    if (consumer.interest.events) {
        frame.events.assign(std::make_move_iterator(consumer.events.begin()),
                            std::make_move_iterator(consumer.events.end()));
        frame.traces.assign(std::make_move_iterator(consumer.traces.begin()),
                            std::make_move_iterator(consumer.traces.end()));
        frame.eventsDropped = consumer.dropped;
        consumer.forgetEvents();
    }
    const qint64 now = clock.monoMs();
    if (consumer.settingsChanged) {
        frame.settings = settings;
        consumer.settingsChanged = false;
    }
    if (!frame.isEmpty() || consumer.clusterMs == std::numeric_limits<qint64>::min()
        || now - consumer.clusterMs >= kClusterEveryMs) {
        frame.cluster = cluster();
        consumer.clusterMs = now;
    }
    return frame;
}

} // namespace dormouse
