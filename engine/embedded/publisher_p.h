// SPDX-License-Identifier: Apache-2.0
#pragma once

// What Publisher keeps. publisherframes.cpp makes frames of it, publisher.cpp everything else.

#include "engine/embedded/publisher.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <map>
#include <optional>

namespace dormouse {

class Publisher::Private
{
public:
    struct Consumer
    {
        monitor::Interest interest;
        Deliver deliver;
        Ready ready;
        bool needsSnapshot = true;
        bool settingsChanged = false;
        quint64 revision = 0;
        QSet<QString> actors, runners, connections; ///< changed while it was not ready
        std::vector<monitor::ConnectionInfo> endedConnections;
        std::vector<monitor::RunnerInfo> endedRunners;
        std::deque<monitor::Event> events;
        std::deque<monitor::TraceBlock> traces;
        quint64 tracesHeld = 0; ///< events in them
        quint64 maxTraces = 0;
        quint64 dropped = 0;
        monitor::EventLevel leastLevel = monitor::EventLevel::Trace;
        bool wantsTrace() const { return interest.events && interest.trace; }
        bool wantsEvents(monitor::EventLevel level) const
        {
            return interest.events && level >= leastLevel && (level != monitor::EventLevel::Trace || interest.trace);
        }
        void forgetEvents()
        {
            events.clear();
            traces.clear();
            tracesHeld = 0;
            dropped = 0;
        }
        quint64 latencyRevision = 0;
        qint64 clusterMs = std::numeric_limits<qint64>::min();
        std::vector<qint64> pendingSignature;
        bool pendingSent = false;
    };
    static constexpr int kMaxLatencySlices = 600;
    struct Slice
    {
        monitor::LatencySlice values;
        quint64 revision = 0;
    };
    struct Rows
    {
        QHash<QString, monitor::ActorInfo> actors;
        QHash<QString, monitor::RunnerInfo> runners;
        QHash<QString, monitor::ConnectionInfo> connections;
    };

    Private(Clock &engineClock, monitor::Sink &sink) : clock(engineClock), commands(sink) {}

    /// Hands the running block to everybody who wants it.
    void endTraceBlock()
    {
        if (traceLog.isEmpty())
            return;
        const monitor::TraceBlock block = traceLog.take();
        for (auto &[id, consumer] : consumers) {
            if (!consumer.wantsTrace())
                continue;
            consumer.traces.push_back(block);
            consumer.tracesHeld += block.events;
            while (consumer.tracesHeld > consumer.maxTraces && consumer.traces.size() > 1) {
                const quint32 lost = consumer.traces.front().events;
                consumer.traces.pop_front();
                consumer.tracesHeld -= lost;
                consumer.dropped += lost;
                droppedTotal += lost;
            }
        }
    }
    /// Around every change of who wants what.
    void consumersChanged()
    {
        const auto any = [this](auto wants) {
            return std::any_of(consumers.begin(), consumers.end(), [&](const auto &entry) { return wants(entry.second); });
        };
        tracing = any([](const Consumer &one) { return one.wantsTrace(); });
        wantsValues = any([](const Consumer &one) { return one.interest.values; });
        for (std::size_t level = 0; level < wantedLevels.size(); ++level)
            wantedLevels[level] = any([level](const Consumer &one) { return one.wantsEvents(monitor::EventLevel(level)); });
        if (!wantsValues)
            forgetTotals();
    }
    monitor::LatencySlice &slice()
    {
        const qint64 start = clock.wallMs() / 1000 * 1000;
        if (slices.empty() || slices.back().values.startTs != start) {
            slices.push_back({});
            slices.back().values.startTs = start;
            if (slices.size() > kMaxLatencySlices)
                slices.pop_front();
        }
        slices.back().revision = ++latencyRevision;
        return slices.back().values;
    }

    // --- values of one thing, remembered for the totals
    std::optional<monitor::ConnectionInfo> describeConnection(const QString &id)
    {
        auto info = core->gateway().describeConnection(id);
        if (info && info->pendingMessages.value_or(0) > 0)
            withPending.insert(id);
        else
            withPending.remove(id);
        return info;
    }
    monitor::ActorInfo describeActor(const QString &id)
    {
        monitor::ActorInfo info = core->scheduler().describeActor(id);
        if (!info.actorId.isEmpty() && info.state != monitor::ActorState::Destroyed)
            core->gateway().describeActorLoad(id, info);
        countActor(id, info.actorId.isEmpty() ? monitor::ActorState::Destroyed : info.state);
        return info;
    }
    monitor::RunnerInfo describeRunner(const QString &id)
    {
        monitor::RunnerInfo info = core->scheduler().describeRunner(id);
        countRunner(id, info);
        return info;
    }
    void countRunner(const QString &id, const monitor::RunnerInfo &info)
    {
        if (info.runnerId.isEmpty() || info.state == monitor::RunnerState::Stopped)
            liveRunners.remove(id);
        else
            liveRunners.insert(id, info);
    }
    void countActor(const QString &id, monitor::ActorState state)
    {
        const auto known = actorStates.find(id);
        if (known != actorStates.end()) {
            --perState[std::size_t(*known)];
            if (state == monitor::ActorState::Destroyed) {
                actorStates.erase(known);
                return;
            }
            *known = state;
        } else {
            if (state == monitor::ActorState::Destroyed)
                return;
            actorStates.insert(id, state);
        }
        ++perState[std::size_t(state)];
    }
    void forgetTotals()
    {
        actorStates.clear();
        perState.fill(0);
        liveRunners.clear();
        withPending.clear();
        dirtyActors.clear();
        dirtyRunners.clear();
        dirtyConnections.clear();
        endedConnections.clear();
        endedRunners.clear();
        totalsKnown = false;
    }

    monitor::ClusterInfo cluster() const;
    void fillSnapshot(monitor::Frame &frame);
    void addValues(Consumer &consumer, monitor::Frame &frame, Rows &rows);
    void addPending(Consumer &consumer, monitor::Frame &frame) const;
    void addLatency(Consumer &consumer, monitor::Frame &frame) const;
    void keepForLater(Consumer &consumer) const;
    monitor::Frame makeFrame(Consumer &consumer, Rows &rows);

    Clock &clock;
    Commands commands;
    Core *core = nullptr;
    QString listenUrl;
    QString storage;
    qint64 startedTs = 0;
    std::vector<monitor::SettingInfo> settings;

    std::map<ConsumerId, Consumer> consumers;
    ConsumerId nextConsumer = 1;

    QSet<QString> dirtyActors, dirtyRunners, dirtyConnections;
    std::vector<monitor::ConnectionInfo> endedConnections;
    std::vector<monitor::RunnerInfo> endedRunners;
    QSet<QString> withPending; ///< their ages move without an event

    bool totalsKnown = false;
    QHash<QString, monitor::ActorState> actorStates;
    std::array<qint64, std::size_t(monitor::ActorState::Destroyed) + 1> perState{};
    QHash<QString, monitor::RunnerInfo> liveRunners;

    monitor::TraceLog traceLog;
    // What the consumers want, together: asked for with every request and message.
    bool tracing = false;
    bool wantsValues = false;
    std::array<bool, std::size_t(monitor::EventLevel::Error) + 1> wantedLevels{};

    std::deque<Slice> slices;
    quint64 latencyRevision = 0;
    quint64 seq = 0;
    quint64 droppedTotal = 0;
    quint64 longTurns = 0;
    qint64 longTurnTs = 0;
    qint64 longTurnUs = 0;
    QString longTurnText;
};

} // namespace dormouse
