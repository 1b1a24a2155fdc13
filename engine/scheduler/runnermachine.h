// SPDX-License-Identifier: Apache-2.0
#pragma once

// The runner records as a state machine (scheduler.md section 2.2). Thread: any.

#include "engine/store/store.h"

#include <optional>
#include <span>

namespace dormouse {

enum class RunnerEventKind {
    Connect,        ///< an init with the key of the record was accepted
    EngineStart,    ///< found in the store, nobody is connected yet
    SocketClosed,   ///< the current socket
    ShutdownClosed, ///< the same, with the reason of a finished shutdown and no actors left
    Drain,          ///< ToServerStopping, newer version, API, serverless
    DrainDeadline,
    Lost            ///< lost_at was reached
};

struct RunnerTransition
{
    RunnerState state;
    RunnerEventKind event;
    RunnerState next;
};
/// Everything that is not listed changes nothing.
std::span<const RunnerTransition> runnerTransitions();
std::optional<RunnerState> runnerNext(RunnerState state, RunnerEventKind event);
const char *runnerEventName(RunnerEventKind kind);

} // namespace dormouse
