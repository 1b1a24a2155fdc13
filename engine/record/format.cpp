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

constexpr std::array<quint32, 256> makeTable()
{
    std::array<quint32, 256> table{};
    for (quint32 i = 0; i < 256; ++i) {
        quint32 value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) ? 0xedb88320u ^ (value >> 1) : value >> 1;
        table[i] = value;
    }
    return table;
}
constexpr std::array<quint32, 256> kTable = makeTable();

void append32(QByteArray &out, quint32 value)
{
    const quint32 little = qToLittleEndian(value);
    out.append(reinterpret_cast<const char *>(&little), sizeof little);
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

quint32 crc32(const QByteArray &bytes, quint32 seed)
{
    quint32 value = ~seed;
    for (const char byte : bytes)
        value = kTable[(value ^ quint8(byte)) & 0xff] ^ (value >> 8);
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
    QByteArray body;
    body.reserve(kRecordFixedBytes + payload.size());
    body.append(char(type));
    const qint64 little = qToLittleEndian(ts);
    body.append(reinterpret_cast<const char *>(&little), sizeof little);
    body.append(payload);
    QByteArray out;
    out.reserve(kRecordHeadBytes + body.size());
    append32(out, quint32(body.size()));
    append32(out, crc32(body));
    out.append(body);
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
