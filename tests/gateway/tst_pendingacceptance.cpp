// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Pending messages, their limits and acknowledgements (gateway.md sections 8.3 and 10.1).

using namespace dormouse;
using namespace dormouse::test;

class TestPendingAcceptance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pendingLimit()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 4'096;
        World world(config);
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        for (quint16 round = 1; round <= 20; ++round) {
            client->send(QByteArray(1'000, 'x'));
            world.settle();
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{round});
        }
        QVERIFY(!client->closeCode);
        for (int i = 0; i < 4; ++i)
            client->send(QByteArray(1'000, 'x'));
        world.settle();
        QCOMPARE(client->closeReason, "guard.websocket_pending_limit_reached#" + world.lastRay().toUtf8());
        QCOMPARE(world.sink.count(QStringLiteral("pending_warning")), 2); // 50 % and 75 %; 80 % was never reached
        QVERIFY(world.isClean());
    }

    void pendingPolicyPause()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 4'096;
        config.hwsPendingPolicy = QStringLiteral("pause");
        World world(config);
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        for (int i = 0; i < 10; ++i)
            client->send(QByteArray(1'000, char('a' + i)));
        world.settle();
        QVERIFY(!client->reading);
        QCOMPARE(world.dataSince(0).size(), std::size_t(3));
        for (quint16 index = 3; index <= 9; index = quint16(index + 3)) {
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{index});
            world.settle();
        }
        const Data data = world.dataSince(0);
        QCOMPARE(data.size(), std::size_t(10));
        for (int i = 0; i < 10; ++i)
            QCOMPARE(data[std::size_t(i)], std::make_pair(quint16(i + 1), QByteArray(1'000, char('a' + i))));
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void totalLimitClosesTheLargest()
    {
        EngineConfig config;
        config.hwsTotalPendingSize = 10'000;
        World world(config);
        world.addRunning(kActor);
        auto large = world.open(kActor, true);
        auto small = world.open(kActor, true);
        world.settle();
        large->send(QByteArray(6'000, 'x'));
        world.settle();
        small->send(QByteArray(3'000, 'x'));
        world.settle();
        QVERIFY(!large->closeCode && !small->closeCode);
        small->send(QByteArray(1'000, 'x'));
        world.settle();
        QVERIFY(large->closeReason.startsWith("guard.websocket_pending_limit_reached#"));
        QVERIFY(!small->closeCode);
        QCOMPARE(world.dataSince(0).size(), std::size_t(3));
        small->close(1000);
        QVERIFY(world.isClean());
    }

    void invalidAcksChangeNothing()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        client->send("m");
        world.settle();
        for (const quint16 index : {quint16(2), quint16(40'000), quint16(65'535)})
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{index});
        QCOMPARE(world.gateway->totals().acksInvalid, quint64(3));
        QCOMPARE(world.sink.count(QStringLiteral("ack_invalid")), 1);
        QCOMPARE(world.gateway->totals().pendingMessages, 1);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void resendBeforeNew()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        client->send("old");
        world.settle();
        world.stopActor(kActor);
        client->send("new1");
        world.settle();
        world.startActor(kActor);
        client->send("new2");
        world.settle();
        const std::size_t mark = world.mark();
        world.directory.onSent = [&](const SentMessage &message) {
            if (message.index() == 1)
                client->send("new3");
        };
        world.ready(kActor);
        world.directory.onSent = nullptr;
        QCOMPARE(world.dataSince(mark), (Data{{1, "old"}, {2, "new1"}, {3, "new2"}, {4, "new3"}}));
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void resendPaced()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 64 * 1024 * 1024;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        auto other = world.open(kActor, true);
        world.stopActor(kActor);
        for (int i = 0; i < 30; ++i)
            client->send(QByteArray(1024 * 1024, 'x'));
        world.settle();
        world.startActor(kActor);
        world.directory.actors[kActor].state = ActorState::Running;
        const std::size_t mark = world.mark();
        world.gateway->actorReady(kActor);
        QCOMPARE(world.dataSince(mark).size(), std::size_t(1));
        other->send("echo");
        const qint64 began = world.clock.mono;
        world.advance(20);
        const Data data = world.dataSince(mark);
        const auto echo = std::find_if(data.begin(), data.end(), [](const auto &one) { return one.second == "echo"; });
        QVERIFY(echo != data.end());
        QVERIFY(echo - data.begin() < 5);
        world.advance(100);
        QCOMPARE(world.dataSince(mark).size(), std::size_t(31));
        QVERIFY(world.clock.mono - began < 1'000);
        client->close(1000);
        other->close(1000);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestPendingAcceptance)
#include "tst_pendingacceptance.moc"
