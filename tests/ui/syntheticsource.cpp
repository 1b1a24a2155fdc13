// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/syntheticsource.h"

#include <QTimer>

#include <cmath>

namespace dormouse {

using namespace monitor;

namespace {

constexpr int kMany = 1000; // actors; above it the engine is a large one

} // namespace

SyntheticSource::SyntheticSource(int count, int wantedConnections, quint32 seed) : m_random(seed)
{
    m_capabilities.commands = true;
    m_capabilities.pendingMessages = true;
    m_capabilities.traceEvents = true;
    if (count == 0)
        return;
    const QString pools[] = {QStringLiteral("default"), QStringLiteral("games"), QStringLiteral("batch")};
    const int runnerCount = count > kMany ? 12 : 3;
    for (int i = 0; i < runnerCount; ++i) {
        RunnerInfo runner;
        runner.runnerId = QStringLiteral("rnr7c2m9x0k4v8q1t5w3b6n2d") + QString::number(i, 36);
        runner.name = pools[i % 3];
        runner.key = QStringLiteral("node-") + QString::number(i + 1);
        runner.namespaceName = QStringLiteral("default");
        runner.version = 14;
        runner.protocolVersion = 7;
        runner.state = i == 2 ? RunnerState::Draining : RunnerState::Connected;
        runner.totalSlots = count > kMany ? quint32(count) / 16 : 64;
        runner.eligible = i != 2;
        if (i == 2)
            runner.ineligibleReason = QStringLiteral("draining");
        runner.lastRttMs = 2 + quint32(i);
        runner.lastPingTs = m_now - 900;
        runner.lastConnectedTs = m_now - 3'600'000 * (i + 1);
        runner.queuedBytes = 512 * i;
        runner.messagesIn = 18'220u * quint64(i + 1);
        runner.messagesOut = 17'000u * quint64(i + 1);
        runner.parkedSockets = 0;
        runners.push_back(runner);
    }
    const QString names[] = {QStringLiteral("chat-room"), QStringLiteral("counter"), QStringLiteral("game"), QStringLiteral("inbox")};
    int connectionNumber = 0;
    for (int i = 0; i < count; ++i) {
        ActorInfo actor;
        actor.actorId = QStringLiteral("k3x9f7q2m5t8w1z4c6v0b7n%1").arg(i, 7, 36, QChar(u'0'));
        actor.name = names[i % 4];
        actor.key = QStringLiteral("%1-%2").arg(names[i % 4].left(4)).arg(i);
        actor.namespaceName = QStringLiteral("default");
        actor.crashPolicy = QStringLiteral("sleep");
        actor.createTs = m_now - 60'000LL * (count - i);
        const int kind = i % 11;
        actor.state = kind < 5 ? ActorState::Running : kind < 9 ? ActorState::Sleeping : kind == 9 ? ActorState::Starting : ActorState::Pending;
        if (i == 7)
            actor.state = ActorState::Backoff;
        const auto &runner = runners[size_t(i % runnerCount)];
        actor.pool = runner.name;
        actor.startTs = *actor.createTs + 40;
        actor.connectableTs = *actor.createTs + 61;
        if (actor.state == ActorState::Running || actor.state == ActorState::Starting)
            actor.runnerId = runner.runnerId;
        else if (actor.state == ActorState::Sleeping)
            actor.sleepTs = m_now - 30'000 - 1000 * i;
        if (actor.state == ActorState::Sleeping)
            actor.why = {QStringLiteral("asleep: nothing has asked for it for 30 s")};
        if (actor.state == ActorState::Pending) {
            actor.pendingAllocationTs = m_now - 8000;
            actor.queuePosition = i;
            actor.why = {QStringLiteral("no_capacity: 64 of 64 slots used")};
        }
        if (actor.state == ActorState::Backoff) {
            actor.retryCount = 4;
            actor.rescheduleTs = m_now + 12'000;
            actor.errorJson = QStringLiteral("{\"crashed\":{\"message\":\"exit 1\"}}");
            actor.why = {QStringLiteral("crashed: exit 1, next try in 12 s")};
        }
        actor.generation = 1 + quint32(i % 5);
        actor.lastWakeMs = 18 + i % 70;
        actor.kvBytes = 2048 * (i % 9);
        const int own = wantedConnections < 0 ? i % 3 : int(qint64(i + 1) * wantedConnections / count - qint64(i) * wantedConnections / count);
        int asleep = 0;
        qint64 bytes = 0, messages = 0;
        for (int c = 0; c < own; ++c) {
            ConnectionInfo connection;
            const int n = connectionNumber++;
            connection.connectionId = QStringLiteral("ray%1").arg(n, 27, 36, QChar(u'0'));
            connection.requestId = QStringLiteral("%1").arg(0x4f000000 + n, 8, 16, QChar(u'0'));
            connection.gatewayId = QStringLiteral("9a01c3d4");
            connection.actorId = actor.actorId;
            connection.runnerId = actor.runnerId;
            connection.kind = n % 9 == 8 ? ConnectionKind::Http : ConnectionKind::WebSocket;
            connection.method = QStringLiteral("GET");
            connection.path = connection.kind == ConnectionKind::Http ? QStringLiteral("/request/state") : QStringLiteral("/websocket");
            connection.clientAddress = QStringLiteral("192.0.2.%1:%2").arg(1 + n % 250).arg(40'000 + n);
            connection.hibernatable = connection.kind == ConnectionKind::WebSocket;
            const bool hibernating = actor.state == ActorState::Sleeping && connection.hibernatable;
            connection.state = hibernating ? ConnectionState::Hibernating
                : actor.state == ActorState::Starting ? ConnectionState::Waking
                : actor.state == ActorState::Running  ? (connection.hibernatable ? ConnectionState::Attached : ConnectionState::Streaming)
                                                      : ConnectionState::Waiting;
            asleep += hibernating;
            connection.openedTs = m_now - 1000LL * (40 + n * 7);
            connection.stateSinceTs = m_now - 1000LL * (3 + n % 50);
            connection.messagesIn = 40u + quint64(n) * 3;
            connection.messagesOut = 38u + quint64(n) * 3;
            connection.bytesIn = *connection.messagesIn * 180;
            connection.bytesOut = *connection.messagesOut * 220;
            connection.pendingLimitBytes = 1024 * 1024;
            connection.pendingBytes = n % 5 == 0 ? (n % 1000) * 9001 % (1024 * 1024) : 0;
            connection.pendingMessages = *connection.pendingBytes / 700;
            if (*connection.pendingMessages > 0)
                connection.oldestPendingMs = 900 + 40 * (n % 500);
            connection.nextIndex = (65'400 + n * 31) % 65'536;
            connection.lastSentIndex = (*connection.nextIndex + 65'535) % 65'536;
            connection.lastAckedIndex = (*connection.nextIndex + 65'535 - int(*connection.pendingMessages)) % 65'536;
            connection.sleeps = quint64(n % 6);
            connection.wakes = quint64(n % 6);
            connection.resends = quint64(n % 3);
            connection.maxPendingBytes = quint64(*connection.pendingBytes) + 4096;
            connection.lastAckLatencyUs = 900 + n % 2000 * 13;
            if (connection.hibernatable && n % 4 != 3)
                connection.clientRttUs = 8'000 + n * 211 % 60'000;
            connection.keepaliveTs = m_now - 1000 * (n % 28);
            connection.keepaliveDueTs = *connection.keepaliveTs + 45'000;
            bytes += *connection.pendingBytes;
            messages += *connection.pendingMessages;
            connections.push_back(connection);
        }
        actor.connections = own;
        actor.hibernating = asleep;
        actor.pendingBytes = bytes;
        actor.pendingMessages = messages;
        actors.push_back(actor);
    }
    for (RunnerInfo &runner : runners)
        runner.usedSlots = quint32(std::count_if(actors.begin(), actors.end(),
                                                 [&](const ActorInfo &actor) { return actor.runnerId == runner.runnerId; }));
}

LatencySlice SyntheticSource::slice(qint64 startTs)
{
    LatencySlice slice;
    slice.startTs = startTs;
    const double centre = 900 * (1.6 + std::sin(double(startTs) / 40'000));
    for (int i = 0; i < 120; ++i) {
        const double spread = std::exp2(m_random.generateDouble() * 1.6 - 0.8);
        slice.ack.add(qint64(centre * spread));
        if (i % 40 == 0)
            slice.ack.add(qint64(centre * 12 * spread));
        if (i % 12 == 0)
            slice.wake.add(qint64(45'000 * spread));
        if (i % 5 == 0)
            slice.http.add(qint64(3000 * spread));
    }
    return slice;
}

void SyntheticSource::fillCommon(Frame &frame)
{
    frame.revision = ++m_revision;
    frame.ts = m_now;
    ClusterInfo info;
    info.engineVersion = QStringLiteral("0.1.0");
    info.listenUrl = QStringLiteral("http://127.0.0.1:6420");
    info.startedTs = 1'789'999'000'000;
    info.nowTs = m_now;
    const auto count = [](const auto &list, auto test) { return qint64(std::count_if(list.begin(), list.end(), test)); };
    info.actors = count(actors, [](const ActorInfo &a) { return a.state != ActorState::Destroyed; });
    info.actorsRunning = count(actors, [](const ActorInfo &a) { return a.state == ActorState::Running; });
    info.actorsSleeping = count(actors, [](const ActorInfo &a) { return a.state == ActorState::Sleeping; });
    info.runners = qint64(runners.size());
    info.connections = qint64(connections.size());
    info.connectionsHibernating = count(connections, [](const ConnectionInfo &c) { return c.state == ConnectionState::Hibernating; });
    info.connectionsWaking = count(connections, [](const ConnectionInfo &c) { return c.state == ConnectionState::Waking; });
    qint64 bytes = 0;
    for (const ConnectionInfo &connection : connections)
        bytes += connection.pendingBytes.value_or(0);
    info.pendingBytes = bytes;
    info.messagesIn = m_messages;
    info.messagesOut = m_messages;
    info.eventsSeen = m_seq;
    info.eventsDropped = 0;
    info.monitorBytesHeld = 184'320;
    info.longTurns = longTurnTs ? 1 : 0;
    info.longTurnTs = longTurnTs;
    if (longTurnTs) {
        info.longTurnUs = 83'000;
        info.longTurnText = QStringLiteral("83 ms: request 80 ms, longest GET /actors 80 ms");
    }
    frame.cluster = info;
    if (!m_interest.pendingOf.isEmpty()) {
        frame.pendingOf = m_interest.pendingOf;
        for (const ConnectionInfo &connection : connections) {
            if (connection.connectionId != m_interest.pendingOf)
                continue;
            for (int i = 0; i < std::min<qint64>(40, connection.pendingMessages.value_or(0)); ++i) {
                PendingMessageInfo message;
                message.index = (connection.lastAckedIndex.value_or(0) + 1 + i) % 65'536;
                message.bytes = 120 + i * 37 % 900;
                message.binary = i % 4 == 0;
                message.queuedTs = m_now - 4000 + i * 20;
                message.timesSent = i < 4 ? 2 : i < 20 ? 1 : 0;
                frame.pending.push_back(message);
            }
        }
    }
}

void SyntheticSource::addEvent(Frame &frame, EventKind kind, EventLevel level, const ActorInfo &actor)
{
    Event event;
    event.seq = ++m_seq;
    event.ts = m_now;
    event.monoUs = m_now * 1000;
    event.kind = kind;
    event.level = level;
    event.actorId = actor.actorId;
    if (kind == EventKind::ActorState) {
        event.from = toString(actor.state == ActorState::Running ? ActorState::Sleeping : ActorState::Running);
        event.to = toString(actor.state);
        event.reason = QStringLiteral("idle");
    } else if (kind == EventKind::ConnectionOpened && !connections.empty()) {
        event.connectionId = connections[size_t(m_random.bounded(int(connections.size())))].connectionId;
        event.text = QStringLiteral("/websocket");
    } else if (kind == EventKind::Limit) {
        event.reason = QStringLiteral("pending_60_percent");
        event.value = 640'000;
    }
    frame.events.push_back(event);
}

/// What an engine tells of a sleeping actor that is needed, in its own times.
void SyntheticSource::addWake(Frame &frame, const ActorInfo &actor)
{
    const auto w = [](const char *text) { return QString::fromLatin1(text); };
    qint64 us = m_now * 1000;
    const auto add = [&](EventKind kind, const char *from, const char *to, const char *reason, qint64 tookUs) {
        us += tookUs;
        Event event;
        event.seq = ++m_seq;
        event.ts = m_now + (us - m_now * 1000) / 1000;
        event.monoUs = us;
        event.kind = kind;
        event.level = EventLevel::Info;
        event.actorId = actor.actorId;
        event.runnerId = actor.runnerId;
        event.from = w(from);
        event.to = w(to);
        event.reason = w(reason);
        frame.events.push_back(event);
    };
    const bool socket = actor.connections.value_or(0) > 0;
    if (socket)
        add(EventKind::ConnectionState, "hibernating", "waking", "message", 0);
    add(EventKind::ActorWake, "", "", socket ? "hws_message" : "request", 200);
    add(EventKind::ActorState, "sleeping", "starting", "assigned", 300 + m_random.bounded(4000));
    add(EventKind::Command, "", "", "start", 150 + m_random.bounded(300));
    add(EventKind::ActorState, "starting", "running", "running", 9'000 + m_random.bounded(60'000));
    if (socket)
        add(EventKind::ConnectionState, "waking", "attached", "ready", 800 + m_random.bounded(5000));
}

void SyntheticSource::snapshot()
{
    Frame frame;
    frame.snapshot = true;
    frame.actors = actors;
    frame.runners = runners;
    frame.connections = connections;
    const auto w = [](const char *text) { return QString::fromLatin1(text); };
    frame.machines = {{w("actor"), w("sleeping"),
                       {{w("sleeping"), w("starting"), w("wake")}, {w("sleeping"), w("pending"), w("wake")},
                        {w("pending"), w("starting"), w("assigned")}, {w("starting"), w("running"), w("running")},
                        {w("running"), w("sleep_intent"), w("sleep_intent")}, {w("running"), w("backoff"), w("stopped")},
                        {w("sleep_intent"), w("sleeping"), w("stopped")}, {w("backoff"), w("starting"), w("retry_due")},
                        {w("running"), w("destroyed"), w("stopped")}}},
                      {w("websocket"), w("waiting"),
                       {{w("waiting"), w("opening"), w("ready")}, {w("opening"), w("attached"), w("accepted")},
                        {w("attached"), w("hibernating"), w("actor stopped")}, {w("hibernating"), w("waking"), w("message")},
                        {w("waking"), w("attached"), w("ready")}, {w("attached"), w("closed"), w("closed")}}}};
    const auto setting = [&](const char *section, const char *key, const char *unit, const char *value, const char *usual, const char *range) {
        frame.settings.push_back({w(section), w(key), w(unit), w(value), w(usual), {}, w(range)});
    };
    setting("guard", "websocket_open_timeout_ms", "ms", "15000", "15000", "1 to 3600000");
    setting("guard", "event_dispatcher", "", "epoll", "epoll", "epoll, qt");
    setting("pegboard", "hws_pending_limit_bytes", "bytes", "1048576", "1048576", "1024 to 1073741824");
    setting("pegboard", "hws_message_ack_timeout_ms", "ms", "5000", "30000", "100 to 3600000");
    setting("pegboard", "runner_lost_threshold_ms", "ms", "15000", "15000", "100 to 3600000");
    setting("pegboard", "actor_start_threshold_ms", "ms", "30000", "30000", "100 to 3600000");
    if (!actors.empty())
        for (int second = 299; second >= 0; --second)
            frame.latency.push_back(slice(m_now / 1000 * 1000 - second * 1000));
    fillCommon(frame);
    Q_EMIT frameReady(frame);
}

void SyntheticSource::step(int ms)
{
    m_now += ms;
    Frame frame;
    if (!actors.empty()) {
        for (int i = 0; i < 6; ++i) {
            ActorInfo &actor = actors[size_t(m_random.bounded(int(actors.size())))];
            const ActorState before = actor.state;
            changeActor(frame, actor);
            if (before == ActorState::Sleeping)
                addWake(frame, actor);
            else
                addEvent(frame, i % 3 == 0 || before == actor.state ? EventKind::ConnectionOpened : EventKind::ActorState, EventLevel::Info, actor);
        }
        if (m_revision % 9 == 0)
            addEvent(frame, EventKind::Limit, EventLevel::Warn, actors.front());
        if (m_revision % 23 == 0)
            addEvent(frame, EventKind::Protocol, EventLevel::Error, actors.back());
        m_messages += quint64(120 + 60 * std::sin(double(m_revision) / 9));
        frame.latency.push_back(slice(m_now / 1000 * 1000));
        for (ConnectionInfo &connection : connections) {
            connection.keepaliveTs = m_now - (m_now - *connection.keepaliveTs) % 30'000;
            if (connection.pendingBytes.value_or(0) <= 0)
                continue;
            connection.messagesIn = *connection.messagesIn + m_random.bounded(5u);
            frame.connections.push_back(connection);
        }
        for (RunnerInfo &runner : runners) {
            runner.lastPingTs = m_now - 700;
            frame.runners.push_back(runner);
        }
    }
    fillCommon(frame);
    Q_EMIT frameReady(frame);
}

void SyntheticSource::changeActor(Frame &frame, ActorInfo &actor)
{
    if (actor.state == ActorState::Running || actor.state == ActorState::Sleeping) {
        const bool wake = actor.state == ActorState::Sleeping;
        actor.state = wake ? ActorState::Running : ActorState::Sleeping;
        actor.runnerId = wake ? runners[size_t(m_random.bounded(int(runners.size())))].runnerId : QString();
    }
    frame.actors.push_back(actor);
}

void SyntheticSource::changeConnection(Frame &frame, ConnectionInfo &connection)
{
    const quint64 messages = 1 + m_random.bounded(20u);
    connection.messagesIn = connection.messagesIn.value_or(0) + messages;
    connection.messagesOut = connection.messagesOut.value_or(0) + messages;
    connection.bytesIn = connection.bytesIn.value_or(0) + messages * 180;
    connection.bytesOut = connection.bytesOut.value_or(0) + messages * 220;
    connection.pendingMessages = m_random.bounded(40);
    connection.pendingBytes = *connection.pendingMessages * 700;
    connection.oldestPendingMs = *connection.pendingMessages > 0 ? std::optional<qint64>(m_random.bounded(2000)) : std::nullopt;
    connection.lastAckLatencyUs = 600 + m_random.bounded(3000);
    connection.keepaliveTs = m_now - m_random.bounded(30'000);
    m_messages += messages;
    frame.connections.push_back(connection);
}

void SyntheticSource::stepBusy(int changes, int ms)
{
    m_now += ms;
    Frame frame;
    // Neighbours by a stride that meets every row once before the first one again.
    const auto walk = [this](size_t size, int count, auto change) {
        size_t at = m_random.bounded(quint32(size));
        for (int i = 0; i < count; ++i, at = (at + 7919) % size)
            change(at, i);
    };
    const int ofActors = int(std::min(actors.size(), size_t(changes) * 7 / 10));
    walk(actors.size(), ofActors, [&](size_t at, int i) {
        changeActor(frame, actors[at]);
        if (i % 5 == 0)
            addEvent(frame, EventKind::ActorState, EventLevel::Info, actors[at]);
    });
    walk(connections.size(), int(std::min(connections.size(), size_t(changes - ofActors))), [&](size_t at, int i) {
        changeConnection(frame, connections[at]);
        if (i % 5 == 0)
            addEvent(frame, EventKind::ConnectionOpened, EventLevel::Info, actors.front());
    });
    frame.latency.push_back(slice(m_now / 1000 * 1000));
    for (RunnerInfo &runner : runners) {
        runner.lastPingTs = m_now - 700;
        frame.runners.push_back(runner);
    }
    fillCommon(frame);
    Q_EMIT frameReady(frame);
}

void SyntheticSource::setLink(LinkState state)
{
    m_link = state;
    Q_EMIT linkChanged();
}

void SyntheticSource::command(const QString &name, const QJsonObject &arguments,
                              std::function<void(const Result<QJsonObject> &)> done, int timeoutMs)
{
    commands.append({name, arguments});
    lastTimeoutMs = timeoutMs;
    Result<QJsonObject> result(answer);
    if (const QString code = std::exchange(refuseWith, {}); !code.isEmpty())
        result = Error::make("monitor", code.toUtf8(), QStringLiteral("refused"));
    const auto reply = [done = std::move(done), result] { done(result); };
    if (deferAnswers)
        QTimer::singleShot(0, this, reply);
    else
        reply();
}

} // namespace dormouse
