// SPDX-License-Identifier: Apache-2.0
// How a client WebSocket ends (gateway.md sections 7.3 and 8.6).
#include "engine/gateway/headers.h"
#include "engine/gateway/websocketsession.h"

namespace dormouse {

void WebSocketSession::channelClosed(Channel &, const ChannelClose &close)
{
    if (ended())
        return;
    m_core.buryChannel(std::move(m_channel));
    if (close.clean && close.byPeer) {
        m_closeCode = close.code.value_or(closeNumber(CloseCode::Normal));
        m_closeReason = QString::fromUtf8(close.reason);
        if (close.code)
            clientGone({*close.code, QString::fromUtf8(close.reason)});
        else
            clientGone({closeNumber(CloseCode::Normal), {}});
        return;
    }
    m_closeReason = QStringLiteral("ws.downstream_closed");
    clientGone({closeNumber(CloseCode::InternalError), QStringLiteral("ws.downstream_closed")});
}

void WebSocketSession::channelDrained(Channel &)
{
    if (!ended())
        updateReading();
}

void WebSocketSession::clientGone(RunnerClose close)
{
    const End silent{{}, {}, {}, "client", "client gone", false};
    const bool accepted = m_state == SocketState::Open || m_record;
    if (!accepted && !m_held.empty()) {
        // It has spoken, so its actor is to hear it: the attempt goes on, the close follows the messages.
        m_deferredClose = std::move(close);
        m_pingTimer.start(m_core.nowMs() + m_core.config().hwsCloseDeliveryMs, [this, silent] {
            End end = silent;
            end.runnerClose = m_deferredClose;
            finish(end);
        });
        emitEvent(monitor::EventKind::ConnectionState, monitor::EventLevel::Debug, QStringLiteral("client_left"),
                  stateName(monitorState()), stateName(monitorState()),
                  QStringLiteral("%1 messages to deliver first").arg(m_held.size()));
        m_core.markChanged(*this);
        return;
    }
    if (m_state == SocketState::Opening && m_openWritten) {
        End end = silent;
        end.runnerClose = close;
        finish(end);
        return;
    }
    if (!accepted) {
        finish(silent);
        return;
    }
    if (m_record && !m_record->attached && !m_core.config().wakeOnCloseWhileAsleep) {
        finish(silent);
        return;
    }
    m_deferredClose = std::move(close);
    if (!m_record || m_record->rowCommitted)
        releaseHeld();
    if (ended() || completeDeferredClose())
        return;
    // What the client sent before its close has to arrive before it, so the record lives on without a client.
    setState(SocketState::ClosingAsleep, "client gone");
    m_phaseTimer.start(m_core.nowMs() + m_core.config().hwsCloseDeliveryMs, [this, silent] {
        if (m_record)
            m_core.metrics.garbageCollected("client_gone");
        finish(silent);
    });
    if (m_record && !m_record->attached && !m_waiter.isActive())
        m_core.queueCloseWake(*m_requestId);
}

/// Two pings went unanswered: the client is told in case it still listens, its actor as after a lost connection.
void WebSocketSession::clientSilent()
{
    const Error error = guardError("websocket_ping_timeout", QStringLiteral("the client does not answer pings"));
    const QByteArray reason = closeReason(error, rayId());
    m_closeCode = closeNumber(CloseCode::InternalError);
    m_closeReason = QString::fromUtf8(reason);
    m_closedBy = QStringLiteral("engine");
    m_core.metrics.requestError(error.fullCode());
    sayClose(closeNumber(CloseCode::InternalError), reason, false);
    clientGone({closeNumber(CloseCode::InternalError), QStringLiteral("ws.downstream_closed")});
}

void WebSocketSession::sayClose(quint16 code, const QByteArray &reason, bool byActor)
{
    m_core.metrics.closeSent(code, reason, byActor);
    m_channel->close(code, reason);
    m_core.lingerChannel(std::move(m_channel));
}

bool WebSocketSession::completeDeferredClose()
{
    if (ended())
        return true;
    if (!m_deferredClose || !m_held.empty() || !isLinkUp())
        return false;
    if (m_record ? (!m_record->attached || m_record->stopping || !m_record->rowCommitted
                     || !m_record->buffer.allWritten())
                 : !m_plain.empty())
        return false;
    End end{{}, {}, m_deferredClose, "client", "close delivered", false};
    finish(end);
    return true;
}

void WebSocketSession::fail(const Error &error)
{
    failWith(closeNumber(CloseCode::InternalError), error);
}

void WebSocketSession::failWith(quint16 clientCode, const Error &error)
{
    if (m_upgrade) {
        const ErrorAnswer answer = errorAnswer(error, m_setup.head, m_core.config(), rayId());
        m_upgrade->reject(answer.status, answer.headers, answer.body);
        m_upgrade.reset();
    }
    m_core.metrics.requestError(error.fullCode());
    End end{clientCode, closeReason(error, rayId()), {}, "engine", "failed"};
    end.runnerClose = RunnerClose{closeNumber(CloseCode::InternalError), QStringLiteral("ws.downstream_closed")};
    finish(end);
}

/// Client messages that no runner was given, and where they waited.
void WebSocketSession::reportUndelivered(const char *why) const
{
    const std::size_t unwritten = m_record ? m_record->buffer.count() - m_record->buffer.cursor() : 0;
    const std::size_t total = m_held.size() + m_plain.size() + unwritten;
    if (total == 0)
        return;
    m_core.metrics.undelivered("held", m_held.size());
    m_core.metrics.undelivered("link", m_plain.size());
    m_core.metrics.undelivered("pending", unwritten);
    emitEvent(monitor::EventKind::Limit, monitor::EventLevel::Warn, QStringLiteral("messages_undelivered"), {}, {},
              QStringLiteral("%1 client messages reached no runner (%2): %3 held, %4 waiting for the link, %5 pending")
                  .arg(total).arg(QLatin1String(why)).arg(m_held.size()).arg(m_plain.size()).arg(unwritten));
}

void WebSocketSession::closeAtRunner(const RunnerClose &close, quint16 index)
{
    const wire::ToClientWebSocketClose message{close.code, close.reason};
    // What goes down with the link takes the messages along that were written last. An end in order would hide that.
    const bool mayLoseMessages = m_record ? m_record->buffer.count() > 0 : m_unconfirmed || !m_plain.empty();
    const wire::ToClientWebSocketClose broken{closeNumber(CloseCode::InternalError),
                                              QStringLiteral("guard.request_delivery_unconfirmed")};
    m_core.runnerCloses.add({m_runnerId, {m_core.gatewayId, *m_requestId, index}, mayLoseMessages ? broken : message});
    send(message, index);
}

void WebSocketSession::finish(const End &end)
{
    if (ended())
        return;
    reportUndelivered(end.event);
    if (m_channel && end.sayToClient && end.clientCode)
        sayClose(*end.clientCode, end.clientReason, qstrcmp(end.by, "actor") == 0);
    if (m_deferredClose) {
        // Its own close stands, whatever happened to the delivery.
        if (m_closedBy.isEmpty())
            m_closedBy = QStringLiteral("client");
    } else if (m_closedBy.isEmpty()) {
        m_closedBy = QString::fromLatin1(end.by);
        if (end.sayToClient && end.clientCode) {
            m_closeCode = *end.clientCode;
            m_closeReason = QString::fromUtf8(end.clientReason);
        }
    }
    const bool known = m_record ? m_record->attached : m_openWritten;
    if (end.runnerClose && m_state == SocketState::Opening && m_openWritten)
        abandonOpen(*end.runnerClose);
    else if (end.runnerClose && known)
        closeAtRunner(*end.runnerClose, takeIndex());
    if (m_record)
        recordEnded();
    setState(SocketState::Closed, end.event);
    m_core.end(*this);
}

void WebSocketSession::stopTimers()
{
    m_waiter.cancel();
    m_phaseTimer.cancel();
    m_ackTimer.cancel();
    m_turnTimer.cancel();
    m_cutTimer.cancel();
    m_destroyTimer.cancel();
    m_pingTimer.cancel();
}

void WebSocketSession::shutdown()
{
    if (m_upgrade) {
        fail(guardError("service_unavailable", QStringLiteral("the engine is shutting down")));
        return;
    }
    finish({closeNumber(CloseCode::GoingAway), QByteArrayLiteral("ws.going_away"), {}, "engine", "engine shuts down"});
}

bool WebSocketSession::closeByOperator(quint16 code, const QByteArray &reason)
{
    if (m_upgrade)
        fail(guardError("service_unavailable", QStringLiteral("the socket was ended by the operator")));
    else
        finish({code, cutReason(reason),
                RunnerClose{closeNumber(CloseCode::InternalError), QStringLiteral("ws.downstream_closed")}, "engine",
                "closed by operator"});
    return true;
}

bool WebSocketSession::sendByOperator(const QByteArray &payload, bool binary)
{
    const bool accepted = m_state == SocketState::Open || m_record;
    if (!accepted || !m_channel)
        return false;
    actorMessage(payload, binary);
    return true;
}

} // namespace dormouse
