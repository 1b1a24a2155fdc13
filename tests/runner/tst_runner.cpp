// SPDX-License-Identifier: Apache-2.0
#include "engine/runner/messageindex.h"
#include "engine/runner/runner.h"
#include "engine/runner/websocketchannels.h"
#include "engine/wire/codec.h"

#include <QTest>

#include <set>

using namespace dormouse;
using namespace Qt::StringLiterals;

namespace {

class VirtualClock final : public Clock
{
public:
    qint64 wallMs() const override { return 1'700'000'000'000 + now; }
    qint64 monoMs() const override { return now; }
    qint64 now = 0;
};

/// The engine's end of the connection: keeps what the runner sent.
class FakeChannel final : public Channel
{
public:
    explicit FakeChannel(int version) : m_version(version) {}
    bool isOpen() const override { return !closed; }
    void send(const QByteArray &payload, bool) override
    {
        const auto message = wire::decodeToServer(m_version, payload);
        if (message)
            sent.push_back(*message);
        else
            ++undecodable;
    }
    void ping(const QByteArray &) override {}
    void close(std::optional<quint16> code, const QByteArray &reason) override
    {
        closed = true;
        closeCode = code;
        closeReason = reason;
    }
    void abort() override { closed = true; }
    void setReading(bool) override {}
    qint64 bytesQueued() const override { return 0; }

    std::vector<wire::ToServer> sent;
    int undecodable = 0;
    bool closed = false;
    std::optional<quint16> closeCode;
    QByteArray closeReason;

private:
    int m_version;
};

struct Log
{
    QByteArrayList lines;
    std::function<void(ActorContext &)> onStart;
    std::function<void()> finishStop; ///< set: stop waits for it
    bool holdStop = false;
    std::optional<QString> startError;
    std::function<void()> finishStart;
    bool holdStart = false;
    ActorContext *context = nullptr;
    RunnerSocket *socket = nullptr;
    std::shared_ptr<HttpResponder> responder;
};

class LoggingActor final : public ActorHandler
{
public:
    explicit LoggingActor(Log &log) : m_log(log) {}
    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        m_log.lines << "start " + QByteArray::number(context.generation());
        m_log.context = &context;
        if (m_log.onStart)
            m_log.onStart(context);
        if (m_log.holdStart)
            m_log.finishStart = [done] { done({}); };
        else
            done(m_log.startError);
    }
    void stop(ActorContext &context, std::function<void()> done) override
    {
        m_log.lines << "stop " + QByteArray::number(context.generation());
        if (m_log.holdStop)
            m_log.finishStop = done;
        else
            done();
    }
    void httpRequest(ActorContext &, const ActorHttpRequest &request, std::shared_ptr<HttpResponder> responder) override
    {
        m_log.lines << request.method + ' ' + request.path + ' ' + request.body;
        m_log.responder = responder;
    }
    SocketDecision webSocketOpen(ActorContext &, RunnerSocket &socket) override
    {
        if (socket.path() == "/refuse")
            return SocketDecision::refuse(4000, u"no"_s);
        return socket.path() == "/plain" ? SocketDecision::accept() : SocketDecision::hibernate();
    }
    void webSocketOpened(ActorContext &, RunnerSocket &socket) override
    {
        m_log.socket = &socket;
        m_log.lines << "open " + socket.path();
    }
    bool socketRestored(ActorContext &, RunnerSocket &socket) override
    {
        m_log.socket = &socket;
        m_log.lines << "restored " + socket.path() + ' ' + socket.attachment();
        return true;
    }
    void webSocketMessage(ActorContext &, RunnerSocket &, const QByteArray &data, bool) override
    {
        m_log.lines << "message " + data;
    }
    void webSocketClosed(ActorContext &, RunnerSocket &, quint16 code, const QString &reason) override
    {
        m_log.lines << "closed " + QByteArray::number(code) + ' ' + reason.toUtf8();
    }
    void alarm(ActorContext &) override { m_log.lines << "alarm"; }

private:
    Log &m_log;
};

/// A runner with a scripted engine; the KV store of the engine is a map.
struct Bench
{
    explicit Bench(int version = 7) : protocol(version)
    {
        options.protocolVersion = version;
        options.name = u"pool"_s;
        options.actorNames = QStringList{u"chat"_s};
        RunnerEvents events;
        events.ended = [this](const QString &reason) { ended = reason; };
        events.warning = [this](const QString &text) { warnings << text; };
        runner = std::make_unique<Runner>(
            options,
            [this]() -> std::unique_ptr<Channel> {
                auto made = std::make_unique<FakeChannel>(protocol);
                channel = made.get();
                ++dials;
                return made;
            },
            [this](const QString &name) -> std::unique_ptr<ActorHandler> {
                if (name != u"chat"_s)
                    return nullptr;
                return std::make_unique<LoggingActor>(log);
            },
            clock, timers, random, events);
    }

    void advance(qint64 ms)
    {
        clock.now += ms;
        timers.advance(clock.now);
    }
    void deliver(const wire::ToClient &message)
    {
        const auto bytes = wire::encodeToClient(protocol, message);
        QVERIFY(bytes.ok());
        runner->channelMessage(*channel, *bytes, true);
    }
    void connect(const QString &runnerId = u"runner1"_s)
    {
        runner->channelOpened(*channel);
        deliver(wire::ToClientInit{runnerId, {15'000, 30'000, {}}, -1});
    }
    void begin()
    {
        runner->start();
        connect();
    }
    void lose()
    {
        ChannelClose close;
        runner->channelClosed(*channel, close);
        timers.advance(clock.now);
    }
    void startActor(quint32 generation = 0, std::vector<wire::HibernatingRequest> hibernating = {})
    {
        deliver(wire::ToClientCommands{
            {{{u"a"_s, generation, 0}, wire::CommandStartActor{{u"chat"_s, u"k"_s, 1, {}}, hibernating}}}});
        serveKv();
    }
    void stopActor(quint32 generation = 0)
    {
        deliver(wire::ToClientCommands{{{{u"a"_s, generation, 1}, wire::CommandStopActor{}}}});
        serveKv();
    }
    void tunnel(quint32 request, quint16 index, wire::ToClientTunnelMessageKind kind)
    {
        deliver(wire::ToClientTunnelMessage{{{1}, {request}, index}, std::move(kind)});
    }
    void openSocket(quint32 request, const QByteArray &path = "/hib")
    {
        tunnel(request, 0, wire::ToClientWebSocketOpen{u"a"_s, path, {}});
        serveKv();
    }
    void message(quint32 request, quint16 index, const QByteArray &data)
    {
        tunnel(request, index, wire::ToClientWebSocketMessage{data, false});
    }

    template<typename T>
    std::vector<T> sent() const
    {
        std::vector<T> out;
        for (const wire::ToServer &message : channel->sent) {
            if (const T *wanted = std::get_if<T>(&message))
                out.push_back(*wanted);
        }
        return out;
    }
    template<typename T>
    std::vector<T> tunnelSent(quint32 request) const
    {
        std::vector<T> out;
        for (const auto &message : sent<wire::ToServerTunnelMessage>()) {
            if (const T *wanted = std::get_if<T>(&message.kind); wanted && message.messageId.requestId.value == request)
                out.push_back(*wanted);
        }
        return out;
    }
    /// Events of the connection in short: running, stopped ok, stopped error, sleep, stop, alarm N, alarm none.
    QByteArrayList events() const
    {
        QByteArrayList out;
        for (const auto &batch : sent<wire::ToServerEvents>()) {
            for (const wire::EventWrapper &event : batch.events)
                out << QByteArray::number(event.checkpoint.generation) + '/' + QByteArray::number(event.checkpoint.index)
                           + ' ' + describe(event.inner);
        }
        return out;
    }
    static QByteArray describe(const wire::Event &event)
    {
        if (const auto *intent = std::get_if<wire::EventActorIntent>(&event))
            return intent->intent == wire::ActorIntent::Sleep ? "sleep" : "stop";
        if (const auto *alarm = std::get_if<wire::EventActorSetAlarm>(&event))
            return alarm->alarmTs ? "alarm" : "alarm none";
        const auto &state = std::get<wire::EventActorStateUpdate>(event).state;
        if (const auto *stopped = std::get_if<wire::ActorStateStopped>(&state))
            return stopped->code == wire::StopCode::Ok ? "stopped ok" : "stopped error";
        return "running";
    }
    /// Answers every key-value request that has not been answered.
    void serveKv()
    {
        for (bool again = true; again;) {
            again = false;
            const auto requests = sent<wire::ToServerKvRequest>();
            for (std::size_t i = 0; i < requests.size(); ++i) {
                if (answered.contains(requests[i].requestId))
                    continue;
                answered.insert(requests[i].requestId);
                deliver(wire::ToClientKvResponse{requests[i].requestId, answer(requests[i].data)});
                again = true;
                break;
            }
        }
    }
    wire::KvResponseData answer(const wire::KvRequestData &data)
    {
        if (kvFails)
            return wire::KvErrorResponse{u"broken"_s};
        if (const auto *put = std::get_if<wire::KvPutRequest>(&data)) {
            for (std::size_t i = 0; i < put->keys.size(); ++i)
                kv[put->keys[i]] = put->values[i];
            return wire::KvPutResponse{};
        }
        if (const auto *del = std::get_if<wire::KvDeleteRequest>(&data)) {
            for (const QByteArray &key : del->keys)
                kv.erase(key);
            return wire::KvDeleteResponse{};
        }
        wire::KvListResponse list;
        const auto *query = std::get_if<wire::KvListRequest>(&data);
        const auto *prefix = query ? std::get_if<wire::KvListPrefixQuery>(&query->query) : nullptr;
        for (const auto &[key, value] : kv) {
            if (prefix && !key.startsWith(prefix->key))
                continue;
            list.keys.push_back(key);
            list.values.push_back(value);
            list.metadata.push_back({"1", 1});
        }
        return list;
    }

    int protocol;
    RunnerOptions options;
    VirtualClock clock;
    TimerWheel timers;
    Random random{7};
    Log log;
    FakeChannel *channel = nullptr;
    int dials = 0;
    std::map<QByteArray, QByteArray> kv;
    std::set<quint32> answered;
    bool kvFails = false;
    QString ended;
    QStringList warnings;
    std::unique_ptr<Runner> runner;
};

} // namespace

class TestRunner : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void indexRules();
    void url();
    void initAndPing();
    void startAndStop_data();
    void startAndStop();
    void failedStart();
    void unknownActorName();
    void stopDuringStart();
    void repeatedStartIsIgnored();
    void newGenerationReplacesTheOld();
    void stopOfAnotherGenerationIsIgnored();
    void duplicateDroppedAndGapCloses();
    void plainSocketsAreNotChecked();
    void refusedAndDoubledOpens();
    void acksAreBatched();
    void ackFollowsTheSave();
    void ackByBytes();
    void hibernateAndRestore();
    void resentMessageIsAcknowledgedAgain();
    void missingMetadata();
    void staleMetadata();
    void messagesWaitForTheStart();
    void alarmRings();
    void http();
    void httpStreamedAndAborted();
    void reconnectResends();
    void reconnectDelays();
    void runnerLost();
    void anotherRunnerIdStopsActors();
    void eviction();
    void gracefulShutdown();
    void kvErrorsAndTimeout();
    void nothingIsLeftBehind();
};

void TestRunner::indexRules()
{
    QCOMPARE(judgeIndex(0, 0), IndexVerdict::Duplicate);
    QCOMPARE(judgeIndex(0, 1), IndexVerdict::Next);
    QCOMPARE(judgeIndex(2, 4), IndexVerdict::Gap);
    QCOMPARE(judgeIndex(65534, 65535), IndexVerdict::Next);
    QCOMPARE(judgeIndex(65535, 0), IndexVerdict::Next);
    QCOMPARE(judgeIndex(0, 65535), IndexVerdict::Duplicate);
    QCOMPARE(judgeIndex(1, 32769), IndexVerdict::Gap);
    QCOMPARE(judgeIndex(1, 32770), IndexVerdict::Duplicate);
}

void TestRunner::url()
{
    RunnerOptions options;
    options.nameSpace = u"my space"_s;
    options.key = u"a+b&c"_s;
    QCOMPARE(runnerUrl(QUrl(u"http://localhost:6420/"_s), options).toEncoded(),
             "ws://localhost:6420/runners/connect?protocol_version=7&namespace=my%20space&runner_key=a%2Bb%26c");
}

void TestRunner::initAndPing()
{
    Bench bench;
    bench.begin();
    QCOMPARE(bench.channel->sent.size(), 1U);
    const auto init = bench.sent<wire::ToServerInit>();
    QCOMPARE(init.size(), 1U);
    QCOMPARE(init[0].name, u"pool"_s);
    QCOMPARE(init[0].prepopulateActorNames->size(), 1U);
    QVERIFY(bench.runner->isConnected());
    QCOMPARE(bench.runner->runnerId(), u"runner1"_s);
    bench.deliver(wire::ToClientPing{42});
    QCOMPARE(bench.sent<wire::ToServerPong>().at(0).ts, 42);
}

void TestRunner::startAndStop_data()
{
    QTest::addColumn<int>("version");
    QTest::addColumn<QByteArray>("stopped");
    QTest::newRow("5") << 5 << QByteArray("0/2 stopped ok");
    QTest::newRow("7") << 7 << QByteArray("0/2 stopped error");
}

void TestRunner::startAndStop()
{
    QFETCH(int, version);
    QFETCH(QByteArray, stopped);
    Bench bench(version);
    bench.begin();
    bench.startActor();
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
    QCOMPARE(bench.events(), QByteArrayList{"0/0 running"});
    bench.log.context->sleep();
    bench.log.context->sleep();
    QCOMPARE(bench.events().size(), 2);
    bench.stopActor();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 sleep", stopped}));
    QCOMPARE(bench.runner->actorCount(), 0);
}

void TestRunner::failedStart()
{
    Bench bench;
    bench.log.startError = u"boom"_s;
    bench.begin();
    bench.startActor();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 stopped error"}));
}

void TestRunner::unknownActorName()
{
    Bench bench;
    bench.begin();
    bench.deliver(wire::ToClientCommands{{{{u"a"_s, 0, 0}, wire::CommandStartActor{{u"other"_s, {}, 1, {}}, {}}}}});
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 stopped error"}));
    QCOMPARE(bench.runner->actorCount(), 0);
}

void TestRunner::stopDuringStart()
{
    Bench bench;
    bench.log.holdStart = true;
    bench.begin();
    bench.startActor();
    bench.stopActor();
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
    bench.log.finishStart();
    bench.serveKv();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 stopped error"}));
}

void TestRunner::repeatedStartIsIgnored()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.startActor();
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
}

void TestRunner::newGenerationReplacesTheOld()
{
    Bench bench;
    bench.log.holdStop = true;
    bench.begin();
    bench.startActor(0);
    bench.startActor(1);
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    bench.log.finishStop();
    bench.advance(1);
    bench.serveKv();
    // Never two live instances.
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0", "start 1"}));
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "1/0 running"}));
}

void TestRunner::stopOfAnotherGenerationIsIgnored()
{
    Bench bench;
    bench.begin();
    bench.startActor(3);
    bench.stopActor(2);
    QCOMPARE(bench.log.lines, QByteArrayList{"start 3"});
}

void TestRunner::duplicateDroppedAndGapCloses()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketOpen>(5).at(0).canHibernate, true);
    bench.message(5, 0, "zero");
    bench.message(5, 1, "one");
    bench.message(5, 1, "one");
    bench.message(5, 2, "two");
    bench.message(5, 4, "four");
    bench.message(5, 3, "late");
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /hib", "message one", "message two",
                                              "closed 1008 ws.message_index_skip"}));
    const auto closes = bench.tunnelSent<wire::ToServerWebSocketClose>(5);
    QCOMPARE(closes.size(), 1U);
    QCOMPARE(closes[0].code, std::optional<quint16>(1008));
    QCOMPARE(closes[0].reason, u"ws.message_index_skip"_s);
    bench.serveKv();
    QVERIFY(bench.kv.empty());
    QCOMPARE(bench.runner->requestCount(), 0);
}

void TestRunner::plainSocketsAreNotChecked()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5, "/plain");
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketOpen>(5).at(0).canHibernate, false);
    for (quint16 index : {7, 3, 9})
        bench.message(5, index, QByteArray::number(index));
    QVERIFY(bench.kv.empty());
    bench.stopActor();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /plain", "message 7", "message 3", "message 9", "stop 0",
                                              "closed 1000 actor.stopped"}));
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketClose>(5).empty());
}

void TestRunner::refusedAndDoubledOpens()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5, "/refuse");
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketClose>(5).at(0).code, std::optional<quint16>(4000));
    QCOMPARE(bench.runner->requestCount(), 0);
    bench.openSocket(6);
    bench.openSocket(6);
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketClose>(6).at(0).reason, u"ws.duplicate_open"_s);
    bench.tunnel(6, 1, wire::ToClientWebSocketClose{4001, u"bye"_s});
    QCOMPARE(bench.log.lines.last(), "closed 4001 bye");
}

void TestRunner::acksAreBatched()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    for (quint16 index = 1; index <= 10; ++index)
        bench.message(5, index, "x");
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.advance(4'999);
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.advance(1);
    bench.serveKv();
    const auto acks = bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5);
    QCOMPARE(acks.size(), 1U);
    QCOMPARE(acks[0].index, 10);
    bench.advance(60'000);
    bench.serveKv();
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).size(), 1U);
}

void TestRunner::ackFollowsTheSave()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "x");
    bench.advance(5'000);
    // The save is on its way and not answered.
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.kvFails = true;
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.kvFails = false;
    bench.advance(5'000);
    bench.serveKv();
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).size(), 1U);
}

void TestRunner::ackByBytes()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, QByteArray(499'999, 'x'));
    bench.serveKv();
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).empty());
    bench.message(5, 2, "y");
    bench.serveKv();
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).at(0).index, 2);
}

void TestRunner::hibernateAndRestore()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "one");
    bench.message(5, 2, "two");
    bench.log.socket->setAttachment("me");
    bench.log.context->sleep();
    bench.stopActor();
    QCOMPARE(bench.kv.size(), 1U);
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketClose>(5).empty());
    bench.startActor(1, {{{1}, {5}}});
    bench.message(5, 2, "two");
    bench.message(5, 3, "three");
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /hib", "message one", "message two", "stop 0", "start 1",
                                              "restored /hib me", "message three"}));
    QVERIFY(bench.log.socket->send("hello", false));
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessage>(5).at(0).data, "hello");
}

void TestRunner::resentMessageIsAcknowledgedAgain()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "one");
    bench.stopActor();
    const std::size_t before = bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5).size();
    bench.startActor(1, {{{1}, {5}}});
    bench.message(5, 1, "one");
    bench.advance(5'000);
    bench.serveKv();
    const auto acks = bench.tunnelSent<wire::ToServerWebSocketMessageAck>(5);
    QCOMPARE(acks.size(), before + 1);
    QCOMPARE(acks.back().index, 1);
    QCOMPARE(bench.log.lines.count("message one"), 1);
}

void TestRunner::missingMetadata()
{
    Bench bench;
    bench.begin();
    bench.startActor(0, {{{1}, {5}}});
    const auto closes = bench.tunnelSent<wire::ToServerWebSocketClose>(5);
    QCOMPARE(closes.size(), 1U);
    QCOMPARE(closes[0].code, std::optional<quint16>(1000));
    QCOMPARE(closes[0].reason, u"ws.meta_not_found_during_restore"_s);
    QCOMPARE(bench.runner->requestCount(), 0);
}

void TestRunner::staleMetadata()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.stopActor();
    bench.startActor(1);
    QCOMPARE(bench.log.lines.last(), "closed 1000 ws.stale_metadata");
    QVERIFY(bench.tunnelSent<wire::ToServerWebSocketClose>(5).empty());
    QVERIFY(bench.kv.empty());
}

void TestRunner::messagesWaitForTheStart()
{
    Bench bench;
    bench.log.holdStart = true;
    bench.begin();
    bench.startActor();
    bench.openSocket(5);
    bench.message(5, 1, "early");
    QCOMPARE(bench.log.lines, QByteArrayList{"start 0"});
    bench.log.finishStart();
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "open /hib", "message early"}));
}

void TestRunner::alarmRings()
{
    Bench bench;
    bench.log.onStart = [&](ActorContext &context) {
        if (context.generation() == 0)
            context.setAlarm(context.clock().wallMs() + 1'000);
    };
    bench.begin();
    bench.startActor();
    QCOMPARE(bench.events(), (QByteArrayList{"0/0 running", "0/1 alarm"}));
    bench.stopActor();
    bench.advance(999);
    // The engine wakes the actor; the alarm of the earlier life rings in the new one.
    bench.startActor(1);
    QVERIFY(!bench.log.lines.contains("alarm"));
    bench.advance(1);
    QCOMPARE(bench.log.lines.count("alarm"), 1);
    bench.serveKv();
    QCOMPARE(bench.events().last(), "1/1 alarm none");
    bench.advance(10'000);
    QCOMPARE(bench.log.lines.count("alarm"), 1);
    QVERIFY(bench.kv.empty());
}

void TestRunner::http()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.tunnel(9, 0, wire::ToClientRequestStart{u"a"_s, "POST", "/x?y", {}, QByteArray("body"), false});
    QCOMPARE(bench.log.lines.last(), "POST /x?y body");
    bench.log.responder->respond(201, {{"a", "b"}}, "ok");
    bench.log.responder->respond(500, {}, "again");
    const auto answers = bench.tunnelSent<wire::ToServerResponseStart>(9);
    QCOMPARE(answers.size(), 1U);
    QCOMPARE(answers[0].status, 201);
    QCOMPARE(answers[0].body, std::optional<QByteArray>("ok"));
    QCOMPARE(answers[0].headers.size(), 2U);
    QCOMPARE(bench.runner->requestCount(), 0);
    bench.tunnel(10, 0, wire::ToClientRequestStart{u"unknown"_s, "GET", "/", {}, {}, false});
    const auto refused = bench.tunnelSent<wire::ToServerResponseStart>(10);
    QCOMPARE(refused.at(0).status, 503);
    QCOMPARE(refused.at(0).headers.at(0).second, "runner.actor_not_found");
}

void TestRunner::httpStreamedAndAborted()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.tunnel(9, 0, wire::ToClientRequestStart{u"a"_s, "PUT", "/s", {}, QByteArray("1"), true});
    bench.tunnel(9, 1, wire::ToClientRequestChunk{"2", false});
    bench.tunnel(9, 2, wire::ToClientRequestChunk{"3", true});
    QCOMPARE(bench.log.lines.last(), "PUT /s 123");
    bench.log.responder->begin(200, {});
    bench.log.responder->write("a");
    bench.log.responder->finish();
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseStart>(9).at(0).stream, true);
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseChunk>(9).size(), 2U);
    QCOMPARE(bench.tunnelSent<wire::ToServerResponseChunk>(9).back().finish, true);

    bench.tunnel(10, 0, wire::ToClientRequestStart{u"a"_s, "GET", "/", {}, {}, false});
    bench.tunnel(10, 1, wire::ToClientRequestAbort{});
    QVERIFY(!bench.log.responder->alive());
    bench.log.responder->respond(200, {}, {});
    QVERIFY(bench.tunnelSent<wire::ToServerResponseStart>(10).empty());
    bench.tunnel(11, 0, wire::ToClientRequestStart{u"a"_s, "GET", "/", {}, {}, false});
    bench.stopActor();
    bench.log.responder->respond(200, {}, {});
    QVERIFY(bench.tunnelSent<wire::ToServerResponseStart>(11).empty());
    QCOMPARE(bench.runner->requestCount(), 0);
}

void TestRunner::reconnectResends()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.openSocket(5, "/plain");
    bench.deliver(wire::ToClientAckEvents{{{u"a"_s, 0, 0}}, -1});
    QCOMPARE(bench.runner->unackedEvents(), 0);
    bench.log.context->setAlarm(bench.clock.wallMs() + 100'000);
    bench.serveKv();
    bench.lose();
    QVERIFY(!bench.runner->isConnected());
    bench.log.context->sleep();
    QVERIFY(bench.log.socket->send("while away", false));
    bench.advance(1'250);
    QCOMPARE(bench.dials, 2);
    QVERIFY(bench.channel->sent.empty());
    bench.connect();
    // Init, events that were not acknowledged, what was kept; in this order.
    QCOMPARE(bench.channel->sent.size(), 3U);
    QVERIFY(std::holds_alternative<wire::ToServerInit>(bench.channel->sent[0]));
    QVERIFY(std::holds_alternative<wire::ToServerEvents>(bench.channel->sent[1]));
    QCOMPARE(bench.events(), (QByteArrayList{"0/1 alarm", "0/2 sleep"}));
    QCOMPARE(bench.tunnelSent<wire::ToServerWebSocketMessage>(5).at(0).data, "while away");
}

void TestRunner::reconnectDelays()
{
    Bench bench;
    bench.runner->start();
    qint64 base = 1'000;
    for (int attempt = 0; attempt < 8; ++attempt) {
        const int dials = bench.dials;
        bench.lose();
        bench.advance(base - 1);
        QCOMPARE(bench.dials, dials);
        bench.advance(base / 4 + 1);
        QCOMPARE(bench.dials, dials + 1);
        base = std::min<qint64>(base * 2, 30'000);
    }
    bench.connect();
    bench.lose();
    bench.advance(1'250);
    QCOMPARE(bench.dials, 10);
}

void TestRunner::runnerLost()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.lose();
    bench.advance(14'999);
    QCOMPARE(bench.runner->actorCount(), 1);
    bench.lose();
    bench.advance(1);
    QCOMPARE(bench.runner->actorCount(), 0);
    QCOMPARE(bench.log.lines, (QByteArrayList{"start 0", "stop 0"}));
    QCOMPARE(bench.runner->unackedEvents(), 0);
    QVERIFY(!bench.runner->hasEnded());
}

void TestRunner::anotherRunnerIdStopsActors()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.lose();
    bench.advance(1'250);
    bench.connect(u"runner2"_s);
    QCOMPARE(bench.runner->actorCount(), 0);
    QVERIFY(bench.events().isEmpty());
}

void TestRunner::eviction()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.runner->channelClosed(*bench.channel, {1000, "ws.eviction#ray", true, true});
    QVERIFY(bench.runner->hasEnded());
    QCOMPARE(bench.ended, u"ws.eviction#ray"_s);
    bench.advance(100'000);
    QCOMPARE(bench.dials, 1);
    QCOMPARE(bench.runner->actorCount(), 0);
}

void TestRunner::gracefulShutdown()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    bench.runner->shutdown();
    QCOMPARE(bench.sent<wire::ToServerStopping>().size(), 1U);
    QVERIFY(!bench.channel->closed);
    bench.stopActor();
    QCOMPARE(bench.events().last(), "0/1 stopped ok");
    bench.advance(1);
    QVERIFY(bench.runner->hasEnded());
    QCOMPARE(bench.channel->closeCode, std::optional<quint16>(1000));
    QCOMPARE(bench.channel->closeReason, "pegboard.runner_shutdown");
}

void TestRunner::kvErrorsAndTimeout()
{
    Bench bench;
    bench.begin();
    bench.startActor();
    QStringList errors;
    bench.kvFails = true;
    bench.log.context->kvGet({"k"}, [&](const RunnerKvResult &result) { errors << result.error().message; });
    bench.serveKv();
    bench.log.context->kvPut({{kReservedKeyPrefix + "x", "1"}}, [&](const Status &s) { errors << s.error().message; });
    bench.advance(1);
    QCOMPARE(errors, (QStringList{u"broken"_s, u"the key prefix is reserved"_s}));
    bench.log.context->kvPut({{"k", "v"}}, [&](const Status &s) { errors << s.error().message; });
    bench.advance(30'000);
    QCOMPARE(errors.last(), u"KV request timed out waiting for WebSocket connection"_s);
}

void TestRunner::nothingIsLeftBehind()
{
    Bench bench;
    bench.begin();
    const std::size_t timersBefore = bench.timers.size();
    for (quint32 life = 0; life < 200; ++life) {
        bench.startActor(life);
        bench.openSocket(life);
        bench.message(life, 1, "x");
        bench.tunnel(life, 2, wire::ToClientWebSocketClose{});
        bench.tunnel(100'000 + life, 0, wire::ToClientRequestStart{u"a"_s, "GET", "/", {}, {}, false});
        bench.stopActor(life);
        bench.deliver(wire::ToClientAckEvents{{{u"a"_s, life, 10}}, -1});
        bench.advance(1);
    }
    QCOMPARE(bench.runner->actorCount(), 0);
    QCOMPARE(bench.runner->requestCount(), 0);
    QCOMPARE(bench.runner->unackedEvents(), 0);
    QCOMPARE(bench.timers.size(), timersBefore);
    QVERIFY(bench.kv.empty());
    QCOMPARE(bench.channel->undecodable, 0);
    QVERIFY2(bench.warnings.isEmpty(), qPrintable(bench.warnings.join(u'\n')));
}

QTEST_GUILESS_MAIN(TestRunner)
#include "tst_runner.moc"
