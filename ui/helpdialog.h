// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

class QAction;
class QLineEdit;
class QTextBrowser;

namespace dormouse {

/// Help for the view in front, every key, and every reason code, in one window with a search field (console.md rows 91
/// and 94). Thread: the UI thread.
class HelpDialog final : public QDialog
{
    Q_OBJECT
public:
    enum class Part { View, Filter, Keys, Codes };
    HelpDialog(const QString &view, const QString &viewTitle, const QList<QAction *> &actions, QWidget *parent = nullptr);
    void show(Part part);
    Part part() const { return m_part; }
    QString text() const; ///< as shown, without markup

private:
    void fill();
    QString viewText() const;
    QString keysText() const;
    QString codesText() const;

    QString m_view, m_viewTitle;
    QList<QAction *> m_actions;
    Part m_part = Part::View;
    QLineEdit *m_find;
    QTextBrowser *m_text;
    QList<class QPushButton *> m_parts;
};

} // namespace dormouse
