// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/theme.h"

#include <QWidget>

class QCompleter;
class QHBoxLayout;
class QLineEdit;
class QMenu;
class QSettings;
class QStringListModel;
class QToolButton;

namespace dormouse {

/// The one filter over all views: a field with completion of column names and state words, its terms as chips that can
/// be taken away, and named filters that are kept (console.md rows 22 to 25). Thread: the UI thread.
class FilterBar final : public QWidget
{
    Q_OBJECT
public:
    /// settings may be nullptr: saved filters then last as long as the window.
    FilterBar(Session &session, const ThemeManager &theme, QSettings *settings, QWidget *parent = nullptr);

    /// The field goes on with the filter of another session.
    void setSession(Session &session);
    QLineEdit *field() const { return m_field; }
    /// Row of chips, placed by the owner; hidden while there are no terms.
    QWidget *chips() const { return m_chips; }
    /// Adds a term; a term that is there already is taken away.
    void toggleTerm(const QString &term);
    /// The range of time that all views show, as TimeRange writes it; empty = all.
    void setTimeRange(const QString &range);
    QString timeRange() const;
    /// What can follow the unfinished term before the cursor.
    QStringList completions(const QString &unfinished) const;
    QMap<QString, QString> saved() const { return m_saved; }
    void save(const QString &name);
    /// Name and filter per line as JSON; errors in words, empty when all were taken.
    QByteArray exported() const;
    QString import(const QByteArray &json);

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    static QString problemText(const QString &error);
    void showFilter(const QString &text, const QString &error);
    void textEdited();
    void complete(const QString &completion);
    void fillChips(const QString &text);
    void fillMenu();
    void fillTimes();
    void askTimes();
    QToolButton *makeButton(const QString &name, const QString &icon, QMenu **menu);
    void store();
    void askName();
    QString unfinishedTerm() const;

    Session *m_session;
    const ThemeManager &m_theme;
    QSettings *m_settings;
    QLineEdit *m_field;
    QWidget *m_chips;
    QHBoxLayout *m_chipRow;
    QCompleter *m_completer;
    QStringListModel *m_words;
    QMenu *m_menu, *m_times;
    QMap<QString, QString> m_saved;
};

} // namespace dormouse
