// SPDX-License-Identifier: Apache-2.0
// TLS beside plain connections on one port.
#include "engine/net/tlstransport.h"
#include "netfixture.h"

#include <QSslSocket>
#include <QTemporaryDir>

using namespace dormouse;
using namespace dormouse::test;
using Opcode = WebSocketCodec::Opcode;

namespace {

QString dataFile(const char *name)
{
    return QStringLiteral(DORMOUSE_TEST_DATA "/tls/") + QLatin1StringView(name);
}

HttpServerOptions withTls()
{
    HttpServerOptions options;
    const auto tls = TlsTransport::load(dataFile("certificate.pem"), dataFile("key.pem"));
    if (!tls)
        qFatal("%s", qPrintable(tls.error().message));
    options.tls = *tls;
    return options;
}

class TlsClient
{
public:
    explicit TlsClient(quint16 port)
    {
        socket.setPeerVerifyMode(QSslSocket::VerifyNone);
        QObject::connect(&socket, &QSslSocket::readyRead, &socket, [this] { received += socket.readAll(); });
        socket.connectToHostEncrypted(QStringLiteral("127.0.0.1"), port);
    }
    QSslSocket socket;
    QByteArray received;
};

} // namespace

class TestTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestsOfBothKinds()
    {
        Bed bed(withTls());
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) {
            exchange->respond(200, {}, "at " + exchange->head().target);
        };
        TlsClient encrypted(bed.server.serverPort());
        RawClient plain(bed.server.serverPort());
        QTRY_VERIFY(encrypted.socket.isEncrypted());
        encrypted.socket.write("GET /tls HTTP/1.1\r\nHost: h\r\n\r\n");
        plain.send("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_VERIFY(encrypted.received.endsWith("at /tls"));
        QTRY_VERIFY(plain.received.endsWith("at /plain"));
        encrypted.received.clear();
        encrypted.socket.write("GET /again HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        QTRY_VERIFY(encrypted.received.endsWith("at /again"));
        QTRY_COMPARE(encrypted.socket.state(), QAbstractSocket::UnconnectedState);
        QVERIFY(!encrypted.received.contains("HTTP/1.1 408"));
        QTRY_COMPARE(bed.server.connectionCount(), 1);
    }

    void bodyWhileItComes()
    {
        Bed bed(withTls());
        bed.handler.mode = BodyMode::Stream;
        bed.handler.maxBody = 1 << 30;
        QByteArray taken;
        bool ended = false;
        std::shared_ptr<HttpExchange> held;
        bed.handler.onRequest = [&](const std::shared_ptr<HttpExchange> &exchange) {
            held = exchange;
            taken = exchange->readBody([&](const BodyPart &part) {
                taken += part.data;
                ended = part.last;
            });
            exchange->setBodyReading(false);
        };
        QByteArray body(8 * 1024 * 1024, Qt::Uninitialized);
        for (qsizetype i = 0; i < body.size(); ++i)
            body[i] = char(i * 7 + (i >> 12));
        TlsClient client(bed.server.serverPort());
        QTRY_VERIFY(client.socket.isEncrypted());
        client.socket.write("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n");
        QTRY_VERIFY(held);
        client.socket.write(body);
        for (int i = 0; i < 200; ++i)
            QCoreApplication::processEvents();
        QCOMPARE(taken, QByteArray());
        held->setBodyReading(true);
        QTRY_VERIFY_WITH_TIMEOUT(ended, 20'000);
        QVERIFY(taken == body);
        held->respond(200, {}, "ok");
        QTRY_VERIFY(client.received.endsWith("\r\n\r\nok"));
    }

    void webSocketWithLargeMessages()
    {
        Bed bed(withTls());
        bed.handler.recorder.onMessage = [](Channel &channel, const QByteArray &payload, bool binary) {
            channel.send(payload, binary);
        };
        TlsClient client(bed.server.serverPort());
        client.socket.write(RawClient::upgradeHead());
        QTRY_VERIFY(client.received.contains("\r\n\r\n"));
        client.received.clear();
        const QByteArray payload(3 * 1024 * 1024, 'z');
        for (int i = 0; i < 3; ++i)
            client.socket.write(RawClient::frame(Opcode::Binary, payload + QByteArray::number(i)));
        constexpr qsizetype kFrame = 10 + 3 * 1024 * 1024 + 1;
        QTRY_COMPARE_WITH_TIMEOUT(client.received.size(), 3 * kFrame, 30'000);
        WebSocketCodec codec(WebSocketCodec::Role::Client);
        QByteArrayView rest(client.received);
        for (int i = 0; i < 3; ++i) {
            const auto event = codec.next(rest);
            QVERIFY(event && event->payload == QByteArray(payload + QByteArray::number(i)));
        }
        QTRY_COMPARE(bed.handler.channel->bytesQueued(), 0);
        // The client's end is an end.
        client.socket.abort();
        QTRY_COMPARE(bed.handler.recorder.closed, 1);
        QVERIFY(!bed.handler.recorder.close.clean);
    }

    void heldInputIsNotLost()
    {
        Bed bed(withTls());
        TlsClient client(bed.server.serverPort());
        client.socket.write(RawClient::upgradeHead());
        QTRY_VERIFY(client.received.contains("\r\n\r\n"));
        bed.handler.channel->setReading(false);
        QByteArray bytes;
        for (int i = 0; i < 200; ++i)
            bytes += RawClient::frame(Opcode::Text, QByteArray(4000, 'h') + QByteArray::number(i));
        client.socket.write(bytes);
        client.socket.write(RawClient::closeFrame(1000));
        QTRY_VERIFY(client.socket.encryptedBytesToWrite() == 0 || bed.handler.recorder.messages.empty());
        bed.handler.channel->setReading(true);
        QTRY_COMPARE(int(bed.handler.recorder.messages.size()), 200);
        QCOMPARE(bed.handler.recorder.messages.back().payload, QByteArray(QByteArray(4000, 'h') + "199"));
        QTRY_COMPARE(bed.handler.recorder.closed, 1);
        QVERIFY(bed.handler.recorder.close.clean);
    }

    void badHandshakeEndsOnlyItself()
    {
        Bed bed(withTls());
        bed.handler.onRequest = [](const std::shared_ptr<HttpExchange> &exchange) { exchange->respond(200, {}, "ok"); };
        RawClient bad(bed.server.serverPort());
        bad.send(QByteArray("\x16\x03\x01\x00\x05garbage that is no hello at all", 32));
        QTRY_VERIFY(bad.ended());
        QTRY_COMPARE(bed.server.connectionCount(), 0);
        RawClient good(bed.server.serverPort());
        good.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        QTRY_VERIFY(good.received.endsWith("ok"));
    }

    void handshakeThatNeverEnds()
    {
        Bed bed(withTls());
        RawClient slow(bed.server.serverPort());
        slow.send("\x16\x03");
        QTRY_COMPARE(bed.server.connectionCount(), 1);
        // The head timeout runs from the accept on, then the wait for the client's end.
        QTRY_VERIFY_WITH_TIMEOUT((bed.clock.run(1'000), bed.server.connectionCount() == 0), 10'000);
    }

    void withoutCertificateItIsNoRequest()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(QByteArray("\x16\x03\x01\x00\x05\r\n\r\n", 9));
        QTRY_VERIFY(client.received.startsWith("HTTP/1.1 400 "));
    }

    void unusableFilesAreNamed()
    {
        const QString missing = dataFile("missing.pem");
        const auto none = TlsTransport::load(missing, dataFile("key.pem"));
        QVERIFY(!none && none.error().message.contains(missing));
        const auto swapped = TlsTransport::load(dataFile("key.pem"), dataFile("key.pem"));
        QVERIFY(!swapped && swapped.error().message.contains(u"no PEM certificate"));
        const auto noKey = TlsTransport::load(dataFile("certificate.pem"), dataFile("certificate.pem"));
        QVERIFY(!noKey && noKey.error().message.contains(u"no usable PEM key"));
    }
};

DORMOUSE_NET_TEST_MAIN(TestTls)
#include "tst_tls.moc"
