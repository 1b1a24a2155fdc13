// SPDX-License-Identifier: Apache-2.0
// The part of HttpRequest that passes a body on while it comes (setting http_request_streaming).
#include "engine/gateway/headers.h"
#include "engine/gateway/httprequest.h"

namespace dormouse {

void HttpRequest::readBody()
{
    m_upload = std::make_unique<HttpUpload>(m_setup.head);
    const QByteArray first = m_exchange->readBody([this, alive = std::weak_ptr<bool>(m_alive)](const BodyPart &part) {
        const auto token = alive.lock();
        if (token && *token)
            bodyPart(part);
    });
    m_upload->add(first, false);
    countIn(first.size());
}

void HttpRequest::bodyPart(const BodyPart &part)
{
    if (part.failedStatus != 0) {
        const Error error = bodyError(part.failedStatus, part.failedReason);
        abortAtRunner();
        if (m_state == HttpState::Streaming)
            abortClient("body broken", error.fullCode());
        else
            reject(error, "body broken", part.failedStatus);
        return;
    }
    countIn(part.data.size(), 0);
    m_core.markChanged(*this);
    m_upload->add(part.data, part.last);
    sendBody();
}

/// Sends what may be sent and has the client read, or not, by what is left.
void HttpRequest::sendBody()
{
    if (!m_upload)
        return;
    while (const auto chunk = m_upload->next()) {
        // What waits here waits for linkDrained(); the other requests of the link have its queue.
        if (m_core.links.linkBytesQueued(m_runnerId) > HttpUpload::kLinkBytes || !send(*chunk, m_nextIndex))
            break;
        ++m_nextIndex;
        m_upload->sent(*chunk);
        if (ended())
            return;
        if (chunk->finish && m_state != HttpState::Streaming) {
            m_writtenUs = m_core.nowUs();
            awaitAnswer();
        }
    }
    m_exchange->setBodyReading(!m_upload->isFull());
}

/// True: the link is back, and chunks that were on it may have been lost.
bool HttpRequest::bodyMayLack()
{
    if (!m_upload || !m_upload->mayLack())
        return false;
    if (m_state == HttpState::Streaming) {
        abortAtRunner();
        abortClient("body lost with the link", "guard.request_delivery_unconfirmed");
    } else if (!m_upload->isDone()) {
        failAttempt(AttemptEnd::LinkLost);
    } else {
        // All of it may have come: then the answer comes, too.
        waitForSignOfLife();
    }
    return true;
}

/// Nothing more of the body will be sent: a runner that still waits for the rest is told so.
void HttpRequest::endBody()
{
    if (m_upload && m_upload->isSending() && !m_upload->isDone())
        abortAtRunner();
}

} // namespace dormouse
