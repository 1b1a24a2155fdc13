// SPDX-License-Identifier: Apache-2.0
// The runner library against the real engine: what reviews found wrong in other runners (gateway.md section 14.6).
#include "tests/gateway/engineworld.h"
#include "tests/gateway/stage.h"

#include "engine/wire/codec.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

/// Closes a socket on the message "bad", and counts what it is given afterwards.
class ClosingActor final : public EchoActor
{
public:
    ClosingActor(Stage &stage, int &afterClose) : EchoActor(stage), m_afterClose(afterClose) {}
    void webSocketMessage(ActorContext &context, RunnerSocket &socket, const QByteArray &data, bool binary) override
    {
        m_afterClose += m_closed ? 1 : 0;
        if (data == "bad") {
            m_closed = true;
            socket.close(4002, u"bad"_s);
            return;
        }
        EchoActor::webSocketMessage(context, socket, data, binary);
    }
    void webSocketClosed(ActorContext &, RunnerSocket &, quint16, const QString &) override { ++m_afterClose; }

private:
    int &m_afterClose;
    bool m_closed = false;
};

/// Notes starts and stops; a start takes a while.
class SlowActor final : public ActorHandler
{
public:
    SlowActor(QByteArrayList &log, int &living, int &most) : m_log(log), m_living(living), m_most(most) {}
    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        m_most = std::max(m_most, ++m_living);
        m_log << "start";
        context.after(200, [done] { done({}); });
    }
    void stop(ActorContext &, std::function<void()> done) override
    {
        m_log << "stop";
        --m_living;
        done();
    }

private:
    QByteArrayList &m_log;
    int &m_living;
    int &m_most;
};

} // namespace

class TestOwnRunner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ownRunnerAnswersLiveRequests();
    void commandsOfOneActorAreQueued();
    void nothingAfterClose();
    void messageIndexCodec();
};

void TestOwnRunner::ownRunnerAnswersLiveRequests()
{
    Stage stage;
    EngineWorld world;
    LibraryHost host(world, u"k"_s, 10, stage.factory());
    const QString actor = world.create();
    int answered = 0;
    for (int i = 0; i < 10'000; ++i) {
        answered += world.http(actor, i % 2 == 0 ? "GET" : "POST", "x", "body")->status == 200 ? 1 : 0;
        if (i % 1'000 == 999) { // also across sleeps, which the next request ends
            stage.living.at(actor)->sleep();
            world.settle();
            world.sink.events.clear();
        }
    }
    // A request that has to wake the actor is answered within the next turns.
    world.advance(1'000);
    QVERIFY(answered >= 10'000 - 10);
    QCOMPARE(stage.requests, 10'000);
    QCOMPARE(world.core->gateway().tableEntries(), 0);
    QCOMPARE(host.runner().requestCount(), 0);
}

void TestOwnRunner::commandsOfOneActorAreQueued()
{
    QByteArrayList log;
    int living = 0, most = 0;
    EngineWorld world;
    LibraryHost host(world, u"k"_s, 10,
                     [&](const QString &) { return std::make_unique<SlowActor>(log, living, most); });
    for (int i = 0; i < 20; ++i) {
        const QString actor = world.create();
        world.advance(qint64(i) * 20); // before, at and after the end of the start
        world.destroy(actor);
        world.advance(1'000);
        QCOMPARE(world.state(actor), ActorState::Destroyed);
        QCOMPARE(living, 0);
    }
    QCOMPARE(most, 1);
    QCOMPARE(log.count("start"), log.count("stop"));
    for (int i = 0; i < log.size(); ++i)
        QCOMPARE(log[i], QByteArray(i % 2 == 0 ? "start" : "stop"));
    QCOMPARE(world.core->scheduler().usedSlots(host.runner().runnerId()), 0U);
    QCOMPARE(world.core->scheduler().counters().lost, 0U);
}

void TestOwnRunner::nothingAfterClose()
{
    Stage stage;
    int afterClose = 0;
    EngineWorld world;
    LibraryHost host(world, u"k"_s, 10, [&](const QString &) { return std::make_unique<ClosingActor>(stage, afterClose); });
    const QString actor = world.create();
    auto client = world.connect(actor);
    world.settle();
    // All on their way when the actor closes.
    for (const char *text : {"a", "b", "bad", "c", "d"})
        client->send(text);
    world.advance(2'000);
    QCOMPARE(client->received, (std::vector<QByteArray>{"a", "b"}));
    QCOMPARE(client->closeCode, std::optional<quint16>(4002));
    QCOMPARE(afterClose, 0);
    QCOMPARE(stage.messages, 2);
    QCOMPARE(host.runner().requestCount(), 0);
    QVERIFY(world.isQuiet());
}

void TestOwnRunner::messageIndexCodec()
{
    for (const int index : {0, 1, 255, 256, 32'767, 32'768, 65'534, 65'535}) {
        const wire::MessageId id{{1}, {2}, quint16(index)};
        const auto down = wire::encodeToClient(7, wire::ToClientTunnelMessage{id, wire::ToClientWebSocketMessage{"x", true}});
        QVERIFY(down.ok());
        const auto message = wire::decodeToClient(7, *down);
        QVERIFY(message.ok());
        QCOMPARE(std::get<wire::ToClientTunnelMessage>(*message).messageId.messageIndex, quint16(index));
        const auto up = wire::encodeToServer(
            7, wire::ToServerTunnelMessage{id, wire::ToServerWebSocketMessageAck{quint16(index)}, {}, {}});
        QVERIFY(up.ok());
        const auto ack = wire::decodeToServer(7, *up);
        QVERIFY(ack.ok());
        const auto &tunnel = std::get<wire::ToServerTunnelMessage>(*ack);
        QCOMPARE(tunnel.messageId.messageIndex, quint16(index));
        QCOMPARE(std::get<wire::ToServerWebSocketMessageAck>(tunnel.kind).index, quint16(index));
    }
}

QTEST_GUILESS_MAIN(TestOwnRunner)
#include "tst_ownrunner.moc"
