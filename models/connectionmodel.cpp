// SPDX-License-Identifier: Apache-2.0
#include "models/connectionmodel.h"

#include "engine/monitor/frame.h"
#include "models/cell.h"

namespace dormouse {

ConnectionModel::ConnectionModel(QObject *parent)
    : LiveTable({{"state", CellKind::State},
                 {"path", CellKind::Text},
                 {"actor", CellKind::Id},
                 {"pending.bytes", CellKind::BytesBar},
                 {"pending", CellKind::Count},
                 {"pending.peak", CellKind::Bytes},
                 {"oldest", CellKind::Duration},
                 {"keepalive", CellKind::Age},
                 {"refresh", CellKind::Duration},
                 {"instate", CellKind::Age},
                 {"age", CellKind::Age},
                 {"in", CellKind::Count},
                 {"out", CellKind::Count},
                 {"rate", CellKind::Rate},
                 {"in.bytes", CellKind::Bytes},
                 {"out.bytes", CellKind::Bytes},
                 {"ack", CellKind::Micros},
                 {"client.rtt", CellKind::Micros},
                 {"sleeps", CellKind::Count},
                 {"resends", CellKind::Count},
                 {"runner", CellKind::Id},
                 {"client", CellKind::Text},
                 {"id", CellKind::Id},
                 {"close", CellKind::Text}},
                parent)
{
}

bool ConnectionModel::ended(const monitor::ConnectionInfo &connection) const
{
    return connection.state == monitor::ConnectionState::Closed;
}

void ConnectionModel::setShowOwn(bool on)
{
    if (m_showOwn == on)
        return;
    m_showOwn = on;
    refilter();
}

QVariant ConnectionModel::raw(int slot, int column) const
{
    const monitor::ConnectionInfo &connection = item(slot);
    const qint64 until = connection.closedTs.value_or(now());
    switch (Columns(column)) {
    case State:
        return int(connection.state);
    case Path:
        return QString((connection.kind == monitor::ConnectionKind::Http ? connection.method : QStringLiteral("WS"))
                       % u' ' % connection.path);
    case Actor:
        return cell::text(connection.actorId);
    case PendingBytes:
        return cell::of(connection.pendingBytes);
    case PendingMessages:
        return cell::of(connection.pendingMessages);
    case PeakBytes:
        return cell::of(connection.maxPendingBytes);
    case OldestPending:
        return cell::of(connection.oldestPendingMs);
    case Keepalive:
        return cell::age(connection.keepaliveTs, until);
    case Refresh:
        return connection.keepaliveDueTs ? QVariant(double(std::max<qint64>(0, *connection.keepaliveDueTs - until))) : QVariant();
    case InState:
        return cell::age(connection.stateSinceTs, now());
    case Age:
        return cell::age(connection.openedTs, until);
    case MessagesIn:
        return cell::of(connection.messagesIn);
    case MessagesOut:
        return cell::of(connection.messagesOut);
    case Rate:
        return m_rates && m_rates->isKnown() ? QVariant(m_rates->perSecond(connection.connectionId, now())) : QVariant();
    case BytesIn:
        return cell::of(connection.bytesIn);
    case BytesOut:
        return cell::of(connection.bytesOut);
    case AckLatency:
        return cell::of(connection.lastAckLatencyUs);
    case ClientRtt:
        return cell::of(connection.clientRttUs);
    case Sleeps:
        return cell::of(connection.sleeps);
    case Resends:
        return cell::of(connection.resends);
    case Runner:
        return cell::text(connection.runnerId);
    case Client:
        return cell::text(connection.ownTraffic ? QString(u"console " % connection.clientAddress) : connection.clientAddress);
    case Id:
        return connection.connectionId;
    case Close:
        if (!connection.closeCode && connection.closeReason.isEmpty())
            return {};
        return QString((connection.closeCode ? QString::number(*connection.closeCode) : QString()) % u' '
                       % connection.closeReason)
            .trimmed();
    case ColumnCount:
        break;
    }
    return {};
}

std::optional<double> ConnectionModel::fraction(int slot, int column) const
{
    const monitor::ConnectionInfo &connection = item(slot);
    if (column != PendingBytes || !connection.pendingBytes || connection.pendingLimitBytes.value_or(0) <= 0)
        return std::nullopt;
    return double(*connection.pendingBytes) / double(*connection.pendingLimitBytes);
}

QList<double> ConnectionModel::course(int slot, int) const
{
    return m_rates ? m_rates->course(item(slot).connectionId, now()) : QList<double>();
}

QString ConnectionModel::stateWord(int state) const
{
    return monitor::toString(monitor::ConnectionState(state));
}

QStringView ConnectionModel::storedText(int slot, int column) const
{
    const monitor::ConnectionInfo &connection = item(slot);
    switch (column) {
    case Actor:
        return connection.actorId;
    case Runner:
        return connection.runnerId;
    case Id:
        return connection.connectionId;
    default:
        return {};
    }
}

TimeSpan ConnectionModel::span(int slot) const
{
    const monitor::ConnectionInfo &connection = item(slot);
    return {connection.openedTs.value_or(TimeSpan::kEver), connection.closedTs.value_or(TimeSpan::kForever)};
}

} // namespace dormouse
