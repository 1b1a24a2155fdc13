// SPDX-License-Identifier: Apache-2.0
#include "engine/wire/dissect.h"

#include "engine/wire/layout.h"
#include "engine/wire/protocol.h"

using namespace Qt::StringLiterals;

namespace dormouse::wire {

namespace {

QString toText(std::string_view text)
{
    return QString::fromLatin1(text.data(), qsizetype(text.size()));
}

QString shownText(QByteArrayView utf8)
{
    const QString text = textFromUtf8(utf8);
    return text.size() <= kMaxShownBytes ? text : text.first(kMaxShownBytes) + u'…';
}

QString shownData(QByteArrayView bytes)
{
    const QByteArrayView shown = bytes.first(std::min<qsizetype>(bytes.size(), kMaxShownBytes));
    const QString hex = QString::fromLatin1(QByteArray::fromRawData(shown.data(), shown.size()).toHex());
    return shown.size() == bytes.size() ? hex : hex + u'…';
}

class Dissector
{
public:
    Dissector(int version, Strictness strictness, QByteArrayView bytes)
        : m_reader(bytes, strictness), m_size(bytes.size()), m_version(version)
    {
        if (bytes.size() > kMaxMessageBytes)
            m_reader.fail(u"a message of %1 bytes"_s.arg(bytes.size()), 0);
    }

    FieldNode run(std::string_view typeName)
    {
        FieldNode root = read(toText(typeName), typeName);
        m_reader.finish();
        root.offset = 0;
        root.length = m_size;
        if (m_reader.failed()) {
            const qint64 offset = std::min(m_reader.failedOffset(), m_size);
            root.children.push_back({u"error"_s, u"error"_s,
                                     m_reader.failedPath() + u": "_s + m_reader.failedReason(), offset,
                                     m_size - offset, {}});
        } else if (m_reader.remaining() > 0) {
            root.children.push_back({u"tail"_s, u"tail"_s, u"ignored"_s, m_reader.offset(), m_reader.remaining(), {}});
        }
        return root;
    }

private:
    FieldNode read(const QString &name, std::string_view type)
    {
        FieldNode node{name, toText(type), {}, m_reader.offset(), 0, {}};
        const QByteArray pathName = name.toLatin1();
        m_reader.enter(pathName.constData());
        readValue(node, type);
        m_reader.leave();
        node.length = m_reader.offset() - node.offset;
        return node;
    }

    /// Broken fields are left out of the tree: the error node speaks for them.
    void addChild(FieldNode &parent, const QString &name, std::string_view type)
    {
        if (m_reader.failed())
            return;
        FieldNode child = read(name, type);
        if (!m_reader.failed() || !child.children.empty())
            parent.children.push_back(std::move(child));
    }

    void readValue(FieldNode &node, std::string_view type)
    {
        const TypeExpression expression = splitType(type);
        if (expression.outer == "optional")
            readOptional(node, expression.inner);
        else if (expression.outer == "list" || expression.outer == "map")
            readList(node, expression);
        else if (!readPrimitive(node, type))
            readNamed(node, type);
    }

    bool readPrimitive(FieldNode &node, std::string_view type)
    {
        if (type == "bool")
            node.value = m_reader.readBool() ? u"true"_s : u"false"_s;
        else if (type == "u16")
            node.value = QString::number(m_reader.readU16());
        else if (type == "u32")
            node.value = QString::number(m_reader.readU32());
        else if (type == "u64")
            node.value = QString::number(m_reader.readU64());
        else if (type == "i64")
            node.value = QString::number(m_reader.readI64());
        else if (type == "str")
            node.value = shownText(m_reader.readText());
        else if (type == "data")
            node.value = shownData(m_reader.readData());
        else if (type == "data4")
            node.value = shownData(m_reader.readFixed(4));
        else if (type == "data16")
            node.value = shownData(m_reader.readFixed(16));
        else
            return false;
        return true;
    }

    void readOptional(FieldNode &node, std::string_view inner)
    {
        if (m_reader.readBool())
            readValue(node, inner);
        else
            node.value = u"absent"_s;
    }

    void readList(FieldNode &node, const TypeExpression &expression)
    {
        const qint64 count = m_reader.readCount();
        node.value = u"%1 items"_s.arg(count);
        KeyIndex keys;
        FieldNode rest;
        for (qint64 i = 0; i < count && !m_reader.failed(); ++i) {
            FieldNode item{u'[' + QString::number(i) + u']', toText(expression.inner), {}, m_reader.offset(), 0, {}};
            m_reader.enter("", i);
            if (!expression.key.empty())
                readKey(item, keys);
            readValue(item, expression.inner);
            m_reader.leave();
            item.length = m_reader.offset() - item.offset;
            if (m_reader.failed() && item.children.empty())
                break;
            if (i < kMaxListedItems) {
                node.children.push_back(std::move(item));
                continue;
            }
            if (i == kMaxListedItems)
                rest = {u"[%1…%2]"_s.arg(i).arg(count - 1), item.type, u"%1 more"_s.arg(count - i), item.offset, 0, {}};
            rest.length = m_reader.offset() - rest.offset;
        }
        if (rest.length > 0)
            node.children.push_back(std::move(rest));
    }

    /// A map entry is named by its key; the key's bytes are the header of the entry.
    void readKey(FieldNode &item, KeyIndex &keys)
    {
        const qint64 start = m_reader.offset();
        const QByteArrayView key = m_reader.readText();
        if (m_reader.failed())
            return;
        if (keys.insert(key) && m_reader.strictness() == Strictness::Strict)
            m_reader.fail(u"a map key occurs twice"_s, start);
        item.name = shownText(key);
    }

    void readNamed(FieldNode &node, std::string_view typeName)
    {
        const TypeLayout *layout = findType(m_version, typeName);
        if (!layout) {
            m_reader.fail(u"version %1 has no type %2"_s.arg(m_version).arg(toText(typeName)));
            return;
        }
        switch (layout->kind) {
        case TypeKind::Void:
            break;
        case TypeKind::Alias:
            readValue(node, layout->fields[0].type);
            break;
        case TypeKind::Struct:
            for (const FieldLayout &field : layout->fields)
                addChild(node, toText(field.name), field.type);
            break;
        case TypeKind::Enum: {
            const int tag = m_reader.readTag(int(layout->fields.size()));
            node.value = toText(layout->fields[std::size_t(tag)].name);
            break;
        }
        case TypeKind::Union: {
            const int tag = m_reader.readTag(int(layout->fields.size()));
            if (m_reader.failed())
                break;
            const FieldLayout &member = layout->fields[std::size_t(tag)];
            node.value = toText(member.name);
            addChild(node, node.value, member.type);
            break;
        }
        }
    }

    BareReader m_reader;
    qint64 m_size;
    int m_version;
};

} // namespace

Result<FieldNode> dissect(int version, Root root, QByteArrayView bytes)
{
    if (root == Root::RunnerToEngine)
        return dissectType(version, "ToServer", Strictness::Lenient, bytes);
    return dissectType(version, "ToClient", Strictness::Strict, bytes);
}

Result<FieldNode> dissectType(int version, std::string_view typeName, Strictness strictness, QByteArrayView bytes)
{
    if (!findType(version, typeName)) {
        return Error::make("ws", "invalid_packet",
                           u"protocol version %1 has no type %2"_s.arg(version).arg(toText(typeName)));
    }
    return Dissector(version, strictness, bytes).run(typeName);
}

const FieldNode *findError(const FieldNode &root)
{
    if (root.children.empty() || root.children.back().type != u"error"_s)
        return nullptr;
    return &root.children.back();
}

} // namespace dormouse::wire
