// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/serverless/httpfetch.h"

#include <QJsonObject>

#include <optional>

namespace dormouse {

/// What a serverless endpoint says about itself, or why it could not be asked (http-api.md section 5.7).
struct ServerlessMetadata
{
    QJsonObject failure;   ///< {message, metadata:{kind, ...}}; empty = success
    QString version;
    QJsonObject actorNames; ///< name -> {metadata: object}
    std::optional<quint32> runnerVersion;
    std::optional<int> envoyProtocolVersion; ///< of a protocol this engine does not speak; shown only
    bool ok() const { return failure.isEmpty(); }
};

bool isAbsoluteUrl(const QString &url);
bool isHeaderName(const QString &name);
bool isHeaderValue(const QString &value);

/// GET <url without trailing slashes>/metadata. done is called once, maybe at once.
void fetchServerlessMetadata(const HttpFetch &fetch, const QString &url, const QJsonObject &headers,
                             std::function<void(const ServerlessMetadata &)> done);

} // namespace dormouse
