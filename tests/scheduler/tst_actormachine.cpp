// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/actormachine.h"

#include <QTest>

#include <set>

using namespace dormouse;

namespace {

constexpr qint64 kNow = 1'700'000'000'000;
using S = ActorState;
using E = ActorEventKind;
using K = ActorEffect::Kind;

ActorRow rowIn(S state, CrashPolicy policy = CrashPolicy::Restart)
{
    ActorRow row;
    row.actorId = QStringLiteral("actor");
    row.state = state;
    row.crashPolicy = policy;
    row.createTs = kNow - 1000;
    if (isAllocated(state)) {
        row.runnerId = QStringLiteral("runner");
        row.slotHeld = true;
        row.everAllocated = true;
        row.generation = 3;
        row.nextCommandIdx = isStopping(state) ? 2 : 1;
        row.lastEventIdx = 4;
        if (state == S::Running)
            row.connectableTs = kNow - 500;
        else
            row.deadline = kNow + 5000;
    }
    if (state == S::Pending) {
        row.pendingSeq = 7;
        row.pendingAllocationTs = kNow - 100;
        row.deadline = kNow + 5000;
        row.pendingOverride = {OverrideKind::DontSleep, 60'000};
    }
    if (state == S::Destroying || state == S::Destroyed)
        row.destroyTs = kNow - 10;
    return row;
}

int count(const ActorStep &step, K kind)
{
    return int(std::count_if(step.effects.begin(), step.effects.end(),
                             [&](const ActorEffect &effect) { return effect.kind == kind; }));
}

} // namespace

class TestActorMachine : public QObject
{
    Q_OBJECT

private:
    EngineConfig m_config;
    MachineContext context(qint64 now = kNow, qint64 jitter = 0) const { return {m_config, now, jitter}; }
    ActorStep step(const ActorRow &row, E kind, qint64 now = kNow) const
    {
        ActorEvent event;
        event.kind = kind;
        event.runnerId = QStringLiteral("runner");
        event.override = {OverrideKind::DontSleep, 60'000};
        return actorStep(row, event, context(now));
    }
    ActorStep stopped(const ActorRow &row, wire::StopCode code, qint64 now = kNow,
                      std::optional<QString> message = {}) const
    {
        ActorEvent event;
        event.kind = E::Stopped;
        event.code = code;
        event.message = message;
        return actorStep(row, event, context(now));
    }

private Q_SLOTS:
    void tableIsUniqueAndObeyed();
    void everythingElseIsIgnored();
    void assignedTakesTheSlot();
    void firstAllocationKeepsGenerationZero();
    void settle_data();
    void settle();
    void backoffDelays();
    void overrideMerging();
    void pendingTimeoutKeepsTheHighError();
    void stopCommandIndexContinuesAfterLoss();
    void repeatedIntentKeepsTheDeadline();
    void attemptWithoutSlot_data();
    void attemptWithoutSlot();
    void fence();
};

void TestActorMachine::tableIsUniqueAndObeyed()
{
    std::set<std::pair<int, int>> seen;
    for (const ActorTransition &t : actorTransitions()) {
        QVERIFY2(seen.insert({int(t.state), int(t.event)}).second, t.outcome);
        const ActorStep result = step(rowIn(t.state), t.event);
        QVERIFY(!result.ignored);
        const QByteArray outcome = t.outcome;
        if (outcome.contains('?') || outcome.startsWith("settle"))
            continue;
        QCOMPARE(QByteArray(actorStateName(result.row.state)), outcome);
    }
}

void TestActorMachine::everythingElseIsIgnored()
{
    int ignored = 0;
    for (int s = int(S::Pending); s <= int(S::Destroyed); ++s) {
        for (int e = int(E::Assigned); e <= int(E::ApiReschedule); ++e) {
            if (actorAction(S(s), E(e)) != ActorAction::Ignore)
                continue;
            ++ignored;
            const ActorRow row = rowIn(S(s));
            const ActorStep result = step(row, E(e));
            QVERIFY(result.ignored);
            QVERIFY(result.effects.empty());
            QVERIFY(!result.attempt);
            QCOMPARE(result.row.state, row.state);
            QCOMPARE(result.row.deadline, row.deadline);
            QCOMPARE(result.row.generation, row.generation);
        }
    }
    QVERIFY(ignored > 80);
}

void TestActorMachine::assignedTakesTheSlot()
{
    ActorRow row = rowIn(S::Pending);
    row.everAllocated = true;
    row.generation = 2;
    row.errorJson = "\"no_capacity\"";
    row.sleepTs = kNow - 9;
    const ActorStep result = step(row, E::Assigned);
    QCOMPARE(result.row.state, S::Starting);
    QCOMPARE(result.row.generation, 3u);
    QCOMPARE(result.row.deadline, kNow + m_config.actorStartThreshold);
    QVERIFY(result.row.slotHeld);
    QVERIFY(!result.row.pendingSeq);
    QVERIFY(!result.row.pendingAllocationTs);
    QVERIFY(!result.row.sleepTs);
    QVERIFY(result.row.errorJson.isEmpty());
    QCOMPARE(count(result, K::SendStart), 1);
}

void TestActorMachine::firstAllocationKeepsGenerationZero()
{
    const ActorStep result = step(rowIn(S::Pending), E::Assigned);
    QCOMPARE(result.row.generation, 0u);
    QVERIFY(result.row.everAllocated);
}

void TestActorMachine::settle_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<int>("policy");
    QTest::addColumn<bool>("error");
    QTest::addColumn<bool>("willWake");
    QTest::addColumn<bool>("alarmDue");
    QTest::addColumn<int>("result"); // -1: attempt
    const auto row = [](const char *name, S state, CrashPolicy policy, bool error, bool wake, bool alarm, int result) {
        QTest::newRow(name) << int(state) << int(policy) << error << wake << alarm << result;
    };
    constexpr int kAttempt = -1;
    using P = CrashPolicy;
    row("1 destroying", S::Destroying, P::Restart, true, false, false, int(S::Destroyed));
    row("3 wake", S::SleepIntent, P::Destroy, true, true, false, kAttempt);
    row("4 alarm", S::SleepIntent, P::Destroy, false, false, true, kAttempt);
    row("5 rest", S::SleepIntent, P::Restart, true, false, false, int(S::Sleeping));
    row("6 restart", S::GoingAway, P::Restart, true, false, false, kAttempt);
    row("7 rest", S::GoingAway, P::Sleep, true, false, false, int(S::Sleeping));
    row("7 wake", S::GoingAway, P::Sleep, false, true, false, kAttempt);
    row("7 alarm", S::GoingAway, P::Sleep, false, false, true, kAttempt);
    row("8 destroy", S::GoingAway, P::Destroy, false, false, false, int(S::Destroyed));
    row("9 ok restart", S::Running, P::Restart, false, false, false, int(S::Destroyed));
    row("9 ok sleep", S::Starting, P::Sleep, false, false, false, int(S::Destroyed));
    row("9 ok stop", S::StopIntent, P::Restart, false, true, false, int(S::Destroyed));
    row("10 first failure", S::Running, P::Restart, true, false, false, kAttempt);
    row("11 rest", S::Running, P::Sleep, true, false, true, int(S::Sleeping));
    row("11 wake", S::StopIntent, P::Sleep, true, true, false, kAttempt);
    row("12 destroy", S::Starting, P::Destroy, true, false, false, int(S::Destroyed));
}

void TestActorMachine::settle()
{
    QFETCH(int, state);
    QFETCH(int, policy);
    QFETCH(bool, error);
    QFETCH(bool, willWake);
    QFETCH(bool, alarmDue);
    QFETCH(int, result);
    ActorRow row = rowIn(S(state), CrashPolicy(policy));
    row.willWake = willWake;
    row.wakeOverride = {OverrideKind::DontSleep, 60'000};
    if (alarmDue)
        row.alarmTs = kNow - 1;
    const ActorStep settled = stopped(row, error ? wire::StopCode::Error : wire::StopCode::Ok);
    QVERIFY(!settled.row.slotHeld);
    QVERIFY(!settled.row.runnerId);
    QVERIFY(!settled.row.connectableTs);
    QCOMPARE(count(settled, K::DeleteCommands), 1);
    QCOMPARE(count(settled, K::SendStop), 0);
    if (result < 0) {
        QVERIFY(settled.attempt);
        QCOMPARE(count(settled, K::NotifyStopped), 1);
        return;
    }
    QVERIFY(!settled.attempt);
    QCOMPARE(int(settled.row.state), result);
    QCOMPARE(count(settled, K::NotifyDestroyed), S(result) == S::Destroyed ? 1 : 0);
    if (S(result) == S::Destroyed && S(state) != S::Destroying)
        QCOMPARE(count(settled, K::DropData), 1);
}

void TestActorMachine::backoffDelays()
{
    ActorRow row = rowIn(S::Running);
    qint64 now = kNow;
    const qint64 expected[] = {0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512};
    for (const qint64 seconds : expected) {
        row.state = S::Running;
        row.slotHeld = true;
        row.runnerId = QStringLiteral("runner");
        const ActorStep settled = stopped(row, wire::StopCode::Error, now);
        if (seconds == 0) {
            QVERIFY(settled.attempt);
        } else {
            QCOMPARE(settled.row.state, S::Backoff);
            QCOMPARE(settled.row.deadline, now + seconds * 1000);
            QCOMPARE(settled.row.rescheduleTs, settled.row.deadline);
            now = *settled.row.deadline;
        }
        row = settled.row;
    }
}

void TestActorMachine::overrideMerging()
{
    const AllocationOverride none;
    const AllocationOverride endless{OverrideKind::DontSleep, std::nullopt};
    const AllocationOverride minute{OverrideKind::DontSleep, 60'000};
    const AllocationOverride second{OverrideKind::DontSleep, 1'000};
    const AllocationOverride restart{OverrideKind::PendingTimeout, 90'000};
    QCOMPARE(mergeOverride(none, minute), minute);
    QCOMPARE(mergeOverride(minute, restart), minute);
    QCOMPARE(mergeOverride(second, minute), minute);
    QCOMPARE(mergeOverride(minute, endless), endless);
    QCOMPARE(mergeOverride(restart, none), restart);
}

void TestActorMachine::pendingTimeoutKeepsTheHighError()
{
    ActorRow row = rowIn(S::Pending);
    row.errorJson = "{\"runner_connection_lost\":{\"runner_id\":\"r\"}}";
    const ActorStep result = step(row, E::PendingTimeout);
    QCOMPARE(result.row.state, S::Sleeping);
    QCOMPARE(result.row.errorJson, row.errorJson);
    QVERIFY(!result.row.pendingSeq);
    QCOMPARE(count(result, K::NotifyPendingTimeout), 1);
}

void TestActorMachine::stopCommandIndexContinuesAfterLoss()
{
    const ActorStep result = step(rowIn(S::SleepIntent, CrashPolicy::Sleep), E::StopTimeout);
    QCOMPARE(result.row.state, S::Sleeping);
    QVERIFY(result.row.errorJson.startsWith("{\"runner_no_response\""));
    QCOMPARE(count(result, K::SendStop), 1);
    const auto stop = std::find_if(result.effects.begin(), result.effects.end(),
                                   [](const ActorEffect &effect) { return effect.kind == K::SendStop; });
    QCOMPARE(stop->index, qint64(2));
    QCOMPARE(stop->generation, 3u);
    QCOMPARE(stop->runnerId, QStringLiteral("runner"));
}

void TestActorMachine::repeatedIntentKeepsTheDeadline()
{
    const ActorStep first = step(rowIn(S::Running), E::SleepIntent);
    const ActorStep second = step(first.row, E::SleepIntent, kNow + 1000);
    QVERIFY(second.ignored);
    QCOMPARE(second.row.deadline, first.row.deadline);
    const ActorStep drained = step(rowIn(S::Running), E::GoingAway);
    const ActorStep asleep = step(drained.row, E::SleepIntent, kNow + 1000);
    QCOMPARE(asleep.row.state, S::SleepIntent);
    QCOMPARE(asleep.row.deadline, drained.row.deadline);
    QCOMPARE(count(asleep, K::SendStop), 0);
}

void TestActorMachine::attemptWithoutSlot_data()
{
    QTest::addColumn<int>("policy");
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("growable");
    QTest::addColumn<bool>("pends");
    using P = CrashPolicy;
    QTest::newRow("sleep none") << int(P::Sleep) << int(OverrideKind::None) << false << false;
    QTest::newRow("sleep restart") << int(P::Sleep) << int(OverrideKind::PendingTimeout) << false << false;
    QTest::newRow("sleep growable") << int(P::Sleep) << int(OverrideKind::None) << true << true;
    QTest::newRow("sleep dont sleep") << int(P::Sleep) << int(OverrideKind::DontSleep) << false << true;
    QTest::newRow("restart none") << int(P::Restart) << int(OverrideKind::None) << false << true;
    QTest::newRow("destroy none") << int(P::Destroy) << int(OverrideKind::None) << false << true;
}

void TestActorMachine::attemptWithoutSlot()
{
    QFETCH(int, policy);
    QFETCH(int, kind);
    QFETCH(bool, growable);
    QFETCH(bool, pends);
    SlotOffer offer;
    offer.poolGrowable = growable;
    offer.pendingSeq = 42;
    const AllocationOverride override{OverrideKind(kind), 5'000};
    const ActorStep result = actorAttempt(rowIn(S::Sleeping, CrashPolicy(policy)), override, offer, context());
    QCOMPARE(result.row.errorJson, QByteArray("\"no_capacity\""));
    QCOMPARE(result.row.state, pends ? S::Pending : S::Sleeping);
    QCOMPARE(result.row.pendingSeq.has_value(), pends);
    if (pends && override.kind != OverrideKind::None)
        QCOMPARE(result.row.deadline, kNow + 5'000);
    else
        QVERIFY(!result.row.deadline);
}

void TestActorMachine::fence()
{
    const ActorRow row = rowIn(S::Running);
    const QString runner = QStringLiteral("runner");
    QCOMPARE(actorFence(row, runner, 3, 5), EventFence::Accept);
    QCOMPARE(actorFence(row, runner, 3, 9), EventFence::Accept);
    QCOMPARE(actorFence(row, runner, 3, 4), EventFence::Index);
    QCOMPARE(actorFence(row, runner, 2, 5), EventFence::Generation);
    QCOMPARE(actorFence(row, QStringLiteral("other"), 3, 5), EventFence::Runner);
    QCOMPARE(actorFence(rowIn(S::Sleeping), runner, 3, 5), EventFence::Runner);
}

QTEST_GUILESS_MAIN(TestActorMachine)
#include "tst_actormachine.moc"
