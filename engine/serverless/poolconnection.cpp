// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/poolconnection.h"

#include "engine/serverless/poolerrors.h"
#include "engine/wire/serverless.h"

namespace dormouse {

const char *poolConnectionStateName(PoolConnection::State state)
{
    switch (state) {
    case PoolConnection::State::Opening: return "opening";
    case PoolConnection::State::Serving: return "serving";
    case PoolConnection::State::Waiting: return "waiting";
    case PoolConnection::State::Draining: return "draining";
    case PoolConnection::State::Ended: return "ended";
    }
    return "";
}

PoolConnection::PoolConnection(const CoreContext &context, Owner &owner, quint64 number)
    : m_context(context), m_owner(owner), m_number(number), m_timer(context.timers)
{}

void PoolConnection::enter(State state, const QString &reason)
{
    const State from = std::exchange(m_state, state);
    m_owner.connectionChanged(*this, from, reason);
}

void PoolConnection::open()
{
    m_endpoint = m_owner.config();
    m_parser = {};
    m_runnerId.clear();
    m_errorStatus = 0;
    m_errorBody.clear();
    m_openedMs = m_context.clock.monoMs();
    m_timer.start(m_openedMs + m_endpoint.lifespanMs - m_endpoint.drainGraceMs, [this] { lifespanOver(); });
    enter(State::Opening, QStringLiteral("requested"));
    m_stream = m_owner.openStream(*this);
}

// --- what the endpoint says ---------------------------------------------------------------------

void PoolConnection::streamAnswered(int status, const HeaderList &headers)
{
    if (status < 200 || status > 299) {
        m_errorStatus = status;
        m_timer.start(m_context.clock.monoMs() + kErrorBodyMs, [this] { failHttp(); });
        return;
    }
    const QByteArray type = headerValue(headers, "content-type");
    if (type.split(';').front().trimmed().toLower() != "text/event-stream") {
        const QString shown = QString::fromLatin1(type.left(100));
        fail(poolConnectionError(u"the answer has the content type \"" % shown % u"\" instead of text/event-stream"),
             QStringLiteral("wrong_content_type"));
    }
}

void PoolConnection::streamData(const QByteArray &data)
{
    if (m_errorStatus != 0) {
        m_errorBody += data;
        if (m_errorBody.size() >= kErrorBodyBytes)
            failHttp();
        return;
    }
    const bool fits = m_parser.feed(data);
    for (const ServerSentEvent &entry : m_parser.takeEvents()) {
        if (!m_stream)
            return; // an event before this one has ended the connection
        event(entry);
    }
    if (!fits && m_stream)
        fail(poolPayloadError(QStringLiteral("an event is larger than 1 MiB"), {}), QStringLiteral("event_too_large"));
}

void PoolConnection::event(const ServerSentEvent &entry)
{
    if (entry.name == "ping")
        return;
    if (entry.name != "message") {
        m_owner.connectionWarned(*this, QStringLiteral("serverless_unknown_event"),
                                 u"event \"" % QString::fromUtf8(entry.name.left(100)) % u"\" was skipped");
        return;
    }
    // The first init names the runner for good (runner-protocol.md section 7).
    if (m_runnerId.isEmpty())
        initReceived(entry.data);
}

void PoolConnection::initReceived(const QByteArray &data)
{
    const Result<wire::ServerlessInit> init = wire::decodeServerless(data);
    if (!init) {
        fail(poolPayloadError(init.error().message, data), QStringLiteral("invalid_payload"));
        return;
    }
    // An endpoint must not get hold of runners that it has not started.
    if (init->runnerId.isEmpty() || !m_owner.runnerBelongsHere(init->runnerId)) {
        fail(poolPayloadError(QStringLiteral("the runner is not one of this pool"), data), QStringLiteral("invalid_payload"));
        return;
    }
    m_runnerId = init->runnerId;
    m_owner.connectionSucceeded();
    if (m_state == State::Draining)
        m_owner.drainRunner(m_runnerId);
    else
        enter(State::Serving, QStringLiteral("init"));
}

void PoolConnection::streamEnded(const QString &failure)
{
    if (m_errorStatus != 0) {
        failHttp();
        return;
    }
    if (m_state == State::Draining) {
        finishDrain(QStringLiteral("stream_ended"));
        return;
    }
    const QByteArray error = failure.isEmpty() ? poolEndedEarly() : poolConnectionError(failure);
    const QString reason = failure.isEmpty() ? QStringLiteral("stream_ended_early") : QStringLiteral("connection_error");
    const bool served = m_state == State::Serving && m_context.clock.monoMs() - m_openedMs >= kMinServedMs;
    if (!served) {
        fail(error, reason);
        return;
    }
    m_owner.connectionFailed(error);
    letRunnerGo();
    end(reason);
}

// --- failures -----------------------------------------------------------------------------------

void PoolConnection::failHttp()
{
    fail(poolHttpError(m_errorStatus, m_errorBody), QStringLiteral("http_error"));
}

void PoolConnection::fail(const QByteArray &errorJson, const QString &reason)
{
    m_owner.connectionFailed(errorJson);
    waitAndRetry(reason);
}

void PoolConnection::waitAndRetry(const QString &reason)
{
    letRunnerGo();
    if (m_state == State::Draining) {
        end(reason);
        return;
    }
    m_stream.reset();
    const qint64 now = m_context.clock.monoMs();
    if (m_lastFailureMs && now - *m_lastFailureMs > m_context.config.serverlessRetryResetDuration)
        m_failures = 0;
    const qint64 jitter = qint64(m_context.random.below(quint64(m_context.config.retryJitterMs)));
    m_retryAtMs = now + retryDelayMs(m_failures, m_context.config) + jitter;
    m_timer.start(*m_retryAtMs, [this] { open(); });
    m_lastFailureMs = now;
    ++m_failures;
    enter(State::Waiting, reason);
}

void PoolConnection::letRunnerGo()
{
    if (m_runnerId.isEmpty())
        return;
    const QString runnerId = std::exchange(m_runnerId, {});
    if (m_state == State::Draining)
        m_owner.closeRunner(runnerId);
    else
        m_owner.drainRunner(runnerId);
}

// --- the end ------------------------------------------------------------------------------------

void PoolConnection::drain(const QString &reason, bool runnerDrains)
{
    if (!isWanted())
        return;
    if (m_state == State::Waiting) {
        end(reason);
        return;
    }
    m_timer.start(m_context.clock.monoMs() + m_endpoint.drainGraceMs, [this] { finishDrain(QStringLiteral("grace_over")); });
    // The pool first: the replacement starts while the runner is being emptied.
    enter(State::Draining, reason);
    if (!m_runnerId.isEmpty() && !runnerDrains)
        m_owner.drainRunner(m_runnerId);
}

void PoolConnection::lifespanOver()
{
    if (m_runnerId.isEmpty())
        m_owner.connectionFailed(poolConnectionError(QStringLiteral("no runner came up within the lifespan of the request")));
    drain(QStringLiteral("lifespan"));
}

void PoolConnection::finishDrain(const QString &reason)
{
    letRunnerGo();
    end(reason);
}

void PoolConnection::runnerStopped()
{
    if (m_state == State::Draining) {
        m_runnerId.clear();
        end(QStringLiteral("runner_stopped"));
    } else if (m_state == State::Serving) {
        // A process whose runner is gone cannot host anything: the next one needs a request of its own.
        m_runnerId.clear();
        if (m_context.clock.monoMs() - m_openedMs >= kMinServedMs)
            end(QStringLiteral("runner_stopped"));
        else
            waitAndRetry(QStringLiteral("runner_stopped"));
    }
}

void PoolConnection::end(const QString &reason)
{
    m_timer.cancel();
    m_stream.reset();
    enter(State::Ended, reason);
}

} // namespace dormouse
