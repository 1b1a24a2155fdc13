// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <array>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace dormouse {

using TimerId = quint64; ///< 0 = no timer

/// Hierarchical timer wheel with 1 ms resolution on the monotonic clock. It never reads a clock:
/// the driver (production: one QTimer; simulation: the virtual clock) calls advance().
/// Timers due in one advance() fire in order of deadline, then of scheduling.
/// Callbacks may schedule and cancel timers. Thread: the engine thread only.
class TimerWheel
{
public:
    using Callback = std::function<void()>;

    explicit TimerWheel(qint64 nowMs = 0);

    /// Fires once at the first advance(now) with now >= deadlineMs.
    TimerId schedule(qint64 deadlineMs, Callback callback);
    /// Returns false when the timer has fired or was cancelled. 0 is allowed and returns false.
    bool cancel(TimerId id);
    /// Fires everything due up to and including nowMs. Returns the number of callbacks run.
    int advance(qint64 nowMs);
    /// Earliest deadline, or nullopt when empty.
    std::optional<qint64> nextDeadline() const;
    qint64 nowMs() const { return m_nowMs; }
    std::size_t size() const { return m_timers.size(); }
    /// Called whenever nextDeadline() moved to an earlier time; the driver re-arms its QTimer.
    void setWakeHook(std::function<void()> hook) { m_wakeHook = std::move(hook); }

private:
    static constexpr int kLevels = 5;
    static constexpr int kSlotBits = 8;
    static constexpr int kSlots = 1 << kSlotBits;

    struct Timer
    {
        qint64 deadlineMs = 0;
        Callback callback;
        int level = 0;
        int slot = 0;
        std::size_t position = 0; ///< within the slot
    };

    void takeOut(const Timer &timer);
    void place(TimerId id, Timer &timer, qint64 earliestMs);
    void cascade(int level);

    qint64 m_nowMs;
    TimerId m_nextId = 1;
    std::unordered_map<TimerId, Timer> m_timers;
    std::array<std::array<std::vector<TimerId>, kSlots>, kLevels> m_wheel;
    void forgetDeadline(qint64 deadlineMs);

    mutable std::optional<qint64> m_cachedNext;
    /// Timers with exactly that deadline: thousands of equal ones must not be counted anew for each that goes.
    mutable std::size_t m_cachedCount = 0;
    mutable bool m_nextValid = false;
    std::function<void()> m_wakeHook;
};

} // namespace dormouse
