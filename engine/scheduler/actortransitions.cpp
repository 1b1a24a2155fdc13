// SPDX-License-Identifier: Apache-2.0
// The table of an actor's states (scheduler.md section 1.5), and the names of everything in it.
#include "engine/scheduler/actormachine.h"

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
