// SPDX-License-Identifier: Apache-2.0
#include "models/statehistory.h"

#include "models/eventmodel.h"

namespace dormouse {

bool StateHistory::setObject(const QString &id)
{
    if (m_id == id)
        return false;
    m_id = id;
    m_seen = 0;
    m_steps.clear();
    return true;
}

bool StateHistory::update(const EventModel &events)
{
    if (m_id.isEmpty())
        return false;
    const quint64 newest = events.newestSeq();
    if (newest < m_seen) { // a recording was wound back, or the engine began anew
        m_seen = 0;
        m_steps.clear();
    }
    if (newest == m_seen)
        return false;
    bool changed = false;
    events.forEachSince(m_seen, [&](const monitor::Event &event) {
        using K = monitor::EventKind;
        const bool own = m_kind == Kind::Actor
            ? (event.kind == K::ActorState || event.kind == K::ActorCreated || event.kind == K::ActorDestroyed)
                && event.actorId == m_id
            : (event.kind == K::ConnectionState || event.kind == K::ConnectionClosed) && event.connectionId == m_id;
        if (!own || event.to.isEmpty())
            return;
        // The close is told as a change of state and once more with its numbers.
        if (!m_steps.empty() && m_steps.back().to == event.to && event.kind == K::ConnectionClosed)
            return;
        m_steps.push_back({event.ts, event.from, event.to, event.reason, event.generation});
        if (int(m_steps.size()) > kMaxSteps)
            m_steps.pop_front();
        changed = true;
    });
    m_seen = newest;
    return changed;
}

} // namespace dormouse
