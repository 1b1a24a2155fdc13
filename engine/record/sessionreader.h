// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/record/format.h"

#include <QFile>

#include <functional>
#include <memory>

namespace dormouse::record {

/// Reads a session file. Thread: any one thread.
class SessionReader
{
public:
    enum class Damage { Refuse, ReadUpToIt };

    /// Checks every record's checksum and remembers where it is; nothing is decoded yet.
    /// Errors: record.cannot_read, record.not_a_session, record.newer_version, record.bad_header,
    /// record.bad_crc ("offset N"), record.bad_record ("offset N"). A file that stops within a record opens up to
    /// the last whole one, with a notice. ReadUpToIt opens also before a bad record, with a notice.
    static Result<std::unique_ptr<SessionReader>> open(const QString &path, Damage damage = Damage::Refuse);

    const SessionHeader &header() const { return m_header; }
    /// What a person should know: truncated, damaged, not closed. Empty = all is well.
    const QString &notice() const { return m_notice; }
    bool isTruncated() const { return m_truncated; }
    bool hasEnd() const { return m_hasEnd; }
    quint64 framesLost() const { return m_framesLost; } ///< by the recorder
    quint64 eventsLost() const { return m_eventsLost; } ///< by the recorder, with those frames
    qint64 firstTs() const;
    qint64 lastTs() const;

    /// Frames as they came from the source, indices not counted.
    int frameCount() const { return int(m_frames.size()); }
    qint64 frameTs(int frame) const { return m_frames[std::size_t(frame)].ts; }
    Result<monitor::Frame> frame(int frame) const;
    /// Last frame at or before ts, -1 when ts is before the first.
    int frameAt(qint64 ts) const;
    /// Everything known after that frame as one snapshot, with the latest events up to it, at most
    /// maxEvents, as far as a bounded look back finds them.
    Result<monitor::Frame> stateAfter(int frame, int maxEvents = 5'000) const;
    /// The latest events up to that frame that are wanted, oldest first: at most `most`, of what a bounded look back finds.
    Result<std::vector<monitor::Event>> eventsUpTo(int frame, std::size_t most, const std::function<bool(const monitor::Event &)> &wanted) const;
    /// Calls visit for each frame in order until it returns false. Errors of decodeFrame.
    Status forEachFrame(const std::function<bool(const monitor::Frame &)> &visit) const;

private:
    struct Place
    {
        qint64 offset = 0; ///< of the payload
        qint64 bytes = 0;
        qint64 ts = 0; ///< never goes back, whatever the clock did
    };
    struct Index
    {
        Place place;
        int frame = 0; ///< the state it holds is the one after this frame
    };

    SessionReader() = default;
    Status readHeader();
    Status scan(Damage damage);
    void note(const QString &text);
    Result<monitor::Frame> decode(const Place &place, monitor::Traces traces) const;

    mutable QFile m_file;
    SessionHeader m_header;
    QString m_notice;
    std::vector<Place> m_frames;
    std::vector<Index> m_indices;
    quint64 m_framesLost = 0;
    quint64 m_eventsLost = 0;
    bool m_truncated = false;
    bool m_hasEnd = false;
};

} // namespace dormouse::record
