// SPDX-License-Identifier: Apache-2.0
#include "engine/host/networkstream.h"

#include "engine/host/responseparser.h"

#include <QPointer>
#include <QSslSocket>
#include <QUrl>

namespace dormouse {

namespace {

constexpr quint16 kHttpPort = 80;
constexpr quint16 kHttpsPort = 443;

/// One request on its own socket. Once abandoned it reports nothing and deletes itself from the event loop, because
/// the abandoning may come from inside one of its reports.
class Connection final : public QObject
{
public:
    Connection(const StreamRequest &request, const QSslConfiguration &ssl, EventStreamListener &listener, QObject *parent)
        : QObject(parent), m_listener(&listener), m_socket(new QSslSocket(this)), m_url(request.url)
    {
        m_head = headOf(request);
        m_socket->setSslConfiguration(ssl);
        connect(m_socket, &QSslSocket::readyRead, this, [this] { read(); });
        connect(m_socket, &QSslSocket::disconnected, this, [this] { closed(); });
        connect(m_socket, &QSslSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) {
            // The far side closing is no failure by itself: the parser knows whether something is missing.
            if (error != QAbstractSocket::RemoteHostClosedError)
                report(m_socket->errorString());
        });
        // Not from inside the function that opens the stream: a bad address fails at once.
        QMetaObject::invokeMethod(this, [this] { start(); }, Qt::QueuedConnection);
    }

    void abandon()
    {
        m_listener = nullptr;
        m_socket->disconnect(this);
        deleteLater();
    }

private:
    QByteArray headOf(const StreamRequest &request) const
    {
        const QByteArray path = m_url.path(QUrl::FullyEncoded).toLatin1();
        const QByteArray query = m_url.query(QUrl::FullyEncoded).toLatin1();
        QByteArray head = "GET " + (path.isEmpty() ? QByteArrayLiteral("/") : path);
        if (m_url.hasQuery())
            head += '?' + query;
        head += " HTTP/1.1\r\n";
        if (headerValue(request.headers, "host").isNull()) {
            const QByteArray host = m_url.host(QUrl::FullyEncoded).toLatin1();
            head += "host: " + (host.contains(':') ? '[' + host + ']' : host);
            if (m_url.port() >= 0)
                head += ':' + QByteArray::number(m_url.port());
            head += "\r\n";
        }
        for (const auto &[name, value] : request.headers)
            head += name + ": " + value + "\r\n";
        return head + "user-agent: dormouse\r\nconnection: close\r\n\r\n";
    }
    void start()
    {
        if (!m_listener)
            return;
        m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
        if (m_url.scheme() == u"https") {
            connect(m_socket, &QSslSocket::encrypted, this, [this] { m_socket->write(m_head); });
            m_socket->connectToHostEncrypted(m_url.host(), quint16(m_url.port(kHttpsPort)));
        } else {
            connect(m_socket, &QSslSocket::connected, this, [this] { m_socket->write(m_head); });
            m_socket->connectToHost(m_url.host(), quint16(m_url.port(kHttpPort)));
        }
    }
    void read()
    {
        m_parser.feed(m_socket->readAll());
        progress();
    }
    void closed()
    {
        if (m_listener)
            read();
        m_parser.close();
        progress();
    }
    void progress()
    {
        const ResponseParser::State state = m_parser.state();
        if (m_listener && !m_answered && m_parser.status() != 0 && state != ResponseParser::State::Head) {
            m_answered = true;
            m_listener->streamAnswered(m_parser.status(), m_parser.headers());
        }
        if (const QByteArray body = m_parser.takeBody(); m_listener && !body.isEmpty())
            m_listener->streamData(body);
        if (state == ResponseParser::State::Complete)
            report({});
        else if (state == ResponseParser::State::Failed)
            report(m_parser.failure());
    }
    void report(const QString &failure)
    {
        if (EventStreamListener *listener = std::exchange(m_listener, nullptr))
            listener->streamEnded(failure);
    }

    EventStreamListener *m_listener; ///< null: nothing is reported any more
    QSslSocket *m_socket;
    const QUrl m_url;
    QByteArray m_head;
    ResponseParser m_parser;
    bool m_answered = false;
};

class Handle final : public EventStream
{
public:
    explicit Handle(Connection *connection) : m_connection(connection) {}
    ~Handle() override
    {
        if (m_connection)
            m_connection->abandon();
    }

private:
    QPointer<Connection> m_connection; ///< goes away with NetworkStreams, maybe first
};

} // namespace

NetworkStreams::NetworkStreams(QObject *parent) : QObject(parent) {}

OpenStream NetworkStreams::function()
{
    return [self = QPointer<NetworkStreams>(this)](const StreamRequest &request, EventStreamListener &listener) -> std::unique_ptr<EventStream> {
        return std::make_unique<Handle>(self ? new Connection(request, self->m_ssl, listener, self) : nullptr);
    };
}

} // namespace dormouse
