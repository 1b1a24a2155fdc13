// SPDX-License-Identifier: Apache-2.0
// Scenarios 1 to 7 and 95 to 96 of scheduler.md section 10: creation, keys, destruction.
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

class TestScenariosCreate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario001_createOnAFreeRunner()
    {
        Bench bench;
        ScriptedRunner runner;
        runner.connectTo(bench.world, *bench.scheduler, "k", 2);
        bench.world.settle();
        QVERIFY(bench.scheduler->linkUp(runner.runnerId));
        const QString id = bench.create(CrashPolicy::Destroy);
        QCOMPARE(runner.commands.size(), std::size_t(1));
        QCOMPARE(runner.commands[0].checkpoint, (wire::ActorCheckpoint{id, 0, 0}));
        runner.event(id, 0, 0, kRunning);
        bench.world.settle();
        QCOMPARE(bench.row(id).state, ActorState::Running);
        QCOMPARE(bench.row(id).connectableTs, bench.world.clock.wallMs());
        QCOMPARE(bench.row(id).startTs, bench.row(id).connectableTs);
    }

    void scenario002_keyInUse()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString first = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
        QVERIFY(!first.isEmpty());
        QVERIFY(bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
        QCOMPARE(bench.lastError, QByteArray("actor.duplicate_key"));
        QCOMPARE(bench.scheduler->actorIds().size(), std::size_t(1));
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
        QCOMPARE(bench.scheduler->actorByKey(bench.namespaceId(), QStringLiteral("a"), QStringLiteral("key"))->actorId,
                 first);
    }

    void scenario003_keyIsFreeWhileDestroying()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 3);
        const QString first = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
        bench.report(runner, first, 0, kRunning);
        bench.destroy(first);
        QCOMPARE(bench.state(first), ActorState::Destroying);
        const QString second = bench.create(CrashPolicy::Destroy, QStringLiteral("key"));
        QVERIFY(!second.isEmpty());
        QVERIFY(second != first);
        bench.report(runner, first, 1, kStoppedOk);
        QCOMPARE(bench.state(first), ActorState::Destroyed);
        // The end of the first must not free the key of the second.
        QVERIFY(bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
        bench.report(runner, second, 0, kStoppedOk);
        QVERIFY(!bench.create(CrashPolicy::Destroy, QStringLiteral("key")).isEmpty());
    }

    void scenario095_destroyDropsData()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        const wire::ToServerKvRequest put{id, 1, wire::KvPutRequest{{"key"}, {"value"}}};
        runner.send(put);
        HibernatingRow hibernating;
        hibernating.actorId = id;
        hibernating.lastPingTs = bench.now();
        bench.store.submit({PutHibernating{hibernating}}, [](const Status &) {});
        const auto entries = [&] {
            std::size_t count = 99;
            bench.store.kv(id, KvList{}, [&](const KvResult &result) { count = result.ok() ? result->size() : 98; });
            bench.world.settle();
            return count;
        };
        bench.world.settle();
        QCOMPARE(entries(), std::size_t(1));
        QCOMPARE(bench.store.open()->hibernating.size(), std::size_t(1));

        bench.destroy(id);
        QCOMPARE(bench.state(id), ActorState::Destroying);
        QCOMPARE(bench.row(id).destroyTs, bench.now());
        QVERIFY(!bench.row(id).connectableTs);
        QCOMPARE(entries(), std::size_t(0));
        QVERIFY(bench.store.open()->hibernating.empty());
        QVERIFY(bench.scheduler->actorsByName(bench.namespaceId(), QStringLiteral("a"), false, {}, 10).empty());
        QCOMPARE(bench.scheduler->actorsByName(bench.namespaceId(), QStringLiteral("a"), true, {}, 10).size(),
                 std::size_t(1));

        runner.send(put);
        bench.world.settle();
        const auto *error = std::get_if<wire::KvErrorResponse>(&runner.kvAnswers.back().data);
        QVERIFY(error);
        QCOMPARE(error->message, QStringLiteral("given actor does not belong to runner"));
        QCOMPARE(entries(), std::size_t(0));
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 1u);
        bench.report(runner, id, 1, kStoppedOk);
        QCOMPARE(bench.state(id), ActorState::Destroyed);
        QCOMPARE(bench.scheduler->usedSlots(runner.runnerId), 0u);
    }
};

QTEST_GUILESS_MAIN(TestScenariosCreate)
#include "tst_scenarioscreate.moc"
