// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/wire/protocol.h"

#include <QJsonValue>

namespace dormouse::wire::test {

/// A typed message as the vector files of one version write it, built from the model's members by hand, so that two
/// swapped fields of the typed codec show even though they would survive a round trip.
QJsonValue describe(int version, const ToServer &message);
QJsonValue describe(int version, const ToClient &message);

} // namespace dormouse::wire::test
