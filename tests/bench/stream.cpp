// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/stream.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace dormouse::bench {

namespace {
constexpr std::size_t kScratchBytes = 256 * 1024;
constexpr std::size_t kEarlyFlushBytes = 256 * 1024;
constexpr int kEventsPerTurn = 512;
} // namespace

std::int64_t nowUs()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t(time.tv_sec) * 1'000'000 + time.tv_nsec / 1000;
}

Loop::Loop() : m_epoll(epoll_create1(EPOLL_CLOEXEC)), m_scratch(kScratchBytes) {}

Loop::~Loop()
{
    for (Watched *one : m_watched)
        delete one;
    close(m_epoll);
}

void Loop::add(Stream &stream)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &stream;
    epoll_ctl(m_epoll, EPOLL_CTL_ADD, stream.m_descriptor, &event);
}

void Loop::remove(Stream &stream)
{
    epoll_ctl(m_epoll, EPOLL_CTL_DEL, stream.m_descriptor, nullptr);
    std::replace(m_batch.begin(), m_batch.end(), &stream, static_cast<Stream *>(nullptr));
    std::replace(m_dirty.begin(), m_dirty.end(), &stream, static_cast<Stream *>(nullptr));
}

void Loop::wantWrite(Stream &stream, bool on)
{
    epoll_event event{};
    event.events = on ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &stream;
    epoll_ctl(m_epoll, EPOLL_CTL_MOD, stream.m_descriptor, &event);
}

void Loop::watch(int descriptor, std::function<void()> readable)
{
    // Odd pointers are listeners: both kinds share the one word that epoll keeps.
    auto *watched = new Watched{descriptor, std::move(readable)};
    m_watched.push_back(watched);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = reinterpret_cast<std::uint64_t>(watched) | 1;
    epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void Loop::turn(int timeoutMs)
{
    std::array<epoll_event, kEventsPerTurn> events{};
    const int count = epoll_wait(m_epoll, events.data(), kEventsPerTurn, m_dirty.empty() ? timeoutMs : 0);
    m_batch.clear();
    for (int i = 0; i < count; ++i) {
        const std::uint64_t data = events[std::size_t(i)].data.u64;
        m_batch.push_back(data & 1 ? nullptr : static_cast<Stream *>(events[std::size_t(i)].data.ptr));
    }
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[std::size_t(i)];
        if (event.data.u64 & 1) {
            reinterpret_cast<Watched *>(event.data.u64 & ~std::uint64_t(1))->readable();
            continue;
        }
        if (m_batch[std::size_t(i)] && (event.events & EPOLLOUT))
            m_batch[std::size_t(i)]->flush();
        if (m_batch[std::size_t(i)] && (event.events & ~std::uint32_t(EPOLLOUT)))
            m_batch[std::size_t(i)]->readReady(m_scratch);
    }
    m_batch.clear();
    // By index: a flush that fails ends the stream, and its owner may write to others.
    for (std::size_t i = 0; i < m_dirty.size(); ++i) {
        if (m_dirty[i])
            m_dirty[i]->flush();
    }
    m_dirty.clear();
}

bool Loop::until(const std::function<bool()> &done, int timeoutMs)
{
    const std::int64_t end = nowUs() + std::int64_t(timeoutMs) * 1000;
    while (!done()) {
        if (nowUs() > end)
            return false;
        turn(20);
    }
    return true;
}

void Loop::forMs(int ms)
{
    const std::int64_t end = nowUs() + std::int64_t(ms) * 1000;
    for (std::int64_t left = end - nowUs(); left > 0; left = end - nowUs())
        turn(int(std::min<std::int64_t>(left / 1000 + 1, 20)));
}

Stream::Stream(Loop &loop, int descriptor) : m_loop(loop), m_descriptor(descriptor)
{
    if (m_descriptor >= 0)
        m_loop.add(*this);
}

Stream::~Stream()
{
    drop();
}

void Stream::drop()
{
    if (m_descriptor < 0)
        return;
    m_loop.remove(*this);
    close(m_descriptor);
    m_descriptor = -1;
    m_dirty = true; // nothing is written any more
}

void Stream::markDirty()
{
    if (m_dirty)
        return;
    m_dirty = true;
    m_loop.m_dirty.push_back(this);
}

void Stream::readReady(std::vector<char> &scratch)
{
    const ssize_t size = recv(m_descriptor, scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (size > 0) {
        received(scratch.data(), std::size_t(size));
        return;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    drop();
    ended();
}

void Stream::flush()
{
    m_dirty = false;
    if (m_descriptor < 0)
        return;
    while (m_outAt < m_out.size()) {
        const ssize_t size = ::send(m_descriptor, m_out.data() + m_outAt, m_out.size() - m_outAt, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0) {
            if (errno == EAGAIN && !m_waitsToWrite) {
                m_waitsToWrite = true;
                m_loop.wantWrite(*this, true);
            }
            if (errno != EAGAIN && errno != EINTR) {
                drop();
                ended();
            }
            return;
        }
        m_outAt += std::size_t(size);
    }
    m_out.clear();
    m_outAt = 0;
    if (m_out.capacity() > kEarlyFlushBytes * 32)
        m_out = std::string();
    if (m_waitsToWrite) {
        m_waitsToWrite = false;
        m_loop.wantWrite(*this, false);
    }
}

int connectLocal(int port)
{
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(std::uint16_t(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

std::size_t FrameCutter::cut(char *data, std::size_t size, const Handler &handler, bool &stopped)
{
    std::size_t at = 0;
    while (size - at >= 2) {
        const auto *head = reinterpret_cast<unsigned char *>(data + at);
        const bool masked = head[1] & 0x80;
        std::size_t length = head[1] & 0x7f;
        std::size_t used = 2;
        if (length == 126) {
            if (size - at < 4)
                break;
            length = std::size_t(head[2]) << 8 | head[3];
            used = 4;
        } else if (length == 127) {
            if (size - at < 10)
                break;
            length = 0;
            for (std::size_t i = 2; i < 10; ++i)
                length = length << 8 | head[i];
            used = 10;
        }
        if (size - at < used + (masked ? 4 : 0) + length)
            break;
        if (masked) {
            std::array<char, 8> key{};
            for (std::size_t i = 0; i < 8; ++i)
                key[i] = data[at + used + (i & 3)];
            used += 4;
            std::uint64_t wide = 0;
            std::memcpy(&wide, key.data(), 8);
            char *body = data + at + used;
            std::size_t i = 0;
            for (; i + 8 <= length; i += 8) {
                std::uint64_t word = 0;
                std::memcpy(&word, body + i, 8);
                word ^= wide;
                std::memcpy(body + i, &word, 8);
            }
            for (; i < length; ++i)
                body[i] = char(body[i] ^ key[i & 3]);
        }
        const int opcode = head[0] & 0x0f;
        at += used + length;
        if (!handler(opcode, {data + at - length, length})) {
            stopped = true;
            return at;
        }
    }
    return at;
}

void FrameCutter::feed(char *data, std::size_t size, const Handler &handler)
{
    bool stopped = false;
    if (m_partial.empty()) {
        const std::size_t used = cut(data, size, handler, stopped);
        if (!stopped)
            m_partial.assign(data + used, data + size);
        return;
    }
    m_partial.insert(m_partial.end(), data, data + size);
    // Taken out first: the handler may destroy this object.
    std::vector<char> bytes = std::move(m_partial);
    m_partial.clear();
    const std::size_t used = cut(bytes.data(), bytes.size(), handler, stopped);
    if (stopped)
        return;
    if (used == 0)
        m_partial = std::move(bytes);
    else
        m_partial.assign(bytes.begin() + std::ptrdiff_t(used), bytes.end());
}

void appendFrameHeader(std::string &out, int opcode, std::size_t size, bool masked)
{
    const int flag = masked ? 0x80 : 0;
    out.push_back(char(0x80 | opcode));
    if (size < 126) {
        out.push_back(char(flag | int(size)));
    } else if (size <= 0xffff) {
        out.push_back(char(flag | 126));
        out.push_back(char(size >> 8));
        out.push_back(char(size));
    } else {
        out.push_back(char(flag | 127));
        for (int shift = 56; shift >= 0; shift -= 8)
            out.push_back(char(size >> shift));
    }
    if (masked)
        out.append(4, '\0');
}

} // namespace dormouse::bench
