// SPDX-License-Identifier: Apache-2.0
#include "engine/wire/bare.h"

#include <QtEndian>

using namespace Qt::StringLiterals;

namespace dormouse::wire {

bool BareReader::need(qint64 size)
{
    if (m_failed)
        return false;
    if (size <= remaining())
        return true;
    fail(u"input ends early: needs %1 bytes, %2 left"_s.arg(size).arg(remaining()));
    return false;
}

void BareReader::fail(const QString &reason, qint64 offset)
{
    if (m_failed)
        return;
    m_failed = true;
    m_failedOffset = offset >= 0 ? offset : m_offset;
    m_reason = reason;
    const int depth = std::min(m_depth, kMaxDepth);
    for (int i = 0; i < depth; ++i) {
        const PathEntry &entry = m_path[std::size_t(i)];
        if (entry.index >= 0) {
            m_failedPath += u'[' + QString::number(entry.index) + u']';
        } else {
            if (!m_failedPath.isEmpty())
                m_failedPath += u'.';
            m_failedPath += QLatin1StringView(entry.name);
        }
    }
}

Error BareReader::error() const
{
    return Error::make("ws", "invalid_packet",
                       u"%1 at byte %2: %3"_s.arg(m_failedPath).arg(m_failedOffset).arg(m_reason),
                       {{u"path"_s, m_failedPath}, {u"offset"_s, m_failedOffset}, {u"reason"_s, m_reason}});
}

bool BareReader::readBool()
{
    const qint64 start = m_offset;
    const quint8 value = readU8();
    if (value > 1 && m_strictness == Strictness::Strict)
        fail(u"a boolean must be 0 or 1, not %1"_s.arg(value), start);
    return value != 0 && !m_failed;
}

quint8 BareReader::readU8()
{
    if (!need(1))
        return 0;
    return quint8(m_bytes[m_offset++]);
}

quint16 BareReader::readU16()
{
    if (!need(2))
        return 0;
    const auto value = qFromLittleEndian<quint16>(m_bytes.data() + m_offset);
    m_offset += 2;
    return value;
}

quint32 BareReader::readU32()
{
    if (!need(4))
        return 0;
    const auto value = qFromLittleEndian<quint32>(m_bytes.data() + m_offset);
    m_offset += 4;
    return value;
}

quint64 BareReader::readU64()
{
    if (!need(8))
        return 0;
    const auto value = qFromLittleEndian<quint64>(m_bytes.data() + m_offset);
    m_offset += 8;
    return value;
}

quint64 BareReader::readUint()
{
    constexpr int kMaxBytes = 10;
    const qint64 start = m_offset;
    quint64 value = 0;
    for (int i = 0; i < kMaxBytes; ++i) {
        if (!need(1))
            return 0;
        const auto byte = quint8(m_bytes[m_offset++]);
        if (i == kMaxBytes - 1 && byte > 1)
            break;
        value |= quint64(byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;
        if (m_strictness == Strictness::Strict) {
            if (byte == 0 && i > 0)
                fail(u"a number must be written in its shortest form"_s, start);
            else if (value > 0xffffffffULL)
                fail(u"a length above 32 bits"_s, start);
        }
        return m_failed ? 0 : value;
    }
    fail(u"a number longer than 64 bits"_s, start);
    return 0;
}

int BareReader::readTag(int memberCount)
{
    const qint64 start = m_offset;
    const quint64 tag = m_strictness == Strictness::Strict ? readU8() : readUint();
    if (m_failed)
        return 0;
    if (tag >= quint64(memberCount)) {
        fail(u"member number %1 is not below %2"_s.arg(tag).arg(memberCount), start);
        return 0;
    }
    return int(tag);
}

qint64 BareReader::readCount()
{
    const qint64 start = m_offset;
    const quint64 count = readUint();
    if (m_failed)
        return 0;
    if (count > quint64(remaining()))
        fail(u"a count of %1 with %2 bytes left"_s.arg(count).arg(remaining()), start);
    else if (count > quint64(kMaxListItems))
        fail(u"a count of %1, above the limit of %2"_s.arg(count).arg(kMaxListItems), start);
    return m_failed ? 0 : qint64(count);
}

QByteArrayView BareReader::readFixed(qint64 size)
{
    if (!need(size))
        return {};
    const QByteArrayView bytes = m_bytes.sliced(m_offset, size);
    m_offset += size;
    return bytes;
}

QByteArrayView BareReader::readData()
{
    const qint64 start = m_offset;
    const quint64 size = readUint();
    if (m_failed)
        return {};
    if (size > quint64(remaining())) {
        fail(u"a length of %1 with %2 bytes left"_s.arg(size).arg(remaining()), start);
        return {};
    }
    return readFixed(qint64(size));
}

QByteArrayView BareReader::readText()
{
    const QByteArrayView text = readData();
    if (!m_failed && !text.isValidUtf8()) {
        fail(u"text is not valid UTF-8"_s, m_offset - text.size());
        return {};
    }
    return text;
}

QString BareReader::readString()
{
    return textFromUtf8(readText());
}

void BareReader::finish()
{
    if (!m_failed && m_strictness == Strictness::Strict && remaining() > 0)
        fail(u"%1 bytes after the end of the message"_s.arg(remaining()));
}

void BareWriter::writeU16(quint16 value)
{
    char buffer[sizeof value];
    qToLittleEndian(value, buffer);
    m_out.append(buffer, sizeof buffer);
}

void BareWriter::writeU32(quint32 value)
{
    char buffer[sizeof value];
    qToLittleEndian(value, buffer);
    m_out.append(buffer, sizeof buffer);
}

void BareWriter::writeU64(quint64 value)
{
    char buffer[sizeof value];
    qToLittleEndian(value, buffer);
    m_out.append(buffer, sizeof buffer);
}

void BareWriter::writeUint(quint64 value)
{
    while (value >= 0x80) {
        m_out.append(char(quint8(value) | 0x80));
        value >>= 7;
    }
    m_out.append(char(value));
}

void BareWriter::writeData(QByteArrayView bytes)
{
    writeUint(quint64(bytes.size()));
    m_out.append(bytes);
}

void BareWriter::writeString(const QString &text)
{
    if (text.isValidUtf16()) {
        writeData(text.toUtf8());
        return;
    }
    QString repaired = text;
    for (qsizetype i = 0; i < repaired.size(); ++i) {
        const QChar unit = repaired.at(i);
        const bool pair = unit.isHighSurrogate() && i + 1 < repaired.size() && repaired.at(i + 1).isLowSurrogate();
        if (pair)
            ++i;
        else if (unit.isSurrogate())
            repaired[i] = QChar::ReplacementCharacter;
    }
    writeData(repaired.toUtf8());
}

std::optional<std::size_t> KeyIndex::insert(QByteArrayView key)
{
    constexpr std::size_t kScanned = 16; // an ordinary header map stays below and needs no hash table
    const auto view = [](QByteArrayView bytes) { return std::string_view(bytes.data(), std::size_t(bytes.size())); };
    if (m_keys.size() < kScanned) {
        for (std::size_t i = 0; i < m_keys.size(); ++i) {
            if (view(m_keys[i]) == view(key))
                return i;
        }
    } else {
        if (m_positions.empty()) {
            for (std::size_t i = 0; i < m_keys.size(); ++i)
                m_positions.emplace(view(m_keys[i]), i);
        }
        const auto [it, inserted] = m_positions.emplace(view(key), m_keys.size());
        if (!inserted)
            return it->second;
    }
    m_keys.push_back(key);
    return std::nullopt;
}

QString textFromUtf8(QByteArrayView utf8)
{
    // QString::fromUtf8 swallows one leading byte order mark, which would change the text on its way through.
    if (utf8.startsWith("\xef\xbb\xbf"))
        return QChar(QChar::ByteOrderMark) + QString::fromUtf8(utf8);
    return QString::fromUtf8(utf8);
}

} // namespace dormouse::wire
