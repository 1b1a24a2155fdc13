// SPDX-License-Identifier: Apache-2.0
#pragma once

// The runner protocol in its version 7 shape (runner-protocol.md section 3). The engine and the runner library
// work in this model only; codec.h converts to and from the version of a connection (section 3.8).

#include "engine/base/ids.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace dormouse::wire {

using HeaderMap = QList<std::pair<QByteArray, QByteArray>>; ///< UTF-8, lower-case unique names; implicitly shared

inline constexpr int kOldestVersion = 1;
inline constexpr int kNewestVersion = 7;
inline constexpr qint64 kMaxMessageBytes = 33'554'432; ///< hard limit of the SDK decoder

// --- shared -------------------------------------------------------------------------------------
struct ActorCheckpoint
{
    QString actorId;
    quint32 generation = 0;
    qint64 index = 0;
    bool operator==(const ActorCheckpoint &) const = default;
};
struct MessageId
{
    GatewayId gatewayId;
    RequestId requestId;
    quint16 messageIndex = 0;
    bool operator==(const MessageId &) const = default;
};
struct HibernatingRequest
{
    GatewayId gatewayId;
    RequestId requestId;
    bool operator==(const HibernatingRequest &) const = default;
};

// --- runner to engine ---------------------------------------------------------------------------
struct ToServerInit
{
    QString name;
    quint32 version = 0;
    quint32 totalSlots = 0;
    std::optional<std::vector<std::pair<QString, QString>>> prepopulateActorNames; ///< name, JSON text
    std::optional<QString> metadata;                                               ///< JSON text
    std::optional<qint64> lastCommandIdx;                                          ///< v1 to v3 only
};
enum class ActorIntent { Sleep, Stop };
enum class StopCode { Ok, Error };
struct EventActorIntent
{
    ActorIntent intent = ActorIntent::Sleep;
};
struct ActorStateRunning
{
};
struct ActorStateStopped
{
    StopCode code = StopCode::Ok;
    std::optional<QString> message;
};
struct EventActorStateUpdate
{
    std::variant<ActorStateRunning, ActorStateStopped> state;
};
struct EventActorSetAlarm
{
    std::optional<qint64> alarmTs; ///< epoch ms, absent = clear
};
using Event = std::variant<EventActorIntent, EventActorStateUpdate, EventActorSetAlarm>;
struct EventWrapper
{
    ActorCheckpoint checkpoint; ///< v1 to v3: index counts per runner
    Event inner;
};
struct ToServerEvents
{
    std::vector<EventWrapper> events;
};
struct ToServerAckCommands
{
    std::vector<ActorCheckpoint> lastCommandCheckpoints; ///< v4 and later
    std::optional<qint64> lastCommandIdx;                ///< v1 to v3 only
    bool generationsKnown = true;                        ///< false for v4, which sends none
};
struct ToServerStopping
{
};
struct ToServerPong
{
    qint64 ts = 0;
};
struct ToServerPing ///< v1 to v3 only
{
    qint64 ts = 0;
};
struct KvGetRequest
{
    std::vector<QByteArray> keys;
};
struct KvListAllQuery
{
};
struct KvListRangeQuery
{
    QByteArray start;
    QByteArray end;
    bool exclusive = false;
};
struct KvListPrefixQuery
{
    QByteArray key;
};
struct KvListRequest
{
    std::variant<KvListAllQuery, KvListRangeQuery, KvListPrefixQuery> query;
    std::optional<bool> reverse;
    std::optional<quint64> limit;
};
struct KvPutRequest
{
    std::vector<QByteArray> keys;
    std::vector<QByteArray> values;
};
struct KvDeleteRequest
{
    std::vector<QByteArray> keys;
};
struct KvDeleteRangeRequest
{
    QByteArray start;
    QByteArray end;
};
struct KvDropRequest
{
};
using KvRequestData = std::variant<KvGetRequest, KvListRequest, KvPutRequest, KvDeleteRequest,
                                   KvDeleteRangeRequest, KvDropRequest>;
struct ToServerKvRequest
{
    QString actorId;
    quint32 requestId = 0;
    KvRequestData data;
};
struct ToServerResponseStart
{
    quint16 status = 200;
    HeaderMap headers;
    std::optional<QByteArray> body;
    bool stream = false;
};
struct ToServerResponseChunk
{
    QByteArray body;
    bool finish = false;
};
struct ToServerResponseAbort
{
};
struct ToServerWebSocketOpen
{
    bool canHibernate = false;
    std::optional<qint64> lastMsgIndex = {}; ///< v2 only; the engine ignores it
};
struct ToServerWebSocketMessage
{
    QByteArray data;
    bool binary = true;
};
struct ToServerWebSocketMessageAck
{
    quint16 index = 0;
};
struct ToServerWebSocketClose
{
    std::optional<quint16> code;
    std::optional<QString> reason;
    bool hibernate = false;
};
struct DeprecatedTunnelAck ///< v1 to v3 only, decoded and ignored
{
};
using ToServerTunnelMessageKind
    = std::variant<ToServerResponseStart, ToServerResponseChunk, ToServerResponseAbort, ToServerWebSocketOpen,
                   ToServerWebSocketMessage, ToServerWebSocketMessageAck, ToServerWebSocketClose,
                   DeprecatedTunnelAck>;
struct ToServerTunnelMessage
{
    MessageId messageId;
    ToServerTunnelMessageKind kind;
    /// v1 and v2: the 16-byte ids as received; a v2 runner is owed a tunnel ack that repeats both (section 3.8).
    QByteArray legacyRequestId;
    QByteArray legacyMessageId;
};
using ToServer = std::variant<ToServerInit, ToServerEvents, ToServerAckCommands, ToServerStopping, ToServerPong,
                              ToServerKvRequest, ToServerTunnelMessage, ToServerPing>;

// --- engine to runner ---------------------------------------------------------------------------
struct ProtocolMetadata
{
    qint64 runnerLostThreshold = 0; ///< ms
    qint64 actorStopThreshold = 0;  ///< ms, sent from v6 on
    std::optional<qint64> serverlessDrainGracePeriod;
};
struct ToClientInit
{
    QString runnerId;
    ProtocolMetadata metadata;
    qint64 lastEventIdx = -1; ///< sent to v1 to v3 only
};
struct ActorConfig
{
    QString name;
    std::optional<QString> key;
    qint64 createTs = 0;
    std::optional<QByteArray> input;
};
struct CommandStartActor
{
    ActorConfig config;
    std::vector<HibernatingRequest> hibernatingRequests;
};
struct CommandStopActor
{
};
using Command = std::variant<CommandStartActor, CommandStopActor>;
struct CommandWrapper
{
    ActorCheckpoint checkpoint;
    Command inner;
};
struct ToClientCommands
{
    std::vector<CommandWrapper> commands;
};
struct ToClientAckEvents
{
    std::vector<ActorCheckpoint> lastEventCheckpoints;
    qint64 lastEventIdx = -1; ///< v1 to v3 only
};
struct KvMetadata
{
    QByteArray version;
    qint64 updateTs = 0;
};
struct KvErrorResponse
{
    QString message;
};
struct KvGetResponse
{
    std::vector<QByteArray> keys;
    std::vector<QByteArray> values;
    std::vector<KvMetadata> metadata;
};
struct KvListResponse
{
    std::vector<QByteArray> keys;
    std::vector<QByteArray> values;
    std::vector<KvMetadata> metadata;
};
struct KvPutResponse
{
};
struct KvDeleteResponse
{
};
struct KvDropResponse
{
};
using KvResponseData = std::variant<KvErrorResponse, KvGetResponse, KvListResponse, KvPutResponse,
                                    KvDeleteResponse, KvDropResponse>;
struct ToClientKvResponse
{
    quint32 requestId = 0;
    KvResponseData data;
};
struct ToClientRequestStart
{
    QString actorId;
    QByteArray method;
    QByteArray path;
    HeaderMap headers;
    std::optional<QByteArray> body;
    bool stream = false;
};
struct ToClientRequestChunk
{
    QByteArray body;
    bool finish = false;
};
struct ToClientRequestAbort
{
};
struct ToClientWebSocketOpen
{
    QString actorId;
    QByteArray path;
    HeaderMap headers;
};
struct ToClientWebSocketMessage
{
    QByteArray data;
    bool binary = true;
};
struct ToClientWebSocketClose
{
    std::optional<quint16> code;
    std::optional<QString> reason;
};
struct ToClientTunnelAck ///< sent to v2 runners only; repeats the 16-byte ids of the acknowledged message
{
    QByteArray legacyRequestId;
    QByteArray legacyMessageId;
};
using ToClientTunnelMessageKind
    = std::variant<ToClientRequestStart, ToClientRequestChunk, ToClientRequestAbort, ToClientWebSocketOpen,
                   ToClientWebSocketMessage, ToClientWebSocketClose, ToClientTunnelAck>;
struct ToClientTunnelMessage
{
    MessageId messageId;
    ToClientTunnelMessageKind kind;
};
struct ToClientPing ///< v4 and later
{
    qint64 ts = 0;
};
struct ToClientClose ///< v1 to v3; defined, never sent
{
};
using ToClient = std::variant<ToClientInit, ToClientCommands, ToClientAckEvents, ToClientKvResponse,
                              ToClientTunnelMessage, ToClientPing, ToClientClose>;

} // namespace dormouse::wire
