// SPDX-License-Identifier: Apache-2.0
// What a server channel knows of its last bytes when the connection is lost (channel.h): only what never left this machine
// may be called unsent.
#include "tests/net/netfixture.h"

using namespace dormouse;
using namespace dormouse::test;

class TestUnsentBytes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void connectionLost_data()
    {
        QTest::addColumn<bool>("stuck");
        QTest::newRow("everything has left") << false;
        QTest::newRow("the peer takes nothing") << true;
    }

    void connectionLost()
    {
        QFETCH(bool, stuck);
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(RawClient::upgradeHead());
        QTRY_VERIFY(bed.handler.channel);
        Channel &channel = *bed.handler.channel;
        QCOMPARE(channel.bytesAccepted(), qint64(0));
        channel.send("heard", true);
        QCOMPARE(channel.bytesAccepted(), qint64(5 + 2)); // with its header
        QTRY_COMPARE(client.frames().size(), std::size_t(1));
        const qint64 heard = channel.bytesAccepted();
        if (stuck) {
            client.reading = false;
            client.socket.setReadBufferSize(1024);
            qint64 before = -1;
            QTRY_VERIFY(([&] {
                while (channel.bytesQueued() < 1024 * 1024)
                    channel.send(QByteArray(1024 * 1024, 'x'), true);
                QCoreApplication::processEvents();
                const qint64 now = channel.bytesQueued();
                return std::exchange(before, now) == now;
            })());
        }
        const qint64 accepted = channel.bytesAccepted();
        const qint64 queued = channel.bytesQueued();
        QCOMPARE(channel.bytesUnsent(), qint64(0)); // not known before the end
        client.socket.abort();
        QTRY_COMPARE(bed.handler.recorder.closed, 1);
        QVERIFY(!bed.handler.recorder.close.clean);
        QCOMPARE(channel.bytesAccepted(), accepted);
        if (!stuck) {
            QCOMPARE(channel.bytesUnsent(), qint64(0));
            return;
        }
        QVERIFY2(channel.bytesUnsent() >= queued, qPrintable(QString::number(channel.bytesUnsent())));
        QVERIFY(accepted - channel.bytesUnsent() >= heard);
    }

    /// This side cannot know how much of its farewell arrives.
    void closedByThisSide()
    {
        Bed bed;
        RawClient client(bed.server.serverPort());
        client.send(RawClient::upgradeHead());
        QTRY_VERIFY(bed.handler.channel);
        bed.handler.channel->send(QByteArray(1024, 'x'), true);
        bed.handler.channel->abort();
        QTRY_COMPARE(bed.handler.recorder.closed, 1);
        QCOMPARE(bed.handler.channel->bytesUnsent(), qint64(0));
    }
};

DORMOUSE_NET_TEST_MAIN(TestUnsentBytes)
#include "tst_unsentbytes.moc"
