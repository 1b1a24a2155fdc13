// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/http.h"

#include <QString>

#include <functional>

namespace dormouse {

/// One outbound GET of the engine (serverless metadata, http-api.md section 5.7).
struct FetchRequest
{
    QString url;
    HeaderList headers;
    qint64 timeoutMs = 10'000;
    qint64 maxBodyBytes = 1024 * 1024;
};

struct FetchResult
{
    enum class Kind { Answer, InvalidRequest, Failed, TimedOut };
    Kind kind = Kind::Failed;
    int status = 0; ///< with Answer
    QByteArray body;
    QString message; ///< for people, unless Answer
};

/// Calls back once, later, on the engine thread. Made by the host; the core itself opens no sockets.
using HttpFetch = std::function<void(const FetchRequest &, std::function<void(const FetchResult &)>)>;

} // namespace dormouse
