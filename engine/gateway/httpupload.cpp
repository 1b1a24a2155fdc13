// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/httpupload.h"

#include <algorithm>

namespace dormouse {

namespace {

std::optional<qint64> announcedLength(const HttpHead &head)
{
    bool isNumber = false;
    const qint64 bytes = head.header("content-length").toLongLong(&isNumber);
    return isNumber ? std::optional(bytes) : std::nullopt;
}

} // namespace

HttpUpload::HttpUpload(const HttpHead &head) : m_announced(announcedLength(head)) {}

void HttpUpload::add(const QByteArray &data, bool last)
{
    m_complete = m_complete || last;
    m_held += data;
    trim();
}

bool HttpUpload::begin()
{
    m_sending = !m_complete;
    m_unconfirmed = m_sending;
    return m_sending;
}

std::optional<wire::ToClientRequestChunk> HttpUpload::next() const
{
    if (!m_sending || m_done || (unsent() == 0 && !m_complete))
        return std::nullopt;
    const qsizetype size = std::min<qsizetype>(unsent(), kChunkBytes);
    return wire::ToClientRequestChunk{m_held.mid(m_sent, size), m_complete && size == unsent()};
}

void HttpUpload::sent(const wire::ToClientRequestChunk &chunk)
{
    m_sent += chunk.body.size();
    m_done = chunk.finish;
    m_unconfirmed = true;
    trim();
}

void HttpUpload::stop()
{
    m_sending = false;
    m_done = false;
    m_unconfirmed = false;
    m_mayLack = false;
    m_sent = 0;
}

void HttpUpload::trim()
{
    if (m_sent == 0 || (!m_dropped && m_held.size() <= kHeldBytes))
        return;
    m_held.remove(0, m_sent);
    m_sent = 0;
    m_dropped = true;
}

} // namespace dormouse
