// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/headers.h"

#include <QJsonDocument>
#include <QtTest/QTest>

#include <algorithm>
#include <set>

using namespace dormouse;

class TestHeaders : public QObject
{
    Q_OBJECT

private:
    static HttpHead head(const HeaderList &headers)
    {
        HttpHead result;
        result.method = "POST";
        result.target = "/x";
        result.headers = headers;
        result.peerAddress = "10.1.2.3";
        return result;
    }
    static QByteArray value(const wire::HeaderMap &headers, const QByteArray &name)
    {
        for (const auto &[one, text] : headers) {
            if (one == name)
                return text;
        }
        return {};
    }
    static bool has(const wire::HeaderMap &headers, const QByteArray &name)
    {
        return std::any_of(headers.begin(), headers.end(), [&](const auto &one) { return one.first == name; });
    }

private Q_SLOTS:
    void repeatedNamesAreMerged()
    {
        const auto result = headersForActor(head({{"X-A", "1"}, {"x-a", "2"}, {"Cookie", "a=1"}, {"cookie", "b=2"}}),
                                            ForwardKind::Http, {}, QStringLiteral("ray"), -1);
        QVERIFY(result.ok());
        QCOMPARE(value(result->headers, "x-a"), QByteArray("1, 2"));
        QCOMPARE(value(result->headers, "cookie"), QByteArray("a=1; b=2"));
        QCOMPARE(value(result->headers, "x-rivet-ray-id"), QByteArray("ray"));
        std::set<QByteArray> names;
        for (const auto &[name, text] : result->headers)
            QVERIFY(names.insert(name).second);
    }

    void hopByHopIsRemovedForHttpOnly()
    {
        const HeaderList headers{{"Connection", "keep-alive, X-Mine"}, {"X-Mine", "1"}, {"TE", "trailers"},
                                 {"Transfer-Encoding", "chunked"}, {"Upgrade", "websocket"}, {"Content-Length", "99"},
                                 {"Host", "h"}, {"Sec-WebSocket-Protocol", "a"}};
        const auto http = headersForActor(head(headers), ForwardKind::Http, {}, QStringLiteral("r"), 5);
        for (const char *name : {"connection", "x-mine", "te", "transfer-encoding", "upgrade"})
            QVERIFY2(!has(http->headers, name), name);
        QCOMPARE(value(http->headers, "content-length"), QByteArray("5"));
        QCOMPARE(value(http->headers, "host"), QByteArray("h"));
        const auto socket = headersForActor(head(headers), ForwardKind::WebSocket, {}, QStringLiteral("r"), -1);
        for (const char *name : {"connection", "upgrade", "sec-websocket-protocol"})
            QVERIFY2(has(socket->headers, name), name);
    }

    void badValuesAreDroppedAndCounted()
    {
        const auto result = headersForActor(head({{"a", "ok"}, {"b", "\xff\xfe"}, {"c", "x\x01y"}}), ForwardKind::Http,
                                            {}, QStringLiteral("r"), -1);
        QCOMPARE(result->dropped, 2);
        QVERIFY(has(result->headers, "a") && !has(result->headers, "b") && !has(result->headers, "c"));
    }

    void forwardedFor()
    {
        EngineConfig config;
        const HeaderList headers{{"X-Forwarded-For", "1.1.1.1"}};
        auto result = headersForActor(head(headers), ForwardKind::Http, config, QStringLiteral("r"), -1);
        QCOMPARE(value(result->headers, "x-forwarded-for"), QByteArray("10.1.2.3"));
        config.trustForwardedFor = true;
        result = headersForActor(head(headers), ForwardKind::Http, config, QStringLiteral("r"), -1);
        QCOMPARE(value(result->headers, "x-forwarded-for"), QByteArray("1.1.1.1, 10.1.2.3"));
    }

    void tokenIsKeptFromTheActor()
    {
        EngineConfig config;
        const HeaderList headers{{"x-rivet-token", "t"}, {"x-rivet-target", "actor"}};
        auto result = headersForActor(head(headers), ForwardKind::Http, config, QStringLiteral("r"), -1);
        QVERIFY(has(result->headers, "x-rivet-token"));
        config.gatewayRequiresToken = true;
        result = headersForActor(head(headers), ForwardKind::Http, config, QStringLiteral("r"), -1);
        QVERIFY(!has(result->headers, "x-rivet-token"));
        QVERIFY(has(result->headers, "x-rivet-target"));
    }

    void headerLimits()
    {
        HeaderList many;
        for (int i = 0; i < 100; ++i)
            many.emplace_back("h" + QByteArray::number(i), "v");
        QVERIFY(headersForActor(head(many), ForwardKind::Http, {}, QStringLiteral("r"), -1).ok());
        many.emplace_back("one", "more");
        QVERIFY(!headersForActor(head(many), ForwardKind::Http, {}, QStringLiteral("r"), -1).ok());
        const HeaderList large{{"a", QByteArray(64 * 1024, 'x')}};
        QVERIFY(!headersForActor(head(large), ForwardKind::Http, {}, QStringLiteral("r"), -1).ok());
    }

    void pathLimits()
    {
        QVERIFY(!pathError("/a%2Fb?x=1"));
        QVERIFY(pathError("a"));
        QVERIFY(pathError(""));
        QVERIFY(pathError("/a\n"));
        QVERIFY(pathError("/" + QByteArray(16 * 1024, 'a')));
    }

    void answersLoseHopByHopAndCors()
    {
        const wire::HeaderMap headers{{"Transfer-Encoding", "chunked"}, {"content-length", "3"}, {"x-a", "1"},
                                      {"Access-Control-Allow-Origin", "evil"}};
        const HeaderList result = headersForClient(headers, false);
        QCOMPARE(result.size(), std::size_t(1));
        QCOMPARE(result.front().first, QByteArray("x-a"));
        QCOMPARE(headersForClient(headers, true).size(), std::size_t(2));
    }

    void cors()
    {
        EngineConfig config;
        QCOMPARE(headerValue(corsHeaders(head({}), config), "access-control-allow-origin"), QByteArray("*"));
        QVERIFY(headerValue(corsHeaders(head({}), config), "vary").isNull());
        const HttpHead withOrigin = head({{"Origin", "https://a"}, {"Access-Control-Request-Headers", "x-one"}});
        const HeaderList preflight = preflightHeaders(withOrigin, config);
        QCOMPARE(headerValue(preflight, "access-control-allow-origin"), QByteArray("https://a"));
        QCOMPARE(headerValue(preflight, "access-control-allow-headers"), QByteArray("x-one"));
        QCOMPARE(headerValue(preflight, "access-control-max-age"), QByteArray("86400"));
        QCOMPARE(headerValue(preflight, "vary"), QByteArray("Origin"));
        config.allowedOrigins = {QStringLiteral("https://b")};
        QVERIFY(headerValue(corsHeaders(withOrigin, config), "access-control-allow-origin").isNull());
    }

    void errors()
    {
        const Error error = Error::make("guard", "actor_ready_timeout", QStringLiteral("late"),
                                        {{QStringLiteral("actor_id"), QStringLiteral("a")}});
        const ErrorAnswer answer = errorAnswer(error, head({}), {}, QStringLiteral("ray"));
        QCOMPARE(answer.status, 503);
        QCOMPARE(headerValue(answer.headers, "x-rivet-error"), QByteArray("guard.actor_ready_timeout"));
        QCOMPARE(headerValue(answer.headers, "x-rivet-ray-id"), QByteArray("ray"));
        const QJsonObject body = QJsonDocument::fromJson(answer.body).object();
        QCOMPARE(body.value(QLatin1String("group")).toString(), QStringLiteral("guard"));
        QCOMPARE(body.value(QLatin1String("metadata")).toObject().value(QLatin1String("actor_id")).toString(),
                 QStringLiteral("a"));
        QCOMPARE(gatewayStatus(Error::make("actor", "not_found", {})), 404);
        QCOMPARE(gatewayStatus(Error::make("guard", "query_invalid_params", {})), 400);
        QCOMPARE(gatewayStatus(Error::make("pegboard", "route_x_timeout", {})), 504);
    }

    void closes()
    {
        const auto close = [](std::optional<quint16> code, const QString &reason = {}) {
            return closeForClient(code, reason);
        };
        QCOMPARE(close({}), std::make_pair(quint16(1000), QByteArray("ws.closed")));
        QCOMPARE(close(4321, QStringLiteral("why")), std::make_pair(quint16(4321), QByteArray("why")));
        QCOMPARE(close(1005, QStringLiteral("a")), std::make_pair(quint16(1000), QByteArray("a")));
        for (const quint16 code : {quint16(999), quint16(1006), quint16(1015), quint16(5000)})
            QCOMPARE(close(code, QStringLiteral("a")), std::make_pair(quint16(1011), QByteArray("a")));
        const QByteArray cut = cutReason(QStringLiteral("é").repeated(62).toUtf8());
        QCOMPARE(cut.size(), 122);
        QCOMPARE(cutReason(QByteArray(123, 'a')).size(), 123);
        QCOMPARE(closeReason(Error::make("actor", "not_found", {}), QStringLiteral("r1")), QByteArray("actor.not_found#r1"));
    }
};

QTEST_APPLESS_MAIN(TestHeaders)
#include "tst_headers.moc"
