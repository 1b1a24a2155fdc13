// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/headers.h"

#include <QJsonDocument>
#include <QUtf8StringView>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace dormouse {

namespace {

constexpr std::size_t kMaxHeaders = 100;
constexpr qint64 kMaxHeaderBytes = 64 * 1024;
constexpr qsizetype kMaxReasonBytes = 123;

// "upgrade" and "connection" are on the list too, but a WebSocket forwards them.
constexpr std::array kHopByHop{"connection", "keep-alive", "proxy-connection", "proxy-authenticate",
                               "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"};

bool isHopByHop(const QByteArray &name)
{
    return std::any_of(kHopByHop.begin(), kHopByHop.end(), [&](const char *hop) { return name == hop; });
}

bool isForwardable(const QByteArray &value)
{
    const bool control = std::any_of(value.begin(), value.end(), [](char c) {
        const auto byte = uchar(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
    return !control && QUtf8StringView(value).isValidUtf8();
}

/// Names that the connection header lists: they are hop-by-hop as well.
std::vector<QByteArray> namedByConnection(const HeaderList &headers)
{
    std::vector<QByteArray> names;
    for (const auto &[name, value] : headers) {
        if (name.compare("connection", Qt::CaseInsensitive) != 0)
            continue;
        for (const QByteArray &entry : value.split(','))
            names.push_back(entry.trimmed().toLower());
    }
    return names;
}

bool originAllowed(const QByteArray &origin, const EngineConfig &config)
{
    return config.allowedOrigins.isEmpty() || config.allowedOrigins.contains(QString::fromUtf8(origin));
}

} // namespace

Result<ForwardedHeaders> headersForActor(const HttpHead &head, ForwardKind kind, const EngineConfig &config,
                                         const QString &rayId, qint64 bodyBytes)
{
    ForwardedHeaders result;
    const auto named = kind == ForwardKind::Http ? namedByConnection(head.headers) : std::vector<QByteArray>{};
    std::size_t count = 0;
    qint64 bytes = 0;
    const auto put = [&](const QByteArray &name, const QByteArray &value) {
        // There are few: to compare them costs less than a table.
        const auto same = std::find_if(result.headers.begin(), result.headers.end(),
                                       [&](const auto &header) { return header.first == name; });
        if (same == result.headers.end()) {
            result.headers.emplace_back(name, value);
            return;
        }
        QByteArray &merged = same->second;
        merged += name == "cookie" ? "; " : ", ";
        merged += value;
    };
    for (const auto &[rawName, value] : head.headers) {
        ++count;
        bytes += rawName.size() + value.size();
        if (count > kMaxHeaders || bytes > kMaxHeaderBytes) {
            return Error::make("guard", "invalid_header", QStringLiteral("the request headers are too large"),
                               {{QStringLiteral("detail"), QStringLiteral("at most 100 headers and 65536 bytes")}});
        }
        const QByteArray name = rawName.toLower();
        if (kind == ForwardKind::Http
            && (isHopByHop(name) || name == "content-length"
                || std::find(named.begin(), named.end(), name) != named.end()))
            continue;
        if (name == "x-rivet-ray-id" || (name == "x-rivet-token" && config.gatewayRequiresToken)
            || (name == "x-forwarded-for" && !config.trustForwardedFor))
            continue;
        if (name.isEmpty() || !isForwardable(name) || !isForwardable(value)) {
            ++result.dropped;
            continue;
        }
        put(name, value);
    }
    if (!head.peerAddress.isEmpty())
        put("x-forwarded-for", head.peerAddress);
    put("x-rivet-ray-id", rayId.toUtf8());
    if (bodyBytes >= 0)
        put("content-length", QByteArray::number(bodyBytes));
    return result;
}

Error bodyError(int status, const QByteArray &reason)
{
    const QString text = QString::fromUtf8(reason);
    if (status == 413)
        return Error::make("guard", "invalid_request_body", QStringLiteral("the request body cannot be used: ") + text,
                           {{QStringLiteral("reason"), text}});
    if (status == 408)
        return Error::make("guard", "request_timeout", QStringLiteral("the request did not arrive in time"),
                           {{QStringLiteral("phase"), QStringLiteral("read")}});
    return Error::make("api", "bad_request", QStringLiteral("the request body cannot be read: ") + text,
                       {{QStringLiteral("reason"), text}});
}

std::optional<Error> pathError(const QByteArray &path)
{
    const bool control = std::any_of(path.begin(), path.end(), [](char c) { return uchar(c) < 0x20 || uchar(c) == 0x7f; });
    if (path.startsWith('/') && !control && path.size() <= kMaxPathBytes)
        return std::nullopt;
    return Error::make("api", "bad_request", QStringLiteral("the path cannot be forwarded"),
                       {{QStringLiteral("reason"), QStringLiteral("path")}});
}

HeaderList headersForClient(const wire::HeaderMap &headers, bool keepLength)
{
    HeaderList result;
    HeaderList asList(headers.begin(), headers.end());
    const auto named = namedByConnection(asList);
    for (const auto &[rawName, value] : headers) {
        const QByteArray name = rawName.toLower();
        if (isHopByHop(name) || (name == "content-length" && !keepLength) || name == "x-rivet-ray-id"
            || std::find(named.begin(), named.end(), name) != named.end())
            continue;
        if (name == "access-control-allow-origin" || name == "access-control-allow-credentials"
            || name == "access-control-expose-headers")
            continue;
        if (name.isEmpty() || !isForwardable(name) || !isForwardable(value))
            continue;
        result.emplace_back(name, value);
    }
    return result;
}

HeaderList corsHeaders(const HttpHead &head, const EngineConfig &config)
{
    const QByteArray origin = head.header("origin");
    HeaderList result;
    if (origin.isEmpty())
        result.emplace_back("access-control-allow-origin", "*");
    else if (originAllowed(origin, config))
        result.emplace_back("access-control-allow-origin", origin);
    result.emplace_back("access-control-allow-credentials", "true");
    result.emplace_back("access-control-expose-headers", "*");
    if (!origin.isEmpty())
        result.emplace_back("vary", "Origin");
    return result;
}

HeaderList preflightHeaders(const HttpHead &head, const EngineConfig &config)
{
    HeaderList result = corsHeaders(head, config);
    const QByteArray requested = head.header("access-control-request-headers");
    result.emplace_back("access-control-allow-methods", "GET, POST, PUT, DELETE, OPTIONS, PATCH");
    result.emplace_back("access-control-allow-headers", requested.isEmpty() ? QByteArray("*") : requested);
    result.emplace_back("access-control-max-age", "86400");
    return result;
}

QByteArray clientAddress(const HttpHead &head, const EngineConfig &config)
{
    if (!config.trustForwardedFor)
        return head.peerAddress;
    QByteArray last;
    for (const auto &[name, value] : head.headers) {
        if (name.compare("x-forwarded-for", Qt::CaseInsensitive) == 0)
            last = value.mid(value.lastIndexOf(',') + 1).trimmed();
    }
    return last.isEmpty() ? head.peerAddress : last;
}

std::unique_ptr<Channel> acceptClient(UpgradeRequest &upgrade, const HttpHead &head, const EngineConfig &config,
                                      const QString &rayId)
{
    const auto offered = head.offeredProtocols();
    const bool rivet = std::find(offered.begin(), offered.end(), QByteArrayLiteral("rivet")) != offered.end();
    HeaderList headers = corsHeaders(head, config);
    headers.emplace_back("x-rivet-ray-id", rayId.toUtf8());
    return upgrade.accept(rivet ? QByteArrayLiteral("rivet") : QByteArray(), headers);
}

int gatewayStatus(const Error &error)
{
    static const std::unordered_map<std::string, int> kStatus{
        {"api.not_found", 404},
        {"api.unauthorized", 401},
        {"api.forbidden", 403},
        {"core.internal_error", 500},
        {"actor.not_found", 404},
        {"actor.destroyed_while_waiting_for_ready", 404},
        {"guard.no_route", 404},
        {"guard.rate_limit", 429},
        {"guard.invalid_request_body", 413},
        {"guard.upstream_error", 502},
        {"guard.routing_error", 502},
        {"guard.retry_attempts_exceeded", 502},
        {"guard.invalid_response_body", 502},
        {"guard.service_unavailable", 503},
        {"guard.actor_ready_timeout", 503},
        {"guard.actor_stopped_while_waiting", 503},
        {"guard.tunnel_request_aborted", 503},
        {"guard.tunnel_response_closed", 503},
        {"guard.actor_wake_retries_exceeded", 503},
        {"guard.actor_runner_failed", 503},
        {"guard.request_delivery_unconfirmed", 503},
        {"guard.request_timeout", 504},
        {"guard.tunnel_message_timeout", 504},
        {"guard.gateway_response_start_timeout", 504},
    };
    const auto found = kStatus.find(error.fullCode().toStdString());
    if (found != kStatus.end())
        return found->second;
    return error.code.startsWith("route_") && error.code.endsWith("_timeout") ? 504 : 400;
}

ErrorAnswer errorAnswer(const Error &error, const HttpHead &head, const EngineConfig &config, const QString &rayId)
{
    QJsonObject body{{QStringLiteral("group"), QString::fromLatin1(error.group)},
                     {QStringLiteral("code"), QString::fromLatin1(error.code)},
                     {QStringLiteral("message"), error.message}};
    if (!error.metadata.isEmpty())
        body.insert(QStringLiteral("metadata"), error.metadata);
    ErrorAnswer answer;
    answer.status = gatewayStatus(error);
    answer.headers = corsHeaders(head, config);
    answer.headers.emplace_back("content-type", "application/json");
    answer.headers.emplace_back("x-rivet-ray-id", rayId.toUtf8());
    answer.headers.emplace_back("x-rivet-error", error.fullCode());
    answer.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    return answer;
}

QByteArray closeReason(const Error &error, const QString &rayId)
{
    return cutReason(error.fullCode() + '#' + rayId.toUtf8());
}

std::pair<quint16, QByteArray> closeForClient(std::optional<quint16> code, const std::optional<QString> &reason)
{
    if (!code)
        return {closeNumber(CloseCode::Normal), QByteArrayLiteral("ws.closed")};
    const QByteArray text = cutReason(reason.value_or(QString()).toUtf8());
    if (*code == 1005)
        return {closeNumber(CloseCode::Normal), text};
    if (*code == 1006 || *code == 1015 || *code < 1000 || *code > 4999)
        return {closeNumber(CloseCode::InternalError), text};
    return {*code, text};
}

QByteArray cutReason(const QByteArray &reason)
{
    if (reason.size() <= kMaxReasonBytes)
        return reason;
    qsizetype end = kMaxReasonBytes;
    while (end > 0 && (uchar(reason[end]) & 0xc0) == 0x80)
        --end;
    return reason.left(end);
}

} // namespace dormouse
