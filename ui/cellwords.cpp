// SPDX-License-Identifier: Apache-2.0
#include "ui/cellwords.h"

#include "models/format.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QTimeZone>

#include <vector>

namespace dormouse {

namespace {

/// A sentence of the engine with places for its values, in the order of its words.
struct Sentence
{
    const char *text;
    QRegularExpression form;
};

const std::vector<Sentence> &sentences()
{
    static const std::vector<Sentence> all = [] {
        static const char *const texts[] = {
            QT_TRANSLATE_NOOP("dormouse::CellWords", "since %1, position %2 in the queue, gives up at %3"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "no runner of this pool is known"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "runner %1, %2 of %3 slots used, silent for %4 ms, version %5"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "runner %1 is back and has not said yet what it hosts"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "runner %1 is away, given up at %2"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "restart %1 at %2, last failure at %3"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "asleep since %1, tries again when it is needed"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "asleep since %1"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "wakes at %1"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "failed %1 times, a wake before %2 waits until then"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "stop sent to runner %1, lost at %2"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "on runner %1, lost at %2"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "on runner %1 since %2"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "starts again as soon as it has stopped"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "runner %1 must stop it, given up at %2"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "at %1"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "wants %1 requests for %2 actors (slots_per_runner %3, runners_margin %4, "
                                                     "min_runners %5, max_runners %6), has %7 opening, %8 serving, %9 waiting, %10 draining"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "this engine does not know its own URL (guard.public_url)"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "no more than %1 runners are allowed"),
            QT_TRANSLATE_NOOP("dormouse::CellWords", "request %1 failed %2 times in a row, next attempt in %3 ms"),
        };
        static const QRegularExpression place(QStringLiteral("%\\d+"));
        std::vector<Sentence> made;
        for (const char *text : texts) {
            QStringList parts = QString::fromLatin1(text).split(place);
            for (QString &part : parts)
                part = QRegularExpression::escape(part);
            made.push_back({text, QRegularExpression(QString(u'^' % parts.join(QStringLiteral("(.+?)")) % u'$'))});
        }
        return made;
    }();
    return all;
}

} // namespace

QString CellWords::reason(const QString &reason)
{
    const qsizetype colon = reason.indexOf(QStringLiteral(": "));
    const QString detail = reason.mid(colon + 2);
    for (const Sentence &sentence : sentences()) {
        const QRegularExpressionMatch match = colon < 0 ? QRegularExpressionMatch() : sentence.form.match(detail);
        if (!match.hasMatch())
            continue;
        QString said = tr(sentence.text);
        for (int i = match.lastCapturedIndex(); i > 0; --i) { // "%10" before "%1"
            QString value = match.captured(i);
            QDateTime moment = QDateTime::fromString(value, QStringLiteral("yyyy-MM-dd HH:mm:ss 'UTC'"));
            moment.setTimeZone(QTimeZone::utc());
            if (moment.isValid())
                value = dateTimeText(moment.toMSecsSinceEpoch()).chopped(4); // of whole seconds
            else if (value == u"never")
                value = tr("never", "a moment that does not come");
            said.replace(QString(u'%' % QString::number(i)), value);
        }
        return reason.left(colon + 2) + said;
    }
    return reason;
}

QString CellWords::unit(const QString &unit)
{
    if (unit == u"count")
        return tr("count", "unit of a setting");
    if (unit == u"bytes")
        return tr("bytes", "unit of a setting");
    return unit;
}

QString CellWords::range(const QString &range)
{
    static const QRegularExpression form(QStringLiteral("^(\\S+) to (\\S+)$"));
    const QRegularExpressionMatch match = form.match(range);
    return match.hasMatch() ? tr("%1 to %2", "least and greatest value").arg(match.captured(1), match.captured(2)) : range;
}

QString CellWords::shown(const QString &columnKey, CellKind kind, const QString &text)
{
    if (kind == CellKind::YesNo || columnKey == u"eligible") { // "no" may be followed by why
        if (text == u"yes")
            return tr("yes");
        return text == u"no" || text.startsWith(u"no ") ? QString(tr("no") % text.mid(2)) : text;
    }
    if (kind != CellKind::Text)
        return text;
    if (columnKey == u"why")
        return reason(text);
    if (columnKey == u"unit")
        return unit(text);
    return columnKey == u"range" ? range(text) : text;
}

} // namespace dormouse
