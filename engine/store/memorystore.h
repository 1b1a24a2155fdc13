// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/storelimits.h"

#include <memory>

namespace dormouse {

/// Store without a file: for an engine without a data folder and for simulation. Same meaning as SqliteStore
/// (one contract suite runs over both). A "commit" is one call posted to the engine, so callbacks never come from
/// inside submit() or kv(). Thread: engine thread only.
class MemoryStore final : public Store
{
public:
    /// kvMaxStorageBytes: largest sum of key and value sizes of one actor.
    explicit MemoryStore(PostToEngine post, qint64 kvMaxStorageBytes = 10LL * 1024 * 1024 * 1024);
    ~MemoryStore() override;

    Result<Snapshot> open() override;
    void submit(Batch batch, std::function<void(const Status &)> done) override;
    void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) override;
    void setMeta(const QString &name, const QString &value) override;
    void flush() override;
    int queueLength() const override;
    qint64 lastCommitUs() const override;

    // --- for tests
    /// The next count operations report an error and change nothing, as if the store had given up on them.
    void failNext(int count);
    /// Every operation reports an error and changes nothing from now to the next open(), as a database does that misses a
    /// transaction.
    void giveUp();
    /// Forgets what is not committed, with its callbacks, as the end of the process would. What is committed stays
    /// for the next open().
    void crash();
    /// Called when a batch has been committed and before its callback. False: the process ends here, so no callback
    /// comes any more and nothing is taken until the next open().
    void setCommitHook(std::function<bool()> hook);
    /// Between hold() and release() nothing is committed.
    void hold();
    void release();

private:
    class Private;
    // Shared with the posted calls, which may outlive the store.
    std::shared_ptr<Private> d;
};

} // namespace dormouse
