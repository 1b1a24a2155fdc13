// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/pendingbuffer.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr quint16 kWindow = 32'766;

quint16 distance(quint16 from, quint16 to)
{
    return quint16(to - from);
}

} // namespace

qint64 PendingMessage::size() const
{
    return payload.size() + PendingBuffer::kOverheadBytes;
}

PendingBuffer::Verdict PendingBuffer::check(qint64 payloadBytes) const
{
    if (m_messages.size() >= kMaxCount)
        return Verdict::CountLimit;
    if (m_messages.empty())
        return Verdict::Accepted;
    // Written so that neither side can overflow, whatever the size.
    if (payloadBytes > m_limit - m_bytes - kOverheadBytes)
        return Verdict::ByteLimit;
    return Verdict::Accepted;
}

quint16 PendingBuffer::append(const QByteArray &payload, bool binary, qint64 monoUs)
{
    PendingMessage message;
    message.payload = payload;
    message.index = m_nextIndex++;
    message.binary = binary;
    message.queuedUs = monoUs;
    m_bytes += message.size();
    m_unwritten += message.size();
    m_maxBytes = std::max(m_maxBytes, m_bytes);
    m_messages.push_back(std::move(message));
    m_maxCount = std::max(m_maxCount, m_messages.size());
    return m_messages.back().index;
}

bool PendingBuffer::markWritten(quint32 generation, qint64 monoUs)
{
    PendingMessage &message = m_messages[m_cursor];
    const bool again = message.timesSent > 0;
    message.writtenUs = monoUs;
    ++message.timesSent;
    if (message.generations == 0 || message.lastGeneration != generation) {
        ++message.generations;
        message.lastGeneration = generation;
    }
    if (m_lastSent != message.index && distance(m_lastSent, message.index) <= kWindow)
        m_lastSent = message.index;
    m_unwritten -= message.size();
    ++m_cursor;
    return again;
}

void PendingBuffer::unmarkWritten()
{
    --m_cursor;
    PendingMessage &message = m_messages[m_cursor];
    message.writtenUs = PendingMessage::kNotWritten;
    --message.timesSent;
    m_unwritten += message.size();
}

void PendingBuffer::restamp(qint64 monoUs)
{
    for (std::size_t i = 0; i < m_cursor; ++i)
        m_messages[i].writtenUs = monoUs;
}

void PendingBuffer::rewind()
{
    for (std::size_t i = 0; i < m_cursor; ++i)
        m_messages[i].writtenUs = PendingMessage::kNotWritten;
    m_cursor = 0;
    m_unwritten = m_bytes;
    m_messages.squeeze();
}

bool PendingBuffer::isInWindow(quint16 index) const
{
    return distance(index, m_lastSent) <= kWindow && distance(m_acked, index) <= kWindow;
}

bool PendingBuffer::covers(quint16 index) const
{
    return !m_messages.empty() && distance(m_messages.front().index, index) <= kWindow;
}

qint64 PendingBuffer::dropFront()
{
    const qint64 size = m_messages.front().size();
    m_bytes -= size;
    // A late acknowledgement of an earlier delivery may cover what was not yet written again.
    if (m_cursor > 0)
        --m_cursor;
    else
        m_unwritten -= size;
    m_messages.pop_front();
    return size;
}

std::optional<qint64> PendingBuffer::oldestWrittenMs() const
{
    if (m_cursor == 0 || m_messages.empty() || !m_messages.front().isWritten())
        return std::nullopt;
    return m_messages.front().writtenUs / 1000;
}

qint64 PendingBuffer::recount() const
{
    qint64 sum = 0;
    for (const PendingMessage &message : m_messages)
        sum += message.size();
    return sum;
}

void PendingBuffer::startAt(quint16 nextIndex)
{
    m_nextIndex = nextIndex;
    m_acked = quint16(nextIndex - 1);
    m_lastSent = m_acked;
}

} // namespace dormouse
