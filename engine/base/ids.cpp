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
    QByteArray out(8, Qt::Uninitialized);
    for (int i = 7; i >= 0; --i, value >>= 4)
        out[i] = kDigits[value & 15];
    return out;
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

    // Words of 32 bits, and six digits with each division: every request is given an id.
    constexpr int kWords = 5;
    constexpr int kDigitsPerStep = 6;
    constexpr quint64 kStep = 36ULL * 36 * 36 * 36 * 36 * 36; // below 2^32
    static_assert(kWords * 4 >= kIdBytes && kIdDigits % kDigitsPerStep == 0);
    std::array<quint32, kWords> words{};
    for (int i = 0; i < kIdBytes; ++i)
        words[std::size_t(i / 4)] |= quint32(bytes[std::size_t(i)]) << (8 * (i % 4));
    QString out(kIdDigits, Qt::Uninitialized);
    for (int at = 0; at < kIdDigits; at += kDigitsPerStep) {
        quint64 remainder = 0;
        for (int i = kWords - 1; i >= 0; --i) {
            const quint64 current = (remainder << 32) | words[std::size_t(i)];
            words[std::size_t(i)] = quint32(current / kStep);
            remainder = current % kStep;
        }
        for (int digit = 0; digit < kDigitsPerStep; ++digit) {
            out[at + digit] = QLatin1Char(kDigits[remainder % 36]);
            remainder /= 36;
        }
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
