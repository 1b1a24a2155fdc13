// SPDX-License-Identifier: Apache-2.0
// Bodies in pieces through a whole engine with real sockets, to a runner of the C++ library.
#include "engine/base/random.h"
#include "engine/core/core.h"
#include "engine/embedded/publisher.h"
#include "engine/host/enginehost.h"
#include "engine/net/timerdriver.h"
#include "engine/runner/runner.h"
#include "engine/runner/websocketchannels.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

#include <atomic>

using namespace dormouse;

namespace {

constexpr qint64 kMiB = 1024 * 1024;
constexpr qsizetype kBodyBytes = 12 * kMiB;

QByteArray sha(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

/// What the system may take of one connection before it is sent.
qint64 largestSendBuffer()
{
    QFile file(QStringLiteral("/proc/sys/net/ipv4/tcp_wmem"));
    const QByteArrayList numbers = file.open(QIODevice::ReadOnly) ? file.readAll().simplified().split(' ') : QByteArrayList();
    return numbers.isEmpty() ? 4 * kMiB : numbers.last().toLongLong();
}

/// What the actors have seen.
struct Seen
{
    int pieces = 0;
    int whole = 0;
    int lost = 0;
    qsizetype largest = 0;
    bool collects = false; ///< requests are taken whole
};

/// POST /sum: the hash of the body. POST /echo: the body. POST /refuse: 403 to the first piece.
class BodyActor final : public ActorHandler
{
public:
    explicit BodyActor(Seen &seen) : m_seen(seen) {}
    void httpRequest(ActorContext &, const ActorHttpRequest &request, std::shared_ptr<HttpResponder> responder) override
    {
        ++m_seen.whole;
        responder->respond(200, {}, sha(request.body));
    }
    std::shared_ptr<HttpBodyReader> httpStream(ActorContext &, const ActorHttpRequest &request,
                                               const std::shared_ptr<HttpResponder> &responder) override
    {
        if (m_seen.collects)
            return nullptr;
        struct Reader final : HttpBodyReader
        {
            Reader(Seen &to, QByteArray path, std::shared_ptr<HttpResponder> answerTo)
                : seen(to), target(std::move(path)), responder(std::move(answerTo))
            {}
            void bodyPiece(const QByteArray &data, bool last) override
            {
                ++seen.pieces;
                seen.largest = std::max(seen.largest, data.size());
                if (target == "/refuse") {
                    responder->respond(403, {}, "no");
                } else if (target == "/echo") {
                    responder->write(data);
                    if (last)
                        responder->finish();
                } else {
                    hash.addData(data);
                    if (last)
                        responder->respond(200, {}, hash.result().toHex());
                }
            }
            void bodyLost() override { ++seen.lost; }
            Seen &seen;
            const QByteArray target;
            const std::shared_ptr<HttpResponder> responder;
            QCryptographicHash hash{QCryptographicHash::Sha256};
        };
        if (request.path == "/echo")
            responder->begin(200, {});
        return std::make_shared<Reader>(m_seen, request.path, responder);
    }

private:
    Seen &m_seen;
};

/// Stands between the runner and the engine, and can stop taking what the engine sends.
class Proxy
{
public:
    explicit Proxy(const QUrl &engine)
    {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this, engine] {
            m_runner = m_server.nextPendingConnection();
            m_engine.setReadBufferSize(64 * 1024);
            QObject::connect(m_runner, &QTcpSocket::readyRead, &m_engine, [this] { m_engine.write(m_runner->readAll()); });
            QObject::connect(&m_engine, &QTcpSocket::readyRead, m_runner, [this] { pass(); });
            QObject::connect(m_runner, &QTcpSocket::disconnected, &m_engine, [this] { m_engine.abort(); });
            m_engine.connectToHost(engine.host(), quint16(engine.port()));
            m_engine.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 64 * 1024);
        });
    }
    QUrl url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort())); }
    void setPassing(bool on)
    {
        m_passing = on;
        pass();
    }

private:
    void pass()
    {
        if (m_passing)
            m_runner->write(m_engine.readAll());
    }
    QTcpServer m_server;
    QTcpSocket *m_runner = nullptr; ///< of the one connection; the server's
    QTcpSocket m_engine;
    bool m_passing = true;
};

/// A client of one request at a time.
class Client
{
public:
    explicit Client(const QString &engineUrl)
    {
        QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [this] { received += socket.readAll(); });
        socket.connectToHost(QUrl(engineUrl).host(), quint16(QUrl(engineUrl).port()));
        if (!socket.waitForConnected(5'000))
            qFatal("cannot connect");
        socket.setSocketOption(QAbstractSocket::SendBufferSizeSocketOption, 64 * 1024);
    }
    void begin(const QByteArray &method, const QByteArray &path, const QByteArray &headers)
    {
        received.clear();
        socket.write(method + ' ' + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
    }
    void chunk(const QByteArray &data) { socket.write(QByteArray::number(data.size(), 16) + "\r\n" + data + "\r\n"); }
    int status() const { return received.mid(9, 3).toInt(); }
    QByteArray answer() const { return received.mid(received.indexOf("\r\n\r\n") + 4); }
    bool ended() const { return socket.state() == QAbstractSocket::UnconnectedState; }

    QTcpSocket socket;
    QByteArray received;
};

} // namespace

class TestRequestStreaming : public QObject
{
    Q_OBJECT

    EngineHost m_engine;
    SystemClock m_clock;
    TimerWheel m_timers{m_clock.monoMs()};
    TimerDriver m_driver{m_clock, m_timers};
    Random m_random = Random::fromSystem();
    std::unique_ptr<Proxy> m_proxy;
    std::unique_ptr<Runner> m_runner;
    Seen m_seen;
    QByteArray m_actor; ///< its path
    QByteArray m_body;

    /// What waits on the link of the runner, as the engine's thread sees it.
    qint64 linkBytes()
    {
        std::atomic<qint64> bytes = -1;
        m_engine.post([&bytes, id = m_runner->runnerId()](Core &core, Publisher &) {
            bytes = core.scheduler().linkBytesQueued(id);
        });
        while (bytes < 0)
            QThread::yieldCurrentThread();
        return bytes;
    }

    /// What the engine has taken of the one request that is under way.
    qint64 takenBytes()
    {
        std::atomic<qint64> bytes = -1;
        m_engine.post([&bytes](Core &core, Publisher &) {
            qint64 sum = 0;
            for (const QString &id : core.gateway().connectionIds())
                sum += qint64(core.gateway().describeConnection(id)->bytesIn.value_or(0));
            bytes = sum;
        });
        while (bytes < 0)
            QThread::yieldCurrentThread();
        return bytes;
    }

    QByteArray begin(Client &client, const QByteArray &path)
    {
        client.begin("POST", m_actor + path, "Transfer-Encoding: chunked\r\n");
        return m_body;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_body.resize(kBodyBytes);
        for (qsizetype i = 0; i < m_body.size(); ++i)
            m_body[i] = char(i * 7 + (i >> 11));
        EngineOptions options;
        options.port = 0;
        options.config.httpRequestStreaming = true;
        QVERIFY(m_engine.start(options).ok());
        RunnerOptions runner;
        runner.name = QStringLiteral("p");
        runner.key = QStringLiteral("one");
        runner.actorNames = {QStringLiteral("a")};
        m_proxy = std::make_unique<Proxy>(QUrl(m_engine.url()));
        m_runner = std::make_unique<Runner>(
            runner, webSocketChannels(m_proxy->url(), runner),
            [this](const QString &) { return std::make_unique<BodyActor>(m_seen); }, m_clock, m_timers, m_random);
        m_runner->start();
        QTRY_VERIFY(m_runner->isConnected());
        Client client(m_engine.url());
        const QByteArray body = R"({"name":"a","key":"k","runner_name_selector":"p","crash_policy":"sleep"})";
        client.begin("PUT", "/actors?namespace=default",
                     "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n");
        client.socket.write(body);
        QTRY_VERIFY(client.answer().endsWith('}'));
        const QJsonObject made = QJsonDocument::fromJson(client.answer()).object();
        const QString id = made.value(QLatin1String("actor")).toObject().value(QLatin1String("actor_id")).toString();
        QVERIFY(!id.isEmpty());
        m_actor = "/gateway/" + id.toLatin1();
        client.begin("GET", m_actor + "/warm", {});
        QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, 20'000);
    }
    void cleanupTestCase()
    {
        m_runner.reset();
        m_engine.stop();
    }
    void init()
    {
        m_seen = {};
        m_proxy->setPassing(true);
    }

    void uploadInChunks_data()
    {
        QTest::addColumn<bool>("collects");
        QTest::newRow("in pieces") << false;
        QTest::newRow("whole at the actor") << true;
    }
    void uploadInChunks()
    {
        QFETCH(bool, collects);
        m_seen.collects = collects;
        Client client(m_engine.url());
        begin(client, "/sum");
        qsizetype at = 0;
        for (qsizetype size = 1; at < m_body.size(); size = size * 3 % 200'003 + 1) {
            client.chunk(m_body.mid(at, size));
            at += size;
        }
        client.socket.write("0\r\nX-Trailer: 1\r\n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, 30'000);
        QTRY_COMPARE(client.answer(), sha(m_body));
        QCOMPARE(m_seen.whole, collects ? 1 : 0);
        if (!collects) {
            QVERIFY(m_seen.pieces >= kBodyBytes / (64 * 1024));
            QVERIFY(m_seen.largest <= 64 * 1024);
        }
        // The connection goes on.
        client.begin("GET", m_actor + "/next", {});
        QTRY_COMPARE(client.status(), 200);
        QVERIFY(!client.ended());
    }

    void bothWays()
    {
        Client client(m_engine.url());
        begin(client, "/echo");
        client.chunk("first");
        QTRY_VERIFY(client.received.contains("5\r\nfirst\r\n")); // while the body is open
        client.chunk("second");
        QTRY_VERIFY(client.received.contains("6\r\nsecond\r\n"));
        client.socket.write("0\r\n\r\n");
        QTRY_VERIFY(client.received.endsWith("0\r\n\r\n"));
    }

    void slowRunnerHoldsTheClientBack()
    {
        Client client(m_engine.url());
        begin(client, "/sum");
        client.chunk("x");
        QTRY_COMPARE(m_seen.pieces, 1);
        m_proxy->setPassing(false);
        client.chunk(m_body);
        client.chunk(m_body.first(7 * kMiB));
        client.socket.write("0\r\n\r\n");
        // Until nothing moves any more.
        qint64 taken = -1;
        int still = 0;
        qint64 most = 0;
        const auto moves = [&] {
            most = std::max(most, linkBytes());
            const qint64 now = takenBytes();
            still = std::exchange(taken, now) == now && now > kMiB ? still + 1 : 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT((moves(), still) >= 5, 20'000);
        // What the engine has not taken waits with the client or in the buffers of the system between them.
        QVERIFY(most > 256 * 1024);
        QVERIFY2(most <= kMiB + 2 * 64 * 1024 + 64, qPrintable(QString::number(most)));
        QVERIFY2(taken <= largestSendBuffer() + 3 * kMiB, qPrintable(QString::number(taken)));
        const int before = m_seen.pieces;
        m_proxy->setPassing(true);
        QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, 30'000);
        QVERIFY(m_seen.pieces > before);
        QTRY_COMPARE(client.answer(), sha("x" + m_body + m_body.first(7 * kMiB)));
    }

    void answerBeforeTheEnd()
    {
        Client client(m_engine.url());
        begin(client, "/refuse");
        client.chunk("first");
        QTRY_COMPARE(client.status(), 403);
        QVERIFY(client.received.contains("connection: close"));
        QTRY_VERIFY(client.ended());
        QCOMPARE(client.answer(), QByteArray("no"));
        QTRY_COMPARE(m_runner->requestCount(), 0);
        QCOMPARE(m_seen.pieces, 1);
    }

    void clientLeavesAndLimit()
    {
        {
            Client client(m_engine.url());
            begin(client, "/sum");
            client.chunk("first");
            QTRY_COMPARE(m_seen.pieces, 1);
        }
        QTRY_COMPARE(m_seen.lost, 1);
        QCOMPARE(m_runner->requestCount(), 0);
        // 20 MiB are the limit.
        Client client(m_engine.url());
        begin(client, "/sum");
        client.chunk(m_body);
        QTRY_VERIFY(m_seen.pieces > 1);
        client.chunk(m_body);
        QTRY_COMPARE_WITH_TIMEOUT(client.status(), 413, 20'000);
        QVERIFY(client.received.contains("x-rivet-error: guard.invalid_request_body\r\n"));
        QTRY_COMPARE(m_seen.lost, 2);
        QCOMPARE(m_runner->requestCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestRequestStreaming)
#include "tst_requeststreaming.moc"
