// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runner/runner.h"
#include "tests/simulation/truth.h"
#include "tests/support/processtimers.h"
#include "tests/support/simulatedchannel.h"

#include <set>

namespace dormouse::test {

class CountingActor;

/// A defect on purpose, to see that it is found.
enum class Defect { None, StoreLosesWrite, ActorSkipsMessage };

/// One runner process of the simulated cluster: the runner library with actors that keep books.
class RunnerProcess
{
public:
    /// Makes a connection to the engine; nullptr while there is no engine.
    using Dial = std::function<SimulatedChannel::Pair(const QByteArray &target)>;

    RunnerProcess(VirtualWorld &world, Truth &truth, Defect defect, quint64 seed, const QString &key, int slots, Dial dial);
    ~RunnerProcess();

    Runner &runner() { return *m_runner; }
    const QString &name() const { return m_name; }
    int slotCount() const { return m_slots; }
    int liveActors() const { return int(m_actors.size()); }
    /// The living handler of an actor, or null.
    CountingActor *actor(const QString &actorId) const;
    std::size_t timersLeft() const { return m_timers.wheel.size(); }

    void cut();
    void freeze(qint64 runnerNoticesMs, qint64 engineNoticesMs);
    void setDelay(qint64 ms);
    void setPaused(bool paused);
    bool isPaused() const { return m_timers.isPaused(); }

private:
    friend class CountingActor;
    std::unique_ptr<Channel> connect();

    VirtualWorld &m_world;
    Truth &m_truth;
    const Defect m_defect;
    const QString m_name;
    const int m_slots;
    const Dial m_dial;
    std::map<QString, CountingActor *> m_actors; ///< before the timers: what these still hold are actors
    ProcessTimers m_timers;
    Random m_random;
    qint64 m_delayMs = 0;
    bool m_cutAfterPause = false;
    std::shared_ptr<SimulatedLink> m_link; ///< of the newest connection; shared with its channels
    std::shared_ptr<SimulatedChannel *> m_peer; ///< shared with calls that are due; null inside = gone
    std::unique_ptr<Runner> m_runner;
};

/// Keeps one number in its store and, with every hibernatable socket, how many messages it has handled.
class CountingActor final : public ActorHandler
{
public:
    explicit CountingActor(RunnerProcess &process) : m_process(process) {}
    ~CountingActor() override { leave(); }

    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override;
    void stop(ActorContext &context, std::function<void()> done) override;
    void httpRequest(ActorContext &context, const ActorHttpRequest &request,
                     std::shared_ptr<HttpResponder> responder) override;
    SocketDecision webSocketOpen(ActorContext &context, RunnerSocket &socket) override;
    bool socketRestored(ActorContext &context, RunnerSocket &socket) override;
    void webSocketMessage(ActorContext &context, RunnerSocket &socket, const QByteArray &data, bool binary) override;

    ActorContext *context() const { return m_context; }

private:
    void leave();
    void increment(std::shared_ptr<HttpResponder> responder);

    RunnerProcess &m_process;
    ActorContext *m_context = nullptr; ///< set while this life counts as a living copy
    QString m_actorId;
    qint64 m_value = 0;
    std::map<quint64, int> m_plain; ///< messages handled, by socket
};

} // namespace dormouse::test
