// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to engine/scheduler: rows, indices, timers and transactions of the scheduler. Rows in memory are
// authoritative; a Transaction collects the writes of one event and submits them as one batch, and what was given to
// after() runs in the submit callback, in order. Thread: engine thread.

#include "engine/scheduler/actormachine.h"
#include "engine/scheduler/allocation.h"
#include "engine/scheduler/pendingqueue.h"
#include "engine/scheduler/runnermachine.h"
#include "engine/scheduler/scheduler.h"
#include "engine/scheduler/schedulermetrics.h"

#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>

namespace dormouse {

class RunnerHub;

/// Ended rows kept in memory for lists; older ones stay in the store only.
inline constexpr std::size_t kMaxDestroyedKept = 20'000;
inline constexpr std::size_t kMaxStoppedKept = 2'000;

struct ActorEntry
{
    ActorRow row;
    TimerId timer = 0;
    std::optional<qint64> armedFor; ///< wall deadline behind timer
    bool dirty = false;
    std::optional<qint64> wakeSinceMs; ///< mono, first event that needed it awake
    std::optional<qint64> lastWakeMs;
    qint64 slotSinceMs = 0;  ///< mono, of the current slot
    qint64 awakeSinceMs = 0; ///< mono, not yet counted as running
    bool kvSizeAsked = false;
};

struct StoredCommand
{
    CommandRow row;
    bool committed = false; ///< its batch has committed: may go out
    bool due = true;        ///< not yet sent to this process, or to be sent again
    /// It may have arrived: it left on some socket, maybe before this engine began. A Start of this kind is never sent
    /// again for its generation (section 0.3, D-01).
    bool sent = false;
    const Channel *sentOn = nullptr; ///< to compare only
    qint64 sentEnd = 0;              ///< bytesAccepted() of that channel behind this command
};

struct RunnerEntry
{
    using CommandKey = std::tuple<QString, quint32, qint64>; ///< actor, generation, index
    RunnerRow row;
    bool eligible = false;
    std::set<QString> actors; ///< slot_held on this runner: its size is used_slots
    std::map<CommandKey, StoredCommand> commands;
    qint64 lastInboundMs = 0; ///< mono
    TimerId timer = 0;
    std::optional<qint64> armedFor;
    bool dirty = false;
    bool pingDirty = false;
    using Generation = std::pair<QString, quint32>; ///< actor id and its number
    /// Generations that are settled here and that its process may still hold, with the mono time at which that is no longer
    /// believed. Key-value requests name no generation, and an SDK that is told to start an actor it still holds mixes the
    /// two up: until the old one has ended, the actor gets no slot on this runner.
    std::map<Generation, qint64> olderGenerations;
    TimerId olderGenerationsTimer = 0;
    quint32 used() const { return quint32(actors.size()); }
};

class SchedulerCore
{
public:
    explicit SchedulerCore(const CoreContext &context);
    ~SchedulerCore();
    SchedulerCore(const SchedulerCore &) = delete;
    SchedulerCore &operator=(const SchedulerCore &) = delete;

    /// Opens at construction, submits at destruction of the outermost one.
    class Transaction
    {
    public:
        /// op is the label of its duration, a literal.
        explicit Transaction(SchedulerCore &core, const char *op = "other") : m_core(core)
        {
            if (m_core.m_depth++ == 0) {
                m_core.m_op = op;
                m_core.followClock();
            }
        }
        ~Transaction()
        {
            if (m_core.m_depth == 1)
                m_core.commit();
            --m_core.m_depth;
        }
        Transaction(const Transaction &) = delete;
        Transaction &operator=(const Transaction &) = delete;

    private:
        SchedulerCore &m_core;
    };

    using Effect = std::function<void(const Status &)>;
    void write(Write write) { m_batch.push_back(std::move(write)); }
    /// Runs when the current transaction has committed.
    void after(std::function<void()> effect);
    /// Also when the store gave up.
    void afterAlways(Effect effect) { m_effects.push_back(std::move(effect)); }
    void markDirty(ActorEntry &actor);
    void markDirty(RunnerEntry &runner);

    void boot(const Snapshot &snapshot);
    void shutdown();

    // --- actors
    ActorEntry *actor(const QString &actorId);
    ActorEntry &addActor(const ActorRow &row); ///< row without a slot; the first attempt follows
    /// False when the table ignores the event in this state.
    bool apply(ActorEntry &actor, const ActorEvent &event);
    void firstAttempt(ActorEntry &actor);
    void actorTimer(const QString &actorId);

    // --- runners
    RunnerEntry *runner(const QString &runnerId);
    /// Live record with this identity (connected or grace), or null.
    RunnerEntry *runnerByIdentity(const QString &namespaceId, const QString &name, const QString &key);
    RunnerEntry &addRunner(const RunnerRow &row);
    /// The table of runnermachine.h; false when there is no such transition.
    bool moveRunner(RunnerEntry &runner, RunnerEventKind event, const QString &reason);
    void setEligible(RunnerEntry &runner, bool eligible);
    void socketGone(RunnerEntry &runner, bool shutdownReason);
    void drain(RunnerEntry &runner, bool resetRetries, const QString &reason);
    /// event: ShutdownClosed, DrainDeadline or Lost.
    void stopRunner(RunnerEntry &runner, RunnerEventKind event, const QString &reason);
    /// Drains what is older than version and eligible, when the config of the pool asks for it (section 2.7).
    void drainOlderVersions(const QString &namespaceId, const QString &pool, quint32 version);
    void armRunner(RunnerEntry &runner);
    /// Any frame of this runner: freshness, last_ping_ts, queue.
    void noteInbound(RunnerEntry &runner);
    /// actorId: for whom; empty = for nobody in particular.
    std::vector<AllocationCandidate> candidates(const QString &poolKey, const QString &actorId = {}) const;

    // --- generations that are over for the engine, not yet for their process
    void olderGenerationEnded(RunnerEntry &runner, const QString &actorId, quint32 generation);
    /// What an inventory says: exactly these.
    void setOlderGenerations(RunnerEntry &runner, const std::set<RunnerEntry::Generation> &held);
    /// Whether a process of this identity may have lived through the end of an earlier record.
    bool identityWasLost(const QString &namespaceId, const QString &name, const QString &key) const;

    // --- commands and events
    void addCommand(const QString &runnerId, const ActorRow &row, bool start, qint64 index);
    void addStop(RunnerEntry &runner, const QString &actorId, quint32 generation);
    void dropCommands(const QString &runnerId, const QString &actorId, quint32 generation, qint64 upToIndex);
    /// Section 1.4 and 4.6: fence, then the machine. True when it was applied.
    bool runnerEvent(RunnerEntry &runner, const wire::EventWrapper &event, bool perRunnerIndex);
    /// Acknowledgement that is due for this actor, with last_ack_idx moved; absent = none.
    std::optional<wire::ActorCheckpoint> takeAck(ActorEntry &actor, qint64 threshold);
    void queueAcks(const QString &runnerId, std::vector<wire::ActorCheckpoint> checkpoints);

    // --- serverless pools
    int demandOf(const QString &namespaceId, const QString &pool) const;
    void announceConfig(const QString &namespaceId, const QString &pool);
    void poolErrorChanged(const QString &namespaceId, const QString &pool);

    // --- queue
    void requestDrain(const QString &poolKey) { m_drainRequests.insert(poolKey); }
    bool poolGrowable(const QString &namespaceId, const QString &pool) const;
    bool poolServerless(const QString &namespaceId, const QString &pool) const;
    static QString poolKey(const QString &namespaceId, const QString &pool) { return namespaceId + QChar(0x1f) + pool; }
    static QString poolKey(const ActorRow &row) { return poolKey(row.namespaceId, row.pool); }
    static QString poolKey(const RunnerRow &row) { return poolKey(row.namespaceId, row.name); }
    static QString actorKey(const QString &namespaceId, const QString &name, const QString &key)
    {
        return namespaceId + QChar(0x1f) + name + QChar(0x1f) + key;
    }

    qint64 wallMs() const { return context.clock.wallMs(); }
    qint64 monoMs() const { return context.clock.monoMs(); }
    MachineContext machineContext();
    void emitEvent(monitor::Event event) { context.sink.event(std::move(event)); }
    void emitRefused(const ActorRow &row, const QString &reason, const QString &text);
    void countIgnored(quint64 &counter, const char *reason);
    /// The stored size of an actor's KV is another one: asks for it, once for a burst.
    void refreshKvBytes(const QString &actorId);

    CoreContext context;
    GatewayEvents *gateway = nullptr;
    PoolObserver *pools = nullptr;
    RunnerHub *hub = nullptr;
    SchedulerCounters counters;
    SchedulerMetrics metrics;
    bool failed = false;       ///< the store gave up: no work is accepted
    bool shuttingDown = false;

    // Containers are private to the folder, not to the class: the parts of Scheduler read them.
    std::unordered_map<QString, std::unique_ptr<ActorEntry>> actors;
    std::unordered_map<QString, std::unique_ptr<RunnerEntry>> runners;
    std::map<QString, PendingQueue> queues;                     ///< by pool key
    std::unordered_map<QString, std::set<QString>> poolRunners; ///< pool key to runner ids, not stopped ones
    std::unordered_map<QString, QString> liveKeys;              ///< actorKey to actor id, destroyed ones are out
    /// (namespace, name) to (create_ts, id); create_ts is unique per name.
    std::map<std::pair<QString, QString>, std::map<qint64, QString>> actorsByName;
    std::map<std::tuple<QString, QString, QString>, QString> identities; ///< runner identity to runner id
    std::map<std::tuple<QString, QString, QString>, QString> lostIdentities; ///< of records that ended unasked, to their id
    std::map<QString, NamespaceRow> namespaces;                 ///< by id
    std::map<std::pair<QString, QString>, RunnerConfigRow> runnerConfigs;
    std::map<QString, std::map<QByteArray, NameRow>> actorNames; ///< by namespace, then name bytes
    std::map<QString, std::set<QByteArray>> runnerNames;

private:
    void commit();
    void releaseCommands(const std::map<QString, std::vector<RunnerEntry::CommandKey>> &commands);
    void runEffects(const std::vector<Effect> &effects, const Status &status);
    void drainQueues();
    bool drainQueue(const QString &poolKey, int &budget);
    void notePendingTimeout(const ActorRow &before);
    void accountRows(const ActorRow &before, const ActorRow &now);
    void accountStep(ActorEntry &actor, const ActorRow &before, const ActorStep &step, const char *event);
    void accountAwake(ActorEntry &actor);
    void accountUsage();
    void reportForgotten(const char *kind, const char *what, quint64 count);
    void countRepair(const ActorRow &row, const QString &text);
    void repairRow(ActorEntry &actor);
    void repairSlots();
    void finishStep(ActorEntry &actor, const ActorRow &before, ActorStep step, const char *event);
    void syncIndexes(const ActorRow &before, const ActorRow &now);
    void syncDemand(const ActorRow &before, const ActorRow &now);
    void announceDemand();
    void announceLeaving(const QString &runnerId, bool stopped);
    void runActorEffect(const QString &actorId, const ActorEffect &effect);
    SlotOffer makeOffer(const ActorRow &row);
    struct Choice
    {
        std::optional<QString> runnerId;
        bool heldByOlderGeneration = false; ///< there is room, where an older generation of this very actor still is
    };
    Choice pick(const QString &poolKey, const QString &actorId);
    bool isWaitedFor(const QString &poolKey) const;
    void armOlderGenerations(RunnerEntry &runner);
    void olderGenerationsDue(const QString &runnerId);
    void noteLostIdentity(const RunnerRow &row);
    void forgetLostIdentity(const RunnerRow &row);
    void armActor(ActorEntry &actor);
    void emitActorChange(const ActorRow &before, const ActorRow &now, const char *event, const ActorStep &step);
    void runnerTimer(const QString &runnerId);
    void armHousekeeping();
    void housekeeping();
    void flushPings();
    void forgetOld();

    int m_depth = 0;
    const char *m_op = "other";
    qint64 m_usageAtMs = 0;
    Batch m_batch;
    std::vector<Effect> m_effects;
    /// Set with failed. From then on memory is ahead of the store for good: nothing more is written, since it would rest
    /// on what was lost, and nothing is confirmed.
    std::optional<Error> m_storeFailure;
    std::map<QString, std::vector<RunnerEntry::CommandKey>> m_newCommands; ///< of the current transaction, by runner
    std::vector<QString> m_dirtyActors;
    std::vector<QString> m_dirtyRunners;
    RunnerEntry *m_lastRunner = nullptr; ///< the one that was asked for last: its messages come one after the other
    std::vector<QString> m_pingDirty;
    TimerId m_pingTimer = 0;
    TimerId m_houseTimer = 0;
    TimerId m_sweepTimer = 0;
    std::set<QString> m_drainRequests;
    using PoolName = std::pair<QString, QString>; ///< namespace id and name
    std::map<PoolName, int> m_demand; ///< actors that count, by section 4.2; pools without any are left out
    std::set<PoolName> m_demandChanged;
    qint64 m_lastSeq = 0;
    qint64 m_clockOffset = 0; ///< wall - mono at the last look
    /// After a step of the wall clock deadlines that measure a duration move along; alarms name a moment and stay.
    void followClock();
    std::deque<QString> m_destroyedOrder;
    std::deque<QString> m_stoppedOrder;
    std::shared_ptr<bool> m_alive; ///< submit callbacks may outlive this object
};

} // namespace dormouse
