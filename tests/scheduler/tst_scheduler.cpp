// SPDX-License-Identifier: Apache-2.0
// Scenarios of scheduler.md section 10 that are about runners: connect, loss, reconnect, drain, boot, and their KV
// requests (runner-protocol.md section 6). The first ones are a cross-section.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

Q_DECLARE_METATYPE(dormouse::wire::KvRequestData)

class TestScheduler : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario_01_createOnAFreeRunner()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 2);
        bench.world.settle();
        QVERIFY(bench.scheduler->linkUp(runner.runnerId));
        const QString id = bench.create(CrashPolicy::Destroy);
        QCOMPARE(runner.commands.size(), std::size_t(1));
        QCOMPARE(runner.commands[0].checkpoint, (wire::ActorCheckpoint{id, 0, 0}));
        runner.event(id, 0, 0, kRunning);
        bench.world.settle();
        QCOMPARE(bench.row(id).state, ActorState::Running);
        QCOMPARE(bench.row(id).connectableTs, bench.world.clock.wallMs());
        QCOMPARE(bench.row(id).startTs, bench.row(id).connectableTs);
    }
    void scenario_32_sleepIntent()
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
    void scenario_65_reconnectWithInventoryStartsNothing()
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
    void scenario_18_pendingTimeoutFallsAsleep()
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
    void scenario_35_stopDeadline()
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
    }
    void scenario_73_otherProcessWithTheSameKeyEvictsTheOlder()
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
    void scenario_66_lostAfterSixteenSeconds()
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
    void scenario_57_stoppingRunnerHandsOver_data();
    void scenario_57_stoppingRunnerHandsOver();
    void scenario_68_startThatNeverArrivedIsSentAgain();
    void scenario_69_startThatArrivedIsNotSentAgain();
    void scenario_70_newProcessWithTheSameKey();
    void scenario_72_twoSocketsOfOneProcess();
    void scenario_77_refusedHandshakes_data();
    void scenario_77_refusedHandshakes();
    void scenario_101_bootWithRunningActors();
    void scenario_101_bootWithoutTheRunner();
    void bootKeepsWhatWasStored();
    void bootLeavesTimeBeforeDeadlines();
    void bootRepairsSlotsOfEndedRunners();
    void kvRoundTrip();
    void kvOwnership();
    void kvLimits_data();
    void kvLimits();
    void kvAnswersKeepTheOrderOfTheRequests();
    void kvAnswerThatIsTooLarge();
};

void TestScheduler::scenario_57_stoppingRunnerHandsOver_data()
{
    QTest::addColumn<int>("policy");
    QTest::addColumn<int>("outcome");
    QTest::newRow("restart") << int(CrashPolicy::Restart) << int(ActorState::Starting);
    QTest::newRow("sleep, scenario 58") << int(CrashPolicy::Sleep) << int(ActorState::Sleeping);
    QTest::newRow("destroy, scenario 58") << int(CrashPolicy::Destroy) << int(ActorState::Destroyed);
}

void TestScheduler::scenario_57_stoppingRunnerHandsOver()
{
    QFETCH(int, policy);
    QFETCH(int, outcome);
    Bench bench;
    ScriptedRunner leaving;
    bench.connectRunner(leaving, "leaving", 5);
    const QString id = bench.createRunning(leaving, CrashPolicy(policy));
    ScriptedRunner staying;
    bench.connectRunner(staying, "staying", 5);
    leaving.send(wire::ToServerStopping{});
    bench.world.settle();
    QCOMPARE(bench.state(id), ActorState::GoingAway);
    QCOMPARE(leaving.commands.back().checkpoint, (wire::ActorCheckpoint{id, 0, 1}));
    QVERIFY(!leaving.lastIsStart());
    for (int i = 0; i < 4; ++i)
        QCOMPARE(bench.row(bench.create(CrashPolicy::Restart)).runnerId, staying.runnerId);
    bench.report(leaving, id, 1, kStoppedOk);
    QCOMPARE(int(bench.state(id)), outcome);
    QVERIFY(bench.row(id).errorJson.isEmpty());
    QCOMPARE(staying.starts(id), CrashPolicy(policy) == CrashPolicy::Restart ? 1 : 0);
    if (CrashPolicy(policy) == CrashPolicy::Restart) {
        QCOMPARE(bench.row(id).runnerId, staying.runnerId);
        QCOMPARE(bench.row(id).generation, 1u);
        QCOMPARE(bench.row(id).retryCount, 0);
    }
    leaving.close("pegboard.runner_shutdown");
    bench.world.settle();
    QCOMPARE(bench.scheduler->runner(leaving.runnerId)->state, RunnerState::Stopped);
    QVERIFY(!bench.scheduler->runner(leaving.runnerId)->expiredTs);
}

void TestScheduler::scenario_68_startThatNeverArrivedIsSentAgain()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    runner.link->freeze();
    const QString id = bench.create(CrashPolicy::Sleep);
    runner.link->cut();
    bench.world.advance(1'000);
    QVERIFY(runner.commands.empty());
    QCOMPARE(bench.state(id), ActorState::Starting);
    bench.connectRunner(runner, "k", 1);
    bench.world.advance(500);
    QCOMPARE(runner.commands.size(), std::size_t(1));
    QCOMPARE(runner.commands[0].checkpoint, (wire::ActorCheckpoint{id, 0, 0}));
    QVERIFY(runner.lastIsStart());
    bench.report(runner, id, 0, kRunning);
    QCOMPARE(bench.state(id), ActorState::Running);
}

void TestScheduler::scenario_69_startThatArrivedIsNotSentAgain()
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

void TestScheduler::scenario_70_newProcessWithTheSameKey()
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

void TestScheduler::scenario_72_twoSocketsOfOneProcess()
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

void TestScheduler::scenario_77_refusedHandshakes_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<bool>("binary");
    QTest::addColumn<qint64>("afterMs");
    QTest::addColumn<QByteArray>("reason");
    const QByteArray good = "protocol_version=7&namespace=default&runner_key=k";
    const QByteArray pong = *wire::encodeToServer(7, wire::ToServerPong{1});
    QTest::newRow("no init") << good << QByteArray() << true << qint64(5'000)
                             << QByteArray("ws.timed_out_waiting_for_init");
    QTest::newRow("text frame") << good << QByteArray("hello") << false << qint64(0)
                                << QByteArray("ws.invalid_initial_packet");
    QTest::newRow("wrong message") << good << pong << true << qint64(0) << QByteArray("ws.invalid_initial_packet");
    QTest::newRow("garbage") << good << QByteArray("\xff\xff\xff") << true << qint64(0)
                             << QByteArray("ws.invalid_packet");
    QTest::newRow("unknown namespace") << QByteArray("protocol_version=7&namespace=nowhere&runner_key=k")
                                       << QByteArray() << true << qint64(0) << QByteArray("namespace.not_found");
    QTest::newRow("no key") << QByteArray("protocol_version=7&namespace=default") << QByteArray() << true << qint64(0)
                            << QByteArray("ws.invalid_url");
    QTest::newRow("bad version") << QByteArray("protocol_version=x&namespace=default&runner_key=k") << QByteArray()
                                 << true << qint64(0) << QByteArray("ws.invalid_url");
}

void TestScheduler::scenario_77_refusedHandshakes()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, frame);
    QFETCH(bool, binary);
    QFETCH(qint64, afterMs);
    QFETCH(QByteArray, reason);
    Bench bench;
    ScriptedRunner runner;
    runner.dial(bench.world, *bench.scheduler, query);
    if (!frame.isEmpty())
        runner.sendRaw(frame, binary);
    if (afterMs > 0) {
        bench.world.advance(afterMs - 1);
        QCOMPARE(runner.closes, 0);
        bench.world.advance(1);
    }
    bench.world.settle();
    QCOMPARE(runner.closeReason, QByteArray(reason + "#ray"));
    QCOMPARE(runner.closeCode, quint16(1011));
    QVERIFY(bench.scheduler->runners().empty());
}

void TestScheduler::scenario_101_bootWithRunningActors()
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

void TestScheduler::scenario_101_bootWithoutTheRunner()
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
    QCOMPARE(bench.state(restarter), ActorState::Starting);
    QCOMPARE(bench.row(restarter).generation, 1u);
}

void TestScheduler::bootKeepsWhatWasStored()
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

void TestScheduler::bootLeavesTimeBeforeDeadlines()
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

void TestScheduler::bootRepairsSlotsOfEndedRunners()
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

namespace {

QString kvError(const wire::ToClientKvResponse &response)
{
    const auto *error = std::get_if<wire::KvErrorResponse>(&response.data);
    return error ? error->message : QString();
}

} // namespace

void TestScheduler::kvRoundTrip()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.create(CrashPolicy::Sleep); // may use its storage before it runs
    runner.send(wire::ToServerKvRequest{id, 0, wire::KvPutRequest{{"b", "a", "c"}, {"2", "1", ""}}});
    runner.send(wire::ToServerKvRequest{id, 1, wire::KvGetRequest{{"c", "missing", "a"}}});
    runner.send(wire::ToServerKvRequest{id, 2, wire::KvListRequest{wire::KvListAllQuery{}, true, 2}});
    runner.send(wire::ToServerKvRequest{id, 3, wire::KvDeleteRangeRequest{"a", "c"}});
    runner.send(wire::ToServerKvRequest{id, 4, wire::KvListRequest{wire::KvListAllQuery{}, {}, {}}});
    runner.send(wire::ToServerKvRequest{id, 5, wire::KvDropRequest{}});
    runner.send(wire::ToServerKvRequest{id, 6, wire::KvListRequest{wire::KvListAllQuery{}, {}, {}}});
    bench.world.settle();
    QCOMPARE(runner.kvAnswers.size(), std::size_t(7));
    for (quint32 i = 0; i < 7; ++i)
        QCOMPARE(runner.kvAnswers[i].requestId, i);
    QVERIFY(std::holds_alternative<wire::KvPutResponse>(runner.kvAnswers[0].data));
    const auto &got = std::get<wire::KvGetResponse>(runner.kvAnswers[1].data);
    QCOMPARE(got.keys, (std::vector<QByteArray>{"c", "a"}));
    QCOMPARE(got.values, (std::vector<QByteArray>{"", "1"}));
    QCOMPARE(got.metadata.at(0).updateTs, bench.now());
    QCOMPARE(std::get<wire::KvListResponse>(runner.kvAnswers[2].data).keys, (std::vector<QByteArray>{"c", "b"}));
    QVERIFY(std::holds_alternative<wire::KvDeleteResponse>(runner.kvAnswers[3].data));
    QCOMPARE(std::get<wire::KvListResponse>(runner.kvAnswers[4].data).keys, (std::vector<QByteArray>{"c"}));
    QVERIFY(std::holds_alternative<wire::KvDropResponse>(runner.kvAnswers[5].data));
    QVERIFY(std::get<wire::KvListResponse>(runner.kvAnswers[6].data).keys.empty());
}

void TestScheduler::kvOwnership()
{
    Bench bench;
    ScriptedRunner owner;
    bench.connectRunner(owner, "owner", 1);
    const QString id = bench.createRunning(owner, CrashPolicy::Sleep);
    ScriptedRunner stranger;
    bench.connectRunner(stranger, "stranger", 1);
    const wire::KvRequestData put = wire::KvPutRequest{{"key"}, {"value"}};
    const QString foreign = QStringLiteral("given actor does not belong to runner");
    stranger.send(wire::ToServerKvRequest{id, 0, put});
    stranger.send(wire::ToServerKvRequest{makeId(bench.random), 1, put});
    stranger.send(wire::ToServerKvRequest{QStringLiteral("no id"), 2, put});
    bench.world.settle();
    QCOMPARE(stranger.kvAnswers.size(), std::size_t(3));
    QCOMPARE(kvError(stranger.kvAnswers[0]), foreign);
    QCOMPARE(kvError(stranger.kvAnswers[1]), QStringLiteral("actor does not exist"));
    QCOMPARE(kvError(stranger.kvAnswers[2]), parseId(QStringLiteral("no id")).error().message);

    bench.report(owner, id, 1, kSleepIntent);
    owner.send(wire::ToServerKvRequest{id, 0, put}); // still its owner while it stops
    bench.world.settle();
    bench.report(owner, id, 2, kStoppedOk);
    owner.send(wire::ToServerKvRequest{id, 1, put});
    bench.world.settle();
    QCOMPARE(owner.kvAnswers.size(), std::size_t(2));
    QVERIFY(std::holds_alternative<wire::KvPutResponse>(owner.kvAnswers[0].data));
    QCOMPARE(kvError(owner.kvAnswers[1]), foreign);
}

void TestScheduler::kvLimits_data()
{
    using Keys = std::vector<QByteArray>;
    QTest::addColumn<wire::KvRequestData>("request");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *name, const wire::KvRequestData &request, const char *message) {
        QTest::newRow(name) << request << QString::fromLatin1(message);
    };
    const QByteArray longest(2046, 'k');
    const QByteArray tooLong(2047, 'k');
    const QByteArray value(131'072, 'v');
    const char *keyMessage = "key is too long (max 2048 bytes)";
    Keys many;
    for (int i = 0; i < 129; ++i)
        many.push_back(QByteArray::number(i));
    const Keys fits(many.begin(), many.begin() + 128);
    row("longest key", wire::KvPutRequest{{longest}, {""}}, "");
    row("key too long", wire::KvPutRequest{{tooLong}, {""}}, keyMessage);
    row("get key too long", wire::KvGetRequest{{tooLong}}, keyMessage);
    row("delete key too long", wire::KvDeleteRequest{{tooLong}}, keyMessage);
    row("largest value", wire::KvPutRequest{{"k"}, {value}}, "");
    row("value too large", wire::KvPutRequest{{"k"}, {value + 'v'}}, "value is too large (max 128 KiB)");
    row("128 entries", wire::KvPutRequest{fits, fits}, "");
    row("129 entries", wire::KvPutRequest{many, many}, "A maximum of 128 key-value entries is allowed");
    row("get 128 keys", wire::KvGetRequest{fits}, "");
    row("get 129 keys", wire::KvGetRequest{many}, "a maximum of 128 keys is allowed");
    row("delete 129 keys", wire::KvDeleteRequest{many}, "a maximum of 128 keys is allowed");
    row("lengths differ", wire::KvPutRequest{{"a", "b"}, {"1"}}, "Keys list length != values list length");
    // 8 entries of key length 1: 8 * 3 + 7 * 131072 + rest = 999424
    Keys values(7, value);
    values.push_back(QByteArray(999'424 - 24 - 7 * 131'072, 'v'));
    const Keys keys(many.begin(), many.begin() + 8);
    row("largest payload", wire::KvPutRequest{keys, values}, "");
    values.back() += 'v';
    row("payload too large", wire::KvPutRequest{keys, values}, "total payload is too large (max 976 KiB)");
    row("prefix too long", wire::KvListRequest{wire::KvListPrefixQuery{tooLong}, {}, {}},
        "prefix key is too long (max 2048 bytes)");
    row("start too long", wire::KvListRequest{wire::KvListRangeQuery{tooLong, "z", false}, {}, {}},
        "start key is too long (max 2048 bytes)");
    row("end too long", wire::KvListRequest{wire::KvListRangeQuery{"a", tooLong, false}, {}, {}},
        "end key is too long (max 2048 bytes)");
    row("delete range end too long", wire::KvDeleteRangeRequest{"a", tooLong}, "end key is too long (max 2048 bytes)");
}

void TestScheduler::kvLimits()
{
    QFETCH(wire::KvRequestData, request);
    QFETCH(QString, message);
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    runner.send(wire::ToServerKvRequest{id, 7, request});
    bench.world.settle();
    QCOMPARE(runner.kvAnswers.size(), std::size_t(1));
    QCOMPARE(runner.kvAnswers[0].requestId, 7u);
    QCOMPARE(std::holds_alternative<wire::KvErrorResponse>(runner.kvAnswers[0].data), !message.isEmpty());
    QCOMPARE(kvError(runner.kvAnswers[0]), message);
}

void TestScheduler::kvAnswersKeepTheOrderOfTheRequests()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    bench.store.hold();
    runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"a"}, {"1"}}});
    runner.send(wire::ToServerKvRequest{QStringLiteral("no id"), 2, wire::KvDropRequest{}}); // refused at once
    runner.send(wire::ToServerKvRequest{id, 3, wire::KvGetRequest{{"a"}}});
    bench.world.settle();
    QVERIFY(runner.kvAnswers.empty());
    bench.store.release();
    bench.world.settle();
    QCOMPARE(runner.kvAnswers.size(), std::size_t(3));
    for (quint32 i = 0; i < 3; ++i)
        QCOMPARE(runner.kvAnswers[i].requestId, i + 1);
    QVERIFY(!kvError(runner.kvAnswers[1]).isEmpty());
    QCOMPARE(std::get<wire::KvGetResponse>(runner.kvAnswers[2].data).values, (std::vector<QByteArray>{"1"}));
}

void TestScheduler::kvAnswerThatIsTooLarge()
{
    Bench bench;
    ScriptedRunner runner;
    bench.connectRunner(runner, "k", 1);
    const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
    const std::vector<QByteArray> values(7, QByteArray(131'072, 'v'));
    quint32 request = 0;
    for (int i = 0; i < 38; ++i) {
        std::vector<QByteArray> keys;
        for (int j = 0; j < 7; ++j)
            keys.push_back(QByteArray::number(i * 7 + j));
        runner.send(wire::ToServerKvRequest{id, request++, wire::KvPutRequest{keys, values}});
    }
    runner.send(wire::ToServerKvRequest{id, request++, wire::KvListRequest{wire::KvListAllQuery{}, {}, {}}});
    runner.send(wire::ToServerKvRequest{id, request++, wire::KvListRequest{wire::KvListAllQuery{}, {}, 3}});
    bench.world.settle();
    QCOMPARE(runner.kvAnswers.size(), std::size_t(request));
    QVERIFY(!kvError(runner.kvAnswers[request - 2]).isEmpty());
    QCOMPARE(std::get<wire::KvListResponse>(runner.kvAnswers[request - 1].data).keys.size(), std::size_t(3));
    QCOMPARE(runner.closes, 0);
}

QTEST_GUILESS_MAIN(TestScheduler)
#include "tst_scheduler.moc"
