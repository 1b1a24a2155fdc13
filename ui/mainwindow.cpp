// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "ui/commandpalette.h"
#include "ui/filterbar.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QLabel>
#include <QSettings>

namespace dormouse {

MainWindow::MainWindow(ThemeManager &theme, ClientConnector *connector, QSettings *settings, LanguageManager *language,
                       QWidget *parent)
    : QMainWindow(parent), m_theme(theme), m_settings(settings), m_connector(connector), m_language(language)
{
    setWindowTitle(tr("Dormouse"));
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    resize(1280, 800);
    newTab();
    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(8000);
    connect(&m_noteTimer, &QTimer::timeout, this, [this] { m_note->clear(); });
    m_rebuildTimer.setSingleShot(true);
    connect(&m_rebuildTimer, &QTimer::timeout, this, &MainWindow::rebuild);
    connect(&m_theme, &ThemeManager::changed, this, &MainWindow::retint);
    connect(&m_theme, &ThemeManager::textSizeChanged, this, [this] { m_rebuildTimer.start(0); });
    build();
    if (m_settings) {
        restoreGeometry(m_settings->value(QStringLiteral("window/geometry")).toByteArray());
        if (restoreState(m_settings->value(QStringLiteral("window/state")).toByteArray(), kLayoutVersion))
            readShares();
        m_settings->beginGroup(QStringLiteral("layouts"));
        const QStringList names = m_settings->childKeys();
        for (const QString &name : names)
            m_layouts.insert(QString::fromUtf8(QByteArray::fromPercentEncoding(name.toLatin1(), '_')), m_settings->value(name).toByteArray());
        m_settings->endGroup();
        showBars();
    }
}

MainWindow::~MainWindow()
{
    for (const auto &tab : m_tabs)
        tab->session().disconnect(this);
    // Docks tell that they are hidden while Qt deletes them.
    for (QDockWidget *dock : std::as_const(m_docks))
        dock->disconnect(this);
    // Pages and the filter refer to sessions.
    delete m_filterBar;
    m_tabs.clear();
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
    CommandPalette palette(session(), m_theme, actions(), this);
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
        session().selectActor(id);
    else if (kind == QStringLiteral("connections"))
        session().selectConnection(id);
    else
        session().selectRunner(id);
    showView(kind);
    if (kind == QStringLiteral("connections"))
        m_docks.value(QStringLiteral("queue"))->raise();
    else if (kind == QStringLiteral("actors"))
        m_docks.value(QStringLiteral("actor"))->raise();
}

void MainWindow::showSelection()
{
    front().showSelection();
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
