// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/ringqueue.h"
#include "engine/base/timerwheel.h"
#include "engine/net/channel.h"
#include "engine/net/websocketcodec.h"

namespace dormouse {

class ServerChannel;
class ServerConnection;

/// The WebSocket half of a ServerConnection after the upgrade: framing, holding back messages, close handshake.
/// Owned by the connection; lives on without its channel until the close handshake is over.
class ServerWebSocket
{
public:
    ServerWebSocket(ServerConnection &connection, const WebSocketCodec::Options &options);
    ~ServerWebSocket();

    std::unique_ptr<Channel> makeChannel(const QByteArray &peerAddress);

    // For the connection, from the event loop.
    bool wantsInput() const;
    void receive(QByteArrayView &bytes); ///< leaves what it cannot take yet
    void deliver();
    void transportLost();
    void transportWritten();
    void closeTimedOut();
    void serverGone(); ///< the server is being destroyed: the channel dies silently
    bool isReported() const { return !m_channel; }

    // For the channel.
    bool isOpen() const { return m_state == State::Open; }
    void send(QByteArrayView payload, bool binary);
    void sendPieces(QByteArrayView head, QByteArrayView payload, QByteArrayView tail);
    void ping(const QByteArray &payload);
    void close(std::optional<quint16> code, const QByteArray &reason);
    void abort();
    void setReading(bool on);
    qint64 bytesQueued() const;
    qint64 bytesAccepted() const { return m_bytesAccepted; }
    void channelDestroyed();

private:
    enum class State
    {
        Open,
        Closing, ///< our close frame is out, the peer's is awaited
        Ended,   ///< nothing more is read or written; the end is reported or waits in m_inbox
    };
    struct Entry
    {
        bool isClose = false;
        bool binary = false;
        QByteArray payload;
        ChannelClose close;
    };

    void handle(WebSocketCodec::Event &event);
    void finish(const ChannelClose &close);
    void messageQueued();
    template<typename Append>
    void write(const Append &append);

    ServerConnection &m_connection;
    WebSocketCodec m_codec;
    ServerChannel *m_channel = nullptr;
    RingQueue<Entry> m_inbox;
    qint64 m_heldBytes = 0;
    qint64 m_bytesAccepted = 0;
    qint64 m_bytesUnsent = 0; ///< known from the loss of the connection on
    TimerId m_listenerTimer = 0;
    State m_state = State::Open;
    bool m_reading = true;
    bool m_aboveHigh = false;
    bool m_drained = false;
    bool m_delivering = false;
};

/// Channel of an accepted WebSocket (channel.h). Rules beyond the contract:
/// - While there is no listener, or reading is off, messages are held: up to 64 KiB, then the socket is not read.
///   Pings are answered meanwhile. The end of the connection is reported in order, after the held messages.
/// - A protocol error of the peer is reported as {code sent to it, clean = false, byPeer = false}.
/// - After close() no messages are delivered; when the peer's close frame does not come in time the report is
///   {no code, clean = false, byPeer = false}. abort() gives the same report.
class ServerChannel final : public Channel
{
public:
    ServerChannel(ServerWebSocket &session, const QByteArray &peerAddress);
    ~ServerChannel() override;

    bool isOpen() const override;
    void send(const QByteArray &payload, bool binary) override;
    void sendView(QByteArrayView payload, bool binary) override;
    void sendPieces(QByteArrayView head, QByteArrayView payload, QByteArrayView tail) override;
    void ping(const QByteArray &payload) override;
    void close(std::optional<quint16> code, const QByteArray &reason = {}) override;
    void abort() override;
    void setReading(bool on) override;
    qint64 bytesQueued() const override;
    qint64 bytesAccepted() const override { return m_session ? m_session->bytesAccepted() : m_bytesAccepted; }
    qint64 bytesUnsent() const override { return m_bytesUnsent; }
    QByteArray peerAddress() const override { return m_peerAddress; }

private:
    friend class ServerWebSocket;
    ServerWebSocket *m_session; ///< null once the end has been reported
    QByteArray m_peerAddress;
    qint64 m_bytesAccepted = 0; ///< of the session that has ended
    qint64 m_bytesUnsent = 0;
};

} // namespace dormouse
