// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqlitetables_p.h"

#include "engine/store/migrations.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QSqlError>
#include <QUuid>

#include <limits>
#include <map>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

template<typename... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template<typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// A null QString or QByteArray would be bound as NULL, an empty one as an empty value.
QVariant text(const QString &value)
{
    return value.isNull() ? QVariant(u""_s) : QVariant(value);
}
QVariant text(const QByteArray &utf8)
{
    return text(QString::fromUtf8(utf8));
}
QVariant text(const std::optional<QString> &value)
{
    return value ? text(*value) : QVariant();
}
QVariant blob(const QByteArray &value)
{
    return value.isNull() ? QVariant(QByteArray("")) : QVariant(value);
}
QVariant number(const std::optional<qint64> &value)
{
    return value ? QVariant(*value) : QVariant();
}

/// Reads the columns of the current row one after the other.
class Columns
{
public:
    explicit Columns(const QSqlQuery &query) : m_query(query) {}
    QString text() { return m_query.value(m_next++).toString(); }
    QByteArray utf8() { return text().toUtf8(); }
    QByteArray blob() { return m_query.value(m_next++).toByteArray(); }
    qint64 number() { return m_query.value(m_next++).toLongLong(); }
    bool flag() { return number() != 0; }
    std::optional<qint64> optionalNumber()
    {
        const QVariant value = m_query.value(m_next++);
        return value.isNull() ? std::nullopt : std::optional(value.toLongLong());
    }
    std::optional<QString> optionalText()
    {
        const QVariant value = m_query.value(m_next++);
        return value.isNull() ? std::nullopt : std::optional(value.toString());
    }

private:
    const QSqlQuery &m_query;
    int m_next = 0;
};

constexpr const char *kActorColumns
    = "SELECT actor_id, namespace_id, name, key, pool, crash_policy, input, state, generation, ever_allocated,"
      " runner_id, slot_held, deadline, pending_seq, pending_override, pending_override_ms, wake_override,"
      " wake_override_ms, will_wake, rescheduling, alarm_ts, retry_count, last_failure_ts, last_event_idx,"
      " last_ack_idx, seen_running, next_command_idx, create_ts, start_ts, connectable_ts, sleep_ts,"
      " pending_allocation_ts, reschedule_ts, destroy_ts, error, coalesce(bytes, 0)"
      " FROM (SELECT * FROM actors WHERE destroy_ts IS NULL UNION ALL SELECT * FROM"
      " (SELECT * FROM actors WHERE destroy_ts IS NOT NULL ORDER BY destroy_ts DESC LIMIT ?))"
      " LEFT JOIN actor_kv_size USING (actor_id) ORDER BY create_ts DESC, actor_id";

ActorRow readActor(const QSqlQuery &query)
{
    Columns c(query);
    ActorRow row;
    row.actorId = c.text();
    row.namespaceId = c.text();
    row.name = c.text();
    row.key = c.optionalText();
    row.pool = c.text();
    row.crashPolicy = CrashPolicy(c.number());
    row.input = c.optionalText();
    row.state = ActorState(c.number());
    row.generation = quint32(c.number());
    row.everAllocated = c.flag();
    row.runnerId = c.optionalText();
    row.slotHeld = c.flag();
    row.deadline = c.optionalNumber();
    row.pendingSeq = c.optionalNumber();
    row.pendingOverride.kind = OverrideKind(c.number());
    row.pendingOverride.timeoutMs = c.optionalNumber();
    row.wakeOverride.kind = OverrideKind(c.number());
    row.wakeOverride.timeoutMs = c.optionalNumber();
    row.willWake = c.flag();
    row.rescheduling = c.flag();
    row.alarmTs = c.optionalNumber();
    row.retryCount = int(c.number());
    row.lastFailureTs = c.number();
    row.lastEventIdx = c.number();
    row.lastAckIdx = c.number();
    row.seenRunning = c.flag();
    row.nextCommandIdx = c.number();
    row.createTs = c.number();
    row.startTs = c.optionalNumber();
    row.connectableTs = c.optionalNumber();
    row.sleepTs = c.optionalNumber();
    row.pendingAllocationTs = c.optionalNumber();
    row.rescheduleTs = c.optionalNumber();
    row.destroyTs = c.optionalNumber();
    row.errorJson = c.utf8();
    row.kvBytes = c.number();
    return row;
}

NameRow readName(const QSqlQuery &query)
{
    Columns c(query);
    NameRow row;
    row.namespaceId = c.text();
    row.name = c.text();
    row.metadataJson = c.utf8();
    return row;
}

KvEntry readEntry(const QSqlQuery &query)
{
    Columns c(query);
    KvEntry entry;
    entry.key = c.blob();
    entry.value = c.blob();
    entry.version = c.blob();
    entry.updateTs = c.number();
    return entry;
}

} // namespace

SqliteTables::SqliteTables(const QString &path, qint64 kvMaxStorageBytes, int busyTimeoutMs)
    : m_path(path), m_connection(QUuid::createUuid().toString()), m_kvLimit(kvMaxStorageBytes),
      m_busyTimeoutMs(busyTimeoutMs)
{
}

SqliteTables::~SqliteTables()
{
    m_statements.clear();
    if (m_db.isValid()) {
        m_db.close();
        m_db = QSqlDatabase();
        QSqlDatabase::removeDatabase(m_connection);
    }
}

Error SqliteTables::unreadable(const QString &reason) const
{
    return Error::make("store", "unreadable", u"cannot use the database "_s % m_path % u": "_s % reason,
                       {{u"file"_s, m_path}, {u"reason"_s, reason}});
}

QSqlQuery &SqliteTables::prepared(const char *sql)
{
    std::unique_ptr<QSqlQuery> &slot = m_statements[sql];
    if (!slot) {
        auto query = std::make_unique<QSqlQuery>(m_db);
        query->setForwardOnly(true);
        if (!query->prepare(QString::fromLatin1(sql)))
            throw SqlFailure{query->lastError().text()};
        slot = std::move(query);
    }
    return *slot;
}

QSqlQuery &SqliteTables::select(const char *sql, const QVariantList &values)
{
    QSqlQuery &query = prepared(sql);
    for (const QVariant &value : values)
        query.addBindValue(value);
    if (!query.exec()) {
        const QString reason = query.lastError().text();
        query.finish();
        throw SqlFailure{reason};
    }
    return query;
}

void SqliteTables::run(const char *sql, const QVariantList &values)
{
    select(sql, values).finish();
}

void SqliteTables::runRaw(const QString &sql)
{
    QSqlQuery query(m_db);
    if (!query.exec(sql))
        throw SqlFailure{query.lastError().text()};
}

Result<Snapshot> SqliteTables::open()
{
    const QFileInfo info(m_path);
    if (info.exists() && !info.isFile())
        return unreadable(u"it is not a file"_s);
    if (info.exists() && !info.isWritable())
        return unreadable(u"no permission to write it"_s);
    m_db = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_connection);
    m_db.setDatabaseName(m_path);
    m_db.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT="_s % QString::number(m_busyTimeoutMs));
    if (!m_db.open())
        return unreadable(m_db.lastError().text());
    try {
        // The version is read before anything is changed: a file of a newer program stays as it is.
        const Result<int> version = schemaVersion();
        if (!version)
            return version.error();
        runRaw(u"PRAGMA journal_mode=WAL"_s);
        // A power cut may lose the last milliseconds; the boot rules of the scheduler allow for that.
        runRaw(u"PRAGMA synchronous=NORMAL"_s);
        runRaw(u"PRAGMA cache_size=-65536"_s);
        runRaw(u"PRAGMA wal_autocheckpoint=4000"_s);
        runRaw(u"PRAGMA temp_store=MEMORY"_s);
        migrate(*version);
        return load();
    } catch (const SqlFailure &failure) {
        rollback();
        return unreadable(failure.text);
    }
}

Result<int> SqliteTables::schemaVersion()
{
    QSqlQuery query(m_db);
    if (!query.exec(u"SELECT count(*), coalesce(sum(name = 'meta'), 0) FROM sqlite_master WHERE type = 'table'"_s)
        || !query.next())
        throw SqlFailure{query.lastError().text()};
    if (query.value(0).toInt() == 0)
        return 0;
    if (query.value(1).toInt() == 0)
        return unreadable(u"it is the database of another program"_s);
    if (!query.exec(u"SELECT value FROM meta WHERE name = 'schema_version'"_s))
        throw SqlFailure{query.lastError().text()};
    if (!query.next())
        return unreadable(u"it is the database of another program (no schema version)"_s);
    bool isNumber = false;
    const int version = query.value(0).toString().toInt(&isNumber);
    if (!isNumber || version < 0)
        return unreadable(u"bad schema version \""_s % query.value(0).toString() % u'"');
    if (version > newestSchemaVersion())
        return Error::make("store", "newer_schema",
                           QStringLiteral("the database %1 has schema version %2, this program knows versions up to "
                                          "%3; use a newer program or another data folder")
                               .arg(m_path)
                               .arg(version)
                               .arg(newestSchemaVersion()),
                           {{u"file"_s, m_path}, {u"found"_s, version}, {u"known"_s, newestSchemaVersion()}});
    return version;
}

void SqliteTables::migrate(int from)
{
    for (const Migration &step : migrations()) {
        if (step.version <= from)
            continue;
        runRaw(u"BEGIN IMMEDIATE"_s);
        for (const char *statement : step.statements)
            runRaw(QString::fromLatin1(statement));
        QSqlQuery query(m_db);
        query.prepare(u"INSERT OR REPLACE INTO meta (name, value) VALUES ('schema_version', ?)"_s);
        query.addBindValue(QString::number(step.version));
        if (!query.exec())
            throw SqlFailure{query.lastError().text()};
        runRaw(u"COMMIT"_s);
    }
}

void SqliteTables::begin()
{
    run("BEGIN IMMEDIATE");
}

void SqliteTables::commit()
{
    run("COMMIT");
}

void SqliteTables::rollback() noexcept
{
    // A select that is still open would block the rollback.
    for (auto &[sql, query] : m_statements)
        query->finish();
    QSqlQuery query(m_db);
    query.exec(u"ROLLBACK"_s); // fails harmlessly when no transaction is open
}

// --- loading ------------------------------------------------------------------------------------

Snapshot SqliteTables::load()
{
    Snapshot out;
    QSqlQuery *query = &select("SELECT namespace_id, name, display_name, create_ts FROM namespaces"
                               " ORDER BY create_ts, namespace_id");
    while (query->next()) {
        Columns c(*query);
        NamespaceRow row;
        row.namespaceId = c.text();
        row.name = c.text();
        row.displayName = c.text();
        row.createTs = c.number();
        out.namespaces.push_back(row);
    }
    loadActors(out);
    loadRunners(out);
    query = &select("SELECT runner_id, actor_id, generation, idx, start, runner_idx, create_ts FROM runner_commands"
                    " ORDER BY runner_id, actor_id, generation, idx");
    while (query->next()) {
        Columns c(*query);
        CommandRow row;
        row.runnerId = c.text();
        row.actorId = c.text();
        row.generation = quint32(c.number());
        row.index = c.number();
        row.start = c.flag();
        row.runnerIndex = c.number();
        row.createTs = c.number();
        out.commands.push_back(row);
    }
    query = &select("SELECT gateway_id, request_id, actor_id, last_ping_ts FROM hibernating_requests"
                    " ORDER BY actor_id, last_ping_ts, gateway_id, request_id");
    while (query->next()) {
        Columns c(*query);
        HibernatingRow row;
        row.gatewayId.value = quint32(c.number());
        row.requestId.value = quint32(c.number());
        row.actorId = c.text();
        row.lastPingTs = c.number();
        out.hibernating.push_back(row);
    }
    query = &select("SELECT namespace_id, name, metadata FROM actor_names ORDER BY namespace_id, name");
    while (query->next())
        out.actorNames.push_back(readName(*query));
    query = &select("SELECT namespace_id, name, metadata FROM runner_names ORDER BY namespace_id, name");
    while (query->next())
        out.runnerNames.push_back(readName(*query));
    query = &select("SELECT namespace_id, name, body FROM runner_configs ORDER BY namespace_id, name");
    while (query->next()) {
        const NameRow row = readName(*query);
        out.runnerConfigs.push_back(
            {row.namespaceId, row.name, QJsonDocument::fromJson(row.metadataJson).object()});
    }
    query = &select("SELECT name, value FROM meta");
    while (query->next()) {
        if (query->value(0).toString() != "schema_version"_L1)
            out.meta.insert(query->value(0).toString(), query->value(1).toString());
    }
    for (auto &[sql, statement] : m_statements)
        statement->finish();
    return out;
}

void SqliteTables::loadActors(Snapshot &out)
{
    QSqlQuery &query = select(kActorColumns, {kMaxDestroyedLoaded});
    while (query.next())
        out.actors.push_back(readActor(query));
    if (query.lastError().isValid())
        throw SqlFailure{query.lastError().text()};
}

void SqliteTables::loadRunners(Snapshot &out)
{
    QSqlQuery &query = select(
        "SELECT runner_id, namespace_id, name, key, version, total_slots, protocol_version, state, conn_epoch,"
        " create_ts, last_connected_ts, last_ping_ts, last_rtt_ms, lost_at, drain_deadline, drain_ts, stop_ts,"
        " expired_ts, metadata, last_command_idx, last_event_idx, last_ack_idx"
        " FROM (SELECT * FROM runners WHERE state <> 4 UNION ALL SELECT * FROM"
        " (SELECT * FROM runners WHERE state = 4 ORDER BY stop_ts DESC LIMIT ?))"
        " ORDER BY create_ts DESC, runner_id",
        {kMaxStoppedLoaded});
    while (query.next()) {
        Columns c(query);
        RunnerRow row;
        row.runnerId = c.text();
        row.namespaceId = c.text();
        row.name = c.text();
        row.key = c.text();
        row.version = quint32(c.number());
        row.totalSlots = quint32(c.number());
        row.protocolVersion = int(c.number());
        row.state = RunnerState(c.number());
        row.connEpoch = quint64(c.number());
        row.createTs = c.number();
        row.lastConnectedTs = c.number();
        row.lastPingTs = c.number();
        row.lastRttMs = quint32(c.number());
        row.lostAt = c.optionalNumber();
        row.drainDeadline = c.optionalNumber();
        row.drainTs = c.optionalNumber();
        row.stopTs = c.optionalNumber();
        row.expiredTs = c.optionalNumber();
        row.metadataJson = c.utf8();
        row.lastCommandIdx = c.number();
        row.lastEventIdx = c.number();
        row.lastAckIdx = c.number();
        out.runners.push_back(row);
    }
    if (query.lastError().isValid())
        throw SqlFailure{query.lastError().text()};
}

// --- writes -------------------------------------------------------------------------------------

void SqliteTables::putActor(const ActorRow &row)
{
    run("INSERT INTO actors (actor_id, namespace_id, name, key, pool, crash_policy, input, state, generation,"
        " ever_allocated, runner_id, slot_held, deadline, pending_seq, pending_override, pending_override_ms,"
        " wake_override, wake_override_ms, will_wake, rescheduling, alarm_ts, retry_count, last_failure_ts,"
        " last_event_idx, last_ack_idx, seen_running, next_command_idx, create_ts, start_ts, connectable_ts,"
        " sleep_ts, pending_allocation_ts, reschedule_ts, destroy_ts, error)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (actor_id) DO UPDATE SET namespace_id=excluded.namespace_id, name=excluded.name,"
        " key=excluded.key, pool=excluded.pool, crash_policy=excluded.crash_policy, input=excluded.input,"
        " state=excluded.state, generation=excluded.generation, ever_allocated=excluded.ever_allocated,"
        " runner_id=excluded.runner_id, slot_held=excluded.slot_held, deadline=excluded.deadline,"
        " pending_seq=excluded.pending_seq, pending_override=excluded.pending_override,"
        " pending_override_ms=excluded.pending_override_ms, wake_override=excluded.wake_override,"
        " wake_override_ms=excluded.wake_override_ms, will_wake=excluded.will_wake,"
        " rescheduling=excluded.rescheduling, alarm_ts=excluded.alarm_ts, retry_count=excluded.retry_count,"
        " last_failure_ts=excluded.last_failure_ts, last_event_idx=excluded.last_event_idx,"
        " last_ack_idx=excluded.last_ack_idx, seen_running=excluded.seen_running,"
        " next_command_idx=excluded.next_command_idx, create_ts=excluded.create_ts, start_ts=excluded.start_ts,"
        " connectable_ts=excluded.connectable_ts, sleep_ts=excluded.sleep_ts,"
        " pending_allocation_ts=excluded.pending_allocation_ts, reschedule_ts=excluded.reschedule_ts,"
        " destroy_ts=excluded.destroy_ts, error=excluded.error, row_rev=row_rev+1",
        {text(row.actorId),
         text(row.namespaceId),
         text(row.name),
         text(row.key),
         text(row.pool),
         int(row.crashPolicy),
         text(row.input),
         int(row.state),
         qint64(row.generation),
         int(row.everAllocated),
         text(row.runnerId),
         int(row.slotHeld),
         number(row.deadline),
         number(row.pendingSeq),
         int(row.pendingOverride.kind),
         number(row.pendingOverride.timeoutMs),
         int(row.wakeOverride.kind),
         number(row.wakeOverride.timeoutMs),
         int(row.willWake),
         int(row.rescheduling),
         number(row.alarmTs),
         row.retryCount,
         row.lastFailureTs,
         row.lastEventIdx,
         row.lastAckIdx,
         int(row.seenRunning),
         row.nextCommandIdx,
         row.createTs,
         number(row.startTs),
         number(row.connectableTs),
         number(row.sleepTs),
         number(row.pendingAllocationTs),
         number(row.rescheduleTs),
         number(row.destroyTs),
         text(row.errorJson)});
}

void SqliteTables::putRunner(const RunnerRow &row)
{
    run("INSERT OR REPLACE INTO runners (runner_id, namespace_id, name, key, version, total_slots, protocol_version,"
        " state, conn_epoch, create_ts, last_connected_ts, last_ping_ts, last_rtt_ms, lost_at, drain_deadline,"
        " drain_ts, stop_ts, expired_ts, metadata, last_command_idx, last_event_idx, last_ack_idx)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        {text(row.runnerId),
         text(row.namespaceId),
         text(row.name),
         text(row.key),
         qint64(row.version),
         qint64(row.totalSlots),
         row.protocolVersion,
         int(row.state),
         qint64(row.connEpoch),
         row.createTs,
         row.lastConnectedTs,
         row.lastPingTs,
         qint64(row.lastRttMs),
         number(row.lostAt),
         number(row.drainDeadline),
         number(row.drainTs),
         number(row.stopTs),
         number(row.expiredTs),
         text(row.metadataJson),
         row.lastCommandIdx,
         row.lastEventIdx,
         row.lastAckIdx});
}

void SqliteTables::apply(const Write &write)
{
    std::visit(
        Overloaded{
            [this](const PutNamespace &put) {
                run("INSERT OR REPLACE INTO namespaces (namespace_id, name, display_name, create_ts)"
                    " VALUES (?,?,?,?)",
                    {text(put.row.namespaceId), text(put.row.name), text(put.row.displayName), put.row.createTs});
            },
            [this](const PutActor &put) { putActor(put.row); },
            [this](const PutRunner &put) { putRunner(put.row); },
            [this](const PutCommand &put) {
                const CommandRow &row = put.row;
                run("INSERT OR REPLACE INTO runner_commands"
                    " (runner_id, actor_id, generation, idx, start, runner_idx, create_ts) VALUES (?,?,?,?,?,?,?)",
                    {text(row.runnerId), text(row.actorId), qint64(row.generation), row.index, int(row.start),
                     row.runnerIndex, row.createTs});
            },
            [this](const DeleteCommands &del) {
                run("DELETE FROM runner_commands WHERE runner_id=? AND actor_id=? AND generation=? AND idx<=?",
                    {text(del.runnerId), text(del.actorId), qint64(del.generation), del.upToIndex});
            },
            [this](const DeleteRunnerCommands &del) {
                run("DELETE FROM runner_commands WHERE runner_id=?", {text(del.runnerId)});
            },
            [this](const PutHibernating &put) {
                const HibernatingRow &row = put.row;
                run("INSERT OR REPLACE INTO hibernating_requests (gateway_id, request_id, actor_id, last_ping_ts)"
                    " VALUES (?,?,?,?)",
                    {qint64(row.gatewayId.value), qint64(row.requestId.value), text(row.actorId), row.lastPingTs});
            },
            [this](const RefreshHibernating &refresh) {
                // The transaction may be tried again.
                if (refresh.missing)
                    refresh.missing->clear();
                for (const auto &[gatewayId, requestId] : refresh.rows) {
                    QSqlQuery &query = select("UPDATE hibernating_requests SET last_ping_ts=? WHERE gateway_id=? AND request_id=?",
                                              {refresh.lastPingTs, qint64(gatewayId.value), qint64(requestId.value)});
                    const bool found = query.numRowsAffected() > 0;
                    query.finish();
                    if (!found && refresh.missing)
                        refresh.missing->push_back(requestId);
                }
            },
            [this](const DeleteHibernating &del) {
                run("DELETE FROM hibernating_requests WHERE gateway_id=? AND request_id=?",
                    {qint64(del.gatewayId.value), qint64(del.requestId.value)});
            },
            [this](const DeleteHibernatingOfActor &del) {
                run("DELETE FROM hibernating_requests WHERE actor_id=?", {text(del.actorId)});
            },
            [this](const DeleteHibernatingOlderThan &del) {
                run("DELETE FROM hibernating_requests WHERE last_ping_ts<?", {del.lastPingTs});
            },
            [this](const PutActorName &put) {
                const QVariantList values{text(put.row.namespaceId), text(put.row.name), text(put.row.metadataJson)};
                if (put.overwrite)
                    run("INSERT OR REPLACE INTO actor_names (namespace_id, name, metadata) VALUES (?,?,?)", values);
                else
                    run("INSERT OR IGNORE INTO actor_names (namespace_id, name, metadata) VALUES (?,?,?)", values);
            },
            [this](const PutRunnerName &put) {
                run("INSERT OR REPLACE INTO runner_names (namespace_id, name, metadata) VALUES (?,?,?)",
                    {text(put.row.namespaceId), text(put.row.name), text(put.row.metadataJson)});
            },
            [this](const PutRunnerConfig &put) {
                run("INSERT OR REPLACE INTO runner_configs (namespace_id, name, body) VALUES (?,?,?)",
                    {text(put.row.namespaceId), text(put.row.name),
                     text(QJsonDocument(put.row.body).toJson(QJsonDocument::Compact))});
            },
            [this](const DeleteRunnerConfig &del) {
                run("DELETE FROM runner_configs WHERE namespace_id=? AND name=?",
                    {text(del.namespaceId), text(del.name)});
            },
            [this](const DropKv &drop) { kvDrop(drop.actorId); },
        },
        write);
}

void SqliteTables::setMeta(const QString &name, const QString &value)
{
    run("INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)", {text(name), text(value)});
}

// --- actor KV -----------------------------------------------------------------------------------

qint64 SqliteTables::kvBytes(const QString &actorId)
{
    QSqlQuery &query = select("SELECT bytes FROM actor_kv_size WHERE actor_id=?", {text(actorId)});
    const qint64 bytes = query.next() ? query.value(0).toLongLong() : 0;
    query.finish();
    return bytes;
}

void SqliteTables::setKvBytes(const QString &actorId, qint64 bytes)
{
    run("INSERT OR REPLACE INTO actor_kv_size (actor_id, bytes) VALUES (?,?)", {text(actorId), bytes});
}

void SqliteTables::kvDrop(const QString &actorId)
{
    run("DELETE FROM actor_kv WHERE actor_id=?", {text(actorId)});
    run("DELETE FROM actor_kv_size WHERE actor_id=?", {text(actorId)});
}

KvResult SqliteTables::kvGet(const QString &actorId, const KvGet &get)
{
    std::vector<KvEntry> found;
    qint64 bytes = 0;
    for (std::size_t i = 0; i < get.keys.size(); ++i) {
        if (i > 0 && get.keys[i] == get.keys[i - 1])
            continue;
        QSqlQuery &query = select("SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k=?",
                                  {text(actorId), blob(get.keys[i])});
        if (query.next()) {
            found.push_back(readEntry(query));
            bytes += kvSize(found.back().key, found.back().value) + kKvAnswerOverhead;
        }
        query.finish();
        if (bytes > kMaxKvAnswerBytes)
            return kvAnswerError();
    }
    return found;
}

KvResult SqliteTables::kvList(const QString &actorId, const KvList &list)
{
    std::vector<KvEntry> found;
    if (list.limit == 0 || (list.kind == KvList::Kind::Range && list.start > list.end))
        return found;
    const qint64 limit = qint64(qMin<quint64>(list.limit, quint64(std::numeric_limits<qint64>::max())));
    QByteArray from = list.start;
    QByteArray to;
    bool bounded = false;
    bool inclusive = false;
    switch (list.kind) {
    case KvList::Kind::All:
        from = QByteArray("");
        break;
    case KvList::Kind::Range:
        to = list.end;
        bounded = true;
        inclusive = !list.exclusive;
        break;
    case KvList::Kind::Prefix:
        to = afterPrefix(list.start);
        bounded = !to.isEmpty();
        break;
    }
    QVariantList values{text(actorId), blob(from)};
    if (bounded)
        values.append(blob(to));
    values.append(limit);
    constexpr const char *kSql[3][2] = {
        {"SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? ORDER BY k LIMIT ?",
         "SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? ORDER BY k DESC LIMIT ?"},
        {"SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<? ORDER BY k LIMIT ?",
         "SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<? ORDER BY k DESC LIMIT ?"},
        {"SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<=? ORDER BY k LIMIT ?",
         "SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<=? ORDER BY k DESC LIMIT ?"},
    };
    QSqlQuery &query = select(kSql[bounded ? (inclusive ? 2 : 1) : 0][list.reverse ? 1 : 0], values);
    qint64 bytes = 0;
    while (query.next()) {
        found.push_back(readEntry(query));
        bytes += kvSize(found.back().key, found.back().value) + kKvAnswerOverhead;
        if (bytes > kMaxKvAnswerBytes) {
            query.finish();
            return kvAnswerError();
        }
    }
    if (query.lastError().isValid())
        throw SqlFailure{query.lastError().text()};
    query.finish();
    return found;
}

KvResult SqliteTables::kvPut(const QString &actorId, const KvPut &put)
{
    std::map<QByteArray, const KvEntry *> latest;
    qint64 payload = 0;
    for (const KvEntry &entry : put.entries) {
        latest[entry.key] = &entry;
        payload += kvSize(entry.key, entry.value);
    }
    const qint64 before = kvBytes(actorId);
    qint64 after = before;
    for (const auto &[key, entry] : latest) {
        QSqlQuery &query = select("SELECT length(v) FROM actor_kv WHERE actor_id=? AND k=?",
                                  {text(actorId), blob(key)});
        if (query.next())
            after -= key.size() + query.value(0).toLongLong();
        query.finish();
        after += kvSize(key, entry->value);
    }
    if (after > m_kvLimit && after > before)
        return kvQuotaError(before, m_kvLimit, payload);
    for (const auto &[key, entry] : latest)
        run("INSERT OR REPLACE INTO actor_kv (actor_id, k, v, version, update_ts) VALUES (?,?,?,?,?)",
            {text(actorId), blob(key), blob(entry->value), blob(entry->version), entry->updateTs});
    if (!latest.empty())
        setKvBytes(actorId, after);
    return std::vector<KvEntry>();
}

void SqliteTables::kvDelete(const QString &actorId, const KvDelete &del)
{
    const qint64 before = kvBytes(actorId);
    qint64 after = before;
    for (const QByteArray &key : del.keys) {
        QSqlQuery &query = select("SELECT length(v) FROM actor_kv WHERE actor_id=? AND k=?",
                                  {text(actorId), blob(key)});
        const bool found = query.next();
        if (found)
            after -= key.size() + query.value(0).toLongLong();
        query.finish();
        if (found)
            run("DELETE FROM actor_kv WHERE actor_id=? AND k=?", {text(actorId), blob(key)});
    }
    if (after != before)
        setKvBytes(actorId, after);
}

void SqliteTables::kvDeleteRange(const QString &actorId, const KvDeleteRange &del)
{
    if (!(del.start < del.end))
        return;
    const QVariantList values{text(actorId), blob(del.start), blob(del.end)};
    QSqlQuery &query = select("SELECT coalesce(sum(length(k) + length(v)), 0) FROM actor_kv"
                              " WHERE actor_id=? AND k>=? AND k<?",
                              values);
    const qint64 removed = query.next() ? query.value(0).toLongLong() : 0;
    query.finish();
    run("DELETE FROM actor_kv WHERE actor_id=? AND k>=? AND k<?", values);
    if (removed != 0)
        setKvBytes(actorId, kvBytes(actorId) - removed);
}

KvResult SqliteTables::kv(const QString &actorId, const KvOp &op)
{
    const std::vector<KvEntry> nothing;
    return std::visit(Overloaded{
                          [&](const KvGet &get) -> KvResult { return kvGet(actorId, get); },
                          [&](const KvList &list) -> KvResult { return kvList(actorId, list); },
                          [&](const KvPut &put) -> KvResult { return kvPut(actorId, put); },
                          [&](const KvDelete &del) -> KvResult {
                              kvDelete(actorId, del);
                              return nothing;
                          },
                          [&](const KvDeleteRange &del) -> KvResult {
                              kvDeleteRange(actorId, del);
                              return nothing;
                          },
                          [&](const KvSize &) -> KvResult {
                              return std::vector<KvEntry>{{{}, QByteArray::number(kvBytes(actorId)), {}, 0}};
                          },
                          [&](const KvDropAll &) -> KvResult {
                              kvDrop(actorId);
                              return nothing;
                          },
                      },
                      op);
}

} // namespace dormouse
