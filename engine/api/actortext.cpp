// SPDX-License-Identifier: Apache-2.0
#include "engine/api/actortext.h"

#include "engine/api/api.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace dormouse {

namespace {

/// A JSON value of any kind; QJsonDocument reads and writes arrays and objects only.
QJsonValue parseValue(const QByteArray &json)
{
    return QJsonDocument::fromJson('[' + json + ']').array().at(0);
}

QByteArray valueText(const QJsonValue &value)
{
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2);
}

bool isPlain(QChar c)
{
    return c >= u' ' && c <= u'~' && c != u'"' && c != u'\\';
}

void add(QByteArray &out, const char *name)
{
    out += out.isEmpty() ? "{\"" : ",\"";
    out += name;
    out += "\":";
}

void add(QByteArray &out, const char *name, const QString &value)
{
    add(out, name);
    if (!std::all_of(value.begin(), value.end(), isPlain)) {
        out += valueText(value);
        return;
    }
    out += '"';
    out += value.toLatin1();
    out += '"';
}

void add(QByteArray &out, const char *name, std::optional<qint64> value)
{
    add(out, name);
    out += value ? QByteArray::number(*value) : QByteArrayLiteral("null");
}

} // namespace

QByteArray actorText(const ActorRow &row, const QByteArray &poolErrorJson)
{
    QByteArray out;
    out.reserve(600);
    add(out, "actor_id", row.actorId);
    add(out, "connectable_ts", row.connectableTs);
    add(out, "crash_policy", crashPolicyText(row.crashPolicy));
    add(out, "create_ts", row.createTs);
    add(out, "datacenter", QString::fromLatin1(kDatacenter));
    add(out, "destroy_ts", row.destroyTs);
    if (!row.errorJson.isEmpty()) {
        QJsonValue error = parseValue(row.errorJson);
        // A broken pool explains missing capacity better than the word itself (scheduler.md section 9.3).
        if (error == QJsonValue(QStringLiteral("no_capacity")) && !poolErrorJson.isEmpty())
            error = QJsonObject{{QStringLiteral("runner_pool_error"), parseValue(poolErrorJson)}};
        if (!error.isUndefined()) {
            add(out, "error");
            out += valueText(error);
        }
    }
    if (row.key)
        add(out, "key", *row.key);
    else
        add(out, "key", std::nullopt);
    add(out, "name", row.name);
    add(out, "namespace_id", row.namespaceId);
    add(out, "pending_allocation_ts", row.pendingAllocationTs);
    add(out, "reschedule_ts", row.rescheduleTs);
    add(out, "runner_name_selector", row.pool);
    add(out, "sleep_ts", row.sleepTs);
    add(out, "start_ts", row.startTs);
    return out + '}';
}

QByteArray actorPage(const std::vector<ActorRow> &rows, const QByteArrayList &texts)
{
    return "{\"actors\":[" + texts.join(',') + "],\"pagination\":{\"cursor\":"
        + (rows.empty() ? QByteArrayLiteral("null") : '"' + QByteArray::number(rows.back().createTs) + '"') + "}}";
}

} // namespace dormouse
