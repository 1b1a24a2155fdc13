// SPDX-License-Identifier: Apache-2.0
#include "engine/base/config.h"
#include "engine/base/databaseurl.h"

#include <QTest>

#include <limits>
#include <vector>

using namespace dormouse;
using namespace Qt::StringLiterals;

class TestConfig : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void emptyFileGivesDefaults();
    void readsBothSections();
    void acceptsUpstreamNames();
    void rejects_data();
    void rejects();
    void describesEveryKey();
    void defaultsAreConsistent();
    void configRelations();
    void thresholdValidation();
    void databaseUrl();
};

void TestConfig::emptyFileGivesDefaults()
{
    const auto config = parseConfig("{}");
    QVERIFY(config.ok());
    QCOMPARE(config->actorReadyTimeoutMs, 30'000);
    QCOMPARE(config->kvMaxStorageBytes, 10LL * 1024 * 1024 * 1024);
    QCOMPARE(config->drainTimeoutMs(), 30'000);
}

void TestConfig::readsBothSections()
{
    const auto config = parseConfig(R"({"guard":{"actor_ready_timeout_ms":20000,"replay_delivered":"never",
        "allowed_origins":["https://a.example"],"trust_forwarded_for":true},
        "pegboard":{"hws_max_pending_size":4096,"keepalive_phase_fraction":0.5,"runner_drain_timeout":77},
        "auth":{"admin_token":"dev"}})");
    QVERIFY2(config.ok(), config.ok() ? "" : qPrintable(config.error().message));
    QCOMPARE(config->actorReadyTimeoutMs, 20'000);
    QCOMPARE(config->replayDelivered, u"never"_s);
    QCOMPARE(config->allowedOrigins, QStringList{u"https://a.example"_s});
    QVERIFY(config->trustForwardedFor);
    QCOMPARE(config->hwsMaxPendingSize, 4096);
    QCOMPARE(config->keepalivePhaseFraction, 0.5);
    QCOMPARE(config->drainTimeoutMs(), 77);
    QCOMPARE(config->adminToken, u"dev"_s);
}

void TestConfig::databaseUrl()
{
    const Result<DatabaseUrl> url = parseDatabaseUrl(u"postgresql://me:p%40ss%2F@[::1]:5433/my%20db?sslmode=require"_s);
    QVERIFY(url.ok());
    QCOMPARE(url->host, u"::1"_s);
    QCOMPARE(url->port, 5433);
    QCOMPARE(url->user, u"me"_s);
    QCOMPARE(url->password, u"p@ss/"_s);
    QCOMPARE(url->database, u"my db"_s);
    QCOMPARE(url->options.size(), 1U);
    QVERIFY(!url->shown().contains(u"p@ss"_s) && !url->shown().contains(u"p%40ss"_s));
    const Result<DatabaseUrl> socket = parseDatabaseUrl(u"postgresql:///d?host=/run/postgresql"_s);
    QVERIFY(socket.ok());
    QCOMPARE(socket->host, u"/run/postgresql"_s);
    QCOMPARE(socket->database, u"d"_s);

    EngineConfig config;
    config.databaseUrl = u"postgresql://me:secret@h/d"_s;
    QVERIFY(checkConfig(config).ok());
    for (const ConfigEntry &entry : describeConfig(config))
        QVERIFY2(!entry.value.toString().contains(u"secret"_s), qPrintable(entry.key));
    const Status changed = changeSetting(config, u"database"_s, u"url"_s, u"postgresql://h/e"_s);
    QVERIFY(!changed.ok());
    QCOMPARE(changed.error().fullCode(), "config.needs_restart");
}

void TestConfig::acceptsUpstreamNames()
{
    const auto config = parseConfig(R"({"pegboard":{"gateway_hws_max_pending_size":5000,
        "gateway_hws_message_ack_timeout_ms":12000,"gateway_gc_interval_ms":15000},
        "guard":{"gateway_http_max_request_body_size":1000,"host":"0.0.0.0","port":6420},
        "metrics":{"port":0},"topology":{},"telemetry":null,"file_system":{"path":"x"},"api_peer":{}})");
    QVERIFY2(config.ok(), config.ok() ? "" : qPrintable(config.error().message));
    QCOMPARE(config->hwsMaxPendingSize, 5000);
    QCOMPARE(config->hwsMessageAckTimeoutMs, 12'000);
    QCOMPARE(config->httpMaxRequestBodySize, 1000);
}

void TestConfig::rejects_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QStringList>("parts");
    const auto row = [](const char *name, const char *json, const QStringList &parts) {
        QTest::newRow(name) << QByteArray(json) << parts;
    };
    row("syntax", "{\n  \"guard\": {,}\n}", {u"line 2"_s, u"column"_s});
    row("not an object", "[1]", {u"one JSON object"_s});
    row("unknown section", R"({"gard":{}})", {u"gard"_s, u"no such section"_s});
    row("section no object", R"({"guard":3})", {u"guard"_s, u"a number"_s});
    row("unknown key", R"({"guard":{"actor_redy":1}})", {u"guard.actor_redy"_s, u"no such setting"_s});
    row("text for number", R"({"guard":{"wake_retries":"8"}})", {u"guard.wake_retries"_s, u"a text"_s});
    row("fraction", R"({"guard":{"wake_retries":1.5}})", {u"guard.wake_retries"_s, u"1.5"_s});
    row("number for boolean", R"({"guard":{"trust_forwarded_for":1}})", {u"trust_forwarded_for"_s, u"a number"_s});
    row("number for text", R"({"auth":{"admin_token":1}})", {u"auth.admin_token"_s, u"a number"_s});
    row("list entry", R"({"guard":{"allowed_origins":[1]}})", {u"allowed_origins"_s, u"list of texts"_s});
    row("choice", R"({"guard":{"replay_delivered":"maybe"}})", {u"maybe"_s, u"never, safe, always"_s});
    row("negative", R"({"guard":{"actor_ready_timeout_ms":-1}})", {u"actor_ready_timeout_ms"_s, u"-1"_s});
    row("too big for the decoder", R"({"guard":{"websocket_max_message_size":33554432}})", {u"33554176"_s});
    row("two names", R"({"pegboard":{"gateway_hws_max_pending_size":1,"hws_max_pending_size":2}})",
        {u"two names"_s});
    row("pending below ready", R"({"guard":{"actor_force_wake_pending_timeout_ms":29999}})",
        {u"actor_force_wake_pending_timeout_ms (29999)"_s, u"actor_ready_timeout_ms (30000)"_s});
    row("open not below ready", R"({"pegboard":{"gateway_websocket_open_timeout_ms":30000}})",
        {u"gateway_websocket_open_timeout_ms (30000)"_s, u"actor_ready_timeout_ms (30000)"_s});
    row("rewake pause", R"({"guard":{"rewake_pause_ms":1001}})",
        {u"rewake_pause_ms (1001)"_s, u"rewake_pause_max_ms (1000)"_s});
    row("ack", R"({"pegboard":{"hws_message_ack_timeout_ms":9999}})",
        {u"hws_message_ack_timeout_ms (9999)"_s, u"10000"_s});
    row("flush", R"({"pegboard":{"hibernation_flush_interval":22501}})",
        {u"hibernation_flush_interval (22501)"_s, u"hibernating_request_eligible_threshold (90000)"_s});
    row("threshold range", R"({"pegboard":{"hibernating_request_eligible_threshold":9999}})",
        {u"hibernating_request_eligible_threshold"_s, u"9999"_s, u"10000"_s});
    row("database", R"({"database":{"url":"mysql://u:secret@h/d"}})", {u"database.url"_s, u"postgresql"_s});
    row("database without name", R"({"database":{"url":"postgresql://h"}})", {u"database.url"_s, u"names no database"_s});
    row("database option", R"({"database":{"url":"postgresql://h/d?servce=x"}})", {u"servce"_s});
    row("eligible", R"({"pegboard":{"runner_eligible_threshold":15000}})",
        {u"runner_eligible_threshold (15000)"_s, u"runner_ping_timeout_ms (15000)"_s});
    row("ping timeout", R"({"pegboard":{"runner_ping_timeout_ms":30001}})",
        {u"runner_ping_timeout_ms (30001)"_s, u"runner_lost_threshold (15000)"_s});
    row("zero threshold", R"({"pegboard":{"actor_start_threshold":0}})", {u"actor_start_threshold"_s});
}

void TestConfig::rejects()
{
    QFETCH(QByteArray, json);
    QFETCH(QStringList, parts);
    const auto config = parseConfig(json);
    QVERIFY(!config.ok());
    QCOMPARE(config.error().fullCode(), "config.invalid");
    for (const QString &part : parts)
        QVERIFY2(config.error().message.contains(part), qPrintable(config.error().message));
}

void TestConfig::describesEveryKey()
{
    EngineConfig config;
    config.wakeRetries = 3;
    config.adminToken = u"secret"_s;
    QStringList names;
    bool sawRetries = false;
    for (const ConfigEntry &entry : describeConfig(config)) {
        names.append(entry.section % u'.' % entry.key);
        QVERIFY(!entry.value.toString().contains(u"secret"_s));
        if (entry.key == u"wake_retries"_s) {
            sawRetries = true;
            QCOMPARE(entry.value.toInt(), 3);
            QCOMPARE(entry.defaultValue.toInt(), 8);
        }
    }
    QVERIFY(sawRetries);
    QCOMPARE(names.removeDuplicates(), 0);
    // Every related key is itself a setting.
    for (const ConfigEntry &entry : describeConfig(config)) {
        if (!entry.related.isEmpty())
            QVERIFY2(names.filter(u'.' + entry.related).size() >= 1, qPrintable(entry.related));
    }
}

void TestConfig::defaultsAreConsistent()
{
    const Status status = checkConfig(EngineConfig());
    QVERIFY2(status.ok(), status.ok() ? "" : qPrintable(status.error().message));
}

void TestConfig::configRelations()
{
    // Each relation of gateway.md section 10.2: the nearest good pair passes, the nearest bad one names both keys.
    struct Case
    {
        void (*change)(EngineConfig &config, qint64 by);
        QStringList names;
    };
    const std::vector<Case> cases = {
        {[](EngineConfig &c, qint64 by) { c.actorForceWakePendingTimeoutMs = c.actorReadyTimeoutMs - by; },
         {u"guard.actor_force_wake_pending_timeout_ms"_s, u"guard.actor_ready_timeout_ms"_s}},
        {[](EngineConfig &c, qint64 by) { c.gatewayWebsocketOpenTimeoutMs = c.actorReadyTimeoutMs - 1 + by; },
         {u"pegboard.gateway_websocket_open_timeout_ms"_s, u"guard.actor_ready_timeout_ms"_s}},
        {[](EngineConfig &c, qint64 by) { c.rewakePauseMs = c.rewakePauseMaxMs + by; },
         {u"guard.rewake_pause_ms"_s, u"guard.rewake_pause_max_ms"_s}},
        {[](EngineConfig &c, qint64 by) { c.hwsMessageAckTimeoutMs = 10'000 - by; },
         {u"pegboard.hws_message_ack_timeout_ms"_s, u"10000"_s}},
        {[](EngineConfig &c, qint64 by) { c.hibernationFlushInterval = c.hibernatingRequestEligibleThreshold / 4 + by; },
         {u"pegboard.hibernation_flush_interval"_s, u"pegboard.hibernating_request_eligible_threshold"_s}},
    };
    for (const Case &one : cases) {
        EngineConfig good;
        one.change(good, 0);
        QVERIFY2(checkConfig(good).ok(), qPrintable(one.names.first()));
        EngineConfig bad;
        one.change(bad, 1);
        const Status status = checkConfig(bad);
        QVERIFY2(!status.ok(), qPrintable(one.names.first()));
        for (const QString &name : one.names)
            QVERIFY2(status.error().message.contains(name), qPrintable(status.error().message));
    }
}

void TestConfig::thresholdValidation()
{
    const auto accepted = [](qint64 threshold) {
        EngineConfig config;
        config.hibernationFlushInterval = 2'500;
        config.hibernatingRequestEligibleThreshold = threshold;
        return checkConfig(config);
    };
    const qint64 day = 24LL * 3600 * 1000;
    for (const qint64 threshold : {qint64(10'000), qint64(90'000), day})
        QVERIFY(accepted(threshold).ok());
    for (const qint64 threshold : {qint64(-1), qint64(0), qint64(1), qint64(9'999), day + 1,
                                   std::numeric_limits<qint64>::max(), std::numeric_limits<qint64>::min()}) {
        const Status status = accepted(threshold);
        QVERIFY2(!status.ok(), qPrintable(QString::number(threshold)));
        QVERIFY(status.error().message.contains(u"pegboard.hibernating_request_eligible_threshold"_s));
    }
    // The same from a file, where the number is a text.
    const auto file = parseConfig(R"({"pegboard":{"hibernating_request_eligible_threshold":9223372036854775807}})");
    QVERIFY(!file.ok());
    QVERIFY(file.error().message.contains(u"86400000 ms"_s));
}

QTEST_GUILESS_MAIN(TestConfig)
#include "tst_config.moc"
