// SPDX-License-Identifier: Apache-2.0
// Bodies that are read while they come (http.h: BodyMode::Stream).
#include "netfixture.h"

#include <QCryptographicHash>

using namespace dormouse;
using namespace dormouse::test;

namespace {

const QByteArray kChunkedHead = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

QByteArray lengthHead(qsizetype bytes, const QByteArray &extra = {})
{
    return "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: " + QByteArray::number(bytes) + "\r\n" + extra + "\r\n";
}

/// Takes the body of one request.
struct Taker
{
    void take(const std::shared_ptr<HttpExchange> &from)
    {
        exchange = from;
        exchange->onGone([this] { ++gone; });
        first = exchange->readBody([this](const BodyPart &part) {
            ++parts;
            body += part.data;
            largest = std::max(largest, part.data.size());
            ends += part.last ? 1 : 0;
            if (part.failedStatus != 0) {
                failures.push_back(part.failedStatus);
                reason = part.failedReason;
            }
            if (onPart)
                onPart(part);
        });
        body += first;
    }

    std::shared_ptr<HttpExchange> exchange;
    std::function<void(const BodyPart &)> onPart;
    QByteArray first; ///< came with the request
    QByteArray body;
    qsizetype largest = 0;
    int parts = 0;
    int ends = 0;
    int gone = 0;
    std::vector<int> failures;
    QByteArray reason;
};

struct StreamBed : Bed
{
    explicit StreamBed(const HttpServerOptions &options = {}) : Bed(options)
    {
        handler.mode = BodyMode::Stream;
        handler.onRequest = [this](const std::shared_ptr<HttpExchange> &exchange) {
            ++requests;
            if (exchange->bodyComplete()) {
                whole.push_back(exchange);
                return;
            }
            takers.push_back(std::make_unique<Taker>());
            takers.back()->onPart = onPart;
            takers.back()->take(exchange);
        };
    }
    ~StreamBed()
    {
        for (const auto &taker : takers)
            taker->exchange->onGone({});
    }
    Taker &taker() { return *takers.back(); }

    std::function<void(const BodyPart &)> onPart;
    std::deque<std::unique_ptr<Taker>> takers;
    std::deque<std::shared_ptr<HttpExchange>> whole;
    int requests = 0;
};

} // namespace

class TestBodyStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wholeWhenItIsAtHand()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(5) + "hello");
        QTRY_COMPARE(bed.whole.size(), std::size_t(1));
        QCOMPARE(bed.whole.front()->body(), QByteArray("hello"));
        QCOMPARE(bed.handler.modesAsked, 0);
        bed.whole.front()->respond(200, {}, "ok");
        client.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(bed.whole.size(), std::size_t(2));
        QCOMPARE(bed.handler.modesAsked, 0);
        QVERIFY(bed.takers.empty());
        QVERIFY(!client.received.contains("connection: close"));
    }

    void cutAtEveryByte_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("sent");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("length") << lengthHead(11) << QByteArray("hello world") << QByteArray("hello world");
        QTest::newRow("chunks") << kChunkedHead << QByteArray("5;x=1\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
                                << QByteArray("hello world");
        QTest::newRow("trailers") << kChunkedHead << QByteArray("3\r\nabc\r\n00\r\nX-Sum: 1\r\nX-B: 2\r\n\r\n")
                                  << QByteArray("abc");
        QTest::newRow("no bytes") << kChunkedHead << QByteArray("0\r\n\r\n") << QByteArray();
    }
    void cutAtEveryByte()
    {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, sent);
        QFETCH(QByteArray, body);
        for (qsizetype cut = 0; cut < sent.size(); ++cut) {
            StreamBed bed;
            RawClient client(bed.server.serverPort());
            client.send(head + sent.first(cut));
            QTRY_COMPARE(bed.requests, 1);
            Taker &taker = bed.taker();
            QCOMPARE(taker.ends, 0);
            QVERIFY(body.startsWith(taker.first));
            // Every byte that has come is there, not only whole chunks.
            if (head != kChunkedHead)
                QCOMPARE(taker.first.size(), cut);
            // The next request stands behind the body and waits for its answer.
            client.send(sent.sliced(cut) + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
            QTRY_COMPARE(taker.ends, 1);
            QCOMPARE(taker.body, body);
            QVERIFY(taker.exchange->bodyComplete());
            QVERIFY(bed.whole.empty());
            taker.exchange->respond(200, {}, "ok");
            QTRY_COMPARE(bed.whole.size(), std::size_t(1));
            QCOMPARE(bed.whole.front()->head().target, QByteArray("/next"));
            bed.whole.front()->respond(200, {}, "next");
            QTRY_VERIFY(client.received.endsWith("\r\n\r\nnext"));
            QVERIFY(!client.received.contains("connection: close"));
            QVERIFY(taker.failures.empty());
            QCOMPARE(bed.requests, 2);
        }
    }

    void byteByByte()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(kChunkedHead + "ff\r\n");
        QTRY_COMPARE(bed.requests, 1);
        // A part of a chunk does not wait for the rest of it.
        for (int i = 0; i < 255; ++i) {
            client.send(QByteArray(1, char(i)));
            QTRY_COMPARE(bed.taker().body.size(), i + 1);
        }
        for (const char c : QByteArray("\r\n0\r\nX: y\r\n\r\n")) {
            QCOMPARE(bed.taker().ends, 0);
            client.send(QByteArray(1, c));
            QCoreApplication::processEvents();
        }
        QTRY_COMPARE(bed.taker().ends, 1);
        QCOMPARE(bed.taker().body.size(), 255);
        QCOMPARE(bed.handler.modesAsked, 1);
    }

    void expectContinue()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(5, "Expect: 100-continue\r\n"));
        QTRY_COMPARE(client.received, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
        QTRY_COMPARE(bed.requests, 1);
        client.send("hello");
        QTRY_COMPARE(bed.taker().ends, 1);
        QCOMPARE(bed.taker().body, QByteArray("hello"));
        bed.taker().exchange->respond(200, {}, "ok");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nok"));
        // Not wanted: delivered without a body, which is all there will be of it.
        bed.handler.wants = false;
        client.send(lengthHead(5, "Expect: 100-continue\r\n"));
        QTRY_COMPARE(bed.whole.size(), std::size_t(1));
        bed.whole.front()->respond(404, {}, "gone");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\ngone"));
        QVERIFY(client.received.contains("connection: close"));
        QCOMPARE(client.received.count("100 Continue"), 1);
    }

    void tooLargeWhileItComes()
    {
        for (const bool answersItself : {false, true}) {
            StreamBed bed; // takes 1000 bytes
            RawClient client(bed.server.serverPort());
            client.send(kChunkedHead + "3e8\r\n" + QByteArray(500, 'a'));
            QTRY_COMPARE(bed.requests, 1);
            if (answersItself) {
                bed.taker().onPart = [&bed](const BodyPart &part) {
                    if (part.failedStatus != 0)
                        bed.taker().exchange->respond(part.failedStatus, {}, "own");
                };
            }
            client.send(QByteArray(500, 'a') + "\r\n");
            QTRY_COMPARE(bed.taker().body.size(), 1000);
            QVERIFY(bed.taker().failures.empty());
            client.send("1\r\nb\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
            QTRY_COMPARE(bed.taker().failures, std::vector<int>{413});
            QCOMPARE(bed.taker().body.size(), 1000);
            QTRY_VERIFY(client.received.startsWith("HTTP/1.1 413"));
            QTRY_VERIFY(client.received.endsWith(answersItself ? "\r\n\r\nown" : "413 request body too large"));
            QVERIFY(client.received.contains("connection: close"));
            QTRY_VERIFY(client.ended());
            QCOMPARE(client.received.count("HTTP/1.1"), 1);
            QCOMPARE(bed.taker().gone, 0);
            QCOMPARE(bed.taker().ends, 0);
            QCOMPARE(bed.requests, 1);
        }
        // Announced as too large: refused before anybody is asked.
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(1001));
        QTRY_VERIFY(client.received.startsWith("HTTP/1.1 413"));
        QCOMPARE(bed.requests, 0);
    }

    void brokenSyntaxAfterTheAnswerHasBegun()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(kChunkedHead + "5\r\nhello\r\n");
        QTRY_COMPARE(bed.requests, 1);
        bed.taker().exchange->begin(200, {});
        bed.taker().exchange->write("early");
        QTRY_VERIFY(client.received.endsWith("5\r\nearly\r\n"));
        client.send("xyz\r\n");
        QTRY_COMPARE(bed.taker().failures, std::vector<int>{400});
        QVERIFY(!bed.taker().exchange->alive());
        QTRY_VERIFY(client.ended());
        QVERIFY(!client.received.contains("0\r\n\r\n")); // the client must see that it broke off
    }

    void idleBodyTimesOut()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(10) + "12345");
        QTRY_COMPARE(bed.requests, 1);
        bed.clock.run(29'999);
        client.send("6");
        QTRY_COMPARE(bed.taker().body.size(), 6); // a sign of life
        bed.clock.run(29'999);
        QVERIFY(bed.taker().failures.empty());
        // What the handler does not take is not the client's fault.
        bed.taker().exchange->setBodyReading(false);
        bed.clock.run(300'000);
        QVERIFY(bed.taker().failures.empty());
        bed.taker().exchange->setBodyReading(true);
        bed.clock.run(29'999);
        QVERIFY(bed.taker().failures.empty());
        bed.clock.run(1);
        QCOMPARE(bed.taker().failures, std::vector<int>{408});
        QTRY_VERIFY(client.received.startsWith("HTTP/1.1 408"));
        QTRY_VERIFY(client.ended());
        // The answer may take its time once the body is there.
        RawClient patient(bed.server.serverPort());
        patient.send(lengthHead(2) + "1");
        QTRY_COMPARE(bed.requests, 2);
        patient.send("2");
        QTRY_COMPARE(bed.taker().ends, 1);
        bed.clock.run(600'000);
        bed.taker().exchange->respond(200, {}, "late");
        QTRY_VERIFY(patient.received.endsWith("\r\n\r\nlate"));
    }

    void clientLeaves()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(kChunkedHead + "5\r\nhel");
        QTRY_COMPARE(bed.requests, 1);
        client.socket.abort();
        QTRY_COMPARE(bed.taker().gone, 1);
        QCOMPARE(bed.taker().body, QByteArray("hel"));
        QCOMPARE(bed.taker().ends, 0);
        QVERIFY(bed.taker().failures.empty());
        QVERIFY(!bed.taker().exchange->alive());
        bed.taker().exchange->setBodyReading(false); // no-ops by now
        bed.taker().exchange->setBodyReading(true);
        bed.taker().exchange->respond(200, {}, "late");
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }

    void answerBeforeTheEnd()
    {
        StreamBed bed;
        bed.handler.maxBody = 1 << 30;
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(1'000'000) + "begin");
        QTRY_COMPARE(bed.requests, 1);
        bed.taker().exchange->respond(403, {}, "no");
        QVERIFY(!bed.taker().exchange->alive());
        client.send("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nno"));
        QVERIFY(client.received.contains("connection: close\r\n"));
        QTRY_VERIFY(client.ended());
        QCOMPARE(bed.requests, 1);
        QCOMPARE(bed.taker().body, QByteArray("begin"));
        QCOMPARE(bed.taker().gone, 0);
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }

    void bothWaysAtOnce()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send(kChunkedHead);
        QTRY_COMPARE(bed.requests, 1);
        Taker &taker = bed.taker();
        taker.onPart = [&taker](const BodyPart &part) {
            taker.exchange->write(part.data);
            if (part.last)
                taker.exchange->finish();
        };
        taker.exchange->begin(200, {});
        for (int i = 0; i < 3; ++i) {
            client.send("2\r\nab\r\n");
            QTRY_COMPARE(client.received.count("ab"), i + 1);
        }
        client.send("0\r\n\r\n");
        QTRY_VERIFY(client.received.endsWith("0\r\n\r\n"));
        // Its head could not know that the body would end in time.
        QVERIFY(client.received.contains("connection: close\r\n"));
        QTRY_VERIFY(client.ended());
        QCOMPARE(taker.gone, 0);
    }

    void backPressure()
    {
        StreamBed bed;
        bed.handler.maxBody = 1 << 30;
        const qsizetype total = 32 * 1024 * 1024;
        QByteArray body(total, Qt::Uninitialized);
        for (qsizetype i = 0; i < total; ++i)
            body[i] = char(i * 7 + (i >> 13));
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(total));
        QTRY_COMPARE(bed.requests, 1);
        Taker &taker = bed.taker();
        taker.exchange->setBodyReading(false);
        client.send(body);
        // The rest stays with the client, as soon as the buffers of both systems are full.
        qint64 left = -1;
        QTRY_VERIFY(std::exchange(left, client.socket.bytesToWrite()) == client.socket.bytesToWrite() && left < total);
        for (int i = 0; i < 50; ++i)
            QCoreApplication::processEvents();
        QVERIFY(client.socket.bytesToWrite() > 0);
        QCOMPARE(taker.parts, 0);
        // One part at a time.
        int taken = 0;
        taker.onPart = [&](const BodyPart &part) {
            ++taken;
            if (!part.last)
                taker.exchange->setBodyReading(false);
        };
        taker.exchange->setBodyReading(true);
        QTRY_COMPARE(taken, 1);
        for (int i = 0; i < 20; ++i)
            QCoreApplication::processEvents();
        QCOMPARE(taken, 1);
        taker.onPart = {};
        taker.exchange->setBodyReading(true);
        QTRY_COMPARE(taker.ends, 1);
        QVERIFY(taker.largest <= 320 * 1024);
        QCOMPARE(QCryptographicHash::hash(taker.body, QCryptographicHash::Sha256),
                 QCryptographicHash::hash(body, QCryptographicHash::Sha256));
        taker.exchange->respond(200, {}, "ok");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nok"));
    }

    void nothingIsReadBeforeItIsAskedFor()
    {
        StreamBed bed;
        std::shared_ptr<HttpExchange> held;
        bed.handler.onRequest = [&held](const std::shared_ptr<HttpExchange> &exchange) { held = exchange; };
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(10) + "123");
        QTRY_VERIFY(held);
        QCOMPARE(held->body(), QByteArray("123"));
        client.send("4567890");
        for (int i = 0; i < 20; ++i)
            QCoreApplication::processEvents();
        bed.clock.run(100'000);
        QVERIFY(!held->bodyComplete());
        Taker taker;
        taker.take(held);
        QCOMPARE(taker.first, QByteArray("123"));
        QCOMPARE(taker.parts, 0); // never from inside the call
        QTRY_COMPARE(taker.ends, 1);
        QCOMPARE(taker.body, QByteArray("1234567890"));
        held->respond(200, {}, "ok");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nok"));
    }

    void droppedExchange()
    {
        StreamBed bed;
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) {
            exchange->readBody([](const BodyPart &) {});
        };
        RawClient client(bed.server.serverPort());
        client.send(lengthHead(10) + "123");
        QTRY_VERIFY(client.ended());
        QTRY_COMPARE(bed.server.connectionCount(), 0);
        // From inside the callback.
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) {
            auto own = std::make_shared<std::shared_ptr<HttpExchange>>(exchange);
            exchange->readBody([own](const BodyPart &) { own->reset(); });
        };
        RawClient second(bed.server.serverPort());
        second.send(lengthHead(10) + "123");
        QTRY_COMPARE(bed.handler.modesAsked, 2);
        second.send("4");
        QTRY_VERIFY(second.ended());
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }

    void oldVersionAndHead()
    {
        StreamBed bed;
        RawClient client(bed.server.serverPort());
        client.send("POST /a HTTP/1.0\r\nContent-Length: 4\r\n\r\nab");
        QTRY_COMPARE(bed.requests, 1);
        client.send("cd");
        QTRY_COMPARE(bed.taker().ends, 1);
        bed.taker().exchange->begin(200, {});
        bed.taker().exchange->write(bed.taker().body);
        bed.taker().exchange->finish();
        QTRY_VERIFY(client.ended());
        QVERIFY(client.received.endsWith("\r\n\r\nabcd"));

        RawClient second(bed.server.serverPort());
        second.send("HEAD /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
        QTRY_COMPARE(bed.requests, 2);
        second.send("cd");
        QTRY_COMPARE(bed.taker().ends, 1);
        bed.taker().exchange->respond(200, {}, "body");
        QTRY_VERIFY(second.received.endsWith("\r\n\r\n"));
        QVERIFY(second.received.contains("content-length: 4\r\n"));
        QVERIFY(!second.received.contains("connection"));
    }

    void shutdownLetsItEnd()
    {
        auto bed = std::make_unique<StreamBed>();
        RawClient client(bed->server.serverPort());
        client.send(lengthHead(4) + "ab");
        QTRY_COMPARE(bed->requests, 1);
        bed->server.shutdown();
        client.send("cd");
        QTRY_COMPARE(bed->taker().ends, 1);
        bed->taker().exchange->respond(200, {}, "ok");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nok"));
        QTRY_VERIFY(client.ended());
        // A server that goes away says nothing to those who read.
        QVERIFY(bed->server.listen(QStringLiteral("127.0.0.1"), 0));
        RawClient second(bed->server.serverPort());
        second.send(lengthHead(4) + "ab");
        QTRY_COMPARE(bed->requests, 2);
        const std::unique_ptr<Taker> taker = std::move(bed->takers.back());
        bed->takers.pop_back();
        bed.reset();
        QCOMPARE(taker->gone, 0);
        QCOMPARE(taker->parts, 0);
        QVERIFY(!taker->exchange->alive());
        taker->exchange->setBodyReading(true);
        taker->exchange->respond(200, {}, "late");
    }
};

DORMOUSE_NET_TEST_MAIN(TestBodyStream)
#include "tst_bodystream.moc"
