// SPDX-License-Identifier: Apache-2.0
#include "engine/net/httpserver.h"

#include "engine/net/epolldispatcher.h"
#include "engine/net/listener.h"
#include "engine/net/serverconnection.h"

#include <QDateTime>
#include <QLocale>
#include <QLoggingCategory>
#include <QSocketNotifier>

#include <cstring>

#include <unistd.h>

namespace dormouse {

namespace {

Q_LOGGING_CATEGORY(logServer, "dormouse.net.server")

constexpr int kScratchBytes = 256 * 1024;
constexpr qint64 kAcceptPauseMs = 100; // after running out of descriptors
constexpr std::size_t kFlushesBetweenLooks = 32; // at the clock
constexpr qsizetype kFirstBufferBytes = 4096;
constexpr qint64 kKeptBufferBytes = 8 * 1024 * 1024; // giving large ones back means fresh pages from the kernel each turn

} // namespace

HttpServer::Series::Series(Metrics &metrics)
    : connections(metrics.counter("guard_tcp_connection_total", "client and runner connections that were accepted")),
      refused(metrics.counter("guard_tcp_connection_refused_total", "connections closed at accept because of max_connections")),
      writes(metrics.counter("guard_tcp_write_total", "calls that handed output of a connection to the system")),
      duration(metrics.histogram("guard_tcp_connection_duration", "seconds from accept to the end of a connection",
                                 Metrics::longDurationBounds()))
{}

HttpServer::HttpServer(HttpHandler &handler, const Clock &clock, TimerWheel &wheel, const HttpServerOptions &options,
                       QObject *parent)
    : QObject(parent),
      m_handler(handler),
      m_clock(clock),
      m_wheel(wheel),
      m_options(options),
      m_scratch(kScratchBytes, Qt::Uninitialized)
{
    if (options.metrics)
        m_series.emplace(*options.metrics);
    if (auto *dispatcher = qobject_cast<EpollDispatcher *>(QAbstractEventDispatcher::instance())) {
        m_descriptors = &dispatcher->descriptors();
    } else {
        m_ownSet = std::make_unique<DescriptorSet>();
        m_descriptors = m_ownSet.get();
        auto *notifier = new QSocketNotifier(m_descriptors->descriptor(), QSocketNotifier::Read, this);
        m_descriptors->setTurnWatch(options.turns, false);
        connect(notifier, &QSocketNotifier::activated, this, [this] {
            const TurnWatch::Scope scope(m_options.turns, "sockets");
            m_descriptors->wait(0);
        });
    }
    m_descriptors->addAfterDelivery(this, [this] {
        if (!m_dirty.empty() || !m_queued.empty() || !m_dead.empty() || !m_replaced.empty())
            turn();
    });
    m_listener = std::make_unique<Listener>(
        *m_descriptors, [this](int descriptor, const QByteArray &peerAddress) { accepted(descriptor, peerAddress); },
        [this](int systemError) { acceptFailed(systemError); });
}

HttpServer::~HttpServer()
{
    m_wheel.cancel(m_resumeTimer);
    m_listener.reset();
    m_descriptors->removeAfterDelivery(this);
    const auto connections = std::exchange(m_connections, {});
    for (ServerConnection *connection : connections)
        delete connection;
    m_dead.clear();
    delete findChild<QSocketNotifier *>(); // before the set that it watches
}

Status HttpServer::listen(const QString &address, quint16 port)
{
    Status status = m_listener->listen(address, port);
    if (status)
        m_shutDown = false;
    return status;
}

bool HttpServer::isListening() const
{
    return m_listener->isListening();
}

quint16 HttpServer::serverPort() const
{
    return m_listener->port();
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

void HttpServer::accepted(int descriptor, const QByteArray &peerAddress)
{
    if (int(m_connections.size()) >= m_options.maxConnections) {
        if (m_series)
            m_series->refused.add();
        if (m_refused++ % 1000 == 0) // the first and every thousandth: a flood must not flood the log as well
            qCWarning(logServer) << "connection limit reached:" << m_options.maxConnections << "refused" << m_refused;
        ::close(descriptor);
        return;
    }
    auto *connection = new ServerConnection(*this, descriptor, peerAddress);
    m_connections.insert(connection);
    if (m_series)
        m_series->connections.add();
    connection->start();
}

void HttpServer::acceptFailed(int systemError)
{
    qCWarning(logServer) << "accept failed:" << std::strerror(systemError);
    m_wheel.cancel(m_resumeTimer);
    m_resumeTimer = m_wheel.schedule(m_clock.monoMs() + kAcceptPauseMs, [this] {
        m_resumeTimer = 0;
        m_listener->resume();
    });
}

void HttpServer::scheduleFlush(ServerConnection *connection)
{
    m_dirty.push_back(connection);
    scheduleTurn();
}

void HttpServer::scheduleProcess(ServerConnection *connection)
{
    m_queued.push_back(connection);
    scheduleTurn();
}

void HttpServer::scheduleNextTurn(ServerConnection *connection)
{
    m_later.push_back(connection);
    postTurn();
}

void HttpServer::scheduleTurn()
{
    // While descriptors are being delivered the turn comes at their end.
    if (!m_descriptors->isDelivering())
        postTurn();
}

void HttpServer::postTurn()
{
    if (std::exchange(m_turnQueued, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_turnQueued = false;
            m_queued.insert(m_queued.end(), m_later.begin(), m_later.end());
            m_later.clear();
            const TurnWatch::Scope scope(m_options.turns, "sockets");
            turn();
        },
        Qt::QueuedConnection);
}

void HttpServer::turn()
{
    ++m_turnDepth;
    const auto queued = std::exchange(m_queued, {});
    std::size_t at = 0;
    while (at < queued.size()) {
        queued[at++]->processQueued();
        if (turnExhausted())
            break;
    }
    if (at < queued.size()) {
        // Before those that had their share and want more.
        m_later.insert(m_later.begin(), queued.begin() + std::ptrdiff_t(at), queued.end());
        postTurn();
    }
    flushDirty();
    --m_turnDepth;
    if (m_turnDepth == 0 && !m_descriptors->isDelivering()) {
        m_dead.clear();
        m_replaced.clear();
    } else if (!m_dead.empty()) {
        scheduleTurn();
    }
}

void HttpServer::flushDirty()
{
    if (m_dirty.empty())
        return;
    const TurnWatch::Scope scope(m_options.turns, "flush");
    const auto dirty = std::exchange(m_dirty, {});
    std::size_t at = 0;
    while (at < dirty.size()) {
        dirty[at++]->flush();
        if (at % kFlushesBetweenLooks == 0 && turnExhausted())
            break;
    }
    if (at < dirty.size()) {
        m_dirty.insert(m_dirty.begin(), dirty.begin() + std::ptrdiff_t(at), dirty.end());
        postTurn();
    }
}

void HttpServer::remove(ServerConnection *connection)
{
    if (m_connections.erase(connection) == 0)
        return;
    if (m_series)
        m_series->duration.observe(double(m_clock.monoMs() - connection->acceptedMs()) / 1000.0);
    m_dead.emplace_back(connection);
    scheduleTurn();
}

QByteArray HttpServer::takeBuffer()
{
    QByteArray buffer;
    if (m_buffers.empty()) {
        buffer.reserve(kFirstBufferBytes);
        return buffer;
    }
    buffer = std::move(m_buffers.back());
    m_buffers.pop_back();
    m_bufferBytes -= buffer.capacity();
    return buffer;
}

void HttpServer::giveBuffer(QByteArray &&buffer)
{
    if (m_bufferBytes + buffer.capacity() > kKeptBufferBytes)
        return;
    buffer.resize(0);
    m_bufferBytes += buffer.capacity();
    m_buffers.push_back(std::move(buffer));
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
