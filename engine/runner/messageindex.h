// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

namespace dormouse {

enum class IndexVerdict { Next, Duplicate, Gap };

/// Index rule of a hibernatable WebSocket (runner-protocol.md section 5.5). previous = last delivered index, 0 after
/// the open. Both wrap at 65536.
constexpr IndexVerdict judgeIndex(quint16 previous, quint16 received)
{
    const quint16 behind = quint16(previous - received);
    if (behind <= 32'767)
        return IndexVerdict::Duplicate;
    return quint16(received - previous) == 1 ? IndexVerdict::Next : IndexVerdict::Gap;
}

} // namespace dormouse
