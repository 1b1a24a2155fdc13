// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace dormouse {

/// How a channel ended. code absent = the peer's close frame had none; clean false = no close frame was seen
/// (the connection was lost or reset).
struct ChannelClose
{
    std::optional<quint16> code;
    QByteArray reason; ///< UTF-8, at most 123 bytes
    bool clean = false;
    bool byPeer = true; ///< false: this side closed first
};

class Channel;

/// Receives what happens on one channel. Never called from inside a Channel function, always from the event loop
/// (or, simulated, from the virtual network).
class ChannelListener
{
public:
    virtual ~ChannelListener() = default;
    virtual void channelOpened(Channel &) {} ///< outgoing channels only
    virtual void channelMessage(Channel &channel, const QByteArray &payload, bool binary) = 0;
    virtual void channelPing(Channel &, const QByteArray &) {} ///< already answered
    virtual void channelPong(Channel &, const QByteArray &) {}
    /// Last call for this channel; the listener may delete it afterwards, not within.
    virtual void channelClosed(Channel &channel, const ChannelClose &close) = 0;
    /// bytesQueued() fell below the low mark (256 KiB) after having been above 1 MiB.
    virtual void channelDrained(Channel &) {}
};

/// One message-oriented connection (design.md section 3): a WebSocket in production, a simulated link in tests.
/// Ownership: whoever holds the unique_ptr; destroying an open channel drops the connection without a close frame.
/// Thread: the thread that made it.
class Channel
{
public:
    virtual ~Channel() = default;

    void setListener(ChannelListener *listener) { m_listener = listener; }
    ChannelListener *listener() const { return m_listener; }

    virtual bool isOpen() const = 0;
    /// Queues one message. Ignored after close().
    virtual void send(const QByteArray &payload, bool binary) = 0;
    /// The same; the payload need not live longer than the call.
    virtual void sendView(QByteArrayView payload, bool binary) { send(payload.toByteArray(), binary); }
    /// One binary message in pieces, for those who add a few bytes around a payload.
    virtual void sendPieces(QByteArrayView head, QByteArrayView payload, QByteArrayView tail)
    {
        QByteArray message;
        message.reserve(head.size() + payload.size() + tail.size());
        message.append(head).append(payload).append(tail);
        send(message, true);
    }
    virtual void ping(const QByteArray &payload) = 0;
    /// Sends a close frame (without a body when code is absent), waits up to 1 s for the peer's, then ends the
    /// connection. channelClosed follows. The caller has already made the code valid for the wire; reasons longer
    /// than 123 bytes are cut at a character boundary.
    virtual void close(std::optional<quint16> code, const QByteArray &reason = {}) = 0;
    /// Ends the connection at once without a close frame. channelClosed follows.
    virtual void abort() = 0;
    /// Backpressure: false stops delivering (and, once 64 KiB are held, reading) data messages; control frames are
    /// still served.
    virtual void setReading(bool on) = 0;
    /// Bytes accepted by send() and not yet handed to the operating system.
    virtual qint64 bytesQueued() const = 0;
    /// All bytes taken so far, as they go onto the connection; a number to compare, it may be larger than the payloads.
    virtual qint64 bytesAccepted() const { return 0; }
    /// Once the connection was lost: how many of bytesAccepted(), counted from the end, never left this machine.
    /// 0 = not known.
    virtual qint64 bytesUnsent() const { return 0; }
    virtual QByteArray peerAddress() const { return {}; }

private:
    ChannelListener *m_listener = nullptr;
};

} // namespace dormouse
