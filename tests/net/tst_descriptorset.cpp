// SPDX-License-Identifier: Apache-2.0
#include "engine/net/descriptorset.h"

#include <QTest>

#include <sys/socket.h>
#include <unistd.h>

using namespace dormouse;

namespace {

class StillClock final : public Clock
{
public:
    qint64 wallMs() const override { return nowUs / 1000; }
    qint64 monoMs() const override { return nowUs / 1000; }
    qint64 monoUs() const override { return nowUs; }
    qint64 nowUs = 1'000'000;
};

/// One end of a pair in a set; counts what it is told.
class Watched final : public DescriptorWatcher
{
public:
    explicit Watched(DescriptorSet &set) : m_set(set)
    {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0 || !set.add(ends[0], *this, DescriptorSet::Readable))
            qFatal("socketpair");
    }
    ~Watched()
    {
        m_set.remove(ends[0], *this);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Q_DISABLE_COPY_MOVE(Watched)
    void descriptorReady(quint32 events) override
    {
        ++calls;
        last = events;
        if (onReady)
            onReady();
    }
    void put() const
    {
        if (::write(ends[1], "x", 1) != 1)
            qFatal("write");
    }
    void take() const
    {
        char byte = 0;
        if (::read(ends[0], &byte, 1) != 1)
            qFatal("read");
    }

    std::array<int, 2> ends{};
    int calls = 0;
    quint32 last = 0;
    std::function<void()> onReady;

private:
    DescriptorSet &m_set;
};

struct Bench
{
    explicit Bench(int count)
    {
        set.setTurnWatch(&watch, true);
        for (int i = 0; i < count; ++i) {
            all.push_back(std::make_unique<Watched>(set));
            all.back()->put();
            all.back()->onReady = [this] { clock.nowUs += 3'000; }; // more than the budget of a turn
        }
    }
    int calls() const
    {
        int sum = 0;
        for (const auto &one : all)
            sum += one->calls;
        return sum;
    }
    StillClock clock;
    TurnWatch watch{clock};
    DescriptorSet set;
    std::vector<std::unique_ptr<Watched>> all;
};

} // namespace

class TestDescriptorSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void usedBudgetGoesRound()
    {
        // All stay ready, as if nobody could read them empty: each gets its turn before any gets a second.
        Bench bench(10);
        for (int round = 1; round <= 3; ++round) {
            for (int i = 0; i < 10; ++i)
                QCOMPARE(bench.set.wait(0), 1);
            for (const auto &one : bench.all)
                QCOMPARE(one->calls, round);
        }
    }

    void withoutABudgetAllAtOnce()
    {
        Bench bench(10);
        bench.set.setTurnWatch(nullptr, false);
        QCOMPARE(bench.set.wait(0), 10);
        QCOMPARE(bench.calls(), 10);
    }

    void withinTheBudgetAllAtOnce()
    {
        Bench bench(10);
        for (const auto &one : bench.all)
            one->onReady = [&] { bench.clock.nowUs += 100; };
        QCOMPARE(bench.set.wait(0), 10);
    }

    void leftOnesAreAskedForAgain()
    {
        Bench bench(3);
        QCOMPARE(bench.set.wait(0), 1);
        // Between the turns others read what the two had: there is nothing to tell any more.
        for (const auto &one : bench.all) {
            if (one->calls == 0)
                one->take();
        }
        QCOMPARE(bench.set.wait(0), 1); // the first, which is ready still
        QCOMPARE(bench.calls(), 2);
        QCOMPARE(std::count_if(bench.all.begin(), bench.all.end(), [](const auto &one) { return one->calls == 2; }), 1);
    }

    void leftOnesMayGo()
    {
        Bench bench(5);
        QCOMPARE(bench.set.wait(0), 1);
        std::erase_if(bench.all, [](const auto &one) { return one->calls == 0; });
        QCOMPARE(bench.all.size(), 1U);
        QCOMPARE(bench.set.wait(0), 1);
        QCOMPARE(bench.all[0]->calls, 2);
    }

    void leftNumberMayComeBack()
    {
        Bench bench(2);
        QCOMPARE(bench.set.wait(0), 1);
        std::size_t left = bench.all[0]->calls == 0 ? 0 : 1;
        const int number = bench.all[left]->ends[0];
        bench.all[left].reset();
        bench.all[left] = std::make_unique<Watched>(bench.set);
        QCOMPARE(bench.all[left]->ends[0], number); // the lowest free one, else this test says nothing
        QCOMPARE(bench.set.wait(0), 1);
        QCOMPARE(bench.all[left]->calls, 0); // what was left was of the earlier holder
        QCOMPARE(bench.all[1 - left]->calls, 2);
    }

    void changedInterestOfLeftOnes()
    {
        Bench bench(2);
        QCOMPARE(bench.set.wait(0), 1);
        Watched &left = *bench.all[bench.all[0]->calls == 0 ? 0 : 1];
        bench.set.change(left.ends[0], left, DescriptorSet::Writable);
        QCOMPARE(bench.set.wait(0), 1);
        QCOMPARE(left.calls, 1);
        QCOMPARE(left.last, quint32(DescriptorSet::Writable));
    }

    void endOfLeftOnes()
    {
        Bench bench(2);
        QCOMPARE(bench.set.wait(0), 1);
        Watched &left = *bench.all[bench.all[0]->calls == 0 ? 0 : 1];
        ::shutdown(left.ends[0], SHUT_RDWR);
        ::shutdown(left.ends[1], SHUT_RDWR);
        QCOMPARE(bench.set.wait(0), 1);
        QVERIFY(left.last & DescriptorSet::Ended);
    }

    void hookFollowsEachDelivery()
    {
        Bench bench(3);
        int hooks = 0;
        bench.set.addAfterDelivery(this, [&] {
            ++hooks;
            QVERIFY(!bench.set.isDelivering());
        });
        for (int i = 1; i <= 3; ++i) {
            bench.set.wait(0);
            QCOMPARE(hooks, i);
        }
        bench.set.removeAfterDelivery(this);
        bench.set.wait(0);
        QCOMPARE(hooks, 3);
    }

    void waitIsNoWork()
    {
        Bench bench(1);
        bench.all.clear();
        int reports = 0;
        bench.watch.attach(nullptr, [&](const TurnReport &) { ++reports; });
        bench.set.wait(0);
        bench.clock.nowUs += 10'000;
        bench.set.wait(0); // ends a turn of 10 ms
        QCOMPARE(reports, 0);
        bench.clock.nowUs += 60'000;
        bench.set.wait(0);
        QCOMPARE(reports, 1);
    }
};

QTEST_GUILESS_MAIN(TestDescriptorSet)
#include "tst_descriptorset.moc"
