// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqltables_p.h"

#include "engine/store/sqlvalues_p.h"

#include <QJsonDocument>
#include <QSqlError>

#include <array>
#include <charconv>
#include <string>
#include <unordered_set>

using namespace Qt::StringLiterals;

namespace dormouse {

using namespace sqlvalue;

namespace sqltable {

const SqlTable kMeta{"meta", "name, value", 2, 1};
const SqlTable kNamespaces{"namespaces", "namespace_id, name, display_name, create_ts", 4, 1};
const SqlTable kActors{
    "actors",
    "actor_id, namespace_id, name, key, pool, crash_policy, input, state, generation, ever_allocated, "
    "runner_id, slot_held, deadline, pending_seq, pending_override, pending_override_ms, wake_override, "
    "wake_override_ms, will_wake, rescheduling, alarm_ts, retry_count, last_failure_ts, last_event_idx, "
    "last_ack_idx, seen_running, next_command_idx, create_ts, start_ts, connectable_ts, sleep_ts, "
    "pending_allocation_ts, reschedule_ts, destroy_ts, error",
    35, 1, ", row_rev=actors.row_rev+1"};
const SqlTable kRunners{
    "runners",
    "runner_id, namespace_id, name, key, version, total_slots, protocol_version, state, conn_epoch, "
    "create_ts, last_connected_ts, last_ping_ts, last_rtt_ms, lost_at, drain_deadline, drain_ts, stop_ts, "
    "expired_ts, metadata, last_command_idx, last_event_idx, last_ack_idx",
    22, 1};
const SqlTable kCommands{"runner_commands", "runner_id, actor_id, generation, idx, start, runner_idx, create_ts", 7, 4};
const SqlTable kHibernating{"hibernating_requests", "gateway_id, request_id, actor_id, last_ping_ts", 4, 2};
const SqlTable kActorNames{"actor_names", "namespace_id, name, metadata", 3, 2};
const SqlTable kNewActorNames{.name = "actor_names", .columns = "namespace_id, name, metadata", .columnCount = 3,
                              .keyCount = 2, .keepsExisting = true};
const SqlTable kRunnerNames{"runner_names", "namespace_id, name, metadata", 3, 2};
const SqlTable kRunnerConfigs{"runner_configs", "namespace_id, name, body", 3, 2};
// Entries are up to 128 KiB, a statement should stay a few megabytes.
const SqlTable kKv{.name = "actor_kv", .columns = "actor_id, k, v, version, update_ts", .columnCount = 5,
                   .keyCount = 2, .mostRows = 16};
const SqlTable kKvSize{"actor_kv_size", "actor_id, bytes", 2, 1};

} // namespace sqltable

using namespace sqltable;

namespace {

/// Keeps the text of a statement's list below 200 KB.
constexpr std::ptrdiff_t kRefreshedAtOnce = 16'384;

QString idList(std::span<const std::pair<GatewayId, RequestId>> rows, const char *brackets)
{
    std::string list;
    list.reserve(rows.size() * 11 + 2);
    list += brackets[0];
    std::array<char, 10> digits = {};
    for (const auto &[gatewayId, requestId] : rows) {
        if (list.size() > 1)
            list += ',';
        const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), requestId.value);
        list.append(digits.data(), written.ptr);
    }
    list += brackets[1];
    return QString::fromLatin1(list.data(), qsizetype(list.size()));
}

} // namespace

void SqlTables::putActor(const ActorRow &row)
{
    upsert(kActors,
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

void SqlTables::putRunner(const RunnerRow &row)
{
    upsert(kRunners,
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

void SqlTables::refreshHibernating(const RefreshHibernating &refresh)
{
    // The transaction may be tried again.
    if (refresh.missing)
        refresh.missing->clear();
    flush(kHibernating);
    const auto end = refresh.rows.end();
    for (auto first = refresh.rows.begin(); first != end;) {
        const GatewayId gateway = first->first;
        auto last = first;
        while (last != end && last->first == gateway && last - first < kRefreshedAtOnce)
            ++last;
        refreshHibernating(refresh, {first, last});
        first = last;
    }
}

void SqlTables::refreshHibernating(const RefreshHibernating &refresh,
                                   std::span<const std::pair<GatewayId, RequestId>> rows)
{
    const qint64 gateway = rows.front().first.value;
    const QString ids = idList(rows, m_dialect.amongBrackets());
    SqlStatement &update = prepared(&kHibernating, -1, [this] {
        return QString(u"UPDATE hibernating_requests SET last_ping_ts=? WHERE gateway_id=? AND request_id"_s
                       % QLatin1StringView(m_dialect.amongSql()));
    });
    QSqlQuery &updated = execute(update, {refresh.lastPingTs, gateway, ids});
    const qint64 found = updated.numRowsAffected();
    updated.finish();
    if (!refresh.missing || found == qint64(rows.size()))
        return;
    SqlStatement &select = prepared(&kHibernating, -2, [this] {
        return QString(u"SELECT request_id FROM hibernating_requests WHERE gateway_id=? AND request_id"_s
                       % QLatin1StringView(m_dialect.amongSql()));
    });
    QSqlQuery &query = execute(select, {gateway, ids});
    std::unordered_set<RequestId> existing;
    while (query.next())
        existing.insert(RequestId{quint32(query.value(0).toLongLong())});
    if (query.lastError().isValid())
        throw SqlFailure{query.lastError().text()};
    query.finish();
    for (const auto &[gatewayId, requestId] : rows) {
        if (!existing.contains(requestId))
            refresh.missing->push_back(requestId);
    }
}

void SqlTables::apply(const Write &write)
{
    std::visit(
        Overloaded{
            [this](const PutNamespace &w) {
                upsert(kNamespaces,
                    {text(w.row.namespaceId), text(w.row.name), text(w.row.displayName), w.row.createTs});
            },
            [this](const PutActor &w) { putActor(w.row); },
            [this](const PutRunner &w) { putRunner(w.row); },
            [this](const PutCommand &w) {
                const CommandRow &row = w.row;
                upsert(kCommands, {text(row.runnerId), text(row.actorId), qint64(row.generation), row.index,
                                int(row.start), row.runnerIndex, row.createTs});
            },
            [this](const DeleteCommands &w) {
                run(kCommands, "DELETE FROM runner_commands WHERE runner_id=? AND actor_id=? AND generation=? AND idx<=?",
                    {text(w.runnerId), text(w.actorId), qint64(w.generation), w.upToIndex});
            },
            [this](const DeleteRunnerCommands &w) {
                run(kCommands, "DELETE FROM runner_commands WHERE runner_id=?", {text(w.runnerId)});
            },
            [this](const PutHibernating &w) {
                const HibernatingRow &row = w.row;
                upsert(kHibernating, {qint64(row.gatewayId.value), qint64(row.requestId.value), text(row.actorId),
                                   row.lastPingTs});
            },
            [this](const RefreshHibernating &w) { refreshHibernating(w); },
            [this](const DeleteHibernating &w) {
                run(kHibernating, "DELETE FROM hibernating_requests WHERE gateway_id=? AND request_id=?",
                    {qint64(w.gatewayId.value), qint64(w.requestId.value)});
            },
            [this](const DeleteHibernatingOfActor &w) {
                run(kHibernating, "DELETE FROM hibernating_requests WHERE actor_id=?", {text(w.actorId)});
            },
            [this](const DeleteHibernatingOlderThan &w) {
                run(kHibernating, "DELETE FROM hibernating_requests WHERE last_ping_ts<?", {w.lastPingTs});
            },
            // The two kinds may be written in either order: a row that overwrites wins in both.
            [this](const PutActorName &w) {
                upsert(w.overwrite ? kActorNames : kNewActorNames,
                    {text(w.row.namespaceId), text(w.row.name), text(w.row.metadataJson)});
            },
            [this](const PutRunnerName &w) {
                upsert(kRunnerNames, {text(w.row.namespaceId), text(w.row.name), text(w.row.metadataJson)});
            },
            [this](const PutRunnerConfig &w) {
                upsert(kRunnerConfigs, {text(w.row.namespaceId), text(w.row.name),
                                     text(QJsonDocument(w.row.body).toJson(QJsonDocument::Compact))});
            },
            [this](const DeleteRunnerConfig &w) {
                run(kRunnerConfigs, "DELETE FROM runner_configs WHERE namespace_id=? AND name=?",
                    {text(w.namespaceId), text(w.name)});
            },
            [this](const DropKv &w) { kvDrop(w.actorId); },
        },
        write);
}

void SqlTables::setMeta(const QString &name, const QString &value)
{
    upsert(kMeta, {text(name), text(value)});
}

} // namespace dormouse
