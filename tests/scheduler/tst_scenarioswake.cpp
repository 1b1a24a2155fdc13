// SPDX-License-Identifier: Apache-2.0
// Scenarios 18 to 31 of scheduler.md section 10: wakes and their time limits.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosWake : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario018_R06_pendingTimeoutFallsAsleep()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
        const std::optional<qint64> sleptAt = bench.row(id).sleepTs;
        bench.world.advance(5'000);
        bench.wake(id);
        QCOMPARE(bench.row(id).deadline, bench.now() + 60'000);
        bench.world.advance(59'999);
        QCOMPARE(bench.state(id), ActorState::Pending);
        bench.world.advance(1);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.row(id).errorJson, QByteArray("\"no_capacity\""));
        QVERIFY(!bench.row(id).pendingAllocationTs);
        QCOMPARE(bench.row(id).sleepTs, sleptAt);
        QCOMPARE(bench.row(id).generation, 0u);
        QCOMPARE(bench.scheduler->counters().pendingTimeouts, quint64(1));
        QCOMPARE(bench.metrics.value("scheduler_pending_timeout_total", {{"pool", QStringLiteral("p")}}), 1.0);
        const monitor::Event told = bench.sink.last(QLatin1String("pending_timeout"));
        QCOMPARE(told.from, QStringLiteral("pending"));
        QCOMPARE(told.to, QStringLiteral("sleeping"));
    }

    void scenario019_slotBeforeTheTimeout()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
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

    void scenario021_R03_R05_destroyAroundTheTimeout_data()
    {
        QTest::addColumn<qint64>("atMs");
        QTest::newRow("before") << qint64(59'999);
        QTest::newRow("same instant") << qint64(60'000);
        QTest::newRow("after") << qint64(60'001);
    }

    void scenario021_R03_R05_destroyAroundTheTimeout()
    {
        QFETCH(qint64, atMs);
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
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

    void scenario022_R04_destroyAfterAssignment()
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

    void scenario025_R07_wakesMergeInTheQueue()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
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

    void scenario020_R01_R02_assignmentAndTimeoutInOneInstant_data()
    {
        QTest::addColumn<bool>("assignedFirst");
        QTest::newRow("slot first") << true;
        QTest::newRow("timeout first") << false;
    }

    void scenario020_R01_R02_assignmentAndTimeoutInOneInstant()
    {
        QFETCH(bool, assignedFirst);
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
        ScriptedRunner other;
        if (assignedFirst) // a timer that was made earlier runs first
            bench.world.timers.schedule(bench.world.clock.monoMs() + 60'000,
                                        [&] { bench.connectRunner(other, "other", 1); });
        bench.wake(id);
        if (!assignedFirst)
            bench.world.timers.schedule(bench.world.clock.monoMs() + 60'000,
                                        [&] { bench.connectRunner(other, "other", 1); });
        bench.world.advance(60'000);
        bench.world.advance(2'000);
        QCOMPARE(bench.state(id), assignedFirst ? ActorState::Starting : ActorState::Sleeping);
        QCOMPARE(other.starts(id), assignedFirst ? 1 : 0);
        QCOMPARE(bench.scheduler->usedSlots(other.runnerId), assignedFirst ? 1u : 0u);
        QCOMPARE(bench.scheduler->counters().pendingTimeouts, quint64(assignedFirst ? 0 : 1));
        QCOMPARE(bench.brokenInvariant(), QString());
    }

    void scenario023_wakeWithoutOverride()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
        bench.wake(id, {});
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(!bench.scheduler->describeActor(id).queuePosition);
        QCOMPARE(bench.row(id).errorJson, QByteArray("\"no_capacity\""));
    }

    void scenario024_026_R08_pendingWithoutLimit()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
        bench.wake(id, {OverrideKind::DontSleep, {}});
        bench.world.advance(3'600'000);
        QCOMPARE(bench.state(id), ActorState::Pending);
        bench.wake(id); // scenario 26: the shorter one changes nothing
        QVERIFY(!bench.row(id).deadline);
        bench.world.advance(3'600'000);
        QCOMPARE(bench.state(id), ActorState::Pending);
    }

    void scenario027_storedWakeWithoutOverride()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, kSleepIntent);
        bench.createRunning(runner, CrashPolicy::Restart); // waits for the slot
        ActorRow stored = bench.row(id);
        stored.willWake = true;
        stored.wakeOverride = {};
        bench.store.submit({PutActor{stored}}, [](const Status &) {});
        bench.world.settle();
        bench.restart(0);
        runner.resend = {wire::ToServerEvents{{{{id, 0, 1}, kSleepIntent}}}};
        bench.connectRunner(runner, "k", 1);
        bench.world.advance(500);
        QVERIFY(bench.row(id).willWake);
        bench.report(runner, id, 2, kStoppedOk);
        // The other one is first in the queue; a wake without a wish does not wait behind it.
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.row(id).errorJson, QByteArray("\"no_capacity\""));
    }

    void scenario028_timeoutIsNoCrash()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner, CrashPolicy::Destroy);
        bench.wake(id);
        QCOMPARE(bench.state(id), ActorState::Pending);
        bench.world.advance(60'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(!bench.row(id).destroyTs);
    }

    void scenario030_wakeOfARunningActor()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const ActorRow before = bench.row(id);
        const std::size_t events = bench.sink.events.size();
        bench.wake(id);
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(bench.row(id).generation, before.generation);
        QVERIFY(!bench.row(id).willWake);
        QCOMPARE(bench.row(id).wakeOverride, before.wakeOverride);
        QCOMPARE(bench.sink.events.size(), events);
        QCOMPARE(runner.commands.size(), std::size_t(1));
    }

    void scenario031_wakeInBackoff()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        for (const qint64 wait : {0, 2'000, 4'000}) {
            bench.report(runner, id, 0, kStoppedError);
            bench.world.advance(wait);
        }
        bench.report(runner, id, 0, kStoppedError);
        QCOMPARE(bench.row(id).rescheduleTs, bench.now() + 8'000);
        bench.world.advance(1'000);
        bench.wake(id);
        bench.createRunning(runner, CrashPolicy::Restart); // takes the slot
        bench.world.advance(6'999);
        QCOMPARE(bench.state(id), ActorState::Backoff);
        bench.world.advance(1);
        // The wish of the wake, not the restart's own: it may not fall asleep before 60 s.
        QCOMPARE(bench.state(id), ActorState::Pending);
        QCOMPARE(bench.row(id).pendingOverride.kind, OverrideKind::DontSleep);
        QCOMPARE(bench.row(id).deadline, bench.now() + 60'000);
    }
};

QTEST_GUILESS_MAIN(TestScenariosWake)
#include "tst_scenarioswake.moc"
