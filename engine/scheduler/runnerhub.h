// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to engine/scheduler: the runner sockets (runner-protocol.md sections 2, 4 and 6; scheduler.md 2.3 to 2.6).
// Thread: engine thread.

#include "engine/base/closecode.h"
#include "engine/scheduler/schedulercore.h"
#include "engine/scheduler/wiretap.h"
#include "engine/wire/codec.h"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

namespace dormouse {

class RunnerHub final : public ChannelListener
{
public:
    explicit RunnerHub(SchedulerCore &core);
    ~RunnerHub() override;

    void accept(std::unique_ptr<Channel> channel, const QByteArray &rawQuery, const QString &rayId);
    void shutdown();

    // --- called by the core after commit
    /// Whatever has not been sent to this process, after a connect.
    void sendDueCommands(const QString &runnerId);
    /// The same for commands that have just been committed.
    void sendNewCommands(const QString &runnerId, const std::vector<RunnerEntry::CommandKey> &keys);
    void sendAcks(const QString &runnerId, const std::vector<wire::ActorCheckpoint> &checkpoints);
    /// The record is final: every socket of it is closed with ws.eviction.
    void recordEnded(const QString &runnerId);

    // --- TunnelTransport
    bool linkUp(const QString &runnerId) const;
    bool sendTunnel(const QString &runnerId, const wire::ToClientTunnelMessage &message);
    bool sendWebSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary);
    qint64 linkBytesQueued(const QString &runnerId) const;

    bool hasSocket(const QString &runnerId) const;
    bool dropLink(const QString &runnerId); ///< as Scheduler::dropLink()
    void describe(const QString &runnerId, monitor::RunnerInfo &info) const;
    std::vector<WireFrame> wireFrames(const QString &runnerId, quint64 after, quint64 *lost); ///< as Scheduler::wireFrames()

    // --- ChannelListener
    void channelMessage(Channel &channel, const QByteArray &payload, bool binary) override;
    void channelClosed(Channel &channel, const ChannelClose &close) override;
    void channelDrained(Channel &channel) override;

private:
    enum class Role {
        WaitInit, ///< accepted, no init yet
        Current,  ///< receives what the engine sends
        Probing,  ///< older one, ping token out (section 2.4)
        Parked,   ///< older one of the same process: kept open, nothing is sent
        Closing   ///< close frame sent; nothing counts any more
    };
    static constexpr quint16 kNormalClose = closeNumber(CloseCode::Normal);
    static constexpr quint16 kErrorClose = closeNumber(CloseCode::InternalError);
    static constexpr int kLastLegacyVersion = 3; ///< one state machine up to here, another above (runner-protocol.md 4.10)

    struct Socket
    {
        std::unique_ptr<Channel> channel;
        QString rayId;
        QString namespaceId;
        QString pool;            ///< known from the init on
        qint64 acceptedMs = 0;   ///< mono
        bool counted = false;    ///< in the number of open connections
        QString key;
        int version = 0;
        Role role = Role::WaitInit;
        QString runnerId;
        TimerId timer = 0; ///< init timeout, later the probe timeout
        qint64 probeToken = 0;
    };
    struct KvAnswer
    {
        quint32 requestId = 0;
        std::optional<wire::KvResponseData> data; ///< absent until the store has answered
    };
    struct HeldKv
    {
        const Channel *from = nullptr; ///< to compare only
        wire::ToServerKvRequest request;
    };
    struct Link
    {
        QString runnerId;
        int version = 0;
        Socket *current = nullptr;
        std::vector<Socket *> older; ///< probing and parked
        bool initSent = false;
        bool up = false;             ///< init sent and reconciled
        bool reconciling = false;
        qint64 reconcileToken = 0;
        qint64 reconcileSinceMs = 0; ///< mono
        bool inventoryComplete = false; ///< its ping is answered, and events come before that
        std::set<std::pair<QString, quint32>> inventory;
        /// Came before the inventory was complete, or from an older socket whose process is not known yet.
        std::vector<HeldKv> heldKv;
        qint64 heldKvBytes = 0;
        /// Of requests that the store has not answered; shared with their callbacks, which may come after the link.
        std::shared_ptr<qint64> storedKvBytes = std::make_shared<qint64>(0);
        TimerId reconcileTimer = 0;
        TimerId pingTimer = 0;
        TimerId silenceTimer = 0;
        std::map<qint64, qint64> pings; ///< ts token to mono ms of sending, the last few
        bool tunnelSincePing = false;
        std::deque<std::shared_ptr<KvAnswer>> kv; ///< shared with the store callback, which may come after the link
        quint64 messagesIn = 0, messagesOut = 0, bytesIn = 0, bytesOut = 0;
    };

    Link *link(const QString &runnerId) const;
    Socket *socketOf(const Channel &channel) const;

    void closeSocket(Socket &socket, quint16 code, const QByteArray &reason);
    void forget(Channel &channel);
    void dropRole(Socket &socket);

    void firstFrame(Socket &socket, const QByteArray &payload, bool binary);
    void handleInit(Socket &socket, const wire::ToServerInit &init);
    RunnerEntry &openRecord(Socket &socket, const wire::ToServerInit &init, bool &isNew);
    void storeInitData(const Socket &socket, RunnerEntry &runner, const wire::ToServerInit &init);
    void attach(Socket &socket, RunnerEntry &runner, bool isNew, const wire::ToServerInit &init);
    void initCommitted(const QString &runnerId, Channel *channel, bool isNew);
    void evicted(const Socket &socket);
    void uncount(Socket &socket);
    void challenge(Link &link, Socket &older);
    void resolveProbe(Link &link, Socket &older, bool sameProcess, const QString &how);

    void frame(Socket &socket, const QByteArray &payload);
    void events(Socket &socket, RunnerEntry &runner, const wire::ToServerEvents &events);
    void commandAck(Socket &socket, RunnerEntry &runner, const wire::ToServerAckCommands &ack);
    void pong(Socket &socket, RunnerEntry &runner, qint64 ts);
    void legacyPing(RunnerEntry &runner, qint64 ts);
    void tunnel(Socket &socket, const wire::ToServerTunnelMessage &message);
    void kvRequest(const Socket &socket, const wire::ToServerKvRequest &request);
    void releaseKv(Link &owner, bool byInventory);
    void flushKv(Link &link);
    /// refusal: why it is not done; empty = decided here.
    void kvNow(Link &owner, const wire::ToServerKvRequest &request, QString refusal);
    void accountKv(const QString &actorId, const wire::KvRequestData &request, const KvResult &result);
    void attachAgain(Socket &socket, RunnerEntry &runner, std::optional<qint64> lastCommandIdx);
    void resendLegacy(RunnerEntry &runner, std::optional<qint64> lastCommandIdx);

    void reconcileDue(const QString &runnerId, qint64 delayMs);
    void reconcileLate(Link &owner);
    void finishReconcile(const QString &runnerId);
    void takeBackUnsent(const Socket &socket);
    void reconcileActor(RunnerEntry &runner, const Link &link, ActorEntry &actor);

    bool send(Link &link, const wire::ToClient &message);
    bool sendOn(Socket &socket, Link *link, const wire::ToClient &message);
    std::optional<wire::CommandWrapper> buildCommand(const Link &link, const CommandRow &row);
    void writeCommands(Link &link, std::vector<StoredCommand *> commands);
    qint64 newToken();
    void sendPing(Link &link);
    void armPing(Link &link);
    void armSilence(Link &link);
    void report(monitor::EventKind kind, monitor::EventLevel level, const QString &runnerId, const QString &reason,
                const QString &text);

    /// Call it only while the tap is on.
    void tap(const Socket &socket, bool toRunner, const QByteArray &bytes);

    SchedulerCore &m_core;
    WireTap m_tap;
    std::unordered_map<const Channel *, std::unique_ptr<Socket>> m_sockets;
    std::unordered_map<QString, std::unique_ptr<Link>> m_links;
    mutable QString m_cachedId; ///< the tunnel usually asks for the same link again
    mutable Link *m_cachedLink = nullptr;
    mutable Socket *m_cachedSocket = nullptr; ///< of the last message
    std::vector<std::unique_ptr<Socket>> m_graveyard; ///< may not be deleted from within their last callback
    TimerId m_graveTimer = 0;
    qint64 m_lastToken = 0;
    qint64 m_storedKvBytes = 0; ///< of all links
    Counter &m_kvOverload;
    std::shared_ptr<bool> m_alive;
};

/// Section 6.2: the checked operation, or the message of the error answer.
struct KvChecked
{
    std::optional<KvOp> op;
    QString error;
};
KvChecked checkKvRequest(const wire::KvRequestData &data, qint64 nowMs);
/// About what a request takes while it is held. Only writes carry values.
qint64 heldBytes(const wire::ToServerKvRequest &request);
/// Requests that may wait for the store, in bytes of heldBytes(): of one runner, and of all, which is half of what the
/// queue of the store holds. Beyond it a request is refused, so that no runner can take the place of the engine's own
/// writes, without which the engine cannot go on.
inline constexpr qint64 kMaxStoredKvBytes = 64LL * 1024 * 1024;
inline constexpr qint64 kMaxStoredKvBytesOfAll = 256LL * 1024 * 1024;
wire::KvResponseData kvAnswer(const wire::KvRequestData &request, const KvResult &result);

/// Values for the monitoring interface; only the id is set when there is no such row.
monitor::ActorInfo describeActorEntry(SchedulerCore &core, const QString &actorId);
monitor::RunnerInfo describeRunnerEntry(SchedulerCore &core, const RunnerHub &hub, const QString &runnerId);

} // namespace dormouse
