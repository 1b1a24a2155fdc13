// SPDX-License-Identifier: Apache-2.0
#include "engine/runner/websocketchannels.h"

#include "engine/net/clientchannel.h"

#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace dormouse {

QUrl runnerUrl(const QUrl &engine, const RunnerOptions &options)
{
    QUrl url = engine;
    if (url.scheme() == "http"_L1)
        url.setScheme(u"ws"_s);
    else if (url.scheme() == "https"_L1)
        url.setScheme(u"wss"_s);
    QString path = url.path();
    if (path.endsWith(u'/'))
        path.chop(1);
    url.setPath(path % u"/runners/connect"_s);
    // Encoded by hand: QUrlQuery leaves '+' alone, which a form query reads as a space.
    const auto encoded = [](const QString &text) { return QString::fromLatin1(QUrl::toPercentEncoding(text)); };
    url.setQuery(u"protocol_version="_s % QString::number(options.protocolVersion) % u"&namespace="_s
                     % encoded(options.nameSpace) % u"&runner_key="_s % encoded(options.key),
                 QUrl::StrictMode);
    return url;
}

ChannelFactory webSocketChannels(const QUrl &engine, const RunnerOptions &options, const QByteArray &token)
{
    const QUrl url = runnerUrl(engine, options);
    return [url, token]() -> std::unique_ptr<Channel> {
        std::vector<QByteArray> protocols{"rivet"};
        if (!token.isEmpty())
            protocols.push_back("rivet_token." + token);
        auto channel = std::make_unique<ClientChannel>();
        channel->connectTo(url, protocols);
        return channel;
    };
}

} // namespace dormouse
