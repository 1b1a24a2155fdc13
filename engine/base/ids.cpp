// SPDX-License-Identifier: Apache-2.0
#include "engine/base/ids.h"

#include <array>

namespace dormouse {

namespace {
constexpr int kIdBytes = 19;
constexpr int kIdDigits = 30;
constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
// Words of 32 bits, and six digits with each step: every request is given an id, and most name one.
constexpr int kWords = 5;
constexpr int kDigitsPerStep = 6;
constexpr quint64 kStep = 36ULL * 36 * 36 * 36 * 36 * 36; // below 2^32
static_assert((kWords - 1) * 4 < kIdBytes && kIdBytes < kWords * 4 && kIdDigits % kDigitsPerStep == 0);

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
    // The same steps as in makeId(), backwards.
    std::array<quint32, kWords> words{};
    for (int at = kIdDigits - kDigitsPerStep; at >= 0; at -= kDigitsPerStep) {
        quint64 carry = 0;
        for (int digit = kDigitsPerStep - 1; digit >= 0; --digit) {
            const char16_t c = text[at + digit].unicode();
            quint32 value = 0;
            if (c >= u'0' && c <= u'9')
                value = c - u'0';
            else if (c >= u'a' && c <= u'z')
                value = 10 + c - u'a';
            else if (c >= u'A' && c <= u'Z')
                value = 10 + c - u'A';
            else
                return bad(QStringLiteral("invalid base36 character: '%1'").arg(text[at + digit]));
            carry = carry * 36 + value;
        }
        for (quint32 &word : words) {
            const quint64 current = word * kStep + carry;
            word = quint32(current);
            carry = current >> 32;
        }
    }
    if (words.back() >> (8 * (kIdBytes % 4)) != 0)
        return bad(QStringLiteral("invalid id: number too large"));
    QByteArray bytes(kIdBytes, Qt::Uninitialized);
    for (int i = 0; i < kIdBytes; ++i)
        bytes[i] = char(words[std::size_t(i / 4)] >> (8 * (i % 4)));
    if (bytes[0] != 1)
        return bad(QStringLiteral("unsupported ID version: %1").arg(quint8(bytes[0])));
    return bytes;
}

} // namespace dormouse
