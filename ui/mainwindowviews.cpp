// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "ui/pages.h"

#include <QDockWidget>

namespace dormouse {

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
    m_docks.insert(view.name, dock);
    m_order.append(view.name);
    m_icons.insert(view.name, view.icon);
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
    addDockWidget(Qt::BottomDockWidgetArea, dock("events"));
    tabifyDockWidget(dock("events"), dock("client"));
    tabifyDockWidget(dock("events"), dock("control"));
    dock("overview")->raise();
    dock("actor")->raise();
    dock("events")->raise();
    resizeDocks({dock("overview"), dock("actor")}, {908, 360}, Qt::Horizontal);
    resizeDocks({dock("overview"), dock("events")}, {470, 190}, Qt::Vertical);
}

} // namespace dormouse
