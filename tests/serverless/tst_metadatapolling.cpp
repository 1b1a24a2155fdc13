// SPDX-License-Identifier: Apache-2.0
// Metadata polling of serverless endpoints (scheduler.md section 4.7), scenario 64.
#include "tests/serverless/poolbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestMetadataPolling : public QObject
{
    Q_OBJECT

    static QByteArray good(const QByteArray &more = {})
    {
        return "{\"runtime\":\"rivetkit\",\"version\":\"2.0.33\"" + more + "}";
    }
    static ServerlessMetadata read(const QByteArray &json, int status = 200)
    {
        ServerlessMetadata out;
        fetchServerlessMetadata(
            [&](const FetchRequest &, const std::function<void(const FetchResult &)> &done) {
                done({FetchResult::Kind::Answer, status, json, {}});
            },
            QStringLiteral("http://a"), {}, [&](const ServerlessMetadata &metadata) { out = metadata; });
        return out;
    }
    static QString kind(const ServerlessMetadata &metadata)
    {
        return metadata.failure.value(u"metadata").toObject().value(u"kind").toString();
    }

private Q_SLOTS:
    void period_data()
    {
        QTest::addColumn<int>("interval");
        QTest::addColumn<int>("expected");
        QTest::newRow("default") << -1 << 10'000;
        QTest::newRow("own") << 20'000 << 20'000;
        QTest::newRow("never below the minimum") << 100 << 5'000;
    }
    void period()
    {
        QFETCH(int, interval);
        QFETCH(int, expected);
        PoolBench bench;
        bench.answerMetadata(good());
        bench.set("headers", QJsonObject{{QStringLiteral("x-own"), QStringLiteral("v")}});
        if (interval >= 0)
            bench.set("metadata_poll_interval", interval);
        bench.configure();
        QCOMPARE(bench.fetches.size(), std::size_t(1)); // at once
        QCOMPARE(bench.fetches[0].url, QStringLiteral("http://far.example/api/metadata"));
        QCOMPARE(headerValue(bench.fetches[0].headers, "x-own"), QByteArray("v"));
        QCOMPARE(bench.fetches[0].timeoutMs, 10'000);
        bench.world.advance(expected - 1);
        QCOMPARE(bench.fetches.size(), std::size_t(1));
        bench.world.advance(2);
        QCOMPARE(bench.fetches.size(), std::size_t(2));
        bench.forgetConfig();
        bench.world.advance(100'000);
        QCOMPARE(bench.fetches.size(), std::size_t(2));
    }

    void failuresSpread()
    {
        PoolBench bench;
        bench.answerMetadata("down", 500);
        bench.configure();
        qint64 last = bench.world.clock.monoMs();
        // Twice as long with each failure; failures more than ten minutes apart count as the first.
        for (const qint64 expected : {20'000, 40'000, 80'000, 160'000, 320'000, 640'000, 20'000, 40'000}) {
            const std::size_t before = bench.fetches.size();
            while (bench.fetches.size() == before)
                bench.world.advance(10);
            QVERIFY2(std::abs(bench.world.clock.monoMs() - last - expected) <= 20, qPrintable(QString::number(expected)));
            last = bench.world.clock.monoMs();
        }
        bench.answerMetadata(good());
        const std::size_t before = bench.fetches.size();
        while (bench.fetches.size() == before)
            bench.world.advance(10);
        bench.world.advance(10'010);
        QCOMPARE(bench.fetches.size(), before + 2);
    }

    void newEndpointIsAskedAtOnce()
    {
        PoolBench bench;
        bench.configure();
        QCOMPARE(bench.fetches.size(), std::size_t(1)); // and stays unanswered
        bench.answerMetadata(good(",\"actorNames\":{\"second\":{\"metadata\":{}}}"));
        bench.set("url", QStringLiteral("http://new.example"));
        bench.configure();
        QCOMPARE(bench.fetches.size(), std::size_t(2));
        QCOMPARE(bench.fetches[1].url, QStringLiteral("http://new.example/metadata"));
        QCOMPARE(bench.scheduler->actorNames(bench.namespaceId()).size(), std::size_t(1));
    }

    void lateAnswerOfTheOldEndpoint()
    {
        PoolBench bench;
        std::vector<std::function<void(const FetchResult &)>> open;
        bench.pools->setFetch([&](const FetchRequest &, std::function<void(const FetchResult &)> done) { open.push_back(std::move(done)); });
        bench.configure();
        bench.set("url", QStringLiteral("http://new.example"));
        bench.configure();
        QCOMPARE(open.size(), std::size_t(2));
        open[0]({FetchResult::Kind::Answer, 200, good(",\"actorNames\":{\"old\":{\"metadata\":{}}}"), {}});
        QVERIFY(bench.scheduler->actorNames(bench.namespaceId()).empty());
        open[1]({FetchResult::Kind::Answer, 200, good(",\"actorNames\":{\"new\":{\"metadata\":{}}}"), {}});
        QCOMPARE(bench.scheduler->actorNames(bench.namespaceId()).front().name, QStringLiteral("new"));
        bench.scheduler->setPools(nullptr);
        bench.pools.reset();
        open[1]({FetchResult::Kind::Answer, 200, good(), {}}); // nobody there: nothing happens
        bench.startPools();
    }

    void names()
    {
        PoolBench bench;
        bench.answerMetadata(good(",\"actorNames\":{\"a\":{\"metadata\":{\"k\":1}},\"b\":{\"metadata\":7},\"c\":null,\"d\":{}}"));
        bench.configure();
        const std::vector<NameRow> names = bench.scheduler->actorNames(bench.namespaceId());
        QCOMPARE(names.size(), std::size_t(1));
        QCOMPARE(names[0].name, QStringLiteral("a"));
        QCOMPARE(names[0].metadataJson, QByteArray("{\"k\":1}"));
    }

    void answers()
    {
        QVERIFY(read(good()).ok());
        QCOMPARE(read(good(",\"envoyProtocolVersion\":2")).envoyProtocolVersion, 2);
        QVERIFY(read(good(",\"envoyProtocolVersion\":null")).ok());
        QVERIFY(!read(good()).envoyProtocolVersion);
        QCOMPARE(read(good(",\"runner\":{\"version\":4294967295}")).runnerVersion, 4294967295u);
        QVERIFY(!read(good(",\"runner\":{\"version\":-1}")).runnerVersion);
        QVERIFY(!read(good(",\"runner\":{\"version\":\"3\"}")).runnerVersion);
        for (const char *bad : {"0", "-1", "\"x\"", "70000", "{}", "1.5"})
            QCOMPARE(kind(read(good(QByteArray(",\"envoyProtocolVersion\":") + bad))), QStringLiteral("invalid_envoy_protocol_version"));
        QCOMPARE(kind(read("{\"runtime\":\"rivetkit\",\"version\":\"\"}")), QStringLiteral("invalid_response_schema"));
        QCOMPARE(kind(read("x")), QStringLiteral("invalid_response_json"));
        QCOMPARE(kind(read("x", 503)), QStringLiteral("non_success_status"));
    }

    void scenario064_reportedVersionDrains_data()
    {
        QTest::addColumn<bool>("allowed");
        QTest::newRow("allowed") << true;
        QTest::newRow("not allowed") << false;
    }
    void scenario064_reportedVersionDrains()
    {
        QFETCH(bool, allowed);
        PoolBench bench;
        bench.set("drain_on_version_upgrade", allowed);
        bench.answerMetadata(good(",\"runner\":{\"version\":1}"));
        bench.configure();
        bench.createMany(2);
        bench.pause();
        ScriptedRunner &old = bench.serve(0);
        ScriptedRunner fresh;
        bench.connectRunner(fresh, "v3", 1, 3);
        // A connecting newer version drains older ones by itself (scenario 62); here only the flag decides.
        QCOMPARE(bench.runnerState(old), allowed ? RunnerState::Draining : RunnerState::Connected);
        ScriptedRunner second;
        bench.connectRunner(second, "v1", 1, 1);
        QCOMPARE(bench.runnerState(second), RunnerState::Connected);
        bench.world.advance(20'000);
        QCOMPARE(bench.runnerState(second), RunnerState::Connected); // version 1 is what is reported
        bench.answerMetadata(good(",\"runner\":{\"version\":3}"));
        bench.world.advance(10'000);
        QCOMPARE(bench.runnerState(second), allowed ? RunnerState::Draining : RunnerState::Connected);
        QCOMPARE(bench.runnerState(fresh), RunnerState::Connected);
    }

    void failureIsSeenButDoesNotFailRequests()
    {
        PoolBench bench;
        bench.answerMetadata("down", 502);
        bench.configure();
        bench.world.advance(1'000);
        QVERIFY(bench.error().isEmpty());
        QVERIFY(bench.pool()->metadataErrorJson().contains("502"));
        QCOMPARE(bench.sink.last(QLatin1String("metadata_error")).kind, monitor::EventKind::Pool);
        bench.answerMetadata(good());
        bench.world.advance(20'000);
        QVERIFY(bench.pool()->metadataErrorJson().isEmpty());
        QCOMPARE(bench.sink.count(QLatin1String("metadata_error_cleared")), 1);
    }

    void refreshAnswers()
    {
        PoolBench bench;
        bench.answerMetadata(good());
        bench.configure();
        int answers = 0;
        QVERIFY(bench.pools->refreshMetadata(bench.namespaceId(), QStringLiteral("p"), [&](const ServerlessMetadata &metadata) {
            QVERIFY(metadata.ok());
            ++answers;
        }));
        bench.world.settle();
        QCOMPARE(answers, 1);
        QVERIFY(!bench.pools->refreshMetadata(bench.namespaceId(), QStringLiteral("q"), {}));
        bench.configurePool();
        QVERIFY(!bench.pools->refreshMetadata(bench.namespaceId(), QStringLiteral("p"), {}));
    }
};

QTEST_GUILESS_MAIN(TestMetadataPolling)
#include "tst_metadatapolling.moc"
