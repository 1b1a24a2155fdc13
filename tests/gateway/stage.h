// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runner/actorhandler.h"

#include <map>
#include <memory>

namespace dormouse::test {

/// The actors of a LibraryHost: what lives at the moment, and what they have been given.
struct Stage
{
    std::map<QString, ActorContext *> living;
    int starts = 0;
    int messages = 0;
    int requests = 0;
    int opens = 0;
    int restored = 0;
    int closed = 0;

    inline std::function<std::unique_ptr<ActorHandler>(const QString &)> factory();
};

/// Accepts every socket as hibernatable and echoes; answers every request with 200 and its path.
class EchoActor : public ActorHandler
{
public:
    explicit EchoActor(Stage &stage) : m_stage(stage) {}
    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        ++m_stage.starts;
        m_stage.living[context.actorId()] = &context;
        done({});
    }
    void stop(ActorContext &context, std::function<void()> done) override
    {
        m_stage.living.erase(context.actorId());
        done();
    }
    void httpRequest(ActorContext &, const ActorHttpRequest &request, std::shared_ptr<HttpResponder> responder) override
    {
        ++m_stage.requests;
        responder->respond(200, {}, request.path);
    }
    SocketDecision webSocketOpen(ActorContext &, RunnerSocket &) override
    {
        ++m_stage.opens;
        return SocketDecision::hibernate();
    }
    bool socketRestored(ActorContext &, RunnerSocket &) override
    {
        ++m_stage.restored;
        return true;
    }
    void webSocketMessage(ActorContext &, RunnerSocket &socket, const QByteArray &data, bool binary) override
    {
        ++m_stage.messages;
        socket.send(data, binary);
    }
    void webSocketClosed(ActorContext &, RunnerSocket &, quint16, const QString &) override { ++m_stage.closed; }

protected:
    Stage &m_stage;
};

inline std::function<std::unique_ptr<ActorHandler>(const QString &)> Stage::factory()
{
    return [this](const QString &) { return std::make_unique<EchoActor>(*this); };
}

} // namespace dormouse::test
