// SPDX-License-Identifier: Apache-2.0
#include "engine/base/random.h"
#include "engine/gateway/pendingbuffer.h"

#include <QtTest/QTest>

#include <array>
#include <limits>

using namespace dormouse;

class TestPendingBuffer : public QObject
{
    Q_OBJECT

private:
    static void writeAll(PendingBuffer &buffer, quint32 generation = 1, qint64 now = 10)
    {
        while (!buffer.allWritten())
            buffer.markWritten(generation, now * 1000);
    }

private Q_SLOTS:
    void pendingAccounting()
    {
        Random random(7);
        PendingBuffer buffer(1'000'000'000);
        qint64 given = 0;
        qint64 back = 0;
        for (int step = 0; step < 100'000; ++step) {
            if (random.below(3) != 0 && buffer.count() < 200) {
                const qint64 before = buffer.bytes();
                buffer.append(QByteArray(qsizetype(random.below(500)), 'x'), true, step);
                given += buffer.bytes() - before;
                if (random.below(2) == 0)
                    writeAll(buffer);
            } else if (random.below(20) == 0) {
                buffer.rewind();
            } else {
                back += buffer.ack(quint16(buffer.acked() + random.below(40))).bytes;
            }
            QCOMPARE(buffer.bytes(), given - back);
            if (buffer.recount() != buffer.bytes())
                QFAIL("pending bytes differ from the sum of the sizes");
            qint64 unwritten = 0;
            for (std::size_t i = buffer.cursor(); i < buffer.count(); ++i)
                unwritten += buffer.at(i).size();
            QCOMPARE(buffer.unwrittenBytes(), unwritten);
        }
        QVERIFY(back > 0);
    }

    void limitBeforeAdd()
    {
        PendingBuffer buffer(4'096);
        buffer.append(QByteArray(4'000 - 64, 'a'), true, 0);
        QCOMPARE(buffer.bytes(), 4'000);
        QCOMPARE(buffer.check(200), PendingBuffer::Verdict::ByteLimit);
        QCOMPARE(buffer.bytes(), 4'000);
        QCOMPARE(buffer.count(), std::size_t(1));
        QCOMPARE(buffer.nextIndex(), quint16(2));
        QCOMPARE(buffer.check(32), PendingBuffer::Verdict::Accepted);
        QCOMPARE(buffer.check(33), PendingBuffer::Verdict::ByteLimit);
    }

    void limitNoOverflow()
    {
        PendingBuffer buffer(1'000);
        QCOMPARE(buffer.check(32 * 1024 * 1024), PendingBuffer::Verdict::Accepted);
        buffer.append(QByteArray(5'000, 'a'), true, 0);
        QCOMPARE(buffer.check(std::numeric_limits<qint64>::max()), PendingBuffer::Verdict::ByteLimit);
        QCOMPARE(buffer.check(0), PendingBuffer::Verdict::ByteLimit);
        writeAll(buffer);
        QVERIFY(buffer.ack(1).valid);
        QCOMPARE(buffer.check(10), PendingBuffer::Verdict::Accepted);
        PendingBuffer exact(164);
        exact.append(QByteArray(100, 'a'), true, 0);
        QCOMPARE(exact.check(std::numeric_limits<qint64>::max()), PendingBuffer::Verdict::ByteLimit);
    }

    void wrapTable()
    {
        QVERIFY(indexNewer(1, 65'535));
        QVERIFY(indexNewer(32'767, 0));
        QVERIFY(!indexNewer(65'535, 1));
        const std::array<int, 10> distances{0, 1, 2, 32'765, 32'766, 32'767, 32'768, 32'769, 65'534, 65'535};
        for (int base = 0; base < 65'536; ++base) {
            for (const int distance : distances) {
                const quint16 a = quint16(base + distance);
                const quint16 b = quint16(base);
                if (indexNewer(a, b) != (distance >= 1 && distance <= 32'767))
                    QFAIL("wrong order over the wrap");
                if (indexNewer(a, b) && indexNewer(b, a))
                    QFAIL("both newer");
            }
        }
        PendingBuffer buffer(1'000'000);
        buffer.startAt(65'534);
        for (int i = 0; i < 5; ++i)
            buffer.append("m", true, 0);
        writeAll(buffer);
        QCOMPARE(buffer.lastSent(), quint16(2));
        QCOMPARE(buffer.ack(0).count, std::size_t(3));
        QCOMPARE(buffer.front().index, quint16(1));
        QVERIFY(!buffer.ack(65'535).valid);
    }

    void ackWindow()
    {
        PendingBuffer buffer(1'000'000);
        QVERIFY(buffer.ack(0).valid);
        QVERIFY(!buffer.ack(1).valid);
        for (int i = 0; i < 10; ++i)
            buffer.append("m", true, 0);
        QVERIFY(!buffer.ack(1).valid); // nothing is written yet
        for (int i = 0; i < 6; ++i)
            buffer.markWritten(1, 5'000);
        QVERIFY(!buffer.ack(7).valid);
        QVERIFY(buffer.ack(4).valid);
        QCOMPARE(buffer.count(), std::size_t(6));
        QVERIFY(!buffer.ack(3).valid);
        QVERIFY(!buffer.ack(quint16(4 + 32'767)).valid);
        QCOMPARE(buffer.count(), std::size_t(6));
        QVERIFY(buffer.ack(4).valid);
        QCOMPARE(buffer.acked(), quint16(4));
        Random random(3);
        for (int i = 0; i < 10'000; ++i) {
            const quint16 index = quint16(random.below(65'536));
            const quint16 acked = buffer.acked();
            const std::size_t count = buffer.count();
            if (buffer.ack(index).valid) {
                if (index < acked || index > 6)
                    QFAIL("an index outside the window was accepted");
            } else if (buffer.acked() != acked || buffer.count() != count) {
                QFAIL("an invalid acknowledgement changed something");
            }
        }
    }

    void ackAfterRewind()
    {
        PendingBuffer buffer(1'000'000);
        for (int i = 0; i < 4; ++i)
            buffer.append("m", true, 0);
        writeAll(buffer);
        buffer.rewind();
        QVERIFY(!buffer.oldestWrittenMs());
        buffer.markWritten(2, 50'000);
        QCOMPARE(buffer.oldestWrittenMs(), std::optional<qint64>(50));
        QCOMPARE(buffer.ack(3).count, std::size_t(3)); // handled by the earlier generation
        QCOMPARE(buffer.cursor(), std::size_t(0));
        QCOMPARE(buffer.at(0).index, quint16(4));
        QCOMPARE(buffer.unwrittenBytes(), buffer.bytes());
        QVERIFY(buffer.markWritten(2, 51'000));
        QCOMPARE(buffer.front().generations, 2);
    }

    void countLimit()
    {
        PendingBuffer buffer(1'000'000'000);
        for (int i = 0; i < 32'766; ++i) {
            if (buffer.check(1) != PendingBuffer::Verdict::Accepted)
                QFAIL("refused too early");
            buffer.append("x", true, 0);
        }
        QCOMPARE(buffer.check(1), PendingBuffer::Verdict::CountLimit);
        writeAll(buffer);
        QCOMPARE(buffer.ack(1).count, std::size_t(1));
        QCOMPARE(buffer.check(1), PendingBuffer::Verdict::Accepted);
        QCOMPARE(buffer.ack(buffer.lastSent()).count, std::size_t(32'765));
        QCOMPARE(buffer.bytes(), 0);
    }

    void resendBytesIdentical()
    {
        PendingBuffer buffer(1'000'000);
        const QByteArray payload("\x00\xff text \x01", 9);
        buffer.append(payload, false, 0);
        writeAll(buffer);
        const QByteArray first = buffer.at(0).payload;
        const quint16 index = buffer.at(0).index;
        buffer.rewind();
        QVERIFY(buffer.markWritten(2, 20'000));
        QCOMPARE(buffer.at(0).payload, payload);
        QVERIFY(buffer.at(0).payload.constData() == first.constData()); // the same bytes, not a copy
        QCOMPARE(buffer.at(0).index, index);
        QVERIFY(!buffer.at(0).binary);
        QCOMPARE(buffer.at(0).timesSent, 2);
    }

    void refusedWriteIsTakenBack()
    {
        PendingBuffer buffer(1'000);
        buffer.append("m", true, 0);
        QVERIFY(!buffer.markWritten(1, 5'000));
        buffer.unmarkWritten();
        QVERIFY(!buffer.oldestWrittenMs());
        QCOMPARE(buffer.at(0).timesSent, 0);
        QVERIFY(!buffer.allWritten());
    }
};

QTEST_APPLESS_MAIN(TestPendingBuffer)
#include "tst_pendingbuffer.moc"
