// SPDX-License-Identifier: Apache-2.0
#include "engine/base/timerwheel.h"

#include <algorithm>

namespace dormouse {

namespace {
constexpr int kFiring = -1; ///< level of a timer that is due in the advance() under way
}

TimerWheel::TimerWheel(qint64 nowMs) : m_nowMs(nowMs) {}

void TimerWheel::place(TimerId id, Timer &timer, qint64 earliestMs)
{
    const qint64 due = std::max(timer.deadlineMs, earliestMs);
    int level = 0;
    while (level < kLevels - 1
           && (due >> (kSlotBits * (level + 1))) != (m_nowMs >> (kSlotBits * (level + 1))))
        ++level;
    timer.level = level;
    timer.slot = int((due >> (kSlotBits * level)) & (kSlots - 1));
    auto &slot = m_wheel[std::size_t(level)][std::size_t(timer.slot)];
    timer.position = slot.size();
    slot.push_back(id);
}

/// The last of the slot takes its place: order within a slot means nothing until it is due.
void TimerWheel::takeOut(const Timer &timer)
{
    if (timer.level == kFiring)
        return;
    auto &slot = m_wheel[std::size_t(timer.level)][std::size_t(timer.slot)];
    const TimerId moved = slot.back();
    slot[timer.position] = moved;
    slot.pop_back();
    m_timers.at(moved).position = timer.position;
}

TimerId TimerWheel::schedule(qint64 deadlineMs, Callback callback)
{
    const std::optional<qint64> before = nextDeadline();
    const TimerId id = m_nextId++;
    Timer &timer = m_timers[id];
    timer.deadlineMs = deadlineMs;
    timer.callback = std::move(callback);
    place(id, timer, m_nowMs + 1); // a deadline in the past fires at the next advance
    if (!before || deadlineMs < *before) {
        m_cachedNext = deadlineMs;
        m_cachedCount = 1;
        m_nextValid = true;
        if (m_wakeHook)
            m_wakeHook();
    } else if (deadlineMs == *before) {
        ++m_cachedCount;
    }
    return id;
}

void TimerWheel::forgetDeadline(qint64 deadlineMs)
{
    if (m_nextValid && m_cachedNext == deadlineMs && --m_cachedCount == 0)
        m_nextValid = false;
}

bool TimerWheel::cancel(TimerId id)
{
    const auto it = m_timers.find(id);
    if (it == m_timers.end())
        return false;
    takeOut(it->second);
    forgetDeadline(it->second.deadlineMs);
    m_timers.erase(it);
    return true;
}

void TimerWheel::cascade(int level)
{
    const auto index = std::size_t((m_nowMs >> (kSlotBits * level)) & (kSlots - 1));
    std::vector<TimerId> moved;
    moved.swap(m_wheel[std::size_t(level)][index]);
    for (const TimerId id : moved) {
        // A deadline of exactly "now" lands in the slot that advance() is about to fire.
        place(id, m_timers.at(id), m_nowMs);
    }
}

int TimerWheel::advance(qint64 nowMs)
{
    int fired = 0;
    while (m_nowMs < nowMs) {
        // Nothing due in between: jump. What was due before fires one millisecond on.
        const std::optional<qint64> next = nextDeadline();
        const qint64 before = m_nowMs;
        m_nowMs = next ? std::clamp(*next, m_nowMs + 1, nowMs) : nowMs;
        // The slots that were passed on the way are empty: none of their time was a deadline.
        for (int level = kLevels - 1; level > 0; --level) {
            if ((m_nowMs >> (kSlotBits * level)) != (before >> (kSlotBits * level)))
                cascade(level);
        }
        auto &slot = m_wheel[0][std::size_t(m_nowMs & (kSlots - 1))];
        if (slot.empty())
            continue;
        std::vector<TimerId> due;
        due.swap(slot);
        std::stable_sort(due.begin(), due.end(), [this](TimerId a, TimerId b) {
            const qint64 da = m_timers.at(a).deadlineMs;
            const qint64 db = m_timers.at(b).deadlineMs;
            return da != db ? da < db : a < b;
        });
        for (const TimerId id : due)
            m_timers.at(id).level = kFiring;
        for (const TimerId id : due) {
            const auto it = m_timers.find(id);
            if (it == m_timers.end())
                continue; // cancelled by one that ran before it
            Callback callback = std::move(it->second.callback);
            forgetDeadline(it->second.deadlineMs);
            m_timers.erase(it);
            callback();
            ++fired;
        }
    }
    return fired;
}

std::optional<qint64> TimerWheel::nextDeadline() const
{
    if (m_nextValid)
        return m_cachedNext;
    m_cachedNext.reset();
    m_cachedCount = 0;
    m_nextValid = true;
    if (m_timers.empty())
        return m_cachedNext;
    // Every timer of a level is later than every timer of the level below, and within a level the slots after
    // "now" are in time order: the first slot that is not empty holds the earliest deadline.
    for (int level = 0; level < kLevels; ++level) {
        const auto first = int((m_nowMs >> (kSlotBits * level)) & (kSlots - 1));
        // Most slots are empty: a plain pointer and size() keep this scan cheap even without optimisation.
        const std::vector<TimerId> *slots = m_wheel[std::size_t(level)].data();
        for (int step = 0; step < kSlots; ++step) {
            const std::vector<TimerId> &slot = slots[(first + step) & (kSlots - 1)];
            if (slot.size() == 0)
                continue;
            for (const TimerId id : slot) {
                const qint64 deadline = m_timers.at(id).deadlineMs;
                if (!m_cachedNext || deadline < *m_cachedNext) {
                    m_cachedNext = deadline;
                    m_cachedCount = 1;
                } else if (deadline == *m_cachedNext) {
                    ++m_cachedCount;
                }
            }
            return m_cachedNext;
        }
    }
    return m_cachedNext;
}

} // namespace dormouse
