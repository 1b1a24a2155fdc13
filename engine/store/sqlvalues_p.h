// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <optional>

namespace dormouse::sqlvalue {

template<typename... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template<typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// A null QString or QByteArray would be bound as NULL, an empty one as an empty value.
inline QVariant text(const QString &value)
{
    return value.isNull() ? QVariant(QLatin1StringView("").toString()) : QVariant(value);
}
inline QVariant text(const QByteArray &utf8)
{
    return text(QString::fromUtf8(utf8));
}
inline QVariant text(const std::optional<QString> &value)
{
    return value ? text(*value) : QVariant();
}
inline QVariant blob(const QByteArray &value)
{
    return value.isNull() ? QVariant(QByteArray("")) : QVariant(value);
}
inline QVariant number(const std::optional<qint64> &value)
{
    return value ? QVariant(*value) : QVariant();
}

/// Texts without U+0000 for a database that refuses it: U+0001 becomes U+0001 '1', U+0000 becomes U+0001 '0'.
inline QString withoutNul(QString value)
{
    if (value.contains(QChar(1)) || value.contains(QChar(0))) {
        value.replace(QChar(1), QStringLiteral("\u00011"));
        value.replace(QChar(0), QStringLiteral("\u00010"));
    }
    return value;
}
inline QString withNul(QString value)
{
    if (value.contains(QChar(1))) {
        value.replace(QStringLiteral("\u00010"), QString(QChar(0)));
        value.replace(QStringLiteral("\u00011"), QString(QChar(1)));
    }
    return value;
}

/// Reads the columns of the current row one after the other.
class Columns
{
public:
    Columns(const QSqlQuery &query, bool decodeNul) : m_query(query), m_decodeNul(decodeNul) {}
    QString text() { return decoded(m_query.value(m_next++).toString()); }
    QByteArray utf8() { return text().toUtf8(); }
    QByteArray blob() { return m_query.value(m_next++).toByteArray(); }
    qint64 number() { return m_query.value(m_next++).toLongLong(); }
    bool flag() { return number() != 0; }
    std::optional<qint64> optionalNumber()
    {
        const QVariant value = m_query.value(m_next++);
        return value.isNull() ? std::nullopt : std::optional(value.toLongLong());
    }
    std::optional<QString> optionalText()
    {
        const QVariant value = m_query.value(m_next++);
        return value.isNull() ? std::nullopt : std::optional(decoded(value.toString()));
    }

private:
    QString decoded(const QString &value) const { return m_decodeNul ? withNul(value) : value; }

    const QSqlQuery &m_query;
    bool m_decodeNul;
    int m_next = 0;
};

} // namespace dormouse::sqlvalue
