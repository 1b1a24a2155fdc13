// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/poolconfig.h"

#include <algorithm>

namespace dormouse {

std::optional<PoolConfig> readPoolConfig(const QJsonObject &body, const EngineConfig &config)
{
    const QJsonObject given = body.value(u"serverless").toObject();
    if (given.isEmpty())
        return std::nullopt;
    PoolConfig pool;
    pool.url = given.value(u"url").toString();
    while (pool.url.endsWith(u'/'))
        pool.url.chop(1);
    pool.headers = given.value(u"headers").toObject();
    pool.lifespanMs = given.value(u"request_lifespan").toInteger() * 1'000;
    // Half of the lifespan at most: a connection must serve for a while before it leaves again.
    pool.drainGraceMs = given.contains(u"drain_grace_period")
        ? given.value(u"drain_grace_period").toInteger() * 1'000
        : std::min(config.serverlessDrainGracePeriod, pool.lifespanMs / 2);
    // An actor that takes longer to stop is given up, and its runner with it: more grace would only shorten the service.
    pool.drainGraceMs = std::min(pool.drainGraceMs, config.actorStopThreshold);
    pool.slotsPerRunner = std::max<qint64>(1, given.value(u"slots_per_runner").toInteger(1));
    pool.minRunners = given.value(u"min_runners").toInteger();
    pool.maxRunners = given.value(u"max_runners").toInteger();
    pool.margin = given.value(u"runners_margin").toInteger();
    if (given.value(u"metadata_poll_interval").isDouble())
        pool.metadataPollMs = given.value(u"metadata_poll_interval").toInteger();
    return pool;
}

qint64 desiredConnections(const PoolConfig &pool, qint64 demand, const EngineConfig &config)
{
    const qint64 needed = pool.margin + (demand + pool.slotsPerRunner - 1) / pool.slotsPerRunner;
    const qint64 limit = std::min(pool.maxRunners, config.poolDesiredMaxOverride.value_or(pool.maxRunners));
    return std::min(std::max(needed, pool.minRunners), limit);
}

qint64 retryDelayMs(int failures, const EngineConfig &config)
{
    return config.serverlessBaseRetryTimeout << std::min(failures, config.serverlessBackoffMaxExponent);
}

} // namespace dormouse
