// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/net/http.h"

#include <QJsonObject>
#include <QSet>

#include <optional>
#include <vector>

namespace dormouse {

/// Strict reader of a query string (http-api.md sections 1.2 and 1.4). Every name that is asked for counts as known;
/// finish() reports the first problem, and any name that nobody asked for.
class QueryArgs
{
public:
    explicit QueryArgs(const QByteArray &rawQuery);

    std::optional<QString> text(const QString &name);
    QString requiredText(const QString &name);
    std::vector<QString> list(const QString &name); ///< repeated parameter
    std::optional<std::vector<QString>> csv(const QString &name);
    std::optional<quint64> number(const QString &name);
    bool flag(const QString &name); ///< absent = false
    /// limit of a list: clamped to 1 000.
    int limit(int fallback);
    /// Decimal cursor.
    std::optional<qint64> timeCursor();
    std::optional<Error> finish() const;

private:
    void fail(const QString &reason);

    struct Pair
    {
        QString name;
        QString value;
    };
    std::vector<Pair> m_pairs;
    QSet<QString> m_known;
    std::optional<Error> m_error;
};

/// The JSON object of a request body; errors api.bad_request for content type, syntax and kind.
Result<QJsonObject> readJsonBody(const HttpHead &head, const QByteArray &body, qint64 maxBytes);

/// Strict reader of one JSON object; null counts as absent. path names the object in messages, "" = the body.
class ObjectArgs
{
public:
    ObjectArgs(const QJsonObject &object, const QString &path);

    std::optional<QString> text(const QString &name);
    QString requiredText(const QString &name);
    std::optional<QJsonObject> object(const QString &name);
    std::optional<quint64> integer(const QString &name, quint64 max);
    std::optional<double> real(const QString &name);
    std::optional<bool> flag(const QString &name);
    std::optional<QJsonValue> any(const QString &name);
    void fail(const QString &reason);
    std::optional<Error> finish() const;

private:
    QJsonValue value(const QString &name);
    QString at(const QString &name) const;

    QJsonObject m_object;
    QString m_path;
    QSet<QString> m_known;
    std::optional<Error> m_error;
};

} // namespace dormouse
