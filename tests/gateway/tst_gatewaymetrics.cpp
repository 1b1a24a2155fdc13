// SPDX-License-Identifier: Apache-2.0
// Metrics and events of gateway.md section 12.
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

#include <algorithm>

using namespace dormouse;
using namespace dormouse::test;

namespace {

const monitor::Event *lastEvent(const World &world, const QString &reason)
{
    for (auto event = world.sink.events.rbegin(); event != world.sink.events.rend(); ++event) {
        if (event->reason == reason)
            return &*event;
    }
    return nullptr;
}

const monitor::Event *lastEvent(const World &world, monitor::EventKind kind)
{
    for (auto event = world.sink.events.rbegin(); event != world.sink.events.rend(); ++event) {
        if (event->kind == kind)
            return &*event;
    }
    return nullptr;
}

MetricLabels labels(std::initializer_list<std::pair<const char *, const char *>> pairs)
{
    MetricLabels result;
    for (const auto &[name, value] : pairs)
        result.emplace_back(name, QString::fromLatin1(value));
    return result;
}

} // namespace

class TestGatewayMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// One scripted run, after which every name has the value that the script makes it have.
    void metricsPresent()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 1'000;
        World world(config);
        const Metrics &metrics = world.metrics;
        world.addRunning(kActor);

        // HTTP: one answer, one error.
        auto answered = world.http(kActor, "GET");
        const RequestId httpId = world.lastSent<wire::ToClientRequestStart>()->requestId();
        QCOMPARE(metrics.value("guard_proxy_request_pending"), 1.0);
        wire::ToServerResponseStart start;
        start.status = 200;
        world.fromRunner(httpId, start);
        QCOMPARE(answered->status, 200);
        world.http(QStringLiteral("nobody"), "GET");
        QCOMPARE(metrics.value("guard_proxy_request_total"), 2.0);
        QCOMPARE(metrics.value("guard_proxy_request_pending"), 0.0);
        QCOMPARE(metrics.value("guard_proxy_request_duration"), 2.0);
        QCOMPARE(metrics.value("guard_proxy_request_errors_total", labels({{"code", "actor.not_found"}})), 1.0);
        QCOMPARE(metrics.value("guard_route_pegboard_ready_wait_duration"), 2.0);
        QCOMPARE(metrics.value("gateway_attempts_total", labels({{"kind", "http"}, {"outcome", "answered"}, {"reason", ""}})), 1.0);

        // WebSocket: refused once, then accepted.
        auto client = world.connect(kActor);
        QCOMPARE(metrics.value("guard_websocket_active", labels({{"state", "opening"}})), 1.0);
        world.fromRunner(world.lastSent<wire::ToClientWebSocketOpen>()->requestId(),
                         wire::ToServerWebSocketClose{quint16(1011), QStringLiteral("Server Error"), false});
        world.advance(200);
        const RequestId request = world.lastSent<wire::ToClientWebSocketOpen>()->requestId();
        world.fromRunner(request, wire::ToServerWebSocketOpen{true});
        QCOMPARE(metrics.value("gateway_attempts_total",
                               labels({{"kind", "websocket"}, {"outcome", "replayed"}, {"reason", "websocket_closed_before_open"}})), 1.0);
        QCOMPARE(metrics.value("gateway_attempts_total", labels({{"kind", "websocket"}, {"outcome", "accepted"}, {"reason", ""}})), 1.0);
        QCOMPARE(metrics.value("gateway_websocket_open_wait_seconds"), 1.0);
        QCOMPARE(metrics.value("guard_websocket_active", labels({{"state", "opening"}})), 0.0);
        QCOMPARE(metrics.value("guard_websocket_active", labels({{"state", "attached"}})), 1.0);

        // Messages: 50 % and 80 % of the limit, acknowledgements, a cut of the link.
        client->send(QByteArray(450, 'x'));
        world.settle();
        client->send(QByteArray(300, 'x'));
        world.settle();
        QCOMPARE(metrics.value("gateway_hws_pending_messages"), 2.0);
        QCOMPARE(metrics.value("gateway_hws_pending_bytes"), 750.0 + 2 * 64);
        QCOMPARE(metrics.value("gateway_hws_pending_warning_total", labels({{"level", "50"}})), 1.0);
        QCOMPARE(metrics.value("gateway_hws_pending_warning_total", labels({{"level", "75"}})), 1.0);
        QCOMPARE(metrics.value("gateway_hws_pending_warning_total", labels({{"level", "80"}})), 1.0);
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        QCOMPARE(metrics.value("gateway_hws_ack_latency_seconds"), 1.0);
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{9});
        QCOMPARE(metrics.value("gateway_hws_acks_invalid_total"), 1.0);
        world.cutLink();
        QCOMPARE(metrics.value("gateway_link_grace_requests"), 1.0);
        world.advance(1'500);
        world.restoreLink();
        QCOMPARE(metrics.value("gateway_link_grace_requests"), 0.0);
        QCOMPARE(metrics.value("gateway_link_grace_seconds"), 1.0);
        QCOMPARE(metrics.value("gateway_hws_resent_messages_total"), 1.0);
        QCOMPARE(metrics.value("gateway_hws_resent_bytes_total"), 300.0);

        // Sleep with something pending, a sleep ended by somebody else, one ended by a message.
        world.stopActor(kActor);
        QCOMPARE(metrics.value("guard_websocket_active", labels({{"state", "waking"}})), 1.0);
        world.wakeUp(kActor);
        QCOMPARE(metrics.value("gateway_hws_wake_total", labels({{"cause", "pending"}, {"result", "ok"}})), 1.0);
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{2});
        world.stopActor(kActor);
        QCOMPARE(metrics.value("gateway_hws_hibernating"), 1.0);
        QCOMPARE(metrics.value("guard_websocket_active", labels({{"state", "hibernating"}})), 1.0);
        world.wakeUp(kActor);
        QCOMPARE(metrics.value("gateway_hws_wake_total", labels({{"cause", "other"}, {"result", "ok"}})), 1.0);
        world.stopActor(kActor);
        client->send("m");
        world.settle();
        world.wakeUp(kActor);
        QCOMPARE(metrics.value("gateway_hws_wake_total", labels({{"cause", "message"}, {"result", "ok"}})), 1.0);
        QCOMPARE(metrics.value("gateway_hws_hibernating"), 0.0);
        QCOMPARE(metrics.value("gateway_hws_hibernation_seconds"), 3.0);

        // Keepalive: one flush, then a store that fails.
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{3});
        world.advance(60'000);
        QVERIFY(*metrics.value("gateway_hws_keepalive_flush_seconds") >= 1);
        QCOMPARE(metrics.value("gateway_hws_keepalive_rows"), metrics.value("gateway_hws_keepalive_flush_seconds"));
        world.store.failing = true;
        world.advance(60'000);
        world.store.failing = false;
        QVERIFY(*metrics.value("gateway_hws_keepalive_failures_total") >= 1);

        // Messages of others, and messages that nobody waits for.
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{3}, QStringLiteral("r2"));
        QCOMPARE(metrics.value("gateway_tunnel_foreign_total"), 1.0);
        world.fromRunner(httpId, wire::ToServerResponseAbort{});
        QCOMPARE(metrics.value("gateway_tunnel_dropped_total", labels({{"kind", "response_abort"}, {"state", "none"}})), 1.0);
        world.fromRunner(request, wire::ToServerWebSocketOpen{true});
        QCOMPARE(metrics.value("gateway_tunnel_dropped_total", labels({{"kind", "websocket_open"}, {"state", "attached"}})), 1.0);

        // Never acknowledged: given up.
        client->send("lost");
        world.settle();
        world.advance(31'000);
        QCOMPARE(client->closeCode, std::optional<quint16>(1011));
        QCOMPARE(metrics.value("gateway_gc_total", labels({{"reason", "ack_timeout"}})), 1.0);
        QCOMPARE(metrics.value("gateway_close_sent_total",
                               labels({{"code", "1011"}, {"reason", "guard.websocket_garbage_collected"}})), 1.0);
        QCOMPARE(metrics.value("gateway_hws_pending_max_bytes"), 1.0);
        QCOMPARE(metrics.value("gateway_hws_pending_max_messages"), 1.0);
        QCOMPARE(metrics.value("gateway_hws_pending_messages"), 0.0);
        QCOMPARE(metrics.value("gateway_hws_pending_bytes"), 0.0);

        // No capacity, with and without somebody who waits.
        world.addSleeping(QStringLiteral("a2"));
        world.http(QStringLiteral("a2"), "GET");
        world.gateway->actorPendingTimeout(QStringLiteral("a2"));
        world.gateway->actorPendingTimeout(QStringLiteral("a2"));
        QCOMPARE(metrics.value("gateway_force_wake_timeout_total", labels({{"waiting", "1+"}})), 1.0);
        QCOMPARE(metrics.value("gateway_force_wake_timeout_total", labels({{"waiting", "0"}})), 1.0);
        QVERIFY(world.isClean());
        for (const char *state : {"opening", "open", "attached", "hibernating", "waking", "closing"})
            QCOMPARE(metrics.value("guard_websocket_active", labels({{"state", state}})), 0.0);
        QCOMPARE(metrics.value("guard_proxy_request_pending"), 0.0);
    }

    void applicationReasonsAreNoLabels()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        world.open(kActor, false, &request);
        world.fromRunner(request, wire::ToServerWebSocketClose{quint16(4000), QStringLiteral("user 17 left"), false});
        QCOMPARE(world.metrics.value("gateway_close_sent_total", labels({{"code", "4000"}, {"reason", "actor"}})), 1.0);
        world.open(kActor, false, &request);
        world.fromRunner(request, wire::ToServerWebSocketClose{quint16(1011), QStringLiteral("ws.restore_error"), false});
        QCOMPARE(world.metrics.value("gateway_close_sent_total", labels({{"code", "1011"}, {"reason", "ws.restore_error"}})), 1.0);
    }

    void indexSkipNamesTheLastIndexes()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        for (int i = 0; i < 12; ++i)
            client->send("m");
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketClose{quint16(1008), QStringLiteral("ws.message_index_skip"), false});
        QCOMPARE(world.metrics.value("gateway_index_skip_total"), 1.0);
        const monitor::Event *event = lastEvent(world, monitor::EventKind::Protocol);
        QVERIFY(event != nullptr);
        QCOMPARE(event->level, monitor::EventLevel::Error);
        QCOMPARE(event->reason, QStringLiteral("ws.message_index_skip"));
        QVERIFY2(event->text.endsWith(QStringLiteral(": 3, 4, 5, 6, 7, 8, 9, 10, 11, 12")), qPrintable(event->text));
        QCOMPARE(client->closeCode, std::optional<quint16>(1008));
        // Any other 1008 is the application's own.
        RequestId other;
        world.open(kActor, true, &other);
        world.fromRunner(other, wire::ToServerWebSocketClose{quint16(1008), QStringLiteral("no"), false});
        QCOMPARE(world.metrics.value("gateway_index_skip_total"), 1.0);
    }

    void endOfSocketTellsItsStory()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("12345");
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessage{"abc", true});
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        world.stopActor(kActor);
        client->send("x");
        world.settle();
        world.wakeUp(kActor);
        world.cutLink();
        world.restoreLink();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{2});
        world.stopActor(kActor);
        world.destroyed(kActor);
        const monitor::Event *event = lastEvent(world, monitor::EventKind::ConnectionClosed);
        QVERIFY(event != nullptr);
        QCOMPARE(event->from, QStringLiteral("hibernating"));
        QCOMPARE(event->to, QStringLiteral("closed"));
        QCOMPARE(event->reason, QStringLiteral("actor.not_found"));
        QCOMPARE(event->value, std::optional<qint64>(1011));
        QCOMPARE(event->actorId, kActor);
        QCOMPARE(event->connectionId, world.lastRay());
        QCOMPARE(event->requestId, QString::fromLatin1(request.toHex()));
        QVERIFY2(event->text.contains(QStringLiteral("in 2/6 B, out 1/3 B, sleeps 2, wakes 1, resends 1, max pending 69 B")),
                 qPrintable(event->text));
    }

    void eventsNameWhomTheyAreAbout()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 200;
        World world(config);
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send(QByteArray(100, 'x'));
        client->send(QByteArray(100, 'x'));
        world.settle();
        const monitor::Event *limit = lastEvent(world, QStringLiteral("pending_limit"));
        QVERIFY(limit != nullptr);
        QVERIFY2(limit->text.startsWith(QStringLiteral("used 164 of 200 B in 1 messages, index 1 to 1, oldest ")),
                 qPrintable(limit->text));
        for (const monitor::Event &event : world.sink.events) {
            QCOMPARE(event.actorId, kActor);
            QCOMPARE(event.connectionId, world.lastRay());
            // No runner knows the request before its open.
            const bool known = event.from != QStringLiteral("waiting") && event.kind != monitor::EventKind::ConnectionOpened;
            if (known)
                QCOMPARE(event.requestId, QString::fromLatin1(request.toHex()));
            const bool perMessage = event.level == monitor::EventLevel::Trace;
            QVERIFY2(perMessage || !event.reason.isEmpty(), qPrintable(event.text));
        }
    }

    void closedFromWhereItWas()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, false, &request);
        client->drop();
        world.settle();
        QCOMPARE(lastEvent(world, monitor::EventKind::ConnectionClosed)->from, QStringLiteral("open"));
        world.http(QStringLiteral("nobody"), "GET");
        QCOMPARE(lastEvent(world, monitor::EventKind::ConnectionClosed)->from, QStringLiteral("waiting"));
    }

    // --- acknowledgements while the actor wakes (section 8.3)

    void ackWindowWhileWaking()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        for (const char *text : {"1", "2", "3"})
            client->send(text);
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        world.stopActor(kActor);
        client->send("4"); // numbered, never written
        world.settle();
        world.startActor(kActor);
        const auto pending = [&] { return world.gateway->totals().pendingMessages; };
        QCOMPARE(pending(), 3);
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{4}); // beyond what was ever written
        QCOMPARE(pending(), 3);
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{0}); // older than what was acknowledged
        QCOMPARE(pending(), 3);
        QCOMPARE(world.gateway->totals().acksInvalid, quint64(2));
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{2}); // handled in the life before
        QCOMPARE(pending(), 2);
        const std::size_t mark = world.mark();
        world.ready(kActor);
        QCOMPARE(world.dataSince(mark), (std::vector<std::pair<quint16, QByteArray>>{{3, "3"}, {4, "4"}}));
    }

    // --- time for the routing as a whole (section 5.2)

    void routeTimeoutBeforeTheReadyTimeout()
    {
        EngineConfig config;
        config.routeTimeoutMs = 5'000;
        World world(config);
        world.addSleeping(kActor);
        auto request = world.http(kActor, "GET");
        auto client = world.connect(kActor);
        world.advance(4'900);
        QCOMPARE(request->status, 0);
        world.advance(200);
        QCOMPARE(request->status, 504);
        QCOMPARE(request->errorCode(), QByteArray("guard.request_timeout"));
        QVERIFY2(request->answer.contains("\"phase\":\"ready\",\"timeout_seconds\":5"), request->answer.constData());
        QCOMPARE(client->closeReason, "guard.request_timeout#" + world.lastRay().toUtf8());
    }

    void routingBeforeTheGatewayCounts()
    {
        EngineConfig config;
        config.routeTimeoutMs = 40'000;
        World world(config);
        world.addSleeping(kActor);
        auto exchange = std::make_shared<FakeExchange>();
        exchange->request.method = "GET";
        // 30 s of the 40 s were used up before the actor was known.
        world.gateway->request(exchange, {kActor, "/", false, QStringLiteral("late"), world.clock.mono + 10'000});
        world.advance(9'900);
        QCOMPARE(exchange->status, 0);
        world.advance(200);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.request_timeout"));
    }

    void bodyThatIsStillComingWakes()
    {
        World world;
        world.addSleeping(kActor);
        QVERIFY(!world.gateway->requestIsComing(QStringLiteral("nobody")));
        QVERIFY(world.directory.wakes.empty());
        QVERIFY(world.gateway->requestIsComing(kActor));
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        QCOMPARE(world.directory.wakes.front().second.kind, OverrideKind::DontSleep);
        QVERIFY(world.gateway->requestIsComing(kActor)); // pending already
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        world.addRunning(QStringLiteral("a2"));
        world.destroyStarted(QStringLiteral("a2"));
        QVERIFY(!world.gateway->requestIsComing(QStringLiteral("a2")));
    }
};

QTEST_GUILESS_MAIN(TestGatewayMetrics)
#include "tst_gatewaymetrics.moc"
