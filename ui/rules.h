// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/words.h"

#include <QString>

#include <vector>

namespace dormouse {

/// One condition of an answer to "why is it in this state" with its live value (console.md row 7).
struct Rule
{
    enum class Verdict { Holds, Fails, Unknown, Told }; ///< Told: by the engine, a reason rather than a condition
    Verdict verdict = Verdict::Unknown;
    QString text;  ///< the condition, for people
    QString value; ///< what it is now
};

/// What has to hold for the connection to hibernate; it does when everything holds.
std::vector<Rule> hibernationRules(Session &session, const monitor::ConnectionInfo &connection);
/// Why the actor is in its state: what the engine says, for a running one what usually keeps it awake, for a waiting one
/// what it needs. Never empty but for destroyed actors.
std::vector<Rule> actorRules(Session &session, const monitor::ActorInfo &actor);
/// Icon, tone and word of a verdict.
Words::Look lookOf(Rule::Verdict verdict);

} // namespace dormouse
