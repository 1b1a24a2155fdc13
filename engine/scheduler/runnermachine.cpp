// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/runnermachine.h"

#include <algorithm>
#include <array>

namespace dormouse {

namespace {

using S = RunnerState;
using E = RunnerEventKind;

constexpr std::array kTransitions = {
    RunnerTransition{S::Connected, E::Connect, S::Connected}, // a second socket (section 2.4)
    RunnerTransition{S::Connected, E::EngineStart, S::Grace},
    RunnerTransition{S::Connected, E::SocketClosed, S::Grace},
    RunnerTransition{S::Connected, E::ShutdownClosed, S::Stopped},
    RunnerTransition{S::Connected, E::Drain, S::Draining},
    RunnerTransition{S::Grace, E::Connect, S::Connected},
    RunnerTransition{S::Grace, E::Drain, S::Draining},
    RunnerTransition{S::Grace, E::Lost, S::Stopped},
    RunnerTransition{S::Draining, E::SocketClosed, S::Draining}, // lost_at runs beside the drain deadline
    RunnerTransition{S::Draining, E::ShutdownClosed, S::Stopped},
    RunnerTransition{S::Draining, E::DrainDeadline, S::Stopped},
    RunnerTransition{S::Draining, E::Lost, S::Stopped},
};

} // namespace

std::span<const RunnerTransition> runnerTransitions()
{
    return kTransitions;
}

std::optional<RunnerState> runnerNext(RunnerState state, RunnerEventKind event)
{
    const auto it = std::find_if(kTransitions.begin(), kTransitions.end(), [&](const RunnerTransition &transition) {
        return transition.state == state && transition.event == event;
    });
    if (it == kTransitions.end())
        return std::nullopt;
    return it->next;
}

const char *runnerEventName(RunnerEventKind kind)
{
    switch (kind) {
    case E::Connect: return "connect";
    case E::EngineStart: return "engine_start";
    case E::SocketClosed: return "socket_closed";
    case E::ShutdownClosed: return "runner_shutdown";
    case E::Drain: return "drain";
    case E::DrainDeadline: return "drain_deadline";
    case E::Lost: return "lost";
    }
    return "unknown";
}

} // namespace dormouse
