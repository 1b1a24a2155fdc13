// SPDX-License-Identifier: Apache-2.0
#include "engine/monitor/values.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dormouse::monitor {

namespace {
constexpr int kSubBits = 4;
static_assert((1 << kSubBits) == Histogram::kSubBuckets);
} // namespace

/// Values below 16 have a bucket each; from there every power of two is split into 16 equal parts.
int Histogram::bucketOf(qint64 us)
{
    if (us < kSubBuckets)
        return int(std::max<qint64>(us, 0));
    const int power = std::bit_width(quint64(us)) - 1;
    const int shift = power - kSubBits;
    const int bucket = (shift + 1) * kSubBuckets + int((us >> shift) - kSubBuckets);
    return std::min(bucket, kBuckets - 1);
}

qint64 Histogram::bucketUpperUs(int bucket)
{
    if (bucket < kSubBuckets)
        return std::max(bucket, 0);
    const int shift = bucket / kSubBuckets - 1;
    const qint64 lower = qint64(kSubBuckets + bucket % kSubBuckets) << shift;
    return lower + (qint64(1) << shift) - 1;
}

void Histogram::add(qint64 us, quint64 count)
{
    if (count == 0)
        return;
    m_buckets[bucketOf(us)] += count;
    m_count += count;
    m_max = std::max(m_max, us);
}

void Histogram::merge(const Histogram &other)
{
    for (auto it = other.m_buckets.cbegin(); it != other.m_buckets.cend(); ++it)
        m_buckets[it.key()] += it.value();
    m_count += other.m_count;
    m_max = std::max(m_max, other.m_max);
}

void Histogram::clear()
{
    m_buckets.clear();
    m_count = 0;
    m_max = 0;
}

std::optional<qint64> Histogram::quantileUs(double q) const
{
    if (m_count == 0)
        return std::nullopt;
    const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * double(m_count));
    const quint64 rank = std::clamp<quint64>(quint64(wanted), 1, m_count);
    QList<int> keys = m_buckets.keys();
    std::sort(keys.begin(), keys.end());
    quint64 seen = 0;
    for (int key : std::as_const(keys)) {
        seen += m_buckets.value(key);
        if (seen >= rank)
            return key == kBuckets - 1 ? m_max : std::min(bucketUpperUs(key), m_max);
    }
    return m_max;
}

void Histogram::setRaw(QHash<int, quint64> buckets, qint64 maxUs)
{
    m_buckets = std::move(buckets);
    m_max = maxUs;
    m_count = 0;
    for (quint64 count : std::as_const(m_buckets))
        m_count += count;
}

} // namespace dormouse::monitor
