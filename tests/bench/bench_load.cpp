// SPDX-License-Identifier: Apache-2.0
// Load generator: plays a runner and its clients against one target and prints what it measured as one line of JSON.
// Usage: bench_load --port N --pid N --target engine|relay|peer --workload NAME [--seconds N] [--limit OPS] [--conns N]
//   [--window N] [--bytes N] [--actors N] [--idle N] [--rate N] [--monitor] [--trace]
//   [--client-port N]
#include "tests/bench/world.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include <sys/resource.h>

using namespace dormouse::bench;

namespace {

int usage(const char *what)
{
    std::fprintf(stderr, "bench_load: %s\n", what);
    return 2;
}

void printNumber(const char *name, const std::optional<double> &value)
{
    if (value)
        std::printf(",\"%s\":%.3f", name, *value);
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    int seconds = 1, limit = 0, bytes = 32, pid = 0;
    const std::map<std::string, int *> numbers{
        {"--port", &options.port}, {"--client-port", &options.clientPort}, {"--pid", &pid}, {"--seconds", &seconds}, {"--limit", &limit},
        {"--conns", &options.conns}, {"--window", &options.window}, {"--bytes", &bytes}, {"--actors", &options.actors},
        {"--idle", &options.idle}, {"--metrics", &options.metrics}, {"--rate", &options.rate}};
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--monitor" || name == "--trace") {
            options.monitor = true;
            options.trace = options.trace || name == "--trace";
            continue;
        }
        if (i + 1 == argc)
            return usage((name + " needs a value").c_str());
        const std::string value = argv[++i];
        if (const auto number = numbers.find(name); number != numbers.end())
            *number->second = std::atoi(value.c_str());
        else if (name == "--workload")
            options.workload = value;
        else if (name == "--target")
            options.kind = value == "relay" ? TargetKind::Relay : value == "peer" ? TargetKind::Peer : TargetKind::Engine;
        else
            return usage((name + " is unknown").c_str());
    }
    options.seconds = seconds;
    options.limit = std::uint64_t(limit);
    options.bytes = std::size_t(bytes);
    options.pid = pid_t(pid);
    if (options.port <= 0 || options.pid <= 0 || options.conns <= 0 || options.actors <= 0)
        return usage("--port, --pid, --conns and --actors must be above 0");
    std::signal(SIGPIPE, SIG_IGN);
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    if (!FakeRunner::layoutIsRight())
        return usage("the message layout of the generator differs from engine/wire");
    const std::optional<Measure> measure = runWorkload(options);
    if (!measure)
        return usage("unknown workload");
    std::printf("{\"ops\":%llu,\"lost\":%llu,\"wrong\":%llu,\"seconds\":%.3f", static_cast<unsigned long long>(measure->ops),
                static_cast<unsigned long long>(measure->lost), static_cast<unsigned long long>(measure->wrong),
                measure->seconds);
    printNumber("cpu_us_per_op", measure->cpuUsPerOp);
    printNumber("cpu_percent", measure->cpuPercent);
    printNumber("p50_us", measure->p50Us);
    printNumber("p99_us", measure->p99Us);
    printNumber("max_us", measure->maxUs);
    printNumber("bytes_per_conn", measure->bytesPerConn);
    printNumber("send_ratio", measure->sendRatio);
    printNumber("acked_ratio", measure->ackedRatio);
    std::printf(",\"note\":\"%s\"}\n", measure->note.c_str());
    return 0;
}
