// SPDX-License-Identifier: Apache-2.0
#include "models/controlmodel.h"

#include "models/cell.h"

#include <QJsonDocument>

namespace dormouse {

namespace {
const QStringList &targetKeys()
{
    static const QStringList keys{QStringLiteral("actor_id"), QStringLiteral("connection_id"), QStringLiteral("runner_id")};
    return keys;
}

/// A log is mailed around: what the user typed as content stays out of it.
const QStringList &contentKeys()
{
    static const QStringList keys{QStringLiteral("input_base64"), QStringLiteral("payload_base64"), QStringLiteral("args"), QStringLiteral("conn_params"), QStringLiteral("token")};
    return keys;
}
} // namespace

ControlModel::ControlModel(QObject *parent)
    : LiveTable({{"time", CellKind::Time},
                 {"command", CellKind::Text},
                 {"target", CellKind::Id},
                 {"outcome", CellKind::State},
                 {"took", CellKind::Duration},
                 {"detail", CellKind::Text},
                 {"arguments", CellKind::Text}},
                parent)
{
}

QString ControlModel::begin(qint64 ts, const QString &command, const QJsonObject &arguments)
{
    ControlRow row;
    row.id = QString::number(m_next++);
    row.ts = ts;
    row.command = command;
    QJsonObject rest = arguments;
    for (const QString &key : targetKeys()) {
        if (rest.contains(key) && row.target.isEmpty())
            row.target = rest.take(key).toString();
    }
    for (const QString &key : contentKeys())
        rest.remove(key);
    if (!rest.isEmpty())
        row.arguments = QString::fromUtf8(QJsonDocument(rest).toJson(QJsonDocument::Compact));
    if (m_next - m_oldest > quint64(kMaxRows))
        remove(QString::number(m_oldest++));
    store({row}, false, ts);
    return row.id;
}

void ControlModel::finish(const QString &id, qint64 ts, ControlRow::State state, const QString &outcome)
{
    const ControlRow *row = find(id);
    if (!row)
        return;
    ControlRow done = *row;
    done.state = state;
    done.outcome = outcome;
    done.tookMs = std::max<qint64>(0, ts - done.ts);
    store({done}, false, ts);
}

QVariant ControlModel::raw(int slot, int column) const
{
    const ControlRow &row = item(slot);
    switch (Columns(column)) {
    case Time:
        return double(row.ts);
    case Command:
        return row.command;
    case Target:
        return cell::text(row.target);
    case Outcome:
        return int(row.state);
    case Took:
        return cell::of(row.tookMs);
    case Detail:
        return cell::text(row.outcome);
    case Arguments:
        return cell::text(row.arguments);
    case ColumnCount:
        break;
    }
    return {};
}

QString ControlModel::stateWord(int state) const
{
    switch (ControlRow::State(state)) {
    case ControlRow::Running:
        return QStringLiteral("running");
    case ControlRow::Done:
        return QStringLiteral("done");
    case ControlRow::Failed:
        return QStringLiteral("failed");
    case ControlRow::Refused:
        return QStringLiteral("refused");
    }
    return {};
}

TimeSpan ControlModel::span(int slot) const
{
    const ControlRow &row = item(slot);
    return {row.ts, row.state == ControlRow::Running ? TimeSpan::kForever : row.ts + row.tookMs.value_or(0)};
}

} // namespace dormouse
