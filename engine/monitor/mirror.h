// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"

#include <QHash>

#include <deque>

namespace dormouse::monitor {

/// Applies frames and holds what they add up to: the current values behind a recording's seek point, a remote
/// source's last known state, a test's expectation. Ended things (destroyed actors, stopped runners, closed
/// connections) stay until endedLimit newer ones of their kind have ended. Events are not held.
/// Thread: any one thread.
class FrameMirror
{
public:
    static constexpr int kDefaultEndedLimit = 2'000;
    static constexpr int kMaxLatencySlices = 600;

    explicit FrameMirror(int endedLimit = kDefaultEndedLimit) : m_endedLimit(endedLimit) {}

    void apply(const Frame &frame);
    void apply(Frame &&frame); ///< same, without copying the rows
    void clear();
    /// Everything held as one snapshot frame without events; ended rows last, in the order in which they ended,
    /// so that applying it to an empty mirror gives an equal one.
    Frame snapshot() const;
    Frame takeSnapshot(); ///< same, and clears

    const QHash<QString, ActorInfo> &actors() const { return m_actors.rows; }
    const QHash<QString, RunnerInfo> &runners() const { return m_runners.rows; }
    const QHash<QString, ConnectionInfo> &connections() const { return m_connections.rows; }
    const std::optional<ClusterInfo> &cluster() const { return m_cluster; }
    const std::deque<LatencySlice> &latency() const { return m_latency; }
    const std::vector<SettingInfo> &settings() const { return m_settings; }
    const std::vector<StateMachineInfo> &machines() const { return m_machines; }
    const QString &pendingOf() const { return m_pendingOf; }
    const std::vector<PendingMessageInfo> &pending() const { return m_pending; }
    quint64 revision() const { return m_revision; }
    qint64 ts() const { return m_ts; }
    quint64 eventsDropped() const { return m_eventsDropped; } ///< sum over all frames since the last clear

private:
    template<typename T>
    struct Table
    {
        QHash<QString, T> rows;
        std::deque<QString> ended;
    };

    Table<ActorInfo> m_actors;
    Table<RunnerInfo> m_runners;
    Table<ConnectionInfo> m_connections;
    std::optional<ClusterInfo> m_cluster;
    std::deque<LatencySlice> m_latency;
    std::vector<SettingInfo> m_settings;
    std::vector<StateMachineInfo> m_machines;
    QString m_pendingOf;
    std::vector<PendingMessageInfo> m_pending;
    quint64 m_revision = 0;
    qint64 m_ts = 0;
    quint64 m_eventsDropped = 0;
    int m_endedLimit;
};

} // namespace dormouse::monitor
