// SPDX-License-Identifier: Apache-2.0
#include "engine/net/httpparser.h"

#include <QList>

#include <algorithm>
#include <array>

namespace dormouse {

namespace {

constexpr qsizetype kMaxMethodBytes = 64;
constexpr qsizetype kVersionBytes = 8; // "HTTP/1.1"
constexpr qsizetype kMaxChunkLineBytes = 1024;
constexpr qsizetype kMaxChunkDigits = 15; // fits a signed 64-bit number
constexpr qsizetype kMaxLengthDigits = 18;
constexpr qsizetype kBodyReserveBytes = 64 * 1024; // an announced length alone must not cost memory

constexpr std::array<bool, 256> makeTokenTable()
{
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c)
        table[std::size_t(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c)
        table[std::size_t(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c)
        table[std::size_t(c)] = true;
    for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
        table[std::size_t(c)] = true;
    return table;
}
constexpr std::array<bool, 256> kTokenTable = makeTokenTable();

QByteArrayView trimBlanks(QByteArrayView text)
{
    while (!text.isEmpty() && (text.front() == ' ' || text.front() == '\t'))
        text = text.sliced(1);
    while (!text.isEmpty() && (text.back() == ' ' || text.back() == '\t'))
        text.chop(1);
    return text;
}

} // namespace

bool isSameHttpWord(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && a.compare(b, Qt::CaseInsensitive) == 0;
}

bool isHttpToken(QByteArrayView text)
{
    return !text.isEmpty()
        && std::all_of(text.begin(), text.end(), [](char c) { return kTokenTable[std::size_t(uchar(c))]; });
}

bool isHttpFieldValue(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (uchar(c) >= 0x20 && uchar(c) != 0x7f) || c == '\t'; });
}

HttpParser::HttpParser(const Limits &limits) : m_limits(limits) {}

void HttpParser::reset()
{
    *this = HttpParser(m_limits);
}

void HttpParser::fail(int status, const char *reason)
{
    m_state = State::Failed;
    m_failureStatus = status;
    m_failureReason = reason;
    m_body = {};
}

qsizetype HttpParser::feed(QByteArrayView bytes)
{
    qsizetype used = 0;
    if (m_state == State::Head)
        used = feedHead(bytes);
    if (m_state == State::Body)
        used += feedBody(bytes.sliced(used));
    return used;
}

/// Uses bytes up to and including the next line feed. The line without its CR LF once it is complete: where it lies in
/// `bytes`, or gathered in m_line, which the caller clears after use. Fails on a line feed without carriage return.
std::optional<QByteArrayView> HttpParser::takeLine(QByteArrayView bytes, qsizetype &used)
{
    const qsizetype feedAt = bytes.indexOf('\n', used);
    QByteArrayView line = bytes.sliced(used, (feedAt < 0 ? bytes.size() : feedAt + 1) - used);
    used += line.size();
    if (feedAt < 0 || !m_line.isEmpty()) {
        m_line.append(line);
        line = m_line;
    }
    // Before anything else, so that a line fails alike however it came.
    if (m_state == State::Head)
        checkRequestLineLength(line);
    if (feedAt < 0 || m_state == State::Failed)
        return std::nullopt;
    if (line.size() < 2 || line[line.size() - 2] != '\r') {
        fail(400, "line feed without carriage return");
        return std::nullopt;
    }
    line.chop(2);
    return line;
}

qsizetype HttpParser::feedHead(QByteArrayView bytes)
{
    qsizetype used = 0;
    while (m_state == State::Head && used < bytes.size()) {
        // One byte more than allowed is enough to know that the head is too large.
        const qsizetype allowed = m_limits.maxHeadBytes + 1 - m_headBytes;
        const QByteArrayView part = bytes.first(std::min(bytes.size(), used + allowed));
        const qsizetype before = used;
        const std::optional<QByteArrayView> line = takeLine(part, used);
        m_headBytes += used - before;
        if (m_state == State::Failed)
            break;
        if (line) {
            headLine(*line);
            m_line.clear();
        }
        if (m_state != State::Failed && m_headBytes > m_limits.maxHeadBytes)
            fail(431, "request head too large");
    }
    return used;
}

/// Limits of a line that may have no end yet, so that an endless one is refused early and with the right status.
void HttpParser::checkRequestLineLength(QByteArrayView line)
{
    if (m_haveRequestLine)
        return;
    if (line.endsWith('\n'))
        line.chop(1);
    if (line.endsWith('\r'))
        line.chop(1);
    const qsizetype blank = line.indexOf(' ');
    if ((blank < 0 ? line.size() : blank) > kMaxMethodBytes)
        fail(400, "method too long");
    else if (blank == 0)
        fail(400, "malformed request line");
    else if (blank > 0 && line.size() - blank - 1 > m_limits.maxTargetBytes + 1 + kVersionBytes)
        fail(414, "request target too long");
}

void HttpParser::headLine(QByteArrayView line)
{
    if (!m_haveRequestLine) {
        // A single empty line before the request is what some old clients send after a body (RFC 9112 section 2.2).
        if (line.isEmpty() && !m_skippedEmptyLine) {
            m_skippedEmptyLine = true;
            m_headBytes = 0;
            return;
        }
        requestLine(line);
        return;
    }
    if (line.isEmpty()) {
        finishHead();
        return;
    }
    if (int(m_head.headers.size()) >= m_limits.maxHeaders) {
        fail(431, "too many headers");
        return;
    }
    headerLine(line, true);
}

void HttpParser::requestLine(QByteArrayView line)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last == first)
        return fail(400, "malformed request line");
    const QByteArrayView method = line.first(first);
    const QByteArrayView target = line.sliced(first + 1, last - first - 1);
    const QByteArrayView version = line.sliced(last + 1);
    if (method.size() > kMaxMethodBytes || !isHttpToken(method))
        return fail(400, "malformed method");
    if (target.size() > m_limits.maxTargetBytes)
        return fail(414, "request target too long");
    const bool targetOk = !target.isEmpty() && std::all_of(target.begin(), target.end(), [](char c) {
        return uchar(c) > 0x20 && uchar(c) != 0x7f;
    });
    if (!targetOk)
        return fail(400, "malformed request target");
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() != kVersionBytes || !version.startsWith("HTTP/") || !isDigit(version[5]) || version[6] != '.'
        || !isDigit(version[7]))
        return fail(400, "malformed HTTP version");
    if (version[5] != '1')
        return fail(505, "HTTP version not supported");
    m_head.method = method.toByteArray();
    const qsizetype fragment = target.indexOf('#');
    m_head.target = (fragment < 0 ? target : target.first(fragment)).toByteArray();
    if (m_head.target.isEmpty())
        return fail(400, "malformed request target");
    m_head.versionMinor = version[7] - '0';
    m_haveRequestLine = true;
}

bool HttpParser::headerLine(QByteArrayView line, bool store)
{
    if (line.front() == ' ' || line.front() == '\t') {
        fail(400, "folded header line");
        return false;
    }
    const qsizetype colon = line.indexOf(':');
    // The token check also refuses a space before the colon.
    if (colon <= 0 || !isHttpToken(line.first(colon))) {
        fail(400, "malformed header name");
        return false;
    }
    const QByteArrayView value = trimBlanks(line.sliced(colon + 1));
    if (!isHttpFieldValue(value)) {
        fail(400, "control character in a header");
        return false;
    }
    if (store)
        m_head.headers.emplace_back(line.first(colon).toByteArray(), value.toByteArray());
    return true;
}

void HttpParser::finishHead()
{
    int hosts = 0;
    int lengths = 0;
    int encodings = 0;
    bool close = false;
    bool keepAlive = false;
    QByteArrayView length;
    QByteArrayView encoding;
    for (const auto &[name, value] : m_head.headers) {
        if (isSameHttpWord(name, "host")) {
            ++hosts;
        } else if (isSameHttpWord(name, "content-length")) {
            ++lengths;
            length = value;
        } else if (isSameHttpWord(name, "transfer-encoding")) {
            ++encodings;
            encoding = value;
        } else if (isSameHttpWord(name, "expect")) {
            m_expectsContinue = isSameHttpWord(value, "100-continue") && m_head.versionMinor >= 1;
        } else if (isSameHttpWord(name, "connection")) {
            for (const QByteArray &option : value.split(',')) {
                const QByteArrayView entry = trimBlanks(option);
                close = close || isSameHttpWord(entry, "close");
                keepAlive = keepAlive || isSameHttpWord(entry, "keep-alive");
            }
        }
    }
    m_keepAlive = !close && (m_head.versionMinor >= 1 || keepAlive);
    if (hosts > 1 || (hosts == 0 && m_head.versionMinor >= 1))
        return fail(400, hosts == 0 ? "host header missing" : "host header repeated");
    if (lengths > 1)
        return fail(400, "content-length repeated");
    if (lengths == 1 && encodings > 0)
        return fail(400, "content-length together with transfer-encoding");
    if (encodings > 0) {
        if (m_head.versionMinor < 1)
            return fail(400, "transfer-encoding in HTTP/1.0");
        if (encodings > 1 || !isSameHttpWord(encoding, "chunked"))
            return fail(501, "transfer-encoding not supported");
        m_chunked = true;
    }
    if (lengths == 1) {
        const bool digits = !length.isEmpty() && length.size() <= kMaxLengthDigits
            && std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits)
            return fail(400, "malformed content-length");
        m_contentLength = length.toByteArray().toLongLong();
    }
    m_hasHead = true;
    m_state = State::HeadReady;
}

void HttpParser::readBody(qint64 maxBytes)
{
    if (m_state != State::HeadReady)
        return;
    m_maxBody = maxBytes;
    if (m_chunked) {
        m_bodyState = BodyState::ChunkSize;
        m_state = State::Body;
        return;
    }
    if (m_contentLength > maxBytes)
        return fail(413, "request body too large");
    if (m_contentLength <= 0) {
        m_state = State::Complete;
        return;
    }
    m_bodyState = BodyState::Length;
    m_remaining = m_contentLength;
    m_body.reserve(qsizetype(std::min<qint64>(m_contentLength, kBodyReserveBytes)));
    m_state = State::Body;
}

qsizetype HttpParser::feedBody(QByteArrayView bytes)
{
    qsizetype used = 0;
    while (m_state == State::Body && used < bytes.size()) {
        switch (m_bodyState) {
        case BodyState::Length:
        case BodyState::ChunkData: {
            const qsizetype part = qsizetype(std::min<qint64>(m_remaining, bytes.size() - used));
            m_body.append(bytes.sliced(used, part));
            used += part;
            m_remaining -= part;
            if (m_remaining > 0)
                break;
            if (m_bodyState == BodyState::Length)
                m_state = State::Complete;
            else
                m_bodyState = BodyState::ChunkEnd;
            break;
        }
        case BodyState::ChunkEnd:
            m_line.append(bytes[used++]);
            if (!QByteArrayView("\r\n").startsWith(m_line)) {
                fail(400, "chunk longer than announced");
            } else if (m_line.size() == 2) {
                m_line.clear();
                m_bodyState = BodyState::ChunkSize;
            }
            break;
        case BodyState::ChunkSize: {
            const qsizetype allowed = kMaxChunkLineBytes + qsizetype(sizeof("\r\n")) - m_line.size();
            const std::optional<QByteArrayView> line = takeLine(bytes.first(std::min(bytes.size(), used + allowed)), used);
            if (m_state == State::Failed)
                break;
            // A carriage return at the end of a piece may belong to the end of the line.
            const qsizetype length = line ? line->size() : m_line.size() - (m_line.endsWith('\r') ? 1 : 0);
            if (length > kMaxChunkLineBytes)
                fail(400, "chunk size line too long");
            else if (line)
                chunkSizeLine(*line);
            if (line)
                m_line.clear();
            break;
        }
        case BodyState::Trailer: {
            const qsizetype before = used;
            const qsizetype allowed = m_limits.maxHeadBytes + 1 - m_trailerBytes;
            const std::optional<QByteArrayView> line = takeLine(bytes.first(std::min(bytes.size(), used + allowed)), used);
            m_trailerBytes += used - before;
            if (m_state == State::Failed)
                break;
            if (m_trailerBytes > m_limits.maxHeadBytes) {
                fail(431, "trailer too large");
            } else if (line) {
                if (line->isEmpty())
                    m_state = State::Complete;
                else
                    headerLine(*line, false); // trailers are checked and dropped: nothing after the head may rule
                m_line.clear();
            }
            break;
        }
        }
    }
    return used;
}

void HttpParser::chunkSizeLine(QByteArrayView line)
{
    qint64 size = 0;
    qsizetype digits = 0;
    for (; digits < line.size(); ++digits) {
        const char c = line[digits];
        int digit = 0;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (c >= 'a' && c <= 'f')
            digit = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            digit = c - 'A' + 10;
        else
            break;
        if (digits >= kMaxChunkDigits)
            return fail(400, "malformed chunk size");
        size = size * 16 + digit;
    }
    const bool extension = digits < line.size();
    if (digits == 0 || (extension && line[digits] != ';') || !isHttpFieldValue(line))
        return fail(400, "malformed chunk size");
    if (size > 0 && size > m_maxBody - m_chunkBytes)
        return fail(413, "request body too large");
    m_chunkBytes += size;
    m_remaining = size;
    m_bodyState = size == 0 ? BodyState::Trailer : BodyState::ChunkData;
}

} // namespace dormouse
