// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

namespace dormouse::wire {

/// What a serverless runner says about itself in its first event (runner-protocol.md section 7).
struct ServerlessInit
{
    int payloadVersion = 0;  ///< the two-byte prefix
    int protocolVersion = 0; ///< version the runner will dial in with: as sent from v4 on, 3 for older payloads
    QString runnerId;
    bool operator==(const ServerlessInit &) const = default;
};

/// Decodes the event data: standard base64 of a u16 version and a ToServerlessServer of that version.
/// Bytes after it are ignored, as everywhere on the engine side. Any thread.
/// Errors: ws.invalid_packet with the reason, for bad base64, version 0 or above the newest, unknown tag, cut fields.
Result<ServerlessInit> decodeServerless(const QByteArray &base64Text);
/// The runner's side: the base64 text. Errors: ws.invalid_packet for an unsupported version.
Result<QByteArray> encodeServerless(int payloadVersion, const QString &runnerId);

} // namespace dormouse::wire
