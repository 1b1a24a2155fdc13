// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/publisher.h"

#include "engine/core/core.h"
#include "engine/gateway/statediagram.h"
#include "engine/scheduler/statediagram.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QSet>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>

using namespace Qt::StringLiterals;

namespace dormouse {

using monitor::Frame;

namespace {

constexpr qint64 kClusterEveryMs = 500;
constexpr int kMaxLatencySlices = 600;
constexpr int kPendingShown = 1'000;
constexpr qint64 kEventBytes = 400; ///< rough size of one held event, for the cost shown to the user
constexpr qint64 kTraceBytes = 8;   ///< ... and of one packed
/// Final rows held for a consumer that does not read; beyond, it gets a fresh snapshot instead.
constexpr std::size_t kMaxEndedHeld = 20'000;

QString textOf(const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    if (value.isDouble()) {
        const double number = value.toDouble();
        return number == std::floor(number) && std::abs(number) < 1e18 ? QString::number(qint64(number))
                                                                        : QString::number(number, 'g', QLocale::FloatingPointShortest);
    }
    if (value.isArray())
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    if (value.isObject())
        return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    return {};
}

std::vector<monitor::SettingInfo> settingsOf(const EngineConfig &config)
{
    std::vector<monitor::SettingInfo> settings;
    for (const ConfigEntry &entry : describeConfig(config)) {
        monitor::SettingInfo info{entry.section, entry.key, entry.unit, textOf(entry.value),
                                  textOf(entry.defaultValue), entry.related, entry.range};
        // A token is never shown, recorded or sent; only whether there is one.
        if (entry.key.contains("token"_L1, Qt::CaseInsensitive) && entry.value.isString())
            info.value = entry.value.toString().isEmpty() ? QString() : u"(set)"_s;
        settings.push_back(std::move(info));
    }
    return settings;
}

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

class Publisher::Private
{
public:
    struct Consumer
    {
        monitor::Interest interest;
        Deliver deliver;
        Ready ready;
        bool needsSnapshot = true;
        bool settingsChanged = false;
        quint64 revision = 0;
        QSet<QString> actors, runners, connections; ///< changed while it was not ready
        std::vector<monitor::ConnectionInfo> endedConnections;
        std::vector<monitor::RunnerInfo> endedRunners;
        std::deque<monitor::Event> events;
        std::deque<monitor::TraceBlock> traces;
        quint64 tracesHeld = 0; ///< events in them
        quint64 maxTraces = 0;
        quint64 dropped = 0;
        monitor::EventLevel leastLevel = monitor::EventLevel::Trace;
        bool wantsTrace() const { return interest.events && interest.trace; }
        bool wantsEvents(monitor::EventLevel level) const
        {
            return interest.events && level >= leastLevel && (level != monitor::EventLevel::Trace || interest.trace);
        }
        void forgetEvents()
        {
            events.clear();
            traces.clear();
            tracesHeld = 0;
            dropped = 0;
        }
        quint64 latencyRevision = 0;
        qint64 clusterMs = std::numeric_limits<qint64>::min();
        std::vector<qint64> pendingSignature;
        bool pendingSent = false;
    };
    struct Slice
    {
        monitor::LatencySlice values;
        quint64 revision = 0;
    };
    struct Rows
    {
        QHash<QString, monitor::ActorInfo> actors;
        QHash<QString, monitor::RunnerInfo> runners;
        QHash<QString, monitor::ConnectionInfo> connections;
    };

    Private(Clock &engineClock, monitor::Sink &sink) : clock(engineClock), commands(sink) {}

    /// Hands the running block to everybody who wants it.
    void endTraceBlock()
    {
        if (traceLog.isEmpty())
            return;
        const monitor::TraceBlock block = traceLog.take();
        for (auto &[id, consumer] : consumers) {
            if (!consumer.wantsTrace())
                continue;
            consumer.traces.push_back(block);
            consumer.tracesHeld += block.events;
            while (consumer.tracesHeld > consumer.maxTraces && consumer.traces.size() > 1) {
                const quint32 lost = consumer.traces.front().events;
                consumer.traces.pop_front();
                consumer.tracesHeld -= lost;
                consumer.dropped += lost;
                droppedTotal += lost;
            }
        }
    }
    /// Around every change of who wants what.
    void consumersChanged()
    {
        const auto any = [this](auto wants) {
            return std::any_of(consumers.begin(), consumers.end(), [&](const auto &entry) { return wants(entry.second); });
        };
        tracing = any([](const Consumer &one) { return one.wantsTrace(); });
        wantsValues = any([](const Consumer &one) { return one.interest.values; });
        for (std::size_t level = 0; level < wantedLevels.size(); ++level)
            wantedLevels[level] = any([level](const Consumer &one) { return one.wantsEvents(monitor::EventLevel(level)); });
        if (!wantsValues)
            forgetTotals();
    }
    monitor::LatencySlice &slice()
    {
        const qint64 start = clock.wallMs() / 1000 * 1000;
        if (slices.empty() || slices.back().values.startTs != start) {
            slices.push_back({});
            slices.back().values.startTs = start;
            if (slices.size() > kMaxLatencySlices)
                slices.pop_front();
        }
        slices.back().revision = ++latencyRevision;
        return slices.back().values;
    }

    // --- values of one thing, remembered for the totals
    std::optional<monitor::ConnectionInfo> describeConnection(const QString &id)
    {
        auto info = core->gateway().describeConnection(id);
        if (info && info->pendingMessages.value_or(0) > 0)
            withPending.insert(id);
        else
            withPending.remove(id);
        return info;
    }
    monitor::ActorInfo describeActor(const QString &id)
    {
        monitor::ActorInfo info = core->scheduler().describeActor(id);
        if (!info.actorId.isEmpty() && info.state != monitor::ActorState::Destroyed)
            core->gateway().describeActorLoad(id, info);
        countActor(id, info.actorId.isEmpty() ? monitor::ActorState::Destroyed : info.state);
        return info;
    }
    monitor::RunnerInfo describeRunner(const QString &id)
    {
        monitor::RunnerInfo info = core->scheduler().describeRunner(id);
        countRunner(id, info);
        return info;
    }
    void countRunner(const QString &id, const monitor::RunnerInfo &info)
    {
        if (info.runnerId.isEmpty() || info.state == monitor::RunnerState::Stopped)
            liveRunners.remove(id);
        else
            liveRunners.insert(id, info);
    }
    void countActor(const QString &id, monitor::ActorState state)
    {
        const auto known = actorStates.find(id);
        if (known != actorStates.end()) {
            --perState[std::size_t(*known)];
            if (state == monitor::ActorState::Destroyed) {
                actorStates.erase(known);
                return;
            }
            *known = state;
        } else {
            if (state == monitor::ActorState::Destroyed)
                return;
            actorStates.insert(id, state);
        }
        ++perState[std::size_t(state)];
    }
    void forgetTotals()
    {
        actorStates.clear();
        perState.fill(0);
        liveRunners.clear();
        withPending.clear();
        dirtyActors.clear();
        dirtyRunners.clear();
        dirtyConnections.clear();
        endedConnections.clear();
        endedRunners.clear();
        totalsKnown = false;
    }

    monitor::ClusterInfo cluster() const;
    void fillSnapshot(Frame &frame);
    void addValues(Consumer &consumer, Frame &frame, Rows &rows);
    void addPending(Consumer &consumer, Frame &frame) const;
    void addLatency(Consumer &consumer, Frame &frame) const;
    void keepForLater(Consumer &consumer) const;
    Frame makeFrame(Consumer &consumer, Rows &rows);

    Clock &clock;
    Commands commands;
    Core *core = nullptr;
    QString listenUrl;
    QString storage;
    qint64 startedTs = 0;
    std::vector<monitor::SettingInfo> settings;

    std::map<ConsumerId, Consumer> consumers;
    ConsumerId nextConsumer = 1;

    QSet<QString> dirtyActors, dirtyRunners, dirtyConnections;
    std::vector<monitor::ConnectionInfo> endedConnections;
    std::vector<monitor::RunnerInfo> endedRunners;
    QSet<QString> withPending; ///< their ages move without an event

    bool totalsKnown = false;
    QHash<QString, monitor::ActorState> actorStates;
    std::array<qint64, std::size_t(monitor::ActorState::Destroyed) + 1> perState{};
    QHash<QString, monitor::RunnerInfo> liveRunners;

    monitor::TraceLog traceLog;
    // What the consumers want, together: asked for with every request and message.
    bool tracing = false;
    bool wantsValues = false;
    std::array<bool, std::size_t(monitor::EventLevel::Error) + 1> wantedLevels{};

    std::deque<Slice> slices;
    quint64 latencyRevision = 0;
    quint64 seq = 0;
    quint64 droppedTotal = 0;
    quint64 longTurns = 0;
    qint64 longTurnTs = 0;
    qint64 longTurnUs = 0;
    QString longTurnText;
};

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

Publisher::Publisher(Clock &clock) : d(std::make_unique<Private>(clock, *this)) {}

Publisher::~Publisher() = default;

void Publisher::attach(Core &core, const QString &listenUrl, const QString &storage)
{
    d->core = &core;
    d->listenUrl = listenUrl;
    d->storage = storage;
    d->startedTs = d->clock.wallMs();
    d->settings = settingsOf(core.context().config);
}

Publisher::ConsumerId Publisher::addConsumer(const monitor::Interest &interest, Deliver deliver, Ready ready, int maxTraces)
{
    d->endTraceBlock();
    const ConsumerId id = d->nextConsumer++;
    Private::Consumer &consumer = d->consumers[id];
    consumer.interest = interest;
    consumer.deliver = std::move(deliver);
    consumer.ready = std::move(ready);
    consumer.maxTraces = quint64(maxTraces);
    d->consumersChanged();
    return id;
}

void Publisher::setInterest(ConsumerId id, const monitor::Interest &interest)
{
    const auto it = d->consumers.find(id);
    if (it == d->consumers.end() || it->second.interest == interest)
        return;
    d->endTraceBlock();
    Private::Consumer &consumer = it->second;
    if (interest.values && !consumer.interest.values)
        consumer.needsSnapshot = true;
    if (!interest.events)
        consumer.forgetEvents();
    if (interest.pendingOf != consumer.interest.pendingOf)
        consumer.pendingSent = false;
    consumer.interest = interest;
    d->consumersChanged();
}

void Publisher::setLeastLevel(ConsumerId id, monitor::EventLevel level)
{
    const auto it = d->consumers.find(id);
    if (it == d->consumers.end())
        return;
    it->second.leastLevel = level;
    d->consumersChanged();
}

void Publisher::removeConsumer(ConsumerId id)
{
    d->endTraceBlock();
    d->consumers.erase(id);
    d->consumersChanged();
}

void Publisher::finishConsumer(ConsumerId id)
{
    const auto it = d->consumers.find(id);
    if (it == d->consumers.end())
        return;
    if (d->core) {
        d->endTraceBlock();
        Private::Rows rows;
        Frame frame = d->makeFrame(it->second, rows);
        if (!frame.isEmpty()) {
            frame.revision = ++it->second.revision;
            const Deliver deliver = it->second.deliver;
            deliver(std::move(frame));
        }
    }
    removeConsumer(id);
}

bool Publisher::hasConsumers() const
{
    return !d->consumers.empty();
}

void Publisher::publish()
{
    if (!d->core || d->consumers.empty())
        return;
    d->endTraceBlock();
    Private::Rows rows;
    std::vector<std::pair<ConsumerId, Frame>> made;
    for (auto &[id, consumer] : d->consumers) {
        if (consumer.ready && !consumer.ready()) {
            d->keepForLater(consumer);
            continue;
        }
        Frame frame = d->makeFrame(consumer, rows);
        if (!frame.isEmpty()) {
            frame.revision = ++consumer.revision;
            made.emplace_back(id, std::move(frame));
        }
    }
    d->dirtyActors.clear();
    d->dirtyRunners.clear();
    d->dirtyConnections.clear();
    d->endedConnections.clear();
    d->endedRunners.clear();
    for (auto &[id, frame] : made) {
        const auto it = d->consumers.find(id);
        if (it == d->consumers.end())
            continue; // removed by an earlier one
        const Deliver deliver = it->second.deliver; // it may remove itself
        deliver(std::move(frame));
    }
}

monitor::Frame Publisher::snapshot()
{
    Frame frame;
    if (!d->core)
        return frame;
    frame.ts = d->clock.wallMs();
    d->fillSnapshot(frame);
    frame.cluster = d->cluster();
    for (const Private::Slice &slice : d->slices)
        frame.latency.push_back(slice.values);
    if (!d->wantsValues)
        d->forgetTotals(); // nobody keeps them up to date
    return frame;
}

void Publisher::actorChanged(const QString &actorId)
{
    if (d->wantsValues)
        d->dirtyActors.insert(actorId);
}

void Publisher::runnerChanged(const QString &runnerId)
{
    if (d->wantsValues)
        d->dirtyRunners.insert(runnerId);
}

void Publisher::connectionChanged(const QString &connectionId)
{
    if (d->wantsValues)
        d->dirtyConnections.insert(connectionId);
}

bool Publisher::wantsValues() const
{
    return d->wantsValues;
}

void Publisher::connectionEnded(const monitor::ConnectionInfo &last)
{
    d->withPending.remove(last.connectionId);
    d->dirtyConnections.remove(last.connectionId);
    for (auto &[id, consumer] : d->consumers)
        consumer.connections.remove(last.connectionId);
    if (d->wantsValues)
        d->endedConnections.push_back(last);
}

void Publisher::runnerEnded(const monitor::RunnerInfo &last)
{
    d->dirtyRunners.remove(last.runnerId);
    d->liveRunners.remove(last.runnerId);
    for (auto &[id, consumer] : d->consumers)
        consumer.runners.remove(last.runnerId);
    if (d->wantsValues)
        d->endedRunners.push_back(last);
}

void Publisher::ackLatency(qint64 us, bool own)
{
    monitor::LatencySlice &slice = d->slice();
    (own ? slice.ownAck : slice.ack).add(us);
}

void Publisher::wakeLatency(qint64 us, bool own)
{
    monitor::LatencySlice &slice = d->slice();
    (own ? slice.ownWake : slice.wake).add(us);
}

void Publisher::httpLatency(qint64 us, bool own)
{
    monitor::LatencySlice &slice = d->slice();
    (own ? slice.ownHttp : slice.http).add(us);
}

bool Publisher::wantsTrace() const
{
    return d->tracing;
}

void Publisher::trace(monitor::TraceSlot &slot, const monitor::TraceSource &source, monitor::TraceKind kind, int index,
                      quint64 value)
{
    if (!d->tracing)
        return;
    if (d->traceLog.isEmpty())
        d->traceLog.begin(d->clock.wallMs());
    const quint64 seq = d->seq + 1;
    d->seq += kind == monitor::TraceKind::InAndSent ? 2 : 1;
    d->traceLog.add(slot, source, kind, index, value, seq, d->clock.monoUs());
    if (d->traceLog.isFull())
        d->endTraceBlock();
}

bool Publisher::wantsEvents(monitor::EventLevel level) const
{
    return d->wantedLevels[std::size_t(level)];
}

void Publisher::event(monitor::Event event)
{
    event.seq = ++d->seq;
    event.ts = d->clock.wallMs();
    event.monoUs = d->clock.monoUs();
    for (auto &[id, consumer] : d->consumers) {
        if (!consumer.wantsEvents(event.level))
            continue;
        if (consumer.events.size() >= kMaxEvents) {
            consumer.events.pop_front();
            ++consumer.dropped;
            ++d->droppedTotal;
        }
        consumer.events.push_back(event);
    }
}

void Publisher::command(const QString &name, const QJsonObject &arguments, Commands::Done done)
{
    if (!d->core)
        return done(Error::make("monitor", "not_connected", u"The engine is not running."_s));
    d->commands.run(*d->core, name, arguments, done);
}

void Publisher::longTurn(qint64 us, const QString &text)
{
    ++d->longTurns;
    d->longTurnTs = d->clock.wallMs();
    d->longTurnUs = us;
    d->longTurnText = text;
}

void Publisher::setChangeSetting(Commands::ChangeSetting change)
{
    d->commands.setChangeSetting([this, change = std::move(change)](const QString &section, const QString &key, const QString &value) {
        const Status status = change(section, key, value);
        if (status) {
            d->settings = settingsOf(d->core->context().config);
            for (auto &[id, consumer] : d->consumers)
                consumer.settingsChanged = true;
        }
        return status;
    });
}

} // namespace dormouse
