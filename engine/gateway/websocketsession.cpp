// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/websocketsession.h"

#include "engine/gateway/headers.h"

#include <QUtf8StringView>

#include <algorithm>
#include <array>
#include <limits>

namespace dormouse {

namespace {

constexpr int kPongsToMiss = 2; // gateway.md section 7.2

using T = StateTransition<SocketState>;
constexpr std::array kTransitions{
    T{SocketState::Waiting, SocketState::Opening, "ready"},
    T{SocketState::Waiting, SocketState::Closed, "wait failed"},
    T{SocketState::Opening, SocketState::Backoff, "attempt failed"},
    T{SocketState::Opening, SocketState::Open, "accepted"},
    T{SocketState::Opening, SocketState::Attached, "accepted hibernatable"},
    T{SocketState::Opening, SocketState::Closed, "closed"},
    T{SocketState::Backoff, SocketState::Waiting, "pause over"},
    T{SocketState::Backoff, SocketState::Closed, "attempts used up"},
    T{SocketState::Open, SocketState::ClosingAsleep, "client gone, link down"},
    T{SocketState::Open, SocketState::Closed, "closed"},
    T{SocketState::Attached, SocketState::Hibernating, "actor stopped, nothing pending"},
    T{SocketState::Attached, SocketState::Waking, "actor stopped, messages pending"},
    T{SocketState::Attached, SocketState::ClosingAsleep, "client gone, messages unwritten"},
    T{SocketState::Attached, SocketState::Closed, "closed"},
    T{SocketState::Hibernating, SocketState::Waking, "client message"},
    T{SocketState::Hibernating, SocketState::Attached, "ready"},
    T{SocketState::Hibernating, SocketState::ClosingAsleep, "client gone"},
    T{SocketState::Hibernating, SocketState::Closed, "closed"},
    T{SocketState::Waking, SocketState::Attached, "ready and listed"},
    T{SocketState::Waking, SocketState::ClosingAsleep, "client gone"},
    T{SocketState::Waking, SocketState::Closed, "closed"},
    T{SocketState::ClosingAsleep, SocketState::Closed, "close delivered or given up"},
};

bool isAllowed(SocketState from, SocketState to)
{
    return std::any_of(kTransitions.begin(), kTransitions.end(),
                       [=](const T &one) { return one.from == from && one.to == to; });
}

} // namespace

std::span<const StateTransition<SocketState>> webSocketTransitions()
{
    return kTransitions;
}

WebSocketSession::WebSocketSession(GatewayCore &core, Setup setup, std::unique_ptr<UpgradeRequest> upgrade)
    : GatewaySession(core, std::move(setup)), m_upgrade(std::move(upgrade)), m_waiter(core, *this),
      m_phaseTimer(core.context.timers), m_ackTimer(core.context.timers), m_turnTimer(core.context.timers),
      m_cutTimer(core.context.timers), m_destroyTimer(core.context.timers), m_pingTimer(core.context.timers)
{}

WebSocketSession::~WebSocketSession()
{
    if (m_channel)
        m_channel->setListener(nullptr);
}

void WebSocketSession::start()
{
    if (!m_core.config().websocketAcceptWhenReady && !acceptUpgrade())
        return;
    if (const auto wrong = pathError(m_setup.target.path)) {
        fail(*wrong);
        return;
    }
    auto headers = headersForActor(m_setup.head, ForwardKind::WebSocket, m_core.config(), rayId(), -1);
    if (!headers) {
        fail(headers.error());
        return;
    }
    m_core.counters.dropped += quint64(headers->dropped);
    m_core.metrics.droppedHeaders.add(quint64(headers->dropped));
    m_headers = std::move(headers->headers);
    beginAttempt();
}

bool WebSocketSession::acceptUpgrade()
{
    m_channel = acceptClient(*m_upgrade, m_setup.head, m_core.config(), rayId());
    m_upgrade.reset();
    if (!m_channel) {
        finish({{}, {}, {}, "client", "client gone", false});
        return false;
    }
    m_channel->setListener(this);
    armClientPing();
    return true;
}

monitor::ConnectionState WebSocketSession::monitorState() const
{
    return shownAs(m_state);
}

monitor::ConnectionState shownAs(SocketState state)
{
    switch (state) {
    case SocketState::Waiting:
    case SocketState::Backoff:
        return monitor::ConnectionState::Waiting;
    case SocketState::Opening:
        return monitor::ConnectionState::Opening;
    case SocketState::Open:
        return monitor::ConnectionState::Open;
    case SocketState::Attached:
        return monitor::ConnectionState::Attached;
    case SocketState::Hibernating:
        return monitor::ConnectionState::Hibernating;
    case SocketState::Waking:
        return monitor::ConnectionState::Waking;
    case SocketState::ClosingAsleep:
        return monitor::ConnectionState::ClosingAsleep;
    case SocketState::Closed:
        return monitor::ConnectionState::Closed;
    }
    return monitor::ConnectionState::Unknown;
}

monitor::ConnectionInfo WebSocketSession::describe() const
{
    monitor::ConnectionInfo info = GatewaySession::describe();
    if (m_channel)
        info.clientQueuedBytes = m_channel->bytesQueued();
    if (m_clientRttUs > 0)
        info.clientRttUs = m_clientRttUs;
    info.nextIndex = m_nextIndex;
    if (!m_record)
        return info;
    const PendingBuffer &buffer = m_record->buffer;
    info.hibernatable = true;
    // A start command has named the socket but its actor is not ready yet.
    if (m_state == SocketState::Waking && m_record->listedGeneration
        && m_record->listedGeneration != m_record->leftGeneration)
        info.state = monitor::ConnectionState::Restoring;
    info.nextIndex = buffer.nextIndex();
    info.lastSentIndex = buffer.lastSent();
    info.lastAckedIndex = buffer.acked();
    info.pendingMessages = qint64(buffer.count());
    info.pendingBytes = buffer.bytes();
    info.pendingLimitBytes = buffer.limit();
    info.maxPendingBytes = quint64(buffer.maxBytes());
    const qint64 wall = m_core.context.clock.wallMs();
    if (!buffer.isEmpty())
        info.oldestPendingMs = (m_core.nowUs() - buffer.front().queuedUs) / 1000;
    if (const auto written = buffer.oldestWrittenMs())
        info.ackDeadlineTs = wall + (*written + m_core.config().hwsMessageAckTimeoutMs - m_core.nowMs());
    info.sleeps = m_record->sleeps;
    info.wakes = m_record->wakes;
    info.resends = m_record->resends;
    info.lastAckLatencyUs = m_record->lastAckLatencyUs;
    if (m_requestId) {
        info.keepaliveTs = m_core.keepalive.lastPingTs(*m_requestId);
        info.keepaliveDueTs = m_core.keepalive.nextRefreshTs(*m_requestId);
    }
    return info;
}

void WebSocketSession::setState(SocketState state, const char *event)
{
    if (m_state == state)
        return;
    const monitor::ConnectionState before = monitorState();
    const bool allowed = isAllowed(m_state, state);
    m_state = state;
    noteState(before, event, allowed);
}

bool WebSocketSession::acceptsRunner(const QString &runnerId) const
{
    if (!m_requestId)
        return false;
    if (runnerId.constData() == m_runnerId.constData() || runnerId == m_runnerId)
        return true;
    if (!m_record)
        return false;
    // Asleep or waking: only the runner of the generation whose start command named this socket.
    const ActorRow *row = m_core.directory.actor(actorId());
    return row != nullptr && row->runnerId == runnerId && row->generation == m_record->listedGeneration;
}

// --- runner messages ----------------------------------------------------------------------------

void WebSocketSession::tunnel(const wire::ToServerTunnelMessageKind &kind)
{
    if (const auto *message = std::get_if<wire::ToServerWebSocketMessage>(&kind)) {
        if (!takeActorMessage(message->data, message->binary))
            dropMessage(kind);
        return;
    }
    if (const auto *ack = std::get_if<wire::ToServerWebSocketMessageAck>(&kind)) {
        if (m_record)
            acknowledged(ack->index);
        else
            dropMessage(kind);
        return;
    }
    if (const auto *open = std::get_if<wire::ToServerWebSocketOpen>(&kind)) {
        if (m_state == SocketState::Opening && m_openWritten)
            openAnswered(*open);
        else
            dropMessage(kind);
        return;
    }
    if (const auto *close = std::get_if<wire::ToServerWebSocketClose>(&kind)) {
        if (m_state == SocketState::Opening)
            openRefused(*close);
        else
            actorClosed(*close);
        return;
    }
    dropMessage(kind);
}

bool WebSocketSession::takeActorMessage(QByteArrayView data, bool binary)
{
    if (m_state == SocketState::Opening || !m_channel)
        return false;
    actorMessage(data, binary);
    return true;
}

void WebSocketSession::actorMessage(QByteArrayView data, bool binary)
{
    countOut(data.size());
    if (binary || QUtf8StringView(data).isValidUtf8())
        m_channel->sendView(data, binary);
    else
        m_channel->send(QString::fromUtf8(data).toUtf8(), false);
    if (m_core.context.sink.wantsTrace())
        emitMessage(monitor::TraceKind::Out, -1, data.size());
    m_core.markChanged(*this);
    if (m_channel->bytesQueued() > m_core.config().websocketSendQueueMaxBytes) {
        fail(guardError("websocket_send_queue_full", QStringLiteral("the client reads too slowly"),
                        {{QStringLiteral("limit"), m_core.config().websocketSendQueueMaxBytes}}));
    }
}

void WebSocketSession::actorClosed(const wire::ToServerWebSocketClose &close)
{
    if (close.code == closeNumber(CloseCode::PolicyViolation)
        && close.reason == QStringLiteral("ws.message_index_skip")) {
        ++m_core.counters.indexSkips;
        m_core.metrics.indexSkips.add();
        QStringList indexes;
        const quint64 count = std::min<quint64>(m_indexesWritten, m_lastIndexes.size());
        for (quint64 i = m_indexesWritten - count; i < m_indexesWritten; ++i)
            indexes << QString::number(m_lastIndexes[std::size_t(i % m_lastIndexes.size())]);
        emitEvent(monitor::EventKind::Protocol, monitor::EventLevel::Error, QStringLiteral("ws.message_index_skip"), {},
                  {}, QStringLiteral("a runner saw a gap; last indexes written: ") % indexes.join(QLatin1String(", ")));
    }
    if (close.hibernate && m_record) {
        if (m_record->attached)
            detach("runner asked to hibernate");
        return;
    }
    if (const auto loss = RestoreReport::lossOf(close.reason))
        m_core.noteRestoreLoss(*this, *loss);
    const auto [code, reason] = closeForClient(close.code, close.reason);
    End end{code, reason, {}, "actor", "actor closed"};
    // Asleep there is no attached generation that would expect an answer.
    if (!m_record || m_record->attached)
        end.runnerClose = RunnerClose{closeNumber(CloseCode::Normal), {}};
    finish(end);
}

// --- client messages ----------------------------------------------------------------------------

void WebSocketSession::channelMessage(Channel &, const QByteArray &payload, bool binary)
{
    m_pingsUnanswered = 0;
    if (!ended())
        clientMessage(payload, binary);
}

void WebSocketSession::channelPong(Channel &, const QByteArray &payload)
{
    m_pingsUnanswered = 0;
    // A pong that nobody asked for, or one of an earlier ping, tells no round trip.
    if (ended() || m_pingSentUs == 0 || payload != QByteArray::number(m_pingSentUs))
        return;
    const qint64 us = m_core.nowUs() - m_pingSentUs;
    m_pingSentUs = 0;
    m_clientRttUs = quint32(std::clamp<qint64>(us, 1, std::numeric_limits<quint32>::max()));
    m_core.metrics.clientRoundTrip.observe(double(us) / 1e6);
    m_core.markChanged(*this);
}

void WebSocketSession::armClientPing()
{
    const qint64 intervalMs = m_core.config().clientPingIntervalMs;
    if (intervalMs > 0)
        m_pingTimer.start(m_core.nowMs() + intervalMs, [this] { clientPingDue(); });
}

void WebSocketSession::clientPingDue()
{
    if (!m_channel)
        return;
    if (m_pingsUnanswered >= kPongsToMiss) {
        clientSilent();
        return;
    }
    // While the socket is not read, a pong may wait behind data; its absence says nothing.
    if (m_reading) {
        ++m_pingsUnanswered;
        m_pingSentUs = m_core.nowUs();
        m_channel->ping(QByteArray::number(m_pingSentUs));
    } else {
        m_pingsUnanswered = 0;
    }
    armClientPing();
}

void WebSocketSession::noteIndex(quint16 index)
{
    m_lastIndexes[std::size_t(m_indexesWritten++ % m_lastIndexes.size())] = index;
}

void WebSocketSession::countIn(qsizetype bytes)
{
    GatewaySession::countIn(bytes);
    m_core.markChanged(*this);
}

void WebSocketSession::clientMessage(const QByteArray &payload, bool binary)
{
    if (payload.size() > m_core.config().websocketMaxMessageSize) {
        failWith(closeNumber(CloseCode::TooBig),
                 guardError("websocket_message_too_large", QStringLiteral("the message is too large"),
                            {{QStringLiteral("limit"), m_core.config().websocketMaxMessageSize}}));
        return;
    }
    countIn(payload.size());
    // Not accepted yet, or behind others that wait: order is what counts.
    const bool accepted = m_state == SocketState::Open || (m_record && m_record->rowCommitted);
    if (!accepted || !m_held.empty()) {
        hold(payload, binary);
        updateReading();
        return;
    }
    relay(payload, binary);
}

void WebSocketSession::relay(const QByteArray &payload, bool binary)
{
    if (m_record) {
        const qint64 nowUs = m_core.nowUs();
        if (!appendPending(payload, binary, m_deferredClose.has_value(), nowUs))
            return;
        if (m_record->attached)
            pump(*m_record, nowUs);
        else if (m_state == SocketState::Hibernating)
            wakeForRecord("message");
        updateReading();
        return;
    }
    if (m_state != SocketState::Open)
        return;
    if (m_plain.empty() && !m_congested && writePlain(payload, binary)) {
        m_congested = m_core.links.linkBytesQueued(m_runnerId) > m_core.config().linkQueueHighBytes;
    } else {
        m_plain.push_back({payload, binary});
        m_plainBytes += payload.size();
        if (m_linkCut && m_plainBytes > m_core.config().websocketCutQueueBytes) {
            fail(guardError("service_unavailable", QStringLiteral("the runner is not reachable")));
            return;
        }
    }
    updateReading();
}

quint16 WebSocketSession::takeIndex()
{
    return m_record ? m_record->buffer.nextIndex() : m_nextIndex;
}

bool WebSocketSession::writePlain(const QByteArray &payload, bool binary)
{
    if (!sendMessage(payload, binary, m_nextIndex))
        return false;
    noteIndex(m_nextIndex);
    if (m_core.context.sink.wantsTrace())
        emitMessage(monitor::TraceKind::InAndSent, m_nextIndex, payload.size());
    ++m_nextIndex;
    m_unconfirmed = true;
    return true;
}

void WebSocketSession::flushPlain()
{
    m_congested = false;
    while (!m_plain.empty() && isLinkUp()) {
        if (m_core.links.linkBytesQueued(m_runnerId) > m_core.config().linkQueueHighBytes) {
            m_congested = true;
            break;
        }
        if (!writePlain(m_plain.front().payload, m_plain.front().binary))
            break;
        m_plainBytes -= m_plain.front().payload.size();
        m_plain.pop_front();
    }
    if (!completeDeferredClose())
        updateReading();
}

void WebSocketSession::hold(const QByteArray &payload, bool binary)
{
    m_heldBytes += payload.size() + PendingBuffer::kOverheadBytes;
    m_held.push_back({payload, binary});
}

void WebSocketSession::releaseHeld()
{
    while (!m_held.empty() && !ended()) {
        const Message message = m_held.front();
        if (m_record) {
            const bool pause = m_core.config().hwsPendingPolicy == QLatin1String("pause") && !m_deferredClose;
            if (pause && m_record->buffer.check(message.payload.size()) != PendingBuffer::Verdict::Accepted)
                return;
        }
        m_held.pop_front();
        m_heldBytes -= message.payload.size() + PendingBuffer::kOverheadBytes;
        relay(message.payload, message.binary);
    }
}

void WebSocketSession::updateReading()
{
    if (ended() || !m_channel)
        return;
    const bool accepted = m_state == SocketState::Open || (m_record && m_record->rowCommitted);
    // Without a link the limits of sections 8.3 and 9.3 decide; with one, what waits for it is bounded here.
    const bool linkTakes = !m_linkCut && (!m_record || m_record->attached);
    const qint64 waiting = m_record ? m_record->buffer.unwrittenBytes() : m_plainBytes;
    const bool room = !linkTakes || (!m_congested && waiting <= m_core.config().websocketLinkWaitBytes);
    // Before the acceptance a little is read: a close behind it is seen, and what was said before it is known.
    const bool reading = accepted ? room && m_held.empty() : m_heldBytes < m_core.config().websocketHeldBytes;
    if (reading == m_reading)
        return;
    m_reading = reading;
    m_channel->setReading(reading);
}

} // namespace dormouse
