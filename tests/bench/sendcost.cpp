// SPDX-License-Identifier: Apache-2.0
// What it costs to keep a client's messages until they are acknowledged (gateway.md section 14, B-17): the same messages
// through sockets that can hibernate and through sockets that cannot, in short slices that take turns within one run, so
// that all meet the same neighbours on the machine.
#include "tests/bench/world.h"

#include <algorithm>
#include <array>

namespace dormouse::bench {

namespace {

constexpr int kSliceMs = 60;
constexpr int kDrainMs = 20'000;
constexpr int kRounds = 15; ///< for each second asked for

using Clients = std::vector<std::unique_ptr<EchoClient>>;

double medianOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Client to runner only: what comes back, acknowledgements apart, would hide the difference.
class Sender
{
public:
    explicit Sender(World &world) : m_world(world) {}
    /// CPU microseconds of the target for each message.
    double slice(const Clients &clients)
    {
        const Options &options = m_world.options();
        FakeRunner &runner = m_world.runner();
        const double cpu = cpuUs(options.pid);
        const std::uint64_t before = runner.received;
        const std::uint64_t outstanding = std::uint64_t(options.window) * clients.size();
        const std::int64_t end = nowUs() + kSliceMs * 1000;
        std::uint64_t sent = 0;
        while (options.limit > 0 ? sent < options.limit : nowUs() < end) {
            for (; sent < runner.received - before + outstanding; ++sent)
                clients[std::size_t(sent) % clients.size()]->sendOne();
            m_world.loop().turn(1);
        }
        m_world.loop().until([&] { return runner.received - before >= sent; }, kDrainMs);
        lost += sent - (runner.received - before);
        messages += runner.received - before;
        return (cpuUs(options.pid) - cpu) / double(std::max<std::uint64_t>(1, runner.received - before));
    }
    std::uint64_t lost = 0;
    std::uint64_t messages = 0;

private:
    World &m_world;
};

} // namespace

Measure sendCost(World &world)
{
    const Options &options = world.options();
    FakeRunner &runner = world.runner();
    const std::vector<std::string> actors = world.createActors(options.actors);
    const auto open = [&](bool hibernatable) {
        runner.hibernatable = hibernatable;
        const std::uint64_t wanted = runner.opens + std::uint64_t(options.conns);
        Clients clients = world.openClients(options.conns, actors, options.bytes);
        world.need(world.loop().until([&] { return runner.opens >= wanted; }, kDrainMs), "opens");
        return clients;
    };
    const Clients plain = open(false);
    const Clients stored = open(true);
    runner.echoes = false;
    Sender sender(world);
    using Acks = FakeRunner::Acks;
    struct Variant
    {
        const Clients *clients;
        Acks acks;
        std::vector<double> costs;
    };
    std::array<Variant, 3> variants{Variant{&plain, Acks::None, {}}, Variant{&stored, Acks::AsApplications, {}},
                                    Variant{&stored, Acks::Each, {}}};
    const int rounds = options.limit > 0 ? 2 : options.seconds * kRounds;
    for (int round = -1; round < rounds; ++round) {
        for (Variant &variant : variants) {
            runner.acks = variant.acks;
            const double cost = sender.slice(*variant.clients);
            if (round >= 0) // the first one warms up
                variant.costs.push_back(cost);
        }
    }
    Measure measure;
    measure.ops = sender.messages;
    measure.lost = sender.lost;
    measure.cpuUsPerOp = medianOf(variants[1].costs);
    // Neighbouring slices are compared, not sums: the machine is not equally busy all the time.
    const auto ratio = [&](const Variant &variant) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < variant.costs.size(); ++i)
            ratios.push_back(variant.costs[i] / std::max(variants[0].costs[i], 1e-3));
        return medianOf(std::move(ratios));
    };
    measure.sendRatio = ratio(variants[1]);
    measure.ackedRatio = ratio(variants[2]);
    return measure;
}

} // namespace dormouse::bench
