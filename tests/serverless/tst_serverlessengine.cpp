// SPDX-License-Identifier: Apache-2.0
// What clients see of a serverless pool: REST, waiting requests, actors (scheduler.md section 4.6, gateway.md 5.1).
#include "tests/engine/testengine.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {

/// An endpoint that answers every request for a runner with the same status.
struct Refusing final
{
    struct Handle final : EventStream
    {
        explicit Handle(Refusing &endpoint) : owner(endpoint) { ++owner.open; }
        ~Handle() override { --owner.open; }
        Refusing &owner;
    };
    std::unique_ptr<EventStream> start(TestEngine &engine, const StreamRequest &request, EventStreamListener &listener)
    {
        requests.push_back(request);
        engine.posted.push_back([this, &listener] {
            listener.streamAnswered(status, {{"content-type", "text/plain"}});
            listener.streamData("no such function");
            listener.streamEnded({});
        });
        return std::make_unique<Handle>(*this);
    }
    int status = 404;
    int open = 0;
    std::vector<StreamRequest> requests;
};

} // namespace

class TestServerlessEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario089_waitersFailFast()
    {
        TestEngine engine;
        Refusing endpoint;
        engine.core.setOpenStream([&](const StreamRequest &request, EventStreamListener &listener) {
            return endpoint.start(engine, request, listener);
        });
        const QJsonObject serverless{{QStringLiteral("url"), QStringLiteral("http://far.example")},
                                     {QStringLiteral("request_lifespan"), 900},
                                     {QStringLiteral("max_runners"), 10},
                                     {QStringLiteral("slots_per_runner"), 1}};
        const QJsonObject config{{QStringLiteral("datacenters"), QJsonObject{{QStringLiteral("default"), QJsonObject{{QStringLiteral("serverless"), serverless}}}}}};
        QCOMPARE(engine.askJson("PUT", "/runner-configs/far?namespace=default", config).status, 200);
        const Answer made = engine.askJson("POST", "/actors?namespace=default",
                                           {{QStringLiteral("name"), QStringLiteral("a")},
                                            {QStringLiteral("runner_name_selector"), QStringLiteral("far")},
                                            {QStringLiteral("crash_policy"), QStringLiteral("sleep")}});
        QCOMPARE(made.status, 200);
        const QByteArray id = made.json().value(u"actor").toObject().value(u"actor_id").toString().toUtf8();
        const qint64 began = engine.clock.monoMs();
        const Answer waited = engine.ask("GET", "/gateway/" + id + "/x");
        QCOMPARE(waited.error(), QStringLiteral("guard.actor_runner_failed"));
        const QJsonObject error = waited.json().value(u"metadata").toObject().value(u"runner_error").toObject().value(u"serverless_http_error").toObject();
        QCOMPARE(error.value(u"status_code").toInt(), 404);
        QCOMPARE(error.value(u"body").toString(), QStringLiteral("no such function"));
        const qint64 took = engine.clock.monoMs() - began;
        QVERIFY2(took >= 1'000 && took < 3'100, qPrintable(QString::number(took)));
        QCOMPARE(endpoint.requests.front().url, QStringLiteral("http://far.example/start"));

        const QJsonObject shown = engine.ask("GET", "/actors?namespace=default&actor_ids=" + id).json().value(u"actors").toArray().at(0).toObject();
        QVERIFY(shown.value(u"error").toObject().value(u"runner_pool_error").toObject().contains(u"serverless_http_error"));
        const QJsonObject listed = engine.ask("GET", "/runner-configs?namespace=default").json().value(u"runner_configs").toObject()
                                       .value(u"far").toObject().value(u"datacenters").toObject().value(u"default").toObject();
        QVERIFY(listed.value(u"runner_pool_error").toObject().contains(u"serverless_http_error"));

        // The retries go on without anybody asking; deleting the config ends them.
        QVERIFY(endpoint.requests.size() <= 2);
        QCOMPARE(engine.ask("DELETE", "/runner-configs/far?namespace=default").status, 200);
        const std::size_t before = endpoint.requests.size();
        for (int i = 0; i < 30; ++i) {
            engine.clock.set(engine.clock.monoMs() + 1'000);
            engine.timers.advance(engine.clock.monoMs());
            engine.pump();
        }
        QCOMPARE(endpoint.requests.size(), before);
        QCOMPARE(endpoint.open, 0);
    }
};

QTEST_GUILESS_MAIN(TestServerlessEngine)
#include "tst_serverlessengine.moc"
