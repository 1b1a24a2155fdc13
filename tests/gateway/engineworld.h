// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole engine core on virtual time: router, gateway and scheduler are the real ones, clients and runners are
// simulated connections. Runners come in two kinds: ScriptedHost does what a test tells it, LibraryHost is the C++
// runner library.

#include "engine/core/core.h"
#include "engine/runner/runner.h"
#include "engine/store/memorystore.h"
#include "tests/gateway/gatewayfakes.h"
#include "tests/support/simulatedchannel.h"

#include <map>
#include <memory>
#include <vector>

namespace dormouse::test {

class EngineWorld;

/// What a WebSocket client sees and does.
class SocketClient final : public ChannelListener
{
public:
    void send(const QByteArray &payload, bool binary = true) { channel->send(payload, binary); }
    void close(std::optional<quint16> code, const QByteArray &reason = {}) { channel->close(code, reason); }
    void drop() { channel->abort(); }
    void channelMessage(Channel &, const QByteArray &payload, bool) override
    {
        ++count;
        if (keep)
            received.push_back(payload);
        if (onMessage)
            onMessage(payload);
    }
    void channelClosed(Channel &, const ChannelClose &close) override
    {
        ++ends;
        closeCode = close.code;
        closeReason = close.reason;
        clean = close.clean;
    }
    bool isOpen() const { return ends == 0; }
    /// Close reason without the ray id.
    QByteArray code() const { return closeReason.left(closeReason.indexOf('#')); }

    bool keep = true; ///< received is filled
    int count = 0;
    int ends = 0;
    bool clean = false;
    std::vector<QByteArray> received;
    std::function<void(const QByteArray &)> onMessage;
    std::optional<quint16> closeCode;
    QByteArray closeReason;
    QByteArray protocol;
    std::unique_ptr<SimulatedChannel> channel;
    std::shared_ptr<SimulatedLink> link;
};

/// A runner process that follows a script. By default it behaves: starts and stops what it is told to, answers pings,
/// accepts sockets as hibernatable and acknowledges nothing.
class ScriptedHost final : public ChannelListener
{
public:
    enum class Opens { Hibernatable, Plain, Refuse, Silent };
    ScriptedHost(EngineWorld &world, QByteArray key, quint32 slots);
    void connect();
    /// The process is gone: nothing is answered any more, the connection breaks.
    void kill();
    void send(const wire::ToServer &message);
    /// Event of the newest life of the actor.
    void event(const QString &actorId, const wire::Event &event);
    void running(const QString &actorId) { event(actorId, wire::EventActorStateUpdate{wire::ActorStateRunning{}}); }
    void stopped(const QString &actorId, wire::StopCode code = wire::StopCode::Ok)
    {
        event(actorId, wire::EventActorStateUpdate{wire::ActorStateStopped{code, {}}});
    }
    void sleep(const QString &actorId) { event(actorId, wire::EventActorIntent{wire::ActorIntent::Sleep}); }
    void tunnel(const wire::MessageId &id, wire::ToServerTunnelMessageKind kind);
    void tunnel(RequestId requestId, wire::ToServerTunnelMessageKind kind);

    void channelMessage(Channel &, const QByteArray &payload, bool) override;
    void channelClosed(Channel &, const ChannelClose &close) override;

    template<typename Kind>
    std::vector<RequestId> requestsOf() const
    {
        std::vector<RequestId> result;
        for (const wire::ToClientTunnelMessage &message : tunnels) {
            if (std::holds_alternative<Kind>(message.kind))
                result.push_back(message.messageId.requestId);
        }
        return result;
    }
    template<typename Kind>
    std::optional<Kind> last() const
    {
        for (auto message = tunnels.rbegin(); message != tunnels.rend(); ++message) {
            if (const Kind *kind = std::get_if<Kind>(&message->kind))
                return *kind;
        }
        return {};
    }
    int starts(const QString &actorId) const;
    /// Sockets that the newest start command of the actor named.
    std::vector<wire::HibernatingRequest> listed(const QString &actorId) const;
    /// Index and payload of data messages from position from of tunnels on.
    std::vector<std::pair<quint16, QByteArray>> data(std::size_t from = 0) const;
    std::vector<std::pair<quint16, QByteArray>> dataOf(RequestId requestId, std::size_t from = 0) const;
    std::size_t mark() const { return tunnels.size(); }

    Opens opens = Opens::Hibernatable;
    bool startsActors = true; ///< reports running
    bool stopsActors = true;  ///< reports stopped
    bool answersPings = true;
    bool acknowledges = false;
    bool echoes = false;
    bool answers = true; ///< every request with 200 and its path
    std::function<void(const wire::ToClient &)> onMessage; ///< before the script's own reaction

    QString runnerId;
    std::vector<wire::CommandWrapper> commands;
    std::vector<wire::ToClientTunnelMessage> tunnels;
    std::vector<std::size_t> kinds; ///< index in wire::ToClient of every message of the newest connection, in order
    QByteArray closeReason;
    int closes = 0;
    std::shared_ptr<SimulatedLink> link;

private:
    void command(const wire::CommandWrapper &command);
    struct Life
    {
        quint32 generation = 0;
        qint64 nextIndex = 0;
    };
    EngineWorld &m_world;
    const QByteArray m_key;
    const quint32 m_slots;
    std::map<QString, Life> m_lives;
    std::vector<std::unique_ptr<SimulatedChannel>> m_sockets;
    std::optional<GatewayId> m_gatewayId;
};

/// The C++ runner library as a runner process.
class LibraryHost
{
public:
    LibraryHost(EngineWorld &world, const QString &key, quint32 slots, ActorFactory actors, RunnerOptions options = {});
    Runner &runner() { return *m_runner; }
    /// Ends without a word, as a killed process.
    void kill();

    std::shared_ptr<SimulatedLink> link; ///< of the latest connection
    QStringList warnings;

private:
    EngineWorld &m_world;
    std::unique_ptr<Runner> m_runner;
};

class EngineWorld
{
public:
    explicit EngineWorld(const EngineConfig &configIn = {}, quint64 seed = 1);
    ~EngineWorld();
    Q_DISABLE_COPY_MOVE(EngineWorld)

    /// Lets everything happen that needs no more than a few milliseconds.
    void settle() { world.advance(5); }
    void advance(qint64 ms) { world.advance(ms); }

    QString namespaceId() const;
    /// metadata: of the pool's runner config.
    void configurePool(const QString &pool = QStringLiteral("p"), const QJsonObject &metadata = {});
    QString create(CrashPolicy policy = CrashPolicy::Sleep, const QString &pool = QStringLiteral("p"),
                   const QString &name = QStringLiteral("a"));
    void destroy(const QString &actorId);
    const ActorRow &row(const QString &actorId) { return *core->scheduler().actor(actorId); }
    ActorState state(const QString &actorId) { return row(actorId).state; }

    std::shared_ptr<SocketClient> connect(const QString &actorId, const QByteArray &path = "ws", HeaderList headers = {});
    /// target: relative to the actor when it has no slash at its start.
    std::shared_ptr<FakeExchange> http(const QString &actorId, const QByteArray &method, const QByteArray &target = "x",
                                       const QByteArray &body = {}, const HeaderList &headers = {});
    static HttpHead head(const QByteArray &method, const QByteArray &target, const HeaderList &headers);
    Gateway::Totals totals() const { return core->gateway().totals(); }
    /// Nothing of any client is left: sessions, records, buffers.
    bool isQuiet() const;

    EngineConfig config;
    VirtualWorld world;
    Random random;
    MemoryStore store;
    CollectingSink sink;
    Metrics metrics;
    std::unique_ptr<Core> core;
    std::vector<std::shared_ptr<SocketClient>> clients;
};

} // namespace dormouse::test
