// SPDX-License-Identifier: Apache-2.0
// Runner to engine: the types behind ToServer.
#include "engine/wire/codec.h"

#include "engine/wire/codec_p.h"

namespace dormouse::wire {

namespace {

constexpr UnionMember kRootMk1[] = {
    {0, "ToServerInit"}, {1, "ToServerEvents"},    {2, "ToServerAckCommands"},   {3, "ToServerStopping"},
    {7, "ToServerPing"}, {5, "ToServerKvRequest"}, {6, "ToServerTunnelMessage"},
};
constexpr UnionMember kRootMk2[] = {
    {0, "ToServerInit"}, {1, "ToServerEvents"},    {2, "ToServerAckCommands"},   {3, "ToServerStopping"},
    {4, "ToServerPong"}, {5, "ToServerKvRequest"}, {6, "ToServerTunnelMessage"},
};
constexpr UnionMember kEvent[] = {
    {0, "EventActorIntent"},
    {1, "EventActorStateUpdate"},
    {2, "EventActorSetAlarm"},
};
constexpr UnionMember kActorState[] = {{0, "ActorStateRunning"}, {1, "ActorStateStopped"}};
constexpr UnionMember kKvQuery[] = {{0, "KvListAllQuery"}, {1, "KvListRangeQuery"}, {2, "KvListPrefixQuery"}};
constexpr UnionMember kKvRequestToV6[] = {
    {0, "KvGetRequest"},    {1, "KvListRequest"}, {2, "KvPutRequest"},
    {3, "KvDeleteRequest"}, {5, "KvDropRequest"},
};
constexpr UnionMember kKvRequest[] = {
    {0, "KvGetRequest"},    {1, "KvListRequest"},        {2, "KvPutRequest"},
    {3, "KvDeleteRequest"}, {4, "KvDeleteRangeRequest"}, {5, "KvDropRequest"},
};
constexpr UnionMember kTunnelV1[] = {
    {7, "TunnelAck"},           {0, "ToServerResponseStart"},    {1, "ToServerResponseChunk"},
    {2, "ToServerResponseAbort"}, {3, "ToServerWebSocketOpen"},  {4, "ToServerWebSocketMessage"},
    {6, "ToServerWebSocketClose"},
};
constexpr UnionMember kTunnelV2V3[] = {
    {7, "TunnelAck"},           {0, "ToServerResponseStart"},       {1, "ToServerResponseChunk"},
    {2, "ToServerResponseAbort"}, {3, "ToServerWebSocketOpen"},     {4, "ToServerWebSocketMessage"},
    {5, "ToServerWebSocketMessageAck"}, {6, "ToServerWebSocketClose"},
};
constexpr UnionMember kTunnelMk2[] = {
    {0, "ToServerResponseStart"}, {1, "ToServerResponseChunk"},    {2, "ToServerResponseAbort"},
    {3, "ToServerWebSocketOpen"}, {4, "ToServerWebSocketMessage"}, {5, "ToServerWebSocketMessageAck"},
    {6, "ToServerWebSocketClose"},
};

UnionTable rootTable(int version)
{
    return version <= kLastMk1Version ? UnionTable(kRootMk1) : UnionTable(kRootMk2);
}

UnionTable tunnelTable(int version)
{
    if (version == 1)
        return kTunnelV1;
    return version <= kLastMk1Version ? UnionTable(kTunnelV2V3) : UnionTable(kTunnelMk2);
}

} // namespace

template<typename A, Is<ToServerInit> T>
void body(A &ar, T &v)
{
    ar.field("name", v.name);
    ar.field("version", v.version);
    ar.field("totalSlots", v.totalSlots);
    if (ar.version() <= kLastMk1Version)
        ar.field("lastCommandIdx", v.lastCommandIdx);
    ar.field("prepopulateActorNames", v.prepopulateActorNames);
    ar.field("metadata", v.metadata);
}

template<typename A, Is<EventActorIntent> T>
void body(A &ar, T &v)
{
    ar.enumeration("intent", v.intent, 2);
}

template<typename A, Is<ActorStateStopped> T>
void body(A &ar, T &v)
{
    ar.enumeration("code", v.code, 2);
    ar.field("message", v.message);
}

template<typename A, Is<EventActorStateUpdate> T>
void body(A &ar, T &v)
{
    ar.tagged("state", kActorState, v.state);
}

template<typename A, Is<EventActorSetAlarm> T>
void body(A &ar, T &v)
{
    ar.field("alarmTs", v.alarmTs);
}

template<typename A, Is<EventWrapper> T>
void body(A &ar, T &v)
{
    if (ar.version() <= kLastMk1Version)
        ar.field("index", v.checkpoint.index);
    else
        ar.field("checkpoint", v.checkpoint);
    ar.tagged("inner", kEvent, v.inner, [&](auto &) {
        if (ar.version() > kLastVersionWithInnerGeneration)
            return;
        if (ar.version() <= kLastMk1Version) {
            ar.field("actorId", v.checkpoint.actorId);
        } else {
            QString repeated = v.checkpoint.actorId; // version 4 names the actor twice; the checkpoint decides
            ar.field("actorId", repeated);
        }
        ar.field("generation", v.checkpoint.generation);
    });
}

template<typename A, Is<ToServerEvents> T>
void body(A &ar, T &v)
{
    ar.field("events", v.events);
}

template<typename A, Is<ToServerAckCommands> T>
void body(A &ar, T &v)
{
    if (ar.version() > kLastMk1Version) {
        ar.field("lastCommandCheckpoints", v.lastCommandCheckpoints);
        if constexpr (A::kDecodes)
            v.generationsKnown = ar.version() > kLastVersionWithInnerGeneration;
        return;
    }
    if constexpr (A::kDecodes) {
        ar.field("lastCommandIdx", v.lastCommandIdx.emplace());
    } else if (v.lastCommandIdx) {
        ar.field("lastCommandIdx", *v.lastCommandIdx);
    } else {
        ar.fail(QStringLiteral("versions 1 to 3 acknowledge commands by lastCommandIdx, which is absent"));
    }
}

template<typename A, Is<ToServerPong> T>
void body(A &ar, T &v)
{
    ar.field("ts", v.ts);
}

template<typename A, Is<ToServerPing> T>
void body(A &ar, T &v)
{
    ar.field("ts", v.ts);
}

template<typename A, Is<KvGetRequest> T>
void body(A &ar, T &v)
{
    ar.field("keys", v.keys);
}

template<typename A, Is<KvListRangeQuery> T>
void body(A &ar, T &v)
{
    ar.field("start", v.start);
    ar.field("end", v.end);
    ar.field("exclusive", v.exclusive);
}

template<typename A, Is<KvListPrefixQuery> T>
void body(A &ar, T &v)
{
    ar.field("key", v.key);
}

template<typename A, Is<KvListRequest> T>
void body(A &ar, T &v)
{
    ar.tagged("query", kKvQuery, v.query);
    ar.field("reverse", v.reverse);
    ar.field("limit", v.limit);
}

template<typename A, Is<KvPutRequest> T>
void body(A &ar, T &v)
{
    ar.field("keys", v.keys);
    ar.field("values", v.values);
}

template<typename A, Is<KvDeleteRequest> T>
void body(A &ar, T &v)
{
    ar.field("keys", v.keys);
}

template<typename A, Is<KvDeleteRangeRequest> T>
void body(A &ar, T &v)
{
    ar.field("start", v.start);
    ar.field("end", v.end);
}

template<typename A, Is<ToServerKvRequest> T>
void body(A &ar, T &v)
{
    ar.field("actorId", v.actorId);
    ar.field("requestId", v.requestId);
    ar.tagged("data", ar.version() < 7 ? UnionTable(kKvRequestToV6) : UnionTable(kKvRequest), v.data);
}

template<typename A, Is<ToServerResponseStart> T>
void body(A &ar, T &v)
{
    ar.field("status", v.status);
    ar.field("headers", v.headers);
    ar.field("body", v.body);
    ar.field("stream", v.stream);
}

template<typename A, Is<ToServerResponseChunk> T>
void body(A &ar, T &v)
{
    ar.field("body", v.body);
    ar.field("finish", v.finish);
}

template<typename A, Is<ToServerWebSocketOpen> T>
void body(A &ar, T &v)
{
    if (ar.version() >= 2)
        ar.field("canHibernate", v.canHibernate);
    if (ar.version() != 2)
        return;
    if constexpr (A::kDecodes)
        ar.field("lastMsgIndex", v.lastMsgIndex.emplace());
    else
        ar.field("lastMsgIndex", v.lastMsgIndex.value_or(-1));
}

template<typename A, Is<ToServerWebSocketMessage> T>
void body(A &ar, T &v)
{
    ar.field("data", v.data);
    ar.field("binary", v.binary);
}

template<typename A, Is<ToServerWebSocketMessageAck> T>
void body(A &ar, T &v)
{
    ar.field("index", v.index);
}

template<typename A, Is<ToServerWebSocketClose> T>
void body(A &ar, T &v)
{
    ar.field("code", v.code);
    ar.field("reason", v.reason);
    if (ar.version() >= 2)
        ar.field(ar.version() == 2 ? "retry" : "hibernate", v.hibernate);
}

template<typename A, Is<ToServerTunnelMessage> T>
void body(A &ar, T &v)
{
    if (ar.version() > kLastLegacyIdVersion) {
        ar.field("messageId", v.messageId);
    } else if constexpr (A::kDecodes) {
        ar.legacyId("requestId", v.legacyRequestId);
        ar.legacyId("messageId", v.legacyMessageId);
        if (!ar.failed())
            v.messageId = fromLegacyRequestId(v.legacyRequestId);
    } else {
        const bool kept = v.legacyRequestId.size() == kLegacyIdBytes && v.legacyMessageId.size() == kLegacyIdBytes;
        ar.writer().writeFixed(kept ? v.legacyRequestId : legacyRequestId(v.messageId));
        ar.writer().writeFixed(kept ? v.legacyMessageId : legacyMessageId(v.messageId));
    }
    ar.tagged("messageKind", tunnelTable(ar.version()), v.kind);
}

namespace {

constexpr char kTunnelTag = 6;  // in kRootMk2
constexpr char kMessageTag = 4; // in kTunnelMk2
constexpr char kAckTag = 5;
constexpr qsizetype kKindAt = 11;

/// Whether the kind of a tunnel message stands at kKindAt, in the usual form of a message that has three bytes after it.
bool isUsualTunnel(int version, QByteArrayView bytes)
{
    return version > kLastMk1Version && bytes.size() >= kKindAt + 3 && bytes[0] == kTunnelTag
        && bytes.size() <= kMaxMessageBytes;
}

MessageId messageIdOf(QByteArrayView bytes)
{
    const char *data = bytes.data();
    return {{qFromBigEndian<quint32>(data + 1)}, {qFromBigEndian<quint32>(data + 5)}, qFromLittleEndian<quint16>(data + 9)};
}

/// The two messages that make up the traffic, in their usual form; what is unusual about anything else is judged by
/// the general reader.
std::optional<ToServerTunnelMessage> decodeTraffic(int version, QByteArrayView bytes)
{
    if (const auto view = messageView(version, bytes))
        return ToServerTunnelMessage{view->id, ToServerWebSocketMessage{view->data.toByteArray(), view->binary}, {}, {}};
    if (!isUsualTunnel(version, bytes) || bytes[kKindAt] != kAckTag || bytes.size() != kKindAt + 3)
        return std::nullopt;
    const quint16 index = qFromLittleEndian<quint16>(bytes.data() + kKindAt + 1);
    return ToServerTunnelMessage{messageIdOf(bytes), ToServerWebSocketMessageAck{index}, {}, {}};
}

} // namespace

std::optional<MessageView> messageView(int version, QByteArrayView bytes)
{
    constexpr int kMaxLengthBytes = 4;
    if (!isUsualTunnel(version, bytes) || bytes[kKindAt] != kMessageTag)
        return std::nullopt;
    qsizetype at = kKindAt + 1;
    qsizetype length = 0;
    for (int i = 0;; ++i) {
        if (i == kMaxLengthBytes || at >= bytes.size())
            return std::nullopt;
        const auto byte = quint8(bytes[at++]);
        length |= qsizetype(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80))
            break;
    }
    if (bytes.size() != at + length + 1 || quint8(bytes.back()) > 1)
        return std::nullopt;
    return MessageView{messageIdOf(bytes), bytes.sliced(at, length), bytes.back() == 1};
}

Result<ToServer> decodeToServer(int version, QByteArrayView bytes)
{
    if (!isSupportedVersion(version))
        return unsupportedVersion(version);
    if (std::optional<ToServerTunnelMessage> traffic = decodeTraffic(version, bytes))
        return ToServer(std::move(*traffic));
    Decoder decoder(version, bytes, Strictness::Lenient);
    ToServer message;
    decoder.tagged("ToServer", rootTable(version), message);
    if (decoder.failed())
        return decoder.reader().error();
    return message;
}

Result<QByteArray> encodeToServer(int version, const ToServer &message)
{
    if (!isSupportedVersion(version))
        return unsupportedVersion(version);
    constexpr qint64 kFrame = 64; // ids, tags and lengths around the one large field
    qint64 hint = kFrame;
    if (const auto *tunnel = std::get_if<ToServerTunnelMessage>(&message)) {
        if (const auto *data = std::get_if<ToServerWebSocketMessage>(&tunnel->kind))
            hint += data->data.size();
        else if (const auto *chunk = std::get_if<ToServerResponseChunk>(&tunnel->kind))
            hint += chunk->body.size();
    }
    Encoder encoder(version, std::min(hint, kMaxMessageBytes));
    encoder.tagged("ToServer", rootTable(version), message);
    return encoder.finish();
}

} // namespace dormouse::wire
