// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/storelimits.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QVariant>

#include <memory>
#include <unordered_map>

namespace dormouse {

/// The database connection of SqliteStore: schema, statements, rows. Made, used and destroyed in the storage thread,
/// because a QSqlDatabase belongs to the thread that opened it.
class SqliteTables
{
public:
    SqliteTables(const QString &path, qint64 kvMaxStorageBytes, int busyTimeoutMs);
    ~SqliteTables();

    /// Errors: store.unreadable, store.newer_schema.
    Result<Snapshot> open();
    // The functions below throw SqlFailure; the caller rolls back.
    void begin();
    void commit();
    void rollback() noexcept;
    void apply(const Write &write);
    KvResult kv(const QString &actorId, const KvOp &op);
    void setMeta(const QString &name, const QString &value);

    struct SqlFailure
    {
        QString text;
    };

private:
    /// A prepared statement, kept for the life of the connection. sql must be a literal: its address is the key.
    QSqlQuery &prepared(const char *sql);
    void run(const char *sql, const QVariantList &values = {});
    void runRaw(const QString &sql);
    QSqlQuery &select(const char *sql, const QVariantList &values = {});

    Result<int> schemaVersion();
    void migrate(int from);
    Snapshot load();
    void loadActors(Snapshot &out);
    void loadRunners(Snapshot &out);
    void putActor(const ActorRow &row);
    void putRunner(const RunnerRow &row);

    qint64 kvBytes(const QString &actorId);
    void setKvBytes(const QString &actorId, qint64 bytes);
    KvResult kvGet(const QString &actorId, const KvGet &get);
    KvResult kvList(const QString &actorId, const KvList &query);
    KvResult kvPut(const QString &actorId, const KvPut &put);
    void kvDelete(const QString &actorId, const KvDelete &del);
    void kvDeleteRange(const QString &actorId, const KvDeleteRange &del);
    void kvDrop(const QString &actorId);

    Error unreadable(const QString &reason) const;

    QString m_path;
    QString m_connection;
    qint64 m_kvLimit;
    int m_busyTimeoutMs;
    QSqlDatabase m_db;
    std::unordered_map<const char *, std::unique_ptr<QSqlQuery>> m_statements;
};

} // namespace dormouse
