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
    : m_context(context), m_gatewayId(gatewayId), m_timer(context.timers)
{}

void Keepalive::add(RequestId requestId, const QString &actorId, std::function<void(const Status &)> done)
{
    const qint64 periodMs = m_context.config.hibernatingRequestEligibleThreshold / 2;
    Row row;
    row.actorId = actorId;
    row.lastPingTs = m_context.clock.wallMs();
    row.phaseMs = qint64(m_context.random.unit() * m_context.config.keepalivePhaseFraction * double(periodMs));
    m_rows[requestId] = row;
    m_context.store.submit({PutHibernating{HibernatingRow{m_gatewayId, requestId, actorId, row.lastPingTs}}},
                           std::move(done));
    armTick();
}

void Keepalive::remove(RequestId requestId)
{
    if (m_rows.erase(requestId) == 0)
        return;
    m_context.store.submit({DeleteHibernating{m_gatewayId, requestId}}, [](const Status &) {});
    if (m_rows.empty())
        m_timer.cancel();
}

std::optional<qint64> Keepalive::lastPingTs(RequestId requestId) const
{
    const auto row = m_rows.find(requestId);
    return row == m_rows.end() ? std::nullopt : std::optional(row->second.lastPingTs);
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
    const qint64 periodMs = m_context.config.hibernatingRequestEligibleThreshold / 2;
    const qint64 now = m_context.clock.wallMs();
    std::vector<std::pair<GatewayId, RequestId>> rows;
    for (const auto &[requestId, row] : m_rows) {
        // Also when the wall clock went back: a stamp from the future is as wrong as an old one.
        if (std::llabs(now - row.lastPingTs) >= periodMs - row.phaseMs)
            rows.emplace_back(m_gatewayId, requestId);
    }
    if (rows.empty())
        return;
    std::sort(rows.begin(), rows.end());
    m_inFlight = true;
    ++m_flushes;
    m_context.store.submit({RefreshHibernating{rows, now}},
                           [this, rows, now, alive = std::weak_ptr<bool>(m_alive)](const Status &status) {
                               if (!alive.expired())
                                   flushed(rows, now, status);
                           });
}

void Keepalive::flushed(const std::vector<std::pair<GatewayId, RequestId>> &rows, qint64 pingTs, const Status &status)
{
    m_inFlight = false;
    if (!status.ok()) {
        ++m_failures;
        ++m_failuresInRow;
        const qint64 now = m_context.clock.monoMs();
        if (m_failuresInRow == 1 || m_failuresInRow == kFailuresUntilError || now - m_lastReportMs >= kReportIntervalMs) {
            m_lastReportMs = now;
            report(m_failuresInRow >= kFailuresUntilError ? monitor::EventLevel::Error : monitor::EventLevel::Warn,
                   QStringLiteral("keepalive_failed"),
                   QStringLiteral("%1 rows, failure %2 in a row: %3")
                       .arg(rows.size()).arg(m_failuresInRow).arg(status.error().message));
        }
        return;
    }
    if (m_failuresInRow > 0) {
        report(monitor::EventLevel::Info, QStringLiteral("keepalive_recovered"),
               QStringLiteral("after %1 failures").arg(m_failuresInRow));
        m_failuresInRow = 0;
    }
    for (const auto &[gateway, requestId] : rows) {
        const auto row = m_rows.find(requestId);
        if (row != m_rows.end())
            row->second.lastPingTs = pingTs;
    }
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
