// SPDX-License-Identifier: Apache-2.0
// A runner of every protocol version through the scheduler's sockets (runner-protocol.md sections 3.8 and 4.10,
// scheduler.md section 1.12): the same life of an actor, and what differs up to version 3.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

namespace {

/// Counts events as its version does: per runner up to 3, per actor above.
class VersionedRunner final : public ScriptedRunner
{
public:
    explicit VersionedRunner(int version) { protocol = version; }
    bool legacy() const { return protocol <= 3; }
    void report(Bench &bench, const QString &id, const wire::Event &inner)
    {
        const quint32 generation = bench.row(id).generation;
        qint64 &index = legacy() ? m_next : m_nextOf[{id, generation}];
        event(id, generation, index++, inner);
        bench.world.settle();
    }

private:
    qint64 m_next = 0;
    std::map<std::pair<QString, quint32>, qint64> m_nextOf;
};

} // namespace

class TestProtocolVersions : public QObject
{
    Q_OBJECT

private:
    static void versions(int from, int to)
    {
        QTest::addColumn<int>("version");
        for (int version = from; version <= to; ++version)
            QTest::addRow("v%d", version) << version;
    }

private Q_SLOTS:
    void life_data() { versions(1, 7); }
    void life()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner runner(version);
        bench.connectRunner(runner, "k", 2);
        QCOMPARE(runner.inits.size(), std::size_t(1));
        QCOMPARE(bench.scheduler->runner(runner.runnerId)->protocolVersion, version);
        const QString id = bench.create(CrashPolicy::Sleep, QStringLiteral("key"));
        QCOMPARE(runner.starts(id), 1);
        QCOMPARE(runner.commands[0].checkpoint.actorId, id);
        QCOMPARE(std::get<wire::CommandStartActor>(runner.commands[0].inner).config.key,
                 std::optional(QStringLiteral("key")));
        runner.report(bench, id, kRunning);
        QCOMPARE(bench.state(id), ActorState::Running);
        runner.report(bench, id, alarmAt(bench.now() + 100'000));
        runner.report(bench, id, kSleepIntent);
        QCOMPARE(runner.stops(id), 1);
        runner.report(bench, id, kStoppedOk);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        bench.wake(id);
        QCOMPARE(runner.starts(id), 2);
        QCOMPARE(runner.commands.back().checkpoint.generation, 1u);
        // Command indexes: one row of numbers per runner, or one per generation.
        QCOMPARE(runner.commands.back().checkpoint.index, runner.legacy() ? 2 : 0);
        runner.report(bench, id, kRunning);
        QCOMPARE(bench.state(id), ActorState::Running);
        runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"key"}, {"value"}}});
        runner.send(wire::ToServerKvRequest{id, 2, wire::KvGetRequest{{"key"}}});
        bench.world.settle();
        QCOMPARE(std::get<wire::KvGetResponse>(runner.kvAnswers.back().data).values, (std::vector<QByteArray>{"value"}));
        runner.report(bench, id, stoppedWith(wire::StopCode::Error, QStringLiteral("x")));
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(bench.row(id).errorJson.startsWith("{\"crashed\""));
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
    }

    void pings_data() { versions(1, 7); }
    void pings()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner runner(version);
        bench.connectRunner(runner, "k", 1);
        runner.answersPings = false;
        bench.world.advance(60'000);
        // Up to 3 the runner pings, and a silent one keeps its socket; it only gets nothing new.
        QCOMPARE(runner.closes, runner.legacy() ? 0 : 1);
        if (!runner.legacy())
            return;
        const QString id = bench.create(CrashPolicy::Restart);
        QCOMPARE(bench.state(id), ActorState::Pending);
        runner.send(wire::ToServerPing{bench.now() - 7});
        bench.world.settle();
        QCOMPARE(bench.state(id), ActorState::Starting);
        QCOMPARE(bench.scheduler->runner(runner.runnerId)->lastRttMs, 14u);
    }

    void legacyReconnect_data() { versions(1, 3); }
    void legacyReconnect()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner runner(version);
        bench.connectRunner(runner, "k", 3);
        const QString seen = bench.create(CrashPolicy::Sleep);
        runner.report(bench, seen, kRunning);
        runner.link->freeze();
        const QString unseen = bench.create(CrashPolicy::Sleep);
        runner.link->cut();
        bench.world.advance(2'000);
        QCOMPARE(runner.commands.size(), std::size_t(1));
        // The init says which commands arrived: exactly the others come again, without an inventory.
        runner.initExtra.lastCommandIdx = 0;
        const QString runnerId = runner.runnerId;
        bench.connectRunner(runner, "k", 3);
        QCOMPARE(runner.runnerId, runnerId);
        QCOMPARE(runner.inits.back().lastEventIdx, 0);
        QCOMPARE(runner.commands.size(), std::size_t(2));
        QCOMPARE(runner.starts(unseen), 1);
        QCOMPARE(runner.commands.back().checkpoint.index, 1);
        QCOMPARE(bench.state(seen), ActorState::Running);
        QVERIFY(bench.scheduler->linkUp(runnerId));
        QCOMPARE(bench.scheduler->counters().reconcileLost, quint64(0));
        // Resent events with an index that was seen are dropped.
        runner.event(seen, 0, 0, kSleepIntent);
        bench.world.settle();
        QCOMPARE(bench.state(seen), ActorState::Running);
        QCOMPARE(bench.scheduler->counters().ignoredIndex, quint64(1));
    }

    void legacyCommandAck_data() { versions(1, 3); }
    void legacyCommandAck()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner runner(version);
        bench.connectRunner(runner, "k", 3);
        const QString first = bench.create(CrashPolicy::Sleep);
        const QString second = bench.create(CrashPolicy::Sleep);
        wire::ToServerAckCommands ack;
        ack.lastCommandIdx = 0;
        runner.send(ack);
        bench.world.settle();
        const Snapshot stored = *bench.store.open();
        QCOMPARE(stored.commands.size(), std::size_t(1));
        QCOMPARE(stored.commands.front().actorId, second);
        QVERIFY(first != second);
    }

    void legacyEventAck_data() { versions(1, 3); }
    void legacyEventAck()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner runner(version);
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Sleep);
        runner.report(bench, id, kRunning);
        for (int i = 0; i < 499; ++i)
            runner.report(bench, id, alarmAt(std::nullopt));
        QVERIFY(runner.legacyAcks.empty());
        runner.report(bench, id, alarmAt(std::nullopt));
        QCOMPARE(runner.legacyAcks, std::vector<qint64>{500});
    }

    void legacySecondSocketEvicts_data() { versions(1, 3); }
    void legacySecondSocketEvicts()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner older(version);
        VersionedRunner newer(version);
        bench.connectRunner(older, "k", 1);
        bench.connectRunner(newer, "k", 1);
        QCOMPARE(older.closeReason, QByteArray("ws.eviction#ray")); // there is no ping to ask with
        QCOMPARE(older.runnerId, newer.runnerId);
        QVERIFY(bench.scheduler->linkUp(newer.runnerId));
    }

    void currentReconnect_data() { versions(4, 7); }
    void currentReconnect()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner runner(version);
        bench.connectRunner(runner, "k", 3);
        const QString id = bench.create(CrashPolicy::Restart);
        runner.report(bench, id, kRunning);
        runner.link->cut();
        bench.world.advance(3'000);
        runner.resend = {wire::ToServerEvents{{{{id, 0, 0}, kRunning}}}};
        bench.connectRunner(runner, "k", 3);
        bench.world.advance(500);
        QCOMPARE(bench.state(id), ActorState::Running);
        QCOMPARE(runner.starts(id), 1);
        QVERIFY(bench.scheduler->linkUp(runner.runnerId));
    }

    void commandAcksAbove3_data() { versions(4, 7); }
    void commandAcksAbove3()
    {
        QFETCH(int, version);
        Bench bench;
        VersionedRunner runner(version);
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        QCOMPARE(bench.store.open()->commands.size(), std::size_t(1));
        wire::ToServerAckCommands ack;
        ack.lastCommandCheckpoints = {{id, 0, 0}};
        runner.send(ack);
        bench.world.settle();
        QVERIFY(bench.store.open()->commands.empty());
    }

    void versionOutOfRange_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("v0") << 0;
        QTest::newRow("v8") << 8;
    }
    void versionOutOfRange()
    {
        QFETCH(int, version);
        Bench bench;
        ScriptedRunner runner;
        runner.dial(bench.world, *bench.scheduler,
                    QByteArray("protocol_version=" + QByteArray::number(version) + "&namespace=default&runner_key=k"));
        wire::ToServerInit init;
        init.name = QStringLiteral("p");
        init.totalSlots = 1;
        runner.send(init);
        bench.world.settle();
        QCOMPARE(runner.closes, 1);
        QVERIFY(bench.scheduler->runners().empty());
    }
};

QTEST_GUILESS_MAIN(TestProtocolVersions)
#include "tst_protocolversions.moc"
