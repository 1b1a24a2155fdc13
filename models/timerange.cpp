// SPDX-License-Identifier: Apache-2.0
#include "models/timerange.h"

#include <QDateTime>
#include <QHash>
#include <QStringList>

namespace dormouse {

namespace {

// Below it a number of ms would lie in 1970 and is a mistake.
constexpr qint64 kFirstMoment = 86'400'000;

/// A time of the day on the day of ts, or days after it.
qint64 onDay(qint64 ts, int days, qint64 msOfDay)
{
    const QDate day = QDateTime::fromMSecsSinceEpoch(ts).date().addDays(days);
    return QDateTime(day, QTime::fromMSecsSinceStartOfDay(int(msOfDay))).toMSecsSinceEpoch();
}

} // namespace

std::optional<double> lengthOfTime(const QString &text)
{
    static const QHash<QString, double> units = {{QStringLiteral("ms"), 1},    {QStringLiteral("s"), 1'000},
                                                 {QStringLiteral("m"), 60'000}, {QStringLiteral("h"), 3'600'000},
                                                 {QStringLiteral("d"), 86'400'000}};
    auto split = text.size();
    while (split > 0 && text.at(split - 1).isLetter())
        --split;
    const auto unit = units.constFind(text.mid(split).toLower());
    bool ok = false;
    const double value = text.left(split).toDouble(&ok);
    // Longer than a century is no length that somebody means, and would not fit.
    if (!ok || unit == units.cend() || value < 0 || value * unit.value() > 36'525.0 * 86'400'000)
        return std::nullopt;
    return value * unit.value();
}

std::optional<TimeRange::End> TimeRange::parseEnd(const QString &text)
{
    if (text.isEmpty())
        return End{};
    if (const auto age = lengthOfTime(text))
        return End{End::Age, qint64(*age)};
    bool number = false;
    if (const qint64 ms = text.toLongLong(&number); number)
        return ms >= kFirstMoment ? std::optional(End{End::Moment, ms}) : std::nullopt;
    for (const char *format : {"H:mm", "H:mm:ss", "H:mm:ss.zzz"})
        if (const QTime time = QTime::fromString(text, QLatin1String(format)); time.isValid())
            return End{End::TimeOfDay, time.msecsSinceStartOfDay()};
    // ISO 8601, also with a zone; a day alone is its first moment.
    if (const QDateTime moment = QDateTime::fromString(text.toUpper(), Qt::ISODateWithMs); moment.isValid())
        return End{End::Moment, moment.toMSecsSinceEpoch()};
    return std::nullopt;
}

std::optional<TimeRange> TimeRange::parse(const QString &text)
{
    TimeRange range;
    const auto dots = text.indexOf(QStringLiteral(".."));
    const auto from = parseEnd(dots < 0 ? text : text.left(dots));
    const auto to = dots < 0 ? std::optional(End{}) : parseEnd(text.mid(dots + 2));
    if (!from || !to || (from->kind == End::Open && to->kind == End::Open))
        return std::nullopt;
    range.m_from = *from;
    range.m_to = *to;
    return range;
}

QString TimeRange::text(const TimeSpan &span)
{
    const auto end = [](qint64 ms) {
        return QDateTime::fromMSecsSinceEpoch(ms).toString(ms % 1000 ? QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz")
                                                                     : QStringLiteral("yyyy-MM-ddTHH:mm:ss"));
    };
    return (span.from == TimeSpan::kEver ? QString() : end(span.from)) + QStringLiteral("..")
        + (span.to == TimeSpan::kForever ? QString() : end(span.to));
}

bool TimeRange::goesOn() const
{
    return m_from.kind == End::Age || m_to.kind == End::Age;
}

TimeSpan TimeRange::resolved(qint64 now) const
{
    // A time of the day is the last one that has begun; an end with a beginning of that kind is the next one after it.
    const auto moment = [now](const End &end, qint64 open) {
        switch (end.kind) {
        case End::Open:
            return open;
        case End::Age:
            return now - end.ms;
        case End::TimeOfDay: {
            const qint64 today = onDay(now, 0, end.ms);
            return today <= now ? today : onDay(now, -1, end.ms);
        }
        case End::Moment:
            break;
        }
        return end.ms;
    };
    TimeSpan span{moment(m_from, TimeSpan::kEver), moment(m_to, TimeSpan::kForever)};
    if (m_from.kind == End::TimeOfDay && m_to.kind == End::TimeOfDay) {
        span.to = onDay(span.from, 0, m_to.ms);
        if (span.to < span.from)
            span.to = onDay(span.from, 1, m_to.ms);
    }
    return span;
}

TimeSpan TimeRange::at(qint64 now) const
{
    const bool ofDay = m_from.kind == End::TimeOfDay || m_to.kind == End::TimeOfDay;
    if (!ofDay)
        return resolved(now); // subtractions at most
    if (now != m_resolvedAt) {
        m_span = resolved(now);
        m_resolvedAt = now;
    }
    return m_span;
}

} // namespace dormouse
