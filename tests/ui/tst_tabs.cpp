// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/syntheticsource.h"
#include "ui/bulk.h"
#include "ui/enginedialogs.h"
#include "ui/guide.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QStatusBar>
#include <QTabBar>
#include <QTemporaryDir>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>
#include <QToolBar>

using namespace dormouse;
using namespace dormouse::monitor;

/// Several engines in one window, named layouts and the console's own traffic.
class TestTabs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void enginesKeepWhatIsTheirs();
    void backgroundEnginesGoOn();
    void aLostLinkConcernsItsTabOnly();
    void closingATabHandsTheSourceBack();
    void ownTrafficIsHiddenUnlessWanted();
    void recentConnectionsAreKept();
    void dialogsSayWhatTheyAsk();
    void layoutsHaveNames();
    void bulkIsBoundedAndCounted();
    void bulkNeedsAWordAboveTen();
    void guideFollowsWhatHappens();

private:
    QTabBar *tabBar() const
    {
        return m_window->findChild<QToolBar *>(QStringLiteral("engines"))->findChild<QTabBar *>();
    }
    bool statusSays(const QString &text) const
    {
        const auto labels = m_window->statusBar()->findChildren<QLabel *>();
        return std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) { return label->text().contains(text); });
    }
    std::unique_ptr<ThemeManager> m_theme;
    std::unique_ptr<SyntheticSource> m_first, m_second;
    std::unique_ptr<MainWindow> m_window;
};

void TestTabs::init()
{
    m_theme = std::make_unique<ThemeManager>(*qApp);
    m_first = std::make_unique<SyntheticSource>(120);
    m_second = std::make_unique<SyntheticSource>(30, -1, 7);
    m_window = std::make_unique<MainWindow>(*m_theme, nullptr, nullptr);
    m_window->show();
    m_window->addSource(m_first.get());
    m_first->start();
    m_window->addSource(m_second.get());
    m_second->start();
}

void TestTabs::cleanup()
{
    m_window.reset();
    m_first.reset();
    m_second.reset();
    m_theme.reset();
}

void TestTabs::enginesKeepWhatIsTheirs()
{
    QCOMPARE(m_window->tabCount(), 2); // the first source took the empty tab
    QCOMPARE(m_window->currentTab(), 1);
    QVERIFY(tabBar()->isVisible());
    QCOMPARE(m_window->session().actors().liveCount(), 30);
    auto *filter = m_window->findChild<QLineEdit *>(QStringLiteral("filter"));
    filter->setText(QStringLiteral("name:counter"));
    m_window->session().selectActor(m_second->actors.front().actorId);
    m_window->showView(QStringLiteral("actors"));
    auto *dock = m_window->findChild<QDockWidget *>(QStringLiteral("actors"));
    const QWidget *pageOfSecond = dock->widget();
    QTRY_VERIFY(m_window->session().actors().isActive());

    tabBar()->setCurrentIndex(0);
    QCOMPARE(m_window->currentTab(), 0);
    QCOMPARE(m_window->session().actors().liveCount(), 120);
    QCOMPARE(filter->text(), QString());
    QCOMPARE(m_window->session().selectedActor(), QString());
    QVERIFY(dock->widget() != pageOfSecond);
    QVERIFY(dock->widget()->isVisible());
    QVERIFY(static_cast<Page *>(dock->widget())->isOnScreen());
    QVERIFY(m_window->session().actors().isActive());
    filter->setText(QStringLiteral("name:chat"));

    tabBar()->setCurrentIndex(1);
    QCOMPARE(dock->widget(), pageOfSecond);
    QCOMPARE(filter->text(), QStringLiteral("name:counter"));
    QCOMPARE(m_window->session().selectedActor(), m_second->actors.front().actorId);
    QVERIFY(m_window->session().actors().rowCount() < 30);
}

void TestTabs::backgroundEnginesGoOn()
{
    Session &second = m_window->session();
    m_window->showView(QStringLiteral("actors"));
    QTRY_VERIFY(second.actors().isActive());
    m_window->showTab(0);
    QVERIFY(!second.actors().isActive());
    const quint64 before = second.framesApplied();
    QSignalSpy changed(&second.actors(), &QAbstractItemModel::dataChanged);
    QSignalSpy inserted(&second.actors(), &QAbstractItemModel::rowsInserted);
    m_second->actors.push_back(m_second->actors.front());
    m_second->actors.back().actorId = QStringLiteral("late");
    m_second->snapshot();
    QCOMPARE(second.framesApplied(), before + 1);
    QCOMPARE(changed.size() + inserted.size(), 0); // nothing is announced for nobody
    m_window->showTab(1);
    QTRY_VERIFY(second.actors().rowOf(QStringLiteral("late")) >= 0);
}

void TestTabs::aLostLinkConcernsItsTabOnly()
{
    m_window->showTab(0);
    m_second->setLink(LinkState::Stale);
    QVERIFY(statusSays(QStringLiteral("Live")));
    QVERIFY(m_window->action(QStringLiteral("create"))->isEnabled());
    QVERIFY2(tabBar()->tabToolTip(1).contains(QStringLiteral("Stale")), qPrintable(tabBar()->tabToolTip(1)));
    QVERIFY(tabBar()->tabToolTip(0).contains(QStringLiteral("Live")));
    m_window->showProblem(QStringLiteral("the disk is full"), m_second.get());
    QToolBar *banner = m_window->findChild<QToolBar *>(QStringLiteral("problem"));
    QVERIFY(!banner->isVisible());

    m_window->showTab(1);
    QVERIFY(statusSays(QStringLiteral("Stale")));
    QVERIFY(banner->isVisible());
    QVERIFY(!m_window->action(QStringLiteral("create"))->isEnabled());
    QCOMPARE(m_window->session().actors().liveCount(), 30); // the last data stays
    QVERIFY(m_window->session().staleMs());
    m_second->setLink(LinkState::Failed);
    QVERIFY(statusSays(QStringLiteral("no answer"))); // says what happened
    m_window->showTab(0);
    QVERIFY(!banner->isVisible());
    QVERIFY(m_window->action(QStringLiteral("create"))->isEnabled());
}

void TestTabs::closingATabHandsTheSourceBack()
{
    QSignalSpy closed(m_window.get(), &MainWindow::tabClosed);
    m_window->closeTab(1);
    QCOMPARE(closed.size(), 1);
    QCOMPARE(closed.first().first().value<Source *>(), m_second.get());
    m_second.reset(); // nothing refers to it
    QCOMPARE(m_window->tabCount(), 1);
    QVERIFY(!tabBar()->isVisible());
    QCOMPARE(m_window->session().actors().liveCount(), 120);
    m_first->step();
    m_window->closeTab(0); // the last one stays
    QCOMPARE(m_window->tabCount(), 1);
    QCOMPARE(closed.size(), 1);
}

void TestTabs::ownTrafficIsHiddenUnlessWanted()
{
    Session &session = m_window->session();
    m_window->showView(QStringLiteral("connections"));
    QTRY_VERIFY(session.connections().isActive());
    const int all = int(m_second->connections.size());
    QCOMPARE(session.connections().rowCount(), all);
    const double counted = session.cluster().value(ClusterModel::Connections).value_or(-1);
    m_second->connections.front().ownTraffic = true;
    m_second->snapshot();
    QCOMPARE(session.connections().rowCount(), all - 1);
    QCOMPARE(session.ownHidden(), 1);
    QCOMPARE(session.cluster().value(ClusterModel::Connections).value_or(-1), counted - 1);
    QAction *own = m_window->action(QStringLiteral("own"));
    own->trigger();
    QCOMPARE(session.connections().rowCount(), all);
    const int row = session.connections().rowOf(m_second->connections.front().connectionId);
    QVERIFY(session.connections().index(row, ConnectionModel::Client).data().toString().startsWith(QStringLiteral("console")));
    m_second->step();
    QCOMPARE(session.cluster().value(ClusterModel::Connections).value_or(-1), counted);
    m_window->showTab(0); // one switch for all engines
    QVERIFY(m_window->session().connections().showsOwn());
    own->trigger();
    QVERIFY(!m_window->session().connections().showsOwn());
}

void TestTabs::recentConnectionsAreKept()
{
    QTemporaryDir dir;
    QSettings settings(dir.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
    RecentList recent(&settings, QStringLiteral("recent/connections"));
    for (int i = 0; i < RecentList::kMax + 3; ++i)
        recent.add(QStringLiteral("ws://host%1:6420").arg(i));
    recent.add(QStringLiteral("ws://host5:6420"));
    QCOMPARE(recent.entries().size(), RecentList::kMax);
    QCOMPARE(recent.entries().first(), QStringLiteral("ws://host5:6420"));
    QCOMPARE(recent.entries().count(QStringLiteral("ws://host5:6420")), 1);
}

void TestTabs::dialogsSayWhatTheyAsk()
{
    ConnectDialog connection({QStringLiteral("ws://a:1")});
    QCOMPARE(connection.target().url, QStringLiteral("ws://a:1"));
    QVERIFY(!connection.target().readWrite); // looking is safe by default
    EngineDialog engine;
    QCOMPARE(engine.target().port, quint16(0));
    QVERIFY(engine.target().dataDir.isEmpty());
    QLineEdit *address = engine.findChild<QLineEdit *>();
    address->setText(QStringLiteral("[::1]:7000"));
    QCOMPARE(engine.target().host, QStringLiteral("::1"));
    QCOMPARE(engine.target().port, quint16(7000));
}

void TestTabs::layoutsHaveNames()
{
    QTemporaryDir dir;
    QSettings settings(dir.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
    const auto floating = [](MainWindow &window) { return window.findChild<QDockWidget *>(QStringLiteral("queue"))->isFloating(); };
    const QString name = QStringLiteral("two screens / n\u00e4chtlich");
    {
        MainWindow window(*m_theme, nullptr, &settings);
        window.show();
        window.findChild<QDockWidget *>(QStringLiteral("queue"))->setFloating(true);
        window.saveLayout(name);
        window.action(QStringLiteral("layout"))->trigger();
        QVERIFY(!floating(window));
        QVERIFY(!window.showLayout(QStringLiteral("unknown")));
    }
    MainWindow again(*m_theme, nullptr, &settings);
    again.show();
    QCOMPARE(again.layouts(), QStringList{name});
    QVERIFY(!floating(again));
    QVERIFY(again.showLayout(name));
    QVERIFY(floating(again));
    // The bar of a recording does not come back with a layout.
    QVERIFY(!again.findChild<QToolBar *>(QStringLiteral("playback"))->isVisible());
    again.removeLayout(name);
    MainWindow third(*m_theme, nullptr, &settings);
    QVERIFY(third.layouts().isEmpty());
}

void TestTabs::bulkIsBoundedAndCounted()
{
    Session &session = m_window->session();
    m_second->deferAnswers = true;
    QStringList ids;
    for (const ActorInfo &actor : m_second->actors)
        ids.append(actor.actorId);
    ids.append(QStringLiteral("nobody"));
    const BulkAction action = bulkAction(QStringLiteral("destroy"));
    const std::vector<BulkTarget> targets = bulkTargets(session, action, ids);
    QCOMPARE(targets.size(), size_t(30));
    auto *run = new BulkRun(session, action, targets);
    QSignalSpy finished(run, &BulkRun::finished);
    run->start();
    QCOMPARE(int(m_second->commands.size()), BulkRun::kInFlight);
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(finished.first(), (QVariantList{30, 0, 0}));
    QCOMPARE(m_second->commands.size(), 30);
    QCOMPARE(m_second->commands.last().second.value(QStringLiteral("actor_id")).toString(), ids.at(29));
    QCOMPARE(session.controls().liveCount(), 30);

    auto *cut = new BulkRun(session, action, targets);
    QSignalSpy ended(cut, &BulkRun::finished);
    cut->start();
    m_second->setLink(LinkState::Stale); // nothing more is sent into a lost link
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended.first().at(2).toInt(), 30 - BulkRun::kInFlight);
}

void TestTabs::bulkNeedsAWordAboveTen()
{
    const BulkAction action = bulkAction(QStringLiteral("destroy"));
    const std::vector<BulkTarget> ten(10, BulkTarget{QStringLiteral("a"), QStringLiteral("chat"), 3});
    const std::vector<BulkTarget> eleven(11, BulkTarget{QStringLiteral("a"), QStringLiteral("chat"), 3});
    BulkDialog few(action, ten), many(action, eleven), none(action, {});
    const auto go = [](QDialog &dialog) { return dialog.findChild<QPushButton *>(QStringLiteral("go")); };
    QVERIFY(go(few)->isEnabled());
    QVERIFY(!go(none)->isEnabled());
    QVERIFY(!go(many)->isEnabled());
    many.findChild<QLineEdit *>()->setText(QStringLiteral("destroy"));
    QVERIFY(go(many)->isEnabled());
    const auto labels = many.findChildren<QLabel *>();
    QVERIFY(std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) { return label->text().contains(QStringLiteral("33")); }));
}

void TestTabs::guideFollowsWhatHappens()
{
    QVERIFY(m_window->findChild<Guide *>()->isHidden()); // these engines have runners
    SyntheticSource empty(0);
    m_window->addSource(&empty);
    empty.start();
    m_window->showView(QStringLiteral("overview"));
    Guide *guide = m_window->findChild<QDockWidget *>(QStringLiteral("overview"))->findChild<Guide *>();
    QVERIFY(guide->isVisible());
    QVERIFY(guide->isDone(Guide::Engine));
    QVERIFY(!guide->isDone(Guide::Runner));
    const QString lines = guide->findChild<QPlainTextEdit *>()->toPlainText();
    QCOMPARE(lines.trimmed().split(u'\n').size(), 3);
    QVERIFY(lines.contains(m_window->session().cluster().info().listenUrl));
    empty.runners = m_first->runners;
    empty.snapshot();
    QVERIFY(guide->isDone(Guide::Runner));
    QVERIFY(!guide->isDone(Guide::Actor));
    empty.actors.push_back(m_first->actors.front());
    empty.snapshot();
    QVERIFY(guide->isDone(Guide::Actor));
    QVERIFY(!guide->isDone(Guide::Client));
    // A connection alone is no conversation, and neither is a question without an answer.
    ConnectionInfo client;
    client.connectionId = QStringLiteral("first");
    client.actorId = m_first->actors.front().actorId;
    client.kind = ConnectionKind::WebSocket;
    client.state = ConnectionState::Open;
    client.ownTraffic = true; // of the Client view
    client.messagesIn = 1;
    client.messagesOut = 0;
    empty.connections.push_back(client);
    empty.snapshot();
    QVERIFY(!guide->isDone(Guide::Client));
    empty.connections.back().messagesOut = 1;
    empty.snapshot();
    QVERIFY(guide->isDone(Guide::Client));
    // In a low window the steps scroll, and none is squeezed or out of reach.
    auto *area = guide->findChild<QScrollArea *>();
    const QSize before = m_window->size();
    m_window->resize(1280, 480);
    QTRY_VERIFY(area->verticalScrollBar()->maximum() > 0);
    QCOMPARE(area->horizontalScrollBar()->maximum(), 0);
    const auto labels = area->widget()->findChildren<QLabel *>();
    for (const QLabel *label : labels)
        QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
    auto *dismiss = guide->findChildren<QPushButton *>().last();
    area->ensureWidgetVisible(dismiss);
    QCOMPARE(dismiss->visibleRegion().boundingRect().size(), dismiss->size());
    m_window->resize(before);
    // Another text size makes everything again; the guide stays open and still leads on.
    m_theme->setTextSize(150);
    const auto now = [this] { return m_window->findChild<QDockWidget *>(QStringLiteral("overview"))->findChild<Guide *>(); };
    QTRY_VERIFY(now() != guide);
    QVERIFY(now()->isVisible());
    QVERIFY(now()->isDone(Guide::Actor));
    Q_EMIT now()->clientWanted();
    QCOMPARE(m_window->session().selectedActor(), m_first->actors.front().actorId);
    now()->dismiss();
    QVERIFY(!now()->isVisible());
    m_window->action(QStringLiteral("guide"))->trigger();
    QVERIFY(now()->isVisible());
    m_theme->setTextSize(100);
    m_window->closeTab(2);
}

QTEST_MAIN(TestTabs)
#include "tst_tabs.moc"
