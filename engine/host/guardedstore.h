// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/store.h"

namespace dormouse {

/// Passes everything on to another store and reports once when that store has given up on a batch: the engine's
/// memory is then ahead of what is kept, and the owner must stop it. Thread: as the inner store.
class GuardedStore final : public Store
{
public:
    GuardedStore(std::unique_ptr<Store> inner, std::function<void(const Error &)> gaveUp)
        : m_inner(std::move(inner)), m_gaveUp(std::make_shared<std::function<void(const Error &)>>(std::move(gaveUp)))
    {
    }

    Result<Snapshot> open() override { return m_inner->open(); }
    void submit(Batch batch, std::function<void(const Status &)> done) override
    {
        m_inner->submit(std::move(batch), [done = std::move(done), gaveUp = m_gaveUp](const Status &status) {
            if (done)
                done(status);
            if (!status && *gaveUp)
                std::exchange(*gaveUp, nullptr)(status.error());
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
    int reconnects() const override { return m_inner->reconnects(); }

private:
    std::unique_ptr<Store> m_inner;
    /// Shared with callbacks that the inner store may deliver after this object is gone.
    std::shared_ptr<std::function<void(const Error &)>> m_gaveUp;
};

} // namespace dormouse
