// SPDX-License-Identifier: Apache-2.0
#include "tests/wire/layoutcodec.h"

#include "engine/wire/layout.h"

#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace dormouse::wire::test {

namespace {

QString toText(std::string_view text)
{
    return QString::fromLatin1(text.data(), qsizetype(text.size()));
}

QJsonValue hex(QByteArrayView bytes)
{
    return QString::fromLatin1(bytes.toByteArray().toHex());
}

QByteArray fromHex(const QJsonValue &value)
{
    return QByteArray::fromHex(value.toString().toLatin1());
}

class LayoutReader
{
public:
    LayoutReader(int version, BareReader &reader) : m_reader(reader), m_version(version) {}

    QJsonValue read(std::string_view type)
    {
        if (m_reader.failed())
            return {};
        const TypeExpression parts = splitType(type);
        if (parts.outer == "optional")
            return m_reader.readBool() ? read(parts.inner) : QJsonValue(QJsonValue::Null);
        if (parts.outer == "list" || parts.outer == "map")
            return readItems(parts);
        if (type == "bool")
            return m_reader.readBool();
        if (type == "u16")
            return m_reader.readU16();
        if (type == "u32")
            return qint64(m_reader.readU32());
        if (type == "u64")
            return QString::number(m_reader.readU64());
        if (type == "i64")
            return QString::number(m_reader.readI64());
        if (type == "str")
            return m_reader.readString();
        if (type == "data")
            return hex(m_reader.readData());
        if (type == "data4")
            return hex(m_reader.readFixed(4));
        if (type == "data16")
            return hex(m_reader.readFixed(16));
        return readNamed(*findType(m_version, type));
    }

private:
    QJsonValue readItems(const TypeExpression &parts)
    {
        QJsonArray items;
        const qint64 count = m_reader.readCount();
        for (qint64 i = 0; i < count && !m_reader.failed(); ++i) {
            if (parts.key.empty()) {
                items.append(read(parts.inner));
                continue;
            }
            const QJsonValue key = read(parts.key);
            const QJsonValue mapped = read(parts.inner);
            bool known = false;
            for (qsizetype k = 0; k < items.size() && !known; ++k) {
                if (items[k].toArray()[0] != key)
                    continue;
                known = true;
                if (m_reader.strictness() == Strictness::Strict)
                    m_reader.fail(u"duplicate"_s);
                items[k] = QJsonArray{key, mapped};
            }
            if (!known)
                items.append(QJsonArray{key, mapped});
        }
        return items;
    }

    QJsonValue readNamed(const TypeLayout &layout)
    {
        QJsonObject object;
        switch (layout.kind) {
        case TypeKind::Void:
            return QJsonValue::Null;
        case TypeKind::Alias:
            return read(layout.fields[0].type);
        case TypeKind::Struct:
            for (const FieldLayout &field : layout.fields)
                object[toText(field.name)] = read(field.type);
            return object;
        case TypeKind::Enum:
            return toText(layout.fields[std::size_t(m_reader.readTag(int(layout.fields.size())))].name);
        case TypeKind::Union: {
            const FieldLayout &member = layout.fields[std::size_t(m_reader.readTag(int(layout.fields.size())))];
            object[u"tag"_s] = toText(member.name);
            object[u"val"_s] = read(member.type);
            return object;
        }
        }
        return {};
    }

    BareReader &m_reader;
    int m_version;
};

class LayoutWriter
{
public:
    explicit LayoutWriter(int version) : m_writer(64), m_version(version) {}

    void write(std::string_view type, const QJsonValue &value)
    {
        const TypeExpression parts = splitType(type);
        if (parts.outer == "optional") {
            m_writer.writeBool(!value.isNull());
            if (!value.isNull())
                write(parts.inner, value);
        } else if (parts.outer == "list" || parts.outer == "map") {
            writeItems(parts, value.toArray());
        } else if (type == "bool") {
            m_writer.writeBool(value.toBool());
        } else if (type == "u16") {
            m_writer.writeU16(quint16(value.toInt()));
        } else if (type == "u32") {
            m_writer.writeU32(quint32(value.toInteger()));
        } else if (type == "u64") {
            m_writer.writeU64(value.toString().toULongLong());
        } else if (type == "i64") {
            m_writer.writeI64(value.toString().toLongLong());
        } else if (type == "str") {
            m_writer.writeString(value.toString());
        } else if (type == "data") {
            m_writer.writeData(fromHex(value));
        } else if (type == "data4" || type == "data16") {
            m_writer.writeFixed(fromHex(value));
        } else {
            writeNamed(*findType(m_version, type), value);
        }
    }

    QByteArray take() { return m_writer.take(); }

private:
    void writeItems(const TypeExpression &parts, const QJsonArray &items)
    {
        m_writer.writeUint(quint64(items.size()));
        for (const QJsonValue &item : items) {
            if (parts.key.empty()) {
                write(parts.inner, item);
            } else {
                write(parts.key, item.toArray()[0]);
                write(parts.inner, item.toArray()[1]);
            }
        }
    }

    void writeNamed(const TypeLayout &layout, const QJsonValue &value)
    {
        const QJsonObject object = value.toObject();
        switch (layout.kind) {
        case TypeKind::Void:
            break;
        case TypeKind::Alias:
            write(layout.fields[0].type, value);
            break;
        case TypeKind::Struct:
            for (const FieldLayout &field : layout.fields)
                write(field.type, object[toText(field.name)]);
            break;
        case TypeKind::Enum:
            m_writer.writeUint(memberNumber(layout, value.toString()));
            break;
        case TypeKind::Union: {
            const std::size_t number = memberNumber(layout, object[u"tag"_s].toString());
            m_writer.writeUint(number);
            write(layout.fields[number].type, object[u"val"_s]);
            break;
        }
        }
    }

    static std::size_t memberNumber(const TypeLayout &layout, const QString &name)
    {
        for (std::size_t i = 0; i < layout.fields.size(); ++i) {
            if (toText(layout.fields[i].name) == name)
                return i;
        }
        qFatal("no member %s", qPrintable(name));
    }

    BareWriter m_writer;
    int m_version;
};

} // namespace

Result<QJsonValue> decodeByLayout(int version, std::string_view type, Strictness strictness, QByteArrayView bytes)
{
    BareReader reader(bytes, strictness);
    const QJsonValue value = LayoutReader(version, reader).read(type);
    reader.finish();
    if (reader.failed())
        return reader.error();
    return value;
}

QByteArray encodeByLayout(int version, std::string_view type, const QJsonValue &value)
{
    LayoutWriter writer(version);
    writer.write(type, value);
    return writer.take();
}

} // namespace dormouse::wire::test
