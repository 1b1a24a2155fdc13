// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

#include <map>

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

    void gcLogFields()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("acknowledged");
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        client->send(QByteArray(100, 'x'));
        world.advance(10'000);
        client->send(QByteArray(200, 'x'));
        world.advance(20'100);
        QVERIFY(client->closeCode.has_value());
        const QString text = world.sink.textOf(QStringLiteral("ack_timeout"));
        for (const char *part : {"oldest 30001 ms", "2 messages", "index 2 to 3", "used 428 of"})
            QVERIFY2(text.contains(QString::fromLatin1(part)), qPrintable(text));
        QCOMPARE(world.metrics.value("gateway_gc_total", {{"reason", QStringLiteral("ack_timeout")}}), std::optional(1.0));
        QCOMPARE(world.metrics.total("gateway_gc_total"), std::optional(1.0));
        QVERIFY(world.isClean());
    }

    void removalOrder()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        client->send("m");
        world.settle();
        std::vector<QByteArray> journal;
        client->journal = &journal;
        world.store.journal = &journal;
        world.directory.onSent = [&](const SentMessage &message) {
            if (message.as<wire::ToClientWebSocketClose>() != nullptr)
                journal.push_back("runner close");
        };
        world.sink.onEnded = [&] {
            journal.push_back("ended");
            // The counters are settled before anybody hears of the end; the record goes last.
            QCOMPARE(world.gateway->totals().pendingBytes, 0);
            QCOMPARE(world.gateway->totals().connections, 0);
        };
        world.advance(30'100);
        QCOMPARE(journal, (std::vector<QByteArray>{"client close", "runner close", "row delete", "ended"}));
        QVERIFY(!world.gateway->describeConnection(world.lastRay()));
        QVERIFY(world.isClean());
    }

    void gcLatency()
    {
        // No sweep: each socket goes at its own time, whenever its message was sent.
        World world;
        world.addRunning(kActor);
        Random random(9);
        std::map<FakeClient *, qint64> deadlines;
        for (int i = 0; i < 100; ++i) {
            auto client = world.open(kActor, true);
            world.settle();
            client->send("m");
            world.advance(0);
            deadlines[client.get()] = world.clock.mono + 30'000;
            world.advance(qint64(random.below(700)));
        }
        while (!deadlines.empty()) {
            world.advance(10);
            for (auto it = deadlines.begin(); it != deadlines.end();) {
                if (world.clock.mono <= it->second)
                    QVERIFY(!it->first->closeCode);
                else if (world.clock.mono > it->second + 50)
                    QVERIFY(it->first->closeCode.has_value());
                it = it->first->closeCode ? deadlines.erase(it) : std::next(it);
            }
        }
        QVERIFY(world.isClean());
    }

    void openTimeoutSetting()
    {
        EngineConfig config;
        config.gatewayWebsocketOpenTimeoutMs = 3'000;
        config.websocketOpenAttempts = 1;
        World world(config);
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        world.advance(2'999);
        QVERIFY(!client->closeCode);
        world.advance(2);
        QCOMPARE(client->closeReason, "guard.websocket_open_timeout#" + world.lastRay().toUtf8());
        // What the setting hides or cuts off can be seen.
        auto slow = world.connect(kActor);
        world.advance(2'500);
        const auto *open = world.lastSent<wire::ToClientWebSocketOpen>();
        world.fromRunner(open->requestId(), wire::ToServerWebSocketOpen{false});
        QVERIFY(slow->accepted && !slow->closeCode);
        QCOMPARE(world.metrics.value("gateway_websocket_open_wait_seconds"), std::optional(1.0));
        QCOMPARE(world.metrics.histogram("gateway_websocket_open_wait_seconds", "").sum(), 2.5);
        slow->close(1000);
        QVERIFY(world.isClean());
    }

    void internalErrorIsNotHibernation()
    {
        // The row cannot be stored: an error of ours, so the client is told, and nothing sleeps or is woken.
        World world;
        world.addRunning(kActor);
        world.store.failingInserts = true;
        auto client = world.open(kActor, true);
        client->send("m");
        world.settle();
        QCOMPARE(client->closeCode, std::optional<quint16>(1011));
        QCOMPARE(client->closeReason, "core.internal_error#" + world.lastRay().toUtf8());
        QCOMPARE(world.gateway->totals().hibernating, 0);
        QVERIFY(world.directory.wakes.empty());
        // What does start it: the actor's stop, or the runner's own request. A cut link does not.
        world.store.failingInserts = false;
        RequestId request;
        auto good = world.open(kActor, true, &request);
        world.settle();
        world.cutLink();
        QCOMPARE(world.gateway->totals().hibernating, 0);
        world.restoreLink();
        world.fromRunner(request, wire::ToServerWebSocketClose{{}, {}, true});
        QCOMPARE(world.gateway->totals().hibernating, 1);
        QVERIFY(!good->closeCode);
        // A wake that fails is an error too.
        world.stopActor(kActor);
        good->send("wake");
        world.settle();
        world.advance(30'100);
        QCOMPARE(good->closeReason, "guard.actor_ready_timeout#" + world.lastRay().toUtf8());
        QVERIFY(world.isClean());
    }

    void ackClockStartsAtWrite()
    {
        constexpr qint64 kHigh = 9 * 1024 * 1024;
        World world;
        world.addRunning(kActor);
        for (const bool before : {false, true}) {
            RequestId request;
            auto client = world.open(kActor, true, &request);
            world.settle();
            const std::size_t mark = world.mark();
            // Held back by us, or handed to a link that then stands still: either way the runner has not seen it.
            if (!before)
                world.directory.bytesQueued = kHigh;
            client->send("m");
            world.advance(0);
            QCOMPARE(world.dataSince(mark).size(), std::size_t(before));
            world.directory.bytesQueued = kHigh;
            world.advance(40'000);
            QVERIFY(!client->closeCode);
            world.directory.bytesQueued = 0;
            world.gateway->linkDrained(QStringLiteral("r1"));
            world.advance(0);
            QCOMPARE(world.dataSince(mark).size(), std::size_t(1));
            world.advance(30'000);
            QVERIFY(!client->closeCode);
            world.advance(1);
            QCOMPARE(client->closeReason, "guard.websocket_garbage_collected#" + world.lastRay().toUtf8());
        }
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestAckTimeout)
#include "tst_acktimeout.moc"
