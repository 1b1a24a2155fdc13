// SPDX-License-Identifier: Apache-2.0
// Scenarios 57 to 64 and 74 to 80 of scheduler.md section 10: drain, versions, handshakes, choice of a runner.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosRunners : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario057_058_stoppingRunnerHandsOver_data()
    {
        QTest::addColumn<int>("policy");
        QTest::addColumn<int>("outcome");
        QTest::newRow("restart") << int(CrashPolicy::Restart) << int(ActorState::Starting);
        QTest::newRow("sleep, scenario 58") << int(CrashPolicy::Sleep) << int(ActorState::Sleeping);
        QTest::newRow("destroy, scenario 58") << int(CrashPolicy::Destroy) << int(ActorState::Destroyed);
    }

    void scenario057_058_stoppingRunnerHandsOver()
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

    void scenario059_drainDeadline()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        runner.send(wire::ToServerStopping{});
        bench.world.advance(29'999);
        QCOMPARE(bench.state(id), ActorState::GoingAway);
        QCOMPARE(runner.closes, 0);
        bench.world.advance(1);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(bench.row(id).errorJson.startsWith("{\"runner_draining_timeout\""));
        QCOMPARE(bench.scheduler->runner(runner.runnerId)->state, RunnerState::Stopped);
        QCOMPARE(runner.closeReason, QByteArray("ws.eviction#ray"));
    }

    void scenario077_refusedHandshakes_data()
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
        QTest::newRow("no key") << QByteArray("protocol_version=7&namespace=default") << QByteArray() << true
                                << qint64(0) << QByteArray("ws.invalid_url");
        QTest::newRow("bad version") << QByteArray("protocol_version=x&namespace=default&runner_key=k") << QByteArray()
                                     << true << qint64(0) << QByteArray("ws.invalid_url");
    }

    void scenario077_refusedHandshakes()
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
};

QTEST_GUILESS_MAIN(TestScenariosRunners)
#include "tst_scenariosrunners.moc"
