// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/metrics.h"
#include "engine/store/store.h"

namespace dormouse {

/// Passes everything on to another store and reports once when that store has given up on a batch: the engine's
/// memory is then ahead of what is kept, and the owner must stop it. Measures how long work waits for its commit.
/// Thread: as the inner store; clock and metrics outlive both.
class GuardedStore final : public Store
{
public:
    GuardedStore(std::unique_ptr<Store> inner, const Clock &clock, Metrics &metrics, std::function<void(const Error &)> gaveUp)
        : m_inner(std::move(inner)),
          m_shared(std::make_shared<Shared>(Shared{
              std::move(gaveUp), &clock,
              &metrics.histogram("store_commit_duration", "seconds from the submission of a batch to the word that it is stored")}))
    {
    }
    ~GuardedStore() override { *m_shared = {}; }
    Q_DISABLE_COPY_MOVE(GuardedStore)

    Result<Snapshot> open() override { return m_inner->open(); }
    void submit(Batch batch, std::function<void(const Status &)> done) override
    {
        const qint64 startUs = m_shared->clock->monoUs();
        m_inner->submit(std::move(batch), [done = std::move(done), shared = m_shared, startUs](const Status &status) {
            if (status && shared->latency)
                shared->latency->observe(double(shared->clock->monoUs() - startUs) / 1e6);
            if (done)
                done(status);
            if (!status && shared->gaveUp)
                std::exchange(shared->gaveUp, nullptr)(status.error());
        });
    }
    void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) override
    {
        m_inner->kv(actorId, std::move(op), std::move(done));
    }
    void setMeta(const QString &name, const QString &value) override { m_inner->setMeta(name, value); }
    void flush() override { m_inner->flush(); }
    int queueLength() const override { return m_inner->queueLength(); }
    qint64 lastCommitUs() const override { return m_inner->lastCommitUs(); }
    StoreCounts counts() const override { return m_inner->counts(); }
    int reconnects() const override { return m_inner->reconnects(); }

private:
    /// Shared with callbacks that the inner store may deliver after this object is gone; empty then.
    struct Shared
    {
        std::function<void(const Error &)> gaveUp;
        const Clock *clock = nullptr;
        MetricHistogram *latency = nullptr;
    };

    std::unique_ptr<Store> m_inner;
    std::shared_ptr<Shared> m_shared;
};

} // namespace dormouse
