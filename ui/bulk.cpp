// SPDX-License-Identifier: Apache-2.0
#include "ui/bulk.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace dormouse {

namespace {

constexpr size_t kMaxListed = 1000;

} // namespace

BulkAction bulkAction(const QString &name)
{
    const QString actor = QStringLiteral("actor_id");
    if (name == u"wake")
        return {name, QStringLiteral("wake_actor"), actor, {}, false};
    if (name == u"sleep")
        return {name, QStringLiteral("sleep_actor"), actor, {}, false};
    if (name == u"reschedule")
        return {name, QStringLiteral("reschedule_actor"), actor, {}, false};
    if (name == u"destroy")
        return {name, QStringLiteral("destroy_actor"), actor, {}, true};
    if (name == u"close")
        return {name, QStringLiteral("close_connection"), QStringLiteral("connection_id"),
                {{QStringLiteral("code"), 1000}, {QStringLiteral("reason"), QString()}}, true};
    if (name == u"drain")
        return {name, QStringLiteral("drain_runner"), QStringLiteral("runner_id"), {}, false};
    if (name == u"droplink")
        return {name, QStringLiteral("drop_link"), QStringLiteral("runner_id"), {}, false};
    if (name == u"evict")
        return {name, QStringLiteral("evict_runner"), QStringLiteral("runner_id"), {}, true};
    return {};
}

std::vector<BulkTarget> bulkTargets(Session &session, const BulkAction &action, const QStringList &ids)
{
    std::vector<BulkTarget> targets;
    for (const QString &id : ids) {
        if (action.idKey == u"actor_id") {
            const monitor::ActorInfo *actor = session.actors().find(id);
            if (actor && actor->state != monitor::ActorState::Destroyed)
                targets.push_back({id, QString(actor->name % u' ' % actor->key).trimmed(),
                                   actor->connections.value_or(0)}); // hibernating ones are among them
        } else if (action.idKey == u"connection_id") {
            const monitor::ConnectionInfo *connection = session.connections().find(id);
            if (connection && connection->state != monitor::ConnectionState::Closed)
                targets.push_back({id, connection->path, 1});
        } else if (const monitor::RunnerInfo *runner = session.runners().find(id);
                   runner && runner->state != monitor::RunnerState::Stopped) {
            qint64 clients = 0, staying = 0; // a socket that may hibernate outlives its runner, any other its link only
            session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
                if (connection.runnerId == id && connection.state != monitor::ConnectionState::Closed)
                    ++(connection.hibernatable || action.name == u"droplink" ? staying : clients);
            });
            targets.push_back({id, QString(runner->name % u' ' % runner->key).trimmed(), clients, staying});
        }
    }
    return targets;
}

BulkDialog::BulkDialog(const BulkAction &action, const std::vector<BulkTarget> &targets, QWidget *parent) : QDialog(parent)
{
    const QHash<QString, std::pair<QString, QString>> words = { // button, title
        {QStringLiteral("wake"), {tr("Wake"), tr("Wake %n actors", nullptr, int(targets.size()))}},
        {QStringLiteral("sleep"), {tr("Sleep"), tr("Put %n actors to sleep", nullptr, int(targets.size()))}},
        {QStringLiteral("reschedule"), {tr("Move"), tr("Move %n actors to other runners", nullptr, int(targets.size()))}},
        {QStringLiteral("destroy"), {tr("Destroy"), tr("Destroy %n actors with everything they stored", nullptr, int(targets.size()))}},
        {QStringLiteral("close"), {tr("Close"), tr("Close %n connections", nullptr, int(targets.size()))}},
        {QStringLiteral("drain"), {tr("Drain"), tr("Drain %n runners", nullptr, int(targets.size()))}},
        {QStringLiteral("droplink"), {tr("Drop"), tr("Drop the links of %n runners; they dial in again", nullptr, int(targets.size()))}},
        {QStringLiteral("evict"), {tr("Evict"), tr("Evict %n runners at once; their actors start elsewhere", nullptr, int(targets.size()))}}};
    const auto [button, title] = words.value(action.name);
    setWindowTitle(title);
    setAccessibleName(title);
    resize(520, 420);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(16, 16, 16, 16);
    all->setSpacing(12);
    qint64 clients = 0, staying = 0;
    for (const BulkTarget &target : targets) {
        clients += target.clients;
        staying += target.staying;
    }
    auto *text = new QLabel(this);
    text->setWordWrap(true);
    const bool runners = action.idKey == u"runner_id";
    QString about = title % u'.';
    if (action.disconnects || (runners && clients > 0))
        about += u'\n' + tr("Clients that will be disconnected: %1").arg(clients);
    if (runners)
        about += u'\n' + tr("Clients that stay and wait meanwhile: %1").arg(staying);
    text->setText(about);
    all->addWidget(text);
    auto *list = new QListWidget(this);
    list->setAccessibleName(tr("Targets"));
    list->setObjectName(QStringLiteral("boxed"));
    list->setUniformItemSizes(true);
    for (size_t i = 0; i < std::min(targets.size(), kMaxListed); ++i)
        list->addItem(QString(targets[i].label % u"   " % targets[i].id));
    if (targets.size() > kMaxListed)
        list->addItem(tr("and %n more", nullptr, int(targets.size() - kMaxListed)));
    all->addWidget(list, 1);
    auto *buttons = new QDialogButtonBox(this);
    QPushButton *go = buttons->addButton(button, QDialogButtonBox::AcceptRole);
    go->setObjectName(QStringLiteral("go"));
    go->setProperty("danger", action.disconnects);
    buttons->addButton(QDialogButtonBox::Cancel)->setDefault(true);
    const auto each = buttons->buttons();
    for (QAbstractButton *one : each)
        one->setAccessibleName(one->text().remove(u'&'));
    if (targets.size() > kTypedAbove) {
        const QString word = button.toLower();
        auto *typed = new QLineEdit(this);
        typed->setAccessibleName(tr("Confirmation word"));
        typed->setPlaceholderText(tr("Type \"%1\" to go on").arg(word));
        go->setEnabled(false);
        connect(typed, &QLineEdit::textChanged, go, [go, word](const QString &now) { go->setEnabled(now.trimmed() == word); });
        all->addWidget(typed);
    }
    go->setEnabled(go->isEnabled() && !targets.empty());
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    all->addWidget(buttons);
}

BulkRun::BulkRun(Session &session, const BulkAction &action, std::vector<BulkTarget> targets)
    : QObject(&session), m_session(&session), m_action(action), m_targets(std::move(targets))
{
}

void BulkRun::start()
{
    more();
}

void BulkRun::more()
{
    // An answer may come while the command is being given.
    if (m_sending)
        return;
    m_sending = true;
    while (m_session && m_inFlight < kInFlight && m_next < m_targets.size() && m_session->commandsAllowed()) {
        QJsonObject arguments = m_action.arguments;
        arguments.insert(m_action.idKey, m_targets[m_next++].id);
        ++m_inFlight;
        m_session->command(m_action.command, arguments, [self = QPointer<BulkRun>(this)](const Result<QJsonObject> &result) {
            if (!self)
                return;
            --self->m_inFlight;
            ++(result.ok() ? self->m_done : self->m_failed);
            Q_EMIT self->progressed(self->m_done + self->m_failed, int(self->m_targets.size()));
            self->more();
        });
    }
    m_sending = false;
    if (m_inFlight > 0)
        return;
    Q_EMIT finished(m_done, m_failed, int(m_targets.size() - m_next));
    m_next = m_targets.size();
    deleteLater();
}

} // namespace dormouse
