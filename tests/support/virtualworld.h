// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/timerwheel.h"

#include <deque>
#include <functional>

namespace dormouse::test {

/// A clock that tests move. The wall clock can be stepped against the monotonic one.
class VirtualClock final : public Clock
{
public:
    static constexpr qint64 kStartWallMs = 1'700'000'000'000;
    qint64 wallMs() const override { return m_monoMs + m_wallOffsetMs; }
    qint64 monoMs() const override { return m_monoMs; }
    void set(qint64 monoMs) { m_monoMs = monoMs; }
    void stepWall(qint64 deltaMs) { m_wallOffsetMs += deltaMs; }

private:
    qint64 m_monoMs = 0;
    qint64 m_wallOffsetMs = kStartWallMs;
};

/// Virtual time, the timer wheel that follows it, and an event loop: posted calls run between timers, in order.
class VirtualWorld
{
public:
    VirtualClock clock;
    TimerWheel timers;

    /// The function a store or a channel posts with.
    std::function<void(std::function<void()>)> poster()
    {
        return [this](std::function<void()> call) { post(std::move(call)); };
    }
    void post(std::function<void()> call) { m_posted.push_back(std::move(call)); }
    /// Posted after the given time: what is due in one millisecond runs as one call after the other, in order.
    void later(qint64 delayMs, std::function<void()> call);
    /// Runs what is posted, and what that posts, without moving the clock.
    void settle();
    /// Moves the clock forward, stopping at every timer.
    void advance(qint64 ms);
    void advanceTo(qint64 monoMs) { advance(monoMs - clock.monoMs()); }

    /// Called after every posted call, delayed ones included, with nothing else on the stack.
    std::function<void()> afterEach;

private:
    std::deque<std::function<void()>> m_posted;
};

} // namespace dormouse::test
