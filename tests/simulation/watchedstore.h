// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/memorystore.h"
#include "tests/simulation/truth.h"
#include "tests/support/virtualworld.h"

#include <unordered_map>

namespace dormouse::test {

/// What the engine sees of the store that outlives it. Knows at every moment what is committed, so that nothing can be
/// told to anybody before; and what a commit may not do to an actor.
class WatchedStore final : public Store
{
public:
    /// losesWrites: now and then a write of an actor is confirmed without being made.
    WatchedStore(Store &inner, Truth &truth, const VirtualClock &clock, bool losesWrites)
        : m_inner(inner), m_truth(truth), m_clock(clock), m_losesWrites(losesWrites)
    {}

    /// As committed last; null when it never was.
    const ActorRow *committed(const QString &actorId) const;
    /// The number that the actor has stored.
    qint64 committedNumber(const QString &actorId) const;
    /// The wall clock was moved: until the next engine a time of before says nothing about now.
    void clockStepped() { m_stepped = true; }

    Result<Snapshot> open() override;
    void submit(Batch batch, std::function<void(const Status &)> done) override;
    void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) override;
    void setMeta(const QString &name, const QString &value) override { m_inner.setMeta(name, value); }
    void flush() override { m_inner.flush(); }
    int queueLength() const override { return m_inner.queueLength(); }
    qint64 lastCommitUs() const override { return m_inner.lastCommitUs(); }

private:
    struct Stored
    {
        std::optional<ActorRow> row;
        qint64 number = 0;
        std::optional<qint64> alarm; ///< as the actor has it
    };
    void rowCommitted(const ActorRow &row);
    void kvCommitted(const QString &actorId, const KvOp &op);
    void lookAtAlarm(const QString &actorId, const Stored &stored);

    Store &m_inner;
    Truth &m_truth;
    const VirtualClock &m_clock;
    const bool m_losesWrites;
    int m_puts = 0;
    bool m_stepped = false;
    std::unordered_map<QString, Stored> m_stored;
};

} // namespace dormouse::test
