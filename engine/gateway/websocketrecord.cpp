// SPDX-License-Identifier: Apache-2.0
// The part of WebSocketSession that begins when an actor accepts a socket as hibernatable (gateway.md section 8).
#include "engine/gateway/headers.h"
#include "engine/gateway/websocketsession.h"
#include "engine/scheduler/actormachine.h"

#include <array>

namespace dormouse {

namespace {

constexpr qsizetype kPreviewBytes = 256;

struct WarningLevel
{
    int percent;
    monitor::EventLevel level;
};
constexpr std::array kWarningLevels{WarningLevel{50, monitor::EventLevel::Debug},
                                    WarningLevel{75, monitor::EventLevel::Info},
                                    WarningLevel{80, monitor::EventLevel::Warn}};

} // namespace

void WebSocketSession::createRecord()
{
    const EngineConfig &config = m_core.config();
    const auto refuse = [this](const char *limit, qint64 used, qint64 most) {
        emitEvent(monitor::EventKind::Limit, monitor::EventLevel::Warn, QStringLiteral("hibernating_limit_reached"), {},
                  {}, QStringLiteral("%1: used %2 of %3").arg(QLatin1String(limit)).arg(used).arg(most));
        fail(guardError("hibernating_limit_reached", QStringLiteral("too many hibernatable sockets"),
                        {{QStringLiteral("limit"), most}}));
    };
    if (m_core.hibernatableOf(actorId()) >= config.maxHwsPerActor)
        return refuse("max_hws_per_actor", m_core.hibernatableOf(actorId()), config.maxHwsPerActor);
    if (m_core.hibernatableTotal() >= config.maxHws)
        return refuse("max_hws", m_core.hibernatableTotal(), config.maxHws);
    ClientLimits::Admission admission = m_core.limits.admitHibernatable(m_setup.clientAddress);
    if (admission.refusedBy != ClientLimits::Limit::None)
        return refuse(limitName(admission.refusedBy), admission.used, admission.limit);
    qint64 limit = config.hwsMaxPendingSize;
    bool stopping = false;
    if (const ActorRow *row = m_core.directory.actor(actorId())) {
        // Told to stop between the open and this answer: what is written now would reach a dying actor.
        stopping = row->generation == m_generation && isStopping(row->state);
        limit = m_core.directory.poolSetting(row->namespaceId, row->pool, QStringLiteral("hws_max_pending_size"))
                    .value_or(limit);
    }
    m_record = std::make_unique<Record>(limit, config.hwsResendTurnBytes);
    m_record->attached = true;
    m_record->place = std::move(admission.place);
    m_record->stopping = stopping;
    m_core.addHibernatable(actorId());
    setState(SocketState::Attached, "accepted hibernatable");
    // Client messages are released only after this commit: from then on a crash of the actor finds the row.
    m_core.keepalive.add(*m_requestId, actorId(),
                         [this, alive = std::weak_ptr<bool>(m_alive)](const Status &status) {
                             const auto token = alive.lock();
                             if (token && *token)
                                 rowCommitted(status);
                         });
}

void WebSocketSession::rowCommitted(const Status &status)
{
    if (!status.ok()) {
        fail(Error::make("core", "internal_error", QStringLiteral("the socket could not be stored")));
        return;
    }
    m_record->rowCommitted = true;
    releaseHeld();
    if (!ended())
        pump(*m_record);
    updateReading();
}

bool WebSocketSession::appendPending(const QByteArray &payload, bool binary, bool evenAboveLimit, qint64 nowUs)
{
    PendingBuffer &buffer = m_record->buffer;
    const PendingBuffer::Verdict verdict = buffer.check(payload.size());
    if (verdict != PendingBuffer::Verdict::Accepted && !evenAboveLimit) {
        if (m_core.config().hwsPendingPolicy == QLatin1String("pause") && !m_deferredClose) {
            m_held.push_front({payload, binary});
            m_heldBytes += payload.size() + PendingBuffer::kOverheadBytes;
            updateReading();
            return false;
        }
        m_core.metrics.garbageCollected("limit");
        emitEvent(monitor::EventKind::Limit, monitor::EventLevel::Warn, QStringLiteral("pending_limit"), {}, {},
                  pendingText());
        fail(guardError("websocket_pending_limit_reached", QStringLiteral("too much is unacknowledged")));
        return false;
    }
    const quint16 index = buffer.append(payload, binary, nowUs);
    if (m_core.context.sink.wantsTrace())
        emitMessage(monitor::TraceKind::In, index, payload.size());
    warnPending();
    m_core.pendingChanged(1, buffer.back().size());
    return !ended();
}

/// What an event about the pending messages says (gateway.md sections 8.4 and 10.1).
QString WebSocketSession::pendingText() const
{
    const PendingBuffer &buffer = m_record->buffer;
    QString text = QStringLiteral("used %1 of %2 B in %3 messages").arg(buffer.bytes()).arg(buffer.limit()).arg(buffer.count());
    if (!buffer.isEmpty()) {
        text += QStringLiteral(", index %1 to %2, oldest %3 ms")
                    .arg(buffer.front().index).arg(buffer.back().index)
                    .arg((m_core.nowUs() - buffer.front().queuedUs) / 1000);
    }
    return text;
}

void WebSocketSession::warnPending()
{
    const PendingBuffer &buffer = m_record->buffer;
    while (m_record->warnedLevels < int(kWarningLevels.size())) {
        const WarningLevel &next = kWarningLevels[std::size_t(m_record->warnedLevels)];
        if (buffer.bytes() * 100 < buffer.limit() * next.percent)
            return;
        ++m_record->warnedLevels;
        m_core.metrics.pendingWarning(next.percent);
        emitEvent(monitor::EventKind::Limit, next.level, QStringLiteral("pending_warning"), {}, {},
                  QStringLiteral("%1 % of the pending limit: ").arg(next.percent) % pendingText());
    }
}

void WebSocketSession::pump(Record &record, qint64 nowUs)
{
    if (ended() || !record.attached || record.stopping || !record.rowCommitted || m_linkCut)
        return;
    // This turn has had its share.
    if (m_turnTimer.active())
        return;
    PendingBuffer &buffer = record.buffer;
    const bool trace = m_core.context.sink.wantsTrace();
    qint64 &budget = record.turnBudget;
    m_congested = m_core.links.linkBytesQueued(m_runnerId) > m_core.config().linkQueueHighBytes;
    if (record.ackHeld && !m_congested) {
        record.ackHeld = false;
        buffer.restamp(nowUs);
    }
    while (!m_congested && !buffer.allWritten()) {
        if (budget <= 0)
            break;
        const PendingMessage &next = buffer.at(buffer.cursor());
        const QByteArray payload = next.payload; // an acknowledgement may remove it
        const bool binary = next.binary;
        const quint16 index = next.index;
        const qint64 size = next.size();
        // Marked first: an acknowledgement that arrives during the write finds a written message.
        const bool again = buffer.markWritten(m_generation, nowUs);
        if (!sendMessage(payload, binary, index)) {
            buffer.unmarkWritten();
            break;
        }
        if (ended())
            return;
        budget -= size;
        noteIndex(index);
        if (again) {
            ++record.resends;
            ++m_core.counters.resentMessages;
            m_core.metrics.resentMessages.add();
            m_core.metrics.resentBytes.add(quint64(size - PendingBuffer::kOverheadBytes));
        }
        if (m_needSinceUs) {
            m_core.context.sink.wakeLatency(m_core.nowUs() - *m_needSinceUs, m_ownTraffic);
            m_needSinceUs.reset();
        }
        if (trace) {
            emitMessage(again ? monitor::TraceKind::Resent : monitor::TraceKind::Sent, index,
                        size - PendingBuffer::kOverheadBytes);
        }
        if (budget <= 0)
            m_congested = m_core.links.linkBytesQueued(m_runnerId) > m_core.config().linkQueueHighBytes;
    }
    if (budget <= 0) {
        // Other sockets are served between two slices.
        m_turnTimer.start(m_core.nowMs(), [this, &record] {
            record.turnBudget = m_core.config().hwsResendTurnBytes;
            pump(record);
        });
    }
    armAckTimer();
    if (!completeDeferredClose())
        updateReading();
}

void WebSocketSession::acknowledged(quint16 index)
{
    // Also before the ready of the generation that was started with this socket: its runner may be quicker.
    const bool trace = m_core.context.sink.wantsTrace();
    const qint64 nowUs = m_core.nowUs();
    const auto result = m_record->buffer.ack(index, [&](const PendingMessage &message) {
        if (!message.isWritten())
            return;
        const qint64 latencyUs = nowUs - message.writtenUs;
        m_record->lastAckLatencyUs = latencyUs;
        m_core.context.sink.ackLatency(latencyUs, m_ownTraffic);
        m_core.metrics.of(m_ownTraffic).ackLatency.observe(double(latencyUs) / 1e6);
        if (trace)
            emitMessage(monitor::TraceKind::Acked, message.index, latencyUs);
    });
    if (!result.valid) {
        ++m_core.counters.acksInvalid;
        m_core.metrics.acksInvalid.add();
        if (!m_record->warnedInvalidAck) {
            m_record->warnedInvalidAck = true;
            emitEvent(monitor::EventKind::Protocol, monitor::EventLevel::Warn, QStringLiteral("ack_invalid"), {}, {},
                      QStringLiteral("index %1, acknowledged %2, last sent %3")
                          .arg(index).arg(m_record->buffer.acked()).arg(m_record->buffer.lastSent()));
        }
        return;
    }
    Q_ASSERT(m_record->buffer.recount() == m_record->buffer.bytes());
    m_core.pendingChanged(-qint64(result.count), -result.bytes);
    if (m_record->buffer.oldestWrittenMs() == std::nullopt)
        m_ackTimer.cancel();
    m_core.markChanged(*this);
    if (!m_held.empty()) {
        releaseHeld();
        updateReading();
    }
}

void WebSocketSession::armAckTimer()
{
    if (m_ackTimer.active() || m_record->ackHeld)
        return;
    const auto oldest = m_record->buffer.oldestWrittenMs();
    if (oldest)
        m_ackTimer.start(*oldest + m_core.config().hwsMessageAckTimeoutMs + 1, [this] { ackDeadline(); });
}

void WebSocketSession::ackDeadline()
{
    // Armed for the oldest message of some earlier moment; acknowledgements may have moved it on.
    const auto oldest = m_record->buffer.oldestWrittenMs();
    if (!oldest || !m_record->attached || m_linkCut)
        return;
    if (m_core.nowMs() - *oldest > m_core.config().hwsMessageAckTimeoutMs) {
        // Behind that much the runner may not have seen it yet; the clock starts when the link has drained.
        m_record->ackHeld = m_core.links.linkBytesQueued(m_runnerId) > m_core.config().linkQueueHighBytes;
        if (!m_record->ackHeld)
            garbageCollect("ack_timeout");
        return;
    }
    armAckTimer();
}

void WebSocketSession::garbageCollect(const char *reason)
{
    m_core.metrics.garbageCollected(reason);
    emitEvent(monitor::EventKind::Limit, monitor::EventLevel::Warn, QString::fromLatin1(reason), {}, {}, pendingText());
    fail(guardError("websocket_garbage_collected", QStringLiteral("the actor did not acknowledge in time")));
}

// --- sleep and wake -----------------------------------------------------------------------------

void WebSocketSession::detach(const char *event)
{
    Record &record = *m_record;
    record.attached = false;
    record.stopping = false;
    record.ackHeld = false;
    record.leftGeneration = m_generation;
    ++record.sleeps;
    record.asleepSinceUs = m_core.nowUs();
    record.buffer.rewind();
    m_ackTimer.cancel();
    m_turnTimer.cancel();
    m_congested = false;
    m_linkCut = false;
    m_core.setRunner(*this, {});
    if (!record.buffer.isEmpty() && record.buffer.front().generations > m_core.config().hwsMaxResends) {
        garbageCollect("resend_limit");
        return;
    }
    if (m_deferredClose) {
        if (!m_core.config().wakeOnCloseWhileAsleep) {
            finish({{}, {}, {}, "client", "actor stopped", false});
            return;
        }
        m_core.queueCloseWake(*m_requestId);
        return;
    }
    const bool pending = !record.buffer.isEmpty();
    const ActorRow *row = m_core.directory.actor(actorId());
    const bool destroying = row == nullptr || row->state == ActorState::Destroying
        || row->state == ActorState::Destroyed;
    if (!pending || destroying) {
        setState(SocketState::Hibernating, event);
        // It may be running again already: the next generation's ready must not be missed.
        tryAttach();
    } else {
        wakeForRecord("pending");
    }
    updateReading();
}

void WebSocketSession::wakeForRecord(const char *cause)
{
    ++m_record->wakes;
    m_record->wakeCause = cause;
    if (m_state != SocketState::ClosingAsleep)
        setState(SocketState::Waking, "client message");
    if (!m_needSinceUs)
        m_needSinceUs = m_core.nowUs();
    ReadyWaiter::Options options;
    options.leftGeneration = m_record->leftGeneration;
    m_waiter.start(options, [this](Result<ReadyWaiter::Ready> result) {
        if (result) {
            attach(*result);
            return;
        }
        wakeEnded(result.error().fullCode());
        if (m_state == SocketState::ClosingAsleep) {
            m_core.metrics.garbageCollected("client_gone");
            finish({{}, {}, {}, "client", "wake failed", false});
            return;
        }
        if (result.error().group == "actor")
            fail(notFoundError());
        else
            fail(result.error());
    });
}

/// A wake without a cause of ours: somebody else woke the actor.
void WebSocketSession::wakeEnded(const QByteArray &result)
{
    Record &record = *m_record;
    m_core.metrics.wake(record.wakeCause != nullptr ? record.wakeCause : "other", result);
    record.wakeCause = nullptr;
}

void WebSocketSession::recordEnded()
{
    Record &record = *m_record;
    if (record.wakeCause != nullptr)
        wakeEnded(QByteArrayLiteral("ended"));
    if (record.asleepSinceUs)
        m_core.metrics.hibernation.observe(double(m_core.nowUs() - *record.asleepSinceUs) / 1e6);
    m_core.metrics.maxPendingBytes.observe(double(record.buffer.maxBytes()));
    m_core.metrics.maxPendingMessages.observe(double(record.buffer.maxCount()));
    m_core.keepalive.remove(*m_requestId);
    m_core.removeHibernatable(actorId());
    record.place.release();
    m_core.pendingChanged(-qint64(record.buffer.count()), -record.buffer.bytes());
}

void WebSocketSession::closeWakeGranted()
{
    if (m_state == SocketState::ClosingAsleep && m_record && !m_record->attached && !m_waiter.isActive())
        wakeForRecord("close");
}

void WebSocketSession::tryAttach()
{
    const ActorRow *row = m_core.directory.actor(actorId());
    if (row == nullptr || row->state != ActorState::Running || !row->runnerId)
        return;
    if (m_record->attached) {
        // Ready of a later generation without a stop in between: the stop was not seen.
        if (row->generation != m_generation || row->runnerId != m_runnerId)
            detach("actor stopped");
        return;
    }
    if (row->generation == m_record->leftGeneration)
        return;
    const bool listed = m_record->listedGeneration == row->generation;
    // Nobody waits for this actor on behalf of this socket: without a listing it simply sleeps on.
    if (!listed && !m_waiter.isActive())
        return;
    m_waiter.cancel();
    attach({*row->runnerId, row->generation});
}

void WebSocketSession::attach(const ReadyWaiter::Ready &ready)
{
    Record &record = *m_record;
    if (record.listedGeneration != ready.generation) {
        garbageCollect("not_listed");
        return;
    }
    m_core.setRunner(*this, ready.runnerId);
    m_generation = ready.generation;
    wakeEnded(QByteArrayLiteral("ok"));
    if (record.asleepSinceUs)
        m_core.metrics.hibernation.observe(double(m_core.nowUs() - *record.asleepSinceUs) / 1e6);
    record.asleepSinceUs.reset();
    record.attached = true;
    record.stopping = false;
    record.buffer.rewind();
    record.turnBudget = m_core.config().hwsResendTurnBytes;
    m_linkCut = !m_core.links.linkUp(ready.runnerId);
    if (m_state != SocketState::ClosingAsleep)
        setState(SocketState::Attached, "ready");
    if (record.buffer.isEmpty())
        m_needSinceUs.reset();
    pump(record);
}

bool WebSocketSession::listForStart(quint32 generation)
{
    if (!m_record || ended())
        return false;
    m_record->listedGeneration = generation;
    return true;
}

void WebSocketSession::closeForTotalLimit()
{
    emitEvent(monitor::EventKind::Limit, monitor::EventLevel::Error, QStringLiteral("total_pending_limit"), {}, {},
              QStringLiteral("all sockets: used %1 of %2 B; this one: ")
                      .arg(m_core.counters.pendingBytes).arg(m_core.config().hwsTotalPendingSize)
                  % pendingText());
    m_core.metrics.garbageCollected("limit");
    fail(guardError("websocket_pending_limit_reached", QStringLiteral("too much is unacknowledged in this process")));
}

void WebSocketSession::pendingMessages(std::vector<monitor::PendingMessageInfo> &out, int limit, bool preview) const
{
    if (!m_record)
        return;
    const qint64 wallOffset = m_core.context.clock.wallMs() - m_core.nowMs();
    for (std::size_t i = 0; i < m_record->buffer.count() && int(i) < limit; ++i) {
        const PendingMessage &message = m_record->buffer.at(i);
        monitor::PendingMessageInfo info;
        info.index = message.index;
        info.bytes = message.payload.size();
        info.binary = message.binary;
        info.queuedTs = message.queuedUs / 1000 + wallOffset;
        if (message.isWritten())
            info.writtenTs = message.writtenUs / 1000 + wallOffset;
        info.timesSent = message.timesSent;
        if (preview)
            info.preview = message.payload.left(kPreviewBytes);
        out.push_back(std::move(info));
    }
}

} // namespace dormouse
