// SPDX-License-Identifier: Apache-2.0
#include "engine/wire/codec.h"
#include "models/wirelog.h"

#include <QJsonArray>
#include <QTest>

using namespace dormouse;

namespace {

QByteArray socketMessage(const QByteArray &data)
{
    wire::ToClientTunnelMessage message;
    message.kind = wire::ToClientWebSocketMessage{data, true};
    return *wire::encodeToClient(7, message);
}

QJsonObject answer(qint64 from, int count, const QByteArray &bytes, qint64 lost = 0)
{
    QJsonArray frames;
    for (int i = 0; i < count; ++i)
        frames.append(QJsonObject{{QStringLiteral("seq"), from + i}, {QStringLiteral("ts"), 1'000}, {QStringLiteral("to_runner"), true},
                                  {QStringLiteral("version"), 7}, {QStringLiteral("size"), bytes.size()},
                                  {QStringLiteral("bytes_base64"), QString::fromLatin1(bytes.toBase64())}});
    return {{QStringLiteral("frames"), frames}, {QStringLiteral("lost"), lost}};
}

const wire::FieldNode &at(const wire::FieldNode &root, const QList<int> &path)
{
    const wire::FieldNode *node = &root;
    for (const int place : path)
        node = &node->children.at(std::size_t(place));
    return *node;
}

} // namespace

class TestWireLog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void messagesAreNamedAndNumbered();
    void recordedOnesFollowTheMoment();
    void typedBytes();
    void everyByteHasItsField();
    void hexAndBack();
};

void TestWireLog::messagesAreNamedAndNumbered()
{
    WireLog log;
    log.setRunner(QStringLiteral("r"));
    QCOMPARE(log.take(answer(40, 3, socketMessage("hello"))), 3);
    QCOMPARE(log.lastSeq(), quint64(42));
    QCOMPARE(log.take(answer(41, 2, socketMessage("hello"), 5)), 0); // known already
    QCOMPARE(log.lost(), quint64(5));
    QCOMPARE(log.messages().front().title, QStringLiteral("WebSocketMessage"));
    QVERIFY(!log.messages().front().faulty && !log.messages().front().isCut());
    QVERIFY(log.type(QStringLiteral("00"), true, 7));
    const quint64 typed = log.messages().back().number;
    QCOMPARE(log.take(answer(43, int(WireLog::kMostMessages), socketMessage("x"))), int(WireLog::kMostMessages));
    QCOMPARE(log.messages().size(), WireLog::kMostMessages);
    QVERIFY(!log.find(typed)); // the oldest leave
    QCOMPARE(log.find(log.messages().front().number), &log.messages().front());
    log.type(QStringLiteral("00"), true, 7);
    log.setRunner(QStringLiteral("other"));
    QCOMPARE(log.messages().size(), std::size_t(1)); // what was typed belongs to no runner
    QCOMPARE(log.lastSeq(), quint64(0));
}

void TestWireLog::recordedOnesFollowTheMoment()
{
    const auto recorded = [](qint64 from, int count) {
        QJsonArray frames;
        for (int i = 0; i < count; ++i)
            frames.append(QJsonObject{{QStringLiteral("seq"), from + i}, {QStringLiteral("ts"), 1'000 + i}, {QStringLiteral("to_runner"), true},
                                      {QStringLiteral("kind"), QStringLiteral("WebSocketMessage")}, {QStringLiteral("size"), 5},
                                      {QStringLiteral("fields"), QJsonObject{{QStringLiteral("index"), QString::number(i)}}}});
        return QJsonObject{{QStringLiteral("recorded"), true}, {QStringLiteral("frames"), frames}, {QStringLiteral("lost"), 0}};
    };
    WireLog log;
    log.setRunner(QStringLiteral("r"));
    QCOMPARE(log.take(recorded(10, 0)), 0);
    QCOMPARE(log.epoch(), 0);
    QCOMPARE(log.take(recorded(10, 3)), 3);
    const WireMessage &last = log.messages().back();
    QVERIFY(last.recorded && !last.faulty && !last.isCut() && last.size == 5);
    QCOMPARE(last.title, QStringLiteral("WebSocketMessage"));
    QCOMPARE(last.tree().children.at(0).value, QStringLiteral("2"));
    // It plays on: only what is new comes, and what was there keeps its number.
    const int epoch = log.epoch();
    const quint64 number = last.number;
    QCOMPARE(log.take(recorded(11, 4)), 2);
    QCOMPARE(log.epoch(), epoch);
    QVERIFY(log.find(number));
    QCOMPARE(log.take(recorded(11, 4)), 0);
    QCOMPARE(log.epoch(), epoch);
    // Back, and before the first: what has not been said yet is not there.
    QCOMPARE(log.take(recorded(10, 2)), 2);
    QVERIFY(log.epoch() != epoch);
    QCOMPARE(log.messages().size(), std::size_t(2));
    QVERIFY(log.type(QStringLiteral("00"), true, 7));
    QCOMPARE(log.take(recorded(10, 0)), 0);
    QCOMPARE(log.messages().size(), std::size_t(1)); // typed by hand
    QCOMPARE(log.take(recorded(10, 1'200)), 1'200);
    QCOMPARE(log.messages().size(), WireLog::kMostMessages);
    QCOMPARE(log.messages().back().seq, quint64(1'209));
}

void TestWireLog::typedBytes()
{
    WireLog log;
    for (const char *bad : {"", "0", "zz", "00 0", " "})
        QVERIFY2(!log.type(QString::fromLatin1(bad), true, 7), bad);
    const QString hex = QString::fromLatin1(socketMessage("hi").toHex(' '));
    const WireMessage *message = log.type(hex.toUpper(), true, 7);
    QVERIFY(message && !message->faulty);
    QCOMPARE(message->bytes, socketMessage("hi"));
    QVERIFY(log.type(QStringLiteral("ffff"), false, 7)->faulty);
    const WireMessage *broken = log.type(hex.chopped(3), true, 7);
    QVERIFY(broken->faulty);
    QVERIFY(wire::findError(broken->tree()));
}

void TestWireLog::everyByteHasItsField()
{
    const QByteArray bytes = socketMessage("hello");
    WireLog log;
    const wire::FieldNode tree = log.type(QString::fromLatin1(bytes.toHex()), true, 7)->tree();
    for (qint64 offset = 0; offset < bytes.size(); ++offset) {
        const wire::FieldNode &field = at(tree, fieldAt(tree, offset));
        QVERIFY(offset >= field.offset && offset < field.offset + field.length);
        for (const wire::FieldNode &child : field.children) // it is the deepest
            QVERIFY(offset < child.offset || offset >= child.offset + child.length);
    }
    const wire::FieldNode &data = at(tree, fieldAt(tree, bytes.indexOf("hello") + 2));
    QCOMPARE(data.value, QString::fromLatin1(QByteArray("hello").toHex()));
    QCOMPARE(fieldAt(tree, bytes.size()), QList<int>());
}

void TestWireLog::hexAndBack()
{
    QCOMPARE(hexLines(QByteArray("ab\x00" "cd", 5), 4), QStringLiteral("000000  61 62 00 63  ab·c\n000004  64           d   \n"));
    QByteArray bytes;
    for (int i = 0; i < 37; ++i)
        bytes.append(char(i + 40));
    for (const int perLine : {4, 8, 16}) {
        const QString text = hexLines(bytes, perLine);
        for (qint64 offset = 0; offset < bytes.size(); ++offset) {
            const qsizetype position = hexPosition(offset, perLine);
            QCOMPARE(text.mid(position, 2), QString::fromLatin1(bytes.mid(offset, 1).toHex()));
            QCOMPARE(byteAtPosition(position, perLine, bytes.size()), std::optional(offset));
            QCOMPARE(byteAtPosition(position + 1, perLine, bytes.size()), std::optional(offset));
        }
        const qsizetype plain = text.indexOf(QChar(ushort(bytes.at(2))), hexPosition(perLine - 1, perLine) + 3); // in the text column
        QCOMPARE(byteAtPosition(plain, perLine, bytes.size()), std::optional<qint64>(2));
        QVERIFY(!byteAtPosition(0, perLine, bytes.size())); // the offset
        QVERIFY(!byteAtPosition(hexPosition(bytes.size(), perLine), perLine, bytes.size()));
    }
}

QTEST_APPLESS_MAIN(TestWireLog)
#include "tst_wirelog.moc"
