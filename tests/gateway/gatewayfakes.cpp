// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <algorithm>

namespace dormouse::test {

wire::ToServerWebSocketClose refusal()
{
    return {quint16(1011), QStringLiteral("Server Error"), false};
}

wire::ToServerResponseStart answer(quint16 status, const QByteArray &body)
{
    wire::ToServerResponseStart start;
    start.status = status;
    if (!body.isEmpty())
        start.body = body;
    return start;
}

int CollectingSink::count(const QString &reason) const
{
    return int(std::count_if(events.begin(), events.end(), [&](const auto &event) { return event.reason == reason; }));
}

int CollectingSink::count(const QString &reason, monitor::EventLevel level) const
{
    return int(std::count_if(events.begin(), events.end(),
                             [&](const auto &event) { return event.reason == reason && event.level == level; }));
}

int CollectingSink::count(monitor::EventKind kind) const
{
    return int(std::count_if(events.begin(), events.end(), [&](const auto &event) { return event.kind == kind; }));
}

QString CollectingSink::textOf(const QString &reason) const
{
    const auto found = std::find_if(events.rbegin(), events.rend(),
                                    [&](const auto &event) { return event.reason == reason; });
    return found == events.rend() ? QString() : found->text;
}

bool FakeStore::turn()
{
    if (held || queue.empty())
        return false;
    Entry entry = std::move(queue.front());
    queue.pop_front();
    const bool refresh = std::holds_alternative<RefreshHibernating>(entry.batch.front());
    const bool insert = std::holds_alternative<PutHibernating>(entry.batch.front());
    if ((failing && refresh) || (failingInserts && insert)) {
        entry.done(Error::make("store", "failed", QStringLiteral("disk full")));
        return true;
    }
    apply(entry.batch);
    ++commits;
    entry.done(okStatus());
    return true;
}

void FakeStore::submit(Batch batch, std::function<void(const Status &)> done)
{
    if (journal != nullptr && std::holds_alternative<DeleteHibernating>(batch.front()))
        journal->push_back("row delete");
    queue.push_back({std::move(batch), std::move(done)});
}

void FakeStore::apply(const Batch &batch)
{
    for (const Write &write : batch) {
        if (const auto *put = std::get_if<PutHibernating>(&write)) {
            rows[put->row.requestId.value] = put->row;
        } else if (const auto *refresh = std::get_if<RefreshHibernating>(&write)) {
            ++refreshes;
            refreshSizes.push_back(refresh->rows.size());
            for (const auto &[gateway, request] : refresh->rows) {
                const auto row = rows.find(request.value);
                if (row != rows.end())
                    row->second.lastPingTs = refresh->lastPingTs;
                else if (refresh->missing)
                    refresh->missing->push_back(request);
            }
        } else if (const auto *erase = std::get_if<DeleteHibernating>(&write)) {
            rows.erase(erase->requestId.value);
        } else if (const auto *old = std::get_if<DeleteHibernatingOlderThan>(&write)) {
            std::erase_if(rows, [&](const auto &row) { return row.second.lastPingTs < old->lastPingTs; });
        }
    }
}

bool FakeChannel::turn()
{
    if (listener() == nullptr)
        return false;
    FakeClient &client = *m_client;
    if (!client.pongs.empty() && !client.holdsPongs) {
        const QByteArray payload = client.pongs.front();
        client.pongs.pop_front();
        listener()->channelPong(*this, payload);
        return true;
    }
    if (!client.toSend.empty() && client.reading && !m_closed) {
        const auto [payload, binary] = client.toSend.front();
        client.toSend.pop_front();
        listener()->channelMessage(*this, payload, binary);
        return true;
    }
    // As the server's channel: the end comes after what was sent before it.
    if (client.closing && (client.toSend.empty() || m_closed)) {
        const ChannelClose close = *client.closing;
        client.closing.reset();
        m_closed = true;
        listener()->channelClosed(*this, close);
        return true;
    }
    return false;
}

std::unique_ptr<Channel> FakeUpgrade::accept(const QByteArray &protocol, const HeaderList &headers)
{
    if (m_client->ended)
        return nullptr;
    m_client->accepted = true;
    m_client->protocol = protocol;
    m_client->acceptHeaders = headers;
    return std::make_unique<FakeChannel>(m_client);
}

void FakeUpgrade::reject(int status, const HeaderList &headers, const QByteArray &body)
{
    m_client->rejectStatus = status;
    m_client->rejectHeaders = headers;
    m_client->rejectBody = body;
    m_client->ended = true;
}

void FakeExchange::respond(int statusIn, const HeaderList &headersIn, const QByteArray &bodyIn)
{
    ++answers;
    status = statusIn;
    headers = headersIn;
    answer = bodyIn;
    finished = true;
}

void FakeExchange::begin(int statusIn, const HeaderList &headersIn)
{
    ++answers;
    status = statusIn;
    headers = headersIn;
    streaming = true;
}

QByteArray FakeExchange::readBody(std::function<void(const BodyPart &)> callback)
{
    onBody = std::move(callback);
    reading = true;
    return std::exchange(requestBody, {});
}

void FakeExchange::part(const QByteArray &data, bool last)
{
    comes = !last;
    if (const auto callback = onBody; callback && alive())
        callback({data, last, 0, {}});
}

void FakeExchange::breakBody(int brokenStatus, const QByteArray &reason)
{
    if (const auto callback = std::exchange(onBody, {}); callback && alive())
        callback({{}, false, brokenStatus, reason});
}

const ActorRow *FakeDirectory::actor(const QString &actorId) const
{
    const auto row = actors.constFind(actorId);
    return row == actors.constEnd() ? nullptr : &*row;
}

void FakeDirectory::wakeActor(const QString &actorId, const AllocationOverride &override)
{
    wakes.emplace_back(actorId, override);
    const auto row = actors.find(actorId);
    if (row != actors.end() && row->state == ActorState::Sleeping)
        row->state = ActorState::Pending;
}

bool FakeDirectory::sendTunnel(const QString &runnerId, const wire::ToClientTunnelMessage &message)
{
    if (!up.contains(runnerId))
        return false;
    sent.push_back({runnerId, message});
    if (onSent)
        onSent(SentMessage{runnerId, message});
    return true;
}

World::World(EngineConfig configIn, quint64 seed) : config(std::move(configIn)), wheel(clock.mono), random(seed)
{
    directory.up.insert(QStringLiteral("r1"));
    directory.up.insert(QStringLiteral("r2"));
    gateway = std::make_unique<Gateway>(CoreContext{config, clock, wheel, random, store, sink, metrics}, directory);
}

World::~World()
{
    gateway.reset();
}

bool World::turn()
{
    bool any = store.turn();
    std::vector<FakeClient *> busy;
    busy.swap(m_busy);
    for (FakeClient *client : busy) {
        client->isBusy = false;
        const bool delivered = client->channel != nullptr && client->channel->turn();
        any = delivered || any;
        // What it may not deliver yet (no listener, not read) stays on the list.
        if (!client->toSend.empty() || client->closing || (!client->pongs.empty() && !client->holdsPongs))
            client->wake();
    }
    return any;
}

void World::settle()
{
    for (int round = 0; round < 3; ++round) {
        while (turn()) { }
        ++clock.mono;
        wheel.advance(clock.mono);
    }
    while (turn()) { }
}

void World::advance(qint64 ms)
{
    const qint64 target = clock.mono + ms;
    while (turn()) { }
    while (true) {
        const auto next = wheel.nextDeadline();
        if (!next || *next > target)
            break;
        clock.mono = std::max(clock.mono + 1, *next);
        if (clock.mono > target)
            break;
        wheel.advance(clock.mono);
        while (turn()) { }
    }
    clock.mono = std::max(clock.mono, target);
    wheel.advance(clock.mono);
    while (turn()) { }
}

void World::addSleeping(const QString &actorId)
{
    ActorRow row;
    row.actorId = actorId;
    row.namespaceId = QStringLiteral("ns");
    row.pool = QStringLiteral("pool");
    row.state = ActorState::Sleeping;
    directory.actors.insert(actorId, row);
}

void World::addRunning(const QString &actorId, const QString &runnerId)
{
    addSleeping(actorId);
    ActorRow &row = directory.actors[actorId];
    row.state = ActorState::Running;
    row.runnerId = runnerId;
    row.generation = 1;
}

std::vector<wire::HibernatingRequest> World::startActor(const QString &actorId, const QString &runnerId, bool list)
{
    ActorRow &row = directory.actors[actorId];
    row.state = ActorState::Starting;
    row.runnerId = runnerId;
    ++row.generation;
    if (!list)
        return {};
    return gateway->hibernatingForStart(actorId, row.generation);
}

void World::ready(const QString &actorId)
{
    directory.actors[actorId].state = ActorState::Running;
    gateway->actorReady(actorId);
    settle();
}

void World::stopActor(const QString &actorId, ActorState next)
{
    ActorRow &row = directory.actors[actorId];
    row.state = next;
    row.runnerId.reset();
    gateway->actorStopped(actorId);
    settle();
}

void World::destroyStarted(const QString &actorId)
{
    ActorRow &row = directory.actors[actorId];
    row.state = ActorState::Destroying;
    row.destroyTs = clock.wallMs();
    gateway->actorDestroyStarted(actorId);
}

void World::destroyed(const QString &actorId)
{
    directory.actors[actorId].state = ActorState::Destroyed;
    gateway->actorDestroyed(actorId);
    settle();
}

void World::cutLink(const QString &runnerId)
{
    directory.up.remove(runnerId);
    gateway->linkDown(runnerId);
}

void World::restoreLink(const QString &runnerId)
{
    directory.up.insert(runnerId);
    gateway->linkBack(runnerId);
    settle();
}

std::shared_ptr<FakeClient> World::connect(const QString &actorId, const HeaderList &headers, const QByteArray &path)
{
    auto client = std::make_shared<FakeClient>();
    client->busy = &m_busy;
    clients.push_back(client);
    HttpHead head;
    head.method = "GET";
    head.target = path;
    head.headers = headers;
    head.peerAddress = clientAddress;
    ++rays;
    gateway->webSocket(std::make_unique<FakeUpgrade>(head, client), {actorId, path, false, lastRay()});
    while (turn()) { }
    return client;
}

std::shared_ptr<FakeExchange> World::newExchange(const QByteArray &method, const QByteArray &body, const HeaderList &headers)
{
    auto exchange = std::make_shared<FakeExchange>();
    exchange->request.method = method;
    exchange->request.target = "/action/x";
    exchange->request.headers = headers;
    exchange->request.peerAddress = clientAddress;
    exchange->requestBody = body;
    return exchange;
}

void World::request(const std::shared_ptr<FakeExchange> &exchange, const QString &actorId)
{
    ++rays;
    gateway->request(exchange, {actorId, "/action/x", false, lastRay()});
}

std::shared_ptr<FakeExchange> World::http(const QString &actorId, const QByteArray &method, const QByteArray &body,
                                          const HeaderList &headers)
{
    auto exchange = newExchange(method, body, headers);
    request(exchange, actorId);
    return exchange;
}

std::shared_ptr<FakeExchange> World::upload(const QString &actorId, const QByteArray &body, const HeaderList &headers)
{
    auto exchange = newExchange("POST", body, headers);
    exchange->comes = true;
    request(exchange, actorId);
    return exchange;
}

void World::deliver(RequestId requestId, wire::ToServerTunnelMessageKind kind, const QString &runnerId)
{
    gatewayId = directory.sent.empty() ? gatewayId : directory.sent.front().message.messageId.gatewayId;
    wire::ToServerTunnelMessage message;
    message.messageId = {gatewayId, requestId, 0};
    message.kind = std::move(kind);
    gateway->tunnelMessage(runnerId, message);
}

void World::fromRunner(RequestId requestId, wire::ToServerTunnelMessageKind kind, const QString &runnerId)
{
    deliver(requestId, std::move(kind), runnerId);
    while (turn()) { }
}

std::shared_ptr<FakeClient> World::open(const QString &actorId, bool canHibernate, RequestId *request)
{
    auto client = connect(actorId);
    const SentMessage *open = lastSent<wire::ToClientWebSocketOpen>();
    const RequestId requestId = open->requestId();
    if (request != nullptr)
        *request = requestId;
    fromRunner(requestId, wire::ToServerWebSocketOpen{canHibernate});
    return client;
}

Data World::dataSince(std::size_t from) const
{
    Data result;
    for (std::size_t i = from; i < directory.sent.size(); ++i) {
        if (const auto *data = directory.sent[i].as<wire::ToClientWebSocketMessage>())
            result.emplace_back(directory.sent[i].index(), data->data);
    }
    return result;
}

bool World::isClean()
{
    advance(60'000 + 2'000);
    return gateway->connectionIds().empty() && wheel.size() == 0 && store.rows.empty()
        && std::all_of(clients.begin(), clients.end(), [](const auto &client) { return client->channel == nullptr; })
        && sink.count(QStringLiteral("gateway.illegal_transition")) == 0
        && gateway->totals().pendingBytes == 0 && gateway->totals().pendingMessages == 0
        && gateway->totals().connections == 0;
}

} // namespace dormouse::test
