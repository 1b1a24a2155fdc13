// SPDX-License-Identifier: Apache-2.0
#include "ui/heatmap.h"

#include "models/format.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>

namespace dormouse {

namespace {

constexpr double kLowestUs = 64;
constexpr double kRowsPerOctave = 4;

double rowOf(double us)
{
    return kRowsPerOctave * std::log2(std::max(us, kLowestUs) / kLowestUs);
}

double usOfRow(double row)
{
    return kLowestUs * std::exp2(row / kRowsPerOctave);
}

} // namespace

HeatMap::HeatMap(const ThemeManager &theme, const LatencyModel &latency, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_latency(latency)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Latency heat map"));
    setAccessibleDescription(tr("The table below lists the same seconds with percentiles."));
    refresh();
}

void HeatMap::setKind(LatencyKind kind)
{
    m_kind = kind;
    refresh();
}

QRect HeatMap::plot() const
{
    return rect().adjusted(m_theme.px(64), 8, -8, -m_theme.px(24));
}

void HeatMap::refresh()
{
    std::vector<quint64> cells(size_t(kColumns) * kRows, 0);
    m_top = 0;
    const auto &slices = m_latency.slices();
    m_endTs = slices.empty() ? 0 : slices.back().startTs + slices.back().lengthMs;
    m_toNow = m_span.to >= m_endTs;
    if (!m_toNow) // the last second of the span stands at the right
        m_endTs -= std::max<qint64>(0, m_endTs - m_span.to - 1) / 1000 * 1000;
    for (const monitor::LatencySlice &slice : slices) {
        if (slice.startTs >= m_endTs || !m_span.overlaps({slice.startTs, slice.startTs + slice.lengthMs - 1}))
            continue;
        const qint64 column = kColumns - 1 - (m_endTs - slice.startTs - 1) / 1000;
        if (column < 0)
            continue;
        const monitor::Histogram histogram = m_latency.histogram(slice, m_kind);
        for (auto it = histogram.buckets().cbegin(); it != histogram.buckets().cend(); ++it) {
            const int row = std::min(kRows - 1, int(rowOf(double(monitor::Histogram::bucketUpperUs(it.key())))));
            quint64 &cell = cells[size_t(row) * kColumns + size_t(column)];
            cell += it.value();
            m_top = std::max(m_top, cell);
        }
    }
    m_image = QImage(kColumns, kRows, QImage::Format_RGB32);
    const QColor low = m_theme.color(Color::Sunken);
    const QColor middle = m_theme.isDark() ? QColor(0x1f, 0x6f, 0xb5) : QColor(0x7f, 0xb8, 0xe6);
    const QColor high = m_theme.isDark() ? QColor(0xff, 0xe0, 0x8a) : QColor(0x0b, 0x2f, 0x5c);
    const auto mix = [](const QColor &a, const QColor &b, double t) {
        return qRgb(int(a.red() + (b.red() - a.red()) * t), int(a.green() + (b.green() - a.green()) * t),
                    int(a.blue() + (b.blue() - a.blue()) * t));
    };
    const double scale = m_top ? 1 / std::log1p(double(m_top)) : 0;
    for (int row = 0; row < kRows; ++row) {
        auto *line = reinterpret_cast<QRgb *>(m_image.scanLine(kRows - 1 - row));
        for (int column = 0; column < kColumns; ++column) {
            const quint64 count = cells[size_t(row) * kColumns + size_t(column)];
            // One event must be seen beside thousands: the scale is logarithmic and starts well above nothing.
            const double t = count ? 0.25 + 0.75 * std::log1p(double(count)) * scale : 0;
            line[column] = t < 0.5 ? mix(low, middle, t * 2) : mix(middle, high, t * 2 - 1);
        }
    }
    update();
}

void HeatMap::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRect area = plot();
    painter.drawImage(area, m_image);
    if (hasFocus()) {
        painter.setPen(m_theme.color(Color::Accent));
        painter.drawRect(area.adjusted(0, 0, -1, -1));
    }
    painter.setFont(m_theme.smallFont());
    for (const double us : {100.0, 1000.0, 10'000.0, 100'000.0, 1'000'000.0}) {
        const int y = area.bottom() - int(rowOf(us) / kRows * area.height());
        painter.setPen(QPen(m_theme.color(Color::Border), 1, Qt::DotLine));
        painter.drawLine(area.left(), y, area.right(), y);
        painter.setPen(m_theme.color(Color::Muted));
        painter.drawText(QRect(0, y - m_theme.px(8), area.left() - 8, m_theme.px(16)), Qt::AlignRight | Qt::AlignVCenter, microsText(us));
    }
    if (m_chosen && m_endTs) { // it moves to the left with its seconds
        const auto x = [&](qint64 ts) { return area.right() + 1 - double(m_endTs - ts) / 1000 / kColumns * area.width(); };
        const auto y = [&](qint64 us) { return area.bottom() - std::min(1.0, rowOf(double(us)) / kRows) * area.height(); };
        const QRectF box = QRectF(QPointF(x(m_chosen->fromTs), y(m_chosen->toUs)), QPointF(x(m_chosen->toTs), y(m_chosen->fromUs)))
                               .adjusted(-2, -2, 2, 2) & QRectF(area);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_theme.color(Color::Text), 1.5));
        painter.drawRect(box);
    }
    painter.setPen(m_theme.color(Color::Muted));
    const int below = area.bottom() + 4;
    for (int minutes = 0; minutes <= 5; ++minutes) {
        const int x = area.right() - area.width() * minutes * 60 / kColumns;
        const QString text = !m_toNow ? timeText(m_endTs - minutes * 60'000).left(8) : minutes ? tr("−%1 min").arg(minutes) : tr("now");
        if (minutes == 0)
            painter.drawText(QRect(x - m_theme.px(80), below, m_theme.px(80), m_theme.px(16)), Qt::AlignRight, text);
        else
            painter.drawText(QRect(x - m_theme.px(40), below, m_theme.px(80), m_theme.px(16)), Qt::AlignHCenter, text);
    }
    if (m_top == 0) {
        painter.setPen(m_theme.color(Color::Muted));
        painter.drawText(area, Qt::AlignCenter, tr("Nothing measured yet. Points appear with the first acknowledged message."));
    }
}

/// The cells between two points of the widget; rows and columns are taken whole.
void HeatMap::choose(const QPoint &a, const QPoint &b)
{
    const QRect area = plot();
    if (!m_endTs || area.width() <= 0 || area.height() <= 0)
        return;
    const auto column = [&](const QPoint &at) { return std::clamp((at.x() - area.left()) * kColumns / area.width(), 0, kColumns - 1); };
    const auto row = [&](const QPoint &at) { return std::clamp((area.bottom() - at.y()) * kRows / area.height(), 0, kRows - 1); };
    chooseCells({column(a), row(a)}, {column(b), row(b)});
}

void HeatMap::chooseCells(const QPoint &a, const QPoint &b)
{
    m_anchor = a;
    m_cursor = b;
    const auto [left, right] = std::minmax({a.x(), b.x()});
    const auto [low, high] = std::minmax({a.y(), b.y()});
    Cells cells;
    cells.fromTs = m_endTs - qint64(kColumns - left) * 1000;
    cells.toTs = m_endTs - qint64(kColumns - right - 1) * 1000;
    // Cells hold buckets by their upper edge: the message itself may be one bucket lower. The ends take all.
    cells.fromUs = low == 0 ? 0 : qint64(usOfRow(low) * (1 - 1.0 / monitor::Histogram::kSubBuckets));
    cells.toUs = high == kRows - 1 ? std::numeric_limits<qint64>::max() : qint64(std::ceil(usOfRow(high + 1)));
    m_chosen = cells;
    update();
    Q_EMIT chosenChanged();
}

void HeatMap::mousePressEvent(QMouseEvent *event)
{
    m_pressed = event->pos();
    if (plot().contains(m_pressed))
        return choose(m_pressed, m_pressed);
    m_chosen.reset();
    update();
    Q_EMIT chosenChanged();
}

void HeatMap::mouseMoveEvent(QMouseEvent *event)
{
    if ((event->buttons() & Qt::LeftButton) && plot().contains(m_pressed))
        choose(m_pressed, event->pos());
}

void HeatMap::keyPressEvent(QKeyEvent *event)
{
    const QPoint step = event->key() == Qt::Key_Left ? QPoint(-1, 0)
        : event->key() == Qt::Key_Right              ? QPoint(1, 0)
        : event->key() == Qt::Key_Up                 ? QPoint(0, 1)
        : event->key() == Qt::Key_Down               ? QPoint(0, -1)
                                                     : QPoint();
    if (!step.isNull() && m_endTs) {
        // The first press shows where one is.
        const QPoint to = m_chosen ? QPoint(std::clamp(m_cursor.x() + step.x(), 0, kColumns - 1), std::clamp(m_cursor.y() + step.y(), 0, kRows - 1))
                                   : m_cursor;
        return chooseCells(event->modifiers() & Qt::ShiftModifier ? m_anchor : to, to);
    }
    if (event->key() != Qt::Key_Escape || !m_chosen)
        return QWidget::keyPressEvent(event);
    m_chosen.reset();
    update();
    Q_EMIT chosenChanged();
}

bool HeatMap::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip && m_endTs) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const QRect area = plot();
        if (area.contains(help->pos())) {
            const int column = (help->pos().x() - area.left()) * kColumns / area.width();
            const double row = double(area.bottom() - help->pos().y()) * kRows / area.height();
            const qint64 ts = m_endTs - qint64(kColumns - column) * 1000;
            QToolTip::showText(help->globalPos(),
                               tr("%1, about %2").arg(timeText(ts).left(8), microsText(usOfRow(std::floor(row)))), this);
            return true;
        }
    }
    return QWidget::event(event);
}

} // namespace dormouse
