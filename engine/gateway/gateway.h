// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/http.h"
#include "engine/scheduler/scheduler.h"

namespace dormouse {

class ActorDirectory;

/// Client HTTP requests and WebSockets of actors: waiting, attempts, tunnel, hibernation (gateway.md sections 5 to 11).
/// Thread: engine thread only.
class Gateway : public GatewayEvents
{
public:
    Gateway(const CoreContext &context, Scheduler &scheduler);
    /// The same over any directory; it must outlive the gateway.
    Gateway(const CoreContext &context, ActorDirectory &directory);
    Gateway(const CoreContext &context, std::unique_ptr<ActorDirectory> directory);
    ~Gateway() override;

    /// Where a request goes: made by the router (gateway.md section 2).
    struct Target
    {
        QString actorId;
        QByteArray path;      ///< actor's path with query, starts with '/'
        bool skipReadyWait = false;
        QString rayId;
        /// Monotonic: until then the actor has to be reached, whatever came before the gateway was asked
        /// (route_timeout_ms, section 5.2). Absent: counted from the call.
        std::optional<qint64> routeDeadlineMs = {};
    };
    /// The exchange is answered with CORS headers, ray id and x-rivet-error where they belong.
    void request(std::shared_ptr<HttpExchange> exchange, Target target);
    /// The upgrade is accepted or rejected, at once or when the actor is ready (setting); the socket lives on in here
    /// until it has been closed, also while its actor is asleep.
    void webSocket(std::unique_ptr<UpgradeRequest> upgrade, const Target &target);
    /// A request whose body is still being read: wakes its actor meanwhile. False: there is no such actor.
    bool requestIsComing(const QString &actorId);
    /// 1001 ws.going_away to every client socket, 503 to every waiting request.
    void shutdown();

    // --- monitoring and control
    std::vector<QString> connectionIds() const; ///< ray ids of live connections
    /// Nothing when there is no live connection of this ray id.
    std::optional<monitor::ConnectionInfo> describeConnection(const QString &connectionId) const;
    /// Fills connections, hibernating, pendingMessages, pendingBytes.
    void describeActorLoad(const QString &actorId, monitor::ActorInfo &info) const;
    /// The first limit unacknowledged messages, oldest first; empty for sockets that cannot hibernate and unknown ids.
    std::vector<monitor::PendingMessageInfo> pendingMessages(const QString &connectionId, int limit, bool preview) const;
    /// Closes a client WebSocket in whatever state it is, or aborts an HTTP request. False when there is none.
    bool closeConnection(const QString &connectionId, quint16 code, const QByteArray &reason);
    /// Gives a client a message as if its actor had sent it; the actor learns nothing of it, and is not woken. False when
    /// there is no such client WebSocket, or its actor has not accepted it, or the client has left.
    bool sendToClient(const QString &connectionId, const QByteArray &payload, bool binary);
    struct Totals
    {
        qint64 connections = 0, open = 0, hibernating = 0, waking = 0;
        qint64 pendingMessages = 0, pendingBytes = 0;
        quint64 messagesIn = 0, messagesOut = 0, bytesIn = 0, bytesOut = 0;
        // counters of gateway.md section 12.2
        quint64 foreign = 0, dropped = 0, acksInvalid = 0, resentMessages = 0, wakes = 0, keepaliveFailures = 0, indexSkips = 0;
    };
    /// Gauges of now and counters since the start.
    Totals totals() const;
    /// Entries of all internal tables together: 0 when no client, no stored row and no unfinished close is left.
    qint64 tableEntries() const;

    // --- GatewayEvents
    void actorReady(const QString &actorId) override;
    void actorStopping(const QString &actorId) override;
    void actorStopped(const QString &actorId) override;
    void actorPendingTimeout(const QString &actorId) override;
    void actorDestroyStarted(const QString &actorId) override;
    void actorDestroyed(const QString &actorId) override;
    void linkDown(const QString &runnerId) override;
    void linkBack(const QString &runnerId) override;
    void linkDrained(const QString &runnerId) override;
    void linkConfirmed(const QString &runnerId) override;
    void tunnelMessage(const QString &runnerId, const wire::ToServerTunnelMessage &message) override;
    void webSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary) override;
    std::vector<wire::HibernatingRequest> hibernatingForStart(const QString &actorId, quint32 generation) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
