// SPDX-License-Identifier: Apache-2.0
#include "ui/settingspage.h"

#include "models/format.h"
#include "ui/cellwords.h"
#include "ui/flowlayout.h"
#include "ui/help.h"
#include "ui/settingpresets.h"
#include "ui/words.h"

#include <QCheckBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace dormouse {

SettingsPage::SettingsPage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    m_model.setActive(false);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(1, 4, 1, 1);
    all->setSpacing(0);
    auto *bar = new FlowLayout(8);
    bar->setContentsMargins(12, 4, 12, 4);
    m_count = label({}, "muted");
    bar->addWidget(m_count);
    bar->addStretch();
    auto *find = new QLineEdit(this);
    find->setPlaceholderText(tr("Find a setting"));
    find->setAccessibleName(tr("Find a setting"));
    find->setClearButtonEnabled(true);
    find->setMaximumWidth(theme.px(260));
    for (auto *button : find->findChildren<QToolButton *>())
        button->setAccessibleName(tr("Clear"));
    connect(find, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_model.setFilter(Filter::parse(text));
        refresh();
    });
    bar->addWidget(find);
    auto *changed = new QCheckBox(tr("Only changed ones"), this);
    changed->setAccessibleName(changed->text());
    connect(changed, &QCheckBox::toggled, this, [this](bool on) {
        m_model.setOnlyChanged(on);
        refresh();
    });
    bar->addWidget(changed);
    auto *presets = new QToolButton(this);
    presets->setText(tr("Presets"));
    presets->setAccessibleName(tr("Presets for tests"));
    presets->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(presets);
    menu->setAccessibleName(tr("Presets for tests"));
    menu->setToolTipsVisible(true);
    presets->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        const QList<SettingPreset> offered = settingPresets(m_session);
        for (const SettingPreset &preset : offered) {
            QAction *one = menu->addAction(preset.title, this, [this, preset] { applyPreset(preset); });
            one->setToolTip(preset.help);
            one->setEnabled(m_session.commandsAllowed() && !preset.values.isEmpty());
        }
    });
    bar->addWidget(presets);
    all->addLayout(bar);
    m_table = new TableView(theme, CellDelegate::States::Level, this);
    m_table->setAccessibleName(tr("Settings"));
    m_table->setTable(&m_model, {330, 110, 110, 150, 60, 150, 76, 260});
    m_table->setEmptyText(tr("No settings"), tr("An engine tells its settings when it is connected."));
    connect(m_table, &TableView::idActivated, this, &SettingsPage::change);
    auto *rows = new RowMenu(RowMenu::Kind::Other, tr("Settings"), m_table, session);
    Q_UNUSED(rows)
    all->addWidget(m_table, 1);
    m_help = label(tr("Choose a setting to read what it does. A double click changes it."), "muted");
    m_help->setWordWrap(true);
    m_help->setContentsMargins(12, 6, 12, 6);
    m_help->setAccessibleName(tr("What the chosen setting does"));
    connect(m_table, &TableView::idSelected, this, [this](const QString &name) {
        const QString text = Help::setting(name, Words::language());
        m_help->setText(text.isEmpty() ? name : QString(name % u": " % text));
        // A longer text takes room from the table; the row it is about stays in sight.
        QMetaObject::invokeMethod(m_table, [this] { m_table->scrollTo(m_table->currentIndex()); }, Qt::QueuedConnection);
    });
    all->addWidget(m_help);
    setFocusProxy(m_table);
}

void SettingsPage::refresh()
{
    QString values;
    for (const monitor::SettingInfo &setting : m_session.settings())
        values += setting.section % u'.' % setting.key % u'=' % setting.value % u'\n';
    if (values != m_values) {
        m_values = values;
        m_model.apply(m_session.settings(), m_session.cluster().info().nowTs);
    }
    int changed = 0;
    for (const monitor::SettingInfo &setting : m_session.settings())
        changed += setting.value != setting.defaultValue ? 1 : 0;
    m_count->setText(tr("Settings   %1, %2 not at their default").arg(countText(double(m_session.settings().size())), countText(changed)));
    m_table->setStale(m_session.staleMs().has_value());
}

void SettingsPage::applyPreset(const SettingPreset &preset)
{
    QStringList lines;
    for (const auto &[name, value] : preset.values)
        lines.append(QString(name % QStringLiteral(" = ") % value));
    QMessageBox ask(QMessageBox::Question, preset.title,
                    QString(preset.help % u"\n\n" % lines.join(u'\n') % u"\n\n" % tr("The changes last until the engine restarts.")),
                    QMessageBox::Apply | QMessageBox::Cancel, this);
    if (ask.exec() != QMessageBox::Apply)
        return;
    auto *run = new PresetRun(m_session, preset);
    connect(run, &PresetRun::finished, this, [this, title = preset.title](int changed, int refused) {
        m_session.post(refused > 0, tr("%1: %n settings changed", nullptr, changed).arg(title)
                                        + (refused ? u' ' + tr("%n refused; the control log says why.", nullptr, refused) : QString()));
    });
    run->start();
}

void SettingsPage::change(const QString &name)
{
    const SettingRow *row = m_model.find(name);
    if (!row)
        return;
    if (!m_session.commandsAllowed()) {
        m_session.post(true, tr("%1 cannot be changed. %2").arg(name, Words::explain(m_session.commandsReason())));
        return;
    }
    const monitor::SettingInfo setting = row->setting;
    const QString unit = setting.unit.isEmpty() ? QString() : tr(" in %1").arg(CellWords::unit(setting.unit));
    QInputDialog dialog(this);
    dialog.setWindowTitle(tr("Change a setting"));
    QString about = tr("%1%2\nDefault: %3. The change lasts until the engine restarts.").arg(name, unit, setting.defaultValue);
    if (!setting.range.isEmpty())
        about += u'\n' + tr("Possible: %1").arg(CellWords::range(setting.range));
    dialog.setLabelText(about);
    dialog.setTextValue(setting.value);
    if (auto *field = dialog.findChild<QLineEdit *>())
        field->setAccessibleName(name);
    if (dialog.exec() != QDialog::Accepted || dialog.textValue() == setting.value)
        return;
    m_session.command(QStringLiteral("set_setting"), {{QStringLiteral("section"), setting.section},
                                                      {QStringLiteral("key"), setting.key},
                                                      {QStringLiteral("value"), dialog.textValue()}});
}

} // namespace dormouse
