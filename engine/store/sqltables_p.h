// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/sqldialect_p.h"
#include "engine/store/storelimits.h"

#include <QHash>
#include <QSqlQuery>
#include <QVariant>

#include <atomic>
#include <map>
#include <memory>
#include <span>

namespace dormouse {

/// What an upsert needs to know about a table.
struct SqlTable
{
    const char *name;
    const char *columns; ///< comma-separated, the primary key first
    int columnCount;
    int keyCount;
    const char *onUpdate = "";  ///< further assignments when the row exists
    int mostRows = 128;         ///< of one statement
    bool keepsExisting = false; ///< a row that exists stays as it is
};

namespace sqltable {
extern const SqlTable kMeta;
extern const SqlTable kNamespaces;
extern const SqlTable kActors;
extern const SqlTable kRunners;
extern const SqlTable kCommands;
extern const SqlTable kHibernating;
extern const SqlTable kActorNames;
extern const SqlTable kNewActorNames; ///< keepsExisting
extern const SqlTable kRunnerNames;
extern const SqlTable kRunnerConfigs;
extern const SqlTable kKv;
extern const SqlTable kKvSize;
} // namespace sqltable

/// One statement that inserts that many rows, and replaces those whose key exists (or leaves them: keepsExisting).
QString upsertSql(const SqlTable &table, int rows);

/// Splits count rows into pieces of few different sizes, because each size has a prepared statement of its own.
template<typename Work>
void forPieces(int count, int most, Work work)
{
    for (int first = 0, size = most; first < count; first += size) {
        while (size > count - first)
            size = std::max(1, size / 4);
        work(first, size);
    }
}

/// A prepared statement. named: its placeholders have names.
struct SqlStatement
{
    QSqlQuery query;
    bool named = false;
    void bind(int number, const QVariant &value);
};

/// The database session of SqlStore: schema, statements, rows. Made, used and destroyed in the storage thread, because
/// a QSqlDatabase belongs to the thread that opened it.
class SqlTables
{
public:
    SqlTables(SqlDialect &dialect, qint64 kvMaxStorageBytes, std::atomic<int> &reconnects);
    ~SqlTables();

    static Error unreadable(const SqlDialect &dialect, const QString &reason);
    /// Errors: store.unreadable, store.newer_schema.
    Result<Snapshot> open();
    // The functions below throw SqlFailure; the caller rolls back.
    /// Connects anew when the server was lost. False: the transaction of the attempt before took place, although its
    /// commit() threw; nothing has begun.
    bool begin();
    void commit();
    void rollback() noexcept;
    void apply(const Write &write);
    KvResult kv(const QString &actorId, const KvOp &op);
    void setMeta(const QString &name, const QString &value);

private:
    /// Rows that wait to be written by one statement; of rows with the same key the last one counts.
    struct Pending
    {
        std::vector<QVariantList> rows;
        QHash<QString, std::size_t> index;
    };

    /// A prepared statement, kept for the life of the session. of and number name it; its values are written "?".
    SqlStatement &prepared(const void *of, int number, const std::function<QString()> &makeSql);
    void bind(SqlStatement &statement, int number, const QVariant &value);
    QSqlQuery &execute(SqlStatement &statement);
    QSqlQuery &execute(SqlStatement &statement, const QVariantList &values);
    void beginTransaction();
    void commitTransaction();
    /// Writes a row of the table with the next statement that concerns the table, or with the commit.
    void upsert(const SqlTable &table, QVariantList row);
    void flush(const SqlTable &table);
    // sql must be a literal: its address is its name. The table's waiting rows are written before.
    void run(const SqlTable &table, const char *sql, const QVariantList &values);
    QSqlQuery &select(const SqlTable &table, const char *sql, const QVariantList &values = {});
    QSqlQuery &select(const char *sql, const QVariantList &values = {});
    void connect(bool again);
    void disconnect() noexcept;
    Result<int> schemaVersion();
    void migrate(int from);
    void takeLease();
    void checkLease();
    QString leaseValue(qint64 number) const;
    Snapshot load();
    void loadActors(Snapshot &out);
    void loadRunners(Snapshot &out);
    void putActor(const ActorRow &row);
    void putRunner(const RunnerRow &row);
    void refreshHibernating(const RefreshHibernating &refresh);
    /// Rows of one gateway.
    void refreshHibernating(const RefreshHibernating &refresh,
                            std::span<const std::pair<GatewayId, RequestId>> rows);

    qint64 kvBytes(const QString &actorId);
    void setKvBytes(const QString &actorId, qint64 bytes);
    KvResult kvGet(const QString &actorId, const KvGet &get);
    KvResult kvList(const QString &actorId, const KvList &query);
    KvResult kvPut(const QString &actorId, const KvPut &put);
    void kvDelete(const QString &actorId, const KvDelete &del);
    void kvDeleteRange(const QString &actorId, const KvDeleteRange &del);
    void kvDrop(const QString &actorId);

    SqlDialect &m_dialect;
    QString m_connection;
    qint64 m_kvLimit;
    std::atomic<int> &m_reconnects;
    QSqlDatabase m_db;
    std::map<std::pair<const void *, int>, std::unique_ptr<SqlStatement>> m_statements;
    std::map<const SqlTable *, Pending> m_pending;
    /// Of a server: who writes and how many commits there were. Each transaction moves the number on in the database,
    /// so it tells whether a commit whose answer was lost took place, and whether another engine has come meanwhile.
    QString m_leaseOwner;
    qint64 m_leaseNumber = 0;
    bool m_committing = false;   ///< a COMMIT was sent and not answered
    bool m_leaseChecked = false; ///< in this session
    bool m_tookPlace = false;    ///< found by checkLease(): the commit that was not answered is in the database
};

} // namespace dormouse
