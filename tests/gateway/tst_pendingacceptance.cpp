// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/pendingbuffer.h"

#include <QtTest/QTest>

// Pending messages, their limits and acknowledgements (gateway.md sections 8.3 and 10.1).

using namespace dormouse;
using namespace dormouse::test;

class TestPendingAcceptance : public QObject
{
    Q_OBJECT

private:
    /// How many bytes a socket may leave unacknowledged: sends messages that count for unit bytes each until it is
    /// closed. pool: override of the actor's pool.
    static qint64 bytesUntilClosed(const EngineConfig &config, std::optional<qint64> pool, qint64 unit = 100)
    {
        World world(config);
        world.addRunning(kActor);
        if (pool)
            world.directory.settings.insert(QStringLiteral("hws_max_pending_size"), *pool);
        auto client = world.open(kActor, true);
        world.settle();
        qint64 used = 0;
        while (!client->closeCode && used < 10'000'000) {
            client->send(QByteArray(unit - PendingBuffer::kOverheadBytes, 'x'));
            world.settle();
            used = std::max(used, world.gateway->totals().pendingBytes);
        }
        return used;
    }

private Q_SLOTS:
    void pendingLimit()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 4'096;
        World world(config);
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        for (quint16 round = 1; round <= 20; ++round) {
            client->send(QByteArray(1'000, 'x'));
            world.settle();
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{round});
        }
        QVERIFY(!client->closeCode);
        for (int i = 0; i < 4; ++i)
            client->send(QByteArray(1'000, 'x'));
        world.settle();
        QCOMPARE(client->closeReason, "guard.websocket_pending_limit_reached#" + world.lastRay().toUtf8());
        QCOMPARE(world.sink.count(QStringLiteral("pending_warning")), 2); // 50 % and 75 %; 80 % was never reached
        QVERIFY(world.isClean());
    }

    void pendingPolicyPause()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 4'096;
        config.hwsPendingPolicy = QStringLiteral("pause");
        World world(config);
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        for (int i = 0; i < 10; ++i)
            client->send(QByteArray(1'000, char('a' + i)));
        world.settle();
        QVERIFY(!client->reading);
        QCOMPARE(world.dataSince(0).size(), std::size_t(3));
        for (quint16 index = 3; index <= 9; index = quint16(index + 3)) {
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{index});
            world.settle();
        }
        const Data data = world.dataSince(0);
        QCOMPARE(data.size(), std::size_t(10));
        for (int i = 0; i < 10; ++i)
            QCOMPARE(data[std::size_t(i)], std::make_pair(quint16(i + 1), QByteArray(1'000, char('a' + i))));
        QVERIFY(!client->closeCode);
        client->close(1000);
        QVERIFY(world.isClean());
    }


    void pendingCountLimit()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 100'000'000;
        World world(config);
        world.addRunning(kActor);
        auto client = world.open(kActor, true);
        world.settle();
        for (int i = 0; i < 32'766; ++i)
            client->send("x");
        world.settle();
        QVERIFY(!client->closeCode);
        QCOMPARE(world.gateway->totals().pendingMessages, 32'766);
        client->send("x");
        world.settle();
        QCOMPARE(client->closeCode, std::optional<quint16>(1011));
        QCOMPARE(client->closeReason, "guard.websocket_pending_limit_reached#" + world.lastRay().toUtf8());
        const auto *close = world.directory.sent.back().as<wire::ToClientWebSocketClose>();
        QVERIFY(close != nullptr);
        QCOMPARE(close->code, std::optional<quint16>(1011));
        QCOMPARE(close->reason, std::optional<QString>(QStringLiteral("ws.downstream_closed")));
        QCOMPARE(world.dataSince(0).size(), std::size_t(32'766));
        QVERIFY(world.isClean());
    }

    void limitLogFields()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 4'096;
        World world(config);
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        client->send("first");
        world.settle();
        world.fromRunner(request, wire::ToServerWebSocketMessageAck{1});
        for (int i = 0; i < 4; ++i)
            client->send(QByteArray(1'000, 'x'));
        world.settle();
        QVERIFY(client->closeCode.has_value());
        const QString text = world.sink.textOf(QStringLiteral("pending_limit"));
        for (const char *part : {"used 3192 of 4096 B", "3 messages", "index 2 to 4"})
            QVERIFY2(text.contains(QString::fromLatin1(part)), qPrintable(text));
        QCOMPARE(world.metrics.value("gateway_gc_total", {{"reason", QStringLiteral("limit")}}), std::optional(1.0));
        QVERIFY(world.isClean());
    }

    void limitFromConfig()
    {
        for (const char *key : {"hws_max_pending_size", "gateway_hws_max_pending_size"}) {
            const auto config = parseConfig(QByteArray("{\"pegboard\":{\"") + key + "\":2000}}");
            QVERIFY(config.ok());
            QCOMPARE(bytesUntilClosed(*config, {}), 2'000);
        }
        QCOMPARE(bytesUntilClosed({}, {}, 1'024), 1024 * 1024);
    }

    void limitPerPool()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 2'000;
        QCOMPARE(bytesUntilClosed(config, 8'000), 8'000);
        QCOMPARE(bytesUntilClosed(config, 1'000), 1'000);
    }

    void limitWarnings()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 10'000;
        World world(config);
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, true, &request);
        const auto fillTo = [&](qint64 bytes) {
            client->send(QByteArray(bytes - world.gateway->totals().pendingBytes - 64, 'x'));
            world.settle();
            QCOMPARE(world.gateway->totals().pendingBytes, bytes);
        };
        const QString reason = QStringLiteral("pending_warning");
        fillTo(4'900);
        QCOMPARE(world.sink.count(reason), 0);
        fillTo(5'100);
        QCOMPARE(world.sink.count(reason), 1);
        QCOMPARE(world.sink.count(reason, monitor::EventLevel::Debug), 1);
        fillTo(7'600);
        QCOMPARE(world.sink.count(reason), 2);
        QCOMPARE(world.sink.count(reason, monitor::EventLevel::Info), 1);
        fillTo(8'100);
        QCOMPARE(world.sink.count(reason), 3);
        QCOMPARE(world.sink.count(reason, monitor::EventLevel::Warn), 1);
        for (quint16 round = 0; round < 5; ++round) { // up and down again says nothing new
            world.fromRunner(request, wire::ToServerWebSocketMessageAck{quint16(4 + round)});
            QCOMPARE(world.gateway->totals().pendingBytes, 0);
            fillTo(9'000);
        }
        QCOMPARE(world.sink.count(reason), 3);
        for (const char *level : {"50", "75", "80"}) {
            QCOMPARE(world.metrics.value("gateway_hws_pending_warning_total", {{"level", QString::fromLatin1(level)}}),
                     std::optional(1.0));
        }
        auto second = world.open(kActor, true); // once for each socket
        second->send(QByteArray(6'000, 'y'));
        world.settle();
        QCOMPARE(world.sink.count(reason), 4);
        client->close(1000);
        second->close(1000);
        QVERIFY(world.isClean());
    }

    void totalLimit()
    {
        EngineConfig config;
        config.hwsMaxPendingSize = 100'000;
        config.hwsTotalPendingSize = 10 * config.hwsMaxPendingSize;
        World world(config);
        world.addRunning(kActor);
        std::vector<std::shared_ptr<FakeClient>> clients;
        std::vector<qint64> held(100, 0);
        for (int i = 0; i < 100; ++i)
            clients.push_back(world.open(kActor, true));
        world.settle();
        Random random(5);
        qint64 total = 0;
        int closed = 0;
        for (int step = 0; step < 3'000; ++step) {
            const std::size_t who = std::size_t(random.below(clients.size()));
            const qint64 size = 64 + 200 + qint64(random.below(4'000)) * 5;
            if (clients[who]->closeCode || held[who] + size > config.hwsMaxPendingSize)
                continue;
            clients[who]->send(QByteArray(size - 64, 'x'));
            world.settle();
            held[who] += size;
            total += size;
            std::size_t goneNow = 0;
            for (std::size_t i = 0; i < clients.size(); ++i) {
                if (held[i] < 0 || !clients[i]->closeCode)
                    continue;
                // Only when it has to be, and then the one that holds most.
                QVERIFY(total > config.hwsTotalPendingSize);
                QCOMPARE(held[i], *std::max_element(held.begin(), held.end()));
                QVERIFY(clients[i]->closeReason.startsWith("guard.websocket_pending_limit_reached#"));
                total -= held[i];
                held[i] = -1;
                ++goneNow;
            }
            QVERIFY(goneNow <= 1);
            closed += int(goneNow);
            QVERIFY(total <= config.hwsTotalPendingSize);
            QCOMPARE(world.gateway->totals().pendingBytes, total);
        }
        QVERIFY(closed > 3);
        QCOMPARE(world.sink.count(QStringLiteral("total_pending_limit"), monitor::EventLevel::Error), closed);
        for (const auto &client : clients)
            client->close(1000);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestPendingAcceptance)
#include "tst_pendingacceptance.moc"
