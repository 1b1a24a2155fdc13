// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/schedulercore.h"

#include <algorithm>
#include <utility>

namespace dormouse {

namespace {

constexpr qint64 kHousekeepingMs = 5'000;  // section 3.3: safety net of the queue
constexpr qint64 kPingFlushMs = 3'000;     // section 2.8
constexpr qint64 kClockJumpMs = 5'000;     // section 8.7
constexpr qint64 kAckOutstanding = 32;     // section 1.12

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

SchedulerCore::SchedulerCore(const CoreContext &coreContext)
    : context(coreContext), metrics(coreContext.metrics), m_alive(std::make_shared<bool>(true))
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
        context.timers.cancel(std::exchange(entry->olderGenerationsTimer, 0));
        entry->timer = 0;
        entry->armedFor.reset();
    }
    context.timers.cancel(m_pingTimer);
    context.timers.cancel(m_houseTimer);
    context.timers.cancel(m_sweepTimer);
    m_pingTimer = 0;
    m_houseTimer = 0;
    m_sweepTimer = 0;
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
    if (failed)
        batch.clear();
    context.store.submit(std::move(batch), [this, alive = std::weak_ptr<bool>(m_alive), op = m_op, since = monoMs(),
                                            effects = std::move(effects)](const Status &status) {
        if (alive.expired())
            return;
        metrics.transaction(op, double(monoMs() - since) / 1000);
        runEffects(effects, m_storeFailure ? Status(*m_storeFailure) : status);
    });
}

void SchedulerCore::runEffects(const std::vector<Effect> &effects, const Status &status)
{
    if (!status.ok() && !failed) {
        failed = true;
        m_storeFailure = status.error();
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
    if (m_lastRunner && m_lastRunner->row.runnerId == runnerId)
        return m_lastRunner;
    const auto it = runners.find(runnerId);
    if (it == runners.end())
        return nullptr;
    m_lastRunner = it->second.get();
    return m_lastRunner;
}

MachineContext SchedulerCore::machineContext()
{
    return MachineContext{context.config, wallMs(), qint64(context.random.below(quint64(context.config.retryJitterMs)))};
}

bool SchedulerCore::poolServerless(const QString &namespaceId, const QString &pool) const
{
    const auto it = runnerConfigs.find({namespaceId, pool});
    return it != runnerConfigs.end() && it->second.body.contains(QStringLiteral("serverless"));
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
    entry->awakeSinceMs = monoMs();
    entry->slotSinceMs = monoMs();
    ActorEntry &added = *entry;
    actors.emplace(row.actorId, std::move(entry));
    actorsByName[{row.namespaceId, row.name}].emplace(row.createTs, row.actorId);
    if (row.key && !row.destroyTs)
        liveKeys[actorKey(row.namespaceId, row.name, *row.key)] = row.actorId;
    ActorRow nothing = row;
    nothing.state = ActorState::Sleeping;
    syncDemand(nothing, row);
    if (!row.destroyTs) {
        SchedulerMetrics::Usage &usage = metrics.usage(row.namespaceId, row.name);
        usage.actors->add(1);
        usage.kvBytes->add(double(row.kvBytes));
    }
    return added;
}

void SchedulerCore::firstAttempt(ActorEntry &actor)
{
    const ActorRow before = actor.row;
    ActorStep step;
    step.row = before;
    step.attempt = AllocationOverride{};
    finishStep(actor, before, std::move(step), "create");
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
    if (event.kind == ActorEventKind::SetAlarm && applied && event.alarmTs)
        metrics.usage(before.namespaceId, before.name).alarms->add();
    finishStep(actor, before, std::move(step), actorEventName(event.kind));
    return applied;
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
    accountStep(actor, before, step, event);
    emitActorChange(before, actor.row, event, step);
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
    Transaction transaction(*this, "actor_timer");
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
    metrics.timerLag(double(wallMs() - *due) / 1000);
    apply(*entry, event);
}

void SchedulerCore::armHousekeeping()
{
    const qint64 period = std::min(kHousekeepingMs, std::max<qint64>(1, context.config.eventAckInterval));
    m_houseTimer = context.timers.schedule(monoMs() + period, [this] { housekeeping(); });
}

void SchedulerCore::followClock()
{
    const qint64 step = wallMs() - monoMs() - m_clockOffset;
    if (std::abs(step) <= kClockJumpMs)
        return;
    m_clockOffset += step;
    const auto move = [step](std::optional<qint64> &moment) {
        if (moment)
            *moment += step;
    };
    for (auto &[id, entry] : actors) {
        if (entry->row.deadline) {
            move(entry->row.deadline);
            if (entry->row.state == ActorState::Backoff)
                move(entry->row.rescheduleTs);
            markDirty(*entry);
        }
        entry->armedFor.reset();
        context.timers.cancel(std::exchange(entry->timer, 0));
        armActor(*entry);
    }
    for (auto &[id, entry] : runners) {
        if (entry->row.lostAt || entry->row.drainDeadline) {
            move(entry->row.lostAt);
            move(entry->row.drainDeadline);
            markDirty(*entry);
        }
        entry->armedFor.reset();
        armRunner(*entry);
    }
}

void SchedulerCore::housekeeping()
{
    armHousekeeping();
    accountUsage();
    Transaction transaction(*this, "housekeeping");
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

// --- last_ping_ts -------------------------------------------------------------------------------

void SchedulerCore::noteInbound(RunnerEntry &runner)
{
    const qint64 now = monoMs();
    const bool wasSilent = now - runner.lastInboundMs > context.config.runnerEligibleThreshold;
    // Both clocks have a resolution of 1 ms; within one, nothing changes.
    if (std::exchange(runner.lastInboundMs, now) != now)
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
    Transaction transaction(*this, "runner_pings");
    for (const QString &id : ids) {
        RunnerEntry *entry = runner(id);
        if (!entry)
            continue;
        entry->pingDirty = false;
        if (entry->row.state != RunnerState::Stopped)
            markDirty(*entry);
    }
}

} // namespace dormouse
