// SPDX-License-Identifier: Apache-2.0
// What becomes of an actor when its life has ended (scheduler.md sections 1.6 and 9.3).
#include "engine/scheduler/actorparts_p.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace dormouse::actorparts {

namespace {

using E = ActorEventKind;

QByteArray lostErrorJson(LostReason reason, const QString &runnerId)
{
    QString name;
    switch (reason) {
    case LostReason::ConnectionLost: name = QStringLiteral("runner_connection_lost"); break;
    case LostReason::NoResponse: name = QStringLiteral("runner_no_response"); break;
    case LostReason::DrainTimeout: name = QStringLiteral("runner_draining_timeout"); break;
    }
    const QJsonObject inner{{QStringLiteral("runner_id"), runnerId}};
    return QJsonDocument(QJsonObject{{name, inner}}).toJson(QJsonDocument::Compact);
}

QByteArray crashedJson(const std::optional<QString> &message)
{
    const QJsonObject inner{{QStringLiteral("message"), message ? QJsonValue(*message) : QJsonValue()}};
    return QJsonDocument(QJsonObject{{QStringLiteral("crashed"), inner}}).toJson(QJsonDocument::Compact);
}

struct Cause
{
    enum class Kind { Ok, Error, Lost } kind = Kind::Ok;
    LostReason lost = LostReason::ConnectionLost;
    std::optional<QString> message;
    bool force = false;
    bool unconfirmed = false;
};

Cause causeOf(const ActorRow &row, const ActorEvent &event)
{
    Cause cause;
    if (event.kind == E::Stopped) {
        cause.kind = event.code == wire::StopCode::Ok ? Cause::Kind::Ok : Cause::Kind::Error;
        cause.message = event.message;
        return cause;
    }
    cause.kind = Cause::Kind::Lost;
    cause.force = event.force;
    cause.unconfirmed = event.unconfirmed;
    if (event.kind == E::RunnerDrainTimeout)
        cause.lost = LostReason::DrainTimeout;
    else if (event.kind == E::RunnerLost)
        cause.lost = event.lost;
    else if (row.state == S::GoingAway && !row.rescheduling)
        cause.lost = LostReason::DrainTimeout; // The runner's drain deadline is the same clock (D-18).
    else
        cause.lost = LostReason::NoResponse;
    return cause;
}

} // namespace

void settle(ActorStep &step, const ActorEvent &event, const MachineContext &context)
{
    const Cause cause = causeOf(step.row, event);
    ActorRow &row = step.row;
    const S state = row.state;
    const QString runnerId = row.runnerId.value_or(QString());
    const bool lost = cause.kind == Cause::Kind::Lost;
    const bool willWake = row.willWake;
    const AllocationOverride kept = row.wakeOverride;
    const bool alarmDue = row.alarmTs && *row.alarmTs <= context.nowMs;
    const bool restartAlways = row.rescheduling;

    if (lost && !cause.force)
        step.lost = cause.lost;
    step.cause = cause.kind == Cause::Kind::Ok ? "ok"
        : cause.kind == Cause::Kind::Error     ? "error"
        : cause.force                          ? "start_undeliverable"
        : cause.unconfirmed                    ? "start_unconfirmed"
                                               : lostReasonName(cause.lost);
    step.effects.push_back({K::DeleteCommands, runnerId, row.generation, 0});
    if (lost && !cause.force)
        sendStop(step);
    row.runnerId.reset();
    row.slotHeld = false;
    row.deadline.reset();
    row.connectableTs.reset();
    row.lastEventIdx = -1;
    row.lastAckIdx = -1;
    row.seenRunning = false;
    row.willWake = false;
    row.wakeOverride = {};
    row.rescheduling = false;

    if (state == S::Destroying) { // row 1
        toDestroyed(step, context);
        step.reason = "destroyed";
        return;
    }
    if (cause.force) { // row 2
        resetRetries(row);
        row.state = S::Sleeping;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        step.attempt = AllocationOverride{OverrideKind::DontSleep, std::nullopt};
        step.reason = "start_undeliverable";
        return;
    }
    if (cause.unconfirmed) {
        // Whatever the crash policy: for all that is known it has never run. A process that ends at each start must
        // not loop, so it counts like a failure.
        setError(row, lostErrorJson(cause.lost, runnerId));
        const AllocationOverride again{OverrideKind::DontSleep, std::nullopt};
        const std::optional<qint64> retryAt = recordFailure(row, context);
        step.reason = "start_unconfirmed";
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        if (retryAt) {
            toBackoff(row, *retryAt, again);
        } else {
            row.state = S::Sleeping;
            step.attempt = again;
        }
        return;
    }
    const bool expectedLoss = state == S::GoingAway && cause.lost == LostReason::ConnectionLost;
    if (lost && !expectedLoss)
        setError(row, lostErrorJson(cause.lost, runnerId));
    // A stop that was asked for is no failure, whatever its code: newer SDKs report every sleep as an error (D-03).
    const bool asPlanned = cause.kind == Cause::Kind::Error && (state == S::SleepIntent || state == S::GoingAway);
    if (cause.kind == Cause::Kind::Ok || asPlanned)
        resetRetries(row);

    const auto rest = [&](const char *reason) {
        toSleeping(row, context);
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
    };
    const auto attempt = [&](const AllocationOverride &override, const char *reason) {
        row.state = S::Sleeping;
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        step.attempt = override;
    };
    const auto destroy = [&](const char *reason) {
        toDestroyed(step, context);
        step.reason = reason;
    };
    const AllocationOverride restart{OverrideKind::PendingTimeout, context.config.restartPendingTimeoutMs};

    if (state == S::SleepIntent || (state == S::GoingAway && row.crashPolicy == CrashPolicy::Sleep && !restartAlways)) {
        if (willWake) { // row 3, and 7 as 3
            attempt(kept, "woken_while_stopping");
        } else if (alarmDue) { // row 4, and 7 as 4
            consumeAlarm(row, context.config);
            attempt(alarmOverride(context.config), "alarm_while_stopping");
        } else { // rows 5 and 7
            rest(state == S::SleepIntent ? "slept" : "runner_drained");
        }
        return;
    }
    if (state == S::GoingAway) {
        if (row.crashPolicy == CrashPolicy::Restart || restartAlways) // row 6
            attempt(mergeOverride(restart, willWake ? kept : AllocationOverride{}),
                    restartAlways ? "rescheduled" : "runner_drained");
        else // row 8
            destroy("runner_drained");
        return;
    }
    if (cause.kind == Cause::Kind::Ok) { // row 9
        destroy("stopped_ok");
        return;
    }
    if (cause.kind == Cause::Kind::Error && !(state == S::StopIntent && !cause.message))
        setError(row, crashedJson(cause.message));
    const char *reason = lost ? "lost" : "crashed";
    const AllocationOverride merged = willWake ? kept : AllocationOverride{};
    switch (row.crashPolicy) {
    case CrashPolicy::Restart: { // row 10
        const std::optional<qint64> retryAt = recordFailure(row, context);
        if (!retryAt) {
            attempt(mergeOverride(restart, merged), reason);
            return;
        }
        toBackoff(row, *retryAt, mergeOverride(restart, merged));
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        return;
    }
    case CrashPolicy::Sleep: { // row 11
        const std::optional<qint64> retryAt = recordFailure(row, context);
        if (!willWake) {
            rest(reason);
            return;
        }
        if (!retryAt) {
            attempt(kept, reason);
            return;
        }
        toBackoff(row, *retryAt, kept);
        step.reason = reason;
        step.effects.push_back({K::NotifyStopped, runnerId, row.generation, 0});
        return;
    }
    case CrashPolicy::Destroy: // row 12
        destroy(reason);
        return;
    }
}

} // namespace dormouse::actorparts
