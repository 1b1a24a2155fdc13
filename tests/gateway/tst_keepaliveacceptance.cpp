// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/keepalive.h"

#include <QtTest/QTest>

#include <limits>
#include <numeric>
#include <type_traits>

// Keepalive and stored rows (gateway.md section 8.7).

using namespace dormouse;
using namespace dormouse::test;

class TestKeepaliveAcceptance : public QObject
{
    Q_OBJECT

private:
    /// Opens sockets over one second, on actors with at most 1 000 each.
    static void openMany(World &world, int count)
    {
        for (int i = 0; i < count; ++i) {
            const QString actor = QStringLiteral("a%1").arg(i / 1'000);
            if (i % 1'000 == 0)
                world.addRunning(actor);
            world.open(actor, true);
            if (i % (count / 1'000) == 0)
                world.advance(1);
        }
        world.settle();
    }

private Q_SLOTS:
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

    void keepaliveSchedule()
    {
        for (quint64 seed = 1; seed <= 20; ++seed) {
            World world({}, seed);
            world.addRunning(kActor);
            RequestId request;
            auto client = world.open(kActor, true, &request);
            world.settle();
            qint64 last = world.store.rows.at(request.value).lastPingTs;
            QVERIFY(world.clock.wallMs() - last < 10); // the insert is the first write
            int refreshes = 0;
            for (int second = 0; second < 600; ++second) {
                world.advance(1'000);
                const qint64 ping = world.store.rows.at(request.value).lastPingTs;
                QVERIFY(world.clock.wallMs() - ping < 90'000);
                if (ping == last)
                    continue;
                QVERIFY(ping - last >= 45'000 - 5'000 - 4'500);
                QVERIFY(ping - last <= 45'000 + 5'000);
                last = ping;
                ++refreshes;
            }
            QVERIFY(refreshes >= 12);
            client->close(1000);
            QVERIFY(world.isClean());
        }
    }

    void keepaliveStoreFails()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.advance(39'000);
        const qint64 before = world.store.rows.at(request.value).lastPingTs;
        world.store.failing = true;
        while (world.gateway->totals().keepaliveFailures < 8)
            world.advance(1'000);
        QVERIFY(!client->closeCode);
        QVERIFY(world.clock.wallMs() - before < 90'000); // eligible all the time
        QCOMPARE(world.metrics.value("gateway_hws_keepalive_failures_total"), std::optional(8.0));
        world.store.failing = false;
        world.advance(5'000);
        QVERIFY(world.clock.wallMs() - world.store.rows.at(request.value).lastPingTs <= 5'000);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_failed"), monitor::EventLevel::Warn), 1);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_failed"), monitor::EventLevel::Error), 1);
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_recovered")), 1);
        QVERIFY(world.sink.textOf(QStringLiteral("keepalive_recovered")).contains(QStringLiteral("8 failures")));
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void keepaliveFailureLogIsBounded()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        world.advance(39'000);
        world.store.failing = true;
        world.advance(10 * 60'000);
        // The first, the third in a row, then one a minute: not one for each of more than a hundred failures.
        QVERIFY(world.gateway->totals().keepaliveFailures > 100);
        const int lines = world.sink.count(QStringLiteral("keepalive_failed"));
        QVERIFY2(lines >= 10 && lines <= 12, qPrintable(QString::number(lines)));
        QVERIFY(!client->closeCode);
        world.store.failing = false;
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void closeRightAfterAccept()
    {
        // Each order of the insert's commit, the client's first message and the end of the connection.
        for (const bool commitFirst : {false, true}) {
            for (const bool message : {false, true}) {
                for (const int end : {0, 1, 2}) {
                    World world;
                    world.addRunning(kActor);
                    world.store.held = true;
                    RequestId request;
                    auto client = world.open(kActor, true, &request);
                    if (message)
                        client->send("m");
                    if (commitFirst) {
                        world.store.held = false;
                        world.settle();
                        QCOMPARE(world.store.rows.size(), std::size_t(1));
                    }
                    if (end == 0)
                        client->drop();
                    else if (end == 1)
                        client->close(4000, "x");
                    else
                        world.fromRunner(request, wire::ToServerWebSocketClose{quint16(4001), QStringLiteral("y"), false});
                    world.settle();
                    world.store.held = false;
                    world.settle();
                    QVERIFY(world.store.rows.empty());
                    // The actor's own close does not wait for a message that is not stored yet.
                    QCOMPARE(world.dataSince(0).size(), std::size_t(message && (commitFirst || end != 2)));
                    QVERIFY(world.isClean());
                }
            }
        }
    }

    void rowExpiredByClockJump()
    {
        for (const qint64 jump : {qint64(600'000), qint64(-600'000)}) {
            World world;
            world.addRunning(kActor);
            RequestId request;
            auto client = world.open(kActor, true, &request);
            world.settle();
            world.clock.wallOffset += jump;
            world.advance(5'001);
            QVERIFY(qAbs(world.clock.wallMs() - world.store.rows.at(request.value).lastPingTs) < 5'001);
            QVERIFY(!client->closeCode);
            client->close(1000);
            QVERIFY(world.isClean());
        }
    }

    void missingRowIsInsertedAgain()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        auto other = world.open(kActor, true);
        world.settle();
        world.store.rows.erase(request.value);
        world.advance(50'000);
        QVERIFY(world.store.rows.contains(request.value));
        QCOMPARE(world.store.rows.at(request.value).actorId, kActor);
        QCOMPARE(world.metrics.value("gateway_hws_keepalive_reinserted_total"), std::optional(1.0));
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_reinserted")), 1);
        QVERIFY(!client->closeCode);
        // A socket that ends while its refresh finds the row missing stays without one.
        world.store.rows.clear();
        world.store.held = true;
        world.advance(50'000);
        client->close(1000);
        world.settle();
        world.store.held = false;
        world.settle();
        QVERIFY(!world.store.rows.contains(request.value));
        other->close(1000);
        QVERIFY(world.isClean());
    }

    void leftoversOfOthersAreSwept()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        const qint64 now = world.clock.wallMs();
        world.store.rows[1] = {GatewayId{7}, RequestId{1}, kActor, now - 300'000};
        world.store.rows[2] = {GatewayId{7}, RequestId{2}, kActor, now};
        world.advance(60'000);
        QVERIFY(!world.store.rows.contains(1));
        QVERIFY(world.store.rows.contains(2));
        world.advance(4 * 60'000); // nobody refreshes it
        QVERIFY(!world.store.rows.contains(2));
        QVERIFY(world.store.rows.contains(request.value));
        // Its own row is too old when the store comes back after minutes, and still not swept.
        world.store.held = true;
        world.advance(10 * 60'000);
        world.store.held = false;
        world.settle();
        world.advance(10'000);
        QVERIFY(world.store.rows.contains(request.value));
        QCOMPARE(world.gateway->totals().keepaliveFailures, quint64(0));
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void restartDuringFlush()
    {
        World world;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        world.settle();
        world.store.held = true;
        world.advance(50'000);
        QVERIFY(!world.store.queue.empty());
        world.stopActor(kActor);
        const auto listed = world.startActor(kActor);
        QCOMPARE(listed.size(), std::size_t(1));
        QCOMPARE(listed.front().requestId, request);
        world.store.held = false;
        world.ready(kActor);
        QCOMPARE(world.store.rows.size(), std::size_t(1));
        client->send("after");
        world.settle();
        QCOMPARE(world.dataSince(0), (Data{{1, "after"}}));
        client->close(1000);
        QVERIFY(world.isClean());
    }

    void deleteWithoutRow()
    {
        World world;
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        world.store.rows.clear();
        client->close(1000);
        QVERIFY(world.isClean());
        QCOMPARE(world.sink.count(QStringLiteral("keepalive_failed")), 0);
    }

    void listSeesCommit()
    {
        for (quint64 seed = 1; seed <= 200; ++seed) {
            World world({}, seed);
            Random random(seed);
            world.addRunning(kActor);
            world.store.held = true;
            for (int step = 0; step < 30; ++step) {
                const quint64 what = random.below(5);
                if (what < 3) {
                    world.open(kActor, true);
                } else if (what == 3 && !world.store.queue.empty()) {
                    world.store.held = false;
                    world.store.turn();
                    world.store.held = true;
                } else if (what == 4 && !world.clients.empty()) {
                    world.clients[std::size_t(random.below(world.clients.size()))]->drop();
                    world.settle();
                }
            }
            std::set<quint32> committed;
            for (const auto &[id, row] : world.store.rows)
                committed.insert(id);
            std::set<quint32> deleted;
            for (const auto &entry : world.store.queue) {
                if (const auto *erase = std::get_if<DeleteHibernating>(&entry.batch.front()))
                    deleted.insert(erase->requestId.value);
            }
            world.stopActor(kActor);
            std::set<quint32> listed;
            for (const auto &request : world.startActor(kActor))
                QVERIFY(listed.insert(request.requestId.value).second);
            for (const quint32 id : committed)
                QVERIFY(listed.contains(id) != deleted.contains(id));
        }
    }

    void listBounded()
    {
        EngineConfig config;
        config.maxHwsPerActor = 5;
        World world(config);
        world.addRunning(kActor);
        std::vector<std::shared_ptr<FakeClient>> refused;
        for (int i = 0; i < 8; ++i) {
            auto client = world.open(kActor, true);
            if (client->closeCode)
                refused.push_back(client);
        }
        QCOMPARE(refused.size(), std::size_t(3));
        world.stopActor(kActor);
        const auto listed = world.startActor(kActor);
        QCOMPARE(listed.size(), std::size_t(5));
        QVERIFY(std::is_sorted(listed.begin(), listed.end(),
                               [](const auto &a, const auto &b) { return a.requestId < b.requestId; }));
    }

    void storeOutage100sThenWake()
    {
        for (const bool givesUp : {false, true}) {
            World world;
            world.addRunning(kActor);
            RequestId request;
            auto client = world.open(kActor, true, &request);
            world.settle();
            world.stopActor(kActor);
            world.store.held = !givesUp;
            world.store.failing = givesUp;
            world.advance(100'000);
            QVERIFY(world.clock.wallMs() - world.store.rows.at(request.value).lastPingTs >= 90'000);
            client->send("wake");
            world.settle();
            const auto listed = world.startActor(kActor);
            QCOMPARE(listed.size(), std::size_t(1));
            QCOMPARE(listed.front().requestId, request);
            world.ready(kActor);
            QCOMPARE(world.dataSince(0), (Data{{1, "wake"}}));
            world.store.held = world.store.failing = false;
            client->close(1000);
            QVERIFY(world.isClean());
        }
    }

    void keepalive10k()
    {
        World world;
        openMany(world, 10'000);
        world.store.commits = 0;
        world.store.refreshSizes.clear();
        int most = 0;
        int before = 0;
        for (int minute = 0; minute < 80; ++minute) {
            world.advance(45'000); // 80 x 45 s are the hour
            most = std::max(most, world.store.commits - before);
            before = world.store.commits;
        }
        QVERIFY2(most <= 9, qPrintable(QString::number(most)));
        QCOMPARE(world.store.rows.size(), std::size_t(10'000));
        const qint64 now = world.clock.wallMs();
        QVERIFY(std::all_of(world.store.rows.begin(), world.store.rows.end(),
                            [&](const auto &row) { return now - row.second.lastPingTs <= 50'000; }));
        // Each row is written once in a period, however many transactions there are.
        const std::size_t written = std::accumulate(world.store.refreshSizes.begin(), world.store.refreshSizes.end(),
                                                    std::size_t(0));
        QVERIFY(written <= 10'000U * 3'600U / 40U);
    }

    void keepaliveSpread()
    {
        World world;
        openMany(world, 10'000);
        world.store.refreshSizes.clear();
        world.advance(3 * 45'000 + 5'000); // three rounds
        world.store.refreshSizes.clear();
        world.advance(20 * 45'000);
        const std::size_t largest = *std::max_element(world.store.refreshSizes.begin(), world.store.refreshSizes.end());
        QVERIFY2(largest <= 3'000, qPrintable(QString::number(largest)));
    }

    void listCutoffSaturates()
    {
        QCOMPARE(hibernatingCutoff(100, 90), 10);
        QCOMPARE(hibernatingCutoff(90, 90), 0);
        QCOMPARE(hibernatingCutoff(89, 90), 0);
        QCOMPARE(hibernatingCutoff(0, std::numeric_limits<qint64>::max()), 0);
        QCOMPARE(hibernatingCutoff(std::numeric_limits<qint64>::max(), 1), std::numeric_limits<qint64>::max() - 1);
    }

    void idsDoNotConvert()
    {
        // Mixing up ids, or passing a number for one, does not compile.
        static_assert(!std::is_convertible_v<quint32, RequestId> && !std::is_convertible_v<quint32, GatewayId>);
        static_assert(!std::is_convertible_v<RequestId, GatewayId> && !std::is_convertible_v<GatewayId, RequestId>);
        static_assert(!std::is_convertible_v<RequestId, quint32> && !std::is_convertible_v<GatewayId, quint32>);
        static_assert(!std::is_convertible_v<RequestId, QString> && !std::is_convertible_v<QByteArray, RequestId>);
        static_assert(sizeof(RequestId) == 4 && sizeof(GatewayId) == 4);
        QVERIFY((RequestId{1} < RequestId{2}));
    }
};

QTEST_APPLESS_MAIN(TestKeepaliveAcceptance)
#include "tst_keepaliveacceptance.moc"
