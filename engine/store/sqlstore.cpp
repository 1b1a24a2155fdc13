// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqlstore.h"

#include "engine/base/clock.h"
#include "engine/store/sqldialect_p.h"
#include "engine/store/sqltables_p.h"

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
/// What a row takes in the queue beside its longer parts.
constexpr qint64 kRowBytes = 512;
/// What is handed over before the turn of the engine thread ends, so that the storage thread need not wait for a long one.
constexpr std::size_t kMaxHeldBack = 64;

qint64 sizeOf(const Batch &batch)
{
    qint64 bytes = kRowBytes;
    for (const Write &write : batch) {
        bytes += kRowBytes;
        if (const PutActor *put = std::get_if<PutActor>(&write))
            bytes += (put->row.input ? put->row.input->size() * 2 : 0) + put->row.errorJson.size();
        else if (const RefreshHibernating *refresh = std::get_if<RefreshHibernating>(&write))
            bytes += qint64(refresh->rows.size() * sizeof(refresh->rows.front()));
    }
    return bytes;
}

qint64 sizeOf(const KvOp &op)
{
    qint64 bytes = kRowBytes;
    if (const KvPut *put = std::get_if<KvPut>(&op)) {
        for (const KvEntry &entry : put->entries)
            bytes += kRowBytes + kvSize(entry.key, entry.value);
    }
    return bytes;
}

qint64 sizeOf(const KvResult &result)
{
    qint64 bytes = 0;
    if (result) {
        for (const KvEntry &entry : *result)
            bytes += kKvAnswerOverhead + kvSize(entry.key, entry.value);
    }
    return bytes;
}

/// Answers on their way to the engine thread. Shared with them: they may arrive when the store is gone.
struct AnswersUnderWay
{
    std::mutex mutex;
    std::condition_variable taken;
    qint64 bytes = 0;
    bool unbounded = false; ///< the engine thread waits for the storage thread, so it must not wait in turn

    void add(qint64 more)
    {
        const std::lock_guard lock(mutex);
        bytes += more;
    }
    void take(qint64 some)
    {
        {
            const std::lock_guard lock(mutex);
            bytes -= some;
        }
        taken.notify_one();
    }
    void setUnbounded(bool on)
    {
        {
            const std::lock_guard lock(mutex);
            unbounded = on;
        }
        taken.notify_one();
    }
    void waitBelow(qint64 limit)
    {
        std::unique_lock lock(mutex);
        taken.wait(lock, [&] { return unbounded || bytes < limit; });
    }
};

} // namespace

class SqlStore::Private
{
public:
    struct Op
    {
        std::variant<Batch, std::pair<QString, KvOp>, std::pair<QString, QString>> work;
        std::function<void(const Status &)> batchDone;
        std::function<void(KvResult)> kvDone;
        qint64 bytes = kRowBytes;
        bool refused = false; ///< came when the queue was full
        std::optional<KvResult> kvResult = {};

        std::size_t weight() const
        {
            const Batch *batch = std::get_if<0>(&work);
            return batch ? std::max<std::size_t>(1, batch->size()) : 1;
        }
    };

    std::unique_ptr<SqlDialect> dialect;
    PostToEngine post;
    SqlStoreOptions options;
    std::thread thread;
    std::atomic<qint64> commitUs{0};
    std::atomic<qint64> commitSinceUs{-1}; ///< mono; -1: none is under way
    std::atomic<quint64> retries{0};
    std::atomic<int> reconnects{0};
    std::atomic<quint64> commits{0};
    std::atomic<quint64> writes{0};
    std::atomic<quint64> refused{0};
    std::shared_ptr<AnswersUnderWay> answers = std::make_shared<AnswersUnderWay>();

    std::vector<Op> heldBack; ///< engine thread only

    mutable std::mutex mutex;
    std::condition_variable work;    ///< for the storage thread: queue or quit
    std::condition_variable settled; ///< for open() and flush()
    std::deque<Op> queue;
    qint64 queuedBytes = 0;
    bool overflowed = false;
    int running = 0; ///< operations of the commit in progress
    bool quit = false;
    std::optional<Result<Snapshot>> opened;

    // Storage thread only.
    std::optional<Error> gaveUp;

    void push(Op op);
    void handOver();
    void putBack(std::vector<Op> &group, std::size_t first);
    void main();
    std::vector<Op> take();
    void commit(SqlTables &tables, std::vector<Op> &group);
    void giveUp(const QString &reason, int attempts);
    void count(const std::vector<Op> &group);
    void deliver(std::vector<Op> group);
};

void SqlStore::Private::push(Op op)
{
    heldBack.push_back(std::move(op));
    if (heldBack.size() >= kMaxHeldBack || !options.moreFollows || !options.moreFollows())
        handOver();
}

void SqlStore::Private::handOver()
{
    if (heldBack.empty())
        return;
    {
        const std::lock_guard lock(mutex);
        for (Op &op : heldBack) {
            overflowed = overflowed || queuedBytes + op.bytes > options.maxQueuedBytes;
            if (overflowed) {
                // Its callback keeps its place behind those that will still be committed.
                op.work = Batch();
                op.bytes = 0;
                op.refused = true;
            }
            queuedBytes += op.bytes;
            queue.push_back(std::move(op));
        }
    }
    heldBack.clear();
    work.notify_one();
}

std::vector<SqlStore::Private::Op> SqlStore::Private::take()
{
    answers->waitBelow(options.maxAnswerBytes);
    std::unique_lock lock(mutex);
    running = 0;
    if (queue.empty())
        settled.notify_all();
    work.wait(lock, [this] { return quit || !queue.empty(); });
    std::vector<Op> group;
    std::size_t weight = 0;
    while (!queue.empty() && (group.empty() || weight + queue.front().weight() <= kMaxWritesPerCommit)
           && (group.empty() || group.front().refused == queue.front().refused)) {
        weight += queue.front().weight();
        queuedBytes -= queue.front().bytes;
        group.push_back(std::move(queue.front()));
        queue.pop_front();
    }
    running = int(group.size());
    return group;
}

/// What of a group is not carried out yet waits again, in front of everything that came later.
void SqlStore::Private::putBack(std::vector<Op> &group, std::size_t first)
{
    const std::lock_guard lock(mutex);
    running = int(first);
    for (std::size_t i = group.size(); i > first; --i) {
        queuedBytes += group[i - 1].bytes;
        queue.push_front(std::move(group[i - 1]));
    }
    group.resize(first);
}

void SqlStore::Private::giveUp(const QString &reason, int attempts)
{
    gaveUp = Error::make("store", "commit_failed",
                         u"the database "_s % dialect->location() % u" could not be written: "_s % reason,
                         {{u"file"_s, dialect->location()}, {u"attempts"_s, attempts}});
}

void SqlStore::Private::commit(SqlTables &tables, std::vector<Op> &group)
{
    if (group.front().refused && !gaveUp)
        giveUp(u"more work waits for it than the queue may hold"_s, 0);
    int backoffMs = options.firstBackoffMs;
    for (int attempt = 1; !gaveUp; ++attempt) {
        try {
            if (!tables.begin()) {
                count(group);
                return; // the attempt before was committed, only its answer was lost
            }
            qint64 answerBytes = 0;
            for (std::size_t i = 0; i < group.size(); ++i) {
                Op &op = group[i];
                if (const Batch *batch = std::get_if<0>(&op.work)) {
                    for (const Write &write : *batch)
                        tables.apply(write);
                } else if (const auto *request = std::get_if<1>(&op.work)) {
                    op.kvResult = tables.kv(request->first, request->second);
                    answerBytes += sizeOf(*op.kvResult);
                    if (answerBytes >= options.maxAnswerBytes)
                        putBack(group, i + 1);
                } else {
                    tables.setMeta(std::get<2>(op.work).first, std::get<2>(op.work).second);
                }
            }
            tables.commit();
            count(group);
            return;
        } catch (const SqlFailure &failure) {
            tables.rollback();
            if (failure.final || attempt >= options.maxAttempts) {
                giveUp(failure.text, attempt);
                return;
            }
            retries.fetch_add(1, std::memory_order_relaxed);
        }
        // Nothing else waits for this thread but the work behind this very commit.
        std::this_thread::sleep_for(std::chrono::milliseconds(backoffMs));
        backoffMs = std::min(backoffMs * 2, kMaxBackoffMs);
    }
}

void SqlStore::Private::count(const std::vector<Op> &group)
{
    quint64 rows = 0;
    for (const Op &op : group)
        rows += op.weight();
    commits.fetch_add(1, std::memory_order_relaxed);
    writes.fetch_add(rows, std::memory_order_relaxed);
}

void SqlStore::Private::deliver(std::vector<Op> group)
{
    qint64 bytes = 0;
    for (const Op &op : group)
        bytes += op.kvResult ? sizeOf(*op.kvResult) : 0;
    if (gaveUp)
        refused += group.size();
    answers->add(bytes);
    // One posted call per commit. Shared because a std::function must be copyable.
    auto shared = std::make_shared<std::vector<Op>>(std::move(group));
    post([shared, failure = gaveUp, bytes, underWay = answers] {
        underWay->take(bytes);
        for (Op &op : *shared) {
            if (op.batchDone)
                op.batchDone(failure ? Status(*failure) : okStatus());
            else if (op.kvDone)
                op.kvDone(failure ? KvResult(*failure) : std::move(*op.kvResult));
        }
    });
}

void SqlStore::Private::main()
{
    SystemClock clock;
    SqlTables tables(*dialect, options.kvMaxStorageBytes, reconnects);
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
        commitSinceUs.store(start, std::memory_order_relaxed);
        commit(tables, group);
        commitUs.store(clock.monoUs() - start, std::memory_order_relaxed);
        commitSinceUs.store(-1, std::memory_order_relaxed);
        bool closing = false;
        {
            const std::lock_guard lock(mutex);
            closing = quit;
        }
        if (!closing)
            deliver(std::move(group));
    }
}

SqlStore::SqlStore(std::unique_ptr<SqlDialect> dialect, PostToEngine post, const SqlStoreOptions &options)
    : d(std::make_unique<Private>())
{
    d->dialect = std::move(dialect);
    d->post = std::move(post);
    d->options = options;
}

SqlStore::~SqlStore()
{
    d->handOver();
    d->answers->setUnbounded(true);
    {
        const std::lock_guard lock(d->mutex);
        d->quit = true;
    }
    d->work.notify_all();
    if (d->thread.joinable())
        d->thread.join();
}

Result<Snapshot> SqlStore::open()
{
    if (d->thread.joinable())
        return SqlTables::unreadable(*d->dialect, u"it is open already"_s);
    if (const Result<QString> claimed = d->dialect->claimFile(); !claimed) {
        d->dialect->releaseFile();
        return SqlTables::unreadable(*d->dialect, claimed.error().message);
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
        d->dialect->releaseFile();
    }
    return result;
}

void SqlStore::submit(Batch batch, std::function<void(const Status &)> done)
{
    const qint64 bytes = sizeOf(batch);
    d->push({std::move(batch), std::move(done), {}, bytes});
}

void SqlStore::kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done)
{
    const qint64 bytes = sizeOf(op);
    d->push({std::pair(actorId, std::move(op)), {}, std::move(done), bytes});
}

void SqlStore::setMeta(const QString &name, const QString &value)
{
    d->push({std::pair(name, value), {}, {}});
}

void SqlStore::flush()
{
    if (!d->thread.joinable())
        return;
    d->handOver();
    d->answers->setUnbounded(true);
    {
        std::unique_lock lock(d->mutex);
        d->settled.wait(lock, [this] { return d->queue.empty() && d->running == 0; });
    }
    d->answers->setUnbounded(false);
}

int SqlStore::queueLength() const
{
    const std::lock_guard lock(d->mutex);
    return int(d->queue.size() + d->heldBack.size()) + d->running;
}

qint64 SqlStore::lastCommitUs() const
{
    const qint64 last = d->commitUs.load(std::memory_order_relaxed);
    const qint64 since = d->commitSinceUs.load(std::memory_order_relaxed);
    return since < 0 ? last : std::max(last, SystemClock().monoUs() - since);
}

StoreCounts SqlStore::counts() const
{
    const std::lock_guard lock(d->mutex);
    return {d->commits.load(std::memory_order_relaxed), d->writes.load(std::memory_order_relaxed),
            d->refused.load(std::memory_order_relaxed), d->retries.load(std::memory_order_relaxed), d->queuedBytes,
            d->options.maxQueuedBytes};
}

void SqlStore::handOver()
{
    d->handOver();
}

int SqlStore::reconnects() const
{
    return d->reconnects.load(std::memory_order_relaxed);
}

} // namespace dormouse
