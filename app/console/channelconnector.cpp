// SPDX-License-Identifier: Apache-2.0
#include "app/console/channelconnector.h"

#include "engine/net/clientchannel.h"

#include <QUrl>

namespace dormouse {

namespace {

class ChannelSocket final : public ClientSocket, private ChannelListener
{
public:
    ChannelSocket(const QString &url, const QStringList &protocols, ClientConnector::Events events)
        : m_events(std::move(events))
    {
        m_channel.setListener(this);
        std::vector<QByteArray> offered;
        for (const QString &protocol : protocols)
            offered.push_back(protocol.toUtf8());
        m_channel.connectTo(QUrl(url), offered, {{QByteArrayLiteral("x-dormouse-console"), QByteArrayLiteral("1")}});
    }
    ~ChannelSocket() override { m_channel.setListener(nullptr); }
    void send(const QByteArray &payload, bool binary) override { m_channel.send(payload, binary); }
    void close(quint16 code, const QString &reason) override { m_channel.close(code, reason.toUtf8()); }

private:
    void channelOpened(Channel &) override { m_events.opened(); }
    void channelMessage(Channel &, const QByteArray &payload, bool binary) override { m_events.message(payload, binary); }
    void channelClosed(Channel &, const ChannelClose &close) override
    {
        m_events.closed(close.code, QString::fromUtf8(close.reason));
    }
    ClientConnector::Events m_events;
    ClientChannel m_channel;
};

} // namespace

std::unique_ptr<ClientSocket> ChannelConnector::open(const QString &url, const QStringList &protocols, Events events)
{
    return std::make_unique<ChannelSocket>(url, protocols, std::move(events));
}

} // namespace dormouse
