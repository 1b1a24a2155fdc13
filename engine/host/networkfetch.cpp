// SPDX-License-Identifier: Apache-2.0
#include "engine/host/networkfetch.h"

#include <QNetworkReply>
#include <QPointer>
#include <QTimer>

#include <memory>

namespace dormouse {

NetworkFetch::NetworkFetch(QObject *parent) : QObject(parent), m_manager(this)
{
    m_manager.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
}

HttpFetch NetworkFetch::function()
{
    return [self = QPointer<NetworkFetch>(this)](const FetchRequest &request, std::function<void(const FetchResult &)> done) {
        if (self)
            self->start(request, std::move(done));
    };
}

void NetworkFetch::start(const FetchRequest &request, std::function<void(const FetchResult &)> done)
{
    QNetworkRequest wire{QUrl(request.url)};
    for (const auto &[name, value] : request.headers)
        wire.setRawHeader(name, value);
    QNetworkReply *reply = m_manager.get(wire);
    // Why this request was ended by us: QNetworkReply reports both as a cancelled operation.
    auto ended = std::make_shared<std::optional<FetchResult::Kind>>();
    auto *timer = new QTimer(reply);
    timer->setSingleShot(true);
    QObject::connect(timer, &QTimer::timeout, reply, [reply, ended] {
        *ended = FetchResult::Kind::TimedOut;
        reply->abort();
    });
    timer->start(int(request.timeoutMs));
    QObject::connect(reply, &QNetworkReply::downloadProgress, reply, [reply, ended, limit = request.maxBodyBytes](qint64 received) {
        if (received > limit && !*ended) {
            *ended = FetchResult::Kind::Failed;
            reply->abort();
        }
    });
    QObject::connect(reply, &QNetworkReply::finished, this, [reply, ended, done = std::move(done)] {
        reply->deleteLater();
        FetchResult result;
        const QVariant status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute);
        if (*ended) {
            result.kind = **ended;
            result.message = result.kind == FetchResult::Kind::TimedOut
                ? QStringLiteral("The endpoint did not answer in time")
                : QStringLiteral("The answer of the endpoint is too large");
        } else if (status.isValid()) {
            result.kind = FetchResult::Kind::Answer;
            result.status = status.toInt();
            result.body = reply->readAll();
        } else {
            const bool refusedByClient = reply->error() == QNetworkReply::ProtocolUnknownError
                || reply->error() == QNetworkReply::ProtocolInvalidOperationError;
            result.kind = refusedByClient ? FetchResult::Kind::InvalidRequest : FetchResult::Kind::Failed;
            result.message = reply->errorString();
        }
        done(result);
    });
}

} // namespace dormouse
