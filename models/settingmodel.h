// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"
#include "models/livetable.h"

namespace dormouse {

struct SettingRow
{
    QString id; ///< section.key
    monitor::SettingInfo setting;
    bool changed() const { return setting.value != setting.defaultValue; }
};

/// Every limit and timer of the engine with its default and Rivet's (console.md row 51; scheduler.md section 6, gateway.md
/// section 10.2).
class SettingModel final : public LiveTable<SettingRow>
{
    Q_OBJECT
public:
    enum Columns { Name, Value, Default, Rivet, Unit, Range, Changed, Related, ColumnCount };
    explicit SettingModel(QObject *parent = nullptr);
    void apply(const std::vector<monitor::SettingInfo> &settings, qint64 ts);
    void setOnlyChanged(bool on);

    /// What the newest Rivet has under that name, and 2.0.33 where it had something else; empty = nothing of the kind.
    static QString rivetValue(const QString &name);

protected:
    const QString &keyOf(const SettingRow &row) const override { return row.id; }
    QVariant raw(int slot, int column) const override;
    QString stateWord(int) const override { return {}; }
    int stateOf(int) const override { return 0; }

private:
    void refill();
    std::vector<monitor::SettingInfo> m_settings;
    bool m_onlyChanged = false;
    qint64 m_ts = 0;
};

} // namespace dormouse
