// SPDX-License-Identifier: Apache-2.0
#include "ui/detailparts.h"

#include "models/format.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace dormouse {

FactTable::FactTable(const ThemeManager &theme, const QStringList &titles, const QString &name, QWidget *parent)
    : QTableWidget(0, int(titles.size()), parent), m_theme(theme)
{
    setHorizontalHeaderLabels(titles);
    setAccessibleName(name);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(theme.px(24));
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void FactTable::setRows(const std::vector<QStringList> &rows)
{
    if (rowCount() != int(rows.size()))
        setRowCount(int(rows.size()));
    for (int row = 0; row < rowCount(); ++row) {
        for (int column = 0; column < columnCount(); ++column) {
            QTableWidgetItem *cell = item(row, column);
            if (!cell)
                setItem(row, column, cell = new QTableWidgetItem);
            const QString text = rows[size_t(row)].value(column);
            if (cell->text() != text) {
                cell->setText(text);
                cell->setToolTip(text);
            }
            cell->setForeground(m_theme.color(column == 1 ? Color::Text : Color::Muted));
        }
    }
}

void FactTable::fitRows(int atMost)
{
    const int rows = atMost ? std::min(rowCount(), atMost) : rowCount();
    setFixedHeight(rows * m_theme.px(24) + 2 + (horizontalHeader()->isHidden() ? 0 : horizontalHeader()->sizeHint().height()));
}

DetailHead::DetailHead(const ThemeManager &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    auto *all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    const auto label = [this](const char *role) {
        auto *one = new QLabel(this);
        one->setProperty("role", QString::fromLatin1(role));
        one->setTextFormat(Qt::PlainText);
        return one;
    };
    m_icon = label("value");
    m_title = label("title");
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_state = label("value");
    all->addWidget(m_icon);
    all->addWidget(m_title, 1);
    all->addWidget(m_state);
}

void DetailHead::show(const Words::Look &look, const QString &title, const QString &tip)
{
    const QColor tone = m_theme.color(look.tone);
    m_icon->setPixmap(m_theme.pixmap(look.icon, tone, m_theme.px(18), devicePixelRatioF()));
    m_icon->setAccessibleName(look.word);
    m_title->setText(title);
    m_title->setToolTip(tip);
    m_state->setText(look.word);
    m_state->setStyleSheet(u"color: " % tone.name());
}

void DetailHead::clear(const QString &title)
{
    m_icon->clear();
    m_title->setText(title);
    m_title->setToolTip({});
    m_state->clear();
}

StepTable::StepTable(const ThemeManager &theme, const QString &machine, QWidget *parent) : QWidget(parent), m_machine(machine)
{
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    m_table = new FactTable(theme, {tr("When"), tr("Transition"), tr("Cause")}, tr("History of states"), this);
    m_table->setColumnWidth(0, theme.px(96));
    m_table->setColumnWidth(1, theme.px(150));
    m_table->horizontalHeader()->hide();
    all->addWidget(m_table);
    hide();
}

void StepTable::setSteps(const QString &machine, const std::deque<StateHistory::Step> &steps)
{
    m_machine = machine;
    const auto word = [this](const QString &state) { return Words::lookOfState(m_machine, state).word; };
    const int rows = int(std::min<size_t>(steps.size(), kStepsShown));
    std::vector<QStringList> texts;
    for (int row = 0; row < rows; ++row) {
        const StateHistory::Step &step = steps[steps.size() - 1 - size_t(row)];
        texts.push_back({timeText(step.ts),
                         step.from.isEmpty() ? word(step.to) : QString(word(step.from) % QStringLiteral(" → ") % word(step.to)), step.reason});
    }
    m_table->setRows(texts);
    for (int row = 0; row < rows; ++row)
        if (const QString help = Words::explain(texts[size_t(row)].at(2)); !help.isEmpty())
            m_table->item(row, 2)->setToolTip(help);
    m_table->fitRows(5);
    setVisible(rows > 0);
}

} // namespace dormouse
