// SPDX-License-Identifier: Apache-2.0
#include "engine/runner/runner.h"

#include "engine/base/closecode.h"

#include "engine/runner/runneractor_p.h"
#include "engine/wire/codec.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr qint64 kFirstReconnectMs = 1'000;
constexpr qint64 kMaxReconnectMs = 30'000;
constexpr std::size_t kMaxEventsPerLife = 10'000;
constexpr std::size_t kMaxEndedLogs = 1'000;

template<typename... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template<typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

qint64 payloadSize(const wire::ToServerTunnelMessage &message)
{
    constexpr qint64 kOverhead = 64;
    if (const auto *data = std::get_if<wire::ToServerWebSocketMessage>(&message.kind))
        return kOverhead + data->data.size();
    if (const auto *start = std::get_if<wire::ToServerResponseStart>(&message.kind))
        return kOverhead + (start->body ? start->body->size() : 0);
    if (const auto *chunk = std::get_if<wire::ToServerResponseChunk>(&message.kind))
        return kOverhead + chunk->body.size();
    return kOverhead;
}

} // namespace

Runner::Runner(const RunnerOptions &options, ChannelFactory channels, ActorFactory actors, Clock &clock,
               TimerWheel &timers, Random &random, RunnerEvents events)
    : m_options(options), m_channels(std::move(channels)), m_actorFactory(std::move(actors)), m_clock(clock),
      m_timers(timers), m_random(random), m_events(std::move(events))
{
}

Runner::~Runner()
{
    *m_alive = false;
    for (TimerId timer : {m_reconnectTimer, m_lostTimer, m_ackTimer, m_shutdownTimer})
        m_timers.cancel(timer);
    for (auto &[id, call] : m_kvCalls)
        m_timers.cancel(call.timer);
    m_kvCalls.clear();
    for (auto &[id, actor] : m_actors)
        actor->drop();
    if (m_channel)
        m_channel->setListener(nullptr);
}

void Runner::start()
{
    if (m_phase != Phase::Idle)
        return;
    m_phase = Phase::Running;
    connectNow();
}

void Runner::shutdown()
{
    if (m_phase != Phase::Running)
        return shutdownNow();
    m_phase = Phase::Stopping;
    if (!m_ready || m_actors.empty())
        return end(u"shut down"_s, true);
    send(wire::ToServerStopping{});
    m_shutdownTimer = m_timers.schedule(m_clock.monoMs() + m_options.shutdownTimeoutMs,
                                        [this] { end(u"shut down"_s, true); });
}

void Runner::shutdownNow()
{
    if (m_phase != Phase::Ended)
        end(u"shut down"_s, true);
}

int Runner::unackedEvents() const
{
    std::size_t count = 0;
    for (const auto &[life, log] : m_eventLogs)
        count += log.unacked.size();
    return int(count);
}

void Runner::later(std::function<void()> work)
{
    std::weak_ptr<bool> alive = m_alive;
    m_timers.schedule(m_clock.monoMs(), [alive, work = std::move(work)] {
        if (const auto lock = alive.lock(); lock && *lock)
            work();
    });
}

void Runner::warn(const QString &text)
{
    if (m_events.warning)
        m_events.warning(text);
}

// --- connection ---------------------------------------------------------------------------------

void Runner::connectNow()
{
    m_channel = m_channels();
    if (!m_channel)
        return scheduleReconnect();
    m_channel->setListener(this);
}

void Runner::scheduleReconnect()
{
    if (m_reconnectTimer || m_phase == Phase::Ended)
        return;
    const qint64 base = std::min(kFirstReconnectMs << std::min(m_attempt, 5), kMaxReconnectMs);
    const qint64 delay = qint64(std::floor(double(base) * (1.0 + 0.25 * m_random.unit())));
    m_reconnectTimer = m_timers.schedule(m_clock.monoMs() + delay, [this] {
        m_reconnectTimer = 0;
        ++m_attempt;
        connectNow();
    });
}

void Runner::channelOpened(Channel &channel)
{
    if (&channel != m_channel.get())
        return;
    m_open = true;
    m_attempt = 0;
    m_timers.cancel(m_lostTimer);
    m_lostTimer = 0;
    sendInit();
    m_ackTimer = m_timers.schedule(m_clock.monoMs() + m_options.commandAckIntervalMs, [this] { sendCommandAcks(); });
}

void Runner::channelClosed(Channel &channel, const ChannelClose &close)
{
    if (&channel != m_channel.get())
        return;
    const QString reason = QString::fromUtf8(close.reason);
    if (reason.section(u'#', 0, 0) == "ws.eviction"_L1)
        return end(reason, false);
    loseChannel(reason);
    if (m_phase == Phase::Stopping)
        return end(u"shut down"_s, false);
    scheduleReconnect();
}

void Runner::loseChannel(const QString &reason)
{
    // The listener must not delete the channel within the call.
    if (m_channel) {
        m_channel->setListener(nullptr);
        std::shared_ptr<Channel> old = std::move(m_channel);
        later([old] {});
    }
    const bool wasOpen = std::exchange(m_open, false);
    m_ready = false;
    m_timers.cancel(m_ackTimer);
    m_ackTimer = 0;
    if (wasOpen && m_events.disconnected)
        m_events.disconnected(reason);
    if (m_lostThresholdMs > 0 && !m_lostTimer && m_phase != Phase::Ended)
        m_lostTimer = m_timers.schedule(m_clock.monoMs() + m_lostThresholdMs, [this] {
            m_lostTimer = 0;
            runnerLost();
        });
}

void Runner::runnerLost()
{
    // The engine has given these actors away; two of them must not run.
    auto calls = std::move(m_kvCalls);
    m_kvCalls.clear();
    for (auto &[id, call] : calls) {
        m_timers.cancel(call.timer);
        call.done(Error::make("runner", "shut_down", u"Runner shut down"_s));
    }
    stopActorsLocally();
    m_eventLogs.clear();
    m_endedLogs.clear();
    m_buffered.clear();
    m_bufferedBytes = 0;
}

void Runner::stopActorsLocally()
{
    m_pendingStarts.clear();
    const auto actors = m_actors; // a stop may end at once
    for (const auto &[id, actor] : actors)
        actor->requestStop(false);
}

void Runner::end(const QString &reason, bool closeChannel)
{
    if (m_phase == Phase::Ended)
        return;
    m_phase = Phase::Ended;
    for (TimerId *timer : {&m_reconnectTimer, &m_lostTimer, &m_ackTimer, &m_shutdownTimer}) {
        m_timers.cancel(*timer);
        *timer = 0;
    }
    auto calls = std::move(m_kvCalls);
    m_kvCalls.clear();
    for (auto &[id, call] : calls) {
        m_timers.cancel(call.timer);
        call.done(Error::make("runner", "shut_down", u"Runner shut down"_s));
    }
    const auto actors = std::exchange(m_actors, {});
    for (const auto &[id, actor] : actors)
        actor->drop();
    later([actors] {});
    m_requests.clear();
    m_pendingStarts.clear();
    m_eventLogs.clear();
    m_endedLogs.clear();
    m_lastStart.clear();
    m_buffered.clear();
    m_bufferedBytes = 0;
    if (m_channel && closeChannel) {
        // The channel stays until its closing handshake is over; nothing listens to it any more.
        m_channel->close(closeNumber(CloseCode::Normal), "pegboard.runner_shutdown");
        m_open = false;
        m_ready = false;
    } else {
        loseChannel(reason);
    }
    if (m_events.ended)
        m_events.ended(reason);
}

void Runner::checkStopped()
{
    if (m_phase != Phase::Stopping || !m_actors.empty() || !m_pendingStarts.empty())
        return;
    later([this] {
        if (m_phase == Phase::Stopping && m_actors.empty())
            end(u"shut down"_s, true);
    });
}

// --- sending ------------------------------------------------------------------------------------

void Runner::send(const wire::ToServer &message)
{
    if (!m_channel || !m_open)
        return;
    const auto bytes = wire::encodeToServer(m_options.protocolVersion, message);
    if (!bytes)
        return warn(u"a message could not be encoded: "_s % bytes.error().message);
    m_channel->send(*bytes, true);
}

void Runner::sendInit()
{
    wire::ToServerInit init;
    init.name = m_options.name;
    init.version = m_options.version;
    init.totalSlots = m_options.totalSlots;
    init.prepopulateActorNames.emplace();
    for (const QString &name : m_options.actorNames)
        init.prepopulateActorNames->emplace_back(name, u"{}"_s);
    send(init);
}

void Runner::sendCommandAcks()
{
    wire::ToServerAckCommands acks;
    for (const auto &[id, actor] : m_actors) {
        if (const auto it = m_lastStart.find(id); it != m_lastStart.end())
            acks.lastCommandCheckpoints.push_back(it->second);
    }
    send(acks);
    m_ackTimer = m_timers.schedule(m_clock.monoMs() + m_options.commandAckIntervalMs, [this] { sendCommandAcks(); });
}

void Runner::sendEvent(const QString &actorId, quint32 generation, wire::Event event)
{
    EventLog &log = m_eventLogs[{actorId, generation}];
    wire::EventWrapper wrapper{{actorId, generation, log.nextIndex++}, std::move(event)};
    log.unacked.push_back(wrapper);
    if (log.unacked.size() > kMaxEventsPerLife) {
        log.unacked.pop_front();
        warn(u"the engine does not acknowledge events of actor "_s % actorId);
    }
    if (m_ready)
        send(wire::ToServerEvents{{wrapper}});
}

void Runner::sendTunnel(const wire::ToServerTunnelMessage &message)
{
    if (m_ready)
        return send(message);
    const qint64 size = payloadSize(message);
    if (m_bufferedBytes + size > m_options.maxBufferedBytes)
        return warn(u"a message was dropped: no connection and the buffer is full"_s);
    m_bufferedBytes += size;
    m_buffered.push_back(message);
}

void Runner::kvRequest(const QString &actorId, wire::KvRequestData data,
                       std::function<void(Result<wire::KvResponseData>)> done)
{
    if (m_phase == Phase::Ended) {
        later([done = std::move(done)] { done(Error::make("runner", "shut_down", u"Runner shut down"_s)); });
        return;
    }
    const quint32 id = m_nextKvId++;
    KvCall call{actorId, std::move(data), std::move(done), 0};
    call.timer = m_timers.schedule(m_clock.monoMs() + m_options.kvTimeoutMs, [this, id] {
        const auto it = m_kvCalls.find(id);
        const auto callback = std::move(it->second.done);
        m_kvCalls.erase(it);
        callback(Error::make("runner", "kv_timeout", u"KV request timed out waiting for WebSocket connection"_s));
    });
    if (m_ready)
        send(wire::ToServerKvRequest{call.actorId, id, call.data});
    m_kvCalls.emplace(id, std::move(call));
}

void Runner::bindRequest(GatewayId gateway, RequestId request, const QString &actorId)
{
    m_requests[requestKey(gateway, request)] = actorId;
}

void Runner::releaseRequest(GatewayId gateway, RequestId request)
{
    m_requests.erase(requestKey(gateway, request));
}

// --- receiving ----------------------------------------------------------------------------------

void Runner::channelMessage(Channel &channel, const QByteArray &payload, bool binary)
{
    if (&channel != m_channel.get() || m_phase == Phase::Ended)
        return;
    if (!binary)
        return warn(u"the engine sent a text frame"_s);
    const auto message = wire::decodeToClient(m_options.protocolVersion, payload);
    if (!message) {
        warn(u"a frame could not be decoded: "_s % message.error().message);
        m_channel->close(closeNumber(CloseCode::InternalError), "runner.invalid_frame");
        return;
    }
    std::visit(Overloaded{
                   [this](const wire::ToClientInit &init) { handleInit(init); },
                   [this](const wire::ToClientCommands &commands) { handleCommands(commands); },
                   [this](const wire::ToClientAckEvents &acks) { handleAckEvents(acks); },
                   [this](const wire::ToClientKvResponse &response) { handleKvResponse(response); },
                   [this](const wire::ToClientTunnelMessage &tunnel) { handleTunnel(tunnel); },
                   [this](const wire::ToClientPing &ping) { send(wire::ToServerPong{ping.ts}); },
                   [](const wire::ToClientClose &) {},
               },
               *message);
}

void Runner::handleInit(const wire::ToClientInit &init)
{
    if (!m_runnerId.isEmpty() && m_runnerId != init.runnerId) {
        // The engine knows nothing of what ran here under the old id.
        stopActorsLocally();
        m_eventLogs.clear();
        m_endedLogs.clear();
        m_buffered.clear();
        m_bufferedBytes = 0;
    }
    m_runnerId = init.runnerId;
    m_lostThresholdMs = init.metadata.runnerLostThreshold;
    m_ready = true;

    for (const auto &[id, call] : m_kvCalls)
        send(wire::ToServerKvRequest{call.actorId, id, call.data});
    wire::ToServerEvents events;
    for (const auto &[life, log] : m_eventLogs)
        events.events.insert(events.events.end(), log.unacked.begin(), log.unacked.end());
    if (!events.events.empty())
        send(events);
    const auto buffered = std::exchange(m_buffered, {});
    m_bufferedBytes = 0;
    for (const wire::ToServerTunnelMessage &message : buffered)
        send(message);
    if (m_phase == Phase::Stopping)
        send(wire::ToServerStopping{});
    if (m_events.connected)
        m_events.connected(m_runnerId);
}

void Runner::handleAckEvents(const wire::ToClientAckEvents &acks)
{
    for (const wire::ActorCheckpoint &checkpoint : acks.lastEventCheckpoints) {
        const auto it = m_eventLogs.find({checkpoint.actorId, checkpoint.generation});
        if (it == m_eventLogs.end())
            continue;
        auto &unacked = it->second.unacked;
        while (!unacked.empty() && unacked.front().checkpoint.index <= checkpoint.index)
            unacked.pop_front();
        if (it->second.ended && unacked.empty()) {
            std::erase(m_endedLogs, it->first);
            m_eventLogs.erase(it);
        }
    }
}

void Runner::handleKvResponse(const wire::ToClientKvResponse &response)
{
    const auto it = m_kvCalls.find(response.requestId);
    if (it == m_kvCalls.end())
        return;
    const auto done = std::move(it->second.done);
    m_timers.cancel(it->second.timer);
    m_kvCalls.erase(it);
    if (const auto *error = std::get_if<wire::KvErrorResponse>(&response.data))
        return done(Error::make("actor", "kv", error->message.isEmpty() ? u"Unknown KV error"_s : error->message));
    done(response.data);
}

void Runner::handleCommands(const wire::ToClientCommands &commands)
{
    for (const wire::CommandWrapper &command : commands.commands) {
        if (std::holds_alternative<wire::CommandStartActor>(command.inner))
            startActor(command);
        else
            stopActor(command);
    }
}

void Runner::startActor(const wire::CommandWrapper &command)
{
    const wire::ActorCheckpoint &checkpoint = command.checkpoint;
    if (const auto it = m_actors.find(checkpoint.actorId); it != m_actors.end()) {
        if (it->second->generation() == checkpoint.generation)
            return;
        m_pendingStarts[checkpoint.actorId] = command;
        const auto old = it->second;
        old->requestStop(false);
        return;
    }
    // The engine starts a life when it has settled the one before, and acknowledges nothing of that one any more.
    const auto first = m_eventLogs.lower_bound({checkpoint.actorId, 0});
    const auto last = m_eventLogs.lower_bound({checkpoint.actorId, checkpoint.generation});
    for (auto log = first; log != last; ++log)
        std::erase(m_endedLogs, log->first);
    m_eventLogs.erase(first, last);
    const auto &start = std::get<wire::CommandStartActor>(command.inner);
    m_lastStart[checkpoint.actorId] = checkpoint;
    std::unique_ptr<ActorHandler> handler = m_actorFactory ? m_actorFactory(start.config.name) : nullptr;
    sendEvent(checkpoint.actorId, checkpoint.generation, wire::EventActorStateUpdate{wire::ActorStateRunning{}});
    if (!handler) {
        sendEvent(checkpoint.actorId, checkpoint.generation,
                  wire::EventActorStateUpdate{wire::ActorStateStopped{
                      wire::StopCode::Error, u"no actor is called \""_s % start.config.name % u'"'}});
        return;
    }
    const auto actor = std::make_shared<RunnerActor>(*this, std::move(handler), checkpoint, start);
    m_actors.emplace(checkpoint.actorId, actor);
    actor->begin();
}

void Runner::stopActor(const wire::CommandWrapper &command)
{
    const wire::ActorCheckpoint &checkpoint = command.checkpoint;
    if (const auto pending = m_pendingStarts.find(checkpoint.actorId);
        pending != m_pendingStarts.end() && pending->second.checkpoint.generation == checkpoint.generation) {
        // Never started: its one Running and Stopped still have to be told.
        m_pendingStarts.erase(pending);
        sendEvent(checkpoint.actorId, checkpoint.generation, wire::EventActorStateUpdate{wire::ActorStateRunning{}});
        sendEvent(checkpoint.actorId, checkpoint.generation,
                  wire::EventActorStateUpdate{wire::ActorStateStopped{wire::StopCode::Ok, {}}});
        return;
    }
    const auto it = m_actors.find(checkpoint.actorId);
    if (it == m_actors.end() || it->second->generation() != checkpoint.generation)
        return;
    const auto actor = it->second;
    actor->requestStop(true);
}

void Runner::actorFinished(RunnerActor &actor, wire::StopCode code, const std::optional<QString> &message, bool report)
{
    const ActorLife life(actor.actorId(), actor.generation());
    if (m_options.protocolVersion <= 5 || m_phase == Phase::Stopping)
        code = wire::StopCode::Ok;
    if (report)
        sendEvent(life.first, life.second, wire::EventActorStateUpdate{wire::ActorStateStopped{code, message}});
    if (const auto log = m_eventLogs.find(life); log != m_eventLogs.end()) {
        if (!report || log->second.unacked.empty()) {
            m_eventLogs.erase(log);
        } else {
            log->second.ended = true;
            m_endedLogs.push_back(life);
        }
    }
    while (m_endedLogs.size() > kMaxEndedLogs) {
        m_eventLogs.erase(m_endedLogs.front());
        m_endedLogs.pop_front();
    }
    m_lastStart.erase(life.first);
    if (const auto it = m_actors.find(life.first); it != m_actors.end() && it->second.get() == &actor) {
        std::shared_ptr<RunnerActor> keep = std::move(it->second);
        m_actors.erase(it);
        later([keep] {});
    }
    std::erase_if(m_requests, [&](const auto &item) { return item.second == life.first; });
    if (m_pendingStarts.contains(life.first))
        later([this, id = life.first] { runPendingStart(id); });
    checkStopped();
}

void Runner::runPendingStart(const QString &actorId)
{
    const auto it = m_pendingStarts.find(actorId);
    if (it == m_pendingStarts.end() || m_phase == Phase::Ended)
        return;
    const wire::CommandWrapper command = it->second;
    m_pendingStarts.erase(it);
    startActor(command);
}

void Runner::handleTunnel(const wire::ToClientTunnelMessage &message)
{
    QString actorId;
    if (const auto *start = std::get_if<wire::ToClientRequestStart>(&message.kind))
        actorId = start->actorId;
    else if (const auto *open = std::get_if<wire::ToClientWebSocketOpen>(&message.kind))
        actorId = open->actorId;
    else if (const auto it = m_requests.find(requestKey(message.messageId.gatewayId, message.messageId.requestId));
             it != m_requests.end())
        actorId = it->second;
    const auto it = m_actors.find(actorId);
    if (it == m_actors.end()) {
        if (std::holds_alternative<wire::ToClientRequestStart>(message.kind)) {
            wire::ToServerResponseStart answer;
            answer.status = 503;
            answer.headers = {{"x-rivet-error", "runner.actor_not_found"}};
            sendTunnel({{message.messageId.gatewayId, message.messageId.requestId, 0}, answer, {}, {}});
        }
        return;
    }
    const auto actor = it->second;
    actor->tunnel(message);
}

} // namespace dormouse
