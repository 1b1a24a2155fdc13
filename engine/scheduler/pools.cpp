// SPDX-License-Identifier: Apache-2.0
// What serverless pools get from the scheduler: demand derived from the actor rows, and news (scheduler.md section 4).
#include "engine/scheduler/pools.h"

#include "engine/scheduler/schedulercore.h"

namespace dormouse {

namespace {

/// Section 4.2: what needs a slot or holds one.
bool isDemand(const ActorRow &row)
{
    switch (row.state) {
    case ActorState::Pending:
    case ActorState::Starting:
    case ActorState::Running:
    case ActorState::SleepIntent:
    case ActorState::StopIntent:
    case ActorState::GoingAway:
        return true;
    case ActorState::Destroying:
        return row.slotHeld;
    case ActorState::Backoff:
    case ActorState::Sleeping:
    case ActorState::Destroyed:
        return false;
    }
    return false;
}

} // namespace

void SchedulerCore::syncDemand(const ActorRow &before, const ActorRow &now)
{
    const int change = int(isDemand(now)) - int(isDemand(before));
    if (change == 0)
        return;
    const PoolName name{now.namespaceId, now.pool};
    int &count = m_demand[name];
    count += change;
    if (count == 0)
        m_demand.erase(name);
    m_demandChanged.insert(name);
}

int SchedulerCore::demandOf(const QString &namespaceId, const QString &pool) const
{
    const auto it = m_demand.find({namespaceId, pool});
    return it == m_demand.end() ? 0 : it->second;
}

void SchedulerCore::announceDemand()
{
    if (m_demandChanged.empty())
        return;
    if (pools && !shuttingDown) {
        after([this, changed = m_demandChanged] {
            for (const auto &[namespaceId, pool] : changed) {
                if (pools)
                    pools->poolDemandChanged(namespaceId, pool);
            }
        });
    }
    m_demandChanged.clear();
}

void SchedulerCore::announceConfig(const QString &namespaceId, const QString &pool)
{
    after([this, namespaceId, pool] {
        if (pools)
            pools->poolConfigured(namespaceId, pool);
    });
}

void SchedulerCore::announceLeaving(const QString &runnerId, bool stopped)
{
    if (!pools || shuttingDown)
        return;
    after([this, runnerId, stopped] {
        if (pools)
            pools->runnerLeaving(runnerId, stopped);
    });
}

void SchedulerCore::poolErrorChanged(const QString &namespaceId, const QString &pool)
{
    const QString key = poolKey(namespaceId, pool);
    if (const auto known = poolRunners.find(key); known != poolRunners.end()) {
        for (const QString &id : known->second)
            context.sink.runnerChanged(id);
    }
    if (const auto queue = queues.find(key); queue != queues.end())
        queue->second.forEach([this](const QString &actorId) { context.sink.actorChanged(actorId); });
}

void SchedulerCore::drainOlderVersions(const QString &namespaceId, const QString &pool, quint32 version)
{
    const auto config = runnerConfigs.find({namespaceId, pool});
    if (config == runnerConfigs.end())
        return;
    const QJsonObject &body = config->second.body;
    const QString flag = QStringLiteral("drain_on_version_upgrade");
    const bool wanted = body.value(flag).toBool() || body.value(QStringLiteral("normal")).toObject().value(flag).toBool()
        || body.value(QStringLiteral("serverless")).toObject().value(flag).toBool();
    if (!wanted)
        return;
    const std::set<QString> known = poolRunners[poolKey(namespaceId, pool)];
    for (const QString &id : known) {
        RunnerEntry *other = runner(id);
        if (other && other->eligible && other->row.version < version) {
            metrics.pool(namespaceId, pool).upgradeDrains->add();
            drain(*other, false, QStringLiteral("version_upgrade"));
        }
    }
}

} // namespace dormouse
