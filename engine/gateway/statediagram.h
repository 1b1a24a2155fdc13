// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"

#include <QString>

#include <vector>

namespace dormouse {

/// The state machines of the gateway as data, for documentation and for views (gateway.md section 13). The diagrams
/// below are what mermaidText() gives for each machine; a test compares them.
///
/// Waiting for an actor:
/// ```mermaid
/// stateDiagram-v2
///   Subscribed --> NotFound: no row or destroyed
///   Subscribed --> Ready: connectable
///   Subscribed --> Waiting: not connectable
///   Waiting --> Ready: ready
///   Waiting --> Waiting: stopped, woken again
///   Waiting --> Failed: error or deadline
/// ```
/// HTTP request (its body has been collected by the server before the first state):
/// ```mermaid
/// stateDiagram-v2
///   Waiting --> Queued: ready
///   Waiting --> Rejected: wait failed
///   Waiting --> Aborted: client gone
///   Queued --> Written: link took it
///   Queued --> Backoff: attempt failed
///   Queued --> Rejected: destroyed
///   Queued --> Aborted: client gone
///   Written --> Confirmed: confirmed
///   Written --> Backoff: attempt failed
///   Written --> Rejected: rejected
///   Written --> Aborted: client gone
///   Confirmed --> Streaming: answer start
///   Confirmed --> Done: answer
///   Confirmed --> Backoff: attempt failed
///   Confirmed --> Rejected: rejected
///   Confirmed --> Aborted: client gone
///   Backoff --> Waiting: pause over
///   Backoff --> Rejected: attempts used up
///   Backoff --> Aborted: client gone
///   Streaming --> Done: finished
///   Streaming --> Aborted: aborted
/// ```
/// WebSocket:
/// ```mermaid
/// stateDiagram-v2
///   Waiting --> Opening: ready
///   Waiting --> Closed: wait failed
///   Opening --> Backoff: attempt failed
///   Opening --> Open: accepted
///   Opening --> Attached: accepted hibernatable
///   Opening --> Closed: closed
///   Backoff --> Waiting: pause over
///   Backoff --> Closed: attempts used up
///   Open --> ClosingAsleep: client gone, link down
///   Open --> Closed: closed
///   Attached --> Hibernating: actor stopped, nothing pending
///   Attached --> Waking: actor stopped, messages pending
///   Attached --> ClosingAsleep: client gone, messages unwritten
///   Attached --> Closed: closed
///   Hibernating --> Waking: client message
///   Hibernating --> Attached: ready
///   Hibernating --> ClosingAsleep: client gone
///   Hibernating --> Closed: closed
///   Waking --> Attached: ready and listed
///   Waking --> ClosingAsleep: client gone
///   Waking --> Closed: closed
///   ClosingAsleep --> Closed: close delivered or given up
/// ```
enum class GatewayMachine { Waiting, Http, WebSocket };

struct StateEdge
{
    QString from;
    QString to;
    QString event;
    bool operator==(const StateEdge &) const = default;
};

/// Every transition that may happen, in the order of the tables that the sessions check themselves against.
std::vector<StateEdge> stateDiagram(GatewayMachine machine);
/// The same for Http and WebSocket in the states that monitoring shows (monitor::toString): several states of the
/// machine are one there, and each pair of states comes once with its events joined.
std::vector<monitor::StateEdgeInfo> shownDiagram(GatewayMachine machine);
/// "stateDiagram-v2" and one line per edge, each ended with a newline.
QString mermaidText(GatewayMachine machine);

} // namespace dormouse
