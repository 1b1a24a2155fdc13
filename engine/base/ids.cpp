// SPDX-License-Identifier: Apache-2.0
#include "engine/base/ids.h"

#include <array>

namespace dormouse {

namespace {
constexpr int kIdBytes = 19;
constexpr int kIdDigits = 30;
constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

QByteArray hex32(quint32 value)
{
    QByteArray out = QByteArray::number(value, 16);
    return out.rightJustified(8, '0');
}
} // namespace

QByteArray GatewayId::toHex() const
{
    return hex32(value);
}

QByteArray RequestId::toHex() const
{
    return hex32(value);
}

QString makeId(Random &random, quint16 datacenterLabel)
{
    std::array<quint8, kIdBytes> bytes{};
    bytes[0] = 1;
    const QByteArray uuid = random.bytes(16);
    for (int i = 0; i < 16; ++i)
        bytes[std::size_t(i + 1)] = quint8(uuid[i]);
    bytes[7] = quint8((bytes[7] & 0x0f) | 0x40);
    bytes[9] = quint8((bytes[9] & 0x3f) | 0x80);
    bytes[17] = quint8(datacenterLabel >> 8);
    bytes[18] = quint8(datacenterLabel & 0xff);

    QString out;
    out.reserve(kIdDigits);
    for (int digit = 0; digit < kIdDigits; ++digit) {
        quint32 remainder = 0;
        for (int i = kIdBytes - 1; i >= 0; --i) {
            const quint32 current = (remainder << 8) | bytes[std::size_t(i)];
            bytes[std::size_t(i)] = quint8(current / 36);
            remainder = current % 36;
        }
        out.append(QLatin1Char(kDigits[remainder]));
    }
    return out;
}

Result<QByteArray> parseId(const QString &text)
{
    const auto bad = [](const QString &reason) {
        return Error::make("api", "bad_request", QStringLiteral("actor id: ") + reason,
                           QJsonObject{{QStringLiteral("reason"), reason}});
    };
    if (text.size() < 4)
        return bad(QStringLiteral("invalid input length: expected at least 4 characters"));
    if (text.size() != kIdDigits)
        return bad(QStringLiteral("invalid input length: expected 30, got %1").arg(text.size()));
    QByteArray bytes(kIdBytes, '\0');
    for (int digit = kIdDigits - 1; digit >= 0; --digit) {
        const char16_t c = text[digit].toLower().unicode();
        quint32 value = 0;
        if (c >= u'0' && c <= u'9')
            value = c - u'0';
        else if (c >= u'a' && c <= u'z')
            value = 10 + c - u'a';
        else
            return bad(QStringLiteral("invalid base36 character: '%1'").arg(text[digit]));
        quint32 carry = value;
        for (int i = 0; i < kIdBytes; ++i) {
            const quint32 current = quint32(quint8(bytes[i])) * 36 + carry;
            bytes[i] = char(current & 0xff);
            carry = current >> 8;
        }
        if (carry != 0)
            return bad(QStringLiteral("invalid id: number too large"));
    }
    if (bytes[0] != 1)
        return bad(QStringLiteral("unsupported ID version: %1").arg(quint8(bytes[0])));
    return bytes;
}

} // namespace dormouse
