// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/serverlessmetadata.h"

#include <QJsonDocument>
#include <QUrl>

#include <algorithm>
#include <limits>

namespace dormouse {

namespace {
constexpr qsizetype kMaxShownBody = 1'024;

QString shownBody(const QByteArray &body)
{
    const QString text = QString::fromUtf8(body);
    return text.size() > kMaxShownBody ? QString(text.left(kMaxShownBody) % u"...[truncated]") : text;
}

ServerlessMetadata failed(const QString &kind, const QString &message, QJsonObject extra = {})
{
    extra.insert(QStringLiteral("kind"), kind);
    ServerlessMetadata out;
    out.failure = {{QStringLiteral("message"), message}, {QStringLiteral("metadata"), extra}};
    return out;
}

ServerlessMetadata readAnswer(const FetchResult &result)
{
    if (result.status < 200 || result.status > 299) {
        return failed(QStringLiteral("non_success_status"), QStringLiteral("The endpoint answered with status %1").arg(result.status),
                      {{QStringLiteral("status_code"), result.status}, {QStringLiteral("body"), shownBody(result.body)}});
    }
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(result.body, &error);
    if (error.error != QJsonParseError::NoError || !document.isObject()) {
        const QString reason = error.error != QJsonParseError::NoError
            ? QStringLiteral("byte %1: %2").arg(error.offset).arg(error.errorString())
            : QStringLiteral("not an object");
        return failed(QStringLiteral("invalid_response_json"), QStringLiteral("The endpoint did not answer with JSON"),
                      {{QStringLiteral("body"), shownBody(result.body)}, {QStringLiteral("parse_error"), reason}});
    }
    const QJsonObject body = document.object();
    const QString runtime = body.value(u"runtime").toString();
    ServerlessMetadata out;
    out.version = body.value(u"version").toString();
    if (runtime != u"rivetkit" || out.version.isEmpty()) {
        return failed(QStringLiteral("invalid_response_schema"), QStringLiteral("The endpoint does not describe a rivetkit runtime"),
                      {{QStringLiteral("runtime"), runtime}, {QStringLiteral("version"), out.version}});
    }
    out.actorNames = body.value(u"actorNames").toObject();
    const qint64 runnerVersion = body.value(u"runner").toObject().value(u"version").toInteger(-1);
    if (runnerVersion >= 0 && runnerVersion <= std::numeric_limits<quint32>::max())
        out.runnerVersion = quint32(runnerVersion);
    const QJsonValue envoy = body.value(u"envoyProtocolVersion");
    if (!envoy.isNull() && !envoy.isUndefined()) {
        const qint64 number = envoy.toInteger(0);
        if (number < 1 || number > std::numeric_limits<quint16>::max()) {
            return failed(QStringLiteral("invalid_envoy_protocol_version"),
                          QStringLiteral("The endpoint names an envoy protocol version that cannot be one"),
                          {{QStringLiteral("version"), envoy}});
        }
        out.envoyProtocolVersion = int(number);
    }
    return out;
}
} // namespace

bool isAbsoluteUrl(const QString &url)
{
    const QUrl parsed(url, QUrl::StrictMode);
    return parsed.isValid() && !parsed.host().isEmpty() && (parsed.scheme() == u"http" || parsed.scheme() == u"https");
}

bool isHeaderName(const QString &name)
{
    return !name.isEmpty() && std::all_of(name.begin(), name.end(), [](QChar c) {
        const char16_t u = c.unicode();
        const bool alnum = (u >= u'a' && u <= u'z') || (u >= u'A' && u <= u'Z') || (u >= u'0' && u <= u'9');
        return alnum || QStringView(u"!#$%&'*+-.^_`|~").contains(c);
    });
}

bool isHeaderValue(const QString &value)
{
    return std::all_of(value.begin(), value.end(),
                       [](QChar c) { return c == u'\t' || (c.unicode() >= 0x20 && c.unicode() != 0x7f); });
}

void fetchServerlessMetadata(const HttpFetch &fetch, const QString &url, const QJsonObject &headers,
                             std::function<void(const ServerlessMetadata &)> done)
{
    if (!isAbsoluteUrl(url)) {
        done(failed(QStringLiteral("invalid_request"), QStringLiteral("The URL cannot be used: \"%1\"").arg(url.left(200))));
        return;
    }
    FetchRequest request;
    for (auto it = headers.begin(); it != headers.end(); ++it) {
        if (!isHeaderName(it.key()) || !it.value().isString() || !isHeaderValue(it.value().toString())) {
            done(failed(QStringLiteral("invalid_request"),
                        QStringLiteral("The header \"%1\" cannot be used").arg(it.key().left(200))));
            return;
        }
        request.headers.emplace_back(it.key().toUtf8(), it.value().toString().toUtf8());
    }
    request.url = url;
    while (request.url.endsWith(u'/'))
        request.url.chop(1);
    request.url += u"/metadata";
    if (!fetch) {
        done(failed(QStringLiteral("request_failed"), QStringLiteral("This engine makes no outbound requests")));
        return;
    }
    fetch(request, [done = std::move(done)](const FetchResult &result) {
        switch (result.kind) {
        case FetchResult::Kind::Answer:
            done(readAnswer(result));
            return;
        case FetchResult::Kind::InvalidRequest:
            done(failed(QStringLiteral("invalid_request"), result.message));
            return;
        case FetchResult::Kind::Failed:
            done(failed(QStringLiteral("request_failed"), result.message));
            return;
        case FetchResult::Kind::TimedOut:
            done(failed(QStringLiteral("request_timed_out"), result.message));
            return;
        }
    });
}

} // namespace dormouse
