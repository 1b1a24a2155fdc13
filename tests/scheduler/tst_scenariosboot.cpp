// SPDX-License-Identifier: Apache-2.0
// Scenarios 49, 101 and 102 of scheduler.md section 10 and the boot rules of its section 8.7.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosBoot : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario101_bootWithRunningActors()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 3);
        const QString running = bench.createRunning(runner, CrashPolicy::Restart);
        const QString starting = bench.create(CrashPolicy::Sleep);
        const QString stopping = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, stopping, 1, kSleepIntent);
        const QString runnerId = runner.runnerId;
        const std::size_t commands = runner.commands.size();
        bench.restart(1'000);
        QCOMPARE(bench.scheduler->runner(runnerId)->state, RunnerState::Grace);
        QCOMPARE(bench.scheduler->usedSlots(runnerId), 3u);
        QVERIFY(!bench.scheduler->linkUp(runnerId));
        bench.world.advance(10'000);
        runner.resend = {wire::ToServerEvents{{{{running, 0, 0}, kRunning},
                                               {{starting, 0, 0}, kRunning},
                                               {{stopping, 0, 1}, kSleepIntent}}}};
        bench.connectRunner(runner, "k", 3);
        bench.world.advance(500);
        QCOMPARE(runner.runnerId, runnerId);
        QVERIFY(bench.scheduler->linkUp(runnerId));
        QCOMPARE(bench.state(running), ActorState::Running);
        QVERIFY(bench.row(running).connectableTs);
        QCOMPARE(bench.state(starting), ActorState::Running);
        QCOMPARE(bench.state(stopping), ActorState::SleepIntent);
        // Nothing is started again; the Stop without evidence is.
        QCOMPARE(runner.commands.size(), commands + 1);
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{stopping, 0, 1}));
        bench.report(runner, stopping, 2, kStoppedOk);
        QCOMPARE(bench.state(stopping), ActorState::Sleeping);
        bench.world.advance(20'000);
        QCOMPARE(bench.state(running), ActorState::Running);
        QCOMPARE(bench.row(running).generation, 0u);
        QCOMPARE(bench.scheduler->counters().lost, quint64(0));
    }

    void scenario101_bootWithoutTheRunner()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString sleeper = bench.createRunning(runner, CrashPolicy::Sleep);
        const QString restarter = bench.createRunning(runner, CrashPolicy::Restart);
        const QString runnerId = runner.runnerId;
        bench.restart(1'000);
        bench.world.advance(15'999);
        QCOMPARE(bench.state(sleeper), ActorState::Running);
        QCOMPARE(bench.state(restarter), ActorState::Running);
        bench.world.advance(1);
        QCOMPARE(bench.state(sleeper), ActorState::Sleeping);
        QVERIFY(bench.row(sleeper).errorJson.startsWith("{\"runner_connection_lost\""));
        QCOMPARE(bench.state(restarter), ActorState::Pending);
        QCOMPARE(bench.scheduler->runner(runnerId)->state, RunnerState::Stopped);
        QVERIFY(bench.scheduler->runner(runnerId)->expiredTs);
        bench.connectRunner(runner, "k", 2);
        QVERIFY(runner.runnerId != runnerId);
        // It may be the process that was lost: what it still hosts is heard first.
        QCOMPARE(bench.state(restarter), ActorState::Pending);
        bench.world.advance(bench.config.reconcileSettle);
        QCOMPARE(bench.state(restarter), ActorState::Starting);
        QCOMPARE(bench.row(restarter).generation, 1u);
    }

    void bootKeepsWhatWasStored()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString alarmed = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, alarmed, 1, alarmAt(bench.now() + 5'000));
        bench.putToSleep(runner, alarmed, 2);
        const QString gone = bench.create(CrashPolicy::Destroy, QStringLiteral("free"));
        bench.report(runner, gone, 0, kStoppedOk);
        const QString backingOff = bench.create(CrashPolicy::Restart);
        bench.report(runner, backingOff, 0, kStoppedError);
        bench.report(runner, backingOff, 0, kStoppedError);
        QCOMPARE(bench.state(backingOff), ActorState::Backoff);
        bench.createRunning(runner, CrashPolicy::Restart);
        const QString first = bench.create(CrashPolicy::Restart, QStringLiteral("held"));
        const QString second = bench.create(CrashPolicy::Restart);
        const QString space = bench.namespaceId();
        const QString runnerId = runner.runnerId;
        bench.restart(60'000); // longer than the alarm and the backoff

        QCOMPARE(bench.namespaceId(), space);
        QCOMPARE(bench.scheduler->namespaces().size(), std::size_t(1));
        QVERIFY(bench.scheduler->runnerConfig(space, QStringLiteral("p")));
        QCOMPARE(bench.scheduler->actorNames(space).size(), std::size_t(1));
        QCOMPARE(bench.scheduler->runnerNames(space), (std::vector<QString>{QStringLiteral("p")}));
        QCOMPARE(bench.state(gone), ActorState::Destroyed);
        QVERIFY(bench.create(CrashPolicy::Restart, QStringLiteral("held")).isEmpty());
        QCOMPARE(bench.lastError, QByteArray("actor.duplicate_key"));
        QVERIFY(!bench.create(CrashPolicy::Destroy, QStringLiteral("free")).isEmpty());
        QCOMPARE(bench.scheduler->describeActor(first).queuePosition, std::optional<int>(1));
        QCOMPARE(bench.scheduler->describeActor(second).queuePosition, std::optional<int>(2));

        // What is overdue waits in the queue, behind the ones that were there.
        bench.world.advance(1'000);
        QCOMPARE(bench.state(alarmed), ActorState::Pending);
        QVERIFY(!bench.row(alarmed).alarmTs);
        QCOMPARE(bench.state(backingOff), ActorState::Pending);
        ScriptedRunner other;
        bench.connectRunner(other, "other", 2);
        QCOMPARE(other.commands.size(), std::size_t(2));
        QCOMPARE(other.starts(first), 1);
        QCOMPARE(other.starts(second), 1);
        QCOMPARE(bench.scheduler->usedSlots(runnerId), 1u);
    }

    void raceR41_bootLeavesTimeBeforeDeadlines()
    {
        Bench bench;
        ScriptedRunner draining;
        bench.connectRunner(draining, "draining", 1);
        const QString leaving = bench.createRunning(draining, CrashPolicy::Sleep);
        draining.send(wire::ToServerStopping{});
        bench.world.settle();
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString starting = bench.create(CrashPolicy::Sleep);
        const QString pending = bench.create(CrashPolicy::Sleep);
        bench.wake(pending);
        bench.restart(300'000);
        bench.world.advance(14'999);
        QCOMPARE(bench.state(leaving), ActorState::GoingAway);
        QCOMPARE(bench.state(starting), ActorState::Starting);
        QCOMPARE(bench.state(pending), ActorState::Pending);
        QCOMPARE(bench.scheduler->runner(draining.runnerId)->state, RunnerState::Draining);
        bench.world.advance(1);
        QCOMPARE(bench.state(leaving), ActorState::Sleeping);
        QVERIFY(bench.row(leaving).errorJson.startsWith("{\"runner_draining_timeout\""));
        QCOMPARE(bench.state(starting), ActorState::Sleeping);
        QVERIFY(bench.row(starting).errorJson.startsWith("{\"runner_no_response\""));
        QCOMPARE(bench.state(pending), ActorState::Sleeping);
        QCOMPARE(bench.scheduler->runner(draining.runnerId)->state, RunnerState::Stopped);
    }

    void bootRepairsSlotsOfEndedRunners()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        RunnerRow ended = *bench.scheduler->runner(runner.runnerId);
        ended.state = RunnerState::Stopped;
        ended.stopTs = bench.now();
        bench.store.submit({PutRunner{ended}}, [](const Status &) {});
        bench.world.settle();
        bench.restart(1'000);
        QCOMPARE(bench.scheduler->counters().repairs, quint64(1));
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(!bench.row(id).runnerId);
    }

    void scenario049_alarmsThatPassedWhileDown()
    {
        constexpr int kActors = 30;
        Bench bench;
        bench.config.alarmFireRate = 10;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        std::vector<QString> ids;
        for (int i = 0; i < kActors; ++i) {
            const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
            bench.report(runner, id, 1, alarmAt(bench.now() + 10'000 - i)); // the last made is due first
            bench.putToSleep(runner, id, 2);
            ids.push_back(id);
        }
        bench.restart(60'000);
        const auto awake = [&] {
            return std::count_if(ids.begin(), ids.end(),
                                 [&](const QString &id) { return bench.state(id) != ActorState::Sleeping; });
        };
        bench.world.advance(1'000);
        QVERIFY(awake() >= 9 && awake() <= 11);
        QVERIFY(bench.state(ids.back()) != ActorState::Sleeping);
        QCOMPARE(bench.state(ids.front()), ActorState::Sleeping);
        bench.world.advance(2'000);
        QCOMPARE(int(awake()), kActors);
    }

    void scenario102_slotsThatContradictTheState()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 5);
        const QString running = bench.createRunning(runner, CrashPolicy::Sleep);
        const QString resting = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.putToSleep(runner, resting, 1);
        const QString fine = bench.createRunning(runner, CrashPolicy::Sleep);
        // By hand: one slot vanishes, one appears.
        ActorRow lostSlot = bench.row(running);
        lostSlot.slotHeld = false;
        ActorRow extraSlot = bench.row(resting);
        extraSlot.slotHeld = true;
        extraSlot.runnerId = runner.runnerId;
        bench.store.submit({PutActor{lostSlot}, PutActor{extraSlot}}, [](const Status &) {});
        bench.world.settle();
        bench.restart(100);
        QCOMPARE(bench.scheduler->counters().repairs, quint64(2));
        QCOMPARE(bench.metrics.value("scheduler_repair_total"), 2.0);
        QCOMPARE(bench.sink.count(QLatin1String("scheduler_repair")), 2);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
        QCOMPARE(bench.brokenInvariant(), QString());
        QCOMPARE(bench.state(fine), ActorState::Running);
        QCOMPARE(bench.state(resting), ActorState::Sleeping);
        QVERIFY(bench.row(resting).errorJson.isEmpty());
        // Where that one runs is not known any more: it rests, and says why, until somebody wants it.
        QCOMPARE(bench.state(running), ActorState::Sleeping);
        QCOMPARE(bench.row(running).errorJson, QByteArray("\"internal_error\""));
        bench.restart(100);
        QCOMPARE(bench.scheduler->counters().repairs, quint64(0)); // it was written down
        ScriptedRunner other;
        bench.connectRunner(other, "other", 1);
        bench.wake(running);
        QCOMPARE(bench.state(running), ActorState::Starting);
        QVERIFY(bench.row(running).errorJson.isEmpty());
    }

    void queueNumbersThatContradictTheState()
    {
        Bench bench;
        bench.configurePool();
        const QString first = bench.create(CrashPolicy::Restart);
        const QString second = bench.create(CrashPolicy::Restart);
        const QString resting = bench.create(CrashPolicy::Sleep);
        ActorRow without = bench.row(first);
        without.pendingSeq.reset();
        ActorRow with = bench.row(resting);
        with.pendingSeq = 99;
        bench.store.submit({PutActor{without}, PutActor{with}}, [](const Status &) {});
        bench.world.settle();
        bench.restart(100);
        QCOMPARE(bench.scheduler->counters().repairs, quint64(2));
        QCOMPARE(bench.scheduler->describeActor(second).queuePosition, std::optional<int>(1));
        QCOMPARE(bench.scheduler->describeActor(first).queuePosition, std::optional<int>(2));
        QVERIFY(!bench.scheduler->describeActor(resting).queuePosition);
        QCOMPARE(bench.brokenInvariant(), QString());
    }

    void clockSteps_data()
    {
        QTest::addColumn<qint64>("stepMs");
        QTest::newRow("forward") << qint64(3'600'000);
        QTest::newRow("back") << qint64(-3'600'000);
    }

    /// Section 8.7 rule 6: alarms follow the wall clock, sockets do not care.
    void clockSteps()
    {
        QFETCH(qint64, stepMs);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString running = bench.createRunning(runner, CrashPolicy::Sleep);
        const QString alarmed = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, alarmed, 1, alarmAt(bench.now() + 1'800'000));
        bench.putToSleep(runner, alarmed, 2);
        bench.world.clock.stepWall(stepMs);
        bench.world.advance(6'000);
        QCOMPARE(bench.state(alarmed), stepMs > 0 ? ActorState::Starting : ActorState::Sleeping);
        bench.world.advance(60'000);
        QCOMPARE(bench.state(running), ActorState::Running);
        QCOMPARE(runner.closes, 0);
        QVERIFY(bench.scheduler->describeRunner(runner.runnerId).eligible.value());
        if (stepMs < 0) {
            bench.world.advance(5'000'000);
            QCOMPARE(bench.state(alarmed), ActorState::Sleeping);
            bench.world.advance(335'000);
            QCOMPARE(bench.state(alarmed), ActorState::Starting);
        }
    }

    void clockStepsMoveDeadlines_data() { clockSteps_data(); }

    /// A step of the clock is no proof that a runner is slow: found by the simulation, which saw two living copies.
    void clockStepsMoveDeadlines()
    {
        QFETCH(qint64, stepMs);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, kSleepIntent);
        QCOMPARE(bench.state(id), ActorState::SleepIntent);
        const qint64 left = *bench.row(id).deadline - bench.now();
        bench.world.clock.stepWall(stepMs);
        bench.world.advance(left - 2'000);
        QCOMPARE(bench.state(id), ActorState::SleepIntent);
        QCOMPARE(*bench.row(id).deadline - bench.now(), qint64(2'000));
        bench.world.advance(4'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping); // the time it really had is over
    }

    void clockMovedBackWhileNoEngineRan()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.create(CrashPolicy::Restart);
        for (int failure = 0; failure < 2; ++failure)
            bench.report(runner, id, 0, stoppedWith(wire::StopCode::Error));
        QCOMPARE(bench.state(id), ActorState::Backoff);
        bench.world.clock.stepWall(-3'600'000);
        bench.restart(1'000);
        bench.connectRunner(runner, "k", 2);
        QCOMPARE(bench.state(id), ActorState::Backoff);
        bench.world.advance(10'000);
        QCOMPARE(bench.state(id), ActorState::Starting);
    }

    void clockMovedBackAfterFailures()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.create(CrashPolicy::Sleep);
        for (int failure = 0; failure < 2; ++failure) {
            bench.report(runner, id, 0, stoppedWith(wire::StopCode::Error));
            bench.world.advance(10'000);
            bench.wake(id);
        }
        bench.report(runner, id, 0, stoppedWith(wire::StopCode::Error));
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        bench.world.clock.stepWall(-3'600'000);
        bench.wake(id);
        QCOMPARE(bench.state(id), ActorState::Backoff);
        bench.world.advance(15'000);
        QCOMPARE(bench.state(id), ActorState::Starting);
    }
};

QTEST_GUILESS_MAIN(TestScenariosBoot)
#include "tst_scenariosboot.moc"
