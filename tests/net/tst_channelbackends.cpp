// SPDX-License-Identifier: Apache-2.0
// What channel.h promises, asked of every implementation: the server's own over TCP and over TLS, the client over
// QWebSocket, and the simulated one. What the headers say an implementation cannot do stands in its Traits.
#include "engine/net/tlstransport.h"
#include "tests/net/netfixture.h"
#include "tests/support/simulatedchannel.h"

using namespace dormouse;
using namespace dormouse::test;

namespace {

struct Traits
{
    bool sendsNoCode = true;   ///< close() without a code arrives as one
    bool otherHearsPings = true;
    bool cutsReasons = true;    ///< else reasons longer than a frame takes pass
    bool endWaitsForHeld = true; ///< messages held by setReading(false) come before the end
};

/// Two connected ends; the first is the one under test.
class Backend
{
public:
    virtual ~Backend() = default;
    virtual bool open() = 0;
    virtual Channel &end() = 0;
    virtual Channel &other() = 0;
    virtual void destroyEnd() = 0;
    /// Lets the world go on until the condition holds.
    virtual bool until(const std::function<bool()> &condition) = 0;
    virtual void stall(bool) {}

    Recorder &endSide() { return *m_endSide; }
    Recorder &otherSide() { return *m_otherSide; }
    Traits traits;

protected:
    Recorder *m_endSide = nullptr;
    Recorder *m_otherSide = nullptr;
};

class Simulated final : public Backend
{
public:
    Simulated() : m_pair(SimulatedChannel::makePair(m_world))
    {
        traits.cutsReasons = false;
        traits.endWaitsForHeld = false;
        m_endSide = &m_first;
        m_otherSide = &m_second;
        m_pair.engine->setListener(&m_first);
        m_pair.peer->setListener(&m_second);
    }
    bool open() override { return m_pair.engine->isOpen() && m_pair.peer->isOpen(); }
    Channel &end() override { return *m_pair.engine; }
    Channel &other() override { return *m_pair.peer; }
    void destroyEnd() override { m_pair.engine.reset(); }
    bool until(const std::function<bool()> &condition) override
    {
        for (int i = 0; i < 1'000 && !condition(); ++i)
            m_world.advance(10);
        m_world.settle();
        return condition();
    }
    void stall(bool on) override { m_pair.link->setStalled(*m_pair.engine, on); }

private:
    VirtualWorld m_world;
    Recorder m_first;
    Recorder m_second;
    SimulatedChannel::Pair m_pair;
};

/// A ServerChannel and a ClientChannel; either may be the one under test.
class Sockets final : public Backend
{
public:
    Sockets(bool tls, bool clientUnderTest) : m_bed(options(tls)), m_clientUnderTest(clientUnderTest)
    {
        traits.sendsNoCode = false; // QWebSocket neither sends nor tells it
        traits.otherHearsPings = clientUnderTest;
        m_endSide = clientUnderTest ? &m_clientSide : &m_bed.handler.recorder;
        m_otherSide = clientUnderTest ? &m_bed.handler.recorder : &m_clientSide;
        m_client = std::make_unique<ClientChannel>();
        m_client->setListener(&m_clientSide);
        QUrl url = m_bed.url();
        if (tls)
            url.setScheme(QStringLiteral("wss"));
        m_client->connectTo(url);
    }
    bool open() override
    {
        return until([this] { return m_clientSide.opened == 1 && m_bed.handler.channel; });
    }
    Channel &end() override { return m_clientUnderTest ? static_cast<Channel &>(*m_client) : *m_bed.handler.channel; }
    Channel &other() override { return m_clientUnderTest ? *m_bed.handler.channel : static_cast<Channel &>(*m_client); }
    void destroyEnd() override
    {
        if (m_clientUnderTest)
            m_client.reset();
        else
            m_bed.handler.channel.reset();
    }
    bool until(const std::function<bool()> &condition) override { return QTest::qWaitFor(condition, 20'000); }

private:
    static HttpServerOptions options(bool tls)
    {
        HttpServerOptions result;
        if (tls) {
            const QString folder = QStringLiteral(DORMOUSE_TEST_DATA) + u"/tls/";
            const auto loaded = TlsTransport::load(folder + u"certificate.pem", folder + u"key.pem");
            if (!loaded)
                qFatal("%s", qPrintable(loaded.error().message));
            result.tls = *loaded;
        }
        return result;
    }

    Bed m_bed;
    Recorder m_clientSide;
    std::unique_ptr<ClientChannel> m_client;
    const bool m_clientUnderTest;
};

} // namespace

class TestChannelBackends : public QObject
{
    Q_OBJECT

    static void backends()
    {
        QTest::addColumn<QString>("backend");
        for (const char *name : {"plain", "tls", "qwebsocket", "qwebsocket over tls", "simulated"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    static std::unique_ptr<Backend> make()
    {
        const QString name = QString::fromLatin1(QTest::currentDataTag());
        if (name == u"simulated")
            return std::make_unique<Simulated>();
        return std::make_unique<Sockets>(name.contains(u"tls"), name.startsWith(u"qwebsocket"));
    }

private Q_SLOTS:
    void initTestCase()
    {
        QSslConfiguration trusting = QSslConfiguration::defaultConfiguration();
        trusting.setPeerVerifyMode(QSslSocket::VerifyNone); // the certificate is self-made
        QSslConfiguration::setDefaultConfiguration(trusting);
    }

    void messages_data() { backends(); }
    void messages()
    {
        const auto world = make();
        QVERIFY(world->open());
        std::vector<Received> sent = {{"gr\xc3\xbc\xc3\x9f", false}, {"", false}, {"", true}, {QByteArray("\0\xff\x80", 3), true}, {QByteArray(300'000, 'x'), true}};
        for (int i = 0; i < 500; ++i)
            sent.push_back({QByteArray::number(i) + QByteArray(i % 200, 'y'), i % 2 == 1});
        for (const Received &message : sent) {
            world->end().send(message.payload, message.binary);
            world->other().send(message.payload, message.binary);
        }
        for (Recorder *side : {&world->endSide(), &world->otherSide()}) {
            QVERIFY(world->until([&] { return side->messages.size() == sent.size(); }));
            for (std::size_t i = 0; i < sent.size(); ++i) {
                QVERIFY(side->messages[i].payload == sent[i].payload);
                QCOMPARE(side->messages[i].binary, sent[i].binary);
            }
        }
    }

    void pieces_data() { backends(); }
    void pieces()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().sendPieces("head", QByteArray(100'000, 'p'), "tail");
        world->end().sendPieces({}, "alone", {});
        QVERIFY(world->until([&] { return world->otherSide().messages.size() == 2; }));
        QVERIFY(world->otherSide().messages[0].payload == "head" + QByteArray(100'000, 'p') + "tail");
        QCOMPARE(world->otherSide().messages[1].payload, QByteArray("alone"));
        QVERIFY(world->otherSide().messages[0].binary && world->otherSide().messages[1].binary);
    }

    void closeByThisEnd_data() { backends(); }
    void closeByThisEnd()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().send("before", false);
        world->end().close(4001, "gr\xc3\xbc\xc3\x9f");
        QVERIFY(!world->end().isOpen());
        world->end().send("after", false);
        QVERIFY(world->until([&] { return world->endSide().closed + world->otherSide().closed == 2; }));
        QCOMPARE(world->otherSide().messages.size(), 1U); // what was sent before arrives, what was sent after does not
        QVERIFY(world->otherSide().close.clean);
        QVERIFY(world->otherSide().close.byPeer);
        QCOMPARE(int(world->otherSide().close.code.value_or(0)), 4001);
        QCOMPARE(world->otherSide().close.reason, QByteArray("gr\xc3\xbc\xc3\x9f"));
        QVERIFY(world->endSide().close.clean);
        QVERIFY(!world->endSide().close.byPeer);
        QCOMPARE(int(world->endSide().close.code.value_or(0)), 4001);
        QVERIFY(!world->other().isOpen());
        QCOMPARE(world->end().bytesQueued(), 0);
    }

    void closeByTheOther_data() { backends(); }
    void closeByTheOther()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->other().send("before", true);
        world->other().close(1011, "oh");
        QVERIFY(world->until([&] { return world->endSide().closed + world->otherSide().closed == 2; }));
        QCOMPARE(world->endSide().messages.size(), 1U);
        QVERIFY(world->endSide().close.clean);
        QVERIFY(world->endSide().close.byPeer);
        QCOMPARE(int(world->endSide().close.code.value_or(0)), 1011);
        QCOMPARE(world->endSide().close.reason, QByteArray("oh"));
        QVERIFY(!world->end().isOpen());
        world->end().send("nobody", false); // ignored
    }

    void closeWithoutCode_data() { backends(); }
    void closeWithoutCode()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().close(std::nullopt);
        QVERIFY(world->until([&] { return world->endSide().closed + world->otherSide().closed == 2; }));
        QVERIFY(world->otherSide().close.clean);
        if (world->traits.sendsNoCode)
            QVERIFY(!world->otherSide().close.code);
        else
            QCOMPARE(int(world->otherSide().close.code.value_or(1000)), 1000);
        QVERIFY(world->otherSide().close.reason.isEmpty());
    }

    void reasonIsCut_data() { backends(); }
    void reasonIsCut()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().close(4000, QByteArray("\xc3\xa4").repeated(100));
        QVERIFY(world->until([&] { return world->otherSide().closed == 1; }));
        // 122 bytes; 123 would cut a character.
        QCOMPARE(world->otherSide().close.reason, QByteArray("\xc3\xa4").repeated(world->traits.cutsReasons ? 61 : 100));
    }

    void abort_data() { backends(); }
    void abort()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().abort();
        QVERIFY(!world->end().isOpen());
        QVERIFY(world->until([&] { return world->endSide().closed + world->otherSide().closed == 2; }));
        QVERIFY(!world->otherSide().close.clean);
        QVERIFY(world->otherSide().close.byPeer);
        QVERIFY(!world->endSide().close.clean);
        QVERIFY(!world->endSide().close.byPeer);
        QVERIFY(!world->endSide().close.code);
    }

    void destroyed_data() { backends(); }
    void destroyed()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->destroyEnd();
        QVERIFY(world->until([&] { return world->otherSide().closed == 1; }));
        QVERIFY(!world->otherSide().close.clean);
        QCOMPARE(world->endSide().closed, 0);
    }

    void endIsToldOnce_data() { backends(); }
    void endIsToldOnce()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().close(4000);
        world->end().close(4001);
        world->end().abort();
        world->other().close(4002);
        QVERIFY(world->until([&] { return world->endSide().closed >= 1 && world->otherSide().closed >= 1; }));
        // Whatever else might come would come before this.
        world->until([turns = 0]() mutable { return ++turns > 5; });
        QCOMPARE(world->endSide().closed, 1);
        QCOMPARE(world->otherSide().closed, 1);
    }

    void neverFromInside_data() { backends(); }
    void neverFromInside()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->other().send("on its way", false);
        world->endSide().insideCall = true;
        world->otherSide().insideCall = true;
        world->end().send(QByteArray(2 * 1024 * 1024, 'x'), true);
        world->end().ping("p");
        world->end().setReading(false);
        world->end().setReading(true);
        world->other().close(4000);
        world->end().close(4001);
        world->end().abort();
        world->endSide().insideCall = false;
        world->otherSide().insideCall = false;
        QVERIFY(world->until([&] { return world->endSide().closed == 1; }));
        QCOMPARE(world->endSide().reentered, 0);
        QCOMPARE(world->otherSide().reentered, 0);
    }

    void pings_data() { backends(); }
    void pings()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().ping("one");
        world->end().ping("");
        QVERIFY(world->until([&] { return world->endSide().pongs.size() == 2; }));
        QCOMPARE(world->endSide().pongs, (std::vector<QByteArray>{"one", ""}));
        if (world->traits.otherHearsPings)
            QCOMPARE(world->otherSide().pings, (std::vector<QByteArray>{"one", ""}));
        QVERIFY(world->end().isOpen());
    }

    void notReading_data() { backends(); }
    void notReading()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->end().setReading(false);
        for (int i = 0; i < 5; ++i)
            world->other().send(QByteArray::number(i), false);
        world->end().ping("still served");
        QVERIFY(world->until([&] { return world->endSide().pongs.size() == 1; }));
        QVERIFY(world->endSide().messages.empty());
        if (!world->traits.endWaitsForHeld)
            world->end().setReading(true);
        world->other().close(4003, "end");
        if (!world->traits.endWaitsForHeld) {
            QVERIFY(world->until([&] { return world->endSide().closed == 1; }));
            QCOMPARE(world->endSide().messages.size(), 5U);
            return;
        }
        world->until([turns = 0]() mutable { return ++turns > 20; });
        QVERIFY(world->endSide().messages.empty());
        QCOMPARE(world->endSide().closed, 0); // the end comes after what came before it
        world->end().setReading(true);
        QVERIFY(world->until([&] { return world->endSide().closed == 1; }));
        QCOMPARE(world->endSide().messages.size(), 5U);
        QCOMPARE(world->endSide().messages.back().payload, QByteArray("4"));
        QCOMPARE(int(world->endSide().close.code.value_or(0)), 4003);
    }

    void drained_data() { backends(); }
    void drained()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->stall(true);
        QCOMPARE(world->end().bytesQueued(), 0);
        for (int i = 0; i < 8; ++i)
            world->end().send(QByteArray(1024 * 1024, 'x'), true);
        QVERIFY(world->end().bytesQueued() > 1024 * 1024);
        QCOMPARE(world->endSide().drained, 0);
        world->stall(false);
        QVERIFY(world->until([&] { return world->otherSide().messages.size() == 8 && world->endSide().drained >= 1; }));
        QVERIFY(world->until([&] { return world->end().bytesQueued() == 0; }));
        const int before = world->endSide().drained;
        // Below the high mark nothing is said.
        world->end().send("small", true);
        QVERIFY(world->until([&] { return world->otherSide().messages.size() == 9; }));
        QCOMPARE(world->endSide().drained, before);
    }

    void answersFromInsideAMessage_data() { backends(); }
    void answersFromInsideAMessage()
    {
        const auto world = make();
        QVERIFY(world->open());
        world->endSide().onMessage = [](Channel &channel, const QByteArray &payload, bool binary) {
            channel.send("echo " + payload, binary);
            if (payload == "3")
                channel.close(4004, "enough");
        };
        for (int i = 0; i < 6; ++i)
            world->other().send(QByteArray::number(i), false);
        QVERIFY(world->until([&] { return world->endSide().closed + world->otherSide().closed == 2; }));
        QCOMPARE(world->endSide().messages.size(), 4U); // nothing after its own close
        QCOMPARE(world->otherSide().messages.size(), 4U);
        QCOMPARE(int(world->otherSide().close.code.value_or(0)), 4004);
    }
};

DORMOUSE_NET_TEST_MAIN(TestChannelBackends)
#include "tst_channelbackends.moc"
