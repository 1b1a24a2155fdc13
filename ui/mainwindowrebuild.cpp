// SPDX-License-Identifier: Apache-2.0
#include "ui/filterbar.h"
#include "ui/language.h"
#include "ui/mainwindow.h"

#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QSettings>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>

#include <utility>

namespace dormouse {

void MainWindow::build()
{
    m_builtTextSize = m_theme.textSize();
    makeViews();
    makeActions();
    makeTabBar();
    makeToolBar();
    makePlayback();
    makeStatus();
    arrange();
    retint();
    fillTabBar();
    follow();
    m_defaultState = saveState(kLayoutVersion);
}

bool MainWindow::event(QEvent *event)
{
    const bool handled = QMainWindow::event(event);
    if (event->type() == QEvent::ThemeChange)
        QTimer::singleShot(0, &m_theme, &ThemeManager::readSystem); // the event is still on its way to others
    return handled;
}

void MainWindow::makeThemeMenu(QMenu *view)
{
    QMenu *menu = view->addMenu(tr("&Colours"));
    auto *group = new QActionGroup(menu);
    for (const auto &[text, name] : {std::pair(tr("As the system"), QString()), std::pair(tr("Dark"), QStringLiteral("dark")),
                                     std::pair(tr("Light"), QStringLiteral("light"))}) {
        QAction *one = menu->addAction(text, this, [this, theme = name] {
            m_theme.setTheme(theme);
            if (m_settings)
                m_settings->setValue(QStringLiteral("theme"), theme);
            if (theme.isEmpty())
                m_theme.readSystem(); // it may be another since the start
        });
        one->setCheckable(true);
        one->setData(name);
        group->addAction(one);
    }
    menu->addSeparator();
    menu->addAction(action(QStringLiteral("theme")));
    connect(menu, &QMenu::aboutToShow, group, [this, group] {
        const auto all = group->actions();
        for (QAction *one : all)
            one->setChecked(one->data().toString() == (m_theme.followsSystem() ? QString() : m_theme.name()));
    });
}

void MainWindow::changeEvent(QEvent *event)
{
    // One switch brings several of these events; nothing is built twice for them.
    if (event->type() == QEvent::LanguageChange && !m_docks.isEmpty())
        m_rebuildTimer.start(0);
    QMainWindow::changeEvent(event);
}

/// Texts and sizes are given when a control is made, so another language or text size makes them all again. The session
/// stays, and with it everything that was received; the old controls hand over what a person has set in them.
void MainWindow::rebuild()
{
    // A dialog or menu that is open refers to what is about to go.
    if (QApplication::activeModalWidget() || QApplication::activePopupWidget()) {
        m_rebuildTimer.start(100);
        return;
    }
    setUpdatesEnabled(false);
    const QByteArray layout = saveState(kLayoutVersion);
    const bool filterFocused = m_filterBar->field()->hasFocus();
    const QByteArray exportedFilters = m_filterBar->exported();
    const QString note = m_note->text(), noteStyle = m_note->styleSheet();
    const int textSize = m_builtTextSize;
    const double sideShare = m_sideShare, lowerShare = m_lowerShare;
    struct Help
    {
        HelpDialog::Part part;
        QByteArray geometry;
    };
    QList<Help> help;
    const auto dialogs = findChildren<HelpDialog *>(QString(), Qt::FindDirectChildrenOnly);
    for (HelpDialog *dialog : dialogs) {
        if (dialog->isVisible())
            help.append({dialog->part(), dialog->saveGeometry()});
        delete dialog;
    }
    for (QDockWidget *dock : std::as_const(m_docks))
        dock->disconnect(this);
    for (const auto &tab : m_tabs)
        tab->rebuild(textSize);
    const QHash<QString, QDockWidget *> old = std::exchange(m_docks, {});
    for (QDockWidget *dock : old)
        delete dock;
    const auto bars = findChildren<QToolBar *>(QString(), Qt::FindDirectChildrenOnly);
    for (QToolBar *bar : bars) {
        removeToolBar(bar);
        delete bar;
    }
    delete statusBar();
    delete menuBar();
    qDeleteAll(std::exchange(m_actions, {}));
    m_order.clear();
    m_icons.clear();

    build();
    m_filterBar->import(exportedFilters);
    restoreState(layout, kLayoutVersion);
    // The parts keep what was dragged, and grow with their words.
    m_sideShare = sideShare + kSideGrowth * (m_theme.textSize() - textSize) / 100.0;
    m_lowerShare = lowerShare;
    showBars();
    QTimer::singleShot(0, this, &MainWindow::applyShares); // the docks have their new sizes only then
    if (filterFocused)
        m_filterBar->field()->setFocus();
    m_note->setText(note);
    m_note->setStyleSheet(noteStyle);
    showPosition();
    for (const Help &one : std::as_const(help)) {
        showHelp(one.part);
        findChildren<HelpDialog *>(QString(), Qt::FindDirectChildrenOnly).constLast()->restoreGeometry(one.geometry);
    }
    setUpdatesEnabled(true);
}

void MainWindow::makeLanguageMenu(QMenu *view)
{
    if (!m_language)
        return;
    QMenu *menu = view->addMenu(tr("&Language"));
    auto *group = new QActionGroup(menu);
    const QStringList codes = LanguageManager::codes();
    for (const QString &code : codes) {
        QAction *one = addAction(u"language." + code, LanguageManager::nativeName(code), {}, QKeySequence(), [this, code] {
            m_language->setLanguage(code);
            if (m_settings)
                m_settings->setValue(QStringLiteral("language"), code);
        });
        one->setCheckable(true);
        one->setChecked(code == m_language->language());
        group->addAction(one);
        menu->addAction(one);
    }
}

void MainWindow::makeTextSizeMenu(QMenu *view)
{
    QMenu *menu = view->addMenu(tr("&Text size"));
    const auto change = [this](int percent) {
        m_theme.setTextSize(percent);
        if (m_settings)
            m_settings->setValue(QStringLiteral("textSize"), m_theme.textSize());
    };
    constexpr int kStep = 25;
    QAction *larger = addAction(QStringLiteral("text.larger"), tr("Larger text"), {}, QKeySequence(QStringLiteral("Ctrl++")),
                                [this, change] { change(m_theme.textSize() + kStep); });
    // Where + needs the shift key, people press the bare key.
    larger->setShortcuts({QKeySequence(QStringLiteral("Ctrl++")), QKeySequence(QStringLiteral("Ctrl+="))});
    QAction *smaller = addAction(QStringLiteral("text.smaller"), tr("Smaller text"), {}, QKeySequence(QStringLiteral("Ctrl+-")),
                                 [this, change] { change(m_theme.textSize() - kStep); });
    QAction *normal = addAction(QStringLiteral("text.normal"), tr("Normal text size"), {}, QKeySequence(QStringLiteral("Ctrl+0")),
                                [change] { change(ThemeManager::kMinTextSize); });
    larger->setEnabled(m_theme.textSize() < ThemeManager::kMaxTextSize);
    smaller->setEnabled(m_theme.textSize() > ThemeManager::kMinTextSize);
    menu->addActions({larger, smaller, normal});
}

} // namespace dormouse
