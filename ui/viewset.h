// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/pages.h"
#include "ui/session.h"
#include "ui/theme.h"

#include <QObject>
#include <QPointer>

#include <memory>
#include <vector>

namespace dormouse {

class ClientConnector;
class Guide;

/// What one tab of the window is about: one engine (or recording) with its session and a page for each view. The docks
/// belong to the window and show the pages of the tab in front; the pages of the others wait, keep sorting, selection
/// and open client connections, and cost no painting. Thread: the UI thread.
class ViewSet final : public QObject
{
    Q_OBJECT
public:
    struct View
    {
        QString name, title, icon;
        QPointer<Page> page; ///< owned by this set wherever it is shown
    };
    /// connector may be nullptr: no built-in client. parent also parents the place where hidden pages wait.
    ViewSet(const ThemeManager &theme, ClientConnector *connector, QWidget *parent);
    ~ViewSet() override;

    Session &session() { return m_session; }
    const std::vector<View> &views() const { return m_views; }
    Page *page(const QString &name) const;
    /// Makes all pages again, in the language and text size of now; they get what was set and open in the old ones, which
    /// are deleted. textSize: the one the old ones were made for.
    void rebuild(int textSize);
    /// Takes a page out of the dock that shows it.
    void shelve(Page *page);
    void showSelection();
    /// The rows that are selected in the table of that kind while it is on screen.
    QStringList selectedRows(const QString &idKey) const;
    bool severalSelected(const QString &idKey) const; ///< the same has more than one
    Guide &guide() { return *m_guide; }

    QString problem; ///< lasting error of this engine, shown above its views; empty = none
    bool endsWithTab = false; ///< the engine runs in this process for this tab only

Q_SIGNALS:
    void rowsSelected(); ///< in the table of actors, connections or runners
    void filterWanted(const QString &text);
    void commandWanted(const QString &action);
    void bulkWanted(const QString &action, const QStringList &ids);
    void viewWanted(const QString &name);
    void guideDismissed();
    void raiseWanted(const QString &name); ///< to the front of its group, without the focus

private:
    void add(const QString &name, const QString &title, const QString &icon, Page *page);
    void makePages();
    void makeGuide(QWidget *overview);
    void addTables();

    Session m_session; // pages refer to it: the destructor deletes them first
    const ThemeManager &m_theme;
    ClientConnector *m_connector;
    std::unique_ptr<QWidget> m_shelf;
    std::vector<View> m_views;
    Guide *m_guide = nullptr;
    const TablePage &tableOf(const QString &idKey) const;
    TablePage *m_actors = nullptr;
    TablePage *m_connections = nullptr;
    TablePage *m_runners = nullptr;
};

} // namespace dormouse
