// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqlitestore.h"

#include "engine/base/clock.h"
#include "engine/store/sqlitetables_p.h"

#include <QDir>
#include <QFileInfo>
#include <QLockFile>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr std::size_t kMaxWritesPerCommit = 1'000;
constexpr int kMaxBackoffMs = 2'000;

} // namespace

class SqliteStore::Private
{
public:
    struct Op
    {
        std::variant<Batch, std::pair<QString, KvOp>, std::pair<QString, QString>> work;
        std::function<void(const Status &)> batchDone;
        std::function<void(KvResult)> kvDone;
        std::optional<KvResult> kvResult;

        std::size_t weight() const
        {
            const Batch *batch = std::get_if<0>(&work);
            return batch ? std::max<std::size_t>(1, batch->size()) : 1;
        }
    };

    QString path;
    PostToEngine post;
    SqliteStoreOptions options;
    std::unique_ptr<QLockFile> lockFile;
    std::thread thread;

    mutable std::mutex mutex;
    std::condition_variable work;    ///< for the storage thread: queue or quit
    std::condition_variable settled; ///< for open() and flush()
    std::deque<Op> queue;
    int running = 0; ///< operations of the commit in progress
    bool quit = false;
    std::optional<Result<Snapshot>> opened;
    std::atomic<qint64> commitUs{0};

    // Storage thread only.
    std::optional<Error> gaveUp;

    void push(Op op);
    void main();
    std::vector<Op> take();
    void commit(SqliteTables &tables, std::vector<Op> &group);
    void deliver(std::vector<Op> group);
};

void SqliteStore::Private::push(Op op)
{
    {
        const std::lock_guard lock(mutex);
        queue.push_back(std::move(op));
    }
    work.notify_one();
}

std::vector<SqliteStore::Private::Op> SqliteStore::Private::take()
{
    std::unique_lock lock(mutex);
    running = 0;
    if (queue.empty())
        settled.notify_all();
    work.wait(lock, [this] { return quit || !queue.empty(); });
    std::vector<Op> group;
    std::size_t weight = 0;
    while (!queue.empty() && (group.empty() || weight + queue.front().weight() <= kMaxWritesPerCommit)) {
        weight += queue.front().weight();
        group.push_back(std::move(queue.front()));
        queue.pop_front();
    }
    running = int(group.size());
    return group;
}

void SqliteStore::Private::commit(SqliteTables &tables, std::vector<Op> &group)
{
    int backoffMs = options.firstBackoffMs;
    for (int attempt = 1; !gaveUp; ++attempt) {
        try {
            tables.begin();
            for (Op &op : group) {
                if (const Batch *batch = std::get_if<0>(&op.work)) {
                    for (const Write &write : *batch)
                        tables.apply(write);
                } else if (const auto *request = std::get_if<1>(&op.work)) {
                    op.kvResult = tables.kv(request->first, request->second);
                } else {
                    tables.setMeta(std::get<2>(op.work).first, std::get<2>(op.work).second);
                }
            }
            tables.commit();
            return;
        } catch (const SqliteTables::SqlFailure &failure) {
            tables.rollback();
            if (attempt >= options.maxAttempts) {
                gaveUp = Error::make("store", "commit_failed",
                                     u"the database "_s % path % u" could not be written: "_s % failure.text,
                                     {{u"file"_s, path}, {u"attempts"_s, attempt}});
                return;
            }
        }
        // Nothing else waits for this thread but the work behind this very commit.
        std::this_thread::sleep_for(std::chrono::milliseconds(backoffMs));
        backoffMs = std::min(backoffMs * 2, kMaxBackoffMs);
    }
}

void SqliteStore::Private::deliver(std::vector<Op> group)
{
    // One posted call per commit. Shared because a std::function must be copyable.
    auto shared = std::make_shared<std::vector<Op>>(std::move(group));
    post([shared, failure = gaveUp] {
        for (Op &op : *shared) {
            if (op.batchDone)
                op.batchDone(failure ? Status(*failure) : okStatus());
            else if (op.kvDone)
                op.kvDone(failure ? KvResult(*failure) : std::move(*op.kvResult));
        }
    });
}

void SqliteStore::Private::main()
{
    SystemClock clock;
    SqliteTables tables(path, options.kvMaxStorageBytes, options.busyTimeoutMs);
    {
        Result<Snapshot> result = tables.open();
        const bool ok = result.ok();
        {
            const std::lock_guard lock(mutex);
            opened = std::move(result);
        }
        settled.notify_all();
        if (!ok)
            return;
    }
    for (;;) {
        std::vector<Op> group = take();
        if (group.empty())
            return;
        const qint64 start = clock.monoUs();
        commit(tables, group);
        commitUs.store(clock.monoUs() - start, std::memory_order_relaxed);
        bool closing = false;
        {
            const std::lock_guard lock(mutex);
            closing = quit;
        }
        if (!closing)
            deliver(std::move(group));
    }
}

SqliteStore::SqliteStore(const QString &path, PostToEngine post, const SqliteStoreOptions &options)
    : d(std::make_unique<Private>())
{
    d->path = path;
    d->post = std::move(post);
    d->options = options;
}

SqliteStore::~SqliteStore()
{
    {
        const std::lock_guard lock(d->mutex);
        d->quit = true;
    }
    d->work.notify_all();
    if (d->thread.joinable())
        d->thread.join();
}

Result<Snapshot> SqliteStore::open()
{
    const auto unreadable = [this](const QString &reason) {
        return Error::make("store", "unreadable", u"cannot use the database "_s % d->path % u": "_s % reason,
                           {{u"file"_s, d->path}, {u"reason"_s, reason}});
    };
    if (d->thread.joinable())
        return unreadable(u"it is open already"_s);
    const QString folder = QFileInfo(d->path).absolutePath();
    if (!QDir().mkpath(folder))
        return unreadable(u"the folder "_s % folder % u" cannot be made"_s);
    d->lockFile = std::make_unique<QLockFile>(d->path % u".lock"_s);
    d->lockFile->setStaleLockTime(0); // an engine may run for months; a dead process is found by its id
    if (!d->lockFile->tryLock(0)) {
        qint64 processId = 0;
        QString host;
        QString application;
        if (d->lockFile->error() == QLockFile::LockFailedError
            && d->lockFile->getLockInfo(&processId, &host, &application))
            return unreadable(u"it is in use by process "_s % QString::number(processId) % u" ("_s % application % u')');
        return unreadable(u"the lock file beside it cannot be written"_s);
    }
    d->thread = std::thread([this] { d->main(); });
    Result<Snapshot> result = [this] {
        std::unique_lock lock(d->mutex);
        d->settled.wait(lock, [this] { return d->opened.has_value(); });
        Result<Snapshot> taken = std::move(*d->opened);
        d->opened.reset();
        return taken;
    }();
    if (!result) {
        d->thread.join();
        d->lockFile.reset();
    }
    return result;
}

void SqliteStore::submit(Batch batch, std::function<void(const Status &)> done)
{
    d->push({std::move(batch), std::move(done), {}, {}});
}

void SqliteStore::kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done)
{
    d->push({std::pair(actorId, std::move(op)), {}, std::move(done), {}});
}

void SqliteStore::setMeta(const QString &name, const QString &value)
{
    d->push({std::pair(name, value), {}, {}, {}});
}

void SqliteStore::flush()
{
    if (!d->thread.joinable())
        return;
    std::unique_lock lock(d->mutex);
    d->settled.wait(lock, [this] { return d->queue.empty() && d->running == 0; });
}

int SqliteStore::queueLength() const
{
    const std::lock_guard lock(d->mutex);
    return int(d->queue.size()) + d->running;
}

qint64 SqliteStore::lastCommitUs() const
{
    return d->commitUs.load(std::memory_order_relaxed);
}

} // namespace dormouse
