// SPDX-License-Identifier: Apache-2.0
// The filter's time range and the order of tables as a person meets them: menu, chip, dialog, keys.
#include "tests/ui/windowtest.h"
#include "ui/dialogs.h"
#include "ui/filterbar.h"

#include <QAction>
#include <QCheckBox>
#include <QDateTimeEdit>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace dormouse;
using namespace dormouse::monitor;

class TestFiltering : public QObject, private WindowTest
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void timeRangeByMenu();
    void timeRangeByDialog();
    void timeRangeByCell();
    void endedAreThereInTheirTime();
    void latencyOfTheRange();
    void completions();
    void orderIsHeldWhileSomethingIsChosen();
    void orderIsHeldUnderThePointer();
    void hiddenTableIsInOrderWhenItIsShown();

private:
    FilterBar &bar() const { return *m_window->findChild<FilterBar *>(); }
    TableView *actors() const { return page("actors")->findChild<TableView *>(); }
    QString countOf(const char *view) const
    {
        const auto labels = page(view)->findChildren<QLabel *>();
        for (const QLabel *label : labels)
            if (label->property("role") == word("muted"))
                return label->text();
        return {};
    }
    QStringList chips() const
    {
        QStringList words;
        const auto all = bar().chips()->findChildren<QToolButton *>();
        for (const QToolButton *chip : all)
            if (chip->isVisibleTo(bar().chips()))
                words.append(chip->text());
        return words;
    }
    QMenu *menu(const char *name) const
    {
        const auto all = bar().findChildren<QMenu *>();
        for (QMenu *one : all)
            if (one->accessibleName() == word(name))
                return one;
        return nullptr;
    }
    void sortByAge();

};

void TestFiltering::init()
{
    openWindow();
    m_window->showView(word("actors"));
    QTRY_VERIFY(session().actors().isActive());
}

void TestFiltering::cleanup()
{
    closeWindow();
}

void TestFiltering::timeRangeByMenu()
{
    QMenu *times = menu("Time range");
    QVERIFY(times);
    bar().field()->setText(word("chat"));
    const auto choose = [&](const char *text) {
        Q_EMIT times->aboutToShow();
        const auto all = times->actions();
        for (QAction *one : all)
            if (one->text() == word(text))
                return one->trigger();
        QFAIL(text);
    };
    choose("The last 15 minutes");
    QCOMPARE(bar().field()->text(), word("chat time:15m"));
    QTRY_COMPARE(chips(), QStringList({word("chat"), word("time:15m")}));
    QVERIFY(session().timeSpan());
    choose("The last hour"); // in place of the other
    QCOMPARE(bar().field()->text(), word("chat time:1h"));
    Q_EMIT times->aboutToShow();
    for (const QAction *one : times->actions())
        QCOMPARE(one->isChecked(), one->text() == word("The last hour"));
    bar().field()->undo();
    QCOMPARE(bar().timeRange(), word("15m"));
    choose("At any time");
    QCOMPARE(bar().field()->text(), word("chat"));
    QVERIFY(!session().timeSpan());
}

void TestFiltering::timeRangeByDialog()
{
    const TimeSpan span{m_source->now() - 60'000, m_source->now()};
    TimeRangeDialog dialog(span);
    QCOMPARE(dialog.span(), span);
    auto *from = dialog.findChildren<QDateTimeEdit *>().constFirst();
    from->setDateTime(from->dateTime().addSecs(3600)); // never ends before it begins
    QVERIFY(dialog.span().from <= dialog.span().to);
    bar().setTimeRange(TimeRange::text(span));
    QCOMPARE(session().timeSpan(), std::optional(span));
    bar().field()->setText(word("time:soon"));
    QVERIFY(bar().field()->property("invalid").toBool());
    QCOMPARE(bar().field()->toolTip(), word("Not a time range: soon"));
    QCOMPARE(session().timeSpan(), std::optional(span)); // the last good filter stays
}

void TestFiltering::timeRangeByCell()
{
    bar().toggleTerm(word("time:15m"));
    bar().toggleTerm(word("time:1h"));
    QCOMPARE(bar().field()->text(), word("time:1h"));
    bar().toggleTerm(word("time:1h"));
    QCOMPARE(bar().field()->text(), QString());
}

void TestFiltering::endedAreThereInTheirTime()
{
    ActorInfo &gone = m_source->actors.front();
    gone.state = ActorState::Destroyed;
    gone.destroyTs = m_source->now();
    Frame frame;
    frame.ts = m_source->now();
    frame.actors = {gone};
    Q_EMIT m_source->frameReady(frame);
    QCOMPARE(session().actors().rowCount(), 59);
    auto *ended = page("actors")->findChild<QCheckBox *>();
    QVERIFY(ended->isEnabled());
    bar().setTimeRange(word("15m"));
    m_source->step();
    QCOMPARE(session().actors().rowCount(), 60);
    QVERIFY(!ended->isEnabled());
    QVERIFY(!ended->toolTip().isEmpty());
    QVERIFY2(countOf("actors").contains(word("60 of 60")), qPrintable(countOf("actors")));
    bar().setTimeRange({});
    m_source->step();
    QCOMPARE(session().actors().rowCount(), 59);
    QVERIFY(ended->isEnabled());
}

void TestFiltering::latencyOfTheRange()
{
    m_window->showView(word("latency"));
    QTRY_VERIFY(page("latency")->isOnScreen());
    const auto count = [&] {
        const auto labels = page("latency")->findChildren<QLabel *>();
        for (const QLabel *label : labels)
            if (label->accessibleName() == word("count, 1 min"))
                return label->text();
        return QString();
    };
    m_source->step(1000);
    const QString minute = count();
    bar().setTimeRange(TimeRange::text({m_source->now() - 100'000, m_source->now() - 90'001}));
    m_source->step(1000);
    QVERIFY(count() != minute);
    const quint64 wanted = session().latency().mergedIn(LatencyKind::Ack, *session().timeSpan()).count();
    QVERIFY(wanted > 1000 && wanted < 1500); // ten or eleven seconds of 123
    QCOMPARE(count().remove(QChar(0x202f)).remove(QChar(0xa0)).remove(u' '), QString::number(wanted));
}

void TestFiltering::completions()
{
    QVERIFY(bar().completions(word("ti")).contains(word("time:")));
    QCOMPARE(bar().completions(word("time:1")), QStringList({word("time:1m"), word("time:15m"), word("time:1h")}));
    QCOMPARE(bar().completions(word("-time:15")), QStringList{word("-time:15m")});
}

void TestFiltering::sortByAge()
{
    actors()->sortByColumn(ActorModel::Created, Qt::AscendingOrder);
}

void TestFiltering::orderIsHeldWhileSomethingIsChosen()
{
    sortByAge();
    LiveTableModel &model = session().actors();
    const QString last = model.idAt(model.rowCount() - 1);
    const auto rejuvenate = [&] { // it belongs to the top now
        ActorInfo one = *session().actors().find(last);
        one.createTs = m_source->now();
        Frame frame;
        frame.ts = m_source->now();
        frame.actors = {one};
        Q_EMIT m_source->frameReady(frame);
    };
    actors()->selectRow(3);
    rejuvenate();
    QVERIFY(!model.resortIfNeeded());
    QCOMPARE(model.rowOf(last), model.rowCount() - 1);
    QVERIFY2(countOf("actors").contains(word("order held")), qPrintable(countOf("actors")));
    QTest::keyClick(actors(), Qt::Key_F5);
    QCOMPARE(model.rowOf(last), 0);
    QVERIFY(model.isSortFrozen()); // once only
    // Esc chooses nothing: the order is free again.
    QTest::keyClick(actors(), Qt::Key_Escape);
    QVERIFY(actors()->selectedIds().isEmpty());
    QVERIFY(!model.isSortFrozen());
}

void TestFiltering::orderIsHeldUnderThePointer()
{
    LiveTableModel &model = session().actors();
    QVERIFY(!model.isSortFrozen());
    QEnterEvent enter({10, 10}, {10, 10}, {10, 10});
    QApplication::sendEvent(actors(), &enter);
    QVERIFY(model.isSortFrozen());
    actors()->selectRow(1);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(actors(), &leave);
    QVERIFY(model.isSortFrozen()); // the row that is chosen holds it
    actors()->clearSelection();
    QVERIFY(!model.isSortFrozen());
}

void TestFiltering::hiddenTableIsInOrderWhenItIsShown()
{
    sortByAge();
    LiveTableModel &model = session().actors();
    actors()->selectRow(3);
    const QString last = model.idAt(model.rowCount() - 1);
    m_window->showView(word("connections"));
    QTRY_VERIFY(!model.isActive());
    ActorInfo one = *session().actors().find(last);
    one.createTs = m_source->now();
    Frame frame;
    frame.ts = m_source->now();
    frame.actors = {one};
    Q_EMIT m_source->frameReady(frame);
    m_window->showView(word("actors"));
    QTRY_VERIFY(model.isActive());
    QCOMPARE(model.rowOf(last), 0);
    QVERIFY(model.isSortFrozen()); // from here on again
}

QTEST_MAIN(TestFiltering)
#include "tst_filtering.moc"
