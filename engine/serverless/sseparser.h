// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <vector>

namespace dormouse {

struct ServerSentEvent
{
    QByteArray name; ///< "message" when the stream names none
    QByteArray data; ///< lines joined with LF
    bool operator==(const ServerSentEvent &) const = default;
};

/// Incremental parser of text/event-stream: lines end with LF, CR or CR LF, comments and the fields id and retry are
/// skipped, an event without a data line is none. An event cut off by the end of the stream is lost. Any thread.
class SseParser
{
public:
    /// Of one event, held until its empty line comes.
    static constexpr qsizetype kMaxEventBytes = 1024 * 1024;

    /// False when an event is larger than kMaxEventBytes; nothing more is taken then.
    bool feed(const QByteArray &bytes);
    /// What is complete, once.
    std::vector<ServerSentEvent> takeEvents() { return std::exchange(m_events, {}); }

private:
    void line(QByteArrayView text);

    QByteArray m_line;
    ServerSentEvent m_event;
    std::vector<ServerSentEvent> m_events;
    bool m_hasData = false;
    bool m_afterCr = false;
    bool m_first = true; ///< the first line may begin with a byte order mark
    bool m_tooLarge = false;
};

} // namespace dormouse
