// SPDX-License-Identifier: Apache-2.0
#include "engine/net/timerdriver.h"

#include <algorithm>

namespace dormouse {

namespace {
constexpr qint64 kLongestSleepMs = 60'000;
}

TimerDriver::TimerDriver(const Clock &clock, TimerWheel &wheel, TurnWatch *turns, QObject *parent)
    : QObject(parent), m_clock(clock), m_wheel(wheel), m_turns(turns), m_timer(this)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] { fire(); });
    m_wheel.setWakeHook([this] { arm(); });
    arm();
}

TimerDriver::~TimerDriver()
{
    m_wheel.setWakeHook({});
}

void TimerDriver::fire()
{
    m_firing = true;
    m_armedForMs = -1;
    {
        const TurnWatch::Scope scope(m_turns, "timers");
        // What is due sees the time at which it was found due.
        const qint64 nowUs = m_clock.monoUs();
        if (m_turns)
            m_turns->see(nowUs);
        m_wheel.advance(nowUs / 1000);
    }
    m_firing = false;
    arm();
}

void TimerDriver::arm()
{
    if (m_firing)
        return; // fire() arms once at its end
    const std::optional<qint64> deadline = m_wheel.nextDeadline();
    if (!deadline) {
        m_timer.stop();
        m_armedForMs = -1;
        return;
    }
    // The wheel fires nothing twice in one millisecond: what is due in the present one waits for the next. Armed for less,
    // the loop would spin until then.
    const qint64 dueMs = std::max(*deadline, m_wheel.nowMs() + 1);
    // An earlier wake-up than needed is harmless; a later one is not.
    if (m_timer.isActive() && m_armedForMs >= 0 && m_armedForMs <= dueMs)
        return;
    const qint64 nowMs = m_clock.monoMs();
    const qint64 waitMs = std::clamp<qint64>(dueMs - nowMs, 0, kLongestSleepMs);
    m_armedForMs = nowMs + waitMs;
    m_timer.start(int(waitMs));
}

} // namespace dormouse
