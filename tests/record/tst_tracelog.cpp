// SPDX-License-Identifier: Apache-2.0
// Packed trace events: what goes in comes out, blocks stand alone, damage is found.
#include "engine/base/random.h"
#include "engine/monitor/frame.h"
#include "engine/monitor/sink.h"
#include "engine/record/sessionreader.h"
#include "engine/record/sessionwriter.h"

#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace dormouse;
using namespace dormouse::monitor;
using namespace Qt::StringLiterals;

namespace {

class Socket final : public TraceSource
{
public:
    explicit Socket(int number) : m_number(number) {}
    TraceSubject traceSubject() const override
    {
        ++asked;
        return {u"actor"_s, u"runner"_s, u"ray%1"_s.arg(m_number), u"0000000%1"_s.arg(m_number % 10), generation};
    }
    TraceSlot slot;
    quint32 generation = 1;
    mutable int asked = 0;

private:
    int m_number;
};

struct Expected
{
    quint64 seq = 0;
    qint64 us = 0;
    EventKind kind = EventKind::Unknown;
    TraceSubject subject;
    int index = -1;
    quint64 value = 0;
};

constexpr std::array kKinds{EventKind::MessageIn,    EventKind::MessageSent, EventKind::MessageResent,
                            EventKind::MessageAcked, EventKind::MessageOut};

/// Random rows into a log, and the events they stand for.
std::vector<Expected> fill(TraceLog &log, Random &random, std::vector<Socket> &sockets, int rows, quint64 &seq, qint64 &us)
{
    std::vector<Expected> expected;
    for (int i = 0; i < rows; ++i) {
        Socket &socket = sockets[std::size_t(random.below(sockets.size()))];
        if (random.below(20) == 0) {
            ++socket.generation;
            socket.slot = {};
        }
        const auto kind = TraceKind(random.below(6));
        const int index = random.below(4) == 0 ? -1 : int(random.below(65'536));
        const quint64 value = random.below(3) == 0 ? random.next() >> random.below(64) : 32;
        seq += random.below(5) == 0 ? random.below(1000) : 0;
        us += qint64(random.below(3) == 0 ? random.below(100'000) : random.below(3));
        if (log.isEmpty())
            log.begin(1'700'000'000'000 + us / 1000);
        const bool both = kind == TraceKind::InAndSent;
        const TraceSubject subject = Socket(socket).traceSubject();
        log.add(socket.slot, socket, kind, index, value, seq, us);
        expected.push_back({seq++, us, both ? EventKind::MessageIn : kKinds[std::size_t(kind)], subject, index, value});
        if (both)
            expected.push_back({seq++, us, EventKind::MessageSent, subject, index, value});
    }
    return expected;
}

bool same(const Event &event, const Expected &wanted)
{
    return event.seq == wanted.seq && event.monoUs == wanted.us && event.kind == wanted.kind
        && event.level == EventLevel::Trace && event.actorId == wanted.subject.actorId
        && event.runnerId == wanted.subject.runnerId && event.connectionId == wanted.subject.connectionId
        && event.requestId == wanted.subject.requestId && event.generation == wanted.subject.generation
        && event.index == (wanted.index < 0 ? std::optional<int>() : wanted.index)
        && event.value == qint64(wanted.value)
        && std::abs(event.ts - (1'700'000'000'000 + wanted.us / 1000)) <= 1;
}

} // namespace

class TestTraceLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void packAndUnpack();
    void smallRows();
    void subjectsOncePerBlock();
    void framesMerge();
    void damage();
    void sinkWithoutPacking();
    void stateAfterKeepsTheLast();
};

void TestTraceLog::packAndUnpack()
{
    Random random(11);
    std::vector<Socket> sockets;
    for (int i = 0; i < 200; ++i)
        sockets.emplace_back(i);
    TraceLog log;
    quint64 seq = 1;
    qint64 us = 5'000'000;
    // More than fits into the first buffer, several blocks from one log.
    for (const int rows : {1, 2, 7'000, 3}) {
        const std::vector<Expected> expected = fill(log, random, sockets, rows, seq, us);
        QCOMPARE(log.events(), quint32(expected.size()));
        const TraceBlock block = log.take();
        QVERIFY(log.isEmpty());
        QCOMPARE(block.events, quint32(expected.size()));
        const auto events = unpack(block);
        QVERIFY2(events.ok(), events.ok() ? "" : qPrintable(events.error().message));
        QCOMPARE(events->size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(same((*events)[i], expected[i]), qPrintable(QString::number(i)));
    }
    QCOMPARE(log.take().events, 0u);
}

void TestTraceLog::smallRows()
{
    Socket socket(1);
    TraceLog log;
    log.begin(0);
    for (quint64 i = 0; i < 10'000; ++i)
        log.add(socket.slot, socket, TraceKind::InAndSent, int(i), 32, 2 * i + 1, qint64(i) * 10);
    QVERIFY(log.isFull());
    QVERIFY(log.take().bytes.size() < 10'000 * 5);
    // The largest of everything fits into what a row is given.
    TraceLog wide;
    wide.begin(0);
    Socket other(2);
    constexpr quint64 most = std::numeric_limits<quint64>::max();
    for (int i = 0; i < 3; ++i)
        wide.add(i % 2 == 0 ? socket.slot : other.slot, i % 2 == 0 ? socket : other, TraceKind::Out, 65'535,
                 most - quint64(i), quint64(i + 1) << 61, qint64(i) << 61);
    const TraceBlock block = wide.take();
    QVERIFY(block.bytes.size() <= 3 * TraceLog::kMaxRowBytes);
    const auto events = unpack(block);
    QVERIFY(events.ok());
    QCOMPARE((*events)[2].seq, quint64(3) << 61);
    QCOMPARE((*events)[2].monoUs, qint64(2) << 61);
    QCOMPARE(quint64(*(*events)[2].value), most - 2);
}

void TestTraceLog::subjectsOncePerBlock()
{
    Socket socket(1);
    TraceLog log;
    for (int block = 0; block < 3; ++block) {
        log.begin(0);
        for (quint64 i = 1; i <= 100; ++i)
            log.add(socket.slot, socket, TraceKind::Out, -1, 1, quint64(block) * 1000 + i, 0);
        QCOMPARE(socket.asked, block + 1);
        QCOMPARE(log.take().subjects.size(), std::size_t(1));
    }
}

void TestTraceLog::framesMerge()
{
    Socket socket(1);
    TraceLog log;
    Frame frame;
    for (const quint64 seq : {2, 5, 9}) {
        Event event;
        event.seq = seq;
        event.kind = EventKind::Engine;
        frame.events.push_back(event);
    }
    for (const quint64 first : {3, 7}) {
        log.begin(0);
        log.add(socket.slot, socket, TraceKind::Out, -1, 1, first, 0);
        log.add(socket.slot, socket, TraceKind::Out, -1, 1, first + 1, 0);
        frame.traces.push_back(log.take());
    }
    QVERIFY(!Frame(frame).isEmpty());
    const QByteArray cbor = encodeFrame(frame);
    const Result<Frame> kept = decodeFrame(cbor, Traces::Keep);
    QVERIFY(kept.ok());
    QCOMPARE(kept->events.size(), std::size_t(3));
    QCOMPARE(kept->traces.size(), std::size_t(2));
    QCOMPARE(kept->traces[1].bytes, frame.traces[1].bytes);
    QCOMPARE(kept->traces[1].subjects, frame.traces[1].subjects);
    const Result<Frame> all = decodeFrame(cbor);
    QVERIFY(all.ok());
    QVERIFY(all->traces.empty());
    std::vector<quint64> numbers;
    for (const Event &event : all->events)
        numbers.push_back(event.seq);
    QCOMPARE(numbers, (std::vector<quint64>{2, 3, 4, 5, 7, 8, 9}));
}

void TestTraceLog::damage()
{
    Random random(5);
    std::vector<Socket> sockets{Socket(1), Socket(2), Socket(3)};
    TraceLog log;
    quint64 seq = 1;
    qint64 us = 0;
    fill(log, random, sockets, 60, seq, us);
    const TraceBlock good = log.take();
    QVERIFY(unpack(good).ok());
    for (qsizetype length = 0; length < good.bytes.size(); ++length) {
        TraceBlock cut = good;
        cut.bytes.truncate(length);
        const auto events = unpack(cut);
        QVERIFY2(!events.ok(), qPrintable(QString::number(length)));
        QCOMPARE(events.error().fullCode(), QByteArray("monitor.bad_trace"));
    }
    TraceBlock nobody = good;
    nobody.subjects.clear();
    QVERIFY(!unpack(nobody).ok());
    TraceBlock more = good;
    ++more.events;
    QVERIFY(!unpack(more).ok());
    TraceBlock endless = good; // a number that never ends
    endless.bytes = QByteArray(1, '\x20') + QByteArray(40, '\xff');
    QVERIFY(!unpack(endless).ok());
    TraceBlock kind = good;
    kind.bytes[0] = char(kind.bytes[0] | 7);
    QVERIFY(!unpack(kind).ok());
    Frame frame;
    frame.traces.push_back(more);
    QCOMPARE(decodeFrame(encodeFrame(frame)).error().fullCode(), QByteArray("monitor.bad_trace"));
    for (int round = 0; round < 5000; ++round) {
        TraceBlock bad = good;
        bad.bytes[qsizetype(random.below(quint64(bad.bytes.size())))] = char(random.next());
        unpack(bad); // whatever comes out, nothing is read beyond the end
    }
}

void TestTraceLog::sinkWithoutPacking()
{
    class Collecting final : public Sink
    {
    public:
        void actorChanged(const QString &) override {}
        void runnerChanged(const QString &) override {}
        void connectionChanged(const QString &) override {}
        void connectionEnded(const ConnectionInfo &) override {}
        void runnerEnded(const RunnerInfo &) override {}
        void ackLatency(qint64, bool) override {}
        void wakeLatency(qint64, bool) override {}
        void httpLatency(qint64, bool) override {}
        bool wantsTrace() const override { return true; }
        void event(Event one) override { events.push_back(std::move(one)); }
        std::vector<Event> events;
    };
    Collecting sink;
    Socket socket(4);
    sink.trace(socket.slot, socket, TraceKind::InAndSent, 7, 32);
    sink.trace(socket.slot, socket, TraceKind::Acked, 7, 1500);
    QCOMPARE(sink.events.size(), std::size_t(3));
    QVERIFY(sink.events[0].kind == EventKind::MessageIn);
    QVERIFY(sink.events[1].kind == EventKind::MessageSent);
    QCOMPARE(sink.events[1].connectionId, u"ray4"_s);
    QVERIFY(sink.events[2].kind == EventKind::MessageAcked);
    QCOMPARE(sink.events[2].value, std::optional<qint64>(1500));
    QCOMPARE(sink.events[2].index, std::optional<int>(7));
}

void TestTraceLog::stateAfterKeepsTheLast()
{
    QTemporaryDir directory;
    const QString path = directory.filePath(u"a.dms"_s);
    record::SessionHeader header;
    header.startedTs = 1'700'000'000'000;
    auto writer = record::SessionWriter::open(path, header);
    QVERIFY(writer.ok());
    Socket socket(1);
    TraceLog log;
    quint64 seq = 0;
    constexpr int frames = 20;
    constexpr int perFrame = 50;
    for (int i = 0; i < frames; ++i) {
        Frame frame;
        frame.snapshot = i == 0;
        frame.ts = header.startedTs + i * 100;
        log.begin(frame.ts);
        for (int row = 0; row < perFrame; ++row)
            log.add(socket.slot, socket, TraceKind::Out, row, 1, ++seq, row);
        frame.traces.push_back(log.take());
        QVERIFY((*writer)->write(std::move(frame)));
    }
    QVERIFY((*writer)->close().ok());
    const auto reader = record::SessionReader::open(path);
    QVERIFY(reader.ok());
    QCOMPARE((*reader)->frameCount(), frames);
    for (const int wanted : {0, 1, perFrame, 120, 100'000}) {
        for (const int at : {0, 7, frames - 1}) {
            const auto state = (*reader)->stateAfter(at, wanted);
            QVERIFY(state.ok());
            QVERIFY(state->traces.empty());
            const int known = (at + 1) * perFrame;
            QCOMPARE(int(state->events.size()), std::min(wanted, known));
            if (wanted > 0) {
                QCOMPARE(state->events.back().seq, quint64(known));
                QCOMPARE(state->events.front().seq, quint64(known - std::min(wanted, known) + 1));
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestTraceLog)
#include "tst_tracelog.moc"
