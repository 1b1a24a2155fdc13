// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"

#include <QAbstractTableModel>
#include <QStringList>

#include <array>
#include <deque>
#include <optional>

namespace dormouse {

class LatencyModel;
class OwnTraffic;

/// The numbers of the whole cluster with their recent course, one row each (console.md rows 18, 35). Rates decay to
/// zero when nothing more happens. Thread: the UI thread.
class ClusterModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Metric {
        Actors, ActorsRunning, ActorsSleeping, ActorsPending, Runners, RunnersEligible, SlotsUsed, SlotsTotal,
        Connections, ConnectionsOpen, Hibernating, Waking, PendingMessages, PendingBytes, MessageRate, ByteRate, AckP50,
        AckP99, WakeP50, WakeP99, StoreQueue, StoreCommit, EventRate, EventsDropped, MonitorBytes, MetricCount
    };
    enum Columns { Name, Value, ColumnCount };
    enum class Unit { Count, Bytes, PerSecond, BytesPerSecond, Micros };
    static constexpr int kHistory = 240;          ///< samples
    static constexpr qint64 kSampleMs = 500;      ///< between samples
    static constexpr double kRateHalfLifeMs = 1000;

    explicit ClusterModel(QObject *parent = nullptr);
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    static QString keyOf(Metric metric);
    static Unit unitOf(Metric metric);
    static QString format(Metric metric, std::optional<double> value);

    /// What the engine counts and the views may leave out; borrowed, nullptr = nothing.
    void setOwn(const OwnTraffic *own) { m_own = own; }
    void apply(const monitor::Frame &frame, const LatencyModel &latency);
    /// Lets rates decay while no frames arrive. now: wall ms.
    void tick(qint64 now);
    std::optional<double> value(Metric metric) const { return m_values[size_t(metric)]; }
    QString text(Metric metric) const { return format(metric, value(metric)); }
    /// Oldest first; NaN = unknown then.
    const std::deque<double> &history(Metric metric) const { return m_history[size_t(metric)]; }
    const monitor::ClusterInfo &info() const { return m_info; }

private:
    struct Rate
    {
        std::optional<quint64> total;
        std::optional<double> perSecond;
        void update(const std::optional<quint64> &next, double elapsedMs);
    };
    void sample(qint64 now);
    void setRates();

    monitor::ClusterInfo m_info;
    std::array<std::optional<double>, MetricCount> m_values;
    std::array<std::deque<double>, MetricCount> m_history;
    const OwnTraffic *m_own = nullptr;
    Rate m_messages, m_bytes, m_events, m_ownMessages, m_ownBytes;
    qint64 m_lastTs = 0;
    qint64 m_lastSample = 0;
};

} // namespace dormouse
