// SPDX-License-Identifier: Apache-2.0
#include "engine/base/ids.h"
#include "engine/base/random.h"
#include "engine/base/ringqueue.h"
#include "engine/base/timerwheel.h"

#include <QTest>

#include <algorithm>
#include <deque>
#include <set>

using namespace dormouse;

class TestBase : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    /// The wheel against a sorted list, over random schedules, cancels and jumps.
    void wheelAgreesWithSortedList()
    {
        for (quint64 seed = 1; seed <= 20; ++seed) {
            Random random(seed);
            qint64 now = qint64(random.below(1'000'000));
            TimerWheel wheel(now);
            struct Planned { qint64 deadline; TimerId id; };
            std::vector<Planned> planned;
            std::vector<TimerId> fired;
            for (int step = 0; step < 400; ++step) {
                const quint64 what = random.below(10);
                if (what < 6) {
                    const int bits = int(random.below(21));
                    const qint64 deadline = now - 3 + qint64(random.below(quint64(1) << bits));
                    auto slot = std::make_shared<TimerId>(0);
                    *slot = wheel.schedule(deadline, [&fired, slot] { fired.push_back(*slot); });
                    planned.push_back({deadline, *slot});
                } else if (what < 8 && !planned.empty()) {
                    const auto index = std::ptrdiff_t(random.below(planned.size()));
                    QVERIFY(wheel.cancel(planned[std::size_t(index)].id));
                    QVERIFY(!wheel.cancel(planned[std::size_t(index)].id));
                    planned.erase(planned.begin() + index);
                } else {
                    const qint64 before = now;
                    now += 1 + qint64(random.below(quint64(1) << random.below(18)));
                    fired.clear();
                    wheel.advance(now);
                    // Past deadlines count as due in the first millisecond of the advance.
                    std::vector<Planned> due;
                    std::copy_if(planned.begin(), planned.end(), std::back_inserter(due),
                                 [&](const Planned &p) { return p.deadline <= now; });
                    std::stable_sort(due.begin(), due.end(), [&](const Planned &a, const Planned &b) {
                        const qint64 ea = std::max(a.deadline, before + 1);
                        const qint64 eb = std::max(b.deadline, before + 1);
                        if (ea != eb)
                            return ea < eb;
                        return a.deadline != b.deadline ? a.deadline < b.deadline : a.id < b.id;
                    });
                    QCOMPARE(fired.size(), due.size());
                    for (std::size_t i = 0; i < due.size(); ++i)
                        QCOMPARE(fired[i], due[i].id);
                    planned.erase(std::remove_if(planned.begin(), planned.end(),
                                                 [&](const Planned &p) { return p.deadline <= now; }),
                                  planned.end());
                }
                const auto next = std::min_element(planned.begin(), planned.end(),
                                                   [](auto &a, auto &b) { return a.deadline < b.deadline; });
                if (next == planned.end())
                    QVERIFY(!wheel.nextDeadline());
                else
                    QCOMPARE(*wheel.nextDeadline(), next->deadline);
                QCOMPARE(wheel.size(), planned.size());
            }
        }
    }
    void ringQueueAgreesWithDeque()
    {
        Random random(7);
        RingQueue<QByteArray> queue;
        std::deque<QByteArray> model;
        for (int step = 0; step < 20'000; ++step) {
            // Grows and empties in turn, so that it wraps at many sizes.
            const bool growing = (step / 500) % 2 == 0;
            const quint64 what = random.below(10);
            const QByteArray value = QByteArray::number(step);
            if (what == 0) {
                queue.push_front(value);
                model.push_front(value);
            } else if (what < (growing ? 7u : 3u)) {
                queue.push_back(value);
                model.push_back(value);
            } else if (!model.empty()) {
                queue.pop_front();
                model.pop_front();
            }
            QCOMPARE(queue.size(), model.size());
            QCOMPARE(queue.empty(), model.empty());
            if (!model.empty()) {
                QCOMPARE(queue.front(), model.front());
                QCOMPARE(queue.back(), model.back());
                const std::size_t position = std::size_t(random.below(model.size()));
                QCOMPARE(queue[position], model[position]);
            }
        }
        QVERIFY(std::equal(queue.begin(), queue.end(), model.begin(), model.end()));
        queue.clear();
        QVERIFY(queue.empty() && queue.begin() == queue.end());
    }

    void wheelSiblingsCancelEachOther()
    {
        // All due in the same advance, all in one slot: each cancels a later one and one of another time.
        TimerWheel wheel(0);
        std::vector<TimerId> same;
        std::vector<TimerId> later;
        std::vector<int> fired;
        int laterFired = 0;
        for (int i = 0; i < 100; ++i) {
            later.push_back(wheel.schedule(5'000, [&] { ++laterFired; }));
            same.push_back(wheel.schedule(10, [&, i] {
                fired.push_back(i);
                if (i % 2 == 0) {
                    QVERIFY(wheel.cancel(same[std::size_t(i) + 1]));
                    QVERIFY(!wheel.cancel(same[std::size_t(i)]));
                }
                QVERIFY(wheel.cancel(later[std::size_t(i)]));
            }));
        }
        QCOMPARE(wheel.advance(10), 50);
        QCOMPARE(int(fired.size()), 50);
        QVERIFY(std::all_of(fired.begin(), fired.end(), [](int i) { return i % 2 == 0; }));
        QCOMPARE(wheel.size(), std::size_t(50));
        QCOMPARE(wheel.nextDeadline(), std::optional<qint64>(5'000));
        QCOMPARE(wheel.advance(5'000), 50);
        QCOMPARE(laterFired, 50);
    }

    void wheelCallbackMayCancelSibling()
    {
        TimerWheel wheel(0);
        TimerId second = 0;
        bool secondFired = false;
        wheel.schedule(5, [&] { QVERIFY(wheel.cancel(second)); });
        second = wheel.schedule(5, [&] { secondFired = true; });
        QCOMPARE(wheel.advance(10), 1);
        QVERIFY(!secondFired);
    }
    void wheelWakesForEarlierDeadline()
    {
        TimerWheel wheel(0);
        int wakes = 0;
        wheel.setWakeHook([&] { ++wakes; });
        wheel.schedule(100, [] {});
        wheel.schedule(200, [] {});
        wheel.schedule(50, [] {});
        QCOMPARE(wakes, 2);
    }

    void idsMatchWorkedExamples_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("a") << QStringLiteral("9myf9pdys3grng3vfjoi9xw3k0cl00")
                           << QByteArray("015a8c46505ecf403a809cade9974f518a0001");
        QTest::newRow("b") << QStringLiteral("dh1eiyaz89r0vxrkxoqcvfup9obl00")
                           << QByteArray("017936e681fef145ee952871237bcc206d0001");
        QTest::newRow("c") << QStringLiteral("dtm2vzkgi54xuegtgyxrtl7b4rcl00")
                           << QByteArray("010bd856f6d4294e05b9adc6f317b968c90001");
        QTest::newRow("upper") << QStringLiteral("DTM2VZKGI54XUEGTGYXRTL7B4RCL00")
                               << QByteArray("010bd856f6d4294e05b9adc6f317b968c90001");
    }
    void idsMatchWorkedExamples()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, hex);
        const auto bytes = parseId(text);
        QVERIFY2(bytes.ok(), bytes.ok() ? "" : qPrintable(bytes.error().message));
        QCOMPARE(bytes->toHex(), hex);
    }
    void idsRoundTripAndAreUnique()
    {
        Random random(7);
        std::set<QString> seen;
        for (int i = 0; i < 1000; ++i) {
            const QString id = makeId(random);
            QCOMPARE(id.size(), 30);
            QVERIFY(seen.insert(id).second);
            const auto bytes = parseId(id);
            QVERIFY(bytes.ok());
            QCOMPARE(int(quint8(bytes->at(0))), 1);
            QCOMPARE(int(quint8(bytes->at(7)) >> 4), 4);
            QCOMPARE(int(quint8(bytes->at(18))), 1);
            QVERIFY(id.endsWith(QStringLiteral("00")));
        }
    }
    void idsRefuseBadText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("reason");
        QTest::newRow("short") << QStringLiteral("abc") << QStringLiteral("at least 4");
        QTest::newRow("length") << QStringLiteral("abcdef") << QStringLiteral("expected 30, got 6");
        QTest::newRow("digit") << QStringLiteral("9myf9pdys3grng3vfjoi9xw3k0cl0_") << QStringLiteral("'_'");
        QTest::newRow("version") << QStringLiteral("000000000000000000000000000000") << QStringLiteral("version: 0");
        QTest::newRow("large") << QStringLiteral("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz") << QStringLiteral("too large");
    }
    void idsRefuseBadText()
    {
        QFETCH(QString, text);
        QFETCH(QString, reason);
        const auto bytes = parseId(text);
        QVERIFY(!bytes.ok());
        QCOMPARE(bytes.error().fullCode(), QByteArray("api.bad_request"));
        QVERIFY2(bytes.error().message.contains(reason), qPrintable(bytes.error().message));
    }

    void randomRepeatsFromItsSeed()
    {
        Random a(42), b(42), c(43);
        const QByteArray first = a.bytes(37);
        QCOMPARE(b.bytes(37), first);
        QVERIFY(c.bytes(37) != first);
        int low = 0;
        for (int i = 0; i < 10'000; ++i)
            low += a.below(10) == 0 ? 1 : 0;
        QVERIFY2(low > 850 && low < 1150, qPrintable(QString::number(low)));
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "tst_base.moc"
