// SPDX-License-Identifier: Apache-2.0
// The runner library: WebSockets that hibernate, their acknowledgements, and HTTP requests.
#include "tests/runner/runnerbench.h"

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

class TestRunnerSockets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void duplicateDroppedAndGapCloses();
    void plainSocketsAreNotChecked();
    void refusedAndDoubledOpens();
    void acksAreBatched();
    void ackFollowsTheSave();
    void aSaveThatFailsIsNotRepeatedAtOnce();
    void ackByBytes();
    void hibernateAndRestore();
    void resentMessageIsAcknowledgedAgain();
    void missingMetadata();
    void staleMetadata();
    void messagesWaitForTheStart();
    void http();
    void httpStreamedAndAborted();
    void httpInPieces();
};

void TestRunnerSockets::duplicateDroppedAndGapCloses()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketOpen>(5).at(0).canHibernate, true);
    bench.message(5, 0, "zero");
    bench.message(5, 1, "one");
    bench.message(5, 1, "one");
    bench.message(5, 2, "two");
    bench.message(5, 4, "four");
    bench.message(5, 3, "late");
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /hib", "message one", "message two",
                                              "closed 1008 ws.message_index_skip"}));
    const auto closes = bench.tunnelSent<wire::ToServerWebSocketClose>(5);
    QCOMPARE(closes.size(), 1U);
    QCOMPARE(closes[0].code, std::optional<quint16>(1008));
    QCOMPARE(closes[0].reason, u"ws.message_index_skip"_s);
    bench.serveKv();
    QVERIFY(bench.kv.empty());
    QCOMPARE(bench.runner->requestCount(), 0);
}

void TestRunnerSockets::plainSocketsAreNotChecked()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5, "/plain");
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketOpen>(5).at(0).canHibernate, false);
    for (quint16 index : {7, 3, 9})
        bench.message(5, index, QByteArray::number(index));
    QVERIFY(bench.kv.empty());
    bench.stopActor();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /plain", "message 7", "message 3", "message 9", "stop 0",
                                              "closed 1000 actor.stopped"}));
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketClose>(5).empty());
}

void TestRunnerSockets::refusedAndDoubledOpens()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5, "/refuse");
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketClose>(5).at(0).code, std::optional<quint16>(4000));
    QCOMPARE(bench.runner->requestCount(), 0);
    bench.openSocket(6);
    bench.openSocket(6);
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketClose>(6).at(0).reason, u"ws.duplicate_open"_s);
    bench.tunnel(6, 1, wire::ToClientWebSocketClose{4001, u"bye"_s});
    QCOMPARE(bench.log.lines.last(), "closed 4001 bye");
}

void TestRunnerSockets::acksAreBatched()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    for (quint16 index = 1; index <= 10; ++index)
        bench.message(5, index, "x");
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.advance(4'999);
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.advance(1);
    bench.serveKv();
    const auto acks = bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5);
    QCOMPARE(acks.size(), 1U);
    QCOMPARE(acks[0].index, 10);
    bench.advance(60'000);
    bench.serveKv();
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).size(), 1U);
}

void TestRunnerSockets::ackFollowsTheSave()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "x");
    bench.advance(5'000);
    // The save is on its way and not answered.
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.kvFails = true;
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.kvFails = false;
    bench.advance(5'000);
    bench.serveKv();
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).size(), 1U);
}

void TestRunnerSockets::aSaveThatFailsIsNotRepeatedAtOnce()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    // As many as make a save due by their number alone.
    for (quint32 i = 1; i <= 1'000; ++i) {
        bench.openSocket(i);
        bench.message(i, 1, "x");
    }
    bench.kvFails = true;
    bench.serveKv();
    const std::size_t asked = bench.sent<wire::ToServerKvRequest>().size();
    bench.serveKv();
    QCOMPARE(bench.sent<wire::ToServerKvRequest>().size(), asked);
    bench.kvFails = false;
    bench.advance(5'000);
    bench.serveKv();
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(7).size(), 1U);
}

void TestRunnerSockets::ackByBytes()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, QByteArray(499'999, 'x'));
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.message(5, 2, "y");
    bench.serveKv();
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).at(0).index, 2);
}

void TestRunnerSockets::hibernateAndRestore()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "one");
    bench.message(5, 2, "two");
    bench.log.socket->setAttachment("me");
    bench.log.context->sleep();
    bench.stopActor();
    QCOMPARE(bench.kv.size(), 1U);
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketClose>(5).empty());
    bench.startActor(1, {{{1}, {5}}});
    bench.message(5, 2, "two");
    bench.message(5, 3, "three");
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /hib", "message one", "message two", "stop 0", "start 1",
                                              "restored /hib me", "message three"}));
    QVERIFY(bench.log.socket->send("hello", false));
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessage>(5).at(0).data, "hello");
}

void TestRunnerSockets::resentMessageIsAcknowledgedAgain()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "one");
    bench.stopActor();
    const std::size_t before = bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).size();
    bench.startActor(1, {{{1}, {5}}});
    bench.message(5, 1, "one");
    bench.advance(5'000);
    bench.serveKv();
    const auto acks = bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5);
    QCOMPARE(acks.size(), before + 1);
    QCOMPARE(acks.back().index, 1);
    QCOMPARE(bench.log.lines.count("message one"), 1);
}

void TestRunnerSockets::missingMetadata()
{
    Bench bench;
    bench.begin();
    bench.startActor(0, {{{1}, {5}}});
    const auto closes = bench.tunnelSent<wire::ToServerWebSocketClose>(5);
    QCOMPARE(closes.size(), 1U);
    QCOMPARE(closes[0].code, std::optional<quint16>(1000));
    QCOMPARE(closes[0].reason, u"ws.meta_not_found_during_restore"_s);
    QCOMPARE(bench.runner->requestCount(), 0);
}

void TestRunnerSockets::staleMetadata()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.stopActor();
    bench.startActor(1);
    QCOMPARE(bench.log.lines.last(), "closed 1000 ws.stale_metadata");
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketClose>(5).empty());
    QVERIFY(bench.kv.empty());
}

void TestRunnerSockets::messagesWaitForTheStart()
{
    Bench bench;
    bench.log.holdStart = true;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "early");
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
    bench.log.finishStart();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /hib", "message early"}));
}

void TestRunnerSockets::http()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.tunnel(9, 0, wire::ToClientRequestStart{u"a"_s, "POST", "/x?y", {}, QByteArray("body"), false});
    QCOMPARE(bench.log.lines.last(), "POST /x?y body");
    bench.log.responder->respond(201, {{"a", "b"}}, "ok");
    bench.log.responder->respond(500, {}, "again");
    const auto answers = bench.tunnelSent<wire::ToServerResponseStart>(9);
    QCOMPARE(answers.size(), 1U);
    QCOMPARE(answers[0].status, 201);
    QCOMPARE(answers[0].body, std::optional<QByteArray>("ok"));
    QCOMPARE(answers[0].headers.size(), 2U);
    QCOMPARE(bench.runner->requestCount(), 0);
    bench.tunnel(10, 0, wire::ToClientRequestStart{u"unknown"_s, "GET", "/", {}, {}, false});
    const auto refused = bench.tunnelSent<wire::ToServerResponseStart>(10);
    QCOMPARE(refused.at(0).status, 503);
    QCOMPARE(refused.at(0).headers.at(0).second, "runner.actor_not_found");
}

void TestRunnerSockets::httpStreamedAndAborted()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.tunnel(9, 0, wire::ToClientRequestStart{u"a"_s, "PUT", "/s", {}, QByteArray("1"), true});
    bench.tunnel(9, 1, wire::ToClientRequestChunk{"2", false});
    bench.tunnel(9, 2, wire::ToClientRequestChunk{"3", true});
    QCOMPARE(bench.log.lines.last(), "PUT /s 123");
    bench.log.responder->begin(200, {});
    bench.log.responder->write("a");
    bench.log.responder->finish();
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseStart>(9).at(0).stream, true);
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseChunk>(9).size(), 2U);
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseChunk>(9).back().finish, true);

    bench.tunnel(10, 0, wire::ToClientRequestStart{u"a"_s, "GET", "/", {}, {}, false});
    bench.tunnel(10, 1, wire::ToClientRequestAbort{});
    QVERIFY(!bench.log.responder->alive());
    bench.log.responder->respond(200, {}, {});
    QVERIFY(bench.tunnelSent<wire::ToServerResponseStart>(10).empty());
    bench.tunnel(11, 0, wire::ToClientRequestStart{u"a"_s, "GET", "/", {}, {}, false});
    bench.stopActor();
    bench.log.responder->respond(200, {}, {});
    QVERIFY(bench.tunnelSent<wire::ToServerResponseStart>(11).empty());
    QCOMPARE(bench.runner->requestCount(), 0);
}

void TestRunnerSockets::httpInPieces()
{
    Bench bench;
    bench.log.readsPieces = true;
    bench.begin();
    bench.startActor();
    const auto lines = [&bench] { return std::exchange(bench.log.lines, {}); };
    lines();
    const auto open = [&bench](quint32 request) {
        bench.tunnel(request, 0, wire::ToClientRequestStart{u"a"_s, "POST", "/up", {}, {}, true});
    };
    open(9);
    bench.tunnel(9, 1, wire::ToClientRequestChunk{"1", false});
    QCOMPARE(lines(), (QByteArrayList{"stream POST /up ", "piece 1"}));
    // Both ways at once.
    bench.log.responder->begin(200, {});
    bench.log.responder->write("a");
    bench.tunnel(9, 2, wire::ToClientRequestChunk{"2", false});
    bench.tunnel(9, 3, wire::ToClientRequestChunk{{}, true});
    QCOMPARE(lines(), (QByteArrayList{"piece 2", "piece  last"}));
    QCOMPARE(bench.log.readers, 0);
    bench.tunnel(9, 4, wire::ToClientRequestChunk{"after the end", true});
    QCOMPARE(lines(), QByteArrayList{});
    bench.log.responder->finish();
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseStart>(9).at(0).stream, true);
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseChunk>(9).size(), 2U);
    QCOMPARE(bench.runner->requestCount(), 0);

    // An answer before the end is the end of the request.
    open(10);
    bench.tunnel(10, 1, wire::ToClientRequestChunk{"enough", false});
    bench.tunnel(10, 2, wire::ToClientRequestChunk{"more", false});
    bench.tunnel(10, 3, wire::ToClientRequestAbort{});
    QCOMPARE(lines(), (QByteArrayList{"stream POST /up ", "piece enough"}));
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseStart>(10).at(0).body, std::optional<QByteArray>("early"));
    QCOMPARE(bench.log.readers, 0);
    QCOMPARE(bench.runner->requestCount(), 0);

    open(11);
    bench.tunnel(11, 1, wire::ToClientRequestChunk{"1", false});
    bench.tunnel(11, 2, wire::ToClientRequestAbort{});
    QCOMPARE(lines(), (QByteArrayList{"stream POST /up ", "piece 1", "lost"}));
    QVERIFY(!bench.log.responder->alive());
    QCOMPARE(bench.log.readers, 0);
    QCOMPARE(bench.runner->requestCount(), 0);

    // The actor ends in the middle: nothing more is called, nothing is kept.
    open(12);
    bench.stopActor();
    bench.tunnel(12, 1, wire::ToClientRequestChunk{"late", true});
    QVERIFY(!lines().contains("piece late last"));
    bench.timers.advance(bench.clock.now);
    QCOMPARE(bench.log.readers, 0);
    QCOMPARE(bench.runner->requestCount(), 0);
}

QTEST_GUILESS_MAIN(TestRunnerSockets)
#include "tst_runnersockets.moc"
