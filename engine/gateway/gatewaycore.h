// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/scopedtimer.h"
#include "engine/gateway/abandonedopens.h"
#include "engine/gateway/actordirectory.h"
#include "engine/gateway/clientlimits.h"
#include "engine/gateway/gatewaymetrics.h"
#include "engine/gateway/gatewaysession.h"
#include "engine/gateway/keepalive.h"
#include "engine/gateway/restorereport.h"
#include "engine/gateway/runnercloses.h"

#include <QHash>

#include <array>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace dormouse {

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
    RunnerCloses runnerCloses;

    qint64 nowMs() const { return context.clock.monoMs(); }
    qint64 nowUs() const { return context.clock.monoUs(); }
    const EngineConfig &config() const { return context.config; }

    /// Takes ownership; the session is found by its ray id and actor from now on, and not yet started.
    template<typename Session>
    Session &add(std::unique_ptr<Session> session)
    {
        Session &result = *session;
        enlist(std::move(session));
        return result;
    }
    /// Takes a session out of all tables, reports its last values, frees it later.
    void end(GatewaySession &session);
    /// A fresh id, unlike that of every live session; an earlier one of this session is forgotten.
    RequestId newRequestId(GatewaySession &session);
    void forgetRequest(RequestId requestId) { m_byRequest.remove(requestId); } ///< later messages for it are dropped
    // Live sessions only; null or empty when there is none. Lists are ordered by ray id.
    GatewaySession *byRequest(RequestId requestId) const;                       ///< of the current attempt or record
    GatewaySession *byRay(const QString &rayId) const;                          ///< in any state
    std::vector<GatewaySession *> ofActor(const QString &actorId) const;        ///< in any state
    std::vector<GatewaySession *> ofRunner(const QString &runnerId) const;      ///< attached to, or tried on, that runner
    std::vector<GatewaySession *> all() const;                                  ///< in any state
    /// The runner the session talks to from now on; empty = none.
    void setRunner(GatewaySession &session, const QString &runnerId);

    /// Keeps a channel on which close() was called until the peer has answered.
    void lingerChannel(std::unique_ptr<Channel> channel);
    /// Frees a channel that reported its end, but not from inside its own call.
    void buryChannel(std::unique_ptr<Channel> channel);

    // --- hibernatable sockets
    int hibernatableOf(const QString &actorId) const { return m_hwsOfActor.value(actorId); } ///< count
    void addHibernatable(const QString &actorId);    ///< once for each record, when it is made
    void removeHibernatable(const QString &actorId); ///< once for each record, when it goes
    /// A socket that a start command named did not come back with its actor.
    void noteRestoreLoss(const GatewaySession &session, RestoreReport::Loss loss);
    int hibernatableTotal() const { return m_hwsTotal; }
    /// Differences of one record. Above the limit of the process the largest holders are closed, the caller maybe too.
    void pendingChanged(qint64 messages, qint64 bytes);
    /// A session keeps its runner while the link of that is down (section 9.3): counted until it is over.
    void enterGrace(GatewaySession &session);
    void leaveGrace(GatewaySession &session); ///< without effect when it is not in grace
    /// Wakes for closes of sleeping sockets, at most closeWakeRate per second, in random order (section 8.6).
    void queueCloseWake(RequestId requestId);
    /// The one place that builds a wake (section 5.1): pending timeout of the pool or the engine, spread a little.
    void wake(const ActorRow &row);
    /// Waiters that lack a link; told about each link that comes back.
    void awaitLink(GatewaySession &session) { m_linkWaiters.insert(&session); }
    void stopAwaitingLink(GatewaySession &session) { m_linkWaiters.erase(&session); } ///< also when it does not wait
    std::vector<GatewaySession *> linkWaiters() const { return {m_linkWaiters.begin(), m_linkWaiters.end()}; }

    /// The console hears of it within 20 ms, once, however often this is called.
    void markChanged(GatewaySession &session);
    /// For the gauges; once for each transition of a live session.
    void stateChanged(const GatewaySession &session, monitor::ConnectionState from, monitor::ConnectionState to);
    Gateway::Totals totals() const; ///< as Gateway::totals()
    qint64 tableEntries() const;    ///< as Gateway::tableEntries()
    std::weak_ptr<bool> alive() const { return m_alive; }

private:
    bool isOwnThread() const;
    void enlist(std::unique_ptr<GatewaySession> session);
    /// The event of its end and its last values. info: as it was before the end.
    void reportEnd(const GatewaySession &session, monitor::EventLevel level, monitor::ConnectionState last,
                   const QString &requestHex, monitor::ConnectionInfo info);
    void sweepLater();
    void drainCloseWakes();
    void channelMessage(Channel &, const QByteArray &, bool) override {}
    void channelClosed(Channel &channel, const ChannelClose &close) override;

    mutable Qt::HANDLE m_thread = nullptr; ///< the thread of the first use; only looked at by assertions
    QHash<RequestId, GatewaySession *> m_byRequest;
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

} // namespace dormouse
