// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/timerwheel.h"
#include "engine/net/http.h"
#include "engine/net/httpparser.h"
#include "engine/net/serverchannel.h"
#include "engine/net/servertransport.h"

#include <memory>

namespace dormouse {

class ConnectionExchange;
class ConnectionUpgrade;
class HttpServer;

/// One accepted TCP connection: HTTP requests one after the other, or, after an upgrade, one WebSocket session.
/// Owned by its HttpServer; ends itself. Thread: the server's.
class ServerConnection final : private ServerTransport::Owner
{
public:
    ServerConnection(HttpServer &server, int descriptor, const QByteArray &peerAddress);
    ~ServerConnection();
    Q_DISABLE_COPY_MOVE(ServerConnection)

    void start();
    void endIfIdle();
    qint64 acceptedMs() const { return m_acceptedMs; } ///< monotonic
    void flush();
    void processInput();
    void processQueued(); ///< by the server, once after queueProcess()

    // For exchanges, upgrades and the session: the byte stream.
    QByteArray &output();
    void outputGrew();
    qint64 bytesQueued() const;
    qint64 bytesUnsent() const; ///< output that has not left this machine, as far as that is known
    void queueProcess(); ///< processInput() from the event loop
    /// Whether more input may be used in this turn after something of that cost. False: the rest comes in the next one.
    bool mayProcess(int cost);
    QByteArray describe() const;
    /// Writes what is queued, sends the end of the stream, drops further input, waits up to closeLingerMs for the peer.
    void endTransport();
    void abortTransport();
    TimerId startTimer(qint64 delayMs, TimerWheel::Callback callback);
    void cancelTimer(TimerId &timer);
    void startCloseTimer();
    void sessionReported();
    QByteArray dateHeader();

    void answerComplete(bool keepAlive);
    void setBodyReading(bool on);
    void answerBrokenBody(ConnectionExchange &exchange, const BodyPart &part);
    /// Answers 101 and turns into a WebSocket; the caller has checked that the connection lives.
    std::unique_ptr<Channel> acceptUpgrade(const HttpHead &head, const QByteArray &protocol,
                                           const HeaderList &extraHeaders);
    void answerPlain(const HttpHead *head, int status, const HeaderList &headers, const QByteArray &body);

private:
    enum class State
    {
        Request,   ///< reading a head or a body
        Answering, ///< an exchange is out; the rest of its body may still come
        Upgrading, ///< an upgrade request is out
        WebSocket,
        Lingering, ///< the end has been sent; input is dropped
        Dead,
    };

    void transportReadable() override;
    void transportWritable() override;
    void transportEnded() override { readToEnd(); }
    QByteArray transportDescription() const override { return describe(); }
    bool startTls();
    void readToEnd();
    void updateInterest();
    void processRequests();
    void processBody();
    void processWebSocket();
    QByteArrayView available();
    void keep(QByteArrayView rest);
    void headReady();
    bool announceBody();
    void bodyAwaited();
    void dispatch(bool keepAlive);
    void startUpgrade();
    void fail(int status, const QByteArray &reason);
    void bodyFailed(int status, const QByteArray &reason);
    void ended();
    void bytesWritten();
    void armRequestTimer();
    void requestTimedOut();
    void lingerStep();
    void die();

    HttpServer &m_server;
    std::unique_ptr<ServerTransport> m_transport;
    std::unique_ptr<HttpParser> m_parser; ///< null after an upgrade
    QByteArray m_peerAddress;
    QByteArray m_target; ///< of the upgrade
    const qint64 m_acceptedMs;
    QByteArray m_input; ///< received, not yet used
    qsizetype m_inputAt = 0;
    QByteArrayView m_incoming; ///< rest of what was received just now; only while it is being processed
    QByteArray m_output;
    qsizetype m_outputAt = 0;
    std::unique_ptr<ServerWebSocket> m_session;
    std::weak_ptr<ConnectionExchange> m_exchange; ///< shared with whoever answers (http.h)
    ConnectionUpgrade *m_upgrade = nullptr;
    TimerId m_timer = 0;
    State m_state = State::Request;
    bool m_undecided; ///< plain or TLS: the first byte will tell
    bool m_dirty = false;
    bool m_processing = false;
    bool m_processQueued = false; ///< stands in one of the server's lists
    bool m_continues = false; ///< what is left of the input comes in the next turn; nothing is read until then
    int m_processed = 0;      ///< cost of what was used in this turn
    bool m_firstRequest = true;
    bool m_requestBegun = false;
    bool m_bodyAnnounced = false; ///< the handler knows that a body is to come
    bool m_bodyModeAsked = false;
    bool m_bodyOpen = false;    ///< a request is out whose body is not complete
    bool m_bodyReading = false; ///< its exchange takes parts
    bool m_endSent = false;
    bool m_lost = false;      ///< TCP has ended
    bool m_blocked = false;   ///< the system takes no more output for now
    bool m_broken = false;    ///< nothing can be written any more
    bool m_progressed = false; ///< output moved since the timer was armed
};

} // namespace dormouse
