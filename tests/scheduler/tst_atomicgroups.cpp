// SPDX-License-Identifier: Apache-2.0
// The twelve groups of scheduler.md section 8.2 that must change together, seen in the store after every single commit,
// and what the next engine makes of each of these states (sections 8.6 and 8.7, scenario 100).
#include "engine/scheduler/actormachine.h"
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

namespace {

/// What is wrong with a committed state, empty = nothing.
QString problemOf(const Snapshot &stored)
{
    std::map<QString, const RunnerRow *> runners;
    for (const RunnerRow &runner : stored.runners)
        runners[runner.runnerId] = &runner;
    std::set<std::pair<QString, QString>> names;
    for (const NameRow &name : stored.actorNames)
        names.insert({name.namespaceId, name.name});
    std::set<std::pair<QString, QString>> pools;
    for (const RunnerConfigRow &config : stored.runnerConfigs)
        pools.insert({config.namespaceId, config.name});
    std::set<std::pair<QString, QString>> runnerNames;
    for (const NameRow &name : stored.runnerNames)
        runnerNames.insert({name.namespaceId, name.name});
    std::map<QString, std::vector<const CommandRow *>> commands;
    for (const CommandRow &command : stored.commands)
        commands[command.actorId].push_back(&command);

    std::set<QString> keys;
    for (const ActorRow &row : stored.actors) {
        const QString state = QLatin1String(actorStateName(row.state)) % u' ' % row.actorId;
        if (!names.contains({row.namespaceId, row.name}))
            return u"T-1: no name entry for " % state;
        if (row.key && !row.destroyTs && !keys.insert(row.name % u'/' % *row.key).second)
            return u"T-1: key twice, " % state;
        if (isAllocated(row.state) != row.slotHeld || row.slotHeld != row.runnerId.has_value())
            return u"T-2: slot and state, " % state;
        if ((row.state == ActorState::Pending) != row.pendingSeq.has_value())
            return u"T-5: queue and state, " % state;
        if ((row.state == ActorState::Running) != row.connectableTs.has_value())
            return u"connectable and state, " % state;
        if (row.destroyTs && row.kvBytes > 0)
            return u"T-6: data of " % state;
        if (row.slotHeld) {
            const auto holder = runners.find(*row.runnerId);
            if (holder == runners.end() || holder->second->state == RunnerState::Stopped)
                return u"T-9: slot on a record that has ended, " % state;
        }
        bool started = false;
        bool stopped = false;
        for (const CommandRow *command : commands[row.actorId]) {
            if (row.slotHeld && command->generation == row.generation && command->runnerId == row.runnerId)
                (command->start ? started : stopped) = true;
            else if (command->start)
                return u"T-3: start command of a life that is over, " % state;
        }
        if (row.state == ActorState::Starting && row.lastEventIdx < 0 && !started)
            return u"T-2: no start command for " % state;
        if (isStopping(row.state) && !stopped)
            return u"T-7: no stop command for " % state;
    }
    for (const HibernatingRow &row : stored.hibernating) {
        for (const ActorRow &actor : stored.actors) {
            if (actor.actorId == row.actorId && actor.destroyTs)
                return u"T-6: hibernating row of " % row.actorId;
        }
    }
    for (const RunnerRow &row : stored.runners) {
        if (!pools.contains({row.namespaceId, row.name}) || !runnerNames.contains({row.namespaceId, row.name}))
            return u"T-8: no config or name for " % row.name;
        if ((row.state == RunnerState::Grace) && !row.lostAt)
            return u"T-9: no time limit for " % row.runnerId;
    }
    return {};
}

/// One of the operations: what is done beforehand, and what is done while commits are watched.
struct Group
{
    std::function<QString(Bench &, ScriptedRunner &)> prepare; ///< returns the actor
    std::function<void(Bench &, ScriptedRunner &, const QString &)> act;
};

void reportNow(Bench &bench, ScriptedRunner &runner, const QString &id, std::vector<std::pair<qint64, wire::Event>> list)
{
    wire::ToServerEvents events;
    for (const auto &[index, event] : list)
        events.events.push_back({{id, bench.row(id).generation, index}, event});
    runner.send(events);
    bench.world.settle();
}

const Group kCreate{[](Bench &bench, ScriptedRunner &runner) {
                        bench.connectRunner(runner, "k", 1);
                        return QString();
                    },
                    [](Bench &bench, ScriptedRunner &, const QString &) {
                        bench.create(CrashPolicy::Restart, QStringLiteral("key"));
                        bench.create(CrashPolicy::Restart);
                    }};
const Group kAssign{[](Bench &bench, ScriptedRunner &) {
                        bench.configurePool();
                        return bench.create(CrashPolicy::Restart);
                    },
                    [](Bench &bench, ScriptedRunner &runner, const QString &) { bench.connectRunner(runner, "k", 1); }};
const Group kSettle{[](Bench &bench, ScriptedRunner &runner) {
                        bench.connectRunner(runner, "k", 1);
                        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
                        bench.create(CrashPolicy::Restart);
                        return id;
                    },
                    [](Bench &bench, ScriptedRunner &runner, const QString &id) {
                        bench.report(runner, id, 1, kStoppedError);
                        bench.world.advance(31'000); // the next one never reports: lost
                    }};
const Group kWake{[](Bench &bench, ScriptedRunner &runner) {
                      bench.connectRunner(runner, "k", 1);
                      const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
                      bench.report(runner, id, 1, alarmAt(bench.now() + 2'000));
                      bench.putToSleep(runner, id, 2);
                      return id;
                  },
                  [](Bench &bench, ScriptedRunner &runner, const QString &id) {
                      bench.world.advance(2'000);
                      if (bench.state(id) != ActorState::Starting)
                          return;
                      bench.report(runner, id, 0, kRunning);
                      bench.putToSleep(runner, id, 1);
                      bench.wake(id);
                  }};
const Group kPendingTimeout{[](Bench &bench, ScriptedRunner &runner) {
                                const QString id = bench.asleepWithoutCapacity(runner);
                                bench.wake(id);
                                return id;
                            },
                            [](Bench &bench, ScriptedRunner &, const QString &) { bench.world.advance(60'000); }};
const Group kDestroy{[](Bench &bench, ScriptedRunner &runner) {
                         bench.connectRunner(runner, "k", 1);
                         const QString id = bench.createRunning(runner, CrashPolicy::Restart);
                         runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"key"}, {"value"}}});
                         HibernatingRow row;
                         row.actorId = id;
                         row.lastPingTs = bench.now();
                         bench.store.submit({PutHibernating{row}}, [](const Status &) {});
                         bench.world.settle();
                         return id;
                     },
                     [](Bench &bench, ScriptedRunner &runner, const QString &id) {
                         bench.scheduler->destroyActor(id, {}, {});
                         bench.world.settle();
                         reportNow(bench, runner, id, {{1, kStoppedOk}});
                     }};
const Group kEvents{[](Bench &bench, ScriptedRunner &runner) {
                        bench.connectRunner(runner, "k", 1);
                        return bench.create(CrashPolicy::Sleep);
                    },
                    [](Bench &bench, ScriptedRunner &runner, const QString &id) {
                        reportNow(bench, runner, id,
                                  {{0, kRunning}, {1, alarmAt(bench.now() + 1'000'000)}, {2, kSleepIntent}});
                        reportNow(bench, runner, id, {{3, kStoppedOk}});
                    }};
const Group kConnect{[](Bench &, ScriptedRunner &) { return QString(); },
                     [](Bench &bench, ScriptedRunner &runner, const QString &) {
                         runner.initExtra.metadata = QStringLiteral("{\"a\":1}");
                         runner.initExtra.prepopulateActorNames = {{QStringLiteral("a"), QStringLiteral("{}")}};
                         bench.connectRunner(runner, "k", 1);
                         runner.link->cut();
                         bench.world.settle();
                         bench.connectRunner(runner, "k", 1);
                     }};
const Group kLost{[](Bench &bench, ScriptedRunner &runner) {
                      bench.connectRunner(runner, "k", 3);
                      const QString id = bench.createRunning(runner, CrashPolicy::Restart);
                      bench.createRunning(runner, CrashPolicy::Sleep);
                      bench.create(CrashPolicy::Destroy);
                      return id;
                  },
                  [](Bench &bench, ScriptedRunner &runner, const QString &) {
                      runner.link->cut();
                      bench.world.advance(17'000);
                  }};
const Group kDrain{kLost.prepare, [](Bench &bench, ScriptedRunner &runner, const QString &) {
                       runner.send(wire::ToServerStopping{});
                       bench.world.advance(31'000);
                   }};
const Group kCommandAck{[](Bench &bench, ScriptedRunner &runner) {
                            bench.connectRunner(runner, "k", 1);
                            return bench.createRunning(runner, CrashPolicy::Sleep);
                        },
                        [](Bench &bench, ScriptedRunner &runner, const QString &id) {
                            bench.report(runner, id, 1, kSleepIntent);
                            wire::ToServerAckCommands ack;
                            ack.lastCommandCheckpoints = {{id, 0, 0}};
                            runner.send(ack);
                            bench.world.settle();
                        }};
const Group kConfig{[](Bench &bench, ScriptedRunner &) {
                        bench.configurePool();
                        return QString();
                    },
                    [](Bench &bench, ScriptedRunner &, const QString &) {
                        bench.configureServerless(2);
                        bench.scheduler->deleteRunnerConfig(bench.namespaceId(), QStringLiteral("p"), {});
                        bench.world.settle();
                    }};
const Group kKv{kCommandAck.prepare, [](Bench &bench, ScriptedRunner &runner, const QString &id) {
                    runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"a", "b"}, {"1", "2"}}});
                    runner.send(wire::ToServerKvRequest{id, 2, wire::KvDeleteRequest{{"a"}}});
                    bench.world.settle();
                }};

} // namespace

Q_DECLARE_METATYPE(Group)

class TestAtomicGroups : public QObject
{
    Q_OBJECT

private:
    static void groups()
    {
        QTest::addColumn<Group>("group");
        QTest::newRow("T-1 create") << kCreate;
        QTest::newRow("T-2 assign") << kAssign;
        QTest::newRow("T-3 settle") << kSettle;
        QTest::newRow("T-4 wake") << kWake;
        QTest::newRow("T-5 pending timeout") << kPendingTimeout;
        QTest::newRow("T-6 destroy") << kDestroy;
        QTest::newRow("T-7 events") << kEvents;
        QTest::newRow("T-8 connect") << kConnect;
        QTest::newRow("T-9 lost") << kLost;
        QTest::newRow("T-9 drain") << kDrain;
        QTest::newRow("T-10 command acknowledgement") << kCommandAck;
        QTest::newRow("T-11 config") << kConfig;
        QTest::newRow("T-12 kv") << kKv;
    }

private Q_SLOTS:
    void everyCommitIsWhole_data() { groups(); }
    void everyCommitIsWhole()
    {
        QFETCH(Group, group);
        Bench bench;
        ScriptedRunner runner;
        const QString id = group.prepare(bench, runner);
        int commits = 0;
        QString problem;
        bench.store.setCommitHook([&] {
            ++commits;
            if (problem.isEmpty())
                problem = problemOf(*bench.store.open());
            return true;
        });
        group.act(bench, runner, id);
        QCOMPARE(problem, QString());
        QVERIFY(commits > 0 || qstrcmp(QTest::currentDataTag(), "T-12 kv") == 0); // KV is a transaction of the store
    }

    /// The process ends after each commit, before anything follows from it. What is found makes a working engine.
    void scenario100_endAfterEveryCommit_data() { groups(); }
    void scenario100_endAfterEveryCommit()
    {
        QFETCH(Group, group);
        for (int last = 1;; ++last) {
            Bench bench;
            ScriptedRunner runner;
            const QString id = group.prepare(bench, runner);
            int commits = 0;
            bench.store.setCommitHook([&] { return ++commits != last; });
            group.act(bench, runner, id);
            if (commits < last) {
                QVERIFY(last > 1 || qstrcmp(QTest::currentDataTag(), "T-12 kv") == 0);
                return;
            }
            bench.store.setCommitHook({});
            bench.restart(100);
            QCOMPARE(problemOf(*bench.store.open()), QString());
            QCOMPARE(bench.brokenInvariant(), QString());
            QCOMPARE(bench.scheduler->counters().repairs, quint64(0));
            // An empty process comes, and everything finds a place on it or comes to rest.
            ScriptedRunner fresh;
            bench.connectRunner(fresh, "k", 10);
            bench.world.advance(120'000);
            QCOMPARE(bench.brokenInvariant(), QString());
            QCOMPARE(problemOf(*bench.store.open()), QString());
            for (const QString &one : bench.scheduler->actorIds()) {
                if (bench.state(one) == ActorState::Pending)
                    QVERIFY(bench.row(one).deadline || bench.scheduler->describeRunner(fresh.runnerId).usedSlots == 10u);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestAtomicGroups)
#include "tst_atomicgroups.moc"
