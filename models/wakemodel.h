// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"
#include "models/livetable.h"
#include "models/owntraffic.h"

#include <array>

namespace dormouse {

/// One time that an actor was needed and not running, from the first event that needed it.
struct WakeRow
{
    enum State { Running, Done, Failed };
    /// Moments in monotonic us; absent = has not happened (yet), or nobody waited for it.
    enum Moment { Needed, Allocated, Commanded, Started, Delivered, MomentCount };
    QString id; ///< running number as text
    QString actorId;
    qint64 ts = 0;  ///< wall ms of Needed
    QString cause;  ///< reason code of the first event
    bool created = false; ///< first start of a new actor
    bool socketWaits = false;
    bool own = false; ///< a request or socket of a console needed it first
    State state = Running;
    QString outcome; ///< state word in which it ended when it failed
    std::array<std::optional<qint64>, MomentCount> at{};
    /// From the moment before to this one; absent when either is unknown.
    std::optional<qint64> stageUs(Moment to) const;
    std::optional<qint64> totalUs() const;
};

/// Cost of each wake by stage (console.md row 39), put together from the event stream: needed, allocated, start command
/// sent, started, first socket served again. Keeps the newest kMaxRows. Thread: UI.
class WakeModel final : public LiveTable<WakeRow>
{
    Q_OBJECT
public:
    enum Columns { Time, Actor, Cause, Outcome, Total, Stages, Allocation, Command, Start, Delivery, ColumnCount };
    static constexpr int kMaxRows = 2'000;
    explicit WakeModel(QObject *parent = nullptr);
    /// What the console causes itself; borrowed, nullptr = unknown. It has to know a frame before apply().
    void setOwn(const OwnTraffic *own) { m_own = own; }
    void apply(const monitor::Frame &frame);
    /// Its hidden state is another one.
    void ownChanged() { refilter(); }
    const WakeRow *wakeAt(int row) const { return at(row); }
    /// Value below which the fraction q of the finished wakes lie; to = MomentCount: the total.
    std::optional<qint64> quantileUs(WakeRow::Moment to, double q) const;

protected:
    const QString &keyOf(const WakeRow &row) const override { return row.id; }
    QVariant raw(int slot, int column) const override;
    QString stateWord(int state) const override;
    TimeSpan span(int slot) const override;
    int stateOf(int slot) const override { return item(slot).state; }
    bool hides(int slot) const override { return isHidden(item(slot)); }

private:
    void take(const monitor::Event &event);
    void begin(const monitor::Event &event, bool created);
    bool isOwn(const monitor::Event &event) const;
    bool isHidden(const WakeRow &row) const { return row.own && m_own && !m_own->isShown(); }

    const OwnTraffic *m_own = nullptr;
    QHash<QString, QString> m_opened; ///< actor to connection, of the newest one until the actor's next event
    QHash<QString, WakeRow> m_open; ///< by actor
    std::vector<WakeRow> m_changed;
    quint64 m_next = 1;
    quint64 m_oldest = 1;
    qint64 m_lastTs = 0;
};

} // namespace dormouse
