// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/schedule.h"

#include "engine/base/random.h"
#include "tests/simulation/endpoint.h"

#include <array>

namespace dormouse::test {

namespace {

struct Kind
{
    Action action;
    const char *name;
    int weight;
    int least; ///< amount
    int most;
};
constexpr std::array kKinds{
    Kind{Action::CreateActor, "create actor", 8, 0, 2},
    Kind{Action::RaceCreate, "clients race for a key", 2, 2, 4},
    Kind{Action::CreateOnly, "create only", 1, 0, 2},
    Kind{Action::DestroyActor, "destroy actor", 3, 0, 0},
    Kind{Action::OpenSocket, "open socket", 16, 0, 3},
    Kind{Action::ClientSend, "client sends", 32, 1, 4},
    Kind{Action::ClientClose, "client closes", 4, 0, 1},
    Kind{Action::DelayClient, "delay client", 2, 0, 300},
    Kind{Action::FreezeClient, "half-open client", 1, 10, 20'000},
    Kind{Action::Increment, "increment", 16, 0, 0},
    Kind{Action::Read, "read", 4, 0, 0},
    Kind{Action::LeaveRequest, "client leaves its request", 2, 0, 0},
    Kind{Action::SetAlarm, "set alarm", 8, 0, 15'000},
    Kind{Action::ActorSleep, "actor sleeps", 14, 0, 0},
    Kind{Action::ActorStop, "actor stops", 4, 0, 0},
    Kind{Action::ActorDestroys, "actor destroys itself", 1, 0, 0},
    Kind{Action::ActorFails, "actor fails at its next start", 2, 0, 0},
    Kind{Action::Reschedule, "reschedule", 2, 0, 0},
    Kind{Action::CutRunner, "cut runner", 8, 0, 0},
    Kind{Action::FreezeRunner, "half-open runner", 4, 10, 9'000},
    Kind{Action::DelayRunner, "delay runner", 4, 0, 400},
    Kind{Action::PauseRunner, "pause runner", 4, 100, 24'000},
    Kind{Action::KillRunner, "kill runner", 6, 100, 20'000},
    Kind{Action::StopRunner, "stop runner", 2, 100, 10'000},
    Kind{Action::DoubleRunner, "second process of a key", 2, 0, 0},
    Kind{Action::EndpointMood, "endpoint", 1, 0, int(EndpointMood::Count) - 1},
    Kind{Action::EndStream, "stream ends", 1, 0, 0},
    Kind{Action::KillEngine, "kill engine", 4, 10, 12'000},
    Kind{Action::StopEngine, "stop engine", 2, 10, 5'000},
    Kind{Action::HoldStore, "hold store", 4, 10, 4'000},
    Kind{Action::FailStore, "fail store", 2, 10, 3'000},
    Kind{Action::StepClock, "step clock", 3, -30'000, 30'000},
};
static_assert(kKinds.size() == std::size_t(Action::Count));

constexpr int kLeastSteps = 12;
constexpr int kMoreSteps = 34;

int totalWeight()
{
    int sum = 0;
    for (const Kind &kind : kKinds)
        sum += kind.weight;
    return sum;
}

bool changesActor(Action action)
{
    return action == Action::CreateActor || action == Action::ActorSleep || action == Action::ActorStop
        || action == Action::ActorFails || action == Action::Reschedule || action == Action::KillRunner
        || action == Action::StopRunner;
}

} // namespace

Schedule makeSchedule(quint64 seed)
{
    static const int kTotal = totalWeight();
    Random random(seed * 0x9e3779b97f4a7c15ULL + 1);
    Schedule schedule;
    schedule.seed = seed;
    schedule.runners = 1 + int(random.below(3));
    schedule.slots = 1 + int(random.below(3));
    schedule.serverless = random.below(3) == 0;
    schedule.steps.push_back({0, Action::CreateActor, 0, int(random.below(3))});
    schedule.steps.push_back({1, Action::OpenSocket, 0, 1});
    const int count = kLeastSteps + int(random.below(kMoreSteps));
    for (int i = 0; i < count; ++i) {
        int pick = int(random.below(quint64(kTotal)));
        const Kind *kind = kKinds.data();
        while (pick >= kind->weight)
            pick -= (kind++)->weight;
        Step step;
        // Often together, sometimes seconds apart, now and then beyond the timeouts.
        switch (random.below(8)) {
        case 0: case 1: case 2: step.afterMs = 0; break;
        case 3: case 4: step.afterMs = qint64(random.below(20)); break;
        case 5: case 6: step.afterMs = qint64(random.below(1'500)); break;
        default: step.afterMs = qint64(random.below(9'000)); break;
        }
        step.action = kind->action;
        step.subject = int(random.below(12));
        step.amount = kind->least + int(random.below(quint64(kind->most - kind->least) + 1));
        schedule.steps.push_back(step);
        // The ends of actors are to meet every state: also those that last for milliseconds.
        if (changesActor(step.action) && random.below(16) == 0)
            schedule.steps.push_back({qint64(random.below(4)), Action::DestroyActor, step.subject, 0});
    }
    return schedule;
}

QString toString(const Step &step)
{
    return QStringLiteral("+%1 ms  %2 (subject %3, amount %4)")
        .arg(step.afterMs).arg(QLatin1StringView(kKinds[std::size_t(step.action)].name)).arg(step.subject).arg(step.amount);
}

QStringList toLines(const Schedule &schedule)
{
    QStringList lines{QStringLiteral("seed %1: %2 runners with %3 slots%4, %5 steps")
                          .arg(schedule.seed).arg(schedule.runners).arg(schedule.slots)
                          .arg(schedule.serverless ? QStringLiteral(" and a serverless pool") : QString())
                          .arg(schedule.steps.size())};
    for (const Step &step : schedule.steps)
        lines << QStringLiteral("  ") + toString(step);
    return lines;
}

} // namespace dormouse::test
