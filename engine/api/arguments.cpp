// SPDX-License-Identifier: Apache-2.0
#include "engine/api/arguments.h"

#include "engine/api/answers.h"

#include <QJsonDocument>

#include <algorithm>
#include <cmath>

namespace dormouse {

namespace {
constexpr quint64 kMaxLimit = 1'000;

std::optional<quint64> parseUnsigned(const QString &text)
{
    // QString::toULongLong also takes blanks and signs.
    const bool digits = !text.isEmpty()
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    if (!digits)
        return std::nullopt;
    bool ok = false;
    const quint64 value = text.toULongLong(&ok);
    return ok ? std::optional(value) : std::nullopt;
}
} // namespace

QueryArgs::QueryArgs(const QByteArray &rawQuery)
{
    for (const QueryPair &pair : splitQuery(rawQuery))
        m_pairs.push_back({QString::fromUtf8(pair.name), QString::fromUtf8(pair.value)});
}

void QueryArgs::fail(const QString &reason)
{
    if (!m_error)
        m_error = badRequest(reason);
}

std::vector<QString> QueryArgs::list(const QString &name)
{
    m_known.insert(name);
    std::vector<QString> out;
    for (const Pair &pair : m_pairs) {
        if (pair.name == name)
            out.push_back(pair.value);
    }
    return out;
}

std::optional<QString> QueryArgs::text(const QString &name)
{
    const std::vector<QString> all = list(name);
    if (all.size() > 1)
        fail(QStringLiteral("query parameter `%1` is given %2 times").arg(name).arg(all.size()));
    if (all.empty())
        return std::nullopt;
    return all.front();
}

QString QueryArgs::requiredText(const QString &name)
{
    const std::optional<QString> found = text(name);
    if (!found)
        fail(QStringLiteral("query parameter `%1` is missing").arg(name));
    return found.value_or(QString());
}

std::optional<std::vector<QString>> QueryArgs::csv(const QString &name)
{
    const std::optional<QString> found = text(name);
    if (!found)
        return std::nullopt;
    std::vector<QString> out;
    for (const QString &piece : found->split(u',', Qt::SkipEmptyParts))
        out.push_back(piece);
    return out;
}

std::optional<quint64> QueryArgs::number(const QString &name)
{
    const std::optional<QString> found = text(name);
    if (!found)
        return std::nullopt;
    const std::optional<quint64> value = parseUnsigned(*found);
    if (!value)
        fail(QStringLiteral("query parameter `%1`: \"%2\" is not an unsigned number").arg(name, *found));
    return value;
}

bool QueryArgs::flag(const QString &name)
{
    const std::optional<QString> found = text(name);
    if (!found)
        return false;
    if (*found != u"true" && *found != u"false")
        fail(QStringLiteral("query parameter `%1`: \"%2\" is neither true nor false").arg(name, *found));
    return *found == u"true";
}

int QueryArgs::limit(int fallback)
{
    const std::optional<quint64> given = number(QStringLiteral("limit"));
    return given ? int(std::min(*given, kMaxLimit)) : fallback;
}

std::optional<qint64> QueryArgs::timeCursor()
{
    const std::optional<quint64> given = number(QStringLiteral("cursor"));
    if (!given)
        return std::nullopt;
    return qint64(std::min<quint64>(*given, quint64(std::numeric_limits<qint64>::max())));
}

std::optional<Error> QueryArgs::finish() const
{
    if (m_error)
        return m_error;
    for (const Pair &pair : m_pairs) {
        if (!m_known.contains(pair.name))
            return badRequest(QStringLiteral("unknown query parameter `%1`").arg(pair.name.left(100)));
    }
    return std::nullopt;
}

Result<QJsonObject> readJsonBody(const HttpHead &head, const QByteArray &body, qint64 maxBytes)
{
    const QByteArray contentType = head.header("content-type");
    const QByteArray kind = contentType.split(';').front().trimmed().toLower();
    if (kind != "application/json" && !(kind.startsWith("application/") && kind.endsWith("+json")))
        return badRequest(QStringLiteral("the content type must be application/json"));
    if (body.size() > maxBytes)
        return badRequest(QStringLiteral("the body has %1 bytes, the limit is %2").arg(body.size()).arg(maxBytes));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(body, &error);
    if (error.error != QJsonParseError::NoError)
        return badRequest(QStringLiteral("JSON at byte %1: %2").arg(error.offset).arg(error.errorString()));
    if (!document.isObject())
        return badRequest(QStringLiteral("the body must be a JSON object"));
    return document.object();
}

ObjectArgs::ObjectArgs(const QJsonObject &object, const QString &path) : m_object(object), m_path(path) {}

QString ObjectArgs::at(const QString &name) const
{
    return m_path.isEmpty() ? name : QString(m_path % u'.' % name);
}

QJsonValue ObjectArgs::value(const QString &name)
{
    m_known.insert(name);
    const QJsonValue found = m_object.value(name);
    return found.isNull() ? QJsonValue(QJsonValue::Undefined) : found;
}

void ObjectArgs::fail(const QString &reason)
{
    if (!m_error)
        m_error = badRequest(reason);
}

std::optional<QString> ObjectArgs::text(const QString &name)
{
    const QJsonValue found = value(name);
    if (found.isUndefined())
        return std::nullopt;
    if (!found.isString())
        fail(QStringLiteral("`%1` must be a string").arg(at(name)));
    return found.toString();
}

QString ObjectArgs::requiredText(const QString &name)
{
    const std::optional<QString> found = text(name);
    if (!found)
        fail(QStringLiteral("`%1` is missing").arg(at(name)));
    return found.value_or(QString());
}

std::optional<QJsonObject> ObjectArgs::object(const QString &name)
{
    const QJsonValue found = value(name);
    if (found.isUndefined())
        return std::nullopt;
    if (!found.isObject())
        fail(QStringLiteral("`%1` must be an object").arg(at(name)));
    return found.toObject();
}

std::optional<quint64> ObjectArgs::integer(const QString &name, quint64 max)
{
    const QJsonValue found = value(name);
    if (found.isUndefined())
        return std::nullopt;
    const double number = found.toDouble(-1);
    if (!found.isDouble() || number < 0 || number > double(max) || std::floor(number) != number) {
        fail(QStringLiteral("`%1` must be an integer from 0 to %2").arg(at(name)).arg(max));
        return 0;
    }
    return quint64(number);
}

std::optional<double> ObjectArgs::real(const QString &name)
{
    const QJsonValue found = value(name);
    if (found.isUndefined())
        return std::nullopt;
    if (!found.isDouble())
        fail(QStringLiteral("`%1` must be a number").arg(at(name)));
    return found.toDouble();
}

std::optional<bool> ObjectArgs::flag(const QString &name)
{
    const QJsonValue found = value(name);
    if (found.isUndefined())
        return std::nullopt;
    if (!found.isBool())
        fail(QStringLiteral("`%1` must be true or false").arg(at(name)));
    return found.toBool();
}

std::optional<QJsonValue> ObjectArgs::any(const QString &name)
{
    const QJsonValue found = value(name);
    return found.isUndefined() ? std::nullopt : std::optional(found);
}

std::optional<Error> ObjectArgs::finish() const
{
    if (m_error)
        return m_error;
    for (const QString &name : m_object.keys()) {
        if (!m_known.contains(name))
            return badRequest(QStringLiteral("unknown member `%1`").arg(at(name.left(100))));
    }
    return std::nullopt;
}

} // namespace dormouse
