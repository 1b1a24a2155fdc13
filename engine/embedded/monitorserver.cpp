// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/monitorserver.h"

#include "engine/base/closecode.h"

#include "engine/core/core.h"

#include <QCborMap>
#include <QCborValue>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr qint64 kMaxBytesQueued = 8 * 1024 * 1024;
constexpr qint64 kMaxMessageBytes = 1024 * 1024;
constexpr char kSnapshotPath[] = "/dormouse/monitor/snapshot";

/// Takes the same time wherever the first difference is.
bool sameSecret(const QByteArray &a, const QByteArray &b)
{
    int difference = a.size() == b.size() ? 0 : 1;
    for (qsizetype i = 0; i < a.size() && i < b.size(); ++i)
        difference |= a.at(i) ^ b.at(i);
    return difference == 0;
}

QByteArray errorBody(const char *code, const QString &message)
{
    const QByteArray full(code);
    const qsizetype dot = full.indexOf('.');
    return QJsonDocument(QJsonObject{{u"group"_s, QString::fromLatin1(full.left(dot))},
                                     {u"code"_s, QString::fromLatin1(full.mid(dot + 1))},
                                     {u"message"_s, message},
                                     {u"metadata"_s, QJsonValue::Null}})
        .toJson(QJsonDocument::Compact);
}

const HeaderList &jsonHeaders()
{
    static const HeaderList headers{{"content-type", "application/json"}, {"cache-control", "no-store"}};
    return headers;
}

template<typename T>
QJsonArray rowsOf(const std::vector<T> &rows)
{
    QJsonArray array;
    for (const T &row : rows)
        array.append(monitor::toJson(row));
    return array;
}

} // namespace

class MonitorServer::Client final : public ChannelListener
{
public:
    Client(std::unique_ptr<Channel> channel, Publisher &publisher, const QString &engineVersion)
        : m_channel(std::move(channel)), m_publisher(publisher), m_alive(std::make_shared<bool>(true))
    {
        m_channel->setListener(this);
        m_consumer = m_publisher.addConsumer(
            monitor::Interest{}, [this](const monitor::Frame &frame) { deliver(frame); },
            [this] { return m_credit > 0 && m_channel->bytesQueued() < kMaxBytesQueued; });
        QCborMap hello;
        hello.insert(u"op"_s, u"hello"_s);
        hello.insert(u"version"_s, monitor::kValuesVersion);
        hello.insert(u"engine"_s, engineVersion);
        send(hello);
    }
    ~Client() override { end(); }

    bool isClosed() const { return m_closed; }
    void goAway() { m_channel->close(closeNumber(CloseCode::GoingAway), "ws.going_away"); }

    void channelMessage(Channel &, const QByteArray &payload, bool binary) override
    {
        if (m_closed)
            return;
        QCborParserError error;
        const QCborValue value = binary && payload.size() <= kMaxMessageBytes
            ? QCborValue::fromCbor(payload, &error)
            : QCborValue();
        if (!value.isMap())
            return refuse();
        const QCborMap map = value.toMap();
        const QString op = map.value("op"_L1).toString();
        if (op == "pull"_L1)
            m_credit = int(std::clamp<qint64>(m_credit + map.value("n"_L1).toInteger(1), 0, kMaxCredit));
        else if (op == "interest"_L1)
            setInterest(map);
        else if (op == "command"_L1)
            command(map);
        else
            refuse();
    }
    void channelClosed(Channel &, const ChannelClose &) override { end(); }

private:
    void end()
    {
        if (m_closed)
            return;
        m_closed = true;
        *m_alive = false;
        m_publisher.removeConsumer(m_consumer);
    }
    void refuse() { m_channel->close(closeNumber(CloseCode::ProtocolError), "monitor.bad_message"); }
    void send(const QCborMap &map) { m_channel->send(map.toCborValue().toCbor(), true); }
    void deliver(const monitor::Frame &frame)
    {
        --m_credit;
        QCborMap map;
        map.insert(u"op"_s, u"frame"_s);
        map.insert(u"frame"_s, monitor::encodeFrame(frame));
        send(map);
    }
    void setInterest(const QCborMap &map)
    {
        monitor::Interest interest;
        interest.values = map.value("values"_L1).toBool(true);
        interest.events = map.value("events"_L1).toBool(true);
        interest.trace = map.value("trace"_L1).toBool(false);
        interest.pendingOf = map.value("pending_of"_L1).toString();
        m_publisher.setInterest(m_consumer, interest);
    }
    void command(const QCborMap &map)
    {
        const qint64 id = map.value("id"_L1).toInteger(-1);
        if (id < 0)
            return refuse();
        if (m_openCommands >= kMaxOpenCommands)
            return reply(id, Error::make("monitor", "too_many_commands", u"Too many unanswered commands."_s));
        ++m_openCommands;
        m_publisher.command(map.value("name"_L1).toString(), map.value("arguments"_L1).toMap().toJsonObject(),
                            [this, id, alive = m_alive](const Result<QJsonObject> &result) {
                                if (!*alive)
                                    return;
                                --m_openCommands;
                                reply(id, result);
                            });
    }
    void reply(qint64 id, const Result<QJsonObject> &result)
    {
        QCborMap map;
        map.insert(u"op"_s, u"reply"_s);
        map.insert(u"id"_s, id);
        if (result) {
            map.insert(u"result"_s, QCborMap::fromJsonObject(*result));
        } else {
            QCborMap error;
            error.insert(u"code"_s, QString::fromLatin1(result.error().fullCode()));
            error.insert(u"message"_s, result.error().message);
            map.insert(u"error"_s, error);
        }
        send(map);
    }

    std::unique_ptr<Channel> m_channel;
    Publisher &m_publisher;
    std::shared_ptr<bool> m_alive; ///< shared with commands that outlive the client
    Publisher::ConsumerId m_consumer = 0;
    int m_credit = 0;
    int m_openCommands = 0;
    bool m_closed = false;
};

MonitorServer::MonitorServer(Core &core, Publisher &publisher) : m_core(core), m_publisher(publisher) {}

MonitorServer::~MonitorServer() = default;

void MonitorServer::install()
{
    m_core.setHooks([this](std::unique_ptr<UpgradeRequest> &upgrade) { return handleUpgrade(upgrade); },
                    [this](const std::shared_ptr<HttpExchange> &exchange) { return handleRequest(exchange); });
}

bool MonitorServer::authorized(const HttpHead &head) const
{
    const QByteArray wanted = m_core.context().config.adminToken.toUtf8();
    if (wanted.isEmpty())
        return true;
    const QByteArray header = head.header("authorization");
    if (header.size() > 7 && header.left(7).toLower() == "bearer " && sameSecret(header.mid(7).trimmed(), wanted))
        return true;
    const auto offered = head.offeredProtocols();
    return std::any_of(offered.begin(), offered.end(), [&](const QByteArray &entry) {
        return entry.startsWith("rivet_token.") && sameSecret(QByteArray::fromPercentEncoding(entry.mid(12)), wanted);
    });
}

bool MonitorServer::handleUpgrade(std::unique_ptr<UpgradeRequest> &upgrade)
{
    // Ended clients are deleted here and not when they end: a channel may not be deleted from its own last call.
    std::erase_if(m_clients, [](const auto &client) { return client->isClosed(); });
    const HttpHead &head = upgrade->head();
    if (head.path() != kMonitorPath)
        return false;
    const auto request = std::move(upgrade);
    const auto offered = head.offeredProtocols();
    if (!head.header("origin").isNull()) {
        request->reject(403, jsonHeaders(), errorBody("monitor.origin_refused", u"Web pages may not monitor."_s));
    } else if (!authorized(head)) {
        request->reject(401, jsonHeaders(), errorBody("api.unauthorized", u"A valid token is needed."_s));
    } else if (std::find(offered.begin(), offered.end(), kMonitorProtocol) == offered.end()) {
        request->reject(400, jsonHeaders(),
                        errorBody("monitor.bad_protocol", u"Subprotocol dormouse.monitor.v1 is needed."_s));
    } else if (int(m_clients.size()) >= kMaxClients) {
        request->reject(503, jsonHeaders(), errorBody("monitor.too_many_clients", u"Too many consoles."_s));
    } else if (auto channel = request->accept(kMonitorProtocol, {})) {
        m_clients.push_back(std::make_unique<Client>(std::move(channel), m_publisher,
                                                     QStringLiteral(DORMOUSE_VERSION)));
    }
    return true;
}

bool MonitorServer::handleRequest(const std::shared_ptr<HttpExchange> &exchange)
{
    const HttpHead &head = exchange->head();
    const QByteArray path = head.path();
    if (path == kMonitorPath) {
        exchange->respond(426, {{"content-type", "application/json"}, {"upgrade", "websocket"}},
                          errorBody("monitor.upgrade_needed", u"This path is a WebSocket."_s));
        return true;
    }
    if (path != kSnapshotPath)
        return false;
    if (head.method != "GET" && head.method != "HEAD") {
        exchange->respond(405, {{"content-type", "application/json"}, {"allow", "GET, HEAD"}},
                          errorBody("api.method_not_allowed", u"Only GET."_s));
        return true;
    }
    if (!authorized(head)) {
        exchange->respond(401, jsonHeaders(), errorBody("api.unauthorized", u"A valid token is needed."_s));
        return true;
    }
    const monitor::Frame frame = m_publisher.snapshot();
    QJsonObject object{{u"version"_s, monitor::kValuesVersion},
                       {u"ts"_s, frame.ts},
                       {u"actors"_s, rowsOf(frame.actors)},
                       {u"runners"_s, rowsOf(frame.runners)},
                       {u"connections"_s, rowsOf(frame.connections)}};
    if (frame.cluster)
        object.insert(u"cluster"_s, monitor::toJson(*frame.cluster));
    exchange->respond(200, jsonHeaders(), QJsonDocument(object).toJson());
    return true;
}

void MonitorServer::shutdown()
{
    for (const auto &client : m_clients) {
        if (!client->isClosed())
            client->goAway();
    }
}

int MonitorServer::clientCount() const
{
    return int(std::count_if(m_clients.begin(), m_clients.end(), [](const auto &client) { return !client->isClosed(); }));
}

} // namespace dormouse
