// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runner/runner.h"
#include "tests/simulation/countingactor.h"
#include "tests/simulation/watchedstore.h"
#include "tests/support/processtimers.h"
#include "tests/support/simulatedchannel.h"

#include <set>

namespace dormouse::test {

/// A defect on purpose, to see that it is found.
enum class Defect { None, StoreLosesWrite, ActorSkipsMessage };

class RunnerProcess;

/// What every process of a cluster shares. References outlive the processes.
struct ProcessSurroundings
{
    VirtualWorld &world;
    Truth &truth;
    const WatchedStore &store;
    Defect defect = Defect::None;
    /// Makes a connection to the engine; without a peer while there is no engine.
    std::function<SimulatedChannel::Pair(const QByteArray &target)> dial;
    /// A process has such a connection.
    std::function<void(const RunnerProcess &)> dialled;
    std::function<void()> alarmRang;
};

struct ProcessOptions
{
    QString key;
    QString pool;
    int slots = 1;
    int protocolVersion = 7;
    bool serverless = false; ///< one of a pool, which may end it
    std::function<void(const QString &runnerId)> connected; ///< at every init
    std::function<void()> ended;                            ///< evicted or shut down
};

/// One runner process of the simulated cluster: the runner library with actors that keep books.
class RunnerProcess
{
public:
    RunnerProcess(const ProcessSurroundings &surroundings, const ProcessOptions &options, quint64 seed);
    ~RunnerProcess();
    Q_DISABLE_COPY_MOVE(RunnerProcess)

    Runner &runner() { return *m_runner; }
    const Runner &runner() const { return *m_runner; }
    const QString &name() const { return m_options.key; }
    int slotCount() const { return m_options.slots; }
    /// The living handler of an actor, or null.
    CountingActor *actor(const QString &actorId) const;
    const std::map<QString, CountingActor *> &actors() const { return m_actors; }
    std::size_t timersLeft() const { return m_timers.wheel.size(); }

    void cut();
    /// Half-open: the two sides notice it independently of each other.
    void freeze(qint64 runnerNoticesMs, qint64 engineNoticesMs);
    void setDelay(qint64 ms);
    void setPaused(bool paused);
    bool isPaused() const { return m_timers.isPaused(); }
    /// The engine may give its actors away before it can know: see CountingActor::doubt().
    void doubt();
    bool hasDoubtedActors() const;
    /// Really, not only as far as it knows.
    bool isConnected() const { return m_link && m_link->isWhole() && m_runner->isConnected(); }
    qint64 dialledMs() const { return m_dialledMs; } ///< mono, the last time; negative = never
    /// What starts now may have been given away already, too. Over with the next connection.
    bool isDoubted() const { return m_isDoubted; }

    // for its actors
    Truth &truth() { return m_surroundings.truth; }
    void actorStarted(CountingActor &actor);
    void actorEnded(CountingActor &actor);
    void alarmRang() { m_surroundings.alarmRang(); }
    qint64 committedNumber(const QString &actorId) const { return m_surroundings.store.committedNumber(actorId); }
    bool skipsMessages() const { return m_surroundings.defect == Defect::ActorSkipsMessage; }
    bool hasDefect() const { return m_surroundings.defect != Defect::None; }

private:
    std::unique_ptr<Channel> connect();
    void received(const QByteArray &frame);

    const ProcessSurroundings &m_surroundings;
    const ProcessOptions m_options;
    std::map<QString, CountingActor *> m_actors; ///< before the timers: what these still hold are actors
    /// Actor and generation; since the process gave up its actors the last time, when it was without an engine too long.
    std::set<std::pair<QString, quint32>> m_startsReceived;
    std::optional<qint64> m_lostSinceMs;
    bool m_isDoubted = false;
    qint64 m_dialledMs = -1;
    ProcessTimers m_timers;
    Random m_random;
    qint64 m_delayMs = 0;
    std::shared_ptr<SimulatedLink> m_link; ///< of the newest connection; shared with its channels
    std::shared_ptr<SimulatedChannel *> m_peer; ///< shared with calls that are due; null inside = gone
    std::unique_ptr<Runner> m_runner;
};

} // namespace dormouse::test
