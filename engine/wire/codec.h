// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/wire/protocol.h"

#include <QByteArrayView>

namespace dormouse::wire {

/// Decodes one frame of a runner. Lenient exactly where runner-protocol.md section 1.2 says "this engine".
/// Errors: ws.invalid_packet with the field path, the byte offset and the reason in the message.
Result<ToServer> decodeToServer(int version, QByteArrayView bytes);
/// Encodes one frame for a runner, perfectly (section 0 rule 1): canonical lengths, unique map keys, valid UTF-8.
/// Errors: ws.invalid_packet when the message cannot be expressed in that version, a map key is doubled,
/// or the result exceeds kMaxMessageBytes.
Result<QByteArray> encodeToClient(int version, const ToClient &message);

/// The other side, for the runner library. decodeToClient is as strict as the npm decoder.
Result<ToClient> decodeToClient(int version, QByteArrayView bytes);
Result<QByteArray> encodeToServer(int version, const ToServer &message);

} // namespace dormouse::wire
