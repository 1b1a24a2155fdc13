// SPDX-License-Identifier: Apache-2.0
#pragma once

// The actor state machine (scheduler.md sections 1.3 to 1.9): pure functions of (row, event, time, jitter, settings).
// Nothing here reads a clock, draws a random number or sends anything; the caller runs the effects after commit.
// Thread: any.

#include "engine/base/config.h"
#include "engine/store/store.h"
#include "engine/wire/protocol.h"

#include <optional>
#include <span>
#include <vector>

namespace dormouse {

enum class ActorEventKind {
    Assigned,
    PendingTimeout,
    StartTimeout,
    StopTimeout,
    RetryDue,
    AlarmDue,
    Running,
    SleepIntent,
    StopIntent,
    SetAlarm,
    Stopped,
    Wake,
    RunnerLost,
    RunnerDrainTimeout,
    GoingAway,
    Destroy,
    ApiSleep,
    ApiReschedule
};

/// What the table prescribes; the second half of a transition (settle, slot?) depends on the row.
enum class ActorAction {
    Ignore,
    TakeSlot,        ///< generation + 1 unless first, command Start
    GiveUpPending,   ///< to sleeping, error no_capacity if none
    Settle,          ///< section 1.6
    BecomeRunning,
    BeginSleep,      ///< sleep_intent with command Stop
    BeginStop,       ///< stop_intent with command Stop
    BeginGoingAway,  ///< going_away with command Stop
    TurnIntoSleep,   ///< sleep_intent, deadline kept, no second Stop
    TurnIntoStop,    ///< stop_intent, deadline kept, no second Stop
    DeferWake,
    MergePending,
    MergeBackoff,
    RetryNow,        ///< slot?
    WakeFromSleep,   ///< slot? or backoff (D-04)
    FireAlarm,       ///< clears the alarm, then as a wake that may not sleep
    StoreAlarm,
    BeginDestroy,    ///< destroying with command Stop
    TurnIntoDestroy, ///< destroying, no second Stop
    DestroyNow,
    Rest             ///< to sleeping, asked for by the API
};

struct ActorTransition
{
    ActorState state;
    ActorEventKind event;
    ActorAction action;
    const char *outcome; ///< target state, or what decides it
};
/// The table of section 1.5 without its "ignored" cells, for the code, the tests and the documentation.
std::span<const ActorTransition> actorTransitions();
ActorAction actorAction(ActorState state, ActorEventKind event);

/// Section 9.3, on top of every other error: the row contradicted itself.
inline constexpr char kInternalErrorJson[] = "\"internal_error\"";

enum class LostReason { ConnectionLost, NoResponse, DrainTimeout };

struct ActorEvent
{
    ActorEventKind kind = ActorEventKind::Wake;
    QString runnerId;                ///< Assigned
    AllocationOverride override;     ///< Wake
    std::optional<qint64> alarmTs;   ///< SetAlarm, absent clears
    wire::StopCode code = wire::StopCode::Ok; ///< Stopped
    std::optional<QString> message;           ///< Stopped
    LostReason lost = LostReason::ConnectionLost; ///< RunnerLost
    bool force = false;              ///< RunnerLost: the Start could not be delivered because the runner drains
    bool unconfirmed = false;        ///< RunnerLost: the Start may or may not have arrived and nobody can tell
    bool resetRetries = false;       ///< GoingAway
    qint64 index = -1;               ///< event index, for events of a runner
};

struct ActorEffect
{
    enum class Kind {
        SendStart,
        SendStop,
        DeleteCommands, ///< all of the generation
        NotifyReady,
        NotifyStopped,
        NotifyPendingTimeout,
        NotifyDestroyStarted,
        NotifyDestroyed,
        DropData ///< KV and hibernating rows
    } kind;
    QString runnerId;
    quint32 generation = 0;
    qint64 index = 0;
};

struct MachineContext
{
    const EngineConfig &config;
    qint64 nowMs = 0;    ///< wall clock
    qint64 jitterMs = 0; ///< for a backoff that starts in this step
};

struct ActorStep
{
    ActorRow row;
    std::vector<ActorEffect> effects;
    /// Present: the row is at rest in between and an allocation attempt with this override must follow at once.
    std::optional<AllocationOverride> attempt;
    bool ignored = false;
    QByteArray reason; ///< reason code of what happened
    QByteArray cause;  ///< why it was settled: ok, error, or a lostReasonName(); empty otherwise
    std::optional<LostReason> lost; ///< the engine gave up on the actor in this step
};
ActorStep actorStep(const ActorRow &row, const ActorEvent &event, const MachineContext &context);

/// What the pool can do for an attempt (section 1.7).
struct SlotOffer
{
    std::optional<QString> runnerId; ///< absent: queue not empty or no runner fits
    bool poolGrowable = false;       ///< serverless with max_runners > 0
    qint64 pendingSeq = 0;           ///< used when the actor has to queue
};
ActorStep actorAttempt(const ActorRow &row, const AllocationOverride &override, const SlotOffer &offer,
                       const MachineContext &context);

/// Section 1.4, fence of runner events.
enum class EventFence { Accept, Runner, Generation, Index };
EventFence actorFence(const ActorRow &row, const QString &runnerId, quint32 generation, qint64 index);

/// Section 1.8: the stronger of the two; of two timeouts the later.
AllocationOverride mergeOverride(const AllocationOverride &a, const AllocationOverride &b);

/// D-04: a wake before this time waits for it; absent when the actor has not failed of late. Without jitter.
std::optional<qint64> wakeDelayedUntil(const ActorRow &row, const EngineConfig &config);

bool isStopping(ActorState state);  ///< a Stop command is out and the process has not confirmed
bool isAllocated(ActorState state); ///< holds a slot (destroying: maybe)
const char *actorStateName(ActorState state);
const char *actorEventName(ActorEventKind kind);
const char *runnerStateName(RunnerState state);
const char *crashPolicyName(CrashPolicy policy);
const char *lostReasonName(LostReason reason);

} // namespace dormouse
