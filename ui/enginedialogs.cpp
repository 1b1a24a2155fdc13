// SPDX-License-Identifier: Apache-2.0
#include "ui/enginedialogs.h"

#include "ui/named.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>

#include <optional>

namespace dormouse {

namespace {

QPushButton *addButtons(QDialog *dialog, QFormLayout *form, const QString &accept)
{
    auto *buttons = new QDialogButtonBox(dialog);
    QPushButton *go = buttons->addButton(accept, QDialogButtonBox::AcceptRole);
    buttons->addButton(QDialogButtonBox::Cancel);
    const auto all = buttons->buttons();
    for (QAbstractButton *button : all)
        button->setAccessibleName(button->text().remove(u'&'));
    QObject::connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    form->addRow(buttons);
    return go;
}

std::optional<EngineTarget> parsed(const QString &address)
{
    const auto colon = address.lastIndexOf(u':');
    bool ok = false;
    const uint port = address.mid(colon + 1).toUInt(&ok);
    if (colon <= 0 || !ok || port > 65'535)
        return std::nullopt;
    EngineTarget target;
    target.host = address.left(colon);
    if (target.host.startsWith(u'[') && target.host.endsWith(u']'))
        target.host = target.host.mid(1, target.host.size() - 2);
    target.port = quint16(port);
    return target;
}

} // namespace

QStringList RecentList::entries() const
{
    return m_settings ? m_settings->value(m_key).toStringList() : QStringList();
}

void RecentList::add(const QString &entry)
{
    if (!m_settings || entry.isEmpty())
        return;
    QStringList all = entries();
    all.removeAll(entry);
    all.prepend(entry);
    m_settings->setValue(m_key, all.mid(0, kMax));
}

ConnectDialog::ConnectDialog(const QStringList &recent, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Connect to an engine"));
    setAccessibleName(windowTitle());
    setMinimumWidth(460);
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 16, 16, 16);
    form->setSpacing(8);
    m_url = named(new QComboBox(this), tr("Address"));
    m_url->setEditable(true);
    m_url->addItems(recent);
    m_url->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_url->lineEdit()->setAccessibleName(tr("Address"));
    m_url->lineEdit()->setPlaceholderText(QStringLiteral("ws://host:6420"));
    m_token = named(new QLineEdit(this), tr("Admin token"));
    m_token->setEchoMode(QLineEdit::Password);
    m_token->setPlaceholderText(tr("when the engine asks for one; not kept"));
    m_readWrite = named(new QCheckBox(tr("Allow commands (it is opened read-only otherwise)"), this), tr("Allow commands"));
    form->addRow(tr("&Address"), m_url);
    form->addRow(tr("&Token"), m_token);
    form->addRow(QString(), m_readWrite);
    QPushButton *go = addButtons(this, form, tr("Connect"));
    const auto check = [this, go] { go->setEnabled(!m_url->currentText().trimmed().isEmpty()); };
    connect(m_url, &QComboBox::editTextChanged, go, check);
    check();
}

ConnectTarget ConnectDialog::target() const
{
    return {m_url->currentText().trimmed(), m_token->text(), m_readWrite->isChecked()};
}

EngineDialog::EngineDialog(QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Start a local engine"));
    setAccessibleName(windowTitle());
    setMinimumWidth(460);
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 16, 16, 16);
    form->setSpacing(8);
    m_address = named(new QLineEdit(QStringLiteral("127.0.0.1:0"), this), tr("Address"));
    m_address->setToolTip(tr("HOST:PORT; port 0 takes any free one"));
    m_folder = named(new QLineEdit(this), tr("Data folder"));
    m_folder->setPlaceholderText(tr("empty: nothing is kept after the end"));
    form->addRow(tr("&Address"), m_address);
    form->addRow(tr("&Data folder"), m_folder);
    auto *hint = new QLabel(tr("Port 0 takes any free one. The engine ends with its tab."), this);
    hint->setProperty("role", QStringLiteral("muted"));
    form->addRow(QString(), hint);
    m_start = addButtons(this, form, tr("Start"));
    connect(m_address, &QLineEdit::textChanged, this, &EngineDialog::check);
    check();
}

void EngineDialog::check()
{
    m_start->setEnabled(parsed(m_address->text().trimmed()).has_value());
}

EngineTarget EngineDialog::target() const
{
    EngineTarget target = parsed(m_address->text().trimmed()).value_or(EngineTarget());
    target.dataDir = m_folder->text().trimmed();
    return target;
}

} // namespace dormouse
