// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/timerwheel.h"

#include <QObject>
#include <QTimer>

namespace dormouse {

/// Production driver of a TimerWheel: one precise QTimer that is armed for the next deadline only. Takes the wheel's
/// wake hook and gives it back when destroyed. Thread: made, used and destroyed in the engine thread.
class TimerDriver final : public QObject
{
public:
    TimerDriver(const Clock &clock, TimerWheel &wheel, QObject *parent = nullptr);
    ~TimerDriver() override;

private:
    void fire();
    void arm();

    const Clock &m_clock;
    TimerWheel &m_wheel;
    QTimer m_timer;
    qint64 m_armedForMs = -1;
    bool m_firing = false;
};

} // namespace dormouse
