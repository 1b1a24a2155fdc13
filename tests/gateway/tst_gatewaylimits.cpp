// SPDX-License-Identifier: Apache-2.0
// Limits of gateway.md section 10.1, pings to clients and backpressure of section 7.2.
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/clientlimits.h"

#include <QJsonDocument>
#include <QtTest/QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {

constexpr qint64 kMiB = 1024 * 1024;

QByteArray reasonFor(const char *code, const World &world)
{
    return QByteArray(code) + '#' + world.lastRay().toUtf8();
}

const monitor::Event *lastEvent(const World &world, const QString &reason)
{
    for (auto event = world.sink.events.rbegin(); event != world.sink.events.rend(); ++event) {
        if (event->reason == reason)
            return &*event;
    }
    return nullptr;
}

} // namespace

class TestGatewayLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inFlightCountsRequestsAndSockets()
    {
        EngineConfig config;
        config.maxInFlightPerClientAddress = 2;
        World world(config);
        world.addRunning(kActor);
        auto request = world.http(kActor, "GET");
        auto socket = world.open(kActor, false);
        auto refused = world.http(kActor, "GET");
        QCOMPARE(refused->status, 429);
        QCOMPARE(refused->errorCode(), QByteArray("guard.rate_limit"));
        QCOMPARE(refused->header("retry-after"), QByteArray("1"));
        QCOMPARE(refused->header("x-rivet-ray-id"), world.lastRay().toUtf8());
        QCOMPARE(refused->header("access-control-allow-origin"), QByteArray("*"));
        const QJsonObject metadata = QJsonDocument::fromJson(refused->answer)[QStringLiteral("metadata")].toObject();
        QCOMPARE(metadata.value(QStringLiteral("ip")).toString(), QStringLiteral("10.0.0.1"));
        QCOMPARE(metadata.value(QStringLiteral("method")).toString(), QStringLiteral("GET"));
        QCOMPARE(metadata.value(QStringLiteral("path")).toString(), QStringLiteral("/action/x"));
        auto refusedSocket = world.connect(kActor);
        QVERIFY(refusedSocket->accepted);
        QCOMPARE(refusedSocket->closeCode, std::optional<quint16>(1011));
        QCOMPARE(refusedSocket->closeReason, reasonFor("guard.rate_limit", world));
        // Another address has its own count.
        world.clientAddress = "10.0.0.2";
        QCOMPARE(world.http(kActor, "GET")->status, 0);
        world.clientAddress = "10.0.0.1";
        // Only the end of the socket makes room, however long it was idle.
        world.advance(120'000);
        QCOMPARE(world.http(kActor, "GET")->status, 429);
        socket->drop();
        world.settle();
        QCOMPARE(world.http(kActor, "GET")->status, 0);
        QCOMPARE(world.http(kActor, "GET")->status, 429);
        QCOMPARE(world.metrics.value("guard_proxy_request_errors_total", {{"code", QStringLiteral("guard.rate_limit")}}), 4.0);
    }

    /// Each way a request can end gives its place back once: neither never nor twice.
    void inFlightIsGivenBackExactlyOnce()
    {
        EngineConfig config;
        config.maxInFlightPerClientAddress = 1;
        World world(config);
        world.addRunning(kActor);
        const auto isFree = [&] {
            auto first = world.connect(kActor);
            auto second = world.connect(kActor);
            const bool free = !first->closeCode && second->closeCode == std::optional<quint16>(1011);
            first->drop();
            world.settle();
            return free;
        };
        QVERIFY(isFree());
        world.http(kActor, "GET")->gone();
        QVERIFY(isFree());
        world.http(QStringLiteral("nobody"), "GET");
        QVERIFY(isFree());
        world.connect(QStringLiteral("nobody"));
        QVERIFY(isFree());
        world.http(kActor, "POST", "x");
        world.stopActor(kActor);
        QVERIFY(!world.directory.actors.isEmpty());
        world.addRunning(kActor);
        QVERIFY(isFree());
        RequestId request;
        world.open(kActor, true, &request);
        world.stopActor(kActor);
        auto meanwhile = world.connect(kActor);
        QCOMPARE(meanwhile->closeCode, std::optional<quint16>(1011)); // asleep, but still in flight
        world.destroyed(kActor);
        world.addRunning(kActor);
        QVERIFY(isFree());
        world.open(kActor, true, &request);
        world.fromRunner(request, wire::ToServerWebSocketClose{quint16(1000), QStringLiteral("done"), false});
        world.fromRunner(request, wire::ToServerWebSocketClose{quint16(1000), QStringLiteral("done"), false});
        QVERIFY(isFree());
        world.open(kActor, false);
        world.gateway->shutdown();
        world.settle();
        QVERIFY(isFree());
        QVERIFY(world.isClean());
    }

    void rateLimitCountsAdmittedRequestsPerWindow()
    {
        EngineConfig config;
        config.rateLimitPerClientAddress = 3;
        World world(config);
        world.addRunning(kActor);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(world.http(kActor, "GET")->status, 0);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(world.http(kActor, "GET")->status, 429);
        // One event for all of them, with its numbers.
        QCOMPARE(world.sink.count(QStringLiteral("rate_limit_per_client_address"), monitor::EventLevel::Warn), 1);
        const monitor::Event *event = lastEvent(world, QStringLiteral("rate_limit_per_client_address"));
        QCOMPARE(event->text, QStringLiteral("used 3 of 3, client 10.0.0.1"));
        QCOMPARE(event->actorId, kActor);
        QVERIFY(!event->connectionId.isEmpty());
        world.advance(config.rateLimitWindowMs - 1);
        QCOMPARE(world.http(kActor, "GET")->status, 429);
        world.advance(1);
        QCOMPARE(world.http(kActor, "GET")->status, 0);
    }

    void openRatePerActor()
    {
        EngineConfig config;
        config.wsOpenRatePerActor = 2;
        World world(config);
        world.addRunning(kActor);
        world.addRunning(QStringLiteral("a2"));
        QVERIFY(!world.connect(kActor)->closeCode);
        world.clientAddress = "10.0.0.2"; // whoever opens them
        QVERIFY(!world.connect(kActor)->closeCode);
        auto refused = world.connect(kActor);
        QCOMPARE(refused->closeReason, reasonFor("guard.rate_limit", world));
        QVERIFY(!world.connect(QStringLiteral("a2"))->closeCode);
        QCOMPARE(world.http(kActor, "GET")->status, 0);
        world.advance(1'000);
        QVERIFY(!world.connect(kActor)->closeCode);
    }

    void refusedSocketWhenUpgradesWait()
    {
        EngineConfig config;
        config.websocketAcceptWhenReady = true;
        config.wsOpenRatePerActor = 1;
        World world(config);
        world.addRunning(kActor);
        world.connect(kActor);
        auto refused = world.connect(kActor);
        QVERIFY(!refused->accepted);
        QCOMPARE(refused->rejectStatus, std::optional<int>(429));
        QCOMPARE(headerValue(refused->rejectHeaders, "retry-after"), QByteArray("1"));
    }

    void hibernatableSocketsPerAddress()
    {
        EngineConfig config;
        config.maxHwsPerClientAddress = 1;
        World world(config);
        world.addRunning(kActor);
        world.addRunning(QStringLiteral("a2"));
        auto first = world.open(kActor, true);
        auto second = world.open(QStringLiteral("a2"), true);
        QCOMPARE(second->closeCode, std::optional<quint16>(1011));
        QCOMPARE(second->closeReason, reasonFor("guard.hibernating_limit_reached", world));
        const auto *close = world.lastSent<wire::ToClientWebSocketClose>();
        QCOMPARE(close->as<wire::ToClientWebSocketClose>()->code, std::optional<quint16>(1011));
        QCOMPARE(close->as<wire::ToClientWebSocketClose>()->reason, std::optional<QString>(QStringLiteral("ws.downstream_closed")));
        QVERIFY(!first->closeCode);
        QCOMPARE(lastEvent(world, QStringLiteral("hibernating_limit_reached"))->text,
                 QStringLiteral("max_hws_per_client_address: used 1 of 1"));
        QVERIFY(!world.open(kActor, false)->closeCode); // others are not counted
        world.clientAddress = "10.0.0.2";
        QVERIFY(!world.open(kActor, true)->closeCode);
        world.clientAddress = "10.0.0.1";
        first->drop();
        world.settle();
        QVERIFY(!world.open(kActor, true)->closeCode);
    }

    void forwardedAddressIsUsedOnlyWhenTrusted()
    {
        EngineConfig config;
        config.maxInFlightPerClientAddress = 1;
        const HeaderList one{{"X-Forwarded-For", "6.6.6.6, 1.1.1.1"}};
        const HeaderList two{{"x-forwarded-for", "6.6.6.6"}, {"X-Forwarded-For", "7.7.7.7, 2.2.2.2"}};
        {
            World world(config);
            world.addRunning(kActor);
            QCOMPARE(world.http(kActor, "GET", {}, one)->status, 0);
            QCOMPARE(world.http(kActor, "GET", {}, two)->status, 429);
        }
        config.trustForwardedFor = true;
        World world(config);
        world.addRunning(kActor);
        QCOMPARE(world.http(kActor, "GET", {}, one)->status, 0);
        QCOMPARE(world.http(kActor, "GET", {}, two)->status, 0);
        QCOMPARE(world.http(kActor, "GET", {}, two)->status, 429);
    }

    void idleAddressesAreForgotten()
    {
        EngineConfig config;
        config.rateLimitPerClientAddress = 5;
        ClientLimits limits(config);
        for (int i = 0; i < 100; ++i)
            limits.admit(QByteArray::number(i), kActor, false, 1'000);
        ClientLimits::Place kept = limits.admit("kept", kActor, false, 1'000).place;
        QCOMPARE(limits.trackedAddresses(), std::size_t(101));
        limits.admit("new", kActor, false, 1'000 + config.rateLimitWindowMs);
        QCOMPARE(limits.trackedAddresses(), std::size_t(2));
        kept.release();
        kept.release();
        limits.admit("new", kActor, false, 1'000 + 2 * config.rateLimitWindowMs);
        QCOMPARE(limits.trackedAddresses(), std::size_t(1));
    }

    // --- pings to clients (section 7.2)

    void silentClientIsClosedAfterTwoMissedPongs()
    {
        EngineConfig config;
        config.clientPingIntervalMs = 10'000;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        world.advance(30'500);
        QCOMPARE(client->pings, 3);
        QVERIFY(!client->closeCode);
        client->answersPings = false;
        world.advance(20'000); // two pings go out and are not answered
        QVERIFY(!client->closeCode);
        world.advance(10'000);
        QCOMPARE(client->closeCode, std::optional<quint16>(1011));
        QCOMPARE(client->closeReason, reasonFor("guard.websocket_ping_timeout", world));
        const auto *close = world.lastSent<wire::ToClientWebSocketClose>()->as<wire::ToClientWebSocketClose>();
        QCOMPARE(close->code, std::optional<quint16>(1011));
        QCOMPARE(close->reason, std::optional<QString>(QStringLiteral("ws.downstream_closed")));
        QVERIFY(world.isClean());
        QCOMPARE(world.sink.ended.front().closedBy, QStringLiteral("engine"));
    }

    void messagesAndPausesAreNoSilence()
    {
        EngineConfig config;
        config.clientPingIntervalMs = 10'000;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        client->answersPings = false;
        for (int i = 0; i < 10; ++i) {
            client->send("still here");
            world.advance(10'000);
        }
        QVERIFY(!client->closeCode);
        // Not read because of the runner's link: its pongs may wait behind its data.
        world.directory.bytesQueued = 9 * kMiB;
        client->send("x");
        world.settle();
        QVERIFY(!client->reading);
        const int pings = client->pings;
        world.advance(100'000);
        QCOMPARE(client->pings, pings);
        QVERIFY(!client->closeCode);
    }

    void silentClientOfASleepingActor()
    {
        EngineConfig config;
        config.clientPingIntervalMs = 10'000;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.stopActor(kActor);
        world.advance(20'000);
        QCOMPARE(client->pings, 2); // asleep the gateway asks as well, and wakes nobody
        QVERIFY(world.directory.wakes.empty());
        client->answersPings = false;
        world.advance(30'000);
        QCOMPARE(client->closeReason, reasonFor("guard.websocket_ping_timeout", world));
        // The actor learns it as it learns a lost connection.
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        world.wakeUp(kActor);
        const auto *close = world.lastSent<wire::ToClientWebSocketClose>()->as<wire::ToClientWebSocketClose>();
        QCOMPARE(close->code, std::optional<quint16>(1011));
        QCOMPARE(close->reason, std::optional<QString>(QStringLiteral("ws.downstream_closed")));
        QVERIFY(world.isClean());
    }

    void roundTripOfThePingThatWasAsked()
    {
        EngineConfig config;
        config.clientPingIntervalMs = 10'000;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        const QString ray = world.lastRay();
        const auto known = [&] { return world.gateway->describeConnection(ray)->clientRttUs; };
        QVERIFY(!known());
        client->channel->listener()->channelPong(*client->channel, "0"); // unasked
        client->channel->listener()->channelPong(*client->channel, {});
        QVERIFY(!known());
        client->holdsPongs = true;
        world.advance(10'040);
        QCOMPARE(client->pings, 1);
        QVERIFY(!known()); // on its way is not known
        const int changed = world.sink.changed;
        client->holdsPongs = false;
        client->wake();
        world.settle();
        QVERIFY2(known() >= 30'000 && known() <= 50'000, qPrintable(QString::number(known().value_or(-1))));
        world.advance(30);
        QVERIFY(world.sink.changed > changed); // the console hears of it
        QCOMPARE(world.metrics.histogram("guard_websocket_ping_seconds", "").count(), 1);
        // An answer to an earlier ping tells nothing of the last one.
        client->holdsPongs = true;
        const auto before = known();
        world.advance(20'000);
        QCOMPARE(client->pings, 3);
        client->holdsPongs = false;
        client->wake();
        while (client->pongs.size() > 1) {
            client->channel->turn();
            QCOMPARE(known(), before);
        }
        world.settle();
        QVERIFY(known() != before);
        // Asleep it is asked as well; what was last known stays with the socket, also when it has ended.
        world.stopActor(kActor);
        world.advance(10'000);
        QCOMPARE(client->pings, 4);
        client->close(1000);
        world.settle();
        world.wakeUp(kActor);
        world.settle();
        QVERIFY(world.isClean());
        QVERIFY(world.sink.ended.back().clientRttUs.has_value());
    }

    void noPingsByDefault()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        client->answersPings = false;
        world.advance(3'600'000);
        QCOMPARE(client->pings, 0);
        QVERIFY(!world.gateway->describeConnection(world.lastRay())->clientRttUs);
        QVERIFY(!client->closeCode);
    }

    // --- backpressure (section 7.2)

    void readingStopsAtFourMebibytesPerSocket()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 64 * kMiB;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        for (int i = 0; i < 12; ++i)
            client->send(QByteArray(int(kMiB), 'x'));
        // One turn of the loop delivers everything that is read; the pump writes 1 MiB of it.
        int seen = 0;
        while (client->channel != nullptr && client->channel->turn())
            ++seen;
        QVERIFY(!client->reading);
        QVERIFY(seen >= 5 && seen <= 7);
        const auto pending = world.gateway->describeConnection(world.lastRay())->pendingBytes;
        QVERIFY(*pending <= 7 * kMiB);
        world.settle();
        world.settle();
        world.settle();
        world.settle();
        QVERIFY(client->reading);
        QCOMPARE(world.dataSince(0).size(), std::size_t(12));
    }
};

QTEST_GUILESS_MAIN(TestGatewayLimits)
#include "tst_gatewaylimits.moc"
