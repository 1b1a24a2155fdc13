// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/storelimits.h"

#include <functional>
#include <memory>

namespace dormouse {

class SqlDialect;

struct SqlStoreOptions
{
    qint64 kvMaxStorageBytes = 10LL * 1024 * 1024 * 1024; ///< sum of key and value sizes per actor
    int maxAttempts = 10;                                 ///< commits tried before the store gives up
    int firstBackoffMs = 10;                              ///< doubled after every failed attempt, at most 2 s
    int busyTimeoutMs = 1'000;                            ///< wait for another connection's lock, per attempt
    qint64 maxQueuedBytes = 512LL * 1024 * 1024;          ///< of work that waits for its commit, estimated
    /// Key-value answers that the engine thread has not taken yet. Beyond it the storage thread waits.
    qint64 maxAnswerBytes = 64LL * 1024 * 1024;
    /// True: more work may come at once, and handOver() is called before the engine thread waits. Then what is given to
    /// the store until that moment becomes one commit instead of several. Empty: everything goes to work at once.
    std::function<bool()> moreFollows = {};
};

/// Store in a SQL database (scheduler.md sections 8.1 and 8.4, performance-notes.md section 7).
/// A thread of its own commits what was queued while the last commit ran, at most 1 000 writes at once.
/// When a commit has failed maxAttempts times, or more waits than maxQueuedBytes, the store has given up: this and
/// every later operation reports store.commit_failed and nothing more is written, so that the database never misses a
/// batch in the middle. While maxAnswerBytes of answers wait for the engine thread, no further commit begins.
/// Destroying the store commits what is queued and drops the callbacks that have not been posted.
/// Thread: the engine thread only; post is called from the storage thread and must be safe for that.
class SqlStore : public Store
{
public:
    ~SqlStore() override;

    Result<Snapshot> open() override;
    void submit(Batch batch, std::function<void(const Status &)> done) override;
    void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) override;
    void setMeta(const QString &name, const QString &value) override;
    void flush() override;
    int queueLength() const override;
    qint64 lastCommitUs() const override;
    int reconnects() const override;
    StoreCounts counts() const override;
    /// Lets the storage thread begin with what was given to it while more followed.
    void handOver();

protected:
    SqlStore(std::unique_ptr<SqlDialect> dialect, PostToEngine post, const SqlStoreOptions &options);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
