// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "ui/detailparts.h"
#include "ui/flowlayout.h"
#include "ui/pages.h"
#include "ui/payloadview.h"
#include "ui/queuewidgets.h"
#include "ui/rulelist.h"
#include "ui/statediagram.h"
#include "ui/talkdialogs.h"
#include "ui/words.h"

#include <QHBoxLayout>
#include <QJsonObject>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace dormouse {

QueuePage::QueuePage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    session.pending().setActive(false);
    auto *all = new QVBoxLayout(makeScrollArea(this, tr("Connection details"), 1)->widget());
    all->setContentsMargins(12, 12, 12, 8);
    all->setSpacing(8);
    m_head = new DetailHead(theme, this);
    all->addWidget(m_head);
    m_facts = label({}, "muted");
    m_facts->setWordWrap(true);
    all->addWidget(m_facts);
    auto *actions = new FlowLayout(0);
    const std::initializer_list<std::tuple<QString, QString, QString, QString>> names = {
        {QStringLiteral("hibernate"), QStringLiteral("sleep"), tr("Hibernate"), tr("Hibernate: its actor goes to sleep")},
        {QStringLiteral("restore"), QStringLiteral("wake"), tr("Restore"), tr("Restore: its actor is woken")},
        {QStringLiteral("sendas"), QStringLiteral("send"), tr("Send…"), tr("Send a message to the client as its actor")},
        {QStringLiteral("cutlink"), QStringLiteral("link"), tr("Drop link…"), tr("Drop the link to its runner, keep the client")},
        {QStringLiteral("close"), QStringLiteral("close"), tr("Close…"), tr("Close this connection")}};
    for (const auto &[action, icon, text, help] : names) {
        auto *button = new QToolButton(this);
        button->setText(text);
        button->setProperty("compact", true);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIcon(theme.icon(icon));
        button->setIconSize({theme.px(16), theme.px(16)});
        button->setAccessibleName(help);
        connect(&theme, &ThemeManager::changed, button, [button, &theme, file = icon] { button->setIcon(theme.icon(file)); });
        connect(button, &QToolButton::clicked, this, [this, name = action] { Q_EMIT commandWanted(name); });
        actions->addWidget(button);
        m_buttons.insert(action, button);
    }
    all->addLayout(actions);
    m_why = new RuleList(theme, tr("Why it hibernates or does not"), this);
    all->addWidget(m_why);
    m_strip = new StateStrip(theme, this);
    all->addWidget(m_strip);
    m_bar = new PendingBar(theme, this);
    all->addWidget(m_bar);
    m_ruler = new AckRuler(theme, this);
    all->addWidget(m_ruler);
    m_chain = new PressureChain(theme, this);
    all->addWidget(m_chain);
    m_table = new TableView(theme, CellDelegate::States::Pending, this);
    m_table->setAccessibleName(tr("Pending messages"));
    QList<int> widths(PendingModel::ColumnCount, 0);
    widths[PendingModel::Index] = 64;
    widths[PendingModel::Bytes] = 78;
    widths[PendingModel::Waiting] = 78;
    widths[PendingModel::TimesSent] = 56;
    widths[PendingModel::Type] = 60;
    m_table->setTable(&session.pending(), widths);
    m_table->setMinimumHeight(theme.px(160));
    all->addWidget(m_table, 1);
    auto *look = new QToolButton(this);
    m_whole = {m_bar, m_ruler, m_table, look};
    look->setText(tr("Show content"));
    look->setAccessibleName(tr("Show the content of the chosen message"));
    look->setToolTip(tr("Asks the engine for the first 256 bytes of the message."));
    connect(look, &QToolButton::clicked, this, &QueuePage::preview);
    connect(m_table, &TableView::activated, this, &QueuePage::preview);
    all->addWidget(look);
    m_preview = new PayloadView(theme, tr("Message content"), this);
    m_preview->hide();
    all->addWidget(m_preview);
    m_diagram = new StateDiagram(theme, this);
    all->addWidget(m_diagram);
    m_steps = new StepTable(theme, QStringLiteral("websocket"), this);
    all->addWidget(m_steps);
    all->addStretch();
}

void QueuePage::activate(bool on)
{
    m_session.pending().setActive(on);
    m_session.setWatchingPending(on);
}

void QueuePage::refresh()
{
    const monitor::ConnectionInfo *connection = m_session.connections().find(m_session.selectedConnection());
    showActions(connection);
    if (!connection) {
        m_facts->setToolTip({});
        m_head->clear(tr("No connection chosen"));
        m_facts->setText(tr("Choose a connection in the table, or in the details of an actor."));
        m_bar->setConnection(std::nullopt);
        m_ruler->setConnection(std::nullopt);
        m_chain->setStages({});
        for (QWidget *part : std::initializer_list<QWidget *>{m_strip, m_chain, m_diagram, m_preview, m_why, m_steps})
            part->hide();
        for (QWidget *part : std::as_const(m_whole))
            part->hide();
        m_shown.clear();
        return;
    }
    if (m_shown != connection->connectionId) {
        m_shown = connection->connectionId;
        m_forecast.clear();
        m_preview->hide();
    }
    for (QWidget *part : std::initializer_list<QWidget *>{m_strip, m_chain, m_diagram})
        part->show();
    for (QWidget *part : std::as_const(m_whole))
        part->show();
    m_head->show(Words::look(connection->state), connection->path.isEmpty() ? connection->connectionId : connection->path, connection->connectionId);
    // Of one that is over there is nothing to ask why it does not hibernate.
    m_why->setRules(connection->closedTs ? std::vector<Rule>() : hibernationRules(m_session, *connection));
    const qint64 now = connection->closedTs.value_or(m_session.connections().now());
    const auto age = [now](const std::optional<qint64> &ts) { return ts ? durationText(double(std::max<qint64>(0, now - *ts))) : unknownText(); };
    const auto count = [](const auto &n) { return n ? countText(double(*n)) : unknownText(); };
    QString facts = connection->closedTs
        ? tr("Was open for %1, closed %2 ago.")
              .arg(age(connection->openedTs), durationText(double(std::max<qint64>(0, m_session.connections().now() - *connection->closedTs))))
        : tr("Open for %1, in this state for %2. Keepalive %3 ago.")
              .arg(age(connection->openedTs), age(connection->stateSinceTs), age(connection->keepaliveTs));
    facts += u'\n' + tr("In %1, out %2, sleeps %3, resent %4.")
                         .arg(count(connection->messagesIn), count(connection->messagesOut), count(connection->sleeps),
                              count(connection->resends));
    if (connection->kind == monitor::ConnectionKind::WebSocket)
        facts += u'\n' + tr("Round trip to the client %1.").arg(connection->clientRttUs ? microsText(double(*connection->clientRttUs)) : unknownText());
    if (connection->closeCode || !connection->closeReason.isEmpty())
        facts += u'\n' + tr("Closed by %1: %2 %3").arg(connection->closedBy, connection->closeCode ? QString::number(*connection->closeCode) : unknownText(), connection->closeReason);
    m_facts->setText(facts);
    m_facts->setToolTip(connection->clientRttUs ? QString() : Words::whyUnknown(QStringLiteral("client.rtt")));
    if (connection->pendingBytes && !connection->closedTs)
        m_forecast.add(now, *connection->pendingBytes);
    m_bar->setConnection(*connection, m_forecast.msUntil(connection->pendingLimitBytes.value_or(0)));
    showHistory(*connection);
    showChain(*connection);
    m_ruler->setConnection(*connection);
    const bool can = m_session.source() && m_session.source()->capabilities().pendingMessages;
    m_table->setEmptyText(can ? tr("Nothing is pending") : tr("Not offered by this source"),
                          can ? tr("Every message has been acknowledged.") : QString());
    m_table->viewport()->update();
}

void QueuePage::showActions(const monitor::ConnectionInfo *connection)
{
    const bool allowed = m_session.commandsAllowed();
    const bool open = connection && connection->state != monitor::ConnectionState::Closed;
    const auto set = [&](const char *name, bool possible) {
        QToolButton *button = m_buttons.value(QString::fromLatin1(name));
        button->setEnabled(allowed && possible);
        button->setToolTip(allowed ? button->accessibleName() : Words::explain(m_session.commandsReason()));
    };
    const bool asleep = connection && connection->state == monitor::ConnectionState::Hibernating;
    set("hibernate", open && connection->hibernatable && connection->state == monitor::ConnectionState::Attached);
    set("restore", asleep);
    set("sendas", connection && hearsMessages(*connection));
    set("cutlink", open && !connection->runnerId.isEmpty());
    set("close", open);
}

void QueuePage::showHistory(const monitor::ConnectionInfo &connection)
{
    const QString machine = connection.kind == monitor::ConnectionKind::Http ? QStringLiteral("http") : QStringLiteral("websocket");
    const bool other = m_history.setObject(connection.connectionId);
    if (m_history.update(m_session.events()) || other || m_steps->isHidden())
        m_steps->setSteps(machine, m_history.steps());
    const QString state = monitor::toString(connection.state);
    m_diagram->setMachine(m_session.machine(machine));
    m_diagram->setCurrent(state, m_history.steps());
    m_strip->setSteps(machine, state, m_history.steps(), m_session.connections().now(), connection.openedTs);
}

void QueuePage::showChain(const monitor::ConnectionInfo &connection)
{
    PressureChain::Stages stages;
    stages.client = connection.clientQueuedBytes;
    if (const monitor::RunnerInfo *runner = m_session.runners().find(connection.runnerId))
        stages.runner = runner->queuedBytes;
    // Written messages are at the actor until it acknowledges them; the others have not left the gateway.
    qint64 written = 0, waiting = 0;
    m_session.pending().forEach([&](const PendingRow &row) { (row.message.timesSent > 0 ? written : waiting) += row.message.bytes; });
    const bool listed = m_session.pending().liveCount() > 0;
    if (listed || connection.pendingBytes == 0) {
        stages.gateway = waiting;
        stages.actor = written;
    } else {
        stages.gateway = connection.pendingBytes;
    }
    m_chain->setStages(stages);
}

void QueuePage::preview()
{
    bool number = false;
    const int index = m_table->currentId().toInt(&number);
    m_preview->show();
    if (!number)
        return m_preview->setNote(tr("Choose a message first."));
    const QString id = m_session.selectedConnection();
    m_session.command(QStringLiteral("pending_preview"), {{QStringLiteral("connection_id"), id}, {QStringLiteral("index"), index}},
                      [self = QPointer<QueuePage>(this), id, index](const Result<QJsonObject> &result) {
                          if (!self || self->m_session.selectedConnection() != id)
                              return;
                          if (!result.ok())
                              return self->m_preview->setNote(result.error().message);
                          const QString text = result->value(QLatin1String("preview_base64")).toString();
                          self->m_preview->setPayload(tr("Message %1").arg(index), QByteArray::fromBase64(text.toLatin1()));
                      });
}

} // namespace dormouse
