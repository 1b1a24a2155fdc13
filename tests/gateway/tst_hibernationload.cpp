// SPDX-License-Identifier: Apache-2.0
// Many hibernatable sockets at once, on the virtual clock and with bounded numbers: what counts is that nothing is lost,
// doubled or kept, and how often things are done. The speed of the real program is measured in tests/bench.
#include "tests/gateway/engineworld.h"
#include "tests/gateway/stage.h"

#include <QFile>
#include <QTest>

#include <deque>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

/// Full numbers of gateway.md section 14 (DORMOUSE_SOAK=1, ./check --soak); minutes instead of seconds.
bool isSoak()
{
    return qEnvironmentVariableIsSet("DORMOUSE_SOAK");
}

/// Resident memory of this process; 0 when it cannot be read.
qint64 residentKb()
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').front().toLongLong();
    }
    return 0;
}

/// A client that numbers what it sends and checks what comes back.
struct NumberedClient
{
    std::shared_ptr<SocketClient> socket;
    QString actor;
    int sent = 0;
    int echoed = 0;
    bool inOrder = true;

    void attach()
    {
        socket->keep = false;
        socket->onMessage = [this](const QByteArray &payload) { inOrder = payload.toInt() == echoed++ && inOrder; };
    }
    void send() { socket->send(QByteArray::number(sent++)); }
};

/// Actors on a library runner, each with some sockets.
struct Crowd
{
    Crowd(int actorCount, int socketsEach, const EngineConfig &config = {}, quint64 seed = 1)
        : world(config, seed), host(world, u"k"_s, quint32(actorCount), stage.factory())
    {
        for (int i = 0; i < actorCount; ++i) {
            actors.push_back(world.create());
            for (int j = 0; j < socketsEach; ++j) {
                NumberedClient &client = clients.emplace_back();
                client.actor = actors.back();
                client.socket = world.connect(actors.back());
                client.attach();
            }
        }
        world.settle();
    }
    void sleepAll()
    {
        const auto living = stage.living; // ends with every stop
        for (const auto &[id, context] : living)
            context->sleep();
        world.advance(1'000);
    }
    bool allEchoed() const
    {
        return std::all_of(clients.begin(), clients.end(), [](const NumberedClient &client) {
            return client.inOrder && client.echoed == client.sent && client.socket->isOpen();
        });
    }
    Stage stage;
    EngineWorld world;
    LibraryHost host;
    std::vector<QString> actors;
    std::deque<NumberedClient> clients; ///< addresses stay
};

} // namespace

class TestHibernationLoad : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wakeStorm();
    void sleepWakeCycles();
    void hib1000Sockets();
    void restore4096();
    void maxPending();
    void hwsLoad();
    void noGrowth();
};

void TestHibernationLoad::wakeStorm()
{
    constexpr int kSockets = 10'000;
    EngineWorld world;
    ScriptedHost host(world, "k1", kSockets);
    for (int i = 0; i < kSockets; ++i) {
        const QString actor = world.create();
        world.connect(actor);
        host.sleep(actor);
    }
    world.advance(1'000);
    QCOMPARE(world.totals().hibernating, kSockets);
    std::vector<qint64> wakes;
    host.onMessage = [&](const wire::ToClient &message) {
        if (const auto *list = std::get_if<wire::ToClientCommands>(&message)) {
            for (const wire::CommandWrapper &one : list->commands) {
                if (std::holds_alternative<wire::CommandStartActor>(one.inner))
                    wakes.push_back(world.world.clock.monoMs());
            }
        }
    };
    for (const auto &client : world.clients)
        client->drop();
    world.advance(70'000);
    QCOMPARE(int(wakes.size()), kSockets);
    // In no second more than the rate.
    for (std::size_t i = std::size_t(world.config.closeWakeRate); i < wakes.size(); ++i)
        QVERIFY2(wakes[i] - wakes[i - std::size_t(world.config.closeWakeRate)] >= 1'000 - 5, qPrintable(QString::number(i)));
    QCOMPARE(host.requestsOf<wire::ToClientWebSocketClose>().size(), std::size_t(kSockets));
    QCOMPARE(world.core->gateway().tableEntries(), 0);
}

void TestHibernationLoad::sleepWakeCycles()
{
    constexpr int kCycles = 20;
    Crowd crowd(50, 20);
    for (int cycle = 0; cycle < kCycles; ++cycle) {
        crowd.sleepAll();
        QCOMPARE(crowd.world.totals().hibernating, qint64(crowd.clients.size()));
        for (NumberedClient &client : crowd.clients)
            client.send();
        crowd.world.advance(500);
        QVERIFY2(crowd.allEchoed(), qPrintable(u"cycle %1"_s.arg(cycle)));
    }
    QCOMPARE(crowd.stage.opens, int(crowd.clients.size()));
    QCOMPARE(crowd.stage.restored, int(crowd.clients.size()) * kCycles);
    QCOMPARE(crowd.stage.messages, int(crowd.clients.size()) * kCycles);
    QCOMPARE(crowd.stage.starts, 50 * (kCycles + 1));
    QVERIFY(crowd.host.warnings.isEmpty());
}

void TestHibernationLoad::hib1000Sockets()
{
    Crowd crowd(100, 10);
    crowd.sleepAll();
    QCOMPARE(crowd.world.totals().hibernating, 1'000);
    const qint64 began = crowd.world.world.clock.monoMs();
    for (NumberedClient &client : crowd.clients)
        client.send();
    while (!crowd.allEchoed() && crowd.world.world.clock.monoMs() - began < 10'000)
        crowd.world.advance(10);
    QVERIFY(crowd.allEchoed());
    crowd.world.advance(10'000);
    QVERIFY(crowd.allEchoed()); // none came twice
    QCOMPARE(crowd.stage.opens, 1'000);
    QCOMPARE(crowd.stage.restored, 1'000);
    QCOMPARE(crowd.stage.starts, 200);
}

void TestHibernationLoad::restore4096()
{
    Crowd crowd(1, 4'096);
    crowd.sleepAll();
    QCOMPARE(crowd.world.totals().hibernating, 4'096);
    const qint64 began = crowd.world.world.clock.monoMs();
    auto request = crowd.world.http(crowd.actors[0], "GET", "wake");
    crowd.world.settle();
    QCOMPARE(request->status, 200);
    QCOMPARE(crowd.stage.restored, 4'096);
    for (NumberedClient &client : crowd.clients)
        client.send();
    crowd.world.settle();
    QVERIFY(crowd.allEchoed());
    QVERIFY(crowd.world.world.clock.monoMs() - began < 15'000);
    QCOMPARE(crowd.stage.opens, 4'096);
}

void TestHibernationLoad::maxPending()
{
    constexpr int kMessages = 32'766;
    EngineConfig config;
    config.hwsMaxPendingSize = 64 * 1024 * 1024;
    EngineWorld world(config);
    ScriptedHost host(world, "k1", 1);
    const QString actor = world.create();
    auto client = world.connect(actor);
    host.sleep(actor);
    world.settle();
    host.startsActors = false;
    const std::size_t mark = host.mark();
    const QByteArray payload(1'024, 'x');
    for (int i = 0; i < kMessages; ++i)
        client->send(payload);
    world.settle();
    QCOMPARE(world.totals().pendingMessages, kMessages);
    QCOMPARE(host.mark(), mark);
    const qint64 began = world.world.clock.monoMs();
    host.running(actor);
    while (host.mark() - mark < std::size_t(kMessages) && world.world.clock.monoMs() - began < 10'000)
        world.advance(10);
    const auto data = host.data(mark);
    QCOMPARE(int(data.size()), kMessages);
    for (int i = 0; i < kMessages; ++i)
        QVERIFY(data[std::size_t(i)].first == quint16(i + 1) && data[std::size_t(i)].second.size() == payload.size());
    host.tunnel(host.requestsOf<wire::ToClientWebSocketOpen>().at(0), wire::ToServerWebSocketMessageAck{quint16(kMessages)});
    world.settle();
    QCOMPARE(world.totals().pendingMessages, 0);
    QCOMPARE(world.totals().pendingBytes, 0);
    QVERIFY(client->isOpen());
}

void TestHibernationLoad::hwsLoad()
{
    // Of 100 ms each. In full 100 messages a second on every socket for a minute, else some now and then for 10 s.
    const int ticks = isSoak() ? 600 : 100;
    Crowd crowd(100, 10, {}, 5);
    Random random(11);
    qint64 highest = 0;
    qint64 earlyKb = 0;
    for (int tick = 0; tick < ticks; ++tick) {
        if (tick == ticks / 3)
            earlyKb = residentKb();
        for (NumberedClient &client : crowd.clients) {
            const quint64 some = random.below(20) == 0 ? 1 + random.below(5) : 0;
            for (quint64 burst = isSoak() ? 10 : some; burst > 0; --burst)
                client.send();
        }
        for (int i = 0; i < 3; ++i) {
            const auto living = crowd.stage.living.find(crowd.actors[std::size_t(random.below(crowd.actors.size()))]);
            if (living != crowd.stage.living.end())
                living->second->sleep();
        }
        crowd.world.advance(100);
        crowd.world.sink.events.clear();
        crowd.world.sink.ackLatencies.clear();
        highest = std::max(highest, crowd.world.core->gateway().tableEntries());
    }
    crowd.world.advance(10'000);
    QVERIFY(crowd.allEchoed());
    QVERIFY(crowd.stage.messages >= (isSoak() ? 6'000'000 : 10'000));
    QVERIFY(crowd.stage.starts > 2 * ticks);
    QCOMPARE(crowd.stage.opens, 1'000);
    const qint64 lateKb = residentKb();
    QVERIFY2(lateKb < earlyKb * 1.2 + 20'000, qPrintable(u"%1 kB after a third, %2 kB at the end"_s.arg(earlyKb).arg(lateKb)));
    if (isSoak()) {
        qInfo("%d messages, %d starts, %lld kB after a third, %lld kB at the end", crowd.stage.messages, crowd.stage.starts,
              earlyKb, lateKb);
    }
    // Everything is acknowledged, and the tables held no more than the sockets that live.
    QCOMPARE(crowd.world.totals().pendingMessages, 0);
    QCOMPARE(crowd.world.totals().pendingBytes, 0);
    QVERIFY(highest < 1'000 * 8);
    QCOMPARE(crowd.world.totals().acksInvalid, 0U);
    QCOMPARE(crowd.world.totals().indexSkips, 0U);
}

void TestHibernationLoad::noGrowth()
{
    const int rounds = isSoak() ? 1'000 : 100;
    constexpr int kRequestsEach = 100;
    Crowd crowd(10, 0);
    EngineWorld &world = crowd.world;
    world.advance(10'000);
    const qsizetype timers = qsizetype(world.world.timers.size());
    for (int round = 0; round < rounds; ++round) {
        const QString actor = crowd.actors[std::size_t(round % 10)];
        auto socket = world.connect(actor);
        socket->send("m");
        int answered = 0;
        for (int i = 0; i < kRequestsEach; ++i)
            answered += world.http(actor, "GET")->status == 200 ? 1 : 0;
        QCOMPARE(answered, kRequestsEach);
        QCOMPARE(socket->received.size(), 1U);
        socket->close(1000);
        const auto living = crowd.stage.living;
        living.at(actor)->sleep();
        world.settle();
        world.http(actor, "GET"); // up again for the next round
        world.clients.clear();
        world.sink.events.clear();
        world.sink.ended.clear();
    }
    world.advance(60'000);
    QCOMPARE(crowd.stage.requests, rounds * (kRequestsEach + 1));
    QCOMPARE(crowd.stage.starts, 10 + rounds);
    QCOMPARE(world.core->gateway().tableEntries(), 0);
    QCOMPARE(crowd.host.runner().requestCount(), 0);
    QCOMPARE(crowd.host.runner().actorCount(), 10);
    QCOMPARE(crowd.host.runner().unackedEvents(), 10); // each actor's last life reported that it runs
    QVERIFY(qsizetype(world.world.timers.size()) <= timers + 10);
    for (const QString &actor : crowd.actors)
        world.destroy(actor);
    world.advance(60'000);
    QCOMPARE(crowd.host.runner().actorCount(), 0);
    QCOMPARE(world.core->gateway().tableEntries(), 0);
}

QTEST_GUILESS_MAIN(TestHibernationLoad)
#include "tst_hibernationload.moc"
