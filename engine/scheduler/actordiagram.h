// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/scheduler/actormachine.h"

#include <span>

namespace dormouse {

/// One change of state that an actor can be seen to make: where actorTransitions() says "settle" or "slot?", this says
/// where that leads. events: names of actorEventName(), joined by " / ".
struct ActorEdge
{
    ActorState from;
    ActorState to;
    const char *events;
};
/// Complete; a test runs the machine over its inputs and compares. A restart on another slot in the same step is an
/// edge to itself and left out.
std::span<const ActorEdge> actorDiagram();

} // namespace dormouse
