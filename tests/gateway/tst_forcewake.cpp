// SPDX-License-Identifier: Apache-2.0
// Waking without capacity: timeouts, races with allocation and destroy, several waiters (gateway.md section 14.5), with
// the real scheduler.
#include "engine/scheduler/actormachine.h"
#include "tests/gateway/engineworld.h"

#include <QTest>

#include <QJsonDocument>

#include <algorithm>
#include <array>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

QJsonObject metadata(const FakeExchange &exchange)
{
    return QJsonDocument::fromJson(exchange.answer).object().value(u"metadata").toObject();
}

AllocationOverride dontSleep(std::optional<qint64> timeoutMs)
{
    return {OverrideKind::DontSleep, timeoutMs};
}

/// The pending deadline of a wake is its timeout plus up to a twentieth.
qint64 latest(qint64 timeoutMs)
{
    return timeoutMs + timeoutMs / 20;
}

} // namespace

class TestForceWake : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void forceWakeTimeoutSetting();
    void overridePerPool();
    void pendingTimeoutFailsWaiters();
    void secondClientFindsItPending();
    void destroyWinsOverTimeoutAndAllocation_data();
    void destroyWinsOverTimeoutAndAllocation();
    void lateAllocation_data();
    void lateAllocation();
    void capacityAfterTimeout();
    void overrideMerge();
    void wakeDefault();
    void wakeDefaultWithPolicySleep();
    void alarmPendingTimeout();
    void forceWakeTimeoutObservable();
    void rewakeSpacing();
    void lateEventOfOldGeneration();
    void stopCodesAndRetries();
};

void TestForceWake::forceWakeTimeoutSetting()
{
    EngineConfig config;
    config.actorForceWakePendingTimeoutMs = 1'000;
    EngineWorld world(config);
    const QString actor = world.create();
    QCOMPARE(world.state(actor), ActorState::Sleeping);
    auto request = world.http(actor, "GET");
    world.settle();
    QCOMPARE(world.state(actor), ActorState::Pending);
    world.advance(990);
    QCOMPARE(world.state(actor), ActorState::Pending);
    world.advance(latest(1'000) - 990);
    QCOMPARE(world.state(actor), ActorState::Sleeping);
    QVERIFY(request->finished);
}

void TestForceWake::overridePerPool()
{
    EngineWorld world;
    world.configurePool(u"quick"_s, {{u"force_wake_pending_timeout_ms"_s, 2'000}});
    const QString usual = world.create(CrashPolicy::Sleep, u"p"_s);
    const QString quick = world.create(CrashPolicy::Sleep, u"quick"_s);
    world.http(usual, "GET");
    world.http(quick, "GET");
    world.advance(1'980);
    QCOMPARE(world.state(quick), ActorState::Pending);
    world.advance(200);
    QCOMPARE(world.state(quick), ActorState::Sleeping);
    QCOMPARE(world.state(usual), ActorState::Pending);
    world.advance(57'000);
    QCOMPARE(world.state(usual), ActorState::Pending);
    world.advance(latest(60'000) - 59'000);
    QCOMPARE(world.state(usual), ActorState::Sleeping);
}

void TestForceWake::pendingTimeoutFailsWaiters()
{
    EngineConfig config;
    config.actorForceWakePendingTimeoutMs = 2'000;
    EngineWorld world(config);
    const QString actor = world.create();
    auto request = world.http(actor, "POST", "x", "body");
    auto socket = world.connect(actor);
    world.advance(1'900);
    QVERIFY(!request->finished && socket->isOpen());
    world.advance(latest(2'000) - 1'900);
    QCOMPARE(request->status, 503);
    QCOMPARE(request->errorCode(), QByteArray("guard.actor_ready_timeout"));
    QCOMPARE(metadata(*request).value(u"reason"), QJsonValue(u"no_capacity"_s));
    QCOMPARE(metadata(*request).value(u"actor_id"), QJsonValue(actor));
    QCOMPARE(socket->closeCode, std::optional<quint16>(1011));
    QCOMPARE(socket->code(), QByteArray("guard.actor_ready_timeout"));
    // Nobody woke it again, and its row says why it sleeps.
    QCOMPARE(world.state(actor), ActorState::Sleeping);
    QCOMPARE(world.row(actor).errorJson, QByteArray("\"no_capacity\""));
    QVERIFY(world.isQuiet());
}

void TestForceWake::secondClientFindsItPending()
{
    EngineWorld world;
    const QString actor = world.create();
    const qint64 began = world.world.clock.monoMs();
    auto first = world.http(actor, "GET");
    world.world.advanceTo(began + 30'010);
    QCOMPARE(first->errorCode(), QByteArray("guard.actor_ready_timeout"));
    QVERIFY(!metadata(*first).contains(u"reason"));
    QCOMPARE(world.state(actor), ActorState::Pending);
    const std::optional<qint64> since = world.row(actor).pendingAllocationTs;
    world.world.advanceTo(began + 35'000);
    auto second = world.http(actor, "GET", "second");
    world.world.advanceTo(began + 40'000);
    QVERIFY(!second->finished);
    QCOMPARE(world.row(actor).pendingAllocationTs, since);
    ScriptedHost host(world, "k1", 10);
    world.settle();
    QCOMPARE(host.starts(actor), 1);
    QCOMPARE(second->status, 200);
    QCOMPARE(second->answer, QByteArray("/second"));
}

void TestForceWake::destroyWinsOverTimeoutAndAllocation_data()
{
    QTest::addColumn<QByteArray>("order");
    // t: the pending deadline passes, a: a runner with a free slot appears, d: destroy
    for (const char *order : {"tad", "tda", "atd", "adt", "dta", "dat"})
        QTest::newRow(order) << QByteArray(order);
}

void TestForceWake::destroyWinsOverTimeoutAndAllocation()
{
    QFETCH(QByteArray, order);
    EngineWorld world;
    const QString actor = world.create();
    auto client = world.connect(actor);
    world.settle();
    const qint64 left = *world.row(actor).deadline - world.world.clock.wallMs();
    world.advance(left - 20);
    QCOMPARE(world.state(actor), ActorState::Pending);
    // Nothing commits until all three have happened.
    world.store.hold();
    std::unique_ptr<ScriptedHost> host;
    for (const char step : order) {
        if (step == 't')
            world.advance(30);
        else if (step == 'a')
            host = std::make_unique<ScriptedHost>(world, "k1", 1);
        else
            world.core->scheduler().destroyActor(actor, {}, {});
        world.world.settle();
    }
    world.store.release();
    world.advance(1'000);
    QCOMPARE(world.state(actor), ActorState::Destroyed);
    QCOMPARE(world.core->scheduler().usedSlots(host->runnerId), 0U);
    // A start that was already on its way is followed by a stop; nothing is started afterwards.
    const int starts = host->starts(actor);
    QVERIFY(starts <= 1);
    QCOMPARE(int(host->commands.size()), 2 * starts);
    QVERIFY(!client->isOpen());
    world.advance(200'000);
    QCOMPARE(host->starts(actor), starts);
    QCOMPARE(world.state(actor), ActorState::Destroyed);
    QVERIFY(world.isQuiet());
}

void TestForceWake::lateAllocation_data()
{
    QTest::addColumn<int>("beforeDeadlineMs");
    QTest::newRow("a second") << 1'000;
    QTest::newRow("a few milliseconds") << 10;
}

void TestForceWake::lateAllocation()
{
    QFETCH(int, beforeDeadlineMs);
    EngineWorld world;
    const QString actor = world.create();
    world.http(actor, "GET"); // gives up after 30 s
    world.advance(35'000);
    auto waiter = world.http(actor, "GET", "late");
    world.advance(*world.row(actor).deadline - world.world.clock.wallMs() - beforeDeadlineMs);
    QCOMPARE(world.state(actor), ActorState::Pending);
    ScriptedHost host(world, "k1", 10);
    world.advance(120'000);
    QCOMPARE(host.starts(actor), 1);
    QCOMPARE(world.row(actor).runnerId, std::optional<QString>(host.runnerId));
    QCOMPARE(world.state(actor), ActorState::Running);
    QCOMPARE(waiter->status, 200);
    QCOMPARE(host.requestsOf<wire::ToClientRequestStart>().size(), 1U);
    QCOMPARE(world.core->scheduler().counters().pendingTimeouts, 0U);
}

void TestForceWake::capacityAfterTimeout()
{
    EngineWorld world;
    const QString actor = world.create();
    world.http(actor, "GET");
    world.settle();
    world.advance(*world.row(actor).deadline - world.world.clock.wallMs() + 10);
    QCOMPARE(world.state(actor), ActorState::Sleeping);
    ScriptedHost host(world, "k1", 10);
    world.advance(10'000);
    // Capacity alone starts nobody who sleeps; the next wake does, at once.
    QCOMPARE(host.starts(actor), 0);
    auto next = world.http(actor, "GET");
    world.settle();
    QCOMPARE(next->status, 200);
    QCOMPARE(host.starts(actor), 1);
}

void TestForceWake::overrideMerge()
{
    const std::array<std::optional<qint64>, 3> timeouts{60'000, 10'000, std::nullopt};
    std::array<int, 3> order{0, 1, 2};
    do {
        EngineWorld world;
        const QString actor = world.create();
        for (const int pick : order) {
            world.core->scheduler().wakeActor(actor, dontSleep(timeouts[std::size_t(pick)]));
            world.settle();
        }
        QCOMPARE(world.state(actor), ActorState::Pending);
        QVERIFY(!world.row(actor).deadline);
    } while (std::next_permutation(order.begin(), order.end()));
    for (const bool longFirst : {true, false}) {
        EngineWorld world;
        const QString actor = world.create();
        const qint64 began = world.world.clock.wallMs();
        world.core->scheduler().wakeActor(actor, dontSleep(longFirst ? 60'000 : 10'000));
        world.core->scheduler().wakeActor(actor, dontSleep(longFirst ? 10'000 : 60'000));
        world.settle();
        QCOMPARE(*world.row(actor).deadline - began, 60'000);
    }
}

void TestForceWake::wakeDefault()
{
    const AllocationOverride none;
    QCOMPARE(none.kind, OverrideKind::None);
    QVERIFY(!none.timeoutMs);
    // Merged with anything, the default changes nothing.
    for (const AllocationOverride &other : {none, dontSleep(5), dontSleep({}), AllocationOverride{OverrideKind::PendingTimeout, 7}}) {
        for (const AllocationOverride &merged : {mergeOverride(none, other), mergeOverride(other, none)}) {
            QCOMPARE(merged.kind, other.kind);
            QCOMPARE(merged.timeoutMs, other.timeoutMs);
        }
    }
}

void TestForceWake::wakeDefaultWithPolicySleep()
{
    EngineWorld world;
    const QString actor = world.create(CrashPolicy::Sleep);
    world.core->scheduler().wakeActor(actor, {});
    world.settle();
    QCOMPARE(world.state(actor), ActorState::Sleeping);
    world.core->scheduler().wakeActor(actor, dontSleep(60'000));
    world.settle();
    QCOMPARE(world.state(actor), ActorState::Pending);
    // The other policies have no reason to sleep: they wait.
    const QString restarting = world.create(CrashPolicy::Restart);
    QCOMPARE(world.state(restarting), ActorState::Pending);
}

void TestForceWake::alarmPendingTimeout()
{
    for (const qint64 limitMs : {qint64(0), qint64(5'000)}) {
        EngineConfig config;
        config.alarmPendingTimeoutMs = limitMs;
        EngineWorld world(config);
        QString actor;
        {
            ScriptedHost host(world, "k1", 10);
            actor = world.create();
            host.event(actor, wire::EventActorSetAlarm{world.world.clock.wallMs() + 60'000});
            host.sleep(actor);
            world.settle();
            host.kill();
        }
        world.advance(60'100);
        QCOMPARE(world.state(actor), ActorState::Pending);
        QCOMPARE(world.row(actor).deadline.has_value(), limitMs > 0);
        world.advance(limitMs > 0 ? 5'000 : 3'600'000);
        QCOMPARE(world.state(actor), limitMs > 0 ? ActorState::Sleeping : ActorState::Pending);
        if (limitMs > 0)
            continue;
        // A gateway wake that meets it does not shorten its wait.
        world.http(actor, "GET");
        world.advance(120'000);
        QCOMPARE(world.state(actor), ActorState::Pending);
    }
}

void TestForceWake::forceWakeTimeoutObservable()
{
    EngineConfig config;
    config.actorForceWakePendingTimeoutMs = 2'000;
    EngineWorld world(config);
    const QString waitedFor = world.create();
    const QString alone = world.create();
    const QString third = world.create();
    world.http(waitedFor, "GET");
    world.core->scheduler().wakeActor(alone, dontSleep(2'000));
    world.core->scheduler().wakeActor(third, dontSleep(60'000));
    world.advance(2'200);
    QCOMPARE(world.sink.count(u"pending_timeout"_s, monitor::EventLevel::Warn), 2);
    for (const monitor::Event &event : world.sink.events) {
        if (event.reason != u"pending_timeout"_s || event.actorId != alone || event.level != monitor::EventLevel::Warn)
            continue;
        QVERIFY(*event.value >= 2'000 && *event.value < 2'010);
        QVERIFY2(event.text.contains(u" of 2000 ms"), qPrintable(event.text));
        QVERIFY2(event.text.contains(u" actors in the queue"), qPrintable(event.text));
    }
    QCOMPARE(world.core->scheduler().counters().pendingTimeouts, 2U);
    QCOMPARE(world.row(alone).errorJson, QByteArray("\"no_capacity\""));
    // An actor that slept by choice looks different.
    ScriptedHost host(world, "k1", 10);
    world.core->scheduler().wakeActor(alone, dontSleep(2'000));
    world.settle();
    host.sleep(alone);
    world.settle();
    QCOMPARE(world.state(alone), ActorState::Sleeping);
    QVERIFY(world.row(alone).errorJson != "\"no_capacity\"");
    QCOMPARE(world.core->scheduler().counters().pendingTimeouts, 2U);
}

void TestForceWake::rewakeSpacing()
{
    constexpr std::array kNominal{0, 50, 100, 200, 400, 800, 1'000, 1'000};
    EngineWorld world;
    ScriptedHost host(world, "k1", 10);
    host.startsActors = false;
    const QString actor = world.create();
    world.settle();
    std::vector<qint64> startedAt;
    host.onMessage = [&](const wire::ToClient &message) {
        if (const auto *list = std::get_if<wire::ToClientCommands>(&message)) {
            for (const wire::CommandWrapper &one : list->commands) {
                if (!std::holds_alternative<wire::CommandStartActor>(one.inner))
                    continue;
                startedAt.push_back(world.world.clock.monoMs());
                // As soon as the script has noted the new life: it wants to sleep and never gets ready.
                world.world.post([&] { host.sleep(actor); });
            }
        }
    };
    host.sleep(actor);
    world.settle();
    QCOMPARE(world.state(actor), ActorState::Sleeping);
    auto request = world.http(actor, "GET");
    world.advance(10'000);
    QCOMPARE(request->status, 503);
    QCOMPARE(request->errorCode(), QByteArray("guard.actor_wake_retries_exceeded"));
    QCOMPARE(metadata(*request).value(u"wake_retries"), QJsonValue(8));
    QCOMPARE(startedAt.size(), kNominal.size() + 1);
    for (std::size_t i = 0; i < kNominal.size(); ++i) {
        const double gap = double(startedAt[i + 1] - startedAt[i]);
        QVERIFY2(gap >= 0.8 * kNominal[i] && gap <= 1.2 * kNominal[i] + 5, qPrintable(u"%1: %2"_s.arg(i).arg(gap)));
    }
}

void TestForceWake::lateEventOfOldGeneration()
{
    EngineWorld world;
    ScriptedHost host(world, "k1", 10);
    const QString actor = world.create();
    host.stopsActors = false;
    host.sleep(actor);
    world.settle();
    const quint32 old = world.row(actor).generation;
    world.advance(31'000); // the stop deadline passes
    QCOMPARE(world.state(actor), ActorState::Sleeping);
    host.startsActors = false;
    auto client = world.connect(actor);
    QCOMPARE(world.row(actor).generation, old + 1);
    QCOMPARE(world.state(actor), ActorState::Starting);
    const quint64 ignored = world.core->scheduler().counters().ignoredGeneration;
    const auto late = [&](const wire::Event &event) { host.send(wire::ToServerEvents{{{{actor, old, 50}, event}}}); };
    late(wire::EventActorStateUpdate{wire::ActorStateRunning{}});
    late(wire::EventActorStateUpdate{wire::ActorStateStopped{}});
    world.settle();
    QCOMPARE(world.state(actor), ActorState::Starting);
    QCOMPARE(world.core->scheduler().counters().ignoredGeneration, ignored + 2);
    QCOMPARE(world.core->scheduler().usedSlots(host.runnerId), 1U);
    QVERIFY(host.requestsOf<wire::ToClientWebSocketOpen>().empty());
    host.running(actor);
    world.settle();
    QCOMPARE(host.requestsOf<wire::ToClientWebSocketOpen>().size(), 1U);
    QVERIFY(client->isOpen());
}

void TestForceWake::stopCodesAndRetries()
{
    struct Case { bool askedFor; wire::StopCode code; int retries; };
    const std::array cases{Case{true, wire::StopCode::Ok, 0}, Case{true, wire::StopCode::Error, 0},
                           Case{false, wire::StopCode::Error, 2}};
    for (const Case &one : cases) {
        EngineWorld world;
        ScriptedHost host(world, "k1", 10);
        const QString actor = world.create(CrashPolicy::Restart);
        // The first crash is restarted at once, the second is the first retry.
        for (int crashes = 0; crashes < 2; ++crashes) {
            host.stopped(actor, wire::StopCode::Error);
            world.advance(10'000);
        }
        QCOMPARE(world.state(actor), ActorState::Running);
        QCOMPARE(world.row(actor).retryCount, 1);
        host.stopsActors = false;
        if (one.askedFor) {
            host.sleep(actor);
            world.settle();
        }
        host.stopped(actor, one.code);
        world.settle();
        QCOMPARE(world.row(actor).retryCount, one.retries);
    }
}

QTEST_GUILESS_MAIN(TestForceWake)
#include "tst_forcewake.moc"
