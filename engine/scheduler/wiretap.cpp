// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/wiretap.h"

#include <algorithm>

namespace dormouse {

void WireTap::note(const QString &runnerId, bool toRunner, int version, const QByteArray &bytes, qint64 wallMs, qint64 monoMs)
{
    const auto found = m_watches.find(runnerId);
    if (found == m_watches.end())
        return prune(monoMs);
    Watch &watch = found->second;
    if (monoMs - watch.askedMs > kIdleMs)
        return drop(found);
    // A deep copy: the caller may have lent the bytes, and what is cut off is not held along.
    watch.frames.push_back({watch.next++, wallMs, toRunner, version, bytes.size(), QByteArray(bytes.constData(), std::min<qsizetype>(bytes.size(), kMostOfOne))});
    watch.bytes += watch.frames.back().bytes.size();
    while (watch.frames.size() > kMostFrames || watch.bytes > kMostBytes) {
        watch.bytes -= watch.frames.front().bytes.size();
        watch.frames.pop_front();
    }
}

std::vector<WireFrame> WireTap::since(const QString &runnerId, quint64 after, qint64 monoMs, quint64 *lost)
{
    prune(monoMs);
    auto found = m_watches.find(runnerId);
    if (found == m_watches.end()) {
        if (m_watches.size() >= kMostRunners)
            drop(std::min_element(m_watches.begin(), m_watches.end(),
                                  [](const auto &a, const auto &b) { return a.second.askedMs < b.second.askedMs; }));
        found = m_watches.emplace(runnerId, Watch{m_next, m_next, monoMs, 0, {}}).first;
    }
    Watch &watch = found->second;
    watch.askedMs = monoMs;
    const quint64 wanted = std::max(after + 1, watch.first);
    const quint64 oldest = watch.frames.empty() ? watch.next : watch.frames.front().seq;
    *lost = oldest > wanted ? oldest - wanted : 0;
    std::vector<WireFrame> result;
    for (const WireFrame &frame : watch.frames)
        if (frame.seq >= wanted)
            result.push_back(frame);
    return result;
}

void WireTap::prune(qint64 monoMs)
{
    for (auto watch = m_watches.begin(); watch != m_watches.end();) {
        const auto one = watch++;
        if (monoMs - one->second.askedMs > kIdleMs)
            drop(one);
    }
}

void WireTap::drop(std::map<QString, Watch>::iterator watch)
{
    m_next = std::max(m_next, watch->second.next);
    m_watches.erase(watch);
}

} // namespace dormouse
