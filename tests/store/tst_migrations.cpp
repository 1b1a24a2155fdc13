// SPDX-License-Identifier: Apache-2.0
// Every released step of the schema, from the version before it (gateway.md B-112, scheduler.md section 8.1).
#include "engine/store/migrations.h"
#include "engine/store/sqlitestore.h"

#include <QDir>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

using namespace dormouse;
using namespace Qt::StringLiterals;

namespace {

/// A database as the engine with that newest version left it: one namespace and one socket, which every version has.
void makeDatabase(const QString &path, int version)
{
    const QString name = u"old"_s;
    {
        QSqlDatabase db = QSqlDatabase::addDatabase(u"QSQLITE"_s, name);
        db.setDatabaseName(path);
        QVERIFY(db.open());
        QSqlQuery query(db);
        for (const Migration &step : migrations()) {
            if (step.version > version)
                break;
            for (const char *statement : step.statements)
                QVERIFY2(query.exec(QString::fromUtf8(statement)), statement);
        }
        if (version > 0) {
            query.prepare(u"INSERT INTO meta (name, value) VALUES ('schema_version', ?)"_s);
            query.addBindValue(QString::number(version));
            QVERIFY(query.exec());
            QVERIFY(query.exec(u"INSERT INTO namespaces VALUES ('n1', 'kept', 'Kept', 7)"_s));
            QVERIFY(query.exec(u"INSERT INTO hibernating_requests VALUES (1, 2, 'a', 3)"_s));
        }
        db.close();
    }
    QSqlDatabase::removeDatabase(name);
}

} // namespace

class TestMigrations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stepsAreNumbered()
    {
        int expected = 1;
        for (const Migration &step : migrations()) {
            QCOMPARE(step.version, expected++);
            QVERIFY(!step.statements.empty());
        }
        QCOMPARE(newestSchemaVersion(), expected - 1);
    }
    void migrateFromNMinus1_data()
    {
        QTest::addColumn<int>("from");
        for (const Migration &step : migrations())
            QTest::addRow("%d to %d", step.version - 1, newestSchemaVersion()) << step.version - 1;
    }
    void migrateFromNMinus1()
    {
        QFETCH(int, from);
        QTemporaryDir folder;
        const QString path = folder.filePath(u"db/engine.db"_s);
        QVERIFY(QDir(folder.path()).mkpath(u"db"_s));
        makeDatabase(path, from);
        for (int opened = 0; opened < 2; ++opened) {
            SqliteStore store(path, [](std::function<void()>) {});
            const Result<Snapshot> snapshot = store.open();
            QVERIFY2(snapshot.ok(), snapshot.ok() ? "" : qPrintable(snapshot.error().message));
            QCOMPARE(snapshot->namespaces.size(), from > 0 ? 1U : 0U);
            if (from > 0)
                QCOMPARE(snapshot->namespaces.front().name, u"kept"_s);
            QCOMPARE(snapshot->hibernating.size(), from > 0 ? 1U : 0U);
        }
        QSqlDatabase db = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"look"_s);
        db.setDatabaseName(path);
        QVERIFY(db.open());
        {
            QSqlQuery query(u"SELECT value FROM meta WHERE name = 'schema_version'"_s, db);
            QVERIFY(query.next());
            QCOMPARE(query.value(0).toInt(), newestSchemaVersion());
            // A refresh must write one tree, not one more for each index with its time.
            QVERIFY(query.exec(u"SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'hibernating_requests'"
                               " AND sql LIKE '%last_ping_ts%'"_s));
            QVERIFY(!query.next());
        }
        db.close();
        db = QSqlDatabase();
        QSqlDatabase::removeDatabase(u"look"_s);
    }
};

QTEST_GUILESS_MAIN(TestMigrations)
#include "tst_migrations.moc"
