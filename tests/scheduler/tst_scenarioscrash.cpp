// SPDX-License-Identifier: Apache-2.0
// Scenarios 50 to 56 and 81 to 86 of scheduler.md section 10: crash policies, back-off, events and their fences.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario050_restartsWithBackoff()
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

    void scenario051_backoffResetsAfterTenMinutes()
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

    void scenario052_stopWithoutIntentIsFinal_data()
    {
        QTest::addColumn<int>("policy");
        QTest::newRow("restart") << int(CrashPolicy::Restart);
        QTest::newRow("sleep") << int(CrashPolicy::Sleep);
    }

    void scenario052_stopWithoutIntentIsFinal()
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

    void scenario053_crashSleepsAndWakeWaits()
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

    void scenario081_R24_eventsAreFilteredByIndex()
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

    void scenario084_R21_nothingCountsAfterStopped()
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

    void scenario085_acknowledgementStopsBeforeTheLast()
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

    void scenario086_R18_startDeadline()
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

    void scenario054_crashDestroys()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
        bench.report(runner, id, 0, kRunning);
        runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"key"}, {"value"}}});
        bench.world.settle();
        bench.report(runner, id, 1, kStoppedError);
        QCOMPARE(bench.state(id), ActorState::Destroyed);
        QCOMPARE(bench.row(id).errorJson, QByteArray("{\"crashed\":{\"message\":null}}"));
        std::size_t entries = 99;
        bench.store.kv(id, KvList{}, [&](const KvResult &result) { entries = result->size(); });
        bench.world.settle();
        QCOMPARE(entries, std::size_t(0));
        QVERIFY(!bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
    }

    void scenario055_restartWithoutCapacityGivesUp()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        const QString other = bench.create(CrashPolicy::Restart); // is first in the queue
        bench.report(runner, id, 1, stoppedWith(wire::StopCode::Error, QStringLiteral("boom")));
        QCOMPARE(bench.state(id), ActorState::Pending);
        const QByteArray cause("{\"crashed\":{\"message\":\"boom\"}}");
        QCOMPARE(bench.row(id).errorJson, cause);
        bench.report(runner, other, 0, kRunning);
        bench.world.advance(59'999);
        QCOMPARE(bench.state(id), ActorState::Pending);
        bench.world.advance(1);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.row(id).errorJson, cause);
    }

    void scenario056_destroyInBackoff()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        bench.report(runner, id, 0, kStoppedError);
        bench.report(runner, id, 0, kStoppedError);
        QCOMPARE(bench.state(id), ActorState::Backoff);
        bench.destroy(id);
        QCOMPARE(bench.state(id), ActorState::Destroyed);
        const std::size_t commands = runner.commands.size();
        bench.world.advance(60'000);
        QCOMPARE(bench.state(id), ActorState::Destroyed);
        QCOMPARE(runner.commands.size(), commands);
        QVERIFY(!bench.row(id).rescheduleTs);
    }

    void scenario082_R23_eventsOfAnOldGeneration()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        bench.report(runner, id, 1, kStoppedError);
        bench.report(runner, id, 0, kRunning);
        QCOMPARE(bench.row(id).generation, 1u);
        runner.event(id, 0, 2, kSleepIntent);
        runner.event(id, 0, 3, alarmAt(bench.now() + 1));
        bench.world.advance(1'000);
        QCOMPARE(bench.state(id), ActorState::Running);
        QVERIFY(!bench.row(id).alarmTs);
        QCOMPARE(bench.row(id).lastEventIdx, 0);
        QCOMPARE(bench.scheduler->counters().ignoredGeneration, quint64(2));
        QCOMPARE(runner.stops(id), 0);
    }

    void scenario083_R22_eventsFromAnotherRunner()
    {
        Bench bench;
        ScriptedRunner first;
        bench.connectRunner(first, "first", 1);
        const QString id = bench.createRunning(first, CrashPolicy::Sleep);
        bench.putToSleep(first, id, 1);
        bench.createRunning(first, CrashPolicy::Restart);
        ScriptedRunner second;
        bench.connectRunner(second, "second", 1);
        bench.wake(id);
        bench.report(second, id, 0, kRunning);
        QCOMPARE(bench.row(id).runnerId, second.runnerId);
        first.event(id, 1, 1, kSleepIntent);
        first.event(id, 0, 3, kStoppedOk);
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(bench.row(id).lastEventIdx, 0);
        QCOMPARE(bench.scheduler->counters().ignoredRunner, quint64(2));
    }
};

QTEST_GUILESS_MAIN(TestScenariosCrash)
#include "tst_scenarioscrash.moc"
