// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/serverless/serverlesspools.h"
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
    ServerlessPools &pools();
    const CoreContext &context() const;
    /// Extra WebSocket and HTTP paths, asked first (monitoring). Set before start.
    using UpgradeHook = std::function<bool(std::unique_ptr<UpgradeRequest> &)>;
    using RequestHook = std::function<bool(const std::shared_ptr<HttpExchange> &)>;
    void setHooks(UpgradeHook upgrade, RequestHook request);
    /// For /datacenters and as the address serverless runners dial; pools open nothing before it is known.
    void setPublicUrl(const QString &url);
    /// Outbound requests for metadata; without it they fail as request_failed. Before start().
    void setHttpFetch(HttpFetch fetch);
    /// Outbound requests that start serverless runners; without it pools stay empty.
    void setOpenStream(OpenStream open);

    // HttpHandler: routing of gateway.md section 2
    void handleRequest(std::shared_ptr<HttpExchange> exchange) override;
    void handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade) override;
    qint64 maxBodyBytes(const HttpHead &head) override;
    bool wantsBody(const HttpHead &head) override;
    BodyMode bodyMode(const HttpHead &head) override;
    std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *head, int status, const QByteArray &reason) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
