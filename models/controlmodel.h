// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/livetable.h"

#include <QJsonObject>

namespace dormouse {

/// One command that was given to an engine from here.
struct ControlRow
{
    enum State { Running, Done, Failed, Refused };
    QString id; ///< running number as text
    qint64 ts = 0;
    QString command;
    QString target;    ///< id of what it was aimed at, or empty
    QString arguments; ///< JSON without the target; payloads and inputs are left out
    State state = Running;
    QString outcome; ///< error code and message; empty while running and when done
    std::optional<qint64> tookMs;
};

/// Log of every control action with its outcome (console.md row 50); the oldest leave at kMaxRows. Thread: UI.
class ControlModel final : public LiveTable<ControlRow>
{
    Q_OBJECT
public:
    enum Columns { Time, Command, Target, Outcome, Took, Detail, Arguments, ColumnCount };
    static constexpr int kMaxRows = 10'000;
    explicit ControlModel(QObject *parent = nullptr);

    /// Returns the id for finish().
    QString begin(qint64 ts, const QString &command, const QJsonObject &arguments);
    void finish(const QString &id, qint64 ts, ControlRow::State state, const QString &outcome);

protected:
    const QString &keyOf(const ControlRow &row) const override { return row.id; }
    QVariant raw(int slot, int column) const override;
    QString stateWord(int state) const override;
    TimeSpan span(int slot) const override;
    int stateOf(int slot) const override { return item(slot).state; }

private:
    quint64 m_next = 1;
    quint64 m_oldest = 1;
};

} // namespace dormouse
