// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/propertyrun.h"

namespace dormouse::test {

namespace {

constexpr quint16 kClientCode = 4001; ///< nobody but our clients closes with it

bool isClosedSocket(const FakeClient &client)
{
    return client.closeCode || client.rejectStatus || client.ended;
}

} // namespace

PropertyRun::PropertyRun(quint64 seed, PropertyCoverage &coverage, bool verbose)
    : m_coverage(coverage), m_random(seed), m_world(EngineConfig{}, seed), m_verbose(verbose)
{
    m_world.sink.trace = seed % 4 == 0;
    for (int i = 0; i < kActors; ++i) {
        const QString id = QStringLiteral("a%1").arg(i);
        m_world.addSleeping(id);
        row(id).generation = 1;
    }
    m_runners[QStringLiteral("r1")];
    m_runners[QStringLiteral("r2")];
    m_world.directory.onSent = [this](const SentMessage &message) { sent(message); };
}

QString PropertyRun::play()
{
    openSocket();
    for (int step = 0; step < kSteps && m_failure.isEmpty(); ++step) {
        act();
        m_world.settle();
        balance();
    }
    heal();
    finish();
    for (const Socket &socket : m_sockets)
        m_coverage.storeFailures += socket.client->closeReason.startsWith("core.internal_error");
    return m_failure;
}

void PropertyRun::fail(const QString &text)
{
    if (!m_failure.isEmpty())
        return;
    m_failure = text;
    note(QStringLiteral("FAILED ") + text);
}

void PropertyRun::noteMessage(const char *way, const QString &runnerId, quint32 id, int index, std::size_t kind)
{
    if (m_verbose)
        note(QStringLiteral("    %1 %2 request %3 index %4 kind %5")
                 .arg(QLatin1StringView(way), runnerId, QString::number(id, 16)).arg(index).arg(kind));
}

// --- actions ------------------------------------------------------------------------------------

void PropertyRun::act()
{
    if (m_random.below(4) == 0)
        m_world.store.failingInserts = false;
    switch (m_random.below(16)) {
    case 0: case 1: case 2: case 3:
        return clientAction();
    case 4: case 5: case 6: case 7: case 8:
        for (const QString &runner : {QStringLiteral("r1"), QStringLiteral("r2")}) {
            deliverDown(runner, int(m_random.below(8)));
            deliverUp(runner, int(m_random.below(8)));
        }
        return;
    case 9: case 10: case 11:
        return actorAction();
    case 12: case 13:
        for (int i = 0; i < kActors; ++i)
            schedule(QStringLiteral("a%1").arg(i));
        return;
    case 14:
        return faultAction();
    default:
        break;
    }
    // Timers on time, or all of them late and at once.
    const qint64 ms = qint64(m_random.below(m_random.below(8) == 0 ? 12'000 : 400));
    note(QStringLiteral("time +%1").arg(ms));
    if (m_random.below(3) != 0)
        return m_world.advance(ms);
    m_world.clock.mono += ms;
    m_world.wheel.advance(m_world.clock.mono);
}

void PropertyRun::clientAction()
{
    const std::size_t which = std::size_t(m_random.below(m_sockets.size()));
    Socket &socket = m_sockets[which];
    switch (m_random.below(16)) {
    case 0: case 1: case 2:
        return openSocket();
    case 3: case 4:
        return openRequest();
    case 5:
        if (socket.closing || m_random.below(2) != 0)
            return;
        socket.closing = true;
        // Messages that the engine has not read yet go with their sender.
        socket.promised = socket.sent - (socket.client->reading ? 0 : int(socket.client->toSend.size()));
        note(QStringLiteral("client %1 closes").arg(which));
        if (m_random.below(2) == 0)
            socket.client->close(kClientCode, "bye");
        else
            socket.client->drop();
        return;
    case 6:
        if (!m_requests.empty()) {
            const auto &exchange = m_requests[std::size_t(m_random.below(m_requests.size()))].exchange;
            if (exchange->alive() && exchange->gone)
                exchange->gone();
        }
        return;
    case 7:
        for (Request &request : m_requests)
            giveBody(request);
        return;
    default:
        break;
    }
    if (socket.closing)
        return;
    for (quint64 left = 1 + m_random.below(3); left > 0; --left)
        socket.client->send(QByteArray::number(quint64(which)) + ':' + QByteArray::number(socket.sent++));
    note(QStringLiteral("client %1 has sent %2").arg(which).arg(socket.sent));
}

void PropertyRun::actorAction()
{
    const QString actorId = anyActor();
    Life *life = lifeOf(actorId);
    if (life == nullptr)
        return;
    switch (m_random.below(8)) {
    case 0: case 1: case 2:
        return accept(actorId, *life);
    case 3: case 4:
        return persist(actorId, *life, m_random.below(4) != 0);
    case 5:
        return answer(actorId, *life);
    case 6:
        for (auto &[id, socket] : life->sockets) {
            if (socket.accepted)
                reply(life->runnerId, id, wire::ToServerWebSocketMessage{"hello", true});
        }
        return;
    default:
        return stop(actorId, m_random.below(20) == 0);
    }
}

void PropertyRun::faultAction()
{
    const QString runner = anyRunner();
    switch (m_random.below(12)) {
    case 0: case 1: case 2: case 3:
        return up(runner) && m_random.below(3) != 0 ? cut(runner) : healLinks();
    case 4: case 5:
        return crash(anyActor());
    case 6:
        return die(runner);
    case 7:
        m_world.store.held = !m_world.store.held;
        return note(m_world.store.held ? QStringLiteral("store held") : QStringLiteral("store released"));
    case 8:
        m_world.store.failing = !m_world.store.failing;
        return;
    case 9: case 10:
        return setCongested(m_world.directory.bytesQueued == 0);
    default:
        if (m_random.below(3) == 0)
            m_world.store.failingInserts = true;
        return;
    }
}

void PropertyRun::openSocket()
{
    if (m_sockets.size() >= kMaxSockets)
        return;
    Socket socket;
    socket.actorId = anyActor();
    socket.wantsHibernate = m_random.below(4) != 0;
    note(QStringLiteral("client %1 connects to %2").arg(m_sockets.size()).arg(socket.actorId));
    m_coverage.hibernatable += socket.wantsHibernate;
    const std::size_t number = m_sockets.size();
    m_sockets.push_back(socket);
    m_sockets[number].client = m_world.connect(socket.actorId, {}, "/ws/" + QByteArray::number(quint64(number)));
}

void PropertyRun::openRequest()
{
    if (m_requests.size() >= kMaxRequests)
        return;
    Request request;
    request.isPost = m_random.below(2) == 0;
    request.exchange = std::make_shared<FakeExchange>();
    request.exchange->request.method = request.isPost ? "POST" : "GET";
    const QByteArray path = "/do/" + QByteArray::number(quint64(m_requests.size()));
    request.exchange->request.target = path;
    m_coverage.posts += request.isPost;
    if (request.isPost && m_random.below(2) == 0) {
        // Some are larger than what the gateway keeps for another attempt.
        const qsizetype size = qsizetype(m_random.below(16) == 0 ? 1'500'000 : m_random.below(200));
        request.body = QByteArray(size, char('a' + m_requests.size()));
        for (qsizetype i = 0; i < size; i += 97)
            request.body[i] = char(i / 97);
        request.exchange->comes = true;
        ++m_coverage.uploads;
    }
    m_requests.push_back(request);
    ++m_world.rays;
    m_world.gateway->request(request.exchange, {anyActor(), path, false, m_world.lastRay()});
}

/// The next part, if there is one and somebody reads it.
void PropertyRun::giveBody(Request &request)
{
    if (!request.exchange->comes || !request.exchange->reading || !request.exchange->alive())
        return;
    const qsizetype left = request.body.size() - request.given;
    const qsizetype part = m_healing ? left : qsizetype(m_random.below(quint64(left) + 1));
    request.given += part;
    request.exchange->part(request.body.sliced(request.given - part, part),
                           part == left && (m_healing || m_random.below(2) == 0));
}

void PropertyRun::balance()
{
    qint64 bytes = 0;
    qint64 messages = 0;
    for (const QString &id : m_world.gateway->connectionIds()) {
        for (const auto &pending : m_world.gateway->pendingMessages(id, 1'000, false)) {
            bytes += pending.bytes + 64;
            ++messages;
        }
    }
    const Gateway::Totals totals = m_world.gateway->totals();
    if (bytes != totals.pendingBytes || messages != totals.pendingMessages)
        fail(QStringLiteral("pending bytes are not the sum of the sizes"));
}

// --- the scheduler's side -----------------------------------------------------------------------

void PropertyRun::schedule(const QString &actorId)
{
    ActorRow &actor = row(actorId);
    if (actor.state != ActorState::Pending)
        return;
    QString runner = anyRunner();
    if (!up(runner))
        runner = runner == u"r1" ? QStringLiteral("r2") : QStringLiteral("r1");
    if (!up(runner))
        return;
    const auto listed = m_world.startActor(actorId, runner);
    note(QStringLiteral("start %1 generation %2 on %3, %4 sockets").arg(actorId).arg(actor.generation).arg(runner)
             .arg(listed.size()));
    m_runners[runner].toRunner.push_back(Start{actorId, actor.generation, listed});
}

void PropertyRun::stop(const QString &actorId, bool destroy)
{
    ActorRow &actor = row(actorId);
    if (actor.state != ActorState::Running)
        return;
    note((destroy ? QStringLiteral("destroy ") : QStringLiteral("stop ")) + actorId);
    m_runners[*actor.runnerId].toRunner.push_back(Stop{actorId, actor.generation});
    if (destroy) {
        ++m_coverage.destroys;
        m_world.destroyStarted(actorId);
        return;
    }
    ++m_coverage.sleeps;
    m_world.gateway->actorStopping(actorId);
    actor.state = ActorState::SleepIntent;
}

void PropertyRun::setCongested(bool congested)
{
    note(congested ? QStringLiteral("links congested") : QStringLiteral("links drained"));
    m_world.directory.bytesQueued = congested ? 9 * 1024 * 1024 : 0;
    if (congested)
        return;
    for (const QString &runner : {QStringLiteral("r1"), QStringLiteral("r2")})
        m_world.gateway->linkDrained(runner);
}

/// The process of the actor failed; its runner says so.
void PropertyRun::crash(const QString &actorId)
{
    const auto life = m_lives.find(actorId);
    if (life == m_lives.end())
        return;
    ++m_coverage.crashes;
    note(QStringLiteral("crash ") + actorId);
    m_runners[life->second.runnerId].toEngine.push_back(Stopped{actorId, life->second.generation});
    m_lives.erase(life);
}

void PropertyRun::settleStopped(const QString &actorId)
{
    ActorRow &actor = row(actorId);
    actor.runnerId.reset();
    if (actor.state == ActorState::Destroying) {
        actor.state = ActorState::Destroyed;
        m_world.gateway->actorDestroyed(actorId);
        return;
    }
    actor.state = ActorState::Sleeping;
    m_world.gateway->actorStopped(actorId);
}

void PropertyRun::cut(const QString &runnerId)
{
    ++m_coverage.cuts;
    Runner &runner = m_runners[runnerId];
    deliverDown(runnerId, int(m_random.below(4)));
    deliverUp(runnerId, int(m_random.below(4)));
    const auto lose = [this](auto &queue) {
        const std::size_t before = queue.size();
        std::erase_if(queue, [](const auto &one) { return one.index() == 0; });
        m_coverage.lost += before - queue.size();
    };
    lose(runner.toRunner);
    lose(runner.toEngine);
    note(QStringLiteral("cut ") + runnerId);
    m_world.cutLink(runnerId);
}

void PropertyRun::restore(const QString &runnerId)
{
    // What the SDK repeats is settled before the link counts as up again.
    Runner &runner = m_runners[runnerId];
    std::deque<Up> events;
    std::erase_if(runner.toEngine, [&](const Up &one) {
        if (one.index() == 0)
            return false;
        events.push_back(one);
        return true;
    });
    for (const Up &one : events)
        runner.toEngine.push_front(one);
    std::reverse(runner.toEngine.begin(), runner.toEngine.begin() + std::ptrdiff_t(events.size()));
    note(QStringLiteral("restore ") + runnerId);
    m_world.directory.up.insert(runnerId);
    runner.trustedFrom = m_world.clock.mono + 3'000;
    deliverUp(runnerId, int(events.size()));
    m_world.gateway->linkBack(runnerId);
}

void PropertyRun::die(const QString &runnerId)
{
    ++m_coverage.deaths;
    note(QStringLiteral("death of ") + runnerId);
    if (up(runnerId))
        m_world.cutLink(runnerId);
    m_runners[runnerId] = {};
    std::erase_if(m_lives, [&](const auto &one) { return one.second.runnerId == runnerId; });
    for (int i = 0; i < kActors; ++i) {
        const QString actorId = QStringLiteral("a%1").arg(i);
        if (row(actorId).runnerId == runnerId)
            settleStopped(actorId);
    }
}

// --- end ----------------------------------------------------------------------------------------

void PropertyRun::healLinks()
{
    for (const QString &runner : {QStringLiteral("r1"), QStringLiteral("r2")}) {
        if (!up(runner))
            restore(runner);
    }
}

void PropertyRun::healOnce()
{
    healLinks();
    for (Request &request : m_requests)
        giveBody(request);
    for (int i = 0; i < kActors; ++i)
        schedule(QStringLiteral("a%1").arg(i));
    for (int turn = 0; turn < 3; ++turn) {
        for (const QString &runner : {QStringLiteral("r1"), QStringLiteral("r2")}) {
            deliverDown(runner, 1'000);
            for (auto &[actorId, life] : m_lives) {
                if (life.runnerId != runner)
                    continue;
                accept(actorId, life);
                answer(actorId, life);
                persist(actorId, life, true);
            }
            deliverUp(runner, 1'000);
        }
        m_world.settle();
    }
    m_world.advance(250);
}

bool PropertyRun::isComplete() const
{
    for (const Socket &socket : m_sockets) {
        if (!socket.closing && !isClosedSocket(*socket.client) && socket.delivered != quint16(socket.sent))
            return false;
    }
    return std::none_of(m_requests.begin(), m_requests.end(),
                        [](const Request &request) { return request.exchange->alive(); });
}

void PropertyRun::heal()
{
    note(QStringLiteral("faults end"));
    m_healing = true;
    m_world.store.held = false;
    m_world.store.failing = false;
    m_world.store.failingInserts = false;
    setCongested(false);
    for (int round = 0; round < 200 && m_failure.isEmpty() && (round < 8 || !isComplete()); ++round) {
        healOnce();
        for (Socket &socket : m_sockets) {
            // Everything is acknowledged at once by now.
            const bool collected = socket.client->closeReason.startsWith("guard.websocket_garbage_collected");
            if (round < 4)
                socket.collected = collected;
            else if (collected && !socket.collected)
                fail(QStringLiteral("a socket was given up although its actor is well"));
        }
    }
    for (const Socket &socket : m_sockets) {
        if (socket.closing || isClosedSocket(*socket.client))
            continue;
        m_coverage.survived += socket.wantsHibernate;
        if (socket.delivered != quint16(socket.sent))
            fail(QStringLiteral("a message was lost: %1 of %2 arrived").arg(socket.delivered).arg(socket.sent));
        else
            ++(socket.wantsHibernate ? m_coverage.complete : m_coverage.plainComplete);
    }
    for (const Request &request : m_requests) {
        m_coverage.postsExecuted += request.isPost && request.executed > 0;
        m_coverage.answers += quint64(request.exchange->answers);
        if (request.exchange->answers > 1)
            fail(QStringLiteral("a request was answered twice"));
    }
}

void PropertyRun::finish()
{
    for (Socket &socket : m_sockets) {
        if (!std::exchange(socket.closing, true))
            socket.client->close(1000);
    }
    for (const Request &request : m_requests) {
        if (request.exchange->alive() && request.exchange->gone)
            request.exchange->gone();
    }
    m_world.settle();
    balance();
    if (!m_world.isClean())
        fail(QStringLiteral("something is left at the end"));
}

} // namespace dormouse::test
