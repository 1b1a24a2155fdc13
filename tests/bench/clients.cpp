// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/clients.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace dormouse::bench {

void HttpClient::request(std::string_view head, std::string_view body, Done done)
{
    m_done = std::move(done);
    if (!isOpen()) {
        if (const Done callback = std::exchange(m_done, {}))
            callback(0, {});
        return;
    }
    std::string &to = out();
    to.append(head);
    to.append("host: bench\r\n");
    if (!body.empty())
        to.append("content-type: application/json\r\ncontent-length: " + std::to_string(body.size()) + "\r\n");
    to.append("\r\n");
    to.append(body);
}

void HttpClient::get(std::string_view path, std::string_view headers, Done done)
{
    std::string head("GET ");
    head.append(path).append(" HTTP/1.1\r\n").append(headers);
    request(head, {}, std::move(done));
}

void HttpClient::received(char *data, std::size_t size)
{
    m_in.append(data, size);
    const std::size_t end = m_in.find("\r\n\r\n");
    if (end == std::string::npos)
        return;
    std::string head = m_in.substr(0, end + 2);
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    const int status = std::atoi(head.c_str() + 9);
    const std::size_t length = head.find("\r\ncontent-length:");
    std::string body;
    if (length != std::string::npos) {
        const std::size_t bytes = std::strtoull(head.c_str() + length + 17, nullptr, 10);
        if (m_in.size() < end + 4 + bytes)
            return;
        body = m_in.substr(end + 4, bytes);
    } else if (head.find("transfer-encoding: chunked") != std::string::npos) {
        if (!m_in.ends_with("0\r\n\r\n"))
            return;
        body = m_in.substr(end + 4);
    }
    m_in.clear();
    if (const Done callback = std::exchange(m_done, {}))
        callback(status, body);
}

void HttpClient::ended()
{
    if (const Done callback = std::exchange(m_done, {}))
        callback(0, {});
}

WebSocketClient::WebSocketClient(Loop &loop, int port, std::string_view path, std::string_view protocols)
    : Stream(loop, connectLocal(port))
{
    if (!isOpen())
        return;
    std::string &to = out();
    to.append("GET ").append(path).append(" HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
                                          "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    to.append("sec-websocket-protocol: ").append(protocols).append("\r\n\r\n");
}

void WebSocketClient::sendClose()
{
    sendFrame(std::string_view("\x03\xe8", 2), kClose);
}

void WebSocketClient::refused(const std::string &head)
{
    std::fprintf(stderr, "upgrade refused: %s\n", head.substr(0, head.find('\r')).c_str());
}

void WebSocketClient::received(char *data, std::size_t size)
{
    if (!m_up) {
        m_head.append(data, size);
        const std::size_t end = m_head.find("\r\n\r\n");
        if (end == std::string::npos)
            return;
        if (m_head.compare(9, 3, "101") != 0) {
            refused(m_head);
            drop();
            ended();
            return;
        }
        m_up = true;
        std::string rest = m_head.substr(end + 4);
        m_head = std::string();
        opened();
        if (!rest.empty() && isOpen())
            received(rest.data(), rest.size());
        return;
    }
    m_frames.feed(data, size, [this](int opcode, std::string_view payload) {
        if (opcode == kText || opcode == kBinary) {
            message(payload, opcode == kBinary);
        } else if (opcode == kPing) {
            sendFrame(payload, kPong);
        } else if (opcode == kClose) {
            drop();
            ended();
            return false;
        }
        return isOpen();
    });
}

EchoClient::EchoClient(Loop &loop, int port, const std::string &actorId, std::size_t bytes)
    : WebSocketClient(loop, port, "/ws", "rivet, rivet_target.actor, rivet_actor." + actorId),
      m_payload(std::max<std::size_t>(bytes, 8), 'x')
{}

void EchoClient::opened()
{
    if (onOpen)
        onOpen(*this);
    pump();
}

void EchoClient::sendOne()
{
    std::memcpy(m_payload.data(), &m_sent, 8);
    ++m_sent;
    if (m_latencies)
        m_sentAt.push_back(nowUs());
    sendFrame(m_payload);
}

void EchoClient::pump()
{
    while (isUp() && isOpen() && m_sent - m_echoed < std::uint64_t(m_window))
        sendOne();
}

void EchoClient::message(std::string_view payload, bool)
{
    std::uint64_t number = 0;
    if (payload.size() == m_payload.size())
        std::memcpy(&number, payload.data(), 8);
    if (payload.size() != m_payload.size() || number != m_echoed)
        ++m_wrong;
    ++m_echoed;
    if (m_latencies && !m_sentAt.empty()) {
        m_latencies->push_back(nowUs() - m_sentAt.front());
        m_sentAt.pop_front();
    }
    if (onEcho)
        onEcho(*this);
    pump();
}

void EchoClient::ended()
{
    if (onEnd)
        onEnd(*this);
}

} // namespace dormouse::bench
