// SPDX-License-Identifier: Apache-2.0
#include "engine/routing/route.h"

#include "engine/api/answers.h"
#include "engine/api/api.h"
#include "engine/base/ids.h"

#include <QCborValue>

#include <algorithm>
#include <map>

namespace dormouse {

namespace {
constexpr QByteArrayView kQueryPrefix("rvt-");
constexpr int kLabelByte = 17; ///< of the 19 bytes of an id
constexpr int kOwnLabel = 1;

FailedRoute failedActor(const QByteArray &group, const QByteArray &code, const QString &message, const QJsonObject &metadata = {})
{
    return {Error::make(group, code, message, metadata), true};
}

FailedRoute invalidParams(const QString &detail)
{
    return failedActor("guard", "query_invalid_params", QStringLiteral("The actor query cannot be used: ") + detail,
                       {{QStringLiteral("detail"), detail}});
}

std::optional<FailedRoute> checkActorId(QString &id)
{
    const Result<QByteArray> bytes = parseId(id);
    if (!bytes)
        return FailedRoute{bytes.error(), true};
    id = id.toLower();
    const int label = quint8((*bytes)[kLabelByte]) * 256 + quint8((*bytes)[kLabelByte + 1]);
    if (label != kOwnLabel)
        return failedActor("actor", "not_found", QStringLiteral("The actor belongs to another datacenter"));
    return std::nullopt;
}

/// What sub-protocol entries and headers say about the target (gateway.md section 2.4).
struct Target
{
    std::optional<QByteArray> target;
    std::optional<QByteArray> actor;
    std::optional<QByteArray> token;
    bool skipReadyWait = false;
    std::optional<Error> error;
};

std::optional<QByteArray> optionalHeader(const HttpHead &head, QByteArrayView name)
{
    const QByteArray value = head.header(name);
    return value.isNull() ? std::nullopt : std::optional(value);
}

Target readHeaders(const HttpHead &head)
{
    Target out;
    out.target = optionalHeader(head, "x-rivet-target");
    out.actor = optionalHeader(head, "x-rivet-actor");
    out.token = optionalHeader(head, "x-rivet-token");
    const std::optional<QByteArray> skip = optionalHeader(head, "x-rivet-skip-ready-wait");
    if (skip) {
        const bool known = *skip == "true" || *skip == "false" || *skip == "1" || *skip == "0";
        out.skipReadyWait = *skip == "true" || *skip == "1";
        if (!known) {
            out.error = Error::make("guard", "invalid_header", QStringLiteral("A request header cannot be used"),
                                    {{QStringLiteral("header"), QStringLiteral("x-rivet-skip-ready-wait")},
                                     {QStringLiteral("detail"), QStringLiteral("expected true, false, 1 or 0")}});
        }
    }
    return out;
}

Target readProtocols(const HttpHead &head)
{
    Target out;
    const auto take = [](std::optional<QByteArray> &into, const QByteArray &entry, QByteArrayView prefix) {
        // The first of several counts.
        if (!into && entry.startsWith(prefix))
            into = entry.mid(prefix.size());
    };
    for (const QByteArray &entry : head.offeredProtocols()) {
        take(out.target, entry, "rivet_target.");
        take(out.actor, entry, "rivet_actor.");
        take(out.token, entry, "rivet_token.");
        if (entry == "rivet_skip_ready_wait" || entry.startsWith("rivet_skip_ready_wait."))
            out.skipReadyWait = true;
    }
    if (out.actor)
        out.actor = QByteArray::fromPercentEncoding(*out.actor);
    return out;
}

/// Parsed /gateway/... path; absent when the path does not have that form.
struct GatewayPath
{
    QByteArrayView subject; ///< raw second segment
    QByteArrayView rest;    ///< actor's path, without query
};

bool hasEmptySegment(QByteArrayView path)
{
    return std::adjacent_find(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }) != path.end();
}

std::optional<GatewayPath> splitGatewayPath(QByteArrayView path)
{
    constexpr QByteArrayView prefix("/gateway/");
    if (!path.startsWith(prefix) || hasEmptySegment(path))
        return std::nullopt;
    const QByteArrayView after = path.sliced(prefix.size());
    const qsizetype slash = after.indexOf('/');
    if (slash < 0)
        return GatewayPath{after, "/"};
    return GatewayPath{after.first(slash), after.sliced(slash)};
}

QByteArray percentDecoded(QByteArrayView text)
{
    const QByteArray bytes = text.toByteArray();
    return bytes.contains('%') ? QByteArray::fromPercentEncoding(bytes) : bytes;
}

using Parameters = std::map<QByteArray, QString>;

std::variant<Parameters, FailedRoute> collectParameters(const std::vector<QueryPair> &pairs)
{
    Parameters found;
    for (const QueryPair &pair : pairs) {
        if (!pair.name.startsWith(kQueryPrefix))
            continue;
        const QString shownName = QString::fromUtf8(pair.name.left(100));
        const QJsonObject metadata{{QStringLiteral("name"), shownName}};
        if (!pair.hasEquals)
            return failedActor("guard", "query_param_missing_equals", QStringLiteral("%1 has no value").arg(shownName), metadata);
        const std::optional<QString> value = strictUtf8(pair.value);
        if (!value) {
            return failedActor("guard", "query_invalid_percent_encoding",
                               QStringLiteral("%1 is not valid UTF-8").arg(shownName), metadata);
        }
        // Two names of one parameter.
        const QByteArray name = pair.name == "rvt-pool" ? QByteArray("rvt-runner") : pair.name;
        if (!found.emplace(name, *value).second)
            return failedActor("guard", "query_duplicate_param", QStringLiteral("%1 is given twice").arg(shownName), metadata);
    }
    static const QByteArrayList known{"rvt-namespace", "rvt-method", "rvt-key", "rvt-runner", "rvt-input",
                                      "rvt-region", "rvt-crash-policy", "rvt-token", "rvt-skip-ready-wait"};
    for (const auto &[name, value] : found) {
        if (!known.contains(name))
            return invalidParams(QStringLiteral("unknown parameter %1").arg(QString::fromUtf8(name.left(100))));
    }
    return found;
}

std::variant<QString, FailedRoute> readInput(const QString &text)
{
    const auto decoded = QByteArray::fromBase64Encoding(text.toUtf8(), QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals
                                                            | QByteArray::AbortOnBase64DecodingErrors);
    if (decoded.decodingStatus != QByteArray::Base64DecodingStatus::Ok)
        return failedActor("guard", "query_invalid_base64_input", QStringLiteral("rvt-input is not base64url"));
    QCborParserError error;
    QCborValue::fromCbor(decoded.decoded, &error);
    QString detail;
    if (error.error != QCborError::NoError)
        detail = error.errorString();
    else if (error.offset != decoded.decoded.size())
        detail = QStringLiteral("%1 bytes follow the value").arg(decoded.decoded.size() - error.offset);
    if (!detail.isEmpty()) {
        return failedActor("guard", "query_invalid_cbor_input", QStringLiteral("rvt-input is not CBOR: ") + detail,
                           {{QStringLiteral("detail"), detail}});
    }
    return QString::fromLatin1(decoded.decoded.toBase64());
}

std::optional<FailedRoute> readCreation(const Parameters &given, ActorQuery &query)
{
    const auto text = [&](const char *name) {
        const auto it = given.find(name);
        return it == given.end() ? std::optional<QString>() : std::optional(it->second);
    };
    if (!query.create) {
        for (const char *name : {"rvt-runner", "rvt-input", "rvt-region", "rvt-crash-policy"}) {
            if (given.contains(name)) {
                return failedActor("guard", "query_get_disallowed_params",
                                   QStringLiteral("%1 needs rvt-method=getOrCreate").arg(QLatin1StringView(name)));
            }
        }
        return std::nullopt;
    }
    const std::optional<QString> pool = text("rvt-runner");
    if (!pool || pool->isEmpty())
        return failedActor("guard", "query_missing_pool", QStringLiteral("getOrCreate needs rvt-pool"));
    query.pool = *pool;
    query.region = text("rvt-region");
    if (const std::optional<QString> policy = text("rvt-crash-policy")) {
        const std::optional<CrashPolicy> known = parseCrashPolicy(*policy);
        if (!known)
            return invalidParams(QStringLiteral("rvt-crash-policy must be restart, sleep or destroy"));
        query.crashPolicy = *known;
    }
    if (const std::optional<QString> input = text("rvt-input")) {
        auto read = readInput(*input);
        if (auto *failed = std::get_if<FailedRoute>(&read))
            return *failed;
        query.inputBase64 = std::get<QString>(read);
    }
    return std::nullopt;
}

Route queryRoute(const GatewayPath &path, const std::vector<QueryPair> &pairs, bool skipReadyWait)
{
    if (path.subject.isEmpty())
        return failedActor("guard", "query_empty_actor_name", QStringLiteral("The path names no actor"));
    if (path.subject.contains('@')) {
        return failedActor("guard", "query_path_token_syntax",
                           QStringLiteral("A token in the path cannot be combined with rvt- parameters"));
    }
    const std::optional<QString> name = strictUtf8(percentDecoded(path.subject));
    if (!name)
        return failedActor("guard", "query_invalid_percent_encoding", QStringLiteral("The actor name is not valid UTF-8"),
                           {{QStringLiteral("name"), QStringLiteral("actor name")}});
    auto collected = collectParameters(pairs);
    if (auto *failed = std::get_if<FailedRoute>(&collected))
        return *failed;
    const Parameters &given = std::get<Parameters>(collected);

    ActorRoute route;
    ActorQuery query;
    query.name = *name;
    const auto space = given.find("rvt-namespace");
    if (space == given.end())
        return invalidParams(QStringLiteral("rvt-namespace is missing"));
    query.namespaceName = space->second;
    const auto method = given.find("rvt-method");
    if (method == given.end() || (method->second != u"get" && method->second != u"getOrCreate"))
        return invalidParams(QStringLiteral("rvt-method must be get or getOrCreate"));
    query.create = method->second == u"getOrCreate";
    const auto key = given.find("rvt-key");
    const bool hasKey = key != given.end() && !key->second.isEmpty();
    query.key = serialiseKey(hasKey ? key->second.split(u',') : QStringList());
    if (const auto skip = given.find("rvt-skip-ready-wait"); skip != given.end()) {
        if (skip->second != u"true" && skip->second != u"false")
            return invalidParams(QStringLiteral("rvt-skip-ready-wait must be true or false"));
        skipReadyWait = skip->second == u"true";
    }
    if (const auto token = given.find("rvt-token"); token != given.end())
        route.token = token->second.toUtf8();
    if (const std::optional<FailedRoute> failed = readCreation(given, query))
        return *failed;

    QByteArrayList kept;
    for (const QueryPair &pair : pairs) {
        if (!pair.name.startsWith(kQueryPrefix))
            kept.append(pair.raw);
    }
    route.actor = query;
    route.path = path.rest.toByteArray();
    if (!kept.isEmpty())
        route.path += '?' + kept.join('&');
    route.skipReadyWait = skipReadyWait;
    return route;
}

/// Absent: the path only looked like a gateway path.
std::optional<Route> gatewayRoute(const HttpHead &head, const Target &target)
{
    const QByteArray whole = head.path();
    const std::optional<GatewayPath> path = splitGatewayPath(whole);
    if (!path)
        return std::nullopt;
    const QByteArray query = head.query();
    const std::vector<QueryPair> pairs = splitQuery(query);
    bool queryForm = false;
    for (const QueryPair &pair : pairs)
        queryForm = queryForm || pair.name.startsWith(kQueryPrefix);
    const qsizetype at = path->subject.indexOf('@');
    const QByteArrayView rawId = at < 0 ? path->subject : path->subject.first(at);
    const bool tokenEmpty = at >= 0 && at + 1 == path->subject.size();
    if (!queryForm && (rawId.isEmpty() || tokenEmpty))
        return std::nullopt;
    if (head.method == "OPTIONS")
        return PreflightRoute{};
    if (target.error)
        return FailedRoute{*target.error, true};
    if (queryForm)
        return queryRoute(*path, pairs, target.skipReadyWait);

    QString id = QString::fromUtf8(percentDecoded(rawId));
    if (const std::optional<FailedRoute> failed = checkActorId(id))
        return *failed;
    ActorRoute route;
    route.actor = id;
    route.path = path->rest.toByteArray();
    if (!query.isNull())
        route.path += '?' + query;
    route.token = at < 0 ? target.token : std::optional(percentDecoded(path->subject.sliced(at + 1)));
    route.skipReadyWait = target.skipReadyWait;
    return route;
}

Route targetRoute(const HttpHead &head, const Target &target, bool webSocket)
{
    if (*target.target == "api-public")
        return ApiRoute{};
    if (*target.target == "runner")
        return RunnerRoute{target.token};
    if (*target.target != "actor") {
        QByteArray host = head.header("host");
        const qsizetype colon = host.lastIndexOf(':');
        if (colon >= 0 && !host.mid(colon).contains(']'))
            host.truncate(colon);
        return FailedRoute{Error::make("guard", "no_route", QStringLiteral("There is no such target"),
                                       {{QStringLiteral("host"), QString::fromUtf8(host)},
                                        {QStringLiteral("path"), QString::fromUtf8(head.target)}}),
                           false};
    }
    if (head.method == "OPTIONS")
        return PreflightRoute{};
    if (target.error)
        return FailedRoute{*target.error, true};
    if (!target.actor || target.actor->isEmpty()) {
        return failedActor("guard", "missing_header", QStringLiteral("The request names no actor"),
                           {{QStringLiteral("header"), webSocket ? QStringLiteral("sec-websocket-protocol")
                                                                  : QStringLiteral("x-rivet-actor")}});
    }
    QString id = QString::fromUtf8(*target.actor);
    if (const std::optional<FailedRoute> failed = checkActorId(id))
        return *failed;
    ActorRoute route;
    route.actor = id;
    route.path = head.target;
    route.token = target.token;
    route.skipReadyWait = target.skipReadyWait;
    return route;
}
} // namespace

QString serialiseKey(const QStringList &parts)
{
    if (parts.isEmpty())
        return QStringLiteral("/");
    QStringList out;
    for (QString part : parts) {
        if (part.isEmpty()) {
            out.append(QStringLiteral("\\0"));
            continue;
        }
        part.replace(u'\\', QStringLiteral("\\\\")).replace(u'/', QStringLiteral("\\/"));
        out.append(part);
    }
    return out.join(u'/');
}

Route parseRoute(const HttpHead &head, bool webSocket, const EngineConfig &config)
{
    const QByteArray path = head.path();
    if (path == "/health/ws" && config.enableWebsocketHealthRoute)
        return HealthSocketRoute{};
    const Target target = webSocket ? readProtocols(head) : readHeaders(head);
    if (std::optional<Route> route = gatewayRoute(head, target))
        return *std::move(route);
    if (path == "/runners/connect" || path == "/runners/connect/")
        return RunnerRoute{target.token};
    if (path == "/envoys/connect" || path == "/envoys/connect/")
        return EnvoyRoute{};
    if (target.target)
        return targetRoute(head, target, webSocket);
    return ApiRoute{};
}

} // namespace dormouse
