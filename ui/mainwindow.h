// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/enginedialogs.h"
#include "ui/helpdialog.h"
#include "ui/session.h"
#include "ui/theme.h"
#include "ui/viewset.h"

#include <QHash>
#include <QMainWindow>
#include <QMap>

class QDockWidget;
class QLabel;
class QLineEdit;
class QMenu;
class QSettings;
class QSlider;
class QTabBar;
class QToolButton;

namespace dormouse {

class ClientConnector;
class FilterBar;
class LanguageManager;

/// The console window: views as docks, one filter over all of them, actions, palette and status. Several engines share
/// it as tabs, each with a ViewSet of its own; there is always one. Knows sources only by their interface.
/// Thread: the UI thread.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    /// connector, settings and language may be nullptr (no built-in client; layout not kept; no choice of language).
    MainWindow(ThemeManager &theme, ClientConnector *connector, QSettings *settings, LanguageManager *language = nullptr,
               QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Of the tab in front.
    Session &session() { return front().session(); }
    const Session &session() const { return front().session(); }
    /// The tab in front shows another source; nullptr = none.
    void setSource(monitor::Source *source);
    /// A tab of its own, in front; a first tab that shows nothing is used. The source is borrowed until tabClosed.
    /// ends: closing the tab ends the engine, so the user is asked.
    void addSource(monitor::Source *source, bool ends = false);
    /// The first steps do not open by themselves, for a session whose runner is about to come.
    void withoutGuide();
    int tabCount() const { return int(m_tabs.size()); }
    int currentTab() const { return m_current; }
    void showTab(int tab);
    /// Takes the tab away without asking; the last one stays.
    void closeTab(int tab);
    /// A lasting error over the views of that source (nullptr: of the tab in front), for example a taken port. Empty hides
    /// it.
    void showProblem(const QString &text, const monitor::Source *source = nullptr);
    /// Dock names: overview, actors, connections, runners, latency, events, client, actor, queue.
    void showView(const QString &name);
    QStringList views() const;
    QAction *action(const QString &name) const { return m_actions.value(name); }
    /// Adds the terms to the filter, or takes them out when all are in it.
    void setFilter(const QString &text);
    /// Named arrangements of the docks, those in windows of their own included. Saving takes the name again when it is there.
    QStringList layouts() const { return m_layouts.keys(); }
    void saveLayout(const QString &name);
    bool showLayout(const QString &name); ///< false: unknown, or made for another set of views
    void removeLayout(const QString &name);
    void openPalette();
    /// The view that has the focus, else the first one on screen.
    QString frontView() const;
    void showHelp(HelpDialog::Part part);

Q_SIGNALS:
    void connectWanted(const dormouse::ConnectTarget &target);
    void recordingWanted(const QString &path);
    void engineWanted(const dormouse::EngineTarget &target);
    void tabClosed(dormouse::monitor::Source *source); ///< nobody here looks at it any more

protected:
    void closeEvent(QCloseEvent *event) override;
    bool event(QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    static constexpr int kLayoutVersion = 3; ///< changes with the set of views
    ViewSet &front() const { return *m_tabs[size_t(m_current)]; }
    void build();
    void rebuild();
    void newTab();
    void follow();
    void makeTabBar();
    void fillTabBar();
    void makeViews();
    void makeActions();
    void makeToolBar();
    void makeStatus();
    void makePlayback();
    void showPosition();
    void showPlayback();
    void showPaused();
    void arrange();
    void noteShares(const QDockWidget &dock);
    void applyShares();
    void readShares();
    void makeLayoutMenu(QMenu *view);
    void makePaceMenu(QMenu *view);
    void makeLanguageMenu(QMenu *view);
    void makeThemeMenu(QMenu *view);
    void makeTextSizeMenu(QMenu *view);
    void storeLayouts();
    void showBars();
    void setShowOwn(bool on);
    void addView(const ViewSet::View &view);
    QAction *addAction(const QString &name, const QString &text, const QString &icon, const QKeySequence &keys,
                       std::function<void()> run);
    void run(const QString &action);
    bool bulkOfSelection(const QString &action);
    void runBulk(const QString &action, const QStringList &ids);
    void createActor();
    void destroyActor();
    void closeConnection();
    void sendAsActor();
    void callAction();
    void actorCommand(const QString &command);
    void choose(const QString &kind, const QString &id);
    void showSelection();
    void updateActions();
    void updateStatus();
    void dressTabs();
    void retint();

    ThemeManager &m_theme;
    QSettings *m_settings;
    ClientConnector *m_connector;
    LanguageManager *m_language;
    std::vector<std::unique_ptr<ViewSet>> m_tabs;
    int m_current = 0;
    QTabBar *m_tabBar = nullptr;
    QHash<QString, QDockWidget *> m_docks;
    QStringList m_order;
    QHash<QString, QAction *> m_actions;
    QHash<QString, QString> m_icons;
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
    QMap<QString, QByteArray> m_layouts;
    bool m_showOwn = false;
    static constexpr double kSideShare = 0.293;
    static constexpr double kSideGrowth = 0.035; ///< per 100 % of text size
    static constexpr double kLowerShare = 0.2375;
    double m_sideShare = kSideShare;   ///< of the width, for the docks on the right
    double m_lowerShare = kLowerShare; ///< of the height, for the docks below
    bool m_sharesKnown = true;    ///< false: the docks were restored, what shares they have is still to be read
    bool m_guide = true;
    QTimer m_noteTimer;
    QTimer m_rebuildTimer;
    int m_builtTextSize = 100; ///< text size that the controls were made for
};

} // namespace dormouse
