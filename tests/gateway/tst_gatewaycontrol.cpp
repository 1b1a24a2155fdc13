// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/httprequest.h"
#include "engine/gateway/websocketsession.h"

#include <QtTest/QTest>

// Shutdown, operator commands and the transition tables.

using namespace dormouse;
using namespace dormouse::test;

class TestGatewayControl : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shutdownTellsEveryone()
    {
        World world;
        world.addRunning(kActor);
        world.addSleeping(QStringLiteral("a2"));
        auto client = world.open(kActor, true);
        auto waiting = world.http(QStringLiteral("a2"), "GET");
        world.settle();
        world.gateway->shutdown();
        QCOMPARE(client->closeCode, std::optional<quint16>(1001));
        QCOMPARE(client->closeReason, QByteArray("ws.going_away"));
        QCOMPARE(waiting->status, 503);
        QVERIFY(world.isClean());
    }

    void operatorClosesAndReadsPending()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        client->send(QByteArray(300, 'q'));
        world.settle();
        const auto pending = world.gateway->pendingMessages(world.lastRay(), 10, true);
        QCOMPARE(pending.size(), std::size_t(1));
        QCOMPARE(pending.front().index, 1);
        QCOMPARE(pending.front().bytes, 300);
        QCOMPARE(pending.front().preview.size(), 256);
        QVERIFY(pending.front().writtenTs.has_value());
        monitor::ActorInfo info;
        world.gateway->describeActorLoad(kActor, info);
        QCOMPARE(info.connections, std::optional<int>(1));
        QCOMPARE(info.pendingBytes, std::optional<qint64>(364));
        QVERIFY(!world.gateway->closeConnection(QStringLiteral("none"), 1000, {}));
        QVERIFY(world.gateway->closeConnection(world.lastRay(), 4100, "operator"));
        QCOMPARE(client->closeCode, std::optional<quint16>(4100));
        QVERIFY(world.isClean());
    }

    void tablesHaveNoWayOutOfAnEnd()
    {
        for (const auto &one : httpTransitions())
            QVERIFY(one.from != HttpState::Done && one.from != HttpState::Rejected && one.from != HttpState::Aborted);
        for (const auto &one : webSocketTransitions())
            QVERIFY(one.from != SocketState::Closed);
        for (const SocketState state : {SocketState::Waiting, SocketState::Opening, SocketState::Backoff, SocketState::Open,
                                        SocketState::Attached, SocketState::Hibernating, SocketState::Waking,
                                        SocketState::ClosingAsleep}) {
            QVERIFY(std::any_of(webSocketTransitions().begin(), webSocketTransitions().end(), [=](const auto &one) {
                return one.from == state && one.to == SocketState::Closed;
            }));
        }
    }
};

QTEST_APPLESS_MAIN(TestGatewayControl)
#include "tst_gatewaycontrol.moc"
