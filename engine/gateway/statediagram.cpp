// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/statediagram.h"

#include "engine/gateway/httprequest.h"
#include "engine/gateway/websocketsession.h"
#include "engine/monitor/frame.h"

#include <algorithm>

namespace dormouse {

namespace {

QString nameOf(WaitState state)
{
    switch (state) {
    case WaitState::Subscribed: return QStringLiteral("Subscribed");
    case WaitState::Waiting: return QStringLiteral("Waiting");
    case WaitState::Ready: return QStringLiteral("Ready");
    case WaitState::NotFound: return QStringLiteral("NotFound");
    case WaitState::Failed: return QStringLiteral("Failed");
    }
    return {};
}

QString nameOf(HttpState state)
{
    switch (state) {
    case HttpState::Waiting: return QStringLiteral("Waiting");
    case HttpState::Queued: return QStringLiteral("Queued");
    case HttpState::Written: return QStringLiteral("Written");
    case HttpState::Confirmed: return QStringLiteral("Confirmed");
    case HttpState::Backoff: return QStringLiteral("Backoff");
    case HttpState::Streaming: return QStringLiteral("Streaming");
    case HttpState::Done: return QStringLiteral("Done");
    case HttpState::Rejected: return QStringLiteral("Rejected");
    case HttpState::Aborted: return QStringLiteral("Aborted");
    }
    return {};
}

QString nameOf(SocketState state)
{
    switch (state) {
    case SocketState::Waiting: return QStringLiteral("Waiting");
    case SocketState::Opening: return QStringLiteral("Opening");
    case SocketState::Backoff: return QStringLiteral("Backoff");
    case SocketState::Open: return QStringLiteral("Open");
    case SocketState::Attached: return QStringLiteral("Attached");
    case SocketState::Hibernating: return QStringLiteral("Hibernating");
    case SocketState::Waking: return QStringLiteral("Waking");
    case SocketState::ClosingAsleep: return QStringLiteral("ClosingAsleep");
    case SocketState::Closed: return QStringLiteral("Closed");
    }
    return {};
}

template<typename State>
std::vector<StateEdge> edges(std::span<const StateTransition<State>> table)
{
    std::vector<StateEdge> result;
    for (const StateTransition<State> &one : table)
        result.push_back({nameOf(one.from), nameOf(one.to), QString::fromLatin1(one.event)});
    return result;
}

template<typename State>
std::vector<monitor::StateEdgeInfo> shownEdges(std::span<const StateTransition<State>> table)
{
    std::vector<monitor::StateEdgeInfo> result;
    for (const StateTransition<State> &one : table) {
        const monitor::StateEdgeInfo edge{monitor::toString(shownAs(one.from)), monitor::toString(shownAs(one.to)),
                                          QString::fromLatin1(one.event)};
        if (edge.from == edge.to)
            continue;
        const auto known = std::find_if(result.begin(), result.end(), [&](const monitor::StateEdgeInfo &other) {
            return other.from == edge.from && other.to == edge.to;
        });
        if (known == result.end())
            result.push_back(edge);
        else if (!known->event.split(QStringLiteral(" / ")).contains(edge.event))
            known->event += QStringLiteral(" / ") + edge.event;
    }
    return result;
}

} // namespace

std::vector<monitor::StateEdgeInfo> shownDiagram(GatewayMachine machine)
{
    switch (machine) {
    case GatewayMachine::Waiting: return {}; // seen as the state "waiting" of the two others
    case GatewayMachine::Http: return shownEdges(httpTransitions());
    case GatewayMachine::WebSocket: return shownEdges(webSocketTransitions());
    }
    return {};
}

std::vector<StateEdge> stateDiagram(GatewayMachine machine)
{
    switch (machine) {
    case GatewayMachine::Waiting: return edges(waitTransitions());
    case GatewayMachine::Http: return edges(httpTransitions());
    case GatewayMachine::WebSocket: return edges(webSocketTransitions());
    }
    return {};
}

QString mermaidText(GatewayMachine machine)
{
    QString text = QStringLiteral("stateDiagram-v2\n");
    for (const StateEdge &edge : stateDiagram(machine))
        text += QStringLiteral("  %1 --> %2: %3\n").arg(edge.from, edge.to, edge.event);
    return text;
}

} // namespace dormouse
