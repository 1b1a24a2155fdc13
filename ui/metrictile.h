// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/clustermodel.h"
#include "ui/theme.h"

#include <QWidget>

namespace dormouse {

/// A number, what it is, and its recent course as a sparkline with its highest value.
class MetricTile : public QWidget
{
    Q_OBJECT
public:
    MetricTile(const ThemeManager &theme, const ClusterModel &cluster, ClusterModel::Metric metric, Color tone,
               QWidget *parent = nullptr);
    void refresh(bool stale);
    QSize sizeHint() const override { return {m_theme.px(132), m_theme.px(88)}; }
    QSize minimumSizeHint() const override { return {112, 80}; }

Q_SIGNALS:
    void activated();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    const ThemeManager &m_theme;
    const ClusterModel &m_cluster;
    ClusterModel::Metric m_metric;
    Color m_tone;
    bool m_stale = false;
};

} // namespace dormouse
