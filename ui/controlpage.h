// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/pages.h"

namespace dormouse {

/// Every command that was given from this window, with its outcome (console.md row 50).
class ControlPage final : public Page
{
    Q_OBJECT
public:
    ControlPage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

protected:
    void refresh() override;
    void flow(bool on) override;

private:
    QLabel *m_count;
    TableView *m_table;
};

} // namespace dormouse
