// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/serverlesspool.h"

#include <QJsonDocument>

#include <algorithm>
#include <tuple>

namespace dormouse {

namespace {

MetricLabels labels(const QString &namespaceId, const QString &name)
{
    return {{"namespace_id", namespaceId}, {"runner_name", name}};
}

/// A failed metadata request in the form of a pool error.
QByteArray metadataPoolError(const ServerlessMetadata &metadata)
{
    const QJsonObject details = metadata.failure.value(u"metadata").toObject();
    if (details.value(u"kind").toString() == u"non_success_status")
        return poolHttpError(details.value(u"status_code").toInt(), details.value(u"body").toString().toUtf8());
    return poolConnectionError(metadata.failure.value(u"message").toString());
}

} // namespace

ServerlessPool::ServerlessPool(PoolServices &services, const QString &namespaceId, const QString &name,
                               std::function<void()> idle)
    : m_services(services), m_context(services.context), m_namespaceId(namespaceId), m_name(name), m_idle(std::move(idle)),
      m_errors(m_context, [this] {
          report(m_errors.activeJson().isEmpty() ? QStringLiteral("pool_error_cleared") : QStringLiteral("pool_error"),
                 QString::fromUtf8(m_errors.activeJson()), {}, {}, {}, !m_errors.activeJson().isEmpty());
          m_services.scheduler.poolErrorChanged(m_namespaceId, m_name);
      }),
      m_poller(m_context, services.fetch, [this](const ServerlessMetadata &metadata) { metadataAnswered(metadata); }),
      m_timer(m_context.timers),
      m_requests(m_context.metrics.counter("pegboard_serverless_outbound_req_total",
                                           "Requests that start a runner, by pool", labels(namespaceId, name))),
      m_active(m_context.metrics.gauge("pegboard_serverless_outbound_req_active",
                                       "Open requests that keep a runner, by pool", labels(namespaceId, name))),
      m_desiredSlots(m_context.metrics.gauge("pegboard_serverless_desired_slots",
                                             "Actors that need a slot or hold one, by serverless pool",
                                             labels(namespaceId, name)))
{}

QString ServerlessPool::title() const
{
    const NamespaceRow *row = m_services.scheduler.namespaceById(m_namespaceId);
    return u"pool " % (row ? row->name : m_namespaceId) % u'/' % m_name;
}

void ServerlessPool::report(const QString &reason, const QString &text, const QString &runnerId, const QString &from,
                            const QString &to, bool bad)
{
    monitor::Event event;
    event.kind = monitor::EventKind::Pool;
    event.level = bad ? monitor::EventLevel::Warn : monitor::EventLevel::Info;
    event.runnerId = runnerId;
    event.from = from;
    event.to = to;
    event.reason = reason;
    event.text = text.isEmpty() ? title() : title() % u": " % text;
    m_context.sink.event(std::move(event));
}

// --- what changes the number of connections -----------------------------------------------------

void ServerlessPool::configured()
{
    const RunnerConfigRow *row = m_services.scheduler.runnerConfig(m_namespaceId, m_name);
    std::optional<PoolConfig> now = row ? readPoolConfig(row->body, m_context.config) : std::nullopt;
    const bool otherEndpoint = !m_config || !now || !m_config->sameEndpoint(*now);
    m_config = std::move(now);
    if (otherEndpoint) {
        m_errors.forget();
        m_metadataError.clear();
        m_envoyProtocolVersion.reset();
    }
    if (m_config) {
        m_poller.start(*m_config);
    } else {
        m_poller.stop();
        // At once: a connection that waits for its next attempt must not find that there is nothing to ask.
        for (const auto &connection : m_connections)
            connection->drain(QStringLiteral("config_deleted"));
    }
    bump(kDebounceMs);
}

void ServerlessPool::runnerLeaving(const QString &runnerId, bool stopped)
{
    for (const auto &connection : m_connections) {
        if (connection->runnerId() != runnerId)
            continue;
        if (stopped)
            connection->runnerStopped();
        else
            connection->drain(QStringLiteral("runner_drains"), true);
        return;
    }
}

QString ServerlessPool::outboundState(const QString &runnerId) const
{
    for (const auto &connection : m_connections) {
        if (connection->runnerId() == runnerId)
            return QString::fromLatin1(poolConnectionStateName(connection->state()));
    }
    return {};
}

QStringList ServerlessPool::explain() const
{
    QStringList lines;
    if (!m_config)
        return lines;
    const auto count = [this](PoolConnection::State state) {
        return std::count_if(m_connections.begin(), m_connections.end(),
                             [state](const auto &connection) { return connection->state() == state; });
    };
    using State = PoolConnection::State;
    lines << QStringLiteral("outbound: wants %1 requests for %2 actors (slots_per_runner %3, runners_margin %4, min_runners %5, "
                            "max_runners %6), has %7 opening, %8 serving, %9 waiting, %10 draining")
                 .arg(m_desired)
                 .arg(m_services.scheduler.poolDemand(m_namespaceId, m_name))
                 .arg(m_config->slotsPerRunner).arg(m_config->margin).arg(m_config->minRunners).arg(m_config->maxRunners)
                 .arg(count(State::Opening)).arg(count(State::Serving)).arg(count(State::Waiting)).arg(count(State::Draining));
    if (!m_services.openStream || m_services.publicUrl.isEmpty())
        lines << QStringLiteral("outbound_off: this engine does not know its own URL (guard.public_url)");
    const qint64 limit = std::min(m_config->maxRunners, m_context.config.poolDesiredMaxOverride.value_or(m_config->maxRunners));
    if (m_desired >= limit)
        lines << QStringLiteral("outbound_limit: no more than %1 runners are allowed").arg(limit);
    for (const auto &connection : m_connections) {
        if (connection->retryAtMs())
            lines << QStringLiteral("outbound_retry: request %1 failed %2 times in a row, next attempt in %3 ms")
                         .arg(connection->number())
                         .arg(connection->failures())
                         .arg(*connection->retryAtMs() - m_context.clock.monoMs());
    }
    return lines;
}

void ServerlessPool::bump(qint64 delayMs)
{
    const qint64 due = m_context.clock.monoMs() + delayMs;
    if (m_timer.active() && m_dueMs <= due)
        return;
    m_dueMs = due;
    m_timer.start(due, [this] { compare(); });
}

/// Section 4.2.
void ServerlessPool::compare()
{
    std::erase_if(m_connections, [](const auto &connection) { return connection->state() == PoolConnection::State::Ended; });
    const int demand = m_services.scheduler.poolDemand(m_namespaceId, m_name);
    m_desiredSlots.set(m_config ? demand : 0);
    m_desired = m_config ? desiredConnections(*m_config, demand, m_context.config) : 0;
    if (!m_services.openStream || m_services.publicUrl.isEmpty())
        m_desired = 0;
    for (const auto &connection : m_connections) {
        if (m_config && !connection->endpoint().sameEndpoint(*m_config))
            connection->drain(QStringLiteral("endpoint_changed"));
    }
    const auto wanted = std::size_t(std::count_if(m_connections.begin(), m_connections.end(),
                                                  [](const auto &connection) { return connection->isWanted(); }));
    const auto desired = std::size_t(std::max<qint64>(0, m_desired));
    const qint64 now = m_context.clock.monoMs();
    if (wanted <= desired) {
        m_surplusSinceMs.reset();
    } else if (const qint64 patience = m_context.config.serverlessScaleDownDelay;
               now - m_surplusSinceMs.value_or(now) < patience) {
        m_surplusSinceMs = m_surplusSinceMs.value_or(now);
        bump(*m_surplusSinceMs + patience - now);
    } else {
        m_surplusSinceMs.reset();
        drainSurplus(wanted - desired);
    }
    for (std::size_t i = wanted; i < desired; ++i) {
        m_connections.push_back(std::make_unique<PoolConnection>(m_context, *this, ++m_lastNumber));
        m_connections.back()->open();
    }
    if (isIdle())
        m_idle();
}

void ServerlessPool::drainSurplus(std::size_t surplus)
{
    std::vector<std::tuple<bool, quint32, quint64, PoolConnection *>> order;
    for (const auto &connection : m_connections) {
        if (connection->isWanted()) {
            // What only waits for its next attempt costs nothing to end; then what disturbs the fewest actors.
            order.emplace_back(connection->state() != PoolConnection::State::Waiting,
                               m_services.scheduler.usedSlots(connection->runnerId()), connection->number(),
                               connection.get());
        }
    }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < surplus && i < order.size(); ++i)
        std::get<PoolConnection *>(order[i])->drain(QStringLiteral("surplus"));
}

// --- one connection -----------------------------------------------------------------------------

/// Section 4.3: the fixed headers replace configured ones of the same name, whatever their case.
HeaderList ServerlessPool::requestHeaders() const
{
    const NamespaceRow *row = m_services.scheduler.namespaceById(m_namespaceId);
    const QByteArray space = row ? row->name.toUtf8() : QByteArray();
    HeaderList fixed{{"accept", "text/event-stream"},
                     {"x-rivet-endpoint", m_services.publicUrl.toUtf8()},
                     {"x-rivet-total-slots", QByteArray::number(m_config->slotsPerRunner)},
                     {"x-rivet-runner-name", m_name.toUtf8()},
                     {"x-rivet-namespace-name", space},
                     {"x-rivet-namespace-id", space}}; // deprecated, and a name all the same
    if (!m_context.config.adminToken.isEmpty())
        fixed.emplace_back("x-rivet-token", m_context.config.adminToken.toUtf8());
    HeaderList all;
    for (auto it = m_config->headers.begin(); it != m_config->headers.end(); ++it) {
        const QByteArray name = it.key().toUtf8();
        if (isHeaderName(it.key()) && isHeaderValue(it.value().toString()) && headerValue(fixed, name).isNull())
            all.emplace_back(name, it.value().toString().toUtf8());
    }
    all.append(fixed);
    return all;
}

std::unique_ptr<EventStream> ServerlessPool::openStream(EventStreamListener &listener)
{
    m_requests.add();
    return m_services.openStream({m_config->url % u"/start", requestHeaders()}, listener);
}

bool ServerlessPool::runnerBelongsHere(const QString &runnerId) const
{
    const RunnerRow *row = m_services.scheduler.runner(runnerId);
    // Unknown ones have ended and been forgotten, or belong to an engine of the same address that is gone.
    return row && row->namespaceId == m_namespaceId && row->name == m_name;
}

void ServerlessPool::drainRunner(const QString &runnerId)
{
    m_services.scheduler.drainPoolRunner(runnerId);
}

void ServerlessPool::closeRunner(const QString &runnerId)
{
    m_services.scheduler.closePoolRunner(runnerId);
}

void ServerlessPool::connectionSucceeded()
{
    m_errors.succeeded();
}

void ServerlessPool::connectionFailed(const QByteArray &errorJson)
{
    m_errors.failed(errorJson);
}

void ServerlessPool::connectionChanged(PoolConnection &connection, PoolConnection::State from, const QString &reason)
{
    using State = PoolConnection::State;
    const auto holdsRequest = [](State state) {
        return state == State::Opening || state == State::Serving || state == State::Draining;
    };
    const State to = connection.state();
    m_active.add(int(holdsRequest(to)) - int(holdsRequest(from)));
    const bool bad = to == State::Waiting || reason == u"stream_ended_early" || reason == u"connection_error";
    QString text = u"connection " % QString::number(connection.number());
    if (to == State::Waiting)
        text += u", failure " % QString::number(connection.failures());
    // A connection begins as if it waited for its first attempt; nobody needs to hear of that.
    const QString before = from == State::Waiting && connection.failures() == 0
        ? QString() : QString::fromLatin1(poolConnectionStateName(from));
    report(reason, text, connection.runnerId(), before, QString::fromLatin1(poolConnectionStateName(to)), bad);
    if (!connection.runnerId().isEmpty())
        m_context.sink.runnerChanged(connection.runnerId());
    if (!connection.isWanted())
        bump(0);
}

void ServerlessPool::connectionWarned(PoolConnection &connection, const QString &reason, const QString &text)
{
    report(reason, u"connection " % QString::number(connection.number()) % u", " % text, connection.runnerId(), {}, {}, true);
}

// --- metadata -----------------------------------------------------------------------------------

void ServerlessPool::refresh(std::function<void(const ServerlessMetadata &)> done)
{
    m_waiting.push_back(std::move(done));
    m_poller.start(*m_config);
}

/// Section 4.7.
void ServerlessPool::metadataAnswered(const ServerlessMetadata &metadata)
{
    const QByteArray before = std::exchange(m_metadataError, metadata.ok() ? QByteArray() : metadataPoolError(metadata));
    if (m_metadataError != before) {
        report(m_metadataError.isEmpty() ? QStringLiteral("metadata_error_cleared") : QStringLiteral("metadata_error"),
               QString::fromUtf8(m_metadataError), {}, {}, {}, !m_metadataError.isEmpty());
    }
    if (metadata.ok()) {
        m_envoyProtocolVersion = metadata.envoyProtocolVersion;
        for (auto it = metadata.actorNames.begin(); it != metadata.actorNames.end(); ++it) {
            const QJsonValue value = it.value().toObject().value(u"metadata");
            if (value.isObject())
                m_services.scheduler.putActorName(m_namespaceId, it.key(),
                                                  QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
        }
        if (metadata.runnerVersion)
            m_services.scheduler.poolVersionSeen(m_namespaceId, m_name, *metadata.runnerVersion);
    }
    for (const auto &done : std::exchange(m_waiting, {}))
        done(metadata);
}

} // namespace dormouse
