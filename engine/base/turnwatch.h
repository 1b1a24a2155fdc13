// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/turnclock.h"

#include <QByteArray>

#include <functional>
#include <vector>

namespace dormouse {

class Counter;
class MetricHistogram;
class Metrics;

/// A turn of the event loop that took too long.
struct TurnReport
{
    struct Part
    {
        QByteArray what; ///< "sockets", "timers", "storage", …; "other" is what no scope claimed
        qint64 us = 0;   ///< without the scopes inside it
        int count = 0;
    };
    qint64 us = 0;
    std::vector<Part> parts;  ///< longest first
    QByteArray longest;       ///< what the longest single piece worked on, for example "GET /actors"
    qint64 longestUs = 0;     ///< 0: no piece was long by itself

    /// "83 ms: request 70 ms, timers 12 ms (2), longest GET /actors 69 ms". English, for the log and the event list.
    QByteArray text() const;
};

/// Budget and watchdog of the engine thread (performance-notes.md section 11). A turn is what happens between two waits
/// of the event loop. Within it the sockets ask exhausted() and leave the rest for the next turn, so that one busy
/// connection starves nobody. A turn above Limits::reportUs is reported at its end with what ran in it.
/// A loop that says begin() and end() has true turns; without it each outermost Scope is one. Thread: one.
class TurnWatch
{
public:
    struct Limits
    {
        qint64 budgetUs = 2'000;
        qint64 reportUs = 50'000;
    };
    using Report = std::function<void(const TurnReport &)>;

    explicit TurnWatch(const Clock &clock) : TurnWatch(clock, Limits()) {}
    TurnWatch(const Clock &clock, const Limits &limits) : m_clock(clock), m_limits(limits) {}
    Q_DISABLE_COPY_MOVE(TurnWatch)

    /// Where turns are counted (engine_turn_duration, engine_long_turns_total), and who hears of a long one, at its end
    /// and outside of it. The watch outlives the engine it watches, because the loop does: null and nothing detach.
    void attach(Metrics *metrics, Report report);
    /// Called at the end of every turn, as its last piece of work: for what is handed on once for all of it. Null ends it.
    void setAtEnd(std::function<void()> atEnd) { m_atEnd = std::move(atEnd); }
    /// A turn has begun and will end: what is left for atEnd now is not forgotten.
    bool inTurn() const { return m_startUs >= 0; }
    /// Gets to know every look at the clock; outlives the watch's turns, or null.
    void setTurnClock(TurnClock *clock) { m_turnClock = clock; }
    /// Somebody else has read the clock.
    void see(qint64 monoUs)
    {
        m_seenUs = monoUs;
        if (m_turnClock)
            m_turnClock->see(monoUs);
    }

    void begin();
    void end();
    /// The turn has used its budget; false between turns.
    bool exhausted() const { return m_startUs >= 0 && m_clock.monoUs() - m_startUs >= m_limits.budgetUs; }
    /// The same as of the end of the last scope: asked right after it, it need not read the clock again.
    bool wasExhausted() const { return m_startUs >= 0 && m_seenUs - m_startUs >= m_limits.budgetUs; }

    /// A piece of work with a name, while it lives. Scopes nest. A null watch costs nothing.
    class Scope
    {
    public:
        /// describe tells what is worked on; called with context at the end, and only when the piece was long.
        using Describe = QByteArray (*)(const void *context);
        /// fromLast: nothing has happened since the last scope ended or the turn began, so that is the beginning.
        Scope(TurnWatch *watch, const char *what, Describe describe = nullptr, const void *context = nullptr, bool fromLast = false);
        ~Scope();
        Q_DISABLE_COPY_MOVE(Scope)

    private:
        friend class TurnWatch;
        TurnWatch *m_watch;
        const char *m_what;
        Describe m_describe;
        const void *m_context;
        Scope *m_outer = nullptr;
        qint64 m_startUs = 0;
        qint64 m_insideUs = 0; ///< of scopes within
        bool m_ownsTurn = false;
    };

private:
    void add(const char *what, qint64 us);
    qint64 look()
    {
        see(m_clock.monoUs());
        return m_seenUs;
    }

    const Clock &m_clock;
    TurnClock *m_turnClock = nullptr;
    const Limits m_limits;
    Report m_report;
    std::function<void()> m_atEnd;
    Counter *m_longTurns = nullptr;
    MetricHistogram *m_durations = nullptr;
    Scope *m_current = nullptr;
    qint64 m_startUs = -1; ///< -1: between turns
    qint64 m_seenUs = 0;   ///< the clock when it was last read
    qint64 m_claimedUs = 0;
    TurnReport m_turn;
};

} // namespace dormouse
