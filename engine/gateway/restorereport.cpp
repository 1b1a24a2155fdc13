// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/restorereport.h"

namespace dormouse {

namespace {
constexpr qint64 kReportDelayMs = 1'000;
} // namespace

std::optional<RestoreReport::Loss> RestoreReport::lossOf(const std::optional<QString> &closeReason)
{
    if (closeReason == QStringLiteral("ws.meta_not_found_during_restore"))
        return Loss::NoStoredData;
    if (closeReason == QStringLiteral("ws.restore_error"))
        return Loss::Failed;
    return std::nullopt;
}

void RestoreReport::lost(const QString &actorId, quint32 generation, int listed, Loss loss)
{
    const auto [entry, isNew] = m_counts.try_emplace({actorId, generation});
    if (isNew)
        entry->second.listed = listed;
    ++(loss == Loss::Failed ? entry->second.failed : entry->second.noStoredData);
    if (!m_timer.active())
        m_timer.start(m_context.clock.monoMs() + kReportDelayMs, [this] { report(); });
}

void RestoreReport::report()
{
    for (const auto &[life, count] : std::exchange(m_counts, {})) {
        monitor::Event event;
        event.kind = monitor::EventKind::Protocol;
        event.level = monitor::EventLevel::Info;
        event.actorId = life.first;
        event.generation = life.second;
        event.value = count.noStoredData + count.failed;
        event.reason = QStringLiteral("restore_report");
        event.text = QStringLiteral("%1 sockets listed, %2 without stored data, %3 failed to restore")
                         .arg(count.listed).arg(count.noStoredData).arg(count.failed);
        m_context.sink.event(std::move(event));
    }
}

} // namespace dormouse
