// SPDX-License-Identifier: Apache-2.0
#include "engine/base/config.h"

#include "engine/base/databaseurl.h"

#include <QJsonDocument>
#include <QUrl>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr qint64 kMaxMs = 365LL * 24 * 3600 * 1000;
constexpr qint64 kMaxBytes = 1LL << 50;
constexpr qint64 kMaxCount = std::numeric_limits<int>::max();
constexpr qint64 kDayMs = 24LL * 3600 * 1000;

using Field = std::variant<qint64 EngineConfig::*, int EngineConfig::*, double EngineConfig::*, bool EngineConfig::*,
                           QString EngineConfig::*, QStringList EngineConfig::*,
                           std::optional<qint64> EngineConfig::*>;

struct Setting
{
    const char *section;
    const char *key;
    const char *unit;
    Field field;
    double least;
    double most;
    const char *related = "";
    const char *alias = "";   ///< further accepted key of the same section
    const char *choices = ""; ///< of texts, comma-separated; empty = any
};

/// The one table behind parsing, range checks, the settings view and the documentation.
const std::vector<Setting> &settings()
{
    using C = EngineConfig;
    static const std::vector<Setting> table = {
        {"guard", "actor_ready_timeout_ms", "ms", &C::actorReadyTimeoutMs, 1, kMaxMs,
         "actor_force_wake_pending_timeout_ms", "gateway_actor_ready_timeout_ms"},
        {"guard", "actor_force_wake_pending_timeout_ms", "ms", &C::actorForceWakePendingTimeoutMs, 1, kMaxMs,
         "actor_ready_timeout_ms", "gateway_actor_force_wake_pending_timeout_ms"},
        {"guard", "route_timeout_ms", "ms", &C::routeTimeoutMs, 1, kMaxMs, "actor_ready_timeout_ms"},
        {"guard", "wake_retries", "count", &C::wakeRetries, 0, 1000},
        {"guard", "rewake_pause_ms", "ms", &C::rewakePauseMs, 1, kMaxMs, "rewake_pause_max_ms"},
        {"guard", "rewake_pause_max_ms", "ms", &C::rewakePauseMaxMs, 1, kMaxMs, "rewake_pause_ms"},
        {"guard", "ready_poll_ms", "ms", &C::readyPollMs, 1, kMaxMs},
        {"guard", "http_max_request_body_size", "bytes", &C::httpMaxRequestBodySize, 0, 32 * 1024 * 1024, "",
         "gateway_http_max_request_body_size"},
        {"guard", "http_request_streaming", "", &C::httpRequestStreaming, 0, 1},
        {"guard", "websocket_max_message_size", "bytes", &C::websocketMaxMessageSize, 1, 33'554'432 - 256, "",
         "gateway_websocket_max_message_size"},
        {"guard", "http_response_queue_max_bytes", "bytes", &C::httpResponseQueueMaxBytes, 1, kMaxBytes},
        {"guard", "websocket_send_queue_max_bytes", "bytes", &C::websocketSendQueueMaxBytes, 1, kMaxBytes},
        {"guard", "websocket_open_attempts", "count", &C::websocketOpenAttempts, 1, 1000},
        {"guard", "http_attempts", "count", &C::httpAttempts, 1, 1000},
        {"guard", "retry_pause_ms", "ms", &C::retryPauseMs, 1, kMaxMs, "http_attempts"},
        {"guard", "replay_delivered", "", &C::replayDelivered, 0, 0, "http_attempts", "", "never,safe,always"},
        {"guard", "enable_websocket_health_route", "", &C::enableWebsocketHealthRoute, 0, 1},
        {"guard", "trust_forwarded_for", "", &C::trustForwardedFor, 0, 1},
        {"guard", "websocket_accept_when_ready", "", &C::websocketAcceptWhenReady, 0, 1},
        {"guard", "client_ping_interval_ms", "ms", &C::clientPingIntervalMs, 0, kMaxMs},
        {"guard", "websocket_held_bytes", "bytes", &C::websocketHeldBytes, 1, kMaxBytes, "websocket_link_wait_bytes"},
        {"guard", "websocket_link_wait_bytes", "bytes", &C::websocketLinkWaitBytes, 1, kMaxBytes,
         "link_queue_high_bytes"},
        {"guard", "websocket_cut_queue_bytes", "bytes", &C::websocketCutQueueBytes, 1, kMaxBytes,
         "websocket_link_wait_bytes"},
        {"guard", "link_queue_high_bytes", "bytes", &C::linkQueueHighBytes, 1024 * 1024, kMaxBytes,
         "websocket_link_wait_bytes"},
        {"guard", "unconfirmed_wait_ms", "ms", &C::unconfirmedWaitMs, 1, kMaxMs, "retry_pause_ms"},
        {"guard", "close_linger_ms", "ms", &C::closeLingerMs, 1, kMaxMs},
        {"guard", "max_in_flight_per_client_address", "count", &C::maxInFlightPerClientAddress, 0, kMaxCount,
         "rate_limit_per_client_address"},
        {"guard", "rate_limit_per_client_address", "count", &C::rateLimitPerClientAddress, 0, kMaxCount,
         "rate_limit_window_ms"},
        {"guard", "rate_limit_window_ms", "ms", &C::rateLimitWindowMs, 1, kMaxMs, "rate_limit_per_client_address"},
        {"guard", "ws_open_rate_per_actor", "count", &C::wsOpenRatePerActor, 0, kMaxCount,
         "rate_limit_per_client_address"},
        {"guard", "client_header_timeout_ms", "ms", &C::clientHeaderTimeoutMs, 1, kMaxMs},
        {"guard", "client_body_timeout_ms", "ms", &C::clientBodyTimeoutMs, 1, kMaxMs},
        {"guard", "keep_alive_timeout_ms", "ms", &C::keepAliveTimeoutMs, 1, kMaxMs},
        {"guard", "max_connections", "count", &C::maxConnections, 1, 1'000'000},
        {"guard", "tls_certificate_file", "", &C::tlsCertificateFile, 0, 0, "tls_key_file"},
        {"guard", "tls_key_file", "", &C::tlsKeyFile, 0, 0, "tls_certificate_file"},
        {"guard", "event_dispatcher", "", &C::eventDispatcher, 0, 0, "", "", "epoll,qt"},
        {"guard", "allowed_origins", "", &C::allowedOrigins, 0, 0},
        {"guard", "public_url", "", &C::publicUrl, 0, 0},
        {"guard", "gateway_requires_token", "", &C::gatewayRequiresToken, 0, 1, "admin_token"},
        {"pegboard", "gateway_websocket_open_timeout_ms", "ms", &C::gatewayWebsocketOpenTimeoutMs, 1, kMaxMs,
         "actor_ready_timeout_ms"},
        {"pegboard", "gateway_response_start_timeout_ms", "ms", &C::gatewayResponseStartTimeoutMs, 1, kMaxMs},
        {"pegboard", "hws_message_ack_timeout_ms", "ms", &C::hwsMessageAckTimeoutMs, 1, kMaxMs, "hws_max_resends",
         "gateway_hws_message_ack_timeout_ms"},
        {"pegboard", "hws_max_pending_size", "bytes", &C::hwsMaxPendingSize, 1, kMaxBytes, "hws_total_pending_size",
         "gateway_hws_max_pending_size"},
        {"pegboard", "hws_total_pending_size", "bytes", &C::hwsTotalPendingSize, 1, kMaxBytes,
         "hws_max_pending_size"},
        {"pegboard", "hws_pending_policy", "", &C::hwsPendingPolicy, 0, 0, "hws_max_pending_size", "",
         "close,pause"},
        {"pegboard", "hws_max_resends", "count", &C::hwsMaxResends, 1, 1'000'000, "hws_message_ack_timeout_ms"},
        {"pegboard", "max_hws_per_actor", "count", &C::maxHwsPerActor, 1, kMaxCount, "max_hws"},
        {"pegboard", "max_hws_per_client_address", "count", &C::maxHwsPerClientAddress, 0, kMaxCount, "max_hws"},
        {"pegboard", "max_hws", "count", &C::maxHws, 1, kMaxCount, "max_hws_per_actor"},
        {"pegboard", "hws_resend_turn_bytes", "bytes", &C::hwsResendTurnBytes, 1, kMaxBytes, "hws_max_pending_size"},
        {"pegboard", "close_wake_rate", "count", &C::closeWakeRate, 1, kMaxCount, "hws_close_delivery_ms"},
        {"pegboard", "hws_close_delivery_ms", "ms", &C::hwsCloseDeliveryMs, 1, kMaxMs, "close_wake_rate"},
        {"pegboard", "wake_on_close_while_asleep", "", &C::wakeOnCloseWhileAsleep, 0, 1, "close_wake_rate"},
        {"pegboard", "destroy_client_grace_ms", "ms", &C::destroyClientGraceMs, 0, kMaxMs},
        {"pegboard", "hibernating_request_eligible_threshold", "ms", &C::hibernatingRequestEligibleThreshold, 10'000,
         kDayMs, "hibernation_flush_interval"},
        {"pegboard", "hibernation_flush_interval", "ms", &C::hibernationFlushInterval, 1, kMaxMs,
         "hibernating_request_eligible_threshold"},
        {"pegboard", "keepalive_phase_fraction", "", &C::keepalivePhaseFraction, 0, 1,
         "hibernating_request_eligible_threshold"},
        {"pegboard", "base_retry_timeout", "ms", &C::baseRetryTimeout, 1, kMaxMs, "reschedule_backoff_max_exponent"},
        {"pegboard", "retry_reset_duration", "ms", &C::retryResetDuration, 1, kMaxMs, "base_retry_timeout"},
        {"pegboard", "reschedule_backoff_max_exponent", "count", &C::rescheduleBackoffMaxExponent, 0, 30,
         "base_retry_timeout"},
        {"pegboard", "retry_jitter_ms", "ms", &C::retryJitterMs, 0, kMaxMs, "base_retry_timeout"},
        {"pegboard", "actor_start_threshold", "ms", &C::actorStartThreshold, 1, kMaxMs},
        {"pegboard", "actor_stop_threshold", "ms", &C::actorStopThreshold, 1, kMaxMs, "runner_drain_timeout"},
        {"pegboard", "runner_eligible_threshold", "ms", &C::runnerEligibleThreshold, 1, kMaxMs,
         "runner_ping_timeout_ms"},
        {"pegboard", "runner_lost_threshold", "ms", &C::runnerLostThreshold, 1, kMaxMs, "runner_ping_timeout_ms"},
        {"pegboard", "runner_lost_slack", "ms", &C::runnerLostSlack, 0, kMaxMs, "runner_lost_threshold"},
        {"pegboard", "runner_update_ping_interval_ms", "ms", &C::runnerUpdatePingIntervalMs, 1, kMaxMs,
         "runner_ping_timeout_ms"},
        {"pegboard", "runner_ping_timeout_ms", "ms", &C::runnerPingTimeoutMs, 1, kMaxMs, "runner_lost_threshold"},
        {"pegboard", "runner_init_timeout_ms", "ms", &C::runnerInitTimeoutMs, 1, kMaxMs},
        {"pegboard", "runner_drain_timeout", "ms", &C::runnerDrainTimeout, 1, kMaxMs, "actor_stop_threshold"},
        {"pegboard", "eviction_probe_timeout", "ms", &C::evictionProbeTimeout, 1, kMaxMs},
        {"pegboard", "reconcile_timeout", "ms", &C::reconcileTimeout, 1, kMaxMs, "reconcile_settle"},
        {"pegboard", "reconcile_settle", "ms", &C::reconcileSettle, 0, kMaxMs, "reconcile_timeout"},
        {"pegboard", "event_ack_interval", "ms", &C::eventAckInterval, 1, kMaxMs, "event_ack_batch"},
        {"pegboard", "event_ack_batch", "count", &C::eventAckBatch, 1, kMaxCount, "event_ack_interval"},
        {"pegboard", "actor_allocation_candidate_sample_size", "count", &C::actorAllocationCandidateSampleSize, 1,
         kMaxCount},
        {"pegboard", "restart_pending_timeout_ms", "ms", &C::restartPendingTimeoutMs, 0, kMaxMs},
        {"pegboard", "alarm_pending_timeout_ms", "ms", &C::alarmPendingTimeoutMs, 0, kMaxMs},
        {"pegboard", "alarm_fire_rate", "count", &C::alarmFireRate, 1, kMaxCount},
        {"pegboard", "queue_drain_batch", "count", &C::queueDrainBatch, 1, kMaxCount},
        {"pegboard", "max_parked_sockets", "count", &C::maxParkedSockets, 1, kMaxCount},
        {"pegboard", "serverless_drain_grace_period", "ms", &C::serverlessDrainGracePeriod, 0, kMaxMs},
        {"pegboard", "serverless_base_retry_timeout", "ms", &C::serverlessBaseRetryTimeout, 1, kMaxMs,
         "serverless_backoff_max_exponent"},
        {"pegboard", "serverless_retry_reset_duration", "ms", &C::serverlessRetryResetDuration, 1, kMaxMs},
        {"pegboard", "serverless_backoff_max_exponent", "count", &C::serverlessBackoffMaxExponent, 0, 20,
         "serverless_base_retry_timeout"},
        {"pegboard", "serverless_scale_down_delay", "ms", &C::serverlessScaleDownDelay, 0, kMaxMs},
        {"pegboard", "pool_desired_max_override", "count", &C::poolDesiredMaxOverride, 0, kMaxCount},
        {"pegboard", "default_metadata_poll_interval", "ms", &C::defaultMetadataPollInterval, 1, kMaxMs,
         "min_metadata_poll_interval"},
        {"pegboard", "min_metadata_poll_interval", "ms", &C::minMetadataPollInterval, 1, kMaxMs,
         "default_metadata_poll_interval"},
        {"pegboard", "runner_pool_consecutive_successes_to_clear_error", "count",
         &C::runnerPoolConsecutiveSuccessesToClearError, 1, kMaxCount},
        {"pegboard", "kv_max_storage_bytes", "bytes", &C::kvMaxStorageBytes, 0, kMaxBytes},
        {"metrics", "host", "", &C::metricsHost, 0, 0, "port"},
        {"metrics", "port", "", &C::metricsPort, 0, 65'535, "host"},
        {"database", "url", "", &C::databaseUrl, 0, 0},
        {"auth", "admin_token", "", &C::adminToken, 0, 0, "gateway_requires_token"},
    };
    return table;
}

/// Keys of upstream files that mean nothing here, or that the command line decides.
bool isIgnoredKey(const QString &section, const QString &key)
{
    static const QStringList guard = {u"host"_s, u"port"_s};
    static const QStringList pegboard = {
        u"gateway_gc_interval_ms"_s,
        u"gateway_update_ping_interval_ms"_s,
        u"gateway_tunnel_ping_timeout_ms"_s,
        u"runner_event_demuxer_gc_interval_ms"_s,
        u"runner_event_demuxer_max_last_seen_ms"_s,
        u"runner_max_response_payload_body_size"_s,
    };
    return section == "guard"_L1 ? guard.contains(key) : section == "pegboard"_L1 && pegboard.contains(key);
}

bool isSection(const QString &section)
{
    return std::ranges::any_of(settings(), [&](const Setting &setting) { return section == QLatin1StringView(setting.section); });
}

bool isIgnoredSection(const QString &section)
{
    static const QStringList sections = {u"topology"_s, u"telemetry"_s, u"file_system"_s, u"api_peer"_s};
    return sections.contains(section);
}

Error invalid(const QString &message)
{
    return Error::make("config", "invalid", message);
}

QString typeName(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null: return u"null"_s;
    case QJsonValue::Bool: return u"a boolean"_s;
    case QJsonValue::Double: return u"a number"_s;
    case QJsonValue::String: return u"a text"_s;
    case QJsonValue::Array: return u"a list"_s;
    case QJsonValue::Object: return u"an object"_s;
    case QJsonValue::Undefined: break;
    }
    return u"nothing"_s;
}

QString fullName(const Setting &setting)
{
    return QLatin1StringView(setting.section) % u'.' % QLatin1StringView(setting.key);
}

std::optional<Error> wrongType(const QString &name, const QString &wanted, const QJsonValue &value)
{
    return invalid(name % u": "_s % wanted % u" is needed, the file has "_s % typeName(value));
}

std::optional<Error> outOfRange(const Setting &setting, const QString &name, double value)
{
    const auto number = [](double v) { return QString::number(v, 'g', 15); };
    const QString unit = *setting.unit ? QString(u' ' % QLatin1StringView(setting.unit)) : QString();
    return invalid(name % u": "_s % number(value) % u" is outside "_s % number(setting.least) % u" to "_s
                   % number(setting.most) % unit);
}

struct Assign
{
    EngineConfig &config;
    const Setting &setting;
    const QString &name; ///< as written in the file
    const QJsonValue &value;

    std::optional<Error> whole(qint64 &out) const
    {
        if (!value.isDouble())
            return wrongType(name, u"a whole number"_s, value);
        const double number = value.toDouble();
        if (std::floor(number) != number)
            return invalid(name % u": a whole number is needed, the file has "_s % QString::number(number));
        if (number < setting.least || number > setting.most)
            return outOfRange(setting, name, number);
        out = qint64(number);
        return {};
    }
    std::optional<Error> operator()(qint64 EngineConfig::*field) const { return whole(config.*field); }
    std::optional<Error> operator()(int EngineConfig::*field) const
    {
        qint64 number = 0;
        if (auto error = whole(number))
            return error;
        config.*field = int(number);
        return {};
    }
    std::optional<Error> operator()(std::optional<qint64> EngineConfig::*field) const
    {
        if (value.isNull()) {
            (config.*field).reset();
            return {};
        }
        qint64 number = 0;
        if (auto error = whole(number))
            return error;
        config.*field = number;
        return {};
    }
    std::optional<Error> operator()(double EngineConfig::*field) const
    {
        if (!value.isDouble())
            return wrongType(name, u"a number"_s, value);
        const double number = value.toDouble();
        if (number < setting.least || number > setting.most)
            return outOfRange(setting, name, number);
        config.*field = number;
        return {};
    }
    std::optional<Error> operator()(bool EngineConfig::*field) const
    {
        if (!value.isBool())
            return wrongType(name, u"true or false"_s, value);
        config.*field = value.toBool();
        return {};
    }
    std::optional<Error> operator()(QString EngineConfig::*field) const
    {
        if (!value.isString())
            return wrongType(name, u"a text"_s, value);
        const QString text = value.toString();
        if (*setting.choices) {
            const QStringList choices = QString::fromLatin1(setting.choices).split(u',');
            if (!choices.contains(text))
                return invalid(name % u": \""_s % text % u"\" is not one of "_s % choices.join(u", "_s));
        }
        config.*field = text;
        return {};
    }
    std::optional<Error> operator()(QStringList EngineConfig::*field) const
    {
        if (!value.isArray())
            return wrongType(name, u"a list of texts"_s, value);
        QStringList list;
        const QJsonArray array = value.toArray();
        for (const QJsonValue &entry : array) {
            if (!entry.isString())
                return wrongType(name, u"a list of texts"_s, entry);
            list.append(entry.toString());
        }
        config.*field = list;
        return {};
    }
};

struct Read
{
    const EngineConfig &config;
    QJsonValue operator()(qint64 EngineConfig::*field) const { return config.*field; }
    QJsonValue operator()(int EngineConfig::*field) const { return config.*field; }
    QJsonValue operator()(double EngineConfig::*field) const { return config.*field; }
    QJsonValue operator()(bool EngineConfig::*field) const { return config.*field; }
    QJsonValue operator()(QString EngineConfig::*field) const { return config.*field; }
    QJsonValue operator()(QStringList EngineConfig::*field) const { return QJsonArray::fromStringList(config.*field); }
    QJsonValue operator()(std::optional<qint64> EngineConfig::*field) const
    {
        return config.*field ? QJsonValue(*(config.*field)) : QJsonValue(QJsonValue::Null);
    }
};

const Setting *findSetting(const QString &section, const QString &key)
{
    for (const Setting &setting : settings()) {
        if (section == QLatin1StringView(setting.section)
            && (key == QLatin1StringView(setting.key)
                || (*setting.alias && key == QLatin1StringView(setting.alias))))
            return &setting;
    }
    return nullptr;
}

QString positionText(const QByteArray &json, qsizetype offset)
{
    const QByteArray before = json.left(offset);
    const qsizetype line = before.count('\n') + 1;
    const qsizetype column = before.size() - (before.lastIndexOf('\n') + 1) + 1;
    return u"line "_s % QString::number(line) % u", column "_s % QString::number(column);
}

std::optional<Error> parseSection(EngineConfig &config, const QString &section, const QJsonObject &object)
{
    std::vector<const Setting *> seen;
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QString name = section % u'.' % it.key();
        if (isIgnoredKey(section, it.key()))
            continue;
        const Setting *setting = findSetting(section, it.key());
        if (!setting)
            return invalid(name % u": no such setting"_s);
        for (const Setting *other : seen) {
            if (other == setting)
                return invalid(name % u": the same setting stands in the file under two names, see "_s
                               % fullName(*setting));
        }
        seen.push_back(setting);
        const QJsonValue value = it.value();
        if (auto error = std::visit(Assign{config, *setting, name, value}, setting->field))
            return error;
    }
    return {};
}

} // namespace

Result<EngineConfig> parseConfig(const QByteArray &json)
{
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(json, &parseError);
    if (parseError.error != QJsonParseError::NoError)
        return invalid(positionText(json, parseError.offset) % u": "_s % parseError.errorString());
    if (!document.isObject())
        return invalid(u"line 1, column 1: the file must hold one JSON object"_s);

    EngineConfig config;
    const QJsonObject root = document.object();
    for (auto it = root.begin(); it != root.end(); ++it) {
        if (isIgnoredSection(it.key()))
            continue;
        if (!isSection(it.key()))
            return invalid(it.key() % u": no such section"_s);
        if (!it.value().isObject())
            return *wrongType(it.key(), u"an object"_s, it.value());
        if (auto error = parseSection(config, it.key(), it.value().toObject()))
            return *error;
    }
    if (const Status status = checkConfig(config); !status)
        return status.error();
    return config;
}

Status checkConfig(const EngineConfig &config)
{
    // A configuration can also be put together by code, so the ranges are checked here as well.
    for (const Setting &setting : settings()) {
        const QString name = fullName(setting);
        const QJsonValue value = std::visit(Read{config}, setting.field);
        EngineConfig scratch;
        if (auto error = std::visit(Assign{scratch, setting, name, value}, setting.field))
            return *error;
    }

    const auto broken = [](const char *left, qint64 leftValue, const QString &relation, const char *right,
                           qint64 rightValue) -> Status {
        return invalid(QLatin1StringView(left) % u" ("_s % QString::number(leftValue) % u") must be "_s % relation
                       % u' ' % QLatin1StringView(right) % u" ("_s % QString::number(rightValue) % u')');
    };
    if (config.actorForceWakePendingTimeoutMs < config.actorReadyTimeoutMs)
        return broken("guard.actor_force_wake_pending_timeout_ms", config.actorForceWakePendingTimeoutMs,
                      u"at least"_s, "guard.actor_ready_timeout_ms", config.actorReadyTimeoutMs);
    // This also covers ready > open / 2.
    if (config.gatewayWebsocketOpenTimeoutMs >= config.actorReadyTimeoutMs)
        return broken("pegboard.gateway_websocket_open_timeout_ms", config.gatewayWebsocketOpenTimeoutMs,
                      u"less than"_s, "guard.actor_ready_timeout_ms", config.actorReadyTimeoutMs);
    if (config.rewakePauseMs > config.rewakePauseMaxMs)
        return broken("guard.rewake_pause_ms", config.rewakePauseMs, u"at most"_s, "guard.rewake_pause_max_ms",
                      config.rewakePauseMaxMs);
    constexpr qint64 kLeastAckTimeoutMs = 10'000;
    if (config.hwsMessageAckTimeoutMs < kLeastAckTimeoutMs)
        return broken("pegboard.hws_message_ack_timeout_ms", config.hwsMessageAckTimeoutMs, u"at least"_s,
                      "the least useful value", kLeastAckTimeoutMs);
    if (const QUrl url(config.publicUrl, QUrl::StrictMode); !config.publicUrl.isEmpty()
        && (!url.isValid() || url.host().isEmpty() || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1)))
        return invalid(u"guard.public_url: \""_s % config.publicUrl % u"\" is not an absolute http or https URL"_s);
    if (!config.databaseUrl.isEmpty()) {
        if (const Result<DatabaseUrl> database = parseDatabaseUrl(config.databaseUrl); !database)
            return database.error();
    }
    if (config.hibernationFlushInterval > config.hibernatingRequestEligibleThreshold / 4)
        return broken("pegboard.hibernation_flush_interval", config.hibernationFlushInterval, u"at most a quarter of"_s,
                      "pegboard.hibernating_request_eligible_threshold", config.hibernatingRequestEligibleThreshold);
    if (config.runnerEligibleThreshold >= config.runnerPingTimeoutMs)
        return broken("pegboard.runner_eligible_threshold", config.runnerEligibleThreshold, u"less than"_s,
                      "pegboard.runner_ping_timeout_ms", config.runnerPingTimeoutMs);
    if (config.runnerPingTimeoutMs > 2 * config.runnerLostThreshold)
        return broken("pegboard.runner_ping_timeout_ms", config.runnerPingTimeoutMs, u"at most twice"_s,
                      "pegboard.runner_lost_threshold", config.runnerLostThreshold);
    return okStatus();
}

Status changeSetting(EngineConfig &config, const QString &section, const QString &key, const QString &value)
{
    static const QStringList readAtStart{u"guard.client_header_timeout_ms"_s, u"guard.client_body_timeout_ms"_s,
                                         u"guard.keep_alive_timeout_ms"_s,    u"guard.max_connections"_s,
                                         u"guard.event_dispatcher"_s,         u"guard.close_linger_ms"_s,
                                         u"pegboard.kv_max_storage_bytes"_s};
    const QString name = section % u'.' % key;
    const Setting *setting = findSetting(section, key);
    if (!setting)
        return invalid(name % u": no such setting"_s);
    if (section == "metrics"_L1 || section == "database"_L1 || readAtStart.contains(fullName(*setting)))
        return Error::make("config", "needs_restart", QString(name % u": is read when the engine starts"_s));
    const QJsonArray read = QJsonDocument::fromJson('[' + value.toUtf8() + ']').array();
    const bool text = std::holds_alternative<QString EngineConfig::*>(setting->field);
    const QJsonValue typed = text || read.size() != 1 ? QJsonValue(value) : read.at(0);
    EngineConfig changed = config;
    if (auto error = std::visit(Assign{changed, *setting, name, typed}, setting->field))
        return *error;
    if (const Status status = checkConfig(changed); !status)
        return status;
    config = changed;
    return okStatus();
}

namespace {
QString rangeText(const Setting &setting)
{
    if (*setting.choices)
        return QString::fromLatin1(setting.choices).replace(u',', u", "_s);
    const bool number = !std::holds_alternative<QString EngineConfig::*>(setting.field)
        && !std::holds_alternative<QStringList EngineConfig::*>(setting.field)
        && !std::holds_alternative<bool EngineConfig::*>(setting.field);
    return number ? QString(QString::number(setting.least, 'f', setting.least == std::floor(setting.least) ? 0 : 2) % u" to "
                            % QString::number(setting.most, 'f', 0))
                  : QString();
}
} // namespace

std::vector<ConfigEntry> describeConfig(const EngineConfig &config)
{
    static const EngineConfig kDefaults;
    std::vector<ConfigEntry> entries;
    entries.reserve(settings().size());
    for (const Setting &setting : settings()) {
        ConfigEntry entry{QString::fromLatin1(setting.section),
                          QString::fromLatin1(setting.key),
                          QString::fromLatin1(setting.unit),
                          std::visit(Read{config}, setting.field),
                          std::visit(Read{kDefaults}, setting.field),
                          QString::fromLatin1(setting.related), rangeText(setting)};
        // The token is a secret; a view only needs to know whether there is one.
        if (entry.section == "auth"_L1 && !entry.value.toString().isEmpty())
            entry.value = u"(set)"_s;
        if (entry.section == "database"_L1)
            entry.value = databaseUrlWithoutPassword(config.databaseUrl);
        entries.push_back(entry);
    }
    return entries;
}

} // namespace dormouse
