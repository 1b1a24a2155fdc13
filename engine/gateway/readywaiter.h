// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/gateway/gatewaycore.h"

#include <span>

namespace dormouse {

enum class WaitState { Subscribed, Waiting, Ready, NotFound, Failed };
/// gateway.md section 13.2.
std::span<const StateTransition<WaitState>> waitTransitions();

/// Waits until an actor can be reached, waking it when it sleeps (gateway.md section 5.1): one deadline, spaced wake
/// retries, pool errors after 1 s and then every 2 s. Thread: engine thread. done may run from inside start().
class ReadyWaiter
{
public:
    struct Ready
    {
        QString runnerId;
        quint32 generation = 0;
    };
    struct Options
    {
        bool skipReadyWait = false;
        /// A generation that has already been left and does not count as ready again.
        std::optional<quint32> leftGeneration;
        /// Monotonic; fails the wait with guard.request_timeout when it comes before the ready timeout.
        std::optional<qint64> routeDeadlineMs = {};
    };
    using Done = std::function<void(Result<Ready>)>;

    ReadyWaiter(GatewayCore &core, GatewaySession &owner);
    ~ReadyWaiter();

    /// Begins to wait and sends the wakes that are needed; done runs once, possibly from inside this call. An earlier
    /// wait of the same owner is given up.
    void start(const Options &options, Done done);
    /// done of the wait will not run. Without effect while not active.
    void cancel();
    bool isActive() const { return bool(m_done); }
    int wakesSent() const { return m_wakes; }

    // What the owner forwards; without effect while not active.
    /// Actor or link may have become ready.
    void recheck();
    /// A generation ended: wakes again, spaced, until the retries are used up.
    void actorStopped();
    /// No capacity came in time: fails at once, no further wake.
    void actorPendingTimeout();
    /// Fails with actor.destroyed_while_waiting_for_ready.
    void actorDestroyStarted();

private:
    bool finishWhenReady(const ActorRow &row);
    void wake(const ActorRow &row);
    void enter(WaitState state);
    void finish(WaitState state, Result<Ready> result);
    void fail(Error error) { finish(WaitState::Failed, std::move(error)); }
    void pollLater(qint64 delayMs);
    void poll();

    GatewayCore &m_core;
    GatewaySession &m_owner;
    Options m_options;
    WaitState m_state = WaitState::Subscribed;
    Done m_done;
    int m_wakes = 0;
    int m_rewakes = 0;
    qint64 m_startedUs = 0;
    ScopedTimer m_deadline;
    ScopedTimer m_pollTimer;
    ScopedTimer m_rewakeTimer;
};

} // namespace dormouse
