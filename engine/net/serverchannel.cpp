// SPDX-License-Identifier: Apache-2.0
#include "engine/net/serverchannel.h"

#include "engine/net/serverconnection.h"

namespace dormouse {

namespace {

constexpr qint64 kHeldLimitBytes = 64 * 1024;
constexpr qint64 kHeldOverheadBytes = 64; // so that empty messages count too
constexpr qint64 kHighMarkBytes = 1024 * 1024;
constexpr qint64 kLowMarkBytes = 256 * 1024;
constexpr qsizetype kMaxPingBytes = 125;
constexpr qint64 kListenerPollMs = 5; // setListener() gives no sign; this runs only while bytes wait for a listener

} // namespace

ServerWebSocket::ServerWebSocket(ServerConnection &connection, const WebSocketCodec::Options &options)
    : m_connection(connection), m_codec(WebSocketCodec::Role::Server, options)
{
}

ServerWebSocket::~ServerWebSocket()
{
    m_connection.cancelTimer(m_listenerTimer);
    serverGone();
}

void ServerWebSocket::serverGone()
{
    if (m_channel)
        m_channel->m_session = nullptr;
    m_channel = nullptr;
    m_state = State::Ended;
}

std::unique_ptr<Channel> ServerWebSocket::makeChannel(const QByteArray &peerAddress)
{
    auto channel = std::make_unique<ServerChannel>(*this, peerAddress);
    m_channel = channel.get();
    return channel;
}

bool ServerWebSocket::wantsInput() const
{
    return m_state != State::Ended && m_heldBytes < kHeldLimitBytes;
}

template<typename Append>
void ServerWebSocket::write(const Append &append)
{
    QByteArray &output = m_connection.output();
    const qsizetype before = output.size();
    append(output);
    m_bytesAccepted += output.size() - before;
}

void ServerWebSocket::receive(QByteArrayView &bytes)
{
    while (wantsInput()) {
        std::optional<WebSocketCodec::Event> event = m_codec.next(bytes);
        if (!event)
            break;
        handle(*event);
        if (event->type == WebSocketCodec::Event::Type::Message)
            m_codec.recycle(std::move(event->payload));
        if (!bytes.isEmpty() && !m_connection.mayProcess(1))
            break;
    }
    m_codec.dropSpare();
    if (m_state == State::Ended)
        bytes = {};
}

void ServerWebSocket::handle(WebSocketCodec::Event &event)
{
    using Type = WebSocketCodec::Event::Type;
    ChannelListener *listener = m_channel ? m_channel->listener() : nullptr;
    switch (event.type) {
    case Type::Message:
        if (m_state != State::Open)
            return;
        if (m_inbox.empty() && m_reading && listener) {
            listener->channelMessage(*m_channel, event.payload, event.binary);
            return;
        }
        m_heldBytes += event.payload.size() + kHeldOverheadBytes;
        m_inbox.push_back(Entry{false, event.binary, std::move(event.payload), {}});
        deliver();
        return;
    case Type::Ping:
        if (m_state != State::Open)
            return;
        write([&](QByteArray &out) { m_codec.appendFrame(out, WebSocketCodec::Opcode::Pong, event.payload); });
        m_connection.outputGrew();
        if (listener)
            listener->channelPing(*m_channel, event.payload);
        return;
    case Type::Pong:
        if (m_state == State::Open && listener)
            listener->channelPong(*m_channel, event.payload);
        return;
    case Type::Close:
        if (m_state == State::Open) {
            m_codec.appendClose(m_connection.output(), event.code, event.payload);
            m_connection.outputGrew();
            finish(ChannelClose{event.code, event.payload, true, true});
        } else {
            finish(ChannelClose{event.code, event.payload, true, false});
        }
        m_connection.endTransport();
        deliver();
        return;
    case Type::Failed:
        if (m_state == State::Open) {
            m_codec.appendClose(m_connection.output(), event.code, event.payload);
            m_connection.outputGrew();
        }
        finish(ChannelClose{event.code, event.payload, false, false});
        m_connection.endTransport();
        deliver();
        return;
    }
}

void ServerWebSocket::finish(const ChannelClose &close)
{
    m_state = State::Ended;
    m_inbox.push_back(Entry{true, false, {}, close});
}

void ServerWebSocket::deliver()
{
    if (m_delivering)
        return;
    m_delivering = true;
    while (m_channel && m_channel->listener()) {
        if (m_drained) {
            m_drained = false;
            m_channel->listener()->channelDrained(*m_channel);
            continue;
        }
        if (m_inbox.empty() || (!m_inbox.front().isClose && !m_reading))
            break;
        const Entry entry = std::move(m_inbox.front());
        m_inbox.pop_front();
        if (entry.isClose) {
            // Detached first: whatever the listener does with the channel no longer reaches the connection.
            ServerChannel *channel = std::exchange(m_channel, nullptr);
            channel->m_session = nullptr;
            channel->m_bytesAccepted = m_bytesAccepted;
            channel->m_bytesUnsent = m_bytesUnsent;
            channel->listener()->channelClosed(*channel, entry.close);
        } else {
            m_heldBytes -= entry.payload.size() + kHeldOverheadBytes;
            m_channel->listener()->channelMessage(*m_channel, entry.payload, entry.binary);
        }
    }
    m_delivering = false;
    if (!m_channel) {
        m_connection.sessionReported();
    } else if (!m_inbox.empty() && !m_channel->listener() && m_listenerTimer == 0) {
        m_listenerTimer = m_connection.startTimer(kListenerPollMs, [this] {
            m_listenerTimer = 0;
            m_connection.processInput();
        });
    }
}

void ServerWebSocket::transportLost()
{
    if (m_state == State::Open)
        m_bytesUnsent = m_connection.bytesUnsent();
    if (m_state != State::Ended)
        finish(ChannelClose{std::nullopt, {}, false, m_state == State::Open});
    deliver();
}

void ServerWebSocket::closeTimedOut()
{
    if (m_state != State::Closing)
        return;
    finish(ChannelClose{std::nullopt, {}, false, false});
    m_connection.abortTransport();
    deliver();
}

void ServerWebSocket::transportWritten()
{
    if (m_aboveHigh && m_connection.bytesQueued() < kLowMarkBytes) {
        m_aboveHigh = false;
        m_drained = true;
        m_connection.queueProcess(); // writing may happen inside send()
    }
}

void ServerWebSocket::send(QByteArrayView payload, bool binary)
{
    if (m_state != State::Open)
        return;
    const auto opcode = binary ? WebSocketCodec::Opcode::Binary : WebSocketCodec::Opcode::Text;
    write([&](QByteArray &out) { m_codec.appendFrame(out, opcode, payload); });
    messageQueued();
}

void ServerWebSocket::sendPieces(QByteArrayView head, QByteArrayView payload, QByteArrayView tail)
{
    if (m_state != State::Open)
        return;
    write([&](QByteArray &out) { m_codec.appendParts(out, WebSocketCodec::Opcode::Binary, {head, payload, tail}); });
    messageQueued();
}

void ServerWebSocket::messageQueued()
{
    if (m_connection.bytesQueued() > kHighMarkBytes)
        m_aboveHigh = true;
    m_connection.outputGrew();
}

void ServerWebSocket::ping(const QByteArray &payload)
{
    if (m_state != State::Open)
        return;
    write([&](QByteArray &out) { m_codec.appendFrame(out, WebSocketCodec::Opcode::Ping, payload.left(kMaxPingBytes)); });
    m_connection.outputGrew();
}

void ServerWebSocket::close(std::optional<quint16> code, const QByteArray &reason)
{
    if (m_state != State::Open)
        return;
    m_codec.appendClose(m_connection.output(), code, reason);
    m_connection.outputGrew();
    m_state = State::Closing;
    // Held messages must not keep the peer's close frame from being read.
    m_inbox.clear();
    m_heldBytes = 0;
    m_connection.startCloseTimer();
    m_connection.queueProcess();
}

void ServerWebSocket::abort()
{
    if (m_state == State::Ended)
        return;
    m_inbox.clear();
    m_heldBytes = 0;
    finish(ChannelClose{std::nullopt, {}, false, false});
    m_connection.abortTransport();
    m_connection.queueProcess();
}

void ServerWebSocket::setReading(bool on)
{
    if (on && !m_reading)
        m_connection.queueProcess();
    m_reading = on;
}

qint64 ServerWebSocket::bytesQueued() const
{
    return m_state == State::Ended ? 0 : m_connection.bytesQueued();
}

void ServerWebSocket::channelDestroyed()
{
    m_channel = nullptr;
    m_inbox.clear();
    m_heldBytes = 0;
    if (m_state == State::Open) {
        m_state = State::Ended;
        m_connection.abortTransport();
    }
    m_connection.queueProcess();
}

ServerChannel::ServerChannel(ServerWebSocket &session, const QByteArray &peerAddress)
    : m_session(&session), m_peerAddress(peerAddress)
{
}

ServerChannel::~ServerChannel()
{
    if (m_session)
        m_session->channelDestroyed();
}

bool ServerChannel::isOpen() const
{
    return m_session && m_session->isOpen();
}

void ServerChannel::send(const QByteArray &payload, bool binary)
{
    if (m_session)
        m_session->send(payload, binary);
}

void ServerChannel::sendView(QByteArrayView payload, bool binary)
{
    if (m_session)
        m_session->send(payload, binary);
}

void ServerChannel::sendPieces(QByteArrayView head, QByteArrayView payload, QByteArrayView tail)
{
    if (m_session)
        m_session->sendPieces(head, payload, tail);
}

void ServerChannel::ping(const QByteArray &payload)
{
    if (m_session)
        m_session->ping(payload);
}

void ServerChannel::close(std::optional<quint16> code, const QByteArray &reason)
{
    if (m_session)
        m_session->close(code, reason);
}

void ServerChannel::abort()
{
    if (m_session)
        m_session->abort();
}

void ServerChannel::setReading(bool on)
{
    if (m_session)
        m_session->setReading(on);
}

qint64 ServerChannel::bytesQueued() const
{
    return m_session ? m_session->bytesQueued() : 0;
}

} // namespace dormouse
