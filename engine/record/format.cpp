// SPDX-License-Identifier: Apache-2.0
#include "engine/record/format.h"

#include <QCborMap>
#include <QCborValue>
#include <QRegularExpression>
#include <QtEndian>

#include <array>

using namespace Qt::StringLiterals;

namespace dormouse::record {

namespace {

using CrcTables = std::array<std::array<quint32, 256>, 8>;

/// Table k gives the effect of a byte that stands k bytes before the end of a word of eight.
constexpr CrcTables makeTables()
{
    CrcTables tables{};
    for (quint32 i = 0; i < 256; ++i) {
        quint32 value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) ? 0xedb88320u ^ (value >> 1) : value >> 1;
        tables[0][i] = value;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t i = 0; i < 256; ++i)
            tables[k][i] = tables[0][tables[k - 1][i] & 0xff] ^ (tables[k - 1][i] >> 8);
    }
    return tables;
}
constexpr CrcTables kTables = makeTables();

void append32(QByteArray &out, quint32 value)
{
    const quint32 little = qToLittleEndian(value);
    out.append(reinterpret_cast<const char *>(&little), sizeof little);
}

/// With room for length and checksum, which are known last.
QByteArray beginRecord(RecordType type, qint64 ts)
{
    QByteArray out(kRecordHeadBytes + kRecordFixedBytes, '\0');
    out[kRecordHeadBytes] = char(type);
    qToLittleEndian(ts, out.data() + kRecordHeadBytes + 1);
    return out;
}

void finishRecord(QByteArray &record)
{
    const QByteArrayView body = QByteArrayView(record).sliced(kRecordHeadBytes);
    const quint32 length = quint32(body.size());
    const quint32 crc = crc32(body);
    qToLittleEndian(length, record.data());
    qToLittleEndian(crc, record.data() + sizeof length);
}

QString redacted(QString text)
{
    // The cheap look comes first: nearly no text has one of these.
    if (!text.contains(u'=') && !text.contains(u'@') && !text.contains("token"_L1, Qt::CaseInsensitive)
        && !text.contains("bearer"_L1, Qt::CaseInsensitive)) {
        return text;
    }
    static const QRegularExpression parameter(
        u"([?&;][^=&;#\\s]*(?:token|auth|secret|password|passwd|signature|credential|api[-_]?key|jwt|session)[^=&;#\\s]*=)[^&;#\\s]*"_s,
        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression protocol(u"(rivet_token\\.)[^\\s,;\"]+"_s, QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression bearer(u"(bearer\\s+)[^\\s,;\"]+"_s, QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression inPath(u"(/gateway/[^/?@\\s]+@)[^/?\\s]+"_s);
    for (const QRegularExpression *pattern : {&parameter, &protocol, &bearer, &inPath})
        text.replace(*pattern, u"\\1(removed)"_s);
    return text;
}

} // namespace

quint32 crc32(QByteArrayView bytes, quint32 seed)
{
    quint32 value = ~seed;
    const char *at = bytes.data();
    const char *const end = at + bytes.size();
    // Eight bytes at a time: a recording of each message writes a lot.
    for (; end - at >= 8; at += 8) {
        const quint64 word = qFromLittleEndian<quint64>(at) ^ value;
        value = 0;
        for (std::size_t k = 0; k < 8; ++k)
            value ^= kTables[7 - k][(word >> (8 * k)) & 0xff];
    }
    for (; at < end; ++at)
        value = kTables[0][(value ^ quint8(*at)) & 0xff] ^ (value >> 8);
    return ~value;
}

QByteArray encodeHeader(const SessionHeader &header)
{
    QCborMap map;
    map.insert(u"v"_s, header.version);
    map.insert(u"tool"_s, header.tool);
    map.insert(u"started"_s, header.startedTs);
    map.insert(u"origin_us"_s, header.originUs);
    map.insert(u"source"_s, redacted(header.source));
    const QByteArray cbor = map.toCborValue().toCbor();
    QByteArray out(kMagic, kMagicBytes);
    append32(out, quint32(cbor.size()));
    append32(out, crc32(cbor));
    return out + cbor;
}

QByteArray encodeRecord(RecordType type, qint64 ts, const QByteArray &payload)
{
    QByteArray out = beginRecord(type, ts);
    out.append(payload);
    finishRecord(out);
    return out;
}

QByteArray encodeRecord(RecordType type, const monitor::Frame &frame)
{
    QByteArray out = beginRecord(type, frame.ts);
    monitor::appendFrame(out, frame);
    finishRecord(out);
    return out;
}

monitor::Frame withoutSecrets(monitor::Frame frame)
{
    for (monitor::PendingMessageInfo &message : frame.pending)
        message.preview.clear();
    for (monitor::ConnectionInfo &connection : frame.connections) {
        connection.path = redacted(connection.path);
        connection.closeReason = redacted(connection.closeReason);
    }
    for (monitor::Event &event : frame.events) {
        event.text = redacted(event.text);
        event.reason = redacted(event.reason);
    }
    for (monitor::SettingInfo &setting : frame.settings) {
        const bool secret = setting.key.contains("token"_L1, Qt::CaseInsensitive)
            || setting.key.contains("password"_L1, Qt::CaseInsensitive)
            || setting.key.contains("secret"_L1, Qt::CaseInsensitive);
        if (secret && !setting.value.isEmpty())
            setting.value = u"(set)"_s;
    }
    return frame;
}

} // namespace dormouse::record
