// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Close while asleep and destroy (gateway.md sections 8.6 and 9.2).

using namespace dormouse;
using namespace dormouse::test;

class TestEndOfSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void closeWhileAsleep()
    {
        for (const bool dropped : {false, true}) {
            World world;
            world.addRunning(kActor);
            RequestId request;
            auto client = world.open(kActor, true, &request);
            world.stopActor(kActor);
            client->send("last words");
            if (dropped)
                client->drop();
            else
                client->close(4999, "done");
            world.settle();
            QCOMPARE(world.directory.wakes.size(), std::size_t(1));
            QCOMPARE(world.gateway->describeConnection(world.lastRay())->state, monitor::ConnectionState::ClosingAsleep);
            const auto listed = world.startActor(kActor);
            QCOMPARE(listed.size(), std::size_t(1));
            world.ready(kActor);
            QCOMPARE(world.dataSince(0), (Data{{1, "last words"}}));
            const SentMessage &last = world.directory.sent.back();
            const auto *close = last.as<wire::ToClientWebSocketClose>();
            QVERIFY(close != nullptr);
            QCOMPARE(last.index(), quint16(2));
            QCOMPARE(close->code, std::optional<quint16>(dropped ? 1011 : 4999));
            QCOMPARE(close->reason, std::optional<QString>(dropped ? QStringLiteral("ws.downstream_closed")
                                                                   : QStringLiteral("done")));
            QVERIFY(world.isClean());
        }
    }

    void closeWhileAsleepGivesUp()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.stopActor(kActor);
        client->close(1000);
        world.settle();
        QCOMPARE(world.store.rows.size(), std::size_t(1));
        world.advance(61'000);
        QVERIFY(world.gateway->connectionIds().empty());
        QVERIFY(world.isClean());
    }

    void wakeStormIsLimited()
    {
        World world;
        for (int i = 0; i < 1'000; ++i) {
            const QString actor = QStringLiteral("a%1").arg(i);
            world.addRunning(actor);
            world.open(actor, true);
        }
        world.settle();
        for (int i = 0; i < 1'000; ++i)
            world.stopActor(QStringLiteral("a%1").arg(i));
        for (const auto &client : world.clients)
            client->drop();
        world.advance(1'000);
        QVERIFY(world.directory.wakes.size() >= 100);
        QVERIFY(world.directory.wakes.size() <= 220);
        world.advance(5'000);
        QCOMPARE(world.directory.wakes.size(), std::size_t(1'000));
        QVERIFY(world.isClean());
    }

    void destroyAwakeAndAsleep()
    {
        for (const bool asleep : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto hibernatable = world.open(kActor, true);
            if (asleep)
                world.stopActor(kActor);
            auto plain = asleep ? nullptr : world.open(kActor, false);
            world.destroyStarted(kActor);
            world.settle();
            QVERIFY(!hibernatable->closeCode);
            world.destroyed(kActor);
            QCOMPARE(hibernatable->closeCode, std::optional<quint16>(1011));
            QVERIFY(hibernatable->closeReason.startsWith("actor.not_found#"));
            if (plain)
                QVERIFY(plain->closeReason.startsWith("actor.not_found#"));
            QVERIFY(world.isClean());
        }
    }

    void destroyWhileWaking()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.stopActor(kActor);
        client->send("m");
        world.settle();
        world.destroyStarted(kActor);
        world.destroyed(kActor);
        QCOMPARE(client->closeReason, "actor.not_found#" + world.lastRay().toUtf8());
        QVERIFY(world.isClean());
    }

    void destroyGrace()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        auto exchange = world.http(kActor, "POST", "x");
        world.destroyStarted(kActor);
        world.advance(4'900);
        QCOMPARE(exchange->answers, 0);
        world.advance(200);
        QCOMPARE(exchange->status, 404);
        QVERIFY(client->closeReason.startsWith("actor.not_found#"));
        QVERIFY(world.isClean());
    }

    void hwsLimits()
    {
        EngineConfig config;
        config.maxHwsPerActor = 2;
        config.maxHws = 3;
        World world(config);
        world.addRunning(kActor);
        world.addRunning(QStringLiteral("a2"));
        auto one = world.open(kActor, true);
        auto two = world.open(kActor, true);
        auto three = world.open(kActor, true);
        QCOMPARE(three->closeReason, "guard.hibernating_limit_reached#" + world.lastRay().toUtf8());
        QVERIFY(!one->closeCode && !two->closeCode);
        auto four = world.open(QStringLiteral("a2"), true);
        QVERIFY(!four->closeCode);
        auto five = world.open(QStringLiteral("a2"), true);
        QVERIFY(five->closeCode.has_value());
        one->close(1000);
        world.settle();
        auto six = world.open(kActor, true);
        QVERIFY(!six->closeCode);
        for (const auto &client : {two, four, six})
            client->close(1000);
        QVERIFY(world.isClean());
    }

    void foreignRunnerMessage()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        client->send("m");
        world.settle();
        const QString other = QStringLiteral("r2");
        world.fromRunner(request, wire::ToServerWebSocketMessage{"evil", true}, other);
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1}, other);
        world.fromRunner(request, wire::ToServerWebSocketClose{quint16(1000), {}, false}, other);
        QVERIFY(client->received.empty());
        QVERIFY(!client->closeCode);
        QCOMPARE(world.gateway->totals().pendingMessages, 1);
        QCOMPARE(world.gateway->totals().foreign, quint64(3));
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        QCOMPARE(world.gateway->totals().pendingMessages, 0);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void oldGatewayId()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, false, &request);
        wire::ToServerTunnelMessage message;
        message.messageId = {GatewayId{world.gatewayId.value + 1}, request, 0};
        message.kind = wire::ToServerWebSocketMessage{"x", true};
        world.gateway->tunnelMessage(QStringLiteral("r1"), message);
        QVERIFY(client->received.empty());
        QCOMPARE(world.gateway->totals().dropped, quint64(1));
        client->close(1000);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestEndOfSocket)
#include "tst_endofsocket.moc"
