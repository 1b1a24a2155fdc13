// SPDX-License-Identifier: Apache-2.0
// EpollDispatcher beside Qt's own: every test runs with both, so that what passes is what Qt promises.
#include "engine/net/epolldispatcher.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QLocalServer>
#include <QLocalSocket>
#include <QProcess>
#include <QSemaphore>
#include <QSocketNotifier>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <array>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace dormouse;

namespace {

/// A thread with the wanted dispatcher; run() executes there and waits.
class Bench
{
public:
    explicit Bench(bool epoll)
    {
        if (epoll)
            m_thread.setEventDispatcher(new EpollDispatcher);
        m_context.moveToThread(&m_thread);
        m_thread.start();
    }
    ~Bench()
    {
        m_thread.quit();
        m_thread.wait();
    }
    void run(std::function<void()> work) { QMetaObject::invokeMethod(&m_context, std::move(work), Qt::BlockingQueuedConnection); }
    void post(std::function<void()> work) { QMetaObject::invokeMethod(&m_context, std::move(work), Qt::QueuedConnection); }

private:
    QThread m_thread;
    QObject m_context;
};

struct SocketPair
{
    SocketPair()
    {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
            qFatal("socketpair");
    }
    ~SocketPair()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Q_DISABLE_COPY_MOVE(SocketPair)
    void put(int end, const char *bytes = "x") const
    {
        if (::write(ends[end], bytes, 1) != 1)
            qFatal("write");
    }
    static void take(int descriptor)
    {
        char byte = 0;
        if (::read(descriptor, &byte, 1) < 0)
            qFatal("read");
    }
    int ends[2];
};

/// Turns the current thread's loop until the condition or ten seconds.
bool turnUntil(const std::function<bool()> &done)
{
    QElapsedTimer elapsed;
    elapsed.start();
    QEventLoop loop;
    QTimer tick;
    QObject::connect(&tick, &QTimer::timeout, &loop, &QEventLoop::quit);
    tick.start(5);
    while (!done() && elapsed.elapsed() < 10'000)
        loop.exec();
    return done();
}

} // namespace

class TestEpollDispatcher : public QObject
{
    Q_OBJECT

private:
    static void bothKinds()
    {
        QTest::addColumn<bool>("epoll");
        QTest::newRow("qt") << false;
        QTest::newRow("epoll") << true;
    }

private Q_SLOTS:
    void noWakeUpIsLost_data() { bothKinds(); }
    void noWakeUpIsLost()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        // One at a time: each finds the thread anywhere between working and asleep.
        QSemaphore done;
        for (int i = 0; i < 3'000; ++i) {
            bench.post([&] { done.release(); });
            QVERIFY2(done.tryAcquire(1, 10'000), qPrintable(QStringLiteral("lost number %1").arg(i)));
        }
        // From several threads at once.
        std::vector<std::unique_ptr<QThread>> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back(QThread::create([&] {
                for (int i = 0; i < 1'000; ++i)
                    bench.post([&] { done.release(); });
            }));
            threads.back()->start();
        }
        QVERIFY(done.tryAcquire(4'000, 20'000));
        for (const auto &thread : threads)
            thread->wait();
    }

    void ownPostsDoNotBlock_data() { bothKinds(); }
    void ownPostsDoNotBlock()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        QSemaphore done;
        int left = 1'000;
        QObject *target = nullptr;
        std::function<void()> again = [&] {
            if (--left > 0)
                QMetaObject::invokeMethod(target, [&] { again(); }, Qt::QueuedConnection);
            else
                done.release();
        };
        bench.run([&] { target = new QObject; });
        bench.post([&] { again(); });
        QVERIFY(done.tryAcquire(1, 10'000));
        bench.run([&] { delete target; });
    }

    void notifierRemovedDuringDelivery_data() { bothKinds(); }
    void notifierRemovedDuringDelivery()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        // Whichever of the two comes first removes the other; the other must not be called.
        SocketPair a;
        SocketPair b;
        int calls = 0;
        bool turned = false;
        bench.run([&] {
            auto first = std::make_unique<QSocketNotifier>(a.ends[0], QSocketNotifier::Read);
            auto second = std::make_unique<QSocketNotifier>(b.ends[0], QSocketNotifier::Read);
            QObject::connect(first.get(), &QSocketNotifier::activated, first.get(), [&] {
                ++calls;
                SocketPair::take(a.ends[0]);
                second.reset();
            });
            QObject::connect(second.get(), &QSocketNotifier::activated, second.get(), [&] {
                ++calls;
                SocketPair::take(b.ends[0]);
                first.reset();
            });
            a.put(1);
            b.put(1);
            turned = turnUntil([&] { return calls > 0; });
            QCoreApplication::processEvents();
        });
        QVERIFY(turned);
        QCOMPARE(calls, 1);
    }

    void notifierRemovesItself_data() { bothKinds(); }
    void notifierRemovesItself()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        SocketPair pair;
        int reads = 0;
        int writes = 0;
        bool turned = false;
        bench.run([&] {
            auto *reader = new QSocketNotifier(pair.ends[0], QSocketNotifier::Read);
            auto *writer = new QSocketNotifier(pair.ends[0], QSocketNotifier::Write);
            QObject::connect(reader, &QSocketNotifier::activated, reader, [&reads, reader, writer] {
                ++reads;
                writer->setEnabled(false);
                reader->setEnabled(false);
                reader->deleteLater();
                writer->deleteLater();
            });
            QObject::connect(writer, &QSocketNotifier::activated, writer, [&] { ++writes; });
            turned = turnUntil([&] { return writes > 0; });
            pair.put(1);
            turned = turned && turnUntil([&] { return reads > 0; });
            const int before = writes;
            QCoreApplication::processEvents();
            turned = turned && writes == before;
        });
        QVERIFY(turned);
        QCOMPARE(reads, 1);
    }

    void descriptorReuse_data() { bothKinds(); }
    void descriptorReuse()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        // The handler closes a descriptor that is ready in the same turn and opens another under its number.
        auto a = std::make_unique<SocketPair>();
        auto b = std::make_unique<SocketPair>();
        std::unique_ptr<SocketPair> fresh;
        int staleCalls = 0;
        int freshCalls = 0;
        bool turned = false;
        bench.run([&] {
            QSocketNotifier first(a->ends[0], QSocketNotifier::Read);
            auto second = std::make_unique<QSocketNotifier>(b->ends[0], QSocketNotifier::Read);
            std::unique_ptr<QSocketNotifier> third;
            QObject context;
            QObject::connect(second.get(), &QSocketNotifier::activated, &context, [&] {
                // Also right: this one was first. Then there is nothing to reuse.
                SocketPair::take(b->ends[0]);
            });
            QObject::connect(&first, &QSocketNotifier::activated, &context, [&] {
                SocketPair::take(a->ends[0]);
                second.reset();
                const int number = b->ends[0];
                b.reset();
                fresh = std::make_unique<SocketPair>();
                if (::dup2(fresh->ends[0], number) != number)
                    qFatal("dup2");
                third = std::make_unique<QSocketNotifier>(number, QSocketNotifier::Read);
                QObject::connect(third.get(), &QSocketNotifier::activated, &context, [&, number] {
                    char byte = 0;
                    if (::read(number, &byte, 1) == 1)
                        ++freshCalls;
                    else
                        ++staleCalls;
                });
            });
            a->put(1); // ready first, so delivered first
            b->put(1);
            turned = turnUntil([&] { return fresh != nullptr; });
            QCoreApplication::processEvents();
            if (fresh) {
                fresh->put(1);
                turned = turned && turnUntil([&] { return freshCalls > 0; });
            }
            if (third)
                ::close(int(third->socket()));
        });
        QVERIFY(turned);
        QCOMPARE(staleCalls, 0);
        QCOMPARE(freshCalls, 1);
    }

    void timerOrder_data() { bothKinds(); }
    void timerOrder()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        std::vector<int> order;
        bool turned = false;
        bench.run([&] {
            QObject context;
            for (const int delay : {30, 10, 20, 10})
                QTimer::singleShot(delay, Qt::PreciseTimer, &context, [&, delay] { order.push_back(delay); });
            turned = turnUntil([&] { return order.size() == 4; });
        });
        QVERIFY(turned);
        QCOMPARE(order, (std::vector<int>{10, 10, 20, 30}));
    }

    void timersAreNeverEarly_data() { bothKinds(); }
    void timersAreNeverEarly()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        qint64 shortest = 1'000'000;
        int ticks = 0;
        bench.run([&] {
            QTimer timer;
            timer.setTimerType(Qt::PreciseTimer);
            QElapsedTimer elapsed;
            QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
                shortest = std::min(shortest, elapsed.nsecsElapsed() / 1000);
                ++ticks;
                elapsed.restart();
                timer.start(7);
            });
            elapsed.start();
            timer.start(7);
            turnUntil([&] { return ticks >= 10; });
        });
        QVERIFY(ticks >= 10);
        // Qt's own counts in whole milliseconds.
        QVERIFY2(shortest >= (epoll ? 7'000 : 6'000), qPrintable(QString::number(shortest)));
    }

    void timerBookkeeping_data() { bothKinds(); }
    void timerBookkeeping()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        bench.run([&] {
            auto *dispatcher = QAbstractEventDispatcher::instance();
            QObject object;
            const int id = object.startTimer(60'000, Qt::PreciseTimer);
            const int other = object.startTimer(1, Qt::CoarseTimer);
            QCOMPARE(dispatcher->registeredTimers(&object).size(), 2);
            QVERIFY(dispatcher->remainingTime(id) > 50'000);
            QVERIFY(dispatcher->remainingTime(id) <= 60'000);
            object.killTimer(other);
            QCOMPARE(dispatcher->registeredTimers(&object).size(), 1);
            QCOMPARE(dispatcher->registeredTimers(&object).front().interval, 60'000);
            QVERIFY(dispatcher->unregisterTimers(&object));
            QCOMPARE(dispatcher->registeredTimers(&object).size(), 0);
            QVERIFY(!dispatcher->unregisterTimers(&object));
        });
    }

    void zeroTimersShareTheLoop_data() { bothKinds(); }
    void zeroTimersShareTheLoop()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        SocketPair pair;
        int first = 0;
        int second = 0;
        int reads = 0;
        bool turned = false;
        bench.run([&] {
            QTimer a;
            QTimer b;
            QObject::connect(&a, &QTimer::timeout, &a, [&] { ++first; });
            QObject::connect(&b, &QTimer::timeout, &b, [&] { ++second; });
            a.start(0);
            b.start(0);
            QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
            QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] {
                SocketPair::take(pair.ends[0]);
                ++reads;
            });
            pair.put(1);
            turned = turnUntil([&] { return first > 100 && second > 100 && reads > 0; });
        });
        QVERIFY(turned);
        QVERIFY2(std::abs(first - second) <= 1, qPrintable(QStringLiteral("%1 and %2").arg(first).arg(second)));
    }

    void nestedLoops_data() { bothKinds(); }
    void nestedLoops()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        SocketPair pair;
        int depth = 0;
        int deepest = 0;
        int ticks = 0;
        int reads = 0;
        bool turned = false;
        bench.run([&] {
            // The timer's handler runs a loop of its own: everything else goes on, the timer itself does not recurse.
            QTimer timer;
            QTimer other;
            int otherTicks = 0;
            QObject::connect(&other, &QTimer::timeout, &other, [&] { ++otherTicks; });
            QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
            QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] {
                SocketPair::take(pair.ends[0]);
                ++reads;
            });
            QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
                ++depth;
                deepest = std::max(deepest, depth);
                ++ticks;
                const int before = otherTicks;
                const int readsBefore = reads;
                pair.put(1);
                turnUntil([&] { return otherTicks >= before + 3 && reads > readsBefore; });
                --depth;
            });
            timer.start(2);
            other.start(1);
            turned = turnUntil([&] { return ticks >= 3; });
        });
        QVERIFY(turned);
        QCOMPARE(deepest, 1);
        QVERIFY(reads >= 3);
    }

    void quitFromOutsideEndsEveryLoop_data() { bothKinds(); }
    void quitFromOutsideEndsEveryLoop()
    {
        QFETCH(bool, epoll);
        QThread thread;
        if (epoll)
            thread.setEventDispatcher(new EpollDispatcher);
        QObject context;
        context.moveToThread(&thread);
        thread.start();
        QSemaphore inside;
        QMetaObject::invokeMethod(&context, [&] {
            QEventLoop loop;
            QMetaObject::invokeMethod(&loop, [&] { inside.release(); }, Qt::QueuedConnection);
            loop.exec();
        }, Qt::QueuedConnection);
        QVERIFY(inside.tryAcquire(1, 10'000));
        thread.quit();
        QVERIFY(thread.wait(10'000));
    }

    void writersAreToldWhenThereIsRoom_data() { bothKinds(); }
    void writersAreToldWhenThereIsRoom()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        SocketPair pair;
        int writable = 0;
        bool quietWhileFull = false;
        bool turned = false;
        bench.run([&] {
            std::array<char, 65'536> block{};
            qint64 written = 0;
            for (ssize_t got = 0; (got = ::write(pair.ends[0], block.data(), block.size())) > 0;)
                written += got;
            QSocketNotifier writer(pair.ends[0], QSocketNotifier::Write);
            QObject::connect(&writer, &QSocketNotifier::activated, &writer, [&] {
                ++writable;
                writer.setEnabled(false);
            });
            for (int i = 0; i < 20; ++i)
                QCoreApplication::processEvents();
            quietWhileFull = writable == 0;
            for (qint64 left = written; left > 0;)
                left -= ::read(pair.ends[1], block.data(), block.size());
            turned = turnUntil([&] { return writable > 0; });
            for (int i = 0; i < 20; ++i)
                QCoreApplication::processEvents();
        });
        QVERIFY(quietWhileFull);
        QVERIFY(turned);
        QCOMPARE(writable, 1); // disabled means silent
    }

    void timersMayBeKilledByEachOther_data() { bothKinds(); }
    void timersMayBeKilledByEachOther()
    {
        QFETCH(bool, epoll);
        Bench bench(epoll);
        int calls = 0;
        bool turned = false;
        bench.run([&] {
            // Both are due at once; whichever comes first takes the other along.
            auto first = std::make_unique<QTimer>();
            auto second = std::make_unique<QTimer>();
            bool later = false;
            QTimer end;
            QObject::connect(first.get(), &QTimer::timeout, &end, [&] {
                ++calls;
                second.reset();
            });
            QObject::connect(second.get(), &QTimer::timeout, &end, [&] {
                ++calls;
                first.reset();
            });
            QObject::connect(&end, &QTimer::timeout, &end, [&] { later = true; });
            for (QTimer *timer : {first.get(), second.get()}) {
                timer->setSingleShot(true);
                timer->setTimerType(Qt::PreciseTimer);
                timer->start(5);
            }
            end.setSingleShot(true);
            end.start(30);
            turned = turnUntil([&] { return later; });
        });
        QVERIFY(turned);
        QCOMPARE(calls, 1);
    }

    void processesAndLocalSockets_data() { bothKinds(); }
    void processesAndLocalSockets()
    {
        // What else of Qt lives on notifiers: pipes of a child process, and sockets of the machine.
        QFETCH(bool, epoll);
        Bench bench(epoll);
        QByteArray output;
        QByteArray answer;
        bool turned = false;
        bench.run([&] {
            QProcess process;
            process.start(QStringLiteral("/bin/cat"), QStringList());
            process.write("through a child");
            process.closeWriteChannel();
            QLocalServer server;
            const QString name = QStringLiteral("dormouse-test-%1-%2").arg(QCoreApplication::applicationPid()).arg(epoll);
            if (!server.listen(name))
                qFatal("cannot listen");
            QObject::connect(&server, &QLocalServer::newConnection, &server, [&] {
                QLocalSocket *accepted = server.nextPendingConnection();
                QObject::connect(accepted, &QLocalSocket::readyRead, accepted, [accepted] { accepted->write(accepted->readAll().toUpper()); });
            });
            QLocalSocket socket;
            QObject::connect(&socket, &QLocalSocket::readyRead, &socket, [&] { answer += socket.readAll(); });
            socket.connectToServer(name);
            socket.write("local");
            turned = turnUntil([&] { return process.state() == QProcess::NotRunning && answer.size() == 5; });
            output = process.readAllStandardOutput();
        });
        QVERIFY(turned);
        QCOMPARE(output, QByteArray("through a child"));
        QCOMPARE(answer, QByteArray("LOCAL"));
    }

    void wakeUpWhileAboutToBlock()
    {
        // The last moment before the wait: what comes then must not be slept over.
        Bench bench(true);
        QSemaphore done;
        bench.run([&] {
            auto *dispatcher = QAbstractEventDispatcher::instance();
            auto *once = new QObject;
            QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, once, [&, once] {
                QMetaObject::invokeMethod(qApp, [] {}, Qt::QueuedConnection); // of another thread
                QMetaObject::invokeMethod(once, [&, once] {
                    done.release();
                    delete once;
                }, Qt::QueuedConnection);
                QObject::disconnect(QAbstractEventDispatcher::instance(), nullptr, once, nullptr);
            });
        });
        QVERIFY(done.tryAcquire(1, 10'000));
    }

    void excludedNotifiersWait()
    {
        Bench bench(true); // not compared: with GLib Qt forgets what was ready meanwhile
        SocketPair pair;
        int reads = 0;
        int ticks = 0;
        bool turned = false;
        bench.run([&] {
            QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
            QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] {
                SocketPair::take(pair.ends[0]);
                ++reads;
            });
            pair.put(1);
            QTimer timer;
            QObject::connect(&timer, &QTimer::timeout, &timer, [&] { ++ticks; });
            timer.start(1);
            QEventLoop loop;
            while (ticks < 3)
                loop.processEvents(QEventLoop::ExcludeSocketNotifiers | QEventLoop::WaitForMoreEvents);
            const int before = reads;
            turned = turnUntil([&] { return reads == 1; }) && before == 0;
        });
        QVERIFY(turned);
    }
};

QTEST_GUILESS_MAIN(TestEpollDispatcher)
#include "tst_epolldispatcher.moc"
