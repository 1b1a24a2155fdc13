// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "ui/pages.h"

#include <QActionGroup>
#include <QDockWidget>
#include <QGuiApplication>
#include <QMenu>
#include <QResizeEvent>
#include <QSettings>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace dormouse {

namespace {

constexpr int kBarsHeight = 140; // menu, tools, tabs and status

} // namespace

void MainWindow::addView(const ViewSet::View &view)
{
    auto *dock = new QDockWidget(view.title, this);
    dock->setObjectName(view.name);
    dock->setAccessibleName(view.title);
    dock->setWidget(view.page);
    // Docked views are named by their tab; a floating one gets the usual title bar back.
    auto *bare = new QWidget(dock);
    bare->setFixedHeight(0);
    dock->setTitleBarWidget(bare);
    connect(dock, &QDockWidget::topLevelChanged, dock, [dock, bare](bool floating) { dock->setTitleBarWidget(floating ? nullptr : bare); });
    connect(dock, &QDockWidget::visibilityChanged, this, [this, dock](bool on) {
        if (auto *page = qobject_cast<Page *>(dock->widget()))
            page->setOnScreen(on);
        showSelection(); // a table that was off screen had no rows to select
    });
    dock->installEventFilter(this);
    if (m_settings)
        view.page->setPace(m_settings->value(QString(u"pace/" % view.name), Page::kEachFrame).toInt());
    m_docks.insert(view.name, dock);
    m_order.append(view.name);
    m_icons.insert(view.name, view.icon);
}

/// How often the view that has the focus follows the engine; kept by view.
void MainWindow::makePaceMenu(QMenu *view)
{
    QMenu *menu = view->addMenu(tr("&Refresh this view"));
    const QList<QPair<QString, int>> paces = {{tr("With every frame"), Page::kEachFrame}, {tr("Twice a second"), 500}, {tr("Once a second"), 1000},
                                              {tr("Every five seconds"), 5000}, {tr("By hand"), Page::kByHand}};
    auto *group = new QActionGroup(menu);
    for (const auto &[text, ms] : paces) {
        QAction *one = menu->addAction(text, this, [this, pace = ms] {
            const QString name = frontView();
            for (const auto &tab : m_tabs)
                tab->page(name)->setPace(pace);
            if (m_settings)
                m_settings->setValue(QString(u"pace/" % name), pace);
        });
        one->setCheckable(true);
        one->setData(ms);
        group->addAction(one);
    }
    menu->addSeparator();
    menu->addAction(action(QStringLiteral("refresh")));
    connect(menu, &QMenu::aboutToShow, group, [this, group] {
        const int pace = front().page(frontView())->pace();
        const auto all = group->actions();
        for (QAction *one : all)
            one->setChecked(one->data().toInt() == pace);
    });
}

void MainWindow::makeViews()
{
    for (const ViewSet::View &view : front().views())
        addView(view);
}

void MainWindow::arrange()
{
    auto *none = new QWidget(this); // docks only
    none->setMaximumSize(0, 0);
    setCentralWidget(none);
    none->hide();
    const auto dock = [this](const char *name) { return m_docks.value(QString::fromLatin1(name)); };
    addDockWidget(Qt::LeftDockWidgetArea, dock("overview"));
    for (const char *name : {"actors", "connections", "runners", "latency", "wakes", "due", "settings"})
        tabifyDockWidget(dock("overview"), dock(name));
    addDockWidget(Qt::RightDockWidgetArea, dock("actor"));
    tabifyDockWidget(dock("actor"), dock("queue"));
    tabifyDockWidget(dock("actor"), dock("wire"));
    addDockWidget(Qt::BottomDockWidgetArea, dock("events"));
    tabifyDockWidget(dock("events"), dock("client"));
    tabifyDockWidget(dock("events"), dock("control"));
    // The narrow side needs more of the window when its words are larger.
    m_sideShare = kSideShare + kSideGrowth * (m_theme.textSize() - ThemeManager::kMinTextSize) / 100.0;
    dock("overview")->raise();
    dock("actor")->raise();
    dock("events")->raise();
    applyShares();
}

/// Left alone, Qt gives all areas the same part of a larger window. They keep their shares instead, those that were dragged
/// too.
void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    applyShares();
    QTimer::singleShot(0, this, &MainWindow::dressTabs); // their bars have their new width then
}

bool MainWindow::eventFilter(QObject *object, QEvent *event)
{
    if (event->type() == QEvent::Resize && QGuiApplication::mouseButtons() & Qt::LeftButton)
        if (const auto *dock = qobject_cast<QDockWidget *>(object))
            noteShares(*dock);
    return QMainWindow::eventFilter(object, event);
}

/// After restoreState(): the docks get their sizes later.
void MainWindow::readShares()
{
    m_sharesKnown = false;
    QTimer::singleShot(0, this, [this] {
        for (const QDockWidget *dock : std::as_const(m_docks))
            noteShares(*dock);
        m_sharesKnown = true;
    });
}

void MainWindow::noteShares(const QDockWidget &dock)
{
    if (dock.isFloating() || !dock.isVisible() || dock.visibleRegion().isEmpty())
        return;
    const Qt::DockWidgetArea area = dockWidgetArea(const_cast<QDockWidget *>(&dock));
    if (area == Qt::RightDockWidgetArea)
        m_sideShare = double(dock.width()) / width();
    else if (area == Qt::BottomDockWidgetArea)
        m_lowerShare = double(dock.height()) / height();
}

void MainWindow::applyShares()
{
    if (!m_sharesKnown)
        return;
    QHash<Qt::DockWidgetArea, QDockWidget *> one; // of each area
    for (QDockWidget *dock : std::as_const(m_docks))
        if (!dock->isFloating() && !dock->isHidden())
            one.insert(dockWidgetArea(dock), dock);
    QDockWidget *main = one.value(Qt::LeftDockWidgetArea), *side = one.value(Qt::RightDockWidgetArea);
    QDockWidget *lower = one.value(Qt::BottomDockWidgetArea);
    if (main && side)
        resizeDocks({main, side}, {int(width() * (1 - m_sideShare)), int(width() * m_sideShare)}, Qt::Horizontal);
    if (main && lower) {
        const int lowerHeight = int(height() * m_lowerShare);
        resizeDocks({main, lower}, {std::max(1, height() - m_theme.px(kBarsHeight) - lowerHeight), lowerHeight}, Qt::Vertical);
    }
}

} // namespace dormouse
