// SPDX-License-Identifier: Apache-2.0
#include "ui/metrictile.h"

#include "ui/words.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace dormouse {

MetricTile::MetricTile(const ThemeManager &theme, const ClusterModel &cluster, ClusterModel::Metric metric, Color tone,
                       QWidget *parent)
    : QWidget(parent), m_theme(theme), m_cluster(cluster), m_metric(metric), m_tone(tone)
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    refresh(false);
}

void MetricTile::refresh(bool stale)
{
    m_stale = stale;
    setAccessibleName(tr("%1: %2").arg(Words::metric(m_metric), m_cluster.text(m_metric)));
    update();
}

void MetricTile::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(m_theme.color(hasFocus() ? Color::Accent : Color::Border));
    painter.setBrush(m_theme.color(Color::Surface));
    painter.drawRoundedRect(frame, 8, 8);
    const QRect inner = rect().adjusted(12, 8, -12, -8);

    painter.setFont(m_theme.smallFont());
    painter.setPen(m_theme.color(Color::Muted));
    painter.drawText(inner, Qt::AlignLeft | Qt::AlignTop,
                     painter.fontMetrics().elidedText(Words::metric(m_metric), Qt::ElideRight, inner.width()));
    QFont big = font();
    big.setPixelSize(m_theme.px(22));
    big.setWeight(QFont::DemiBold);
    painter.setFont(big);
    const bool unknown = !m_cluster.value(m_metric);
    painter.setPen(m_theme.color(unknown || m_stale ? Color::Faint : Color::Text));
    painter.drawText(inner.adjusted(0, m_theme.px(16), 0, 0), Qt::AlignLeft | Qt::AlignTop, m_cluster.text(m_metric));

    const auto &course = m_cluster.history(m_metric);
    const QRectF chart = QRectF(inner.left(), inner.bottom() - m_theme.px(22), inner.width(), m_theme.px(22));
    double top = 0;
    for (const double value : course)
        if (!std::isnan(value))
            top = std::max(top, value);
    const QColor tone = m_theme.color(m_stale ? Color::Faint : m_tone);
    if (top <= 0) {
        painter.setPen(QPen(m_theme.color(Color::Border), 1, Qt::DotLine));
        painter.drawLine(chart.bottomLeft(), chart.bottomRight());
        return;
    }
    const double step = chart.width() / double(ClusterModel::kHistory - 1);
    double x = chart.right() - step * double(course.size() - 1);
    QPainterPath line;
    bool open = false;
    double firstX = x, lastX = x;
    for (const double value : course) {
        if (!std::isnan(value)) {
            const QPointF point(x, chart.bottom() - value / top * chart.height());
            if (open) {
                line.lineTo(point);
            } else {
                line.moveTo(point);
                if (line.elementCount() == 1)
                    firstX = x;
            }
            lastX = x;
        }
        open = !std::isnan(value);
        x += step;
    }
    QPainterPath area = line;
    area.lineTo(lastX, chart.bottom());
    area.lineTo(firstX, chart.bottom());
    QColor fill = tone;
    fill.setAlpha(40);
    painter.fillPath(area, fill);
    painter.strokePath(line, QPen(tone, 1.5));
}

void MetricTile::mouseReleaseEvent(QMouseEvent *)
{
    Q_EMIT activated();
}

void MetricTile::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        Q_EMIT activated();
    else
        QWidget::keyPressEvent(event);
}

} // namespace dormouse
