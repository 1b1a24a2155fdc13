// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/runnercloses.h"
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Loss of a runner link (gateway.md section 9.3).

using namespace dormouse;
using namespace dormouse::test;

class TestLinkLoss : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linkCutHibernatableResends()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        client->send("m1");
        client->send("m2");
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        world.cutLink();
        client->send("m3");
        world.advance(1'100);
        const std::size_t mark = world.mark();
        world.restoreLink();
        QCOMPARE(world.dataSince(mark), (Data{{2, "m2"}, {3, "m3"}}));
        QVERIFY(world.directory.wakes.empty());
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void linkCutPlain()
    {
        for (const bool confirmed : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto client = world.open(kActor, false);
            client->send("m1");
            world.settle();
            if (confirmed)
                world.gateway->linkConfirmed(QStringLiteral("r1"));
            world.cutLink();
            client->send("m2");
            world.settle();
            const std::size_t mark = world.mark();
            world.restoreLink();
            if (confirmed) {
                QCOMPARE(world.dataSince(mark), (Data{{2, "m2"}}));
                QVERIFY(!client->closeCode);
                client->close(1000);
            } else {
                QCOMPARE(client->closeReason, "guard.request_delivery_unconfirmed#" + world.lastRay().toUtf8());
            }
            QVERIFY(world.isClean());
        }
    }

    void linkCutPlainQueueLimit()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        world.cutLink();
        client->send(QByteArray(1024 * 1024, 'x'));
        world.settle();
        QVERIFY(!client->closeCode);
        client->send("y");
        world.settle();
        QCOMPARE(client->closeReason, "guard.service_unavailable#" + world.lastRay().toUtf8());
        QVERIFY(world.isClean());
    }

    void clientClosesWhileLinkIsDown()
    {
        for (const bool hibernatable : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto client = world.open(kActor, hibernatable);
            world.settle();
            world.cutLink();
            client->send("m");
            client->close(4002, "x");
            world.settle();
            world.restoreLink();
            QCOMPARE(world.dataSince(0), (Data{{1, "m"}}));
            const auto *close = world.directory.sent.back().as<wire::ToClientWebSocketClose>();
            QVERIFY(close != nullptr);
            QCOMPARE(close->code, std::optional<quint16>(4002));
            QVERIFY(world.isClean());
        }
    }

    /// A close that went down with its link would leave the actor with a socket that nobody has.
    void closeIsSaidAgainUntilConfirmed()
    {
        for (const bool hibernatable : {false, true}) {
            World world;
            world.addRunning(kActor);
            RequestId request;
            auto client = world.open(kActor, hibernatable, &request);
            world.settle();
            client->close(4002, "x");
            world.settle();
            const auto closes = [&](std::size_t mark) {
                int count = 0;
                for (std::size_t i = mark; i < world.directory.sent.size(); ++i) {
                    const auto *close = world.directory.sent[i].as<wire::ToClientWebSocketClose>();
                    count += close && close->code == std::optional<quint16>(4002)
                        && world.directory.sent[i].message.messageId.requestId == request;
                }
                return count;
            };
            QCOMPARE(closes(0), 1);
            for (int cut = 0; cut < 2; ++cut) {
                const std::size_t mark = world.mark();
                world.cutLink();
                world.restoreLink();
                QCOMPARE(closes(mark), 1);
            }
            world.gateway->linkConfirmed(QStringLiteral("r1"));
            const std::size_t mark = world.mark();
            world.cutLink();
            world.restoreLink();
            QCOMPARE(closes(mark), 0);
            QVERIFY(world.isClean());
        }
    }

    /// With the close went what was written before it: an end in order would hide that.
    void closeAfterLostMessagesIsNone()
    {
        for (const bool hibernatable : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto client = world.open(kActor, hibernatable);
            client->send("m");
            client->close(4002, "x");
            world.settle();
            QCOMPARE(world.directory.sent.back().as<wire::ToClientWebSocketClose>()->code, std::optional<quint16>(4002));
            world.cutLink();
            world.restoreLink();
            const auto *close = world.directory.sent.back().as<wire::ToClientWebSocketClose>();
            QVERIFY(close);
            QCOMPARE(close->code, std::optional<quint16>(1011));
            QCOMPARE(close->reason, std::optional<QString>(QStringLiteral("guard.request_delivery_unconfirmed")));
            QVERIFY(world.isClean());
        }
    }

    void closesThatWaitAreBounded()
    {
        RunnerCloses closes;
        for (quint32 i = 0; i < RunnerCloses::kMost + 3; ++i)
            closes.add({i % 2 ? QStringLiteral("odd") : QStringLiteral("even"), {GatewayId{1}, RequestId{i}, 0}, {}});
        QCOMPARE(closes.size(), RunnerCloses::kMost);
        QCOMPARE(closes.unconfirmed(QStringLiteral("odd")).front().id.requestId, RequestId{3}); // the oldest went
        closes.confirmed(QStringLiteral("odd"));
        QVERIFY(closes.unconfirmed(QStringLiteral("odd")).empty());
        QCOMPARE(closes.unconfirmed(QStringLiteral("even")).size(), closes.size());
    }

    void noGapForAClientThatIsGone()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, false);
        client->send("lost with the link");
        world.settle();
        world.cutLink();
        client->send("m2");
        client->close(4002, "x");
        world.settle();
        const std::size_t mark = world.mark();
        world.restoreLink();
        QVERIFY(world.dataSince(mark).empty());
        const auto *close = world.directory.sent.back().as<wire::ToClientWebSocketClose>();
        QVERIFY(close != nullptr);
        QCOMPARE(close->code, std::optional<quint16>(1011));
        QCOMPARE(world.sink.count(QStringLiteral("messages_undelivered")), 1);
        QVERIFY(world.isClean());
    }

    void newRequestsWaitForTheLink()
    {
        World world;
        world.addRunning(kActor);
        world.cutLink();
        auto exchange = world.http(kActor, "POST", "x");
        world.advance(2'000);
        QVERIFY(world.directory.sent.empty());
        world.restoreLink();
        const auto *start = world.lastSent<wire::ToClientRequestStart>();
        QVERIFY(start != nullptr);
        world.fromRunner(start->requestId(), answer(200, "ok"));
        QCOMPARE(exchange->answer, QByteArray("ok"));
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestLinkLoss)
#include "tst_linkloss.moc"
