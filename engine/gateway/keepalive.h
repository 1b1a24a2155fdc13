// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/metrics.h"
#include "engine/base/scopedtimer.h"
#include "engine/scheduler/scheduler.h"

#include <memory>
#include <unordered_map>

namespace dormouse {

/// The oldest stamp that is not older than ageMs at nowMs (both wall ms); never below 0, whatever the age.
constexpr qint64 hibernatingCutoff(qint64 nowMs, qint64 ageMs)
{
    return ageMs >= nowMs ? 0 : nowMs - ageMs;
}

/// Stored rows of live hibernatable sockets: insert, batched refresh, delete (gateway.md section 8.7). All writes go
/// through the store's one ordered queue, and a refresh only updates, so no row reappears after its delete.
///
/// A row is refreshed at the first flush after its due time, which moves on by half the threshold less a phase of its
/// own. The phase is what keeps rows that were made together from being written together for ever. Nothing that the
/// store does or fails to do ends the refreshing or a client's connection.
///
/// Metrics: gateway_hws_keepalive_flush_seconds, gateway_hws_keepalive_rows, gateway_hws_keepalive_failures_total,
/// gateway_hws_keepalive_reinserted_total, hibernation_rows, hibernation_flush_seconds. Thread: engine thread.
class Keepalive
{
public:
    Keepalive(const CoreContext &context, GatewayId gatewayId);

    /// Inserts the row; done runs after commit. From now on it is refreshed. The id must not be live already.
    void add(RequestId requestId, const QString &actorId, std::function<void(const Status &)> done);
    /// Takes it out of the live set, then deletes it. An id that is not live changes nothing.
    void remove(RequestId requestId);
    /// Wall ms of the last committed write of a live row; nothing for any other id.
    std::optional<qint64> lastPingTs(RequestId requestId) const;
    /// When a live row will be due, in wall ms; nothing for any other id.
    std::optional<qint64> nextRefreshTs(RequestId requestId) const;
    std::size_t size() const { return m_rows.size(); }        ///< live rows
    quint64 failures() const { return m_failures.value(); }   ///< flushes that the store gave up
    quint64 flushes() const { return m_flushes; }             ///< batches submitted
    quint64 reinserted() const { return m_reinserted.value(); } ///< live rows that somebody had deleted

private:
    struct Row
    {
        QString actorId;
        qint64 lastPingTs = 0; ///< wall, of the last commit
        qint64 dueMs = 0;      ///< monotonic
        qint64 stepMs = 0;     ///< half the threshold less the phase
    };
    struct Flush
    {
        RefreshHibernating refresh;
        qint64 beganUs = 0;
    };
    qint64 periodMs() const { return m_context.config.hibernatingRequestEligibleThreshold / 2; }
    void armTick();
    void tick();
    void flushed(const Flush &flush, const Status &status);
    void failed(std::size_t rows, const Error &error);
    void reinsert(const std::vector<RequestId> &missing);
    void report(monitor::EventLevel level, const QString &reason, const QString &text) const;

    const CoreContext m_context;
    const GatewayId m_gatewayId;
    std::unordered_map<RequestId, Row> m_rows;
    bool m_inFlight = false;
    int m_failuresInRow = 0;
    quint64 m_flushes = 0;
    qint64 m_lastReportMs = 0;
    std::optional<qint64> m_lastSweepMs;
    MetricHistogram &m_flushSeconds;
    MetricHistogram &m_schedulerFlushSeconds; ///< the same under the name of scheduler.md section 9.1
    Gauge &m_liveRows;
    MetricHistogram &m_flushRows;
    Counter &m_failures;
    Counter &m_reinserted;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< shared: store callbacks outlive this
    ScopedTimer m_timer;
};

} // namespace dormouse
