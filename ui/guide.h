// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/theme.h"

#include <QFrame>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace dormouse {

/// The way to the first actor: engine, runner, actor, client, each with a check mark that appears by itself (console.md
/// row 96). Lies over the page it is given and follows its size. Comes up when a live engine that takes commands has
/// neither runners nor actors, and goes when it is dismissed. Thread: the UI thread.
class Guide final : public QFrame
{
    Q_OBJECT
public:
    enum Step { Engine, Paste, Runner, Actor, Client, StepCount };
    Guide(Session &session, const ThemeManager &theme, QWidget *page);

    bool isDone(Step step) const { return m_done[step]; }
    /// Shown again, whatever the engine holds.
    void open();
    void dismiss();
    void setDismissed(bool on) { m_dismissed = on; }
    /// Goes on where the guide of the page before was.
    void takeOver(const Guide &old);
    /// What a terminal needs for a first runner of the engine at that address: three lines.
    static QString commands(const QString &engineUrl);

Q_SIGNALS:
    void dismissed();
    void createWanted();
    void clientWanted();

protected:
    bool eventFilter(QObject *object, QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void refresh();
    void place();

    Session &m_session;
    const ThemeManager &m_theme;
    QLabel *m_icons[StepCount];
    QLabel *m_texts[StepCount];
    QPlainTextEdit *m_lines;
    QPushButton *m_create, *m_client;
    bool m_done[StepCount] = {};
    bool m_dismissed = false;
    bool m_decided = false; ///< the first picture of this engine has told whether it is empty
};

} // namespace dormouse
