// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/config.h"
#include "engine/base/metrics.h"
#include "engine/base/random.h"
#include "engine/base/timerwheel.h"
#include "engine/monitor/sink.h"
#include "engine/net/channel.h"
#include "engine/scheduler/pools.h"
#include "engine/scheduler/tunnel.h"
#include "engine/scheduler/wiretap.h"
#include "engine/store/store.h"

#include <functional>
#include <memory>

namespace dormouse {

/// What one engine core is made of. References outlive everything that holds this.
struct CoreContext
{
    const EngineConfig &config;
    Clock &clock;
    TimerWheel &timers;
    Random &random;
    Store &store;
    monitor::Sink &sink;
    Metrics &metrics;
};

struct CreateActor
{
    QString namespaceId;
    QString name;
    QString pool;
    CrashPolicy crashPolicy = CrashPolicy::Sleep;
    std::optional<QString> key;
    std::optional<QString> input; ///< base64 text
};

/// Totals since start (scheduler.md section 9.1).
struct SchedulerCounters
{
    quint64 pendingTimeouts = 0;
    quint64 ignoredRunner = 0, ignoredGeneration = 0, ignoredIndex = 0, ignoredState = 0; ///< runner events
    quint64 ingestedEvents = 0;
    quint64 lost = 0;
    quint64 allocations = 0;
    quint64 restarts = 0;
    quint64 reconcileStarts = 0, reconcileZombies = 0, reconcileLost = 0, reconcileUnconfirmed = 0;
    quint64 socketsParked = 0, evictions = 0, connections = 0;
    quint64 repairs = 0;
    quint64 badFrames = 0;
};

/// Namespaces, actors, runners, queue and names (scheduler.md), and the runner sockets (runner-protocol.md).
/// Rows are held in memory; every event writes one batch, effects run when it has committed.
/// Thread: engine thread only. No function blocks; done callbacks come after commit, never from inside the call.
class Scheduler : public TunnelTransport
{
public:
    explicit Scheduler(const CoreContext &context);
    ~Scheduler() override;

    void setGateway(GatewayEvents *gateway);
    void setPools(PoolObserver *pools);
    /// scheduler.md section 8.7. Makes namespace "default" when there is none.
    void boot(const Snapshot &snapshot);
    /// Closes every runner socket with 1011 ws.going_away.
    void shutdown();

    // --- runner sockets: called by the router with an accepted channel (subprotocol and token are already checked)
    /// Query values as received; the errors of runner-protocol.md section 2.4 become close frames on the channel.
    /// rayId ends the close reasons.
    void acceptRunner(std::unique_ptr<Channel> channel, const QByteArray &rawQuery, const QString &rayId);

    // --- namespaces and names
    const NamespaceRow *namespaceByName(const QString &name) const;
    const NamespaceRow *namespaceById(const QString &namespaceId) const;
    std::vector<NamespaceRow> namespaces() const; ///< by createTs
    void createNamespace(const QString &name, const QString &displayName,
                         std::function<void(Result<NamespaceRow>)> done);
    std::vector<NameRow> actorNames(const QString &namespaceId) const;  ///< by name, bytes
    std::vector<QString> runnerNames(const QString &namespaceId) const; ///< by name, bytes
    void putActorName(const QString &namespaceId, const QString &name, const QByteArray &metadataJson);

    // --- runner configs (scheduler.md section 4.1); bodies are validated by the API
    const RunnerConfigRow *runnerConfig(const QString &namespaceId, const QString &name) const;
    std::vector<RunnerConfigRow> runnerConfigs(const QString &namespaceId) const;
    void putRunnerConfig(const RunnerConfigRow &row, std::function<void(Status)> done);
    void deleteRunnerConfig(const QString &namespaceId, const QString &name, std::function<void(Status)> done);

    // --- actors
    /// Errors: scheduler.md section 9.4.
    void createActor(const CreateActor &request, std::function<void(Result<ActorRow>)> done);
    struct GetOrCreated { ActorRow actor; bool created = false; };
    void getOrCreateActor(const CreateActor &request, std::function<void(Result<GetOrCreated>)> done);
    /// namespaceId empty = any. Errors: actor.not_found. Destroying a destroyed actor succeeds.
    void destroyActor(const QString &actorId, const QString &namespaceId, std::function<void(Status)> done);
    void sleepActor(const QString &actorId, std::function<void(Status)> done);      ///< ApiSleep
    void rescheduleActor(const QString &actorId, std::function<void(Status)> done); ///< ApiReschedule
    void wakeActor(const QString &actorId, const AllocationOverride &override);     ///< idempotent
    /// Destroyed ones too, as long as they are kept. Pointers are valid until the next event.
    const ActorRow *actor(const QString &actorId) const;
    const ActorRow *actorByKey(const QString &namespaceId, const QString &name, const QString &key) const;
    /// Newest first, strictly older than beforeTs when given.
    std::vector<ActorRow> actorsByName(const QString &namespaceId, const QString &name, bool includeDestroyed,
                                       std::optional<qint64> beforeTs, int limit) const;
    std::vector<QString> actorIds() const;
    /// Active pool error as in scheduler.md section 4.6, empty = none.
    QByteArray poolErrorJson(const QString &namespaceId, const QString &pool) const;
    /// KV read for the REST API, regardless of the runner.
    void kvGet(const QString &actorId, const QByteArray &key, std::function<void(Result<std::optional<KvEntry>>)> done);
    void kvList(const QString &actorId, int limit, std::function<void(KvResult)> done);

    // --- runners
    std::vector<RunnerRow> runners() const; ///< stopped ones too, newest first
    const RunnerRow *runner(const QString &runnerId) const;
    quint32 usedSlots(const QString &runnerId) const;
    void drainRunner(const QString &runnerId, std::function<void(Status)> done);
    /// Cuts the socket that the runner uses now, as a failing network would; it may come back. False when it has none.
    bool dropLink(const QString &runnerId);
    /// Messages of the runner protocol that went over the runner's sockets after that number, oldest first. They are kept
    /// from the first call on, for a runner that is asked for at least every ten seconds. *lost: those that are missing.
    std::vector<WireFrame> wireFrames(const QString &runnerId, quint64 after, quint64 *lost);

    // --- serverless pools (scheduler.md section 4)
    /// Actors of the pool that need a slot or hold one (section 4.2).
    int poolDemand(const QString &namespaceId, const QString &pool) const;
    /// Section 4.4 b: drains the runner of a connection that ends; its actors move without counting a failure.
    void drainPoolRunner(const QString &runnerId);
    /// Section 4.4 d: the record is final, its socket is closed with ws.eviction.
    void closePoolRunner(const QString &runnerId);
    /// poolErrorJson() answers otherwise from now on: what is shown of the pool changes.
    void poolErrorChanged(const QString &namespaceId, const QString &pool);
    /// The endpoint reports this runner version (section 4.7): eligible older runners drain, if the config allows.
    void poolVersionSeen(const QString &namespaceId, const QString &pool, quint32 version);

    // --- monitoring
    const SchedulerCounters &counters() const;
    monitor::ActorInfo describeActor(const QString &actorId) const; ///< connection counts left absent
    monitor::RunnerInfo describeRunner(const QString &runnerId) const;

    // --- TunnelTransport
    bool linkUp(const QString &runnerId) const override;
    bool sendTunnel(const QString &runnerId, const wire::ToClientTunnelMessage &message) override;
    bool sendWebSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary) override;
    qint64 linkBytesQueued(const QString &runnerId) const override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
