// SPDX-License-Identifier: Apache-2.0
// What a Cluster does at each step of its schedule.
#include "tests/simulation/cluster.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

constexpr int kKeys = 4;
constexpr int kServerlessKeys = 2; ///< behind the others
constexpr std::size_t kMaxClients = 10;
constexpr qint64 kHourMs = 3'600'000;
constexpr qint64 kLongestTrustedPauseMs = 8'000; ///< after that the engine may be about to give the runner up

} // namespace

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
    CountingActor *actor = living(actorId);
    switch (step.action) {
    case Action::CreateActor:
    case Action::CreateOnly:
        return createActor(step);
    case Action::RaceCreate:
        for (int i = 0; i < step.amount; ++i)
            putActor(step.subject, i);
        return;
    case Action::DestroyActor:
        return destroyActor(actorId);
    case Action::OpenSocket:
        return openSocket(actorId, step.amount != 0);
    case Action::ClientSend:
        return clientSend(step);
    case Action::ClientClose:
    case Action::DelayClient:
    case Action::FreezeClient:
        return clientFault(step);
    case Action::Increment:
    case Action::Read:
        return request(actorId, step.action == Action::Increment);
    case Action::LeaveRequest:
        if (!m_exchanges.empty())
            m_exchanges[std::size_t(step.subject) % m_exchanges.size()]->leave();
        return;
    case Action::SetAlarm:
        if (actor)
            setAlarm(step, *actor);
        return;
    case Action::ActorSleep:
        if (actor)
            actor->context()->sleep();
        return;
    case Action::ActorStop:
        if (actor)
            actor->context()->stop();
        return;
    case Action::ActorDestroys:
        if (actor)
            actor->context()->destroy();
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
    case Action::DoubleRunner:
    case Action::EndStream:
        return runnerFault(step);
    case Action::EndpointMood:
        return m_endpoint.setMood(EndpointMood(step.amount));
    case Action::KillEngine:
    case Action::StopEngine:
        return engineFault(step);
    case Action::HoldStore:
    case Action::FailStore:
        return storeFault(step);
    case Action::StepClock: {
        const qint64 scale = step.subject < 8 ? 1 : step.subject < 10 ? kHourMs / 10'000 : 24 * kHourMs / 10'000;
        m_world.clock.stepWall(step.amount * scale);
        m_store.clockStepped();
        m_clockStepped = true;
        return disturbed();
    }
    case Action::Count:
        break;
    }
}

void Cluster::setAlarm(const Step &step, CountingActor &actor)
{
    ++m_coverage.alarmsSet;
    if (step.amount % 7 == 0)
        actor.setAlarm({});
    else
        actor.setAlarm(m_world.clock.wallMs() + step.amount);
}

void Cluster::clientFault(const Step &step)
{
    if (m_clients.empty())
        return;
    const std::size_t number = std::size_t(step.subject) % m_clients.size();
    SimulatedClient &client = *m_clients[number];
    if (!client.channel)
        return;
    if (step.action == Action::DelayClient)
        return client.link->setDelay(step.amount);
    if (std::exchange(m_truth.clients[number].closing, true))
        return;
    if (step.action == Action::FreezeClient) {
        client.link->freeze();
        m_world.later(step.amount, [link = client.link] { link->cut(); });
    } else if (step.amount % 2 == 0) {
        client.channel->close(1000);
    } else {
        client.channel->abort();
    }
}

void Cluster::engineFault(const Step &step)
{
    m_downMs = step.amount;
    if (!m_engine)
        return;
    if (step.action == Action::KillEngine) {
        // Between any two events of what is going on, or between a commit and what follows from it.
        if (step.amount % 3 == 0)
            m_killAtCommit = 1 + step.subject;
        else
            m_killAfterEvents = 1 + step.subject * 9;
        return;
    }
    m_engine->core().shutdown();
    m_world.settle();
    m_memory.flush();
    killEngine();
    restartEngineAfter(step.amount);
}

void Cluster::storeFault(const Step &step)
{
    if (step.action == Action::HoldStore) {
        m_memory.hold();
        m_isHeld = true;
        return m_world.later(step.amount, [this] {
            m_memory.release();
            m_isHeld = false;
            disturbed();
        });
    }
    if (!m_engine)
        return;
    m_failAfterEvents = 1 + step.subject * 5;
    m_storeFailed = true;
    m_world.later(step.amount, [this, life = m_engineLife] {
        if (!m_engine || m_healing || life != m_engineLife)
            return;
        killEngine();
        restartEngineAfter(50);
    });
}

void Cluster::runnerFault(const Step &step)
{
    std::vector<int> there;
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        if (m_slots[i].process)
            there.push_back(int(i));
    }
    if (there.empty())
        return;
    const int number = there[std::size_t(step.subject) % there.size()];
    Slot &slot = m_slots[std::size_t(number)];
    RunnerProcess *process = slot.process;
    const qint64 now = m_world.clock.monoMs();
    const bool busy = slot.faultUntilMs > now;
    const auto soon = [this, number](qint64 ms, auto action) {
        m_world.later(ms, [this, number, life = m_slots[std::size_t(number)].life, action] {
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
        if (step.amount > kLongestTrustedPauseMs)
            process->doubt();
        soon(step.amount, [](Slot &same) { same.process->setPaused(false); });
    } else if (step.action == Action::KillRunner) {
        ++m_coverage.runnerKills;
        const bool comesBack = slot.kind == Kind::Permanent;
        endRunner(number);
        if (comesBack) {
            const bool sameKey = step.amount % 2 == 0;
            soon(step.amount, [this, number, sameKey](Slot &) { startRunner(number, !sameKey); });
        }
    } else if (step.action == Action::StopRunner) {
        process->setPaused(false);
        process->runner().shutdown();
        soon(step.amount, [this, number](Slot &same) {
            const bool comesBack = same.kind == Kind::Permanent;
            endRunner(number);
            if (comesBack)
                startRunner(number, true);
        });
    } else if (step.action == Action::DoubleRunner) {
        doubleRunner(Slot(slot));
    } else if (step.action == Action::EndStream && slot.kind == Kind::Serverless) {
        m_endpoint.endStreamOf(number);
    }
}

void Cluster::rest(const QByteArray &method, const QByteArray &target, const QByteArray &body,
                   std::function<void(int, const QByteArray &)> done)
{
    if (!m_engine)
        return;
    const auto exchange
        = std::make_shared<SimulatedExchange>(simulatedHead(method, target, false), body, false, std::move(done));
    m_exchanges.push_back(exchange);
    m_engine->core().handleRequest(exchange);
}

void Cluster::actorAnswered(const QString &key, const QByteArray &answer)
{
    const QJsonObject actor = QJsonDocument::fromJson(answer).object().value("actor"_L1).toObject();
    const QString id = actor.value("actor_id"_L1).toString();
    if (!m_store.committed(id))
        m_truth.fail(u"answer after commit"_s, u"actor "_s % id % u" is confirmed and not stored"_s);
    const QString before = std::exchange(m_truth.keyOwner[key], id);
    const ActorRow *other = before.isEmpty() || before == id ? nullptr : m_store.committed(before);
    if (other && !other->destroyTs && other->state != ActorState::Destroying)
        m_truth.fail(u"unique key"_s, u"key "_s % key % u" belongs to "_s % before % u", yet "_s % id % u" is made"_s);
    m_truth.actors[id].key = key;
    m_truth.actors[id].confirmed = true;
    if (std::find(m_actors.begin(), m_actors.end(), id) == m_actors.end())
        m_actors.push_back(id);
}

QByteArray Cluster::actorBody(const QString &key, int policy) const
{
    static const std::array<const char *, 3> kPolicies{"sleep", "restart", "destroy"};
    const bool isServerless = key.mid(1).toInt() >= kKeys;
    const QJsonObject body{{u"name"_s, u"a"_s},
                           {u"key"_s, key},
                           {u"runner_name_selector"_s, isServerless ? u"s"_s : u"p"_s},
                           {u"crash_policy"_s, QLatin1StringView(kPolicies[std::size_t(policy) % 3])}};
    return QJsonDocument(body).toJson(QJsonDocument::Compact);
}

QString Cluster::keyOf(int subject) const
{
    return u'k' % QString::number(subject % (m_schedule.serverless ? kKeys + kServerlessKeys : kKeys));
}

void Cluster::putActor(int subject, int policy)
{
    rest("PUT", "/actors?namespace=default", actorBody(keyOf(subject), policy),
         [this, key = keyOf(subject)](int status, const QByteArray &answer) {
             if (status == 200)
                 actorAnswered(key, answer);
         });
}

void Cluster::createActor(const Step &step)
{
    if (step.action == Action::CreateActor)
        return putActor(step.subject, step.amount);
    rest("POST", "/actors?namespace=default", actorBody(keyOf(step.subject), step.amount),
         [this, key = keyOf(step.subject)](int status, const QByteArray &answer) {
             if (status == 200)
                 actorAnswered(key, answer);
         });
}

void Cluster::destroyActor(const QString &actorId)
{
    if (actorId.isEmpty())
        return;
    if (const ActorRow *row = m_engine ? m_engine->core().scheduler().actor(actorId) : nullptr)
        ++m_coverage.destroyedIn[int(row->state)];
    rest("DELETE", "/actors/" + actorId.toUtf8() + "?namespace=default", {}, [this, actorId](int status, const QByteArray &) {
        if (status != 200)
            return;
        m_truth.actors[actorId].destroyed = true;
        const ActorRow *row = m_store.committed(actorId);
        if (!row || (!row->destroyTs && row->state != ActorState::Destroying && row->state != ActorState::Destroyed))
            m_truth.fail(u"answer after commit"_s, u"the end of actor "_s % actorId % u" is confirmed and not stored"_s);
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
            client->link = pair.link;
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
    const QByteArray text = QByteArray::number(quint64(number));
    const QByteArray body = isPost ? "body of " + text + QByteArray(qsizetype(number % 7), '.') : QByteArray();
    m_truth.requests.push_back({isPost, body, 0, false, false, 0});
    m_coverage.posts += isPost;
    const auto done = [this, number](int status, const QByteArray &) {
        RequestTruth &truth = m_truth.requests[number];
        truth.answered = status >= 0;
        truth.gone = status < 0;
        truth.status = status;
    };
    // The path the actor sees is the number of the request.
    const QByteArray target = "/gateway/" + actorId.toUtf8() + '/' + text;
    if (!isPost || number % 2 == 0)
        return rest(isPost ? "POST" : "GET", target, body, done);
    // One part with the head, two later: while the actor wakes, while it runs, or after it has ended.
    const auto exchange = std::make_shared<SimulatedExchange>(simulatedHead("POST", target, false), body.first(3), true, done);
    m_exchanges.push_back(exchange);
    m_engine->core().handleRequest(exchange);
    const qint64 firstMs = 1 + qint64(number * 37 % 400);
    m_world.later(firstMs, [exchange, part = body.sliced(3, 3)] { exchange->give(part, false); });
    m_world.later(2 * firstMs, [exchange, part = body.sliced(6)] { exchange->give(part, true); });
}

} // namespace dormouse::test
