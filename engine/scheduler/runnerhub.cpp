// SPDX-License-Identifier: Apache-2.0
// Sockets of runners from accept to close, and their pings (scheduler.md 2.3 and 2.8).
#include "engine/scheduler/runnerhub.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr std::size_t kRememberedPings = 16;
constexpr quint64 kPingJitterMs = 128;

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

} // namespace

RunnerHub::RunnerHub(SchedulerCore &core)
    : m_core(core),
      m_kvOverload(core.context.metrics.counter("scheduler_kv_overload_total",
                                                "key-value requests refused because too much waited for the database")),
      m_alive(std::make_shared<bool>(true))
{
}

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
    if (m_cachedLink && (m_cachedId.constData() == runnerId.constData() || m_cachedId == runnerId))
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
    if (m_cachedSocket && m_cachedSocket->channel.get() == &channel)
        return m_cachedSocket;
    const auto it = m_sockets.find(&channel);
    if (it == m_sockets.end())
        return nullptr;
    m_cachedSocket = it->second.get();
    return m_cachedSocket;
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
    m_cachedSocket = nullptr;
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
    // Nobody is left to answer, and the process may be another one than that of the next socket.
    std::erase_if(owner->heldKv, [&](const HeldKv &held) {
        const bool isFrom = held.from == socket.channel.get();
        owner->heldKvBytes -= isFrom ? heldBytes(held.request) : 0;
        return isFrom;
    });
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
    // A link that is gone is gone, whether or not the store could be told.
    m_core.afterAlways([this, runnerId = socket.runnerId](const Status &) {
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

std::vector<WireFrame> RunnerHub::wireFrames(const QString &runnerId, quint64 after, quint64 *lost)
{
    return m_tap.since(runnerId, after, m_core.monoMs(), lost);
}

void RunnerHub::tap(const Socket &socket, bool toRunner, const QByteArray &bytes)
{
    m_tap.note(socket.runnerId, toRunner, socket.version, bytes, m_core.wallMs(), m_core.monoMs());
}

bool RunnerHub::dropLink(const QString &runnerId)
{
    const Link *owner = link(runnerId);
    if (!owner || !owner->current)
        return false;
    report(monitor::EventKind::RunnerClosed, monitor::EventLevel::Warn, runnerId, QStringLiteral("link_dropped"),
           u"socket " % owner->current->rayId % u" cut by command");
    owner->current->channel->abort();
    return true;
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
