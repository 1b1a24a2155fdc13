// SPDX-License-Identifier: Apache-2.0
// What a client WebSocket does when its actor or its runner's link changes (gateway.md section 9).
#include "engine/gateway/headers.h"
#include "engine/gateway/websocketsession.h"

namespace dormouse {

void WebSocketSession::actorReady()
{
    if (m_record) {
        tryAttach();
        return;
    }
    m_waiter.recheck();
}

void WebSocketSession::actorStopping()
{
    // Whatever the actor would still handle now, its answer would be lost with its instance.
    if (m_record && m_record->attached)
        m_record->stopping = true;
}

void WebSocketSession::actorStopped()
{
    m_waiter.actorStopped();
    if (ended())
        return;
    if (m_record) {
        if (m_record->attached && actorLeft())
            detach("actor stopped");
        return;
    }
    if (!m_requestId || !actorLeft())
        return;
    if (m_state == SocketState::Opening)
        failOpen("actor_stopped_while_waiting_for_websocket_open");
    else if (m_state == SocketState::Open)
        finish({closeNumber(CloseCode::Normal), QByteArrayLiteral("actor.stopped"), {}, "engine", "actor stopped"});
    else if (m_state == SocketState::ClosingAsleep)
        finish({{}, {}, {}, "client", "actor stopped", false});
}

void WebSocketSession::actorDestroyStarted()
{
    if (!m_record)
        m_waiter.actorDestroyStarted();
    if (ended())
        return;
    // Its socket is told in actorDestroyed, with the code of a destroyed actor instead of that of a failed wait.
    m_waiter.cancel();
    if (!m_destroyTimer.active() && (m_requestId || m_record)) {
        m_destroyTimer.start(m_core.nowMs() + m_core.config().destroyClientGraceMs, [this] { actorDestroyed(); });
    }
}

void WebSocketSession::actorDestroyed()
{
    if (!m_record)
        m_waiter.actorDestroyStarted();
    if (ended())
        return;
    finish({closeNumber(CloseCode::InternalError), closeReason(notFoundError(), rayId()), {}, "engine", "destroyed"});
}

void WebSocketSession::linkDown()
{
    m_linkCut = true;
    m_cutTimer.cancel();
    if (m_record && m_record->attached) {
        m_record->buffer.rewind();
        m_ackTimer.cancel();
        m_turnTimer.cancel();
        m_record->turnBudget = m_core.config().hwsResendTurnBytes;
    }
    updateReading();
}

void WebSocketSession::linkBack()
{
    m_linkCut = false;
    m_congested = false;
    if (m_record) {
        if (m_record->attached)
            pump(*m_record);
        return;
    }
    if (m_state == SocketState::Opening) {
        if (!m_openWritten) {
            trySendOpen();
            return;
        }
        if (m_openConfirmed)
            return;
        m_cutTimer.start(m_core.nowMs() + m_core.config().unconfirmedWaitMs, [this] {
            abandonOpen({closeNumber(CloseCode::InternalError), QStringLiteral("ws.downstream_closed")});
            failOpen("actor_stopped_while_waiting_for_websocket_open");
        });
        return;
    }
    if (m_state != SocketState::Open && m_state != SocketState::ClosingAsleep)
        return;
    if (m_unconfirmed) {
        fail(guardError("request_delivery_unconfirmed",
                        QStringLiteral("the link was cut and messages may have been lost")));
        return;
    }
    flushPlain();
}

void WebSocketSession::linkDrained()
{
    m_congested = false;
    if (m_record)
        pump(*m_record);
    else if (m_state == SocketState::Open || m_state == SocketState::ClosingAsleep)
        flushPlain();
}

void WebSocketSession::linkConfirmed()
{
    m_unconfirmed = false;
    // What a new connection confirms says nothing about an open that the old one may have lost: only its answer does.
    if (m_state == SocketState::Opening && m_openWritten && !m_cutTimer.active())
        m_openConfirmed = true;
}

} // namespace dormouse
