// SPDX-License-Identifier: Apache-2.0
#include "engine/net/websocketcodec.h"

#include "engine/base/random.h"

#include <QTest>

#include <vector>

using namespace dormouse;
using Event = WebSocketCodec::Event;
using Opcode = WebSocketCodec::Opcode;
using Role = WebSocketCodec::Role;

namespace {

/// One frame by hand, so that wrong ones can be built and the encoder does not test itself.
QByteArray frame(int firstByte, const QByteArray &payload, bool masked = true, int lengthBytes = -1)
{
    QByteArray out(1, char(firstByte));
    const qsizetype size = payload.size();
    if (lengthBytes < 0)
        lengthBytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    const int flag = masked ? 0x80 : 0;
    out += char(flag | (lengthBytes == 0 ? int(size) : lengthBytes == 2 ? 126 : 127));
    for (int i = lengthBytes - 1; i >= 0; --i)
        out += char((quint64(size) >> (8 * i)) & 0xff);
    if (!masked)
        return out + payload;
    const QByteArray key("\x37\xfa\x21\x3d", 4);
    out += key;
    for (qsizetype i = 0; i < size; ++i)
        out += char(payload[i] ^ key[i % 4]);
    return out;
}

QByteArray closePayload(int code, const QByteArray &reason = {})
{
    QByteArray payload;
    payload += char(code >> 8);
    payload += char(code & 0xff);
    return payload + reason;
}

std::vector<Event> decode(const QByteArray &bytes, qsizetype step, Role role = Role::Server,
                          const WebSocketCodec::Options &options = {})
{
    WebSocketCodec codec(role, options);
    std::vector<Event> events;
    for (qsizetype at = 0; at < bytes.size(); at += step) {
        QByteArrayView part = QByteArrayView(bytes).sliced(at, std::min(step, bytes.size() - at));
        while (auto event = codec.next(part))
            events.push_back(*event);
        if (!part.isEmpty())
            qFatal("input left without an event");
    }
    return events;
}

} // namespace

class TestWebSocketCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sizes_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {0, 1, 7, 8, 9, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537, 1'000'003})
            QTest::addRow("%d", size) << size;
    }

    void sizes()
    {
        QFETCH(int, size);
        QByteArray payload(size, Qt::Uninitialized);
        for (int i = 0; i < size; ++i)
            payload[i] = char('a' + (i * 7) % 26);
        for (const bool binary : {false, true}) {
            const int first = 0x80 | (binary ? 2 : 1);
            for (const qsizetype step : {1, 2, 3, 5, 1460, 65536, 2'000'000}) {
                if (step < 5 && size > 70'000)
                    continue;
                for (const Role role : {Role::Server, Role::Client}) {
                    const auto events = decode(frame(first, payload, role == Role::Server), step, role);
                    QCOMPARE(events.size(), std::size_t(1));
                    QCOMPARE(events[0].type, Event::Type::Message);
                    QCOMPARE(events[0].binary, binary);
                    QVERIFY(events[0].payload == payload);
                    QVERIFY(!events[0].payload.isNull());
                }
            }
            QByteArray out;
            WebSocketCodec(Role::Server).appendFrame(out, binary ? Opcode::Binary : Opcode::Text, payload);
            QVERIFY(out == frame(first, payload, false));
            out = "before";
            WebSocketCodec(Role::Client).appendFrame(out, binary ? Opcode::Binary : Opcode::Text, payload, 0x37fa213d);
            QVERIFY(out == "before" + frame(first, payload, true));
        }
    }

    void piecesMakeTheSameFrame()
    {
        const WebSocketCodec codec(WebSocketCodec::Role::Server);
        for (const qsizetype size : {0, 1, 100, 125, 126, 65'535, 65'536}) {
            const QByteArray payload(size, 'p');
            QByteArray whole("before");
            QByteArray pieces("before");
            codec.appendFrame(whole, WebSocketCodec::Opcode::Binary, QByteArray("head" + payload + "t"));
            codec.appendParts(pieces, WebSocketCodec::Opcode::Binary, {"head", payload, "t"});
            QCOMPARE(pieces, whole);
        }
    }

    void maskAtEveryPhase()
    {
        const std::array<uchar, 4> key{1, 2, 4, 8};
        for (int size = 0; size < 40; ++size) {
            for (quint64 phase = 0; phase < 9; ++phase) {
                QByteArray from(size, 'x');
                QByteArray to(size, 0);
                applyMask(to.data(), from.constData(), size, key, phase);
                for (int i = 0; i < size; ++i)
                    QCOMPARE(uchar(to[i]), uchar('x' ^ key[(phase + quint64(i)) & 3]));
            }
        }
    }

    void failures_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        const auto row = [](const char *name, const QByteArray &bytes, int code = 1002) {
            QTest::newRow(name) << bytes << code;
        };
        row("unmasked", frame(0x81, "a", false));
        row("unmasked ping", frame(0x89, "", false));
        row("rsv1", frame(0xc1, "a"));
        row("rsv2", frame(0xa1, "a"));
        row("rsv3", frame(0x91, "a"));
        for (const int code : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
            row(qPrintable(QStringLiteral("opcode %1").arg(code)), frame(0x80 | code, "a"));
        row("ping of 126", frame(0x89, QByteArray(126, 'x')));
        row("pong of 126", frame(0x8a, QByteArray(126, 'x')));
        row("close of 126", frame(0x88, closePayload(1000, QByteArray(124, 'x'))));
        row("fragmented ping", frame(0x09, "a"));
        row("fragmented close", frame(0x08, ""));
        row("continuation first", frame(0x80, "a"));
        row("text inside fragments", frame(0x01, "a") + frame(0x81, "b"));
        row("binary inside fragments", frame(0x02, "a") + frame(0x82, "b"));
        row("length 125 in 16 bits", frame(0x82, QByteArray(125, 'x'), true, 2));
        row("length 65535 in 64 bits", frame(0x82, QByteArray(65535, 'x'), true, 8));
        row("length with the top bit", QByteArray("\x82\xff\x80\0\0\0\0\0\0\0abcd", 14));
        row("close of one byte", frame(0x88, "a"));
        for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65535})
            row(qPrintable(QStringLiteral("close code %1").arg(code)), frame(0x88, closePayload(code)));
        row("close reason not UTF-8", frame(0x88, closePayload(1000, "\xff")), 1007);
        row("close reason cut", frame(0x88, closePayload(1000, "\xe2\x82")), 1007);
        row("text not UTF-8", frame(0x81, "a\xff"), 1007);
        row("overlong", frame(0x81, "\xc0\xaf"), 1007);
        row("overlong 3", frame(0x81, "\xe0\x80\xaf"), 1007);
        row("surrogate", frame(0x81, "\xed\xa0\x80"), 1007);
        row("above 10FFFF", frame(0x81, "\xf4\x90\x80\x80"), 1007);
        row("cut character", frame(0x81, "long enough text \xe2\x82"), 1007);
        row("invalid over two fragments", frame(0x01, "\xe2\x82") + frame(0x80, "a"), 1007);
        row("fragment found invalid before the end", frame(0x01, "\xf4\x90"), 1007);
        row("cut at the last fragment", frame(0x01, "\xe2") + frame(0x80, "\x82"), 1007);
        row("frame above the limit", QByteArray("\x82\xff\0\0\0\0\x02\0\0\x01", 10) + "mask", 1009);
    }

    void failures()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        for (const qsizetype step : {qsizetype(1), qsizetype(3), bytes.size()}) {
            const auto events = decode(bytes + frame(0x81, "after"), step);
            QCOMPARE(events.size(), std::size_t(1)); // and nothing after the failure
            QCOMPARE(events[0].type, Event::Type::Failed);
            QCOMPARE(int(events[0].code.value_or(0)), code);
            QVERIFY(!events[0].payload.isEmpty());
        }
    }

    void maskedFrameFromServer()
    {
        const auto events = decode(frame(0x81, "a", true), 1, Role::Client);
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].type, Event::Type::Failed);
        QCOMPARE(int(*events[0].code), 1002);
    }

    void closeCodes_data()
    {
        QTest::addColumn<int>("code");
        for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
            QTest::addRow("%d", code) << code;
    }

    void closeCodes()
    {
        QFETCH(int, code);
        QVERIFY(WebSocketCodec::isWireCloseCode(code));
        const auto events = decode(frame(0x88, closePayload(code, "r\xc3\xa4son")) + frame(0x81, "after"), 2);
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].type, Event::Type::Close);
        QCOMPARE(int(events[0].code.value_or(0)), code);
        QCOMPARE(events[0].payload, QByteArray("r\xc3\xa4son"));
    }

    void closeWithoutCode()
    {
        const auto events = decode(frame(0x88, ""), 1);
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].type, Event::Type::Close);
        QVERIFY(!events[0].code);
        QByteArray out;
        WebSocketCodec(Role::Server).appendClose(out, std::nullopt, "ignored");
        QCOMPARE(out, QByteArray("\x88\0", 2));
    }

    void reasonIsCutAtACharacter()
    {
        QCOMPARE(WebSocketCodec::cutReason(QByteArray(123, 'a')).size(), 123);
        QCOMPARE(WebSocketCodec::cutReason(QByteArray(124, 'a')).size(), 123);
        QCOMPARE(WebSocketCodec::cutReason(QByteArray(QByteArray(122, 'a') + "\xe2\x82\xac")).size(), 122);
        QCOMPARE(WebSocketCodec::cutReason(QByteArray(QByteArray(120, 'a') + "\xe2\x82\xac" + "b")).size(), 123);
        QByteArray out;
        WebSocketCodec(Role::Server).appendClose(out, 1011, QByteArray(QByteArray(121, 'a') + "\xf0\x9f\x98\x80"));
        QCOMPARE(out, frame(0x88, closePayload(1011, QByteArray(121, 'a')), false));
    }

    void fragmentsWithControlFramesBetween()
    {
        const QByteArray bytes = frame(0x01, "one \xe2\x82") + frame(0x89, "ping") + frame(0x00, "\xac two")
            + frame(0x8a, "pong") + frame(0x00, "") + frame(0x80, " end") + frame(0x82, "\xff");
        for (const qsizetype step : {qsizetype(1), qsizetype(4), bytes.size()}) {
            const auto events = decode(bytes, step);
            QCOMPARE(events.size(), std::size_t(4));
            QCOMPARE(events[0].type, Event::Type::Ping);
            QCOMPARE(events[0].payload, QByteArray("ping"));
            QCOMPARE(events[1].type, Event::Type::Pong);
            QCOMPARE(events[1].payload, QByteArray("pong"));
            QCOMPARE(events[2].type, Event::Type::Message);
            QVERIFY(!events[2].binary);
            QCOMPARE(events[2].payload, QByteArray("one \xe2\x82\xac two end"));
            QVERIFY(events[3].binary);
            QCOMPARE(events[3].payload, QByteArray("\xff"));
        }
    }

    void messageLimitCountsFragments()
    {
        WebSocketCodec::Options options;
        options.maxMessageBytes = 10;
        options.tooLargeReason = "too.large#ray";
        auto events = decode(frame(0x02, "12345") + frame(0x80, "67890"), 3, Role::Server, options);
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].payload, QByteArray("1234567890"));
        events = decode(frame(0x02, "12345") + frame(0x80, "678901"), 3, Role::Server, options);
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].type, Event::Type::Failed);
        QCOMPARE(int(*events[0].code), 1009);
        QCOMPARE(events[0].payload, QByteArray("too.large#ray"));
        events = decode(frame(0x82, "12345678901"), 3, Role::Server, options);
        QCOMPARE(int(*events[0].code), 1009);
    }

    void limitOf32MiB()
    {
        const WebSocketCodec::Options options;
        QCOMPARE(options.maxMessageBytes, qint64(33'554'432));
        const QByteArray payload(33'554'432, 'x');
        QByteArray bytes;
        WebSocketCodec(Role::Client).appendFrame(bytes, Opcode::Binary, payload, 1);
        const auto events = decode(bytes, 65536);
        QCOMPARE(events.size(), std::size_t(1));
        QVERIFY(events[0].payload == payload);
        bytes.clear();
        WebSocketCodec(Role::Client).appendFrame(bytes, Opcode::Binary, QByteArray(payload + 'x'), 1);
        const auto tooLarge = decode(bytes.first(14), 1);
        QCOMPARE(tooLarge.size(), std::size_t(1));
        QCOMPARE(int(*tooLarge[0].code), 1009);
        QCOMPARE(tooLarge[0].payload, QByteArray("guard.websocket_message_too_large"));
    }

    void everyTruncationWantsMore()
    {
        const QByteArray bytes = frame(0x81, QByteArray(130, 'a'));
        for (qsizetype size = 1; size < bytes.size(); ++size) {
            WebSocketCodec codec(Role::Server);
            QByteArrayView part = QByteArrayView(bytes).first(size);
            QVERIFY(!codec.next(part));
            QVERIFY(part.isEmpty());
            QVERIFY(codec.isInsideMessage());
            part = QByteArrayView(bytes).sliced(size);
            QVERIFY(codec.next(part).has_value());
            QVERIFY(!codec.isInsideMessage());
        }
    }

    void utf8MatchesQt()
    {
        // All pairs of bytes, and all code points in every split.
        for (int a = 0; a < 256; ++a) {
            for (int b = 0; b < 256; ++b) {
                const QByteArray text = {QByteArray(1, char(a)) + char(b)};
                QCOMPARE(Utf8Validator::isValid(text), text.isValidUtf8());
            }
        }
        for (char32_t point = 0x80; point <= 0x10ffff; point += 0x101) {
            if (point >= 0xd800 && point < 0xe000)
                continue;
            const QByteArray text = QString::fromUcs4(&point, 1).toUtf8();
            for (qsizetype split = 0; split <= text.size(); ++split) {
                Utf8Validator validator;
                QVERIFY(validator.feed(text.first(split)));
                QCOMPARE(validator.atBoundary(), split == 0 || split == text.size());
                QVERIFY(validator.feed(text.sliced(split)));
                QVERIFY(validator.atBoundary());
            }
        }
    }

    /// Damaged streams: no crash, and the same events however the bytes are cut.
    void damagedStreams()
    {
        Random random(20'260'101);
        const QByteArray good = frame(0x01, "part \xe2\x82") + frame(0x89, "ping") + frame(0x80, "\xac")
            + frame(0x82, QByteArray(12, 'b')) + frame(0x88, closePayload(1000, "end"));
        int failures = 0;
        for (int round = 0; round < 5000; ++round) {
            QByteArray bytes = good;
            const int hits = 1 + int(random.below(3));
            for (int i = 0; i < hits; ++i)
                bytes[qsizetype(random.below(quint64(bytes.size())))] = char(random.next32());
            const auto whole = decode(bytes, bytes.size());
            const auto cut = decode(bytes, 1 + qsizetype(random.below(9)));
            QCOMPARE(cut.size(), whole.size());
            for (std::size_t i = 0; i < whole.size(); ++i) {
                QCOMPARE(cut[i].type, whole[i].type);
                QCOMPARE(cut[i].payload, whole[i].payload);
                QCOMPARE(cut[i].code, whole[i].code);
                failures += whole[i].type == Event::Type::Failed;
            }
        }
        QVERIFY(failures > 1000);
    }

    void everyCutOfEverySizeInBothRoles()
    {
        for (const Role role : {Role::Server, Role::Client}) {
            for (const int size : {0, 1, 3, 8, 125, 126, 300, 65535, 65536}) {
                for (const int first : {0x81, 0x82}) {
                    QByteArray payload(size, Qt::Uninitialized);
                    for (int i = 0; i < size; ++i)
                        payload[i] = char('!' + i % 90);
                    const QByteArray bytes = frame(first, payload, role == Role::Server);
                    const qsizetype farthest = std::min<qsizetype>(bytes.size(), 20);
                    for (qsizetype cut = 0; cut <= farthest; ++cut) {
                        // Copies of exactly that size: a sanitizer sees who reads beyond.
                        const QByteArray head(bytes.constData(), cut);
                        const QByteArray tail(bytes.constData() + cut, bytes.size() - cut);
                        WebSocketCodec codec(role);
                        QByteArrayView rest(head);
                        std::optional<Event> event = codec.next(rest);
                        QCOMPARE(event.has_value(), cut == bytes.size());
                        if (!event) {
                            rest = tail;
                            event = codec.next(rest);
                        }
                        QVERIFY(event && event->type == Event::Type::Message && rest.isEmpty());
                        QCOMPARE(event->payload, payload);
                        QVERIFY(!event->payload.isNull());
                        QCOMPARE(event->binary, first == 0x82);
                    }
                }
            }
        }
    }

    void memoryOfAMessageServesTheNext()
    {
        WebSocketCodec codec(Role::Server);
        const auto take = [&](const QByteArray &payload) {
            const QByteArray bytes = frame(0x82, payload);
            QByteArrayView rest(bytes);
            std::optional<Event> event = codec.next(rest);
            return event && event->type == Event::Type::Message && rest.isEmpty() ? event->payload : QByteArray("none");
        };
        QByteArray first = take("a rather long first message");
        const char *place = first.constData();
        codec.recycle(std::move(first));
        QByteArray second = take("short");
        QCOMPARE(second, QByteArray("short"));
        QVERIFY(second.constData() == place);
        const QByteArray kept = second; // by somebody: its bytes must stay
        codec.recycle(std::move(second));
        QCOMPARE(take("other"), QByteArray("other"));
        QCOMPARE(kept, QByteArray("short"));
        QByteArray large = take(QByteArray(5000, 'x'));
        codec.recycle(std::move(large));
        QVERIFY(take("y").capacity() < 1000); // what is kept for long must not be larger than it says
        // A message in pieces is not disturbed by what comes back late, nor by the end of a turn.
        QByteArray late = take("late");
        const QByteArray bytes = frame(0x02, "begin") + frame(0x80, " end");
        QByteArrayView part = QByteArrayView(bytes).first(13);
        QVERIFY(!codec.next(part).has_value());
        codec.recycle(std::move(late));
        codec.dropSpare();
        part = QByteArrayView(bytes).sliced(13);
        QCOMPARE(codec.next(part)->payload, QByteArray("begin end"));
        codec.dropSpare();
        QCOMPARE(take(""), QByteArray(""));
        QVERIFY(!take("").isNull());
    }

    void acceptKey()
    {
        QCOMPARE(webSocketAcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), QByteArray("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }
};

QTEST_APPLESS_MAIN(TestWebSocketCodec)
#include "tst_websocketcodec.moc"
