// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace dormouse {

/// Every limit and timer with its default (gateway.md section 10, scheduler.md section 6). Times in ms, sizes in
/// bytes. Read from a JSON file with the sections "guard" and "pegboard" under the upstream names.
struct EngineConfig
{
    // guard: routing, HTTP, sockets
    qint64 actorReadyTimeoutMs = 30'000;
    qint64 actorForceWakePendingTimeoutMs = 60'000;
    qint64 routeTimeoutMs = 60'000;
    int wakeRetries = 8;
    qint64 rewakePauseMs = 50;        ///< before the second repeated wake, doubled before each further one
    qint64 rewakePauseMaxMs = 1'000;
    qint64 readyPollMs = 1'000; ///< first look at actor and pool again while a client waits; the further ones take twice as long
    qint64 httpMaxRequestBodySize = 20 * 1024 * 1024;
    bool httpRequestStreaming = false; ///< true: a body goes to the runner while it comes
    qint64 websocketMaxMessageSize = 33'554'432 - 256;
    qint64 httpResponseQueueMaxBytes = 8 * 1024 * 1024;
    qint64 websocketSendQueueMaxBytes = 16 * 1024 * 1024;
    int websocketOpenAttempts = 8;
    int httpAttempts = 7;
    qint64 retryPauseMs = 150; ///< doubled before each further attempt
    QString replayDelivered = QStringLiteral("safe"); ///< never, safe, always
    bool enableWebsocketHealthRoute = false;
    bool trustForwardedFor = false;
    bool websocketAcceptWhenReady = false; ///< true: answer the upgrade only when the actor is ready
    qint64 clientPingIntervalMs = 0; ///< 0 = no pings to clients
    qint64 websocketHeldBytes = 64 * 1024;          ///< read from a client before its actor has accepted it
    qint64 websocketLinkWaitBytes = 4 * 1024 * 1024; ///< of one client, waiting for a slow link
    qint64 websocketCutQueueBytes = 1024 * 1024;    ///< of one client that cannot hibernate, while the link is cut
    qint64 linkQueueHighBytes = 8 * 1024 * 1024;    ///< unsent on a runner's link: its clients are not read
    qint64 unconfirmedWaitMs = 2'000; ///< for a sign of life of what was written to a link before it was cut
    qint64 closeLingerMs = 1'000;
    int maxInFlightPerClientAddress = 0;  ///< 0 = off; a WebSocket counts for its whole life
    int rateLimitPerClientAddress = 0;    ///< requests per window and address, 0 = off
    qint64 rateLimitWindowMs = 60'000;
    int wsOpenRatePerActor = 0;           ///< client WebSockets per second and actor, 0 = off
    qint64 clientHeaderTimeoutMs = 10'000;
    qint64 clientBodyTimeoutMs = 30'000;
    qint64 keepAliveTimeoutMs = 60'000;
    int maxConnections = 20'000;
    QString tlsCertificateFile; ///< PEM; with the key: TLS besides plain on the same port
    QString tlsKeyFile;
    QString eventDispatcher = QStringLiteral("epoll"); ///< epoll, qt
    QStringList allowedOrigins; ///< empty = any
    QString publicUrl; ///< where serverless runners and clients find this engine; empty = the listening address
    bool gatewayRequiresToken = false;
    // pegboard: gateway of hibernating sockets
    qint64 gatewayWebsocketOpenTimeoutMs = 15'000;
    qint64 gatewayResponseStartTimeoutMs = 300'000;
    qint64 hwsMessageAckTimeoutMs = 30'000;
    qint64 hwsMaxPendingSize = 1024 * 1024;
    qint64 hwsTotalPendingSize = 512LL * 1024 * 1024;
    QString hwsPendingPolicy = QStringLiteral("close"); ///< close, pause
    int hwsMaxResends = 8;
    int maxHwsPerActor = 16'384;
    int maxHwsPerClientAddress = 0; ///< 0 = off: many clients may share the address of a proxy
    int maxHws = 100'000;
    qint64 hwsResendTurnBytes = 1024 * 1024; ///< of one socket and turn of the loop
    int closeWakeRate = 200;
    qint64 hwsCloseDeliveryMs = 60'000; ///< for the messages and the close of a client that is gone
    bool wakeOnCloseWhileAsleep = true;
    qint64 destroyClientGraceMs = 5'000;
    qint64 hibernatingRequestEligibleThreshold = 90'000;
    qint64 hibernationFlushInterval = 5'000;
    double keepalivePhaseFraction = 0.1;
    // pegboard: scheduler
    qint64 baseRetryTimeout = 2'000;
    qint64 retryResetDuration = 600'000;
    int rescheduleBackoffMaxExponent = 8;
    qint64 retryJitterMs = 500;
    qint64 actorStartThreshold = 30'000;
    qint64 actorStopThreshold = 30'000;
    qint64 runnerEligibleThreshold = 10'000;
    qint64 runnerLostThreshold = 15'000;
    qint64 runnerLostSlack = 1'000;
    qint64 runnerUpdatePingIntervalMs = 3'000;
    qint64 runnerPingTimeoutMs = 15'000;
    qint64 runnerInitTimeoutMs = 5'000;
    std::optional<qint64> runnerDrainTimeout; ///< default: actorStopThreshold
    qint64 evictionProbeTimeout = 1'000;
    qint64 reconcileTimeout = 2'000;
    qint64 reconcileSettle = 100;
    qint64 eventAckInterval = 5'000;
    int eventAckBatch = 250;
    int actorAllocationCandidateSampleSize = 100;
    qint64 restartPendingTimeoutMs = 60'000;
    qint64 alarmPendingTimeoutMs = 0;
    int alarmFireRate = 200;
    int queueDrainBatch = 256;
    int maxParkedSockets = 256;
    // pegboard: serverless pools
    qint64 serverlessDrainGracePeriod = 10'000; ///< for pools whose config names none
    qint64 serverlessBaseRetryTimeout = 2'000;
    qint64 serverlessRetryResetDuration = 600'000;
    int serverlessBackoffMaxExponent = 8;
    qint64 serverlessScaleDownDelay = 0;
    std::optional<qint64> poolDesiredMaxOverride; ///< most connections of any pool; default: the pool's own limit
    qint64 defaultMetadataPollInterval = 10'000;
    qint64 minMetadataPollInterval = 5'000;
    int runnerPoolConsecutiveSuccessesToClearError = 3;
    qint64 kvMaxStorageBytes = 10LL * 1024 * 1024 * 1024;
    // metrics
    QString metricsHost = QStringLiteral("127.0.0.1"); ///< address of the Prometheus endpoint
    int metricsPort = 6430; ///< 0 = no endpoint
    // database
    QString databaseUrl; ///< PostgreSQL (engine/base/databaseurl.h); empty = SQLite in the data folder. Holds a password
    // auth
    QString adminToken; ///< empty = off

    qint64 drainTimeoutMs() const { return runnerDrainTimeout.value_or(actorStopThreshold); }
};

/// One setting as data: for the settings view, the documentation and the loader.
struct ConfigEntry
{
    QString section; ///< "guard", "pegboard", "auth"
    QString key;     ///< upstream name where one exists
    QString unit;    ///< "ms", "bytes", "count", ""
    QJsonValue value;
    QJsonValue defaultValue;
    QString related; ///< key of a related setting, may be empty
    QString range;   ///< "LEAST to MOST", the choices of a text, or empty
};

/// Errors: config.invalid; the message names the file position or the key, the value and the reason. Unknown keys are
/// errors, except upstream keys that are accepted and ignored (gateway_gc_interval_ms and the link probe timers).
Result<EngineConfig> parseConfig(const QByteArray &json);
/// Relations of gateway.md section 10.2 and scheduler.md section 6; the message names both values.
Status checkConfig(const EngineConfig &config);
/// Changes one setting of a configuration in use. value: a number, true or false, a JSON list, or plain text.
/// Errors: config.invalid as parseConfig; config.needs_restart for what is read at start only. config stays as it was.
Status changeSetting(EngineConfig &config, const QString &section, const QString &key, const QString &value);
std::vector<ConfigEntry> describeConfig(const EngineConfig &config);

} // namespace dormouse
