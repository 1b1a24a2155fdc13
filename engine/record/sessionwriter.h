// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/record/format.h"

#include <memory>

namespace dormouse::record {

/// Writes a session file on a thread of its own behind a bounded queue. Every function may be called from any thread.
class SessionWriter
{
public:
    static constexpr int kMaxQueuedFrames = 256;

    /// Replaces an existing file. Errors: record.cannot_write with path and reason.
    static Result<std::unique_ptr<SessionWriter>> open(const QString &path, const SessionHeader &header);
    /// close().
    ~SessionWriter();

    /// True when the queue has room. A producer that asks first loses nothing (Publisher's Ready).
    bool ready() const;
    /// Queues one frame. False when it was dropped and counted: the queue is full, or writing has failed.
    /// After a drop the rows changed by it stay old in the file until they change again or a snapshot comes.
    bool write(monitor::Frame frame);
    /// True after a drop until a snapshot frame has been accepted.
    bool needsSnapshot() const;
    /// Writes what is queued and the end mark, ends the thread. Idempotent. Errors: record.cannot_write.
    Status close();

    struct Stats
    {
        quint64 frames = 0; ///< written
        quint64 framesDropped = 0;
        quint64 eventsDropped = 0; ///< with those frames
        qint64 bytes = 0;
        int queued = 0;
        QString error; ///< empty = none
    };
    Stats stats() const;

private:
    class Private;
    explicit SessionWriter(std::unique_ptr<Private> data);
    std::unique_ptr<Private> d;
};

} // namespace dormouse::record
