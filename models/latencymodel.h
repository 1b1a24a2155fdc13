// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"
#include "models/timerange.h"

#include <QAbstractTableModel>
#include <QStringList>

#include <deque>
#include <optional>

namespace dormouse {

class OwnTraffic;

enum class LatencyKind { Ack, Wake, Http };

/// Latency slices over time, oldest first, bounded (console.md rows 36, 37). The same data serves the table, the
/// percentile tiles and the heat map. Thread: the UI thread.
class LatencyModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    static constexpr int kMaxSlices = 600;
    enum Columns {
        Time, AckCount, AckP50, AckP99, AckMax, WakeCount, WakeP50, WakeP99, HttpCount, HttpP50, HttpP99, ColumnCount
    };

    explicit LatencyModel(QObject *parent = nullptr);
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void setColumnTitles(const QStringList &titles);

    void apply(const monitor::Frame &frame);
    /// Whose being shown decides whether consoles' own latencies count; borrowed, nullptr = they do not.
    void setOwn(const OwnTraffic *own) { m_own = own; }
    void ownChanged();
    const std::deque<monitor::LatencySlice> &slices() const { return m_slices; }
    monitor::Histogram histogram(const monitor::LatencySlice &slice, LatencyKind kind) const;
    /// Everything of the last windowMs before the newest slice's end.
    monitor::Histogram merged(LatencyKind kind, qint64 windowMs) const;
    /// Everything of the slices that touch the span.
    monitor::Histogram mergedIn(LatencyKind kind, const TimeSpan &span) const;

private:
    QVariant raw(int row, int column) const;
    std::deque<monitor::LatencySlice> m_slices;
    QStringList m_titles;
    const OwnTraffic *m_own = nullptr;
};

} // namespace dormouse
