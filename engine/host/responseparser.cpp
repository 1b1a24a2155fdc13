// SPDX-License-Identifier: Apache-2.0
#include "engine/host/responseparser.h"

#include <QList>

#include <algorithm>

namespace dormouse {

void ResponseParser::fail(const QString &why)
{
    m_state = State::Failed;
    m_failure = why;
}

/// Moves bytes up to a line end into m_line; false when the line is not complete yet or too long.
bool ResponseParser::takeLine(QByteArrayView &bytes)
{
    const qsizetype end = bytes.indexOf('\n');
    const QByteArrayView piece = end < 0 ? bytes : bytes.first(end);
    bytes = end < 0 ? QByteArrayView() : bytes.sliced(end + 1);
    m_line += piece;
    m_headBytes += piece.size() + 1;
    if (m_headBytes > kMaxHeadBytes) {
        fail(QStringLiteral("the head of the answer is larger than 64 KiB"));
        return false;
    }
    if (end >= 0 && m_line.endsWith('\r'))
        m_line.chop(1);
    return end >= 0;
}

void ResponseParser::feed(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        if (m_state == State::Complete || m_state == State::Failed)
            return;
        if (m_state == State::Head) {
            if (takeLine(bytes))
                headLine();
            continue;
        }
        switch (m_framing) {
        case Framing::UntilClose:
            m_body += bytes;
            return;
        case Framing::Length:
        case Framing::ChunkData: {
            const qsizetype size = qsizetype(std::min<qint64>(m_remaining, bytes.size()));
            m_body += bytes.first(size);
            bytes = bytes.sliced(size);
            m_remaining -= size;
            if (m_remaining == 0 && m_framing == Framing::Length)
                m_state = State::Complete;
            else if (m_remaining == 0)
                m_framing = Framing::ChunkEnd;
            break;
        }
        case Framing::ChunkSize:
        case Framing::ChunkEnd:
        case Framing::Trailer:
            if (takeLine(bytes))
                chunkLine();
            break;
        }
    }
}

void ResponseParser::headLine()
{
    const QByteArray line = std::exchange(m_line, {});
    if (!m_haveStatus) {
        bool ok = false;
        m_status = line.mid(9, 3).toInt(&ok);
        if (!ok || !line.startsWith("HTTP/1.") || m_status < 100 || (line.size() > 12 && line[12] != ' ')) {
            fail(QStringLiteral("the answer is not HTTP/1.1"));
            return;
        }
        m_haveStatus = true;
        return;
    }
    if (line.isEmpty()) {
        finishHead();
        return;
    }
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0) {
        fail(QStringLiteral("the answer has a header line without a name"));
        return;
    }
    m_headers.emplace_back(line.left(colon).trimmed(), line.mid(colon + 1).trimmed());
}

void ResponseParser::finishHead()
{
    m_headBytes = 0;
    if (m_status < 200 && m_status != 101) {
        m_haveStatus = false;
        m_headers.clear();
        return;
    }
    m_state = State::Body;
    if (headerValue(m_headers, "transfer-encoding").toLower().contains("chunked")) {
        m_framing = Framing::ChunkSize;
        return;
    }
    const QByteArray length = headerValue(m_headers, "content-length");
    if (m_status == 204 || m_status == 304) {
        m_state = State::Complete;
    } else if (!length.isNull()) {
        bool ok = false;
        m_remaining = length.toLongLong(&ok);
        m_framing = Framing::Length;
        if (!ok || m_remaining < 0)
            fail(QStringLiteral("the answer has a length that is no number"));
        else if (m_remaining == 0)
            m_state = State::Complete;
    }
}

void ResponseParser::chunkLine()
{
    const QByteArray line = std::exchange(m_line, {});
    m_headBytes = m_framing == Framing::Trailer ? m_headBytes : 0;
    if (m_framing == Framing::ChunkEnd) {
        m_framing = Framing::ChunkSize;
        if (!line.isEmpty())
            fail(QStringLiteral("the answer has a chunk that is longer than announced"));
        return;
    }
    if (m_framing == Framing::Trailer) {
        if (line.isEmpty())
            m_state = State::Complete;
        return;
    }
    bool ok = false;
    m_remaining = line.split(';').front().trimmed().toLongLong(&ok, 16);
    if (!ok || m_remaining < 0)
        fail(QStringLiteral("the answer has a chunk whose length is no number"));
    else
        m_framing = m_remaining == 0 ? Framing::Trailer : Framing::ChunkData;
}

void ResponseParser::close()
{
    if (m_state == State::Body && m_framing == Framing::UntilClose)
        m_state = State::Complete;
    else if (m_state == State::Body)
        fail(QStringLiteral("the connection was closed in the middle of the answer"));
    else if (m_state == State::Head)
        fail(QStringLiteral("the connection was closed before the answer"));
}

} // namespace dormouse
