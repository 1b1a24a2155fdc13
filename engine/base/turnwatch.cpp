// SPDX-License-Identifier: Apache-2.0
#include "engine/base/turnwatch.h"

#include "engine/base/metrics.h"

#include <algorithm>
#include <utility>

namespace dormouse {

namespace {

constexpr qint64 kDescribedUs = 5'000; ///< shorter pieces are not worth a description
constexpr int kPartsInText = 4;

QByteArray milliseconds(qint64 us)
{
    return QByteArray::number((us + 500) / 1000) + " ms";
}

} // namespace

QByteArray TurnReport::text() const
{
    QByteArray text = milliseconds(us);
    for (int i = 0; i < int(parts.size()) && i < kPartsInText; ++i) {
        const Part &part = parts[std::size_t(i)];
        text += (i == 0 ? ": " : ", ") + part.what + ' ' + milliseconds(part.us);
        if (part.count > 1)
            text += " (" + QByteArray::number(part.count) + ')';
    }
    if (longestUs > 0)
        text += ", longest " + longest + ' ' + milliseconds(longestUs);
    return text;
}

void TurnWatch::attach(Metrics *metrics, Report report)
{
    m_longTurns = nullptr;
    m_durations = nullptr;
    if (metrics) {
        m_longTurns = &metrics->counter("engine_long_turns_total", "turns of the engine's event loop above 50 ms");
        m_durations = &metrics->histogram("engine_turn_duration", "seconds of work between two waits of the engine's event loop");
    }
    m_report = std::move(report);
}

void TurnWatch::begin()
{
    m_startUs = m_clock.monoUs();
    m_seenUs = m_startUs;
    m_claimedUs = 0;
    if (m_turnClock)
        m_turnClock->beginTurn(m_startUs);
}

void TurnWatch::end()
{
    if (m_startUs < 0)
        return;
    if (m_atEnd)
        m_atEnd();
    const qint64 us = m_clock.monoUs() - std::exchange(m_startUs, -1);
    if (m_turnClock)
        m_turnClock->endTurn();
    if (m_durations)
        m_durations->observe(double(us) / 1e6);
    const bool isLong = us >= m_limits.reportUs;
    if (isLong && m_longTurns)
        m_longTurns->add();
    if (!isLong || !m_report) {
        m_turn.parts.clear(); // keeps its memory
        m_turn.longest.clear();
        m_turn.longestUs = 0;
        return;
    }
    TurnReport turn = std::exchange(m_turn, {});
    turn.us = us;
    if (us - m_claimedUs >= 1000)
        turn.parts.push_back({QByteArrayLiteral("other"), us - m_claimedUs, 1});
    std::stable_sort(turn.parts.begin(), turn.parts.end(), [](const auto &a, const auto &b) { return a.us > b.us; });
    m_report(turn);
}

void TurnWatch::add(const char *what, qint64 us)
{
    m_claimedUs += us;
    const auto found = std::find_if(m_turn.parts.begin(), m_turn.parts.end(), [what](const auto &part) { return part.what == what; });
    if (found == m_turn.parts.end()) {
        m_turn.parts.push_back({QByteArray::fromRawData(what, qsizetype(qstrlen(what))), us, 1});
    } else {
        found->us += us;
        ++found->count;
    }
}

TurnWatch::Scope::Scope(TurnWatch *watch, const char *what, Describe describe, const void *context, bool fromLast)
    : m_watch(watch), m_what(what), m_describe(describe), m_context(context)
{
    if (!watch)
        return;
    m_outer = std::exchange(watch->m_current, this);
    m_ownsTurn = watch->m_startUs < 0;
    if (m_ownsTurn)
        watch->begin();
    m_startUs = m_ownsTurn ? watch->m_startUs : fromLast ? watch->m_seenUs : watch->look();
}

TurnWatch::Scope::~Scope()
{
    if (!m_watch)
        return;
    m_watch->m_current = m_outer;
    // A nested event loop may have ended the turn in which this began: only what lies within the running one counts.
    if (m_watch->m_startUs >= 0) {
        const qint64 wholeUs = m_watch->look() - std::max(m_startUs, m_watch->m_startUs);
        const qint64 us = std::max<qint64>(0, wholeUs - m_insideUs);
        m_watch->add(m_what, us);
        if (us >= kDescribedUs && us > m_watch->m_turn.longestUs) {
            m_watch->m_turn.longestUs = us;
            m_watch->m_turn.longest = m_describe ? m_describe(m_context) : QByteArray(m_what);
        }
        if (m_outer)
            m_outer->m_insideUs += wholeUs;
        if (m_ownsTurn)
            m_watch->end();
    }
}

} // namespace dormouse
