// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/fakerunner.h"

#include <cstdio>
#include <cstring>

namespace dormouse::bench {

namespace {

constexpr int kVersion = 7;
constexpr std::size_t kTunnelHead = 11; // tag, gateway id, request id, message index
constexpr char kToClientTunnel = 4;
constexpr char kToServerTunnel = 6;
constexpr char kMessageKind = 4;
constexpr char kAckKind = 5;
constexpr std::size_t kAckBytes = 500'000;
constexpr std::int64_t kAckUs = 5'000'000;

std::string ackOf(std::string_view frame)
{
    std::string ack(frame.substr(0, kTunnelHead));
    ack[0] = kToServerTunnel;
    ack.push_back(kAckKind);
    ack.append(frame.substr(9, 2));
    return ack;
}

QByteArray bytesOf(std::string_view view)
{
    return QByteArray(view.data(), qsizetype(view.size()));
}

std::string toStd(const QByteArray &bytes)
{
    return std::string(bytes.constData(), std::size_t(bytes.size()));
}

} // namespace

FakeRunner::FakeRunner(Loop &loop, int port, std::string_view pool, std::string_view key)
    : WebSocketClient(loop, port,
                      std::string("/runners/connect?protocol_version=7&namespace=default&runner_key=").append(key), "rivet"),
      m_pool(pool)
{}

bool FakeRunner::layoutIsRight()
{
    const wire::MessageId id{GatewayId{0x01020304}, RequestId{0x05060708}, 0x1234};
    const QByteArray data(300, 'd');
    const auto in = wire::encodeToClient(kVersion, wire::ToClientTunnelMessage{id, wire::ToClientWebSocketMessage{data, true}});
    const auto echoed = wire::encodeToServer(kVersion, wire::ToServerTunnelMessage{id, wire::ToServerWebSocketMessage{data, true}, {}, {}});
    const auto ack = wire::encodeToServer(kVersion, wire::ToServerTunnelMessage{id, wire::ToServerWebSocketMessageAck{0x1234}, {}, {}});
    if (!in || !echoed || !ack)
        return false;
    const std::string frame = toStd(*in);
    std::string answer = frame;
    answer[0] = kToServerTunnel;
    return frame[0] == kToClientTunnel && frame[kTunnelHead] == kMessageKind && answer == toStd(*echoed)
        && ackOf(frame) == toStd(*ack);
}

void FakeRunner::refused(const std::string &head)
{
    WebSocketClient::refused(head);
    m_ended = true;
}

void FakeRunner::opened()
{
    wire::ToServerInit init;
    init.name = QString::fromStdString(m_pool);
    init.version = 1;
    init.totalSlots = 100'000;
    sendWire(init);
}

void FakeRunner::sendWire(const wire::ToServer &message)
{
    const auto bytes = wire::encodeToServer(kVersion, message);
    if (bytes)
        sendFrame({bytes->constData(), std::size_t(bytes->size())});
}

void FakeRunner::sendEvents(const std::string &actorId, std::vector<wire::Event> events)
{
    const auto actor = m_actors.find(actorId);
    if (actor == m_actors.end())
        return;
    wire::ToServerEvents message;
    for (wire::Event &event : events)
        message.events.push_back({{QString::fromStdString(actorId), actor->second.generation, actor->second.nextEvent++},
                                  std::move(event)});
    sendWire(message);
}

void FakeRunner::data(std::string_view frame)
{
    ++received;
    if (echoes) {
        // Same ids, same kind number, same payload: only the outer tag differs.
        std::string &to = out();
        appendFrameHeader(to, kBinary, frame.size(), true);
        to.push_back(kToServerTunnel);
        to.append(frame.substr(1));
    }
    if (acks != Acks::None)
        acknowledge(frame);
}

void FakeRunner::acknowledge(std::string_view frame)
{
    if (acks == Acks::AsApplications) {
        Unacked &unacked = m_unacked[std::string(frame.substr(5, 4))];
        if (unacked.bytes == 0)
            unacked.sinceUs = nowUs();
        unacked.bytes += frame.size() - kTunnelHead;
        if (unacked.bytes < kAckBytes && nowUs() - unacked.sinceUs < kAckUs)
            return;
        unacked.bytes = 0;
    }
    sendFrame(ackOf(frame));
}

void FakeRunner::message(std::string_view payload, bool)
{
    if (payload.size() > kTunnelHead && payload[0] == kToClientTunnel && payload[kTunnelHead] == kMessageKind) {
        data(payload);
        return;
    }
    const auto decoded = wire::decodeToClient(kVersion, bytesOf(payload));
    if (!decoded) {
        std::fprintf(stderr, "undecodable frame: %s\n", qPrintable(decoded.error().message));
        return;
    }
    if (const auto *one = std::get_if<wire::ToClientTunnelMessage>(&*decoded)) {
        tunnel(*one);
    } else if (const auto *several = std::get_if<wire::ToClientCommands>(&*decoded)) {
        commands(*several);
    } else if (const auto *ping = std::get_if<wire::ToClientPing>(&*decoded)) {
        sendWire(wire::ToServerPong{ping->ts});
    } else if (const auto *kv = std::get_if<wire::ToClientKvResponse>(&*decoded)) {
        ++kvAnswers;
        if (const auto *error = std::get_if<wire::KvErrorResponse>(&kv->data)) {
            if (kvErrors++ == 0)
                std::fprintf(stderr, "KV error: %s\n", qPrintable(error->message));
        }
        if (onKvAnswer)
            onKvAnswer();
    } else if (std::holds_alternative<wire::ToClientInit>(*decoded)) {
        m_ready = true;
    }
}

void FakeRunner::commands(const wire::ToClientCommands &message)
{
    for (const wire::CommandWrapper &command : message.commands) {
        const std::string id = command.checkpoint.actorId.toStdString();
        if (const auto *start = std::get_if<wire::CommandStartActor>(&command.inner)) {
            ++starts;
            restored += start->hibernatingRequests.size();
            m_actors[id] = Actor{command.checkpoint.generation, 0, false};
            sendEvents(id, {wire::EventActorStateUpdate{wire::ActorStateRunning{}}});
        } else {
            ++stops;
            sendEvents(id, {wire::EventActorStateUpdate{wire::ActorStateStopped{wire::StopCode::Ok, std::nullopt}}});
            m_actors.erase(id);
        }
    }
}

void FakeRunner::tunnel(const wire::ToClientTunnelMessage &message)
{
    wire::ToServerTunnelMessage answer;
    answer.messageId = message.messageId;
    if (std::holds_alternative<wire::ToClientWebSocketOpen>(message.kind)) {
        ++opens;
        answer.kind = wire::ToServerWebSocketOpen{hibernatable, {}};
        sendWire(answer);
    } else if (std::holds_alternative<wire::ToClientRequestStart>(message.kind)) {
        ++requests;
        answer.kind = wire::ToServerResponseStart{200, {{"content-length", "2"}, {"content-type", "text/plain"}},
                                                  QByteArray("ok"), false};
        sendWire(answer);
    }
}

void FakeRunner::sleepActor(const std::string &actorId)
{
    sendEvents(actorId, {wire::EventActorIntent{wire::ActorIntent::Sleep}});
}

void FakeRunner::kvPut(const std::string &actorId, std::uint32_t requestId, std::size_t bytes)
{
    wire::ToServerKvRequest request;
    request.actorId = QString::fromStdString(actorId);
    request.requestId = requestId;
    request.data = wire::KvPutRequest{{"key" + QByteArray::number(requestId % 1000)}, {QByteArray(qsizetype(bytes), 'v')}};
    sendWire(request);
}

} // namespace dormouse::bench
