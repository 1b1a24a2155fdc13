// SPDX-License-Identifier: Apache-2.0
#pragma once

// One list of fields per value, used by the CBOR writer, the CBOR reader and the JSON writer. A visitor is called with
// the short key (CBOR), the long name (JSON) and the member. Short keys are part of the recorded and networked
// format: they may be added, never reused for something else.

#include "engine/monitor/tracelog.h"
#include "engine/monitor/values.h"

namespace dormouse::monitor {

template<typename V, typename T>
void visitFields(V &v, T &a)
    requires std::is_same_v<std::remove_const_t<T>, ActorInfo>
{
    v("id", "actor_id", a.actorId);
    v("ns", "namespace", a.namespaceName);
    v("n", "name", a.name);
    v("k", "key", a.key);
    v("p", "pool", a.pool);
    v("cp", "crash_policy", a.crashPolicy);
    v("s", "state", a.state);
    v("g", "generation", a.generation);
    v("r", "runner_id", a.runnerId);
    v("tc", "create_ts", a.createTs);
    v("ts", "start_ts", a.startTs);
    v("tn", "connectable_ts", a.connectableTs);
    v("tl", "sleep_ts", a.sleepTs);
    v("tp", "pending_allocation_ts", a.pendingAllocationTs);
    v("tr", "reschedule_ts", a.rescheduleTs);
    v("td", "destroy_ts", a.destroyTs);
    v("ta", "alarm_ts", a.alarmTs);
    v("dl", "deadline_ts", a.deadlineTs);
    v("dn", "deadline_name", a.deadlineName);
    v("rc", "retry_count", a.retryCount);
    v("e", "error_json", a.errorJson);
    v("c", "connections", a.connections);
    v("h", "hibernating", a.hibernating);
    v("pm", "pending_messages", a.pendingMessages);
    v("pb", "pending_bytes", a.pendingBytes);
    v("kb", "kv_bytes", a.kvBytes);
    v("q", "queue_position", a.queuePosition);
    v("w", "why", a.why);
    v("lw", "last_wake_ms", a.lastWakeMs);
}

template<typename V, typename T>
void visitFields(V &v, T &r)
    requires std::is_same_v<std::remove_const_t<T>, RunnerInfo>
{
    v("id", "runner_id", r.runnerId);
    v("ns", "namespace", r.namespaceName);
    v("n", "name", r.name);
    v("k", "key", r.key);
    v("v", "version", r.version);
    v("pv", "protocol_version", r.protocolVersion);
    v("s", "state", r.state);
    v("st", "total_slots", r.totalSlots);
    v("su", "used_slots", r.usedSlots);
    v("el", "eligible", r.eligible);
    v("er", "ineligible_reason", r.ineligibleReason);
    v("tc", "create_ts", r.createTs);
    v("tn", "last_connected_ts", r.lastConnectedTs);
    v("tp", "last_ping_ts", r.lastPingTs);
    v("td", "drain_ts", r.drainTs);
    v("ts", "stop_ts", r.stopTs);
    v("tl", "lost_at_ts", r.lostAtTs);
    v("rt", "last_rtt_ms", r.lastRttMs);
    v("qb", "queued_bytes", r.queuedBytes);
    v("mi", "messages_in", r.messagesIn);
    v("mo", "messages_out", r.messagesOut);
    v("bi", "bytes_in", r.bytesIn);
    v("bo", "bytes_out", r.bytesOut);
    v("ps", "parked_sockets", r.parkedSockets);
    v("os", "outbound_state", r.outboundState);
    v("pe", "pool_error_json", r.poolErrorJson);
}

template<typename V, typename T>
void visitFields(V &v, T &c)
    requires std::is_same_v<std::remove_const_t<T>, ConnectionInfo>
{
    v("id", "connection_id", c.connectionId);
    v("rq", "request_id", c.requestId);
    v("gw", "gateway_id", c.gatewayId);
    v("a", "actor_id", c.actorId);
    v("r", "runner_id", c.runnerId);
    v("k", "kind", c.kind);
    v("s", "state", c.state);
    v("m", "method", c.method);
    v("p", "path", c.path);
    v("ca", "client_address", c.clientAddress);
    v("h", "hibernatable", c.hibernatable);
    v("ot", "own_traffic", c.ownTraffic);
    v("to", "opened_ts", c.openedTs);
    v("ts", "state_since_ts", c.stateSinceTs);
    v("tc", "closed_ts", c.closedTs);
    v("mi", "messages_in", c.messagesIn);
    v("mo", "messages_out", c.messagesOut);
    v("bi", "bytes_in", c.bytesIn);
    v("bo", "bytes_out", c.bytesOut);
    v("pm", "pending_messages", c.pendingMessages);
    v("pb", "pending_bytes", c.pendingBytes);
    v("pl", "pending_limit_bytes", c.pendingLimitBytes);
    v("op", "oldest_pending_ms", c.oldestPendingMs);
    v("is", "last_sent_index", c.lastSentIndex);
    v("ia", "last_acked_index", c.lastAckedIndex);
    v("in", "next_index", c.nextIndex);
    v("ns", "sleeps", c.sleeps);
    v("nw", "wakes", c.wakes);
    v("nr", "resends", c.resends);
    v("mp", "max_pending_bytes", c.maxPendingBytes);
    v("al", "last_ack_latency_us", c.lastAckLatencyUs);
    v("tk", "keepalive_ts", c.keepaliveTs);
    v("td", "keepalive_due_ts", c.keepaliveDueTs);
    v("ad", "ack_deadline_ts", c.ackDeadlineTs);
    v("cq", "client_queued_bytes", c.clientQueuedBytes);
    v("rt", "client_rtt_us", c.clientRttUs);
    v("cc", "close_code", c.closeCode);
    v("cr", "close_reason", c.closeReason);
    v("cb", "closed_by", c.closedBy);
    v("hs", "http_status", c.httpStatus);
}

template<typename V, typename T>
void visitFields(V &v, T &p)
    requires std::is_same_v<std::remove_const_t<T>, PendingMessageInfo>
{
    v("i", "index", p.index);
    v("b", "bytes", p.bytes);
    v("bin", "binary", p.binary);
    v("q", "queued_ts", p.queuedTs);
    v("w", "written_ts", p.writtenTs);
    v("n", "times_sent", p.timesSent);
    v("pv", "preview_base64", p.preview);
}

template<typename V, typename T>
void visitFields(V &v, T &e)
    requires std::is_same_v<std::remove_const_t<T>, Event>
{
    v("q", "seq", e.seq);
    v("t", "ts", e.ts);
    v("u", "mono_us", e.monoUs);
    v("k", "kind", e.kind);
    v("l", "level", e.level);
    v("a", "actor_id", e.actorId);
    v("r", "runner_id", e.runnerId);
    v("c", "connection_id", e.connectionId);
    v("rq", "request_id", e.requestId);
    v("g", "generation", e.generation);
    v("i", "index", e.index);
    v("v", "value", e.value);
    v("f", "from", e.from);
    v("to", "to", e.to);
    v("re", "reason", e.reason);
    v("x", "text", e.text);
}

template<typename V, typename T>
void visitFields(V &v, T &s)
    requires std::is_same_v<std::remove_const_t<T>, TraceSubject>
{
    v("a", "actor_id", s.actorId);
    v("r", "runner_id", s.runnerId);
    v("c", "connection_id", s.connectionId);
    v("rq", "request_id", s.requestId);
    v("g", "generation", s.generation);
}

template<typename V, typename T>
void visitFields(V &v, T &b)
    requires std::is_same_v<std::remove_const_t<T>, TraceBlock>
{
    v("q", "first_seq", b.firstSeq);
    v("t", "ts", b.ts);
    v("u", "mono_us", b.monoUs);
    v("n", "events", b.events);
    v("s", "subjects", b.subjects);
    v("b", "bytes", b.bytes);
}

template<typename V, typename T>
void visitFields(V &v, T &c)
    requires std::is_same_v<std::remove_const_t<T>, ClusterInfo>
{
    v("ev", "engine_version", c.engineVersion);
    v("lu", "listen_url", c.listenUrl);
    v("sn", "source_name", c.sourceName);
    v("t0", "started_ts", c.startedTs);
    v("t", "now_ts", c.nowTs);
    v("a", "actors", c.actors);
    v("ar", "actors_running", c.actorsRunning);
    v("as", "actors_sleeping", c.actorsSleeping);
    v("ap", "actors_pending", c.actorsPending);
    v("ao", "actors_other", c.actorsOther);
    v("r", "runners", c.runners);
    v("re", "runners_eligible", c.runnersEligible);
    v("st", "slots_total", c.slotsTotal);
    v("su", "slots_used", c.slotsUsed);
    v("c", "connections", c.connections);
    v("co", "connections_open", c.connectionsOpen);
    v("ch", "connections_hibernating", c.connectionsHibernating);
    v("cw", "connections_waking", c.connectionsWaking);
    v("pm", "pending_messages", c.pendingMessages);
    v("pb", "pending_bytes", c.pendingBytes);
    v("mi", "messages_in", c.messagesIn);
    v("mo", "messages_out", c.messagesOut);
    v("bi", "bytes_in", c.bytesIn);
    v("bo", "bytes_out", c.bytesOut);
    v("sq", "store_queue", c.storeQueue);
    v("sc", "store_commit_us", c.storeCommitUs);
    v("lt", "long_turns", c.longTurns);
    v("ltt", "long_turn_ts", c.longTurnTs);
    v("ltu", "long_turn_us", c.longTurnUs);
    v("ltx", "long_turn_text", c.longTurnText);
    v("es", "events_seen", c.eventsSeen);
    v("ed", "events_dropped", c.eventsDropped);
    v("mb", "monitor_bytes_held", c.monitorBytesHeld);
    v("sg", "storage", c.storage);
}

template<typename V, typename T>
void visitFields(V &v, T &s)
    requires std::is_same_v<std::remove_const_t<T>, SettingInfo>
{
    v("s", "section", s.section);
    v("k", "key", s.key);
    v("u", "unit", s.unit);
    v("v", "value", s.value);
    v("d", "default_value", s.defaultValue);
    v("r", "related", s.related);
    v("g", "range", s.range);
}

template<typename V, typename T>
void visitFields(V &v, T &e)
    requires std::is_same_v<std::remove_const_t<T>, StateEdgeInfo>
{
    v("f", "from", e.from);
    v("to", "to", e.to);
    v("e", "event", e.event);
}

template<typename V, typename T>
void visitFields(V &v, T &m)
    requires std::is_same_v<std::remove_const_t<T>, StateMachineInfo>
{
    v("n", "name", m.name);
    v("i", "initial", m.initial);
    v("e", "edges", m.edges);
}

template<typename V, typename T>
void visitFields(V &v, T &l)
    requires std::is_same_v<std::remove_const_t<T>, LatencySlice>
{
    v("t", "start_ts", l.startTs);
    v("n", "length_ms", l.lengthMs);
    v("a", "ack", l.ack);
    v("w", "wake", l.wake);
    v("h", "http", l.http);
    v("oa", "own_ack", l.ownAck);
    v("ow", "own_wake", l.ownWake);
    v("oh", "own_http", l.ownHttp);
}

} // namespace dormouse::monitor
