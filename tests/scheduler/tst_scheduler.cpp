// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/scheduler.h"
#include "engine/store/memorystore.h"
#include "engine/wire/codec.h"
#include "tests/support/simulatedchannel.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {

/// A runner process with one socket; answers pings unless told otherwise.
class ScriptedRunner final : public ChannelListener
{
public:
    void connectTo(VirtualWorld &world, Scheduler &scheduler, const QByteArray &key, quint32 slots)
    {
        auto pair = SimulatedChannel::makePair(world);
        link = pair.link;
        m_channel = std::move(pair.peer);
        m_channel->setListener(this);
        scheduler.acceptRunner(std::move(pair.engine), "protocol_version=7&namespace=default&runner_key=" + key,
                               QStringLiteral("ray"));
        wire::ToServerInit init;
        init.name = QStringLiteral("p");
        init.version = 1;
        init.totalSlots = slots;
        send(init);
    }
    void send(const wire::ToServer &message) { m_channel->send(*wire::encodeToServer(7, message), true); }
    void event(const QString &actorId, quint32 generation, qint64 index, const wire::Event &inner)
    {
        send(wire::ToServerEvents{{{{actorId, generation, index}, inner}}});
    }
    void channelMessage(Channel &, const QByteArray &payload, bool) override
    {
        const Result<wire::ToClient> message = wire::decodeToClient(7, payload);
        QVERIFY(message.ok());
        if (const auto *init = std::get_if<wire::ToClientInit>(&*message)) {
            runnerId = init->runnerId;
            for (const wire::ToServer &tail : resend)
                send(tail);
        } else if (const auto *ping = std::get_if<wire::ToClientPing>(&*message)) {
            send(wire::ToServerPong{ping->ts});
        } else if (const auto *list = std::get_if<wire::ToClientCommands>(&*message)) {
            commands.insert(commands.end(), list->commands.begin(), list->commands.end());
        }
    }
    void channelClosed(Channel &, const ChannelClose &close) override { closeReason = close.reason; }

    std::shared_ptr<SimulatedLink> link;
    QString runnerId;
    QByteArray closeReason;
    std::vector<wire::CommandWrapper> commands;
    std::vector<wire::ToServer> resend; ///< sent on init, before the pong

private:
    std::unique_ptr<SimulatedChannel> m_channel;
};

const wire::Event kRunning = wire::EventActorStateUpdate{wire::ActorStateRunning{}};
const wire::Event kStoppedOk = wire::EventActorStateUpdate{wire::ActorStateStopped{}};
const wire::Event kSleepIntent = wire::EventActorIntent{wire::ActorIntent::Sleep};

struct Bench
{
    VirtualWorld world;
    EngineConfig config;
    Random random{1};
    MemoryStore store{world.poster()};
    monitor::NullSink sink;
    Scheduler scheduler{CoreContext{config, world.clock, world.timers, random, store, sink}};

    Bench()
    {
        scheduler.boot(*store.open());
        world.settle();
    }
    QString create(CrashPolicy policy)
    {
        CreateActor request;
        request.namespaceId = scheduler.namespaceByName(QStringLiteral("default"))->namespaceId;
        request.name = QStringLiteral("a");
        request.pool = QStringLiteral("p");
        request.crashPolicy = policy;
        QString id;
        scheduler.createActor(request, [&](const Result<ActorRow> &row) { id = row.ok() ? row->actorId : QString(); });
        world.settle();
        return id;
    }
    const ActorRow &row(const QString &id) { return *scheduler.actor(id); }
};

} // namespace

class TestScheduler : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario_01_createOnAFreeRunner()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, bench.scheduler, "k", 2);
        bench.world.settle();
        QVERIFY(bench.scheduler.linkUp(runner.runnerId));
        const QString id = bench.create(CrashPolicy::Destroy);
        QCOMPARE(runner.commands.size(), std::size_t(1));
        QCOMPARE(runner.commands[0].checkpoint, (wire::ActorCheckpoint{id, 0, 0}));
        runner.event(id, 0, 0, kRunning);
        bench.world.settle();
        QCOMPARE(bench.row(id).state, ActorState::Running);
        QCOMPARE(bench.row(id).connectableTs, bench.world.clock.wallMs());
        QCOMPARE(bench.row(id).startTs, bench.row(id).connectableTs);
    }
    void scenario_32_sleepIntent()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, bench.scheduler, "k", 2);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Sleep);
        runner.event(id, 0, 0, kRunning);
        runner.event(id, 0, 1, kSleepIntent);
        bench.world.settle();
        QVERIFY(!bench.row(id).connectableTs);
        QCOMPARE(bench.row(id).deadline, bench.world.clock.wallMs() + 30'000);
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 0, 1}));
        runner.event(id, 0, 2, kStoppedOk);
        bench.world.settle();
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QCOMPARE(bench.scheduler.usedSlots(runner.runnerId), 0u);
    }
    void scenario_65_reconnectWithInventoryStartsNothing()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, bench.scheduler, "k", 2);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Restart);
        runner.event(id, 0, 0, kRunning);
        bench.world.settle();
        const QString first = runner.runnerId;
        runner.link->cut();
        bench.world.advance(3'000);
        QVERIFY(!bench.scheduler.linkUp(first));
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        runner.connectTo(bench.world, bench.scheduler, "k", 2);
        bench.world.advance(500);
        QCOMPARE(runner.runnerId, first);
        QVERIFY(bench.scheduler.linkUp(first));
        QCOMPARE(runner.commands.size(), std::size_t(1));
        QVERIFY(bench.row(id).connectableTs);
        QCOMPARE(bench.row(id).generation, 0u);
    }
    void scenario_18_pendingTimeoutFallsAsleep()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, bench.scheduler, "k", 1);
        bench.world.settle();
        runner.event(bench.create(CrashPolicy::Restart), 0, 0, kRunning);
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        bench.scheduler.wakeActor(id, {OverrideKind::DontSleep, 60'000});
        bench.world.advance(59'999);
        QCOMPARE(bench.row(id).state, ActorState::Pending);
        bench.world.advance(1);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QCOMPARE(bench.scheduler.counters().pendingTimeouts, quint64(1));
    }
    void scenario_35_stopDeadline()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, bench.scheduler, "k", 1);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Sleep);
        runner.event(id, 0, 0, kRunning);
        runner.event(id, 0, 1, kSleepIntent);
        bench.world.advance(30'000);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QCOMPARE(runner.commands.back().checkpoint, (wire::ActorCheckpoint{id, 0, 2}));
        QVERIFY(bench.row(id).errorJson.startsWith("{\"runner_no_response\""));
    }
    void scenario_73_otherProcessWithTheSameKeyEvictsTheOlder()
    {
        Bench bench;
        ScriptedRunner older;
        ScriptedRunner newer;
        older.connectTo(bench.world, bench.scheduler, "k", 1);
        bench.world.settle();
        newer.connectTo(bench.world, bench.scheduler, "k", 1);
        bench.world.advance(2'500);
        QCOMPARE(older.closeReason, QByteArray("ws.eviction#ray"));
        QVERIFY(newer.closeReason.isEmpty());
        QCOMPARE(newer.runnerId, older.runnerId);
        QVERIFY(bench.scheduler.linkUp(newer.runnerId));
    }
    void scenario_66_lostAfterSixteenSeconds()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, bench.scheduler, "k", 2);
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Sleep);
        runner.event(id, 0, 0, kRunning);
        bench.world.settle();
        runner.link->cut();
        bench.world.advance(15'900);
        QCOMPARE(bench.row(id).state, ActorState::Running);
        bench.world.advance(200);
        QCOMPARE(bench.row(id).state, ActorState::Sleeping);
        QVERIFY(bench.row(id).errorJson.startsWith("{\"runner_connection_lost\""));
    }
};

QTEST_GUILESS_MAIN(TestScheduler)
#include "tst_scheduler.moc"
