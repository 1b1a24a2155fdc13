// SPDX-License-Identifier: Apache-2.0
// KV requests of runners (runner-protocol.md section 6, scheduler.md section 7).
#include "tests/scheduler/schedulerbench.h"

using namespace dormouse;
using namespace dormouse::test;

Q_DECLARE_METATYPE(dormouse::wire::KvRequestData)

namespace {

QString kvError(const wire::ToClientKvResponse &response)
{
    const auto *error = std::get_if<wire::KvErrorResponse>(&response.data);
    return error ? error->message : QString();
}

} // namespace

class TestRunnerKv : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void kvRoundTrip()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.create(CrashPolicy::Sleep); // may use its storage before it runs
        runner.send(wire::ToServerKvRequest{id, 0, wire::KvPutRequest{{"b", "a", "c"}, {"2", "1", ""}}});
        runner.send(wire::ToServerKvRequest{id, 1, wire::KvGetRequest{{"c", "missing", "a"}}});
        runner.send(wire::ToServerKvRequest{id, 2, wire::KvListRequest{wire::KvListAllQuery{}, true, 2}});
        runner.send(wire::ToServerKvRequest{id, 3, wire::KvDeleteRangeRequest{"a", "c"}});
        runner.send(wire::ToServerKvRequest{id, 4, wire::KvListRequest{wire::KvListAllQuery{}, {}, {}}});
        runner.send(wire::ToServerKvRequest{id, 5, wire::KvDropRequest{}});
        runner.send(wire::ToServerKvRequest{id, 6, wire::KvListRequest{wire::KvListAllQuery{}, {}, {}}});
        bench.world.settle();
        QCOMPARE(runner.kvAnswers.size(), std::size_t(7));
        for (quint32 i = 0; i < 7; ++i)
            QCOMPARE(runner.kvAnswers[i].requestId, i);
        QVERIFY(std::holds_alternative<wire::KvPutResponse>(runner.kvAnswers[0].data));
        const auto &got = std::get<wire::KvGetResponse>(runner.kvAnswers[1].data);
        QCOMPARE(got.keys, (std::vector<QByteArray>{"c", "a"}));
        QCOMPARE(got.values, (std::vector<QByteArray>{"", "1"}));
        QCOMPARE(got.metadata.at(0).updateTs, bench.now());
        QCOMPARE(std::get<wire::KvListResponse>(runner.kvAnswers[2].data).keys, (std::vector<QByteArray>{"c", "b"}));
        QVERIFY(std::holds_alternative<wire::KvDeleteResponse>(runner.kvAnswers[3].data));
        QCOMPARE(std::get<wire::KvListResponse>(runner.kvAnswers[4].data).keys, (std::vector<QByteArray>{"c"}));
        QVERIFY(std::holds_alternative<wire::KvDropResponse>(runner.kvAnswers[5].data));
        QVERIFY(std::get<wire::KvListResponse>(runner.kvAnswers[6].data).keys.empty());
    }

    void whatWaitsForTheDatabaseIsBounded()
    {
        Bench bench;
        ScriptedRunner greedy;
        bench.connectRunner(greedy, "greedy", 1);
        const QString id = bench.createRunning(greedy, CrashPolicy::Sleep);
        ScriptedRunner other;
        bench.connectRunner(other, "other", 1);
        const QString otherId = bench.createRunning(other, CrashPolicy::Sleep);
        bench.store.hold();
        constexpr quint32 kRequests = 600; // 75 MB; 64 MiB may wait
        for (quint32 i = 0; i < kRequests; ++i)
            greedy.send(wire::ToServerKvRequest{id, i, wire::KvPutRequest{{"k"}, {QByteArray(128 * 1024, 'v')}}});
        other.send(wire::ToServerKvRequest{otherId, 0, wire::KvPutRequest{{"k"}, {"v"}}});
        bench.world.settle();
        QVERIFY(greedy.kvAnswers.empty()); // answers keep the order of the requests
        greedy.link->cut(); // what it had under way still counts down, and a new link begins with nothing
        bench.store.release();
        bench.world.settle();
        QCOMPARE(other.kvAnswers.size(), std::size_t(1));
        QVERIFY(std::holds_alternative<wire::KvPutResponse>(other.kvAnswers[0].data));
        const double refused = bench.metrics.value("scheduler_kv_overload_total").value_or(0);
        QVERIFY2(refused > 50 && refused < 100, qPrintable(QString::number(refused)));

        bench.store.hold();
        for (quint32 i = 0; i < kRequests; ++i)
            other.send(wire::ToServerKvRequest{otherId, 1 + i, wire::KvPutRequest{{"k"}, {QByteArray(128 * 1024, 'v')}}});
        bench.world.settle();
        bench.store.release();
        bench.world.settle();
        QCOMPARE(bench.metrics.value("scheduler_kv_overload_total").value_or(0), 2 * refused);
        QCOMPARE(other.kvAnswers.size(), std::size_t(1 + kRequests));
        for (std::size_t i = 1; i < other.kvAnswers.size(); ++i)
            QCOMPARE(kvError(other.kvAnswers[i]).contains(u"too much waits for the database"), i > kRequests - std::size_t(refused));
        // Everything that waited has been counted down again.
        other.send(wire::ToServerKvRequest{otherId, 1 + kRequests, wire::KvPutRequest{{"k"}, {"v"}}});
        bench.world.settle();
        QVERIFY(std::holds_alternative<wire::KvPutResponse>(other.kvAnswers.back().data));
    }

    void raceR42_kvOwnership()
    {
        Bench bench;
        ScriptedRunner owner;
        bench.connectRunner(owner, "owner", 1);
        const QString id = bench.createRunning(owner, CrashPolicy::Sleep);
        ScriptedRunner stranger;
        bench.connectRunner(stranger, "stranger", 1);
        const wire::KvRequestData put = wire::KvPutRequest{{"key"}, {"value"}};
        const QString foreign = QStringLiteral("given actor does not belong to runner");
        stranger.send(wire::ToServerKvRequest{id, 0, put});
        stranger.send(wire::ToServerKvRequest{makeId(bench.random), 1, put});
        stranger.send(wire::ToServerKvRequest{QStringLiteral("no id"), 2, put});
        bench.world.settle();
        QCOMPARE(stranger.kvAnswers.size(), std::size_t(3));
        QCOMPARE(kvError(stranger.kvAnswers[0]), foreign);
        QCOMPARE(kvError(stranger.kvAnswers[1]), QStringLiteral("actor does not exist"));
        QCOMPARE(kvError(stranger.kvAnswers[2]), parseId(QStringLiteral("no id")).error().message);

        bench.report(owner, id, 1, kSleepIntent);
        owner.send(wire::ToServerKvRequest{id, 0, put}); // still its owner while it stops
        bench.world.settle();
        bench.report(owner, id, 2, kStoppedOk);
        owner.send(wire::ToServerKvRequest{id, 1, put});
        bench.world.settle();
        QCOMPARE(owner.kvAnswers.size(), std::size_t(2));
        QVERIFY(std::holds_alternative<wire::KvPutResponse>(owner.kvAnswers[0].data));
        QCOMPARE(kvError(owner.kvAnswers[1]), foreign);
    }

    void kvLimits_data()
    {
        using Keys = std::vector<QByteArray>;
        QTest::addColumn<wire::KvRequestData>("request");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *name, const wire::KvRequestData &request, const char *message) {
            QTest::newRow(name) << request << QString::fromLatin1(message);
        };
        const QByteArray longest(2046, 'k');
        const QByteArray tooLong(2047, 'k');
        const QByteArray value(131'072, 'v');
        const char *keyMessage = "key is too long (max 2048 bytes)";
        Keys many;
        for (int i = 0; i < 129; ++i)
            many.push_back(QByteArray::number(i));
        const Keys fits(many.begin(), many.begin() + 128);
        row("longest key", wire::KvPutRequest{{longest}, {""}}, "");
        row("key too long", wire::KvPutRequest{{tooLong}, {""}}, keyMessage);
        row("get key too long", wire::KvGetRequest{{tooLong}}, keyMessage);
        row("delete key too long", wire::KvDeleteRequest{{tooLong}}, keyMessage);
        row("largest value", wire::KvPutRequest{{"k"}, {value}}, "");
        row("value too large", wire::KvPutRequest{{"k"}, {value + 'v'}}, "value is too large (max 128 KiB)");
        row("128 entries", wire::KvPutRequest{fits, fits}, "");
        row("129 entries", wire::KvPutRequest{many, many}, "A maximum of 128 key-value entries is allowed");
        row("get 128 keys", wire::KvGetRequest{fits}, "");
        row("get 129 keys", wire::KvGetRequest{many}, "a maximum of 128 keys is allowed");
        row("delete 129 keys", wire::KvDeleteRequest{many}, "a maximum of 128 keys is allowed");
        row("lengths differ", wire::KvPutRequest{{"a", "b"}, {"1"}}, "Keys list length != values list length");
        // 8 entries of key length 1: 8 * 3 + 7 * 131072 + rest = 999424
        Keys values(7, value);
        values.push_back(QByteArray(999'424 - 24 - 7 * 131'072, 'v'));
        const Keys keys(many.begin(), many.begin() + 8);
        row("largest payload", wire::KvPutRequest{keys, values}, "");
        values.back() += 'v';
        row("payload too large", wire::KvPutRequest{keys, values}, "total payload is too large (max 976 KiB)");
        row("prefix too long", wire::KvListRequest{wire::KvListPrefixQuery{tooLong}, {}, {}},
            "prefix key is too long (max 2048 bytes)");
        row("start too long", wire::KvListRequest{wire::KvListRangeQuery{tooLong, "z", false}, {}, {}},
            "start key is too long (max 2048 bytes)");
        row("end too long", wire::KvListRequest{wire::KvListRangeQuery{"a", tooLong, false}, {}, {}},
            "end key is too long (max 2048 bytes)");
        row("delete range end too long", wire::KvDeleteRangeRequest{"a", tooLong},
            "end key is too long (max 2048 bytes)");
    }

    void kvLimits()
    {
        QFETCH(wire::KvRequestData, request);
        QFETCH(QString, message);
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        runner.send(wire::ToServerKvRequest{id, 7, request});
        bench.world.settle();
        QCOMPARE(runner.kvAnswers.size(), std::size_t(1));
        QCOMPARE(runner.kvAnswers[0].requestId, 7u);
        QCOMPARE(std::holds_alternative<wire::KvErrorResponse>(runner.kvAnswers[0].data), !message.isEmpty());
        QCOMPARE(kvError(runner.kvAnswers[0]), message);
    }

    void kvAnswersKeepTheOrderOfTheRequests()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        bench.store.hold();
        runner.send(wire::ToServerKvRequest{id, 1, wire::KvPutRequest{{"a"}, {"1"}}});
        runner.send(wire::ToServerKvRequest{QStringLiteral("no id"), 2, wire::KvDropRequest{}}); // refused at once
        runner.send(wire::ToServerKvRequest{id, 3, wire::KvGetRequest{{"a"}}});
        bench.world.settle();
        QVERIFY(runner.kvAnswers.empty());
        bench.store.release();
        bench.world.settle();
        QCOMPARE(runner.kvAnswers.size(), std::size_t(3));
        for (quint32 i = 0; i < 3; ++i)
            QCOMPARE(runner.kvAnswers[i].requestId, i + 1);
        QVERIFY(!kvError(runner.kvAnswers[1]).isEmpty());
        QCOMPARE(std::get<wire::KvGetResponse>(runner.kvAnswers[2].data).values, (std::vector<QByteArray>{"1"}));
    }

    void kvAnswerThatIsTooLarge()
    {
        Bench bench;
        ScriptedRunner runner;
        bench.connectRunner(runner, "k", 1);
        const QString id = bench.createRunning(runner, CrashPolicy::Sleep);
        const std::vector<QByteArray> values(7, QByteArray(131'072, 'v'));
        quint32 request = 0;
        for (int i = 0; i < 38; ++i) {
            std::vector<QByteArray> keys;
            for (int j = 0; j < 7; ++j)
                keys.push_back(QByteArray::number(i * 7 + j));
            runner.send(wire::ToServerKvRequest{id, request++, wire::KvPutRequest{keys, values}});
        }
        runner.send(wire::ToServerKvRequest{id, request++, wire::KvListRequest{wire::KvListAllQuery{}, {}, {}}});
        runner.send(wire::ToServerKvRequest{id, request++, wire::KvListRequest{wire::KvListAllQuery{}, {}, 3}});
        bench.world.settle();
        QCOMPARE(runner.kvAnswers.size(), std::size_t(request));
        QVERIFY(!kvError(runner.kvAnswers[request - 2]).isEmpty());
        QCOMPARE(std::get<wire::KvListResponse>(runner.kvAnswers[request - 1].data).keys.size(), std::size_t(3));
        QCOMPARE(runner.closes, 0);
    }
};

QTEST_GUILESS_MAIN(TestRunnerKv)
#include "tst_runnerkv.moc"
