// SPDX-License-Identifier: Apache-2.0
// The runners of a PropertyRun: what the SDKs do with tunnel messages (runner-protocol.md section 5).
#include "tests/gateway/propertyrun.h"

namespace dormouse::test {

namespace {
constexpr quint16 kClientCode = 4001;
}

PropertyRun::Life *PropertyRun::lifeOf(const QString &actorId)
{
    const auto life = m_lives.find(actorId);
    return life == m_lives.end() ? nullptr : &life->second;
}

/// Seen as the gateway hands it over: rules of what may be sent at all.
void PropertyRun::sent(const SentMessage &message)
{
    const quint32 id = message.requestId().value;
    const auto *open = message.as<wire::ToClientWebSocketOpen>();
    if (open != nullptr || message.as<wire::ToClientRequestStart>() != nullptr) {
        if (!m_started.insert(id).second)
            fail(QStringLiteral("second open of one request id"));
        if (message.index() != 0)
            fail(QStringLiteral("open with index %1").arg(message.index()));
    } else if (!m_started.contains(id)) {
        fail(QStringLiteral("message of a request that was never opened"));
    }
    if (const auto *data = message.as<wire::ToClientWebSocketMessage>()) {
        const Socket &socket = m_sockets[std::size_t(data->data.split(':').front().toInt())];
        // Whatever a dying actor still handles, its answer is lost.
        if (socket.wantsHibernate && row(socket.actorId).state == ActorState::SleepIntent)
            fail(QStringLiteral("written to an actor that is stopping"));
    }
    noteMessage("sent to", message.runnerId, id, message.index(), message.message.kind.index());
    m_runners[message.runnerId].toRunner.push_back(message.message);
}

void PropertyRun::deliverDown(const QString &runnerId, int count)
{
    Runner &runner = m_runners[runnerId];
    while (count-- > 0 && !runner.toRunner.empty() && up(runnerId)) {
        const Down next = std::move(runner.toRunner.front());
        runner.toRunner.pop_front();
        if (const auto *start = std::get_if<Start>(&next))
            takeStart(runnerId, *start);
        else if (const auto *stopped = std::get_if<Stop>(&next))
            takeStop(runnerId, *stopped);
        else
            take(runnerId, std::get<wire::ToClientTunnelMessage>(next));
    }
}

void PropertyRun::deliverUp(const QString &runnerId, int count)
{
    Runner &runner = m_runners[runnerId];
    while (count-- > 0 && !runner.toEngine.empty() && up(runnerId)) {
        const Up next = std::move(runner.toEngine.front());
        runner.toEngine.pop_front();
        if (const auto *message = std::get_if<wire::ToServerTunnelMessage>(&next)) {
            noteMessage("comes from", runnerId, message->messageId.requestId.value, 0, message->kind.index());
            m_world.gateway->tunnelMessage(runnerId, *message);
            continue;
        }
        if (const auto *ready = std::get_if<Ready>(&next)) {
            ActorRow &actor = row(ready->actorId);
            if (actor.generation != ready->generation || actor.state != ActorState::Starting)
                continue;
            actor.state = ActorState::Running;
            m_world.gateway->actorReady(ready->actorId);
            continue;
        }
        const auto &stopped = std::get<Stopped>(next);
        if (row(stopped.actorId).generation == stopped.generation && row(stopped.actorId).runnerId == runnerId)
            settleStopped(stopped.actorId);
    }
    if (up(runnerId) && runner.toRunner.empty() && runner.toEngine.empty() && m_world.clock.mono >= runner.trustedFrom)
        m_world.gateway->linkConfirmed(runnerId);
}

void PropertyRun::reply(const QString &runnerId, quint32 id, wire::ToServerTunnelMessageKind kind)
{
    wire::ToServerTunnelMessage message;
    message.messageId = {m_world.directory.sent.front().message.messageId.gatewayId, RequestId{id}, 0};
    message.kind = std::move(kind);
    m_runners[runnerId].toEngine.push_back(message);
}

void PropertyRun::takeStart(const QString &runnerId, const Start &start)
{
    Life life{runnerId, start.generation, {}, {}, {}};
    auto saved = m_stored[start.actorId];
    m_stored[start.actorId].clear(); // what is not listed belongs to clients that have left
    for (const wire::HibernatingRequest &request : start.listed) {
        const quint32 id = request.requestId.value;
        const auto it = saved.find(id);
        if (it == saved.end()) {
            reply(runnerId, id, wire::ToServerWebSocketClose{quint16(1000), QStringLiteral("ws.meta_not_found_during_restore"), false});
            continue;
        }
        m_stored[start.actorId][id] = it->second;
        life.sockets[id] = {it->second.client, true, true, it->second.index};
        m_sockets[std::size_t(it->second.client)].delivered = it->second.index;
        m_bound[id] = start.actorId;
    }
    m_lives[start.actorId] = std::move(life);
    m_runners[runnerId].toEngine.push_back(Ready{start.actorId, start.generation});
}

void PropertyRun::takeStop(const QString &runnerId, const Stop &stopped)
{
    const auto life = m_lives.find(stopped.actorId);
    if (life == m_lives.end() || life->second.generation != stopped.generation)
        return;
    persist(stopped.actorId, life->second, m_random.below(2) == 0);
    m_lives.erase(life);
    m_runners[runnerId].toEngine.push_back(Stopped{stopped.actorId, stopped.generation});
}

void PropertyRun::take(const QString &runnerId, const wire::ToClientTunnelMessage &message)
{
    const quint32 id = message.messageId.requestId.value;
    noteMessage("arrives at", runnerId, id, message.messageId.messageIndex, message.kind.index());
    if (std::holds_alternative<wire::ToClientWebSocketOpen>(message.kind))
        return takeOpen(runnerId, message);
    if (const auto *start = std::get_if<wire::ToClientRequestStart>(&message.kind))
        return takeRequest(runnerId, id, *start);
    const auto bound = m_bound.find(id);
    if (bound == m_bound.end())
        return;
    const QString actorId = bound->second;
    Life *life = lifeOf(actorId);
    if (life == nullptr || life->runnerId != runnerId)
        return;
    if (std::holds_alternative<wire::ToClientRequestAbort>(message.kind)) {
        life->requests.erase(id);
        life->uploads.erase(id);
        return;
    }
    if (const auto *chunk = std::get_if<wire::ToClientRequestChunk>(&message.kind))
        return takeChunk(*life, id, *chunk);
    const auto socket = life->sockets.find(id);
    if (socket == life->sockets.end())
        return;
    if (const auto *close = std::get_if<wire::ToClientWebSocketClose>(&message.kind))
        return takeClose(*life, actorId, id, *close);
    takeData(socket->second, id, message);
}

void PropertyRun::takeOpen(const QString &runnerId, const wire::ToClientTunnelMessage &message)
{
    const auto &open = std::get<wire::ToClientWebSocketOpen>(message.kind);
    const quint32 id = message.messageId.requestId.value;
    Life *life = lifeOf(open.actorId);
    if (life == nullptr || life->runnerId != runnerId) {
        if (m_random.below(2) == 0)
            reply(runnerId, id, wire::ToServerWebSocketClose{quint16(1011), QStringLiteral("Actor not found"), false});
        return;
    }
    m_bound[id] = open.actorId;
    const int client = open.path.mid(4).toInt();
    life->sockets[id] = {client, false, m_sockets[std::size_t(client)].wantsHibernate, 0};
}

void PropertyRun::takeData(ActorSocket &socket, quint32 id, const wire::ToClientTunnelMessage &message)
{
    const auto &data = std::get<wire::ToClientWebSocketMessage>(message.kind);
    const quint16 index = message.messageId.messageIndex;
    Socket &client = m_sockets[std::size_t(socket.client)];
    const QByteArray expected = QByteArray::number(socket.client) + ':' + QByteArray::number(int(index) - 1);
    if (!socket.accepted)
        return fail(QStringLiteral("data for a socket that was not accepted"));
    if (client.carrier.value_or(id) != id)
        return fail(QStringLiteral("messages of one client under two request ids"));
    client.carrier = id;
    if (data.data != expected)
        return fail(QStringLiteral("index %1 carries %2").arg(index).arg(QString::fromLatin1(data.data)));
    if (index == quint16(socket.index + 1)) {
        socket.index = index;
        client.delivered = index;
        ++m_coverage.delivered;
    } else if (socket.hibernatable && index <= socket.index) {
        ++m_coverage.duplicates;
    } else {
        fail(QStringLiteral("index %1 after %2 for client %3").arg(index).arg(socket.index).arg(socket.client));
    }
}

void PropertyRun::takeClose(Life &life, const QString &actorId, quint32 id, const wire::ToClientWebSocketClose &close)
{
    const ActorSocket socket = life.sockets.at(id);
    // Nothing of what the client sent may come after its close, so all of it has to be here.
    if (close.code == kClientCode && socket.accepted) {
        ++m_coverage.closesDelivered;
        const int promised = m_sockets[std::size_t(socket.client)].promised;
        if (int(socket.index) < promised)
            fail(QStringLiteral("close before the last message: %1 of %2").arg(socket.index).arg(promised));
    }
    life.sockets.erase(id);
    m_stored[actorId].erase(id);
    m_bound.erase(id);
}

void PropertyRun::takeChunk(Life &life, quint32 id, const wire::ToClientRequestChunk &chunk)
{
    const auto upload = life.uploads.find(id);
    if (upload == life.uploads.end())
        return;
    upload->second.body += chunk.body;
    if (!m_requests[upload->second.request].body.startsWith(upload->second.body))
        fail(QStringLiteral("a body came with a hole"));
    if (!chunk.finish)
        return;
    if (upload->second.body != m_requests[upload->second.request].body)
        fail(QStringLiteral("a body ended too early"));
    ++m_coverage.uploadsArrived;
    life.uploads.erase(upload);
    life.requests.insert(id);
}

void PropertyRun::takeRequest(const QString &runnerId, quint32 id, const wire::ToClientRequestStart &start)
{
    Life *life = lifeOf(start.actorId);
    if (life == nullptr || life->runnerId != runnerId) {
        wire::ToServerResponseStart refusal;
        refusal.status = 503;
        refusal.headers = {{"x-rivet-error", "runner.actor_not_found"}};
        return reply(runnerId, id, refusal);
    }
    m_bound[id] = start.actorId;
    const std::size_t number = std::size_t(start.path.mid(4).toInt());
    Request &request = m_requests[number];
    if (start.stream)
        life->uploads[id] = {number, {}};
    else
        life->requests.insert(id);
    if (!start.stream && start.body.value_or(QByteArray()) != request.body)
        fail(QStringLiteral("a body came that was not sent"));
    if (++request.executed > 1 && request.isPost)
        fail(QStringLiteral("a POST ran twice"));
}

void PropertyRun::accept(const QString &actorId, Life &life)
{
    for (auto &[id, socket] : life.sockets) {
        if (socket.accepted)
            continue;
        if (!m_healing && m_random.below(5) == 0) {
            reply(life.runnerId, id, wire::ToServerWebSocketClose{quint16(1011), QStringLiteral("Server Error"), false});
            m_bound.erase(id);
            life.sockets.erase(id);
            return;
        }
        socket.accepted = true;
        // Saved before the engine hears of it, as the SDKs do.
        if (socket.hibernatable)
            m_stored[actorId][id] = {socket.client, 0};
        reply(life.runnerId, id, wire::ToServerWebSocketOpen{socket.hibernatable});
        if (!m_healing)
            return;
    }
}

void PropertyRun::persist(const QString &actorId, Life &life, bool acknowledge)
{
    for (auto &[id, socket] : life.sockets) {
        if (!socket.hibernatable || !socket.accepted)
            continue;
        StoredSocket &stored = m_stored[actorId][id];
        stored.index = socket.index;
        if (acknowledge)
            reply(life.runnerId, id, wire::ToServerWebSocketMessageAck{stored.index});
    }
}

void PropertyRun::answer(const QString &actorId, Life &life)
{
    Q_UNUSED(actorId);
    // Sometimes an answer does not wait for the end of the body.
    if (!life.uploads.empty() && !m_healing && m_random.below(8) == 0) {
        life.requests.insert(life.uploads.begin()->first);
        life.uploads.erase(life.uploads.begin());
    }
    while (!life.requests.empty()) {
        const quint32 id = *life.requests.begin();
        life.requests.erase(life.requests.begin());
        m_bound.erase(id);
        wire::ToServerResponseStart start;
        start.status = 200;
        switch (m_random.below(4)) {
        case 0:
            reply(life.runnerId, id, wire::ToServerResponseAbort{});
            break;
        case 1:
            start.stream = true;
            reply(life.runnerId, id, start);
            reply(life.runnerId, id, wire::ToServerResponseChunk{"part", false});
            reply(life.runnerId, id, wire::ToServerResponseChunk{"end", true});
            break;
        default:
            start.body = QByteArray("ok");
            reply(life.runnerId, id, start);
            break;
        }
    }
}

} // namespace dormouse::test
