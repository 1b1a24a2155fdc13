// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/monitor/tracelog.h"
#include "engine/monitor/values.h"

namespace dormouse::monitor {

/// The unit in which everything travels: one batch of changes. The embedded engine makes one at most every 100 ms
/// while somebody watches; a remote link carries them as CBOR; a recording is a sequence of them.
struct Frame
{
    quint64 revision = 0;  ///< of the producer, +1 per frame
    qint64 ts = 0;         ///< wall ms
    bool snapshot = false; ///< replaces everything known before
    std::optional<ClusterInfo> cluster;
    std::vector<ActorInfo> actors; ///< added or changed; a destroyed actor comes once more in its final state
    std::vector<RunnerInfo> runners;
    std::vector<ConnectionInfo> connections;
    std::vector<Event> events;
    quint64 eventsDropped = 0; ///< lost before this block
    std::vector<TraceBlock> traces; ///< further events, packed; see unpackTraces()
    std::vector<LatencySlice> latency; ///< finished seconds and the running one (same startTs replaces)
    std::vector<SettingInfo> settings; ///< all of them: with snapshots, and when one was changed
    std::vector<StateMachineInfo> machines; ///< all of them, with snapshots; empty = not said
    QString pendingOf; ///< connection whose pending messages follow; empty = none
    std::vector<PendingMessageInfo> pending;
    bool isEmpty() const
    {
        return !snapshot && !cluster && actors.empty() && runners.empty() && connections.empty() && events.empty()
            && traces.empty() && latency.empty() && settings.empty() && machines.empty() && pendingOf.isEmpty();
    }
    /// Moves the packed events among the others, all in the order of their numbers. Errors: monitor.bad_trace; then
    /// nothing has changed.
    Status unpackTraces();
};

/// CBOR map with short keys; absent values are left out. Version in key "v".
QByteArray encodeFrame(const Frame &frame);
void appendFrame(QByteArray &out, const Frame &frame); ///< the same bytes, behind what is there
enum class Traces {
    Unpack, ///< all events in Frame::events
    Keep    ///< as they came, not looked at: for who wants only the last ones
};
/// Errors: monitor.bad_frame naming the field and the reason; monitor.newer_version; monitor.bad_trace.
Result<Frame> decodeFrame(const QByteArray &cbor, Traces traces = Traces::Unpack);

QString toString(ActorState state);           ///< wire word, e.g. "sleep_intent"
QString toString(RunnerState state);
QString toString(ConnectionState state);
QString toString(ConnectionKind kind);
QString toString(EventKind kind);             ///< e.g. "message_acked"
QString toString(EventLevel level);
QJsonObject toJson(const ActorInfo &actor);
QJsonObject toJson(const RunnerInfo &runner);
QJsonObject toJson(const ConnectionInfo &connection);
QJsonObject toJson(const Event &event);
QJsonObject toJson(const ClusterInfo &cluster);

} // namespace dormouse::monitor
