// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/runnerprocess.h"

#include "engine/wire/codec.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

constexpr qint64 kEngineGivesUpMs = 15'000; ///< runner_lost_threshold and the ping timeout, as configured

/// First byte of the frames that are looked at; the others are not decoded a second time.
bool isWorthReading(int version, const QByteArray &frame)
{
    static const auto tagOf = [](const wire::ToClient &message) { return (*wire::encodeToClient(7, message)).front(); };
    static const char kCommands = tagOf(wire::ToClientCommands{});
    static const char kAcks = tagOf(wire::ToClientAckEvents{});
    return version < 4 || (!frame.isEmpty() && (frame.front() == kCommands || frame.front() == kAcks));
}

} // namespace

RunnerProcess::RunnerProcess(const ProcessSurroundings &surroundings, const ProcessOptions &options, quint64 seed)
    : m_surroundings(surroundings), m_options(options), m_timers(surroundings.world), m_random(seed),
      m_peer(std::make_shared<SimulatedChannel *>(nullptr))
{
    RunnerOptions runner;
    runner.name = options.pool;
    runner.key = options.key;
    runner.totalSlots = quint32(options.slots);
    runner.protocolVersion = options.protocolVersion;
    runner.ackDelayMs = 200 + qint64(m_random.below(5'000));
    runner.ackCount = 1 + int(m_random.below(10));
    RunnerEvents events;
    events.disconnected = [this](const QString &) {
        if (!m_lostSinceMs)
            m_lostSinceMs = m_surroundings.world.clock.monoMs();
    };
    events.connected = [this](const QString &runnerId) {
        const auto since = std::exchange(m_lostSinceMs, std::nullopt);
        if (since && m_surroundings.world.clock.monoMs() >= *since + kEngineGivesUpMs)
            m_startsReceived.clear();
        if (m_options.connected)
            m_options.connected(runnerId);
    };
    events.ended = [this](const QString &) {
        if (m_options.ended)
            m_options.ended();
    };
    m_runner = std::make_unique<Runner>(
        runner, [this] { return connect(); },
        [this](const QString &) { return std::make_unique<CountingActor>(*this); }, surroundings.world.clock,
        m_timers.wheel, m_random, events);
    m_runner->start();
}

RunnerProcess::~RunnerProcess()
{
    *m_peer = nullptr;
    if (m_link)
        m_link->cut();
    m_runner.reset();
}

std::unique_ptr<Channel> RunnerProcess::connect()
{
    SimulatedChannel::Pair pair = m_surroundings.dial("/runners/connect?protocol_version="
                                                      + QByteArray::number(m_options.protocolVersion)
                                                      + "&namespace=default&runner_key=" + m_options.key.toUtf8());
    if (!pair.peer)
        return nullptr;
    m_isDoubted = false;
    m_dialledMs = m_surroundings.world.clock.monoMs();
    m_surroundings.dialled(*this);
    m_link = pair.link;
    m_link->setDelay(m_delayMs);
    m_peer = std::make_shared<SimulatedChannel *>(pair.peer.get());
    pair.peer->setTap([this](const QByteArray &frame) { received(frame); });
    m_surroundings.world.post([this, peer = m_peer] {
        if (*peer && peer == m_peer && (*peer)->listener() != nullptr)
            m_runner->channelOpened(**peer);
    });
    return std::move(pair.peer);
}

void RunnerProcess::received(const QByteArray &frame)
{
    if (!isWorthReading(m_options.protocolVersion, frame))
        return;
    const auto message = wire::decodeToClient(m_options.protocolVersion, frame);
    if (!message)
        return;
    Truth &truth = m_surroundings.truth;
    if (const auto *commands = std::get_if<wire::ToClientCommands>(&*message)) {
        for (const wire::CommandWrapper &command : commands->commands) {
            const wire::ActorCheckpoint &checkpoint = command.checkpoint;
            if (!std::holds_alternative<wire::CommandStartActor>(command.inner))
                continue;
            if (!m_startsReceived.emplace(checkpoint.actorId, checkpoint.generation).second)
                truth.fail(u"one start"_s, u"process "_s % name() % u" is told twice to start actor "_s % checkpoint.actorId);
            const ActorRow *row = m_surroundings.store.committed(checkpoint.actorId);
            if (!row || row->generation < checkpoint.generation)
                truth.fail(u"command after commit"_s, u"actor "_s % checkpoint.actorId % u" is started before that is stored"_s);
        }
    } else if (const auto *acks = std::get_if<wire::ToClientAckEvents>(&*message)) {
        for (const wire::ActorCheckpoint &checkpoint : acks->lastEventCheckpoints) {
            const ActorRow *row = m_surroundings.store.committed(checkpoint.actorId);
            if (!row || row->generation < checkpoint.generation
                || (row->generation == checkpoint.generation && row->lastEventIdx < checkpoint.index))
                truth.fail(u"acknowledgement after commit"_s,
                           QStringLiteral("event %1 of actor %2 is acknowledged before it is stored")
                               .arg(checkpoint.index).arg(checkpoint.actorId));
        }
    }
}

CountingActor *RunnerProcess::actor(const QString &actorId) const
{
    const auto it = m_actors.find(actorId);
    return it == m_actors.end() ? nullptr : it->second;
}

void RunnerProcess::actorStarted(CountingActor &actor)
{
    m_actors[actor.actorId()] = &actor;
    if (int(m_actors.size()) > m_options.slots && !hasDoubtedActors())
        truth().fail(u"slots"_s, QStringLiteral("process %1 runs %2 actors in %3 slots")
                                     .arg(name()).arg(m_actors.size()).arg(m_options.slots));
}

void RunnerProcess::actorEnded(CountingActor &actor)
{
    if (const auto it = m_actors.find(actor.actorId()); it != m_actors.end() && it->second == &actor)
        m_actors.erase(it);
}

void RunnerProcess::doubt()
{
    m_isDoubted = true;
    for (const auto &[id, one] : m_actors)
        one->doubt();
}

bool RunnerProcess::hasDoubtedActors() const
{
    return std::any_of(m_actors.begin(), m_actors.end(), [](const auto &one) { return one.second->isDoubted(); });
}

void RunnerProcess::cut()
{
    // A process that stands still cannot keep the promise to stop its actors in time; nobody could.
    if (isPaused())
        doubt();
    if (m_link)
        m_link->cut();
}

void RunnerProcess::freeze(qint64 runnerNoticesMs, qint64 engineNoticesMs)
{
    if (!m_link)
        return;
    // One of a pool may have to go at any time, and does not hear of it.
    if (isPaused() || runnerNoticesMs >= kEngineGivesUpMs / 2 || m_options.serverless)
        doubt();
    VirtualWorld &world = m_surroundings.world;
    m_link->freeze();
    world.later(runnerNoticesMs, [link = m_link] { link->losePeer(); });
    world.later(runnerNoticesMs + engineNoticesMs, [link = m_link] { link->cut(); });
}

void RunnerProcess::setDelay(qint64 ms)
{
    m_delayMs = ms;
    if (m_link)
        m_link->setDelay(ms);
}

void RunnerProcess::setPaused(bool paused)
{
    m_timers.setPaused(paused);
    if (m_link)
        m_link->setPeerPaused(paused);
}

} // namespace dormouse::test
