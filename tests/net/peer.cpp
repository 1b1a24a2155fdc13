// SPDX-License-Identifier: Apache-2.0
// The two ends of a WebSocket as programs, for comparisons with other implementations (tests/conformance/wsdiff.mjs).
//   net_peer serve [CERTIFICATE KEY]   an echo on the engine's own server; prints the port it listens on
//   net_peer client URL                one script of actions over QWebSocket; prints what it saw, one line each
// The echo obeys a few texts: "close CODE REASON", "close" (without a code), "abort", "ping TEXT".
#include "engine/net/clientchannel.h"
#include "engine/net/epolldispatcher.h"
#include "engine/net/httpserver.h"
#include "engine/net/timerdriver.h"
#include "engine/net/tlstransport.h"

#include <QCoreApplication>
#include <QTimer>
#include <QWebSocket>

#include <cstdio>
#include <unordered_map>

using namespace dormouse;

namespace {

constexpr qint64 kMaxMessageBytes = 1024 * 1024;

class Echo final : public HttpHandler, public ChannelListener
{
public:
    void handleRequest(std::shared_ptr<HttpExchange> exchange) override
    {
        exchange->respond(426, {{"content-type", "text/plain"}}, "a WebSocket is wanted\n");
    }
    void handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade) override
    {
        const std::vector<QByteArray> offered = upgrade->head().offeredProtocols();
        std::unique_ptr<Channel> channel = upgrade->accept(offered.empty() ? QByteArray() : offered.front(), {});
        if (!channel)
            return;
        channel->setListener(this);
        Channel *key = channel.get();
        m_channels.emplace(key, std::move(channel));
    }
    qint64 maxBodyBytes(const HttpHead &) override { return 1024; }
    std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *, int, const QByteArray &reason) override
    {
        return {{{"content-type", "text/plain"}}, reason + '\n'};
    }

    void channelMessage(Channel &channel, const QByteArray &payload, bool binary) override
    {
        if (!binary && payload == "close")
            channel.close(std::nullopt);
        else if (!binary && payload.startsWith("close "))
            channel.close(quint16(payload.mid(6, 4).toUInt()), payload.mid(11));
        else if (!binary && payload == "abort")
            channel.abort();
        else if (!binary && payload.startsWith("ping "))
            channel.ping(payload.mid(5));
        else
            channel.send(payload, binary);
    }
    void channelClosed(Channel &channel, const ChannelClose &) override
    {
        QMetaObject::invokeMethod(qApp, [this, gone = &channel] { m_channels.erase(gone); }, Qt::QueuedConnection);
    }

private:
    std::unordered_map<Channel *, std::unique_ptr<Channel>> m_channels;
};

int serve(const QStringList &files)
{
    SystemClock clock;
    TimerWheel wheel(clock.monoMs());
    TimerDriver driver(clock, wheel);
    HttpServerOptions options;
    options.webSocket.maxMessageBytes = kMaxMessageBytes;
    if (files.size() == 2) {
        const Result<QSslConfiguration> tls = TlsTransport::load(files[0], files[1]);
        if (!tls) {
            std::fprintf(stderr, "%s\n", qPrintable(tls.error().message));
            return 1;
        }
        options.tls = *tls;
    }
    Echo echo;
    HttpServer server(echo, clock, wheel, options);
    if (const Status status = server.listen(QStringLiteral("127.0.0.1"), 0); !status) {
        std::fprintf(stderr, "%s\n", qPrintable(status.error().message));
        return 1;
    }
    std::printf("%d\n", server.serverPort());
    std::fflush(stdout);
    return QCoreApplication::exec();
}

/// Runs its steps one after the other; each ends with something the server did.
class Script final : public QObject
{
public:
    explicit Script(const QUrl &url) : m_url(url)
    {
        m_steps = {
            [this] { m_socket->sendTextMessage(QStringLiteral("gr\u00fc\u00df")); },
            [this] { m_socket->sendTextMessage(QString()); },
            [this] { m_socket->sendBinaryMessage(QByteArray()); },
            [this] { m_socket->sendBinaryMessage(QByteArray("\0\xff\x80", 3)); },
            [this] { m_socket->sendBinaryMessage(QByteArray(125, 'a')); },
            [this] { m_socket->sendBinaryMessage(QByteArray(126, 'b')); },
            [this] { m_socket->sendTextMessage(QString(65'535, u'c')); },
            [this] { m_socket->sendBinaryMessage(QByteArray(65'536, 'd')); },
            [this] { m_socket->sendBinaryMessage(QByteArray(kMaxMessageBytes, 'e')); },
            [this] { m_socket->ping("are you there"); },
            [this] { m_socket->ping(); },
            [this] { m_socket->sendTextMessage(QStringLiteral("ping from the server")); m_socket->sendTextMessage(QStringLiteral("after it")); },
            [this] { m_socket->close(QWebSocketProtocol::CloseCodeNormal, QStringLiteral("done")); },
            [this] { open(); },
            [this] { m_socket->close(QWebSocketProtocol::CloseCode(4321)); },
            [this] { open(); },
            [this] { m_socket->sendTextMessage(QStringLiteral("close 4001 go \u00e4way")); },
            [this] { open(); },
            [this] { m_socket->sendTextMessage(QStringLiteral("close 1011 ")); },
            [this] { open(); },
            [this] { m_socket->sendTextMessage(QStringLiteral("abort")); },
            [this] { open(); },
            [this] { m_socket->sendBinaryMessage(QByteArray(kMaxMessageBytes + 1, 'f')); },
        };
        open();
    }

private:
    void open()
    {
        if (m_socket)
            m_socket->deleteLater();
        m_socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, this);
        QObject::connect(m_socket, &QWebSocket::connected, this, [this] { say("open"); });
        QObject::connect(m_socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) { payload("text ", text.toUtf8()); });
        QObject::connect(m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &bytes) { payload("binary ", bytes); });
        QObject::connect(m_socket, &QWebSocket::pong, this, [this](quint64, const QByteArray &bytes) { payload("pong ", bytes); });
        QObject::connect(m_socket, &QWebSocket::disconnected, this, [this, socket = m_socket] {
            say("closed " + QByteArray::number(int(socket->closeCode())));
        }, Qt::QueuedConnection);
        m_socket->open(m_url);
    }
    void payload(const char *kind, const QByteArray &bytes)
    {
        say(kind + QByteArray::number(bytes.size()) + ' ' + bytes.left(20).toHex());
    }
    void say(const QByteArray &line)
    {
        std::puts(line.constData());
        // Not from inside the socket's signal: the next step may replace it.
        QMetaObject::invokeMethod(this, [this] { next(); }, Qt::QueuedConnection);
    }
    void next()
    {
        if (m_at == m_steps.size())
            QCoreApplication::quit();
        else
            m_steps[m_at++]();
    }

    const QUrl m_url;
    std::vector<std::function<void()>> m_steps;
    std::size_t m_at = 0;
    QWebSocket *m_socket = nullptr;
};

} // namespace

int main(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    const QString mode = arguments.value(0);
    if (mode == u"serve")
        QCoreApplication::setEventDispatcher(new EpollDispatcher);
    QCoreApplication application(argc, argv);
    if (mode == u"serve")
        return serve(arguments.mid(1));
    if (mode == u"client" && arguments.size() == 2) {
        const Script script{QUrl(arguments[1])};
        return QCoreApplication::exec();
    }
    std::fprintf(stderr, "usage: net_peer serve [CERTIFICATE KEY] | net_peer client URL\n");
    return 2;
}
