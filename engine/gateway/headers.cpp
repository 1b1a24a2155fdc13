// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/headers.h"

#include "engine/net/httpparser.h"

#include <QJsonDocument>
#include <QUtf8StringView>

#include <algorithm>
#include <unordered_map>

namespace dormouse {

namespace {

constexpr std::size_t kMaxHeaders = 100;
constexpr qint64 kMaxHeaderBytes = 64 * 1024;
constexpr qsizetype kMaxReasonBytes = 123;
constexpr qsizetype kAddedForClient = 5; ///< headers that an answer of an actor gets

const QByteArray kConnection = QByteArrayLiteral("connection");
const QByteArray kContentLength = QByteArrayLiteral("content-length");
const QByteArray kForwardedFor = QByteArrayLiteral("x-forwarded-for");
const QByteArray kRayId = QByteArrayLiteral("x-rivet-ray-id");

bool isOneOf(QByteArrayView name, std::initializer_list<QByteArrayView> names)
{
    return std::any_of(names.begin(), names.end(), [&](QByteArrayView one) { return name == one; });
}

// "upgrade" and "connection" are on the list too, but a WebSocket forwards them.
bool isHopByHop(QByteArrayView name)
{
    return isOneOf(name, {"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
                          "te", "trailer", "transfer-encoding", "upgrade"});
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
        if (!isSameHttpWord(name, kConnection))
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
    result.headers.reserve(head.headers.size() + 3);
    const auto put = [&](const QByteArray &name, const QByteArray &value) {
        // There are few: to compare them costs less than a table.
        const auto same = std::find_if(result.headers.begin(), result.headers.end(), [&](const auto &header) {
            return QByteArrayView(header.first) == QByteArrayView(name);
        });
        if (same == result.headers.end()) {
            result.headers.emplace_back(name, value);
            return;
        }
        QByteArray &merged = same->second;
        merged += name == QByteArrayView("cookie") ? "; " : ", ";
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
            && (isHopByHop(name) || name == kContentLength
                || std::find(named.begin(), named.end(), name) != named.end()))
            continue;
        if (name == kRayId || (config.gatewayRequiresToken && name == QByteArrayView("x-rivet-token"))
            || (name == kForwardedFor && !config.trustForwardedFor))
            continue;
        if (name.isEmpty() || !isForwardable(name) || !isForwardable(value)) {
            ++result.dropped;
            continue;
        }
        put(name, value);
    }
    if (!head.peerAddress.isEmpty())
        put(kForwardedFor, head.peerAddress);
    put(kRayId, rayId.toLatin1());
    if (bodyBytes >= 0)
        put(kContentLength, QByteArray::number(bodyBytes));
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
    result.reserve(headers.size() + kAddedForClient);
    const auto named = namedByConnection(headers);
    for (const auto &[rawName, value] : headers) {
        const QByteArray name = rawName.toLower();
        if (isHopByHop(name) || (name == kContentLength && !keepLength) || name == kRayId
            || std::find(named.begin(), named.end(), name) != named.end())
            continue;
        if (isOneOf(name, {"access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers"}))
            continue;
        if (name.isEmpty() || !isForwardable(name) || !isForwardable(value))
            continue;
        result.emplace_back(name, value);
    }
    return result;
}

HeaderList corsHeaders(const HttpHead &head, const EngineConfig &config)
{
    static const QByteArray kAllowOrigin = QByteArrayLiteral("access-control-allow-origin");
    static const std::pair kCredentials{QByteArrayLiteral("access-control-allow-credentials"), QByteArrayLiteral("true")};
    static const std::pair kExpose{QByteArrayLiteral("access-control-expose-headers"), QByteArrayLiteral("*")};
    static const HeaderList kForNoOrigin{{kAllowOrigin, QByteArrayLiteral("*")}, kCredentials, kExpose};
    const QByteArray origin = head.header("origin");
    if (origin.isEmpty())
        return kForNoOrigin;
    HeaderList result;
    if (originAllowed(origin, config))
        result.emplace_back(kAllowOrigin, origin);
    result.append({kCredentials, kExpose, {QByteArrayLiteral("vary"), QByteArrayLiteral("Origin")}});
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
