// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"
#include "models/latencymodel.h"

#include <QHash>

#include <deque>
#include <functional>

namespace dormouse {

class OwnTraffic;

/// Single measurements behind the latency views (console.md rows 36, 37), from trace events: which messages took how
/// long, and a histogram for each runner, actor and connection. Empty unless trace is asked for. Thread: the UI thread.
class AckLog
{
public:
    static constexpr int kMaxEntries = 50'000;
    static constexpr int kMaxGroups = 4'000;
    enum class Of { Runner, Name, Actor, Connection }; ///< Name: all actors of one name
    struct Entry
    {
        qint64 ts = 0; ///< wall ms of the acknowledgement
        qint64 us = 0;
        int index = 0;
        QString connectionId, actorId, runnerId;
    };
    struct Group
    {
        QString id;
        Of of = Of::Actor;
        monitor::Histogram histogram;
    };

    void apply(const monitor::Frame &frame);
    /// Those of its hidden connections are in no answer; borrowed, nullptr = none.
    void setOwn(const OwnTraffic *own) { m_own = own; }
    void clear();
    bool isEmpty() const { return m_entries.empty(); }
    const std::deque<Entry> &entries() const { return m_entries; } ///< oldest first
    /// Newest first, at most limit: fromTs <= ts < toTs and fromUs <= us < toUs.
    std::vector<Entry> find(qint64 fromTs, qint64 toTs, qint64 fromUs, qint64 toUs, int limit) const;
    /// By kind, within it the slowest p99 first. nameOf: of an actor id; what has none ("") is in no group of a name.
    std::vector<Group> groups(const std::function<QString(const QString &actorId)> &nameOf) const;

private:
    struct Sums
    {
        Group others;
        monitor::Histogram own;
    };
    void add(const QString &id, Of of, bool own, qint64 us);
    std::deque<Entry> m_entries;
    QHash<QString, Sums> m_groups;
    const OwnTraffic *m_own = nullptr;
    qint64 m_lastTs = 0;
};

} // namespace dormouse
