// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "ui/clientpanel.h"
#include "ui/controlpage.h"
#include "ui/duepage.h"
#include "ui/pages.h"
#include "ui/settingspage.h"
#include "ui/wakepage.h"

#include <QDockWidget>

namespace dormouse {

QDockWidget *MainWindow::addView(const QString &name, const QString &title, const QString &icon, Page *page)
{
    auto *dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setAccessibleName(title);
    dock->setWidget(page);
    // Docked views are named by their tab; a floating one gets the usual title bar back.
    auto *bare = new QWidget(dock);
    bare->setFixedHeight(0);
    dock->setTitleBarWidget(bare);
    connect(dock, &QDockWidget::topLevelChanged, dock, [dock, bare](bool floating) { dock->setTitleBarWidget(floating ? nullptr : bare); });
    connect(dock, &QDockWidget::visibilityChanged, page, &Page::setOnScreen);
    connect(page, &Page::filterWanted, this, &MainWindow::setFilter);
    connect(page, &Page::commandWanted, this, &MainWindow::run);
    m_docks.insert(name, dock);
    m_order.append(name);
    m_icons.insert(name, icon);
    return dock;
}

void MainWindow::makeViews(ClientConnector *connector)
{
    auto *overview = new OverviewPage(m_session, m_theme);
    connect(overview, &OverviewPage::viewWanted, this, &MainWindow::showView);
    addView(QStringLiteral("overview"), tr("Overview"), QStringLiteral("overview"), overview);

    TablePage::Setup actors;
    actors.title = tr("Actors");
    actors.model = &m_session.actors();
    actors.kind = RowMenu::Kind::Actors;
    actors.states = CellDelegate::States::Actor;
    actors.widths = {152, 110, 130, 130, 90, 110, 60, 60, 66, 92, 96, 80, 50, 60, 90, 240};
    actors.quick = {{tr("running"), QStringLiteral("state:running")},
                    {tr("sleeping"), QStringLiteral("state:sleeping")},
                    {tr("with pending"), QStringLiteral("pending>0")},
                    {tr("failing"), QStringLiteral("retries>0")}};
    actors.emptyTitle = tr("No actors yet");
    actors.emptyHelp = tr("Connect a runner, then create an actor here (Ctrl+N) or from your own code.\n"
                          "  export RIVET_ENDPOINT=http://127.0.0.1:6420");
    m_actorsPage = new TablePage(actors, m_session, m_theme);
    connect(m_actorsPage->table(), &TableView::idSelected, &m_session, &Session::selectActor);
    connect(m_actorsPage->table(), &TableView::idActivated, this, [this] { showView(QStringLiteral("actor")); });
    addView(QStringLiteral("actors"), tr("Actors"), QStringLiteral("actor"), m_actorsPage);

    TablePage::Setup connections;
    connections.title = tr("Connections");
    connections.model = &m_session.connections();
    connections.kind = RowMenu::Kind::Connections;
    connections.states = CellDelegate::States::Connection;
    connections.widths = {148, 150, 110, 110, 66, 88, 88, 84, 84, 84, 64, 64, 78, 78, 78, 60, 66, 110, 120, 120, 160};
    connections.quick = {{tr("awake"), QStringLiteral("state:attached")},
                         {tr("hibernating"), QStringLiteral("state:hibernating")},
                         {tr("with pending"), QStringLiteral("pending>0")},
                         {tr("waking > 10 s"), QStringLiteral("state:waking instate>10s")}};
    connections.emptyTitle = tr("No connections");
    connections.emptyHelp = tr("Clients appear here while they talk to an actor, and stay while it sleeps.\n"
                               "The Client view opens one.");
    m_connectionsPage = new TablePage(connections, m_session, m_theme);
    connect(m_connectionsPage->table(), &TableView::idSelected, this, [this](const QString &id) {
        m_session.selectConnection(id);
        m_docks.value(QStringLiteral("queue"))->raise();
    });
    addView(QStringLiteral("connections"), tr("Connections"), QStringLiteral("connection"), m_connectionsPage);

    TablePage::Setup runners;
    runners.title = tr("Runners");
    runners.model = &m_session.runners();
    runners.kind = RowMenu::Kind::Runners;
    runners.states = CellDelegate::States::Runner;
    runners.widths = {130, 120, 130, 130, 110, 130, 80, 80, 64, 70, 80, 80, 80, 60, 96, 90};
    runners.quick = {{tr("takes work"), QStringLiteral("eligible:yes")}, {tr("does not"), QStringLiteral("eligible:no")}};
    runners.emptyTitle = tr("No runner is connected");
    runners.emptyHelp = tr("Point one at this engine:\n  export RIVET_ENDPOINT=http://127.0.0.1:6420\n"
                           "  export RIVET_NAMESPACE=default\n  node runner.js");
    m_runnersPage = new TablePage(runners, m_session, m_theme);
    connect(m_runnersPage->table(), &TableView::idSelected, &m_session, &Session::selectRunner);
    addView(QStringLiteral("runners"), tr("Runners"), QStringLiteral("runner"), m_runnersPage);

    addView(QStringLiteral("latency"), tr("Latency"), QStringLiteral("latency"), new LatencyPage(m_session, m_theme));
    addView(QStringLiteral("wakes"), tr("Wakes"), QStringLiteral("wakes"), new WakePage(m_session, m_theme));
    addView(QStringLiteral("due"), tr("Due"), QStringLiteral("due"), new DuePage(m_session, m_theme));
    addView(QStringLiteral("events"), tr("Events"), QStringLiteral("events"), new EventPage(m_session, m_theme));
    addView(QStringLiteral("client"), tr("Client"), QStringLiteral("client"), new ClientPanel(connector, m_session, m_theme));
    addView(QStringLiteral("actor"), tr("Actor"), QStringLiteral("actor"), new ActorPage(m_session, m_theme));
    addView(QStringLiteral("queue"), tr("Pending queue"), QStringLiteral("queue"), new QueuePage(m_session, m_theme));
    addView(QStringLiteral("control"), tr("Control log"), QStringLiteral("control"), new ControlPage(m_session, m_theme));
    addView(QStringLiteral("settings"), tr("Settings"), QStringLiteral("settings"), new SettingsPage(m_session, m_theme));
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
