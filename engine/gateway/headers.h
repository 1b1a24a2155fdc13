// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/closecode.h"
#include "engine/base/config.h"
#include "engine/base/result.h"
#include "engine/net/http.h"
#include "engine/wire/protocol.h"

#include <memory>
#include <optional>
#include <utility>

namespace dormouse {

/// Headers, CORS and error answers of actor routes (gateway.md sections 3 and 4, http-api.md section 2). Pure functions.

enum class ForwardKind { Http, WebSocket };
struct ForwardedHeaders
{
    wire::HeaderMap headers; ///< lower-case unique names
    int dropped = 0;         ///< values that may not be forwarded
};
/// Client to actor. bodyBytes < 0 = no body. Errors: guard.invalid_header when the limits of section 3.1 are exceeded
/// (answered with 431).
Result<ForwardedHeaders> headersForActor(const HttpHead &head, ForwardKind kind, const EngineConfig &config,
                                         const QString &rayId, qint64 bodyBytes);

/// Why a path may not be forwarded: it starts with '/', has no control characters and at most 16 KiB.
std::optional<Error> pathError(const QByteArray &path);
inline constexpr qsizetype kMaxPathBytes = 16 * 1024;

/// Whose limits a request counts against. With trust_forwarded_for the last entry of x-forwarded-for: what the proxy in
/// front has seen itself, not what the client claims.
QByteArray clientAddress(const HttpHead &head, const EngineConfig &config);

/// Actor to client: without hop-by-hop and CORS headers of the actor. keepLength: content-length passes (streamed
/// answers and HEAD).
HeaderList headersForClient(const wire::HeaderMap &headers, bool keepLength);

/// The headers of every answer to an actor route.
HeaderList corsHeaders(const HttpHead &head, const EngineConfig &config);
/// What the 204 to OPTIONS carries besides.
HeaderList preflightHeaders(const HttpHead &head, const EngineConfig &config);

/// HTTP status of a gateway error.
int gatewayStatus(const Error &error);
/// A request whose body broke a limit or the syntax: 400, 408, 413 or 431, and why.
Error bodyError(int status, const QByteArray &reason);
struct ErrorAnswer
{
    int status = 500;
    HeaderList headers; ///< with CORS, ray id and x-rivet-error
    QByteArray body;
};
/// The complete answer for an error on an actor route.
ErrorAnswer errorAnswer(const Error &error, const HttpHead &head, const EngineConfig &config, const QString &rayId);

/// Answers 101 with CORS headers and ray id; the protocol "rivet" is named only when it was offered. Null: client gone.
std::unique_ptr<Channel> acceptClient(UpgradeRequest &upgrade, const HttpHead &head, const EngineConfig &config,
                                      const QString &rayId);

/// "group.code#ray" for close frames.
QByteArray closeReason(const Error &error, const QString &rayId);
/// What a client may be sent for a close of the actor (gateway.md section 7.3).
std::pair<quint16, QByteArray> closeForClient(std::optional<quint16> code, const std::optional<QString> &reason);
/// Cut to at most 123 bytes at a character boundary.
QByteArray cutReason(const QByteArray &reason);

} // namespace dormouse
