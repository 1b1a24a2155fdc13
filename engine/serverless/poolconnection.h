// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/scopedtimer.h"
#include "engine/scheduler/scheduler.h"
#include "engine/serverless/eventstream.h"
#include "engine/serverless/poolconfig.h"
#include "engine/serverless/sseparser.h"

#include <memory>
#include <optional>

namespace dormouse {

/// One outbound connection of a pool (scheduler.md sections 4.3 to 4.5): a request that starts a runner and lives as
/// long as that runner is wanted.
///
///     Opening ── init ──> Serving ── lifespan, drain, runner leaves ──> Draining ── stream ends, grace over ──> Ended
///        │ ^                 │ ended early: a new connection is the pool's matter ────────────────────────────> Ended
///        v │                 │ ended within kMinServedMs
///     Waiting <──────────────┘
///
/// Thread: engine thread.
class PoolConnection final : public EventStreamListener
{
public:
    /// A stream that ends sooner after its request is retried with a pause, whatever it said.
    static constexpr qint64 kMinServedMs = 1'000;
    /// The rest of an answer that is an error is not waited for any longer.
    static constexpr qint64 kErrorBodyMs = 2'000;
    static constexpr qsizetype kErrorBodyBytes = 2'048;

    enum class State { Opening, Serving, Waiting, Draining, Ended };

    /// The pool. No call may delete the connection; reports come from inside calls of the connection too.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual const PoolConfig &config() const = 0;
        virtual std::unique_ptr<EventStream> openStream(EventStreamListener &listener) = 0;
        /// False: this runner is not one of the pool.
        virtual bool runnerBelongsHere(const QString &runnerId) const = 0;
        virtual void drainRunner(const QString &runnerId) = 0;
        virtual void closeRunner(const QString &runnerId) = 0;
        virtual void connectionSucceeded() = 0;
        virtual void connectionFailed(const QByteArray &errorJson) = 0;
        /// A state was entered; reason as shown to people.
        virtual void connectionChanged(PoolConnection &connection, State from, const QString &reason) = 0;
        virtual void connectionWarned(PoolConnection &connection, const QString &reason, const QString &text) = 0;
    };

    PoolConnection(const CoreContext &context, Owner &owner, quint64 number);

    void open();
    /// runnerDrains: the scheduler drains the runner already. Without effect when draining or ended.
    void drain(const QString &reason, bool runnerDrains = false);
    /// The record of its runner is final.
    void runnerStopped();

    State state() const { return m_state; }
    quint64 number() const { return m_number; } ///< counts up per pool: smaller is older
    const QString &runnerId() const { return m_runnerId; } ///< empty before the init
    const PoolConfig &endpoint() const { return m_endpoint; } ///< as of the last request
    int failures() const { return m_failures; }
    std::optional<qint64> retryAtMs() const ///< monotonic, while it waits for its next attempt
    {
        return m_state == State::Waiting ? m_retryAtMs : std::nullopt;
    }
    bool isWanted() const { return m_state != State::Draining && m_state != State::Ended; }

    void streamAnswered(int status, const HeaderList &headers) override;
    void streamData(const QByteArray &data) override;
    void streamEnded(const QString &failure) override;

private:
    void enter(State state, const QString &reason);
    void event(const ServerSentEvent &event);
    void initReceived(const QByteArray &data);
    /// Section 4.5: the error counts, and the next attempt follows after a pause.
    void fail(const QByteArray &errorJson, const QString &reason);
    void waitAndRetry(const QString &reason);
    void failHttp();
    void end(const QString &reason);
    void lifespanOver();
    void finishDrain(const QString &reason);
    /// The runner of a stream that is gone takes no more actors.
    void letRunnerGo();

    CoreContext m_context;
    Owner &m_owner;
    const quint64 m_number;
    PoolConfig m_endpoint;
    State m_state = State::Waiting;
    std::unique_ptr<EventStream> m_stream;
    SseParser m_parser;
    ScopedTimer m_timer; ///< end of the lifespan, of the grace, of the pause or of an error body
    QString m_runnerId;
    qint64 m_openedMs = 0;
    int m_errorStatus = 0; ///< the answer is an error, its body is being read
    QByteArray m_errorBody;
    int m_failures = 0;
    std::optional<qint64> m_lastFailureMs;
    std::optional<qint64> m_retryAtMs;
};

const char *poolConnectionStateName(PoolConnection::State state);

} // namespace dormouse
