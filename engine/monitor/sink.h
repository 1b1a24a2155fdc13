// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/tracelog.h"
#include "engine/monitor/values.h"

namespace dormouse::monitor {

/// Where the engine's parts report. Implemented by the embedded publisher (engine thread); the null sink costs nothing.
/// "Changed" marks are cheap (a set insert); the publisher asks the owner for the value when a frame is made.
class Sink
{
public:
    virtual ~Sink() = default;
    virtual void actorChanged(const QString &actorId) = 0;
    virtual void runnerChanged(const QString &runnerId) = 0;
    virtual void connectionChanged(const QString &connectionId) = 0;
    /// False: nobody looks at values now, so final ones need not be put together.
    virtual bool wantsValues() const { return true; }
    /// Final values of something that is about to be forgotten by its owner.
    virtual void connectionEnded(const ConnectionInfo &last) = 0;
    virtual void runnerEnded(const RunnerInfo &last) = 0;
    /// own: of a connection that a console made (ConnectionInfo::ownTraffic).
    virtual void ackLatency(qint64 us, bool own) = 0;
    virtual void wakeLatency(qint64 us, bool own) = 0;
    virtual void httpLatency(qint64 us, bool own) = 0;
    /// True when trace events (one per message) have a consumer; ask before reporting one.
    virtual bool wantsTrace() const = 0;
    /// What happened to one message. value = bytes, or us for an acknowledgement; index < 0: none. This one makes events
    /// of it; who takes many packs them instead.
    virtual void trace(TraceSlot &, const TraceSource &source, TraceKind kind, int index, quint64 value)
    {
        for (Event &one : eventsOf(source.traceSubject(), kind, index, value))
            event(std::move(one));
    }
    /// False: nobody reads events of that level now. Worth asking for what happens with every request.
    virtual bool wantsEvents(EventLevel) const { return true; }
    /// seq, ts and monoUs are filled in by the sink.
    virtual void event(Event event) = 0;
};

class NullSink final : public Sink
{
public:
    void actorChanged(const QString &) override {}
    void runnerChanged(const QString &) override {}
    void connectionChanged(const QString &) override {}
    void connectionEnded(const ConnectionInfo &) override {}
    void runnerEnded(const RunnerInfo &) override {}
    void ackLatency(qint64, bool) override {}
    void wakeLatency(qint64, bool) override {}
    void httpLatency(qint64, bool) override {}
    bool wantsTrace() const override { return false; }
    bool wantsValues() const override { return false; }
    bool wantsEvents(EventLevel) const override { return false; }
    void event(Event) override {}
};

} // namespace dormouse::monitor
