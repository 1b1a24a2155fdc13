// SPDX-License-Identifier: Apache-2.0
// Scenarios 32 to 49 of scheduler.md section 10: sleep and alarms.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosLife : public QObject
{
    Q_OBJECT

private:
    QString asleepAfterAlarm(Bench &bench, ScriptedRunner &runner, qint64 delayMs)
    {
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + delayMs));
        bench.putToSleep(runner, id, 2);
        return id;
    }

private Q_SLOTS:
    void scenario032_sleepIntent()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 2);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Sleep);
        runner.event(id, 0, 0, kRunning);
        runner.event(id, 0, 1, kSleepIntent);
        bench.world.settle();
        QVERIFY(!bench.row(id).connectableTs);
        QCOMPARE(bench.row(id).deadline, bench.world.clock.wallMs() + 30'000);
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 0, 1}));
        runner.event(id, 0, 2, kStoppedOk);
        bench.world.settle();
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
    }

    void scenario033_secondSleepIntent()
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

    void scenario034_R09_wakeWhileFallingAsleep_data()
    {
        QTest::addColumn<int>("wakes");
        QTest::newRow("one") << 1;
        QTest::newRow("five") << 5;
    }

    void scenario034_R09_wakeWhileFallingAsleep()
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

    void scenario035_R19_stopDeadline()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 1);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Sleep);
        runner.event(id, 0, 0, kRunning);
        runner.event(id, 0, 1, kSleepIntent);
        bench.world.advance(30'000);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 0, 2}));
        QVERIFY(bench.row(id).errorJson.startsWith("{\"runner_no_response\""));
        const QString next = bench.create(CrashPolicy::Sleep); // has the slot now
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
        runner.event(id, 0, 2, kStoppedOk);
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.state(next), ActorState::Starting);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
    }

    void scenario037_038_sleepReportedAsError_data()
    {
        QTest::addColumn<bool>("asError");
        QTest::newRow("error") << true;
        QTest::newRow("ok, scenario 38") << false;
    }

    void scenario037_038_sleepReportedAsError()
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

    void scenario039_R16_sleepIntentWhileStarting()
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

    void scenario040_alarmWakes()
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

    void scenario041_alarmInThePast()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = asleepAfterAlarm(bench, runner, -1);
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, 1u);
        QVERIFY(!bench.row(id).alarmTs);
        QCOMPARE(runner.starts(id), 2);
    }

    void scenario044_R30_alarmOutlivesAnEarlierWake()
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

    void scenario044_alarmPassedWhileAwake()
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

    void scenario046_alarmWithoutCapacity()
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

    void scenario036_R10_wakeThenStopDeadline()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, kSleepIntent);
        bench.wake(id);
        bench.world.advance(30'000);
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, 1u);
        QCOMPARE(runner.starts(id), 2);
        // The old generation is told once more to stop, the new one is not.
        QCOMPARE(runner.stops(id), 2);
        for (const wire::CommandWrapper &command : runner.commands) {
            if (std::holds_alternative<wire::CommandStopActor>(command.inner))
                QCOMPARE(command.checkpoint.generation, 0u);
        }
        bench.report(runner, id, 0, kRunning);
        QCOMPARE(bench.state(id), ActorState::Running);
    }

    void scenario042_clearedAlarmNeverFires()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + 2'000));
        bench.report(runner, id, 2, alarmAt(std::nullopt));
        bench.putToSleep(runner, id, 3);
        bench.world.advance(3'600'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(runner.starts(id), 1);
    }

    void scenario043_replacedAlarm()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + 10'000));
        bench.report(runner, id, 2, alarmAt(bench.now() + 3'000));
        bench.putToSleep(runner, id, 3);
        bench.world.advance(2'999);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        bench.world.advance(1);
        QCOMPARE(bench.state(id), ActorState::Starting);
        bench.report(runner, id, 0, kRunning);
        bench.putToSleep(runner, id, 1);
        bench.world.advance(60'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(runner.starts(id), 2);
    }

    void scenario045_R26_alarmWhileRunningDoesNotSpin()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, alarmAt(bench.now() + 1'000));
        int commits = 0;
        bench.store.setCommitHook([&] { return ++commits > 0; });
        const std::size_t events = bench.sink.events.size();
        const std::size_t timers = bench.world.timers.size();
        bench.world.advance(10'000);
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(bench.sink.events.size(), events);
        QVERIFY(bench.world.timers.size() <= timers + 1);
        QVERIFY(commits < 12); // freshness of the runner and housekeeping, not the actor
        bench.putToSleep(runner, id, 2);
        QCOMPARE(bench.state(id), ActorState::Starting);
    }

    void scenario047_alarmOutlivesACrash()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        bench.report(runner, id, 1, alarmAt(bench.now() + 20'000));
        bench.report(runner, id, 2, kStoppedError);
        QCOMPARE(bench.row(id).generation, 1u);
        bench.report(runner, id, 0, kRunning);
        bench.putToSleep(runner, id, 1);
        bench.world.advance(19'999);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        bench.world.advance(1);
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.row(id).generation, 2u);
    }

    void scenario048_manyAlarmsAtOnce()
    {
        constexpr int kActors = 5'000;
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", kActors);
        const qint64 at = bench.now() + 60'000;
        std::vector<QString> order;
        for (int i = 0; i < kActors; ++i)
            bench.scheduler->createActor(bench.request(CrashPolicy::Sleep),
                                         [&](const Result<ActorRow> &row) { order.push_back(row->actorId); });
        bench.world.settle();
        wire::ToServerEvents events;
        for (const QString &id : order) {
            events.events.push_back({{id, 0, 0}, kRunning});
            events.events.push_back({{id, 0, 1}, alarmAt(at)});
            events.events.push_back({{id, 0, 2}, kSleepIntent});
            events.events.push_back({{id, 0, 3}, kStoppedOk});
        }
        runner.send(events);
        bench.world.settle();
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
        runner.commands.clear();
        bench.world.advance(60'000);
        QCOMPARE(runner.commands.size(), std::size_t(kActors));
        for (int i = 0; i < kActors; ++i) {
            QCOMPARE(bench.row(order[std::size_t(i)]).generation, 1u);
            QCOMPARE(runner.commands[std::size_t(i)].checkpoint,
                     (wire::ActorCheckpoint{order[std::size_t(i)], 1, 0}));
        }
    }
};

QTEST_GUILESS_MAIN(TestScenariosLife)
#include "tst_scenarioslife.moc"
