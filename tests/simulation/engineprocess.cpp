// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/engineprocess.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {
constexpr qint64 kPublishMs = 100;
}

EngineProcess::EngineProcess(const EngineSurroundings &surroundings, quint64 seed)
    : m_surroundings(surroundings), m_timers(surroundings.world), m_random(seed)
{
    std::unique_ptr<Publisher> publisher;
    if (surroundings.writer)
        publisher = std::make_unique<Publisher>(surroundings.world.clock);
    m_publisher = publisher.get();
    m_sink = std::make_unique<WatchingSink>(surroundings.truth, surroundings.world.clock, std::move(publisher));
    m_core = std::make_unique<Core>(CoreContext{surroundings.config, surroundings.world.clock, m_timers.wheel, m_random,
                                                surroundings.store, *m_sink, m_metrics});
    m_core->setHttpFetch(surroundings.fetch);
    m_core->setOpenStream(surroundings.openStream);
    m_core->setPublicUrl(u"http://127.0.0.1:6420"_s);
    if (m_publisher) {
        m_publisher->attach(*m_core, u"simulation"_s, u"memory"_s);
        monitor::Interest interest;
        interest.trace = true;
        m_publisher->addConsumer(
            interest, [writer = surroundings.writer](const monitor::Frame &frame) { writer->write(frame); },
            [writer = surroundings.writer] { return writer->ready(); });
    }
    if (!m_core->start().ok())
        surroundings.truth.fail(u"engine starts"_s, u"the store cannot be read"_s);
}

EngineProcess::~EngineProcess()
{
    destroyCore();
}

void EngineProcess::destroyCore()
{
    if (m_core && m_publisher)
        m_publisher->publish();
    m_core.reset();
    // What is still due must do nothing, and must not make new timers.
    m_timers.wheel.setWakeHook({});
    m_timers.wheel.advance(m_surroundings.world.clock.monoMs() + 60'000);
}

bool EngineProcess::pendingChanged()
{
    const Gateway::Totals totals = m_core->gateway().totals();
    const std::array<qint64, 3> now{totals.pendingMessages, totals.pendingBytes, totals.connections};
    return std::exchange(m_pending, now) != now;
}

void EngineProcess::publishIfDue()
{
    const qint64 now = m_surroundings.world.clock.monoMs();
    if (!m_publisher || !m_core || now < m_publishedMs + kPublishMs)
        return;
    m_publishedMs = now;
    m_publisher->publish();
}

} // namespace dormouse::test
