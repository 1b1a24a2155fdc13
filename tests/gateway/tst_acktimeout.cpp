// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Acknowledgement clock and resend bound (gateway.md section 8.4).

using namespace dormouse;
using namespace dormouse::test;

class TestAckTimeout : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ackTimeoutBoundary()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        client->send("m1");
        world.advance(0);
        const qint64 written = world.clock.mono;
        QCOMPARE(world.dataSince(0).size(), std::size_t(1));
        world.advance(written + 30'000 - world.clock.mono);
        QVERIFY(!client->closeCode);
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        client->send("m2");
        world.advance(0);
        world.advance(30'000);
        QVERIFY(!client->closeCode);
        world.advance(1);
        QCOMPARE(client->closeReason, "guard.websocket_garbage_collected#" + world.lastRay().toUtf8());
        QCOMPARE(world.sink.count(QStringLiteral("ack_timeout")), 1);
        QCOMPARE(world.lastSent<wire::ToClientWebSocketClose>()->as<wire::ToClientWebSocketClose>()->reason,
                 std::optional<QString>(QStringLiteral("ws.downstream_closed")));
        QVERIFY(world.isClean());
    }

    void ackClockStopsWhileAsleep()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        client->send("m1");
        world.advance(29'000);
        world.stopActor(kActor);
        world.startActor(kActor);
        world.advance(25'000);
        QVERIFY(!client->closeCode);
        world.ready(kActor);
        world.advance(29'900);
        QVERIFY(!client->closeCode);
        world.advance(200);
        QVERIFY(client->closeCode.has_value());
        QVERIFY(world.isClean());
    }

    void poisonMessage()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        client->send("poison");
        world.settle();
        for (int i = 0; i < 8; ++i) {
            world.stopActor(kActor);
            QVERIFY(!client->closeCode);
            world.wakeUp(kActor);
        }
        QCOMPARE(world.dataSince(0).size(), std::size_t(9));
        world.stopActor(kActor);
        QCOMPARE(client->closeReason, "guard.websocket_garbage_collected#" + world.lastRay().toUtf8());
        QCOMPARE(world.directory.actors[kActor].state, ActorState::Sleeping);
        QCOMPARE(world.directory.wakes.size(), std::size_t(8));
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestAckTimeout)
#include "tst_acktimeout.moc"
