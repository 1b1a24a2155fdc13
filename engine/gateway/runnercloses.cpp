// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/runnercloses.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dormouse {

void RunnerCloses::add(Close close)
{
    m_closes.push_back(std::move(close));
    if (m_closes.size() > kMost)
        m_closes.pop_front();
}

void RunnerCloses::confirmed(const QString &runnerId)
{
    std::erase_if(m_closes, [&](const Close &close) { return close.runnerId == runnerId; });
}

std::vector<RunnerCloses::Close> RunnerCloses::unconfirmed(const QString &runnerId) const
{
    std::vector<Close> found;
    std::copy_if(m_closes.begin(), m_closes.end(), std::back_inserter(found),
                 [&](const Close &close) { return close.runnerId == runnerId; });
    return found;
}

} // namespace dormouse
