// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/countingactor.h"

#include "tests/simulation/runnerprocess.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

namespace {

quint64 keyOf(const RunnerSocket &socket)
{
    return quint64(socket.gatewayId().value) << 32 | socket.requestId().value;
}

std::size_t clientOf(const RunnerSocket &socket)
{
    return std::size_t(socket.path().mid(3).toInt());
}

} // namespace

void CountingActor::count()
{
    m_counted = true;
    ActorTruth &truth = m_process.truth().actors[m_actorId];
    if (++truth.liveCopies > 1)
        m_process.truth().fail(u"one copy"_s, u"actor "_s % m_actorId % u" lives on "_s % m_process.name()
                                                  % u" while it lives on "_s % truth.where);
    truth.where = m_process.name();
}

void CountingActor::uncount()
{
    if (m_context && std::exchange(m_counted, false))
        --m_process.truth().actors[m_actorId].liveCopies;
}

void CountingActor::doubt()
{
    m_process.truth().doubted += m_counted;
    uncount();
}

void CountingActor::trust()
{
    count();
    for (const RunnerSocket *socket : m_context->sockets()) {
        const auto plain = m_plain.find(keyOf(*socket));
        const int handled = socket->hibernatable() ? socket->attachment().toInt() : plain == m_plain.end() ? 0 : plain->second;
        m_process.truth().clients[clientOf(*socket)].handled = handled;
    }
}

void CountingActor::start(ActorContext &context, std::function<void(std::optional<QString>)> done)
{
    m_context = &context;
    m_actorId = context.actorId();
    if (!m_process.isDoubted())
        count();
    m_process.actorStarted(*this);
    ActorTruth &truth = m_process.truth().actors[m_actorId];
    if (std::exchange(truth.failsNext, false))
        return done(u"told to fail"_s);
    const qint64 promised = truth.acknowledged;
    context.kvGet({kNumberKey, kMirrorKey}, [this, promised, done](const RunnerKvResult &result) {
        if (!result.ok())
            return done(result.error().message);
        m_value = result->empty() ? 0 : result->front().value.toLongLong();
        const ActorTruth &now = m_process.truth().actors[m_actorId];
        if (result->size() == 1 || (result->size() == 2 && result->front().value != result->back().value))
            m_process.truth().fail(u"write as a whole"_s, u"actor "_s % m_actorId % u" reads half a write"_s);
        if (m_counted && (m_value < promised || m_value > now.attempted))
            m_process.truth().fail(u"acknowledged write"_s,
                                   QStringLiteral("actor %1 reads %2, confirmed was %3, tried was %4")
                                       .arg(m_actorId).arg(m_value).arg(promised).arg(now.attempted));
        done({});
    });
}

void CountingActor::leave()
{
    uncount();
    if (std::exchange(m_context, nullptr))
        m_process.actorEnded(*this);
}

void CountingActor::stop(ActorContext &, std::function<void()> done)
{
    leave();
    done();
}

void CountingActor::httpRequest(ActorContext &, const ActorHttpRequest &request, std::shared_ptr<HttpResponder> responder)
{
    RequestTruth &truth = m_process.truth().requests[std::size_t(request.path.mid(1).toInt())];
    if (++truth.executed > 1 && truth.isPost)
        m_process.truth().fail(u"POST once"_s, u"request "_s % QString::fromUtf8(request.path) % u" ran twice"_s);
    if (request.body != truth.body)
        m_process.truth().fail(u"whole bodies"_s, u"request "_s % QString::fromUtf8(request.path) % u" comes with another body"_s);
    if (truth.isPost)
        increment(std::move(responder));
    else
        responder->respond(200, {}, QByteArray::number(m_value));
}

std::shared_ptr<HttpBodyReader> CountingActor::httpStream(ActorContext &, const ActorHttpRequest &,
                                                          const std::shared_ptr<HttpResponder> &)
{
    ++m_process.truth().uploads;
    return nullptr; // httpRequest() looks at the whole of it
}

void CountingActor::increment(std::shared_ptr<HttpResponder> responder)
{
    ++m_process.truth().actors[m_actorId].attempted;
    const qint64 next = ++m_value;
    const QByteArray text = QByteArray::number(next);
    m_context->kvPut({{kNumberKey, text}, {kMirrorKey, text}}, [this, next, responder](const Status &status) {
        if (!status.ok())
            return responder->respond(500, {}, "not stored");
        ++m_process.truth().actors[m_actorId].acknowledged;
        if (m_process.committedNumber(m_actorId) < next && m_counted && !m_process.hasDefect())
            m_process.truth().fail(u"answer after commit"_s, u"a write of actor "_s % m_actorId % u" is confirmed and not stored"_s);
        responder->respond(200, {}, QByteArray::number(next));
    });
}

SocketDecision CountingActor::webSocketOpen(ActorContext &, RunnerSocket &socket)
{
    return socket.path().startsWith("/h/") ? SocketDecision::hibernate() : SocketDecision::accept();
}

bool CountingActor::socketRestored(ActorContext &, RunnerSocket &socket)
{
    if (m_counted)
        m_process.truth().clients[clientOf(socket)].handled = socket.attachment().toInt();
    return true;
}

void CountingActor::webSocketMessage(ActorContext &, RunnerSocket &socket, const QByteArray &data, bool)
{
    const std::size_t number = clientOf(socket);
    int handled = socket.hibernatable() ? socket.attachment().toInt() : m_plain[keyOf(socket)];
    const QByteArray expected = QByteArray::number(quint64(number)) + ':' + QByteArray::number(handled);
    if (data != expected)
        m_process.truth().fail(u"message once and in order"_s,
                               u"client "_s % QString::number(number) % u": "_s % QString::fromLatin1(data)
                                   % u" instead of "_s % QString::fromLatin1(expected));
    ++handled;
    if (m_process.skipsMessages() && handled % 5 == 0 && m_context->generation() > 1)
        ++handled;
    if (socket.hibernatable())
        socket.setAttachment(QByteArray::number(handled));
    else
        m_plain[keyOf(socket)] = handled;
    if (m_counted)
        m_process.truth().clients[number].handled = handled;
    else
        m_process.truth().clients[number].handledInDoubt = true;
    socket.send(data, true);
}

void CountingActor::setAlarm(std::optional<qint64> wallMs)
{
    ActorTruth &truth = m_process.truth().actors[m_actorId];
    truth.alarm.reset();
    if (wallMs) {
        truth.alarm = AlarmTruth{*wallMs, false};
        truth.earliestAlarm = truth.earliestAlarm == 0 ? *wallMs : std::min(truth.earliestAlarm, *wallMs);
    }
    m_context->setAlarm(wallMs);
}

void CountingActor::alarm(ActorContext &context)
{
    ActorTruth &truth = m_process.truth().actors[m_actorId];
    const qint64 now = context.clock().wallMs();
    if (truth.earliestAlarm == 0 || now < truth.earliestAlarm)
        m_process.truth().fail(u"alarm in time"_s, u"an alarm of actor "_s % m_actorId % u" rings early"_s);
    if (truth.alarm && truth.alarm->ts <= now)
        truth.alarm.reset();
    m_process.alarmRang();
}

} // namespace dormouse::test
