// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/wakemodel.h"
#include "ui/pages.h"

namespace dormouse {

/// Where the time of each wake went, as a waterfall, and the percentiles of each stage (console.md row 39).
class WakePage final : public Page
{
    Q_OBJECT
public:
    WakePage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);
    /// Tone and name of a stage, for the picture and its legend.
    static Color tone(WakeRow::Moment stage);
    static QString stageName(WakeRow::Moment stage);

protected:
    void refresh() override;
    void activate(bool on) override;

private:
    qint64 m_lastTs = 0;
    QList<QLabel *> m_values; ///< stages and total, three quantiles each
    TableView *m_table;
};

} // namespace dormouse
