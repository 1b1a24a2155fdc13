// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "models/payload.h"
#include "ui/detailparts.h"
#include "ui/flowlayout.h"
#include "ui/pages.h"
#include "ui/payloadview.h"
#include "ui/rulelist.h"
#include "ui/statediagram.h"
#include "ui/words.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace dormouse {

namespace {

constexpr int kMaxConnections = 200;
constexpr int kKeyLimit = 100;
constexpr int kMostKeys = 1'000; // the engine gives no more in one answer

} // namespace

ActorPage::ActorPage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(1, 1, 1, 1);
    m_empty = label(tr("Choose an actor in the map or in a table.\nCtrl+K finds one by id, key or name."), "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    outer->addWidget(m_empty);
    auto *scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(tr("Actor details"));
    m_body = new QWidget(scroll);
    scroll->setWidget(m_body);
    outer->addWidget(scroll, 1);
    auto *all = new QVBoxLayout(m_body);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(8);

    m_head = new DetailHead(theme, this);
    all->addWidget(m_head);
    auto *idRow = new QHBoxLayout;
    m_id = label({}, "mono");
    m_id->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_id->setAccessibleName(tr("Actor id"));
    m_id->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *copy = new QToolButton(this);
    copy->setIcon(theme.icon(QStringLiteral("copy")));
    copy->setIconSize({theme.px(16), theme.px(16)});
    copy->setToolTip(tr("Copy the id"));
    copy->setAccessibleName(tr("Copy the actor id"));
    connect(copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(m_session.selectedActor()); });
    connect(&theme, &ThemeManager::changed, copy, [copy, &theme] { copy->setIcon(theme.icon(QStringLiteral("copy"))); });
    idRow->addWidget(m_id, 1);
    idRow->addWidget(copy);
    all->addLayout(idRow);

    auto *actions = new FlowLayout(0);
    const std::initializer_list<std::tuple<QString, QString, QString>> names = {
        {QStringLiteral("wake"), QStringLiteral("wake"), tr("Wake")},
        {QStringLiteral("sleep"), QStringLiteral("sleep"), tr("Sleep")},
        {QStringLiteral("call"), QStringLiteral("play"), tr("Call…")},
        {QStringLiteral("reschedule"), QStringLiteral("reschedule"), tr("Move")},
        {QStringLiteral("destroy"), QStringLiteral("destroy"), tr("Destroy…")}};
    for (const auto &[action, icon, text] : names) {
        auto *button = new QToolButton(this);
        button->setText(text);
        button->setProperty("compact", true);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIcon(theme.icon(icon));
        button->setIconSize({theme.px(16), theme.px(16)});
        button->setAccessibleName(tr("%1 this actor").arg(text));
        connect(&theme, &ThemeManager::changed, button, [button, &theme, file = icon] { button->setIcon(theme.icon(file)); });
        connect(button, &QToolButton::clicked, this, [this, name = action] { Q_EMIT commandWanted(name); });
        actions->addWidget(button);
        m_buttons.append(button);
    }
    all->addLayout(actions);

    m_why = new RuleList(theme, tr("Why it is in this state"), this);
    all->addWidget(m_why);

    all->addWidget(label(tr("STATES"), "section"));
    m_diagram = new StateDiagram(theme, this);
    all->addWidget(m_diagram);
    m_steps = new StepTable(theme, QStringLiteral("actor"), this);
    all->addWidget(m_steps);

    all->addWidget(label(tr("LIFE CYCLE"), "section"));
    m_facts = new FactTable(theme, {tr("What"), tr("Since / value"), tr("Took")}, tr("Life cycle and facts"), this);
    m_facts->setColumnWidth(0, theme.px(112));
    // What is long is in the middle: an id is shown whole as soon as there is room.
    m_facts->horizontalHeader()->setStretchLastSection(false);
    m_facts->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_facts->horizontalHeader()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    m_facts->horizontalHeader()->hide();
    all->addWidget(m_facts);

    all->addWidget(label(tr("CONNECTIONS"), "section"));
    m_own.setActive(true);
    m_connections = new TableView(theme, CellDelegate::States::Connection, this);
    m_connections->setAccessibleName(tr("Connections of this actor"));
    QList<int> widths(ConnectionModel::ColumnCount, 0);
    widths[ConnectionModel::State] = 130;
    widths[ConnectionModel::PendingBytes] = 106;
    widths[ConnectionModel::OldestPending] = 88;
    widths[ConnectionModel::AckLatency] = 78;
    widths[ConnectionModel::Keepalive] = 84;
    widths[ConnectionModel::Refresh] = 84;
    widths[ConnectionModel::Age] = 84;
    m_connections->setTable(&m_own, widths);
    m_connections->setEmptyText(tr("No client is connected"), {});
    m_connections->setMinimumHeight(theme.px(120));
    m_connections->setMaximumHeight(theme.px(180));
    connect(m_connections, &TableView::idSelected, &session, &Session::selectConnection);
    all->addWidget(m_connections);

    auto *keysRow = new FlowLayout(8);
    keysRow->addWidget(label(tr("STORED KEYS"), "section"));
    keysRow->addStretch();
    auto *load = new QToolButton(this);
    load->setText(tr("Read"));
    load->setAccessibleName(tr("Read the stored keys"));
    load->setToolTip(tr("Reads the first %1 keys; does not wake the actor.").arg(kKeyLimit));
    connect(load, &QToolButton::clicked, this, [this] { loadKeys(kKeyLimit); });
    m_more = new QToolButton(this);
    m_more->setText(tr("More"));
    m_more->setAccessibleName(tr("Read more stored keys"));
    m_more->hide();
    connect(m_more, &QToolButton::clicked, this, [this] { loadKeys(std::min(kMostKeys, m_keyLimit * 3)); });
    keysRow->addWidget(load);
    keysRow->addWidget(m_more);
    all->addLayout(keysRow);
    m_keys = new FactTable(theme, {tr("Key"), tr("Size"), tr("Value")}, tr("Stored keys"), this);
    m_keys->setMinimumHeight(theme.px(96));
    m_keys->setColumnWidth(0, theme.px(120));
    m_keys->setColumnWidth(1, theme.px(72));
    all->addWidget(m_keys, 1);
    m_value = new PayloadView(theme, tr("Stored value"), this);
    m_value->hide();
    all->addWidget(m_value);
    connect(m_keys, &QTableWidget::itemSelectionChanged, this, [this] {
        const QTableWidgetItem *item = m_keys->item(m_keys->currentRow(), 0);
        m_value->setVisible(item);
        if (item)
            m_value->setPayload(item->text(), item->data(Qt::UserRole).toByteArray());
    });
    show(nullptr);
}

void ActorPage::refresh()
{
    show(m_session.actors().find(m_session.selectedActor()));
}

void ActorPage::tick()
{
    fillConnections();
    m_connections->viewport()->update();
}

void ActorPage::show(const monitor::ActorInfo *actor)
{
    m_body->parentWidget()->parentWidget()->setVisible(actor);
    m_empty->setVisible(!actor);
    if (!actor)
        return;
    const QString name = QString(actor->name % u' ' % actor->key).trimmed();
    m_head->show(Words::look(actor->state), name, name);
    m_id->setText(actor->actorId);
    const bool allowed = m_session.commandsAllowed();
    const bool gone = actor->state == monitor::ActorState::Destroyed || actor->state == monitor::ActorState::Destroying;
    for (QToolButton *button : std::as_const(m_buttons)) {
        button->setEnabled(allowed && !gone);
        button->setToolTip(!allowed ? Words::explain(m_session.commandsReason()) : gone ? tr("The actor is gone.") : button->text());
    }
    m_why->setRules(actorRules(m_session, *actor));

    std::vector<QStringList> facts;
    const auto stamp = [&](const QString &what, const std::optional<qint64> &ts, const std::optional<qint64> &before = {}) {
        facts.push_back({what, ts ? timeText(*ts) : unknownText(),
                         ts && before && *ts >= *before ? u'+' + durationText(double(*ts - *before)) : QString()});
    };
    // All seven, also those that never were; each with the time since the one that led to it.
    stamp(tr("Created"), actor->createTs);
    stamp(tr("Waiting since"), actor->pendingAllocationTs, actor->createTs);
    stamp(tr("Started"), actor->startTs, actor->pendingAllocationTs ? actor->pendingAllocationTs : actor->createTs);
    stamp(tr("Reachable"), actor->connectableTs, actor->startTs);
    stamp(tr("Slept"), actor->sleepTs, actor->startTs);
    stamp(tr("Next try"), actor->rescheduleTs);
    stamp(tr("Destroyed"), actor->destroyTs, actor->createTs);
    if (actor->alarmTs)
        stamp(tr("Alarm"), actor->alarmTs);
    if (actor->deadlineTs)
        facts.push_back({tr("Deadline"), timeText(*actor->deadlineTs), actor->deadlineName});
    const auto number = [](const auto &value) { return value ? countText(double(*value)) : unknownText(); };
    facts.push_back({tr("Last wake"), actor->lastWakeMs ? durationText(double(*actor->lastWakeMs)) : unknownText(), {}});
    facts.push_back({tr("Generation"), number(actor->generation), {}});
    facts.push_back({tr("Runner"), actor->runnerId.isEmpty() ? unknownText() : actor->runnerId, {}});
    facts.push_back({tr("Pool"), actor->pool.isEmpty() ? unknownText() : actor->pool, actor->crashPolicy});
    const OwnTraffic::Load own = m_session.own().hiddenOf(actor->actorId);
    facts.push_back({tr("Pending"), actor->pendingMessages ? countText(double(*actor->pendingMessages - own.pendingMessages)) : unknownText(),
                     actor->pendingBytes ? bytesText(double(*actor->pendingBytes - own.pendingBytes)) : unknownText()});
    facts.push_back({tr("Stored"), actor->kvBytes ? bytesText(double(*actor->kvBytes)) : unknownText(), {}});
    if (!actor->errorJson.isEmpty())
        facts.push_back({tr("Error"), actor->errorJson, {}});
    m_facts->setRows(facts);
    m_facts->fitRows();
    showHistory(*actor);
    if (m_keysOf != actor->actorId) {
        m_keysOf = actor->actorId;
        m_keys->setRowCount(0);
        m_value->hide();
        m_more->hide();
        fillConnections();
    }
}

void ActorPage::fillConnections()
{
    const QString id = m_session.selectedActor();
    std::vector<monitor::ConnectionInfo> own;
    if (!id.isEmpty()) {
        m_session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
            if (connection.actorId == id && connection.state != monitor::ConnectionState::Closed
                && own.size() < kMaxConnections)
                own.push_back(connection);
        });
    }
    m_own.setShowOwn(m_session.connections().showsOwn());
    m_own.store(own, true, m_session.connections().now());
}

void ActorPage::showHistory(const monitor::ActorInfo &actor)
{
    m_diagram->setMachine(m_session.machine(QStringLiteral("actor")));
    const bool other = m_history.setObject(actor.actorId);
    const bool more = m_history.update(m_session.events());
    const auto &steps = m_history.steps();
    m_diagram->setCurrent(monitor::toString(actor.state), steps);
    if (other || more)
        m_steps->setSteps(QStringLiteral("actor"), steps);
}

void ActorPage::loadKeys(int limit)
{
    const QString id = m_session.selectedActor();
    m_session.command(QStringLiteral("kv_list"), {{QStringLiteral("actor_id"), id}, {QStringLiteral("limit"), limit}},
                      [self = QPointer<ActorPage>(this), id, limit](const Result<QJsonObject> &result) {
                          if (!self || !result.ok() || self->m_session.selectedActor() != id)
                              return;
                          const QJsonArray entries = result->value(QLatin1String("entries")).toArray();
                          self->m_keyLimit = limit;
                          // A full answer may not be all there is.
                          self->m_more->setVisible(entries.size() >= limit && limit < kMostKeys);
                          self->m_keys->setRowCount(int(entries.size()));
                          const auto readable = [](const QByteArray &bytes) {
                              const PayloadForm form = guessPayloadForm(bytes.left(4096));
                              return form == PayloadForm::Text || form == PayloadForm::Json
                                  ? QString::fromUtf8(bytes.left(256)).simplified()
                                  : QString::fromLatin1(bytes.left(64).toHex(' '));
                          };
                          for (int row = 0; row < entries.size(); ++row) {
                              const QJsonObject entry = entries.at(row).toObject();
                              const auto bytes = [&entry](QLatin1String name) { return QByteArray::fromBase64(entry.value(name).toString().toLatin1()); };
                              const QByteArray value = bytes(QLatin1String("value_base64"));
                              auto *key = new QTableWidgetItem(readable(bytes(QLatin1String("key_base64"))));
                              key->setData(Qt::UserRole, value);
                              self->m_keys->setItem(row, 0, key);
                              self->m_keys->setItem(row, 1, new QTableWidgetItem(bytesText(double(value.size()))));
                              self->m_keys->setItem(row, 2, new QTableWidgetItem(readable(value)));
                          }
                      });
}

} // namespace dormouse
