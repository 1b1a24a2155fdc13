// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/storelimits.h"

#include <memory>

namespace dormouse {

struct SqliteStoreOptions
{
    qint64 kvMaxStorageBytes = 10LL * 1024 * 1024 * 1024; ///< sum of key and value sizes per actor
    int maxAttempts = 10;                                 ///< commits tried before the store gives up
    int firstBackoffMs = 10;                              ///< doubled after every failed attempt, at most 2 s
    int busyTimeoutMs = 1'000;                            ///< wait for another connection's lock, per attempt
};

/// Store in one SQLite file (scheduler.md sections 8.1 and 8.4, performance-notes.md section 7.2).
/// A thread of its own commits what was queued while the last commit ran, at most 1 000 writes at once.
/// A lock file beside the database keeps a second engine away.
/// When a commit has failed maxAttempts times, the store has given up: this and every later operation reports
/// store.commit_failed and nothing more is written, so that the file never misses a batch in the middle.
/// Destroying the store commits what is queued and drops the callbacks that have not been posted.
/// Thread: the engine thread only; post is called from the storage thread and must be safe for that.
class SqliteStore final : public Store
{
public:
    SqliteStore(const QString &path, PostToEngine post, const SqliteStoreOptions &options = {});
    ~SqliteStore() override;

    /// Also makes the folder of the file. A file that cannot be used is left as it is.
    Result<Snapshot> open() override;
    void submit(Batch batch, std::function<void(const Status &)> done) override;
    void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) override;
    void setMeta(const QString &name, const QString &value) override;
    void flush() override;
    int queueLength() const override;
    qint64 lastCommitUs() const override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
