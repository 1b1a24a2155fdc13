// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/theme.h"

#include <QWidget>

namespace dormouse {

/// The cluster at a glance: clients, engine, runners as lanes, actors as cells (shape, tone and legend by state), their
/// connections as a line under the cell. The tables list the same things (console.md rows 9, 92).
class Topology : public QWidget
{
    Q_OBJECT
public:
    Topology(const ThemeManager &theme, Session &session, QWidget *parent = nullptr);
    void refresh(); ///< reads the models; call while visible only
    QSize minimumSizeHint() const override { return {360, 200}; }

Q_SIGNALS:
    void actorChosen(const QString &id);
    void runnerChosen(const QString &id);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Cell
    {
        QString id;
        monitor::ActorState state = monitor::ActorState::Unknown;
        int connections = 0;
        int hibernating = 0;
        bool pressure = false;
    };
    struct Lane
    {
        QString runnerId; ///< empty = actors that are on no runner
        QString title;
        QString detail;
        QString icon;
        Color tone = Color::Muted;
        std::optional<double> fill;
        std::vector<Cell> cells; ///< the oldest ones
        size_t actors = 0;       ///< all of them
    };
    struct Hit
    {
        QRect area;
        QString id;
        bool runner = false;
    };
    static void fillLane(Lane &lane, std::vector<const monitor::ActorInfo *> actors);
    void paintNode(QPainter &painter, const QRect &area, const QString &icon, const QString &title, const QStringList &lines);
    void paintCell(QPainter &painter, const QRect &area, const Cell &cell);
    void paintGuide(QPainter &painter);
    const ThemeManager &m_theme;
    Session &m_session;
    std::vector<Lane> m_lanes;
    std::vector<Hit> m_hits;
};

} // namespace dormouse
