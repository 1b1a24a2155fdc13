// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/wire/codec.h"
#include "tests/bench/clients.h"

#include <unordered_map>

namespace dormouse::bench {

/// Plays a runner of protocol version 7: starts and stops whatever it is told, echoes every WebSocket message, answers
/// every HTTP request with 200. The message path is laid out by hand (the cost must not hide the engine's); the rest
/// goes through engine/wire.
class FakeRunner final : public WebSocketClient
{
public:
    FakeRunner(Loop &loop, int port, std::string_view pool, std::string_view key);

    /// Compares the layout by hand with engine/wire; call once.
    static bool layoutIsRight();

    bool isReady() const { return m_ready; }
    bool hasEnded() const { return m_ended; }
    bool hibernatable = false; ///< for sockets opened from now on
    /// When a hibernatable socket is acknowledged. An application made with rivetkit does it when it stores what it
    /// has received: 5 s after the first message, or after 500 000 bytes.
    enum class Acks { None, Each, AsApplications };
    Acks acks = Acks::None;
    bool echoes = true;
    std::uint64_t received = 0; ///< WebSocket messages
    std::uint64_t starts = 0;
    std::uint64_t stops = 0;
    std::uint64_t opens = 0;
    std::uint64_t requests = 0;
    std::uint64_t restored = 0; ///< sockets named in start commands
    std::size_t running() const { return m_actors.size(); }
    bool isRunning(const std::string &actorId) const { return m_actors.contains(actorId); }
    /// Asks the engine to let the actor sleep.
    void sleepActor(const std::string &actorId);
    /// One put of one key; done counts the answers.
    void kvPut(const std::string &actorId, std::uint32_t requestId, std::size_t bytes);
    std::uint64_t kvAnswers = 0;
    std::uint64_t kvErrors = 0;
    std::function<void()> onKvAnswer;

protected:
    void opened() override;
    void message(std::string_view payload, bool binary) override;
    void ended() override { m_ended = true; }
    void refused(const std::string &head) override;

private:
    struct Actor
    {
        quint32 generation = 0;
        qint64 nextEvent = 0;
        bool sleeping = false;
    };
    void sendWire(const wire::ToServer &message);
    void sendEvents(const std::string &actorId, std::vector<wire::Event> events);
    void commands(const wire::ToClientCommands &commands);
    void tunnel(const wire::ToClientTunnelMessage &message);
    void data(std::string_view frame);
    void acknowledge(std::string_view frame);
    struct Unacked
    {
        std::size_t bytes = 0;
        std::int64_t sinceUs = 0;
    };

    std::string m_pool;
    std::unordered_map<std::string, Actor> m_actors;
    std::unordered_map<std::string, Unacked> m_unacked; ///< by request id
    bool m_ready = false;
    bool m_ended = false;
};

} // namespace dormouse::bench
