// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/serverless/httpfetch.h"

#include <QNetworkAccessManager>

namespace dormouse {

/// Outbound requests of the engine over QNetworkAccessManager. Redirects are not followed.
/// Requests that are open when this object goes away are dropped without a callback. Thread: engine thread.
class NetworkFetch final : public QObject
{
public:
    explicit NetworkFetch(QObject *parent = nullptr);
    HttpFetch function();

private:
    void start(const FetchRequest &request, std::function<void(const FetchResult &)> done);

    QNetworkAccessManager m_manager;
};

} // namespace dormouse
