// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/readywaiter.h"

#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace dormouse {

namespace {

constexpr double kRewakeJitter = 0.2;

/// 0, 1, 2, 4, … pauses for the first, second, … repeated wake.
qint64 rewakeDelayMs(int number, const EngineConfig &config, Random &random)
{
    if (number <= 1)
        return 0;
    const qint64 plain = std::min(config.rewakePauseMaxMs, config.rewakePauseMs << std::min(number - 2, 10));
    return qint64(double(plain) * (1.0 + kRewakeJitter * (2.0 * random.unit() - 1.0)));
}

bool isGone(const ActorRow *row)
{
    return row == nullptr || row->state == ActorState::Destroying || row->state == ActorState::Destroyed;
}

using T = StateTransition<WaitState>;
constexpr std::array kTransitions{
    T{WaitState::Subscribed, WaitState::NotFound, "no row or destroyed"},
    T{WaitState::Subscribed, WaitState::Ready, "connectable"},
    T{WaitState::Subscribed, WaitState::Waiting, "not connectable"},
    T{WaitState::Waiting, WaitState::Ready, "ready"},
    T{WaitState::Waiting, WaitState::Waiting, "stopped, woken again"},
    T{WaitState::Waiting, WaitState::Failed, "error or deadline"},
};

bool isReachable(const ActorRow &row, bool skipReadyWait)
{
    switch (row.state) {
    case ActorState::Running:
        return row.runnerId.has_value();
    case ActorState::Starting:
    case ActorState::SleepIntent:
    case ActorState::StopIntent:
    case ActorState::GoingAway:
        return skipReadyWait && row.runnerId.has_value();
    case ActorState::Pending:
    case ActorState::Backoff:
    case ActorState::Sleeping:
    case ActorState::Destroying:
    case ActorState::Destroyed:
        return false;
    }
    return false;
}

} // namespace

std::span<const StateTransition<WaitState>> waitTransitions()
{
    return kTransitions;
}

ReadyWaiter::ReadyWaiter(GatewayCore &core, GatewaySession &owner)
    : m_core(core), m_owner(owner), m_deadline(core.context.timers), m_pollTimer(core.context.timers),
      m_rewakeTimer(core.context.timers)
{}

ReadyWaiter::~ReadyWaiter() = default;

void ReadyWaiter::start(const Options &options, Done done)
{
    cancel();
    m_options = options;
    m_done = std::move(done);
    m_wakes = 0;
    m_rewakes = 0;
    m_state = WaitState::Subscribed;
    m_startedUs = m_core.nowUs();
    const ActorRow *row = m_core.directory.actor(m_owner.actorId());
    if (isGone(row)) {
        QJsonObject metadata;
        if (row != nullptr && row->destroyTs) {
            metadata.insert(QStringLiteral("destroyed"), true);
            metadata.insert(QStringLiteral("destroy_ts"), *row->destroyTs);
        }
        finish(WaitState::NotFound, Error::make("actor", "not_found", QStringLiteral("the actor does not exist or was destroyed"),
                           metadata));
        return;
    }
    if (finishWhenReady(*row))
        return;
    enter(WaitState::Waiting);
    m_core.awaitLink(m_owner);
    const qint64 readyMs = m_core.nowMs() + m_core.config().actorReadyTimeoutMs;
    const bool routeFirst = m_options.routeDeadlineMs && *m_options.routeDeadlineMs < readyMs;
    m_deadline.start(routeFirst ? *m_options.routeDeadlineMs : readyMs, [this, routeFirst] {
        if (routeFirst) {
            fail(guardError("request_timeout", QStringLiteral("the actor was not reached in time"),
                              {{QStringLiteral("phase"), QStringLiteral("ready")},
                               {QStringLiteral("timeout_seconds"), double(m_core.config().routeTimeoutMs) / 1000.0}}));
            return;
        }
        fail(guardError("actor_ready_timeout", QStringLiteral("the actor did not become ready in time"),
                          {{QStringLiteral("actor_id"), m_owner.actorId()}}));
    });
    pollLater(m_core.config().readyPollMs);
    if (row->state == ActorState::Sleeping)
        wake(*row);
}

void ReadyWaiter::enter(WaitState state)
{
    Q_ASSERT(std::any_of(kTransitions.begin(), kTransitions.end(),
                         [&](const T &one) { return one.from == m_state && one.to == state; }));
    m_state = state;
}

void ReadyWaiter::cancel()
{
    m_done = nullptr;
    m_deadline.cancel();
    m_pollTimer.cancel();
    m_rewakeTimer.cancel();
    m_core.stopAwaitingLink(m_owner);
}

void ReadyWaiter::finish(WaitState state, Result<Ready> result)
{
    enter(state);
    const Done done = std::move(m_done);
    cancel();
    m_core.metrics.readyWait.observe(double(m_core.nowUs() - m_startedUs) / 1e6);
    if (done)
        done(std::move(result));
}

bool ReadyWaiter::finishWhenReady(const ActorRow &row)
{
    if (!isReachable(row, m_options.skipReadyWait) || m_options.leftGeneration == row.generation)
        return false;
    if (!m_core.links.linkUp(*row.runnerId))
        return false;
    finish(WaitState::Ready, Ready{*row.runnerId, row.generation});
    return true;
}

void ReadyWaiter::wake(const ActorRow &row)
{
    ++m_wakes;
    m_core.wake(row);
}

void ReadyWaiter::recheck()
{
    if (!isActive())
        return;
    if (const ActorRow *row = m_core.directory.actor(m_owner.actorId()))
        finishWhenReady(*row);
}

void ReadyWaiter::actorStopped()
{
    if (!isActive())
        return;
    const ActorRow *row = m_core.directory.actor(m_owner.actorId());
    if (isGone(row)) {
        actorDestroyStarted();
        return;
    }
    if (finishWhenReady(*row) || row->state != ActorState::Sleeping || m_rewakeTimer.active())
        return;
    if (++m_rewakes > m_core.config().wakeRetries) {
        fail(guardError("actor_wake_retries_exceeded", QStringLiteral("the actor stopped again after each wake"),
                          {{QStringLiteral("actor_id"), m_owner.actorId()},
                           {QStringLiteral("wake_retries"), m_core.config().wakeRetries}}));
        return;
    }
    enter(WaitState::Waiting);
    const qint64 delayMs = rewakeDelayMs(m_rewakes, m_core.config(), m_core.context.random);
    if (delayMs == 0) {
        wake(*row);
        return;
    }
    m_rewakeTimer.start(m_core.nowMs() + delayMs, [this] {
        const ActorRow *now = m_core.directory.actor(m_owner.actorId());
        if (now != nullptr && now->state == ActorState::Sleeping)
            wake(*now);
    });
}

void ReadyWaiter::actorPendingTimeout()
{
    if (!isActive())
        return;
    fail(guardError("actor_ready_timeout", QStringLiteral("no runner had a free slot in time"),
                      {{QStringLiteral("actor_id"), m_owner.actorId()},
                       {QStringLiteral("reason"), QStringLiteral("no_capacity")}}));
}

void ReadyWaiter::actorDestroyStarted()
{
    if (!isActive())
        return;
    fail(Error::make("actor", "destroyed_while_waiting_for_ready",
                       QStringLiteral("the actor was destroyed before it became ready"),
                       {{QStringLiteral("actor_id"), m_owner.actorId()}}));
}

void ReadyWaiter::pollLater(qint64 delayMs)
{
    m_pollTimer.start(m_core.nowMs() + delayMs, [this] { poll(); });
}

void ReadyWaiter::poll()
{
    const ActorRow *row = m_core.directory.actor(m_owner.actorId());
    if (isGone(row)) {
        actorDestroyStarted();
        return;
    }
    // A notification may be lost, so the row is read again here.
    if (finishWhenReady(*row))
        return;
    const QByteArray poolError = m_core.directory.poolErrorJson(row->namespaceId, row->pool);
    if (!poolError.isEmpty()) {
        const QJsonDocument document = QJsonDocument::fromJson("[" + poolError + "]");
        fail(guardError("actor_runner_failed", QStringLiteral("the runner pool of the actor reports an error"),
                          {{QStringLiteral("actor_id"), m_owner.actorId()},
                           {QStringLiteral("runner_error"), document[0]}}));
        return;
    }
    pollLater(2 * m_core.config().readyPollMs);
}

} // namespace dormouse
