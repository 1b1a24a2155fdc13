// SPDX-License-Identifier: Apache-2.0
#include "engine/net/tlstransport.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>

#include <algorithm>

#include <unistd.h>

namespace dormouse {

namespace {

constexpr qint64 kReadBufferBytes = 256 * 1024;
constexpr qint64 kHeldLimitBytes = 1024 * 1024; ///< QSslSocket takes everything; beyond it the owner keeps the rest

Result<QByteArray> contents(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error::make("net", "tls_unusable", path + u": " + file.errorString());
    return file.readAll();
}

} // namespace

TlsTransport::TlsTransport(int descriptor, const QSslConfiguration &configuration, Owner &owner)
    : m_owner(owner), m_socket(new QSslSocket(this))
{
    m_socket->setSslConfiguration(configuration);
    m_socket->setReadBufferSize(kReadBufferBytes);
    connect(m_socket, &QSslSocket::readyRead, this, [this] { deliver(); });
    connect(m_socket, &QSslSocket::encryptedBytesWritten, this, [this] {
        m_moved = true;
        queueDeliver();
    });
    // Queued: a failing write must not call the owner from inside its own call.
    connect(m_socket, &QSslSocket::disconnected, this, [this] {
        m_ended = true;
        deliver();
    }, Qt::QueuedConnection);
    // A handshake that fails with an error on our side leaves TCP open.
    connect(m_socket, &QSslSocket::errorOccurred, this, [this] {
        if (m_socket->isEncrypted())
            return;
        m_ended = true;
        queueDeliver();
    });
    if (m_socket->setSocketDescriptor(descriptor)) {
        m_socket->startServerEncryption();
    } else {
        ::close(descriptor);
        m_ended = true;
        queueDeliver();
    }
}

TlsTransport::~TlsTransport()
{
    abort();
}

Result<QSslConfiguration> TlsTransport::load(const QString &certificateFile, const QString &keyFile)
{
    const auto unusable = [](const QString &path, const QString &why) {
        return Error::make("net", "tls_unusable", path + u": " + why);
    };
    if (!QSslSocket::supportsSsl())
        return unusable(certificateFile, QStringLiteral("this installation of Qt has no TLS"));
    const Result<QByteArray> certificate = contents(certificateFile);
    if (!certificate)
        return certificate.error();
    const Result<QByteArray> keyText = contents(keyFile);
    if (!keyText)
        return keyText.error();
    const QList<QSslCertificate> chain = QSslCertificate::fromData(*certificate, QSsl::Pem);
    if (chain.isEmpty())
        return unusable(certificateFile, QStringLiteral("no PEM certificate in it"));
    QSslKey key(*keyText, QSsl::Ec, QSsl::Pem);
    if (key.isNull())
        key = QSslKey(*keyText, QSsl::Rsa, QSsl::Pem);
    if (key.isNull())
        return unusable(keyFile, QStringLiteral("no usable PEM key in it (EC or RSA, without a passphrase)"));
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(key);
    return configuration;
}

qint64 TlsTransport::read(char *to, qint64 size)
{
    const qint64 got = m_socket->bytesAvailable() > 0 ? m_socket->read(to, size) : 0;
    return got > 0 ? got : m_ended ? -1 : 0;
}

qint64 TlsTransport::write(const char *bytes, qint64 size, bool)
{
    if (m_ended)
        return -1;
    const qint64 room = kHeldLimitBytes - bytesHeld();
    if (room <= 0)
        return 0;
    return m_socket->write(bytes, std::min(size, room));
}

void TlsTransport::setInterest(bool read, bool write)
{
    if (read && !m_wantsRead && (m_socket->bytesAvailable() > 0 || m_ended))
        queueDeliver();
    m_wantsRead = read;
    // Wanted or not, the owner hears of every byte that has left: it counts what is held here.
    m_moved = m_moved || write;
}

void TlsTransport::endWriting()
{
    if (!m_ended)
        m_socket->disconnectFromHost();
}

void TlsTransport::abort()
{
    m_ended = true;
    m_endReported = true;
    m_wantsRead = false;
    m_socket->disconnect(this);
    m_socket->abort();
}

qint64 TlsTransport::bytesHeld() const
{
    return m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite();
}

void TlsTransport::queueDeliver()
{
    if (std::exchange(m_deliverQueued, true))
        return;
    QMetaObject::invokeMethod(this, [this] {
        m_deliverQueued = false;
        deliver();
    }, Qt::QueuedConnection);
}

void TlsTransport::deliver()
{
    if (!m_ended && std::exchange(m_moved, false) && bytesHeld() < kHeldLimitBytes / 2)
        m_owner.transportWritable();
    // As a descriptor would say it: again and again while there is something.
    while (m_wantsRead && m_socket->bytesAvailable() > 0)
        m_owner.transportReadable();
    if (m_ended && !std::exchange(m_endReported, true))
        m_owner.transportEnded();
}

} // namespace dormouse
