// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/config.h"

#include <QJsonObject>

#include <optional>

namespace dormouse {

/// The serverless variant of a runner config, as the pool uses it (scheduler.md section 4.1). The API has validated it.
struct PoolConfig
{
    QString url;         ///< without trailing slashes
    QJsonObject headers; ///< of strings
    qint64 lifespanMs = 0;
    qint64 drainGraceMs = 0;
    qint64 slotsPerRunner = 1;
    qint64 minRunners = 0;
    qint64 maxRunners = 0;
    qint64 margin = 0;
    std::optional<qint64> metadataPollMs;

    bool sameEndpoint(const PoolConfig &other) const { return url == other.url && headers == other.headers; }
};

/// Absent for a normal pool.
std::optional<PoolConfig> readPoolConfig(const QJsonObject &body, const EngineConfig &config);

/// Connections the pool should have (section 4.2).
qint64 desiredConnections(const PoolConfig &pool, qint64 demand, const EngineConfig &config);

/// Pause before the next attempt (section 4.5), without jitter. failures: those before this one.
qint64 retryDelayMs(int failures, const EngineConfig &config);

} // namespace dormouse
