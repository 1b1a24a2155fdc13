// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/sink.h"
#include "tests/simulation/truth.h"
#include "tests/support/virtualworld.h"

#include <memory>

namespace dormouse::test {

/// Hears what has changed, so that the rules need look only there; reports what may never happen and, when the story
/// is told, what the engine says. Passes everything on to a recorder, if there is one.
class WatchingSink final : public monitor::Sink
{
public:
    WatchingSink(Truth &truth, const VirtualClock &clock, std::unique_ptr<monitor::Sink> recorder)
        : m_truth(truth), m_clock(clock), m_recorder(std::move(recorder))
    {}
    std::vector<QString> changedActors;
    std::vector<QString> changedRunners;

    void actorChanged(const QString &id) override
    {
        changedActors.push_back(id);
        if (m_recorder)
            m_recorder->actorChanged(id);
    }
    void runnerChanged(const QString &id) override
    {
        changedRunners.push_back(id);
        if (m_recorder)
            m_recorder->runnerChanged(id);
    }
    void connectionChanged(const QString &id) override
    {
        if (m_recorder)
            m_recorder->connectionChanged(id);
    }
    void connectionEnded(const monitor::ConnectionInfo &last) override
    {
        if (m_recorder)
            m_recorder->connectionEnded(last);
    }
    void runnerEnded(const monitor::RunnerInfo &last) override
    {
        if (m_recorder)
            m_recorder->runnerEnded(last);
    }
    void ackLatency(qint64 us, bool own) override
    {
        if (m_recorder)
            m_recorder->ackLatency(us, own);
    }
    void wakeLatency(qint64 us, bool own) override
    {
        if (m_recorder)
            m_recorder->wakeLatency(us, own);
    }
    void httpLatency(qint64 us, bool own) override
    {
        if (m_recorder)
            m_recorder->httpLatency(us, own);
    }
    bool wantsTrace() const override { return m_recorder && m_recorder->wantsTrace(); }
    void event(monitor::Event event) override
    {
        if (event.reason == u"gateway.illegal_transition")
            m_truth.fail(QStringLiteral("legal transitions"), event.from % u" to " % event.to % u' ' % event.text);
        if (m_truth.logging) {
            m_truth.log << QStringLiteral("%1       %2 %3 %4%5 %6 %7->%8 %9")
                               .arg(m_clock.monoMs(), 8).arg(toString(event.kind), event.reason, event.actorId.left(6))
                               .arg(event.generation ? u" g" % QString::number(*event.generation) : QString())
                               .arg(event.runnerId.left(6), event.from, event.to, event.text);
        }
        if (m_recorder)
            m_recorder->event(std::move(event));
    }

private:
    Truth &m_truth;
    const VirtualClock &m_clock;
    const std::unique_ptr<monitor::Sink> m_recorder;
};

} // namespace dormouse::test
