// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/serverless/serverlesspool.h"

#include <map>

namespace dormouse {

/// One ServerlessPool per serverless runner config, as long as the config or one of its connections exists.
/// Thread: engine thread.
class ServerlessPools final : public PoolObserver
{
public:
    /// The scheduler outlives this; it is told with Scheduler::setPools().
    ServerlessPools(const CoreContext &context, Scheduler &scheduler);
    ~ServerlessPools() override;

    /// Without these nothing is asked and nothing is opened.
    void setFetch(HttpFetch fetch) { m_services.fetch = std::move(fetch); }
    void setOpenStream(OpenStream open);
    void setPublicUrl(const QString &url);
    /// After the boot of the scheduler.
    void start();
    /// Drops every connection and asks nothing any more.
    void shutdown();

    const HttpFetch &fetch() const { return m_services.fetch; }
    /// False when there is no serverless config of that name; done is then not called.
    bool refreshMetadata(const QString &namespaceId, const QString &pool,
                         std::function<void(const ServerlessMetadata &)> done);
    const ServerlessPool *pool(const QString &namespaceId, const QString &pool) const; ///< null when there is none

    void poolDemandChanged(const QString &namespaceId, const QString &pool) override;
    void poolConfigured(const QString &namespaceId, const QString &pool) override;
    void runnerLeaving(const QString &runnerId, bool stopped) override;
    QByteArray poolErrorJson(const QString &namespaceId, const QString &pool) const override;
    QString outboundState(const QString &runnerId) const override;
    QStringList explain(const QString &namespaceId, const QString &pool) const override;

private:
    using Key = std::pair<QString, QString>; ///< namespace id and name

    ServerlessPool *find(const QString &namespaceId, const QString &pool) const;
    void demandAgain();
    void forgetIdle();

    PoolServices m_services;
    std::map<Key, std::unique_ptr<ServerlessPool>> m_pools;
    ScopedTimer m_forgetTimer;
    bool m_shutDown = false;
};

} // namespace dormouse
