// SPDX-License-Identifier: Apache-2.0
// What RFC 6455 says about everything a client may send, as numbered cases against the server over real sockets. The
// numbers group them as the well-known Autobahn suite does: 1 framing, 2 pings, 3 reserved bits, 4 opcodes,
// 5 fragmentation, 6 UTF-8, 7 closing, 9 limits, 10 splitting.
#include "tests/net/netfixture.h"

#include <set>

using namespace dormouse;
using namespace dormouse::test;

namespace {

constexpr int kText = 1;
constexpr int kBinary = 2;
constexpr int kContinuation = 0;
constexpr int kClose = 8;
constexpr int kPing = 9;
constexpr int kPong = 10;
constexpr qsizetype kLimit = 300'000;
constexpr int kNoCode = -1; ///< a close frame without a body
constexpr int kStaysOpen = 0;

struct Frame
{
    int opcode = kText;
    QByteArray payload;
    bool final = true;
    int reserved = 0;

    QByteArray bytes() const
    {
        QByteArray out;
        WebSocketCodec(WebSocketCodec::Role::Client).appendFrame(out, WebSocketCodec::Opcode(opcode), payload, 0xa5b6c7d8);
        out[0] = char((final ? 0x80 : 0) | reserved << 4 | opcode);
        return out;
    }
};

Frame text(const QByteArray &payload, bool final = true) { return {kText, payload, final}; }
Frame binary(const QByteArray &payload, bool final = true) { return {kBinary, payload, final}; }
Frame more(const QByteArray &payload, bool final = false) { return {kContinuation, payload, final}; }
Frame ping(const QByteArray &payload) { return {kPing, payload}; }
Frame pong(const QByteArray &payload) { return {kPong, payload}; }
Frame closing(int code, const QByteArray &reason = {})
{
    QByteArray payload;
    if (code != kNoCode) {
        payload += char(code >> 8);
        payload += char(code & 0xff);
    }
    return {kClose, payload + reason};
}

QByteArrayList octets(const QByteArray &bytes)
{
    QByteArrayList list;
    for (const char c : bytes)
        list.append(QByteArray(1, c));
    return list;
}

std::vector<Frame> asFragments(const QByteArrayList &parts)
{
    std::vector<Frame> frames;
    for (qsizetype i = 0; i < parts.size(); ++i)
        frames.push_back({i == 0 ? kText : kContinuation, parts[i], i + 1 == parts.size()});
    return frames;
}

} // namespace

class TestWebSocketCases : public QObject
{
    Q_OBJECT

    /// chop: bytes per write, 0 = all in one. answers: what the server sends before its close frame; a code of
    /// kStaysOpen means that the connection is still good after it.
    static void add(const char *id, const char *what, const std::vector<Frame> &frames, const std::vector<Frame> &answers,
                    int code = kStaysOpen, qsizetype chop = 0)
    {
        QByteArray bytes;
        for (const Frame &frame : frames)
            bytes += frame.bytes();
        QList<std::pair<int, QByteArray>> expected;
        for (const Frame &answer : answers)
            expected.append({answer.opcode, answer.payload});
        QTest::newRow(qPrintable(QStringLiteral("%1 %2").arg(QLatin1String(id), QLatin1String(what)))) << bytes << expected << code << chop;
    }
    static void utf8(const char *id, const char *what, const QByteArray &payload, bool valid)
    {
        add(id, what, {text(payload)}, valid ? std::vector<Frame>{text(payload)} : std::vector<Frame>{}, valid ? kStaysOpen : 1007);
    }

    static void framing()
    {
        int n = 1;
        for (const qsizetype size : {0, 125, 126, 127, 128, 65'535, 65'536}) {
            add(qPrintable(QStringLiteral("1.1.%1").arg(n)), "text", {text(QByteArray(size, '*'))}, {text(QByteArray(size, '*'))});
            add(qPrintable(QStringLiteral("1.2.%1").arg(n++)), "binary", {binary(QByteArray(size, '\xfe'))}, {binary(QByteArray(size, '\xfe'))});
        }
        add("1.1.8", "text in pieces", {text(QByteArray(65'536, '*'))}, {text(QByteArray(65'536, '*'))}, kStaysOpen, 997);
        add("1.2.8", "binary in pieces", {binary(QByteArray(65'536, '\xfe'))}, {binary(QByteArray(65'536, '\xfe'))}, kStaysOpen, 997);
    }
    static void pings()
    {
        add("2.1", "empty ping", {ping("")}, {pong("")});
        add("2.2", "ping with text", {ping("Hello, world!")}, {pong("Hello, world!")});
        add("2.3", "ping with bytes", {ping(QByteArray("\x00\xff\xfe\xfd\xfc", 5))}, {pong(QByteArray("\x00\xff\xfe\xfd\xfc", 5))});
        add("2.4", "longest ping", {ping(QByteArray(125, '\xfe'))}, {pong(QByteArray(125, '\xfe'))});
        add("2.5", "ping too long", {ping(QByteArray(126, '\xfe'))}, {}, 1002);
        add("2.6", "longest ping octet by octet", {ping(QByteArray(125, '\xfe'))}, {pong(QByteArray(125, '\xfe'))}, kStaysOpen, 1);
        add("2.7", "empty pong nobody asked for", {pong("")}, {});
        add("2.8", "pong nobody asked for", {pong("unsolicited")}, {});
        add("2.9", "pong, then ping", {pong("unsolicited"), ping("real")}, {pong("real")});
        std::vector<Frame> asked;
        std::vector<Frame> answered;
        for (int i = 0; i < 10; ++i) {
            asked.push_back(ping("payload-" + QByteArray::number(i)));
            answered.push_back(pong("payload-" + QByteArray::number(i)));
        }
        add("2.10", "ten pings", asked, answered);
        add("2.11", "ten pings octet by octet", asked, answered, kStaysOpen, 1);
    }
    static void reservedBits()
    {
        add("3.1", "bit 3", {{kText, "Hello", true, 1}}, {}, 1002);
        add("3.2", "bit 2 after a message", {text("a"), {kText, "b", true, 2}, ping("")}, {text("a")}, 1002);
        add("3.3", "bits 2 and 3 in pieces", {text("a"), {kText, "b", true, 3}, ping("")}, {text("a")}, 1002, 5);
        add("3.4", "bit 1 octet by octet", {text("a"), {kText, "b", true, 4}, ping("")}, {text("a")}, 1002, 1);
        add("3.5", "bits 1 and 3 of a binary message", {{kBinary, "b", true, 5}}, {}, 1002);
        add("3.6", "bits 1 and 2 of a ping", {{kPing, "b", true, 6}}, {}, 1002);
        add("3.7", "all bits of a close", {{kClose, "", true, 7}}, {}, 1002);
        add("3.8", "bit of a continuation", {text("a", false), {kContinuation, "b", true, 4}}, {}, 1002);
    }
    static void opcodes()
    {
        const auto group = [](int number, std::initializer_list<int> codes) {
            int n = 1;
            for (const int opcode : codes) {
                const auto id = [&](char variant) { return QByteArray("4." + QByteArray::number(number) + '.' + QByteArray::number(n) + variant); };
                add(id('a').constData(), "unknown opcode, empty", {{opcode, ""}}, {}, 1002);
                add(id('b').constData(), "unknown opcode with payload", {{opcode, "payload"}}, {}, 1002);
                add(id('c').constData(), "unknown opcode after a message", {text("a"), {opcode, "b"}, ping("")}, {text("a")}, 1002);
                add(id('d').constData(), "unknown opcode octet by octet", {text("a"), {opcode, "b"}, ping("")}, {text("a")}, 1002, 1);
                ++n;
            }
        };
        group(1, {3, 4, 5, 6, 7});
        group(2, {11, 12, 13, 14, 15});
    }
    static void fragmentation()
    {
        add("5.1", "ping in two", {{kPing, "a", false}, more("b", true)}, {}, 1002);
        add("5.2", "pong in two", {{kPong, "a", false}, more("b", true)}, {}, 1002);
        const std::vector<Frame> two = {text("frag1", false), more("frag2", true)};
        add("5.3", "text in two", two, {text("frag1frag2")});
        add("5.4", "text in two, frame by frame", two, {text("frag1frag2")}, kStaysOpen, 11);
        add("5.5", "text in two, octet by octet", two, {text("frag1frag2")}, kStaysOpen, 1);
        const std::vector<Frame> between = {text("frag1", false), ping("ping"), more("frag2", true)};
        add("5.6", "ping between", between, {pong("ping"), text("frag1frag2")});
        add("5.7", "ping between, frame by frame", between, {pong("ping"), text("frag1frag2")}, kStaysOpen, 11);
        add("5.8", "ping between, octet by octet", between, {pong("ping"), text("frag1frag2")}, kStaysOpen, 1);
        add("5.9", "continuation of nothing, then a message", {more("a", true), text("b")}, {}, 1002);
        add("5.10", "continuation of nothing, frame by frame", {more("a", true), text("b")}, {}, 1002, 7);
        add("5.11", "continuation of nothing, octet by octet", {more("a", true), text("b")}, {}, 1002, 1);
        add("5.12", "unfinished continuation of nothing", {more("a"), text("b")}, {}, 1002);
        add("5.13", "unfinished continuation of nothing, frame by frame", {more("a"), text("b")}, {}, 1002, 7);
        add("5.14", "unfinished continuation of nothing, octet by octet", {more("a"), text("b")}, {}, 1002, 1);
        add("5.15", "continuation after the end", {text("a", false), more("b", true), more("c"), text("d")}, {text("ab")}, 1002);
        add("5.16", "continuation, then fragments, twice", {more("a"), text("b", false), more("c", true)}, {}, 1002);
        add("5.17", "final continuation, then fragments", {more("a", true), text("b", false), more("c", true)}, {}, 1002);
        add("5.18", "message inside fragments", {text("a", false), text("b")}, {}, 1002);
        const std::vector<Frame> many = {text("f1", false), more("f2"), ping("p1"), more("f3"), more("f4"), ping("p2"), more("f5", true)};
        add("5.19", "five fragments and two pings", many, {pong("p1"), pong("p2"), text("f1f2f3f4f5")});
        add("5.20", "five fragments and two pings octet by octet", many, {pong("p1"), pong("p2"), text("f1f2f3f4f5")}, kStaysOpen, 1);
        add("5.21", "pong between", {binary("a", false), pong("x"), more("b", true)}, {binary("ab")});
        add("5.22", "empty fragments of a binary message", {binary("", false), more(""), more("", true)}, {binary("")});
    }
    static void validText()
    {
        const QByteArray kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
        const QByteArray mixed = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
        add("6.1.1", "empty", {text("")}, {text("")});
        add("6.1.2", "three empty fragments", {text("", false), more(""), more("", true)}, {text("")});
        add("6.1.3", "the middle one filled", {text("", false), more("middle"), more("", true)}, {text("middle")});
        add("6.2.1", "whole", {text(mixed)}, {text(mixed)});
        add("6.2.2", "two fragments", asFragments({mixed.first(12), mixed.mid(12)}), {text(mixed)});
        add("6.2.3", "a fragment for each octet", asFragments(octets(mixed)), {text(mixed)});
        add("6.2.4", "characters split over fragments", asFragments(octets(kosme)), {text(kosme)});
        const QByteArray bad = kosme + "\xed\xa0\x80" + "edited";
        add("6.3.1", "surrogate", {text(bad)}, {}, 1007);
        add("6.3.2", "surrogate, a fragment for each octet", asFragments(octets(bad)), {}, 1007);
        // Found before the message has ended, so the rest never needs to come.
        add("6.4.1", "found in an early fragment", {text(kosme, false), more("\xf4\x90\x80\x80")}, {}, 1007);
        add("6.4.2", "found at the earliest octet", {text(kosme + "\xf4", false), more("\x90")}, {}, 1007);
        QByteArray cut = text(kosme + "\xf4\x90\x80\x80" + "edited").bytes();
        QTest::newRow("6.4.3 found before the frame has ended")
            << cut.left(cut.size() - 6) << QList<std::pair<int, QByteArray>>() << 1007 << qsizetype(0);
        QTest::newRow("6.4.4 found before the frame has ended, octet by octet")
            << cut.left(cut.size() - 8) << QList<std::pair<int, QByteArray>>() << 1007 << qsizetype(1);
        for (qsizetype i = 1; i <= kosme.size(); ++i)
            utf8(qPrintable(QStringLiteral("6.6.%1").arg(i)), "beginning of a word", kosme.first(i), i == 2 || i == 5 || i == 7 || i == 9 || i == 11);
    }
    static void codePoints()
    {
        utf8("6.7.1", "first of one octet", QByteArray(1, '\0'), true);
        utf8("6.7.2", "first of two", "\xc2\x80", true);
        utf8("6.7.3", "first of three", "\xe0\xa0\x80", true);
        utf8("6.7.4", "first of four", "\xf0\x90\x80\x80", true);
        utf8("6.8.1", "first of five", "\xf8\x88\x80\x80\x80", false);
        utf8("6.8.2", "first of six", "\xfc\x84\x80\x80\x80\x80", false);
        utf8("6.9.1", "last of one", "\x7f", true);
        utf8("6.9.2", "last of two", "\xdf\xbf", true);
        utf8("6.9.3", "last of three", "\xef\xbf\xbf", true);
        utf8("6.9.4", "last there is", "\xf4\x8f\xbf\xbf", true);
        utf8("6.10.1", "last of four", "\xf7\xbf\xbf\xbf", false);
        utf8("6.10.2", "last of five", "\xfb\xbf\xbf\xbf\xbf", false);
        utf8("6.10.3", "last of six", "\xfd\xbf\xbf\xbf\xbf\xbf", false);
        utf8("6.11.1", "before the surrogates", "\xed\x9f\xbf", true);
        utf8("6.11.2", "after the surrogates", "\xee\x80\x80", true);
        utf8("6.11.3", "replacement character", "\xef\xbf\xbd", true);
        utf8("6.11.4", "U+10FFFF", "\xf4\x8f\xbf\xbf", true);
        utf8("6.11.5", "U+110000", "\xf4\x90\x80\x80", false);
        QByteArray all;
        for (int n = 1; n <= 6; ++n) {
            utf8(qPrintable(QStringLiteral("6.12.%1").arg(n)), "continuation octets alone", QByteArray(n, '\x80'), false);
        }
        for (int octet = 0x80; octet <= 0xbf; ++octet)
            all += char(octet);
        utf8("6.12.7", "all continuation octets", all, false);
        const struct
        {
            int from, to;
        } starts[] = {{0xc0, 0xdf}, {0xe0, 0xef}, {0xf0, 0xf7}, {0xf8, 0xfb}, {0xfc, 0xfd}};
        int n = 1;
        for (const auto &[from, to] : starts) {
            QByteArray lonely;
            for (int octet = from; octet <= to; ++octet)
                lonely += QByteArray(1, char(octet)) + ' ';
            utf8(qPrintable(QStringLiteral("6.13.%1").arg(n++)), "first octets alone", lonely, false);
        }
        n = 1;
        QByteArray joined;
        for (const QByteArray &cut : QByteArrayList{"\xc2", "\xe0\xa0", "\xf0\x90\x80", "\xf8\x88\x80\x80", "\xfc\x84\x80\x80\x80", "\xdf",
                                                    "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf"}) {
            utf8(qPrintable(QStringLiteral("6.14.%1").arg(n++)), "last octet missing", cut, false);
            joined += cut;
        }
        utf8("6.15.1", "all of these in a row", joined, false);
        utf8("6.16.1", "FE", "\xfe", false);
        utf8("6.16.2", "FF", "\xff", false);
        utf8("6.16.3", "FE FE FF FF", "\xfe\xfe\xff\xff", false);
        const auto group = [](int number, const char *what, const QByteArrayList &payloads, bool valid) {
            int at = 1;
            for (const QByteArray &payload : payloads)
                utf8(qPrintable(QStringLiteral("6.%1.%2").arg(number).arg(at++)), what, payload, valid);
        };
        group(17, "overlong slash", {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"}, false);
        group(18, "largest overlong", {"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"}, false);
        group(19, "overlong NUL", {"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"}, false);
        group(20, "one surrogate", {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"}, false);
        group(21, "two surrogates", {"\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80", "\xed\xad\xbf\xed\xbf\xbf",
                                     "\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf", "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"}, false);
        QByteArrayList noncharacters = {"\xef\xbf\xbe", "\xef\xbf\xbf"};
        for (char32_t plane = 1; plane <= 16; ++plane) {
            for (const char32_t low : {U'\xfffe', U'\xffff'}) {
                const char32_t character = plane << 16 | low;
                noncharacters.append(QString::fromUcs4(&character, 1).toUtf8());
            }
        }
        group(22, "no character, and allowed", noncharacters, true);
        group(23, "special, and allowed", {"\xef\xbf\xb9", "\xef\xbf\xba", "\xef\xbf\xbb", "\xef\xbf\xbc", "\xef\xbb\xbf", "\xe2\x80\xa8", "\xf3\xa0\x80\x81"}, true);
    }
    static void closingHandshake()
    {
        add("7.1.1", "message, then close", {text("Hello"), closing(1000)}, {text("Hello")}, 1000);
        add("7.1.2", "two closes", {closing(1000), closing(1001)}, {}, 1000);
        add("7.1.3", "ping after close", {closing(1000), ping("late")}, {}, 1000);
        add("7.1.4", "message after close", {closing(1000), text("late")}, {}, 1000);
        add("7.1.5", "close inside fragments", {text("a", false), closing(1000), more("b", true)}, {}, 1000);
        add("7.1.6", "close after a large message", {binary(QByteArray(256 * 1024, 'x')), text("Hello"), closing(1000), ping("")},
            {binary(QByteArray(256 * 1024, 'x')), text("Hello")}, 1000);
        add("7.3.1", "without a body", {closing(kNoCode)}, {}, kNoCode);
        add("7.3.2", "body of one octet", {{kClose, "a"}}, {}, 1002);
        add("7.3.3", "code alone", {closing(1000)}, {}, 1000);
        add("7.3.4", "code and reason", {closing(1000, "Hello, world!")}, {}, 1000);
        add("7.3.5", "longest reason", {closing(1000, QByteArray(123, '*'))}, {}, 1000);
        add("7.3.6", "reason too long", {closing(1000, QByteArray(124, '*'))}, {}, 1002);
        add("7.5.1", "reason not UTF-8", {closing(1000, "\xce\xba\xed\xa0\x80")}, {}, 1007);
        int n = 1;
        for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999, 1012, 1013, 1014})
            add(qPrintable(QStringLiteral("7.7.%1").arg(n++)), "allowed code", {closing(code)}, {}, code);
        n = 1;
        for (const int code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 1015})
            add(qPrintable(QStringLiteral("7.9.%1").arg(n++)), "forbidden code", {closing(code)}, {}, 1002);
        add("7.13.1", "code 5000", {closing(5000)}, {}, 1002);
        add("7.13.2", "code 65535", {closing(65'535)}, {}, 1002);
    }
    static void limitsAndSplitting()
    {
        add("9.1.1", "message at the limit", {binary(QByteArray(kLimit, 'x'))}, {binary(QByteArray(kLimit, 'x'))});
        add("9.1.2", "message at the limit in pieces", {text(QByteArray(kLimit, 'x'))}, {text(QByteArray(kLimit, 'x'))}, kStaysOpen, 1301);
        add("9.2.1", "one octet above", {binary(QByteArray(kLimit + 1, 'x'))}, {}, 1009);
        add("9.2.2", "above over fragments", {text(QByteArray(kLimit, 'x'), false), more("y", true)}, {}, 1009);
        add("9.2.3", "at the limit over fragments", {text(QByteArray(kLimit - 1, 'x'), false), more("y", true)}, {text(QByteArray(kLimit - 1, 'x') + 'y')});
        add("9.2.4", "next message after one at the limit", {binary(QByteArray(kLimit, 'x')), text("z")}, {binary(QByteArray(kLimit, 'x')), text("z")});
        std::vector<Frame> parts;
        QByteArray whole;
        for (int at = 0; at < 65'536; at += 1300) {
            const QByteArray part(std::min(1300, 65'536 - at), char('a' + at / 1300 % 26));
            parts.push_back({at == 0 ? kText : kContinuation, part, at + 1300 >= 65'536});
            whole += part;
        }
        add("10.1.1", "one message in fifty fragments", parts, {text(whole)});
    }

private Q_SLOTS:
    void cases_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QList<std::pair<int, QByteArray>>>("answers");
        QTest::addColumn<int>("code");
        QTest::addColumn<qsizetype>("chop");
        framing();
        pings();
        reservedBits();
        opcodes();
        fragmentation();
        validText();
        codePoints();
        closingHandshake();
        limitsAndSplitting();
    }

    void cases()
    {
        using List = QList<std::pair<int, QByteArray>>;
        QFETCH(QByteArray, bytes);
        QFETCH(List, answers);
        QFETCH(int, code);
        QFETCH(qsizetype, chop);
        const QString id = QString::fromLatin1(QTest::currentDataTag()).section(u' ', 0, 0);
        QVERIFY2(m_ids.insert(id).second, "two cases of one number");

        HttpServerOptions options;
        options.webSocket.maxMessageBytes = kLimit;
        Bed bed(options);
        bed.handler.recorder.onMessage = [](Channel &channel, const QByteArray &payload, bool isBinary) { channel.send(payload, isBinary); };
        RawClient client(bed.server.serverPort());
        client.send(RawClient::upgradeHead());
        QTRY_VERIFY(client.received.contains("\r\n\r\n"));
        if (chop == 0)
            client.send(bytes);
        for (qsizetype at = 0; chop > 0 && at < bytes.size(); at += chop) {
            client.send(bytes.mid(at, chop));
            QCoreApplication::processEvents();
        }
        if (code == kStaysOpen)
            client.send(closing(1000, "end of the case").bytes());
        QTRY_VERIFY(client.ended()); // the server ends TCP first, as it should

        const std::vector<WebSocketCodec::Event> events = client.frames();
        QCOMPARE(events.size(), std::size_t(answers.size()) + 1);
        for (qsizetype i = 0; i < answers.size(); ++i) {
            const WebSocketCodec::Event &event = events[std::size_t(i)];
            const auto &[opcode, payload] = answers[i];
            if (opcode == kPong)
                QCOMPARE(event.type, WebSocketCodec::Event::Type::Pong);
            else
                QCOMPARE(event.type, WebSocketCodec::Event::Type::Message);
            QCOMPARE(event.binary, opcode != kText);
            QVERIFY(event.payload == payload);
        }
        const WebSocketCodec::Event &last = events.back();
        QCOMPARE(last.type, WebSocketCodec::Event::Type::Close);
        if (code == kNoCode)
            QVERIFY(!last.code);
        else
            QCOMPARE(int(last.code.value_or(0)), code == kStaysOpen ? 1000 : code);
        // What the program behind the server is told agrees with the wire.
        QTRY_COMPARE(bed.handler.recorder.closed, 1);
        const bool fault = code == 1002 || code == 1007 || code == 1009;
        const bool asked = bed.handler.recorder.close.clean;
        QVERIFY(fault || asked);
    }

    void cleanupTestCase() { QVERIFY2(m_ids.size() >= 250, qPrintable(QString::number(m_ids.size()))); }

private:
    std::set<QString> m_ids;
};

DORMOUSE_NET_TEST_MAIN(TestWebSocketCases)
#include "tst_websocketcases.moc"
