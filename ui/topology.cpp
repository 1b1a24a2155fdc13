// SPDX-License-Identifier: Apache-2.0
#include "ui/topology.h"

#include "models/format.h"
#include "ui/paint.h"
#include "ui/words.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>

namespace dormouse {

namespace {

constexpr size_t kMaxCellsPerLane = 3000; // more do not fit on any screen; the lane says how many are left out

} // namespace

Topology::Topology(const ThemeManager &theme, Session &session, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_session(session)
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Cluster map"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void Topology::refresh()
{
    // Walks all actors: what is done for each is counted in nanoseconds, cells are made only for those that fit.
    std::vector<Lane> lanes;
    QHash<QString, size_t> byRunner;
    m_session.runners().forEach([&](const monitor::RunnerInfo &runner) {
        if (runner.state == monitor::RunnerState::Stopped)
            return;
        Lane lane;
        const Words::Look look = Words::look(runner.state);
        lane.runnerId = runner.runnerId;
        lane.title = runner.name;
        lane.icon = look.icon;
        lane.tone = look.tone;
        lane.rate = m_session.rates().isKnown() ? tr("%1/s").arg(countText(m_session.rates().perSecond(runner.runnerId, m_session.runners().now())))
                                                : unknownText();
        lane.roundTrip = runner.lastRttMs ? durationText(double(*runner.lastRttMs)) : unknownText();
        lane.detail = runner.totalSlots && runner.usedSlots
            ? tr("%1 / %2 slots").arg(countText(*runner.usedSlots), countText(*runner.totalSlots))
            : look.word;
        if (runner.totalSlots && *runner.totalSlots > 0)
            lane.fill = double(runner.usedSlots.value_or(0)) / double(*runner.totalSlots);
        byRunner.insert(runner.runnerId, lanes.size());
        lanes.push_back(std::move(lane));
    });
    const size_t asleep = lanes.size(), waiting = asleep + 1;
    lanes.resize(lanes.size() + 2);
    lanes[asleep].title = tr("Asleep");
    lanes[asleep].icon = QStringLiteral("state-sleeping");
    lanes[asleep].tone = Color::Asleep;
    lanes[waiting].title = tr("Waiting");
    lanes[waiting].icon = QStringLiteral("state-pending");
    lanes[waiting].tone = Color::Waiting;
    std::vector<std::vector<const monitor::ActorInfo *>> actors(lanes.size());
    m_session.actors().forEach([&](const monitor::ActorInfo &actor) {
        if (actor.state == monitor::ActorState::Destroyed)
            return;
        const size_t none = actor.state == monitor::ActorState::Sleeping ? asleep : waiting;
        actors[actor.runnerId.isEmpty() ? none : byRunner.value(actor.runnerId, none)].push_back(&actor);
    });
    std::vector<qint64> answered;
    m_session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
        if (connection.clientRttUs && connection.state != monitor::ConnectionState::Closed && !m_session.own().isHidden(connection.connectionId))
            answered.push_back(*connection.clientRttUs);
    });
    m_clientRttUs.reset();
    if (!answered.empty()) {
        const auto middle = answered.begin() + qptrdiff(answered.size() / 2);
        std::nth_element(answered.begin(), middle, answered.end());
        m_clientRttUs = *middle;
    }
    for (size_t i = 0; i < lanes.size(); ++i)
        fillLane(lanes[i], std::move(actors[i]));
    for (const size_t none : {waiting, asleep}) {
        if (lanes[none].actors == 0)
            lanes.erase(lanes.begin() + qsizetype(none));
        else
            lanes[none].detail = tr("actors: %1").arg(countText(double(lanes[none].actors)));
    }
    std::sort(lanes.begin(), lanes.begin() + byRunner.size(),
              [](const Lane &a, const Lane &b) { return a.title != b.title ? a.title < b.title : a.runnerId < b.runnerId; });
    m_lanes = std::move(lanes);
    setAccessibleDescription(tr("%1 The tables of runners, actors and connections list the same. Arrow keys walk through the actors.").arg(edgesText()));
    update();
}

void Topology::fillLane(Lane &lane, std::vector<const monitor::ActorInfo *> actors)
{
    lane.actors = actors.size();
    const auto older = [](const monitor::ActorInfo *a, const monitor::ActorInfo *b) { // oldest first: cells keep their place
        const qint64 x = a->createTs.value_or(0), y = b->createTs.value_or(0);
        return x != y ? x < y : a->actorId < b->actorId;
    };
    if (actors.size() > kMaxCellsPerLane) {
        std::nth_element(actors.begin(), actors.begin() + kMaxCellsPerLane, actors.end(), older);
        actors.resize(kMaxCellsPerLane);
    }
    std::sort(actors.begin(), actors.end(), older);
    lane.cells.reserve(actors.size());
    for (const monitor::ActorInfo *actor : actors) {
        const OwnTraffic::Load own = m_session.own().hiddenOf(actor->actorId);
        lane.cells.push_back({actor->actorId, actor->state, actor->connections.value_or(0) - own.connections,
                              actor->hibernating.value_or(0) - own.hibernating,
                              actor->pendingBytes.value_or(0) - own.pendingBytes > 512 * 1024});
    }
}

QString Topology::clientRate() const
{
    return tr("%1/s").arg(m_session.cluster().text(ClusterModel::MessageRate));
}

/// An HTTP request goes all the way to the actor and back: the one round trip to actors that is measured.
QString Topology::actorRoundTrip() const
{
    const auto us = m_session.latency().merged(LatencyKind::Http, 60'000).quantileUs(0.5);
    return us ? microsText(double(*us)) : unknownText();
}

QString Topology::edgesText() const
{
    QStringList parts{tr("Clients: %1, round trip %2.").arg(clientRate(), m_clientRttUs ? microsText(double(*m_clientRttUs)) : unknownText())};
    for (const Lane &lane : m_lanes)
        if (!lane.runnerId.isEmpty())
            parts.append(tr("Runner %1: %2, round trip %3.").arg(lane.title, lane.rate, lane.roundTrip));
    parts.append(tr("Actors: round trip %1.").arg(actorRoundTrip()));
    return parts.join(u' ');
}

void Topology::paintEdge(QPainter &painter, const QRect &room, const QString &rate, const QString &roundTrip)
{
    painter.setFont(m_theme.smallFont());
    const int line = painter.fontMetrics().height();
    const QRect above(room.left(), room.center().y() - line - 3, room.width(), line);
    const QRect below(room.left(), room.center().y() + 4, room.width(), line);
    painter.setPen(m_theme.color(Color::Text));
    painter.drawText(above, Qt::AlignCenter, painter.fontMetrics().elidedText(rate, Qt::ElideRight, room.width()));
    painter.setPen(m_theme.color(roundTrip == unknownText() ? Color::Faint : Color::Muted));
    painter.drawText(below, Qt::AlignCenter, painter.fontMetrics().elidedText(roundTrip, Qt::ElideRight, room.width()));
}

void Topology::paintNode(QPainter &painter, const QRect &area, const QString &icon, const QString &title,
                         const QStringList &lines)
{
    const auto px = [this](int length) { return m_theme.px(length); };
    painter.setPen(m_theme.color(Color::BorderStrong));
    painter.setBrush(m_theme.color(Color::Raised));
    painter.drawRoundedRect(area, 8, 8);
    painter.drawPixmap(area.left() + px(10), area.top() + px(10),
                       m_theme.pixmap(icon, m_theme.color(Color::Accent), px(16), devicePixelRatioF()));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(m_theme.color(Color::Text));
    painter.drawText(area.adjusted(px(32), px(9), -4, 0), Qt::AlignLeft | Qt::AlignTop, title);
    painter.setFont(m_theme.smallFont());
    painter.setPen(m_theme.color(Color::Muted));
    int y = area.top() + px(34);
    for (const QString &line : lines) {
        painter.drawText(QRect(area.left() + px(10), y, area.width() - px(14), px(16)), Qt::AlignLeft | Qt::AlignVCenter, line);
        y += px(18);
    }
}

void Topology::paintCell(QPainter &painter, const QRect &area, const Cell &cell)
{
    const QColor tone = m_theme.color(Words::look(cell.state).tone);
    const QRectF box = QRectF(area).adjusted(1, 1, -1, -1);
    const bool hollow = cell.state == monitor::ActorState::Sleeping || cell.state == monitor::ActorState::SleepIntent;
    const bool moving = cell.state == monitor::ActorState::Starting || cell.state == monitor::ActorState::Pending
        || cell.state == monitor::ActorState::StopIntent || cell.state == monitor::ActorState::GoingAway;
    painter.setPen(QPen(tone, 1.5));
    painter.setBrush(hollow || moving ? Qt::NoBrush : QBrush(tone));
    if (cell.state == monitor::ActorState::Backoff) {
        painter.drawPolygon(QPolygonF({{box.center().x(), box.top()}, box.bottomRight(), box.bottomLeft()}));
    } else if (hollow) {
        painter.drawEllipse(box);
    } else {
        painter.drawRoundedRect(box, 3, 3);
        if (moving)
            painter.drawLine(box.bottomLeft(), box.topRight());
    }
    if (cell.connections > 0 || cell.hibernating > 0) {
        painter.setPen(QPen(m_theme.color(cell.pressure           ? Color::Bad
                                          : cell.hibernating > 0 ? Color::Asleep
                                                                 : Color::Accent),
                            2, cell.hibernating > 0 ? Qt::DotLine : Qt::SolidLine));
        painter.drawLine(area.left() + 1, area.bottom() + 3, area.right() - 1, area.bottom() + 3);
    }
    if (!cell.id.isEmpty() && cell.id == m_session.selectedActor()) {
        painter.setPen(QPen(m_theme.color(Color::Text), 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), 4, 4);
    }
}

void Topology::paintGuide(QPainter &painter)
{
    const auto px = [this](int length) { return m_theme.px(length); };
    const ClusterModel &cluster = m_session.cluster();
    const QString url = cluster.info().listenUrl.isEmpty() ? QStringLiteral("http://127.0.0.1:6420") : cluster.info().listenUrl;
    if (!m_session.source() || m_session.source()->linkState() != monitor::LinkState::Live) {
        painter.setPen(m_theme.color(Color::Muted));
        painter.drawText(rect(), Qt::AlignCenter, tr("No engine to show. The status line below says why."));
        return;
    }
    QFont title = font();
    title.setPixelSize(px(16));
    title.setWeight(QFont::DemiBold);
    QRect area = rect().adjusted(24, std::max(16, height() / 2 - px(96)), -24, 0);
    painter.setFont(title);
    painter.setPen(m_theme.color(Color::Text));
    painter.drawText(area, Qt::AlignHCenter | Qt::AlignTop, tr("The engine runs. Connect a runner."));
    painter.setFont(font());
    painter.setPen(m_theme.color(Color::Muted));
    area.setTop(area.top() + px(30));
    painter.drawText(area, Qt::AlignHCenter | Qt::AlignTop,
                     tr("In the folder of your actors, point the runner at this engine:"));
    area.setTop(area.top() + px(30));
    const QStringList lines = {QStringLiteral("export RIVET_ENDPOINT=") + url, QStringLiteral("export RIVET_NAMESPACE=default"),
                               QStringLiteral("node runner.js")};
    painter.setFont(m_theme.monoFont());
    int wide = 0;
    for (const QString &line : lines)
        wide = std::max(wide, painter.fontMetrics().horizontalAdvance(line));
    const QRect box((width() - wide) / 2 - 16, area.top(), wide + 32, px(22) * int(lines.size()) + 16);
    painter.setPen(m_theme.color(Color::Border));
    painter.setBrush(m_theme.color(Color::Sunken));
    painter.drawRoundedRect(box, 8, 8);
    painter.setPen(m_theme.color(Color::Accent));
    for (int i = 0; i < lines.size(); ++i)
        painter.drawText(QRect(box.left() + 16, box.top() + 8 + i * px(22), wide, px(22)), Qt::AlignLeft | Qt::AlignVCenter, lines.at(i));
    area.setTop(box.bottom() + 16);
    painter.setFont(font());
    painter.setPen(m_theme.color(Color::Muted));
    painter.drawText(area, Qt::AlignHCenter | Qt::AlignTop, tr("Only looking around? Start Dormouse with --demo."));
}

void Topology::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    m_hits.clear();
    const auto px = [this](int length) { return m_theme.px(length); };
    const int cellSize = px(14), pitchX = px(18), pitchY = px(20);
    const ClusterModel &cluster = m_session.cluster();
    if (m_lanes.empty()) {
        paintGuide(painter);
        return;
    }
    const auto text = [&](ClusterModel::Metric metric) { return cluster.text(metric); };
    const int middle = height() / 2;
    // A narrow map leaves the clients to their table.
    const bool withClients = width() >= px(540);
    const int gap = px(64), nodeWidth = px(112);
    const QRect clients(4, middle - px(46), nodeWidth, px(92));
    const QRect engine(withClients ? clients.right() + gap : 4, middle - px(56), nodeWidth, px(112));
    const int left = engine.right() + gap;
    m_engine = engine;
    m_edge = withClients ? QRect(QPoint(clients.right(), middle - px(24)), QPoint(engine.left(), middle + px(24))) : QRect();
    const int shownLanes = std::max(1, std::min(int(m_lanes.size()), (height() - px(34)) / px(52)));
    const int laneHeight = std::min(px(160), (height() - px(30) - 8) / shownLanes - 8);
    const int top = std::max(4, (height() - px(26) - shownLanes * (laneHeight + 8)) / 2);

    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(m_theme.color(Color::BorderStrong), 2));
    if (withClients)
        painter.drawLine(clients.right(), middle, engine.left(), middle);
    for (int i = 0; i < shownLanes; ++i) {
        const Lane &lane = m_lanes[size_t(i)];
        const double y = top + i * (laneHeight + 8) + laneHeight / 2.0;
        QPainterPath wire(QPointF(engine.right(), middle));
        wire.cubicTo(QPointF(engine.right() + 20, middle), QPointF(left - 20, y), QPointF(left, y));
        painter.setPen(QPen(m_theme.color(lane.runnerId.isEmpty() ? Color::Border : Color::BorderStrong), 2,
                            lane.runnerId.isEmpty() ? Qt::DotLine : Qt::SolidLine));
        painter.drawPath(wire);
    }
    if (withClients) {
        paintEdge(painter, m_edge, clientRate(), m_clientRttUs ? microsText(double(*m_clientRttUs)) : unknownText());
        paintNode(painter, clients, QStringLiteral("connection"), tr("Clients"),
                  {tr("%1 connected").arg(text(ClusterModel::Connections)), tr("%1 hibernating").arg(text(ClusterModel::Hibernating)),
                   tr("%1 waking").arg(text(ClusterModel::Waking))});
    }
    paintNode(painter, engine, QStringLiteral("dormouse"), tr("Engine"),
              {tr("%1 msg/s").arg(text(ClusterModel::MessageRate)), tr("ack p99 %1").arg(text(ClusterModel::AckP99)),
               tr("%1 pending").arg(text(ClusterModel::PendingBytes)), tr("to actors %1").arg(actorRoundTrip())});

    for (int i = 0; i < shownLanes; ++i) {
        const Lane &lane = m_lanes[size_t(i)];
        const QRect area(left, top + i * (laneHeight + 8), width() - left - 8, laneHeight);
        painter.setPen(m_theme.color(lane.runnerId == m_session.selectedRunner() && !lane.runnerId.isEmpty() ? Color::Accent
                                                                                                         : Color::Border));
        painter.setBrush(m_theme.color(Color::Raised));
        painter.drawRoundedRect(area, 8, 8);
        const QRect head(area.left() + 10, area.center().y() - px(22), px(96), px(44));
        painter.drawPixmap(head.left(), head.top() + 3,
                           m_theme.pixmap(lane.icon, m_theme.color(lane.tone), px(14), devicePixelRatioF()));
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        painter.setFont(bold);
        painter.setPen(m_theme.color(Color::Text));
        painter.drawText(head.adjusted(px(20), 0, 0, 0), Qt::AlignLeft | Qt::AlignTop,
                         painter.fontMetrics().elidedText(lane.title, Qt::ElideRight, head.width() - px(20)));
        painter.setFont(m_theme.smallFont());
        painter.setPen(m_theme.color(Color::Muted));
        painter.drawText(head.adjusted(0, px(19), 0, 0), Qt::AlignLeft | Qt::AlignTop, lane.detail);
        if (lane.fill)
            paintBar(painter, m_theme, QRect(head.left(), head.bottom() - 4, head.width() - 8, 4), *lane.fill, false, false);
        if (!lane.runnerId.isEmpty()) {
            m_hits.push_back({head, lane.runnerId, true});
            paintEdge(painter, QRect(left - px(54), area.center().y() - px(24), px(50), px(48)), lane.rate, lane.roundTrip);
        }

        const QRect grid = area.adjusted(px(112), 4, -8, -3);
        const int perRow = std::max(1, grid.width() / pitchX);
        const int rows = std::max(1, grid.height() / pitchY);
        size_t fit = std::min(lane.cells.size(), size_t(perRow) * size_t(rows));
        const bool more = fit < lane.actors;
        if (more)
            fit = fit > 3 ? fit - 3 : 0;
        const int usedRows = std::min(rows, int((fit + size_t(perRow) - 1) / size_t(perRow)));
        const int startY = grid.top() + std::max(0, (grid.height() - usedRows * pitchY) / 2);
        for (size_t n = 0; n < fit; ++n) {
            const QRect cell(grid.left() + int(n % size_t(perRow)) * pitchX, startY + int(n / size_t(perRow)) * pitchY,
                             cellSize, cellSize);
            paintCell(painter, cell, lane.cells[n]);
            m_hits.push_back({cell, lane.cells[n].id, false});
        }
        if (more) {
            painter.setFont(m_theme.smallFont());
            painter.setPen(m_theme.color(Color::Muted));
            painter.drawText(QRect(grid.left() + int(fit % size_t(perRow)) * pitchX,
                                   startY + int(fit / size_t(perRow)) * pitchY, 3 * pitchX, cellSize),
                             Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("+") + countText(double(lane.actors - fit)));
        }
    }
    // Legend: shape, tone and word together.
    painter.setFont(m_theme.smallFont());
    int x = 8;
    const int y = height() - px(18);
    for (const auto state : {monitor::ActorState::Running, monitor::ActorState::Starting, monitor::ActorState::Sleeping,
                             monitor::ActorState::Backoff}) {
        Cell sample;
        sample.state = state;
        paintCell(painter, QRect(x, y, px(12), px(12)), sample);
        painter.setPen(m_theme.color(Color::Muted));
        const QString word = Words::look(state).word;
        painter.drawText(QPoint(x + px(18), y + px(10)), word);
        x += px(34) + painter.fontMetrics().horizontalAdvance(word);
    }
    if (shownLanes < int(m_lanes.size())) {
        painter.setPen(m_theme.color(Color::Muted));
        painter.drawText(QRect(width() - px(168), y - 2, px(160), px(16)), Qt::AlignRight,
                         tr("+%1 more").arg(int(m_lanes.size()) - shownLanes));
    }
}

void Topology::mousePressEvent(QMouseEvent *event)
{
    for (const Hit &hit : m_hits) {
        if (!hit.area.adjusted(-2, -2, 2, 4).contains(event->pos()))
            continue;
        if (hit.runner)
            Q_EMIT runnerChosen(hit.id);
        else
            Q_EMIT actorChosen(hit.id);
        update();
        return;
    }
}

void Topology::keyPressEvent(QKeyEvent *event)
{
    const bool forward = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    const bool back = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    std::vector<QString> ids;
    for (const Hit &hit : m_hits)
        if (!hit.runner)
            ids.push_back(hit.id);
    if ((!forward && !back) || ids.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const auto at = std::find(ids.begin(), ids.end(), m_session.selectedActor());
    const size_t n = at == ids.end() ? (forward ? ids.size() - 1 : 0) : size_t(at - ids.begin());
    Q_EMIT actorChosen(ids[(n + (forward ? 1 : ids.size() - 1)) % ids.size()]);
    update();
}

bool Topology::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        if (m_edge.contains(help->pos())) {
            QToolTip::showText(help->globalPos(), tr("Messages per second, and the round trip of a ping to the clients (median). A dash: no client is pinged; "
                                                     "the setting guard.client_ping_interval_ms does it."), this, m_edge);
            return true;
        }
        if (m_engine.contains(help->pos())) {
            QToolTip::showText(help->globalPos(), tr("To actors: an HTTP request through the runner until its actor begins to answer, median of the last minute. "
                                                     "A dash: there was none."), this, m_engine);
            return true;
        }
        for (const Hit &hit : m_hits) {
            if (!hit.area.contains(help->pos()))
                continue;
            if (const monitor::RunnerInfo *runner = hit.runner ? m_session.runners().find(hit.id) : nullptr) {
                QToolTip::showText(help->globalPos(), tr("%1 %2\nround trip of the last ping: %3").arg(runner->name, runner->key,
                                                          runner->lastRttMs ? durationText(double(*runner->lastRttMs)) : unknownText()), this, hit.area);
                return true;
            }
            if (const monitor::ActorInfo *actor = hit.runner ? nullptr : m_session.actors().find(hit.id)) {
                QToolTip::showText(help->globalPos(),
                                   QString(actor->name % u' ' % actor->key % u'\n' % Words::look(actor->state).word
                                           % u'\n' % tr("connections: %1").arg(actor->connections ? countText(*actor->connections - m_session.own().hiddenOf(hit.id).connections) : unknownText())),
                                   this, hit.area);
                return true;
            }
        }
        QToolTip::hideText();
    }
    return QWidget::event(event);
}

} // namespace dormouse
