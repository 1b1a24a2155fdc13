// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/clients.h"
#include "tests/simulation/endpoint.h"
#include "tests/simulation/engineprocess.h"
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
    quint64 sockets = 0, survived = 0, messages = 0, writes = 0, posts = 0, uploads = 0, engineKills = 0, runnerKills = 0, cuts = 0,
            freezes = 0, pauses = 0, actors = 0, alarmsSet = 0, alarmsKept = 0, alarmsRung = 0, doubles = 0, doubted = 0,
            streams = 0, served = 0, events = 0;
    qint64 virtualMs = 0;
    std::map<int, quint64> destroyedIn; ///< state of the actor
    std::map<int, quint64> processes;   ///< by protocol version
};

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
    EngineProcess *engine() const { return m_engine.get(); }
    const std::vector<std::unique_ptr<RunnerProcess>> &processes() const { return m_processes; }
    /// Another process of this key has connected just now, and the engine has to choose.
    bool maySoonBeEvicted(const RunnerProcess &process) const;
    VirtualWorld &world() { return m_world; }
    const WatchedStore &store() const { return m_store; }
    const Endpoint &endpoint() const { return m_endpoint; }
    /// How long nothing has kept the engine from acting: it runs, the store commits, the clock goes on.
    qint64 undisturbedMs() const;
    bool clockWasStepped() const { return m_clockStepped; }

private:
    enum class Kind { Permanent, Double, Serverless };
    struct Slot
    {
        Kind kind = Kind::Permanent;
        RunnerProcess *process = nullptr;
        int life = 0;
        QString name; ///< of the key, without its number
        int keyNumber = 0;
        int slots = 1;
        qint64 faultUntilMs = 0; ///< a half-open link or a pause is not over
        std::function<void(const QString &)> named; ///< of a serverless process
    };

    // clusteractions.cpp
    void apply(const Step &step);
    void createActor(const Step &step);
    void destroyActor(const QString &actorId);
    QString keyOf(int subject) const;
    QByteArray actorBody(const QString &key, int policy) const;
    void putActor(int subject, int policy);
    void actorAnswered(const QString &key, const QByteArray &answer);
    void openSocket(const QString &actorId, bool hibernatable);
    void setAlarm(const Step &step, CountingActor &actor);
    void clientFault(const Step &step);
    void engineFault(const Step &step);
    void storeFault(const Step &step);
    void request(const QString &actorId, bool isPost);
    void clientSend(const Step &step);
    void runnerFault(const Step &step);
    void doubleRunner(const Slot &slot);
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
    int startServerless(const StreamRequest &request, std::function<void(const QString &)> named);
    void stopServerless(int slot);
    void doubtTwins(const RunnerProcess &newest);
    SimulatedChannel::Pair dial(const QByteArray &target);
    void afterEach();
    void disturbed() { m_disturbedMs = m_world.clock.monoMs(); }
    void advance(qint64 ms);
    void heal();
    bool hasConverged() const;
    void wakeToLook();
    void measure();
    std::vector<QString> askedInVain(const std::vector<QString> &ids);
    void verifyReachable();
    void verifyAlarms();
    void tearDown();

    const Schedule m_schedule;
    const SimulationOptions m_options;
    SimulationCoverage &m_coverage;
    Truth m_truth;
    VirtualWorld m_world;
    const EngineConfig m_config = simulatedConfig();
    static EngineConfig simulatedConfig();
    Random m_random;
    MemoryStore m_memory;
    WatchedStore m_store; ///< what the engine sees of m_memory
    Endpoint m_endpoint;
    ProcessSurroundings m_forProcesses;
    EngineSurroundings m_forEngine;
    std::unique_ptr<EngineProcess> m_engine;
    int m_engineLife = 0;
    int m_killAfterEvents = 0;
    int m_failAfterEvents = 0;
    int m_killAtCommit = 0; ///< the engine ends between that commit and everything that would follow from it
    bool m_endsNow = false;
    qint64 m_disturbedMs = 0;
    bool m_clockStepped = false;
    bool m_isHeld = false;
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

} // namespace dormouse::test
