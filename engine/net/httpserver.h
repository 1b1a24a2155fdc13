// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/metrics.h"
#include "engine/base/result.h"
#include "engine/base/timerwheel.h"
#include "engine/base/turnwatch.h"
#include "engine/net/http.h"
#include "engine/net/httpparser.h"
#include "engine/net/websocketcodec.h"

#include <QObject>
#include <QSslConfiguration>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

namespace dormouse {

class DescriptorSet;
class Listener;
class ServerConnection;
class ServerTransport;

/// Limits and timers of the listener (gateway.md section 10.2, http-api.md section 10). Times in ms, sizes in bytes.
struct HttpServerOptions
{
    qint64 headTimeoutMs = 10'000;      ///< from the first byte (or the accept) to the end of the head; 408
    qint64 bodyIdleTimeoutMs = 30'000;  ///< between two pieces of a body; 408
    qint64 keepAliveTimeoutMs = 60'000; ///< between two requests; closed silently
    qint64 closeLingerMs = 1'000;       ///< wait for the peer's close frame, and for the peer's end of TCP
    int maxConnections = 20'000;        ///< further ones are closed at accept
    /// Set: connections whose first byte is that of a TLS handshake are taken as TLS, all others as plain.
    std::optional<QSslConfiguration> tls;
    HttpParser::Limits parser;
    WebSocketCodec::Options webSocket;
    /// Close reason of 1009 for one socket; asked once when it is accepted, with the head of the request and the
    /// extra headers of the answer (they carry the ray id). Unset: webSocket.tooLargeReason.
    std::function<QByteArray(const HttpHead &, const HeaderList &)> tooLargeReason;
    /// Where connections are counted (gateway.md section 12.2); null: nowhere. Outlives the server.
    Metrics *metrics = nullptr;
    /// Budget of a turn; null: only the messages of one connection per turn are bounded. Outlives the server.
    TurnWatch *turns = nullptr;
};

/// Listener for HTTP/1.1 and WebSocket on one port (performance-notes.md sections 6 and 9). Answers are collected per
/// connection and written once per turn of the event loop. In a thread with an EpollDispatcher the sockets are watched
/// by that, elsewhere by a set of their own, so that open and idle ones cost nothing either way. Errors of listen(): net.address_in_use, net.listen_failed.
/// The owner advances the timer wheel. Every HttpExchange, UpgradeRequest and Channel may outlive the server; they
/// are dead then. Thread: the thread that made it.
class HttpServer final : public QObject
{
public:
    HttpServer(HttpHandler &handler, const Clock &clock, TimerWheel &wheel, const HttpServerOptions &options = {},
               QObject *parent = nullptr);
    ~HttpServer() override;

    /// address: IPv4, IPv6, "localhost" or "*" (any). Port 0 takes a free one, see serverPort().
    Status listen(const QString &address, quint16 port);
    bool isListening() const;
    quint16 serverPort() const;
    /// Stops listening and ends idle connections. Requests and channels that are under way go on; their owners
    /// finish them.
    void shutdown();

    int connectionCount() const { return int(m_connections.size()); }
    quint64 refusedConnections() const { return m_refused; } ///< because of maxConnections

private:
    friend class ServerConnection;

    void accepted(int descriptor, const QByteArray &peerAddress);
    void acceptFailed(int systemError);
    void scheduleFlush(ServerConnection *connection);
    void scheduleProcess(ServerConnection *connection);
    /// As scheduleProcess(), but not in this turn.
    void scheduleNextTurn(ServerConnection *connection);
    bool turnExhausted() const { return m_options.turns && m_options.turns->exhausted(); }
    void scheduleTurn();
    void postTurn();
    void turn();
    void flushDirty();
    void remove(ServerConnection *connection);
    QByteArray dateHeader();
    QByteArray takeBuffer();
    void giveBuffer(QByteArray &&buffer);

    HttpHandler &m_handler;
    const Clock &m_clock;
    TimerWheel &m_wheel;
    HttpServerOptions m_options;
    std::unique_ptr<DescriptorSet> m_ownSet; ///< null when the thread's dispatcher has one
    DescriptorSet *m_descriptors;
    std::unique_ptr<Listener> m_listener;
    std::unordered_set<ServerConnection *> m_connections;
    std::vector<std::unique_ptr<ServerConnection>> m_dead; ///< may still be on the stack
    std::vector<std::unique_ptr<ServerTransport>> m_replaced; ///< may still be on the stack
    std::vector<ServerConnection *> m_dirty;  ///< have output to flush
    std::vector<ServerConnection *> m_queued; ///< have something to process
    std::vector<ServerConnection *> m_later;  ///< have something to process in the next turn
    QByteArray m_scratch;                     ///< receive buffer shared by all connections
    std::vector<QByteArray> m_buffers;        ///< empty output buffers that keep their memory
    qint64 m_bufferBytes = 0;
    QByteArray m_date;
    qint64 m_dateSecond = -1;
    quint64 m_refused = 0;
    struct Series
    {
        explicit Series(Metrics &metrics);
        Counter &connections;
        Counter &refused;
        Counter &writes;
        MetricHistogram &duration;
    };
    std::optional<Series> m_series;
    TimerId m_resumeTimer = 0;
    int m_turnDepth = 0;
    bool m_turnQueued = false;
    bool m_shutDown = false;
};

} // namespace dormouse
