// SPDX-License-Identifier: Apache-2.0
#include "engine/wire/layout.h"

#include <algorithm>
#include <array>

// Sorted by name, then by first version. A new protocol version widens the last range of every type that did not
// change and adds one line for every type that did; tests/wire compares the table with the published layout.

namespace dormouse::wire {

namespace {

using K = TypeKind;
using F = FieldLayout;

constexpr F kActorCheckpointV4[] = {{"actorId", "str"}, {"index", "i64"}};
constexpr F kActorCheckpointV5[] = {{"actorId", "str"}, {"generation", "u32"}, {"index", "i64"}};
constexpr F kActorCommandKeyDataV4[] = {
    {"CommandStartActor", "CommandStartActor"}, {"CommandStopActor", "CommandStopActor"},
};
constexpr F kActorConfigV1[] = {
    {"name", "str"}, {"key", "optional<str>"}, {"createTs", "i64"}, {"input", "optional<data>"},
};
constexpr F kActorIntentV1[] = {
    {"ActorIntentSleep", "ActorIntentSleep"}, {"ActorIntentStop", "ActorIntentStop"},
};
constexpr F kActorNameV1[] = {{"metadata", "str"}};
constexpr F kActorStateV1[] = {
    {"ActorStateRunning", "ActorStateRunning"}, {"ActorStateStopped", "ActorStateStopped"},
};
constexpr F kActorStateStoppedV1[] = {{"code", "StopCode"}, {"message", "optional<str>"}};
constexpr F kCommandV1[] = {
    {"CommandStartActor", "CommandStartActor"}, {"CommandStopActor", "CommandStopActor"},
};
constexpr F kCommandStartActorV1[] = {{"actorId", "str"}, {"generation", "u32"}, {"config", "ActorConfig"}};
constexpr F kCommandStartActorV3[] = {
    {"actorId", "str"}, {"generation", "u32"}, {"config", "ActorConfig"},
    {"hibernatingRequests", "list<HibernatingRequest>"},
};
constexpr F kCommandStartActorV4[] = {
    {"generation", "u32"}, {"config", "ActorConfig"}, {"hibernatingRequests", "list<HibernatingRequest>"},
};
constexpr F kCommandStartActorV5[] = {
    {"config", "ActorConfig"}, {"hibernatingRequests", "list<HibernatingRequest>"},
};
constexpr F kCommandStopActorV1[] = {{"actorId", "str"}, {"generation", "u32"}};
constexpr F kCommandStopActorV4[] = {{"generation", "u32"}};
constexpr F kCommandWrapperV1[] = {{"index", "i64"}, {"inner", "Command"}};
constexpr F kCommandWrapperV4[] = {{"checkpoint", "ActorCheckpoint"}, {"inner", "Command"}};
constexpr F kEventV1[] = {
    {"EventActorIntent", "EventActorIntent"}, {"EventActorStateUpdate", "EventActorStateUpdate"},
    {"EventActorSetAlarm", "EventActorSetAlarm"},
};
constexpr F kEventActorIntentV1[] = {{"actorId", "str"}, {"generation", "u32"}, {"intent", "ActorIntent"}};
constexpr F kEventActorIntentV5[] = {{"intent", "ActorIntent"}};
constexpr F kEventActorSetAlarmV1[] = {
    {"actorId", "str"}, {"generation", "u32"}, {"alarmTs", "optional<i64>"},
};
constexpr F kEventActorSetAlarmV5[] = {{"alarmTs", "optional<i64>"}};
constexpr F kEventActorStateUpdateV1[] = {{"actorId", "str"}, {"generation", "u32"}, {"state", "ActorState"}};
constexpr F kEventActorStateUpdateV5[] = {{"state", "ActorState"}};
constexpr F kEventWrapperV1[] = {{"index", "i64"}, {"inner", "Event"}};
constexpr F kEventWrapperV4[] = {{"checkpoint", "ActorCheckpoint"}, {"inner", "Event"}};
constexpr F kHibernatingRequestV3[] = {{"gatewayId", "data4"}, {"requestId", "data4"}};
constexpr F kKvDeleteRangeRequestV7[] = {{"start", "data"}, {"end", "data"}};
constexpr F kKvDeleteRequestV1[] = {{"keys", "list<data>"}};
constexpr F kKvErrorResponseV1[] = {{"message", "str"}};
constexpr F kKvGetRequestV1[] = {{"keys", "list<data>"}};
constexpr F kKvGetResponseV1[] = {
    {"keys", "list<data>"}, {"values", "list<data>"}, {"metadata", "list<KvMetadata>"},
};
constexpr F kKvListPrefixQueryV1[] = {{"key", "data"}};
constexpr F kKvListQueryV1[] = {
    {"KvListAllQuery", "KvListAllQuery"}, {"KvListRangeQuery", "KvListRangeQuery"},
    {"KvListPrefixQuery", "KvListPrefixQuery"},
};
constexpr F kKvListRangeQueryV1[] = {{"start", "data"}, {"end", "data"}, {"exclusive", "bool"}};
constexpr F kKvListRequestV1[] = {
    {"query", "KvListQuery"}, {"reverse", "optional<bool>"}, {"limit", "optional<u64>"},
};
constexpr F kKvListResponseV1[] = {
    {"keys", "list<data>"}, {"values", "list<data>"}, {"metadata", "list<KvMetadata>"},
};
constexpr F kKvMetadataV1[] = {{"version", "data"}, {"createTs", "i64"}};
constexpr F kKvMetadataV4[] = {{"version", "data"}, {"updateTs", "i64"}};
constexpr F kKvPutRequestV1[] = {{"keys", "list<data>"}, {"values", "list<data>"}};
constexpr F kKvRequestDataV1[] = {
    {"KvGetRequest", "KvGetRequest"}, {"KvListRequest", "KvListRequest"}, {"KvPutRequest", "KvPutRequest"},
    {"KvDeleteRequest", "KvDeleteRequest"}, {"KvDropRequest", "KvDropRequest"},
};
constexpr F kKvRequestDataV7[] = {
    {"KvGetRequest", "KvGetRequest"}, {"KvListRequest", "KvListRequest"}, {"KvPutRequest", "KvPutRequest"},
    {"KvDeleteRequest", "KvDeleteRequest"}, {"KvDeleteRangeRequest", "KvDeleteRangeRequest"},
    {"KvDropRequest", "KvDropRequest"},
};
constexpr F kKvResponseDataV1[] = {
    {"KvErrorResponse", "KvErrorResponse"}, {"KvGetResponse", "KvGetResponse"},
    {"KvListResponse", "KvListResponse"}, {"KvPutResponse", "KvPutResponse"},
    {"KvDeleteResponse", "KvDeleteResponse"}, {"KvDropResponse", "KvDropResponse"},
};
constexpr F kMessageIdV3[] = {{"gatewayId", "data4"}, {"requestId", "data4"}, {"messageIndex", "u16"}};
constexpr F kProtocolMetadataV1[] = {{"runnerLostThreshold", "i64"}};
constexpr F kProtocolMetadataV6[] = {
    {"runnerLostThreshold", "i64"}, {"actorStopThreshold", "i64"},
    {"serverlessDrainGracePeriod", "optional<i64>"},
};
constexpr F kStopCodeV1[] = {{"Ok", ""}, {"Error", ""}};
constexpr F kToClientV1[] = {
    {"ToClientInit", "ToClientInit"}, {"ToClientClose", "ToClientClose"},
    {"ToClientCommands", "ToClientCommands"}, {"ToClientAckEvents", "ToClientAckEvents"},
    {"ToClientKvResponse", "ToClientKvResponse"}, {"ToClientTunnelMessage", "ToClientTunnelMessage"},
};
constexpr F kToClientV4[] = {
    {"ToClientInit", "ToClientInit"}, {"ToClientCommands", "ToClientCommands"},
    {"ToClientAckEvents", "ToClientAckEvents"}, {"ToClientKvResponse", "ToClientKvResponse"},
    {"ToClientTunnelMessage", "ToClientTunnelMessage"}, {"ToClientPing", "ToClientPing"},
};
constexpr F kToClientAckEventsV1[] = {{"lastEventIdx", "i64"}};
constexpr F kToClientAckEventsV4[] = {{"lastEventCheckpoints", "list<ActorCheckpoint>"}};
constexpr F kToClientCommandsV1[] = {{"", "list<CommandWrapper>"}};
constexpr F kToClientInitV1[] = {
    {"runnerId", "str"}, {"lastEventIdx", "i64"}, {"metadata", "ProtocolMetadata"},
};
constexpr F kToClientInitV4[] = {{"runnerId", "str"}, {"metadata", "ProtocolMetadata"}};
constexpr F kToClientKvResponseV1[] = {{"requestId", "u32"}, {"data", "KvResponseData"}};
constexpr F kToClientPingV4[] = {{"ts", "i64"}};
constexpr F kToClientRequestChunkV1[] = {{"body", "data"}, {"finish", "bool"}};
constexpr F kToClientRequestStartV1[] = {
    {"actorId", "str"}, {"method", "str"}, {"path", "str"}, {"headers", "map<str,str>"},
    {"body", "optional<data>"}, {"stream", "bool"},
};
constexpr F kToClientTunnelMessageV1[] = {
    {"requestId", "data16"}, {"messageId", "data16"}, {"messageKind", "ToClientTunnelMessageKind"},
    {"gatewayReplyTo", "optional<str>"},
};
constexpr F kToClientTunnelMessageV3[] = {
    {"messageId", "MessageId"}, {"messageKind", "ToClientTunnelMessageKind"},
};
constexpr F kToClientTunnelMessageKindV1[] = {
    {"TunnelAck", "TunnelAck"}, {"ToClientRequestStart", "ToClientRequestStart"},
    {"ToClientRequestChunk", "ToClientRequestChunk"}, {"ToClientRequestAbort", "ToClientRequestAbort"},
    {"ToClientWebSocketOpen", "ToClientWebSocketOpen"},
    {"ToClientWebSocketMessage", "ToClientWebSocketMessage"},
    {"ToClientWebSocketClose", "ToClientWebSocketClose"},
};
constexpr F kToClientTunnelMessageKindV3[] = {
    {"DeprecatedTunnelAck", "DeprecatedTunnelAck"}, {"ToClientRequestStart", "ToClientRequestStart"},
    {"ToClientRequestChunk", "ToClientRequestChunk"}, {"ToClientRequestAbort", "ToClientRequestAbort"},
    {"ToClientWebSocketOpen", "ToClientWebSocketOpen"},
    {"ToClientWebSocketMessage", "ToClientWebSocketMessage"},
    {"ToClientWebSocketClose", "ToClientWebSocketClose"},
};
constexpr F kToClientTunnelMessageKindV4[] = {
    {"ToClientRequestStart", "ToClientRequestStart"}, {"ToClientRequestChunk", "ToClientRequestChunk"},
    {"ToClientRequestAbort", "ToClientRequestAbort"}, {"ToClientWebSocketOpen", "ToClientWebSocketOpen"},
    {"ToClientWebSocketMessage", "ToClientWebSocketMessage"},
    {"ToClientWebSocketClose", "ToClientWebSocketClose"},
};
constexpr F kToClientWebSocketCloseV1[] = {{"code", "optional<u16>"}, {"reason", "optional<str>"}};
constexpr F kToClientWebSocketMessageV1[] = {{"data", "data"}, {"binary", "bool"}};
constexpr F kToClientWebSocketMessageV2[] = {{"index", "u16"}, {"data", "data"}, {"binary", "bool"}};
constexpr F kToClientWebSocketMessageV3[] = {{"data", "data"}, {"binary", "bool"}};
constexpr F kToClientWebSocketOpenV1[] = {{"actorId", "str"}, {"path", "str"}, {"headers", "map<str,str>"}};
constexpr F kToGatewayV1[] = {{"message", "ToServerTunnelMessage"}};
constexpr F kToGatewayV3[] = {
    {"ToGatewayPong", "ToGatewayPong"}, {"ToServerTunnelMessage", "ToServerTunnelMessage"},
};
constexpr F kToGatewayPongV3[] = {{"requestId", "data4"}, {"ts", "i64"}};
constexpr F kToRunnerV3[] = {
    {"ToRunnerPing", "ToRunnerPing"}, {"ToClientInit", "ToClientInit"}, {"ToClientClose", "ToClientClose"},
    {"ToClientCommands", "ToClientCommands"}, {"ToClientAckEvents", "ToClientAckEvents"},
    {"ToClientKvResponse", "ToClientKvResponse"}, {"ToClientTunnelMessage", "ToClientTunnelMessage"},
};
constexpr F kToRunnerV4[] = {
    {"ToRunnerPing", "ToRunnerPing"}, {"ToRunnerClose", "ToRunnerClose"},
    {"ToClientCommands", "ToClientCommands"}, {"ToClientAckEvents", "ToClientAckEvents"},
    {"ToClientTunnelMessage", "ToClientTunnelMessage"},
};
constexpr F kToRunnerPingV3[] = {{"gatewayId", "data4"}, {"requestId", "data4"}, {"ts", "i64"}};
constexpr F kToServerV1[] = {
    {"ToServerInit", "ToServerInit"}, {"ToServerEvents", "ToServerEvents"},
    {"ToServerAckCommands", "ToServerAckCommands"}, {"ToServerStopping", "ToServerStopping"},
    {"ToServerPing", "ToServerPing"}, {"ToServerKvRequest", "ToServerKvRequest"},
    {"ToServerTunnelMessage", "ToServerTunnelMessage"},
};
constexpr F kToServerV4[] = {
    {"ToServerInit", "ToServerInit"}, {"ToServerEvents", "ToServerEvents"},
    {"ToServerAckCommands", "ToServerAckCommands"}, {"ToServerStopping", "ToServerStopping"},
    {"ToServerPong", "ToServerPong"}, {"ToServerKvRequest", "ToServerKvRequest"},
    {"ToServerTunnelMessage", "ToServerTunnelMessage"},
};
constexpr F kToServerAckCommandsV1[] = {{"lastCommandIdx", "i64"}};
constexpr F kToServerAckCommandsV4[] = {{"lastCommandCheckpoints", "list<ActorCheckpoint>"}};
constexpr F kToServerEventsV1[] = {{"", "list<EventWrapper>"}};
constexpr F kToServerInitV1[] = {
    {"name", "str"}, {"version", "u32"}, {"totalSlots", "u32"}, {"lastCommandIdx", "optional<i64>"},
    {"prepopulateActorNames", "optional<map<str,ActorName>>"}, {"metadata", "optional<str>"},
};
constexpr F kToServerInitV4[] = {
    {"name", "str"}, {"version", "u32"}, {"totalSlots", "u32"},
    {"prepopulateActorNames", "optional<map<str,ActorName>>"}, {"metadata", "optional<str>"},
};
constexpr F kToServerKvRequestV1[] = {{"actorId", "str"}, {"requestId", "u32"}, {"data", "KvRequestData"}};
constexpr F kToServerPingV1[] = {{"ts", "i64"}};
constexpr F kToServerPongV4[] = {{"ts", "i64"}};
constexpr F kToServerResponseChunkV1[] = {{"body", "data"}, {"finish", "bool"}};
constexpr F kToServerResponseStartV1[] = {
    {"status", "u16"}, {"headers", "map<str,str>"}, {"body", "optional<data>"}, {"stream", "bool"},
};
constexpr F kToServerTunnelMessageV1[] = {
    {"requestId", "data16"}, {"messageId", "data16"}, {"messageKind", "ToServerTunnelMessageKind"},
};
constexpr F kToServerTunnelMessageV3[] = {
    {"messageId", "MessageId"}, {"messageKind", "ToServerTunnelMessageKind"},
};
constexpr F kToServerTunnelMessageKindV1[] = {
    {"TunnelAck", "TunnelAck"}, {"ToServerResponseStart", "ToServerResponseStart"},
    {"ToServerResponseChunk", "ToServerResponseChunk"}, {"ToServerResponseAbort", "ToServerResponseAbort"},
    {"ToServerWebSocketOpen", "ToServerWebSocketOpen"},
    {"ToServerWebSocketMessage", "ToServerWebSocketMessage"},
    {"ToServerWebSocketClose", "ToServerWebSocketClose"},
};
constexpr F kToServerTunnelMessageKindV2[] = {
    {"TunnelAck", "TunnelAck"}, {"ToServerResponseStart", "ToServerResponseStart"},
    {"ToServerResponseChunk", "ToServerResponseChunk"}, {"ToServerResponseAbort", "ToServerResponseAbort"},
    {"ToServerWebSocketOpen", "ToServerWebSocketOpen"},
    {"ToServerWebSocketMessage", "ToServerWebSocketMessage"},
    {"ToServerWebSocketMessageAck", "ToServerWebSocketMessageAck"},
    {"ToServerWebSocketClose", "ToServerWebSocketClose"},
};
constexpr F kToServerTunnelMessageKindV3[] = {
    {"DeprecatedTunnelAck", "DeprecatedTunnelAck"}, {"ToServerResponseStart", "ToServerResponseStart"},
    {"ToServerResponseChunk", "ToServerResponseChunk"}, {"ToServerResponseAbort", "ToServerResponseAbort"},
    {"ToServerWebSocketOpen", "ToServerWebSocketOpen"},
    {"ToServerWebSocketMessage", "ToServerWebSocketMessage"},
    {"ToServerWebSocketMessageAck", "ToServerWebSocketMessageAck"},
    {"ToServerWebSocketClose", "ToServerWebSocketClose"},
};
constexpr F kToServerTunnelMessageKindV4[] = {
    {"ToServerResponseStart", "ToServerResponseStart"}, {"ToServerResponseChunk", "ToServerResponseChunk"},
    {"ToServerResponseAbort", "ToServerResponseAbort"}, {"ToServerWebSocketOpen", "ToServerWebSocketOpen"},
    {"ToServerWebSocketMessage", "ToServerWebSocketMessage"},
    {"ToServerWebSocketMessageAck", "ToServerWebSocketMessageAck"},
    {"ToServerWebSocketClose", "ToServerWebSocketClose"},
};
constexpr F kToServerWebSocketCloseV1[] = {{"code", "optional<u16>"}, {"reason", "optional<str>"}};
constexpr F kToServerWebSocketCloseV2[] = {
    {"code", "optional<u16>"}, {"reason", "optional<str>"}, {"retry", "bool"},
};
constexpr F kToServerWebSocketCloseV3[] = {
    {"code", "optional<u16>"}, {"reason", "optional<str>"}, {"hibernate", "bool"},
};
constexpr F kToServerWebSocketMessageV1[] = {{"data", "data"}, {"binary", "bool"}};
constexpr F kToServerWebSocketMessageAckV2[] = {{"index", "u16"}};
constexpr F kToServerWebSocketOpenV2[] = {{"canHibernate", "bool"}, {"lastMsgIndex", "i64"}};
constexpr F kToServerWebSocketOpenV3[] = {{"canHibernate", "bool"}};
constexpr F kToServerlessServerV1[] = {{"ToServerlessServerInit", "ToServerlessServerInit"}};
constexpr F kToServerlessServerInitV1[] = {{"runnerId", "str"}};
constexpr F kToServerlessServerInitV4[] = {{"runnerId", "str"}, {"runnerProtocolVersion", "u16"}};

constexpr TypeLayout kTypes[] = {
    {"ActorCheckpoint", K::Struct, 4, 4, kActorCheckpointV4},
    {"ActorCheckpoint", K::Struct, 5, 7, kActorCheckpointV5},
    {"ActorCommandKeyData", K::Union, 4, 7, kActorCommandKeyDataV4},
    {"ActorConfig", K::Struct, 1, 7, kActorConfigV1},
    {"ActorIntent", K::Union, 1, 7, kActorIntentV1},
    {"ActorIntentSleep", K::Void, 1, 7, {}},
    {"ActorIntentStop", K::Void, 1, 7, {}},
    {"ActorName", K::Struct, 1, 7, kActorNameV1},
    {"ActorState", K::Union, 1, 7, kActorStateV1},
    {"ActorStateRunning", K::Void, 1, 7, {}},
    {"ActorStateStopped", K::Struct, 1, 7, kActorStateStoppedV1},
    {"Command", K::Union, 1, 7, kCommandV1},
    {"CommandStartActor", K::Struct, 1, 2, kCommandStartActorV1},
    {"CommandStartActor", K::Struct, 3, 3, kCommandStartActorV3},
    {"CommandStartActor", K::Struct, 4, 4, kCommandStartActorV4},
    {"CommandStartActor", K::Struct, 5, 7, kCommandStartActorV5},
    {"CommandStopActor", K::Struct, 1, 3, kCommandStopActorV1},
    {"CommandStopActor", K::Struct, 4, 4, kCommandStopActorV4},
    {"CommandStopActor", K::Void, 5, 7, {}},
    {"CommandWrapper", K::Struct, 1, 3, kCommandWrapperV1},
    {"CommandWrapper", K::Struct, 4, 7, kCommandWrapperV4},
    {"DeprecatedTunnelAck", K::Void, 3, 3, {}},
    {"Event", K::Union, 1, 7, kEventV1},
    {"EventActorIntent", K::Struct, 1, 4, kEventActorIntentV1},
    {"EventActorIntent", K::Struct, 5, 7, kEventActorIntentV5},
    {"EventActorSetAlarm", K::Struct, 1, 4, kEventActorSetAlarmV1},
    {"EventActorSetAlarm", K::Struct, 5, 7, kEventActorSetAlarmV5},
    {"EventActorStateUpdate", K::Struct, 1, 4, kEventActorStateUpdateV1},
    {"EventActorStateUpdate", K::Struct, 5, 7, kEventActorStateUpdateV5},
    {"EventWrapper", K::Struct, 1, 3, kEventWrapperV1},
    {"EventWrapper", K::Struct, 4, 7, kEventWrapperV4},
    {"HibernatingRequest", K::Struct, 3, 7, kHibernatingRequestV3},
    {"KvDeleteRangeRequest", K::Struct, 7, 7, kKvDeleteRangeRequestV7},
    {"KvDeleteRequest", K::Struct, 1, 7, kKvDeleteRequestV1},
    {"KvDeleteResponse", K::Void, 1, 7, {}},
    {"KvDropRequest", K::Void, 1, 7, {}},
    {"KvDropResponse", K::Void, 1, 7, {}},
    {"KvErrorResponse", K::Struct, 1, 7, kKvErrorResponseV1},
    {"KvGetRequest", K::Struct, 1, 7, kKvGetRequestV1},
    {"KvGetResponse", K::Struct, 1, 7, kKvGetResponseV1},
    {"KvListAllQuery", K::Void, 1, 7, {}},
    {"KvListPrefixQuery", K::Struct, 1, 7, kKvListPrefixQueryV1},
    {"KvListQuery", K::Union, 1, 7, kKvListQueryV1},
    {"KvListRangeQuery", K::Struct, 1, 7, kKvListRangeQueryV1},
    {"KvListRequest", K::Struct, 1, 7, kKvListRequestV1},
    {"KvListResponse", K::Struct, 1, 7, kKvListResponseV1},
    {"KvMetadata", K::Struct, 1, 3, kKvMetadataV1},
    {"KvMetadata", K::Struct, 4, 7, kKvMetadataV4},
    {"KvPutRequest", K::Struct, 1, 7, kKvPutRequestV1},
    {"KvPutResponse", K::Void, 1, 7, {}},
    {"KvRequestData", K::Union, 1, 6, kKvRequestDataV1},
    {"KvRequestData", K::Union, 7, 7, kKvRequestDataV7},
    {"KvResponseData", K::Union, 1, 7, kKvResponseDataV1},
    {"MessageId", K::Struct, 3, 7, kMessageIdV3},
    {"ProtocolMetadata", K::Struct, 1, 5, kProtocolMetadataV1},
    {"ProtocolMetadata", K::Struct, 6, 7, kProtocolMetadataV6},
    {"StopCode", K::Enum, 1, 7, kStopCodeV1},
    {"ToClient", K::Union, 1, 3, kToClientV1},
    {"ToClient", K::Union, 4, 7, kToClientV4},
    {"ToClientAckEvents", K::Struct, 1, 3, kToClientAckEventsV1},
    {"ToClientAckEvents", K::Struct, 4, 7, kToClientAckEventsV4},
    {"ToClientClose", K::Void, 1, 3, {}},
    {"ToClientCommands", K::Alias, 1, 7, kToClientCommandsV1},
    {"ToClientInit", K::Struct, 1, 3, kToClientInitV1},
    {"ToClientInit", K::Struct, 4, 7, kToClientInitV4},
    {"ToClientKvResponse", K::Struct, 1, 7, kToClientKvResponseV1},
    {"ToClientPing", K::Struct, 4, 7, kToClientPingV4},
    {"ToClientRequestAbort", K::Void, 1, 7, {}},
    {"ToClientRequestChunk", K::Struct, 1, 7, kToClientRequestChunkV1},
    {"ToClientRequestStart", K::Struct, 1, 7, kToClientRequestStartV1},
    {"ToClientTunnelMessage", K::Struct, 1, 2, kToClientTunnelMessageV1},
    {"ToClientTunnelMessage", K::Struct, 3, 7, kToClientTunnelMessageV3},
    {"ToClientTunnelMessageKind", K::Union, 1, 2, kToClientTunnelMessageKindV1},
    {"ToClientTunnelMessageKind", K::Union, 3, 3, kToClientTunnelMessageKindV3},
    {"ToClientTunnelMessageKind", K::Union, 4, 7, kToClientTunnelMessageKindV4},
    {"ToClientWebSocketClose", K::Struct, 1, 7, kToClientWebSocketCloseV1},
    {"ToClientWebSocketMessage", K::Struct, 1, 1, kToClientWebSocketMessageV1},
    {"ToClientWebSocketMessage", K::Struct, 2, 2, kToClientWebSocketMessageV2},
    {"ToClientWebSocketMessage", K::Struct, 3, 7, kToClientWebSocketMessageV3},
    {"ToClientWebSocketOpen", K::Struct, 1, 7, kToClientWebSocketOpenV1},
    {"ToGateway", K::Struct, 1, 2, kToGatewayV1},
    {"ToGateway", K::Union, 3, 7, kToGatewayV3},
    {"ToGatewayPong", K::Struct, 3, 7, kToGatewayPongV3},
    {"ToRunner", K::Union, 3, 3, kToRunnerV3},
    {"ToRunner", K::Union, 4, 7, kToRunnerV4},
    {"ToRunnerClose", K::Void, 4, 7, {}},
    {"ToRunnerPing", K::Struct, 3, 7, kToRunnerPingV3},
    {"ToServer", K::Union, 1, 3, kToServerV1},
    {"ToServer", K::Union, 4, 7, kToServerV4},
    {"ToServerAckCommands", K::Struct, 1, 3, kToServerAckCommandsV1},
    {"ToServerAckCommands", K::Struct, 4, 7, kToServerAckCommandsV4},
    {"ToServerEvents", K::Alias, 1, 7, kToServerEventsV1},
    {"ToServerInit", K::Struct, 1, 3, kToServerInitV1},
    {"ToServerInit", K::Struct, 4, 7, kToServerInitV4},
    {"ToServerKvRequest", K::Struct, 1, 7, kToServerKvRequestV1},
    {"ToServerPing", K::Struct, 1, 3, kToServerPingV1},
    {"ToServerPong", K::Struct, 4, 7, kToServerPongV4},
    {"ToServerResponseAbort", K::Void, 1, 7, {}},
    {"ToServerResponseChunk", K::Struct, 1, 7, kToServerResponseChunkV1},
    {"ToServerResponseStart", K::Struct, 1, 7, kToServerResponseStartV1},
    {"ToServerStopping", K::Void, 1, 7, {}},
    {"ToServerTunnelMessage", K::Struct, 1, 2, kToServerTunnelMessageV1},
    {"ToServerTunnelMessage", K::Struct, 3, 7, kToServerTunnelMessageV3},
    {"ToServerTunnelMessageKind", K::Union, 1, 1, kToServerTunnelMessageKindV1},
    {"ToServerTunnelMessageKind", K::Union, 2, 2, kToServerTunnelMessageKindV2},
    {"ToServerTunnelMessageKind", K::Union, 3, 3, kToServerTunnelMessageKindV3},
    {"ToServerTunnelMessageKind", K::Union, 4, 7, kToServerTunnelMessageKindV4},
    {"ToServerWebSocketClose", K::Struct, 1, 1, kToServerWebSocketCloseV1},
    {"ToServerWebSocketClose", K::Struct, 2, 2, kToServerWebSocketCloseV2},
    {"ToServerWebSocketClose", K::Struct, 3, 7, kToServerWebSocketCloseV3},
    {"ToServerWebSocketMessage", K::Struct, 1, 7, kToServerWebSocketMessageV1},
    {"ToServerWebSocketMessageAck", K::Struct, 2, 7, kToServerWebSocketMessageAckV2},
    {"ToServerWebSocketOpen", K::Void, 1, 1, {}},
    {"ToServerWebSocketOpen", K::Struct, 2, 2, kToServerWebSocketOpenV2},
    {"ToServerWebSocketOpen", K::Struct, 3, 7, kToServerWebSocketOpenV3},
    {"ToServerlessServer", K::Union, 1, 7, kToServerlessServerV1},
    {"ToServerlessServerInit", K::Struct, 1, 3, kToServerlessServerInitV1},
    {"ToServerlessServerInit", K::Struct, 4, 7, kToServerlessServerInitV4},
    {"TunnelAck", K::Void, 1, 2, {}},
};

} // namespace

std::span<const TypeLayout> allTypes()
{
    return kTypes;
}

const TypeLayout *findType(int version, std::string_view name)
{
    auto it = std::lower_bound(std::begin(kTypes), std::end(kTypes), name,
                               [](const TypeLayout &type, std::string_view key) { return type.name < key; });
    for (; it != std::end(kTypes) && it->name == name; ++it) {
        if (version >= it->firstVersion && version <= it->lastVersion)
            return &*it;
    }
    return nullptr;
}

TypeExpression splitType(std::string_view type)
{
    const std::size_t open = type.find('<');
    if (open == std::string_view::npos)
        return {type, {}, {}};
    const std::string_view outer = type.substr(0, open);
    const std::string_view inner = type.substr(open + 1, type.size() - open - 2);
    if (outer != "map")
        return {outer, inner, {}};
    const std::size_t comma = inner.find(','); // keys are always str, so the first comma ends the key
    return {outer, inner.substr(comma + 1), inner.substr(0, comma)};
}

} // namespace dormouse::wire
