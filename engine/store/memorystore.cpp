// SPDX-License-Identifier: Apache-2.0
#include "engine/store/memorystore.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <tuple>

namespace dormouse {

namespace {

template<typename... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template<typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

struct ActorKv
{
    std::map<QByteArray, KvEntry> entries;
    qint64 bytes = 0;
};

} // namespace

class MemoryStore::Private
{
public:
    struct Op
    {
        std::variant<Batch, std::pair<QString, KvOp>, std::pair<QString, QString>> work;
        std::function<void(const Status &)> batchDone;
        std::function<void(KvResult)> kvDone;
    };

    PostToEngine post;
    qint64 kvLimit = 0;
    std::deque<Op> queue;
    bool held = false;
    bool posted = false;
    int failing = 0;
    int epoch = 0;
    bool dead = false; ///< ended by the commit hook
    std::function<bool()> commitHook;

    std::map<QString, NamespaceRow> namespaces;
    std::map<QString, ActorRow> actors;
    std::deque<QString> destroyed; ///< oldest first
    std::map<QString, RunnerRow> runners;
    std::map<std::tuple<QString, QString, quint32, qint64>, CommandRow> commands;
    std::map<std::pair<GatewayId, RequestId>, HibernatingRow> hibernating;
    std::map<std::pair<QString, QString>, NameRow> actorNames;
    std::map<std::pair<QString, QString>, NameRow> runnerNames;
    std::map<std::pair<QString, QString>, RunnerConfigRow> runnerConfigs;
    std::map<QString, ActorKv> kv;
    QHash<QString, QString> meta;

    void schedule(const std::shared_ptr<Private> &self);
    void drain();
    void runFront();
    void apply(const Batch &batch);
    void applyWrite(const Write &write);
    KvResult applyKv(const QString &actorId, const KvOp &op);
    KvResult list(const ActorKv &actor, const KvList &query) const;
    Snapshot snapshot() const;
};

void MemoryStore::Private::schedule(const std::shared_ptr<Private> &self)
{
    if (held || posted || queue.empty())
        return;
    posted = true;
    std::weak_ptr<Private> weak = self;
    const int posterEpoch = epoch;
    post([weak, posterEpoch] {
        const std::shared_ptr<Private> alive = weak.lock();
        if (!alive || alive->epoch != posterEpoch)
            return;
        alive->posted = false;
        alive->drain();
        alive->schedule(alive);
    });
}

void MemoryStore::Private::drain()
{
    // Only what was there at the start: callbacks that submit again get a turn of the event loop in between.
    const int startEpoch = epoch;
    for (std::size_t left = queue.size(); left > 0 && !held && epoch == startEpoch && !queue.empty(); --left)
        runFront();
}

void MemoryStore::Private::runFront()
{
    Op op = std::move(queue.front());
    queue.pop_front();
    const bool fail = failing > 0 && op.work.index() != 2;
    if (fail)
        --failing;
    const Error failure = Error::make("core", "internal_error", QStringLiteral("the store gave up: injected failure"));
    if (const Batch *batch = std::get_if<0>(&op.work)) {
        if (!fail)
            apply(*batch);
        if (commitHook && !commitHook()) {
            queue.clear();
            posted = false;
            ++epoch;
            dead = true;
            return;
        }
        if (op.batchDone)
            op.batchDone(fail ? Status(failure) : okStatus());
    } else if (const auto *request = std::get_if<1>(&op.work)) {
        KvResult result = fail ? KvResult(failure) : applyKv(request->first, request->second);
        if (op.kvDone)
            op.kvDone(std::move(result));
    } else {
        const auto &[name, value] = std::get<2>(op.work);
        meta.insert(name, value);
    }
}

void MemoryStore::Private::apply(const Batch &batch)
{
    for (const Write &write : batch)
        applyWrite(write);
}

void MemoryStore::Private::applyWrite(const Write &write)
{
    std::visit(
        Overloaded{
            [this](const PutNamespace &put) { namespaces[put.row.namespaceId] = put.row; },
            [this](const PutActor &put) {
                ActorRow &row = actors[put.row.actorId];
                const bool wasDestroyed = row.destroyTs.has_value();
                row = put.row;
                if (!wasDestroyed && row.destroyTs)
                    destroyed.push_back(row.actorId);
                while (destroyed.size() > std::size_t(kMaxDestroyedLoaded)) {
                    actors.erase(destroyed.front());
                    destroyed.pop_front();
                }
            },
            [this](const PutRunner &put) { runners[put.row.runnerId] = put.row; },
            [this](const PutCommand &put) {
                const CommandRow &row = put.row;
                commands[{row.runnerId, row.actorId, row.generation, row.index}] = row;
            },
            [this](const DeleteCommands &del) {
                const auto from = commands.lower_bound(
                    {del.runnerId, del.actorId, del.generation, std::numeric_limits<qint64>::min()});
                const auto to = commands.upper_bound({del.runnerId, del.actorId, del.generation, del.upToIndex});
                commands.erase(from, to);
            },
            [this](const DeleteRunnerCommands &del) {
                std::erase_if(commands, [&](const auto &item) { return item.second.runnerId == del.runnerId; });
            },
            [this](const PutHibernating &put) {
                hibernating[{put.row.gatewayId, put.row.requestId}] = put.row;
            },
            [this](const RefreshHibernating &refresh) {
                for (const auto &id : refresh.rows) {
                    if (const auto it = hibernating.find(id); it != hibernating.end())
                        it->second.lastPingTs = refresh.lastPingTs;
                    else if (refresh.missing)
                        refresh.missing->push_back(id.second);
                }
            },
            [this](const DeleteHibernating &del) { hibernating.erase({del.gatewayId, del.requestId}); },
            [this](const DeleteHibernatingOfActor &del) {
                std::erase_if(hibernating, [&](const auto &item) { return item.second.actorId == del.actorId; });
            },
            [this](const DeleteHibernatingOlderThan &del) {
                std::erase_if(hibernating, [&](const auto &item) { return item.second.lastPingTs < del.lastPingTs; });
            },
            [this](const PutActorName &put) {
                const std::pair id(put.row.namespaceId, put.row.name);
                if (put.overwrite)
                    actorNames[id] = put.row;
                else
                    actorNames.try_emplace(id, put.row);
            },
            [this](const PutRunnerName &put) { runnerNames[{put.row.namespaceId, put.row.name}] = put.row; },
            [this](const PutRunnerConfig &put) { runnerConfigs[{put.row.namespaceId, put.row.name}] = put.row; },
            [this](const DeleteRunnerConfig &del) { runnerConfigs.erase({del.namespaceId, del.name}); },
            [this](const DropKv &drop) { kv.erase(drop.actorId); },
        },
        write);
}

KvResult MemoryStore::Private::list(const ActorKv &actor, const KvList &query) const
{
    std::vector<KvEntry> found;
    if (query.limit == 0)
        return found;
    const auto &entries = actor.entries;
    auto from = entries.begin();
    auto to = entries.end();
    switch (query.kind) {
    case KvList::Kind::All:
        break;
    case KvList::Kind::Range:
        if (query.start > query.end)
            return found;
        from = entries.lower_bound(query.start);
        to = query.exclusive ? entries.lower_bound(query.end) : entries.upper_bound(query.end);
        break;
    case KvList::Kind::Prefix:
        from = entries.lower_bound(query.start);
        if (const QByteArray after = afterPrefix(query.start); !after.isEmpty())
            to = entries.lower_bound(after);
        break;
    }
    qint64 bytes = 0;
    while (from != to && quint64(found.size()) < query.limit) {
        const KvEntry &entry = query.reverse ? std::prev(to)->second : from->second;
        bytes += kvSize(entry.key, entry.value) + kKvAnswerOverhead;
        if (bytes > kMaxKvAnswerBytes)
            return kvAnswerError();
        found.push_back(entry);
        if (query.reverse)
            --to;
        else
            ++from;
    }
    return found;
}

KvResult MemoryStore::Private::applyKv(const QString &actorId, const KvOp &op)
{
    using Entries = std::vector<KvEntry>;
    const auto existing = kv.find(actorId);
    static const ActorKv kNothing;
    const ActorKv &reading = existing == kv.end() ? kNothing : existing->second;

    const auto erase = [](ActorKv &actor, std::map<QByteArray, KvEntry>::iterator it) {
        actor.bytes -= kvSize(it->first, it->second.value);
        return actor.entries.erase(it);
    };
    return std::visit(
        Overloaded{
            [&](const KvGet &get) -> KvResult {
                Entries found;
                qint64 bytes = 0;
                for (std::size_t i = 0; i < get.keys.size(); ++i) {
                    if (i > 0 && get.keys[i] == get.keys[i - 1])
                        continue;
                    const auto it = reading.entries.find(get.keys[i]);
                    if (it == reading.entries.end())
                        continue;
                    bytes += kvSize(it->first, it->second.value) + kKvAnswerOverhead;
                    if (bytes > kMaxKvAnswerBytes)
                        return kvAnswerError();
                    found.push_back(it->second);
                }
                return found;
            },
            [&](const KvList &query) -> KvResult { return list(reading, query); },
            [&](const KvPut &put) -> KvResult {
                // The last value of a repeated key counts, so the size is taken from the result.
                std::map<QByteArray, const KvEntry *> latest;
                qint64 payload = 0;
                for (const KvEntry &entry : put.entries) {
                    latest[entry.key] = &entry;
                    payload += kvSize(entry.key, entry.value);
                }
                qint64 bytes = reading.bytes;
                for (const auto &[key, entry] : latest) {
                    if (const auto it = reading.entries.find(key); it != reading.entries.end())
                        bytes -= kvSize(key, it->second.value);
                    bytes += kvSize(key, entry->value);
                }
                if (bytes > kvLimit && bytes > reading.bytes)
                    return kvQuotaError(reading.bytes, kvLimit, payload);
                if (latest.empty())
                    return Entries();
                ActorKv &actor = kv[actorId];
                for (const auto &[key, entry] : latest)
                    actor.entries[key] = *entry;
                actor.bytes = bytes;
                return Entries();
            },
            [&](const KvDelete &del) -> KvResult {
                if (existing != kv.end()) {
                    for (const QByteArray &key : del.keys) {
                        const auto it = existing->second.entries.find(key);
                        if (it != existing->second.entries.end())
                            erase(existing->second, it);
                    }
                }
                return Entries();
            },
            [&](const KvDeleteRange &del) -> KvResult {
                if (existing != kv.end() && del.start < del.end) {
                    ActorKv &actor = existing->second;
                    for (auto it = actor.entries.lower_bound(del.start);
                         it != actor.entries.end() && it->first < del.end;)
                        it = erase(actor, it);
                }
                return Entries();
            },
            [&](const KvDropAll &) -> KvResult {
                kv.erase(actorId);
                return Entries();
            },
            [&](const KvSize &) -> KvResult {
                return Entries{KvEntry{{}, QByteArray::number(reading.bytes), {}, 0}};
            },
        },
        op);
}

Snapshot MemoryStore::Private::snapshot() const
{
    Snapshot out;
    const auto copy = [](const auto &from, auto &to) {
        for (const auto &[id, row] : from)
            to.push_back(row);
    };
    copy(namespaces, out.namespaces);
    std::stable_sort(out.namespaces.begin(), out.namespaces.end(),
                     [](const auto &a, const auto &b) { return a.createTs < b.createTs; });
    copy(actors, out.actors);
    for (ActorRow &row : out.actors) {
        const auto it = kv.find(row.actorId);
        row.kvBytes = it == kv.end() ? 0 : it->second.bytes;
    }
    std::stable_sort(out.actors.begin(), out.actors.end(),
                     [](const auto &a, const auto &b) { return a.createTs > b.createTs; });
    copy(runners, out.runners);
    std::stable_sort(out.runners.begin(), out.runners.end(),
                     [](const auto &a, const auto &b) { return a.createTs > b.createTs; });
    copy(commands, out.commands);
    copy(hibernating, out.hibernating);
    std::stable_sort(out.hibernating.begin(), out.hibernating.end(), [](const auto &a, const auto &b) {
        return std::tie(a.actorId, a.lastPingTs) < std::tie(b.actorId, b.lastPingTs);
    });
    copy(actorNames, out.actorNames);
    copy(runnerNames, out.runnerNames);
    copy(runnerConfigs, out.runnerConfigs);
    out.meta = meta;
    return out;
}

MemoryStore::MemoryStore(PostToEngine post, qint64 kvMaxStorageBytes) : d(std::make_shared<Private>())
{
    d->post = std::move(post);
    d->kvLimit = kvMaxStorageBytes;
}

MemoryStore::~MemoryStore() = default;

Result<Snapshot> MemoryStore::open()
{
    d->dead = false;
    d->failing = 0;
    return d->snapshot();
}

void MemoryStore::submit(Batch batch, std::function<void(const Status &)> done)
{
    if (d->dead)
        return;
    d->queue.push_back({std::move(batch), std::move(done), {}});
    d->schedule(d);
}

void MemoryStore::kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done)
{
    if (d->dead)
        return;
    d->queue.push_back({std::pair(actorId, std::move(op)), {}, std::move(done)});
    d->schedule(d);
}

void MemoryStore::setMeta(const QString &name, const QString &value)
{
    if (d->dead)
        return;
    d->queue.push_back({std::pair(name, value), {}, {}});
    d->schedule(d);
}

void MemoryStore::flush()
{
    // The callbacks run here: a caller that waits cannot serve its event loop.
    const std::shared_ptr<Private> keep = d;
    while (!keep->queue.empty() && !keep->held)
        keep->runFront();
}

int MemoryStore::queueLength() const
{
    return int(d->queue.size());
}

qint64 MemoryStore::lastCommitUs() const
{
    return 0;
}

void MemoryStore::failNext(int count)
{
    d->failing = count;
}

void MemoryStore::giveUp()
{
    d->failing = std::numeric_limits<int>::max();
}

void MemoryStore::crash()
{
    d->queue.clear();
    d->posted = false;
    ++d->epoch;
}

void MemoryStore::setCommitHook(std::function<bool()> hook)
{
    d->commitHook = std::move(hook);
}

void MemoryStore::hold()
{
    d->held = true;
}

void MemoryStore::release()
{
    d->held = false;
    d->schedule(d);
}

} // namespace dormouse
