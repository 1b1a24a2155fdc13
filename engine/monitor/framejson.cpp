// SPDX-License-Identifier: Apache-2.0
// Frames for people: the words of the enumerations, and JSON.
#include "engine/monitor/fields.h"
#include "engine/monitor/frame.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;

namespace dormouse::monitor {

QString toString(ActorState state)
{
    switch (state) {
    case ActorState::Unknown: return u"unknown"_s;
    case ActorState::Pending: return u"pending"_s;
    case ActorState::Starting: return u"starting"_s;
    case ActorState::Running: return u"running"_s;
    case ActorState::SleepIntent: return u"sleep_intent"_s;
    case ActorState::StopIntent: return u"stop_intent"_s;
    case ActorState::GoingAway: return u"going_away"_s;
    case ActorState::Backoff: return u"backoff"_s;
    case ActorState::Sleeping: return u"sleeping"_s;
    case ActorState::Destroying: return u"destroying"_s;
    case ActorState::Destroyed: return u"destroyed"_s;
    }
    return u"unknown"_s;
}

QString toString(RunnerState state)
{
    switch (state) {
    case RunnerState::Unknown: return u"unknown"_s;
    case RunnerState::Connected: return u"connected"_s;
    case RunnerState::Grace: return u"grace"_s;
    case RunnerState::Draining: return u"draining"_s;
    case RunnerState::Stopped: return u"stopped"_s;
    }
    return u"unknown"_s;
}

QString toString(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Unknown: return u"unknown"_s;
    case ConnectionState::Waiting: return u"waiting"_s;
    case ConnectionState::Opening: return u"opening"_s;
    case ConnectionState::Open: return u"open"_s;
    case ConnectionState::Attached: return u"attached"_s;
    case ConnectionState::Hibernating: return u"hibernating"_s;
    case ConnectionState::Waking: return u"waking"_s;
    case ConnectionState::Restoring: return u"restoring"_s;
    case ConnectionState::ClosingAsleep: return u"closing_asleep"_s;
    case ConnectionState::Streaming: return u"streaming"_s;
    case ConnectionState::Closed: return u"closed"_s;
    }
    return u"unknown"_s;
}

QString toString(ConnectionKind kind)
{
    switch (kind) {
    case ConnectionKind::Unknown: return u"unknown"_s;
    case ConnectionKind::Http: return u"http"_s;
    case ConnectionKind::WebSocket: return u"websocket"_s;
    }
    return u"unknown"_s;
}

QString toString(EventKind kind)
{
    switch (kind) {
    case EventKind::Unknown: return u"unknown"_s;
    case EventKind::ActorCreated: return u"actor_created"_s;
    case EventKind::ActorState: return u"actor_state"_s;
    case EventKind::ActorDestroyed: return u"actor_destroyed"_s;
    case EventKind::ActorWake: return u"actor_wake"_s;
    case EventKind::ActorAlarm: return u"actor_alarm"_s;
    case EventKind::RunnerConnected: return u"runner_connected"_s;
    case EventKind::RunnerState: return u"runner_state"_s;
    case EventKind::RunnerClosed: return u"runner_closed"_s;
    case EventKind::RunnerEvicted: return u"runner_evicted"_s;
    case EventKind::RunnerParked: return u"runner_parked"_s;
    case EventKind::RunnerReconciled: return u"runner_reconciled"_s;
    case EventKind::ConnectionOpened: return u"connection_opened"_s;
    case EventKind::ConnectionState: return u"connection_state"_s;
    case EventKind::ConnectionClosed: return u"connection_closed"_s;
    case EventKind::MessageIn: return u"message_in"_s;
    case EventKind::MessageSent: return u"message_sent"_s;
    case EventKind::MessageResent: return u"message_resent"_s;
    case EventKind::MessageAcked: return u"message_acked"_s;
    case EventKind::MessageOut: return u"message_out"_s;
    case EventKind::HttpRequest: return u"http_request"_s;
    case EventKind::HttpResponse: return u"http_response"_s;
    case EventKind::QueueChanged: return u"queue_changed"_s;
    case EventKind::Keepalive: return u"keepalive"_s;
    case EventKind::Limit: return u"limit"_s;
    case EventKind::Protocol: return u"protocol"_s;
    case EventKind::Engine: return u"engine"_s;
    case EventKind::Command: return u"command"_s;
    case EventKind::Pool: return u"pool"_s;
    }
    return u"unknown"_s;
}

QString toString(EventLevel level)
{
    switch (level) {
    case EventLevel::Trace: return u"trace"_s;
    case EventLevel::Debug: return u"debug"_s;
    case EventLevel::Info: return u"info"_s;
    case EventLevel::Warn: return u"warn"_s;
    case EventLevel::Error: return u"error"_s;
    }
    return u"info"_s;
}

namespace {

/// Unknown is left out; 64-bit counters are plain numbers (all below 2^53 in practice).
class JsonWriter
{
public:
    QJsonObject take() { return std::move(m_object); }

    void operator()(const char *, const char *name, const QString &value)
    {
        if (!value.isEmpty())
            m_object.insert(QLatin1StringView(name), value);
    }
    void operator()(const char *, const char *name, const QByteArray &value)
    {
        if (!value.isEmpty())
            m_object.insert(QLatin1StringView(name), QString::fromLatin1(value.toBase64()));
    }
    void operator()(const char *, const char *name, const QStringList &value)
    {
        if (!value.isEmpty())
            m_object.insert(QLatin1StringView(name), QJsonArray::fromStringList(value));
    }
    template<typename T>
    void operator()(const char *key, const char *name, const std::optional<T> &value)
    {
        if (value)
            (*this)(key, name, *value);
    }
    template<typename T>
        requires std::is_integral_v<T>
    void operator()(const char *, const char *name, T value)
    {
        if constexpr (std::is_same_v<T, bool>)
            m_object.insert(QLatin1StringView(name), value);
        else
            m_object.insert(QLatin1StringView(name), qint64(value));
    }
    template<typename T>
        requires std::is_enum_v<T>
    void operator()(const char *, const char *name, T value)
    {
        m_object.insert(QLatin1StringView(name), toString(value));
    }

private:
    QJsonObject m_object;
};

template<typename T>
QJsonObject objectOf(const T &value)
{
    JsonWriter writer;
    visitFields(writer, value);
    return writer.take();
}

} // namespace

QJsonObject toJson(const ActorInfo &actor) { return objectOf(actor); }
QJsonObject toJson(const RunnerInfo &runner) { return objectOf(runner); }
QJsonObject toJson(const ConnectionInfo &connection) { return objectOf(connection); }
QJsonObject toJson(const Event &event) { return objectOf(event); }
QJsonObject toJson(const ClusterInfo &cluster) { return objectOf(cluster); }

} // namespace dormouse::monitor
