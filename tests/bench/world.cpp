// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/world.h"

#include <QCborMap>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace dormouse::bench {

namespace {

constexpr int kPatienceMs = 60'000;
constexpr int kOpenAtOnce = 256;

/// Subscribes to everything and grants new credit for each frame, as the remote console does.
class MonitorClient final : public WebSocketClient
{
public:
    MonitorClient(Loop &loop, int port, bool trace)
        : WebSocketClient(loop, port, "/dormouse/monitor", "dormouse.monitor.v1"), m_trace(trace)
    {}
    std::uint64_t frames = 0;

protected:
    void message(std::string_view, bool) override
    {
        if (frames++ == 0) {
            send({{u"op"_s, u"interest"_s}, {u"values"_s, true}, {u"events"_s, true}, {u"trace"_s, m_trace}});
            send({{u"op"_s, u"pull"_s}, {u"n"_s, 4}});
        } else {
            send({{u"op"_s, u"pull"_s}, {u"n"_s, 1}});
        }
    }

private:
    void send(const QCborMap &map)
    {
        const QByteArray bytes = map.toCborValue().toCbor();
        sendFrame({bytes.constData(), std::size_t(bytes.size())});
    }
    bool m_trace;
};

/// The value of "name":"..." inside the object that follows the first "within".
std::string jsonText(const std::string &json, const std::string &within, const std::string &name)
{
    const std::size_t start = json.find('"' + within + '"');
    const std::size_t at = json.find('"' + name + '"', start == std::string::npos ? 0 : start);
    if (at == std::string::npos)
        return {};
    const std::size_t from = json.find('"', json.find(':', at)) + 1;
    return json.substr(from, json.find('"', from) - from);
}

std::string numbered(const char *name, long number)
{
    return std::string(name).append(std::to_string(number));
}

std::string poolName()
{
    return numbered("bench", getpid());
}

} // namespace

double cpuUs(pid_t pid)
{
    clockid_t clock = 0;
    timespec time{};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return 0;
    return double(time.tv_sec) * 1e6 + double(time.tv_nsec) / 1e3;
}

double residentBytes(pid_t pid)
{
    const std::string path = "/proc/" + std::to_string(pid) + "/statm";
    std::FILE *file = std::fopen(path.c_str(), "r");
    if (!file)
        return 0;
    long total = 0;
    long resident = 0;
    const int read = std::fscanf(file, "%ld %ld", &total, &resident);
    std::fclose(file);
    return read == 2 ? double(resident) * double(sysconf(_SC_PAGESIZE)) : 0;
}

World::World(const Options &options) : m_options(options)
{
    const std::string pool = poolName();
    m_api = std::make_unique<HttpClient>(m_loop, options.port);
    if (options.kind == TargetKind::Peer) {
        // The reference engine knows no pool that was not registered.
        bool done = false;
        int status = 0;
        m_api->request("PUT /runner-configs/" + pool + "?namespace=default HTTP/1.1\r\n",
                       R"({"datacenters":{"default":{"normal":{}}}})", [&](int code, const std::string &) {
                           status = code;
                           done = true;
                       });
        need(m_loop.until([&] { return done; }, kPatienceMs) && status == 200, "runner config");
    }
    m_runner = std::make_unique<FakeRunner>(m_loop, options.port, pool, "key-" + pool);
    need(m_loop.until([&] { return m_runner->hasEnded() || m_runner->isReady()
                                || (options.kind == TargetKind::Relay && m_runner->isUp()); }, kPatienceMs)
             && !m_runner->hasEnded(), "runner connection");
    if (options.monitor)
        subscribeMonitor();
}

World::~World()
{
    m_runner.reset();
}

void World::need(bool condition, const char *what)
{
    if (condition)
        return;
    std::fprintf(stderr, "bench_load: %s: the target does not do its part (%s)\n", m_options.workload.c_str(), what);
    std::exit(1);
}

void World::subscribeMonitor()
{
    auto client = std::make_unique<MonitorClient>(m_loop, m_options.port, m_options.trace);
    MonitorClient *raw = client.get();
    m_monitor = std::move(client);
    need(m_loop.until([raw] { return raw->frames >= 2; }, kPatienceMs), "monitor frames");
}

std::string World::createBody(const std::string &key) const
{
    const std::string pool = poolName();
    return R"({"name":"bench","key":")" + key + R"(","runner_name_selector":")" + pool + R"(","crash_policy":"sleep"})";
}

std::vector<std::string> World::createActors(int count)
{
    if (m_options.kind == TargetKind::Relay)
        return std::vector<std::string>(std::size_t(count), "none");
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) {
        const std::string key = numbered("a", getpid()).append("-").append(std::to_string(m_actorNumber++));
        bool done = false;
        m_api->request("POST /actors?namespace=default HTTP/1.1\r\n", createBody(key),
                       [&](int status, const std::string &body) {
                           if (status == 200 || status == 201)
                               ids.push_back(jsonText(body, "actor", "actor_id"));
                           else
                               std::fprintf(stderr, "create: %d %s\n", status, body.c_str());
                           done = true;
                       });
        need(m_loop.until([&] { return done; }, kPatienceMs) && int(ids.size()) == i + 1 && !ids.back().empty(),
             "actor creation");
    }
    const auto allRun = [&] {
        return std::all_of(ids.begin(), ids.end(), [&](const std::string &id) { return m_runner->isRunning(id); });
    };
    need(m_loop.until(allRun, kPatienceMs), "actor start");
    return ids;
}

std::vector<std::unique_ptr<EchoClient>> World::openClients(int count, const std::vector<std::string> &actors,
                                                            std::size_t bytes)
{
    std::vector<std::unique_ptr<EchoClient>> clients;
    int up = 0;
    const int port = m_options.clientPort > 0 ? m_options.clientPort : m_options.port;
    for (int i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<EchoClient>(m_loop, port, actors[std::size_t(i) % actors.size()], bytes));
        need(clients.back()->isOpen(), "connect");
        clients.back()->onOpen = [&up](EchoClient &) { ++up; };
        if (i + 1 - up >= kOpenAtOnce || i + 1 == count) {
            const int wanted = i + 1 == count ? count : i + 1 - kOpenAtOnce / 2;
            need(m_loop.until([&] { return up >= wanted; }, kPatienceMs), "open");
        }
    }
    for (const auto &client : clients)
        client->onOpen = {};
    return clients;
}

void World::putToSleep(const std::vector<std::string> &actors)
{
    for (const std::string &id : actors) {
        m_runner->sleepActor(id);
        m_loop.turn(0);
    }
    const auto noneRuns = [&] {
        return std::none_of(actors.begin(), actors.end(), [&](const std::string &id) { return m_runner->isRunning(id); });
    };
    need(m_loop.until(noneRuns, kPatienceMs), "sleep");
}

std::vector<std::unique_ptr<EchoClient>> World::openAsleep(int count, const std::vector<std::string> &actors)
{
    m_runner->hibernatable = true;
    m_runner->acks = FakeRunner::Acks::Each;
    auto clients = openClients(count, actors, 32);
    for (const auto &client : clients)
        client->sendOne();
    need(m_loop.until([&] {
        for (const auto &client : clients) {
            if (client->echoed() < 1)
                return false;
        }
        return true;
    }, kPatienceMs), "first message");
    putToSleep(actors);
    return clients;
}

} // namespace dormouse::bench
