// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "models/format.h"
#include "ui/clientpanel.h"
#include "ui/commandpalette.h"
#include "ui/controlpage.h"
#include "ui/dialogs.h"
#include "ui/duepage.h"
#include "ui/filterbar.h"
#include "ui/pages.h"
#include "ui/settingspage.h"
#include "ui/wakepage.h"
#include "ui/words.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QSettings>
#include <QSlider>
#include <QStatusBar>
#include <QTabBar>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace dormouse {

namespace {

constexpr int kLayoutVersion = 2; // changes with the set of views

} // namespace

MainWindow::MainWindow(ThemeManager &theme, ClientConnector *connector, QSettings *settings, QWidget *parent)
    : QMainWindow(parent), m_theme(theme), m_settings(settings)
{
    setWindowTitle(tr("Dormouse"));
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    resize(1280, 800);
    makeViews(connector);
    makeActions();
    makeToolBar();
    makePlayback();
    makeStatus();
    arrange();

    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(8000);
    connect(&m_noteTimer, &QTimer::timeout, this, [this] { m_note->clear(); });
    connect(&m_session, &Session::notice, this, [this](bool error, const QString &text) {
        m_note->setText(text);
        m_note->setStyleSheet(u"color: " % m_theme.color(error ? Color::Bad : Color::Good).name());
        m_noteTimer.start();
    });
    connect(&m_session, &Session::linkChanged, this, [this] {
        showPlayback();
        updateActions();
        updateStatus();
    });
    connect(&m_session, &Session::selectionChanged, this, [this] {
        updateActions();
        showSelection();
    });
    // A table that was off screen had no rows to select.
    for (const QDockWidget *dock : std::as_const(m_docks))
        connect(dock, &QDockWidget::visibilityChanged, this, &MainWindow::showSelection);
    connect(&m_session, &Session::secondPassed, this, &MainWindow::updateStatus);
    connect(&m_session, &Session::pausedChanged, this, [this](bool paused) {
        QAction *pause = action(QStringLiteral("pause"));
        pause->setChecked(paused);
        pause->setText(paused ? tr("Paused  +%1").arg(countText(double(m_session.changesSincePause()))) : tr("Pause"));
        pause->setIcon(m_theme.icon(paused ? QStringLiteral("play") : QStringLiteral("pause")));
    });
    connect(&m_theme, &ThemeManager::changed, this, &MainWindow::retint);
    retint();
    updateActions();
    updateStatus();
    m_defaultState = saveState(kLayoutVersion);
    if (m_settings) {
        restoreGeometry(m_settings->value(QStringLiteral("window/geometry")).toByteArray());
        restoreState(m_settings->value(QStringLiteral("window/state")).toByteArray(), kLayoutVersion);
    }
}

MainWindow::~MainWindow()
{
    m_session.disconnect(this);
    // Views refer to the session, which is a member: they go first.
    qDeleteAll(m_docks);
}

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

QAction *MainWindow::addAction(const QString &name, const QString &text, const QString &icon, const QKeySequence &keys,
                               std::function<void()> run)
{
    auto *action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcut(keys);
    if (!icon.isEmpty())
        m_icons.insert(name, icon);
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    QMainWindow::addAction(action);
    m_actions.insert(name, action);
    return action;
}

void MainWindow::makeActions()
{
    addAction(QStringLiteral("create"), tr("Create actor…"), QStringLiteral("create"), QKeySequence::New, [this] { createActor(); });
    addAction(QStringLiteral("wake"), tr("Wake"), QStringLiteral("wake"), QKeySequence(QStringLiteral("Ctrl+Shift+W")),
              [this] { actorCommand(QStringLiteral("wake_actor")); });
    addAction(QStringLiteral("sleep"), tr("Sleep"), QStringLiteral("sleep"), QKeySequence(QStringLiteral("Ctrl+Shift+S")),
              [this] { actorCommand(QStringLiteral("sleep_actor")); });
    addAction(QStringLiteral("reschedule"), tr("Move to another runner"), QStringLiteral("reschedule"),
              QKeySequence(QStringLiteral("Ctrl+Shift+R")), [this] { actorCommand(QStringLiteral("reschedule_actor")); });
    addAction(QStringLiteral("destroy"), tr("Destroy…"), QStringLiteral("destroy"), QKeySequence(QStringLiteral("Ctrl+Del")),
              [this] { destroyActor(); });
    addAction(QStringLiteral("close"), tr("Close connection…"), QStringLiteral("close"), QKeySequence(QStringLiteral("Ctrl+Shift+X")),
              [this] { closeConnection(); });
    addAction(QStringLiteral("drain"), tr("Drain runner"), QStringLiteral("drain"), QKeySequence(QStringLiteral("Ctrl+Shift+D")), [this] {
        m_session.command(QStringLiteral("drain_runner"), {{QStringLiteral("runner_id"), m_session.selectedRunner()}});
    });
    auto *pause = addAction(QStringLiteral("pause"), tr("Pause"), QStringLiteral("pause"), QKeySequence(Qt::Key_Space),
                            [this] { m_session.setPaused(!m_session.isPaused()); });
    pause->setCheckable(true);
    addAction(QStringLiteral("theme"), tr("Dark or light"), QStringLiteral("theme"), QKeySequence(QStringLiteral("Ctrl+T")), [this] {
        m_theme.toggle();
        if (m_settings)
            m_settings->setValue(QStringLiteral("theme"), m_theme.name());
    });
    addAction(QStringLiteral("palette"), tr("Go to…"), QStringLiteral("search"), QKeySequence(QStringLiteral("Ctrl+K")),
              [this] { openPalette(); });
    addAction(QStringLiteral("filter"), tr("Filter"), QStringLiteral("search"), QKeySequence(QStringLiteral("Ctrl+F")), [this] {
        m_filter->setFocus();
        m_filter->selectAll();
    });
    addAction(QStringLiteral("layout"), tr("Standard layout"), {}, QKeySequence(), [this] { restoreState(m_defaultState, kLayoutVersion); });
    addAction(QStringLiteral("float"), tr("Detach the view"), {}, QKeySequence(QStringLiteral("Ctrl+Shift+F")), [this] {
        for (QDockWidget *dock : std::as_const(m_docks))
            if (dock->isAncestorOf(QApplication::focusWidget()))
                dock->setFloating(!dock->isFloating());
    });
    addAction(QStringLiteral("help"), tr("Help for this view"), QStringLiteral("help"), QKeySequence(Qt::Key_F1),
              [this] { showHelp(HelpDialog::Part::View); });
    addAction(QStringLiteral("keys"), tr("Keys"), {}, QKeySequence(Qt::Key_Question), [this] { showHelp(HelpDialog::Part::Keys); });
    addAction(QStringLiteral("codes"), tr("Reasons and errors"), {}, QKeySequence(QStringLiteral("Shift+F1")),
              [this] { showHelp(HelpDialog::Part::Codes); });
    addAction(QStringLiteral("quit"), tr("Quit"), {}, QKeySequence::Quit, [this] { close(); });

    int number = 1;
    for (const QString &name : std::as_const(m_order)) {
        addAction(u"view." + name, tr("View: %1").arg(m_docks.value(name)->windowTitle()), m_icons.value(name),
                  number < 10 ? QKeySequence(u"Ctrl+" + QString::number(number)) : QKeySequence(), [this, name] { showView(name); });
        ++number;
    }

    QMenu *file = menuBar()->addMenu(tr("&Engine"));
    file->addAction(action(QStringLiteral("create")));
    file->addSeparator();
    file->addAction(action(QStringLiteral("quit")));
    QMenu *actor = menuBar()->addMenu(tr("&Actor"));
    for (const char *name : {"wake", "sleep", "reschedule", "destroy"})
        actor->addAction(action(QString::fromLatin1(name)));
    QMenu *connection = menuBar()->addMenu(tr("&Connection"));
    connection->addAction(action(QStringLiteral("close")));
    QMenu *runner = menuBar()->addMenu(tr("&Runner"));
    runner->addAction(action(QStringLiteral("drain")));
    QMenu *view = menuBar()->addMenu(tr("&View"));
    for (const QString &name : std::as_const(m_order))
        view->addAction(action(u"view." + name));
    view->addSeparator();
    for (const char *name : {"pause", "filter", "palette", "theme", "float", "layout"})
        view->addAction(action(QString::fromLatin1(name)));
    QMenu *help = menuBar()->addMenu(tr("&Help"));
    for (const char *name : {"help", "keys", "codes"})
        help->addAction(action(QString::fromLatin1(name)));
    menuBar()->setAccessibleName(tr("Menu"));
}

void MainWindow::makeToolBar()
{
    auto *bar = new QToolBar(tr("Tools"), this);
    bar->setObjectName(QStringLiteral("tools"));
    bar->setAccessibleName(tr("Tools"));
    bar->setMovable(false);
    bar->setIconSize({16, 16});
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    addToolBar(bar);
    m_brandIcon = new QLabel(bar);
    m_brandIcon->setAccessibleName(tr("Dormouse"));
    m_brandIcon->setContentsMargins(4, 0, 8, 0);
    bar->addWidget(m_brandIcon);
    m_filterBar = new FilterBar(m_session, m_theme, m_settings, bar);
    m_filter = m_filterBar->field();
    bar->addWidget(m_filterBar);
    bar->addAction(action(QStringLiteral("palette")));
    bar->addSeparator();
    bar->addAction(action(QStringLiteral("create")));
    for (const char *name : {"wake", "sleep", "destroy", "close"})
        bar->addAction(action(QString::fromLatin1(name)));
    bar->addSeparator();
    bar->addAction(action(QStringLiteral("pause")));
    bar->addAction(action(QStringLiteral("theme")));
    const auto buttons = bar->findChildren<QToolButton *>();
    for (QToolButton *button : buttons) {
        if (!button->accessibleName().isEmpty())
            continue;
        if (!button->defaultAction()) {
            button->setAccessibleName(tr("More tools"));
            continue;
        }
        button->setAccessibleName(button->defaultAction()->text());
        const QString name = button->defaultAction()->objectName();
        if (name != QStringLiteral("create") && name != QStringLiteral("palette") && name != QStringLiteral("pause"))
            button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    }

    addToolBarBreak();
    auto *chips = new QToolBar(tr("Terms of the filter"), this);
    chips->setObjectName(QStringLiteral("chips"));
    chips->setMovable(false);
    chips->setAccessibleName(tr("Terms of the filter"));
    QAction *terms = chips->addWidget(m_filterBar->chips());
    addToolBar(chips);
    chips->hide();
    connect(&m_session, &Session::filterChanged, chips, [chips, terms](const QString &text) {
        terms->setVisible(!text.trimmed().isEmpty());
        chips->setVisible(!text.trimmed().isEmpty());
    });

    addToolBarBreak();
    auto *banner = new QToolBar(tr("Problem"), this);
    banner->setObjectName(QStringLiteral("problem"));
    banner->setMovable(false);
    banner->setAccessibleName(tr("Problem"));
    m_problem = new QLabel(banner);
    m_problem->setProperty("role", QStringLiteral("banner"));
    m_problem->setWordWrap(true);
    m_problem->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_problem->setAccessibleName(tr("No problem"));
    m_problem->setMaximumHeight(52); // a wrapping label in a tool bar asks for far more than its two lines
    banner->addWidget(m_problem);
    addToolBar(banner);
    banner->hide();
}

void MainWindow::makePlayback()
{
    addToolBarBreak();
    auto *bar = new QToolBar(tr("Recording"), this);
    bar->setObjectName(QStringLiteral("playback"));
    bar->setMovable(false);
    bar->setAccessibleName(tr("Recording"));
    auto *play = addAction(QStringLiteral("play"), tr("Play"), QStringLiteral("play"), QKeySequence(QStringLiteral("Ctrl+P")), [this] {
        m_playing = !m_playing;
        if (monitor::Source *source = m_session.source())
            source->setPlaying(m_playing, 1.0);
        action(QStringLiteral("play"))->setText(m_playing ? tr("Stop") : tr("Play"));
    });
    bar->addAction(play);
    m_seek = new QSlider(Qt::Horizontal, bar);
    m_seek->setRange(0, 10'000);
    m_seek->setAccessibleName(tr("Moment of the recording"));
    bar->addWidget(m_seek);
    m_time = new QLabel(bar);
    m_time->setMinimumWidth(200);
    m_time->setAlignment(Qt::AlignCenter);
    bar->addWidget(m_time);
    connect(m_seek, &QSlider::valueChanged, this, [this](int value) {
        monitor::Source *source = m_session.source();
        if (!source || !source->capabilities().seekable)
            return;
        const qint64 first = source->firstTs();
        source->seek(first + (source->lastTs() - first) * value / 10'000);
    });
    connect(&m_session, &Session::framesChanged, this, &MainWindow::showPosition);
    addToolBar(bar);
    const auto buttons = bar->findChildren<QToolButton *>();
    for (QToolButton *button : buttons)
        button->setAccessibleName(button->defaultAction() ? button->defaultAction()->text() : tr("More tools"));
    m_playback = bar;
    bar->hide();
}

void MainWindow::makeStatus()
{
    statusBar()->setAccessibleName(tr("Status"));
    statusBar()->setSizeGripEnabled(false);
    m_linkIcon = new QLabel(this);
    m_linkIcon->setAccessibleName(tr("Link"));
    m_link = new QLabel(this);
    m_note = new QLabel(this);
    m_note->setAccessibleName(tr("Last outcome"));
    m_rate = new QLabel(this);
    m_cost = new QLabel(this);
    statusBar()->addWidget(m_linkIcon);
    statusBar()->addWidget(m_link);
    statusBar()->addWidget(m_note, 1);
    statusBar()->addPermanentWidget(m_rate);
    statusBar()->addPermanentWidget(m_cost);
}

void MainWindow::showPosition()
{
    const monitor::Source *source = m_session.source();
    if (!source || !source->capabilities().seekable)
        return;
    const qint64 now = m_session.actors().now();
    const qint64 span = std::max<qint64>(1, source->lastTs() - source->firstTs());
    const qint64 passed = std::clamp<qint64>(now - source->firstTs(), 0, span);
    m_time->setText(tr("%1   %2 of %3").arg(timeText(now), durationText(double(passed)), durationText(double(span))));
    if (m_seek->isSliderDown())
        return;
    m_seek->blockSignals(true);
    m_seek->setValue(int(passed * 10'000 / span));
    m_seek->blockSignals(false);
}

void MainWindow::showPlayback()
{
    const bool seekable = m_session.source() && m_session.source()->capabilities().seekable;
    m_playback->setVisible(seekable);
    action(QStringLiteral("play"))->setEnabled(seekable);
    showPosition();
}

void MainWindow::setSource(monitor::Source *source)
{
    m_session.setSource(source);
    showPlayback();
    setWindowTitle(source ? tr("%1 · Dormouse").arg(source->name()) : tr("Dormouse"));
    updateActions();
    updateStatus();
}

void MainWindow::showProblem(const QString &text)
{
    m_problem->setText(text);
    m_problem->setAccessibleName(text.isEmpty() ? tr("No problem") : text);
    m_problem->parentWidget()->setVisible(!text.isEmpty());
}

QStringList MainWindow::views() const
{
    return m_order;
}

void MainWindow::showView(const QString &name)
{
    QDockWidget *dock = m_docks.value(name);
    if (!dock)
        return;
    dock->show();
    dock->raise();
    dock->widget()->setFocus();
}

void MainWindow::setFilter(const QString &text)
{
    m_filterBar->toggleTerm(text);
}

void MainWindow::openPalette()
{
    CommandPalette palette(m_session, m_theme, actions(), this);
    connect(&palette, &CommandPalette::chosen, this, &MainWindow::choose);
    palette.move(mapToGlobal(QPoint((width() - palette.width()) / 2, 72)));
    palette.exec();
}

QString MainWindow::frontView() const
{
    for (const QString &name : m_order)
        if (m_docks.value(name)->isAncestorOf(QApplication::focusWidget()))
            return name;
    for (const QString &name : m_order)
        if (static_cast<Page *>(m_docks.value(name)->widget())->isOnScreen())
            return name;
    return m_order.constFirst();
}

void MainWindow::showHelp(HelpDialog::Part part)
{
    const QString view = frontView();
    auto *dialog = new HelpDialog(view, m_docks.value(view)->windowTitle(), actions(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show(part);
    dialog->QDialog::show();
}

void MainWindow::choose(const QString &kind, const QString &id)
{
    if (kind == QStringLiteral("actors"))
        m_session.selectActor(id);
    else if (kind == QStringLiteral("connections"))
        m_session.selectConnection(id);
    else
        m_session.selectRunner(id);
    showView(kind);
    if (kind == QStringLiteral("connections"))
        m_docks.value(QStringLiteral("queue"))->raise();
    else if (kind == QStringLiteral("actors"))
        m_docks.value(QStringLiteral("actor"))->raise();
}

void MainWindow::run(const QString &name)
{
    if (QAction *wanted = action(name))
        wanted->trigger();
}

void MainWindow::actorCommand(const QString &command)
{
    if (!m_session.selectedActor().isEmpty())
        m_session.command(command, {{QStringLiteral("actor_id"), m_session.selectedActor()}});
}

void MainWindow::createActor()
{
    QStringList pools;
    m_session.runners().forEach([&](const monitor::RunnerInfo &runner) {
        if (!runner.name.isEmpty() && !pools.contains(runner.name))
            pools.append(runner.name);
    });
    CreateActorDialog dialog(pools, this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    m_session.command(QStringLiteral("create_actor"), dialog.arguments(),
                      [self = QPointer<MainWindow>(this)](const Result<QJsonObject> &result) {
                          if (self && result.ok())
                              self->m_session.selectActor(result->value(QLatin1String("actor_id")).toString());
                      });
}

void MainWindow::destroyActor()
{
    const monitor::ActorInfo *actor = m_session.actors().find(m_session.selectedActor());
    if (!actor)
        return;
    const QString id = actor->actorId; // the model may forget the actor while the dialog is open
    DestroyDialog dialog(QString(actor->name % u' ' % actor->key).trimmed(), actor->connections.value_or(0) + actor->hibernating.value_or(0),
                         actor->hibernating.value_or(0), actor->pendingMessages.value_or(0), this);
    if (dialog.exec() == QDialog::Accepted)
        m_session.command(QStringLiteral("destroy_actor"), {{QStringLiteral("actor_id"), id}});
}

void MainWindow::closeConnection()
{
    const monitor::ConnectionInfo *connection = m_session.connections().find(m_session.selectedConnection());
    if (!connection)
        return;
    const QString id = connection->connectionId;
    CloseDialog dialog(QString(connection->path % u"\n" % id), this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    QJsonObject arguments = dialog.arguments();
    arguments.insert(QStringLiteral("connection_id"), id);
    m_session.command(QStringLiteral("close_connection"), arguments);
}

void MainWindow::showSelection()
{
    m_actorsPage->table()->selectRowById(m_session.selectedActor());
    m_connectionsPage->table()->selectRowById(m_session.selectedConnection());
    m_runnersPage->table()->selectRowById(m_session.selectedRunner());
}

void MainWindow::updateActions()
{
    const bool allowed = m_session.commandsAllowed();
    const QString reason = allowed ? QString() : Words::explain(m_session.commandsReason());
    const auto set = [&](const char *name, bool possible) {
        QAction *one = action(QString::fromLatin1(name));
        one->setEnabled(allowed && possible);
        const QString keys = one->shortcut().toString(QKeySequence::NativeText);
        one->setToolTip(allowed ? QString(one->text() % u"  " % keys) : reason);
    };
    set("create", true);
    for (const char *name : {"wake", "sleep", "reschedule", "destroy"})
        set(name, !m_session.selectedActor().isEmpty());
    set("close", !m_session.selectedConnection().isEmpty());
    set("drain", !m_session.selectedRunner().isEmpty());
}

void MainWindow::updateStatus()
{
    const monitor::Source *source = m_session.source();
    QString text = tr("No engine");
    QString icon = QStringLiteral("state-ended");
    Color tone = Color::Muted;
    if (source) {
        const QString &url = m_session.cluster().info().listenUrl;
        const QString where = url.isEmpty() ? source->name() : url;
        switch (source->linkState()) {
        case monitor::LinkState::Connecting:
            text = tr("Connecting to %1").arg(where);
            icon = QStringLiteral("state-opening");
            tone = Color::Waking;
            break;
        case monitor::LinkState::Live:
            text = tr("Live: %1").arg(where);
            icon = QStringLiteral("state-running");
            tone = Color::Good;
            break;
        case monitor::LinkState::Stale:
            text = tr("Stale, %1 old: %2").arg(durationText(double(m_session.staleMs().value_or(0))), source->linkDetail());
            icon = QStringLiteral("state-warn");
            tone = Color::Waking;
            break;
        case monitor::LinkState::Failed:
            text = tr("Failed: %1").arg(source->linkDetail());
            icon = QStringLiteral("state-error");
            tone = Color::Bad;
            break;
        case monitor::LinkState::Ended:
            text = tr("Recording: %1").arg(source->name());
            icon = QStringLiteral("archive");
            tone = Color::Info;
            break;
        }
        if (!source->capabilities().live) {
            text = tr("Recording: %1").arg(source->name());
            icon = QStringLiteral("archive");
            tone = Color::Info;
        }
    }
    m_link->setText(text);
    m_linkIcon->setPixmap(m_theme.pixmap(icon, m_theme.color(tone), 14, devicePixelRatioF()));
    const ClusterModel &cluster = m_session.cluster();
    m_rate->setText(tr("%1 events/s").arg(cluster.text(ClusterModel::EventRate)));
    m_cost->setText(tr("%1 dropped   %2 held   frame %3 ms")
                        .arg(cluster.text(ClusterModel::EventsDropped), cluster.text(ClusterModel::MonitorBytes),
                             QString::number(m_session.frameMs(), 'f', 1)));
    m_cost->setToolTip(tr("What watching costs: events lost, memory held by the engine for this view, time to apply the last frame"));
    // The tab bars of tabbed docks are made by Qt at any time.
    const auto bars = findChildren<QTabBar *>(QString(), Qt::FindDirectChildrenOnly);
    for (QTabBar *bar : bars) {
        bar->setAccessibleName(tr("Views"));
        bar->setIconSize({16, 16});
        bar->setExpanding(false);
        bar->setDrawBase(false);
        for (int tab = 0; tab < bar->count(); ++tab) {
            for (const QString &name : std::as_const(m_order))
                if (m_docks.value(name)->windowTitle() == bar->tabText(tab))
                    bar->setTabIcon(tab, m_theme.icon(m_icons.value(name)));
        }
    }
}

void MainWindow::retint()
{
    for (auto it = m_actions.cbegin(); it != m_actions.cend(); ++it)
        if (m_icons.contains(it.key()))
            it.value()->setIcon(m_theme.icon(m_icons.value(it.key())));
    m_brandIcon->setPixmap(m_theme.pixmap(QStringLiteral("dormouse"), m_theme.color(Color::Accent), 24, devicePixelRatioF()));
    setWindowIcon(QIcon(m_theme.pixmap(QStringLiteral("dormouse"), m_theme.color(Color::Accent), 64, 1)));
    updateStatus();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (m_settings) {
        m_settings->setValue(QStringLiteral("window/geometry"), saveGeometry());
        m_settings->setValue(QStringLiteral("window/state"), saveState(kLayoutVersion));
    }
    QMainWindow::closeEvent(event);
}

} // namespace dormouse
