// SPDX-License-Identifier: Apache-2.0
#include "engine/base/metrics.h"
#include "engine/base/turnwatch.h"

#include <QTest>

#include <optional>

using namespace dormouse;

namespace {

class StillClock final : public Clock
{
public:
    qint64 wallMs() const override
    {
        ++wallReads;
        return nowUs / 1000 + wallAheadMs;
    }
    qint64 monoMs() const override { return nowUs / 1000; }
    qint64 monoUs() const override { return nowUs; }
    qint64 nowUs = 7'000'000;
    qint64 wallAheadMs = 0;
    mutable int wallReads = 0;
};

struct Bench
{
    Bench()
    {
        watch.attach(&metrics, [this](const TurnReport &turn) {
            ++reports;
            last = turn;
        });
    }
    void work(const char *what, qint64 us)
    {
        const TurnWatch::Scope scope(&watch, what);
        clock.nowUs += us;
    }
    std::optional<qint64> us(const char *what) const
    {
        for (const TurnReport::Part &part : last.parts) {
            if (part.what == what)
                return part.us;
        }
        return std::nullopt;
    }

    StillClock clock;
    Metrics metrics;
    TurnWatch watch{clock};
    TurnReport last;
    int reports = 0;
};

} // namespace

class TestTurnWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyLongTurnsAreReported()
    {
        Bench bench;
        bench.watch.begin();
        bench.clock.nowUs += 49'999;
        bench.watch.end();
        QCOMPARE(bench.reports, 0);
        bench.watch.begin();
        bench.clock.nowUs += 50'000;
        bench.watch.end();
        QCOMPARE(bench.reports, 1);
        QCOMPARE(bench.last.us, 50'000);
        QCOMPARE(bench.us("other"), 50'000);
        QCOMPARE(bench.metrics.value("engine_long_turns_total"), 1.0);
        QCOMPARE(bench.metrics.value("engine_turn_duration"), 2.0);
        // The time between turns is the wait.
        bench.clock.nowUs += 1'000'000;
        bench.watch.begin();
        bench.watch.end();
        QCOMPARE(bench.reports, 1);
    }

    void partsAreNamedLongestFirst()
    {
        Bench bench;
        bench.watch.begin();
        bench.work("timers", 10'000);
        bench.clock.nowUs += 3'000;
        bench.work("sockets", 20'000);
        bench.work("sockets", 25'000);
        bench.watch.end();
        QCOMPARE(bench.reports, 1);
        QCOMPARE(bench.last.parts.size(), 3U);
        QCOMPARE(bench.last.parts[0].what, QByteArray("sockets"));
        QCOMPARE(bench.last.parts[0].us, 45'000);
        QCOMPARE(bench.last.parts[0].count, 2);
        QCOMPARE(bench.last.parts[1].what, QByteArray("timers"));
        QCOMPARE(bench.us("other"), 3'000);
        QCOMPARE(bench.last.longest, QByteArray("sockets"));
        QCOMPARE(bench.last.longestUs, 25'000);
        QCOMPARE(bench.last.text(), QByteArray("58 ms: sockets 45 ms (2), timers 10 ms, other 3 ms, longest sockets 25 ms"));
        // Nothing of it stays for the next one.
        bench.watch.begin();
        bench.work("timers", 60'000);
        bench.watch.end();
        QCOMPARE(bench.last.parts.size(), 1U);
        QCOMPARE(bench.last.parts[0].count, 1);
    }

    void timeOfAShortTurnIsForgotten()
    {
        Bench bench;
        bench.watch.begin();
        bench.work("timers", 40'000);
        bench.watch.end();
        bench.watch.begin();
        bench.work("timers", 50'000);
        bench.watch.end();
        QCOMPARE(bench.reports, 1);
        QCOMPARE(bench.us("timers"), 50'000);
        QCOMPARE(bench.last.longestUs, 50'000);
    }

    void insideCountsOnce()
    {
        Bench bench;
        bench.watch.begin();
        {
            const TurnWatch::Scope outer(&bench.watch, "sockets");
            bench.clock.nowUs += 6'000;
            {
                const TurnWatch::Scope middle(&bench.watch, "request");
                bench.clock.nowUs += 1'000;
                bench.work("storage", 50'000);
            }
            bench.clock.nowUs += 2'000;
        }
        bench.watch.end();
        QCOMPARE(bench.last.us, 59'000);
        QCOMPARE(bench.us("sockets"), 8'000);
        QCOMPARE(bench.us("request"), 1'000);
        QCOMPARE(bench.us("storage"), 50'000);
        QVERIFY(!bench.us("other"));
    }

    void longestIsDescribedAtItsEnd()
    {
        Bench bench;
        QByteArray name = "before";
        int asked = 0;
        struct Context
        {
            QByteArray *name;
            int *asked;
        } context{&name, &asked};
        const auto describe = [](const void *of) {
            const auto *one = static_cast<const Context *>(of);
            ++*one->asked;
            return *one->name;
        };
        bench.watch.begin();
        for (const qint64 us : {4'000, 30'000, 20'000}) {
            const TurnWatch::Scope scope(&bench.watch, "request", describe, &context);
            name = "piece of " + QByteArray::number(us);
            bench.clock.nowUs += us;
        }
        bench.watch.end();
        QCOMPARE(bench.last.longest, QByteArray("piece of 30000"));
        QCOMPARE(bench.last.longestUs, 30'000);
        QCOMPARE(asked, 1); // what was short is not worth the work
    }

    void withoutALoopTheOutermostScopeIsATurn()
    {
        Bench bench;
        bench.work("sockets", 49'000);
        bench.work("sockets", 49'000);
        QCOMPARE(bench.reports, 0);
        {
            const TurnWatch::Scope outer(&bench.watch, "sockets");
            bench.work("request", 51'000);
            QCOMPARE(bench.reports, 0);
        }
        QCOMPARE(bench.reports, 1);
        QCOMPARE(bench.us("request"), 51'000);
        QVERIFY(!bench.watch.exhausted());
    }

    void budget()
    {
        Bench bench;
        QVERIFY(!bench.watch.exhausted());
        bench.watch.begin();
        bench.clock.nowUs += 1'999;
        QVERIFY(!bench.watch.exhausted());
        bench.clock.nowUs += 1;
        QVERIFY(bench.watch.exhausted());
        bench.watch.end();
        QVERIFY(!bench.watch.exhausted());
        bench.watch.begin();
        QVERIFY(!bench.watch.exhausted());
    }

    void turnThatEndsInsideAScope()
    {
        // A nested loop waits in the middle of a handler: what it waited does not count.
        Bench bench;
        bench.watch.begin();
        {
            const TurnWatch::Scope scope(&bench.watch, "console");
            bench.clock.nowUs += 10'000;
            bench.watch.end();
            bench.clock.nowUs += 5'000'000;
            bench.watch.begin();
            bench.clock.nowUs += 55'000;
        }
        bench.watch.end();
        QCOMPARE(bench.reports, 1);
        QCOMPARE(bench.last.us, 55'000);
        QCOMPARE(bench.us("console"), 55'000);
    }

    void turnClockMovesWithTheLooks()
    {
        Bench bench;
        TurnClock clock(bench.clock);
        bench.watch.setTurnClock(&clock);
        bench.clock.nowUs += 300;
        QCOMPARE(clock.monoUs(), bench.clock.nowUs); // between turns it is the source
        bench.watch.begin();
        const qint64 start = bench.clock.nowUs;
        bench.clock.nowUs += 400;
        QCOMPARE(clock.monoUs(), start);
        QCOMPARE(clock.monoMs(), start / 1000);
        {
            const TurnWatch::Scope scope(&bench.watch, "sockets");
            QCOMPARE(clock.monoUs(), start + 400);
            bench.clock.nowUs += 30;
            QCOMPARE(clock.monoUs(), start + 400);
        }
        QCOMPARE(clock.monoUs(), start + 430);
        bench.watch.see(start + 500);
        QCOMPARE(clock.monoUs(), start + 500);
        bench.clock.nowUs = start + 900;
        bench.watch.end();
        QCOMPARE(clock.monoUs(), start + 900);
        bench.work("console", 20); // without a loop the scope is the turn
        QCOMPARE(clock.monoUs(), start + 920);
    }

    void turnClockReadsTheWallOncePerTurn()
    {
        Bench bench;
        TurnClock clock(bench.clock);
        bench.watch.setTurnClock(&clock);
        bench.watch.begin();
        const qint64 first = clock.wallMs();
        QCOMPARE(first, bench.clock.nowUs / 1000);
        bench.work("sockets", 7'000);
        QCOMPARE(clock.wallMs(), first + 7);
        QCOMPARE(bench.clock.wallReads, 1);
        bench.watch.end();
        bench.clock.wallAheadMs = 3'600'000; // it was set
        QCOMPARE(clock.wallMs(), first + 7 + 3'600'000);
        bench.watch.begin();
        QCOMPARE(clock.wallMs(), first + 7 + 3'600'000);
        bench.watch.end();
    }

    void somethingRunsAtTheEndOfEachTurn()
    {
        Bench bench;
        int runs = 0;
        bool within = false;
        bench.watch.setAtEnd([&] {
            ++runs;
            within = bench.watch.inTurn();
        });
        QVERIFY(!bench.watch.inTurn());
        bench.watch.begin();
        QVERIFY(bench.watch.inTurn());
        bench.work("sockets", 10);
        QCOMPARE(runs, 0);
        bench.watch.end();
        QCOMPARE(runs, 1);
        QVERIFY(within); // its time counts
        QVERIFY(!bench.watch.inTurn());
        bench.watch.end();
        QCOMPARE(runs, 1);
        bench.work("posted", 10); // without a loop the scope is the turn
        QCOMPARE(runs, 2);
        bench.watch.setAtEnd({});
        bench.work("posted", 10);
        QCOMPARE(runs, 2);
    }

    void nobodyAttached()
    {
        Bench bench;
        bench.watch.attach(nullptr, {});
        bench.work("sockets", 70'000);
        QCOMPARE(bench.reports, 0);
        const TurnWatch::Scope nothing(nullptr, "sockets");
    }
};

QTEST_GUILESS_MAIN(TestTurnWatch)
#include "tst_turnwatch.moc"
