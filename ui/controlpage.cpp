// SPDX-License-Identifier: Apache-2.0
#include "ui/controlpage.h"

#include "models/format.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace dormouse {

ControlPage::ControlPage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    session.controls().setActive(false);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(1, 4, 1, 1);
    all->setSpacing(0);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(12, 4, 12, 4);
    m_count = label({}, "muted");
    bar->addWidget(m_count);
    bar->addStretch();
    all->addLayout(bar);
    m_table = new TableView(theme, CellDelegate::States::Control, this);
    m_table->setAccessibleName(tr("Control log"));
    m_table->setTable(&session.controls(), {180, 150, 200, 110, 80, 240, 200});
    m_table->setEmptyText(tr("No command was given yet"), tr("Creating, waking, closing: what is done from this window is noted here with its outcome."));
    auto *menu = new RowMenu(RowMenu::Kind::Other, tr("Control log"), m_table, session);
    connect(menu, &RowMenu::filterWanted, this, &Page::filterWanted);
    connect(&session, &Session::controlChanged, this, [this] {
        if (isOnScreen())
            refresh();
    });
    all->addWidget(m_table);
    setFocusProxy(m_table);
}

void ControlPage::flow(bool on)
{
    m_session.controls().setActive(on);
}

void ControlPage::refresh()
{
    m_count->setText(tr("Control log   %1").arg(countText(m_session.controls().rowCount())));
}

} // namespace dormouse
