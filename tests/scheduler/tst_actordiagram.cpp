// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/actordiagram.h"

#include <QTest>

#include <map>
#include <set>

using namespace dormouse;

namespace {

constexpr qint64 kNow = 1'700'000'000'000;
using S = ActorState;
using E = ActorEventKind;
using Edges = std::map<std::pair<S, S>, std::set<QByteArray>>;

const std::array kStates = {S::Pending, S::Starting, S::Running, S::SleepIntent, S::StopIntent, S::GoingAway,
                            S::Backoff, S::Sleeping, S::Destroying};

/// The rows an actor can have in one state, as far as the machine looks at them.
std::vector<ActorRow> rowsIn(S state)
{
    std::vector<ActorRow> rows;
    for (const auto policy : {CrashPolicy::Restart, CrashPolicy::Sleep, CrashPolicy::Destroy}) {
        for (int bits = 0; bits < 16; ++bits) {
            ActorRow row;
            row.actorId = QStringLiteral("actor");
            row.state = state;
            row.crashPolicy = policy;
            row.createTs = kNow - 1000;
            row.everAllocated = true;
            if (isAllocated(state)) {
                row.runnerId = QStringLiteral("runner");
                row.slotHeld = true;
                row.generation = 3;
            }
            const bool stopping = isStopping(state);
            if ((bits & 1) != 0 && !stopping)
                continue;
            row.willWake = (bits & 1) != 0;
            if ((bits & 2) != 0 && state != S::GoingAway)
                continue;
            row.rescheduling = (bits & 2) != 0;
            if ((bits & 4) != 0)
                row.alarmTs = kNow - 1;
            if ((bits & 8) != 0) {
                row.retryCount = 9;
                row.lastFailureTs = kNow - 1;
            }
            rows.push_back(row);
        }
    }
    return rows;
}

std::vector<ActorEvent> eventsOf(E kind)
{
    std::vector<ActorEvent> events;
    for (const auto code : {wire::StopCode::Ok, wire::StopCode::Error}) {
        for (const bool force : {false, true}) {
            for (const auto override : {OverrideKind::None, OverrideKind::PendingTimeout, OverrideKind::DontSleep}) {
                ActorEvent event;
                event.kind = kind;
                event.code = code;
                event.force = force;
                event.override.kind = override;
                event.runnerId = QStringLiteral("runner");
                events.push_back(event);
            }
        }
    }
    return events;
}

} // namespace

class TestActorDiagram : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isWhatTheMachineDoes()
    {
        EngineConfig config;
        const MachineContext context{config, kNow, 0};
        const SlotOffer offers[] = {{QStringLiteral("runner"), false, 0}, {std::nullopt, false, 1}, {std::nullopt, true, 1}};
        Edges seen;
        const auto note = [&](S from, S to, const char *event) {
            if (from != to)
                seen[{from, to}].insert(event);
        };
        for (const S state : kStates) {
            for (const ActorRow &row : rowsIn(state)) {
                for (int kind = 0; kind <= int(E::ApiReschedule); ++kind) {
                    for (const ActorEvent &event : eventsOf(E(kind))) {
                        const ActorStep step = actorStep(row, event, context);
                        if (!step.attempt) {
                            note(state, step.row.state, actorEventName(event.kind));
                            continue;
                        }
                        for (const SlotOffer &offer : offers)
                            note(state, actorAttempt(step.row, *step.attempt, offer, context).row.state,
                                 actorEventName(event.kind));
                    }
                }
            }
        }
        QStringList wanted;
        for (const auto &[pair, events] : seen) {
            QByteArrayList names(events.begin(), events.end());
            wanted << QString::fromLatin1(actorStateName(pair.first)) + QStringLiteral(" > ")
                          + QString::fromLatin1(actorStateName(pair.second)) + QStringLiteral(": ")
                          + QString::fromLatin1(names.join(" / "));
        }
        QStringList given;
        for (const ActorEdge &edge : actorDiagram())
            given << QString::fromLatin1(actorStateName(edge.from)) + QStringLiteral(" > ")
                         + QString::fromLatin1(actorStateName(edge.to)) + QStringLiteral(": ")
                         + QString::fromLatin1(edge.events);
        for (const QString &edge : std::as_const(wanted))
            QVERIFY2(given.contains(edge), qPrintable(QStringLiteral("not in the diagram: ") + edge));
        for (const QString &edge : std::as_const(given))
            QVERIFY2(wanted.contains(edge), qPrintable(QStringLiteral("never happens: ") + edge));
    }
};

QTEST_GUILESS_MAIN(TestActorDiagram)
#include "tst_actordiagram.moc"
