// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/schedulermetrics.h"

namespace dormouse {

namespace {

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

MetricLabels poolLabels(const QString &namespaceId, const QString &pool)
{
    return {{"namespace_id", namespaceId}, {"runner_name", pool}};
}

MetricLabels socketLabels(const QString &namespaceId, const QString &pool, int protocol)
{
    return {{"namespace_id", namespaceId}, {"runner_name", pool}, {"protocol_version", QString::number(protocol)}};
}

constexpr const char *kConnections = "pegboard_runner_connection_active";
constexpr const char *kConnectionsHelp = "Runner sockets that have sent their init and are open.";

} // namespace

SchedulerMetrics::SchedulerMetrics(Metrics &metrics)
    : m_metrics(metrics),
      m_backoff(metrics.gauge("scheduler_backoff_actors", "Actors that wait before their next restart.")),
      m_ingested(metrics.counter("pegboard_runner_ingested_events_total", "Events received from runners.")),
      m_parked(metrics.counter("scheduler_socket_parked_total",
                               "Older sockets of a process that has opened a newer one.")),
      m_repairs(metrics.counter("scheduler_repair_total", "Rows that contradicted themselves and were repaired.")),
      m_timerLag(metrics.histogram("scheduler_timer_lag_seconds", "How late the timers of actors ran."))
{
}

SchedulerMetrics::Pool &SchedulerMetrics::pool(const QString &namespaceId, const QString &name)
{
    Pool &entry = m_pools[{namespaceId, name}];
    if (entry.pending)
        return entry;
    const MetricLabels labels = poolLabels(namespaceId, name);
    const MetricLabels shortLabels{{"pool", name}};
    entry.pending = &m_metrics.gauge("pegboard_actor_pending_allocation", "Actors that wait for a slot.", labels);
    entry.active = &m_metrics.gauge("pegboard_actor_active", "Actors that hold a slot.", labels);
    entry.pendingTimeouts = &m_metrics.counter("scheduler_pending_timeout_total",
                                               "Actors that gave up waiting for a slot.", shortLabels);
    entry.restarts = &m_metrics.counter("scheduler_restart_total", "Allocations after a failure or a drain.",
                                        shortLabels);
    entry.upgradeDrains = &m_metrics.counter("pegboard_runner_version_upgrade_drain_total",
                                             "Runners drained because a newer version connected.", labels);
    return entry;
}

SchedulerMetrics::Usage &SchedulerMetrics::usage(const QString &namespaceId, const QString &actorName)
{
    Usage &entry = m_usage[{namespaceId, actorName}];
    if (entry.actors)
        return entry;
    const MetricLabels labels{{"namespace_id", namespaceId}, {"actor_name", actorName}};
    entry.awakeSeconds = &m_metrics.counter("actor_awake", "Seconds actors were running, rounded up per interval.",
                                            labels);
    entry.actors = &m_metrics.gauge("total_actors", "Actors that are not destroyed.", labels);
    entry.kvBytes = &m_metrics.gauge("kv_storage_used", "Bytes of keys and values stored.", labels);
    entry.kvRead = &m_metrics.counter("kv_read", "Bytes of keys and values read by actors.", labels);
    entry.kvWrite = &m_metrics.counter("kv_write", "Bytes of keys and values written by actors.", labels);
    entry.alarms = &m_metrics.counter("alarms_set", "Alarms set by actors.", labels);
    return entry;
}

void SchedulerMetrics::allocated(bool serverless, const char *result, double seconds)
{
    m_metrics
        .histogram("pegboard_actor_allocate_duration", "Duration of allocation attempts until they are committed.",
                   Metrics::durationBounds(),
                   {{"kind", latin(serverless ? "serverless" : "serverful")}, {"result", latin(result)}})
        .observe(seconds);
}

void SchedulerMetrics::started(const QString &namespaceId, const QString &pool, bool serverless, double seconds)
{
    m_metrics
        .histogram("pegboard_actor_start_duration", "From the slot to the running actor.", Metrics::durationBounds(),
                   {{"namespace_id", namespaceId},
                    {"pool_name", pool},
                    {"kind", latin(serverless ? "serverless" : "serverful")}})
        .observe(seconds);
}

void SchedulerMetrics::waited(const QString &pool, const char *result, double seconds)
{
    m_metrics
        .histogram("scheduler_pending_wait_seconds", "Time actors spent in the queue.", Metrics::longDurationBounds(),
                   {{"pool", pool}, {"result", latin(result)}})
        .observe(seconds);
}

void SchedulerMetrics::lost(LostReason reason)
{
    m_metrics
        .counter("scheduler_lost_total", "Actors the engine gave up on without hearing from them.",
                 {{"reason", latin(lostReasonName(reason))}})
        .add();
}

void SchedulerMetrics::ignored(const char *reason)
{
    m_metrics
        .counter("scheduler_event_ignored_total", "Runner events that did not count.", {{"reason", latin(reason)}})
        .add();
}

void SchedulerMetrics::reconciled(const char *action)
{
    m_metrics
        .counter("scheduler_reconcile_total", "What became of actors when their runner reconnected.",
                 {{"action", latin(action)}})
        .add();
}

void SchedulerMetrics::evicted(const QString &namespaceId, const QString &pool, int protocol)
{
    m_metrics
        .counter("pegboard_runner_eviction_total", "Sockets closed because another process uses their key.",
                 socketLabels(namespaceId, pool, protocol))
        .add();
}

void SchedulerMetrics::connected(const QString &namespaceId, const QString &pool, int protocol, double initSeconds)
{
    const MetricLabels labels = socketLabels(namespaceId, pool, protocol);
    m_metrics.counter("pegboard_runner_connection_total", "Runner sockets that have sent their init.", labels).add();
    m_metrics.gauge(kConnections, kConnectionsHelp, labels).add(1);
    m_metrics
        .histogram("pegboard_runner_receive_init_packet_duration", "From the upgrade to the init of a runner.",
                   Metrics::durationBounds(), poolLabels(namespaceId, pool))
        .observe(initSeconds);
}

void SchedulerMetrics::disconnected(const QString &namespaceId, const QString &pool, int protocol)
{
    m_metrics.gauge(kConnections, kConnectionsHelp, socketLabels(namespaceId, pool, protocol)).add(-1);
}

void SchedulerMetrics::transaction(const char *op, double seconds)
{
    MetricHistogram *&series = m_transactions[op];
    if (!series)
        series = &m_metrics.histogram("scheduler_tx_seconds", "From the end of a transaction until it is committed.",
                                      Metrics::durationBounds(), {{"op", latin(op)}});
    series->observe(seconds);
}

void SchedulerMetrics::forgotten(const char *kind, quint64 count)
{
    m_metrics
        .counter("scheduler_forgotten_total", "Ended rows dropped from memory because too many are kept.",
                 {{"kind", latin(kind)}})
        .add(count);
}

} // namespace dormouse
