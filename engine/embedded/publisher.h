// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/embedded/commands.h"
#include "engine/monitor/frame.h"
#include "engine/monitor/sink.h"
#include "engine/monitor/source.h"

#include <functional>
#include <memory>

namespace dormouse {

class Core;

/// Collects what the engine reports and makes frames for every consumer (embedded console, remote consoles,
/// recorder). Bounded: at most kMaxEvents events, and as many events of messages as the consumer said, are held per
/// consumer; the oldest beyond that are dropped and counted.
/// Thread: engine thread only.
class Publisher final : public monitor::Sink
{
public:
    static constexpr int kMaxEvents = 20'000;
    static constexpr int kMaxRecordedTraces = 2'000'000; ///< about 14 MB

    explicit Publisher(Clock &clock);
    ~Publisher() override;

    /// After the core has been made (it holds this sink). listenUrl and storage appear in ClusterInfo.
    void attach(Core &core, const QString &listenUrl, const QString &storage);

    using ConsumerId = int;
    using Deliver = std::function<void(monitor::Frame)>;
    /// Asked before each frame; while false, changes add up and come as one frame later.
    using Ready = std::function<bool()>;
    /// The first frame is a snapshot. Frames are delivered from publish(), never from inside another call.
    /// Events of messages come packed (Frame::traces), at most about maxTraces of them.
    ConsumerId addConsumer(const monitor::Interest &interest, Deliver deliver, Ready ready = {},
                           int maxTraces = kMaxEvents);
    void setInterest(ConsumerId id, const monitor::Interest &interest);
    /// Events below that level are of no use to the consumer, which then sees gaps in seq. All levels, until said.
    void setLeastLevel(ConsumerId id, monitor::EventLevel level);
    void removeConsumer(ConsumerId id);
    /// The same after a last frame with what has come up since the one before, whether it says that it is ready or not.
    void finishConsumer(ConsumerId id);
    bool hasConsumers() const;

    /// Makes and delivers one frame per consumer with something new. The owner calls it every 100 ms while
    /// hasConsumers().
    void publish();

    /// Everything as one snapshot frame, made now, for nobody in particular.
    monitor::Frame snapshot();

    /// Commands of monitor::Source::command; done on the engine thread.
    void command(const QString &name, const QJsonObject &arguments, Commands::Done done);
    /// A turn of the engine thread took long; consumers see the last one and their number in ClusterInfo.
    void longTurn(qint64 us, const QString &text);
    /// What set_setting does; without it the command is unknown. Consumers get the changed settings.
    void setChangeSetting(Commands::ChangeSetting change);

    // Sink
    void actorChanged(const QString &actorId) override;
    void runnerChanged(const QString &runnerId) override;
    void connectionChanged(const QString &connectionId) override;
    bool wantsValues() const override;
    void connectionEnded(const monitor::ConnectionInfo &last) override;
    void runnerEnded(const monitor::RunnerInfo &last) override;
    void ackLatency(qint64 us, bool own) override;
    void wakeLatency(qint64 us, bool own) override;
    void httpLatency(qint64 us, bool own) override;
    bool wantsTrace() const override;
    void trace(monitor::TraceSlot &slot, const monitor::TraceSource &source, monitor::TraceKind kind, int index,
               quint64 value) override;
    bool wantsEvents(monitor::EventLevel level) const override;
    void event(monitor::Event event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
