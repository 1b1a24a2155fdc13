// SPDX-License-Identifier: Apache-2.0
#pragma once

// THE monitoring interface, part two: where views get their values. Implementations: EmbeddedSource (same process),
// RemoteSource (network), RecordingSource (file). Models see this class only.

#include "engine/monitor/frame.h"

#include <QObject>

#include <functional>

namespace dormouse::monitor {

struct Capabilities
{
    bool commands = false;       ///< create, sleep, wake, destroy, close ...
    bool pendingMessages = false;
    bool traceEvents = false;
    bool live = true;            ///< false for a recording
    bool seekable = false;       ///< recording: seek() works
    QString reason;              ///< why commands are off, a reason code: recording, read_only, not_connected
};

enum class LinkState { Connecting, Live, Stale, Failed, Ended };

/// What the consumer wants to see; nothing is produced for nobody.
struct Interest
{
    bool values = true;
    bool events = true;
    bool trace = false;        ///< one event per message
    QString pendingOf;         ///< connection id
    bool operator==(const Interest &) const = default;
};

/// Thread: the UI (main) thread. Frames arrive through frameReady, at most ten a second.
class Source : public QObject
{
    Q_OBJECT
public:
    explicit Source(QObject *parent = nullptr) : QObject(parent) {}

    virtual QString name() const = 0; ///< for the tab: URL or file name
    virtual Capabilities capabilities() const = 0;
    virtual LinkState linkState() const = 0;
    virtual QString linkDetail() const = 0; ///< reason for people when not live
    virtual void start() = 0;
    virtual void setInterest(const Interest &interest) = 0;
    /// Read-only: commands that change something are refused with monitor.read_only (Capabilities::reason read_only).
    virtual void setReadOnly(bool) {}
    virtual bool isReadOnly() const { return false; }
    /// Commands that only read; they work in a read-only source, too.
    static bool looksOnly(const QString &command)
    {
        return command == u"kv_list" || command == u"pending_preview" || command == u"wire_frames";
    }

    /// Asynchronous command. Names and arguments (all strings unless said):
    ///  create_actor {namespace,name,key?,pool,crash_policy,input_base64?} -> {actor_id}
    ///  sleep_actor, wake_actor, reschedule_actor, destroy_actor {actor_id} -> {}
    ///  close_connection {connection_id, code:int, reason} -> {}
    ///  hibernate_connection, restore_connection {connection_id} -> {}: its actor is put to sleep or woken, the client's
    ///    socket stays; monitor.cannot_hibernate for one that would be closed instead
    ///  send_message {connection_id, payload_base64, binary:bool} -> {}: to the client, as if its actor had sent it;
    ///    monitor.cannot_send when the actor has not accepted the socket or the client has left
    ///  call_action {actor_id, action, args:array, conn_params?:any} -> {status:int, content_type, body_base64}: a request
    ///    to the actor in the form of the rivetkit library, which wakes it; an answer above 399 is an error under the
    ///    actor's own code. conn_params: what the actor's connection hooks get
    ///  drain_runner {runner_id} -> {}
    ///  drop_link {runner_id} -> {}: cuts the runner's socket as a failing network would; it dials in again, clients stay
    ///  evict_runner {runner_id} -> {}: stopped at once, its actors start elsewhere
    ///  kv_list {actor_id, limit:int} -> {entries:[{key_base64,value_base64,update_ts}]}
    ///  pending_preview {connection_id, index:int} -> {preview_base64}
    ///  wire_frames {runner_id, after:int} -> {frames:[{seq, ts, to_runner:bool, version, size, bytes_base64}], lost:int}:
    ///    messages of the runner protocol numbered above after; kept while it is asked for every ten seconds. A recording
    ///    has no bytes: {recorded:true, frames:[{seq, ts, to_runner:bool, kind, size?, fields:{name:text}}], lost:0}, the
    ///    latest of that runner up to the moment shown, whatever after says. size: bytes of the payload
    ///  set_setting {section, key, value} -> {}; until the engine restarts
    /// done is called once in the UI thread; errors carry a code, "monitor.deadline" when timeoutMs passed.
    virtual void command(const QString &name, const QJsonObject &arguments,
                         std::function<void(const Result<QJsonObject> &)> done, int timeoutMs = 5000) = 0;

    // Recordings only.
    virtual qint64 firstTs() const { return 0; }
    virtual qint64 lastTs() const { return 0; }
    virtual void seek(qint64) {}
    virtual void setPlaying(bool, double /*speed*/) {}

Q_SIGNALS:
    void frameReady(const dormouse::monitor::Frame &frame);
    void linkChanged();
};

} // namespace dormouse::monitor
