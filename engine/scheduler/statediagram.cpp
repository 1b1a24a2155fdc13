// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/statediagram.h"

#include "engine/scheduler/actormachine.h"
#include "engine/scheduler/runnermachine.h"

#include <map>
#include <set>

namespace dormouse {

namespace {

constexpr qint64 kNow = 1'000'000;

struct Shape
{
    CrashPolicy policy;
    bool willWake;
    bool alarmDue;
    bool failedBefore;
    bool rescheduling;
};

std::vector<Shape> shapes()
{
    std::vector<Shape> result;
    for (const CrashPolicy policy : {CrashPolicy::Restart, CrashPolicy::Sleep, CrashPolicy::Destroy}) {
        for (int bits = 0; bits < 16; ++bits)
            result.push_back({policy, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0});
    }
    return result;
}

ActorRow rowIn(ActorState state, const Shape &shape)
{
    ActorRow row;
    row.state = state;
    row.crashPolicy = shape.policy;
    row.everAllocated = true;
    if (isAllocated(state)) {
        row.slotHeld = true;
        row.runnerId = QStringLiteral("r");
        row.deadline = kNow;
    }
    if (state == ActorState::Pending) {
        row.pendingSeq = 1;
        row.pendingAllocationTs = kNow;
    }
    row.willWake = shape.willWake && isStopping(state);
    if (shape.willWake)
        row.wakeOverride = {OverrideKind::DontSleep, {}};
    if (shape.alarmDue)
        row.alarmTs = kNow;
    if (shape.failedBefore) {
        row.retryCount = 1;
        row.lastFailureTs = kNow;
    }
    row.rescheduling = shape.rescheduling && state == ActorState::GoingAway;
    return row;
}

std::vector<ActorEvent> eventsOf(ActorEventKind kind)
{
    ActorEvent event;
    event.kind = kind;
    event.runnerId = QStringLiteral("r");
    std::vector<ActorEvent> result{event};
    if (kind == ActorEventKind::Stopped) {
        event.code = wire::StopCode::Error;
        result.push_back(event);
    }
    if (kind == ActorEventKind::RunnerLost) {
        event.force = true;
        result.push_back(event);
    }
    return result;
}

void follow(std::set<MachineEdge> &edges, const QByteArray &from, const QByteArray &event, const ActorStep &step,
            const MachineContext &context)
{
    const auto add = [&](ActorState to) {
        const QByteArray name = actorStateName(to);
        if (name != from)
            edges.insert({from, name, event});
    };
    if (!step.attempt) {
        add(step.row.state);
        return;
    }
    for (const bool growable : {false, true}) {
        for (const bool slot : {false, true}) {
            SlotOffer offer;
            if (slot)
                offer.runnerId = QStringLiteral("r");
            offer.poolGrowable = growable;
            add(actorAttempt(step.row, *step.attempt, offer, context).row.state);
        }
    }
}

} // namespace

std::vector<MachineEdge> actorEdges()
{
    const EngineConfig config;
    const MachineContext context{config, kNow, 0};
    std::set<MachineEdge> edges;
    for (const Shape &shape : shapes()) {
        ActorStep made;
        made.row = rowIn(ActorState::Sleeping, shape);
        made.attempt = AllocationOverride{};
        follow(edges, {}, "create", made, context);
        for (const ActorTransition &transition : actorTransitions()) {
            for (const ActorEvent &event : eventsOf(transition.event))
                follow(edges, actorStateName(transition.state), actorEventName(transition.event),
                       actorStep(rowIn(transition.state, shape), event, context), context);
        }
    }
    return {edges.begin(), edges.end()};
}

std::vector<MachineEdge> runnerEdges()
{
    std::set<MachineEdge> edges;
    edges.insert({{}, runnerStateName(RunnerState::Connected), runnerEventName(RunnerEventKind::Connect)});
    for (const RunnerTransition &transition : runnerTransitions()) {
        if (transition.state != transition.next)
            edges.insert({runnerStateName(transition.state), runnerStateName(transition.next),
                          runnerEventName(transition.event)});
    }
    return {edges.begin(), edges.end()};
}

QByteArray stateDiagram(const std::vector<MachineEdge> &edges)
{
    std::map<std::pair<QByteArray, QByteArray>, QByteArray> arrows;
    for (const MachineEdge &edge : edges) {
        QByteArray &label = arrows[{edge.from, edge.to}];
        label += label.isEmpty() ? edge.event : QByteArray(", " + edge.event);
    }
    QByteArray text("stateDiagram-v2\n");
    for (const auto &[ends, label] : arrows)
        text += "    " + (ends.first.isEmpty() ? QByteArray("[*]") : ends.first) + " --> " + ends.second + ": " + label
            + '\n';
    return text;
}

} // namespace dormouse
