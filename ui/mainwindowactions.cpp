// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "ui/bulk.h"
#include "ui/dialogs.h"
#include "ui/guide.h"
#include "ui/pages.h"
#include "ui/talkdialogs.h"
#include "ui/words.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenuBar>
#include <QSettings>
#include <QTabBar>

namespace dormouse {

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
    const auto ofConnection = [this](const QString &command) {
        session().command(command, {{QStringLiteral("connection_id"), session().selectedConnection()}});
    };
    addAction(QStringLiteral("hibernate"), tr("Hibernate (its actor goes to sleep)"), QStringLiteral("sleep"), QKeySequence(QStringLiteral("Ctrl+Shift+H")),
              [ofConnection] { ofConnection(QStringLiteral("hibernate_connection")); });
    addAction(QStringLiteral("restore"), tr("Restore (its actor is woken)"), QStringLiteral("wake"), QKeySequence(QStringLiteral("Ctrl+Shift+E")),
              [ofConnection] { ofConnection(QStringLiteral("restore_connection")); });
    addAction(QStringLiteral("sendas"), tr("Send as its actor…"), QStringLiteral("send"), QKeySequence(QStringLiteral("Ctrl+Shift+M")),
              [this] { sendAsActor(); });
    addAction(QStringLiteral("call"), tr("Call an action…"), QStringLiteral("play"), QKeySequence(QStringLiteral("Ctrl+Shift+A")),
              [this] { callAction(); });
    addAction(QStringLiteral("cutlink"), tr("Drop the link to its runner, keep the client…"), QStringLiteral("link"),
              QKeySequence(QStringLiteral("Ctrl+Shift+L")), [this] {
        if (const monitor::ConnectionInfo *connection = session().connections().find(session().selectedConnection()))
            runBulk(QStringLiteral("droplink"), {connection->runnerId});
    });
    addAction(QStringLiteral("droplink"), tr("Drop its link, keep the clients…"), QStringLiteral("link"), QKeySequence(QStringLiteral("Ctrl+Shift+U")), [this] {
        if (!bulkOfSelection(QStringLiteral("droplink")))
            runBulk(QStringLiteral("droplink"), {session().selectedRunner()});
    });
    addAction(QStringLiteral("drain"), tr("Drain runner…"), QStringLiteral("drain"), QKeySequence(QStringLiteral("Ctrl+Shift+D")), [this] {
        if (!bulkOfSelection(QStringLiteral("drain")))
            runBulk(QStringLiteral("drain"), {session().selectedRunner()});
    });
    addAction(QStringLiteral("evict"), tr("Evict runner…"), QStringLiteral("destroy"), QKeySequence(QStringLiteral("Ctrl+Shift+K")), [this] {
        if (!bulkOfSelection(QStringLiteral("evict")))
            runBulk(QStringLiteral("evict"), {session().selectedRunner()});
    });
    auto *pause = addAction(QStringLiteral("pause"), tr("Pause"), QStringLiteral("pause"), QKeySequence(Qt::Key_Space),
                            [this] { session().setPaused(!session().isPaused()); });
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
    action(QStringLiteral("filter"))->setShortcuts({QKeySequence(QStringLiteral("Ctrl+F")), QKeySequence(Qt::Key_Slash)});
    auto *own = addAction(QStringLiteral("own"), tr("Show the console's own traffic"), {}, QKeySequence(), [this] { setShowOwn(!m_showOwn); });
    own->setCheckable(true);
    own->setChecked(m_showOwn);
    addAction(QStringLiteral("layout.save"), tr("Save this layout…"), {}, QKeySequence(), [this] {
        QInputDialog dialog(this);
        dialog.setWindowTitle(tr("Save this layout"));
        dialog.setLabelText(tr("Name of the layout"));
        if (dialog.exec() == QDialog::Accepted)
            saveLayout(dialog.textValue().trimmed());
    });
    addAction(QStringLiteral("layout"), tr("Standard layout"), {}, QKeySequence(), [this] {
        restoreState(m_defaultState, kLayoutVersion);
        m_sideShare = kSideShare;
        m_lowerShare = kLowerShare;
        applyShares();
        showBars();
    });
    addAction(QStringLiteral("float"), tr("Detach the view"), {}, QKeySequence(QStringLiteral("Ctrl+Shift+F")), [this] {
        for (QDockWidget *dock : std::as_const(m_docks))
            if (dock->isAncestorOf(QApplication::focusWidget()))
                dock->setFloating(!dock->isFloating());
    });
    addAction(QStringLiteral("refresh"), tr("Refresh this view now"), {}, QKeySequence(Qt::Key_F6),
              [this] { static_cast<Page *>(m_docks.value(frontView())->widget())->refreshNow(); });
    addAction(QStringLiteral("help"), tr("Help for this view"), QStringLiteral("help"), QKeySequence(Qt::Key_F1),
              [this] { showHelp(m_filter->hasFocus() ? HelpDialog::Part::Filter : HelpDialog::Part::View); });
    addAction(QStringLiteral("keys"), tr("Keys"), {}, QKeySequence(Qt::Key_Question), [this] { showHelp(HelpDialog::Part::Keys); });
    addAction(QStringLiteral("codes"), tr("Reasons and errors"), {}, QKeySequence(QStringLiteral("Shift+F1")),
              [this] { showHelp(HelpDialog::Part::Codes); });
    addAction(QStringLiteral("guide"), tr("First steps"), {}, QKeySequence(), [this] {
        showView(QStringLiteral("overview"));
        front().guide().open();
    });
    addAction(QStringLiteral("connect"), tr("Connect to…"), {}, QKeySequence(QStringLiteral("Ctrl+Shift+N")), [this] {
        RecentList recent(m_settings, QStringLiteral("recent/connections"));
        ConnectDialog dialog(recent.entries(), this);
        if (dialog.exec() != QDialog::Accepted)
            return;
        recent.add(dialog.target().url);
        Q_EMIT connectWanted(dialog.target());
    });
    addAction(QStringLiteral("open"), tr("Open recording…"), QStringLiteral("archive"), QKeySequence::Open, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("Open recording"), QString(), tr("Recorded sessions (*.dms);;All files (*)"));
        if (!path.isEmpty())
            Q_EMIT recordingWanted(path);
    });
    addAction(QStringLiteral("engine"), tr("Start a local engine…"), {}, QKeySequence(), [this] {
        EngineDialog dialog(this);
        if (dialog.exec() == QDialog::Accepted)
            Q_EMIT engineWanted(dialog.target());
    });
    auto *readOnly = addAction(QStringLiteral("readonly"), tr("Read only"), {}, QKeySequence(QStringLiteral("Ctrl+Shift+O")),
                               [this] { session().setReadOnly(!session().isReadOnly()); });
    readOnly->setCheckable(true);
    addAction(QStringLiteral("tab.next"), tr("Next engine"), {}, QKeySequence(QStringLiteral("Ctrl+Tab")),
              [this] { showTab((m_current + 1) % tabCount()); });
    addAction(QStringLiteral("tab.close"), tr("Close this engine's tab"), {}, QKeySequence(QStringLiteral("Ctrl+W")),
              [this] { Q_EMIT m_tabBar->tabCloseRequested(m_current); });
    addAction(QStringLiteral("quit"), tr("Quit"), {}, QKeySequence::Quit, [this] { close(); });

    int number = 1;
    for (const QString &name : std::as_const(m_order)) {
        addAction(u"view." + name, tr("View: %1").arg(m_docks.value(name)->windowTitle()), m_icons.value(name),
                  number < 10 ? QKeySequence(u"Ctrl+" + QString::number(number)) : number < 19 ? QKeySequence(u"Alt+" + QString::number(number - 9)) : QKeySequence(), [this, name] { showView(name); });
        ++number;
    }

    QMenu *file = menuBar()->addMenu(tr("&Engine"));
    file->addAction(action(QStringLiteral("create")));
    file->addSeparator();
    for (const char *name : {"connect", "open", "engine"})
        file->addAction(action(QString::fromLatin1(name)));
    QMenu *again = file->addMenu(tr("Recent connections"));
    connect(again, &QMenu::aboutToShow, again, [this, again] {
        again->clear();
        const QStringList urls = RecentList(m_settings, QStringLiteral("recent/connections")).entries();
        for (const QString &url : urls)
            again->addAction(url, this, [this, url] { Q_EMIT connectWanted({url, {}, false}); });
        if (urls.isEmpty())
            again->addAction(tr("None yet"))->setEnabled(false);
    });
    file->addSeparator();
    file->addAction(action(QStringLiteral("readonly")));
    for (const char *name : {"tab.next", "tab.close"})
        file->addAction(action(QString::fromLatin1(name)));
    file->addSeparator();
    file->addAction(action(QStringLiteral("quit")));
    QMenu *actor = menuBar()->addMenu(tr("&Actor"));
    for (const char *name : {"wake", "sleep", "call", "reschedule", "destroy"})
        actor->addAction(action(QString::fromLatin1(name)));
    QMenu *connection = menuBar()->addMenu(tr("&Connection"));
    for (const char *name : {"hibernate", "restore", "sendas", "cutlink", "close"})
        connection->addAction(action(QString::fromLatin1(name)));
    QMenu *runner = menuBar()->addMenu(tr("&Runner"));
    for (const char *name : {"droplink", "drain", "evict"})
        runner->addAction(action(QString::fromLatin1(name)));
    QMenu *view = menuBar()->addMenu(tr("&View"));
    for (const QString &name : std::as_const(m_order))
        view->addAction(action(u"view." + name));
    view->addSeparator();
    for (const char *name : {"pause", "filter", "palette", "own", "float"})
        view->addAction(action(QString::fromLatin1(name)));
    makePaceMenu(view);
    makeThemeMenu(view);
    makeLayoutMenu(view);
    makeTextSizeMenu(view);
    makeLanguageMenu(view);
    QMenu *help = menuBar()->addMenu(tr("&Help"));
    for (const char *name : {"help", "keys", "codes", "guide"})
        help->addAction(action(QString::fromLatin1(name)));
    menuBar()->setAccessibleName(tr("Menu"));
}

void MainWindow::run(const QString &name)
{
    if (QAction *wanted = action(name))
        wanted->trigger();
}

bool MainWindow::bulkOfSelection(const QString &action)
{
    const QStringList ids = front().selectedRows(bulkAction(action).idKey);
    if (ids.size() < 2)
        return false;
    runBulk(action, ids);
    return true;
}

void MainWindow::runBulk(const QString &name, const QStringList &ids)
{
    const BulkAction bulk = bulkAction(name);
    std::vector<BulkTarget> targets = bulkTargets(session(), bulk, ids);
    BulkDialog dialog(bulk, targets, this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    Session &to = session();
    auto *work = new BulkRun(to, bulk, std::move(targets)); // ends with its last answer, or with the session
    connect(work, &BulkRun::progressed, this,
            [to = &to, name = bulk.command](int answered, int total) { to->post(false, tr("%1: %2 of %3").arg(name).arg(answered).arg(total)); });
    connect(work, &BulkRun::finished, this, [to = &to, name = bulk.command](int done, int failed, int unsent) {
        to->post(failed + unsent > 0, tr("%1: %2 done, %3 failed, %4 not sent. The control log has each of them.")
                                          .arg(name).arg(done).arg(failed).arg(unsent));
    });
    work->start();
    showView(QStringLiteral("control"));
}

void MainWindow::actorCommand(const QString &command)
{
    if (bulkOfSelection(command.section(u'_', 0, 0)))
        return;
    if (!session().selectedActor().isEmpty())
        session().command(command, {{QStringLiteral("actor_id"), session().selectedActor()}});
}

void MainWindow::createActor()
{
    QStringList pools;
    session().runners().forEach([&](const monitor::RunnerInfo &runner) {
        if (!runner.name.isEmpty() && !pools.contains(runner.name))
            pools.append(runner.name);
    });
    CreateActorDialog dialog(pools, this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    session().command(QStringLiteral("create_actor"), dialog.arguments(),
                      [self = QPointer<MainWindow>(this)](const Result<QJsonObject> &result) {
                          if (self && result.ok())
                              self->session().selectActor(result->value(QLatin1String("actor_id")).toString());
                      });
}

void MainWindow::destroyActor()
{
    if (bulkOfSelection(QStringLiteral("destroy")))
        return;
    const monitor::ActorInfo *actor = session().actors().find(session().selectedActor());
    if (!actor)
        return;
    const QString id = actor->actorId; // the model may forget the actor while the dialog is open
    DestroyDialog dialog(QString(actor->name % u' ' % actor->key).trimmed(), actor->connections.value_or(0), actor->hibernating.value_or(0), actor->pendingMessages.value_or(0), this);
    if (dialog.exec() == QDialog::Accepted)
        session().command(QStringLiteral("destroy_actor"), {{QStringLiteral("actor_id"), id}});
}

void MainWindow::closeConnection()
{
    if (bulkOfSelection(QStringLiteral("close")))
        return;
    const monitor::ConnectionInfo *connection = session().connections().find(session().selectedConnection());
    if (!connection)
        return;
    const QString id = connection->connectionId;
    CloseDialog dialog(QString(connection->path % u"\n" % id), this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    QJsonObject arguments = dialog.arguments();
    arguments.insert(QStringLiteral("connection_id"), id);
    session().command(QStringLiteral("close_connection"), arguments);
}

void MainWindow::sendAsActor()
{
    const QString id = session().selectedConnection();
    if (!session().connections().find(id))
        return;
    const auto open = findChildren<SendDialog *>();
    for (SendDialog *dialog : open)
        if (dialog->connectionId() == id)
            return dialog->activateWindow();
    (new SendDialog(session(), m_theme, id, this))->show();
}

void MainWindow::callAction()
{
    const QString id = session().selectedActor();
    if (!session().actors().find(id))
        return;
    const auto open = findChildren<CallDialog *>();
    for (CallDialog *dialog : open)
        if (dialog->actorId() == id)
            return dialog->activateWindow();
    (new CallDialog(session(), m_theme, id, this))->show();
}

void MainWindow::updateActions()
{
    const bool allowed = session().commandsAllowed();
    const QString reason = allowed ? QString() : Words::explain(session().commandsReason());
    const auto set = [&](const char *name, bool possible, const QString &whyNot = {}) {
        QAction *chosen = action(QString::fromLatin1(name));
        chosen->setEnabled(allowed && possible);
        const QString keys = chosen->shortcut().toString(QKeySequence::NativeText);
        chosen->setToolTip(!allowed                          ? reason
                            : possible || whyNot.isEmpty() ? QString(chosen->text() % u"  " % keys)
                                                           : QString(chosen->text() % u"\n" % whyNot));
    };
    set("create", true);
    action(QStringLiteral("readonly"))->setChecked(session().isReadOnly());
    action(QStringLiteral("readonly"))->setEnabled(session().source() && session().source()->capabilities().live);
    const monitor::ActorInfo *actor = session().actors().find(session().selectedActor());
    // Of several rows the dry run says for which of them it is possible.
    const bool actors = front().severalSelected(QStringLiteral("actor_id"));
    const bool runners = front().severalSelected(QStringLiteral("runner_id"));
    const bool connections = front().severalSelected(QStringLiteral("connection_id"));
    const bool gone = actor && (actor->state == monitor::ActorState::Destroyed || actor->state == monitor::ActorState::Destroying);
    const bool one = !session().selectedActor().isEmpty() && !gone;
    for (const char *name : {"wake", "sleep", "call", "reschedule", "destroy"})
        set(name, one || (actors && qstrcmp(name, "call") != 0), gone ? tr("The actor is gone.") : tr("Choose an actor first."));
    const monitor::ConnectionInfo *connection = session().connections().find(session().selectedConnection());
    const bool open = connection && connection->state != monitor::ConnectionState::Closed;
    set("close", open || connections, tr("Choose an open connection first."));
    set("hibernate", open && connection->hibernatable);
    set("restore", open && connection->hibernatable);
    set("sendas", connection && hearsMessages(*connection));
    set("cutlink", open && !connection->runnerId.isEmpty());
    const monitor::RunnerInfo *runner = session().runners().find(session().selectedRunner());
    const bool stopped = runner && runner->state == monitor::RunnerState::Stopped;
    for (const char *name : {"droplink", "drain", "evict"})
        set(name, runners || (!session().selectedRunner().isEmpty() && !stopped), stopped ? tr("The runner has stopped.") : tr("Choose a runner first."));
}

} // namespace dormouse
