// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/gatewaycore.h"

#include <QThread>

#include <algorithm>

namespace dormouse {

namespace {

constexpr qint64 kChangedDelayMs = 20;   // one mark per session and this time, however busy it is
constexpr qint64 kCloseWakeSliceMs = 100;
constexpr double kPendingJitter = 0.05; // upwards only: the deadline may not fall below the wait of a client

} // namespace

GatewayCore::GatewayCore(const CoreContext &contextIn, ActorDirectory &directoryIn)
    : context(contextIn), directory(directoryIn), links(directoryIn.tunnel()),
      gatewayId{contextIn.random.next32()}, metrics(contextIn.metrics), limits(contextIn.config),
      keepalive(contextIn, gatewayId), restores(contextIn), m_sweepTimer(contextIn.timers),
      m_changedTimer(contextIn.timers), m_closeWakeTimer(contextIn.timers)
{}

GatewayCore::~GatewayCore() = default;

bool GatewayCore::isOwnThread() const
{
    // Bound at the first use: a core may be made by one thread and handed to another before it starts.
    if (m_thread == nullptr)
        m_thread = QThread::currentThreadId();
    return m_thread == QThread::currentThreadId();
}

void GatewayCore::enlist(std::unique_ptr<GatewaySession> session)
{
    Q_ASSERT(isOwnThread());
    GatewaySession *raw = session.get();
    m_byRay.insert(raw->rayId(), raw);
    m_byActor[raw->actorId()].insert(raw);
    m_sessions.emplace(raw, std::move(session));
    ++counters.connections;
    ++m_states[std::size_t(raw->monitorState())];
    if (raw->kind() == monitor::ConnectionKind::WebSocket)
        metrics.socketState(raw->m_ownTraffic, raw->monitorState(), 1);
    metrics.of(raw->m_ownTraffic).requests.add();
    metrics.of(raw->m_ownTraffic).requestsPending.add(1);
    if (const ActorRow *row = directory.actor(raw->actorId())) {
        raw->m_usage = &metrics.usage(row->namespaceId, row->name, raw->m_ownTraffic);
        raw->m_usage->requests->add();
        raw->m_usage->activeRequests->add(1);
    }
    raw->emitEvent(monitor::EventKind::ConnectionOpened, monitor::EventLevel::Debug, QStringLiteral("client"), {},
                   stateName(raw->monitorState()));
    markChanged(*raw);
}

void GatewayCore::end(GatewaySession &session)
{
    Q_ASSERT(isOwnThread());
    if (session.m_ended)
        return;
    // What the gauges and limits counted is given back exactly once, here.
    const monitor::ConnectionState last = session.monitorState();
    const auto level = session.kind() == monitor::ConnectionKind::WebSocket ? monitor::EventLevel::Info
                                                                            : monitor::EventLevel::Debug;
    const bool isTold = context.sink.wantsValues() || context.sink.wantsEvents(level);
    monitor::ConnectionInfo info = isTold ? session.describe() : monitor::ConnectionInfo();
    const QString requestHex = isTold ? session.requestHex() : QString();
    session.stopTimers();
    session.dropRequest();
    session.m_ended = true;
    session.m_setup.place.release();
    *session.m_alive = false;
    stopAwaitingLink(session);
    --counters.connections;
    --m_states[std::size_t(last)];
    metrics.of(session.m_ownTraffic).requestsPending.add(-1);
    if (session.m_usage)
        session.m_usage->activeRequests->add(-1);
    if (session.kind() == monitor::ConnectionKind::WebSocket)
        metrics.socketState(session.m_ownTraffic, last, -1);
    else
        metrics.of(session.m_ownTraffic).httpDuration.observe(double(nowUs() - session.m_openedUs) / 1e6);
    m_byRay.remove(session.rayId());
    const auto ofActor = m_byActor.find(session.actorId());
    if (ofActor != m_byActor.end()) {
        ofActor->erase(&session);
        if (ofActor->empty())
            m_byActor.erase(ofActor);
    }
    if (session.m_dirty)
        std::erase(m_changed, &session);
    if (isTold)
        reportEnd(session, level, last, requestHex, std::move(info));
    const auto owned = m_sessions.find(&session);
    m_ended.push_back(std::move(owned->second));
    m_sessions.erase(owned);
    sweepLater();
}

void GatewayCore::reportEnd(const GatewaySession &session, monitor::EventLevel level, monitor::ConnectionState last,
                            const QString &requestHex, monitor::ConnectionInfo info)
{
    info.state = monitor::ConnectionState::Closed;
    info.closedTs = context.clock.wallMs();
    monitor::Event event;
    event.kind = monitor::EventKind::ConnectionClosed;
    event.level = level;
    event.actorId = info.actorId;
    event.runnerId = info.runnerId;
    event.connectionId = info.connectionId;
    event.requestId = requestHex;
    event.from = stateName(last == monitor::ConnectionState::Closed ? session.m_lastLive : last);
    event.to = stateName(monitor::ConnectionState::Closed);
    event.reason = info.closeReason.isEmpty() ? info.closedBy : info.closeReason.section(QLatin1Char('#'), 0, 0);
    if (info.closeCode)
        event.value = *info.closeCode;
    const auto number = [](auto value) { return QString::number(value); };
    event.text = u"by " % info.closedBy % u" after " % number(*info.closedTs - info.openedTs.value_or(*info.closedTs))
        % u" ms, in " % number(info.messagesIn.value_or(0)) % u'/' % number(info.bytesIn.value_or(0))
        % u" B, out " % number(info.messagesOut.value_or(0)) % u'/' % number(info.bytesOut.value_or(0))
        % u" B, sleeps " % number(info.sleeps.value_or(0)) % u", wakes " % number(info.wakes.value_or(0))
        % u", resends " % number(info.resends.value_or(0)) % u", max pending " % number(info.maxPendingBytes.value_or(0))
        % u" B";
    context.sink.event(std::move(event));
    context.sink.connectionEnded(info);
}

RequestId GatewayCore::newRequestId(GatewaySession &session)
{
    Q_ASSERT(isOwnThread());
    session.dropRequest();
    RequestId id;
    do {
        id.value = context.random.next32();
    } while (m_byRequest.contains(id) || abandonedOpens.contains(id));
    m_byRequest.insert(id, &session);
    session.m_requestId = id;
    session.m_traceSlot = {};
    return id;
}

GatewaySession *GatewayCore::byRequest(RequestId requestId) const
{
    Q_ASSERT(isOwnThread());
    return m_byRequest.value(requestId, nullptr);
}

GatewaySession *GatewayCore::byRay(const QString &rayId) const
{
    Q_ASSERT(isOwnThread());
    return m_byRay.value(rayId, nullptr);
}

std::vector<GatewaySession *> GatewayCore::ofActor(const QString &actorId) const
{
    Q_ASSERT(isOwnThread());
    const auto found = m_byActor.constFind(actorId);
    if (found == m_byActor.constEnd())
        return {};
    std::vector<GatewaySession *> result(found->begin(), found->end());
    // By ray id: an order that does not depend on addresses, so that a simulation repeats exactly.
    std::sort(result.begin(), result.end(), [](auto *a, auto *b) { return a->rayId() < b->rayId(); });
    return result;
}

std::vector<GatewaySession *> GatewayCore::ofRunner(const QString &runnerId) const
{
    Q_ASSERT(isOwnThread());
    const auto found = m_byRunner.constFind(runnerId);
    if (found == m_byRunner.constEnd())
        return {};
    std::vector<GatewaySession *> result(found->begin(), found->end());
    std::sort(result.begin(), result.end(), [](auto *a, auto *b) { return a->rayId() < b->rayId(); });
    return result;
}

std::vector<GatewaySession *> GatewayCore::all() const
{
    Q_ASSERT(isOwnThread());
    std::vector<GatewaySession *> result(m_byRay.cbegin(), m_byRay.cend());
    std::sort(result.begin(), result.end(), [](auto *a, auto *b) { return a->rayId() < b->rayId(); });
    return result;
}

void GatewayCore::setRunner(GatewaySession &session, const QString &runnerId)
{
    if (session.m_runnerId == runnerId)
        return;
    leaveGrace(session);
    const auto before = m_byRunner.find(session.m_runnerId);
    if (before != m_byRunner.end()) {
        before->erase(&session);
        if (before->empty())
            m_byRunner.erase(before);
    }
    session.m_runnerId = runnerId;
    session.m_traceSlot = {};
    if (!runnerId.isEmpty())
        m_byRunner[runnerId].insert(&session);
}

void GatewayCore::enterGrace(GatewaySession &session)
{
    if (session.m_ended || session.m_graceSinceMs)
        return;
    session.m_graceSinceMs = nowMs();
    metrics.graceRequests.add(1);
}

void GatewayCore::leaveGrace(GatewaySession &session)
{
    if (!session.m_graceSinceMs)
        return;
    metrics.graceRequests.add(-1);
    metrics.graceSeconds.observe(double(nowMs() - *session.m_graceSinceMs) / 1000.0);
    session.m_graceSinceMs.reset();
}

void GatewayCore::lingerChannel(std::unique_ptr<Channel> channel)
{
    channel->setListener(this);
    m_closing.push_back(std::move(channel));
}

void GatewayCore::buryChannel(std::unique_ptr<Channel> channel)
{
    channel->setListener(nullptr);
    m_closed.push_back(std::move(channel));
    sweepLater();
}

void GatewayCore::channelClosed(Channel &channel, const ChannelClose &)
{
    const auto found = std::find_if(m_closing.begin(), m_closing.end(),
                                    [&](const auto &owned) { return owned.get() == &channel; });
    if (found == m_closing.end())
        return;
    std::unique_ptr<Channel> owned = std::move(*found);
    m_closing.erase(found);
    buryChannel(std::move(owned));
}

void GatewayCore::sweepLater()
{
    if (m_sweepTimer.active())
        return;
    m_sweepTimer.start(nowMs(), [this] {
        m_ended.clear();
        m_closed.clear();
    });
}

void GatewayCore::addHibernatable(const QString &actorId)
{
    ++m_hwsOfActor[actorId];
    ++m_hwsTotal;
}

void GatewayCore::removeHibernatable(const QString &actorId)
{
    --m_hwsTotal;
    const auto found = m_hwsOfActor.find(actorId);
    if (found != m_hwsOfActor.end() && --*found == 0)
        m_hwsOfActor.erase(found);
}

void GatewayCore::noteRestoreLoss(const GatewaySession &session, RestoreReport::Loss loss)
{
    if (!session.listedGeneration())
        return;
    const std::vector<GatewaySession *> sessions = ofActor(session.actorId());
    const auto listed = std::count_if(sessions.begin(), sessions.end(), [&](const GatewaySession *one) {
        return one->listedGeneration() == session.listedGeneration();
    });
    restores.lost(session.actorId(), *session.listedGeneration(), int(listed), loss);
}

void GatewayCore::pendingChanged(qint64 messages, qint64 bytes)
{
    counters.pendingMessages += messages;
    counters.pendingBytes += bytes;
    metrics.pendingMessages.add(double(messages));
    metrics.pendingBytes.add(double(bytes));
    if (m_enforcing || counters.pendingBytes <= config().hwsTotalPendingSize)
        return;
    // The largest holder pays, not the one that happened to send last (gateway.md section 10.1).
    m_enforcing = true;
    std::vector<GatewaySession *> holders = all();
    std::stable_sort(holders.begin(), holders.end(),
                     [](auto *a, auto *b) { return a->pendingBytes() > b->pendingBytes(); });
    for (GatewaySession *holder : holders) {
        if (counters.pendingBytes <= config().hwsTotalPendingSize)
            break;
        if (holder->pendingBytes() > 0)
            holder->closeForTotalLimit();
    }
    m_enforcing = false;
}

void GatewayCore::wake(const ActorRow &row)
{
    ++counters.wakes;
    const auto override = directory.poolSetting(row.namespaceId, row.pool,
                                                QStringLiteral("force_wake_pending_timeout_ms"));
    const qint64 timeoutMs = override.value_or(config().actorForceWakePendingTimeoutMs);
    const qint64 jitterMs = qint64(double(timeoutMs) * kPendingJitter * context.random.unit());
    // By value: the wake may move the rows.
    const QString actorId = row.actorId;
    directory.wakeActor(actorId, {OverrideKind::DontSleep, timeoutMs + jitterMs});
}

void GatewayCore::queueCloseWake(RequestId requestId)
{
    m_closeWakes.push_back(requestId);
    if (!m_closeWakeTimer.active())
        m_closeWakeTimer.start(nowMs(), [this] { drainCloseWakes(); });
}

void GatewayCore::drainCloseWakes()
{
    int budget = std::max(1, int(config().closeWakeRate * kCloseWakeSliceMs / 1000));
    bool granted = false;
    while (!m_closeWakes.empty() && budget > 0) {
        const std::size_t pick = std::size_t(context.random.below(m_closeWakes.size()));
        const RequestId requestId = m_closeWakes[pick];
        m_closeWakes[pick] = m_closeWakes.back();
        m_closeWakes.pop_back();
        if (GatewaySession *session = byRequest(requestId)) {
            --budget;
            granted = true;
            session->closeWakeGranted();
        }
    }
    // Armed for one more slice even when the queue is empty: what comes meanwhile counts against the same rate.
    if (granted)
        m_closeWakeTimer.start(nowMs() + kCloseWakeSliceMs, [this] { drainCloseWakes(); });
}

void GatewayCore::markChanged(GatewaySession &session)
{
    if (session.m_dirty || session.m_ended || !context.sink.wantsValues())
        return;
    session.m_dirty = true;
    m_changed.push_back(&session);
    if (m_changedTimer.active())
        return;
    m_changedTimer.start(nowMs() + kChangedDelayMs, [this] {
        std::vector<GatewaySession *> changed;
        changed.swap(m_changed);
        for (GatewaySession *one : changed) {
            one->m_dirty = false;
            context.sink.connectionChanged(one->rayId());
        }
    });
}

void GatewayCore::stateChanged(const GatewaySession &session, monitor::ConnectionState from, monitor::ConnectionState to)
{
    if (session.kind() == monitor::ConnectionKind::WebSocket) {
        metrics.socketState(session.m_ownTraffic, from, -1);
        metrics.socketState(session.m_ownTraffic, to, 1);
    }
    --m_states[std::size_t(from)];
    ++m_states[std::size_t(to)];
}

qint64 GatewayCore::tableEntries() const
{
    return qint64(m_sessions.size() + m_linkWaiters.size() + m_ended.size() + m_closing.size()
                  + m_closed.size() + m_changed.size() + m_closeWakes.size() + keepalive.size())
        + m_byRequest.size() + m_byRay.size() + m_byActor.size() + m_byRunner.size() + m_hwsOfActor.size();
}

Gateway::Totals GatewayCore::totals() const
{
    const auto count = [this](monitor::ConnectionState state) { return m_states[std::size_t(state)]; };
    Gateway::Totals result = counters;
    result.open = count(monitor::ConnectionState::Open) + count(monitor::ConnectionState::Attached)
        + count(monitor::ConnectionState::Streaming);
    result.hibernating = count(monitor::ConnectionState::Hibernating);
    result.waking = count(monitor::ConnectionState::Waking) + count(monitor::ConnectionState::Restoring);
    result.keepaliveFailures = keepalive.failures();
    return result;
}

} // namespace dormouse
