// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/http.h"

namespace dormouse {

/// Incremental, strict parser for HTTP/1.x requests (performance-notes.md section 6.3, http-api.md section 10).
/// Fed with bytes in pieces of any size; never reads a clock or a socket. Lines end with CR LF only; whatever two
/// parsers could read in two ways (both lengths, repeated lengths, folded lines, a space before the colon) is refused.
class HttpParser
{
public:
    struct Limits
    {
        qsizetype maxHeadBytes = 64 * 1024;   ///< request line and headers; beyond: 431
        int maxHeaders = 100;                 ///< beyond: 431
        qsizetype maxTargetBytes = 16 * 1024; ///< beyond: 414
    };
    enum class State
    {
        Head,      ///< reading the request line and the headers
        HeadReady, ///< the head is complete; call readBody() to go on
        Body,
        Complete, ///< head() and takeBody() are final; call reset() for the next request
        Failed,   ///< failureStatus() and failureReason() tell why; no further input is taken
    };

    HttpParser() : HttpParser(Limits()) {}
    explicit HttpParser(const Limits &limits);

    /// Takes bytes and returns how many were used. Stops early in HeadReady, Complete and Failed.
    qsizetype feed(QByteArrayView bytes);
    State state() const { return m_state; }
    /// Only in HeadReady. Goes to Body, Complete (no body) or Failed (413: announced length above maxBytes).
    void readBody(qint64 maxBytes);
    /// Ready for the next request of the same connection.
    void reset();

    /// True when no byte of a request has arrived since reset().
    bool isIdle() const { return m_state == State::Head && m_headBytes == 0; }
    /// Valid from HeadReady on; see hasHead().
    HttpHead &head() { return m_head; }
    bool hasHead() const { return m_hasHead; }
    /// What came of the body since the last call.
    QByteArray takeBody() { return std::exchange(m_body, {}); }
    bool hasBody() const { return m_chunked || m_contentLength > 0; }
    bool keepAlive() const { return m_keepAlive; }
    bool expectsContinue() const { return m_expectsContinue; }

    int failureStatus() const { return m_failureStatus; } ///< 400, 413, 414, 431, 501 or 505
    QByteArray failureReason() const { return m_failureReason; }

private:
    enum class BodyState
    {
        Length,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailer,
    };

    std::optional<QByteArrayView> takeLine(QByteArrayView bytes, qsizetype &used);
    void headLine(QByteArrayView line);
    void requestLine(QByteArrayView line);
    bool headerLine(QByteArrayView line, bool store);
    void finishHead();
    qsizetype feedHead(QByteArrayView bytes);
    qsizetype feedBody(QByteArrayView bytes);
    void chunkSizeLine(QByteArrayView line);
    void checkRequestLineLength(QByteArrayView line);
    void fail(int status, const char *reason);

    Limits m_limits;
    State m_state = State::Head;
    BodyState m_bodyState = BodyState::Length;
    HttpHead m_head;
    QByteArray m_line; ///< beginning of a line whose end has not come
    QByteArray m_body;
    QByteArray m_failureReason;
    qsizetype m_headBytes = 0;
    qint64 m_contentLength = -1;
    qint64 m_remaining = 0;
    qint64 m_maxBody = 0;
    qint64 m_chunkBytes = 0; ///< announced by all chunks so far
    qsizetype m_trailerBytes = 0;
    int m_failureStatus = 0;
    bool m_haveRequestLine = false;
    bool m_skippedEmptyLine = false;
    bool m_hasHead = false;
    bool m_chunked = false;
    bool m_keepAlive = true;
    bool m_expectsContinue = false;
};

/// Header names and the words in header values, whose case does not matter.
bool isSameHttpWord(QByteArrayView a, QByteArrayView b);
/// Characters of a method or a header name (RFC 9110 token).
bool isHttpToken(QByteArrayView text);
/// Visible characters, blanks, tabs and bytes above 127; no other control characters.
bool isHttpFieldValue(QByteArrayView text);

} // namespace dormouse
