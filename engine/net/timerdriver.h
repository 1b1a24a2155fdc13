// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/timerwheel.h"
#include "engine/base/turnwatch.h"

#include <QObject>
#include <QTimer>

namespace dormouse {

/// Production driver of a TimerWheel: one precise QTimer that is armed for the next deadline only. Takes the wheel's
/// wake hook and gives it back when destroyed. Thread: made, used and destroyed in the engine thread.
class TimerDriver final : public QObject
{
public:
    /// turns: null, or what has the timers of a turn in view.
    TimerDriver(const Clock &clock, TimerWheel &wheel, TurnWatch *turns = nullptr, QObject *parent = nullptr);
    ~TimerDriver() override;

private:
    void fire();
    void arm();

    const Clock &m_clock;
    TimerWheel &m_wheel;
    TurnWatch *m_turns;
    QTimer m_timer;
    qint64 m_armedForMs = -1;
    bool m_firing = false;
};

} // namespace dormouse
