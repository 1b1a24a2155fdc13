// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dormouse::wire {

/// How a reader judges bytes that are readable but not canonical (runner-protocol.md section 1.2).
enum class Strictness {
    Lenient, ///< column "this engine": padded lengths, wide tags, booleans above 1, doubled keys and a tail pass
    Strict   ///< column "npm decoder": all of these are refused
};

/// Items of one list or map that a reader accepts. No runner comes near it; it bounds the memory that a small
/// number of wire bytes can claim.
inline constexpr qint64 kMaxListItems = 262'144;

/// Reads the primitive forms of section 1.1 from a view that must outlive it. The first failure is kept with the
/// field path and offset; afterwards every read returns an empty value at once. Any thread, one reader per message.
class BareReader
{
public:
    BareReader(QByteArrayView bytes, Strictness strictness) : m_bytes(bytes), m_strictness(strictness) {}

    bool readBool();
    quint8 readU8();
    quint16 readU16();
    quint32 readU32();
    quint64 readU64();
    qint64 readI64() { return qint64(readU64()); }
    quint64 readUint();
    /// A union or enum number below \a memberCount. Strict readers take one byte only.
    int readTag(int memberCount);
    /// A list or map count; never more than the bytes that are left, since no item is empty on the wire.
    qint64 readCount();
    /// The next \a size bytes, a view into the message.
    QByteArrayView readFixed(qint64 size);
    /// `data`: length and bytes, a view into the message.
    QByteArrayView readData();
    /// `str`: like data, but valid UTF-8.
    QByteArrayView readText();
    /// `str` as text. A leading byte order mark is a character like any other.
    QString readString();
    /// Call after the root value: a strict reader refuses a tail.
    void finish();

    /// Names the field being read; \a name must be a literal or outlive the reader. \a index is for list items.
    void enter(const char *name, qint64 index = -1)
    {
        if (m_depth < kMaxDepth)
            m_path[std::size_t(m_depth)] = {name, index};
        ++m_depth;
    }
    void leave() { --m_depth; }
    void fail(const QString &reason, qint64 offset = -1);

    bool failed() const { return m_failed; }
    Strictness strictness() const { return m_strictness; }
    qint64 offset() const { return m_offset; }
    qint64 remaining() const { return m_bytes.size() - m_offset; }
    /// Path of the failure, for example "ToServer.ToServerKvRequest.data.KvGetRequest.keys[3]".
    QString failedPath() const { return m_failedPath; }
    qint64 failedOffset() const { return m_failedOffset; }
    QString failedReason() const { return m_reason; }
    /// ws.invalid_packet; metadata path, offset (bytes), reason.
    Error error() const;

private:
    static constexpr int kMaxDepth = 24; // the deepest type of any version nests 9 fields
    struct PathEntry
    {
        const char *name;
        qint64 index;
    };

    bool need(qint64 size);

    QByteArrayView m_bytes;
    qint64 m_offset = 0;
    int m_depth = 0;
    Strictness m_strictness;
    bool m_failed = false;
    qint64 m_failedOffset = 0;
    std::array<PathEntry, kMaxDepth> m_path;
    QString m_failedPath;
    QString m_reason;
};

/// Writes the primitive forms of section 1.1, always canonical. Any thread.
class BareWriter
{
public:
    explicit BareWriter(qint64 sizeHint) { m_out.reserve(sizeHint); }

    void writeBool(bool value) { m_out.append(value ? '\x01' : '\x00'); }
    void writeU8(quint8 value) { m_out.append(char(value)); }
    void writeU16(quint16 value);
    void writeU32(quint32 value);
    void writeU64(quint64 value);
    void writeI64(qint64 value) { writeU64(quint64(value)); }
    void writeUint(quint64 value);
    void writeFixed(QByteArrayView bytes) { m_out.append(bytes); }
    void writeData(QByteArrayView bytes);
    /// Unpaired surrogates, which UTF-8 cannot carry, become U+FFFD.
    void writeString(const QString &text);

    qint64 size() const { return m_out.size(); }
    QByteArray take() { return std::move(m_out); }

private:
    QByteArray m_out;
};

/// Finds doubled map keys in linear time, whatever the peer sends. The keys must outlive the index.
class KeyIndex
{
public:
    /// The position of the same key inserted earlier, or nothing when \a key is new.
    std::optional<std::size_t> insert(QByteArrayView key);

private:
    std::vector<QByteArrayView> m_keys;
    std::unordered_map<std::string_view, std::size_t> m_positions; // filled once a scan would cost more
};

/// Decodes UTF-8 that is known to be valid, keeping a leading byte order mark.
QString textFromUtf8(QByteArrayView utf8);

} // namespace dormouse::wire
