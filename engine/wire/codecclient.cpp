// SPDX-License-Identifier: Apache-2.0
// Engine to runner: the types behind ToClient.
#include "engine/wire/codec.h"

#include "engine/wire/codec_p.h"

namespace dormouse::wire {

namespace {

constexpr int kFirstVersionWithHibernatingRequests = 3;
constexpr int kFirstVersionWithThresholds = 6;

constexpr UnionMember kRootMk1[] = {
    {0, "ToClientInit"},     {6, "ToClientClose"},      {1, "ToClientCommands"},
    {2, "ToClientAckEvents"}, {3, "ToClientKvResponse"}, {4, "ToClientTunnelMessage"},
};
constexpr UnionMember kRootMk2[] = {
    {0, "ToClientInit"},       {1, "ToClientCommands"},      {2, "ToClientAckEvents"},
    {3, "ToClientKvResponse"}, {4, "ToClientTunnelMessage"}, {5, "ToClientPing"},
};
constexpr UnionMember kCommand[] = {{0, "CommandStartActor"}, {1, "CommandStopActor"}};
constexpr UnionMember kKvResponse[] = {
    {0, "KvErrorResponse"}, {1, "KvGetResponse"},    {2, "KvListResponse"},
    {3, "KvPutResponse"},   {4, "KvDeleteResponse"}, {5, "KvDropResponse"},
};
constexpr UnionMember kTunnelMk1[] = {
    {6, "TunnelAck"},
    {0, "ToClientRequestStart"},
    {1, "ToClientRequestChunk"},
    {2, "ToClientRequestAbort"},
    {3, "ToClientWebSocketOpen"},
    {4, "ToClientWebSocketMessage"},
    {5, "ToClientWebSocketClose"},
};
constexpr UnionMember kTunnelMk2[] = {
    {0, "ToClientRequestStart"},  {1, "ToClientRequestChunk"},     {2, "ToClientRequestAbort"},
    {3, "ToClientWebSocketOpen"}, {4, "ToClientWebSocketMessage"}, {5, "ToClientWebSocketClose"},
};

UnionTable rootTable(int version)
{
    return version <= kLastMk1Version ? UnionTable(kRootMk1) : UnionTable(kRootMk2);
}

UnionTable tunnelTable(int version)
{
    return version <= kLastMk1Version ? UnionTable(kTunnelMk1) : UnionTable(kTunnelMk2);
}

} // namespace

template<typename A, Is<ProtocolMetadata> T>
void body(A &ar, T &v)
{
    ar.field("runnerLostThreshold", v.runnerLostThreshold);
    if (ar.version() < kFirstVersionWithThresholds)
        return;
    ar.field("actorStopThreshold", v.actorStopThreshold);
    ar.field("serverlessDrainGracePeriod", v.serverlessDrainGracePeriod);
}

template<typename A, Is<ToClientInit> T>
void body(A &ar, T &v)
{
    ar.field("runnerId", v.runnerId);
    if (ar.version() <= kLastMk1Version)
        ar.field("lastEventIdx", v.lastEventIdx);
    ar.field("metadata", v.metadata);
}

template<typename A, Is<ActorConfig> T>
void body(A &ar, T &v)
{
    ar.field("name", v.name);
    ar.field("key", v.key);
    ar.field("createTs", v.createTs);
    ar.field("input", v.input);
}

template<typename A, Is<CommandStartActor> T>
void body(A &ar, T &v)
{
    ar.field("config", v.config);
    if (ar.version() >= kFirstVersionWithHibernatingRequests)
        ar.field("hibernatingRequests", v.hibernatingRequests);
}

template<typename A, Is<CommandWrapper> T>
void body(A &ar, T &v)
{
    if (ar.version() <= kLastMk1Version)
        ar.field("index", v.checkpoint.index);
    else
        ar.field("checkpoint", v.checkpoint);
    ar.tagged("inner", kCommand, v.inner, [&](auto &) {
        if (ar.version() <= kLastMk1Version)
            ar.field("actorId", v.checkpoint.actorId);
        if (ar.version() <= kLastVersionWithInnerGeneration)
            ar.field("generation", v.checkpoint.generation);
    });
}

template<typename A, Is<ToClientCommands> T>
void body(A &ar, T &v)
{
    ar.field("commands", v.commands);
}

template<typename A, Is<ToClientAckEvents> T>
void body(A &ar, T &v)
{
    if (ar.version() <= kLastMk1Version)
        ar.field("lastEventIdx", v.lastEventIdx);
    else
        ar.field("lastEventCheckpoints", v.lastEventCheckpoints);
}

template<typename A, Is<KvMetadata> T>
void body(A &ar, T &v)
{
    ar.field("version", v.version);
    ar.field(ar.version() <= kLastMk1Version ? "createTs" : "updateTs", v.updateTs);
}

template<typename A, Is<KvErrorResponse> T>
void body(A &ar, T &v)
{
    ar.field("message", v.message);
}

template<typename A, typename T>
    requires Is<T, KvGetResponse> || Is<T, KvListResponse>
void body(A &ar, T &v)
{
    ar.field("keys", v.keys);
    ar.field("values", v.values);
    ar.field("metadata", v.metadata);
}

template<typename A, Is<ToClientKvResponse> T>
void body(A &ar, T &v)
{
    ar.field("requestId", v.requestId);
    ar.tagged("data", kKvResponse, v.data);
}

template<typename A, Is<ToClientRequestStart> T>
void body(A &ar, T &v)
{
    ar.field("actorId", v.actorId);
    ar.text("method", v.method);
    ar.text("path", v.path);
    ar.field("headers", v.headers);
    ar.field("body", v.body);
    ar.field("stream", v.stream);
}

template<typename A, Is<ToClientRequestChunk> T>
void body(A &ar, T &v)
{
    ar.field("body", v.body);
    ar.field("finish", v.finish);
}

template<typename A, Is<ToClientWebSocketOpen> T>
void body(A &ar, T &v)
{
    ar.field("actorId", v.actorId);
    ar.text("path", v.path);
    ar.field("headers", v.headers);
}

template<typename A, Is<ToClientWebSocketMessage> T>
void body(A &ar, T &v)
{
    ar.field("data", v.data);
    ar.field("binary", v.binary);
}

template<typename A, Is<ToClientWebSocketClose> T>
void body(A &ar, T &v)
{
    ar.field("code", v.code);
    ar.field("reason", v.reason);
}

/// The ids of an ack stand in the tunnel message around it.
template<typename A, Is<ToClientTunnelAck> T>
void body(A &, T &)
{
}

namespace {

void decodeLegacyTunnel(Decoder &ar, ToClientTunnelMessage &v)
{
    QByteArray requestId;
    QByteArray messageId;
    ar.legacyId("requestId", requestId);
    ar.legacyId("messageId", messageId);
    if (!ar.failed()) {
        v.messageId = fromLegacyRequestId(requestId);
        v.messageId.messageIndex = indexFromLegacyMessageId(messageId);
    }
    ar.tagged("messageKind", tunnelTable(ar.version()), v.kind, [&](auto &kind) {
        if constexpr (Is<std::remove_reference_t<decltype(kind)>, ToClientWebSocketMessage>) {
            if (ar.version() == 2)
                ar.field("index", v.messageId.messageIndex);
        }
        if constexpr (Is<std::remove_reference_t<decltype(kind)>, ToClientTunnelAck>) {
            kind.legacyRequestId = requestId;
            kind.legacyMessageId = messageId;
        }
    });
    std::optional<QString> gatewayReplyTo; // part of the layout, absent in practice, without meaning for a runner
    ar.field("gatewayReplyTo", gatewayReplyTo);
}

void encodeLegacyTunnel(Encoder &ar, const ToClientTunnelMessage &v)
{
    const auto *ack = std::get_if<ToClientTunnelAck>(&v.kind);
    const bool repeats = ack && ack->legacyRequestId.size() == kLegacyIdBytes
        && ack->legacyMessageId.size() == kLegacyIdBytes;
    ar.writer().writeFixed(repeats ? ack->legacyRequestId : legacyRequestId(v.messageId));
    ar.writer().writeFixed(repeats ? ack->legacyMessageId : legacyMessageId(v.messageId));
    ar.tagged("messageKind", tunnelTable(ar.version()), v.kind, [&](const auto &kind) {
        if constexpr (Is<std::remove_reference_t<decltype(kind)>, ToClientWebSocketMessage>) {
            if (ar.version() == 2)
                ar.field("index", v.messageId.messageIndex);
        }
    });
    ar.field("gatewayReplyTo", std::optional<QString>());
}

} // namespace

template<typename A, Is<ToClientTunnelMessage> T>
void body(A &ar, T &v)
{
    if (ar.version() <= kLastLegacyIdVersion) {
        if constexpr (A::kDecodes)
            decodeLegacyTunnel(ar, v);
        else
            encodeLegacyTunnel(ar, v);
        return;
    }
    ar.field("messageId", v.messageId);
    ar.tagged("messageKind", tunnelTable(ar.version()), v.kind);
}

template<typename A, Is<ToClientPing> T>
void body(A &ar, T &v)
{
    ar.field("ts", v.ts);
}

namespace {

/// About what it takes on the wire; the small parts have room in what stands around it.
qint64 sizeOf(const ToClientRequestStart &start)
{
    constexpr qint64 kLengths = 4; // of a name and a value
    qint64 size = start.actorId.size() + start.method.size() + start.path.size() + (start.body ? start.body->size() : 0);
    for (const auto &[name, value] : start.headers)
        size += name.size() + value.size() + kLengths;
    return size;
}

} // namespace

Result<ToClient> decodeToClient(int version, QByteArrayView bytes)
{
    if (!isSupportedVersion(version))
        return unsupportedVersion(version);
    Decoder decoder(version, bytes, Strictness::Strict);
    ToClient message;
    decoder.tagged("ToClient", rootTable(version), message);
    decoder.reader().finish();
    if (decoder.failed())
        return decoder.reader().error();
    return message;
}

std::optional<MessageFrame> messageFrame(int version, const MessageId &id, qint64 payloadBytes, bool binary)
{
    constexpr char kTunnelTag = 4;  // in kRootMk2
    constexpr char kMessageTag = 4; // in kTunnelMk2
    MessageFrame frame;
    if (version <= kLastMk1Version || payloadBytes > kMaxMessageBytes - qint64(frame.head.size()) - 1)
        return std::nullopt;
    char *to = frame.head.data();
    *to++ = kTunnelTag;
    qToBigEndian(id.gatewayId.value, to);
    to += 4;
    qToBigEndian(id.requestId.value, to);
    to += 4;
    qToLittleEndian(id.messageIndex, to);
    to += 2;
    *to++ = kMessageTag;
    quint64 length = quint64(payloadBytes);
    for (; length > 0x7f; length >>= 7)
        *to++ = char((length & 0x7f) | 0x80);
    *to++ = char(length);
    frame.headSize = to - frame.head.data();
    frame.tail = binary ? 1 : 0;
    return frame;
}

Result<QByteArray> encodeToClient(int version, const ToClient &message)
{
    if (!isSupportedVersion(version))
        return unsupportedVersion(version);
    constexpr qint64 kFrame = 64; // ids, tags and lengths around the one large field
    qint64 hint = kFrame;
    if (const auto *tunnel = std::get_if<ToClientTunnelMessage>(&message)) {
        if (const auto *data = std::get_if<ToClientWebSocketMessage>(&tunnel->kind))
            hint += data->data.size();
        else if (const auto *chunk = std::get_if<ToClientRequestChunk>(&tunnel->kind))
            hint += chunk->body.size();
        else if (const auto *start = std::get_if<ToClientRequestStart>(&tunnel->kind))
            hint += sizeOf(*start);
    }
    Encoder encoder(version, std::min(hint, kMaxMessageBytes));
    encoder.tagged("ToClient", rootTable(version), message);
    return encoder.finish();
}

} // namespace dormouse::wire
