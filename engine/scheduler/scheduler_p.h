// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to engine/scheduler: what a Scheduler is made of, and how its requests are answered.

#include "engine/scheduler/runnerhub.h"
#include "engine/scheduler/scheduler.h"
#include "engine/scheduler/schedulercore.h"

namespace dormouse {

class Scheduler::Private
{
public:
    explicit Private(const CoreContext &context) : core(context), hub(core) { core.hub = &hub; }
    ~Private() { core.hub = nullptr; }

    /// Answers with the error, after everything submitted before.
    template<typename T>
    void refuse(const std::function<void(Result<T>)> &done, const Error &error)
    {
        SchedulerCore::Transaction transaction(core);
        core.afterAlways([done, error](const Status &) {
            if (done)
                done(error);
        });
    }
    template<typename T>
    void answer(const std::function<void(Result<T>)> &done, T value)
    {
        core.afterAlways([done, value = std::move(value)](const Status &status) {
            if (!done)
                return;
            if (status.ok())
                done(value);
            else
                done(status.error());
        });
    }
    std::optional<Error> checkCreate(const CreateActor &request) const;
    ActorEntry &create(const CreateActor &request);
    const ActorEntry *byKey(const QString &namespaceId, const QString &name, const QString &key) const;
    void signal(const QString &actorId, ActorEventKind kind, const std::function<void(Status)> &done);

    SchedulerCore core;
    RunnerHub hub;
};

} // namespace dormouse
