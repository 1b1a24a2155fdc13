// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/scopedtimer.h"
#include "engine/gateway/abandonedopens.h"
#include "engine/gateway/actordirectory.h"
#include "engine/gateway/clientlimits.h"
#include "engine/gateway/gateway.h"
#include "engine/gateway/gatewaymetrics.h"
#include "engine/gateway/keepalive.h"
#include "engine/gateway/restorereport.h"

#include <QHash>

#include <array>
#include <memory>
#include <unordered_map>
#include <unordered_set>
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
class GatewaySession
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
    virtual ~GatewaySession() = default;
    Q_DISABLE_COPY_MOVE(GatewaySession)

    const QString &rayId() const { return m_setup.target.rayId; }
    const QString &actorId() const { return m_setup.target.actorId; }
    const QString &runnerId() const { return m_runnerId; }
    std::optional<RequestId> requestId() const { return m_requestId; }
    bool ended() const { return m_ended; }
    monitor::ConnectionKind kind() const { return m_setup.kind; }
    virtual monitor::ConnectionState monitorState() const = 0;
    virtual monitor::ConnectionInfo describe() const;
    /// True while the session waits for its actor to be reachable.
    virtual bool isWaiting() const = 0;

    /// gateway.md section 8.8: may this runner speak for the current request?
    virtual bool acceptsRunner(const QString &runnerId) const { return m_requestId && runnerId == m_runnerId; }
    virtual void tunnel(const wire::ToServerTunnelMessageKind &kind) = 0;
    virtual void actorReady() = 0;
    virtual void actorStopping() {}
    virtual void actorStopped() = 0;
    virtual void actorPendingTimeout() = 0;
    virtual void actorDestroyStarted() = 0;
    virtual void actorDestroyed() = 0;
    virtual void linkDown() = 0;
    virtual void linkBack() = 0;
    virtual void linkDrained() {}
    virtual void linkConfirmed() = 0;
    /// A link came back and this session waits for one.
    virtual void anyLinkBack() = 0;
    virtual void shutdown() = 0;

    /// Hibernatable sockets only.
    virtual bool listForStart(quint32) { return false; }
    virtual std::optional<quint32> listedGeneration() const { return {}; } ///< newest start that named it
    virtual qint64 pendingBytes() const { return 0; }
    virtual qint64 pendingCount() const { return 0; }
    virtual bool hibernatable() const { return false; }
    virtual void pendingMessages(std::vector<monitor::PendingMessageInfo> &, int, bool) const {}
    virtual void closeForTotalLimit() {}
    virtual void closeWakeGranted() {}
    virtual bool closeByOperator(quint16, const QByteArray &) { return false; }

protected:
    friend class GatewayCore;
    /// Called once, when the session ends: nothing of it may fire afterwards.
    virtual void stopTimers() = 0;
    /// True when the generation this session talks to no longer holds its runner.
    bool actorLeft() const;
    Error notFoundError() const;
    void emitEvent(monitor::EventKind kind, monitor::EventLevel level, const QString &reason, const QString &from = {},
                   const QString &to = {}, const QString &text = {}) const;
    void emitMessage(monitor::EventKind kind, int index, qint64 value) const;
    void noteState(monitor::ConnectionState before, const char *reason, bool allowed);
    /// A runner message that has no use in this state.
    void dropMessage(const wire::ToServerTunnelMessageKind &kind);
    bool send(wire::ToClientTunnelMessageKind kind, quint16 index);
    bool isLinkUp() const;
    void dropRequest();

    GatewayCore &m_core;
    Setup m_setup;
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
    bool m_ended = false;
    bool m_dirty = false;
    QString m_requestHex;
    monitor::ConnectionState m_lastLive = monitor::ConnectionState::Waiting; ///< state before the end
    std::optional<qint64> m_graceSinceMs;
};

/// Tables of all sessions and what they share. Thread: engine thread.
class GatewayCore final : private ChannelListener
{
public:
    GatewayCore(const CoreContext &context, ActorDirectory &directory);
    ~GatewayCore() override;

    const CoreContext context;
    ActorDirectory &directory;
    TunnelTransport &links;
    const GatewayId gatewayId;
    Gateway::Totals counters; ///< gauges are filled in by totals()
    GatewayMetrics metrics;
    ClientLimits limits;
    Keepalive keepalive;
    RestoreReport restores;
    AbandonedOpens abandonedOpens;

    qint64 nowMs() const { return context.clock.monoMs(); }
    qint64 nowUs() const { return context.clock.monoUs(); }
    const EngineConfig &config() const { return context.config; }

    template<typename Session>
    Session &add(std::unique_ptr<Session> session)
    {
        Session &result = *session;
        enlist(std::move(session));
        return result;
    }
    /// Takes a session out of all tables, reports its last values, frees it later.
    void end(GatewaySession &session);
    RequestId newRequestId(GatewaySession &session);
    void forgetRequest(RequestId requestId) { m_byRequest.erase(requestId); }
    GatewaySession *byRequest(RequestId requestId) const;
    GatewaySession *byRay(const QString &rayId) const;
    std::vector<GatewaySession *> ofActor(const QString &actorId) const;
    std::vector<GatewaySession *> ofRunner(const QString &runnerId) const;
    std::vector<GatewaySession *> all() const;
    void setRunner(GatewaySession &session, const QString &runnerId);

    /// Keeps a channel on which close() was called until the peer has answered.
    void lingerChannel(std::unique_ptr<Channel> channel);
    /// Frees a channel that reported its end, but not from inside its own call.
    void buryChannel(std::unique_ptr<Channel> channel);

    // --- hibernatable sockets
    int hibernatableOf(const QString &actorId) const { return m_hwsOfActor.value(actorId); }
    void addHibernatable(const QString &actorId);
    void removeHibernatable(const QString &actorId);
    /// A socket that a start command named did not come back with its actor.
    void noteRestoreLoss(const GatewaySession &session, RestoreReport::Loss loss);
    int hibernatableTotal() const { return m_hwsTotal; }
    void pendingChanged(qint64 messages, qint64 bytes);
    /// A session keeps its runner while the link of that is down (section 9.3): counted until it is over.
    void enterGrace(GatewaySession &session);
    void leaveGrace(GatewaySession &session);
    /// Wakes for closes of sleeping sockets, at most closeWakeRate per second, in random order (section 8.6).
    void queueCloseWake(RequestId requestId);
    /// Waiters that lack a link; told about each link that comes back.
    void awaitLink(GatewaySession &session) { m_linkWaiters.insert(&session); }
    void stopAwaitingLink(GatewaySession &session) { m_linkWaiters.erase(&session); }
    std::vector<GatewaySession *> linkWaiters() const { return {m_linkWaiters.begin(), m_linkWaiters.end()}; }

    void markChanged(GatewaySession &session);
    void stateChanged(const GatewaySession &session, monitor::ConnectionState from, monitor::ConnectionState to);
    Gateway::Totals totals() const;
    qint64 tableEntries() const;
    std::weak_ptr<bool> alive() const { return m_alive; }

private:
    void enlist(std::unique_ptr<GatewaySession> session);
    void sweepLater();
    void drainCloseWakes();
    void channelMessage(Channel &, const QByteArray &, bool) override {}
    void channelClosed(Channel &channel, const ChannelClose &close) override;

    std::unordered_map<RequestId, GatewaySession *> m_byRequest;
    QHash<QString, GatewaySession *> m_byRay;
    std::unordered_map<const GatewaySession *, std::unique_ptr<GatewaySession>> m_sessions;
    QHash<QString, std::unordered_set<GatewaySession *>> m_byActor;
    QHash<QString, std::unordered_set<GatewaySession *>> m_byRunner;
    std::unordered_set<GatewaySession *> m_linkWaiters;
    QHash<QString, int> m_hwsOfActor;
    int m_hwsTotal = 0;
    std::array<qint64, 16> m_states{};
    std::vector<std::unique_ptr<GatewaySession>> m_ended;
    std::vector<std::unique_ptr<Channel>> m_closing;
    std::vector<std::unique_ptr<Channel>> m_closed;
    std::vector<GatewaySession *> m_changed;
    std::vector<RequestId> m_closeWakes;
    bool m_enforcing = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< shared: store callbacks outlive this
    ScopedTimer m_sweepTimer;
    ScopedTimer m_changedTimer;
    ScopedTimer m_closeWakeTimer;
};

/// Error of the group "guard".
Error guardError(const char *code, const QString &message, const QJsonObject &metadata = {});
QString stateName(monitor::ConnectionState state);

} // namespace dormouse
