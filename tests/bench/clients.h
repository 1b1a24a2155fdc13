// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/stream.h"

#include <deque>
#include <map>

namespace dormouse::bench {

/// Keep-alive HTTP client: one request at a time, answers with content-length or chunked.
class HttpClient final : public Stream
{
public:
    using Done = std::function<void(int status, const std::string &body)>;
    HttpClient(Loop &loop, int port) : Stream(loop, connectLocal(port)) {}
    void request(std::string_view head, std::string_view body, Done done);
    void get(std::string_view path, std::string_view headers, Done done);

protected:
    void received(char *data, std::size_t size) override;
    void ended() override;

private:
    std::string m_in;
    Done m_done;
};

/// WebSocket client connection.
class WebSocketClient : public Stream
{
public:
    WebSocketClient(Loop &loop, int port, std::string_view path, std::string_view protocols);
    bool isUp() const { return m_up; }
    void sendFrame(std::string_view payload, int opcode = kBinary) { appendFrame(out(), opcode, payload, true); }
    void sendClose();

protected:
    void received(char *data, std::size_t size) override;
    virtual void opened() {}
    virtual void message(std::string_view payload, bool binary) = 0;
    virtual void refused(const std::string &head);

private:
    std::string m_head;
    FrameCutter m_frames;
    bool m_up = false;
};

/// Sends numbered messages, up to `window` unanswered, and checks that each comes back once and in order.
class EchoClient final : public WebSocketClient
{
public:
    EchoClient(Loop &loop, int port, const std::string &actorId, std::size_t bytes);
    void setWindow(int window) { m_window = window; }
    /// Tops up to the window.
    void pump();
    /// Sends now, whatever is unanswered.
    void sendOne();
    std::uint64_t sent() const { return m_sent; }
    std::uint64_t echoed() const { return m_echoed; }
    std::uint64_t wrong() const { return m_wrong; } ///< out of order, doubled or damaged
    void takeLatencies(std::vector<std::int64_t> *to) { m_latencies = to; }
    std::function<void(EchoClient &)> onEcho;
    std::function<void(EchoClient &)> onOpen;
    std::function<void(EchoClient &)> onEnd;

protected:
    void opened() override;
    void message(std::string_view payload, bool binary) override;
    void ended() override;

private:
    std::string m_payload;
    std::deque<std::int64_t> m_sentAt;
    std::vector<std::int64_t> *m_latencies = nullptr;
    std::uint64_t m_sent = 0;
    std::uint64_t m_echoed = 0;
    std::uint64_t m_wrong = 0;
    int m_window = 0;
};

} // namespace dormouse::bench
