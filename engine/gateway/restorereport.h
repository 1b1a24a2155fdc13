// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/scopedtimer.h"
#include "engine/scheduler/scheduler.h"

#include <map>

namespace dormouse {

/// One line per start of an actor that could not bring back all of its hibernating sockets. That is no fault of the
/// engine: the actor's storage lost the record, or the actor accepted the socket but stopped before it stored it.
/// Restores without losses make no line. Thread: engine thread.
class RestoreReport
{
public:
    enum class Loss { NoStoredData, Failed };
    explicit RestoreReport(const CoreContext &context) : m_context(context), m_timer(context.timers) {}

    /// The kind of loss that a close of the actor's runner reports, if it is one.
    static std::optional<Loss> lossOf(const std::optional<QString> &closeReason);
    /// listed: sockets that this start named, counted when the first of them is lost. The line follows a second later,
    /// when the others have had their turn.
    void lost(const QString &actorId, quint32 generation, int listed, Loss loss);

private:
    struct Count
    {
        int listed = 0;
        int noStoredData = 0;
        int failed = 0;
    };
    void report();

    const CoreContext m_context;
    std::map<std::pair<QString, quint32>, Count> m_counts; ///< actor and generation; emptied by every report
    ScopedTimer m_timer;
};

} // namespace dormouse
