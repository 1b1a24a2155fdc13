// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace dormouse {

/// A row of controls that goes on in the next line where the first one ends, like words: no row of buttons makes a window
/// wider than its screen. fill: the items of a line share what is left of it.
class FlowLayout final : public QLayout
{
public:
    explicit FlowLayout(int spacing, bool fill = false) : m_fill(fill) { setSpacing(spacing); setContentsMargins(0, 0, 0, 0); }
    ~FlowLayout() override;

    /// What is added from now on stands at the right end of the line.
    void addStretch() { m_stretchAt = m_items.size(); }
    void addItem(QLayoutItem *item) override;
    int count() const override { return int(m_items.size()); }
    QLayoutItem *itemAt(int index) const override;
    QLayoutItem *takeAt(int index) override;
    QSize sizeHint() const override; ///< all in one line
    QSize minimumSize() const override;
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return arrange({0, 0, width, 0}, false); }
    void setGeometry(const QRect &area) override;

private:
    int arrange(const QRect &area, bool apply) const;
    std::vector<std::unique_ptr<QLayoutItem>> m_items;
    size_t m_stretchAt = size_t(-1);
    bool m_fill;
};

} // namespace dormouse
