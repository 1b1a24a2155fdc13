// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace dormouse::wire {

// The field order, types and member numbers of every protocol version as data (runner-protocol.md section 3).
// Used by the dissector, and by the tests as an independent description beside the typed codec.

enum class TypeKind {
    Struct, ///< fields in order
    Union,  ///< members in tag order; a field's name and type are both the member's type name
    Enum,   ///< members in tag order; types are empty
    Alias,  ///< one nameless field
    Void    ///< no bytes
};

struct FieldLayout
{
    std::string_view name;
    std::string_view type; ///< type expression, for example "optional<map<str,ActorName>>"
};

struct TypeLayout
{
    std::string_view name;
    TypeKind kind = TypeKind::Void;
    int firstVersion = 1; ///< inclusive
    int lastVersion = 7;  ///< inclusive
    std::span<const FieldLayout> fields;
};

/// Every type of every version, sorted by name and then by first version. Any thread.
std::span<const TypeLayout> allTypes();
/// The shape a type has in one version; null when that version has no such type. Any thread.
const TypeLayout *findType(int version, std::string_view name);

/// "optional<T>" is {optional, T}, "map<str,T>" is {map, T, str}; anything else is {expression}.
struct TypeExpression
{
    std::string_view outer;
    std::string_view inner;
    std::string_view key;
};
TypeExpression splitType(std::string_view type);

} // namespace dormouse::wire
