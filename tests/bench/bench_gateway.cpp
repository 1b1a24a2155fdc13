// SPDX-License-Identifier: Apache-2.0
// What hibernatable sockets cost inside the gateway and at its store: prints figures and asserts nothing, because times
// depend on the machine.
#include "engine/gateway/pendingbuffer.h"
#include "engine/store/sqlitestore.h"
#include "tests/gateway/gatewayfakes.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTextStream>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>

using namespace dormouse;
using namespace dormouse::test;

namespace {

constexpr int kRounds = 7;
constexpr int kMessages = 20'000;

/// CPU time of this process, in microseconds: what else runs on the machine counts less than in wall time.
double cpuUs()
{
    return double(std::clock()) / CLOCKS_PER_SEC * 1e6;
}

double medianOf(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + qsizetype(values.size() / 2), values.end());
    return values[values.size() / 2];
}

template<typename Run>
double costUs(Run run)
{
    const double before = cpuUs();
    run();
    return cpuUs() - before;
}

/// Median of several runs, in microseconds.
template<typename Run>
double medianUs(Run run)
{
    std::vector<double> times;
    for (int round = 0; round < kRounds; ++round)
        times.push_back(costUs(run));
    return medianOf(std::move(times));
}

/// Client message to runner, 1 KB each; an acknowledgement for every hundredth, as a batching SDK sends them.
double sendUs(bool hibernatable)
{
    return costUs([=] {
        EngineConfig config;
        config.hwsMaxPendingSize = 1'000'000'000;
        World world(config);
        world.sink.trace = false;
        world.addRunning(kActor);
        RequestId request;
        auto client = world.open(kActor, hibernatable, &request);
        world.settle();
        const QByteArray payload(1'024, 'x');
        for (int i = 1; i <= kMessages; ++i) {
            client->send(payload);
            world.settle();
            if (hibernatable && i % 100 == 0)
                world.fromRunner(request, wire::ToServerWebSocketMessageAck{quint16(i)});
        }
    });
}

/// That many messages pending, one acknowledgement for each.
double ackUs(int pending)
{
    return medianUs([=] {
        PendingBuffer buffer(1'000'000'000);
        const QByteArray payload(100, 'x');
        for (int i = 0; i < pending; ++i)
            buffer.append(payload, true, 0);
        while (!buffer.allWritten())
            buffer.markWritten(1, 0);
        for (int i = 1; i <= pending; ++i)
            buffer.ack(quint16(i));
    });
}

/// Runs what the storage thread hands back.
class Inbox
{
public:
    PostToEngine post()
    {
        return [this](std::function<void()> call) {
            const std::lock_guard lock(m_mutex);
            m_calls.push_back(std::move(call));
            m_some.notify_one();
        };
    }
    void runOne()
    {
        std::unique_lock lock(m_mutex);
        m_some.wait(lock, [this] { return !m_calls.empty(); });
        const std::function<void()> call = std::move(m_calls.front());
        m_calls.erase(m_calls.begin());
        lock.unlock();
        call();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_some;
    std::vector<std::function<void()>> m_calls;
};

struct WriterLoad
{
    double wallPercent = 0; ///< from the submission to the commit, the disk included
    double cpuPercent = 0;
    double longestMs = 0;
};

/// A period of 45 s of the keepalive of 10 000 sockets, as the gateway makes it, on the real store.
WriterLoad keepaliveLoad()
{
    constexpr int kSockets = 10'000;
    constexpr int kFlushes = 9;
    constexpr int kPeriods = 5;
    constexpr double kPeriodUs = 45e6;
    const QTemporaryDir folder;
    Inbox inbox;
    SqliteStore store(folder.filePath(QStringLiteral("bench.db")), inbox.post());
    WriterLoad result;
    if (!store.open())
        return result;
    bool done = false;
    const auto write = [&](Batch batch) {
        done = false;
        store.submit(std::move(batch), [&done](const Status &) { done = true; });
        while (!done)
            inbox.runOne();
    };
    const GatewayId gateway{7};
    for (int first = 0; first < kSockets; first += 500) {
        Batch batch;
        for (int i = first; i < first + 500; ++i)
            batch.push_back(PutHibernating{HibernatingRow{gateway, RequestId{quint32(i) * 2'654'435'761U}, kActor, 1'000}});
        write(std::move(batch));
    }
    std::vector<double> wall;
    std::vector<double> cpu;
    for (int period = 0; period < kPeriods; ++period) {
        QElapsedTimer timer;
        timer.start();
        const double cpuBefore = cpuUs();
        for (int flush = 0; flush < kFlushes; ++flush) {
            RefreshHibernating refresh{{}, 1'000 + period, std::make_shared<std::vector<RequestId>>()};
            for (int i = flush; i < kSockets; i += kFlushes)
                refresh.rows.emplace_back(gateway, RequestId{quint32(i) * 2'654'435'761U});
            std::sort(refresh.rows.begin(), refresh.rows.end());
            const qint64 before = timer.nsecsElapsed();
            write({refresh});
            result.longestMs = std::max(result.longestMs, double(timer.nsecsElapsed() - before) / 1e6);
        }
        wall.push_back(double(timer.nsecsElapsed()) / 1e3);
        cpu.push_back(cpuUs() - cpuBefore);
    }
    result.wallPercent = medianOf(wall) / kPeriodUs * 100;
    result.cpuPercent = medianOf(cpu) / kPeriodUs * 100;
    return result;
}

void report(QTextStream &out, const char *name, const QString &text)
{
    out << name << ": " << text << '\n';
}

} // namespace

int main()
{
    QTextStream out(stdout);
    // In turns, each pair compared by itself.
    std::vector<double> plainUs, storedUs, ratios;
    for (int round = 0; round < kRounds; ++round) {
        plainUs.push_back(sendUs(false));
        storedUs.push_back(sendUs(true));
        ratios.push_back(storedUs.back() / plainUs.back());
    }
    const double plain = medianOf(plainUs);
    const double stored = medianOf(storedUs);
    report(out, "hws_send_cost", QStringLiteral("%1 of a socket that cannot hibernate, without sockets (1 KB; %2 us and %3 us "
                                                "a message); the bar is for the whole way, run.py measures it")
                                     .arg(medianOf(ratios), 0, 'f', 2).arg(stored / kMessages, 0, 'f', 2)
                                     .arg(plain / kMessages, 0, 'f', 2));
    const double large = ackUs(32'000);
    const double small = ackUs(3'200);
    report(out, "ack_cost", QStringLiteral("32 000 pending, one acknowledgement each: %1 ms (bar 50 ms); ten times as many "
                                           "cost %2 times as much")
                                .arg(large / 1e3, 0, 'f', 1).arg(large / small, 0, 'f', 1));
    const WriterLoad writer = keepaliveLoad();
    report(out, "keepalive_10k", QStringLiteral("9 transactions in 45 s keep a processor busy for %2 % of the time (with waits for the disk "
                                                "and, on a loaded machine, for the processor: %1 %; "
                                                "bar 1 %); the longest took %3 ms")
                                     .arg(writer.wallPercent, 0, 'f', 3).arg(writer.cpuPercent, 0, 'f', 3)
                                     .arg(writer.longestMs, 0, 'f', 1));
    return 0;
}
