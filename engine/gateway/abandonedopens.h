// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/ids.h"
#include "engine/wire/protocol.h"

#include <deque>
#include <optional>
#include <unordered_map>

namespace dormouse {

/// Opens that the gateway gave up before the runner answered. The close that goes out at once is not enough: an SDK
/// that reads open and close together drops the close, because it registers the socket only after that, and then
/// accepts a socket that no client has. Such an acceptance is answered with the close once more. Thread: engine thread.
class AbandonedOpens
{
public:
    /// At the limit the oldest is forgotten; its actor then keeps the socket until its next start.
    static constexpr std::size_t kMost = 10'000;

    void add(RequestId requestId, const QString &runnerId, wire::ToClientWebSocketClose close);
    bool contains(RequestId requestId) const { return m_closes.contains(requestId); }
    /// The runner has accepted after all: the close it needs, once.
    std::optional<wire::ToClientWebSocketClose> accepted(RequestId requestId, const QString &runnerId);
    std::size_t size() const { return m_closes.size(); }

private:
    struct Entry
    {
        QString runnerId;
        wire::ToClientWebSocketClose close;
    };
    std::unordered_map<RequestId, Entry> m_closes;
    std::deque<RequestId> m_order; ///< may name what is gone already
};

} // namespace dormouse
