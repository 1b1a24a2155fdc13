// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

namespace dormouse {

/// WebSocket close codes by name (RFC 6455 section 7.4.1; who sends which: gateway.md section 11.1).
enum class CloseCode : quint16 {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    InvalidPayload = 1007,
    PolicyViolation = 1008,
    TooBig = 1009,
    InternalError = 1011
};
constexpr quint16 closeNumber(CloseCode code)
{
    return quint16(code);
}

} // namespace dormouse
