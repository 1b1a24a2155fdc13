// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/actordiagram.h"

#include <array>

namespace dormouse {

namespace {

using S = ActorState;

constexpr std::array kEdges = {
    ActorEdge{S::Pending, S::Starting, "assigned"},
    ActorEdge{S::Pending, S::Sleeping, "api_sleep / pending_timeout"},
    ActorEdge{S::Pending, S::Destroyed, "destroy"},
    ActorEdge{S::Starting, S::Pending, "runner_drain_timeout / runner_lost / start_timeout / stopped"},
    ActorEdge{S::Starting, S::Running, "running"},
    ActorEdge{S::Starting, S::SleepIntent, "sleep_intent"},
    ActorEdge{S::Starting, S::StopIntent, "stop_intent"},
    ActorEdge{S::Starting, S::GoingAway, "going_away"},
    ActorEdge{S::Starting, S::Backoff, "runner_drain_timeout / runner_lost / start_timeout / stopped"},
    ActorEdge{S::Starting, S::Sleeping, "runner_drain_timeout / runner_lost / start_timeout / stopped"},
    ActorEdge{S::Starting, S::Destroying, "destroy"},
    ActorEdge{S::Starting, S::Destroyed, "runner_drain_timeout / runner_lost / start_timeout / stopped"},
    ActorEdge{S::Running, S::Pending, "runner_drain_timeout / runner_lost / stopped"},
    ActorEdge{S::Running, S::Starting, "runner_drain_timeout / runner_lost / stopped"},
    ActorEdge{S::Running, S::SleepIntent, "api_sleep / sleep_intent"},
    ActorEdge{S::Running, S::StopIntent, "stop_intent"},
    ActorEdge{S::Running, S::GoingAway, "api_reschedule / going_away"},
    ActorEdge{S::Running, S::Backoff, "runner_drain_timeout / runner_lost / stopped"},
    ActorEdge{S::Running, S::Sleeping, "runner_drain_timeout / runner_lost / stopped"},
    ActorEdge{S::Running, S::Destroying, "destroy"},
    ActorEdge{S::Running, S::Destroyed, "runner_drain_timeout / runner_lost / stopped"},
    ActorEdge{S::SleepIntent, S::Pending, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::SleepIntent, S::Starting, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::SleepIntent, S::Sleeping, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::SleepIntent, S::Destroying, "destroy"},
    ActorEdge{S::StopIntent, S::Pending, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::StopIntent, S::Starting, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::StopIntent, S::Backoff, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::StopIntent, S::Sleeping, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::StopIntent, S::Destroying, "destroy"},
    ActorEdge{S::StopIntent, S::Destroyed, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::GoingAway, S::Pending, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::GoingAway, S::Starting, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::GoingAway, S::SleepIntent, "sleep_intent"},
    ActorEdge{S::GoingAway, S::StopIntent, "stop_intent"},
    ActorEdge{S::GoingAway, S::Sleeping, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::GoingAway, S::Destroying, "destroy"},
    ActorEdge{S::GoingAway, S::Destroyed, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
    ActorEdge{S::Backoff, S::Pending, "retry_due"},
    ActorEdge{S::Backoff, S::Starting, "retry_due"},
    ActorEdge{S::Backoff, S::Sleeping, "api_sleep / retry_due"},
    ActorEdge{S::Backoff, S::Destroyed, "destroy"},
    ActorEdge{S::Sleeping, S::Pending, "alarm_due / wake"},
    ActorEdge{S::Sleeping, S::Starting, "alarm_due / wake"},
    ActorEdge{S::Sleeping, S::Backoff, "alarm_due / wake"},
    ActorEdge{S::Sleeping, S::Destroyed, "destroy"},
    ActorEdge{S::Destroying, S::Destroyed, "runner_drain_timeout / runner_lost / stop_timeout / stopped"},
};

} // namespace

std::span<const ActorEdge> actorDiagram()
{
    return kEdges;
}

} // namespace dormouse
