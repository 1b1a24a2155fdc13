// SPDX-License-Identifier: Apache-2.0
#include "ui/words.h"

#include "engine/monitor/frame.h"
#include "ui/help.h"

#include <QHash>

namespace dormouse {

using monitor::ActorState;
using monitor::ConnectionState;
using monitor::EventLevel;
using monitor::RunnerState;

Words::Look Words::look(ActorState state)
{
    switch (state) {
    case ActorState::Unknown:
        break;
    case ActorState::Pending:
        return {tr("waiting for a runner"), QStringLiteral("state-pending"), Color::Waiting};
    case ActorState::Starting:
        return {tr("starting"), QStringLiteral("state-waking"), Color::Waking};
    case ActorState::Running:
        return {tr("running"), QStringLiteral("state-running"), Color::Good};
    case ActorState::SleepIntent:
        return {tr("going to sleep"), QStringLiteral("state-stopping"), Color::Asleep};
    case ActorState::StopIntent:
        return {tr("stopping"), QStringLiteral("state-stopping"), Color::Waking};
    case ActorState::GoingAway:
        return {tr("moving away"), QStringLiteral("reschedule"), Color::Waking};
    case ActorState::Backoff:
        return {tr("waiting to retry"), QStringLiteral("state-warn"), Color::Bad};
    case ActorState::Sleeping:
        return {tr("sleeping"), QStringLiteral("state-sleeping"), Color::Asleep};
    case ActorState::Destroying:
        return {tr("being destroyed"), QStringLiteral("destroy"), Color::Bad};
    case ActorState::Destroyed:
        return {tr("destroyed"), QStringLiteral("state-ended"), Color::Ended};
    }
    return {tr("unknown"), QStringLiteral("state-unknown"), Color::Muted};
}

Words::Look Words::look(RunnerState state)
{
    switch (state) {
    case RunnerState::Unknown:
        break;
    case RunnerState::Connected:
        return {tr("connected"), QStringLiteral("state-running"), Color::Good};
    case RunnerState::Grace:
        return {tr("lost, in grace"), QStringLiteral("state-warn"), Color::Bad};
    case RunnerState::Draining:
        return {tr("draining"), QStringLiteral("drain"), Color::Waking};
    case RunnerState::Stopped:
        return {tr("stopped"), QStringLiteral("state-ended"), Color::Ended};
    }
    return {tr("unknown"), QStringLiteral("state-unknown"), Color::Muted};
}

Words::Look Words::look(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Unknown:
        break;
    case ConnectionState::Waiting:
        return {tr("waiting for actor"), QStringLiteral("state-pending"), Color::Waiting};
    case ConnectionState::Opening:
        return {tr("opening"), QStringLiteral("state-opening"), Color::Waking};
    case ConnectionState::Open:
        return {tr("open"), QStringLiteral("state-open"), Color::Good};
    case ConnectionState::Attached:
        return {tr("awake"), QStringLiteral("state-running"), Color::Good};
    case ConnectionState::Hibernating:
        return {tr("hibernating"), QStringLiteral("state-hibernating"), Color::Asleep};
    case ConnectionState::Waking:
        return {tr("waking"), QStringLiteral("state-waking"), Color::Waking};
    case ConnectionState::Restoring:
        return {tr("restoring"), QStringLiteral("reschedule"), Color::Waking};
    case ConnectionState::ClosingAsleep:
        return {tr("closing, actor asleep"), QStringLiteral("state-stopping"), Color::Asleep};
    case ConnectionState::Streaming:
        return {tr("streaming"), QStringLiteral("send"), Color::Good};
    case ConnectionState::Closed:
        return {tr("closed"), QStringLiteral("state-ended"), Color::Ended};
    }
    return {tr("unknown"), QStringLiteral("state-unknown"), Color::Muted};
}

Words::Look Words::look(EventLevel level)
{
    switch (level) {
    case EventLevel::Trace:
        return {tr("trace"), QStringLiteral("state-opening"), Color::Muted};
    case EventLevel::Debug:
        return {tr("debug"), QStringLiteral("state-debug"), Color::Muted};
    case EventLevel::Info:
        return {tr("info"), QStringLiteral("state-info"), Color::Info};
    case EventLevel::Warn:
        return {tr("warning"), QStringLiteral("state-warn"), Color::Waking};
    case EventLevel::Error:
        return {tr("error"), QStringLiteral("state-error"), Color::Bad};
    }
    return {};
}

Words::Look Words::lookOfState(const QString &machine, const QString &state)
{
    if (machine == QStringLiteral("actor")) {
        for (int i = int(ActorState::Pending); i <= int(ActorState::Destroyed); ++i)
            if (monitor::toString(ActorState(i)) == state)
                return look(ActorState(i));
        return look(ActorState::Unknown);
    }
    for (int i = int(ConnectionState::Waiting); i <= int(ConnectionState::Closed); ++i)
        if (monitor::toString(ConnectionState(i)) == state)
            return look(ConnectionState(i));
    return look(ConnectionState::Unknown);
}

Words::Look Words::lookOfPending(int state)
{
    if (state == 0)
        return {tr("not sent yet"), QStringLiteral("state-pending"), Color::Waiting};
    if (state == 1)
        return {tr("sent, no ack yet"), QStringLiteral("send"), Color::Info};
    return {tr("sent again"), QStringLiteral("reschedule"), Color::Waking};
}

Words::Look Words::look(DueRow::What what)
{
    switch (what) {
    case DueRow::Alarm:
        return {tr("alarm of the actor"), QStringLiteral("alarm"), Color::Info};
    case DueRow::Deadline:
        return {tr("deadline"), QStringLiteral("due"), Color::Waking};
    case DueRow::Reschedule:
        return {tr("next try"), QStringLiteral("reschedule"), Color::Waiting};
    case DueRow::AckTimeout:
        return {tr("ack timeout"), QStringLiteral("due"), Color::Waiting};
    case DueRow::ReadyTimeout:
        return {tr("ready timeout"), QStringLiteral("due"), Color::Waking};
    case DueRow::ForceWakeTimeout:
        return {tr("wait for a runner ends"), QStringLiteral("due"), Color::Waking};
    case DueRow::OpenTimeout:
        return {tr("open timeout"), QStringLiteral("due"), Color::Waking};
    case DueRow::ResponseTimeout:
        return {tr("response timeout"), QStringLiteral("due"), Color::Waking};
    }
    return {};
}

Words::Look Words::look(ControlRow::State state)
{
    switch (state) {
    case ControlRow::Running:
        return {tr("under way"), QStringLiteral("state-pending"), Color::Waiting};
    case ControlRow::Done:
        return {tr("done"), QStringLiteral("state-ok"), Color::Good};
    case ControlRow::Failed:
        return {tr("failed"), QStringLiteral("state-error"), Color::Bad};
    case ControlRow::Refused:
        return {tr("not allowed"), QStringLiteral("state-warn"), Color::Waking};
    }
    return {};
}

Words::Look Words::look(WakeRow::State state)
{
    switch (state) {
    case WakeRow::Running:
        return {tr("under way"), QStringLiteral("state-waking"), Color::Waking};
    case WakeRow::Done:
        return {tr("awake"), QStringLiteral("state-running"), Color::Good};
    case WakeRow::Failed:
        return {tr("failed"), QStringLiteral("state-error"), Color::Bad};
    }
    return {};
}

QString Words::metric(ClusterModel::Metric metric)
{
    switch (metric) {
    case ClusterModel::Actors:
        return tr("Actors");
    case ClusterModel::ActorsRunning:
        return tr("Running");
    case ClusterModel::ActorsSleeping:
        return tr("Sleeping");
    case ClusterModel::ActorsPending:
        return tr("Waiting for a runner");
    case ClusterModel::Runners:
        return tr("Runners");
    case ClusterModel::RunnersEligible:
        return tr("Runners that take work");
    case ClusterModel::SlotsUsed:
        return tr("Slots used");
    case ClusterModel::SlotsTotal:
        return tr("Slots");
    case ClusterModel::Connections:
        return tr("Connections");
    case ClusterModel::ConnectionsOpen:
        return tr("Awake connections");
    case ClusterModel::Hibernating:
        return tr("Hibernating");
    case ClusterModel::Waking:
        return tr("Waking");
    case ClusterModel::PendingMessages:
        return tr("Pending messages");
    case ClusterModel::PendingBytes:
        return tr("Pending bytes");
    case ClusterModel::MessageRate:
        return tr("Messages / s");
    case ClusterModel::ByteRate:
        return tr("Traffic");
    case ClusterModel::AckP50:
        return tr("Ack p50");
    case ClusterModel::AckP99:
        return tr("Ack p99");
    case ClusterModel::WakeP50:
        return tr("Wake p50");
    case ClusterModel::WakeP99:
        return tr("Wake p99");
    case ClusterModel::StoreQueue:
        return tr("Store queue");
    case ClusterModel::StoreCommit:
        return tr("Store commit");
    case ClusterModel::EventRate:
        return tr("Events / s");
    case ClusterModel::EventsDropped:
        return tr("Events dropped");
    case ClusterModel::MonitorBytes:
        return tr("Held for monitoring");
    case ClusterModel::MetricCount:
        break;
    }
    return {};
}

QString Words::column(const QString &key)
{
    static const QHash<QString, const char *> titles = {
        {QStringLiteral("state"), QT_TR_NOOP("State")},
        {QStringLiteral("name"), QT_TR_NOOP("Name")},
        {QStringLiteral("key"), QT_TR_NOOP("Key")},
        {QStringLiteral("id"), QT_TR_NOOP("Id")},
        {QStringLiteral("pool"), QT_TR_NOOP("Pool")},
        {QStringLiteral("runner"), QT_TR_NOOP("Runner")},
        {QStringLiteral("connections"), QT_TR_NOOP("Conns")},
        {QStringLiteral("hibernating"), QT_TR_NOOP("Hibern.")},
        {QStringLiteral("pending"), QT_TR_NOOP("Pending")},
        {QStringLiteral("pending.bytes"), QT_TR_NOOP("Pending bytes")},
        {QStringLiteral("pending.peak"), QT_TR_NOOP("Most pending")},
        {QStringLiteral("age"), QT_TR_NOOP("Age")},
        {QStringLiteral("wake"), QT_TR_NOOP("Last wake")},
        {QStringLiteral("generation"), QT_TR_NOOP("Gen")},
        {QStringLiteral("retries"), QT_TR_NOOP("Retries")},
        {QStringLiteral("namespace"), QT_TR_NOOP("Namespace")},
        {QStringLiteral("why"), QT_TR_NOOP("Why")},
        {QStringLiteral("slots"), QT_TR_NOOP("Slots")},
        {QStringLiteral("eligible"), QT_TR_NOOP("Takes work")},
        {QStringLiteral("rtt"), QT_TR_NOOP("Round trip")},
        {QStringLiteral("ping"), QT_TR_NOOP("Last ping")},
        {QStringLiteral("version"), QT_TR_NOOP("Version")},
        {QStringLiteral("protocol"), QT_TR_NOOP("Protocol")},
        {QStringLiteral("queued"), QT_TR_NOOP("Queued")},
        {QStringLiteral("in"), QT_TR_NOOP("In")},
        {QStringLiteral("out"), QT_TR_NOOP("Out")},
        {QStringLiteral("in.bytes"), QT_TR_NOOP("Bytes in")},
        {QStringLiteral("out.bytes"), QT_TR_NOOP("Bytes out")},
        {QStringLiteral("rate"), QT_TR_NOOP("Messages / s")},
        {QStringLiteral("parked"), QT_TR_NOOP("Parked")},
        {QStringLiteral("outbound"), QT_TR_NOOP("Start request")},
        {QStringLiteral("pool.error"), QT_TR_NOOP("Pool error")},
        {QStringLiteral("drain"), QT_TR_NOOP("Drains since")},
        {QStringLiteral("stop"), QT_TR_NOOP("Stopped at")},
        {QStringLiteral("connected"), QT_TR_NOOP("Connected")},
        {QStringLiteral("path"), QT_TR_NOOP("Request")},
        {QStringLiteral("actor"), QT_TR_NOOP("Actor")},
        {QStringLiteral("oldest"), QT_TR_NOOP("Oldest waits")},
        {QStringLiteral("keepalive"), QT_TR_NOOP("Keepalive")},
        {QStringLiteral("refresh"), QT_TR_NOOP("Refresh in")},
        {QStringLiteral("instate"), QT_TR_NOOP("In state")},
        {QStringLiteral("ack"), QT_TR_NOOP("Last ack")},
        {QStringLiteral("client.rtt"), QT_TR_NOOP("Client ping")},
        {QStringLiteral("sleeps"), QT_TR_NOOP("Sleeps")},
        {QStringLiteral("resends"), QT_TR_NOOP("Resends")},
        {QStringLiteral("client"), QT_TR_NOOP("Client")},
        {QStringLiteral("close"), QT_TR_NOOP("Closed with")},
        {QStringLiteral("place"), QT_TR_NOOP("Place")},
        {QStringLiteral("index"), QT_TR_NOOP("Index")},
        {QStringLiteral("bytes"), QT_TR_NOOP("Bytes")},
        {QStringLiteral("waiting"), QT_TR_NOOP("Age")},
        {QStringLiteral("written"), QT_TR_NOOP("Sent ago")},
        {QStringLiteral("sent"), QT_TR_NOOP("Sent")},
        {QStringLiteral("type"), QT_TR_NOOP("Type")},
        {QStringLiteral("preview"), QT_TR_NOOP("Preview")},
        {QStringLiteral("time"), QT_TR_NOOP("Time")},
        {QStringLiteral("level"), QT_TR_NOOP("Level")},
        {QStringLiteral("kind"), QT_TR_NOOP("Event")},
        {QStringLiteral("connection"), QT_TR_NOOP("Connection")},
        {QStringLiteral("change"), QT_TR_NOOP("Change")},
        {QStringLiteral("detail"), QT_TR_NOOP("Detail")},
        {QStringLiteral("ack.count"), QT_TR_NOOP("Acks")},
        {QStringLiteral("wake.count"), QT_TR_NOOP("Wakes")},
        {QStringLiteral("http.count"), QT_TR_NOOP("HTTP")},
        {QStringLiteral("ack.p50"), QT_TR_NOOP("Ack p50")},
        {QStringLiteral("ack.p99"), QT_TR_NOOP("Ack p99")},
        {QStringLiteral("ack.max"), QT_TR_NOOP("Ack max")},
        {QStringLiteral("wake.p50"), QT_TR_NOOP("Wake p50")},
        {QStringLiteral("wake.p99"), QT_TR_NOOP("Wake p99")},
        {QStringLiteral("http.p50"), QT_TR_NOOP("HTTP p50")},
        {QStringLiteral("http.p99"), QT_TR_NOOP("HTTP p99")},
        {QStringLiteral("setting"), QT_TR_NOOP("Setting")},
        {QStringLiteral("value"), QT_TR_NOOP("Value")},
        {QStringLiteral("default"), QT_TR_NOOP("Default")},
        {QStringLiteral("rivet"), QT_TR_NOOP("Rivet")},
        {QStringLiteral("unit"), QT_TR_NOOP("Unit")},
        {QStringLiteral("range"), QT_TR_NOOP("Range")},
        {QStringLiteral("changed"), QT_TR_NOOP("Changed")},
        {QStringLiteral("related"), QT_TR_NOOP("See also")},
        {QStringLiteral("command"), QT_TR_NOOP("Command")},
        {QStringLiteral("target"), QT_TR_NOOP("Target")},
        {QStringLiteral("outcome"), QT_TR_NOOP("Outcome")},
        {QStringLiteral("took"), QT_TR_NOOP("Took")},
        {QStringLiteral("arguments"), QT_TR_NOOP("Arguments")},
        {QStringLiteral("due"), QT_TR_NOOP("Due in")},
        {QStringLiteral("what"), QT_TR_NOOP("What")},
        {QStringLiteral("at"), QT_TR_NOOP("At")},
        {QStringLiteral("cause"), QT_TR_NOOP("Cause")},
        {QStringLiteral("total"), QT_TR_NOOP("Total")},
        {QStringLiteral("stages"), QT_TR_NOOP("Stages")},
        {QStringLiteral("allocation"), QT_TR_NOOP("Allocation")},
        {QStringLiteral("command.sent"), QT_TR_NOOP("Command sent")},
        {QStringLiteral("start"), QT_TR_NOOP("Start")},
        {QStringLiteral("delivery"), QT_TR_NOOP("First delivery")},
    };
    const char *title = titles.value(key);
    return title ? tr(title) : key;
}

QString Words::whyUnknown(const QString &key)
{
    static const QHash<QString, const char *> reasons = {
        {QStringLiteral("keepalive"), QT_TR_NOOP("Only a socket that may hibernate has a stored keepalive.")},
        {QStringLiteral("refresh"), QT_TR_NOOP("Only a socket that may hibernate has a stored keepalive.")},
        {QStringLiteral("oldest"), QT_TR_NOOP("Nothing is pending.")},
        {QStringLiteral("ack"), QT_TR_NOOP("No message was acknowledged yet.")},
        {QStringLiteral("runner"), QT_TR_NOOP("It is on no runner.")},
        {QStringLiteral("close"), QT_TR_NOOP("It was not closed with a code.")},
        {QStringLiteral("wake"), QT_TR_NOOP("It was not woken since the engine started.")},
        {QStringLiteral("rtt"), QT_TR_NOOP("It answered no ping yet.")},
        {QStringLiteral("ping"), QT_TR_NOOP("It answered no ping yet.")},
        {QStringLiteral("client.rtt"), QT_TR_NOOP("It answered no ping yet. Clients are pinged when the setting guard.client_ping_interval_ms is not 0.")},
        {QStringLiteral("key"), QT_TR_NOOP("It was made without a key.")},
        {QStringLiteral("why"), QT_TR_NOOP("Nothing keeps it from running.")},
        {QStringLiteral("retries"), QT_TR_NOOP("It has not failed.")},
        {QStringLiteral("rivet"), QT_TR_NOOP("Rivet has no such setting, or its value is not known.")},
        {QStringLiteral("outbound"), QT_TR_NOOP("It was not started by a serverless pool.")},
        {QStringLiteral("pool.error"), QT_TR_NOOP("Its pool reports no error.")},
        {QStringLiteral("drain"), QT_TR_NOOP("It does not drain.")},
        {QStringLiteral("stop"), QT_TR_NOOP("It has not stopped.")},
        {QStringLiteral("pending"), QT_TR_NOOP("Only a socket that may hibernate keeps messages.")},
        {QStringLiteral("pending.bytes"), QT_TR_NOOP("Only a socket that may hibernate keeps messages.")},
        {QStringLiteral("pending.peak"), QT_TR_NOOP("Only a socket that may hibernate keeps messages.")},
        {QStringLiteral("sleeps"), QT_TR_NOOP("Only a socket that may hibernate keeps messages.")},
        {QStringLiteral("resends"), QT_TR_NOOP("Only a socket that may hibernate keeps messages.")},
    };
    const char *reason = reasons.value(key);
    return reason ? tr(reason) : tr("The source does not tell it.");
}

QString Words::explain(const QString &code)
{
    return Help::code(code, language());
}

QString Words::problem(const Error &error)
{
    const QString code = QString::fromUtf8(error.fullCode());
    const QString help = explain(code);
    const bool names = code == u"monitor.bad_argument" || code.startsWith(u"config.");
    return help.isEmpty() || (names && !error.message.isEmpty()) ? error.message : help;
}

QString Words::language()
{
    //: code of this language, as the folder of its help texts is named
    return tr("en");
}

} // namespace dormouse
