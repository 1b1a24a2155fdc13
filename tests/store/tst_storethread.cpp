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

    void whatATurnGivesIsOneCommit()
    {
        CountingBench bench;
        bool inTurn = true;
        SqlStoreOptions options;
        options.moreFollows = [&inTurn] { return inTurn; };
        bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
        QVERIFY(bench.file->open().ok());
        QStringList answers;
        const auto note = [&answers](const QString &text) { return [&answers, text](const auto &r) { answers.append(r.ok() ? text : u"failed"_s); }; };
        const auto give = [&](int number) {
            bench.store().submit({PutHibernating{{{1}, {quint32(number)}, u"a"_s, 1}}}, note(QString::number(number)));
        };
        give(1);
        bench.store().kv(u"a"_s, KvPut{{{"k", "v", "1", 1}}}, note(u"put"_s));
        bench.store().setMeta(u"m"_s, u"v"_s);
        give(2);
        QCOMPARE(bench.store().queueLength(), 4);
        QCOMPARE(bench.store().counts().commits, 0U);
        bench.file->handOver();
        QTRY_COMPARE(answers, (QStringList{u"1"_s, u"put"_s, u"2"_s}));
        QCOMPARE(bench.posts, 1);
        QCOMPARE(bench.store().counts().commits, 1U);
        QCOMPARE(bench.store().counts().writes, 4U);
        bench.file->handOver(); // nothing new
        // Outside of a turn nobody would hand it over; what was held back goes first.
        give(3);
        inTurn = false;
        give(4);
        QTRY_COMPARE(answers.mid(3), (QStringList{u"3"_s, u"4"_s}));
        // A long turn does not keep the storage thread waiting.
        inTurn = true;
        for (int i = 0; i < 70; ++i)
            give(100 + i);
        QTRY_VERIFY(answers.size() >= 69);
        QVERIFY(answers.size() < 75);
        bench.store().flush();
        QTRY_COMPARE(answers.size(), 75);
        QCOMPARE(bench.store().counts().refused, 0U);
        // The end of the store is the end of a turn.
        give(1000);
        bench.sqlite = true;
        bench.file.reset();
        QCOMPARE(bench.open()->hibernating.size(), 75U);
    }

    void answersAreBounded()
    {
        // Answers of 20 KB each with room for half of one: each comes by itself, and no more than one waits.
        Bench bench;
        std::atomic<int> posts = 0;
        int handled = 0;
        int mostAtOnce = 0;
        int mostWaiting = 0;
        int answers = 0;
        const auto post = [&](std::function<void()> work) {
            ++posts;
            QMetaObject::invokeMethod(
                &bench.engine,
                [&, work = std::move(work)] {
                    mostWaiting = std::max(mostWaiting, posts - handled);
                    const int before = answers;
                    work();
                    ++handled;
                    mostAtOnce = std::max(mostAtOnce, answers - before);
                },
                Qt::QueuedConnection);
        };
        SqlStoreOptions options;
        options.maxAnswerBytes = 10'000;
        bench.file = std::make_unique<SqliteStore>(bench.path(), post, options);
        QVERIFY(bench.file->open().ok());
        KvPut put;
        for (char key = 'a'; key < 'u'; ++key)
            put.entries.push_back({QByteArray(1, key), QByteArray(1'000, 'v'), "1", 1});
        QVERIFY(bench.kv(put).ok());
        const int first = posts;
        QList<int> order;
        for (int i = 0; i < 40; ++i) {
            const auto note = [&, i](const auto &result) {
                order.append(result.ok() ? i : -1);
                ++answers;
            };
            if (i % 10 == 5)
                bench.store().submit({PutHibernating{{{1}, {quint32(i)}, u"a"_s, 1}}}, note);
            else
                bench.store().kv(u"a"_s, KvList{}, note);
        }
        QTRY_COMPARE(answers, 40);
        for (int i = 0; i < 40; ++i)
            QCOMPARE(order[i], i);
        QVERIFY2(mostAtOnce <= 2, qPrintable(QString::number(mostAtOnce))); // a write in front of a list
        QVERIFY2(mostWaiting <= 2, qPrintable(QString::number(mostWaiting)));
        QVERIFY(posts - first >= 36);
        // The engine thread does not take answers while it waits for the storage thread.
        for (int i = 0; i < 10; ++i)
            bench.store().kv(u"a"_s, KvList{}, [&](const KvResult &result) { answers += result.ok(); });
        bench.store().flush();
        QCOMPARE(bench.store().queueLength(), 0);
        QTRY_COMPARE(answers, 50);
        for (int i = 0; i < 10; ++i)
            bench.store().kv(u"a"_s, KvList{}, [&](const KvResult &) { ++answers; });
        bench.file.reset(); // does not wait for ever
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
        // A commit that does not come back is seen before it does.
        QTRY_VERIFY(bench.store().lastCommitUs() > 100'000);
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
