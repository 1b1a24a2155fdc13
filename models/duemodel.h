// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/actormodel.h"
#include "models/connectionmodel.h"

namespace dormouse {

/// Something that will happen by itself at a known moment.
struct DueRow
{
    enum What { Alarm, Deadline, Reschedule, AckTimeout, ReadyTimeout, ForceWakeTimeout, OpenTimeout, ResponseTimeout };
    QString id; ///< object and kind
    What what = Alarm;
    QString setting; ///< name of the setting behind it, empty for an alarm
    QString actorId;
    QString connectionId; ///< empty for what concerns an actor
    QString label;        ///< name and key of the actor, or path of the connection
    qint64 dueTs = 0;
};

/// What fires next (console.md row 11): alarms, deadlines of states, retries and the timeouts of connections that wait,
/// soonest first.
/// Made anew from the other models while somebody looks; keeps the kMaxRows soonest. Thread: UI.
class DueModel final : public LiveTable<DueRow>
{
    Q_OBJECT
public:
    enum Columns { In, What, Label, Setting, Actor, Connection, At, ColumnCount };
    static constexpr int kMaxRows = 1'000;
    /// Lengths in ms as the source has them set; absent: what they end is not listed.
    struct Timeouts
    {
        std::optional<qint64> ready, forceWake, open, response;
    };
    explicit DueModel(QObject *parent = nullptr);
    void refresh(const ActorModel &actors, const ConnectionModel &connections, const Timeouts &timeouts, qint64 now);
    qint64 total() const { return m_total; } ///< also those beyond kMaxRows

protected:
    const QString &keyOf(const DueRow &row) const override { return row.id; }
    QVariant raw(int slot, int column) const override;
    QString stateWord(int state) const override;
    int stateOf(int slot) const override { return item(slot).what; }

private:
    qint64 m_total = 0;
};

} // namespace dormouse
