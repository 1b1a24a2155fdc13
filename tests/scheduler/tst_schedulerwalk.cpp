// SPDX-License-Identifier: Apache-2.0
// Scenarios 103 and 104 of scheduler.md section 10: random events against the scheduler, with runner processes that keep
// the rules of an SDK. DORMOUSE_WALK_EVENTS sets the number of events, DORMOUSE_WALK_SEED runs one seed only.
#include "engine/scheduler/actormachine.h"
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

namespace {

/// A process: keeps what it runs over reconnects, resends events that are not acknowledged, stops everything when the
/// engine has given it another runner id, and notices when it is told to start something twice.
class Process final : public ChannelListener
{
public:
    Process(Bench &bench, Random &random, QByteArray key, quint32 slots, QString &problem)
        : m_bench(bench), m_random(random), m_key(std::move(key)), m_slots(slots), m_problem(problem)
    {}

    bool connected() const { return m_socket != nullptr; }
    void connect()
    {
        auto pair = SimulatedChannel::makePair(m_bench.world);
        m_link = pair.link;
        m_sockets.push_back(std::move(pair.peer));
        m_socket = m_sockets.back().get();
        m_socket->setListener(this);
        m_bench.scheduler->acceptRunner(std::move(pair.engine), "protocol_version=7&namespace=default&runner_key=" + m_key,
                                        QStringLiteral("ray"));
        wire::ToServerInit init;
        init.name = QStringLiteral("p");
        init.version = 1;
        init.totalSlots = m_slots;
        send(init);
    }
    void cut()
    {
        if (m_link)
            m_link->cut();
    }
    /// The engine process is gone and with it every connection.
    void engineGone() { m_socket = nullptr; }
    /// Something happens in one of its actors.
    void act()
    {
        if (m_lives.empty())
            return;
        auto it = m_lives.begin();
        std::advance(it, qint64(m_random.below(m_lives.size())));
        const QString actorId = it->first;
        switch (m_random.below(6)) {
        case 0: report(actorId, kSleepIntent); break;
        case 1: report(actorId, wire::EventActorIntent{wire::ActorIntent::Stop}); break;
        case 2: report(actorId, alarmAt(m_bench.now() + qint64(m_random.below(60'000)) - 10'000)); break;
        case 3: report(actorId, alarmAt(std::nullopt)); break;
        case 4: end(actorId, kStoppedError); break;
        default: report(actorId, alarmAt(m_bench.now() + 30'000)); break;
        }
    }
    void stopSlowOnes()
    {
        const std::set<QString> told = std::exchange(m_toldToStop, {});
        for (const QString &actorId : told)
            end(actorId, kStoppedOk);
    }
    std::size_t living() const { return m_lives.size(); }

    void channelMessage(Channel &, const QByteArray &payload, bool) override
    {
        const Result<wire::ToClient> message = wire::decodeToClient(7, payload);
        if (const auto *init = std::get_if<wire::ToClientInit>(&*message)) {
            if (!m_runnerId.isEmpty() && m_runnerId != init->runnerId) {
                m_unacked.clear();
                m_lives.clear();
                m_toldToStop.clear();
            }
            m_runnerId = init->runnerId;
            if (!m_unacked.empty())
                send(wire::ToServerEvents{m_unacked});
        } else if (const auto *ping = std::get_if<wire::ToClientPing>(&*message)) {
            send(wire::ToServerPong{ping->ts});
        } else if (const auto *ack = std::get_if<wire::ToClientAckEvents>(&*message)) {
            for (const wire::ActorCheckpoint &upTo : ack->lastEventCheckpoints)
                std::erase_if(m_unacked, [&](const wire::EventWrapper &event) {
                    return event.checkpoint.actorId == upTo.actorId && event.checkpoint.index <= upTo.index;
                });
        } else if (const auto *list = std::get_if<wire::ToClientCommands>(&*message)) {
            for (const wire::CommandWrapper &command : list->commands)
                obey(command);
        }
    }
    void channelClosed(Channel &channel, const ChannelClose &) override
    {
        if (m_socket == &channel)
            m_socket = nullptr;
    }

private:
    struct Life
    {
        quint32 generation = 0;
        qint64 next = 0;
    };
    void obey(const wire::CommandWrapper &command)
    {
        const QString actorId = command.checkpoint.actorId;
        const quint32 generation = command.checkpoint.generation;
        const auto life = m_lives.find(actorId);
        if (std::holds_alternative<wire::CommandStartActor>(command.inner)) {
            // A start that arrived and has not led to any event looks to the engine like one that got lost, so it may
            // come again (section 2.6); anything that has spoken may not be started again.
            if (life != m_lives.end() && life->second.generation == generation && life->second.next == 0)
                return;
            if (!m_started.insert({actorId, generation}).second)
                m_problem = u"started twice in one process: " % actorId;
            if (life != m_lives.end()) {
                // Only one that was told to stop and was given up on may still be there; it has to go first.
                if (!m_toldToStop.contains(actorId))
                    m_problem = u"two generations alive in one process: " % actorId;
                end(actorId, kStoppedOk);
            }
            m_lives[actorId] = {generation, 0};
            if (m_random.below(20) != 0) // some never come up
                report(actorId, kRunning);
        } else if (life != m_lives.end() && life->second.generation == generation) {
            if (m_random.below(3) == 0)
                m_toldToStop.insert(actorId);
            else
                end(actorId, m_random.below(2) == 0 ? kStoppedOk : kStoppedError);
        }
    }
    void report(const QString &actorId, const wire::Event &event)
    {
        Life &life = m_lives[actorId];
        m_unacked.push_back({{actorId, life.generation, life.next++}, event});
        if (m_socket)
            send(wire::ToServerEvents{{m_unacked.back()}});
    }
    void end(const QString &actorId, const wire::Event &how)
    {
        if (!m_lives.contains(actorId))
            return;
        report(actorId, how);
        m_lives.erase(actorId);
        m_toldToStop.erase(actorId);
    }
    void send(const wire::ToServer &message)
    {
        if (m_socket)
            m_socket->send(*wire::encodeToServer(7, message), true);
    }

    Bench &m_bench;
    Random &m_random;
    const QByteArray m_key;
    const quint32 m_slots;
    QString &m_problem;
    QString m_runnerId;
    SimulatedChannel *m_socket = nullptr;
    std::shared_ptr<SimulatedLink> m_link; ///< shared with the engine's end
    std::vector<std::unique_ptr<SimulatedChannel>> m_sockets;
    std::map<QString, Life> m_lives;
    std::set<QString> m_toldToStop;
    std::set<std::pair<QString, quint32>> m_started;
    std::vector<wire::EventWrapper> m_unacked;
};

class Walk
{
public:
    explicit Walk(quint64 seed) : m_random(seed)
    {
        m_bench.configurePool();
        m_processes.resize(5);
    }

    QString run(int events)
    {
        for (int i = 0; i < events && m_problem.isEmpty(); ++i) {
            step();
            m_bench.world.settle();
            if (m_problem.isEmpty())
                m_problem = m_bench.brokenInvariant();
            if (!m_problem.isEmpty())
                return m_problem % u" at event " % QString::number(i) % history();
        }
        return m_problem.isEmpty() ? rest() : m_problem;
    }

private:
    void step()
    {
        const quint64 kind = m_random.below(100);
        std::unique_ptr<Process> &process = m_processes[m_random.below(m_processes.size())];
        if (kind < 10) {
            if (m_actors.size() < 50)
                create();
        } else if (kind < 13) {
            if (const QString id = anyActor(); !id.isEmpty())
                m_bench.scheduler->destroyActor(id, {}, {});
        } else if (kind < 30) {
            wake();
        } else if (kind < 34) {
            if (const QString id = anyActor(); !id.isEmpty())
                m_random.below(2) == 0 ? m_bench.scheduler->sleepActor(id, {}) : m_bench.scheduler->rescheduleActor(id, {});
        } else if (kind < 65) {
            if (process)
                process->act();
        } else if (kind < 72) {
            if (process)
                process->stopSlowOnes();
        } else if (kind < 80) {
            if (!process)
                process = std::make_unique<Process>(m_bench, m_random, QByteArray::number(m_nextKey++), 10, m_problem);
            if (!process->connected())
                process->connect();
        } else if (kind < 84) {
            if (process)
                process->cut();
        } else if (kind < 86) {
            process.reset(); // killed
        } else if (kind < 87) {
            if (process && !m_bench.scheduler->runners().empty())
                m_bench.scheduler->drainRunner(m_bench.scheduler->runners().front().runnerId, {});
        } else if (kind < 88) {
            m_bench.world.clock.stepWall(qint64(m_random.below(40'000)) - 20'000);
        } else if (kind < 89) {
            m_bench.restart(qint64(m_random.below(20'000)));
            for (const auto &one : m_processes) {
                if (one)
                    one->engineGone();
            }
        } else {
            m_bench.world.advance(qint64(m_random.below(m_random.below(10) == 0 ? 40'000 : 2'000)));
        }
        std::erase_if(m_actors, [&](const QString &id) {
            const ActorRow *row = m_bench.scheduler->actor(id);
            return !row || row->state == ActorState::Destroyed;
        });
    }
    void create()
    {
        const auto policy = CrashPolicy(m_random.below(3));
        std::optional<QString> key;
        if (m_random.below(2) == 0)
            key = QString::number(m_random.below(30));
        const QString id = m_bench.create(policy, key);
        if (!id.isEmpty())
            m_actors.push_back(id);
    }
    void wake()
    {
        const QString id = anyActor();
        if (id.isEmpty())
            return;
        const quint64 kind = m_random.below(3);
        m_bench.scheduler->wakeActor(id, kind == 0   ? kGatewayWake
                                             : kind == 1 ? AllocationOverride{OverrideKind::DontSleep, {}}
                                                         : AllocationOverride{});
    }
    /// What the engine told about the actor whose id ends the problem.
    QString history() const
    {
        QStringList lines;
        for (const monitor::Event &event : m_bench.sink.events) {
            if (m_problem.endsWith(event.actorId) && !event.actorId.isEmpty())
                lines << QString(event.from % u">" % event.to % u" " % QString::number(event.generation.value_or(0))
                                 % u" " % event.reason % u" " % event.runnerId.left(6) % u" " % event.text);
        }
        return u"\n" % lines.mid(std::max(0, int(lines.size()) - 20)).join(u'\n');
    }
    QString anyActor() { return m_actors.empty() ? QString() : m_actors[m_random.below(m_actors.size())]; }

    /// Events stop; with enough room everything starts or rests.
    QString rest()
    {
        for (int i = 0; i < 200; ++i) {
            for (auto &process : m_processes) {
                if (!process)
                    process = std::make_unique<Process>(m_bench, m_random, QByteArray::number(m_nextKey++), 20, m_problem);
                if (!process->connected())
                    process->connect();
                process->stopSlowOnes();
            }
            m_bench.world.advance(10'000);
        }
        if (m_problem.isEmpty())
            m_problem = m_bench.brokenInvariant();
        for (const QString &id : m_bench.scheduler->actorIds()) {
            const ActorState state = m_bench.state(id);
            const bool atRest = state == ActorState::Running || state == ActorState::Sleeping
                || state == ActorState::Destroyed || state == ActorState::Starting || state == ActorState::Backoff;
            if (!atRest && m_problem.isEmpty())
                m_problem = u"never came to rest: " % QLatin1String(actorStateName(state)) % u' ' % id;
        }
        return m_problem;
    }

    Random m_random;
    Bench m_bench;
    QString m_problem;
    std::vector<std::unique_ptr<Process>> m_processes;
    std::vector<QString> m_actors;
    int m_nextKey = 0;
};

} // namespace

class TestSchedulerWalk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario104_randomWalk()
    {
        bool given = false;
        const int wanted = qEnvironmentVariableIntValue("DORMOUSE_WALK_EVENTS", &given);
        const int events = given ? wanted : 16'000;
        const int only = qEnvironmentVariableIntValue("DORMOUSE_WALK_SEED");
        constexpr int kPerSeed = 1'000;
        for (int seed = 1; seed * kPerSeed <= events || seed == 1; ++seed) {
            const int use = only > 0 ? only : seed;
            const QString problem = Walk(quint64(use)).run(std::min(events, kPerSeed));
            QVERIFY2(problem.isEmpty(), qPrintable(QString(u"seed " % QString::number(use) % u": " % problem)));
            if (only > 0)
                return;
        }
    }

    /// Two pools that drain at once give each actor once; two engines on one database: tst_twoengines.
    void scenario103_everyPendingActorOnce()
    {
        Bench bench;
        bench.configurePool();
        RunnerConfigRow other = *bench.scheduler->runnerConfig(bench.namespaceId(), QStringLiteral("p"));
        other.name = QStringLiteral("q");
        bench.scheduler->putRunnerConfig(other, {});
        for (int i = 0; i < 1'000; ++i) {
            CreateActor request = bench.request(CrashPolicy::Restart);
            request.pool = i % 2 == 0 ? QStringLiteral("p") : QStringLiteral("q");
            bench.scheduler->createActor(request, {});
        }
        bench.world.settle();
        ScriptedRunner p;
        ScriptedRunner q;
        q.pool = QStringLiteral("q");
        p.connectTo(bench.world, *bench.scheduler, "p", 600);
        q.connectTo(bench.world, *bench.scheduler, "q", 600);
        bench.world.settle();
        QCOMPARE(bench.brokenInvariant(), QString());
        std::set<QString> started;
        for (const ScriptedRunner *runner : {&p, &q}) {
            QCOMPARE(runner->commands.size(), std::size_t(500));
            for (const wire::CommandWrapper &command : runner->commands)
                QVERIFY(started.insert(command.checkpoint.actorId).second);
        }
        QCOMPARE(started.size(), std::size_t(1'000));
    }
};

QTEST_GUILESS_MAIN(TestSchedulerWalk)
#include "tst_schedulerwalk.moc"
