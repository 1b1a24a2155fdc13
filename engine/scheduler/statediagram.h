// SPDX-License-Identifier: Apache-2.0
#pragma once

// The state machines of actors and runners as lists of edges, for diagrams. They are not written down a second time:
// the edges of actors are what actorStep() and actorAttempt() do with every kind of row. Thread: any.

#include <QByteArray>

#include <tuple>
#include <vector>

namespace dormouse {

struct MachineEdge
{
    QByteArray from; ///< state name; empty = the row is made
    QByteArray to;
    QByteArray event; ///< name of the event
    bool operator==(const MachineEdge &) const = default;
    bool operator<(const MachineEdge &other) const
    {
        return std::tie(from, to, event) < std::tie(other.from, other.to, other.event);
    }
};

/// Section 1.3: changes of state only, sorted, each once.
std::vector<MachineEdge> actorEdges();
/// Section 2.2.
std::vector<MachineEdge> runnerEdges();
/// A mermaid state diagram; edges between the same two states share an arrow.
QByteArray stateDiagram(const std::vector<MachineEdge> &edges);

} // namespace dormouse
