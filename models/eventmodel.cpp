// SPDX-License-Identifier: Apache-2.0
#include "models/eventmodel.h"

#include "models/format.h"
#include "models/livetablemodel.h"
#include "models/owntraffic.h"

namespace dormouse {

namespace {

const char *const kKeys[EventModel::ColumnCount] = {"time", "level", "kind", "actor", "connection", "change", "detail"};

} // namespace

EventModel::EventModel(QObject *parent) : QAbstractTableModel(parent) {}

int EventModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_visible.size());
}

int EventModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

const monitor::Event *EventModel::at(int row) const
{
    if (row < 0 || row >= rowCount())
        return nullptr;
    return &m_events[size_t(m_visible[size_t(row)] - m_first)];
}

QString EventModel::text(const monitor::Event &event, int column) const
{
    switch (Columns(column)) {
    case Time:
        return timeText(event.ts);
    case Level:
        return monitor::toString(event.level);
    case Kind:
        return monitor::toString(event.kind);
    case Actor:
        return event.actorId;
    case Connection:
        return event.connectionId;
    case Change:
        return event.from.isEmpty() ? event.to : QString(event.from % QStringLiteral(" → ") % event.to);
    case Detail: {
        QStringList parts;
        if (!event.reason.isEmpty())
            parts.append(event.reason);
        if (event.index)
            parts.append(u'#' + QString::number(*event.index));
        if (event.value)
            parts.append(event.kind == monitor::EventKind::MessageAcked ? microsText(double(*event.value))
                                                                        : countText(double(*event.value)));
        if (!event.text.isEmpty())
            parts.append(event.text);
        if (event.actorId.isEmpty() && !event.runnerId.isEmpty())
            parts.append(QStringLiteral("runner ") + event.runnerId);
        return parts.join(QStringLiteral("  "));
    }
    case ColumnCount:
        break;
    }
    return {};
}

QVariant EventModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const monitor::Event &event = *at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return text(event, index.column());
    case RawRole: {
        if (index.column() == Time)
            return event.ts;
        const QString shown = text(event, index.column());
        return shown.isEmpty() ? QVariant() : QVariant(shown);
    }
    case StateRole:
        return int(event.level);
    case IdRole:
        return index.column() == Connection ? event.connectionId : event.actorId;
    case CellKindRole:
        return int(index.column() == Level                              ? CellKind::State
                   : index.column() == Time                             ? CellKind::Time
                   : index.column() == Actor || index.column() == Connection ? CellKind::Id
                                                                             : CellKind::Text);
    case ColumnKeyRole:
        return QString::fromLatin1(kKeys[index.column()]);
    default:
        return {};
    }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == ColumnKeyRole)
        return QString::fromLatin1(kKeys[section]);
    if (role != Qt::DisplayRole)
        return {};
    return section < m_titles.size() ? m_titles.at(section) : QString::fromLatin1(kKeys[section]);
}

void EventModel::setColumnTitles(const QStringList &titles)
{
    m_titles = titles;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

bool EventModel::accepts(const monitor::Event &event) const
{
    if (event.level < m_level)
        return false;
    if (!m_object.isEmpty() && event.actorId != m_object && event.connectionId != m_object && event.runnerId != m_object)
        return false;
    if (m_own && !event.connectionId.isEmpty() && m_own->isHidden(event.connectionId))
        return false;
    if (m_filter.isEmpty())
        return true;
    class Reader final : public Filter::Row
    {
    public:
        Reader(const EventModel &model, const monitor::Event &of) : m_model(model), m_event(of) {}
        QVariant raw(int column) const override
        {
            return column == Detail && m_event.value ? QVariant(double(*m_event.value)) : QVariant(m_model.text(m_event, column));
        }
        QString shown(int column) const override { return m_model.text(m_event, column); }
        bool anywhere(const Filter::Needle &word) const override
        {
            for (int column = Level; column < ColumnCount; ++column)
                if (word.in(m_model.text(m_event, column)))
                    return true;
            return false;
        }
        QString whole() const override
        {
            QString all;
            for (int column = Level; column < ColumnCount; ++column)
                all += m_model.text(m_event, column) + u'\n';
            return all;
        }
        TimeSpan span() const override { return {m_event.ts, m_event.ts}; }
        qint64 now() const override { return m_model.m_now; }

    private:
        const EventModel &m_model;
        const monitor::Event &m_event;
    };
    return m_filter.matches(Reader(*this, event));
}

void EventModel::apply(const monitor::Frame &frame)
{
    m_dropped += frame.eventsDropped;
    m_now = frame.ts;
    if (frame.snapshot && !m_events.empty() && m_events.back().ts > frame.ts) {
        while (!m_events.empty() && m_events.back().ts > frame.ts)
            m_events.pop_back();
        const quint64 end = m_first + m_events.size();
        m_announced = qMin(m_announced, end);
        auto keep = m_visible.size();
        while (keep > 0 && m_visible[keep - 1] >= end)
            --keep;
        if (keep < m_visible.size()) {
            // The rows are taken away while their events are gone already: nothing reads a row inside the signal pair.
            beginRemoveRows({}, int(keep), int(m_visible.size()) - 1);
            m_visible.resize(keep);
            endRemoveRows();
        }
    }
    const quint64 lastSeq = m_events.empty() ? 0 : m_events.back().seq;
    for (const monitor::Event &event : frame.events)
        if (!frame.snapshot || event.seq > lastSeq || event.seq == 0)
            m_events.push_back(event);
    const qsizetype surplus = qsizetype(m_events.size()) - kMaxEvents;
    if (surplus > 0) {
        const quint64 newFirst = m_first + quint64(surplus);
        size_t rows = 0;
        while (rows < m_visible.size() && m_visible[rows] < newFirst)
            ++rows;
        if (rows > 0) {
            beginRemoveRows({}, 0, int(rows) - 1);
            m_visible.erase(m_visible.begin(), m_visible.begin() + qsizetype(rows));
        }
        m_events.erase(m_events.begin(), m_events.begin() + surplus);
        m_first = newFirst;
        m_forgotten += quint64(surplus);
        m_announced = qMax(m_announced, m_first);
        if (rows > 0)
            endRemoveRows();
    }
    if (m_active)
        announce();
}

void EventModel::announce()
{
    std::vector<quint64> fresh;
    const quint64 end = m_first + m_events.size();
    for (quint64 n = qMax(m_announced, m_first); n < end; ++n)
        if (accepts(m_events[size_t(n - m_first)]))
            fresh.push_back(n);
    m_announced = end;
    if (fresh.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + int(fresh.size()) - 1);
    m_visible.insert(m_visible.end(), fresh.begin(), fresh.end());
    endInsertRows();
}

void EventModel::rebuild()
{
    if (!m_visible.empty()) {
        beginRemoveRows({}, 0, rowCount() - 1);
        m_visible.clear();
        endRemoveRows();
    }
    m_announced = m_first;
    if (m_active)
        announce();
}

void EventModel::setMinimumLevel(monitor::EventLevel level)
{
    if (m_level == level)
        return;
    m_level = level;
    rebuild();
}

void EventModel::setFilter(const Filter &filter)
{
    m_filter = filter;
    m_filter.bind([](const QString &key) {
        for (int column = 0; column < ColumnCount; ++column)
            if (key == QLatin1String(kKeys[column]))
                return column;
        return -1;
    });
    m_filterFollows = m_filter.followsClock([](int) { return false; });
    rebuild();
}

void EventModel::setNow(qint64 ts)
{
    m_now = ts;
    if (!m_filterFollows || !m_active)
        return;
    size_t rows = 0;
    while (rows < m_visible.size() && !accepts(*at(int(rows))))
        ++rows;
    if (rows == 0)
        return;
    beginRemoveRows({}, 0, int(rows) - 1);
    m_visible.erase(m_visible.begin(), m_visible.begin() + qsizetype(rows));
    endRemoveRows();
}

void EventModel::setObject(const QString &id)
{
    if (m_object == id)
        return;
    m_object = id;
    rebuild();
}

void EventModel::setActive(bool on)
{
    m_active = on;
    if (on)
        announce();
}

} // namespace dormouse
