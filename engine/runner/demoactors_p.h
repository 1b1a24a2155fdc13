// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runner/actorhandler.h"

namespace dormouse {

/// The actors of the demonstration: counter, chat-room, sleeper, ticker. Null for another name.
std::unique_ptr<ActorHandler> makeDemoActor(const QString &actorName);

} // namespace dormouse
