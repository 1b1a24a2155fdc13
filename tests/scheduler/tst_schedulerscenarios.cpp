// SPDX-License-Identifier: Apache-2.0
// Scenarios of scheduler.md section 10 that are about one actor: creation, queue, wake, sleep, alarm, crash.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestSchedulerScenarios : public QObject
{
    Q_OBJECT

private:
    /// One slot, taken by another actor; the returned one has slept once and is in generation 0.
    QString asleepWithoutCapacity(Bench &bench, ScriptedRunner &runner, CrashPolicy policy = CrashPolicy::Sleep)
    {
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, policy);
        bench.putToSleep(runner, id, 1);
        bench.createRunning(runner, CrashPolicy::Restart);
        return id;
    }
    QString asleepAfterAlarm(Bench &bench, ScriptedRunner &runner, qint64 delayMs)
    {
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + delayMs));
        bench.putToSleep(runner, id, 2);
        return id;
    }

private Q_SLOTS:
    void scenario_02_keyInUse();
    void scenario_03_keyIsFreeWhileDestroying();
    void scenario_09_noRunnerPends();
    void scenario_12_pendingStartsOnConnect();
    void scenario_13_firstInFirstOut();
    void scenario_19_slotBeforeTheTimeout();
    void scenario_21_destroyAroundTheTimeout_data();
    void scenario_21_destroyAroundTheTimeout();
    void scenario_22_destroyAfterAssignment();
    void scenario_25_wakesMergeInTheQueue();
    void scenario_33_secondSleepIntent();
    void scenario_34_wakeWhileFallingAsleep_data();
    void scenario_34_wakeWhileFallingAsleep();
    void scenario_37_sleepReportedAsError_data();
    void scenario_37_sleepReportedAsError();
    void scenario_40_alarmWakes();
    void scenario_41_alarmInThePast();
    void scenario_44_alarmOutlivesAnEarlierWake();
    void scenario_44_alarmPassedWhileAwake();
    void scenario_50_restartsWithBackoff();
    void scenario_51_backoffResetsAfterTenMinutes();
    void scenario_52_stopWithoutIntentIsFinal_data();
    void scenario_52_stopWithoutIntentIsFinal();
    void scenario_53_crashSleepsAndWakeWaits();
    void scenario_81_eventsAreFilteredByIndex();
    void scenario_85_acknowledgementStopsBeforeTheLast();
    void scenario_86_startDeadline();
    void scenario_95_destroyDropsData();
    void scenario_39_sleepIntentWhileStarting();
    void scenario_46_alarmWithoutCapacity();
    void scenario_59_drainDeadline();
    void scenario_71_zombieAfterReconnect();
    void scenario_84_nothingCountsAfterStopped();
};

void TestSchedulerScenarios::scenario_02_keyInUse()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 2);
    const QString first = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
    QVERIFY(!first.isEmpty());
    QVERIFY(bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
    QCOMPARE(bench.lastError, QByteArray("actor.duplicate_key"));
    QCOMPARE(bench.scheduler->actorIds().size(), std::size_t(1));
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
    QCOMPARE(bench.scheduler->actorByKey(bench.namespaceId(), QStringLiteral("a"), QStringLiteral("key"))->actorId,
             first);
}

void TestSchedulerScenarios::scenario_03_keyIsFreeWhileDestroying()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 3);
    const QString first = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
    bench.report(runner, first, 0, kRunning);
    bench.destroy(first);
    QCOMPARE(bench.state(first), ActorState::Destroying);
    const QString second = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
    QVERIFY(!second.isEmpty());
    QVERIFY(second != first);
    bench.report(runner, first, 1, kStoppedOk);
    QCOMPARE(bench.state(first), ActorState::Destroyed);
    // The end of the first must not free the key of the second.
    QVERIFY(bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
    bench.report(runner, second, 0, kStoppedOk);
    QVERIFY(!bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
}

void TestSchedulerScenarios::scenario_09_noRunnerPends()
{
    Bench bench;
    bench.configurePool();
    for (const CrashPolicy policy : {CrashPolicy::Restart, CrashPolicy::Destroy}) {
        const QString id = bench.create(policy);
        QCOMPARE(bench.state(id), ActorState::Pending);
        QVERIFY(!bench.row(id).deadline);
        QCOMPARE(bench.row(id).errorJson, QByteArray("\"no_capacity\""));
    }
    bench.world.advance(3'600'000);
    for (const QString &id : bench.scheduler->actorIds())
        QCOMPARE(bench.state(id), ActorState::Pending);
}

void TestSchedulerScenarios::scenario_12_pendingStartsOnConnect()
{
    Bench bench;
    bench.configurePool();
    const QString id = bench.create(CrashPolicy::Restart);
    QCOMPARE(bench.row(id).pendingAllocationTs, bench.now());
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 0u);
    QVERIFY(!bench.row(id).pendingAllocationTs);
    QVERIFY(!bench.row(id).pendingSeq);
    QVERIFY(!bench.row(id).sleepTs);
    QVERIFY(bench.row(id).errorJson.isEmpty());
    QCOMPARE(runner.starts(id), 1);
}

void TestSchedulerScenarios::scenario_13_firstInFirstOut()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    QString current = bench.createRunning(runner, CrashPolicy::Destroy);
    std::vector<QString> queued;
    for (int i = 0; i < 100; ++i)
        queued.push_back(bench.create(CrashPolicy::Destroy));
    for (const QString &next : queued) {
        QCOMPARE(bench.state(next), ActorState::Pending);
        bench.report(runner, current, 1, kStoppedOk);
        QCOMPARE(bench.state(next), ActorState::Starting);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{next, 0, 0}));
        bench.report(runner, next, 0, kRunning);
        current = next;
    }
}

void TestSchedulerScenarios::scenario_19_slotBeforeTheTimeout()
{
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepWithoutCapacity(bench, runner);
    bench.wake(id);
    bench.world.advance(59'999);
    QCOMPARE(bench.state(id), ActorState::Pending);
    ScriptedRunner other;
    bench.connectRunner(other, "other", 1);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 1u);
    bench.world.advance(2);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).runnerId, other.runnerId);
    QCOMPARE(bench.scheduler->counters().pendingTimeouts, quint64(0));
}

void TestSchedulerScenarios::scenario_21_destroyAroundTheTimeout_data()
{
    QTest::addColumn<qint64>("atMs");
    QTest::newRow("before") << qint64(59'999);
    QTest::newRow("same instant") << qint64(60'000);
    QTest::newRow("after") << qint64(60'001);
}

void TestSchedulerScenarios::scenario_21_destroyAroundTheTimeout()
{
    QFETCH(qint64, atMs);
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepWithoutCapacity(bench, runner);
    bench.wake(id);
    bench.world.advance(atMs);
    bench.destroy(id);
    QCOMPARE(bench.state(id), ActorState::Destroyed);
    QVERIFY(bench.row(id).destroyTs);
    ScriptedRunner other;
    bench.connectRunner(other, "other", 1);
    bench.world.advance(10'000);
    QCOMPARE(bench.state(id), ActorState::Destroyed);
    QVERIFY(other.commands.empty());
    QCOMPARE(bench.scheduler->usedSlots(other.runnerId), 0u);
}

void TestSchedulerScenarios::scenario_22_destroyAfterAssignment()
{
    Bench bench;
    bench.configurePool();
    const QString id = bench.create(CrashPolicy::Restart);
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    bench.destroy(id);
    QCOMPARE(bench.state(id), ActorState::Destroying);
    QCOMPARE(runner.commands.size(), std::size_t(2));
    QCOMPARE(runner.commands[0].checkpoint, (wire::ActorCheckpoint{id, 0, 0}));
    QVERIFY(std::holds_alternative<wire::CommandStartActor>(runner.commands[0].inner));
    QCOMPARE(runner.commands[1].checkpoint, (wire::ActorCheckpoint{id, 0, 1}));
    QVERIFY(std::holds_alternative<wire::CommandStopActor>(runner.commands[1].inner));
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
    bench.report(runner, id, 0, kStoppedOk);
    QCOMPARE(bench.state(id), ActorState::Destroyed);
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
}

void TestSchedulerScenarios::scenario_25_wakesMergeInTheQueue()
{
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepWithoutCapacity(bench, runner);
    bench.wake(id);
    const QString behind = bench.create(CrashPolicy::Restart);
    bench.world.advance(30'000);
    for (int i = 0; i < 16; ++i)
        bench.wake(id);
    QCOMPARE(bench.row(id).deadline, bench.now() + 60'000);
    QCOMPARE(bench.scheduler->describeActor(id).queuePosition, std::optional<int>(1));
    QCOMPARE(bench.scheduler->describeActor(behind).queuePosition, std::optional<int>(2));
    ScriptedRunner other;
    bench.connectRunner(other, "other", 5);
    QCOMPARE(other.starts(id), 1);
    QCOMPARE(other.starts(behind), 1);
    QCOMPARE(bench.scheduler->usedSlots(other.runnerId), 2u);
    QCOMPARE(bench.row(id).generation, 1u);
}

void TestSchedulerScenarios::scenario_33_secondSleepIntent()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    bench.report(runner, id, 1, kSleepIntent);
    const std::optional<qint64> deadline = bench.row(id).deadline;
    const std::size_t commands = runner.commands.size();
    bench.world.advance(1'000);
    bench.report(runner, id, 2, kSleepIntent);
    QCOMPARE(bench.row(id).deadline, deadline);
    QCOMPARE(runner.commands.size(), commands);
    QCOMPARE(bench.state(id), ActorState::SleepIntent);
}

void TestSchedulerScenarios::scenario_34_wakeWhileFallingAsleep_data()
{
    QTest::addColumn<int>("wakes");
    QTest::newRow("one") << 1;
    QTest::newRow("five") << 5;
}

void TestSchedulerScenarios::scenario_34_wakeWhileFallingAsleep()
{
    QFETCH(int, wakes);
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 2);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    bench.report(runner, id, 1, kSleepIntent);
    for (int i = 0; i < wakes; ++i)
        bench.wake(id);
    QCOMPARE(bench.state(id), ActorState::SleepIntent);
    bench.report(runner, id, 2, kStoppedOk);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 1u);
    QCOMPARE(runner.starts(id), 2);
    QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 1, 0}));
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
    QCOMPARE(bench.scheduler->counters().allocations, quint64(2));
}

void TestSchedulerScenarios::scenario_37_sleepReportedAsError_data()
{
    QTest::addColumn<bool>("asError");
    QTest::newRow("error") << true;
    QTest::newRow("ok, scenario 38") << false;
}

void TestSchedulerScenarios::scenario_37_sleepReportedAsError()
{
    QFETCH(bool, asError);
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.create(CrashPolicy::Sleep);
    for (quint32 generation = 0; generation < 10; ++generation) {
        QCOMPARE(bench.row(id).generation, generation);
        bench.report(runner, id, 0, kRunning);
        bench.report(runner, id, 1, kSleepIntent);
        bench.report(runner, id, 2, asError ? kStoppedError : kStoppedOk);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(bench.row(id).errorJson.isEmpty());
        bench.wake(id);
        QCOMPARE(bench.state(id), ActorState::Starting);
        QVERIFY(bench.row(id).errorJson.isEmpty());
    }
}

void TestSchedulerScenarios::scenario_40_alarmWakes()
{
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepAfterAlarm(bench, runner, 2'000);
    bench.world.advance(1'999);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    bench.world.advance(1);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 1u);
    QVERIFY(!bench.row(id).alarmTs);
}

void TestSchedulerScenarios::scenario_41_alarmInThePast()
{
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepAfterAlarm(bench, runner, -1);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 1u);
    QVERIFY(!bench.row(id).alarmTs);
    QCOMPARE(runner.starts(id), 2);
}

void TestSchedulerScenarios::scenario_44_alarmOutlivesAnEarlierWake()
{
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepAfterAlarm(bench, runner, 20'000);
    bench.world.advance(15'000);
    bench.wake(id);
    bench.report(runner, id, 0, kRunning);
    QVERIFY(bench.row(id).alarmTs);
    bench.world.advance(3'000);
    bench.putToSleep(runner, id, 1);
    bench.world.advance(1'999);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    bench.world.advance(1);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 2u);
    QVERIFY(!bench.row(id).alarmTs);
}

void TestSchedulerScenarios::scenario_44_alarmPassedWhileAwake()
{
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepAfterAlarm(bench, runner, 20'000);
    bench.world.advance(15'000);
    bench.wake(id);
    bench.report(runner, id, 0, kRunning);
    bench.world.advance(6'000);
    QCOMPARE(bench.state(id), ActorState::Running);
    QCOMPARE(bench.row(id).generation, 1u);
    bench.putToSleep(runner, id, 1);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 2u);
}

void TestSchedulerScenarios::scenario_50_restartsWithBackoff()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.create(CrashPolicy::Restart);
    quint32 generation = 0;
    for (const qint64 seconds : {0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512}) {
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, generation);
        QVERIFY(!bench.row(id).rescheduleTs);
        bench.report(runner, id, 0, kStoppedError);
        if (seconds > 0) {
            QCOMPARE(bench.state(id), ActorState::Backoff);
            QCOMPARE(bench.row(id).rescheduleTs, bench.now() + seconds * 1000);
            bench.world.advance(seconds * 1000 - 1);
            QCOMPARE(bench.state(id), ActorState::Backoff);
            bench.world.advance(1);
        }
        ++generation;
    }
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, generation);
}

void TestSchedulerScenarios::scenario_51_backoffResetsAfterTenMinutes()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.create(CrashPolicy::Restart);
    bench.report(runner, id, 0, kStoppedError);
    bench.report(runner, id, 0, kStoppedError);
    QCOMPARE(bench.state(id), ActorState::Backoff);
    bench.world.advance(2'000);
    bench.report(runner, id, 0, kRunning);
    bench.world.advance(601'000);
    QCOMPARE(bench.state(id), ActorState::Running);
    bench.report(runner, id, 1, kStoppedError);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 3u);
}

void TestSchedulerScenarios::scenario_52_stopWithoutIntentIsFinal_data()
{
    QTest::addColumn<int>("policy");
    QTest::newRow("restart") << int(CrashPolicy::Restart);
    QTest::newRow("sleep") << int(CrashPolicy::Sleep);
}

void TestSchedulerScenarios::scenario_52_stopWithoutIntentIsFinal()
{
    QFETCH(int, policy);
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy(policy));
    bench.report(runner, id, 1, kStoppedOk);
    QCOMPARE(bench.state(id), ActorState::Destroyed);
    QCOMPARE(bench.row(id).destroyTs, bench.now());
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
}

void TestSchedulerScenarios::scenario_53_crashSleepsAndWakeWaits()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    const wire::Event crash = stoppedWith(wire::StopCode::Error, QStringLiteral("x"));
    bench.report(runner, id, 1, crash);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    QCOMPARE(bench.row(id).errorJson, QByteArray("{\"crashed\":{\"message\":\"x\"}}"));
    QVERIFY(!bench.row(id).connectableTs);
    // The first failure costs nothing, the second two seconds.
    bench.wake(id);
    QCOMPARE(bench.state(id), ActorState::Starting);
    bench.report(runner, id, 0, crash);
    const qint64 failedAt = bench.now();
    bench.world.advance(500);
    bench.wake(id);
    QCOMPARE(bench.state(id), ActorState::Backoff);
    QCOMPARE(bench.row(id).rescheduleTs, failedAt + 2'000);
    bench.world.advance(1'499);
    QCOMPARE(bench.state(id), ActorState::Backoff);
    bench.world.advance(1);
    QCOMPARE(bench.state(id), ActorState::Starting);
    QCOMPARE(bench.row(id).generation, 2u);
}

void TestSchedulerScenarios::scenario_81_eventsAreFilteredByIndex()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    const qint64 base = bench.now();
    for (const qint64 index : {1, 2, 1, 2, 3})
        bench.report(runner, id, index, alarmAt(base + 100'000 + index));
    QCOMPARE(bench.row(id).alarmTs, base + 100'003);
    QCOMPARE(bench.row(id).lastEventIdx, 3);
    QCOMPARE(bench.scheduler->counters().ignoredIndex, quint64(2));
    bench.report(runner, id, 2, alarmAt(std::nullopt));
    QCOMPARE(bench.row(id).alarmTs, base + 100'003);
}

void TestSchedulerScenarios::scenario_85_acknowledgementStopsBeforeTheLast()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 2);
    const QString id = bench.create(CrashPolicy::Sleep);
    const auto batch = [](const QString &actorId) {
        wire::ToServerEvents events;
        events.events.push_back({{actorId, 0, 0}, kRunning});
        for (qint64 index = 1; index < 260; ++index)
            events.events.push_back({{actorId, 0, index}, alarmAt(std::nullopt)});
        return events;
    };
    runner.send(batch(id));
    bench.world.settle();
    QCOMPARE(runner.acks, (std::vector<wire::ActorCheckpoint>{{id, 0, 258}}));

    // A generation that ends within the batch is not acknowledged: the SDK would take it for the next one.
    const QString other = bench.create(CrashPolicy::Sleep);
    wire::ToServerEvents ending = batch(other);
    ending.events.push_back({{other, 0, 260}, kSleepIntent});
    ending.events.push_back({{other, 0, 261}, kStoppedOk});
    runner.send(ending);
    bench.world.settle();
    QCOMPARE(bench.state(other), ActorState::Sleeping);
    bench.wake(other);
    bench.world.advance(20'000);
    QCOMPARE(bench.row(other).generation, 1u);
    QCOMPARE(runner.acks.size(), std::size_t(1));
}

void TestSchedulerScenarios::scenario_86_startDeadline()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.create(CrashPolicy::Sleep);
    bench.world.advance(29'999);
    QCOMPARE(bench.state(id), ActorState::Starting);
    bench.world.advance(1);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    QCOMPARE(bench.row(id).errorJson,
             QByteArray("{\"runner_no_response\":{\"runner_id\":\"" + runner.runnerId.toUtf8() + "\"}}"));
    QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 0, 1}));
    QVERIFY(!runner.lastIsStart());
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
    bench.world.advance(500);
    bench.report(runner, id, 0, kRunning);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    QVERIFY(!bench.row(id).connectableTs);
}

void TestSchedulerScenarios::scenario_95_destroyDropsData()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Restart);
    const wire::ToServerKvRequest put{id, 1, wire::KvPutRequest{{"key"}, {"value"}}};
    runner.send(put);
    HibernatingRow hibernating;
    hibernating.actorId = id;
    hibernating.lastPingTs = bench.now();
    bench.store.submit({PutHibernating{hibernating}}, [](const Status &) {});
    const auto entries = [&] {
        std::size_t count = 99;
        bench.store.kv(id, KvList{}, [&](const KvResult &result) { count = result.ok() ? result->size() : 98; });
        bench.world.settle();
        return count;
    };
    bench.world.settle();
    QCOMPARE(entries(), std::size_t(1));
    QCOMPARE(bench.store.open()->hibernating.size(), std::size_t(1));

    bench.destroy(id);
    QCOMPARE(bench.state(id), ActorState::Destroying);
    QCOMPARE(bench.row(id).destroyTs, bench.now());
    QVERIFY(!bench.row(id).connectableTs);
    QCOMPARE(entries(), std::size_t(0));
    QVERIFY(bench.store.open()->hibernating.empty());
    QVERIFY(bench.scheduler->actorsByName(bench.namespaceId(), QStringLiteral("a"), false, {}, 10).empty());
    QCOMPARE(bench.scheduler->actorsByName(bench.namespaceId(), QStringLiteral("a"), true, {}, 10).size(),
             std::size_t(1));

    runner.send(put);
    bench.world.settle();
    const auto *error = std::get_if<wire::KvErrorResponse>(&runner.kvAnswers.back().data);
    QVERIFY(error);
    QCOMPARE(error->message, QStringLiteral("given actor does not belong to runner"));
    QCOMPARE(entries(), std::size_t(0));
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
    bench.report(runner, id, 1, kStoppedOk);
    QCOMPARE(bench.state(id), ActorState::Destroyed);
    QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
}

void TestSchedulerScenarios::scenario_39_sleepIntentWhileStarting()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.create(CrashPolicy::Sleep);
    bench.report(runner, id, 0, kSleepIntent);
    QCOMPARE(bench.state(id), ActorState::SleepIntent);
    QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 0, 1}));
    bench.report(runner, id, 1, kRunning);
    QCOMPARE(bench.state(id), ActorState::SleepIntent);
    QVERIFY(!bench.row(id).connectableTs);
    QCOMPARE(bench.scheduler->counters().ignoredState, quint64(1));
}

void TestSchedulerScenarios::scenario_46_alarmWithoutCapacity()
{
    Bench bench;
    ScriptedRunner runner;
    const QString id = asleepAfterAlarm(bench, runner, 2'000);
    bench.createRunning(runner, CrashPolicy::Restart);
    bench.world.advance(3'600'000);
    QCOMPARE(bench.state(id), ActorState::Pending);
    QVERIFY(!bench.row(id).deadline);
    ScriptedRunner other;
    bench.connectRunner(other, "other", 2);
    QCOMPARE(bench.state(id), ActorState::Starting);
    bench.report(other, id, 0, kRunning);
    bench.putToSleep(other, id, 1);
    bench.world.advance(10'000);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    QCOMPARE(other.starts(id), 1);
}

void TestSchedulerScenarios::scenario_59_drainDeadline()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 2);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    runner.send(wire::ToServerStopping{});
    bench.world.advance(29'999);
    QCOMPARE(bench.state(id), ActorState::GoingAway);
    QCOMPARE(runner.closes, 0);
    bench.world.advance(1);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    QVERIFY(bench.row(id).errorJson.startsWith("{\"runner_draining_timeout\""));
    QCOMPARE(bench.scheduler->runner(runner.runnerId)->state, RunnerState::Stopped);
    QCOMPARE(runner.closeReason, QByteArray("ws.eviction#ray"));
}

void TestSchedulerScenarios::scenario_71_zombieAfterReconnect()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    bench.report(runner, id, 1, kSleepIntent);
    bench.world.advance(29'000);
    runner.link->cut();
    bench.world.advance(2'000);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    ScriptedRunner other;
    bench.connectRunner(other, "other", 1);
    bench.wake(id);
    QCOMPARE(bench.row(id).runnerId, other.runnerId);
    bench.report(other, id, 0, kRunning);
    runner.commands.clear();
    runner.resend = {wire::ToServerEvents{{{{id, 0, 1}, kSleepIntent}}}};
    bench.connectRunner(runner, "k", 1);
    bench.world.advance(500);
    QCOMPARE(bench.scheduler->counters().reconcileZombies, quint64(1));
    QVERIFY(!runner.commands.empty());
    QCOMPARE(runner.commands.back().checkpoint.actorId, id);
    QCOMPARE(runner.commands.back().checkpoint.generation, 0u);
    QCOMPARE(runner.starts(id), 0);
    QCOMPARE(bench.state(id), ActorState::Running);
    QCOMPARE(bench.row(id).generation, 1u);
    QCOMPARE(bench.row(id).runnerId, other.runnerId);
}

void TestSchedulerScenarios::scenario_84_nothingCountsAfterStopped()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.create(CrashPolicy::Sleep);
    runner.send(wire::ToServerEvents{{{{id, 0, 0}, kRunning},
                                      {{id, 0, 1}, kSleepIntent},
                                      {{id, 0, 2}, kStoppedOk},
                                      {{id, 0, 3}, alarmAt(bench.now() + 1'000)}}});
    bench.world.advance(5'000);
    QCOMPARE(bench.state(id), ActorState::Sleeping);
    QVERIFY(!bench.row(id).alarmTs);
    QCOMPARE(bench.row(id).generation, 0u);
}

QTEST_GUILESS_MAIN(TestSchedulerScenarios)
#include "tst_schedulerscenarios.moc"
