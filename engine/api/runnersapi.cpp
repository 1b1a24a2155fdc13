// SPDX-License-Identifier: Apache-2.0
// Runners, envoys and runner configs (http-api.md sections 5.4 to 5.7).
#include "engine/api/answers.h"
#include "engine/api/api.h"
#include "engine/serverless/serverlessmetadata.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <limits>

namespace dormouse {

namespace {
constexpr int kDefaultLimit = 100;
constexpr quint64 kU32 = std::numeric_limits<quint32>::max();
constexpr quint64 kExactInteger = 1ULL << 53; ///< JSON numbers are doubles
constexpr int kMaxHeaders = 16;
constexpr int kMaxHeaderNameBytes = 128;
constexpr int kMaxHeaderValueBytes = 4'096;
constexpr quint64 kMaxDrainGraceS = 1'800;

QJsonValue optionalTs(const std::optional<qint64> &value)
{
    return value ? QJsonValue(*value) : QJsonValue(QJsonValue::Null);
}

QJsonObject pagination(const QJsonValue &cursor)
{
    return {{QStringLiteral("cursor"), cursor}};
}

Error configInvalid(const QString &reason)
{
    return Error::make("runner_config", "invalid", QStringLiteral("The runner config cannot be used: ") + reason,
                       {{QStringLiteral("reason"), reason}});
}

/// Deleting what is not there has succeeded, as far as clients are concerned.
bool alreadyGone(const Status &status)
{
    return !status && status.error().fullCode() == "runner_config.not_found";
}

QString variantOf(const RunnerConfigRow &row)
{
    return row.body.contains(u"serverless") ? QStringLiteral("serverless") : QStringLiteral("normal");
}

/// The members both variants share.
void readCommon(ObjectArgs &arguments, QJsonObject &out, bool drainDefault)
{
    out.insert(QStringLiteral("drain_on_version_upgrade"),
               arguments.flag(QStringLiteral("drain_on_version_upgrade")).value_or(drainDefault));
    for (const QString &name : {QStringLiteral("actor_eviction_delay"), QStringLiteral("actor_eviction_period")})
        out.insert(name, qint64(arguments.integer(name, kU32).value_or(0)));
    out.insert(QStringLiteral("actor_eviction_rate"), arguments.real(QStringLiteral("actor_eviction_rate")).value_or(1.0));
}

std::optional<Error> checkHeaders(const QJsonObject &headers, const QString &path)
{
    if (headers.size() > kMaxHeaders)
        return configInvalid(QStringLiteral("%1 headers, the limit is %2").arg(headers.size()).arg(kMaxHeaders));
    for (auto it = headers.begin(); it != headers.end(); ++it) {
        if (!it.value().isString())
            return badRequest(QStringLiteral("`%1.headers.%2` must be a string").arg(path, it.key().left(100)));
        const QString value = it.value().toString();
        if (!isHeaderName(it.key()) || it.key().size() > kMaxHeaderNameBytes)
            return configInvalid(QStringLiteral("the header name \"%1\" cannot be used").arg(it.key().left(100)));
        if (!isHeaderValue(value) || value.toUtf8().size() > kMaxHeaderValueBytes)
            return configInvalid(QStringLiteral("the value of header \"%1\" cannot be used").arg(it.key()));
    }
    return std::nullopt;
}

/// Clients of the 2.0 line send no grace period; a fixed default would exceed their lifespan.
quint64 shownGrace(quint64 lifespanS)
{
    return std::min(kMaxDrainGraceS, lifespanS / 2);
}

/// The stored config as clients see it, with every default.
QJsonObject shownConfig(const RunnerConfigRow &row)
{
    QJsonObject config = row.body;
    QJsonObject serverless = config.value(u"serverless").toObject();
    if (!serverless.isEmpty() && !serverless.contains(u"drain_grace_period")) {
        const auto lifespan = quint64(serverless.value(u"request_lifespan").toInteger());
        serverless.insert(QStringLiteral("drain_grace_period"), qint64(shownGrace(lifespan)));
        config.insert(QStringLiteral("serverless"), serverless);
    }
    if (!config.contains(u"protocol_version"))
        config.insert(QStringLiteral("protocol_version"), QJsonValue::Null);
    return config;
}

Result<QJsonObject> readServerless(const QJsonObject &body, const QString &path, bool drainDefault)
{
    ObjectArgs arguments(body, path);
    QJsonObject out;
    const QString url = arguments.requiredText(QStringLiteral("url"));
    const QJsonObject headers = arguments.object(QStringLiteral("headers")).value_or(QJsonObject());
    const std::optional<quint64> lifespan = arguments.integer(QStringLiteral("request_lifespan"), kU32);
    if (!lifespan)
        arguments.fail(QStringLiteral("`%1.request_lifespan` is missing").arg(path));
    const std::optional<quint64> grace = arguments.integer(QStringLiteral("drain_grace_period"), kU32);
    const quint64 slots = arguments.integer(QStringLiteral("slots_per_runner"), kU32).value_or(1);
    out.insert(QStringLiteral("slots_per_runner"), qint64(slots));
    out.insert(QStringLiteral("min_runners"), qint64(arguments.integer(QStringLiteral("min_runners"), kU32).value_or(0)));
    const quint64 maxRunners = arguments.integer(QStringLiteral("max_runners"), kU32).value_or(1'000);
    out.insert(QStringLiteral("max_runners"), qint64(maxRunners));
    out.insert(QStringLiteral("runners_margin"), qint64(arguments.integer(QStringLiteral("runners_margin"), kU32).value_or(0)));
    out.insert(QStringLiteral("max_concurrent_actors"),
               qint64(arguments.integer(QStringLiteral("max_concurrent_actors"), kExactInteger).value_or(maxRunners)));
    const std::optional<quint64> poll = arguments.integer(QStringLiteral("metadata_poll_interval"), kExactInteger);
    if (poll)
        out.insert(QStringLiteral("metadata_poll_interval"), qint64(*poll));
    readCommon(arguments, out, drainDefault);
    if (const std::optional<Error> error = arguments.finish())
        return *error;

    if (!isAbsoluteUrl(url))
        return configInvalid(QStringLiteral("\"%1\" is not an absolute http or https URL").arg(url.left(200)));
    if (const std::optional<Error> error = checkHeaders(headers, path))
        return *error;
    if (slots == 0)
        return configInvalid(QStringLiteral("slots_per_runner must not be 0"));
    const quint64 usedGrace = grace.value_or(shownGrace(*lifespan));
    if (usedGrace > kMaxDrainGraceS)
        return configInvalid(QStringLiteral("drain_grace_period %1 s is above the limit of %2 s").arg(usedGrace).arg(kMaxDrainGraceS));
    if (usedGrace >= *lifespan) {
        return configInvalid(QStringLiteral("request_lifespan %1 s must be longer than drain_grace_period %2 s")
                                 .arg(*lifespan).arg(usedGrace));
    }
    out.insert(QStringLiteral("url"), url);
    out.insert(QStringLiteral("headers"), headers);
    out.insert(QStringLiteral("request_lifespan"), qint64(*lifespan));
    // Not stored unless given: pools then drain within the engine's own default.
    if (grace)
        out.insert(QStringLiteral("drain_grace_period"), qint64(*grace));
    return out;
}

Result<QJsonObject> readNormal(const QJsonObject &body, const QString &path, bool drainDefault)
{
    ObjectArgs arguments(body, path);
    QJsonObject out;
    readCommon(arguments, out, drainDefault);
    if (const std::optional<Error> error = arguments.finish())
        return *error;
    return out;
}

bool endpointChanged(const RunnerConfigRow *before, const QJsonObject &after)
{
    if (!after.contains(u"serverless") || !before || !before->body.contains(u"serverless"))
        return true;
    const QJsonObject old = before->body.value(u"serverless").toObject();
    const QJsonObject now = after.value(u"serverless").toObject();
    return old.value(u"url") != now.value(u"url") || old.value(u"headers") != now.value(u"headers");
}
} // namespace

Result<QJsonObject> readRunnerConfig(const QJsonObject &body, const QString &path)
{
    ObjectArgs arguments(body, path);
    const std::optional<QJsonObject> normal = arguments.object(QStringLiteral("normal"));
    const std::optional<QJsonObject> serverless = arguments.object(QStringLiteral("serverless"));
    const std::optional<QJsonValue> metadata = arguments.any(QStringLiteral("metadata"));
    const bool drain = arguments.flag(QStringLiteral("drain_on_version_upgrade")).value_or(true);
    if (!normal && !serverless)
        arguments.fail(QStringLiteral("`%1` needs `normal` or `serverless`").arg(path));
    if (const std::optional<Error> error = arguments.finish())
        return *error;
    const QString kind = normal ? QStringLiteral("normal") : QStringLiteral("serverless");
    const QString inner = path % u'.' % kind;
    const Result<QJsonObject> config = normal ? readNormal(*normal, inner, drain) : readServerless(*serverless, inner, drain);
    if (!config)
        return config.error();
    QJsonObject out{{kind, *config}, {QStringLiteral("protocol_version"), QJsonValue::Null}};
    if (metadata)
        out.insert(QStringLiteral("metadata"), *metadata);
    return out;
}

QJsonObject Api::runnerJson(const RunnerRow &row) const
{
    const quint32 used = m_scheduler.usedSlots(row.runnerId);
    QJsonObject out{{QStringLiteral("runner_id"), row.runnerId},
                    {QStringLiteral("namespace_id"), row.namespaceId},
                    {QStringLiteral("datacenter"), QLatin1StringView(kDatacenter)},
                    {QStringLiteral("name"), row.name},
                    {QStringLiteral("key"), row.key},
                    {QStringLiteral("version"), qint64(row.version)},
                    {QStringLiteral("total_slots"), qint64(row.totalSlots)},
                    {QStringLiteral("remaining_slots"), qint64(row.totalSlots - std::min(used, row.totalSlots))},
                    {QStringLiteral("create_ts"), row.createTs},
                    {QStringLiteral("drain_ts"), optionalTs(row.drainTs)},
                    {QStringLiteral("stop_ts"), optionalTs(row.stopTs)},
                    {QStringLiteral("last_ping_ts"), row.lastPingTs},
                    {QStringLiteral("last_connected_ts"), row.lastConnectedTs},
                    {QStringLiteral("last_rtt"), qint64(row.lastRttMs)}};
    const QJsonDocument metadata = QJsonDocument::fromJson(row.metadataJson);
    out.insert(QStringLiteral("metadata"), metadata.isObject() ? QJsonValue(metadata.object()) : QJsonValue());
    return out;
}

void Api::listRunners(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    const std::optional<QString> name = query.text(QStringLiteral("name"));
    std::vector<QString> ids = query.list(QStringLiteral("runner_id"));
    const auto csv = query.csv(QStringLiteral("runner_ids"));
    const bool stopped = query.flag(QStringLiteral("include_stopped"));
    const int limit = query.limit(kDefaultLimit);
    const std::optional<qint64> before = query.timeCursor();
    if (!checked(call, query.finish()))
        return;
    if (csv)
        ids.insert(ids.end(), csv->begin(), csv->end());
    for (QString &id : ids) {
        if (!checkedId(call, id))
            return;
    }
    const NamespaceRow *found = namespaceOf(call, space);
    if (!found)
        return;
    const bool byId = !ids.empty() || csv;
    QJsonArray items;
    for (const RunnerRow &row : m_scheduler.runners()) {
        if (row.namespaceId != found->namespaceId || (name && row.name != *name))
            continue;
        if (byId ? std::find(ids.begin(), ids.end(), row.runnerId) == ids.end()
                 : (!stopped && row.stopTs) || (before && row.createTs >= *before))
            continue;
        if (items.size() >= limit)
            break;
        items.append(runnerJson(row));
    }
    const QJsonValue cursor = items.isEmpty()
        ? QJsonValue(QJsonValue::Null)
        : QJsonValue(QString::number(items.last().toObject().value(u"create_ts").toInteger()));
    finishJson(call, {{QStringLiteral("runners"), items}, {QStringLiteral("pagination"), pagination(cursor)}});
}

void Api::runnerNames(const CallPtr &call)
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
    QJsonArray names;
    for (const QString &name : m_scheduler.runnerNames(row->namespaceId)) {
        if (after && name.toUtf8() <= after->toUtf8())
            continue;
        if (names.size() >= limit)
            break;
        names.append(name);
    }
    const QJsonValue cursor = names.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(names.last());
    finishJson(call, {{QStringLiteral("names"), names}, {QStringLiteral("pagination"), pagination(cursor)}});
}

void Api::listEnvoys(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    query.text(QStringLiteral("name"));
    query.list(QStringLiteral("envoy_key"));
    query.limit(kDefaultLimit);
    query.timeCursor();
    if (!checked(call, query.finish()) || !namespaceOf(call, space))
        return;
    finishJson(call, {{QStringLiteral("envoys"), QJsonArray()},
                      {QStringLiteral("pagination"), pagination(QJsonValue::Null)}});
}

void Api::listRunnerConfigs(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    std::vector<QString> names = query.list(QStringLiteral("runner_name"));
    const auto csv = query.csv(QStringLiteral("runner_names"));
    const std::optional<QString> variant = query.text(QStringLiteral("variant"));
    const int limit = query.limit(std::numeric_limits<int>::max());
    const std::optional<QString> cursor = query.text(QStringLiteral("cursor"));
    if (!checked(call, query.finish()))
        return;
    if (variant && *variant != u"normal" && *variant != u"serverless") {
        finishError(call, badRequest(QStringLiteral("`variant` must be normal or serverless")));
        return;
    }
    // A cursor stays within its variant, as recorded.
    std::optional<std::pair<QString, QByteArray>> after;
    if (cursor) {
        const qsizetype colon = cursor->indexOf(u':');
        const QString kind = cursor->left(std::max<qsizetype>(colon, 0));
        if (kind != u"normal" && kind != u"serverless") {
            finishError(call, badRequest(QStringLiteral("`cursor` must be variant:name")));
            return;
        }
        after = std::pair(kind, cursor->mid(colon + 1).toUtf8());
    }
    const NamespaceRow *found = namespaceOf(call, space);
    if (!found)
        return;
    if (csv)
        names.insert(names.end(), csv->begin(), csv->end());
    const bool byName = !names.empty() || csv;
    std::vector<RunnerConfigRow> rows = m_scheduler.runnerConfigs(found->namespaceId);
    const auto order = [](const RunnerConfigRow &row) { return std::pair(variantOf(row), row.name.toUtf8()); };
    std::sort(rows.begin(), rows.end(),
              [&](const RunnerConfigRow &a, const RunnerConfigRow &b) { return order(a) < order(b); });
    QJsonObject configs;
    for (const RunnerConfigRow &row : rows) {
        const bool wanted = (!byName || std::find(names.begin(), names.end(), row.name) != names.end())
            && (!variant || variantOf(row) == *variant) && (!after || (variantOf(row) == after->first && order(row) > *after));
        if (!wanted)
            continue;
        if (configs.size() >= limit)
            break;
        QJsonObject config = shownConfig(row);
        const QByteArray poolError = m_scheduler.poolErrorJson(found->namespaceId, row.name);
        if (!poolError.isEmpty())
            config.insert(QStringLiteral("runner_pool_error"), QJsonDocument::fromJson('[' + poolError + ']').array().at(0));
        configs.insert(row.name, QJsonObject{{QStringLiteral("datacenters"),
                                              QJsonObject{{QLatin1StringView(kDatacenter), config}}}});
    }
    finishJson(call, {{QStringLiteral("runner_configs"), configs},
                      {QStringLiteral("pagination"), pagination(QJsonValue::Null)}});
}

void Api::putRunnerConfig(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    if (!checked(call, query.finish()))
        return;
    const Result<QJsonObject> body = readJsonBody(call->head(), call->exchange->body(), kMaxJsonBytes);
    if (!body) {
        finishError(call, body.error());
        return;
    }
    ObjectArgs arguments(*body, QString());
    const std::optional<QJsonObject> datacenters = arguments.object(QStringLiteral("datacenters"));
    if (!datacenters)
        arguments.fail(QStringLiteral("`datacenters` is missing"));
    if (!checked(call, arguments.finish()))
        return;
    std::optional<QJsonObject> config;
    for (auto it = datacenters->begin(); it != datacenters->end(); ++it) {
        const QString path = QStringLiteral("datacenters.") + it.key().left(100);
        if (!it.value().isObject()) {
            finishError(call, badRequest(QStringLiteral("`%1` must be an object").arg(path)));
            return;
        }
        const Result<QJsonObject> one = readRunnerConfig(it.value().toObject(), path);
        if (!one) {
            finishError(call, one.error());
            return;
        }
        config = *one;
    }
    const NamespaceRow *found = namespaceOf(call, space);
    if (!found)
        return;
    const bool unknown = datacenters->size() > 1 || (config && !datacenters->contains(QLatin1StringView(kDatacenter)));
    if (unknown) {
        finishError(call, Error::make("datacenter", "not_found", QStringLiteral("The only datacenter is \"default\"")));
        return;
    }
    const QString name = call->parameters.front();
    const QString namespaceId = found->namespaceId;
    const bool changed = config && endpointChanged(m_scheduler.runnerConfig(namespaceId, name), *config);
    // The pool of a serverless config asks the endpoint for its metadata when it hears of the change.
    const auto done = [this, call, changed, alive = std::weak_ptr(m_alive)](const Status &status) {
        if (alive.expired())
            return;
        if (!status && !alreadyGone(status))
            finishError(call, status.error());
        else
            finishJson(call, {{QStringLiteral("endpoint_config_changed"), changed}});
    };
    if (config)
        m_scheduler.putRunnerConfig({namespaceId, name, *config}, done);
    else
        m_scheduler.deleteRunnerConfig(namespaceId, name, done);
}

void Api::deleteRunnerConfig(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    if (!checked(call, query.finish()))
        return;
    const NamespaceRow *found = namespaceOf(call, space);
    if (!found)
        return;
    const auto done = finishEmpty(call);
    m_scheduler.deleteRunnerConfig(found->namespaceId, call->parameters.front(), [done](const Status &status) {
        done(alreadyGone(status) ? okStatus() : status);
    });
}

void Api::refreshMetadata(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    if (!checked(call, query.finish()) || !emptyBody(call))
        return;
    const NamespaceRow *found = namespaceOf(call, space);
    if (!found)
        return;
    const auto done = [this, call, alive = std::weak_ptr(m_alive)](const ServerlessMetadata &metadata) {
        if (alive.expired())
            return;
        if (metadata.ok()) {
            finishJson(call, {});
            return;
        }
        finishError(call, Error::make("serverless_runner_pool", "failed_to_fetch_metadata",
                                      QStringLiteral("The metadata could not be read: ") + metadata.failure.value(u"message").toString(),
                                      {{QStringLiteral("reason"), metadata.failure}}));
    };
    if (!m_pools.refreshMetadata(found->namespaceId, call->parameters.front(), done))
        finishError(call, Error::make("serverless_runner_pool", "not_found", QStringLiteral("There is no serverless pool of that name")));
}

void Api::serverlessHealthCheck(const CallPtr &call)
{
    QueryArgs query(call->head().query());
    const QString space = query.requiredText(QStringLiteral("namespace"));
    if (!checked(call, query.finish()))
        return;
    const Result<QJsonObject> body = readJsonBody(call->head(), call->exchange->body(), kMaxJsonBytes);
    if (!body) {
        finishError(call, body.error());
        return;
    }
    ObjectArgs arguments(*body, QString());
    const QString url = arguments.requiredText(QStringLiteral("url"));
    const QJsonObject headers = arguments.object(QStringLiteral("headers")).value_or(QJsonObject());
    if (!checked(call, arguments.finish()) || !namespaceOf(call, space))
        return;
    fetchServerlessMetadata(m_pools.fetch(), url, headers,
                            [this, call, alive = std::weak_ptr(m_alive)](const ServerlessMetadata &metadata) {
        if (alive.expired())
            return;
        if (metadata.ok()) {
            finishJson(call, {{QStringLiteral("success"), QJsonObject{{QStringLiteral("version"), metadata.version}}}});
        } else {
            finishJson(call, {{QStringLiteral("failure"), QJsonObject{{QStringLiteral("error"), metadata.failure}}}});
        }
    });
}

} // namespace dormouse
