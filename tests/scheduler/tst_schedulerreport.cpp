// SPDX-License-Identifier: Apache-2.0
// What the scheduler tells: metrics (scheduler.md section 9.1), one event per change (9.2), the error of an actor
// (9.3), limits on what is kept, and the sizes of stored data.
#include "engine/scheduler/statediagram.h"
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

namespace {

std::optional<double> inPool(const Bench &bench, const char *name, Bench &space)
{
    return bench.metrics.value(name, {{"namespace_id", space.namespaceId()}, {"runner_name", QStringLiteral("p")}});
}

QByteArray runnerError(const char *name, const QString &runnerId)
{
    return QByteArray("{\"") + name + "\":{\"runner_id\":\"" + runnerId.toUtf8() + "\"}}";
}

} // namespace

class TestSchedulerReport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gaugesFollowTheRows()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString holder = bench.createRunning(runner, CrashPolicy::Restart);
        bench.create(CrashPolicy::Restart);
        const QString second = bench.create(CrashPolicy::Restart);
        QCOMPARE(inPool(bench, "pegboard_actor_pending_allocation", bench), 2.0);
        QCOMPARE(inPool(bench, "pegboard_actor_active", bench), 1.0);
        bench.destroy(second);
        QCOMPARE(inPool(bench, "pegboard_actor_pending_allocation", bench), 1.0);
        const MetricLabels actor{{"namespace_id", bench.namespaceId()}, {"actor_name", QStringLiteral("a")}};
        QCOMPARE(bench.metrics.value("total_actors", actor), 2.0);
        bench.report(runner, holder, 1, kStoppedOk);
        QCOMPARE(inPool(bench, "pegboard_actor_pending_allocation", bench), 0.0);
        QCOMPARE(inPool(bench, "pegboard_actor_active", bench), 1.0);
        QCOMPARE(bench.metrics.value("total_actors", actor), 1.0);
        bench.restart(100);
        QCOMPARE(inPool(bench, "pegboard_actor_active", bench), 2.0); // a second engine counts into the same registry
    }

    void backoffAndRestarts()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        bench.report(runner, id, 0, kStoppedError);
        bench.report(runner, id, 0, kStoppedError);
        QCOMPARE(bench.metrics.value("scheduler_backoff_actors"), 1.0);
        QCOMPARE(bench.metrics.value("scheduler_restart_total", {{"pool", QStringLiteral("p")}}), 1.0);
        bench.world.advance(2'000);
        QCOMPARE(bench.metrics.value("scheduler_backoff_actors"), 0.0);
        QCOMPARE(bench.metrics.value("scheduler_restart_total", {{"pool", QStringLiteral("p")}}), 2.0);
        QCOMPARE(bench.scheduler->counters().restarts, quint64(2));
        QVERIFY(bench.metrics.value("scheduler_timer_lag_seconds") >= 1.0);
        // A wake is no restart.
        bench.report(runner, id, 0, kRunning);
        bench.putToSleep(runner, id, 1);
        bench.wake(id);
        QCOMPARE(bench.scheduler->counters().restarts, quint64(2));
    }

    void waitingTimes()
    {
        Bench bench;
        ScriptedRunner runner;
        const QString id = bench.asleepWithoutCapacity(runner);
        const auto waited = [&](const char *result) {
            return bench.metrics
                .histogram("scheduler_pending_wait_seconds", "", Metrics::longDurationBounds(),
                           {{"pool", QStringLiteral("p")}, {"result", QString::fromLatin1(result)}});
        };
        bench.wake(id);
        bench.world.advance(60'000);
        QCOMPARE(waited("timeout").count(), quint64(1));
        QCOMPARE(waited("timeout").sum(), 60.0);
        bench.wake(id);
        bench.world.advance(5'000);
        ScriptedRunner other;
        bench.connectRunner(other, "other", 1);
        QCOMPARE(waited("allocated").sum(), 5.0);
        const QString waiting = bench.create(CrashPolicy::Restart);
        bench.destroy(waiting);
        QCOMPARE(waited("destroyed").count(), quint64(1));
        const QString resting = bench.create(CrashPolicy::Restart);
        bench.scheduler->sleepActor(resting, {});
        bench.world.settle();
        QCOMPARE(waited("asleep").count(), quint64(1));
    }

    void allocationAndStart()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        bench.create(CrashPolicy::Restart);
        bench.create(CrashPolicy::Sleep);
        const QString kind = QStringLiteral("serverful");
        const auto attempts = [&](const char *result) {
            return bench.metrics.value("pegboard_actor_allocate_duration",
                                       {{"kind", kind}, {"result", QString::fromLatin1(result)}});
        };
        QCOMPARE(attempts("allocated"), 1.0);
        QCOMPARE(attempts("pending"), 1.0);
        QCOMPARE(attempts("sleep"), 1.0);
        bench.world.advance(4'000);
        bench.report(runner, id, 0, kRunning);
        QCOMPARE(bench.metrics
                     .histogram("pegboard_actor_start_duration", "", Metrics::durationBounds(),
                                {{"namespace_id", bench.namespaceId()},
                                 {"pool_name", QStringLiteral("p")},
                                 {"kind", kind}})
                     .sum(),
                 4.0);
        QVERIFY(bench.metrics.value("scheduler_tx_seconds", {{"op", QStringLiteral("create")}}) >= 3.0);
        QVERIFY(bench.metrics.value("scheduler_tx_seconds", {{"op", QStringLiteral("runner_events")}}) >= 1.0);
    }

    void eventsThatDoNotCount()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 2);
        const QString id = bench.createRunning(runner, CrashPolicy::Restart);
        runner.event(id, 0, 0, kRunning);                       // index
        runner.event(id, 7, 1, kRunning);                       // generation
        runner.event(makeId(bench.random), 0, 0, kRunning);     // runner
        runner.event(id, 0, 1, kRunning);                       // state
        bench.world.settle();
        for (const char *reason : {"index", "generation", "runner", "state"})
            QCOMPARE(bench.metrics.value("scheduler_event_ignored_total", {{"reason", QString::fromLatin1(reason)}}),
                     1.0);
        QCOMPARE(bench.metrics.value("pegboard_runner_ingested_events_total"), 5.0);
    }

    void runnerSockets()
    {
        Bench bench;
        ScriptedRunner older;
        bench.connectRunner(older, "k", 1);
        older.answersPings = false;
        ScriptedRunner newer;
        bench.connectRunner(newer, "k", 1);
        const MetricLabels labels{{"namespace_id", bench.namespaceId()},
                                  {"runner_name", QStringLiteral("p")},
                                  {"protocol_version", QStringLiteral("7")}};
        QCOMPARE(bench.metrics.value("pegboard_runner_connection_active", labels), 2.0);
        bench.world.advance(2'500);
        QCOMPARE(bench.metrics.value("pegboard_runner_connection_active", labels), 1.0);
        QCOMPARE(bench.metrics.value("pegboard_runner_eviction_total", labels), 1.0);
        QCOMPARE(bench.metrics.value("pegboard_runner_connection_total", labels), 2.0);
        QCOMPARE(inPool(bench, "pegboard_runner_receive_init_packet_duration", bench), 2.0);
        newer.link->cut();
        bench.world.settle();
        QCOMPARE(bench.metrics.value("pegboard_runner_connection_active", labels), 0.0);
        bench.connectRunner(newer, "k", 1);
        bench.connectRunner(newer, "k", 1);
        bench.world.advance(2'500);
        QCOMPARE(bench.metrics.value("scheduler_socket_parked_total"), 1.0);
    }

    void lossesAndReconciles()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 3);
        const QString kept = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.createRunning(runner, CrashPolicy::Sleep);
        bench.create(CrashPolicy::Sleep); // its start deadline comes first
        bench.world.advance(30'000);
        runner.link->cut();
        bench.world.settle();
        runner.resend = {wire::ToServerEvents{{{{kept, 0, 0}, kRunning}, {{kept, 9, 0}, kRunning}}}};
        bench.connectRunner(runner, "k", 3);
        bench.world.advance(500);
        const auto total = [&](const char *name, const char *label, const char *value) {
            return bench.metrics.value(name, {{label, QString::fromLatin1(value)}});
        };
        QCOMPARE(total("scheduler_lost_total", "reason", "no_response"), 1.0);
        QCOMPARE(total("scheduler_lost_total", "reason", "connection_lost"), 1.0);
        QCOMPARE(total("scheduler_reconcile_total", "action", "kept"), 1.0);
        QCOMPARE(total("scheduler_reconcile_total", "action", "lost"), 1.0);
        QCOMPARE(total("scheduler_reconcile_total", "action", "zombie"), 1.0);
        QCOMPARE(bench.scheduler->counters().lost, quint64(2));
    }

    void usage()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const auto value = [&](const char *name) {
            return bench.metrics.value(name, {{"namespace_id", bench.namespaceId()}, {"actor_name", QStringLiteral("a")}});
        };
        runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"key"}, {"value"}}});
        runner.send(wire::ToServerKvRequest{id, 2, wire::KvGetRequest{{"key"}}});
        bench.world.settle();
        QCOMPARE(value("kv_write"), 8.0);
        QCOMPARE(value("kv_read"), 8.0);
        QCOMPARE(value("kv_storage_used"), 8.0);
        QCOMPARE(bench.scheduler->describeActor(id).kvBytes, std::optional<qint64>(8));
        bench.report(runner, id, 1, alarmAt(bench.now() + 500'000));
        bench.report(runner, id, 2, alarmAt(std::nullopt));
        QCOMPARE(value("alarms_set"), 1.0);
        bench.world.advance(61'500);
        QVERIFY(value("actor_awake") >= 60.0);
        bench.putToSleep(runner, id, 3);
        QCOMPARE(value("actor_awake"), 62.0);
        bench.world.advance(120'000);
        QCOMPARE(value("actor_awake"), 62.0);
        bench.restart(0);
        QCOMPARE(bench.scheduler->describeActor(id).kvBytes, std::optional<qint64>(8));
        bench.destroy(id);
        QCOMPARE(bench.scheduler->describeActor(id).kvBytes, std::optional<qint64>(0));
    }

    void everyChangeIsOneEvent()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Restart);
        bench.report(runner, id, 0, kRunning);
        bench.report(runner, id, 1, stoppedWith(wire::StopCode::Error, QStringLiteral("x")));
        bench.report(runner, id, 0, kStoppedError);
        bench.world.advance(2'000);
        bench.report(runner, id, 0, kRunning);
        bench.putToSleep(runner, id, 1);
        QStringList told;
        for (const monitor::Event &event : bench.sink.events) {
            if (event.actorId != id || event.to.isEmpty())
                continue;
            told << QString(event.from % u">" % event.to % u" " % QString::number(event.generation.value()) % u" "
                            % event.reason % u" | " % event.text);
        }
        const QStringList wanted{QStringLiteral(">starting 0 allocated | event create"),
                                 QStringLiteral("starting>running 0 running | event running"),
                                 QStringLiteral("running>starting 1 crashed | event stopped, cause error"),
                                 QStringLiteral("starting>backoff 1 crashed | event stopped, cause error, restart 1 in "
                                                "2000 ms"),
                                 QStringLiteral("backoff>starting 2 allocated | event retry_due"),
                                 QStringLiteral("starting>running 2 running | event running"),
                                 QStringLiteral("running>sleep_intent 2 sleep_intent | event sleep_intent"),
                                 QStringLiteral("sleep_intent>sleeping 2 slept | event stopped, cause ok")};
        QCOMPARE(told, wanted);
    }

    void sleepForWantOfCapacityIsNotATimeout()
    {
        Bench bench;
        bench.configurePool();
        const QString id = bench.create(CrashPolicy::Sleep);
        QCOMPARE(bench.sink.count(QLatin1String("no_capacity")), 1);
        QCOMPARE(bench.sink.count(QLatin1String("pending_timeout")), 0);
        bench.wake(id);
        bench.world.advance(60'000);
        QStringList texts;
        for (const monitor::Event &event : bench.sink.events) {
            if (event.reason == u"pending_timeout" && event.to.isEmpty())
                texts << event.text;
        }
        QCOMPARE(texts, QStringList{QStringLiteral("waited 60000 ms of 60000 ms for a slot, 1 actors in the queue")});
    }

    void errorVariants()
    {
        Bench bench;
        bench.configurePool();
        const auto error = [&](const QString &id) { return bench.row(id).errorJson; };
        const QString waiting = bench.create(CrashPolicy::Sleep);
        QCOMPARE(error(waiting), QByteArray("\"no_capacity\""));

        ScriptedRunner lost;
        bench.connectRunner(lost, "lost", 1);
        const QString first = bench.createRunning(lost, CrashPolicy::Sleep);
        lost.link->cut();
        bench.world.advance(16'000);
        QCOMPARE(error(first), runnerError("runner_connection_lost", lost.runnerId));

        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString second = bench.create(CrashPolicy::Sleep);
        bench.world.advance(30'000);
        QCOMPARE(error(second), runnerError("runner_no_response", runner.runnerId));

        const QString third = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, third, 1, kStoppedError);
        QCOMPARE(error(third), QByteArray("{\"crashed\":{\"message\":null}}"));

        const QString fourth = bench.createRunning(runner, CrashPolicy::Sleep);
        runner.send(wire::ToServerStopping{});
        bench.world.advance(30'000);
        QCOMPARE(error(fourth), runnerError("runner_draining_timeout", runner.runnerId));

        // The root cause stays: a wake without capacity does not hide it. A slot clears it.
        bench.wake(first);
        bench.world.advance(60'000);
        QCOMPARE(error(first), runnerError("runner_connection_lost", lost.runnerId));
        bench.wake(first);
        ScriptedRunner fresh;
        bench.connectRunner(fresh, "fresh", 1);
        QCOMPARE(error(first), QByteArray());
    }

    /// Section 9.4, what is refused without a request having come in over HTTP.
    void refusalsOfTheScheduler()
    {
        Bench bench;
        CreateActor request = bench.request(CrashPolicy::Sleep);
        request.namespaceId = QStringLiteral("nowhere");
        QVERIFY(bench.create(request).isEmpty());
        QCOMPARE(bench.lastError, QByteArray("actor.namespace_not_found"));
        QByteArray code;
        const auto keep = [&code](const Status &status) { code = status.ok() ? QByteArray("ok") : status.error().fullCode(); };
        bench.scheduler->drainRunner(QStringLiteral("nobody"), keep);
        bench.world.settle();
        QCOMPARE(code, QByteArray("runner.not_found"));
        bench.scheduler->deleteRunnerConfig(bench.namespaceId(), QStringLiteral("nothing"), keep);
        bench.world.settle();
        QCOMPARE(code, QByteArray("runner_config.not_found"));
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        bench.scheduler->shutdown();
        bench.world.settle();
        QCOMPARE(runner.closeReason, QByteArray("ws.going_away#ray"));
        ScriptedRunner late;
        bench.connectRunner(late, "late", 1);
        QCOMPARE(late.closeReason, QByteArray("ws.going_away#ray"));
    }

    void stopCallWithoutMessageIsNoCrash()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.report(runner, id, 1, wire::EventActorIntent{wire::ActorIntent::Stop});
        bench.report(runner, id, 2, kStoppedError);
        QCOMPARE(bench.state(id), ActorState::Sleeping);
        QCOMPARE(bench.row(id).errorJson, QByteArray());
    }

    void endedRunnersAreForgotten()
    {
        Bench bench;
        for (int i = 0; i < 2'003; ++i) {
            ScriptedRunner runner;
            bench.connectRunner(runner, QByteArray::number(i), 1);
            runner.close("pegboard.runner_shutdown");
            bench.world.settle();
        }
        QCOMPARE(bench.scheduler->runners().size(), std::size_t(2'000));
        QCOMPARE(bench.sink.runnersEnded.size(), std::size_t(3));
        QCOMPARE(bench.sink.runnersEnded.front().key, QStringLiteral("0"));
        QCOMPARE(bench.sink.runnersEnded.front().state, monitor::RunnerState::Stopped);
        QCOMPARE(bench.sink.count(QLatin1String("runner_forgotten")), 3);
        QCOMPARE(bench.metrics.value("scheduler_forgotten_total", {{"kind", QStringLiteral("runner")}}), 3.0);
    }

    void destroyedActorsAreForgotten()
    {
        Bench bench;
        bench.configurePool();
        QString first;
        for (int i = 0; i < 20'002; ++i)
            bench.scheduler->createActor(bench.request(CrashPolicy::Sleep), {});
        bench.world.settle();
        for (const QString &id : bench.scheduler->actorIds()) {
            if (first.isEmpty())
                first = id;
            bench.scheduler->destroyActor(id, {}, {});
        }
        bench.world.settle();
        QCOMPARE(bench.scheduler->actorIds().size(), std::size_t(20'000));
        QVERIFY(!bench.scheduler->actor(first));
        QCOMPARE(bench.destroy(first), QByteArray("actor.not_found"));
        QCOMPARE(bench.metrics.value("scheduler_forgotten_total", {{"kind", QStringLiteral("actor")}}), 2.0);
        QCOMPARE(bench.sink.count(QLatin1String("actor_forgotten")), 2);
    }

    void diagramOfActors()
    {
        const std::vector<MachineEdge> edges = actorEdges();
        const auto has = [&](const QByteArray &from, const QByteArray &to) {
            return std::any_of(edges.begin(), edges.end(),
                               [&](const MachineEdge &edge) { return edge.from == from && edge.to == to; });
        };
        // The diagram of section 1.3 with what its last sentence adds.
        std::set<std::pair<QByteArray, QByteArray>> wanted{
            {"", "pending"}, {"", "starting"}, {"", "sleeping"}, {"pending", "starting"}, {"pending", "sleeping"},
            {"starting", "running"}, {"starting", "sleep_intent"}, {"running", "sleep_intent"},
            {"running", "stop_intent"}, {"starting", "stop_intent"}, {"running", "going_away"},
            {"starting", "going_away"}, {"sleep_intent", "sleeping"}, {"sleep_intent", "pending"},
            {"sleep_intent", "starting"}, {"going_away", "starting"}, {"going_away", "pending"},
            {"going_away", "sleeping"}, {"running", "backoff"}, {"starting", "backoff"}, {"backoff", "starting"},
            {"backoff", "pending"}, {"running", "sleeping"}, {"starting", "sleeping"}, {"sleeping", "starting"},
            {"sleeping", "pending"}, {"sleeping", "backoff"}, {"running", "destroying"}, {"stop_intent", "destroyed"},
            {"running", "destroyed"}, {"pending", "destroyed"}, {"sleeping", "destroyed"}, {"backoff", "destroyed"},
            {"destroying", "destroyed"}, {"starting", "destroyed"}, {"going_away", "destroyed"},
            {"starting", "destroying"}, {"sleep_intent", "destroying"}, {"stop_intent", "destroying"},
            {"going_away", "destroying"}};
        for (const auto &[from, to] : wanted)
            QVERIFY2(has(from, to), QByteArray(from + " to " + to).constData());
        for (const MachineEdge &edge : edges) {
            QVERIFY(edge.from != "destroyed");
            QVERIFY(edge.from != edge.to);
            if (edge.from == "destroying")
                QCOMPARE(edge.to, QByteArray("destroyed"));
        }
    }

    void diagramOfRunners()
    {
        const QByteArray wanted("stateDiagram-v2\n"
                                "    [*] --> connected: connect\n"
                                "    connected --> draining: drain\n"
                                "    connected --> grace: engine_start, socket_closed\n"
                                "    connected --> stopped: runner_shutdown\n"
                                "    draining --> stopped: drain_deadline, lost, runner_shutdown\n"
                                "    grace --> connected: connect\n"
                                "    grace --> draining: drain\n"
                                "    grace --> stopped: lost\n");
        QCOMPARE(stateDiagram(runnerEdges()), wanted);
    }
};

QTEST_GUILESS_MAIN(TestSchedulerReport)
#include "tst_schedulerreport.moc"
