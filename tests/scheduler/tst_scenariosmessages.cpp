// SPDX-License-Identifier: Apache-2.0
// Scenarios 29, 97 to 99 and 105 to 116 of scheduler.md section 10: where scheduler and gateway meet, with both of them,
// the router, simulated clients and runners.
#include "engine/gateway/pendingbuffer.h"
#include "tests/gateway/engineworld.h"

#include <QtTest/QTest>

#include <algorithm>

using namespace dormouse;
using namespace dormouse::test;

namespace {

using Data = std::vector<std::pair<quint16, QByteArray>>;

/// The engine process ends and another one opens the same store. Clients and runners lose their connections.
void restartEngine(EngineWorld &world)
{
    world.store.crash();
    world.core.reset();
    world.core = std::make_unique<Core>(CoreContext{world.config, world.world.clock, world.world.timers, world.random,
                                                    world.store, world.sink, world.metrics});
    world.core->setPublicUrl(QStringLiteral("http://127.0.0.1:6420"));
    QVERIFY(world.core->start().ok());
    world.settle();
}

std::vector<RequestId> sorted(std::vector<RequestId> ids)
{
    std::sort(ids.begin(), ids.end());
    return ids;
}

std::vector<RequestId> listedRequests(const ScriptedHost &host, const QString &actorId)
{
    std::vector<RequestId> ids;
    for (const wire::HibernatingRequest &one : host.listed(actorId))
        ids.push_back(one.requestId);
    return sorted(ids);
}

void wake(EngineWorld &world, const QString &actorId)
{
    world.core->scheduler().wakeActor(actorId, {OverrideKind::DontSleep, 60'000});
    world.settle();
}

} // namespace

class TestScenariosMessages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario029_waiterGetsAnErrorNotAHang()
    {
        EngineWorld world;
        const QString actor = world.create();
        auto request = world.http(actor, "GET");
        QCOMPARE(world.state(actor), ActorState::Pending);
        world.advance(70'000);
        QVERIFY(request->finished);
        QCOMPARE(request->errorCode(), QByteArray("guard.actor_ready_timeout"));
        QCOMPARE(world.state(actor), ActorState::Sleeping);
        QCOMPARE(world.metrics.value("scheduler_pending_timeout_total", {{"pool", QStringLiteral("p")}}), 1.0);
        QVERIFY(world.sink.count(QStringLiteral("pending_timeout")) > 0);
    }

    void raceR38_destroyWhileWaitingForReady()
    {
        EngineWorld world;
        const QString actor = world.create();
        auto request = world.http(actor, "GET");
        QCOMPARE(world.state(actor), ActorState::Pending);
        world.destroy(actor);
        QVERIFY(request->finished);
        QCOMPARE(request->errorCode(), QByteArray("actor.destroyed_while_waiting_for_ready"));
    }

    void scenario097_startListsTheLiveSockets()
    {
        EngineWorld world;
        auto host = std::make_unique<ScriptedHost>(world, "k", 1);
        const QString actor = world.create();
        auto stays = world.connect(actor);
        auto leaves = world.connect(actor);
        auto other = world.connect(actor);
        world.settle();
        const std::vector<RequestId> opened = host->requestsOf<wire::ToClientWebSocketOpen>();
        QCOMPARE(opened.size(), std::size_t(3));
        host->sleep(actor);
        world.settle();
        QCOMPARE(world.state(actor), ActorState::Sleeping);
        world.config.wakeOnCloseWhileAsleep = false;
        leaves->close(1000);
        world.advance(100);
        // The Start does not arrive at first; the one that is sent again lists the same.
        if (world.state(actor) == ActorState::Sleeping) {
            host->link->freeze();
            wake(world, actor);
        }
        host->link->cut();
        world.advance(500);
        host->connect();
        world.advance(500);
        const std::vector<RequestId> listed = listedRequests(*host, actor);
        QVERIFY(std::find(listed.begin(), listed.end(), opened[0]) != listed.end());
        QVERIFY(std::find(listed.begin(), listed.end(), opened[2]) != listed.end());
        QVERIFY(stays->isOpen() && other->isOpen());
        QVERIFY(listed.size() <= 3);
    }

    void scenario097_resentStartListsThemToo()
    {
        EngineWorld world;
        ScriptedHost host(world, "k", 1);
        const QString actor = world.create();
        auto first = world.connect(actor);
        auto second = world.connect(actor);
        world.settle();
        const std::vector<RequestId> opened = sorted(host.requestsOf<wire::ToClientWebSocketOpen>());
        host.sleep(actor);
        world.settle();
        host.link->freeze();
        const int starts = host.starts(actor);
        wake(world, actor);
        QCOMPARE(host.starts(actor), starts);
        host.link->cut();
        world.advance(500);
        host.connect();
        world.advance(500);
        QCOMPARE(host.starts(actor), starts + 1);
        QCOMPARE(listedRequests(host, actor), opened);
        QVERIFY(first->isOpen() && second->isOpen());
    }

    void scenario098_keepaliveOfManySockets()
    {
        constexpr int kSockets = 10'000;
        EngineWorld world;
        ScriptedHost host(world, "k", 1);
        const QString actor = world.create();
        for (int i = 0; i < kSockets; ++i)
            world.connect(actor);
        world.settle();
        QCOMPARE(world.store.open()->hibernating.size(), std::size_t(kSockets));
        host.sleep(actor);
        world.settle();
        QCOMPARE(world.totals().hibernating, qint64(kSockets));
        host.link->cut(); // pings of a runner would be commits of their own
        world.advance(60'000);
        int commits = 0;
        world.store.setCommitHook([&] { return ++commits > 0; });
        const auto eldest = [&] {
            qint64 oldest = world.world.clock.wallMs();
            const Snapshot stored = *world.store.open();
            for (const HibernatingRow &row : stored.hibernating)
                oldest = std::min(oldest, row.lastPingTs);
            return stored.hibernating.size() == std::size_t(kSockets) ? world.world.clock.wallMs() - oldest : qint64(-1);
        };
        for (int minute = 0; minute < 10; ++minute) {
            if (minute == 5)
                world.store.failNext(6); // 30 s of ticks
            commits = 0;
            world.advance(60'000);
            QVERIFY2(commits <= 13, qPrintable(QString::number(commits)));
            const qint64 age = eldest();
            QVERIFY2(age >= 0 && age < 90'000, qPrintable(QString::number(age)));
        }
        QCOMPARE(world.totals().hibernating, qint64(kSockets));
    }

    void scenario099_116_rowsOfAGatewayThatIsGone()
    {
        EngineWorld world;
        ScriptedHost host(world, "k", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        const RequestId request = host.requestsOf<wire::ToClientWebSocketOpen>().front();
        const GatewayId oldGateway = host.tunnels.front().messageId.gatewayId;
        QCOMPARE(world.store.open()->hibernating.size(), std::size_t(1));
        restartEngine(world);
        QVERIFY(!client->isOpen());
        host.connect();
        world.advance(500);
        // Scenario 116: what the runner still says about the old request goes nowhere, and is counted.
        const quint64 before = world.totals().dropped;
        host.tunnel({oldGateway, request, 0}, wire::ToServerWebSocketMessage{"late", true});
        world.settle();
        QCOMPARE(world.totals().dropped, before + 1);
        if (world.state(actor) == ActorState::Running)
            host.sleep(actor);
        world.settle();
        world.advance(91'000);
        wake(world, actor);
        QVERIFY(host.starts(actor) > 0);
        QVERIFY(listedRequests(host, actor).empty());
        world.advance(120'000);
        QVERIFY(world.store.open()->hibernating.empty());
    }

    void scenario105_acknowledgedMessagesDoNotCount()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 1024 * 1024;
        EngineWorld world(config);
        ScriptedHost host(world, "k", 1);
        host.acknowledges = true;
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        for (int i = 0; i < 3 * 1024; ++i) {
            client->send(QByteArray(1024, 'x'));
            if (i % 64 == 0)
                world.settle();
        }
        world.settle();
        QCOMPARE(client->closeReason, QByteArray());
        QCOMPARE(host.data().size(), std::size_t(3 * 1024));
        QCOMPARE(world.totals().pendingBytes, qint64(0));
    }

    void scenario106_pendingLimit()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 1024 * 1024;
        EngineWorld world(config);
        ScriptedHost host(world, "k", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        auto other = world.connect(actor);
        world.settle();
        other->send("small");
        constexpr qsizetype kFits = 512 * 1024 - PendingBuffer::kOverheadBytes;
        client->send(QByteArray(kFits, 'x'));
        client->send(QByteArray(kFits, 'x'));
        world.settle();
        QCOMPARE(client->closeReason, QByteArray()); // exactly the limit
        client->send(QByteArray(1, 'x'));
        world.settle();
        QVERIFY(!client->isOpen());
        QCOMPARE(client->code(), QByteArray("guard.websocket_pending_limit_reached"));
        QVERIFY(other->isOpen());
    }

    void scenario107_acknowledgementTimeout()
    {
        EngineWorld world;
        ScriptedHost host(world, "k", 1);
        const QString actor = world.create();
        auto late = world.connect(actor);
        auto inTime = world.connect(actor);
        world.settle();
        late->send("m");
        world.advance(15'000);
        inTime->send("m");
        world.advance(14'000);
        QVERIFY(late->isOpen());
        world.advance(2'000);
        QVERIFY(!late->isOpen());
        QCOMPARE(late->code(), QByteArray("guard.websocket_garbage_collected"));
        QVERIFY(inTime->isOpen());
        world.advance(15'000);
        QVERIFY(!inTime->isOpen());
    }

    void scenario108_acknowledgementAcrossTheWrap()
    {
        PendingBuffer buffer(1024 * 1024);
        for (int i = 0; i < 65'533; ++i) {
            const quint16 index = buffer.append("x", true, 0);
            buffer.markWritten(0, 0);
            QVERIFY(buffer.ack(index).valid);
        }
        std::vector<quint16> indexes;
        for (int i = 0; i < 4; ++i) {
            indexes.push_back(buffer.append("x", true, 0));
            buffer.markWritten(0, 0);
        }
        QCOMPARE(indexes, (std::vector<quint16>{65'534, 65'535, 0, 1}));
        QVERIFY(buffer.ack(65'535).valid);
        QCOMPARE(buffer.count(), std::size_t(2));
        QCOMPARE(buffer.front().index, quint16(0));
        QVERIFY(!buffer.ack(65'000).valid);
        QVERIFY(!buffer.ack(500).valid);
        QCOMPARE(buffer.count(), std::size_t(2));
        QVERIFY(buffer.ack(1).valid);
        QVERIFY(buffer.isEmpty());
    }

    void scenario109_deliveredAgainElsewhere()
    {
        EngineWorld world;
        auto first = std::make_unique<ScriptedHost>(world, "first", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        client->send("one");
        client->send("two");
        world.settle();
        const Data delivered = first->data();
        QCOMPARE(delivered.size(), std::size_t(2));
        first->sleep(actor);
        world.settle();
        first->kill();
        ScriptedHost second(world, "second", 1);
        world.advance(20'000);
        client->send("three");
        world.settle();
        const Data again = second.data();
        QCOMPARE(again.size(), std::size_t(3));
        QCOMPARE(again[0], delivered[0]);
        QCOMPARE(again[1], delivered[1]);
        QCOMPARE(again[2], std::make_pair(quint16(delivered[1].first + 1), QByteArray("three")));
        QCOMPARE(client->closeReason, QByteArray());
    }

    void scenario110_noTimeoutWhileHibernating()
    {
        EngineWorld world;
        auto host = std::make_unique<ScriptedHost>(world, "k", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        client->send("m");
        world.advance(20'000);
        // What is not acknowledged wakes the actor at once, so it sleeps only as long as nobody can run it.
        host->sleep(actor);
        world.settle();
        host->kill();
        world.advance(25'000);
        QCOMPARE(client->closeReason, QByteArray());
        ScriptedHost second(world, "second", 1);
        world.settle();
        QCOMPARE(second.data().size(), std::size_t(1));
        world.advance(29'000);
        QCOMPARE(client->closeReason, QByteArray());
        world.advance(2'000);
        QCOMPARE(client->code(), QByteArray("guard.websocket_garbage_collected"));
    }

    void scenario111_slowAllocation()
    {
        EngineConfig config;
        config.actorReadyTimeoutMs = 60'000; // a waking socket has no other limit (gateway.md section 8.5)
        EngineWorld world(config);
        auto host = std::make_unique<ScriptedHost>(world, "k", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        host->sleep(actor);
        world.settle();
        host->kill();
        client->send("m");
        world.settle();
        QCOMPARE(world.state(actor), ActorState::Pending);
        world.advance(45'000);
        QCOMPARE(client->closeReason, QByteArray());
        ScriptedHost second(world, "second", 1);
        world.settle();
        QCOMPARE(world.state(actor), ActorState::Running);
        QCOMPARE(second.data().size(), std::size_t(1));
        QCOMPARE(second.data().front().second, QByteArray("m"));
        QCOMPARE(client->closeReason, QByteArray());
    }

    /// gateway.md section 8.5 decides: a socket that cannot be woken in time is told so, and nothing is left of it.
    void scenario112_wakeThatFails()
    {
        EngineWorld world;
        auto host = std::make_unique<ScriptedHost>(world, "k", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        host->sleep(actor);
        world.settle();
        host->kill();
        client->send("one");
        world.settle();
        QCOMPARE(world.state(actor), ActorState::Pending);
        world.advance(31'000);
        QCOMPARE(client->code(), QByteArray("guard.actor_ready_timeout"));
        QCOMPARE(world.totals().pendingMessages, qint64(0));
        QVERIFY(world.store.open()->hibernating.empty());
        // The actor waits on for its own limit, and the next client wakes it again.
        QCOMPARE(world.state(actor), ActorState::Pending);
        world.advance(40'000);
        QCOMPARE(world.state(actor), ActorState::Sleeping);
        auto next = world.connect(actor);
        QCOMPARE(world.state(actor), ActorState::Pending);
        ScriptedHost second(world, "second", 1);
        world.settle();
        next->send("two");
        world.settle();
        QCOMPARE(second.data().size(), std::size_t(1));
        QCOMPARE(second.data().front().second, QByteArray("two"));
    }

    void scenario113_reconnectKeepsTheBuffer()
    {
        EngineWorld world;
        ScriptedHost host(world, "k", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        client->send("one");
        world.settle();
        const Data before = host.data();
        host.link->cut();
        world.advance(1'000);
        client->send("two");
        world.settle();
        QCOMPARE(world.totals().pendingMessages, qint64(2));
        // Its events come again and say that the actor lives.
        host.onMessage = [&](const wire::ToClient &message) {
            if (std::holds_alternative<wire::ToClientInit>(message))
                host.running(actor);
        };
        const std::size_t mark = host.mark();
        host.connect();
        world.advance(500);
        QCOMPARE(world.state(actor), ActorState::Running);
        QCOMPARE(world.row(actor).generation, 0u);
        const Data after = host.data(mark);
        QCOMPARE(after.size(), std::size_t(2));
        QCOMPARE(after[0], before[0]); // a duplicate with its index
        QCOMPARE(after[1], std::make_pair(quint16(before[0].first + 1), QByteArray("two")));
        QCOMPARE(client->closeReason, QByteArray());
    }

    void scenario114_indexesAreConsecutive()
    {
        EngineWorld world;
        ScriptedHost host(world, "k", 1);
        host.acknowledges = true;
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        std::vector<quint16> indexes;
        for (int life = 0; life < 3; ++life) {
            const std::size_t mark = host.mark();
            client->send("a");
            world.settle();
            client->send("b");
            world.settle();
            for (const auto &[index, payload] : host.data(mark))
                indexes.push_back(index);
            host.sleep(actor);
            world.settle();
            QCOMPARE(world.state(actor), ActorState::Sleeping);
        }
        QCOMPARE(indexes, (std::vector<quint16>{1, 2, 3, 4, 5, 6})); // 0 is the index of the open
    }

    void scenario115_clientClosesWhileHibernating()
    {
        EngineWorld world;
        ScriptedHost host(world, "k", 1);
        const QString actor = world.create();
        auto client = world.connect(actor);
        world.settle();
        const RequestId request = host.requestsOf<wire::ToClientWebSocketOpen>().front();
        host.sleep(actor);
        world.settle();
        const int starts = host.starts(actor);
        client->close(1000);
        world.advance(50);
        QVERIFY(world.store.open()->hibernating.empty());
        world.advance(2'000);
        // Woken once, to see the close.
        QCOMPARE(host.starts(actor), starts + 1);
        QCOMPARE(host.requestsOf<wire::ToClientWebSocketClose>(), std::vector<RequestId>{request});
        host.sleep(actor);
        world.advance(10'000);
        QCOMPARE(host.starts(actor), starts + 1);
        wake(world, actor);
        QVERIFY(listedRequests(host, actor).empty());
    }
};

QTEST_GUILESS_MAIN(TestScenariosMessages)
#include "tst_scenariosmessages.moc"
