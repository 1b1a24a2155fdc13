// SPDX-License-Identifier: Apache-2.0
// What the store of unacknowledged messages costs: prints ratios, asserts nothing, because times depend on the machine.
#include "engine/gateway/pendingbuffer.h"
#include "tests/gateway/gatewayfakes.h"

#include <QElapsedTimer>
#include <QTextStream>

#include <algorithm>

using namespace dormouse;
using namespace dormouse::test;

namespace {

constexpr int kRounds = 7;
constexpr int kMessages = 20'000;

/// Median of several runs, in microseconds.
template<typename Run>
double medianUs(Run run)
{
    std::vector<double> times;
    for (int round = 0; round < kRounds; ++round) {
        QElapsedTimer timer;
        timer.start();
        run();
        times.push_back(double(timer.nsecsElapsed()) / 1e3);
    }
    std::nth_element(times.begin(), times.begin() + kRounds / 2, times.end());
    return times[kRounds / 2];
}

/// Client message to runner, 1 KB each; an acknowledgement for every hundredth, as a batching SDK sends them.
double sendUs(bool hibernatable)
{
    return medianUs([=] {
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
            buffer.markWritten(1, 0, 0);
        for (int i = 1; i <= pending; ++i)
            buffer.ack(quint16(i));
    });
}

void report(QTextStream &out, const char *name, const QString &text)
{
    out << name << ": " << text << '\n';
}

} // namespace

int main()
{
    QTextStream out(stdout);
    const double plain = sendUs(false);
    const double stored = sendUs(true);
    report(out, "hws_send_cost", QStringLiteral("%1 of a socket that cannot hibernate (1 KB; %2 us and %3 us a message; bar 1.10)")
                                     .arg(stored / plain, 0, 'f', 2).arg(stored / kMessages, 0, 'f', 2)
                                     .arg(plain / kMessages, 0, 'f', 2));
    const double large = ackUs(32'000);
    const double small = ackUs(3'200);
    report(out, "ack_cost", QStringLiteral("32 000 pending, one acknowledgement each: %1 ms (bar 50 ms); ten times as many "
                                           "cost %2 times as much")
                                .arg(large / 1e3, 0, 'f', 1).arg(large / small, 0, 'f', 1));
    return 0;
}
