// SPDX-License-Identifier: Apache-2.0
#include "models/duemodel.h"

#include "models/cell.h"

#include <algorithm>

namespace dormouse {

DueModel::DueModel(QObject *parent)
    : LiveTable({{"due", CellKind::Duration},
                 {"what", CellKind::State},
                 {"name", CellKind::Text},
                 {"setting", CellKind::Text},
                 {"actor", CellKind::Id},
                 {"connection", CellKind::Id},
                 {"at", CellKind::Time}},
                parent)
{
    sort(In);
}

void DueModel::refresh(const ActorModel &actors, const ConnectionModel &connections, const Timeouts &timeouts, qint64 now)
{
    std::vector<DueRow> rows;
    const auto add = [&](DueRow::What what, const QString &object, const std::optional<qint64> &ts, const QString &setting,
                         const QString &actor, const QString &connection, const QString &label) {
        if (ts)
            rows.push_back({QString(QString::number(int(what)) % u':' % object), what, setting, actor, connection, label, *ts});
    };
    actors.forEach([&](const monitor::ActorInfo &actor) {
        if (actor.state == monitor::ActorState::Destroyed || (!actor.alarmTs && !actor.deadlineTs && !actor.rescheduleTs))
            return;
        const QString label = QString(actor.name % u' ' % actor.key).trimmed();
        add(DueRow::Alarm, actor.actorId, actor.alarmTs, {}, actor.actorId, {}, label);
        // A state whose deadline is the retry itself is named once.
        const bool retry = actor.rescheduleTs && actor.deadlineTs == actor.rescheduleTs;
        if (!retry)
            add(DueRow::Deadline, actor.actorId, actor.deadlineTs, actor.deadlineName, actor.actorId, {}, label);
        add(DueRow::Reschedule, actor.actorId, actor.rescheduleTs, actor.deadlineName, actor.actorId, {}, label);
    });
    connections.forEach([&](const monitor::ConnectionInfo &connection) {
        if (connection.state == monitor::ConnectionState::Closed)
            return;
        const auto of = [&](DueRow::What what, const std::optional<qint64> &ts, const QString &setting) {
            add(what, connection.connectionId, ts, setting, connection.actorId, connection.connectionId, connection.path);
        };
        const auto after = [&](const std::optional<qint64> &length) {
            return connection.stateSinceTs && length ? std::optional(*connection.stateSinceTs + *length) : std::nullopt;
        };
        of(DueRow::AckTimeout, connection.ackDeadlineTs, QStringLiteral("hws_message_ack_timeout_ms"));
        if (connection.state == monitor::ConnectionState::Waiting) {
            // An actor that has no runner yet is waited for longer.
            const monitor::ActorInfo *actor = actors.find(connection.actorId);
            if (actor && actor->state == monitor::ActorState::Pending)
                of(DueRow::ForceWakeTimeout, after(timeouts.forceWake), QStringLiteral("actor_force_wake_pending_timeout_ms"));
            else
                of(DueRow::ReadyTimeout, after(timeouts.ready), QStringLiteral("actor_ready_timeout_ms"));
        } else if (connection.state == monitor::ConnectionState::Opening) {
            if (connection.kind == monitor::ConnectionKind::Http)
                of(DueRow::ResponseTimeout, after(timeouts.response), QStringLiteral("gateway_response_start_timeout_ms"));
            else
                of(DueRow::OpenTimeout, after(timeouts.open), QStringLiteral("gateway_websocket_open_timeout_ms"));
        }
    });
    m_total = qint64(rows.size());
    if (rows.size() > size_t(kMaxRows)) {
        std::nth_element(rows.begin(), rows.begin() + kMaxRows, rows.end(),
                         [](const DueRow &a, const DueRow &b) { return a.dueTs < b.dueTs; });
        rows.resize(size_t(kMaxRows));
    }
    store(rows, true, now);
    resortIfNeeded();
}

QVariant DueModel::raw(int slot, int column) const
{
    const DueRow &row = item(slot);
    switch (Columns(column)) {
    case In:
        return double(std::max<qint64>(0, row.dueTs - now()));
    case What:
        return int(row.what);
    case Label:
        return cell::text(row.label);
    case Setting:
        return cell::text(row.setting);
    case Actor:
        return cell::text(row.actorId);
    case Connection:
        return cell::text(row.connectionId);
    case At:
        return double(row.dueTs);
    case ColumnCount:
        break;
    }
    return {};
}

QString DueModel::stateWord(int state) const
{
    switch (DueRow::What(state)) {
    case DueRow::Alarm:
        return QStringLiteral("alarm");
    case DueRow::Deadline:
        return QStringLiteral("deadline");
    case DueRow::Reschedule:
        return QStringLiteral("retry");
    case DueRow::AckTimeout:
        return QStringLiteral("ack_timeout");
    case DueRow::ReadyTimeout:
        return QStringLiteral("ready_timeout");
    case DueRow::ForceWakeTimeout:
        return QStringLiteral("force_wake_timeout");
    case DueRow::OpenTimeout:
        return QStringLiteral("open_timeout");
    case DueRow::ResponseTimeout:
        return QStringLiteral("response_timeout");
    }
    return {};
}

} // namespace dormouse
