// SPDX-License-Identifier: Apache-2.0
// What consumers of the publisher get of trace events: packed, numbered with the others, bounded.
#include "engine/embedded/publisher.h"
#include "tests/engine/testengine.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::monitor;
using namespace Qt::StringLiterals;

namespace {

class Socket final : public TraceSource
{
public:
    TraceSubject traceSubject() const override { return {u"actor"_s, {}, u"ray"_s, {}, 3}; }
    TraceSlot slot;
};

struct Bed
{
    Bed() { publisher.attach(engine.core, u"http://127.0.0.1"_s, u"memory"_s); }
    struct Consumer
    {
        std::vector<Frame> frames;
        bool ready = true;
        int id = 0;
    };
    std::unique_ptr<Consumer> consume(bool trace, int maxTraces = Publisher::kMaxEvents)
    {
        auto consumer = std::make_unique<Consumer>();
        Interest interest;
        interest.values = false;
        interest.trace = trace;
        consumer->id = publisher.addConsumer(
            interest, [raw = consumer.get()](Frame frame) { raw->frames.push_back(std::move(frame)); },
            [raw = consumer.get()] { return raw->ready; }, maxTraces);
        return consumer;
    }
    void say(EventLevel level = EventLevel::Info)
    {
        Event event;
        event.kind = EventKind::Engine;
        event.level = level;
        publisher.event(event);
    }
    void trace(int count)
    {
        for (int i = 0; i < count; ++i)
            publisher.trace(socket.slot, socket, TraceKind::InAndSent, i & 0xffff, 10);
    }

    test::TestEngine engine;
    Publisher publisher{engine.clock};
    Socket socket;
};

} // namespace

class TestPublisher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tracesForThoseWhoAsk();
    void oldestAreDropped();
    void nobodyAsks();
    void leastLevel();
    void lastFrame();
};

void TestPublisher::tracesForThoseWhoAsk()
{
    Bed bed;
    const auto plain = bed.consume(false);
    QVERIFY(!bed.publisher.wantsTrace());
    const auto tracing = bed.consume(true);
    QVERIFY(bed.publisher.wantsTrace());
    bed.say();
    bed.trace(2);
    bed.say();
    bed.publisher.publish();
    QCOMPARE(plain->frames.size(), std::size_t(1));
    QVERIFY(plain->frames[0].traces.empty());
    QCOMPARE(plain->frames[0].events.size(), std::size_t(2));
    QCOMPARE(plain->frames[0].events[1].seq, quint64(6));
    QCOMPARE(tracing->frames.size(), std::size_t(1));
    QVERIFY(tracing->frames[0].unpackTraces().ok());
    QCOMPARE(tracing->frames[0].events.size(), std::size_t(6));
    for (std::size_t i = 0; i < 6; ++i)
        QCOMPARE(tracing->frames[0].events[i].seq, quint64(i + 1));
    QVERIFY(tracing->frames[0].events[1].kind == EventKind::MessageIn);
    QCOMPARE(tracing->frames[0].events[1].connectionId, u"ray"_s);
    QCOMPARE(tracing->frames[0].events[1].ts, bed.engine.clock.wallMs());
    // Who comes later gets what comes later.
    bed.trace(1);
    const auto late = bed.consume(true);
    bed.trace(3);
    bed.publisher.publish();
    QVERIFY(late->frames[0].unpackTraces().ok());
    QCOMPARE(late->frames[0].events.size(), std::size_t(6));
    QVERIFY(tracing->frames[1].unpackTraces().ok());
    QCOMPARE(tracing->frames[1].events.size(), std::size_t(8));
}

void TestPublisher::oldestAreDropped()
{
    Bed bed;
    const auto slow = bed.consume(true, 20'000);
    const auto roomy = bed.consume(true, 1'000'000);
    slow->ready = roomy->ready = false;
    constexpr int rows = 50'000;
    bed.trace(rows / 2);
    bed.publisher.publish();
    bed.trace(rows / 2);
    slow->ready = roomy->ready = true;
    bed.publisher.publish();
    QVERIFY(roomy->frames.back().unpackTraces().ok());
    QCOMPARE(roomy->frames.back().events.size(), std::size_t(2 * rows));
    QCOMPARE(roomy->frames.back().eventsDropped, quint64(0));
    Frame &got = slow->frames.back();
    QVERIFY(got.unpackTraces().ok());
    QVERIFY(got.events.size() <= 20'000);
    QVERIFY(!got.events.empty());
    QCOMPARE(got.events.size() + got.eventsDropped, std::size_t(2 * rows));
    QCOMPARE(got.events.back().seq, quint64(2 * rows));
    QCOMPARE(*got.cluster->eventsDropped, got.eventsDropped);
}

void TestPublisher::nobodyAsks()
{
    Bed bed;
    const auto tracing = bed.consume(true);
    bed.trace(3);
    bed.publisher.removeConsumer(tracing->id);
    QVERIFY(!bed.publisher.wantsTrace());
    bed.trace(3); // by one who has not asked
    const auto plain = bed.consume(false);
    bed.say();
    bed.publisher.publish();
    QVERIFY(tracing->frames.empty());
    QCOMPARE(plain->frames[0].events[0].seq, quint64(7)); // what nobody wants has no number
}

void TestPublisher::leastLevel()
{
    Bed bed;
    QVERIFY(!bed.publisher.wantsEvents(EventLevel::Error));
    QVERIFY(!bed.publisher.wantsValues());
    const auto log = bed.consume(false);
    QVERIFY(bed.publisher.wantsEvents(EventLevel::Debug));
    bed.publisher.setLeastLevel(log->id, EventLevel::Warn);
    QVERIFY(!bed.publisher.wantsEvents(EventLevel::Info));
    QVERIFY(bed.publisher.wantsEvents(EventLevel::Warn));
    const auto all = bed.consume(false);
    QVERIFY(bed.publisher.wantsEvents(EventLevel::Info));
    QVERIFY(!bed.publisher.wantsEvents(EventLevel::Trace));
    bed.say(EventLevel::Info);
    bed.say(EventLevel::Error);
    bed.publisher.publish();
    QCOMPARE(all->frames.at(0).events.size(), std::size_t(2));
    QCOMPARE(log->frames.at(0).events.size(), std::size_t(1));
    QVERIFY(log->frames.at(0).events.at(0).level == EventLevel::Error);
    bed.publisher.removeConsumer(all->id);
    QVERIFY(!bed.publisher.wantsEvents(EventLevel::Info));
    bed.publisher.setInterest(log->id, Interest());
    QVERIFY(bed.publisher.wantsValues());
}

void TestPublisher::lastFrame()
{
    Bed bed;
    const auto leaving = bed.consume(true);
    const auto staying = bed.consume(false);
    bed.publisher.publish();
    bed.say();
    bed.trace(2);
    leaving->ready = false; // asked no more
    bed.publisher.finishConsumer(leaving->id);
    QCOMPARE(leaving->frames.size(), std::size_t(2));
    QCOMPARE(leaving->frames[1].events.size(), std::size_t(1));
    QCOMPARE(leaving->frames[1].traces.size(), std::size_t(1));
    QCOMPARE(leaving->frames[1].revision, leaving->frames[0].revision + 1);
    QCOMPARE(staying->frames.size(), std::size_t(1));
    bed.say();
    bed.publisher.publish();
    QCOMPARE(leaving->frames.size(), std::size_t(2));
    QCOMPARE(staying->frames.at(1).events.size(), std::size_t(2)); // its own are untouched
    bed.publisher.finishConsumer(leaving->id); // gone already
}

QTEST_GUILESS_MAIN(TestPublisher)
#include "tst_publisher.moc"
