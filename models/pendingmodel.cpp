// SPDX-License-Identifier: Apache-2.0
#include "models/pendingmodel.h"

#include "models/cell.h"

namespace dormouse {

PendingModel::PendingModel(QObject *parent)
    : LiveTable({{"place", CellKind::Count},
                 {"index", CellKind::Count},
                 {"bytes", CellKind::Bytes},
                 {"waiting", CellKind::Age},
                 {"written", CellKind::Age},
                 {"sent", CellKind::Count},
                 {"type", CellKind::Text},
                 {"preview", CellKind::Text}},
                parent)
{
}

void PendingModel::setConnection(const QString &connectionId)
{
    if (m_connection == connectionId)
        return;
    m_connection = connectionId;
    removeAll();
}

void PendingModel::apply(const monitor::Frame &frame)
{
    if (m_connection.isEmpty() || frame.pendingOf != m_connection) {
        setNow(frame.ts);
        return;
    }
    std::vector<PendingRow> rows;
    rows.reserve(frame.pending.size());
    for (const monitor::PendingMessageInfo &message : frame.pending)
        rows.push_back({QString::number(message.index), int(rows.size()), message});
    store(rows, true, frame.ts);
    resortIfNeeded();
}

QVariant PendingModel::raw(int slot, int column) const
{
    const PendingRow &row = item(slot);
    switch (Columns(column)) {
    case Place:
        return row.place;
    case Index:
        return row.message.index;
    case Bytes:
        return double(row.message.bytes);
    case Waiting:
        return cell::age(row.message.queuedTs, now());
    case SinceWritten:
        return cell::age(row.message.writtenTs, now());
    case TimesSent:
        return row.message.timesSent;
    case Type:
        return row.message.binary ? QStringLiteral("binary") : QStringLiteral("text");
    case Preview:
        if (row.message.preview.isEmpty())
            return {};
        return row.message.binary ? QString::fromLatin1(row.message.preview.left(64).toHex(' '))
                                  : QString::fromUtf8(row.message.preview).simplified();
    case ColumnCount:
        break;
    }
    return {};
}

int PendingModel::stateOf(int slot) const
{
    const int sent = item(slot).message.timesSent;
    return sent == 0 ? Queued : sent == 1 ? Sent : Resent;
}

QString PendingModel::stateWord(int state) const
{
    return state == Queued ? QStringLiteral("queued") : state == Sent ? QStringLiteral("sent") : QStringLiteral("resent");
}

} // namespace dormouse
