// SPDX-License-Identifier: Apache-2.0
// Race rules of scheduler.md section 1.10 that no scenario covers; the others are named in the slots of the scenarios.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosRaces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void raceR11_stoppedThenWake()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, kSleepIntent);
        runner.event(id, 0, 2, kStoppedOk);
        bench.world.settle();
        bench.scheduler->wakeActor(id, kGatewayWake);
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, 1u);
        QCOMPARE(bench.sink.count(QLatin1String("wake")), 1);
    }

    void raceR14_drainThenWake()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        runner.send(wire::ToServerStopping{});
        bench.world.settle();
        bench.wake(id);
        QCOMPARE(bench.state(id), ActorState::GoingAway);
        bench.report(runner, id, 1, kStoppedOk);
        // No other runner: only the kept wish makes it wait instead of sleep, and the time begins now.
        QCOMPARE(bench.state(id), ActorState::Pending);
        QCOMPARE(bench.row(id).deadline, bench.now() + 60'000);
        ScriptedRunner other;
        bench.connectRunner(other, "other", 1);
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, 1u);
    }

    void raceR17_stoppedWithoutRunning_data()
    {
        QTest::addColumn<bool>("error");
        QTest::addColumn<int>("state");
        QTest::newRow("ok") << false << int(ActorState::Destroyed);
        QTest::newRow("error") << true << int(ActorState::Sleeping);
    }

    void raceR17_stoppedWithoutRunning()
    {
        QFETCH(bool, error);
        QFETCH(int, state);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Sleep);
        bench.report(runner, id, 0, error ? kStoppedError : kStoppedOk);
        QCOMPARE(int(bench.state(id)), state);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
        QVERIFY(!bench.row(id).startTs);
    }

    void raceR20_stoppedTwice()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        runner.event(id, 0, 1, kStoppedError);
        runner.event(id, 0, 1, kStoppedError);
        runner.event(id, 0, 2, kStoppedError);
        bench.world.settle();
        // One failure only: the first restart is at once, a second would wait.
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, 1u);
        QCOMPARE(bench.row(id).retryCount, 0);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
    }

    void raceR25_gapInTheIndexes()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 5, alarmAt(bench.now() + 50'000));
        bench.report(runner, id, 9, alarmAt(bench.now() + 90'000));
        QCOMPARE(bench.row(id).alarmTs, bench.now() + 90'000);
        QCOMPARE(bench.row(id).lastEventIdx, 9);
        QCOMPARE(bench.scheduler->counters().ignoredIndex, quint64(0));
    }

    void raceR27_alarmPassesWhileStopping()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + 2'000));
        bench.report(runner, id, 2, kSleepIntent);
        bench.world.advance(3'000);
        QCOMPARE(bench.state(id), ActorState::SleepIntent);
        bench.report(runner, id, 3, kStoppedOk);
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, 1u);
        QVERIFY(!bench.row(id).alarmTs);
    }

    void raceR28_alarmClearedWhileStopping()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + 2'000));
        bench.report(runner, id, 2, kSleepIntent);
        bench.report(runner, id, 3, alarmAt(std::nullopt));
        bench.world.advance(3'000);
        bench.report(runner, id, 4, kStoppedOk);
        bench.world.advance(60'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(runner.starts(id), 1);
    }

    void raceR29_alarmAfterStopped()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const qint64 first = bench.now() + 20'000;
        bench.report(runner, id, 1, alarmAt(first));
        bench.putToSleep(runner, id, 2);
        runner.event(id, 0, 4, alarmAt(bench.now() + 1'000));
        bench.world.advance(5'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.row(id).alarmTs, first);
    }

    void raceR31_alarmAndWakeInOneInstant_data()
    {
        QTest::addColumn<bool>("capacity");
        QTest::newRow("slot") << true;
        QTest::newRow("queue") << false;
    }

    void raceR31_alarmAndWakeInOneInstant()
    {
        QFETCH(bool, capacity);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + 2'000));
        bench.putToSleep(runner, id, 2);
        if (!capacity)
            bench.createRunning(runner, CrashPolicy::Restart);
        bench.world.timers.schedule(bench.world.clock.monoMs() + 2'000,
                                    [&] { bench.scheduler->wakeActor(id, kGatewayWake); });
        bench.world.advance(2'000);
        bench.scheduler->wakeActor(id, kGatewayWake);
        bench.world.settle();
        QCOMPARE(bench.state(id), capacity ? ActorState::Starting : ActorState::Pending);
        QCOMPARE(bench.row(id).generation, capacity ? 1u : 0u);
        QCOMPARE(runner.starts(id), capacity ? 2 : 1);
        QCOMPARE(bench.brokenInvariant(), QString());
        if (!capacity)
            QVERIFY(!bench.row(id).deadline); // the alarm waits without a limit, in either order
    }

    void raceR33_lostThenItReconnects()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const QString runnerId = runner.runnerId;
        runner.link->cut();
        bench.world.advance(17'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        runner.commands.clear();
        bench.connectRunner(runner, "k", 1);
        QVERIFY(runner.runnerId != runnerId);
        // The process still has it and says so.
        runner.event(id, 0, 0, kRunning);
        bench.world.advance(1'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
        QCOMPARE(runner.starts(id), 0);
    }

    void raceR37_destroyWhileCreating()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        bench.store.hold();
        QByteArray answer;
        bench.scheduler->createActor(bench.request(CrashPolicy::Destroy, QStringLiteral("key")),
                                     [&](const Result<ActorRow> &row) {
                                         answer = row.ok() ? QByteArray("created") : row.error().fullCode();
                                     });
        const QString id = bench.scheduler->actorIds().front();
        QCOMPARE(answer, QByteArray()); // nothing is said before it is written
        bench.scheduler->destroyActor(id, {}, {});
        bench.store.release();
        bench.world.settle();
        QCOMPARE(answer, QByteArray("actor.destroyed_during_creation"));
        QCOMPARE(bench.state(id), ActorState::Destroying);
        QCOMPARE(runner.stops(id), runner.starts(id)); // what was started is stopped
        QVERIFY(!bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
    }

    void raceR39_twoDestroysAtOnce()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        int succeeded = 0;
        const auto done = [&](const Status &status) { succeeded += status.ok() ? 1 : 0; };
        bench.scheduler->destroyActor(id, {}, done);
        bench.scheduler->destroyActor(id, {}, done);
        bench.world.settle();
        QCOMPARE(succeeded, 2);
        QCOMPARE(runner.stops(id), 1);
        QCOMPARE(bench.sink.count(QLatin1String("destroy")), 1);
    }

    void raceR43_crashAndDrainInOneInstant()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        runner.event(id, 0, 1, kStoppedError);
        runner.send(wire::ToServerStopping{});
        bench.world.settle();
        // Settled as a failure, then started on the very runner, which then drains.
        QCOMPARE(bench.row(id).generation, 1u);
        QCOMPARE(bench.state(id), ActorState::GoingAway);
        QVERIFY(bench.row(id).lastFailureTs > 0);
        QCOMPARE(runner.starts(id), 2);
        QCOMPARE(runner.stops(id), 1);
    }

    /// Section 1.6 row 2: a drain finds a Start that was never written to a socket.
    void startThatCannotBeDelivered()
    {
        Bench bench;
        bench.configurePool();
        const QString id = bench.create(CrashPolicy::Destroy); // whose policy would end it
        bench.store.hold();
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        QCOMPARE(bench.state(id), ActorState::Starting);
        const QString runnerId = bench.row(id).runnerId.value();
        runner.link->cut();
        bench.world.settle();
        bench.store.release();
        bench.world.settle();
        QVERIFY(runner.commands.empty());
        ScriptedRunner other;
        bench.connectRunner(other, "other", 1);
        bench.scheduler->drainRunner(runnerId, {});
        bench.world.settle();
        QCOMPARE(bench.row(id).runnerId, other.runnerId);
        QCOMPARE(bench.row(id).generation, 1u);
        QCOMPARE(bench.row(id).retryCount, 0);
        QCOMPARE(other.starts(id), 1);
        QCOMPARE(bench.scheduler->counters().lost, quint64(0));
        QVERIFY(bench.row(id).errorJson.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestScenariosRaces)
#include "tst_scenariosraces.moc"
