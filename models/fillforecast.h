// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <deque>
#include <optional>

namespace dormouse {

/// When a buffer that fills would reach its limit (console.md row 29): a straight line through the last kWindowMs.
class FillForecast
{
public:
    static constexpr qint64 kWindowMs = 10'000;
    static constexpr qint64 kLeastMs = 1'000; ///< nothing is foretold from less than this

    void clear() { m_samples.clear(); }
    /// ts: wall ms, not falling.
    void add(qint64 ts, qint64 bytes)
    {
        if (!m_samples.empty() && (ts < m_samples.back().ts))
            m_samples.clear();
        if (!m_samples.empty() && ts == m_samples.back().ts)
            m_samples.back().bytes = bytes;
        else
            m_samples.push_back({ts, bytes});
        while (m_samples.size() > 2 && ts - m_samples.front().ts > kWindowMs)
            m_samples.pop_front();
    }
    /// Bytes per second; absent until enough is known.
    std::optional<double> rate() const
    {
        if (m_samples.size() < 2 || m_samples.back().ts - m_samples.front().ts < kLeastMs)
            return std::nullopt;
        return double(m_samples.back().bytes - m_samples.front().bytes) * 1000
            / double(m_samples.back().ts - m_samples.front().ts);
    }
    /// From the newest sample on; absent while it does not fill. 0 = full.
    std::optional<qint64> msUntil(qint64 limit) const
    {
        const std::optional<double> perSecond = rate();
        if (!perSecond || *perSecond <= 0 || limit <= 0)
            return std::nullopt;
        return qint64(double(qMax<qint64>(0, limit - m_samples.back().bytes)) * 1000 / *perSecond);
    }

private:
    struct Sample
    {
        qint64 ts;
        qint64 bytes;
    };
    std::deque<Sample> m_samples;
};

} // namespace dormouse
