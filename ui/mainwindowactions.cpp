// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "ui/dialogs.h"
#include "ui/words.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenuBar>
#include <QSettings>

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

} // namespace dormouse
