// SPDX-License-Identifier: Apache-2.0
// The outbound stream over real sockets, and its response parser.
#include "engine/host/networkstream.h"
#include "engine/host/responseparser.h"

#include <QFile>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace dormouse;

namespace {

struct Listener final : EventStreamListener
{
    int status = 0;
    int answers = 0;
    int ends = 0;
    HeaderList headers;
    QByteArray data;
    QString failure;
    std::function<void()> onData;

    void streamAnswered(int code, const HeaderList &list) override
    {
        ++answers;
        status = code;
        headers = list;
    }
    void streamData(const QByteArray &bytes) override
    {
        data += bytes;
        if (onData)
            onData();
    }
    void streamEnded(const QString &why) override
    {
        ++ends;
        failure = why;
    }
};

/// Takes connections, keeps what they sent and lets the test answer.
struct Far
{
    std::unique_ptr<QTcpServer> server;
    QTcpSocket *socket = nullptr;
    QByteArray request;
    int connections = 0;

    explicit Far(std::unique_ptr<QTcpServer> made) : server(std::move(made))
    {
        server->listen(QHostAddress::LocalHost);
        QObject::connect(server.get(), &QTcpServer::pendingConnectionAvailable, server.get(), [this] {
            while (QTcpSocket *next = server->nextPendingConnection()) {
                ++connections;
                socket = next;
                QObject::connect(next, &QTcpSocket::readyRead, next, [this, next] { request += next->readAll(); });
            }
        });
    }
    bool gone() const { return socket && socket->state() == QAbstractSocket::UnconnectedState; }
};

} // namespace

class TestNetworkStream : public QObject
{
    Q_OBJECT

    static std::unique_ptr<EventStream> open(NetworkStreams &streams, const QString &url, Listener &listener,
                                             const HeaderList &headers = {{"accept", "text/event-stream"}})
    {
        return streams.function()({url, headers}, listener);
    }
    static QString urlOf(const Far &far, const QString &scheme = QStringLiteral("http"))
    {
        return QStringLiteral("%1://127.0.0.1:%2/api/start").arg(scheme).arg(far.server->serverPort());
    }

private Q_SLOTS:
    void parser_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("complete"); // before the connection is closed
        QTest::addColumn<bool>("fails");    // in the end
        QTest::newRow("length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef") << 200 << QByteArray("abc") << true << false;
        QTest::newRow("empty") << QByteArray("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") << 404 << QByteArray() << true << false;
        QTest::newRow("no content") << QByteArray("HTTP/1.1 204 \r\n\r\n") << 204 << QByteArray() << true << false;
        QTest::newRow("no reason") << QByteArray("HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx") << 200 << QByteArray("x") << true << false;
        QTest::newRow("until close") << QByteArray("HTTP/1.0 200 OK\r\n\r\nabc") << 200 << QByteArray("abc") << false << false;
        QTest::newRow("chunked") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\nt: 1\r\n\r\n")
                                 << 200 << QByteArray("abc0123456789") << true << false;
        QTest::newRow("chunked and cut") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n") << 200 << QByteArray("abc") << false << true;
        QTest::newRow("chunk too long") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n") << 200 << QByteArray("abc") << false << true;
        QTest::newRow("chunk size") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") << 200 << QByteArray() << false << true;
        QTest::newRow("interim") << QByteArray("HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx") << 200 << QByteArray("x") << true << false;
        QTest::newRow("length and cut") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab") << 200 << QByteArray("ab") << false << true;
        QTest::newRow("bad length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab") << 200 << QByteArray() << false << true;
        QTest::newRow("not HTTP") << QByteArray("SSH-2.0-x\r\n\r\n") << 0 << QByteArray() << false << true;
        QTest::newRow("bad header") << QByteArray("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n") << 200 << QByteArray() << false << true;
        QTest::newRow("nothing") << QByteArray() << 0 << QByteArray() << false << true;
        QTest::newRow("endless head") << QByteArray("HTTP/1.1 200 OK\r\nx: " + QByteArray(70'000, 'y')) << 200 << QByteArray() << false << true;
    }

    void parser()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(bool, complete);
        QFETCH(bool, fails);
        for (const qsizetype piece : {qsizetype(1), qsizetype(7), std::max<qsizetype>(1, text.size())}) {
            ResponseParser parser;
            QByteArray got;
            for (qsizetype at = 0; at < text.size(); at += piece) {
                parser.feed(QByteArrayView(text).sliced(at, std::min(piece, text.size() - at)));
                got += parser.takeBody();
            }
            QCOMPARE(parser.state() == ResponseParser::State::Complete, complete);
            parser.close();
            QCOMPARE(parser.state() == ResponseParser::State::Failed, fails);
            QCOMPARE(parser.failure().isEmpty(), !fails);
            QCOMPARE(parser.status(), status);
            QCOMPARE(got, body);
        }
    }

    void streamsAsItComes()
    {
        Far far(std::make_unique<QTcpServer>());
        NetworkStreams streams;
        Listener listener;
        const auto stream = open(streams, urlOf(far) + QStringLiteral("?a=b%20c"), listener, {{"accept", "text/event-stream"}, {"x-own", "v"}});
        QCOMPARE(listener.answers + listener.ends, 0);
        QTRY_VERIFY(far.request.endsWith("\r\n\r\n"));
        QVERIFY(far.request.startsWith("GET /api/start?a=b%20c HTTP/1.1\r\nhost: 127.0.0.1:"));
        QVERIFY(far.request.contains("\r\nx-own: v\r\n"));
        far.socket->write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        QTRY_COMPARE(listener.answers, 1);
        QCOMPARE(listener.status, 200);
        QCOMPARE(headerValue(listener.headers, "content-type"), QByteArray("text/event-stream"));
        far.socket->write("6\r\ndata: \r\n");
        QTRY_COMPARE(listener.data, QByteArray("data: "));
        far.socket->write("3\r\nx\n\n\r\n");
        QTRY_COMPARE(listener.data, QByteArray("data: x\n\n"));
        QCOMPARE(listener.ends, 0);
        far.socket->write("0\r\n\r\n");
        QTRY_COMPARE(listener.ends, 1);
        QVERIFY(listener.failure.isEmpty());
        far.socket->close();
        QCoreApplication::processEvents();
        QCOMPARE(listener.ends, 1);
    }

    void abortedByTheFarSide()
    {
        Far far(std::make_unique<QTcpServer>());
        NetworkStreams streams;
        Listener listener;
        const auto stream = open(streams, urlOf(far), listener);
        QTRY_VERIFY(far.request.endsWith("\r\n\r\n"));
        far.socket->write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        QTRY_COMPARE(listener.data, QByteArray("abc"));
        far.socket->close();
        QTRY_COMPARE(listener.ends, 1);
        QVERIFY(!listener.failure.isEmpty());
    }

    void unreachable()
    {
        Far far(std::make_unique<QTcpServer>());
        const QString url = urlOf(far);
        far.server->close();
        NetworkStreams streams;
        Listener listener;
        const auto stream = open(streams, url, listener);
        QCOMPARE(listener.ends, 0); // never from inside the call
        QTRY_COMPARE(listener.ends, 1);
        QVERIFY(!listener.failure.isEmpty());
        QCOMPARE(listener.answers, 0);
    }

    void droppedFromWithinAReport()
    {
        Far far(std::make_unique<QTcpServer>());
        NetworkStreams streams;
        Listener listener;
        auto stream = open(streams, urlOf(far), listener);
        listener.onData = [&] { stream.reset(); };
        QTRY_VERIFY(far.request.endsWith("\r\n\r\n"));
        far.socket->write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        QTRY_VERIFY(far.gone());
        QCOMPARE(listener.data, QByteArray("abc"));
        QCOMPARE(listener.ends, 0);
    }

    void droppedBeforeItConnects()
    {
        Far far(std::make_unique<QTcpServer>());
        Listener listener;
        {
            NetworkStreams streams;
            auto dropped = open(streams, urlOf(far), listener);
            dropped.reset();
            const auto kept = open(streams, urlOf(far), listener);
            QTRY_COMPARE(far.connections, 1);
            QCOMPARE(listener.answers + listener.ends, 0);
        }
        QTRY_VERIFY(far.gone());
        QCOMPARE(listener.ends, 0);
    }

    void manyAtOnce()
    {
        Far far(std::make_unique<QTcpServer>());
        NetworkStreams streams;
        Listener listener;
        std::vector<std::unique_ptr<EventStream>> all;
        for (int i = 0; i < 40; ++i)
            all.push_back(open(streams, urlOf(far), listener));
        QTRY_COMPARE(far.connections, 40);
    }

    void encrypted()
    {
        QFile certificateFile(QStringLiteral(DORMOUSE_TEST_DATA "/tls/localhost.crt"));
        QFile keyFile(QStringLiteral(DORMOUSE_TEST_DATA "/tls/localhost.key"));
        QVERIFY(certificateFile.open(QIODevice::ReadOnly) && keyFile.open(QIODevice::ReadOnly));
        const QSslCertificate certificate(&certificateFile);
        QSslConfiguration own = QSslConfiguration::defaultConfiguration();
        own.setLocalCertificate(certificate);
        own.setPrivateKey(QSslKey(&keyFile, QSsl::Rsa));
        auto server = std::make_unique<QSslServer>();
        server->setSslConfiguration(own);
        Far far(std::move(server));

        NetworkStreams streams;
        Listener stranger;
        const auto refused = open(streams, urlOf(far, QStringLiteral("https")), stranger);
        QTRY_COMPARE(stranger.ends, 1);
        QVERIFY(!stranger.failure.isEmpty()); // nobody has vouched for this certificate
        QVERIFY(far.request.isEmpty());

        QSslConfiguration trusting = QSslConfiguration::defaultConfiguration();
        trusting.setCaCertificates({certificate});
        streams.setSslConfiguration(trusting);
        Listener listener;
        const auto stream = open(streams, urlOf(far, QStringLiteral("https")), listener);
        QTRY_VERIFY(far.request.endsWith("\r\n\r\n"));
        far.socket->write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
        QTRY_COMPARE(listener.data, QByteArray("data: 1\n\n"));
        far.socket->disconnectFromHost();
        QTRY_COMPARE(listener.ends, 1);
    }
};

QTEST_GUILESS_MAIN(TestNetworkStream)
#include "tst_networkstream.moc"
