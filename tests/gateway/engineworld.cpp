// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/engineworld.h"

#include "engine/wire/codec.h"

namespace dormouse::test {

namespace {

constexpr int kVersion = 7;

/// Hands a simulated connection to the engine and its other end to a client.
class SimulatedUpgrade final : public UpgradeRequest
{
public:
    SimulatedUpgrade(VirtualWorld &world, HttpHead head, std::shared_ptr<SocketClient> client)
        : m_world(world), m_head(std::move(head)), m_client(std::move(client))
    {}
    const HttpHead &head() const override { return m_head; }
    std::unique_ptr<Channel> accept(const QByteArray &protocol, const HeaderList &) override
    {
        auto pair = SimulatedChannel::makePair(m_world);
        m_client->protocol = protocol;
        m_client->link = pair.link;
        m_client->channel = std::move(pair.peer);
        m_client->channel->setListener(m_client.get());
        return std::move(pair.engine);
    }
    void reject(int, const HeaderList &, const QByteArray &) override { ++m_client->ends; }

private:
    VirtualWorld &m_world;
    HttpHead m_head;
    std::shared_ptr<SocketClient> m_client; ///< shared with the test
};

} // namespace

// --- ScriptedHost -------------------------------------------------------------------------------

ScriptedHost::ScriptedHost(EngineWorld &world, QByteArray key, quint32 slots)
    : m_world(world), m_key(std::move(key)), m_slots(slots)
{
    connect();
}

void ScriptedHost::connect()
{
    auto pair = SimulatedChannel::makePair(m_world.world);
    link = pair.link;
    kinds.clear();
    m_sockets.push_back(std::move(pair.peer));
    m_sockets.back()->setListener(this);
    m_world.core->scheduler().acceptRunner(std::move(pair.engine),
                                           "protocol_version=7&namespace=default&runner_key=" + m_key,
                                           QStringLiteral("ray"));
    wire::ToServerInit init;
    init.name = QStringLiteral("p");
    init.version = 1;
    init.totalSlots = m_slots;
    send(init);
    m_world.settle();
}

void ScriptedHost::kill()
{
    m_sockets.back()->setListener(nullptr);
    link->cut();
    m_world.settle();
}

void ScriptedHost::send(const wire::ToServer &message)
{
    m_sockets.back()->send(*wire::encodeToServer(kVersion, message), true);
}

void ScriptedHost::event(const QString &actorId, const wire::Event &inner)
{
    Life &life = m_lives[actorId];
    send(wire::ToServerEvents{{{{actorId, life.generation, life.nextIndex++}, inner}}});
}

void ScriptedHost::tunnel(const wire::MessageId &id, wire::ToServerTunnelMessageKind kind)
{
    wire::ToServerTunnelMessage message;
    message.messageId = id;
    message.kind = std::move(kind);
    send(message);
}

void ScriptedHost::tunnel(RequestId requestId, wire::ToServerTunnelMessageKind kind)
{
    tunnel({m_gatewayId.value_or(GatewayId{}), requestId, 0}, std::move(kind));
}

void ScriptedHost::channelMessage(Channel &, const QByteArray &payload, bool)
{
    const Result<wire::ToClient> message = wire::decodeToClient(kVersion, payload);
    if (!message.ok())
        qFatal("the engine sent something that cannot be decoded");
    kinds.push_back(message->index());
    if (onMessage)
        onMessage(*message);
    if (const auto *init = std::get_if<wire::ToClientInit>(&*message)) {
        runnerId = init->runnerId;
    } else if (const auto *ping = std::get_if<wire::ToClientPing>(&*message)) {
        if (answersPings)
            send(wire::ToServerPong{ping->ts});
    } else if (const auto *list = std::get_if<wire::ToClientCommands>(&*message)) {
        for (const wire::CommandWrapper &one : list->commands)
            command(one);
    } else if (const auto *tunnelled = std::get_if<wire::ToClientTunnelMessage>(&*message)) {
        tunnels.push_back(*tunnelled);
        m_gatewayId = tunnelled->messageId.gatewayId;
        const RequestId request = tunnelled->messageId.requestId;
        if (std::holds_alternative<wire::ToClientWebSocketOpen>(tunnelled->kind)) {
            if (opens == Opens::Refuse)
                tunnel(request, wire::ToServerWebSocketClose{quint16(1011), QStringLiteral("Server Error"), false});
            else if (opens != Opens::Silent)
                tunnel(request, wire::ToServerWebSocketOpen{opens == Opens::Hibernatable});
        } else if (const auto *start = std::get_if<wire::ToClientRequestStart>(&tunnelled->kind)) {
            wire::ToServerResponseStart answer;
            answer.body = start->path;
            if (answers)
                tunnel(request, answer);
        } else if (const auto *data = std::get_if<wire::ToClientWebSocketMessage>(&tunnelled->kind)) {
            if (echoes)
                tunnel(request, wire::ToServerWebSocketMessage{data->data, data->binary});
            if (acknowledges)
                tunnel(request, wire::ToServerWebSocketMessageAck{tunnelled->messageId.messageIndex});
        }
    }
}

void ScriptedHost::command(const wire::CommandWrapper &wrapper)
{
    commands.push_back(wrapper);
    const QString actorId = wrapper.checkpoint.actorId;
    if (const auto *start = std::get_if<wire::CommandStartActor>(&wrapper.inner)) {
        m_lives[actorId] = {wrapper.checkpoint.generation, 0};
        if (!start->hibernatingRequests.empty())
            m_gatewayId = start->hibernatingRequests.front().gatewayId;
        if (startsActors)
            running(actorId);
    } else if (stopsActors && m_lives[actorId].generation == wrapper.checkpoint.generation) {
        stopped(actorId);
    }
}

void ScriptedHost::channelClosed(Channel &, const ChannelClose &close)
{
    ++closes;
    closeReason = close.reason;
}

int ScriptedHost::starts(const QString &actorId) const
{
    return int(std::count_if(commands.begin(), commands.end(), [&](const wire::CommandWrapper &one) {
        return one.checkpoint.actorId == actorId && std::holds_alternative<wire::CommandStartActor>(one.inner);
    }));
}

std::vector<wire::HibernatingRequest> ScriptedHost::listed(const QString &actorId) const
{
    for (auto one = commands.rbegin(); one != commands.rend(); ++one) {
        const auto *start = std::get_if<wire::CommandStartActor>(&one->inner);
        if (start != nullptr && one->checkpoint.actorId == actorId)
            return start->hibernatingRequests;
    }
    return {};
}

std::vector<std::pair<quint16, QByteArray>> ScriptedHost::data(std::size_t from) const
{
    std::vector<std::pair<quint16, QByteArray>> result;
    for (std::size_t i = from; i < tunnels.size(); ++i) {
        if (const auto *message = std::get_if<wire::ToClientWebSocketMessage>(&tunnels[i].kind))
            result.emplace_back(tunnels[i].messageId.messageIndex, message->data);
    }
    return result;
}

std::vector<std::pair<quint16, QByteArray>> ScriptedHost::dataOf(RequestId requestId, std::size_t from) const
{
    std::vector<std::pair<quint16, QByteArray>> result;
    for (std::size_t i = from; i < tunnels.size(); ++i) {
        const auto *message = std::get_if<wire::ToClientWebSocketMessage>(&tunnels[i].kind);
        if (message != nullptr && tunnels[i].messageId.requestId == requestId)
            result.emplace_back(tunnels[i].messageId.messageIndex, message->data);
    }
    return result;
}

// --- LibraryHost --------------------------------------------------------------------------------

LibraryHost::LibraryHost(EngineWorld &world, const QString &key, quint32 slots, ActorFactory actors,
                         RunnerOptions options)
    : m_world(world)
{
    options.name = QStringLiteral("p");
    options.key = key;
    options.totalSlots = slots;
    RunnerEvents events;
    events.warning = [this](const QString &text) { warnings << text; };
    const QByteArray query = "protocol_version=" + QByteArray::number(options.protocolVersion)
        + "&namespace=default&runner_key=" + key.toUtf8();
    m_runner = std::make_unique<Runner>(
        options,
        [this, query]() -> std::unique_ptr<Channel> {
            auto pair = SimulatedChannel::makePair(m_world.world);
            link = pair.link;
            SimulatedChannel *peer = pair.peer.get();
            m_world.core->scheduler().acceptRunner(std::move(pair.engine), query, QStringLiteral("ray"));
            m_world.world.post([this, peer, mine = link] {
                // Another connection may have replaced this one before it was up.
                if (m_runner && mine == link && peer->listener() != nullptr)
                    m_runner->channelOpened(*peer);
            });
            return std::move(pair.peer);
        },
        std::move(actors), world.world.clock, world.world.timers, world.random, events);
    m_runner->start();
    world.settle();
}

void LibraryHost::kill()
{
    link->cut();
    m_runner.reset();
    m_world.settle();
}

// --- EngineWorld --------------------------------------------------------------------------------

EngineWorld::EngineWorld(const EngineConfig &configIn, quint64 seed)
    : config(configIn), random(seed), store(world.poster())
{
    sink.trace = false;
    core = std::make_unique<Core>(CoreContext{config, world.clock, world.timers, random, store, sink, metrics});
    core->setPublicUrl(QStringLiteral("http://127.0.0.1:6420"));
    if (!core->start().ok())
        qFatal("the engine does not start");
    settle();
    configurePool();
}

EngineWorld::~EngineWorld()
{
    core.reset();
}

QString EngineWorld::namespaceId() const
{
    return core->scheduler().namespaceByName(QStringLiteral("default"))->namespaceId;
}

void EngineWorld::configurePool(const QString &pool, const QJsonObject &metadata)
{
    RunnerConfigRow configRow;
    configRow.namespaceId = namespaceId();
    configRow.name = pool;
    configRow.body = {{QStringLiteral("normal"), QJsonObject()}};
    if (!metadata.isEmpty())
        configRow.body.insert(QStringLiteral("metadata"), metadata);
    core->scheduler().putRunnerConfig(configRow, {});
    settle();
}

QString EngineWorld::create(CrashPolicy policy, const QString &pool, const QString &name)
{
    CreateActor request;
    request.namespaceId = namespaceId();
    request.name = name;
    request.pool = pool;
    request.crashPolicy = policy;
    auto id = std::make_shared<QString>();
    core->scheduler().createActor(request, [id](const Result<ActorRow> &created) {
        if (created.ok())
            *id = created->actorId;
    });
    settle();
    return *id;
}

void EngineWorld::destroy(const QString &actorId)
{
    core->scheduler().destroyActor(actorId, {}, {});
    settle();
}

HttpHead EngineWorld::head(const QByteArray &method, const QByteArray &target, const HeaderList &headers)
{
    HttpHead out;
    out.method = method;
    out.target = target;
    out.headers = headers;
    out.headers.insert(out.headers.begin(), {"host", "127.0.0.1:6420"});
    out.peerAddress = "127.0.0.1";
    return out;
}

std::shared_ptr<SocketClient> EngineWorld::connect(const QString &actorId, const QByteArray &path, HeaderList headers)
{
    auto client = std::make_shared<SocketClient>();
    clients.push_back(client);
    headers.emplace_back("upgrade", "websocket");
    headers.emplace_back("connection", "Upgrade");
    const QByteArray target = path.startsWith('/') ? path : "/gateway/" + actorId.toUtf8() + '/' + path;
    core->handleUpgrade(std::make_unique<SimulatedUpgrade>(world, head("GET", target, headers), client));
    world.settle();
    return client;
}

std::shared_ptr<FakeExchange> EngineWorld::http(const QString &actorId, const QByteArray &method,
                                                const QByteArray &target, const QByteArray &body,
                                                const HeaderList &headers)
{
    auto exchange = std::make_shared<FakeExchange>();
    const QByteArray whole = target.startsWith('/') ? target : "/gateway/" + actorId.toUtf8() + '/' + target;
    exchange->request = head(method, whole, headers);
    exchange->requestBody = body;
    core->handleRequest(exchange);
    world.settle();
    return exchange;
}

bool EngineWorld::isQuiet() const
{
    const Gateway::Totals now = totals();
    return core->gateway().connectionIds().empty() && now.connections == 0 && now.pendingBytes == 0
        && now.pendingMessages == 0;
}

} // namespace dormouse::test
