// SPDX-License-Identifier: Apache-2.0
#include "engine/runner/demoactors_p.h"

#include "engine/base/clock.h"
#include "engine/base/random.h"

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

/// Accepts every client as hibernating and asks for sleep when nothing has happened for a while.
class IdleActor : public ActorHandler
{
public:
    explicit IdleActor(qint64 idleMs) : m_idleMs(idleMs) {}

    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        busy(context);
        done({});
    }
    SocketDecision webSocketOpen(ActorContext &context, RunnerSocket &) override
    {
        busy(context);
        return SocketDecision::hibernate();
    }
    void httpRequest(ActorContext &context, const ActorHttpRequest &request,
                     std::shared_ptr<HttpResponder> responder) override
    {
        busy(context);
        responder->respond(200, {{"content-type", "text/plain"}},
                           context.config().name.toUtf8() + " heard " + request.method + ' ' + request.path + '\n');
    }

protected:
    void busy(ActorContext &context)
    {
        context.cancel(m_idleTimer);
        m_idleTimer = context.after(m_idleMs + qint64(context.random().below(1'000)), [&context] { context.sleep(); });
    }
    static void broadcast(ActorContext &context, const QByteArray &text)
    {
        for (RunnerSocket *socket : context.sockets())
            socket->send(text, false);
    }

private:
    const qint64 m_idleMs;
    TimerId m_idleTimer = 0;
};

/// Counts messages; the count survives in the actor's storage.
class Counter final : public IdleActor
{
public:
    Counter() : IdleActor(6'000) {}
    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        busy(context);
        context.kvGet({"count"}, [this, done = std::move(done)](const RunnerKvResult &result) {
            if (!result)
                return done(result.error().message);
            if (!result->empty())
                m_count = result->front().value.toLongLong();
            done({});
        });
    }
    void webSocketMessage(ActorContext &context, RunnerSocket &socket, const QByteArray &, bool) override
    {
        busy(context);
        ++m_count;
        context.kvPut({{"count", QByteArray::number(m_count)}}, [](const Status &) {});
        socket.send("count " + QByteArray::number(m_count), false);
    }

private:
    qint64 m_count = 0;
};

/// Repeats every message to everybody in the room.
class ChatRoom final : public IdleActor
{
public:
    ChatRoom() : IdleActor(5'000) {}
    void webSocketOpened(ActorContext &context, RunnerSocket &) override
    {
        broadcast(context, "somebody came, now " + QByteArray::number(context.sockets().size()));
    }
    void webSocketMessage(ActorContext &context, RunnerSocket &, const QByteArray &data, bool) override
    {
        busy(context);
        broadcast(context, data);
    }
    void webSocketClosed(ActorContext &context, RunnerSocket &, quint16, const QString &) override
    {
        broadcast(context, "somebody left");
    }
};

/// Sleeps most of the time and has itself woken.
class Sleeper final : public IdleActor
{
public:
    Sleeper() : IdleActor(3'000) {}
    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        busy(context);
        if (!context.alarmTs())
            setNextAlarm(context);
        done({});
    }
    void alarm(ActorContext &context) override
    {
        busy(context);
        broadcast(context, "good morning");
        setNextAlarm(context);
    }
    void webSocketMessage(ActorContext &context, RunnerSocket &socket, const QByteArray &, bool) override
    {
        busy(context);
        socket.send("yawn", false);
    }

private:
    static void setNextAlarm(ActorContext &context)
    {
        context.setAlarm(context.clock().wallMs() + 12'000 + qint64(context.random().below(10'000)));
    }
};

/// Ticks every second while somebody is interested.
class Ticker final : public IdleActor
{
public:
    Ticker() : IdleActor(9'000) {}
    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        IdleActor::start(context, std::move(done));
        tick(context);
    }
    void webSocketMessage(ActorContext &context, RunnerSocket &, const QByteArray &, bool) override { busy(context); }

private:
    void tick(ActorContext &context)
    {
        context.after(1'000, [this, &context] {
            broadcast(context, "tick " + QByteArray::number(++m_ticks));
            tick(context);
        });
    }
    int m_ticks = 0;
};

} // namespace

std::unique_ptr<ActorHandler> makeDemoActor(const QString &actorName)
{
    if (actorName == "counter"_L1)
        return std::make_unique<Counter>();
    if (actorName == "chat-room"_L1)
        return std::make_unique<ChatRoom>();
    if (actorName == "sleeper"_L1)
        return std::make_unique<Sleeper>();
    if (actorName == "ticker"_L1)
        return std::make_unique<Ticker>();
    return nullptr;
}

} // namespace dormouse
