// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace dormouse::test {

class Cluster;

// The rules that hold at every moment; a broken one is put into the cluster's truth. The rules about single copies,
// messages, writes, commands and acknowledgements are checked where they happen: in the actors, at the links and in the
// store.

/// After every event: what the engine has changed.
void checkChanged(Cluster &cluster);
/// After every step of the schedule: everything, also what the engine says nothing about.
void checkEverything(Cluster &cluster);
/// After all clients have left and all actors are destroyed.
void checkNothingLeft(Cluster &cluster);
/// What keeps the cluster from being at rest.
QString describeUnsettled(Cluster &cluster);

} // namespace dormouse::test
