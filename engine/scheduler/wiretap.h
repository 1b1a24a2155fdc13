// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

#include <deque>
#include <map>
#include <vector>

namespace dormouse {

/// One message of the runner protocol as it went over a runner's socket.
struct WireFrame
{
    quint64 seq = 0;   ///< dense while one runner is listened to, never reused
    qint64 ts = 0;     ///< wall ms
    bool toRunner = false;
    int version = 0;   ///< of the protocol
    qint64 size = 0;   ///< bytes
    QByteArray bytes;  ///< the first WireTap::kMostOfOne of them
};

/// Holds what runners and the engine lately said to each other, for those runners that somebody has asked for
/// (console.md row 56). Nobody asking costs one comparison per message. Thread: engine thread.
class WireTap
{
public:
    static constexpr std::size_t kMostFrames = 1'000; ///< of one runner
    static constexpr qint64 kMostBytes = 2 * 1024 * 1024;
    static constexpr qint64 kMostOfOne = 64 * 1024;
    static constexpr std::size_t kMostRunners = 8; ///< then the one that was asked for longest ago is let go
    static constexpr qint64 kIdleMs = 10'000;      ///< without being asked for

    bool isOn() const { return !m_watches.empty(); }
    void note(const QString &runnerId, bool toRunner, int version, const QByteArray &bytes, qint64 wallMs, qint64 monoMs);
    /// What came after that number; listening begins with the first call for a runner. *lost: how many of those were let
    /// go for want of room.
    std::vector<WireFrame> since(const QString &runnerId, quint64 after, qint64 monoMs, quint64 *lost);

private:
    struct Watch
    {
        quint64 first = 1, next = 1; ///< numbers given out from first on
        qint64 askedMs = 0;
        qint64 bytes = 0;
        std::deque<WireFrame> frames;
    };
    void prune(qint64 monoMs);
    void drop(std::map<QString, Watch>::iterator watch);

    std::map<QString, Watch> m_watches;
    quint64 m_next = 1; ///< above every number of watches that have ended
};

} // namespace dormouse
