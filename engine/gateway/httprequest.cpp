// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/httprequest.h"

#include "engine/gateway/headers.h"

#include <algorithm>
#include <array>

namespace dormouse {

namespace {

constexpr int kPathTooLong = 414;
constexpr int kHeadersTooLarge = 431;

using T = StateTransition<HttpState>;
constexpr std::array kTransitions{
    T{HttpState::Waiting, HttpState::Queued, "ready"},
    T{HttpState::Waiting, HttpState::Rejected, "wait failed"},
    T{HttpState::Waiting, HttpState::Aborted, "client gone"},
    T{HttpState::Queued, HttpState::Written, "link took it"},
    T{HttpState::Queued, HttpState::Backoff, "attempt failed"},
    T{HttpState::Queued, HttpState::Rejected, "destroyed"},
    T{HttpState::Queued, HttpState::Aborted, "client gone"},
    T{HttpState::Written, HttpState::Confirmed, "confirmed"},
    T{HttpState::Written, HttpState::Backoff, "attempt failed"},
    T{HttpState::Written, HttpState::Rejected, "rejected"},
    T{HttpState::Written, HttpState::Aborted, "client gone"},
    T{HttpState::Confirmed, HttpState::Streaming, "answer start"},
    T{HttpState::Confirmed, HttpState::Done, "answer"},
    T{HttpState::Confirmed, HttpState::Backoff, "attempt failed"},
    T{HttpState::Confirmed, HttpState::Rejected, "rejected"},
    T{HttpState::Confirmed, HttpState::Aborted, "client gone"},
    T{HttpState::Backoff, HttpState::Waiting, "pause over"},
    T{HttpState::Backoff, HttpState::Rejected, "attempts used up"},
    T{HttpState::Backoff, HttpState::Aborted, "client gone"},
    T{HttpState::Streaming, HttpState::Done, "finished"},
    T{HttpState::Streaming, HttpState::Aborted, "aborted"},
};

bool isAllowed(HttpState from, HttpState to)
{
    return std::any_of(kTransitions.begin(), kTransitions.end(),
                       [=](const T &one) { return one.from == from && one.to == to; });
}

} // namespace

std::span<const StateTransition<HttpState>> httpTransitions()
{
    return kTransitions;
}

const char *replayVerdict(AttemptEnd end, Delivery delivery, bool safeMethod, const QString &replayDelivered)
{
    // The runner itself says that nothing ran, or nothing ever left: repeating is always safe.
    if (end == AttemptEnd::ActorNotFoundAnswer || delivery == Delivery::Queued)
        return nullptr;
    if (replayDelivered == QLatin1String("always"))
        return nullptr;
    if (safeMethod && replayDelivered != QLatin1String("never"))
        return nullptr;
    switch (end) {
    case AttemptEnd::ActorStopped:
        return "actor_stopped_while_waiting";
    case AttemptEnd::AbortedBeforeStart:
        return "tunnel_request_aborted";
    case AttemptEnd::LinkLost:
        return delivery == Delivery::Written ? "request_delivery_unconfirmed" : "actor_stopped_while_waiting";
    case AttemptEnd::ActorNotFoundAnswer:
        break;
    }
    return nullptr;
}

const char *attemptEndName(AttemptEnd end)
{
    switch (end) {
    case AttemptEnd::ActorStopped: return "actor_stopped";
    case AttemptEnd::ActorNotFoundAnswer: return "actor_not_found";
    case AttemptEnd::AbortedBeforeStart: return "aborted";
    case AttemptEnd::LinkLost: return "link_lost";
    }
    return "";
}

bool isSafeMethod(const QByteArray &method)
{
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

qint64 retryPauseMs(int failed, qint64 baseMs)
{
    return baseMs << std::clamp(failed - 1, 0, 20);
}

HttpRequest::HttpRequest(GatewayCore &core, Setup setup, std::shared_ptr<HttpExchange> exchange)
    : GatewaySession(core, std::move(setup)), m_exchange(std::move(exchange)), m_waiter(core, *this),
      m_startTimer(core.context.timers), m_phaseTimer(core.context.timers), m_destroyTimer(core.context.timers)
{}

void HttpRequest::start()
{
    if (const auto wrong = pathError(m_setup.target.path)) {
        reject(*wrong, "wait failed", m_setup.target.path.size() > kMaxPathBytes ? kPathTooLong : 0);
        return;
    }
    const QByteArray &method = m_setup.head.method;
    const bool bodyless = method == "GET" || method == "HEAD";
    const bool comes = !bodyless && !m_exchange->bodyComplete(); // how long it is will be known when it is sent
    const qint64 bodyBytes = bodyless || comes || m_exchange->body().isEmpty() ? -1 : m_exchange->body().size();
    auto headers = headersForActor(m_setup.head, ForwardKind::Http, m_core.config(), rayId(), bodyBytes);
    if (!headers) {
        reject(headers.error(), "wait failed", kHeadersTooLarge);
        return;
    }
    m_core.counters.dropped += quint64(headers->dropped);
    m_core.metrics.droppedHeaders.add(quint64(headers->dropped));
    m_headers = std::move(headers->headers);
    if (!comes)
        countIn(m_exchange->body().size());
    m_exchange->onGone([this, alive = std::weak_ptr<bool>(m_alive)] {
        const auto token = alive.lock();
        if (token && *token)
            clientGone();
    });
    if (comes)
        readBody();
    beginAttempt();
}

monitor::ConnectionState HttpRequest::monitorState() const
{
    return shownAs(m_state);
}

monitor::ConnectionState shownAs(HttpState state)
{
    switch (state) {
    case HttpState::Waiting:
    case HttpState::Backoff:
        return monitor::ConnectionState::Waiting;
    case HttpState::Queued:
        return monitor::ConnectionState::Opening;
    case HttpState::Written:
    case HttpState::Confirmed:
        return monitor::ConnectionState::Open;
    case HttpState::Streaming:
        return monitor::ConnectionState::Streaming;
    case HttpState::Done:
    case HttpState::Rejected:
    case HttpState::Aborted:
        return monitor::ConnectionState::Closed;
    }
    return monitor::ConnectionState::Unknown;
}

monitor::ConnectionInfo HttpRequest::describe() const
{
    monitor::ConnectionInfo info = GatewaySession::describe();
    info.method = QString::fromLatin1(m_setup.head.method);
    info.httpStatus = m_status;
    if (m_exchange->alive())
        info.clientQueuedBytes = m_exchange->bytesQueued();
    return info;
}

void HttpRequest::setState(HttpState state, const char *event)
{
    const monitor::ConnectionState before = monitorState();
    const bool allowed = isAllowed(m_state, state);
    m_state = state;
    noteState(before, event, allowed);
}

void HttpRequest::stopTimers()
{
    m_waiter.cancel();
    m_startTimer.cancel();
    m_phaseTimer.cancel();
    m_destroyTimer.cancel();
}

bool HttpRequest::isAtRunner() const
{
    return m_state == HttpState::Queued || m_state == HttpState::Written || m_state == HttpState::Confirmed;
}

void HttpRequest::beginAttempt()
{
    ++m_attempts;
    if (!m_needSinceUs)
        m_needSinceUs = m_core.nowUs();
    ReadyWaiter::Options options;
    options.skipReadyWait = m_setup.target.skipReadyWait;
    options.routeDeadlineMs = routeDeadlineMs(m_attempts == 1);
    m_waiter.start(options, [this](Result<ReadyWaiter::Ready> result) {
        if (result)
            attemptReady(*result);
        else
            reject(result.error(), "wait failed");
    });
}

void HttpRequest::attemptReady(const ReadyWaiter::Ready &ready)
{
    if (m_waiter.wakesSent() == 0 && m_attempts == 1)
        m_needSinceUs.reset();
    m_core.newRequestId(*this);
    m_core.setRunner(*this, ready.runnerId);
    m_generation = ready.generation;
    m_linkCut = false;
    m_maybeLost = false;
    m_nextIndex = 1;
    setState(HttpState::Queued, "ready");
    trySend();
}

void HttpRequest::trySend()
{
    wire::ToClientRequestStart start;
    start.actorId = actorId();
    start.method = m_setup.head.method;
    start.path = m_setup.target.path;
    start.headers = m_headers;
    const bool bodyless = start.method == "GET" || start.method == "HEAD";
    if (m_upload) {
        start.stream = m_upload->begin();
        if (!start.stream && !m_upload->whole().isEmpty())
            start.body = m_upload->whole();
        const qint64 length = start.body ? start.body->size() : m_upload->announced().value_or(-1);
        if (length >= 0)
            start.headers.emplace_back("content-length", QByteArray::number(length));
    } else if (!bodyless && !m_exchange->body().isEmpty()) {
        start.body = m_exchange->body();
    }
    if (!send(std::move(start), 0)) {
        if (m_upload)
            m_upload->stop();
        return;
    }
    m_writtenUs = m_core.nowUs();
    setState(HttpState::Written, "link took it");
    if (m_needSinceUs) {
        m_core.context.sink.wakeLatency(m_writtenUs - *m_needSinceUs, m_ownTraffic);
        m_needSinceUs.reset();
    }
    if (m_upload && m_upload->isSending())
        sendBody();
    else
        awaitAnswer();
}

/// All of the request has been handed to the link.
void HttpRequest::awaitAnswer()
{
    m_startTimer.start(m_core.nowMs() + m_core.config().gatewayResponseStartTimeoutMs, [this] {
        abortAtRunner();
        m_core.metrics.attempt(kind(), "failed", "response_start_timeout");
        reject(guardError("gateway_response_start_timeout", QStringLiteral("the actor did not begin its answer in time"),
                          {{QStringLiteral("actor_id"), actorId()},
                           {QStringLiteral("timeout_ms"), m_core.config().gatewayResponseStartTimeoutMs}}),
               "start timeout");
    });
}

void HttpRequest::failAttempt(AttemptEnd end)
{
    m_startTimer.cancel();
    m_phaseTimer.cancel();
    const bool isWritten = m_state == HttpState::Written || (m_upload && m_upload->mayLack());
    const Delivery delivery = m_state == HttpState::Queued ? Delivery::Queued
                              : isWritten                  ? Delivery::Written
                                                           : Delivery::Confirmed;
    const bool canRestart = !m_upload || m_upload->canRestart();
    const char *code = replayVerdict(end, delivery, canRestart && isSafeMethod(m_setup.head.method),
                                     canRestart ? m_core.config().replayDelivered : QStringLiteral("never"));
    if (code == nullptr && !canRestart)
        code = "actor_stopped_while_waiting"; // nothing ran, but what was sent is not there any more
    const bool last = m_attempts >= m_core.config().httpAttempts;
    m_core.metrics.attempt(kind(), code != nullptr || last ? "failed" : "replayed", attemptEndName(end));
    if (code != nullptr) {
        if (end == AttemptEnd::LinkLost)
            endBody();
        reject(guardError(code, QStringLiteral("the actor ended before it answered"),
                          {{QStringLiteral("actor_id"), actorId()}}),
               "may not be replayed");
        return;
    }
    switch (end) {
    case AttemptEnd::ActorStopped: m_lastErrorCode = "guard.actor_stopped_while_waiting"; break;
    case AttemptEnd::ActorNotFoundAnswer: m_lastErrorCode = "runner.actor_not_found"; break;
    case AttemptEnd::AbortedBeforeStart: m_lastErrorCode = "guard.tunnel_request_aborted"; break;
    case AttemptEnd::LinkLost: m_lastErrorCode = "guard.request_delivery_unconfirmed"; break;
    }
    if (end == AttemptEnd::LinkLost)
        abortAtRunner();
    dropRequest();
    if (m_upload)
        m_upload->stop();
    setState(HttpState::Backoff, "attempt failed");
    if (last) {
        QJsonObject metadata{{QStringLiteral("attempts"), m_attempts},
                             {QStringLiteral("last_error_code"), QString::fromLatin1(m_lastErrorCode)},
                             {QStringLiteral("last_target_kind"), QStringLiteral("custom_serve")}};
        metadata.insert(QStringLiteral("last_status"), m_lastStatus != 0 ? QJsonValue(m_lastStatus) : QJsonValue());
        reject(guardError("retry_attempts_exceeded", QStringLiteral("no attempt reached the actor"), metadata),
               "attempts used up");
        return;
    }
    const ActorRow *row = m_core.directory.actor(actorId());
    const bool runsAgain = end == AttemptEnd::ActorStopped && m_attempts == 1 && row != nullptr
        && row->state == ActorState::Running;
    m_phaseTimer.start(m_core.nowMs() + (runsAgain ? 0 : retryPauseMs(m_attempts, m_core.config().retryPauseMs)), [this] {
        setState(HttpState::Waiting, "pause over");
        beginAttempt();
    });
}

void HttpRequest::actorStopped()
{
    m_waiter.actorStopped();
    if (ended() || !m_requestId || !actorLeft())
        return;
    if (m_state == HttpState::Streaming)
        abortClient("actor stopped", "guard.tunnel_response_closed");
    else if (isAtRunner())
        failAttempt(m_linkCut ? AttemptEnd::LinkLost : AttemptEnd::ActorStopped);
}

void HttpRequest::actorDestroyStarted()
{
    m_waiter.actorDestroyStarted();
    if (ended() || !m_requestId || m_destroyTimer.active())
        return;
    m_destroyTimer.start(m_core.nowMs() + m_core.config().destroyClientGraceMs, [this] { actorDestroyed(); });
}

void HttpRequest::actorDestroyed()
{
    m_waiter.actorDestroyStarted();
    if (ended())
        return;
    if (m_state == HttpState::Streaming)
        abortClient("actor destroyed", "actor.not_found");
    else
        reject(notFoundError(), "destroyed");
}

void HttpRequest::linkDown()
{
    m_linkCut = true;
    m_maybeLost = m_maybeLost || m_state == HttpState::Written;
    m_phaseTimer.cancel();
    if (m_upload && m_upload->cut())
        m_exchange->setBodyReading(false);
}

void HttpRequest::linkBack()
{
    m_linkCut = false;
    if (m_state == HttpState::Queued) {
        trySend();
        return;
    }
    if (bodyMayLack())
        return;
    if (m_state == HttpState::Written)
        waitForSignOfLife();
    sendBody();
}

void HttpRequest::waitForSignOfLife()
{
    m_phaseTimer.start(m_core.nowMs() + m_core.config().unconfirmedWaitMs, [this] { failAttempt(AttemptEnd::LinkLost); });
}

void HttpRequest::abortAtRunner()
{
    if (m_state == HttpState::Written || m_state == HttpState::Confirmed || m_state == HttpState::Streaming)
        send(wire::ToClientRequestAbort{}, m_nextIndex++);
}

void HttpRequest::linkConfirmed()
{
    // Whatever the new connection confirms says nothing about what the old one lost.
    if (m_state == HttpState::Written && !m_maybeLost)
        confirm();
    if (m_upload)
        m_upload->confirmed();
}

void HttpRequest::clientGone()
{
    abortAtRunner();
    setState(HttpState::Aborted, "client gone");
    m_closedBy = QStringLiteral("client");
    m_closeReason = QStringLiteral("guard.client_gone");
    m_core.end(*this);
}

void HttpRequest::abortClient(const char *event, const QByteArray &code)
{
    m_exchange->abort();
    m_core.metrics.requestError(code);
    m_closeReason = QString::fromLatin1(code);
    setState(HttpState::Aborted, event);
    m_closedBy = QStringLiteral("engine");
    m_core.end(*this);
}

void HttpRequest::reject(const Error &error, const char *event, int status)
{
    ErrorAnswer answer = errorAnswer(error, m_setup.head, m_core.config(), rayId());
    if (status != 0)
        answer.status = status;
    m_core.metrics.requestError(error.fullCode());
    m_status = answer.status;
    m_closeReason = QString::fromLatin1(error.fullCode());
    m_closedBy = QStringLiteral("engine");
    m_exchange->respond(answer.status, answer.headers, answer.body);
    setState(HttpState::Rejected, event);
    m_core.end(*this);
}

void HttpRequest::shutdown()
{
    if (m_state == HttpState::Streaming)
        abortClient("engine shuts down", "guard.service_unavailable");
    else
        reject(guardError("service_unavailable", QStringLiteral("the engine is shutting down")), "shutdown");
}

bool HttpRequest::closeByOperator(quint16, const QByteArray &reason)
{
    abortAtRunner();
    if (m_state == HttpState::Streaming) {
        abortClient("closed by operator", "guard.service_unavailable");
    } else {
        reject(guardError("service_unavailable", QStringLiteral("the request was ended by the operator"),
                          {{QStringLiteral("reason"), QString::fromUtf8(reason)}}),
               "closed by operator");
    }
    return true;
}

} // namespace dormouse
