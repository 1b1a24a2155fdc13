// SPDX-License-Identifier: Apache-2.0
#pragma once

// THE monitoring interface, part one: plain values (design.md section 4). They cross threads, go over the network
// and into recordings. Unknown is absent (nullopt, or an empty string where the comment says so), never zero.
// Qt Core only. All *Ts are wall-clock ms since 1970; all *Ms are durations.

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <array>
#include <optional>
#include <vector>

namespace dormouse::monitor {

inline constexpr int kValuesVersion = 1;

/// Same numbers as the scheduler's states (scheduler.md section 1.3).
enum class ActorState {
    Unknown = 0, Pending, Starting, Running, SleepIntent, StopIntent, GoingAway, Backoff, Sleeping, Destroying, Destroyed
};
enum class RunnerState { Unknown = 0, Connected, Grace, Draining, Stopped };
enum class ConnectionKind { Unknown = 0, Http, WebSocket };
/// gateway.md sections 13.3 and 13.4 folded into what a person wants to know.
enum class ConnectionState {
    Unknown = 0,
    Waiting,       ///< for the actor to become ready
    Opening,       ///< open sent to the runner, not answered
    Open,          ///< WebSocket that cannot hibernate, or HTTP request at the runner
    Attached,      ///< hibernatable, actor running
    Hibernating,   ///< client connected, actor not running
    Waking,        ///< actor is being woken for it
    Restoring,     ///< actor starts again and has been told about this socket
    ClosingAsleep, ///< client gone, actor will be told when it wakes
    Streaming,
    Closed
};

struct ActorInfo
{
    QString actorId;
    QString namespaceName;
    QString name;
    QString key;        ///< empty = none
    QString pool;
    QString crashPolicy; ///< restart, sleep, destroy
    ActorState state = ActorState::Unknown;
    std::optional<quint32> generation;
    QString runnerId; ///< empty = none
    std::optional<qint64> createTs, startTs, connectableTs, sleepTs, pendingAllocationTs, rescheduleTs, destroyTs;
    std::optional<qint64> alarmTs;
    std::optional<qint64> deadlineTs;
    QString deadlineName; ///< setting behind deadlineTs, e.g. actor_start_threshold
    std::optional<int> retryCount;
    QString errorJson; ///< scheduler.md section 9.3, empty = none
    std::optional<int> connections, hibernating;
    std::optional<qint64> pendingMessages, pendingBytes;
    std::optional<qint64> kvBytes;
    std::optional<int> queuePosition;
    /// Why it is not running: one reason code per line with live values, "code: text" (scheduler.md section 9.3).
    QStringList why;
    std::optional<qint64> lastWakeMs; ///< first event that needed it until ready
};

struct RunnerInfo
{
    QString runnerId;
    QString namespaceName;
    QString name; ///< pool
    QString key;
    std::optional<quint32> version;
    std::optional<int> protocolVersion;
    RunnerState state = RunnerState::Unknown;
    std::optional<quint32> totalSlots, usedSlots;
    std::optional<bool> eligible;
    QString ineligibleReason; ///< code, empty when eligible or unknown
    std::optional<qint64> createTs, lastConnectedTs, lastPingTs, drainTs, stopTs, lostAtTs;
    std::optional<quint32> lastRttMs;
    std::optional<qint64> queuedBytes; ///< engine to runner
    std::optional<quint64> messagesIn, messagesOut, bytesIn, bytesOut;
    std::optional<int> parkedSockets;
    QString outboundState; ///< serverless: serving or draining; empty = no outbound request keeps this runner
    QString poolErrorJson; ///< active error of its pool (scheduler.md section 9.3), empty = none
};

struct ConnectionInfo
{
    QString connectionId; ///< ray id
    QString requestId;    ///< eight hex digits of the current attempt, empty while waiting
    QString gatewayId;    ///< eight hex digits
    QString actorId;
    QString runnerId; ///< empty = none
    ConnectionKind kind = ConnectionKind::Unknown;
    ConnectionState state = ConnectionState::Unknown;
    QString method; ///< HTTP only
    QString path;
    QString clientAddress;
    bool hibernatable = false;
    bool ownTraffic = false; ///< made by the console itself (header x-dormouse-console)
    std::optional<qint64> openedTs, stateSinceTs, closedTs;
    std::optional<quint64> messagesIn, messagesOut, bytesIn, bytesOut; ///< in = from the client
    std::optional<qint64> pendingMessages, pendingBytes, pendingLimitBytes;
    std::optional<qint64> oldestPendingMs;
    std::optional<int> lastSentIndex, lastAckedIndex, nextIndex;
    std::optional<quint64> sleeps, wakes, resends, maxPendingBytes;
    std::optional<qint64> lastAckLatencyUs;
    std::optional<qint64> keepaliveTs; ///< last_ping of the stored row
    std::optional<qint64> keepaliveDueTs; ///< when that row is due for its next refresh
    std::optional<qint64> ackDeadlineTs;
    std::optional<qint64> clientQueuedBytes;
    std::optional<qint64> clientRttUs; ///< of the last ping that was answered (guard.client_ping_interval_ms)
    std::optional<int> closeCode;
    QString closeReason;
    QString closedBy; ///< client, actor, engine; empty while open
    std::optional<int> httpStatus;
};

struct PendingMessageInfo
{
    int index = 0; ///< u16 message index
    qint64 bytes = 0;
    bool binary = false;
    qint64 queuedTs = 0;
    std::optional<qint64> writtenTs;
    int timesSent = 0;
    QByteArray preview; ///< first 256 bytes, only when asked for
};

/// Log-linear histogram of microseconds: 16 sub-buckets per power of two, mergeable.
class Histogram
{
public:
    static constexpr int kSubBuckets = 16;
    static constexpr int kBuckets = 40 * kSubBuckets;
    void add(qint64 us, quint64 count = 1);
    void merge(const Histogram &other);
    void clear();
    quint64 count() const { return m_count; }
    qint64 maxUs() const { return m_max; }
    /// Upper edge of the bucket holding quantile q (0..1); absent when empty.
    std::optional<qint64> quantileUs(double q) const;
    static int bucketOf(qint64 us);
    static qint64 bucketUpperUs(int bucket);
    const QHash<int, quint64> &buckets() const { return m_buckets; } ///< sparse
    void setRaw(QHash<int, quint64> buckets, qint64 maxUs);

private:
    QHash<int, quint64> m_buckets;
    quint64 m_count = 0;
    qint64 m_max = 0;
};

/// One second of latencies, for the heat map.
struct LatencySlice
{
    qint64 startTs = 0;
    qint64 lengthMs = 1000;
    Histogram ack;  ///< message written to the runner until acknowledged
    Histogram wake; ///< first event that needed the actor until its first message is delivered
    Histogram http; ///< request written until the answer started
    Histogram ownAck, ownWake, ownHttp; ///< the same of what consoles did themselves, which is not in the others
};

enum class EventKind {
    Unknown = 0,
    ActorCreated, ActorState, ActorDestroyed, ActorWake, ActorAlarm,
    RunnerConnected, RunnerState, RunnerClosed, RunnerEvicted, RunnerParked, RunnerReconciled,
    ConnectionOpened, ConnectionState, ConnectionClosed,
    MessageIn,     ///< client to engine accepted, index = its message index
    MessageSent,   ///< written to the runner link
    MessageResent,
    MessageAcked,  ///< index acknowledged, value = latency in us
    MessageOut,    ///< actor to client
    HttpRequest, HttpResponse,
    QueueChanged, Keepalive, Limit, Protocol, Engine, Command,
    Pool ///< serverless: connections (from and to are their states), errors
};
enum class EventLevel { Trace = 0, Debug, Info, Warn, Error };

/// One thing that happened. seq is dense per engine process; a gap in what a consumer sees means loss.
struct Event
{
    quint64 seq = 0;
    qint64 ts = 0;     ///< wall ms
    qint64 monoUs = 0; ///< monotonic us, for latencies and traces
    EventKind kind = EventKind::Unknown;
    EventLevel level = EventLevel::Info;
    QString actorId;
    QString runnerId;
    QString connectionId;
    QString requestId; ///< hex, while a runner knows the request under it
    std::optional<quint32> generation;
    std::optional<int> index;
    std::optional<qint64> value; ///< bytes for messages, us for latencies, else by kind
    QString from; ///< state names for *State
    QString to;
    QString reason; ///< reason code
    QString text;   ///< short detail for people, English, no payloads, no tokens
};

struct ClusterInfo
{
    QString engineVersion;
    QString listenUrl;
    QString sourceName;
    qint64 startedTs = 0;
    qint64 nowTs = 0;
    std::optional<qint64> actors, actorsRunning, actorsSleeping, actorsPending, actorsOther;
    std::optional<qint64> runners, runnersEligible, slotsTotal, slotsUsed;
    std::optional<qint64> connections, connectionsOpen, connectionsHibernating, connectionsWaking;
    std::optional<qint64> pendingMessages, pendingBytes;
    std::optional<quint64> messagesIn, messagesOut, bytesIn, bytesOut; ///< totals since start
    std::optional<qint64> storeQueue, storeCommitUs;
    std::optional<quint64> longTurns; ///< turns of the engine thread above 50 ms since start; the last one follows
    std::optional<qint64> longTurnTs, longTurnUs;
    QString longTurnText; ///< what ran in it
    std::optional<quint64> eventsSeen, eventsDropped; ///< cost of monitoring
    std::optional<qint64> monitorBytesHeld;
    QString storage;
};

struct SettingInfo
{
    QString section, key, unit, value, defaultValue, related;
    QString range; ///< "LEAST to MOST" or the choices of a text; empty = any
};

/// One way to get from a state to another; event names what does it.
struct StateEdgeInfo
{
    QString from, to, event;
    bool operator==(const StateEdgeInfo &) const = default;
};

/// A state machine as it runs, for drawing. States are the words of toString(ActorState) or toString(ConnectionState).
struct StateMachineInfo
{
    QString name; ///< actor, websocket, http
    QString initial;
    std::vector<StateEdgeInfo> edges;
    bool operator==(const StateMachineInfo &) const = default;
};

} // namespace dormouse::monitor
