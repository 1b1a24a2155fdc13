// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/actormachine.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>

namespace dormouse {

namespace {

using S = ActorState;
using E = ActorEventKind;
using A = ActorAction;

constexpr std::array kTransitions = {
    ActorTransition{S::Pending, E::Assigned, A::TakeSlot, "starting"},
    ActorTransition{S::Pending, E::PendingTimeout, A::GiveUpPending, "sleeping"},
    ActorTransition{S::Pending, E::Wake, A::MergePending, "pending"},
    ActorTransition{S::Pending, E::Destroy, A::DestroyNow, "destroyed"},
    ActorTransition{S::Pending, E::ApiSleep, A::Rest, "sleeping"},

    ActorTransition{S::Starting, E::StartTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::Starting, E::Running, A::BecomeRunning, "running"},
    ActorTransition{S::Starting, E::SleepIntent, A::BeginSleep, "sleep_intent"},
    ActorTransition{S::Starting, E::StopIntent, A::BeginStop, "stop_intent"},
    ActorTransition{S::Starting, E::SetAlarm, A::StoreAlarm, "starting"},
    ActorTransition{S::Starting, E::Stopped, A::Settle, "settle"},
    ActorTransition{S::Starting, E::GoingAway, A::BeginGoingAway, "going_away"},
    ActorTransition{S::Starting, E::RunnerLost, A::Settle, "settle(lost)"},
    ActorTransition{S::Starting, E::RunnerDrainTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::Starting, E::Destroy, A::BeginDestroy, "destroying"},

    ActorTransition{S::Running, E::SleepIntent, A::BeginSleep, "sleep_intent"},
    ActorTransition{S::Running, E::StopIntent, A::BeginStop, "stop_intent"},
    ActorTransition{S::Running, E::SetAlarm, A::StoreAlarm, "running"},
    ActorTransition{S::Running, E::Stopped, A::Settle, "settle"},
    ActorTransition{S::Running, E::GoingAway, A::BeginGoingAway, "going_away"},
    ActorTransition{S::Running, E::RunnerLost, A::Settle, "settle(lost)"},
    ActorTransition{S::Running, E::RunnerDrainTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::Running, E::Destroy, A::BeginDestroy, "destroying"},
    ActorTransition{S::Running, E::ApiSleep, A::BeginSleep, "sleep_intent"},
    ActorTransition{S::Running, E::ApiReschedule, A::BeginGoingAway, "going_away"},

    ActorTransition{S::SleepIntent, E::StopTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::SleepIntent, E::SetAlarm, A::StoreAlarm, "sleep_intent"},
    ActorTransition{S::SleepIntent, E::Stopped, A::Settle, "settle"},
    ActorTransition{S::SleepIntent, E::Wake, A::DeferWake, "sleep_intent"},
    ActorTransition{S::SleepIntent, E::RunnerLost, A::Settle, "settle(lost)"},
    ActorTransition{S::SleepIntent, E::RunnerDrainTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::SleepIntent, E::Destroy, A::TurnIntoDestroy, "destroying"},

    ActorTransition{S::StopIntent, E::StopTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::StopIntent, E::SetAlarm, A::StoreAlarm, "stop_intent"},
    ActorTransition{S::StopIntent, E::Stopped, A::Settle, "settle"},
    ActorTransition{S::StopIntent, E::Wake, A::DeferWake, "stop_intent"},
    ActorTransition{S::StopIntent, E::RunnerLost, A::Settle, "settle(lost)"},
    ActorTransition{S::StopIntent, E::RunnerDrainTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::StopIntent, E::Destroy, A::TurnIntoDestroy, "destroying"},

    ActorTransition{S::GoingAway, E::StopTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::GoingAway, E::SleepIntent, A::TurnIntoSleep, "sleep_intent"},
    ActorTransition{S::GoingAway, E::StopIntent, A::TurnIntoStop, "stop_intent"},
    ActorTransition{S::GoingAway, E::SetAlarm, A::StoreAlarm, "going_away"},
    ActorTransition{S::GoingAway, E::Stopped, A::Settle, "settle"},
    ActorTransition{S::GoingAway, E::Wake, A::DeferWake, "going_away"},
    ActorTransition{S::GoingAway, E::RunnerLost, A::Settle, "settle(lost)"},
    ActorTransition{S::GoingAway, E::RunnerDrainTimeout, A::Settle, "settle(lost)"},
    ActorTransition{S::GoingAway, E::Destroy, A::TurnIntoDestroy, "destroying"},

    ActorTransition{S::Backoff, E::RetryDue, A::RetryNow, "slot?"},
    ActorTransition{S::Backoff, E::Wake, A::MergeBackoff, "backoff"},
    ActorTransition{S::Backoff, E::Destroy, A::DestroyNow, "destroyed"},
    ActorTransition{S::Backoff, E::ApiSleep, A::Rest, "sleeping"},

    ActorTransition{S::Sleeping, E::AlarmDue, A::FireAlarm, "slot? or backoff"},
    ActorTransition{S::Sleeping, E::Wake, A::WakeFromSleep, "slot? or backoff"},
    ActorTransition{S::Sleeping, E::Destroy, A::DestroyNow, "destroyed"},

    ActorTransition{S::Destroying, E::StopTimeout, A::Settle, "destroyed"},
    ActorTransition{S::Destroying, E::Stopped, A::Settle, "destroyed"},
    ActorTransition{S::Destroying, E::RunnerLost, A::Settle, "destroyed"},
    ActorTransition{S::Destroying, E::RunnerDrainTimeout, A::Settle, "destroyed"},
};

using K = ActorEffect::Kind;

// --- error column (section 9.3) -----------------------------------------------------------------

bool isHighError(const QByteArray &json)
{
    return json.startsWith("{\"runner_") || json == kInternalErrorJson;
}

void setError(ActorRow &row, const QByteArray &json)
{
    if (row.errorJson == kInternalErrorJson || (isHighError(row.errorJson) && !isHighError(json)))
        return;
    row.errorJson = json;
}

void setNoCapacity(ActorRow &row)
{
    if (row.errorJson.isEmpty())
        row.errorJson = QByteArrayLiteral("\"no_capacity\"");
}

QByteArray lostErrorJson(LostReason reason, const QString &runnerId)
{
    QString name;
    switch (reason) {
    case LostReason::ConnectionLost: name = QStringLiteral("runner_connection_lost"); break;
    case LostReason::NoResponse: name = QStringLiteral("runner_no_response"); break;
    case LostReason::DrainTimeout: name = QStringLiteral("runner_draining_timeout"); break;
    }
    const QJsonObject inner{{QStringLiteral("runner_id"), runnerId}};
    return QJsonDocument(QJsonObject{{name, inner}}).toJson(QJsonDocument::Compact);
}

QByteArray crashedJson(const std::optional<QString> &message)
{
    const QJsonObject inner{{QStringLiteral("message"), message ? QJsonValue(*message) : QJsonValue()}};
    return QJsonDocument(QJsonObject{{QStringLiteral("crashed"), inner}}).toJson(QJsonDocument::Compact);
}

// --- parts of transitions -----------------------------------------------------------------------

void clearPending(ActorRow &row)
{
    row.pendingSeq.reset();
    row.pendingAllocationTs.reset();
    row.pendingOverride = {};
}

void takeSlot(ActorStep &step, const QString &runnerId, const MachineContext &context)
{
    ActorRow &row = step.row;
    // Only with an alarm timeout is a fired alarm kept until its slot is found (section 1.8).
    if (row.alarmTs && row.pendingAllocationTs && context.config.alarmPendingTimeoutMs > 0
        && *row.alarmTs <= *row.pendingAllocationTs)
        row.alarmTs.reset();
    row.generation = row.everAllocated ? row.generation + 1 : 0;
    row.everAllocated = true;
    row.state = S::Starting;
    row.runnerId = runnerId;
    row.slotHeld = true;
    row.deadline = context.nowMs + context.config.actorStartThreshold;
    row.lastEventIdx = -1;
    row.lastAckIdx = -1;
    row.seenRunning = false;
    row.nextCommandIdx = 1;
    row.sleepTs.reset();
    row.rescheduleTs.reset();
    row.errorJson.clear();
    row.willWake = false;
    row.wakeOverride = {};
    row.rescheduling = false;
    clearPending(row);
    step.effects.push_back({K::SendStart, runnerId, row.generation, 0});
}

void toSleeping(ActorRow &row, const MachineContext &context)
{
    row.state = S::Sleeping;
    row.deadline.reset();
    row.rescheduleTs.reset();
    row.willWake = false;
    row.wakeOverride = {};
    row.rescheduling = false;
    clearPending(row);
    // A wake that found no capacity leaves the time of the sleep before it.
    if (!row.sleepTs)
        row.sleepTs = context.nowMs;
}

void toBackoff(ActorRow &row, qint64 retryAt, const AllocationOverride &override)
{
    row.state = S::Backoff;
    row.deadline = retryAt;
    row.rescheduleTs = retryAt;
    row.willWake = false;
    row.wakeOverride = override;
    row.rescheduling = false;
}

void logicalDestroy(ActorStep &step, const MachineContext &context)
{
    if (!step.row.destroyTs) {
        step.row.destroyTs = context.nowMs;
        step.effects.push_back({K::DropData, {}, step.row.generation, 0});
        step.effects.push_back({K::NotifyDestroyStarted, {}, step.row.generation, 0});
    }
    step.row.connectableTs.reset();
    step.row.alarmTs.reset();
    step.row.willWake = false;
    step.row.wakeOverride = {};
    step.row.rescheduling = false;
}

void toDestroyed(ActorStep &step, const MachineContext &context)
{
    logicalDestroy(step, context);
    step.row.state = S::Destroyed;
    step.row.deadline.reset();
    step.row.rescheduleTs.reset();
    clearPending(step.row);
    step.effects.push_back({K::NotifyDestroyed, {}, step.row.generation, 0});
}

void sendStop(ActorStep &step)
{
    step.effects.push_back(
        {K::SendStop, step.row.runnerId.value_or(QString()), step.row.generation, step.row.nextCommandIdx++});
}

void beginStopping(ActorStep &step, ActorState state, const MachineContext &context)
{
    step.row.state = state;
    step.row.connectableTs.reset();
    step.row.deadline = context.nowMs + context.config.actorStopThreshold;
    if (state == S::SleepIntent)
        step.row.sleepTs = context.nowMs;
    sendStop(step);
}

qint64 backoffDelay(int retryCount, const EngineConfig &config)
{
    return config.baseRetryTimeout << std::clamp(retryCount, 0, config.rescheduleBackoffMaxExponent);
}

/// Section 1.9. Returns the time of the next attempt, or nothing for "now".
std::optional<qint64> recordFailure(ActorRow &row, const MachineContext &context)
{
    const bool reset = row.lastFailureTs < context.nowMs - context.config.retryResetDuration;
    const qint64 delay = backoffDelay(row.retryCount, context.config);
    row.retryCount = reset ? 0 : row.retryCount + 1;
    row.lastFailureTs = context.nowMs;
    if (row.retryCount == 0)
        return std::nullopt;
    return context.nowMs + delay + context.jitterMs;
}

/// D-04: what is left of the backoff of an earlier failure.
std::optional<qint64> remainingBackoff(const ActorRow &row, const MachineContext &context)
{
    const std::optional<qint64> earliest = wakeDelayedUntil(row, context.config);
    if (!earliest || *earliest + context.jitterMs <= context.nowMs)
        return std::nullopt;
    return *earliest + context.jitterMs;
}

void resetRetries(ActorRow &row)
{
    row.retryCount = 0;
    row.lastFailureTs = 0;
}

AllocationOverride alarmOverride(const EngineConfig &config)
{
    AllocationOverride result{OverrideKind::DontSleep, std::nullopt};
    if (config.alarmPendingTimeoutMs > 0)
        result.timeoutMs = config.alarmPendingTimeoutMs;
    return result;
}

/// The alarm has fired: gone, unless a timeout may have to re-arm it.
void consumeAlarm(ActorRow &row, const EngineConfig &config)
{
    if (config.alarmPendingTimeoutMs <= 0)
        row.alarmTs.reset();
}

struct Cause
{
    enum class Kind { Ok, Error, Lost } kind = Kind::Ok;
    LostReason lost = LostReason::ConnectionLost;
    std::optional<QString> message;
    bool force = false;
    bool unconfirmed = false;
};

Cause causeOf(const ActorRow &row, const ActorEvent &event)
{
    Cause cause;
    if (event.kind == E::Stopped) {
        cause.kind = event.code == wire::StopCode::Ok ? Cause::Kind::Ok : Cause::Kind::Error;
        cause.message = event.message;
        return cause;
    }
    cause.kind = Cause::Kind::Lost;
    cause.force = event.force;
    cause.unconfirmed = event.unconfirmed;
    if (event.kind == E::RunnerDrainTimeout)
        cause.lost = LostReason::DrainTimeout;
    else if (event.kind == E::RunnerLost)
        cause.lost = event.lost;
    else if (row.state == S::GoingAway && !row.rescheduling)
        cause.lost = LostReason::DrainTimeout; // The runner's drain deadline is the same clock (D-18).
    else
        cause.lost = LostReason::NoResponse;
    return cause;
}

/// Section 1.6.
void settle(ActorStep &step, const Cause &cause, const MachineContext &context)
{
    ActorRow &row = step.row;
    const S state = row.state;
    const QString runnerId = row.runnerId.value_or(QString());
    const bool lost = cause.kind == Cause::Kind::Lost;
    const bool willWake = row.willWake;
    const AllocationOverride kept = row.wakeOverride;
    const bool alarmDue = row.alarmTs && *row.alarmTs <= context.nowMs;
    const bool restartAlways = row.rescheduling;

    if (lost && !cause.force)
        step.lost = cause.lost;
    step.cause = cause.kind == Cause::Kind::Ok ? "ok"
        : cause.kind == Cause::Kind::Error     ? "error"
        : cause.force                          ? "start_undeliverable"
        : cause.unconfirmed                    ? "start_unconfirmed"
                                               : lostReasonName(cause.lost);
    step.effects.push_back({K::DeleteCommands, runnerId, row.generation, 0});
    if (lost && !cause.force)
        sendStop(step);
    row.runnerId.reset();
    row.slotHeld = false;
    row.deadline.reset();
    row.connectableTs.reset();
    row.lastEventIdx = -1;
    row.lastAckIdx = -1;
    row.seenRunning = false;
    row.willWake = false;
    row.wakeOverride = {};
    row.rescheduling = false;

    if (state == S::Destroying) { // row 1
        toDestroyed(step, context);
        step.reason = "destroyed";
        return;
    }
    if (cause.force) { // row 2
        resetRetries(row);
        row.state = S::Sleeping;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        step.attempt = AllocationOverride{OverrideKind::DontSleep, std::nullopt};
        step.reason = "start_undeliverable";
        return;
    }
    if (cause.unconfirmed) {
        // Whatever the crash policy: for all that is known it has never run. A process that ends at each start must
        // not loop, so it counts like a failure.
        setError(row, lostErrorJson(cause.lost, runnerId));
        const AllocationOverride again{OverrideKind::DontSleep, std::nullopt};
        const std::optional<qint64> retryAt = recordFailure(row, context);
        step.reason = "start_unconfirmed";
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        if (retryAt) {
            toBackoff(row, *retryAt, again);
        } else {
            row.state = S::Sleeping;
            step.attempt = again;
        }
        return;
    }
    const bool expectedLoss = state == S::GoingAway && cause.lost == LostReason::ConnectionLost;
    if (lost && !expectedLoss)
        setError(row, lostErrorJson(cause.lost, runnerId));
    // A stop that was asked for is no failure, whatever its code: newer SDKs report every sleep as an error (D-03).
    const bool asPlanned = cause.kind == Cause::Kind::Error && (state == S::SleepIntent || state == S::GoingAway);
    if (cause.kind == Cause::Kind::Ok || asPlanned)
        resetRetries(row);

    const auto rest = [&](const char *reason) {
        toSleeping(row, context);
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
    };
    const auto attempt = [&](const AllocationOverride &override, const char *reason) {
        row.state = S::Sleeping;
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        step.attempt = override;
    };
    const auto destroy = [&](const char *reason) {
        toDestroyed(step, context);
        step.reason = reason;
    };
    const AllocationOverride restart{OverrideKind::PendingTimeout, context.config.restartPendingTimeoutMs};

    if (state == S::SleepIntent || (state == S::GoingAway && row.crashPolicy == CrashPolicy::Sleep && !restartAlways)) {
        if (willWake) { // row 3, and 7 as 3
            attempt(kept, "woken_while_stopping");
        } else if (alarmDue) { // row 4, and 7 as 4
            consumeAlarm(row, context.config);
            attempt(alarmOverride(context.config), "alarm_while_stopping");
        } else { // rows 5 and 7
            rest(state == S::SleepIntent ? "slept" : "runner_drained");
        }
        return;
    }
    if (state == S::GoingAway) {
        if (row.crashPolicy == CrashPolicy::Restart || restartAlways) // row 6
            attempt(mergeOverride(restart, willWake ? kept : AllocationOverride{}),
                    restartAlways ? "rescheduled" : "runner_drained");
        else // row 8
            destroy("runner_drained");
        return;
    }
    if (cause.kind == Cause::Kind::Ok) { // row 9
        destroy("stopped_ok");
        return;
    }
    if (cause.kind == Cause::Kind::Error && !(state == S::StopIntent && !cause.message))
        setError(row, crashedJson(cause.message));
    const char *reason = lost ? "lost" : "crashed";
    const AllocationOverride merged = willWake ? kept : AllocationOverride{};
    switch (row.crashPolicy) {
    case CrashPolicy::Restart: { // row 10
        const std::optional<qint64> retryAt = recordFailure(row, context);
        if (!retryAt) {
            attempt(mergeOverride(restart, merged), reason);
            return;
        }
        toBackoff(row, *retryAt, mergeOverride(restart, merged));
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        return;
    }
    case CrashPolicy::Sleep: { // row 11
        const std::optional<qint64> retryAt = recordFailure(row, context);
        if (!willWake) {
            rest(reason);
            return;
        }
        if (!retryAt) {
            attempt(kept, reason);
            return;
        }
        toBackoff(row, *retryAt, kept);
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        return;
    }
    case CrashPolicy::Destroy: // row 12
        destroy(reason);
        return;
    }
}

void wakeFromSleep(ActorStep &step, const AllocationOverride &override, const MachineContext &context)
{
    if (const std::optional<qint64> retryAt = remainingBackoff(step.row, context)) {
        toBackoff(step.row, *retryAt, override);
        step.reason = "failure_backoff";
        return;
    }
    step.attempt = override;
}

void mergePending(ActorRow &row, const AllocationOverride &override, const MachineContext &context)
{
    const bool endless = !row.deadline;
    row.pendingOverride = mergeOverride(row.pendingOverride, override);
    if (endless || override.kind == OverrideKind::None)
        return;
    if (!override.timeoutMs)
        row.deadline.reset();
    else
        row.deadline = std::max(*row.deadline, context.nowMs + *override.timeoutMs);
}

} // namespace

std::span<const ActorTransition> actorTransitions()
{
    return kTransitions;
}

ActorAction actorAction(ActorState state, ActorEventKind event)
{
    const auto it = std::find_if(kTransitions.begin(), kTransitions.end(), [&](const ActorTransition &t) {
        return t.state == state && t.event == event;
    });
    return it == kTransitions.end() ? A::Ignore : it->action;
}

ActorStep actorStep(const ActorRow &before, const ActorEvent &event, const MachineContext &context)
{
    ActorStep step;
    step.row = before;
    ActorRow &row = step.row;
    step.reason = actorEventName(event.kind);
    if (event.index >= 0)
        row.lastEventIdx = event.index;
    // Also where the state does not change (section 1.5, additional rules).
    if (event.kind == E::GoingAway && event.resetRetries)
        resetRetries(row);

    switch (actorAction(before.state, event.kind)) {
    case A::Ignore:
        step.ignored = true;
        break;
    case A::TakeSlot:
        takeSlot(step, event.runnerId, context);
        break;
    case A::GiveUpPending: {
        setNoCapacity(row);
        const bool rearm = row.alarmTs && *row.alarmTs <= context.nowMs && context.config.alarmPendingTimeoutMs > 0;
        toSleeping(row, context);
        if (rearm)
            row.alarmTs = context.nowMs + context.config.baseRetryTimeout;
        step.effects.push_back({K::NotifyPendingTimeout, {}, row.generation, 0});
        break;
    }
    case A::Settle:
        settle(step, causeOf(before, event), context);
        break;
    case A::BecomeRunning:
        row.state = S::Running;
        row.deadline.reset();
        row.seenRunning = true;
        row.connectableTs = context.nowMs;
        if (!row.startTs)
            row.startTs = context.nowMs;
        step.effects.push_back({K::NotifyReady, row.runnerId.value_or(QString()), row.generation, 0});
        break;
    case A::BeginSleep:
        beginStopping(step, S::SleepIntent, context);
        break;
    case A::BeginStop:
        beginStopping(step, S::StopIntent, context);
        break;
    case A::BeginGoingAway:
        row.rescheduling = event.kind == E::ApiReschedule;
        beginStopping(step, S::GoingAway, context);
        break;
    case A::TurnIntoSleep:
        row.state = S::SleepIntent;
        row.rescheduling = false;
        row.sleepTs = context.nowMs;
        break;
    case A::TurnIntoStop:
        row.state = S::StopIntent;
        row.rescheduling = false;
        break;
    case A::DeferWake:
        row.wakeOverride = row.willWake ? mergeOverride(row.wakeOverride, event.override) : event.override;
        row.willWake = true;
        break;
    case A::MergePending:
        mergePending(row, event.override, context);
        break;
    case A::MergeBackoff:
        row.wakeOverride = mergeOverride(row.wakeOverride, event.override);
        break;
    case A::RetryNow:
        step.attempt = row.wakeOverride;
        row.state = S::Sleeping;
        row.deadline.reset();
        row.rescheduleTs.reset();
        row.wakeOverride = {};
        break;
    case A::WakeFromSleep:
        wakeFromSleep(step, event.override, context);
        break;
    case A::FireAlarm:
        consumeAlarm(row, context.config);
        wakeFromSleep(step, alarmOverride(context.config), context);
        break;
    case A::StoreAlarm:
        row.alarmTs = event.alarmTs;
        break;
    case A::BeginDestroy:
        logicalDestroy(step, context);
        beginStopping(step, S::Destroying, context);
        break;
    case A::TurnIntoDestroy:
        logicalDestroy(step, context);
        row.state = S::Destroying;
        break;
    case A::DestroyNow:
        toDestroyed(step, context);
        break;
    case A::Rest:
        toSleeping(row, context);
        step.effects.push_back({K::NotifyStopped, {}, row.generation, 0});
        break;
    }
    return step;
}

ActorStep actorAttempt(const ActorRow &before, const AllocationOverride &override, const SlotOffer &offer,
                       const MachineContext &context)
{
    ActorStep step;
    step.row = before;
    if (offer.runnerId) {
        takeSlot(step, *offer.runnerId, context);
        step.reason = "allocated";
        return step;
    }
    ActorRow &row = step.row;
    setNoCapacity(row);
    step.reason = "no_capacity";
    if (row.crashPolicy == CrashPolicy::Sleep && override.kind != OverrideKind::DontSleep && !offer.poolGrowable) {
        toSleeping(row, context);
        return step;
    }
    row.state = S::Pending;
    row.pendingSeq = offer.pendingSeq;
    row.pendingAllocationTs = context.nowMs;
    row.pendingOverride = override;
    row.deadline.reset();
    if (override.kind != OverrideKind::None && override.timeoutMs)
        row.deadline = context.nowMs + *override.timeoutMs;
    return step;
}

EventFence actorFence(const ActorRow &row, const QString &runnerId, quint32 generation, qint64 index)
{
    if (!row.slotHeld || row.runnerId != runnerId)
        return EventFence::Runner;
    if (row.generation != generation)
        return EventFence::Generation;
    if (index <= row.lastEventIdx)
        return EventFence::Index;
    return EventFence::Accept;
}

AllocationOverride mergeOverride(const AllocationOverride &a, const AllocationOverride &b)
{
    if (a.kind != b.kind)
        return a.kind > b.kind ? a : b;
    if (!a.timeoutMs || !b.timeoutMs)
        return AllocationOverride{a.kind, std::nullopt};
    return AllocationOverride{a.kind, std::max(*a.timeoutMs, *b.timeoutMs)};
}

std::optional<qint64> wakeDelayedUntil(const ActorRow &row, const EngineConfig &config)
{
    if (row.retryCount <= 0)
        return std::nullopt;
    return row.lastFailureTs + backoffDelay(row.retryCount - 1, config);
}

bool isStopping(ActorState state)
{
    return state == S::SleepIntent || state == S::StopIntent || state == S::GoingAway || state == S::Destroying;
}

bool isAllocated(ActorState state)
{
    return state == S::Starting || state == S::Running || isStopping(state);
}

const char *actorStateName(ActorState state)
{
    switch (state) {
    case S::Pending: return "pending";
    case S::Starting: return "starting";
    case S::Running: return "running";
    case S::SleepIntent: return "sleep_intent";
    case S::StopIntent: return "stop_intent";
    case S::GoingAway: return "going_away";
    case S::Backoff: return "backoff";
    case S::Sleeping: return "sleeping";
    case S::Destroying: return "destroying";
    case S::Destroyed: return "destroyed";
    }
    return "unknown";
}

const char *actorEventName(ActorEventKind kind)
{
    switch (kind) {
    case E::Assigned: return "assigned";
    case E::PendingTimeout: return "pending_timeout";
    case E::StartTimeout: return "start_timeout";
    case E::StopTimeout: return "stop_timeout";
    case E::RetryDue: return "retry_due";
    case E::AlarmDue: return "alarm_due";
    case E::Running: return "running";
    case E::SleepIntent: return "sleep_intent";
    case E::StopIntent: return "stop_intent";
    case E::SetAlarm: return "set_alarm";
    case E::Stopped: return "stopped";
    case E::Wake: return "wake";
    case E::RunnerLost: return "runner_lost";
    case E::RunnerDrainTimeout: return "runner_drain_timeout";
    case E::GoingAway: return "going_away";
    case E::Destroy: return "destroy";
    case E::ApiSleep: return "api_sleep";
    case E::ApiReschedule: return "api_reschedule";
    }
    return "unknown";
}

const char *runnerStateName(RunnerState state)
{
    switch (state) {
    case RunnerState::Connected: return "connected";
    case RunnerState::Grace: return "grace";
    case RunnerState::Draining: return "draining";
    case RunnerState::Stopped: return "stopped";
    }
    return "unknown";
}

const char *lostReasonName(LostReason reason)
{
    switch (reason) {
    case LostReason::ConnectionLost: return "connection_lost";
    case LostReason::NoResponse: return "no_response";
    case LostReason::DrainTimeout: return "draining_timeout";
    }
    return "unknown";
}

const char *crashPolicyName(CrashPolicy policy)
{
    switch (policy) {
    case CrashPolicy::Restart: return "restart";
    case CrashPolicy::Sleep: return "sleep";
    case CrashPolicy::Destroy: return "destroy";
    }
    return "unknown";
}

} // namespace dormouse
