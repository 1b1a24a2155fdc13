// SPDX-License-Identifier: Apache-2.0
#include "engine/net/httpserver.h"

#include "engine/net/serverconnection.h"

#include <QDateTime>
#include <QHostAddress>
#include <QLocale>
#include <QLoggingCategory>
#include <QTcpServer>
#include <QTcpSocket>

namespace dormouse {

namespace {

Q_LOGGING_CATEGORY(logServer, "dormouse.net.server")

constexpr int kListenBacklog = 1024;
constexpr int kScratchBytes = 64 * 1024;
constexpr qint64 kAcceptPauseMs = 100; // after running out of descriptors

QString describeAddress(const QString &address, quint16 port)
{
    const bool brackets = address.contains(u':');
    return (brackets ? QString(u'[' + address + u']') : address) + u':' + QString::number(port);
}

} // namespace

/// Takes descriptors directly, so that Qt's pending list and its limit of 30 play no part.
class HttpServer::Listener final : public QTcpServer
{
public:
    explicit Listener(HttpServer &server) : m_server(server) {}

protected:
    void incomingConnection(qintptr descriptor) override { m_server.accepted(descriptor); }

private:
    HttpServer &m_server;
};

HttpServer::HttpServer(HttpHandler &handler, const Clock &clock, TimerWheel &wheel, const HttpServerOptions &options,
                       QObject *parent)
    : QObject(parent),
      m_handler(handler),
      m_clock(clock),
      m_wheel(wheel),
      m_options(options),
      m_listener(std::make_unique<Listener>(*this)),
      m_scratch(kScratchBytes, Qt::Uninitialized)
{
    m_listener->setListenBacklogSize(kListenBacklog);
    connect(m_listener.get(), &QTcpServer::acceptError, this, [this] { acceptFailed(); });
}

HttpServer::~HttpServer()
{
    m_wheel.cancel(m_resumeTimer);
    m_listener->close();
    const auto connections = std::exchange(m_connections, {});
    for (ServerConnection *connection : connections)
        delete connection;
}

Status HttpServer::listen(const QString &address, quint16 port)
{
    QHostAddress host;
    if (address == u"localhost")
        host = QHostAddress(QHostAddress::LocalHost);
    else if (address == u"*")
        host = QHostAddress(QHostAddress::Any);
    else if (!host.setAddress(address))
        return Error::make("net", "listen_failed",
                           u"cannot listen on " + describeAddress(address, port) + u": not an IP address");
    if (m_listener->listen(host, port)) {
        m_shutDown = false;
        return okStatus();
    }
    const bool inUse = m_listener->serverError() == QAbstractSocket::AddressInUseError;
    QString why = inUse ? QStringLiteral("address already in use") : m_listener->errorString();
    if (m_listener->serverError() == QAbstractSocket::SocketAccessError)
        why = QStringLiteral("permission denied");
    else if (m_listener->serverError() == QAbstractSocket::SocketAddressNotAvailableError)
        why = QStringLiteral("address not available on this machine");
    return Error::make("net", inUse ? "address_in_use" : "listen_failed",
                       u"cannot listen on " + describeAddress(address, port) + u": " + why,
                       {{QStringLiteral("address"), address}, {QStringLiteral("port"), int(port)}});
}

bool HttpServer::isListening() const
{
    return m_listener->isListening();
}

quint16 HttpServer::serverPort() const
{
    return m_listener->serverPort();
}

void HttpServer::shutdown()
{
    m_shutDown = true;
    m_listener->close();
    // A copy: ending a connection takes it out of the set.
    const std::vector<ServerConnection *> connections(m_connections.begin(), m_connections.end());
    for (ServerConnection *connection : connections)
        connection->endIfIdle();
}

void HttpServer::accepted(qintptr descriptor)
{
    auto *socket = new QTcpSocket;
    if (!socket->setSocketDescriptor(descriptor)) {
        qCWarning(logServer) << "accepted connection is unusable:" << socket->errorString();
        delete socket;
        return;
    }
    if (int(m_connections.size()) >= m_options.maxConnections) {
        if (m_refused++ % 1000 == 0) // the first and every thousandth: a flood must not flood the log as well
            qCWarning(logServer) << "connection limit reached:" << m_options.maxConnections << "refused" << m_refused;
        socket->abort();
        delete socket;
        return;
    }
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    socket->setReadBufferSize(kScratchBytes);
    auto *connection = new ServerConnection(*this, socket);
    m_connections.insert(connection);
    connection->start();
}

void HttpServer::acceptFailed()
{
    qCWarning(logServer) << "accept failed:" << m_listener->errorString();
    // Qt stops accepting for good after an error such as too many open files.
    m_wheel.cancel(m_resumeTimer);
    m_resumeTimer = m_wheel.schedule(m_clock.monoMs() + kAcceptPauseMs, [this] {
        m_resumeTimer = 0;
        if (m_listener->isListening())
            m_listener->resumeAccepting();
    });
}

void HttpServer::scheduleFlush(ServerConnection *connection)
{
    m_dirty.emplace_back(connection);
    if (m_flushQueued)
        return;
    m_flushQueued = true;
    QMetaObject::invokeMethod(this, [this] { flushDirty(); }, Qt::QueuedConnection);
}

void HttpServer::flushDirty()
{
    m_flushQueued = false;
    const auto dirty = std::exchange(m_dirty, {});
    for (const QPointer<ServerConnection> &connection : dirty) {
        if (connection)
            connection->flush();
    }
}

void HttpServer::remove(ServerConnection *connection)
{
    if (m_connections.erase(connection) > 0)
        connection->deleteLater();
}

QByteArray HttpServer::dateHeader()
{
    const qint64 second = m_clock.wallMs() / 1000;
    if (second != m_dateSecond) {
        m_dateSecond = second;
        m_date = QLocale::c()
                     .toString(QDateTime::fromSecsSinceEpoch(second, Qt::UTC), u"ddd, dd MMM yyyy HH:mm:ss 'GMT'")
                     .toLatin1();
    }
    return m_date;
}

} // namespace dormouse
