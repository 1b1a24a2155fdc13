// SPDX-License-Identifier: Apache-2.0
#include "models/ratebook.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr qint64 kSlots = RateBook::kSeconds + 1;

size_t slotOf(qint64 second)
{
    return size_t((second % kSlots + kSlots) % kSlots);
}

} // namespace

quint32 RateBook::Track::of(qint64 wanted) const
{
    return wanted > second || wanted <= second - kSlots ? 0 : counts[slotOf(wanted)];
}

void RateBook::add(const QString &id, quint64 messages, qint64 ts)
{
    if (messages == 0 || id.isEmpty())
        return;
    const qint64 second = ts / 1000;
    Track &track = m_tracks[id];
    if (second < track.second || second - track.second >= kSlots) // wound back, or long silent
        track.counts.fill(0);
    else
        for (qint64 between = track.second + 1; between <= second; ++between)
            track.counts[slotOf(between)] = 0;
    track.second = second;
    track.counts[slotOf(second)] += quint32(std::min<quint64>(messages, 0xffff'ffff - track.counts[slotOf(second)]));
}

double RateBook::perSecond(const QString &id, qint64 now) const
{
    const auto track = m_tracks.constFind(id);
    if (track == m_tracks.cend())
        return 0;
    // The second under way would pull the rate down; it counts once it has ended.
    double sum = 0;
    for (qint64 back = 1; back <= kRateSeconds; ++back)
        sum += track->of(now / 1000 - back);
    return sum / kRateSeconds;
}

QList<double> RateBook::course(const QString &id, qint64 now) const
{
    QList<double> out;
    const auto track = m_tracks.constFind(id);
    if (track == m_tracks.cend())
        return out;
    bool any = false;
    for (qint64 back = kSeconds; back >= 1; --back) {
        out.append(track->of(now / 1000 - back));
        any = any || out.constLast() > 0;
    }
    return any ? out : QList<double>();
}

void RateBook::prune(qint64 now)
{
    m_tracks.removeIf([now](const auto &entry) { return now / 1000 - entry.value().second > kSeconds; });
}

} // namespace dormouse
