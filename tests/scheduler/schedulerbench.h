// SPDX-License-Identifier: Apache-2.0
#pragma once

// A scheduler on virtual time with a memory store, and runner processes that do what a test tells them.

#include "engine/scheduler/scheduler.h"
#include "engine/store/memorystore.h"
#include "engine/wire/codec.h"
#include "tests/support/simulatedchannel.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace dormouse::test {

/// A runner process. Answers pings on its latest socket, as the SDKs do.
class ScriptedRunner : public ChannelListener
{
public:
    int protocol = 7;
    QString pool = QStringLiteral("p");

    /// A socket on which nothing has been sent yet.
    void dial(VirtualWorld &world, Scheduler &scheduler, const QByteArray &query)
    {
        auto pair = SimulatedChannel::makePair(world);
        link = pair.link;
        m_engineEnd = pair.engine.get();
        m_sockets.push_back(std::move(pair.peer));
        m_sockets.back()->setListener(this);
        scheduler.acceptRunner(std::move(pair.engine), query, QStringLiteral("ray"));
    }
    /// One more socket of this process; the ones before stay as they are.
    void connectTo(VirtualWorld &world, Scheduler &scheduler, const QByteArray &key, quint32 slots, quint32 version = 1)
    {
        dial(world, scheduler,
             QByteArray("protocol_version=" + QByteArray::number(protocol) + "&namespace=default&runner_key=" + key));
        wire::ToServerInit init = initExtra;
        init.name = pool;
        init.version = version;
        init.totalSlots = slots;
        send(init);
    }
    /// What the engine sends on the latest socket stays with the engine.
    void stallEngine() { link->setStalled(*m_engineEnd, true); }
    void send(const wire::ToServer &message) { m_sockets.back()->send(*wire::encodeToServer(protocol, message), true); }
    int socketCount() const { return int(m_sockets.size()); }
    void sendOn(int socket, const wire::ToServer &message)
    {
        m_sockets[std::size_t(socket)]->send(*wire::encodeToServer(protocol, message), true);
    }
    void sendRaw(const QByteArray &payload, bool binary) { m_sockets.back()->send(payload, binary); }
    void close(const QByteArray &reason) { m_sockets.back()->close(1000, reason); }
    void answerPings()
    {
        for (const qint64 ts : std::exchange(unanswered, {}))
            send(wire::ToServerPong{ts});
    }
    void event(const QString &actorId, quint32 generation, qint64 index, const wire::Event &inner)
    {
        send(wire::ToServerEvents{{{{actorId, generation, index}, inner}}});
    }
    void channelMessage(Channel &, const QByteArray &payload, bool) override
    {
        const Result<wire::ToClient> message = wire::decodeToClient(protocol, payload);
        QVERIFY(message.ok());
        if (const auto *init = std::get_if<wire::ToClientInit>(&*message)) {
            runnerId = init->runnerId;
            inits.push_back(*init);
            for (const wire::ToServer &tail : resend)
                send(tail);
        } else if (const auto *ping = std::get_if<wire::ToClientPing>(&*message)) {
            unanswered.push_back(ping->ts);
            if (answersPings)
                answerPings();
        } else if (const auto *list = std::get_if<wire::ToClientCommands>(&*message)) {
            ++commandMessages;
            commands.insert(commands.end(), list->commands.begin(), list->commands.end());
            for (const wire::CommandWrapper &command : list->commands) {
                if (reportsStarts && std::holds_alternative<wire::CommandStartActor>(command.inner))
                    event(command.checkpoint.actorId, command.checkpoint.generation, 0,
                          wire::EventActorStateUpdate{wire::ActorStateRunning{}});
            }
        } else if (const auto *ack = std::get_if<wire::ToClientAckEvents>(&*message)) {
            acks.insert(acks.end(), ack->lastEventCheckpoints.begin(), ack->lastEventCheckpoints.end());
            legacyAcks.push_back(ack->lastEventIdx);
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

    int stops(const QString &actorId) const
    {
        return int(std::count_if(commands.begin(), commands.end(), [&](const wire::CommandWrapper &command) {
            return command.checkpoint.actorId == actorId
                && std::holds_alternative<wire::CommandStopActor>(command.inner);
        }));
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
    std::vector<qint64> unanswered;
    bool reportsStarts = false; ///< running, at once
    std::vector<wire::CommandWrapper> commands;
    std::vector<wire::ActorCheckpoint> acks;
    std::vector<wire::ToClientKvResponse> kvAnswers;
    std::vector<wire::ToServer> resend; ///< sent on init, before the pong
    std::vector<wire::ToClientInit> inits;
    std::vector<qint64> legacyAcks; ///< protocol 1 to 3
    int commandMessages = 0;
    wire::ToServerInit initExtra; ///< what the next init carries besides name, version and slots

private:
    SimulatedChannel *m_engineEnd = nullptr;
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

/// Keeps what the engine reports.
class RecordingSink final : public monitor::Sink
{
public:
    void actorChanged(const QString &) override {}
    void runnerChanged(const QString &) override {}
    void connectionChanged(const QString &) override {}
    void connectionEnded(const monitor::ConnectionInfo &) override {}
    void runnerEnded(const monitor::RunnerInfo &last) override { runnersEnded.push_back(last); }
    void ackLatency(qint64, bool) override {}
    void wakeLatency(qint64, bool) override {}
    void httpLatency(qint64, bool) override {}
    bool wantsTrace() const override { return false; }
    void event(monitor::Event event) override { events.push_back(std::move(event)); }

    int count(QLatin1String reason) const
    {
        return int(std::count_if(events.begin(), events.end(),
                                 [&](const monitor::Event &event) { return event.reason == reason; }));
    }
    /// The latest with this reason, or an empty one.
    monitor::Event last(QLatin1String reason) const
    {
        const auto it = std::find_if(events.rbegin(), events.rend(),
                                     [&](const monitor::Event &event) { return event.reason == reason; });
        return it == events.rend() ? monitor::Event() : *it;
    }

    std::vector<monitor::Event> events;
    std::vector<monitor::RunnerInfo> runnersEnded;
};

struct Bench
{
    VirtualWorld world;
    EngineConfig config;
    Random random{1};
    MemoryStore store{world.poster()};
    RecordingSink sink;
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
    void configurePool(const QJsonObject &body = {{QStringLiteral("normal"), QJsonObject()}})
    {
        RunnerConfigRow row;
        row.namespaceId = namespaceId();
        row.name = QStringLiteral("p");
        row.body = body;
        scheduler->putRunnerConfig(row, {});
        world.settle();
    }
    void configureServerless(int maxRunners)
    {
        const QJsonObject serverless{{QStringLiteral("url"), QStringLiteral("http://127.0.0.1:9")},
                                     {QStringLiteral("request_lifespan"), 300},
                                     {QStringLiteral("slots_per_runner"), 1},
                                     {QStringLiteral("max_runners"), maxRunners}};
        configurePool({{QStringLiteral("serverless"), serverless}});
    }
    CreateActor request(CrashPolicy policy, std::optional<QString> key = {})
    {
        CreateActor made;
        made.namespaceId = namespaceId();
        made.name = QStringLiteral("a");
        made.pool = QStringLiteral("p");
        made.crashPolicy = policy;
        made.key = std::move(key);
        return made;
    }
    QString create(CrashPolicy policy, std::optional<QString> key = {}) { return create(request(policy, std::move(key))); }
    QString create(const CreateActor &request)
    {
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
    /// Code of the answer, empty = success.
    QByteArray destroy(const QString &id)
    {
        QByteArray code("unanswered");
        scheduler->destroyActor(id, {}, [&code](const Status &status) {
            code = status.ok() ? QByteArray() : status.error().fullCode();
        });
        world.settle();
        return code;
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
    /// One slot, taken by another actor; the returned one has slept once and is in generation 0.
    QString asleepWithoutCapacity(ScriptedRunner &runner, CrashPolicy policy = CrashPolicy::Sleep)
    {
        connectRunner(runner, "k", 1);
        const QString id = createRunning(runner, policy);
        putToSleep(runner, id, 1);
        createRunning(runner, CrashPolicy::Restart);
        return id;
    }
    /// First broken rule of section 3.4, empty = none.
    QString brokenInvariant()
    {
        std::map<QString, quint32> held;
        std::set<QString> waitingPools;
        for (const QString &id : scheduler->actorIds()) {
            const ActorRow &actor = row(id);
            const bool queued = scheduler->describeActor(id).queuePosition.has_value();
            if (queued != (actor.state == ActorState::Pending))
                return u"I-1: queue and state differ for " % id;
            if (queued && actor.slotHeld)
                return u"I-2: pending with a slot " % id;
            if (actor.slotHeld != actor.runnerId.has_value())
                return u"slot and runner differ for " % id;
            if (actor.slotHeld)
                ++held[*actor.runnerId];
            if (queued)
                waitingPools.insert(actor.pool);
        }
        for (const RunnerRow &runner : scheduler->runners()) {
            const quint32 used = scheduler->usedSlots(runner.runnerId);
            if (used != held[runner.runnerId])
                return u"I-3: used slots of " % runner.runnerId;
            if (used > runner.totalSlots)
                return u"more slots than there are on " % runner.runnerId;
            if (waitingPools.contains(runner.name) && scheduler->describeRunner(runner.runnerId).eligible.value_or(false))
                return u"I-4: free capacity on " % runner.runnerId % u" and a queue";
        }
        return {};
    }
    qint64 now() const { return world.clock.wallMs(); }
    const ActorRow &row(const QString &id) { return *scheduler->actor(id); }
    ActorState state(const QString &id) { return row(id).state; }
};

} // namespace dormouse::test
