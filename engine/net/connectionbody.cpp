// SPDX-License-Identifier: Apache-2.0
// The part of ServerConnection that passes a body on while it comes (BodyMode::Stream).
#include "engine/net/connectionexchange.h"
#include "engine/net/httpserver.h"
#include "engine/net/serverconnection.h"

namespace dormouse {

/// Everything at hand has been used and the body is not complete.
void ServerConnection::bodyAwaited()
{
    if (std::exchange(m_bodyModeAsked, true))
        return;
    if (m_server.m_handler.bodyMode(m_parser->head()) == BodyMode::Collect) {
        announceBody();
        return;
    }
    m_bodyOpen = true;
    m_bodyReading = false;
    dispatch(m_parser->keepAlive());
}

/// The rest of the body of a request that is out already.
void ServerConnection::processBody()
{
    const auto exchange = m_exchange.lock();
    while (exchange && m_bodyOpen && m_bodyReading) {
        const QByteArrayView bytes = available();
        if (bytes.isEmpty())
            return;
        keep(bytes.sliced(m_parser->feed(bytes)));
        if (m_parser->state() == HttpParser::State::Failed) {
            bodyFailed(m_parser->failureStatus(), m_parser->failureReason());
            return;
        }
        BodyPart part{m_parser->takeBody(), m_parser->state() == HttpParser::State::Complete, 0, {}};
        if (part.last) {
            m_bodyOpen = false;
            cancelTimer(m_timer);
        } else {
            armRequestTimer();
            if (part.data.isEmpty())
                continue;
        }
        exchange->bodyArrived(part);
    }
}

void ServerConnection::setBodyReading(bool on)
{
    if (!m_bodyOpen || m_bodyReading == on)
        return;
    m_bodyReading = on;
    if (!on) {
        cancelTimer(m_timer);
        return;
    }
    armRequestTimer();
    if (!available().isEmpty())
        queueProcess();
}

void ServerConnection::bodyFailed(int status, const QByteArray &reason)
{
    m_bodyOpen = false;
    cancelTimer(m_timer);
    if (const auto exchange = m_exchange.lock())
        exchange->bodyArrived({{}, false, status, reason});
}

void ServerConnection::answerBrokenBody(ConnectionExchange &exchange, const BodyPart &part)
{
    const auto [headers, body] =
        m_server.m_handler.errorAnswer(&exchange.head(), part.failedStatus, part.failedReason);
    exchange.respond(part.failedStatus, headers, body);
}

} // namespace dormouse
