// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"

#include <deque>
#include <optional>

namespace dormouse {

class EventModel;

/// What one actor or connection went through (console.md row 6): the transitions that the event log holds when it is
/// chosen, and all that follow while it stays chosen, even when the log has forgotten them. Thread: the UI thread.
class StateHistory
{
public:
    static constexpr int kMaxSteps = 500;
    enum class Kind { Actor, Connection };
    struct Step
    {
        qint64 ts = 0;
        QString from; ///< empty = it began
        QString to;
        QString reason; ///< reason code
        std::optional<quint32> generation;
    };

    explicit StateHistory(Kind kind) : m_kind(kind) {}
    /// True when it is another one; the history starts over. Empty = none.
    bool setObject(const QString &id);
    /// Takes what is new in the log. True when a step came.
    bool update(const EventModel &events);
    const std::deque<Step> &steps() const { return m_steps; } ///< oldest first

private:
    Kind m_kind;
    QString m_id;
    quint64 m_seen = 0; ///< seq of the newest event looked at
    std::deque<Step> m_steps;
};

} // namespace dormouse
