// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/timerwheel.h"

#include <utility>

namespace dormouse {

/// One timer of the wheel that dies with its owner. Starting it again moves it. Thread: engine thread.
class ScopedTimer
{
public:
    explicit ScopedTimer(TimerWheel &wheel) : m_wheel(wheel) {}
    ~ScopedTimer() { cancel(); }
    Q_DISABLE_COPY_MOVE(ScopedTimer)

    /// deadlineMs: monotonic clock. The callback may start this timer again.
    void start(qint64 deadlineMs, TimerWheel::Callback callback)
    {
        cancel();
        m_id = m_wheel.schedule(deadlineMs, [this, callback = std::move(callback)] {
            m_id = 0;
            callback();
        });
    }
    void cancel()
    {
        if (m_id != 0)
            m_wheel.cancel(m_id);
        m_id = 0;
    }
    bool active() const { return m_id != 0; }

private:
    TimerWheel &m_wheel;
    TimerId m_id = 0;
};

} // namespace dormouse
