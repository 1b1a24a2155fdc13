// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/wire/dissect.h"

#include <QByteArrayView>
#include <QString>

namespace dormouse::wire::test {

/// What must hold for any bytes whatsoever. Empty when it does, otherwise the property that broke:
/// the typed codec and the dissector agree on the verdict; what was accepted can be encoded; the encoding is
/// acceptable to the strictest decoder and stable; canonical input comes out unchanged.
QString checkWireInput(int version, Root root, QByteArrayView bytes);

/// As checkWireInput(); the first byte picks the direction (bit 7) and the version. Dies with the message.
void checkWireBytes(QByteArrayView bytes);

} // namespace dormouse::wire::test
