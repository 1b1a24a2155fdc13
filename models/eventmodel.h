// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"
#include "models/filter.h"

#include <QAbstractTableModel>
#include <QStringList>

#include <deque>

namespace dormouse {

class OwnTraffic;

/// The event log: a bounded ring, oldest first, filtered by level, text and object (console.md row 52).
/// Thread: the UI thread.
class EventModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    static constexpr int kMaxEvents = 20'000;
    enum Columns { Time, Level, Kind, Actor, Connection, Change, Detail, ColumnCount };

    explicit EventModel(QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    /// StateRole = int of EventLevel; IdRole = actor id, or the connection id in that column.
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void setColumnTitles(const QStringList &titles);

    /// A snapshot of an earlier moment (recording wound back) drops the events after it.
    void apply(const monitor::Frame &frame);
    void setMinimumLevel(monitor::EventLevel level);
    void setFilter(const Filter &filter);
    /// Wall ms: what a time range that goes on with the clock has left behind leaves the list.
    void setNow(qint64 ts);
    /// Only events of this actor or connection; empty = all.
    void setObject(const QString &id);
    /// Events of its hidden connections are left out; borrowed, nullptr = none.
    void setOwn(const OwnTraffic *own) { m_own = own; }
    void ownChanged() { rebuild(); } ///< shown now and not before, or the other way round
    void setActive(bool on);
    bool isActive() const { return m_active; }
    const monitor::Event *at(int row) const;
    quint64 dropped() const { return m_dropped; } ///< reported by the source as lost
    quint64 forgotten() const { return m_forgotten; } ///< pushed out of the ring
    qsizetype stored() const { return qsizetype(m_events.size()); }
    quint64 newestSeq() const { return m_events.empty() ? 0 : m_events.back().seq; }
    /// Events with a greater seq, oldest first.
    template<typename F>
    void forEachSince(quint64 seq, F visit) const
    {
        auto it = m_events.end();
        while (it != m_events.begin() && std::prev(it)->seq > seq)
            --it;
        for (; it != m_events.end(); ++it)
            visit(*it);
    }
    template<typename F>
    void forEach(F visit) const
    {
        for (const monitor::Event &event : m_events)
            visit(event);
    }

private:
    bool accepts(const monitor::Event &event) const;
    QString text(const monitor::Event &event, int column) const;
    void rebuild();
    void announce();

    std::deque<monitor::Event> m_events;
    quint64 m_first = 0;          ///< number of m_events.front()
    std::deque<quint64> m_visible; ///< numbers
    quint64 m_announced = 0;      ///< events with a smaller number have been looked at
    monitor::EventLevel m_level = monitor::EventLevel::Info;
    Filter m_filter;
    bool m_filterFollows = false; ///< the clock
    qint64 m_now = 0;
    QString m_object;
    const OwnTraffic *m_own = nullptr;
    QStringList m_titles;
    bool m_active = true;
    quint64 m_dropped = 0;
    quint64 m_forgotten = 0;
};

} // namespace dormouse
