// SPDX-License-Identifier: Apache-2.0
// A short seeded run of the HTTP and WebSocket fuzzing: whole input and pieces must be read alike.
#include "engine/base/random.h"
#include "engine/net/websocketcodec.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/netcheck.h"

#include <QTest>

using namespace dormouse;

class TestNetFuzz : public QObject
{
    Q_OBJECT

private:
    /// Changes, doubles, drops and swaps bytes of a valid input.
    static QByteArray mutated(QByteArray bytes, Random &random)
    {
        const quint64 changes = random.below(4);
        for (quint64 i = 0; i < changes && !bytes.isEmpty(); ++i) {
            const auto at = qsizetype(random.below(quint64(bytes.size())));
            switch (random.below(4)) {
            case 0: bytes[at] = char(random.below(256)); break;
            case 1: bytes.insert(at, bytes.mid(at, qsizetype(random.below(30)))); break;
            case 2: bytes.remove(at, qsizetype(1 + random.below(10))); break;
            default: bytes[at] = bytes[qsizetype(random.below(quint64(bytes.size())))]; break;
            }
        }
        return bytes;
    }

private Q_SLOTS:
    void http()
    {
        const QByteArray seeds[] = {
            "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhelloPUT / HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4;e=1\r\nwiki\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
            "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        };
        Random random(11);
        for (int i = 0; i < 12'000; ++i)
            fuzz::checkHead(QByteArray(QByteArray(1, char(random.below(256))) + mutated(seeds[random.below(4)], random)));
    }

    void bodies()
    {
        const QByteArray chunks = "4\r\nwiki\r\n5;a=b\r\npedia\r\n0\r\nT: v\r\n\r\nGET ";
        Random random(13);
        for (int i = 0; i < 12'000; ++i)
            fuzz::checkBody(QByteArray(QByteArray(1, char(random.below(256))) + mutated(chunks, random)));
    }

    /// What earlier runs of the fuzzers found interesting, and what they found wrong.
    void corpora()
    {
        const std::pair<const char *, void (*)(QByteArrayView)> checks[] = {
            {"head", fuzz::checkHead}, {"body", fuzz::checkBody}, {"frame", fuzz::checkFrame}};
        for (const auto &[name, check] : checks) {
            const std::vector<QByteArray> inputs = fuzz::corpus(name);
            QVERIFY2(inputs.size() >= 20, name);
            for (const QByteArray &input : inputs)
                check(input);
        }
    }

    void webSocket()
    {
        using Opcode = WebSocketCodec::Opcode;
        const WebSocketCodec client(WebSocketCodec::Role::Client);
        Random random(12);
        for (int i = 0; i < 12'000; ++i) {
            QByteArray bytes;
            for (quint64 frames = 1 + random.below(4); frames > 0; --frames) {
                const QByteArray payload = random.below(2) ? QByteArray("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80")
                                                           : QByteArray(qsizetype(random.below(200)), 'x');
                const Opcode opcodes[] = {Opcode::Text, Opcode::Binary, Opcode::Ping, Opcode::Pong, Opcode::Continuation};
                const Opcode opcode = opcodes[random.below(5)];
                const qsizetype start = bytes.size();
                client.appendFrame(bytes, opcode, payload, quint32(random.next32()));
                if (random.below(4) == 0)
                    bytes[start] = char(bytes[start] & 0x7f); // a fragment
            }
            if (random.below(3) == 0)
                client.appendClose(bytes, 1000, "bye", 1);
            fuzz::checkFrame(QByteArray(QByteArray(1, char(random.below(256))) + mutated(bytes, random)));
        }
    }
};

QTEST_GUILESS_MAIN(TestNetFuzz)
#include "tst_netfuzz.moc"
