// SPDX-License-Identifier: Apache-2.0
#include "netfixture.h"

#include "engine/net/timerdriver.h"

#include <QAbstractEventDispatcher>
#include <QRegularExpression>

using namespace dormouse;
using namespace dormouse::test;

namespace {

const QByteArray kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

/// Status lines of all answers in the order received.
std::vector<int> statuses(const QByteArray &received)
{
    std::vector<int> found;
    for (qsizetype at = received.indexOf("HTTP/1.1 "); at >= 0; at = received.indexOf("HTTP/1.1 ", at + 1))
        found.push_back(received.mid(at + 9, 3).toInt());
    return found;
}

} // namespace

class TestHttpServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void simpleAnswer()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("POST /a?b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nhello");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        HttpExchange &exchange = *bed.handler.exchanges.front();
        QCOMPARE(exchange.head().method, QByteArray("POST"));
        QCOMPARE(exchange.head().target, QByteArray("/a?b"));
        QCOMPARE(exchange.head().peerAddress, QByteArray("127.0.0.1"));
        QCOMPARE(exchange.body(), QByteArray("hello"));
        QVERIFY(exchange.alive());
        exchange.respond(201, {{"X-One", "1"}, {"Content-Length", "99"}, {"Transfer-Encoding", "chunked"},
                               {"X-Evil", "a\r\nX-Injected: 1"}, {"bad name", "x"}}, "answer");
        QVERIFY(!exchange.alive());
        exchange.respond(200, {}, "twice");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nanswer"));
        QVERIFY(client.received.startsWith("HTTP/1.1 201 Created\r\n"));
        QVERIFY(client.received.contains("X-One: 1\r\n"));
        QVERIFY(client.received.contains("content-length: 6\r\n"));
        QVERIFY(client.received.contains("date: Tue, 14 Nov 2023 22:13:21 GMT\r\n"));
        const QByteArray lower = client.received.toLower();
        QVERIFY(!lower.contains("injected"));
        QVERIFY(!lower.contains("chunked"));
        QVERIFY(!lower.contains("bad name"));
        QCOMPARE(lower.count("content-length"), 1);
        QVERIFY(!lower.contains("connection"));
    }

    void continueOnlyForABodyThatIsWanted()
    {
        const QByteArray head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(head);
        QTRY_COMPARE(client.received, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
        QCOMPARE(bed.handler.announced, 1);
        client.send("hel");
        client.send("lo");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        QCOMPARE(bed.handler.exchanges.front()->body(), QByteArray("hello"));
        QCOMPARE(bed.handler.announced, 1);

        bed.handler.wants = false;
        RawClient refused(bed.server.serverPort());
        refused.send(head);
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(2));
        QCOMPARE(bed.handler.exchanges.back()->body(), QByteArray());
        bed.handler.exchanges.back()->respond(404, {}, "gone");
        QTRY_VERIFY(refused.received.endsWith("\r\n\r\ngone"));
        QVERIFY(refused.received.startsWith("HTTP/1.1 404"));
        QVERIFY(refused.received.contains("connection: close\r\n"));
        // Whatever comes now cannot be told from the body.
        refused.send("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_VERIFY(refused.ended());
        QCOMPARE(bed.handler.exchanges.size(), std::size_t(2));
    }

    void bodyIsAnnouncedOnceAndOnlyWhileItIsAwaited()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        QCOMPARE(bed.handler.announced, 0);
        bed.handler.exchanges.front()->respond(200, {}, {});
        bed.handler.wants = false; // says nothing to a client that does not ask
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel");
        QTRY_COMPARE(bed.handler.announced, 1);
        client.send("lo");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(2));
        QCOMPARE(bed.handler.exchanges.back()->body(), QByteArray("hello"));
        QCOMPARE(bed.handler.announced, 1);
    }

    void connectionsAreCounted()
    {
        Metrics metrics;
        HttpServerOptions options;
        options.metrics = &metrics;
        options.maxConnections = 1;
        Bed bed(options);
        {
            RawClient client(bed.server.serverPort());
            QTRY_COMPARE(metrics.value("guard_tcp_connection_total"), 1.0);
            RawClient refused(bed.server.serverPort());
            QTRY_COMPARE(metrics.value("guard_tcp_connection_refused_total"), 1.0);
            QCOMPARE(metrics.value("guard_tcp_connection_duration"), 0.0);
            bed.clock.run(2'000);
        }
        QTRY_COMPARE(metrics.value("guard_tcp_connection_duration"), 1.0);
        QCOMPARE(metrics.value("guard_tcp_connection_total"), 1.0);
        QVERIFY(metrics.prometheusText().contains("rivet_guard_tcp_connection_duration_sum 2\n"));
    }

    void keepAliveAndPipelining()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n"
                    "Connection: close\r\n\r\nGET /4 HTTP/1.1\r\nHost: h\r\n\r\n");
        for (const char *const name : {"/1", "/2", "/3"}) {
            const QByteArray target(name);
            QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1)); // the next one waits
            const auto exchange = std::move(bed.handler.exchanges.front());
            bed.handler.exchanges.pop_front();
            QCOMPARE(exchange->head().target, target);
            QCoreApplication::processEvents();
            QVERIFY(bed.handler.exchanges.empty());
            exchange->respond(200, {}, target);
        }
        QTRY_VERIFY(client.ended());
        QVERIFY(bed.handler.exchanges.empty()); // nothing after connection: close
        const std::vector<int> expected = {200, 200, 200};
        QCOMPARE(statuses(client.received), expected);
        QVERIFY(client.received.endsWith("\r\n\r\n/3"));
        QVERIFY(client.received.indexOf("/1") < client.received.indexOf("/2"));
    }

    void manyPipelinedWithImmediateAnswers()
    {
        Bed bed;
        int served = 0;
        bed.handler.onRequest = [&served](const std::shared_ptr<HttpExchange> &exchange) {
            exchange->respond(200, {}, QByteArray::number(served++));
        };
        RawClient client(bed.server.serverPort());
        constexpr int kCount = 5000;
        client.send(kGet.repeated(kCount));
        QTRY_COMPARE(served, kCount);
        QTRY_VERIFY(client.received.endsWith("\r\n\r\n4999"));
    }

    void head()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        bed.handler.exchanges.front()->respond(200, {}, "dropped body");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\n"));
        QVERIFY(client.received.contains("content-length: 12\r\n"));
        client.received.clear();
        bed.handler.exchanges.clear();
        client.send("HEAD /b HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        bed.handler.exchanges.front()->begin(200, {});
        bed.handler.exchanges.front()->write("dropped");
        bed.handler.exchanges.front()->finish();
        QTRY_VERIFY(client.received.endsWith("\r\n\r\n"));
        bed.handler.exchanges.clear();
        client.send(kGet); // still in step
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
    }

    void http10()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        bed.handler.exchanges.front()->respond(200, {}, "one");
        QTRY_VERIFY(client.received.endsWith("one"));
        QVERIFY(client.received.contains("connection: keep-alive\r\n"));
        client.received.clear();
        bed.handler.exchanges.clear();
        client.send("GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        bed.handler.exchanges.front()->begin(200, {});
        bed.handler.exchanges.front()->write("two");
        bed.handler.exchanges.front()->write("three");
        bed.handler.exchanges.front()->finish();
        QTRY_VERIFY(client.ended()); // without chunks only the end can tell the end
        QVERIFY(client.received.endsWith("\r\n\r\ntwothree"));
        QVERIFY(client.received.contains("connection: close\r\n"));
        QVERIFY(!client.received.contains("chunked"));
    }

    void streamedAnswer()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(kGet);
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        HttpExchange &exchange = *bed.handler.exchanges.front();
        exchange.begin(200, {{"content-type", "text/plain"}});
        QTRY_VERIFY(client.received.endsWith("\r\n\r\n"));
        QVERIFY(client.received.contains("transfer-encoding: chunked\r\n"));
        exchange.write("hello");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\n5\r\nhello\r\n")); // each write goes out
        exchange.write("");
        exchange.write(QByteArray(300'000, 'b'));
        exchange.finish();
        QTRY_VERIFY(client.received.endsWith("b\r\n0\r\n\r\n"));
        QVERIFY(client.received.contains("\r\n493e0\r\nbbb"));
        client.received.clear();
        bed.handler.exchanges.clear();

        client.send(kGet);
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        bed.handler.exchanges.front()->begin(200, {{"Content-Length", "4"}});
        bed.handler.exchanges.front()->write("abcdef");
        bed.handler.exchanges.front()->finish();
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nabcd"));
        QVERIFY(!client.received.contains("chunked"));
        bed.handler.exchanges.clear();

        client.send(kGet);
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        bed.handler.exchanges.front()->begin(200, {{"Content-Length", "4"}});
        bed.handler.exchanges.front()->write("ab");
        bed.handler.exchanges.front()->finish();
        QTRY_VERIFY(client.ended()); // shorter than announced
    }

    void statusWithoutBody()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(kGet + kGet);
        for (const int status : {204, 304}) {
            QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
            bed.handler.exchanges.front()->respond(status, {}, "dropped");
            bed.handler.exchanges.clear();
        }
        QTRY_COMPARE(statuses(client.received).size(), std::size_t(2));
        QTRY_VERIFY(client.received.endsWith("\r\n\r\n"));
        QVERIFY(!client.received.contains("content-length"));
        QVERIFY(!client.received.contains("dropped"));
    }

    void abortAndDrop()
    {
        Bed bed;
        for (int kind = 0; kind < 3; ++kind) {
            RawClient client(bed.server.serverPort());
            client.send(kGet);
            QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
            bool gone = false;
            bed.handler.exchanges.front()->onGone([&gone] { gone = true; });
            if (kind > 0) {
                bed.handler.exchanges.front()->begin(200, {});
                bed.handler.exchanges.front()->write("part");
            }
            if (kind < 2)
                bed.handler.exchanges.front()->abort();
            bed.handler.exchanges.clear(); // kind 2: forgotten without an end
            QTRY_VERIFY(client.ended());
            QVERIFY(!client.received.endsWith("0\r\n\r\n"));
            QVERIFY(!gone);
            QTRY_COMPARE(bed.server.connectionCount(), 0);
        }
    }

    void clientLeaves()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(kGet);
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        int gone = 0;
        HttpExchange &exchange = *bed.handler.exchanges.front();
        exchange.onGone([&gone] { ++gone; });
        client.socket.abort();
        QTRY_COMPARE(gone, 1);
        QVERIFY(!exchange.alive());
        exchange.begin(200, {});
        exchange.write("x");
        exchange.finish();
        exchange.abort();
        QCOMPARE(exchange.bytesQueued(), 0);
        QTRY_COMPARE(bed.server.connectionCount(), 0);
        QCOMPARE(gone, 1);
    }

    void expectContinue()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        QTRY_COMPARE(client.received, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
        client.send("abc");
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        QCOMPARE(bed.handler.exchanges.front()->body(), QByteArray("abc"));
        bed.handler.exchanges.front()->respond(200, {}, {});
        QTRY_COMPARE(statuses(client.received).size(), std::size_t(2));
        RawClient large(bed.server.serverPort());
        large.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\nExpect: 100-continue\r\n\r\n");
        QTRY_VERIFY(large.ended());
        const std::vector<int> expected = {413};
        QCOMPARE(statuses(large.received), expected);
    }

    void faults_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        const QByteArray post = "POST / HTTP/1.1\r\nHost: h\r\n";
        QTest::newRow("syntax") << QByteArray("GET\r\n\r\n") << 400;
        QTest::newRow("413 announced") << QByteArray(post + "Content-Length: 3000000\r\n\r\n" + QByteArray(3'000'000, 'x')) << 413;
        QTest::newRow("413 chunked") << QByteArray(post + "Transfer-Encoding: chunked\r\n\r\n1000\r\n" + QByteArray(3'000'000, 'x')) << 413;
        QTest::newRow("414") << QByteArray("GET /" + QByteArray(20'000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n") << 414;
        QTest::newRow("431") << QByteArray(post + "X: " + QByteArray(3'000'000, 'x')) << 431;
        QTest::newRow("501") << QByteArray(post + "Transfer-Encoding: gzip\r\n\r\n") << 501;
        QTest::newRow("505") << QByteArray("GET / HTTP/3.0\r\n\r\n") << 505;
        QTest::newRow("upgrade with a bad key") << RawClient::upgradeHead().replace("dGhl", "") << 400;
        QTest::newRow("upgrade with a bad version") << RawClient::upgradeHead().replace("13", "12") << 400;
        QTest::newRow("upgrade with a body") << RawClient::upgradeHead("Content-Length: 3\r\n") + "abc" << 400;
    }

    void faults()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(bytes);
        QTRY_VERIFY(client.ended()); // and the answer survives the input that nobody read
        const std::vector<int> expected = {status};
        QCOMPARE(statuses(client.received), expected);
        QVERIFY(client.received.contains("connection: close\r\n"));
        QVERIFY(client.received.contains(QByteArray("\r\n\r\n" + QByteArray::number(status) + ' ')));
        QCOMPARE(client.received.contains("sec-websocket-version: 13\r\n"), bytes.contains("Version: 12"));
        QVERIFY(bed.handler.exchanges.empty());
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }

    void headTimeout()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("GET / HTTP/1.1\r\n");
        QTRY_COMPARE(bed.server.connectionCount(), 1);
        QTRY_VERIFY(bed.wheel.size() == 1);
        QCoreApplication::processEvents();
        // Bytes that trickle in do not extend the time.
        bed.clock.run(6000);
        client.send("X: y\r\n");
        QCoreApplication::processEvents();
        bed.clock.run(3000);
        QCoreApplication::processEvents();
        QVERIFY(client.received.isEmpty());
        bed.clock.run(1001);
        QTRY_VERIFY(client.ended());
        QVERIFY(client.received.startsWith("HTTP/1.1 408 Request Timeout\r\n"));
        QTRY_COMPARE(bed.server.connectionCount(), 0);
        QCOMPARE(bed.wheel.size(), std::size_t(0));
    }

    void bodyTimeoutIsPerPiece()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
        QTRY_VERIFY(client.received.contains("100 Continue"));
        // The deadline moves with each piece: visible as a new earliest deadline.
        const qint64 first = bed.wheel.nextDeadline().value_or(0);
        bed.clock.run(20'000);
        client.send("abc");
        QTRY_VERIFY(bed.wheel.nextDeadline().value_or(0) > first);
        bed.clock.run(29'999);
        QCoreApplication::processEvents();
        QCOMPARE(statuses(client.received).size(), std::size_t(1));
        bed.clock.run(1);
        QTRY_VERIFY(client.ended());
        QCOMPARE(statuses(client.received).back(), 408);
    }

    void keepAliveTimeout()
    {
        Bed bed;
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) { exchange->respond(200, {}, "ok"); };
        RawClient client(bed.server.serverPort());
        client.send(kGet);
        QTRY_VERIFY(client.received.endsWith("ok"));
        bed.clock.run(59'999);
        QCoreApplication::processEvents();
        QVERIFY(!client.ended());
        bed.clock.run(1);
        QTRY_VERIFY(client.ended());
        QCOMPARE(statuses(client.received).size(), std::size_t(1)); // silently
    }

    void clientThatDoesNotEndIsDropped()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.reading = false;
        client.socket.setReadBufferSize(1);
        client.send("GET / HTTP/2.0\r\n\r\nxxxx");
        QTRY_COMPARE(bed.server.connectionCount(), 1);
        // The client never looks at its socket, so it never notices the end.
        QTRY_VERIFY(bed.wheel.nextDeadline().value_or(1'000'000) <= bed.clock.monoMs() + 1000);
        bed.clock.run(1000);
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }

    void takenPort()
    {
        Bed bed;
        HttpServer second(bed.handler, bed.clock, bed.wheel);
        const Status status = second.listen(QStringLiteral("127.0.0.1"), bed.server.serverPort());
        QVERIFY(!status.ok());
        QCOMPARE(status.error().message, QStringLiteral("cannot listen on 127.0.0.1:%1: address already in use")
                                             .arg(bed.server.serverPort()));
        QCOMPARE(status.error().fullCode(), QByteArray("net.address_in_use"));
        const Status wrong = second.listen(QStringLiteral("nowhere"), 0);
        QVERIFY(wrong.error().message.contains(QStringLiteral("not an IP address")));
    }

    void connectionLimit()
    {
        HttpServerOptions options;
        options.maxConnections = 2;
        Bed bed(options);
        RawClient one(bed.server.serverPort());
        RawClient two(bed.server.serverPort());
        QTRY_COMPARE(bed.server.connectionCount(), 2);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("connection limit reached")));
        RawClient three(bed.server.serverPort());
        QTRY_VERIFY(three.ended());
        QCOMPARE(bed.server.refusedConnections(), quint64(1));
        one.socket.abort();
        QTRY_COMPARE(bed.server.connectionCount(), 1);
        RawClient four(bed.server.serverPort());
        four.send(kGet);
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
    }

    void burstOfConnections()
    {
        Bed bed;
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) { exchange->respond(200, {}, "ok"); };
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int i = 0; i < 200; ++i) {
            clients.push_back(std::make_unique<RawClient>(bed.server.serverPort()));
            clients.back()->send(kGet);
        }
        for (const auto &client : clients)
            QTRY_VERIFY(client->received.endsWith("ok"));
        QCOMPARE(bed.server.connectionCount(), 200);
    }

    void shutdownLetsRequestsFinish()
    {
        Bed bed;
        RawClient idle(bed.server.serverPort());
        RawClient busy(bed.server.serverPort());
        busy.send(kGet);
        QTRY_COMPARE(bed.handler.exchanges.size(), std::size_t(1));
        QTRY_COMPARE(bed.server.connectionCount(), 2);
        bed.server.shutdown();
        QVERIFY(!bed.server.isListening());
        QTRY_VERIFY(idle.ended());
        QVERIFY(!busy.ended());
        bed.handler.exchanges.front()->respond(200, {}, "ok");
        QTRY_VERIFY(busy.ended());
        QVERIFY(busy.received.endsWith("ok"));
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }

    void exchangeOutlivesTheServer()
    {
        TimerWheel wheel(1000);
        ManualClock clock(wheel);
        Handler handler;
        auto server = std::make_unique<HttpServer>(handler, clock, wheel);
        QVERIFY(server->listen(QStringLiteral("127.0.0.1"), 0));
        RawClient client(server->serverPort());
        client.send(kGet);
        RawClient second(server->serverPort());
        handler.holdUpgrades = true;
        second.send(RawClient::upgradeHead());
        QTRY_COMPARE(handler.exchanges.size(), std::size_t(1));
        QTRY_COMPARE(handler.upgrades.size(), std::size_t(1));
        server.reset();
        QVERIFY(!handler.exchanges.front()->alive());
        handler.exchanges.front()->respond(200, {}, "x");
        QVERIFY(!handler.upgrades.front()->accept({}, {}));
        QTRY_VERIFY(client.ended());
        QVERIFY(client.received.isEmpty());
        QCOMPARE(wheel.size(), std::size_t(0));
    }

    void timerDriver()
    {
        SystemClock clock;
        TimerWheel wheel(clock.monoMs());
        std::vector<int> fired;
        std::vector<qint64> lateness;
        {
            TimerDriver driver(clock, wheel);
            const qint64 now = clock.monoMs();
            const auto add = [&](int id, qint64 delayMs) {
                return wheel.schedule(now + delayMs, [&, id, due = now + delayMs] {
                    fired.push_back(id);
                    lateness.push_back(clock.monoMs() - due);
                });
            };
            add(3, 60);
            add(1, 10); // earlier than what the driver is armed for
            const TimerId cancelled = add(9, 20);
            wheel.schedule(now + 30, [&] {
                fired.push_back(2);
                wheel.schedule(clock.monoMs() + 60, [&] { fired.push_back(4); });
            });
            wheel.cancel(cancelled);
            const std::vector<int> expected = {1, 2, 3, 4};
            QTRY_COMPARE(fired, expected);
            for (const qint64 late : lateness)
                QVERIFY(late >= 0);
        }
        wheel.schedule(clock.monoMs() + 1, [] {}); // the hook is gone with the driver
    }

    void timersThatAreDueAtOnceDoNotSpin()
    {
        SystemClock clock;
        TimerWheel wheel(clock.monoMs());
        TimerDriver driver(clock, wheel);
        int turns = 0;
        connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, this, [&] { ++turns; });
        // Each falls into the millisecond that the wheel has just dealt with.
        constexpr int kTimers = 50;
        int fired = 0;
        std::function<void()> again = [&] {
            if (++fired < kTimers)
                wheel.schedule(clock.monoMs(), again);
        };
        wheel.schedule(clock.monoMs(), again);
        while (fired < kTimers)
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
        disconnect(QAbstractEventDispatcher::instance(), nullptr, this, nullptr);
        QVERIFY2(turns <= 4 * kTimers, qPrintable(QString::number(turns)));
    }
};

DORMOUSE_NET_TEST_MAIN(TestHttpServer)
#include "tst_httpserver.moc"
