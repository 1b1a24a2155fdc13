// SPDX-License-Identifier: Apache-2.0
// Time ranges in filters, letters in their order, and what filters do when the clock goes on.
#include "models/acklog.h"
#include "models/actormodel.h"
#include "models/connectionmodel.h"
#include "models/eventmodel.h"
#include "models/latencymodel.h"
#include "models/owntraffic.h"
#include "models/wakemodel.h"

#include <QDateTime>
#include <QSignalSpy>
#include <QTest>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

QString word(const char *text)
{
    return QString::fromUtf8(text);
}

qint64 local(const char *text)
{
    return QDateTime::fromString(word(text), Qt::ISODateWithMs).toMSecsSinceEpoch();
}

ActorInfo actor(const char *id, qint64 created, std::optional<qint64> destroyed = {})
{
    ActorInfo one;
    one.actorId = word(id);
    one.state = destroyed ? ActorState::Destroyed : ActorState::Running;
    one.createTs = created;
    one.destroyTs = destroyed;
    return one;
}

QStringList idsOf(const LiveTableModel &model)
{
    QStringList ids;
    for (int row = 0; row < model.rowCount(); ++row)
        ids.append(model.idAt(row));
    return ids;
}

} // namespace

class TestTimeRange : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ranges_data();
    void ranges();
    void refused_data();
    void refused();
    void writesWhatItReads();
    void rowsOfATime();
    void rowsComeAndGoWithTheClock();
    void eventsLeaveWithTheClock();
    void oneRangeForAllOrNone();
    void letters_data();
    void letters();
    void literalsAreFoundAsTheExpression_data();
    void literalsAreFoundAsTheExpression();
    void latenciesOfATime();
    void ownLatenciesAreApart();
};

void TestTimeRange::ranges_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("from");
    QTest::addColumn<qint64>("to");
    const qint64 now = local("2026-03-10T12:30:00.500");
    const qint64 ever = TimeSpan::kEver, forever = TimeSpan::kForever;
    QTest::newRow("age") << word("15m") << now - 900'000 << forever;
    QTest::newRow("part of an hour") << word("0.5h") << now - 1'800'000 << forever;
    QTest::newRow("between ages") << word("30m..10m") << now - 1'800'000 << now - 600'000;
    QTest::newRow("until an age") << word("..10m") << ever << now - 600'000;
    QTest::newRow("today") << word("10:00..10:05") << local("2026-03-10T10:00:00") << local("2026-03-10T10:05:00");
    QTest::newRow("not yet today") << word("22:00..22:05") << local("2026-03-09T22:00:00") << local("2026-03-09T22:05:00");
    QTest::newRow("over midnight") << word("23:50..0:10") << local("2026-03-09T23:50:00") << local("2026-03-10T00:10:00");
    QTest::newRow("begun, not over") << word("12:00..13:00") << local("2026-03-10T12:00:00") << local("2026-03-10T13:00:00");
    QTest::newRow("from a time of the day") << word("9:15:30") << local("2026-03-10T09:15:30") << forever;
    QTest::newRow("until a time of the day") << word("..9:15") << ever << local("2026-03-10T09:15:00");
    QTest::newRow("moments") << word("2026-03-01T00:00..2026-03-02T01:02:03.004") << local("2026-03-01T00:00:00")
                             << local("2026-03-02T01:02:03.004");
    QTest::newRow("a day") << word("2026-03-01..") << local("2026-03-01T00:00:00") << forever;
    QTest::newRow("numbers") << word("1700000000000..1700000000999") << qint64(1'700'000'000'000) << qint64(1'700'000'000'999);
}

void TestTimeRange::ranges()
{
    QFETCH(QString, text);
    QFETCH(qint64, from);
    QFETCH(qint64, to);
    const auto range = TimeRange::parse(text);
    QVERIFY(range);
    const TimeSpan span = range->at(local("2026-03-10T12:30:00.500"));
    QCOMPARE(span.from, from);
    QCOMPARE(span.to, to);
    QCOMPARE(range->goesOn(), text.contains(u'm') || text.contains(u'h')); // an age
    // It is asked again while the clock goes on: two days later.
    const TimeSpan later = range->at(local("2026-03-12T12:30:00.500"));
    QCOMPARE(later == span, range == TimeRange::parse(TimeRange::text(span)));
}

void TestTimeRange::refused_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "..", "soon", "10", "25:00", "10:00..soon", "-5m", "5x", "2026-13-01", "1e300h", "nan"})
        QTest::newRow(text) << word(text);
}

void TestTimeRange::refused()
{
    QFETCH(QString, text);
    QVERIFY(!TimeRange::parse(text));
    if (text.isEmpty())
        return;
    const Filter filter = Filter::parse(u"time:" % text);
    QCOMPARE(filter.error(), QString(u"bad_time: " % text));
}

void TestTimeRange::writesWhatItReads()
{
    for (const TimeSpan &span : {TimeSpan{local("2026-03-10T10:00:00"), local("2026-03-10T10:05:00.250")},
                                 TimeSpan{TimeSpan::kEver, local("2026-03-10T10:05:00")}, TimeSpan{local("2026-03-10T10:05:00"), TimeSpan::kForever}}) {
        const auto range = TimeRange::parse(TimeRange::text(span));
        QVERIFY2(range, qPrintable(TimeRange::text(span)));
        QCOMPARE(range->at(0), span);
        QVERIFY(!range->goesOn());
    }
}

void TestTimeRange::rowsOfATime()
{
    ActorModel model;
    ActorInfo unknown = actor("unknown", 0);
    unknown.createTs.reset();
    model.store({actor("early", 1'700'000'000'000, 1'700'000'100'000), actor("long", 1'700'000'000'000), actor("late", 1'700'000'300'000), unknown},
                true, 1'700'000'900'000);
    QCOMPARE(model.rowCount(), 3); // what has ended is not shown by itself
    const auto shown = [&](const char *filter) {
        model.setFilter(Filter::parse(word(filter)));
        return idsOf(model).join(u' ');
    };
    QCOMPARE(shown("time:1700000050000..1700000150000"), word("early long unknown"));
    QCOMPARE(shown("time:1700000100001..1700000150000"), word("long unknown"));
    QCOMPARE(shown("time>=1700000300000"), word("long late unknown"));
    QCOMPARE(shown("time<1700000299999"), word("early long unknown"));
    QCOMPARE(shown("time:10m"), word("long late unknown"));
    QCOMPARE(shown("-time:1700000050000..1700000150000"), word("late"));
    QCOMPARE(shown("time:1700000050000..1700000150000 -long"), word("early unknown"));
    QVERIFY(model.hasEnded());
    QCOMPARE(shown(""), word("early long late unknown").remove(0, 6));
    QVERIFY(!model.hasEnded());
}

void TestTimeRange::rowsComeAndGoWithTheClock()
{
    ActorModel model;
    const qint64 start = 1'700'000'000'000;
    model.store({actor("a", start - 50'000), actor("b", start - 10'000), actor("gone", start - 50'000, start)}, true, start);
    model.setFilter(Filter::parse(word("age>1m")));
    QCOMPARE(model.rowCount(), 0);
    const auto follow = [&](qint64 ts) {
        model.setNow(ts);
        model.followClock();
        return idsOf(model).join(u' ');
    };
    QCOMPARE(follow(start + 4'000), QString()); // not at each second
    QCOMPARE(follow(start + 15'000), word("a"));
    QCOMPARE(follow(start + 60'000), word("a b"));
    model.setFilter(Filter::parse(word("time:1m")));
    QCOMPARE(follow(start + 60'000), word("a b gone"));
    QCOMPARE(follow(start + 65'000), word("a b"));
    // Nothing that does not depend on the time is looked at again.
    model.setFilter(Filter::parse(word("state:running")));
    QSignalSpy settled(&model, &LiveTableModel::settled);
    follow(start + 500'000);
    QCOMPARE(settled.size(), 0);
    model.setFilter(Filter::parse(word("age>1m")));
    model.setActive(false);
    settled.clear();
    follow(start + 600'000);
    QCOMPARE(settled.size(), 0); // nobody sees it
}

void TestTimeRange::eventsLeaveWithTheClock()
{
    EventModel model;
    Frame frame;
    frame.ts = 1'700'000'000'000;
    for (int i = 0; i < 10; ++i) {
        Event event;
        event.seq = quint64(i) + 1;
        event.ts = frame.ts - 10'000 + i * 1000;
        event.kind = EventKind::Engine;
        frame.events.push_back(event);
    }
    model.apply(frame);
    model.setFilter(Filter::parse(word("time:5s")));
    QCOMPARE(model.rowCount(), 5);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    model.setNow(frame.ts + 2000);
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(removed.size(), 1);
    QCOMPARE(model.at(0)->ts, frame.ts - 3000);
    model.setNow(frame.ts + 60'000);
    QCOMPARE(model.rowCount(), 0);
    model.setFilter(Filter::parse(word("time:1699999995000..1699999997000")));
    QCOMPARE(model.rowCount(), 3);
}

void TestTimeRange::oneRangeForAllOrNone()
{
    QVERIFY(Filter::parse(word("chat time:15m")).timeRange());
    QVERIFY(!Filter::parse(word("-time:15m")).timeRange());
    QVERIFY(!Filter::parse(word("time:15m or chat")).timeRange());
    QVERIFY(!Filter::parse(word("chat")).timeRange());
    // The column of the same name is not asked for its text any more, others are.
    QVERIFY(!Filter::parse(word("drain>5")).timeRange());
}

void TestTimeRange::letters_data()
{
    QTest::addColumn<QString>("letters");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("found");
    QTest::newRow("in order") << word("gmr") << word("game-room") << true;
    QTest::newRow("other case") << word("GmR") << word("gaMe-room") << true;
    QTest::newRow("order counts") << word("rg") << word("game-room") << false;
    QTest::newRow("begins a word") << word("rm") << word("game-room") << true;
    QTest::newRow("not inside a word") << word("mr") << word("game-room") << false;
    QTest::newRow("unless it is there as it is") << word("ame") << word("game-room") << true;
    QTest::newRow("hump") << word("rm") << word("gameRoom") << true;
    QTest::newRow("too long") << word("game-rooms") << word("game-room") << false;
    QTest::newRow("twice") << word("oo") << word("one-on") << true;
    QTest::newRow("once") << word("ooo") << word("one-on") << false;
    QTest::newRow("beyond ASCII") << word("ÄR") << word("große ähre") << true;
}

void TestTimeRange::letters()
{
    QFETCH(QString, letters);
    QFETCH(QString, text);
    QFETCH(bool, found);
    QCOMPARE(Filter::Needle::letters(letters).in(text), found);
    // In the language: anywhere, and in one column; not across cells.
    ActorModel model;
    ActorInfo one = actor("0", 1);
    one.key = text;
    one.state = ActorState::Sleeping; // its word has none of these letters
    model.store({one}, true, 2);
    for (const char *form : {"~%1", "key~%1"}) {
        model.setFilter(Filter::parse(word(form).arg(letters)));
        QCOMPARE(model.rowCount(), int(found));
    }
    model.setFilter(Filter::parse(u"-~" % letters));
    QCOMPARE(model.rowCount(), int(!found));
    model.setFilter(Filter::parse(u"name~" % letters));
    QCOMPARE(model.rowCount(), 0);
}

void TestTimeRange::literalsAreFoundAsTheExpression_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("literal");
    QTest::newRow("plain") << word("chat-12") << word("chat-12");
    QTest::newRow("longest") << word("^ab.*room[0-9]+$") << word("room");
    QTest::newRow("optional letter") << word("rooms?") << word("room");
    QTest::newRow("star") << word("ab*cd") << word("cd");
    QTest::newRow("one or more") << word("ro+m") << word("ro");
    QTest::newRow("choice") << word("room|game") << QString();
    QTest::newRow("group") << word("(game|chat)-room") << word("-room");
    QTest::newRow("optional group") << word("a1(room)?b2") << word("a1");
    QTest::newRow("class") << word("[abc]room") << word("room");
    QTest::newRow("bracket in a class") << word("[]abc]room[^]x]") << word("room");
    QTest::newRow("escaped dot") << word("a\\.b") << word("a.b");
    QTest::newRow("digit class") << word("room\\d\\d") << word("room");
    QTest::newRow("count") << word("abc{0,3}de") << word("ab");
    QTest::newRow("options") << word("(?x)ro om") << QString();
    QTest::newRow("look ahead") << word("(?!room)game") << QString();
    QTest::newRow("quoted") << word("\\Qroom\\E") << QString();
    QTest::newRow("hex") << word("\\x41bc") << QString();
    QTest::newRow("one letter") << word("a.") << QString();
}

void TestTimeRange::literalsAreFoundAsTheExpression()
{
    QFETCH(QString, pattern);
    QFETCH(QString, literal);
    const QRegularExpression expression(pattern, QRegularExpression::CaseInsensitiveOption);
    QVERIFY(expression.isValid());
    const Filter::Needle needle(expression);
    QCOMPARE(needle.literal(), literal);
    for (const char *text : {"chat-12", "abroom7", "abxROOM99", "room", "rooms", "acd", "abbbbcd", "rom", "rooom", "game", "game-room", "xx-room",
                             "a1b2", "a1roomb2", "croom", "]roomy", "a.b", "axb", "room42", "abde", "abcccde", "Abc", "ax"})
        if (needle.in(word(text)))
            QVERIFY2(word(text).contains(literal, Qt::CaseInsensitive), text);
}

void TestTimeRange::latenciesOfATime()
{
    LatencyModel model;
    Frame frame;
    for (int second = 0; second < 10; ++second) {
        LatencySlice slice;
        slice.startTs = second * 1000;
        slice.http.add(1000, quint64(second));
        frame.latency.push_back(slice);
    }
    model.apply(frame);
    QCOMPARE(model.mergedIn(LatencyKind::Http, {2500, 4000}).count(), quint64(2 + 3 + 4));
    QCOMPARE(model.mergedIn(LatencyKind::Http, {8999, TimeSpan::kForever}).count(), quint64(8 + 9));
    QCOMPARE(model.mergedIn(LatencyKind::Ack, {}).count(), quint64(0));
}

void TestTimeRange::ownLatenciesAreApart()
{
    OwnTraffic own;
    Frame frame;
    ConnectionInfo console;
    console.connectionId = word("mine");
    console.ownTraffic = true;
    frame.connections = {console};
    LatencySlice slice;
    slice.ack.add(1000);
    slice.ownAck.add(500'000);
    slice.ownWake.add(100);
    slice.ownHttp.add(100);
    frame.latency = {slice};
    for (const char *connection : {"mine", "theirs", "mine"}) {
        Event event;
        event.kind = EventKind::MessageAcked;
        event.value = 500;
        event.connectionId = word(connection);
        event.actorId = word(connection) + u"-actor";
        event.runnerId = word("runner");
        frame.events.push_back(event);
    }
    LatencyModel model;
    AckLog acks;
    model.setOwn(&own);
    acks.setOwn(&own);
    own.apply(frame);
    model.apply(frame);
    acks.apply(frame);
    QCOMPARE(model.merged(LatencyKind::Ack, 60'000).count(), quint64(1));
    QCOMPARE(model.index(0, LatencyModel::AckCount).data().toString(), word("1"));
    QCOMPARE(model.merged(LatencyKind::Wake, 60'000).count() + model.merged(LatencyKind::Http, 60'000).count(), quint64(0));
    QCOMPARE(int(acks.find(0, 1, 0, 1'000'000, 10).size()), 1);
    const auto groups = [&] { return acks.groups([](const QString &) { return QString(); }); };
    QCOMPARE(int(groups().size()), 3); // runner, actor, connection
    QCOMPARE(groups().front().histogram.count(), quint64(1));
    own.setShown(true);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.ownChanged();
    QCOMPARE(changed.size(), 1);
    QCOMPARE(model.merged(LatencyKind::Ack, 60'000).maxUs(), qint64(500'000));
    QCOMPARE(model.merged(LatencyKind::Wake, 60'000).count() + model.merged(LatencyKind::Http, 60'000).count(), quint64(2));
    QCOMPARE(int(acks.find(0, 1, 0, 1'000'000, 10).size()), 3);
    QCOMPARE(int(groups().size()), 5);
    QCOMPARE(groups().front().histogram.count(), quint64(3));
}

QTEST_GUILESS_MAIN(TestTimeRange)
#include "tst_timerange.moc"
