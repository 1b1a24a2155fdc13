// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/wire/bare.h"

#include <QByteArrayView>
#include <QString>

#include <string_view>
#include <vector>

namespace dormouse::wire {

/// One field of a message for people. Children lie inside their parent and in wire order; the bytes of a parent
/// before its first child are its own header (member number, count or presence byte).
struct FieldNode
{
    QString name;  ///< field name, "[n]" for list items, "error" for the node that ends a broken message
    QString type;  ///< type expression of the layout; "error" or "tail" for the two extra nodes
    QString value; ///< numbers in decimal, text, hex of data, member name of a union or enum, "absent"
    qint64 offset = 0; ///< bytes from the start of the message
    qint64 length = 0; ///< bytes
    std::vector<FieldNode> children;
};

enum class Root {
    RunnerToEngine, ///< type ToServer, read as leniently as the engine reads it
    EngineToRunner  ///< type ToClient, read as strictly as a runner reads it
};

inline constexpr qint64 kMaxListedItems = 1000; ///< items of a list shown one by one; one node sums up the rest
inline constexpr qint64 kMaxShownBytes = 1024;  ///< text and data are cut here in FieldNode::value

/// The field tree of one message (runner-protocol.md section 3, by the tables of layout.h). Bytes that the receiver
/// would refuse give the tree up to that point plus an error node with the field path and the reason, as the last
/// child of the root. Any thread. Errors: ws.invalid_packet for an unsupported version.
Result<FieldNode> dissect(int version, Root root, QByteArrayView bytes);
/// The same for any type of the layout. Errors: ws.invalid_packet when the version has no such type.
Result<FieldNode> dissectType(int version, std::string_view typeName, Strictness strictness, QByteArrayView bytes);
/// The error node, if the message was refused.
const FieldNode *findError(const FieldNode &root);

} // namespace dormouse::wire
