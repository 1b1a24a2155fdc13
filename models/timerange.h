// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <limits>
#include <optional>

namespace dormouse {

/// A span of wall time in ms, both ends included. Open ends are the extreme values.
struct TimeSpan
{
    static constexpr qint64 kEver = std::numeric_limits<qint64>::min();
    static constexpr qint64 kForever = std::numeric_limits<qint64>::max();
    qint64 from = kEver;
    qint64 to = kForever;
    bool overlaps(const TimeSpan &other) const { return from <= other.to && other.from <= to; }
    bool operator==(const TimeSpan &) const = default;
};

/// The time range of a filter (console.md row 24) as it is written:
///   15m                      the last quarter of an hour; it goes on with the clock
///   10:00..10:05             between two times of the day, the last ones that have begun
///   2026-11-22T10:00..       from a moment on; ..10:05 until one
///   30m..10m                 an end may be an age too
/// Moments are local time, or ms since 1970. Values are cheap to copy. Thread: one at a time.
class TimeRange
{
public:
    static std::optional<TimeRange> parse(const QString &text);
    /// As it is written for two moments; an open end is left out.
    static QString text(const TimeSpan &span);
    /// What it means now (wall ms).
    TimeSpan at(qint64 now) const;
    /// An end is an age.
    bool goesOn() const;
    bool operator==(const TimeRange &other) const { return m_from == other.m_from && m_to == other.m_to; }

private:
    struct End
    {
        enum Kind { Open, Age, TimeOfDay, Moment };
        Kind kind = Open;
        qint64 ms = 0; ///< Age and Moment; since midnight for a time of the day
        bool operator==(const End &) const = default;
    };
    static std::optional<End> parseEnd(const QString &text);
    TimeSpan resolved(qint64 now) const;

    End m_from, m_to;
    mutable qint64 m_resolvedAt = -1; ///< for which m_span holds: local time is dear, and a filter asks for each row
    mutable TimeSpan m_span;
};

/// 1.5h in ms; absent when it is no length of time.
std::optional<double> lengthOfTime(const QString &text);

} // namespace dormouse
