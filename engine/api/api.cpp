// SPDX-License-Identifier: Apache-2.0
#include "engine/api/api.h"

#include "engine/api/answers.h"
#include "engine/api/uipage.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSysInfo>

namespace dormouse {

namespace {
const QByteArray kAnySegment = QByteArrayLiteral("{}");
const QByteArray kAnyRest = QByteArrayLiteral("{*}");

QJsonObject healthBody()
{
    return {{QStringLiteral("status"), QStringLiteral("ok")},
            {QStringLiteral("runtime"), QStringLiteral("engine")},
            {QStringLiteral("version"), QLatin1StringView(kCompatibleVersion)}};
}

QByteArray allowList(const QByteArrayList &methods)
{
    QByteArrayList out;
    for (const QByteArray &name : methods) {
        out.append(name);
        if (name == "GET")
            out.append("HEAD");
    }
    return out.join(',');
}
} // namespace

Api::Api(const CoreContext &context, Scheduler &scheduler, ServerlessPools &pools)
    : m_context(context), m_scheduler(scheduler), m_pools(pools)
{
    // Literal paths before patterns: the first path that matches decides which methods exist.
    addRoute("/", {{"GET", &Api::root}}, Access::Open);
    addRoute("/ui", {{"GET", &Api::ui}}, Access::Open);
    addRoute("/ui/{*}", {{"GET", &Api::ui}}, Access::Open);
    addRoute("/health", {{"GET", &Api::health}}, Access::Open, false);
    addRoute("/health/fanout", {{"GET", &Api::healthFanout}});
    addRoute("/metadata", {{"GET", &Api::metadata}}, Access::Open);
    addRoute("/datacenters", {{"GET", &Api::datacenters}});
    addRoute("/namespaces", {{"GET", &Api::listNamespaces}, {"POST", &Api::createNamespace}});
    addRoute("/actors",
             {{"GET", &Api::listActors}, {"POST", &Api::createActor}, {"PUT", &Api::getOrCreateActor}});
    addRoute("/actors/names", {{"GET", &Api::actorNames}});
    addRoute("/actors/{}", {{"DELETE", &Api::deleteActor}});
    addRoute("/actors/{}/sleep", {{"POST", &Api::sleepActor}});
    addRoute("/actors/{}/reschedule", {{"POST", &Api::rescheduleActor}});
    addRoute("/actors/{}/kv/keys/{}", {{"GET", &Api::kvGet}});
    addRoute("/runners", {{"GET", &Api::listRunners}});
    addRoute("/runners/names", {{"GET", &Api::runnerNames}});
    addRoute("/envoys", {{"GET", &Api::listEnvoys}});
    addRoute("/runner-configs", {{"GET", &Api::listRunnerConfigs}});
    addRoute("/runner-configs/serverless-health-check", {{"POST", &Api::serverlessHealthCheck}});
    addRoute("/runner-configs/{}", {{"PUT", &Api::putRunnerConfig}, {"DELETE", &Api::deleteRunnerConfig}});
    addRoute("/runner-configs/{}/refresh-metadata", {{"POST", &Api::refreshMetadata}});
}

Api::~Api() = default;

void Api::addRoute(const char *pattern, std::vector<Method> methods, Access access, bool cors)
{
    Route route;
    for (const QByteArray &segment : QByteArray(pattern).mid(1).split('/'))
        route.segments.push_back(segment);
    route.methods = std::move(methods);
    route.access = access;
    route.cors = cors;
    m_routes.push_back(std::move(route));
}

const Api::Route *Api::findRoute(const QByteArray &path, std::vector<QString> &parameters) const
{
    if (!path.startsWith('/'))
        return nullptr;
    const QByteArrayList given = path.mid(1).split('/');
    for (const Route &route : m_routes) {
        std::vector<QString> found;
        std::size_t i = 0;
        bool fits = true;
        for (; i < route.segments.size() && fits; ++i) {
            if (route.segments[i] == kAnyRest) {
                fits = qsizetype(i) < given.size();
                break;
            }
            if (qsizetype(i) >= given.size()) {
                fits = false;
            } else if (route.segments[i] == kAnySegment) {
                const QByteArray &raw = given[qsizetype(i)];
                fits = !raw.isEmpty();
                found.push_back(QString::fromUtf8(QByteArray::fromPercentEncoding(raw)));
            } else {
                fits = given[qsizetype(i)] == route.segments[i];
            }
        }
        const bool rest = !route.segments.empty() && route.segments.back() == kAnyRest;
        if (fits && (rest || qsizetype(route.segments.size()) == given.size())) {
            parameters = std::move(found);
            return &route;
        }
    }
    return nullptr;
}

bool Api::authorized(const HttpHead &head) const
{
    if (m_context.config.adminToken.isEmpty())
        return true;
    const QByteArray given = head.header("authorization");
    constexpr QByteArrayView scheme("bearer ");
    if (given.size() < scheme.size() || given.left(scheme.size()).toLower() != scheme)
        return false;
    return tokenMatches(m_context.config.adminToken, given.mid(scheme.size()));
}

void Api::handle(std::shared_ptr<HttpExchange> exchange, const QString &rayId)
{
    auto call = std::make_shared<Call>();
    call->exchange = std::move(exchange);
    call->rayId = rayId;
    const HttpHead &head = call->head();
    const bool options = head.method == "OPTIONS";
    call->route = findRoute(head.path(), call->parameters);
    if (!call->route) {
        if (options) {
            finish(call, 200, {{"access-control-allow-methods", "*"}, {"access-control-allow-headers", "*"}}, {});
        } else {
            finishError(call, notFound(QString::fromUtf8(head.path().left(200))));
        }
        return;
    }
    QByteArrayList names;
    const Method *method = nullptr;
    for (const Method &candidate : call->route->methods) {
        names.append(candidate.name);
        if (candidate.name == head.method || (candidate.name == "GET" && head.method == "HEAD"))
            method = &candidate;
    }
    HeaderList allow{{"allow", allowList(names)}};
    if (options && call->route->cors) {
        const QByteArray requestedMethod = head.header("access-control-request-method");
        const QByteArray requestedHeaders = head.header("access-control-request-headers");
        if (!requestedMethod.isEmpty())
            allow.emplace_back("access-control-allow-methods", requestedMethod);
        if (!requestedHeaders.isEmpty())
            allow.emplace_back("access-control-allow-headers", requestedHeaders);
        finish(call, 200, allow, {});
        return;
    }
    if (!method) {
        finish(call, 405, allow, {});
        return;
    }
    // Before the query and the body are looked at, so that a stranger learns nothing about them.
    if (call->route->access == Access::Token && !authorized(head)) {
        finishError(call, Error::make("api", "forbidden", QStringLiteral("A valid admin token is required"),
                                      {{QStringLiteral("reason"), QStringLiteral("missing or wrong bearer token")}}));
        return;
    }
    startTimeout(call);
    (this->*method->handler)(call);
}

void Api::startTimeout(const CallPtr &call)
{
    std::weak_ptr<Call> weak = call;
    call->timer = m_context.timers.schedule(m_context.clock.monoMs() + kRequestTimeoutMs, [this, weak, alive = std::weak_ptr(m_alive)] {
        const CallPtr late = alive.expired() ? nullptr : weak.lock();
        if (late) {
            late->timer = 0;
            finishError(late, Error::make("guard", "request_timeout",
                                          QStringLiteral("The request was not answered within 30 s"),
                                          {{QStringLiteral("phase"), QStringLiteral("api")},
                                           {QStringLiteral("timeout_seconds"), kRequestTimeoutMs / 1000}}));
        }
    });
}

void Api::finish(const CallPtr &call, int status, const HeaderList &headers, const QByteArray &body)
{
    if (call->answered)
        return;
    call->answered = true;
    m_context.timers.cancel(call->timer);
    HeaderList all = headers;
    if (!call->route)
        all.append(openCorsHeaders());
    else if (call->route->cors)
        all.append(apiCorsHeaders(call->head(), m_context.config));
    all.emplace_back("x-rivet-ray-id", call->rayId.toLatin1());
    call->exchange->respond(status, all, body);
}

void Api::finishJson(const CallPtr &call, const QJsonObject &body)
{
    finishText(call, QJsonDocument(body).toJson(QJsonDocument::Compact));
}

void Api::finishText(const CallPtr &call, const QByteArray &json)
{
    finish(call, 200, {{"content-type", "application/json"}}, json);
}

void Api::finishError(const CallPtr &call, const Error &error)
{
    if (call->answered)
        return;
    const int status = errorStatus(error, Surface::Api);
    if (status >= 500) {
        monitor::Event event;
        event.kind = monitor::EventKind::Engine;
        event.level = monitor::EventLevel::Warn;
        event.connectionId = call->rayId;
        event.reason = QString::fromUtf8(error.fullCode());
        event.text = error.message;
        m_context.sink.event(event);
    }
    finish(call, status, {{"content-type", "application/json"}}, errorBody(error));
}

bool Api::checked(const CallPtr &call, const std::optional<Error> &error)
{
    if (error)
        finishError(call, *error);
    return !error;
}

bool Api::checkedId(const CallPtr &call, QString &id)
{
    const Result<QByteArray> parsed = parseId(id);
    if (!parsed)
        finishError(call, parsed.error());
    id = id.toLower();
    return parsed.ok();
}

bool Api::emptyBody(const CallPtr &call)
{
    const Result<QJsonObject> body = readJsonBody(call->head(), call->exchange->body(), kMaxJsonBytes);
    if (!body) {
        finishError(call, body.error());
        return false;
    }
    return checked(call, ObjectArgs(*body, QString()).finish());
}

const NamespaceRow *Api::namespaceOf(const CallPtr &call, const QString &name)
{
    const NamespaceRow *row = m_scheduler.namespaceByName(name);
    if (!row) {
        finishError(call, Error::make("namespace", "not_found",
                                      QStringLiteral("There is no namespace \"%1\"").arg(name.left(100))));
    }
    return row;
}

std::optional<QString> Api::optionalNamespace(const CallPtr &call, QueryArgs &query)
{
    const std::optional<QString> name = query.text(QStringLiteral("namespace"));
    if (!checked(call, query.finish()))
        return std::nullopt;
    if (!name)
        return QString();
    const NamespaceRow *row = namespaceOf(call, *name);
    return row ? std::optional(row->namespaceId) : std::nullopt;
}

std::function<void(Status)> Api::finishEmpty(const CallPtr &call)
{
    return [this, call, alive = std::weak_ptr(m_alive)](const Status &status) {
        if (alive.expired())
            return;
        if (status)
            finishJson(call, {});
        else
            finishError(call, status.error());
    };
}

void Api::root(const CallPtr &call)
{
    finish(call, 308, {{"location", "/ui/"}}, {});
}

void Api::ui(const CallPtr &call)
{
    finish(call, 200,
           {{"content-type", "text/html; charset=utf-8"},
            {"content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                                        "connect-src 'self'; frame-ancestors 'none'"}},
           uiPage());
}

void Api::health(const CallPtr &call)
{
    finishJson(call, healthBody());
}

void Api::healthFanout(const CallPtr &call)
{
    if (!checked(call, QueryArgs(call->head().query()).finish()))
        return;
    const QJsonObject own{{QStringLiteral("datacenter_label"), 1},
                          {QStringLiteral("datacenter_name"), QLatin1StringView(kDatacenter)},
                          {QStringLiteral("status"), QStringLiteral("ok")},
                          {QStringLiteral("rtt_ms"), 0.0},
                          {QStringLiteral("response"), healthBody()},
                          {QStringLiteral("error"), QJsonValue::Null}};
    finishJson(call, {{QStringLiteral("datacenters"), QJsonArray{own}}});
}

void Api::metadata(const CallPtr &call)
{
    finishJson(call, {{QStringLiteral("runtime"), QStringLiteral("engine")},
                      {QStringLiteral("version"), QLatin1StringView(kCompatibleVersion)},
                      {QStringLiteral("dormouse_version"), QStringLiteral(DORMOUSE_VERSION)},
                      {QStringLiteral("git_sha"), QStringLiteral("unknown")},
                      {QStringLiteral("build_timestamp"), QStringLiteral("unknown")},
                      {QStringLiteral("rustc_version"), QStringLiteral("C++ compiler " __VERSION__)},
                      {QStringLiteral("rustc_host"), QSysInfo::buildAbi()},
                      {QStringLiteral("cargo_target"), QSysInfo::buildAbi()},
                      {QStringLiteral("cargo_profile"), QStringLiteral("release")},
                      {QStringLiteral("epoxy_protocol_version"), 3},
                      {QStringLiteral("envoy_protocol_version"), 8}});
}

void Api::datacenters(const CallPtr &call)
{
    QString url = m_publicUrl;
    if (!url.endsWith(u'/'))
        url += u'/';
    const QJsonObject own{{QStringLiteral("label"), 1},
                          {QStringLiteral("name"), QLatin1StringView(kDatacenter)},
                          {QStringLiteral("url"), url}};
    finishJson(call, {{QStringLiteral("datacenters"), QJsonArray{own}},
                      {QStringLiteral("pagination"), QJsonObject{{QStringLiteral("cursor"), QJsonValue::Null}}}});
}

} // namespace dormouse
