// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/serverless/eventstream.h"

#include <QObject>
#include <QSslConfiguration>

namespace dormouse {

/// Outbound event streams over plain and TLS sockets, one connection each. QNetworkAccessManager is not used: it opens
/// at most six connections to one host, and a pool may need hundreds. Redirects are not followed.
/// Streams that are open when this object goes away end without a report. Thread: engine thread.
class NetworkStreams final : public QObject
{
public:
    explicit NetworkStreams(QObject *parent = nullptr);
    OpenStream function();
    /// For endpoints with certificates of their own; default: what the system trusts.
    void setSslConfiguration(const QSslConfiguration &configuration) { m_ssl = configuration; }

private:
    QSslConfiguration m_ssl = QSslConfiguration::defaultConfiguration();
};

} // namespace dormouse
