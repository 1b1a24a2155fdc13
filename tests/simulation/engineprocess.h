// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/core/core.h"
#include "engine/embedded/publisher.h"
#include "engine/record/sessionwriter.h"
#include "tests/simulation/watchingsink.h"
#include "tests/support/processtimers.h"

namespace dormouse::test {

/// What the lives of an engine share. References outlive all of them.
struct EngineSurroundings
{
    const EngineConfig &config;
    VirtualWorld &world;
    Truth &truth;
    Store &store;
    OpenStream openStream;
    HttpFetch fetch;
    record::SessionWriter *writer = nullptr; ///< absent: nothing is recorded
};

/// One life of the engine: its timers, randomness and core, over a store that outlives it.
class EngineProcess
{
public:
    EngineProcess(const EngineSurroundings &surroundings, quint64 seed);
    ~EngineProcess();
    Q_DISABLE_COPY_MOVE(EngineProcess)

    Core &core() { return *m_core; }
    WatchingSink &sink() { return *m_sink; }
    std::size_t timersLeft() const { return m_timers.wheel.size(); }
    void destroyCore();
    /// Hands what has happened to the recording, ten times a second. Not an event of the simulation: a recorded run
    /// is the same run.
    void publishIfDue();
    /// Whether the gateway holds more or less than at the last call.
    bool pendingChanged();

private:
    const EngineSurroundings &m_surroundings;
    ProcessTimers m_timers;
    Random m_random;
    Metrics m_metrics;
    Publisher *m_publisher = nullptr; ///< of the sink, when the run is recorded
    std::unique_ptr<WatchingSink> m_sink;
    std::unique_ptr<Core> m_core;
    qint64 m_publishedMs = 0;
    std::array<qint64, 3> m_pending{}; ///< messages, bytes, connections
};

} // namespace dormouse::test
