// SPDX-License-Identifier: Apache-2.0
// What the scheduler tells about itself: one event per change (scheduler.md section 9.2), counters and metrics (9.1),
// and the end of rows that are no longer kept.
#include "engine/scheduler/runnerhub.h"
#include "engine/scheduler/schedulercore.h"

namespace dormouse {

namespace {

constexpr qint64 kUsagePeriodMs = 60'000; // section 9.1

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

bool mayRestart(const ActorRow &row)
{
    if (row.state == ActorState::Pending)
        return row.pendingOverride.kind == OverrideKind::PendingTimeout;
    return row.state == ActorState::Backoff || row.state == ActorState::GoingAway || row.state == ActorState::Starting
        || row.state == ActorState::Running || row.state == ActorState::StopIntent;
}

} // namespace

void SchedulerCore::notePendingTimeout(const ActorRow &before)
{
    ++counters.pendingTimeouts;
    metrics.pool(before.namespaceId, before.pool).pendingTimeouts->add();
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

/// Counters that follow from the change of a row. Also for rows that appear, with a before that holds nothing.
void SchedulerCore::accountRows(const ActorRow &before, const ActorRow &now)
{
    const int pending = int(now.pendingSeq.has_value()) - int(before.pendingSeq.has_value());
    const int active = int(now.slotHeld) - int(before.slotHeld);
    const int backoff = int(now.state == ActorState::Backoff) - int(before.state == ActorState::Backoff);
    if (pending != 0)
        metrics.pool(now.namespaceId, now.pool).pending->add(pending);
    if (active != 0)
        metrics.pool(now.namespaceId, now.pool).active->add(active);
    if (backoff != 0)
        metrics.backoff(backoff);
}

void SchedulerCore::accountStep(ActorEntry &actor, const ActorRow &before, const ActorStep &step, const char *event)
{
    const ActorRow &now = actor.row;
    accountRows(before, now);
    const bool tookSlot = now.slotHeld && (!before.slotHeld || now.generation != before.generation);
    const qint64 mono = monoMs();
    if (before.pendingSeq && !now.pendingSeq) {
        const char *result = now.state == ActorState::Starting ? "allocated"
            : now.destroyTs                                    ? "destroyed"
            : qstrcmp(event, "pending_timeout") == 0           ? "timeout"
                                                               : "asleep";
        metrics.waited(now.pool, result, double(wallMs() - before.pendingAllocationTs.value_or(wallMs())) / 1000);
    }
    if (step.attempt || tookSlot) {
        const char *result = tookSlot ? "allocated" : now.pendingSeq ? "pending" : "sleep";
        after([this, serverless = poolServerless(now.namespaceId, now.pool), result, mono] {
            metrics.allocated(serverless, result, double(monoMs() - mono) / 1000);
        });
    }
    if (tookSlot) {
        actor.slotSinceMs = mono;
        if (now.generation > 0 && mayRestart(before)) {
            ++counters.restarts;
            metrics.pool(now.namespaceId, now.pool).restarts->add();
        }
    }
    if (step.lost) {
        ++counters.lost;
        metrics.lost(*step.lost);
    }
    if (!before.destroyTs && now.destroyTs) {
        SchedulerMetrics::Usage &usage = metrics.usage(now.namespaceId, now.name);
        usage.actors->add(-1);
        usage.kvBytes->add(-double(before.kvBytes));
        actor.row.kvBytes = 0;
    }
    if (before.connectableTs && !now.connectableTs)
        accountAwake(actor);
    if (!before.connectableTs && now.connectableTs) {
        actor.awakeSinceMs = mono;
        metrics.started(now.namespaceId, now.pool, poolServerless(now.namespaceId, now.pool),
                        double(mono - actor.slotSinceMs) / 1000);
    }
}

void SchedulerCore::accountAwake(ActorEntry &actor)
{
    const qint64 now = monoMs();
    metrics.usage(actor.row.namespaceId, actor.row.name)
        .awakeSeconds->add(quint64((now - actor.awakeSinceMs + 999) / 1000));
    actor.awakeSinceMs = now;
}

void SchedulerCore::accountUsage()
{
    if (monoMs() - m_usageAtMs < kUsagePeriodMs)
        return;
    m_usageAtMs = monoMs();
    for (const auto &[id, entry] : actors) {
        if (entry->row.connectableTs)
            accountAwake(*entry);
    }
}

void SchedulerCore::emitActorChange(const ActorRow &before, const ActorRow &now, const char *event,
                                    const ActorStep &step)
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
    out.reason = QString::fromLatin1(step.reason.isEmpty() ? QByteArray(event) : step.reason);
    out.text = u"event " % latin(event);
    if (!step.cause.isEmpty())
        out.text += u", cause " % QString::fromLatin1(step.cause);
    if (now.state == ActorState::Backoff)
        out.text += u", restart " % QString::number(now.retryCount) % u" in "
            % QString::number(now.deadline.value_or(wallMs()) - wallMs()) % u" ms";
    if (step.lost || (!now.errorJson.isEmpty() && now.errorJson != before.errorJson && step.cause == "error"))
        out.level = monitor::EventLevel::Warn;
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

void SchedulerCore::countIgnored(quint64 &counter, const char *reason)
{
    ++counter;
    metrics.ignored(reason);
}

void SchedulerCore::countRepair(const ActorRow &row, const QString &text)
{
    ++counters.repairs;
    metrics.repaired();
    monitor::Event out;
    out.kind = monitor::EventKind::Engine;
    out.level = monitor::EventLevel::Warn;
    out.actorId = row.actorId;
    out.generation = row.generation;
    out.reason = QStringLiteral("scheduler_repair");
    out.text = text;
    emitEvent(std::move(out));
}

// --- rows that are no longer kept -----------------------------------------------------------------

void SchedulerCore::forgetOld()
{
    quint64 actorsGone = 0;
    while (m_destroyedOrder.size() > kMaxDestroyedKept) {
        const QString id = m_destroyedOrder.front();
        m_destroyedOrder.pop_front();
        const ActorEntry *entry = actor(id);
        if (!entry)
            continue;
        const auto byName = actorsByName.find({entry->row.namespaceId, entry->row.name});
        if (byName != actorsByName.end())
            byName->second.erase(entry->row.createTs);
        actors.erase(id);
        ++actorsGone;
    }
    quint64 runnersGone = 0;
    while (m_stoppedOrder.size() > kMaxStoppedKept) {
        const QString id = m_stoppedOrder.front();
        m_stoppedOrder.pop_front();
        if (runner(id) && hub)
            context.sink.runnerEnded(describeRunnerEntry(*this, *hub, id));
        if (const RunnerEntry *ended = runner(id))
            forgetLostIdentity(ended->row);
        m_lastRunner = nullptr;
        runnersGone += runners.erase(id);
    }
    reportForgotten("actor", "destroyed actors", actorsGone);
    reportForgotten("runner", "stopped runners", runnersGone);
}

void SchedulerCore::reportForgotten(const char *kind, const char *what, quint64 count)
{
    if (count == 0)
        return;
    metrics.forgotten(kind, count);
    monitor::Event out;
    out.kind = monitor::EventKind::Limit;
    out.level = monitor::EventLevel::Debug;
    out.reason = latin(kind) % u"_forgotten";
    out.value = qint64(count);
    out.text = u"oldest " % latin(what) % u" are no longer kept";
    emitEvent(std::move(out));
}

} // namespace dormouse
