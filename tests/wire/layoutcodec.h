// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/wire/bare.h"

#include <QJsonValue>

#include <string_view>

namespace dormouse::wire::test {

/// A codec that knows no message, only the layout tables: the second opinion on the typed codec.
/// JSON as in the vector files: data in hex, 64-bit numbers as decimal strings, maps as arrays of pairs,
/// unions as {tag, val}, enums by name, null for absent.
Result<QJsonValue> decodeByLayout(int version, std::string_view type, Strictness strictness, QByteArrayView bytes);
QByteArray encodeByLayout(int version, std::string_view type, const QJsonValue &value);

} // namespace dormouse::wire::test
