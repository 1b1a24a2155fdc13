// SPDX-License-Identifier: Apache-2.0
#include "models/owntraffic.h"
#include "models/ratebook.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

QString word(const char *text)
{
    return QString::fromLatin1(text);
}

ConnectionInfo connection(const char *id, bool own, quint64 messages, ConnectionState state = ConnectionState::Attached)
{
    ConnectionInfo one;
    one.connectionId = word(id);
    one.actorId = word("actor");
    one.ownTraffic = own;
    one.state = state;
    one.messagesIn = messages;
    one.bytesIn = messages * 10;
    one.pendingMessages = 2;
    one.pendingBytes = 20;
    return one;
}

Frame frameOf(std::vector<ConnectionInfo> connections, bool snapshot = false)
{
    Frame frame;
    frame.snapshot = snapshot;
    frame.connections = std::move(connections);
    return frame;
}

} // namespace

class TestTraffic : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ratesDecayToZero();
    void coursesSlideAndAreForgotten();
    void ownIsCountedApart();
    void ownThatEndedIsStillKnown();
    void ownIsBounded();
};

void TestTraffic::ratesDecayToZero()
{
    RateBook book;
    const QString id = word("c");
    QCOMPARE(book.perSecond(id, 10'000), 0.0);
    book.add(id, 8, 10'200);
    QCOMPARE(book.perSecond(id, 10'900), 0.0); // the second is not over
    QCOMPARE(book.perSecond(id, 11'000), 2.0);
    book.add(id, 8, 11'500);
    QCOMPARE(book.perSecond(id, 12'000), 4.0);
    QCOMPARE(book.perSecond(id, 15'000), 2.0);
    QCOMPARE(book.perSecond(id, 16'000), 0.0);
    QCOMPARE(book.perSecond(id, 1'000'000), 0.0);
    book.add(id, 4, 500'100); // after a long silence, and
    QCOMPARE(book.perSecond(id, 501'000), 1.0);
    book.add(id, 4, 300'100); // wound back: nothing of the later time is left
    QCOMPARE(book.perSecond(id, 301'000), 1.0);
    QCOMPARE(book.perSecond(id, 501'000), 0.0);
}

void TestTraffic::coursesSlideAndAreForgotten()
{
    RateBook book;
    const QString id = word("c");
    book.add(id, 3, 100'000);
    book.add(id, 5, 102'000);
    QList<double> course = book.course(id, 103'000);
    QCOMPARE(course.size(), RateBook::kSeconds);
    QCOMPARE(course.last(), 5.0);
    QCOMPARE(course.at(course.size() - 3), 3.0);
    QCOMPARE(book.course(id, 102'000 + RateBook::kSeconds * 1000).first(), 5.0);
    QVERIFY(book.course(id, 103'000 + RateBook::kSeconds * 1000).isEmpty());
    book.prune(110'000);
    QCOMPARE(book.size(), 1);
    book.prune(103'000 + RateBook::kSeconds * 1000);
    QCOMPARE(book.size(), 0);
}

void TestTraffic::ownIsCountedApart()
{
    OwnTraffic own;
    own.apply(frameOf({connection("a", true, 100), connection("b", false, 100), connection("h", true, 0, ConnectionState::Hibernating)}, true));
    QCOMPARE(own.liveCount(), 2);
    QVERIFY(own.isHidden(word("a")) && !own.isHidden(word("b")));
    QCOMPARE(own.totals().connections, 2);
    QCOMPARE(own.totals().open, 1);
    QCOMPARE(own.totals().hibernating, 1);
    QCOMPARE(own.totals().messages, quint64(0)); // what was before is in no rate
    QCOMPARE(own.hiddenOf(word("actor")).connections, 2);
    QCOMPARE(own.hiddenOf(word("actor")).pendingBytes, 40);
    own.apply(frameOf({connection("a", true, 130)}));
    QCOMPARE(own.totals().messages, quint64(30));
    QCOMPARE(own.totals().bytes, quint64(300));
    QCOMPARE(own.totals().connections, 2);
    own.setShown(true);
    QVERIFY(!own.isHidden(word("a")) && own.isOwn(word("a")));
    QCOMPARE(own.hiddenOf(word("actor")).connections, 0);
}

void TestTraffic::ownThatEndedIsStillKnown()
{
    OwnTraffic own;
    own.apply(frameOf({connection("a", true, 0), connection("b", true, 0)}, true));
    own.apply(frameOf({connection("a", true, 7, ConnectionState::Closed)}));
    QCOMPARE(own.liveCount(), 1);
    QCOMPARE(own.totals().messages, quint64(7));
    QVERIFY(own.isHidden(word("a"))); // its events are still in the log
    own.apply(frameOf({}, true));     // a snapshot without it: it ended while nobody looked
    QCOMPARE(own.liveCount(), 0);
    QCOMPARE(own.totals().connections, 0);
    QCOMPARE(own.totals().pendingBytes, 0);
    QCOMPARE(own.hiddenOf(word("actor")).connections, 0);
    QVERIFY(own.isOwn(word("b")));
}

void TestTraffic::ownIsBounded()
{
    OwnTraffic own;
    for (int i = 0; i < OwnTraffic::kMaxEnded + 5; ++i)
        own.apply(frameOf({connection(QByteArray::number(i).constData(), true, 1, ConnectionState::Closed)}));
    QVERIFY(!own.isOwn(word("0")));
    QVERIFY(own.isOwn(QString::number(OwnTraffic::kMaxEnded)));
    QCOMPARE(own.totals().connections, 0);
}

QTEST_GUILESS_MAIN(TestTraffic)
#include "tst_traffic.moc"
