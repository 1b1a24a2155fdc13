// SPDX-License-Identifier: Apache-2.0
#pragma once

// One engine thread with a store of any kind, shared by the tests of this folder.

#include "engine/store/memorystore.h"
#include "engine/store/postgresstore.h"
#include "engine/store/sqlitestore.h"
#include "tests/support/postgresserver.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

namespace dormouse::test {

using namespace Qt::StringLiterals;

/// One engine thread with a store of either kind; reopened() is a restart of the process.
struct Bench
{
    bool sqlite = false;
    PostgresServer *server = nullptr; ///< set: the store is in a database of that server
    QString database;
    qint64 kvLimit = 1 << 20;
    QTemporaryDir folder;
    QObject engine;
    std::unique_ptr<MemoryStore> memory;
    std::unique_ptr<SqlStore> file;

    QString path() const { return folder.filePath(u"data/dormouse.db"_s); }
    PostToEngine post()
    {
        return [this](std::function<void()> work) { QMetaObject::invokeMethod(&engine, work, Qt::QueuedConnection); };
    }
    Store &store() { return file ? static_cast<Store &>(*file) : *memory; }
    Result<Snapshot> open()
    {
        if (server) {
            if (database.isEmpty())
                database = server->createDatabase();
            SqlStoreOptions options = PostgresStore::defaults();
            options.kvMaxStorageBytes = kvLimit;
            return openPostgres(options);
        }
        if (!sqlite) {
            if (!memory)
                memory = std::make_unique<MemoryStore>(post(), kvLimit);
            return memory->open();
        }
        SqlStoreOptions options;
        options.kvMaxStorageBytes = kvLimit;
        file.reset();
        file = std::make_unique<SqliteStore>(path(), post(), options);
        return file->open();
    }
    Result<Snapshot> openPostgres(const SqlStoreOptions &options)
    {
        const Result<DatabaseUrl> url = parseDatabaseUrl(server->url(database));
        if (!url)
            return url.error();
        file.reset();
        file = std::make_unique<PostgresStore>(*url, post(), options);
        return file->open();
    }
    Snapshot reopened()
    {
        store().flush();
        const auto snapshot = open();
        return snapshot.ok() ? *snapshot : Snapshot();
    }
    Status write(Batch batch)
    {
        std::optional<Status> answer;
        store().submit(std::move(batch), [&](const Status &status) { answer = status; });
        if (!QTest::qWaitFor([&] { return answer.has_value(); }, 30'000))
            return Error::make("test", "timeout", u"no answer"_s);
        return *answer;
    }
    KvResult kv(KvOp op, const QString &actorId = u"a"_s)
    {
        std::optional<KvResult> answer;
        store().kv(actorId, std::move(op), [&](KvResult result) { answer = std::move(result); });
        if (!QTest::qWaitFor([&] { return answer.has_value(); }, 30'000))
            return Error::make("test", "timeout", u"no answer"_s);
        return *answer;
    }
    QByteArrayList keys(KvList list)
    {
        QByteArrayList out;
        const KvResult result = kv(list);
        if (!result.ok())
            return {"error"};
        for (const KvEntry &entry : *result)
            out.append(entry.key.toHex());
        return out;
    }
    void put(const QByteArrayList &hexKeys)
    {
        KvPut op;
        for (const QByteArray &key : hexKeys)
            op.entries.push_back({QByteArray::fromHex(key), "v", "1", 5});
        QVERIFY(kv(op).ok());
    }
};

/// Another program that keeps the write lock.
struct Blocker
{
    explicit Blocker(const QString &path)
    {
        QSqlDatabase db = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"blocker"_s);
        db.setDatabaseName(path);
        ok = db.open() && QSqlQuery(db).exec(u"BEGIN IMMEDIATE"_s);
    }
    ~Blocker() { QSqlDatabase::removeDatabase(u"blocker"_s); }
    bool ok = false;
};

inline ActorRow fullActor(const QString &id)
{
    ActorRow row;
    row.actorId = id;
    row.namespaceId = u"ns"_s;
    row.name = u"chat"_s;
    row.key = u""_s;
    row.pool = u"pool"_s;
    row.crashPolicy = CrashPolicy::Destroy;
    row.input = u"AAEC"_s;
    row.state = ActorState::GoingAway;
    row.generation = 4'000'000'000U;
    row.everAllocated = true;
    row.runnerId = u"r1"_s;
    row.slotHeld = true;
    row.deadline = 11;
    row.pendingSeq = 12;
    row.pendingOverride = {OverrideKind::PendingTimeout, 13};
    row.wakeOverride = {OverrideKind::DontSleep, std::nullopt};
    row.willWake = true;
    row.rescheduling = true;
    row.alarmTs = 14;
    row.retryCount = 15;
    row.lastFailureTs = 16;
    row.lastEventIdx = 17;
    row.lastAckIdx = 18;
    row.seenRunning = true;
    row.nextCommandIdx = 19;
    row.createTs = 20;
    row.startTs = 21;
    row.connectableTs = 22;
    row.sleepTs = 23;
    row.pendingAllocationTs = 24;
    row.rescheduleTs = 25;
    row.errorJson = R"({"kind":"ü"})";
    return row;
}

} // namespace dormouse::test
