// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler/scheduler.h"

#include "engine/scheduler/runnerhub.h"
#include "engine/scheduler/schedulercore.h"

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

/// Section 5; the reason for people, empty = valid.
QString namespaceNameProblem(const QString &name)
{
    if (name.isEmpty() || name.size() > 64)
        return QStringLiteral("name must have 1 to 64 characters");
    const auto allowed = [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-'; };
    if (!std::all_of(name.begin(), name.end(), allowed))
        return QStringLiteral("name may contain only a-z, 0-9 and -");
    if (name.startsWith(u'-') || name.endsWith(u'-') || name.contains(u"--"))
        return QStringLiteral("name may not begin or end with - nor contain --");
    return {};
}

QString displayNameProblem(const QString &name)
{
    if (name.isEmpty() || name.size() > 128)
        return QStringLiteral("display name must have 1 to 128 characters");
    if (name.startsWith(u' ') || name.endsWith(u' ') || name.contains(u"  "))
        return QStringLiteral("display name may not begin or end with a blank nor contain two in a row");
    if (std::any_of(name.begin(), name.end(), [](QChar c) { return c.isSpace() && c != u' '; }))
        return QStringLiteral("display name may not contain white space other than blanks");
    return {};
}

} // namespace

class Scheduler::Private
{
public:
    explicit Private(const CoreContext &context) : core(context), hub(core) { core.hub = &hub; }
    ~Private() { core.hub = nullptr; }

    /// Answers with the error, after everything submitted before.
    template<typename T>
    void refuse(const std::function<void(Result<T>)> &done, const Error &error)
    {
        SchedulerCore::Transaction transaction(core);
        core.afterAlways([done, error](const Status &) {
            if (done)
                done(error);
        });
    }
    template<typename T>
    void answer(const std::function<void(Result<T>)> &done, T value)
    {
        core.afterAlways([done, value = std::move(value)](const Status &status) {
            if (!done)
                return;
            if (status.ok())
                done(value);
            else
                done(status.error());
        });
    }
    std::optional<Error> checkCreate(const CreateActor &request) const;
    ActorEntry &create(const CreateActor &request);
    const ActorEntry *byKey(const QString &namespaceId, const QString &name, const QString &key) const;
    void signal(const QString &actorId, ActorEventKind kind, const std::function<void(Status)> &done);

    SchedulerCore core;
    RunnerHub hub;
};

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

// --- namespaces and names -----------------------------------------------------------------------

const NamespaceRow *Scheduler::namespaceByName(const QString &name) const
{
    for (const auto &[id, row] : d->core.namespaces) {
        if (row.name == name)
            return &row;
    }
    return nullptr;
}

const NamespaceRow *Scheduler::namespaceById(const QString &namespaceId) const
{
    const auto it = d->core.namespaces.find(namespaceId);
    return it == d->core.namespaces.end() ? nullptr : &it->second;
}

std::vector<NamespaceRow> Scheduler::namespaces() const
{
    std::vector<NamespaceRow> result;
    for (const auto &[id, row] : d->core.namespaces)
        result.push_back(row);
    std::sort(result.begin(), result.end(),
              [](const NamespaceRow &a, const NamespaceRow &b) { return a.createTs < b.createTs; });
    return result;
}

void Scheduler::createNamespace(const QString &name, const QString &displayName,
                                std::function<void(Result<NamespaceRow>)> done)
{
    QString problem = namespaceNameProblem(name);
    if (problem.isEmpty())
        problem = displayNameProblem(displayName);
    if (!problem.isEmpty()) {
        d->refuse(done, Error::make("namespace", "failed_to_create", problem,
                                    {{QStringLiteral("reason"), problem}}));
        return;
    }
    if (namespaceByName(name)) {
        d->refuse(done, Error::make("namespace", "name_not_unique", QStringLiteral("Namespace name is already taken.")));
        return;
    }
    SchedulerCore::Transaction transaction(d->core, "create_namespace");
    NamespaceRow row;
    row.namespaceId = makeId(d->core.context.random);
    row.name = name;
    row.displayName = displayName;
    row.createTs = d->core.wallMs();
    // The cursor of the list is create_ts: keep it strictly increasing.
    for (const auto &[id, other] : d->core.namespaces)
        row.createTs = std::max(row.createTs, other.createTs + 1);
    d->core.namespaces[row.namespaceId] = row;
    d->core.write(PutNamespace{row});
    d->answer(done, row);
}

std::vector<NameRow> Scheduler::actorNames(const QString &namespaceId) const
{
    std::vector<NameRow> result;
    const auto it = d->core.actorNames.find(namespaceId);
    if (it != d->core.actorNames.end()) {
        for (const auto &[name, row] : it->second)
            result.push_back(row);
    }
    return result;
}

std::vector<QString> Scheduler::runnerNames(const QString &namespaceId) const
{
    std::vector<QString> result;
    const auto it = d->core.runnerNames.find(namespaceId);
    if (it != d->core.runnerNames.end()) {
        for (const QByteArray &name : it->second)
            result.push_back(QString::fromUtf8(name));
    }
    return result;
}

void Scheduler::putActorName(const QString &namespaceId, const QString &name, const QByteArray &metadataJson)
{
    SchedulerCore::Transaction transaction(d->core, "names");
    const NameRow row{namespaceId, name, metadataJson};
    d->core.actorNames[namespaceId][name.toUtf8()] = row;
    d->core.write(PutActorName{row, true});
}

// --- runner configs -----------------------------------------------------------------------------

const RunnerConfigRow *Scheduler::runnerConfig(const QString &namespaceId, const QString &name) const
{
    const auto it = d->core.runnerConfigs.find({namespaceId, name});
    return it == d->core.runnerConfigs.end() ? nullptr : &it->second;
}

std::vector<RunnerConfigRow> Scheduler::runnerConfigs(const QString &namespaceId) const
{
    std::vector<RunnerConfigRow> result;
    for (const auto &[key, row] : d->core.runnerConfigs) {
        if (key.first == namespaceId)
            result.push_back(row);
    }
    return result;
}

void Scheduler::putRunnerConfig(const RunnerConfigRow &row, std::function<void(Status)> done)
{
    SchedulerCore::Transaction transaction(d->core, "runner_config");
    d->core.runnerConfigs[{row.namespaceId, row.name}] = row;
    d->core.write(PutRunnerConfig{row});
    d->core.requestDrain(SchedulerCore::poolKey(row.namespaceId, row.name));
    d->answer<Nothing>(done, {});
    d->core.announceConfig(row.namespaceId, row.name);
}

void Scheduler::deleteRunnerConfig(const QString &namespaceId, const QString &name, std::function<void(Status)> done)
{
    if (!runnerConfig(namespaceId, name)) {
        d->refuse(done, Error::make("runner_config", "not_found", QStringLiteral("No config of this name.")));
        return;
    }
    SchedulerCore::Transaction transaction(d->core, "runner_config");
    d->core.runnerConfigs.erase({namespaceId, name});
    d->core.write(DeleteRunnerConfig{namespaceId, name});
    d->answer<Nothing>(done, {});
    d->core.announceConfig(namespaceId, name);
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
    d->core.stopRunner(*entry, RunnerEventKind::DrainDeadline, QStringLiteral("serverless_drained"));
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

qint64 Scheduler::linkBytesQueued(const QString &runnerId) const
{
    return d->hub.linkBytesQueued(runnerId);
}

} // namespace dormouse
