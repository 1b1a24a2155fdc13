// SPDX-License-Identifier: Apache-2.0
// performance-notes.md, section by section, against the server over real sockets: 6.3 is the table of what a parser may
// accept (its rows in order), 6.4 the list of what an HTTP server must do beyond. tst_httpparser has the finer cases.
#include "tests/net/netfixture.h"

#include <QRegularExpression>

using namespace dormouse;
using namespace dormouse::test;

namespace {

const QByteArray kHost = "Host: h\r\n";

QList<int> statuses(const QByteArray &received)
{
    static const QRegularExpression line(QStringLiteral("HTTP/1\\.1 (\\d\\d\\d) "));
    QList<int> found;
    for (auto matches = line.globalMatch(QString::fromLatin1(received)); matches.hasNext();)
        found.append(matches.next().captured(1).toInt());
    return found;
}

} // namespace

class TestHttpTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parserTable_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<int>("status"); ///< 200: accepted
        QTest::addColumn<QByteArray>("seen"); ///< method, target and body as the handler gets them
        const auto row = [](const char *id, const QByteArray &request, int status, const QByteArray &seen = {}) {
            QTest::newRow(id) << request << status << seen;
        };
        const QByteArray get = "GET / HTTP/1.1\r\n" + kHost;
        const QByteArray post = "POST / HTTP/1.1\r\n" + kHost;
        row("6.3.1 340 B head with 9 headers", get + QByteArray("X-Header: some value of some length....\r\n").repeated(8) + "\r\n", 200, "GET / ");
        row("6.3.2 streamed body in chunks", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n", 200, "POST / abcdefg");
        row("6.3.4 header limit", get + "X: " + QByteArray(70'000, 'x') + "\r\n\r\n", 431);
        row("6.3.5 unknown method", "FOO / HTTP/1.1\r\n" + kHost + "\r\n", 200, "FOO / ");
        row("6.3.6 content-length and chunked", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
        row("6.3.7 differing content-lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400);
        row("6.3.8 equal content-lengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400);
        row("6.3.9 xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n", 501);
        row("6.3.10 bare LF", "GET / HTTP/1.1\nHost: h\n\n", 400);
        row("6.3.11 space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400);
        row("6.3.12 folded line", get + "X: a\r\n b\r\n\r\n", 400);
        row("6.3.13 raw UTF-8 in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" + kHost + "\r\n", 200, "GET /\xc3\xa9 ");
        row("6.3.14 missing host", "GET / HTTP/1.1\r\n\r\n", 400);
        row("6.3.14 missing host in 1.0", "GET / HTTP/1.0\r\n\r\n", 200, "GET / ");
        row("6.4.5 method kept", "M-SEARCH / HTTP/1.1\r\n" + kHost + "\r\n", 200, "M-SEARCH / ");
        row("6.4.6 raw target", "GET /%41%7e/../x HTTP/1.1\r\n" + kHost + "\r\n", 200, "GET /%41%7e/../x ");
        row("6.4.7 endless head", "GET / HTTP/1.1\r\n" + kHost + QByteArray("A: b\r\n").repeated(500'000), 431);
        row("6.4.10 body in odd places", post + "Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n0001\r\nb\r\n0\r\nT: t\r\n\r\n", 200, "POST / ab");
    }
    void parserTable()
    {
        QFETCH(QByteArray, request);
        QFETCH(int, status);
        QFETCH(QByteArray, seen);
        // Whole, and in pieces that cut everything once.
        for (const qsizetype piece : {request.size(), qsizetype(request.size() > 100'000 ? 65'537 : 3)}) {
            Bed bed;
            QByteArray got;
            bed.handler.onRequest = [&](const std::shared_ptr<HttpExchange> &exchange) {
                got = exchange->head().method + ' ' + exchange->head().target + ' ' + exchange->body();
                exchange->respond(200, {}, "ok");
            };
            RawClient client(bed.server.serverPort());
            for (qsizetype at = 0; at < request.size(); at += piece) {
                client.send(request.mid(at, piece));
                QCoreApplication::processEvents();
            }
            QTRY_COMPARE(statuses(client.received), QList<int>{status});
            QCOMPARE(got, seen);
            if (status != 200)
                QTRY_VERIFY(client.ended()); // nothing after a fault can be trusted
        }
    }

    void handlerMayAnswerInPieces()
    {
        // 6.4.2: an answer of unknown length is chunked, each piece leaves when it is written, and the end is marked.
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
        QTRY_COMPARE(bed.handler.exchanges.size(), 1U);
        const auto exchange = bed.handler.exchanges.front();
        exchange->begin(200, {});
        exchange->write("first");
        QTRY_VERIFY(client.received.endsWith("5\r\nfirst\r\n"));
        exchange->write("second one");
        QTRY_VERIFY(client.received.endsWith("a\r\nsecond one\r\n"));
        exchange->finish();
        QTRY_VERIFY(client.received.endsWith("\r\n0\r\n\r\n"));
        QVERIFY(client.received.contains("transfer-encoding: chunked\r\n"));
        QVERIFY(!client.received.contains("content-length"));
        QVERIFY(!client.ended());
    }

    void connectionEndsWhenAsked_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<bool>("ends");
        QTest::newRow("6.4.3 close") << QByteArray("GET / HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n") << true;
        QTest::newRow("6.4.3 close in a list") << QByteArray("GET / HTTP/1.1\r\n" + kHost + "Connection: x, Close\r\n\r\n") << true;
        QTest::newRow("6.4.3 1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n") << true;
        QTest::newRow("6.4.3 1.0 with keep-alive") << QByteArray("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") << false;
        QTest::newRow("6.4.3 1.1") << QByteArray("GET / HTTP/1.1\r\n" + kHost + "\r\n") << false;
    }
    void connectionEndsWhenAsked()
    {
        QFETCH(QByteArray, head);
        QFETCH(bool, ends);
        Bed bed;
        int requests = 0;
        bed.handler.onRequest = [&](const std::shared_ptr<HttpExchange> &exchange) {
            ++requests;
            exchange->respond(200, {}, "ok");
        };
        RawClient client(bed.server.serverPort());
        client.send(head + head);
        if (ends)
            QTRY_VERIFY(client.ended());
        else
            QTRY_COMPARE(statuses(client.received).size(), 2);
        QCOMPARE(requests, ends ? 1 : 2);
        QCOMPARE(client.received.count("connection: close"), ends ? 1 : 0);
    }

    void expectIsAnswered()
    {
        // 6.4.4: the client waits for the word before it sends its body.
        Bed bed;
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) { exchange->respond(200, {}, exchange->body()); };
        RawClient client(bed.server.serverPort());
        client.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        QTRY_COMPARE(client.received, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
        client.send("body");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nbody"));
    }

    void timeouts()
    {
        // 6.4.8: a head that does not end, a body that stops, and a connection that says nothing more.
        Bed bed;
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) { exchange->respond(200, {}, "ok"); };
        RawClient head(bed.server.serverPort());
        RawClient body(bed.server.serverPort());
        RawClient idle(bed.server.serverPort());
        head.send("GET / HT");
        body.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 9\r\n\r\nha");
        idle.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
        QTRY_VERIFY(idle.received.endsWith("ok"));
        QTRY_COMPARE(bed.handler.announced, 1);
        bed.clock.run(10'000);
        QTRY_COMPARE(statuses(head.received), QList<int>{408});
        QVERIFY(body.received.isEmpty());
        bed.clock.run(20'000);
        QTRY_COMPARE(statuses(body.received), QList<int>{408});
        QVERIFY(!idle.ended());
        bed.clock.run(30'000);
        QTRY_VERIFY(idle.ended());
        QCOMPARE(statuses(idle.received), QList<int>{200}); // silently
    }

    void offeredProtocolIsAnswered()
    {
        // 6.4.9: the subprotocol is the handler's to choose.
        Bed bed;
        bed.handler.protocol = "rivet";
        RawClient client(bed.server.serverPort());
        client.send(RawClient::upgradeHead("Sec-WebSocket-Protocol: rivet, rivet_target.actor\r\n"));
        QTRY_VERIFY(client.received.contains("sec-websocket-protocol: rivet\r\n"));
    }

    void clientLeavesDuringTheAnswer()
    {
        // 6.4.11: whoever still answers is told, and may go on without harm.
        Bed bed;
        auto client = std::make_unique<RawClient>(bed.server.serverPort());
        client->send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
        QTRY_COMPARE(bed.handler.exchanges.size(), 1U);
        const auto exchange = bed.handler.exchanges.front();
        bool gone = false;
        exchange->onGone([&] { gone = true; });
        exchange->begin(200, {});
        client.reset();
        QTRY_VERIFY(gone);
        QVERIFY(!exchange->alive());
        exchange->write("to nobody");
        exchange->finish();
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }
};

DORMOUSE_NET_TEST_MAIN(TestHttpTable)
#include "tst_httptable.moc"
