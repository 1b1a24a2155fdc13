// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/scopedtimer.h"
#include "engine/scheduler/scheduler.h"

#include <memory>
#include <unordered_map>

namespace dormouse {

/// Stored rows of live hibernatable sockets: insert, batched refresh, delete (gateway.md section 8.7). All writes go
/// through the store's one ordered queue, and a refresh only updates, so no row reappears after its delete.
/// Thread: engine thread.
class Keepalive
{
public:
    Keepalive(const CoreContext &context, GatewayId gatewayId);

    /// Inserts the row; done runs after commit. From now on it is refreshed.
    void add(RequestId requestId, const QString &actorId, std::function<void(const Status &)> done);
    /// Takes it out of the live set, then deletes it.
    void remove(RequestId requestId);
    std::optional<qint64> lastPingTs(RequestId requestId) const;
    std::size_t size() const { return m_rows.size(); }
    quint64 failures() const { return m_failures; }
    quint64 flushes() const { return m_flushes; }

private:
    struct Row
    {
        QString actorId;
        qint64 lastPingTs = 0; ///< wall, of the last commit
        qint64 phaseMs = 0;
    };
    void armTick();
    void tick();
    void flushed(const std::vector<std::pair<GatewayId, RequestId>> &rows, qint64 pingTs, const Status &status);
    void report(monitor::EventLevel level, const QString &reason, const QString &text) const;

    const CoreContext m_context;
    const GatewayId m_gatewayId;
    std::unordered_map<RequestId, Row> m_rows;
    bool m_inFlight = false;
    int m_failuresInRow = 0;
    quint64 m_failures = 0;
    quint64 m_flushes = 0;
    qint64 m_lastReportMs = 0;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< shared: store callbacks outlive this
    ScopedTimer m_timer;
};

} // namespace dormouse
