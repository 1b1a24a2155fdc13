// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/commands.h"

#include "engine/core/core.h"
#include "engine/embedded/actorcall.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr int kPendingSearched = 65'536;
constexpr int kPreviewBytes = 256;
constexpr int kKvListLimit = 1'000;

Error argumentError(const QString &name, const QString &reason)
{
    return Error::make("monitor", "bad_argument", name + u": "_s + reason);
}

std::function<void(Status)> statusTo(Commands::Done done)
{
    return [done = std::move(done)](const Status &status) {
        if (status)
            done(QJsonObject());
        else
            done(status.error());
    };
}

} // namespace

void Commands::createActor(Core &core, const QJsonObject &arguments, const Done &done)
{
    const QString namespaceName = arguments.value("namespace"_L1).toString(u"default"_s);
    const NamespaceRow *row = core.scheduler().namespaceByName(namespaceName);
    if (!row)
        return done(Error::make("namespace", "not_found", u"There is no namespace \"%1\"."_s.arg(namespaceName)));
    CreateActor request;
    request.namespaceId = row->namespaceId;
    request.name = arguments.value("name"_L1).toString();
    request.pool = arguments.value("pool"_L1).toString();
    if (request.name.isEmpty())
        return done(argumentError(u"name"_s, u"missing"_s));
    if (request.pool.isEmpty())
        return done(argumentError(u"pool"_s, u"missing"_s));
    const QString policy = arguments.value("crash_policy"_L1).toString(u"sleep"_s);
    if (policy == "restart"_L1)
        request.crashPolicy = CrashPolicy::Restart;
    else if (policy == "destroy"_L1)
        request.crashPolicy = CrashPolicy::Destroy;
    else if (policy != "sleep"_L1)
        return done(argumentError(u"crash_policy"_s, u"must be restart, sleep or destroy"_s));
    if (arguments.contains("key"_L1) && !arguments.value("key"_L1).toString().isEmpty())
        request.key = arguments.value("key"_L1).toString();
    if (arguments.contains("input_base64"_L1) && !arguments.value("input_base64"_L1).toString().isEmpty())
        request.input = arguments.value("input_base64"_L1).toString();
    core.scheduler().createActor(request, [done](const Result<ActorRow> &actor) {
        if (!actor)
            return done(actor.error());
        done(QJsonObject{{u"actor_id"_s, actor->actorId}});
    });
}

void Commands::kvList(Core &core, const QJsonObject &arguments, const Done &done)
{
    const int limit = std::clamp(arguments.value("limit"_L1).toInt(100), 1, kKvListLimit);
    core.scheduler().kvList(arguments.value("actor_id"_L1).toString(), limit, [done](const KvResult &result) {
        if (!result)
            return done(result.error());
        QJsonArray entries;
        for (const KvEntry &entry : *result) {
            entries.append(QJsonObject{{u"key_base64"_s, QString::fromLatin1(entry.key.toBase64())},
                                       {u"value_base64"_s, QString::fromLatin1(entry.value.toBase64())},
                                       {u"update_ts"_s, entry.updateTs}});
        }
        done(QJsonObject{{u"entries"_s, entries}});
    });
}

void Commands::preview(Core &core, const QJsonObject &arguments, const Done &done)
{
    const QString id = arguments.value("connection_id"_L1).toString();
    const int index = arguments.value("index"_L1).toInt(-1);
    for (const monitor::PendingMessageInfo &message : core.gateway().pendingMessages(id, kPendingSearched, true)) {
        if (message.index != index)
            continue;
        const QString text = QString::fromLatin1(message.preview.left(kPreviewBytes).toBase64());
        return done(QJsonObject{{u"preview_base64"_s, text}});
    }
    done(Error::make("monitor", "not_found", u"Message %1 of %2 is not pending any more."_s.arg(index).arg(id)));
}

void Commands::wireFrames(Core &core, const QJsonObject &arguments, const Done &done)
{
    const QString runnerId = arguments.value("runner_id"_L1).toString();
    if (!core.scheduler().runner(runnerId))
        return done(Error::make("monitor", "not_found", u"There is no runner %1."_s.arg(runnerId)));
    quint64 lost = 0;
    QJsonArray frames;
    for (const WireFrame &frame : core.scheduler().wireFrames(runnerId, quint64(arguments.value("after"_L1).toInteger()), &lost)) {
        frames.append(QJsonObject{{u"seq"_s, qint64(frame.seq)}, {u"ts"_s, frame.ts}, {u"to_runner"_s, frame.toRunner},
                                  {u"version"_s, frame.version}, {u"size"_s, frame.size},
                                  {u"bytes_base64"_s, QString::fromLatin1(frame.bytes.toBase64())}});
    }
    done(QJsonObject{{u"frames"_s, frames}, {u"lost"_s, qint64(lost)}});
}

void Commands::closeConnection(Core &core, const QJsonObject &arguments, const Done &done)
{
    const QString id = arguments.value("connection_id"_L1).toString();
    const int code = arguments.value("code"_L1).toInt(1000);
    const bool valid = (code >= 3000 && code <= 4999)
        || (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006);
    if (!valid)
        return done(argumentError(u"code"_s, u"%1 cannot be sent in a close frame"_s.arg(code)));
    if (!core.gateway().closeConnection(id, quint16(code), arguments.value("reason"_L1).toString().toUtf8()))
        return done(Error::make("monitor", "not_found", u"There is no open connection %1."_s.arg(id)));
    done(QJsonObject());
}

/// A socket hibernates exactly while its actor is not running, so this is about the actor; the other sockets of the actor
/// go along.
void Commands::hibernate(Core &core, const QString &connectionId, bool asleep, const Done &done)
{
    const auto connection = core.gateway().describeConnection(connectionId);
    if (!connection)
        return done(Error::make("monitor", "not_found", u"There is no open connection %1."_s.arg(connectionId)));
    if (!connection->hibernatable)
        return done(Error::make("monitor", "cannot_hibernate", u"Connection %1 cannot hibernate."_s.arg(connectionId)));
    if (asleep)
        return core.scheduler().sleepActor(connection->actorId, statusTo(done));
    core.scheduler().wakeActor(connection->actorId, {});
    done(QJsonObject());
}

void Commands::sendMessage(Core &core, const QJsonObject &arguments, const Done &done)
{
    const QString id = arguments.value("connection_id"_L1).toString();
    const auto payload = QByteArray::fromBase64Encoding(arguments.value("payload_base64"_L1).toString().toLatin1(),
                                                        QByteArray::AbortOnBase64DecodingErrors);
    if (payload.decodingStatus != QByteArray::Base64DecodingStatus::Ok)
        return done(argumentError(u"payload_base64"_s, u"not base64"_s));
    if (payload.decoded.size() > core.context().config.websocketMaxMessageSize)
        return done(argumentError(u"payload_base64"_s, u"more than %1 bytes"_s.arg(core.context().config.websocketMaxMessageSize)));
    if (!core.gateway().describeConnection(id))
        return done(Error::make("monitor", "not_found", u"There is no open connection %1."_s.arg(id)));
    if (!core.gateway().sendToClient(id, payload.decoded, arguments.value("binary"_L1).toBool()))
        return done(Error::make("monitor", "cannot_send", u"No client listens on connection %1 now."_s.arg(id)));
    done(QJsonObject());
}

void Commands::changeSetting(const QJsonObject &arguments, const Done &done)
{
    const QString section = arguments.value("section"_L1).toString();
    const QString key = arguments.value("key"_L1).toString();
    if (key.isEmpty())
        return done(argumentError(u"key"_s, u"missing"_s));
    if (section == "auth"_L1)
        return done(argumentError(u"section"_s, u"secrets are changed in the configuration file only"_s));
    if (!arguments.value("value"_L1).isString())
        return done(argumentError(u"value"_s, u"must be a text"_s));
    if (!m_changeSetting)
        return done(Error::make("monitor", "unknown_command", u"This engine cannot change settings while it runs."_s));
    statusTo(done)(m_changeSetting(section, key, arguments.value("value"_L1).toString()));
}

void Commands::report(const QString &name, const QJsonObject &arguments)
{
    monitor::Event event;
    event.kind = monitor::EventKind::Command;
    event.actorId = arguments.value("actor_id"_L1).toString();
    event.runnerId = arguments.value("runner_id"_L1).toString();
    event.connectionId = arguments.value("connection_id"_L1).toString();
    event.text = name;
    if (name == "set_setting"_L1) {
        event.text += u' ' + arguments.value("section"_L1).toString() + u'.' + arguments.value("key"_L1).toString() + u" = "_s
            + arguments.value("value"_L1).toString().left(100);
    }
    if (name == "call_action"_L1)
        event.text += u' ' + arguments.value("action"_L1).toString().left(100);
    m_sink.event(std::move(event));
}

void Commands::ofActor(Core &core, const QString &name, const QString &actorId, const QJsonObject &arguments, const Done &done)
{
    Scheduler &scheduler = core.scheduler();
    if (!scheduler.actor(actorId))
        return done(Error::make("actor", "not_found", u"There is no actor %1."_s.arg(actorId)));
    if (name == "sleep_actor"_L1)
        return scheduler.sleepActor(actorId, statusTo(done));
    if (name == "reschedule_actor"_L1)
        return scheduler.rescheduleActor(actorId, statusTo(done));
    if (name == "destroy_actor"_L1)
        return scheduler.destroyActor(actorId, {}, statusTo(done));
    if (name == "kv_list"_L1)
        return kvList(core, arguments, done);
    if (name == "call_action"_L1) {
        if (!arguments.value("args"_L1).isArray())
            return done(argumentError(u"args"_s, u"must be a list"_s));
        return ActorCall::run(core, actorId, arguments.value("action"_L1).toString(), arguments.value("args"_L1).toArray(),
                              arguments.value("conn_params"_L1), done);
    }
    scheduler.wakeActor(actorId, {});
    done(QJsonObject());
}

void Commands::run(Core &core, const QString &name, const QJsonObject &arguments, const Done &done)
{
    static const QStringList actorCommands{u"sleep_actor"_s, u"wake_actor"_s, u"reschedule_actor"_s, u"destroy_actor"_s, u"kv_list"_s, u"call_action"_s};
    static const QStringList looksOnly{u"kv_list"_s, u"pending_preview"_s, u"wire_frames"_s};
    if (!looksOnly.contains(name))
        report(name, arguments);
    if (actorCommands.contains(name))
        return ofActor(core, name, arguments.value("actor_id"_L1).toString(), arguments, done);
    if (name == "create_actor"_L1)
        return createActor(core, arguments, done);
    if (name == "close_connection"_L1)
        return closeConnection(core, arguments, done);
    if (name == "send_message"_L1)
        return sendMessage(core, arguments, done);
    if (name == "drop_link"_L1) {
        const QString runnerId = arguments.value("runner_id"_L1).toString();
        if (!core.scheduler().dropLink(runnerId))
            return done(Error::make("monitor", "not_found", u"Runner %1 has no link."_s.arg(runnerId)));
        return done(QJsonObject());
    }
    if (name == "wire_frames"_L1)
        return wireFrames(core, arguments, done);
    if (name == "pending_preview"_L1)
        return preview(core, arguments, done);
    if (name == "set_setting"_L1)
        return changeSetting(arguments, done);
    if (name == "hibernate_connection"_L1 || name == "restore_connection"_L1)
        return hibernate(core, arguments.value("connection_id"_L1).toString(), name == "hibernate_connection"_L1, done);
    if (name == "evict_runner"_L1) {
        const QString runnerId = arguments.value("runner_id"_L1).toString();
        // A drain that has no time left.
        return core.scheduler().drainRunner(runnerId, [&core, runnerId, done](const Status &status) {
            if (!status)
                return done(status.error());
            core.scheduler().closePoolRunner(runnerId);
            done(QJsonObject());
        });
    }
    if (name == "drain_runner"_L1) {
        const QString runnerId = arguments.value("runner_id"_L1).toString();
        if (!core.scheduler().runner(runnerId))
            return done(Error::make("monitor", "not_found", u"There is no runner %1."_s.arg(runnerId)));
        return core.scheduler().drainRunner(runnerId, statusTo(done));
    }
    done(Error::make("monitor", "unknown_command", u"There is no command \"%1\"."_s.arg(name)));
}

} // namespace dormouse
