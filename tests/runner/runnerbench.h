// SPDX-License-Identifier: Apache-2.0
#pragma once

// One runner of the library on virtual time with a scripted engine on the other side.

#include "engine/runner/runner.h"
#include "engine/runner/websocketchannels.h"
#include "engine/wire/codec.h"

#include <QTest>

#include <set>

namespace dormouse::test {

using namespace Qt::StringLiterals;

class VirtualClock final : public Clock
{
public:
    qint64 wallMs() const override { return 1'700'000'000'000 + now; }
    qint64 monoMs() const override { return now; }
    qint64 now = 0;
};

/// The engine's end of the connection: keeps what the runner sent.
class FakeChannel final : public Channel
{
public:
    explicit FakeChannel(int version) : m_version(version) {}
    bool isOpen() const override { return !closed; }
    void send(const QByteArray &payload, bool) override
    {
        const auto message = wire::decodeToServer(m_version, payload);
        if (message)
            sent.push_back(*message);
        else
            ++undecodable;
    }
    void ping(const QByteArray &) override {}
    void close(std::optional<quint16> code, const QByteArray &reason) override
    {
        closed = true;
        closeCode = code;
        closeReason = reason;
    }
    void abort() override { closed = true; }
    void setReading(bool) override {}
    qint64 bytesQueued() const override { return 0; }

    std::vector<wire::ToServer> sent;
    int undecodable = 0;
    bool closed = false;
    std::optional<quint16> closeCode;
    QByteArray closeReason;

private:
    int m_version;
};

struct Log
{
    QByteArrayList lines;
    std::function<void(ActorContext &)> onStart;
    std::function<void()> finishStop; ///< set: stop waits for it
    bool holdStop = false;
    std::optional<QString> startError;
    std::function<void()> finishStart;
    bool holdStart = false;
    ActorContext *context = nullptr;
    RunnerSocket *socket = nullptr;
    std::shared_ptr<HttpResponder> responder;
    bool readsPieces = false;
    int readers = 0; ///< alive
};

class LoggingActor final : public ActorHandler
{
public:
    explicit LoggingActor(Log &log) : m_log(log) {}
    void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
    {
        m_log.lines << "start " + QByteArray::number(context.generation());
        m_log.context = &context;
        if (m_log.onStart)
            m_log.onStart(context);
        if (m_log.holdStart)
            m_log.finishStart = [done] { done({}); };
        else
            done(m_log.startError);
    }
    void stop(ActorContext &context, std::function<void()> done) override
    {
        m_log.lines << "stop " + QByteArray::number(context.generation());
        if (m_log.holdStop)
            m_log.finishStop = done;
        else
            done();
    }
    void httpRequest(ActorContext &, const ActorHttpRequest &request, std::shared_ptr<HttpResponder> responder) override
    {
        m_log.lines << request.method + ' ' + request.path + ' ' + request.body;
        m_log.responder = responder;
    }
    std::shared_ptr<HttpBodyReader> httpStream(ActorContext &, const ActorHttpRequest &request,
                                               const std::shared_ptr<HttpResponder> &responder) override
    {
        if (!m_log.readsPieces)
            return nullptr;
        m_log.lines << "stream " + request.method + ' ' + request.path + ' ' + request.body;
        m_log.responder = responder;
        struct Reader final : HttpBodyReader
        {
            explicit Reader(Log &to) : log(to) { ++log.readers; }
            ~Reader() override { --log.readers; }
            void bodyPiece(const QByteArray &data, bool last) override
            {
                log.lines << "piece " + data + (last ? " last" : "");
                if (data == "enough")
                    log.responder->respond(200, {}, "early");
            }
            void bodyLost() override { log.lines << "lost"; }
            Log &log;
        };
        return std::make_shared<Reader>(m_log);
    }
    SocketDecision webSocketOpen(ActorContext &, RunnerSocket &socket) override
    {
        if (socket.path() == "/refuse")
            return SocketDecision::refuse(4000, u"no"_s);
        return socket.path() == "/plain" ? SocketDecision::accept() : SocketDecision::hibernate();
    }
    void webSocketOpened(ActorContext &, RunnerSocket &socket) override
    {
        m_log.socket = &socket;
        m_log.lines << "open " + socket.path();
    }
    bool socketRestored(ActorContext &, RunnerSocket &socket) override
    {
        m_log.socket = &socket;
        m_log.lines << "restored " + socket.path() + ' ' + socket.attachment();
        return true;
    }
    void webSocketMessage(ActorContext &, RunnerSocket &, const QByteArray &data, bool) override
    {
        m_log.lines << "message " + data;
    }
    void webSocketClosed(ActorContext &, RunnerSocket &, quint16 code, const QString &reason) override
    {
        m_log.lines << "closed " + QByteArray::number(code) + ' ' + reason.toUtf8();
    }
    void alarm(ActorContext &) override { m_log.lines << "alarm"; }

private:
    Log &m_log;
};

/// A runner with a scripted engine; the KV store of the engine is a map.
struct Bench
{
    explicit Bench(int version = 7) : protocol(version)
    {
        options.protocolVersion = version;
        options.name = u"pool"_s;
        options.actorNames = QStringList{u"chat"_s};
        RunnerEvents events;
        events.ended = [this](const QString &reason) { ended = reason; };
        events.warning = [this](const QString &text) { warnings << text; };
        runner = std::make_unique<Runner>(
            options,
            [this]() -> std::unique_ptr<Channel> {
                auto made = std::make_unique<FakeChannel>(protocol);
                channel = made.get();
                ++dials;
                return made;
            },
            [this](const QString &name) -> std::unique_ptr<ActorHandler> {
                if (name != u"chat"_s)
                    return nullptr;
                return std::make_unique<LoggingActor>(log);
            },
            clock, timers, random, events);
    }

    void advance(qint64 ms)
    {
        clock.now += ms;
        timers.advance(clock.now);
    }
    void deliver(const wire::ToClient &message)
    {
        const auto bytes = wire::encodeToClient(protocol, message);
        QVERIFY(bytes.ok());
        runner->channelMessage(*channel, *bytes, true);
    }
    void connect(const QString &runnerId = u"runner1"_s)
    {
        runner->channelOpened(*channel);
        deliver(wire::ToClientInit{runnerId, {15'000, 30'000, {}}, -1});
    }
    void begin()
    {
        runner->start();
        connect();
    }
    void lose()
    {
        ChannelClose close;
        runner->channelClosed(*channel, close);
        timers.advance(clock.now);
    }
    void startActor(quint32 generation = 0, std::vector<wire::HibernatingRequest> hibernating = {})
    {
        deliver(wire::ToClientCommands{
            {{{u"a"_s, generation, 0}, wire::CommandStartActor{{u"chat"_s, u"k"_s, 1, {}}, hibernating}}}});
        serveKv();
    }
    void stopActor(quint32 generation = 0)
    {
        deliver(wire::ToClientCommands{{{{u"a"_s, generation, 1}, wire::CommandStopActor{}}}});
        serveKv();
    }
    void tunnel(quint32 request, quint16 index, wire::ToClientTunnelMessageKind kind)
    {
        deliver(wire::ToClientTunnelMessage{{{1}, {request}, index}, std::move(kind)});
    }
    void openSocket(quint32 request, const QByteArray &path = "/hib")
    {
        tunnel(request, 0, wire::ToClientWebSocketOpen{u"a"_s, path, {}});
        serveKv();
    }
    void message(quint32 request, quint16 index, const QByteArray &data)
    {
        tunnel(request, index, wire::ToClientWebSocketMessage{data, false});
    }

    template<typename T>
    std::vector<T> sent() const
    {
        std::vector<T> out;
        for (const wire::ToServer &message : channel->sent) {
            if (const T *wanted = std::get_if<T>(&message))
                out.push_back(*wanted);
        }
        return out;
    }
    template<typename T>
    std::vector<T> tunnelSent(quint32 request) const
    {
        std::vector<T> out;
        for (const auto &message : sent<wire::ToServerTunnelMessage>()) {
            if (const T *wanted = std::get_if<T>(&message.kind); wanted && message.messageId.requestId.value == request)
                out.push_back(*wanted);
        }
        return out;
    }
    /// Events of the connection in short: running, stopped ok, stopped error, sleep, stop, alarm N, alarm none.
    QByteArrayList events() const
    {
        QByteArrayList out;
        for (const auto &batch : sent<wire::ToServerEvents>()) {
            for (const wire::EventWrapper &event : batch.events)
                out << QByteArray::number(event.checkpoint.generation) + '/' + QByteArray::number(event.checkpoint.index)
                           + ' ' + describe(event.inner);
        }
        return out;
    }
    static QByteArray describe(const wire::Event &event)
    {
        if (const auto *intent = std::get_if<wire::EventActorIntent>(&event))
            return intent->intent == wire::ActorIntent::Sleep ? "sleep" : "stop";
        if (const auto *alarm = std::get_if<wire::EventActorSetAlarm>(&event))
            return alarm->alarmTs ? "alarm" : "alarm none";
        const auto &state = std::get<wire::EventActorStateUpdate>(event).state;
        if (const auto *stopped = std::get_if<wire::ActorStateStopped>(&state))
            return stopped->code == wire::StopCode::Ok ? "stopped ok" : "stopped error";
        return "running";
    }
    /// Answers every key-value request that has not been answered.
    void serveKv()
    {
        for (bool again = true; again;) {
            again = false;
            const auto requests = sent<wire::ToServerKvRequest>();
            for (std::size_t i = 0; i < requests.size(); ++i) {
                if (answered.contains(requests[i].requestId))
                    continue;
                answered.insert(requests[i].requestId);
                deliver(wire::ToClientKvResponse{requests[i].requestId, answer(requests[i].data)});
                again = true;
                break;
            }
        }
    }
    wire::KvResponseData answer(const wire::KvRequestData &data)
    {
        if (kvFails)
            return wire::KvErrorResponse{u"broken"_s};
        if (const auto *put = std::get_if<wire::KvPutRequest>(&data)) {
            for (std::size_t i = 0; i < put->keys.size(); ++i)
                kv[put->keys[i]] = put->values[i];
            return wire::KvPutResponse{};
        }
        if (const auto *del = std::get_if<wire::KvDeleteRequest>(&data)) {
            for (const QByteArray &key : del->keys)
                kv.erase(key);
            return wire::KvDeleteResponse{};
        }
        wire::KvListResponse list;
        const auto *query = std::get_if<wire::KvListRequest>(&data);
        const auto *prefix = query ? std::get_if<wire::KvListPrefixQuery>(&query->query) : nullptr;
        for (const auto &[key, value] : kv) {
            if (prefix && !key.startsWith(prefix->key))
                continue;
            list.keys.push_back(key);
            list.values.push_back(value);
            list.metadata.push_back({"1", 1});
        }
        return list;
    }

    int protocol;
    RunnerOptions options;
    VirtualClock clock;
    TimerWheel timers;
    Random random{7};
    Log log;
    FakeChannel *channel = nullptr;
    int dials = 0;
    std::map<QByteArray, QByteArray> kv;
    std::set<quint32> answered;
    bool kvFails = false;
    QString ended;
    QStringList warnings;
    std::unique_ptr<Runner> runner;
};

} // namespace dormouse::test
