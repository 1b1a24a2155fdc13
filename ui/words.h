// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/monitor/values.h"
#include "models/clustermodel.h"
#include "models/controlmodel.h"
#include "models/duemodel.h"
#include "models/wakemodel.h"
#include "ui/theme.h"

#include <QCoreApplication>

namespace dormouse {

/// What people read: models and engine send codes, this is the only place that turns them into words, icons and tones.
class Words
{
    Q_DECLARE_TR_FUNCTIONS(dormouse::Words)
public:
    struct Look
    {
        QString word;
        QString icon; ///< file name without ending
        Color tone = Color::Muted;
    };
    static Look look(monitor::ActorState state);
    static Look look(monitor::RunnerState state);
    static Look look(monitor::ConnectionState state);
    static Look look(monitor::EventLevel level);
    static Look look(DueRow::What what);
    static Look look(ControlRow::State state);
    static Look look(WakeRow::State state);
    static Look lookOfPending(int state); ///< PendingModel::State

    /// State word of a machine ("actor", else a connection), as in monitor::toString.
    static Look lookOfState(const QString &machine, const QString &state);

    static QString metric(ClusterModel::Metric metric);
    static QString column(const QString &key);
    /// Why a cell of that column shows a dash, for people.
    static QString whyUnknown(const QString &key);
    /// Help for a reason or error code; empty when there is none.
    static QString explain(const QString &code);
    /// What went wrong with a command, without its code: the help for it, or the error's own text where that names what the
    /// help cannot know (the field, the setting and its limits).
    static QString problem(const Error &error);
    /// "en", "de" ...: the language that is spoken at the moment.
    static QString language();
};

} // namespace dormouse
