// SPDX-License-Identifier: Apache-2.0
// Scenarios 1 to 7 and 95 to 96 of scheduler.md section 10: creation, keys, destruction.
#include "engine/store/sqlitestore.h"
#include "tests/scheduler/schedulerbench.h"

#include <QTemporaryDir>

using namespace dormouse;
using namespace dormouse::test;

namespace {

class LinkWatcher final : public GatewayEvents
{
public:
    void actorReady(const QString &) override {}
    void actorStopped(const QString &) override {}
    void actorPendingTimeout(const QString &) override {}
    void actorDestroyStarted(const QString &) override {}
    void actorDestroyed(const QString &) override {}
    void linkDown(const QString &runnerId) override { down.append(runnerId); }
    void linkBack(const QString &) override {}
    void linkDrained(const QString &) override {}
    void linkConfirmed(const QString &) override {}
    void tunnelMessage(const QString &, const wire::ToServerTunnelMessage &) override {}
    std::vector<wire::HibernatingRequest> hibernatingForStart(const QString &, quint32) override { return {}; }
    QStringList down;
};

} // namespace

class TestScenariosCreate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario001_createOnAFreeRunner()
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

    void scenario002_keyInUse()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString first = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
        QVERIFY(!first.isEmpty());
        QVERIFY(bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
        QCOMPARE(bench.lastError, QByteArray("actor.duplicate_key"));
        QCOMPARE(bench.scheduler->actorIds().size(), std::size_t(1));
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
        QCOMPARE(bench.scheduler->actorByKey(bench.namespaceId(), QStringLiteral("a"), QStringLiteral("key"))->actorId,
                 first);
    }

    void nothingIsConfirmedAfterTheStoreGaveUp()
    {
        Bench bench;
        CreateActor request;
        request.namespaceId = bench.namespaceId();
        request.name = QStringLiteral("a");
        request.pool = QStringLiteral("p");
        request.key = QStringLiteral("key");
        bench.configurePool();
        bench.store.failNext(1);
        QVERIFY(bench.create(CrashPolicy::Sleep, request.key).isEmpty());
        // In memory the actor is there; the store has never heard of it.
        std::optional<bool> confirmed;
        bench.scheduler->getOrCreateActor(request, [&](const auto &answer) { confirmed = answer.ok(); });
        bench.world.settle();
        QCOMPARE(confirmed, std::optional(false));
        // Nor is anything written that rests on what was lost.
        request.key = QStringLiteral("other");
        bench.scheduler->createActor(request, [&](const auto &answer) { confirmed = answer.ok(); });
        bench.world.settle();
        QCOMPARE(confirmed, std::optional(false));
        QVERIFY(bench.store.open()->actors.empty());
    }

    /// What is true without the store is told all the same: clients of a link that is gone must not wait for it.
    void lostLinksAreToldAfterTheStoreGaveUp()
    {
        Bench bench;
        LinkWatcher gateway;
        bench.scheduler->setGateway(&gateway);
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        bench.store.failNext(1);
        QVERIFY(bench.create(CrashPolicy::Sleep).isEmpty());
        QVERIFY(gateway.down.isEmpty());
        runner.link->cut();
        bench.world.settle();
        QCOMPARE(gateway.down, QStringList{runner.runnerId});
        QVERIFY(!bench.scheduler->linkUp(runner.runnerId));
        bench.scheduler->setGateway(nullptr);
    }

    void scenario003_R40_keyIsFreeWhileDestroying()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 3);
        const QString first = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
        bench.report(runner, first, 0, kRunning);
        bench.destroy(first);
        QCOMPARE(bench.state(first), ActorState::Destroying);
        const QString second = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
        QVERIFY(!second.isEmpty());
        QVERIFY(second != first);
        bench.report(runner, first, 1, kStoppedOk);
        QCOMPARE(bench.state(first), ActorState::Destroyed);
        // The end of the first must not free the key of the second.
        QVERIFY(bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
        bench.report(runner, second, 0, kStoppedOk);
        QVERIFY(!bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
    }

    void scenario095_destroyDropsData()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        const wire::ToServerKvRequest put{id, 1, wire::KvPutRequest{{"key"}, {"value"}}};
        runner.send(put);
        HibernatingRow hibernating;
        hibernating.actorId = id;
        hibernating.lastPingTs = bench.now();
        bench.store.submit({PutHibernating{hibernating}}, [](const Status &) {});
        const auto entries = [&] {
            std::size_t count = 99;
            bench.store.kv(id, KvList{}, [&](const KvResult &result) { count = result.ok() ? result->size() : 98; });
            bench.world.settle();
            return count;
        };
        bench.world.settle();
        QCOMPARE(entries(), std::size_t(1));
        QCOMPARE(bench.store.open()->hibernating.size(), std::size_t(1));

        bench.destroy(id);
        QCOMPARE(bench.state(id), ActorState::Destroying);
        QCOMPARE(bench.row(id).destroyTs, bench.now());
        QVERIFY(!bench.row(id).connectableTs);
        QCOMPARE(entries(), std::size_t(0));
        QVERIFY(bench.store.open()->hibernating.empty());
        QVERIFY(bench.scheduler->actorsByName(bench.namespaceId(), QStringLiteral("a"), false, {}, 10).empty());
        QCOMPARE(bench.scheduler->actorsByName(bench.namespaceId(), QStringLiteral("a"), true, {}, 10).size(),
                 std::size_t(1));

        runner.send(put);
        bench.world.settle();
        const auto *error = std::get_if<wire::KvErrorResponse>(&runner.kvAnswers.back().data);
        QVERIFY(error);
        QCOMPARE(error->message, QStringLiteral("given actor does not belong to runner"));
        QCOMPARE(entries(), std::size_t(0));
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
        bench.report(runner, id, 1, kStoppedOk);
        QCOMPARE(bench.state(id), ActorState::Destroyed);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
    }

    void scenario004_oneOfTwoCreatesWins()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2'000);
        for (int i = 0; i < 1'000; ++i) {
            const CreateActor request = bench.request(CrashPolicy::Destroy, QStringLiteral("key%1").arg(i));
            std::vector<QString> ids;
            std::vector<QByteArray> errors;
            for (int j = 0; j < 2; ++j)
                bench.scheduler->createActor(request, [&](const Result<ActorRow> &row) {
                    if (row.ok())
                        ids.push_back(row->actorId);
                    else
                        errors.push_back(row.error().fullCode());
                });
            bench.world.settle();
            QCOMPARE(ids.size(), std::size_t(1));
            QCOMPARE(errors, (std::vector<QByteArray>{"actor.duplicate_key"}));
        }
        QCOMPARE(bench.scheduler->actorIds().size(), std::size_t(1'000));
        QCOMPARE(bench.store.open()->actors.size(), std::size_t(1'000));
    }

    void scenario004_oneOfTwoCreatesWinsOnDisk()
    {
        // Every 25th pair waits for its commit, the others race into the same ones.
        QTemporaryDir folder;
        QObject engine;
        const PostToEngine post = [&engine](std::function<void()> call) {
            QMetaObject::invokeMethod(&engine, std::move(call), Qt::QueuedConnection);
        };
        const QString path = folder.filePath(QStringLiteral("db"));
        auto file = std::make_unique<SqliteStore>(path, post);
        SqliteStore &store = *file;
        EngineConfig config;
        VirtualWorld world;
        Random random(1);
        RecordingSink sink;
        Metrics metrics;
        const Result<Snapshot> snapshot = store.open();
        QVERIFY(snapshot.ok());
        int made = 0;
        int refused = 0;
        {
            Scheduler scheduler(CoreContext{config, world.clock, world.timers, random, store, sink, metrics});
            scheduler.boot(*snapshot);
            CreateActor request;
            request.namespaceId = scheduler.namespaceByName(QStringLiteral("default"))->namespaceId;
            request.name = QStringLiteral("a");
            request.pool = QStringLiteral("p");
            RunnerConfigRow pool;
            pool.namespaceId = request.namespaceId;
            pool.name = request.pool;
            pool.body = {{QStringLiteral("normal"), QJsonObject()}};
            scheduler.putRunnerConfig(pool, {});
            const auto count = [&](const Result<ActorRow> &row) { ++(row.ok() ? made : refused); };
            for (int i = 0; i < 1'000; ++i) {
                request.key = QStringLiteral("key%1").arg(i);
                scheduler.createActor(request, count);
                scheduler.createActor(request, count);
                if (i % 25 == 24)
                    QTRY_COMPARE(made + refused, 2 * (i + 1));
            }
        }
        QCOMPARE(made, 1'000);
        QCOMPARE(refused, 1'000);
        file = nullptr;
        SqliteStore reopened(path, post);
        QCOMPARE(reopened.open()->actors.size(), std::size_t(1'000));
    }

    void scenario005_sameKeyElsewhere()
    {
        Bench bench;
        bench.configurePool();
        CreateActor request = bench.request(CrashPolicy::Destroy, QStringLiteral("key"));
        QVERIFY(!bench.create(request).isEmpty());
        request.name = QStringLiteral("b");
        QVERIFY(!bench.create(request).isEmpty());
        QString other;
        bench.scheduler->createNamespace(QStringLiteral("other"), QStringLiteral("Other"),
                                         [&](const Result<NamespaceRow> &row) { other = row->namespaceId; });
        bench.world.settle();
        RunnerConfigRow pool = *bench.scheduler->runnerConfig(bench.namespaceId(), QStringLiteral("p"));
        pool.namespaceId = other;
        bench.scheduler->putRunnerConfig(pool, {});
        request.namespaceId = other;
        QVERIFY(!bench.create(request).isEmpty());
        QVERIFY(bench.create(request).isEmpty()); // and there it is taken now
        QCOMPARE(bench.lastError, QByteArray("actor.duplicate_key"));
    }

    void scenario006_limitsOfKeyAndInput_data()
    {
        QTest::addColumn<int>("keyBytes");
        QTest::addColumn<int>("inputBytes");
        QTest::addColumn<QByteArray>("error");
        QTest::newRow("empty key") << 0 << 0 << QByteArray("actor.empty_key");
        QTest::newRow("longest key") << 1'024 << 0 << QByteArray();
        QTest::newRow("key too long") << 1'025 << 0 << QByteArray("actor.key_too_large");
        QTest::newRow("largest input") << 1 << 4 * 1024 * 1024 << QByteArray();
        QTest::newRow("input too large") << 1 << 4 * 1024 * 1024 + 1 << QByteArray("actor.input_too_large");
        QTest::newRow("input is looked at first") << 0 << 4 * 1024 * 1024 + 1 << QByteArray("actor.input_too_large");
    }

    void scenario006_limitsOfKeyAndInput()
    {
        QFETCH(int, keyBytes);
        QFETCH(int, inputBytes);
        QFETCH(QByteArray, error);
        Bench bench;
        bench.configurePool();
        CreateActor request = bench.request(CrashPolicy::Destroy, QString(keyBytes, u'k'));
        request.input = QString(inputBytes, u'A');
        QCOMPARE(bench.create(request).isEmpty(), !error.isEmpty());
        QCOMPARE(bench.lastError, error);
        QCOMPARE(bench.scheduler->actorIds().empty(), !error.isEmpty());
    }

    void scenario006_keyLengthCountsBytes()
    {
        Bench bench;
        bench.configurePool();
        QVERIFY(!bench.create(CrashPolicy::Destroy, QString(512, QChar(0xe9))).isEmpty());
        QVERIFY(bench.create(CrashPolicy::Destroy, QString(513, QChar(0xe9))).isEmpty());
        QCOMPARE(bench.lastError, QByteArray("actor.key_too_large"));
    }

    void scenario007_poolWithoutConfig()
    {
        Bench bench;
        QVERIFY(bench.create(CrashPolicy::Destroy).isEmpty());
        QCOMPARE(bench.lastError, QByteArray("actor.no_runner_config_configured"));
        {
            ScriptedRunner runner;
            bench.connectRunner(runner, "k", 1);
            runner.close("pegboard.runner_shutdown");
            bench.world.settle();
            QCOMPARE(bench.scheduler->runner(runner.runnerId)->state, RunnerState::Stopped);
        }
        const QString id = bench.create(CrashPolicy::Destroy);
        QCOMPARE(bench.state(id), ActorState::Pending);
    }

    void scenario096_destroyTwiceAndUnknown()
    {
        Bench bench;
        bench.configurePool();
        const QString id = bench.create(CrashPolicy::Destroy);
        QCOMPARE(bench.destroy(id), QByteArray());
        const std::optional<qint64> destroyTs = bench.row(id).destroyTs;
        bench.world.advance(1'000);
        QCOMPARE(bench.destroy(id), QByteArray());
        QCOMPARE(bench.row(id).destroyTs, destroyTs);
        QCOMPARE(bench.destroy(makeId(bench.random)), QByteArray("actor.not_found"));
    }
};

QTEST_GUILESS_MAIN(TestScenariosCreate)
#include "tst_scenarioscreate.moc"
