// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/metadatapoller.h"

#include <algorithm>

namespace dormouse {

MetadataPoller::MetadataPoller(const CoreContext &context, const HttpFetch &fetch, Done answered)
    : m_context(context), m_fetch(fetch), m_answered(std::move(answered)), m_timer(context.timers)
{}

void MetadataPoller::start(const PoolConfig &endpoint)
{
    m_endpoint = endpoint;
    m_failures = 0;
    ask();
}

void MetadataPoller::stop()
{
    m_timer.cancel();
    m_request.reset();
}

void MetadataPoller::ask()
{
    m_timer.cancel();
    m_request.reset();
    if (!m_fetch)
        return;
    m_request = std::make_shared<int>(0);
    fetchServerlessMetadata(m_fetch, m_endpoint.url, m_endpoint.headers,
                            [this, request = std::weak_ptr(m_request)](const ServerlessMetadata &metadata) {
        if (!request.expired())
            done(metadata);
    });
}

void MetadataPoller::done(const ServerlessMetadata &metadata)
{
    m_request.reset();
    const EngineConfig &config = m_context.config;
    const qint64 now = m_context.clock.monoMs();
    qint64 pauseMs = std::max(m_endpoint.metadataPollMs.value_or(config.defaultMetadataPollInterval),
                              config.minMetadataPollInterval);
    if (metadata.ok()) {
        m_failures = 0;
    } else {
        if (m_failures > 0 && now - m_lastFailureMs > config.serverlessRetryResetDuration)
            m_failures = 0;
        m_lastFailureMs = now;
        ++m_failures;
        pauseMs <<= std::min(m_failures, config.serverlessBackoffMaxExponent);
    }
    m_timer.start(now + pauseMs, [this] { ask(); });
    m_answered(metadata);
}

} // namespace dormouse
