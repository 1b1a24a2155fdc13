// SPDX-License-Identifier: Apache-2.0
#include "engine/host/metricsserver.h"

namespace dormouse {

namespace {
constexpr int kMaxScrapers = 64;

HttpServerOptions serverOptions()
{
    HttpServerOptions options;
    options.maxConnections = kMaxScrapers;
    return options;
}

const HeaderList &plainText()
{
    static const HeaderList headers{{"content-type", "text/plain; charset=utf-8"}};
    return headers;
}
} // namespace

MetricsServer::MetricsServer(Metrics &metrics, std::function<void()> refresh, const Clock &clock, TimerWheel &wheel)
    : m_metrics(metrics), m_refresh(std::move(refresh)), m_server(*this, clock, wheel, serverOptions())
{
}

void MetricsServer::handleRequest(std::shared_ptr<HttpExchange> exchange)
{
    const QByteArray &method = exchange->head().method;
    if (method != "GET" && method != "HEAD") {
        HeaderList headers = plainText();
        headers.emplace_back("allow", "GET, HEAD");
        exchange->respond(405, headers, "metrics are read with GET\n");
        return;
    }
    m_refresh();
    exchange->respond(200, {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}, {"cache-control", "no-store"}},
                      m_metrics.prometheusText());
}

void MetricsServer::handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade)
{
    upgrade->reject(426, plainText(), "metrics are read with GET\n");
}

std::pair<HeaderList, QByteArray> MetricsServer::errorAnswer(const HttpHead *, int, const QByteArray &reason)
{
    return {plainText(), reason + '\n'};
}

} // namespace dormouse
