// SPDX-License-Identifier: Apache-2.0
// The part of WebSocketSession that hands the socket to its actor: attempts, refusals, retries (gateway.md section 7.1).
#include "engine/gateway/headers.h"
#include "engine/gateway/httprequest.h"
#include "engine/gateway/websocketsession.h"

namespace dormouse {

namespace {

/// A refusal that only says "not now"; every other one is the actor's own decision (gateway.md section 7.1).
bool isRetryableRefusal(const wire::ToServerWebSocketClose &close)
{
    const QString reason = close.reason.value_or(QString());
    return close.code == closeNumber(CloseCode::InternalError)
        && (reason == QLatin1String("Server Error") || reason == QLatin1String("Actor not found"));
}

} // namespace

void WebSocketSession::beginAttempt()
{
    if (!m_needSinceUs)
        m_needSinceUs = m_core.nowUs();
    ReadyWaiter::Options options;
    options.skipReadyWait = m_setup.target.skipReadyWait;
    options.routeDeadlineMs = routeDeadlineMs(m_attempts == 0);
    m_waiter.start(options, [this](Result<ReadyWaiter::Ready> result) {
        if (result)
            attemptReady(*result);
        else
            fail(result.error());
    });
}

void WebSocketSession::attemptReady(const ReadyWaiter::Ready &ready)
{
    if (m_upgrade && !acceptUpgrade())
        return;
    if (m_waiter.wakesSent() == 0 && m_attempts == 0)
        m_needSinceUs.reset();
    m_core.newRequestId(*this);
    m_core.setRunner(*this, ready.runnerId);
    m_generation = ready.generation;
    m_linkCut = false;
    m_openWritten = false;
    m_openConfirmed = false;
    m_nextIndex = 0;
    ++m_attempts;
    setState(SocketState::Opening, "ready");
    m_phaseTimer.start(m_core.nowMs() + m_core.config().gatewayWebsocketOpenTimeoutMs, [this] {
        // A second open for a request that the runner still holds would leave it with a dead socket.
        if (m_openWritten)
            abandonOpen({closeNumber(CloseCode::InternalError), QStringLiteral("ws.downstream_closed")});
        failOpen("websocket_open_timeout");
    });
    trySendOpen();
}

void WebSocketSession::trySendOpen()
{
    wire::ToClientWebSocketOpen open;
    open.actorId = actorId();
    open.path = m_setup.target.path;
    open.headers = m_headers;
    m_openWritten = true;
    m_openWrittenUs = m_core.nowUs();
    m_nextIndex = 1;
    if (!send(std::move(open), 0)) {
        m_openWritten = false;
        m_nextIndex = 0;
        return;
    }
    if (m_needSinceUs) {
        m_core.context.sink.wakeLatency(m_core.nowUs() - *m_needSinceUs, m_ownTraffic);
        m_needSinceUs.reset();
    }
}

/// An accepted socket is never opened again: what only the opening needed would be held for hours.
void WebSocketSession::forgetHead()
{
    if (!m_channel)
        return;
    m_headers = {};
    HeaderList kept;
    const QByteArray console = m_setup.head.header("x-dormouse-console"); // describe() asks for it
    if (!console.isNull())
        kept.emplace_back("x-dormouse-console", console);
    m_setup.head.headers = std::move(kept);
    m_setup.head.target.clear();
}

void WebSocketSession::openAnswered(const wire::ToServerWebSocketOpen &open)
{
    m_phaseTimer.cancel();
    m_cutTimer.cancel();
    m_core.metrics.of(m_ownTraffic).openWait.observe(double(m_core.nowUs() - m_openWrittenUs) / 1e6);
    m_core.metrics.attempt(kind(), "accepted", "");
    noteIndex(0);
    forgetHead();
    if (open.canHibernate)
        createRecord();
    else
        setState(SocketState::Open, "accepted");
    if (ended())
        return;
    if (m_deferredClose) {
        m_pingTimer.cancel();
        clientGone(*m_deferredClose);
        return;
    }
    if (!m_record)
        releaseHeld();
    updateReading();
}

void WebSocketSession::openRefused(const wire::ToServerWebSocketClose &close)
{
    if (isRetryableRefusal(close)) {
        failOpen("websocket_closed_before_open");
        return;
    }
    m_core.metrics.attempt(kind(), "refused", "decision");
    const auto [code, reason] = closeForClient(close.code, close.reason);
    finish({code, reason, {}, "actor", "refused"});
}

void WebSocketSession::abandonOpen(const RunnerClose &close)
{
    m_core.abandonedOpens.add(*m_requestId, m_runnerId, {close.code, close.reason});
    closeAtRunner(close, m_nextIndex);
}

void WebSocketSession::failOpen(const char *code)
{
    m_phaseTimer.cancel();
    m_cutTimer.cancel();
    m_destroyTimer.cancel();
    const bool last = m_attempts >= m_core.config().websocketOpenAttempts;
    m_core.metrics.attempt(kind(), last ? "failed" : "replayed", code);
    dropRequest();
    m_openWritten = false;
    setState(SocketState::Backoff, "attempt failed");
    if (last) {
        fail(guardError(code, QStringLiteral("the actor did not accept the socket"),
                        {{QStringLiteral("actor_id"), actorId()}}));
        return;
    }
    m_phaseTimer.start(m_core.nowMs() + retryPauseMs(m_attempts, m_core.config().retryPauseMs), [this] {
        setState(SocketState::Waiting, "pause over");
        beginAttempt();
    });
}

} // namespace dormouse
