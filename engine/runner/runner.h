// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/base/timerwheel.h"
#include "engine/net/channel.h"
#include "engine/runner/actorhandler.h"

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>

namespace dormouse {

class ActorResponder;
class ActorSocket;
class RunnerActor;

struct RunnerOptions
{
    QString nameSpace = QStringLiteral("default");
    QString name = QStringLiteral("default"); ///< runner name: actors select runners by it
    QString key;                              ///< the same for all reconnects of one Runner
    quint32 version = 1;
    quint32 totalSlots = 1000;
    QStringList actorNames;
    int protocolVersion = 7; ///< 4 to 7
    // Hibernatable sockets: the index is saved and then acknowledged when one of these is reached.
    qint64 ackDelayMs = 5'000;
    qint64 ackBytes = 500'000;
    int ackCount = 1'000;
    qint64 commandAckIntervalMs = 300'000;
    qint64 kvTimeoutMs = 30'000;
    qint64 shutdownTimeoutMs = 120'000;
    qint64 maxBufferedBytes = 64 * 1024 * 1024; ///< tunnel messages kept while there is no connection
};

/// What the owner may want to know; empty functions are allowed. Never called from inside a Runner function other
/// than through start() and shutdown() of an unconnected runner.
struct RunnerEvents
{
    std::function<void(const QString &runnerId)> connected; ///< at every init
    std::function<void(const QString &reason)> disconnected;
    std::function<void(const QString &reason)> ended; ///< evicted or shut down; no reconnect follows
    std::function<void(const QString &text)> warning;
};

/// Makes a channel that is being connected to the engine's runner endpoint; channelOpened follows.
using ChannelFactory = std::function<std::unique_ptr<Channel>()>;
/// Makes the behaviour for an actor name; null = no such actor.
using ActorFactory = std::function<std::unique_ptr<ActorHandler>(const QString &actorName)>;

/// Actor host: the runner's side of the runner protocol (runner-protocol.md sections 2.7, 4, 5), as the published
/// SDKs behave, with these differences: a repeated start of a live generation is ignored; commands of one actor run
/// one after the other; key-value requests without an answer are sent again after a reconnect; an ack follows the
/// saved index, never precedes it.
/// Thread: one; everything is driven by the channel and the timer wheel.
class Runner final : public ChannelListener
{
public:
    Runner(const RunnerOptions &options, ChannelFactory channels, ActorFactory actors, Clock &clock,
           TimerWheel &timers, Random &random, RunnerEvents events = {});
    ~Runner() override;

    void start();
    /// Says that it is stopping, waits for the engine to stop the actors, closes with 1000 pegboard.runner_shutdown.
    void shutdown();
    /// Closes at once; actors end without a message.
    void shutdownNow();

    bool isConnected() const { return m_ready; } ///< the engine has answered the init
    bool hasEnded() const { return m_phase == Phase::Ended; }
    QString runnerId() const { return m_runnerId; }
    int actorCount() const { return int(m_actors.size()); }
    int requestCount() const { return int(m_requests.size()); } ///< live HTTP requests and sockets
    int unackedEvents() const;

    // ChannelListener
    void channelOpened(Channel &channel) override;
    void channelMessage(Channel &channel, const QByteArray &payload, bool binary) override;
    void channelClosed(Channel &channel, const ChannelClose &close) override;

private:
    friend class ActorResponder;
    friend class ActorSocket;
    friend class RunnerActor;

    enum class Phase { Idle, Running, Stopping, Ended };
    using ActorLife = std::pair<QString, quint32>; ///< actor id, generation
    struct EventLog
    {
        qint64 nextIndex = 0;
        std::deque<wire::EventWrapper> unacked;
        bool ended = false;
    };
    struct KvCall
    {
        QString actorId;
        wire::KvRequestData data;
        std::function<void(Result<wire::KvResponseData>)> done;
        TimerId timer = 0;
    };

    void connectNow();
    void scheduleReconnect();
    void loseChannel(const QString &reason);
    void runnerLost();
    void end(const QString &reason, bool closeChannel);
    void stopActorsLocally();
    void checkStopped();
    void later(std::function<void()> work);
    void warn(const QString &text);

    void send(const wire::ToServer &message);
    void sendInit();
    void sendCommandAcks();
    void handleInit(const wire::ToClientInit &init);
    void handleCommands(const wire::ToClientCommands &commands);
    void handleAckEvents(const wire::ToClientAckEvents &acks);
    void handleKvResponse(const wire::ToClientKvResponse &response);
    void handleTunnel(const wire::ToClientTunnelMessage &message);
    void startActor(const wire::CommandWrapper &command);
    void stopActor(const wire::CommandWrapper &command);
    void runPendingStart(const QString &actorId);

    // For RunnerActor.
    void sendEvent(const QString &actorId, quint32 generation, wire::Event event);
    void sendTunnel(const wire::ToServerTunnelMessage &message);
    void kvRequest(const QString &actorId, wire::KvRequestData data,
                   std::function<void(Result<wire::KvResponseData>)> done);
    void bindRequest(GatewayId gateway, RequestId request, const QString &actorId);
    void releaseRequest(GatewayId gateway, RequestId request);
    void actorFinished(RunnerActor &actor, wire::StopCode code, const std::optional<QString> &message, bool report);

    const RunnerOptions m_options;
    const ChannelFactory m_channels;
    const ActorFactory m_actorFactory;
    Clock &m_clock;
    TimerWheel &m_timers;
    Random &m_random;
    const RunnerEvents m_events;

    Phase m_phase = Phase::Idle;
    std::unique_ptr<Channel> m_channel;
    bool m_open = false;
    bool m_ready = false;
    int m_attempt = 0;
    TimerId m_reconnectTimer = 0;
    TimerId m_lostTimer = 0;
    TimerId m_ackTimer = 0;
    TimerId m_shutdownTimer = 0;
    QString m_runnerId;
    qint64 m_lostThresholdMs = 0;

    // Shared with pending callbacks: an actor may end while one of its own calls is on the stack.
    std::map<QString, std::shared_ptr<RunnerActor>> m_actors;
    std::map<QString, wire::CommandWrapper> m_pendingStarts; ///< waiting for the end of an older generation
    std::map<ActorLife, EventLog> m_eventLogs;
    std::deque<ActorLife> m_endedLogs; ///< oldest first; bounds what is kept of finished actors
    std::map<QString, wire::ActorCheckpoint> m_lastStart;
    std::unordered_map<quint64, QString> m_requests; ///< gateway and request id -> actor id
    std::map<quint32, KvCall> m_kvCalls;
    quint32 m_nextKvId = 0;
    std::deque<wire::ToServerTunnelMessage> m_buffered;
    qint64 m_bufferedBytes = 0;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< for deferred work
};

} // namespace dormouse
