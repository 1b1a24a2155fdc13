// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/abandonedopens.h"

namespace dormouse {

void AbandonedOpens::add(RequestId requestId, const QString &runnerId, wire::ToClientWebSocketClose close)
{
    m_closes.insert_or_assign(requestId, Entry{runnerId, std::move(close)});
    m_order.push_back(requestId);
    while (m_order.size() > kMost) {
        m_closes.erase(m_order.front());
        m_order.pop_front();
    }
}

std::optional<wire::ToClientWebSocketClose> AbandonedOpens::accepted(RequestId requestId, const QString &runnerId)
{
    const auto found = m_closes.find(requestId);
    if (found == m_closes.end() || found->second.runnerId != runnerId)
        return {};
    std::optional<wire::ToClientWebSocketClose> close(std::move(found->second.close));
    m_closes.erase(found);
    return close;
}

} // namespace dormouse
