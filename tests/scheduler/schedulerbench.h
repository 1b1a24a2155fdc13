// SPDX-License-Identifier: Apache-2.0
#pragma once

// A scheduler on virtual time with a memory store, and runner processes that do what a test tells them.

#include "engine/scheduler/scheduler.h"
#include "engine/store/memorystore.h"
#include "engine/wire/codec.h"
#include "tests/support/simulatedchannel.h"

#include <QTest>

#include <memory>
#include <vector>

namespace dormouse::test {

/// A runner process. Answers pings on its latest socket, as the SDKs do.
class ScriptedRunner final : public ChannelListener
{
public:
    static constexpr int kVersion = 7;

    /// A socket on which nothing has been sent yet.
    void dial(VirtualWorld &world, Scheduler &scheduler, const QByteArray &query)
    {
        auto pair = SimulatedChannel::makePair(world);
        link = pair.link;
        m_sockets.push_back(std::move(pair.peer));
        m_sockets.back()->setListener(this);
        scheduler.acceptRunner(std::move(pair.engine), query, QStringLiteral("ray"));
    }
    /// One more socket of this process; the ones before stay as they are.
    void connectTo(VirtualWorld &world, Scheduler &scheduler, const QByteArray &key, quint32 slots, quint32 version = 1)
    {
        dial(world, scheduler, "protocol_version=7&namespace=default&runner_key=" + key);
        wire::ToServerInit init;
        init.name = QStringLiteral("p");
        init.version = version;
        init.totalSlots = slots;
        send(init);
    }
    void send(const wire::ToServer &message) { m_sockets.back()->send(*wire::encodeToServer(kVersion, message), true); }
    void sendRaw(const QByteArray &payload, bool binary) { m_sockets.back()->send(payload, binary); }
    void close(const QByteArray &reason) { m_sockets.back()->close(1000, reason); }
    void event(const QString &actorId, quint32 generation, qint64 index, const wire::Event &inner)
    {
        send(wire::ToServerEvents{{{{actorId, generation, index}, inner}}});
    }
    void channelMessage(Channel &, const QByteArray &payload, bool) override
    {
        const Result<wire::ToClient> message = wire::decodeToClient(kVersion, payload);
        QVERIFY(message.ok());
        if (const auto *init = std::get_if<wire::ToClientInit>(&*message)) {
            runnerId = init->runnerId;
            for (const wire::ToServer &tail : resend)
                send(tail);
        } else if (const auto *ping = std::get_if<wire::ToClientPing>(&*message)) {
            if (answersPings)
                send(wire::ToServerPong{ping->ts});
        } else if (const auto *list = std::get_if<wire::ToClientCommands>(&*message)) {
            commands.insert(commands.end(), list->commands.begin(), list->commands.end());
        } else if (const auto *ack = std::get_if<wire::ToClientAckEvents>(&*message)) {
            acks.insert(acks.end(), ack->lastEventCheckpoints.begin(), ack->lastEventCheckpoints.end());
        } else if (const auto *kv = std::get_if<wire::ToClientKvResponse>(&*message)) {
            kvAnswers.push_back(*kv);
        }
    }
    void channelClosed(Channel &, const ChannelClose &close) override
    {
        ++closes;
        closeReason = close.reason;
        closeCode = close.code.value_or(0);
    }

    int starts(const QString &actorId) const
    {
        return int(std::count_if(commands.begin(), commands.end(), [&](const wire::CommandWrapper &command) {
            return command.checkpoint.actorId == actorId
                && std::holds_alternative<wire::CommandStartActor>(command.inner);
        }));
    }
    bool lastIsStart() const
    {
        return !commands.empty() && std::holds_alternative<wire::CommandStartActor>(commands.back().inner);
    }

    std::shared_ptr<SimulatedLink> link; ///< of the latest socket
    QString runnerId;
    QByteArray closeReason;
    quint16 closeCode = 0;
    int closes = 0;
    bool answersPings = true;
    std::vector<wire::CommandWrapper> commands;
    std::vector<wire::ActorCheckpoint> acks;
    std::vector<wire::ToClientKvResponse> kvAnswers;
    std::vector<wire::ToServer> resend; ///< sent on init, before the pong

private:
    std::vector<std::unique_ptr<SimulatedChannel>> m_sockets;
};

inline const wire::Event kRunning = wire::EventActorStateUpdate{wire::ActorStateRunning{}};
inline const wire::Event kStoppedOk = wire::EventActorStateUpdate{wire::ActorStateStopped{}};
inline const wire::Event kSleepIntent = wire::EventActorIntent{wire::ActorIntent::Sleep};
inline wire::Event stoppedWith(wire::StopCode code, std::optional<QString> message = {})
{
    return wire::EventActorStateUpdate{wire::ActorStateStopped{code, std::move(message)}};
}
inline const wire::Event kStoppedError = stoppedWith(wire::StopCode::Error);
inline wire::Event alarmAt(std::optional<qint64> ts)
{
    return wire::EventActorSetAlarm{ts};
}
inline const AllocationOverride kGatewayWake{OverrideKind::DontSleep, 60'000};

struct Bench
{
    VirtualWorld world;
    EngineConfig config;
    Random random{1};
    MemoryStore store{world.poster()};
    monitor::NullSink sink;
    Metrics metrics;
    std::unique_ptr<Scheduler> scheduler;
    QByteArray lastError; ///< code of the last create that was refused

    Bench()
    {
        config.retryJitterMs = 0; // the scenarios are written for a fixed jitter
        boot();
    }
    void boot()
    {
        scheduler = std::make_unique<Scheduler>(CoreContext{config, world.clock, world.timers, random, store, sink, metrics});
        scheduler->boot(*store.open());
        world.settle();
    }
    /// The process ends without warning and comes back; what was not committed is gone.
    void restart(qint64 downMs)
    {
        store.crash();
        scheduler.reset();
        world.advance(downMs);
        boot();
    }
    QString namespaceId() { return scheduler->namespaceByName(QStringLiteral("default"))->namespaceId; }
    void configurePool()
    {
        RunnerConfigRow row;
        row.namespaceId = namespaceId();
        row.name = QStringLiteral("p");
        row.body = {{QStringLiteral("normal"), QJsonObject()}};
        scheduler->putRunnerConfig(row, {});
        world.settle();
    }
    QString create(CrashPolicy policy, std::optional<QString> key = {})
    {
        CreateActor request;
        request.namespaceId = namespaceId();
        request.name = QStringLiteral("a");
        request.pool = QStringLiteral("p");
        request.crashPolicy = policy;
        request.key = std::move(key);
        QString id;
        lastError.clear();
        scheduler->createActor(request, [&](const Result<ActorRow> &row) {
            if (row.ok())
                id = row->actorId;
            else
                lastError = row.error().fullCode();
        });
        world.settle();
        return id;
    }
    void destroy(const QString &id)
    {
        scheduler->destroyActor(id, {}, {});
        world.settle();
    }
    void connectRunner(ScriptedRunner &runner, const QByteArray &key, quint32 slots, quint32 version = 1)
    {
        runner.connectTo(world, *scheduler, key, slots, version);
        world.settle();
    }
    void report(ScriptedRunner &runner, const QString &id, qint64 index, const wire::Event &event)
    {
        runner.event(id, row(id).generation, index, event);
        world.settle();
    }
    QString createRunning(ScriptedRunner &runner, CrashPolicy policy)
    {
        const QString id = create(policy);
        report(runner, id, 0, kRunning);
        return id;
    }
    /// From running (index of the next event given) to rest.
    void putToSleep(ScriptedRunner &runner, const QString &id, qint64 index)
    {
        report(runner, id, index, kSleepIntent);
        report(runner, id, index + 1, kStoppedOk);
    }
    void wake(const QString &id, const AllocationOverride &override = kGatewayWake)
    {
        scheduler->wakeActor(id, override);
        world.settle();
    }
    qint64 now() const { return world.clock.wallMs(); }
    const ActorRow &row(const QString &id) { return *scheduler->actor(id); }
    ActorState state(const QString &id) { return row(id).state; }
};

} // namespace dormouse::test
