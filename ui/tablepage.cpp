// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "models/livetablemodel.h"
#include "ui/flowlayout.h"
#include "ui/pages.h"

#include <QCheckBox>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

namespace dormouse {

TablePage::TablePage(Setup setup, Session &session, const ThemeManager &theme, QWidget *parent)
    : Page(session, theme, parent), m_setup(std::move(setup))
{
    m_setup.model->setActive(false);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(1, 4, 1, 1);
    all->setSpacing(0);
    auto *bar = new FlowLayout(4);
    bar->setContentsMargins(12, 4, 12, 4);
    m_count = label({}, "muted");
    bar->addWidget(m_count);
    bar->addStretch();
    for (const auto &[word, filter] : std::as_const(m_setup.quick)) {
        auto *button = new QToolButton(this);
        button->setText(word);
        button->setAccessibleName(tr("Show only: %1").arg(word));
        button->setToolTip(filter);
        connect(button, &QToolButton::clicked, this, [this, text = filter] { Q_EMIT filterWanted(text); });
        bar->addWidget(button);
    }
    if (!m_setup.worst.isEmpty()) {
        auto *top = new QToolButton(this);
        top->setText(tr("Top"));
        top->setAccessibleName(tr("Sort by what is worst"));
        top->setToolTip(tr("The largest first, ended ones among them"));
        top->setPopupMode(QToolButton::InstantPopup);
        auto *menu = new QMenu(top);
        menu->setAccessibleName(top->accessibleName());
        for (const auto &[word, key] : std::as_const(m_setup.worst))
            menu->addAction(word, this, [this, column = m_setup.model->columnOf(key)] {
                m_ended->setChecked(true);
                m_table->sortByColumn(column, Qt::DescendingOrder);
                m_table->scrollToTop();
                m_table->horizontalHeader()->setSortIndicator(column, Qt::DescendingOrder);
            });
        top->setMenu(menu);
        bar->addWidget(top);
    }
    m_ended = new QCheckBox(tr("Show ended"), this);
    m_ended->setAccessibleName(tr("Show ended rows of %1").arg(m_setup.title));
    connect(m_ended, &QCheckBox::toggled, this, [this](bool on) {
        m_setup.model->setShowEnded(on);
        refresh();
    });
    bar->addWidget(m_ended);
    all->addLayout(bar);
    m_table = new TableView(theme, m_setup.states, this);
    m_table->setAccessibleName(m_setup.title);
    m_table->setTable(m_setup.model, m_setup.widths);
    m_table->setEmptyText(m_setup.emptyTitle, m_setup.emptyHelp);
    auto *menu = new RowMenu(m_setup.kind, m_setup.title, m_table, session);
    connect(menu, &RowMenu::filterWanted, this, &Page::filterWanted);
    connect(menu, &RowMenu::commandWanted, this, &Page::commandWanted);
    connect(menu, &RowMenu::bulkWanted, this, &Page::bulkWanted);
    all->addWidget(m_table);
    setFocusProxy(m_table);
}

void TablePage::flow(bool on)
{
    m_setup.model->setActive(on);
}

void TablePage::activate(bool on)
{
    if (on)
        m_setup.model->setSortFrozen(false); // nobody has seen the order that it had
}

void TablePage::refresh()
{
    m_table->updateFrozen();
    const LiveTableModel &model = *m_setup.model;
    const int own = m_setup.kind == RowMenu::Kind::Connections ? m_session.ownHidden() : 0;
    const int known = model.liveCount() - own + (model.hasEnded() ? model.endedCount() : 0);
    QString text = model.filter().isEmpty()
        ? countText(model.rowCount())
        : tr("%1 of %2 match").arg(countText(model.rowCount()), countText(known));
    if (!model.hasEnded() && model.endedCount() > 0)
        text += tr("   %1 ended kept").arg(countText(model.endedCount()));
    if (own > 0)
        text += tr("   %1 of the console hidden").arg(countText(own));
    if (model.isSortFrozen() && model.isSortDue())
        text += QStringLiteral("   ") + tr("order held, F5 sorts");
    m_ended->setEnabled(model.hasEnded() == model.showEnded());
    m_ended->setToolTip(m_ended->isEnabled() ? QString() : tr("With a time range, rows that have ended since are shown anyway."));
    m_count->setText(QString(m_setup.title % QStringLiteral("   ") % text));
    m_table->setStale(m_session.staleMs().has_value());
}

void TablePage::tick()
{
    m_table->viewport()->update(); // ages
}

} // namespace dormouse
