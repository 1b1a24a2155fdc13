// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/gateway/actordirectory.h"
#include "engine/gateway/gateway.h"

#include <QHash>
#include <QSet>
#include <QMap>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

// A world without threads, sockets or real time: everything around the gateway, moved by the test.

namespace dormouse::test {

/// Data messages as (index, payload).
using Data = std::vector<std::pair<quint16, QByteArray>>;
/// The actor of tests that need one only.
inline const QString kActor = QStringLiteral("a1");
/// What the SDKs answer to an open that they cannot serve now; the gateway tries again.
wire::ToServerWebSocketClose refusal();
/// A complete answer to an HTTP request, or the start of a streamed one once stream is set.
wire::ToServerResponseStart answer(quint16 status, const QByteArray &body = {});

class MovedClock final : public Clock
{
public:
    qint64 wallMs() const override { return mono + wallOffset; }
    qint64 monoMs() const override { return mono; }
    qint64 mono = 1'000'000;
    qint64 wallOffset = 1'700'000'000'000;
};

class CollectingSink final : public monitor::Sink
{
public:
    void actorChanged(const QString &) override {}
    void runnerChanged(const QString &) override {}
    void connectionChanged(const QString &) override { ++changed; }
    void connectionEnded(const monitor::ConnectionInfo &last) override
    {
        ended.push_back(last);
        if (onEnded)
            onEnded();
    }
    void runnerEnded(const monitor::RunnerInfo &) override {}
    void ackLatency(qint64 us, bool) override { ackLatencies.push_back(us); }
    void wakeLatency(qint64 us, bool) override { wakeLatencies.push_back(us); }
    void httpLatency(qint64 us, bool) override { httpLatencies.push_back(us); }
    bool wantsTrace() const override { return trace; }
    void event(monitor::Event event) override { events.push_back(std::move(event)); }
    int count(const QString &reason) const;
    int count(const QString &reason, monitor::EventLevel level) const;
    int count(monitor::EventKind kind) const;
    /// Text of the last event with this reason; empty when there is none.
    QString textOf(const QString &reason) const;

    bool trace = true;
    int changed = 0;
    std::function<void()> onEnded;
    std::vector<monitor::ConnectionInfo> ended;
    std::vector<qint64> ackLatencies, wakeLatencies, httpLatencies;
    std::vector<monitor::Event> events;
};

/// Keeps hibernating rows only. Commits when the world turns, unless held or failing.
class FakeStore final : public Store
{
public:
    Result<Snapshot> open() override { return Snapshot{}; }
    void submit(Batch batch, std::function<void(const Status &)> done) override;
    void kv(const QString &, KvOp, std::function<void(KvResult)> done) override { done(std::vector<KvEntry>{}); }
    void setMeta(const QString &, const QString &) override {}
    void flush() override {}
    int queueLength() const override { return int(queue.size()); }
    qint64 lastCommitUs() const override { return 0; }
    bool turn(); ///< true when something was committed

    struct Entry
    {
        Batch batch;
        std::function<void(const Status &)> done;
    };
    std::deque<Entry> queue;
    std::map<quint32, HibernatingRow> rows;
    bool held = false;
    bool failing = false;        ///< refreshes are given up on
    bool failingInserts = false; ///< so are first writes
    int commits = 0;
    int refreshes = 0;
    std::vector<std::size_t> refreshSizes; ///< rows of each committed refresh
    std::vector<QByteArray> *journal = nullptr;

private:
    void apply(const Batch &batch);
};

/// What the client of one WebSocket sees and does. Outlives the channel.
struct FakeClient
{
    std::vector<QByteArray> received;
    std::optional<quint16> closeCode;
    QByteArray closeReason;
    bool accepted = false;
    bool ended = false; ///< no connection any more
    QByteArray protocol;
    HeaderList acceptHeaders;
    std::optional<int> rejectStatus;
    HeaderList rejectHeaders;
    QByteArray rejectBody;
    bool reading = true;
    int pings = 0;            ///< received from the engine
    bool answersPings = true;
    bool holdsPongs = false; ///< answers are on their way until this is off again
    std::deque<QByteArray> pongs; ///< not delivered yet
    qint64 queued = 0; ///< pretended bytes in the engine's send queue
    std::deque<std::pair<QByteArray, bool>> toSend;
    std::optional<ChannelClose> closing; ///< reported after everything that may still be read
    class FakeChannel *channel = nullptr;
    std::vector<FakeClient *> *busy = nullptr; ///< the world's list of clients with something to deliver
    bool isBusy = false;
    std::vector<QByteArray> *journal = nullptr;

    void send(const QByteArray &payload, bool binary = true)
    {
        toSend.emplace_back(payload, binary);
        wake();
    }
    void close(std::optional<quint16> code, const QByteArray &reason = {})
    {
        closing = ChannelClose{code, reason, true, true};
        wake();
    }
    void drop()
    {
        closing = ChannelClose{{}, {}, false, true};
        wake();
    }
    void wake()
    {
        if (!isBusy && busy != nullptr)
            busy->push_back(this);
        isBusy = true;
    }
};

class FakeChannel final : public Channel
{
public:
    explicit FakeChannel(std::shared_ptr<FakeClient> client) : m_client(std::move(client)) { m_client->channel = this; }
    ~FakeChannel() override
    {
        m_client->channel = nullptr;
        m_client->ended = true;
    }
    bool isOpen() const override { return !m_closed; }
    void send(const QByteArray &payload, bool) override
    {
        if (!m_closed)
            m_client->received.push_back(payload);
    }
    void ping(const QByteArray &payload) override
    {
        ++m_client->pings;
        if (m_client->answersPings)
            m_client->pongs.push_back(payload);
        m_client->wake();
    }
    void close(std::optional<quint16> code, const QByteArray &reason) override
    {
        m_closed = true;
        m_client->closeCode = code;
        m_client->closeReason = reason;
        m_client->toSend.clear();
        m_client->closing = ChannelClose{code, reason, true, false};
        if (m_client->journal != nullptr)
            m_client->journal->push_back("client close");
        m_client->wake();
    }
    void abort() override
    {
        m_client->closing = ChannelClose{{}, {}, false, false};
        m_client->wake();
    }
    void setReading(bool on) override
    {
        m_client->reading = on;
        m_client->wake();
    }
    qint64 bytesQueued() const override { return m_client->queued; }
    bool turn(); ///< delivers one thing; true when something was delivered

private:
    std::shared_ptr<FakeClient> m_client; ///< shared: the test keeps looking after the channel is gone
    bool m_closed = false;
};

class FakeUpgrade final : public UpgradeRequest
{
public:
    FakeUpgrade(HttpHead head, std::shared_ptr<FakeClient> client) : m_head(std::move(head)), m_client(std::move(client)) {}
    const HttpHead &head() const override { return m_head; }
    std::unique_ptr<Channel> accept(const QByteArray &protocol, const HeaderList &headers) override;
    void reject(int status, const HeaderList &headers, const QByteArray &body) override;

private:
    HttpHead m_head;
    std::shared_ptr<FakeClient> m_client; ///< shared with the test and the channel
};

class FakeExchange final : public HttpExchange
{
public:
    const HttpHead &head() const override { return request; }
    const QByteArray &body() const override { return requestBody; }
    bool bodyComplete() const override { return !comes; }
    QByteArray readBody(std::function<void(const BodyPart &)> callback) override;
    void setBodyReading(bool on) override { reading = on; }
    void respond(int statusIn, const HeaderList &headersIn, const QByteArray &bodyIn) override;
    void begin(int statusIn, const HeaderList &headersIn) override;
    void write(const QByteArray &data) override { answer += data; }
    void finish() override { finished = true; }
    void abort() override { aborted = true; }
    bool alive() const override { return !finished && !aborted; }
    qint64 bytesQueued() const override { return queued; }
    void onGone(std::function<void()> callback) override { gone = std::move(callback); }
    QByteArray header(const char *name) const { return headerValue(headers, name); }
    QByteArray errorCode() const { return header("x-rivet-error"); }
    /// What the client sends of its body while the request lives; nothing is held back here.
    void part(const QByteArray &data, bool last = false);
    void breakBody(int status, const QByteArray &reason);

    HttpHead request;
    bool comes = false;   ///< the body is not complete
    bool reading = false; ///< somebody takes it
    std::function<void(const BodyPart &)> onBody;
    QByteArray requestBody;
    int status = 0;
    HeaderList headers;
    QByteArray answer;
    bool streaming = false, finished = false, aborted = false;
    int answers = 0;
    qint64 queued = 0;
    std::function<void()> gone;
};

struct SentMessage
{
    QString runnerId;
    wire::ToClientTunnelMessage message;
    template<typename Kind>
    const Kind *as() const { return std::get_if<Kind>(&message.kind); }
    RequestId requestId() const { return message.messageId.requestId; }
    quint16 index() const { return message.messageId.messageIndex; }
};

class FakeDirectory final : public ActorDirectory, public TunnelTransport
{
public:
    const ActorRow *actor(const QString &actorId) const override;
    void wakeActor(const QString &actorId, const AllocationOverride &override) override;
    QByteArray poolErrorJson(const QString &, const QString &) const override { return poolError; }
    std::optional<qint64> poolSetting(const QString &, const QString &, const QString &key) const override
    {
        return settings.contains(key) ? std::optional(settings.value(key)) : std::nullopt;
    }
    TunnelTransport &tunnel() override { return *this; }
    bool linkUp(const QString &runnerId) const override { return up.contains(runnerId); }
    bool sendTunnel(const QString &runnerId, const wire::ToClientTunnelMessage &message) override;
    qint64 linkBytesQueued(const QString &) const override { return bytesQueued; }

    QMap<QString, ActorRow> actors;
    QSet<QString> up;
    QByteArray poolError;
    QHash<QString, qint64> settings;
    qint64 bytesQueued = 0;
    std::vector<std::pair<QString, AllocationOverride>> wakes;
    std::vector<SentMessage> sent;
    std::function<void(const SentMessage &)> onSent;
};

/// Everything together. Actors live on runner "r1" unless said otherwise.
class World
{
public:
    explicit World(EngineConfig configIn = {}, quint64 seed = 1);
    ~World();

    /// Runs what is due without moving the clock by more than a millisecond.
    void settle();
    void advance(qint64 ms);

    // scheduler's side
    void addSleeping(const QString &actorId);
    void addRunning(const QString &actorId, const QString &runnerId = QStringLiteral("r1"));
    /// Start command is made (lists the hibernating sockets), actor not ready yet.
    std::vector<wire::HibernatingRequest> startActor(const QString &actorId, const QString &runnerId = QStringLiteral("r1"),
                                                     bool list = true);
    void ready(const QString &actorId);
    void wakeUp(const QString &actorId) { startActor(actorId); ready(actorId); }
    void stopActor(const QString &actorId, ActorState next = ActorState::Sleeping);
    void destroyStarted(const QString &actorId);
    void destroyed(const QString &actorId);
    void cutLink(const QString &runnerId = QStringLiteral("r1"));
    void restoreLink(const QString &runnerId = QStringLiteral("r1"));

    // clients
    std::shared_ptr<FakeClient> connect(const QString &actorId, const HeaderList &headers = {},
                                        const QByteArray &path = "/ws");
    std::shared_ptr<FakeExchange> http(const QString &actorId, const QByteArray &method, const QByteArray &body = {},
                                       const HeaderList &headers = {});
    /// A request whose body still comes; body: what came with its head.
    std::shared_ptr<FakeExchange> upload(const QString &actorId, const QByteArray &body = {}, const HeaderList &headers = {});
    QString lastRay() const { return QStringLiteral("ray%1").arg(rays); }

    // runner
    void fromRunner(RequestId requestId, wire::ToServerTunnelMessageKind kind, const QString &runnerId = QStringLiteral("r1"));
    /// The same without letting anything else happen: also for use from inside a write.
    void deliver(RequestId requestId, wire::ToServerTunnelMessageKind kind, const QString &runnerId = QStringLiteral("r1"));
    template<typename Kind>
    std::vector<const SentMessage *> sentOf() const
    {
        std::vector<const SentMessage *> result;
        for (const SentMessage &one : directory.sent) {
            if (one.as<Kind>() != nullptr)
                result.push_back(&one);
        }
        return result;
    }
    template<typename Kind>
    const SentMessage *lastSent() const
    {
        for (auto one = directory.sent.rbegin(); one != directory.sent.rend(); ++one) {
            if (one->template as<Kind>() != nullptr)
                return &*one;
        }
        return nullptr;
    }
    /// Connects a client and has its open accepted. Returns the client; its request id is request.
    std::shared_ptr<FakeClient> open(const QString &actorId, bool canHibernate, RequestId *request = nullptr);
    /// Payloads and indexes of data messages written since position from.
    Data dataSince(std::size_t from) const;
    std::size_t mark() const { return directory.sent.size(); }
    /// No session, timer, channel or row is left.
    bool isClean();

    EngineConfig config;
    MovedClock clock;
    TimerWheel wheel;
    Random random;
    FakeStore store;
    CollectingSink sink;
    Metrics metrics;
    FakeDirectory directory;
    std::vector<std::shared_ptr<FakeClient>> clients;
    std::unique_ptr<Gateway> gateway;
    GatewayId gatewayId;
    int rays = 0;
    QByteArray clientAddress = QByteArrayLiteral("10.0.0.1"); ///< of the clients that come next

private:
    bool turn();
    std::shared_ptr<FakeExchange> newExchange(const QByteArray &method, const QByteArray &body, const HeaderList &headers);
    void request(const std::shared_ptr<FakeExchange> &exchange, const QString &actorId);
    std::vector<FakeClient *> m_busy; ///< so that a turn does not cost a look at every client
};

} // namespace dormouse::test
