// SPDX-License-Identifier: Apache-2.0
#include "ui/staleveil.h"

#include "ui/linklook.h"

#include <QEvent>
#include <QPainter>

namespace dormouse {

StaleVeil::StaleVeil(const Session &session, const ThemeManager &theme, QWidget *view)
    : QWidget(view), m_session(session), m_theme(theme)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setFocusPolicy(Qt::NoFocus);
    view->installEventFilter(this);
    hide();
}

void StaleVeil::refresh()
{
    // Before the first frame there is nothing to grey; the view's empty state says what is missing.
    const bool on = m_session.staleMs() && m_session.framesApplied() > 0;
    m_text = on ? linkLook(m_session).text : QString();
    setAccessibleName(m_text);
    if (on && isHidden()) {
        setGeometry(parentWidget()->rect());
        show();
        raise();
    }
    setVisible(on);
    update();
}

void StaleVeil::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    QColor grey = m_theme.color(Color::Window);
    grey.setAlphaF(0.55F);
    painter.fillRect(rect(), grey);
    painter.setRenderHint(QPainter::Antialiasing);
    const int high = m_theme.px(28);
    const int wide = std::min(width() - 16, painter.fontMetrics().horizontalAdvance(m_text) + m_theme.px(44));
    const QRect chip((width() - wide) / 2, std::max(0, height() - high - 12), wide, high);
    painter.setPen(m_theme.color(Color::BorderStrong));
    painter.setBrush(m_theme.color(Color::Raised));
    painter.drawRoundedRect(chip, 6, 6);
    const LinkLook look = linkLook(m_session);
    const int icon = m_theme.px(14);
    painter.drawPixmap(chip.left() + 8, chip.center().y() - icon / 2, m_theme.pixmap(look.icon, m_theme.color(look.tone), icon, devicePixelRatioF()));
    painter.setPen(m_theme.color(Color::Text));
    const QRect words = chip.adjusted(icon + 16, 0, -8, 0);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, painter.fontMetrics().elidedText(m_text, Qt::ElideRight, words.width()));
}

bool StaleVeil::eventFilter(QObject *object, QEvent *event)
{
    if (object == parentWidget() && event->type() == QEvent::Resize)
        setGeometry(parentWidget()->rect());
    return QWidget::eventFilter(object, event);
}

} // namespace dormouse
