// SPDX-License-Identifier: Apache-2.0
// Namespaces and actors (http-api.md sections 5.2 and 5.3).
#include "engine/api/actortext.h"
#include "engine/api/answers.h"
#include "engine/api/api.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <limits>

namespace dormouse {

namespace {
constexpr int kDefaultLimit = 100;
constexpr int kDefaultNamespaceLimit = 1'000;
constexpr std::size_t kMaxActorIds = 32;

QJsonObject page(const QString &name, const QJsonValue &items, const QJsonValue &cursor)
{
    return {{name, items}, {QStringLiteral("pagination"), QJsonObject{{QStringLiteral("cursor"), cursor}}}};
}

QJsonValue timeCursorOf(const QJsonArray &items)
{
    if (items.isEmpty())
        return QJsonValue::Null;
    return QString::number(items.last().toObject().value(u"create_ts").toInteger());
}

Error namespaceInvalid(const QString &reason)
{
    return Error::make("namespace", "failed_to_create", QStringLiteral("The namespace cannot be made: ") + reason,
                       {{QStringLiteral("reason"), reason}});
}

std::optional<Error> checkNamespace(const QString &name, const QString &displayName)
{
    if (name.isEmpty() || name.size() > 64)
        return namespaceInvalid(QStringLiteral("the name must have 1 to 64 characters"));
    const bool characters = std::all_of(name.begin(), name.end(), [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-';
    });
    if (!characters)
        return namespaceInvalid(QStringLiteral("the name may have lower-case letters, digits and dashes only"));
    if (name.startsWith(u'-') || name.endsWith(u'-') || name.contains(u"--"))
        return namespaceInvalid(QStringLiteral("the name must not start or end with a dash or have two in a row"));
    const qsizetype bytes = displayName.toUtf8().size();
    if (bytes == 0 || bytes > 128)
        return namespaceInvalid(QStringLiteral("the display name must have 1 to 128 bytes"));
    const bool blanks = std::any_of(displayName.begin(), displayName.end(),
                                    [](QChar c) { return c.isSpace() && c != u' '; });
    if (blanks || displayName.startsWith(u' ') || displayName.endsWith(u' ') || displayName.contains(u"  "))
        return namespaceInvalid(QStringLiteral("the display name has blanks at its ends, double or unusual ones"));
    return std::nullopt;
}

Error actorNotFound()
{
    return Error::make("actor", "not_found", QStringLiteral("There is no such actor"));
}

Error invalidInput(const QString &message)
{
    return Error::make("validation", "invalid_input", message, {{QStringLiteral("message"), message}});
}

std::optional<QByteArray> decodeBase64(QByteArray text)
{
    text.replace('-', '+').replace('_', '/');
    const auto decoded = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    if (decoded.decodingStatus != QByteArray::Base64DecodingStatus::Ok)
        return std::nullopt;
    return decoded.decoded;
}
} // namespace

QString crashPolicyText(CrashPolicy policy)
{
    switch (policy) {
    case CrashPolicy::Restart:
        return QStringLiteral("restart");
    case CrashPolicy::Sleep:
        return QStringLiteral("sleep");
    case CrashPolicy::Destroy:
        return QStringLiteral("destroy");
    }
    return {};
}

std::optional<CrashPolicy> parseCrashPolicy(const QString &text)
{
    for (CrashPolicy policy : {CrashPolicy::Restart, CrashPolicy::Sleep, CrashPolicy::Destroy}) {
        if (text == crashPolicyText(policy))
            return policy;
    }
    return std::nullopt;
}

QJsonObject namespaceJson(const NamespaceRow &row)
{
    return {{QStringLiteral("namespace_id"), row.namespaceId},
            {QStringLiteral("name"), row.name},
            {QStringLiteral("display_name"), row.displayName},
            {QStringLiteral("create_ts"), row.createTs}};
}

QByteArray Api::textOf(const ActorRow &row) const
{
    return actorText(row, row.errorJson.isEmpty() ? QByteArray() : m_scheduler.poolErrorJson(row.namespaceId, row.pool));
}

void Api::finishActors(const CallPtr &call, const std::vector<ActorRow> &rows)
{
    QByteArrayList texts;
    for (const ActorRow &row : rows)
        texts.append(textOf(row));
    finishText(call, actorPage(rows, texts));
}

void Api::listNamespaces(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const int limit = query.limit(kDefaultNamespaceLimit);
    const std::optional<qint64> after = query.timeCursor();
    const std::optional<QString> name = query.text(QStringLiteral("name"));
    std::vector<QString> ids = query.list(QStringLiteral("namespace_id"));
    const auto csv = query.csv(QStringLiteral("namespace_ids"));
    if (!checked(call, query.finish()))
        return;
    if (csv)
        ids.insert(ids.end(), csv->begin(), csv->end());
    for (QString &id : ids) {
        if (!checkedId(call, id))
            return;
    }
    QJsonArray items;
    if (name) {
        if (const NamespaceRow *row = m_scheduler.namespaceByName(*name))
            items.append(namespaceJson(*row));
        // The recorded engine gives no cursor here.
        finishJson(call, page(QStringLiteral("namespaces"), items, QJsonValue::Null));
        return;
    }
    const bool byId = !ids.empty() || csv;
    for (const NamespaceRow &row : m_scheduler.namespaces()) {
        if (byId ? std::find(ids.begin(), ids.end(), row.namespaceId) == ids.end() : after && row.createTs <= *after)
            continue;
        if (!byId && items.size() >= limit)
            break;
        items.append(namespaceJson(row));
    }
    finishJson(call, page(QStringLiteral("namespaces"), items, byId ? QJsonValue() : timeCursorOf(items)));
}

void Api::createNamespace(const CallPtr &call)
{
    if (!checked(call, QueryArgs(call->head().query()).finish()))
        return;
    const Result<QJsonObject> body = readJsonBody(call->head(), call->exchange->body(), kMaxJsonBytes);
    if (!body) {
        finishError(call, body.error());
        return;
    }
    ObjectArgs arguments(*body, QString());
    const QString name = arguments.requiredText(QStringLiteral("name"));
    const QString displayName = arguments.requiredText(QStringLiteral("display_name"));
    if (!checked(call, arguments.finish()) || !checked(call, checkNamespace(name, displayName)))
        return;
    m_scheduler.createNamespace(name, displayName, [this, call, alive = std::weak_ptr(m_alive)](const Result<NamespaceRow> &row) {
        if (alive.expired())
            return;
        if (row)
            finishJson(call, {{QStringLiteral("namespace"), namespaceJson(*row)}});
        else
            finishError(call, row.error());
    });
}

void Api::listActors(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    const std::optional<QString> name = query.text(QStringLiteral("name"));
    const std::optional<QString> key = query.text(QStringLiteral("key"));
    std::vector<QString> ids = query.list(QStringLiteral("actor_id"));
    const auto csv = query.csv(QStringLiteral("actor_ids"));
    const bool destroyed = query.flag(QStringLiteral("include_destroyed"));
    const int limit = query.limit(kDefaultLimit);
    const std::optional<qint64> before = query.timeCursor();
    if (!checked(call, query.finish()))
        return;
    for (QString &id : ids) {
        if (!checkedId(call, id))
            return;
    }
    for (const QString &id : csv.value_or(std::vector<QString>())) {
        if (parseId(id))
            ids.push_back(id.toLower());
    }
    const NamespaceRow *found = namespaceOf(call, space);
    if (!found)
        return;
    const QString namespaceId = found->namespaceId;

    if (!ids.empty()) {
        if (name || key) {
            finishError(call, invalidInput(QStringLiteral("actor ids cannot be combined with name or key")));
            return;
        }
        if (ids.size() > kMaxActorIds) {
            finishError(call, Error::make("validation", "too_many_actor_ids",
                                          QStringLiteral("At most %1 actor ids, not %2").arg(kMaxActorIds).arg(ids.size()),
                                          {{QStringLiteral("max"), int(kMaxActorIds)}, {QStringLiteral("count"), int(ids.size())}}));
            return;
        }
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        std::vector<ActorRow> rows;
        for (const QString &id : ids) {
            const ActorRow *row = m_scheduler.actor(id);
            if (row && row->namespaceId == namespaceId)
                rows.push_back(*row);
        }
        std::stable_sort(rows.begin(), rows.end(),
                         [](const ActorRow &a, const ActorRow &b) { return a.createTs > b.createTs; });
        finishActors(call, rows);
        return;
    }
    if (!name) {
        finishError(call, invalidInput(key ? QStringLiteral("key needs a name")
                                           : QStringLiteral("actor_id, actor_ids or name is needed")));
        return;
    }
    std::vector<ActorRow> rows;
    if (key) {
        const ActorRow *live = m_scheduler.actorByKey(namespaceId, *name, *key);
        const QString liveId = live ? live->actorId : QString();
        if (live)
            rows.push_back(*live);
        if (destroyed) {
            for (const ActorRow &row : m_scheduler.actorsByName(namespaceId, *name, true, std::nullopt,
                                                                std::numeric_limits<int>::max())) {
                if (row.key == key && row.actorId != liveId)
                    rows.push_back(row);
            }
        }
        if (rows.size() > std::size_t(limit))
            rows.resize(std::size_t(limit));
    } else if (limit > 0) {
        rows = m_scheduler.actorsByName(namespaceId, *name, destroyed, before, limit);
    }
    finishActors(call, rows);
}

std::optional<CreateActor> Api::readCreateActor(const CallPtr &call, bool keyRequired)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    if (!checked(call, query.finish()))
        return std::nullopt;
    const Result<QJsonObject> body = readJsonBody(call->head(), call->exchange->body(), kMaxJsonBytes);
    if (!body) {
        finishError(call, body.error());
        return std::nullopt;
    }
    ObjectArgs arguments(*body, QString());
    CreateActor request;
    request.name = arguments.requiredText(QStringLiteral("name"));
    request.pool = arguments.requiredText(QStringLiteral("runner_name_selector"));
    request.key = arguments.text(QStringLiteral("key"));
    if (keyRequired && !request.key)
        arguments.fail(QStringLiteral("`key` is missing"));
    request.input = arguments.text(QStringLiteral("input"));
    const QString policy = arguments.requiredText(QStringLiteral("crash_policy"));
    const std::optional<CrashPolicy> known = parseCrashPolicy(policy);
    if (!known)
        arguments.fail(QStringLiteral("`crash_policy` must be restart, sleep or destroy"));
    request.crashPolicy = known.value_or(CrashPolicy::Sleep);
    const std::optional<QString> datacenter = arguments.text(QStringLiteral("datacenter"));
    if (!checked(call, arguments.finish()))
        return std::nullopt;
    const NamespaceRow *row = namespaceOf(call, space);
    if (!row)
        return std::nullopt;
    if (datacenter && *datacenter != QLatin1StringView(kDatacenter)) {
        finishError(call, Error::make("datacenter", "not_found",
                                      QStringLiteral("There is no datacenter \"%1\"").arg(datacenter->left(100))));
        return std::nullopt;
    }
    request.namespaceId = row->namespaceId;
    return request;
}

void Api::createActor(const CallPtr &call)
{
    const std::optional<CreateActor> request = readCreateActor(call, false);
    if (!request)
        return;
    m_scheduler.createActor(*request, [this, call, alive = std::weak_ptr(m_alive)](const Result<ActorRow> &row) {
        if (alive.expired())
            return;
        if (row)
            finishText(call, "{\"actor\":" + textOf(*row) + '}');
        else
            finishError(call, row.error());
    });
}

void Api::getOrCreateActor(const CallPtr &call)
{
    const std::optional<CreateActor> request = readCreateActor(call, true);
    if (!request)
        return;
    m_scheduler.getOrCreateActor(*request, [this, call, alive = std::weak_ptr(m_alive)](const Result<Scheduler::GetOrCreated> &got) {
        if (alive.expired())
            return;
        if (got) {
            finishText(call, "{\"actor\":" + textOf(got->actor) + ",\"created\":" + (got->created ? "true}" : "false}"));
        } else {
            finishError(call, got.error());
        }
    });
}

void Api::deleteActor(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const std::optional<QString> namespaceId = optionalNamespace(call, query);
    QString id = call->parameters.front();
    if (!namespaceId || !checkedId(call, id))
        return;
    m_scheduler.destroyActor(id, *namespaceId, finishEmpty(call));
}

void Api::controlActor(const CallPtr &call, void (Scheduler::*act)(const QString &, std::function<void(Status)>))
{
    QueryArgs query(call->head().query());
    const std::optional<QString> namespaceId = optionalNamespace(call, query);
    QString id = call->parameters.front();
    if (!namespaceId || !checkedId(call, id) || !emptyBody(call))
        return;
    const ActorRow *row = m_scheduler.actor(id);
    if (!row || row->destroyTs || (!namespaceId->isEmpty() && row->namespaceId != *namespaceId)) {
        finishError(call, actorNotFound());
        return;
    }
    (m_scheduler.*act)(id, finishEmpty(call));
}

void Api::sleepActor(const CallPtr &call)
{
    controlActor(call, &Scheduler::sleepActor);
}

void Api::rescheduleActor(const CallPtr &call)
{
    controlActor(call, &Scheduler::rescheduleActor);
}

void Api::actorNames(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    const int limit = query.limit(kDefaultLimit);
    const std::optional<QString> after = query.text(QStringLiteral("cursor"));
    if (!checked(call, query.finish()))
        return;
    const NamespaceRow *row = namespaceOf(call, space);
    if (!row)
        return;
    QJsonObject names;
    QJsonValue cursor = QJsonValue::Null;
    for (const NameRow &name : m_scheduler.actorNames(row->namespaceId)) {
        if (after && name.name.toUtf8() <= after->toUtf8())
            continue;
        if (names.size() >= limit)
            break;
        const QJsonObject metadata = QJsonDocument::fromJson(name.metadataJson).object();
        names.insert(name.name, QJsonObject{{QStringLiteral("metadata"), metadata}});
        cursor = name.name;
    }
    finishJson(call, page(QStringLiteral("names"), names, cursor));
}

void Api::kvGet(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const std::optional<QString> namespaceId = optionalNamespace(call, query);
    QString id = call->parameters[0];
    if (!namespaceId || !checkedId(call, id))
        return;
    const std::optional<QByteArray> key = decodeBase64(call->parameters[1].toUtf8());
    if (!key) {
        finishError(call, badRequest(QStringLiteral("the key is not base64")));
        return;
    }
    const ActorRow *row = m_scheduler.actor(id);
    if (!row || (!namespaceId->isEmpty() && row->namespaceId != *namespaceId)) {
        finishError(call, actorNotFound());
        return;
    }
    m_scheduler.kvGet(id, *key, [this, call, alive = std::weak_ptr(m_alive)](const Result<std::optional<KvEntry>> &entry) {
        if (alive.expired())
            return;
        if (!entry) {
            finishError(call, entry.error());
        } else if (!*entry) {
            finishError(call, Error::make("actor", "kv_key_not_found", QStringLiteral("The actor has no such key")));
        } else {
            const KvEntry &found = **entry;
            finishJson(call, {{QStringLiteral("value"), QString::fromLatin1(found.value.toBase64())},
                              {QStringLiteral("update_ts"), found.updateTs}});
        }
    });
}

} // namespace dormouse
