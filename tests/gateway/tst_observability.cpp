// SPDX-License-Identifier: Apache-2.0
// What can be seen from outside: metrics, lines, metadata of errors (gateway.md sections 12 and 14.7).
#include "tests/gateway/engineworld.h"
#include "tests/gateway/stage.h"

#include <QJsonDocument>
#include <QTest>

#include <map>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

class TestObservability : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneLinePerSocket();
    void destroyedMetadata();
};

void TestObservability::oneLinePerSocket()
{
    Stage stage;
    EngineWorld world;
    LibraryHost host(world, u"k"_s, 10, stage.factory());
    const QString actor = world.create();
    std::vector<std::shared_ptr<SocketClient>> clients;
    for (int i = 0; i < 50; ++i)
        clients.push_back(world.connect(actor));
    for (int cycle = 0; cycle < 3; ++cycle) {
        for (const auto &client : clients) {
            for (int i = 0; i < 20; ++i)
                client->send("m");
        }
        world.advance(500);
        stage.living.at(actor)->sleep();
        world.advance(500);
    }
    for (const auto &client : clients)
        client->close(1000);
    world.advance(10'000);
    QCOMPARE(stage.messages, 50 * 20 * 3);
    std::map<QString, int> lines;
    for (const monitor::Event &event : world.sink.events) {
        QVERIFY2(event.level != monitor::EventLevel::Trace, "nobody asked for traces");
        if (!event.connectionId.isEmpty() && event.level >= monitor::EventLevel::Info)
            ++lines[event.connectionId];
    }
    QCOMPARE(lines.size(), 50U);
    for (const auto &[ray, count] : lines)
        QCOMPARE(count, 1);
    // The line is the one at the end, with what the socket did.
    for (const monitor::Event &event : world.sink.events) {
        if (event.kind != monitor::EventKind::ConnectionClosed)
            continue;
        QCOMPARE(event.actorId, actor);
        QVERIFY2(event.text.contains(u"in 60/60 B") && event.text.contains(u"sleeps 3"), qPrintable(event.text));
    }
}

void TestObservability::destroyedMetadata()
{
    EngineWorld world;
    ScriptedHost host(world, "k1", 3);
    const QString actor = world.create();
    const qint64 before = world.world.clock.wallMs();
    world.destroy(actor);
    const qint64 after = world.world.clock.wallMs();
    auto request = world.http(actor, "GET");
    QCOMPARE(request->status, 404);
    QCOMPARE(request->errorCode(), QByteArray("actor.not_found"));
    const QJsonObject body = QJsonDocument::fromJson(request->answer).object();
    const QJsonObject metadata = body.value(u"metadata").toObject();
    QCOMPARE(metadata.value(u"destroyed"), QJsonValue(true));
    QVERIFY(metadata.value(u"destroy_ts").toInteger() >= before && metadata.value(u"destroy_ts").toInteger() <= after);
    // The same code for an id that never was, without the metadata.
    QString unknown = actor;
    unknown[5] = unknown[5] == u'a' ? u'b' : u'a';
    auto other = world.http(unknown, "GET");
    QCOMPARE(other->status, 404);
    QCOMPARE(other->errorCode(), QByteArray("actor.not_found"));
    QVERIFY(!QJsonDocument::fromJson(other->answer).object().value(u"metadata").toObject().contains(u"destroyed"));
    auto socket = world.connect(actor);
    world.settle();
    QCOMPARE(socket->closeCode, std::optional<quint16>(1011));
    QCOMPARE(socket->code(), QByteArray("actor.not_found"));
}

QTEST_GUILESS_MAIN(TestObservability)
#include "tst_observability.moc"
