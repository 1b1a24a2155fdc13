// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/gateway.h"

#include "engine/gateway/gatewaycore.h"
#include "engine/gateway/headers.h"
#include "engine/gateway/httprequest.h"
#include "engine/gateway/websocketsession.h"

#include <algorithm>

namespace dormouse {

namespace {

const QByteArray kRetryAfterSeconds = QByteArrayLiteral("1"); // gateway.md section 10.1

} // namespace

class Gateway::Private
{
public:
    Private(const CoreContext &context, std::unique_ptr<ActorDirectory> owned, ActorDirectory &directory)
        : ownDirectory(std::move(owned)), core(context, directory)
    {}

    template<typename Call>
    void eachOf(const std::vector<GatewaySession *> &sessions, Call call)
    {
        // The list was copied; one session may end another, and ended ones stay allocated until the next turn.
        for (GatewaySession *session : sessions) {
            if (!session->ended())
                call(*session);
        }
    }

    /// One event per address and window: a flood of refused requests must not become a flood of events.
    Error refused(const ClientLimits::Admission &admission, const HttpHead &head, const Target &target,
                  const QByteArray &address)
    {
        core.metrics.requestError(QByteArrayLiteral("guard.rate_limit"));
        if (admission.report) {
            monitor::Event event;
            event.kind = monitor::EventKind::Limit;
            event.level = monitor::EventLevel::Warn;
            event.actorId = target.actorId;
            event.connectionId = target.rayId;
            event.reason = QString::fromLatin1(limitName(admission.refusedBy));
            event.value = admission.used;
            event.text = QStringLiteral("used %1 of %2, client %3")
                             .arg(admission.used).arg(admission.limit).arg(QString::fromUtf8(address));
            core.context.sink.event(std::move(event));
        }
        return guardError("rate_limit", QStringLiteral("too many requests"),
                          {{QStringLiteral("method"), QString::fromLatin1(head.method)},
                           {QStringLiteral("path"), QString::fromUtf8(target.path)},
                           {QStringLiteral("ip"), QString::fromUtf8(address)}});
    }

    void refuseSocket(UpgradeRequest &upgrade, const Error &error, const Target &target)
    {
        const HttpHead head = upgrade.head();
        if (core.config().websocketAcceptWhenReady) {
            ErrorAnswer answer = errorAnswer(error, head, core.config(), target.rayId);
            answer.headers.emplace_back("retry-after", kRetryAfterSeconds);
            upgrade.reject(answer.status, answer.headers, answer.body);
            return;
        }
        std::unique_ptr<Channel> channel = acceptClient(upgrade, head, core.config(), target.rayId);
        if (!channel)
            return;
        const QByteArray reason = closeReason(error, target.rayId);
        channel->close(closeNumber(CloseCode::InternalError), reason);
        core.metrics.closeSent(closeNumber(CloseCode::InternalError), reason, false);
        core.lingerChannel(std::move(channel));
    }

    std::unique_ptr<ActorDirectory> ownDirectory;
    GatewayCore core;
};

Gateway::Gateway(const CoreContext &context, std::unique_ptr<ActorDirectory> directory)
{
    ActorDirectory &reference = *directory;
    d = std::make_unique<Private>(context, std::move(directory), reference);
}

Gateway::Gateway(const CoreContext &context, ActorDirectory &directory)
    : d(std::make_unique<Private>(context, nullptr, directory))
{}

Gateway::~Gateway() = default;

void Gateway::request(std::shared_ptr<HttpExchange> exchange, Target target)
{
    if (exchange->head().method == "OPTIONS") {
        HeaderList headers = preflightHeaders(exchange->head(), d->core.config());
        headers.emplace_back("x-rivet-ray-id", target.rayId.toUtf8());
        exchange->respond(204, headers, {});
        return;
    }
    const EngineConfig &config = d->core.config();
    const QByteArray address = clientAddress(exchange->head(), config);
    ClientLimits::Admission admission = d->core.limits.admit(address, target.actorId, false, d->core.nowMs());
    if (admission.refusedBy != ClientLimits::Limit::None) {
        const Error error = d->refused(admission, exchange->head(), target, address);
        ErrorAnswer answer = errorAnswer(error, exchange->head(), config, target.rayId);
        answer.headers.emplace_back("retry-after", kRetryAfterSeconds);
        exchange->respond(answer.status, answer.headers, answer.body);
        return;
    }
    GatewaySession::Setup setup{std::move(target), exchange->head(), monitor::ConnectionKind::Http, address,
                                std::move(admission.place)};
    d->core.add(std::make_unique<HttpRequest>(d->core, std::move(setup), std::move(exchange))).start();
}

void Gateway::webSocket(std::unique_ptr<UpgradeRequest> upgrade, const Target &target)
{
    const HttpHead &head = upgrade->head();
    const QByteArray address = clientAddress(head, d->core.config());
    ClientLimits::Admission admission = d->core.limits.admit(address, target.actorId, true, d->core.nowMs());
    if (admission.refusedBy != ClientLimits::Limit::None) {
        d->refuseSocket(*upgrade, d->refused(admission, head, target, address), target);
        return;
    }
    GatewaySession::Setup setup{target, head, monitor::ConnectionKind::WebSocket, address, std::move(admission.place)};
    d->core.add(std::make_unique<WebSocketSession>(d->core, std::move(setup), std::move(upgrade))).start();
}

bool Gateway::requestIsComing(const QString &actorId)
{
    const ActorRow *row = d->core.directory.actor(actorId);
    if (row == nullptr || row->state == ActorState::Destroying || row->state == ActorState::Destroyed)
        return false;
    if (row->state == ActorState::Sleeping)
        d->core.wake(*row);
    return true;
}

void Gateway::shutdown()
{
    d->eachOf(d->core.all(), [](GatewaySession &session) { session.shutdown(); });
}

std::vector<QString> Gateway::connectionIds() const
{
    std::vector<QString> ids;
    for (const GatewaySession *session : d->core.all())
        ids.push_back(session->rayId());
    return ids;
}

std::optional<monitor::ConnectionInfo> Gateway::describeConnection(const QString &connectionId) const
{
    const GatewaySession *session = d->core.byRay(connectionId);
    return session == nullptr ? std::nullopt : std::optional(session->describe());
}

void Gateway::describeActorLoad(const QString &actorId, monitor::ActorInfo &info) const
{
    int connections = 0;
    int hibernating = 0;
    qint64 messages = 0;
    qint64 bytes = 0;
    for (const GatewaySession *session : d->core.ofActor(actorId)) {
        ++connections;
        if (session->monitorState() == monitor::ConnectionState::Hibernating)
            ++hibernating;
        messages += session->pendingCount();
        bytes += session->pendingBytes();
    }
    info.connections = connections;
    info.hibernating = hibernating;
    info.pendingMessages = messages;
    info.pendingBytes = bytes;
}

std::vector<monitor::PendingMessageInfo> Gateway::pendingMessages(const QString &connectionId, int limit,
                                                                  bool preview) const
{
    std::vector<monitor::PendingMessageInfo> result;
    if (const GatewaySession *session = d->core.byRay(connectionId))
        session->pendingMessages(result, limit, preview);
    return result;
}

bool Gateway::closeConnection(const QString &connectionId, quint16 code, const QByteArray &reason)
{
    GatewaySession *session = d->core.byRay(connectionId);
    return session != nullptr && session->closeByOperator(code, reason);
}

bool Gateway::sendToClient(const QString &connectionId, const QByteArray &payload, bool binary)
{
    GatewaySession *session = d->core.byRay(connectionId);
    return session != nullptr && session->sendByOperator(payload, binary);
}

qint64 Gateway::tableEntries() const
{
    return d->core.tableEntries();
}

Gateway::Totals Gateway::totals() const
{
    return d->core.totals();
}

void Gateway::actorReady(const QString &actorId)
{
    d->eachOf(d->core.ofActor(actorId), [](GatewaySession &session) { session.actorReady(); });
}

void Gateway::actorStopping(const QString &actorId)
{
    d->eachOf(d->core.ofActor(actorId), [](GatewaySession &session) { session.actorStopping(); });
}

void Gateway::actorStopped(const QString &actorId)
{
    d->eachOf(d->core.ofActor(actorId), [](GatewaySession &session) { session.actorStopped(); });
}

void Gateway::actorPendingTimeout(const QString &actorId)
{
    const std::vector<GatewaySession *> sessions = d->core.ofActor(actorId);
    d->core.metrics.forceWakeTimeout(std::any_of(sessions.begin(), sessions.end(),
                                                 [](const GatewaySession *session) { return session->isWaiting(); }));
    d->eachOf(sessions, [](GatewaySession &session) { session.actorPendingTimeout(); });
}

void Gateway::actorDestroyStarted(const QString &actorId)
{
    d->eachOf(d->core.ofActor(actorId), [](GatewaySession &session) { session.actorDestroyStarted(); });
}

void Gateway::actorDestroyed(const QString &actorId)
{
    d->eachOf(d->core.ofActor(actorId), [](GatewaySession &session) { session.actorDestroyed(); });
}

void Gateway::linkDown(const QString &runnerId)
{
    d->eachOf(d->core.ofRunner(runnerId), [this](GatewaySession &session) {
        d->core.enterGrace(session);
        session.linkDown();
    });
}

void Gateway::linkBack(const QString &runnerId)
{
    for (const RunnerCloses::Close &close : d->core.runnerCloses.unconfirmed(runnerId))
        d->core.links.sendTunnel(runnerId, {close.id, close.message});
    d->eachOf(d->core.ofRunner(runnerId), [this](GatewaySession &session) {
        d->core.leaveGrace(session);
        session.linkBack();
    });
    d->eachOf(d->core.linkWaiters(), [](GatewaySession &session) { session.anyLinkBack(); });
}

void Gateway::linkDrained(const QString &runnerId)
{
    d->eachOf(d->core.ofRunner(runnerId), [](GatewaySession &session) { session.linkDrained(); });
}

void Gateway::linkConfirmed(const QString &runnerId)
{
    d->core.runnerCloses.confirmed(runnerId);
    d->eachOf(d->core.ofRunner(runnerId), [](GatewaySession &session) { session.linkConfirmed(); });
}

void Gateway::tunnelMessage(const QString &runnerId, const wire::ToServerTunnelMessage &message)
{
    GatewaySession *session = message.messageId.gatewayId == d->core.gatewayId
                                  ? d->core.byRequest(message.messageId.requestId)
                                  : nullptr;
    if (session == nullptr || std::holds_alternative<wire::DeprecatedTunnelAck>(message.kind)) {
        // Normal after a close race (gateway.md section 8.3), so no more than a count.
        ++d->core.counters.dropped;
        d->core.metrics.dropped(message.kind, session == nullptr ? monitor::ConnectionState::Unknown
                                                                 : session->monitorState());
        if (session == nullptr && std::holds_alternative<wire::ToServerWebSocketOpen>(message.kind)
            && message.messageId.gatewayId == d->core.gatewayId) {
            if (auto close = d->core.abandonedOpens.accepted(message.messageId.requestId, runnerId)) {
                constexpr quint16 kAfterOpenAndClose = 2;
                const wire::MessageId id{d->core.gatewayId, message.messageId.requestId, kAfterOpenAndClose};
                d->core.links.sendTunnel(runnerId, {id, std::move(*close)});
            }
        }
        return;
    }
    if (!session->acceptsRunner(runnerId)) {
        ++d->core.counters.foreign;
        d->core.metrics.foreign.add();
        return;
    }
    session->tunnel(message.kind);
}

void Gateway::webSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary)
{
    GatewaySession *session = id.gatewayId == d->core.gatewayId ? d->core.byRequest(id.requestId) : nullptr;
    // Whatever is wrong with it is counted where all messages are.
    if (session == nullptr || !session->acceptsRunner(runnerId) || !session->takeActorMessage(data, binary))
        GatewayEvents::webSocketMessage(runnerId, id, data, binary);
}

std::vector<wire::HibernatingRequest> Gateway::hibernatingForStart(const QString &actorId, quint32 generation)
{
    std::vector<GatewaySession *> sessions = d->core.ofActor(actorId);
    std::erase_if(sessions, [](const GatewaySession *session) { return !session->hibernatable(); });
    std::sort(sessions.begin(), sessions.end(), [](auto *a, auto *b) { return *a->requestId() < *b->requestId(); });
    if (sessions.size() > std::size_t(d->core.config().maxHwsPerActor))
        sessions.resize(std::size_t(d->core.config().maxHwsPerActor));
    std::vector<wire::HibernatingRequest> result;
    for (GatewaySession *session : sessions) {
        if (session->listForStart(generation))
            result.push_back({d->core.gatewayId, *session->requestId()});
    }
    return result;
}

} // namespace dormouse
