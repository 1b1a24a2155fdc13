// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/wire/protocol.h"

#include <QByteArray>
#include <QByteArrayView>

namespace dormouse::wire {

inline constexpr qint64 kLegacyIdBytes = 16;

// The 16-byte ids of versions 1 and 2 (runner-protocol.md section 5.2), dressed as random UUIDs. Any thread.

QByteArray legacyRequestId(const MessageId &id);
QByteArray legacyMessageId(const MessageId &id);
/// Gateway and request id of a 16-byte request id; message index 0, because runners invent their message ids.
MessageId fromLegacyRequestId(QByteArrayView requestId);
/// The message index inside a message id that an engine wrote.
quint16 indexFromLegacyMessageId(QByteArrayView messageId);

} // namespace dormouse::wire
