// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "models/format.h"
#include "ui/commandpalette.h"
#include "ui/filterbar.h"
#include "ui/pages.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QLabel>
#include <QSettings>

namespace dormouse {

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

void MainWindow::setSource(monitor::Source *source)
{
    m_session.setSource(source);
    showPlayback();
    setWindowTitle(source ? tr("%1 · Dormouse").arg(source->name()) : tr("Dormouse"));
    updateActions();
    updateStatus();
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

void MainWindow::showSelection()
{
    m_actorsPage->table()->selectRowById(m_session.selectedActor());
    m_connectionsPage->table()->selectRowById(m_session.selectedConnection());
    m_runnersPage->table()->selectRowById(m_session.selectedRunner());
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
