// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to the actor machine: what its transitions are made of. Pure, like all of it.

#include "engine/scheduler/actormachine.h"

#include <algorithm>

namespace dormouse::actorparts {

using S = ActorState;
using K = ActorEffect::Kind;

// --- error column (section 9.3) -----------------------------------------------------------------

inline bool isHighError(const QByteArray &json)
{
    return json.startsWith("{\"runner_") || json == kInternalErrorJson;
}

inline void setError(ActorRow &row, const QByteArray &json)
{
    if (row.errorJson == kInternalErrorJson || (isHighError(row.errorJson) && !isHighError(json)))
        return;
    row.errorJson = json;
}

inline void setNoCapacity(ActorRow &row)
{
    if (row.errorJson.isEmpty())
        row.errorJson = QByteArrayLiteral("\"no_capacity\"");
}

// --- parts of transitions -----------------------------------------------------------------------

inline void clearPending(ActorRow &row)
{
    row.pendingSeq.reset();
    row.pendingAllocationTs.reset();
    row.pendingOverride = {};
}

inline void takeSlot(ActorStep &step, const QString &runnerId, const MachineContext &context)
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

inline void toSleeping(ActorRow &row, const MachineContext &context)
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

inline void toBackoff(ActorRow &row, qint64 retryAt, const AllocationOverride &override)
{
    row.state = S::Backoff;
    row.deadline = retryAt;
    row.rescheduleTs = retryAt;
    row.willWake = false;
    row.wakeOverride = override;
    row.rescheduling = false;
}

inline void logicalDestroy(ActorStep &step, const MachineContext &context)
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

inline void toDestroyed(ActorStep &step, const MachineContext &context)
{
    logicalDestroy(step, context);
    step.row.state = S::Destroyed;
    step.row.deadline.reset();
    step.row.rescheduleTs.reset();
    clearPending(step.row);
    step.effects.push_back({K::NotifyDestroyed, {}, step.row.generation, 0});
}

inline void sendStop(ActorStep &step)
{
    step.effects.push_back(
        {K::SendStop, step.row.runnerId.value_or(QString()), step.row.generation, step.row.nextCommandIdx++});
}

inline void beginStopping(ActorStep &step, ActorState state, const MachineContext &context)
{
    step.row.state = state;
    step.row.connectableTs.reset();
    step.row.deadline = context.nowMs + context.config.actorStopThreshold;
    if (state == S::SleepIntent)
        step.row.sleepTs = context.nowMs;
    sendStop(step);
}

inline qint64 backoffDelay(int retryCount, const EngineConfig &config)
{
    return config.baseRetryTimeout << std::clamp(retryCount, 0, config.rescheduleBackoffMaxExponent);
}

/// Section 1.9. Returns the time of the next attempt, or nothing for "now".
inline std::optional<qint64> recordFailure(ActorRow &row, const MachineContext &context)
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
inline std::optional<qint64> remainingBackoff(const ActorRow &row, const MachineContext &context)
{
    std::optional<qint64> earliest = wakeDelayedUntil(row, context.config);
    if (earliest && row.lastFailureTs > context.nowMs)
        *earliest += context.nowMs - row.lastFailureTs; // the clock was moved back: as if it had failed just now
    if (!earliest || *earliest + context.jitterMs <= context.nowMs)
        return std::nullopt;
    return *earliest + context.jitterMs;
}

inline void resetRetries(ActorRow &row)
{
    row.retryCount = 0;
    row.lastFailureTs = 0;
}

inline AllocationOverride alarmOverride(const EngineConfig &config)
{
    AllocationOverride result{OverrideKind::DontSleep, std::nullopt};
    if (config.alarmPendingTimeoutMs > 0)
        result.timeoutMs = config.alarmPendingTimeoutMs;
    return result;
}

/// The alarm has fired: gone, unless a timeout may have to re-arm it.
inline void consumeAlarm(ActorRow &row, const EngineConfig &config)
{
    if (config.alarmPendingTimeoutMs <= 0)
        row.alarmTs.reset();
}

/// Section 1.6: the slot is given back, and what comes next is decided.
void settle(ActorStep &step, const ActorEvent &event, const MachineContext &context);

} // namespace dormouse::actorparts
