// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to engine/scheduler: the metrics of scheduler.md section 9.1. Series are looked up once per pool or actor name
// and kept; durations are in seconds. Thread: engine thread.

#include "engine/base/metrics.h"
#include "engine/scheduler/actormachine.h"

#include <map>

namespace dormouse {

class SchedulerMetrics
{
public:
    explicit SchedulerMetrics(Metrics &metrics);

    struct Pool
    {
        Gauge *pending = nullptr;
        Gauge *active = nullptr;
        Counter *pendingTimeouts = nullptr;
        Counter *restarts = nullptr;
        Counter *upgradeDrains = nullptr;
    };
    Pool &pool(const QString &namespaceId, const QString &name);

    /// Per namespace and actor name.
    struct Usage
    {
        Counter *awakeSeconds = nullptr;
        Gauge *actors = nullptr;
        Gauge *kvBytes = nullptr;
        Counter *kvRead = nullptr;
        Counter *kvWrite = nullptr;
        Counter *alarms = nullptr;
    };
    Usage &usage(const QString &namespaceId, const QString &actorName);

    /// kind of an allocation: serverless or serverful; result: allocated, pending, sleep.
    void allocated(bool serverless, const char *result, double seconds);
    void started(const QString &namespaceId, const QString &pool, bool serverless, double seconds);
    /// result: allocated, timeout, destroyed, asleep.
    void waited(const QString &pool, const char *result, double seconds);
    void lost(LostReason reason);
    void backoff(int delta) { m_backoff.add(delta); }
    void ingested() { m_ingested.add(); }
    /// reason: runner, generation, index, state.
    void ignored(const char *reason);
    /// action: kept, start, unconfirmed, lost, stopped, zombie.
    void reconciled(const char *action);
    void parked() { m_parked.add(); }
    void evicted(const QString &namespaceId, const QString &pool, int protocol);
    void connected(const QString &namespaceId, const QString &pool, int protocol, double initSeconds);
    void disconnected(const QString &namespaceId, const QString &pool, int protocol);
    void timerLag(double seconds) { m_timerLag.observe(seconds); }
    void transaction(const char *op, double seconds);
    void repaired() { m_repairs.add(); }
    void forgotten(const char *kind, quint64 count);

private:
    Metrics &m_metrics;
    std::map<std::pair<QString, QString>, Pool> m_pools;
    std::map<std::pair<QString, QString>, Usage> m_usage;
    std::map<const char *, MetricHistogram *> m_transactions; ///< by literal
    Gauge &m_backoff;
    Counter &m_ingested;
    Counter &m_parked;
    Counter &m_repairs;
    MetricHistogram &m_timerLag;
};

} // namespace dormouse
