// SPDX-License-Identifier: Apache-2.0
#include "models/settingmodel.h"

#include "models/cell.h"

namespace dormouse {

SettingModel::SettingModel(QObject *parent)
    : LiveTable({{"setting", CellKind::Text},
                 {"value", CellKind::Text},
                 {"default", CellKind::Text},
                 {"unit", CellKind::Text},
                 {"range", CellKind::Text},
                 {"changed", CellKind::YesNo},
                 {"related", CellKind::Text}},
                parent)
{
}

void SettingModel::apply(const std::vector<monitor::SettingInfo> &settings, qint64 ts)
{
    m_settings = settings;
    m_ts = ts;
    refill();
}

void SettingModel::setOnlyChanged(bool on)
{
    m_onlyChanged = on;
    refill();
}

void SettingModel::refill()
{
    std::vector<SettingRow> rows;
    rows.reserve(m_settings.size());
    for (const monitor::SettingInfo &setting : m_settings) {
        SettingRow row{QString(setting.section % u'.' % setting.key), setting};
        if (!m_onlyChanged || row.changed())
            rows.push_back(std::move(row));
    }
    store(rows, true, m_ts);
}

QVariant SettingModel::raw(int slot, int column) const
{
    const SettingRow &row = item(slot);
    switch (Columns(column)) {
    case Name:
        return row.id;
    case Value:
        return cell::text(row.setting.value);
    case Default:
        return cell::text(row.setting.defaultValue);
    case Unit:
        return cell::text(row.setting.unit);
    case Range:
        return cell::text(row.setting.range);
    case Changed:
        return row.changed();
    case Related:
        return cell::text(row.setting.related);
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace dormouse
