// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/api.h"
#include "engine/gateway/gateway.h"
#include "engine/routing/route.h"

#include <memory>
#include <unordered_map>

namespace dormouse {

/// Hands each request to the gateway, the runner hub or the API (gateway.md section 2). Failed upgrades are accepted
/// and closed with 1011 "group.code#ray", because browsers cannot see HTTP errors of an upgrade.
/// Thread: engine thread.
class Router
{
public:
    Router(const CoreContext &context, Scheduler &scheduler, Gateway &gateway, Api &api);
    ~Router();

    void request(std::shared_ptr<HttpExchange> exchange);
    void upgrade(std::unique_ptr<UpgradeRequest> upgrade);
    /// Closes the sockets this router owns as going away.
    void shutdown();

    /// Body limit, and what is answered to a request that broke the HTTP syntax or a limit.
    qint64 maxBodyBytes(const HttpHead &head) const;
    /// A body is to come: whether its actor is known, which it is woken for while the body is read
    /// (gateway.md section 6.1). Other bodies are wanted unless the path leads nowhere.
    bool wantsBody(const HttpHead &head);
    /// Streamed are bodies for actors that have not come completely, when the setting http_request_streaming is on.
    BodyMode bodyMode(const HttpHead &head) const;
    std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *head, int status, const QByteArray &reason);

private:
    /// A socket that only answers pings, or that is being closed.
    class OwnSocket;

    void serveRequest(const std::shared_ptr<HttpExchange> &exchange, const ActorRoute &route, const QString &rayId);
    void serveUpgrade(std::unique_ptr<UpgradeRequest> upgrade, const ActorRoute &route, const QString &rayId);
    void serveRunner(std::unique_ptr<UpgradeRequest> upgrade, const RunnerRoute &route, const QString &rayId);
    void fail(HttpExchange &exchange, const FailedRoute &failed, const QString &rayId);
    void fail(UpgradeRequest &upgrade, const FailedRoute &failed, const QString &rayId);
    void plainText(HttpExchange &exchange, int status, const QByteArray &text, const QString &rayId);
    void adopt(std::unique_ptr<Channel> channel, const std::optional<QByteArray> &closeReason);
    HeaderList upgradeHeaders(const HttpHead &head, const QString &rayId, bool actorCors) const;
    std::optional<Error> checkGatewayToken(const HttpHead &head, const std::optional<QByteArray> &token) const;
    std::optional<Error> checkRunnerToken(const std::optional<QByteArray> &token, const char *where) const;
    /// Calls done with the actor's id or an error; for getOrCreate later, after commit.
    void resolve(const ActorRoute &route, std::function<void(const Result<QString> &)> done);
    void resolveQuery(const ActorQuery &query, std::function<void(const Result<QString> &)> done);
    /// Creates or finds the actor; fails when the store has not answered within route_timeout_ms.
    void getOrCreate(const CreateActor &create, std::function<void(const Result<QString> &)> done);
    void countRoute(const char *kind, const QByteArray &result);
    /// Actor routes are counted when their actor is known.
    void countRoute(const Route &route);
    Gateway::Target newTarget(const ActorRoute &route, const QString &rayId) const;

    CoreContext m_context;
    Scheduler &m_scheduler;
    Gateway &m_gateway;
    Api &m_api;
    std::unordered_map<quint64, std::unique_ptr<OwnSocket>> m_sockets;
    quint64 m_nextSocket = 1;
    Counter &m_actorRoutes; ///< the one series of guard_route_total that is hot
    MetricHistogram &m_resolveSeconds;
    /// Callbacks of the scheduler hold a weak reference: they may come after this object.
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

} // namespace dormouse
