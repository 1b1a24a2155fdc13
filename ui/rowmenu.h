// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"

#include <QObject>

class QMenu;
class QPoint;
class QWidget;

namespace dormouse {

class TableView;

/// Context menu of a table: copying a row as id, text, JSON or as a command for a shell, filtering by a cell, exporting
/// what is shown, and the actions of the kind (console.md rows 12, 27, 75, 76, 81). Thread: the UI thread.
class RowMenu final : public QObject
{
    Q_OBJECT
public:
    enum class Kind { Actors, Connections, Runners, Other };
    /// title names the file that an export suggests.
    RowMenu(Kind kind, const QString &title, TableView *table, Session &session);
    /// Menu for the cell at that point of the viewport; the caller owns it.
    QMenu *make(const QPoint &at);

    /// As typed into a shell; empty when the row has none.
    static QString curlCommand(const QString &engineUrl, const QString &actorId);
    static QString wscatCommand(const QString &engineUrl, const QString &actorId, const QString &path);
    static QByteArray rowJson(Session &session, Kind kind, const QString &id);

Q_SIGNALS:
    void filterWanted(const QString &text);
    void commandWanted(const QString &action);
    void bulkWanted(const QString &action, const QStringList &ids);

private:
    void addCopies(QMenu &menu, const QString &id);
    void addFilters(QMenu &menu, const QModelIndex &index);
    void addActions(QMenu &menu, bool ended); ///< ended: nothing can be done to that row any more
    void exportTable();

    Kind m_kind;
    QString m_title;
    TableView *m_table;
    Session &m_session;
};

} // namespace dormouse
