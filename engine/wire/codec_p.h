// SPDX-License-Identifier: Apache-2.0
#pragma once

// One description per type, `body()`, serves both directions: with a Decoder it fills the value, with an Encoder it
// writes it. The order of the field() calls is the wire order of runner-protocol.md section 3, and a condition on
// version() is a row of section 3.7.

#include "engine/wire/bare.h"
#include "engine/wire/legacyids.h"
#include "engine/wire/protocol.h"

#include <QtEndian>


#include <concepts>
#include <span>
#include <type_traits>

namespace dormouse::wire {

template<typename T, typename Type>
concept Is = std::same_as<std::remove_const_t<T>, Type>;

/// A union member: its place in the std::variant, and its name for error paths. Tables are in tag order.
struct UnionMember
{
    std::size_t alternative;
    const char *name;
};
using UnionTable = std::span<const UnionMember>;

class Decoder
{
public:
    static constexpr bool kDecodes = true;

    Decoder(int version, QByteArrayView bytes, Strictness strictness) : m_reader(bytes, strictness), m_version(version)
    {
        if (bytes.size() > kMaxMessageBytes)
            m_reader.fail(QStringLiteral("a message of %1 bytes").arg(bytes.size()), 0);
    }

    int version() const { return m_version; }
    bool failed() const { return m_reader.failed(); }
    void fail(const QString &reason) { m_reader.fail(reason); }
    BareReader &reader() { return m_reader; }

    template<typename T>
    void field(const char *name, T &target)
    {
        m_reader.enter(name);
        value(target);
        m_reader.leave();
    }
    /// A `str` kept as bytes.
    void text(const char *name, QByteArray &target)
    {
        m_reader.enter(name);
        target = m_reader.readText().toByteArray();
        m_reader.leave();
    }
    /// A 16-byte id; bytes are empty after a failure.
    void legacyId(const char *name, QByteArray &target)
    {
        m_reader.enter(name);
        target = m_reader.readFixed(kLegacyIdBytes).toByteArray();
        m_reader.leave();
    }
    template<typename Enum>
    void enumeration(const char *name, Enum &target, int count)
    {
        m_reader.enter(name);
        target = Enum(m_reader.readTag(count));
        m_reader.leave();
    }
    /// \a prefix runs after the tag and before the member's fields.
    template<typename Variant, typename Prefix>
    void tagged(const char *name, UnionTable table, Variant &target, Prefix prefix)
    {
        m_reader.enter(name);
        const int tag = m_reader.readTag(int(table.size()));
        if (!failed()) {
            const UnionMember &member = table[std::size_t(tag)];
            emplaceAt(target, member.alternative, std::make_index_sequence<std::variant_size_v<Variant>>());
            m_reader.enter(member.name);
            std::visit(
                [&](auto &inner) {
                    prefix(inner);
                    body(*this, inner);
                },
                target);
            m_reader.leave();
        }
        m_reader.leave();
    }
    template<typename Variant>
    void tagged(const char *name, UnionTable table, Variant &target)
    {
        tagged(name, table, target, [](auto &) {});
    }

private:
    void value(bool &target) { target = m_reader.readBool(); }
    void value(quint16 &target) { target = m_reader.readU16(); }
    void value(quint32 &target) { target = m_reader.readU32(); }
    void value(quint64 &target) { target = m_reader.readU64(); }
    void value(qint64 &target) { target = m_reader.readI64(); }
    void value(QString &target) { target = m_reader.readString(); }
    void value(QByteArray &target) { target = m_reader.readData().toByteArray(); }
    void value(GatewayId &target) { target.value = fixed4(); }
    void value(RequestId &target) { target.value = fixed4(); }

    template<typename T>
    void value(std::optional<T> &target)
    {
        if (m_reader.readBool())
            value(target.emplace());
    }
    template<typename T>
    void value(std::vector<T> &target)
    {
        const qint64 count = m_reader.readCount();
        // A count is only a claim: room for more than a handful is made as the items really arrive.
        target.reserve(std::size_t(std::min<qint64>(count, 64)));
        for (qint64 i = 0; i < count && !failed(); ++i) {
            m_reader.enter("", i);
            value(target.emplace_back());
            m_reader.leave();
        }
    }
    void value(HeaderMap &target) { textMap<QByteArray>(target); }
    void value(std::vector<std::pair<QString, QString>> &target) { textMap<QString>(target); }
    template<typename Text, typename List>
    void textMap(List &target)
    {
        const qint64 count = m_reader.readCount();
        KeyIndex keys;
        for (qint64 i = 0; i < count && !failed(); ++i) {
            m_reader.enter("", i);
            const qint64 start = m_reader.offset();
            const QByteArrayView key = m_reader.readText();
            const QByteArrayView mapped = m_reader.readText();
            if (!failed()) {
                const std::optional<std::size_t> earlier = keys.insert(key);
                if (!earlier)
                    target.emplace_back(as<Text>(key), as<Text>(mapped));
                else if (m_reader.strictness() == Strictness::Strict)
                    m_reader.fail(QStringLiteral("a map key occurs twice"), start);
                else
                    std::next(target.begin(), std::ptrdiff_t(*earlier))->second = as<Text>(mapped);
            }
            m_reader.leave();
        }
    }
    template<typename T>
        requires std::is_class_v<T>
    void value(T &target)
    {
        body(*this, target);
    }

    template<typename Text>
    static Text as(QByteArrayView utf8)
    {
        if constexpr (std::same_as<Text, QString>)
            return textFromUtf8(utf8);
        else
            return utf8.toByteArray();
    }
    quint32 fixed4()
    {
        const QByteArrayView bytes = m_reader.readFixed(4);
        return bytes.isEmpty() ? 0 : qFromBigEndian<quint32>(bytes.data());
    }
    template<typename Variant, std::size_t... I>
    static void emplaceAt(Variant &target, std::size_t alternative, std::index_sequence<I...>)
    {
        (void)((alternative == I ? (void(target.template emplace<I>()), true) : false) || ...);
    }

    BareReader m_reader;
    int m_version;
};

class Encoder
{
public:
    static constexpr bool kDecodes = false;

    Encoder(int version, qint64 sizeHint) : m_writer(sizeHint), m_version(version) {}

    int version() const { return m_version; }
    bool failed() const { return !m_reason.isEmpty(); }
    void fail(const QString &reason)
    {
        if (!failed())
            m_reason = reason;
    }
    BareWriter &writer() { return m_writer; }
    Result<QByteArray> finish()
    {
        if (!failed() && m_writer.size() > kMaxMessageBytes)
            fail(QStringLiteral("a message of %1 bytes").arg(m_writer.size()));
        if (failed())
            return Error::make("ws", "invalid_packet", m_reason);
        return m_writer.take();
    }

    template<typename T>
    void field(const char *name, const T &source)
    {
        m_field = name;
        value(source);
    }
    void text(const char *name, const QByteArray &source)
    {
        m_field = name;
        writeText(source);
    }
    template<typename Enum>
    void enumeration(const char *, Enum source, int)
    {
        m_writer.writeUint(quint64(source));
    }
    template<typename Variant, typename Prefix>
    void tagged(const char *name, UnionTable table, const Variant &source, Prefix prefix)
    {
        std::size_t tag = 0;
        while (tag < table.size() && table[tag].alternative != source.index())
            ++tag;
        if (tag == table.size()) {
            fail(QStringLiteral("version %1 has no such member (number %2 of the model) in %3")
                     .arg(m_version)
                     .arg(source.index())
                     .arg(QLatin1StringView(name)));
            return;
        }
        m_writer.writeUint(tag);
        std::visit(
            [&](const auto &inner) {
                prefix(inner);
                body(*this, inner);
            },
            source);
    }
    template<typename Variant>
    void tagged(const char *name, UnionTable table, const Variant &source)
    {
        tagged(name, table, source, [](const auto &) {});
    }

private:
    void value(bool source) { m_writer.writeBool(source); }
    void value(quint16 source) { m_writer.writeU16(source); }
    void value(quint32 source) { m_writer.writeU32(source); }
    void value(quint64 source) { m_writer.writeU64(source); }
    void value(qint64 source) { m_writer.writeI64(source); }
    void value(const QString &source) { m_writer.writeString(source); }
    void value(const QByteArray &source)
    {
        if (source.size() > kMaxMessageBytes) // before copying it
            fail(QStringLiteral("%1 has %2 bytes").arg(QLatin1StringView(m_field)).arg(source.size()));
        else
            m_writer.writeData(source);
    }
    void value(GatewayId source) { writeFixed4(source.value); }
    void value(RequestId source) { writeFixed4(source.value); }

    template<typename T>
    void value(const std::optional<T> &source)
    {
        m_writer.writeBool(source.has_value());
        if (source)
            value(*source);
    }
    template<typename T>
    void value(const std::vector<T> &source)
    {
        m_writer.writeUint(source.size());
        for (const T &item : source)
            value(item);
    }
    void value(const HeaderMap &source)
    {
        m_writer.writeUint(quint64(source.size()));
        KeyIndex keys;
        for (const auto &[key, mapped] : source) {
            checkKey(keys, key);
            writeText(key);
            writeText(mapped);
        }
    }
    void value(const std::vector<std::pair<QString, QString>> &source)
    {
        m_writer.writeUint(source.size());
        std::vector<QByteArray> utf8;
        utf8.reserve(source.size()); // the index keeps views of them
        KeyIndex keys;
        for (const auto &[key, mapped] : source) {
            checkKey(keys, utf8.emplace_back(key.toUtf8()));
            m_writer.writeString(key);
            m_writer.writeString(mapped);
        }
    }
    template<typename T>
        requires std::is_class_v<T>
    void value(const T &source)
    {
        body(*this, source);
    }

    void checkKey(KeyIndex &keys, const QByteArray &key)
    {
        if (keys.insert(key))
            fail(QStringLiteral("the key \"%1\" occurs twice in %2")
                     .arg(QString::fromUtf8(key), QLatin1StringView(m_field)));
    }
    void writeText(const QByteArray &utf8)
    {
        if (!QByteArrayView(utf8).isValidUtf8())
            fail(QStringLiteral("%1 is not valid UTF-8").arg(QLatin1StringView(m_field)));
        m_writer.writeData(utf8);
    }
    void writeFixed4(quint32 source)
    {
        char buffer[sizeof source];
        qToBigEndian(source, buffer);
        m_writer.writeFixed({buffer, qsizetype(sizeof buffer)});
    }

    BareWriter m_writer;
    int m_version;
    const char *m_field = "";
    QString m_reason;
};

/// Members without fields.
template<typename A, typename T>
    requires std::is_empty_v<T>
void body(A &, T &)
{
}

// --- parts both directions use ------------------------------------------------------------------

inline constexpr int kLastMk1Version = 3; ///< indices count per runner, no checkpoints
inline constexpr int kLastLegacyIdVersion = 2;
inline constexpr int kLastVersionWithInnerGeneration = 4; ///< events and commands repeat it

template<typename A, Is<ActorCheckpoint> T>
void body(A &ar, T &v)
{
    ar.field("actorId", v.actorId);
    if (ar.version() > kLastVersionWithInnerGeneration)
        ar.field("generation", v.generation);
    ar.field("index", v.index);
}

template<typename A, Is<MessageId> T>
void body(A &ar, T &v)
{
    ar.field("gatewayId", v.gatewayId);
    ar.field("requestId", v.requestId);
    ar.field("messageIndex", v.messageIndex);
}

template<typename A, Is<HibernatingRequest> T>
void body(A &ar, T &v)
{
    ar.field("gatewayId", v.gatewayId);
    ar.field("requestId", v.requestId);
}

inline Error unsupportedVersion(int version)
{
    return Error::make("ws", "invalid_packet", QStringLiteral("protocol version %1 is not supported").arg(version));
}

inline bool isSupportedVersion(int version)
{
    return version >= kOldestVersion && version <= kNewestVersion;
}

} // namespace dormouse::wire
