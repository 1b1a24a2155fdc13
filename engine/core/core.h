// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/serverless/httpfetch.h"
#include "engine/gateway/gateway.h"
#include "engine/net/http.h"
#include "engine/scheduler/scheduler.h"

#include <functional>

namespace dormouse {

class Api;

/// The whole deterministic engine without sockets, threads or a clock of its own: scheduler, gateway, router, API.
/// Simulation makes many of these in one process. Thread: one thread.
class Core final : public HttpHandler
{
public:
    explicit Core(const CoreContext &context);
    ~Core() override;

    /// Opens the store and boots. Errors of Store::open.
    Status start();
    void shutdown();

    Scheduler &scheduler();
    Gateway &gateway();
    const CoreContext &context() const;
    /// Extra WebSocket and HTTP paths, asked first (monitoring). Set before start.
    using UpgradeHook = std::function<bool(std::unique_ptr<UpgradeRequest> &)>;
    using RequestHook = std::function<bool(const std::shared_ptr<HttpExchange> &)>;
    void setHooks(UpgradeHook upgrade, RequestHook request);
    void setPublicUrl(const QString &url); ///< for /datacenters
    /// Outbound requests of the API; without it they fail as request_failed.
    void setHttpFetch(HttpFetch fetch);

    // HttpHandler: routing of gateway.md section 2
    void handleRequest(std::shared_ptr<HttpExchange> exchange) override;
    void handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade) override;
    qint64 maxBodyBytes(const HttpHead &head) override;
    bool wantsBody(const HttpHead &head) override;
    std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *head, int status, const QByteArray &reason) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
