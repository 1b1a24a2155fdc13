// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/httprequest.h"
#include "engine/gateway/websocketsession.h"

#include <QtTest/QTest>

#include <array>

using namespace dormouse;
using namespace dormouse::test;

namespace {

using Data = std::vector<std::pair<quint16, QByteArray>>;
const QString kActor = QStringLiteral("a1");

wire::ToServerWebSocketClose refusal()
{
    return {quint16(1011), QStringLiteral("Server Error"), false};
}

wire::ToServerResponseStart answer(quint16 status, const QByteArray &body = {})
{
    wire::ToServerResponseStart start;
    start.status = status;
    if (!body.isEmpty())
        start.body = body;
    return start;
}

} // namespace

class TestGateway : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- WebSocket: open, data, close (gateway.md section 7)

    void open_data_close_both_ways()
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

    void client_close_codes()
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

    void actor_close_codes()
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

    void protocol_is_named_only_when_offered()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.connect(kActor, {{"Sec-WebSocket-Protocol", "rivet, rivet_encoding.json"}, {"Origin", "https://o"}});
        QCOMPARE(client->protocol, QByteArray("rivet"));
        QCOMPARE(headerValue(client->acceptHeaders, "access-control-allow-origin"), QByteArray("https://o"));
        client->drop();
        QVERIFY(world.isClean());
    }

    void refused_opens_are_retried_with_fresh_ids()
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

    void refusal_by_decision_is_passed_on()
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

    void open_timeout_closes_the_old_request_first()
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

    void held_data_survives_retry()
    {
        for (const bool hibernatable : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto client = world.connect(kActor);
            for (int i = 0; i < 5; ++i)
                client->send("m" + QByteArray::number(i));
            world.settle();
            QVERIFY(!client->reading);
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

    void unknown_actor_and_destroyed_actor()
    {
        World world;
        auto client = world.connect(QStringLiteral("nobody"));
        QCOMPARE(client->closeReason, "actor.not_found#" + world.lastRay().toUtf8());
        auto exchange = world.http(QStringLiteral("nobody"), "GET");
        QCOMPARE(exchange->status, 404);
        QCOMPARE(exchange->errorCode(), QByteArray("actor.not_found"));
        QVERIFY(world.isClean());
    }

    void accept_when_ready()
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

    void not_hibernatable_closes_with_its_actor()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        world.stopActor(kActor);
        QCOMPARE(client->closeCode, std::optional<quint16>(1000));
        QCOMPARE(client->closeReason, QByteArray("actor.stopped"));
        QVERIFY(world.isClean());
    }

    void message_too_large()
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

    void slow_client_is_closed()
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

    void link_backpressure_stops_reading()
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

    // --- hibernation (gateway.md section 8)

    void row_is_committed_before_the_first_message()
    {
        World world;
        world.addRunning(kActor);
        world.store.held = true;
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("early");
        world.settle();
        QVERIFY(world.dataSince(0).empty());
        world.store.held = false;
        world.settle();
        QCOMPARE(world.dataSince(0), (Data{{1, "early"}}));
        QVERIFY(world.store.rows.contains(request.value));
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void close_right_after_accept()
    {
        for (const bool commitFirst : {false, true}) {
            World world;
            world.addRunning(kActor);
            world.store.held = true;
            auto client = world.open(kActor, true);
            if (commitFirst) {
                world.store.held = false;
                world.settle();
            }
            client->drop();
            world.settle();
            world.store.held = false;
            QVERIFY(world.isClean());
        }
    }

    void hibernate_and_wake_by_message()
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
        QCOMPARE(world.directory.wakes.front().second,
                 (AllocationOverride{OverrideKind::DontSleep, 60'000}));
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

    void acked_are_not_resent_and_partial_ack()
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

    void resend_before_new()
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

    void resend_is_paced()
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

    void message_while_stopping_waits_for_the_next_life()
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

    void ready_before_hibernate()
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

    void woken_by_somebody_else()
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

    void wake_not_listed()
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

    void runner_asks_to_hibernate()
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

    void ack_timeout_boundary()
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

    void ack_clock_stops_while_asleep()
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

    void poison_message()
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

    void close_while_asleep()
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

    void close_while_asleep_gives_up()
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

    void wake_storm_is_limited()
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

    void destroy_awake_and_asleep()
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

    void destroy_while_waking()
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

    void destroy_grace()
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

    void pending_limit()
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

    void pending_policy_pause()
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

    void total_limit_closes_the_largest()
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

    void hws_limits()
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

    void foreign_runner_message()
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

    void old_gateway_id_is_dropped()
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

    void invalid_acks_change_nothing()
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

    // --- keepalive (gateway.md section 8.7)

    void keepalive_schedule()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        qint64 last = world.store.rows.at(request.value).lastPingTs;
        int refreshes = 0;
        for (int second = 0; second < 600; ++second) {
            world.advance(1'000);
            const qint64 ping = world.store.rows.at(request.value).lastPingTs;
            QVERIFY(world.clock.wallMs() - ping <= 51'000);
            if (ping == last)
                continue;
            QVERIFY(ping - last >= 45'000 - 4'500 - 5'000);
            last = ping;
            ++refreshes;
        }
        QVERIFY(refreshes >= 11);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void keepalive_store_fails()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.advance(39'000);
        world.store.failing = true;
        while (world.gateway->totals().keepaliveFailures < 8)
            world.advance(1'000);
        QVERIFY(!client->closeCode);
        world.store.failing = false;
        world.advance(5'000);
        QVERIFY(world.clock.wallMs() - world.store.rows.at(request.value).lastPingTs < 90'000);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_failed"), monitor::EventLevel::Warn), 1);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_failed"), monitor::EventLevel::Error), 1);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_recovered")), 1);
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void delete_beats_refresh()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.store.held = true;
        world.advance(50'000);
        QVERIFY(std::any_of(world.store.queue.begin(), world.store.queue.end(), [](const auto &entry) {
            return std::holds_alternative<RefreshHibernating>(entry.batch.front());
        }));
        client->close(1000);
        world.settle();
        QVERIFY(world.store.rows.contains(request.value));
        // The refresh runs last, as if a second writer had been slow.
        std::reverse(world.store.queue.begin(), world.store.queue.end());
        world.store.held = false;
        world.settle();
        QVERIFY(world.store.rows.empty());
        QVERIFY(world.isClean());
    }

    void row_expired_by_clock_jump()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.clock.wallOffset += 600'000;
        world.advance(5'001);
        QVERIFY(world.clock.wallMs() - world.store.rows.at(request.value).lastPingTs < 5'001);
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    // --- link loss (gateway.md section 9.3)

    void link_cut_hibernatable_resends()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        client->send("m1");
        client->send("m2");
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        world.cutLink();
        client->send("m3");
        world.advance(1'100);
        const std::size_t mark = world.mark();
        world.restoreLink();
        QCOMPARE(world.dataSince(mark), (Data{{2, "m2"}, {3, "m3"}}));
        QVERIFY(world.directory.wakes.empty());
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void link_cut_plain()
    {
        for (const bool confirmed : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto client = world.open(kActor, false);
            client->send("m1");
            world.settle();
            if (confirmed)
                world.gateway->linkConfirmed(QStringLiteral("r1"));
            world.cutLink();
            client->send("m2");
            world.settle();
            const std::size_t mark = world.mark();
            world.restoreLink();
            if (confirmed) {
                QCOMPARE(world.dataSince(mark), (Data{{2, "m2"}}));
                QVERIFY(!client->closeCode);
                client->close(1000);
            } else {
                QCOMPARE(client->closeReason, "guard.request_delivery_unconfirmed#" + world.lastRay().toUtf8());
            }
            QVERIFY(world.isClean());
        }
    }

    void link_cut_plain_queue_limit()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        world.cutLink();
        client->send(QByteArray(1024 * 1024, 'x'));
        world.settle();
        QVERIFY(!client->closeCode);
        client->send("y");
        world.settle();
        QCOMPARE(client->closeReason, "guard.service_unavailable#" + world.lastRay().toUtf8());
        QVERIFY(world.isClean());
    }

    void client_closes_while_link_is_down()
    {
        for (const bool hibernatable : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto client = world.open(kActor, hibernatable);
            world.settle();
            world.cutLink();
            client->send("m");
            client->close(4002, "x");
            world.settle();
            world.restoreLink();
            QCOMPARE(world.dataSince(0), (Data{{1, "m"}}));
            const auto *close = world.directory.sent.back().as<wire::ToClientWebSocketClose>();
            QVERIFY(close != nullptr);
            QCOMPARE(close->code, std::optional<quint16>(4002));
            QVERIFY(world.isClean());
        }
    }

    void new_requests_wait_for_the_link()
    {
        World world;
        world.addRunning(kActor);
        world.cutLink();
        auto exchange = world.http(kActor, "POST", "x");
        world.advance(2'000);
        QVERIFY(world.directory.sent.empty());
        world.restoreLink();
        const auto *start = world.lastSent<wire::ToClientRequestStart>();
        QVERIFY(start != nullptr);
        world.fromRunner(start->requestId(), answer(200, "ok"));
        QCOMPARE(exchange->answer, QByteArray("ok"));
        QVERIFY(world.isClean());
    }

    // --- HTTP (gateway.md section 6)

    void http_answer()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "POST", "body", {{"Origin", "https://o"}, {"X-A", "1"}});
        const auto *sent = world.lastSent<wire::ToClientRequestStart>();
        const auto *start = sent->as<wire::ToClientRequestStart>();
        QCOMPARE(start->method, QByteArray("POST"));
        QCOMPARE(start->path, QByteArray("/action/x"));
        QCOMPARE(start->body, std::optional<QByteArray>("body"));
        QVERIFY(!start->stream);
        QCOMPARE(sent->index(), quint16(0));
        auto reply = answer(201, "hello");
        reply.headers = {{"x-b", "2"}, {"transfer-encoding", "chunked"}};
        world.fromRunner(sent->requestId(), reply);
        QCOMPARE(exchange->status, 201);
        QCOMPARE(exchange->answer, QByteArray("hello"));
        QCOMPARE(exchange->header("x-b"), QByteArray("2"));
        QVERIFY(exchange->header("transfer-encoding").isNull());
        QVERIFY(exchange->header("x-rivet-error").isNull());
        QCOMPARE(exchange->header("x-rivet-ray-id"), world.lastRay().toUtf8());
        QCOMPARE(exchange->header("access-control-allow-origin"), QByteArray("https://o"));
        QCOMPARE(world.sink.httpLatencies.size(), std::size_t(1));
        world.fromRunner(sent->requestId(), answer(500));
        QCOMPARE(exchange->answers, 1);
        QVERIFY(world.isClean());
    }

    void http_get_has_no_body()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "GET", "ignored");
        QVERIFY(!world.lastSent<wire::ToClientRequestStart>()->as<wire::ToClientRequestStart>()->body);
        world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), answer(99));
        QCOMPARE(exchange->status, 502);
        QVERIFY(world.isClean());
    }

    void options_do_not_touch_the_actor()
    {
        World world;
        auto exchange = world.http(QStringLiteral("nobody"), "OPTIONS", {}, {{"Origin", "https://o"}});
        QCOMPARE(exchange->status, 204);
        QCOMPARE(exchange->header("access-control-max-age"), QByteArray("86400"));
        QVERIFY(world.gateway->connectionIds().empty());
    }

    void http_stream()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "GET");
        const RequestId request = world.lastSent<wire::ToClientRequestStart>()->requestId();
        auto start = answer(200);
        start.stream = true;
        world.fromRunner(request, start);
        QVERIFY(exchange->streaming);
        world.fromRunner(request, wire::ToServerResponseChunk{"a", false});
        world.fromRunner(request, wire::ToServerResponseChunk{"b", true});
        QCOMPARE(exchange->answer, QByteArray("ab"));
        QVERIFY(exchange->finished);
        // A slow client must not stall the link: it is let go.
        auto slow = world.http(kActor, "GET");
        const RequestId second = world.lastSent<wire::ToClientRequestStart>()->requestId();
        world.fromRunner(second, start);
        slow->queued = 8 * 1024 * 1024 + 1;
        world.fromRunner(second, wire::ToServerResponseChunk{"c", false});
        QVERIFY(slow->aborted);
        QCOMPARE(world.lastSent<wire::ToClientRequestAbort>()->requestId(), second);
        QVERIFY(world.isClean());
    }

    void http_client_gone()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "POST", "x");
        const RequestId request = world.lastSent<wire::ToClientRequestStart>()->requestId();
        exchange->gone();
        const auto *abort = world.lastSent<wire::ToClientRequestAbort>();
        QVERIFY(abort != nullptr);
        QCOMPARE(abort->requestId(), request);
        QCOMPARE(abort->index(), quint16(1));
        QVERIFY(world.isClean());
        exchange->gone(); // the connection may say so again after the request is forgotten
        QCOMPARE(exchange->answers, 0);
    }

    void http_replay_table()
    {
        const QString safe = QStringLiteral("safe");
        const auto verdict = [&](AttemptEnd end, Delivery delivery, bool safeMethod, const QString &policy) {
            const char *code = replayVerdict(end, delivery, safeMethod, policy);
            return code == nullptr ? QByteArray("again") : QByteArray(code);
        };
        for (const AttemptEnd end : {AttemptEnd::ActorStopped, AttemptEnd::ActorNotFoundAnswer,
                                     AttemptEnd::AbortedBeforeStart, AttemptEnd::LinkLost}) {
            QCOMPARE(verdict(end, Delivery::Queued, false, safe), QByteArray("again"));
            QCOMPARE(verdict(end, Delivery::Written, true, safe), QByteArray("again"));
            QCOMPARE(verdict(end, Delivery::Confirmed, true, safe), QByteArray("again"));
            QCOMPARE(verdict(end, Delivery::Confirmed, false, QStringLiteral("always")), QByteArray("again"));
        }
        QCOMPARE(verdict(AttemptEnd::ActorStopped, Delivery::Written, false, safe), QByteArray("actor_stopped_while_waiting"));
        QCOMPARE(verdict(AttemptEnd::ActorStopped, Delivery::Confirmed, false, safe), QByteArray("actor_stopped_while_waiting"));
        QCOMPARE(verdict(AttemptEnd::ActorNotFoundAnswer, Delivery::Confirmed, false, safe), QByteArray("again"));
        QCOMPARE(verdict(AttemptEnd::AbortedBeforeStart, Delivery::Confirmed, false, safe), QByteArray("tunnel_request_aborted"));
        QCOMPARE(verdict(AttemptEnd::LinkLost, Delivery::Written, false, safe), QByteArray("request_delivery_unconfirmed"));
        QCOMPARE(verdict(AttemptEnd::LinkLost, Delivery::Confirmed, false, safe), QByteArray("actor_stopped_while_waiting"));
        QCOMPARE(verdict(AttemptEnd::ActorStopped, Delivery::Written, true, QStringLiteral("never")), QByteArray("actor_stopped_while_waiting"));
    }

    void http_stop_replays_only_safe_methods()
    {
        World world;
        world.addRunning(kActor);
        auto get = world.http(kActor, "GET");
        auto post = world.http(kActor, "POST", "x");
        const RequestId first = world.sentOf<wire::ToClientRequestStart>().front()->requestId();
        world.stopActor(kActor);
        QCOMPARE(post->status, 503);
        QCOMPARE(post->errorCode(), QByteArray("guard.actor_stopped_while_waiting"));
        world.advance(200);
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        world.wakeUp(kActor);
        const auto *again = world.lastSent<wire::ToClientRequestStart>();
        QVERIFY(again->requestId() != first);
        QCOMPARE(again->index(), quint16(0));
        world.fromRunner(first, answer(200, "old")); // the answer of the first run is nobody's
        QCOMPARE(get->answers, 0);
        world.fromRunner(again->requestId(), answer(200, "new"));
        QCOMPARE(get->answer, QByteArray("new"));
        QVERIFY(world.isClean());
    }

    void http_actor_not_found_answer_is_retried()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "POST", "x");
        auto reply = answer(503);
        reply.headers = {{"x-rivet-error", "runner.actor_not_found"}};
        qint64 began = world.clock.mono;
        for (int i = 1; i <= 7; ++i) {
            QCOMPARE(world.sentOf<wire::ToClientRequestStart>().size(), std::size_t(i));
            world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), reply);
            if (i < 7)
                world.advance(150LL << (i - 1));
        }
        QCOMPARE(exchange->status, 502);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.retry_attempts_exceeded"));
        QVERIFY(exchange->answer.contains("\"last_status\":503"));
        QVERIFY(world.clock.mono - began <= 9'450 + 10); // and no pause after the last one
        // An actor's own 503 with a guard code is an answer like any other (G-18).
        auto own = world.http(kActor, "POST", "x");
        reply.headers = {{"x-rivet-error", "guard.service_unavailable"}};
        world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), reply);
        QCOMPARE(own->status, 503);
        QVERIFY(world.isClean());
    }

    void http_abort_before_and_after_start()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "POST", "x");
        world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), wire::ToServerResponseAbort{});
        QCOMPARE(exchange->errorCode(), QByteArray("guard.tunnel_request_aborted"));
        auto stream = world.http(kActor, "GET");
        const RequestId request = world.lastSent<wire::ToClientRequestStart>()->requestId();
        auto start = answer(200);
        start.stream = true;
        world.fromRunner(request, start);
        world.fromRunner(request, wire::ToServerResponseAbort{});
        QVERIFY(stream->aborted);
        QVERIFY(world.isClean());
    }

    void http_link_lost()
    {
        for (const bool back : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto written = world.http(kActor, "POST", "x");
            auto safe = world.http(kActor, "GET");
            world.cutLink();
            if (back) {
                world.restoreLink();
                world.advance(2'100);
                QCOMPARE(world.sentOf<wire::ToClientRequestStart>().size(), std::size_t(2));
                world.advance(200);
                QCOMPARE(world.sentOf<wire::ToClientRequestStart>().size(), std::size_t(3));
            } else {
                world.advance(16'000);
                world.stopActor(kActor);
                world.advance(200);
                world.wakeUp(kActor);
                world.restoreLink();
            }
            QCOMPARE(written->errorCode(), QByteArray("guard.request_delivery_unconfirmed"));
            QCOMPARE(written->status, 503);
            world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), answer(200, "ok"));
            QCOMPARE(safe->answer, QByteArray("ok"));
            QVERIFY(world.isClean());
        }
    }

    void http_response_start_timeout()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "GET");
        world.advance(299'999);
        QCOMPARE(exchange->answers, 0);
        world.advance(2);
        QCOMPARE(exchange->status, 504);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.gateway_response_start_timeout"));
        QCOMPARE(world.sentOf<wire::ToClientRequestStart>().size(), std::size_t(1));
        QVERIFY(world.isClean());
    }

    // --- waiting (gateway.md section 5)

    void pending_timeout_fails_waiters()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        auto client = world.connect(kActor);
        world.advance(500);
        QCOMPARE(exchange->answers, 0);
        const std::size_t wakes = world.directory.wakes.size();
        world.directory.actors[kActor].state = ActorState::Sleeping;
        world.gateway->actorPendingTimeout(kActor);
        world.settle();
        QCOMPARE(exchange->status, 503);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_ready_timeout"));
        QVERIFY(exchange->answer.contains("no_capacity"));
        QCOMPARE(client->closeReason, "guard.actor_ready_timeout#" + world.lastRay().toUtf8());
        QCOMPARE(world.directory.wakes.size(), wakes);
        QVERIFY(world.isClean());
    }

    void ready_deadline_is_not_restarted()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        for (int i = 0; i < 5; ++i) {
            world.advance(5'000);
            world.startActor(kActor);
            world.stopActor(kActor);
        }
        world.advance(4'900);
        QCOMPARE(exchange->answers, 0);
        world.advance(200);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_ready_timeout"));
        QVERIFY(world.isClean());
    }

    void wake_retries_are_spaced_and_limited()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        qint64 began = world.clock.mono;
        for (int i = 0; i < 8; ++i) {
            world.startActor(kActor);
            world.stopActor(kActor);
            const qint64 pause = i < 1 ? 0 : std::min<qint64>(1'000, 50LL << (i - 1));
            if (pause > 0) {
                QCOMPARE(world.directory.wakes.size(), std::size_t(i + 1));
                world.advance(pause * 8 / 10 - 5);
                QCOMPARE(world.directory.wakes.size(), std::size_t(i + 1));
                world.advance(pause * 4 / 10 + 10);
            }
            QCOMPARE(world.directory.wakes.size(), std::size_t(i + 2));
        }
        QVERIFY(world.clock.mono - began >= 2'000);
        world.startActor(kActor);
        world.stopActor(kActor);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_wake_retries_exceeded"));
        QVERIFY(world.isClean());
    }

    void pool_error_fails_fast()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        world.directory.poolError = R"({"serverless_http_error":{"status_code":500}})";
        world.advance(990);
        QCOMPARE(exchange->answers, 0);
        world.advance(20);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_runner_failed"));
        QVERIFY(exchange->answer.contains("serverless_http_error"));
        QVERIFY(world.isClean());
    }

    void destroyed_while_waiting()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        world.destroyStarted(kActor);
        QCOMPARE(exchange->status, 404);
        QCOMPARE(exchange->errorCode(), QByteArray("actor.destroyed_while_waiting_for_ready"));
        QVERIFY(world.isClean());
    }

    void skip_ready_wait()
    {
        World world;
        world.addSleeping(kActor);
        world.startActor(kActor);
        auto exchange = std::make_shared<FakeExchange>();
        exchange->request.method = "GET";
        world.gateway->request(exchange, {kActor, "/x", true, QStringLiteral("skip")});
        QCOMPARE(world.sentOf<wire::ToClientRequestStart>().size(), std::size_t(1));
        world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);
        QVERIFY(world.isClean());
    }

    // --- control and tables

    void shutdown_tells_everyone()
    {
        World world;
        world.addRunning(kActor);
        world.addSleeping(QStringLiteral("a2"));
        auto client = world.open(kActor, true);
        auto waiting = world.http(QStringLiteral("a2"), "GET");
        world.settle();
        world.gateway->shutdown();
        QCOMPARE(client->closeCode, std::optional<quint16>(1001));
        QCOMPARE(client->closeReason, QByteArray("ws.going_away"));
        QCOMPARE(waiting->status, 503);
        QVERIFY(world.isClean());
    }

    void operator_closes_and_reads_pending()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        client->send(QByteArray(300, 'q'));
        world.settle();
        const auto pending = world.gateway->pendingMessages(world.lastRay(), 10, true);
        QCOMPARE(pending.size(), std::size_t(1));
        QCOMPARE(pending.front().index, 1);
        QCOMPARE(pending.front().bytes, 300);
        QCOMPARE(pending.front().preview.size(), 256);
        QVERIFY(pending.front().writtenTs.has_value());
        monitor::ActorInfo info;
        world.gateway->describeActorLoad(kActor, info);
        QCOMPARE(info.connections, std::optional<int>(1));
        QCOMPARE(info.pendingBytes, std::optional<qint64>(364));
        QVERIFY(!world.gateway->closeConnection(QStringLiteral("none"), 1000, {}));
        QVERIFY(world.gateway->closeConnection(world.lastRay(), 4100, "operator"));
        QCOMPARE(client->closeCode, std::optional<quint16>(4100));
        QVERIFY(world.isClean());
    }

    void tables_have_no_way_out_of_an_end()
    {
        for (const auto &one : httpTransitions())
            QVERIFY(one.from != HttpState::Done && one.from != HttpState::Rejected && one.from != HttpState::Aborted);
        for (const auto &one : webSocketTransitions())
            QVERIFY(one.from != SocketState::Closed);
        for (const SocketState state : {SocketState::Waiting, SocketState::Opening, SocketState::Backoff, SocketState::Open,
                                        SocketState::Attached, SocketState::Hibernating, SocketState::Waking,
                                        SocketState::ClosingAsleep}) {
            QVERIFY(std::any_of(webSocketTransitions().begin(), webSocketTransitions().end(), [=](const auto &one) {
                return one.from == state && one.to == SocketState::Closed;
            }));
        }
    }
};

QTEST_APPLESS_MAIN(TestGateway)
#include "tst_gateway.moc"
