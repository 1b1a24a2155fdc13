// SPDX-License-Identifier: Apache-2.0
// The file of the SQLite store: what can be wrong with it, and who else may hold it.
#include "engine/store/migrations.h"
#include "tests/store/storebench.h"

#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

/// Runs statements on a database of its own connection; the connection is gone when it returns.
bool runOn(const QString &path, const QStringList &statements)
{
    bool ok = true;
    {
        QSqlDatabase db = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"test"_s);
        db.setDatabaseName(path);
        ok = db.open();
        for (const QString &statement : statements)
            ok = QSqlQuery(db).exec(statement) && ok;
    }
    QSqlDatabase::removeDatabase(u"test"_s);
    return ok;
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

} // namespace

class TestSqliteStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void newerSchema();
    void corruptFile();
    void foreignDatabase();
    void truncatedFile();
    void secondEngineIsKeptAway();
    void retriesUntilTheLockGoes();
    void givesUp();
    void groupsCommits();
    void queueOverflows();
};

void TestSqliteStore::newerSchema()
{
    Bench bench;
    bench.sqlite = true;
    QVERIFY(bench.open().ok());
    bench.file.reset();
    QVERIFY(runOn(bench.path(), {u"UPDATE meta SET value='99' WHERE name='schema_version'"_s}));
    const QByteArray before = contents(bench.path());
    const auto snapshot = bench.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.newer_schema");
    const QString message = snapshot.error().message;
    QVERIFY2(message.contains(bench.path()) && message.contains(u"99"_s)
                 && message.contains(QString::number(newestSchemaVersion())),
             qPrintable(message));
    bench.file.reset();
    QCOMPARE(contents(bench.path()), before);
}

void TestSqliteStore::corruptFile()
{
    Bench bench;
    bench.sqlite = true;
    QDir().mkpath(bench.folder.filePath(u"data"_s));
    const QByteArray text("This is somebody's diary, not a database.\n");
    {
        QFile file(bench.path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    const auto snapshot = bench.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.unreadable");
    QVERIFY2(snapshot.error().message.contains(bench.path()), qPrintable(snapshot.error().message));
    QCOMPARE(contents(bench.path()), text);
}

void TestSqliteStore::foreignDatabase()
{
    Bench bench;
    bench.sqlite = true;
    QDir().mkpath(bench.folder.filePath(u"data"_s));
    QVERIFY(runOn(bench.path(), {u"CREATE TABLE recipes (name TEXT)"_s}));
    const auto snapshot = bench.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.unreadable");
    QVERIFY(snapshot.error().message.contains(u"another program"_s));
}

void TestSqliteStore::truncatedFile()
{
    Bench bench;
    bench.sqlite = true;
    QVERIFY(bench.open().ok());
    Batch batch;
    for (int i = 0; i < 500; ++i)
        batch.push_back(PutActor{fullActor(QString::number(i))});
    QVERIFY(bench.write(batch).ok());
    bench.file.reset();
    QFile file(bench.path());
    QVERIFY(file.size() > 20'000);
    QVERIFY(file.resize(8192));
    const auto snapshot = bench.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.unreadable");
    QVERIFY(QFile::exists(bench.path()));
}

void TestSqliteStore::secondEngineIsKeptAway()
{
    Bench bench;
    bench.sqlite = true;
    QVERIFY(bench.open().ok());
    SqliteStore second(bench.path(), bench.post());
    const auto snapshot = second.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.unreadable");
    QVERIFY2(snapshot.error().message.contains(u"in use by process"_s), qPrintable(snapshot.error().message));
}

void TestSqliteStore::retriesUntilTheLockGoes()
{
    Bench bench;
    SqlStoreOptions options;
    options.busyTimeoutMs = 1;
    options.maxAttempts = 1'000'000;
    options.firstBackoffMs = 1;
    bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
    QVERIFY(bench.file->open().ok());
    auto blocker = std::make_unique<Blocker>(bench.path());
    QVERIFY(blocker->ok);
    std::optional<Status> answer;
    bench.store().submit({PutActor{fullActor(u"a"_s)}}, [&](const Status &status) { answer = status; });
    QTRY_COMPARE(bench.store().queueLength(), 1);
    QVERIFY(!answer);
    blocker.reset();
    QTRY_VERIFY(answer.has_value());
    QVERIFY(answer->ok());
}

void TestSqliteStore::givesUp()
{
    Bench bench;
    SqlStoreOptions options;
    options.busyTimeoutMs = 1;
    options.maxAttempts = 3;
    options.firstBackoffMs = 1;
    bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
    QVERIFY(bench.file->open().ok());
    auto blocker = std::make_unique<Blocker>(bench.path());
    QVERIFY(blocker->ok);
    const Status failed = bench.write({PutActor{fullActor(u"a"_s)}});
    QVERIFY(!failed.ok());
    QCOMPARE(failed.error().fullCode(), "store.commit_failed");
    QVERIFY(failed.error().message.contains(bench.path()));
    blocker.reset();
    // A batch in the middle is missing, so nothing may follow it.
    QVERIFY(!bench.write({PutActor{fullActor(u"b"_s)}}).ok());
    QVERIFY(!bench.kv(KvGet{{"k"}}).ok());
    bench.sqlite = true;
    QVERIFY(bench.reopened().actors.empty());
}

void TestSqliteStore::groupsCommits()
{
    // While the lock is held everything queues up; afterwards it is committed in order and nothing is lost.
    Bench bench;
    SqlStoreOptions options;
    options.busyTimeoutMs = 1;
    options.maxAttempts = 1'000'000;
    options.firstBackoffMs = 1;
    bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
    QVERIFY(bench.file->open().ok());
    auto blocker = std::make_unique<Blocker>(bench.path());
    QVERIFY(blocker->ok);
    int answers = 0;
    for (int i = 0; i < 2500; ++i)
        bench.store().submit({PutActor{fullActor(QString::number(i))}}, [&](const Status &s) { answers += s.ok(); });
    QCOMPARE(bench.store().queueLength(), 2500);
    blocker.reset();
    bench.store().flush();
    QCOMPARE(bench.store().queueLength(), 0);
    QTRY_COMPARE(answers, 2500);
    QVERIFY(bench.store().lastCommitUs() > 0);
    bench.sqlite = true;
    QCOMPARE(bench.reopened().actors.size(), 2500U);
}

/// A database that does not take what comes makes the store give up, not the process grow. What was accepted before is
/// written, and nothing behind the first refusal.
void TestSqliteStore::queueOverflows()
{
    Bench bench;
    SqlStoreOptions options;
    options.busyTimeoutMs = 1;
    options.maxAttempts = 1'000'000;
    options.firstBackoffMs = 1;
    options.maxQueuedBytes = 64 * 1024;
    bench.file = std::make_unique<SqliteStore>(bench.path(), bench.post(), options);
    QVERIFY(bench.file->open().ok());
    auto blocker = std::make_unique<Blocker>(bench.path());
    QVERIFY(blocker->ok);
    QStringList answers;
    const auto submit = [&](const QString &id, qsizetype inputSize) {
        ActorRow row = fullActor(id);
        row.input = QString(inputSize, u'x');
        bench.store().submit({PutActor{row}}, [&answers, id](const Status &status) {
            answers.append(id % (status.ok() ? QString() : u" "_s % QString::fromLatin1(status.error().fullCode())));
        });
    };
    submit(u"first"_s, 0);
    submit(u"small"_s, 1'000);
    submit(u"large"_s, 40'000); // two bytes a character: above the limit by itself
    submit(u"late"_s, 0);       // would fit, but a batch in the middle is missing now
    std::optional<QByteArray> kvError;
    bench.store().kv(u"a"_s, KvGet{{"k"}}, [&](const KvResult &result) { kvError = result.ok() ? "" : result.error().fullCode(); });
    QCoreApplication::processEvents();
    QVERIFY(answers.isEmpty()); // answers keep their order: none before the first commit
    QTRY_VERIFY(bench.store().counts().retries > 0);
    blocker.reset();
    QTRY_COMPARE(answers, (QStringList{u"first"_s, u"small"_s, u"large store.commit_failed"_s, u"late store.commit_failed"_s}));
    QTRY_COMPARE(kvError, std::optional<QByteArray>("store.commit_failed"));
    QCOMPARE(bench.store().counts().refused, 3U);
    QCOMPARE(bench.store().counts().queuedBytes, 0);
    QCOMPARE(bench.store().counts().maxQueuedBytes, 64 * 1024);
    bench.sqlite = true;
    QStringList stored;
    for (const ActorRow &row : bench.reopened().actors)
        stored.append(row.actorId);
    stored.sort();
    QCOMPARE(stored, (QStringList{u"first"_s, u"small"_s}));
}

QTEST_GUILESS_MAIN(TestSqliteStore)
#include "tst_sqlitestore.moc"
