// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/ids.h"
#include "engine/wire/protocol.h"

#include <QString>

#include <deque>
#include <vector>

namespace dormouse {

/// Closes for runners whose arrival is not confirmed yet. One that was lost with its link would leave the actor with a
/// socket that no client has, and that keeps it awake if it cannot hibernate. An SDK drops a close for a request it does
/// not know, so saying it twice is safe. Thread: engine thread.
class RunnerCloses
{
public:
    struct Close
    {
        QString runnerId;
        wire::MessageId id;
        wire::ToClientWebSocketClose message; ///< as it is to be said again
    };
    /// At the limit the oldest is forgotten; its actor then may keep the socket until its next start.
    static constexpr std::size_t kMost = 4'096;

    void add(Close close);
    /// Everything for this runner that was written before now has arrived.
    void confirmed(const QString &runnerId);
    /// What has to be said to this runner again, oldest first. Stays noted.
    std::vector<Close> unconfirmed(const QString &runnerId) const;
    std::size_t size() const { return m_closes.size(); }

private:
    std::deque<Close> m_closes;
};

} // namespace dormouse
