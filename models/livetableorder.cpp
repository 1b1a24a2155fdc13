// SPDX-License-Identifier: Apache-2.0
#include "models/livetablemodel.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace dormouse {

namespace {

// Searching a place costs as much as comparing about that many rows when all are sorted.
constexpr size_t kManyMisplaced = 64;

struct Key
{
    double number;
    quint64 head;  ///< the next letters of the text, as a number that orders as they do
    quint32 place; ///< in the given order, which equals keep
};
using Keys = std::vector<Key>;

quint64 headOf(QStringView text, qsizetype from)
{
    quint64 head = 0;
    for (qsizetype i = from; i < from + 4; ++i)
        head = head << 16 | (i < text.size() ? text.at(i).unicode() : 0);
    return head;
}

/// Sorts [first, last), whose texts have the first `from` letters in common, four letters at a time: comparing numbers that
/// lie side by side is many times faster than comparing texts that are spread over the memory.
void sortTexts(Keys::iterator first, Keys::iterator last, const std::vector<QStringView> &texts, qsizetype from, bool down)
{
    qsizetype common = texts[first->place].size(), longest = 0;
    for (auto key = first; key != last; ++key) {
        const QStringView text = texts[key->place];
        common = std::min(common, text.size());
        common = std::mismatch(text.begin() + from, text.begin() + common, texts[first->place].begin() + from).first - text.begin();
        longest = std::max(longest, text.size());
    }
    for (auto key = first; key != last; ++key)
        key->head = headOf(texts[key->place], common);
    std::sort(first, last, [down](const Key &a, const Key &b) {
        return a.head == b.head ? a.place < b.place : (a.head < b.head) != down;
    });
    if (longest <= common + 4)
        return;
    for (auto begin = first; begin != last;) {
        auto end = begin;
        qsizetype shortest = longest;
        for (; end != last && end->head == begin->head; ++end)
            shortest = std::min(shortest, texts[end->place].size());
        if (end - begin > 1 && shortest >= common + 4) // else they end within these letters: they are equal
            sortTexts(begin, end, texts, common + 4, down);
        begin = end;
    }
}

} // namespace

std::vector<int> LiveTableModel::sortedOrder(const std::vector<int> &order) const
{
    Keys keys;
    keys.reserve(order.size());
    std::vector<QStringView> texts;
    std::deque<QString> made; // texts that are nobody else's
    for (const int slot : order) {
        // Counting references of a hundred thousand texts costs as much as sorting them.
        if (const QStringView stored = storedText(slot, m_sortColumn); !stored.isNull()) {
            if (texts.empty())
                texts.resize(order.size());
            texts[keys.size()] = stored;
            keys.push_back({0, 0, quint32(keys.size())});
            continue;
        }
        QVariant value = raw(slot, m_sortColumn);
        const bool text = value.typeId() == QMetaType::QString;
        if (text && texts.empty())
            texts.resize(order.size());
        if (text)
            texts[keys.size()] = made.emplace_back(std::move(*static_cast<QString *>(value.data())));
        keys.push_back({value.isValid() && !text ? value.toDouble() : -std::numeric_limits<double>::infinity(), 0, quint32(keys.size())});
    }
    const bool down = m_sortOrder == Qt::DescendingOrder;
    if (!texts.empty())
        sortTexts(keys.begin(), keys.end(), texts, 0, down);
    else
        std::sort(keys.begin(), keys.end(), [down](const Key &a, const Key &b) {
            return a.number == b.number ? a.place < b.place : (a.number < b.number) != down;
        });
    std::vector<int> out;
    out.reserve(order.size());
    for (const Key &key : keys)
        out.push_back(order[key.place]);
    return out;
}

void LiveTableModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < columnCount() ? column : -1;
    m_sortOrder = order;
    m_sortNeeded = false;
    forgetMoved();
    if (m_sortColumn >= 0 && !m_order.empty())
        setOrder(sortedOrder(m_order));
}

bool LiveTableModel::resortIfNeeded()
{
    if (!m_sortNeeded || m_sortFrozen || !m_active)
        return false;
    m_sortNeeded = false;
    if (m_sortColumn < 0 || m_order.empty())
        return false;
    std::vector<int> rest, misplaced;
    rest.reserve(m_order.size());
    for (const int slot : m_order) {
        const bool moved = m_flags[size_t(slot)] & Moved;
        bool stays = true;
        // Of a pair in the wrong order the one whose values are new gives way; two old ones are in the right order.
        while (stays && !rest.empty() && (moved || m_flags[size_t(rest.back())] & Moved) && isBefore(slot, rest.back())) {
            if (moved) {
                misplaced.push_back(slot);
                stays = false;
            } else {
                misplaced.push_back(rest.back());
                rest.pop_back();
            }
        }
        if (stays)
            rest.push_back(slot);
    }
    forgetMoved();
    if (misplaced.empty())
        return false;
    if (misplaced.size() > m_order.size() / kManyMisplaced) {
        setOrder(sortedOrder(m_order));
        return true;
    }
    misplaced = sortedOrder(misplaced);
    std::vector<int> order;
    order.reserve(m_order.size());
    auto from = rest.cbegin();
    for (const int slot : misplaced) {
        const auto to = std::upper_bound(from, rest.cend(), slot, [this](int a, int b) { return isBefore(a, b); });
        order.insert(order.end(), from, to);
        order.push_back(slot);
        from = to;
    }
    order.insert(order.end(), from, rest.cend());
    setOrder(std::move(order));
    return true;
}

bool LiveTableModel::isBefore(int slotA, int slotB) const
{
    const QVariant a = raw(m_sortOrder == Qt::DescendingOrder ? slotB : slotA, m_sortColumn);
    const QVariant b = raw(m_sortOrder == Qt::DescendingOrder ? slotA : slotB, m_sortColumn);
    const bool textA = a.typeId() == QMetaType::QString, textB = b.typeId() == QMetaType::QString;
    if (textA || textB)
        return textB && (!textA || a.toString() < b.toString());
    return b.isValid() && (!a.isValid() || a.toDouble() < b.toDouble());
}

void LiveTableModel::markMoved(int slot)
{
    quint8 &flags = m_flags[size_t(slot)];
    if (m_sortColumn < 0 || flags & Moved)
        return;
    flags |= Moved;
    m_moved.push_back(slot);
    m_sortNeeded = true;
}

void LiveTableModel::forgetMoved()
{
    for (const int slot : m_moved)
        m_flags[size_t(slot)] &= quint8(~Moved);
    m_moved.clear();
}

/// The same rows in another order. Selection and current row go with them.
void LiveTableModel::setOrder(std::vector<int> order)
{
    if (order == m_order)
        return;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<int> moved;
    moved.reserve(size_t(before.size()));
    for (const QModelIndex &index : before)
        moved.push_back(m_order[size_t(index.row())]);
    m_order = std::move(order);
    refreshPositions();
    QModelIndexList after;
    after.reserve(before.size());
    for (qsizetype i = 0; i < before.size(); ++i)
        after.append(index(m_position[size_t(moved[size_t(i)])], before.at(i).column()));
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void LiveTableModel::refreshPositions()
{
    for (size_t row = 0; row < m_order.size(); ++row)
        m_position[size_t(m_order[row])] = int(row);
}

} // namespace dormouse
