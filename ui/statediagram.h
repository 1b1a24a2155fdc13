// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/statehistory.h"
#include "ui/theme.h"

#include <QWidget>

namespace dormouse {

/// A state machine as the engine runs it (console.md row 6): boxes in layers by their distance from the initial state,
/// the current one lit, ways that were taken drawn strong, ways that are open from here dashed. The table beside it
/// lists the ways taken with time and cause; the tool tip of a box tells what leads out of it.
class StateDiagram : public QWidget
{
    Q_OBJECT
public:
    explicit StateDiagram(const ThemeManager &theme, QWidget *parent = nullptr);
    /// The layers are computed when the machine is another one. machine may be nullptr (unknown).
    void setMachine(const monitor::StateMachineInfo *machine);
    void setCurrent(const QString &state, const std::deque<StateHistory::Step> &steps);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {240, 40}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QStringList statesByLayer() const; ///< one line per layer, for tests

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Box
    {
        QString state;
        QRectF area;
    };
    std::vector<Box> boxes(int width, int *height) const;
    int boxWidth(int width) const;
    const ThemeManager &m_theme;
    monitor::StateMachineInfo m_machine;
    std::vector<QStringList> m_layers;
    QString m_current;
    QHash<QString, int> m_taken; ///< "from>to" -> times
};

/// The states of one object over time as coloured spans with their icons; the history table says the same in words.
class StateStrip : public QWidget
{
    Q_OBJECT
public:
    explicit StateStrip(const ThemeManager &theme, QWidget *parent = nullptr);
    void setSteps(const QString &machine, const QString &current, const std::deque<StateHistory::Step> &steps, qint64 now,
                  const std::optional<qint64> &beganTs);
    QSize sizeHint() const override { return {m_theme.px(280), m_theme.px(40)}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Span
    {
        QString state;
        qint64 from = 0, to = 0;
        QRectF area;
    };
    const ThemeManager &m_theme;
    QString m_machine;
    std::vector<Span> m_spans;
    std::vector<Span> m_painted;
};

} // namespace dormouse
