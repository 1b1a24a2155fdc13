// SPDX-License-Identifier: Apache-2.0
#pragma once

// The engine's other side as the simulation sees it: WebSocket clients, upgrades and HTTP requests.

#include "engine/net/http.h"
#include "tests/simulation/truth.h"
#include "tests/support/simulatedchannel.h"

namespace dormouse::test {

/// A WebSocket client.
class SimulatedClient final : public ChannelListener
{
public:
    SimulatedClient(Truth &truth, std::size_t number) : m_truth(truth), m_number(number) {}
    /// Echoes: only of what this client has sent.
    void channelMessage(Channel &, const QByteArray &payload, bool) override
    {
        const ClientTruth &truth = m_truth.clients[m_number];
        const qsizetype colon = payload.indexOf(':');
        if (payload.left(colon).toULongLong() != m_number || payload.mid(colon + 1).toInt() >= truth.sent)
            m_truth.fail(QStringLiteral("answers go to their client"),
                         u"client " % QString::number(m_number) % u" receives " % QString::fromLatin1(payload));
    }
    void channelClosed(Channel &, const ChannelClose &close) override
    {
        m_truth.clients[m_number].ended = true;
        m_truth.clients[m_number].endedBy = QString::fromUtf8(close.reason);
    }
    std::unique_ptr<SimulatedChannel> channel;
    std::shared_ptr<SimulatedLink> link;

private:
    Truth &m_truth;
    const std::size_t m_number;
};

class SimulatedUpgrade final : public UpgradeRequest
{
public:
    using Accepted = std::function<void(SimulatedChannel::Pair &)>;
    SimulatedUpgrade(VirtualWorld &world, HttpHead head, Accepted accepted)
        : m_world(world), m_head(std::move(head)), m_accepted(std::move(accepted))
    {}
    const HttpHead &head() const override { return m_head; }
    std::unique_ptr<Channel> accept(const QByteArray &, const HeaderList &) override
    {
        auto pair = SimulatedChannel::makePair(m_world);
        auto engine = std::move(pair.engine);
        m_accepted(pair);
        return engine;
    }
    void reject(int, const HeaderList &, const QByteArray &) override {}

private:
    VirtualWorld &m_world;
    HttpHead m_head;
    Accepted m_accepted;
};

class SimulatedExchange final : public HttpExchange
{
public:
    using Done = std::function<void(int, const QByteArray &)>;
    /// comes: the rest of the body follows by give().
    SimulatedExchange(HttpHead head, QByteArray body, bool comes, Done done)
        : m_head(std::move(head)), m_body(std::move(body)), m_comes(comes), m_done(std::move(done))
    {}
    const HttpHead &head() const override { return m_head; }
    const QByteArray &body() const override { return m_body; }
    bool bodyComplete() const override { return !m_comes; }
    QByteArray readBody(std::function<void(const BodyPart &)> callback) override
    {
        m_onBody = std::move(callback);
        return std::exchange(m_body, {});
    }
    /// The client sends more of its body.
    void give(const QByteArray &data, bool last)
    {
        if (!m_alive || !m_onBody)
            return;
        m_comes = !last;
        const auto callback = m_onBody;
        callback({data, last, 0, {}});
    }
    void respond(int status, const HeaderList &headers, const QByteArray &body) override
    {
        begin(status, headers);
        write(body);
        finish();
    }
    void begin(int status, const HeaderList &) override { m_status = status; }
    void write(const QByteArray &data) override { m_answer += data; }
    void finish() override { end(m_status); }
    void abort() override { end(0); }
    bool alive() const override { return m_alive; }
    qint64 bytesQueued() const override { return 0; }
    void onGone(std::function<void()> callback) override { m_gone = std::move(callback); }
    /// The client does not wait any longer.
    void leave()
    {
        if (!m_alive)
            return;
        end(-1);
        if (m_gone)
            std::exchange(m_gone, nullptr)();
    }
    /// The engine process has ended under it.
    void lose()
    {
        m_gone = nullptr;
        end(-1);
    }

private:
    void end(int status)
    {
        if (std::exchange(m_alive, false))
            m_done(status, m_answer);
    }
    HttpHead m_head;
    QByteArray m_body;
    bool m_comes;
    std::function<void(const BodyPart &)> m_onBody;
    Done m_done;
    int m_status = 0;
    QByteArray m_answer;
    bool m_alive = true;
    std::function<void()> m_gone;
};

inline HttpHead simulatedHead(const QByteArray &method, const QByteArray &target, bool upgrade)
{
    HttpHead head;
    head.method = method;
    head.target = target;
    head.headers = {{"host", "127.0.0.1:6420"}};
    if (upgrade) {
        head.headers.emplace_back("upgrade", "websocket");
        head.headers.emplace_back("connection", "Upgrade");
    } else {
        head.headers.emplace_back("content-type", "application/json");
    }
    head.peerAddress = "127.0.0.1";
    return head;
}

} // namespace dormouse::test
