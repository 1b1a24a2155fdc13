// SPDX-License-Identifier: Apache-2.0
// What every kind of store has to do (scheduler.md section 8), over memory, SQLite and PostgreSQL.
#include "engine/store/migrations.h"
#include "tests/store/storebench.h"

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

class TestStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rowsSurvive_data() { kinds(); }
    void rowsSurvive();
    void absentStaysAbsent_data() { kinds(); }
    void absentStaysAbsent();
    void commands_data() { kinds(); }
    void commands();
    void hibernating_data() { kinds(); }
    void hibernating();
    void refreshManyAtOnce_data() { kinds(); }
    void refreshManyAtOnce();
    void names_data() { kinds(); }
    void names();
    void callbacksKeepTheOrder_data() { kinds(); }
    void callbacksKeepTheOrder();
    void neverCalledFromInside_data() { kinds(); }
    void neverCalledFromInside();
    void kvGetAndPut_data() { kinds(); }
    void kvGetAndPut();
    void kvLists_data() { kinds(); }
    void kvLists();
    void kvDeletes_data() { kinds(); }
    void kvDeletes();
    void kvQuota_data() { kinds(); }
    void kvQuota();
    void kvAnswerTooLarge_data() { kinds(); }
    void kvAnswerTooLarge();
    void kvBytesFollowTheEntries_data() { kinds(); }
    void kvBytesFollowTheEntries();
    void kvGoesWithTheActor_data() { kinds(); }
    void kvGoesWithTheActor();
    void destroyedAreBounded_data() { kinds(); }
    void destroyedAreBounded();
    void everyMigrationStepIsNumbered();
    void memoryFailNext();
    void memoryGivesUp();
    void memoryHoldAndCrash();

private:
    void kinds()
    {
        QTest::addColumn<bool>("sqlite");
        QTest::addColumn<bool>("postgres");
        QTest::newRow("memory") << false << false;
        QTest::newRow("sqlite") << true << false;
        QTest::newRow("postgres") << false << true;
    }
    /// A bench on a database of its own; the server starts with the first one.
    void usePostgres(Bench &bench)
    {
        if (!m_serverRuns)
            m_serverRuns = m_server.start();
        QVERIFY2(m_serverRuns, qPrintable(m_server.error()));
        bench.server = &m_server;
    }

    PostgresServer m_server;
    bool m_serverRuns = false;
};

#define MAKE_BENCH                                                                                                     \
    QFETCH(bool, sqlite);                                                                                              \
    QFETCH(bool, postgres);                                                                                            \
    Bench bench;                                                                                                       \
    bench.sqlite = sqlite;                                                                                             \
    if (postgres)                                                                                                      \
        usePostgres(bench);                                                                                            \
    if (QTest::currentTestFailed())                                                                                    \
        return
#define OPEN_BENCH                                                                                                     \
    MAKE_BENCH;                                                                                                        \
    QVERIFY(bench.open().ok())

void TestStore::rowsSurvive()
{
    OPEN_BENCH;
    RunnerRow runner;
    runner.runnerId = u"r1"_s;
    runner.namespaceId = u"ns"_s;
    runner.name = u"pool"_s;
    runner.key = u"k"_s;
    runner.version = 4'294'967'295U;
    runner.totalSlots = 7;
    runner.protocolVersion = 5;
    runner.state = RunnerState::Draining;
    runner.connEpoch = 9;
    runner.createTs = 1;
    runner.lastConnectedTs = 2;
    runner.lastPingTs = 3;
    runner.lastRttMs = 4;
    runner.lostAt = 5;
    runner.drainDeadline = 6;
    runner.drainTs = 7;
    runner.stopTs = 8;
    runner.expiredTs = 9;
    runner.metadataJson = R"({"a":1})";
    runner.lastCommandIdx = 10;
    runner.lastEventIdx = 11;
    runner.lastAckIdx = 12;
    QVERIFY(bench.write({PutNamespace{{u"ns"_s, u"default"_s, u"Default"_s, 5}}, PutActor{fullActor(u"a"_s)},
                         PutRunner{runner}}).ok());
    bench.store().setMeta(u"clean"_s, u"yes"_s);

    const Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.namespaces.size(), 1U);
    QCOMPARE(snapshot.namespaces[0].displayName, u"Default"_s);
    QCOMPARE(snapshot.meta.value(u"clean"_s), u"yes"_s);
    QCOMPARE(snapshot.meta.size(), 1);
    QCOMPARE(snapshot.actors.size(), 1U);
    const ActorRow &a = snapshot.actors[0];
    const ActorRow want = fullActor(u"a"_s);
    QVERIFY(a.key.has_value() && a.key->isEmpty());
    QCOMPARE(a.crashPolicy, want.crashPolicy);
    QCOMPARE(a.input, want.input);
    QCOMPARE(a.state, want.state);
    QCOMPARE(a.generation, want.generation);
    QCOMPARE(a.everAllocated, true);
    QCOMPARE(a.runnerId, want.runnerId);
    QCOMPARE(a.slotHeld, true);
    QCOMPARE(a.deadline, want.deadline);
    QCOMPARE(a.pendingSeq, want.pendingSeq);
    QVERIFY(a.pendingOverride == want.pendingOverride);
    QVERIFY(a.wakeOverride == want.wakeOverride);
    QCOMPARE(a.willWake, true);
    QCOMPARE(a.rescheduling, true);
    QCOMPARE(a.alarmTs, want.alarmTs);
    QCOMPARE(a.retryCount, 15);
    QCOMPARE(a.lastFailureTs, 16);
    QCOMPARE(a.lastEventIdx, 17);
    QCOMPARE(a.lastAckIdx, 18);
    QCOMPARE(a.seenRunning, true);
    QCOMPARE(a.nextCommandIdx, 19);
    QCOMPARE(a.createTs, 20);
    QCOMPARE(a.startTs, want.startTs);
    QCOMPARE(a.connectableTs, want.connectableTs);
    QCOMPARE(a.sleepTs, want.sleepTs);
    QCOMPARE(a.pendingAllocationTs, want.pendingAllocationTs);
    QCOMPARE(a.rescheduleTs, want.rescheduleTs);
    QVERIFY(!a.destroyTs);
    QCOMPARE(a.errorJson, want.errorJson);
    QCOMPARE(snapshot.runners.size(), 1U);
    const RunnerRow &r = snapshot.runners[0];
    QCOMPARE(r.version, runner.version);
    QCOMPARE(r.protocolVersion, 5);
    QCOMPARE(r.state, RunnerState::Draining);
    QCOMPARE(r.connEpoch, 9U);
    QCOMPARE(r.lostAt, runner.lostAt);
    QCOMPARE(r.drainDeadline, runner.drainDeadline);
    QCOMPARE(r.expiredTs, runner.expiredTs);
    QCOMPARE(r.metadataJson, runner.metadataJson);
    QCOMPARE(r.lastAckIdx, 12);
}

void TestStore::absentStaysAbsent()
{
    OPEN_BENCH;
    ActorRow row;
    row.actorId = u"a"_s; // every text that is not set is a null QString
    QVERIFY(bench.write({PutActor{row}}).ok());
    row.generation = 2;
    QVERIFY(bench.write({PutActor{row}}).ok());
    const Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.actors.size(), 1U);
    QCOMPARE(snapshot.actors[0].generation, 2U);
    QVERIFY(!snapshot.actors[0].key);
    QVERIFY(!snapshot.actors[0].input);
    QVERIFY(!snapshot.actors[0].runnerId);
    QVERIFY(!snapshot.actors[0].deadline);
    QVERIFY(snapshot.actors[0].errorJson.isEmpty());
}

void TestStore::commands()
{
    OPEN_BENCH;
    Batch batch;
    for (qint64 index = 0; index < 4; ++index)
        batch.push_back(PutCommand{{u"r"_s, u"a"_s, 1, index, index == 0, -1, 9}});
    batch.push_back(PutCommand{{u"r"_s, u"a"_s, 2, 0, true, -1, 9}});
    batch.push_back(PutCommand{{u"q"_s, u"a"_s, 1, 0, true, -1, 9}});
    QVERIFY(bench.write(batch).ok());
    QVERIFY(bench.write({DeleteCommands{u"r"_s, u"a"_s, 1, 2}}).ok());
    Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.commands.size(), 3U);
    QCOMPARE(snapshot.commands[0].runnerId, u"q"_s);
    QCOMPARE(snapshot.commands[1].index, 3);
    QCOMPARE(snapshot.commands[1].start, false);
    QCOMPARE(snapshot.commands[2].generation, 2U);
    QVERIFY(bench.write({DeleteRunnerCommands{u"r"_s}}).ok());
    QCOMPARE(bench.reopened().commands.size(), 1U);
}

void TestStore::hibernating()
{
    OPEN_BENCH;
    const auto row = [](quint32 request, const QString &actor, qint64 ping) {
        return PutHibernating{{{0xfffffff0U}, {request}, actor, ping}};
    };
    QVERIFY(bench.write({row(1, u"a"_s, 10), row(2, u"a"_s, 20), row(3, u"b"_s, 30), row(4, u"b"_s, 40)}).ok());
    // Only rows that exist are refreshed: request 9 must not appear.
    const auto missing = std::make_shared<std::vector<RequestId>>(); // shared: with the store, as the seam wants it
    QVERIFY(bench.write({RefreshHibernating{{{{0xfffffff0U}, {1}}, {{0xfffffff0U}, {9}}}, 50, missing}}).ok());
    QCOMPARE(*missing, std::vector<RequestId>{{9}});
    Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.hibernating.size(), 4U);
    QCOMPARE(snapshot.hibernating[0].requestId.value, 2U);
    QCOMPARE(snapshot.hibernating[1].lastPingTs, 50);
    QCOMPARE(snapshot.hibernating[1].gatewayId.value, 0xfffffff0U);
    QVERIFY(bench.write({DeleteHibernatingOlderThan{30}}).ok());
    QCOMPARE(bench.reopened().hibernating.size(), 3U);
    QVERIFY(bench.write({DeleteHibernating{{0xfffffff0U}, {3}}}).ok());
    QCOMPARE(bench.reopened().hibernating.size(), 2U);
    QVERIFY(bench.write({DeleteHibernatingOfActor{u"b"_s}}).ok());
    snapshot = bench.reopened();
    QCOMPARE(snapshot.hibernating.size(), 1U);
    QCOMPARE(snapshot.hibernating[0].requestId.value, 1U);
}

void TestStore::refreshManyAtOnce()
{
    // More than one statement takes, of two gateways, with rows that are not there and one that is named twice.
    OPEN_BENCH;
    constexpr quint32 kRows = 20'000;
    constexpr quint32 kStep = 214'000; // up to the largest ids
    const GatewayId first{7};
    const GatewayId second{0xffffffffU};
    Batch puts;
    for (quint32 i = 0; i < kRows; ++i)
        puts.push_back(PutHibernating{{first, {i * kStep}, u"a"_s, 10}});
    puts.push_back(PutHibernating{{second, {0}, u"b"_s, 10}});
    puts.push_back(PutHibernating{{second, {0xffffffffU}, u"b"_s, 10}});
    puts.push_back(PutHibernating{{second, {5}, u"left alone"_s, 10}});
    RefreshHibernating refresh{{}, 1LL << 40, std::make_shared<std::vector<RequestId>>()};
    for (quint32 i = 0; i < kRows; ++i)
        refresh.rows.emplace_back(first, RequestId{i * kStep});
    refresh.rows.emplace_back(first, RequestId{kStep});
    refresh.rows.emplace_back(first, RequestId{5});
    refresh.rows.emplace_back(second, RequestId{0});
    refresh.rows.emplace_back(second, RequestId{6});
    refresh.rows.emplace_back(second, RequestId{0xffffffffU});
    QVERIFY(bench.write(puts).ok());
    QVERIFY(bench.write({RefreshHibernating{{{second, {0}}}, 20, {}}, PutHibernating{{second, {0}, u"c"_s, 15}}, refresh}).ok());
    QCOMPARE(*refresh.missing, (std::vector<RequestId>{{5}, {6}}));
    int refreshed = 0;
    const Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.hibernating.size(), kRows + 3);
    for (const HibernatingRow &row : snapshot.hibernating) {
        refreshed += row.lastPingTs == refresh.lastPingTs ? 1 : 0;
        if (row.gatewayId == second && row.requestId.value == 0)
            QCOMPARE(row.actorId, u"c"_s); // the row has moved and is refreshed where it is now
        if (row.actorId == "left alone"_L1)
            QCOMPARE(row.lastPingTs, 10);
    }
    QCOMPARE(refreshed, int(kRows) + 2);
}

void TestStore::names()
{
    OPEN_BENCH;
    QVERIFY(bench.write({PutActorName{{u"ns"_s, u"chat"_s, "{}"}, false}, PutActorName{{u"ns"_s, u"chat"_s, "[]"}, false},
                         PutActorName{{u"ns"_s, u"game"_s, "{}"}, true}, PutActorName{{u"ns"_s, u"game"_s, "1"}, true},
                         PutRunnerName{{u"ns"_s, u"pool"_s, {}}},
                         PutRunnerConfig{{u"ns"_s, u"pool"_s, {{u"x"_s, 1}}}},
                         PutRunnerConfig{{u"ns"_s, u"gone"_s, {}}}, DeleteRunnerConfig{u"ns"_s, u"gone"_s}}).ok());
    const Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.actorNames.size(), 2U);
    QCOMPARE(snapshot.actorNames[0].metadataJson, "{}");
    QCOMPARE(snapshot.actorNames[1].metadataJson, "1");
    QCOMPARE(snapshot.runnerNames.size(), 1U);
    QCOMPARE(snapshot.runnerConfigs.size(), 1U);
    QCOMPARE(snapshot.runnerConfigs[0].body.value(u"x"_s).toInt(), 1);
}

void TestStore::callbacksKeepTheOrder()
{
    OPEN_BENCH;
    QList<int> order;
    for (int i = 0; i < 3000; ++i) {
        if (i % 3 == 0)
            bench.store().kv(u"a"_s, KvPut{{{"k", QByteArray::number(i), "1", 1}}}, [&order, i](KvResult) { order << i; });
        else
            bench.store().submit({PutActor{fullActor(QString::number(i % 7))}}, [&order, i](const Status &) { order << i; });
    }
    QTRY_COMPARE_WITH_TIMEOUT(order.size(), 3000, 60'000);
    for (int i = 0; i < 3000; ++i)
        QCOMPARE(order[i], i);
    QCOMPARE(bench.kv(KvGet{{"k"}}).value().at(0).value, "2997");
    QTRY_COMPARE(bench.store().queueLength(), 0);
}

void TestStore::neverCalledFromInside()
{
    OPEN_BENCH;
    bool inside = true;
    bool called = false;
    bool calledInside = false;
    bench.store().submit({}, [&](const Status &status) {
        QVERIFY(status.ok());
        calledInside = inside;
        called = true;
    });
    inside = false;
    QTRY_VERIFY(called);
    QVERIFY(!calledInside);
}

void TestStore::kvGetAndPut()
{
    OPEN_BENCH;
    QVERIFY(bench.kv(KvPut{{{"b", "1", "v1", 5}, {"a", "2", "v1", 5}, {"b", "3", "v2", 6}, {"", "", "v1", 5}}}).ok());
    const KvResult got = bench.kv(KvGet{{"b", "b", "zz", "a", QByteArray(), "b"}});
    QVERIFY(got.ok());
    QCOMPARE(got->size(), 4U);
    QCOMPARE((*got)[0].value, "3");
    QCOMPARE((*got)[0].version, "v2");
    QCOMPARE((*got)[0].updateTs, 6);
    QCOMPARE((*got)[1].key, "a");
    QCOMPARE((*got)[2].key.size(), 0);
    QCOMPARE((*got)[3].key, "b");
    QVERIFY(bench.kv(KvPut{}).ok());
    QVERIFY(bench.kv(KvGet{{"a"}}, u"other"_s).value().empty());
}

void TestStore::kvLists()
{
    OPEN_BENCH;
    bench.put({"61ff", "6162", "61", "6100", "62", "ff", "ffff", "60"});
    using Kind = KvList::Kind;
    const auto hex = [](const char *text) { return QByteArray::fromHex(text); };
    const QByteArrayList all{"60", "61", "6100", "6162", "61ff", "62", "ff", "ffff"};
    QCOMPARE(bench.keys({}), all);
    KvList list;
    list.reverse = true;
    list.limit = 3;
    QCOMPARE(bench.keys(list), (QByteArrayList{"ffff", "ff", "62"}));
    list.limit = 0;
    QCOMPARE(bench.keys(list), QByteArrayList());
    list.limit = std::numeric_limits<quint64>::max();
    list.reverse = false;
    QCOMPARE(bench.keys(list), all);
    QCOMPARE(bench.keys({Kind::Prefix, hex("61"), {}, false, false, 100}), (QByteArrayList{"61", "6100", "6162", "61ff"}));
    QCOMPARE(bench.keys({Kind::Prefix, hex("61"), {}, false, true, 2}), (QByteArrayList{"61ff", "6162"}));
    QCOMPARE(bench.keys({Kind::Prefix, hex("ff"), {}, false, false, 100}), (QByteArrayList{"ff", "ffff"}));
    QCOMPARE(bench.keys({Kind::Prefix, {}, {}, false, false, 100}), all);
    QCOMPARE(bench.keys({Kind::Range, hex("61"), hex("62"), false, false, 100}),
             (QByteArrayList{"61", "6100", "6162", "61ff", "62"}));
    QCOMPARE(bench.keys({Kind::Range, hex("61"), hex("62"), true, false, 2}), (QByteArrayList{"61", "6100"}));
    QCOMPARE(bench.keys({Kind::Range, hex("61"), hex("62"), true, true, 1}), (QByteArrayList{"61ff"}));
    QCOMPARE(bench.keys({Kind::Range, hex("61"), hex("61"), false, false, 9}), (QByteArrayList{"61"}));
    QCOMPARE(bench.keys({Kind::Range, hex("61"), hex("61"), true, false, 9}), QByteArrayList());
    QCOMPARE(bench.keys({Kind::Range, hex("62"), hex("61"), false, false, 9}), QByteArrayList());
}

void TestStore::kvDeletes()
{
    OPEN_BENCH;
    const auto size = [&] { return bench.kv(KvSize{})->front().value; };
    QCOMPARE(size(), QByteArray("0"));
    bench.put({"61", "62", "63", "64", "65"});
    const int five = size().toInt();
    QVERIFY(five > 0 && five % 5 == 0);
    QVERIFY(bench.kv(KvDelete{{"a", "nothing"}}).ok());
    QCOMPARE(size().toInt(), five / 5 * 4);
    QCOMPARE(bench.keys({}), (QByteArrayList{"62", "63", "64", "65"}));
    QVERIFY(bench.kv(KvDeleteRange{"b", "d"}).ok());
    QCOMPARE(bench.keys({}), (QByteArrayList{"64", "65"}));
    QVERIFY(bench.kv(KvDeleteRange{"e", "d"}).ok());
    QCOMPARE(bench.keys({}).size(), 2);
    QVERIFY(bench.kv(KvDropAll{}).ok());
    QCOMPARE(bench.keys({}), QByteArrayList());
    QCOMPARE(size(), QByteArray("0"));
}

void TestStore::kvQuota()
{
    MAKE_BENCH;
    bench.kvLimit = 100;
    QVERIFY(bench.open().ok());
    QVERIFY(bench.kv(KvPut{{{"k", QByteArray(99, 'x'), "1", 1}}}).ok());
    // Replacing frees the old value; nothing of a refused put is kept.
    QVERIFY(bench.kv(KvPut{{{"k", QByteArray(98, 'y'), "1", 1}, {"z", "", "1", 1}}}).ok());
    const KvResult refused = bench.kv(KvPut{{{"z", "1", "1", 1}, {"q", "1", "1", 1}}});
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().fullCode(), "actor.kv_storage_quota_exceeded");
    QVERIFY(refused.error().message.contains(u"0 bytes remaining"_s));
    QCOMPARE(bench.kv(KvGet{{"z"}}).value().at(0).value.size(), 0);
    QVERIFY(bench.kv(KvGet{{"q"}}).value().empty());
    QVERIFY(bench.kv(KvDelete{{"k"}}).ok());
    QVERIFY(bench.kv(KvPut{{{"q", "1", "1", 1}}}).ok());
    QVERIFY(bench.kv(KvPut{{{"q", QByteArray(99, '1'), "1", 1}}}, u"other"_s).ok());
}

void TestStore::kvAnswerTooLarge()
{
    MAKE_BENCH;
    bench.kvLimit = 64 << 20;
    QVERIFY(bench.open().ok());
    for (int i = 0; i < 34; ++i)
        QVERIFY(bench.kv(KvPut{{{QByteArray::number(i), QByteArray(1 << 20, 'x'), "1", 1}}}).ok());
    QVERIFY(!bench.kv(KvList{}).ok());
    KvList few;
    few.limit = 5;
    QCOMPARE(bench.kv(few).value().size(), 5U);
}

void TestStore::kvBytesFollowTheEntries()
{
    OPEN_BENCH;
    QVERIFY(bench.write({PutActor{fullActor(u"a"_s)}}).ok());
    QVERIFY(bench.kv(KvPut{{{"aa", "123", "1", 1}, {"bb", "1", "1", 1}, {"cc", "12", "1", 1}}}).ok());
    QCOMPARE(bench.reopened().actors.at(0).kvBytes, 12);
    QVERIFY(bench.kv(KvPut{{{"aa", "1", "1", 1}}}).ok());
    QCOMPARE(bench.reopened().actors.at(0).kvBytes, 10);
    QVERIFY(bench.kv(KvDelete{{"aa", "aa"}}).ok());
    QVERIFY(bench.kv(KvDeleteRange{"b", "c"}).ok());
    // The engine's own copy of the row does not know the size and must not overwrite it.
    QVERIFY(bench.write({PutActor{fullActor(u"a"_s)}}).ok());
    QCOMPARE(bench.reopened().actors.at(0).kvBytes, 4);
}

void TestStore::kvGoesWithTheActor()
{
    OPEN_BENCH;
    bench.put({"61", "62"});
    QVERIFY(bench.write({PutActor{fullActor(u"a"_s)}, DropKv{u"a"_s}}).ok());
    QCOMPARE(bench.keys({}), QByteArrayList());
    QCOMPARE(bench.reopened().actors.at(0).kvBytes, 0);
}

void TestStore::destroyedAreBounded()
{
    OPEN_BENCH;
    Batch batch;
    for (int i = 0; i < kMaxDestroyedLoaded + 10; ++i) {
        ActorRow row;
        row.actorId = QString::number(i);
        row.state = ActorState::Destroyed;
        row.createTs = i;
        row.destroyTs = i + 1;
        batch.push_back(PutActor{row});
        if (batch.size() == 900) {
            bench.store().submit(std::move(batch), {});
            batch = {};
        }
    }
    ActorRow living;
    living.actorId = u"living"_s;
    living.createTs = -1;
    batch.push_back(PutActor{living});
    bench.store().flush();
    QVERIFY(bench.write(batch).ok());
    const Snapshot snapshot = bench.reopened();
    QCOMPARE(snapshot.actors.size(), std::size_t(kMaxDestroyedLoaded + 1));
    QCOMPARE(snapshot.actors.front().createTs, kMaxDestroyedLoaded + 9);
    QCOMPARE(snapshot.actors[kMaxDestroyedLoaded - 1].createTs, 10);
    QCOMPARE(snapshot.actors.back().actorId, u"living"_s);
}

void TestStore::everyMigrationStepIsNumbered()
{
    int next = 1;
    for (const Migration &step : migrations())
        QCOMPARE(step.version, next++);
    QCOMPARE(newestSchemaVersion(), next - 1);
}

void TestStore::memoryFailNext()
{
    Bench bench;
    QVERIFY(bench.open().ok());
    bench.memory->failNext(2);
    QVERIFY(!bench.write({PutActor{fullActor(u"a"_s)}}).ok());
    QVERIFY(!bench.kv(KvPut{{{"k", "v", "1", 1}}}).ok());
    QVERIFY(bench.write({PutActor{fullActor(u"b"_s)}}).ok());
    QCOMPARE(bench.reopened().actors.size(), 1U);
    QCOMPARE(bench.keys({}), QByteArrayList());
}

void TestStore::memoryGivesUp()
{
    Bench bench;
    QVERIFY(bench.open().ok());
    QVERIFY(bench.write({PutActor{fullActor(u"a"_s)}}).ok());
    bench.memory->giveUp();
    for (int i = 0; i < 3; ++i)
        QVERIFY(!bench.write({PutActor{fullActor(u"b"_s)}}).ok());
    QCOMPARE(bench.reopened().actors.size(), 1U);
    QVERIFY(bench.write({PutActor{fullActor(u"c"_s)}}).ok());
    QCOMPARE(bench.reopened().actors.size(), 2U);
}

void TestStore::memoryHoldAndCrash()
{
    Bench bench;
    QVERIFY(bench.open().ok());
    int called = 0;
    bench.memory->hold();
    bench.store().submit({PutActor{fullActor(u"a"_s)}}, [&](const Status &) { ++called; });
    QCoreApplication::processEvents();
    QCOMPARE(called, 0);
    QCOMPARE(bench.store().queueLength(), 1);
    bench.memory->release();
    QTRY_COMPARE(called, 1);
    bench.store().submit({PutActor{fullActor(u"b"_s)}}, [&](const Status &) { ++called; });
    bench.memory->crash();
    QVERIFY(bench.write({PutActor{fullActor(u"c"_s)}}).ok());
    QCOMPARE(called, 1);
    QStringList ids;
    for (const ActorRow &row : bench.reopened().actors)
        ids.append(row.actorId);
    QCOMPARE(ids, (QStringList{u"a"_s, u"c"_s}));
}

QTEST_GUILESS_MAIN(TestStore)
#include "tst_store.moc"
