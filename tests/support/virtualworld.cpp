// SPDX-License-Identifier: Apache-2.0
#include "tests/support/virtualworld.h"

#include <algorithm>

namespace dormouse::test {

void VirtualWorld::later(qint64 delayMs, std::function<void()> call)
{
    if (delayMs <= 0)
        return post(std::move(call));
    timers.schedule(clock.monoMs() + delayMs, [this, due = std::move(call)]() mutable { post(std::move(due)); });
}

void VirtualWorld::settle()
{
    while (!m_posted.empty()) {
        const std::function<void()> call = std::move(m_posted.front());
        m_posted.pop_front();
        call();
        if (afterEach)
            afterEach();
    }
}

void VirtualWorld::advance(qint64 ms)
{
    const qint64 target = clock.monoMs() + ms;
    settle();
    while (true) {
        const std::optional<qint64> next = timers.nextDeadline();
        if (!next || *next > target)
            break;
        // What was due before fires one millisecond on, as in production at the next tick.
        const qint64 step = std::max(*next, timers.nowMs() + 1);
        if (step > target)
            break;
        clock.set(std::max(step, clock.monoMs()));
        timers.advance(clock.monoMs());
        settle();
    }
    clock.set(target);
    timers.advance(target);
    settle();
}

} // namespace dormouse::test
