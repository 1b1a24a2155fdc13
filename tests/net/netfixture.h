// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/clientchannel.h"
#include "engine/net/epolldispatcher.h"
#include "engine/net/httpserver.h"
#include "engine/net/websocketcodec.h"

#include <QPointer>
#include <QTcpSocket>
#include <QTest>

#include <deque>
#include <optional>

namespace dormouse::test {

/// A clock that stands until it is moved; run() also advances the wheel.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(TimerWheel &wheel) : m_wheel(wheel) {}
    qint64 wallMs() const override { return 1'700'000'000'000 + m_nowMs; }
    qint64 monoMs() const override { return m_nowMs; }
    qint64 monoUs() const override { return m_nowMs * 1000 + m_spentUs; }
    /// Time that work takes; the wheel does not see it.
    void spend(qint64 us) { m_spentUs += us; }
    void run(qint64 deltaMs)
    {
        m_nowMs += deltaMs;
        m_wheel.advance(m_nowMs);
    }

private:
    TimerWheel &m_wheel;
    qint64 m_nowMs = 1000;
    qint64 m_spentUs = 0;
};

struct Received
{
    QByteArray payload;
    bool binary = false;
};

class Recorder final : public ChannelListener
{
public:
    void channelOpened(Channel &) override { ++opened; }
    void channelMessage(Channel &channel, const QByteArray &payload, bool binary) override
    {
        if (insideCall)
            ++reentered;
        messages.push_back({payload, binary});
        if (onMessage)
            onMessage(channel, payload, binary);
    }
    void channelPing(Channel &, const QByteArray &payload) override { pings.push_back(payload); }
    void channelPong(Channel &, const QByteArray &payload) override { pongs.push_back(payload); }
    void channelClosed(Channel &, const ChannelClose &how) override
    {
        if (insideCall)
            ++reentered;
        ++closed;
        close = how;
    }
    void channelDrained(Channel &) override
    {
        if (insideCall)
            ++reentered;
        ++drained;
    }

    std::function<void(Channel &, const QByteArray &, bool)> onMessage;
    std::deque<Received> messages;
    std::vector<QByteArray> pings;
    std::vector<QByteArray> pongs;
    ChannelClose close;
    int opened = 0;
    int closed = 0;
    int drained = 0;
    int reentered = 0; ///< callbacks made while insideCall is set
    bool insideCall = false;
};

class Handler final : public HttpHandler
{
public:
    void handleRequest(std::shared_ptr<HttpExchange> exchange) override
    {
        if (onRequest)
            onRequest(exchange);
        else
            exchanges.push_back(std::move(exchange));
    }
    void handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade) override
    {
        if (holdUpgrades) {
            upgrades.push_back(std::move(upgrade));
            return;
        }
        channel = upgrade->accept(protocol, {{"x-ray", "r1"}});
        if (channel)
            channel->setListener(&recorder);
    }
    qint64 maxBodyBytes(const HttpHead &) override { return maxBody; }
    bool wantsBody(const HttpHead &) override
    {
        ++announced;
        return wants;
    }
    BodyMode bodyMode(const HttpHead &) override
    {
        ++modesAsked;
        return mode;
    }
    std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *, int status, const QByteArray &reason) override
    {
        return {{{"content-type", "text/plain"}}, QByteArray::number(status) + ' ' + reason};
    }

    std::function<void(const std::shared_ptr<HttpExchange> &)> onRequest;
    std::deque<std::shared_ptr<HttpExchange>> exchanges;
    std::deque<std::unique_ptr<UpgradeRequest>> upgrades;
    Recorder recorder;
    std::unique_ptr<Channel> channel;
    QByteArray protocol;
    qint64 maxBody = 1000;
    bool holdUpgrades = false;
    bool wants = true;
    int announced = 0; ///< bodies that were to come
    BodyMode mode = BodyMode::Collect;
    int modesAsked = 0;
};

/// Plain TCP client that keeps everything it receives.
class RawClient
{
public:
    explicit RawClient(quint16 port)
    {
        QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [this] {
            if (reading)
                received += socket.readAll();
        });
        socket.connectToHost(QStringLiteral("127.0.0.1"), port);
        if (!socket.waitForConnected(5000))
            qFatal("cannot connect");
    }
    void send(const QByteArray &bytes)
    {
        socket.write(bytes);
        socket.flush();
    }
    bool ended() const { return socket.state() == QAbstractSocket::UnconnectedState; }

    static QByteArray upgradeHead(const QByteArray &extra = {})
    {
        return "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + extra + "\r\n";
    }
    /// Frames received after the head of the answer.
    std::vector<WebSocketCodec::Event> frames() const
    {
        std::vector<WebSocketCodec::Event> events;
        const qsizetype end = received.indexOf("\r\n\r\n");
        if (end < 0)
            return events;
        WebSocketCodec codec(WebSocketCodec::Role::Client);
        QByteArrayView rest = QByteArrayView(received).sliced(end + 4);
        while (auto event = codec.next(rest))
            events.push_back(*event);
        return events;
    }
    static QByteArray frame(WebSocketCodec::Opcode opcode, const QByteArray &payload)
    {
        QByteArray out;
        WebSocketCodec(WebSocketCodec::Role::Client).appendFrame(out, opcode, payload, 0x01020304);
        return out;
    }
    static QByteArray closeFrame(std::optional<quint16> code, const QByteArray &reason = {})
    {
        QByteArray out;
        WebSocketCodec(WebSocketCodec::Role::Client).appendClose(out, code, reason, 0x01020304);
        return out;
    }

    QTcpSocket socket;
    QByteArray received;
    bool reading = true;
};

/// Members in the order in which they may be destroyed.
struct Bed
{
    explicit Bed(const HttpServerOptions &options = {}) : clock(wheel), server(handler, clock, wheel, options)
    {
        const Status status = server.listen(QStringLiteral("127.0.0.1"), 0);
        if (!status)
            qFatal("%s", qPrintable(status.error().message));
    }
    QUrl url() const { return QUrl(QStringLiteral("ws://127.0.0.1:%1/ws?x=%20y").arg(server.serverPort())); }

    TimerWheel wheel{1000};
    ManualClock clock;
    Handler handler;
    HttpServer server;
};

} // namespace dormouse::test

// Each network test is built twice: on Qt's event dispatcher, as in a program of somebody else, and on the engine's.
#ifdef DORMOUSE_TEST_EPOLL
#define DORMOUSE_NET_TEST_DISPATCHER QCoreApplication::setEventDispatcher(new dormouse::EpollDispatcher)
#else
#define DORMOUSE_NET_TEST_DISPATCHER static_cast<void>(0)
#endif
#define DORMOUSE_NET_TEST_MAIN(TestClass) \
    int main(int argc, char **argv) \
    { \
        DORMOUSE_NET_TEST_DISPATCHER; \
        QCoreApplication application(argc, argv); \
        TestClass test; \
        return QTest::qExec(&test, argc, argv); \
    }
