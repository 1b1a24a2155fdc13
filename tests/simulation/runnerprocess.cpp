// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/runnerprocess.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

const QByteArray kNumberKey = "n";

quint64 keyOf(const RunnerSocket &socket)
{
    return quint64(socket.gatewayId().value) << 32 | socket.requestId().value;
}

} // namespace

RunnerProcess::RunnerProcess(VirtualWorld &world, Truth &truth, Defect defect, quint64 seed, const QString &key,
                             int slots, Dial dial)
    : m_world(world), m_truth(truth), m_defect(defect), m_name(key), m_slots(slots), m_dial(std::move(dial)),
      m_timers(world), m_random(seed), m_peer(std::make_shared<SimulatedChannel *>(nullptr))
{
    RunnerOptions options;
    options.name = u"p"_s;
    options.key = key;
    options.totalSlots = quint32(slots);
    options.ackDelayMs = 200 + qint64(m_random.below(5'000));
    options.ackCount = 1 + int(m_random.below(10));
    m_runner = std::make_unique<Runner>(
        options, [this] { return connect(); },
        [this](const QString &) { return std::make_unique<CountingActor>(*this); }, world.clock, m_timers.wheel, m_random);
    m_runner->start();
}

RunnerProcess::~RunnerProcess()
{
    *m_peer = nullptr;
    if (m_link)
        m_link->cut();
    m_runner.reset();
}

std::unique_ptr<Channel> RunnerProcess::connect()
{
    SimulatedChannel::Pair pair
        = m_dial("/runners/connect?protocol_version=7&namespace=default&runner_key=" + m_name.toUtf8());
    if (!pair.peer)
        return nullptr;
    m_link = pair.link;
    m_link->setDelay(m_delayMs);
    m_peer = std::make_shared<SimulatedChannel *>(pair.peer.get());
    m_world.post([this, peer = m_peer] {
        if (*peer && peer == m_peer && (*peer)->listener() != nullptr)
            m_runner->channelOpened(**peer);
    });
    return std::move(pair.peer);
}

CountingActor *RunnerProcess::actor(const QString &actorId) const
{
    const auto it = m_actors.find(actorId);
    return it == m_actors.end() ? nullptr : it->second;
}

void RunnerProcess::cut()
{
    // A process that stands still cannot keep the promise to stop its actors in time; nobody could.
    if (isPaused())
        m_cutAfterPause = true;
    else if (m_link)
        m_link->cut();
}

void RunnerProcess::freeze(qint64 runnerNoticesMs, qint64 engineNoticesMs)
{
    if (!m_link || isPaused())
        return;
    m_link->freeze();
    m_world.later(runnerNoticesMs, [link = m_link] { link->losePeer(); });
    m_world.later(runnerNoticesMs + engineNoticesMs, [link = m_link] { link->cut(); });
}

void RunnerProcess::setDelay(qint64 ms)
{
    m_delayMs = ms;
    if (m_link)
        m_link->setDelay(ms);
}

void RunnerProcess::setPaused(bool paused)
{
    m_timers.setPaused(paused);
    if (m_link)
        m_link->setPeerPaused(paused);
    if (!paused && std::exchange(m_cutAfterPause, false))
        cut();
}

// --- actor --------------------------------------------------------------------------------------

void CountingActor::start(ActorContext &context, std::function<void(std::optional<QString>)> done)
{
    m_context = &context;
    m_actorId = context.actorId();
    ActorTruth &truth = m_process.m_truth.actors[m_actorId];
    if (++truth.liveCopies > 1)
        m_process.m_truth.fail(u"one copy"_s, u"actor "_s % m_actorId % u" starts on "_s % m_process.m_name
                                                  % u" while it lives on "_s % truth.where);
    truth.where = m_process.m_name;
    m_process.m_actors[m_actorId] = this;
    if (std::exchange(truth.failsNext, false))
        return done(u"told to fail"_s);
    const qint64 promised = truth.acknowledged;
    context.kvGet({kNumberKey}, [this, promised, done](const RunnerKvResult &result) {
        if (!result.ok())
            return done(result.error().message);
        m_value = result->empty() ? 0 : result->front().value.toLongLong();
        const ActorTruth &now = m_process.m_truth.actors[m_actorId];
        if (m_value < promised || m_value > now.attempted)
            m_process.m_truth.fail(u"acknowledged write"_s,
                                   QStringLiteral("actor %1 reads %2, confirmed was %3, tried was %4")
                                       .arg(m_actorId).arg(m_value).arg(promised).arg(now.attempted));
        done({});
    });
}

void CountingActor::leave()
{
    if (!std::exchange(m_context, nullptr))
        return;
    --m_process.m_truth.actors[m_actorId].liveCopies;
    if (const auto it = m_process.m_actors.find(m_actorId); it != m_process.m_actors.end() && it->second == this)
        m_process.m_actors.erase(it);
}

void CountingActor::stop(ActorContext &, std::function<void()> done)
{
    leave();
    done();
}

void CountingActor::httpRequest(ActorContext &, const ActorHttpRequest &request, std::shared_ptr<HttpResponder> responder)
{
    RequestTruth &truth = m_process.m_truth.requests[std::size_t(request.path.mid(1).toInt())];
    if (++truth.executed > 1 && truth.isPost)
        m_process.m_truth.fail(u"POST once"_s, u"request "_s % QString::fromUtf8(request.path) % u" ran twice"_s);
    if (truth.isPost)
        increment(std::move(responder));
    else
        responder->respond(200, {}, QByteArray::number(m_value));
}

void CountingActor::increment(std::shared_ptr<HttpResponder> responder)
{
    ActorTruth &truth = m_process.m_truth.actors[m_actorId];
    const qint64 next = ++m_value;
    truth.attempted = std::max(truth.attempted, next);
    m_context->kvPut({{kNumberKey, QByteArray::number(next)}}, [this, next, responder](const Status &status) {
        if (!status.ok())
            return responder->respond(500, {}, "not stored");
        ActorTruth &now = m_process.m_truth.actors[m_actorId];
        now.acknowledged = std::max(now.acknowledged, next);
        responder->respond(200, {}, QByteArray::number(next));
    });
}

SocketDecision CountingActor::webSocketOpen(ActorContext &, RunnerSocket &socket)
{
    return socket.path().startsWith("/h/") ? SocketDecision::hibernate() : SocketDecision::accept();
}

bool CountingActor::socketRestored(ActorContext &, RunnerSocket &socket)
{
    m_process.m_truth.clients[std::size_t(socket.path().mid(3).toInt())].handled = socket.attachment().toInt();
    return true;
}

void CountingActor::webSocketMessage(ActorContext &, RunnerSocket &socket, const QByteArray &data, bool)
{
    const int number = socket.path().mid(3).toInt();
    int handled = socket.hibernatable() ? socket.attachment().toInt() : m_plain[keyOf(socket)];
    const QByteArray expected = QByteArray::number(number) + ':' + QByteArray::number(handled);
    if (data != expected)
        m_process.m_truth.fail(u"message once and in order"_s,
                               u"client "_s % QString::number(number) % u": "_s % QString::fromLatin1(data)
                                   % u" instead of "_s % QString::fromLatin1(expected));
    ++handled;
    if (m_process.m_defect == Defect::ActorSkipsMessage && handled % 5 == 0 && m_context->generation() > 1)
        ++handled;
    if (socket.hibernatable())
        socket.setAttachment(QByteArray::number(handled));
    else
        m_plain[keyOf(socket)] = handled;
    m_process.m_truth.clients[std::size_t(number)].handled = handled;
    socket.send(data, true);
}

} // namespace dormouse::test
