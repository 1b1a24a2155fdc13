// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <QSqlDatabase>
#include <QString>

#include <memory>

namespace dormouse {

/// Thrown in the storage thread; never leaves SqlStore.
struct SqlFailure
{
    QString text;
    bool final = false; ///< trying again would do harm: somebody else writes this database
};

/// Where two databases differ. Everything else about them is in SqlTables.
/// Thread: claimFile() and releaseFile() the engine thread, the rest the storage thread.
class SqlDialect
{
public:
    virtual ~SqlDialect() = default;

    /// For messages; without secrets.
    virtual QString location() const = 0;
    /// Keeps a second engine away before anything is opened. The error is the reason alone.
    virtual Result<QString> claimFile() = 0;
    virtual void releaseFile() = 0;

    virtual QString driver() const = 0;
    /// Names of Debian packages that bring the driver.
    virtual QString driverPackage() const = 0;
    virtual void configure(QSqlDatabase &db) const = 0;
    /// The first statements of a session; change nothing in the database. Throws SqlFailure.
    /// again: after a lost connection, when there is no time to wait for a lock.
    virtual void greet(QSqlDatabase &db, bool again) = 0;
    /// Settings that may change the database file. Throws SqlFailure.
    virtual void tune(QSqlDatabase &db) = 0;
    /// One row: number of tables, number of tables named meta.
    virtual const char *countTables() const = 0;
    /// A statement of a migration in this dialect.
    virtual QString schema(const char *statement) const = 0;

    /// Statements that begin and commit a transaction and can be prepared; null: begin() and commit() do it.
    virtual const char *beginSql() const { return nullptr; }
    virtual const char *commitSql() const { return nullptr; }
    // Throw SqlFailure.
    virtual void begin(QSqlDatabase &) {}
    virtual void commit(QSqlDatabase &) {}
    /// True when the session has ended without being asked to.
    virtual bool isLost(const QSqlDatabase &db) const = 0;
    /// The database is on a server: the answer to a commit may be lost although it took place, and another engine may
    /// have come while the session was away.
    virtual bool isRemote() const = 0;
    /// Texts cannot hold U+0000.
    virtual bool refusesNul() const = 0;
    /// Rows by a list of numbers in one value, which costs a tenth of a value for each: what follows the column, with
    /// one placeholder, and what the list is written between; its numbers stand in decimals with commas.
    virtual const char *amongSql() const = 0;
    virtual const char *amongBrackets() const = 0;
};

/// Journal and cache settings in performance-notes.md section 7.2.
std::unique_ptr<SqlDialect> makeSqliteDialect(const QString &path, int busyTimeoutMs);

} // namespace dormouse
