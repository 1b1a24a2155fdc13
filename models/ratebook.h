// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHash>
#include <QList>
#include <QString>

#include <array>

namespace dormouse {

/// Messages per second of single rows and their recent course (console.md row 35). Holds only what was busy lately, so
/// that 100 000 silent rows cost nothing. Times are wall ms of the source. Thread: the UI thread.
class RateBook
{
public:
    static constexpr int kSeconds = 16;    ///< of the course
    static constexpr int kRateSeconds = 4; ///< that a rate is taken over: it is zero this long after the last message

    /// Whether the source tells of connections at all; else nothing is known instead of zero.
    void setKnown(bool on) { m_known = on; }
    bool isKnown() const { return m_known; }
    void add(const QString &id, quint64 messages, qint64 ts);
    /// Of the last finished seconds before now; 0 for what is not known.
    double perSecond(const QString &id, qint64 now) const;
    /// Messages of each of the last kSeconds seconds, oldest first; empty when there were none.
    QList<double> course(const QString &id, qint64 now) const;
    /// Forgets what has been silent for kSeconds. The owner calls it now and then.
    void prune(qint64 now);
    void clear() { m_tracks.clear(); }
    qsizetype size() const { return m_tracks.size(); }

private:
    struct Track
    {
        qint64 second = 0; ///< newest second counted
        std::array<quint32, kSeconds + 1> counts{}; ///< by second modulo size; one more for the second under way
        quint32 of(qint64 wanted) const;
    };
    QHash<QString, Track> m_tracks;
    bool m_known = false;
};

} // namespace dormouse
