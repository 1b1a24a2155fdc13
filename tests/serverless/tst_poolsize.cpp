// SPDX-License-Identifier: Apache-2.0
// How many connections a pool has (scheduler.md section 4.2), and its scenarios 87, 88 and 92 to 94.
#include "tests/serverless/poolbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestPoolSize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void desired_data()
    {
        QTest::addColumn<int>("demand");
        QTest::addColumn<int>("slotsPerRunner");
        QTest::addColumn<int>("margin");
        QTest::addColumn<int>("least");
        QTest::addColumn<int>("most");
        QTest::addColumn<int>("override");
        QTest::addColumn<int>("result");
        QTest::newRow("nothing") << 0 << 1 << 0 << 0 << 10 << -1 << 0;
        QTest::newRow("rounded up") << 5 << 2 << 0 << 0 << 10 << -1 << 3;
        QTest::newRow("margin") << 5 << 2 << 1 << 0 << 10 << -1 << 4;
        QTest::newRow("margin alone") << 0 << 2 << 1 << 0 << 10 << -1 << 1;
        QTest::newRow("margin counts before the minimum") << 2 << 2 << 1 << 2 << 10 << -1 << 2;
        QTest::newRow("minimum") << 0 << 1 << 0 << 3 << 10 << -1 << 3;
        QTest::newRow("maximum") << 50 << 2 << 1 << 0 << 10 << -1 << 10;
        QTest::newRow("maximum beats minimum") << 0 << 1 << 0 << 5 << 3 << -1 << 3;
        QTest::newRow("override") << 50 << 2 << 1 << 0 << 10 << 2 << 2;
        QTest::newRow("override above the maximum") << 50 << 2 << 1 << 0 << 10 << 20 << 10;
        QTest::newRow("none allowed") << 50 << 1 << 1 << 1 << 0 << -1 << 0;
    }

    void desired()
    {
        QFETCH(int, demand);
        QFETCH(int, slotsPerRunner);
        QFETCH(int, margin);
        QFETCH(int, least);
        QFETCH(int, most);
        QFETCH(int, override);
        QFETCH(int, result);
        PoolConfig pool;
        pool.slotsPerRunner = slotsPerRunner;
        pool.margin = margin;
        pool.minRunners = least;
        pool.maxRunners = most;
        EngineConfig config;
        if (override >= 0)
            config.poolDesiredMaxOverride = override;
        QCOMPARE(desiredConnections(pool, demand, config), qint64(result));
    }

    void configValues()
    {
        EngineConfig config;
        QVERIFY(!readPoolConfig({{QStringLiteral("normal"), QJsonObject()}}, config));
        const auto read = [&](const QJsonObject &serverless) {
            return *readPoolConfig({{QStringLiteral("serverless"), serverless}}, config);
        };
        const PoolConfig given = read({{QStringLiteral("url"), QStringLiteral("http://a/b//")},
                                       {QStringLiteral("request_lifespan"), 900},
                                       {QStringLiteral("drain_grace_period"), 20}});
        QCOMPARE(given.url, QStringLiteral("http://a/b"));
        QCOMPARE(given.lifespanMs, 900'000);
        QCOMPARE(given.drainGraceMs, 20'000);
        // Clients of the reference give what suits its stop threshold of half an hour; what counts is this engine's.
        const auto effective = [&](int seconds) {
            return read({{QStringLiteral("url"), QStringLiteral("http://a")},
                         {QStringLiteral("request_lifespan"), 3'600},
                         {QStringLiteral("drain_grace_period"), seconds}}).drainGraceMs;
        };
        QCOMPARE(effective(30), 30'000);
        QCOMPARE(effective(31), 30'000);
        config.actorStopThreshold = 1'800'000;
        QCOMPARE(effective(1'800), 1'800'000);
        // Without a grace period of its own the pool takes the engine's, but never more than half of the lifespan.
        QCOMPARE(read({{QStringLiteral("url"), QStringLiteral("http://a")}, {QStringLiteral("request_lifespan"), 900}}).drainGraceMs, 10'000);
        QCOMPARE(read({{QStringLiteral("url"), QStringLiteral("http://a")}, {QStringLiteral("request_lifespan"), 8}}).drainGraceMs, 4'000);
    }

    void scenario087_demandAndMargin()
    {
        PoolBench bench;
        bench.config.adminToken = QStringLiteral("secret");
        bench.set("slots_per_runner", 2);
        bench.set("runners_margin", 1);
        bench.set("headers", QJsonObject{{QStringLiteral("x-own"), QStringLiteral("v")},
                                         {QStringLiteral("X-Rivet-Endpoint"), QStringLiteral("http://wrong")},
                                         {QStringLiteral("bad name"), QStringLiteral("v")}});
        bench.configure();
        bench.pause();
        QCOMPARE(bench.streams.size(), std::size_t(1)); // the margin
        const std::vector<QString> actors = bench.createMany(5);
        bench.pause();
        QCOMPARE(bench.streams.size(), std::size_t(4));
        QCOMPARE(bench.metric("pegboard_serverless_desired_slots"), 5.0);
        QCOMPARE(bench.metric("pegboard_serverless_outbound_req_total"), 4.0);
        QCOMPARE(bench.metric("pegboard_serverless_outbound_req_active"), 4.0);
        for (const auto &stream : bench.streams) {
            QCOMPARE(stream->request.url, QStringLiteral("http://far.example/api/start"));
            QCOMPARE(stream->header("accept"), QByteArray("text/event-stream"));
            QCOMPARE(stream->header("x-rivet-endpoint"), QByteArray("http://engine.example:6420"));
            QCOMPARE(stream->header("x-rivet-total-slots"), QByteArray("2"));
            QCOMPARE(stream->header("x-rivet-runner-name"), QByteArray("p"));
            QCOMPARE(stream->header("x-rivet-namespace-name"), QByteArray("default"));
            QCOMPARE(stream->header("x-rivet-namespace-id"), QByteArray("default"));
            QCOMPARE(stream->header("x-rivet-token"), QByteArray("secret"));
            QCOMPARE(stream->header("x-own"), QByteArray("v"));
            QCOMPARE(stream->request.headers.size(), std::size_t(8)); // neither the twin nor the one that is no header
        }
        for (std::size_t i = 0; i < 4; ++i)
            bench.serve(i);
        for (const QString &id : actors)
            QCOMPARE(bench.state(id), ActorState::Starting);
        for (const QString &id : actors) {
            bench.destroy(id);
            for (const auto &runner : bench.runners) {
                if (runner->starts(id))
                    bench.report(*runner, id, 0, kStoppedOk);
            }
        }
        bench.pause();
        QCOMPARE(bench.metric("pegboard_serverless_desired_slots"), 0.0);
        bench.world.advance(10'000);
        QCOMPARE(bench.open(), 1);
        QCOMPARE(bench.metric("pegboard_serverless_outbound_req_active"), 1.0);
        QCOMPARE(bench.streams.size(), std::size_t(4));
    }

    void scenario088_limits()
    {
        PoolBench bench;
        bench.set("max_runners", 3);
        bench.configure();
        bench.createMany(5);
        bench.pause();
        QCOMPARE(bench.open(), 3);
        bench.config.poolDesiredMaxOverride = 2;
        bench.createMany(1);
        bench.pause();
        QCOMPARE(bench.pool()->desired(), 2);
        bench.world.advance(10'000);
        QCOMPARE(bench.open(), 2);

        PoolBench limited;
        limited.config.poolDesiredMaxOverride = 2;
        limited.set("max_runners", 3);
        limited.configure();
        limited.createMany(5);
        limited.world.advance(60'000);
        QCOMPARE(limited.streams.size(), std::size_t(2));
    }

    void burstIsOneBump()
    {
        PoolBench bench;
        bench.configure();
        bench.pause();
        bench.createMany(4);
        QCOMPARE(bench.streams.size(), std::size_t(0));
        bench.world.advance(ServerlessPool::kDebounceMs + 1);
        QCOMPARE(bench.streams.size(), std::size_t(4));
    }

    void surplusSparesTheBusiest()
    {
        PoolBench bench;
        bench.set("slots_per_runner", 2);
        bench.configure();
        const std::vector<QString> ids = bench.createMany(6);
        bench.pause();
        ScriptedRunner &first = bench.serve(0);
        ScriptedRunner &second = bench.serve(1);
        ScriptedRunner &third = bench.serve(2);
        for (const QString &id : ids) {
            for (ScriptedRunner *runner : {&first, &second, &third}) {
                if (runner->starts(id))
                    bench.report(*runner, id, 0, kRunning);
            }
        }
        const auto stopAll = [&](ScriptedRunner &runner, int count) {
            for (const QString &id : ids) {
                if (count > 0 && runner.starts(id) && bench.row(id).runnerId == runner.runnerId) {
                    bench.destroy(id);
                    bench.report(runner, id, 1, kStoppedOk);
                    --count;
                }
            }
        };
        stopAll(second, 2);
        bench.pause();
        QCOMPARE(bench.runnerState(first), RunnerState::Connected);
        QCOMPARE(bench.runnerState(second), RunnerState::Draining);
        QCOMPARE(bench.runnerState(third), RunnerState::Connected);
        // As many actors on both: the oldest leaves.
        stopAll(third, 1);
        stopAll(first, 1);
        bench.pause();
        QCOMPARE(bench.runnerState(first), RunnerState::Draining);
        QCOMPARE(bench.runnerState(third), RunnerState::Connected);
    }

    void scaleDownWaits()
    {
        PoolBench bench;
        bench.config.serverlessScaleDownDelay = 5'000;
        bench.configure();
        const QString id = bench.create(CrashPolicy::Restart);
        bench.pause();
        QCOMPARE(bench.open(), 1);
        bench.destroy(id);
        bench.pause();
        QVERIFY(bench.pool()->connections().front()->isWanted());
        bench.world.advance(4'000);
        QVERIFY(bench.pool()->connections().front()->isWanted());
        // Demand that comes back starts the wait anew.
        const QString next = bench.create(CrashPolicy::Restart);
        bench.pause();
        bench.destroy(next);
        bench.world.advance(4'900);
        QVERIFY(bench.pool()->connections().front()->isWanted());
        bench.world.advance(200);
        QVERIFY(!bench.pool()->connections().front()->isWanted());
        QCOMPARE(bench.streams.size(), std::size_t(1));
    }

    void scenario092_endpointChanged()
    {
        PoolBench bench;
        bench.configure();
        const QString id = bench.create(CrashPolicy::Restart);
        bench.pause();
        ScriptedRunner &old = bench.serve(0);
        bench.report(old, id, 0, kRunning);
        bench.configure();
        bench.world.advance(5'000);
        QCOMPARE(bench.streams.size(), std::size_t(1)); // nothing new was said
        QCOMPARE(bench.runnerState(old), RunnerState::Connected);
        bench.set("max_runners", 20);
        bench.configure();
        bench.world.advance(5'000);
        QCOMPARE(bench.streams.size(), std::size_t(1));

        bench.set("url", QStringLiteral("http://new.example"));
        bench.configure();
        bench.pause();
        QCOMPARE(bench.streams.size(), std::size_t(2));
        QCOMPARE(bench.streams[1]->request.url, QStringLiteral("http://new.example/start"));
        QCOMPARE(bench.runnerState(old), RunnerState::Draining);
        ScriptedRunner &fresh = bench.serve(1);
        bench.report(old, id, 1, kStoppedOk);
        QCOMPARE(bench.row(id).runnerId, fresh.runnerId);
        bench.world.advance(10'000);
        QVERIFY(!bench.streams[0]->isOpen());

        bench.set("headers", QJsonObject{{QStringLiteral("x-key"), QStringLiteral("2")}});
        bench.configure();
        bench.pause();
        QCOMPARE(bench.streams.size(), std::size_t(3));
        QCOMPARE(bench.streams[2]->header("x-key"), QByteArray("2"));
        QCOMPARE(bench.runnerState(fresh), RunnerState::Draining);
    }

    void scenario093_configDeleted()
    {
        PoolBench bench;
        bench.configure();
        const std::vector<QString> ids = bench.createMany(3);
        bench.pause();
        QCOMPARE(bench.open(), 3);
        ScriptedRunner &runner = bench.serve(0);
        bench.streams[1]->end(); // waits for its next attempt
        bench.forgetConfig();
        QCOMPARE(bench.runnerState(runner), RunnerState::Draining);
        bench.world.advance(10'100);
        QCOMPARE(bench.open(), 0);
        QCOMPARE(bench.runnerState(runner), RunnerState::Stopped);
        QCOMPARE(runner.closeReason.split('#').front(), QByteArray("ws.eviction"));
        QVERIFY(!bench.pool()); // forgotten with its last connection
        QCOMPARE(std::count_if(ids.begin(), ids.end(), [&](const QString &id) { return bench.state(id) == ActorState::Pending; }), 3);
        const std::size_t before = bench.streams.size();
        bench.world.advance(30'000);
        QCOMPARE(bench.streams.size(), before);
        QVERIFY(std::none_of(ids.begin(), ids.end(), [&](const QString &id) { return bench.state(id) == ActorState::Destroyed; }));
    }

    void turnedIntoNormal()
    {
        PoolBench bench;
        bench.configure();
        bench.create(CrashPolicy::Restart);
        bench.pause();
        ScriptedRunner &runner = bench.serve(0);
        bench.configurePool();
        bench.world.advance(10'100);
        QCOMPARE(bench.runnerState(runner), RunnerState::Stopped);
        QVERIFY(!bench.pool());
    }

    void scenario094_demandIsDerived()
    {
        PoolBench bench;
        bench.set("max_runners", 4);
        bench.set("slots_per_runner", 3);
        bench.configure();
        Random dice(94);
        std::vector<QString> ids = bench.createMany(5);
        const auto counted = [&] {
            int demand = 0;
            for (const QString &id : ids) {
                const ActorRow &row = bench.row(id);
                switch (row.state) {
                case ActorState::Pending:
                case ActorState::Starting:
                case ActorState::Running:
                case ActorState::SleepIntent:
                case ActorState::StopIntent:
                case ActorState::GoingAway:
                    ++demand;
                    break;
                case ActorState::Destroying:
                    demand += row.slotHeld ? 1 : 0;
                    break;
                case ActorState::Backoff:
                case ActorState::Sleeping:
                case ActorState::Destroyed:
                    break;
                }
            }
            return demand;
        };
        std::map<QString, qint64> nextIndex; // of the actor's generation
        std::set<int> seen;
        for (int step = 0; step < 1'000; ++step) {
            const QString id = ids[std::size_t(dice.below(ids.size()))];
            const ActorRow &row = bench.row(id);
            ScriptedRunner *host = nullptr;
            for (const auto &runner : bench.runners) {
                if (row.runnerId == runner->runnerId)
                    host = runner.get();
            }
            const QString life = id + QString::number(row.generation);
            switch (dice.below(9)) {
            case 0: ids.push_back(bench.create(CrashPolicy(dice.below(3)))); break;
            case 1: bench.destroy(id); break;
            case 2: bench.wake(id); break;
            case 3:
                if (host)
                    bench.report(*host, id, nextIndex[life]++, kRunning);
                break;
            case 4:
                if (host)
                    bench.report(*host, id, nextIndex[life]++, kSleepIntent);
                break;
            case 5:
                if (host)
                    bench.report(*host, id, nextIndex[life]++, dice.below(2) ? kStoppedOk : kStoppedError);
                break;
            case 6: bench.world.advance(qint64(dice.below(40'000))); break;
            case 7: bench.scheduler->sleepActor(id, {}); break;
            case 8:
                for (const auto &stream : bench.streams) {
                    if (stream->isOpen() && dice.below(2))
                        bench.serve(*stream);
                }
                break;
            }
            bench.world.settle();
            QCOMPARE(bench.scheduler->poolDemand(bench.namespaceId(), QStringLiteral("p")), counted());
            seen.insert(counted());
        }
        QVERIFY(seen.size() > 5);
        for (const QString &id : ids)
            bench.destroy(id);
        bench.world.advance(60'000);
        QCOMPARE(bench.scheduler->poolDemand(bench.namespaceId(), QStringLiteral("p")), 0);
        QCOMPARE(bench.open(), 0);
    }

    void scenario094_pendingDemandEnds_data()
    {
        QTest::addColumn<QString>("how");
        QTest::newRow("pending timeout") << QStringLiteral("timeout");
        QTest::newRow("destroy") << QStringLiteral("destroy");
        QTest::newRow("sleep") << QStringLiteral("sleep");
    }

    void scenario094_pendingDemandEnds()
    {
        QFETCH(QString, how);
        PoolBench bench;
        bench.configure();
        const QString id = bench.create(CrashPolicy::Sleep);
        bench.pause();
        QCOMPARE(bench.open(), 1);
        ScriptedRunner &runner = bench.serve(0);
        bench.report(runner, id, 0, kRunning);
        bench.putToSleep(runner, id, 1);
        bench.world.advance(20'000); // the connection has gone with the demand
        QCOMPARE(bench.open(), 0);
        bench.wake(id);
        bench.pause();
        QCOMPARE(bench.open(), 1);
        QCOMPARE(bench.state(id), ActorState::Pending);
        if (how == u"timeout")
            bench.world.advance(60'000);
        else if (how == u"destroy")
            bench.destroy(id);
        else
            bench.scheduler->sleepActor(id, {});
        bench.world.settle();
        QVERIFY(bench.state(id) != ActorState::Pending);
        QCOMPARE(bench.scheduler->poolDemand(bench.namespaceId(), QStringLiteral("p")), 0);
        bench.world.advance(10'100);
        QCOMPARE(bench.open(), 0);
    }

    void demandSurvivesARestart()
    {
        PoolBench bench;
        bench.configure();
        bench.createMany(3);
        bench.pause();
        QCOMPARE(bench.open(), 3);
        bench.scheduler->setPools(nullptr);
        bench.pools.reset();
        QCOMPARE(bench.open(), 0);
        bench.restart(1'000);
        bench.startPools();
        bench.pause();
        QCOMPARE(bench.open(), 3);
    }

    void nothingAfterShutdown()
    {
        PoolBench bench;
        bench.configure();
        bench.createMany(2);
        bench.pause();
        bench.serve(0);
        bench.pools->shutdown();
        QCOMPARE(bench.open(), 0);
        bench.createMany(1);
        bench.configure();
        bench.world.advance(120'000);
        QCOMPARE(bench.streams.size(), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestPoolSize)
#include "tst_poolsize.moc"
