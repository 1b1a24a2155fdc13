// SPDX-License-Identifier: Apache-2.0
// The runner library: connection, actors, events, key-value requests.
#include "engine/runner/messageindex.h"
#include "tests/runner/runnerbench.h"

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

class TestRunner : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void indexRules();
    void url();
    void initAndPing();
    void startAndStop_data();
    void startAndStop();
    void failedStart();
    void unknownActorName();
    void stopDuringStart();
    void repeatedStartIsIgnored();
    void newGenerationReplacesTheOld();
    void stopOfAnotherGenerationIsIgnored();
    void alarmRings();
    void reconnectResends();
    void reconnectDelays();
    void runnerLost();
    void anotherRunnerIdStopsActors();
    void eviction();
    void gracefulShutdown();
    void kvErrorsAndTimeout();
    void nothingIsLeftBehind();
};

void TestRunner::indexRules()
{
    QCOMPARE(judgeIndex(0, 0), IndexVerdict::Duplicate);
    QCOMPARE(judgeIndex(0, 1), IndexVerdict::Next);
    QCOMPARE(judgeIndex(2, 4), IndexVerdict::Gap);
    QCOMPARE(judgeIndex(65534, 65535), IndexVerdict::Next);
    QCOMPARE(judgeIndex(65535, 0), IndexVerdict::Next);
    QCOMPARE(judgeIndex(0, 65535), IndexVerdict::Duplicate);
    QCOMPARE(judgeIndex(1, 32769), IndexVerdict::Gap);
    QCOMPARE(judgeIndex(1, 32770), IndexVerdict::Duplicate);
}

void TestRunner::url()
{
    RunnerOptions options;
    options.nameSpace = u"my space"_s;
    options.key = u"a+b&c"_s;
    QCOMPARE(runnerUrl(QUrl(u"http://localhost:6420/"_s), options).toEncoded(),
             "ws://localhost:6420/runners/connect?protocol_version=7&namespace=my%20space&runner_key=a%2Bb%26c");
}

void TestRunner::initAndPing()
{
    Bench bench;
    bench.begin();
    QCOMPARE(bench.channel->sent.size(), 1U);
    const auto init = bench.sent<wire::ToServerInit>();
    QCOMPARE(init.size(), 1U);
    QCOMPARE(init[0].name, u"pool"_s);
    QCOMPARE(init[0].prepopulateActorNames->size(), 1U);
    QVERIFY(bench.runner->isConnected());
    QCOMPARE(bench.runner->runnerId(), u"runner1"_s);
    bench.deliver(wire::ToClientPing{42});
    QCOMPARE(bench.sent<wire::ToServerPong>().at(0).ts, 42);
}

void TestRunner::startAndStop_data()
{
    QTest::addColumn<int>("version");
    QTest::addColumn<QByteArray>("stopped");
    QTest::newRow("5") << 5 << QByteArray("0/2 stopped ok");
    QTest::newRow("7") << 7 << QByteArray("0/2 stopped error");
}

void TestRunner::startAndStop()
{
    QFETCH(int, version);
    QFETCH(QByteArray, stopped);
    Bench bench(version);
    bench.begin();
    bench.startActor();
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
    QCOMPARE(bench.events(), QByteArrayList{"0/0 running"});
    bench.log.context->sleep();
    bench.log.context->sleep();
    QCOMPARE(bench.events().size(), 2);
    bench.stopActor();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 sleep", stopped}));
    QCOMPARE(bench.runner->actorCount(), 0);
}

void TestRunner::failedStart()
{
    Bench bench;
    bench.log.startError = u"boom"_s;
    bench.begin();
    bench.startActor();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 stopped error"}));
}

void TestRunner::unknownActorName()
{
    Bench bench;
    bench.begin();
    bench.deliver(wire::ToClientCommands{{{{u"a"_s, 0, 0}, wire::CommandStartActor{{u"other"_s, {}, 1, {}}, {}}}}});
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 stopped error"}));
    QCOMPARE(bench.runner->actorCount(), 0);
}

void TestRunner::stopDuringStart()
{
    Bench bench;
    bench.log.holdStart = true;
    bench.begin();
    bench.startActor();
    bench.stopActor();
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
    bench.log.finishStart();
    bench.serveKv();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 stopped error"}));
}

void TestRunner::repeatedStartIsIgnored()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.startActor();
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
}

void TestRunner::newGenerationReplacesTheOld()
{
    Bench bench;
    bench.log.holdStop = true;
    bench.begin();
    bench.startActor(0);
    bench.startActor(1);
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    bench.log.finishStop();
    bench.advance(1);
    bench.serveKv();
    // Never two live instances.
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0", "start 1"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "1/0 running"}));
}

void TestRunner::stopOfAnotherGenerationIsIgnored()
{
    Bench bench;
    bench.begin();
    bench.startActor(3);
    bench.stopActor(2);
    QCOMPARE(bench.log.lines, QByteArrayList{"start 3"});
}

void TestRunner::alarmRings()
{
    Bench bench;
    bench.log.onStart = [&](ActorContext &context) {
        if (context.generation() == 0)
            context.setAlarm(context.clock().wallMs() + 1'000);
    };
    bench.begin();
    bench.startActor();
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 alarm"}));
    bench.stopActor();
    bench.advance(999);
    // The engine wakes the actor; the alarm of the earlier life rings in the new one.
    bench.startActor(1);
    QVERIFY(!bench.log.lines.contains("alarm"));
    bench.advance(1);
    QCOMPARE(bench.log.lines.count("alarm"), 1);
    bench.serveKv();
    QCOMPARE(bench.events().last(), "1/1 alarm none");
    bench.advance(10'000);
    QCOMPARE(bench.log.lines.count("alarm"), 1);
    QVERIFY(bench.kv.empty());
}

void TestRunner::reconnectResends()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5, "/plain");
    bench.deliver(wire::ToClientAckEvents{{{u"a"_s, 0, 0}}, -1});
    QCOMPARE(bench.runner->unackedEvents(), 0);
    bench.log.context->setAlarm(bench.clock.wallMs() + 100'000);
    bench.serveKv();
    bench.lose();
    QVERIFY(!bench.runner->isConnected());
    bench.log.context->sleep();
    QVERIFY(bench.log.socket->send("while away", false));
    bench.advance(1'250);
    QCOMPARE(bench.dials, 2);
    QVERIFY(bench.channel->sent.empty());
    bench.connect();
    // Init, events that were not acknowledged, what was kept; in this order.
    QCOMPARE(bench.channel->sent.size(), 3U);
    QVERIFY(std::holds_alternative<wire::ToServerInit>(bench.channel->sent[0]));
    QVERIFY(std::holds_alternative<wire::ToServerEvents>(bench.channel->sent[1]));
    QCOMPARE(bench.events(), (QByteArrayList{"0/1 alarm", "0/2 sleep"}));
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessage>(5).at(0).data, "while away");
}

void TestRunner::reconnectDelays()
{
    Bench bench;
    bench.runner->start();
    qint64 base = 1'000;
    for (int attempt = 0; attempt < 8; ++attempt) {
        const int dials = bench.dials;
        bench.lose();
        bench.advance(base - 1);
        QCOMPARE(bench.dials, dials);
        bench.advance(base / 4 + 1);
        QCOMPARE(bench.dials, dials + 1);
        base = std::min<qint64>(base * 2, 30'000);
    }
    bench.connect();
    bench.lose();
    bench.advance(1'250);
    QCOMPARE(bench.dials, 10);
}

void TestRunner::runnerLost()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.lose();
    bench.advance(14'999);
    QCOMPARE(bench.runner->actorCount(), 1);
    bench.lose();
    bench.advance(1);
    QCOMPARE(bench.runner->actorCount(), 0);
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.runner->unackedEvents(), 0);
    QVERIFY(!bench.runner->hasEnded());
}

void TestRunner::anotherRunnerIdStopsActors()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.lose();
    bench.advance(1'250);
    bench.connect(u"runner2"_s);
    QCOMPARE(bench.runner->actorCount(), 0);
    QVERIFY(bench.events().isEmpty());
}

void TestRunner::eviction()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.runner->channelClosed(*bench.channel, {1000, "ws.eviction#ray", true, true});
    QVERIFY(bench.runner->hasEnded());
    QCOMPARE(bench.ended, u"ws.eviction#ray"_s);
    bench.advance(100'000);
    QCOMPARE(bench.dials, 1);
    QCOMPARE(bench.runner->actorCount(), 0);
}

void TestRunner::gracefulShutdown()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.runner->shutdown();
    QCOMPARE(bench.sent<wire::ToServerStopping>().size(), 1U);
    QVERIFY(!bench.channel->closed);
    bench.stopActor();
    QCOMPARE(bench.events().last(), "0/1 stopped ok");
    bench.advance(1);
    QVERIFY(bench.runner->hasEnded());
    QCOMPARE(bench.channel->closeCode, std::optional<quint16>(1000));
    QCOMPARE(bench.channel->closeReason, "pegboard.runner_shutdown");
}

void TestRunner::kvErrorsAndTimeout()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    QStringList errors;
    bench.kvFails = true;
    bench.log.context->kvGet({"k"}, [&](const RunnerKvResult &result) { errors << result.error().message; });
    bench.serveKv();
    bench.log.context->kvPut({{kReservedKeyPrefix + "x", "1"}}, [&](const Status &s) { errors << s.error().message; });
    bench.advance(1);
    QCOMPARE(errors, (QStringList{u"broken"_s, u"the key prefix is reserved"_s}));
    bench.log.context->kvPut({{"k", "v"}}, [&](const Status &s) { errors << s.error().message; });
    bench.advance(30'000);
    QCOMPARE(errors.last(), u"KV request timed out waiting for WebSocket connection"_s);
}

void TestRunner::nothingIsLeftBehind()
{
    Bench bench;
    bench.begin();
    const std::size_t timersBefore = bench.timers.size();
    for (quint32 life = 0; life < 200; ++life) {
        bench.startActor(life);
        bench.openSocket(life);
        bench.message(life, 1, "x");
        bench.tunnel(life, 2, wire::ToClientWebSocketClose{});
        bench.tunnel(100'000 + life, 0, wire::ToClientRequestStart{u"a"_s, "GET", "/", {}, {}, false});
        bench.stopActor(life);
        bench.deliver(wire::ToClientAckEvents{{{u"a"_s, life, 10}}, -1});
        bench.advance(1);
    }
    QCOMPARE(bench.runner->actorCount(), 0);
    QCOMPARE(bench.runner->requestCount(), 0);
    QCOMPARE(bench.runner->unackedEvents(), 0);
    QCOMPARE(bench.timers.size(), timersBefore);
    QVERIFY(bench.kv.empty());
    QCOMPARE(bench.channel->undecodable, 0);
    QVERIFY2(bench.warnings.isEmpty(), qPrintable(bench.warnings.join(u'\n')));
}

QTEST_GUILESS_MAIN(TestRunner)
#include "tst_runner.moc"
