// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/scheduler/scheduler.h"
#include "engine/scheduler/tunnel.h"

namespace dormouse {

/// What the gateway needs to know about actors: rows, wakes, pool errors (gateway.md section 5). The scheduler in
/// production, a script in tests. Thread: engine thread.
class ActorDirectory
{
public:
    virtual ~ActorDirectory() = default;
    /// Null when unknown. Valid until the next event.
    virtual const ActorRow *actor(const QString &actorId) const = 0;
    /// Idempotent; the outcome arrives as a GatewayEvents call, never from inside this one.
    virtual void wakeActor(const QString &actorId, const AllocationOverride &override) = 0;
    /// Active error of a pool as JSON, empty = none (scheduler.md section 4.6).
    virtual QByteArray poolErrorJson(const QString &namespaceId, const QString &pool) const = 0;
    /// Number under "metadata" of a pool's runner config that overrides an engine setting, when there is one.
    virtual std::optional<qint64> poolSetting(const QString &namespaceId, const QString &pool,
                                              const QString &key) const = 0;
    /// The way to the runners. Lives as long as the directory.
    virtual TunnelTransport &tunnel() = 0;
};

/// The scheduler seen as a directory. The scheduler must outlive it.
class SchedulerDirectory final : public ActorDirectory
{
public:
    explicit SchedulerDirectory(Scheduler &scheduler) : m_scheduler(scheduler) {}
    const ActorRow *actor(const QString &actorId) const override { return m_scheduler.actor(actorId); }
    void wakeActor(const QString &actorId, const AllocationOverride &override) override
    {
        m_scheduler.wakeActor(actorId, override);
    }
    QByteArray poolErrorJson(const QString &namespaceId, const QString &pool) const override
    {
        return m_scheduler.poolErrorJson(namespaceId, pool);
    }
    std::optional<qint64> poolSetting(const QString &namespaceId, const QString &pool,
                                      const QString &key) const override;
    TunnelTransport &tunnel() override { return m_scheduler; }

private:
    Scheduler &m_scheduler;
};

} // namespace dormouse
