// SPDX-License-Identifier: Apache-2.0
#include "engine/base/turnclock.h"

namespace dormouse {

qint64 TurnClock::wallMs() const
{
    if (m_monoUs < 0)
        return m_source.wallMs();
    if (!m_wallKnown) {
        m_wallKnown = true;
        m_wallMs = m_source.wallMs();
        m_wallReadUs = m_monoUs;
    }
    return m_wallMs + (m_monoUs - m_wallReadUs) / 1000;
}

} // namespace dormouse
