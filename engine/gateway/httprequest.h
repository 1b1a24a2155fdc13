// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/gateway/gatewaycore.h"
#include "engine/gateway/httpupload.h"
#include "engine/gateway/readywaiter.h"

#include <span>

namespace dormouse {

enum class HttpState { Waiting, Queued, Written, Confirmed, Backoff, Streaming, Done, Rejected, Aborted };
/// gateway.md section 13.3; collecting the body is the server's part.
std::span<const StateTransition<HttpState>> httpTransitions();
/// What a person is shown for it.
monitor::ConnectionState shownAs(HttpState state);

/// What ended an attempt before its answer began (rows of gateway.md section 6.4).
enum class AttemptEnd { ActorStopped, ActorNotFoundAnswer, AbortedBeforeStart, LinkLost };
enum class Delivery { Queued, Written, Confirmed };
/// Null = try again; else the code (group guard) of the 503.
const char *replayVerdict(AttemptEnd end, Delivery delivery, bool safeMethod, const QString &replayDelivered);
const char *attemptEndName(AttemptEnd end);
bool isSafeMethod(const QByteArray &method);
/// Pause before attempt number failed + 1 (gateway.md section 6.4), failed >= 1; baseMs before the second.
qint64 retryPauseMs(int failed, qint64 baseMs);

/// One client HTTP request over all its attempts (gateway.md section 6). Thread: engine thread.
class HttpRequest final : public GatewaySession
{
public:
    HttpRequest(GatewayCore &core, Setup setup, std::shared_ptr<HttpExchange> exchange);
    void start();

    monitor::ConnectionState monitorState() const override;
    monitor::ConnectionInfo describe() const override;
    bool isWaiting() const override { return m_waiter.isActive(); }
    void tunnel(const wire::ToServerTunnelMessageKind &kind) override;
    void actorReady() override { m_waiter.recheck(); }
    void actorStopped() override;
    void actorPendingTimeout() override { m_waiter.actorPendingTimeout(); }
    void actorDestroyStarted() override;
    void actorDestroyed() override;
    void linkDown() override;
    void linkBack() override;
    void linkDrained() override { sendBody(); }
    void linkConfirmed() override;
    void anyLinkBack() override { m_waiter.recheck(); }
    void shutdown() override;
    bool closeByOperator(quint16 code, const QByteArray &reason) override;

private:
    bool isAtRunner() const;
    void setState(HttpState state, const char *event);
    void beginAttempt();
    void attemptReady(const ReadyWaiter::Ready &ready);
    void trySend();
    void awaitAnswer();
    void waitForSignOfLife();
    void abortAtRunner();
    void readBody();
    void bodyPart(const BodyPart &part);
    void sendBody();
    bool bodyMayLack();
    void endBody();
    void confirm();
    void failAttempt(AttemptEnd end);
    void responseStart(const wire::ToServerResponseStart &start);
    void responseChunk(const wire::ToServerResponseChunk &chunk);
    void flush(const QByteArray &data);
    void clientGone();
    /// Breaks off an answer that has begun; code is what events and metrics call the reason, the client sees none.
    void abortClient(const char *event, const QByteArray &code);
    /// status 0 = the one of the error.
    void reject(const Error &error, const char *event, int status = 0);
    void stopTimers() override;

    std::shared_ptr<HttpExchange> m_exchange; ///< shared with the connection that the answer goes to
    HttpState m_state = HttpState::Waiting;
    ReadyWaiter m_waiter;
    wire::HeaderMap m_headers;
    std::unique_ptr<HttpUpload> m_upload; ///< null: the body was complete when the request came
    quint16 m_nextIndex = 1; ///< of the attempt; its start had 0
    bool m_linkCut = false;
    bool m_maybeLost = false; ///< written to a link that was cut before anything confirmed it
    qint64 m_writtenUs = 0;
    std::optional<int> m_status;
    QByteArray m_lastErrorCode;
    int m_lastStatus = 0;
    ScopedTimer m_startTimer; ///< start of the answer
    ScopedTimer m_phaseTimer; ///< backoff, or the wait for a sign of life after a cut
    ScopedTimer m_destroyTimer;
};

} // namespace dormouse
