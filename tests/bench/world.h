// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/fakerunner.h"

#include <memory>
#include <optional>

#include <sys/types.h>

namespace dormouse::bench {

enum class TargetKind { Engine, Relay, Peer };

struct Options
{
    TargetKind kind = TargetKind::Engine;
    int port = 0;
    int clientPort = 0; ///< where sockets are opened; 0 = port
    pid_t pid = 0;
    std::string workload;
    int seconds = 1;        ///< measuring time of one workload
    std::uint64_t limit = 0; ///< stop after so many operations instead (smoke run); 0 = by time
    int conns = 64;
    int window = 1;
    std::size_t bytes = 32;
    int actors = 1;
    int idle = 0;  ///< idle hibernating connections besides
    int metrics = 0; ///< port of the target's metrics
    int rate = 0;  ///< messages per second; 0 = as fast as the window allows
    bool monitor = false; ///< a console is subscribed to everything
    bool trace = false;   ///< ... and to each single message
};

/// What one workload found. Absent = does not apply.
struct Measure
{
    std::uint64_t ops = 0;
    std::uint64_t lost = 0;
    std::uint64_t wrong = 0;
    double seconds = 0;
    std::optional<double> cpuUsPerOp;
    std::optional<double> cpuPercent;
    std::optional<double> p50Us, p99Us, maxUs;
    std::optional<double> bytesPerConn;
    std::optional<double> sendRatio, ackedRatio; ///< hibernatable against plain: acks as of an SDK, and for each message
    std::string note;
};

/// CPU time of the process in µs, all threads, ended ones included; and its resident memory in bytes.
double cpuUs(pid_t pid);
double residentBytes(pid_t pid);

/// One runner, the actors and the connections of a run. Functions end the program when the target does not do its part.
class World
{
public:
    explicit World(const Options &options);
    ~World();

    const Options &options() const { return m_options; }
    Loop &loop() { return m_loop; }
    FakeRunner &runner() { return *m_runner; }
    HttpClient &api() { return *m_api; }

    std::vector<std::string> createActors(int count);
    /// Opens and waits until all are up.
    std::vector<std::unique_ptr<EchoClient>> openClients(int count, const std::vector<std::string> &actors,
                                                         std::size_t bytes);
    /// Opens hibernatable sockets, exchanges one message on each and puts their actors to sleep.
    std::vector<std::unique_ptr<EchoClient>> openAsleep(int count, const std::vector<std::string> &actors);
    void putToSleep(const std::vector<std::string> &actors);
    std::string createBody(const std::string &key) const;
    void need(bool condition, const char *what);
    void subscribeMonitor();

private:
    Options m_options;
    Loop m_loop;
    std::unique_ptr<FakeRunner> m_runner;
    std::unique_ptr<HttpClient> m_api;
    std::unique_ptr<WebSocketClient> m_monitor;
    int m_actorNumber = 0;
};

/// Sends through sockets that can hibernate and sockets that cannot, in turns.
Measure sendCost(World &world);

/// Runs the workload named in the options; absent = no such workload.
std::optional<Measure> runWorkload(const Options &options);

} // namespace dormouse::bench
