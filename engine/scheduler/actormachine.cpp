// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/actormachine.h"

#include "engine/scheduler/actorparts_p.h"

#include <algorithm>

namespace dormouse {

using namespace actorparts;

namespace {

using E = ActorEventKind;
using A = ActorAction;

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
        settle(step, event, context);
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

} // namespace dormouse
