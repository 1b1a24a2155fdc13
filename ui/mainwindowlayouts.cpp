// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include <QAction>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QToolBar>

namespace dormouse {

void MainWindow::saveLayout(const QString &name)
{
    if (name.isEmpty())
        return;
    m_layouts.insert(name, saveState(kLayoutVersion));
    storeLayouts();
}

bool MainWindow::showLayout(const QString &name)
{
    const bool shown = m_layouts.contains(name) && restoreState(m_layouts.value(name), kLayoutVersion);
    if (shown)
        readShares();
    showBars();
    return shown;
}

void MainWindow::removeLayout(const QString &name)
{
    m_layouts.remove(name);
    storeLayouts();
}

void MainWindow::storeLayouts()
{
    if (!m_settings)
        return;
    m_settings->remove(QStringLiteral("layouts"));
    m_settings->beginGroup(QStringLiteral("layouts"));
    // A slash in a name would make a group.
    for (auto it = m_layouts.cbegin(); it != m_layouts.cend(); ++it)
        m_settings->setValue(QString::fromLatin1(it.key().toUtf8().toPercentEncoding({}, "_", '_')), it.value());
    m_settings->endGroup();
}

/// A kept state also holds which bars were visible; that follows from what there is now.
void MainWindow::showBars()
{
    findChild<QToolBar *>(QStringLiteral("chips"))->setVisible(!m_filter->text().trimmed().isEmpty());
    follow();
}

void MainWindow::makeLayoutMenu(QMenu *view)
{
    QMenu *menu = view->addMenu(tr("La&youts"));
    menu->setObjectName(QStringLiteral("layouts"));
    connect(menu, &QMenu::aboutToShow, menu, [this, menu] {
        menu->clear();
        menu->addAction(action(QStringLiteral("layout")));
        const QStringList names = layouts();
        for (const QString &name : names)
            menu->addAction(name, this, [this, name] {
                if (!showLayout(name))
                    session().post(true, tr("The layout %1 was made for another set of views.").arg(name));
            });
        menu->addSeparator();
        menu->addAction(action(QStringLiteral("layout.save")));
        if (names.isEmpty())
            return;
        QMenu *remove = menu->addMenu(tr("Remove a layout"));
        for (const QString &name : names)
            remove->addAction(name, this, [this, name] { removeLayout(name); });
    });
}

} // namespace dormouse
