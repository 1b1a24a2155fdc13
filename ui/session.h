// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/source.h"
#include "models/acklog.h"
#include "models/actormodel.h"
#include "models/clustermodel.h"
#include "models/connectionmodel.h"
#include "models/controlmodel.h"
#include "models/eventmodel.h"
#include "models/latencymodel.h"
#include "models/owntraffic.h"
#include "models/pendingmodel.h"
#include "models/ratebook.h"
#include "models/runnermodel.h"
#include "models/wakemodel.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <deque>
#include <functional>

namespace dormouse {

/// One engine (or recording) as the window sees it: the models, what is selected, whether the flow is stopped, and
/// the way to send commands. Thread: the UI thread.
class Session : public QObject
{
    Q_OBJECT
public:
    explicit Session(QObject *parent = nullptr);

    /// The source is borrowed and must outlive the session or be replaced first; nullptr = none.
    void setSource(monitor::Source *source);
    monitor::Source *source() const { return m_source; }

    ActorModel &actors() { return m_actors; }
    RunnerModel &runners() { return m_runners; }
    ConnectionModel &connections() { return m_connections; }
    PendingModel &pending() { return m_pending; }
    EventModel &events() { return m_events; }
    LatencyModel &latency() { return m_latency; }
    ClusterModel &cluster() { return m_cluster; }
    const ClusterModel &cluster() const { return m_cluster; }
    WakeModel &wakes() { return m_wakes; }
    ControlModel &controls() { return m_controls; }
    const AckLog &acks() const { return m_acks; }
    const std::vector<monitor::SettingInfo> &settings() const { return m_settings; }
    /// By "section.key"; absent when the source does not tell it or it is no number.
    std::optional<qint64> settingNumber(const QString &name) const;
    /// "actor", "websocket", "http"; nullptr until the source has told.
    const monitor::StateMachineInfo *machine(const QString &name) const;

    void setPaused(bool on);
    bool isPaused() const { return m_paused; }
    quint64 changesSincePause() const { return m_heldChanges; }
    /// Seconds since the last frame while the link is not live; absent when live.
    std::optional<qint64> staleMs() const;
    /// Nothing is changed from here, whatever the source would allow (console.md row 49).
    void setReadOnly(bool on);
    bool isReadOnly() const { return m_readOnly || (m_source && m_source->isReadOnly()); }
    bool commandsAllowed() const;
    QString commandsReason() const; ///< code; empty when allowed

    QString selectedActor() const { return m_actor; }
    QString selectedConnection() const { return m_connection; }
    QString selectedRunner() const { return m_runner; }
    void selectActor(const QString &id);
    /// Also selects its actor.
    void selectConnection(const QString &id);
    void selectRunner(const QString &id);
    void setFilter(const QString &text);
    /// The time that the filter asks for, as it is now; absent: all.
    std::optional<TimeSpan> timeSpan() const;
    QString filterText() const { return m_filterText; } ///< as typed, also while it cannot be read
    /// Connections made by consoles, in lists, counts, rates, events and the map: shown or left out.
    void setShowOwn(bool on);
    const OwnTraffic &own() const { return m_own; }
    int ownHidden() const { return m_own.isShown() ? 0 : m_own.liveCount(); } ///< live ones that are left out
    /// Client messages per second by connection, actor and runner id.
    const RateBook &rates() const { return m_rates; }
    /// The pending queue is asked for only while somebody looks at it.
    void setWatchingPending(bool on);
    /// Messages are traced while at least one reader wants it.
    enum class TraceReader { EventLog = 1, Latency = 2 };
    void setTrace(TraceReader reader, bool on);
    bool isTracing() const { return m_trace != 0; }

    /// Reports failure through notice(); done (may be empty) is called with the outcome.
    void command(const QString &name, const QJsonObject &arguments,
                 std::function<void(const Result<QJsonObject> &)> done = {}, int deadlineMs = 5000);
    /// The same for a command that only looks, again and again: in no log and without a notice.
    void look(const QString &name, const QJsonObject &arguments, std::function<void(const Result<QJsonObject> &)> done);
    void post(bool error, const QString &text) { Q_EMIT notice(error, text); }
    double frameMs() const { return m_frameMs; } ///< last time to apply a frame
    quint64 framesApplied() const { return m_frames; }

Q_SIGNALS:
    void framesChanged();      ///< after models have been updated, at most ten times a second
    void secondPassed();
    void linkChanged();
    void selectionChanged();
    void pausedChanged(bool paused);
    void filterChanged(const QString &text, const QString &error);
    void notice(bool error, const QString &text);
    void controlChanged(); ///< the control log has a new or changed entry

private:
    void take(const monitor::Frame &frame);
    void applyQueued();
    int applyPart(const monitor::Frame &frame);
    void finish(const monitor::Frame &frame);
    void countMessages(const monitor::Frame &frame);
    void sendInterest();
    void second();

    QPointer<monitor::Source> m_source;
    ActorModel m_actors;
    RunnerModel m_runners;
    ConnectionModel m_connections;
    PendingModel m_pending;
    EventModel m_events;
    LatencyModel m_latency;
    ClusterModel m_cluster;
    WakeModel m_wakes;
    ControlModel m_controls;
    AckLog m_acks;
    std::vector<monitor::SettingInfo> m_settings;
    std::vector<monitor::StateMachineInfo> m_machines;
    OwnTraffic m_own;
    RateBook m_rates;
    QString m_actor, m_connection, m_runner, m_filterText;
    std::optional<TimeRange> m_timeRange;
    bool m_paused = false;
    bool m_readOnly = false;
    bool m_watchingPending = false;
    int m_trace = 0; ///< TraceReader bits
    std::vector<monitor::Frame> m_held;
    std::deque<monitor::Frame> m_queue; ///< to be applied; the first one is applied up to m_done
    size_t m_done = 0;                  ///< rows
    QTimer m_next;
    quint64 m_heldChanges = 0;
    quint64 m_frames = 0;
    double m_frameMs = 0;
    QElapsedTimer m_sinceFrame;
    QTimer m_second;
};

} // namespace dormouse
