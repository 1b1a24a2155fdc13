// SPDX-License-Identifier: Apache-2.0
#include "engine/store/migrations.h"

namespace dormouse {

// Uniqueness of actor keys and slot counts are kept by the engine, which holds all rows in memory; only what loading
// and the ordered deletes need has an index.
const std::vector<Migration> &migrations()
{
    static const std::vector<Migration> steps = {
        {1,
         {
             "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
             "CREATE TABLE namespaces (namespace_id TEXT PRIMARY KEY, name TEXT NOT NULL, display_name TEXT NOT NULL,"
             " create_ts INTEGER NOT NULL)",
             "CREATE TABLE actors (actor_id TEXT PRIMARY KEY, namespace_id TEXT NOT NULL, name TEXT NOT NULL,"
             " key TEXT, pool TEXT NOT NULL, crash_policy INTEGER NOT NULL CHECK (crash_policy BETWEEN 0 AND 2),"
             " input TEXT, state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 10),"
             " generation INTEGER NOT NULL CHECK (generation >= 0), ever_allocated INTEGER NOT NULL, runner_id TEXT,"
             " slot_held INTEGER NOT NULL, deadline INTEGER, pending_seq INTEGER,"
             " pending_override INTEGER NOT NULL CHECK (pending_override BETWEEN 0 AND 2),"
             " pending_override_ms INTEGER,"
             " wake_override INTEGER NOT NULL CHECK (wake_override BETWEEN 0 AND 2), wake_override_ms INTEGER,"
             " will_wake INTEGER NOT NULL, rescheduling INTEGER NOT NULL, alarm_ts INTEGER,"
             " retry_count INTEGER NOT NULL, last_failure_ts INTEGER NOT NULL, last_event_idx INTEGER NOT NULL,"
             " last_ack_idx INTEGER NOT NULL, seen_running INTEGER NOT NULL, next_command_idx INTEGER NOT NULL,"
             " create_ts INTEGER NOT NULL, start_ts INTEGER, connectable_ts INTEGER, sleep_ts INTEGER,"
             " pending_allocation_ts INTEGER, reschedule_ts INTEGER, destroy_ts INTEGER, error TEXT NOT NULL,"
             " row_rev INTEGER NOT NULL DEFAULT 0)",
             "CREATE INDEX actors_destroyed ON actors (destroy_ts) WHERE destroy_ts IS NOT NULL",
             "CREATE TABLE runners (runner_id TEXT PRIMARY KEY, namespace_id TEXT NOT NULL, name TEXT NOT NULL,"
             " key TEXT NOT NULL, version INTEGER NOT NULL, total_slots INTEGER NOT NULL,"
             " protocol_version INTEGER NOT NULL, state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),"
             " conn_epoch INTEGER NOT NULL, create_ts INTEGER NOT NULL, last_connected_ts INTEGER NOT NULL,"
             " last_ping_ts INTEGER NOT NULL, last_rtt_ms INTEGER NOT NULL, lost_at INTEGER, drain_deadline INTEGER,"
             " drain_ts INTEGER, stop_ts INTEGER, expired_ts INTEGER, metadata TEXT NOT NULL,"
             " last_command_idx INTEGER NOT NULL, last_event_idx INTEGER NOT NULL, last_ack_idx INTEGER NOT NULL)",
             "CREATE INDEX runners_stopped ON runners (stop_ts) WHERE state = 4",
             "CREATE TABLE runner_commands (runner_id TEXT NOT NULL, actor_id TEXT NOT NULL,"
             " generation INTEGER NOT NULL, idx INTEGER NOT NULL, start INTEGER NOT NULL,"
             " runner_idx INTEGER NOT NULL, create_ts INTEGER NOT NULL,"
             " PRIMARY KEY (runner_id, actor_id, generation, idx)) WITHOUT ROWID",
             "CREATE TABLE hibernating_requests (gateway_id INTEGER NOT NULL, request_id INTEGER NOT NULL,"
             " actor_id TEXT NOT NULL, last_ping_ts INTEGER NOT NULL, PRIMARY KEY (gateway_id, request_id))"
             " WITHOUT ROWID",
             "CREATE INDEX hibernating_by_actor ON hibernating_requests (actor_id, last_ping_ts)",
             "CREATE INDEX hibernating_by_ping ON hibernating_requests (last_ping_ts)",
             "CREATE TABLE actor_names (namespace_id TEXT NOT NULL, name TEXT NOT NULL, metadata TEXT NOT NULL,"
             " PRIMARY KEY (namespace_id, name)) WITHOUT ROWID",
             "CREATE TABLE runner_names (namespace_id TEXT NOT NULL, name TEXT NOT NULL, metadata TEXT NOT NULL,"
             " PRIMARY KEY (namespace_id, name)) WITHOUT ROWID",
             "CREATE TABLE runner_configs (namespace_id TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,"
             " PRIMARY KEY (namespace_id, name)) WITHOUT ROWID",
             "CREATE TABLE actor_kv (actor_id TEXT NOT NULL, k BLOB NOT NULL, v BLOB NOT NULL,"
             " version BLOB NOT NULL, update_ts INTEGER NOT NULL, PRIMARY KEY (actor_id, k)) WITHOUT ROWID",
             // Apart from the actor row, because the engine rewrites that row from its memory.
             "CREATE TABLE actor_kv_size (actor_id TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID",
         }},
        // A refresh would move each row in every index that holds its time. What such an index could find is looked for
        // once per threshold, in a table of live sockets only.
        {2,
         {
             "DROP INDEX hibernating_by_ping",
             "DROP INDEX hibernating_by_actor",
             "CREATE INDEX hibernating_by_actor ON hibernating_requests (actor_id)",
         }},
    };
    return steps;
}

} // namespace dormouse
