// SPDX-License-Identifier: Apache-2.0
#include "engine/runner/runneractor_p.h"

#include "engine/base/closecode.h"

#include "engine/runner/messageindex.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr std::size_t kMaxEntriesPerPut = 128;
constexpr quint64 kMaxSavedSockets = 16'384;
constexpr qint64 kClockLookMs = 15'000; ///< the wall clock may be set while an alarm waits

QByteArray alarmKey()
{
    return kReservedKeyPrefix + "alarm";
}

/// The entries of a get or list answer.
RunnerKvResult entriesOf(const Result<wire::KvResponseData> &answer)
{
    if (!answer)
        return answer.error();
    const auto zip = [](const auto &response) {
        std::vector<RunnerKvEntry> entries;
        for (std::size_t i = 0; i < response.keys.size() && i < response.values.size(); ++i)
            entries.push_back({response.keys[i], response.values[i]});
        return entries;
    };
    if (const auto *get = std::get_if<wire::KvGetResponse>(&*answer))
        return zip(*get);
    if (const auto *list = std::get_if<wire::KvListResponse>(&*answer))
        return zip(*list);
    return Error::make("actor", "kv", u"the engine sent an answer of another kind"_s);
}

Status statusOf(const Result<wire::KvResponseData> &answer)
{
    return answer ? okStatus() : Status(answer.error());
}

bool isReserved(const QByteArray &key)
{
    return key.startsWith(kReservedKeyPrefix);
}

} // namespace

RunnerActor::RunnerActor(Runner &runner, std::unique_ptr<ActorHandler> handler, const wire::ActorCheckpoint &checkpoint,
                         const wire::CommandStartActor &start)
    : m_runner(runner), m_handler(std::move(handler)), m_checkpoint(checkpoint), m_start(start)
{
}

RunnerActor::~RunnerActor()
{
    drop();
}

Clock &RunnerActor::clock() const
{
    return m_runner.m_clock;
}

Random &RunnerActor::random() const
{
    return m_runner.m_random;
}

TimerId RunnerActor::after(qint64 delayMs, std::function<void()> callback)
{
    if (ended())
        return 0;
    // The callback needs its own id to forget it; the holder gets it right after scheduling.
    auto holder = std::make_shared<TimerId>(0);
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    *holder = m_runner.m_timers.schedule(clock().monoMs() + qMax<qint64>(0, delayMs),
                                         [weak, holder, callback = std::move(callback)] {
                                             const auto self = weak.lock();
                                             if (!self || self->m_timers.erase(*holder) == 0)
                                                 return;
                                             callback();
                                         });
    m_timers.insert(*holder);
    return *holder;
}

void RunnerActor::cancel(TimerId id)
{
    if (m_timers.erase(id))
        m_runner.m_timers.cancel(id);
}

// --- life ---------------------------------------------------------------------------------------

void RunnerActor::begin()
{
    for (const wire::HibernatingRequest &request : m_start.hibernatingRequests)
        m_runner.bindRequest(request.gatewayId, request.requestId, actorId());
    // Sockets and alarm of the life before; an actor's messages wait until they are known.
    wire::KvListRequest query{wire::KvListPrefixQuery{kReservedKeyPrefix}, {}, kMaxSavedSockets};
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    listRaw(query, [weak](RunnerKvResult entries) {
        if (const auto self = weak.lock(); self && !self->ended())
            self->loaded(std::move(entries));
    });
}

void RunnerActor::loaded(RunnerKvResult entries)
{
    if (!entries) {
        m_state = State::Starting;
        return started(u"the saved state could not be read: "_s % entries.error().message);
    }
    const QByteArray socketPrefix = kReservedKeyPrefix + "ws/";
    for (const RunnerKvEntry &entry : *entries) {
        if (entry.key == alarmKey()) {
            m_alarmTs = entry.value.toLongLong();
        } else if (entry.key.startsWith(socketPrefix)) {
            bool ok = false;
            const quint64 id = entry.key.mid(socketPrefix.size()).toULongLong(&ok, 16);
            const QJsonObject object = QJsonDocument::fromJson(entry.value).object();
            if (!ok || object.isEmpty())
                continue;
            m_saved[id] = {quint16(object.value("index"_L1).toInt()), object.value("path"_L1).toString().toUtf8(),
                           QByteArray::fromBase64(object.value("attachment"_L1).toString().toLatin1())};
        }
    }
    m_state = State::Starting;
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    auto once = std::make_shared<bool>(false);
    m_handler->start(*this, [weak, once](const std::optional<QString> &error) {
        const auto self = weak.lock();
        if (!self || self->m_state != State::Starting || std::exchange(*once, true))
            return;
        self->started(error);
    });
}

void RunnerActor::started(const std::optional<QString> &error)
{
    if (error) {
        m_failure = *error;
        m_stopRequested = true;
    }
    m_state = State::Running;
    if (!m_failure)
        restoreSockets();
    if (m_stopRequested)
        return runStop();
    armAlarm();
    flushQueue();
}

void RunnerActor::restoreSockets()
{
    auto saved = std::exchange(m_saved, {});
    for (const wire::HibernatingRequest &request : m_start.hibernatingRequests) {
        const quint64 id = requestKey(request.gatewayId, request.requestId);
        const auto it = saved.find(id);
        if (it == saved.end()) {
            m_runner.releaseRequest(request.gatewayId, request.requestId);
            sendClose(request.gatewayId, request.requestId, 0, closeNumber(CloseCode::Normal), u"ws.meta_not_found_during_restore"_s);
            continue;
        }
        auto socket = std::make_shared<ActorSocket>(*this, request.gatewayId, request.requestId);
        socket->m_path = it->second.path;
        socket->m_attachment = it->second.attachment;
        socket->m_hibernatable = true;
        socket->m_open = true;
        socket->m_lastIndex = socket->m_ackedIndex = it->second.index;
        saved.erase(it);
        m_sockets[id] = socket;
        if (!m_handler->socketRestored(*this, *socket) && socket->m_open) {
            socket->m_open = false;
            sendClose(socket->m_gateway, socket->m_request, socket->m_nextOut++, closeNumber(CloseCode::InternalError), u"ws.restore_error"_s);
            forgetSocket(*socket);
        }
        if (ended())
            return;
    }
    // Clients that went away while the actor slept.
    std::vector<QByteArray> staleKeys;
    for (const auto &[id, meta] : saved) {
        ActorSocket stale(*this, GatewayId{quint32(id >> 32)}, RequestId{quint32(id)});
        stale.m_path = meta.path;
        stale.m_attachment = meta.attachment;
        stale.m_hibernatable = true;
        staleKeys.push_back(ActorSocket::storageKeyOf(id));
        m_handler->webSocketClosed(*this, stale, closeNumber(CloseCode::Normal), u"ws.stale_metadata"_s);
        if (ended())
            return;
    }
    deleteRaw(staleKeys);
}

void RunnerActor::flushQueue()
{
    while (!m_queue.empty() && m_state == State::Running) {
        const wire::ToClientTunnelMessage message = std::move(m_queue.front());
        m_queue.pop_front();
        handle(message);
    }
}

void RunnerActor::requestStop(bool report)
{
    if (!report)
        m_reportStop = false;
    if (m_stopRequested || ended())
        return;
    m_stopRequested = true;
    if (m_state == State::Running)
        runStop();
    else if (!m_reportStop && m_state == State::Loading)
        finish(); // nothing of the actor has run
}

void RunnerActor::runStop()
{
    m_state = State::Stopping;
    m_queue.clear(); // hibernating sockets get theirs again, the others are closed by the engine
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    auto once = std::make_shared<bool>(false);
    m_handler->stop(*this, [weak, once] {
        const auto self = weak.lock();
        if (!self || self->m_state != State::Stopping || std::exchange(*once, true))
            return;
        self->stopped();
    });
}

void RunnerActor::stopped()
{
    m_state = State::Saving;
    const auto sockets = m_sockets;
    for (const auto &[id, socket] : sockets) {
        if (!socket->m_hibernatable && socket->m_open) {
            socket->m_open = false;
            m_handler->webSocketClosed(*this, *socket, closeNumber(CloseCode::Normal), u"actor.stopped"_s);
            if (ended())
                return;
        }
    }
    if (!m_reportStop)
        return finish();
    // What was handled must be known to the next life before the engine lets it start.
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    save([weak] {
        if (const auto self = weak.lock(); self && self->m_state == State::Saving)
            self->finish();
    });
}

void RunnerActor::finish()
{
    if (ended())
        return;
    const auto self = shared_from_this();
    const bool crashed = m_failure.has_value() || !m_destroyed;
    drop();
    m_runner.actorFinished(*this, crashed ? wire::StopCode::Error : wire::StopCode::Ok, m_failure, m_reportStop);
}

void RunnerActor::drop()
{
    if (ended())
        return;
    m_state = State::Ended;
    for (TimerId timer : m_timers)
        m_runner.m_timers.cancel(timer);
    m_timers.clear();
    for (auto &[id, request] : m_httpRequests) {
        if (request.responder)
            request.responder->detach();
    }
    m_httpRequests.clear();
    for (auto &[id, socket] : m_sockets)
        socket->m_open = false;
    m_queue.clear();
}

void RunnerActor::sleep()
{
    if (ended() || std::exchange(m_intentSent, true))
        return;
    m_runner.sendEvent(actorId(), generation(), wire::EventActorIntent{wire::ActorIntent::Sleep});
}

void RunnerActor::stop()
{
    if (ended() || std::exchange(m_intentSent, true))
        return;
    m_runner.sendEvent(actorId(), generation(), wire::EventActorIntent{wire::ActorIntent::Stop});
}

void RunnerActor::destroy()
{
    if (ended() || m_destroyed)
        return;
    m_destroyed = true;
    m_intentSent = true;
    m_runner.sendEvent(actorId(), generation(), wire::EventActorIntent{wire::ActorIntent::Stop});
}

void RunnerActor::setAlarm(std::optional<qint64> alarmTs)
{
    if (ended())
        return;
    m_alarmTs = alarmTs;
    if (alarmTs)
        putRaw({{alarmKey(), QByteArray::number(*alarmTs)}}, [](const Status &) {});
    else
        deleteRaw({alarmKey()});
    m_runner.sendEvent(actorId(), generation(), wire::EventActorSetAlarm{alarmTs});
    if (m_state == State::Running)
        armAlarm();
}

void RunnerActor::armAlarm()
{
    cancel(std::exchange(m_alarmTimer, 0));
    if (!m_alarmTs)
        return;
    m_alarmTimer = after(std::min(*m_alarmTs - clock().wallMs(), kClockLookMs), [this] {
        m_alarmTimer = 0;
        if (m_state != State::Running || !m_alarmTs)
            return;
        if (*m_alarmTs > clock().wallMs())
            return armAlarm();
        m_alarmTs.reset();
        deleteRaw({alarmKey()});
        // Otherwise the engine would wake the actor again for an alarm that has rung.
        m_runner.sendEvent(actorId(), generation(), wire::EventActorSetAlarm{std::nullopt});
        m_handler->alarm(*this);
    });
}

// --- key-value ----------------------------------------------------------------------------------

void RunnerActor::putRaw(const std::vector<RunnerKvEntry> &entries, std::function<void(Status)> done)
{
    wire::KvPutRequest put;
    for (const RunnerKvEntry &entry : entries) {
        put.keys.push_back(entry.key);
        put.values.push_back(entry.value);
    }
    m_runner.kvRequest(actorId(), put, [done = std::move(done)](const auto &answer) { done(statusOf(answer)); });
}

void RunnerActor::deleteRaw(const std::vector<QByteArray> &keys)
{
    for (std::size_t from = 0; from < keys.size(); from += kMaxEntriesPerPut) {
        const std::size_t to = std::min(keys.size(), from + kMaxEntriesPerPut);
        wire::KvDeleteRequest request;
        request.keys.assign(keys.begin() + qsizetype(from), keys.begin() + qsizetype(to));
        // A key that stays behind only costs one stale notice at the next start.
        m_runner.kvRequest(actorId(), request, [](const auto &) {});
    }
}

void RunnerActor::listRaw(const wire::KvListRequest &query, std::function<void(RunnerKvResult)> done)
{
    m_runner.kvRequest(actorId(), query, [done = std::move(done)](const auto &answer) { done(entriesOf(answer)); });
}

void RunnerActor::kvGet(const std::vector<QByteArray> &keys, std::function<void(RunnerKvResult)> done)
{
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    m_runner.kvRequest(actorId(), wire::KvGetRequest{keys}, [weak, done = std::move(done)](const auto &answer) {
        if (const auto self = weak.lock(); self && !self->ended())
            done(entriesOf(answer));
    });
}

void RunnerActor::kvList(const wire::KvListRequest &query, std::function<void(RunnerKvResult)> done)
{
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    listRaw(query, [weak, done = std::move(done)](RunnerKvResult result) {
        const auto self = weak.lock();
        if (!self || self->ended())
            return;
        if (result)
            std::erase_if(*result, [](const RunnerKvEntry &entry) { return isReserved(entry.key); });
        done(std::move(result));
    });
}

void RunnerActor::kvPut(const std::vector<RunnerKvEntry> &entries, std::function<void(Status)> done)
{
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    auto guarded = [weak, done = std::move(done)](const Status &status) {
        if (const auto self = weak.lock(); self && !self->ended())
            done(status);
    };
    if (std::any_of(entries.begin(), entries.end(), [](const RunnerKvEntry &e) { return isReserved(e.key); })) {
        m_runner.later([guarded] { guarded(Error::make("actor", "kv", u"the key prefix is reserved"_s)); });
        return;
    }
    putRaw(entries, std::move(guarded));
}

void RunnerActor::kvDelete(const std::vector<QByteArray> &keys, std::function<void(Status)> done)
{
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    auto guarded = [weak, done = std::move(done)](const Status &status) {
        if (const auto self = weak.lock(); self && !self->ended())
            done(status);
    };
    if (std::any_of(keys.begin(), keys.end(), isReserved)) {
        m_runner.later([guarded] { guarded(Error::make("actor", "kv", u"the key prefix is reserved"_s)); });
        return;
    }
    m_runner.kvRequest(actorId(), wire::KvDeleteRequest{keys},
                       [guarded](const auto &answer) { guarded(statusOf(answer)); });
}

// --- saving and acknowledging -------------------------------------------------------------------

void RunnerActor::socketDirty(ActorSocket &socket, qint64 bytes)
{
    socket.m_dirty = true;
    m_unsavedBytes += bytes;
    ++m_unsavedCount;
    if (m_state != State::Running)
        return;
    const RunnerOptions &options = m_runner.m_options;
    if (m_unsavedBytes >= options.ackBytes || m_unsavedCount >= options.ackCount) {
        save({});
    } else if (!m_saveTimer && !m_saveRunning) {
        m_saveTimer = after(options.ackDelayMs, [this] {
            m_saveTimer = 0;
            save({});
        });
    }
}

void RunnerActor::save(std::function<void()> done)
{
    cancel(std::exchange(m_saveTimer, 0));
    m_unsavedBytes = 0;
    m_unsavedCount = 0;
    std::vector<RunnerKvEntry> entries;
    std::vector<std::pair<quint64, quint16>> indices;
    // One counter for all puts of this save: done is called with the last answer.
    auto left = std::make_shared<int>(1);
    std::weak_ptr<RunnerActor> weak = weak_from_this();
    const auto arrived = [weak, left, done = std::move(done)] {
        if (--*left > 0)
            return;
        const auto self = weak.lock();
        if (!self)
            return;
        self->m_saveRunning = false;
        if (done)
            done();
    };
    const auto flush = [&] {
        if (entries.empty())
            return;
        ++*left;
        m_saveRunning = true;
        putRaw(entries, [weak, arrived, indices](const Status &status) {
            if (const auto self = weak.lock(); self && !self->ended())
                self->saved(indices, status.ok());
            arrived();
        });
        entries.clear();
        indices.clear();
    };
    for (const auto &[id, socket] : m_sockets) {
        if (!socket->m_hibernatable || !socket->m_open || !std::exchange(socket->m_dirty, false))
            continue;
        entries.push_back({socket->storageKey(), socket->storageValue()});
        indices.emplace_back(id, socket->m_lastIndex);
        if (entries.size() == kMaxEntriesPerPut)
            flush();
    }
    flush();
    arrived();
}

void RunnerActor::saved(const std::vector<std::pair<quint64, quint16>> &indices, bool ok)
{
    for (const auto &[id, index] : indices) {
        const auto it = m_sockets.find(id);
        if (it == m_sockets.end())
            continue;
        ActorSocket &socket = *it->second;
        if (!ok) {
            // Again after the usual delay: at once, a store that refuses would be asked without end.
            socket.m_dirty = true;
            continue;
        }
        // Only what is saved is acknowledged: the engine forgets it, and a later life continues behind it.
        const bool owed = std::exchange(socket.m_ackOwed, false);
        if (owed || socket.m_ackedIndex != index) {
            socket.m_ackedIndex = index;
            m_runner.sendTunnel({{socket.m_gateway, socket.m_request, socket.m_nextOut++},
                                 wire::ToServerWebSocketMessageAck{index},
                                 {},
                                 {}});
        }
    }
    // Messages that came while this save was on its way.
    if (m_state == State::Running && !m_saveTimer
        && std::any_of(m_sockets.begin(), m_sockets.end(), [](const auto &item) { return item.second->m_dirty; }))
        m_saveTimer = after(m_runner.m_options.ackDelayMs, [this] {
            m_saveTimer = 0;
            save({});
        });
}

} // namespace dormouse
