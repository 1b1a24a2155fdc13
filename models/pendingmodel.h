// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/frame.h"
#include "models/livetable.h"

namespace dormouse {

/// One message that waits, with its place in the queue (0 = next to be acknowledged).
struct PendingRow
{
    QString id; ///< message index as text
    int place = 0;
    monitor::PendingMessageInfo message;
};

/// The pending messages of one connection (console.md row 31). A frame carries the whole queue of the connection.
class PendingModel final : public LiveTable<PendingRow>
{
    Q_OBJECT
public:
    enum Columns { Place, Index, Bytes, Waiting, SinceWritten, TimesSent, Type, Preview, ColumnCount };
    enum State { Queued, Sent, Resent };
    explicit PendingModel(QObject *parent = nullptr);

    /// Shows nothing until a frame for this connection arrives. Empty = no connection.
    void setConnection(const QString &connectionId);
    const QString &connection() const { return m_connection; }
    void apply(const monitor::Frame &frame);

protected:
    const QString &keyOf(const PendingRow &row) const override { return row.id; }
    QVariant raw(int slot, int column) const override;
    QString stateWord(int state) const override;
    int stateOf(int slot) const override;

private:
    QString m_connection;
};

} // namespace dormouse
