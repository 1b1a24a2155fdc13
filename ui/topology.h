// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/theme.h"

#include <QWidget>

namespace dormouse {

/// The cluster at a glance: clients, engine, runners as lanes, actors as cells (shape, tone and legend by state), their
/// connections as a line under the cell. On the edges stand messages per second and the round trip, a dash for what is
/// not measured. The tables list the same things (console.md rows 9, 38, 92).
class Topology : public QWidget
{
    Q_OBJECT
public:
    Topology(const ThemeManager &theme, Session &session, QWidget *parent = nullptr);
    void refresh(); ///< reads the models; call while visible only
    QSize minimumSizeHint() const override { return {360, 200}; }
    /// Median of the clients that answered a ping; absent when none did.
    std::optional<qint64> clientRoundTripUs() const { return m_clientRttUs; }
    /// What stands on the edges, for tests and screen readers.
    QString edgesText() const;

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
        QString rate, roundTrip; ///< of the link, as text
        std::vector<Cell> cells; ///< the oldest ones
        size_t actors = 0;       ///< all of them
    };
    struct Hit
    {
        QRect area;
        QString id;
        bool runner = false;
    };
    void fillLane(Lane &lane, std::vector<const monitor::ActorInfo *> actors);
    void paintNode(QPainter &painter, const QRect &area, const QString &icon, const QString &title, const QStringList &lines);
    void paintCell(QPainter &painter, const QRect &area, const Cell &cell);
    void paintGuide(QPainter &painter);
    void paintEdge(QPainter &painter, const QRect &room, const QString &rate, const QString &roundTrip);
    QString actorRoundTrip() const;
    QString clientRate() const;
    const ThemeManager &m_theme;
    Session &m_session;
    std::vector<Lane> m_lanes;
    std::vector<Hit> m_hits;
    std::optional<qint64> m_clientRttUs;
    QRect m_engine, m_edge; ///< as painted last, for tool tips
};

} // namespace dormouse
