// SPDX-License-Identifier: Apache-2.0
// The part of RunnerActor that takes requests and sockets of clients.
#include "engine/runner/runneractor_p.h"

#include "engine/base/closecode.h"

#include "engine/runner/messageindex.h"

using namespace Qt::StringLiterals;

namespace dormouse {

void RunnerActor::tunnel(const wire::ToClientTunnelMessage &message)
{
    if (m_state == State::Running && m_queue.empty()) {
        handle(message);
    } else if (m_state == State::Loading || m_state == State::Starting || m_state == State::Running) {
        // Bound at once, so that what follows for this request finds the queue.
        if (std::holds_alternative<wire::ToClientRequestStart>(message.kind)
            || std::holds_alternative<wire::ToClientWebSocketOpen>(message.kind))
            m_runner.bindRequest(message.messageId.gatewayId, message.messageId.requestId, actorId());
        m_queue.push_back(message);
    }
}

void RunnerActor::handle(const wire::ToClientTunnelMessage &message)
{
    const wire::MessageId &id = message.messageId;
    const quint64 key = requestKey(id.gatewayId, id.requestId);
    if (const auto *start = std::get_if<wire::ToClientRequestStart>(&message.kind)) {
        openRequest(id, *start);
    } else if (const auto *chunk = std::get_if<wire::ToClientRequestChunk>(&message.kind)) {
        requestChunk(key, *chunk);
    } else if (std::holds_alternative<wire::ToClientRequestAbort>(message.kind)) {
        requestAborted(key);
    } else if (const auto *open = std::get_if<wire::ToClientWebSocketOpen>(&message.kind)) {
        openSocket(id, *open);
    } else if (const auto *data = std::get_if<wire::ToClientWebSocketMessage>(&message.kind)) {
        socketMessage(id, *data);
    } else if (const auto *close = std::get_if<wire::ToClientWebSocketClose>(&message.kind)) {
        socketClosed(key, close->code.value_or(closeNumber(CloseCode::Normal)), close->reason.value_or(QString()));
    }
}

void RunnerActor::openRequest(const wire::MessageId &id, const wire::ToClientRequestStart &start)
{
    const quint64 key = requestKey(id.gatewayId, id.requestId);
    if (m_httpRequests.contains(key) || m_sockets.contains(key))
        return;
    m_runner.bindRequest(id.gatewayId, id.requestId, actorId());
    IncomingRequest &request = m_httpRequests[key];
    request.request = {start.method, start.path, start.headers, start.body.value_or(QByteArray())};
    request.responder = std::make_shared<ActorResponder>(*this, id.gatewayId, id.requestId);
    if (!start.stream) {
        runRequest(key);
        return;
    }
    const std::shared_ptr<ActorResponder> responder = request.responder;
    const ActorHttpRequest head = request.request;
    auto reader = m_handler->httpStream(*this, head, responder);
    // The handler may have answered already.
    if (const auto it = m_httpRequests.find(key); it != m_httpRequests.end())
        it->second.reader = std::move(reader);
}

void RunnerActor::requestChunk(quint64 id, const wire::ToClientRequestChunk &chunk)
{
    const auto it = m_httpRequests.find(id);
    if (it == m_httpRequests.end() || it->second.complete)
        return;
    IncomingRequest &request = it->second;
    if (!request.reader) {
        request.request.body += chunk.body;
        if (chunk.finish)
            runRequest(id);
        return;
    }
    request.complete = chunk.finish;
    // Its answer may end the request from inside the call.
    const std::shared_ptr<HttpBodyReader> reader = chunk.finish ? std::exchange(request.reader, {}) : request.reader;
    reader->bodyPiece(chunk.body, chunk.finish);
}

void RunnerActor::requestAborted(quint64 id)
{
    const auto it = m_httpRequests.find(id);
    if (it == m_httpRequests.end())
        return;
    it->second.responder->detach();
    const std::shared_ptr<HttpBodyReader> reader = std::move(it->second.reader);
    m_httpRequests.erase(it);
    m_runner.releaseRequest(GatewayId{quint32(id >> 32)}, RequestId{quint32(id)});
    if (reader)
        reader->bodyLost();
}

void RunnerActor::runRequest(quint64 id)
{
    IncomingRequest &request = m_httpRequests.at(id);
    request.complete = true;
    const std::shared_ptr<ActorResponder> responder = request.responder;
    const ActorHttpRequest content = std::move(request.request);
    m_handler->httpRequest(*this, content, responder);
}

void RunnerActor::openSocket(const wire::MessageId &id, const wire::ToClientWebSocketOpen &open)
{
    const quint64 key = requestKey(id.gatewayId, id.requestId);
    if (m_sockets.contains(key) || m_httpRequests.contains(key)) {
        sendClose(id.gatewayId, id.requestId, 0, closeNumber(CloseCode::Normal), u"ws.duplicate_open"_s);
        return;
    }
    auto socket = std::make_shared<ActorSocket>(*this, id.gatewayId, id.requestId);
    socket->m_path = open.path;
    socket->m_headers = open.headers;
    const SocketDecision decision = m_handler->webSocketOpen(*this, *socket);
    if (m_state != State::Running)
        return;
    if (decision.kind == SocketDecision::Kind::Refuse) {
        m_runner.releaseRequest(id.gatewayId, id.requestId);
        sendClose(id.gatewayId, id.requestId, 0, decision.code, decision.reason);
        return;
    }
    m_runner.bindRequest(id.gatewayId, id.requestId, actorId());
    m_sockets[key] = socket;
    socket->m_open = true;
    socket->m_hibernatable = decision.kind == SocketDecision::Kind::Hibernate;
    // Saved before the engine hears of it: both travel in this order on one connection.
    if (socket->m_hibernatable)
        putRaw({{socket->storageKey(), socket->storageValue()}}, [](const Status &) {});
    m_runner.sendTunnel({{id.gatewayId, id.requestId, socket->m_nextOut++},
                         wire::ToServerWebSocketOpen{socket->m_hibernatable},
                         {},
                         {}});
    m_handler->webSocketOpened(*this, *socket);
}

void RunnerActor::socketMessage(const wire::MessageId &id, const wire::ToClientWebSocketMessage &message)
{
    const auto it = m_sockets.find(requestKey(id.gatewayId, id.requestId));
    if (it == m_sockets.end() || !it->second->m_open)
        return;
    const std::shared_ptr<ActorSocket> socket = it->second;
    if (socket->m_hibernatable) {
        switch (judgeIndex(socket->m_lastIndex, id.messageIndex)) {
        case IndexVerdict::Duplicate:
            // The engine did not get the ack, or a former life of this actor did not send it.
            if (id.messageIndex != 0)
                socket->m_ackOwed = true;
            socketDirty(*socket, message.data.size());
            return;
        case IndexVerdict::Gap:
            socket->m_open = false;
            sendClose(id.gatewayId, id.requestId, socket->m_nextOut++, closeNumber(CloseCode::PolicyViolation), u"ws.message_index_skip"_s);
            m_handler->webSocketClosed(*this, *socket, closeNumber(CloseCode::PolicyViolation), u"ws.message_index_skip"_s);
            forgetSocket(*socket);
            return;
        case IndexVerdict::Next:
            socket->m_lastIndex = id.messageIndex;
            break;
        }
    }
    m_handler->webSocketMessage(*this, *socket, message.data, message.binary);
    if (socket->m_hibernatable && socket->m_open && !ended())
        socketDirty(*socket, message.data.size());
}

void RunnerActor::socketClosed(quint64 id, quint16 code, const QString &reason)
{
    const auto it = m_sockets.find(id);
    if (it == m_sockets.end())
        return;
    const std::shared_ptr<ActorSocket> socket = it->second;
    if (socket->m_open) {
        socket->m_open = false;
        m_handler->webSocketClosed(*this, *socket, code, reason);
    }
    forgetSocket(*socket);
}

void RunnerActor::forgetSocket(ActorSocket &socket)
{
    const auto it = m_sockets.find(socket.id());
    if (it == m_sockets.end() || it->second.get() != &socket)
        return;
    const std::shared_ptr<ActorSocket> keep = it->second;
    m_sockets.erase(it);
    m_runner.releaseRequest(socket.m_gateway, socket.m_request);
    if (socket.m_hibernatable && !ended())
        deleteRaw({socket.storageKey()});
    m_runner.later([keep] {}); // the actor may be in the middle of a call with it
}

void RunnerActor::sendClose(GatewayId gateway, RequestId request, quint16 index, std::optional<quint16> code,
                            const std::optional<QString> &reason)
{
    m_runner.sendTunnel({{gateway, request, index}, wire::ToServerWebSocketClose{code, reason, false}, {}, {}});
}

std::vector<RunnerSocket *> RunnerActor::sockets() const
{
    std::vector<RunnerSocket *> out;
    for (const auto &[id, socket] : m_sockets) {
        if (socket->m_open)
            out.push_back(socket.get());
    }
    return out;
}

} // namespace dormouse
