// SPDX-License-Identifier: Apache-2.0
#include "tests/wire/describe.h"

#include "engine/wire/legacyids.h"

#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace dormouse::wire::test {

namespace {

template<typename... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template<typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>; // clang 14 does not deduce aggregates

const QJsonValue kNull = QJsonValue::Null;

QJsonValue number(qint64 value)
{
    return QString::number(value);
}
QJsonValue hex(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toHex());
}
QJsonValue utf8(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}
QJsonObject tagged(const QString &tag, const QJsonValue &value = QJsonValue::Null)
{
    return {{u"tag"_s, tag}, {u"val"_s, value}};
}
template<typename T, typename F>
QJsonValue orNull(const std::optional<T> &value, F write)
{
    return value ? QJsonValue(write(*value)) : kNull;
}
QJsonValue text(const QString &value)
{
    return value;
}
template<typename List, typename F>
QJsonArray list(const List &items, F write)
{
    QJsonArray array;
    for (const auto &item : items)
        array.append(write(item));
    return array;
}
QJsonArray headers(const HeaderMap &map)
{
    return list(map, [](const auto &entry) {
        return QJsonArray{utf8(entry.first), utf8(entry.second)};
    });
}

class Describer
{
public:
    explicit Describer(int version) : m_version(version) {}

    QJsonValue toServer(const ToServer &message) const
    {
        return std::visit(
            Overloaded{
                [&](const ToServerInit &m) { return tagged(u"ToServerInit"_s, init(m)); },
                [&](const ToServerEvents &m) {
                    return tagged(u"ToServerEvents"_s, list(m.events, [&](const auto &e) { return event(e); }));
                },
                [&](const ToServerAckCommands &m) {
                    if (m_version <= 3)
                        return tagged(u"ToServerAckCommands"_s,
                                      QJsonObject{{u"lastCommandIdx"_s, orNull(m.lastCommandIdx, number)}});
                    return tagged(u"ToServerAckCommands"_s,
                                  QJsonObject{{u"lastCommandCheckpoints"_s, checkpoints(m.lastCommandCheckpoints)}});
                },
                [&](const ToServerStopping &) { return tagged(u"ToServerStopping"_s); },
                [&](const ToServerPong &m) {
                    return tagged(u"ToServerPong"_s, QJsonObject{{u"ts"_s, number(m.ts)}});
                },
                [&](const ToServerKvRequest &m) {
                    return tagged(u"ToServerKvRequest"_s, QJsonObject{{u"actorId"_s, m.actorId},
                                                                      {u"requestId"_s, qint64(m.requestId)},
                                                                      {u"data"_s, kvRequest(m.data)}});
                },
                [&](const ToServerTunnelMessage &m) {
                    QJsonObject object{{u"messageKind"_s, kind(m.kind)}};
                    if (m_version <= 2) {
                        object[u"requestId"_s] = hex(m.legacyRequestId);
                        object[u"messageId"_s] = hex(m.legacyMessageId);
                    } else {
                        object[u"messageId"_s] = messageId(m.messageId);
                    }
                    return tagged(u"ToServerTunnelMessage"_s, object);
                },
                [&](const ToServerPing &m) {
                    return tagged(u"ToServerPing"_s, QJsonObject{{u"ts"_s, number(m.ts)}});
                },
            },
            message);
    }

    QJsonValue toClient(const ToClient &message) const
    {
        return std::visit(
            Overloaded{
                [&](const ToClientInit &m) {
                    QJsonObject metadata{{u"runnerLostThreshold"_s, number(m.metadata.runnerLostThreshold)}};
                    if (m_version >= 6) {
                        metadata[u"actorStopThreshold"_s] = number(m.metadata.actorStopThreshold);
                        metadata[u"serverlessDrainGracePeriod"_s]
                            = orNull(m.metadata.serverlessDrainGracePeriod, number);
                    }
                    QJsonObject object{{u"runnerId"_s, m.runnerId}, {u"metadata"_s, metadata}};
                    if (m_version <= 3)
                        object[u"lastEventIdx"_s] = number(m.lastEventIdx);
                    return tagged(u"ToClientInit"_s, object);
                },
                [&](const ToClientCommands &m) {
                    return tagged(u"ToClientCommands"_s, list(m.commands, [&](const auto &c) { return command(c); }));
                },
                [&](const ToClientAckEvents &m) {
                    if (m_version <= 3)
                        return tagged(u"ToClientAckEvents"_s, QJsonObject{{u"lastEventIdx"_s, number(m.lastEventIdx)}});
                    return tagged(u"ToClientAckEvents"_s,
                                  QJsonObject{{u"lastEventCheckpoints"_s, checkpoints(m.lastEventCheckpoints)}});
                },
                [&](const ToClientKvResponse &m) {
                    return tagged(u"ToClientKvResponse"_s, QJsonObject{{u"requestId"_s, qint64(m.requestId)},
                                                                       {u"data"_s, kvResponse(m.data)}});
                },
                [&](const ToClientTunnelMessage &m) {
                    QJsonObject object{{u"messageKind"_s, kind(m.kind, m.messageId)}};
                    if (m_version <= 2) {
                        const auto *ack = std::get_if<ToClientTunnelAck>(&m.kind);
                        object[u"requestId"_s] = hex(ack ? ack->legacyRequestId : legacyRequestId(m.messageId));
                        object[u"messageId"_s] = hex(ack ? ack->legacyMessageId : legacyMessageId(m.messageId));
                        object[u"gatewayReplyTo"_s] = kNull;
                    } else {
                        object[u"messageId"_s] = messageId(m.messageId);
                    }
                    return tagged(u"ToClientTunnelMessage"_s, object);
                },
                [&](const ToClientPing &m) {
                    return tagged(u"ToClientPing"_s, QJsonObject{{u"ts"_s, number(m.ts)}});
                },
                [&](const ToClientClose &) { return tagged(u"ToClientClose"_s); },
            },
            message);
    }

private:
    QJsonArray checkpoints(const std::vector<ActorCheckpoint> &items) const
    {
        return list(items, [&](const auto &item) { return checkpoint(item); });
    }
    QJsonObject checkpoint(const ActorCheckpoint &c) const
    {
        QJsonObject object{{u"actorId"_s, c.actorId}, {u"index"_s, number(c.index)}};
        if (m_version >= 5)
            object[u"generation"_s] = qint64(c.generation);
        return object;
    }
    static QJsonObject messageId(const MessageId &id)
    {
        return {{u"gatewayId"_s, hex(big4(id.gatewayId.value))},
                {u"requestId"_s, hex(big4(id.requestId.value))},
                {u"messageIndex"_s, int(id.messageIndex)}};
    }
    static QByteArray big4(quint32 value)
    {
        return QByteArray::fromHex(QByteArray::number(value, 16).rightJustified(8, '0'));
    }

    QJsonObject init(const ToServerInit &m) const
    {
        QJsonObject object{{u"name"_s, m.name},
                           {u"version"_s, qint64(m.version)},
                           {u"totalSlots"_s, qint64(m.totalSlots)},
                           {u"metadata"_s, orNull(m.metadata, text)}};
        object[u"prepopulateActorNames"_s] = orNull(m.prepopulateActorNames, [](const auto &names) {
            return list(names, [](const auto &entry) {
                return QJsonArray{entry.first, QJsonObject{{u"metadata"_s, entry.second}}};
            });
        });
        if (m_version <= 3)
            object[u"lastCommandIdx"_s] = orNull(m.lastCommandIdx, number);
        return object;
    }

    QJsonObject event(const EventWrapper &e) const
    {
        QJsonObject fields;
        if (m_version <= 4)
            fields = {{u"actorId"_s, e.checkpoint.actorId}, {u"generation"_s, qint64(e.checkpoint.generation)}};
        const QString tag = std::visit(
            Overloaded{
                [&](const EventActorIntent &m) {
                    fields[u"intent"_s]
                        = tagged(m.intent == ActorIntent::Sleep ? u"ActorIntentSleep"_s : u"ActorIntentStop"_s);
                    return u"EventActorIntent"_s;
                },
                [&](const EventActorStateUpdate &m) {
                    if (const auto *stopped = std::get_if<ActorStateStopped>(&m.state)) {
                        fields[u"state"_s] = tagged(
                            u"ActorStateStopped"_s,
                            QJsonObject{{u"code"_s, stopped->code == StopCode::Ok ? u"Ok"_s : u"Error"_s},
                                        {u"message"_s, orNull(stopped->message, text)}});
                    } else {
                        fields[u"state"_s] = tagged(u"ActorStateRunning"_s);
                    }
                    return u"EventActorStateUpdate"_s;
                },
                [&](const EventActorSetAlarm &m) {
                    fields[u"alarmTs"_s] = orNull(m.alarmTs, number);
                    return u"EventActorSetAlarm"_s;
                },
            },
            e.inner);
        return wrapped(e.checkpoint, tagged(tag, fields));
    }

    QJsonObject wrapped(const ActorCheckpoint &at, const QJsonObject &inner) const
    {
        if (m_version <= 3)
            return {{u"index"_s, number(at.index)}, {u"inner"_s, inner}};
        return {{u"checkpoint"_s, checkpoint(at)}, {u"inner"_s, inner}};
    }

    QJsonObject command(const CommandWrapper &c) const
    {
        QJsonObject fields;
        if (m_version <= 3)
            fields[u"actorId"_s] = c.checkpoint.actorId;
        if (m_version <= 4)
            fields[u"generation"_s] = qint64(c.checkpoint.generation);
        const auto *start = std::get_if<CommandStartActor>(&c.inner);
        if (!start) {
            return wrapped(c.checkpoint, tagged(u"CommandStopActor"_s,
                                                fields.isEmpty() ? kNull : QJsonValue(fields)));
        }
        fields[u"config"_s] = QJsonObject{{u"name"_s, start->config.name},
                                          {u"key"_s, orNull(start->config.key, text)},
                                          {u"createTs"_s, number(start->config.createTs)},
                                          {u"input"_s, orNull(start->config.input, hex)}};
        if (m_version >= 3) {
            fields[u"hibernatingRequests"_s] = list(start->hibernatingRequests, [](const HibernatingRequest &r) {
                return QJsonObject{{u"gatewayId"_s, hex(big4(r.gatewayId.value))},
                                   {u"requestId"_s, hex(big4(r.requestId.value))}};
            });
        }
        return wrapped(c.checkpoint, tagged(u"CommandStartActor"_s, fields));
    }

    static QJsonValue kvRequest(const KvRequestData &data)
    {
        return std::visit(
            Overloaded{
                [](const KvGetRequest &m) {
                    return tagged(u"KvGetRequest"_s, QJsonObject{{u"keys"_s, list(m.keys, hex)}});
                },
                [](const KvListRequest &m) {
                    const QJsonObject query = std::visit(
                        Overloaded{
                            [](const KvListAllQuery &) { return tagged(u"KvListAllQuery"_s); },
                            [](const KvListRangeQuery &q) {
                                return tagged(u"KvListRangeQuery"_s, QJsonObject{{u"start"_s, hex(q.start)},
                                                                                 {u"end"_s, hex(q.end)},
                                                                                 {u"exclusive"_s, q.exclusive}});
                            },
                            [](const KvListPrefixQuery &q) {
                                return tagged(u"KvListPrefixQuery"_s, QJsonObject{{u"key"_s, hex(q.key)}});
                            },
                        },
                        m.query);
                    return tagged(u"KvListRequest"_s,
                                  QJsonObject{{u"query"_s, query},
                                              {u"reverse"_s, orNull(m.reverse, [](bool b) { return QJsonValue(b); })},
                                              {u"limit"_s, orNull(m.limit, [](quint64 n) {
                                                   return QJsonValue(QString::number(n));
                                               })}});
                },
                [](const KvPutRequest &m) {
                    return tagged(u"KvPutRequest"_s,
                                  QJsonObject{{u"keys"_s, list(m.keys, hex)}, {u"values"_s, list(m.values, hex)}});
                },
                [](const KvDeleteRequest &m) {
                    return tagged(u"KvDeleteRequest"_s, QJsonObject{{u"keys"_s, list(m.keys, hex)}});
                },
                [](const KvDeleteRangeRequest &m) {
                    return tagged(u"KvDeleteRangeRequest"_s,
                                  QJsonObject{{u"start"_s, hex(m.start)}, {u"end"_s, hex(m.end)}});
                },
                [](const KvDropRequest &) { return tagged(u"KvDropRequest"_s); },
            },
            data);
    }

    template<typename T>
    QJsonObject kvEntries(const T &m) const
    {
        return {{u"keys"_s, list(m.keys, hex)},
                {u"values"_s, list(m.values, hex)},
                {u"metadata"_s, list(m.metadata, [&](const KvMetadata &entry) {
                     return QJsonObject{{u"version"_s, hex(entry.version)},
                                        {m_version <= 3 ? u"createTs"_s : u"updateTs"_s, number(entry.updateTs)}};
                 })}};
    }

    QJsonValue kvResponse(const KvResponseData &data) const
    {
        return std::visit(
            Overloaded{
                [](const KvErrorResponse &m) {
                    return tagged(u"KvErrorResponse"_s, QJsonObject{{u"message"_s, m.message}});
                },
                [&](const KvGetResponse &m) { return tagged(u"KvGetResponse"_s, kvEntries(m)); },
                [&](const KvListResponse &m) { return tagged(u"KvListResponse"_s, kvEntries(m)); },
                [](const KvPutResponse &) { return tagged(u"KvPutResponse"_s); },
                [](const KvDeleteResponse &) { return tagged(u"KvDeleteResponse"_s); },
                [](const KvDropResponse &) { return tagged(u"KvDropResponse"_s); },
            },
            data);
    }

    QString ackName() const { return m_version == 3 ? u"DeprecatedTunnelAck"_s : u"TunnelAck"_s; }

    template<typename T>
    static QJsonObject message(const T &m)
    {
        return {{u"data"_s, hex(m.data)}, {u"binary"_s, m.binary}};
    }
    template<typename T>
    static QJsonObject chunk(const T &m)
    {
        return {{u"body"_s, hex(m.body)}, {u"finish"_s, m.finish}};
    }
    template<typename T>
    static QJsonObject close(const T &m)
    {
        return {{u"code"_s, orNull(m.code, [](quint16 code) { return QJsonValue(int(code)); })},
                {u"reason"_s, orNull(m.reason, text)}};
    }

    QJsonValue kind(const ToServerTunnelMessageKind &data) const
    {
        return std::visit(
            Overloaded{
                [](const ToServerResponseStart &m) {
                    return tagged(u"ToServerResponseStart"_s, QJsonObject{{u"status"_s, int(m.status)},
                                                                          {u"headers"_s, headers(m.headers)},
                                                                          {u"body"_s, orNull(m.body, hex)},
                                                                          {u"stream"_s, m.stream}});
                },
                [](const ToServerResponseChunk &m) { return tagged(u"ToServerResponseChunk"_s, chunk(m)); },
                [](const ToServerResponseAbort &) { return tagged(u"ToServerResponseAbort"_s); },
                [&](const ToServerWebSocketOpen &m) {
                    if (m_version == 1)
                        return tagged(u"ToServerWebSocketOpen"_s);
                    QJsonObject object{{u"canHibernate"_s, m.canHibernate}};
                    if (m_version == 2)
                        object[u"lastMsgIndex"_s] = orNull(m.lastMsgIndex, number);
                    return tagged(u"ToServerWebSocketOpen"_s, object);
                },
                [](const ToServerWebSocketMessage &m) { return tagged(u"ToServerWebSocketMessage"_s, message(m)); },
                [](const ToServerWebSocketMessageAck &m) {
                    return tagged(u"ToServerWebSocketMessageAck"_s, QJsonObject{{u"index"_s, int(m.index)}});
                },
                [&](const ToServerWebSocketClose &m) {
                    QJsonObject object = close(m);
                    if (m_version >= 2)
                        object[m_version == 2 ? u"retry"_s : u"hibernate"_s] = m.hibernate;
                    return tagged(u"ToServerWebSocketClose"_s, object);
                },
                [&](const DeprecatedTunnelAck &) { return tagged(ackName()); },
            },
            data);
    }

    QJsonValue kind(const ToClientTunnelMessageKind &data, const MessageId &id) const
    {
        return std::visit(
            Overloaded{
                [](const ToClientRequestStart &m) {
                    return tagged(u"ToClientRequestStart"_s, QJsonObject{{u"actorId"_s, m.actorId},
                                                                         {u"method"_s, utf8(m.method)},
                                                                         {u"path"_s, utf8(m.path)},
                                                                         {u"headers"_s, headers(m.headers)},
                                                                         {u"body"_s, orNull(m.body, hex)},
                                                                         {u"stream"_s, m.stream}});
                },
                [](const ToClientRequestChunk &m) { return tagged(u"ToClientRequestChunk"_s, chunk(m)); },
                [](const ToClientRequestAbort &) { return tagged(u"ToClientRequestAbort"_s); },
                [](const ToClientWebSocketOpen &m) {
                    return tagged(u"ToClientWebSocketOpen"_s, QJsonObject{{u"actorId"_s, m.actorId},
                                                                          {u"path"_s, utf8(m.path)},
                                                                          {u"headers"_s, headers(m.headers)}});
                },
                [&](const ToClientWebSocketMessage &m) {
                    QJsonObject object = message(m);
                    if (m_version == 2)
                        object[u"index"_s] = int(id.messageIndex);
                    return tagged(u"ToClientWebSocketMessage"_s, object);
                },
                [](const ToClientWebSocketClose &m) { return tagged(u"ToClientWebSocketClose"_s, close(m)); },
                [&](const ToClientTunnelAck &) { return tagged(ackName()); },
            },
            data);
    }

    int m_version;
};

} // namespace

QJsonValue describe(int version, const ToServer &message)
{
    return Describer(version).toServer(message);
}

QJsonValue describe(int version, const ToClient &message)
{
    return Describer(version).toClient(message);
}

} // namespace dormouse::wire::test
