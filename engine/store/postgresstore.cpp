// SPDX-License-Identifier: Apache-2.0
#include "engine/store/postgresstore.h"

#include "engine/base/clock.h"
#include "engine/store/sqldialect_p.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QSqlError>
#include <QSqlQuery>
#include <QSysInfo>

#include <algorithm>
#include <chrono>
#include <thread>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

/// Name of the advisory lock: "dormouse" as eight bytes.
constexpr qint64 kLockKey = 0x646f'726d'6f75'7365;
constexpr int kLeastServerVersion = 130'000;
/// The server needs a moment to see that an engine that was killed is gone.
constexpr qint64 kLockWaitMs = 3'000;
constexpr int kLockPollMs = 50;

QString quoted(QString value)
{
    value.replace(u'\\', u"\\\\"_s);
    value.replace(u'\'', u"\\'"_s);
    return u'\'' % value % u'\'';
}

class PostgresDialect final : public SqlDialect
{
public:
    PostgresDialect(const DatabaseUrl &url, int busyTimeoutMs) : m_url(url), m_busyTimeoutMs(busyTimeoutMs) {}

    QString location() const override { return m_url.shown(); }
    Result<QString> claimFile() override { return QString(); }
    void releaseFile() override {}

    QString driver() const override { return u"QPSQL"_s; }
    QString driverPackage() const override { return u"libqt6sql6-psql"_s; }

    void configure(QSqlDatabase &db) const override
    {
        db.setHostName(m_url.host);
        if (m_url.port > 0)
            db.setPort(m_url.port);
        db.setUserName(m_url.user);
        db.setPassword(m_url.password);
        db.setDatabaseName(m_url.database);
        QStringList options{u"application_name="_s % quoted(applicationName())};
        const auto given = [this](QLatin1StringView name) {
            return std::ranges::any_of(m_url.options, [&](const auto &option) { return option.first == name; });
        };
        // A server that vanished without a word must not hold the storage thread for minutes.
        if (!given("connect_timeout"_L1))
            options.append(u"connect_timeout=5"_s);
        options.append(u"tcp_user_timeout=10000"_s);
        for (const auto &[name, value] : m_url.options)
            options.append(name % u'=' % quoted(value));
        db.setConnectOptions(options.join(u';'));
    }

    void greet(QSqlDatabase &db, bool again) override
    {
        exec(db, u"SET client_min_messages = error"_s);
        exec(db, u"SET lock_timeout = "_s % QString::number(m_busyTimeoutMs));
        // So that the lock of an engine whose machine vanished is free after half a minute.
        exec(db, u"SET tcp_keepalives_idle = 15"_s);
        exec(db, u"SET tcp_keepalives_interval = 5"_s);
        exec(db, u"SET tcp_keepalives_count = 3"_s);
        if (value(db, u"SHOW server_version_num"_s).toInt() < kLeastServerVersion)
            throw SqlFailure{u"the server is older than PostgreSQL 13"_s, true};
        if (value(db, u"SHOW server_encoding"_s) != "UTF8"_L1)
            throw SqlFailure{u"its encoding is not UTF8"_s, true};
        const SystemClock clock;
        const qint64 until = clock.monoMs() + (again ? 0 : kLockWaitMs);
        while (value(db, u"SELECT CAST(pg_try_advisory_lock("_s % QString::number(kLockKey) % u") AS int)"_s) != "1"_L1) {
            if (clock.monoMs() >= until)
                throw SqlFailure{u"it is in use by "_s % lockHolder(db)};
            std::this_thread::sleep_for(std::chrono::milliseconds(kLockPollMs));
        }
    }

    void tune(QSqlDatabase &) override {}

    const char *countTables() const override
    {
        return "SELECT count(*), coalesce(sum(CAST(tablename = 'meta' AS int)), 0) FROM pg_tables"
               " WHERE schemaname = current_schema()";
    }

    QString schema(const char *statement) const override
    {
        static const QRegularExpression word(u"\\b(INTEGER|BLOB|TEXT|WITHOUT ROWID)\\b"_s);
        const QString source = QString::fromLatin1(statement);
        QString out;
        qsizetype copied = 0;
        for (auto it = word.globalMatch(source); it.hasNext();) {
            const QRegularExpressionMatch match = it.next();
            out += QStringView(source).mid(copied, match.capturedStart() - copied);
            copied = match.capturedEnd();
            if (match.captured() == "INTEGER"_L1)
                out += u"BIGINT"_s;
            else if (match.captured() == "BLOB"_L1)
                out += u"BYTEA"_s;
            else if (match.captured() == "TEXT"_L1)
                out += u"TEXT COLLATE \"C\""_s; // ordered by bytes, as in SQLite
        }
        return out % QStringView(source).mid(copied);
    }

    void begin(QSqlDatabase &db) override
    {
        if (!db.transaction())
            throw SqlFailure{db.lastError().text()};
    }
    void commit(QSqlDatabase &db) override
    {
        if (!db.commit())
            throw SqlFailure{db.lastError().text()};
    }
    /// The driver asks the client library.
    bool isLost(const QSqlDatabase &db) const override { return !db.isOpen(); }
    bool isRemote() const override { return true; }
    bool refusesNul() const override { return true; }
    const char *amongSql() const override { return " = ANY (CAST(? AS BIGINT[]))"; }
    const char *amongBrackets() const override { return "{}"; }

private:
    static QString applicationName()
    {
        return u"dormouse on "_s % QSysInfo::machineHostName() % u", process "_s
            % QString::number(QCoreApplication::applicationPid());
    }
    static void exec(QSqlDatabase &db, const QString &sql)
    {
        QSqlQuery query(db);
        if (!query.exec(sql))
            throw SqlFailure{query.lastError().text()};
    }
    static QString value(QSqlDatabase &db, const QString &sql)
    {
        QSqlQuery query(db);
        if (!query.exec(sql))
            throw SqlFailure{query.lastError().text()};
        return query.next() ? query.value(0).toString() : QString();
    }
    static QString lockHolder(QSqlDatabase &db)
    {
        const QString name = value(db, u"SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
                                       " WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = "_s
                                           % QString::number(kLockKey >> 32) % u" AND objid = "_s
                                           % QString::number(kLockKey & 0xffff'ffff)
                                           % u" AND pg_locks.database ="
                                             " (SELECT oid FROM pg_database WHERE datname = current_database())"_s);
        return name.isEmpty() ? u"another engine"_s : name;
    }

    DatabaseUrl m_url;
    int m_busyTimeoutMs;
};

} // namespace

SqlStoreOptions PostgresStore::defaults()
{
    SqlStoreOptions options;
    options.maxAttempts = 30;
    return options;
}

PostgresStore::PostgresStore(const DatabaseUrl &url, PostToEngine post, const SqlStoreOptions &options)
    : SqlStore(std::make_unique<PostgresDialect>(url, options.busyTimeoutMs), std::move(post), options)
{
}

} // namespace dormouse
