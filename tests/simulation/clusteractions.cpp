// SPDX-License-Identifier: Apache-2.0
// What a Cluster does at each step of its schedule.
#include "tests/simulation/cluster.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {
constexpr int kKeys = 4;
constexpr std::size_t kMaxClients = 10;
}

QString Cluster::anyActor(int subject) const
{
    return m_actors.empty() ? QString() : m_actors[std::size_t(subject) % m_actors.size()];
}

CountingActor *Cluster::living(const QString &actorId) const
{
    for (const auto &process : m_processes) {
        if (CountingActor *found = process->isPaused() ? nullptr : process->actor(actorId))
            return found;
    }
    return nullptr;
}

void Cluster::apply(const Step &step)
{
    const QString actorId = anyActor(step.subject);
    switch (step.action) {
    case Action::CreateActor:
        return createActor(step);
    case Action::DestroyActor:
        return destroyActor(actorId);
    case Action::OpenSocket:
        return openSocket(actorId, step.amount != 0);
    case Action::ClientSend:
        return clientSend(step);
    case Action::ClientClose: {
        if (m_clients.empty())
            return;
        const std::size_t number = std::size_t(step.subject) % m_clients.size();
        SimulatedClient &client = *m_clients[number];
        if (std::exchange(m_truth.clients[number].closing, true) || !client.channel)
            return;
        if (step.amount % 2 == 0)
            client.channel->close(1000);
        else
            client.channel->abort();
        return;
    }
    case Action::Increment:
    case Action::Read:
        return request(actorId, step.action == Action::Increment);
    case Action::ActorSleep:
        if (CountingActor *actor = living(actorId))
            actor->context()->sleep();
        return;
    case Action::ActorStop:
        if (CountingActor *actor = living(actorId))
            actor->context()->stop();
        return;
    case Action::ActorFails:
        if (!actorId.isEmpty())
            m_truth.actors[actorId].failsNext = true;
        return;
    case Action::Reschedule:
        if (m_engine && !actorId.isEmpty())
            m_engine->core().scheduler().rescheduleActor(actorId, {});
        return;
    case Action::CutRunner:
    case Action::FreezeRunner:
    case Action::DelayRunner:
    case Action::PauseRunner:
    case Action::KillRunner:
    case Action::StopRunner:
        return runnerFault(step, m_slots[std::size_t(step.subject) % m_slots.size()]);
    case Action::KillEngine:
        m_downMs = step.amount;
        if (m_engine)
            m_killAfterEvents = 1 + step.subject * 9; // between any two events of what is going on
        return;
    case Action::StopEngine:
        if (!m_engine)
            return;
        m_engine->core().shutdown();
        m_world.settle();
        m_memory.flush();
        killEngine();
        return restartEngineAfter(step.amount);
    case Action::HoldStore:
        m_memory.hold();
        return m_world.later(step.amount, [this] { m_memory.release(); });
    case Action::FailStore:
        if (!m_engine)
            return;
        m_memory.giveUp();
        m_storeFailed = true;
        return m_world.later(step.amount, [this] {
            if (!m_engine || m_healing)
                return;
            killEngine();
            restartEngineAfter(50);
        });
    case Action::StepClock:
        return m_world.clock.stepWall(step.amount);
    case Action::Count:
        break;
    }
}

void Cluster::runnerFault(const Step &step, Slot &slot)
{
    const int number = int(&slot - m_slots.data());
    RunnerProcess *process = slot.process;
    if (!process)
        return;
    const qint64 now = m_world.clock.monoMs();
    const bool busy = slot.faultUntilMs > now;
    const auto soon = [this, number, life = slot.life](qint64 ms, auto action) {
        m_world.later(ms, [this, number, life, action] {
            if (m_slots[std::size_t(number)].life == life)
                action(m_slots[std::size_t(number)]);
        });
    };
    if (step.action == Action::CutRunner) {
        ++m_coverage.cuts;
        process->cut();
    } else if (step.action == Action::FreezeRunner && !busy) {
        ++m_coverage.freezes;
        slot.faultUntilMs = now + 2 * step.amount;
        process->freeze(step.amount, step.amount);
    } else if (step.action == Action::DelayRunner) {
        process->setDelay(step.amount);
    } else if (step.action == Action::PauseRunner && !busy) {
        ++m_coverage.pauses;
        slot.faultUntilMs = now + step.amount;
        process->setPaused(true);
        soon(step.amount, [](Slot &same) { same.process->setPaused(false); });
    } else if (step.action == Action::KillRunner) {
        ++m_coverage.runnerKills;
        endRunner(number);
        const bool sameKey = step.amount % 2 == 0;
        soon(step.amount, [this, number, sameKey](Slot &) { startRunner(number, !sameKey); });
    } else if (step.action == Action::StopRunner) {
        process->setPaused(false);
        process->runner().shutdown();
        soon(step.amount, [this, number](Slot &) {
            endRunner(number);
            startRunner(number, true);
        });
    }
}

void Cluster::rest(const QByteArray &method, const QByteArray &target, const QByteArray &body,
                   std::function<void(int, const QByteArray &)> done)
{
    if (!m_engine)
        return;
    const auto exchange
        = std::make_shared<SimulatedExchange>(simulatedHead(method, target, false), body, std::move(done));
    m_exchanges.push_back(exchange);
    m_engine->core().handleRequest(exchange);
}

void Cluster::createActor(const Step &step)
{
    static const std::array<const char *, 3> kPolicies{"sleep", "restart", "destroy"};
    const QString key = QStringLiteral("k%1").arg(step.subject % kKeys);
    const QJsonObject body{{u"name"_s, u"a"_s},
                           {u"key"_s, key},
                           {u"runner_name_selector"_s, u"p"_s},
                           {u"crash_policy"_s, QLatin1StringView(kPolicies[std::size_t(step.amount) % 3])}};
    rest("PUT", "/actors?namespace=default", QJsonDocument(body).toJson(QJsonDocument::Compact),
         [this, key](int status, const QByteArray &answer) {
             if (status != 200)
                 return;
             const QJsonObject actor = QJsonDocument::fromJson(answer).object().value("actor"_L1).toObject();
             const QString id = actor.value("actor_id"_L1).toString();
             m_truth.actors[id].key = key;
             m_truth.actors[id].confirmed = true;
             m_truth.keyOwner[key] = id;
             if (std::find(m_actors.begin(), m_actors.end(), id) == m_actors.end())
                 m_actors.push_back(id);
         });
}

void Cluster::destroyActor(const QString &actorId)
{
    if (actorId.isEmpty())
        return;
    m_truth.actors[actorId].destroyAsked = true;
    rest("DELETE", "/actors/" + actorId.toUtf8() + "?namespace=default", {}, [this, actorId](int status, const QByteArray &) {
        if (status == 200)
            m_truth.actors[actorId].destroyed = true;
    });
}

void Cluster::openSocket(const QString &actorId, bool hibernatable)
{
    if (!m_engine || actorId.isEmpty() || m_clients.size() >= kMaxClients)
        return;
    const std::size_t number = m_clients.size();
    m_clients.push_back(std::make_unique<SimulatedClient>(m_truth, number));
    m_truth.clients.push_back({actorId, hibernatable, 0, 0, false, false, {}});
    SimulatedClient *client = m_clients.back().get();
    const QByteArray target = "/gateway/" + actorId.toUtf8() + (hibernatable ? "/h/" : "/p/") + QByteArray::number(quint64(number));
    m_engine->core().handleUpgrade(std::make_unique<SimulatedUpgrade>(
        m_world, simulatedHead("GET", target, true), [client](SimulatedChannel::Pair &pair) {
            client->channel = std::move(pair.peer);
            client->channel->setListener(client);
        }));
}

void Cluster::clientSend(const Step &step)
{
    if (m_clients.empty())
        return;
    const std::size_t number = std::size_t(step.subject) % m_clients.size();
    ClientTruth &truth = m_truth.clients[number];
    const SimulatedClient &client = *m_clients[number];
    if (truth.closing || truth.ended || !client.channel || !client.channel->isOpen())
        return;
    for (int i = 0; i < step.amount; ++i)
        client.channel->send(QByteArray::number(quint64(number)) + ':' + QByteArray::number(truth.sent++), true);
}

void Cluster::request(const QString &actorId, bool isPost)
{
    if (!m_engine || actorId.isEmpty())
        return;
    const std::size_t number = m_truth.requests.size();
    m_truth.requests.push_back({isPost, 0, false, false, 0});
    m_coverage.posts += isPost;
    // The path the actor sees is the number of the request.
    rest(isPost ? "POST" : "GET", "/gateway/" + actorId.toUtf8() + '/' + QByteArray::number(quint64(number)), {},
         [this, number](int status, const QByteArray &) {
             RequestTruth &truth = m_truth.requests[number];
             truth.answered = status >= 0;
             truth.gone = status < 0;
             truth.status = status;
         });
}

} // namespace dormouse::test
