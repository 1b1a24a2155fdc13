// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/settingmodel.h"
#include "ui/pages.h"

namespace dormouse {

struct SettingPreset;

/// Every limit and timer of the engine with its default; a double click changes one until the engine restarts
/// (console.md row 51).
class SettingsPage final : public Page
{
    Q_OBJECT
public:
    SettingsPage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

protected:
    void refresh() override;
    void flow(bool on) override { m_model.setActive(on); }

private:
    void change(const QString &name);
    void applyPreset(const SettingPreset &preset);
    SettingModel m_model;
    size_t m_shown = 0;
    QString m_values; ///< what the table was filled from
    QLabel *m_count;
    QLabel *m_help;
    TableView *m_table;
};

} // namespace dormouse
