// SPDX-License-Identifier: Apache-2.0
#pragma once

// One engine core without sockets, on a virtual clock: requests go in as values, answers come out as values.

#include "engine/core/core.h"
#include "engine/store/memorystore.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <deque>

namespace dormouse::test {

class VirtualClock final : public Clock
{
public:
    qint64 wallMs() const override { return 1'700'000'000'000 + m_ms; }
    qint64 monoMs() const override { return m_ms; }
    void set(qint64 ms) { m_ms = std::max(m_ms, ms); }

private:
    qint64 m_ms = 1'000;
};

struct Answer
{
    bool answered = false;
    int status = 0;
    HeaderList headers;
    QByteArray body;

    QByteArray header(QByteArrayView name) const { return headerValue(headers, name); }
    QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
    QString error() const
    {
        const QJsonObject object = json();
        return object.contains(u"group") ? QString(object.value(u"group").toString() % u'.' % object.value(u"code").toString())
                                         : QString();
    }
};

class FakeExchange final : public HttpExchange
{
public:
    FakeExchange(HttpHead head, QByteArray body, std::shared_ptr<Answer> answer)
        : m_head(std::move(head)), m_body(std::move(body)), m_answer(std::move(answer))
    {
    }
    const HttpHead &head() const override { return m_head; }
    const QByteArray &body() const override { return m_body; }
    void respond(int status, const HeaderList &headers, const QByteArray &body) override
    {
        begin(status, headers);
        write(m_head.method == "HEAD" ? QByteArray() : body);
        finish();
    }
    void begin(int status, const HeaderList &headers) override
    {
        m_answer->status = status;
        m_answer->headers = headers;
    }
    void write(const QByteArray &data) override { m_answer->body += data; }
    void finish() override { m_answer->answered = true; }
    void abort() override { m_answer->answered = true; }
    bool alive() const override { return true; }
    qint64 bytesQueued() const override { return 0; }
    void onGone(std::function<void()>) override {}

private:
    HttpHead m_head;
    QByteArray m_body;
    std::shared_ptr<Answer> m_answer;
};

/// What a WebSocket client would have seen.
struct Socket
{
    bool accepted = false;
    QByteArray protocol;
    HeaderList headers;
    std::optional<quint16> closeCode;
    QByteArray closeReason;
    std::vector<QByteArray> received;
    Channel *channel = nullptr; ///< null once the engine let go of it
};

class FakeChannel final : public Channel
{
public:
    explicit FakeChannel(std::shared_ptr<Socket> socket) : m_socket(std::move(socket)) { m_socket->channel = this; }
    ~FakeChannel() override { m_socket->channel = nullptr; }
    bool isOpen() const override { return !m_socket->closeCode; }
    void send(const QByteArray &payload, bool) override { m_socket->received.push_back(payload); }
    void ping(const QByteArray &) override {}
    void close(std::optional<quint16> code, const QByteArray &reason) override
    {
        m_socket->closeCode = code.value_or(1005);
        m_socket->closeReason = reason;
    }
    void abort() override { m_socket->closeCode = 1006; }
    void setReading(bool) override {}
    qint64 bytesQueued() const override { return 0; }

private:
    std::shared_ptr<Socket> m_socket;
};

class FakeUpgrade final : public UpgradeRequest
{
public:
    FakeUpgrade(HttpHead head, std::shared_ptr<Socket> socket) : m_head(std::move(head)), m_socket(std::move(socket)) {}
    const HttpHead &head() const override { return m_head; }
    std::unique_ptr<Channel> accept(const QByteArray &protocol, const HeaderList &extraHeaders) override
    {
        m_socket->accepted = true;
        m_socket->protocol = protocol;
        m_socket->headers = extraHeaders;
        return std::make_unique<FakeChannel>(m_socket);
    }
    void reject(int, const HeaderList &headers, const QByteArray &) override { m_socket->headers = headers; }

private:
    HttpHead m_head;
    std::shared_ptr<Socket> m_socket;
};

class TestEngine
{
public:
    explicit TestEngine(const EngineConfig &settings = {})
        : config(settings), timers(clock.monoMs()), store([this](std::function<void()> work) { posted.push_back(std::move(work)); }),
          core(CoreContext{config, clock, timers, random, store, sink, metrics})
    {
        core.setPublicUrl(QStringLiteral("http://127.0.0.1:6420"));
        started = core.start().ok();
        pump();
    }

    static HttpHead head(const QByteArray &method, const QByteArray &target, const HeaderList &headers = {})
    {
        HttpHead out;
        out.method = method;
        out.target = target;
        out.headers = headers;
        out.headers.insert(out.headers.begin(), {"host", "127.0.0.1:6420"});
        out.peerAddress = "127.0.0.1";
        return out;
    }

    /// Hands a request in; the answer comes with a later pump().
    std::shared_ptr<Answer> send(const QByteArray &method, const QByteArray &target, const QByteArray &body = {},
                                 const HeaderList &headers = {})
    {
        auto answer = std::make_shared<Answer>();
        core.handleRequest(std::make_shared<FakeExchange>(head(method, target, headers), body, answer));
        return answer;
    }
    std::shared_ptr<Socket> connectSocket(const QByteArray &target, HeaderList headers = {})
    {
        auto socket = std::make_shared<Socket>();
        headers.emplace_back("upgrade", "websocket");
        headers.emplace_back("connection", "Upgrade");
        core.handleUpgrade(std::make_unique<FakeUpgrade>(head("GET", target, headers), socket));
        return socket;
    }
    Answer ask(const QByteArray &method, const QByteArray &target, const QByteArray &body = {}, const HeaderList &headers = {})
    {
        const std::shared_ptr<Answer> answer = send(method, target, body, headers);
        waitFor(*answer);
        return *answer;
    }
    Answer askJson(const QByteArray &method, const QByteArray &target, const QJsonObject &body)
    {
        return ask(method, target, QJsonDocument(body).toJson(QJsonDocument::Compact), {{"content-type", "application/json"}});
    }

    void pump()
    {
        while (!posted.empty()) {
            const std::function<void()> work = std::move(posted.front());
            posted.pop_front();
            work();
        }
    }
    /// Moves the clock from deadline to deadline until the answer is there, at most two minutes of virtual time.
    void waitFor(const Answer &answer)
    {
        const qint64 limit = clock.monoMs() + 120'000;
        pump();
        while (!answer.answered && clock.monoMs() < limit) {
            const std::optional<qint64> next = timers.nextDeadline();
            if (!next)
                return;
            // A timer for now fires when time has moved.
            clock.set(std::max(*next, clock.monoMs() + 1));
            timers.advance(clock.monoMs());
            pump();
        }
    }

    EngineConfig config;
    VirtualClock clock;
    TimerWheel timers;
    Random random{7};
    monitor::NullSink sink;
    Metrics metrics;
    std::deque<std::function<void()>> posted;
    MemoryStore store;
    Core core;
    bool started = false;
};

} // namespace dormouse::test
