// SPDX-License-Identifier: Apache-2.0
// Views as docks: torn off with the mouse, put back, arranged, and found again after a restart.
#include "tests/ui/syntheticsource.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QPointer>
#include <QSettings>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>

using namespace dormouse;

namespace {

QString word(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

class TestDocks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void tabIsTornOffAndPutBack();
    void orderOfTabsIsDragged();
    void arrangementSurvivesARestart();
    void tornOffSurvivesLanguageAndTextSize();
    void sharesFollowTheTextSize();
    void broken();

private:
    QDockWidget *dock(const char *name) const { return m_window->findChild<QDockWidget *>(word(name)); }
    Page *page(const char *name) const { return static_cast<Page *>(dock(name)->widget()); }
    void open();
    void close();
    /// The tab of a view in the bar that shows it.
    QPair<QTabBar *, int> tab(const char *name) const
    {
        const auto bars = m_window->findChildren<QTabBar *>();
        for (QTabBar *bar : bars)
            for (int at = 0; at < bar->count(); ++at)
                if (bar->isVisible() && bar->tabText(at) == dock(name)->windowTitle())
                    return {bar, at};
        return {nullptr, -1};
    }
    void tearOff(const char *name, const QPoint &to);
    /// Returns when all controls have been made again.
    void setTextSize(int percent)
    {
        const QPointer<QDockWidget> old = dock("actor");
        m_theme->setTextSize(percent);
        QTRY_VERIFY(!old);
    }

    QTemporaryDir m_dir;
    std::unique_ptr<ThemeManager> m_theme;
    std::unique_ptr<SyntheticSource> m_source;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

void TestDocks::init()
{
    m_theme = std::make_unique<ThemeManager>(*qApp);
    m_theme->setTheme(word("dark"));
    m_source = std::make_unique<SyntheticSource>(60);
    m_settings = std::make_unique<QSettings>(m_dir.filePath(word("s.ini")), QSettings::IniFormat);
    m_settings->clear();
    open();
    m_source->start();
}

void TestDocks::cleanup()
{
    m_window.reset();
    m_source.reset();
    m_settings.reset();
    m_theme->setTextSize(100);
    m_theme.reset();
}

void TestDocks::open()
{
    m_window = std::make_unique<MainWindow>(*m_theme, nullptr, m_settings.get());
    m_window->setSource(m_source.get());
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QCoreApplication::processEvents();
}

void TestDocks::close()
{
    m_window->close();
    m_window.reset();
    m_settings->sync();
}

void TestDocks::tearOff(const char *name, const QPoint &to)
{
    const auto [bar, at] = tab(name);
    QVERIFY(bar);
    const QPoint from = bar->tabRect(at).center();
    QTest::mousePress(bar, Qt::LeftButton, {}, from);
    for (int step = 1; step <= 8; ++step)
        QTest::mouseMove(bar, from + (to - from) * step / 8);
    QTest::mouseRelease(bar, Qt::LeftButton, {}, to);
    QCoreApplication::processEvents();
}

void TestDocks::tabIsTornOffAndPutBack()
{
    QVERIFY(!dock("latency")->isFloating());
    tearOff("latency", QPoint(300, 400));
    QTRY_VERIFY(dock("latency")->isWindow());
    QVERIFY(dock("latency")->isVisible() && page("latency")->isOnScreen());
    QVERIFY(!dock("latency")->titleBarWidget()); // the usual title to drag it back with
    QVERIFY(!tab("latency").first);
    // It followed the pointer, and does no more.
    const QPoint place = dock("latency")->pos();
    QTest::mouseMove(tab("actors").first, QPoint(50, 300));
    QCOMPARE(dock("latency")->pos(), place);
    // The views that stay are still there, and the one in front is on screen too.
    QVERIFY(tab("actors").first);
    m_window->showView(word("actors"));
    QTRY_VERIFY(page("actors")->isOnScreen() && page("latency")->isOnScreen());
    const quint64 frames = m_window->session().framesApplied();
    m_source->step();
    QCOMPARE(m_window->session().framesApplied(), frames + 1);
    m_window->action(word("layout"))->trigger();
    QTRY_VERIFY(!dock("latency")->isWindow());
    QVERIFY(tab("latency").first);
    QVERIFY(dock("latency")->titleBarWidget());
}

void TestDocks::orderOfTabsIsDragged()
{
    const auto [bar, at] = tab("overview");
    QVERIFY(bar);
    const QPoint from = bar->tabRect(at).center(), to = bar->tabRect(at + 1).center() + QPoint(30, 4);
    QTest::mousePress(bar, Qt::LeftButton, {}, from);
    for (int step = 1; step <= 8; ++step)
        QTest::mouseMove(bar, from + (to - from) * step / 8);
    QTest::mouseRelease(bar, Qt::LeftButton, {}, to);
    QVERIFY(!dock("overview")->isFloating());
    QTRY_COMPARE(tab("overview").second, at + 1);
}

void TestDocks::arrangementSurvivesARestart()
{
    m_window->resize(1400, 900);
    dock("queue")->setFloating(true);
    dock("queue")->setGeometry(120, 130, 500, 420);
    m_window->addDockWidget(Qt::RightDockWidgetArea, dock("events"));
    m_window->tabifyDockWidget(dock("actor"), dock("client"));
    dock("control")->hide();
    m_window->showView(word("connections"));
    QCoreApplication::processEvents();
    m_window->resizeDocks({dock("events")}, {520}, Qt::Horizontal);
    QCoreApplication::processEvents();
    const int side = dock("events")->width();
    QVERIFY(side > 450 && side < 600);
    m_window->saveLayout(word("mine"));
    close();

    open();
    QCOMPARE(m_window->size(), QSize(1400, 900));
    QVERIFY(dock("queue")->isFloating() && dock("queue")->isVisible());
    QCOMPARE(dock("queue")->size(), QSize(500, 420));
    QVERIFY(!dock("queue")->titleBarWidget());
    QCOMPARE(m_window->dockWidgetArea(dock("events")), Qt::RightDockWidgetArea);
    QVERIFY(m_window->tabifiedDockWidgets(dock("actor")).contains(dock("client")));
    QVERIFY(!dock("control")->isVisible());
    QTRY_VERIFY(page("connections")->isOnScreen());
    QTRY_VERIFY2(std::abs(dock("events")->width() - side) <= 4, qPrintable(QString::number(dock("events")->width())));
    // A larger window gives it the same share.
    m_window->resize(1800, 900);
    QTRY_VERIFY2(std::abs(dock("events")->width() - side * 1800 / 1400) <= 8, qPrintable(QString::number(dock("events")->width())));
    // Another arrangement, and the named one again.
    m_window->action(word("layout"))->trigger();
    QVERIFY(!dock("queue")->isFloating() && m_window->dockWidgetArea(dock("events")) == Qt::BottomDockWidgetArea);
    QVERIFY(m_window->showLayout(word("mine")));
    QVERIFY(dock("queue")->isFloating() && m_window->dockWidgetArea(dock("events")) == Qt::RightDockWidgetArea);
}

void TestDocks::tornOffSurvivesLanguageAndTextSize()
{
    dock("latency")->setFloating(true);
    dock("latency")->setGeometry(50, 60, 640, 480);
    setTextSize(125);
    QVERIFY(dock("latency")->isFloating() && dock("latency")->isVisible());
    QCOMPARE(dock("latency")->size(), QSize(640, 480));
    QTRY_VERIFY(page("latency")->isOnScreen());
}

void TestDocks::sharesFollowTheTextSize()
{
    m_window->resize(1600, 900);
    QCoreApplication::processEvents();
    setTextSize(200);
    QTRY_VERIFY(dock("actor")->width() > 1600 * 0.293 + 20); // larger words, more room
    setTextSize(100);
    QTRY_VERIFY2(std::abs(dock("actor")->width() - int(1600 * 0.293)) < 12, qPrintable(QString::number(dock("actor")->width())));
}

void TestDocks::broken()
{
    close();
    m_settings->setValue(word("window/state"), QByteArray("not a state"));
    m_settings->setValue(word("window/geometry"), QByteArray("nor a geometry"));
    open();
    QTRY_VERIFY(page("overview")->isOnScreen());
    QVERIFY(dock("actor")->isVisible() && dock("events")->isVisible());
}

QTEST_MAIN(TestDocks)
#include "tst_docks.moc"
