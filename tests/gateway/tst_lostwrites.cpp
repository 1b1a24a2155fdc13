// SPDX-License-Identifier: Apache-2.0
// A link that breaks with messages under way (gateway.md section 9.3): what the old connection lost stays lost, whatever
// pongs of the new one confirm.
#include "tests/gateway/engineworld.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kPingMs = 300; // several pongs within the 2 s in which a sign of life is awaited

EngineConfig quickPings()
{
    EngineConfig config;
    config.runnerUpdatePingIntervalMs = kPingMs;
    return config;
}

/// One actor on one runner process that tells after a reconnect which actor lives in it, as the SDKs do.
struct Scene
{
    Scene() : world(quickPings()), host(world, "k1", 10), actor(world.create())
    {
        world.http(actor, "GET", "wake");
        world.advance(500);
        host.onMessage = [this](const wire::ToClient &message) {
            const bool ping = std::holds_alternative<wire::ToClientPing>(message);
            pings += ping ? 1 : 0;
            if (ping && std::exchange(tellInventory, false))
                host.running(actor);
        };
    }
    /// Everything on its way is gone; the same process is back after a moment.
    void loseWhatIsUnderWay()
    {
        world.settle();
        host.link->cut();
        world.advance(200);
        tellInventory = true;
        host.connect();
        world.advance(200);
        pings = 0;
    }

    EngineWorld world;
    ScriptedHost host;
    QString actor;
    bool tellInventory = false;
    int pings = 0;
};

} // namespace

class TestLostWrites : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lostRequestIsNotConfirmedLater()
    {
        for (const QByteArray method : {"POST", "GET"}) {
            Scene scene;
            scene.host.link->freeze();
            auto exchange = scene.world.http(scene.actor, method, "lost", "body");
            scene.loseWhatIsUnderWay();
            const std::size_t mark = scene.host.mark();
            scene.world.advance(2'500);
            QVERIFY(scene.pings >= 3);
            QCOMPARE(scene.host.starts(scene.actor), 1);
            if (method == "POST") {
                QCOMPARE(exchange->status, 503);
                QCOMPARE(exchange->errorCode(), "guard.request_delivery_unconfirmed"_ba);
            } else {
                QCOMPARE(exchange->status, 200);
                const auto start = scene.host.last<wire::ToClientRequestStart>();
                QVERIFY(start && scene.host.mark() > mark);
                QCOMPARE(start->method, "GET"_ba);
            }
        }
    }

    void requestConfirmedBeforeTheCutIsAwaited()
    {
        Scene scene;
        scene.host.answers = false;
        auto exchange = scene.world.http(scene.actor, "POST", "slow", "body");
        scene.world.advance(3 * kPingMs);
        const RequestId request = scene.host.requestsOf<wire::ToClientRequestStart>().back();
        const std::size_t mark = scene.host.mark();
        scene.loseWhatIsUnderWay();
        scene.world.advance(5'000);
        QCOMPARE(exchange->answers, 0);
        QCOMPARE(scene.host.mark(), mark);
        scene.host.tunnel(request, answer(200, "late"));
        scene.world.settle();
        QCOMPARE(exchange->answer, "late"_ba);
    }

    void lostOpenIsSentAgain()
    {
        Scene scene;
        scene.host.link->freeze();
        auto client = scene.world.connect(scene.actor);
        client->send("m");
        scene.loseWhatIsUnderWay();
        QVERIFY(scene.host.requestsOf<wire::ToClientWebSocketOpen>().empty());
        scene.world.advance(2'500);
        QVERIFY(scene.pings >= 3);
        QCOMPARE(scene.host.requestsOf<wire::ToClientWebSocketOpen>().size(), std::size_t(1));
        QCOMPARE(scene.host.data(), (std::vector<std::pair<quint16, QByteArray>>{{1, "m"}}));
        QVERIFY(client->isOpen());
    }

    void openConfirmedBeforeTheCutIsAwaited()
    {
        Scene scene;
        scene.host.opens = ScriptedHost::Opens::Silent;
        auto client = scene.world.connect(scene.actor);
        client->send("m");
        scene.world.advance(3 * kPingMs);
        scene.loseWhatIsUnderWay();
        scene.world.advance(4'000);
        const auto opens = scene.host.requestsOf<wire::ToClientWebSocketOpen>();
        QCOMPARE(opens.size(), std::size_t(1));
        scene.host.tunnel(opens.front(), wire::ToServerWebSocketOpen{true, {}});
        scene.world.settle();
        QCOMPARE(scene.host.data(), (std::vector<std::pair<quint16, QByteArray>>{{1, "m"}}));
        QVERIFY(client->isOpen());
    }
};

QTEST_APPLESS_MAIN(TestLostWrites)
#include "tst_lostwrites.moc"
