// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/watchedstore.h"

#include "engine/runner/actorhandler.h"
#include "tests/simulation/countingactor.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

bool isNumberKey(const KvEntry &entry)
{
    return entry.key == CountingActor::kNumberKey;
}

} // namespace

const ActorRow *WatchedStore::committed(const QString &actorId) const
{
    const auto it = m_stored.find(actorId);
    return it == m_stored.end() || !it->second.row ? nullptr : &*it->second.row;
}

qint64 WatchedStore::committedNumber(const QString &actorId) const
{
    const auto it = m_stored.find(actorId);
    return it == m_stored.end() ? 0 : it->second.number;
}

Result<Snapshot> WatchedStore::open()
{
    m_stepped = false;
    Result<Snapshot> snapshot = m_inner.open();
    if (snapshot.ok()) {
        // The engine before may have ended between a commit and its callback.
        for (const ActorRow &row : snapshot->actors)
            m_stored[row.actorId].row = row;
    }
    return snapshot;
}

void WatchedStore::submit(Batch batch, std::function<void(const Status &)> done)
{
    auto rows = std::make_shared<std::vector<ActorRow>>();
    for (const Write &write : batch) {
        if (const PutActor *put = std::get_if<PutActor>(&write))
            rows->push_back(put->row);
    }
    m_inner.submit(std::move(batch), [this, rows, done = std::move(done)](const Status &status) {
        if (status.ok()) {
            for (const ActorRow &row : *rows)
                rowCommitted(row);
        }
        if (done)
            done(status);
    });
}

void WatchedStore::kv(const QString &actorId, KvOp op, std::function<void(KvResult)> done)
{
    const KvPut *put = std::get_if<KvPut>(&op);
    if (m_losesWrites && put && std::any_of(put->entries.begin(), put->entries.end(), isNumberKey) && ++m_puts % 3 == 0)
        op = KvGet{};
    const auto copy = std::make_shared<KvOp>();
    if (std::holds_alternative<KvPut>(op) || std::holds_alternative<KvDelete>(op))
        *copy = op;
    m_inner.kv(actorId, std::move(op), [this, actorId, copy, done = std::move(done)](KvResult result) {
        if (result.ok())
            kvCommitted(actorId, *copy);
        if (done)
            done(std::move(result));
    });
}

void WatchedStore::rowCommitted(const ActorRow &row)
{
    Stored &stored = m_stored[row.actorId];
    if (stored.row && !m_stepped) {
        const ActorRow &before = *stored.row;
        const bool vanished = before.alarmTs && before.alarmTs != row.alarmTs;
        const bool bySetting = row.generation == before.generation && row.lastEventIdx > before.lastEventIdx;
        // With the end of a generation its event index goes: then the actor has to say that it wanted that.
        const auto truth = m_truth.actors.find(row.actorId);
        const bool wanted = truth != m_truth.actors.end() && truth->second.alarm && truth->second.alarm->ts == before.alarmTs;
        const bool ended = before.slotHeld && (!row.slotHeld || row.generation > before.generation);
        const bool byLastSetting = ended && !wanted;
        const bool byFiring = before.alarmTs && *before.alarmTs <= m_clock.wallMs() && row.state != ActorState::Sleeping;
        const bool byEnd = row.destroyTs || row.state == ActorState::Destroying || row.state == ActorState::Destroyed;
        if (vanished && !bySetting && !byLastSetting && !byFiring && !byEnd)
            m_truth.fail(u"alarm kept"_s, QStringLiteral("actor %1, generation %2, in state %3 loses its alarm of %4 at %5, event "
                                                         "%6, was in generation %7 and state %8")
                                              .arg(row.actorId).arg(row.generation).arg(int(row.state)).arg(*before.alarmTs)
                                              .arg(m_clock.wallMs()).arg(row.lastEventIdx).arg(before.generation)
                                              .arg(int(before.state)));
    }
    if (stored.row && row.generation < stored.row->generation)
        m_truth.fail(u"generations grow"_s, u"actor "_s % row.actorId);
    stored.row = row;
    lookAtAlarm(row.actorId, stored);
}

void WatchedStore::kvCommitted(const QString &actorId, const KvOp &op)
{
    static const QByteArray kAlarmKey = kReservedKeyPrefix + "alarm";
    Stored &stored = m_stored[actorId];
    if (const KvPut *put = std::get_if<KvPut>(&op)) {
        for (const KvEntry &entry : put->entries) {
            if (isNumberKey(entry))
                stored.number = entry.value.toLongLong();
            else if (entry.key == kAlarmKey)
                stored.alarm = entry.value.toLongLong();
        }
    } else if (const KvDelete *del = std::get_if<KvDelete>(&op)) {
        if (std::find(del->keys.begin(), del->keys.end(), kAlarmKey) != del->keys.end())
            stored.alarm.reset();
    }
    lookAtAlarm(actorId, stored);
}

void WatchedStore::lookAtAlarm(const QString &actorId, const Stored &stored)
{
    const auto it = m_truth.actors.find(actorId);
    if (it == m_truth.actors.end() || !it->second.alarm || !stored.row)
        return;
    AlarmTruth &alarm = *it->second.alarm;
    if (stored.alarm == alarm.ts && stored.row->alarmTs == alarm.ts)
        alarm.kept = true;
}

} // namespace dormouse::test
