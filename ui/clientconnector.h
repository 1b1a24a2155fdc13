// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>

namespace dormouse {

/// One WebSocket of the built-in client. Destroying it drops the connection. Thread: the UI thread.
class ClientSocket
{
public:
    virtual ~ClientSocket() = default;
    virtual void send(const QByteArray &payload, bool binary) = 0;
    virtual void close(quint16 code, const QString &reason) = 0;
};

/// How the client panel opens sockets; the application gives an implementation, because the views know no network.
class ClientConnector
{
public:
    struct Events
    {
        std::function<void()> opened;
        std::function<void(const QByteArray &payload, bool binary)> message;
        /// Last call. code absent: none was received. detail: for people.
        std::function<void(std::optional<quint16> code, const QString &detail)> closed;
    };
    virtual ~ClientConnector() = default;
    /// ws:// or wss:// URL; never calls an event before it returns.
    virtual std::unique_ptr<ClientSocket> open(const QString &url, const QStringList &protocols, Events events) = 0;
};

} // namespace dormouse
