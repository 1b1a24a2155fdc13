// SPDX-License-Identifier: Apache-2.0
// Scenario 103 of scheduler.md section 10 as far as this product has several nodes: one engine at a time writes to a
// database. A second one is kept away, and one that has lost the database to another starts nothing any more.
#include "engine/store/postgresstore.h"
#include "tests/scheduler/schedulerbench.h"
#include "tests/support/postgresserver.h"

#include <QCoreApplication>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

/// A scheduler on virtual time over a database on a real server.
struct Node
{
    VirtualWorld world;
    EngineConfig config;
    Random random;
    RecordingSink sink;
    Metrics metrics;
    QObject thread;
    std::unique_ptr<PostgresStore> store;
    std::unique_ptr<Scheduler> scheduler;

    Node(const QString &url, quint64 seed) : random(seed)
    {
        SqlStoreOptions options;
        options.maxAttempts = 3;
        options.firstBackoffMs = 1;
        const PostToEngine post = [this](std::function<void()> work) {
            QMetaObject::invokeMethod(&thread, std::move(work), Qt::QueuedConnection);
        };
        store = std::make_unique<PostgresStore>(*parseDatabaseUrl(url), post, options);
        scheduler = std::make_unique<Scheduler>(CoreContext{config, world.clock, world.timers, random, *store, sink, metrics});
    }
    Status begin()
    {
        const Result<Snapshot> snapshot = store->open();
        if (!snapshot)
            return snapshot.error();
        scheduler->boot(*snapshot);
        settle();
        return okStatus();
    }
    void settle()
    {
        // What comes of an answer may be written in turn.
        for (int round = 0; round < 4; ++round) {
            world.settle();
            store->flush();
            QCoreApplication::sendPostedEvents(&thread);
        }
        world.settle();
    }
    void connect(ScriptedRunner &runner, const QByteArray &key, quint32 slots)
    {
        runner.connectTo(world, *scheduler, key, slots);
        settle();
    }
};

} // namespace

class TestTwoEngines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario103_twoEnginesOnOneDatabase_data()
    {
        QTest::addColumn<bool>("otherStays");
        QTest::newRow("the other engine still writes") << true;
        QTest::newRow("the other engine has ended") << false;
    }

    void scenario103_twoEnginesOnOneDatabase()
    {
        QFETCH(bool, otherStays);
        if (!m_serverRuns)
            m_serverRuns = m_server.start();
        QVERIFY2(m_serverRuns, qPrintable(m_server.error()));
        const QString database = m_server.createDatabase();
        const QString url = m_server.url(database);

        Node first(url, 1);
        QVERIFY(first.begin().ok());
        RunnerConfigRow pool;
        pool.namespaceId = first.scheduler->namespaceByName(u"default"_s)->namespaceId;
        pool.name = u"p"_s;
        pool.body = {{u"normal"_s, QJsonObject()}};
        first.scheduler->putRunnerConfig(pool, {});
        CreateActor request;
        request.namespaceId = pool.namespaceId;
        request.name = u"a"_s;
        request.pool = pool.name;
        request.crashPolicy = CrashPolicy::Restart;
        for (int i = 0; i < 1'000; ++i)
            first.scheduler->createActor(request, {});
        first.settle();
        ScriptedRunner early;
        first.connect(early, "early", 400);
        QCOMPARE(early.commands.size(), std::size_t(400));

        auto second = std::make_unique<Node>(url, 2);
        const Status refused = second->begin();
        QVERIFY(!refused.ok());
        QVERIFY2(refused.error().message.contains(u"in use"_s), qPrintable(refused.error().message));

        // The first loses its session and does not notice yet.
        m_server.run(database, u"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                               " WHERE application_name LIKE 'dormouse%'"_s);
        second = std::make_unique<Node>(url, 3);
        const Status taken = second->begin();
        QVERIFY2(taken.ok(), taken.ok() ? "" : qPrintable(taken.error().message));
        auto later = std::make_unique<ScriptedRunner>();
        second->connect(*later, "later", 700);
        QCOMPARE(later->commands.size(), std::size_t(600));
        std::vector<wire::CommandWrapper> given = early.commands;
        given.insert(given.end(), later->commands.begin(), later->commands.end());
        if (!otherStays) {
            later.reset();
            second.reset();
        }

        // Its queue still holds what the other has given out.
        ScriptedRunner late;
        first.connect(late, "late", 700);
        QVERIFY(late.commands.empty());
        QCOMPARE(first.sink.count("store_failed"_L1), 1);
        std::set<QString> started;
        for (const wire::CommandWrapper &command : given)
            QVERIFY(started.insert(command.checkpoint.actorId).second);
        QCOMPARE(started.size(), std::size_t(1'000));
        QCOMPARE(m_server.run(database, u"SELECT count(*) FROM actors WHERE slot_held = 1"_s), u"1000"_s);
        QCOMPARE(m_server.run(database, u"SELECT count(*) FROM runners WHERE key = 'late'"_s), u"0"_s);
    }

private:
    PostgresServer m_server;
    bool m_serverRuns = false;
};

QTEST_GUILESS_MAIN(TestTwoEngines)
#include "tst_twoengines.moc"
