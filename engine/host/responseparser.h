// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/http.h"

#include <QString>

namespace dormouse {

/// Incremental parser of one HTTP/1.x response to a GET, for answers that may go on for ever: the body is handed out as
/// it arrives, without its transfer coding. Interim answers (1xx) are skipped. Never reads a socket. Any thread.
class ResponseParser
{
public:
    static constexpr qsizetype kMaxHeadBytes = 64 * 1024; ///< status line and headers; also each chunk-size line

    enum class State { Head, Body, Complete, Failed };

    void feed(QByteArrayView bytes);
    /// The connection was closed. Complete when the body had no length of its own, Failed when something is missing.
    void close();

    State state() const { return m_state; }
    int status() const { return m_status; } ///< valid from Body on
    const HeaderList &headers() const { return m_headers; }
    /// Body bytes since the last call.
    QByteArray takeBody() { return std::exchange(m_body, {}); }
    QString failure() const { return m_failure; } ///< for people

private:
    enum class Framing { Length, ChunkSize, ChunkData, ChunkEnd, Trailer, UntilClose };

    bool takeLine(QByteArrayView &bytes);
    void headLine();
    void finishHead();
    void chunkLine();
    void fail(const QString &why);

    State m_state = State::Head;
    Framing m_framing = Framing::UntilClose;
    int m_status = 0;
    HeaderList m_headers;
    QByteArray m_line;
    QByteArray m_body;
    qsizetype m_headBytes = 0;
    qint64 m_remaining = 0; ///< of the body or of the chunk
    bool m_haveStatus = false;
    QString m_failure;
};

} // namespace dormouse
