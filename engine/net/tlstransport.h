// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/net/servertransport.h"

#include <QObject>
#include <QSslConfiguration>

class QSslSocket;

namespace dormouse {

/// TLS 1.2 and newer over an accepted descriptor, which it owns. The handshake runs by itself; what is written before
/// its end waits. A failed handshake is the end of the connection. An idle one costs some 90 kB.
class TlsTransport final : public QObject, public ServerTransport
{
public:
    TlsTransport(int descriptor, const QSslConfiguration &configuration, Owner &owner);
    ~TlsTransport() override;

    /// Certificate chain and key in PEM. Errors: net.tls_unusable, the message names the file and the reason.
    static Result<QSslConfiguration> load(const QString &certificateFile, const QString &keyFile);

    qint64 read(char *to, qint64 size) override;
    qint64 write(const char *bytes, qint64 size, bool isLast) override;
    void setInterest(bool read, bool write) override;
    void endWriting() override;
    void abort() override;
    qint64 bytesHeld() const override;

private:
    void deliver();
    void queueDeliver();

    Owner &m_owner;
    QSslSocket *m_socket;
    bool m_wantsRead = false;
    bool m_moved = false; ///< bytes have left since the owner was told last
    bool m_deliverQueued = false;
    bool m_ended = false;
    bool m_endReported = false;
};

} // namespace dormouse
