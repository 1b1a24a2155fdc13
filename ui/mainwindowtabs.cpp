// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "models/format.h"
#include "ui/filterbar.h"
#include "ui/guide.h"
#include "ui/linklook.h"

#include <QAction>
#include <QDockWidget>
#include <QLabel>
#include <QMessageBox>
#include <QSettings>
#include <QTabBar>
#include <QToolBar>

namespace dormouse {

void MainWindow::newTab()
{
    auto tab = std::make_unique<ViewSet>(m_theme, m_connector, this);
    connect(tab.get(), &ViewSet::filterWanted, this, &MainWindow::setFilter);
    // Later: rows are also selected while the controls are made again.
    connect(tab.get(), &ViewSet::rowsSelected, this, &MainWindow::updateActions, Qt::QueuedConnection);
    connect(tab.get(), &ViewSet::commandWanted, this, &MainWindow::run);
    connect(tab.get(), &ViewSet::bulkWanted, this, &MainWindow::runBulk);
    connect(tab.get(), &ViewSet::viewWanted, this, &MainWindow::showView);
    connect(tab.get(), &ViewSet::raiseWanted, this, [this](const QString &name) { m_docks.value(name)->raise(); });
    tab->session().setShowOwn(m_showOwn);
    tab->guide().setDismissed(!m_guide || (m_settings && m_settings->value(QStringLiteral("guide/dismissed")).toBool()));
    connect(tab.get(), &ViewSet::guideDismissed, this, [this] {
        if (m_settings)
            m_settings->setValue(QStringLiteral("guide/dismissed"), true);
    });
    m_tabs.push_back(std::move(tab));
}

void MainWindow::withoutGuide()
{
    m_guide = false;
    for (const auto &tab : m_tabs)
        tab->guide().setDismissed(true);
}

void MainWindow::setShowOwn(bool on)
{
    m_showOwn = on;
    for (const auto &tab : m_tabs)
        tab->session().setShowOwn(on);
    action(QStringLiteral("own"))->setChecked(on);
}

void MainWindow::makeTabBar()
{
    auto *bar = new QToolBar(tr("Engines"), this);
    bar->setObjectName(QStringLiteral("engines"));
    bar->setAccessibleName(tr("Engines"));
    bar->setMovable(false);
    m_tabBar = new QTabBar(bar);
    m_tabBar->setAccessibleName(tr("Engines"));
    m_tabBar->setDocumentMode(true);
    m_tabBar->setDrawBase(false);
    m_tabBar->setExpanding(false);
    m_tabBar->setTabsClosable(true);
    m_tabBar->setElideMode(Qt::ElideMiddle);
    m_tabBar->setIconSize({m_theme.px(14), m_theme.px(14)});
    bar->addWidget(m_tabBar);
    addToolBar(bar);
    addToolBarBreak();
    bar->hide();
    connect(m_tabBar, &QTabBar::currentChanged, this, [this](int tab) {
        if (tab >= 0 && tab < tabCount())
            showTab(tab);
    });
    connect(m_tabBar, &QTabBar::tabCloseRequested, this, [this](int tab) {
        ViewSet &leaving = *m_tabs[size_t(tab)];
        if (leaving.endsWithTab
            && QMessageBox::question(this, tr("Close"), tr("The engine %1 ends with its tab. Its clients are disconnected.")
                                                            .arg(leaving.session().source()->name()),
                                     QMessageBox::Close | QMessageBox::Cancel, QMessageBox::Cancel)
                != QMessageBox::Close)
            return;
        closeTab(tab);
    });
}

void MainWindow::fillTabBar()
{
    const QSignalBlocker quiet(m_tabBar);
    while (m_tabBar->count() > tabCount())
        m_tabBar->removeTab(m_tabBar->count() - 1);
    while (m_tabBar->count() < tabCount())
        m_tabBar->addTab(QString());
    for (int i = 0; i < tabCount(); ++i) {
        const Session &one = m_tabs[size_t(i)]->session();
        const LinkLook look = linkLook(one);
        const QString name = one.source() ? one.source()->name() : tr("No engine");
        if (m_tabBar->tabText(i) != name)
            m_tabBar->setTabText(i, name);
        m_tabBar->setTabIcon(i, QIcon(m_theme.pixmap(look.icon, m_theme.color(look.tone), m_theme.px(14), devicePixelRatioF())));
        m_tabBar->setTabToolTip(i, look.text);
        if (QWidget *button = m_tabBar->tabButton(i, QTabBar::RightSide))
            button->setAccessibleName(tr("Close %1").arg(name));
    }
    m_tabBar->setCurrentIndex(m_current);
    m_tabBar->parentWidget()->setVisible(tabCount() > 1);
    for (const char *name : {"tab.close", "tab.next"})
        if (QAction *one = action(QString::fromLatin1(name)))
            one->setEnabled(tabCount() > 1);
}

void MainWindow::setSource(monitor::Source *source)
{
    Session &one = session();
    if (one.source())
        disconnect(one.source(), &monitor::Source::linkChanged, this, &MainWindow::fillTabBar);
    one.setSource(source);
    if (source)
        connect(source, &monitor::Source::linkChanged, this, &MainWindow::fillTabBar);
    showPlayback();
    setWindowTitle(source ? tr("%1 · Dormouse").arg(source->name()) : tr("Dormouse"));
    updateActions();
    updateStatus();
}

void MainWindow::addSource(monitor::Source *source, bool ends)
{
    if (session().source() || session().framesApplied() || tabCount() > 1) {
        newTab();
        showTab(tabCount() - 1);
    }
    front().endsWithTab = ends;
    showProblem({});
    setSource(source);
}

void MainWindow::showTab(int tab)
{
    if (tab == m_current || tab < 0 || tab >= tabCount())
        return;
    session().disconnect(this);
    ViewSet &before = front();
    m_current = tab;
    for (const ViewSet::View &view : front().views()) {
        QDockWidget *dock = m_docks.value(view.name);
        Page *old = before.page(view.name);
        const bool onScreen = old->isOnScreen();
        before.shelve(old);
        dock->setWidget(view.page);
        view.page->show();
        view.page->setOnScreen(onScreen);
    }
    follow();
}

void MainWindow::closeTab(int tab)
{
    if (tabCount() < 2 || tab < 0 || tab >= tabCount())
        return;
    if (tab == m_current)
        showTab(tab + 1 < tabCount() ? tab + 1 : tab - 1);
    monitor::Source *source = m_tabs[size_t(tab)]->session().source();
    if (source)
        source->disconnect(this);
    m_tabs[size_t(tab)]->session().setSource(nullptr);
    m_tabs.erase(m_tabs.begin() + tab);
    if (m_current > tab)
        --m_current;
    fillTabBar();
    if (source)
        Q_EMIT tabClosed(source);
}

void MainWindow::showPaused()
{
    const bool paused = session().isPaused();
    QAction *pause = action(QStringLiteral("pause"));
    pause->setChecked(paused);
    pause->setText(paused ? tr("Paused  +%1").arg(countText(double(session().changesSincePause()))) : tr("Pause"));
    pause->setIcon(m_theme.icon(paused ? QStringLiteral("play") : QStringLiteral("pause")));
}

/// Everything outside the docks follows the tab in front.
void MainWindow::follow()
{
    Session &one = session();
    one.disconnect(this);
    connect(&one, &Session::notice, this, [this](bool error, const QString &text) {
        m_note->setText(text);
        m_note->setStyleSheet(u"color: " % m_theme.color(error ? Color::Bad : Color::Good).name());
        m_noteTimer.start();
    });
    connect(&one, &Session::linkChanged, this, [this] {
        showPlayback();
        updateActions();
        updateStatus();
    });
    connect(&one, &Session::selectionChanged, this, [this] {
        updateActions();
        showSelection();
    });
    connect(&one, &Session::secondPassed, this, &MainWindow::updateStatus);
    connect(&one, &Session::secondPassed, this, &MainWindow::updateActions); // what is chosen may end by itself
    connect(&one, &Session::framesChanged, this, &MainWindow::showPosition);
    connect(&one, &Session::pausedChanged, this, &MainWindow::showPaused);
    showPaused();
    m_filterBar->setSession(one);
    setWindowTitle(one.source() ? tr("%1 · Dormouse").arg(one.source()->name()) : tr("Dormouse"));
    showProblem(front().problem);
    showPlayback();
    showSelection();
    updateActions();
    updateStatus();
}

} // namespace dormouse
