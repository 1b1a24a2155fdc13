// SPDX-License-Identifier: Apache-2.0
#include "ui/dialogs.h"

#include "ui/named.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace dormouse {

namespace {

void nameButtons(QDialogButtonBox *buttons)
{
    const auto all = buttons->buttons();
    for (QAbstractButton *button : all)
        button->setAccessibleName(button->text().remove(u'&'));
}

} // namespace

CreateActorDialog::CreateActorDialog(const QStringList &pools, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Create actor"));
    setAccessibleName(windowTitle());
    setMinimumWidth(420);
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 16, 16, 16);
    form->setSpacing(8);
    m_name = named(new QLineEdit(this), tr("Name"));
    m_name->setPlaceholderText(tr("as the runner knows it, for example chat"));
    m_key = named(new QLineEdit(this), tr("Key"));
    m_key->setPlaceholderText(tr("optional, unique for this name"));
    m_pool = named(new QComboBox(this), tr("Pool"));
    m_pool->setEditable(true);
    m_pool->addItems(pools.isEmpty() ? QStringList{QStringLiteral("default")} : pools);
    m_pool->lineEdit()->setAccessibleName(tr("Pool"));
    m_namespace = named(new QLineEdit(QStringLiteral("default"), this), tr("Namespace"));
    m_crash = named(new QComboBox(this), tr("After a crash"));
    m_crash->addItem(tr("Sleep until needed"), QStringLiteral("sleep"));
    m_crash->addItem(tr("Restart"), QStringLiteral("restart"));
    m_crash->addItem(tr("Destroy"), QStringLiteral("destroy"));
    m_input = named(new QLineEdit(this), tr("Input"));
    m_input->setPlaceholderText(tr("optional text handed to the actor"));
    form->addRow(tr("&Name"), m_name);
    form->addRow(tr("&Key"), m_key);
    form->addRow(tr("&Pool"), m_pool);
    form->addRow(tr("N&amespace"), m_namespace);
    form->addRow(tr("After a &crash"), m_crash);
    form->addRow(tr("&Input"), m_input);
    auto *buttons = new QDialogButtonBox(this);
    auto *create = buttons->addButton(tr("Create"), QDialogButtonBox::AcceptRole);
    buttons->addButton(QDialogButtonBox::Cancel);
    nameButtons(buttons);
    create->setDefault(true);
    create->setEnabled(false);
    connect(m_name, &QLineEdit::textChanged, create, [create](const QString &text) { create->setEnabled(!text.trimmed().isEmpty()); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

QJsonObject CreateActorDialog::arguments() const
{
    QJsonObject arguments{{QStringLiteral("namespace"), m_namespace->text().trimmed()},
                          {QStringLiteral("name"), m_name->text().trimmed()},
                          {QStringLiteral("pool"), m_pool->currentText().trimmed()},
                          {QStringLiteral("crash_policy"), m_crash->currentData().toString()}};
    if (!m_key->text().isEmpty())
        arguments.insert(QStringLiteral("key"), m_key->text());
    if (!m_input->text().isEmpty())
        arguments.insert(QStringLiteral("input_base64"), QString::fromLatin1(m_input->text().toUtf8().toBase64()));
    return arguments;
}

CloseDialog::CloseDialog(const QString &connection, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Close connection"));
    setAccessibleName(windowTitle());
    setMinimumWidth(420);
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 16, 16, 16);
    form->setSpacing(8);
    auto *what = new QLabel(connection, this);
    what->setWordWrap(true);
    form->addRow(what);
    m_known = named(new QComboBox(this), tr("Known codes"));
    m_known->addItem(tr("1000 normal"), 1000);
    m_known->addItem(tr("1001 going away"), 1001);
    m_known->addItem(tr("1008 policy"), 1008);
    m_known->addItem(tr("1011 internal error"), 1011);
    m_known->addItem(tr("1012 restart"), 1012);
    m_known->addItem(tr("1013 try again later"), 1013);
    m_code = named(new QSpinBox(this), tr("Close code"));
    m_code->setRange(1000, 4999);
    m_reason = named(new QLineEdit(this), tr("Reason"));
    m_reason->setMaxLength(120); // the wire takes 123 bytes
    connect(m_known, &QComboBox::currentIndexChanged, m_code, [this] { m_code->setValue(m_known->currentData().toInt()); });
    form->addRow(tr("&Known"), m_known);
    form->addRow(tr("&Code"), m_code);
    form->addRow(tr("&Reason"), m_reason);
    auto *buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("Close connection"), QDialogButtonBox::AcceptRole)->setProperty("danger", true);
    buttons->addButton(QDialogButtonBox::Cancel);
    nameButtons(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

QJsonObject CloseDialog::arguments() const
{
    return {{QStringLiteral("code"), m_code->value()}, {QStringLiteral("reason"), m_reason->text()}};
}

DestroyDialog::DestroyDialog(const QString &actor, int connections, int hibernating, qint64 pendingMessages, QWidget *parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Destroy actor"));
    setAccessibleName(windowTitle());
    setMinimumWidth(440);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(16, 16, 16, 16);
    all->setSpacing(12);
    auto *text = new QLabel(this);
    text->setWordWrap(true);
    text->setText(tr("%1 and everything it stored will be gone.").arg(actor) + u"\n\n"
                  + tr("Clients that will be disconnected: %1").arg(connections)
                  + (hibernating > 0 ? u' ' + tr("(hibernating: %1)").arg(hibernating) : QString())
                  + (pendingMessages > 0 ? u'\n' + tr("Pending messages that will be lost: %1").arg(pendingMessages) : QString()));
    all->addWidget(text);
    auto *buttons = new QDialogButtonBox(this);
    auto *destroy = buttons->addButton(tr("Destroy"), QDialogButtonBox::AcceptRole);
    destroy->setProperty("danger", true);
    auto *cancel = buttons->addButton(QDialogButtonBox::Cancel);
    cancel->setDefault(true);
    nameButtons(buttons);
    if (connections > kTypedAbove) {
        const QString word = tr("destroy");
        auto *typed = named(new QLineEdit(this), tr("Confirmation word"));
        typed->setPlaceholderText(tr("Type \"%1\" to go on").arg(word));
        destroy->setEnabled(false);
        connect(typed, &QLineEdit::textChanged, destroy,
                [destroy, word](const QString &now) { destroy->setEnabled(now.trimmed() == word); });
        all->addWidget(typed);
    }
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    all->addWidget(buttons);
}

TimeRangeDialog::TimeRangeDialog(const TimeSpan &span, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Time range"));
    setAccessibleName(windowTitle());
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 16, 16, 16);
    form->setSpacing(8);
    const auto edit = [this](qint64 ms, const QString &name) {
        auto *one = named(new QDateTimeEdit(QDateTime::fromMSecsSinceEpoch(ms), this), name);
        one->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
        one->setButtonSymbols(QAbstractSpinBox::NoButtons); // arrow keys and wheel change the part with the cursor
        return one;
    };
    m_from = edit(span.from, tr("From"));
    m_to = edit(span.to, tr("Until"));
    m_to->setMinimumDateTime(m_from->dateTime());
    connect(m_from, &QDateTimeEdit::dateTimeChanged, m_to, &QDateTimeEdit::setMinimumDateTime);
    form->addRow(tr("&From"), m_from);
    form->addRow(tr("&Until"), m_to);
    auto *explain = new QLabel(tr("Shows what was there at any moment between the two, also what has ended since, and what happened then."), this);
    explain->setWordWrap(true);
    explain->setProperty("role", QStringLiteral("muted"));
    form->addRow(explain);
    auto *buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("Show"), QDialogButtonBox::AcceptRole)->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    nameButtons(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

TimeSpan TimeRangeDialog::span() const
{
    return {m_from->dateTime().toMSecsSinceEpoch(), m_to->dateTime().toMSecsSinceEpoch()};
}

} // namespace dormouse
