// SPDX-License-Identifier: Apache-2.0
// What a runner may rely on, whatever happens around it (gateway.md section 14.6): random schedules of faults over the real
// scheduler and gateway, seen from the runner's end of the link.
#include "tests/gateway/engineworld.h"
#include "tests/gateway/stage.h"

#include <QTest>

#include <map>
#include <set>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

/// Random clients, sleeps, crashes, refusals, cuts and destroys on two scripted runners.
class Chaos
{
public:
    explicit Chaos(int seed) : world({}, quint64(seed)), random(quint64(seed) * 7 + 1)
    {
        for (const char *key : {"k1", "k2"}) {
            hosts.push_back(std::make_unique<ScriptedHost>(world, key, 20));
            ScriptedHost &host = *hosts.back();
            host.opens = ScriptedHost::Opens::Silent; // answered here, at random
            host.onMessage = [this, &host](const wire::ToClient &message) { seen(host, message); };
        }
        for (int i = 0; i < 4; ++i)
            actors.push_back(world.create());
    }

    void step()
    {
        const QString actor = actors[std::size_t(random.below(actors.size()))];
        ScriptedHost &host = *hosts[std::size_t(random.below(hosts.size()))];
        switch (random.below(12)) {
        case 0:
        case 1:
            if (clients.size() < 40)
                clients.push_back(world.connect(actor));
            break;
        case 2:
        case 3:
        case 4:
        case 5:
            if (!clients.empty()) {
                const auto &client = clients[std::size_t(random.below(clients.size()))];
                if (client->isOpen())
                    client->send("m");
            }
            break;
        case 6:
            holderOf(actor).sleep(actor);
            break;
        case 7:
            holderOf(actor).stopped(actor, wire::StopCode::Error);
            break;
        case 8:
            host.link->cut();
            world.advance(qint64(random.below(2'000)));
            host.connect();
            break;
        case 9:
            if (!clients.empty() && random.below(3) == 0) {
                const auto &client = clients[std::size_t(random.below(clients.size()))];
                if (client->isOpen())
                    client->drop();
            }
            break;
        case 10:
            world.http(actor, random.below(2) == 0 ? "GET" : "POST", "x", "body");
            break;
        default:
            world.advance(qint64(random.below(3'000)));
        }
        world.advance(qint64(random.below(30)));
    }

    EngineWorld world;
    Random random;
    std::vector<std::unique_ptr<ScriptedHost>> hosts;
    std::vector<QString> actors;
    std::vector<std::shared_ptr<SocketClient>> clients;
    std::map<quint32, int> opens;               ///< request id -> opens seen
    std::map<quint32, quint16> newest;          ///< hibernatable request -> newest index seen
    std::set<quint32> hibernatable;
    int messages = 0, repeated = 0, gaps = 0, orphans = 0;

private:
    ScriptedHost &holderOf(const QString &actor)
    {
        const std::optional<QString> runner = world.row(actor).runnerId;
        return runner == hosts[1]->runnerId ? *hosts[1] : *hosts[0];
    }
    void seen(ScriptedHost &host, const wire::ToClient &message)
    {
        const auto *tunnel = std::get_if<wire::ToClientTunnelMessage>(&message);
        if (tunnel == nullptr)
            return;
        const wire::MessageId id = tunnel->messageId;
        if (std::holds_alternative<wire::ToClientWebSocketOpen>(tunnel->kind)) {
            ++opens[id.requestId.value];
            newest[id.requestId.value] = id.messageIndex;
            const quint64 mood = random.below(10);
            if (mood == 0)
                return; // silence
            const bool accept = mood >= 3;
            const bool hibernates = mood >= 4;
            if (accept && hibernates)
                hibernatable.insert(id.requestId.value);
            world.world.post([&host, id, accept, hibernates] {
                if (accept)
                    host.tunnel(id, wire::ToServerWebSocketOpen{hibernates});
                else
                    host.tunnel(id, wire::ToServerWebSocketClose{quint16(1011), u"Server Error"_s, false});
            });
        } else if (std::holds_alternative<wire::ToClientWebSocketMessage>(tunnel->kind)) {
            ++messages;
            if (!opens.contains(id.requestId.value))
                ++orphans;
            if (!hibernatable.contains(id.requestId.value))
                return;
            quint16 &last = newest[id.requestId.value];
            const quint16 step = quint16(id.messageIndex - last);
            if (step == 1)
                last = id.messageIndex;
            else if (quint16(last - id.messageIndex) < 32'768)
                ++repeated;
            else
                ++gaps;
            if (random.below(3) == 0)
                world.world.post([&host, id] { host.tunnel(id, wire::ToServerWebSocketMessageAck{id.messageIndex}); });
        }
    }
};

} // namespace

class TestTunnelInvariants : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void neverTwoOpens();
    void noGapProperty();
    void noCommandBeforeInit();
    void runnerWithoutHandler_data();
    void runnerWithoutHandler();
    void ackInvalidNeverEndsASocket();
};

void TestTunnelInvariants::neverTwoOpens()
{
    std::size_t requests = 0;
    for (int seed = 1; seed <= 40; ++seed) {
        Chaos chaos(seed);
        for (int i = 0; i < 150; ++i)
            chaos.step();
        for (const auto &[request, count] : chaos.opens)
            QVERIFY2(count == 1, qPrintable(u"seed %1 request %2"_s.arg(seed).arg(request)));
        requests += chaos.opens.size();
        QCOMPARE(chaos.orphans, 0);
    }
    QVERIFY(requests > 500);
}

void TestTunnelInvariants::noGapProperty()
{
    int messages = 0, repeated = 0;
    for (int seed = 101; seed <= 140; ++seed) {
        Chaos chaos(seed);
        for (int i = 0; i < 200; ++i)
            chaos.step();
        QVERIFY2(chaos.gaps == 0, qPrintable(u"seed %1"_s.arg(seed)));
        QCOMPARE(chaos.world.totals().indexSkips, 0U);
        messages += chaos.messages;
        repeated += chaos.repeated;
    }
    // The schedules do what they are for: messages are written, and written again.
    QVERIFY(messages > 1'000);
    QVERIFY(repeated > 50);
}

void TestTunnelInvariants::noCommandBeforeInit()
{
    const std::size_t init = wire::ToClient(wire::ToClientInit{}).index();
    EngineWorld world;
    std::vector<QString> actors;
    for (int i = 0; i < 5; ++i) {
        actors.push_back(world.create());
        world.core->scheduler().wakeActor(actors.back(), {OverrideKind::DontSleep, {}});
    }
    world.settle();
    // Demand waits already when the runner appears.
    ScriptedHost host(world, "k1", 10);
    world.advance(1'000);
    QCOMPARE(host.commands.size(), actors.size());
    QCOMPARE(host.kinds.front(), init);
    QCOMPARE(std::count(host.kinds.begin(), host.kinds.end(), init), 1);
    // Also on a reconnect, with sockets and requests that wait for the link.
    auto client = world.connect(actors[0]);
    host.link->cut();
    world.settle();
    client->send("m");
    world.core->scheduler().destroyActor(actors[1], {}, {});
    world.settle();
    host.connect();
    world.advance(5'000);
    QCOMPARE(host.kinds.front(), init);
    QCOMPARE(std::count(host.kinds.begin(), host.kinds.end(), init), 1);
    QVERIFY(host.kinds.size() > 2);
}

void TestTunnelInvariants::runnerWithoutHandler_data()
{
    QTest::addColumn<bool>("silent");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("refuses") << false << QByteArray("guard.websocket_closed_before_open");
    QTest::newRow("says nothing") << true << QByteArray("guard.websocket_open_timeout");
}

void TestTunnelInvariants::runnerWithoutHandler()
{
    QFETCH(bool, silent);
    QFETCH(QByteArray, code);
    EngineWorld world;
    ScriptedHost host(world, "k1", 10);
    host.opens = silent ? ScriptedHost::Opens::Silent : ScriptedHost::Opens::Refuse;
    const QString actor = world.create();
    auto client = world.connect(actor);
    client->send("held");
    world.advance(8 * 15'000 + 25'000);
    QCOMPARE(client->closeCode, std::optional<quint16>(1011));
    QCOMPARE(client->code(), code);
    QCOMPARE(host.requestsOf<wire::ToClientWebSocketOpen>().size(), 8U);
    QVERIFY(host.data().empty());
    // Each try that stayed unanswered was taken back, or the runner would hold a dead socket.
    QCOMPARE(host.requestsOf<wire::ToClientWebSocketClose>().size(), silent ? 8U : 0U);
    QVERIFY(world.isQuiet());
    // The library refuses a socket that its actor has no handler for, and nothing crashes.
    LibraryHost library(world, u"k2"_s, 10, [](const QString &) { return std::make_unique<ActorHandler>(); });
    host.send(wire::ToServerStopping{});
    world.advance(1'000);
    auto second = world.connect(actor);
    world.advance(25'000);
    QCOMPARE(second->code(), QByteArray("guard.websocket_closed_before_open"));
}

void TestTunnelInvariants::ackInvalidNeverEndsASocket()
{
    EngineWorld world;
    ScriptedHost host(world, "k1", 10);
    const QString actor = world.create();
    auto client = world.connect(actor);
    const RequestId request = host.requestsOf<wire::ToClientWebSocketOpen>().at(0);
    for (int i = 0; i < 5; ++i)
        client->send("m");
    world.settle();
    Random random(3);
    for (int i = 0; i < 1'000; ++i)
        host.tunnel(request, wire::ToServerWebSocketMessageAck{quint16(6 + random.below(32'000))});
    world.settle();
    QVERIFY(client->isOpen());
    QCOMPARE(world.totals().pendingMessages, 5);
    QCOMPARE(world.totals().acksInvalid, 1'000U);
    host.tunnel(request, wire::ToServerWebSocketMessageAck{5});
    world.settle();
    QCOMPARE(world.totals().pendingMessages, 0);
}

QTEST_GUILESS_MAIN(TestTunnelInvariants)
#include "tst_tunnelinvariants.moc"
