// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/rules.h"

#include <QWidget>

class QGridLayout;
class QLabel;

namespace dormouse {

/// Rules as lines: icon of the verdict, condition, live value. Nothing to show: hidden.
class RuleList final : public QWidget
{
    Q_OBJECT
public:
    RuleList(const ThemeManager &theme, const QString &name, QWidget *parent = nullptr);
    void setRules(const std::vector<Rule> &rules);

private:
    struct Line
    {
        QLabel *icon, *text, *value;
    };
    const ThemeManager &m_theme;
    QGridLayout *m_grid;
    std::vector<Line> m_lines;
};

} // namespace dormouse
