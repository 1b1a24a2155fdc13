// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace dormouse::test {

/// What a simulated cluster does or suffers. subject and amount mean what the comment says; a subject is taken modulo
/// what there is, so that any part of a schedule is a schedule.
enum class Action {
    CreateActor,   ///< subject: key; amount: crash policy
    RaceCreate,    ///< subject: key; amount: clients that get or create it at once
    CreateOnly,    ///< subject: key; amount: crash policy; refused while the key is taken
    DestroyActor,  ///< subject: actor
    OpenSocket,    ///< subject: actor; amount: every fourth is one that cannot hibernate
    ClientSend,    ///< subject: client; amount: messages
    ClientClose,   ///< subject: client; odd amount: without a close frame
    DelayClient,   ///< subject: client; amount: one-way delay in ms
    FreezeClient,  ///< subject: client; half-open for amount ms, then lost
    Increment,     ///< subject: actor; POST that the actor stores before it answers
    Read,          ///< subject: actor; GET
    LeaveRequest,  ///< subject: request; its client does not wait any longer
    SetAlarm,      ///< subject: actor; amount: ms from now, or none when it is a multiple of 7
    ActorSleep,    ///< subject: actor
    ActorStop,     ///< subject: actor; the crash policy decides what follows
    ActorDestroys, ///< subject: actor, which ends itself
    ActorFails,    ///< subject: actor; its next start fails
    Reschedule,    ///< subject: actor
    CutRunner,     ///< subject: runner; its connection is lost
    FreezeRunner,  ///< subject: runner; half-open, the runner notices after amount ms, the engine later
    DelayRunner,   ///< subject: runner; amount: one-way delay in ms
    PauseRunner,   ///< subject: runner; amount: ms in which its process stands still
    KillRunner,    ///< subject: runner; a new process comes after amount ms, every second time with the same key
    StopRunner,    ///< subject: runner; ends in good order, a new process comes after amount ms
    DoubleRunner,  ///< subject: runner; a second process with the same key
    EndpointMood,  ///< amount: what the serverless endpoint does from now on
    EndStream,     ///< subject: runner, if it is a serverless one
    KillEngine,    ///< subject: events until it ends; amount: ms until the next process
    StopEngine,    ///< amount: ms until the next process
    HoldStore,     ///< amount: ms without a commit
    FailStore,     ///< subject: commits until the store gives up; the engine is restarted after amount ms
    StepClock,     ///< amount: ms by which the wall clock jumps; subject: small, hours or days
    Count
};

struct Step
{
    qint64 afterMs = 0; ///< since the step before
    Action action = Action::CreateActor;
    int subject = 0;
    int amount = 0;
};

/// Everything that decides a run: the same schedule gives the same run.
struct Schedule
{
    quint64 seed = 0;
    int runners = 1;
    int slots = 1; ///< of each
    bool serverless = false; ///< some keys belong to a pool of serverless runners
    std::vector<Step> steps;
};

Schedule makeSchedule(quint64 seed);
QString toString(const Step &step);
QStringList toLines(const Schedule &schedule);

} // namespace dormouse::test
