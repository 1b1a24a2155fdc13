// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"

#include <QHash>
#include <QSet>

#include <deque>

namespace dormouse {

/// What the console itself causes at the engine that it shows (console.md row 19): its connections, how they load each
/// actor, and their part of the totals, so that every view can leave them out. Thread: the UI thread.
class OwnTraffic
{
public:
    static constexpr int kMaxEnded = 10'000; ///< ids of closed ones that are still known as own
    struct Load
    {
        int connections = 0; ///< hibernating ones included, as the engine counts them
        int hibernating = 0;
        qint64 pendingMessages = 0, pendingBytes = 0;
    };
    /// Live ones together, grouped as the engine's totals are; the last two count since they were first seen and never fall.
    struct Totals
    {
        qint64 connections = 0, open = 0, hibernating = 0, waking = 0, pendingMessages = 0, pendingBytes = 0;
        quint64 messages = 0, bytes = 0;
    };

    void apply(const monitor::Frame &frame);
    void setShown(bool on) { m_shown = on; }
    bool isShown() const { return m_shown; }
    bool isOwn(const QString &connectionId) const { return m_live.contains(connectionId) || m_ended.contains(connectionId); }
    /// Own and not to be shown.
    bool isHidden(const QString &connectionId) const { return !m_shown && isOwn(connectionId); }
    /// What to take off the actor's numbers; nothing while own traffic is shown.
    Load hiddenOf(const QString &actorId) const { return m_shown ? Load() : m_loads.value(actorId); }
    const Totals &totals() const { return m_totals; }
    int liveCount() const { return int(m_live.size()); }

private:
    void take(const monitor::ConnectionInfo &connection);
    void forget(const QString &id);
    void count(const monitor::ConnectionInfo &connection, int sign);

    bool m_shown = false;
    QHash<QString, monitor::ConnectionInfo> m_live;
    QSet<QString> m_ended;
    std::deque<QString> m_endedOrder;
    QHash<QString, Load> m_loads; ///< by actor
    Totals m_totals;
};

} // namespace dormouse
