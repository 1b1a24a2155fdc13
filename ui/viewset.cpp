// SPDX-License-Identifier: Apache-2.0
#include "ui/viewset.h"

#include "ui/clientpanel.h"
#include "ui/controlpage.h"
#include "ui/duepage.h"
#include "ui/guide.h"
#include "ui/settingspage.h"
#include "ui/viewstate.h"
#include "ui/wakepage.h"
#include "ui/wirepage.h"

#include <utility>

namespace dormouse {

ViewSet::ViewSet(const ThemeManager &theme, ClientConnector *connector, QWidget *parent)
    : QObject(parent), m_theme(theme), m_connector(connector), m_shelf(std::make_unique<QWidget>(parent))
{
    m_shelf->hide();
    makePages();
}

void ViewSet::makePages()
{
    auto *overview = new OverviewPage(m_session, m_theme);
    connect(overview, &OverviewPage::viewWanted, this, &ViewSet::viewWanted);
    add(QStringLiteral("overview"), tr("Overview"), QStringLiteral("overview"), overview);

    makeGuide(overview);
    addTables();
    add(QStringLiteral("latency"), tr("Latency"), QStringLiteral("latency"), new LatencyPage(m_session, m_theme));
    add(QStringLiteral("wakes"), tr("Wakes"), QStringLiteral("wakes"), new WakePage(m_session, m_theme));
    add(QStringLiteral("due"), tr("Due"), QStringLiteral("due"), new DuePage(m_session, m_theme));
    add(QStringLiteral("events"), tr("Events"), QStringLiteral("events"), new EventPage(m_session, m_theme));
    add(QStringLiteral("client"), tr("Client"), QStringLiteral("client"), new ClientPanel(m_connector, m_session, m_theme));
    add(QStringLiteral("actor"), tr("Actor"), QStringLiteral("actor"), new ActorPage(m_session, m_theme));
    add(QStringLiteral("queue"), tr("Pending queue"), QStringLiteral("queue"), new QueuePage(m_session, m_theme));
    add(QStringLiteral("wire"), tr("Protocol"), QStringLiteral("wire"), new WirePage(m_session, m_theme));
    add(QStringLiteral("control"), tr("Control log"), QStringLiteral("control"), new ControlPage(m_session, m_theme));
    add(QStringLiteral("settings"), tr("Settings"), QStringLiteral("settings"), new SettingsPage(m_session, m_theme));
}

void ViewSet::rebuild(int textSize)
{
    const std::vector<View> old = std::exchange(m_views, {});
    const Guide *guide = m_guide;
    makePages();
    m_guide->takeOver(*guide);
    for (size_t i = 0; i < old.size(); ++i) {
        Page *before = old[i].page;
        Page *now = m_views[i].page;
        const ViewState state = ViewState::of(*before, textSize);
        before->setOnScreen(false);
        now->takeOver(*before);
        now->setPace(before->pace());
        state.giveTo(*now, m_theme.textSize());
        delete before;
    }
}

void ViewSet::makeGuide(QWidget *overview)
{
    m_guide = new Guide(m_session, m_theme, overview);
    connect(m_guide, &Guide::dismissed, this, &ViewSet::guideDismissed);
    connect(m_guide, &Guide::createWanted, this, [this] { Q_EMIT commandWanted(QStringLiteral("create")); });
    connect(m_guide, &Guide::clientWanted, this, [this] {
        if (m_session.selectedActor().isEmpty())
            m_session.actors().forEach([this](const monitor::ActorInfo &actor) {
                if (m_session.selectedActor().isEmpty() && actor.state != monitor::ActorState::Destroyed)
                    m_session.selectActor(actor.actorId);
            });
        Q_EMIT viewWanted(QStringLiteral("client"));
    });
}

ViewSet::~ViewSet()
{
    for (const View &view : m_views)
        delete view.page.data();
}

void ViewSet::add(const QString &name, const QString &title, const QString &icon, Page *page)
{
    page->setParent(m_shelf.get());
    connect(page, &Page::filterWanted, this, &ViewSet::filterWanted);
    connect(page, &Page::commandWanted, this, &ViewSet::commandWanted);
    connect(page, &Page::bulkWanted, this, &ViewSet::bulkWanted);
    m_views.push_back({name, title, icon, page});
}

Page *ViewSet::page(const QString &name) const
{
    for (const View &view : m_views)
        if (view.name == name)
            return view.page;
    return nullptr;
}

void ViewSet::shelve(Page *page)
{
    page->setOnScreen(false);
    page->setParent(m_shelf.get());
}

void ViewSet::showSelection()
{
    m_actors->table()->selectRowById(m_session.selectedActor());
    m_connections->table()->selectRowById(m_session.selectedConnection());
    m_runners->table()->selectRowById(m_session.selectedRunner());
}

const TablePage &ViewSet::tableOf(const QString &idKey) const
{
    return *(idKey == u"actor_id" ? m_actors : idKey == u"connection_id" ? m_connections : m_runners);
}

QStringList ViewSet::selectedRows(const QString &idKey) const
{
    const TablePage &page = tableOf(idKey);
    return page.isOnScreen() ? page.table()->selectedIds() : QStringList();
}

bool ViewSet::severalSelected(const QString &idKey) const
{
    const TablePage &page = tableOf(idKey);
    return page.isOnScreen() && page.table()->hasSeveralSelected();
}

void ViewSet::addTables()
{
    TablePage::Setup actors;
    actors.title = tr("Actors");
    actors.model = &m_session.actors();
    actors.kind = RowMenu::Kind::Actors;
    actors.states = CellDelegate::States::Actor;
    actors.widths = {152, 110, 130, 130, 90, 110, 60, 60, 66, 92, 120, 96, 80, 50, 60, 90, 240};
    actors.quick = {{tr("running"), QStringLiteral("state:running")},
                    {tr("sleeping"), QStringLiteral("state:sleeping")},
                    {tr("with pending"), QStringLiteral("pending>0")},
                    {tr("failing"), QStringLiteral("retries>0")}};
    actors.worst = {{tr("Most pending"), QStringLiteral("pending.bytes")},
                    {tr("Slowest wake"), QStringLiteral("wake")},
                    {tr("Most retries"), QStringLiteral("retries")},
                    {tr("Busiest"), QStringLiteral("rate")}};
    actors.emptyTitle = tr("No actors yet");
    actors.emptyHelp = tr("Connect a runner, then create an actor here (Ctrl+N) or from your own code.\n"
                          "  export RIVET_ENDPOINT=http://127.0.0.1:6420");
    m_actors = new TablePage(actors, m_session, m_theme);
    connect(m_actors->table(), &TableView::idSelected, &m_session, &Session::selectActor);
    connect(m_actors->table(), &TableView::idActivated, this, [this] { Q_EMIT viewWanted(QStringLiteral("actor")); });
    add(QStringLiteral("actors"), tr("Actors"), QStringLiteral("actor"), m_actors);

    TablePage::Setup connections;
    connections.title = tr("Connections");
    connections.model = &m_session.connections();
    connections.kind = RowMenu::Kind::Connections;
    connections.states = CellDelegate::States::Connection;
    connections.widths = {148, 150, 110, 110, 72, 112, 104, 92, 84, 84, 84, 64, 64, 120, 78, 78, 78, 84, 60, 66, 110, 120, 120, 160};
    connections.quick = {{tr("awake"), QStringLiteral("state:attached")},
                         {tr("hibernating"), QStringLiteral("state:hibernating")},
                         {tr("with pending"), QStringLiteral("pending>0")},
                         {tr("waking > 10 s"), QStringLiteral("state:waking instate>10s")}};
    connections.worst = {{tr("Most pending"), QStringLiteral("pending.peak")},
                         {tr("Slowest acknowledgement"), QStringLiteral("ack")},
                         {tr("Slowest client"), QStringLiteral("client.rtt")},
                         {tr("Most resends"), QStringLiteral("resends")},
                         {tr("Longest in its state"), QStringLiteral("instate")}};
    connections.emptyTitle = tr("No connections");
    connections.emptyHelp = tr("Clients appear here while they talk to an actor, and stay while it sleeps.\n"
                               "The Client view opens one.");
    m_connections = new TablePage(connections, m_session, m_theme);
    connect(m_connections->table(), &TableView::idSelected, this, [this](const QString &id) {
        m_session.selectConnection(id);
        Q_EMIT raiseWanted(QStringLiteral("queue"));
    });
    add(QStringLiteral("connections"), tr("Connections"), QStringLiteral("connection"), m_connections);

    TablePage::Setup runners;
    runners.title = tr("Runners");
    runners.model = &m_session.runners();
    runners.kind = RowMenu::Kind::Runners;
    runners.states = CellDelegate::States::Runner;
    runners.widths = {130, 120, 130, 130, 110, 130, 80, 80, 64, 70, 80, 80, 80, 120, 60, 96, 90, 180, 180, 180, 90};
    runners.quick = {{tr("takes work"), QStringLiteral("eligible:yes")}, {tr("does not"), QStringLiteral("eligible:no")}};
    runners.emptyTitle = tr("No runner is connected");
    runners.emptyHelp = tr("Point one at this engine:\n  export RIVET_ENDPOINT=http://127.0.0.1:6420\n"
                           "  export RIVET_NAMESPACE=default\n  node runner.js");
    m_runners = new TablePage(runners, m_session, m_theme);
    for (const TablePage *page : {m_actors, m_connections, m_runners})
        connect(page->table(), &TableView::rowsSelected, this, &ViewSet::rowsSelected);
    connect(m_runners->table(), &TableView::idSelected, &m_session, &Session::selectRunner);
    add(QStringLiteral("runners"), tr("Runners"), QStringLiteral("runner"), m_runners);
}

} // namespace dormouse
