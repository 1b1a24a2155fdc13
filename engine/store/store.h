// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the engine keeps (scheduler.md section 8). Rows are plain values; the engine's memory is ahead of the store,
// the store commits batches in the order of submission, and effects (sends, answers) run when a batch has committed.

#include "engine/base/ids.h"
#include "engine/base/result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace dormouse {

enum class CrashPolicy { Restart, Sleep, Destroy };
enum class ActorState {
    Pending = 1,
    Starting,
    Running,
    SleepIntent,
    StopIntent,
    GoingAway,
    Backoff,
    Sleeping,
    Destroying,
    Destroyed
};
enum class RunnerState { Connected = 1, Grace, Draining, Stopped };
/// Kind of an allocation override (scheduler.md section 1.8), weakest first.
enum class OverrideKind { None, PendingTimeout, DontSleep };
struct AllocationOverride
{
    OverrideKind kind = OverrideKind::None;
    std::optional<qint64> timeoutMs; ///< DontSleep without a timeout pends for ever
    bool operator==(const AllocationOverride &) const = default;
};

struct NamespaceRow
{
    QString namespaceId;
    QString name;
    QString displayName;
    qint64 createTs = 0;
};

/// One actor (scheduler.md sections 1.1 and 8.1). *Ts and deadline are wall-clock ms.
struct ActorRow
{
    QString actorId;
    QString namespaceId;
    QString name;
    std::optional<QString> key;
    QString pool; ///< runner_name_selector
    CrashPolicy crashPolicy = CrashPolicy::Sleep;
    std::optional<QString> input; ///< base64 text as given
    ActorState state = ActorState::Sleeping;
    quint32 generation = 0;
    bool everAllocated = false;
    std::optional<QString> runnerId;
    bool slotHeld = false;
    std::optional<qint64> deadline;
    std::optional<qint64> pendingSeq;
    AllocationOverride pendingOverride;
    AllocationOverride wakeOverride;
    bool willWake = false;
    bool rescheduling = false; ///< going away because of ApiReschedule
    std::optional<qint64> alarmTs;
    int retryCount = 0;
    qint64 lastFailureTs = 0;
    qint64 lastEventIdx = -1;
    qint64 lastAckIdx = -1;
    bool seenRunning = false;
    qint64 nextCommandIdx = 0; ///< next command index of this generation
    qint64 createTs = 0;
    std::optional<qint64> startTs;
    std::optional<qint64> connectableTs;
    std::optional<qint64> sleepTs;
    std::optional<qint64> pendingAllocationTs;
    std::optional<qint64> rescheduleTs;
    std::optional<qint64> destroyTs;
    QByteArray errorJson; ///< JSON value as in section 9.3, empty = none
    qint64 kvBytes = 0;   ///< maintained by the store
};

struct RunnerRow
{
    QString runnerId;
    QString namespaceId;
    QString name; ///< pool
    QString key;
    quint32 version = 0;
    quint32 totalSlots = 1;
    int protocolVersion = 7;
    RunnerState state = RunnerState::Connected;
    quint64 connEpoch = 0;
    qint64 createTs = 0;
    qint64 lastConnectedTs = 0;
    qint64 lastPingTs = 0;
    quint32 lastRttMs = 0;
    std::optional<qint64> lostAt;
    std::optional<qint64> drainDeadline;
    std::optional<qint64> drainTs;
    std::optional<qint64> stopTs;
    std::optional<qint64> expiredTs;
    QByteArray metadataJson; ///< JSON object, empty = none
    // Protocol 1 to 3 only: indices per runner.
    qint64 lastCommandIdx = -1;
    qint64 lastEventIdx = -1;
    qint64 lastAckIdx = -1;
};

struct CommandRow
{
    QString runnerId;
    QString actorId;
    quint32 generation = 0;
    qint64 index = 0;
    bool start = true; ///< else stop. A start is rebuilt from the actor row when it is sent
    qint64 runnerIndex = -1; ///< protocol 1 to 3
    qint64 createTs = 0;
};

struct HibernatingRow
{
    GatewayId gatewayId;
    RequestId requestId;
    QString actorId;
    qint64 lastPingTs = 0;
};

struct NameRow
{
    QString namespaceId;
    QString name;
    QByteArray metadataJson; ///< actor names only
};

struct RunnerConfigRow
{
    QString namespaceId;
    QString name;
    QJsonObject body; ///< as answered by GET /runner-configs (http-api.md section 6)
};

// --- writes -------------------------------------------------------------------------------------
struct PutNamespace { NamespaceRow row; };
struct PutActor { ActorRow row; };
struct PutRunner { RunnerRow row; };
struct PutCommand { CommandRow row; };
struct DeleteCommands ///< of (runner, actor, generation) with index <= upToIndex
{
    QString runnerId;
    QString actorId;
    quint32 generation = 0;
    qint64 upToIndex = 0;
};
struct DeleteRunnerCommands { QString runnerId; };
struct PutHibernating { HibernatingRow row; };
/// Updates only rows that exist (gateway.md section 8.7); one lastPingTs for all.
struct RefreshHibernating
{
    std::vector<std::pair<GatewayId, RequestId>> rows;
    qint64 lastPingTs = 0;
    /// Filled by the store with the requests that have no row; may be absent. To be read in the batch's callback only,
    /// which comes after the commit: until then the store's thread owns it.
    std::shared_ptr<std::vector<RequestId>> missing = {};
};
struct DeleteHibernating { GatewayId gatewayId; RequestId requestId; };
struct DeleteHibernatingOfActor { QString actorId; };
struct DeleteHibernatingOlderThan { qint64 lastPingTs = 0; };
struct PutActorName { NameRow row; bool overwrite = true; };
struct PutRunnerName { NameRow row; };
struct PutRunnerConfig { RunnerConfigRow row; };
struct DeleteRunnerConfig { QString namespaceId; QString name; };
struct DropKv { QString actorId; }; ///< destroy
using Write = std::variant<PutNamespace, PutActor, PutRunner, PutCommand, DeleteCommands, DeleteRunnerCommands,
                           PutHibernating, RefreshHibernating, DeleteHibernating, DeleteHibernatingOfActor,
                           DeleteHibernatingOlderThan, PutActorName, PutRunnerName, PutRunnerConfig,
                           DeleteRunnerConfig, DropKv>;
using Batch = std::vector<Write>;

// --- actor KV (runner-protocol.md section 6, scheduler.md section 7) --------------------------------
struct KvEntry
{
    QByteArray key;
    QByteArray value;
    QByteArray version;
    qint64 updateTs = 0;
};
struct KvGet { std::vector<QByteArray> keys; };
struct KvList
{
    enum class Kind { All, Range, Prefix } kind = Kind::All;
    QByteArray start; ///< Range start, or the prefix
    QByteArray end;
    bool exclusive = false;
    bool reverse = false;
    quint64 limit = 16384;
};
struct KvPut { std::vector<KvEntry> entries; }; ///< updateTs and version are filled in by the caller
struct KvDelete { std::vector<QByteArray> keys; };
struct KvDeleteRange { QByteArray start; QByteArray end; };
struct KvDropAll {};
struct KvSize {}; ///< of everything stored: one entry without a key whose value is the number of bytes as text
using KvOp = std::variant<KvGet, KvList, KvPut, KvDelete, KvDeleteRange, KvDropAll, KvSize>;
/// Entries of get, list and size; empty for the others. Errors: actor.kv_storage_quota_exceeded, core.internal_error.
using KvResult = Result<std::vector<KvEntry>>;

/// Everything but KV, read once at boot. Destroyed actors and stopped runners included, newest first, bounded.
struct Snapshot
{
    std::vector<NamespaceRow> namespaces;
    std::vector<ActorRow> actors;
    std::vector<RunnerRow> runners;
    std::vector<CommandRow> commands;
    std::vector<HibernatingRow> hibernating;
    std::vector<NameRow> actorNames;
    std::vector<NameRow> runnerNames;
    std::vector<RunnerConfigRow> runnerConfigs;
    QHash<QString, QString> meta;
};

/// Monitoring. Totals since open(); queuedBytes is an estimate of what the queue holds.
struct StoreCounts
{
    quint64 commits = 0;
    quint64 writes = 0;     ///< rows and key-value requests in these commits
    quint64 refused = 0;    ///< operations that will not be carried out, because the queue was full or the store gave up
    quint64 retries = 0;    ///< commits that failed and were tried again
    qint64 queuedBytes = 0;
    qint64 maxQueuedBytes = 0; ///< 0: no bound
};

/// Asynchronous transactional store. submit() and kv() return at once; callbacks come later on the engine thread, in
/// the order of the calls (both kinds share one order). Never called from inside submit() or kv().
class Store
{
public:
    virtual ~Store() = default;
    /// Opens, migrates and reads everything. Errors: store.unreadable, store.newer_schema (message names file,
    /// reason and versions). Blocking; at start only.
    virtual Result<Snapshot> open() = 0;
    /// One atomic transaction. done is called after commit. On failure the store retries; the callback reports an
    /// error only when it gave up (then the engine must stop accepting work).
    virtual void submit(Batch batch, std::function<void(const Status &)> done) = 0;
    virtual void kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done) = 0;
    virtual void setMeta(const QString &name, const QString &value) = 0;
    /// Waits until everything submitted is committed. At shutdown only.
    virtual void flush() = 0;
    /// Operations that wait for their commit, and how long the last commit took in microseconds, or the one under way so
    /// far when that is longer (monitoring).
    virtual int queueLength() const = 0;
    virtual qint64 lastCommitUs() const = 0;
    virtual StoreCounts counts() const { return {}; }
    /// Sessions made anew because the database server was lost.
    virtual int reconnects() const { return 0; }
};

} // namespace dormouse
