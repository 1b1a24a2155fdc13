// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/keepalive.h"

#include <algorithm>
#include <cstdlib>

namespace dormouse {

namespace {

constexpr qint64 kReportIntervalMs = 60'000;
constexpr int kFailuresUntilError = 3;

} // namespace

Keepalive::Keepalive(const CoreContext &context, GatewayId gatewayId)
    : m_context(context), m_gatewayId(gatewayId),
      m_flushSeconds(context.metrics.histogram("gateway_hws_keepalive_flush_seconds",
                                               "from the submission of a refresh batch to its commit")),
      m_schedulerFlushSeconds(context.metrics.histogram("hibernation_flush_seconds",
                                                        "from the submission of a refresh batch to its commit")),
      m_liveRows(context.metrics.gauge("hibernation_rows", "rows of client connections that may outlive a sleep")),
      m_flushRows(context.metrics.histogram("gateway_hws_keepalive_rows", "rows in a refresh batch",
                                            Metrics::sizeBounds())),
      m_failures(context.metrics.counter("gateway_hws_keepalive_failures_total",
                                         "refresh batches that the store gave up")),
      m_reinserted(context.metrics.counter("gateway_hws_keepalive_reinserted_total",
                                           "rows of live sockets that were missing and have been inserted again")),
      m_timer(context.timers)
{}

void Keepalive::add(RequestId requestId, const QString &actorId, std::function<void(const Status &)> done)
{
    Row row;
    row.actorId = actorId;
    row.lastPingTs = m_context.clock.wallMs();
    row.stepMs = periodMs()
        - qint64(m_context.random.unit() * m_context.config.keepalivePhaseFraction * double(periodMs()));
    row.dueMs = m_context.clock.monoMs() + row.stepMs;
    m_rows[requestId] = row;
    m_liveRows.set(double(m_rows.size()));
    m_context.store.submit({PutHibernating{HibernatingRow{m_gatewayId, requestId, actorId, row.lastPingTs}}},
                           std::move(done));
    armTick();
}

void Keepalive::remove(RequestId requestId)
{
    if (m_rows.erase(requestId) == 0)
        return;
    m_liveRows.set(double(m_rows.size()));
    m_context.store.submit({DeleteHibernating{m_gatewayId, requestId}}, [](const Status &) {});
    if (m_rows.empty())
        m_timer.cancel();
}

std::optional<qint64> Keepalive::lastPingTs(RequestId requestId) const
{
    const auto row = m_rows.find(requestId);
    return row == m_rows.end() ? std::nullopt : std::optional(row->second.lastPingTs);
}

std::optional<qint64> Keepalive::nextRefreshTs(RequestId requestId) const
{
    const auto row = m_rows.find(requestId);
    if (row == m_rows.end())
        return std::nullopt;
    return row->second.dueMs + m_context.clock.wallMs() - m_context.clock.monoMs();
}

void Keepalive::armTick()
{
    if (m_timer.active() || m_rows.empty())
        return;
    m_timer.start(m_context.clock.monoMs() + m_context.config.hibernationFlushInterval, [this] { tick(); });
}

void Keepalive::tick()
{
    armTick();
    // A batch that the store still retries covers these rows; another one would only queue behind it.
    if (m_inFlight)
        return;
    const qint64 wall = m_context.clock.wallMs();
    const qint64 now = m_context.clock.monoMs();
    Flush flush{{{}, wall, std::make_shared<std::vector<RequestId>>()}, m_context.clock.monoUs()};
    for (const auto &[requestId, row] : m_rows) {
        // A stamp that is too old although it is not due, or lies in the future: the wall clock was set.
        if (now >= row.dueMs || std::llabs(wall - row.lastPingTs) >= periodMs())
            flush.refresh.rows.emplace_back(m_gatewayId, requestId);
    }
    if (flush.refresh.rows.empty())
        return;
    std::sort(flush.refresh.rows.begin(), flush.refresh.rows.end());
    Batch batch{flush.refresh};
    // Behind the refresh, so that it finds no live row of this process, however long the store was away.
    const qint64 threshold = m_context.config.hibernatingRequestEligibleThreshold;
    if (!m_lastSweepMs || now - *m_lastSweepMs >= threshold) {
        m_lastSweepMs = now;
        batch.push_back(DeleteHibernatingOlderThan{hibernatingCutoff(wall, 2 * threshold)});
    }
    m_inFlight = true;
    ++m_flushes;
    m_flushRows.observe(double(flush.refresh.rows.size()));
    m_context.store.submit(std::move(batch),
                           [this, flush, alive = std::weak_ptr<bool>(m_alive)](const Status &status) {
                               if (!alive.expired())
                                   flushed(flush, status);
                           });
}

void Keepalive::flushed(const Flush &flush, const Status &status)
{
    m_inFlight = false;
    if (!status.ok()) {
        failed(flush.refresh.rows.size(), status.error());
        return;
    }
    m_flushSeconds.observe(double(m_context.clock.monoUs() - flush.beganUs) / 1e6);
    m_schedulerFlushSeconds.observe(double(m_context.clock.monoUs() - flush.beganUs) / 1e6);
    if (m_failuresInRow > 0) {
        report(monitor::EventLevel::Info, QStringLiteral("keepalive_recovered"),
               QStringLiteral("after %1 failures").arg(m_failuresInRow));
        m_failuresInRow = 0;
    }
    const qint64 now = m_context.clock.monoMs();
    for (const auto &[gateway, requestId] : flush.refresh.rows) {
        const auto found = m_rows.find(requestId);
        if (found == m_rows.end())
            continue;
        Row &row = found->second;
        row.lastPingTs = flush.refresh.lastPingTs;
        if (row.dueMs > now)
            continue;
        // Counted from the due time, not from the flush: otherwise the flush would pull its rows together.
        row.dueMs += row.stepMs;
        if (row.dueMs <= now)
            row.dueMs = now + row.stepMs;
    }
    reinsert(*flush.refresh.missing);
}

void Keepalive::failed(std::size_t rows, const Error &error)
{
    m_failures.add();
    ++m_failuresInRow;
    const qint64 now = m_context.clock.monoMs();
    if (m_failuresInRow != 1 && m_failuresInRow != kFailuresUntilError && now - m_lastReportMs < kReportIntervalMs)
        return;
    m_lastReportMs = now;
    report(m_failuresInRow >= kFailuresUntilError ? monitor::EventLevel::Error : monitor::EventLevel::Warn,
           QStringLiteral("keepalive_failed"),
           QStringLiteral("%1 rows, failure %2 in a row: %3").arg(rows).arg(m_failuresInRow).arg(error.message));
}

void Keepalive::reinsert(const std::vector<RequestId> &missing)
{
    Batch batch;
    const qint64 wall = m_context.clock.wallMs();
    for (const RequestId requestId : missing) {
        // A socket that ended meanwhile has its delete in the queue; nothing may be put behind that.
        const auto row = m_rows.find(requestId);
        if (row != m_rows.end())
            batch.push_back(PutHibernating{HibernatingRow{m_gatewayId, requestId, row->second.actorId, wall}});
    }
    if (batch.empty())
        return;
    m_reinserted.add(batch.size());
    report(monitor::EventLevel::Warn, QStringLiteral("keepalive_reinserted"),
           QStringLiteral("%1 rows of live sockets had been deleted").arg(batch.size()));
    // Should this fail, the next refresh finds them missing again.
    m_context.store.submit(std::move(batch), [](const Status &) {});
}

void Keepalive::report(monitor::EventLevel level, const QString &reason, const QString &text) const
{
    monitor::Event event;
    event.kind = monitor::EventKind::Keepalive;
    event.level = level;
    event.reason = reason;
    event.text = text;
    m_context.sink.event(std::move(event));
}

} // namespace dormouse
