// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/theme.h"

#include <QDialog>
#include <QList>

class QAction;
class QLineEdit;
class QListWidget;

namespace dormouse {

/// Ctrl+K: type a part of an id, key, name, path or command and press Enter (console.md row 8).
class CommandPalette final : public QDialog
{
    Q_OBJECT
public:
    CommandPalette(Session &session, const ThemeManager &theme, const QList<QAction *> &actions, QWidget *parent);
    /// Letters of pattern in order within text; higher is better, -1 = no match. Exact parts beat scattered letters.
    static int score(const QString &pattern, const QString &text);
    static int score(const Filter::Needle &word, const QString &lower, QStringView text); ///< of the same pattern

Q_SIGNALS:
    void chosen(const QString &kind, const QString &id); ///< kind: actors, connections, runners

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void search(const QString &text);
    void take();
    Session &m_session;
    const ThemeManager &m_theme;
    QList<QAction *> m_actions;
    QLineEdit *m_input;
    QListWidget *m_list;
};

} // namespace dormouse
