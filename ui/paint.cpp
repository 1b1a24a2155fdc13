// SPDX-License-Identifier: Apache-2.0
#include "ui/paint.h"

#include <QPainter>

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

} // namespace dormouse
