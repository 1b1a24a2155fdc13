// SPDX-License-Identifier: Apache-2.0
// The handshake of runner sockets, and what happens when a key has two of them (scheduler.md 2.3 and 2.4).
#include "engine/scheduler/runnerhub.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace dormouse {

namespace {

QByteArray objectOrEmpty(const QString &jsonText)
{
    const QJsonDocument document = QJsonDocument::fromJson(jsonText.toUtf8());
    return document.isObject() ? document.toJson(QJsonDocument::Compact) : QByteArrayLiteral("{}");
}

} // namespace

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
            if (m_tap.isOn())
                tap(socket, false, payload); // only now it is known whose it is
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
    // A process that outlived its record says so with the events of its actors; it ends them by itself, but not at once.
    const bool mayBeOld = !isNew || m_core.identityWasLost(runner.row.namespaceId, runner.row.name, runner.row.key);
    owner.reconciling = mayBeOld && socket.version > kLastLegacyVersion;
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
        owner->reconcileSinceMs = m_core.monoMs();
        owner->inventoryComplete = false;
        reconcileDue(runnerId, config.reconcileTimeout);
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
    if (!owner.reconciling)
        releaseKv(owner, false);
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

} // namespace dormouse
