// SPDX-License-Identifier: Apache-2.0
#include "engine/monitor/cborout.h"
#include "engine/monitor/mirror.h"
#include "tests/record/samples.h"

#include <QCborMap>
#include <QCborStreamWriter>
#include <QCborValue>
#include <QJsonArray>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace dormouse;
using namespace dormouse::monitor;
using namespace Qt::StringLiterals;

class TestFrame : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void histogramBuckets();
    void histogramQuantiles();
    void histogramMerge();
    void cborAsQtWritesIt();
    void roundTrip();
    void absentIsSmall();
    void unknownKeys();
    void unknownEnumerators();
    void newerVersion();
    void namedErrors_data();
    void namedErrors();
    void brokenBytes();
    void mirror();
    void mirrorForgetsEnded();
    void json();
};

void TestFrame::histogramBuckets()
{
    int last = -1;
    for (qint64 us = 0; us < 100'000; ++us) {
        const int bucket = Histogram::bucketOf(us);
        QVERIFY(bucket == last || bucket == last + 1);
        QVERIFY(us <= Histogram::bucketUpperUs(bucket));
        if (bucket > 0)
            QVERIFY(us > Histogram::bucketUpperUs(bucket - 1));
        last = bucket;
    }
    for (int power = 17; power < 43; ++power) {
        const qint64 us = qint64(1) << power;
        const int bucket = Histogram::bucketOf(us);
        QCOMPARE(Histogram::bucketOf(us - 1), bucket - 1);
        QVERIFY(Histogram::bucketUpperUs(bucket) >= us);
    }
    QCOMPARE(Histogram::bucketOf(-5), 0);
    QCOMPARE(Histogram::bucketOf(std::numeric_limits<qint64>::max()), Histogram::kBuckets - 1);
}

void TestFrame::histogramQuantiles()
{
    QVERIFY(!Histogram().quantileUs(0.5));
    Random random(7);
    for (int round = 0; round < 20; ++round) {
        Histogram histogram;
        std::vector<qint64> exact;
        for (int i = 0; i < 1000; ++i) {
            const qint64 us = qint64(random.next() >> (24 + random.below(38)));
            histogram.add(us);
            exact.push_back(us);
        }
        std::sort(exact.begin(), exact.end());
        for (double q : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
            const auto rank = std::size_t(std::max(1.0, std::ceil(q * 1000))) - 1;
            const qint64 wanted = exact[rank];
            const qint64 got = *histogram.quantileUs(q);
            QVERIFY2(got >= wanted, "a quantile may not be below the exact one");
            QVERIFY2(got <= wanted + wanted / Histogram::kSubBuckets + 1, "error above one sub-bucket");
        }
        QCOMPARE(*histogram.quantileUs(1.0), exact.back());
        QCOMPARE(histogram.maxUs(), exact.back());
    }
}

void TestFrame::histogramMerge()
{
    Histogram a, b, both;
    for (qint64 us : {1, 20, 300, 4000})
        a.add(us), both.add(us);
    for (qint64 us : {20, 50'000, 7})
        b.add(us, 2), both.add(us, 2);
    a.merge(b);
    QCOMPARE(a.buckets(), both.buckets());
    QCOMPARE(a.count(), both.count());
    QCOMPARE(a.maxUs(), qint64(50'000));
    a.clear();
    QCOMPARE(a.count(), quint64(0));
    QVERIFY(!a.quantileUs(1));
}

void TestFrame::cborAsQtWritesIt()
{
    QByteArray own;
    QByteArray qt;
    CborOut out(own);
    QCborStreamWriter writer(&qt);
    const auto both = [&](const auto &value) {
        out.append(value);
        writer.append(value);
    };
    out.startMap();
    writer.startMap();
    for (int bit = 0; bit < 64; ++bit) {
        for (const qint64 step : {-1, 0, 1}) {
            const quint64 value = (quint64(1) << bit) + quint64(step);
            both(value);
            both(qint64(value));
            both(-qint64(value / 2));
        }
    }
    out.startArray(2);
    writer.startArray(2);
    both(true);
    both(false);
    out.endArray();
    writer.endArray();
    for (const qsizetype size : {0, 1, 23, 24, 255, 256, 65'535, 65'536}) {
        both(QByteArray(size, 'b'));
        both(QString(size, u'a'));
        both(QString(size, u'\u00fc'));
    }
    both(QStringLiteral("mixed \U0001f600 text"));
    both("name"_L1);
    out.startMap(1);
    writer.startMap(1);
    both(qint64(0));
    both(qint64(std::numeric_limits<qint64>::min()));
    out.endMap();
    writer.endMap();
    out.endMap();
    writer.endMap();
    QCOMPARE(own, qt);
}

void TestFrame::roundTrip()
{
    Random random(42);
    for (int round = 0; round < 500; ++round) {
        const Frame frame = samples::randomFrame(random);
        const Result<Frame> back = decodeFrame(encodeFrame(frame));
        QVERIFY2(back.ok(), back.ok() ? "" : qPrintable(back.error().message));
        QString difference;
        QVERIFY2(samples::sameFrame(frame, *back, &difference), qPrintable(difference));
    }
}

void TestFrame::absentIsSmall()
{
    Frame frame;
    frame.actors.resize(1);
    frame.actors[0].actorId = u"a"_s;
    QVERIFY(encodeFrame(frame).size() < 40);
    const Result<Frame> back = decodeFrame(encodeFrame(frame));
    QVERIFY(back.ok());
    QVERIFY(!back->actors[0].generation);
    QVERIFY(!back->actors[0].connections);
    QVERIFY(!back->cluster);
}

namespace {

QByteArray withTop(const QString &key, const QCborValue &value)
{
    QCborMap map;
    map.insert(u"v"_s, kValuesVersion);
    map.insert(key, value);
    return map.toCborValue().toCbor();
}

QByteArray withActor(const QString &key, const QCborValue &value)
{
    QCborMap good;
    good.insert(u"id"_s, u"one"_s);
    QCborMap actor;
    actor.insert(u"id"_s, u"two"_s);
    actor.insert(key, value);
    return withTop(u"a"_s, QCborArray{good, actor});
}

} // namespace

void TestFrame::unknownKeys()
{
    QCborMap nested;
    nested.insert(u"x"_s, QCborArray{1, QCborMap(), u"y"_s});
    QCborMap actor;
    actor.insert(u"zz"_s, nested);
    actor.insert(u"id"_s, u"one"_s);
    actor.insert(u"zy"_s, QCborValue(nullptr));
    actor.insert(u"g"_s, 7);
    QCborMap map;
    map.insert(u"v"_s, kValuesVersion);
    map.insert(u"future"_s, nested);
    map.insert(u"a"_s, QCborArray{actor});
    map.insert(u"po"_s, u"conn"_s);
    const Result<Frame> frame = decodeFrame(map.toCborValue().toCbor());
    QVERIFY2(frame.ok(), frame.ok() ? "" : qPrintable(frame.error().message));
    QCOMPARE(frame->actors.size(), std::size_t(1));
    QCOMPARE(frame->actors[0].actorId, u"one"_s);
    QCOMPARE(frame->actors[0].generation, std::optional<quint32>(7));
    QCOMPARE(frame->pendingOf, u"conn"_s);
}

void TestFrame::unknownEnumerators()
{
    const Result<Frame> frame = decodeFrame(withActor(u"s"_s, 99));
    QVERIFY(frame.ok());
    QVERIFY(frame->actors[1].state == monitor::ActorState::Unknown);
    QCborMap event;
    event.insert(u"l"_s, 77);
    event.insert(u"k"_s, 1000);
    const Result<Frame> events = decodeFrame(withTop(u"e"_s, QCborArray{event}));
    QVERIFY(events.ok());
    QVERIFY(events->events[0].level == EventLevel::Info);
    QVERIFY(events->events[0].kind == EventKind::Unknown);
}

void TestFrame::newerVersion()
{
    QCborMap map;
    map.insert(u"v"_s, kValuesVersion + 1);
    map.insert(u"a"_s, u"whatever a newer version means by it"_s);
    const Result<Frame> frame = decodeFrame(map.toCborValue().toCbor());
    QVERIFY(!frame.ok());
    QCOMPARE(frame.error().fullCode(), QByteArray("monitor.newer_version"));
}

void TestFrame::namedErrors_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("expected");
    QTest::newRow("not a map") << QCborValue(5).toCbor() << u"frame: not a CBOR map"_s;
    QTest::newRow("empty") << QByteArray() << u"frame"_s;
    QTest::newRow("no version") << QCborValue(QCborMap()).toCbor() << u"v: missing"_s;
    QTest::newRow("generation is text") << withActor(u"g"_s, u"7"_s) << u"actors[1].generation: integer expected"_s;
    QTest::newRow("generation negative") << withActor(u"g"_s, -1) << u"actors[1].generation: integer out of range"_s;
    QTest::newRow("generation large") << withActor(u"g"_s, 4294967296LL) << u"actors[1].generation: integer out of range"_s;
    QTest::newRow("name is a number") << withActor(u"n"_s, 7) << u"actors[1].name: text expected"_s;
    QTest::newRow("name is null") << withActor(u"n"_s, QCborValue(nullptr)) << u"actors[1].name: text expected"_s;
    QTest::newRow("why is text") << withActor(u"w"_s, u"x"_s) << u"actors[1].why: array expected"_s;
    QTest::newRow("state negative") << withActor(u"s"_s, -3) << u"actors[1].state: integer out of range"_s;
    QTest::newRow("ts is a double") << withTop(u"t"_s, 1.5) << u"ts: integer expected"_s;
    QTest::newRow("snapshot is 1") << withTop(u"s"_s, 1) << u"snapshot: true or false expected"_s;
    QTest::newRow("actors is a map") << withTop(u"a"_s, QCborMap()) << u"actors: array expected"_s;
    QTest::newRow("actor is a number") << withTop(u"a"_s, QCborArray{3}) << u"actors[0]: map expected"_s;
    QCborMap slice;
    QCborMap histogram;
    histogram.insert(u"b"_s, QCborArray{Histogram::kBuckets, 1});
    slice.insert(u"a"_s, histogram);
    QTest::newRow("bucket too large") << withTop(u"l"_s, QCborArray{slice}) << u"latency[0].ack: integer out of range"_s;
    histogram.insert(u"b"_s, QCborArray{1});
    slice.insert(u"a"_s, histogram);
    QTest::newRow("bucket without count") << withTop(u"l"_s, QCborArray{slice}) << u"latency[0].ack: unsigned integer expected"_s;
    QTest::newRow("bytes after") << withTop(u"t"_s, 1) + "x" << u"frame: bytes after the end"_s;
}

void TestFrame::namedErrors()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, expected);
    const Result<Frame> frame = decodeFrame(bytes);
    QVERIFY(!frame.ok());
    QCOMPARE(frame.error().fullCode(), QByteArray("monitor.bad_frame"));
    QVERIFY2(frame.error().message.startsWith(expected), qPrintable(frame.error().message));
}

void TestFrame::brokenBytes()
{
    Random random(3);
    Frame source = samples::randomFrame(random);
    while (source.actors.empty() || source.latency.empty() || source.connections.empty())
        source = samples::randomFrame(random);
    const QByteArray good = encodeFrame(source);
    for (int length = 0; length < good.size(); ++length)
        QVERIFY2(!decodeFrame(good.left(length)).ok(), qPrintable(QString::number(length)));
    // Flipped bytes may still be a valid frame; whatever comes out must encode again.
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        QByteArray bad = good;
        bad[qsizetype(random.below(quint64(bad.size())))] = char(random.next());
        const Result<Frame> frame = decodeFrame(bad);
        if (!frame) {
            ++refused;
            QVERIFY(!frame.error().message.isEmpty());
            continue;
        }
        QVERIFY(decodeFrame(encodeFrame(*frame)).ok());
    }
    QVERIFY(refused > 100);
    // A length far beyond the input must be refused before it is believed.
    QVERIFY(!decodeFrame(QByteArray::fromHex("bf6176016270" "6f7bffffffffffffffff")).ok());
    QVERIFY(!decodeFrame(QByteArray::fromHex("bf61760161619bffffffffffffffff")).ok());
}

void TestFrame::mirror()
{
    FrameMirror mirror;
    for (const Frame &frame : samples::story(1'700'000'000'000))
        mirror.apply(frame);
    QCOMPARE(mirror.actors().size(), 1);
    QVERIFY(mirror.actors().value(u"actor-1"_s).state == monitor::ActorState::Running);
    QVERIFY(mirror.connections().value(u"conn-1"_s).state == ConnectionState::Closed);
    QCOMPARE(mirror.runners().size(), 1);
    QCOMPARE(mirror.latency().size(), std::size_t(1));
    QCOMPARE(mirror.eventsDropped(), quint64(3));
    QCOMPARE(mirror.revision(), quint64(6));
    FrameMirror copy;
    copy.apply(mirror.snapshot());
    QString difference;
    QVERIFY2(samples::sameFrame(mirror.snapshot(), copy.snapshot(), &difference), qPrintable(difference));
    Frame empty;
    empty.snapshot = true;
    mirror.apply(empty);
    QVERIFY(mirror.actors().isEmpty() && mirror.connections().isEmpty() && !mirror.cluster());
}

void TestFrame::mirrorForgetsEnded()
{
    FrameMirror mirror(2);
    for (int i = 0; i < 5; ++i) {
        Frame frame;
        frame.connections.resize(1);
        frame.connections[0].connectionId = QString::number(i);
        frame.connections[0].state = i == 0 ? ConnectionState::Open : ConnectionState::Closed;
        mirror.apply(frame);
    }
    QStringList left = mirror.connections().keys();
    left.sort();
    QCOMPARE(left, QStringList({u"0"_s, u"3"_s, u"4"_s}));
}

void TestFrame::json()
{
    ActorInfo actor;
    actor.actorId = u"a"_s;
    actor.state = monitor::ActorState::SleepIntent;
    actor.generation = 0;
    actor.why = {u"no_runner: none"_s};
    const QJsonObject object = toJson(actor);
    QCOMPARE(object.value("state"_L1).toString(), u"sleep_intent"_s);
    QVERIFY(object.contains("generation"_L1));
    QVERIFY(!object.contains("runner_id"_L1));
    QVERIFY(!object.contains("kv_bytes"_L1));
    QCOMPARE(object.value("why"_L1).toArray().size(), 1);
    QSet<QString> words;
    for (int i = 0; i <= int(EventKind::Pool); ++i)
        words.insert(toString(EventKind(i)));
    QCOMPARE(words.size(), int(EventKind::Pool) + 1);
}

QTEST_GUILESS_MAIN(TestFrame)
#include "tst_frame.moc"
