// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"
#include "models/livetable.h"
#include "models/ratebook.h"

namespace dormouse {

/// All runners (console.md row 2). Stopped ones are kept for autopsy.
class RunnerModel final : public LiveTable<monitor::RunnerInfo>
{
    Q_OBJECT
public:
    enum Columns {
        State, Name, Key, Id, Slots, Eligible, Rtt, PingAge, Version, Protocol, Queued, MessagesIn, MessagesOut, Rate, Parked,
        Connected, Outbound, PoolError, Drain, Stop, Namespace, ColumnCount
    };
    explicit RunnerModel(QObject *parent = nullptr);
    /// Client messages per second by runner id; borrowed, nullptr = unknown.
    void setRates(const RateBook *rates) { m_rates = rates; }

protected:
    const QString &keyOf(const monitor::RunnerInfo &runner) const override { return runner.runnerId; }
    bool ended(const monitor::RunnerInfo &runner) const override;
    qint64 endedTs(const monitor::RunnerInfo &runner) const override;
    QVariant raw(int slot, int column) const override;
    QString cellText(int slot, int column) const override;
    std::optional<double> fraction(int slot, int column) const override;
    QList<double> course(int slot, int column) const override;
    QString stateWord(int state) const override;
    QStringView storedText(int slot, int column) const override;
    TimeSpan span(int slot) const override;
    int stateOf(int slot) const override { return int(item(slot).state); }

private:
    const RateBook *m_rates = nullptr;
};

} // namespace dormouse
