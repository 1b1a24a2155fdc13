// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"
#include "models/livetable.h"
#include "models/owntraffic.h"
#include "models/ratebook.h"

namespace dormouse {

/// All actors (console.md rows 1, 10). Destroyed ones are kept for autopsy and hidden unless asked for.
class ActorModel final : public LiveTable<monitor::ActorInfo>
{
    Q_OBJECT
public:
    enum Columns {
        State, Name, Key, Id, Pool, Runner, Connections, Hibernating, PendingMessages, PendingBytes, Rate, Created, LastWake,
        Generation, Retries, Namespace, Why, ColumnCount
    };
    explicit ActorModel(QObject *parent = nullptr);
    /// Messages per second by actor id, and what of the numbers is the console's own; borrowed, nullptr = unknown, none.
    void setRates(const RateBook *rates, const OwnTraffic *own);

protected:
    const QString &keyOf(const monitor::ActorInfo &actor) const override { return actor.actorId; }
    bool ended(const monitor::ActorInfo &actor) const override;
    qint64 endedTs(const monitor::ActorInfo &actor) const override { return actor.destroyTs.value_or(0); }
    QVariant raw(int slot, int column) const override;
    QList<double> course(int slot, int column) const override;
    QString stateWord(int state) const override;
    QStringView storedText(int slot, int column) const override;
    TimeSpan span(int slot) const override;
    int stateOf(int slot) const override { return int(item(slot).state); }

private:
    const RateBook *m_rates = nullptr;
    const OwnTraffic *m_own = nullptr;
};

} // namespace dormouse
