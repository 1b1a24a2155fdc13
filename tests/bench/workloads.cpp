// SPDX-License-Identifier: Apache-2.0
// What is measured. Each workload sets the world up, takes the CPU time of the target around the measured part only,
// and counts what did not come back.
#include "tests/bench/world.h"

#include <algorithm>
#include <cstdio>

namespace dormouse::bench {

namespace {

constexpr int kWarmUpMs = 200;
constexpr int kDrainMs = 20'000;
constexpr int kSettleMs = 300;

using Clients = std::vector<std::unique_ptr<EchoClient>>;

/// CPU and wall time since construction.
class Meter
{
public:
    explicit Meter(pid_t pid) : m_pid(pid), m_cpu(cpuUs(pid)), m_start(nowUs()) {}
    void finish(Measure &measure, std::uint64_t ops) const
    {
        const double cpu = cpuUs(m_pid) - m_cpu;
        measure.ops = ops;
        measure.seconds = double(nowUs() - m_start) / 1e6;
        if (ops > 0)
            measure.cpuUsPerOp = cpu / double(ops);
        if (measure.seconds > 0)
            measure.cpuPercent = cpu / measure.seconds / 1e4;
    }

private:
    pid_t m_pid;
    double m_cpu;
    std::int64_t m_start;
};

void fillLatencies(Measure &measure, std::vector<std::int64_t> &latencies)
{
    if (latencies.empty())
        return;
    std::sort(latencies.begin(), latencies.end());
    measure.p50Us = double(latencies[latencies.size() / 2]);
    measure.p99Us = double(latencies[latencies.size() * 99 / 100]);
    measure.maxUs = double(latencies.back());
}

/// In the path: the reference engine finds an actor named by headers for WebSockets only.
std::string gatewayPath(const std::string &actorId)
{
    return std::string("/gateway/").append(actorId).append("/ping");
}

std::uint64_t echoedOf(const Clients &clients)
{
    std::uint64_t sum = 0;
    for (const auto &client : clients)
        sum += client->echoed();
    return sum;
}

std::uint64_t unanswered(const Clients &clients)
{
    std::uint64_t sum = 0;
    for (const auto &client : clients)
        sum += client->sent() - client->echoed();
    return sum;
}

/// Waits for what is under way and counts what never came.
void drain(World &world, Clients &clients, Measure &measure)
{
    for (const auto &client : clients)
        client->setWindow(0);
    world.loop().until([&] { return unanswered(clients) == 0; }, kDrainMs);
    measure.lost += unanswered(clients);
    for (const auto &client : clients)
        measure.wrong += client->wrong();
}

void runFor(World &world, const std::function<std::uint64_t()> &done)
{
    const Options &options = world.options();
    if (options.limit > 0)
        world.need(world.loop().until([&] { return done() >= options.limit; }, kDrainMs), "operations in time");
    else
        world.loop().forMs(options.seconds * 1000);
}

/// Round trips client, engine, runner and back.
Measure relay(World &world, bool hibernatable)
{
    const Options &options = world.options();
    // Others first, so that the measured ones are not the only work of the tables.
    Clients asleep;
    if (options.idle > 0)
        asleep = world.openAsleep(options.idle, world.createActors(std::max(1, options.idle / 100)));
    world.runner().hibernatable = hibernatable;
    world.runner().acks = hibernatable ? FakeRunner::Acks::Each : FakeRunner::Acks::None;
    Clients clients = world.openClients(options.conns, world.createActors(options.actors), options.bytes);
    for (const auto &client : clients) {
        client->setWindow(options.window);
        client->pump();
    }
    if (options.limit == 0)
        world.loop().forMs(kWarmUpMs);
    Measure measure;
    const std::uint64_t before = echoedOf(clients);
    const Meter meter(options.pid);
    runFor(world, [&] { return echoedOf(clients) - before; });
    meter.finish(measure, echoedOf(clients) - before);
    drain(world, clients, measure);
    return measure;
}

/// Fixed rate, spread over the connections; latency is the point.
Measure rate(World &world)
{
    const Options &options = world.options();
    Clients clients = world.openClients(options.conns, world.createActors(options.actors), options.bytes);
    std::vector<std::int64_t> latencies;
    for (const auto &client : clients)
        client->takeLatencies(&latencies);
    const double gapUs = 1e6 / double(std::max(1, options.rate));
    const std::int64_t start = nowUs();
    const std::int64_t end = start + std::int64_t(options.seconds) * 1'000'000;
    std::uint64_t sent = 0;
    Measure measure;
    const Meter meter(options.pid);
    while (nowUs() < end && (options.limit == 0 || sent < options.limit)) {
        while (double(nowUs() - start) >= double(sent) * gapUs)
            clients[std::size_t(sent++) % clients.size()]->sendOne();
        world.loop().turn(0);
        const double left = double(start) + double(sent) * gapUs - double(nowUs());
        if (left > 200)
            world.loop().turn(int(left / 1000) > 0 ? int(left / 1000) : 0);
    }
    meter.finish(measure, echoedOf(clients));
    drain(world, clients, measure);
    fillLatencies(measure, latencies);
    return measure;
}

/// GET through the gateway on kept-alive connections, one request at a time each.
Measure httpGet(World &world)
{
    const Options &options = world.options();
    const std::string actor = world.createActors(1).front();
    const std::string path = gatewayPath(actor);
    std::vector<std::unique_ptr<HttpClient>> clients;
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    std::uint64_t underWay = 0;
    bool going = true;
    std::function<void(HttpClient &)> next = [&](HttpClient &client) {
        ++underWay;
        client.get(path, {}, [&](int status, const std::string &body) {
            --underWay;
            const bool fine = status == 200 && body == "ok";
            if (!fine && bad == 0)
                std::fprintf(stderr, "GET answered with %d: %s\n", status, body.c_str());
            ++(fine ? good : bad);
            if (going && fine)
                next(client);
        });
    };
    for (int i = 0; i < options.conns; ++i) {
        clients.push_back(std::make_unique<HttpClient>(world.loop(), options.port));
        next(*clients.back());
    }
    if (options.limit == 0)
        world.loop().forMs(kWarmUpMs);
    Measure measure;
    const std::uint64_t before = good;
    const Meter meter(options.pid);
    runFor(world, [&] { return good + bad - before; });
    meter.finish(measure, good - before);
    going = false;
    world.loop().until([&] { return underWay == 0; }, kDrainMs);
    measure.lost = underWay + bad;
    return measure;
}

/// Connect, upgrade, one echo, close.
Measure opens(World &world)
{
    const Options &options = world.options();
    const std::vector<std::string> actors = world.createActors(1);
    std::vector<std::unique_ptr<EchoClient>> slots(std::size_t(options.conns));
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    bool going = true;
    std::vector<std::size_t> again;
    const auto start = [&](std::size_t slot) {
        slots[slot] = std::make_unique<EchoClient>(world.loop(), options.port, actors.front(), options.bytes);
        EchoClient &client = *slots[slot];
        client.onOpen = [](EchoClient &one) { one.sendOne(); };
        client.onEcho = [&good](EchoClient &one) {
            ++good;
            one.sendClose();
        };
        client.onEnd = [&, slot](EchoClient &one) {
            if (one.echoed() == 0)
                ++bad;
            again.push_back(slot);
        };
    };
    const auto turn = [&] {
        const std::vector<std::size_t> due = std::exchange(again, {});
        for (const std::size_t slot : due) {
            if (going)
                start(slot);
            else
                slots[slot].reset();
        }
    };
    for (std::size_t slot = 0; slot < slots.size(); ++slot)
        start(slot);
    Measure measure;
    const Meter meter(options.pid);
    const std::int64_t end = nowUs() + std::int64_t(options.seconds) * 1'000'000;
    while (options.limit > 0 ? good + bad < options.limit && nowUs() < end + std::int64_t(kDrainMs) * 1000 : nowUs() < end) {
        world.loop().turn(20);
        turn();
    }
    meter.finish(measure, good);
    going = false;
    const auto left = [&] {
        turn();
        return std::count_if(slots.begin(), slots.end(), [](const auto &slot) { return slot != nullptr; });
    };
    world.loop().until([&] { return left() == 0; }, kDrainMs);
    measure.lost = bad + std::uint64_t(left());
    return measure;
}

/// Idle hibernating sockets: memory of each and what they cost while nothing happens.
Measure idle(World &world)
{
    const Options &options = world.options();
    const std::vector<std::string> actors = world.createActors(options.actors);
    {
        // What the first socket of a process brings with it is not the price of one more.
        Clients warm = world.openClients(1, actors, 32);
    }
    world.loop().forMs(kSettleMs);
    const double before = residentBytes(options.pid);
    Clients clients = world.openAsleep(options.conns, actors);
    world.loop().forMs(kSettleMs);
    Measure measure;
    measure.bytesPerConn = (residentBytes(options.pid) - before) / double(options.conns);
    const std::uint64_t opened = world.runner().opens;
    const Meter meter(options.pid);
    world.loop().forMs(options.seconds * 1000);
    meter.finish(measure, 0);
    for (const auto &client : clients)
        measure.lost += client->isOpen() ? 0 : 1;
    measure.note = std::to_string(opened - 1) + " sockets of " + std::to_string(actors.size()) + " actors asleep";
    return measure;
}

/// The value of one series in the Prometheus text of the target.
double metric(World &world, const std::string &name)
{
    double value = 0;
    bool done = false;
    HttpClient client(world.loop(), world.options().metrics);
    client.get("/metrics", {}, [&](int status, const std::string &body) {
        const std::size_t at = body.find('\n' + name + ' ');
        world.need(status == 200 && at != std::string::npos, "metrics");
        value = std::strtod(body.c_str() + at + name.size() + 2, nullptr);
        done = true;
    });
    world.need(world.loop().until([&] { return done; }, kDrainMs), "metrics in time");
    return value;
}

/// Sleeping sockets whose stored rows are refreshed; an operation is one row.
Measure keepalive(World &world)
{
    const Options &options = world.options();
    Clients clients = world.openAsleep(options.conns, world.createActors(options.actors));
    world.loop().forMs(kSettleMs);
    Measure measure;
    const double rows = metric(world, "gateway_hws_keepalive_rows_sum");
    const Meter meter(options.pid);
    world.loop().forMs(options.seconds * 1000);
    meter.finish(measure, 0);
    measure.ops = std::uint64_t(metric(world, "gateway_hws_keepalive_rows_sum") - rows);
    world.need(measure.ops > 0, "keepalive refresh");
    measure.cpuUsPerOp = *measure.cpuPercent * 1e4 * measure.seconds / double(measure.ops);
    for (const auto &client : clients)
        measure.lost += client->isOpen() ? 0 : 1;
    const int flushMs = int(metric(world, "gateway_hws_keepalive_flush_seconds_sum") * 1000);
    measure.note = std::to_string(flushMs).append(" ms in all flushes");
    return measure;
}

/// Every hibernating socket speaks at the same moment.
Measure wake(World &world)
{
    const Options &options = world.options();
    Clients clients = world.openAsleep(options.conns, world.createActors(options.actors));
    world.loop().forMs(kSettleMs);
    std::vector<std::int64_t> latencies;
    const std::uint64_t before = echoedOf(clients);
    Measure measure;
    const Meter meter(options.pid);
    for (const auto &client : clients) {
        client->takeLatencies(&latencies);
        client->sendOne();
    }
    world.loop().until([&] { return echoedOf(clients) - before >= clients.size(); }, kDrainMs);
    meter.finish(measure, echoedOf(clients) - before);
    drain(world, clients, measure);
    fillLatencies(measure, latencies);
    return measure;
}

/// Everything is written at once, without waiting for a single answer.
Measure burst(World &world)
{
    const Options &options = world.options();
    world.runner().hibernatable = true;
    world.runner().acks = FakeRunner::Acks::Each;
    Clients clients = world.openClients(options.conns, world.createActors(options.actors), options.bytes);
    Measure measure;
    const Meter meter(options.pid);
    for (int i = 0; i < options.window; ++i) {
        for (const auto &client : clients)
            client->sendOne();
    }
    const std::uint64_t wanted = std::uint64_t(options.window) * clients.size();
    world.loop().until([&] { return echoedOf(clients) >= wanted; }, kDrainMs);
    meter.finish(measure, echoedOf(clients));
    drain(world, clients, measure);
    return measure;
}

/// POST /actors, then a GET that the new actor answers.
Measure create(World &world)
{
    const Options &options = world.options();
    std::vector<std::unique_ptr<HttpClient>> clients;
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    std::uint64_t underWay = 0;
    std::uint64_t number = 0;
    bool going = true;
    std::vector<std::int64_t> latencies;
    std::function<void(HttpClient &)> next = [&](HttpClient &client) {
        ++underWay;
        const std::int64_t start = nowUs();
        std::string key = std::to_string(options.pid);
        key.append("-").append(std::to_string(start)).append("-").append(std::to_string(number++));
        client.request("POST /actors?namespace=default HTTP/1.1\r\n", world.createBody(key),
                       [&, start](int status, const std::string &body) {
            const std::size_t at = body.find("\"actor_id\":\"");
            if (status != 200 || at == std::string::npos) {
                if (bad == 0)
                    std::fprintf(stderr, "create answered with %d: %s\n", status, body.c_str());
                --underWay;
                ++bad;
                return;
            }
            const std::string id = body.substr(at + 12, body.find('"', at + 12) - at - 12);
            client.get(gatewayPath(id), {}, [&, start](int answered, const std::string &text) {
                --underWay;
                if (answered != 200 && bad == 0)
                    std::fprintf(stderr, "GET answered with %d: %s\n", answered, text.c_str());
                ++(answered == 200 ? good : bad);
                latencies.push_back(nowUs() - start);
                if (going && answered == 200)
                    next(client);
            });
        });
    };
    Measure measure;
    const Meter meter(options.pid);
    for (int i = 0; i < options.conns; ++i) {
        clients.push_back(std::make_unique<HttpClient>(world.loop(), options.port));
        next(*clients.back());
    }
    runFor(world, [&] { return good + bad; });
    meter.finish(measure, good);
    going = false;
    world.loop().until([&] { return underWay == 0; }, kDrainMs);
    measure.lost = underWay + bad;
    fillLatencies(measure, latencies);
    return measure;
}

Measure kvPuts(World &world)
{
    const Options &options = world.options();
    const std::vector<std::string> actors = world.createActors(options.actors);
    FakeRunner &runner = world.runner();
    std::uint32_t sent = 0;
    bool going = true;
    const auto next = [&] {
        const std::string &actor = actors[sent % actors.size()];
        runner.kvPut(actor, sent++, options.bytes);
    };
    runner.onKvAnswer = [&] {
        if (going)
            next();
    };
    Measure measure;
    const Meter meter(options.pid);
    for (int i = 0; i < options.window; ++i)
        next();
    runFor(world, [&] { return runner.kvAnswers; });
    meter.finish(measure, runner.kvAnswers);
    going = false;
    world.loop().until([&] { return runner.kvAnswers == sent; }, kDrainMs);
    measure.lost = sent - runner.kvAnswers;
    measure.wrong = runner.kvErrors;
    runner.onKvAnswer = {};
    return measure;
}

} // namespace

std::optional<Measure> runWorkload(const Options &options)
{
    World world(options);
    const std::string &name = options.workload;
    if (name == "relay" || name == "relay_small") // small: the messages of the bars, 32 to 64 bytes
        return relay(world, false);
    if (name == "hibernatable")
        return relay(world, true);
    if (name == "hws_send")
        return sendCost(world);
    if (name == "rate")
        return rate(world);
    if (name == "http")
        return httpGet(world);
    if (name == "open")
        return opens(world);
    if (name == "idle")
        return idle(world);
    if (name == "keepalive")
        return keepalive(world);
    if (name == "wake")
        return wake(world);
    if (name == "burst")
        return burst(world);
    if (name == "create")
        return create(world);
    if (name == "kv")
        return kvPuts(world);
    return std::nullopt;
}

} // namespace dormouse::bench
