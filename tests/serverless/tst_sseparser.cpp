// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/sseparser.h"

#include <QTest>

using namespace dormouse;

class TestSseParser : public QObject
{
    Q_OBJECT

    using Events = std::vector<ServerSentEvent>;

private Q_SLOTS:
    void events_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected"); // name=data, joined with |
        QTest::newRow("default name") << QByteArray("data: abc\n\n") << QByteArray("message=abc");
        QTest::newRow("no blank after the colon") << QByteArray("data:abc\n\n") << QByteArray("message=abc");
        QTest::newRow("only one blank goes") << QByteArray("data:  abc\n\n") << QByteArray("message= abc");
        QTest::newRow("named") << QByteArray("event: ping\ndata: \n\n") << QByteArray("ping=");
        QTest::newRow("name after the data") << QByteArray("data: x\nevent: late\n\n") << QByteArray("late=x");
        QTest::newRow("name does not last") << QByteArray("event: a\ndata: 1\n\ndata: 2\n\n") << QByteArray("a=1|message=2");
        QTest::newRow("no data, no event") << QByteArray("event: ping\n\ndata: 2\n\n") << QByteArray("message=2");
        QTest::newRow("lines are joined") << QByteArray("data: 1\ndata: 2\n\n") << QByteArray("message=1\n2");
        QTest::newRow("CR LF") << QByteArray("event: e\r\ndata: 1\r\n\r\n") << QByteArray("e=1");
        QTest::newRow("CR") << QByteArray("data: 1\r\rdata: 2\r\r") << QByteArray("message=1|message=2");
        QTest::newRow("comment") << QByteArray(": keep-alive\n\ndata: 1\n\n") << QByteArray("message=1");
        QTest::newRow("unknown fields") << QByteArray("id: 7\nretry: 5\nzzz\ndata: 1\n\n") << QByteArray("message=1");
        QTest::newRow("field without colon") << QByteArray("data\n\n") << QByteArray("message=");
        QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf" "data: 1\n\n") << QByteArray("message=1");
        QTest::newRow("cut off") << QByteArray("data: 1\n\ndata: 2\n") << QByteArray("message=1");
        QTest::newRow("colon in the value") << QByteArray("data: a:b\n\n") << QByteArray("message=a:b");
    }

    void events()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        // The result does not depend on how the bytes were cut.
        for (qsizetype piece = 1; piece <= text.size(); ++piece) {
            SseParser parser;
            QByteArrayList found;
            for (qsizetype at = 0; at < text.size(); at += piece) {
                QVERIFY(parser.feed(text.mid(at, piece)));
                for (const ServerSentEvent &event : parser.takeEvents())
                    found.append(event.name + '=' + event.data);
            }
            QCOMPARE(found.join('|'), expected);
        }
    }

    void tooLarge()
    {
        SseParser parser;
        QVERIFY(parser.feed("data: " + QByteArray(SseParser::kMaxEventBytes - 6, 'x')));
        QVERIFY(!parser.feed("x"));
        QVERIFY(!parser.feed("\n\n"));
        QVERIFY(parser.takeEvents().empty());
        // The limit is one of an event, not of a line.
        SseParser lines;
        const QByteArray line = "data: " + QByteArray(100'000, 'x') + '\n';
        bool fits = true;
        int taken = 0;
        while (fits && taken < 20) {
            fits = lines.feed(line);
            ++taken;
        }
        QCOMPARE(taken, 11);
        SseParser small;
        for (int i = 0; i < 20; ++i)
            QVERIFY(small.feed(line + '\n'));
        QCOMPARE(small.takeEvents().size(), std::size_t(20));
    }
};

QTEST_GUILESS_MAIN(TestSseParser)
#include "tst_sseparser.moc"
