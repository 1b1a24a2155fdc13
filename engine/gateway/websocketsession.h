// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/gateway/gatewaycore.h"
#include "engine/gateway/pendingbuffer.h"
#include "engine/gateway/readywaiter.h"

#include <array>
#include <span>

namespace dormouse {

enum class SocketState {
    Waiting,
    Opening,
    Backoff,
    Open,
    Attached,
    Hibernating,
    Waking,
    ClosingAsleep, ///< client gone, the actor is told as soon as it can be reached
    Closed
};
/// gateway.md section 13.4.
std::span<const StateTransition<SocketState>> webSocketTransitions();
/// What a person is shown for it.
monitor::ConnectionState shownAs(SocketState state);

/// One client WebSocket: opening attempts, relay, closes (gateway.md sections 7 and 9) and, once the actor accepted it as
/// hibernatable, its record (section 8). Thread: engine thread.
class WebSocketSession final : public GatewaySession, private ChannelListener
{
public:
    WebSocketSession(GatewayCore &core, Setup setup, std::unique_ptr<UpgradeRequest> upgrade);
    ~WebSocketSession() override;
    void start();

    monitor::ConnectionState monitorState() const override;
    monitor::ConnectionInfo describe() const override;
    bool isWaiting() const override { return m_waiter.isActive(); }
    bool acceptsRunner(const QString &runnerId) const override;
    void tunnel(const wire::ToServerTunnelMessageKind &kind) override;
    bool takeActorMessage(QByteArrayView data, bool binary) override;
    void actorReady() override;
    void actorStopping() override;
    void actorStopped() override;
    void actorPendingTimeout() override { m_waiter.actorPendingTimeout(); }
    void actorDestroyStarted() override;
    void actorDestroyed() override;
    void linkDown() override;
    void linkBack() override;
    void linkDrained() override;
    void linkConfirmed() override;
    void anyLinkBack() override { m_waiter.recheck(); }
    void shutdown() override;
    bool listForStart(quint32 generation) override;
    std::optional<quint32> listedGeneration() const override { return m_record ? m_record->listedGeneration : std::nullopt; }
    qint64 pendingBytes() const override { return m_record ? m_record->buffer.bytes() : 0; }
    qint64 pendingCount() const override { return m_record ? qint64(m_record->buffer.count()) : 0; }
    bool hibernatable() const override { return m_record != nullptr; }
    void pendingMessages(std::vector<monitor::PendingMessageInfo> &out, int limit, bool preview) const override;
    void closeForTotalLimit() override;
    void closeWakeGranted() override;
    bool closeByOperator(quint16 code, const QByteArray &reason) override;
    bool sendByOperator(const QByteArray &payload, bool binary) override;

private:
    struct Message
    {
        QByteArray payload;
        bool binary = false;
    };
    struct RunnerClose
    {
        std::optional<quint16> code;
        std::optional<QString> reason;
    };
    /// gateway.md section 8.2. Exists from acceptance with canHibernate until the socket is gone for good.
    struct Record
    {
        Record(qint64 limitBytes, qint64 turnBytes) : buffer(limitBytes), turnBudget(turnBytes) {}
        PendingBuffer buffer;
        qint64 turnBudget; ///< may still be written in this turn of the loop (gateway.md section 8.5)
        bool attached = false;
        bool rowCommitted = false;
        bool stopping = false; ///< attached, but the actor has been told to stop: keep, do not write
        bool ackHeld = false;  ///< the acknowledgement clock waits for the link to drain
        std::optional<quint32> listedGeneration; ///< newest start command that named this socket
        std::optional<quint32> leftGeneration;   ///< newest generation that stopped under it
        bool warnedInvalidAck = false;
        int warnedLevels = 0;
        quint64 sleeps = 0, wakes = 0, resends = 0;
        std::optional<qint64> lastAckLatencyUs;
        std::optional<qint64> asleepSinceUs; ///< from the stop of the actor to the next attach
        const char *wakeCause = nullptr;     ///< of the wake that is under way
        ClientLimits::Place place;
    };

    // websocketopen.cpp: attempts; websocketsession.cpp: relay; websocketend.cpp: closing; websocketlink.cpp: actor and link
    void setState(SocketState state, const char *event);
    bool acceptUpgrade();
    void beginAttempt();
    void attemptReady(const ReadyWaiter::Ready &ready);
    void trySendOpen();
    void forgetHead();
    void openAnswered(const wire::ToServerWebSocketOpen &open);
    void openRefused(const wire::ToServerWebSocketClose &close);
    void failOpen(const char *code);
    /// Closes a request at the runner whose open is not answered yet.
    void abandonOpen(const RunnerClose &close);
    /// Says it now if the link is up, and again when the link is back before it was confirmed.
    void closeAtRunner(const RunnerClose &close, quint16 index);
    void actorMessage(QByteArrayView data, bool binary);
    void actorClosed(const wire::ToServerWebSocketClose &close);
    void clientMessage(const QByteArray &payload, bool binary);
    void relay(const QByteArray &payload, bool binary);
    bool writePlain(const QByteArray &payload, bool binary);
    void flushPlain();
    void hold(const QByteArray &payload, bool binary);
    void releaseHeld();
    void updateReading();
    void clientGone(RunnerClose close);
    void reportUndelivered(const char *why) const;
    void fail(const Error &error);
    void failWith(quint16 clientCode, const Error &error);
    struct End
    {
        std::optional<quint16> clientCode;
        QByteArray clientReason;
        std::optional<RunnerClose> runnerClose;
        const char *by = "engine";
        const char *event = "closed";
        bool sayToClient = true;
    };
    void finish(const End &end);
    void sayClose(quint16 code, const QByteArray &reason, bool byActor);
    void stopTimers() override;
    quint16 takeIndex();
    void countIn(qsizetype bytes);
    void channelMessage(Channel &channel, const QByteArray &payload, bool binary) override;
    void channelClosed(Channel &channel, const ChannelClose &close) override;
    void channelDrained(Channel &channel) override;
    void channelPong(Channel &channel, const QByteArray &payload) override;
    void armClientPing();
    void clientPingDue();
    void clientSilent();
    void noteIndex(quint16 index);

    // websocketrecord.cpp: hibernation
    void createRecord();
    void rowCommitted(const Status &status);
    bool appendPending(const QByteArray &payload, bool binary, bool evenAboveLimit, qint64 nowUs);
    QString pendingText() const;
    void warnPending();
    /// Sends and sends again what is pending. A socket without a record has nothing to resend: the type says so.
    void pump(Record &record, qint64 nowUs);
    void pump(Record &record) { pump(record, m_core.nowUs()); }
    void acknowledged(quint16 index);
    void armAckTimer();
    void ackDeadline();
    void detach(const char *event);
    void wakeForRecord(const char *cause);
    void wakeEnded(const QByteArray &result);
    void recordEnded();
    void tryAttach();
    void attach(const ReadyWaiter::Ready &ready);
    void garbageCollect(const char *reason);
    bool completeDeferredClose();

    SocketState m_state = SocketState::Waiting;
    std::unique_ptr<UpgradeRequest> m_upgrade;
    std::unique_ptr<Channel> m_channel;
    wire::HeaderMap m_headers;
    ReadyWaiter m_waiter;
    std::unique_ptr<Record> m_record;
    RingQueue<Message> m_held;  ///< received while they may not be numbered yet
    qint64 m_heldBytes = 0;
    RingQueue<Message> m_plain; ///< socket that cannot hibernate: waiting for the link
    qint64 m_plainBytes = 0;
    quint16 m_nextIndex = 0; ///< socket that cannot hibernate
    bool m_openWritten = false;
    bool m_openConfirmed = false; ///< the runner has received the open
    qint64 m_openWrittenUs = 0;
    std::array<quint16, 10> m_lastIndexes{}; ///< ring of the newest indexes written to a runner
    quint64 m_indexesWritten = 0;
    qint64 m_pingSentUs = 0;   ///< its digits are what the ping carries; 0 = none to be answered
    quint32 m_clientRttUs = 0; ///< of the last ping that was answered, at most its largest value; 0 = none yet
    int m_pingsUnanswered = 0;
    bool m_unconfirmed = false; ///< messages were written since the last confirmed position
    bool m_linkCut = false;
    bool m_congested = false;
    bool m_reading = true;
    /// The client is gone; its actor is told when everything before it is delivered.
    std::optional<RunnerClose> m_deferredClose;
    ScopedTimer m_phaseTimer; ///< open timeout, backoff, or the 60 s of a close while asleep
    ScopedTimer m_ackTimer;
    ScopedTimer m_turnTimer;
    ScopedTimer m_cutTimer; ///< sign of life of an open after a cut
    ScopedTimer m_destroyTimer;
    ScopedTimer m_pingTimer; ///< pings to the client; once that is gone, how long its actor may take to accept
};

} // namespace dormouse
