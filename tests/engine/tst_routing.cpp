// SPDX-License-Identifier: Apache-2.0
#include "engine/routing/route.h"
#include "tests/engine/testengine.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {
const QByteArray kId = "9myf9pdys3grng3vfjoi9xw3k0cl00";

/// One line per route, so that a table can name what it expects.
QString describe(const Route &route)
{
    if (const auto *actor = std::get_if<ActorRoute>(&route)) {
        QString out;
        if (const auto *id = std::get_if<QString>(&actor->actor)) {
            out = QStringLiteral("actor ") + *id;
        } else {
            const ActorQuery &query = std::get<ActorQuery>(actor->actor);
            out = (query.create ? QStringLiteral("create ") : QStringLiteral("get ")) % query.namespaceName % u' ' % query.name
                % u' ' % query.key % u' ' % (query.pool.isEmpty() ? QStringLiteral("-") : query.pool);
            if (query.inputBase64)
                out += u" input=" % *query.inputBase64;
        }
        out += u' ' % QString::fromUtf8(actor->path);
        if (actor->token)
            out += u" token=" % QString::fromUtf8(*actor->token);
        return actor->skipReadyWait ? QString(out % u" skip") : out;
    }
    if (const auto *failed = std::get_if<FailedRoute>(&route))
        return QString::fromUtf8(failed->error.fullCode());
    if (std::holds_alternative<HealthSocketRoute>(route))
        return QStringLiteral("health");
    if (const auto *runner = std::get_if<RunnerRoute>(&route))
        return runner->token ? QString(QStringLiteral("runner token=") % QString::fromUtf8(*runner->token)) : QStringLiteral("runner");
    if (std::holds_alternative<EnvoyRoute>(route))
        return QStringLiteral("envoy");
    return std::holds_alternative<PreflightRoute>(route) ? QStringLiteral("preflight") : QStringLiteral("api");
}
} // namespace

class TestRouting : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void form_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const QByteArray &target, const QByteArray &expected) {
            QTest::newRow(name) << target << QString::fromUtf8(QByteArray(expected).replace("ID", kId));
        };
        row("bare", "/gateway/" + kId, "actor ID /");
        row("slash", "/gateway/" + kId + "/", "actor ID /");
        row("path and query", "/gateway/" + kId + "/p/q?y=a%20b", "actor ID /p/q?y=a%20b");
        row("query only", "/gateway/" + kId + "?a=1", "actor ID /?a=1");
        row("empty query kept", "/gateway/" + kId + "/p?", "actor ID /p?");
        row("encoded slash", "/gateway/" + kId + "/a%2Fb", "actor ID /a%2Fb");
        row("trailing slash", "/gateway/" + kId + "/a/", "actor ID /a/");
        row("upper-case id", "/gateway/" + kId.toUpper() + "/a", "actor ID /a");
        row("token", "/gateway/" + kId + "@tok%20en/a", "actor ID /a token=tok en");
        row("second at sign", "/gateway/" + kId + "@a@b/x", "actor ID /x token=a@b");
        row("empty token", "/gateway/" + kId + "@/a", "api");
        row("token without id", "/gateway/@t/x", "api");
        row("double slash", "/gateway/" + kId + "//y", "api");
        row("double slash at the end", "/gateway/" + kId + "/y//", "api");
        row("upper-case word", "/Gateway/" + kId, "api");
        row("no id", "/gateway/", "api");
        row("word alone", "/gateway", "api");
        row("short id", "/gateway/abc/x", "api.bad_request");
        row("wrong length", "/gateway/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa/x", "api.bad_request");
        row("foreign datacenter", "/gateway/" + kId.left(28) + "10/x", "actor.not_found");

        const QByteArray q = "/gateway/chat/x?rvt-namespace=default&rvt-method=";
        row("get", q + "get&rvt-key=k1&x=1&y=a%20b", "get default chat k1 - /x?x=1&y=a%20b");
        row("get without key", q + "get", "get default chat / - /x");
        row("get, empty key", q + "get&rvt-key=", "get default chat / - /x");
        row("two parts", q + "get&rvt-key=a,b%2Fc", "get default chat a/b\\/c - /x");
        row("two empty parts", q + "get&rvt-key=,", "get default chat \\0/\\0 - /x");
        row("backslash", q + "get&rvt-key=a%5Cb", "get default chat a\\\\b - /x");
        row("encoded name", "/gateway/a%20b?rvt-namespace=n&rvt-method=get", "get n a b / - /");
        row("create", q + "getOrCreate&rvt-pool=p", "create default chat / p /x");
        row("create, older name", q + "getOrCreate&rvt-runner=p&rvt-crash-policy=destroy&rvt-region=default", "create default chat / p /x");
        row("input", q + "getOrCreate&rvt-pool=p&rvt-input=oWFhAQ", "create default chat / p input=oWFhAQ== /x");
        row("token and skip", q + "get&rvt-token=t&rvt-skip-ready-wait=true", "get default chat / - /x token=t skip");
        row("no namespace", "/gateway/chat?rvt-method=get", "guard.query_invalid_params");
        row("no method", "/gateway/chat?rvt-namespace=default", "guard.query_invalid_params");
        row("bad method", q + "put", "guard.query_invalid_params");
        row("unknown parameter", q + "get&rvt-zzz=1", "guard.query_invalid_params");
        row("twice", q + "get&rvt-key=a&rvt-key=b", "guard.query_duplicate_param");
        row("pool under both names", q + "getOrCreate&rvt-pool=a&rvt-runner=a", "guard.query_duplicate_param");
        row("no equals sign", q + "get&rvt-key", "guard.query_param_missing_equals");
        row("not UTF-8", q + "get&rvt-key=%FF", "guard.query_invalid_percent_encoding");
        row("create without pool", q + "getOrCreate", "guard.query_missing_pool");
        row("get with pool", q + "get&rvt-pool=p", "guard.query_get_disallowed_params");
        row("get with input", q + "get&rvt-input=oA", "guard.query_get_disallowed_params");
        row("not base64", q + "getOrCreate&rvt-pool=p&rvt-input=%2B%2B%2B", "guard.query_invalid_base64_input");
        row("not CBOR", q + "getOrCreate&rvt-pool=p&rvt-input=_w", "guard.query_invalid_cbor_input");
        row("bytes after the CBOR value", q + "getOrCreate&rvt-pool=p&rvt-input=AAA", "guard.query_invalid_cbor_input");
        row("bad policy", q + "getOrCreate&rvt-pool=p&rvt-crash-policy=z", "guard.query_invalid_params");
        row("bad skip", q + "get&rvt-skip-ready-wait=maybe", "guard.query_invalid_params");
        row("token in path", "/gateway/chat@t?rvt-namespace=n&rvt-method=get", "guard.query_path_token_syntax");
        row("no name", "/gateway/?rvt-namespace=n&rvt-method=get", "guard.query_empty_actor_name");

        row("runner", "/runners/connect?protocol_version=7", "runner");
        row("runner, slash", "/runners/connect/", "runner");
        row("runner, deeper", "/runners/connect/x", "api");
        row("envoy", "/envoys/connect", "envoy");
        row("health socket off", "/health/ws", "api");
        row("api", "/actors?namespace=default", "api");
    }
    void form()
    {
        QFETCH(QByteArray, target);
        QFETCH(QString, expected);
        QCOMPARE(describe(parseRoute(TestEngine::head("GET", target), false, {})), expected);
        // The path form is the same for sockets.
        QCOMPARE(describe(parseRoute(TestEngine::head("GET", target), true, {})), expected);
    }

    void targetForm_data()
    {
        QTest::addColumn<bool>("socket");
        QTest::addColumn<QByteArray>("headers"); ///< name: value, separated by newlines
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, bool socket, const QByteArray &headers, const QByteArray &expected) {
            QTest::newRow(name) << socket << QByteArray(headers).replace("ID", kId)
                                << QString::fromUtf8(QByteArray(expected).replace("ID", kId));
        };
        const QByteArray actor = "x-rivet-target: actor\nx-rivet-actor: ID";
        row("actor", false, actor, "actor ID /connect?a=1");
        row("token", false, actor + "\nX-Rivet-Token: t", "actor ID /connect?a=1 token=t");
        for (const char *word : {"true", "1"})
            row(word, false, actor + "\nx-rivet-skip-ready-wait: " + word, "actor ID /connect?a=1 skip");
        row("skip 0", false, actor + "\nx-rivet-skip-ready-wait: 0", "actor ID /connect?a=1");
        row("bad skip", false, actor + "\nx-rivet-skip-ready-wait: maybe", "guard.invalid_header");
        row("no actor", false, "x-rivet-target: actor", "guard.missing_header");
        row("bad actor", false, "x-rivet-target: actor\nx-rivet-actor: zzz", "api.bad_request");
        row("runner", false, "x-rivet-target: runner", "runner");
        row("api", false, "x-rivet-target: api-public", "api");
        row("unknown", false, "x-rivet-target: zzz", "guard.no_route");
        row("headers do not count on sockets", true, actor, "api");
        row("protocols do not count on requests", false, "sec-websocket-protocol: rivet_target.actor, rivet_actor.ID", "api");
        row("socket", true, "sec-websocket-protocol: rivet, rivet_target.actor, rivet_actor.ID, rivet_encoding.cbor",
            "actor ID /connect?a=1");
        row("socket, all", true,
            "sec-websocket-protocol: rivet,rivet_target.actor\nsec-websocket-protocol: rivet_actor.ID,rivet_token.x,rivet_skip_ready_wait",
            "actor ID /connect?a=1 token=x skip");
        row("socket, encoded id", true, "sec-websocket-protocol: rivet_target.actor, rivet_actor.%39" + kId.mid(1), "actor ID /connect?a=1");
        row("socket, no actor", true, "sec-websocket-protocol: rivet_target.actor", "guard.missing_header");
        row("socket, runner", true, "sec-websocket-protocol: rivet, rivet_target.runner, rivet_token.a, rivet_token.b", "runner token=a");
        row("socket, unknown", true, "sec-websocket-protocol: rivet_target.zzz", "guard.no_route");
    }
    void targetForm()
    {
        QFETCH(bool, socket);
        QFETCH(QByteArray, headers);
        QFETCH(QString, expected);
        HeaderList list;
        for (const QByteArray &line : headers.split('\n'))
            list.emplace_back(line.left(line.indexOf(':')), line.mid(line.indexOf(':') + 2));
        QCOMPARE(describe(parseRoute(TestEngine::head("GET", "/connect?a=1", list), socket, {})), expected);
    }

    void pathWinsOverHeader()
    {
        const HttpHead head = TestEngine::head("GET", "/gateway/" + kId, {{"x-rivet-target", "api-public"}});
        QCOMPARE(describe(parseRoute(head, false, {})), QString::fromUtf8("actor " + kId + " /"));
    }

    void healthSocket()
    {
        EngineConfig config;
        config.enableWebsocketHealthRoute = true;
        TestEngine engine(config);
        QCOMPARE(engine.ask("GET", "/health/ws").status, 426);
        const auto socket = engine.connectSocket("/health/ws");
        QVERIFY(socket->accepted && socket->channel);
        Channel &channel = *socket->channel;
        channel.listener()->channelMessage(channel, "ping", false);
        channel.listener()->channelMessage(channel, "else", false);
        QCOMPARE(socket->received, std::vector<QByteArray>{"pong"});
        channel.listener()->channelClosed(channel, {});
        QVERIFY(socket->channel);
        engine.clock.set(engine.clock.monoMs() + 1);
        engine.timers.advance(engine.clock.monoMs());
        QVERIFY(!socket->channel);
    }

    void preflightNeedsNoActor()
    {
        TestEngine engine;
        const Answer answer = engine.ask("OPTIONS", "/gateway/abc/x", {}, {{"origin", "https://a.example"}, {"access-control-request-headers", "x-a"}});
        QCOMPARE(answer.status, 204);
        QCOMPARE(answer.header("access-control-allow-origin"), QByteArray("https://a.example"));
        QCOMPARE(answer.header("access-control-allow-headers"), QByteArray("x-a"));
        QCOMPARE(answer.header("access-control-max-age"), QByteArray("86400"));
        QCOMPARE(answer.header("access-control-allow-methods"), QByteArray("GET, POST, PUT, DELETE, OPTIONS, PATCH"));
        QCOMPARE(answer.header("vary"), QByteArray("Origin"));
    }

    void failedSocketIsAcceptedAndClosed()
    {
        TestEngine engine;
        const auto socket = engine.connectSocket("/gateway/abc/x", {{"sec-websocket-protocol", "rivet, rivet_encoding.json"}});
        QVERIFY(socket->accepted);
        QCOMPARE(socket->protocol, QByteArray("rivet"));
        QCOMPARE(int(socket->closeCode.value_or(0)), 1011);
        const QByteArray ray = headerValue(socket->headers, "x-rivet-ray-id");
        QCOMPARE(ray.size(), 30);
        QCOMPARE(socket->closeReason, QByteArray("api.bad_request#" + ray));
        QCOMPARE(headerValue(socket->headers, "access-control-allow-origin"), QByteArray("*"));

        const auto plain = engine.connectSocket("/actors");
        QCOMPARE(plain->protocol, QByteArray());
        QVERIFY(plain->closeReason.startsWith("guard.websocket_not_supported#"));
        QVERIFY(engine.connectSocket("/envoys/connect")->closeReason.startsWith("guard.websocket_not_supported#"));
        const auto missing = engine.connectSocket("/gateway/x?rvt-namespace=nope&rvt-method=get");
        QVERIFY(missing->closeReason.startsWith("namespace.not_found#"));
    }

    void runnerToken()
    {
        EngineConfig config;
        config.adminToken = QStringLiteral("secret");
        TestEngine engine(config);
        const auto reason = [&](const QByteArray &protocols) {
            HeaderList headers;
            if (!protocols.isEmpty())
                headers.emplace_back("sec-websocket-protocol", protocols);
            return engine.connectSocket("/runners/connect?protocol_version=7&namespace=default&runner_key=a", headers)->closeReason.split('#').front();
        };
        QCOMPARE(reason("rivet"), QByteArray("guard.missing_header"));
        QCOMPARE(reason("rivet,rivet_token.wrong"), QByteArray("api.forbidden"));
        QCOMPARE(reason("rivet,rivet_token.secret"), QByteArray());
        QCOMPARE(engine.ask("GET", "/runners/connect").error(), QStringLiteral("guard.missing_header"));
        QCOMPARE(engine.ask("GET", "/runners/connect", {}, {{"x-rivet-token", "secret"}}).status, 200);
    }

    void gatewayToken()
    {
        EngineConfig config;
        config.adminToken = QStringLiteral("secret");
        config.gatewayRequiresToken = true;
        TestEngine engine(config);
        QCOMPARE(engine.ask("GET", "/gateway/" + kId + "/x").status, 403);
        QCOMPARE(engine.ask("GET", "/gateway/" + kId + "@nope/x").error(), QStringLiteral("api.forbidden"));
        QCOMPARE(engine.ask("GET", "/gateway/" + kId + "@secret/x").error(), QStringLiteral("actor.not_found"));
        QCOMPARE(engine.ask("GET", "/gateway/" + kId + "/x", {}, {{"x-rivet-token", "secret"}}).error(), QStringLiteral("actor.not_found"));
    }

    void originAllowList()
    {
        EngineConfig config;
        config.allowedOrigins = {QStringLiteral("https://good.example")};
        TestEngine engine(config);
        const auto origin = [&](const QByteArray &name) {
            return engine.ask("GET", "/datacenters", {}, {{"origin", name}}).header("access-control-allow-origin");
        };
        QCOMPARE(origin("https://good.example"), QByteArray("https://good.example"));
        QVERIFY(origin("https://evil.example").isNull());
        QVERIFY(engine.connectSocket("/gateway/" + kId, {{"origin", "https://evil.example"}})->closeReason.startsWith("api.forbidden#"));
    }

    void bodyIsWantedForKnownActors()
    {
        TestEngine engine;
        const auto wants = [&](const QByteArray &target, const HeaderList &headers = {}) {
            return engine.core.wantsBody(TestEngine::head("POST", target, headers));
        };
        QVERIFY(wants("/actors")); // no actor's route
        QVERIFY(!wants("/x", {{"x-rivet-target", "moon"}}));
        QVERIFY(!wants("/gateway/" + kId + "/x"));
        QVERIFY(!wants("/gateway/name/x?rvt-namespace=default&rvt-method=get&rvt-key=k"));
        QVERIFY(!wants("/gateway/name/x?rvt-namespace=nowhere&rvt-method=getOrCreate&rvt-pool=p"));
        QVERIFY(wants("/gateway/name/x?rvt-namespace=default&rvt-method=getOrCreate&rvt-pool=p"));
        const QJsonObject pool{{QStringLiteral("datacenters"), QJsonObject{{QStringLiteral("default"), QJsonObject{{QStringLiteral("normal"), QJsonObject()}}}}}};
        QCOMPARE(engine.askJson("PUT", "/runner-configs/p?namespace=default", pool).status, 200);
        const Answer made = engine.askJson("POST", "/actors?namespace=default",
                                           {{QStringLiteral("name"), QStringLiteral("name")},
                                            {QStringLiteral("key"), QStringLiteral("k")},
                                            {QStringLiteral("runner_name_selector"), QStringLiteral("p")},
                                            {QStringLiteral("crash_policy"), QStringLiteral("sleep")}});
        QCOMPARE(made.status, 200);
        const QByteArray id = made.json().value(u"actor").toObject().value(u"actor_id").toString().toLatin1();
        QVERIFY(!id.isEmpty());
        QVERIFY(wants("/gateway/" + id + "/x"));
        QVERIFY(wants("/x", {{"x-rivet-target", "actor"}, {"x-rivet-actor", id}}));
        QVERIFY(wants("/gateway/name/x?rvt-namespace=default&rvt-method=get&rvt-key=k"));

        EngineConfig config;
        config.adminToken = QStringLiteral("secret");
        config.gatewayRequiresToken = true;
        TestEngine closed(config);
        QVERIFY(!closed.core.wantsBody(TestEngine::head("POST", "/gateway/" + kId + "@wrong/x")));
        QVERIFY(!closed.core.wantsBody(TestEngine::head("POST", "/gateway/name/x?rvt-namespace=default&rvt-method=getOrCreate&rvt-pool=p")));
    }

    void creationThatTakesTooLong()
    {
        TestEngine engine;
        const auto answer = engine.send("GET", "/gateway/name/x?rvt-namespace=default&rvt-method=getOrCreate&rvt-pool=p");
        // The store never answers: nothing is pumped.
        engine.clock.set(engine.clock.monoMs() + engine.config.routeTimeoutMs - 1);
        engine.timers.advance(engine.clock.monoMs());
        QVERIFY(!answer->answered);
        engine.clock.set(engine.clock.monoMs() + 2);
        engine.timers.advance(engine.clock.monoMs());
        QVERIFY(answer->answered);
        QCOMPARE(answer->status, 504);
        QCOMPARE(answer->error(), QStringLiteral("guard.request_timeout"));
        const QJsonObject metadata = answer->json().value(u"metadata").toObject();
        QCOMPARE(metadata.value(u"phase").toString(), QStringLiteral("resolve"));
        QCOMPARE(metadata.value(u"timeout_seconds").toInt(), 60);
        engine.pump(); // the late answer of the store reaches nobody
        QCOMPARE(engine.metrics.value("guard_route_total", {{"kind", QStringLiteral("actor")}, {"result", QStringLiteral("guard.request_timeout")}}), 1.0);
    }

    void routesAreCounted()
    {
        TestEngine engine;
        engine.ask("GET", "/datacenters");
        engine.ask("GET", "/gateway/" + kId + "/x");
        engine.ask("GET", "/gateway/name/x?rvt-namespace=nowhere&rvt-method=get");
        engine.ask("OPTIONS", "/gateway/" + kId + "/x");
        engine.ask("GET", "/x", {}, {{"x-rivet-target", "moon"}});
        const auto count = [&](const char *kind, const char *result) {
            return engine.metrics.value("guard_route_total", {{"kind", QString::fromLatin1(kind)}, {"result", QString::fromLatin1(result)}});
        };
        QCOMPARE(count("api", "ok"), 1.0);
        QCOMPARE(count("actor", "ok"), 1.0);
        QCOMPARE(count("actor", "namespace.not_found"), 1.0);
        QCOMPARE(count("preflight", "ok"), 1.0);
        QCOMPARE(count("none", "guard.no_route"), 1.0);
        QCOMPARE(engine.metrics.value("guard_resolve_route_duration"), 2.0);
    }

    void bodyLimitByRoute()
    {
        TestEngine engine;
        QCOMPARE(engine.core.maxBodyBytes(TestEngine::head("POST", "/gateway/" + kId)), engine.config.httpMaxRequestBodySize);
        QVERIFY(engine.core.maxBodyBytes(TestEngine::head("POST", "/actors")) < engine.config.httpMaxRequestBodySize);
        const HttpHead actor = TestEngine::head("POST", "/gateway/" + kId);
        const auto [headers, body] = engine.core.errorAnswer(&actor, 413, "too large");
        QCOMPARE(headerValue(headers, "x-rivet-error"), QByteArray("guard.invalid_request_body"));
        QVERIFY(body.contains("invalid_request_body"));
    }

    void bodiesAreStreamedOnlyWhereTheSettingSaysSo()
    {
        TestEngine plain;
        QVERIFY(plain.core.bodyMode(TestEngine::head("POST", "/gateway/" + kId)) == BodyMode::Collect);
        EngineConfig config;
        config.httpRequestStreaming = true;
        TestEngine engine(config);
        const auto mode = [&engine](const QByteArray &method, const QByteArray &target) {
            return engine.core.bodyMode(TestEngine::head(method, target));
        };
        QVERIFY(mode("POST", "/gateway/" + kId) == BodyMode::Stream);
        QVERIFY(mode("DELETE", "/gateway/" + kId + "/x") == BodyMode::Stream);
        // The API parses whole bodies; these methods carry none to an actor.
        QVERIFY(mode("POST", "/actors") == BodyMode::Collect);
        QVERIFY(mode("GET", "/gateway/" + kId) == BodyMode::Collect);
        QVERIFY(mode("HEAD", "/gateway/" + kId) == BodyMode::Collect);
        QVERIFY(mode("OPTIONS", "/gateway/" + kId) == BodyMode::Collect);
    }
};

QTEST_GUILESS_MAIN(TestRouting)
#include "tst_routing.moc"
