// SPDX-License-Identifier: Apache-2.0
#include "models/actormodel.h"

#include "engine/monitor/frame.h"
#include "models/cell.h"

namespace dormouse {

ActorModel::ActorModel(QObject *parent)
    : LiveTable({{"state", CellKind::State},
                 {"name", CellKind::Text},
                 {"key", CellKind::Text},
                 {"id", CellKind::Id},
                 {"pool", CellKind::Text},
                 {"runner", CellKind::Id},
                 {"connections", CellKind::Count},
                 {"hibernating", CellKind::Count},
                 {"pending", CellKind::Count},
                 {"pending.bytes", CellKind::Bytes},
                 {"rate", CellKind::Rate},
                 {"age", CellKind::Age},
                 {"wake", CellKind::Duration},
                 {"generation", CellKind::Count},
                 {"retries", CellKind::Count},
                 {"namespace", CellKind::Text},
                 {"why", CellKind::Text}},
                parent)
{
}

bool ActorModel::ended(const monitor::ActorInfo &actor) const
{
    return actor.state == monitor::ActorState::Destroyed;
}

void ActorModel::setRates(const RateBook *rates, const OwnTraffic *own)
{
    m_rates = rates;
    m_own = own;
}

QList<double> ActorModel::course(int slot, int) const
{
    return m_rates ? m_rates->course(item(slot).actorId, now()) : QList<double>();
}

QVariant ActorModel::raw(int slot, int column) const
{
    const monitor::ActorInfo &actor = item(slot);
    const auto less = [&](const auto &all, auto OwnTraffic::Load::*part) {
        if (!all || !m_own)
            return cell::of(all);
        const double rest = double(*all) - double(m_own->hiddenOf(actor.actorId).*part);
        return QVariant(rest > 0 ? rest : 0.0);
    };
    switch (Columns(column)) {
    case State:
        return int(actor.state);
    case Name:
        return cell::text(actor.name);
    case Key:
        return cell::text(actor.key);
    case Id:
        return actor.actorId;
    case Pool:
        return cell::text(actor.pool);
    case Runner:
        return cell::text(actor.runnerId);
    case Connections:
        return less(actor.connections, &OwnTraffic::Load::connections);
    case Hibernating:
        return less(actor.hibernating, &OwnTraffic::Load::hibernating);
    case PendingMessages:
        return less(actor.pendingMessages, &OwnTraffic::Load::pendingMessages);
    case PendingBytes:
        return less(actor.pendingBytes, &OwnTraffic::Load::pendingBytes);
    case Rate:
        return m_rates && m_rates->isKnown() ? QVariant(m_rates->perSecond(actor.actorId, now())) : QVariant();
    case Created:
        return cell::age(actor.createTs, now());
    case LastWake:
        return cell::of(actor.lastWakeMs);
    case Generation:
        return cell::of(actor.generation);
    case Retries:
        return cell::of(actor.retryCount);
    case Namespace:
        return cell::text(actor.namespaceName);
    case Why:
        return cell::text(actor.why.value(0));
    case ColumnCount:
        break;
    }
    return {};
}

QString ActorModel::stateWord(int state) const
{
    return monitor::toString(monitor::ActorState(state));
}

QStringView ActorModel::storedText(int slot, int column) const
{
    const monitor::ActorInfo &actor = item(slot);
    switch (column) {
    case Name:
        return actor.name;
    case Key:
        return actor.key;
    case Id:
        return actor.actorId;
    case Pool:
        return actor.pool;
    case Runner:
        return actor.runnerId;
    case Namespace:
        return actor.namespaceName;
    default:
        return {};
    }
}

TimeSpan ActorModel::span(int slot) const
{
    const monitor::ActorInfo &actor = item(slot);
    return {actor.createTs.value_or(TimeSpan::kEver), actor.destroyTs.value_or(TimeSpan::kForever)};
}

} // namespace dormouse
