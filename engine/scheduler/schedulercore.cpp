// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/schedulercore.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr qint64 kHousekeepingMs = 5'000;  // section 3.3: safety net of the queue
constexpr qint64 kPingFlushMs = 3'000;     // section 2.8
constexpr qint64 kClockJumpMs = 5'000;     // section 8.7
constexpr qint64 kAckOutstanding = 32;     // section 1.12
constexpr std::size_t kKeptDestroyed = 20'000;
constexpr std::size_t kKeptStopped = 2'000;

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

SchedulerCore::SchedulerCore(const CoreContext &coreContext)
    : context(coreContext), m_alive(std::make_shared<bool>(true))
{
    m_clockOffset = wallMs() - monoMs();
}

SchedulerCore::~SchedulerCore()
{
    shutdown();
}

void SchedulerCore::shutdown()
{
    shuttingDown = true;
    for (auto &[id, entry] : actors) {
        context.timers.cancel(entry->timer);
        entry->timer = 0;
        entry->armedFor.reset();
    }
    for (auto &[id, entry] : runners) {
        context.timers.cancel(entry->timer);
        entry->timer = 0;
        entry->armedFor.reset();
    }
    context.timers.cancel(m_pingTimer);
    context.timers.cancel(m_houseTimer);
    m_pingTimer = 0;
    m_houseTimer = 0;
}

// --- transactions -------------------------------------------------------------------------------

void SchedulerCore::after(std::function<void()> effect)
{
    m_effects.push_back([run = std::move(effect)](const Status &status) {
        if (status.ok())
            run();
    });
}

void SchedulerCore::markDirty(ActorEntry &actor)
{
    if (actor.dirty)
        return;
    actor.dirty = true;
    m_dirtyActors.push_back(actor.row.actorId);
}

void SchedulerCore::markDirty(RunnerEntry &runner)
{
    if (runner.dirty)
        return;
    runner.dirty = true;
    m_dirtyRunners.push_back(runner.row.runnerId);
}

void SchedulerCore::commit()
{
    drainQueues();
    // Rows first: a command row never refers to a runner or actor the store has not seen.
    Batch batch;
    batch.reserve(m_dirtyRunners.size() + m_dirtyActors.size() + m_batch.size());
    for (const QString &id : m_dirtyRunners) {
        RunnerEntry *entry = runner(id);
        if (!entry)
            continue;
        entry->dirty = false;
        batch.push_back(PutRunner{entry->row});
        context.sink.runnerChanged(id);
    }
    for (const QString &id : m_dirtyActors) {
        ActorEntry *entry = actor(id);
        if (!entry)
            continue;
        entry->dirty = false;
        batch.push_back(PutActor{entry->row});
        context.sink.actorChanged(id);
    }
    std::move(m_batch.begin(), m_batch.end(), std::back_inserter(batch));
    announceDemand();
    m_dirtyRunners.clear();
    m_dirtyActors.clear();
    m_batch.clear();
    if (!m_newCommands.empty()) {
        after([this, commands = std::move(m_newCommands)] { releaseCommands(commands); });
        m_newCommands.clear();
    }
    std::vector<Effect> effects;
    effects.swap(m_effects);
    forgetOld();
    if (batch.empty() && effects.empty())
        return;
    context.store.submit(std::move(batch), [this, alive = std::weak_ptr<bool>(m_alive),
                                            effects = std::move(effects)](const Status &status) {
        if (!alive.expired())
            runEffects(effects, status);
    });
}

void SchedulerCore::runEffects(const std::vector<Effect> &effects, const Status &status)
{
    if (!status.ok() && !failed) {
        failed = true;
        monitor::Event event;
        event.kind = monitor::EventKind::Engine;
        event.level = monitor::EventLevel::Error;
        event.reason = QStringLiteral("store_failed");
        event.text = status.error().message;
        emitEvent(std::move(event));
    }
    for (const Effect &effect : effects)
        effect(status);
}

// --- lookups ------------------------------------------------------------------------------------

ActorEntry *SchedulerCore::actor(const QString &actorId)
{
    const auto it = actors.find(actorId);
    return it == actors.end() ? nullptr : it->second.get();
}

RunnerEntry *SchedulerCore::runner(const QString &runnerId)
{
    const auto it = runners.find(runnerId);
    return it == runners.end() ? nullptr : it->second.get();
}

MachineContext SchedulerCore::machineContext()
{
    return MachineContext{context.config, wallMs(), qint64(context.random.below(quint64(context.config.retryJitterMs)))};
}

bool SchedulerCore::poolGrowable(const QString &namespaceId, const QString &pool) const
{
    const auto it = runnerConfigs.find({namespaceId, pool});
    if (it == runnerConfigs.end())
        return false;
    const QJsonObject serverless = it->second.body.value(QStringLiteral("serverless")).toObject();
    return serverless.value(QStringLiteral("max_runners")).toInt() > 0;
}

// --- actors -------------------------------------------------------------------------------------

ActorEntry &SchedulerCore::addActor(const ActorRow &row)
{
    auto entry = std::make_unique<ActorEntry>();
    entry->row = row;
    ActorEntry &added = *entry;
    actors.emplace(row.actorId, std::move(entry));
    actorsByName[{row.namespaceId, row.name}].emplace(row.createTs, row.actorId);
    if (row.key && !row.destroyTs)
        liveKeys[actorKey(row.namespaceId, row.name, *row.key)] = row.actorId;
    ActorRow nothing = row;
    nothing.state = ActorState::Sleeping;
    syncDemand(nothing, row);
    return added;
}

void SchedulerCore::firstAttempt(ActorEntry &actor)
{
    ActorStep step;
    step.row = actor.row;
    step.attempt = AllocationOverride{};
    finishStep(actor, actor.row, std::move(step), "create");
}

bool SchedulerCore::apply(ActorEntry &actor, const ActorEvent &event)
{
    const ActorRow before = actor.row;
    ActorStep step = actorStep(before, event, machineContext());
    const bool wakes = event.kind == ActorEventKind::Wake || event.kind == ActorEventKind::AlarmDue;
    if (wakes && !step.ignored && !actor.wakeSinceMs)
        actor.wakeSinceMs = monoMs();
    if (wakes && !step.ignored && before.state == ActorState::Sleeping) {
        monitor::Event out;
        out.kind = event.kind == ActorEventKind::Wake ? monitor::EventKind::ActorWake : monitor::EventKind::ActorAlarm;
        out.actorId = before.actorId;
        out.generation = before.generation;
        out.reason = latin(actorEventName(event.kind));
        emitEvent(std::move(out));
    }
    const bool applied = !step.ignored;
    if (event.kind == ActorEventKind::PendingTimeout && applied)
        notePendingTimeout(before);
    finishStep(actor, before, std::move(step), actorEventName(event.kind));
    return applied;
}

void SchedulerCore::notePendingTimeout(const ActorRow &before)
{
    ++counters.pendingTimeouts;
    const qint64 since = before.pendingAllocationTs.value_or(wallMs());
    const auto queue = queues.find(poolKey(before));
    monitor::Event out;
    out.kind = monitor::EventKind::ActorState;
    out.level = monitor::EventLevel::Warn;
    out.actorId = before.actorId;
    out.generation = before.generation;
    out.value = wallMs() - since;
    out.reason = QStringLiteral("pending_timeout");
    out.text = QStringLiteral("waited %1 ms of %2 ms for a slot, %3 actors in the queue")
                   .arg(wallMs() - since).arg(before.deadline.value_or(since) - since)
                   .arg(queue == queues.end() ? 0 : queue->second.size());
    emitEvent(std::move(out));
}

void SchedulerCore::finishStep(ActorEntry &actor, const ActorRow &before, ActorStep step, const char *event)
{
    // Every settle releases the slot first, so that the attempt may get the very same one.
    syncIndexes(before, step.row);
    if (step.attempt) {
        ActorStep second = actorAttempt(step.row, *step.attempt, makeOffer(step.row), machineContext());
        syncIndexes(step.row, second.row);
        std::move(second.effects.begin(), second.effects.end(), std::back_inserter(step.effects));
        step.row = std::move(second.row);
        if (step.reason.isEmpty() || step.reason == event)
            step.reason = second.reason;
    }
    actor.row = std::move(step.row);
    markDirty(actor);
    armActor(actor);
    emitActorChange(before, actor.row, event, step.reason);
    if (actor.row.state == ActorState::Running && before.state != ActorState::Running && actor.wakeSinceMs) {
        actor.lastWakeMs = monoMs() - *actor.wakeSinceMs;
        actor.wakeSinceMs.reset();
    }
    if (actor.row.state == ActorState::Sleeping)
        actor.wakeSinceMs.reset();
    for (const ActorEffect &effect : step.effects)
        runActorEffect(actor.row.actorId, effect);
}

void SchedulerCore::syncIndexes(const ActorRow &before, const ActorRow &now)
{
    const QString oldRunner = before.slotHeld ? before.runnerId.value_or(QString()) : QString();
    const QString newRunner = now.slotHeld ? now.runnerId.value_or(QString()) : QString();
    if (oldRunner != newRunner || before.generation != now.generation) {
        if (RunnerEntry *entry = oldRunner != newRunner ? runner(oldRunner) : nullptr) {
            entry->actors.erase(before.actorId);
            context.sink.runnerChanged(oldRunner);
            requestDrain(poolKey(before));
        }
        if (RunnerEntry *entry = runner(newRunner)) {
            entry->actors.insert(now.actorId);
            context.sink.runnerChanged(newRunner);
        }
    }
    if (before.pendingSeq != now.pendingSeq) {
        PendingQueue &queue = queues[poolKey(now)];
        if (before.pendingSeq)
            queue.remove(*before.pendingSeq);
        if (now.pendingSeq) {
            queue.insert(*now.pendingSeq, now.actorId);
            requestDrain(poolKey(now));
        }
        monitor::Event event;
        event.kind = monitor::EventKind::QueueChanged;
        event.level = monitor::EventLevel::Debug;
        event.actorId = now.actorId;
        event.value = queue.size();
        event.reason = now.pendingSeq ? QStringLiteral("enqueued") : QStringLiteral("dequeued");
        emitEvent(std::move(event));
    }
    if (now.key && !before.destroyTs && now.destroyTs) {
        const auto it = liveKeys.find(actorKey(now.namespaceId, now.name, *now.key));
        if (it != liveKeys.end() && it->second == now.actorId)
            liveKeys.erase(it);
    }
    if (before.state != ActorState::Destroyed && now.state == ActorState::Destroyed)
        m_destroyedOrder.push_back(now.actorId);
    syncDemand(before, now);
}

void SchedulerCore::runActorEffect(const QString &actorId, const ActorEffect &effect)
{
    using Kind = ActorEffect::Kind;
    const auto notify = [&](void (GatewayEvents::*call)(const QString &)) {
        after([this, call, actorId] {
            if (gateway)
                (gateway->*call)(actorId);
        });
    };
    const ActorEntry *entry = actor(actorId);
    switch (effect.kind) {
    case Kind::SendStart:
        ++counters.allocations;
        addCommand(effect.runnerId, entry->row, true, effect.index);
        break;
    case Kind::SendStop: {
        ActorRow row = entry->row;
        row.generation = effect.generation; // the row may already be in its next life
        addCommand(effect.runnerId, row, false, effect.index);
        // At once, not after commit: holding messages back is harmless, one more would meet a dying actor.
        if (gateway && effect.generation == entry->row.generation)
            gateway->actorStopping(actorId);
        break;
    }
    case Kind::DeleteCommands:
        dropCommands(effect.runnerId, actorId, effect.generation, std::numeric_limits<qint64>::max());
        break;
    case Kind::NotifyReady: notify(&GatewayEvents::actorReady); break;
    case Kind::NotifyStopped: notify(&GatewayEvents::actorStopped); break;
    case Kind::NotifyPendingTimeout: notify(&GatewayEvents::actorPendingTimeout); break;
    case Kind::NotifyDestroyStarted: notify(&GatewayEvents::actorDestroyStarted); break;
    case Kind::NotifyDestroyed: notify(&GatewayEvents::actorDestroyed); break;
    case Kind::DropData:
        write(DropKv{actorId});
        write(DeleteHibernatingOfActor{actorId});
        break;
    }
}

void SchedulerCore::emitActorChange(const ActorRow &before, const ActorRow &now, const char *event,
                                    const QByteArray &reason)
{
    const bool created = qstrcmp(event, "create") == 0;
    if (before.state == now.state && before.generation == now.generation && !created)
        return;
    monitor::Event out;
    out.kind = created ? monitor::EventKind::ActorCreated
                       : now.state == ActorState::Destroyed ? monitor::EventKind::ActorDestroyed
                                                            : monitor::EventKind::ActorState;
    out.actorId = now.actorId;
    out.runnerId = now.runnerId ? *now.runnerId : before.runnerId.value_or(QString());
    out.generation = now.generation;
    if (!created)
        out.from = latin(actorStateName(before.state));
    out.to = latin(actorStateName(now.state));
    out.reason = QString::fromLatin1(reason.isEmpty() ? QByteArray(event) : reason);
    out.text = u"event " % latin(event);
    emitEvent(std::move(out));
}

void SchedulerCore::emitRefused(const ActorRow &row, const QString &reason, const QString &text)
{
    monitor::Event out;
    out.kind = monitor::EventKind::Protocol;
    out.level = monitor::EventLevel::Debug;
    out.actorId = row.actorId;
    out.generation = row.generation;
    out.reason = reason;
    out.text = text;
    emitEvent(std::move(out));
}

// --- timers -------------------------------------------------------------------------------------

void SchedulerCore::armActor(ActorEntry &actor)
{
    const std::optional<qint64> due
        = actor.row.state == ActorState::Sleeping ? actor.row.alarmTs : actor.row.deadline;
    if (due == actor.armedFor)
        return;
    context.timers.cancel(actor.timer);
    actor.timer = 0;
    actor.armedFor = due;
    if (!due || shuttingDown)
        return;
    actor.timer = context.timers.schedule(monoMs() + (*due - wallMs()),
                                          [this, id = actor.row.actorId] { actorTimer(id); });
}

void SchedulerCore::actorTimer(const QString &actorId)
{
    ActorEntry *entry = actor(actorId);
    if (!entry)
        return;
    entry->timer = 0;
    entry->armedFor.reset();
    const ActorState state = entry->row.state;
    const std::optional<qint64> due = state == ActorState::Sleeping ? entry->row.alarmTs : entry->row.deadline;
    if (!due || *due > wallMs()) {
        armActor(*entry);
        return;
    }
    ActorEvent event;
    switch (state) {
    case ActorState::Pending: event.kind = ActorEventKind::PendingTimeout; break;
    case ActorState::Starting: event.kind = ActorEventKind::StartTimeout; break;
    case ActorState::SleepIntent:
    case ActorState::StopIntent:
    case ActorState::GoingAway:
    case ActorState::Destroying: event.kind = ActorEventKind::StopTimeout; break;
    case ActorState::Backoff: event.kind = ActorEventKind::RetryDue; break;
    case ActorState::Sleeping: event.kind = ActorEventKind::AlarmDue; break;
    case ActorState::Running:
    case ActorState::Destroyed: return;
    }
    if (event.kind == ActorEventKind::StartTimeout || event.kind == ActorEventKind::StopTimeout)
        ++counters.lost;
    Transaction transaction(*this);
    apply(*entry, event);
}

void SchedulerCore::armHousekeeping()
{
    const qint64 period = std::min(kHousekeepingMs, std::max<qint64>(1, context.config.eventAckInterval));
    m_houseTimer = context.timers.schedule(monoMs() + period, [this] { housekeeping(); });
}

void SchedulerCore::housekeeping()
{
    armHousekeeping();
    const qint64 offset = wallMs() - monoMs();
    if (std::abs(offset - m_clockOffset) > kClockJumpMs) {
        for (auto &[id, entry] : actors) {
            entry->armedFor.reset();
            context.timers.cancel(entry->timer);
            armActor(*entry);
        }
        for (auto &[id, entry] : runners) {
            entry->armedFor.reset();
            armRunner(*entry);
        }
        m_clockOffset = offset;
    }
    Transaction transaction(*this);
    for (const auto &[key, queue] : queues) {
        if (!queue.empty())
            requestDrain(key);
    }
    for (auto &[runnerId, entry] : runners) {
        if (entry->row.protocolVersion <= 3 || entry->row.state == RunnerState::Stopped)
            continue;
        std::vector<wire::ActorCheckpoint> checkpoints;
        for (const QString &actorId : entry->actors) {
            ActorEntry *held = actor(actorId);
            if (std::optional<wire::ActorCheckpoint> checkpoint = held ? takeAck(*held, kAckOutstanding) : std::nullopt)
                checkpoints.push_back(*checkpoint);
        }
        if (!checkpoints.empty())
            queueAcks(runnerId, std::move(checkpoints));
    }
}

void SchedulerCore::forgetOld()
{
    while (m_destroyedOrder.size() > kKeptDestroyed) {
        const QString id = m_destroyedOrder.front();
        m_destroyedOrder.pop_front();
        const ActorEntry *entry = actor(id);
        if (!entry)
            continue;
        const auto byName = actorsByName.find({entry->row.namespaceId, entry->row.name});
        if (byName != actorsByName.end())
            byName->second.erase(entry->row.createTs);
        actors.erase(id);
    }
    while (m_stoppedOrder.size() > kKeptStopped) {
        runners.erase(m_stoppedOrder.front());
        m_stoppedOrder.pop_front();
    }
}

// --- allocation and queue -----------------------------------------------------------------------

std::vector<AllocationCandidate> SchedulerCore::candidates(const QString &key) const
{
    std::vector<AllocationCandidate> result;
    const auto pool = poolRunners.find(key);
    if (pool == poolRunners.end())
        return result;
    result.reserve(pool->second.size());
    const qint64 now = monoMs();
    for (const QString &id : pool->second) {
        const auto it = runners.find(id);
        if (it == runners.end())
            continue;
        const RunnerEntry &entry = *it->second;
        result.push_back({&it->first, entry.eligible, entry.row.version, now - entry.lastInboundMs,
                          entry.row.lastPingTs, entry.row.totalSlots, entry.used()});
    }
    return result;
}

std::optional<QString> SchedulerCore::pick(const QString &key)
{
    const std::vector<AllocationCandidate> pool = candidates(key);
    const std::optional<std::size_t> index = pickRunner(pool, context.config, context.random);
    if (!index)
        return std::nullopt;
    return *pool[*index].runnerId;
}

SlotOffer SchedulerCore::makeOffer(const ActorRow &row)
{
    SlotOffer offer;
    const QString key = poolKey(row);
    const auto queue = queues.find(key);
    if (queue == queues.end() || queue->second.empty()) // newcomers never overtake
        offer.runnerId = pick(key);
    offer.poolGrowable = poolGrowable(row.namespaceId, row.pool);
    offer.pendingSeq = m_lastSeq + 1;
    if (!offer.runnerId)
        ++m_lastSeq;
    return offer;
}

void SchedulerCore::drainQueues()
{
    int budget = context.config.queueDrainBatch;
    while (!m_drainRequests.empty() && budget > 0 && !shuttingDown) {
        const QString key = *m_drainRequests.begin();
        if (drainQueue(key, budget))
            m_drainRequests.erase(key);
    }
    if (!m_drainRequests.empty() && !shuttingDown) {
        // The rest goes into the next transaction, so that no batch grows without limit.
        after([this] { Transaction transaction(*this); });
    }
}

/// False when the budget ended first.
bool SchedulerCore::drainQueue(const QString &key, int &budget)
{
    const auto it = queues.find(key);
    if (it == queues.end())
        return true;
    PendingQueue &queue = it->second;
    while (const QString *first = queue.first()) {
        if (budget <= 0)
            return false;
        const std::optional<QString> runnerId = pick(key);
        if (!runnerId)
            return true;
        --budget;
        ActorEvent event;
        event.kind = ActorEventKind::Assigned;
        event.runnerId = *runnerId;
        apply(*actor(*first), event);
    }
    return true;
}

// --- last_ping_ts -------------------------------------------------------------------------------

void SchedulerCore::noteInbound(RunnerEntry &runner)
{
    const qint64 now = monoMs();
    const bool wasSilent = now - runner.lastInboundMs > context.config.runnerEligibleThreshold;
    runner.lastInboundMs = now;
    runner.row.lastPingTs = wallMs();
    if (!runner.pingDirty) {
        runner.pingDirty = true;
        m_pingDirty.push_back(runner.row.runnerId);
        if (!m_pingTimer)
            m_pingTimer = context.timers.schedule(now + kPingFlushMs, [this] { flushPings(); });
    }
    if (wasSilent && runner.eligible) {
        Transaction transaction(*this);
        requestDrain(poolKey(runner.row));
    }
}

void SchedulerCore::flushPings()
{
    m_pingTimer = 0;
    std::vector<QString> ids;
    ids.swap(m_pingDirty);
    Transaction transaction(*this);
    for (const QString &id : ids) {
        RunnerEntry *entry = runner(id);
        if (!entry)
            continue;
        entry->pingDirty = false;
        if (entry->row.state != RunnerState::Stopped)
            markDirty(*entry);
    }
}

// --- boot ---------------------------------------------------------------------------------------

void SchedulerCore::boot(const Snapshot &snapshot)
{
    const qint64 now = wallMs();
    const EngineConfig &config = context.config;
    for (const NamespaceRow &row : snapshot.namespaces)
        namespaces[row.namespaceId] = row;
    for (const RunnerConfigRow &row : snapshot.runnerConfigs)
        runnerConfigs[{row.namespaceId, row.name}] = row;
    for (const NameRow &row : snapshot.actorNames)
        actorNames[row.namespaceId][row.name.toUtf8()] = row;
    for (const NameRow &row : snapshot.runnerNames)
        runnerNames[row.namespaceId].insert(row.name.toUtf8());

    Transaction transaction(*this);
    // Snapshots are newest first; the order of forgetting is oldest first.
    for (auto it = snapshot.runners.rbegin(); it != snapshot.runners.rend(); ++it) {
        RunnerEntry &entry = addRunner(*it);
        if (entry.row.state == RunnerState::Stopped)
            continue;
        if (entry.row.state == RunnerState::Connected)
            entry.row.state = RunnerState::Grace;
        entry.row.lostAt = now + config.runnerLostThreshold + config.runnerLostSlack;
        // As every deadline: not before the runner had its chance to come back.
        if (entry.row.drainDeadline)
            entry.row.drainDeadline = std::max(*entry.row.drainDeadline, now + config.runnerLostThreshold);
        ++entry.row.connEpoch;
        markDirty(entry);
        armRunner(entry);
    }
    std::vector<ActorEntry *> overdue;
    for (auto it = snapshot.actors.rbegin(); it != snapshot.actors.rend(); ++it) {
        ActorEntry &entry = addActor(*it);
        ActorRow &row = entry.row;
        if (row.state == ActorState::Destroyed) {
            m_destroyedOrder.push_back(row.actorId);
            continue;
        }
        if (row.deadline && row.state != ActorState::Backoff) {
            const qint64 earliest = now + config.runnerLostThreshold;
            if (*row.deadline < earliest) {
                row.deadline = earliest;
                markDirty(entry);
            }
        }
        if (row.pendingSeq) {
            queues[poolKey(row)].insert(*row.pendingSeq, row.actorId);
            m_lastSeq = std::max(m_lastSeq, *row.pendingSeq);
            requestDrain(poolKey(row));
        }
        if (row.slotHeld) {
            if (RunnerEntry *holder = runner(row.runnerId.value_or(QString())))
                holder->actors.insert(row.actorId);
        }
        if (row.state == ActorState::Sleeping && row.alarmTs && *row.alarmTs <= now)
            overdue.push_back(&entry);
        else
            armActor(entry);
    }
    for (const CommandRow &row : snapshot.commands) {
        RunnerEntry *holder = runner(row.runnerId);
        if (!holder || holder->row.state == RunnerState::Stopped)
            continue;
        StoredCommand &stored = holder->commands[{row.actorId, row.generation, row.index}];
        stored = StoredCommand{row, true, false};
    }
    std::sort(overdue.begin(), overdue.end(),
              [](const ActorEntry *a, const ActorEntry *b) { return *a->row.alarmTs < *b->row.alarmTs; });
    const qint64 rate = std::max(1, config.alarmFireRate);
    for (std::size_t i = 0; i < overdue.size(); ++i) {
        ActorEntry &entry = *overdue[i];
        entry.armedFor = entry.row.alarmTs;
        entry.timer = context.timers.schedule(monoMs() + 1 + qint64(i) * 1000 / rate,
                                              [this, id = entry.row.actorId] { actorTimer(id); });
    }
    // Slots on records that have ended or vanished: repaired and reported (self-check).
    for (auto &[id, entry] : actors) {
        if (!entry->row.slotHeld)
            continue;
        const RunnerEntry *holder = runner(entry->row.runnerId.value_or(QString()));
        if (holder && holder->row.state != RunnerState::Stopped)
            continue;
        ++counters.repairs;
        emitRefused(entry->row, QStringLiteral("scheduler_repair"),
                    QStringLiteral("slot on a runner record that has ended"));
        ActorEvent event;
        event.kind = ActorEventKind::RunnerLost;
        apply(*entry, event);
    }
    if (namespaces.empty()) {
        NamespaceRow row;
        row.namespaceId = makeId(context.random);
        row.name = QStringLiteral("default");
        row.displayName = QStringLiteral("Default");
        row.createTs = now;
        namespaces[row.namespaceId] = row;
        write(PutNamespace{row});
    }
    armHousekeeping();
}

} // namespace dormouse
