// SPDX-License-Identifier: Apache-2.0
#include "tests/support/processtimers.h"

namespace dormouse::test {

ProcessTimers::ProcessTimers(VirtualWorld &world) : wheel(world.clock.monoMs()), m_world(world)
{
    wheel.setWakeHook([this] { arm(); });
}

ProcessTimers::~ProcessTimers()
{
    *m_alive = false;
    m_world.timers.cancel(m_timer);
}

void ProcessTimers::setPaused(bool paused)
{
    m_paused = paused;
    arm();
}

void ProcessTimers::arm()
{
    const std::optional<qint64> next = m_paused ? std::nullopt : wheel.nextDeadline();
    if (m_timer && next && m_armedFor == *next)
        return;
    m_world.timers.cancel(m_timer);
    m_timer = 0;
    if (!next)
        return;
    m_armedFor = *next;
    m_timer = m_world.timers.schedule(*next, [this] {
        m_timer = 0;
        m_world.post([this, alive = m_alive] {
            if (!*alive || m_paused)
                return;
            wheel.advance(m_world.clock.monoMs());
            arm();
        });
    });
}

} // namespace dormouse::test
