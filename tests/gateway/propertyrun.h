// SPDX-License-Identifier: Apache-2.0
#pragma once

// One random schedule over the gateway: actors on two runners that follow the rules of the SDKs, clients, links that
// break with messages under way, deaths, crashes and a store that lags or refuses. Everything comes from one seed.

#include "tests/gateway/gatewayfakes.h"

#include <QStringList>

namespace dormouse::test {

/// What happened over all runs: shows that the rules were really put to the test.
struct PropertyCoverage
{
    quint64 hibernatable = 0, survived = 0, complete = 0; ///< sockets; still open at the end; all messages arrived
    quint64 duplicates = 0, delivered = 0, cuts = 0, lost = 0, crashes = 0, sleeps = 0, deaths = 0, destroys = 0;
    quint64 posts = 0, postsExecuted = 0, answers = 0, storeFailures = 0, closesDelivered = 0, plainComplete = 0;
    quint64 uploads = 0, uploadsArrived = 0; ///< bodies that came in parts; that reached an actor in chunks, all of them
};

class PropertyRun
{
public:
    /// verbose: the log names every message, too.
    PropertyRun(quint64 seed, PropertyCoverage &coverage, bool verbose = false);
    /// Empty = every rule held.
    QString play();
    /// What was done, for a seed that failed.
    const QStringList &log() const { return m_log; }

private:
    static constexpr int kActors = 2;
    static constexpr int kMaxSockets = 5;
    static constexpr int kMaxRequests = 6;
    static constexpr int kSteps = 110;

    /// A client WebSocket as its client and its actor see it. Message n of the client has the payload "client:n" and,
    /// counted from zero, must travel under index n + 1.
    struct Socket
    {
        QString actorId;
        bool wantsHibernate = false;
        std::shared_ptr<FakeClient> client;
        int sent = 0;
        bool closing = false; ///< the client has closed
        int promised = 0;     ///< messages that must arrive before its close
        bool collected = false; ///< given up while there were faults
        std::optional<quint32> carrier; ///< request id that brought the first message
        quint16 delivered = 0;  ///< highest index the current life of the actor knows
    };
    struct Request
    {
        std::shared_ptr<FakeExchange> exchange;
        bool isPost = false;
        int executed = 0;
        QByteArray body; ///< that the client sends while the request runs
        qsizetype given = 0;
    };
    struct ActorSocket
    {
        int client = 0;
        bool accepted = false;
        bool hibernatable = false;
        quint16 index = 0;
    };
    struct Upload
    {
        std::size_t request = 0;
        QByteArray body;
    };
    /// One life of an actor inside a runner.
    struct Life
    {
        QString runnerId;
        quint32 generation = 0;
        std::map<quint32, ActorSocket> sockets;
        std::set<quint32> requests;
        std::map<quint32, Upload> uploads; ///< requests whose body has not come completely
    };
    struct StoredSocket
    {
        int client = 0;
        quint16 index = 0;
    };
    struct Start { QString actorId; quint32 generation; std::vector<wire::HibernatingRequest> listed; };
    struct Stop { QString actorId; quint32 generation; };
    struct Ready { QString actorId; quint32 generation; };
    struct Stopped { QString actorId; quint32 generation; };
    using Down = std::variant<wire::ToClientTunnelMessage, Start, Stop>;
    using Up = std::variant<wire::ToServerTunnelMessage, Ready, Stopped>;
    /// The scheduler repeats commands and the SDK repeats events; tunnel messages under way are lost with the link.
    struct Runner
    {
        std::deque<Down> toRunner;
        std::deque<Up> toEngine;
        qint64 trustedFrom = 0; ///< mono ms: from then on a pong speaks for what was written
    };

    void act();
    void actorAction();
    void faultAction();
    void clientAction();
    QString anyActor() { return QStringLiteral("a%1").arg(m_random.below(kActors)); }
    QString anyRunner() { return m_random.below(2) == 0 ? QStringLiteral("r1") : QStringLiteral("r2"); }
    ActorRow &row(const QString &actorId) { return m_world.directory.actors[actorId]; }
    bool up(const QString &runnerId) const { return m_world.directory.up.contains(runnerId); }
    void noteMessage(const char *way, const QString &runnerId, quint32 id, int index, std::size_t kind);
    void note(const QString &text) { m_log.append(QString::number(m_world.clock.mono) + QStringLiteral("  ") + text); }
    void fail(const QString &text);

    void sent(const SentMessage &message);
    void deliverDown(const QString &runnerId, int count);
    void deliverUp(const QString &runnerId, int count);
    void take(const QString &runnerId, const wire::ToClientTunnelMessage &message);
    void takeStart(const QString &runnerId, const Start &start);
    void takeStop(const QString &runnerId, const Stop &stop);
    void takeOpen(const QString &runnerId, const wire::ToClientTunnelMessage &message);
    void takeData(ActorSocket &socket, quint32 id, const wire::ToClientTunnelMessage &message);
    void takeClose(Life &life, const QString &actorId, quint32 id, const wire::ToClientWebSocketClose &close);
    void takeChunk(Life &life, quint32 id, const wire::ToClientRequestChunk &chunk);
    void takeRequest(const QString &runnerId, quint32 id, const wire::ToClientRequestStart &start);
    void reply(const QString &runnerId, quint32 id, wire::ToServerTunnelMessageKind kind);
    void accept(const QString &actorId, Life &life);
    void persist(const QString &actorId, Life &life, bool acknowledge);
    void answer(const QString &actorId, Life &life);
    Life *lifeOf(const QString &actorId);

    void schedule(const QString &actorId);
    void stop(const QString &actorId, bool destroy);
    void crash(const QString &actorId);
    void settleStopped(const QString &actorId);
    void cut(const QString &runnerId);
    void restore(const QString &runnerId);
    void die(const QString &runnerId);
    void setCongested(bool congested);
    void openSocket();
    void openRequest();
    void giveBody(Request &request);
    void balance();

    void heal();
    void healLinks();
    void healOnce();
    bool isComplete() const;
    void finish();

    PropertyCoverage &m_coverage;
    Random m_random;
    World m_world;
    std::map<QString, Runner> m_runners;
    std::map<QString, Life> m_lives;
    std::map<QString, std::map<quint32, StoredSocket>> m_stored; ///< what an actor saved about its sockets
    std::vector<Socket> m_sockets;
    std::vector<Request> m_requests;
    std::map<quint32, QString> m_bound; ///< request id to actor, as the runner remembers it
    std::set<quint32> m_started;        ///< request ids that were opened or begun
    bool m_healing = false;
    const bool m_verbose;
    QString m_failure;
    QStringList m_log;
};

} // namespace dormouse::test
