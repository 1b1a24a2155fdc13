// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/fillforecast.h"
#include "models/statehistory.h"
#include "ui/rowmenu.h"
#include "ui/session.h"
#include "ui/tableview.h"
#include "ui/theme.h"

#include <QElapsedTimer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QTableWidget;
class QTabWidget;
class QToolButton;
class QScrollArea;
class QVBoxLayout;

namespace dormouse {

class AckRuler;
class DetailHead;
class FactTable;
class HeatMap;
class PayloadView;
class PressureChain;
class RuleList;
class StaleVeil;
class StateDiagram;
class StateStrip;
class StepTable;
class MetricTile;
class PendingBar;
class Topology;

/// Fills owner with one area that scrolls its widget up and down only; margin in px around it.
QScrollArea *makeScrollArea(QWidget *owner, const QString &accessibleName, int margin);

/// One view. refresh() follows frames, at most ten times a second and only while the view is on screen; tick() follows
/// the wall clock once a second. A dock behind another tab is not hidden for Qt: its dock tells setOnScreen.
class Page : public QWidget
{
    Q_OBJECT
public:
    Page(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);
    void setOnScreen(bool on);
    bool isOnScreen() const { return m_onScreen; }
    /// How often it follows the frames (console.md row 13), in ms: kEachFrame, a pace, or kByHand: only by refreshNow().
    static constexpr int kEachFrame = 0, kByHand = -1;
    void setPace(int ms);
    int pace() const { return m_pace; }
    void refreshNow();
    /// The window builds its pages again for another language or text size: takes from the page that goes what is not in
    /// its controls. old is of the same class.
    virtual void takeOver(Page &old) { Q_UNUSED(old) }

Q_SIGNALS:
    void filterWanted(const QString &text);
    void commandWanted(const QString &action); ///< name of an action of the window
    void bulkWanted(const QString &action, const QStringList &ids);

protected:
    virtual void refresh() {}
    virtual void tick() {}
    virtual void activate(bool) {} ///< came on screen or left it
    virtual void flow(bool) {}     ///< its model is to announce changes, or to stop doing so
    QLabel *label(const QString &text, const char *role);
    /// A layout for the parts of the page that scrolls vertically where they do not fit. Called once, by the constructor.
    QVBoxLayout *makeScrolled(const QString &accessibleName);
    Session &m_session;
    const ThemeManager &m_theme;

private:
    bool isDue() const;
    StaleVeil *m_veil;
    int m_pace = kEachFrame;
    QElapsedTimer m_sinceRefresh;
    bool m_onScreen = false;
};

class OverviewPage final : public Page
{
    Q_OBJECT
public:
    OverviewPage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

Q_SIGNALS:
    void viewWanted(const QString &dock);

protected:
    void refresh() override;
    void tick() override;

private:
    void addAttention(const QString &icon, Color tone, const QString &text, const QString &kind, const QString &id);
    QList<MetricTile *> m_tiles;
    Topology *m_topology;
    QListWidget *m_attention;
};

/// Actors, runners or connections as a table with quick filters.
class TablePage final : public Page
{
    Q_OBJECT
public:
    struct Setup
    {
        QString title;
        LiveTableModel *model = nullptr;
        RowMenu::Kind kind = RowMenu::Kind::Other;
        CellDelegate::States states = CellDelegate::States::Actor;
        QList<int> widths;
        QList<QPair<QString, QString>> quick; ///< word, filter
        QList<QPair<QString, QString>> worst; ///< word, column: ended ones too, largest first (console.md row 33)
        QString emptyTitle, emptyHelp;
    };
    TablePage(Setup setup, Session &session, const ThemeManager &theme, QWidget *parent = nullptr);
    TableView *table() const { return m_table; }

protected:
    void refresh() override;
    void tick() override;
    void activate(bool on) override;
    void flow(bool on) override;

private:
    Setup m_setup;
    TableView *m_table;
    QLabel *m_count;
    QCheckBox *m_ended;
};

/// Everything about the selected actor: life cycle with durations, reasons, connections, stored keys.
class ActorPage final : public Page
{
    Q_OBJECT
public:
    ActorPage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

protected:
    void refresh() override;
    void tick() override;

private:
    void show(const monitor::ActorInfo *actor);
    void fillConnections();
    void loadKeys(int limit);
    void showHistory(const monitor::ActorInfo &actor);
    DetailHead *m_head;
    RuleList *m_why;
    QLabel *m_id, *m_empty;
    QWidget *m_body;
    FactTable *m_facts;
    TableView *m_connections;
    ConnectionModel m_own;
    FactTable *m_keys;
    QString m_keysOf;
    int m_keyLimit = 0;
    QToolButton *m_more;
    PayloadView *m_value;
    StateDiagram *m_diagram;
    StepTable *m_steps;
    StateHistory m_history{StateHistory::Kind::Actor};
    QList<QToolButton *> m_buttons;
};

/// The selected connection: states, where its bytes are, and its pending messages.
class QueuePage final : public Page
{
    Q_OBJECT
public:
    QueuePage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

protected:
    void refresh() override;
    void tick() override { refresh(); }
    void activate(bool on) override;

private:
    void showHistory(const monitor::ConnectionInfo &connection);
    void showChain(const monitor::ConnectionInfo &connection);
    void showActions(const monitor::ConnectionInfo *connection);
    void preview();
    QHash<QString, QToolButton *> m_buttons; ///< by action
    QString m_shown; ///< connection that forecast and preview belong to
    FillForecast m_forecast;
    StateHistory m_history{StateHistory::Kind::Connection};
    StateStrip *m_strip;
    StateDiagram *m_diagram;
    PressureChain *m_chain;
    PayloadView *m_preview;
    DetailHead *m_head;
    QList<QWidget *> m_whole; ///< there is nothing to say without a connection
    QLabel *m_facts;
    RuleList *m_why;
    StepTable *m_steps;
    PendingBar *m_bar;
    AckRuler *m_ruler;
    TableView *m_table;
};

class LatencyPage final : public Page
{
    Q_OBJECT
public:
    LatencyPage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

protected:
    void refresh() override;
    void activate(bool on) override;

private:
    QComboBox *m_kind;
    void showMessages();
    void showGroups();
    QList<QLabel *> m_values;
    HeatMap *m_map;
    TableView *m_table;
    QCheckBox *m_trace;
    QLabel *m_countName = nullptr;
    QToolButton *m_onlyThen;
    QTabWidget *m_tabs;
    QTableWidget *m_messages, *m_groups;
    qint64 m_lastRefresh = 0;
};

class EventPage final : public Page
{
    Q_OBJECT
public:
    EventPage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);

protected:
    void refresh() override;
    void flow(bool on) override;

private:
    QComboBox *m_level;
    QCheckBox *m_follow, *m_only;
    QLabel *m_lost;
    TableView *m_table;
};

} // namespace dormouse
