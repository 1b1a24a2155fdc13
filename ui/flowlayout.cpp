// SPDX-License-Identifier: Apache-2.0
#include "ui/flowlayout.h"

#include <algorithm>

namespace dormouse {

FlowLayout::~FlowLayout() = default;

void FlowLayout::addItem(QLayoutItem *item)
{
    m_items.emplace_back(item);
    invalidate();
}

QLayoutItem *FlowLayout::itemAt(int index) const
{
    return index >= 0 && index < count() ? m_items[size_t(index)].get() : nullptr;
}

QLayoutItem *FlowLayout::takeAt(int index)
{
    if (index < 0 || index >= count())
        return nullptr;
    QLayoutItem *item = m_items[size_t(index)].release();
    m_items.erase(m_items.begin() + index);
    invalidate();
    return item;
}

QSize FlowLayout::sizeHint() const
{
    QSize size;
    for (const auto &item : m_items) {
        if (item->isEmpty())
            continue;
        const QSize hint = item->sizeHint();
        size = QSize(size.width() + hint.width() + (size.isEmpty() ? 0 : spacing()), std::max(size.height(), hint.height()));
    }
    return size.grownBy(contentsMargins());
}

QSize FlowLayout::minimumSize() const
{
    QSize size;
    for (const auto &item : m_items)
        if (!item->isEmpty())
            size = size.expandedTo(item->minimumSize());
    return size.grownBy(contentsMargins());
}

void FlowLayout::setGeometry(const QRect &area)
{
    QLayout::setGeometry(area);
    arrange(area, true);
}

/// Returns the height that is needed.
int FlowLayout::arrange(const QRect &area, bool apply) const
{
    const QRect inside = area.marginsRemoved(contentsMargins());
    int y = inside.top();
    for (size_t first = 0; first < m_items.size();) {
        int width = 0, height = 0;
        size_t end = first;
        for (; end < m_items.size(); ++end) {
            if (m_items[end]->isEmpty())
                continue;
            const QSize hint = m_items[end]->sizeHint();
            const int next = width + (width > 0 ? spacing() : 0) + hint.width();
            if (width > 0 && next > inside.width())
                break;
            width = next;
            height = std::max(height, hint.height());
        }
        int shown = 0;
        for (size_t i = first; i < end; ++i)
            shown += !m_items[i]->isEmpty();
        int free = std::max(0, inside.width() - width);
        int x = inside.left();
        for (; first < end; ++first) {
            QLayoutItem &item = *m_items[first];
            if (item.isEmpty())
                continue;
            QSize size(std::min(item.sizeHint().width(), inside.width()), item.sizeHint().height());
            if (m_fill) {
                const int more = free / shown--;
                size = {size.width() + more, height};
                free -= more;
            } else if (first == m_stretchAt) {
                x += free;
            }
            if (apply)
                item.setGeometry(QRect(QPoint(x, y + (height - size.height()) / 2), size));
            x += size.width() + spacing();
        }
        if (height > 0)
            y += height + spacing();
    }
    return std::max(0, y - spacing() - inside.top()) + contentsMargins().top() + contentsMargins().bottom();
}

} // namespace dormouse
