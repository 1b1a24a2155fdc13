// SPDX-License-Identifier: Apache-2.0
#include "models/actormodel.h"
#include "models/eventmodel.h"
#include "models/tableexport.h"

#include "engine/monitor/frame.h"

#include <QBuffer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

using namespace dormouse;

class TableExportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void csv();
    void jsonLines();
    void eventsHaveIsoTimes();
    void largeTableIsWrittenInPieces();
    void rowsThatLeaveAreLeftOut();
    void failingDevice();

private:
    static monitor::ActorInfo actor(int n)
    {
        monitor::ActorInfo info;
        info.actorId = QStringLiteral("id%1").arg(n, 6, 10, QLatin1Char('0'));
        info.name = QStringLiteral("chat");
        info.state = monitor::ActorState::Sleeping;
        return info;
    }
};

void TableExportTest::csv()
{
    ActorModel model;
    monitor::ActorInfo one = actor(1);
    one.key = QStringLiteral("a \"quoted\", key");
    one.pendingBytes = 1536;
    model.store({one}, true, 0);
    const TableExport table(model, {ActorModel::Id, ActorModel::State, ActorModel::Key, ActorModel::PendingBytes, ActorModel::Pool},
                            TableExport::Format::Csv);
    QCOMPARE(table.header(), QByteArray("id,state,key,pending.bytes,pool\r\n"));
    QCOMPARE(table.row(0), QByteArray("id000001,sleeping,\"a \"\"quoted\"\", key\",1536,\r\n"));
}

void TableExportTest::jsonLines()
{
    ActorModel model;
    monitor::ActorInfo one = actor(1);
    one.retryCount = 0; // known, and zero
    model.store({one}, true, 0);
    const TableExport table(model, {ActorModel::Id, ActorModel::Retries, ActorModel::Pool}, TableExport::Format::JsonLines);
    QVERIFY(table.header().isEmpty());
    const QByteArray line = table.row(0);
    QVERIFY(line.endsWith('\n'));
    const QJsonObject object = QJsonDocument::fromJson(line).object();
    QCOMPARE(object.value(QStringLiteral("id")).toString(), QStringLiteral("id000001"));
    QVERIFY(object.value(QStringLiteral("retries")).isDouble());
    QVERIFY(!object.contains(QStringLiteral("pool"))); // unknown is absent, never zero
}

void TableExportTest::eventsHaveIsoTimes()
{
    EventModel model;
    monitor::Frame frame;
    monitor::Event event;
    event.seq = 1;
    event.ts = 1'700'000'000'125;
    event.kind = monitor::EventKind::ActorCreated;
    event.actorId = QStringLiteral("a1");
    frame.events.push_back(event);
    model.setActive(true);
    model.apply(frame);
    QCOMPARE(model.rowCount(), 1);
    const TableExport table(model, {EventModel::Time, EventModel::Actor}, TableExport::Format::Csv);
    QCOMPARE(table.header(), QByteArray("time,actor\r\n"));
    QCOMPARE(table.row(0), QByteArray("2023-11-14T22:13:20.125Z,a1\r\n"));
}

void TableExportTest::largeTableIsWrittenInPieces()
{
    ActorModel model;
    std::vector<monitor::ActorInfo> many;
    for (int i = 0; i < 3 * TableWriter::kRowsPerTurn + 7; ++i)
        many.push_back(actor(i));
    model.store(many, true, 0);
    QBuffer buffer;
    QVERIFY(buffer.open(QIODevice::WriteOnly));
    TableWriter writer(&model, {ActorModel::Id}, TableExport::Format::Csv, &buffer);
    QSignalSpy finished(&writer, &TableWriter::finished);
    writer.start();
    QCOMPARE(finished.size(), 0); // nothing of it happens inside the call
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(finished.at(0).at(0).toInt(), int(many.size()));
    QCOMPARE(finished.at(0).at(1).toString(), QString());
    QCOMPARE(buffer.data().count("\r\n"), qsizetype(many.size()) + 1);
}

void TableExportTest::rowsThatLeaveAreLeftOut()
{
    ActorModel model;
    std::vector<monitor::ActorInfo> many;
    for (int i = 0; i < TableWriter::kRowsPerTurn + 10; ++i)
        many.push_back(actor(i));
    model.store(many, true, 0);
    QBuffer buffer;
    QVERIFY(buffer.open(QIODevice::WriteOnly));
    TableWriter writer(&model, {ActorModel::Id}, TableExport::Format::Csv, &buffer);
    QSignalSpy finished(&writer, &TableWriter::finished);
    writer.start();
    many.erase(many.begin(), many.begin() + 5);
    model.store(many, true, 1);
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(finished.at(0).at(0).toInt(), int(many.size()));
    QVERIFY(!buffer.data().contains("id000004\r\n"));
    QVERIFY(buffer.data().contains("id000005\r\n"));
}

void TableExportTest::failingDevice()
{
    ActorModel model;
    model.store({actor(1)}, true, 0);
    QBuffer buffer;
    QVERIFY(buffer.open(QIODevice::ReadOnly));
    TableWriter writer(&model, {ActorModel::Id}, TableExport::Format::Csv, &buffer);
    QSignalSpy finished(&writer, &TableWriter::finished);
    writer.start();
    QCOMPARE(finished.size(), 1);
    QVERIFY(!finished.at(0).at(1).toString().isEmpty());
}

QTEST_GUILESS_MAIN(TableExportTest)
#include "tst_tableexport.moc"
