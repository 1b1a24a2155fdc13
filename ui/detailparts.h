// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/statehistory.h"
#include "ui/words.h"

#include <QTableWidget>

class QLabel;

namespace dormouse {

/// A small list inside a page of details: no grid, no row header, rows of one height.
class FactTable final : public QTableWidget
{
    Q_OBJECT
public:
    FactTable(const ThemeManager &theme, const QStringList &titles, const QString &name, QWidget *parent);
    /// As many rows as given; texts by column. The first and the third column are muted.
    void setRows(const std::vector<QStringList> &rows);
    /// As high as its rows, at most this many; else it scrolls. 0 = as many as there are.
    void fitRows(int atMost = 0);

private:
    const ThemeManager &m_theme;
};

/// First line of a page of details: icon of the state, name, word of the state.
class DetailHead final : public QWidget
{
    Q_OBJECT
public:
    explicit DetailHead(const ThemeManager &theme, QWidget *parent = nullptr);
    void show(const Words::Look &look, const QString &title, const QString &tip);
    void clear(const QString &title);

private:
    const ThemeManager &m_theme;
    QLabel *m_icon, *m_title, *m_state;
};

/// The transitions behind a state diagram, newest first: when, what, and the cause with its help.
class StepTable final : public QWidget
{
    Q_OBJECT
public:
    StepTable(const ThemeManager &theme, const QString &machine, QWidget *parent = nullptr);
    void setSteps(const QString &machine, const std::deque<StateHistory::Step> &steps);

private:
    static constexpr int kStepsShown = 50;
    FactTable *m_table;
    QString m_machine;
};

} // namespace dormouse
