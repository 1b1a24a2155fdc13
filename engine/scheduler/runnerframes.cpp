// SPDX-License-Identifier: Apache-2.0
// What runners send after their init, and what the engine sends them (runner-protocol.md 4.2 to 4.6 and 4.10).
#include "engine/scheduler/runnerhub.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr int kTunnelAckVersion = 2;   ///< the one version that expects tunnel acks
constexpr qint64 kLegacyAckBatch = 500; ///< runner-protocol.md 4.10
constexpr qsizetype kCommandMessageBytes = 1024 * 1024; ///< more goes into a further message; one may be larger

/// About what a command takes on the wire.
qsizetype commandBytes(const wire::CommandWrapper &wrapper)
{
    qsizetype bytes = wrapper.checkpoint.actorId.size() + 32;
    if (const auto *start = std::get_if<wire::CommandStartActor>(&wrapper.inner)) {
        bytes += start->config.name.size() * 3 + start->config.key.value_or(QString()).size() * 3 + 32;
        bytes += start->config.input ? start->config.input->size() : 0;
        bytes += qsizetype(start->hibernatingRequests.size()) * 8;
    }
    return bytes;
}

std::optional<QByteArray> decodeInput(const std::optional<QString> &base64)
{
    if (!base64)
        return std::nullopt;
    const auto decoded
        = QByteArray::fromBase64Encoding(base64->toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return std::nullopt;
    return *decoded;
}

} // namespace

// --- receiving ----------------------------------------------------------------------------------

void RunnerHub::channelMessage(Channel &channel, const QByteArray &payload, bool binary)
{
    Socket *socket = socketOf(channel);
    if (!socket || socket->role == Role::Closing)
        return;
    if (socket->role == Role::WaitInit) {
        firstFrame(*socket, payload, binary);
        return;
    }
    if (binary)
        frame(*socket, payload);
}

void RunnerHub::frame(Socket &socket, const QByteArray &payload)
{
    RunnerEntry *runner = m_core.runner(socket.runnerId);
    Link *owner = link(socket.runnerId);
    if (!runner || !owner || runner->row.state == RunnerState::Stopped)
        return;
    ++owner->messagesIn;
    owner->bytesIn += quint64(payload.size());
    if (m_tap.isOn())
        tap(socket, false, payload);
    m_core.noteInbound(*runner);
    // An older socket that nobody has answered for when the inventory is known speaks for no actor.
    const bool speaks = socket.role != Role::Probing || owner->reconciling;
    if (const auto message = wire::messageView(socket.version, payload)) {
        if (speaks && m_core.gateway)
            m_core.gateway->webSocketMessage(socket.runnerId, message->id, message->data, message->binary);
        return;
    }
    const Result<wire::ToServer> decoded = wire::decodeToServer(socket.version, payload);
    if (!decoded) {
        ++m_core.counters.badFrames;
        report(monitor::EventKind::Protocol, monitor::EventLevel::Warn, socket.runnerId,
               QString::fromLatin1(decoded.error().fullCode()), decoded.error().message);
        return;
    }
    if (const auto *message = std::get_if<wire::ToServerTunnelMessage>(&*decoded)) {
        if (speaks)
            tunnel(socket, *message);
    } else if (const auto *reported = std::get_if<wire::ToServerEvents>(&*decoded)) {
        events(socket, *runner, *reported);
    } else if (const auto *answered = std::get_if<wire::ToServerPong>(&*decoded)) {
        pong(socket, *runner, answered->ts);
    } else if (const auto *request = std::get_if<wire::ToServerKvRequest>(&*decoded)) {
        kvRequest(socket, *request);
    } else if (const auto *ack = std::get_if<wire::ToServerAckCommands>(&*decoded)) {
        commandAck(socket, *runner, *ack);
    } else if (std::holds_alternative<wire::ToServerStopping>(*decoded)) {
        SchedulerCore::Transaction transaction(m_core, "drain");
        m_core.drain(*runner, false, QStringLiteral("runner_stopping"));
    } else if (const auto *ping = std::get_if<wire::ToServerPing>(&*decoded)) {
        legacyPing(*runner, ping->ts);
    } else if (const auto *init = std::get_if<wire::ToServerInit>(&*decoded)) {
        if (socket.version > kLastLegacyVersion || socket.role != Role::Current) {
            report(monitor::EventKind::Protocol, monitor::EventLevel::Debug, socket.runnerId,
                   QStringLiteral("second_init_ignored"), {});
            return;
        }
        SchedulerCore::Transaction transaction(m_core);
        storeInitData(socket, *runner, *init);
        attachAgain(socket, *runner, init->lastCommandIdx);
    }
}

/// Versions 1 to 3 answer a second init like the first.
void RunnerHub::attachAgain(Socket &socket, RunnerEntry &runner, std::optional<qint64> lastCommandIdx)
{
    m_core.markDirty(runner);
    resendLegacy(runner, lastCommandIdx);
    m_core.after([this, id = runner.row.runnerId, channel = socket.channel.get()] {
        initCommitted(id, channel, true);
    });
}

void RunnerHub::tunnel(Socket &socket, const wire::ToServerTunnelMessage &message)
{
    if (socket.version == kTunnelAckVersion) {
        wire::ToClientTunnelMessage ack;
        ack.messageId = message.messageId;
        ack.kind = wire::ToClientTunnelAck{message.legacyRequestId, message.legacyMessageId};
        if (Link *owner = link(socket.runnerId))
            send(*owner, ack);
    }
    if (std::holds_alternative<wire::DeprecatedTunnelAck>(message.kind))
        return;
    if (m_core.gateway)
        m_core.gateway->tunnelMessage(socket.runnerId, message);
}

void RunnerHub::events(Socket &socket, RunnerEntry &runner, const wire::ToServerEvents &reported)
{
    // Perhaps another process of this key, whose actors are none of the newer one's. If it is the same process, it sends
    // again on its newer socket what is not acknowledged.
    if (socket.role == Role::Probing)
        return;
    const bool legacy = socket.version <= kLastLegacyVersion;
    Link *owner = link(socket.runnerId);
    SchedulerCore::Transaction transaction(m_core, "runner_events");
    std::set<QString> touched;
    for (const wire::EventWrapper &wrapper : reported.events) {
        const std::pair<QString, quint32> life{wrapper.checkpoint.actorId, wrapper.checkpoint.generation};
        const auto *update = std::get_if<wire::EventActorStateUpdate>(&wrapper.inner);
        const bool ended = update && std::holds_alternative<wire::ActorStateStopped>(update->state);
        if (ended)
            m_core.olderGenerationEnded(runner, life.first, life.second);
        if (owner && ended)
            owner->inventory.erase(life);
        else if (owner && owner->reconciling && owner->current == &socket)
            owner->inventory.insert(life);
        m_core.runnerEvent(runner, wrapper, legacy);
        touched.insert(wrapper.checkpoint.actorId);
    }
    if (legacy) {
        if (runner.row.lastEventIdx - runner.row.lastAckIdx > kLegacyAckBatch) {
            runner.row.lastAckIdx = runner.row.lastEventIdx;
            m_core.markDirty(runner);
            m_core.after([this, id = runner.row.runnerId, index = runner.row.lastEventIdx] {
                wire::ToClientAckEvents ack;
                ack.lastEventIdx = index;
                if (Link *target = link(id); target && target->initSent)
                    send(*target, ack);
            });
        }
        return;
    }
    std::vector<wire::ActorCheckpoint> checkpoints;
    for (const QString &actorId : touched) {
        ActorEntry *entry = m_core.actor(actorId);
        if (!entry || entry->row.runnerId != runner.row.runnerId)
            continue;
        if (const auto checkpoint = m_core.takeAck(*entry, m_core.context.config.eventAckBatch))
            checkpoints.push_back(*checkpoint);
    }
    if (!checkpoints.empty())
        m_core.queueAcks(runner.row.runnerId, std::move(checkpoints));
}

void RunnerHub::commandAck(Socket &socket, RunnerEntry &runner, const wire::ToServerAckCommands &ack)
{
    SchedulerCore::Transaction transaction(m_core, "command_ack");
    if (socket.version <= kLastLegacyVersion) {
        if (!ack.lastCommandIdx)
            return;
        std::vector<CommandRow> done;
        for (const auto &[key, stored] : runner.commands) {
            if (stored.row.runnerIndex <= *ack.lastCommandIdx)
                done.push_back(stored.row);
        }
        for (const CommandRow &row : done)
            m_core.dropCommands(row.runnerId, row.actorId, row.generation, row.index);
        return;
    }
    for (const wire::ActorCheckpoint &checkpoint : ack.lastCommandCheckpoints) {
        quint32 generation = checkpoint.generation;
        if (!ack.generationsKnown) {
            const ActorEntry *entry = m_core.actor(checkpoint.actorId);
            if (!entry || entry->row.runnerId != runner.row.runnerId)
                continue;
            generation = entry->row.generation;
        }
        m_core.dropCommands(runner.row.runnerId, checkpoint.actorId, generation, checkpoint.index);
    }
}

void RunnerHub::pong(Socket &socket, RunnerEntry &runner, qint64 ts)
{
    Link *owner = link(socket.runnerId);
    if (!owner)
        return;
    const auto probed = std::find_if(owner->older.begin(), owner->older.end(), [&](const Socket *older) {
        return older->role == Role::Probing && older->probeToken == ts;
    });
    if (probed != owner->older.end()) {
        const bool sameProcess = *probed != &socket;
        resolveProbe(*owner, **probed, sameProcess,
                     sameProcess ? QStringLiteral("pong_on_newer") : QStringLiteral("pong_on_older"));
        return;
    }
    if (socket.role != Role::Current)
        return;
    const auto sent = owner->pings.find(ts);
    const qint64 rtt = sent != owner->pings.end() ? m_core.monoMs() - sent->second : m_core.wallMs() - ts;
    const bool representable = rtt >= 0 && rtt <= std::numeric_limits<quint32>::max();
    runner.row.lastRttMs = representable ? quint32(rtt) : std::numeric_limits<quint32>::max();
    m_core.context.sink.runnerChanged(socket.runnerId);
    const bool latest = sent != owner->pings.end() && std::next(sent) == owner->pings.end();
    if (sent != owner->pings.end())
        owner->pings.erase(owner->pings.begin(), std::next(sent));
    if (owner->reconciling && ts == owner->reconcileToken) {
        owner->inventoryComplete = true;
        reconcileDue(owner->runnerId, m_core.context.config.reconcileSettle);
        return;
    }
    // Only then does the pong speak for everything written so far.
    if (latest && !owner->tunnelSincePing && owner->up && m_core.gateway)
        m_core.gateway->linkConfirmed(owner->runnerId);
}

void RunnerHub::legacyPing(RunnerEntry &runner, qint64 ts)
{
    const qint64 oneWay = std::max<qint64>(0, m_core.wallMs() - ts);
    runner.row.lastRttMs = quint32(std::min<qint64>(2 * oneWay, std::numeric_limits<quint32>::max()));
    m_core.context.sink.runnerChanged(runner.row.runnerId);
}

// --- sending ------------------------------------------------------------------------------------

bool RunnerHub::sendOn(Socket &socket, Link *owner, const wire::ToClient &message)
{
    const Result<QByteArray> bytes = wire::encodeToClient(socket.version, message);
    if (!bytes) {
        report(monitor::EventKind::Protocol, monitor::EventLevel::Error, socket.runnerId,
               QStringLiteral("message_not_encodable"), bytes.error().message);
        return false;
    }
    if (owner) {
        ++owner->messagesOut;
        owner->bytesOut += quint64(bytes->size());
    }
    if (m_tap.isOn())
        tap(socket, true, *bytes);
    socket.channel->send(*bytes, true);
    return true;
}

bool RunnerHub::send(Link &owner, const wire::ToClient &message)
{
    return owner.current && sendOn(*owner.current, &owner, message);
}

bool RunnerHub::sendTunnel(const QString &runnerId, const wire::ToClientTunnelMessage &message)
{
    Link *owner = link(runnerId);
    if (!owner || !owner->up)
        return false;
    owner->tunnelSincePing = true;
    // A message that no runner of this version can take is reported by sendOn() and counts as taken: the link is
    // fine, and sending it again would not help.
    send(*owner, message);
    return true;
}

bool RunnerHub::sendWebSocketMessage(const QString &runnerId, const wire::MessageId &id, QByteArrayView data, bool binary)
{
    Link *owner = link(runnerId);
    if (!owner || !owner->up)
        return false;
    const auto frame = wire::messageFrame(owner->current->version, id, data.size(), binary);
    if (!frame)
        return sendTunnel(runnerId, {id, wire::ToClientWebSocketMessage{data.toByteArray(), binary}});
    owner->tunnelSincePing = true;
    ++owner->messagesOut;
    owner->bytesOut += quint64(frame->headSize + data.size() + 1);
    if (m_tap.isOn())
        tap(*owner->current, true, QByteArray().append(frame->headView()).append(data).append(frame->tailView()));
    owner->current->channel->sendPieces(frame->headView(), data, frame->tailView());
    return true;
}

void RunnerHub::sendAcks(const QString &runnerId, const std::vector<wire::ActorCheckpoint> &checkpoints)
{
    Link *owner = link(runnerId);
    if (!owner || !owner->initSent)
        return;
    wire::ToClientAckEvents ack;
    ack.lastEventCheckpoints = checkpoints;
    send(*owner, ack);
}

std::optional<wire::CommandWrapper> RunnerHub::buildCommand(const Link &owner, const CommandRow &row)
{
    wire::CommandWrapper wrapper;
    wrapper.checkpoint = {row.actorId, row.generation, owner.version <= kLastLegacyVersion ? row.runnerIndex : row.index};
    if (!row.start) {
        wrapper.inner = wire::CommandStopActor{};
        return wrapper;
    }
    const ActorEntry *entry = m_core.actor(row.actorId);
    if (!entry || entry->row.generation != row.generation || !entry->row.slotHeld)
        return std::nullopt; // settled before it could go out
    wire::CommandStartActor start;
    start.config.name = entry->row.name;
    start.config.key = entry->row.key;
    start.config.createTs = entry->row.createTs;
    start.config.input = decodeInput(entry->row.input);
    if (m_core.gateway)
        start.hibernatingRequests = m_core.gateway->hibernatingForStart(row.actorId, row.generation);
    wrapper.inner = std::move(start);
    return wrapper;
}

void RunnerHub::sendDueCommands(const QString &runnerId)
{
    Link *owner = link(runnerId);
    RunnerEntry *runner = m_core.runner(runnerId);
    if (!owner || !owner->up || !runner)
        return;
    std::vector<StoredCommand *> due;
    for (auto &[key, stored] : runner->commands) {
        if (stored.committed && stored.due)
            due.push_back(&stored);
    }
    writeCommands(*owner, std::move(due));
}

void RunnerHub::sendNewCommands(const QString &runnerId, const std::vector<RunnerEntry::CommandKey> &keys)
{
    Link *owner = link(runnerId);
    RunnerEntry *runner = m_core.runner(runnerId);
    if (!owner || !owner->up || !runner)
        return;
    std::vector<StoredCommand *> due;
    for (const RunnerEntry::CommandKey &key : keys) {
        const auto it = runner->commands.find(key);
        if (it != runner->commands.end() && it->second.due)
            due.push_back(&it->second);
    }
    writeCommands(*owner, std::move(due));
}

void RunnerHub::writeCommands(Link &owner, std::vector<StoredCommand *> commands)
{
    if (owner.version <= kLastLegacyVersion)
        std::sort(commands.begin(), commands.end(), [](const StoredCommand *a, const StoredCommand *b) {
            return a->row.runnerIndex < b->row.runnerIndex;
        });
    wire::ToClientCommands message;
    std::vector<StoredCommand *> contained;
    qsizetype bytes = 0;
    const auto flush = [&] {
        if (!message.commands.empty())
            send(owner, message);
        for (StoredCommand *stored : contained) {
            stored->sent = true;
            stored->sentOn = owner.current->channel.get();
            stored->sentEnd = stored->sentOn->bytesAccepted();
        }
        message.commands.clear();
        contained.clear();
        bytes = 0;
    };
    for (StoredCommand *stored : commands) {
        stored->due = false;
        std::optional<wire::CommandWrapper> wrapper = buildCommand(owner, stored->row);
        if (!wrapper)
            continue;
        monitor::Event event;
        event.kind = monitor::EventKind::Command;
        event.actorId = stored->row.actorId;
        event.runnerId = owner.runnerId;
        event.generation = stored->row.generation;
        event.index = int(stored->row.index);
        event.reason = stored->row.start ? QStringLiteral("start") : QStringLiteral("stop");
        m_core.emitEvent(std::move(event));
        const qsizetype size = commandBytes(*wrapper);
        if (bytes + size > kCommandMessageBytes)
            flush();
        bytes += size;
        message.commands.push_back(std::move(*wrapper));
        contained.push_back(stored);
    }
    flush();
}

} // namespace dormouse
