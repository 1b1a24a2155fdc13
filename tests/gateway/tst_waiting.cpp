// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

// Waking and waiting (gateway.md section 5).

using namespace dormouse;
using namespace dormouse::test;

class TestWaiting : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pendingTimeoutFailsWaiters()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        auto client = world.connect(kActor);
        world.advance(500);
        QCOMPARE(exchange->answers, 0);
        const std::size_t wakes = world.directory.wakes.size();
        world.directory.actors[kActor].state = ActorState::Sleeping;
        world.gateway->actorPendingTimeout(kActor);
        world.settle();
        QCOMPARE(exchange->status, 503);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_ready_timeout"));
        QVERIFY(exchange->answer.contains("no_capacity"));
        QCOMPARE(client->closeReason, "guard.actor_ready_timeout#" + world.lastRay().toUtf8());
        QCOMPARE(world.directory.wakes.size(), wakes);
        QVERIFY(world.isClean());
    }

    void readyDeadlineIsNotRestarted()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        for (int i = 0; i < 5; ++i) {
            world.advance(5'000);
            world.startActor(kActor);
            world.stopActor(kActor);
        }
        world.advance(4'900);
        QCOMPARE(exchange->answers, 0);
        world.advance(200);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_ready_timeout"));
        QVERIFY(world.isClean());
    }

    void wakeRetriesAreSpacedAndLimited_data()
    {
        QTest::addColumn<qint64>("first");
        QTest::addColumn<qint64>("most");
        QTest::newRow("default") << 50LL << 1'000LL;
        QTest::newRow("set") << 20LL << 90LL;
    }
    void wakeRetriesAreSpacedAndLimited()
    {
        QFETCH(qint64, first);
        QFETCH(qint64, most);
        EngineConfig config;
        config.rewakePauseMs = first;
        config.rewakePauseMaxMs = most;
        World world(config);
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        qint64 began = world.clock.mono;
        for (int i = 0; i < 8; ++i) {
            world.startActor(kActor);
            world.stopActor(kActor);
            const qint64 pause = i < 1 ? 0 : std::min<qint64>(most, first << (i - 1));
            if (pause > 0) {
                QCOMPARE(world.directory.wakes.size(), std::size_t(i + 1));
                world.advance(pause * 8 / 10 - 5);
                QCOMPARE(world.directory.wakes.size(), std::size_t(i + 1));
                world.advance(pause * 4 / 10 + 10);
            }
            QCOMPARE(world.directory.wakes.size(), std::size_t(i + 2));
        }
        QVERIFY(world.clock.mono - began >= 2 * most);
        world.startActor(kActor);
        world.stopActor(kActor);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_wake_retries_exceeded"));
        QVERIFY(world.isClean());
    }

    void poolErrorFailsFast_data()
    {
        QTest::addColumn<qint64>("poll");
        QTest::newRow("default") << 1'000LL;
        QTest::newRow("set") << 300LL;
    }
    void poolErrorFailsFast()
    {
        QFETCH(qint64, poll);
        EngineConfig config;
        config.readyPollMs = poll;
        World world(config);
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        world.directory.poolError = R"({"serverless_http_error":{"status_code":500}})";
        world.advance(poll - 10);
        QCOMPARE(exchange->answers, 0);
        world.advance(20);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_runner_failed"));
        QVERIFY(exchange->answer.contains("serverless_http_error"));
        QVERIFY(world.isClean());
    }

    void destroyedWhileWaiting()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.http(kActor, "GET");
        world.destroyStarted(kActor);
        QCOMPARE(exchange->status, 404);
        QCOMPARE(exchange->errorCode(), QByteArray("actor.destroyed_while_waiting_for_ready"));
        QVERIFY(world.isClean());
    }

    void skipReadyWait()
    {
        World world;
        world.addSleeping(kActor);
        world.startActor(kActor);
        auto exchange = std::make_shared<FakeExchange>();
        exchange->request.method = "GET";
        world.gateway->request(exchange, {kActor, "/x", true, QStringLiteral("skip")});
        QCOMPARE(world.sentOf<wire::ToClientRequestStart>().size(), std::size_t(1));
        world.fromRunner(world.lastSent<wire::ToClientRequestStart>()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);
        QVERIFY(world.isClean());
    }
};

QTEST_APPLESS_MAIN(TestWaiting)
#include "tst_waiting.moc"
