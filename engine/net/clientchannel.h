// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/channel.h"
#include "engine/net/http.h"

#include <QObject>
#include <QPointer>
#include <QUrl>

#include <deque>
#include <memory>
#include <vector>

class QWebSocket;

namespace dormouse {

/// Outgoing Channel over QWebSocket (performance-notes.md section 6.2): for runners, the built-in client and the
/// remote console. channelOpened follows a successful connectTo(); a failure gives channelClosed with the error text
/// as reason, no code and clean = false.
///
/// QWebSocket 6.4 cannot do all that channel.h promises:
/// - a close frame without a code cannot be sent (1000 is sent) nor told from 1000 when received;
/// - after close() the peer's close frame is not awaited: the report is {own code, clean = true, byPeer = false};
/// - a protocol error that QWebSocket finds cannot be told from a close by the peer: {1002 and the like, its text,
///   clean = true, byPeer = true}; it takes the close codes 1012, 1013 and 1014 for such errors;
/// - setReading(false) holds messages without a limit, the socket goes on reading; channelPing never comes.
/// Thread: the one that made it.
class ClientChannel final : public QObject, public Channel
{
public:
    explicit ClientChannel(QObject *parent = nullptr);
    ~ClientChannel() override;

    /// Once per object. protocols are offered in this order in one Sec-WebSocket-Protocol header.
    void connectTo(const QUrl &url, const std::vector<QByteArray> &protocols = {}, const HeaderList &headers = {});
    /// The subprotocol the server chose, empty when none; valid once open.
    QByteArray acceptedProtocol() const { return m_acceptedProtocol; }

    bool isOpen() const override { return m_state == State::Open && !m_localClose; }
    void send(const QByteArray &payload, bool binary) override;
    void ping(const QByteArray &payload) override;
    void close(std::optional<quint16> code, const QByteArray &reason = {}) override;
    void abort() override;
    void setReading(bool on) override;
    qint64 bytesQueued() const override;
    QByteArray peerAddress() const override;

private:
    enum class State
    {
        Idle,
        Connecting,
        Open,
        Ended,
    };
    struct Entry
    {
        enum class Type
        {
            Opened,
            Message,
            Pong,
            Closed,
        };
        Type type = Type::Message;
        bool binary = false;
        QByteArray payload;
        ChannelClose close;
    };

    void opened();
    void received(const QByteArray &payload, bool binary);
    void ended();
    void finish(const ChannelClose &close);
    void push(Entry entry);
    void queueDeliver();
    void deliver();

    QWebSocket *m_socket;
    std::deque<Entry> m_inbox;
    std::optional<ChannelClose> m_localClose;
    QByteArray m_acceptedProtocol;
    State m_state = State::Idle;
    bool m_sawCloseFrame = false;
    bool m_reading = true;
    bool m_aboveHigh = false;
    bool m_drained = false;
    bool m_deliverQueued = false;
};

} // namespace dormouse
