// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/textcache.h"
#include "ui/theme.h"

#include <QStyledItemDelegate>
#include <QTableView>

#include <functional>

namespace dormouse {

class LiveTableModel;

/// Turns meaning (roles of the models) into icon, word, colour and bars.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    enum class States { Actor, Runner, Connection, Pending, Level, Due, Control, Wake };
    CellDelegate(const ThemeManager &theme, States states, QObject *parent);
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QString displayText(const QVariant &value, const QLocale &locale) const override;
    /// The words of a cell as they are painted.
    static QString textOf(States states, const QModelIndex &index);
    void setStale(bool on) { m_stale = on; }
    bool isStale() const { return m_stale; }
    /// Tells why a value is not known (console.md row 17).
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option, const QModelIndex &index) override;

private:
    const ThemeManager &m_theme;
    States m_states;
    bool m_stale = false;
    mutable TextCache m_texts;
};

/// A QTableView for live models: fixed row heights, no row header, sorting by click, copying, and no re-sorting while
/// the pointer is over it or a row is selected (console.md row 16; F5 sorts all the same, Esc selects nothing). Tells the hand-written text of an empty table below its header.
class TableView : public QTableView
{
    Q_OBJECT
public:
    TableView(const ThemeManager &theme, CellDelegate::States states, QWidget *parent = nullptr);
    /// widths by column, 0 = hidden; the model's column keys become titles.
    void setTable(QAbstractItemModel *model, const QList<int> &widths);
    void setEmptyText(const QString &title, const QString &help);
    void setStale(bool on);
    QString currentId() const;
    void selectRowById(const QString &id);
    QStringList selectedIds() const;
    bool hasSeveralSelected() const; ///< rows; costs the same for any number
    /// Its order may change now: what the model gets to know when it is set otherwise meanwhile.
    void updateFrozen();
    /// Rows shown as tab separated text.
    QString selectedText() const;

Q_SIGNALS:
    void idActivated(const QString &id);
    void idSelected(const QString &id);
    void rowsSelected(); ///< other rows than before, one or more or none

protected:
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void selectionChanged(const QItemSelection &selected, const QItemSelection &deselected) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    void makeRoomForArrow();
    const ThemeManager &m_theme;
    const CellDelegate::States m_states;
    CellDelegate *m_delegate;
    LiveTableModel *m_live = nullptr;
    QString m_emptyTitle, m_emptyHelp;
    bool m_restoring = false;
    bool m_entered = false; ///< by the pointer
};

} // namespace dormouse
