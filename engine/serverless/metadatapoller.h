// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/scopedtimer.h"
#include "engine/scheduler/scheduler.h"
#include "engine/serverless/poolconfig.h"
#include "engine/serverless/serverlessmetadata.h"

namespace dormouse {

/// Asks one endpoint for its metadata again and again (scheduler.md section 4.7). One request at a time; the answer of
/// an endpoint that has been changed meanwhile is not looked at. Thread: engine thread.
class MetadataPoller
{
public:
    using Done = std::function<void(const ServerlessMetadata &)>;

    /// answered hears every outcome. fetch may be empty: then nothing is asked.
    MetadataPoller(const CoreContext &context, const HttpFetch &fetch, Done answered);

    /// Asks now and then periodically, from now on this endpoint.
    void start(const PoolConfig &endpoint);
    void stop();
    int failures() const { return m_failures; } ///< in a row

private:
    void ask();
    void done(const ServerlessMetadata &metadata);

    CoreContext m_context;
    const HttpFetch &m_fetch;
    Done m_answered;
    PoolConfig m_endpoint;
    ScopedTimer m_timer;
    int m_failures = 0;
    qint64 m_lastFailureMs = 0;
    std::shared_ptr<int> m_request; ///< of the request that is out; a callback without it is too late
};

} // namespace dormouse
