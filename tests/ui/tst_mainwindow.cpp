// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/syntheticsource.h"
#include "ui/clientconnector.h"
#include "ui/clientpanel.h"
#include "ui/commandpalette.h"
#include "ui/dialogs.h"
#include "ui/filterbar.h"
#include "ui/heatmap.h"
#include "ui/helpdialog.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"
#include "ui/statediagram.h"
#include "ui/tableview.h"
#include "ui/words.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QDir>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStatusBar>
#include <QTableWidget>
#include <QTest>
#include <QTimer>
#include <QToolButton>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

struct FakeSocket : ClientSocket
{
    explicit FakeSocket(ClientConnector::Events e) : events(std::move(e)) {}
    void send(const QByteArray &payload, bool) override { sent.append(payload); }
    void close(quint16 code, const QString &) override { events.closed(code, QString()); }
    ClientConnector::Events events;
    QByteArrayList sent;
};

struct FakeConnector : ClientConnector
{
    std::unique_ptr<ClientSocket> open(const QString &url, const QStringList &, Events events) override
    {
        urls.append(url);
        auto socket = std::make_unique<FakeSocket>(std::move(events));
        sockets.append(socket.get());
        return socket;
    }
    QStringList urls;
    QList<FakeSocket *> sockets;
};

/// What a person can reach and a screen reader has to name. Parts that Qt makes inside a named control are its own.
QStringList unnamed(QWidget &root)
{
    QStringList missing;
    const auto all = root.findChildren<QWidget *>();
    for (const QWidget *widget : all) {
        const bool control = widget->focusPolicy() != Qt::NoFocus || qobject_cast<const QAbstractButton *>(widget)
            || qobject_cast<const QAbstractItemView *>(widget);
        const QByteArray name = widget->metaObject()->className();
        const bool internal = widget->objectName().startsWith(QStringLiteral("qt_")) || name.startsWith("QTableCorner")
            || name == "QHeaderView" || name == "QScrollBar" || name == "QComboBoxListView" || name == "QComboBoxPrivateScroller"
            || name == "QComboBoxPrivateContainer" || name == "QMenuBarExtension" || name == "QToolBarExtension"
            || name == "QMenu" || name == "QDockWidgetTitleButton" || name == "QMainWindowTabBar";
        if (control && !internal && widget->accessibleName().isEmpty())
            missing.append(QString::fromLatin1(name) + u' ' + widget->objectName() + u" in " + widget->parentWidget()->accessibleName());
    }
    return missing;
}

} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void showsEverything();
    void hiddenViewsAreSilent();
    void selectionLeadsToPending();
    void diagramsFollowTheEngine();
    void cellOfTheHeatMapLeadsToItsMessages();
    void filterWorksEverywhere();
    void emptyStates();
    void pauseHoldsAndCounts();
    void busyEngineNeedsAttention();
    void staleIsShown();
    void commandsReachTheSource();
    void recordingForbidsCommands();
    void destroyNeedsAWord();
    void paletteFinds();
    void clientTalks();
    void helpForViewKeysAndCodes();
    void filterChipsCompletionsAndNames();
    void hibernationPage();
    void showingAViewChoosesNothing();
    void controlLogNotesOutcomes();
    void everyControlHasAName();
    void rowsByTheThousand();
    void screenshots_data();
    void screenshots();

private:
    std::unique_ptr<ThemeManager> m_theme;
    std::unique_ptr<FakeConnector> m_connector;
    std::unique_ptr<SyntheticSource> m_source;
    std::unique_ptr<MainWindow> m_window;
    bool onScreen(const QString &name) const
    {
        return static_cast<Page *>(m_window->findChild<QDockWidget *>(name)->widget())->isOnScreen();
    }
    TableView *table(const QString &name) const
    {
        const auto all = m_window->findChildren<TableView *>();
        for (TableView *view : all)
            if (view->accessibleName() == name)
                return view;
        return nullptr;
    }
};

void TestMainWindow::init()
{
    m_theme = std::make_unique<ThemeManager>(*qApp);
    m_theme->setTheme(QStringLiteral("dark"));
    m_connector = std::make_unique<FakeConnector>();
    m_source = std::make_unique<SyntheticSource>(120);
    m_window = std::make_unique<MainWindow>(*m_theme, m_connector.get(), nullptr);
    m_window->setSource(m_source.get());
    m_window->show();
    m_source->start();
}

void TestMainWindow::cleanup()
{
    m_window.reset();
    m_source.reset();
    m_connector.reset();
    m_theme.reset();
}

void TestMainWindow::showsEverything()
{
    for (int i = 0; i < 20; ++i)
        m_source->step();
    const QStringList views = m_window->views();
    for (const QString &name : views) {
        m_window->showView(name);
        QTRY_VERIFY2(onScreen(name), qPrintable(name));
        m_source->step();
    }
    m_window->showView(QStringLiteral("actors"));
    QTRY_COMPARE(table(QStringLiteral("Actors"))->model()->rowCount(), 120);
    m_window->showView(QStringLiteral("connections"));
    QTRY_COMPARE(table(QStringLiteral("Connections"))->model()->rowCount(), int(m_source->connections.size()));
    QVERIFY(m_window->session().framesApplied() > 20);
}

void TestMainWindow::hiddenViewsAreSilent()
{
    m_window->showView(QStringLiteral("overview"));
    QTRY_VERIFY(!m_window->session().actors().isActive());
    QSignalSpy changed(&m_window->session().actors(), &QAbstractItemModel::dataChanged);
    QSignalSpy inserted(&m_window->session().actors(), &QAbstractItemModel::rowsInserted);
    for (int i = 0; i < 10; ++i)
        m_source->step();
    QCOMPARE(changed.size() + inserted.size(), 0);
    m_window->showView(QStringLiteral("actors"));
    QTRY_VERIFY(m_window->session().actors().isActive());
    m_source->step();
    QVERIFY(changed.size() + inserted.size() > 0);
}

void TestMainWindow::selectionLeadsToPending()
{
    const auto with = std::find_if(m_source->connections.begin(), m_source->connections.end(),
                                   [](const ConnectionInfo &c) { return c.pendingMessages.value_or(0) > 10; });
    QVERIFY(with != m_source->connections.end());
    m_window->showView(QStringLiteral("connections"));
    QTRY_VERIFY(m_window->session().connections().isActive());
    TableView *view = table(QStringLiteral("Connections"));
    view->selectRow(m_window->session().connections().rowOf(with->connectionId));
    QCOMPARE(m_window->session().selectedConnection(), with->connectionId);
    QCOMPARE(m_window->session().selectedActor(), with->actorId);
    QTRY_COMPARE(m_source->interest().pendingOf, with->connectionId);
    m_source->step();
    QTRY_VERIFY(table(QStringLiteral("Pending messages"))->model()->rowCount() > 10);
    // Nobody looks at the queue any more: nothing is asked for.
    m_window->showView(QStringLiteral("actor"));
    QTRY_COMPARE(m_source->interest().pendingOf, QString());
}

void TestMainWindow::diagramsFollowTheEngine()
{
    m_window->showView(QStringLiteral("actor"));
    QTRY_VERIFY(onScreen(QStringLiteral("actor")));
    Event event;
    event.seq = 1'000'000;
    event.kind = EventKind::ActorState;
    event.actorId = m_source->actors.front().actorId;
    event.from = QStringLiteral("starting");
    event.to = QStringLiteral("running");
    event.reason = QStringLiteral("ready");
    Frame frame;
    frame.ts = m_source->now();
    frame.events.push_back(event);
    Q_EMIT m_source->frameReady(frame);
    m_window->session().selectActor(event.actorId);
    auto *diagram = m_window->findChild<QDockWidget *>(QStringLiteral("actor"))->findChild<StateDiagram *>();
    // Layers by distance from the initial state; what nothing leads out of stands last.
    QCOMPARE(diagram->statesByLayer(), QStringList({QStringLiteral("sleeping"), QStringLiteral("starting pending"),
                                                    QStringLiteral("running"), QStringLiteral("sleep_intent backoff"),
                                                    QStringLiteral("destroyed")}));
    const auto tables = m_window->findChild<QDockWidget *>(QStringLiteral("actor"))->findChildren<QTableWidget *>();
    const auto history = std::find_if(tables.cbegin(), tables.cend(), [](const QTableWidget *table) {
        return table->accessibleName() == QStringLiteral("History of states");
    });
    QVERIFY(history != tables.cend());
    QCOMPARE((*history)->rowCount(), 1);
    QCOMPARE((*history)->item(0, 1)->text(), QStringLiteral("starting → running"));
    QCOMPARE((*history)->item(0, 2)->text(), QStringLiteral("ready"));
}

void TestMainWindow::cellOfTheHeatMapLeadsToItsMessages()
{
    m_window->showView(QStringLiteral("latency"));
    QTRY_VERIFY(onScreen(QStringLiteral("latency")));
    auto *page = m_window->findChild<QDockWidget *>(QStringLiteral("latency"));
    QVERIFY(!m_source->interest().trace);
    const auto boxes = page->findChildren<QCheckBox *>();
    QCOMPARE(boxes.size(), 1);
    boxes.first()->click();
    QVERIFY(m_source->interest().trace);
    const qint64 second = m_source->now() / 1000 * 1000;
    Frame frame;
    frame.ts = m_source->now();
    LatencySlice slice;
    slice.startTs = second;
    for (const auto &[us, index] : {std::pair(1'000, 1), std::pair(50'000, 2)}) {
        Event event;
        event.seq = 1'000'000 + quint64(index);
        event.ts = second + 10;
        event.kind = EventKind::MessageAcked;
        event.level = EventLevel::Trace;
        event.value = us;
        event.index = index;
        event.actorId = QStringLiteral("a");
        event.connectionId = QStringLiteral("c");
        frame.events.push_back(event);
        slice.ack.add(us);
    }
    frame.latency.push_back(slice);
    Q_EMIT m_source->frameReady(frame);
    auto *map = page->findChild<HeatMap *>();
    map->refresh();
    const auto tables = page->findChildren<QTableWidget *>();
    const auto messages = *std::find_if(tables.cbegin(), tables.cend(), [](const QTableWidget *one) {
        return one->accessibleName() == QStringLiteral("Messages of the chosen cell");
    });
    // The newest second is the last column; 1 ms lies well below the middle, 50 ms above.
    const QRect plot = map->rect().adjusted(64, 8, -8, -24);
    QTest::mousePress(map, Qt::LeftButton, {}, QPoint(plot.right() - 1, plot.bottom() - 2));
    QTest::mouseMove(map, QPoint(plot.right() - 1, plot.center().y()));
    QMouseEvent drag(QEvent::MouseMove, QPointF(plot.right() - 1, plot.bottom() - plot.height() * 0.4), map->mapToGlobal(QPointF(0, 0)),
                     Qt::LeftButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(map, &drag);
    QCOMPARE(messages->rowCount(), 1);
    QCOMPARE(messages->item(0, 2)->text(), QStringLiteral("1"));
    QTest::keyClick(map, Qt::Key_Escape);
    QCOMPARE(messages->rowCount(), 2);
}

void TestMainWindow::filterWorksEverywhere()
{
    m_window->showView(QStringLiteral("actors"));
    QTRY_VERIFY(m_window->session().actors().isActive());
    auto *filter = m_window->findChild<QLineEdit *>(QStringLiteral("filter"));
    filter->setText(QStringLiteral("name:counter"));
    QCOMPARE(m_window->session().actors().rowCount(), 30);
    filter->setText(QStringLiteral("/[/"));
    QVERIFY(filter->property("invalid").toBool());
    QCOMPARE(m_window->session().actors().rowCount(), 30); // the last good filter stays
    filter->setFocus();
    QTest::keyClick(filter, Qt::Key_Escape);
    QTRY_COMPARE(filter->text(), QString());
    QCOMPARE(m_window->session().actors().rowCount(), 120);
}

void TestMainWindow::emptyStates()
{
    SyntheticSource empty(0);
    m_window->setSource(&empty);
    empty.start();
    const QStringList views = m_window->views();
    for (const QString &name : views) {
        m_window->showView(name);
        QTRY_VERIFY(onScreen(name));
    }
    QCOMPARE(m_window->session().actors().liveCount(), 0);
    QVERIFY(m_window->session().actors().rowCount() == 0);
    m_window->setSource(nullptr);
}

void TestMainWindow::pauseHoldsAndCounts()
{
    QAction *pause = m_window->action(QStringLiteral("pause"));
    pause->trigger();
    const quint64 before = m_window->session().framesApplied();
    for (int i = 0; i < 5; ++i)
        m_source->step();
    QCOMPARE(m_window->session().framesApplied(), before);
    QVERIFY(m_window->session().changesSincePause() > 0);
    QVERIFY(pause->text().contains(u'+'));
    pause->trigger();
    QCOMPARE(m_window->session().framesApplied(), before + 5);
    QVERIFY(!pause->isChecked());
}

void TestMainWindow::busyEngineNeedsAttention()
{
    m_window->showView(QStringLiteral("overview"));
    QListWidget *list = nullptr;
    const auto lists = m_window->findChildren<QListWidget *>();
    for (QListWidget *one : lists) {
        if (one->accessibleName() == QStringLiteral("Needs attention"))
            list = one;
    }
    QVERIFY(list);
    const auto shown = [&] { return list->findItems(QStringLiteral("GET /actors"), Qt::MatchContains).size(); };
    m_source->step();
    Q_EMIT m_window->session().secondPassed();
    QCOMPARE(shown(), 0);
    m_source->longTurnTs = m_source->now();
    m_source->step();
    QTRY_COMPARE(m_window->session().cluster().info().longTurnTs, m_source->longTurnTs);
    Q_EMIT m_window->session().secondPassed();
    QCOMPARE(shown(), 1);
    const QListWidgetItem *item = list->findItems(QStringLiteral("GET /actors"), Qt::MatchContains).first();
    QVERIFY2(item->text().contains(QStringLiteral("83 ms")), qPrintable(item->text()));
    // After a minute it is history.
    m_source->step(61'000);
    QTRY_VERIFY(m_window->session().cluster().info().nowTs >= *m_source->longTurnTs + 61'000);
    Q_EMIT m_window->session().secondPassed();
    QCOMPARE(shown(), 0);
}

void TestMainWindow::staleIsShown()
{
    QVERIFY(!m_window->session().staleMs());
    m_source->setLink(LinkState::Stale);
    QVERIFY(m_window->session().staleMs());
    const auto labels = m_window->statusBar()->findChildren<QLabel *>();
    QVERIFY(std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) { return label->text().contains(QStringLiteral("Stale")); }));
    QVERIFY(!m_window->action(QStringLiteral("create"))->isEnabled());
    m_source->setLink(LinkState::Live);
    QVERIFY(m_window->action(QStringLiteral("create"))->isEnabled());
}

void TestMainWindow::commandsReachTheSource()
{
    QVERIFY(!m_window->action(QStringLiteral("sleep"))->isEnabled()); // nothing chosen
    m_window->session().selectActor(m_source->actors.front().actorId);
    m_window->action(QStringLiteral("sleep"))->trigger();
    QCOMPARE(m_source->commands.size(), 1);
    QCOMPARE(m_source->commands.last().first, QStringLiteral("sleep_actor"));
    QCOMPARE(m_source->commands.last().second.value(QStringLiteral("actor_id")).toString(), m_source->actors.front().actorId);
    QTimer::singleShot(0, m_window.get(), [this] {
        auto *dialog = m_window->findChild<DestroyDialog *>();
        if (dialog)
            dialog->accept();
    });
    m_window->action(QStringLiteral("destroy"))->trigger();
    QCOMPARE(m_source->commands.last().first, QStringLiteral("destroy_actor"));
}

void TestMainWindow::recordingForbidsCommands()
{
    Capabilities capabilities;
    capabilities.live = false;
    capabilities.seekable = true;
    capabilities.reason = QStringLiteral("recording");
    m_source->setCapabilities(capabilities);
    m_window->setSource(m_source.get());
    m_window->session().selectActor(m_source->actors.front().actorId);
    QVERIFY(!m_window->action(QStringLiteral("destroy"))->isEnabled());
    QVERIFY(!m_window->action(QStringLiteral("destroy"))->toolTip().isEmpty());
    QVERIFY(m_window->action(QStringLiteral("play"))->isEnabled());
    m_window->session().command(QStringLiteral("destroy_actor"), {});
    QCOMPARE(m_source->commands.size(), 0);
}

void TestMainWindow::destroyNeedsAWord()
{
    DestroyDialog few(QStringLiteral("chat"), 3, 1, 0);
    DestroyDialog many(QStringLiteral("chat"), 300, 200, 7);
    const auto button = [](QDialog &dialog) {
        const auto all = dialog.findChildren<QPushButton *>();
        for (QPushButton *one : all)
            if (one->property("danger").toBool())
                return one;
        return static_cast<QPushButton *>(nullptr);
    };
    QVERIFY(button(few)->isEnabled());
    QVERIFY(!button(many)->isEnabled());
    many.findChild<QLineEdit *>()->setText(QStringLiteral("destroy"));
    QVERIFY(button(many)->isEnabled());
    const auto labels = many.findChildren<QLabel *>();
    QVERIFY(std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) { return label->text().contains(QStringLiteral("300")); }));
    QCOMPARE(unnamed(many), QStringList());
    CreateActorDialog create({});
    QCOMPARE(unnamed(create), QStringList());
    CloseDialog close(QStringLiteral("x"));
    QCOMPARE(unnamed(close), QStringList());
    QCOMPARE(close.arguments().value(QStringLiteral("code")).toInt(), 1000);
}

void TestMainWindow::paletteFinds()
{
    CommandPalette palette(m_window->session(), *m_theme, m_window->actions(), m_window.get());
    QCOMPARE(unnamed(palette), QStringList());
    QSignalSpy chosen(&palette, &CommandPalette::chosen);
    const QString key = m_source->actors[17].key;
    palette.findChild<QLineEdit *>()->setText(key);
    QTest::keyClick(palette.findChild<QLineEdit *>(), Qt::Key_Return);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.first().at(0).toString(), QStringLiteral("actors"));
    QCOMPARE(m_window->session().actors().find(chosen.first().at(1).toString())->key, key);
    QVERIFY(CommandPalette::score(QStringLiteral("abc"), QStringLiteral("xabcx")) > CommandPalette::score(QStringLiteral("abc"), QStringLiteral("a-b-c")));
    QCOMPARE(CommandPalette::score(QStringLiteral("abc"), QStringLiteral("cba")), -1);
}

void TestMainWindow::clientTalks()
{
    m_window->session().selectActor(m_source->actors.front().actorId);
    m_window->showView(QStringLiteral("client"));
    QWidget *panel = m_window->findChild<QDockWidget *>(QStringLiteral("client"))->widget();
    QTRY_VERIFY(onScreen(QStringLiteral("client")));
    const auto find = [&](auto *type, const QString &name) {
        using T = std::remove_pointer_t<decltype(type)>;
        const auto all = panel->findChildren<T *>();
        for (T *one : all)
            if (one->accessibleName() == name)
                return one;
        return static_cast<T *>(nullptr);
    };
    QLineEdit *url = find(static_cast<QLineEdit *>(nullptr), QStringLiteral("WebSocket URL"));
    QCOMPARE(url->text(), ClientPanel::urlFor(QStringLiteral("http://127.0.0.1:6420"), m_source->actors.front().actorId));
    QVERIFY(url->text().startsWith(QStringLiteral("ws://127.0.0.1:6420/gateway/")));
    find(static_cast<QPushButton *>(nullptr), QStringLiteral("Open a WebSocket"))->click();
    QCOMPARE(m_connector->urls, QStringList{url->text()});
    FakeSocket *socket = m_connector->sockets.first();
    socket->events.opened();
    QLineEdit *input = find(static_cast<QLineEdit *>(nullptr), QStringLiteral("Message to send"));
    QVERIFY(input->isEnabled());
    input->setText(QStringLiteral("hello"));
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(socket->sent, QByteArrayList{"hello"});
    socket->events.message("world", false);
    const QString transcript = panel->findChild<QPlainTextEdit *>()->toPlainText();
    QVERIFY(transcript.contains(QStringLiteral("hello")) && transcript.contains(QStringLiteral("world")));
    find(static_cast<QPushButton *>(nullptr), QStringLiteral("Close this WebSocket"))->click();
    QVERIFY(!input->isEnabled());
}

void TestMainWindow::showingAViewChoosesNothing()
{
    Session &session = m_window->session();
    session.selectConnection(m_source->connections.at(1).connectionId);
    const QString actor = session.selectedActor(), connection = session.selectedConnection();
    QVERIFY(!connection.isEmpty());
    const QStringList views = m_window->views();
    for (const QString &name : views) {
        m_window->showView(name);
        QTRY_VERIFY(onScreen(name));
        const auto tables = m_window->findChild<QDockWidget *>(name)->findChildren<TableView *>();
        for (TableView *view : tables)
            view->setFocus();
        QCOMPARE(session.selectedActor(), actor);
        QCOMPARE(session.selectedConnection(), connection);
    }
}

/// gateway.md B-166: an actor's hibernatable connections with state, pending, oldest age, last ack, row age, next refresh.
void TestMainWindow::hibernationPage()
{
    ConnectionInfo one;
    one.connectionId = QStringLiteral("ray-of-the-test");
    one.actorId = m_source->actors.front().actorId;
    one.path = QStringLiteral("/sleepy");
    one.hibernatable = true;
    one.state = ConnectionState::Hibernating;
    one.openedTs = m_source->now() - 60'000;
    one.pendingMessages = 3;
    one.pendingBytes = 3'072;
    one.pendingLimitBytes = 1'048'576;
    one.oldestPendingMs = 12'000;
    one.lastAckLatencyUs = 4'200;
    one.keepaliveTs = m_source->now() - 20'000;
    one.keepaliveDueTs = m_source->now() + 25'000;
    m_source->connections.push_back(one);
    m_source->snapshot();
    m_window->session().selectActor(one.actorId);
    m_window->showView(QStringLiteral("actor"));
    QTRY_VERIFY(onScreen(QStringLiteral("actor")));
    TableView *view = table(QStringLiteral("Connections of this actor"));
    QVERIFY(view);
    const auto row = [&] {
        for (int r = 0; r < view->model()->rowCount(); ++r)
            if (view->model()->index(r, 0).data(IdRole).toString() == one.connectionId)
                return r;
        return -1;
    };
    QTRY_VERIFY(row() >= 0);
    const auto shown = [&](int column) {
        return view->isColumnHidden(column) ? QStringLiteral("hidden") : view->model()->index(row(), column).data().toString();
    };
    QCOMPARE(shown(ConnectionModel::State), QStringLiteral("hibernating"));
    QCOMPARE(shown(ConnectionModel::PendingBytes), QStringLiteral("3.0 KiB"));
    QCOMPARE(shown(ConnectionModel::OldestPending), QStringLiteral("12 s"));
    QCOMPARE(shown(ConnectionModel::AckLatency), QStringLiteral("4.2 ms"));
    QCOMPARE(shown(ConnectionModel::Keepalive), QStringLiteral("20 s"));
    QCOMPARE(shown(ConnectionModel::Refresh), QStringLiteral("25 s"));
}

void TestMainWindow::filterChipsCompletionsAndNames()
{
    auto *bar = m_window->findChild<FilterBar *>();
    QVERIFY(bar);
    const auto chips = [&] {
        QStringList texts;
        const auto buttons = bar->chips()->findChildren<QToolButton *>();
        for (const QToolButton *button : buttons)
            texts.append(button->text());
        return texts;
    };
    m_window->setFilter(QStringLiteral("state:sleeping"));
    m_window->setFilter(QStringLiteral("pending>0"));
    QCOMPARE(bar->field()->text(), QStringLiteral("state:sleeping pending>0"));
    QTRY_COMPARE(chips(), QStringList({QStringLiteral("state:sleeping"), QStringLiteral("pending>0")}));
    QVERIFY(bar->chips()->isVisibleTo(m_window.get()));
    bar->chips()->findChild<QToolButton *>()->click();
    QCOMPARE(bar->field()->text(), QStringLiteral("pending>0"));
    bar->field()->undo(); // taking a chip away can be undone
    QCOMPARE(bar->field()->text(), QStringLiteral("state:sleeping pending>0"));
    m_window->setFilter(QStringLiteral("pending>0")); // the same again takes it out
    QCOMPARE(bar->field()->text(), QStringLiteral("state:sleeping"));

    QVERIFY(bar->completions(QStringLiteral("pend")).contains(QStringLiteral("pending.bytes")));
    QVERIFY(bar->completions(QStringLiteral("-state:hib")).contains(QStringLiteral("-state:hibernating")));
    QVERIFY(bar->completions(QStringLiteral("zzz")).isEmpty());

    bar->save(QStringLiteral("night"));
    bar->field()->clear();
    QTRY_VERIFY(chips().isEmpty());
    QCOMPARE(bar->saved().value(QStringLiteral("night")), QStringLiteral("state:sleeping"));
    FilterBar other(m_window->session(), *m_theme, nullptr);
    QCOMPARE(other.import(bar->exported()), QString());
    QCOMPARE(other.saved(), bar->saved());
    QVERIFY(other.import("{\"bad\":\"pending>many\"}").contains(QStringLiteral("bad")));
    QVERIFY(!other.import("no json").isEmpty());
}

void TestMainWindow::helpForViewKeysAndCodes()
{
    m_window->showView(QStringLiteral("connections"));
    QTRY_VERIFY(onScreen(QStringLiteral("connections")));
    table(QStringLiteral("Connections"))->setFocus();
    m_window->action(QStringLiteral("help"))->trigger();
    auto *help = m_window->findChild<HelpDialog *>();
    QVERIFY(help);
    QVERIFY2(help->text().contains(QStringLiteral("messages wait here")), qPrintable(help->text()));
    QVERIFY2(unnamed(*help).isEmpty(), qPrintable(unnamed(*help).join(u'\n')));
    help->show(HelpDialog::Part::Filter);
    QVERIFY(help->text().contains(QStringLiteral("time:15m")));
    help->show(HelpDialog::Part::Keys);
    QVERIFY(help->text().contains(QStringLiteral("Ctrl+K")));
    help->show(HelpDialog::Part::Codes);
    QVERIFY(help->text().contains(QStringLiteral("guard.websocket_pending_limit_reached")));
    help->findChild<QLineEdit *>()->setText(QStringLiteral("asleep"));
    QVERIFY(!help->text().contains(QStringLiteral("guard.rate_limit")));
    // A code is explained by its full name, or by its last part when only that is known.
    QVERIFY(!Words::explain(QStringLiteral("guard.rate_limit")).isEmpty());
    QCOMPARE(Words::explain(QStringLiteral("x.no_capacity")), Words::explain(QStringLiteral("no_capacity")));
    QVERIFY(Words::explain(QStringLiteral("no.such_code")).isEmpty());
    delete help;
}

void TestMainWindow::controlLogNotesOutcomes()
{
    Session &session = m_window->session();
    session.command(QStringLiteral("wake_actor"), {{QStringLiteral("actor_id"), QStringLiteral("a1")}});
    QCOMPARE(session.controls().liveCount(), 1);
    QTRY_COMPARE(session.controls().find(QStringLiteral("1"))->state, ControlRow::Done);
    monitor::Capabilities none;
    none.reason = QStringLiteral("read_only");
    m_source->setCapabilities(none);
    session.command(QStringLiteral("destroy_actor"), {{QStringLiteral("actor_id"), QStringLiteral("a1")}});
    QCOMPARE(session.controls().find(QStringLiteral("2"))->state, ControlRow::Refused);
    QCOMPARE(session.controls().find(QStringLiteral("2"))->outcome, QStringLiteral("read_only"));
}

void TestMainWindow::everyControlHasAName()
{
    const QStringList views = m_window->views();
    for (const QString &name : views)
        m_window->showView(name);
    const QStringList missing = unnamed(*m_window);
    QVERIFY2(missing.isEmpty(), qPrintable(missing.join(u' ')));
}

void TestMainWindow::rowsByTheThousand()
{
    SyntheticSource big(20'000, -1, 5);
    m_window->setSource(&big);
    m_window->showView(QStringLiteral("actors"));
    big.start();
    QTRY_COMPARE(m_window->session().actors().rowCount(), 20'000);
    TableView *view = table(QStringLiteral("Actors"));
    view->sortByColumn(ActorModel::Name, Qt::AscendingOrder);
    for (int i = 0; i < 10; ++i)
        big.step();
    view->verticalScrollBar()->setValue(view->verticalScrollBar()->maximum());
    QVERIFY(!view->grab().isNull());
    m_window->setSource(nullptr);
}

void TestMainWindow::screenshots_data()
{
    QTest::addColumn<QString>("theme");
    QTest::newRow("dark") << QStringLiteral("dark");
    QTest::newRow("light") << QStringLiteral("light");
}

void TestMainWindow::screenshots()
{
    QFETCH(QString, theme);
    m_theme->setTheme(theme);
    QDir().mkpath(QStringLiteral(DORMOUSE_SCREENSHOTS));
    m_window->resize(1280, 800);
    for (int i = 0; i < 150; ++i)
        m_source->step();
    const auto with = std::find_if(m_source->connections.begin(), m_source->connections.end(),
                                   [](const ConnectionInfo &c) { return c.pendingMessages.value_or(0) > 10; });
    m_window->session().selectConnection(with->connectionId);
    const auto shoot = [&](const QString &name) {
        for (int i = 0; i < 2; ++i) {
            QCoreApplication::processEvents();
            m_source->step();
        }
        Q_EMIT m_window->session().secondPassed();
        const QPixmap picture = m_window->grab();
        QVERIFY(picture.size() == QSize(1280, 800));
        QVERIFY(picture.save(QString(QStringLiteral(DORMOUSE_SCREENSHOTS "/") % name % u'-' % theme % u".png")));
        const QImage image = picture.toImage();
        QSet<QRgb> colours;
        for (int y = 0; y < image.height(); y += 7)
            for (int x = 0; x < image.width(); x += 7)
                colours.insert(image.pixel(x, y));
        QVERIFY2(colours.size() > 20, "a view with nothing painted in it");
        const bool dark = qGray(image.pixel(4, image.height() - 4)) < 128;
        QCOMPARE(dark, theme == QStringLiteral("dark"));
    };
    const QStringList views = m_window->views();
    for (const QString &name : views) {
        m_window->showView(name);
        m_window->session().selectConnection(with->connectionId);
        shoot(name);
    }
    m_window->showView(QStringLiteral("overview"));
    m_window->showView(QStringLiteral("events"));
    SyntheticSource empty(0);
    m_window->setSource(&empty);
    empty.start();
    m_window->session().selectActor({});
    m_window->showView(QStringLiteral("actor"));
    QCoreApplication::processEvents();
    Q_EMIT m_window->session().secondPassed();
    QVERIFY(m_window->grab().save(QString(QStringLiteral(DORMOUSE_SCREENSHOTS "/empty-") % theme % u".png")));
    m_window->setSource(nullptr);
}

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
