// SPDX-License-Identifier: Apache-2.0
#include "engine/gateway/clientlimits.h"

#include <algorithm>

namespace dormouse {

namespace {

constexpr qint64 kOpenRateWindowMs = 1'000;

constexpr qint64 kReportPauseMs = 60'000;

bool mayReport(qint64 &quietUntilMs, qint64 pauseMs, qint64 nowMs)
{
    if (nowMs < quietUntilMs)
        return false;
    quietUntilMs = nowMs + pauseMs;
    return true;
}

/// Starts a new window when the last one is over. A clock that stands still or a first use is a new window as well.
void turnWindow(qint64 &start, int &count, qint64 windowMs, qint64 nowMs)
{
    if (count > 0 && nowMs - start < windowMs)
        return;
    start = nowMs;
    count = 0;
}

} // namespace

const char *limitName(ClientLimits::Limit limit)
{
    switch (limit) {
    case ClientLimits::Limit::None: return "none";
    case ClientLimits::Limit::InFlight: return "max_in_flight_per_client_address";
    case ClientLimits::Limit::Rate: return "rate_limit_per_client_address";
    case ClientLimits::Limit::OpenRate: return "ws_open_rate_per_actor";
    case ClientLimits::Limit::Hibernatable: return "max_hws_per_client_address";
    }
    return "";
}

ClientLimits::Place::Place(std::weak_ptr<Table> table, const QByteArray &address, int Usage::*field)
    : m_table(std::move(table)), m_address(address), m_field(field)
{}

ClientLimits::Place &ClientLimits::Place::operator=(Place &&other) noexcept
{
    if (this != &other) {
        release();
        m_table = std::move(other.m_table);
        m_address = std::move(other.m_address);
        m_field = std::exchange(other.m_field, nullptr);
    }
    return *this;
}

void ClientLimits::Place::release()
{
    int Usage::*field = std::exchange(m_field, nullptr);
    const auto table = m_table.lock();
    if (field == nullptr || !table)
        return;
    const auto usage = table->find(m_address);
    if (usage != table->end())
        --((*usage).*field);
}

ClientLimits::ClientLimits(const EngineConfig &config) : m_config(config), m_usage(std::make_shared<Table>()) {}

ClientLimits::Admission ClientLimits::admit(const QByteArray &address, const QString &actorId, bool isWebSocket,
                                            qint64 nowMs)
{
    Admission result;
    const bool countsOpens = isWebSocket && m_config.wsOpenRatePerActor > 0;
    const bool countsAddress = m_config.maxInFlightPerClientAddress > 0 || m_config.rateLimitPerClientAddress > 0;
    if (!countsOpens && !countsAddress)
        return result;
    forgetIdle(nowMs);
    // Everything is checked before anything is counted: a refused request uses nothing up.
    Usage *usage = countsAddress ? &(*m_usage)[address] : nullptr;
    if (usage != nullptr) {
        turnWindow(usage->windowStart, usage->inWindow, m_config.rateLimitWindowMs, nowMs);
        if (m_config.maxInFlightPerClientAddress > 0 && usage->inFlight >= m_config.maxInFlightPerClientAddress) {
            result.refusedBy = Limit::InFlight;
            result.used = usage->inFlight;
            result.limit = m_config.maxInFlightPerClientAddress;
        } else if (m_config.rateLimitPerClientAddress > 0
                   && usage->inWindow >= m_config.rateLimitPerClientAddress) {
            result.refusedBy = Limit::Rate;
            result.used = usage->inWindow;
            result.limit = m_config.rateLimitPerClientAddress;
        }
        if (result.refusedBy != Limit::None) {
            result.report = mayReport(usage->quietUntilMs, m_config.rateLimitWindowMs, nowMs);
            return result;
        }
    }
    if (countsOpens) {
        OpenRate &opens = m_opens[actorId];
        turnWindow(opens.windowStart, opens.opens, kOpenRateWindowMs, nowMs);
        if (opens.opens >= m_config.wsOpenRatePerActor) {
            result.refusedBy = Limit::OpenRate;
            result.used = opens.opens;
            result.limit = m_config.wsOpenRatePerActor;
            result.report = mayReport(opens.quietUntilMs, kReportPauseMs, nowMs);
            return result;
        }
        ++opens.opens;
    }
    if (usage != nullptr) {
        ++usage->inWindow;
        ++usage->inFlight;
        result.place = Place(m_usage, address, &Usage::inFlight);
    }
    return result;
}

ClientLimits::Admission ClientLimits::admitHibernatable(const QByteArray &address)
{
    Admission result;
    if (m_config.maxHwsPerClientAddress <= 0)
        return result;
    Usage &usage = (*m_usage)[address];
    if (usage.hibernatable >= m_config.maxHwsPerClientAddress) {
        result.refusedBy = Limit::Hibernatable;
        result.used = usage.hibernatable;
        result.limit = m_config.maxHwsPerClientAddress;
        result.report = true;
        return result;
    }
    ++usage.hibernatable;
    result.place = Place(m_usage, address, &Usage::hibernatable);
    return result;
}

void ClientLimits::forgetIdle(qint64 nowMs)
{
    // Once per window, so that the walk costs no more than the requests that made the entries.
    if (nowMs < m_nextForgetMs)
        return;
    m_nextForgetMs = nowMs + std::max(m_config.rateLimitWindowMs, kOpenRateWindowMs);
    m_usage->removeIf([&](Table::iterator it) {
        return it->inFlight == 0 && it->hibernatable == 0 && nowMs - it->windowStart >= m_config.rateLimitWindowMs && nowMs >= it->quietUntilMs;
    });
    m_opens.removeIf([&](QHash<QString, OpenRate>::iterator it) {
        return nowMs - it->windowStart >= kOpenRateWindowMs && nowMs >= it->quietUntilMs;
    });
}

} // namespace dormouse
