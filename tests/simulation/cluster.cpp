// SPDX-License-Identifier: Apache-2.0
// Processes of a Cluster and the course of a run; what its steps do is in clusteractions.cpp, its end in clusterend.cpp.
#include "tests/simulation/cluster.h"

#include "tests/simulation/invariants.h"

#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

constexpr qint64 kEngineDecidesMs = 5'000; ///< which of two processes of a key is evicted, slow links included
constexpr int kOldestProtocol = 5;
constexpr qint64 kFunctionStopsMs = 3'000;

} // namespace

EngineConfig Cluster::simulatedConfig()
{
    EngineConfig config;
    config.httpRequestStreaming = true; // the simulated runners are of the C++ library
    return config;
}

Cluster::Cluster(const Schedule &schedule, const SimulationOptions &options, SimulationCoverage &coverage)
    : m_schedule(schedule), m_options(options), m_coverage(coverage), m_random(schedule.seed), m_memory(m_world.poster()),
      m_store(m_memory, m_truth, m_world.clock, options.defect == Defect::StoreLosesWrite),
      m_endpoint(
          m_world, schedule.seed + 1,
          [this](const StreamRequest &request, std::function<void(const QString &)> named) {
              return startServerless(request, std::move(named));
          },
          [this](int number) { stopServerless(number); }),
      m_forProcesses{m_world,          m_truth,
                     m_store,          options.defect,
                     [this](const QByteArray &target) { return dial(target); },
                     [this](const RunnerProcess &process) { doubtTwins(process); },
                     [this] { ++m_coverage.alarmsRung; }},
      m_forEngine{m_config, m_world, m_truth, m_store, {}, {}, nullptr}
{
    m_truth.logging = options.logging;
    m_forEngine.openStream = [this](const StreamRequest &request, EventStreamListener &listener) {
        return m_endpoint.open(request, listener);
    };
    m_forEngine.fetch = [this](const FetchRequest &, const std::function<void(const FetchResult &)> &done) {
        m_endpoint.fetch([this, life = m_engineLife, done](const FetchResult &result) {
            if (m_engine && life == m_engineLife)
                done(result);
        });
    };
    if (!options.recording.isEmpty()) {
        record::SessionHeader header;
        header.tool = u"dormouse simulation"_s;
        header.startedTs = m_world.clock.wallMs();
        header.originUs = m_world.clock.monoUs();
        header.source = u"simulation seed "_s % QString::number(schedule.seed);
        auto writer = record::SessionWriter::open(options.recording, header);
        if (writer.ok())
            m_writer = std::move(*writer);
        m_forEngine.writer = m_writer.get();
    }
    m_memory.setCommitHook([this] {
        if (m_killAtCommit == 0 || --m_killAtCommit > 0)
            return true;
        m_endsNow = true;
        return false;
    });
    m_world.afterEach = [this] { afterEach(); };
}

Cluster::~Cluster()
{
    m_world.afterEach = nullptr;
    if (m_engine)
        killEngine();
    for (const auto &client : m_clients) {
        if (client->channel)
            client->channel->setListener(nullptr);
    }
    if (m_writer)
        m_writer->close();
}

Core *Cluster::core() const
{
    return m_engine ? &m_engine->core() : nullptr;
}

qint64 Cluster::undisturbedMs() const
{
    return !m_engine || m_isHeld || m_storeFailed ? 0 : m_world.clock.monoMs() - m_disturbedMs;
}

void Cluster::note(const QString &text)
{
    if (m_truth.logging)
        m_truth.log << QStringLiteral("%1  ").arg(m_world.clock.monoMs(), 8) + text;
}

/// Every rule, after every event; and what is to happen between two events.
void Cluster::afterEach()
{
    ++m_coverage.events;
    const bool ends = std::exchange(m_endsNow, false) || (m_killAfterEvents > 0 && --m_killAfterEvents == 0);
    if (m_failAfterEvents > 0 && --m_failAfterEvents == 0 && m_engine)
        m_memory.giveUp();
    if (!ends)
        checkChanged(*this);
    if (m_engine)
        m_engine->publishIfDue();
    if (ends && m_engine) {
        killEngine();
        restartEngineAfter(m_downMs);
    }
}

std::optional<Violation> Cluster::run()
{
    startEngine();
    RunnerConfigRow pool;
    pool.namespaceId = core()->scheduler().namespaceByName(u"default"_s)->namespaceId;
    pool.name = u"p"_s;
    pool.body = {{u"normal"_s, QJsonObject()}};
    core()->scheduler().putRunnerConfig(pool, {});
    if (m_schedule.serverless) {
        pool.name = u"s"_s;
        pool.body = {{u"serverless"_s, QJsonObject{{u"url"_s, u"http://far.example/api"_s},
                                                   {u"headers"_s, QJsonObject()},
                                                   {u"request_lifespan"_s, 40 + int(m_random.below(200))},
                                                   {u"drain_grace_period"_s, 5},
                                                   {u"slots_per_runner"_s, m_schedule.slots},
                                                   {u"min_runners"_s, int(m_random.below(2))},
                                                   {u"max_runners"_s, 4},
                                                   {u"runners_margin"_s, 0}}}};
        core()->scheduler().putRunnerConfig(pool, {});
    }
    for (int i = 0; i < m_schedule.runners; ++i) {
        m_slots.push_back({});
        m_slots.back().name = u'r' % QString::number(i);
        m_slots.back().slots = m_schedule.slots;
        startRunner(i, false);
    }
    advance(20);
    for (const Step &step : m_schedule.steps) {
        advance(step.afterMs);
        if (m_truth.violation)
            break;
        note(toString(step));
        apply(step);
        m_world.settle();
        checkEverything(*this);
    }
    if (!m_truth.violation)
        heal();
    if (!m_truth.violation)
        verifyReachable();
    if (!m_truth.violation)
        verifyAlarms();
    if (!m_truth.violation)
        tearDown();
    m_coverage.virtualMs += m_world.clock.monoMs();
    if (m_truth.violation)
        note(u"BROKEN: "_s % m_truth.violation->rule % u": "_s % m_truth.violation->text);
    return m_truth.violation;
}

void Cluster::advance(qint64 ms)
{
    m_world.advance(ms);
    checkEverything(*this);
}

// --- engine -------------------------------------------------------------------------------------

void Cluster::startEngine()
{
    ++m_engineLife;
    m_storeFailed = false;
    disturbed();
    m_engine = std::make_unique<EngineProcess>(m_forEngine, m_random.next());
    note(u"engine starts"_s);
}

void Cluster::killEngine()
{
    m_killAfterEvents = 0;
    m_killAtCommit = 0;
    m_failAfterEvents = 0;
    if (!m_engine)
        return;
    ++m_coverage.engineKills;
    note(u"engine ends"_s);
    // A process that stands still cannot keep the promise to stop its actors in time.
    for (Slot &slot : m_slots) {
        if (slot.process && slot.process->isPaused())
            slot.process->doubt();
    }
    m_memory.crash();
    m_engine->destroyCore();
    if (const std::size_t left = m_engine->timersLeft(); left != 0)
        m_truth.fail(u"no leak"_s, QStringLiteral("%1 timers of the engine are left").arg(left));
    m_engine.reset();
    for (const auto &exchange : m_exchanges)
        exchange->lose();
    m_exchanges.clear();
}

void Cluster::restartEngineAfter(qint64 ms)
{
    m_world.later(std::max<qint64>(1, ms), [this, life = m_engineLife] {
        if (!m_engine && life == m_engineLife)
            startEngine();
    });
}

SimulatedChannel::Pair Cluster::dial(const QByteArray &target)
{
    SimulatedChannel::Pair result;
    if (!m_engine)
        return result;
    m_engine->core().handleUpgrade(std::make_unique<SimulatedUpgrade>(
        m_world, simulatedHead("GET", target, true), [&result](SimulatedChannel::Pair &pair) {
            result.peer = std::move(pair.peer);
            result.link = pair.link;
        }));
    return result;
}

// --- runners ------------------------------------------------------------------------------------

/// The newest connection of a key drives the older ones out, whose processes hear of it when they can.
void Cluster::doubtTwins(const RunnerProcess &newest)
{
    for (const auto &process : m_processes) {
        if (process.get() != &newest && process->name() == newest.name())
            process->doubt();
    }
}

bool Cluster::maySoonBeEvicted(const RunnerProcess &process) const
{
    const qint64 decided = m_world.clock.monoMs() - kEngineDecidesMs;
    return std::any_of(m_processes.begin(), m_processes.end(), [&](const auto &other) {
        return other.get() != &process && other->name() == process.name() && other->dialledMs() > decided
            && other->dialledMs() >= process.dialledMs();
    });
}

void Cluster::startRunner(int number, bool newKey)
{
    Slot &slot = m_slots[std::size_t(number)];
    if (slot.process)
        return;
    ++slot.life;
    slot.keyNumber += newKey;
    slot.faultUntilMs = 0;
    ProcessOptions options;
    options.key = QStringLiteral("%1-%2").arg(slot.name).arg(slot.keyNumber);
    options.pool = slot.kind == Kind::Serverless ? u"s"_s : u"p"_s;
    options.slots = slot.slots;
    options.protocolVersion = kOldestProtocol + int(m_random.below(wire::kNewestVersion - kOldestProtocol + 1));
    if (slot.kind == Kind::Serverless) {
        options.serverless = true;
        options.connected = slot.named;
        options.ended = [this, number, life = slot.life] {
            m_world.later(1, [this, number, life] {
                if (m_slots[std::size_t(number)].life == life)
                    endRunner(number);
            });
        };
    }
    ++m_coverage.processes[options.protocolVersion];
    m_processes.push_back(std::make_unique<RunnerProcess>(m_forProcesses, options, m_random.next()));
    slot.process = m_processes.back().get();
    note(u"runner "_s % slot.process->name() % u" starts, protocol "_s % QString::number(options.protocolVersion));
}

void Cluster::endRunner(int number)
{
    Slot &slot = m_slots[std::size_t(number)];
    if (!slot.process)
        return;
    note(u"runner "_s % slot.process->name() % u" ends"_s);
    std::erase_if(m_processes, [&](const auto &process) { return process.get() == slot.process; });
    slot.process = nullptr;
    ++slot.life;
    if (slot.kind == Kind::Serverless)
        m_endpoint.processEnded(number);
}

void Cluster::doubleRunner(const Slot &original)
{
    const auto count = std::count_if(m_slots.begin(), m_slots.end(), [](const Slot &slot) { return slot.kind == Kind::Double; });
    if (original.kind == Kind::Serverless || count >= 3)
        return;
    ++m_coverage.doubles;
    Slot slot;
    slot.kind = Kind::Double;
    slot.name = original.name;
    slot.keyNumber = original.keyNumber;
    slot.slots = original.slots;
    m_slots.push_back(slot);
    startRunner(int(m_slots.size()) - 1, false);
}

int Cluster::startServerless(const StreamRequest &request, std::function<void(const QString &)> named)
{
    const auto free = std::find_if(m_slots.begin(), m_slots.end(), [](const Slot &slot) {
        return slot.kind == Kind::Serverless && !slot.process;
    });
    int number = int(free - m_slots.begin());
    if (free == m_slots.end()) {
        m_slots.push_back({});
        m_slots.back().kind = Kind::Serverless;
        m_slots.back().name = u'f' % QString::number(number);
    }
    Slot &slot = m_slots[std::size_t(number)];
    slot.slots = headerValue(request.headers, "x-rivet-total-slots").toInt();
    slot.named = std::move(named);
    startRunner(number, true);
    return number;
}

void Cluster::stopServerless(int number)
{
    Slot &slot = m_slots[std::size_t(number)];
    if (!slot.process)
        return;
    // Nobody is left who could be told.
    if (!m_engine)
        return endRunner(number);
    slot.process->setPaused(false);
    slot.process->runner().shutdown();
    m_world.later(kFunctionStopsMs, [this, number, life = slot.life] {
        if (m_slots[std::size_t(number)].life == life)
            endRunner(number);
    });
}

} // namespace dormouse::test
