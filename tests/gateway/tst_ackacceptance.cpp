// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include "engine/wire/codec.h"

#include <QtTest/QTest>

// Acknowledgements, numbering and resends (gateway.md sections 8.3 and 8.5).

using namespace dormouse;
using namespace dormouse::test;

class TestAckAcceptance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ackFuzz()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        Random random(11);
        qint64 sent = 0, acked = 0; // without the wrap
        quint64 invalid = 0;
        for (int step = 0; step < 10'000; ++step) {
            for (int i = 0; i < 7; ++i, ++sent)
                client->send("m");
            world.settle();
            // Mostly near the window, sometimes anywhere.
            const quint16 index = random.below(4) == 0 ? quint16(random.below(65'536))
                                                       : quint16(acked - 5 + qint64(random.below(30)));
            const int ahead = quint16(index - quint16(acked));
            const bool valid = ahead <= sent - acked;
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{index});
            if (valid)
                acked += ahead;
            else
                ++invalid;
            QCOMPARE(world.gateway->totals().pendingMessages, sent - acked);
            QCOMPARE(world.gateway->totals().pendingBytes, 65 * (sent - acked));
            QCOMPARE(world.gateway->totals().acksInvalid, invalid);
        }
        QVERIFY(sent > 65'536);
        QVERIFY(invalid > 1'000);
        QCOMPARE(world.sink.count(QStringLiteral("ack_invalid")), 1); // once for the socket
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void ackAfterClose()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("m");
        world.settle();
        client->close(1000);
        world.settle();
        QCOMPARE(world.gateway->totals().pendingMessages, 0);
        const quint64 dropped = world.gateway->totals().dropped;
        const std::size_t events = world.sink.events.size();
        for (int i = 0; i < 100; ++i)
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        QCOMPARE(world.gateway->totals().dropped, dropped + 100);
        QCOMPARE(world.gateway->totals().acksInvalid, quint64(0));
        QVERIFY(std::all_of(world.sink.events.begin() + qsizetype(events), world.sink.events.end(),
                            [](const auto &event) { return event.level == monitor::EventLevel::Trace; }));
        QVERIFY(world.isClean());
    }

    void ackInSameTurn()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.directory.onSent = [&](const SentMessage &message) {
            if (message.as<wire::ToClientWebSocketMessage>() != nullptr)
                world.deliver(request, wire::ToServerWebSocketMessageAck{message.index()});
        };
        for (int i = 0; i < 50; ++i)
            client->send("m" + QByteArray::number(i));
        world.settle();
        QCOMPARE(world.dataSince(0).size(), std::size_t(50));
        QCOMPARE(world.gateway->totals().pendingMessages, 0);
        QCOMPARE(world.gateway->totals().acksInvalid, quint64(0));
        // The same for a whole buffer that is written in one go.
        world.directory.onSent = nullptr;
        world.cutLink();
        for (int i = 0; i < 50; ++i)
            client->send("n" + QByteArray::number(i));
        world.settle();
        world.directory.onSent = [&](const SentMessage &message) {
            if (message.as<wire::ToClientWebSocketMessage>() != nullptr)
                world.deliver(request, wire::ToServerWebSocketMessageAck{message.index()});
        };
        world.restoreLink();
        QCOMPARE(world.dataSince(0).size(), std::size_t(100));
        QCOMPARE(world.dataSince(0).back(), std::make_pair(quint16(100), QByteArray("n49")));
        QCOMPARE(world.gateway->totals().pendingMessages, 0);
        QCOMPARE(world.gateway->totals().acksInvalid, quint64(0));
        world.directory.onSent = nullptr;
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void ackCloseRace()
    {
        for (const bool ackFirst : {false, true}) {
            for (const int closer : {0, 1, 2}) {
                World world;
                world.addRunning(kActor);
                RequestId request;
                auto client = world.open(kActor, true, &request);
                client->send("m");
                world.settle();
                const auto ack = [&] { world.deliver(request, wire::ToServerWebSocketMessageAck{1}); };
                if (ackFirst)
                    ack();
                if (closer == 0)
                    world.deliver(request, wire::ToServerWebSocketClose{quint16(4000), {}, false});
                else if (closer == 1)
                    QVERIFY(world.gateway->closeConnection(world.lastRay(), 4000, "x"));
                else
                    client->close(4000);
                if (closer == 2)
                    world.settle();
                if (!ackFirst)
                    ack();
                world.settle();
                QCOMPARE(world.gateway->totals().acksInvalid, quint64(0));
                QCOMPARE(world.gateway->totals().dropped, quint64(ackFirst ? 0 : 1));
                QCOMPARE(world.sink.ackLatencies.size(), std::size_t(ackFirst ? 1 : 0));
                QVERIFY(world.isClean());
            }
        }
    }

    void clientCannotSetIndex()
    {
        // Whatever a client sends, also what looks like a tunnel message with an index: it is numbered in order.
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        Random random(3);
        std::vector<QByteArray> payloads{QByteArray(), QByteArray(1, '\0')};
        for (int i = 0; i < 500; ++i) {
            QByteArray bytes;
            for (quint64 left = random.below(40); left > 0; --left)
                bytes.append(char(random.below(256)));
            payloads.push_back(bytes);
            if (!world.directory.sent.empty() && i % 10 == 0) {
                wire::ToClientTunnelMessage own = world.directory.sent.front().message;
                own.messageId.messageIndex = quint16(random.below(65'536));
                payloads.push_back(*wire::encodeToClient(wire::kNewestVersion, wire::ToClient{own}));
            }
        }
        for (const QByteArray &payload : payloads)
            client->send(payload);
        world.settle();
        const Data data = world.dataSince(0);
        QCOMPARE(data.size(), payloads.size());
        for (std::size_t i = 0; i < data.size(); ++i) {
            QCOMPARE(data[i].first, quint16(i + 1));
            QCOMPARE(data[i].second, payloads[i]);
        }
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

    void resendMetric()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("one");
        client->send("three");
        world.settle();
        const auto messages = [&] { return world.metrics.value("gateway_hws_resent_messages_total"); };
        const auto bytes = [&] { return world.metrics.value("gateway_hws_resent_bytes_total"); };
        QCOMPARE(messages(), std::optional(0.0));
        world.stopActor(kActor);
        client->send("first time");
        world.wakeUp(kActor);
        QCOMPARE(messages(), std::optional(2.0)); // what was never written is not a duplicate
        QCOMPARE(bytes(), std::optional(8.0));
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{2});
        world.cutLink();
        world.restoreLink();
        QCOMPARE(messages(), std::optional(3.0));
        QCOMPARE(bytes(), std::optional(18.0));
        client->close(1000);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestAckAcceptance)
#include "tst_ackacceptance.moc"
