// SPDX-License-Identifier: Apache-2.0
#include "engine/monitor/tracelog.h"

#include <QtEndian>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace dormouse::monitor {

namespace {

constexpr int kSameSubject = 1 << 3;
constexpr int kHasGap = 1 << 4;
constexpr int kSameValue = 1 << 5;
constexpr int kHasIndex = 1 << 6;
constexpr int kKindMask = 7;
constexpr qsizetype kFirstBytes = 16 * 1024;

inline char *put(char *to, quint64 value)
{
    while (value >= 0x80) {
        *to++ = char(value | 0x80);
        value >>= 7;
    }
    *to++ = char(value);
    return to;
}

/// Reads numbers and remembers whether there was one too few or too large.
class Bytes
{
public:
    explicit Bytes(const QByteArray &bytes) : m_at(bytes.constData()), m_end(m_at + bytes.size()) {}
    bool atEnd() const { return m_at == m_end; }
    bool isBad() const { return m_bad; }
    quint8 byte()
    {
        if (m_at == m_end) {
            m_bad = true;
            return 0;
        }
        return quint8(*m_at++);
    }
    quint64 number()
    {
        quint64 value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const quint8 next = byte();
            value |= quint64(next & 0x7f) << shift;
            if (!(next & 0x80)) {
                m_bad = m_bad || (shift == 63 && next > 1);
                return value;
            }
        }
        m_bad = true;
        return 0;
    }

private:
    const char *m_at;
    const char *m_end;
    bool m_bad = false;
};

EventKind kindOf(TraceKind kind)
{
    switch (kind) {
    case TraceKind::In:
    case TraceKind::InAndSent:
        return EventKind::MessageIn;
    case TraceKind::Sent: return EventKind::MessageSent;
    case TraceKind::Resent: return EventKind::MessageResent;
    case TraceKind::Acked: return EventKind::MessageAcked;
    case TraceKind::Out: return EventKind::MessageOut;
    }
    return EventKind::Unknown;
}

Event eventOf(const TraceSubject &subject, EventKind kind, int index, quint64 value)
{
    Event event;
    event.kind = kind;
    event.level = EventLevel::Trace;
    event.actorId = subject.actorId;
    event.runnerId = subject.runnerId;
    event.connectionId = subject.connectionId;
    event.requestId = subject.requestId;
    event.generation = subject.generation;
    if (index >= 0)
        event.index = index;
    event.value = qint64(value);
    return event;
}

Error badTrace(const QString &why)
{
    return Error::make("monitor", "bad_trace", u"traces: "_s + why);
}

} // namespace

void TraceLog::begin(qint64 ts)
{
    m_block.ts = ts;
    m_block.bytes.resize(kFirstBytes);
    m_at = m_block.bytes.data();
    m_limit = m_at + m_block.bytes.size() - kMaxRowBytes;
}

void TraceLog::add(TraceSlot &slot, const TraceSource &source, TraceKind kind, int index, quint64 value, quint64 seq,
                   qint64 monoUs)
{
    if (m_at > m_limit) {
        const qsizetype used = m_at - m_block.bytes.constData();
        m_block.bytes.resize(m_block.bytes.size() * 2);
        m_at = m_block.bytes.data() + used;
        m_limit = m_block.bytes.data() + m_block.bytes.size() - kMaxRowBytes;
    }
    if (slot.block != m_number) {
        slot = {m_number, quint32(m_block.subjects.size())};
        m_block.subjects.push_back(source.traceSubject());
    }
    if (m_block.events == 0) {
        m_block.firstSeq = seq;
        m_block.monoUs = monoUs;
        m_seq = seq - 1;
        m_us = monoUs;
        m_value = 0;
        m_subject = 0;
    }
    int head = int(kind);
    char *at = put(m_at + 1, quint64(std::max<qint64>(monoUs - m_us, 0)));
    const quint64 gap = seq - m_seq - 1;
    if (gap > 0) {
        head |= kHasGap;
        at = put(at, gap);
    }
    if (slot.subject == m_subject)
        head |= kSameSubject;
    else
        at = put(at, slot.subject);
    if (index >= 0) {
        head |= kHasIndex;
        qToLittleEndian(quint16(index), at);
        at += sizeof(quint16);
    }
    if (value == m_value)
        head |= kSameValue;
    else
        at = put(at, value);
    *m_at = char(head);
    m_at = at;
    const quint32 events = kind == TraceKind::InAndSent ? 2 : 1;
    m_us = std::max(m_us, monoUs);
    m_seq = seq + events - 1;
    m_subject = slot.subject;
    m_value = value;
    m_block.events += events;
}

TraceBlock TraceLog::take()
{
    if (m_block.events == 0)
        return {};
    m_block.bytes.resize(m_at - m_block.bytes.constData());
    m_at = m_limit = nullptr;
    m_number = std::max<quint32>(m_number + 1, 1);
    return std::exchange(m_block, {});
}

std::vector<Event> eventsOf(const TraceSubject &subject, TraceKind kind, int index, quint64 value)
{
    std::vector<Event> events{eventOf(subject, kindOf(kind), index, value)};
    if (kind == TraceKind::InAndSent)
        events.push_back(eventOf(subject, EventKind::MessageSent, index, value));
    return events;
}

Result<std::vector<Event>> unpack(const TraceBlock &block)
{
    std::vector<Event> events;
    // The number is only a claim; a row has two bytes at least and stands for two events at most.
    events.reserve(std::min<std::size_t>(block.events, std::size_t(block.bytes.size())));
    Bytes in(block.bytes);
    quint64 seq = block.firstSeq;
    quint64 us = 0;
    quint64 value = 0;
    quint64 subject = 0;
    while (!in.atEnd()) {
        const int head = in.byte();
        if (head > (kKindMask | kSameSubject | kHasGap | kSameValue | kHasIndex) || (head & kKindMask) > int(TraceKind::InAndSent))
            return badTrace(u"unknown kind of row"_s);
        const TraceKind kind = TraceKind(head & kKindMask);
        us += in.number();
        if (head & kHasGap)
            seq += in.number();
        if (!(head & kSameSubject))
            subject = in.number();
        int index = -1;
        if (head & kHasIndex) {
            index = in.byte();
            index |= int(in.byte()) << 8;
        }
        if (!(head & kSameValue))
            value = in.number();
        if (in.isBad())
            return badTrace(u"truncated row"_s);
        if (subject >= block.subjects.size())
            return badTrace(u"unknown subject"_s);
        const TraceSubject &who = block.subjects[std::size_t(subject)];
        const auto append = [&](EventKind eventKind) {
            Event event = eventOf(who, eventKind, index, value);
            event.seq = seq++;
            event.ts = qint64(quint64(block.ts) + us / 1000);
            event.monoUs = qint64(quint64(block.monoUs) + us);
            events.push_back(std::move(event));
        };
        append(kindOf(kind));
        if (kind == TraceKind::InAndSent)
            append(EventKind::MessageSent);
    }
    if (events.size() != block.events)
        return badTrace(u"wrong number of rows"_s);
    return events;
}

} // namespace dormouse::monitor
