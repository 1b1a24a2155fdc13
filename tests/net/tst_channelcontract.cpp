// SPDX-License-Identifier: Apache-2.0
// The contract of engine/net/channel.h between the server's channel and two clients: ClientChannel, whose framing is
// Qt's, and a raw socket that can do what no library allows.
#include "netfixture.h"

using namespace dormouse;
using namespace dormouse::test;
using Event = WebSocketCodec::Event;
using Opcode = WebSocketCodec::Opcode;

namespace {

struct Pair
{
    explicit Pair(const std::vector<QByteArray> &protocols = {})
    {
        client.setListener(&recorder);
        client.connectTo(bed.url(), protocols, {{"X-Extra", "1"}});
    }
    bool open() { return QTest::qWaitFor([this] { return recorder.opened == 1 && bed.handler.channel; }, 10'000); }
    Channel &server() { return *bed.handler.channel; }
    Recorder &serverSide() { return bed.handler.recorder; }

    Bed bed;
    Recorder recorder;
    ClientChannel client;
};

struct RawPair
{
    explicit RawPair(const QByteArray &early = {}) : client(bed.server.serverPort())
    {
        client.send(RawClient::upgradeHead() + early);
    }
    bool open()
    {
        return QTest::qWaitFor([this] { return client.received.contains("\r\n\r\n") && bed.handler.channel; }, 10'000);
    }
    Channel &server() { return *bed.handler.channel; }
    Recorder &serverSide() { return bed.handler.recorder; }

    Bed bed;
    RawClient client;
};

} // namespace

class TestChannelContract : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messagesBothWays()
    {
        Pair pair;
        QVERIFY(pair.open());
        const QByteArray text = "gr\xc3\xbc\xc3\x9f";
        const QByteArray big(1024 * 1024, '\x9c');
        pair.serverSide().onMessage = [](Channel &channel, const QByteArray &payload, bool binary) {
            channel.send(payload, binary);
        };
        const std::vector<Received> sent = {{text, false}, {"", false}, {"", true}, {big, true}, {QByteArray("\0\xff", 2), true}};
        for (const Received &message : sent)
            pair.client.send(message.payload, message.binary);
        QTRY_COMPARE(pair.recorder.messages.size(), sent.size());
        for (std::size_t i = 0; i < sent.size(); ++i) {
            QVERIFY(pair.recorder.messages[i].payload == sent[i].payload);
            QCOMPARE(pair.recorder.messages[i].binary, sent[i].binary);
            QCOMPARE(pair.serverSide().messages[i].binary, sent[i].binary);
        }
        QCOMPARE(pair.server().peerAddress(), QByteArray("127.0.0.1"));
    }

    void orderOfTenThousand()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.serverSide().onMessage = [](Channel &channel, const QByteArray &payload, bool binary) {
            channel.send(payload, binary);
        };
        constexpr int kCount = 10'000;
        for (int i = 0; i < kCount; ++i)
            pair.client.send(QByteArray::number(i) + QByteArray(i % 300, 'x'), i % 2);
        QTRY_COMPARE_WITH_TIMEOUT(int(pair.recorder.messages.size()), kCount, 60'000);
        for (int i = 0; i < kCount; ++i)
            QCOMPARE(pair.recorder.messages[std::size_t(i)].payload, QByteArray::number(i) + QByteArray(i % 300, 'x'));
    }

    void protocolsAreOfferedOnceAndInOrder()
    {
        Pair pair({"rivet", "rivet_target.actor", "rivet_token.x"});
        pair.bed.handler.holdUpgrades = true;
        QTRY_COMPARE(pair.bed.handler.upgrades.size(), std::size_t(1));
        UpgradeRequest &upgrade = *pair.bed.handler.upgrades.front();
        const std::vector<QByteArray> expected = {"rivet", "rivet_target.actor", "rivet_token.x"};
        QCOMPARE(upgrade.head().offeredProtocols(), expected);
        QCOMPARE(upgrade.head().header("x-extra"), QByteArray("1"));
        QCOMPARE(upgrade.head().target, QByteArray("/ws?x=%20y"));
        QCOMPARE(upgrade.head().peerAddress, QByteArray("127.0.0.1"));
        pair.bed.handler.channel = upgrade.accept("rivet", {});
        QTRY_COMPARE(pair.recorder.opened, 1);
        QCOMPARE(pair.client.acceptedProtocol(), QByteArray("rivet"));
    }

    void noProtocolIsFine()
    {
        Pair pair({"rivet", "other"});
        QVERIFY(pair.open());
        QCOMPARE(pair.client.acceptedProtocol(), QByteArray());
    }

    void serverCloses()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.serverSide().insideCall = true;
        pair.server().send("last", false);
        pair.server().close(4001, "done");
        QVERIFY(!pair.server().isOpen());
        pair.server().send("ignored", false);
        pair.serverSide().insideCall = false;
        QTRY_COMPARE(pair.recorder.closed, 1);
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QCOMPARE(pair.serverSide().reentered, 0);
        QCOMPARE(pair.recorder.messages.size(), std::size_t(1));
        QCOMPARE(pair.recorder.close.code, std::optional<quint16>(4001));
        QCOMPARE(pair.recorder.close.reason, QByteArray("done"));
        QVERIFY(pair.recorder.close.clean);
        QVERIFY(pair.recorder.close.byPeer);
        QVERIFY(pair.serverSide().close.clean);
        QVERIFY(!pair.serverSide().close.byPeer);
        QTRY_COMPARE(pair.bed.server.connectionCount(), 0);
    }

    void clientCloses()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.client.send("last", false);
        pair.client.close(4002, "bye");
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QTRY_COMPARE(pair.recorder.closed, 1);
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(1));
        QCOMPARE(pair.serverSide().close.code, std::optional<quint16>(4002));
        QCOMPARE(pair.serverSide().close.reason, QByteArray("bye"));
        QVERIFY(pair.serverSide().close.clean);
        QVERIFY(pair.serverSide().close.byPeer);
        QVERIFY(!pair.recorder.close.byPeer);
        QVERIFY(pair.recorder.close.clean);
        QTRY_COMPARE(pair.bed.server.connectionCount(), 0);
    }

    /// What clientchannel.h says QWebSocket cannot do; a newer Qt that can will be noticed here.
    void limitsOfTheClient_data()
    {
        QTest::addColumn<int>("sent");
        QTest::addColumn<int>("seen");
        QTest::newRow("no code") << 0 << 1000;
        QTest::newRow("1012") << 1012 << 1002;
        QTest::newRow("1013") << 1013 << 1002;
        QTest::newRow("1011") << 1011 << 1011;
    }

    void limitsOfTheClient()
    {
        QFETCH(int, sent);
        QFETCH(int, seen);
        Pair pair;
        QVERIFY(pair.open());
        pair.server().close(sent ? std::optional<quint16>(quint16(sent)) : std::nullopt);
        QTRY_COMPARE(pair.recorder.closed, 1);
        QCOMPARE(int(pair.recorder.close.code.value_or(0)), seen);
        QVERIFY(pair.recorder.close.clean);
        QVERIFY(pair.recorder.close.byPeer);
    }

    void clientClosesWithoutCode()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.client.close(std::nullopt);
        pair.client.send("ignored", false);
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QCOMPARE(pair.serverSide().close.code, std::optional<quint16>(1000));
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(0));
    }

    void closeBeforeOpen()
    {
        Pair pair;
        pair.recorder.insideCall = true;
        pair.client.close(1000);
        pair.recorder.insideCall = false;
        QTRY_COMPARE(pair.recorder.closed, 1);
        QCOMPARE(pair.recorder.opened, 0);
        QCOMPARE(pair.recorder.reentered, 0);
        QVERIFY(!pair.recorder.close.byPeer);
    }

    void clientAborts()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.recorder.insideCall = true;
        pair.client.abort();
        pair.recorder.insideCall = false;
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QTRY_COMPARE(pair.recorder.closed, 1);
        QCOMPARE(pair.recorder.reentered, 0);
        QVERIFY(!pair.serverSide().close.clean);
        QVERIFY(!pair.serverSide().close.code);
        QVERIFY(!pair.recorder.close.clean);
        QVERIFY(!pair.recorder.close.byPeer);
    }

    void serverAborts()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.serverSide().insideCall = true;
        pair.server().abort();
        pair.serverSide().insideCall = false;
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QTRY_COMPARE(pair.recorder.closed, 1);
        QCOMPARE(pair.serverSide().reentered, 0);
        QVERIFY(!pair.serverSide().close.clean);
        QVERIFY(!pair.serverSide().close.byPeer);
        QVERIFY(!pair.recorder.close.clean);
        QVERIFY(pair.recorder.close.byPeer);
    }

    void destroyingTheChannelDropsTheConnection()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.bed.handler.channel.reset();
        QTRY_COMPARE(pair.recorder.closed, 1);
        QVERIFY(!pair.recorder.close.clean);
        QCOMPARE(pair.serverSide().closed, 0);
        QTRY_COMPARE(pair.bed.server.connectionCount(), 0);
    }

    void destroyingTheChannelInsideAMessage()
    {
        RawPair pair(RawClient::frame(Opcode::Text, "1") + RawClient::frame(Opcode::Text, "2"));
        pair.serverSide().onMessage = [&pair](Channel &, const QByteArray &, bool) { pair.bed.handler.channel.reset(); };
        QTRY_VERIFY(pair.client.ended());
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(1));
        QTRY_COMPARE(pair.bed.server.connectionCount(), 0);
    }

    void connectionRefused()
    {
        quint16 port = 0;
        {
            Bed bed;
            port = bed.server.serverPort();
        }
        Recorder recorder;
        ClientChannel client;
        client.setListener(&recorder);
        client.connectTo(QUrl(QStringLiteral("ws://127.0.0.1:%1/").arg(port)));
        QCOMPARE(recorder.closed, 0);
        QTRY_COMPARE(recorder.closed, 1);
        QCOMPARE(recorder.opened, 0);
        QVERIFY(!recorder.close.clean);
        QVERIFY(recorder.close.reason.contains("refused"));
    }

    void rejectedWithHttp()
    {
        Bed bed;
        bed.handler.holdUpgrades = true;
        Recorder recorder;
        ClientChannel channel;
        channel.setListener(&recorder);
        channel.connectTo(bed.url());
        RawClient raw(bed.server.serverPort());
        raw.send(RawClient::upgradeHead());
        QTRY_COMPARE(bed.handler.upgrades.size(), std::size_t(2));
        for (const auto &upgrade : bed.handler.upgrades)
            upgrade->reject(404, {{"content-type", "application/json"}}, "{\"code\":\"not_found\"}");
        QTRY_COMPARE(recorder.closed, 1);
        QVERIFY(!recorder.close.clean);
        QTRY_VERIFY(raw.ended());
        QVERIFY(raw.received.startsWith("HTTP/1.1 404 Not Found\r\n"));
        QVERIFY(raw.received.contains("content-length: 20\r\n"));
        QVERIFY(raw.received.endsWith("\r\n\r\n{\"code\":\"not_found\"}"));
    }

    void clientHoldsMessagesWhileNotReading()
    {
        Pair pair;
        QVERIFY(pair.open());
        pair.client.setReading(false);
        pair.server().send("1", false);
        pair.server().send("2", false);
        pair.server().close(1000, {});
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QCOMPARE(pair.recorder.messages.size(), std::size_t(0));
        pair.client.setReading(true);
        QTRY_COMPARE(pair.recorder.closed, 1);
        QCOMPARE(pair.recorder.messages.size(), std::size_t(2));
    }

    // From here on: what needs a client that can send any bytes.

    void earlyFramesAreKept()
    {
        Bed bed;
        bed.handler.holdUpgrades = true;
        RawClient raw(bed.server.serverPort());
        raw.send(RawClient::upgradeHead() + RawClient::frame(Opcode::Text, "early") + RawClient::frame(Opcode::Binary, "bird"));
        QTRY_COMPARE(bed.handler.upgrades.size(), std::size_t(1));
        raw.send(RawClient::frame(Opcode::Text, "later"));
        bed.handler.channel = bed.handler.upgrades.front()->accept({}, {{"x-ray", "r"}});
        QVERIFY(bed.handler.channel);
        QVERIFY(!bed.handler.upgrades.front()->accept({}, {})); // only once
        QTRY_VERIFY(raw.received.endsWith("\r\n\r\n"));
        QVERIFY(raw.received.startsWith("HTTP/1.1 101 Switching Protocols\r\n"));
        QVERIFY(raw.received.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        QVERIFY(raw.received.contains("x-ray: r\r\n"));
        QVERIFY(!raw.received.toLower().contains("sec-websocket-protocol"));
        QVERIFY(!raw.received.toLower().contains("sec-websocket-extensions"));
        // The listener comes late: nothing may be lost, and no further byte from the client wakes the server.
        bed.handler.channel->setListener(&bed.handler.recorder);
        QTRY_VERIFY(([&] {
            bed.clock.run(5);
            return bed.handler.recorder.messages.size() == 3;
        })());
        QCOMPARE(bed.handler.recorder.messages[0].payload, QByteArray("early"));
        QCOMPARE(bed.handler.recorder.messages[1].payload, QByteArray("bird"));
        QCOMPARE(bed.handler.recorder.messages[2].payload, QByteArray("later"));
    }

    void clientLeavesBeforeTheUpgradeIsAnswered()
    {
        Bed bed;
        bed.handler.holdUpgrades = true;
        RawClient raw(bed.server.serverPort());
        raw.send(RawClient::upgradeHead());
        QTRY_COMPARE(bed.handler.upgrades.size(), std::size_t(1));
        raw.socket.abort();
        QTRY_COMPARE(bed.server.connectionCount(), 0);
        QVERIFY(!bed.handler.upgrades.front()->accept({}, {}));
        bed.handler.upgrades.front()->reject(404, {}, {});
    }

    void peerCloses_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("1000") << 1000 << QByteArray("fine");
        QTest::newRow("1012") << 1012 << QByteArray();
        QTest::newRow("4999") << 4999 << QByteArray(123, 'r');
        QTest::newRow("no code") << 0 << QByteArray();
    }

    void peerCloses()
    {
        QFETCH(int, code);
        QFETCH(QByteArray, reason);
        RawPair pair;
        QVERIFY(pair.open());
        const auto wire = code ? std::optional<quint16>(quint16(code)) : std::nullopt;
        pair.client.send(RawClient::frame(Opcode::Text, "before") + RawClient::closeFrame(wire, reason));
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(1));
        QCOMPARE(pair.serverSide().close.code, wire);
        QCOMPARE(pair.serverSide().close.reason, reason);
        QVERIFY(pair.serverSide().close.clean);
        QVERIFY(pair.serverSide().close.byPeer);
        QTRY_VERIFY(pair.client.ended()); // the server ends TCP
        const auto frames = pair.client.frames();
        QCOMPARE(frames.size(), std::size_t(1));
        QCOMPARE(frames[0].type, Event::Type::Close);
        QCOMPARE(frames[0].code, wire);
        QCOMPARE(frames[0].payload, reason);
    }

    void serverClosesWithoutCode()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.server().close(std::nullopt);
        QTRY_COMPARE(pair.client.frames().size(), std::size_t(1));
        QVERIFY(!pair.client.frames()[0].code);
        QCOMPARE(pair.serverSide().closed, 0); // waits for the answer
        pair.client.send(RawClient::frame(Opcode::Text, "too late") + RawClient::closeFrame(std::nullopt));
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QVERIFY(pair.serverSide().close.clean);
        QVERIFY(!pair.serverSide().close.byPeer);
        QVERIFY(!pair.serverSide().close.code);
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(0));
        QTRY_VERIFY(pair.client.ended());
    }

    void closeIsNotAnswered()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.server().close(1001, "ws.going_away");
        QTRY_COMPARE(pair.client.frames().size(), std::size_t(1));
        pair.bed.clock.run(999);
        QCoreApplication::processEvents();
        QCOMPARE(pair.serverSide().closed, 0);
        pair.bed.clock.run(1);
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QVERIFY(!pair.serverSide().close.clean);
        QVERIFY(!pair.serverSide().close.byPeer);
        QTRY_VERIFY(pair.client.ended());
        QTRY_COMPARE(pair.bed.server.connectionCount(), 0);
    }

    void channelMayGoDuringTheCloseHandshake()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.server().send("last", false);
        pair.server().close(1000, "x");
        pair.bed.handler.channel.reset();
        QTRY_COMPARE(pair.client.frames().size(), std::size_t(2));
        QCOMPARE(pair.client.frames()[1].type, Event::Type::Close);
        pair.client.send(RawClient::closeFrame(1000));
        QTRY_VERIFY(pair.client.ended());
        QTRY_COMPARE(pair.bed.server.connectionCount(), 0);
        QCOMPARE(pair.serverSide().closed, 0);
    }

    void lostConnection()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.client.send(RawClient::frame(Opcode::Text, "last words"));
        pair.client.socket.disconnectFromHost();
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(1));
        QVERIFY(!pair.serverSide().close.clean);
        QVERIFY(pair.serverSide().close.byPeer);
        QVERIFY(!pair.serverSide().close.code);
        QVERIFY(!pair.server().isOpen());
        pair.server().send("nobody", false);
        pair.server().close(1000);
        pair.server().abort();
        QCOMPARE(pair.server().bytesQueued(), 0);
        QTRY_COMPARE(pair.bed.server.connectionCount(), 0);
        QCOMPARE(pair.serverSide().closed, 1);
    }

    void protocolErrors_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::newRow("unmasked") << QByteArray("\x81\x01x") << 1002;
        QTest::newRow("bad opcode") << QByteArray("\x83\x80mask") << 1002;
        QTest::newRow("invalid text") << RawClient::frame(Opcode::Text, "\xff") << 1007;
        QTest::newRow("too large") << QByteArray("\x82\xff\0\0\0\0\x02\0\0\x01mask", 14) << 1009;
    }

    void protocolErrors()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        RawPair pair;
        QVERIFY(pair.open());
        // Megabytes behind the fault: the close frame must reach the client all the same.
        pair.client.send(bytes + QByteArray(2'000'000, 'x'));
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QCOMPARE(int(pair.serverSide().close.code.value_or(0)), code);
        QVERIFY(!pair.serverSide().close.clean);
        QVERIFY(!pair.serverSide().close.byPeer);
        QTRY_VERIFY(pair.client.ended());
        const auto frames = pair.client.frames();
        QCOMPARE(frames.size(), std::size_t(1));
        QCOMPARE(frames[0].type, Event::Type::Close);
        QCOMPARE(int(frames[0].code.value_or(0)), code);
        if (code == 1009)
            QCOMPARE(frames[0].payload, QByteArray("guard.websocket_message_too_large"));
    }

    void reasonHookForTooLarge()
    {
        HttpServerOptions options;
        options.tooLargeReason = [](const HttpHead &head, const HeaderList &headers) {
            return QByteArray(head.target + '#' + headerValue(headers, "x-ray"));
        };
        Bed bed(options);
        RawClient client(bed.server.serverPort());
        client.send(RawClient::upgradeHead() + QByteArray("\x82\xff\0\0\0\0\x02\0\0\x01mask", 14));
        QTRY_COMPARE(client.frames().size(), std::size_t(1));
        QCOMPARE(client.frames()[0].payload, QByteArray("/ws#r1"));
    }

    void pingPong()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.server().setReading(false); // control frames are served all the same
        pair.client.send(RawClient::frame(Opcode::Text, "held") + RawClient::frame(Opcode::Ping, "p1")
                         + RawClient::frame(Opcode::Pong, "q1"));
        QTRY_COMPARE(pair.client.frames().size(), std::size_t(1));
        QCOMPARE(pair.client.frames()[0].type, Event::Type::Pong);
        QCOMPARE(pair.client.frames()[0].payload, QByteArray("p1"));
        QTRY_COMPARE(pair.serverSide().pongs.size(), std::size_t(1));
        QCOMPARE(pair.serverSide().pings.size(), std::size_t(1));
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(0));
        pair.server().ping("from server");
        QTRY_COMPARE(pair.client.frames().size(), std::size_t(2));
        QCOMPARE(pair.client.frames()[1].type, Event::Type::Ping);
        pair.server().setReading(true);
        QTRY_COMPARE(pair.serverSide().messages.size(), std::size_t(1));
    }

    void notReadingPushesBack()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.server().setReading(false);
        constexpr int kCount = 64;
        const QByteArray part(1024 * 1024, 'z');
        for (int i = 0; i < kCount; ++i)
            pair.client.send(RawClient::frame(Opcode::Binary, part));
        // The client's queue stops shrinking long before everything has gone: TCP pushes back.
        qint64 before = -1;
        QTRY_VERIFY(([&] {
            const qint64 now = pair.client.socket.bytesToWrite();
            return std::exchange(before, now) == now;
        })());
        QVERIFY(pair.client.socket.bytesToWrite() > 16 * 1024 * 1024);
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(0));
        pair.server().setReading(true);
        QTRY_COMPARE_WITH_TIMEOUT(int(pair.serverSide().messages.size()), kCount, 60'000);
        QVERIFY(pair.serverSide().messages.back().payload == part);
    }

    void stopReadingInsideAMessage()
    {
        QByteArray early;
        for (int i = 0; i < 100; ++i)
            early += RawClient::frame(Opcode::Text, QByteArray::number(i));
        RawPair pair(early);
        pair.serverSide().onMessage = [](Channel &channel, const QByteArray &, bool) { channel.setReading(false); };
        for (int i = 1; i <= 100; ++i) {
            QTRY_COMPARE(int(pair.serverSide().messages.size()), i);
            QCOMPARE(pair.serverSide().messages.back().payload, QByteArray::number(i - 1));
            pair.server().setReading(true);
        }
    }

    void endIsReportedAfterHeldMessages()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.server().setReading(false);
        const QByteArray part(50'000, 'h');
        for (int i = 0; i < 5; ++i)
            pair.client.send(RawClient::frame(Opcode::Binary, part));
        pair.client.send(RawClient::closeFrame(4000, "x"));
        pair.client.socket.disconnectFromHost();
        QTRY_VERIFY(pair.client.ended());
        QCOMPARE(pair.serverSide().closed, 0);
        pair.server().setReading(true);
        QTRY_COMPARE(pair.serverSide().closed, 1);
        QCOMPARE(pair.serverSide().messages.size(), std::size_t(5));
        QVERIFY(pair.serverSide().close.clean);
        QCOMPARE(pair.serverSide().close.code, std::optional<quint16>(4000));
    }

    void drainedAfterHighMark()
    {
        RawPair pair;
        QVERIFY(pair.open());
        pair.client.reading = false;
        pair.client.socket.setReadBufferSize(1024);
        const QByteArray part(1024 * 1024, 'd');
        int count = 0;
        qint64 before = -1;
        // As much as the kernel takes (it may take more while the first part is on its way), and two megabytes more.
        QTRY_VERIFY(([&] {
            pair.serverSide().insideCall = true;
            while (pair.server().bytesQueued() < 2 * 1024 * 1024) {
                pair.server().send(part, true);
                ++count;
            }
            pair.serverSide().insideCall = false;
            QCoreApplication::processEvents();
            const qint64 now = pair.server().bytesQueued();
            return std::exchange(before, now) == now && now >= 2 * 1024 * 1024;
        })());
        const int drainedBefore = pair.serverSide().drained;
        pair.client.socket.setReadBufferSize(0);
        pair.client.reading = true;
        pair.client.received += pair.client.socket.readAll();
        QTRY_COMPARE_WITH_TIMEOUT(pair.serverSide().drained, drainedBefore + 1, 30'000);
        QVERIFY(pair.server().bytesQueued() < 256 * 1024);
        QTRY_COMPARE_WITH_TIMEOUT(int(pair.client.frames().size()), count, 30'000);
        QCOMPARE(pair.serverSide().reentered, 0);
        pair.server().send("small", false);
        QTRY_COMPARE(int(pair.client.frames().size()), count + 1);
        QCOMPARE(pair.serverSide().drained, drainedBefore + 1);
    }

    void channelOutlivesTheServer()
    {
        TimerWheel wheel(1000);
        ManualClock clock(wheel);
        Handler handler;
        auto server = std::make_unique<HttpServer>(handler, clock, wheel);
        QVERIFY(server->listen(QStringLiteral("127.0.0.1"), 0));
        RawClient client(server->serverPort());
        client.send(RawClient::upgradeHead());
        QTRY_VERIFY(handler.channel != nullptr);
        server.reset();
        QVERIFY(!handler.channel->isOpen());
        handler.channel->send("x", false);
        handler.channel->close(1000);
        handler.channel.reset();
        QTRY_VERIFY(client.ended());
        QCOMPARE(wheel.size(), std::size_t(0));
    }
};

DORMOUSE_NET_TEST_MAIN(TestChannelContract)
#include "tst_channelcontract.moc"
