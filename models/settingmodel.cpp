// SPDX-License-Identifier: Apache-2.0
#include "models/settingmodel.h"

#include "models/cell.h"

#include <QHash>

namespace dormouse {

SettingModel::SettingModel(QObject *parent)
    : LiveTable({{"setting", CellKind::Text},
                 {"value", CellKind::Text},
                 {"default", CellKind::Text},
                 {"rivet", CellKind::Text},
                 {"unit", CellKind::Text},
                 {"range", CellKind::Text},
                 {"changed", CellKind::YesNo},
                 {"related", CellKind::Text}},
                parent)
{
}

QString SettingModel::rivetValue(const QString &name)
{
    static const QHash<QString, const char *> values = {
        {QStringLiteral("guard.actor_ready_timeout_ms"), "30000 (2.0.33: 10000)"},
        {QStringLiteral("guard.actor_force_wake_pending_timeout_ms"), "60000"},
        {QStringLiteral("guard.wake_retries"), "8 (2.0.33: 16)"},
        {QStringLiteral("guard.http_attempts"), "7 (2.0.33: 3)"},
        {QStringLiteral("guard.retry_pause_ms"), "150 (2.0.33: 100)"},
        {QStringLiteral("guard.close_linger_ms"), "5 (2.0.33: 100)"},
        {QStringLiteral("pegboard.gateway_websocket_open_timeout_ms"), "15000"},
        {QStringLiteral("pegboard.gateway_response_start_timeout_ms"), "300000 (2.0.33: 15000)"},
        {QStringLiteral("pegboard.hws_message_ack_timeout_ms"), "30000"},
        {QStringLiteral("pegboard.hws_max_pending_size"), "1048576"},
        {QStringLiteral("pegboard.hibernating_request_eligible_threshold"), "90000"},
        {QStringLiteral("pegboard.base_retry_timeout"), "2000"},
        {QStringLiteral("pegboard.retry_reset_duration"), "600000"},
        {QStringLiteral("pegboard.reschedule_backoff_max_exponent"), "8"},
        {QStringLiteral("pegboard.actor_start_threshold"), "30000"},
        {QStringLiteral("pegboard.actor_stop_threshold"), "1800000 (2.0.33: 30000)"},
        {QStringLiteral("pegboard.runner_eligible_threshold"), "10000"},
        {QStringLiteral("pegboard.runner_lost_threshold"), "15000"},
        {QStringLiteral("pegboard.runner_update_ping_interval_ms"), "3000"},
        {QStringLiteral("pegboard.runner_ping_timeout_ms"), "15000 (2.0.33: -)"},
        {QStringLiteral("pegboard.runner_init_timeout_ms"), "5000"},
        {QStringLiteral("pegboard.event_ack_batch"), "250"},
        {QStringLiteral("pegboard.actor_allocation_candidate_sample_size"), "100 (2.0.33: 1)"},
        {QStringLiteral("pegboard.restart_pending_timeout_ms"), "60000 (2.0.33: -)"},
        {QStringLiteral("pegboard.serverless_base_retry_timeout"), "2000"},
        {QStringLiteral("pegboard.serverless_retry_reset_duration"), "600000"},
        {QStringLiteral("pegboard.serverless_backoff_max_exponent"), "8"},
        {QStringLiteral("pegboard.serverless_drain_grace_period"), "10000 (2.0.33: 5000)"},
        {QStringLiteral("pegboard.default_metadata_poll_interval"), "10000 (2.0.33: -)"},
        {QStringLiteral("pegboard.min_metadata_poll_interval"), "5000 (2.0.33: -)"},
        {QStringLiteral("pegboard.runner_pool_consecutive_successes_to_clear_error"), "3 (2.0.33: -)"},
    };
    return QString::fromLatin1(values.value(name, ""));
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
    case Rivet:
        return cell::text(rivetValue(row.id));
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
