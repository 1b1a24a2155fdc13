// SPDX-License-Identifier: Apache-2.0
#include "ui/talkdialogs.h"

#include "models/format.h"
#include "ui/composer.h"
#include "ui/named.h"
#include "ui/payloadview.h"
#include "ui/words.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

namespace dormouse {

namespace {

QLabel *wrapped(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

QString problemText(const Error &error)
{
    // An application's own error has a text of its own; what the engine says is explained.
    return QString(Words::problem(error) % u" (" % QString::fromUtf8(error.fullCode()) % u')').trimmed();
}

/// Says next to the field, and to a screen reader, what is wrong with it; empty: nothing.
void markField(QLineEdit *field, const QString &problem)
{
    if (field->property("invalid").toBool() == problem.isEmpty()) {
        field->setProperty("invalid", !problem.isEmpty());
        field->style()->polish(field);
    }
    field->setToolTip(problem);
    field->setAccessibleDescription(problem);
}

/// Makes room for a text that has become longer; never smaller than a person has made it.
void grow(QDialog *dialog)
{
    if (dialog->isVisible())
        dialog->layout()->activate();
    const int needed = dialog->layout()->totalHeightForWidth(dialog->width());
    if (dialog->height() < needed)
        dialog->resize(dialog->width(), needed);
}

/// Ends with its session; follows frames and the link.
template<typename Dialog>
void follows(Dialog *dialog, Session &session, void (Dialog::*follow)())
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(&session, &QObject::destroyed, dialog, [dialog] { delete dialog; });
    QObject::connect(&session, &Session::framesChanged, dialog, [dialog, follow] { (dialog->*follow)(); });
    QObject::connect(&session, &Session::linkChanged, dialog, [dialog, follow] { (dialog->*follow)(); });
}

} // namespace

bool hearsMessages(const monitor::ConnectionInfo &connection)
{
    using S = monitor::ConnectionState;
    const S state = connection.state;
    return connection.kind == monitor::ConnectionKind::WebSocket
        && (state == S::Open || state == S::Attached || state == S::Hibernating || state == S::Waking || state == S::Restoring);
}

SendDialog::SendDialog(Session &session, const ThemeManager &theme, const QString &connectionId, QWidget *parent)
    : QDialog(parent), m_session(session), m_id(connectionId)
{
    setWindowTitle(tr("Send as the actor"));
    setAccessibleName(windowTitle());
    setMinimumWidth(theme.px(680));
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(16, 16, 16, 16);
    all->setSpacing(12);
    m_state = wrapped({}, this);
    all->addWidget(m_state);
    auto *what = wrapped(tr("The client takes it for a message of its actor. The actor learns nothing of it and is not woken."), this);
    what->setProperty("role", QStringLiteral("muted"));
    all->addWidget(what);
    m_sure = new QCheckBox(tr("Speak for the actor to this client"), this);
    m_sure->setAccessibleName(m_sure->text());
    all->addWidget(m_sure);
    m_composer = new Composer(theme, this);
    all->addWidget(m_composer);
    m_count = wrapped({}, this);
    m_count->setAccessibleName(tr("What became of the messages"));
    all->addWidget(m_count);
    auto *close = new QPushButton(tr("Close"), this);
    close->setAccessibleName(tr("Close this dialog"));
    close->setAutoDefault(false); // Enter sends
    all->addWidget(close, 0, Qt::AlignRight);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_sure, &QCheckBox::toggled, this, &SendDialog::follow);
    connect(m_composer, &Composer::sendWanted, this, &SendDialog::send);
    follows(this, session, &SendDialog::follow);
    follow();
}

void SendDialog::follow()
{
    const monitor::ConnectionInfo *connection = m_session.connections().find(m_id);
    const bool hears = connection && hearsMessages(*connection);
    const bool allowed = m_session.commandsAllowed();
    QString text = connection ? QString(connection->path % u"  " % connection->clientAddress % u"\n" % Words::look(connection->state).word % u"  " % m_id) : m_id;
    if (!allowed)
        text += u"\n" + Words::explain(m_session.commandsReason());
    else if (!hears)
        text += u"\n" + Words::explain(QStringLiteral("monitor.cannot_send"));
    if (m_state->text() != text) {
        m_state->setText(text);
        grow(this);
    }
    m_sure->setEnabled(allowed && hears);
    if (const bool possible = allowed && hears && m_sure->isChecked(); possible != m_composer->isPossible())
        m_composer->setPossible(possible);
}

void SendDialog::send(const QByteArray &payload, bool binary)
{
    ++m_open;
    m_session.command(QStringLiteral("send_message"),
                      {{QStringLiteral("connection_id"), m_id}, {QStringLiteral("payload_base64"), QString::fromLatin1(payload.toBase64())},
                       {QStringLiteral("binary"), binary}},
                      [self = QPointer<SendDialog>(this)](const Result<QJsonObject> &result) {
                          if (!self)
                              return;
                          --self->m_open;
                          ++(result.ok() ? self->m_sent : self->m_refused);
                          if (!result.ok())
                              self->m_problem = problemText(result.error());
                          self->showCount();
                      });
    showCount();
}

void SendDialog::showCount()
{
    QString text = tr("%1 sent, %2 refused, %3 under way.").arg(m_sent).arg(m_refused).arg(m_open);
    if (m_refused > 0)
        text += u'\n' + m_problem;
    m_count->setText(text);
    grow(this);
}

CallDialog::CallDialog(Session &session, const ThemeManager &theme, const QString &actorId, QWidget *parent)
    : QDialog(parent), m_session(session), m_id(actorId)
{
    setWindowTitle(tr("Call an action"));
    setAccessibleName(windowTitle());
    setMinimumWidth(theme.px(520));
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 16, 16, 16);
    form->setSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_state = wrapped({}, this);
    form->addRow(m_state);
    auto *what = wrapped(tr("A request to the actor, as the rivetkit library makes it. It wakes the actor and keeps it awake while it runs."), this);
    what->setProperty("role", QStringLiteral("muted"));
    form->addRow(what);
    m_action = named(new QLineEdit(this), tr("Name of the action"));
    m_arguments = named(new QLineEdit(this), tr("Arguments of the action"));
    m_arguments->setPlaceholderText(tr("JSON, for example: 3, {\"by\": \"me\"}"));
    form->addRow(tr("&Action"), m_action);
    form->addRow(tr("A&rguments"), m_arguments);
    m_parameters = named(new QLineEdit(this), tr("Connection parameters"));
    m_parameters->setPlaceholderText(tr("JSON for onBeforeConnect, for example: {\"token\": \"abc\"}"));
    form->addRow(tr("Connection &parameters"), m_parameters);
    m_problem = wrapped({}, this);
    m_problem->setAccessibleName(tr("What cannot be read"));
    m_problem->setProperty("role", QStringLiteral("bad"));
    m_problem->hide();
    form->addRow(m_problem);
    m_outcome = wrapped({}, this);
    m_outcome->setAccessibleName(tr("What became of the call"));
    form->addRow(m_outcome);
    m_answer = new PayloadView(theme, tr("Answer"), this);
    m_answer->hide();
    form->addRow(m_answer);
    auto *buttons = new QHBoxLayout;
    m_call = named(new QPushButton(tr("Call"), this), tr("Call the action"));
    m_call->setDefault(true);
    auto *close = named(new QPushButton(tr("Close"), this), tr("Close this dialog"));
    close->setAutoDefault(false);
    buttons->addStretch();
    buttons->addWidget(m_call);
    buttons->addWidget(close);
    form->addRow(buttons);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_call, &QPushButton::clicked, this, &CallDialog::call);
    for (QLineEdit *field : {m_action, m_arguments, m_parameters})
        connect(field, &QLineEdit::textChanged, this, &CallDialog::check);
    follows(this, session, &CallDialog::follow);
    follow();
}

std::optional<QJsonArray> CallDialog::argumentsOf(const QString &typed, QString *problem)
{
    const QString text = typed.trimmed();
    QJsonParseError error;
    // A list is meant as it is; anything else is what stands in one.
    QJsonDocument document = QJsonDocument::fromJson(text.toUtf8(), &error);
    if (error.error == QJsonParseError::NoError && document.isArray())
        return document.array();
    document = QJsonDocument::fromJson(QString(u'[' % text % u']').toUtf8(), &error);
    if (error.error == QJsonParseError::NoError)
        return document.array();
    if (problem)
        *problem = tr("Not JSON: %1").arg(error.errorString());
    return std::nullopt;
}

std::optional<QJsonValue> CallDialog::parametersOf(const QString &typed, QString *problem)
{
    const QString text = typed.trimmed();
    if (text.isEmpty())
        return QJsonValue(QJsonValue::Undefined);
    // A document is an object or a list; any other value is read as the only one of a list.
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(QString(u'[' % text % u']').toUtf8(), &error);
    if (error.error == QJsonParseError::NoError && document.array().size() == 1)
        return document.array().at(0);
    if (problem)
        *problem = tr("Not JSON: %1").arg(error.error == QJsonParseError::NoError ? tr("one value is expected") : error.errorString());
    return std::nullopt;
}

void CallDialog::follow()
{
    const monitor::ActorInfo *actor = m_session.actors().find(m_id);
    QString text = m_id;
    if (actor)
        text = QString(actor->name % u' ' % actor->key).trimmed() % u"  " % Words::look(actor->state).word % u"\n" % m_id;
    if (!m_session.commandsAllowed())
        text += u"\n" + Words::explain(m_session.commandsReason());
    if (m_state->text() != text) {
        m_state->setText(text);
        grow(this);
    }
    const bool asleep = actor && actor->state == monitor::ActorState::Sleeping;
    m_call->setText(asleep ? tr("Wake and call") : tr("Call"));
    check();
}

void CallDialog::check()
{
    QString ofArguments, ofParameters;
    const bool good = argumentsOf(m_arguments->text(), &ofArguments).has_value() & parametersOf(m_parameters->text(), &ofParameters).has_value();
    markField(m_arguments, ofArguments);
    markField(m_parameters, ofParameters);
    QStringList problems;
    if (!ofArguments.isEmpty())
        problems.append(tr("Arguments: %1").arg(ofArguments));
    if (!ofParameters.isEmpty())
        problems.append(tr("Connection parameters: %1").arg(ofParameters));
    if (const QString text = problems.join(u'\n'); text != m_problem->text()) {
        m_problem->setText(text);
        m_problem->setVisible(!text.isEmpty());
        grow(this);
    }
    const monitor::ActorInfo *actor = m_session.actors().find(m_id);
    const bool there = actor && actor->state != monitor::ActorState::Destroyed && actor->state != monitor::ActorState::Destroying;
    m_call->setEnabled(!m_running && there && m_session.commandsAllowed() && good && !m_action->text().trimmed().isEmpty());
}

void CallDialog::call()
{
    const auto arguments = argumentsOf(m_arguments->text());
    const auto parameters = parametersOf(m_parameters->text());
    if (!arguments || !parameters || m_running)
        return;
    m_running = true;
    m_answer->hide();
    m_outcome->setText(tr("Waiting for the answer …"));
    check();
    QElapsedTimer since;
    since.start();
    QJsonObject wanted{{QStringLiteral("actor_id"), m_id}, {QStringLiteral("action"), m_action->text().trimmed()}, {QStringLiteral("args"), *arguments}};
    if (!parameters->isUndefined())
        wanted.insert(QStringLiteral("conn_params"), *parameters);
    m_session.command(QStringLiteral("call_action"), wanted,
                      [self = QPointer<CallDialog>(this), since](const Result<QJsonObject> &result) {
                          if (self)
                              self->answered(result, since.elapsed());
                      },
                      kDeadlineMs);
}

void CallDialog::answered(const Result<QJsonObject> &result, qint64 tookMs)
{
    m_running = false;
    if (result.ok()) {
        m_outcome->setText(tr("Answered after %1 with status %2.").arg(durationText(double(tookMs))).arg(result->value(QLatin1String("status")).toInt()));
        m_answer->show();
        m_answer->setPayload(result->value(QLatin1String("content_type")).toString(),
                             QByteArray::fromBase64(result->value(QLatin1String("body_base64")).toString().toLatin1()));
    } else {
        m_outcome->setText(problemText(result.error()));
    }
    grow(this);
    check();
}

} // namespace dormouse
