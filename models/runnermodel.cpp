// SPDX-License-Identifier: Apache-2.0
#include "models/runnermodel.h"

#include "engine/monitor/frame.h"
#include "models/cell.h"
#include "models/format.h"

namespace dormouse {

RunnerModel::RunnerModel(QObject *parent)
    : LiveTable({{"state", CellKind::State},
                 {"name", CellKind::Text},
                 {"key", CellKind::Text},
                 {"id", CellKind::Id},
                 {"slots", CellKind::SlotsBar},
                 {"eligible", CellKind::Text},
                 {"rtt", CellKind::Duration},
                 {"ping", CellKind::Age},
                 {"version", CellKind::Count},
                 {"protocol", CellKind::Count},
                 {"queued", CellKind::Bytes},
                 {"in", CellKind::Count},
                 {"out", CellKind::Count},
                 {"rate", CellKind::Rate},
                 {"parked", CellKind::Count},
                 {"connected", CellKind::Age},
                 {"outbound", CellKind::Text},
                 {"pool.error", CellKind::Text},
                 {"drain", CellKind::Time},
                 {"stop", CellKind::Time},
                 {"namespace", CellKind::Text}},
                parent)
{
}

bool RunnerModel::ended(const monitor::RunnerInfo &runner) const
{
    return runner.state == monitor::RunnerState::Stopped;
}

qint64 RunnerModel::endedTs(const monitor::RunnerInfo &runner) const
{
    return runner.stopTs.value_or(runner.lostAtTs.value_or(0));
}

QVariant RunnerModel::raw(int slot, int column) const
{
    const monitor::RunnerInfo &runner = item(slot);
    switch (Columns(column)) {
    case State:
        return int(runner.state);
    case Name:
        return cell::text(runner.name);
    case Key:
        return cell::text(runner.key);
    case Id:
        return runner.runnerId;
    case Slots:
        return cell::of(runner.usedSlots);
    case Eligible:
        if (!runner.eligible)
            return {};
        if (*runner.eligible)
            return QStringLiteral("yes");
        return QString(QStringLiteral("no ") + runner.ineligibleReason).trimmed();
    case Rtt:
        return cell::of(runner.lastRttMs);
    case PingAge:
        return cell::age(runner.lastPingTs, now());
    case Version:
        return cell::of(runner.version);
    case Protocol:
        return cell::of(runner.protocolVersion);
    case Queued:
        return cell::of(runner.queuedBytes);
    case MessagesIn:
        return cell::of(runner.messagesIn);
    case MessagesOut:
        return cell::of(runner.messagesOut);
    case Rate:
        return m_rates && m_rates->isKnown() ? QVariant(m_rates->perSecond(runner.runnerId, now())) : QVariant();
    case Parked:
        return cell::of(runner.parkedSockets);
    case Connected:
        return cell::age(runner.lastConnectedTs, now());
    case Outbound:
        return cell::text(runner.outboundState);
    case PoolError:
        return cell::text(runner.poolErrorJson);
    case Drain:
        return cell::of(runner.drainTs);
    case Stop:
        return cell::of(runner.stopTs);
    case Namespace:
        return cell::text(runner.namespaceName);
    case ColumnCount:
        break;
    }
    return {};
}

QString RunnerModel::cellText(int slot, int column) const
{
    if (column != Slots)
        return LiveTable::cellText(slot, column);
    const monitor::RunnerInfo &runner = item(slot);
    const auto part = [](const std::optional<quint32> &n) { return n ? countText(*n) : unknownText(); };
    return part(runner.usedSlots) + QStringLiteral(" / ") + part(runner.totalSlots);
}

std::optional<double> RunnerModel::fraction(int slot, int column) const
{
    const monitor::RunnerInfo &runner = item(slot);
    if (column != Slots || !runner.usedSlots || !runner.totalSlots || *runner.totalSlots == 0)
        return std::nullopt;
    return double(*runner.usedSlots) / double(*runner.totalSlots);
}

QList<double> RunnerModel::course(int slot, int) const
{
    return m_rates ? m_rates->course(item(slot).runnerId, now()) : QList<double>();
}

QString RunnerModel::stateWord(int state) const
{
    return monitor::toString(monitor::RunnerState(state));
}

QStringView RunnerModel::storedText(int slot, int column) const
{
    const monitor::RunnerInfo &runner = item(slot);
    switch (column) {
    case Name:
        return runner.name;
    case Key:
        return runner.key;
    case Id:
        return runner.runnerId;
    case Namespace:
        return runner.namespaceName;
    default:
        return {};
    }
}

TimeSpan RunnerModel::span(int slot) const
{
    const monitor::RunnerInfo &runner = item(slot);
    const std::optional<qint64> from = runner.createTs ? runner.createTs : runner.lastConnectedTs;
    const std::optional<qint64> to = runner.stopTs ? runner.stopTs : runner.lostAtTs;
    return {from.value_or(TimeSpan::kEver), ended(runner) ? to.value_or(TimeSpan::kForever) : TimeSpan::kForever};
}

} // namespace dormouse
