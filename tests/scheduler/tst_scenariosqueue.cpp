// SPDX-License-Identifier: Apache-2.0
// Scenarios 8 to 31 of scheduler.md section 10: no capacity, the queue, wakes and their time limits.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosQueue : public QObject
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

private Q_SLOTS:
    void scenario009_noRunnerPends()
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

    void scenario012_pendingStartsOnConnect()
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

    void scenario013_firstInFirstOut()
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

    void scenario018_pendingTimeoutFallsAsleep()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 1);
        bench.world.settle();
        runner.event(bench.create(CrashPolicy::Restart), 0, 0, kRunning);
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        bench.scheduler->wakeActor(id, {OverrideKind::DontSleep, 60'000});
        bench.world.advance(59'999);
        QCOMPARE(bench.row(id).state, ActorState::Pending);
        bench.world.advance(1);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QCOMPARE(bench.scheduler->counters().pendingTimeouts, quint64(1));
    }

    void scenario019_slotBeforeTheTimeout()
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

    void scenario021_destroyAroundTheTimeout_data()
    {
        QTest::addColumn<qint64>("atMs");
        QTest::newRow("before") << qint64(59'999);
        QTest::newRow("same instant") << qint64(60'000);
        QTest::newRow("after") << qint64(60'001);
    }

    void scenario021_destroyAroundTheTimeout()
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

    void scenario022_destroyAfterAssignment()
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

    void scenario025_wakesMergeInTheQueue()
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
};

QTEST_GUILESS_MAIN(TestScenariosQueue)
#include "tst_scenariosqueue.moc"
