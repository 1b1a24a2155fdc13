// SPDX-License-Identifier: Apache-2.0
// Sockets of runners from accept to close: handshake, same-key sockets, pings (scheduler.md 2.3, 2.4, 2.8).
#include "engine/scheduler/runnerhub.h"

#include "engine/base/closecode.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace dormouse {

namespace {

constexpr quint16 kNormalClose = closeNumber(CloseCode::Normal);
constexpr quint16 kErrorClose = closeNumber(CloseCode::InternalError);
constexpr std::size_t kRememberedPings = 16;
constexpr quint64 kPingJitterMs = 128;
constexpr int kLastLegacyVersion = 3; ///< one state machine up to here, another above (runner-protocol.md 4.10)

/// First value of a form-encoded query parameter; absent when there is none.
std::optional<QString> queryValue(const QByteArray &query, QByteArrayView name)
{
    for (const QByteArray &part : query.split('&')) {
        const qsizetype equals = part.indexOf('=');
        QByteArray key = equals < 0 ? part : part.left(equals);
        if (QByteArray::fromPercentEncoding(key.replace('+', ' ')) != name)
            continue;
        QByteArray value = equals < 0 ? QByteArray() : part.mid(equals + 1);
        return QString::fromUtf8(QByteArray::fromPercentEncoding(value.replace('+', ' ')));
    }
    return std::nullopt;
}

std::optional<int> parseVersion(const QString &text)
{
    QString digits = text;
    if (digits.startsWith(u'+'))
        digits.remove(0, 1);
    if (digits.isEmpty() || !std::all_of(digits.begin(), digits.end(), [](QChar c) { return c >= u'0' && c <= u'9'; }))
        return std::nullopt;
    bool ok = false;
    const quint64 value = digits.toULongLong(&ok);
    if (!ok || value > 65535)
        return std::nullopt;
    return int(value);
}

QByteArray objectOrEmpty(const QString &jsonText)
{
    const QJsonDocument document = QJsonDocument::fromJson(jsonText.toUtf8());
    return document.isObject() ? document.toJson(QJsonDocument::Compact) : QByteArrayLiteral("{}");
}

} // namespace

RunnerHub::RunnerHub(SchedulerCore &core) : m_core(core), m_alive(std::make_shared<bool>(true)) {}

RunnerHub::~RunnerHub()
{
    for (auto &[channel, socket] : m_sockets) {
        m_core.context.timers.cancel(socket->timer);
        socket->channel->setListener(nullptr);
    }
    for (auto &[id, entry] : m_links) {
        m_core.context.timers.cancel(entry->pingTimer);
        m_core.context.timers.cancel(entry->silenceTimer);
        m_core.context.timers.cancel(entry->reconcileTimer);
    }
    m_core.context.timers.cancel(m_graveTimer);
}

void RunnerHub::report(monitor::EventKind kind, monitor::EventLevel level, const QString &runnerId,
                       const QString &reason, const QString &text)
{
    monitor::Event event;
    event.kind = kind;
    event.level = level;
    event.runnerId = runnerId;
    event.reason = reason;
    event.text = text;
    m_core.emitEvent(std::move(event));
}

RunnerHub::Link *RunnerHub::link(const QString &runnerId) const
{
    if (m_cachedLink && m_cachedId == runnerId)
        return m_cachedLink;
    const auto it = m_links.find(runnerId);
    if (it == m_links.end())
        return nullptr;
    m_cachedId = runnerId;
    m_cachedLink = it->second.get();
    return m_cachedLink;
}

RunnerHub::Socket *RunnerHub::socketOf(const Channel &channel) const
{
    const auto it = m_sockets.find(&channel);
    return it == m_sockets.end() ? nullptr : it->second.get();
}

// --- accept and close ---------------------------------------------------------------------------

void RunnerHub::accept(std::unique_ptr<Channel> channel, const QByteArray &rawQuery, const QString &rayId)
{
    auto owned = std::make_unique<Socket>();
    Socket &socket = *owned;
    socket.channel = std::move(channel);
    socket.rayId = rayId;
    socket.acceptedMs = m_core.monoMs();
    socket.channel->setListener(this);
    m_sockets.emplace(socket.channel.get(), std::move(owned));

    if (m_core.shuttingDown || m_core.failed) {
        closeSocket(socket, kErrorClose, "ws.going_away");
        return;
    }
    const std::optional<QString> versionText = queryValue(rawQuery, "protocol_version");
    const std::optional<int> version = versionText ? parseVersion(*versionText) : std::nullopt;
    const std::optional<QString> namespaceName = queryValue(rawQuery, "namespace");
    const std::optional<QString> key = queryValue(rawQuery, "runner_key");
    if (!version || !namespaceName || !key) {
        closeSocket(socket, kErrorClose, "ws.invalid_url");
        return;
    }
    const auto found = std::find_if(m_core.namespaces.begin(), m_core.namespaces.end(),
                                    [&](const auto &entry) { return entry.second.name == *namespaceName; });
    if (found == m_core.namespaces.end()) {
        closeSocket(socket, kErrorClose, "namespace.not_found");
        return;
    }
    socket.version = *version;
    socket.namespaceId = found->first;
    socket.key = *key;
    const Channel *id = socket.channel.get();
    socket.timer = m_core.context.timers.schedule(
        m_core.monoMs() + m_core.context.config.runnerInitTimeoutMs, [this, id] {
            Socket *waiting = socketOf(*id);
            if (waiting && waiting->role == Role::WaitInit) {
                waiting->timer = 0;
                closeSocket(*waiting, kErrorClose, "ws.timed_out_waiting_for_init");
            }
        });
}

void RunnerHub::closeSocket(Socket &socket, quint16 code, const QByteArray &reason)
{
    report(monitor::EventKind::RunnerClosed, monitor::EventLevel::Info, socket.runnerId,
           QString::fromLatin1(reason), u"socket " % socket.rayId % u" closed by the engine");
    socket.role = Role::Closing;
    uncount(socket);
    m_core.context.timers.cancel(socket.timer);
    socket.timer = 0;
    socket.channel->close(code, reason + '#' + socket.rayId.toUtf8());
}

void RunnerHub::uncount(Socket &socket)
{
    if (socket.counted)
        m_core.metrics.disconnected(socket.namespaceId, socket.pool, socket.version);
    socket.counted = false;
}

void RunnerHub::forget(Channel &channel)
{
    const auto it = m_sockets.find(&channel);
    if (it == m_sockets.end())
        return;
    uncount(*it->second);
    m_core.context.timers.cancel(it->second->timer);
    m_graveyard.push_back(std::move(it->second));
    m_sockets.erase(it);
    if (!m_graveTimer)
        m_graveTimer = m_core.context.timers.schedule(m_core.monoMs() + 1, [this] {
            m_graveTimer = 0;
            m_graveyard.clear();
        });
}

void RunnerHub::channelClosed(Channel &channel, const ChannelClose &close)
{
    Socket *socket = socketOf(channel);
    if (!socket)
        return;
    if (socket->role != Role::Closing) {
        report(monitor::EventKind::RunnerClosed, monitor::EventLevel::Info, socket->runnerId,
               close.clean ? QStringLiteral("closed_by_runner") : QStringLiteral("connection_lost"),
               u"socket " % socket->rayId % u" " % QString::fromUtf8(close.reason));
        const bool current = socket->role == Role::Current;
        const QString runnerId = socket->runnerId;
        takeBackUnsent(*socket);
        dropRole(*socket);
        if (current) {
            SchedulerCore::Transaction transaction(m_core, "disconnect");
            if (RunnerEntry *runner = m_core.runner(runnerId))
                m_core.socketGone(*runner, close.reason.startsWith("pegboard.runner_shutdown"));
        }
    }
    forget(channel);
}

/// Takes a socket out of its link. For the current one the link goes down; the record is the caller's business.
void RunnerHub::dropRole(Socket &socket)
{
    Link *owner = link(socket.runnerId);
    const Role role = socket.role;
    socket.role = Role::Closing;
    if (!owner)
        return;
    std::erase(owner->older, &socket);
    if (role != Role::Current)
        return;
    owner->current = nullptr;
    owner->up = false;
    owner->initSent = false;
    owner->reconciling = false;
    owner->pings.clear();
    owner->kv.clear();
    for (TimerId *timer : {&owner->pingTimer, &owner->silenceTimer, &owner->reconcileTimer}) {
        m_core.context.timers.cancel(*timer);
        *timer = 0;
    }
    SchedulerCore::Transaction transaction(m_core);
    m_core.context.sink.runnerChanged(socket.runnerId);
    m_core.after([this, runnerId = socket.runnerId] {
        if (m_core.gateway)
            m_core.gateway->linkDown(runnerId);
    });
}

void RunnerHub::channelDrained(Channel &channel)
{
    const Socket *socket = socketOf(channel);
    if (socket && socket->role == Role::Current && m_core.gateway)
        m_core.gateway->linkDrained(socket->runnerId);
}

void RunnerHub::shutdown()
{
    std::vector<Socket *> open;
    for (auto &[channel, socket] : m_sockets) {
        // A socket that still waits for its init keeps its own timeout, except that nobody would run it.
        if (socket->role != Role::Closing)
            open.push_back(socket.get());
    }
    for (Socket *socket : open) {
        dropRole(*socket);
        closeSocket(*socket, kErrorClose, "ws.going_away");
    }
}

void RunnerHub::recordEnded(const QString &runnerId)
{
    const auto it = m_links.find(runnerId);
    if (it == m_links.end())
        return;
    const RunnerEntry *runner = m_core.runner(runnerId);
    const bool expired = runner && runner->row.expiredTs.has_value();
    const std::vector<Socket *> older = it->second->older;
    for (Socket *socket : older) {
        if (expired) {
            // The process may come back as a new record; closing its spare socket would end it for good (2.4).
            dropRole(*socket);
            socket->role = Role::Parked;
            socket->runnerId.clear();
        } else {
            dropRole(*socket);
            closeSocket(*socket, kNormalClose, "ws.eviction");
        }
    }
    if (Socket *current = it->second->current) {
        dropRole(*current);
        closeSocket(*current, kNormalClose, "ws.eviction");
    }
    m_cachedLink = nullptr;
    m_links.erase(it);
}

// --- init ---------------------------------------------------------------------------------------

void RunnerHub::firstFrame(Socket &socket, const QByteArray &payload, bool binary)
{
    QByteArray refusal;
    QString detail;
    if (!binary) {
        refusal = "ws.invalid_initial_packet";
        detail = QStringLiteral("text frame");
    } else {
        const Result<wire::ToServer> decoded = wire::decodeToServer(socket.version, payload);
        if (!decoded) {
            refusal = "ws.invalid_packet";
            detail = decoded.error().message;
        } else if (const auto *init = std::get_if<wire::ToServerInit>(&*decoded); !init) {
            refusal = "ws.invalid_initial_packet";
            detail = QStringLiteral("first message is not an init");
        } else if (init->totalSlots == 0) {
            refusal = "ws.invalid_initial_packet";
            detail = QStringLiteral("total slots is 0");
        } else {
            handleInit(socket, *init);
            return;
        }
    }
    ++m_core.counters.badFrames;
    report(monitor::EventKind::Protocol, monitor::EventLevel::Warn, {}, QString::fromLatin1(refusal), detail);
    closeSocket(socket, kErrorClose, refusal);
}

void RunnerHub::handleInit(Socket &socket, const wire::ToServerInit &init)
{
    m_core.context.timers.cancel(socket.timer);
    socket.timer = 0;
    ++m_core.counters.connections;
    socket.pool = init.name;
    socket.counted = true;
    m_core.metrics.connected(socket.namespaceId, socket.pool, socket.version,
                             double(m_core.monoMs() - socket.acceptedMs) / 1000);
    SchedulerCore::Transaction transaction(m_core, "connect");
    bool isNew = false;
    RunnerEntry &runner = openRecord(socket, init, isNew);
    storeInitData(socket, runner, init);
    attach(socket, runner, isNew, init);
    if (isNew)
        m_core.drainOlderVersions(runner.row.namespaceId, runner.row.name, runner.row.version);
}

RunnerEntry &RunnerHub::openRecord(Socket &socket, const wire::ToServerInit &init, bool &isNew)
{
    const qint64 now = m_core.wallMs();
    RunnerEntry *found = m_core.runnerByIdentity(socket.namespaceId, init.name, socket.key);
    isNew = !found;
    if (!found) {
        RunnerRow row;
        row.runnerId = makeId(m_core.context.random);
        row.namespaceId = socket.namespaceId;
        row.name = init.name;
        row.key = socket.key;
        row.version = init.version;
        row.totalSlots = init.totalSlots;
        row.createTs = now;
        found = &m_core.addRunner(row);
    } else if (found->row.version != init.version) {
        // Another program under the same key: its inventory will be empty (section 2.3).
        found->row.version = init.version;
        found->row.totalSlots = init.totalSlots;
    }
    RunnerEntry &runner = *found;
    m_core.setEligible(runner, false);
    m_core.moveRunner(runner, RunnerEventKind::Connect, QStringLiteral("connected"));
    runner.row.protocolVersion = socket.version;
    ++runner.row.connEpoch;
    runner.row.lostAt.reset();
    runner.row.lastConnectedTs = now;
    m_core.armRunner(runner);
    m_core.noteInbound(runner);
    m_core.markDirty(runner);
    report(monitor::EventKind::RunnerConnected, monitor::EventLevel::Info, runner.row.runnerId,
           isNew ? QStringLiteral("new") : QStringLiteral("reconnected"),
           u"pool " % init.name % u", protocol " % QString::number(socket.version));
    return runner;
}

void RunnerHub::storeInitData(const Socket &socket, RunnerEntry &runner, const wire::ToServerInit &init)
{
    const NameRow name{socket.namespaceId, init.name, {}};
    if (m_core.runnerNames[socket.namespaceId].insert(init.name.toUtf8()).second)
        m_core.write(PutRunnerName{name});
    if (!m_core.runnerConfigs.contains({socket.namespaceId, init.name})) {
        RunnerConfigRow config;
        config.namespaceId = socket.namespaceId;
        config.name = init.name;
        // Shape of http-api.md section 6, all defaults filled in; the flag stands beside and inside, as both client
        // lines read it.
        const QJsonObject normal{{QStringLiteral("drain_on_version_upgrade"), false},
                                 {QStringLiteral("actor_eviction_delay"), 0},
                                 {QStringLiteral("actor_eviction_period"), 0},
                                 {QStringLiteral("actor_eviction_rate"), 1.0}};
        config.body = QJsonObject{{QStringLiteral("normal"), normal},
                                  {QStringLiteral("drain_on_version_upgrade"), false}};
        m_core.runnerConfigs[{config.namespaceId, config.name}] = config;
        m_core.write(PutRunnerConfig{config});
    }
    if (init.prepopulateActorNames) {
        for (const auto &[actorName, json] : *init.prepopulateActorNames) {
            NameRow row{socket.namespaceId, actorName, objectOrEmpty(json)};
            m_core.actorNames[row.namespaceId][actorName.toUtf8()] = row;
            m_core.write(PutActorName{row, true});
        }
    }
    if (init.metadata)
        runner.row.metadataJson = objectOrEmpty(*init.metadata);
}

void RunnerHub::attach(Socket &socket, RunnerEntry &runner, bool isNew, const wire::ToServerInit &init)
{
    const QString runnerId = runner.row.runnerId;
    socket.runnerId = runnerId;
    std::unique_ptr<Link> &slot = m_links[runnerId];
    if (!slot) {
        slot = std::make_unique<Link>();
        slot->runnerId = runnerId;
    }
    Link &owner = *slot;
    if (Socket *older = owner.current) {
        const int version = older->version;
        dropRole(*older); // the link is down until the newer socket is reconciled
        if (version <= kLastLegacyVersion) {
            evicted(*older);
            closeSocket(*older, kNormalClose, "ws.eviction");
        } else {
            challenge(owner, *older);
        }
    }
    socket.role = Role::Current;
    owner.current = &socket;
    owner.version = socket.version;
    owner.inventory.clear();
    owner.reconciling = !isNew && socket.version > kLastLegacyVersion;
    if (!owner.reconciling) {
        if (!isNew)
            resendLegacy(runner, init.lastCommandIdx);
        m_core.setEligible(runner, true);
    }
    m_core.after([this, runnerId, channel = socket.channel.get(), isNew] { initCommitted(runnerId, channel, isNew); });
}

void RunnerHub::initCommitted(const QString &runnerId, Channel *channel, bool isNew)
{
    Link *owner = link(runnerId);
    const RunnerEntry *runner = m_core.runner(runnerId);
    if (!owner || !runner || !owner->current || owner->current->channel.get() != channel)
        return;
    const EngineConfig &config = m_core.context.config;
    wire::ToClientInit init;
    init.runnerId = runnerId;
    init.metadata.runnerLostThreshold = config.runnerLostThreshold;
    init.metadata.actorStopThreshold = config.actorStopThreshold;
    const auto pool = m_core.runnerConfigs.find({runner->row.namespaceId, runner->row.name});
    if (pool != m_core.runnerConfigs.end() && pool->second.body.contains(QStringLiteral("serverless")))
        init.metadata.serverlessDrainGracePeriod = config.serverlessDrainGracePeriod;
    init.lastEventIdx = runner->row.lastEventIdx;
    send(*owner, init);
    owner->initSent = true;
    if (owner->reconciling) {
        owner->reconcileToken = newToken();
        owner->pings[owner->reconcileToken] = m_core.monoMs();
        send(*owner, wire::ToClientPing{owner->reconcileToken});
        owner->reconcileUntilMs = m_core.monoMs() + config.reconcileTimeout;
        reconcileDue(runnerId, int(config.reconcileTimeout));
    } else {
        owner->up = true;
        sendDueCommands(runnerId);
        if (!isNew && m_core.gateway)
            m_core.gateway->linkBack(runnerId);
    }
    flushKv(*owner);
    if (owner->version > kLastLegacyVersion) {
        armPing(*owner);
        armSilence(*owner);
    }
}

// --- sockets with the same key (section 2.4) ----------------------------------------------------

void RunnerHub::challenge(Link &owner, Socket &older)
{
    older.role = Role::Probing;
    older.probeToken = newToken();
    owner.older.push_back(&older);
    sendOn(older, nullptr, wire::ToClientPing{older.probeToken});
    m_core.context.timers.cancel(older.timer);
    const Channel *id = older.channel.get();
    older.timer = m_core.context.timers.schedule(
        m_core.monoMs() + m_core.context.config.evictionProbeTimeout, [this, id] {
            Socket *probed = socketOf(*id);
            Link *probedLink = probed ? link(probed->runnerId) : nullptr;
            if (!probedLink || probed->role != Role::Probing)
                return;
            probed->timer = 0;
            resolveProbe(*probedLink, *probed, false, QStringLiteral("no_pong"));
        });
}

void RunnerHub::evicted(const Socket &socket)
{
    ++m_core.counters.evictions;
    m_core.metrics.evicted(socket.namespaceId, socket.pool, socket.version);
}

void RunnerHub::resolveProbe(Link &owner, Socket &older, bool sameProcess, const QString &how)
{
    m_core.context.timers.cancel(older.timer);
    older.timer = 0;
    if (!sameProcess) {
        evicted(older);
        report(monitor::EventKind::RunnerEvicted, monitor::EventLevel::Warn, owner.runnerId, how,
               u"another process uses this key, socket " % older.rayId);
        dropRole(older);
        closeSocket(older, kNormalClose, "ws.eviction");
        return;
    }
    older.role = Role::Parked;
    ++m_core.counters.socketsParked;
    m_core.metrics.parked();
    const auto parked = std::count_if(owner.older.begin(), owner.older.end(),
                                      [](const Socket *socket) { return socket->role == Role::Parked; });
    report(monitor::EventKind::RunnerParked, monitor::EventLevel::Info, owner.runnerId, how,
           QString::number(parked) % u" parked sockets of this process");
    m_core.context.sink.runnerChanged(owner.runnerId);
    if (parked < m_core.context.config.maxParkedSockets)
        return;
    report(monitor::EventKind::RunnerEvicted, monitor::EventLevel::Error, owner.runnerId,
           QStringLiteral("too_many_parked_sockets"), QString::number(parked));
    evicted(older);
    const QString runnerId = owner.runnerId;
    std::vector<Socket *> all = owner.older;
    if (owner.current)
        all.push_back(owner.current);
    SchedulerCore::Transaction transaction(m_core);
    for (Socket *socket : all) {
        dropRole(*socket);
        closeSocket(*socket, kNormalClose, "ws.eviction");
    }
    if (RunnerEntry *runner = m_core.runner(runnerId))
        m_core.socketGone(*runner, false);
}

// --- pings and silence (section 2.8) ------------------------------------------------------------

qint64 RunnerHub::newToken()
{
    m_lastToken = std::max(m_core.wallMs(), m_lastToken + 1);
    return m_lastToken;
}

void RunnerHub::armPing(Link &owner)
{
    m_core.context.timers.cancel(owner.pingTimer);
    const qint64 period = m_core.context.config.runnerUpdatePingIntervalMs
        + qint64(m_core.context.random.below(kPingJitterMs));
    owner.pingTimer = m_core.context.timers.schedule(m_core.monoMs() + period, [this, id = owner.runnerId] {
        Link *pinged = link(id);
        if (!pinged || !pinged->current)
            return;
        pinged->pingTimer = 0;
        sendPing(*pinged);
        armPing(*pinged);
    });
}

void RunnerHub::sendPing(Link &owner)
{
    const qint64 token = newToken();
    owner.pings[token] = m_core.monoMs();
    while (owner.pings.size() > kRememberedPings)
        owner.pings.erase(owner.pings.begin());
    owner.tunnelSincePing = false;
    send(owner, wire::ToClientPing{token});
}

void RunnerHub::armSilence(Link &owner)
{
    const RunnerEntry *runner = m_core.runner(owner.runnerId);
    if (!runner)
        return;
    m_core.context.timers.cancel(owner.silenceTimer);
    const qint64 due = runner->lastInboundMs + m_core.context.config.runnerPingTimeoutMs;
    owner.silenceTimer = m_core.context.timers.schedule(due, [this, id = owner.runnerId] {
        Link *silent = link(id);
        RunnerEntry *entry = m_core.runner(id);
        if (!silent || !entry || !silent->current)
            return;
        silent->silenceTimer = 0;
        if (m_core.monoMs() - entry->lastInboundMs < m_core.context.config.runnerPingTimeoutMs) {
            armSilence(*silent);
            return;
        }
        Socket &socket = *silent->current;
        SchedulerCore::Transaction transaction(m_core);
        dropRole(socket);
        closeSocket(socket, kErrorClose, "core.internal_error");
        m_core.socketGone(*entry, false);
    });
}

// --- what others ask ----------------------------------------------------------------------------

bool RunnerHub::linkUp(const QString &runnerId) const
{
    const Link *owner = link(runnerId);
    return owner && owner->up;
}

qint64 RunnerHub::linkBytesQueued(const QString &runnerId) const
{
    const Link *owner = link(runnerId);
    return owner && owner->current ? owner->current->channel->bytesQueued() : 0;
}

bool RunnerHub::hasSocket(const QString &runnerId) const
{
    const Link *owner = link(runnerId);
    return owner && owner->current;
}

void RunnerHub::describe(const QString &runnerId, monitor::RunnerInfo &info) const
{
    const Link *owner = link(runnerId);
    if (!owner)
        return;
    info.messagesIn = owner->messagesIn;
    info.messagesOut = owner->messagesOut;
    info.bytesIn = owner->bytesIn;
    info.bytesOut = owner->bytesOut;
    if (owner->current)
        info.queuedBytes = owner->current->channel->bytesQueued();
    info.parkedSockets = int(std::count_if(owner->older.begin(), owner->older.end(),
                                           [](const Socket *socket) { return socket->role == Role::Parked; }));
}

} // namespace dormouse
