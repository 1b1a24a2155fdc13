// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/gatewaysession.h"

#include "engine/gateway/gatewaycore.h"

namespace dormouse {

Error guardError(const char *code, const QString &message, const QJsonObject &metadata)
{
    return Error::make("guard", code, message, metadata);
}

QString stateName(monitor::ConnectionState state)
{
    switch (state) {
    case monitor::ConnectionState::Unknown: return {};
    case monitor::ConnectionState::Waiting: return QStringLiteral("waiting");
    case monitor::ConnectionState::Opening: return QStringLiteral("opening");
    case monitor::ConnectionState::Open: return QStringLiteral("open");
    case monitor::ConnectionState::Attached: return QStringLiteral("attached");
    case monitor::ConnectionState::Hibernating: return QStringLiteral("hibernating");
    case monitor::ConnectionState::Waking: return QStringLiteral("waking");
    case monitor::ConnectionState::Restoring: return QStringLiteral("restoring");
    case monitor::ConnectionState::ClosingAsleep: return QStringLiteral("closing_asleep");
    case monitor::ConnectionState::Streaming: return QStringLiteral("streaming");
    case monitor::ConnectionState::Closed: return QStringLiteral("closed");
    }
    return {};
}

GatewaySession::GatewaySession(GatewayCore &core, Setup setup)
    : m_core(core), m_setup(std::move(setup)), m_ownTraffic(!m_setup.head.header("x-dormouse-console").isNull()),
      m_openedTs(core.context.clock.wallMs()), m_openedUs(core.nowUs()),
      m_stateSinceTs(m_openedTs)
{}

monitor::ConnectionInfo GatewaySession::describe() const
{
    monitor::ConnectionInfo info;
    info.connectionId = rayId();
    info.requestId = requestHex();
    info.gatewayId = QString::fromLatin1(m_core.gatewayId.toHex());
    info.actorId = actorId();
    info.runnerId = m_runnerId;
    info.kind = kind();
    info.state = m_ended ? monitor::ConnectionState::Closed : monitorState();
    info.path = QString::fromUtf8(m_setup.target.path);
    info.clientAddress = QString::fromUtf8(m_setup.clientAddress);
    info.ownTraffic = m_ownTraffic;
    info.openedTs = m_openedTs;
    info.stateSinceTs = m_stateSinceTs;
    info.messagesIn = m_messagesIn;
    info.messagesOut = m_messagesOut;
    info.bytesIn = m_bytesIn;
    info.bytesOut = m_bytesOut;
    info.closeCode = m_closeCode;
    info.closeReason = m_closeReason;
    info.closedBy = m_closedBy;
    return info;
}

QString GatewaySession::requestHex() const
{
    return m_requestId ? QString::fromLatin1(m_requestId->toHex()) : QString();
}

bool GatewaySession::actorLeft() const
{
    const ActorRow *row = m_core.directory.actor(actorId());
    if (row == nullptr || row->generation != m_generation || row->runnerId != m_runnerId)
        return true;
    switch (row->state) {
    case ActorState::Starting:
    case ActorState::Running:
    case ActorState::SleepIntent:
    case ActorState::StopIntent:
    case ActorState::GoingAway:
    case ActorState::Destroying:
        return false;
    case ActorState::Pending:
    case ActorState::Backoff:
    case ActorState::Sleeping:
    case ActorState::Destroyed:
        return true;
    }
    return true;
}

Error GatewaySession::notFoundError() const
{
    QJsonObject metadata;
    const ActorRow *row = m_core.directory.actor(actorId());
    if (row != nullptr && row->destroyTs) {
        metadata.insert(QStringLiteral("destroyed"), true);
        metadata.insert(QStringLiteral("destroy_ts"), *row->destroyTs);
    }
    return Error::make("actor", "not_found", QStringLiteral("the actor does not exist or was destroyed"), metadata);
}

void GatewaySession::emitEvent(monitor::EventKind kind, monitor::EventLevel level, const QString &reason,
                               const QString &from, const QString &to, const QString &text) const
{
    if (!m_core.context.sink.wantsEvents(level))
        return;
    monitor::Event event;
    event.kind = kind;
    event.level = level;
    event.actorId = actorId();
    event.runnerId = m_runnerId;
    event.connectionId = rayId();
    event.requestId = requestHex();
    if (m_requestId)
        event.generation = m_generation;
    event.from = from;
    event.to = to;
    event.reason = reason;
    event.text = text;
    m_core.context.sink.event(std::move(event));
}

void GatewaySession::emitMessage(monitor::TraceKind kind, int index, qint64 value)
{
    if (std::exchange(m_tracedGeneration, m_generation) != m_generation)
        m_traceSlot = {};
    m_core.context.sink.trace(m_traceSlot, *this, kind, index, quint64(value));
}

monitor::TraceSubject GatewaySession::traceSubject() const
{
    return {actorId(), m_runnerId, rayId(), requestHex(), m_generation};
}

void GatewaySession::noteState(monitor::ConnectionState before, const char *reason, bool allowed)
{
    const monitor::ConnectionState after = monitorState();
    m_stateSinceTs = m_core.context.clock.wallMs();
    if (after == monitor::ConnectionState::Closed)
        m_lastLive = before;
    if (before != after)
        m_core.stateChanged(*this, before, after);
    if (m_core.context.sink.wantsEvents(monitor::EventLevel::Debug))
        emitEvent(monitor::EventKind::ConnectionState, monitor::EventLevel::Debug, QString::fromLatin1(reason),
                  stateName(before), stateName(after));
    if (!allowed) {
        emitEvent(monitor::EventKind::Engine, monitor::EventLevel::Error, QStringLiteral("gateway.illegal_transition"),
                  stateName(before), stateName(after), QString::fromLatin1(reason));
    }
    m_core.markChanged(*this);
}

void GatewaySession::dropMessage(const wire::ToServerTunnelMessageKind &kind)
{
    ++m_core.counters.dropped;
    m_core.metrics.dropped(kind, monitorState());
}

bool GatewaySession::send(wire::ToClientTunnelMessageKind kind, quint16 index)
{
    if (!m_requestId || m_runnerId.isEmpty())
        return false;
    const wire::ToClientTunnelMessage message{{m_core.gatewayId, *m_requestId, index}, std::move(kind)};
    return m_core.links.sendTunnel(m_runnerId, message);
}

bool GatewaySession::sendMessage(QByteArrayView data, bool binary, quint16 index)
{
    return m_requestId && !m_runnerId.isEmpty()
        && m_core.links.sendWebSocketMessage(m_runnerId, {m_core.gatewayId, *m_requestId, index}, data, binary);
}

bool GatewaySession::isLinkUp() const
{
    return !m_runnerId.isEmpty() && m_core.links.linkUp(m_runnerId);
}

qint64 GatewaySession::routeDeadlineMs(bool firstAttempt) const
{
    const qint64 fromNow = m_core.nowMs() + m_core.config().routeTimeoutMs;
    return firstAttempt ? m_setup.target.routeDeadlineMs.value_or(fromNow) : fromNow;
}

void GatewaySession::countIn(qsizetype bytes, int messages)
{
    m_messagesIn += quint64(messages);
    m_core.counters.messagesIn += quint64(messages);
    m_bytesIn += quint64(bytes);
    m_core.counters.bytesIn += quint64(bytes);
    if (m_usage)
        m_usage->ingress->add(quint64(bytes));
}

void GatewaySession::countOut(qsizetype bytes)
{
    ++m_messagesOut;
    ++m_core.counters.messagesOut;
    m_bytesOut += quint64(bytes);
    m_core.counters.bytesOut += quint64(bytes);
    if (m_usage)
        m_usage->egress->add(quint64(bytes));
}

void GatewaySession::dropRequest()
{
    if (m_requestId)
        m_core.forgetRequest(*m_requestId);
    m_requestId.reset();
    m_traceSlot = {};
    m_core.setRunner(*this, {});
}

} // namespace dormouse
