// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"

namespace dormouse {

/// The clock of an event loop: within a turn it stands still between two looks of TurnWatch, which takes one for every
/// piece of work anyway. A request asks for the time dozens of times, and each look at the system's clock costs as much
/// as parsing a header. Never ahead of the source; outside of a turn it is the source.
/// Who computes how long to wait from now uses the source itself. Thread: the loop's.
class TurnClock final : public Clock
{
public:
    explicit TurnClock(const Clock &source) : m_source(source) {}

    qint64 wallMs() const override;
    qint64 monoMs() const override { return monoUs() / 1000; }
    qint64 monoUs() const override { return m_monoUs >= 0 ? m_monoUs : m_source.monoUs(); }

    /// A turn begins, at that time of the source.
    void beginTurn(qint64 monoUs)
    {
        m_monoUs = monoUs;
        m_wallKnown = false;
    }
    /// The source has been read again.
    void see(qint64 monoUs)
    {
        if (m_monoUs >= 0)
            m_monoUs = monoUs;
    }
    void endTurn() { m_monoUs = -1; }

private:
    const Clock &m_source;
    qint64 m_monoUs = -1; ///< -1: between turns
    // The wall clock is read once in a turn that asks for it, and goes on with the monotonic one.
    mutable bool m_wallKnown = false;
    mutable qint64 m_wallMs = 0;
    mutable qint64 m_wallReadUs = 0;
};

} // namespace dormouse
