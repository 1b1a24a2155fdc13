// SPDX-License-Identifier: Apache-2.0
#include "engine/api/answers.h"

#include <QJsonDocument>
#include <QStringDecoder>

#include <algorithm>
#include <array>

namespace dormouse {

namespace {
struct CodedStatus
{
    const char *code;
    int status;
};
/// Only what differs from 400 (http-api.md section 2.2).
constexpr std::array kGatewayStatus{
    CodedStatus{"actor.not_found", 404},
    CodedStatus{"guard.no_route", 404},
    CodedStatus{"actor.destroyed_while_waiting_for_ready", 404},
    CodedStatus{"guard.rate_limit", 429},
    CodedStatus{"guard.invalid_request_body", 413},
    CodedStatus{"guard.upstream_error", 502},
    CodedStatus{"guard.routing_error", 502},
    CodedStatus{"guard.retry_attempts_exceeded", 502},
    CodedStatus{"guard.invalid_response_body", 502},
    CodedStatus{"guard.service_unavailable", 503},
    CodedStatus{"guard.actor_ready_timeout", 503},
    CodedStatus{"guard.actor_stopped_while_waiting", 503},
    CodedStatus{"guard.tunnel_request_aborted", 503},
    CodedStatus{"guard.tunnel_response_closed", 503},
    CodedStatus{"guard.actor_wake_retries_exceeded", 503},
    CodedStatus{"guard.actor_runner_failed", 503},
    CodedStatus{"guard.request_timeout", 504},
    CodedStatus{"guard.tunnel_message_timeout", 504},
    CodedStatus{"guard.gateway_response_start_timeout", 504},
};
const QByteArray kVaryAll = QByteArrayLiteral("origin, access-control-request-method, access-control-request-headers");

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}
} // namespace

int errorStatus(const Error &error, Surface surface)
{
    const QByteArray code = error.fullCode();
    if (code == "api.not_found")
        return 404;
    if (code == "api.unauthorized")
        return 401;
    if (code == "api.forbidden")
        return 403;
    if (code == "core.internal_error")
        return 500;
    // The one gateway code the API itself sends.
    if (code == "guard.request_timeout")
        return 504;
    if (surface == Surface::Api)
        return 400;
    for (const CodedStatus &entry : kGatewayStatus) {
        if (code == entry.code)
            return entry.status;
    }
    const bool routeTimeout = error.code.startsWith("route_") && error.code.endsWith("_timeout");
    return routeTimeout ? 504 : 400;
}

QByteArray errorBody(const Error &error)
{
    QJsonObject body{{QStringLiteral("group"), QString::fromUtf8(error.group)},
                     {QStringLiteral("code"), QString::fromUtf8(error.code)},
                     {QStringLiteral("message"), error.message}};
    if (!error.metadata.isEmpty())
        body.insert(QStringLiteral("metadata"), error.metadata);
    return QJsonDocument(body).toJson(QJsonDocument::Compact);
}

Error badRequest(const QString &reason)
{
    return Error::make("api", "bad_request", QStringLiteral("The request cannot be used: ") + reason,
                       {{QStringLiteral("reason"), reason}});
}

Error notFound(const QString &path)
{
    return Error::make("api", "not_found", QStringLiteral("Nothing is served at ") + path);
}

bool originAllowed(const HttpHead &head, const EngineConfig &config)
{
    if (config.allowedOrigins.isEmpty())
        return true;
    const QByteArray origin = head.header("origin");
    return origin.isNull() || config.allowedOrigins.contains(QString::fromUtf8(origin), Qt::CaseInsensitive);
}

HeaderList apiCorsHeaders(const HttpHead &head, const EngineConfig &config)
{
    HeaderList out{{"vary", kVaryAll}};
    if (!originAllowed(head, config))
        return out;
    out.emplace_back("access-control-allow-credentials", "true");
    const QByteArray origin = head.header("origin");
    if (!origin.isNull())
        out.emplace_back("access-control-allow-origin", origin);
    return out;
}

HeaderList openCorsHeaders()
{
    return {{"vary", kVaryAll}, {"access-control-allow-origin", "*"}, {"access-control-expose-headers", "*"}};
}

HeaderList actorCorsHeaders(const HttpHead &head, const EngineConfig &config)
{
    HeaderList out;
    const QByteArray origin = head.header("origin");
    if (!origin.isNull())
        out.emplace_back("vary", "Origin");
    if (!originAllowed(head, config))
        return out;
    out.emplace_back("access-control-allow-origin", origin.isNull() ? QByteArray("*") : origin);
    out.emplace_back("access-control-allow-credentials", "true");
    out.emplace_back("access-control-expose-headers", "*");
    return out;
}

HeaderList actorPreflightHeaders(const HttpHead &head, const EngineConfig &config)
{
    HeaderList out = actorCorsHeaders(head, config);
    if (!originAllowed(head, config))
        return out;
    const QByteArray requested = head.header("access-control-request-headers");
    out.emplace_back("access-control-allow-methods", "GET, POST, PUT, DELETE, OPTIONS, PATCH");
    out.emplace_back("access-control-allow-headers", requested.isEmpty() ? QByteArray("*") : requested);
    out.emplace_back("access-control-max-age", "86400");
    return out;
}

bool tokenMatches(const QString &expected, const QByteArray &given)
{
    const QByteArray wanted = expected.toUtf8();
    // An early return on the first difference would let a caller find the token byte by byte.
    quint32 difference = wanted.size() == given.size() ? 0 : 1;
    for (qsizetype i = 0; i < given.size(); ++i) {
        const char want = wanted.isEmpty() ? '\0' : wanted[i % wanted.size()];
        difference |= quint32(quint8(want) ^ quint8(given[i]));
    }
    return difference == 0 && !wanted.isEmpty();
}

QByteArray formDecode(const QByteArray &text)
{
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '+') {
            out.append(' ');
        } else if (c == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 && hexDigit(text[i + 2]) >= 0) {
            out.append(char(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2])));
            i += 2;
        } else {
            out.append(c);
        }
    }
    return out;
}

std::vector<QueryPair> splitQuery(const QByteArray &raw)
{
    std::vector<QueryPair> out;
    if (raw.isEmpty())
        return out;
    for (const QByteArray &piece : raw.split('&')) {
        if (piece.isEmpty())
            continue;
        QueryPair pair;
        pair.raw = piece;
        const qsizetype equals = piece.indexOf('=');
        pair.hasEquals = equals >= 0;
        pair.rawName = pair.hasEquals ? piece.left(equals) : piece;
        pair.rawValue = pair.hasEquals ? piece.mid(equals + 1) : QByteArray();
        pair.name = formDecode(pair.rawName);
        pair.value = formDecode(pair.rawValue);
        out.push_back(std::move(pair));
    }
    return out;
}

std::optional<QString> strictUtf8(const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    if (decoder.hasError())
        return std::nullopt;
    return text;
}

} // namespace dormouse
