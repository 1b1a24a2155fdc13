// SPDX-License-Identifier: Apache-2.0
#include "ui/statediagram.h"

#include "models/format.h"
#include "ui/words.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace dormouse {

namespace {

constexpr int kBoxWidth = 104; // at normal text size
constexpr int kBoxHeight = 24;
constexpr int kBoxPadding = 16; // beside icon and word
constexpr int kGapX = 12;
constexpr int kGapY = 20;
constexpr int kMargin = 8;
constexpr qint64 kStripMs = 300'000;

QString keyOf(const QString &from, const QString &to)
{
    return from % u'>' % to;
}

/// From border to border, bent a little so that both directions between two boxes are seen.
QPainterPath wire(const QRectF &from, const QRectF &to, QPointF *tip, QPointF *direction)
{
    const QPointF a = from.center(), b = to.center();
    const auto border = [](const QRectF &box, const QPointF &towards) {
        const QPointF d = towards - box.center();
        const double sx = d.x() == 0 ? 1e9 : box.width() / 2 / std::abs(d.x());
        const double sy = d.y() == 0 ? 1e9 : box.height() / 2 / std::abs(d.y());
        return box.center() + d * std::min({sx, sy, 1.0});
    };
    const QPointF d = b - a;
    const double length = std::max(1.0, std::hypot(d.x(), d.y()));
    const QPointF normal(-d.y() / length, d.x() / length);
    // Boxes of one layer: round the ones between them.
    const double bend = std::abs(d.y()) < 1 ? kGapY * 1.4 : std::min(24.0, length / 8);
    const QPointF middle = (a + b) / 2 + normal * bend;
    const QPointF start = border(from, middle), end = border(to, middle);
    QPainterPath path(start);
    path.quadTo(middle, end);
    *tip = end;
    const QPointF last = end - middle;
    *direction = last / std::max(1.0, std::hypot(last.x(), last.y()));
    return path;
}

void arrow(QPainter &painter, const QPointF &tip, const QPointF &direction, const QColor &tone)
{
    const QPointF side(-direction.y(), direction.x());
    painter.setPen(Qt::NoPen);
    painter.setBrush(tone);
    painter.drawPolygon(QPolygonF({tip, tip - direction * 7 + side * 3.5, tip - direction * 7 - side * 3.5}));
}

} // namespace

StateDiagram::StateDiagram(const ThemeManager &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("State diagram"));
}

void StateDiagram::setMachine(const monitor::StateMachineInfo *machine)
{
    const monitor::StateMachineInfo next = machine ? *machine : monitor::StateMachineInfo();
    if (next == m_machine)
        return;
    m_machine = next;
    m_layers.clear();
    QStringList done;
    QStringList layer;
    if (!m_machine.initial.isEmpty())
        layer.append(m_machine.initial);
    QStringList ends; // nothing leads out of them: they stand last, whatever the way is
    const auto isEnd = [this](const QString &state) {
        return std::none_of(m_machine.edges.begin(), m_machine.edges.end(),
                            [&](const monitor::StateEdgeInfo &edge) { return edge.from == state; });
    };
    while (!layer.isEmpty()) {
        m_layers.push_back(layer);
        done += layer;
        QStringList following;
        for (const QString &state : std::as_const(layer)) {
            for (const monitor::StateEdgeInfo &edge : m_machine.edges) {
                if (edge.from != state || done.contains(edge.to) || following.contains(edge.to) || ends.contains(edge.to))
                    continue;
                (isEnd(edge.to) ? ends : following).append(edge.to);
            }
        }
        layer = following;
    }
    if (!ends.isEmpty())
        m_layers.push_back(ends);
    updateGeometry();
    update();
}

void StateDiagram::setCurrent(const QString &state, const std::deque<StateHistory::Step> &steps)
{
    QHash<QString, int> taken;
    for (const StateHistory::Step &step : steps)
        if (!step.from.isEmpty() && step.from != step.to)
            ++taken[keyOf(step.from, step.to)];
    if (m_current == state && taken == m_taken)
        return;
    m_current = state;
    m_taken = std::move(taken);
    setAccessibleDescription(tr("Now: %1. The history lists the transitions.").arg(Words::lookOfState(m_machine.name, state).word));
    update();
}

/// All have the width of the longest word, as long as two fit beside each other.
int StateDiagram::boxWidth(int width) const
{
    QFont type = m_theme.smallFont();
    type.setWeight(QFont::DemiBold);
    const QFontMetrics metrics(type);
    int widest = m_theme.px(kBoxWidth);
    for (const QStringList &layer : m_layers)
        for (const QString &state : layer)
            widest = std::max(widest, metrics.horizontalAdvance(Words::lookOfState(m_machine.name, state).word) + m_theme.px(12) + kBoxPadding);
    return std::min(widest, std::max(m_theme.px(kBoxWidth), (width - 2 * kMargin - kGapX) / 2));
}

std::vector<StateDiagram::Box> StateDiagram::boxes(int width, int *height) const
{
    const int wide = boxWidth(width), boxHeight = m_theme.px(kBoxHeight);
    const int perRow = std::max(1, (width - 2 * kMargin + kGapX) / (wide + kGapX));
    std::vector<Box> all;
    int y = kMargin;
    for (const QStringList &layer : m_layers) {
        for (qsizetype at = 0; at < layer.size(); at += perRow) {
            const qsizetype n = std::min<qsizetype>(perRow, layer.size() - at);
            // A wide view spreads the boxes, up to twice the gap between them.
            const double pitch = std::min(double(wide + 5 * kGapX), n > 0 ? double(width - 2 * kMargin + kGapX) / double(n) : 0);
            double x = (width - pitch * double(n) + (pitch - wide)) / 2;
            for (qsizetype i = 0; i < n; ++i, x += pitch)
                all.push_back({layer.at(at + i), QRectF(x, y, wide, boxHeight)});
            y += boxHeight + kGapY;
        }
    }
    *height = std::max(40, y - kGapY + kMargin);
    return all;
}

int StateDiagram::heightForWidth(int width) const
{
    int height = 0;
    boxes(width, &height);
    return height;
}

QSize StateDiagram::sizeHint() const
{
    const int wide = std::max(width(), 340);
    return {340, heightForWidth(wide)};
}

QStringList StateDiagram::statesByLayer() const
{
    QStringList lines;
    for (const QStringList &layer : m_layers)
        lines.append(layer.join(u' '));
    return lines;
}

void StateDiagram::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.smallFont());
    if (m_layers.empty()) {
        painter.setPen(m_theme.color(Color::Faint));
        painter.drawText(rect(), Qt::AlignCenter, tr("The source has not told the states."));
        return;
    }
    int height = 0;
    const std::vector<Box> all = boxes(width(), &height);
    const auto areaOf = [&](const QString &state) {
        const auto it = std::find_if(all.begin(), all.end(), [&](const Box &box) { return box.state == state; });
        return it == all.end() ? QRectF() : it->area;
    };
    enum Pass { Possible, Open, Taken };
    for (const Pass pass : {Possible, Open, Taken}) {
        for (const monitor::StateEdgeInfo &edge : m_machine.edges) {
            const bool taken = m_taken.contains(keyOf(edge.from, edge.to));
            const bool open = edge.from == m_current;
            if ((taken ? Taken : open ? Open : Possible) != pass)
                continue;
            const QRectF from = areaOf(edge.from), to = areaOf(edge.to);
            if (from.isNull() || to.isNull())
                continue;
            QPointF tip, direction;
            const QPainterPath path = wire(from, to, &tip, &direction);
            QColor tone = m_theme.color(pass == Taken ? Color::Accent : pass == Open ? Color::Muted : Color::BorderStrong);
            if (pass == Possible)
                tone.setAlpha(110);
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(tone, pass == Taken ? 2 : 1, pass == Open ? Qt::DashLine : Qt::SolidLine));
            painter.drawPath(path);
            if (pass != Possible)
                arrow(painter, tip, direction, tone);
        }
    }
    for (const Box &box : all) {
        const Words::Look look = Words::lookOfState(m_machine.name, box.state);
        const QColor tone = m_theme.color(look.tone);
        const bool current = box.state == m_current;
        const bool visited = std::any_of(m_taken.keyBegin(), m_taken.keyEnd(), [&](const QString &key) {
            return key.startsWith(box.state % u'>') || key.endsWith(u'>' % box.state);
        });
        painter.setBrush(m_theme.color(current ? Color::Selection : Color::Raised));
        painter.setPen(QPen(current ? tone : m_theme.color(visited ? Color::Accent : Color::Border), current ? 2 : 1));
        painter.drawRoundedRect(box.area, 6, 6);
        const QColor ink = current || visited ? m_theme.color(Color::Text) : m_theme.color(Color::Muted);
        painter.drawPixmap(QPointF(box.area.left() + 6, box.area.center().y() - m_theme.px(6)),
                           m_theme.pixmap(look.icon, current || visited ? tone : m_theme.color(Color::Faint), m_theme.px(12), devicePixelRatioF()));
        QFont type = m_theme.smallFont();
        type.setWeight(current ? QFont::DemiBold : QFont::Normal);
        painter.setFont(type);
        painter.setPen(ink);
        const QRectF room = box.area.adjusted(10 + m_theme.px(12), 0, -4, 0);
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(look.word, Qt::ElideRight, int(room.width())));
    }
}

bool StateDiagram::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    int height = 0;
    for (const Box &box : boxes(width(), &height)) {
        if (!box.area.contains(help->pos()))
            continue;
        QStringList lines{Words::lookOfState(m_machine.name, box.state).word};
        for (const monitor::StateEdgeInfo &edge : m_machine.edges) {
            if (edge.from != box.state)
                continue;
            const int times = m_taken.value(keyOf(edge.from, edge.to));
            lines.append(QString(QStringLiteral("→ ") % Words::lookOfState(m_machine.name, edge.to).word % QStringLiteral(": ") % edge.event
                                 % (times ? QStringLiteral("  ×") % QString::number(times) : QString())));
        }
        QToolTip::showText(help->globalPos(), lines.join(u'\n'), this, box.area.toRect());
        return true;
    }
    QToolTip::hideText();
    return true;
}

StateStrip::StateStrip(const ThemeManager &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("States over time"));
}

void StateStrip::setSteps(const QString &machine, const QString &current, const std::deque<StateHistory::Step> &steps, qint64 now,
                           const std::optional<qint64> &beganTs)
{
    m_machine = machine;
    m_spans.clear();
    const qint64 begin = now - kStripMs;
    qint64 from = std::max(begin, beganTs.value_or(begin));
    for (const StateHistory::Step &step : steps) {
        if (step.ts > begin && !step.from.isEmpty())
            m_spans.push_back({step.from, from, step.ts, {}});
        from = std::max(begin, step.ts);
    }
    if (!current.isEmpty())
        m_spans.push_back({current, from, now, {}});
    setAccessibleDescription(tr("The state diagram shows the transitions."));
    update();
}

void StateStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.smallFont());
    const QRectF lane(0, 2, width(), 18);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Color::Sunken));
    painter.drawRoundedRect(lane, 4, 4);
    m_painted.clear();
    if (!m_spans.empty()) {
        const qint64 end = m_spans.back().to, begin = end - kStripMs;
        for (Span span : m_spans) {
            const double x = double(span.from - begin) / double(kStripMs) * width();
            const double wide = std::max(2.0, double(span.to - span.from) / double(kStripMs) * width());
            span.area = QRectF(x, lane.top(), wide, lane.height());
            const Words::Look look = Words::lookOfState(m_machine, span.state);
            QColor fill = m_theme.color(look.tone);
            fill.setAlpha(90);
            painter.setBrush(fill);
            painter.setPen(QPen(m_theme.color(Color::Surface), 1));
            painter.drawRect(span.area);
            if (wide > 18)
                painter.drawPixmap(span.area.topLeft() + QPointF(3, 3),
                                   m_theme.pixmap(look.icon, m_theme.color(look.tone), m_theme.px(12), devicePixelRatioF()));
            const QRectF room = span.area.adjusted(19, 0, -2, 0);
            if (room.width() > 30) {
                painter.setPen(m_theme.color(Color::Text));
                painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                                 painter.fontMetrics().elidedText(look.word, Qt::ElideRight, int(room.width())));
            }
            m_painted.push_back(span);
        }
    }
    painter.setPen(m_theme.color(Color::Muted));
    const QRectF below(0, lane.bottom() + 2, width(), m_theme.px(16));
    painter.drawText(below, Qt::AlignLeft, tr("−%1 min").arg(kStripMs / 60'000));
    painter.drawText(below, Qt::AlignRight, tr("now"));
}

bool StateStrip::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    for (const Span &span : m_painted) {
        if (span.area.contains(help->pos())) {
            QToolTip::showText(help->globalPos(), QString(Words::lookOfState(m_machine, span.state).word % u' '
                                                          % durationText(double(span.to - span.from))), this);
            return true;
        }
    }
    QToolTip::hideText();
    return true;
}

} // namespace dormouse
