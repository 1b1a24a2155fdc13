// SPDX-License-Identifier: Apache-2.0
// Scenarios 57 to 64 and 74 to 80 of scheduler.md section 10: drain, versions, handshakes, choice of a runner.
#include "engine/scheduler/allocation.h"
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

    void scenario060_R12_R13_R15_intentBeatsDrain_data()
    {
        QTest::addColumn<bool>("sleep");
        QTest::addColumn<bool>("intentFirst");
        QTest::newRow("sleep, then drain") << true << true;
        QTest::newRow("drain, then sleep") << true << false;
        QTest::newRow("stop, then drain") << false << true;
        QTest::newRow("drain, then stop") << false << false;
    }

    void scenario060_R12_R13_R15_intentBeatsDrain()
    {
        QFETCH(bool, sleep);
        QFETCH(bool, intentFirst);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        ScriptedRunner other;
        bench.connectRunner(other, "other", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        ScriptedRunner &holder = bench.row(id).runnerId == runner.runnerId ? runner : other;
        bench.report(holder, id, 0, kRunning);
        const wire::Event intent = wire::EventActorIntent{sleep ? wire::ActorIntent::Sleep : wire::ActorIntent::Stop};
        if (intentFirst)
            bench.report(holder, id, 1, intent);
        holder.send(wire::ToServerStopping{});
        bench.world.settle();
        if (!intentFirst)
            bench.report(holder, id, 1, intent);
        QCOMPARE(holder.stops(id), 1);
        QCOMPARE(bench.state(id), sleep ? ActorState::SleepIntent : ActorState::StopIntent);
        bench.report(holder, id, 2, kStoppedOk);
        QCOMPARE(bench.state(id), sleep ? ActorState::Sleeping : ActorState::Destroyed);
    }

    void scenario061_R35_assignmentFirstThenDrain()
    {
        Bench bench;
        bench.configurePool();
        const QString id = bench.create(CrashPolicy::Restart);
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 1);
        runner.send(wire::ToServerStopping{}); // behind the init, before the Start can be on its way
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::GoingAway);
        QCOMPARE(runner.commands.size(), std::size_t(2));
        QCOMPARE(runner.commands[0].checkpoint, (wire::ActorCheckpoint{id, 0, 0}));
        QCOMPARE(runner.commands[1].checkpoint, (wire::ActorCheckpoint{id, 0, 1}));
        QVERIFY(std::holds_alternative<wire::CommandStartActor>(runner.commands[0].inner));
        QVERIFY(!runner.lastIsStart());
    }

    void scenario061_R36_drainFirst()
    {
        Bench bench;
        bench.configurePool();
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        runner.send(wire::ToServerStopping{});
        QString id;
        bench.store.hold();
        bench.world.settle();
        bench.scheduler->createActor(bench.request(CrashPolicy::Restart),
                                     [&](const Result<ActorRow> &row) { id = row->actorId; });
        bench.store.release();
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::Pending);
        ScriptedRunner other;
        bench.connectRunner(other, "other", 1);
        QCOMPARE(other.starts(id), 1);
        QVERIFY(runner.commands.empty());
    }

    void scenario062_versionUpgradeDrains_data()
    {
        QTest::addColumn<bool>("flag");
        QTest::newRow("on") << true;
        QTest::newRow("off") << false;
    }

    void scenario062_versionUpgradeDrains()
    {
        QFETCH(bool, flag);
        Bench bench;
        bench.configurePool({{QStringLiteral("normal"), QJsonObject()},
                             {QStringLiteral("drain_on_version_upgrade"), flag}});
        ScriptedRunner r1;
        ScriptedRunner r3;
        ScriptedRunner r2;
        bench.connectRunner(r1, "r1", 1, 1);
        bench.connectRunner(r3, "r3", 1, 2);
        bench.connectRunner(r2, "r2", 1, 2);
        const auto state = [&](const ScriptedRunner &runner) {
            return bench.scheduler->runner(runner.runnerId)->state;
        };
        QCOMPARE(state(r1), flag ? RunnerState::Draining : RunnerState::Connected);
        QCOMPARE(state(r3), RunnerState::Connected);
        QCOMPARE(state(r2), RunnerState::Connected);
    }

    void scenario062_upgradeDrainKeepsTheRetryCount()
    {
        Bench bench;
        bench.configurePool({{QStringLiteral("normal"), QJsonObject()},
                             {QStringLiteral("drain_on_version_upgrade"), true}});
        ScriptedRunner older;
        bench.connectRunner(older, "older", 1, 1);
        const QString id = bench.create(CrashPolicy::Restart);
        bench.report(older, id, 0, kStoppedError);
        bench.report(older, id, 0, kStoppedError);
        bench.world.advance(2'000);
        bench.report(older, id, 0, kRunning);
        const int retries = bench.row(id).retryCount;
        QCOMPARE(retries, 1);
        ScriptedRunner newer;
        bench.connectRunner(newer, "newer", 1, 2);
        QCOMPARE(bench.state(id), ActorState::GoingAway);
        QCOMPARE(bench.row(id).retryCount, retries);
    }

    void scenario063_olderVersionIsNotUsed()
    {
        Bench bench;
        ScriptedRunner older;
        ScriptedRunner newer;
        bench.connectRunner(older, "older", 5, 1);
        bench.connectRunner(newer, "newer", 1, 2);
        const QString first = bench.create(CrashPolicy::Restart);
        QCOMPARE(bench.row(first).runnerId, newer.runnerId);
        const QString second = bench.create(CrashPolicy::Restart);
        QCOMPARE(bench.state(second), ActorState::Pending);
        // Also while the newer one is silent; only when it is gone the older one serves again.
        newer.link->freeze();
        bench.world.advance(14'000);
        QCOMPARE(bench.state(second), ActorState::Pending);
        newer.link->cut();
        bench.world.settle();
        QCOMPARE(bench.row(second).runnerId, older.runnerId);
    }

    void scenario074_closeOfAnOldSocketComesLate()
    {
        Bench bench;
        ScriptedRunner older;
        bench.connectRunner(older, "k", 1);
        const std::shared_ptr<SimulatedLink> oldLink = older.link;
        oldLink->freeze(); // its end is not heard
        ScriptedRunner newer;
        bench.connectRunner(newer, "k", 1);
        bench.world.advance(2'500);
        QCOMPARE(newer.runnerId, bench.scheduler->runners().front().runnerId);
        QVERIFY(bench.scheduler->describeRunner(newer.runnerId).eligible.value());
        oldLink->cut();
        bench.world.advance(20'000);
        QVERIFY(bench.scheduler->describeRunner(newer.runnerId).eligible.value());
        const QString id = bench.create(CrashPolicy::Destroy);
        QCOMPARE(newer.starts(id), 1);
    }

    void scenario074_parkedSocketCloses()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const std::shared_ptr<SimulatedLink> oldLink = runner.link;
        bench.connectRunner(runner, "k", 1);
        bench.world.advance(2'500);
        QCOMPARE(bench.scheduler->describeRunner(runner.runnerId).parkedSockets, 1);
        oldLink->cut();
        bench.world.advance(20'000);
        QCOMPARE(bench.scheduler->describeRunner(runner.runnerId).parkedSockets, 0);
        QVERIFY(bench.scheduler->describeRunner(runner.runnerId).eligible.value());
        QCOMPARE(bench.scheduler->runner(runner.runnerId)->state, RunnerState::Connected);
    }

    void scenario075_silentSocket()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 5);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        runner.answersPings = false;
        bench.world.advance(10'000);
        QCOMPARE(bench.state(bench.create(CrashPolicy::Destroy)), ActorState::Starting);
        bench.world.advance(1);
        QCOMPARE(bench.state(bench.create(CrashPolicy::Destroy)), ActorState::Pending);
        QCOMPARE(bench.scheduler->describeRunner(runner.runnerId).ineligibleReason, QStringLiteral("silent"));
        bench.world.advance(4'998);
        QCOMPARE(runner.closes, 0);
        bench.world.advance(2);
        QCOMPARE(runner.closes, 1);
        QCOMPARE(bench.scheduler->runner(runner.runnerId)->state, RunnerState::Grace);
        bench.world.advance(15'998);
        QCOMPARE(bench.state(id), ActorState::Running);
        bench.world.advance(2);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(bench.scheduler->runner(runner.runnerId)->expiredTs);
    }

    void scenario076_backFromSilence()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        runner.answersPings = false;
        bench.world.advance(11'000);
        const QString id = bench.create(CrashPolicy::Restart);
        QCOMPARE(bench.state(id), ActorState::Pending);
        runner.send(wire::ToServerPong{bench.now()});
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::Starting);
    }

    void scenario078_prepopulatedNames()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.initExtra.prepopulateActorNames = {{QStringLiteral("good"), QStringLiteral("{\"a\":1}")},
                                                  {QStringLiteral("bad"), QStringLiteral("{\"a\":")},
                                                  {QStringLiteral("list"), QStringLiteral("[1]")}};
        bench.connectRunner(runner, "k", 1);
        std::map<QString, QByteArray> names;
        for (const NameRow &row : bench.scheduler->actorNames(bench.namespaceId()))
            names[row.name] = row.metadataJson;
        QCOMPARE(names, (std::map<QString, QByteArray>{{QStringLiteral("good"), "{\"a\":1}"},
                                                       {QStringLiteral("bad"), "{}"},
                                                       {QStringLiteral("list"), "{}"}}));
    }

    void scenario079_nearlyFullRunnerIsUsed()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 100'000);
        // 99 950 actors would take long to make; the choice sees only the numbers.
        const QString id = QStringLiteral("r");
        const auto fits = [&](quint32 used) {
            const std::vector<AllocationCandidate> pool{{&id, true, 1, 0, 0, 100'000, used}};
            return pickRunner(pool, bench.config, bench.random).has_value();
        };
        QVERIFY(fits(99'950));
        QVERIFY(fits(99'999));
        QVERIFY(!fits(100'000));
        QCOMPARE(freeShare(4'294'967'295u, 0), quint64(1'000));
    }

    void scenario080_choiceIsWeighted()
    {
        const EngineConfig config;
        Random random(7);
        const QString a = QStringLiteral("a");
        const QString b = QStringLiteral("b");
        const std::vector<AllocationCandidate> pool{{&a, true, 1, 0, 0, 100, 10}, {&b, true, 1, 0, 0, 100, 90}};
        int first = 0;
        for (int i = 0; i < 10'000; ++i)
            first += *pickRunner(pool, config, random) == 0 ? 1 : 0;
        QVERIFY2(first >= 8'800 && first <= 9'200, qPrintable(QString::number(first)));
    }
};

QTEST_GUILESS_MAIN(TestScenariosRunners)
#include "tst_scenariosrunners.moc"
