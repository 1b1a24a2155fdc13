// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors and cross-origin headers as clients see them (http-api.md sections 2 and 4, gateway.md section 4).

#include "engine/base/config.h"
#include "engine/base/result.h"
#include "engine/net/http.h"

#include <QString>

namespace dormouse {

/// Who made an error: decides the status (http-api.md section 2.2).
enum class Surface { Api, Gateway };

int errorStatus(const Error &error, Surface surface);
/// The JSON object of http-api.md section 2.1; empty metadata is omitted.
QByteArray errorBody(const Error &error);
Error badRequest(const QString &reason);
Error notFound(const QString &path);

/// True when the Origin of the request may use this engine: no allow-list, no Origin, or listed.
bool originAllowed(const HttpHead &head, const EngineConfig &config);
/// API policy: the Origin is echoed, vary always.
HeaderList apiCorsHeaders(const HttpHead &head, const EngineConfig &config);
/// Policy of paths that do not exist: everything, without credentials.
HeaderList openCorsHeaders();
/// Policy of actor routes, also for the 101.
HeaderList actorCorsHeaders(const HttpHead &head, const EngineConfig &config);
/// Answer to OPTIONS on an actor route (status 204).
HeaderList actorPreflightHeaders(const HttpHead &head, const EngineConfig &config);


/// Compares in a time that depends on the length of given only.
bool tokenMatches(const QString &expected, const QByteArray &given);

/// Decoded name and value of one pair of a form-encoded query, with what was written.
struct QueryPair
{
    QByteArray raw; ///< the pair as received
    QByteArray rawName;
    QByteArray rawValue;
    bool hasEquals = false;
    QByteArray name;  ///< decoded
    QByteArray value; ///< decoded
};
std::vector<QueryPair> splitQuery(const QByteArray &raw);
QByteArray formDecode(const QByteArray &text);
/// Absent when the bytes are not valid UTF-8.
std::optional<QString> strictUtf8(const QByteArray &bytes);

} // namespace dormouse
