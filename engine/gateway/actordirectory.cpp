// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/actordirectory.h"

#include "engine/gateway/gateway.h"

namespace dormouse {

namespace {

std::optional<qint64> numberIn(const QJsonObject &config, const QString &key)
{
    const QJsonValue value = config.value(QStringLiteral("metadata")).toObject().value(key);
    return value.isDouble() ? std::optional<qint64>(value.toInteger()) : std::nullopt;
}

} // namespace

std::optional<qint64> SchedulerDirectory::poolSetting(const QString &namespaceId, const QString &pool,
                                                      const QString &key) const
{
    const RunnerConfigRow *row = m_scheduler.runnerConfig(namespaceId, pool);
    if (row == nullptr)
        return std::nullopt;
    if (const auto value = numberIn(row->body, key))
        return value;
    // The REST shape nests one config per datacenter; this node is the only one there can be.
    const QJsonObject datacenters = row->body.value(QStringLiteral("datacenters")).toObject();
    for (const QJsonValue &config : datacenters) {
        if (const auto value = numberIn(config.toObject(), key))
            return value;
    }
    return std::nullopt;
}

// Here and not in gateway.cpp, so that whoever brings a directory of its own need not link the scheduler.
Gateway::Gateway(const CoreContext &context, Scheduler &scheduler)
    : Gateway(context, std::make_unique<SchedulerDirectory>(scheduler))
{}

} // namespace dormouse
