// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/embedded/embeddedsource.h"
#include "engine/host/enginehost.h"
#include "engine/net/clientchannel.h"
#include "engine/net/timerdriver.h"
#include "engine/runner/runner.h"
#include "engine/runner/websocketchannels.h"

namespace dormouse {

/// A client of its own over a real socket. own: as the console's built-in one.
class LiveClient final : private ChannelListener
{
public:
    LiveClient(const QString &engineUrl, const QString &actorId, bool own)
    {
        QUrl url(engineUrl);
        url.setScheme(QStringLiteral("ws"));
        url.setPath(u"/gateway/" + actorId + u"/websocket/");
        HeaderList headers;
        if (own)
            headers.emplace_back("x-dormouse-console", "1");
        m_channel.setListener(this);
        m_channel.connectTo(url, {}, headers);
    }
    ~LiveClient() override { m_channel.setListener(nullptr); }
    void send(const QByteArray &text) { m_channel.send(text, false); }
    void close() { m_channel.close(1000); }
    bool open = false;
    bool closed = false;
    QByteArrayList received;

private:
    void channelOpened(Channel &) override { open = true; }
    void channelMessage(Channel &, const QByteArray &payload, bool) override { received.append(payload); }
    void channelClosed(Channel &, const ChannelClose &) override
    {
        open = false;
        closed = true;
    }
    ClientChannel m_channel;
};

/// A real engine in its thread, the source that a console shows, and a real runner "live" with actors that echo, whose
/// sockets hibernate and whose messages stay unacknowledged for long. Everything over sockets.
class LiveEngine
{
public:
    static constexpr int kKeys = 120; ///< that each actor stores when it starts

    explicit LiveEngine(quint16 port = 0)
    {
        EngineOptions options;
        options.port = port;
        m_started = host.start(options).ok();
        const auto post = [this](std::function<void(Core &, Publisher &)> work) { host.post(std::move(work)); };
        source = std::make_unique<EmbeddedSource>(post, host.url());
        QObject::connect(&host, &EngineHost::failed, source.get(),
                         [this](const QString &message) { source->setEnded(message); });
    }
    ~LiveEngine()
    {
        stopRunner();
        source.reset();
        host.stop();
    }
    bool started() const { return m_started; }
    void startRunner()
    {
        RunnerOptions options;
        options.name = QStringLiteral("live");
        options.key = QStringLiteral("live-1");
        options.actorNames = {QStringLiteral("echo")};
        options.ackDelayMs = 600'000;
        m_runner = std::make_unique<Runner>(
            options, webSocketChannels(QUrl(host.url()), options),
            [this](const QString &) { return std::make_unique<Echo>(starts); }, m_clock, m_timers, m_random);
        m_runner->start();
    }
    void stopRunner() { m_runner.reset(); }
    bool runnerConnected() const { return m_runner && m_runner->isConnected(); }

    EngineHost host;
    std::unique_ptr<EmbeddedSource> source;
    int starts = 0; ///< of actors, in the runner

private:
    struct Echo final : ActorHandler
    {
        explicit Echo(int &count) : starts(count) {}
        void start(ActorContext &context, std::function<void(std::optional<QString>)> done) override
        {
            ++starts;
            std::vector<RunnerKvEntry> entries;
            for (int i = 0; i < kKeys; ++i)
                entries.push_back({QByteArray("key") + QByteArray::number(1000 + i), "value"});
            context.kvPut(entries, [done](const Status &) { done({}); });
        }
        /// Answers with what it was asked.
        void httpRequest(ActorContext &, const ActorHttpRequest &request, std::shared_ptr<HttpResponder> responder) override
        {
            responder->respond(200, {}, request.method + ' ' + request.path + ' ' + request.body);
        }
        SocketDecision webSocketOpen(ActorContext &, RunnerSocket &) override { return SocketDecision::hibernate(); }
        void webSocketMessage(ActorContext &, RunnerSocket &socket, const QByteArray &data, bool binary) override
        {
            socket.send(data, binary);
        }
        int &starts;
    };

    bool m_started = false;
    SystemClock m_clock;
    TimerWheel m_timers{m_clock.monoMs()};
    TimerDriver m_driver{m_clock, m_timers};
    Random m_random = Random::fromSystem();
    std::unique_ptr<Runner> m_runner;
};

} // namespace dormouse
