// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>

namespace dormouse::fuzz {

/// Feeds the bytes to the HTTP parser and to the WebSocket codec (server role), whole and cut into pieces; the two ways
/// must end in the same place. The first byte chooses the sizes of the pieces. Aborts on a difference.
void checkHttp(QByteArrayView bytes);
void checkWebSocket(QByteArrayView bytes);

} // namespace dormouse::fuzz
