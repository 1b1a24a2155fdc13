// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/serverlesspools.h"

namespace dormouse {

ServerlessPools::ServerlessPools(const CoreContext &context, Scheduler &scheduler)
    : m_services{context, scheduler, {}, {}, {}}, m_forgetTimer(context.timers)
{}

ServerlessPools::~ServerlessPools() = default;

void ServerlessPools::setOpenStream(OpenStream open)
{
    m_services.openStream = std::move(open);
    demandAgain();
}

void ServerlessPools::setPublicUrl(const QString &url)
{
    m_services.publicUrl = url;
    while (m_services.publicUrl.endsWith(u'/'))
        m_services.publicUrl.chop(1);
    demandAgain();
}

void ServerlessPools::start()
{
    for (const NamespaceRow &space : m_services.scheduler.namespaces()) {
        for (const RunnerConfigRow &row : m_services.scheduler.runnerConfigs(space.namespaceId))
            poolConfigured(row.namespaceId, row.name);
    }
}

void ServerlessPools::shutdown()
{
    m_shutDown = true;
    m_forgetTimer.cancel();
    m_pools.clear();
}

void ServerlessPools::demandAgain()
{
    for (const auto &[key, pool] : m_pools)
        pool->demandChanged();
}

ServerlessPool *ServerlessPools::find(const QString &namespaceId, const QString &pool) const
{
    const auto it = m_pools.find({namespaceId, pool});
    return it == m_pools.end() ? nullptr : it->second.get();
}

const ServerlessPool *ServerlessPools::pool(const QString &namespaceId, const QString &pool) const
{
    return find(namespaceId, pool);
}

bool ServerlessPools::refreshMetadata(const QString &namespaceId, const QString &pool,
                                      std::function<void(const ServerlessMetadata &)> done)
{
    const RunnerConfigRow *row = m_services.scheduler.runnerConfig(namespaceId, pool);
    ServerlessPool *found = find(namespaceId, pool);
    if (!row || !row->body.contains(u"serverless") || !found)
        return false;
    if (m_services.fetch) {
        found->refresh(std::move(done));
    } else {
        const QJsonObject config = row->body.value(u"serverless").toObject();
        fetchServerlessMetadata({}, config.value(u"url").toString(), config.value(u"headers").toObject(), std::move(done));
    }
    return true;
}

void ServerlessPools::poolDemandChanged(const QString &namespaceId, const QString &pool)
{
    if (ServerlessPool *found = find(namespaceId, pool))
        found->demandChanged();
}

void ServerlessPools::poolConfigured(const QString &namespaceId, const QString &pool)
{
    if (m_shutDown)
        return;
    ServerlessPool *found = find(namespaceId, pool);
    const RunnerConfigRow *row = m_services.scheduler.runnerConfig(namespaceId, pool);
    if (!found && (!row || !row->body.contains(u"serverless")))
        return;
    if (!found) {
        auto idle = [this] { m_forgetTimer.start(m_services.context.clock.monoMs(), [this] { forgetIdle(); }); };
        found = m_pools.emplace(Key{namespaceId, pool},
                                std::make_unique<ServerlessPool>(m_services, namespaceId, pool, std::move(idle)))
                    .first->second.get();
    }
    found->configured();
}

void ServerlessPools::runnerLeaving(const QString &runnerId, bool stopped)
{
    const RunnerRow *row = m_services.scheduler.runner(runnerId);
    if (ServerlessPool *found = row ? find(row->namespaceId, row->name) : nullptr)
        found->runnerLeaving(runnerId, stopped);
}

QByteArray ServerlessPools::poolErrorJson(const QString &namespaceId, const QString &pool) const
{
    const ServerlessPool *found = find(namespaceId, pool);
    return found ? found->errorJson() : QByteArray();
}

QString ServerlessPools::outboundState(const QString &runnerId) const
{
    const RunnerRow *row = m_services.scheduler.runner(runnerId);
    const ServerlessPool *found = row ? find(row->namespaceId, row->name) : nullptr;
    return found ? found->outboundState(runnerId) : QString();
}

QStringList ServerlessPools::explain(const QString &namespaceId, const QString &pool) const
{
    const ServerlessPool *found = find(namespaceId, pool);
    return found ? found->explain() : QStringList();
}

void ServerlessPools::forgetIdle()
{
    std::erase_if(m_pools, [](const auto &entry) { return entry.second->isIdle(); });
}

} // namespace dormouse
