// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Keepalive and stored rows (gateway.md section 8.7).

using namespace dormouse;
using namespace dormouse::test;

class TestKeepaliveAcceptance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepaliveSchedule()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        qint64 last = world.store.rows.at(request.value).lastPingTs;
        int refreshes = 0;
        for (int second = 0; second < 600; ++second) {
            world.advance(1'000);
            const qint64 ping = world.store.rows.at(request.value).lastPingTs;
            QVERIFY(world.clock.wallMs() - ping <= 51'000);
            if (ping == last)
                continue;
            QVERIFY(ping - last >= 45'000 - 4'500 - 5'000);
            last = ping;
            ++refreshes;
        }
        QVERIFY(refreshes >= 11);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void keepaliveStoreFails()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.advance(39'000);
        world.store.failing = true;
        while (world.gateway->totals().keepaliveFailures < 8)
            world.advance(1'000);
        QVERIFY(!client->closeCode);
        world.store.failing = false;
        world.advance(5'000);
        QVERIFY(world.clock.wallMs() - world.store.rows.at(request.value).lastPingTs < 90'000);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_failed"), monitor::EventLevel::Warn), 1);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_failed"), monitor::EventLevel::Error), 1);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_recovered")), 1);
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void deleteBeatsRefresh()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.store.held = true;
        world.advance(50'000);
        QVERIFY(std::any_of(world.store.queue.begin(), world.store.queue.end(), [](const auto &entry) {
            return std::holds_alternative<RefreshHibernating>(entry.batch.front());
        }));
        client->close(1000);
        world.settle();
        QVERIFY(world.store.rows.contains(request.value));
        // The refresh runs last, as if a second writer had been slow.
        std::reverse(world.store.queue.begin(), world.store.queue.end());
        world.store.held = false;
        world.settle();
        QVERIFY(world.store.rows.empty());
        QVERIFY(world.isClean());
    }

    void rowExpiredByClockJump()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.clock.wallOffset += 600'000;
        world.advance(5'001);
        QVERIFY(world.clock.wallMs() - world.store.rows.at(request.value).lastPingTs < 5'001);
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void closeRightAfterAccept()
    {
        for (const bool commitFirst : {false, true}) {
            World world;
            world.addRunning(kActor);
            world.store.held = true;
            auto client = world.open(kActor, true);
            if (commitFirst) {
                world.store.held = false;
                world.settle();
            }
            client->drop();
            world.settle();
            world.store.held = false;
            QVERIFY(world.isClean());
        }
    }

    void rowIsCommittedBeforeTheFirstMessage()
    {
        World world;
        world.addRunning(kActor);
        world.store.held = true;
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("early");
        world.settle();
        QVERIFY(world.dataSince(0).empty());
        world.store.held = false;
        world.settle();
        QCOMPARE(world.dataSince(0), (Data{{1, "early"}}));
        QVERIFY(world.store.rows.contains(request.value));
        client->close(1000);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestKeepaliveAcceptance)
#include "tst_keepaliveacceptance.moc"
