// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the cluster has promised to somebody outside, and what really lives: the measure of every rule.

#include "engine/base/clock.h"

#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace dormouse::test {

struct Violation
{
    QString rule; ///< short name, the same for the same kind of failure
    QString text;
};

struct AlarmTruth
{
    qint64 ts = 0;      ///< wall clock
    bool kept = false;  ///< engine and actor have both stored it: from now on it may not be lost
};

struct ActorTruth
{
    QString key;
    bool confirmed = false; ///< to the REST client; others may exist, too: a create that failed may have been stored
    int liveCopies = 0;     ///< without those that their process alone believes in (CountingActor::isDoubted)
    QString where;          ///< process of the live copy
    qint64 acknowledged = 0; ///< number of writes that were confirmed to the actor
    qint64 attempted = 0;    ///< number of writes that it tried
    bool failsNext = false;
    bool destroyed = false;  ///< confirmed to the REST client
    std::optional<AlarmTruth> alarm; ///< the last one that was set and has not rung
    qint64 earliestAlarm = 0;        ///< of all that were ever set
};

struct ClientTruth
{
    QString actorId;
    bool hibernatable = false;
    int sent = 0;
    int handled = 0; ///< as the actor's state says now
    bool closing = false;
    bool ended = false;
    QString endedBy = {};
    bool handledInDoubt = false; ///< a copy in doubt had messages since: whether they count, its next life will tell
};

struct RequestTruth
{
    bool isPost = false;
    QByteArray body;
    int executed = 0;
    bool answered = false;
    bool gone = false; ///< its connection ended with the engine, or its client left
    int status = 0;
};

struct Truth
{
    std::map<QString, ActorTruth> actors; ///< by id, all that were ever seen
    std::map<QString, QString> keyOwner;  ///< key to the actor confirmed last
    std::vector<ClientTruth> clients;
    std::vector<RequestTruth> requests;
    quint64 doubted = 0; ///< copies, so far
    quint64 uploads = 0; ///< requests whose body came to the actor in pieces
    std::optional<Violation> violation;
    QStringList log;
    bool logging = false;

    void fail(const QString &rule, const QString &text)
    {
        if (!violation)
            violation = Violation{rule, text};
    }
};

} // namespace dormouse::test
