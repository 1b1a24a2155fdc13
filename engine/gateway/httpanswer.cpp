// SPDX-License-Identifier: Apache-2.0
// The part of HttpRequest that passes the actor's answer on (gateway.md section 6.2).
#include "engine/gateway/headers.h"
#include "engine/gateway/httprequest.h"
#include "engine/net/httpparser.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr QByteArrayView kVary("vary");
constexpr QByteArrayView kError("x-rivet-error");

bool saysActorNotFound(const wire::ToServerResponseStart &start)
{
    if (start.status != 503 || start.stream)
        return false;
    return std::any_of(start.headers.begin(), start.headers.end(), [](const auto &header) {
        return isSameHttpWord(header.first, kError)
            && (header.second == "runner.actor_not_found" || header.second == "envoy.actor_not_found");
    });
}

} // namespace

void HttpRequest::confirm()
{
    m_phaseTimer.cancel();
    if (m_state == HttpState::Written)
        setState(HttpState::Confirmed, "confirmed");
}

void HttpRequest::tunnel(const wire::ToServerTunnelMessageKind &kind)
{
    if (m_state != HttpState::Written && m_state != HttpState::Confirmed && m_state != HttpState::Streaming) {
        dropMessage(kind);
        return;
    }
    if (const auto *start = std::get_if<wire::ToServerResponseStart>(&kind)) {
        if (m_state == HttpState::Streaming) {
            dropMessage(kind);
            return;
        }
        confirm();
        if (saysActorNotFound(*start)) {
            m_lastStatus = start->status;
            failAttempt(AttemptEnd::ActorNotFoundAnswer);
        } else {
            responseStart(*start);
        }
        return;
    }
    if (const auto *chunk = std::get_if<wire::ToServerResponseChunk>(&kind)) {
        if (m_state == HttpState::Streaming)
            responseChunk(*chunk);
        else
            dropMessage(kind);
        return;
    }
    if (std::holds_alternative<wire::ToServerResponseAbort>(kind)) {
        if (m_state == HttpState::Streaming) {
            abortClient("aborted by the actor", "guard.tunnel_response_closed");
        } else {
            confirm();
            failAttempt(AttemptEnd::AbortedBeforeStart);
        }
        return;
    }
    dropMessage(kind);
}

void HttpRequest::responseStart(const wire::ToServerResponseStart &start)
{
    m_startTimer.cancel();
    m_core.context.sink.httpLatency(m_core.nowUs() - m_writtenUs, m_ownTraffic);
    m_core.metrics.attempt(kind(), "answered", "");
    if (start.status < 200 || start.status > 999) {
        endBody();
        reject(guardError("invalid_response_body", QStringLiteral("the actor answered with an invalid status"),
                          {{QStringLiteral("detail"), QStringLiteral("status %1").arg(start.status)}}),
               "invalid answer");
        return;
    }
    const bool bodyless = start.status == 204 || start.status == 304;
    const bool toHead = m_setup.head.method == "HEAD";
    HeaderList headers = headersForClient(start.headers, start.stream || (toHead && !start.body));
    const HeaderList cors = corsHeaders(m_setup.head, m_core.config());
    for (const auto &[name, value] : cors) {
        const bool isVary = name == kVary;
        const auto own = isVary ? std::find_if(headers.begin(), headers.end(),
                                               [](const auto &header) { return header.first == kVary; })
                                : headers.end();
        if (own != headers.end())
            own->second += ", " + value;
        else
            headers.emplace_back(name, value);
    }
    headers.emplace_back(QByteArrayLiteral("x-rivet-ray-id"), rayId().toLatin1());
    m_status = start.status;
    const QByteArray body = bodyless ? QByteArray() : start.body.value_or(QByteArray());
    countOut(body.size());
    if (!start.stream || bodyless) {
        endBody();
        m_exchange->respond(start.status, headers, body);
        setState(HttpState::Done, "answer");
        m_closedBy = QStringLiteral("actor");
        m_core.end(*this);
        return;
    }
    m_exchange->begin(start.status, headers);
    setState(HttpState::Streaming, "answer start");
    if (!body.isEmpty())
        flush(body);
}

void HttpRequest::flush(const QByteArray &data)
{
    m_exchange->write(data);
    if (m_exchange->bytesQueued() <= m_core.config().httpResponseQueueMaxBytes)
        return;
    abortAtRunner();
    abortClient("client too slow", "guard.http_response_queue_full");
}

void HttpRequest::responseChunk(const wire::ToServerResponseChunk &chunk)
{
    countOut(chunk.body.size());
    if (!chunk.body.isEmpty())
        flush(chunk.body);
    if (ended() || !chunk.finish)
        return;
    endBody();
    m_exchange->finish();
    setState(HttpState::Done, "finished");
    m_closedBy = QStringLiteral("actor");
    m_core.end(*this);
}

} // namespace dormouse
