// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

namespace dormouse {

/// Bytes as people read them (console.md rows on stored values and message contents). Pure.
enum class PayloadForm { Text, Hex, Json, Cbor };

/// What the bytes most likely are: JSON objects, arrays and texts, other valid UTF-8 without control characters, CBOR
/// maps and arrays, else Hex.
PayloadForm guessPayloadForm(const QByteArray &bytes);
/// Empty and error set when the bytes are not of that form. Hex: offset, 16 bytes, ASCII per line. Json and Cbor are
/// indented; Cbor in diagnostic notation.
QString payloadText(const QByteArray &bytes, PayloadForm form, QString *error);

} // namespace dormouse
