// SPDX-License-Identifier: Apache-2.0
#include "models/wakemodel.h"

#include "models/cell.h"

#include <algorithm>

namespace dormouse {

std::optional<qint64> WakeRow::stageUs(Moment to) const
{
    if (to == Needed || !at[size_t(to)])
        return std::nullopt;
    // Stages that did not happen (no socket waits, the command was not seen) belong to the next one that did.
    for (int from = int(to) - 1; from >= 0; --from)
        if (at[size_t(from)])
            return std::max<qint64>(0, *at[size_t(to)] - *at[size_t(from)]);
    return std::nullopt;
}

std::optional<qint64> WakeRow::totalUs() const
{
    if (state != Done || !at[Needed])
        return std::nullopt;
    const auto &end = at[Delivered] ? at[Delivered] : at[Started];
    return end ? std::optional(std::max<qint64>(0, *end - *at[Needed])) : std::nullopt;
}

WakeModel::WakeModel(QObject *parent)
    : LiveTable({{"time", CellKind::Time},
                 {"actor", CellKind::Id},
                 {"cause", CellKind::Text},
                 {"outcome", CellKind::State},
                 {"total", CellKind::Micros},
                 {"stages", CellKind::Text},
                 {"allocation", CellKind::Micros},
                 {"command.sent", CellKind::Micros},
                 {"start", CellKind::Micros},
                 {"delivery", CellKind::Micros}},
                parent)
{
    sort(Time, Qt::DescendingOrder);
}

void WakeModel::apply(const monitor::Frame &frame)
{
    if (frame.snapshot && frame.ts < m_lastTs) { // a recording was wound back: what follows is told again
        m_open.clear();
        removeAll();
    }
    m_lastTs = frame.ts;
    for (const monitor::Event &event : frame.events)
        take(event);
    if (m_changed.empty())
        return;
    const std::vector<WakeRow> changed = std::move(m_changed);
    m_changed.clear();
    for (; m_next - m_oldest > quint64(kMaxRows); ++m_oldest)
        remove(QString::number(m_oldest));
    store(changed, false, frame.ts);
    resortIfNeeded();
}

void WakeModel::begin(const monitor::Event &event, bool created)
{
    WakeRow row;
    row.id = QString::number(m_next++);
    row.actorId = event.actorId;
    row.ts = event.ts;
    row.cause = event.reason.isEmpty() ? monitor::toString(event.kind) : event.reason;
    row.created = created;
    row.own = isOwn(event);
    row.at[WakeRow::Needed] = event.monoUs;
    m_open.insert(event.actorId, row);
}

/// A wake names no connection: it is that of the one which was opened right before.
bool WakeModel::isOwn(const monitor::Event &event) const
{
    return m_own && m_own->isOwn(event.connectionId.isEmpty() ? m_opened.value(event.actorId) : event.connectionId);
}

void WakeModel::take(const monitor::Event &event)
{
    using monitor::EventKind;
    if (event.actorId.isEmpty())
        return;
    static const QString waking = monitor::toString(monitor::ConnectionState::Waking);
    static const QString restoring = monitor::toString(monitor::ConnectionState::Restoring);
    static const QString attached = monitor::toString(monitor::ConnectionState::Attached);
    static const QString starting = monitor::toString(monitor::ActorState::Starting);
    static const QString running = monitor::toString(monitor::ActorState::Running);
    static const QString pending = monitor::toString(monitor::ActorState::Pending);

    const bool socketNeeds = event.kind == EventKind::ConnectionState && event.to == waking;
    const bool needs = socketNeeds || event.kind == EventKind::ActorWake || event.kind == EventKind::ActorAlarm
        || event.kind == EventKind::ActorCreated;
    if (needs && !m_open.contains(event.actorId))
        begin(event, event.kind == EventKind::ActorCreated);
    if (event.kind == EventKind::ConnectionOpened)
        m_opened = {{event.actorId, event.connectionId}};
    else
        m_opened.remove(event.actorId);
    const auto it = m_open.find(event.actorId);
    if (it == m_open.end())
        return;
    WakeRow &row = *it;
    const auto mark = [&](WakeRow::Moment moment) {
        if (!row.at[size_t(moment)])
            row.at[size_t(moment)] = event.monoUs;
    };
    bool over = false;
    if (socketNeeds) {
        row.socketWaits = true;
    } else if (event.kind == EventKind::ActorState && event.to == starting) {
        mark(WakeRow::Allocated);
    } else if (event.kind == EventKind::Command && event.reason == u"start") {
        mark(WakeRow::Commanded);
    } else if (event.kind == EventKind::ActorState && event.to == running) {
        mark(WakeRow::Started);
        over = !row.socketWaits;
    } else if (event.kind == EventKind::ConnectionState && event.to == attached
               && (event.from == waking || event.from == restoring)) {
        mark(WakeRow::Delivered);
        over = row.at[WakeRow::Started].has_value();
    } else if (event.kind == EventKind::ActorState && event.to != pending) {
        row.state = WakeRow::Failed;
        row.outcome = event.to;
        over = true;
    } else if (event.kind == EventKind::ActorDestroyed) {
        row.state = WakeRow::Failed;
        row.outcome = monitor::toString(monitor::ActorState::Destroyed);
        over = true;
    } else if (!needs) {
        return;
    }
    if (over && row.state == WakeRow::Running)
        row.state = WakeRow::Done;
    m_changed.push_back(row);
    if (over)
        m_open.erase(it);
}

std::optional<qint64> WakeModel::quantileUs(WakeRow::Moment to, double q) const
{
    std::vector<qint64> values;
    forEach([&](const WakeRow &row) {
        if (row.state != WakeRow::Done || isHidden(row))
            return;
        if (const auto us = to == WakeRow::MomentCount ? row.totalUs() : row.stageUs(to))
            values.push_back(*us);
    });
    if (values.empty())
        return std::nullopt;
    const auto nth = values.begin() + qsizetype(std::min<double>(double(values.size()) - 1, q * double(values.size())));
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
}

QVariant WakeModel::raw(int slot, int column) const
{
    const WakeRow &row = item(slot);
    switch (Columns(column)) {
    case Time:
        return double(row.ts);
    case Actor:
        return row.actorId;
    case Cause:
        return cell::text(row.cause);
    case Outcome:
        return int(row.state);
    case Total:
        return cell::of(row.totalUs());
    case Stages:
        return row.state == WakeRow::Done ? QVariant(QString()) : cell::text(row.outcome); // the view paints a bar
    case Allocation:
        return cell::of(row.stageUs(WakeRow::Allocated));
    case Command:
        return cell::of(row.stageUs(WakeRow::Commanded));
    case Start:
        return cell::of(row.stageUs(WakeRow::Started));
    case Delivery:
        return cell::of(row.stageUs(WakeRow::Delivered));
    case ColumnCount:
        break;
    }
    return {};
}

QString WakeModel::stateWord(int state) const
{
    return state == WakeRow::Running ? QStringLiteral("running")
        : state == WakeRow::Done     ? QStringLiteral("done")
                                     : QStringLiteral("failed");
}

TimeSpan WakeModel::span(int slot) const
{
    const WakeRow &row = item(slot);
    qint64 lastUs = row.at[WakeRow::Needed].value_or(0);
    for (const auto &moment : row.at)
        lastUs = std::max(lastUs, moment.value_or(0));
    const qint64 took = (lastUs - row.at[WakeRow::Needed].value_or(lastUs)) / 1000;
    return {row.ts, row.state == WakeRow::Running ? TimeSpan::kForever : row.ts + took};
}

} // namespace dormouse
