// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Sleep, wake and resend of hibernating sockets (gateway.md section 8).

using namespace dormouse;
using namespace dormouse::test;

class TestHibernation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hibernateAndWakeByMessage()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("m1");
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        world.stopActor(kActor);
        QVERIFY(!client->closeCode);
        QCOMPARE(world.gateway->totals().hibernating, 1);
        world.advance(10'000);
        QVERIFY(world.directory.wakes.empty());
        const std::size_t mark = world.mark();
        client->send("m2");
        client->send("m3");
        world.settle();
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        const AllocationOverride &override = world.directory.wakes.front().second;
        QCOMPARE(override.kind, OverrideKind::DontSleep);
        QVERIFY(*override.timeoutMs >= 60'000 && *override.timeoutMs <= 63'000);
        const auto listed = world.startActor(kActor);
        QCOMPARE(listed.size(), std::size_t(1));
        QCOMPARE(listed.front().requestId, request);
        world.settle();
        QVERIFY(world.dataSince(mark).empty());
        QCOMPARE(world.gateway->describeConnection(world.lastRay())->state, monitor::ConnectionState::Restoring);
        // What the runner already says is forwarded (G-11).
        world.fromRunner(request, wire::ToServerWebSocketMessage{"early", true});
        QCOMPARE(client->received, std::vector<QByteArray>{"early"});
        world.ready(kActor);
        QCOMPARE(world.dataSince(mark), (Data{{2, "m2"}, {3, "m3"}}));
        QCOMPARE(world.sentOf<wire::ToClientWebSocketOpen>().size(), std::size_t(1));
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        QCOMPARE(world.sink.wakeLatencies.size(), std::size_t(1));
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void messagesWaitWhenTheActorAcceptsWhileStopping()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        client->send("m1");
        const RequestId request = world.lastSent<wire::ToClientWebSocketOpen>()->requestId();
        world.gateway->actorStopping(kActor);
        world.directory.actors[kActor].state = ActorState::SleepIntent;
        const std::size_t mark = world.mark();
        world.fromRunner(request, wire::ToServerWebSocketOpen{true});
        world.settle();
        QVERIFY(world.dataSince(mark).empty());
        world.stopActor(kActor);
        world.wakeUp(kActor);
        QCOMPARE(world.dataSince(mark), (Data{{1, "m1"}}));
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void ackedAreNotResentAndPartialAck()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        for (int i = 1; i <= 5; ++i)
            client->send("m" + QByteArray::number(i));
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{3});
        QCOMPARE(world.gateway->totals().pendingMessages, 2);
        world.stopActor(kActor);
        // Messages are pending, so it is woken at once.
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        const std::size_t mark = world.mark();
        world.wakeUp(kActor);
        QCOMPARE(world.dataSince(mark), (Data{{4, "m4"}, {5, "m5"}}));
        QCOMPARE(world.gateway->totals().resentMessages, quint64(2));
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{5});
        QCOMPARE(world.gateway->totals().pendingBytes, 0);
        world.stopActor(kActor);
        const std::size_t second = world.mark();
        world.wakeUp(kActor);
        QVERIFY(world.dataSince(second).empty());
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void messageWhileStoppingWaitsForTheNextLife()
    {
        // B-39: what reached the dying instance would be handled and its answer lost.
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        const std::size_t mark = world.mark();
        world.gateway->actorStopping(kActor);
        client->send("late");
        world.settle();
        QVERIFY(world.dataSince(mark).empty());
        world.stopActor(kActor);
        world.startActor(kActor);
        world.ready(kActor);
        const Data data = world.dataSince(mark);
        QCOMPARE(data.size(), std::size_t(1));
        QCOMPARE(data.front().second, QByteArray("late"));
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void readyBeforeHibernate()
    {
        // Stop, start and ready have all happened before the gateway hears of the stop.
        for (const bool pending : {false, true}) {
            for (const bool readyFirst : {false, true}) {
                World world;
                world.addRunning(kActor);
                RequestId request;
                auto client = world.open(kActor, true, &request);
                if (pending)
                    client->send("p");
                world.settle();
                world.startActor(kActor);
                world.directory.actors[kActor].state = ActorState::Running;
                if (readyFirst) {
                    world.gateway->actorReady(kActor);
                    world.gateway->actorStopped(kActor);
                } else {
                    world.gateway->actorStopped(kActor);
                    world.gateway->actorReady(kActor);
                }
                world.settle();
                QCOMPARE(world.gateway->describeConnection(world.lastRay())->state, monitor::ConnectionState::Attached);
                QVERIFY(world.directory.wakes.empty());
                client->send("next");
                world.settle();
                QCOMPARE(world.dataSince(0).back(), std::make_pair(quint16(pending ? 2 : 1), QByteArray("next")));
                client->close(1000);
                QVERIFY(world.isClean());
            }
        }
    }

    void wokenBySomebodyElse()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        world.stopActor(kActor);
        world.wakeUp(kActor);
        QCOMPARE(world.gateway->describeConnection(world.lastRay())->state, monitor::ConnectionState::Attached);
        client->send("m");
        world.settle();
        QCOMPARE(world.dataSince(0), (Data{{1, "m"}}));
        QVERIFY(world.directory.wakes.empty());
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void wakeNotListed()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.stopActor(kActor);
        client->send("m");
        world.settle();
        world.startActor(kActor, QStringLiteral("r1"), false);
        world.ready(kActor);
        QVERIFY(world.dataSince(0).empty());
        QCOMPARE(client->closeReason, "guard.websocket_garbage_collected#" + world.lastRay().toUtf8());
        QCOMPARE(world.sink.count(QStringLiteral("not_listed")), 1);
        QVERIFY(world.isClean());
    }

    void runnerAsksToHibernate()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketClose{{}, {}, true});
        QVERIFY(!client->closeCode);
        client->send("m");
        world.settle();
        QVERIFY(world.dataSince(0).empty()); // the old generation has let go of it
        world.stopActor(kActor);
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        world.wakeUp(kActor);
        QCOMPARE(world.dataSince(0), (Data{{1, "m"}}));
        client->close(1000);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestHibernation)
#include "tst_hibernation.moc"
