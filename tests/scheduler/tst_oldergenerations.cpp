// SPDX-License-Identifier: Apache-2.0
// An actor gets no slot where an older generation of it may still be, and what that one asks for is not done.
#include "engine/scheduler/actormachine.h"
#include "tests/scheduler/schedulerbench.h"

using namespace Qt::StringLiterals;
using namespace dormouse;
using namespace dormouse::test;

class TestOlderGenerations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void actorWaitsForTheEndOfItsOlderGeneration()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = lostBehindTheBack(bench, runner);
        QCOMPARE(bench.state(id), ActorState::Pending);
        QCOMPARE(runner.starts(id), 1);
        QVERIFY(std::any_of(runner.commands.begin(), runner.commands.end(), [&](const wire::CommandWrapper &command) {
            return command.checkpoint.actorId == id && command.checkpoint.generation == 0
                && std::holds_alternative<wire::CommandStopActor>(command.inner);
        }));
        const QStringList why = bench.scheduler->describeActor(id).why;
        QVERIFY2(why.join(u'\n').contains(u"runner_older_generation"), qPrintable(why.join(u'\n')));
        // Neither the values of the older generation are taken, nor does anybody else wait with the actor.
        runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"a"}, {"old"}}});
        bench.world.settle();
        QVERIFY(std::holds_alternative<wire::KvErrorResponse>(runner.kvAnswers.back().data));
        const QString newcomer = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.state(newcomer), ActorState::Starting);

        runner.event(id, 0, 1, kStoppedOk);
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 2, 0}));
    }

    // More than one pass over the queue gives out: those that are held must not keep it busy.
    void manyThatWaitForTheirPastDoNotSpin()
    {
        Bench bench;
        ScriptedRunner runner;
        const int count = bench.config.queueDrainBatch + 50;
        bench.connectRunner(runner, "k", quint32(count) + 1);
        std::vector<QString> ids;
        for (int i = 0; i < count; ++i)
            ids.push_back(bench.createRunning(runner, CrashPolicy::Restart));
        runner.link->cut();
        bench.world.advance(17'000);
        QCOMPARE(bench.state(ids.back()), ActorState::Pending);
        wire::ToServerEvents held;
        for (const QString &id : ids)
            held.events.push_back({{id, 0, 0}, kRunning});
        runner.resend = {held};
        bench.connectRunner(runner, "k", quint32(count) + 1);
        bench.world.advance(500);
        QCOMPARE(bench.state(ids.front()), ActorState::Pending);
        QCOMPARE(bench.state(ids.back()), ActorState::Pending);
        const QString newcomer = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.state(newcomer), ActorState::Starting);
        for (const QString &id : ids)
            runner.event(id, 0, 1, kStoppedOk);
        bench.world.settle();
        for (const QString &id : ids)
            QCOMPARE(bench.state(id), ActorState::Starting);
    }

    void anotherRunnerTakesItAtOnce()
    {
        Bench bench;
        ScriptedRunner runner;
        ScriptedRunner other;
        const QString id = lostBehindTheBack(bench, runner);
        bench.connectRunner(other, "other", 1);
        QCOMPARE(bench.row(id).runnerId, other.runnerId);
        QCOMPARE(bench.state(id), ActorState::Starting);
    }

    void endThatIsNeverToldIsNotWaitedForLongerThanAStop()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = lostBehindTheBack(bench, runner);
        const qint64 known = bench.world.clock.monoMs() - kSinceInventoryMs;
        bench.world.advance(known + bench.config.actorStopThreshold - 1 - bench.world.clock.monoMs());
        QCOMPARE(bench.state(id), ActorState::Pending);
        bench.world.advance(1);
        QCOMPARE(bench.state(id), ActorState::Starting);
        const monitor::Event told = bench.sink.last("older_generation_given_up"_L1);
        QCOMPARE(told.actorId, id);
        QCOMPARE(told.generation, std::optional<quint32>(0));
    }

    void newRecordOfALostProcessSaysFirstWhatItHolds_data()
    {
        QTest::addColumn<bool>("engineDies");
        QTest::newRow("one engine") << false;
        QTest::newRow("the engine was started again") << true;
    }

    // An SDK that gets another runner id stops all its actors by itself: a Stop would make it two.
    void newRecordOfALostProcessSaysFirstWhatItHolds()
    {
        QFETCH(bool, engineDies);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        const QString first = runner.runnerId;
        runner.link->cut();
        bench.world.advance(17'000);
        QCOMPARE(bench.state(id), ActorState::Pending);
        if (engineDies)
            bench.restart(1'000);
        runner.commands.clear();
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        bench.connectRunner(runner, "k", 2);
        bench.world.advance(500);
        QVERIFY(runner.runnerId != first);
        QVERIFY(runner.commands.empty());
        QCOMPARE(bench.state(id), ActorState::Pending);
        runner.event(id, 0, 1, kStoppedOk);
        bench.world.settle();
        QCOMPARE(runner.commands.size(), std::size_t(1));
        QCOMPARE(runner.commands[0].checkpoint, (wire::ActorCheckpoint{id, 1, 0}));
    }

    void silenceIsNoInventory_data()
    {
        QTest::addColumn<bool>("comesBack");
        QTest::newRow("the process goes on") << true;
        QTest::newRow("it never does") << false;
    }

    // A process that stands still answers no ping; that says nothing about its actors.
    void silenceIsNoInventory()
    {
        QFETCH(bool, comesBack);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        const QString runnerId = runner.runnerId;
        runner.link->cut();
        bench.world.advance(1'000);
        runner.answersPings = false;
        bench.connectRunner(runner, "k", 2);
        bench.world.advance(bench.config.runnerPingTimeoutMs - 1);
        QCOMPARE(bench.state(id), ActorState::Running);
        QVERIFY(!bench.scheduler->linkUp(runnerId));
        QVERIFY(bench.sink.count("reconcile_late"_L1) > 0);
        if (comesBack) {
            runner.event(id, 0, 0, kRunning);
            runner.answerPings();
            bench.world.advance(bench.config.reconcileSettle);
            QVERIFY(bench.scheduler->linkUp(runnerId));
            QCOMPARE(bench.row(id).generation, 0u);
            return;
        }
        bench.world.advance(1);
        QVERIFY(runner.closeReason.startsWith("core.internal_error"));
        QCOMPARE(bench.state(id), ActorState::Running);
        bench.world.advance(bench.config.runnerLostThreshold + bench.config.runnerLostSlack);
        QCOMPARE(bench.scheduler->runner(runnerId)->state, RunnerState::Stopped);
        QCOMPARE(bench.state(id), ActorState::Pending);
    }

    void recordThatEndedOrderlyCostsItsSuccessorNothing()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        runner.send(wire::ToServerStopping{}); // as the SDKs do first
        bench.world.settle();
        runner.close("pegboard.runner_shutdown");
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Restart);
        QCOMPARE(bench.state(id), ActorState::Pending);
        bench.connectRunner(runner, "k", 1);
        QCOMPARE(bench.state(id), ActorState::Starting);
    }

    void valuesOfAnOlderSocketWaitForItsProcess_data()
    {
        QTest::addColumn<bool>("sameProcess");
        QTest::newRow("same process") << true;
        QTest::newRow("another process") << false;
    }

    void valuesOfAnOlderSocketWaitForItsProcess()
    {
        QFETCH(bool, sameProcess);
        Bench bench;
        ScriptedRunner older;
        ScriptedRunner other;
        bench.connectRunner(older, "k", 1);
        const QString id = bench.createRunning(older, CrashPolicy::Restart);
        const wire::ToServerKvRequest put{id, 7, wire::KvPutRequest{{"a"}, {"b"}}};
        ScriptedRunner &newer = sameProcess ? older : other;
        if (sameProcess)
            older.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        const int first = older.socketCount() - 1;
        newer.connectTo(bench.world, *bench.scheduler, "k", 1);
        older.sendOn(first, put); // behind the init of the newer socket
        bench.world.advance(3'000);
        std::optional<QByteArray> stored;
        bench.store.kv(id, KvGet{{"a"}}, [&stored](const KvResult &result) {
            if (result && !result->empty())
                stored = result->front().value;
        });
        bench.world.settle();
        QCOMPARE(stored.value_or("nothing"), QByteArray(sameProcess ? "b" : "nothing"));
        QCOMPARE(bench.row(id).generation, sameProcess ? 0u : 1u);
    }

private:
    static constexpr qint64 kSinceInventoryMs = 2'500;

    /// Runs in generation 0 on a process that was away for so long that the engine gave it up: the record is found in use
    /// by a second process of its key, and then the first one is back with the life that was lost.
    static QString lostBehindTheBack(Bench &bench, ScriptedRunner &runner)
    {
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        runner.link->cut();
        bench.world.advance(1'000);
        {
            ScriptedRunner second;
            bench.connectRunner(second, "k", 2);
            bench.world.advance(500);
            [&] { QCOMPARE(second.runnerId, runner.runnerId); }();
            [&] { QCOMPARE(second.starts(id), 1); }();
            bench.report(second, id, 0, kRunning);
        }
        bench.world.settle();
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        runner.connectTo(bench.world, *bench.scheduler, "k", 2);
        bench.world.advance(bench.config.reconcileSettle + kSinceInventoryMs); // also the backoff of the second loss
        return id;
    }
};

QTEST_GUILESS_MAIN(TestOlderGenerations)
#include "tst_oldergenerations.moc"
