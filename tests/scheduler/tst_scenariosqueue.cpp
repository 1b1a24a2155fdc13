// SPDX-License-Identifier: Apache-2.0
// Scenarios 8 to 31 of scheduler.md section 10: no capacity, the queue, wakes and their time limits.
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

    void scenario020_assignmentAndTimeoutInOneInstant_data()
    {
        QTest::addColumn<bool>("assignedFirst");
        QTest::newRow("slot first") << true;
        QTest::newRow("timeout first") << false;
    }

    void scenario020_assignmentAndTimeoutInOneInstant()
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

    void scenario024_026_pendingWithoutLimit()
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
