// SPDX-License-Identifier: Apache-2.0
// What one turn of the event loop may do: no connection keeps it for itself, and output leaves once at its end.
#include "tests/net/netfixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace dormouse;
using namespace dormouse::test;

namespace {

constexpr int kMessagesPerTurn = 256; ///< of one connection
constexpr int kRequestsPerTurn = 32;

/// A client outside of the event loop: what it has sent lies ready before the loop turns.
class PlainClient
{
public:
    explicit PlainClient(quint16 port) : m_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            qFatal("cannot connect");
    }
    ~PlainClient() { end(); }
    Q_DISABLE_COPY_MOVE(PlainClient)

    void send(const QByteArray &bytes) const
    {
        if (::send(m_descriptor, bytes.constData(), std::size_t(bytes.size()), MSG_NOSIGNAL) != bytes.size())
            qFatal("cannot send");
    }
    QByteArray received()
    {
        std::array<char, 65'536> buffer;
        for (ssize_t got = 0; (got = ::recv(m_descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;)
            m_received.append(buffer.data(), got);
        return m_received;
    }
    void end()
    {
        if (m_descriptor >= 0)
            ::close(std::exchange(m_descriptor, -1));
    }

private:
    int m_descriptor;
    QByteArray m_received;
};

QByteArray numbered(int from, int to)
{
    QByteArray frames;
    for (int i = from; i < to; ++i)
        frames += RawClient::frame(WebSocketCodec::Opcode::Text, QByteArray::number(i));
    return frames;
}

/// Many WebSockets on one server, and who got a message when.
class ManyHandler final : public HttpHandler, public ChannelListener
{
public:
    void handleRequest(std::shared_ptr<HttpExchange> exchange) override
    {
        order.push_back(exchange->head().path());
        if (onRequest)
            onRequest();
        exchange->respond(200, {}, exchange->head().path());
    }
    void handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade) override
    {
        auto channel = upgrade->accept({}, {});
        channel->setListener(this);
        names[channel.get()] = upgrade->head().path();
        channels.push_back(std::move(channel));
    }
    qint64 maxBodyBytes(const HttpHead &) override { return 1000; }
    std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *, int, const QByteArray &reason) override { return {{}, reason}; }

    void channelMessage(Channel &channel, const QByteArray &payload, bool) override
    {
        order.push_back(names.at(&channel));
        payloads[names.at(&channel)].push_back(payload);
        if (onMessage)
            onMessage(channel);
    }
    void channelClosed(Channel &channel, const ChannelClose &) override { order.push_back("end of " + names.at(&channel)); }

    std::vector<std::unique_ptr<Channel>> channels;
    std::map<Channel *, QByteArray> names;
    std::map<QByteArray, QByteArrayList> payloads;
    std::vector<QByteArray> order;
    std::function<void(Channel &)> onMessage;
    std::function<void()> onRequest;
};

struct BudgetBed
{
    explicit BudgetBed(bool timed = false) : clock(wheel), turns(clock, limits()), server(handler, clock, wheel, options(timed))
    {
        turns.attach(&metrics, [this](const TurnReport &turn) { reports.push_back(turn); });
        if (auto *dispatcher = qobject_cast<EpollDispatcher *>(QAbstractEventDispatcher::instance()); dispatcher && timed)
            dispatcher->setTurnWatch(&turns);
        if (!server.listen(QStringLiteral("127.0.0.1"), 0))
            qFatal("cannot listen");
    }
    ~BudgetBed()
    {
        if (auto *dispatcher = qobject_cast<EpollDispatcher *>(QAbstractEventDispatcher::instance()))
            dispatcher->setTurnWatch(nullptr);
    }
    Q_DISABLE_COPY_MOVE(BudgetBed)

    static TurnWatch::Limits limits() { return {}; }
    HttpServerOptions options(bool timed)
    {
        HttpServerOptions result;
        result.metrics = &metrics;
        result.turns = timed ? &turns : nullptr;
        return result;
    }
    std::unique_ptr<PlainClient> socket(const QByteArray &path)
    {
        auto client = std::make_unique<PlainClient>(server.serverPort());
        const std::size_t before = handler.channels.size();
        client->send(RawClient::upgradeHead().replace("/ws", path));
        if (!QTest::qWaitFor([&] { return handler.channels.size() > before && client->received().contains("\r\n\r\n"); }))
            qFatal("no upgrade");
        return client;
    }
    qint64 writes() const { return qint64(metrics.value("guard_tcp_write_total").value_or(0)); }
    /// Entries of that name before the first of the other.
    qint64 before(const QByteArray &name, const QByteArray &other) const
    {
        const auto end = std::find(handler.order.begin(), handler.order.end(), other);
        return std::count(handler.order.begin(), end, name);
    }

    TimerWheel wheel{1000};
    ManualClock clock;
    Metrics metrics;
    TurnWatch turns;
    std::vector<TurnReport> reports;
    ManyHandler handler;
    HttpServer server;
};

} // namespace

class TestTurnBudget : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tenThousandFramesStarveNobody()
    {
        BudgetBed bed;
        const auto flood = bed.socket("/flood");
        const auto quiet = bed.socket("/quiet");
        flood->send(numbered(0, 10'000));
        quiet->send(numbered(0, 1));
        QTRY_COMPARE(bed.handler.payloads["/flood"].size(), 10'000);
        QCOMPARE(bed.handler.payloads["/quiet"].size(), 1);
        const qint64 first = bed.before("/flood", "/quiet");
        QVERIFY2(first <= kMessagesPerTurn, qPrintable(QString::number(first)));
        for (int i = 0; i < 10'000; ++i)
            QCOMPARE(bed.handler.payloads["/flood"][i], QByteArray::number(i));
    }

    void answersLeaveBetweenTheTurns()
    {
        // An echo of ten thousand must not wait for the last of them.
        BudgetBed bed;
        const auto flood = bed.socket("/flood");
        const qint64 before = bed.writes();
        bed.handler.onMessage = [](Channel &channel) { channel.send("echo", false); };
        flood->send(numbered(0, 10'000));
        QTRY_COMPARE(bed.handler.payloads["/flood"].size(), 10'000);
        QTRY_VERIFY(flood->received().size() >= 10'000 * 6);
        const qint64 writes = bed.writes() - before;
        QVERIFY2(writes >= 10'000 / kMessagesPerTurn, qPrintable(QString::number(writes)));
        QVERIFY2(writes <= 4 * 10'000 / kMessagesPerTurn, qPrintable(QString::number(writes)));
    }

    void pipelinedRequestsStarveNobody()
    {
        BudgetBed bed;
        PlainClient flood(bed.server.serverPort());
        PlainClient quiet(bed.server.serverPort());
        QTRY_COMPARE(bed.server.connectionCount(), 2);
        QByteArray requests;
        for (int i = 0; i < 500; ++i)
            requests += "GET /flood HTTP/1.1\r\nHost: h\r\n\r\n";
        flood.send(requests);
        quiet.send("GET /quiet HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(bed.handler.order.size(), 501U);
        const qint64 first = bed.before("/flood", "/quiet");
        QVERIFY2(first <= kRequestsPerTurn, qPrintable(QString::number(first)));
        QTRY_COMPARE(flood.received().count("HTTP/1.1 200"), 500);
    }

    void lostConnectionKeepsItsMessages()
    {
        BudgetBed bed;
        const auto flood = bed.socket("/flood");
        flood->send(numbered(0, 3'000));
        flood->end();
        QTRY_COMPARE(bed.handler.order.size(), 3'001U);
        QCOMPARE(bed.handler.order.back(), QByteArray("end of /flood"));
        QCOMPARE(bed.handler.payloads["/flood"].back(), QByteArray("2999"));
        QTRY_COMPARE(bed.server.connectionCount(), 0);
    }

    void channelDestroyedInTheMiddleOfItsTurn()
    {
        BudgetBed bed;
        const auto flood = bed.socket("/flood");
        int messages = 0;
        bed.handler.onMessage = [&](Channel &) {
            // Once in the first slice would be gone at once; here the rest of the input already waits for its turn.
            if (++messages == kMessagesPerTurn + 10)
                bed.handler.channels.clear();
        };
        flood->send(numbered(0, 2'000));
        QTRY_COMPARE(bed.server.connectionCount(), 0);
        QCOMPARE(messages, kMessagesPerTurn + 10);
    }

    void serverDestroyedWhileInputWaits()
    {
        auto bed = std::make_unique<BudgetBed>();
        const auto flood = bed->socket("/flood");
        flood->send(numbered(0, 2'000));
        QTRY_VERIFY(bed->handler.order.size() >= std::size_t(kMessagesPerTurn));
        bed.reset();
        QCoreApplication::processEvents();
    }

    void timeBoundsATurn()
    {
        // Each message takes 0.1 ms. Nobody may get far ahead, and no turn takes much longer than its budget.
        BudgetBed bed(true);
        constexpr int kClients = 12;
        constexpr int kEach = 400;
        std::vector<std::unique_ptr<PlainClient>> clients;
        for (int i = 0; i < kClients; ++i)
            clients.push_back(bed.socket("/" + QByteArray::number(i)));
        std::map<QByteArray, int> count;
        int widest = 0;
        bed.handler.onMessage = [&](Channel &channel) {
            bed.clock.spend(100);
            ++count[bed.handler.names.at(&channel)];
            int least = kEach;
            for (int i = 0; i < kClients; ++i)
                least = std::min(least, count["/" + QByteArray::number(i)]);
            widest = std::max(widest, count[bed.handler.names.at(&channel)] - least);
        };
        for (const auto &client : clients)
            client->send(numbered(0, kEach));
        QTRY_COMPARE(bed.handler.order.size(), std::size_t(kClients * kEach));
        QVERIFY2(widest <= 160, qPrintable(QString::number(widest))); // five slices of 32, while the others get their first
        QVERIFY(bed.reports.empty());
        QCOMPARE(bed.metrics.value("engine_long_turns_total"), 0.0);
    }

    void longTurnNamesItsRequest()
    {
        BudgetBed bed(true);
        bed.handler.onRequest = [&] { bed.clock.spend(60'000); };
        PlainClient client(bed.server.serverPort());
        client.send("GET /slow?token=secret HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_COMPARE(bed.reports.size(), 1U);
        QCOMPARE(bed.reports[0].longest, QByteArray("GET /slow"));
        QCOMPARE(bed.reports[0].longestUs, 60'000);
        QCOMPARE(bed.reports[0].parts.at(0).what, QByteArray("request"));
        QVERIFY(!bed.reports[0].text().contains("secret"));
    }

    void longTurnNamesItsSocket()
    {
        BudgetBed bed(true);
        const auto client = bed.socket("/busy?token=secret");
        bed.handler.onMessage = [&](Channel &) { bed.clock.spend(70'000); };
        client->send(numbered(0, 1));
        QTRY_COMPARE(bed.reports.size(), 1U);
        QCOMPARE(bed.reports[0].longest, QByteArray("WebSocket /busy of 127.0.0.1"));
    }

    void outputLeavesOncePerTurn()
    {
        // Forty clients with five messages each, all of them passed on to one socket and answered three times: what
        // came in one turn leaves in one call for each socket.
        BudgetBed bed;
        const auto sink = bed.socket("/sink");
        Channel *to = bed.handler.channels.back().get();
        std::vector<std::unique_ptr<PlainClient>> clients;
        for (int i = 0; i < 40; ++i)
            clients.push_back(bed.socket("/c" + QByteArray::number(i)));
        bed.handler.onMessage = [&](Channel &channel) {
            to->send("from one of many", false);
            for (int i = 0; i < 3; ++i)
                channel.send("answer", false);
        };
        bed.handler.order.clear();
        for (const auto &client : clients)
            client->send(numbered(0, 5));
        const qint64 before = bed.writes();
        QTRY_COMPARE(bed.handler.order.size(), 200U);
        for (const auto &client : clients)
            QTRY_COMPARE(client->received().count("answer"), 15);
        QTRY_COMPARE(sink->received().count("from one of many"), 200);
        QCOMPARE(bed.writes() - before, 41);
    }

    void flushIsBoundedToo()
    {
        // Two hundred sockets are written to at once, and each call takes a while: the turn ends in between.
        BudgetBed bed(true);
        std::vector<std::unique_ptr<PlainClient>> clients;
        for (int i = 0; i < 200; ++i)
            clients.push_back(bed.socket("/c" + QByteArray::number(i)));
        qint64 before = 0;
        qint64 inFirstTurn = -1;
        bed.handler.onMessage = [&](Channel &) {
            before = bed.writes();
            for (const auto &channel : bed.handler.channels)
                channel->send("to all", false);
            bed.clock.spend(5'000); // the budget is gone before the first call
            QMetaObject::invokeMethod(&bed.server, [&] { inFirstTurn = bed.writes() - before; }, Qt::QueuedConnection);
        };
        clients.front()->send(numbered(0, 1));
        for (const auto &client : clients)
            QTRY_COMPARE(client->received().count("to all"), 1);
        QCOMPARE(inFirstTurn, 32);
        QCOMPARE(bed.writes() - before, 200);
    }
};

DORMOUSE_NET_TEST_MAIN(TestTurnBudget)
#include "tst_turnbudget.moc"
