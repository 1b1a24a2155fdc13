// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/net/descriptorset.h"

#include <QByteArray>

#include <functional>

namespace dormouse {

/// A listening TCP socket that hands out descriptors: non-blocking, close-on-exec, without Nagle's delay. Thread: one.
class Listener final : private DescriptorWatcher
{
public:
    /// accepted: owns the descriptor; peerAddress is without port, an IPv4 peer of a dual-stack socket as IPv4.
    /// failed: accepting stopped because of this system error (out of descriptors, ...); resume() goes on.
    Listener(DescriptorSet &set, std::function<void(int descriptor, const QByteArray &peerAddress)> accepted,
             std::function<void(int systemError)> failed);
    ~Listener();
    Q_DISABLE_COPY_MOVE(Listener)

    /// address: IPv4, IPv6, "localhost" or "*" (any). Port 0 takes a free one. Errors: net.address_in_use,
    /// net.listen_failed.
    Status listen(const QString &address, quint16 port);
    bool isListening() const { return m_descriptor >= 0; }
    quint16 port() const { return m_port; }
    void resume();
    void close();

private:
    void descriptorReady(quint32 events) override;
    QByteArray describe() const override { return QByteArrayLiteral("new connections"); }

    DescriptorSet &m_set;
    std::function<void(int, const QByteArray &)> m_accepted;
    std::function<void(int)> m_failed;
    int m_descriptor = -1;
    quint16 m_port = 0;
};

} // namespace dormouse
