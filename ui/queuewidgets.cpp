// SPDX-License-Identifier: Apache-2.0
#include "ui/queuewidgets.h"

#include "models/format.h"
#include "ui/paint.h"

#include <QPainter>

namespace dormouse {

PendingBar::PendingBar(const ThemeManager &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setConnection(std::nullopt);
}

void PendingBar::setConnection(const std::optional<monitor::ConnectionInfo> &connection, std::optional<qint64> closesInMs)
{
    m_connection = connection;
    m_closesInMs = closesInMs;
    setAccessibleName(
        !connection || !connection->pendingBytes
            ? tr("Pending bytes: unknown")
            : tr("Pending bytes: %1 of %2")
                  .arg(bytesText(double(*connection->pendingBytes)),
                       connection->pendingLimitBytes ? bytesText(double(*connection->pendingLimitBytes)) : unknownText()));
    update();
}

void PendingBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRect inner = rect().adjusted(0, 4, 0, -4);
    const bool known = m_connection && m_connection->pendingBytes;
    const double bytes = known ? double(*m_connection->pendingBytes) : 0;
    const double limit = known ? double(m_connection->pendingLimitBytes.value_or(0)) : 0;
    const double fraction = limit > 0 ? bytes / limit : 0;
    QFont big = font();
    big.setPixelSize(m_theme.px(18));
    big.setWeight(QFont::DemiBold);
    painter.setFont(big);
    painter.setPen(m_theme.color(known ? Color::Text : Color::Faint));
    const QString number = known ? bytesText(bytes) : unknownText();
    painter.drawText(inner, Qt::AlignLeft | Qt::AlignTop, number);
    const int used = painter.fontMetrics().horizontalAdvance(number);
    painter.setFont(m_theme.smallFont());
    painter.setPen(m_theme.color(Color::Muted));
    const QString of = limit > 0 ? tr("of %1 pending").arg(bytesText(limit)) : tr("pending");
    painter.drawText(inner.adjusted(used + 8, m_theme.px(6), 0, 0), Qt::AlignLeft | Qt::AlignTop, of);
    if (limit > 0) {
        painter.setPen(m_theme.color(barTone(fraction)));
        painter.drawText(inner.adjusted(0, m_theme.px(6), 0, 0), Qt::AlignRight | Qt::AlignTop,
                         tr("%1 %").arg(QString::number(fraction * 100, 'f', fraction < 0.1 ? 1 : 0)));
    }
    paintBar(painter, m_theme, QRect(inner.left(), inner.top() + m_theme.px(28), inner.width(), 12), fraction, true, !known);
    painter.setPen(m_theme.color(Color::Muted));
    QString below = tr("Oldest waits %1").arg(known && m_connection->oldestPendingMs
                                                  ? durationText(double(*m_connection->oldestPendingMs))
                                                  : unknownText());
    if (known && m_connection->maxPendingBytes)
        below += tr("   highest %1").arg(bytesText(double(*m_connection->maxPendingBytes)));
    painter.drawText(inner, Qt::AlignLeft | Qt::AlignBottom, below);
    if (m_closesInMs) {
        painter.setPen(m_theme.color(*m_closesInMs < 60'000 ? Color::Bad : Color::Waking));
        painter.drawText(inner, Qt::AlignRight | Qt::AlignBottom, tr("full in %1").arg(durationText(double(*m_closesInMs))));
    }
}

PressureChain::PressureChain(const ThemeManager &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setStages({});
}

void PressureChain::setStages(const Stages &stages)
{
    m_stages = stages;
    const auto text = [](const std::optional<qint64> &bytes) { return bytes ? bytesText(double(*bytes)) : unknownText(); };
    setAccessibleName(tr("Bytes held: for the client %1, in the gateway %2, in the runner link %3, at the actor %4")
                          .arg(text(stages.client), text(stages.gateway), text(stages.runner), text(stages.actor)));
    setToolTip(tr("The runner link is shared by all connections of that runner. At the actor: written and not acknowledged."));
    update();
}

void PressureChain::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.smallFont());
    const std::pair<QString, std::optional<qint64>> stages[] = {{tr("Client"), m_stages.client}, {tr("Gateway"), m_stages.gateway},
                                                                {tr("Runner link"), m_stages.runner}, {tr("Actor"), m_stages.actor}};
    qint64 most = 1;
    for (const auto &[name, bytes] : stages)
        most = std::max(most, bytes.value_or(0));
    const int gap = 14, wide = (width() - 3 * gap) / 4;
    int x = 0;
    for (int i = 0; i < 4; ++i, x += wide + gap) {
        const auto &[name, bytes] = stages[i];
        painter.setPen(m_theme.color(Color::Muted));
        painter.drawText(QRect(x, 2, wide, m_theme.px(16)), Qt::AlignLeft, painter.fontMetrics().elidedText(name, Qt::ElideRight, wide));
        paintBar(painter, m_theme, QRect(x, m_theme.px(24), wide, 8), bytes ? double(*bytes) / double(most) : 0, false, !bytes);
        painter.setPen(m_theme.color(bytes ? Color::Text : Color::Faint));
        painter.drawText(QRect(x, m_theme.px(38), wide, m_theme.px(16)), Qt::AlignLeft, bytes ? bytesText(double(*bytes)) : unknownText());
        if (i > 0) { // messages go left to right; what the client is owed goes the other way
            painter.setPen(m_theme.color(Color::Faint));
            painter.drawText(QRect(x - gap, m_theme.px(19), gap, m_theme.px(16)), Qt::AlignCenter, i == 1 ? QStringLiteral("←") : QStringLiteral("→"));
        }
    }
}

AckRuler::AckRuler(const ThemeManager &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setConnection(std::nullopt);
}

void AckRuler::setConnection(const std::optional<monitor::ConnectionInfo> &connection)
{
    m_connection = connection;
    const auto text = [](const std::optional<int> &n) { return n ? QString::number(*n) : unknownText(); };
    setAccessibleName(connection ? tr("Message index: acknowledged %1, sent %2, next %3")
                                       .arg(text(connection->lastAckedIndex), text(connection->lastSentIndex),
                                            text(connection->nextIndex))
                                 : tr("Message index: no connection"));
    update();
}

void AckRuler::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.smallFont());
    const QRect inner = rect().adjusted(0, 4, 0, -4);
    const int y = inner.top() + m_theme.px(30);
    painter.setPen(m_theme.color(Color::Muted));
    painter.drawText(inner, Qt::AlignLeft | Qt::AlignTop, tr("Message index"));
    painter.setPen(QPen(m_theme.color(Color::BorderStrong), 2));
    painter.drawLine(inner.left(), y, inner.right(), y);
    if (!m_connection || !m_connection->nextIndex) {
        painter.setPen(m_theme.color(Color::Faint));
        painter.drawText(inner, Qt::AlignRight | Qt::AlignTop, unknownText());
        return;
    }
    // Indices are 16 bit and wrap: all positions are distances to the next index.
    const int next = *m_connection->nextIndex;
    const auto behind = [next](const std::optional<int> &index) {
        return index ? int(quint16(next - *index)) : -1;
    };
    const int acked = behind(m_connection->lastAckedIndex);
    const int sent = behind(m_connection->lastSentIndex);
    int span = 16;
    while (span < std::max(acked, sent) + 4)
        span *= 2;
    const auto x = [&](int distance) { return inner.right() - 28 - (inner.width() - 40) * double(distance) / span; };
    if (acked >= 0 && sent >= 0) {
        painter.setPen(QPen(m_theme.color(Color::Good), 4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(inner.left(), y), QPointF(x(acked), y));
        painter.setPen(QPen(m_theme.color(Color::Waking), 4, Qt::DotLine, Qt::RoundCap));
        if (acked > sent)
            painter.drawLine(QPointF(x(acked), y), QPointF(x(sent), y));
    }
    // A young connection has an index 0 too, but has not come round to it.
    const bool wrapped = !m_connection->messagesIn || *m_connection->messagesIn > quint64(next);
    if (wrapped && next < span && next > 0) {
        painter.setPen(QPen(m_theme.color(Color::Bad), 1, Qt::DashLine));
        painter.drawLine(QPointF(x(next), y - 12), QPointF(x(next), y + 12));
        painter.drawText(QPointF(x(next) + 3, y - 6), tr("wrap"));
    }
    const auto mark = [&](int distance, Color tone, bool above) {
        if (distance < 0)
            return;
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(tone));
        const double at = x(distance);
        const double tip = above ? y - 5 : y + 5;
        const double base = above ? y - 12 : y + 12;
        painter.drawPolygon(QPolygonF({{at, tip}, {at - 5, base}, {at + 5, base}}));
    };
    mark(acked, Color::Good, false);
    mark(sent, Color::Waking, true);
    mark(0, Color::Muted, false);
    const auto text = [](const std::optional<int> &n) { return n ? QString::number(*n) : unknownText(); };
    const QRect legend(inner.left(), inner.bottom() - m_theme.px(16), inner.width(), m_theme.px(16));
    painter.setPen(m_theme.color(Color::Good));
    painter.drawText(legend, Qt::AlignLeft, tr("▲ acked %1").arg(text(m_connection->lastAckedIndex)));
    painter.setPen(m_theme.color(Color::Waking));
    painter.drawText(legend, Qt::AlignHCenter, tr("▼ sent %1").arg(text(m_connection->lastSentIndex)));
    painter.setPen(m_theme.color(Color::Muted));
    painter.drawText(legend, Qt::AlignRight, tr("next %1").arg(next));
    if (acked >= 0) {
        const QString gap = tr("%1 not acknowledged").arg(countText(std::max(0, acked - 1)));
        painter.drawText(inner, Qt::AlignRight | Qt::AlignTop, gap);
    }
}

} // namespace dormouse
