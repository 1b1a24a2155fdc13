// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/virtualworld.h"

#include <memory>

namespace dormouse::test {

/// The timers of one simulated process: they follow the virtual clock, stand still while the process is paused, and
/// what a process leaves behind can be counted. Everything due in one millisecond is one turn of its event loop.
class ProcessTimers
{
public:
    explicit ProcessTimers(VirtualWorld &world);
    ~ProcessTimers();
    Q_DISABLE_COPY_MOVE(ProcessTimers)

    void setPaused(bool paused);
    bool isPaused() const { return m_paused; }

    TimerWheel wheel;

private:
    void arm();

    VirtualWorld &m_world;
    TimerId m_timer = 0;
    qint64 m_armedFor = 0;
    bool m_paused = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< for the turn that is due
};

} // namespace dormouse::test
