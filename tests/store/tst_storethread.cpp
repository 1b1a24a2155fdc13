// SPDX-License-Identifier: Apache-2.0
// What the storage thread promises the engine (performance-notes.md section 7.2): it commits in groups of bounded size,
// with the settings measured there, and nobody waits for it.
#include "engine/store/sqldialect_p.h"
#include "tests/store/storebench.h"

#include <QElapsedTimer>
#include <QSqlDatabase>
#include <QSqlQuery>

#include <atomic>

using namespace dormouse;
using namespace dormouse::test;

namespace {

/// Counts the commits: each posts once.
struct CountingBench : Bench
{
    PostToEngine post()
    {
        return [this](std::function<void()> work) {
            ++posts;
            QMetaObject::invokeMethod(&engine, work, Qt::QueuedConnection);
        };
    }
    std::atomic<int> posts = 0;
};

} // namespace

class TestStoreThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatQueuedIsOneGroup()
    {
        CountingBench bench;
        SqlStoreOptions options;
        options.busyTimeoutMs = 60'000;
        bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
        QVERIFY(bench.file->open().ok());
        auto blocker = std::make_unique<Blocker>(bench.path());
        QVERIFY(blocker->ok);
        int answers = 0;
        for (int i = 0; i < 2500; ++i)
            bench.store().submit({PutHibernating{{{1}, {quint32(i)}, u"a"_s, 1}}}, [&](const Status &s) { answers += s.ok(); });
        blocker.reset();
        bench.store().flush();
        QTRY_COMPARE(answers, 2500);
        // What the thread found when it woke, then a thousand at once.
        QVERIFY2(bench.posts >= 3 && bench.posts <= 4, qPrintable(QString::number(bench.posts)));
    }

    void groupsAreBounded()
    {
        CountingBench bench;
        SqlStoreOptions options;
        options.busyTimeoutMs = 1;
        options.maxAttempts = 1'000'000;
        options.firstBackoffMs = 1;
        bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
        QVERIFY(bench.file->open().ok());
        auto blocker = std::make_unique<Blocker>(bench.path());
        QVERIFY(blocker->ok);
        int answers = 0;
        bench.store().submit({PutHibernating{{{9}, {9}, u"a"_s, 1}}}, [&](const Status &s) { answers += s.ok(); });
        // 3 000 writes in batches of 600: one fits beside another, a third would be too many.
        for (int i = 0; i < 5; ++i) {
            Batch batch;
            for (int k = 0; k < 600; ++k)
                batch.push_back(PutHibernating{{{quint32(i)}, {quint32(k)}, u"a"_s, 1}});
            bench.store().submit(std::move(batch), [&](const Status &s) { answers += s.ok(); });
        }
        blocker.reset();
        bench.store().flush();
        QTRY_COMPARE(answers, 6);
        QVERIFY2(bench.posts >= 5, qPrintable(QString::number(bench.posts)));
    }

    void neverWaitsForTheDisk()
    {
        // Every call comes back while somebody else holds the lock for longer than this test waits for anything.
        CountingBench bench;
        SqlStoreOptions options;
        options.busyTimeoutMs = 60'000;
        bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
        QVERIFY(bench.file->open().ok());
        auto blocker = std::make_unique<Blocker>(bench.path());
        QVERIFY(blocker->ok);
        int answers = 0;
        QElapsedTimer elapsed;
        elapsed.start();
        for (int i = 0; i < 100; ++i) {
            bench.store().submit({PutHibernating{{{1}, {quint32(i)}, u"a"_s, 1}}}, [&](const Status &) { ++answers; });
            bench.store().kv(u"a"_s, KvGet{{"k"}}, [&](const KvResult &) { ++answers; });
            bench.store().setMeta(u"m"_s, u"v"_s);
            QCOMPARE(bench.store().queueLength(), 3 * (i + 1));
            QVERIFY(bench.store().lastCommitUs() >= 0);
        }
        QVERIFY(elapsed.elapsed() < 30'000);
        QCOMPARE(answers, 0);
        blocker.reset();
        QTRY_COMPARE_WITH_TIMEOUT(answers, 200, 30'000);
        QCOMPARE(bench.store().queueLength(), 0);
    }

    void sqliteSettings()
    {
        QTemporaryDir folder;
        const std::unique_ptr<SqlDialect> dialect = makeSqliteDialect(folder.filePath(u"settings.db"_s), 1'234);
        {
            QSqlDatabase db = QSqlDatabase::addDatabase(dialect->driver(), u"settings"_s);
            dialect->configure(db);
            QVERIFY(db.open());
            dialect->greet(db, false);
            dialect->tune(db);
            const auto pragma = [&](const QString &name) {
                QSqlQuery query(db);
                return query.exec(u"PRAGMA "_s % name) && query.next() ? query.value(0).toString() : u"?"_s;
            };
            QCOMPARE(pragma(u"journal_mode"_s), u"wal"_s);
            QCOMPARE(pragma(u"synchronous"_s), u"1"_s); // NORMAL
            QCOMPARE(pragma(u"cache_size"_s), u"-65536"_s);
            QCOMPARE(pragma(u"wal_autocheckpoint"_s), u"4000"_s);
            QCOMPARE(pragma(u"temp_store"_s), u"2"_s); // MEMORY
            QCOMPARE(pragma(u"busy_timeout"_s), u"1234"_s);
        }
        QSqlDatabase::removeDatabase(u"settings"_s);
    }

};

QTEST_GUILESS_MAIN(TestStoreThread)
#include "tst_storethread.moc"
