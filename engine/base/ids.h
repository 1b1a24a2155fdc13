// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/random.h"
#include "engine/base/result.h"

#include <QString>

#include <compare>
#include <functional>

namespace dormouse {

/// 30-character ids (runner-protocol.md section 4.1): 19 bytes, version 1, random UUID v4, datacenter label,
/// read little endian, written base 36 with the least significant digit first.
QString makeId(Random &random, quint16 datacenterLabel = 1);
/// The 19 bytes behind an id; error api.bad_request with the reason in the message.
Result<QByteArray> parseId(const QString &text);

/// Four-byte ids of the tunnel. Distinct types so that they cannot be mixed up.
struct GatewayId
{
    quint32 value = 0; ///< the four wire bytes read big endian
    auto operator<=>(const GatewayId &) const = default;
    QByteArray toHex() const;
};
struct RequestId
{
    quint32 value = 0;
    auto operator<=>(const RequestId &) const = default;
    QByteArray toHex() const;
};

inline std::size_t qHash(RequestId id, std::size_t seed = 0) noexcept
{
    return (std::size_t(id.value) * 0x9e3779b97f4a7c15ULL) ^ seed;
}

} // namespace dormouse

template<>
struct std::hash<dormouse::RequestId>
{
    std::size_t operator()(dormouse::RequestId id) const noexcept
    {
        return qHash(id);
    }
};
