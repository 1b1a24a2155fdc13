// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/helpdialog.h"
#include "ui/session.h"
#include "ui/theme.h"

#include <QHash>
#include <QMainWindow>

class QDockWidget;
class QLabel;
class QLineEdit;
class QSettings;
class QSlider;
class QToolButton;

namespace dormouse {

class ClientConnector;
class FilterBar;
class Page;
class TablePage;

/// The console window: views as docks, one filter over all of them, actions, palette and status. Knows sources only by
/// their interface. Thread: the UI thread.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    /// connector and settings may be nullptr (no built-in client; layout not kept).
    MainWindow(ThemeManager &theme, ClientConnector *connector, QSettings *settings, QWidget *parent = nullptr);
    ~MainWindow() override;

    Session &session() { return m_session; }
    void setSource(monitor::Source *source);
    /// A lasting error over the views, for example a taken port. Empty hides it.
    void showProblem(const QString &text);
    /// Dock names: overview, actors, connections, runners, latency, events, client, actor, queue.
    void showView(const QString &name);
    QStringList views() const;
    QAction *action(const QString &name) const { return m_actions.value(name); }
    /// Adds the terms to the filter, or takes them out when all are in it.
    void setFilter(const QString &text);
    void openPalette();
    /// The view that has the focus, else the first one on screen.
    QString frontView() const;
    void showHelp(HelpDialog::Part part);

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    static constexpr int kLayoutVersion = 2; ///< changes with the set of views
    void makeViews(ClientConnector *connector);
    void makeActions();
    void makeToolBar();
    void makeStatus();
    void makePlayback();
    void showPosition();
    void showPlayback();
    void arrange();
    QDockWidget *addView(const QString &name, const QString &title, const QString &icon, Page *page);
    QAction *addAction(const QString &name, const QString &text, const QString &icon, const QKeySequence &keys,
                       std::function<void()> run);
    void run(const QString &action);
    void createActor();
    void destroyActor();
    void closeConnection();
    void actorCommand(const QString &command);
    void choose(const QString &kind, const QString &id);
    void showSelection();
    void updateActions();
    void updateStatus();
    void retint();

    ThemeManager &m_theme;
    QSettings *m_settings;
    Session m_session;
    QHash<QString, QDockWidget *> m_docks;
    QStringList m_order;
    QHash<QString, QAction *> m_actions;
    QHash<QString, QString> m_icons;
    TablePage *m_actorsPage = nullptr;
    TablePage *m_connectionsPage = nullptr;
    TablePage *m_runnersPage = nullptr;
    FilterBar *m_filterBar = nullptr;
    QLineEdit *m_filter = nullptr;
    QLabel *m_problem = nullptr;
    QLabel *m_link = nullptr, *m_linkIcon = nullptr, *m_cost = nullptr, *m_note = nullptr, *m_rate = nullptr;
    QLabel *m_brandIcon = nullptr;
    QWidget *m_playback = nullptr;
    QSlider *m_seek = nullptr;
    QLabel *m_time = nullptr;
    bool m_playing = false;
    QByteArray m_defaultState;
    QTimer m_noteTimer;
};

} // namespace dormouse
