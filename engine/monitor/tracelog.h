// SPDX-License-Identifier: Apache-2.0
#pragma once

// Trace events (one or more for every message) in packed form. As Event values they would cost more than the message
// itself: seven strings and numbers of some 300 bytes, against about seven bytes here.
//
// A row of TraceBlock::bytes, little endian, numbers without a width as LEB128:
//   head u8        bits 0-2 kind (TraceKind), 3 same subject as the row before, 4 sequence gap follows,
//                  5 value of the row before, 6 index follows; bit 7 is zero
//   us             since the row before; the first: since TraceBlock::monoUs
//   [gap]          sequence number minus that of the row before minus 1; the first: minus TraceBlock::firstSeq
//   [subject]      position in TraceBlock::subjects
//   [index u16]    message index
//   [value]        bytes, or us for an acknowledgement

#include "engine/base/result.h"
#include "engine/monitor/values.h"

namespace dormouse::monitor {

/// What happened to one message. InAndSent stands for two events with neighbouring sequence numbers.
enum class TraceKind : quint8 { In = 0, Sent, Resent, Acked, Out, InAndSent };

/// Whom rows are about. Empty strings are unknown.
struct TraceSubject
{
    QString actorId;
    QString runnerId;
    QString connectionId;
    QString requestId;
    quint32 generation = 0;
    bool operator==(const TraceSubject &) const = default;
};

/// Rows of one stretch of time, complete in itself.
struct TraceBlock
{
    quint64 firstSeq = 0;
    qint64 ts = 0;     ///< wall ms of the first row
    qint64 monoUs = 0; ///< of the first row
    quint32 events = 0; ///< InAndSent counts as two
    std::vector<TraceSubject> subjects;
    QByteArray bytes;
};

/// Knows its subject. Asked once per block and change.
class TraceSource
{
public:
    virtual ~TraceSource() = default;
    virtual TraceSubject traceSubject() const = 0;
};

/// Kept beside a source: where the running block has its subject. Set back to {} when the subject changes.
struct TraceSlot
{
    quint32 block = 0;
    quint32 subject = 0;
};

/// Packs rows. Thread: the one that owns it.
class TraceLog
{
public:
    static constexpr quint32 kBlockEvents = 16'384; ///< a block is full from here on
    static constexpr int kMaxRowBytes = 40;

    bool isEmpty() const { return m_block.events == 0; }
    bool isFull() const { return m_block.events >= kBlockEvents; }
    quint32 events() const { return m_block.events; }
    /// Before the first row of a block: its wall-clock ms.
    void begin(qint64 ts);
    /// seq is that of the (first) event of the row and larger than all before; monoUs does not go back within a block.
    /// index < 0: none.
    void add(TraceSlot &slot, const TraceSource &source, TraceKind kind, int index, quint64 value, quint64 seq,
             qint64 monoUs);
    /// What was added since the last take(). The next row begins a new block.
    TraceBlock take();

private:
    TraceBlock m_block;
    quint32 m_number = 1; ///< of the running block, never 0
    char *m_at = nullptr; ///< end of what is used of m_block.bytes
    char *m_limit = nullptr;
    quint64 m_seq = 0; ///< the last one used
    qint64 m_us = 0;
    quint64 m_value = 0;
    quint32 m_subject = 0;
};

/// The events of a block, ordered by sequence number. Errors: monitor.bad_trace naming the reason.
Result<std::vector<Event>> unpack(const TraceBlock &block);
/// The one or two events of a row, without seq and times.
std::vector<Event> eventsOf(const TraceSubject &subject, TraceKind kind, int index, quint64 value);

} // namespace dormouse::monitor
