// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/config.h"

#include <QByteArray>
#include <QHash>
#include <QString>

#include <memory>
#include <utility>

namespace dormouse {

/// What one client address may use at a time and per window, and how often the sockets of one actor may be opened
/// (gateway.md section 10.1). Pure: the caller brings the time (monotonic ms). Addresses that use nothing are
/// forgotten. Every limit of 0 is off; with all of them off nothing is kept. Thread: engine thread.
class ClientLimits
{
    struct Usage
    {
        int inFlight = 0;
        int hibernatable = 0;
        qint64 windowStart = 0;
        int inWindow = 0;
        qint64 quietUntilMs = 0; ///< no further report of a refusal before
    };
    using Table = QHash<QByteArray, Usage>;

public:
    explicit ClientLimits(const EngineConfig &config);

    /// One request in flight, or one hibernatable socket. Gives its place back exactly once: in its destructor or in
    /// release(). May outlive the limits.
    class Place
    {
    public:
        Place() = default;
        Place(Place &&other) noexcept { *this = std::move(other); }
        Place &operator=(Place &&other) noexcept;
        ~Place() { release(); }
        Q_DISABLE_COPY(Place)
        void release();

    private:
        friend class ClientLimits;
        Place(std::weak_ptr<Table> table, const QByteArray &address, int Usage::*field);
        std::weak_ptr<Table> m_table; ///< weak: a place can outlive the gateway in a test's hands
        QByteArray m_address;
        int Usage::*m_field = nullptr;
    };

    enum class Limit { None, InFlight, Rate, OpenRate, Hibernatable };
    struct Admission
    {
        Limit refusedBy = Limit::None; ///< None: admitted
        qint64 used = 0;
        qint64 limit = 0;
        bool report = false; ///< worth an event: at most one per window and address or actor
        Place place;
    };
    /// A request of that address; a socket also counts against the open rate of its actor.
    Admission admit(const QByteArray &address, const QString &actorId, bool isWebSocket, qint64 nowMs);
    /// A socket of that address was accepted as hibernatable.
    Admission admitHibernatable(const QByteArray &address);
    std::size_t trackedAddresses() const { return std::size_t(m_usage->size()); }

private:
    struct OpenRate
    {
        qint64 windowStart = 0;
        int opens = 0;
        qint64 quietUntilMs = 0;
    };
    void forgetIdle(qint64 nowMs);

    const EngineConfig &m_config;
    std::shared_ptr<Table> m_usage; ///< shared with the places that are out
    QHash<QString, OpenRate> m_opens;
    qint64 m_nextForgetMs = 0;
};

const char *limitName(ClientLimits::Limit limit);

} // namespace dormouse
