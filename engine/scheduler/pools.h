// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace dormouse {

/// What whoever keeps serverless pools hears from the scheduler (scheduler.md section 4). The calls of changes come
/// after commit, never from inside a call into the scheduler. Thread: engine thread.
class PoolObserver
{
public:
    virtual ~PoolObserver() = default;
    /// Scheduler::poolDemand() of this pool is another one.
    virtual void poolDemandChanged(const QString &namespaceId, const QString &pool) = 0;
    /// The runner config was written or deleted.
    virtual void poolConfigured(const QString &namespaceId, const QString &pool) = 0;
    /// The runner takes no new actors any more; stopped: its record is final and its socket is being closed.
    virtual void runnerLeaving(const QString &runnerId, bool stopped) = 0;
    /// Active error of a pool (section 9.3) as JSON, empty = none. Asked at any time.
    virtual QByteArray poolErrorJson(const QString &namespaceId, const QString &pool) const = 0;
    /// State of the outbound request that keeps this runner, empty = there is none. Asked at any time.
    virtual QString outboundState(const QString &runnerId) const = 0;
    /// What holds this pool back from starting runners, one "code: live values" a line. Asked at any time.
    virtual QStringList explain(const QString &, const QString &) const { return {}; }
};

} // namespace dormouse
