// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/config.h"
#include "engine/base/result.h"
#include "engine/net/http.h"
#include "engine/store/store.h"

#include <optional>
#include <variant>

namespace dormouse {

/// Selection of an actor by name and key (gateway.md section 2.3).
struct ActorQuery
{
    QString name;
    QString namespaceName;
    bool create = false; ///< getOrCreate
    QString key;         ///< serialised as clients and the REST API see it
    QString pool;
    CrashPolicy crashPolicy = CrashPolicy::Sleep;
    std::optional<QString> inputBase64;
    std::optional<QString> region;
};

struct ActorRoute
{
    std::variant<QString, ActorQuery> actor; ///< checked id in lower case, or a query
    QByteArray path;                         ///< what the actor sees, with query, starts with '/'
    std::optional<QByteArray> token;
    bool skipReadyWait = false;
};
struct HealthSocketRoute {};
struct RunnerRoute { std::optional<QByteArray> token; };
struct EnvoyRoute {};
struct ApiRoute {};
struct FailedRoute
{
    Error error;
    bool actorCors = false; ///< the request was meant for an actor
};
/// OPTIONS on an actor route, answered without a look at the actor.
struct PreflightRoute {};

using Route = std::variant<ActorRoute, HealthSocketRoute, RunnerRoute, EnvoyRoute, ApiRoute, PreflightRoute, FailedRoute>;

/// Decides where a request goes, from its head alone (gateway.md section 2.1). Pure.
Route parseRoute(const HttpHead &head, bool webSocket, const EngineConfig &config);

/// Key text of a list of parts (gateway.md section 2.3).
QString serialiseKey(const QStringList &parts);

} // namespace dormouse
