// SPDX-License-Identifier: Apache-2.0
// The baseline: what a relay costs that has no state, no limits and no second thought. Client frame to tunnel message
// to runner frame and back. Usage: bench_relay; prints "listening on http://127.0.0.1:PORT".
#include "tests/bench/stream.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unordered_map>

namespace dormouse::bench {

namespace {

constexpr int kBacklog = 4096;
constexpr std::size_t kTunnelHead = 11; // tag, gateway id, request id, message index
constexpr char kToClientTunnel = 4;
constexpr char kToServerTunnel = 6;
constexpr char kMessageKind = 4;

class Relay;

class Connection final : public Stream
{
public:
    Connection(Loop &loop, int descriptor, Relay &relay, std::uint32_t id)
        : Stream(loop, descriptor), m_relay(relay), m_id(id)
    {}
    void forward(std::string_view payload, int opcode) { appendFrame(out(), opcode, payload, false); }

protected:
    void received(char *data, std::size_t size) override;
    void ended() override;

private:
    Relay &m_relay;
    FrameCutter m_frames;
    std::string m_head;
    std::uint32_t m_id;
    std::uint16_t m_index = 0;
    bool m_open = false;
    bool m_isRunner = false;
};

class Relay
{
public:
    Loop loop;
    Connection *runner = nullptr;
    std::unordered_map<std::uint32_t, std::unique_ptr<Connection>> connections;
    std::vector<std::unique_ptr<Connection>> ended;

    void accept(int listener)
    {
        for (;;) {
            const int descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (descriptor < 0)
                return;
            const int on = 1;
            setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            const std::uint32_t id = m_nextId++;
            connections.emplace(id, std::make_unique<Connection>(loop, descriptor, *this, id));
        }
    }
    void toRunner(std::uint32_t id, std::uint16_t index, std::string_view payload, bool binary)
    {
        if (!runner)
            return;
        char head[kTunnelHead + 12];
        std::size_t used = 0;
        head[used++] = kToClientTunnel;
        std::memset(head + used, 0, 4);
        used += 4;
        std::memcpy(head + used, &id, 4);
        used += 4;
        std::memcpy(head + used, &index, 2);
        used += 2;
        head[used++] = kMessageKind;
        for (std::size_t length = payload.size();; length >>= 7) {
            head[used++] = char((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
            if (length <= 0x7f)
                break;
        }
        std::string &to = runner->out();
        appendFrameHeader(to, kBinary, used + payload.size() + 1, false);
        to.append(head, used);
        to.append(payload);
        to.push_back(char(binary));
    }
    void fromRunner(std::string_view frame)
    {
        if (frame.size() < kTunnelHead + 2 || frame[0] != kToServerTunnel || frame[kTunnelHead] != kMessageKind)
            return;
        std::uint32_t id = 0;
        std::memcpy(&id, frame.data() + 5, 4);
        std::size_t at = kTunnelHead + 1;
        std::size_t length = 0;
        for (int shift = 0; at < frame.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(frame[at++]);
            length |= std::size_t(byte & 0x7f) << shift;
            if (!(byte & 0x80))
                break;
        }
        const auto found = connections.find(id);
        if (found != connections.end() && frame.size() >= at + length + 1)
            found->second->forward(frame.substr(at, length), frame[at + length] ? kBinary : kText);
    }
    void bury(std::uint32_t id)
    {
        const auto found = connections.find(id);
        if (found == connections.end())
            return;
        if (found->second.get() == runner)
            runner = nullptr;
        ended.push_back(std::move(found->second));
        connections.erase(found);
    }

private:
    std::uint32_t m_nextId = 1;
};

void Connection::received(char *data, std::size_t size)
{
    if (!m_open) {
        m_head.append(data, size);
        const std::size_t end = m_head.find("\r\n\r\n");
        if (end == std::string::npos)
            return;
        m_isRunner = m_head.find("/runners/connect") < m_head.find("\r\n");
        if (m_isRunner)
            m_relay.runner = this;
        // The generator does not look at the key.
        out() += "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
        m_open = true;
        return;
    }
    m_frames.feed(data, size, [this](int opcode, std::string_view payload) {
        if (opcode == kClose) {
            out().append("\x88\x00", 2);
        } else if (opcode == kText || opcode == kBinary) {
            if (m_isRunner)
                m_relay.fromRunner(payload);
            else
                m_relay.toRunner(m_id, m_index++, payload, opcode == kBinary);
        }
        return true;
    });
}

void Connection::ended()
{
    m_relay.bury(m_id);
}

int run()
{
    std::signal(SIGPIPE, SIG_IGN);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (listener < 0 || bind(listener, reinterpret_cast<sockaddr *>(&address), length) != 0
        || listen(listener, kBacklog) != 0 || getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length) != 0) {
        std::perror("bench_relay");
        return 1;
    }
    std::printf("listening on http://127.0.0.1:%d\n", int(ntohs(address.sin_port)));
    std::fflush(stdout);
    Relay relay;
    relay.loop.watch(listener, [&] { relay.accept(listener); });
    for (;;) {
        relay.loop.turn(-1);
        relay.ended.clear();
    }
}

} // namespace

} // namespace dormouse::bench

int main()
{
    return dormouse::bench::run();
}
