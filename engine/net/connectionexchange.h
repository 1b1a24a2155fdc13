// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/http.h"

#include <QPointer>

namespace dormouse {

class ServerConnection;

/// Appends the head of an answer. Adds the date and the connection header, drops headers that belong to the
/// connection (connection, keep-alive, transfer-encoding) and lines that could not be sent as one header.
void appendHead(QByteArray &out, int status, const HeaderList &headers, const QByteArray &date, QByteArrayView framing,
                const HttpHead *request, bool keepAlive);
QByteArray statusText(int status);
bool statusHasBody(int status);

/// HttpExchange of a ServerConnection. Dropping the last reference without an answer ends the connection.
class ConnectionExchange final : public HttpExchange
{
public:
    /// bodyComplete false: the rest comes by bodyArrived().
    ConnectionExchange(ServerConnection &connection, HttpHead head, QByteArray body, bool keepAlive, bool bodyComplete);
    ~ConnectionExchange() override;

    const HttpHead &head() const override { return m_head; }
    const QByteArray &body() const override { return m_body; }
    bool bodyComplete() const override { return m_bodyComplete; }
    QByteArray readBody(std::function<void(const BodyPart &)> callback) override;
    void setBodyReading(bool on) override;
    void respond(int status, const HeaderList &headers, const QByteArray &body) override;
    void begin(int status, const HeaderList &headers) override;
    void write(const QByteArray &data) override;
    void finish() override;
    void abort() override;
    bool alive() const override { return m_connection != nullptr; }
    qint64 bytesQueued() const override;
    /// When the client is gone already the callback does not run; alive() tells.
    void onGone(std::function<void()> callback) override { m_onGone = std::move(callback); }

    void bodyArrived(const BodyPart &part); ///< may end the exchange, and with it the connection
    void connectionLost(); ///< the client is gone: runs the onGone callback
    void detach();         ///< the server is gone: silent

private:
    enum class State
    {
        Waiting,
        Streaming,
        Done,
    };
    void complete();

    ServerConnection *m_connection;
    HttpHead m_head;
    QByteArray m_body;
    std::function<void()> m_onGone;
    std::function<void(const BodyPart &)> m_onBody;
    qint64 m_remaining = -1; ///< announced bytes still to come; -1: none announced
    State m_state = State::Waiting;
    bool m_keepAlive;
    bool m_bodyComplete;
    bool m_chunked = false;
    bool m_dropBody = false;
};

/// UpgradeRequest of a ServerConnection. Destroying it unanswered ends the connection.
class ConnectionUpgrade final : public UpgradeRequest
{
public:
    ConnectionUpgrade(ServerConnection &connection, HttpHead head);
    ~ConnectionUpgrade() override;

    const HttpHead &head() const override { return m_head; }
    std::unique_ptr<Channel> accept(const QByteArray &protocol, const HeaderList &extraHeaders) override;
    void reject(int status, const HeaderList &headers, const QByteArray &body) override;

    void connectionLost() { m_connection = nullptr; }

private:
    ServerConnection *m_connection;
    HttpHead m_head;
};

} // namespace dormouse
