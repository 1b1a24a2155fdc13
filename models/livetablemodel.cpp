// SPDX-License-Identifier: Apache-2.0
#include "models/livetablemodel.h"

#include "models/format.h"

#include <algorithm>
#include <limits>

namespace dormouse {

namespace {

// Above this many separate ranges one removal and one insertion of everything is cheaper than the signals
// (a header walks all its sections for each of them).
constexpr size_t kMaxRanges = 256;
constexpr size_t kMaxChangeRuns = 3000;

bool isNumber(CellKind kind)
{
    return kind == CellKind::Count || kind == CellKind::Bytes || kind == CellKind::Age || kind == CellKind::Duration
        || kind == CellKind::Micros;
}

} // namespace

LiveTableModel::LiveTableModel(std::vector<Column> columns, QObject *parent)
    : QAbstractTableModel(parent), m_columns(std::move(columns))
{
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
        return stateWord(value.toInt());
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
    case CellKind::YesNo:
        return value.toBool() ? QStringLiteral("yes") : QStringLiteral("no");
    }
    return {};
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

bool LiveTableModel::accepts(int slot) const
{
    if (hides(slot))
        return false;
    if (!m_showEnded && isEnded(slot))
        return false;
    if (m_filter.isEmpty())
        return true;
    const Filter::Row row{
        [this, slot] {
            QString all = idOf(slot);
            for (int column = 0; column < int(m_columns.size()); ++column) {
                const CellKind kind = columnKind(column);
                if (kind == CellKind::Text || kind == CellKind::Id || kind == CellKind::State)
                    all += u'\n' + cellText(slot, column);
            }
            return all;
        },
        [this, slot](const QString &key, QVariant *value, QString *shown) {
            const int column = columnOf(key);
            if (column < 0)
                return false;
            *value = raw(slot, column);
            *shown = cellText(slot, column);
            return true;
        }};
    return m_filter.matches(row);
}

void LiveTableModel::setFilter(const Filter &filter)
{
    m_filter = filter;
    markAllDirty();
    if (m_active)
        publish();
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
    markAllDirty();
    if (m_active)
        publish();
}

void LiveTableModel::setActive(bool on)
{
    if (m_active == on)
        return;
    m_active = on;
    if (on) {
        publish();
        resortIfNeeded();
    }
}

void LiveTableModel::markAllDirty()
{
    for (int slot = 0; slot < int(m_flags.size()); ++slot)
        if (!idOf(slot).isEmpty())
            markDirty(slot);
}

void LiveTableModel::growTo(int slotCount)
{
    m_flags.resize(size_t(slotCount), 0);
    m_position.resize(size_t(slotCount), -1);
}

void LiveTableModel::markDirty(int slot)
{
    auto &flags = m_flags[size_t(slot)];
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
    std::vector<int> changed;
    std::vector<int> inserted;
    std::vector<int> removedRows;
    std::vector<int> gone;
    for (const int slot : m_dirty) {
        auto &flags = m_flags[size_t(slot)];
        const bool isGone = flags & Gone;
        flags = 0;
        if (idOf(slot).isEmpty())
            continue; // released meanwhile
        const bool shown = m_position[size_t(slot)] >= 0;
        const bool wanted = !isGone && accepts(slot);
        if (shown && !wanted)
            removedRows.push_back(m_position[size_t(slot)]);
        else if (shown)
            changed.push_back(slot);
        else if (wanted)
            inserted.push_back(slot);
        if (isGone)
            gone.push_back(slot);
    }
    m_dirty.clear();

    if (!removedRows.empty())
        removeRowsDescending(std::move(removedRows));
    for (const int slot : gone)
        releaseSlot(slot);
    if (!changed.empty()) {
        std::vector<int> rows;
        rows.reserve(changed.size());
        for (const int slot : changed)
            rows.push_back(m_position[size_t(slot)]);
        announceChanged(std::move(rows));
    }
    if (!inserted.empty()) {
        const int first = int(m_order.size());
        if (m_sortColumn >= 0)
            inserted = sortedOrder(std::move(inserted));
        beginInsertRows({}, first, first + int(inserted.size()) - 1);
        for (const int slot : inserted) {
            m_position[size_t(slot)] = int(m_order.size());
            m_order.push_back(slot);
        }
        endInsertRows();
    }
    m_sortNeeded = m_sortNeeded || m_sortColumn >= 0;
}

void LiveTableModel::removeRowsDescending(std::vector<int> rows)
{
    std::sort(rows.begin(), rows.end(), std::greater<>());
    size_t ranges = 1;
    for (size_t i = 1; i < rows.size(); ++i)
        ranges += rows[i] != rows[i - 1] - 1;
    if (ranges > kMaxRanges) {
        std::vector<int> kept;
        kept.reserve(m_order.size() - rows.size());
        std::vector<bool> out(m_order.size(), false);
        for (const int row : rows)
            out[size_t(row)] = true;
        for (size_t row = 0; row < m_order.size(); ++row)
            if (!out[row])
                kept.push_back(m_order[row]);
        beginRemoveRows({}, 0, int(m_order.size()) - 1);
        std::fill(m_position.begin(), m_position.end(), -1);
        m_order.clear();
        endRemoveRows();
        if (!kept.empty()) {
            beginInsertRows({}, 0, int(kept.size()) - 1);
            m_order = std::move(kept);
            refreshPositions();
            endInsertRows();
        }
        return;
    }
    for (size_t i = 0; i < rows.size();) {
        size_t end = i + 1;
        while (end < rows.size() && rows[end] == rows[end - 1] - 1)
            ++end;
        const int last = rows[i];
        const int first = rows[end - 1];
        beginRemoveRows({}, first, last);
        for (int row = first; row <= last; ++row)
            m_position[size_t(m_order[size_t(row)])] = -1;
        m_order.erase(m_order.begin() + first, m_order.begin() + last + 1);
        endRemoveRows();
        i = end;
    }
    refreshPositions();
}

void LiveTableModel::announceChanged(std::vector<int> rows)
{
    std::sort(rows.begin(), rows.end());
    std::vector<std::pair<int, int>> runs;
    for (const int row : rows) {
        if (!runs.empty() && row <= runs.back().second + 1)
            runs.back().second = row;
        else
            runs.emplace_back(row, row);
    }
    if (runs.size() > kMaxChangeRuns)
        runs = {{rows.front(), rows.back()}};
    for (const auto &[first, last] : runs)
        Q_EMIT dataChanged(index(first, 0), index(last, columnCount() - 1));
}

void LiveTableModel::refreshPositions()
{
    for (size_t row = 0; row < m_order.size(); ++row)
        m_position[size_t(m_order[row])] = int(row);
}

std::vector<int> LiveTableModel::sortedOrder(std::vector<int> order) const
{
    struct Key
    {
        double number;
        QString text;
        int slot;
    };
    std::vector<Key> keys;
    keys.reserve(order.size());
    for (const int slot : order) {
        const QVariant value = raw(slot, m_sortColumn);
        const bool text = value.typeId() == QMetaType::QString;
        keys.push_back({value.isValid() && !text ? value.toDouble() : -std::numeric_limits<double>::infinity(),
                        text ? value.toString() : QString(), slot});
    }
    const bool ascending = m_sortOrder == Qt::AscendingOrder;
    std::stable_sort(keys.begin(), keys.end(), [ascending](const Key &a, const Key &b) {
        const Key &x = ascending ? a : b;
        const Key &y = ascending ? b : a;
        return x.number != y.number ? x.number < y.number : x.text < y.text;
    });
    for (size_t i = 0; i < keys.size(); ++i)
        order[i] = keys[i].slot;
    return order;
}

void LiveTableModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < columnCount() ? column : -1;
    m_sortOrder = order;
    m_sortNeeded = false;
    if (m_sortColumn < 0 || m_order.empty())
        return;
    std::vector<int> next = sortedOrder(m_order);
    if (next == m_order)
        return;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<int> moved;
    moved.reserve(size_t(before.size()));
    for (const QModelIndex &index : before)
        moved.push_back(m_order[size_t(index.row())]);
    m_order = std::move(next);
    refreshPositions();
    QModelIndexList after;
    after.reserve(before.size());
    for (qsizetype i = 0; i < before.size(); ++i)
        after.append(index(m_position[size_t(moved[size_t(i)])], before.at(i).column()));
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

bool LiveTableModel::resortIfNeeded()
{
    if (!m_sortNeeded || m_sortFrozen || !m_active)
        return false;
    const std::vector<int> before = m_order;
    sort(m_sortColumn, m_sortOrder);
    return before != m_order;
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
