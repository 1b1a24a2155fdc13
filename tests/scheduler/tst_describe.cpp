// SPDX-License-Identifier: Apache-2.0
// Why an actor is not running: one reason code per line with live values (scheduler.md section 9.3), one test per reason.
#include "engine/scheduler/pools.h"
#include "tests/scheduler/schedulerbench.h"

#include <QDateTime>

using namespace dormouse;
using namespace dormouse::test;

namespace {

QString moment(qint64 ts)
{
    return QDateTime::fromMSecsSinceEpoch(ts, Qt::UTC).toString(u"yyyy-MM-dd HH:mm:ss 'UTC'");
}

/// A pool with an error.
class BrokenPool final : public PoolObserver
{
public:
    void poolDemandChanged(const QString &, const QString &) override {}
    void poolConfigured(const QString &, const QString &) override {}
    void runnerLeaving(const QString &, bool) override {}
    QByteArray poolErrorJson(const QString &, const QString &) const override { return error; }
    QString outboundState(const QString &) const override { return {}; }
    QByteArray error = "{\"serverless_http_error\":{\"status_code\":500,\"body\":\"no\"}}";
};

} // namespace

class TestDescribe : public QObject
{
    Q_OBJECT

private:
    static QStringList why(const Bench &bench, const QString &id) { return bench.scheduler->describeActor(id).why; }
    /// The line with this code, empty = there is none.
    static QString line(const Bench &bench, const QString &id, const char *code)
    {
        const QString start = QLatin1String(code) % u": ";
        for (const QString &one : why(bench, id)) {
            if (one.startsWith(start))
                return one.mid(start.size());
        }
        return {};
    }

private Q_SLOTS:
    void running()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const QString since(u"running: on runner " % runner.runnerId % u" since " % moment(bench.now()));
        QCOMPARE(why(bench, id), QStringList{since});
        // It runs, and nobody can reach it.
        runner.link->cut();
        bench.world.settle();
        QCOMPARE(why(bench, id), (QStringList{since, QString(u"runner_no_socket: runner " % runner.runnerId
                                                             % u" is away, given up at " % moment(bench.now() + 16'000))}));
        runner.answersPings = false;
        bench.connectRunner(runner, "k", 1);
        QVERIFY(line(bench, id, "runner_not_reconciled").startsWith(u"runner " % runner.runnerId));
    }

    /// Whatever waits for a runner says that the runner is away.
    void waitsForARunnerThatIsAway_data()
    {
        QTest::addColumn<QString>("code");
        for (const char *code : {"starting", "sleep_intent", "stop_intent", "destroying"})
            QTest::newRow(code) << QString::fromLatin1(code);
    }

    void waitsForARunnerThatIsAway()
    {
        QFETCH(QString, code);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = code == u"starting" ? bench.create(CrashPolicy::Sleep) : bench.createRunning(runner, CrashPolicy::Sleep);
        if (code == u"sleep_intent")
            bench.report(runner, id, 1, kSleepIntent);
        else if (code == u"stop_intent")
            bench.report(runner, id, 1, wire::EventActorIntent{wire::ActorIntent::Stop});
        else if (code == u"destroying")
            bench.destroy(id);
        QVERIFY(why(bench, id).constFirst().startsWith(code % u':'));
        QCOMPARE(line(bench, id, "runner_no_socket"), QString());
        runner.link->cut();
        bench.world.settle();
        QVERIFY(line(bench, id, "runner_no_socket").contains(moment(bench.now() + 16'000)));
    }

    /// Asleep because there was no room: the same rules as for one that still waits.
    void asleepForWantOfCapacity()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        bench.createRunning(runner, CrashPolicy::Restart);
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QVERIFY(line(bench, id, "no_capacity").startsWith(u"asleep since " % moment(bench.now())));
        QVERIFY(line(bench, id, "runner_full").contains(u"1 of 1 slots used"));
        QCOMPARE(line(bench, id, "idle"), QString());
    }

    void unknownActor()
    {
        Bench bench;
        QVERIFY(bench.scheduler->describeActor(QStringLiteral("nobody")).name.isEmpty());
    }

    void noRunner()
    {
        Bench bench;
        bench.configurePool();
        bench.create(CrashPolicy::Restart);
        const QString id = bench.create(CrashPolicy::Restart);
        QCOMPARE(why(bench, id),
                 (QStringList{u"waiting_for_capacity: since " % moment(bench.now())
                                  % u", position 2 in the queue, gives up at never",
                              QStringLiteral("no_runner: no runner of this pool is known"),
                              QStringLiteral("error: \"no_capacity\"")}));
    }

    void runnerFull()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
        bench.wake(id);
        QCOMPARE(line(bench, id, "waiting_for_capacity"),
                 QString(u"since " % moment(bench.now()) % u", position 1 in the queue, gives up at "
                         % moment(bench.now() + 60'000)));
        QCOMPARE(line(bench, id, "runner_full"), QString(u"runner " % runner.runnerId
                                                         % u", 1 of 1 slots used, silent for 0 ms, version 1"));
    }

    void runnerSilent()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        runner.answersPings = false;
        bench.world.advance(12'000);
        const QString id = bench.create(CrashPolicy::Restart);
        QVERIFY(line(bench, id, "runner_silent").contains(u"silent for 12000 ms"));
    }

    void runnerOlder()
    {
        Bench bench;
        ScriptedRunner older;
        ScriptedRunner newer;
        bench.connectRunner(older, "older", 3, 1);
        bench.connectRunner(newer, "newer", 1, 2);
        bench.create(CrashPolicy::Restart);
        const QString id = bench.create(CrashPolicy::Restart);
        QVERIFY(line(bench, id, "runner_older_version").startsWith(u"runner " % older.runnerId));
        QVERIFY(line(bench, id, "runner_full").startsWith(u"runner " % newer.runnerId));
    }

    void runnerDraining()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        runner.send(wire::ToServerStopping{});
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Restart);
        QVERIFY(line(bench, id, "runner_draining").startsWith(u"runner " % runner.runnerId));
    }

    void runnerWithoutSocket()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        runner.link->cut();
        bench.world.settle();
        const QString id = bench.create(CrashPolicy::Restart);
        QVERIFY(line(bench, id, "runner_no_socket").startsWith(u"runner " % runner.runnerId));
    }

    void runnerNotReconciled()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        runner.link->cut();
        bench.world.settle();
        runner.answersPings = false;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        QVERIFY(line(bench, id, "runner_not_reconciled").startsWith(u"runner " % runner.runnerId));
    }

    void poolError()
    {
        Bench bench;
        BrokenPool pool;
        bench.scheduler->setPools(&pool);
        bench.configureServerless(3);
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.state(id), ActorState::Pending);
        QCOMPARE(line(bench, id, "pool_error"), QString::fromUtf8(pool.error));
        QCOMPARE(bench.scheduler->describeActor(id).errorJson,
                 QString(u"{\"runner_pool_error\":" % QString::fromUtf8(pool.error) % u'}'));
        pool.error.clear();
        QCOMPARE(bench.scheduler->describeActor(id).errorJson, QStringLiteral("\"no_capacity\""));
        QCOMPARE(line(bench, id, "pool_error"), QString());
        bench.scheduler->setPools(nullptr);
    }

    void starting()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(line(bench, id, "starting"),
                 QString(u"on runner " % runner.runnerId % u", lost at " % moment(bench.now() + 30'000)));
        QCOMPARE(bench.scheduler->describeActor(id).deadlineName, QStringLiteral("actor_start_threshold"));
    }

    void stopping_data()
    {
        QTest::addColumn<QString>("code");
        QTest::newRow("sleep") << QStringLiteral("sleep_intent");
        QTest::newRow("stop") << QStringLiteral("stop_intent");
        QTest::newRow("drain") << QStringLiteral("going_away");
    }

    void stopping()
    {
        QFETCH(QString, code);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        if (code == u"going_away")
            runner.send(wire::ToServerStopping{});
        else
            bench.report(runner, id, 1,
                         wire::EventActorIntent{code == u"sleep_intent" ? wire::ActorIntent::Sleep
                                                                        : wire::ActorIntent::Stop});
        bench.world.settle();
        QCOMPARE(line(bench, id, code.toLatin1().constData()),
                 QString(u"stop sent to runner " % runner.runnerId % u", lost at " % moment(bench.now() + 30'000)));
        QCOMPARE(line(bench, id, "wake_deferred"), QString());
        bench.wake(id);
        QCOMPARE(line(bench, id, "wake_deferred"), QStringLiteral("starts again as soon as it has stopped"));
    }

    void destroying()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.destroy(id);
        QCOMPARE(line(bench, id, "destroying"), QString(u"runner " % runner.runnerId % u" must stop it, given up at "
                                                        % moment(bench.now() + 30'000)));
        bench.report(runner, id, 1, kStoppedOk);
        QCOMPARE(line(bench, id, "destroyed"), QString(u"at " % moment(bench.now())));
    }

    void backoff()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        bench.report(runner, id, 0, kStoppedError);
        bench.report(runner, id, 0, stoppedWith(wire::StopCode::Error, QStringLiteral("boom")));
        QCOMPARE(line(bench, id, "failure_backoff"),
                 QString(u"restart 1 at " % moment(bench.now() + 2'000) % u", last failure at " % moment(bench.now())));
        QCOMPARE(line(bench, id, "error"), QStringLiteral("{\"crashed\":{\"message\":\"boom\"}}"));
    }

    void idleWithAlarm()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const qint64 alarm = bench.now() + 3'600'000;
        bench.report(runner, id, 1, alarmAt(alarm));
        bench.putToSleep(runner, id, 2);
        QCOMPARE(why(bench, id), (QStringList{QString(u"idle: asleep since " % moment(bench.now())),
                                              QString(u"alarm: wakes at " % moment(alarm))}));
    }

    void asleepAfterFailures()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Sleep);
        bench.report(runner, id, 0, kStoppedError);
        QCOMPARE(why(bench, id), QStringList{QStringLiteral("error: {\"crashed\":{\"message\":null}}")});
        bench.wake(id);
        bench.report(runner, id, 0, kStoppedError);
        QCOMPARE(line(bench, id, "failure_backoff"), QString(u"failed 2 times, a wake before "
                                                             % moment(bench.now() + 2'000) % u" waits until then"));
        bench.world.advance(2'000);
        QCOMPARE(line(bench, id, "failure_backoff"), QString());
    }
};

QTEST_GUILESS_MAIN(TestDescribe)
#include "tst_describe.moc"
