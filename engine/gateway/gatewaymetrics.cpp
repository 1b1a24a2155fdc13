// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/gatewaymetrics.h"

#include "engine/gateway/gatewaycore.h"

namespace dormouse {

namespace {

QString kindName(const wire::ToServerTunnelMessageKind &kind)
{
    struct Name
    {
        QString operator()(const wire::ToServerResponseStart &) const { return QStringLiteral("response_start"); }
        QString operator()(const wire::ToServerResponseChunk &) const { return QStringLiteral("response_chunk"); }
        QString operator()(const wire::ToServerResponseAbort &) const { return QStringLiteral("response_abort"); }
        QString operator()(const wire::ToServerWebSocketOpen &) const { return QStringLiteral("websocket_open"); }
        QString operator()(const wire::ToServerWebSocketMessage &) const { return QStringLiteral("websocket_message"); }
        QString operator()(const wire::ToServerWebSocketMessageAck &) const { return QStringLiteral("websocket_ack"); }
        QString operator()(const wire::ToServerWebSocketClose &) const { return QStringLiteral("websocket_close"); }
        QString operator()(const wire::DeprecatedTunnelAck &) const { return QStringLiteral("tunnel_ack"); }
    };
    return std::visit(Name(), kind);
}

/// As clients of the metrics see a socket: waiting for the actor is part of opening.
const char *socketLabel(monitor::ConnectionState state)
{
    switch (state) {
    case monitor::ConnectionState::Waiting:
    case monitor::ConnectionState::Opening:
        return "opening";
    case monitor::ConnectionState::Open:
        return "open";
    case monitor::ConnectionState::Attached:
        return "attached";
    case monitor::ConnectionState::Hibernating:
        return "hibernating";
    case monitor::ConnectionState::Waking:
    case monitor::ConnectionState::Restoring:
        return "waking";
    case monitor::ConnectionState::ClosingAsleep:
        return "closing";
    case monitor::ConnectionState::Unknown:
    case monitor::ConnectionState::Streaming:
    case monitor::ConnectionState::Closed:
        break;
    }
    return nullptr;
}

} // namespace

GatewayMetrics::GatewayMetrics(Metrics &registry)
    : readyWait(registry.histogram("guard_route_pegboard_ready_wait_duration",
                                   "seconds until the actor of a request could be reached, or the wait failed")),
      hibernating(registry.gauge("gateway_hws_hibernating", "WebSockets whose actor is asleep")),
      hibernation(registry.histogram("gateway_hws_hibernation_seconds",
                                     "seconds from the stop of the actor to its next life or the end of the socket",
                                     Metrics::longDurationBounds())),
      pendingBytes(registry.gauge("gateway_hws_pending_bytes", "unacknowledged bytes of all hibernatable WebSockets")),
      pendingMessages(registry.gauge("gateway_hws_pending_messages",
                                     "unacknowledged messages of all hibernatable WebSockets")),
      maxPendingBytes(registry.histogram("gateway_hws_pending_max_bytes",
                                         "most unacknowledged bytes of a hibernatable WebSocket, at its end",
                                         Metrics::sizeBounds())),
      maxPendingMessages(registry.histogram("gateway_hws_pending_max_messages",
                                            "most unacknowledged messages of a hibernatable WebSocket, at its end",
                                            Metrics::sizeBounds())),
      acksInvalid(registry.counter("gateway_hws_acks_invalid_total", "acknowledgements outside the window")),
      resentMessages(registry.counter("gateway_hws_resent_messages_total", "messages written again")),
      resentBytes(registry.counter("gateway_hws_resent_bytes_total", "payload bytes written again")),
      indexSkips(registry.counter("gateway_index_skip_total", "sockets a runner closed because of a gap in the indexes")),
      foreign(registry.counter("gateway_tunnel_foreign_total", "messages of runners that do not own the request")),
      droppedHeaders(registry.counter("gateway_header_values_dropped_total", "request headers that may not be forwarded")),
      graceRequests(registry.gauge("gateway_link_grace_requests", "requests whose runner's link is down")),
      graceSeconds(registry.histogram("gateway_link_grace_seconds",
                                      "seconds a request was without its link, until it came back or was given up")),
      clientRoundTrip(registry.histogram("guard_websocket_ping_seconds", "seconds from a ping to a client to its answer")),
      m_registry(registry), m_clients(registry, {})
{
}

GatewayMetrics::Traffic::Traffic(Metrics &registry, const MetricLabels &labels)
    : requests(registry.counter("guard_proxy_request_total", "requests and WebSockets of actor routes", labels)),
      requestsPending(registry.gauge("guard_proxy_request_pending", "requests and WebSockets that have not ended", labels)),
      httpDuration(registry.histogram("guard_proxy_request_duration",
                                      "seconds from a complete HTTP request to the end of its answer", Metrics::durationBounds(), labels)),
      openWait(registry.histogram("gateway_websocket_open_wait_seconds",
                                  "seconds from an open that was sent to its answer", Metrics::durationBounds(), labels)),
      ackLatency(registry.histogram("gateway_hws_ack_latency_seconds",
                                    "seconds from the last write of a message to its acknowledgement", Metrics::durationBounds(), labels))
{
    for (const auto state : {monitor::ConnectionState::Opening, monitor::ConnectionState::Open,
                             monitor::ConnectionState::Attached, monitor::ConnectionState::Hibernating,
                             monitor::ConnectionState::Waking, monitor::ConnectionState::ClosingAsleep}) {
        MetricLabels ofState = labels;
        ofState.push_back({"state", QString::fromLatin1(socketLabel(state))});
        sockets[std::size_t(state)] = &registry.gauge("guard_websocket_active", "client WebSockets by state", ofState);
    }
    sockets[std::size_t(monitor::ConnectionState::Waiting)] = sockets[std::size_t(monitor::ConnectionState::Opening)];
}

GatewayMetrics::Traffic &GatewayMetrics::of(bool console)
{
    if (!console)
        return m_clients;
    if (!m_console)
        m_console.emplace(m_registry, MetricLabels{{"client", QStringLiteral("console")}});
    return *m_console;
}

GatewayMetrics::Usage &GatewayMetrics::usage(const QString &namespaceId, const QString &actorName, bool console)
{
    Usage &entry = m_usage[{namespaceId, actorName, console}];
    if (entry.requests)
        return entry;
    MetricLabels labels{{"namespace_id", namespaceId}, {"actor_name", actorName}};
    if (console)
        labels.push_back({"client", QStringLiteral("console")});
    entry.ingress = &m_registry.counter("gateway_ingress", "Bytes of bodies and messages from clients to actors.", labels);
    entry.egress = &m_registry.counter("gateway_egress", "Bytes of bodies and messages from actors to clients.", labels);
    entry.requests = &m_registry.counter("requests", "Requests and WebSockets to actors.", labels);
    entry.activeRequests = &m_registry.gauge("active_requests", "Requests and WebSockets to actors that have not ended.",
                                             labels);
    return entry;
}

void GatewayMetrics::requestError(const QByteArray &fullCode)
{
    m_registry.counter("guard_proxy_request_errors_total", "requests and WebSockets that the gateway ended with an error",
                       {{"code", QString::fromLatin1(fullCode)}}).add();
}

void GatewayMetrics::attempt(monitor::ConnectionKind kind, const char *outcome, const char *reason)
{
    const bool webSocket = kind == monitor::ConnectionKind::WebSocket;
    // The usual outcome of every request is looked up once.
    const bool usual = *reason == 0 && qstrcmp(outcome, webSocket ? "accepted" : "answered") == 0;
    Counter *known = usual ? m_usual[webSocket ? 1 : 0] : nullptr;
    if (known == nullptr) {
        known = &m_registry.counter("gateway_attempts_total", "tries to hand a request to a runner",
                                    {{"kind", webSocket ? QStringLiteral("websocket") : QStringLiteral("http")},
                                     {"outcome", QString::fromLatin1(outcome)},
                                     {"reason", QString::fromLatin1(reason)}});
        if (usual)
            m_usual[webSocket ? 1 : 0] = known;
    }
    known->add();
}

void GatewayMetrics::closeSent(quint16 code, const QByteArray &reason, bool byActor)
{
    QByteArray label = reason.left(reason.indexOf('#') < 0 ? reason.size() : reason.indexOf('#'));
    // Reasons of an application are its own text; only those of the SDK are a fixed set.
    if (byActor && !label.startsWith("ws."))
        label = "actor";
    m_registry.counter("gateway_close_sent_total", "close frames sent to clients",
                       {{"code", QString::number(code)}, {"reason", QString::fromUtf8(label)}}).add();
}

void GatewayMetrics::wake(const char *cause, const QByteArray &result)
{
    m_registry.counter("gateway_hws_wake_total", "times a hibernating WebSocket was to be attached again",
                       {{"cause", QString::fromLatin1(cause)}, {"result", QString::fromLatin1(result)}}).add();
}

void GatewayMetrics::pendingWarning(int percent)
{
    m_registry.counter("gateway_hws_pending_warning_total", "WebSockets whose pending bytes passed a part of their limit",
                       {{"level", QString::number(percent)}}).add();
}

void GatewayMetrics::garbageCollected(const char *reason)
{
    m_registry.counter("gateway_gc_total", "hibernatable WebSockets that were given up",
                       {{"reason", QString::fromLatin1(reason)}}).add();
}

void GatewayMetrics::undelivered(const char *queue, std::size_t count)
{
    if (count > 0) {
        m_registry.counter("gateway_client_messages_undelivered_total",
                           "client messages that no runner was given before their WebSocket ended",
                           {{"queue", QString::fromLatin1(queue)}}).add(count);
    }
}

void GatewayMetrics::forceWakeTimeout(bool someoneWaits)
{
    m_registry.counter("gateway_force_wake_timeout_total", "wakes for which no runner had a free slot in time",
                       {{"waiting", someoneWaits ? QStringLiteral("1+") : QStringLiteral("0")}}).add();
}

void GatewayMetrics::dropped(const wire::ToServerTunnelMessageKind &kind, monitor::ConnectionState state)
{
    static_assert(std::variant_size_v<wire::ToServerTunnelMessageKind> <= 16);
    Counter *&series = m_dropped[kind.index()][std::size_t(state)];
    if (series == nullptr) {
        const QString label = stateName(state);
        series = &m_registry.counter("gateway_tunnel_dropped_total", "runner messages that nobody waits for",
                                     {{"kind", kindName(kind)}, {"state", label.isEmpty() ? QStringLiteral("none") : label}});
    }
    series->add();
}

void GatewayMetrics::socketState(bool console, monitor::ConnectionState state, int delta)
{
    if (Gauge *gauge = of(console).sockets[std::size_t(state)])
        gauge->add(delta);
    if (state == monitor::ConnectionState::Hibernating)
        hibernating.add(delta);
}

} // namespace dormouse
