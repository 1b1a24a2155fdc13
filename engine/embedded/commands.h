// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/monitor/sink.h"

#include <QJsonObject>

#include <functional>

namespace dormouse {

class Core;

/// Carries out the commands of monitor::Source::command on an engine. Thread: engine thread only.
class Commands
{
public:
    using Done = std::function<void(const Result<QJsonObject> &)>;
    /// Changes one setting while the engine runs; value is text as a person types it. Errors: config.invalid.
    using ChangeSetting = std::function<Status(const QString &section, const QString &key, const QString &value)>;

    explicit Commands(monitor::Sink &sink) : m_sink(sink) {}
    void setChangeSetting(ChangeSetting change) { m_changeSetting = std::move(change); }
    /// done may be called before this returns. Errors: monitor.unknown_command, monitor.bad_argument (names the
    /// argument), monitor.not_found, and those of the operation.
    void run(Core &core, const QString &name, const QJsonObject &arguments, const Done &done);

private:
    void report(const QString &name, const QJsonObject &arguments);
    void createActor(Core &core, const QJsonObject &arguments, const Done &done);
    void ofActor(Core &core, const QString &name, const QString &actorId, const QJsonObject &arguments, const Done &done);
    void kvList(Core &core, const QJsonObject &arguments, const Done &done);
    void preview(Core &core, const QJsonObject &arguments, const Done &done);
    void wireFrames(Core &core, const QJsonObject &arguments, const Done &done);
    void closeConnection(Core &core, const QJsonObject &arguments, const Done &done);
    void sendMessage(Core &core, const QJsonObject &arguments, const Done &done);
    void hibernate(Core &core, const QString &connectionId, bool asleep, const Done &done);
    void changeSetting(const QJsonObject &arguments, const Done &done);

    monitor::Sink &m_sink;
    ChangeSetting m_changeSetting;
};

} // namespace dormouse
