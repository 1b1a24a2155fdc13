// SPDX-License-Identifier: Apache-2.0
// Bodies that go to the runner while they come (setting http_request_streaming).
#include "tests/gateway/gatewayfakes.h"

#include "engine/gateway/httpupload.h"

#include <QtTest/QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {

constexpr qint64 kHeld = HttpUpload::kHeldBytes;
constexpr qint64 kChunk = HttpUpload::kChunkBytes;
constexpr qint64 kLink = HttpUpload::kLinkBytes;

using Start = wire::ToClientRequestStart;
using Chunk = wire::ToClientRequestChunk;
using Abort = wire::ToClientRequestAbort;

QByteArray headerOf(const Start &start, const char *name)
{
    for (const auto &[key, value] : start.headers) {
        if (key == name)
            return value;
    }
    return {};
}

/// What runners were sent of the bodies since from: joined, and whether it ended.
struct Sent
{
    Sent(const World &world, std::size_t from = 0)
    {
        for (std::size_t i = from; i < world.directory.sent.size(); ++i) {
            if (const auto *chunk = world.directory.sent[i].as<Chunk>()) {
                ++chunks;
                body += chunk->body;
                largest = std::max(largest, chunk->body.size());
                finishes += chunk->finish ? 1 : 0;
                indices.push_back(world.directory.sent[i].index());
            }
        }
    }
    int chunks = 0;
    int finishes = 0;
    qsizetype largest = 0;
    QByteArray body;
    std::vector<quint16> indices;
};

const Start &lastStart(const World &world)
{
    return *world.lastSent<Start>()->as<Start>();
}

QByteArray pattern(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i)
        bytes[i] = char(i * 7 + (i >> 10));
    return bytes;
}

} // namespace

class TestHttpUpload : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void chunksAsTheyCome()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        const SentMessage *sent = world.lastSent<Start>();
        QCOMPARE(sent->index(), quint16(0));
        QVERIFY(lastStart(world).stream);
        QVERIFY(!lastStart(world).body);
        QCOMPARE(headerOf(lastStart(world), "content-length"), QByteArray());
        const RequestId request = sent->requestId();
        QCOMPARE(Sent(world).body, QByteArray("ab"));
        exchange->part("cd");
        QCOMPARE(Sent(world).body, QByteArray("abcd"));
        QCOMPARE(Sent(world).finishes, 0);
        QVERIFY(exchange->reading);
        const auto info = world.gateway->describeConnection(world.lastRay());
        QCOMPARE(info->bytesIn, std::optional<quint64>(4));
        QCOMPARE(info->messagesIn, std::optional<quint64>(1));
        exchange->part({}, true);
        const Sent all(world);
        QCOMPARE(all.finishes, 1);
        QCOMPARE(all.indices, (std::vector<quint16>{1, 2, 3}));
        for (const SentMessage *chunk : world.sentOf<Chunk>())
            QCOMPARE(chunk->requestId(), request);
        world.fromRunner(request, answer(201, "done"));
        QCOMPARE(exchange->status, 201);
        QCOMPARE(exchange->answer, QByteArray("done"));
        QVERIFY(world.lastSent<Abort>() == nullptr);
        QCOMPARE(world.gateway->totals().bytesIn, quint64(4));
        QVERIFY(world.isClean());
    }

    void lastPartFinishes()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, {}, {{"Content-Length", "5"}});
        QCOMPARE(headerOf(lastStart(world), "content-length"), QByteArray("5"));
        QCOMPARE(Sent(world).chunks, 0);
        world.advance(5'000);
        exchange->part("hello", true);
        QCOMPARE(Sent(world).chunks, 1);
        QCOMPARE(Sent(world).finishes, 1);
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);
        // How long the actor took, not how long the client took.
        QCOMPARE(world.sink.httpLatencies.size(), std::size_t(1));
        QVERIFY(world.sink.httpLatencies.front() < 5'000'000);
        QVERIFY(world.isClean());
    }

    void wholeWhenItIsCompleteBeforeItsActorIsAwake()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.upload(kActor, "ab");
        QCOMPARE(world.directory.wakes.size(), std::size_t(1));
        exchange->part("cd");
        exchange->part("ef", true);
        world.wakeUp(kActor);
        QVERIFY(!lastStart(world).stream);
        QCOMPARE(lastStart(world).body, std::optional<QByteArray>("abcdef"));
        QCOMPARE(headerOf(lastStart(world), "content-length"), QByteArray("6"));
        QCOMPARE(Sent(world).chunks, 0);
        // The actor is gone from its runner after all: as nothing ran, it goes again, whole.
        auto gone = answer(503);
        gone.headers = {{"x-rivet-error", "runner.actor_not_found"}};
        world.fromRunner(world.lastSent<Start>()->requestId(), gone);
        world.advance(1'000);
        QCOMPARE(world.sentOf<Start>().size(), std::size_t(2));
        QCOMPARE(lastStart(world).body, std::optional<QByteArray>("abcdef"));
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);
        QVERIFY(world.isClean());
    }

    void emptyBodyThatCameLate()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.upload(kActor);
        exchange->part({}, true);
        world.wakeUp(kActor);
        QVERIFY(!lastStart(world).stream);
        QVERIFY(!lastStart(world).body);
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QVERIFY(world.isClean());
    }

    void boundedWhileTheActorSleeps()
    {
        World world;
        world.addSleeping(kActor);
        auto exchange = world.upload(kActor);
        const QByteArray body = pattern(kHeld + 5);
        exchange->part(body.first(kHeld - 1));
        QVERIFY(exchange->reading);
        exchange->part(body.sliced(kHeld - 1));
        QVERIFY(!exchange->reading);
        world.wakeUp(kActor);
        QVERIFY(lastStart(world).stream);
        QVERIFY(exchange->reading);
        QCOMPARE(Sent(world).body, body);
        QVERIFY(Sent(world).largest <= kChunk);
        exchange->part("end", true);
        QCOMPARE(Sent(world).body, body + "end");
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QVERIFY(world.isClean());
    }

    void slowLinkHoldsTheClientBack()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor);
        const QByteArray body = pattern(3 * kHeld);
        world.directory.bytesQueued = kLink - kChunk + 1; // room for one more
        world.directory.onSent = [&world](const SentMessage &sent) {
            if (const auto *chunk = sent.as<Chunk>())
                world.directory.bytesQueued += chunk->body.size();
        };
        exchange->part(body.first(200'000));
        QCOMPARE(Sent(world).body.size(), kChunk);
        QVERIFY(!exchange->reading);
        // Other requests of the link are not held back.
        auto other = world.http(kActor, "POST", "x");
        QCOMPARE(lastStart(world).body, std::optional<QByteArray>("x"));
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QCOMPARE(other->status, 200);
        QCOMPARE(Sent(world).body.size(), kChunk);
        world.directory.bytesQueued = 0;
        world.gateway->linkDrained(QStringLiteral("r1"));
        QCOMPARE(Sent(world).body.size(), 200'000);
        QVERIFY(exchange->reading);
        // What does not fit waits here, and with it the client; nothing gets lost.
        qsizetype at = 200'000;
        int pauses = 0;
        while (at < body.size()) {
            if (!exchange->reading) {
                ++pauses;
                QVERIFY(world.directory.bytesQueued <= kLink + kChunk);
                world.directory.bytesQueued = 0;
                world.gateway->linkDrained(QStringLiteral("r1"));
                continue;
            }
            const qsizetype size = std::min<qsizetype>(300'000, body.size() - at);
            exchange->part(body.sliced(at, size), at + size == body.size());
            at += size;
        }
        world.directory.bytesQueued = 0;
        world.gateway->linkDrained(QStringLiteral("r1"));
        QVERIFY(pauses >= 2);
        QCOMPARE(Sent(world).body, body);
        QCOMPARE(Sent(world).finishes, 1);
        world.gateway->linkDrained(QStringLiteral("r1"));
        QCOMPARE(Sent(world).finishes, 1);
        world.fromRunner(world.sentOf<Start>().front()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);
        QVERIFY(world.isClean());
    }

    void clientLeaves()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        exchange->part("cd");
        exchange->gone();
        const SentMessage *abort = world.lastSent<Abort>();
        QVERIFY(abort != nullptr);
        QCOMPARE(abort->index(), quint16(3));
        QCOMPARE(Sent(world).finishes, 0);
        exchange->onBody({"late", true, 0, {}});
        QCOMPARE(Sent(world).body, QByteArray("abcd"));
        QCOMPARE(world.sink.ended.back().bytesIn, std::optional<quint64>(4));
        QVERIFY(world.isClean());
    }

    void brokenBody()
    {
        struct Case { int status; const char *code; };
        for (const Case &one : {Case{413, "guard.invalid_request_body"}, Case{408, "guard.request_timeout"},
                                Case{400, "api.bad_request"}, Case{431, "api.bad_request"}}) {
            World world;
            world.addRunning(kActor);
            auto exchange = world.upload(kActor, "ab");
            exchange->breakBody(one.status, "why");
            QCOMPARE(exchange->status, one.status);
            QCOMPARE(exchange->errorCode(), QByteArray(one.code));
            QCOMPARE(exchange->header("x-rivet-ray-id"), world.lastRay().toUtf8());
            QVERIFY(world.lastSent<Abort>() != nullptr);
            QCOMPARE(world.sink.ended.back().httpStatus, std::optional<int>(one.status));
            QVERIFY(world.isClean());
        }
        // Before its actor was reached there is nobody to tell.
        World world;
        world.addSleeping(kActor);
        auto exchange = world.upload(kActor, "ab");
        exchange->breakBody(413, "why");
        QCOMPARE(exchange->status, 413);
        QVERIFY(world.directory.sent.empty());
        // An answer that has begun can only break off.
        world.wakeUp(kActor);
        auto late = world.upload(kActor, "ab");
        auto start = answer(200);
        start.stream = true;
        world.fromRunner(world.lastSent<Start>()->requestId(), start);
        late->breakBody(413, "why");
        QVERIFY(late->aborted);
        QCOMPARE(late->status, 200);
        QVERIFY(world.lastSent<Abort>() != nullptr);
        QVERIFY(world.isClean());
    }

    void answerBeforeTheEnd()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        const RequestId request = world.lastSent<Start>()->requestId();
        world.fromRunner(request, answer(403, "no"));
        QCOMPARE(exchange->answer, QByteArray("no"));
        // The runner need not wait for the rest.
        QCOMPARE(world.lastSent<Abort>()->requestId(), request);
        QVERIFY(world.isClean());
    }

    void bothWays()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        const RequestId request = world.lastSent<Start>()->requestId();
        auto start = answer(200);
        start.stream = true;
        world.fromRunner(request, start);
        world.fromRunner(request, wire::ToServerResponseChunk{"AB", false});
        QCOMPARE(exchange->answer, QByteArray("AB"));
        exchange->part("cd");
        exchange->part("ef", true);
        QCOMPARE(Sent(world).body, QByteArray("abcdef"));
        QCOMPARE(Sent(world).finishes, 1);
        // The time for the start of an answer is over; the stream may take longer.
        world.advance(400'000);
        world.fromRunner(request, wire::ToServerResponseChunk{"CDEF", true});
        QVERIFY(exchange->finished);
        QCOMPARE(exchange->answer, QByteArray("ABCDEF"));
        QVERIFY(world.lastSent<Abort>() == nullptr);
        QVERIFY(world.isClean());
    }

    void theAnswersTimeBeginsWithTheEndOfTheBody()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        world.advance(400'000);
        QCOMPARE(exchange->answers, 0);
        exchange->part({}, true);
        world.advance(299'999);
        QCOMPARE(exchange->answers, 0);
        world.advance(2);
        QCOMPARE(exchange->status, 504);
        QCOMPARE(world.lastSent<Abort>()->index(), quint16(3));
        QVERIFY(world.isClean());
    }

    void actorStopsInTheMiddle()
    {
        for (const QString &policy : {QStringLiteral("safe"), QStringLiteral("always")}) {
            for (const bool large : {false, true}) {
                EngineConfig config;
                config.replayDelivered = policy;
                World world(config);
                world.addRunning(kActor);
                auto exchange = world.upload(kActor, "ab");
                const QByteArray more = pattern(large ? kHeld : 10);
                exchange->part(more);
                const std::size_t mark = world.mark();
                world.stopActor(kActor);
                // Repeated only where that is allowed and everything is still there.
                if (policy == QLatin1String("safe") || large) {
                    QCOMPARE(exchange->status, 503);
                    QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_stopped_while_waiting"));
                } else {
                    QCOMPARE(exchange->answers, 0);
                    world.advance(1'000);
                    world.wakeUp(kActor);
                    QCOMPARE(Sent(world, mark).body, "ab" + more);
                    exchange->part("cd", true);
                    QCOMPARE(Sent(world, mark).body, "ab" + more + "cd");
                    QCOMPARE(Sent(world, mark).indices.front(), quint16(1));
                    world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
                    QCOMPARE(exchange->status, 200);
                }
                QVERIFY(world.isClean());
            }
        }
    }

    void actorWasNotThere()
    {
        for (const bool large : {false, true}) {
            World world;
            world.addRunning(kActor);
            auto exchange = world.upload(kActor, "ab");
            exchange->part(pattern(large ? kHeld : 10));
            auto gone = answer(503);
            gone.headers = {{"x-rivet-error", "runner.actor_not_found"}};
            world.fromRunner(world.lastSent<Start>()->requestId(), gone);
            world.advance(1'000);
            if (large) {
                QCOMPARE(exchange->status, 503);
                QCOMPARE(exchange->errorCode(), QByteArray("guard.actor_stopped_while_waiting"));
                QCOMPARE(world.sentOf<Start>().size(), std::size_t(1));
            } else {
                QCOMPARE(world.sentOf<Start>().size(), std::size_t(2));
                exchange->part({}, true);
                world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
                QCOMPARE(exchange->status, 200);
            }
            QVERIFY(world.isClean());
        }
    }

    void cutLink()
    {
        // What was sent may be lost, and a body with a hole must not reach the actor.
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        world.cutLink();
        QVERIFY(!exchange->reading);
        exchange->part("cd");
        QCOMPARE(Sent(world).body, QByteArray("ab"));
        world.restoreLink();
        QCOMPARE(exchange->status, 503);
        QCOMPARE(exchange->errorCode(), QByteArray("guard.request_delivery_unconfirmed"));
        QVERIFY(world.lastSent<Abort>() != nullptr); // the runner holds the beginning
        QCOMPARE(Sent(world).body, QByteArray("ab"));
        QVERIFY(world.isClean());
    }

    void cutLinkBeforeTheFirstChunk()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor);
        QVERIFY(lastStart(world).stream);
        world.cutLink();
        exchange->part("ab");
        world.restoreLink();
        QCOMPARE(exchange->errorCode(), QByteArray("guard.request_delivery_unconfirmed"));
        QCOMPARE(Sent(world).chunks, 0); // the runner may know of no such request
        QVERIFY(world.isClean());
    }

    void cutLinkAfterAConfirmation()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        world.gateway->linkConfirmed(QStringLiteral("r1"));
        world.cutLink();
        exchange->part("cd"); // comes meanwhile
        QVERIFY(!exchange->reading);
        world.restoreLink();
        QVERIFY(exchange->reading);
        QCOMPARE(Sent(world).body, QByteArray("abcd"));
        exchange->part({}, true);
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);

        // Confirmed once, but not to the end.
        for (const bool answers : {false, true}) {
            auto second = world.upload(kActor, "ab");
            world.gateway->linkConfirmed(QStringLiteral("r1"));
            second->part("cd", true);
            world.cutLink();
            world.restoreLink();
            world.gateway->linkConfirmed(QStringLiteral("r1")); // says nothing about what the old link lost
            QCOMPARE(second->answers, 0);
            world.advance(world.config.unconfirmedWaitMs - 10);
            QCOMPARE(second->answers, 0);
            if (answers)
                world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
            world.advance(20);
            QCOMPARE(second->status, answers ? 200 : 503);
            if (!answers)
                QCOMPARE(second->errorCode(), QByteArray("guard.request_delivery_unconfirmed"));
        }
        QVERIFY(world.isClean());
    }

    void cutLinkWhileTheAnswerComes()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        auto start = answer(200);
        start.stream = true;
        world.fromRunner(world.lastSent<Start>()->requestId(), start);
        world.cutLink();
        QVERIFY(!exchange->aborted);
        world.restoreLink();
        QVERIFY(exchange->aborted);
        QVERIFY(world.lastSent<Abort>() != nullptr);
        QVERIFY(world.isClean());
    }

    void linkIsAwayAtFirst()
    {
        World world;
        world.addRunning(kActor);
        world.cutLink();
        auto exchange = world.upload(kActor, "ab");
        exchange->part("cd");
        QVERIFY(world.directory.sent.empty());
        QVERIFY(exchange->reading);
        world.restoreLink();
        QVERIFY(lastStart(world).stream);
        QCOMPARE(Sent(world).body, QByteArray("abcd"));
        exchange->part({}, true);
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);
        QVERIFY(world.isClean());
    }

    void destroyedAndShutDown()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = world.upload(kActor, "ab");
        world.destroyed(kActor);
        QCOMPARE(exchange->status, 404);
        world.addRunning(kActor);
        auto second = world.upload(kActor, "ab");
        QVERIFY(world.gateway->closeConnection(world.lastRay(), 1000, "no"));
        QCOMPARE(second->status, 503);
        QCOMPARE(world.lastSent<Abort>()->index(), quint16(2));
        auto third = world.upload(kActor, "ab");
        world.gateway->shutdown();
        QCOMPARE(third->status, 503);
        third->onBody({"late", true, 0, {}});
        QVERIFY(world.isClean());
    }

    void bodiesThatNoActorGets()
    {
        World world;
        world.addRunning(kActor);
        auto exchange = std::make_shared<FakeExchange>();
        exchange->request.method = "GET";
        exchange->request.target = "/x";
        exchange->comes = true;
        world.gateway->request(exchange, {kActor, "/x", false, QStringLiteral("ray")});
        QVERIFY(!exchange->reading);
        QVERIFY(!lastStart(world).stream);
        QVERIFY(!lastStart(world).body);
        world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
        QCOMPARE(exchange->status, 200);
        QVERIFY(world.isClean());
    }

    /// Any parts, any moments: what arrives is what was sent.
    void anyCut()
    {
        const QByteArray all = pattern(3 * kHeld);
        for (quint64 seed = 1; seed <= 60; ++seed) {
            World world({}, seed);
            Random &random = world.random;
            world.addSleeping(kActor);
            auto exchange = world.upload(kActor);
            const QByteArray body = all.first(qsizetype(random.below(quint64(all.size()))));
            qint64 delivered = 0;
            world.directory.onSent = [&](const SentMessage &sent) {
                if (const auto *chunk = sent.as<Chunk>())
                    world.directory.bytesQueued += chunk->body.size();
            };
            bool awake = false, last = false;
            qsizetype at = 0;
            while (!last || world.directory.bytesQueued > 0 || !awake) {
                if (!awake && random.below(4) == 0) {
                    awake = true;
                    world.wakeUp(kActor);
                }
                if (world.directory.bytesQueued > 0 && random.below(3) == 0) {
                    delivered = std::exchange(world.directory.bytesQueued, 0);
                    if (delivered > kHeld)
                        world.gateway->linkDrained(QStringLiteral("r1"));
                }
                if (exchange->reading && !last) {
                    const qsizetype size = qsizetype(random.below(quint64(std::min<qsizetype>(body.size() - at, 300'000)) + 1));
                    last = at + size == body.size() && random.below(2) == 0;
                    exchange->part(body.sliced(at, size), last);
                    at += size;
                }
            }
            const Start &start = lastStart(world);
            QCOMPARE(start.stream ? Sent(world).body : start.body.value_or(QByteArray()), body);
            QCOMPARE(Sent(world).finishes, start.stream ? 1 : 0);
            world.fromRunner(world.lastSent<Start>()->requestId(), answer(200));
            QCOMPARE(exchange->status, 200);
            QVERIFY(world.isClean());
        }
    }
};

QTEST_APPLESS_MAIN(TestHttpUpload)
#include "tst_httpupload.moc"
