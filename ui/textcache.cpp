// SPDX-License-Identifier: Apache-2.0
#include "ui/textcache.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <memory>

namespace dormouse {

namespace {

QStaticText laidOut(const QString &text, const QFont &font)
{
    QStaticText out(text);
    out.setTextFormat(Qt::PlainText);
    out.setPerformanceHint(QStaticText::AggressiveCaching);
    out.prepare({}, font);
    return out;
}

} // namespace

void TextCache::setFont(int slot, const QFont &font)
{
    if (slot < m_fonts.size() && m_fonts.at(slot) == font)
        return;
    m_fonts.resize(std::max<qsizetype>(m_fonts.size(), slot + 1));
    m_fonts[slot] = font;
    m_texts.clear();
}

void TextCache::draw(QPainter &painter, const QRect &area, Qt::Alignment align, int slot, const QString &text, Qt::TextElideMode mode)
{
    if (text.isEmpty() || area.width() <= 0)
        return;
    const QFont &font = m_fonts.at(slot);
    const Key key{slot, text};
    Entry *entry = m_texts.object(key);
    if (!entry) {
        // A line break would make a second line, where drawText makes a space of it.
        const bool broken = text.contains(u'\n');
        auto made = std::make_unique<Entry>();
        made->whole = laidOut(broken ? QString(text).replace(u'\n', u' ') : text, font);
        entry = made.get();
        m_texts.insert(key, made.release());
    }
    const QStaticText *shown = &entry->whole;
    if (shown->size().width() > area.width()) {
        if (entry->elidedTo != area.width()) {
            entry->elidedTo = area.width();
            entry->elided = laidOut(QFontMetrics(font).elidedText(entry->whole.text(), mode, area.width()), font);
        }
        shown = &entry->elided;
    }
    const QSizeF size = shown->size();
    const qreal free = std::max<qreal>(0, area.width() - size.width());
    const qreal x = area.left() + (align & Qt::AlignRight ? free : align & Qt::AlignHCenter ? free / 2 : 0);
    painter.setFont(font);
    painter.drawStaticText(QPointF(std::floor(x), area.top() + std::floor((area.height() - size.height()) / 2)), *shown);
}

} // namespace dormouse
