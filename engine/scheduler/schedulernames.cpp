// SPDX-License-Identifier: Apache-2.0
// Namespaces, names and runner configs (scheduler.md sections 4.1 and 5).
#include "engine/scheduler/scheduler_p.h"

#include <algorithm>

namespace dormouse {

namespace {

/// Section 5; the reason for people, empty = valid.
QString namespaceNameProblem(const QString &name)
{
    if (name.isEmpty() || name.size() > 64)
        return QStringLiteral("name must have 1 to 64 characters");
    const auto allowed = [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-'; };
    if (!std::all_of(name.begin(), name.end(), allowed))
        return QStringLiteral("name may contain only a-z, 0-9 and -");
    if (name.startsWith(u'-') || name.endsWith(u'-') || name.contains(u"--"))
        return QStringLiteral("name may not begin or end with - nor contain --");
    return {};
}

QString displayNameProblem(const QString &name)
{
    if (name.isEmpty() || name.size() > 128)
        return QStringLiteral("display name must have 1 to 128 characters");
    if (name.startsWith(u' ') || name.endsWith(u' ') || name.contains(u"  "))
        return QStringLiteral("display name may not begin or end with a blank nor contain two in a row");
    if (std::any_of(name.begin(), name.end(), [](QChar c) { return c.isSpace() && c != u' '; }))
        return QStringLiteral("display name may not contain white space other than blanks");
    return {};
}

} // namespace

const NamespaceRow *Scheduler::namespaceByName(const QString &name) const
{
    for (const auto &[id, row] : d->core.namespaces) {
        if (row.name == name)
            return &row;
    }
    return nullptr;
}

const NamespaceRow *Scheduler::namespaceById(const QString &namespaceId) const
{
    const auto it = d->core.namespaces.find(namespaceId);
    return it == d->core.namespaces.end() ? nullptr : &it->second;
}

std::vector<NamespaceRow> Scheduler::namespaces() const
{
    std::vector<NamespaceRow> result;
    for (const auto &[id, row] : d->core.namespaces)
        result.push_back(row);
    std::sort(result.begin(), result.end(),
              [](const NamespaceRow &a, const NamespaceRow &b) { return a.createTs < b.createTs; });
    return result;
}

void Scheduler::createNamespace(const QString &name, const QString &displayName,
                                std::function<void(Result<NamespaceRow>)> done)
{
    QString problem = namespaceNameProblem(name);
    if (problem.isEmpty())
        problem = displayNameProblem(displayName);
    if (!problem.isEmpty()) {
        d->refuse(done, Error::make("namespace", "failed_to_create", problem,
                                    {{QStringLiteral("reason"), problem}}));
        return;
    }
    if (namespaceByName(name)) {
        d->refuse(done, Error::make("namespace", "name_not_unique", QStringLiteral("Namespace name is already taken.")));
        return;
    }
    SchedulerCore::Transaction transaction(d->core, "create_namespace");
    NamespaceRow row;
    row.namespaceId = makeId(d->core.context.random);
    row.name = name;
    row.displayName = displayName;
    row.createTs = d->core.wallMs();
    // The cursor of the list is create_ts: keep it strictly increasing.
    for (const auto &[id, other] : d->core.namespaces)
        row.createTs = std::max(row.createTs, other.createTs + 1);
    d->core.namespaces[row.namespaceId] = row;
    d->core.write(PutNamespace{row});
    d->answer(done, row);
}

std::vector<NameRow> Scheduler::actorNames(const QString &namespaceId) const
{
    std::vector<NameRow> result;
    const auto it = d->core.actorNames.find(namespaceId);
    if (it != d->core.actorNames.end()) {
        for (const auto &[name, row] : it->second)
            result.push_back(row);
    }
    return result;
}

std::vector<QString> Scheduler::runnerNames(const QString &namespaceId) const
{
    std::vector<QString> result;
    const auto it = d->core.runnerNames.find(namespaceId);
    if (it != d->core.runnerNames.end()) {
        for (const QByteArray &name : it->second)
            result.push_back(QString::fromUtf8(name));
    }
    return result;
}

void Scheduler::putActorName(const QString &namespaceId, const QString &name, const QByteArray &metadataJson)
{
    SchedulerCore::Transaction transaction(d->core, "names");
    const NameRow row{namespaceId, name, metadataJson};
    d->core.actorNames[namespaceId][name.toUtf8()] = row;
    d->core.write(PutActorName{row, true});
}

// --- runner configs -----------------------------------------------------------------------------

const RunnerConfigRow *Scheduler::runnerConfig(const QString &namespaceId, const QString &name) const
{
    const auto it = d->core.runnerConfigs.find({namespaceId, name});
    return it == d->core.runnerConfigs.end() ? nullptr : &it->second;
}

std::vector<RunnerConfigRow> Scheduler::runnerConfigs(const QString &namespaceId) const
{
    std::vector<RunnerConfigRow> result;
    for (const auto &[key, row] : d->core.runnerConfigs) {
        if (key.first == namespaceId)
            result.push_back(row);
    }
    return result;
}

void Scheduler::putRunnerConfig(const RunnerConfigRow &row, std::function<void(Status)> done)
{
    SchedulerCore::Transaction transaction(d->core, "runner_config");
    d->core.runnerConfigs[{row.namespaceId, row.name}] = row;
    d->core.write(PutRunnerConfig{row});
    d->core.requestDrain(SchedulerCore::poolKey(row.namespaceId, row.name));
    d->answer<Nothing>(done, {});
    d->core.announceConfig(row.namespaceId, row.name);
}

void Scheduler::deleteRunnerConfig(const QString &namespaceId, const QString &name, std::function<void(Status)> done)
{
    if (!runnerConfig(namespaceId, name)) {
        d->refuse(done, Error::make("runner_config", "not_found", QStringLiteral("No config of this name.")));
        return;
    }
    SchedulerCore::Transaction transaction(d->core, "runner_config");
    d->core.runnerConfigs.erase({namespaceId, name});
    d->core.write(DeleteRunnerConfig{namespaceId, name});
    d->answer<Nothing>(done, {});
    d->core.announceConfig(namespaceId, name);
}

} // namespace dormouse
