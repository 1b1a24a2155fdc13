// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/embedded/publisher.h"
#include "engine/net/http.h"

#include <memory>
#include <vector>

namespace dormouse {

/// The monitoring interface for other machines (design.md section 4): WebSocket at /dormouse/monitor with
/// subprotocol dormouse.monitor.v1, and GET /dormouse/monitor/snapshot as JSON.
///
/// Binary messages, one CBOR map each. Client to server:
///   {op:"interest", values, events, trace: bool, pending_of: text}
///   {op:"pull", n: 1..16}    allows n more frames; nothing is sent without it
///   {op:"command", id: int, name: text, arguments: map}
/// Server to client:
///   {op:"hello", version: int, engine: text}
///   {op:"frame", frame: bytes (encodeFrame)}
///   {op:"reply", id: int, result: map}  or  {op:"reply", id: int, error: {code, message}}
/// Anything else closes with 1002 monitor.bad_message. A configured admin token must come as subprotocol entry
/// "rivet_token.TOKEN" or as "Authorization: Bearer TOKEN". Requests with an Origin header are refused: a web page
/// must not steer an engine on the same machine.
/// Thread: engine thread only.
class MonitorServer
{
public:
    static constexpr int kMaxClients = 16;
    static constexpr int kMaxCredit = 16;
    static constexpr int kMaxOpenCommands = 64; ///< per client

    MonitorServer(Core &core, Publisher &publisher);
    ~MonitorServer();

    /// Plugs both handlers into the core. Before Core::start.
    void install();
    /// Hooks of Core: true when the path is ours.
    bool handleUpgrade(std::unique_ptr<UpgradeRequest> &upgrade);
    bool handleRequest(const std::shared_ptr<HttpExchange> &exchange);
    /// Closes every client as going away.
    void shutdown();
    int clientCount() const;

private:
    class Client;
    bool authorized(const HttpHead &head) const;

    Core &m_core;
    Publisher &m_publisher;
    std::vector<std::unique_ptr<Client>> m_clients;
};

/// Path and subprotocol, also used by RemoteSource's tests.
inline constexpr char kMonitorPath[] = "/dormouse/monitor";
inline constexpr char kMonitorProtocol[] = "dormouse.monitor.v1";

} // namespace dormouse
