// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the author of an actor sees of the runner library. Everything here lives on the thread of the Runner.

#include "engine/base/ids.h"
#include "engine/base/closecode.h"
#include "engine/base/result.h"
#include "engine/base/timerwheel.h"
#include "engine/wire/protocol.h"

#include <functional>
#include <memory>
#include <vector>

namespace dormouse {

class Clock;
class Random;

struct RunnerKvEntry
{
    QByteArray key;
    QByteArray value;
};
using RunnerKvResult = Result<std::vector<RunnerKvEntry>>;

struct ActorHttpRequest
{
    QByteArray method;
    QByteArray path; ///< with query, starts with '/'
    wire::HeaderMap headers;
    QByteArray body; ///< complete; empty in httpStream()
};

/// Takes the body of one request that the engine sends in pieces (its setting http_request_streaming). Freed after its last
/// call, when the request has been answered, or with the actor.
class HttpBodyReader
{
public:
    virtual ~HttpBodyReader() = default;
    /// In order. last: the body is complete with this piece, which may be empty.
    virtual void bodyPiece(const QByteArray &data, bool last) = 0;
    /// No further piece comes: the client left, or its body broke a limit. The responder is dead.
    virtual void bodyLost() {}
};

/// Answers one HTTP request. May be kept and used later; every call is ignored once the answer is complete, the
/// client went away or the actor has stopped.
class HttpResponder
{
public:
    virtual ~HttpResponder() = default;
    virtual bool alive() const = 0;
    virtual void respond(int status, const wire::HeaderMap &headers, const QByteArray &body) = 0;
    /// Streamed answer. Header names must be lower case and unique.
    virtual void begin(int status, const wire::HeaderMap &headers) = 0;
    virtual void write(const QByteArray &data) = 0;
    virtual void finish() = 0;
    virtual void abort() = 0;
};

/// One client WebSocket of an actor. Valid until webSocketClosed() has returned, or the actor has stopped; a
/// hibernatable one comes back as a new object in socketRestored().
class RunnerSocket
{
public:
    virtual ~RunnerSocket() = default;
    virtual GatewayId gatewayId() const = 0;
    virtual RequestId requestId() const = 0;
    virtual QByteArray path() const = 0;
    virtual const wire::HeaderMap &headers() const = 0; ///< empty after a restore
    virtual bool hibernatable() const = 0;
    virtual bool isOpen() const = 0;
    /// Returns false when the socket is closed or the message is larger than 20 MiB.
    virtual bool send(const QByteArray &data, bool binary) = 0;
    /// webSocketClosed() is not called for a close by the actor itself.
    virtual void close(std::optional<quint16> code = {}, const QString &reason = {}) = 0;
    /// Bytes of the actor that survive hibernation together with the socket (keep them small).
    virtual QByteArray attachment() const = 0;
    virtual void setAttachment(const QByteArray &data) = 0;
};

/// One life of an actor, from start to stop.
class ActorContext
{
public:
    virtual ~ActorContext() = default;
    virtual const QString &actorId() const = 0;
    virtual quint32 generation() const = 0;
    virtual const wire::ActorConfig &config() const = 0;

    /// Asks the engine to put the actor to sleep; stop() of the handler follows. Once per life.
    virtual void sleep() = 0;
    /// Asks the engine to stop the actor; its crash policy decides what happens then.
    virtual void stop() = 0;
    /// Like stop(), and the actor does not come back.
    virtual void destroy() = 0;
    /// Wall clock, ms. alarm() of the handler is called then, also when the actor has to be woken for it.
    virtual void setAlarm(std::optional<qint64> alarmTs) = 0;
    /// The alarm that has not rung yet, also one of an earlier life. In start() it may be overdue: it rings next.
    virtual std::optional<qint64> alarmTs() const = 0;

    /// Keys that begin with kReservedKeyPrefix belong to the runner: put and delete refuse them, lists hide them.
    /// Errors: actor.kv with the text of the engine; runner.kv_timeout after 30 s without a connection;
    /// runner.shut_down.
    virtual void kvGet(const std::vector<QByteArray> &keys, std::function<void(RunnerKvResult)> done) = 0;
    virtual void kvList(const wire::KvListRequest &query, std::function<void(RunnerKvResult)> done) = 0;
    virtual void kvPut(const std::vector<RunnerKvEntry> &entries, std::function<void(Status)> done) = 0;
    virtual void kvDelete(const std::vector<QByteArray> &keys, std::function<void(Status)> done) = 0;

    virtual std::vector<RunnerSocket *> sockets() const = 0;

    virtual Clock &clock() const = 0;
    virtual Random &random() const = 0;
    /// Timer that ends with this life of the actor.
    virtual TimerId after(qint64 delayMs, std::function<void()> callback) = 0;
    virtual void cancel(TimerId id) = 0;
};

/// Sorts behind every usual key, so that lists with a limit do not meet these entries first.
inline const QByteArray kReservedKeyPrefix = QByteArrayLiteral("\xff\xff""dormouse/");

struct SocketDecision
{
    enum class Kind { Accept, Hibernate, Refuse } kind = Kind::Accept;
    quint16 code = closeNumber(CloseCode::InternalError);
    QString reason = QStringLiteral("Server Error");

    static SocketDecision accept() { return {}; }
    static SocketDecision hibernate() { return {Kind::Hibernate, closeNumber(CloseCode::InternalError), {}}; }
    static SocketDecision refuse(quint16 code, const QString &reason) { return {Kind::Refuse, code, reason}; }
};

/// Behaviour of one actor; one object per life. Between start() and its done callback, and after stop(), nothing but
/// the callbacks of the actor's own requests arrives.
class ActorHandler
{
public:
    virtual ~ActorHandler() = default;
    /// done: nullopt = started; a text = failed, the actor ends as crashed.
    virtual void start(ActorContext &context, std::function<void(std::optional<QString> error)> done)
    {
        Q_UNUSED(context);
        done({});
    }
    virtual void stop(ActorContext &context, std::function<void()> done)
    {
        Q_UNUSED(context);
        done();
    }
    virtual void httpRequest(ActorContext &context, const ActorHttpRequest &request,
                             std::shared_ptr<HttpResponder> responder)
    {
        Q_UNUSED(context);
        Q_UNUSED(request);
        responder->respond(404, {{"content-type", "text/plain"}}, "not found");
    }
    /// The head of a request whose body comes in pieces. A reader is given each piece as it comes, and the answer may be
    /// complete before the body is. Null: httpRequest() is called when all of it is there.
    virtual std::shared_ptr<HttpBodyReader> httpStream(ActorContext &context, const ActorHttpRequest &request,
                                                       const std::shared_ptr<HttpResponder> &responder)
    {
        Q_UNUSED(context);
        Q_UNUSED(request);
        Q_UNUSED(responder);
        return nullptr;
    }
    virtual SocketDecision webSocketOpen(ActorContext &context, RunnerSocket &socket)
    {
        Q_UNUSED(context);
        Q_UNUSED(socket);
        return SocketDecision::refuse(closeNumber(CloseCode::InternalError), QStringLiteral("Server Error"));
    }
    /// The answer to a decision other than Refuse has been sent: now the actor may send.
    virtual void webSocketOpened(ActorContext &context, RunnerSocket &socket)
    {
        Q_UNUSED(context);
        Q_UNUSED(socket);
    }
    /// After start(), for every socket that hibernated. False = cannot be restored (1011 ws.restore_error).
    virtual bool socketRestored(ActorContext &context, RunnerSocket &socket)
    {
        Q_UNUSED(context);
        Q_UNUSED(socket);
        return true;
    }
    virtual void webSocketMessage(ActorContext &context, RunnerSocket &socket, const QByteArray &data, bool binary)
    {
        Q_UNUSED(context);
        Q_UNUSED(socket);
        Q_UNUSED(data);
        Q_UNUSED(binary);
    }
    /// Code 1000 when the engine named none.
    virtual void webSocketClosed(ActorContext &context, RunnerSocket &socket, quint16 code, const QString &reason)
    {
        Q_UNUSED(context);
        Q_UNUSED(socket);
        Q_UNUSED(code);
        Q_UNUSED(reason);
    }
    virtual void alarm(ActorContext &context) { Q_UNUSED(context); }
};

} // namespace dormouse
