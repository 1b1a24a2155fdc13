// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/duemodel.h"
#include "ui/pages.h"

namespace dormouse {

/// What fires next: alarms, deadlines, retries and timeouts with their countdown (console.md row 11).
class DuePage final : public Page
{
    Q_OBJECT
public:
    DuePage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

protected:
    void refresh() override;
    void tick() override;
    void activate(bool on) override;

private:
    DueModel m_model;
    qint64 m_lastTs = 0;
    QLabel *m_count;
    TableView *m_table;
};

} // namespace dormouse
