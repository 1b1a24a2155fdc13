// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"
#include "models/livetable.h"

namespace dormouse {

/// All actors (console.md rows 1, 10). Destroyed ones are kept for autopsy and hidden unless asked for.
class ActorModel final : public LiveTable<monitor::ActorInfo>
{
    Q_OBJECT
public:
    enum Columns {
        State, Name, Key, Id, Pool, Runner, Connections, Hibernating, PendingMessages, PendingBytes, Created, LastWake,
        Generation, Retries, Namespace, Why, ColumnCount
    };
    explicit ActorModel(QObject *parent = nullptr);

protected:
    const QString &keyOf(const monitor::ActorInfo &actor) const override { return actor.actorId; }
    bool ended(const monitor::ActorInfo &actor) const override;
    qint64 endedTs(const monitor::ActorInfo &actor) const override { return actor.destroyTs.value_or(0); }
    QVariant raw(int slot, int column) const override;
    QString stateWord(int state) const override;
    int stateOf(int slot) const override { return int(item(slot).state); }
};

} // namespace dormouse
