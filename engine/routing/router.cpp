// SPDX-License-Identifier: Apache-2.0
#include "engine/routing/router.h"

#include "engine/base/closecode.h"

#include "engine/api/answers.h"
#include "engine/gateway/headers.h"

#include <algorithm>

namespace dormouse {

namespace {
constexpr quint16 kInternalError = closeNumber(CloseCode::InternalError);
constexpr quint16 kGoingAway = closeNumber(CloseCode::GoingAway);
const QByteArray kRivetProtocol = QByteArrayLiteral("rivet");
/// The API checks its own limit of 6 MiB and answers 400; the transport stops clearly above it.
constexpr qint64 kApiTransportLimit = 8 * 1024 * 1024;

constexpr const char *kRouteTotal = "guard_route_total";
constexpr const char *kRouteTotalHelp = "requests and upgrades by where they go";

template<class... Visitors>
struct Overloaded : Visitors...
{
    using Visitors::operator()...;
};
template<class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

QByteArray chosenProtocol(const HttpHead &head)
{
    const std::vector<QByteArray> offered = head.offeredProtocols();
    return std::find(offered.begin(), offered.end(), kRivetProtocol) != offered.end() ? kRivetProtocol : QByteArray();
}

Error notSupported()
{
    return Error::make("guard", "websocket_not_supported", QStringLiteral("This path takes no WebSocket"));
}

Error forbidden(const QString &reason)
{
    return Error::make("api", "forbidden", QStringLiteral("Access is refused: ") + reason,
                       {{QStringLiteral("reason"), reason}});
}
} // namespace

class Router::OwnSocket final : public ChannelListener
{
public:
    OwnSocket(std::unique_ptr<Channel> channel, std::function<void()> gone)
        : m_channel(std::move(channel)), m_gone(std::move(gone))
    {
        m_channel->setListener(this);
    }
    Channel &channel() { return *m_channel; }

    void channelMessage(Channel &channel, const QByteArray &payload, bool binary) override
    {
        if (!binary && payload == "ping")
            channel.send("pong", false);
    }
    void channelClosed(Channel &, const ChannelClose &) override { m_gone(); }

private:
    std::unique_ptr<Channel> m_channel;
    std::function<void()> m_gone;
};

Router::Router(const CoreContext &context, Scheduler &scheduler, Gateway &gateway, Api &api)
    : m_context(context), m_scheduler(scheduler), m_gateway(gateway), m_api(api),
      m_actorRoutes(context.metrics.counter(kRouteTotal, kRouteTotalHelp, {{"kind", QStringLiteral("actor")}, {"result", QStringLiteral("ok")}})),
      m_resolveSeconds(context.metrics.histogram("guard_resolve_route_duration",
                                                 "seconds until the actor a request is for is known, or an error"))
{
}

Router::~Router() = default;

void Router::adopt(std::unique_ptr<Channel> channel, const std::optional<QByteArray> &closeReason)
{
    if (!channel)
        return;
    const quint64 id = m_nextSocket++;
    auto socket = std::make_unique<OwnSocket>(std::move(channel), [this, id] {
        // Not within the listener call: the channel is still on the stack.
        m_context.timers.schedule(m_context.clock.monoMs(), [this, id, alive = std::weak_ptr(m_alive)] {
            if (!alive.expired())
                m_sockets.erase(id);
        });
    });
    if (closeReason)
        socket->channel().close(kInternalError, *closeReason);
    m_sockets.emplace(id, std::move(socket));
}

void Router::shutdown()
{
    for (const auto &[id, socket] : m_sockets)
        socket->channel().close(kGoingAway, "ws.going_away");
}

HeaderList Router::upgradeHeaders(const HttpHead &head, const QString &rayId, bool actorCors) const
{
    HeaderList out = actorCors ? actorCorsHeaders(head, m_context.config) : HeaderList();
    out.emplace_back("x-rivet-ray-id", rayId.toLatin1());
    return out;
}

void Router::plainText(HttpExchange &exchange, int status, const QByteArray &text, const QString &rayId)
{
    exchange.respond(status, {{"content-type", "text/plain"}, {"x-rivet-ray-id", rayId.toLatin1()}}, text);
}

void Router::fail(HttpExchange &exchange, const FailedRoute &failed, const QString &rayId)
{
    HeaderList headers{{"content-type", "application/json"},
                       {"x-rivet-error", failed.error.fullCode()},
                       {"x-rivet-ray-id", rayId.toLatin1()}};
    if (failed.actorCors)
        headers.append(actorCorsHeaders(exchange.head(), m_context.config));
    exchange.respond(errorStatus(failed.error, Surface::Gateway), headers, errorBody(failed.error));
}

void Router::fail(UpgradeRequest &upgrade, const FailedRoute &failed, const QString &rayId)
{
    const HttpHead head = upgrade.head();
    adopt(upgrade.accept(chosenProtocol(head), upgradeHeaders(head, rayId, failed.actorCors)),
          closeReason(failed.error, rayId));
}

std::optional<Error> Router::checkGatewayToken(const HttpHead &head, const std::optional<QByteArray> &token) const
{
    const EngineConfig &config = m_context.config;
    if (!config.gatewayRequiresToken || config.adminToken.isEmpty())
        return std::nullopt;
    const QByteArray given = token ? *token : head.header("x-rivet-token");
    if (given.isEmpty())
        return forbidden(QStringLiteral("a token is needed"));
    return tokenMatches(config.adminToken, given) ? std::nullopt : std::optional(forbidden(QStringLiteral("wrong token")));
}

std::optional<Error> Router::checkRunnerToken(const std::optional<QByteArray> &token, const char *where) const
{
    const EngineConfig &config = m_context.config;
    if (config.adminToken.isEmpty())
        return std::nullopt;
    if (!token) {
        return Error::make("guard", "missing_header", QStringLiteral("Runners need a token"),
                           {{QStringLiteral("header"), QLatin1StringView(where)}});
    }
    return tokenMatches(config.adminToken, *token) ? std::nullopt : std::optional(forbidden(QStringLiteral("wrong token")));
}

void Router::countRoute(const char *kind, const QByteArray &result)
{
    m_context.metrics.counter(kRouteTotal, kRouteTotalHelp, {{"kind", QString::fromLatin1(kind)}, {"result", QString::fromLatin1(result)}}).add();
}

void Router::countRoute(const Route &route)
{
    const QByteArray ok = QByteArrayLiteral("ok");
    std::visit(Overloaded{
                   [](const ActorRoute &) {},
                   [&](const HealthSocketRoute &) { countRoute("health", ok); },
                   [&](const RunnerRoute &) { countRoute("runner", ok); },
                   [&](const EnvoyRoute &) { countRoute("envoy", ok); },
                   [&](const ApiRoute &) { countRoute("api", ok); },
                   [&](const PreflightRoute &) { countRoute("preflight", ok); },
                   [&](const FailedRoute &failed) { countRoute("none", failed.error.fullCode()); },
               },
               route);
}

Gateway::Target Router::newTarget(const ActorRoute &route, const QString &rayId) const
{
    return {QString(), route.path, route.skipReadyWait, rayId,
            m_context.clock.monoMs() + m_context.config.routeTimeoutMs};
}

void Router::resolve(const ActorRoute &route, std::function<void(const Result<QString> &)> done)
{
    if (const auto *id = std::get_if<QString>(&route.actor)) {
        m_resolveSeconds.observe(0);
        m_actorRoutes.add();
        done(*id);
        return;
    }
    const qint64 beganUs = m_context.clock.monoUs();
    const auto counted = [this, beganUs, done = std::move(done), alive = std::weak_ptr(m_alive)](const Result<QString> &actorId) {
        if (!alive.expired()) {
            m_resolveSeconds.observe(double(m_context.clock.monoUs() - beganUs) / 1e6);
            if (actorId)
                m_actorRoutes.add();
            else
                countRoute("actor", actorId.error().fullCode());
        }
        done(actorId);
    };
    resolveQuery(std::get<ActorQuery>(route.actor), counted);
}

void Router::resolveQuery(const ActorQuery &query, std::function<void(const Result<QString> &)> done)
{
    const NamespaceRow *space = m_scheduler.namespaceByName(query.namespaceName);
    if (!space) {
        done(Error::make("namespace", "not_found", QStringLiteral("There is no namespace \"%1\"").arg(query.namespaceName.left(100))));
        return;
    }
    if (!query.create) {
        const ActorRow *row = m_scheduler.actorByKey(space->namespaceId, query.name, query.key);
        if (row)
            done(row->actorId);
        else
            done(Error::make("actor", "not_found", QStringLiteral("There is no actor of that name and key")));
        return;
    }
    if (query.region && *query.region != QLatin1StringView(kDatacenter)) {
        done(Error::make("datacenter", "not_found", QStringLiteral("There is no datacenter \"%1\"").arg(query.region->left(100))));
        return;
    }
    CreateActor create;
    create.namespaceId = space->namespaceId;
    create.name = query.name;
    create.pool = query.pool;
    create.crashPolicy = query.crashPolicy;
    create.key = query.key;
    create.input = query.inputBase64;
    getOrCreate(create, std::move(done));
}

void Router::getOrCreate(const CreateActor &create, std::function<void(const Result<QString> &)> done)
{
    struct Waiting
    {
        std::function<void(const Result<QString> &)> done;
        TimerId timer = 0;
    };
    // Shared by the deadline and the answer: whichever comes first takes the callback.
    const auto waiting = std::make_shared<Waiting>();
    waiting->done = std::move(done);
    waiting->timer = m_context.timers.schedule(
        m_context.clock.monoMs() + m_context.config.routeTimeoutMs,
        [this, waiting, alive = std::weak_ptr(m_alive)] {
            const auto timedOut = std::exchange(waiting->done, {});
            if (!timedOut || alive.expired())
                return;
            timedOut(Error::make("guard", "request_timeout", QStringLiteral("The actor could not be created in time"),
                                 {{QStringLiteral("phase"), QStringLiteral("resolve")},
                                  {QStringLiteral("timeout_seconds"), double(m_context.config.routeTimeoutMs) / 1000.0}}));
        });
    m_scheduler.getOrCreateActor(create, [this, waiting, alive = std::weak_ptr(m_alive)](const Result<Scheduler::GetOrCreated> &got) {
        const auto answered = std::exchange(waiting->done, {});
        if (!answered || alive.expired())
            return;
        m_context.timers.cancel(waiting->timer);
        if (got)
            answered(got->actor.actorId);
        else
            answered(got.error());
    });
}

void Router::request(std::shared_ptr<HttpExchange> exchange)
{
    const QString rayId = makeId(m_context.random);
    const Route route = parseRoute(exchange->head(), false, m_context.config);
    countRoute(route);
    const auto runnerText = [&](const std::optional<QByteArray> &token, const QByteArray &text) {
        if (const std::optional<Error> error = checkRunnerToken(token, "x-rivet-token"))
            fail(*exchange, {*error, false}, rayId);
        else
            plainText(*exchange, 200, text, rayId);
    };
    std::visit(Overloaded{
                   [&](const ActorRoute &actor) { serveRequest(exchange, actor, rayId); },
                   [&](const HealthSocketRoute &) { plainText(*exchange, 426, "This path serves a WebSocket", rayId); },
                   [&](const RunnerRoute &runner) { runnerText(runner.token, "Runners connect here by WebSocket"); },
                   [&](const EnvoyRoute &) { plainText(*exchange, 200, "Envoys connect here by WebSocket", rayId); },
                   [&](const ApiRoute &) { m_api.handle(exchange, rayId); },
                   [&](const PreflightRoute &) {
                       HeaderList headers = actorPreflightHeaders(exchange->head(), m_context.config);
                       headers.emplace_back("x-rivet-ray-id", rayId.toLatin1());
                       exchange->respond(204, headers, {});
                   },
                   [&](const FailedRoute &failed) { fail(*exchange, failed, rayId); },
               },
               route);
}

void Router::serveRequest(const std::shared_ptr<HttpExchange> &exchange, const ActorRoute &route, const QString &rayId)
{
    if (const std::optional<Error> error = checkGatewayToken(exchange->head(), route.token)) {
        countRoute("actor", error->fullCode());
        fail(*exchange, {*error, true}, rayId);
        return;
    }
    Gateway::Target target = newTarget(route, rayId);
    resolve(route, [this, exchange, target, alive = std::weak_ptr(m_alive)](const Result<QString> &actorId) mutable {
        if (alive.expired())
            return;
        if (!actorId) {
            fail(*exchange, {actorId.error(), true}, target.rayId);
            return;
        }
        target.actorId = *actorId;
        m_gateway.request(exchange, std::move(target));
    });
}

void Router::upgrade(std::unique_ptr<UpgradeRequest> upgrade)
{
    const QString rayId = makeId(m_context.random);
    const HttpHead head = upgrade->head();
    // Browsers do not ask before they open a WebSocket, so the allow-list has to be enforced here.
    if (!originAllowed(head, m_context.config)) {
        fail(*upgrade, {forbidden(QStringLiteral("this origin is not in allowed_origins")), false}, rayId);
        return;
    }
    const Route route = parseRoute(head, true, m_context.config);
    countRoute(route);
    std::visit(Overloaded{
                   [&](const ActorRoute &actor) { serveUpgrade(std::move(upgrade), actor, rayId); },
                   [&](const HealthSocketRoute &) {
                       adopt(upgrade->accept(chosenProtocol(head), upgradeHeaders(head, rayId, false)),
                             std::nullopt);
                   },
                   [&](const RunnerRoute &runner) { serveRunner(std::move(upgrade), runner, rayId); },
                   [&](const EnvoyRoute &) { fail(*upgrade, {notSupported(), false}, rayId); },
                   [&](const ApiRoute &) { fail(*upgrade, {notSupported(), false}, rayId); },
                   [&](const PreflightRoute &) { fail(*upgrade, {notSupported(), false}, rayId); },
                   [&](const FailedRoute &failed) { fail(*upgrade, failed, rayId); },
               },
               route);
}

void Router::serveUpgrade(std::unique_ptr<UpgradeRequest> upgrade, const ActorRoute &route, const QString &rayId)
{
    if (const std::optional<Error> error = checkGatewayToken(upgrade->head(), route.token)) {
        countRoute("actor", error->fullCode());
        fail(*upgrade, {*error, true}, rayId);
        return;
    }
    Gateway::Target target = newTarget(route, rayId);
    // std::function needs copies: the request waits in a shared box until the actor is known.
    auto box = std::make_shared<std::unique_ptr<UpgradeRequest>>(std::move(upgrade));
    resolve(route, [this, box, target, alive = std::weak_ptr(m_alive)](const Result<QString> &actorId) mutable {
        if (alive.expired())
            return;
        if (!actorId) {
            fail(**box, {actorId.error(), true}, target.rayId);
            return;
        }
        target.actorId = *actorId;
        m_gateway.webSocket(std::move(*box), target);
    });
}

void Router::serveRunner(std::unique_ptr<UpgradeRequest> upgrade, const RunnerRoute &route, const QString &rayId)
{
    if (const std::optional<Error> error = checkRunnerToken(route.token, "sec-websocket-protocol")) {
        fail(*upgrade, {*error, false}, rayId);
        return;
    }
    const HttpHead head = upgrade->head();
    std::unique_ptr<Channel> channel = upgrade->accept(chosenProtocol(head), {{"x-rivet-ray-id", rayId.toLatin1()}});
    if (channel)
        m_scheduler.acceptRunner(std::move(channel), head.query(), rayId);
}

bool Router::wantsBody(const HttpHead &head)
{
    const Route route = parseRoute(head, false, m_context.config);
    const auto *actor = std::get_if<ActorRoute>(&route);
    if (actor == nullptr)
        return !std::holds_alternative<FailedRoute>(route);
    if (checkGatewayToken(head, actor->token))
        return false;
    if (const auto *id = std::get_if<QString>(&actor->actor))
        return m_gateway.requestIsComing(*id);
    const ActorQuery &query = std::get<ActorQuery>(actor->actor);
    const NamespaceRow *space = m_scheduler.namespaceByName(query.namespaceName);
    if (space == nullptr)
        return false;
    const ActorRow *row = m_scheduler.actorByKey(space->namespaceId, query.name, query.key);
    if (row == nullptr)
        return query.create;
    // By value: a wake may move the rows.
    const QString actorId = row->actorId;
    return m_gateway.requestIsComing(actorId);
}

BodyMode Router::bodyMode(const HttpHead &head) const
{
    // These bodies never reach an actor.
    const bool isUnused = head.method == "GET" || head.method == "HEAD" || head.method == "OPTIONS";
    if (!m_context.config.httpRequestStreaming || isUnused)
        return BodyMode::Collect;
    const Route route = parseRoute(head, false, m_context.config);
    return std::holds_alternative<ActorRoute>(route) ? BodyMode::Stream : BodyMode::Collect;
}

qint64 Router::maxBodyBytes(const HttpHead &head) const
{
    const Route route = parseRoute(head, false, m_context.config);
    return std::holds_alternative<ActorRoute>(route) ? m_context.config.httpMaxRequestBodySize : kApiTransportLimit;
}

std::pair<HeaderList, QByteArray> Router::errorAnswer(const HttpHead *head, int status, const QByteArray &reason)
{
    const QString rayId = makeId(m_context.random);
    const QString text = QString::fromUtf8(reason);
    const bool actor = head && std::holds_alternative<ActorRoute>(parseRoute(*head, false, m_context.config));
    const Error error = status == 408 || (status == 413 && actor) ? bodyError(status, reason) : badRequest(text);
    HeaderList headers{{"content-type", "application/json"}, {"x-rivet-ray-id", rayId.toLatin1()}};
    if (actor) {
        headers.emplace_back("x-rivet-error", error.fullCode());
        headers.append(actorCorsHeaders(*head, m_context.config));
    } else if (head) {
        headers.append(apiCorsHeaders(*head, m_context.config));
    }
    return {headers, errorBody(error)};
}

} // namespace dormouse
