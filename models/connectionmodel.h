// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"
#include "models/livetable.h"
#include "models/ratebook.h"

namespace dormouse {

/// Every gateway request and client WebSocket, live and hibernating (console.md rows 3, 4, 28-30). Closed ones are
/// kept for autopsy.
class ConnectionModel final : public LiveTable<monitor::ConnectionInfo>
{
    Q_OBJECT
public:
    enum Columns {
        State, Path, Actor, PendingBytes, PendingMessages, PeakBytes, OldestPending, Keepalive, Refresh, InState, Age, MessagesIn,
        MessagesOut, Rate, BytesIn, BytesOut, AckLatency, ClientRtt, Sleeps, Resends, Runner, Client, Id, Close, ColumnCount
    };
    explicit ConnectionModel(QObject *parent = nullptr);

    /// Connections that consoles made themselves (console.md row 19); hidden unless on.
    void setShowOwn(bool on);
    bool showsOwn() const { return m_showOwn; }
    /// Messages per second by connection id; borrowed, nullptr = unknown.
    void setRates(const RateBook *rates) { m_rates = rates; }

protected:
    const QString &keyOf(const monitor::ConnectionInfo &connection) const override { return connection.connectionId; }
    bool ended(const monitor::ConnectionInfo &connection) const override;
    qint64 endedTs(const monitor::ConnectionInfo &connection) const override { return connection.closedTs.value_or(0); }
    QVariant raw(int slot, int column) const override;
    std::optional<double> fraction(int slot, int column) const override;
    QList<double> course(int slot, int column) const override;
    QString stateWord(int state) const override;
    QStringView storedText(int slot, int column) const override;
    TimeSpan span(int slot) const override;
    int stateOf(int slot) const override { return int(item(slot).state); }
    bool hides(int slot) const override { return !m_showOwn && item(slot).ownTraffic; }

private:
    bool m_showOwn = false;
    const RateBook *m_rates = nullptr;
};

} // namespace dormouse
