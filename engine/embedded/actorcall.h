// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/embedded/commands.h"

namespace dormouse {

class Core;

/// Calls an action of an actor as the rivetkit library does: POST /action/NAME with {"args": [...]} through the gateway,
/// which wakes the actor. The request is marked as the console's own. Thread: engine thread.
///
/// params: what the actor's connection hooks get; null and undefined: none. A list of two that begins with a text in "$"
/// is escaped as rivetkit's JSON wants it, but for its three known forms ($BigInt, $Uint8Array, $ArrayBuffer) below args.
///
/// done gets {status:int, content_type, body_base64}. Errors: monitor.bad_argument (before anything is sent); what the
/// actor or the gateway answered above 399, under the code in its body; monitor.action_failed when that has none;
/// monitor.answer_too_large above kMostAnswerBytes; monitor.answer_incomplete when it broke off.
class ActorCall
{
public:
    static constexpr qsizetype kMostAnswerBytes = 1024 * 1024;
    static constexpr qsizetype kMostParamsBytes = 16 * 1024; ///< escaped; they travel in a header
    static void run(Core &core, const QString &actorId, const QString &action, const QJsonArray &args, const QJsonValue &params,
                    const Commands::Done &done);
};

} // namespace dormouse
