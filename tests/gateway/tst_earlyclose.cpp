// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Clients that speak and leave before their actor has accepted them (gateway.md sections 7.1 and 7.3).

using namespace dormouse;
using namespace dormouse::test;

namespace {

const QString kUndelivered = QStringLiteral("messages_undelivered");

double undelivered(const World &world, const char *queue)
{
    return world.metrics.value("gateway_client_messages_undelivered_total", {{"queue", QString::fromLatin1(queue)}})
        .value_or(0);
}

/// The last message written is that close.
bool endsWithClose(const World &world, quint16 index, quint16 code, const QString &reason)
{
    const SentMessage &last = world.directory.sent.back();
    const auto *close = last.as<wire::ToClientWebSocketClose>();
    return close != nullptr && last.index() == index && close->code == code && close->reason == reason;
}

} // namespace

class TestEarlyClose : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saidBeforeAcceptance()
    {
        for (const bool hibernatable : {false, true}) {
            for (const bool dropped : {false, true}) {
                World world;
                world.addRunning(kActor);
                auto client = world.connect(kActor);
                const RequestId request = world.lastSent<wire::ToClientWebSocketOpen>()->requestId();
                client->send("m1");
                client->send("m2");
                if (dropped)
                    client->drop();
                else
                    client->close(4001, "bye");
                world.settle();
                QVERIFY(world.sentOf<wire::ToClientWebSocketClose>().empty());
                QCOMPARE(world.gateway->connectionIds().size(), std::size_t(1));
                world.fromRunner(request, wire::ToServerWebSocketOpen{hibernatable, {}});
                world.settle();
                QCOMPARE(world.dataSince(0), (Data{{1, "m1"}, {2, "m2"}}));
                QVERIFY(endsWithClose(world, 3, dropped ? 1011 : 4001,
                                      dropped ? QStringLiteral("ws.downstream_closed") : QStringLiteral("bye")));
                QCOMPARE(world.sink.ended.size(), std::size_t(1));
                QCOMPARE(world.sink.ended.front().closedBy, QStringLiteral("client"));
                QCOMPARE(world.sink.count(kUndelivered), 0);
                QVERIFY(world.isClean());
            }
        }
    }

    void saidWhileTheActorSleeps()
    {
        World world;
        world.addSleeping(kActor);
        auto client = world.connect(kActor);
        client->send("m1");
        client->close(4001, "bye");
        world.settle();
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        world.wakeUp(kActor);
        const SentMessage *open = world.lastSent<wire::ToClientWebSocketOpen>();
        QVERIFY(open != nullptr);
        world.fromRunner(open->requestId(), wire::ToServerWebSocketOpen{false, {}});
        QCOMPARE(world.dataSince(0), (Data{{1, "m1"}}));
        QVERIFY(endsWithClose(world, 2, 4001, QStringLiteral("bye")));
        QVERIFY(world.isClean());
    }

    void nothingSaidNothingAwaited()
    {
        World world;
        world.addRunning(kActor);
        auto opening = world.connect(kActor);
        opening->close(4001, "bye");
        world.settle();
        QVERIFY(endsWithClose(world, 1, 4001, QStringLiteral("bye")));
        world.addSleeping(QStringLiteral("a2"));
        auto waiting = world.connect(QStringLiteral("a2"));
        waiting->close(4001, "bye");
        world.settle();
        QVERIFY(world.gateway->connectionIds().empty());
        QVERIFY(world.isClean());
    }

    void whatNobodyTookIsCounted()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        client->send("m1");
        client->send("m2");
        client->close(1000);
        world.directory.onSent = [&](const SentMessage &message) {
            if (message.as<wire::ToClientWebSocketOpen>() != nullptr)
                world.deliver(message.requestId(), refusal());
        };
        world.settle();
        world.fromRunner(world.lastSent<wire::ToClientWebSocketOpen>()->requestId(), refusal());
        world.advance(61'000);
        QVERIFY(world.gateway->connectionIds().empty());
        QCOMPARE(world.sink.count(kUndelivered, monitor::EventLevel::Warn), 1);
        QVERIFY(world.sink.textOf(kUndelivered).startsWith(QStringLiteral("2 client messages")));
        QCOMPARE(undelivered(world, "held"), 2.0);
        QVERIFY(world.isClean());
    }

    void aSilentRunnerDoesNotKeepItForEver()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        client->send("m1");
        client->close(1000);
        world.advance(59'900);
        QCOMPARE(world.gateway->connectionIds().size(), std::size_t(1));
        world.advance(200);
        QVERIFY(world.gateway->connectionIds().empty());
        // Each open that was sent has been closed again.
        QCOMPARE(world.sentOf<wire::ToClientWebSocketClose>().size(), world.sentOf<wire::ToClientWebSocketOpen>().size());
        QCOMPARE(undelivered(world, "held"), 1.0);
        QVERIFY(world.isClean());
    }

    void littleIsHeld()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        const QByteArray kilobyte(1'024, 'x');
        for (int i = 0; i < 200; ++i)
            client->send(QByteArray::number(i) + kilobyte);
        world.settle();
        QVERIFY(!client->reading);
        const std::size_t unread = client->toSend.size();
        QVERIFY(unread > 130 && unread < 150); // 64 KiB are held
        client->close(4001);
        world.settle();
        world.fromRunner(world.lastSent<wire::ToClientWebSocketOpen>()->requestId(), wire::ToServerWebSocketOpen{true, {}});
        world.settle();
        const Data data = world.dataSince(0);
        QCOMPARE(data.size(), std::size_t(200));
        for (std::size_t i = 0; i < data.size(); ++i)
            QCOMPARE(data[i], std::pair(quint16(i + 1), QByteArray(QByteArray::number(int(i)) + kilobyte)));
        QVERIFY(world.sentOf<wire::ToClientWebSocketClose>().size() == 1);
        QVERIFY(world.isClean());
    }

    void limitsAreSettings()
    {
        EngineConfig config;
        config.websocketHeldBytes = 200; // two messages of 100 bytes and what each counts besides
        config.hwsCloseDeliveryMs = 1'000;
        config.retryPauseMs = 10;
        {
            World world(config);
            world.addRunning(kActor);
            auto client = world.connect(kActor);
            for (int i = 0; i < 5; ++i)
                client->send(QByteArray(100, 'x'));
            world.settle();
            QVERIFY(!client->reading);
            QCOMPARE(client->toSend.size(), std::size_t(3));
            world.fromRunner(world.lastSent<wire::ToClientWebSocketOpen>()->requestId(), refusal());
            world.advance(10);
            QCOMPARE(world.sentOf<wire::ToClientWebSocketOpen>().size(), std::size_t(2));
            world.fromRunner(world.lastSent<wire::ToClientWebSocketOpen>()->requestId(),
                             wire::ToServerWebSocketOpen{false, {}});
            world.settle();
            QCOMPARE(world.dataSince(0).size(), std::size_t(5));
            client->close(1000);
            QVERIFY(world.isClean());
        }
        World world(config);
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        client->send("m");
        client->close(1000);
        world.advance(900);
        QCOMPARE(world.gateway->connectionIds().size(), std::size_t(1));
        world.advance(200);
        QVERIFY(world.gateway->connectionIds().empty());
        QVERIFY(world.isClean());
    }

    void destroyedWithMessagesPending()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        client->send("written");
        world.settle();
        world.stopActor(kActor);
        client->send("kept");
        world.settle();
        world.destroyStarted(kActor);
        world.destroyed(kActor);
        QCOMPARE(undelivered(world, "pending"), 2.0);
        QCOMPARE(world.sink.count(kUndelivered), 1);
        const auto event = std::find_if(world.sink.events.begin(), world.sink.events.end(),
                                        [](const auto &one) { return one.reason == kUndelivered; });
        QCOMPARE(event->connectionId, world.lastRay());
        QCOMPARE(event->actorId, kActor);
        QVERIFY(world.isClean());
    }

    void messagesForACutLinkAreCounted()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        world.cutLink();
        client->send("m1");
        world.settle();
        world.stopActor(kActor);
        QCOMPARE(client->closeReason, QByteArray("actor.stopped"));
        QCOMPARE(undelivered(world, "link"), 1.0);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestEarlyClose)
#include "tst_earlyclose.moc"
