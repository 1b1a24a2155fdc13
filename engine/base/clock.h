// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

namespace dormouse {

/// Where engine logic reads the time. Production: SystemClock; simulation: a clock that tests move.
/// Thread: the engine thread only.
class Clock
{
public:
    virtual ~Clock() = default;
    /// Wall clock, milliseconds since 1970-01-01 UTC. May jump.
    virtual qint64 wallMs() const = 0;
    /// Monotonic clock, milliseconds from an arbitrary origin. Never goes back.
    virtual qint64 monoMs() const = 0;
    /// Monotonic clock, microseconds from the same origin (latency measurement).
    virtual qint64 monoUs() const { return monoMs() * 1000; }
};

class SystemClock final : public Clock
{
public:
    qint64 wallMs() const override;
    qint64 monoMs() const override;
    qint64 monoUs() const override;
};

} // namespace dormouse
