// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/httprequest.h"

#include <QtTest/QTest>

// HTTP requests (gateway.md section 6).

using namespace dormouse;
using namespace dormouse::test;

class TestGatewayHttp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void httpAnswer()
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

    void httpGetHasNoBody()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.http(kActor, "GET", "ignored");
        QVERIFY(!world.lastSent<wire::ToClientRequestStart>()->as<wire::ToClientRequestStart>()->body);
        world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), answer(99));
        QCOMPARE(exchange->status, 502);
        QVERIFY(world.isClean());
    }

    void optionsDoNotTouchTheActor()
    {
        World world;
        auto exchange = world.http(QStringLiteral("nobody"), "OPTIONS", {}, {{"Origin", "https://o"}});
        QCOMPARE(exchange->status, 204);
        QCOMPARE(exchange->header("access-control-max-age"), QByteArray("86400"));
        QVERIFY(world.gateway->connectionIds().empty());
    }

    void httpStream()
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

    void httpClientGone()
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

    void httpReplayTable()
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

    void httpStopReplaysOnlySafeMethods()
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

    void httpActorNotFoundAnswerIsRetried()
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

    void httpAbortBeforeAndAfterStart()
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

    void httpLinkLost()
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

    void httpResponseStartTimeout()
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
};

QTEST_APPLESS_MAIN(TestGatewayHttp)
#include "tst_gatewayhttp.moc"
