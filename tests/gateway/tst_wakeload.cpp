// SPDX-License-Identifier: Apache-2.0
// Many actors that want capacity at once (gateway.md section 14.5): how often wakes are sent, how they spread, and that
// the queue stays right when timeouts, destroys and allocations meet.
#include "tests/gateway/engineworld.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <set>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

class TestWakeLoad : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rewakeThunderingHerd();
    void pendingDeadlinesSpread();
    void queueContention_data();
    void queueContention();
};

void TestWakeLoad::rewakeThunderingHerd()
{
    constexpr int kActors = 1'000;
    EngineConfig config;
    config.actorReadyTimeoutMs = 60'000;
    EngineWorld world(config);
    ScriptedHost host(world, "k1", kActors);
    host.startsActors = false;
    std::vector<QString> actors;
    for (int i = 0; i < kActors; ++i) {
        actors.push_back(world.create());
        host.sleep(actors.back());
    }
    world.advance(100);
    std::map<QString, std::vector<qint64>> startedAt;
    host.onMessage = [&](const wire::ToClient &message) {
        const auto *list = std::get_if<wire::ToClientCommands>(&message);
        if (list == nullptr)
            return;
        for (const wire::CommandWrapper &one : list->commands) {
            if (!std::holds_alternative<wire::CommandStartActor>(one.inner))
                continue;
            const QString actor = one.checkpoint.actorId;
            startedAt[actor].push_back(world.world.clock.monoMs());
            world.world.post([&host, actor] { host.sleep(actor); }); // it never gets ready
        }
    };
    std::vector<std::shared_ptr<FakeExchange>> waiting;
    for (const QString &actor : actors)
        waiting.push_back(world.http(actor, "GET"));
    world.advance(30'000);
    std::size_t total = 0;
    qint64 begin = startedAt.begin()->second.front();
    std::vector<qint64> all;
    for (const auto &[actor, times] : startedAt) {
        total += times.size();
        QCOMPARE(times.size(), 9U);
        QVERIFY(times.back() - times.front() >= 1'000);
        begin = std::min(begin, times.front());
        all.insert(all.end(), times.begin(), times.end());
    }
    QCOMPARE(total, std::size_t(kActors) * 9);
    QCOMPARE(world.totals().wakes, quint64(kActors) * 9);
    for (const auto &one : waiting)
        QCOMPARE(one->errorCode(), QByteArray("guard.actor_wake_retries_exceeded"));
    // The long pauses are jittered: the last wave is no wall.
    std::sort(all.begin(), all.end());
    const qint64 lastWave = all.back() - all[all.size() - kActors];
    QVERIFY2(lastWave >= 500, qPrintable(QString::number(lastWave)));
    QCOMPARE(world.core->gateway().tableEntries(), 0);
}

void TestWakeLoad::pendingDeadlinesSpread()
{
    constexpr int kActors = 1'000;
    EngineWorld world;
    std::vector<QString> actors;
    for (int i = 0; i < kActors; ++i)
        actors.push_back(world.create());
    for (const QString &actor : actors) {
        auto client = std::make_shared<FakeExchange>();
        client->request = EngineWorld::head("GET", "/gateway/" + actor.toUtf8() + "/x", {});
        world.core->handleRequest(client);
    }
    world.settle();
    std::vector<qint64> deadlines;
    for (const QString &actor : actors)
        deadlines.push_back(*world.row(actor).deadline - world.world.clock.wallMs());
    std::sort(deadlines.begin(), deadlines.end());
    QVERIFY(deadlines.front() >= 59'900);
    QVERIFY(deadlines.back() <= 63'000);
    // Spread over the 3 s: no tenth of it holds more than twice its share.
    for (std::size_t i = 200; i < deadlines.size(); ++i)
        QVERIFY(deadlines[i] - deadlines[i - 200] >= 300);
    world.advance(64'000);
    QCOMPARE(world.core->scheduler().counters().pendingTimeouts, quint64(kActors));
    // Nobody whose wait failed for lack of capacity wakes again.
    QCOMPARE(world.totals().wakes, quint64(kActors));
}

void TestWakeLoad::queueContention_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %d", seed) << seed;
}

void TestWakeLoad::queueContention()
{
    QFETCH(int, seed);
    constexpr int kActors = 300;
    constexpr quint32 kSlots = 40;
    EngineWorld world({}, quint64(seed));
    Random random(quint64(seed) + 100);
    std::vector<QString> actors;
    for (int i = 0; i < kActors; ++i) {
        actors.push_back(world.create());
        world.core->scheduler().wakeActor(actors.back(), {OverrideKind::DontSleep, qint64(2'000 + random.below(4'000))});
    }
    world.settle();
    ScriptedHost host(world, "k1", kSlots);
    std::set<QString> destroyed;
    for (int tick = 0; tick < 400; ++tick) {
        const QString pick = actors[std::size_t(random.below(kActors))];
        switch (random.below(6)) {
        case 0:
            if (destroyed.size() < kActors / 2) {
                world.core->scheduler().destroyActor(pick, {}, {});
                destroyed.insert(pick);
            }
            break;
        case 1:
        case 2:
            if (world.state(pick) == ActorState::Running)
                host.sleep(pick);
            break;
        default:
            world.core->scheduler().wakeActor(pick, {OverrideKind::DontSleep, qint64(500 + random.below(4'000))});
        }
        world.advance(qint64(random.below(40)));
        QVERIFY(world.core->scheduler().usedSlots(host.runnerId) <= kSlots);
    }
    world.advance(120'000);
    // Nothing waits while there is room, a destroyed actor is not alive, and what holds a slot is what runs.
    quint32 running = 0;
    for (const QString &actor : actors) {
        const ActorState state = world.state(actor);
        QVERIFY(state != ActorState::Starting && state != ActorState::Backoff);
        QCOMPARE(state == ActorState::Destroyed, destroyed.contains(actor));
        running += state == ActorState::Running ? 1 : 0;
        QVERIFY2(state != ActorState::Pending, qPrintable(actor));
    }
    QCOMPARE(world.core->scheduler().usedSlots(host.runnerId), running);
    QCOMPARE(world.core->scheduler().counters().repairs, 0U);
    // Per actor: starts and stops alternate, generations only grow.
    std::map<QString, std::pair<quint32, bool>> lives;
    for (const wire::CommandWrapper &one : host.commands) {
        const bool start = std::holds_alternative<wire::CommandStartActor>(one.inner);
        const auto life = lives.find(one.checkpoint.actorId);
        if (life == lives.end()) {
            QVERIFY(start);
        } else if (start) {
            QVERIFY(life->second.second);
            QVERIFY(one.checkpoint.generation > life->second.first);
        } else {
            QCOMPARE(one.checkpoint.generation, life->second.first);
        }
        lives[one.checkpoint.actorId] = {one.checkpoint.generation, !start};
    }
    QVERIFY(lives.size() > kSlots);
}

QTEST_GUILESS_MAIN(TestWakeLoad)
#include "tst_wakeload.moc"
