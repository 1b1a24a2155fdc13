// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/metrics.h"
#include "engine/monitor/values.h"
#include "engine/wire/protocol.h"

#include <array>
#include <map>
#include <optional>
#include <tuple>

namespace dormouse {

/// The series of gateway.md section 12.2 that the gateway itself feeds. What is counted per message is a reference
/// looked up once; the functions below look a series up at each call and are for rare things. Thread: engine thread.
class GatewayMetrics
{
public:
    explicit GatewayMetrics(Metrics &registry);

    /// What is counted apart for consoles, which would otherwise be taken for clients: their series have the label
    /// client="console" and begin with the first such request. Gauges of what is held count everybody.
    struct Traffic
    {
        Traffic(Metrics &registry, const MetricLabels &labels);
        Counter &requests; ///< HTTP requests and WebSockets of actor routes
        Gauge &requestsPending;
        MetricHistogram &httpDuration; ///< HTTP only: a socket may live for days
        MetricHistogram &openWait;
        MetricHistogram &ackLatency;
        std::array<Gauge *, 16> sockets{}; ///< by state
    };
    Traffic &of(bool console);

    MetricHistogram &readyWait;
    Gauge &hibernating;
    MetricHistogram &hibernation;
    Gauge &pendingBytes;
    Gauge &pendingMessages;
    MetricHistogram &maxPendingBytes;
    MetricHistogram &maxPendingMessages;
    Counter &acksInvalid;
    Counter &resentMessages;
    Counter &resentBytes;
    Counter &indexSkips;
    Counter &foreign;
    Counter &droppedHeaders;
    Gauge &graceRequests;
    MetricHistogram &graceSeconds;
    MetricHistogram &clientRoundTrip; ///< of pings, which are off by default

    /// Per namespace and actor name (scheduler.md section 9.1).
    struct Usage
    {
        Counter *ingress = nullptr; ///< bytes of bodies and messages from clients
        Counter *egress = nullptr;  ///< and to them
        Counter *requests = nullptr;
        Gauge *activeRequests = nullptr;
    };
    Usage &usage(const QString &namespaceId, const QString &actorName, bool console);

    void requestError(const QByteArray &fullCode);
    void attempt(monitor::ConnectionKind kind, const char *outcome, const char *reason);
    /// reason without its ray id; that of an application's own close is not repeated.
    void closeSent(quint16 code, const QByteArray &reason, bool byActor);
    void wake(const char *cause, const QByteArray &result);
    void pendingWarning(int percent);
    void garbageCollected(const char *reason);
    void forceWakeTimeout(bool someoneWaits);
    /// Client messages that were still in that queue (held, link, pending) when their socket ended.
    void undelivered(const char *queue, std::size_t count);
    /// state: of the session the message was for, or Unknown when there is none.
    void dropped(const wire::ToServerTunnelMessageKind &kind, monitor::ConnectionState state);
    void socketState(bool console, monitor::ConnectionState state, int delta);

private:
    Metrics &m_registry;
    Traffic m_clients;
    std::optional<Traffic> m_console;
    std::map<std::tuple<QString, QString, bool>, Usage> m_usage;
    std::array<std::array<Counter *, 16>, 16> m_dropped{}; ///< by kind and state, looked up at first use
    std::array<Counter *, 2> m_usual{}; ///< attempts that ended well, by kind
};

} // namespace dormouse
