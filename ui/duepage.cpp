// SPDX-License-Identifier: Apache-2.0
#include "ui/duepage.h"

#include "models/format.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace dormouse {

DuePage::DuePage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    m_model.setActive(false);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(1, 4, 1, 1);
    all->setSpacing(0);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(12, 4, 12, 4);
    m_count = label({}, "muted");
    bar->addWidget(m_count);
    bar->addStretch();
    all->addLayout(bar);
    m_table = new TableView(theme, CellDelegate::States::Due, this);
    m_table->setAccessibleName(tr("What fires next"));
    m_table->setTable(&m_model, {90, 150, 180, 220, 130, 130, 180});
    m_table->sortByColumn(DueModel::In, Qt::AscendingOrder);
    m_table->setEmptyText(tr("Nothing is due"), tr("Alarms of actors, deadlines, retries and timeouts of connections appear here,\nsoonest first."));
    connect(m_table, &TableView::idSelected, this, [this](const QString &id) {
        const DueRow *row = m_model.find(id);
        if (!row)
            return;
        const QString actor = row->actorId, connection = row->connectionId; // the row may change with the selection
        if (connection.isEmpty())
            m_session.selectActor(actor);
        else
            m_session.selectConnection(connection);
    });
    auto *menu = new RowMenu(RowMenu::Kind::Other, tr("What fires next"), m_table, session);
    connect(menu, &RowMenu::filterWanted, this, &Page::filterWanted);
    all->addWidget(m_table);
    setFocusProxy(m_table);
}

void DuePage::activate(bool on)
{
    m_model.setActive(on);
    m_lastTs = 0;
}

void DuePage::refresh()
{
    // Going through every actor ten times a second would be work for nobody: countdowns show seconds.
    const qint64 now = m_session.actors().now();
    if (m_lastTs && now >= m_lastTs && now - m_lastTs < 500)
        return;
    m_lastTs = now;
    const DueModel::Timeouts timeouts{m_session.settingNumber(QStringLiteral("guard.actor_ready_timeout_ms")),
                                      m_session.settingNumber(QStringLiteral("guard.actor_force_wake_pending_timeout_ms")),
                                      m_session.settingNumber(QStringLiteral("pegboard.gateway_websocket_open_timeout_ms")),
                                      m_session.settingNumber(QStringLiteral("pegboard.gateway_response_start_timeout_ms"))};
    m_model.refresh(m_session.actors(), m_session.connections(), timeouts, now);
    const qint64 total = m_model.total();
    m_count->setText(total > DueModel::kMaxRows
                         ? tr("What fires next   the %1 soonest of %2").arg(countText(DueModel::kMaxRows), countText(double(total)))
                         : tr("What fires next   %1").arg(countText(double(total))));
    m_table->setStale(m_session.staleMs().has_value());
}

void DuePage::tick()
{
    refresh();
    m_table->viewport()->update();
}

} // namespace dormouse
