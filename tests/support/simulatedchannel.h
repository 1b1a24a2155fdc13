// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/channel.h"
#include "tests/support/virtualworld.h"

#include <array>
#include <deque>
#include <memory>

namespace dormouse::test {

class SimulatedChannel;

/// What lies between the two ends. Shared by both ends and by deliveries that are under way.
class SimulatedLink
{
public:
    explicit SimulatedLink(VirtualWorld &world) : m_world(world) {}

    /// The connection breaks: both ends are told, without a close frame. Nothing under way arrives.
    void cut();
    /// Half-open: everything sent from now on vanishes and nobody is told, until cut().
    void freeze() { m_frozen = true; }
    /// One-way delay of everything sent from now on. Nothing overtakes what was sent before.
    void setDelay(qint64 ms) { m_delayMs = ms; }
    /// Only the end that is not the engine's is told that the connection is lost.
    void losePeer();
    /// The process of that end stands still: what arrives there waits.
    void setPeerPaused(bool paused);
    /// While stalled, what the given end sends stays in its queue (bytesQueued()).
    void setStalled(SimulatedChannel &end, bool stalled);
    /// Both ends are open and what one sends reaches the other, whatever they know.
    bool isWhole() const;

private:
    friend class SimulatedChannel;
    VirtualWorld &m_world;
    std::array<SimulatedChannel *, 2> m_ends{};
    qint64 m_delayMs = 0;
    std::array<qint64, 2> m_lastArrivalMs{}; ///< at each end
    bool m_frozen = false;
    bool m_cut = false;
};

/// One end of a simulated connection. Nothing is delivered from inside a call.
class SimulatedChannel final : public Channel
{
public:
    struct Pair
    {
        std::unique_ptr<SimulatedChannel> engine;
        std::unique_ptr<SimulatedChannel> peer;
        std::shared_ptr<SimulatedLink> link;
    };
    static Pair makePair(VirtualWorld &world);
    ~SimulatedChannel() override;

    bool isOpen() const override { return m_state == State::Open; }
    void send(const QByteArray &payload, bool binary) override;
    void ping(const QByteArray &payload) override;
    void close(std::optional<quint16> code, const QByteArray &reason = {}) override;
    void abort() override;
    void setReading(bool on) override;
    qint64 bytesQueued() const override { return m_queuedBytes; }
    qint64 bytesAccepted() const override { return m_acceptedBytes; }
    qint64 bytesUnsent() const override { return m_state == State::Closed ? m_queuedBytes : 0; }
    /// Sees every message that reaches this end, before the listener does.
    void setTap(std::function<void(const QByteArray &payload)> tap) { m_tap = std::move(tap); }

private:
    friend class SimulatedLink;
    enum class State { Open, Closing, Closed };
    struct Message
    {
        QByteArray payload;
        bool binary = true;
    };
    SimulatedChannel(std::shared_ptr<SimulatedLink> link, std::size_t side) : m_link(std::move(link)), m_side(side) {}

    void arrive(const std::function<void(SimulatedChannel &)> &call);
    void transmit(const Message &message);
    void deliver(const Message &message);
    void ended(const ChannelClose &close);
    /// Runs on the other end, if it still exists and the connection does.
    void onOther(qint64 delayMs, std::function<void(SimulatedChannel &)> call, bool evenIfCut = false);
    void onSelf(qint64 delayMs, std::function<void(SimulatedChannel &)> call);

    std::shared_ptr<SimulatedLink> m_link;
    std::size_t m_side;
    State m_state = State::Open;
    bool m_reading = true;
    bool m_stalled = false;
    bool m_paused = false;
    qint64 m_queuedBytes = 0;
    qint64 m_acceptedBytes = 0;
    std::function<void(const QByteArray &)> m_tap;
    std::deque<Message> m_unsent;
    std::deque<Message> m_unread;
    std::deque<std::function<void(SimulatedChannel &)>> m_inbox; ///< while paused
};

} // namespace dormouse::test
