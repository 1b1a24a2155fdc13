// SPDX-License-Identifier: Apache-2.0
// The hibernation state machine (gateway.md section 14.4) with the real scheduler and router around the gateway.
#include "tests/gateway/engineworld.h"
#include "tests/gateway/stage.h"

#include <QTest>

#include <array>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

using Data = std::vector<std::pair<quint16, QByteArray>>;

/// One actor on one scripted runner, and one hibernatable socket.
struct OneSocket
{
    explicit OneSocket(const EngineConfig &config = {}) : world(config), host(world, "k1", 100)
    {
        actor = world.create();
        client = world.connect(actor);
        request = host.requestsOf<wire::ToClientWebSocketOpen>().at(0);
    }
    void fallAsleep()
    {
        host.sleep(actor);
        world.settle();
    }
    EngineWorld world;
    ScriptedHost host;
    QString actor;
    std::shared_ptr<SocketClient> client;
    RequestId request;
};

qsizetype storedRows(EngineWorld &world)
{
    const Result<Snapshot> snapshot = world.store.open();
    return snapshot.ok() ? qsizetype(snapshot->hibernating.size()) : -1;
}

} // namespace

class TestHibernationAcceptance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wakeWrongGeneration();
    void readyWithPending();
    void readyInEveryOrder_data();
    void readyInEveryOrder();
    void hibernateThenCloseSameTurn_data();
    void hibernateThenCloseSameTurn();
    void messageBetweenStartAndReady();
    void crashOnWakeTwiceThenOk();
    void startThatNeverSucceeds();
    void restoreReport();
    void closeAsleepAndReconnect();
    void runnerShutdownMovesHws();
    void slotOfClosedSocketIsFree();
};

void TestHibernationAcceptance::wakeWrongGeneration()
{
    World world;
    const QString actor = u"a1"_s;
    world.addRunning(actor);
    auto client = world.open(actor, true);
    world.stopActor(actor);
    client->send("m");
    world.settle();
    world.startActor(actor);
    // The generation that listed the socket is gone before it was ready; the next one knows nothing of it.
    world.startActor(actor, u"r1"_s, false);
    const std::size_t mark = world.mark();
    world.ready(actor);
    QCOMPARE(world.mark(), mark);
    QCOMPARE(client->closeCode, std::optional<quint16>(1011));
    QCOMPARE(client->closeReason, "guard.websocket_garbage_collected#" + world.lastRay().toUtf8());
    QCOMPARE(world.sink.count(u"not_listed"_s), 1);
    QVERIFY(world.isClean());
}

void TestHibernationAcceptance::readyWithPending()
{
    OneSocket one;
    one.client->send("m1");
    one.client->send("m2");
    one.world.settle();
    QCOMPARE(one.host.data(), (Data{{1, "m1"}, {2, "m2"}}));
    one.host.startsActors = false;
    const std::size_t mark = one.host.mark();
    one.fallAsleep();
    // Not acknowledged, so the actor is wanted again at once; nothing is written before it is ready.
    QCOMPARE(one.host.starts(one.actor), 2);
    QCOMPARE(one.host.listed(one.actor).size(), 1U);
    QCOMPARE(one.host.listed(one.actor).at(0).requestId, one.request);
    one.client->send("m3");
    one.world.settle();
    QCOMPARE(one.host.mark(), mark);
    one.host.running(one.actor);
    one.world.settle();
    one.client->send("m4");
    one.world.settle();
    QCOMPARE(one.host.data(mark), (Data{{1, "m1"}, {2, "m2"}, {3, "m3"}, {4, "m4"}}));
    QCOMPARE(one.host.requestsOf<wire::ToClientWebSocketOpen>().size(), 1U);
    QVERIFY(one.client->isOpen());
}

void TestHibernationAcceptance::readyInEveryOrder_data()
{
    QTest::addColumn<QByteArray>("order");
    // s: stopped event of the old life, w: wake by a request of somebody else, m: client message
    for (const char *order : {"swm", "smw", "wsm", "wms", "msw", "mws"})
        QTest::newRow(order) << QByteArray(order);
}

void TestHibernationAcceptance::readyInEveryOrder()
{
    QFETCH(QByteArray, order);
    OneSocket one;
    one.host.stopsActors = false;
    one.fallAsleep();
    const std::size_t mark = one.host.mark();
    std::shared_ptr<FakeExchange> request;
    for (const char step : order) {
        if (step == 's')
            one.host.stopped(one.actor);
        else if (step == 'w')
            request = one.world.http(one.actor, "GET");
        else
            one.client->send("m");
        one.world.world.settle();
    }
    one.world.advance(100);
    QCOMPARE(one.world.state(one.actor), ActorState::Running);
    QCOMPARE(one.host.starts(one.actor), 2);
    QCOMPARE(one.host.dataOf(one.request, mark), (Data{{1, "m"}}));
    QCOMPARE(one.world.totals().hibernating, 0);
    QCOMPARE(one.world.core->gateway().describeConnection(one.world.core->gateway().connectionIds().at(0)).has_value(), true);
    QVERIFY(one.client->isOpen());
    QCOMPARE(one.host.requestsOf<wire::ToClientRequestStart>().size(), 1U);
}

void TestHibernationAcceptance::hibernateThenCloseSameTurn_data()
{
    QTest::addColumn<bool>("closeFirst");
    QTest::addColumn<bool>("clean");
    QTest::newRow("stop, close") << false << true;
    QTest::newRow("close, stop") << true << true;
    QTest::newRow("stop, drop") << false << false;
    QTest::newRow("drop, stop") << true << false;
}

void TestHibernationAcceptance::hibernateThenCloseSameTurn()
{
    QFETCH(bool, closeFirst);
    QFETCH(bool, clean);
    OneSocket one;
    one.host.stopsActors = false;
    one.fallAsleep();
    const auto goAway = [&] { clean ? one.client->close(4000, "bye") : one.client->drop(); };
    if (closeFirst)
        goAway();
    one.host.stopped(one.actor);
    if (!closeFirst)
        goAway();
    one.world.advance(2'000);
    const auto closes = one.host.requestsOf<wire::ToClientWebSocketClose>();
    QCOMPARE(closes, std::vector<RequestId>{one.request});
    const auto close = one.host.last<wire::ToClientWebSocketClose>();
    QCOMPARE(close->code, std::optional<quint16>(clean ? 4000 : 1011));
    QCOMPARE(close->reason, std::optional<QString>(clean ? u"bye"_s : u"ws.downstream_closed"_s));
    QVERIFY(one.world.isQuiet());
    QCOMPARE(storedRows(one.world), 0);
}

void TestHibernationAcceptance::messageBetweenStartAndReady()
{
    OneSocket one;
    one.fallAsleep();
    QCOMPARE(one.world.totals().hibernating, 1);
    one.host.startsActors = false;
    const std::size_t mark = one.host.mark();
    one.client->send("1");
    one.world.settle();
    QCOMPARE(one.host.starts(one.actor), 2);
    for (int i = 2; i <= 20; ++i)
        one.client->send(QByteArray::number(i));
    one.world.settle();
    QVERIFY(one.host.data(mark).empty());
    one.host.running(one.actor);
    one.world.settle();
    Data expected;
    for (int i = 1; i <= 20; ++i)
        expected.emplace_back(quint16(i), QByteArray::number(i));
    QCOMPARE(one.host.data(mark), expected);
}

void TestHibernationAcceptance::crashOnWakeTwiceThenOk()
{
    OneSocket one;
    one.fallAsleep();
    one.host.startsActors = false;
    one.client->send("m");
    one.world.settle();
    for (int i = 0; i < 2; ++i) {
        one.host.stopped(one.actor, wire::StopCode::Error);
        // Woken again after the scheduler's pause for a crashed start.
        const int before = one.host.starts(one.actor);
        for (int waited = 0; one.host.starts(one.actor) == before && waited < 20'000; waited += 100)
            one.world.advance(100);
        QCOMPARE(one.host.starts(one.actor), before + 1);
        QVERIFY(one.client->isOpen());
        QCOMPARE(one.world.totals().pendingMessages, 1);
    }
    one.host.running(one.actor);
    one.world.settle();
    QCOMPARE(one.host.data(), (Data{{1, "m"}}));
    QVERIFY(one.client->isOpen());
}

void TestHibernationAcceptance::startThatNeverSucceeds()
{
    OneSocket one;
    one.fallAsleep();
    one.host.startsActors = false;
    one.client->send("m");
    one.world.settle();
    int crashes = 0;
    while (one.client->isOpen() && crashes < 100) {
        const int before = one.host.starts(one.actor);
        one.host.stopped(one.actor, wire::StopCode::Error);
        ++crashes;
        for (int waited = 0; one.host.starts(one.actor) == before && one.client->isOpen() && waited < 60'000; waited += 100)
            one.world.advance(100);
    }
    QCOMPARE(one.client->closeCode, std::optional<quint16>(1011));
    QCOMPARE(one.client->code(), QByteArray("guard.actor_ready_timeout"));
    QVERIFY(one.world.isQuiet());
    QCOMPARE(storedRows(one.world), 0);
}

void TestHibernationAcceptance::restoreReport()
{
    EngineWorld world;
    ScriptedHost host(world, "k1", 10);
    const QString actor = world.create();
    auto lost = world.connect(actor);
    auto broken = world.connect(actor);
    auto fine = world.connect(actor);
    const auto requests = host.requestsOf<wire::ToClientWebSocketOpen>();
    host.sleep(actor);
    world.settle();
    host.startsActors = false;
    fine->send("m");
    world.settle();
    QCOMPARE(host.listed(actor).size(), 3U);
    host.tunnel(requests[0], wire::ToServerWebSocketClose{quint16(1000), u"ws.meta_not_found_during_restore"_s, false});
    host.tunnel(requests[1], wire::ToServerWebSocketClose{quint16(1011), u"ws.restore_error"_s, false});
    host.running(actor);
    host.echoes = true;
    world.settle();
    QCOMPARE(lost->closeCode, std::optional<quint16>(1000));
    QCOMPARE(lost->closeReason, QByteArray("ws.meta_not_found_during_restore"));
    QCOMPARE(broken->closeCode, std::optional<quint16>(1011));
    QCOMPARE(broken->closeReason, QByteArray("ws.restore_error"));
    QCOMPARE(fine->received, std::vector<QByteArray>{"m"});
    QVERIFY(fine->isOpen());
    world.advance(2'000);
    QCOMPARE(world.sink.count(u"restore_report"_s, monitor::EventLevel::Info), 1);
    for (const monitor::Event &event : world.sink.events) {
        if (event.reason != u"restore_report"_s)
            continue;
        QCOMPARE(event.actorId, actor);
        QCOMPARE(event.generation, std::optional<quint32>(world.row(actor).generation));
        QCOMPARE(event.text, u"3 sockets listed, 1 without stored data, 1 failed to restore"_s);
    }
    // A restore without trouble is not worth a line.
    host.acknowledges = true;
    host.tunnel(requests[2], wire::ToServerWebSocketMessageAck{1});
    host.startsActors = true;
    host.sleep(actor);
    world.settle();
    fine->send("n");
    world.advance(2'000);
    QCOMPARE(world.sink.count(u"restore_report"_s), 1);
}

void TestHibernationAcceptance::closeAsleepAndReconnect()
{
    OneSocket one;
    one.fallAsleep();
    one.client->close(4001, "later");
    auto second = one.world.connect(one.actor);
    second->send("first of the second");
    one.world.advance(1'000);
    const auto opens = one.host.requestsOf<wire::ToClientWebSocketOpen>();
    QCOMPARE(opens.size(), 2U);
    QVERIFY(opens[0] != opens[1]);
    QCOMPARE(one.host.requestsOf<wire::ToClientWebSocketClose>(), std::vector<RequestId>{one.request});
    QCOMPARE(one.host.last<wire::ToClientWebSocketClose>()->code, std::optional<quint16>(4001));
    QCOMPARE(one.host.dataOf(opens[1]), (Data{{1, "first of the second"}}));
    for (const wire::ToClientTunnelMessage &message : one.host.tunnels) {
        if (std::holds_alternative<wire::ToClientWebSocketOpen>(message.kind))
            QCOMPARE(message.messageId.messageIndex, quint16(0));
    }
    QCOMPARE(one.world.totals().connections, 1);
}

void TestHibernationAcceptance::runnerShutdownMovesHws()
{
    OneSocket one;
    one.client->send("m1");
    one.world.settle();
    one.host.tunnel(one.request, wire::ToServerWebSocketMessageAck{1});
    ScriptedHost second(one.world, "k2", 100);
    one.host.send(wire::ToServerStopping{});
    one.world.advance(3'000);
    one.client->send("m2");
    one.world.advance(3'000);
    QCOMPARE(second.starts(one.actor), 1);
    QCOMPARE(second.listed(one.actor).size(), 1U);
    QCOMPARE(second.data(), (Data{{2, "m2"}}));
    QVERIFY(second.requestsOf<wire::ToClientWebSocketOpen>().empty());
    QVERIFY(one.client->isOpen());
}

void TestHibernationAcceptance::slotOfClosedSocketIsFree()
{
    EngineConfig config;
    config.maxHwsPerActor = 2;
    OneSocket one(config);
    auto second = one.world.connect(one.actor);
    auto third = one.world.connect(one.actor);
    one.world.settle();
    QCOMPARE(third->closeCode, std::optional<quint16>(1011));
    QCOMPARE(third->code(), QByteArray("guard.hibernating_limit_reached"));
    QVERIFY(one.client->isOpen() && second->isOpen());
    one.client->close(1000);
    one.world.settle();
    auto fourth = one.world.connect(one.actor);
    one.world.settle();
    QVERIFY(fourth->isOpen());
    QCOMPARE(one.world.totals().connections, 2);
}

QTEST_GUILESS_MAIN(TestHibernationAcceptance)
#include "tst_hibernationacceptance.moc"
