// SPDX-License-Identifier: Apache-2.0
// Scenarios 65 to 73 of scheduler.md section 10: loss and reconnect of runners.
#include "engine/scheduler/actormachine.h"
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosReconcile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario065_R32_reconnectWithInventoryStartsNothing()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 2);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Restart);
        runner.event(id, 0, 0, kRunning);
        bench.world.settle();
        const QString first = runner.runnerId;
        runner.link->cut();
        bench.world.advance(3'000);
        QVERIFY(!bench.scheduler->linkUp(first));
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        runner.connectTo(bench.world, *bench.scheduler, "k", 2);
        bench.world.advance(500);
        QCOMPARE(runner.runnerId, first);
        QVERIFY(bench.scheduler->linkUp(first));
        QCOMPARE(runner.commands.size(), std::size_t(1));
        QVERIFY(bench.row(id).connectableTs);
        QCOMPARE(bench.row(id).generation, 0u);
    }

    void scenario066_lostAfterSixteenSeconds()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 2);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Sleep);
        runner.event(id, 0, 0, kRunning);
        bench.world.settle();
        runner.link->cut();
        bench.world.advance(15'900);
        QCOMPARE(bench.row(id).state, ActorState::Running);
        bench.world.advance(200);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QVERIFY(bench.row(id).errorJson.startsWith("{\"runner_connection_lost\""));
    }

    void scenario068_startThatNeverArrivedIsSentAgain_data()
    {
        QTest::addColumn<QString>("where");
        QTest::newRow("no socket any more") << QStringLiteral("no socket");
        QTest::newRow("still in the queue") << QStringLiteral("queue");
        QTest::newRow("under way") << QStringLiteral("under way");
    }

    // A Start that never left this machine goes again as it was. One that did may have arrived: it is never sent twice
    // (D-01), the actor gets another life.
    void scenario068_startThatNeverArrivedIsSentAgain()
    {
        QFETCH(QString, where);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        if (where == u"no socket")
            runner.link->cut(); // both are told in the next turn, when the commit comes too
        else if (where == u"queue")
            runner.stallEngine();
        else
            runner.link->freeze();
        const QString id = bench.create(CrashPolicy::Destroy);
        runner.link->cut();
        bench.world.advance(1'000);
        QVERIFY(runner.commands.empty());
        QCOMPARE(bench.state(id), ActorState::Starting);
        bench.connectRunner(runner, "k", 1);
        bench.world.advance(500);
        const bool again = where != u"under way";
        QCOMPARE(runner.starts(id), 1);
        QVERIFY(runner.lastIsStart());
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, again ? 0u : 1u, 0}));
        QCOMPARE(bench.scheduler->counters().reconcileStarts, quint64(again ? 1 : 0));
        QCOMPARE(bench.scheduler->counters().reconcileUnconfirmed, quint64(again ? 0 : 1));
        bench.report(runner, id, 0, kRunning);
        QCOMPARE(bench.state(id), ActorState::Running);
        QVERIFY(bench.row(id).errorJson.isEmpty());
        QCOMPARE(bench.brokenInvariant(), QString());
    }

    void scenario068_startedAndOverUnheard_data()
    {
        QTest::addColumn<int>("policy");
        QTest::addColumn<bool>("engineDies");
        for (const bool engineDies : {false, true}) {
            for (const CrashPolicy policy : {CrashPolicy::Restart, CrashPolicy::Sleep, CrashPolicy::Destroy})
                QTest::addRow("%s, %s", crashPolicyName(policy), engineDies ? "engine dies" : "link is cut")
                    << int(policy) << engineDies;
        }
    }

    // The process got the Start, its actor ended at once, and neither event came through: an SDK remembers nothing of it.
    void scenario068_startedAndOverUnheard()
    {
        QFETCH(int, policy);
        QFETCH(bool, engineDies);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy(policy));
        for (const quint32 generation : {0u, 1u, 2u}) {
            QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, generation, 0}));
            if (engineDies)
                bench.restart(0);
            else
                runner.link->cut();
            bench.world.advance(1'000);
            bench.connectRunner(runner, "k", 1);
            bench.world.advance(200);
            if (generation > 0) {
                // A process that ends at each start must not loop.
                QCOMPARE(bench.state(id), ActorState::Backoff);
                QVERIFY(bench.row(id).errorJson.startsWith("{\"runner_connection_lost\""));
                bench.world.advance(2'000 << (generation - 1));
            }
            QCOMPARE(bench.state(id), ActorState::Starting);
        }
        std::set<quint32> generations;
        for (const wire::CommandWrapper &command : runner.commands) {
            if (std::holds_alternative<wire::CommandStartActor>(command.inner))
                QVERIFY(generations.insert(command.checkpoint.generation).second);
        }
        QCOMPARE(generations, (std::set<quint32>{0, 1, 2, 3}));
        bench.report(runner, id, 0, kRunning);
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(bench.brokenInvariant(), QString());
    }

    // What went out on the older of two sockets of a process is still under way when the newer one has been asked.
    void scenario069_startUnderWayOnTheOlderSocket()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.reportsStarts = true;
        bench.connectRunner(runner, "k", 1);
        runner.link->setDelay(700);
        const QString id = bench.create(CrashPolicy::Sleep);
        bench.connectRunner(runner, "k", 1);
        bench.world.advance(600);
        QCOMPARE(runner.starts(id), 0);
        QVERIFY(!bench.scheduler->linkUp(runner.runnerId)); // asked, but not sure yet
        bench.world.advance(600);
        QVERIFY(bench.scheduler->linkUp(runner.runnerId));
        QCOMPARE(runner.starts(id), 1);
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(bench.row(id).generation, 0u);
        QCOMPARE(bench.scheduler->counters().socketsParked, quint64(1));
    }

    void scenario069_startThatArrivedIsNotSentAgain()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(runner.starts(id), 1);
        runner.link->freeze();
        runner.event(id, 0, 0, kRunning);
        runner.link->cut();
        bench.world.advance(1'000);
        QCOMPARE(bench.state(id), ActorState::Starting);
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        bench.connectRunner(runner, "k", 1);
        bench.world.advance(500);
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(runner.commands.size(), std::size_t(1));
        // Known to have run now: after one more outage its absence is a loss, not a Start that got lost.
        runner.link->cut();
        runner.resend.clear();
        bench.world.advance(1'000);
        bench.connectRunner(runner, "k", 1);
        bench.world.advance(500);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.scheduler->counters().reconcileLost, quint64(1));
    }

    void scenario070_valuesAreWrittenByWhatLivesOnly_data()
    {
        QTest::addColumn<bool>("lives");
        QTest::newRow("the actor lives") << true;
        QTest::newRow("the actor was lost") << false;
    }

    /// Key-value requests name no generation: before the inventory nobody knows whose they are.
    void scenario070_valuesAreWrittenByWhatLivesOnly()
    {
        QFETCH(bool, lives);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        runner.link->cut();
        bench.world.advance(1'000);
        if (lives)
            runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        bench.connectRunner(runner, "k", 1);
        runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"a"}, {"b"}}});
        bench.world.settle();
        QVERIFY(runner.kvAnswers.empty());
        bench.world.advance(500);
        QCOMPARE(runner.kvAnswers.size(), std::size_t(1));
        QCOMPARE(std::holds_alternative<wire::KvErrorResponse>(runner.kvAnswers[0].data), !lives);
        QCOMPARE(bench.row(id).generation, lives ? 0u : 1u);
    }

    void scenario070_heldValuesAreBounded()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        runner.link->cut();
        bench.world.advance(1'000);
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        bench.connectRunner(runner, "k", 1);
        constexpr quint32 kRequests = 200; // 25 MiB; 16 MiB may wait
        for (quint32 i = 0; i < kRequests; ++i)
            runner.send(wire::ToServerKvRequest{id, i, wire::KvPutRequest{{"a"}, {QByteArray(128 * 1024, 'v')}}});
        bench.world.settle();
        const std::size_t refused = runner.kvAnswers.size();
        QVERIFY(refused > 0 && refused < kRequests / 2);
        for (const wire::ToClientKvResponse &answer : runner.kvAnswers)
            QVERIFY(std::get<wire::KvErrorResponse>(answer.data).message.contains(u"too much waits"));
        bench.world.advance(500);
        QCOMPARE(runner.kvAnswers.size(), std::size_t(kRequests));
        for (std::size_t i = refused; i < runner.kvAnswers.size(); ++i)
            QVERIFY(!std::holds_alternative<wire::KvErrorResponse>(runner.kvAnswers[i].data));
    }

    void scenario070_newProcessWithTheSameKey()
    {
        Bench bench;
        auto process = std::make_unique<ScriptedRunner>();
        bench.connectRunner(*process, "k", 1);
        const QString id = bench.createRunning(*process, CrashPolicy::Restart);
        const QString runnerId = process->runnerId;
        quint32 generation = 0;
        for (const qint64 seconds : {0, 2, 4}) {
            process.reset(); // killed
            bench.world.advance(2'000);
            process = std::make_unique<ScriptedRunner>();
            bench.connectRunner(*process, "k", 1);
            QCOMPARE(process->runnerId, runnerId);
            QCOMPARE(bench.row(id).generation, generation);
            bench.world.advance(100);
            ++generation;
            if (seconds > 0) {
                QCOMPARE(bench.state(id), ActorState::Backoff);
                QCOMPARE(bench.row(id).rescheduleTs, bench.now() + seconds * 1000);
                bench.world.advance(seconds * 1000 - 1);
                QCOMPARE(process->starts(id), 0);
                bench.world.advance(1);
            }
            // Before it came the Stop for the generation that was lost.
            QCOMPARE(process->commands.size(), std::size_t(2));
            QCOMPARE(process->commands[0].checkpoint, (wire::ActorCheckpoint{id, generation - 1, 1}));
            QCOMPARE(process->commands[1].checkpoint, (wire::ActorCheckpoint{id, generation, 0}));
            QVERIFY(process->lastIsStart());
            bench.report(*process, id, 0, kRunning);
            QCOMPARE(bench.state(id), ActorState::Running);
        }
    }

    void scenario071_zombieAfterReconnect()
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

    void scenario072_twoSocketsOfOneProcess()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const QString runnerId = runner.runnerId;
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        bench.connectRunner(runner, "k", 2); // the older socket stays open
        bench.world.advance(60'000);
        QCOMPARE(runner.runnerId, runnerId);
        QCOMPARE(runner.closes, 0);
        QCOMPARE(bench.scheduler->counters().socketsParked, quint64(1));
        QCOMPARE(bench.scheduler->counters().evictions, quint64(0));
        QCOMPARE(bench.scheduler->describeRunner(runnerId).parkedSockets, 1);
        QVERIFY(bench.scheduler->linkUp(runnerId));
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(runner.starts(id), 1);
        const QString other = bench.create(CrashPolicy::Sleep);
        QCOMPARE(runner.starts(other), 1);
    }

    void scenario073_otherProcessWithTheSameKeyEvictsTheOlder()
    {
        Bench bench;
        ScriptedRunner older;
        ScriptedRunner newer;
        older.connectTo(bench.world, *bench.scheduler, "k", 1);
        bench.world.settle();
        newer.connectTo(bench.world, *bench.scheduler, "k", 1);
        bench.world.advance(2'500);
        QCOMPARE(older.closeReason, QByteArray("ws.eviction#ray"));
        QVERIFY(newer.closeReason.isEmpty());
        QCOMPARE(newer.runnerId, older.runnerId);
        QVERIFY(bench.scheduler->linkUp(newer.runnerId));
    }

    void scenario073_eventsOfTheOtherProcessAreNoInventory()
    {
        Bench bench;
        ScriptedRunner older;
        ScriptedRunner newer;
        older.connectTo(bench.world, *bench.scheduler, "k", 1);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Restart);
        QCOMPARE(older.starts(id), 1);
        newer.connectTo(bench.world, *bench.scheduler, "k", 1);
        older.event(id, 0, 0, kRunning); // behind the init of the newer one, before the older one hears of it
        bench.world.advance(2'500);
        QCOMPARE(older.closeReason, QByteArray("ws.eviction#ray"));
        QCOMPARE(newer.starts(id), 1);
        QCOMPARE(bench.row(id).generation, 1u);
        QCOMPARE(bench.state(id), ActorState::Starting);
    }

    void scenario067_R34_lostAndReconnectInOneInstant_data()
    {
        QTest::addColumn<bool>("reconnectFirst");
        QTest::newRow("reconnect first") << true;
        QTest::newRow("lost first") << false;
    }

    void scenario067_R34_lostAndReconnectInOneInstant()
    {
        QFETCH(bool, reconnectFirst);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const QString runnerId = runner.runnerId;
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        runner.link->cut();
        const auto reconnect = [&] { bench.connectRunner(runner, "k", 1); };
        if (reconnectFirst) // the timer made first runs first
            bench.world.timers.schedule(bench.world.clock.monoMs() + 16'000, reconnect);
        bench.world.settle();
        QCOMPARE(bench.scheduler->runner(runnerId)->lostAt, bench.now() + 16'000);
        if (!reconnectFirst)
            bench.world.timers.schedule(bench.world.clock.monoMs() + 16'000, reconnect);
        bench.world.advance(17'000);
        QCOMPARE(runner.runnerId == runnerId, reconnectFirst);
        QCOMPARE(bench.scheduler->runner(runnerId)->expiredTs.has_value(), !reconnectFirst);
        QCOMPARE(bench.scheduler->runner(runner.runnerId)->state, RunnerState::Connected);
        QCOMPARE(bench.state(id), reconnectFirst ? ActorState::Running : ActorState::Sleeping);
        QCOMPARE(bench.scheduler->counters().lost, quint64(reconnectFirst ? 0 : 1));
    }
};

QTEST_GUILESS_MAIN(TestScenariosReconcile)
#include "tst_scenariosreconcile.moc"
