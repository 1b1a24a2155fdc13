// SPDX-License-Identifier: Apache-2.0
// Rows as the monitoring interface shows them, with the reasons (scheduler.md section 9.3).
#include "engine/scheduler/pools.h"
#include "engine/scheduler/runnerhub.h"
#include "engine/scheduler/schedulercore.h"

#include <QDateTime>

namespace dormouse {

namespace {

QString namespaceName(const SchedulerCore &core, const QString &namespaceId)
{
    const auto it = core.namespaces.find(namespaceId);
    return it == core.namespaces.end() ? QString() : it->second.name;
}

QString deadlineName(const ActorRow &row)
{
    switch (row.state) {
    case ActorState::Pending:
        if (row.pendingOverride.kind == OverrideKind::PendingTimeout)
            return QStringLiteral("restart_pending_timeout_ms");
        return QStringLiteral("actor_force_wake_pending_timeout_ms");
    case ActorState::Starting: return QStringLiteral("actor_start_threshold");
    case ActorState::SleepIntent:
    case ActorState::StopIntent:
    case ActorState::GoingAway:
    case ActorState::Destroying: return QStringLiteral("actor_stop_threshold");
    case ActorState::Backoff: return QStringLiteral("base_retry_timeout");
    case ActorState::Running:
    case ActorState::Sleeping:
    case ActorState::Destroyed: break;
    }
    return {};
}

QString number(qint64 value)
{
    return QString::number(value);
}

/// Wall-clock time as people read it.
QString moment(qint64 ts)
{
    return QDateTime::fromMSecsSinceEpoch(ts, Qt::UTC).toString(u"yyyy-MM-dd HH:mm:ss 'UTC'");
}

/// Why a runner gets no actor now: its own state first, then what the choice says. Empty = it may.
QString runnerReason(const SchedulerCore &core, const AllocationCandidate &candidate, std::optional<quint32> highest)
{
    const auto it = core.runners.find(*candidate.runnerId);
    if (it != core.runners.end()) {
        if (it->second->row.state == RunnerState::Stopped)
            return QStringLiteral("stopped");
        if (it->second->row.state == RunnerState::Draining)
            return QStringLiteral("draining");
        if (it->second->row.state == RunnerState::Grace)
            return QStringLiteral("no_socket");
    }
    return ineligibleReason(candidate, highest, core.context.config);
}

/// Why every runner of the pool was passed over, for an actor that has found no room.
void explainPool(const SchedulerCore &core, const ActorRow &row, QStringList &why)
{
    if (const QByteArray error = core.pools ? core.pools->poolErrorJson(row.namespaceId, row.pool) : QByteArray();
        !error.isEmpty())
        why << QString(u"pool_error: " % QString::fromUtf8(error));
    if (core.pools)
        why << core.pools->explain(row.namespaceId, row.pool);
    const std::vector<AllocationCandidate> pool = core.candidates(SchedulerCore::poolKey(row), row.actorId);
    if (pool.empty()) {
        why << QStringLiteral("no_runner: no runner of this pool is known");
        return;
    }
    const std::optional<quint32> highest = highestVersion(pool);
    for (const AllocationCandidate &candidate : pool) {
        const QString reason = runnerReason(core, candidate, highest);
        if (reason.isEmpty())
            continue;
        why << QString(u"runner_" % reason % u": runner " % *candidate.runnerId % u", "
                       % number(candidate.usedSlots) % u" of " % number(candidate.totalSlots)
                       % u" slots used, silent for " % number(candidate.silentMs) % u" ms, version "
                       % number(candidate.version));
    }
}

/// A pool that cannot start runners is the better answer to "no capacity" (section 9.3).
QByteArray shownError(const SchedulerCore &core, const ActorRow &row)
{
    if (row.errorJson != "\"no_capacity\"" || !core.pools)
        return row.errorJson;
    const QByteArray poolError = core.pools->poolErrorJson(row.namespaceId, row.pool);
    return poolError.isEmpty() ? row.errorJson : QByteArray("{\"runner_pool_error\":" + poolError + '}');
}

/// A runner that is not there can neither start nor stop anything.
void explainHolder(const SchedulerCore &core, const QString &runnerId, QStringList &why)
{
    const auto it = core.runners.find(runnerId);
    if (it == core.runners.end() || !core.hub || core.hub->linkUp(runnerId))
        return;
    const RunnerRow &holder = it->second->row;
    why << (core.hub->hasSocket(runnerId)
                ? QString(u"runner_not_reconciled: runner " % runnerId % u" is back and has not said yet what it hosts")
                : QString(u"runner_no_socket: runner " % runnerId % u" is away, given up at "
                          % (holder.lostAt ? moment(*holder.lostAt) : QStringLiteral("never"))));
}

QStringList explain(const SchedulerCore &core, const ActorRow &row, std::optional<int> position)
{
    QStringList why;
    const QString deadline = row.deadline ? moment(*row.deadline) : QStringLiteral("never");
    const QString runnerId = row.runnerId.value_or(QString());
    switch (row.state) {
    case ActorState::Pending:
        why << QString(u"waiting_for_capacity: since " % moment(row.pendingAllocationTs.value_or(0)) % u", position "
                       % number(position.value_or(0)) % u" in the queue, gives up at " % deadline);
        explainPool(core, row, why);
        break;
    case ActorState::Backoff:
        why << QString(u"failure_backoff: restart " % number(row.retryCount) % u" at "
                       % moment(row.rescheduleTs.value_or(0)) % u", last failure at " % moment(row.lastFailureTs));
        break;
    case ActorState::Sleeping:
        if (row.errorJson.isEmpty())
            why << QString(u"idle: asleep since " % moment(row.sleepTs.value_or(0)));
        if (row.errorJson == "\"no_capacity\"") {
            why << QString(u"no_capacity: asleep since " % moment(row.sleepTs.value_or(0))
                           % u", tries again when it is needed");
            explainPool(core, row, why);
        }
        if (row.alarmTs)
            why << QString(u"alarm: wakes at " % moment(*row.alarmTs));
        if (const std::optional<qint64> until = wakeDelayedUntil(row, core.context.config); until > core.wallMs())
            why << QString(u"failure_backoff: failed " % number(row.retryCount + 1) % u" times, a wake before "
                           % moment(*until) % u" waits until then");
        break;
    case ActorState::Starting:
        why << QString(u"starting: on runner " % runnerId % u", lost at " % deadline);
        explainHolder(core, runnerId, why);
        break;
    case ActorState::SleepIntent:
    case ActorState::StopIntent:
    case ActorState::GoingAway:
        why << QString(QLatin1String(actorStateName(row.state)) % u": stop sent to runner " % runnerId % u", lost at "
                       % deadline);
        if (row.willWake)
            why << QStringLiteral("wake_deferred: starts again as soon as it has stopped");
        explainHolder(core, runnerId, why);
        break;
    case ActorState::Destroying:
        why << QString(u"destroying: runner " % runnerId % u" must stop it, given up at " % deadline);
        explainHolder(core, runnerId, why);
        break;
    case ActorState::Destroyed:
        why << QString(u"destroyed: at " % moment(row.destroyTs.value_or(0)));
        break;
    case ActorState::Running:
        why << QString(u"running: on runner " % runnerId % u" since " % moment(row.connectableTs.value_or(0)));
        explainHolder(core, runnerId, why);
        return why;
    }
    if (!row.errorJson.isEmpty())
        why << QString(u"error: " % QString::fromUtf8(shownError(core, row)));
    return why;
}

} // namespace

monitor::ActorInfo describeActorEntry(SchedulerCore &core, const QString &actorId)
{
    monitor::ActorInfo info;
    info.actorId = actorId;
    const ActorEntry *entry = core.actor(actorId);
    if (!entry)
        return info;
    const ActorRow &row = entry->row;
    info.namespaceName = namespaceName(core, row.namespaceId);
    info.name = row.name;
    info.key = row.key.value_or(QString());
    info.pool = row.pool;
    info.crashPolicy = QString::fromLatin1(crashPolicyName(row.crashPolicy));
    info.state = monitor::ActorState(int(row.state));
    if (row.everAllocated)
        info.generation = row.generation;
    info.runnerId = row.runnerId.value_or(QString());
    info.createTs = row.createTs;
    info.startTs = row.startTs;
    info.connectableTs = row.connectableTs;
    info.sleepTs = row.sleepTs;
    info.pendingAllocationTs = row.pendingAllocationTs;
    info.rescheduleTs = row.rescheduleTs;
    info.destroyTs = row.destroyTs;
    info.alarmTs = row.alarmTs;
    info.deadlineTs = row.deadline;
    if (row.deadline)
        info.deadlineName = deadlineName(row);
    info.retryCount = row.retryCount;
    info.errorJson = QString::fromUtf8(shownError(core, row));
    info.kvBytes = row.kvBytes;
    if (row.pendingSeq) {
        const auto queue = core.queues.find(SchedulerCore::poolKey(row));
        if (queue != core.queues.end())
            info.queuePosition = queue->second.position(*row.pendingSeq);
    }
    info.why = explain(core, row, info.queuePosition);
    info.lastWakeMs = entry->lastWakeMs;
    return info;
}

monitor::RunnerInfo describeRunnerEntry(SchedulerCore &core, const RunnerHub &hub, const QString &runnerId)
{
    monitor::RunnerInfo info;
    info.runnerId = runnerId;
    const RunnerEntry *entry = core.runner(runnerId);
    if (!entry)
        return info;
    const RunnerRow &row = entry->row;
    info.namespaceName = namespaceName(core, row.namespaceId);
    info.name = row.name;
    info.key = row.key;
    info.version = row.version;
    info.protocolVersion = row.protocolVersion;
    info.state = monitor::RunnerState(int(row.state));
    info.totalSlots = row.totalSlots;
    info.usedSlots = entry->used();
    info.createTs = row.createTs;
    info.lastConnectedTs = row.lastConnectedTs;
    info.lastPingTs = row.lastPingTs;
    info.drainTs = row.drainTs;
    info.stopTs = row.stopTs;
    info.lostAtTs = row.lostAt;
    info.lastRttMs = row.lastRttMs;
    if (core.pools && row.state != RunnerState::Stopped) {
        info.outboundState = core.pools->outboundState(runnerId);
        info.poolErrorJson = QString::fromUtf8(core.pools->poolErrorJson(row.namespaceId, row.name));
    }
    if (row.state == RunnerState::Stopped) {
        info.eligible = false;
        info.ineligibleReason = QStringLiteral("stopped");
    } else if (row.state == RunnerState::Draining) {
        info.eligible = false;
        info.ineligibleReason = QStringLiteral("draining");
    } else if (!hub.hasSocket(runnerId)) {
        info.eligible = false;
        info.ineligibleReason = QStringLiteral("no_socket");
    } else {
        const std::vector<AllocationCandidate> pool = core.candidates(SchedulerCore::poolKey(row));
        for (const AllocationCandidate &candidate : pool) {
            if (*candidate.runnerId == runnerId)
                info.ineligibleReason = ineligibleReason(candidate, highestVersion(pool), core.context.config);
        }
        info.eligible = info.ineligibleReason.isEmpty();
    }
    hub.describe(runnerId, info);
    return info;
}

} // namespace dormouse
