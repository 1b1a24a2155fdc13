// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runner/actorhandler.h"
#include "tests/simulation/truth.h"

namespace dormouse::test {

class RunnerProcess;

/// Keeps one number in its store (twice, in one write) and, with every hibernatable socket, how many messages it has
/// handled.
class CountingActor final : public ActorHandler
{
public:
    inline static const QByteArray kNumberKey = "n";
    inline static const QByteArray kMirrorKey = "m"; ///< written together with the number, so always the same

    explicit CountingActor(RunnerProcess &process) : m_process(process) {}
    ~CountingActor() override { leave(); }

    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override;
    void stop(ActorContext &context, std::function<void()> done) override;
    void httpRequest(ActorContext &context, const ActorHttpRequest &request,
                     std::shared_ptr<HttpResponder> responder) override;
    std::shared_ptr<HttpBodyReader> httpStream(ActorContext &context, const ActorHttpRequest &request,
                                               const std::shared_ptr<HttpResponder> &responder) override;
    SocketDecision webSocketOpen(ActorContext &context, RunnerSocket &socket) override;
    bool socketRestored(ActorContext &context, RunnerSocket &socket) override;
    void webSocketMessage(ActorContext &context, RunnerSocket &socket, const QByteArray &data, bool binary) override;
    void alarm(ActorContext &context) override;

    ActorContext *context() const { return m_context; }
    const QString &actorId() const { return m_actorId; }
    quint32 generation() const { return m_context ? m_context->generation() : 0; }
    /// Nothing = the alarm is cleared.
    void setAlarm(std::optional<qint64> wallMs);

    /// The engine may have given this copy away without its process being able to know: it does not count as a second
    /// one, but it must end, and nothing that it does may be believed.
    void doubt();
    /// The engine says that it is the one.
    void trust();
    bool isDoubted() const { return m_context && !m_counted; }

private:
    void count();
    void uncount();
    void leave();
    void increment(std::shared_ptr<HttpResponder> responder);

    RunnerProcess &m_process;
    ActorContext *m_context = nullptr; ///< set while this life goes on
    bool m_counted = false;            ///< as a living copy
    QString m_actorId;
    qint64 m_value = 0;
    std::map<quint64, int> m_plain; ///< messages handled, by socket
};

} // namespace dormouse::test
