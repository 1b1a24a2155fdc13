// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "ui/flowlayout.h"
#include "ui/pages.h"
#include "ui/words.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QVBoxLayout>

namespace dormouse {

EventPage::EventPage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    session.events().setActive(false);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(1, 4, 1, 1);
    all->setSpacing(0);
    auto *bar = new FlowLayout(12);
    bar->setContentsMargins(12, 2, 12, 4);
    m_level = new QComboBox(this);
    m_level->setAccessibleName(tr("Lowest level shown"));
    for (const auto level : {monitor::EventLevel::Trace, monitor::EventLevel::Debug, monitor::EventLevel::Info,
                             monitor::EventLevel::Warn, monitor::EventLevel::Error})
        m_level->addItem(tr("from %1").arg(Words::look(level).word), int(level));
    m_level->setCurrentIndex(2);
    bar->addWidget(m_level);
    m_only = new QCheckBox(tr("Only the chosen actor"), this);
    m_only->setAccessibleName(m_only->text());
    bar->addWidget(m_only);
    m_follow = new QCheckBox(tr("Follow"), this);
    m_follow->setChecked(true);
    m_follow->setAccessibleName(tr("Follow the newest event"));
    bar->addWidget(m_follow);
    bar->addStretch();
    m_lost = label({}, "muted");
    bar->addWidget(m_lost);
    all->addLayout(bar);
    m_table = new TableView(theme, CellDelegate::States::Level, this);
    m_table->setAccessibleName(tr("Events"));
    m_table->setTable(&session.events(), {100, 96, 170, 150, 150, 170, 260});
    m_table->setEmptyText(tr("No events"), tr("What happens in the engine appears here."));
    auto *menu = new RowMenu(RowMenu::Kind::Other, tr("Events"), m_table, session);
    connect(menu, &RowMenu::filterWanted, this, &Page::filterWanted);
    all->addWidget(m_table);
    connect(m_level, &QComboBox::currentIndexChanged, this, [this] {
        const auto level = monitor::EventLevel(m_level->currentData().toInt());
        m_session.events().setMinimumLevel(level);
        m_session.setTrace(Session::TraceReader::EventLog, level == monitor::EventLevel::Trace);
        refresh();
    });
    const auto object = [this] { m_session.events().setObject(m_only->isChecked() ? m_session.selectedActor() : QString()); };
    connect(m_only, &QCheckBox::toggled, this, object);
    connect(&session, &Session::selectionChanged, this, object);
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex &index) {
        const monitor::Event *event = m_session.events().at(index.row());
        if (!event)
            return;
        const QString actor = event->actorId, connection = event->connectionId;
        if (!connection.isEmpty() && m_session.connections().find(connection))
            m_session.selectConnection(connection);
        else if (!actor.isEmpty())
            m_session.selectActor(actor);
    });
}

void EventPage::flow(bool on)
{
    m_session.events().setActive(on);
}

void EventPage::refresh()
{
    const EventModel &events = m_session.events();
    QString text = tr("%1 shown, %2 held").arg(countText(events.rowCount()), countText(double(events.stored())));
    if (events.dropped())
        text += tr(", %1 lost").arg(countText(double(events.dropped())));
    m_lost->setText(text);
    if (m_follow->isChecked())
        m_table->scrollToBottom();
}

} // namespace dormouse
