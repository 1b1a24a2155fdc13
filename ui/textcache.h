// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCache>
#include <QFont>
#include <QStaticText>

class QPainter;

namespace dormouse {

/// Laid-out single-line texts of a view that paints the same words again and again: laying out costs ten times as much as
/// painting. One font per slot, told by its user; a changed font forgets the slot's texts. Thread: the UI thread.
class TextCache
{
public:
    static constexpr int kMaxTexts = 4096;

    /// slot: which of the view's fonts this is.
    void setFont(int slot, const QFont &font);
    /// In the painter's pen, in the middle of the height of area, elided to its width.
    void draw(QPainter &painter, const QRect &area, Qt::Alignment align, int slot, const QString &text, Qt::TextElideMode mode);

private:
    struct Key
    {
        int slot;
        QString text;
        bool operator==(const Key &) const = default;
        friend size_t qHash(const Key &key, size_t seed) { return qHash(key.text, seed) ^ size_t(key.slot); }
    };
    struct Entry
    {
        QStaticText whole, elided;
        int elidedTo = -1; ///< width
    };
    QCache<Key, Entry> m_texts{kMaxTexts};
    QList<QFont> m_fonts;
};

} // namespace dormouse
