// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/latencymodel.h"
#include "ui/theme.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace dormouse {

/// Latencies over time: one column per second, one row per step of the logarithmic scale, painted as one image
/// (performance-notes.md section 8). Cells are chosen with the mouse, or with the arrow keys, Shift for more than one. The
/// table below it on the page says the same in numbers.
class HeatMap : public QWidget
{
    Q_OBJECT
public:
    HeatMap(const ThemeManager &theme, const LatencyModel &latency, QWidget *parent = nullptr);
    void setKind(LatencyKind kind);
    /// Only this time; by default all.
    void setSpan(const TimeSpan &span) { m_span = span; }
    void refresh();
    QSize sizeHint() const override { return {m_theme.px(600), m_theme.px(220)}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

    /// Half-open ranges of the chosen cells: wall ms and us. Absent = none.
    struct Cells
    {
        qint64 fromTs = 0, toTs = 0, fromUs = 0, toUs = 0;
    };
    const std::optional<Cells> &chosen() const { return m_chosen; }

Q_SIGNALS:
    void chosenChanged();

protected:
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    static constexpr int kColumns = 300; ///< seconds
    static constexpr int kRows = 64;     ///< four per power of two from 64 µs on
    QRect plot() const;
    void choose(const QPoint &a, const QPoint &b);
    void chooseCells(const QPoint &a, const QPoint &b);
    std::optional<Cells> m_chosen;
    QPoint m_anchor{kColumns - 1, kRows / 3}, m_cursor = m_anchor; ///< column and row of the corners chosen last
    QPoint m_pressed;
    const ThemeManager &m_theme;
    const LatencyModel &m_latency;
    LatencyKind m_kind = LatencyKind::Ack;
    QImage m_image;
    TimeSpan m_span;
    qint64 m_endTs = 0;
    bool m_toNow = true; ///< what happens now stands at the right
    quint64 m_top = 0;
};

} // namespace dormouse
