// SPDX-License-Identifier: Apache-2.0
#include "tests/support/simulatedchannel.h"

#include <algorithm>

namespace dormouse::test {

namespace {
constexpr qint64 kCloseTimeoutMs = 1'000;
constexpr qint64 kDrainHighBytes = 1024 * 1024;
} // namespace

SimulatedChannel::Pair SimulatedChannel::makePair(VirtualWorld &world)
{
    auto link = std::make_shared<SimulatedLink>(world);
    Pair pair;
    pair.link = link;
    pair.engine.reset(new SimulatedChannel(link, 0));
    pair.peer.reset(new SimulatedChannel(link, 1));
    link->m_ends = {pair.engine.get(), pair.peer.get()};
    return pair;
}

void SimulatedLink::cut()
{
    if (m_cut)
        return;
    m_cut = true;
    ChannelClose lost;
    for (SimulatedChannel *end : m_ends) {
        if (end)
            end->onSelf(0, [lost](SimulatedChannel &self) { self.ended(lost); });
    }
}

void SimulatedLink::losePeer()
{
    if (SimulatedChannel *peer = m_ends[1])
        peer->onSelf(0, [](SimulatedChannel &self) { self.ended({}); });
}

void SimulatedLink::setPeerPaused(bool paused)
{
    SimulatedChannel *peer = m_ends[1];
    if (!peer)
        return;
    peer->m_paused = paused;
    if (paused || peer->m_inbox.empty())
        return;
    // What arrives before the backlog is worked off queues behind it.
    peer->m_paused = true;
    m_world.post([link = peer->m_link] {
        while (SimulatedChannel *self = link->m_ends[1]) {
            if (self->m_inbox.empty()) {
                self->m_paused = false;
                return;
            }
            const auto call = std::move(self->m_inbox.front());
            self->m_inbox.pop_front();
            call(*self);
        }
    });
}

void SimulatedChannel::arrive(const std::function<void(SimulatedChannel &)> &call)
{
    if (m_paused)
        m_inbox.push_back(call);
    else
        call(*this);
}

void SimulatedLink::setStalled(SimulatedChannel &end, bool stalled)
{
    end.m_stalled = stalled;
    if (stalled)
        return;
    const bool tell = end.m_queuedBytes > kDrainHighBytes;
    while (!end.m_unsent.empty()) {
        end.transmit(end.m_unsent.front());
        end.m_unsent.pop_front();
    }
    end.m_queuedBytes = 0;
    if (tell)
        end.onSelf(0, [](SimulatedChannel &self) {
            if (self.listener())
                self.listener()->channelDrained(self);
        });
}

bool SimulatedLink::isWhole() const
{
    return !m_cut && !m_frozen && m_ends[0] && m_ends[0]->isOpen() && m_ends[1] && m_ends[1]->isOpen();
}

SimulatedChannel::~SimulatedChannel()
{
    m_link->m_ends[m_side] = nullptr;
    if (m_state == State::Open)
        onOther(m_link->m_delayMs, [](SimulatedChannel &other) { other.ended({}); });
}

void SimulatedChannel::onOther(qint64 delayMs, std::function<void(SimulatedChannel &)> call, bool evenIfCut)
{
    if (m_link->m_frozen)
        return;
    const qint64 now = m_link->m_world.clock.monoMs();
    qint64 &arrival = m_link->m_lastArrivalMs[1 - m_side];
    arrival = std::max(arrival, now + std::max<qint64>(0, delayMs));
    m_link->m_world.later(arrival - now, [link = m_link, side = 1 - m_side, evenIfCut, call = std::move(call)] {
        SimulatedChannel *other = link->m_ends[side];
        if (other && (evenIfCut || !link->m_cut))
            other->arrive(call);
    });
}

void SimulatedChannel::onSelf(qint64 delayMs, std::function<void(SimulatedChannel &)> call)
{
    m_link->m_world.later(delayMs, [link = m_link, side = m_side, call = std::move(call)] {
        if (SimulatedChannel *self = link->m_ends[side])
            self->arrive(call);
    });
}

void SimulatedChannel::send(const QByteArray &payload, bool binary)
{
    if (m_state != State::Open)
        return;
    m_acceptedBytes += payload.size();
    if (m_stalled) {
        m_unsent.push_back({payload, binary});
        m_queuedBytes += payload.size();
        return;
    }
    transmit({payload, binary});
}

void SimulatedChannel::transmit(const Message &message)
{
    onOther(m_link->m_delayMs, [message](SimulatedChannel &other) { other.deliver(message); });
}

void SimulatedChannel::deliver(const Message &message)
{
    if (m_state != State::Open)
        return;
    if (m_tap)
        m_tap(message.payload);
    if (!m_reading) {
        m_unread.push_back(message);
        return;
    }
    if (listener())
        listener()->channelMessage(*this, message.payload, message.binary);
}

void SimulatedChannel::ping(const QByteArray &payload)
{
    onOther(m_link->m_delayMs, [payload](SimulatedChannel &other) {
        if (other.m_state != State::Open || !other.listener())
            return;
        other.listener()->channelPing(other, payload);
        other.onOther(other.m_link->m_delayMs, [payload](SimulatedChannel &self) {
            if (self.listener())
                self.listener()->channelPong(self, payload);
        });
    });
}

void SimulatedChannel::ended(const ChannelClose &close)
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    m_unread.clear();
    if (listener())
        listener()->channelClosed(*this, close);
}

void SimulatedChannel::close(std::optional<quint16> code, const QByteArray &reason)
{
    if (m_state != State::Open)
        return;
    m_state = State::Closing;
    ChannelClose seen{code, reason, true, true};
    ChannelClose own{code, reason, true, false};
    onOther(m_link->m_delayMs, [seen, own](SimulatedChannel &other) {
        other.onOther(other.m_link->m_delayMs, [own](SimulatedChannel &self) { self.ended(own); });
        other.ended(seen);
    });
    ChannelClose unanswered{code, reason, false, false};
    onSelf(kCloseTimeoutMs, [unanswered](SimulatedChannel &self) { self.ended(unanswered); });
}

void SimulatedChannel::abort()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closing;
    ChannelClose lost;
    onOther(m_link->m_delayMs, [lost](SimulatedChannel &other) { other.ended(lost); });
    lost.byPeer = false;
    onSelf(0, [lost](SimulatedChannel &self) { self.ended(lost); });
}

void SimulatedChannel::setReading(bool on)
{
    m_reading = on;
    if (!on)
        return;
    onSelf(0, [](SimulatedChannel &self) {
        while (self.m_reading && self.m_state == State::Open && !self.m_unread.empty()) {
            const Message message = self.m_unread.front();
            self.m_unread.pop_front();
            if (self.listener())
                self.listener()->channelMessage(self, message.payload, message.binary);
        }
    });
}

} // namespace dormouse::test
