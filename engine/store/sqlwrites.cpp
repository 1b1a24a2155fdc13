// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqltables_p.h"

#include "engine/store/sqlvalues_p.h"

#include <QJsonDocument>

#include <set>

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
    const int count = int(refresh.rows.size());
    std::set<std::pair<quint32, quint32>> found;
    forPieces(count, kHibernating.mostRows, [&](int first, int size) {
        QVariantList values{refresh.lastPingTs};
        for (int i = first; i < first + size; ++i) {
            const auto &[gatewayId, requestId] = refresh.rows[std::size_t(i)];
            values << qint64(gatewayId.value) << qint64(requestId.value);
        }
        QSqlQuery &query = prepared(&kHibernating, -size, [size] {
            // The types of the first row are those of all.
            return QString(u"UPDATE hibernating_requests SET last_ping_ts=? WHERE (gateway_id, request_id) IN"
                           " (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT))"_s
                           % u",(?,?)"_s.repeated(size - 1) % u") RETURNING gateway_id, request_id"_s);
        });
        execute(query, values);
        while (query.next())
            found.emplace(quint32(query.value(0).toLongLong()), quint32(query.value(1).toLongLong()));
        query.finish();
    });
    if (!refresh.missing)
        return;
    for (const auto &[gatewayId, requestId] : refresh.rows) {
        if (!found.contains({gatewayId.value, requestId.value}))
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
