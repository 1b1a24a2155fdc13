// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/metrics.h"
#include "engine/net/httpserver.h"

#include <functional>

namespace dormouse {

/// Prometheus endpoint on a port of its own: every path answers GET and HEAD with the text of the registry
/// (gateway.md section 12.2). Thread: the engine thread.
class MetricsServer final : private HttpHandler
{
public:
    /// refresh runs before each answer, for gauges that are cheaper to read than to keep.
    MetricsServer(Metrics &metrics, std::function<void()> refresh, const Clock &clock, TimerWheel &wheel);
    /// Errors: those of HttpServer::listen.
    Status listen(const QString &address, quint16 port) { return m_server.listen(address, port); }
    quint16 serverPort() const { return m_server.serverPort(); }
    void shutdown() { m_server.shutdown(); }

private:
    void handleRequest(std::shared_ptr<HttpExchange> exchange) override;
    void handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade) override;
    qint64 maxBodyBytes(const HttpHead &) override { return 0; }
    std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *head, int status, const QByteArray &reason) override;

    Metrics &m_metrics;
    std::function<void()> m_refresh;
    HttpServer m_server;
};

} // namespace dormouse
