// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqltables_p.h"

#include "engine/store/sqlvalues_p.h"

#include <QJsonDocument>
#include <QSqlError>

using namespace Qt::StringLiterals;

namespace dormouse {

using namespace sqlvalue;

namespace {

constexpr const char *kActorColumns
    = "SELECT actor_id, namespace_id, name, key, pool, crash_policy, input, state, generation, ever_allocated,"
      " runner_id, slot_held, deadline, pending_seq, pending_override, pending_override_ms, wake_override,"
      " wake_override_ms, will_wake, rescheduling, alarm_ts, retry_count, last_failure_ts, last_event_idx,"
      " last_ack_idx, seen_running, next_command_idx, create_ts, start_ts, connectable_ts, sleep_ts,"
      " pending_allocation_ts, reschedule_ts, destroy_ts, error, coalesce(bytes, 0)"
      " FROM (SELECT * FROM actors WHERE destroy_ts IS NULL UNION ALL SELECT * FROM"
      " (SELECT * FROM actors WHERE destroy_ts IS NOT NULL ORDER BY destroy_ts DESC LIMIT ?) AS gone) AS kept"
      " LEFT JOIN actor_kv_size USING (actor_id) ORDER BY create_ts DESC, actor_id";

ActorRow readActor(Columns c)
{
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

NameRow readName(Columns c)
{
    NameRow row;
    row.namespaceId = c.text();
    row.name = c.text();
    row.metadataJson = c.utf8();
    return row;
}

} // namespace

Snapshot SqlTables::load()
{
    Snapshot out;
    const bool decode = m_dialect.refusesNul();
    QSqlQuery *query = &select("SELECT namespace_id, name, display_name, create_ts FROM namespaces"
                               " ORDER BY create_ts, namespace_id");
    while (query->next()) {
        Columns c(*query, decode);
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
        Columns c(*query, decode);
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
        Columns c(*query, decode);
        HibernatingRow row;
        row.gatewayId.value = quint32(c.number());
        row.requestId.value = quint32(c.number());
        row.actorId = c.text();
        row.lastPingTs = c.number();
        out.hibernating.push_back(row);
    }
    query = &select("SELECT namespace_id, name, metadata FROM actor_names ORDER BY namespace_id, name");
    while (query->next())
        out.actorNames.push_back(readName(Columns(*query, decode)));
    query = &select("SELECT namespace_id, name, metadata FROM runner_names ORDER BY namespace_id, name");
    while (query->next())
        out.runnerNames.push_back(readName(Columns(*query, decode)));
    query = &select("SELECT namespace_id, name, body FROM runner_configs ORDER BY namespace_id, name");
    while (query->next()) {
        const NameRow row = readName(Columns(*query, decode));
        out.runnerConfigs.push_back(
            {row.namespaceId, row.name, QJsonDocument::fromJson(row.metadataJson).object()});
    }
    query = &select("SELECT name, value FROM meta WHERE name <> 'schema_version' AND name <> 'store_writer'");
    while (query->next()) {
        Columns c(*query, decode);
        const QString name = c.text();
        out.meta.insert(name, c.text());
    }
    for (auto &[name, statement] : m_statements)
        statement->query.finish();
    return out;
}

void SqlTables::loadActors(Snapshot &out)
{
    QSqlQuery &query = select(kActorColumns, {kMaxDestroyedLoaded});
    const bool decode = m_dialect.refusesNul();
    while (query.next())
        out.actors.push_back(readActor(Columns(query, decode)));
    if (query.lastError().isValid())
        throw SqlFailure{query.lastError().text()};
}

void SqlTables::loadRunners(Snapshot &out)
{
    QSqlQuery &query = select(
        "SELECT runner_id, namespace_id, name, key, version, total_slots, protocol_version, state, conn_epoch,"
        " create_ts, last_connected_ts, last_ping_ts, last_rtt_ms, lost_at, drain_deadline, drain_ts, stop_ts,"
        " expired_ts, metadata, last_command_idx, last_event_idx, last_ack_idx"
        " FROM (SELECT * FROM runners WHERE state <> 4 UNION ALL SELECT * FROM"
        " (SELECT * FROM runners WHERE state = 4 ORDER BY stop_ts DESC LIMIT ?) AS gone) AS kept"
        " ORDER BY create_ts DESC, runner_id",
        {kMaxStoppedLoaded});
    const bool decode = m_dialect.refusesNul();
    while (query.next()) {
        Columns c(query, decode);
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

} // namespace dormouse
