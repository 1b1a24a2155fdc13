// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqlitestore.h"

#include "engine/store/sqldialect_p.h"

#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <QSqlError>
#include <QSqlQuery>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

class SqliteDialect final : public SqlDialect
{
public:
    SqliteDialect(const QString &path, int busyTimeoutMs) : m_path(path), m_busyTimeoutMs(busyTimeoutMs) {}

    QString location() const override { return m_path; }

    Result<QString> claimFile() override
    {
        const auto reason = [](const QString &text) { return Error::make("store", "unreadable", text); };
        const QString folder = QFileInfo(m_path).absolutePath();
        if (!QDir().mkpath(folder))
            return reason(u"the folder "_s % folder % u" cannot be made"_s);
        m_lockFile = std::make_unique<QLockFile>(m_path % u".lock"_s);
        m_lockFile->setStaleLockTime(0); // an engine may run for months; a dead process is found by its id
        if (!m_lockFile->tryLock(0)) {
            qint64 processId = 0;
            QString host;
            QString application;
            if (m_lockFile->error() == QLockFile::LockFailedError
                && m_lockFile->getLockInfo(&processId, &host, &application))
                return reason(u"it is in use by process "_s % QString::number(processId) % u" ("_s % application % u')');
            return reason(u"the lock file beside it cannot be written"_s);
        }
        const QFileInfo info(m_path);
        if (info.exists() && !info.isFile())
            return reason(u"it is not a file"_s);
        if (info.exists() && !info.isWritable())
            return reason(u"no permission to write it"_s);
        return QString();
    }
    void releaseFile() override { m_lockFile.reset(); }

    QString driver() const override { return u"QSQLITE"_s; }
    QString driverPackage() const override { return u"libqt6sql6-sqlite"_s; }
    void configure(QSqlDatabase &db) const override
    {
        db.setDatabaseName(m_path);
        db.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT="_s % QString::number(m_busyTimeoutMs));
    }
    void greet(QSqlDatabase &, bool) override {}
    void tune(QSqlDatabase &db) override
    {
        exec(db, u"PRAGMA journal_mode=WAL"_s);
        // A power cut may lose the last milliseconds; the boot rules of the scheduler allow for that.
        exec(db, u"PRAGMA synchronous=NORMAL"_s);
        exec(db, u"PRAGMA cache_size=-65536"_s);
        exec(db, u"PRAGMA wal_autocheckpoint=4000"_s);
        exec(db, u"PRAGMA temp_store=MEMORY"_s);
    }
    const char *countTables() const override
    {
        return "SELECT count(*), coalesce(sum(name = 'meta'), 0) FROM sqlite_master WHERE type = 'table'";
    }
    QString schema(const char *statement) const override { return QString::fromLatin1(statement); }

    // Not QSqlDatabase::transaction(), which would take the write lock only with the first write.
    const char *beginSql() const override { return "BEGIN IMMEDIATE"; }
    const char *commitSql() const override { return "COMMIT"; }
    bool isLost(const QSqlDatabase &) const override { return false; }
    bool isRemote() const override { return false; }
    bool refusesNul() const override { return false; }
    const char *amongSql() const override { return " IN (SELECT value FROM json_each(?))"; }
    const char *amongBrackets() const override { return "[]"; }

private:
    static void exec(QSqlDatabase &db, const QString &sql)
    {
        QSqlQuery query(db);
        if (!query.exec(sql))
            throw SqlFailure{query.lastError().text()};
    }

    QString m_path;
    int m_busyTimeoutMs;
    std::unique_ptr<QLockFile> m_lockFile;
};

} // namespace

std::unique_ptr<SqlDialect> makeSqliteDialect(const QString &path, int busyTimeoutMs)
{
    return std::make_unique<SqliteDialect>(path, busyTimeoutMs);
}

SqliteStore::SqliteStore(const QString &path, PostToEngine post, const SqlStoreOptions &options)
    : SqlStore(makeSqliteDialect(path, options.busyTimeoutMs), std::move(post), options)
{
}

} // namespace dormouse
