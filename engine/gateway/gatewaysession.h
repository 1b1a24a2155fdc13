// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/gateway/clientlimits.h"
#include "engine/gateway/gateway.h"
#include "engine/gateway/gatewaymetrics.h"
#include "engine/monitor/tracelog.h"
#include "engine/wire/protocol.h"

#include <memory>
#include <optional>
#include <vector>

namespace dormouse {

class GatewayCore;

/// One line of a state machine (gateway.md section 13): what is not listed may not happen.
template<typename State>
struct StateTransition
{
    State from;
    State to;
    const char *event;
};

/// One client request or client WebSocket. Owned by GatewayCore; stays allocated until the next turn of the timer
/// wheel after it ended, so that whoever is still on the stack may return through it. Thread: engine thread.
class GatewaySession : public monitor::TraceSource
{
public:
    struct Setup
    {
        Gateway::Target target;
        HttpHead head;
        monitor::ConnectionKind kind = monitor::ConnectionKind::Unknown;
        QByteArray clientAddress = {};
        ClientLimits::Place place = {}; ///< its place among the requests in flight, given back at its end
    };
    GatewaySession(GatewayCore &core, Setup setup);
    ~GatewaySession() override = default;
    Q_DISABLE_COPY_MOVE(GatewaySession)

    const QString &rayId() const { return m_setup.target.rayId; }
    const QString &actorId() const { return m_setup.target.actorId; }
    const QString &runnerId() const { return m_runnerId; }
    std::optional<RequestId> requestId() const { return m_requestId; }
    bool ended() const { return m_ended; }
    monitor::ConnectionKind kind() const { return m_setup.kind; }
    virtual monitor::ConnectionState monitorState() const = 0; ///< in any state, also after the end
    virtual monitor::ConnectionInfo describe() const;          ///< in any state, also after the end
    /// True while the session waits for its actor to be reachable.
    virtual bool isWaiting() const = 0;

    /// gateway.md section 8.8: may this runner speak for the current request?
    virtual bool acceptsRunner(const QString &runnerId) const { return m_requestId && runnerId == m_runnerId; }
    // Events. None reaches a session that has ended; each may end it.
    /// A message of a runner that acceptsRunner() has let through.
    virtual void tunnel(const wire::ToServerTunnelMessageKind &kind) = 0;
    /// The short way of a ToServerWebSocketMessage. False: not taken, tunnel() decides.
    virtual bool takeActorMessage(QByteArrayView, bool) { return false; }
    /// The actor runs, in a generation that need not be the one this session was attached to.
    virtual void actorReady() = 0;
    /// The attached generation has been told to stop, but still runs.
    virtual void actorStopping() {}
    /// A generation has ended; the next one may already run.
    virtual void actorStopped() = 0;
    /// The actor fell back to sleep because no runner had room. Concerns sessions that wait.
    virtual void actorPendingTimeout() = 0;
    /// No new requests from here on; what is in flight is left alone until actorDestroyed() (section 9.2).
    virtual void actorDestroyStarted() = 0;
    /// Ends the session, whatever its state.
    virtual void actorDestroyed() = 0;
    /// The link of the session's runner is cut, the runner not yet lost.
    virtual void linkDown() = 0;
    /// The same runner process is back and its actors are reconciled.
    virtual void linkBack() = 0;
    /// The link's queue fell below its low mark.
    virtual void linkDrained() {}
    /// Everything written to the present connection of the link so far has been received.
    virtual void linkConfirmed() = 0;
    /// A link came back and this session waits for one.
    virtual void anyLinkBack() = 0;
    /// The engine ends: tells the client and ends the session.
    virtual void shutdown() = 0;

    // Hibernatable sockets only; without effect on all others.
    /// A start command of that generation is being made. True when it has to name this socket.
    virtual bool listForStart(quint32) { return false; }
    virtual std::optional<quint32> listedGeneration() const { return {}; } ///< newest start that named it
    virtual qint64 pendingBytes() const { return 0; }
    virtual qint64 pendingCount() const { return 0; }
    virtual bool hibernatable() const { return false; }
    /// Appends the first unacknowledged messages: at most that many, with or without their beginning.
    virtual void pendingMessages(std::vector<monitor::PendingMessageInfo> &, int, bool) const {}
    /// It holds most of what is too much for the process. Ends it.
    virtual void closeForTotalLimit() {}
    /// Its turn in queueCloseWake() has come. It may have been attached or be waking by now.
    virtual void closeWakeGranted() {}
    /// False: not a thing an operator can close.
    virtual bool closeByOperator(quint16, const QByteArray &) { return false; }
    /// As a message of the actor. False: not a client WebSocket that its actor has accepted.
    virtual bool sendByOperator(const QByteArray &, bool) { return false; }

protected:
    friend class GatewayCore;
    /// Called once, when the session ends: nothing of it may fire afterwards.
    virtual void stopTimers() = 0;
    /// True when the generation this session talks to no longer holds its runner.
    bool actorLeft() const;
    Error notFoundError() const;
    void emitEvent(monitor::EventKind kind, monitor::EventLevel level, const QString &reason, const QString &from = {},
                   const QString &to = {}, const QString &text = {}) const;
    /// Call it only while somebody wants traces.
    void emitMessage(monitor::TraceKind kind, int index, qint64 value);
    void noteState(monitor::ConnectionState before, const char *reason, bool allowed);
    /// A runner message that has no use in this state.
    void dropMessage(const wire::ToServerTunnelMessageKind &kind);
    bool send(wire::ToClientTunnelMessageKind kind, quint16 index);
    bool sendMessage(QByteArrayView data, bool binary, quint16 index);
    bool isLinkUp() const;
    /// Until when the next attempt has to find its actor; the first one shares its time with the routing before it.
    qint64 routeDeadlineMs(bool firstAttempt) const;
    void dropRequest();
    /// One message from the client, or to it; with none, more bytes of the one before.
    void countIn(qsizetype bytes, int messages = 1);
    void countOut(qsizetype bytes);

    GatewayCore &m_core;
    Setup m_setup;
    const bool m_ownTraffic; ///< a console made it: header x-dormouse-console
    QString m_runnerId;
    std::optional<RequestId> m_requestId;
    quint32 m_generation = 0;
    int m_attempts = 0;
    qint64 m_openedTs = 0;
    qint64 m_openedUs = 0; ///< monotonic
    qint64 m_stateSinceTs = 0;
    std::optional<qint64> m_needSinceUs; ///< when the actor was first missed, until its first message is delivered
    quint64 m_messagesIn = 0, m_messagesOut = 0, m_bytesIn = 0, m_bytesOut = 0;
    std::optional<int> m_closeCode;
    QString m_closeReason;
    QString m_closedBy;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< shared: callbacks held elsewhere outlive this

private:
    monitor::TraceSubject traceSubject() const override;
    QString requestHex() const; ///< empty without a request id

    GatewayMetrics::Usage *m_usage = nullptr; ///< none when the actor is not known
    bool m_ended = false;
    bool m_dirty = false;
    monitor::TraceSlot m_traceSlot;
    quint32 m_tracedGeneration = 0;
    monitor::ConnectionState m_lastLive = monitor::ConnectionState::Waiting; ///< state before the end
    std::optional<qint64> m_graceSinceMs;
};

/// Error of the group "guard".
Error guardError(const char *code, const QString &message, const QJsonObject &metadata = {});
/// As events and metrics name it; empty for Unknown.
QString stateName(monitor::ConnectionState state);

} // namespace dormouse
