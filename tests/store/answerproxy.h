// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands between a PostgreSQL store and its server, and breaks the connection around the next COMMIT.

#include <QByteArray>
#include <QString>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dormouse::test {

class AnswerProxy
{
public:
    enum class Fault {
        None,
        CommitLost, ///< the server never sees it
        AnswerLost  ///< the server has committed, nobody is told
    };

    AnswerProxy(const QString &listenAt, const QString &serverAt)
        : m_server(address(serverAt)), m_listener(::socket(AF_UNIX, SOCK_STREAM, 0))
    {
        const sockaddr_un at = address(listenAt);
        m_listens = ::bind(m_listener, reinterpret_cast<const sockaddr *>(&at), sizeof at) == 0 && ::listen(m_listener, 8) == 0;
        m_thread = std::thread([this] { run(); });
    }
    ~AnswerProxy()
    {
        m_quit = true;
        m_thread.join();
        ::close(m_listener);
    }
    AnswerProxy(const AnswerProxy &) = delete;
    AnswerProxy &operator=(const AnswerProxy &) = delete;

    bool listens() const { return m_listens; }
    /// Happens once, at the next COMMIT.
    void breakNext(Fault fault) { m_fault = fault; }
    int faults() const { return m_faults; }

private:
    struct Pair
    {
        std::array<int, 2> ends{-1, -1}; ///< store, server
        bool swallow = false;            ///< what the server says next is the end of it
        Pair() = default;
        Pair(const Pair &) = delete;
        Pair &operator=(const Pair &) = delete;
        ~Pair()
        {
            for (const int end : ends)
                ::close(end);
        }
    };

    static sockaddr_un address(const QString &path)
    {
        sockaddr_un result{};
        result.sun_family = AF_UNIX;
        const QByteArray bytes = path.toUtf8().left(qsizetype(sizeof result.sun_path) - 1);
        std::copy(bytes.begin(), bytes.end(), result.sun_path);
        return result;
    }
    void run()
    {
        while (!m_quit) {
            std::vector<pollfd> waiting{{m_listener, POLLIN, 0}};
            for (const auto &pair : m_pairs) {
                for (const int end : pair->ends)
                    waiting.push_back({end, POLLIN, 0});
            }
            if (::poll(waiting.data(), waiting.size(), 20) <= 0)
                continue;
            std::vector<std::unique_ptr<Pair>> kept;
            for (std::size_t i = 0; i < m_pairs.size(); ++i) {
                bool alive = true;
                for (std::size_t side = 0; side < 2 && alive; ++side) {
                    if (waiting[1 + 2 * i + side].revents)
                        alive = forward(*m_pairs[i], side);
                }
                if (alive)
                    kept.push_back(std::move(m_pairs[i]));
            }
            m_pairs = std::move(kept);
            if (waiting[0].revents)
                accept();
        }
        m_pairs.clear();
    }
    void accept()
    {
        auto pair = std::make_unique<Pair>();
        pair->ends = {::accept(m_listener, nullptr, nullptr), ::socket(AF_UNIX, SOCK_STREAM, 0)};
        if (::connect(pair->ends[1], reinterpret_cast<const sockaddr *>(&m_server), sizeof m_server) == 0)
            m_pairs.push_back(std::move(pair));
    }
    /// False: this connection has ended.
    bool forward(Pair &pair, std::size_t side)
    {
        std::array<char, 65536> buffer;
        const ssize_t size = ::recv(pair.ends[side], buffer.data(), buffer.size(), 0);
        if (size <= 0 || pair.swallow)
            return false;
        if (side == 0 && m_fault != Fault::None && QByteArrayView(buffer.data(), size).contains("COMMIT")) {
            ++m_faults;
            if (m_fault.exchange(Fault::None) == Fault::CommitLost)
                return false;
            pair.swallow = true;
        }
        return ::send(pair.ends[1 - side], buffer.data(), std::size_t(size), MSG_NOSIGNAL) == size;
    }

    const sockaddr_un m_server;
    const int m_listener;
    bool m_listens = false;
    std::atomic<bool> m_quit{false};
    std::atomic<Fault> m_fault{Fault::None};
    std::atomic<int> m_faults{0};
    std::vector<std::unique_ptr<Pair>> m_pairs; ///< of the thread
    std::thread m_thread;
};

} // namespace dormouse::test
