// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/websocketsession.h"

#include <QtTest/QTest>

#include <array>

// WebSocket: open, data, close (gateway.md section 7).

using namespace dormouse;
using namespace dormouse::test;

class TestWebSocketSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void openDataCloseBothWays()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, false, &request);
        QVERIFY(client->accepted);
        QCOMPARE(client->protocol, QByteArray());
        client->send("one");
        client->send("two", false);
        world.settle();
        QCOMPARE(world.dataSince(0), (Data{{1, "one"}, {2, "two"}}));
        world.fromRunner(request, wire::ToServerWebSocketMessage{"back", true});
        QCOMPARE(client->received, std::vector<QByteArray>{"back"});
        client->close(4001, "bye");
        world.settle();
        const auto *close = world.lastSent<wire::ToClientWebSocketClose>();
        QVERIFY(close != nullptr);
        QCOMPARE(close->as<wire::ToClientWebSocketClose>()->code, std::optional<quint16>(4001));
        QCOMPARE(close->as<wire::ToClientWebSocketClose>()->reason, std::optional<QString>(QStringLiteral("bye")));
        QCOMPARE(close->index(), quint16(3));
        QVERIFY(world.isClean());
        QCOMPARE(world.sink.ended.size(), std::size_t(1));
        QCOMPARE(world.sink.ended.front().closedBy, QStringLiteral("client"));
    }

    void clientCloseCodes()
    {
        struct Case { std::optional<quint16> code; bool clean; std::optional<quint16> expected; QString reason; };
        const std::array cases{Case{1000, true, 1000, QString()}, Case{{}, true, 1000, {}},
                               Case{{}, false, 1011, QStringLiteral("ws.downstream_closed")}};
        for (const Case &one : cases) {
            World world;
            world.addRunning(kActor);
            auto client = world.open(kActor, false);
            if (one.clean)
                client->close(one.code);
            else
                client->drop();
            world.settle();
            const auto *close = world.lastSent<wire::ToClientWebSocketClose>()->as<wire::ToClientWebSocketClose>();
            QCOMPARE(close->code, one.expected);
            QCOMPARE(close->reason.value_or(QString()), one.reason);
            QCOMPARE(close->reason.has_value(), one.code.has_value() || !one.clean);
            QVERIFY(world.isClean());
        }
    }

    void actorCloseCodes()
    {
        struct Case { std::optional<quint16> code; QString reason; quint16 expected; QByteArray text; };
        const std::array cases{Case{4000, QStringLiteral("x"), 4000, "x"}, Case{{}, {}, 1000, "ws.closed"},
                               Case{1006, QStringLiteral("y"), 1011, "y"}};
        for (const Case &one : cases) {
            World world;
            world.addRunning(kActor);
            RequestId request;
            auto client = world.open(kActor, true, &request);
            world.fromRunner(request, wire::ToServerWebSocketClose{one.code, one.reason, false});
            QCOMPARE(client->closeCode, std::optional<quint16>(one.expected));
            QCOMPARE(client->closeReason, one.text);
            const auto *close = world.lastSent<wire::ToClientWebSocketClose>()->as<wire::ToClientWebSocketClose>();
            QCOMPARE(close->code, std::optional<quint16>(1000));
            QVERIFY(!close->reason);
            QVERIFY(world.isClean());
        }
    }

    void protocolIsNamedOnlyWhenOffered()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor, {{"Sec-WebSocket-Protocol", "rivet, rivet_encoding.json"}, {"Origin", "https://o"}});
        QCOMPARE(client->protocol, QByteArray("rivet"));
        QCOMPARE(headerValue(client->acceptHeaders, "access-control-allow-origin"), QByteArray("https://o"));
        client->drop();
        QVERIFY(world.isClean());
    }

    void refusedOpensAreRetriedWithFreshIds()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        std::set<quint32> ids;
        qint64 began = world.clock.mono;
        for (int i = 1; i <= 8; ++i) {
            const auto opens = world.sentOf<wire::ToClientWebSocketOpen>();
            QCOMPARE(opens.size(), std::size_t(i));
            QCOMPARE(opens.back()->index(), quint16(0));
            QVERIFY(ids.insert(opens.back()->requestId().value).second);
            world.fromRunner(opens.back()->requestId(), refusal());
            if (i < 8)
                world.advance(150LL << (i - 1));
        }
        world.settle();
        QVERIFY(world.clock.mono - began < 19'200);
        QCOMPARE(client->closeCode, std::optional<quint16>(1011));
        QCOMPARE(client->closeReason, "guard.websocket_closed_before_open#" + world.lastRay().toUtf8());
        QVERIFY(world.isClean());
    }

    void refusalByDecisionIsPassedOn()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        world.fromRunner(world.lastSent<wire::ToClientWebSocketOpen>()->requestId(),
                         wire::ToServerWebSocketClose{quint16(4003), QStringLiteral("no"), false});
        QCOMPARE(client->closeCode, std::optional<quint16>(4003));
        QCOMPARE(world.sentOf<wire::ToClientWebSocketOpen>().size(), std::size_t(1));
        QVERIFY(world.isClean());
    }

    void openTimeoutClosesTheOldRequestFirst()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        const RequestId first = world.lastSent<wire::ToClientWebSocketOpen>()->requestId();
        world.advance(14'999);
        QVERIFY(world.lastSent<wire::ToClientWebSocketClose>() == nullptr);
        world.advance(2);
        QCOMPARE(world.lastSent<wire::ToClientWebSocketClose>()->requestId(), first);
        world.advance(160);
        QCOMPARE(world.sentOf<wire::ToClientWebSocketOpen>().size(), std::size_t(2));
        world.advance(8 * 15'000 + 20'000);
        QCOMPARE(client->closeReason, "guard.websocket_open_timeout#" + world.lastRay().toUtf8());
        QVERIFY(world.isClean());
    }

    /// The SDK drops a close that it reads together with the open, and then accepts.
    void lateAcceptanceIsClosedOnce()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor);
        const RequestId left = world.lastSent<wire::ToClientWebSocketOpen>()->requestId();
        client->close(4005, "left");
        world.settle();
        QCOMPARE(world.sentOf<wire::ToClientWebSocketClose>().size(), std::size_t(1));
        world.fromRunner(left, wire::ToServerWebSocketOpen{true});
        world.settle();
        const auto closes = world.sentOf<wire::ToClientWebSocketClose>();
        QCOMPARE(closes.size(), std::size_t(2));
        for (const auto *sent : closes) {
            QCOMPARE(sent->requestId(), left);
            const auto &close = std::get<wire::ToClientWebSocketClose>(sent->message.kind);
            QCOMPARE(close.code, std::optional<quint16>(4005));
            QCOMPARE(close.reason, std::optional(QStringLiteral("left")));
        }
        world.fromRunner(left, wire::ToServerWebSocketOpen{true});
        world.settle();
        QCOMPARE(world.sentOf<wire::ToClientWebSocketClose>().size(), std::size_t(2));

        auto late = world.connect(kActor);
        const RequestId timedOut = world.lastSent<wire::ToClientWebSocketOpen>()->requestId();
        world.advance(15'001);
        world.fromRunner(timedOut, wire::ToServerWebSocketOpen{false});
        world.settle();
        QCOMPARE(world.sentOf<wire::ToClientWebSocketClose>().size(), std::size_t(4));
        late->close(1000);
        QVERIFY(world.isClean());
    }

    void heldDataSurvivesRetry()
    {
        for (const bool hibernatable : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto client = world.connect(kActor);
            for (int i = 0; i < 5; ++i)
                client->send("m" + QByteArray::number(i));
            world.settle();
            for (int i = 0; i < 2; ++i) {
                world.fromRunner(world.lastSent<wire::ToClientWebSocketOpen>()->requestId(), refusal());
                world.advance(400);
                QVERIFY(world.dataSince(0).empty());
            }
            const RequestId request = world.lastSent<wire::ToClientWebSocketOpen>()->requestId();
            world.fromRunner(request, wire::ToServerWebSocketOpen{hibernatable});
            world.settle();
            QCOMPARE(world.dataSince(0), (Data{{1, "m0"}, {2, "m1"}, {3, "m2"}, {4, "m3"}, {5, "m4"}}));
            QCOMPARE(world.sentOf<wire::ToClientWebSocketMessage>().front()->requestId(), request);
            client->close(1000);
            QVERIFY(world.isClean());
        }
    }

    void unknownActorAndDestroyedActor()
    {
        World world;
        auto client = world.connect(QStringLiteral("nobody"));
        QCOMPARE(client->closeReason, "actor.not_found#" + world.lastRay().toUtf8());
        auto exchange = world.http(QStringLiteral("nobody"), "GET");
        QCOMPARE(exchange->status, 404);
        QCOMPARE(exchange->errorCode(), QByteArray("actor.not_found"));
        QVERIFY(world.isClean());
    }

    void acceptWhenReady()
    {
        EngineConfig config;
        config.websocketAcceptWhenReady = true;
        World world(config);
        auto refused = world.connect(QStringLiteral("nobody"));
        QVERIFY(!refused->accepted);
        QCOMPARE(refused->rejectStatus, std::optional<int>(404));
        world.addSleeping(kActor);
        auto client = world.connect(kActor);
        QVERIFY(!client->accepted);
        world.wakeUp(kActor);
        QVERIFY(client->accepted);
        QVERIFY(world.lastSent<wire::ToClientWebSocketOpen>() != nullptr);
        client->drop();
        QVERIFY(world.isClean());
    }

    void notHibernatableClosesWithItsActor()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        world.stopActor(kActor);
        QCOMPARE(client->closeCode, std::optional<quint16>(1000));
        QCOMPARE(client->closeReason, QByteArray("actor.stopped"));
        QVERIFY(world.isClean());
    }

    void messageTooLarge()
    {
        EngineConfig config;
        config.websocketMaxMessageSize = 1'000;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        client->send(QByteArray(1'000, 'a'));
        client->send(QByteArray(1'001, 'a'));
        world.settle();
        QCOMPARE(world.dataSince(0).size(), std::size_t(1));
        QCOMPARE(client->closeCode, std::optional<quint16>(1009));
        QCOMPARE(client->closeReason, "guard.websocket_message_too_large#" + world.lastRay().toUtf8());
        QCOMPARE(world.lastSent<wire::ToClientWebSocketClose>()->as<wire::ToClientWebSocketClose>()->code,
                 std::optional<quint16>(1011));
        QVERIFY(world.isClean());
    }

    void slowClientIsClosed()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->queued = 16 * 1024 * 1024 + 1;
        world.fromRunner(request, wire::ToServerWebSocketMessage{"x", true});
        QCOMPARE(client->closeReason, "guard.websocket_send_queue_full#" + world.lastRay().toUtf8());
        QVERIFY(world.isClean());
    }

    void linkBackpressureStopsReading()
    {
        World world;
        world.addRunning(kActor);
        for (const bool hibernatable : {false, true}) {
            auto client = world.open(kActor, hibernatable);
            world.settle();
            world.directory.bytesQueued = 9 * 1024 * 1024;
            const std::size_t mark = world.mark();
            for (int i = 0; i < 4; ++i)
                client->send("m");
            world.settle();
            QVERIFY(!client->reading);
            // Nothing is on the wire, so no acknowledgement clock runs.
            world.advance(40'000);
            QVERIFY(!client->closeCode);
            world.directory.bytesQueued = 0;
            world.gateway->linkDrained(QStringLiteral("r1"));
            world.settle();
            QVERIFY(client->reading);
            QCOMPARE(world.dataSince(mark).size(), std::size_t(4));
            client->close(1000);
            world.settle();
        }
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestWebSocketSession)
#include "tst_websocketsession.moc"
