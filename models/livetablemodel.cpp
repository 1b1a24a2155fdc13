// SPDX-License-Identifier: Apache-2.0
#include "models/livetablemodel.h"

#include "models/format.h"

#include <algorithm>
#include <limits>

namespace dormouse {

namespace {

// Above this many separate ranges moving the rows to the end and removing them there is cheaper (a header walks all its
// sections for each signal).
constexpr size_t kMaxRanges = 16;

bool isNumber(CellKind kind)
{
    return kind == CellKind::Count || kind == CellKind::Bytes || kind == CellKind::Age || kind == CellKind::Duration
        || kind == CellKind::Micros || kind == CellKind::Rate;
}

} // namespace

LiveTableModel::LiveTableModel(std::vector<Column> columns, QObject *parent)
    : QAbstractTableModel(parent), m_columns(std::move(columns))
{
    m_scanTimer.setSingleShot(true);
    connect(&m_scanTimer, &QTimer::timeout, this, &LiveTableModel::scan);
}

int LiveTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_order.size());
}

int LiveTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_columns.size());
}

QString LiveTableModel::formatted(const QVariant &value, CellKind kind) const
{
    if (!value.isValid())
        return unknownText();
    switch (kind) {
    case CellKind::Text:
    case CellKind::Id:
    case CellKind::SlotsBar: {
        const QString text = value.toString();
        return text.isEmpty() ? unknownText() : text;
    }
    case CellKind::State:
        return wordOf(value.toInt());
    case CellKind::Count:
        return countText(value.toDouble());
    case CellKind::Bytes:
    case CellKind::BytesBar:
        return bytesText(value.toDouble());
    case CellKind::Age:
    case CellKind::Duration:
        return durationText(value.toDouble());
    case CellKind::Micros:
        return microsText(value.toDouble());
    case CellKind::Time:
        return dateTimeText(value.toLongLong());
    case CellKind::Rate:
        return value.toDouble() > 0 ? QString(countText(value.toDouble()) % QStringLiteral("/s")) : QStringLiteral("0");
    case CellKind::YesNo:
        return value.toBool() ? QStringLiteral("yes") : QStringLiteral("no");
    }
    return {};
}

const QString &LiveTableModel::wordOf(int state) const
{
    static const QString none;
    if (state < 0)
        return none;
    if (size_t(state) >= m_stateWords.size())
        m_stateWords.resize(size_t(state) + 1);
    QString &word = m_stateWords[size_t(state)];
    if (word.isNull())
        word = stateWord(state);
    return word;
}

QString LiveTableModel::cellText(int slot, int column) const
{
    return formatted(raw(slot, column), columnKind(column));
}

QVariant LiveTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const int slot = m_order[size_t(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return cellText(slot, column);
    case Qt::AccessibleTextRole:
        return m_spoken ? QVariant(m_spoken(index)) : QVariant();
    case Qt::ToolTipRole:
        return columnKind(column) == CellKind::Text || columnKind(column) == CellKind::Id ? cellText(slot, column)
                                                                                          : QVariant();
    case SortRole:
    case RawRole:
        return raw(slot, column);
    case StateRole:
        return stateOf(slot);
    case IdRole:
        return idOf(slot);
    case EndedRole:
        return isEnded(slot);
    case CellKindRole:
        return int(columnKind(column));
    case FractionRole: {
        const auto part = fraction(slot, column);
        return part ? QVariant(*part) : QVariant();
    }
    case CourseRole: {
        const QList<double> lately = columnKind(column) == CellKind::Rate ? course(slot, column) : QList<double>();
        return lately.isEmpty() ? QVariant() : QVariant::fromValue(lately);
    }
    case ColumnKeyRole:
        return columnKey(column);
    default:
        return {};
    }
}

QVariant LiveTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == ColumnKeyRole)
        return columnKey(section);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isNumber(columnKind(section)) ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    return section < m_titles.size() ? m_titles.at(section) : columnKey(section);
}

QString LiveTableModel::columnKey(int column) const
{
    return QString::fromLatin1(m_columns[size_t(column)].key);
}

int LiveTableModel::columnOf(const QString &key) const
{
    for (size_t i = 0; i < m_columns.size(); ++i)
        if (key.compare(QLatin1String(m_columns[i].key), Qt::CaseInsensitive) == 0)
            return int(i);
    return -1;
}

void LiveTableModel::setColumnTitles(const QStringList &titles)
{
    m_titles = titles;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

/// What the filter asks about one row. Texts that need no formatting are not formatted.
class LiveTableModel::RowReader final : public Filter::Row
{
public:
    RowReader(const LiveTableModel &model, int slot) : m_model(model), m_slot(slot) {}
    QVariant raw(int column) const override
    {
        const QVariant value = m_model.raw(m_slot, column);
        // A filter counts time in milliseconds.
        return m_model.columnKind(column) == CellKind::Micros && value.isValid() ? QVariant(value.toDouble() / 1000) : value;
    }
    QString shown(int column) const override { return m_model.cellText(m_slot, column); }
    bool anywhere(const Filter::Needle &word) const override
    {
        if (word.in(m_model.idOf(m_slot)))
            return true;
        for (int column = 0; column < m_model.columnCount(); ++column)
            if (isText(column) && inText(column, [&](QStringView text) { return word.in(text); }))
                return true;
        return false;
    }
    QString whole() const override
    {
        QString all;
        all.reserve(256); // one allocation instead of one for each column
        all += m_model.idOf(m_slot);
        for (int column = 0; column < m_model.columnCount(); ++column)
            if (isText(column))
                inText(column, [&](QStringView text) { return all.append(u'\n').append(text).isEmpty(); });
        return all;
    }
    TimeSpan span() const override { return m_model.span(m_slot); }
    qint64 now() const override { return m_model.now(); }

private:
    bool isText(int column) const
    {
        const CellKind kind = m_model.columnKind(column);
        return kind == CellKind::Text || kind == CellKind::Id || kind == CellKind::State;
    }
    template<typename F>
    bool inText(int column, F look) const
    {
        if (m_model.columnKind(column) == CellKind::State)
            return look(m_model.wordOf(raw(column).toInt()));
        const QStringView stored = m_model.storedText(m_slot, column);
        return stored.isNull() ? look(raw(column).toString()) : look(stored);
    }
    const LiveTableModel &m_model;
    int m_slot;
};

bool LiveTableModel::accepts(int slot) const
{
    if (hides(slot))
        return false;
    // What has ended is what somebody looks for who asks for a time.
    if (!hasEnded() && isEnded(slot))
        return false;
    return m_filter.isEmpty() || m_filter.matches(RowReader(*this, slot));
}

/// Keeps the verdict for the end of a scan, which may have passed this row already.
bool LiveTableModel::judge(int slot)
{
    const bool passed = accepts(slot);
    quint8 &flags = m_flags[size_t(slot)];
    flags = quint8(passed ? flags | Passed : flags & ~Passed);
    return passed;
}

void LiveTableModel::setFilter(const Filter &filter)
{
    if (filter.isEmpty() && m_filter.isEmpty())
        return;
    m_filter = filter;
    m_filter.bind([this](const QString &key) { return columnOf(key); });
    m_filterInTime = m_filter.timeRange().has_value();
    m_filterFollows = m_filter.followsClock([this](int column) {
        const CellKind kind = columnKind(column);
        return kind == CellKind::Age || kind == CellKind::Duration || kind == CellKind::Rate;
    });
    refilter();
}

void LiveTableModel::followClock()
{
    if (m_filterFollows && m_active && !isSettling() && (m_now < m_filteredAt || m_now - m_filteredAt >= kFollowMs))
        refilter();
}

void LiveTableModel::setShowEnded(bool on)
{
    if (m_showEnded == on)
        return;
    m_showEnded = on;
    refilter();
}

void LiveTableModel::refilter()
{
    m_scanAt = 0;
    m_filteredAt = m_now;
    if (m_active)
        scan();
}

void LiveTableModel::scan()
{
    if (m_scanAt < 0 || !m_active)
        return;
    const int end = int(std::min(m_flags.size(), size_t(m_scanAt) + size_t(kRowsPerSlice)));
    for (; m_scanAt < end; ++m_scanAt)
        if (!idOf(m_scanAt).isEmpty())
            judge(m_scanAt);
    if (end < int(m_flags.size())) {
        m_scanTimer.start(1); // input and painting first
        return;
    }
    m_scanAt = -1;
    std::vector<int> added, removedRows;
    for (int slot = 0; slot < end; ++slot) {
        if (idOf(slot).isEmpty() || isGone(slot))
            continue;
        const bool passed = m_flags[size_t(slot)] & Passed;
        const int row = m_position[size_t(slot)];
        if (passed && row < 0)
            added.push_back(slot);
        else if (!passed && row >= 0)
            removedRows.push_back(row);
    }
    removeRows(std::move(removedRows));
    insertSlots(std::move(added));
    publish();
    if (m_sortColumn < 0 && !std::is_sorted(m_order.begin(), m_order.end())) {
        std::vector<int> arrival = m_order; // what comes back takes its old place
        std::sort(arrival.begin(), arrival.end());
        setOrder(std::move(arrival));
    }
    resortIfNeeded();
    Q_EMIT settled();
}

void LiveTableModel::setActive(bool on)
{
    if (m_active == on)
        return;
    m_active = on;
    if (on) {
        publish();
        resortIfNeeded();
        scan();
    }
}

void LiveTableModel::setShownRows(int first, int last)
{
    m_firstShown = first;
    m_lastShown = last;
}

void LiveTableModel::growTo(int slotCount)
{
    m_flags.resize(size_t(slotCount), 0);
    m_position.resize(size_t(slotCount), -1);
}

void LiveTableModel::markDirty(int slot)
{
    quint8 &flags = m_flags[size_t(slot)];
    if (!(flags & Dirty)) {
        flags |= Dirty;
        m_dirty.push_back(slot);
    }
}

void LiveTableModel::markGone(int slot)
{
    if (m_position[size_t(slot)] < 0) {
        // The slot may be used again before publish(): its entry in m_dirty then stands for the new tenant.
        releaseSlot(slot);
        return;
    }
    m_flags[size_t(slot)] |= Gone;
    markDirty(slot);
}

void LiveTableModel::publish()
{
    if (m_dirty.empty())
        return;
    std::vector<int> changed, added, removedRows, gone;
    for (const int slot : m_dirty) {
        quint8 &flags = m_flags[size_t(slot)];
        const bool isGoing = flags & Gone;
        flags &= Passed | Moved;
        if (idOf(slot).isEmpty())
            continue; // released meanwhile
        const bool shown = m_position[size_t(slot)] >= 0;
        const bool wanted = !isGoing && judge(slot);
        if (shown && !wanted)
            removedRows.push_back(m_position[size_t(slot)]);
        else if (shown)
            changed.push_back(slot);
        else if (wanted)
            added.push_back(slot);
        if (isGoing)
            gone.push_back(slot);
        else
            markMoved(slot);
    }
    m_dirty.clear();
    removeRows(std::move(removedRows));
    for (const int slot : gone)
        releaseSlot(slot);
    announceChanged(changed);
    insertSlots(std::move(added));
}

/// New rows come last until the next sorting, in the order they will keep among themselves.
void LiveTableModel::insertSlots(std::vector<int> added)
{
    if (added.empty())
        return;
    for (const int slot : added)
        markMoved(slot);
    if (m_sortColumn >= 0)
        added = sortedOrder(added);
    const int first = int(m_order.size());
    beginInsertRows({}, first, first + int(added.size()) - 1);
    for (const int slot : added) {
        m_position[size_t(slot)] = int(m_order.size());
        m_order.push_back(slot);
    }
    endInsertRows();
}

void LiveTableModel::removeRows(std::vector<int> rows)
{
    if (rows.empty())
        return;
    std::sort(rows.begin(), rows.end());
    size_t ranges = 1;
    for (size_t i = 1; i < rows.size(); ++i)
        ranges += rows[i] != rows[i - 1] + 1;
    if (ranges > kMaxRanges) {
        moveToEnd(rows);
        const int first = int(m_order.size() - rows.size());
        for (size_t i = 0; i < rows.size(); ++i)
            rows[i] = first + int(i);
    }
    for (size_t end = rows.size(); end > 0;) { // from below, so that the rows above keep their numbers
        size_t begin = end - 1;
        while (begin > 0 && rows[begin - 1] == rows[begin] - 1)
            --begin;
        const int first = rows[begin];
        const int last = rows[end - 1];
        beginRemoveRows({}, first, last);
        for (int row = first; row <= last; ++row)
            m_position[size_t(m_order[size_t(row)])] = -1;
        m_order.erase(m_order.begin() + first, m_order.begin() + last + 1);
        for (size_t row = size_t(first); row < m_order.size(); ++row)
            m_position[size_t(m_order[row])] = int(row);
        endRemoveRows();
        end = begin;
    }
}

/// rows: ascending. The others close ranks.
void LiveTableModel::moveToEnd(const std::vector<int> &rows)
{
    std::vector<int> order;
    order.reserve(m_order.size());
    size_t next = 0;
    for (size_t row = 0; row < m_order.size(); ++row) {
        if (next < rows.size() && rows[next] == int(row))
            ++next;
        else
            order.push_back(m_order[row]);
    }
    for (const int row : rows)
        order.push_back(m_order[size_t(row)]);
    setOrder(std::move(order));
}

void LiveTableModel::announceChanged(const std::vector<int> &changed)
{
    std::vector<int> rows;
    for (const int slot : changed) {
        const int row = m_position[size_t(slot)];
        if (row >= m_firstShown && row <= m_lastShown)
            rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end());
    for (size_t i = 0; i < rows.size();) {
        size_t end = i + 1;
        while (end < rows.size() && rows[end] == rows[end - 1] + 1)
            ++end;
        Q_EMIT dataChanged(index(rows[i], 0), index(rows[end - 1], columnCount() - 1));
        i = end;
    }
}

int LiveTableModel::rowOf(const QString &id) const
{
    const int slot = slotOf(id);
    return slot < 0 ? -1 : m_position[size_t(slot)];
}

QString LiveTableModel::idAt(int row) const
{
    return row < 0 || row >= rowCount() ? QString() : idOf(m_order[size_t(row)]);
}

} // namespace dormouse
