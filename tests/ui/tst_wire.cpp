// SPDX-License-Identifier: Apache-2.0
// Row 56 of console.md: messages of the runner protocol field by field, tree and bytes linked.
#include "engine/wire/codec.h"
#include "models/wirelog.h"
#include "tests/ui/windowtest.h"

#include <QAction>
#include <QCheckBox>
#include <QJsonArray>
#include <QLabel>
#include <QJsonObject>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTableWidget>
#include <QTest>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>

using namespace dormouse;
using namespace dormouse::monitor;

class TestWire : public QObject, private WindowTest
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void aMessageFieldByField();
    void aRecordingAtItsMoment();
    void listensOnlyWhileSomebodyLooks();

private:
    template<typename T>
    T *one() const
    {
        return page("wire")->findChild<T *>();
    }
    int asked() const
    {
        return int(std::count_if(m_source->commands.begin(), m_source->commands.end(), [](const auto &command) { return command.first == u"wire_frames"; }));
    }
    void give(qint64 seq, const QByteArray &data)
    {
        wire::ToClientTunnelMessage message;
        message.kind = wire::ToClientWebSocketMessage{data, true};
        const QByteArray bytes = *wire::encodeToClient(7, message);
        m_source->answer = QJsonObject{{QStringLiteral("frames"), QJsonArray{QJsonObject{{QStringLiteral("seq"), seq}, {QStringLiteral("ts"), m_source->now()},
            {QStringLiteral("to_runner"), true}, {QStringLiteral("version"), 7}, {QStringLiteral("size"), bytes.size()},
            {QStringLiteral("bytes_base64"), QString::fromLatin1(bytes.toBase64())}}}}, {QStringLiteral("lost"), 0}};
    }
};

void TestWire::init()
{
    openWindow();
}

void TestWire::cleanup()
{
    closeWindow();
}

/// A recording has no bytes; it is asked once for each moment that it shows.
void TestWire::aRecordingAtItsMoment()
{
    const auto until = [this](int count) {
        QJsonArray frames;
        for (int i = 1; i <= count; ++i)
            frames.append(QJsonObject{{QStringLiteral("seq"), i}, {QStringLiteral("ts"), m_source->now()}, {QStringLiteral("to_runner"), i % 2 == 1},
                                      {QStringLiteral("kind"), i % 2 == 1 ? QStringLiteral("WebSocketMessage") : QStringLiteral("WebSocketMessageAck")},
                                      {QStringLiteral("fields"), QJsonObject{{QStringLiteral("index"), QString::number(100 + i)}}}});
        m_source->answer = QJsonObject{{QStringLiteral("recorded"), true}, {QStringLiteral("frames"), frames}, {QStringLiteral("lost"), 0}};
    };
    Capabilities capabilities;
    capabilities.live = false;
    capabilities.seekable = true;
    m_source->setCapabilities(capabilities);
    until(3);
    session().selectRunner(m_source->runners.front().runnerId);
    m_window->showView(QStringLiteral("wire"));
    QTRY_COMPARE(one<QTableWidget>()->rowCount(), 3);
    QVERIFY(one<QTableWidget>()->item(2, 1)->text().startsWith(QStringLiteral("→ WebSocketMessage")));
    QVERIFY(one<QTableWidget>()->item(1, 1)->text().startsWith(QStringLiteral("← WebSocketMessageAck")));
    QCOMPARE(one<QTreeWidget>()->topLevelItem(0)->child(0)->text(1), QStringLiteral("103")); // the newest
    QVERIFY(one<QPlainTextEdit>()->toPlainText().contains(QStringLiteral("not recorded")));
    const int before = asked();
    const quint64 frames = session().framesApplied();
    page("wire")->hide(); // and back: nothing else is to be shown
    page("wire")->show();
    QCOMPARE(session().framesApplied(), frames);
    QCOMPARE(asked(), before);
    // Another moment is shown; who looks at a message keeps it while it is there.
    one<QCheckBox>()->setChecked(false);
    one<QTableWidget>()->selectRow(0);
    until(2);
    m_source->step();
    QTRY_COMPARE(one<QTableWidget>()->rowCount(), 2);
    QCOMPARE(one<QTableWidget>()->currentRow(), 0);
    QVERIFY(asked() > before);
    until(0);
    m_source->step();
    QTRY_COMPARE(one<QTableWidget>()->rowCount(), 0);
    const auto labels = page("wire")->findChildren<QLabel *>();
    QTRY_VERIFY(std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) { return label->text().contains(QStringLiteral("no message of this runner")); }));
}

void TestWire::aMessageFieldByField()
{
    give(7, "hello");
    m_window->session().selectRunner(m_source->runners.front().runnerId);
    m_window->showView(QStringLiteral("wire"));
    QTRY_COMPARE(one<QTableWidget>()->rowCount(), 1);
    QCOMPARE(m_source->commands.last().second.value(QStringLiteral("runner_id")).toString(), m_source->runners.front().runnerId);
    QVERIFY(one<QTableWidget>()->item(0, 1)->text().startsWith(QStringLiteral("→ WebSocketMessage")));
    auto *fields = one<QTreeWidget>();
    auto *bytes = one<QPlainTextEdit>();
    QVERIFY(fields->topLevelItem(0)); // the newest is shown by itself
    QTreeWidgetItem *data = nullptr;
    for (QTreeWidgetItemIterator item(fields); *item; ++item)
        if ((*item)->text(1) == QString::fromLatin1(QByteArray("hello").toHex()))
            data = *item;
    QVERIFY(data);
    // Tree to bytes.
    fields->setCurrentItem(data);
    QString marked;
    const auto marks = bytes->extraSelections();
    for (const auto &mark : marks)
        marked += mark.cursor.selectedText() + u' ';
    QVERIFY2(marked.contains(QStringLiteral("68")) && marked.simplified().endsWith(QStringLiteral("6c 6f")), qPrintable(marked));
    // Bytes to tree.
    fields->setCurrentItem(fields->topLevelItem(0));
    const qsizetype place = bytes->toPlainText().indexOf(QStringLiteral("6f"));
    QTextCursor cursor(bytes->document());
    cursor.setPosition(int(place));
    bytes->setTextCursor(cursor);
    QCOMPARE(fields->currentItem(), data);
    // Who looks keeps what is looked at.
    QTest::mouseClick(one<QTableWidget>()->viewport(), Qt::LeftButton, {}, QPoint(20, 8));
    QVERIFY(!one<QCheckBox>()->isChecked());
    give(8, "next");
    QTRY_VERIFY((m_source->step(), one<QTableWidget>()->rowCount() == 2));
    QCOMPARE(one<QTableWidget>()->currentRow(), 0);
    one<QCheckBox>()->setChecked(true);
    QCOMPARE(one<QTableWidget>()->currentRow(), 1);
    QCOMPARE(m_window->session().controls().liveCount(), 0); // looking is no action
    // Typed by hand; it survives another runner and a new text size.
    auto *hex = one<QLineEdit>();
    hex->setText(QStringLiteral("xyz"));
    QTest::keyClick(hex, Qt::Key_Return);
    QCOMPARE(one<QTableWidget>()->rowCount(), 2);
    hex->setText(QStringLiteral("ff ff"));
    QTest::keyClick(hex, Qt::Key_Return);
    QCOMPARE(one<QTableWidget>()->rowCount(), 3);
    QCOMPARE(one<QTableWidget>()->currentRow(), 2);
    bool error = false;
    for (QTreeWidgetItemIterator item(fields); *item; ++item)
        error = error || (*item)->text(0) == u"error";
    QVERIFY(error);
    m_source->answer = {};
    m_window->session().selectRunner(m_source->runners.back().runnerId);
    QTRY_COMPARE(one<QTableWidget>()->rowCount(), 1);
    m_theme->setTextSize(150);
    QTRY_VERIFY(one<QTableWidget>() && one<QTableWidget>()->rowCount() == 1 && one<QTreeWidget>() != fields);
    m_theme->setTextSize(100);
}

void TestWire::listensOnlyWhileSomebodyLooks()
{
    m_window->session().selectRunner(m_source->runners.front().runnerId);
    m_window->showView(QStringLiteral("actor"));
    for (int i = 0; i < 5; ++i)
        m_source->step();
    QCOMPARE(asked(), 0);
    m_window->showView(QStringLiteral("wire"));
    QTRY_VERIFY((m_source->step(), asked() >= 2)); // again and again
    m_window->session().setPaused(true);
    const int paused = asked();
    for (int i = 0; i < 5; ++i)
        m_source->step();
    QCOMPARE(asked(), paused);
    m_window->session().setPaused(false);
    m_source->setLink(LinkState::Stale);
    const int stale = asked();
    for (int i = 0; i < 5; ++i)
        m_source->step();
    QCOMPARE(asked(), stale);
    // Read only forbids no look.
    m_source->setLink(LinkState::Live);
    m_window->session().setReadOnly(true);
    QTRY_VERIFY((m_source->step(), asked() > stale));
}

QTEST_MAIN(TestWire)
#include "tst_wire.moc"
