// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/sseparser.h"

#include <utility>

namespace dormouse {

bool SseParser::feed(const QByteArray &bytes)
{
    for (const char c : bytes) {
        if (m_tooLarge)
            return false;
        const bool secondHalf = m_afterCr && c == '\n';
        m_afterCr = c == '\r';
        if (secondHalf)
            continue;
        if (c == '\n' || c == '\r') {
            const QByteArray complete = std::exchange(m_line, {});
            line(complete);
            continue;
        }
        m_line += c;
        m_tooLarge = m_line.size() + m_event.data.size() > kMaxEventBytes;
    }
    return !m_tooLarge;
}

void SseParser::line(QByteArrayView text)
{
    if (std::exchange(m_first, false) && text.startsWith("\xef\xbb\xbf"))
        text = text.sliced(3);
    if (text.isEmpty()) {
        if (m_hasData) {
            if (m_event.name.isEmpty())
                m_event.name = "message";
            m_events.push_back(std::move(m_event));
        }
        m_event = {};
        m_hasData = false;
        return;
    }
    const qsizetype colon = text.indexOf(':');
    const QByteArrayView field = colon < 0 ? text : text.first(colon);
    QByteArrayView value = colon < 0 ? QByteArrayView() : text.sliced(colon + 1);
    if (value.startsWith(' '))
        value = value.sliced(1);
    if (field == QByteArrayView("event")) {
        m_event.name = value.toByteArray();
    } else if (field == QByteArrayView("data")) {
        if (m_hasData)
            m_event.data += '\n';
        m_event.data += value;
        m_hasData = true;
    }
}

} // namespace dormouse
