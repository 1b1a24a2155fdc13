// SPDX-License-Identifier: Apache-2.0
#include "engine/net/httpparser.h"

#include "engine/base/random.h"

#include <QTest>

using namespace dormouse;

namespace {

struct Outcome
{
    int failure = 0; ///< 0: complete, -1: more bytes wanted
    HttpHead head;
    QByteArray body;
    qsizetype used = 0;
    bool keepAlive = false;
    bool expectsContinue = false;
};

Outcome parse(const QByteArray &bytes, qsizetype step, qint64 maxBody = 1'000'000, HttpParser::Limits limits = {})
{
    HttpParser parser(limits);
    Outcome outcome;
    while (outcome.used < bytes.size() || parser.state() == HttpParser::State::HeadReady) {
        const qsizetype part = std::min(step, bytes.size() - outcome.used);
        outcome.used += parser.feed(QByteArrayView(bytes).sliced(outcome.used, part));
        if (parser.state() == HttpParser::State::HeadReady)
            parser.readBody(maxBody);
        if (parser.state() == HttpParser::State::Complete || parser.state() == HttpParser::State::Failed)
            break;
    }
    outcome.keepAlive = parser.keepAlive();
    outcome.expectsContinue = parser.expectsContinue();
    outcome.head = parser.head();
    if (parser.state() == HttpParser::State::Failed) {
        outcome.failure = parser.failureStatus();
    } else if (parser.state() != HttpParser::State::Complete) {
        outcome.failure = -1;
    } else {
        outcome.body = parser.takeBody();
    }
    return outcome;
}

const QByteArray kHost = "Host: h\r\n";

} // namespace

class TestHttpParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requests_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("failure");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("body");

        const auto good = [](const char *name, const QByteArray &bytes, const QByteArray &target,
                             const QByteArray &body = {}) { QTest::newRow(name) << bytes << 0 << target << body; };
        const auto bad = [](const char *name, const QByteArray &bytes, int status = 400) {
            QTest::newRow(name) << bytes << status << QByteArray() << QByteArray();
        };
        const QByteArray get = "GET / HTTP/1.1\r\n" + kHost;
        const QByteArray post = "POST /p HTTP/1.1\r\n" + kHost;
        const QByteArray chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

        good("plain", get + "\r\n", "/");
        good("empty line before", "\r\n" + get + "\r\n", "/");
        bad("two empty lines before", "\r\n\r\n" + get + "\r\n");
        good("unknown method", "FOO /x HTTP/1.1\r\n" + kHost + "\r\n", "/x");
        good("raw UTF-8 target", "GET /\xc3\xa9?\xe2\x82\xac HTTP/1.1\r\n" + kHost + "\r\n", "/\xc3\xa9?\xe2\x82\xac");
        good("target kept raw", "GET /a%20b/%7e//../c HTTP/1.1\r\n" + kHost + "\r\n", "/a%20b/%7e//../c");
        good("fragment dropped", "GET /a?b#c HTTP/1.1\r\n" + kHost + "\r\n", "/a?b");
        good("asterisk", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", "*");
        good("1.0 without host", "GET /old HTTP/1.0\r\n\r\n", "/old");
        good("content-length", post + "Content-Length: 5\r\n\r\nhello", "/p", "hello");
        good("content-length zero", post + "Content-Length: 0\r\n\r\n", "/p");
        good("value with tab and high bytes", get + "X: a\tb\xff\r\n\r\n", "/");
        good("empty value", get + "X:\r\n\r\n", "/");

        bad("both lengths", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
        bad("both lengths, other order", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n");
        bad("differing duplicate length", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n");
        bad("equal duplicate length", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n");
        bad("length list", post + "Content-Length: 5, 5\r\n\r\n");
        bad("negative length", post + "Content-Length: -5\r\n\r\n");
        bad("plus length", post + "Content-Length: +5\r\n\r\n");
        bad("hex length", post + "Content-Length: 0x5\r\n\r\n");
        bad("empty length", post + "Content-Length:\r\n\r\n");
        bad("overflowing length", post + "Content-Length: 99999999999999999999\r\n\r\n");
        bad("length above the limit", post + "Content-Length: 1000001\r\n\r\n", 413);
        bad("xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n", 501);
        bad("gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501);
        bad("chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501);
        bad("chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
        bad("bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n");
        bad("bare LF after a header", "GET / HTTP/1.1\r\nHost: h\n\r\n");
        bad("bare LF at the end", get + "\n");
        bad("bare CR in a value", get + "X: a\rb\r\n\r\n");
        bad("NUL in a value", get + QByteArray("X: a\0b\r\n\r\n", 10));
        bad("space before the colon", get + "X : a\r\n\r\n");
        bad("tab before the colon", get + "X\t: a\r\n\r\n");
        bad("no name", get + ": a\r\n\r\n");
        bad("no colon", get + "abc\r\n\r\n");
        bad("folded line", get + "X: a\r\n b\r\n\r\n");
        bad("folded line with a tab", get + "X: a\r\n\tb\r\n\r\n");
        bad("folded first line", "GET / HTTP/1.1\r\n Host: h\r\n\r\n");
        bad("missing host", "GET / HTTP/1.1\r\n\r\n");
        bad("two hosts", get + "Host: i\r\n\r\n");
        bad("two blanks in the request line", "GET  / HTTP/1.1\r\n" + kHost + "\r\n");
        bad("blank in the target", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n");
        bad("control character in the target", "GET /a\x01 HTTP/1.1\r\n" + kHost + "\r\n");
        bad("no target", "GET HTTP/1.1\r\n" + kHost + "\r\n");
        bad("bad method", "G(T / HTTP/1.1\r\n" + kHost + "\r\n");
        bad("HTTP/0.9", "GET /\r\n");
        bad("HTTP/2", "GET / HTTP/2.0\r\n" + kHost + "\r\n", 505);
        bad("not HTTP", "GET / HTXP/1.1\r\n" + kHost + "\r\n");
        bad("TLS hello", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12));

        good("chunks", chunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "/p", "abc0123456789");
        good("no chunks", chunked + "0\r\n\r\n", "/p");
        good("chunk extension", chunked + "3;a=b\r\nabc\r\n0;last\r\n\r\n", "/p", "abc");
        good("leading zeros", chunked + "0003\r\nabc\r\n000\r\n\r\n", "/p", "abc");
        good("trailer", chunked + "1\r\na\r\n0\r\nX-T: 1\r\n\r\n", "/p", "a");
        good("chunked in capitals", post + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", "/p");
        bad("chunk longer", chunked + "3\r\nabcd\r\n");
        bad("chunk end without CR", chunked + "3\r\nabc\n");
        bad("chunk size line with bare LF", chunked + "3\nabc\r\n");
        bad("chunk size empty", chunked + "\r\n");
        bad("chunk size not hex", chunked + "g\r\n");
        bad("chunk size negative", chunked + "-1\r\n");
        bad("chunk size with prefix", chunked + "0x3\r\n");
        bad("chunk size with blank", chunked + "3 \r\n");
        bad("chunk size too long", chunked + "1000000000000000\r\n");
        bad("chunk extension too long", chunked + "3;" + QByteArray(2000, 'x') + "\r\n");
        bad("chunk above the limit", chunked + "f4241\r\n", 413);
        bad("bad trailer", chunked + "0\r\nX : 1\r\n\r\n");
        bad("trailer too large", chunked + "0\r\nX: " + QByteArray(70'000, 'x'), 431);
    }

    void requests()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, failure);
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, body);
        for (const qsizetype step : {qsizetype(1), qsizetype(2), qsizetype(3), qsizetype(7), bytes.size()}) {
            const Outcome outcome = parse(bytes, step);
            QCOMPARE(outcome.failure, failure);
            if (failure != 0)
                continue;
            QCOMPARE(outcome.head.target, target);
            QCOMPARE(outcome.body, body);
            QCOMPARE(outcome.used, bytes.size());
        }
    }

    void everyTruncationWantsMore()
    {
        const QByteArray bytes = "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: 1\r\n\r\n";
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QCOMPARE(parse(bytes.first(size), 5).failure, -1);
        QCOMPARE(parse(bytes, 5).failure, 0);
    }

    void limits()
    {
        const QByteArray line = "GET / HTTP/1.1\r\n" + kHost;
        QByteArray hundred = line;
        for (int i = 1; i < 100; ++i)
            hundred += "X: y\r\n";
        QCOMPARE(parse(hundred + "\r\n", 999).failure, 0);
        QCOMPARE(parse(hundred + "X: y\r\n\r\n", 999).failure, 431);

        // 64 KiB exactly pass, one byte more does not, wherever the pieces end.
        const QByteArray frame = line + "X: ";
        const QByteArray fill(64 * 1024 - frame.size() - 4, 'a');
        for (const qsizetype step : {1, 1000, 100'000}) {
            QCOMPARE(parse(frame + fill + "\r\n\r\n", step).failure, 0);
            QCOMPARE(parse(frame + fill + "a\r\n\r\n", step).failure, 431);
        }
        QCOMPARE(parse(frame + QByteArray(100'000, 'a'), 4096).failure, 431);

        const QByteArray target = '/' + QByteArray(16 * 1024 - 1, 't');
        for (const qsizetype step : {1, 1000, 100'000}) {
            QCOMPARE(parse("GET " + target + " HTTP/1.1\r\n" + kHost + "\r\n", step).failure, 0);
            QCOMPARE(parse("GET " + target + "t HTTP/1.1\r\n" + kHost + "\r\n", step).failure, 414);
        }
        QCOMPARE(parse("GET " + QByteArray(20'000, 't'), 4096).failure, 414); // refused before the line ends
        QCOMPARE(parse(QByteArray(1000, 'M'), 100).failure, 400);
    }

    void bodyLimit()
    {
        const QByteArray post = "POST / HTTP/1.1\r\n" + kHost;
        QCOMPARE(parse(post + "Content-Length: 5\r\n\r\nhello", 3, 5).failure, 0);
        QCOMPARE(parse(post + "Content-Length: 5\r\n\r\n", 3, 4).failure, 413); // before a byte of it arrives
        const QByteArray chunks = post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        QCOMPARE(parse(chunks, 3, 5).failure, 0);
        QCOMPARE(parse(chunks, 3, 4).failure, 413);
        QCOMPARE(parse(post + "\r\n", 3, 0).failure, 0);
    }

    void keepAlive_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("expected");
        QTest::newRow("1.1") << QByteArray("GET / HTTP/1.1\r\nHost: h\r\n\r\n") << true;
        QTest::newRow("1.1 close") << QByteArray("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n") << false;
        QTest::newRow("1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n") << false;
        QTest::newRow("1.0 keep") << QByteArray("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") << true;
    }

    void keepAlive()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, expected);
        const Outcome outcome = parse(bytes, 4);
        QCOMPARE(outcome.failure, 0);
        QCOMPARE(outcome.keepAlive, expected);
    }

    void pipelinedRequestsAreSeparated()
    {
        const QByteArray first = "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
        const QByteArray second = "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
        const QByteArray both = first + second;
        HttpParser parser;
        qsizetype used = parser.feed(both);
        QCOMPARE(parser.state(), HttpParser::State::HeadReady);
        parser.readBody(100);
        used += parser.feed(QByteArrayView(both).sliced(used));
        QCOMPARE(parser.state(), HttpParser::State::Complete);
        QCOMPARE(used, first.size());
        QCOMPARE(parser.feed("x"), 0);
        parser.reset();
        QVERIFY(parser.isIdle());
        used += parser.feed(QByteArrayView(both).sliced(used));
        QCOMPARE(parser.state(), HttpParser::State::HeadReady);
        QCOMPARE(parser.head().target, QByteArray("/2"));
        QCOMPARE(used, both.size());
    }

    /// Damaged requests: no crash, and the same verdict however the bytes are cut.
    void damagedRequests()
    {
        Random random(20'260'102);
        const QByteArray good = "POST /p?q HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n"
                                "3;x\r\nabc\r\n1\r\nd\r\n0\r\nT: 1\r\n\r\n";
        int failures = 0;
        for (int round = 0; round < 5000; ++round) {
            QByteArray bytes = good;
            const qsizetype at = qsizetype(random.below(quint64(bytes.size())));
            if (random.below(2))
                bytes[at] = char(random.next32());
            else
                bytes.remove(at, 1);
            const Outcome whole = parse(bytes, bytes.size());
            const Outcome cut = parse(bytes, 1 + qsizetype(random.below(9)));
            QCOMPARE(cut.failure, whole.failure);
            QCOMPARE(cut.body, whole.body);
            QCOMPARE(cut.head.target, whole.head.target);
            failures += whole.failure > 0;
        }
        QVERIFY(failures > 1000);
    }

    void headHelpers()
    {
        const QByteArray bytes = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
                                 "Sec-WebSocket-Protocol: one,  two\r\nSEC-WEBSOCKET-PROTOCOL: three,,\r\nX-A: 1\r\nx-a: 2\r\n"
                                 "Expect: 100-Continue\r\n\r\n";
        const Outcome outcome = parse(bytes, 9);
        QCOMPARE(outcome.failure, 0);
        QVERIFY(outcome.expectsContinue);
        QCOMPARE(outcome.head.path(), QByteArray("/a"));
        QCOMPARE(outcome.head.query(), QByteArray("b=c"));
        QVERIFY(outcome.head.isWebSocketUpgrade());
        const std::vector<QByteArray> expected = {"one", "two", "three"};
        QCOMPARE(outcome.head.offeredProtocols(), expected);
        QCOMPARE(outcome.head.header("x-A"), QByteArray("1"));
        QCOMPARE(outcome.head.headers.size(), std::size_t(8));
        QVERIFY(outcome.head.header("none").isNull());

        HttpHead head;
        head.target = "/x";
        QVERIFY(head.query().isNull());
        head.target = "/x?";
        QVERIFY(!head.query().isNull() && head.query().isEmpty());
        head.method = "GET";
        head.headers = {{"Connection", "upgrade"}, {"Upgrade", "h2c"}};
        QVERIFY(!head.isWebSocketUpgrade());
        head.headers[1].second = "websocket";
        QVERIFY(head.isWebSocketUpgrade());
        head.method = "POST";
        QVERIFY(!head.isWebSocketUpgrade());
    }
};

QTEST_APPLESS_MAIN(TestHttpParser)
#include "tst_httpparser.moc"
