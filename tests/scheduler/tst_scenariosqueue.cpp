// SPDX-License-Identifier: Apache-2.0
// Scenarios 8 to 17 of scheduler.md section 10: no capacity and the queue.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosQueue : public QObject
{
    Q_OBJECT

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

    void scenario008_sleepPolicyDoesNotQueue()
    {
        Bench bench;
        bench.configurePool();
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.row(id).errorJson, QByteArray("\"no_capacity\""));
        QCOMPARE(bench.row(id).sleepTs, bench.now());
        QVERIFY(!bench.scheduler->describeActor(id).queuePosition);
        QVERIFY(!bench.row(id).pendingAllocationTs);
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        bench.world.advance(10'000);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
    }

    void scenario010_011_growablePool_data()
    {
        QTest::addColumn<int>("maxRunners");
        QTest::addColumn<int>("state");
        QTest::newRow("can grow") << 1 << int(ActorState::Pending);
        QTest::newRow("cannot grow, scenario 11") << 0 << int(ActorState::Sleeping);
    }

    void scenario010_011_growablePool()
    {
        QFETCH(int, maxRunners);
        QFETCH(int, state);
        Bench bench;
        bench.configureServerless(maxRunners);
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        bench.createRunning(runner, CrashPolicy::Restart);
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(int(bench.state(id)), state);
        QVERIFY(!bench.row(id).deadline);
        QCOMPARE(bench.scheduler->describeActor(id).queuePosition.has_value(), maxRunners > 0);
    }

    void scenario014_newcomersQueueBehind()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString holder = bench.createRunning(runner, CrashPolicy::Destroy);
        const QString first = bench.create(CrashPolicy::Destroy);
        // The slot is freed and somebody new comes before the queue has been looked at: both in one turn.
        QString late;
        bench.scheduler->createActor(bench.request(CrashPolicy::Destroy),
                                     [&](const Result<ActorRow> &row) { late = row->actorId; });
        runner.event(holder, 0, 1, kStoppedOk);
        bench.world.settle();
        QCOMPARE(bench.state(first), ActorState::Starting);
        QCOMPARE(bench.state(late), ActorState::Pending);
        QCOMPARE(bench.scheduler->describeActor(late).queuePosition, std::optional<int>(1));
    }

    void scenario014_freeSlotAndAQueue()
    {
        // More waits than one transaction serves, so that slots are free while the queue still has members.
        Bench bench;
        bench.config.queueDrainBatch = 2;
        bench.configurePool();
        std::vector<QString> queued;
        for (int i = 0; i < 4; ++i)
            queued.push_back(bench.create(CrashPolicy::Destroy));
        bench.store.hold();
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 10);
        QCOMPARE(bench.state(queued[1]), ActorState::Starting);
        QCOMPARE(bench.state(queued[2]), ActorState::Pending);
        CreateActor request = bench.request(CrashPolicy::Destroy);
        request.pool = QStringLiteral("p");
        bench.scheduler->createActor(request, {});
        for (const QString &id : bench.scheduler->actorIds()) {
            if (std::find(queued.begin(), queued.end(), id) == queued.end())
                QCOMPARE(bench.state(id), ActorState::Pending);
        }
        bench.store.release();
        bench.world.settle();
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 5u);
        QCOMPARE(bench.brokenInvariant(), QString());
    }

    void scenario015_destroyFreesTheSlotOnStopped()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString x = bench.createRunning(runner, CrashPolicy::Restart);
        bench.createRunning(runner, CrashPolicy::Restart);
        const QString z = bench.create(CrashPolicy::Restart);
        QCOMPARE(bench.state(z), ActorState::Pending);
        bench.destroy(x);
        bench.world.advance(10'000);
        QCOMPARE(bench.state(z), ActorState::Pending);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 2u);
        bench.report(runner, x, 1, kStoppedOk);
        QCOMPARE(bench.state(z), ActorState::Starting);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 2u);
    }

    void scenario016_slotGoesOnInTheSameCommit_data()
    {
        QTest::addColumn<bool>("lost");
        QTest::newRow("error") << false;
        QTest::newRow("lost") << true;
    }

    void scenario016_slotGoesOnInTheSameCommit()
    {
        QFETCH(bool, lost);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString x = bench.create(CrashPolicy::Sleep);
        if (!lost)
            bench.report(runner, x, 0, kRunning);
        const QString z = bench.create(CrashPolicy::Restart);
        // What each commit shows of the two: never x at rest and z without the slot.
        int together = 0;
        int apart = 0;
        bench.store.setCommitHook([&] {
            const Snapshot committed = *bench.store.open();
            std::map<QString, ActorState> states;
            for (const ActorRow &row : committed.actors)
                states[row.actorId] = row.state;
            if (states[x] == ActorState::Sleeping)
                ++(states[z] == ActorState::Starting ? together : apart);
            return true;
        });
        if (lost)
            bench.world.advance(30'000); // start deadline
        else
            bench.report(runner, x, 1, kStoppedError);
        QVERIFY(together > 0);
        QCOMPARE(apart, 0);
        QCOMPARE(bench.state(x), ActorState::Sleeping);
        QCOMPARE(runner.starts(z), 1);
    }

    void scenario017_tenThousandPending()
    {
        Bench bench;
        bench.configurePool();
        for (int i = 0; i < 10'000; ++i)
            bench.scheduler->createActor(bench.request(CrashPolicy::Restart), {});
        bench.world.settle();
        std::vector<std::unique_ptr<ScriptedRunner>> runners;
        for (int i = 0; i < 200; ++i) {
            runners.push_back(std::make_unique<ScriptedRunner>());
            runners.back()->connectTo(bench.world, *bench.scheduler, QByteArray::number(i), 50);
        }
        // Looking at everything after every commit would take minutes: every 40th, and the limits always.
        int commits = 0;
        QString broken;
        bench.store.setCommitHook([&] {
            for (const auto &runner : runners) {
                if (!runner->runnerId.isEmpty() && bench.scheduler->usedSlots(runner->runnerId) > 50)
                    broken = QStringLiteral("over-subscribed");
            }
            if (++commits % 40 == 0 && broken.isEmpty()) {
                const QString found = bench.brokenInvariant();
                if (!found.startsWith(u"I-4")) // a drain pass has a limit, the next follows
                    broken = found;
            }
            return true;
        });
        bench.world.settle();
        QCOMPARE(broken, QString());
        QCOMPARE(bench.brokenInvariant(), QString());
        QVERIFY(commits >= 40);
        std::size_t starts = 0;
        for (const auto &runner : runners) {
            QCOMPARE(bench.scheduler->usedSlots(runner->runnerId), 50u);
            starts += runner->commands.size();
        }
        QCOMPARE(starts, std::size_t(10'000));
    }

    void commandsOfATransactionShareAMessage()
    {
        Bench bench;
        bench.configurePool();
        for (int i = 0; i < 20; ++i)
            bench.create(CrashPolicy::Restart);
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 20);
        QCOMPARE(runner.commands.size(), std::size_t(20));
        QCOMPARE(runner.commandMessages, 1);
        runner.send(wire::ToServerStopping{});
        bench.world.settle();
        QCOMPARE(runner.commands.size(), std::size_t(40));
        QCOMPARE(runner.commandMessages, 2);
    }

    void commandMessagesStaySmall()
    {
        // Twelve of these would be larger than a message of the protocol may be.
        Bench bench;
        bench.configurePool();
        CreateActor request = bench.request(CrashPolicy::Restart);
        request.input = QString(4 * 1024 * 1024, u'A');
        for (int i = 0; i < 12; ++i)
            bench.create(request);
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 12);
        QCOMPARE(runner.commands.size(), std::size_t(12));
        QCOMPARE(runner.commandMessages, 12);
    }
};

QTEST_GUILESS_MAIN(TestScenariosQueue)
#include "tst_scenariosqueue.moc"
