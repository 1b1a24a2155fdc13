// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL store and its server: crashes, other engines, lost answers.
#include "engine/store/migrations.h"
#include "tests/store/answerproxy.h"
#include "tests/store/storebench.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(AnswerProxy::Fault)

class TestPostgresStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void postgresNewerSchema();
    void postgresForeignDatabase();
    void postgresSecondEngineIsKeptAway();
    void postgresKeepsEveryText();
    void postgresCrash();
    void postgresGivesUp();
    void postgresTakenOverMeanwhile();
    void postgresMigration();
    void concurrentRefresh();
    void lostCommit_data();
    void lostCommit();
    void killedSession();

private:
    /// A bench on a database of its own; the server starts with the first one.
    void usePostgres(Bench &bench)
    {
        if (!m_serverRuns)
            m_serverRuns = m_server.start();
        QVERIFY2(m_serverRuns, qPrintable(m_server.error()));
        bench.server = &m_server;
    }

    PostgresServer m_server;
    bool m_serverRuns = false;
};

void TestPostgresStore::postgresNewerSchema()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    bench.file.reset();
    m_server.run(bench.database, u"UPDATE meta SET value='99' WHERE name='schema_version'"_s);
    const auto snapshot = bench.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.newer_schema");
    QVERIFY2(snapshot.error().message.contains(bench.database), qPrintable(snapshot.error().message));
    QVERIFY2(!snapshot.error().message.contains(u"secret"_s), qPrintable(snapshot.error().message));
}

void TestPostgresStore::postgresForeignDatabase()
{
    Bench bench;
    usePostgres(bench);
    bench.database = m_server.createDatabase();
    m_server.run(bench.database, u"CREATE TABLE recipes (name TEXT)"_s);
    const auto snapshot = bench.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.unreadable");
    QVERIFY(snapshot.error().message.contains(u"another program"_s));
    QCOMPARE(m_server.run(bench.database, u"SELECT count(*) FROM pg_tables WHERE schemaname='public'"_s), u"1"_s);
}

void TestPostgresStore::postgresSecondEngineIsKeptAway()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    PostgresStore second(*parseDatabaseUrl(m_server.url(bench.database)), bench.post());
    const auto snapshot = second.open();
    QVERIFY(!snapshot.ok());
    QCOMPARE(snapshot.error().fullCode(), "store.unreadable");
    QVERIFY2(snapshot.error().message.contains(u"process "_s + QString::number(QCoreApplication::applicationPid())),
             qPrintable(snapshot.error().message));
    bench.file.reset();
    QVERIFY(second.open().ok());
}

void TestPostgresStore::postgresKeepsEveryText()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    ActorRow row = fullActor(u"a"_s);
    const QString odd = u"'\\\"?:a$1%"_s % QChar(0) % QChar(1) % u'0' % QChar(1) % QChar(0) % u"1ü\U0001F600"_s;
    row.key = odd;
    row.input = odd;
    QVERIFY(bench.write({PutActor{row}, PutActorName{{odd, odd, "{}"}, true}}).ok());
    const Snapshot snapshot = bench.reopened();
    QCOMPARE(*snapshot.actors.at(0).key, odd);
    QCOMPARE(*snapshot.actors.at(0).input, odd);
    QCOMPARE(snapshot.actorNames.at(0).name, odd);
}

void TestPostgresStore::postgresCrash()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    int committed = 0;
    const auto submit = [&](int from, int to) {
        for (int i = from; i < to; ++i)
            bench.store().submit({PutActor{fullActor(QString::number(i))}}, [&](const Status &s) { committed += s.ok(); });
    };
    QVERIFY(bench.kv(KvPut{{{"k", "1", "1", 1}}}).ok());
    submit(0, 300);
    QTRY_VERIFY_WITH_TIMEOUT(committed > 0, 30'000);
    m_server.kill();
    submit(300, 600);
    m_serverRuns = m_server.start();
    QVERIFY2(m_serverRuns, qPrintable(m_server.error()));
    QTRY_COMPARE_WITH_TIMEOUT(committed, 600, 60'000);
    QVERIFY(bench.file->reconnects() > 0);
    QCOMPARE(m_server.run(bench.database, u"SELECT count(*) FROM actors WHERE row_rev = 0"_s), u"600"_s);
    QVERIFY(bench.kv(KvPut{{{"l", "1", "1", 1}}}).ok());
    QCOMPARE(bench.keys({}), (QByteArrayList{"6b", "6c"}));
    QCOMPARE(bench.reopened().actors.size(), 600U);
}

void TestPostgresStore::postgresGivesUp()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    SqlStoreOptions options;
    options.busyTimeoutMs = 1;
    options.maxAttempts = 3;
    options.firstBackoffMs = 1;
    QVERIFY(bench.openPostgres(options).ok());
    m_server.kill();
    m_serverRuns = false;
    const Status failed = bench.write({PutActor{fullActor(u"a"_s)}});
    QVERIFY(!failed.ok());
    QCOMPARE(failed.error().fullCode(), "store.commit_failed");
    QVERIFY2(failed.error().message.contains(bench.database) && !failed.error().message.contains(u"secret"_s),
             qPrintable(failed.error().message));
    QVERIFY(!bench.kv(KvGet{{"k"}}).ok());
}

void TestPostgresStore::postgresTakenOverMeanwhile()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    m_server.run(bench.database, u"UPDATE meta SET value='somebody 7' WHERE name='store_writer'"_s);
    const Status failed = bench.write({PutActor{fullActor(u"a"_s)}});
    QVERIFY(!failed.ok());
    QCOMPARE(failed.error().fullCode(), "store.commit_failed");
    QCOMPARE(failed.error().metadata.value(u"attempts"_s).toInt(), 1);
    QCOMPARE(m_server.run(bench.database, u"SELECT count(*) FROM actors"_s), u"0"_s);
}

void TestPostgresStore::postgresMigration()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    QCOMPARE(m_server.run(bench.database, u"SELECT value FROM meta WHERE name='schema_version'"_s),
             QString::number(newestSchemaVersion()));
    QVERIFY(bench.write({PutNamespace{{u"n1"_s, u"kept"_s, u"Kept"_s, 7}}}).ok());
    const Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.namespaces.size(), 1U);
}

void TestPostgresStore::concurrentRefresh()
{
    // Another writer has refreshed the row and not committed yet; the store must wait for it and not fail.
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    SqlStoreOptions once;
    once.maxAttempts = 1;
    once.busyTimeoutMs = 30'000;
    QVERIFY(bench.openPostgres(once).ok());
    for (const bool exists : {false, true}) {
        {
            QSqlDatabase other = QSqlDatabase::addDatabase(u"QPSQL"_s, u"other"_s);
            const DatabaseUrl url = *parseDatabaseUrl(m_server.url(bench.database));
            other.setHostName(url.host);
            other.setUserName(url.user);
            other.setPassword(url.password);
            other.setDatabaseName(url.database);
            QVERIFY(other.open());
            QVERIFY(other.transaction());
            QSqlQuery query(other);
            QVERIFY(query.exec(u"INSERT INTO hibernating_requests (gateway_id, request_id, actor_id, last_ping_ts)"
                               " VALUES (1, 2, 'a', 10) ON CONFLICT (gateway_id, request_id)"
                               " DO UPDATE SET last_ping_ts=excluded.last_ping_ts"_s));
            std::optional<Status> answer;
            bench.store().submit({PutHibernating{{{1}, {2}, u"a"_s, exists ? 30 : 20}}},
                                 [&](const Status &status) { answer = status; });
            QTRY_COMPARE_WITH_TIMEOUT(m_server.run(bench.database, u"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type='Lock'"_s),
                                      u"1"_s, 30'000);
            QVERIFY(!answer);
            QVERIFY(other.commit());
            QTRY_VERIFY_WITH_TIMEOUT(answer.has_value(), 30'000);
            QVERIFY2(answer->ok(), answer->ok() ? "" : qPrintable(answer->error().message));
        }
        QSqlDatabase::removeDatabase(u"other"_s);
        QCOMPARE(m_server.run(bench.database, u"SELECT count(*) FROM hibernating_requests"_s), u"1"_s);
        QCOMPARE(m_server.run(bench.database, u"SELECT last_ping_ts FROM hibernating_requests"_s), exists ? u"30"_s : u"20"_s);
    }
}

void TestPostgresStore::lostCommit_data()
{
    QTest::addColumn<AnswerProxy::Fault>("fault");
    QTest::newRow("never seen by the server") << AnswerProxy::Fault::CommitLost;
    QTest::newRow("answer lost") << AnswerProxy::Fault::AnswerLost;
}

/// A commit whose answer is lost has happened or not; either way its batch is there exactly once, in its place.
void TestPostgresStore::lostCommit()
{
    QFETCH(AnswerProxy::Fault, fault);
    Bench bench;
    usePostgres(bench);
    bench.database = m_server.createDatabase();
    QTemporaryDir folder;
    AnswerProxy proxy(folder.filePath(u".s.PGSQL.5432"_s), m_server.socketPath());
    QVERIFY(proxy.listens());
    DatabaseUrl url = *parseDatabaseUrl(m_server.url(bench.database));
    url.host = folder.path();
    SqlStoreOptions options = PostgresStore::defaults();
    options.firstBackoffMs = 1;
    bench.file = std::make_unique<PostgresStore>(url, bench.post(), options);
    QVERIFY(bench.file->open().ok());
    QVERIFY(bench.write({PutActor{fullActor(u"before"_s)}}).ok());
    const auto commits = [&] { // the store counts its commits in its lease
        return m_server.run(bench.database, u"SELECT value FROM meta WHERE name='store_writer'"_s).section(u' ', -1).toInt();
    };
    const int commitsBefore = commits();
    QVERIFY(commitsBefore > 0);
    proxy.breakNext(fault);
    QVERIFY(bench.write({PutActor{fullActor(u"a"_s)}, DeleteRunnerConfig{u"n"_s, u"p"_s}}).ok());
    QCOMPARE(proxy.faults(), 1);
    QCOMPARE(bench.file->reconnects(), 1);
    QCOMPARE(commits(), commitsBefore + 1);
    // The answer of a request that was read in a commit like that is the one of that commit.
    QVERIFY(bench.kv(KvPut{{{"k", "1", "1", 1}}}).ok());
    proxy.breakNext(fault);
    const KvResult got = bench.kv(KvGet{{"k"}});
    QVERIFY(got.ok());
    QCOMPARE(got->size(), std::size_t(1));
    QCOMPARE(got->front().value, QByteArray("1"));
    QCOMPARE(proxy.faults(), 2);
    QVERIFY(bench.write({PutActor{fullActor(u"after"_s)}}).ok());
    QCOMPARE(commits(), commitsBefore + 4);
    QCOMPARE(m_server.run(bench.database, u"SELECT string_agg(actor_id, ',' ORDER BY actor_id) FROM actors"_s),
             u"a,after,before"_s);
}

/// The server ends the session at any moment; nothing of a stream of batches is lost or out of order.
void TestPostgresStore::killedSession()
{
    Bench bench;
    usePostgres(bench);
    QVERIFY(bench.open().ok());
    int committed = 0;
    bool inOrder = true;
    for (int i = 0; i < 400; ++i) {
        bench.store().submit({PutActor{fullActor(QString::number(i))}}, [&, i](const Status &status) {
            inOrder = inOrder && status.ok() && committed == i;
            ++committed;
        });
        if (i % 100 == 50) {
            const int before = bench.file->reconnects();
            m_server.run(bench.database, u"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                         " WHERE application_name LIKE 'dormouse%' AND pid <> pg_backend_pid()"_s);
            QTRY_VERIFY_WITH_TIMEOUT(bench.file->reconnects() > before || committed > i, 30'000);
        }
    }
    QTRY_COMPARE_WITH_TIMEOUT(committed, 400, 60'000);
    QVERIFY(inOrder);
    QVERIFY(bench.file->reconnects() > 0);
    QCOMPARE(m_server.run(bench.database, u"SELECT count(*) FROM actors"_s), u"400"_s);
}

QTEST_GUILESS_MAIN(TestPostgresStore)
#include "tst_postgresstore.moc"
