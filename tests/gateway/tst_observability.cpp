// SPDX-License-Identifier: Apache-2.0
// What can be seen from outside: metrics, lines, metadata of errors (gateway.md sections 12 and 14.7).
#include "tests/gateway/engineworld.h"
#include "tests/gateway/stage.h"

#include <QJsonDocument>
#include <QTest>

#include <map>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

class TestObservability : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void metricsPresent();
    void oneLinePerSocket();
    void destroyedMetadata();
};

void TestObservability::metricsPresent()
{
    EngineConfig config;
    config.actorForceWakePendingTimeoutMs = 30'000;
    config.hwsMaxPendingSize = 4'096;
    EngineWorld world(config);
    ScriptedHost host(world, "k1", 3);
    const auto value = [&](const char *name, const MetricLabels &labels = {}) {
        return world.metrics.value(name, labels).value_or(-1);
    };
    const auto total = [&](const char *name) { return world.metrics.total(name).value_or(-1); };

    // One hibernatable socket: two messages, one acknowledged, sleep, wake, the rest acknowledged, a wrong ack.
    const QString actor = world.create();
    auto client = world.connect(actor);
    const RequestId request = host.requestsOf<wire::ToClientWebSocketOpen>().at(0);
    QCOMPARE(value("guard_websocket_active", {{"state", u"attached"_s}}), 1);
    client->send("one");
    client->send("two");
    world.settle();
    QCOMPARE(value("gateway_hws_pending_messages"), 2);
    QCOMPARE(value("gateway_hws_pending_bytes"), 2 * (3 + 64));
    host.tunnel(request, wire::ToServerWebSocketMessageAck{1});
    world.settle();
    QCOMPARE(value("gateway_hws_ack_latency_seconds"), 1);
    host.sleep(actor); // "two" is not acknowledged: it wakes the actor and is sent again
    world.settle();
    QCOMPARE(value("gateway_hws_resent_messages_total"), 1);
    QCOMPARE(value("gateway_hws_resent_bytes_total"), 3);
    QCOMPARE(total("gateway_hws_wake_total"), 1);
    host.tunnel(request, wire::ToServerWebSocketMessageAck{2});
    host.tunnel(request, wire::ToServerWebSocketMessageAck{900});
    world.settle();
    QCOMPARE(value("gateway_hws_pending_messages"), 0);
    QCOMPARE(value("gateway_hws_acks_invalid_total"), 1);
    host.sleep(actor);
    world.settle();
    QCOMPARE(value("gateway_hws_hibernating"), 1);
    QCOMPARE(value("guard_websocket_active", {{"state", u"hibernating"_s}}), 1);
    world.advance(60'000); // long enough for a keepalive
    QVERIFY(value("gateway_hws_keepalive_flush_seconds") >= 1);
    client->send("three");
    world.settle();
    QCOMPARE(value("gateway_hws_hibernation_seconds"), 2); // the first life was wanted again at once
    QCOMPARE(total("gateway_hws_wake_total"), 2);

    // Filling the buffer: three warnings, then the limit.
    for (int i = 0; i < 10; ++i)
        client->send(QByteArray(600, 'x'));
    world.settle();
    QCOMPARE(total("gateway_hws_pending_warning_total"), 3);
    QCOMPARE(value("gateway_gc_total", {{"reason", u"limit"_s}}), 1);
    QVERIFY(total("gateway_close_sent_total") >= 1);
    QCOMPARE(value("gateway_hws_pending_bytes"), 0);

    // A request, one that no actor answers for, and a message of a runner for nobody.
    QCOMPARE(world.http(actor, "GET")->status, 200);
    QVERIFY(value("guard_proxy_request_total") >= 2);
    QCOMPARE(value("guard_proxy_request_pending"), 0);
    QCOMPARE(value("guard_proxy_request_duration"), 1);
    host.tunnel(request, wire::ToServerWebSocketMessage{"late", true});
    world.settle();
    QVERIFY(total("gateway_tunnel_dropped_total") >= 1);
    QVERIFY(total("gateway_attempts_total") >= 2);
    QVERIFY(value("gateway_websocket_open_wait_seconds") >= 1);
    QVERIFY(value("guard_route_pegboard_ready_wait_duration") >= 1);
    QVERIFY(total("guard_proxy_request_errors_total") >= 1);

    // A foreign runner speaks for a request of the first.
    ScriptedHost second(world, "k2", 3);
    auto other = world.connect(actor);
    const RequestId foreign = host.requestsOf<wire::ToClientWebSocketOpen>().back();
    const wire::MessageId id{host.tunnels.back().messageId.gatewayId, foreign, 0};
    second.tunnel(id, wire::ToServerWebSocketMessage{"mine now", true});
    world.settle();
    QCOMPARE(value("gateway_tunnel_foreign_total"), 1);
    QVERIFY(other->received.empty() && other->isOpen());

    // The link goes and comes back.
    host.link->cut();
    world.settle();
    QCOMPARE(value("gateway_link_grace_requests"), 1);
    host.connect();
    world.advance(3'000);
    QCOMPARE(value("gateway_link_grace_requests"), 0);
    QCOMPARE(value("gateway_link_grace_seconds"), 1);

    // Wakes without capacity, with and without somebody who waits.
    EngineWorld empty(config);
    const QString waitedFor = empty.create();
    const QString alone = empty.create();
    empty.core->scheduler().wakeActor(alone, {OverrideKind::DontSleep, 1'000});
    empty.advance(2'000);
    empty.core->scheduler().wakeActor(waitedFor, {OverrideKind::DontSleep, 1'000});
    empty.settle();
    empty.http(waitedFor, "GET");
    empty.advance(2'000);
    const char *timeouts = "gateway_force_wake_timeout_total";
    QCOMPARE(empty.metrics.value(timeouts, {{"waiting", u"0"_s}}), std::optional<double>(1));
    QCOMPARE(empty.metrics.value(timeouts, {{"waiting", u"1+"_s}}), std::optional<double>(1));

    // And everything can be read as text.
    const QByteArray text = world.metrics.prometheusText();
    for (const QByteArray &name : world.metrics.names())
        QVERIFY2(text.contains(name), name.constData());
}

void TestObservability::oneLinePerSocket()
{
    Stage stage;
    EngineWorld world;
    LibraryHost host(world, u"k"_s, 10, stage.factory());
    const QString actor = world.create();
    std::vector<std::shared_ptr<SocketClient>> clients;
    for (int i = 0; i < 50; ++i)
        clients.push_back(world.connect(actor));
    for (int cycle = 0; cycle < 3; ++cycle) {
        for (const auto &client : clients) {
            for (int i = 0; i < 20; ++i)
                client->send("m");
        }
        world.advance(500);
        stage.living.at(actor)->sleep();
        world.advance(500);
    }
    for (const auto &client : clients)
        client->close(1000);
    world.advance(10'000);
    QCOMPARE(stage.messages, 50 * 20 * 3);
    std::map<QString, int> lines;
    for (const monitor::Event &event : world.sink.events) {
        QVERIFY2(event.level != monitor::EventLevel::Trace, "nobody asked for traces");
        if (!event.connectionId.isEmpty() && event.level >= monitor::EventLevel::Info)
            ++lines[event.connectionId];
    }
    QCOMPARE(lines.size(), 50U);
    for (const auto &[ray, count] : lines)
        QCOMPARE(count, 1);
    // The line is the one at the end, with what the socket did.
    for (const monitor::Event &event : world.sink.events) {
        if (event.kind != monitor::EventKind::ConnectionClosed)
            continue;
        QCOMPARE(event.actorId, actor);
        QVERIFY2(event.text.contains(u"in 60/60 B") && event.text.contains(u"sleeps 3"), qPrintable(event.text));
    }
}

void TestObservability::destroyedMetadata()
{
    EngineWorld world;
    ScriptedHost host(world, "k1", 3);
    const QString actor = world.create();
    const qint64 before = world.world.clock.wallMs();
    world.destroy(actor);
    const qint64 after = world.world.clock.wallMs();
    auto request = world.http(actor, "GET");
    QCOMPARE(request->status, 404);
    QCOMPARE(request->errorCode(), QByteArray("actor.not_found"));
    const QJsonObject body = QJsonDocument::fromJson(request->answer).object();
    const QJsonObject metadata = body.value(u"metadata").toObject();
    QCOMPARE(metadata.value(u"destroyed"), QJsonValue(true));
    QVERIFY(metadata.value(u"destroy_ts").toInteger() >= before && metadata.value(u"destroy_ts").toInteger() <= after);
    // The same code for an id that never was, without the metadata.
    QString unknown = actor;
    unknown[5] = unknown[5] == u'a' ? u'b' : u'a';
    auto other = world.http(unknown, "GET");
    QCOMPARE(other->status, 404);
    QCOMPARE(other->errorCode(), QByteArray("actor.not_found"));
    QVERIFY(!QJsonDocument::fromJson(other->answer).object().value(u"metadata").toObject().contains(u"destroyed"));
    auto socket = world.connect(actor);
    world.settle();
    QCOMPARE(socket->closeCode, std::optional<quint16>(1011));
    QCOMPARE(socket->code(), QByteArray("actor.not_found"));
}

QTEST_GUILESS_MAIN(TestObservability)
#include "tst_observability.moc"
