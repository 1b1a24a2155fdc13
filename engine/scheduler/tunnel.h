// SPDX-License-Identifier: Apache-2.0
#pragma once

// The seam between scheduler (actors, runners, links) and gateway (client requests). All on the engine thread.

#include "engine/base/result.h"
#include "engine/store/store.h"
#include "engine/wire/protocol.h"

namespace dormouse {

/// Runner links as the gateway sees them. Implemented by RunnerHub.
class TunnelTransport
{
public:
    virtual ~TunnelTransport() = default;
    /// True while a socket is attached and its reconcile (scheduler.md section 2.6) is done.
    virtual bool linkUp(const QString &runnerId) const = 0;
    /// Hands one message to the link. False: link down, nothing was taken.
    virtual bool sendTunnel(const QString &runnerId, const wire::ToClientTunnelMessage &message) = 0;
    /// The same for a ToClientWebSocketMessage, of which there are many: the payload is only looked at.
    virtual bool sendWebSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary)
    {
        return sendTunnel(runnerId, {id, wire::ToClientWebSocketMessage{data.toByteArray(), binary}});
    }
    virtual qint64 linkBytesQueued(const QString &runnerId) const = 0;
};

/// What the gateway is told. Implemented by Gateway; called after the change has committed, never from inside a
/// call the gateway makes.
class GatewayEvents
{
public:
    virtual ~GatewayEvents() = default;
    // actors (scheduler.md section 1.11)
    virtual void actorReady(const QString &actorId) = 0;
    /// A stop command of the current generation will follow: what is written from now on would reach a dying actor.
    /// The one call that comes before the commit.
    virtual void actorStopping(const QString &) {}
    virtual void actorStopped(const QString &actorId) = 0; ///< settled, not final: re-read the row
    virtual void actorPendingTimeout(const QString &actorId) = 0; ///< fell back to sleep, no capacity came
    virtual void actorDestroyStarted(const QString &actorId) = 0;
    virtual void actorDestroyed(const QString &actorId) = 0; ///< final: the runner reported the stop, or never held it
    // links
    virtual void linkDown(const QString &runnerId) = 0;
    virtual void linkBack(const QString &runnerId) = 0;    ///< same process, reconcile done
    virtual void linkDrained(const QString &runnerId) = 0; ///< queue fell below its low mark
    /// A pong to a ping written after the messages up to now: everything written to this connection is confirmed, not
    /// what an earlier one, cut since, may have lost.
    virtual void linkConfirmed(const QString &runnerId) = 0;
    virtual void tunnelMessage(const QString &runnerId, const wire::ToServerTunnelMessage &message) = 0;
    /// The same for a ToServerWebSocketMessage, of which there are many; the payload is valid within the call.
    virtual void webSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary)
    {
        tunnelMessage(runnerId, {id, wire::ToServerWebSocketMessage{data.toByteArray(), binary}, {}, {}});
    }
    // hibernation
    /// Sockets to list in the start command that is being built for this actor (gateway.md section 8.7), ordered by
    /// request id. The gateway remembers that this generation listed them.
    virtual std::vector<wire::HibernatingRequest> hibernatingForStart(const QString &actorId, quint32 generation) = 0;
};

} // namespace dormouse
