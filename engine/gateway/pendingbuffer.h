// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/ringqueue.h"

#include <QByteArray>

#include <optional>

namespace dormouse {

/// Arithmetic of the 16-bit message index (gateway.md section 8.3).
constexpr bool indexNewer(quint16 a, quint16 b)
{
    return a != b && quint16(a - b) < 32'768;
}

/// A client message that the actor has not acknowledged.
struct PendingMessage
{
    QByteArray payload; ///< shared with the send queue, never re-encoded
    qint64 queuedUs = 0;              ///< monotonic
    qint64 writtenUs = kNotWritten;   ///< monotonic
    int timesSent = 0;
    quint32 lastGeneration = 0;       ///< valid when generations > 0
    quint16 generations = 0;          ///< in how many generations of the actor it was written
    quint16 index = 0;
    bool binary = false;
    static constexpr qint64 kNotWritten = -1; ///< nobody could acknowledge it now
    bool isWritten() const { return writtenUs != kNotWritten; }
    qint64 size() const;              ///< payload plus the overhead that counts against the limits
};

/// Unacknowledged messages of one hibernatable client WebSocket, and which of them are written to the current runner
/// (gateway.md sections 8.2 to 8.4). Pure: no clock, no sends. Messages before cursor() are written.
class PendingBuffer
{
public:
    static constexpr qint64 kOverheadBytes = 64;
    static constexpr std::size_t kMaxCount = 32'766; ///< more cannot be told apart by index

    explicit PendingBuffer(qint64 limitBytes) : m_limit(limitBytes) {}

    enum class Verdict { Accepted, ByteLimit, CountLimit };
    /// Whether a message of that many payload bytes fits. A message alone is accepted whatever its size.
    Verdict check(qint64 payloadBytes) const;
    /// Appends with the next index; call check() first. Returns the index.
    quint16 append(const QByteArray &payload, bool binary, qint64 monoUs);

    bool isEmpty() const { return m_messages.empty(); }
    std::size_t count() const { return m_messages.size(); }
    qint64 bytes() const { return m_bytes; }
    qint64 limit() const { return m_limit; }
    qint64 maxBytes() const { return m_maxBytes; }
    std::size_t maxCount() const { return m_maxCount; }
    quint16 nextIndex() const { return m_nextIndex; }
    quint16 acked() const { return m_acked; }
    quint16 lastSent() const { return m_lastSent; }
    /// position below count(); the oldest is at 0. front() and back(): not while empty.
    const PendingMessage &at(std::size_t position) const { return m_messages[position]; }
    const PendingMessage &front() const { return m_messages.front(); }
    const PendingMessage &back() const { return m_messages.back(); }

    std::size_t cursor() const { return m_cursor; }
    bool allWritten() const { return m_cursor == m_messages.size(); }
    qint64 unwrittenBytes() const { return m_unwritten; }
    /// The message at the cursor is about to be handed to the link. Returns true when it was written before.
    bool markWritten(quint32 generation, qint64 monoUs);
    /// The link refused the message just marked: takes the mark back.
    void unmarkWritten();
    /// What is written has only now left this process: its clocks start anew.
    void restamp(qint64 monoUs);
    /// The runner or its link is gone: nothing counts as written, and the clocks of all messages stop.
    void rewind();

    struct AckResult
    {
        bool valid = false;
        std::size_t count = 0;
        qint64 bytes = 0;
    };
    /// Applies a cumulative acknowledgement; an index outside the window changes nothing. Each message is shown
    /// before it is removed.
    template<typename Removed>
    AckResult ack(quint16 index, Removed removed)
    {
        AckResult result;
        result.valid = isInWindow(index);
        while (result.valid && covers(index)) {
            removed(front());
            result.bytes += dropFront();
            ++result.count;
        }
        if (result.valid)
            m_acked = index;
        return result;
    }
    /// The same without a look at what goes.
    AckResult ack(quint16 index)
    {
        return ack(index, [](const PendingMessage &) {});
    }
    /// When the oldest message was written, in monotonic ms, if it was.
    std::optional<qint64> oldestWrittenMs() const;
    /// Sum of the sizes, computed anew; equal to bytes() unless there is a bug.
    qint64 recount() const;
    /// For tests of the wrap: starts numbering at this index, as if everything before had been acknowledged.
    void startAt(quint16 nextIndex);

private:
    /// A cycle of messages and one acknowledgement must not buy its slots anew each time; 28 KiB at most, given back
    /// when the actor stops.
    static constexpr std::size_t kKeptSlots = 512;
    bool isInWindow(quint16 index) const;
    bool covers(quint16 index) const;
    qint64 dropFront(); ///< returns its size

    RingQueue<PendingMessage, kKeptSlots> m_messages;
    qint64 m_limit;
    qint64 m_bytes = 0;
    qint64 m_unwritten = 0;
    qint64 m_maxBytes = 0;
    std::size_t m_maxCount = 0;
    std::size_t m_cursor = 0;
    quint16 m_nextIndex = 1; // 0 is the open
    quint16 m_acked = 0;
    quint16 m_lastSent = 0;
};

} // namespace dormouse
