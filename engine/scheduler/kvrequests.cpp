// SPDX-License-Identifier: Apache-2.0
// KV requests of runners: limits, messages and answers (runner-protocol.md section 6).
#include "engine/scheduler/runnerhub.h"

#include "engine/store/storelimits.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr qsizetype kKeyFraming = 2;
constexpr qsizetype kMaxKeyBytes = 2048;
constexpr qsizetype kMaxValueBytes = 131'072;
constexpr std::size_t kMaxKeys = 128;
constexpr qsizetype kMaxPutBytes = 999'424;
constexpr quint64 kDefaultListLimit = 16'384;

bool tooLong(const QByteArray &key)
{
    return key.size() + kKeyFraming > kMaxKeyBytes;
}

KvChecked refuse(const QString &message)
{
    return KvChecked{std::nullopt, message};
}

KvChecked checkKeys(const std::vector<QByteArray> &keys)
{
    if (keys.size() > kMaxKeys)
        return refuse(QStringLiteral("a maximum of 128 keys is allowed"));
    if (std::any_of(keys.begin(), keys.end(), tooLong))
        return refuse(QStringLiteral("key is too long (max 2048 bytes)"));
    return {};
}

KvChecked check(const wire::KvGetRequest &request, qint64)
{
    KvChecked checked = checkKeys(request.keys);
    if (!checked.error.isEmpty())
        return checked;
    KvGet get{request.keys};
    get.keys.erase(std::unique(get.keys.begin(), get.keys.end()), get.keys.end());
    checked.op = std::move(get);
    return checked;
}

KvChecked check(const wire::KvListRequest &request, qint64)
{
    KvList list;
    list.reverse = request.reverse.value_or(false);
    list.limit = request.limit.value_or(kDefaultListLimit);
    if (const auto *range = std::get_if<wire::KvListRangeQuery>(&request.query)) {
        if (tooLong(range->start))
            return refuse(QStringLiteral("start key is too long (max 2048 bytes)"));
        if (tooLong(range->end))
            return refuse(QStringLiteral("end key is too long (max 2048 bytes)"));
        list.kind = KvList::Kind::Range;
        list.start = range->start;
        list.end = range->end;
        list.exclusive = range->exclusive;
    } else if (const auto *prefix = std::get_if<wire::KvListPrefixQuery>(&request.query)) {
        if (tooLong(prefix->key))
            return refuse(QStringLiteral("prefix key is too long (max 2048 bytes)"));
        list.kind = KvList::Kind::Prefix;
        list.start = prefix->key;
    }
    return KvChecked{KvOp(list), {}};
}

KvChecked check(const wire::KvPutRequest &request, qint64 nowMs)
{
    if (request.keys.size() != request.values.size())
        return refuse(QStringLiteral("Keys list length != values list length"));
    if (request.keys.size() > kMaxKeys)
        return refuse(QStringLiteral("A maximum of 128 key-value entries is allowed"));
    qsizetype payload = 0;
    for (std::size_t i = 0; i < request.keys.size(); ++i)
        payload += request.keys[i].size() + kKeyFraming + request.values[i].size();
    if (payload > kMaxPutBytes)
        return refuse(QStringLiteral("total payload is too large (max 976 KiB)"));
    if (std::any_of(request.keys.begin(), request.keys.end(), tooLong))
        return refuse(QStringLiteral("key is too long (max 2048 bytes)"));
    if (std::any_of(request.values.begin(), request.values.end(),
                    [](const QByteArray &value) { return value.size() > kMaxValueBytes; }))
        return refuse(QStringLiteral("value is too large (max 128 KiB)"));
    KvPut put;
    for (std::size_t i = 0; i < request.keys.size(); ++i)
        put.entries.push_back({request.keys[i], request.values[i], QByteArrayLiteral(DORMOUSE_VERSION), nowMs});
    return KvChecked{KvOp(std::move(put)), {}};
}

KvChecked check(const wire::KvDeleteRequest &request, qint64)
{
    KvChecked checked = checkKeys(request.keys);
    if (checked.error.isEmpty())
        checked.op = KvDelete{request.keys};
    return checked;
}

KvChecked check(const wire::KvDeleteRangeRequest &request, qint64)
{
    if (tooLong(request.start))
        return refuse(QStringLiteral("start key is too long (max 2048 bytes)"));
    if (tooLong(request.end))
        return refuse(QStringLiteral("end key is too long (max 2048 bytes)"));
    return KvChecked{KvOp(KvDeleteRange{request.start, request.end}), {}};
}

KvChecked check(const wire::KvDropRequest &, qint64)
{
    return KvChecked{KvOp(KvDropAll{}), {}};
}

template<typename Response>
Response withEntries(const std::vector<KvEntry> &entries)
{
    Response response;
    for (const KvEntry &entry : entries) {
        response.keys.push_back(entry.key);
        response.values.push_back(entry.value);
        response.metadata.push_back({entry.version, entry.updateTs});
    }
    return response;
}

constexpr qint64 kMaxHeldKvBytes = 16 * 1024 * 1024; ///< of one runner, until its inventory is complete
constexpr qint64 kOverheadBytes = 512; ///< of a request and of an entry

} // namespace

qint64 heldBytes(const wire::ToServerKvRequest &request)
{
    qint64 bytes = kOverheadBytes;
    if (const auto *put = std::get_if<wire::KvPutRequest>(&request.data)) {
        for (const QByteArray &key : put->keys)
            bytes += kOverheadBytes + key.size();
        for (const QByteArray &value : put->values)
            bytes += value.size();
    }
    return bytes;
}

KvChecked checkKvRequest(const wire::KvRequestData &data, qint64 nowMs)
{
    return std::visit([&](const auto &request) { return check(request, nowMs); }, data);
}

wire::KvResponseData kvAnswer(const wire::KvRequestData &request, const KvResult &result)
{
    if (!result)
        return wire::KvErrorResponse{result.error().message};
    if (std::holds_alternative<wire::KvGetRequest>(request))
        return withEntries<wire::KvGetResponse>(*result);
    if (std::holds_alternative<wire::KvListRequest>(request))
        return withEntries<wire::KvListResponse>(*result);
    if (std::holds_alternative<wire::KvPutRequest>(request))
        return wire::KvPutResponse{};
    if (std::holds_alternative<wire::KvDropRequest>(request))
        return wire::KvDropResponse{};
    return wire::KvDeleteResponse{};
}

void RunnerHub::accountKv(const QString &actorId, const wire::KvRequestData &request, const KvResult &result)
{
    const ActorEntry *entry = m_core.actor(actorId);
    if (!entry || !result)
        return;
    SchedulerMetrics::Usage &usage = m_core.metrics.usage(entry->row.namespaceId, entry->row.name);
    quint64 bytes = 0;
    for (const KvEntry &read : *result)
        bytes += quint64(kvSize(read.key, read.value));
    usage.kvRead->add(bytes);
    if (const auto *put = std::get_if<wire::KvPutRequest>(&request)) {
        bytes = 0;
        for (std::size_t i = 0; i < put->keys.size() && i < put->values.size(); ++i)
            bytes += quint64(kvSize(put->keys[i], put->values[i]));
        usage.kvWrite->add(bytes);
    }
    if (!std::holds_alternative<wire::KvGetRequest>(request) && !std::holds_alternative<wire::KvListRequest>(request))
        m_core.refreshKvBytes(actorId);
}

void SchedulerCore::refreshKvBytes(const QString &actorId)
{
    ActorEntry *entry = actor(actorId);
    if (!entry || entry->kvSizeAsked)
        return;
    entry->kvSizeAsked = true;
    context.store.kv(actorId, KvSize{}, [this, alive = std::weak_ptr<bool>(m_alive), actorId](const KvResult &result) {
        ActorEntry *sized = alive.expired() ? nullptr : actor(actorId);
        if (!sized)
            return;
        sized->kvSizeAsked = false;
        if (!result || result->empty() || sized->row.destroyTs)
            return;
        const qint64 bytes = result->front().value.toLongLong();
        metrics.usage(sized->row.namespaceId, sized->row.name).kvBytes->add(double(bytes - sized->row.kvBytes));
        sized->row.kvBytes = bytes;
        context.sink.actorChanged(actorId);
    });
}

void RunnerHub::kvRequest(const Socket &socket, const wire::ToServerKvRequest &request)
{
    Link *owner = link(socket.runnerId);
    if (!owner)
        return;
    if (!owner->reconciling && socket.role != Role::Probing) {
        kvNow(*owner, request, {});
        return;
    }
    const qint64 bytes = heldBytes(request);
    if (owner->heldKvBytes + bytes > kMaxHeldKvBytes) {
        kvNow(*owner, request, QStringLiteral("too much waits for the inventory of the runner"));
        return;
    }
    owner->heldKvBytes += bytes;
    owner->heldKv.push_back({socket.channel.get(), request});
}

/// The inventory is complete, or an older socket is known to be of the same process: by then it may be gone again.
void RunnerHub::releaseKv(Link &owner, bool byInventory)
{
    std::vector<HeldKv> held = std::exchange(owner.heldKv, {});
    owner.heldKvBytes = 0;
    for (HeldKv &waiting : held) {
        const Socket *from = socketOf(*waiting.from);
        if (from && from->role == Role::Probing) {
            owner.heldKvBytes += heldBytes(waiting.request);
            owner.heldKv.push_back(std::move(waiting));
            continue;
        }
        // What another generation asks for must not touch the actor's state.
        const ActorEntry *entry = m_core.actor(waiting.request.actorId);
        const bool lives = !byInventory || !entry
            || owner.inventory.contains({waiting.request.actorId, entry->row.generation});
        kvNow(owner, waiting.request,
              lives ? QString() : QStringLiteral("given actor does not belong to runner"));
    }
}

void RunnerHub::kvNow(Link &owner, const wire::ToServerKvRequest &request, QString refusal)
{
    const QString runnerId = owner.runnerId;
    // Shared: the link may be gone when the store answers.
    auto answer = std::make_shared<KvAnswer>();
    answer->requestId = request.requestId;
    owner.kv.push_back(answer);

    const ActorEntry *entry = m_core.actor(request.actorId);
    if (!refusal.isEmpty()) {
        // Decided by the caller.
    } else if (!entry) {
        const Result<QByteArray> id = parseId(request.actorId);
        refusal = id ? QStringLiteral("actor does not exist") : id.error().message;
    } else if (!entry->row.slotHeld || entry->row.runnerId != runnerId || entry->row.destroyTs) {
        refusal = QStringLiteral("given actor does not belong to runner");
    }
    KvChecked checked;
    if (refusal.isEmpty()) {
        checked = checkKvRequest(request.data, m_core.wallMs());
        refusal = checked.error;
    }
    const qint64 bytes = heldBytes(request);
    if (refusal.isEmpty()
        && (*owner.storedKvBytes + bytes > kMaxStoredKvBytes || m_storedKvBytes + bytes > kMaxStoredKvBytesOfAll)) {
        m_kvOverload.add();
        refusal = QStringLiteral("too much waits for the database, try again later");
    }
    if (!refusal.isEmpty()) {
        if (entry)
            m_core.emitRefused(entry->row, QStringLiteral("kv_refused"), refusal);
        answer->data = wire::KvErrorResponse{refusal};
        flushKv(owner);
        return;
    }
    *owner.storedKvBytes += bytes;
    m_storedKvBytes += bytes;
    m_core.context.store.kv(request.actorId, std::move(*checked.op),
                            [this, alive = std::weak_ptr<bool>(m_alive), runnerId, answer, bytes,
                             waiting = owner.storedKvBytes, actorId = request.actorId,
                             data = request.data](const KvResult &result) {
                                *waiting -= bytes;
                                if (alive.expired())
                                    return;
                                m_storedKvBytes -= bytes;
                                answer->data = kvAnswer(data, result);
                                accountKv(actorId, data, result);
                                if (Link *target = link(runnerId))
                                    flushKv(*target);
                            });
}

/// Sends the answers at the front that are complete, so that their order is that of the requests.
void RunnerHub::flushKv(Link &owner)
{
    while (owner.initSent && !owner.kv.empty() && owner.kv.front()->data) {
        const std::shared_ptr<KvAnswer> answer = owner.kv.front();
        owner.kv.pop_front();
        if (send(owner, wire::ToClientKvResponse{answer->requestId, std::move(*answer->data)}))
            continue;
        send(owner, wire::ToClientKvResponse{answer->requestId,
                                             wire::KvErrorResponse{QStringLiteral(
                                                 "response is too large, use a smaller limit (max 32 MiB)")}});
    }
}

} // namespace dormouse
