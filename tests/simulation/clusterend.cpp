// SPDX-License-Identifier: Apache-2.0
// How a run of a Cluster ends: the faults stop, everything is to work again, and nothing may be left.
#include "tests/simulation/cluster.h"

#include "tests/simulation/invariants.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

constexpr qint64 kConvergeLimitMs = 900'000; // beyond the longest backoff and the start timeout of an answer
constexpr qint64 kFunctionStopsMs = 3'000;
constexpr int kSpareSlots = 64;

} // namespace

bool Cluster::hasConverged() const
{
    if (!m_engine)
        return false;
    for (const ClientTruth &client : m_truth.clients) {
        if (!client.ended && !client.closing && client.handled != client.sent)
            return false;
    }
    for (const auto &process : m_processes) {
        if (process->hasDoubtedActors())
            return false;
    }
    for (const RequestTruth &request : m_truth.requests) {
        if (!request.answered && !request.gone)
            return false;
    }
    for (const QString &id : m_engine->core().scheduler().actorIds()) {
        const ActorRow *row = m_engine->core().scheduler().actor(id);
        const bool rests = row->state == ActorState::Sleeping && row->crashPolicy != CrashPolicy::Restart;
        if (!rests && row->state != ActorState::Running && row->state != ActorState::Destroyed
            && row->state != ActorState::Sleeping)
            return false;
    }
    return true;
}

/// A copy in doubt may have handled messages, and slept before anybody could tell that it was the one. What it saved is
/// seen when it is woken; while messages wait, that is the engine's part.
void Cluster::wakeToLook()
{
    for (ClientTruth &client : m_truth.clients) {
        if (!client.handledInDoubt || client.ended || client.closing || client.handled == client.sent || !m_engine)
            continue;
        const ActorRow *row = m_engine->core().scheduler().actor(client.actorId);
        monitor::ActorInfo load;
        m_engine->core().gateway().describeActorLoad(client.actorId, load);
        if (!row || row->state != ActorState::Sleeping || load.pendingMessages.value_or(0) > 0)
            continue;
        client.handledInDoubt = false;
        m_engine->core().scheduler().wakeActor(client.actorId, {});
    }
}

void Cluster::heal()
{
    note(u"faults end"_s);
    m_healing = true;
    m_killAfterEvents = 0;
    m_killAtCommit = 0;
    m_failAfterEvents = 0;
    m_memory.release();
    m_isHeld = false;
    disturbed();
    m_endpoint.recover();
    // After that an engine takes no more work until somebody starts it anew.
    if (m_storeFailed)
        killEngine();
    if (!m_engine)
        startEngine();
    m_slots.push_back({});
    m_slots.back().name = u"spare"_s;
    m_slots.back().slots = kSpareSlots;
    for (int i = 0; i < int(m_slots.size()); ++i) {
        if (m_slots[std::size_t(i)].process && m_slots[std::size_t(i)].process->runner().hasEnded())
            endRunner(i);
        if (!m_slots[std::size_t(i)].process && m_slots[std::size_t(i)].kind == Kind::Permanent)
            startRunner(i, true);
        if (RunnerProcess *process = m_slots[std::size_t(i)].process) {
            process->setPaused(false);
            process->setDelay(0);
        }
    }
    for (const auto &client : m_clients) {
        if (client->link)
            client->link->setDelay(0);
    }
    const qint64 limit = m_world.clock.monoMs() + kConvergeLimitMs;
    // A half-open link must have been noticed before its silence counts as calm.
    advance(20'000);
    while (!m_truth.violation && !hasConverged() && m_world.clock.monoMs() < limit) {
        wakeToLook();
        advance(2'000);
    }
    if (!m_truth.violation && !hasConverged())
        m_truth.fail(u"converges"_s, describeUnsettled(*this));
    measure();
}

void Cluster::measure()
{
    for (const ClientTruth &client : m_truth.clients) {
        m_coverage.sockets += client.hibernatable;
        m_coverage.survived += client.hibernatable && !client.ended && !client.closing;
        m_coverage.messages += quint64(client.handled);
    }
    for (const auto &[id, actor] : m_truth.actors) {
        m_coverage.writes += quint64(actor.acknowledged);
        m_coverage.alarmsKept += actor.alarm && actor.alarm->kept;
    }
    m_coverage.doubted += m_truth.doubted;
    m_coverage.uploads += m_truth.uploads;
    m_coverage.actors += m_truth.actors.size();
    m_coverage.streams += quint64(m_endpoint.requests());
    m_coverage.served += quint64(m_endpoint.served());
}

/// Asks each of them; those that did not answer with 200 are returned.
std::vector<QString> Cluster::askedInVain(const std::vector<QString> &ids)
{
    const std::size_t first = m_truth.requests.size();
    for (const QString &id : ids)
        request(id, false);
    const qint64 limit = m_world.clock.monoMs() + 120'000;
    const auto open = [&] {
        return std::any_of(m_truth.requests.begin() + std::ptrdiff_t(first), m_truth.requests.end(),
                           [](const RequestTruth &one) { return !one.answered; });
    };
    while (!m_truth.violation && open() && m_world.clock.monoMs() < limit)
        advance(500);
    std::vector<QString> failed;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const ActorRow *row = core()->scheduler().actor(ids[i]);
        // A start that was told to fail may have ended an actor of that policy just now.
        if (m_truth.requests[first + i].status != 200 && !(row && row->destroyTs))
            failed.push_back(ids[i]);
    }
    return failed;
}

void Cluster::verifyReachable()
{
    std::vector<QString> asked;
    for (const QString &id : m_actors) {
        const ActorRow *row = core()->scheduler().actor(id);
        if (!row || row->destroyTs)
            continue;
        m_truth.actors[id].failsNext = false;
        asked.push_back(id);
    }
    std::vector<QString> failed = askedInVain(asked);
    if (!failed.empty() && m_schedule.serverless) {
        // A pool whose endpoint failed until just now still pauses, and says so to whoever asks.
        advance((m_config.serverlessBaseRetryTimeout << m_config.serverlessBackoffMaxExponent) + 60'000);
        failed = askedInVain(failed);
    }
    for (const QString &id : failed)
        m_truth.fail(u"reachable"_s, QStringLiteral("actor %1 does not answer").arg(id));
}

/// Every actor has been woken: what both sides had stored rings now, if it is due.
void Cluster::verifyAlarms()
{
    advance(3'000);
    for (const auto &[id, actor] : m_truth.actors) {
        const ActorRow *row = core()->scheduler().actor(id);
        if (!actor.alarm || !actor.alarm->kept || !row || row->destroyTs)
            continue;
        if (actor.alarm->ts + 3'000 <= m_world.clock.wallMs() && actor.liveCopies > 0
            && row->connectableTs && *row->connectableTs + 2'000 <= m_world.clock.wallMs())
            m_truth.fail(u"alarm rings"_s, QStringLiteral("actor %1 does not hear its alarm of %2 ms ago")
                                               .arg(id).arg(m_world.clock.wallMs() - actor.alarm->ts));
    }
}

void Cluster::tearDown()
{
    for (const auto &client : m_clients) {
        if (client->channel && client->channel->isOpen())
            client->channel->close(1000);
    }
    advance(2'000);
    for (const QString &id : core()->scheduler().actorIds())
        destroyActor(id);
    // Closes of sleeping sockets wait for their actor at most a minute.
    for (int i = 0; i < 70 && !m_truth.violation; ++i)
        advance(1'000);
    checkNothingLeft(*this);
    // Serverless processes end with their streams.
    for (const Slot &slot : m_slots) {
        if (slot.process && slot.kind != Kind::Serverless)
            slot.process->runner().shutdown();
    }
    advance(3'000);
    for (const Slot &slot : m_slots) {
        if (slot.process && slot.kind != Kind::Serverless
            && (!slot.process->runner().hasEnded() || slot.process->timersLeft() != 0))
            m_truth.fail(u"no leak"_s, QStringLiteral("runner %1 has %2 timers left").arg(slot.process->name()).arg(slot.process->timersLeft()));
    }
    if (m_engine)
        m_engine->core().shutdown();
    advance(kFunctionStopsMs + 2'000);
    if (m_endpoint.openStreams() != 0)
        m_truth.fail(u"no leak"_s, QStringLiteral("%1 streams are open").arg(m_endpoint.openStreams()));
    killEngine();
    const Result<Snapshot> rest = m_memory.open();
    // Rows of an engine that was killed stay until they are old enough to be swept.
    const bool rowsLeft = m_engineLife == 1 && !rest->hibernating.empty();
    // A runner that has not ended may still come back for its commands.
    const auto left = std::count_if(rest->commands.begin(), rest->commands.end(), [&](const CommandRow &command) {
        return std::none_of(rest->runners.begin(), rest->runners.end(), [&](const RunnerRow &runner) {
            return runner.runnerId == command.runnerId && runner.state != RunnerState::Stopped;
        });
    });
    if (rowsLeft || left > 0)
        m_truth.fail(u"no leak"_s, QStringLiteral("%1 hibernating rows and %2 commands are left in the store")
                                       .arg(rest->hibernating.size()).arg(left));
}

} // namespace dormouse::test
