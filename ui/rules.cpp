// SPDX-License-Identifier: Apache-2.0
#include "ui/rules.h"

#include "models/format.h"

#include "ui/cellwords.h"
#include <QCoreApplication>

namespace dormouse {

namespace {

using monitor::ActorState;
using monitor::ConnectionState;

QString words(const char *text)
{
    return QCoreApplication::translate("dormouse::Rules", text);
}

Rule rule(std::optional<bool> holds, const QString &text, const QString &value)
{
    return {!holds ? Rule::Verdict::Unknown : *holds ? Rule::Verdict::Holds : Rule::Verdict::Fails, text, value};
}

} // namespace

Words::Look lookOf(Rule::Verdict verdict)
{
    switch (verdict) {
    case Rule::Verdict::Holds:
        return {words(QT_TRANSLATE_NOOP("dormouse::Rules", "holds")), QStringLiteral("state-ok"), Color::Good};
    case Rule::Verdict::Fails:
        return {words(QT_TRANSLATE_NOOP("dormouse::Rules", "does not hold")), QStringLiteral("close"), Color::Waking};
    case Rule::Verdict::Told:
        return {words(QT_TRANSLATE_NOOP("dormouse::Rules", "reason")), QStringLiteral("state-info"), Color::Info};
    case Rule::Verdict::Unknown:
        break;
    }
    return {words(QT_TRANSLATE_NOOP("dormouse::Rules", "unknown")), QStringLiteral("state-unknown"), Color::Muted};
}

std::vector<Rule> hibernationRules(Session &session, const monitor::ConnectionInfo &connection)
{
    std::vector<Rule> rules;
    const qint64 now = session.connections().now();
    const bool socket = connection.kind == monitor::ConnectionKind::WebSocket;
    rules.push_back(rule(socket, words(QT_TRANSLATE_NOOP("dormouse::Rules", "It is a WebSocket")),
                         socket ? QStringLiteral("WebSocket") : QStringLiteral("HTTP")));
    if (!socket)
        return rules;
    // Before the actor has answered the open, nobody has said it.
    const bool answered = connection.state != ConnectionState::Waiting && connection.state != ConnectionState::Opening;
    rules.push_back(rule(connection.hibernatable || answered ? std::optional(connection.hibernatable) : std::nullopt,
                         words(QT_TRANSLATE_NOOP("dormouse::Rules", "Its actor accepted it as one that may hibernate")),
                         connection.hibernatable ? words(QT_TRANSLATE_NOOP("dormouse::Rules", "yes"))
                             : answered          ? words(QT_TRANSLATE_NOOP("dormouse::Rules", "no"))
                                                 : unknownText()));
    const bool here = connection.state != ConnectionState::Closed && connection.state != ConnectionState::ClosingAsleep;
    rules.push_back(rule(here, words(QT_TRANSLATE_NOOP("dormouse::Rules", "Its client is connected")),
                         connection.openedTs ? durationText(double(std::max<qint64>(0, connection.closedTs.value_or(now) - *connection.openedTs)))
                                             : unknownText()));
    if (!connection.hibernatable)
        return rules;
    const monitor::ActorInfo *actor = session.actors().find(connection.actorId);
    rules.push_back(rule(actor && actor->state != ActorState::Unknown ? std::optional(actor->state == ActorState::Sleeping) : std::nullopt,
                         words(QT_TRANSLATE_NOOP("dormouse::Rules", "Its actor sleeps")),
                         actor ? Words::look(actor->state).word : unknownText()));
    const auto threshold = session.settingNumber(QStringLiteral("pegboard.hibernating_request_eligible_threshold"));
    const QString age = connection.keepaliveTs ? durationText(double(std::max<qint64>(0, now - *connection.keepaliveTs))) : unknownText();
    rules.push_back(rule(connection.keepaliveTs && threshold ? std::optional(now - *connection.keepaliveTs < *threshold) : std::nullopt,
                         words(QT_TRANSLATE_NOOP("dormouse::Rules", "Its stored keepalive is fresh")),
                         threshold ? words(QT_TRANSLATE_NOOP("dormouse::Rules", "%1 of %2")).arg(age, durationText(double(*threshold))) : age));
    const bool known = connection.pendingBytes && connection.pendingLimitBytes;
    rules.push_back(rule(known ? std::optional(*connection.pendingBytes < *connection.pendingLimitBytes) : std::nullopt,
                         words(QT_TRANSLATE_NOOP("dormouse::Rules", "What is pending fits its limit")),
                         known ? words(QT_TRANSLATE_NOOP("dormouse::Rules", "%1 of %2"))
                                     .arg(bytesText(double(*connection.pendingBytes)), bytesText(double(*connection.pendingLimitBytes)))
                               : unknownText()));
    return rules;
}

std::vector<Rule> actorRules(Session &session, const monitor::ActorInfo &actor)
{
    std::vector<Rule> rules;
    for (const QString &reason : actor.why) {
        const QString help = Words::explain(reason.section(u':', 0, 0));
        rules.push_back({Rule::Verdict::Told, help.isEmpty() ? CellWords::reason(reason) : help, help.isEmpty() ? QString() : CellWords::reason(reason)});
    }
    if (actor.state == ActorState::Pending) {
        int known = 0, eligible = 0;
        qint64 free = 0;
        session.runners().forEach([&](const monitor::RunnerInfo &runner) {
            if (runner.state == monitor::RunnerState::Stopped || runner.name != actor.pool || runner.namespaceName != actor.namespaceName)
                return;
            ++known;
            if (!runner.eligible.value_or(false))
                return;
            ++eligible;
            free += qint64(runner.totalSlots.value_or(0)) - qint64(runner.usedSlots.value_or(0));
        });
        rules.push_back(rule(known > 0, words(QT_TRANSLATE_NOOP("dormouse::Rules", "Its pool has a runner")), countText(known)));
        rules.push_back(rule(eligible > 0, words(QT_TRANSLATE_NOOP("dormouse::Rules", "One of them takes work")), countText(eligible)));
        rules.push_back(rule(free > 0, words(QT_TRANSLATE_NOOP("dormouse::Rules", "It has a free slot")), countText(double(free))));
    } else if (actor.state == ActorState::Running) {
        int requests = 0, plain = 0, hibernatable = 0;
        session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
            if (connection.actorId != actor.actorId || connection.state == ConnectionState::Closed)
                return;
            ++(connection.kind == monitor::ConnectionKind::Http ? requests : connection.hibernatable ? hibernatable : plain);
        });
        rules.push_back({Rule::Verdict::Told,
                         words(QT_TRANSLATE_NOOP("dormouse::Rules", "It runs. Its runner decides when it falls asleep; usually it may while these hold:")), {}});
        rules.push_back(rule(requests == 0, words(QT_TRANSLATE_NOOP("dormouse::Rules", "No HTTP request is under way")), countText(requests)));
        rules.push_back(rule(plain == 0, words(QT_TRANSLATE_NOOP("dormouse::Rules", "No socket that cannot hibernate")), countText(plain)));
        rules.push_back(rule(actor.pendingMessages ? std::optional(*actor.pendingMessages == 0) : std::nullopt,
                             words(QT_TRANSLATE_NOOP("dormouse::Rules", "Every message is acknowledged")),
                             actor.pendingMessages ? countText(double(*actor.pendingMessages)) : unknownText()));
    }
    return rules;
}

} // namespace dormouse
