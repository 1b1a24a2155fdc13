// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/scopedtimer.h"
#include "engine/scheduler/scheduler.h"

#include <QJsonObject>

#include <functional>
#include <optional>
#include <vector>

namespace dormouse {

/// A pool error in the form clients see (scheduler.md section 9.3), as JSON.
QByteArray poolHttpError(int status, const QByteArray &body);
QByteArray poolConnectionError(const QString &message);
QByteArray poolPayloadError(const QString &message, const QByteArray &raw);
QByteArray poolEndedEarly();

/// The error of one pool: set by a failure, cleared by a number of successes in a row (section 4.6). What is reported
/// takes effect together, a moment later. Thread: engine thread.
class PoolErrors
{
public:
    static constexpr qint64 kDebounceMs = 250;
    static constexpr std::size_t kMaxBatch = 1'024;

    PoolErrors(const CoreContext &context, std::function<void()> changed);

    void failed(const QByteArray &errorJson);
    void succeeded();
    /// Everything known is of an endpoint that is not asked any more.
    void forget();

    const QByteArray &activeJson() const { return m_active; } ///< empty = none
    std::optional<qint64> errorTs() const { return m_errorTs; } ///< wall clock, of the last failure
    int successes() const { return m_successes; }

private:
    void report(const QByteArray &errorJson);
    void apply();

    CoreContext m_context;
    std::function<void()> m_changed;
    std::vector<QByteArray> m_reported; ///< empty = a success
    ScopedTimer m_timer;
    QByteArray m_active;
    std::optional<qint64> m_errorTs;
    int m_successes = 0;
};

} // namespace dormouse
