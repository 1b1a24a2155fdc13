// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/store.h"

namespace dormouse {

/// The object of an actor as compact JSON, its members in the order of their names (http-api.md section 6). Written
/// without a tree of values in between, because every creation answers with one and a list with a hundred.
/// poolErrorJson: what is wrong with the actor's pool, takes the place of the error no_capacity; may be empty.
QByteArray actorText(const ActorRow &row, const QByteArray &poolErrorJson);

/// {"actors":[…],"pagination":{"cursor":…}}; the cursor is the creation time of the last one.
QByteArray actorPage(const std::vector<ActorRow> &rows, const QByteArrayList &texts);

} // namespace dormouse
