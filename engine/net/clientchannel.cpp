// SPDX-License-Identifier: Apache-2.0
#include "engine/net/clientchannel.h"

#include "engine/base/closecode.h"

#include "engine/net/websocketcodec.h"

#include <QHostAddress>
#include <QNetworkRequest>
#include <QWebSocket>

#include <algorithm>

namespace dormouse {

namespace {

constexpr quint64 kMaxMessageBytes = 33'554'432;
constexpr qint64 kHighMarkBytes = 1024 * 1024;
constexpr qint64 kLowMarkBytes = 256 * 1024;
constexpr quint16 kNormalClosure = closeNumber(CloseCode::Normal);

} // namespace

ClientChannel::ClientChannel(QObject *parent)
    : QObject(parent), m_socket(new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, this))
{
    m_socket->setMaxAllowedIncomingMessageSize(kMaxMessageBytes);
    m_socket->setMaxAllowedIncomingFrameSize(kMaxMessageBytes);
    connect(m_socket, &QWebSocket::connected, this, [this] { opened(); });
    connect(m_socket, &QWebSocket::textMessageReceived, this,
            [this](const QString &text) { received(text.toUtf8(), false); });
    connect(m_socket, &QWebSocket::binaryMessageReceived, this,
            [this](const QByteArray &payload) { received(payload, true); });
    connect(m_socket, &QWebSocket::pong, this, [this](quint64, const QByteArray &payload) {
        push(Entry{Entry::Type::Pong, true, payload, {}});
    });
    // The only sign that tells a close frame of the peer from a lost connection: closeCode() is 1000 for both.
    connect(m_socket, &QWebSocket::aboutToClose, this, [this] { m_sawCloseFrame = true; });
    connect(m_socket, &QWebSocket::bytesWritten, this, [this] {
        if (m_aboveHigh && bytesQueued() < kLowMarkBytes) {
            m_aboveHigh = false;
            m_drained = true;
            queueDeliver();
        }
    });
    connect(m_socket, &QWebSocket::disconnected, this, [this] { ended(); }, Qt::QueuedConnection);
    connect(m_socket, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error), this, [this] {
        if (m_state == State::Connecting)
            ended();
    }, Qt::QueuedConnection);
}

ClientChannel::~ClientChannel()
{
    m_socket->disconnect(this);
    m_socket->abort();
}

void ClientChannel::connectTo(const QUrl &url, const std::vector<QByteArray> &protocols, const HeaderList &headers)
{
    if (m_state != State::Idle)
        return;
    m_state = State::Connecting;
    QNetworkRequest request(url);
    for (const auto &[name, value] : headers)
        request.setRawHeader(name, value);
    if (!protocols.empty()) {
        QByteArray offer;
        for (const QByteArray &protocol : protocols)
            offer += (offer.isEmpty() ? QByteArray() : QByteArrayLiteral(", ")) + protocol;
        request.setRawHeader("Sec-WebSocket-Protocol", offer);
    }
    m_socket->open(request);
}

void ClientChannel::opened()
{
    if (m_state != State::Connecting)
        return;
    m_state = State::Open;
    m_acceptedProtocol = m_socket->subprotocol().toUtf8();
    push(Entry{Entry::Type::Opened, false, {}, {}});
}

void ClientChannel::received(const QByteArray &payload, bool binary)
{
    if (isOpen())
        push(Entry{Entry::Type::Message, binary, payload, {}});
}

void ClientChannel::ended()
{
    if (m_state == State::Ended)
        return;
    if (m_localClose) {
        finish(*m_localClose);
    } else if (m_state == State::Open && m_sawCloseFrame) {
        finish(ChannelClose{quint16(m_socket->closeCode()), m_socket->closeReason().toUtf8(), true, true});
    } else {
        const QByteArray text = m_socket->errorString().toUtf8();
        finish(ChannelClose{std::nullopt, WebSocketCodec::cutReason(text), false, true});
    }
}

void ClientChannel::finish(const ChannelClose &close)
{
    m_state = State::Ended;
    push(Entry{Entry::Type::Closed, false, {}, close});
}

void ClientChannel::push(Entry entry)
{
    // A pong is not held back with the messages.
    const auto place = entry.type != Entry::Type::Pong ? m_inbox.end()
        : std::find_if(m_inbox.begin(), m_inbox.end(), [](const Entry &one) { return one.type == Entry::Type::Message; });
    m_inbox.insert(place, std::move(entry));
    queueDeliver();
}

void ClientChannel::queueDeliver()
{
    if (std::exchange(m_deliverQueued, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_deliverQueued = false;
            deliver();
        },
        Qt::QueuedConnection);
}

void ClientChannel::deliver()
{
    const QPointer<ClientChannel> alive(this);
    while (alive && listener()) {
        if (std::exchange(m_drained, false)) {
            listener()->channelDrained(*this);
            continue;
        }
        if (m_inbox.empty() || (!m_reading && m_inbox.front().type == Entry::Type::Message))
            return;
        const Entry entry = std::move(m_inbox.front());
        m_inbox.pop_front();
        switch (entry.type) {
        case Entry::Type::Opened:
            listener()->channelOpened(*this);
            break;
        case Entry::Type::Message:
            if (!m_localClose)
                listener()->channelMessage(*this, entry.payload, entry.binary);
            break;
        case Entry::Type::Pong:
            listener()->channelPong(*this, entry.payload);
            break;
        case Entry::Type::Closed:
            listener()->channelClosed(*this, entry.close);
            return;
        }
    }
}

void ClientChannel::send(const QByteArray &payload, bool binary)
{
    if (!isOpen())
        return;
    if (binary)
        m_socket->sendBinaryMessage(payload);
    else
        m_socket->sendTextMessage(QString::fromUtf8(payload));
    if (bytesQueued() > kHighMarkBytes)
        m_aboveHigh = true;
}

void ClientChannel::ping(const QByteArray &payload)
{
    if (isOpen())
        m_socket->ping(payload);
}

void ClientChannel::close(std::optional<quint16> code, const QByteArray &reason)
{
    if (m_localClose)
        return;
    if (m_state != State::Open) {
        abort();
        return;
    }
    const QByteArray cut = WebSocketCodec::cutReason(reason);
    m_localClose = ChannelClose{code.value_or(kNormalClosure), cut, true, false};
    m_socket->close(QWebSocketProtocol::CloseCode(code.value_or(kNormalClosure)), QString::fromUtf8(cut));
}

void ClientChannel::abort()
{
    if (m_state == State::Ended || m_state == State::Idle)
        return;
    m_inbox.clear();
    finish(ChannelClose{std::nullopt, {}, false, false});
    m_socket->abort();
}

void ClientChannel::setReading(bool on)
{
    m_reading = on;
    if (on)
        queueDeliver();
}

qint64 ClientChannel::bytesQueued() const
{
    return m_state == State::Open ? m_socket->bytesToWrite() : 0;
}

QByteArray ClientChannel::peerAddress() const
{
    return m_socket->peerAddress().toString().toLatin1();
}

} // namespace dormouse
