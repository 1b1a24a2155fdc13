// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/wire/protocol.h"

#include <QByteArrayView>

#include <array>
#include <optional>

namespace dormouse::wire {

/// Decodes one frame of a runner. Lenient exactly where runner-protocol.md section 1.2 says "this engine".
/// Errors: ws.invalid_packet with the field path, the byte offset and the reason in the message.
Result<ToServer> decodeToServer(int version, QByteArrayView bytes);
/// Encodes one frame for a runner, perfectly (section 0 rule 1): canonical lengths, unique map keys, valid UTF-8.
/// Errors: ws.invalid_packet when the message cannot be expressed in that version, a map key is doubled,
/// or the result exceeds kMaxMessageBytes.
Result<QByteArray> encodeToClient(int version, const ToClient &message);

/// What stands around the payload of a ToClientWebSocketMessage: head, payload and tail in a row are what
/// encodeToClient() gives. For the one message whose cost counts.
struct MessageFrame
{
    std::array<char, 24> head{};
    qsizetype headSize = 0;
    char tail = 0;
    QByteArrayView headView() const { return {head.data(), headSize}; }
    QByteArrayView tailView() const { return {&tail, 1}; }
};
/// Absent for versions with another layout (1 to 3) and for payloads near the limit: encodeToClient() decides there.
std::optional<MessageFrame> messageFrame(int version, const MessageId &id, qint64 payloadBytes, bool binary);

/// A ToServerWebSocketMessage where it lies: what decodeToServer() would copy.
struct MessageView
{
    MessageId id;
    QByteArrayView data;
    bool binary = false;
};
/// Absent for every other message, for versions with another layout (1 to 3) and for unusual forms: decodeToServer()
/// decides there.
std::optional<MessageView> messageView(int version, QByteArrayView bytes);

/// The other side, for the runner library. decodeToClient is as strict as the npm decoder.
Result<ToClient> decodeToClient(int version, QByteArrayView bytes);
Result<QByteArray> encodeToServer(int version, const ToServer &message);

} // namespace dormouse::wire
