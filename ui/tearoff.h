// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QPoint>
#include <QPointer>

#include <functional>

class QDockWidget;
class QTabBar;

namespace dormouse {

/// Lets a tab of tabbed docks be dragged out of its bar: its dock floats and follows the pointer until the button is let go.
/// From there its title bar leads back, as Qt has it. Qt's own way of tearing tabs off (grouped dragging) puts docks into
/// windows that QMainWindow::restoreState() of 6.4 does not survive. Thread: the UI thread.
class TearOff final : public QObject
{
    Q_OBJECT
public:
    /// dockOf: the dock that a tab belongs to; nullptr = it stays.
    TearOff(QTabBar *bar, std::function<QDockWidget *(int tab)> dockOf);
    static bool isOn(const QTabBar &bar);

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    bool tear(const QPoint &pointer);
    QTabBar *m_bar;
    std::function<QDockWidget *(int)> m_dockOf;
    int m_pressed = -1;
    QPointer<QDockWidget> m_dock; ///< that follows the pointer
    QPoint m_grip;                ///< where the pointer holds it
};

} // namespace dormouse
