// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "ui/pages.h"
#include "ui/queuewidgets.h"
#include "ui/words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace dormouse {

QueuePage::QueuePage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    session.pending().setActive(false);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(12, 12, 12, 8);
    all->setSpacing(8);
    auto *head = new QHBoxLayout;
    m_icon = label({}, "value");
    m_title = label({}, "title");
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_state = label({}, "value");
    head->addWidget(m_icon);
    head->addWidget(m_title, 1);
    head->addWidget(m_state);
    all->addLayout(head);
    m_facts = label({}, "muted");
    m_facts->setWordWrap(true);
    all->addWidget(m_facts);
    m_bar = new PendingBar(theme, this);
    all->addWidget(m_bar);
    m_ruler = new AckRuler(theme, this);
    all->addWidget(m_ruler);
    m_table = new TableView(theme, CellDelegate::States::Pending, this);
    m_table->setAccessibleName(tr("Pending messages"));
    QList<int> widths(PendingModel::ColumnCount, 0);
    widths[PendingModel::Index] = 64;
    widths[PendingModel::Bytes] = 78;
    widths[PendingModel::Waiting] = 78;
    widths[PendingModel::TimesSent] = 56;
    widths[PendingModel::Type] = 60;
    m_table->setTable(&session.pending(), widths);
    all->addWidget(m_table, 1);
    auto *close = new QToolButton(this);
    close->setText(tr("Close connection…"));
    close->setIcon(theme.icon(QStringLiteral("close")));
    close->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    close->setAccessibleName(tr("Close this connection"));
    connect(&theme, &ThemeManager::changed, close, [close, &theme] { close->setIcon(theme.icon(QStringLiteral("close"))); });
    connect(close, &QToolButton::clicked, this, [this] { Q_EMIT commandWanted(QStringLiteral("close")); });
    all->addWidget(close);
}

void QueuePage::activate(bool on)
{
    m_session.pending().setActive(on);
    m_session.setWatchingPending(on);
}

void QueuePage::refresh()
{
    const monitor::ConnectionInfo *connection = m_session.connections().find(m_session.selectedConnection());
    if (!connection) {
        m_icon->clear();
        m_title->setText(tr("No connection chosen"));
        m_state->clear();
        m_facts->setText(tr("Choose a connection in the table, or in the details of an actor."));
        m_bar->setConnection(std::nullopt);
        m_ruler->setConnection(std::nullopt);
        m_table->setEmptyText(tr("No queue to show"), {});
        return;
    }
    const Words::Look look = Words::look(connection->state);
    m_icon->setPixmap(m_theme.pixmap(look.icon, m_theme.color(look.tone), 18, devicePixelRatioF()));
    m_title->setText(connection->path.isEmpty() ? connection->connectionId : connection->path);
    m_title->setToolTip(connection->connectionId);
    m_state->setText(look.word);
    m_state->setStyleSheet(u"color: " % m_theme.color(look.tone).name());
    const qint64 now = connection->closedTs.value_or(m_session.connections().now());
    const auto age = [now](const std::optional<qint64> &ts) { return ts ? durationText(double(std::max<qint64>(0, now - *ts))) : unknownText(); };
    const auto count = [](const auto &n) { return n ? countText(double(*n)) : unknownText(); };
    QString facts = tr("Open for %1, in this state for %2. Keepalive %3 ago.")
                        .arg(age(connection->openedTs), age(connection->stateSinceTs), age(connection->keepaliveTs));
    facts += u'\n' + tr("In %1, out %2, sleeps %3, resent %4.")
                         .arg(count(connection->messagesIn), count(connection->messagesOut), count(connection->sleeps),
                              count(connection->resends));
    if (connection->closeCode || !connection->closeReason.isEmpty())
        facts += u'\n' + tr("Closed by %1: %2 %3").arg(connection->closedBy, count(connection->closeCode), connection->closeReason);
    m_facts->setText(facts);
    m_bar->setConnection(*connection);
    m_ruler->setConnection(*connection);
    const bool can = m_session.source() && m_session.source()->capabilities().pendingMessages;
    m_table->setEmptyText(can ? tr("Nothing is pending") : tr("Not offered by this source"),
                          can ? tr("Every message has been acknowledged.") : QString());
    m_table->viewport()->update();
}

} // namespace dormouse
