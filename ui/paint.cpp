// SPDX-License-Identifier: Apache-2.0
#include "ui/paint.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace dormouse {

Color barTone(double fraction)
{
    return fraction >= 0.85 ? Color::Bad : fraction >= 0.6 ? Color::Waking : Color::Good;
}

void paintBar(QPainter &painter, const ThemeManager &theme, const QRect &area, double fraction, bool limit, bool stale)
{
    fraction = std::clamp(fraction, 0.0, 1.0);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.color(Color::Border));
    const double radius = area.height() / 2.0;
    painter.drawRoundedRect(area, radius, radius);
    if (fraction > 0) {
        QRectF filled(area);
        filled.setWidth(std::max(double(area.height()), area.width() * fraction));
        painter.setBrush(theme.color(stale ? Color::Faint : limit ? barTone(fraction) : Color::Accent));
        painter.drawRoundedRect(filled, radius, radius);
        if (limit && fraction >= 0.85) { // not by colour alone
            painter.setBrush(QBrush(theme.color(Color::AccentText), Qt::BDiagPattern));
            painter.drawRoundedRect(filled, radius, radius);
        }
    }
    painter.restore();
}

void paintCourse(QPainter &painter, const ThemeManager &theme, const QRect &area, const QList<double> &values, bool stale)
{
    double top = 0;
    for (const double value : values)
        top = std::max(top, value);
    if (top <= 0 || values.size() < 2)
        return;
    QPainterPath line;
    const double step = double(area.width()) / double(values.size() - 1);
    for (qsizetype i = 0; i < values.size(); ++i) {
        const QPointF point(area.left() + double(i) * step, area.bottom() - values.at(i) / top * (area.height() - 1));
        if (i == 0)
            line.moveTo(point);
        else
            line.lineTo(point);
    }
    QPainterPath under = line;
    under.lineTo(area.right() + 1, area.bottom() + 1);
    under.lineTo(area.left(), area.bottom() + 1);
    QColor tone = theme.color(stale ? Color::Faint : Color::Info);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.strokePath(line, QPen(tone, 1.2));
    tone.setAlpha(50);
    painter.fillPath(under, tone);
    painter.restore();
}

} // namespace dormouse
