// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/scheduler_p.h"

#include "engine/scheduler/pools.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr qsizetype kMaxInputBytes = 4 * 1024 * 1024; // of base64 text
constexpr qsizetype kMaxKeyBytes = 1024;

Error actorError(const QByteArray &code, const QString &message, const QJsonObject &metadata = {})
{
    return Error::make("actor", code, message, metadata);
}

Error notFound()
{
    return actorError("not_found", QStringLiteral("The actor does not exist or was destroyed."));
}

} // namespace

Scheduler::Scheduler(const CoreContext &context) : d(std::make_unique<Private>(context)) {}
Scheduler::~Scheduler() = default;

void Scheduler::setGateway(GatewayEvents *gateway)
{
    d->core.gateway = gateway;
}

void Scheduler::setPools(PoolObserver *pools)
{
    d->core.pools = pools;
}

void Scheduler::boot(const Snapshot &snapshot)
{
    d->core.boot(snapshot);
}

void Scheduler::shutdown()
{
    d->core.shutdown();
    d->hub.shutdown();
}

void Scheduler::acceptRunner(std::unique_ptr<Channel> channel, const QByteArray &rawQuery, const QString &rayId)
{
    d->hub.accept(std::move(channel), rawQuery, rayId);
}

// --- actors: creation ---------------------------------------------------------------------------

std::optional<Error> Scheduler::Private::checkCreate(const CreateActor &request) const
{
    const auto row = core.namespaces.find(request.namespaceId);
    if (row == core.namespaces.end())
        return actorError("namespace_not_found", QStringLiteral("The namespace does not exist."));
    if (request.input && request.input->toUtf8().size() > kMaxInputBytes)
        return actorError("input_too_large", QStringLiteral("Actor input too large, at most 4 MiB."),
                          {{QStringLiteral("max_size"), kMaxInputBytes}});
    if (request.key) {
        const QByteArray key = request.key->toUtf8();
        if (key.isEmpty())
            return actorError("empty_key", QStringLiteral("Actor key cannot be empty."));
        if (key.size() > kMaxKeyBytes)
            return actorError("key_too_large", QStringLiteral("Actor key too large, at most 1024 bytes."),
                              {{QStringLiteral("max_size"), kMaxKeyBytes},
                               {QStringLiteral("key_preview"), QString::fromUtf8(key.left(kMaxKeyBytes))}});
    }
    if (!core.runnerConfigs.contains({request.namespaceId, request.pool}))
        return actorError("no_runner_config_configured",
                          u"No runner config with the name " % request.pool % u" in the namespace.",
                          {{QStringLiteral("namespace"), row->second.name},
                           {QStringLiteral("pool_name"), request.pool}});
    return std::nullopt;
}

const ActorEntry *Scheduler::Private::byKey(const QString &namespaceId, const QString &name, const QString &key) const
{
    const auto it = core.liveKeys.find(SchedulerCore::actorKey(namespaceId, name, key));
    if (it == core.liveKeys.end())
        return nullptr;
    return core.actors.at(it->second).get();
}

ActorEntry &Scheduler::Private::create(const CreateActor &request)
{
    ActorRow row;
    row.actorId = makeId(core.context.random);
    row.namespaceId = request.namespaceId;
    row.name = request.name;
    row.key = request.key;
    row.pool = request.pool;
    row.crashPolicy = request.crashPolicy;
    row.input = request.input;
    row.createTs = core.wallMs();
    const auto &sameName = core.actorsByName[{row.namespaceId, row.name}];
    if (!sameName.empty())
        row.createTs = std::max(row.createTs, sameName.rbegin()->first + 1);
    auto &names = core.actorNames[row.namespaceId];
    if (!names.contains(row.name.toUtf8())) {
        const NameRow name{row.namespaceId, row.name, QByteArrayLiteral("{}")};
        names[row.name.toUtf8()] = name;
        core.write(PutActorName{name, false});
    }
    ActorEntry &entry = core.addActor(row);
    core.firstAttempt(entry);
    return entry;
}

void Scheduler::createActor(const CreateActor &request, std::function<void(Result<ActorRow>)> done)
{
    if (const std::optional<Error> error = d->checkCreate(request)) {
        d->refuse(done, *error);
        return;
    }
    const ActorEntry *holder = request.key ? d->byKey(request.namespaceId, request.name, *request.key) : nullptr;
    if (holder) {
        d->refuse(done, actorError("duplicate_key", u"Actor key " % *request.key % u" already in use.",
                                   {{QStringLiteral("key"), *request.key},
                                    {QStringLiteral("existing_actor_id"), holder->row.actorId}}));
        return;
    }
    SchedulerCore::Transaction transaction(d->core, "create");
    const QString actorId = d->create(request).row.actorId;
    d->core.afterAlways([this, actorId, done](const Status &status) {
        if (!done)
            return;
        const ActorRow *row = actor(actorId);
        if (!status.ok())
            done(status.error());
        else if (!row || row->destroyTs)
            done(actorError("destroyed_during_creation", QStringLiteral("Actor was destroyed during creation.")));
        else
            done(*row);
    });
}

void Scheduler::getOrCreateActor(const CreateActor &request, std::function<void(Result<GetOrCreated>)> done)
{
    if (request.key) {
        if (const ActorEntry *entry = d->byKey(request.namespaceId, request.name, *request.key)) {
            SchedulerCore::Transaction transaction(d->core);
            d->answer(done, GetOrCreated{entry->row, false});
            return;
        }
    }
    createActor(request, [done](const Result<ActorRow> &created) {
        if (!done)
            return;
        if (created)
            done(GetOrCreated{*created, true});
        else
            done(created.error());
    });
}

// --- actors: requests ---------------------------------------------------------------------------

void Scheduler::destroyActor(const QString &actorId, const QString &namespaceId, std::function<void(Status)> done)
{
    ActorEntry *entry = d->core.actor(actorId);
    if (!entry || (!namespaceId.isEmpty() && entry->row.namespaceId != namespaceId)) {
        d->refuse(done, notFound());
        return;
    }
    SchedulerCore::Transaction transaction(d->core, "destroy");
    ActorEvent event;
    event.kind = ActorEventKind::Destroy;
    d->core.apply(*entry, event);
    d->answer<Nothing>(done, {});
}

void Scheduler::Private::signal(const QString &actorId, ActorEventKind kind, const std::function<void(Status)> &done)
{
    ActorEntry *entry = core.actor(actorId);
    if (!entry || entry->row.destroyTs) {
        refuse(done, notFound());
        return;
    }
    SchedulerCore::Transaction transaction(core);
    ActorEvent event;
    event.kind = kind;
    core.apply(*entry, event);
    answer<Nothing>(done, {});
}

void Scheduler::sleepActor(const QString &actorId, std::function<void(Status)> done)
{
    d->signal(actorId, ActorEventKind::ApiSleep, done);
}

void Scheduler::rescheduleActor(const QString &actorId, std::function<void(Status)> done)
{
    d->signal(actorId, ActorEventKind::ApiReschedule, done);
}

void Scheduler::wakeActor(const QString &actorId, const AllocationOverride &override)
{
    ActorEntry *entry = d->core.actor(actorId);
    if (!entry)
        return;
    SchedulerCore::Transaction transaction(d->core, "wake");
    ActorEvent event;
    event.kind = ActorEventKind::Wake;
    event.override = override;
    d->core.apply(*entry, event);
}

const ActorRow *Scheduler::actor(const QString &actorId) const
{
    const ActorEntry *entry = d->core.actor(actorId);
    return entry ? &entry->row : nullptr;
}

const ActorRow *Scheduler::actorByKey(const QString &namespaceId, const QString &name, const QString &key) const
{
    const ActorEntry *entry = d->byKey(namespaceId, name, key);
    return entry ? &entry->row : nullptr;
}

std::vector<ActorRow> Scheduler::actorsByName(const QString &namespaceId, const QString &name, bool includeDestroyed,
                                              std::optional<qint64> beforeTs, int limit) const
{
    std::vector<ActorRow> result;
    const auto list = d->core.actorsByName.find({namespaceId, name});
    if (list == d->core.actorsByName.end())
        return result;
    const auto end = beforeTs ? list->second.lower_bound(*beforeTs) : list->second.end();
    for (auto it = std::make_reverse_iterator(end); it != list->second.rend() && int(result.size()) < limit; ++it) {
        const ActorRow *row = actor(it->second);
        if (row && (includeDestroyed || !row->destroyTs))
            result.push_back(*row);
    }
    return result;
}

std::vector<QString> Scheduler::actorIds() const
{
    std::vector<QString> result;
    result.reserve(d->core.actors.size());
    for (const auto &[id, entry] : d->core.actors)
        result.push_back(id);
    return result;
}

QByteArray Scheduler::poolErrorJson(const QString &namespaceId, const QString &pool) const
{
    return d->core.pools ? d->core.pools->poolErrorJson(namespaceId, pool) : QByteArray();
}

void Scheduler::kvGet(const QString &actorId, const QByteArray &key,
                      std::function<void(Result<std::optional<KvEntry>>)> done)
{
    const ActorRow *row = actor(actorId);
    if (!row || row->destroyTs) {
        d->refuse(done, notFound());
        return;
    }
    d->core.context.store.kv(actorId, KvGet{{key}}, [done](const KvResult &result) {
        if (!result)
            done(result.error());
        else if (result->empty())
            done(std::optional<KvEntry>());
        else
            done(std::optional<KvEntry>(result->front()));
    });
}

void Scheduler::kvList(const QString &actorId, int limit, std::function<void(KvResult)> done)
{
    const ActorRow *row = actor(actorId);
    if (!row || row->destroyTs) {
        d->refuse(done, notFound());
        return;
    }
    KvList list;
    list.limit = quint64(std::max(0, limit));
    d->core.context.store.kv(actorId, list, std::move(done));
}

// --- runners ------------------------------------------------------------------------------------

std::vector<RunnerRow> Scheduler::runners() const
{
    std::vector<RunnerRow> result;
    result.reserve(d->core.runners.size());
    for (const auto &[id, entry] : d->core.runners)
        result.push_back(entry->row);
    std::sort(result.begin(), result.end(), [](const RunnerRow &a, const RunnerRow &b) {
        return a.createTs != b.createTs ? a.createTs > b.createTs : a.runnerId < b.runnerId;
    });
    return result;
}

const RunnerRow *Scheduler::runner(const QString &runnerId) const
{
    const RunnerEntry *entry = d->core.runner(runnerId);
    return entry ? &entry->row : nullptr;
}

quint32 Scheduler::usedSlots(const QString &runnerId) const
{
    const RunnerEntry *entry = d->core.runner(runnerId);
    return entry ? entry->used() : 0;
}

void Scheduler::drainRunner(const QString &runnerId, std::function<void(Status)> done)
{
    RunnerEntry *entry = d->core.runner(runnerId);
    if (!entry || entry->row.state == RunnerState::Stopped) {
        d->refuse(done, Error::make("runner", "not_found", QStringLiteral("The runner does not exist.")));
        return;
    }
    SchedulerCore::Transaction transaction(d->core, "drain");
    d->core.drain(*entry, false, QStringLiteral("api_drain"));
    d->answer<Nothing>(done, {});
}

std::vector<WireFrame> Scheduler::wireFrames(const QString &runnerId, quint64 after, quint64 *lost)
{
    return d->hub.wireFrames(runnerId, after, lost);
}

bool Scheduler::dropLink(const QString &runnerId)
{
    return d->hub.dropLink(runnerId);
}

// --- serverless pools ---------------------------------------------------------------------------

int Scheduler::poolDemand(const QString &namespaceId, const QString &pool) const
{
    return d->core.demandOf(namespaceId, pool);
}

void Scheduler::drainPoolRunner(const QString &runnerId)
{
    RunnerEntry *entry = d->core.runner(runnerId);
    if (!entry || entry->row.state == RunnerState::Stopped)
        return;
    SchedulerCore::Transaction transaction(d->core);
    d->core.drain(*entry, true, QStringLiteral("serverless_drain"));
}

void Scheduler::closePoolRunner(const QString &runnerId)
{
    RunnerEntry *entry = d->core.runner(runnerId);
    if (!entry || entry->row.state == RunnerState::Stopped)
        return;
    SchedulerCore::Transaction transaction(d->core);
    const bool outbound = d->core.pools && !d->core.pools->outboundState(runnerId).isEmpty();
    d->core.stopRunner(*entry, RunnerEventKind::DrainDeadline, outbound ? QStringLiteral("serverless_drained") : QStringLiteral("evicted"));
}

void Scheduler::poolErrorChanged(const QString &namespaceId, const QString &pool)
{
    d->core.poolErrorChanged(namespaceId, pool);
}

void Scheduler::poolVersionSeen(const QString &namespaceId, const QString &pool, quint32 version)
{
    SchedulerCore::Transaction transaction(d->core);
    d->core.drainOlderVersions(namespaceId, pool, version);
}

// --- monitoring and links -----------------------------------------------------------------------

const SchedulerCounters &Scheduler::counters() const
{
    return d->core.counters;
}

monitor::ActorInfo Scheduler::describeActor(const QString &actorId) const
{
    return describeActorEntry(d->core, actorId);
}

monitor::RunnerInfo Scheduler::describeRunner(const QString &runnerId) const
{
    return describeRunnerEntry(d->core, d->hub, runnerId);
}

bool Scheduler::linkUp(const QString &runnerId) const
{
    return d->hub.linkUp(runnerId);
}

bool Scheduler::sendTunnel(const QString &runnerId, const wire::ToClientTunnelMessage &message)
{
    return d->hub.sendTunnel(runnerId, message);
}

bool Scheduler::sendWebSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary)
{
    return d->hub.sendWebSocketMessage(runnerId, id, data, binary);
}

qint64 Scheduler::linkBytesQueued(const QString &runnerId) const
{
    return d->hub.linkBytesQueued(runnerId);
}

} // namespace dormouse
