// SPDX-License-Identifier: Apache-2.0
// Every metric of scheduler.md section 9.1 exists after a busy hour, with its type and its labels, and says something.
#include "tests/gateway/engineworld.h"

#include <QtTest/QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {

struct Row
{
    const char *name;
    const char *type;
    QByteArrayList labels;
    bool stays = true; ///< its value at the end is not 0
};

const QByteArrayList kPool{"namespace_id", "runner_name"};
const QByteArrayList kSocket{"namespace_id", "runner_name", "protocol_version"};
const QByteArrayList kUsage{"namespace_id", "actor_name"};

const std::vector<Row> kList{
    {"pegboard_actor_pending_allocation", "gauge", kPool},
    {"pegboard_actor_active", "gauge", kPool},
    {"pegboard_serverless_desired_slots", "gauge", kPool},
    {"pegboard_actor_allocate_duration", "histogram", {"kind", "result"}},
    {"pegboard_actor_start_duration", "histogram", {"namespace_id", "pool_name", "kind"}},
    {"pegboard_runner_version_upgrade_drain_total", "counter", kPool},
    {"pegboard_serverless_outbound_req_total", "counter", kPool},
    {"pegboard_serverless_outbound_req_active", "gauge", kPool, false},
    {"pegboard_runner_connection_total", "counter", kSocket},
    {"pegboard_runner_connection_active", "gauge", kSocket},
    {"pegboard_runner_eviction_total", "counter", kSocket},
    {"pegboard_runner_receive_init_packet_duration", "histogram", kPool},
    {"pegboard_runner_ingested_events_total", "counter", {}},
    {"scheduler_pending_timeout_total", "counter", {"pool"}},
    {"scheduler_pending_wait_seconds", "histogram", {"pool", "result"}},
    {"scheduler_event_ignored_total", "counter", {"reason"}},
    {"scheduler_lost_total", "counter", {"reason"}},
    {"scheduler_restart_total", "counter", {"pool"}},
    {"scheduler_backoff_actors", "gauge", {}},
    {"scheduler_reconcile_total", "counter", {"action"}},
    {"scheduler_socket_parked_total", "counter", {}},
    {"scheduler_timer_lag_seconds", "histogram", {}},
    {"scheduler_tx_seconds", "histogram", {"op"}},
    {"scheduler_repair_total", "counter", {}, false},
    {"hibernation_rows", "gauge", {}},
    {"hibernation_flush_seconds", "histogram", {}},
    {"actor_awake", "counter", kUsage},
    {"total_actors", "gauge", kUsage},
    {"kv_storage_used", "gauge", kUsage},
    {"kv_read", "counter", kUsage},
    {"kv_write", "counter", kUsage},
    {"alarms_set", "counter", kUsage},
    {"gateway_ingress", "counter", kUsage},
    {"gateway_egress", "counter", kUsage},
    {"requests", "counter", kUsage},
    {"active_requests", "gauge", kUsage},
};

/// A request that never gets an answer.
class SilentStream final : public EventStream
{
};

} // namespace

class TestMetricList : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMetricOfTheList()
    {
        EngineWorld world;
        world.core->setOpenStream([](const StreamRequest &, EventStreamListener &) { return std::make_unique<SilentStream>(); });
        Scheduler &scheduler = world.core->scheduler();
        auto host = std::make_unique<ScriptedHost>(world, "k", 3);
        host->echoes = true;
        // Life, storage, alarms, clients.
        const QString actor = world.create();
        auto client = world.connect(actor);
        client->send("12345");
        world.http(actor, "POST", "x", "body");
        world.settle();
        QCOMPARE(client->count, 1);
        host->send(wire::ToServerKvRequest{actor, 1, wire::KvPutRequest{{"key"}, {"value"}}});
        host->send(wire::ToServerKvRequest{actor, 2, wire::KvGetRequest{{"key"}}});
        host->event(actor, wire::EventActorSetAlarm{world.world.clock.wallMs() + 100'000'000});
        // Failures until one has to wait.
        const QString failing = world.create(CrashPolicy::Restart);
        for (int i = 0; i < 2; ++i) {
            host->stopped(failing, wire::StopCode::Error);
            world.settle();
        }
        QCOMPARE(world.state(failing), ActorState::Backoff);
        // No room, for too long.
        world.configurePool(QStringLiteral("empty"));
        const QString waiting = world.create(CrashPolicy::Sleep, QStringLiteral("empty"));
        scheduler.wakeActor(waiting, {OverrideKind::DontSleep, 1'000});
        world.advance(61'000);
        QCOMPARE(world.state(waiting), ActorState::Sleeping);
        world.create(CrashPolicy::Restart, QStringLiteral("empty"));
        // Two sockets of one process, then a loss on the way, then another process with its key.
        host->connect();
        world.advance(3'000);
        host->link->cut();
        world.advance(1'000);
        host->connect();
        world.advance(3'000);
        ScriptedHost other(world, "k", 3);
        world.advance(3'000);
        // A newer version where the config asks for it.
        RunnerConfigRow config = *scheduler.runnerConfig(world.namespaceId(), QStringLiteral("p"));
        config.body.insert(QStringLiteral("drain_on_version_upgrade"), true);
        config.body.insert(QStringLiteral("normal"), QJsonObject{{QStringLiteral("drain_on_version_upgrade"), true}});
        scheduler.putRunnerConfig(config, {});
        world.settle();
        scheduler.poolVersionSeen(world.namespaceId(), QStringLiteral("p"), 99);
        world.settle();
        // A serverless pool.
        RunnerConfigRow far;
        far.namespaceId = world.namespaceId();
        far.name = QStringLiteral("far");
        far.body = {{QStringLiteral("serverless"),
                     QJsonObject{{QStringLiteral("url"), QStringLiteral("http://127.0.0.1:9")},
                                 {QStringLiteral("request_lifespan"), 300},
                                 {QStringLiteral("slots_per_runner"), 1},
                                 {QStringLiteral("max_runners"), 2}}}};
        scheduler.putRunnerConfig(far, {});
        world.create(CrashPolicy::Restart, QStringLiteral("far"));
        world.advance(61'000);
        // One that is in back-off at the end, a client that is there, sockets that hibernate.
        ScriptedHost last(world, "last", 5);
        const QString again = world.create(CrashPolicy::Restart);
        for (int i = 0; i < 3; ++i) {
            last.stopped(again, wire::StopCode::Error);
            world.settle();
        }
        const QString serving = world.create();
        auto staying = world.connect(serving);
        world.advance(50'000);
        QVERIFY(staying->isOpen());
        last.stopped(again, wire::StopCode::Error);
        world.settle();
        QCOMPARE(world.state(again), ActorState::Backoff);

        const QByteArray text = world.metrics.prometheusText();
        const QByteArrayList lines = text.split('\n');
        for (const Row &row : kList) {
            const QByteArray name = (QByteArrayView(row.name).startsWith("pegboard_") ? "rivet_" : "") + QByteArray(row.name);
            QVERIFY2(lines.contains("# TYPE " + name + ' ' + row.type), row.name);
            const QByteArray series = QByteArrayView(row.type) == "histogram" ? name + "_count" : name;
            bool found = false;
            for (const QByteArray &line : lines) {
                if (!line.startsWith(QByteArray(series + '{')) && !line.startsWith(QByteArray(series + ' ')))
                    continue;
                found = true;
                for (const QByteArray &label : row.labels)
                    QVERIFY2(line.contains(QByteArray(label + "=\"")), line.constData());
                QCOMPARE(line.count("=\""), row.labels.size());
            }
            QVERIFY2(found, row.name);
            if (row.stays)
                QVERIFY2(world.metrics.total(row.name).value_or(0) > 0, row.name);
        }
    }
};

QTEST_GUILESS_MAIN(TestMetricList)
#include "tst_metriclist.moc"
