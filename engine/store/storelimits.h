// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/store.h"

#include <functional>

namespace dormouse {

/// Runs a function on the engine thread, in the order of the calls. Called from any thread.
using PostToEngine = std::function<void(std::function<void()>)>;

inline constexpr int kMaxDestroyedLoaded = 50'000; ///< newest destroyed actors of a snapshot
inline constexpr int kMaxStoppedLoaded = 10'000;   ///< newest stopped runners of a snapshot
/// Payload of one get or list answer: what still fits into a message of the runner protocol (33 554 432 bytes).
inline constexpr qint64 kMaxKvAnswerBytes = 33'554'432 - 64 * 1024;

/// What an entry counts against the storage limit of its actor.
inline qint64 kvSize(const QByteArray &key, const QByteArray &value)
{
    return key.size() + value.size();
}

/// Per entry on the wire beside key and value: three lengths, version text, time.
inline constexpr qint64 kKvAnswerOverhead = 64;

inline Error kvQuotaError(qint64 used, qint64 limit, qint64 payload)
{
    return Error::make("actor", "kv_storage_quota_exceeded",
                       QStringLiteral("not enough space left in storage (%1 bytes remaining, current payload is %2 "
                                      "bytes)")
                           .arg(qMax<qint64>(0, limit - used))
                           .arg(payload),
                       {{QStringLiteral("limit"), limit}});
}

inline Error kvAnswerError()
{
    return Error::make("core", "internal_error",
                       QStringLiteral("the answer is larger than a message can be, ask for fewer entries"));
}

/// Smallest key that is greater than every key with this prefix; null when there is none.
inline QByteArray afterPrefix(QByteArray prefix)
{
    while (!prefix.isEmpty() && uchar(prefix.back()) == 0xff)
        prefix.chop(1);
    if (prefix.isEmpty())
        return {};
    prefix.back() = char(uchar(prefix.back()) + 1);
    return prefix;
}

} // namespace dormouse
