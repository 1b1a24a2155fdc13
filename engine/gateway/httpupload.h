// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/http.h"
#include "engine/wire/protocol.h"

#include <optional>

namespace dormouse {

/// The body of a request that was not complete when the request came (setting http_request_streaming). Holds what has
/// not been sent, and, as long as all of it is small, what has: so another attempt is possible. Knows no link and no
/// client. Thread: engine thread.
class HttpUpload
{
public:
    // Bytes
    static constexpr qint64 kHeldBytes = 1024 * 1024; ///< of one body at most, apart from the part that came last
    static constexpr qint64 kChunkBytes = 64 * 1024;  ///< of one message to the runner
    /// What may be queued on a link before more is sent. Clearly above the mark of Channel::channelDrained(): at the mark
    /// itself, a control frame could lead to a wait for a notice that does not come.
    static constexpr qint64 kLinkBytes = kHeldBytes + kChunkBytes;

    explicit HttpUpload(const HttpHead &head);

    void add(const QByteArray &data, bool last);
    bool isComplete() const { return m_complete; } ///< the client has sent all of it
    /// Nothing more should be read for now.
    bool isFull() const { return m_sending ? unsent() > 0 : unsent() >= kHeldBytes; }
    qint64 unsent() const { return m_held.size() - m_sent; }

    // --- one attempt
    /// True: the body goes out in chunks. False: it is complete and goes out whole.
    bool begin();
    bool isSending() const { return m_sending; } ///< in chunks, from begin() to stop()
    bool isDone() const { return m_done; }       ///< the last chunk was sent
    /// What to send next; nothing when nothing is there or all was sent.
    std::optional<wire::ToClientRequestChunk> next() const;
    void sent(const wire::ToClientRequestChunk &chunk);
    /// The link was cut: whether chunks may have been lost, now or at an earlier cut.
    bool cut() { return m_mayLack = m_mayLack || m_unconfirmed; }
    bool mayLack() const { return m_mayLack; }
    void confirmed() { m_unconfirmed = false; } ///< the runner has everything sent so far
    void stop();                                ///< the attempt is over
    /// All that came is still held.
    bool canRestart() const { return !m_dropped; }

    const QByteArray &whole() const { return m_held; } ///< complete, and nothing dropped
    std::optional<qint64> announced() const { return m_announced; } ///< content-length

private:
    void trim();

    const std::optional<qint64> m_announced;
    QByteArray m_held;
    qsizetype m_sent = 0; ///< of m_held
    bool m_complete = false;
    bool m_sending = false;
    bool m_done = false;
    bool m_dropped = false;
    bool m_unconfirmed = false;
    bool m_mayLack = false;
};

} // namespace dormouse
