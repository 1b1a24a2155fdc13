// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/core/core.h"
#include "engine/embedded/publisher.h"
#include "engine/record/sessionwriter.h"
#include "engine/store/memorystore.h"
#include "tests/simulation/runnerprocess.h"
#include "tests/simulation/schedule.h"

namespace dormouse::test {

struct SimulationOptions
{
    Defect defect = Defect::None;
    bool logging = false;
    QString recording; ///< session file to write, empty = none
};

/// How much really happened, over all runs.
struct SimulationCoverage
{
    quint64 sockets = 0, survived = 0, messages = 0, restored = 0, writes = 0, posts = 0, engineKills = 0,
            runnerKills = 0, cuts = 0, freezes = 0, pauses = 0, actors = 0;
    qint64 virtualMs = 0;
};

class EngineProcess;
class SimulatedClient;
class SimulatedExchange;

/// A cluster on virtual time that plays one schedule: one engine process after the other over one store, runner
/// processes, WebSocket and HTTP clients.
class Cluster
{
public:
    Cluster(const Schedule &schedule, const SimulationOptions &options, SimulationCoverage &coverage);
    ~Cluster();
    Q_DISABLE_COPY_MOVE(Cluster)

    /// The first rule that was broken, or nothing. Once.
    std::optional<Violation> run();
    const QStringList &log() const { return m_truth.log; }

    // for the invariants
    Core *core() const;
    Truth &truth() { return m_truth; }
    const std::vector<std::unique_ptr<RunnerProcess>> &processes() const { return m_processes; }
    VirtualWorld &world() { return m_world; }

private:
    friend class EngineProcess;
    struct Slot
    {
        RunnerProcess *process = nullptr;
        int life = 0;
        int keyNumber = 0;
        qint64 faultUntilMs = 0; ///< a half-open link or a pause is not over
    };

    // clusteractions.cpp
    void apply(const Step &step);
    void createActor(const Step &step);
    void destroyActor(const QString &actorId);
    void openSocket(const QString &actorId, bool hibernatable);
    void request(const QString &actorId, bool isPost);
    void clientSend(const Step &step);
    void runnerFault(const Step &step, Slot &slot);
    CountingActor *living(const QString &actorId) const;
    QString anyActor(int subject) const;
    void rest(const QByteArray &method, const QByteArray &target, const QByteArray &body,
              std::function<void(int, const QByteArray &)> done);

    void note(const QString &text);
    void startEngine();
    void killEngine();
    void restartEngineAfter(qint64 ms);
    void startRunner(int slot, bool newKey);
    void endRunner(int slot);
    SimulatedChannel::Pair dial(const QByteArray &target);
    void check();
    void advance(qint64 ms);
    void heal();
    bool hasConverged() const;
    void verifyReachable();
    void tearDown();

    const Schedule m_schedule;
    const SimulationOptions m_options;
    SimulationCoverage &m_coverage;
    Truth m_truth;
    VirtualWorld m_world;
    const EngineConfig m_config;
    Random m_random;
    MemoryStore m_memory;
    std::unique_ptr<Store> m_store; ///< what the engine sees of m_memory
    std::unique_ptr<EngineProcess> m_engine;
    int m_engineLife = 0;
    int m_killAfterEvents = 0;
    qint64 m_downMs = 0;
    bool m_healing = false;
    bool m_storeFailed = false; ///< during this life of the engine
    std::vector<std::unique_ptr<RunnerProcess>> m_processes;
    std::vector<Slot> m_slots;
    std::vector<std::unique_ptr<SimulatedClient>> m_clients;
    std::vector<std::shared_ptr<SimulatedExchange>> m_exchanges; ///< shared with the engine process that may end first
    std::vector<QString> m_actors; ///< confirmed, in this order
    std::unique_ptr<record::SessionWriter> m_writer;
};

/// A WebSocket client.
class SimulatedClient final : public ChannelListener
{
public:
    SimulatedClient(Truth &truth, std::size_t number) : m_truth(truth), m_number(number) {}
    void channelMessage(Channel &, const QByteArray &, bool) override {}
    void channelClosed(Channel &, const ChannelClose &close) override
    {
        m_truth.clients[m_number].ended = true;
        m_truth.clients[m_number].endedBy = QString::fromUtf8(close.reason);
    }
    std::unique_ptr<SimulatedChannel> channel;

private:
    Truth &m_truth;
    const std::size_t m_number;
};

class SimulatedUpgrade final : public UpgradeRequest
{
public:
    using Accepted = std::function<void(SimulatedChannel::Pair &)>;
    SimulatedUpgrade(VirtualWorld &world, HttpHead head, Accepted accepted)
        : m_world(world), m_head(std::move(head)), m_accepted(std::move(accepted))
    {}
    const HttpHead &head() const override { return m_head; }
    std::unique_ptr<Channel> accept(const QByteArray &, const HeaderList &) override
    {
        auto pair = SimulatedChannel::makePair(m_world);
        auto engine = std::move(pair.engine);
        m_accepted(pair);
        return engine;
    }
    void reject(int, const HeaderList &, const QByteArray &) override {}

private:
    VirtualWorld &m_world;
    HttpHead m_head;
    Accepted m_accepted;
};

class SimulatedExchange final : public HttpExchange
{
public:
    using Done = std::function<void(int, const QByteArray &)>;
    SimulatedExchange(HttpHead head, QByteArray body, Done done)
        : m_head(std::move(head)), m_body(std::move(body)), m_done(std::move(done))
    {}
    const HttpHead &head() const override { return m_head; }
    const QByteArray &body() const override { return m_body; }
    void respond(int status, const HeaderList &headers, const QByteArray &body) override
    {
        begin(status, headers);
        write(body);
        finish();
    }
    void begin(int status, const HeaderList &) override { m_status = status; }
    void write(const QByteArray &data) override { m_answer += data; }
    void finish() override { end(m_status); }
    void abort() override { end(0); }
    bool alive() const override { return m_alive; }
    qint64 bytesQueued() const override { return 0; }
    void onGone(std::function<void()> callback) override { m_gone = std::move(callback); }
    /// The engine process has ended under it.
    void lose()
    {
        m_gone = nullptr;
        end(-1);
    }

private:
    void end(int status)
    {
        if (std::exchange(m_alive, false))
            m_done(status, m_answer);
    }
    HttpHead m_head;
    QByteArray m_body;
    Done m_done;
    int m_status = 0;
    QByteArray m_answer;
    bool m_alive = true;
    std::function<void()> m_gone;
};

HttpHead simulatedHead(const QByteArray &method, const QByteArray &target, bool upgrade);

/// One life of the engine: its timers, randomness and core, over a store that outlives it.
class EngineProcess
{
public:
    EngineProcess(Cluster &cluster, quint64 seed);
    ~EngineProcess();
    Core &core() { return *m_core; }
    std::size_t timersLeft() const { return m_timers.wheel.size(); }
    void destroyCore();

private:
    void publishLater();

    Cluster &m_cluster;
    ProcessTimers m_timers;
    Random m_random;
    Metrics m_metrics;
    std::unique_ptr<monitor::Sink> m_sink;
    Publisher *m_publisher = nullptr; ///< m_sink when the run is recorded
    std::unique_ptr<Core> m_core;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< for calls that are due
};

} // namespace dormouse::test
