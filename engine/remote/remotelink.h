// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/source.h"
#include "engine/net/clientchannel.h"

#include <QPointer>
#include <QTimer>

class QCborMap;

namespace dormouse::remote {

/// The socket of a RemoteSource, in a thread of its own: connects, reconnects, decodes. What it learns is handed to
/// callbacks, called in this thread.
class RemoteLink final : public QObject, public ChannelListener
{
    Q_OBJECT
public:
    struct Callbacks
    {
        std::function<void()> up;
        std::function<void(const QString &detail)> down;
        std::function<void(monitor::Frame)> frame;
        std::function<void(qint64 id, const Result<QJsonObject> &)> reply;
    };

    RemoteLink(const QUrl &url, const QByteArray &token, const monitor::Interest &interest, Callbacks callbacks);
    ~RemoteLink() override;

    // The link's thread.
    void connectNow();
    void stop();
    void setInterest(const monitor::Interest &interest);
    void pull(int frames);
    void command(qint64 id, const QString &name, const QJsonObject &arguments);

    void channelOpened(Channel &channel) override;
    void channelMessage(Channel &channel, const QByteArray &payload, bool binary) override;
    void channelClosed(Channel &channel, const ChannelClose &close) override;

private:
    void send(const QCborMap &map);
    void sendInterest();
    void lost(const QString &detail);
    void checkAlive();

    QUrl m_url;
    QByteArray m_token;
    monitor::Interest m_interest;
    Callbacks m_callbacks;
    QPointer<ClientChannel> m_channel;
    QTimer m_retry;
    QTimer m_alive;
    int m_failures = 0;
    int m_credit = 0;
    int m_quietChecks = 0;
    bool m_up = false;
    QString m_closeDetail; ///< why this side closed
};

} // namespace dormouse::remote
