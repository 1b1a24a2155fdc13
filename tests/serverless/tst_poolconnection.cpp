// SPDX-License-Identifier: Apache-2.0
// One outbound connection, its end and its errors (scheduler.md sections 4.3 to 4.6), scenarios 89 to 91.
#include "tests/serverless/poolbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestPoolConnection : public QObject
{
    Q_OBJECT

    /// A pool with one request out, for one pending actor.
    struct OneRequest : PoolBench
    {
        QString actor;
        OneRequest()
        {
            configure();
            actor = create(CrashPolicy::Restart);
            pause();
        }
        FakeStream &stream() { return *streams.back(); }
        PoolConnection::State state() { return pool()->connections().front()->state(); }
        void settleErrors() { world.advance(PoolErrors::kDebounceMs + 10); }
    };

private Q_SLOTS:
    void firstInitCounts()
    {
        OneRequest bench;
        FakeStream &stream = bench.stream();
        stream.answer(200, "Text/Event-Stream; charset=utf-8");
        QCOMPARE(bench.state(), PoolConnection::State::Opening);
        stream.send("event: ping\ndata: \n\n");
        stream.send("event: news\ndata: zzz\n\n");
        QCOMPARE(bench.sink.count(QLatin1String("serverless_unknown_event")), 1);
        QCOMPARE(bench.state(), PoolConnection::State::Opening);
        ScriptedRunner runner, other;
        bench.connectRunner(runner, "a", 1);
        bench.connectRunner(other, "b", 1);
        stream.sendInit(runner.runnerId);
        QCOMPARE(bench.state(), PoolConnection::State::Serving);
        stream.sendInit(other.runnerId);
        stream.send("data: garbage\n\n");
        QCOMPARE(bench.pool()->connections().front()->runnerId(), runner.runnerId);
        QVERIFY(stream.isOpen());
        bench.settleErrors();
        QVERIFY(bench.error().isEmpty());
    }

    void anyKnownPayloadVersion_data()
    {
        QTest::addColumn<int>("version");
        for (int version = 1; version <= 7; ++version)
            QTest::addRow("v%d", version) << version;
    }
    void anyKnownPayloadVersion()
    {
        QFETCH(int, version);
        OneRequest bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "a", 1);
        bench.stream().answer();
        bench.stream().sendInit(runner.runnerId, version);
        QCOMPARE(bench.state(), PoolConnection::State::Serving);
    }

    void badAnswers_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QString>("kind");
        const QByteArray sse("text/event-stream");
        QTest::newRow("not found") << 404 << QByteArray("text/plain") << QByteArray("nope") << QStringLiteral("serverless_http_error");
        QTest::newRow("error as event stream") << 500 << sse << QByteArray("data: x\n\n") << QStringLiteral("serverless_http_error");
        QTest::newRow("redirect") << 302 << sse << QByteArray() << QStringLiteral("serverless_http_error");
        QTest::newRow("page") << 200 << QByteArray("text/html") << QByteArray("<p>") << QStringLiteral("serverless_connection_error");
        QTest::newRow("type with a longer name") << 200 << QByteArray("text/event-streams") << QByteArray() << QStringLiteral("serverless_connection_error");
        QTest::newRow("no base64") << 200 << sse << QByteArray("data: ***\n\n") << QStringLiteral("serverless_invalid_sse_payload");
        QTest::newRow("empty data") << 200 << sse << QByteArray("data:\n\n") << QStringLiteral("serverless_invalid_sse_payload");
        QTest::newRow("version 0") << 200 << sse << QByteArray("data: AAAABFJJRDEFAA==\n\n") << QStringLiteral("serverless_invalid_sse_payload");
        QTest::newRow("version above") << 200 << sse << QByteArray("data: CQAABFJJRDEFAA==\n\n") << QStringLiteral("serverless_invalid_sse_payload");
        QTest::newRow("cut off") << 200 << sse << QByteArray("data: BQAABFJJ\n\n") << QStringLiteral("serverless_invalid_sse_payload");
        QTest::newRow("runner nobody knows") << 200 << sse << QByteArray("data: BQAABFJJRDEFAA==\n\n") << QStringLiteral("serverless_invalid_sse_payload");
        QTest::newRow("endless event") << 200 << sse << QByteArray("data: " + QByteArray(1'100'000, 'x')) << QStringLiteral("serverless_invalid_sse_payload");
    }

    void badAnswers()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, data);
        QFETCH(QString, kind);
        OneRequest bench;
        FakeStream &first = bench.stream();
        first.answer(status, type);
        if (!data.isEmpty())
            first.send(data);
        if (kind == u"serverless_http_error")
            first.end();
        QVERIFY(!first.isOpen());
        QCOMPARE(bench.state(), PoolConnection::State::Waiting);
        QCOMPARE(bench.metric("pegboard_serverless_outbound_req_active"), 0.0);
        QVERIFY(bench.error().isEmpty()); // takes effect with the batch
        bench.settleErrors();
        const QJsonObject error = QJsonDocument::fromJson(bench.error()).object();
        QCOMPARE(error.keys(), QStringList{kind});
        if (kind == u"serverless_http_error") {
            QCOMPARE(error.value(kind).toObject().value(u"status_code").toInt(), status);
            QCOMPARE(error.value(kind).toObject().value(u"body").toString().toUtf8(), data);
        } else {
            QVERIFY(!error.value(kind).toObject().value(u"message").toString().isEmpty());
        }
        bench.world.advance(2'000);
        QCOMPARE(bench.streams.size(), std::size_t(2));
    }

    void errorBodyIsBounded()
    {
        OneRequest bench;
        bench.stream().answer(500, "text/plain");
        bench.stream().send(QByteArray(1'000, 'e'));
        QVERIFY(bench.stream().isOpen());
        bench.stream().send(QByteArray(2'000, 'e'));
        QVERIFY(!bench.stream().isOpen());
        bench.settleErrors();
        QCOMPARE(bench.errorMember("serverless_http_error", "body").toString().size(), 512);
        // One that never ends is not waited for.
        OneRequest slow;
        slow.stream().answer(503, "text/plain");
        slow.stream().send("partial");
        slow.world.advance(PoolConnection::kErrorBodyMs - 10);
        QVERIFY(slow.stream().isOpen());
        slow.world.advance(20);
        QVERIFY(!slow.stream().isOpen());
        slow.settleErrors();
        QCOMPARE(slow.errorMember("serverless_http_error", "body").toString(), QStringLiteral("partial"));
    }

    void payloadOfAnotherPoolIsRefused()
    {
        OneRequest bench;
        ScriptedRunner stranger;
        stranger.pool = QStringLiteral("other");
        bench.connectRunner(stranger, "s", 1);
        bench.stream().answer();
        bench.stream().sendInit(stranger.runnerId);
        QCOMPARE(bench.state(), PoolConnection::State::Waiting);
        bench.world.advance(300'000);
        QCOMPARE(bench.runnerState(stranger), RunnerState::Connected);
        bench.settleErrors();
        const QString raw = bench.errorMember("serverless_invalid_sse_payload", "raw_payload").toString();
        QVERIFY(raw.isEmpty() || raw.size() <= 512);
    }

    void scenario089_attemptsSpread()
    {
        OneRequest bench;
        const auto refuse = [&] {
            bench.stream().answer(404, "text/plain");
            bench.stream().send("nothing here");
            bench.stream().end();
        };
        refuse();
        bench.settleErrors();
        QCOMPARE(bench.errorMember("serverless_http_error", "status_code").toInt(), 404);
        QCOMPARE(bench.errorMember("serverless_http_error", "body").toString(), QStringLiteral("nothing here"));
        for (int i = 0; i < 11; ++i) {
            while (!bench.stream().isOpen())
                bench.world.advance(100);
            refuse();
        }
        // Pauses of 2, 4, 8 s and so on, at most 512 s; nothing in between.
        const std::vector<qint64> times = bench.openTimes();
        QCOMPARE(times.size(), std::size_t(12));
        for (std::size_t i = 1; i < times.size(); ++i) {
            const qint64 expected = 2'000LL << std::min<std::size_t>(i - 1, 8);
            const qint64 pause = times[i] - times[i - 1];
            QVERIFY2(pause >= expected && pause <= expected + 100, qPrintable(QStringLiteral("pause %1: %2").arg(i).arg(pause)));
        }
    }

    void jitterSpreadsRetries()
    {
        PoolBench bench;
        bench.config.retryJitterMs = 500;
        bench.set("max_runners", 40);
        bench.configure();
        bench.createMany(40);
        bench.pause();
        QCOMPARE(bench.streams.size(), std::size_t(40));
        for (std::size_t i = 0; i < 40; ++i)
            bench.streams[i]->end(QStringLiteral("refused"));
        bench.world.advance(1'999);
        QCOMPARE(bench.streams.size(), std::size_t(40)); // errors make no further requests
        bench.world.advance(502);
        QCOMPARE(bench.streams.size(), std::size_t(80));
        std::set<qint64> times;
        for (std::size_t i = 40; i < 80; ++i)
            times.insert(bench.streams[i]->openedMs);
        QVERIFY(times.size() > 20);
    }

    void countingStartsAnewAfterTenMinutes()
    {
        OneRequest bench;
        for (int i = 0; i < 4; ++i) {
            while (!bench.stream().isOpen())
                bench.world.advance(10);
            bench.stream().end(QStringLiteral("refused"));
        }
        QCOMPARE(bench.pool()->connections().front()->failures(), 4);
        while (!bench.stream().isOpen())
            bench.world.advance(10);
        bench.set("request_lifespan", 3'600);
        bench.configure(); // the request that is out keeps its lifespan of 300 s, the next one has the new one
        bench.stream().end(QStringLiteral("refused"));
        while (!bench.stream().isOpen())
            bench.world.advance(10);
        bench.world.advance(600'001); // the endpoint says nothing for ten minutes
        const std::size_t before = bench.streams.size();
        bench.stream().end(QStringLiteral("reset"));
        QCOMPARE(bench.pool()->connections().front()->failures(), 1);
        bench.world.advance(2'010);
        QCOMPARE(bench.streams.size(), before + 1);
    }

    void drainEndsThePause()
    {
        OneRequest bench;
        bench.stream().end(QStringLiteral("refused"));
        QCOMPARE(bench.state(), PoolConnection::State::Waiting);
        bench.destroy(bench.actor);
        bench.world.advance(120'000);
        QCOMPARE(bench.streams.size(), std::size_t(1));
        QVERIFY(bench.pool()->connections().empty());
    }

    void scenario090_threeInitsClearTheError()
    {
        PoolBench bench;
        bench.configure();
        bench.create(CrashPolicy::Restart);
        bench.pause();
        bench.streams[0]->answer();
        bench.streams[0]->end();
        bench.world.advance(300);
        QCOMPARE(bench.error(), QByteArray("\"serverless_stream_ended_early\""));
        bench.world.advance(2'000);
        QCOMPARE(bench.streams.size(), std::size_t(2));
        bench.serve(1);
        bench.world.advance(300);
        QVERIFY(!bench.error().isEmpty());
        bench.create(CrashPolicy::Restart);
        bench.pause();
        bench.serve(2);
        bench.world.advance(300);
        QVERIFY(!bench.error().isEmpty()); // two do not
        bench.create(CrashPolicy::Restart);
        bench.pause();
        bench.serve(3);
        bench.world.advance(300);
        QVERIFY(bench.error().isEmpty());
        // A failure in between begins the count anew.
        bench.createMany(3);
        bench.pause();
        bench.streams[4]->end();
        bench.serve(5);
        bench.serve(6);
        bench.world.advance(3'000);
        bench.streams[7]->end();
        bench.world.advance(5'000);
        bench.serve(8);
        bench.world.advance(300);
        QVERIFY(!bench.error().isEmpty());
    }

    void scenario091_lifespanAndGrace()
    {
        PoolBench bench;
        bench.set("request_lifespan", 30);
        bench.set("drain_grace_period", 10);
        bench.set("slots_per_runner", 2);
        bench.configure();
        const QString polite = bench.create(CrashPolicy::Restart);
        const QString deaf = bench.create(CrashPolicy::Restart);
        bench.pause();
        QCOMPARE(bench.streams.size(), std::size_t(1));
        const qint64 opened = bench.streams[0]->openedMs;
        ScriptedRunner &old = bench.serve(0);
        bench.report(old, polite, 0, kRunning);
        bench.report(old, deaf, 0, kRunning);
        bench.world.advanceTo(opened + 19'990);
        QCOMPARE(bench.runnerState(old), RunnerState::Connected);
        QCOMPARE(bench.streams.size(), std::size_t(1));
        bench.world.advanceTo(opened + 20'010);
        QCOMPARE(bench.runnerState(old), RunnerState::Draining);
        QCOMPARE(bench.streams.size(), std::size_t(2));
        QVERIFY(bench.streams[0]->isOpen());
        ScriptedRunner &fresh = bench.serve(1);
        bench.report(old, polite, 1, kStoppedOk);
        QCOMPARE(bench.row(polite).runnerId, fresh.runnerId);
        QCOMPARE(bench.row(polite).retryCount, 0);
        QCOMPARE(bench.state(deaf), ActorState::GoingAway);
        bench.world.advanceTo(opened + 29'990);
        QCOMPARE(old.closes, 0);
        bench.world.advanceTo(opened + 30'010);
        QCOMPARE(old.closeReason.split('#').front(), QByteArray("ws.eviction"));
        QVERIFY(!bench.streams[0]->isOpen());
        QCOMPARE(bench.runnerState(old), RunnerState::Stopped);
        QCOMPARE(bench.state(deaf), ActorState::Starting); // without backoff, on the new one
        QCOMPARE(bench.row(deaf).runnerId, fresh.runnerId);
        QCOMPARE(bench.streams.size(), std::size_t(2));
        bench.world.advance(300);
        QVERIFY(bench.error().isEmpty()); // what we end is no error
    }

    void streamThatEndsInTimeEndsTheDrain()
    {
        OneRequest bench;
        bench.serve(0);
        bench.set("url", QStringLiteral("http://new.example"));
        bench.configure();
        bench.pause();
        QCOMPARE(bench.pool()->connections().size(), std::size_t(2));
        bench.world.advance(3'000);
        bench.streams[0]->end();
        bench.world.advance(300);
        QCOMPARE(bench.pool()->connections().size(), std::size_t(1));
        QVERIFY(bench.error().isEmpty());
    }

    void drainBeforeTheInitWaitsForIt()
    {
        OneRequest bench;
        bench.stream().answer();
        bench.destroy(bench.actor);
        bench.pause();
        QCOMPARE(bench.state(), PoolConnection::State::Draining);
        ScriptedRunner runner;
        bench.connectRunner(runner, "late", 1);
        QCOMPARE(bench.runnerState(runner), RunnerState::Connected);
        bench.world.advance(5'000);
        bench.stream().sendInit(runner.runnerId);
        bench.world.settle();
        QCOMPARE(bench.runnerState(runner), RunnerState::Draining);
        bench.world.advance(5'000);
        QVERIFY(!bench.streams[0]->isOpen());
        QCOMPARE(bench.runnerState(runner), RunnerState::Stopped);
        // And when none comes, the request is dropped at the end of the grace.
        OneRequest silent;
        silent.stream().answer();
        silent.destroy(silent.actor);
        silent.world.advance(9'900);
        QVERIFY(silent.streams[0]->isOpen());
        silent.world.advance(200);
        QVERIFY(!silent.streams[0]->isOpen());
    }

    void endpointThatNeverAnswers()
    {
        PoolBench bench;
        bench.set("request_lifespan", 40);
        bench.configure();
        bench.create(CrashPolicy::Restart);
        bench.pause();
        bench.world.advance(29'000);
        QVERIFY(bench.error().isEmpty());
        QCOMPARE(bench.streams.size(), std::size_t(1));
        bench.world.advance(1'500);
        QVERIFY(bench.error().contains("serverless_connection_error"));
        QCOMPARE(bench.streams.size(), std::size_t(2));
    }

    void endAfterServing()
    {
        OneRequest bench;
        ScriptedRunner &runner = bench.serve(0);
        bench.report(runner, bench.actor, 0, kRunning);
        bench.world.advance(5'000);
        bench.streams[0]->end();
        bench.world.advance(5);
        QCOMPARE(bench.streams.size(), std::size_t(2)); // at once
        QCOMPARE(bench.runnerState(runner), RunnerState::Draining);
        bench.settleErrors();
        QCOMPARE(bench.error(), QByteArray("\"serverless_stream_ended_early\""));
        // Cut off instead of ended: the error says so.
        bench.serve(1);
        bench.world.advance(5'000);
        bench.streams[1]->end(QStringLiteral("connection reset"));
        bench.settleErrors();
        QCOMPARE(bench.errorMember("serverless_connection_error", "message").toString(), QStringLiteral("connection reset"));
    }

    void endSoonAfterTheInitWaits()
    {
        OneRequest bench;
        bench.world.advance(200);
        bench.serve(0);
        bench.world.advance(500);
        bench.streams[0]->end();
        QCOMPARE(bench.state(), PoolConnection::State::Waiting);
        bench.world.advance(1'900);
        QCOMPARE(bench.streams.size(), std::size_t(1));
        bench.world.advance(200);
        QCOMPARE(bench.streams.size(), std::size_t(2));
    }

    void runnerThatDrainsIsReplaced_data()
    {
        QTest::addColumn<bool>("byApi");
        QTest::newRow("through the API") << true;
        QTest::newRow("announced by the runner") << false;
    }
    void runnerThatDrainsIsReplaced()
    {
        QFETCH(bool, byApi);
        OneRequest bench;
        ScriptedRunner &runner = bench.serve(0);
        bench.report(runner, bench.actor, 0, kRunning);
        bench.world.advance(2'000);
        if (byApi)
            bench.scheduler->drainRunner(runner.runnerId, {});
        else
            runner.send(wire::ToServerStopping{});
        bench.world.advance(5);
        QCOMPARE(bench.streams.size(), std::size_t(2));
        QVERIFY(bench.streams[0]->isOpen());
        ScriptedRunner &fresh = bench.serve(1);
        bench.report(runner, bench.actor, 1, kStoppedOk);
        QCOMPARE(bench.row(bench.actor).runnerId, fresh.runnerId);
        runner.close("pegboard.runner_shutdown");
        bench.world.advance(5);
        QVERIFY(!bench.streams[0]->isOpen()); // nothing left to wait for
        bench.settleErrors();
        QVERIFY(bench.error().isEmpty());
    }

    void lostRunnerEndsItsConnection()
    {
        OneRequest bench;
        ScriptedRunner &runner = bench.serve(0);
        bench.report(runner, bench.actor, 0, kRunning);
        bench.world.advance(2'000);
        runner.link->cut();
        bench.world.advance(15'900);
        QVERIFY(bench.streams[0]->isOpen());
        bench.world.advance(200);
        QCOMPARE(bench.runnerState(runner), RunnerState::Stopped);
        QVERIFY(!bench.streams[0]->isOpen());
        bench.world.advance(100);
        QCOMPARE(bench.open(), 1);
        QCOMPARE(bench.streams.size(), std::size_t(2));
    }

    void monitorHearsOfIt()
    {
        OneRequest bench;
        bench.stream().answer(500, "text/plain");
        bench.stream().end();
        bench.settleErrors();
        const monitor::Event failed = bench.sink.last(QLatin1String("http_error"));
        QCOMPARE(failed.kind, monitor::EventKind::Pool);
        QCOMPARE(failed.level, monitor::EventLevel::Warn);
        QCOMPARE(failed.from, QStringLiteral("opening"));
        QCOMPARE(failed.to, QStringLiteral("waiting"));
        QVERIFY(failed.text.contains(u"pool default/p"));
        QVERIFY(bench.sink.last(QLatin1String("pool_error")).text.contains(u"serverless_http_error"));
        // The actor says what is wrong instead of "no capacity".
        QCOMPARE(bench.row(bench.actor).errorJson, QByteArray("\"no_capacity\""));
        const monitor::ActorInfo info = bench.scheduler->describeActor(bench.actor);
        QVERIFY(info.errorJson.startsWith(u"{\"runner_pool_error\":{\"serverless_http_error\""));
        QVERIFY(info.why.join(u' ').contains(u"serverless_http_error"));
    }

    /// Why an actor of a serverless pool has no runner: the rules that decide, as they stand now.
    void actorSaysWhatItsPoolDoes()
    {
        OneRequest bench;
        const auto line = [&](const char *code) {
            const QString start = QLatin1String(code) % u": ";
            for (const QString &one : bench.scheduler->describeActor(bench.actor).why) {
                if (one.startsWith(start))
                    return one.mid(start.size());
            }
            return QString();
        };
        QVERIFY2(line("outbound").startsWith(u"wants 1 requests for 1 actors"), qPrintable(line("outbound")));
        QVERIFY2(line("outbound").endsWith(u"has 1 opening, 0 serving, 0 waiting, 0 draining"), qPrintable(line("outbound")));
        QCOMPARE(line("outbound_retry"), QString());
        bench.streams[0]->end(QStringLiteral("refused"));
        bench.settleErrors();
        QVERIFY2(line("outbound").endsWith(u"has 0 opening, 0 serving, 1 waiting, 0 draining"), qPrintable(line("outbound")));
        QVERIFY2(line("outbound_retry").startsWith(u"request 1 failed 1 times in a row, next attempt in "),
                 qPrintable(line("outbound_retry")));
        QVERIFY2(line("pool_error").contains(u"refused"), qPrintable(line("pool_error")));
    }

    void runnerShowsItsRequest()
    {
        OneRequest bench;
        ScriptedRunner &runner = bench.serve(0);
        const auto shown = [&] { return bench.scheduler->describeRunner(runner.runnerId); };
        QCOMPARE(shown().outboundState, QStringLiteral("serving"));
        QVERIFY(shown().poolErrorJson.isEmpty());
        bench.create(CrashPolicy::Restart);
        bench.pause();
        bench.streams[1]->end(QStringLiteral("refused"));
        bench.settleErrors();
        QVERIFY(shown().poolErrorJson.contains(u"refused"));
        bench.scheduler->drainRunner(runner.runnerId, {});
        bench.world.settle();
        QCOMPARE(shown().outboundState, QStringLiteral("draining"));
        ScriptedRunner own; // dialled in by itself
        bench.connectRunner(own, "own", 1);
        QVERIFY(bench.scheduler->describeRunner(own.runnerId).outboundState.isEmpty());
    }

    void manyErrorsAtOnce()
    {
        OneRequest bench;
        PoolErrors errors(CoreContext{bench.config, bench.world.clock, bench.world.timers, bench.random, bench.store, bench.sink, bench.metrics},
                          [] {});
        for (std::size_t i = 1; i < PoolErrors::kMaxBatch; ++i)
            errors.failed(poolConnectionError(QString::number(i)));
        QVERIFY(errors.activeJson().isEmpty());
        errors.failed(poolEndedEarly()); // a full batch is not waited for
        QCOMPARE(errors.activeJson(), poolEndedEarly());
        QCOMPARE(*errors.errorTs(), bench.now());
    }
};

QTEST_GUILESS_MAIN(TestPoolConnection)
#include "tst_poolconnection.moc"
