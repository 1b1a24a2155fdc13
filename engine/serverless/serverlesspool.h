// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/serverless/metadatapoller.h"
#include "engine/serverless/poolconnection.h"
#include "engine/serverless/poolerrors.h"

#include <vector>

namespace dormouse {

/// What every pool of an engine shares. References outlive the pools.
struct PoolServices
{
    CoreContext context;
    Scheduler &scheduler;
    HttpFetch fetch;
    OpenStream openStream;
    QString publicUrl; ///< of this engine, without trailing slash; without it no connection is opened
};

/// Keeps as many outbound connections as one serverless config asks for (scheduler.md section 4.2). Everything that
/// can change the number bumps it; the comparison itself runs from a timer, never from inside a call.
/// Thread: engine thread.
class ServerlessPool final : public PoolConnection::Owner
{
public:
    static constexpr qint64 kDebounceMs = 50;

    /// idle is called when there is neither a config nor a connection left; the pool must not be deleted from in it.
    ServerlessPool(PoolServices &services, const QString &namespaceId, const QString &name, std::function<void()> idle);

    /// The stored config was written or deleted, or the engine has just started.
    void configured();
    void demandChanged() { bump(kDebounceMs); }
    void runnerLeaving(const QString &runnerId, bool stopped);
    /// Asks the endpoint now; done is called once with the outcome, unless the pool goes away before.
    void refresh(std::function<void(const ServerlessMetadata &)> done);

    bool isIdle() const { return !m_config && m_connections.empty(); }
    /// Of the streams; what waiting requests fail with.
    const QByteArray &errorJson() const { return m_errors.activeJson(); }
    /// Of the last metadata request. Not shown to clients: runners may start all the same.
    const QByteArray &metadataErrorJson() const { return m_metadataError; }
    std::optional<int> envoyProtocolVersion() const { return m_envoyProtocolVersion; }
    const std::vector<std::unique_ptr<PoolConnection>> &connections() const { return m_connections; }
    qint64 desired() const { return m_desired; }
    /// The rules that decide about new runners, with live values, one "code: values" a line (section 4.2).
    QStringList explain() const;
    /// Of the connection that keeps this runner, empty = there is none.
    QString outboundState(const QString &runnerId) const;

private:
    const PoolConfig &config() const override { return *m_config; }
    std::unique_ptr<EventStream> openStream(EventStreamListener &listener) override;
    bool runnerBelongsHere(const QString &runnerId) const override;
    void drainRunner(const QString &runnerId) override;
    void closeRunner(const QString &runnerId) override;
    void connectionSucceeded() override;
    void connectionFailed(const QByteArray &errorJson) override;
    void connectionChanged(PoolConnection &connection, PoolConnection::State from, const QString &reason) override;
    void connectionWarned(PoolConnection &connection, const QString &reason, const QString &text) override;

    void bump(qint64 delayMs);
    void compare();
    void drainSurplus(std::size_t surplus);
    HeaderList requestHeaders() const;
    void metadataAnswered(const ServerlessMetadata &metadata);
    void report(const QString &reason, const QString &text, const QString &runnerId, const QString &from,
                const QString &to, bool bad);
    QString title() const;

    PoolServices &m_services;
    const CoreContext m_context;
    const QString m_namespaceId;
    const QString m_name;
    std::function<void()> m_idle;
    std::optional<PoolConfig> m_config;
    PoolErrors m_errors;
    MetadataPoller m_poller;
    QByteArray m_metadataError;
    std::optional<int> m_envoyProtocolVersion;
    std::vector<std::unique_ptr<PoolConnection>> m_connections; ///< by age, oldest first
    quint64 m_lastNumber = 0;
    qint64 m_desired = 0;
    ScopedTimer m_timer;
    qint64 m_dueMs = 0;
    std::optional<qint64> m_surplusSinceMs;
    std::vector<std::function<void(const ServerlessMetadata &)>> m_waiting;
    Counter &m_requests;
    Gauge &m_active;
    Gauge &m_desiredSlots;
};

} // namespace dormouse
