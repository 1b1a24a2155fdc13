// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/cluster.h"

#include "tests/simulation/invariants.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

constexpr qint64 kConvergeLimitMs = 900'000; // beyond the longest backoff and the start timeout of an answer
constexpr int kSpareSlots = 64;

/// Reports what may never happen and, when the story is told, what the engine says.
class WatchingSink final : public monitor::Sink
{
public:
    WatchingSink(Truth &truth, VirtualClock &clock) : m_truth(truth), m_clock(clock) {}
    void actorChanged(const QString &) override {}
    void runnerChanged(const QString &) override {}
    void connectionChanged(const QString &) override {}
    void connectionEnded(const monitor::ConnectionInfo &) override {}
    void runnerEnded(const monitor::RunnerInfo &) override {}
    void ackLatency(qint64) override {}
    void wakeLatency(qint64) override {}
    void httpLatency(qint64) override {}
    bool wantsTrace() const override { return false; }
    void event(monitor::Event event) override
    {
        if (event.reason == u"gateway.illegal_transition")
            m_truth.fail(u"legal transitions"_s, event.from % u" to "_s % event.to % u' ' % event.text);
        if (!m_truth.logging)
            return;
        m_truth.log << QStringLiteral("%1       %2 %3 %4%5 %6 %7->%8 %9")
                           .arg(m_clock.monoMs(), 8).arg(toString(event.kind), event.reason, event.actorId.left(6))
                           .arg(event.generation ? u" g"_s % QString::number(*event.generation) : QString())
                           .arg(event.runnerId.left(6), event.from, event.to, event.text);
    }

private:
    Truth &m_truth;
    VirtualClock &m_clock;
};

/// Passes everything on, except that now and then a write of an actor is confirmed without being made.
class LosingStore final : public Store
{
public:
    explicit LosingStore(Store &inner) : m_inner(inner) {}
    Result<Snapshot> open() override { return m_inner.open(); }
    void submit(Batch batch, std::function<void(const Status &)> done) override
    {
        m_inner.submit(std::move(batch), std::move(done));
    }
    void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) override
    {
        const KvPut *put = std::get_if<KvPut>(&op);
        if (put && put->entries.size() == 1 && put->entries.front().key == "n" && ++m_puts % 3 == 0)
            op = KvGet{};
        m_inner.kv(actorId, std::move(op), std::move(done));
    }
    void setMeta(const QString &name, const QString &value) override { m_inner.setMeta(name, value); }
    void flush() override { m_inner.flush(); }
    int queueLength() const override { return m_inner.queueLength(); }
    qint64 lastCommitUs() const override { return m_inner.lastCommitUs(); }

private:
    Store &m_inner;
    int m_puts = 0;
};

/// The store without a defect: a plain view of one that outlives the engine.
class StoreView final : public Store
{
public:
    explicit StoreView(Store &inner) : m_inner(inner) {}
    Result<Snapshot> open() override { return m_inner.open(); }
    void submit(Batch batch, std::function<void(const Status &)> done) override
    {
        m_inner.submit(std::move(batch), std::move(done));
    }
    void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) override
    {
        m_inner.kv(actorId, std::move(op), std::move(done));
    }
    void setMeta(const QString &name, const QString &value) override { m_inner.setMeta(name, value); }
    void flush() override { m_inner.flush(); }
    int queueLength() const override { return m_inner.queueLength(); }
    qint64 lastCommitUs() const override { return m_inner.lastCommitUs(); }

private:
    Store &m_inner;
};

} // namespace

HttpHead simulatedHead(const QByteArray &method, const QByteArray &target, bool upgrade)
{
    HttpHead head;
    head.method = method;
    head.target = target;
    head.headers = {{"host", "127.0.0.1:6420"}};
    if (upgrade) {
        head.headers.emplace_back("upgrade", "websocket");
        head.headers.emplace_back("connection", "Upgrade");
    } else {
        head.headers.emplace_back("content-type", "application/json");
    }
    head.peerAddress = "127.0.0.1";
    return head;
}

// --- EngineProcess ------------------------------------------------------------------------------

EngineProcess::EngineProcess(Cluster &cluster, quint64 seed)
    : m_cluster(cluster), m_timers(cluster.m_world), m_random(seed)
{
    if (cluster.m_writer) {
        auto publisher = std::make_unique<Publisher>(cluster.m_world.clock);
        m_publisher = publisher.get();
        m_sink = std::move(publisher);
    } else {
        m_sink = std::make_unique<WatchingSink>(cluster.m_truth, cluster.m_world.clock);
    }
    m_core = std::make_unique<Core>(CoreContext{cluster.m_config, cluster.m_world.clock, m_timers.wheel, m_random,
                                                *cluster.m_store, *m_sink, m_metrics});
    m_core->setPublicUrl(u"http://127.0.0.1:6420"_s);
    if (m_publisher) {
        m_publisher->attach(*m_core, u"simulation"_s, u"memory"_s);
        monitor::Interest interest;
        interest.trace = true;
        m_publisher->addConsumer(
            interest, [writer = cluster.m_writer.get()](const monitor::Frame &frame) { writer->write(frame); },
            [writer = cluster.m_writer.get()] { return writer->ready(); });
        publishLater();
    }
    if (!m_core->start().ok())
        cluster.m_truth.fail(u"engine starts"_s, u"the store cannot be read"_s);
}

EngineProcess::~EngineProcess()
{
    *m_alive = false;
    destroyCore();
}

void EngineProcess::destroyCore()
{
    if (m_core && m_publisher)
        m_publisher->publish();
    m_core.reset();
    // What is still due must do nothing, and must not make new timers.
    m_timers.wheel.setWakeHook({});
    m_timers.wheel.advance(m_cluster.m_world.clock.monoMs() + 60'000);
}

void EngineProcess::publishLater()
{
    m_cluster.m_world.later(100, [this, alive = m_alive] {
        if (!*alive || !m_core)
            return;
        m_publisher->publish();
        publishLater();
    });
}

// --- Cluster ------------------------------------------------------------------------------------

Cluster::Cluster(const Schedule &schedule, const SimulationOptions &options, SimulationCoverage &coverage)
    : m_schedule(schedule), m_options(options), m_coverage(coverage), m_random(schedule.seed), m_memory(m_world.poster())
{
    m_truth.logging = options.logging;
    if (options.defect == Defect::StoreLosesWrite)
        m_store = std::make_unique<LosingStore>(m_memory);
    else
        m_store = std::make_unique<StoreView>(m_memory);
    if (!options.recording.isEmpty()) {
        record::SessionHeader header;
        header.tool = u"dormouse simulation"_s;
        header.startedTs = m_world.clock.wallMs();
        header.originUs = m_world.clock.monoUs();
        header.source = u"simulation seed "_s % QString::number(schedule.seed);
        auto writer = record::SessionWriter::open(options.recording, header);
        if (writer.ok())
            m_writer = std::move(*writer);
    }
    m_world.afterEach = [this] {
        if (m_killAfterEvents > 0 && --m_killAfterEvents == 0) {
            killEngine();
            restartEngineAfter(m_downMs);
        }
    };
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

void Cluster::note(const QString &text)
{
    if (m_truth.logging)
        m_truth.log << QStringLiteral("%1  ").arg(m_world.clock.monoMs(), 8) + text;
}

std::optional<Violation> Cluster::run()
{
    startEngine();
    RunnerConfigRow pool;
    pool.namespaceId = core()->scheduler().namespaceByName(u"default"_s)->namespaceId;
    pool.name = u"p"_s;
    pool.body = {{u"normal"_s, QJsonObject()}};
    core()->scheduler().putRunnerConfig(pool, {});
    m_slots.resize(std::size_t(m_schedule.runners));
    for (int i = 0; i < m_schedule.runners; ++i)
        startRunner(i, false);
    advance(20);
    for (const Step &step : m_schedule.steps) {
        advance(step.afterMs);
        if (m_truth.violation)
            break;
        note(toString(step));
        apply(step);
        m_world.settle();
        check();
    }
    if (!m_truth.violation)
        heal();
    if (!m_truth.violation)
        verifyReachable();
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
    check();
}

void Cluster::check()
{
    checkCluster(*this);
}

// --- processes ----------------------------------------------------------------------------------

void Cluster::startEngine()
{
    ++m_engineLife;
    m_storeFailed = false;
    m_engine = std::make_unique<EngineProcess>(*this, m_random.next());
    note(u"engine starts"_s);
}

void Cluster::killEngine()
{
    m_killAfterEvents = 0;
    if (!m_engine)
        return;
    ++m_coverage.engineKills;
    note(u"engine ends"_s);
    // A process that stands still cannot keep the promise to stop its actors in time.
    for (Slot &slot : m_slots) {
        if (slot.process && slot.process->isPaused())
            slot.process->setPaused(false);
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

void Cluster::startRunner(int number, bool newKey)
{
    Slot &slot = m_slots[std::size_t(number)];
    if (slot.process)
        return;
    ++slot.life;
    slot.keyNumber += newKey;
    slot.faultUntilMs = 0;
    const bool isSpare = number >= m_schedule.runners;
    m_processes.push_back(std::make_unique<RunnerProcess>(
        m_world, m_truth, m_options.defect, m_random.next(), QStringLiteral("r%1-%2").arg(number).arg(slot.keyNumber),
        isSpare ? kSpareSlots : m_schedule.slots, [this](const QByteArray &target) { return dial(target); }));
    slot.process = m_processes.back().get();
    note(u"runner "_s % slot.process->name() % u" starts"_s);
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
}

// --- after the faults ---------------------------------------------------------------------------

bool Cluster::hasConverged() const
{
    if (!m_engine)
        return false;
    for (const ClientTruth &client : m_truth.clients) {
        if (!client.ended && !client.closing && client.handled != client.sent)
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

void Cluster::heal()
{
    note(u"faults end"_s);
    m_healing = true;
    m_killAfterEvents = 0;
    m_memory.release();
    // After that an engine takes no more work until somebody starts it anew.
    if (m_storeFailed)
        killEngine();
    if (!m_engine)
        startEngine();
    m_slots.push_back({});
    for (int i = 0; i < int(m_slots.size()); ++i) {
        Slot &slot = m_slots[std::size_t(i)];
        if (slot.process && slot.process->runner().hasEnded())
            endRunner(i);
        if (!slot.process)
            startRunner(i, true);
        slot.process->setPaused(false);
        slot.process->setDelay(0);
    }
    const qint64 limit = m_world.clock.monoMs() + kConvergeLimitMs;
    // A half-open link must have been noticed before its silence counts as calm.
    advance(20'000);
    while (!m_truth.violation && !hasConverged() && m_world.clock.monoMs() < limit)
        advance(2'000);
    if (!m_truth.violation && !hasConverged())
        m_truth.fail(u"converges"_s, describeUnsettled(*this));
    for (const ClientTruth &client : m_truth.clients) {
        m_coverage.sockets += client.hibernatable;
        m_coverage.survived += client.hibernatable && !client.ended && !client.closing;
        m_coverage.messages += quint64(client.handled);
    }
    for (const auto &[id, actor] : m_truth.actors)
        m_coverage.writes += quint64(actor.acknowledged);
    m_coverage.actors += m_truth.actors.size();
}

void Cluster::verifyReachable()
{
    const std::size_t first = m_truth.requests.size();
    std::vector<QString> asked;
    for (const QString &id : m_actors) {
        const ActorRow *row = core()->scheduler().actor(id);
        if (!row || row->destroyTs)
            continue;
        m_truth.actors[id].failsNext = false;
        asked.push_back(id);
        request(id, false);
    }
    const qint64 limit = m_world.clock.monoMs() + 120'000;
    const auto open = [&] {
        return std::any_of(m_truth.requests.begin() + std::ptrdiff_t(first), m_truth.requests.end(),
                           [](const RequestTruth &one) { return !one.answered; });
    };
    while (!m_truth.violation && open() && m_world.clock.monoMs() < limit)
        advance(500);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const RequestTruth &one = m_truth.requests[first + i];
        const ActorRow *row = core()->scheduler().actor(asked[i]);
        // A start that was told to fail may have ended an actor of that policy just now.
        if (one.status != 200 && !(row && row->destroyTs))
            m_truth.fail(u"reachable"_s, QStringLiteral("actor %1 answered %2").arg(asked[i]).arg(one.status));
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
    for (const auto &process : m_processes)
        process->runner().shutdown();
    advance(3'000);
    for (const auto &process : m_processes) {
        if (!process->runner().hasEnded() || process->timersLeft() != 0)
            m_truth.fail(u"no leak"_s, QStringLiteral("runner %1 has %2 timers left").arg(process->name()).arg(process->timersLeft()));
    }
    if (m_engine)
        m_engine->core().shutdown();
    advance(3'000);
    killEngine();
    const Result<Snapshot> rest = m_memory.open();
    // Rows of an engine that was killed stay until they are old enough to be swept.
    const bool rowsLeft = m_engineLife == 1 && !rest->hibernating.empty();
    if (rowsLeft || !rest->commands.empty())
        m_truth.fail(u"no leak"_s, QStringLiteral("%1 hibernating rows and %2 commands are left in the store")
                                       .arg(rest->hibernating.size()).arg(rest->commands.size()));
}

} // namespace dormouse::test
