// SPDX-License-Identifier: Apache-2.0
#include "engine/runner/demo.h"

#include "engine/base/closecode.h"

#include "engine/net/clientchannel.h"
#include "engine/net/timerdriver.h"
#include "engine/runner/demoactors_p.h"
#include "engine/runner/websocketchannels.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr int kClients = 12;
constexpr qint64 kRetryMs = 1'000;

struct DemoActor
{
    const char *name;
    const char *key;
};
constexpr DemoActor kActors[] = {
    {"counter", "visits"}, {"counter", "clicks"}, {"chat-room", "lobby"}, {"chat-room", "garden"},
    {"sleeper", "early"},  {"sleeper", "late"},   {"ticker", "clock"},
};
constexpr int kActorCount = int(std::size(kActors));

} // namespace

/// One client: talks in bursts with long silences, in which its actor falls asleep.
class DemoClient final : public ChannelListener
{
public:
    struct World
    {
        Clock &clock;
        TimerWheel &timers;
        qint64 &sent;
        qint64 &received;
    };

    DemoClient(int number, quint64 seed, const World &world)
        : m_number(number), m_random(seed), m_world(world)
    {
    }
    ~DemoClient() override
    {
        m_world.timers.cancel(m_timer);
        if (m_channel)
            m_channel->setListener(nullptr);
    }

    void setUrl(const QUrl &url)
    {
        m_url = url;
        wait(200, 4'000, [this] { connectNow(); });
    }
    void leave()
    {
        m_world.timers.cancel(m_timer);
        m_timer = 0;
        m_leaving = true;
        if (m_channel)
            m_channel->close(closeNumber(CloseCode::Normal), "demo over");
    }
    bool isConnected() const { return m_channel && m_channel->isOpen(); }

    void channelOpened(Channel &) override { startBurst(); }
    void channelMessage(Channel &, const QByteArray &, bool) override { ++m_world.received; }
    void channelClosed(Channel &, const ChannelClose &) override
    {
        m_world.timers.cancel(m_timer);
        m_timer = 0;
        if (!m_leaving)
            wait(2'000, 10'000, [this] { connectNow(); });
    }

private:
    void wait(qint64 least, qint64 most, std::function<void()> next)
    {
        m_world.timers.cancel(m_timer);
        const qint64 delay = least + qint64(m_random.below(quint64(most - least)));
        m_timer = m_world.timers.schedule(m_world.clock.monoMs() + delay, [this, next = std::move(next)] {
            m_timer = 0;
            next();
        });
    }
    void connectNow()
    {
        auto channel = std::make_unique<ClientChannel>();
        channel->setListener(this);
        channel->connectTo(m_url);
        m_channel = std::move(channel);
    }
    void startBurst()
    {
        m_left = 3 + int(m_random.below(12));
        talk();
    }
    void talk()
    {
        if (!isConnected())
            return;
        const QByteArray padding(qsizetype(m_random.below(200)), '.');
        m_channel->send("client " + QByteArray::number(m_number) + " says " + QByteArray::number(++m_said) + padding,
                        false);
        ++m_world.sent;
        if (--m_left > 0)
            return wait(150, 1'500, [this] { talk(); });
        if (m_random.below(5) == 0)
            return wait(1'000, 4'000, [this] { m_channel->close(closeNumber(CloseCode::Normal), "see you"); });
        wait(8'000, 30'000, [this] { startBurst(); });
    }

    const int m_number;
    Random m_random;
    World m_world;
    QUrl m_url;
    std::unique_ptr<ClientChannel> m_channel;
    TimerId m_timer = 0;
    int m_left = 0;
    int m_said = 0;
    bool m_leaving = false;
};

class Demo::Private
{
public:
    explicit Private(quint64 demoSeed)
        : seed(demoSeed), timers(clock.monoMs()), random(demoSeed), driver(clock, timers)
    {
    }

    const quint64 seed;
    SystemClock clock;
    TimerWheel timers;
    Random random;
    TimerDriver driver;
    QNetworkAccessManager network;
    QUrl engine;
    QByteArray token;
    std::unique_ptr<Runner> runner;
    std::vector<std::unique_ptr<DemoClient>> clients;
    qint64 sent = 0;
    qint64 received = 0;
    bool running = false;
    int session = 0; ///< answers that belong to an earlier start() are ignored

    void startRunner();
    void createActor(int index);
    void actorKnown(int index, const QString &actorId);
};

void Demo::Private::startRunner()
{
    RunnerOptions options;
    options.name = u"demo"_s;
    options.key = u"demo-%1"_s.arg(seed);
    options.actorNames = QStringList{u"counter"_s, u"chat-room"_s, u"sleeper"_s, u"ticker"_s};
    options.ackDelayMs = 1'500; // long enough to see messages pend
    runner = std::make_unique<Runner>(options, webSocketChannels(engine, options, token), makeDemoActor, clock,
                                      timers, random);
    runner->start();
}

void Demo::Private::createActor(int index)
{
    QUrl url = engine;
    url.setPath(u"/actors"_s);
    url.setQuery(u"namespace=default"_s);
    QNetworkRequest request(url);
    request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
    if (!token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + token);
    const QJsonObject body{
        {u"name"_s, QString::fromLatin1(kActors[index].name)},
        {u"key"_s, QString::fromLatin1(kActors[index].key)},
        {u"runner_name_selector"_s, u"demo"_s},
        {u"crash_policy"_s, u"sleep"_s},
    };
    QNetworkReply *reply = network.put(request, QJsonDocument(body).toJson(QJsonDocument::Compact));
    QObject::connect(reply, &QNetworkReply::finished, &network, [this, reply, index, started = session] {
        reply->deleteLater();
        if (!running || started != session)
            return;
        const QString actorId = QJsonDocument::fromJson(reply->readAll())
                                    .object()
                                    .value("actor"_L1)
                                    .toObject()
                                    .value("actor_id"_L1)
                                    .toString();
        if (!actorId.isEmpty())
            return actorKnown(index, actorId);
        timers.schedule(clock.monoMs() + kRetryMs, [this, index, started] {
            if (running && started == session)
                createActor(index);
        });
    });
}

void Demo::Private::actorKnown(int index, const QString &actorId)
{
    QUrl url = engine;
    url.setScheme(engine.scheme() == "https"_L1 ? u"wss"_s : u"ws"_s);
    url.setPath(u"/gateway/"_s % actorId % (token.isEmpty() ? QString() : QString(u'@' % QString::fromUtf8(token)))
                % u"/websocket/"_s);
    for (int number = index; number < kClients; number += kActorCount)
        clients[std::size_t(number)]->setUrl(url);
}

Demo::Demo(quint64 seed, QObject *parent) : QObject(parent), d(std::make_unique<Private>(seed)) {}

Demo::~Demo()
{
    stop();
}

void Demo::start(const QUrl &engine, const QByteArray &token)
{
    if (d->running)
        return;
    d->running = true;
    ++d->session;
    d->engine = engine;
    d->token = token;
    d->startRunner();
    d->clients.clear();
    for (int number = 0; number < kClients; ++number)
        d->clients.push_back(std::make_unique<DemoClient>(
            number + 1, d->seed * 1'000 + quint64(number),
            DemoClient::World{d->clock, d->timers, d->sent, d->received}));
    for (int index = 0; index < kActorCount; ++index)
        d->createActor(index);
}

void Demo::stop()
{
    if (!d->running)
        return;
    d->running = false;
    for (auto &client : d->clients)
        client->leave();
    d->runner->shutdownNow();
    // Their closing handshakes need the event loop; until then they stay, and go with the next start or the end.
}

bool Demo::isRunning() const
{
    return d->running;
}

int Demo::actorCount() const
{
    return d->runner ? d->runner->actorCount() : 0;
}

int Demo::connectedClients() const
{
    return int(std::count_if(d->clients.begin(), d->clients.end(), [](const auto &c) { return c->isConnected(); }));
}

qint64 Demo::messagesSent() const
{
    return d->sent;
}

qint64 Demo::messagesReceived() const
{
    return d->received;
}

} // namespace dormouse
