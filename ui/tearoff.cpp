// SPDX-License-Identifier: Apache-2.0
#include "ui/tearoff.h"

#include <QApplication>
#include <QDockWidget>
#include <QMouseEvent>
#include <QTabBar>

namespace dormouse {

namespace {

// Within this distance of the bar a drag changes the order of the tabs.
constexpr int kSlackInDragDistances = 3;

} // namespace

TearOff::TearOff(QTabBar *bar, std::function<QDockWidget *(int tab)> dockOf) : QObject(bar), m_bar(bar), m_dockOf(std::move(dockOf))
{
    bar->installEventFilter(this);
}

bool TearOff::isOn(const QTabBar &bar)
{
    return bar.findChild<TearOff *>(QString(), Qt::FindDirectChildrenOnly);
}

bool TearOff::eventFilter(QObject *object, QEvent *event)
{
    if (event->type() == QEvent::MouseButtonPress) {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        m_pressed = mouse->button() == Qt::LeftButton ? m_bar->tabAt(mouse->position().toPoint()) : -1;
    } else if (event->type() == QEvent::MouseMove) {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        if (m_dock) {
            m_dock->move(mouse->globalPosition().toPoint() - m_grip);
            return true;
        }
        const int slack = kSlackInDragDistances * QApplication::startDragDistance();
        const bool outside = !m_bar->rect().adjusted(-slack, -slack, slack, slack).contains(mouse->position().toPoint());
        if (m_pressed >= 0 && outside && mouse->buttons() & Qt::LeftButton)
            return tear(mouse->globalPosition().toPoint());
    } else if (event->type() == QEvent::MouseButtonRelease) {
        m_pressed = -1;
        if (m_dock) {
            m_dock->activateWindow();
            m_dock.clear();
            return true;
        }
    }
    return QObject::eventFilter(object, event);
}

bool TearOff::tear(const QPoint &pointer)
{
    // The bar may have moved the tab along already: the current one is what the pointer holds.
    QDockWidget *dock = m_dockOf(m_bar->currentIndex());
    m_pressed = -1;
    // The bar has to end its own dragging before it loses the tab.
    const QPointF at = m_bar->mapFromGlobal(pointer);
    QMouseEvent release(QEvent::MouseButtonRelease, at, pointer, Qt::LeftButton, Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(m_bar, &release);
    if (!dock)
        return true;
    const QSize size = dock->size();
    m_grip = QPoint(size.width() / 4, 12);
    dock->setFloating(true);
    dock->resize(size);
    dock->move(pointer - m_grip);
    dock->show();
    m_dock = dock;
    // A bar with one tab left is hidden and would not hear of the pointer any more.
    if (!m_bar->isVisible())
        m_dock.clear();
    return true;
}

} // namespace dormouse
